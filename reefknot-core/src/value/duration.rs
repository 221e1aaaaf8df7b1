//! DURATION values (RFC 5545 §3.3.6).

use super::scan::{serde_as_text, shown};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A length of time: nominal days and exact seconds, of one sign.
///
/// They are kept apart because a day is not always 24 hours: RFC 5545 §3.3.6 adds weeks and
/// days on the clock, then hours, minutes and seconds as time that passes.
///
/// ```
/// use reefknot_core::value::Duration;
/// let length: Duration = "P15DT5H0M20S".parse()?;
/// assert_eq!((length.days(), length.seconds()), (15, 18_020));
/// assert_eq!("-P2W".parse::<Duration>()?.days(), -14);
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Duration {
    days: i64,
    seconds: i64,
}

/// The longest length read, in seconds: longer than all the years that text can hold.
const LIMIT: i64 = 400_000_000_000;

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self { days: 0, seconds: 0 };

    /// That many nominal days.
    #[must_use]
    pub const fn from_days(days: i64) -> Self {
        Self { days, seconds: 0 }
    }

    /// That many seconds that pass.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self { days: 0, seconds }
    }

    /// Nominal days, weeks included; negative if the whole is.
    #[must_use]
    pub const fn days(self) -> i64 {
        self.days
    }

    /// Seconds beside the days, hours and minutes included; negative if the whole is.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Whether the length goes back in time.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.days < 0 || self.seconds < 0
    }

    /// The length in seconds if every day had 24 hours.
    #[must_use]
    pub const fn nominal_seconds(self) -> i64 {
        self.days.saturating_mul(86_400).saturating_add(self.seconds)
    }

    fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        let rest = rest.strip_prefix(['P', 'p'])?;
        let mut length = Self::ZERO;
        let (mut digits, mut in_time, mut ends_in_time, mut rank) = (None::<i64>, false, false, 0);
        for byte in rest.bytes() {
            let unit = byte.to_ascii_uppercase();
            if unit.is_ascii_digit() {
                digits = Some(digits.unwrap_or(0).checked_mul(10)?.checked_add(i64::from(unit - b'0'))?);
                if digits? > LIMIT {
                    return None;
                }
                continue;
            }
            ends_in_time = unit == b'T';
            if ends_in_time {
                if in_time || digits.is_some() {
                    return None;
                }
                in_time = true;
                continue;
            }
            // Units must fall, as in the grammar; weeks beside days are common and plain enough.
            let (next, days, seconds) = match (unit, in_time) {
                // `PT1W` is wrong but plain.
                (b'W', _) => (1, 7, 0),
                (b'D', _) => (2, 1, 0),
                (b'H', true) => (3, 0, 3600),
                (b'M', true) => (4, 0, 60),
                (b'S', true) => (5, 0, 1),
                _ => return None,
            };
            if next <= rank {
                return None;
            }
            rank = next;
            let amount = digits.take()?;
            length.days += sign * amount.checked_mul(days)?;
            length.seconds += sign * amount.checked_mul(seconds)?;
        }
        let whole = digits.is_none() && rank > 0 && !ends_in_time;
        (whole && length.nominal_seconds().abs() <= LIMIT).then_some(length)
    }
}

impl FromStr for Duration {
    type Err = Error;

    /// Reads `P15DT5H0M20S`, `-PT15M`, `P7W`, in any case.
    ///
    /// # Errors
    /// A syntax error for any other text, and for lengths beyond ten thousand years.
    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text).ok_or_else(|| {
            let shown = shown(text);
            Error::syntax(format!(
                "“{shown}” is not a duration; write it as P1D, PT1H30M or -PT15M (RFC 5545 §3.3.6)"
            ))
        })
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negative() {
            f.write_str("-")?;
        }
        let (days, seconds) = (self.days.unsigned_abs(), self.seconds.unsigned_abs());
        if seconds == 0 && days > 0 {
            return if days.is_multiple_of(7) { write!(f, "P{}W", days / 7) } else { write!(f, "P{days}D") };
        }
        f.write_str("P")?;
        if days > 0 {
            write!(f, "{days}D")?;
        }
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        f.write_str("T")?;
        if hours > 0 {
            write!(f, "{hours}H")?;
        }
        // The grammar lets no unit be left out between two others.
        if minutes > 0 || (hours > 0 && rest > 0) {
            write!(f, "{minutes}M")?;
        }
        if rest > 0 || seconds == 0 { write!(f, "{rest}S") } else { Ok(()) }
    }
}

serde_as_text!(Duration, "a duration such as PT1H");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_prints_lengths() {
        for (text, days, seconds, printed) in [
            ("P15DT5H0M20S", 15, 18_020, "P15DT5H0M20S"),
            ("P7W", 49, 0, "P7W"),
            ("P7D", 7, 0, "P1W"),
            ("-PT15M", 0, -900, "-PT15M"),
            ("+pt1h", 0, 3600, "PT1H"),
            ("PT0S", 0, 0, "PT0S"),
            ("P1W2D", 9, 0, "P9D"),
            ("PT1W", 7, 0, "P1W"),
            ("-P1DT1H", -1, -3600, "-P1DT1H"),
        ] {
            let length: Duration = text.parse().unwrap();
            assert_eq!(
                (length.days(), length.seconds(), length.to_string().as_str()),
                (days, seconds, printed),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_other_shapes() {
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "1D",
            "P1H",
            "PT1S1M",
            "P1DT",
            "--P1D",
            "P99999999999999999999D",
            "P-1D",
            "PT1H1H",
        ] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(days in 0..4_000i64, seconds in 0..10_000_000i64, sign in prop::bool::ANY) {
            let sign = if sign { 1 } else { -1 };
            let length = Duration { days: sign * days, seconds: sign * seconds };
            prop_assert_eq!(length.to_string().parse::<Duration>().unwrap(), length);
        }

        #[test]
        fn never_panics(text in "[-+]?P?[0-9TWDHMS]{0,24}") {
            if let Ok(length) = text.parse::<Duration>() {
                prop_assert_eq!(length.to_string().parse::<Duration>().unwrap(), length);
            }
        }
    }
}
