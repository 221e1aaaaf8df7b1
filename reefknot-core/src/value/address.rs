//! CAL-ADDRESS (RFC 5545 §3.3.3): who somebody is, however it is written.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::uri::is_scheme;
use crate::{Error, Result};

/// A calendar user address: compared in a normal form, printed as it was written.
///
/// The scheme and a mail address compare without regard to letter case, and a bare
/// `b@foo.com` (which many programs write) is `mailto:b@foo.com`. RFC 5321 §2.4 leaves the
/// case of a mailbox name to its host; no host in use tells them apart, and every calendar
/// that did has shown the same person twice.
///
/// ```
/// use reefknot_core::value::CalendarUserAddress;
///
/// let one: CalendarUserAddress = "MAILTO:B@Foo.com".parse()?;
/// assert_eq!(one, "mailto:b@foo.com".parse()?);
/// assert_eq!(one.to_string(), "MAILTO:B@Foo.com");
/// assert_eq!(one.mailbox(), Some("b@foo.com"));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone)]
pub struct CalendarUserAddress {
    written: Arc<str>,
    /// Where `written` is not in the form that addresses are compared in.
    other: Option<Arc<OtherForms>>,
}

/// The forms of an address other than the written one.
struct OtherForms {
    /// The form that addresses are compared in.
    normal: String,
    /// The URI of a bare mail address, where `mailto:` before it is not enough.
    encoded: Option<String>,
}

impl CalendarUserAddress {
    /// Reads an address: a URI, or a bare mail address.
    ///
    /// # Errors
    /// When the text is empty, holds a space inside or a control character, or is neither a URI nor a mail address.
    pub fn parse(text: &str) -> Result<Self> {
        if is_normal(text) {
            return Ok(Self { written: text.into(), other: None });
        }
        let written = text.trim();
        let address = |normal: String, encoded: Option<String>| {
            let other =
                (normal != written || encoded.is_some()).then(|| Arc::new(OtherForms { normal, encoded }));
            Ok(Self { written: written.into(), other })
        };
        let bad = |why: &str| {
            Err(Error::syntax(format!(
                "`{written}` is not a calendar address ({why}); write mailto:name@example.com"
            )))
        };
        if written.is_empty() {
            return bad("it is empty");
        }
        if written.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return bad("it holds a space or a control character");
        }
        match written.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) && !rest.is_empty() => {
                address(normal(scheme, rest), None)
            }
            None if written
                .split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()) =>
            {
                // No URI: `?` and `%` are letters of the name here (RFC 5322 §3.2.3).
                let normal = format!("mailto:{}", written.to_lowercase());
                let encoded = percent_encode(&normal["mailto:".len()..]);
                let encoded = encoded.map(|mailbox| format!("mailto:{mailbox}"));
                address(normal, encoded)
            }
            _ => bad("neither a URI nor a mail address"),
        }
    }

    /// The address as it was written; a bare mail address as the `mailto:` URI of it (RFC 6068 §2).
    #[must_use]
    pub fn uri(&self) -> &str {
        match self.other.as_ref().and_then(|other| other.encoded.as_ref()) {
            Some(encoded) => encoded,
            None if self.written.contains(':') => &self.written,
            None => self.normal(),
        }
    }

    /// The form addresses are compared in.
    #[must_use]
    pub fn normal(&self) -> &str {
        self.other.as_ref().map_or(&self.written, |other| &other.normal)
    }

    /// The mail address in lower case, if this is one.
    #[must_use]
    pub fn mailbox(&self) -> Option<&str> {
        self.normal().strip_prefix("mailto:")
    }
}

/// Whether a mail address stands in the form that addresses are compared in, as nearly all do: a meeting of thousands
/// reads each a few times.
fn is_normal(written: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_graphic() & !byte.is_ascii_uppercase() & (byte != b'?') & (byte != b'%');
    let mailbox = written.strip_prefix("mailto:");
    // Asking all of them, and not up to the first that is otherwise, takes many at once.
    mailbox.is_some_and(|mailbox| {
        !mailbox.is_empty() && mailbox.bytes().fold(true, |all, byte| all & plain(byte))
    })
}

fn normal(scheme: &str, rest: &str) -> String {
    if scheme.eq_ignore_ascii_case("mailto") {
        // Header fields after `?` (RFC 6068) are no part of who it is.
        let mailbox = rest.split('?').next().unwrap_or(rest);
        return format!("mailto:{}", percent_decode(mailbox).to_lowercase());
    }
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "urn" {
        return format!("urn:{}", rest.to_ascii_lowercase());
    }
    format!("{scheme}:{}", rest.trim_end_matches('/'))
}

/// A mailbox with the characters encoded that would mean something else in a URI, or may not be in one; `None` where
/// there are none (RFC 6068 §2).
fn percent_encode(mailbox: &str) -> Option<String> {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$'()*+,:@".contains(&byte);
    if mailbox.bytes().all(stays) {
        return None;
    }
    let mut encoded = String::with_capacity(mailbox.len() + 8);
    for byte in mailbox.bytes() {
        if stays(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(encoded)
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| bytes[at] == b'%') {
            // A decoded control character or space would make two people of one text.
            Some(byte) if byte > b' ' && byte != 0x7F => {
                out.push(byte);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl std::str::FromStr for CalendarUserAddress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for CalendarUserAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for CalendarUserAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl PartialEq for CalendarUserAddress {
    fn eq(&self, other: &Self) -> bool {
        self.normal() == other.normal()
    }
}

impl Eq for CalendarUserAddress {}

impl PartialOrd for CalendarUserAddress {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CalendarUserAddress {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.normal().cmp(other.normal())
    }
}

impl Hash for CalendarUserAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normal().hash(state);
    }
}

impl Serialize for CalendarUserAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for CalendarUserAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_person_however_written() {
        let same = [
            "mailto:b@foo.com",
            "MAILTO:B@FOO.COM",
            "b@foo.com",
            "Mailto:b%40foo.com",
            "mailto:b@foo.com?subject=x",
        ];
        for text in same {
            assert_eq!(CalendarUserAddress::parse(text).unwrap().normal(), "mailto:b@foo.com", "{text}");
        }
        assert_ne!(
            CalendarUserAddress::parse("https://x.org/users/A").unwrap(),
            CalendarUserAddress::parse("https://x.org/users/a").unwrap()
        );
    }

    #[test]
    fn a_bare_mail_address_keeps_what_would_mean_more_in_a_uri() {
        for (text, mailbox) in [("B?@foo.com", "b?@foo.com"), ("100%25@foo.com", "100%25@foo.com")] {
            assert_eq!(CalendarUserAddress::parse(text).unwrap().mailbox(), Some(mailbox));
        }
    }

    #[test]
    fn as_a_uri_a_bare_mail_address_is_encoded() {
        for (text, uri) in [
            ("B@Foo.com", "mailto:b@foo.com"),
            ("b+tag@foo.com", "mailto:b+tag@foo.com"),
            ("what?@foo.com", "mailto:what%3F@foo.com"),
            ("100%25@foo.com", "mailto:100%2525@foo.com"),
            ("a&b@foo.com", "mailto:a%26b@foo.com"),
            ("ä/b@foo.com", "mailto:%C3%A4%2Fb@foo.com"),
            ("MAILTO:B?x@foo.com", "MAILTO:B?x@foo.com"),
        ] {
            let address = CalendarUserAddress::parse(text).unwrap();
            assert_eq!(address.uri(), uri);
            assert_eq!(CalendarUserAddress::parse(uri).unwrap(), address);
        }
    }

    #[test]
    fn what_is_no_address() {
        for text in ["", " ", "b", "mailto:", "@foo", "a b@foo.com", "a\u{7}@foo.com"] {
            assert!(CalendarUserAddress::parse(text).unwrap_err().is_syntax(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_address_is_the_same_as_written_and_as_a_uri(
            text in "(mailto:|MAILTO:)?[!-~é]{1,9}@[!-~é]{1,9}|[a-z][a-z0-9+.-]{0,4}:[!-~é]{0,20}|[a-zA-Z.%?&]{1,9}@[a-zA-Z.]{1,9}",
        ) {
            if let Ok(address) = CalendarUserAddress::parse(&text) {
                for form in [&address.to_string(), address.uri()] {
                    let again = CalendarUserAddress::parse(form).unwrap();
                    prop_assert_eq!(&again, &address, "{}", form);
                    prop_assert_eq!(again.mailbox(), address.mailbox(), "{}", form);
                }
                prop_assert_eq!(address.to_string(), text);
            }
        }
    }
}
