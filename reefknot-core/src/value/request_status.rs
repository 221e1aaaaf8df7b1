//! The value of REQUEST-STATUS: how a request was answered (RFC 5545 §3.8.8.3).

use super::scan::{serde_as_text, shown};
use super::text::{escape, split_unescaped, unescape};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A status code, what it says in words, and what it is about.
///
/// ```
/// use reefknot_core::value::RequestStatus;
/// let status: RequestStatus = r"3.7;Invalid calendar user;ATTENDEE:mailto:b@foo.com".parse()?;
/// assert_eq!((status.code(), status.class()), ("3.7", 3));
/// assert_eq!(status.data.as_deref(), Some("ATTENDEE:mailto:b@foo.com"));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestStatus {
    code: Box<str>,
    /// What the code means, in words.
    pub description: String,
    /// What the status is about, usually a copy of the property at fault.
    pub data: Option<String>,
}

impl RequestStatus {
    /// A status with a code such as `2.0` or `3.1.1`.
    ///
    /// # Errors
    /// When the code is not two or three numbers with periods between them.
    pub fn new(code: &str, description: &str, data: Option<&str>) -> Result<Self> {
        if !is_code(code) {
            return Err(Error::invalid(format!(
                "“{}” is not a status code; write it as 2.0 (RFC 5545 §3.8.8.3)",
                shown(code)
            )));
        }
        Ok(Self { code: code.into(), description: description.into(), data: data.map(Into::into) })
    }

    /// The code as written, such as `2.0`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The first number of the code: 1 preliminary, 2 successful, 3 client error, 4 scheduling error, 5 server error.
    #[must_use]
    pub fn class(&self) -> u32 {
        let first = self.code.split('.').next().unwrap_or_default();
        // Only a number too large for any class does not fit.
        first.parse().unwrap_or(u32::MAX)
    }
}

fn is_code(text: &str) -> bool {
    let mut numbers = text.split('.');
    let count = numbers.clone().count();
    (2..=3).contains(&count)
        && numbers.all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

impl FromStr for RequestStatus {
    type Err = Error;

    /// Reads `code;description` or `code;description;data`.
    ///
    /// # Errors
    /// A syntax error for any other text.
    fn from_str(text: &str) -> Result<Self> {
        let parts: Vec<&str> = split_unescaped(text, b';').take(4).collect();
        match parts[..] {
            [code, description] if is_code(code) => Self::new(code, &unescape(description), None),
            [code, description, data] if is_code(code) => {
                Self::new(code, &unescape(description), Some(&unescape(data)))
            }
            _ => Err(Error::syntax(format!(
                "“{}” is not a status code and a description; write it as 2.0;Success (RFC 5545 §3.8.8.3)",
                shown(text)
            ))),
        }
    }
}

impl fmt::Display for RequestStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};{}", self.code, escape(&self.description))?;
        self.data.iter().try_for_each(|data| write!(f, ";{}", escape(data)))
    }
}

serde_as_text!(RequestStatus, "a status such as 2.0;Success");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_other_texts() {
        for text in ["", "2.0", "Success", "2;Success", "2.0.0.0;Success", "2.;Success", "2.0;a;b;c", "2.x;a"]
        {
            let error = text.parse::<RequestStatus>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("“{text}” is not a status code and a description")),
                "{error}"
            );
        }
        assert!(RequestStatus::new("2", "", None).unwrap_err().is_invalid());
    }

    proptest! {
        #[test]
        fn statuses_round_trip(code in "[1-5]\\.[0-9]{1,2}(\\.[0-9])?", description in "[^\r]{0,20}", data in prop::option::of("[^\r]{0,20}")) {
            let status = RequestStatus::new(&code, &description, data.as_deref()).unwrap();
            prop_assert_eq!(status.to_string().parse::<RequestStatus>().unwrap(), status);
        }
    }
}
