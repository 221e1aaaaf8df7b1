//! INTEGER and FLOAT values (RFC 5545 §3.3.8, §3.3.7).

use super::scan::{serde_as_text, shown};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A whole number of 32 bits.
///
/// ```
/// use reefknot_core::value::Integer;
/// assert_eq!("+5".parse::<Integer>()?, Integer(5));
/// assert!("2147483648".parse::<Integer>().is_err());
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Integer(pub i32);

impl FromStr for Integer {
    type Err = Error;

    /// Reads digits after an optional sign.
    ///
    /// # Errors
    /// A syntax error for any other text, and outside -2147483648 to 2147483647.
    fn from_str(text: &str) -> Result<Self> {
        text.parse().map(Self).map_err(|_| {
            Error::syntax(format!(
                "“{}” is not a whole number from -2147483648 to 2147483647; write it as 5 or -5 (RFC 5545 §3.3.8)",
                shown(text)
            ))
        })
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

serde_as_text!(Integer, "a whole number");

/// A number with a fraction; never infinite, always a number.
///
/// ```
/// use reefknot_core::value::Float;
/// assert_eq!("-122.082932".parse::<Float>()?.get(), -122.082932);
/// assert_eq!("+5.0".parse::<Float>()?.to_string(), "5");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Float(f64);

impl Float {
    /// A number, `None` for infinity and what is no number.
    #[must_use]
    pub const fn new(value: f64) -> Option<Self> {
        // Adding nothing turns -0 into 0, so that equal numbers print alike.
        if value.is_finite() { Some(Self(value + 0.0)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

// It is always a number, and so equal to itself.
impl Eq for Float {}

impl FromStr for Float {
    type Err = Error;

    /// Reads digits after an optional sign, with a fraction after a period or without.
    ///
    /// # Errors
    /// A syntax error for any other text: RFC 5545 knows no exponent, and no comma in numbers.
    fn from_str(text: &str) -> Result<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let plain = digits(whole) && digits(fraction);
        plain.then(|| text.parse().ok()).flatten().and_then(Self::new).ok_or_else(|| {
            Error::syntax(format!(
                "“{}” is not a number; write it as 1.25 or -3 (RFC 5545 §3.3.7)",
                shown(text)
            ))
        })
    }
}

impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The shortest text that reads back the same, never with an exponent.
        self.0.fmt(f)
    }
}

serde_as_text!(Float, "a number");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_other_texts() {
        for text in ["", "5.0", "five", "2147483648", "-2147483649", "--5", " 5", "5e3"] {
            let error = text.parse::<Integer>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("“{text}” is not a whole number")), "{error}");
        }
        let too_long = "9".repeat(400);
        for text in ["", ".5", "5.", "1e3", "inf", "NaN", "1,5", "+-1", "1.2.3", &too_long] {
            let error = text.parse::<Float>().unwrap_err().to_string();
            assert!(error.ends_with("is not a number; write it as 1.25 or -3 (RFC 5545 §3.3.7)"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn numbers_round_trip(whole: i32, bits: u64, sign in "[+-]?", digits in "[0-9]{1,9}", fraction in "[0-9]{1,9}") {
            prop_assert_eq!(Integer(whole).to_string().parse::<Integer>().unwrap(), Integer(whole));
            if let Some(float) = Float::new(f64::from_bits(bits)) {
                prop_assert_eq!(float.to_string().parse::<Float>().unwrap(), float);
            }
            let read: Float = format!("{sign}{digits}.{fraction}").parse().unwrap();
            prop_assert_eq!(read.to_string().parse::<Float>().unwrap().to_string(), read.to_string());
        }
    }
}
