//! The MIME tree of a mail: its leaves, each with its own header, found within limits.
//!
//! The tree is walked here rather than by the mail parser, so that depth, number and size of
//! the parts are bounded before anything is decoded (RFC 2046 §5.1). Headers, encodings and
//! character sets are the parser's business.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Message, MessageParser, MessagePart, MimeHeaders};

use super::ReadOptions;
use crate::{Error, Result};

/// Octets of one entity's header: a mail's own is some kilobytes.
const HEADER_BYTES: usize = 1 << 20;

/// One entity: a header and what follows it.
pub(super) struct Entity<'a> {
    pub(super) header: Message<'a>,
    body: &'a [u8],
    /// `multipart/digest` makes its parts messages unless they say otherwise (RFC 2046 §5.1.5).
    in_digest: bool,
    /// How many messages it stands in: 0 for the mail itself.
    pub(super) forwards: u32,
    /// The message that was forwarded and holds this entity, if any, as an index of `Tree::messages`.
    pub(super) message: usize,
}

impl<'a> Entity<'a> {
    fn read(bytes: &'a [u8], in_digest: bool, forwards: u32, message: usize) -> Self {
        let end = header_end(bytes);
        let header = bytes.get(..end.min(HEADER_BYTES)).unwrap_or_default();
        Self {
            header: MessageParser::new().parse_headers(header).unwrap_or_default(),
            body: bytes.get(end..).unwrap_or_default(),
            in_digest,
            forwards,
            message,
        }
    }

    /// The header; a mail of nothing has none.
    fn part(&self) -> Option<&MessagePart<'a>> {
        self.header.parts.first()
    }

    pub(super) fn content_type(&self) -> Option<&ContentType<'_>> {
        self.part()?.content_type()
    }

    /// `type/subtype` in lower case; what RFC 2045 §5.2 assumes where nothing is said.
    pub(super) fn media_type(&self) -> String {
        match self.content_type() {
            Some(given) => {
                let subtype = given.subtype().unwrap_or_default();
                format!("{}/{subtype}", given.ctype()).to_ascii_lowercase()
            }
            None if self.in_digest => "message/rfc822".to_owned(),
            None => "text/plain".to_owned(),
        }
    }

    pub(super) fn type_param(&self, name: &str) -> Option<String> {
        self.content_type()?.attribute(name).map(str::to_owned)
    }

    pub(super) fn file_name(&self) -> Option<String> {
        self.part()?.attachment_name().map(str::to_owned)
    }

    pub(super) fn is_attachment(&self) -> bool {
        self.part().and_then(MessagePart::content_disposition).is_some_and(ContentType::is_attachment)
    }

    /// The body without its transfer encoding (RFC 2045 §6), and whether that went wrong.
    pub(super) fn decoded(&self) -> (Cow<'a, [u8]>, bool) {
        let encoding = self.part().and_then(MessagePart::content_transfer_encoding).unwrap_or_default();
        let encoding = encoding.trim().to_ascii_lowercase();
        let decoded = match encoding.as_str() {
            "base64" => base64_decode(self.body),
            "quoted-printable" => quoted_printable_decode(self.body),
            "" | "7bit" | "8bit" | "binary" => return (Cow::Borrowed(self.body), false),
            _ => None,
        };
        match decoded {
            Some(decoded) => (Cow::Owned(decoded), false),
            None => (Cow::Borrowed(self.body), true),
        }
    }

    /// The body as text, by its character set.
    pub(super) fn text(&self) -> String {
        let (bytes, _) = self.decoded();
        decode_text(&bytes, self.type_param("charset").as_deref()).0
    }
}

/// What became of the character set a part names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// The text is what the label says.
    AsLabelled,
    /// UTF-8 (RFC 5545 §3.1.4), whatever the label says.
    Utf8Anyway,
    /// Read by the label, which is not UTF-8.
    Converted,
    /// Neither UTF-8 nor a character set known here.
    Unknown,
}

/// Octets to text: UTF-8 if they are that, and else by the label.
///
/// RFC 5545 §3.1.4 knows no other character set, and text in another one is hardly ever
/// well-formed UTF-8 by chance; labels are wrong far more often.
pub(super) fn decode_text(bytes: &[u8], label: Option<&str>) -> (String, Charset) {
    let label = label.map(|label| label.trim().to_ascii_lowercase());
    let wide =
        label.as_deref().is_some_and(|label| label.starts_with("utf-16") || label.starts_with("utf-7"));
    if !wide && let Ok(text) = std::str::from_utf8(bytes) {
        let said_so = bytes.is_ascii() || matches!(label.as_deref(), None | Some("utf-8" | "utf8"));
        return (text.to_owned(), if said_so { Charset::AsLabelled } else { Charset::Utf8Anyway });
    }
    match label.filter(|label| !matches!(label.as_str(), "utf-8" | "utf8")) {
        Some(label) => match charset_decoder(label.as_bytes()) {
            Some(decode) => (decode(bytes), Charset::Converted),
            None => (String::from_utf8_lossy(bytes).into_owned(), Charset::Unknown),
        },
        None => (String::from_utf8_lossy(bytes).into_owned(), Charset::Unknown),
    }
}

/// A mail as its leaves, in order, and the messages that hold them.
pub(super) struct Tree<'a> {
    /// The mail itself, and the messages forwarded in it.
    pub(super) messages: Vec<Message<'a>>,
    pub(super) leaves: Vec<Entity<'a>>,
    /// The media types of the containers, the outermost first.
    pub(super) containers: Vec<String>,
    /// Parts that lie deeper than the limit, and were not opened.
    pub(super) too_deep: usize,
}

/// Walks a mail.
///
/// # Errors
/// When the mail is longer, or has more parts, than `options` allow.
pub(super) fn walk<'a>(bytes: &'a [u8], options: &ReadOptions) -> Result<Tree<'a>> {
    if bytes.len() as u64 > options.mail_bytes {
        return Err(Error::limit(
            "mail_bytes",
            format!("a mail of {} octets", bytes.len()),
            options.mail_bytes,
        ));
    }
    let root = Entity::read(bytes, false, 0, 0);
    let mut tree =
        Tree { messages: vec![root.header.clone()], leaves: Vec::new(), containers: Vec::new(), too_deep: 0 };
    let mut waiting = vec![(root, 0)];
    let mut seen = 1;
    while let Some((entity, depth)) = waiting.pop() {
        let media_type = entity.media_type();
        let boundary = entity.type_param("boundary").filter(|boundary| !boundary.is_empty());
        let is_message = matches!(media_type.as_str(), "message/rfc822" | "message/global");
        let inner: Vec<Entity<'a>> =
            if let Some(boundary) = boundary.filter(|_| media_type.starts_with("multipart/")) {
                let room = options.parts.saturating_sub(seen);
                let Some(parts) = split(entity.body, boundary.as_bytes(), room) else {
                    return Err(Error::limit("parts", "the number of parts of a mail", options.parts));
                };
                let in_digest = media_type == "multipart/digest";
                parts
                    .into_iter()
                    .map(|part| Entity::read(part, in_digest, entity.forwards, entity.message))
                    .collect()
            } else if is_message {
                // RFC 2046 §5.2.1 allows a message no encoding that changes its octets.
                let message = Entity::read(entity.body, false, entity.forwards + 1, tree.messages.len());
                tree.messages.push(message.header.clone());
                vec![message]
            } else {
                tree.leaves.push(entity);
                continue;
            };
        tree.containers.push(media_type);
        if depth >= options.depth {
            tree.too_deep += inner.len();
            continue;
        }
        seen += inner.len() as u64;
        waiting.extend(inner.into_iter().rev().map(|part| (part, depth + 1)));
    }
    Ok(tree)
}

/// Where the body begins: after the first empty line.
fn header_end(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\n") {
        return 1;
    }
    if bytes.starts_with(b"\r\n") {
        return 2;
    }
    for at in memchr::memchr_iter(b'\n', bytes) {
        match bytes.get(at + 1..) {
            Some([b'\n', ..]) => return at + 2,
            Some([b'\r', b'\n', ..]) => return at + 3,
            _ => {}
        }
    }
    bytes.len()
}

/// The parts between the delimiter lines (RFC 2046 §5.1.1), or `None` where there are more than `most`.
///
/// A missing last delimiter ends the last part with the text.
fn split<'a>(body: &'a [u8], boundary: &[u8], most: u64) -> Option<Vec<&'a [u8]>> {
    let mut parts = Vec::new();
    let mut start = None;
    let mut at = 0;
    while at < body.len() {
        let end = memchr::memchr(b'\n', &body[at..]).map_or(body.len(), |found| at + found + 1);
        let line = body[at..end].trim_ascii_end();
        let rest = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary));
        if let Some(rest) = rest.filter(|rest| rest.is_empty() || *rest == b"--") {
            if let Some(start) = start {
                parts.push(part_before(body, start, at));
                if parts.len() as u64 > most {
                    return None;
                }
            }
            start = if rest.is_empty() { Some(end) } else { None };
            if start.is_none() {
                break;
            }
        }
        at = end;
    }
    if let Some(start) = start {
        parts.push(body.get(start..).unwrap_or_default());
    }
    (parts.len() as u64 <= most).then_some(parts)
}

/// The line end before a delimiter belongs to the delimiter.
fn part_before(body: &[u8], start: usize, delimiter: usize) -> &[u8] {
    let part = body.get(start..delimiter).unwrap_or_default();
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_between_delimiters() {
        let body =
            b"preamble\r\n--x\r\n\r\none\r\n--x  \r\nA: b\r\n\r\ntwo\r\n--xy\r\n--x--\r\nepilogue\r\n--x\r\n";
        let parts = split(body, b"x", 9).unwrap();
        assert_eq!(parts, [b"\r\none".as_slice(), b"A: b\r\n\r\ntwo\r\n--xy".as_slice()]);
        assert_eq!(split(b"--x\nopen", b"x", 9).unwrap(), [b"open"]);
        assert_eq!(split(body, b"x", 1), None);
    }

    #[test]
    fn a_header_ends_with_an_empty_line() {
        assert_eq!(header_end(b"A: b\r\n\r\nbody"), 8);
        assert_eq!(header_end(b"A: b\n\nbody"), 6);
        assert_eq!(header_end(b"\r\nbody"), 2);
        assert_eq!(header_end(b"A: b"), 4);
    }

    #[test]
    fn utf_8_is_seen_through_a_wrong_label() {
        let read = |bytes: &[u8], label| {
            let (text, charset) = decode_text(bytes, label);
            (text, charset as u8)
        };
        let known = |charset: Charset| charset as u8;
        assert_eq!(read("é".as_bytes(), Some("UTF-8")), ("é".to_owned(), known(Charset::AsLabelled)));
        assert_eq!(read("é".as_bytes(), Some("us-ascii")), ("é".to_owned(), known(Charset::Utf8Anyway)));
        assert_eq!(read(b"\xE9", Some("iso-8859-1")), ("é".to_owned(), known(Charset::Converted)));
        assert_eq!(read(b"\xE9", Some("utf-8")), ("\u{FFFD}".to_owned(), known(Charset::Unknown)));
        assert_eq!(read(b"A\0B\0", Some("utf-16le")), ("AB".to_owned(), known(Charset::Converted)));
    }
}
