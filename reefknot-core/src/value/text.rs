//! TEXT (RFC 5545 §3.3.11): escaping, and lists of texts.

use std::borrow::Cow;

/// Escapes a text: backslash, semicolon, comma and line breaks (CRLF, LF and CR alike).
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', ';', ',', '\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Reads an escaped text; a backslash before any other character is kept, for it may be meant.
#[must_use]
pub fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let decoded = match (c, chars.peek()) {
            ('\\', Some('n' | 'N')) => '\n',
            ('\\', Some(&next @ ('\\' | ';' | ','))) => next,
            _ => {
                out.push(c);
                continue;
            }
        };
        chars.next();
        out.push(decoded);
    }
    Cow::Owned(out)
}

/// Octets as text, with U+FFFD for what is not UTF-8; where all of it is, as nearly everywhere, it is only checked.
pub(crate) fn lossy(octets: &[u8]) -> Cow<'_, str> {
    // The standard library's goes character by character from the start.
    std::str::from_utf8(octets).map_or_else(|_| String::from_utf8_lossy(octets), Cow::Borrowed)
}

/// The parts of a raw value between commas that are not escaped, still escaped.
pub fn list(raw: &str) -> impl Iterator<Item = &str> {
    split_unescaped(raw, b',')
}

/// The parts of a raw value between separators that are not escaped, still escaped.
pub(crate) fn split_unescaped(raw: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(raw);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut escaped = false;
        let stop = text.bytes().position(|byte| {
            let found = byte == separator && !escaped;
            escaped = byte == b'\\' && !escaped;
            found
        });
        rest = stop.map(|stop| &text[stop + 1..]);
        Some(stop.map_or(text, |stop| &text[..stop]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_what_rfc_5545_names() {
        assert_eq!(escape("a;b,c\\d\r\ne\nf"), "a\\;b\\,c\\\\d\\ne\\nf");
        assert_eq!(unescape("a\\;b\\,c\\\\d\\Ne\\x"), "a;b,c\\d\ne\\x");
    }

    #[test]
    fn a_list_is_cut_at_bare_commas() {
        assert_eq!(list("a\\,b,c,,d\\\\,e").collect::<Vec<_>>(), ["a\\,b", "c", "", "d\\\\", "e"]);
    }

    proptest! {
        #[test]
        fn a_text_reads_back(text in "[^\r]*") {
            let escaped = escape(&text);
            prop_assert_eq!(unescape(&escaped), &*text);
        }
    }
}
