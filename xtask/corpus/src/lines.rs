//! The content lines of a text, found without the code under test.

/// One content line, its folds joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The physical line, from 1, where it begins.
    pub(crate) number: usize,
    pub(crate) text: Vec<u8>,
}

/// Joins what RFC 5545 §3.1 folds: a physical line that begins with a space or a tab goes on with the one before. CRLF,
/// LF and a lone CR each end a line; empty lines and a byte order mark in front are nothing.
pub(crate) fn logical(bytes: &[u8]) -> Vec<Line> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut lines: Vec<Line> = Vec::new();
    for (number, text) in (1..).zip(physical(bytes)) {
        match (text.first(), lines.last_mut()) {
            (None, _) => {}
            (Some(b' ' | b'\t'), Some(last)) => last.text.extend_from_slice(&text[1..]),
            _ => lines.push(Line { number, text: text.to_vec() }),
        }
    }
    lines
}

fn physical(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
            rest = None;
            return Some(text);
        };
        let next = if text[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
        rest = Some(&text[next..]);
        Some(&text[..end])
    })
}

/// Whether a line has a name and a colon at all; what has not must be told of.
pub(crate) fn is_content_line(text: &[u8]) -> bool {
    let name = text.iter().position(|byte| matches!(byte, b':' | b';')).unwrap_or(0);
    name > 0 && text.contains(&b':') && text[..name].trim_ascii_end().iter().all(u8::is_ascii_graphic)
}

/// The first way in which printed text breaks RFC 5545 §3.1: a line that is too long, or not ended by CRLF.
pub(crate) fn ill_printed(printed: &[u8]) -> Option<String> {
    for (number, line) in (1..).zip(printed.split_inclusive(|&byte| byte == b'\n')) {
        match line.strip_suffix(b"\r\n") {
            None => return Some(format!("printed line {number} does not end with CRLF")),
            Some(line) if line.len() > 75 => {
                return Some(format!("printed line {number} has {} octets", line.len()));
            }
            Some(_) => {}
        }
    }
    None
}
