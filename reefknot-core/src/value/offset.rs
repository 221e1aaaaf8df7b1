//! UTC-OFFSET values (RFC 5545 §3.3.14).

use super::scan::{serde_as_text, shown, small};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// How far a clock is ahead of UTC (behind, if negative), in seconds and by less than a day.
///
/// ```
/// use reefknot_core::value::UtcOffset;
/// assert_eq!("-0500".parse::<UtcOffset>()?.seconds(), -18_000);
/// assert_eq!("+005328".parse::<UtcOffset>()?.to_string(), "+005328");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcOffset(i32);

impl UtcOffset {
    /// An offset of that many seconds, `None` for a day or more.
    #[must_use]
    pub const fn from_seconds(seconds: i32) -> Option<Self> {
        if seconds > -86_400 && seconds < 86_400 { Some(Self(seconds)) } else { None }
    }

    /// Seconds ahead of UTC.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.0
    }
}

impl FromStr for UtcOffset {
    type Err = Error;

    /// Reads `±HHMM` or `±HHMMSS`; `-0000`, which RFC 5545 forbids, is read as no offset.
    ///
    /// # Errors
    /// A syntax error for any other text.
    fn from_str(text: &str) -> Result<Self> {
        let bytes = text.as_bytes();
        let parsed = || {
            let sign = match bytes.first()? {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            if bytes.len() != 5 && bytes.len() != 7 {
                return None;
            }
            let (hours, minutes) = (small(&bytes[1..3])?, small(&bytes[3..5])?);
            let seconds = if bytes.len() == 7 { small(&bytes[5..])? } else { 0 };
            (hours < 24 && minutes < 60 && seconds < 60).then(|| {
                Self(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60 + i32::from(seconds)))
            })
        };
        parsed().ok_or_else(|| {
            Error::syntax(format!(
                "“{}” is not an offset; write it as +0100 or -0530 (RFC 5545 §3.3.14)",
                shown(text)
            ))
        })
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let size = self.0.abs();
        write!(f, "{sign}{:02}{:02}", size / 3600, size / 60 % 60)?;
        if size % 60 != 0 { write!(f, "{:02}", size % 60) } else { Ok(()) }
    }
}

serde_as_text!(UtcOffset, "an offset such as +0100");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_other_shapes() {
        for text in ["0100", "+1", "+010", "+2400", "+0160", "+010060", "+01:00", "", "+0é0"] {
            assert!(text.parse::<UtcOffset>().is_err(), "{text}");
        }
        assert_eq!("-0000".parse::<UtcOffset>().unwrap().seconds(), 0);
    }

    proptest! {
        #[test]
        fn text_round_trips(seconds in -86_399..86_400i32) {
            let offset = UtcOffset::from_seconds(seconds).unwrap();
            prop_assert_eq!(offset.to_string().parse::<UtcOffset>().unwrap(), offset);
        }
    }
}
