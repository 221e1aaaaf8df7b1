//! BINARY values: octets in BASE64 (RFC 5545 §3.3.1, RFC 4648 §4).

use super::scan::{serde_as_text, shown};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// Octets that a property holds inline.
///
/// ```
/// use reefknot_core::value::Binary;
/// let tea: Binary = "dGVh".parse()?;
/// assert_eq!(tea.as_bytes(), b"tea");
/// assert_eq!(Binary::from(b"te".to_vec()).to_string(), "dGU=");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Binary(Vec<u8>);

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Binary {
    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The octets, taken out.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn decode(text: &[u8]) -> Option<Vec<u8>> {
        let body = text.trim_ascii_end();
        let digits = body.iter().rposition(|&byte| byte != b'=').map_or(0, |at| at + 1);
        // The padding says nothing that the length does not; many writers leave it out.
        let padded = body.len() == digits || (body.len().is_multiple_of(4) && body.len() - digits <= 2);
        if !padded || digits % 4 == 1 {
            return None;
        }
        let mut bytes = Vec::with_capacity(digits / 4 * 3 + 2);
        for group in body[..digits].chunks(4) {
            let bits = group.iter().try_fold(0u32, |bits, &digit| Some(bits << 6 | sextet(digit)?))?;
            let aligned = bits << (6 * (4 - group.len()));
            bytes.extend_from_slice(&aligned.to_be_bytes()[1..group.len()]);
        }
        Some(bytes)
    }
}

/// The six bits that a digit stands for.
fn sextet(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl FromStr for Binary {
    type Err = Error;

    /// Reads BASE64, with its padding or without.
    ///
    /// # Errors
    /// A syntax error for any other text.
    fn from_str(text: &str) -> Result<Self> {
        Self::decode(text.as_bytes()).map(Self).ok_or_else(|| {
            Error::syntax(format!(
                "“{}” is not BASE64; encode it again, with its padding (RFC 5545 §3.3.1)",
                shown(text)
            ))
        })
    }
}

impl fmt::Display for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for group in self.0.chunks(3) {
            let mut octets = [0; 4];
            octets[1..=group.len()].copy_from_slice(group);
            let bits = u32::from_be_bytes(octets);
            let digits = [18, 12, 6, 0].map(|shift| ALPHABET[(bits >> shift & 63) as usize]);
            let written = str::from_utf8(&digits[..=group.len()]).unwrap_or_default();
            f.write_str(written)?;
            f.write_str(&"=="[..3 - group.len()])?;
        }
        Ok(())
    }
}

serde_as_text!(Binary, "octets in BASE64");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn encodes_as_rfc_4648_does() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(Binary::from(bytes.as_bytes().to_vec()).to_string(), text);
            assert_eq!(text.parse::<Binary>().unwrap().as_bytes(), bytes.as_bytes());
            assert_eq!(text.trim_end_matches('=').parse::<Binary>().unwrap().into_bytes(), bytes.as_bytes());
        }
    }

    #[test]
    fn refuses_other_texts() {
        for text in ["Z", "Zg=", "Zg===", "Zm9vYg=a", "Zm 9v", "Zm-v", "é", "="] {
            let error = text.parse::<Binary>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("“{text}” is not BASE64; encode it again, with its padding (RFC 5545 §3.3.1)")
            );
        }
    }

    proptest! {
        #[test]
        fn octets_round_trip(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let binary = Binary::from(bytes);
            prop_assert_eq!(binary.to_string().parse::<Binary>().unwrap(), binary);
        }

        #[test]
        fn what_is_read_prints_canonically(text in "[A-Za-z0-9+/=é ]{0,24}") {
            if let Ok(binary) = text.parse::<Binary>() {
                prop_assert_eq!(binary.to_string().parse::<Binary>().unwrap(), binary);
            }
        }
    }
}
