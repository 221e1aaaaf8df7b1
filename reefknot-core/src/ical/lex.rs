//! Where the parts of one unfolded content line lie (RFC 5545 §3.1).

/// The parts of a content line as offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// Where the name ends.
    pub(super) name: usize,
    /// Where the value begins, after the colon.
    pub(super) value: usize,
    /// Whether a double quote was left open, so that the first colon behind it was taken.
    pub(super) open_quote: bool,
}

/// Finds the name and the value of a line, or `None` where there is no name or no colon.
pub(super) fn split(line: &[u8]) -> Option<Split> {
    let name = name_end(line).filter(|&name| name > 0)?;
    // Spaces behind the name are no part of it.
    let stop = name + line[name..].iter().position(|byte| !byte.is_ascii_whitespace())?;
    match line[stop] {
        b':' => return Some(Split { name, value: stop + 1, open_quote: false }),
        b';' => {}
        _ => return None,
    }
    let params = &line[stop..];
    if let Some(at) = unquoted(b':', params) {
        return Some(Split { name, value: stop + at + 1, open_quote: false });
    }
    let is_open = !memchr::memchr_iter(b'"', params).count().is_multiple_of(2);
    let open = memchr::memrchr(b'"', params).filter(|_| is_open).unwrap_or(0);
    let at =
        memchr::memchr(b':', &params[open..]).map(|at| open + at).or_else(|| memchr::memchr(b':', params))?;
    Some(Split { name, value: stop + at + 1, open_quote: true })
}

/// Where what may be a name ends, and something follows.
pub(super) fn name_end(line: &[u8]) -> Option<usize> {
    line.iter().position(|&byte| !is_name_byte(byte))
}

/// Whether two names are the same in any letter case. Nearly all are written as the standards write them.
pub(crate) fn is_same_name(written: &[u8], known: &str) -> bool {
    written == known.as_bytes() || written.eq_ignore_ascii_case(known.as_bytes())
}

/// What a property name may be made of. RFC 5545 allows letters, digits and hyphens; a few
/// programs write underscores, dots and slashes, which harm nobody.
pub(super) fn is_name_byte(byte: u8) -> bool {
    IN_NAMES[usize::from(byte)]
}

/// [`is_name_byte`] of every byte: each line is asked for its name.
const IN_NAMES: [bool; 256] = {
    let mut all = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        all[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'_' | b'.' | b'/');
        byte += 1;
    }
    all
};

/// Whether a name is an `iana-token` or `x-name` of RFC 5545 §3.1.
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The first `wanted` byte outside double quotes.
pub(super) fn unquoted(wanted: u8, text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(wanted, b'"', &text[from..])?;
        if text[at] == wanted {
            return Some(at);
        }
        from = at + 1 + memchr::memchr(b'"', &text[at + 1..])? + 1;
    }
}

/// Cuts `text` at each `separator` outside double quotes.
pub(super) fn split_unquoted(separator: u8, text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        match unquoted(separator, text) {
            Some(at) => {
                rest = Some(&text[at + 1..]);
                Some(&text[..at])
            }
            None => {
                rest = None;
                Some(text)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_colon_outside_quotes() {
        let cases: [(&str, Option<(usize, usize)>); 10] = [
            ("SUMMARY:a:b", Some((7, 8))),
            ("ATTENDEE;CN=\"a:b\";X=1:mailto:c", Some((8, 22))),
            ("A;B=\"c:d", Some((1, 7))),
            ("A;M=\"x:y\";B=\"c:d", Some((1, 15))),
            ("A;B=\"c:d\"e", Some((1, 7))),
            ("DTSTART ;TZID=X:1", Some((7, 16))),
            ("no colon", None),
            (":no name", None),
            ("a b:c", None),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(split(line.as_bytes()).map(|s| (s.name, s.value)), expected, "{line}");
        }
    }
}
