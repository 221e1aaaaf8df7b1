//! Instants: UTC date-times (RFC 5545 §3.3.5, form 2; RFC 3339).

use super::LocalDateTime;
use super::scan::{number, serde_as_text, shown, small};
use super::{Date, UtcOffset};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// An instant, in whole seconds since 1970-01-01T00:00:00Z.
///
/// Lies within the years that iCalendar text can hold in every zone.
///
/// ```
/// use reefknot_core::value::Timestamp;
/// let instant: Timestamp = "19970714T133000Z".parse()?;
/// assert_eq!(instant.seconds(), 868_887_000);
/// assert_eq!(instant.to_rfc3339(), "1997-07-14T13:30:00Z");
/// assert_eq!("1997-07-14T15:30:00+02:00".parse::<Timestamp>()?, instant);
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// What a clock anywhere may be away from UTC, in seconds: room left at both ends of the range.
const MARGIN: i64 = 2 * 86_400;

impl Timestamp {
    /// The first instant that can be written in every zone.
    pub const MIN: Self = Self(LocalDateTime::MIN.seconds_since_epoch() + MARGIN);
    /// The last instant that can be written in every zone.
    pub const MAX: Self = Self(LocalDateTime::MAX.seconds_since_epoch() - MARGIN);

    /// The instant that many seconds after 1970-01-01T00:00:00Z, or the nearest that can be written.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        if seconds < Self::MIN.0 {
            Self::MIN
        } else if seconds > Self::MAX.0 {
            Self::MAX
        } else {
            Self(seconds)
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z, negative before it.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// What a clock set to UTC shows.
    #[must_use]
    pub const fn to_utc_civil(self) -> LocalDateTime {
        LocalDateTime::saturating_from_seconds(self.0)
    }

    /// The instant at which a clock set to UTC shows this.
    #[must_use]
    pub const fn from_utc_civil(local: LocalDateTime) -> Self {
        Self::from_seconds(local.seconds_since_epoch())
    }

    /// The instant that many seconds later (earlier if negative), or the nearest that can be written.
    #[must_use]
    pub const fn saturating_add(self, seconds: i64) -> Self {
        Self::from_seconds(self.0.saturating_add(seconds))
    }

    /// The text of RFC 3339 in UTC, such as `1997-07-14T13:30:00Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let local = self.to_utc_civil();
        let date = local.date();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            date.year(),
            date.month(),
            date.day(),
            local.hour(),
            local.minute(),
            local.second()
        )
    }

    /// Reads the text of RFC 3339 §5.6; fractions of a second are cut off.
    fn from_rfc3339(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() < 20
            || !text.is_ascii()
            || bytes[4] != b'-'
            || bytes[7] != b'-'
            || bytes[13] != b':'
            || bytes[16] != b':'
        {
            return None;
        }
        if !matches!(bytes[10], b'T' | b't' | b' ') {
            return None;
        }
        let year = i32::try_from(number(&bytes[..4])?).ok()?;
        let date = Date::new(year, small(&bytes[5..7])?, small(&bytes[8..10])?)?;
        let local =
            LocalDateTime::new(date, small(&bytes[11..13])?, small(&bytes[14..16])?, small(&bytes[17..19])?)?;
        let mut rest = &text[19..];
        if let Some(fraction) = rest.strip_prefix('.') {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            rest = &fraction[digits..];
        }
        let offset = if rest.eq_ignore_ascii_case("z") {
            0
        } else {
            let plain = rest.len() == 6 && rest.as_bytes()[3] == b':';
            i64::from(
                plain
                    .then(|| format!("{}{}", &rest[..3], &rest[4..]).parse::<UtcOffset>().ok())
                    .flatten()?
                    .seconds(),
            )
        };
        Some(Self::from_seconds(local.seconds_since_epoch() - offset))
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads `19970714T133000Z` or RFC 3339.
    ///
    /// # Errors
    /// A syntax error for any other text.
    fn from_str(text: &str) -> Result<Self> {
        let basic =
            text.strip_suffix(['Z', 'z']).and_then(|local| local.parse().ok()).map(Self::from_utc_civil);
        basic.or_else(|| Self::from_rfc3339(text)).ok_or_else(|| {
            let shown = shown(text);
            Error::syntax(format!(
                "“{shown}” is not an instant; write it as 19970714T133000Z or 1997-07-14T13:30:00Z (RFC 5545 §3.3.5)"
            ))
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.to_utc_civil())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<chrono::DateTime<chrono::Utc>> for Timestamp {
    fn from(instant: chrono::DateTime<chrono::Utc>) -> Self {
        Self::from_seconds(instant.timestamp())
    }
}

impl From<Timestamp> for chrono::DateTime<chrono::Utc> {
    fn from(instant: Timestamp) -> Self {
        // Every `Timestamp` lies within chrono's far larger range.
        Self::from_timestamp(instant.0, 0).unwrap_or_default()
    }
}

serde_as_text!(Timestamp, "an instant such as 19970714T133000Z");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_what_is_not_an_instant() {
        for text in ["19970714T133000", "1997-07-14", "1997-07-14T13:30:00", "1997-07-14T13:30:00.Z", "é", ""]
        {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn texts_and_chrono_round_trip(seconds in Timestamp::MIN.seconds()..=Timestamp::MAX.seconds()) {
            let instant = Timestamp::from_seconds(seconds);
            prop_assert_eq!(instant.to_string().parse::<Timestamp>().unwrap(), instant);
            prop_assert_eq!(instant.to_rfc3339().parse::<Timestamp>().unwrap(), instant);
            prop_assert_eq!(Timestamp::from(chrono::DateTime::from(instant)), instant);
            let json = serde_json::to_string(&instant).unwrap();
            prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), instant);
        }
    }
}
