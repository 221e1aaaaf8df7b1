//! URI values (RFC 5545 §3.3.13, RFC 3986).

use super::scan::{serde_as_text, shown};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A URI as it was written: a scheme, a colon and more.
///
/// Characters that RFC 3986 wants encoded are kept, because many programs write them;
/// [`first_unencoded`](Self::first_unencoded) finds them.
///
/// ```
/// use reefknot_core::value::Uri;
/// let agenda: Uri = "https://foo.com/agenda".parse()?;
/// assert_eq!(agenda.scheme(), "https");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uri(Box<str>);

impl Uri {
    /// The URI as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scheme as written, such as `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// The octet, from 0, of the first character that has no place in a URI unless it is written as `%XX`
    /// (RFC 3986 §2).
    #[must_use]
    pub fn first_unencoded(&self) -> Option<usize> {
        let bytes = self.0.as_bytes();
        (0..bytes.len()).find(|&at| match bytes[at] {
            b'%' => !bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
            byte => !(byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte)),
        })
    }
}

/// Whether a text can be the scheme of a URI (RFC 3986 §3.1).
pub(super) fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

impl FromStr for Uri {
    type Err = Error;

    /// Reads a URI with its scheme.
    ///
    /// # Errors
    /// A syntax error without a scheme, and with a space or a control character.
    fn from_str(text: &str) -> Result<Self> {
        let has_scheme = text.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme));
        if has_scheme && !text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Ok(Self(text.into()));
        }
        let why = if has_scheme { "holds a space or a control character" } else { "has no scheme" };
        Err(Error::syntax(format!(
            "“{}” is not a URI, for it {why}; write it as https://foo.com/agenda (RFC 5545 §3.3.13)",
            shown(text)
        )))
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Uri, "a URI such as https://foo.com/agenda");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_other_texts() {
        for (text, why) in [
            ("", "has no scheme"),
            ("foo.com/agenda", "has no scheme"),
            ("//foo.com:80/", "has no scheme"),
            ("1http://foo.com", "has no scheme"),
            ("https://foo.com/my agenda", "holds a space"),
            ("https://foo.com/\u{7}", "holds a space or a control character"),
        ] {
            let error = text.parse::<Uri>().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn finds_what_is_not_encoded() {
        for (text, at) in [
            ("https://foo.com/%C3%A9?a=b#c", None),
            ("https://foo.com/é", Some(16)),
            ("data:%4", Some(5)),
            ("x:<a>", Some(2)),
        ] {
            assert_eq!(text.parse::<Uri>().unwrap().first_unencoded(), at, "{text}");
        }
    }

    proptest! {
        #[test]
        fn texts_round_trip(text in "[a-z][a-z0-9+.-]{0,5}:[!-~é]{0,30}") {
            let uri: Uri = text.parse().unwrap();
            prop_assert_eq!(uri.to_string(), &*text);
            prop_assert_eq!(uri.to_string().parse::<Uri>().unwrap(), uri);
        }
    }
}
