//! BOOLEAN values (RFC 5545 §3.3.2).

use super::scan::{serde_as_text, shown};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// TRUE or FALSE.
///
/// ```
/// use reefknot_core::value::Boolean;
/// assert_eq!("true".parse::<Boolean>()?, Boolean(true));
/// assert_eq!(Boolean(false).to_string(), "FALSE");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Boolean(pub bool);

impl FromStr for Boolean {
    type Err = Error;

    /// Reads `TRUE` or `FALSE` in any case.
    ///
    /// # Errors
    /// A syntax error for any other text.
    fn from_str(text: &str) -> Result<Self> {
        let known = [("TRUE", true), ("FALSE", false)];
        let found = known.into_iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
        found.map(|(_, value)| Self(value)).ok_or_else(|| {
            Error::syntax(format!(
                "“{}” is not a boolean; write TRUE or FALSE (RFC 5545 §3.3.2)",
                shown(text)
            ))
        })
    }
}

impl fmt::Display for Boolean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "TRUE" } else { "FALSE" })
    }
}

serde_as_text!(Boolean, "TRUE or FALSE");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_other_texts() {
        for text in ["", "yes", "1", "TRUE ", "TRUEFALSE"] {
            let error = text.parse::<Boolean>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("“{text}” is not a boolean; write TRUE or FALSE (RFC 5545 §3.3.2)")
            );
        }
    }

    proptest! {
        #[test]
        fn texts_round_trip(value: bool, text in "[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]") {
            prop_assert_eq!(Boolean(value).to_string().parse::<Boolean>().unwrap(), Boolean(value));
            prop_assert_eq!(text.parse::<Boolean>().unwrap().to_string(), text.to_ascii_uppercase());
        }
    }
}
