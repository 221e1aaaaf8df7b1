//! TIME values (RFC 5545 §3.3.12).

use super::scan::{serde_as_text, shown, small};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// What a clock shows, on any day.
///
/// Second 60 is read as 59, as RFC 5545 asks of those who do not know leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock {
    hour: u8,
    minute: u8,
    second: u8,
}

impl Clock {
    /// A time of day, `None` where a clock shows no such time.
    #[must_use]
    pub const fn new(hour: u8, minute: u8, second: u8) -> Option<Self> {
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        Some(Self { hour, minute, second: if second == 60 { 59 } else { second } })
    }

    /// The hour, 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// The second, 0 to 59.
    #[must_use]
    pub const fn second(self) -> u8 {
        self.second
    }
}

/// A time of day, in the three forms that never pass for one another.
///
/// ```
/// use reefknot_core::value::Time;
/// let nine = Time::parse("090000", Some("America/New_York"))?;
/// assert_eq!(nine.to_string(), "TZID=America/New_York:090000");
/// assert!(matches!(Time::parse("133000Z", None)?, Time::Utc(clock) if clock.hour() == 13));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Time {
    /// On everybody's own clock.
    Floating(Clock),
    /// On a clock set to UTC.
    Utc(Clock),
    /// On a clock in the zone that the TZID names.
    Zoned {
        /// What the clock shows.
        clock: Clock,
        /// The TZID as written, without quotes.
        tzid: Arc<str>,
    },
}

impl Time {
    /// Reads a value with its TZID parameter, which means nothing beside a time in UTC (§3.2.19).
    ///
    /// # Errors
    /// A syntax error for any other text.
    pub fn parse(value: &str, tzid: Option<&str>) -> Result<Self> {
        let text = value.trim();
        let local = text.strip_suffix(['Z', 'z']);
        let digits = local.unwrap_or(text).as_bytes();
        let clock = (digits.len() == 6)
            .then(|| Clock::new(small(&digits[..2])?, small(&digits[2..4])?, small(&digits[4..])?))
            .flatten()
            .ok_or_else(|| {
                Error::syntax(format!(
                    "“{}” is not a time of day; write it as 133000 or 133000Z (RFC 5545 §3.3.12)",
                    shown(value)
                ))
            })?;
        Ok(match tzid.map(str::trim).filter(|tzid| !tzid.is_empty()) {
            _ if local.is_some() => Self::Utc(clock),
            Some(tzid) => Self::Zoned { clock, tzid: tzid.into() },
            None => Self::Floating(clock),
        })
    }

    /// What the clock shows.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        match self {
            Self::Floating(clock) | Self::Utc(clock) | Self::Zoned { clock, .. } => *clock,
        }
    }

    /// What a TZID parameter must say.
    #[must_use]
    pub fn tzid(&self) -> Option<&str> {
        match self {
            Self::Zoned { tzid, .. } => Some(tzid),
            Self::Floating(_) | Self::Utc(_) => None,
        }
    }

    /// The value without its parameter, as [`parse`](Self::parse) reads it.
    #[must_use]
    pub fn value_text(&self) -> String {
        let Clock { hour, minute, second } = self.clock();
        let utc = if matches!(self, Self::Utc(_)) { "Z" } else { "" };
        format!("{hour:02}{minute:02}{second:02}{utc}")
    }
}

/// The value, with `TZID=…:` before it if it has one, as in the tail of a content line.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tzid) = self.tzid() {
            write!(f, "TZID={tzid}:")?;
        }
        f.write_str(&self.value_text())
    }
}

impl FromStr for Time {
    type Err = Error;

    /// Reads what `Display` prints.
    ///
    /// # Errors
    /// A syntax error for any other text.
    fn from_str(text: &str) -> Result<Self> {
        match text.strip_prefix("TZID=").and_then(|rest| rest.rsplit_once(':')) {
            Some((tzid, value)) => Self::parse(value, Some(tzid)),
            None => Self::parse(text, None),
        }
    }
}

serde_as_text!(Time, "a time of day such as 133000Z");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_the_three_forms_apart() {
        let form = |value, tzid| Time::parse(value, tzid).unwrap().to_string();
        assert_eq!(form("230000", None), "230000");
        assert_eq!(form("070000Z", Some("Europe/Berlin")), "070000Z");
        assert_eq!(form("083000", Some("America/New_York")), "TZID=America/New_York:083000");
        assert_eq!(form("235960Z", None), "235959Z");
    }

    #[test]
    fn refuses_other_texts() {
        for text in ["", "2300", "240000", "236000", "235961", "230000-0800", "23:00:00", "é0000", "23000é"]
        {
            let error = Time::parse(text, None).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("“{text}” is not a time of day; write it as 133000 or 133000Z (RFC 5545 §3.3.12)")
            );
        }
    }

    proptest! {
        #[test]
        fn texts_round_trip(hour in 0..24u8, minute in 0..60u8, second in 0..60u8, form in 0..3, tzid in "[A-Za-z/_:+-]{1,20}") {
            let clock = Clock::new(hour, minute, second).unwrap();
            let time = match form {
                0 => Time::Floating(clock),
                1 => Time::Utc(clock),
                _ => Time::Zoned { clock, tzid: tzid.as_str().into() },
            };
            prop_assert_eq!(&time.to_string().parse::<Time>().unwrap(), &time);
            prop_assert_eq!(&Time::parse(&time.value_text(), time.tzid()).unwrap(), &time);
        }
    }
}
