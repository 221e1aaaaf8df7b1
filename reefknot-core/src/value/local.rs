//! Civil date-times: what a clock on the wall shows (RFC 5545 §3.3.5, form 1).

use super::Date;
use super::date::{Page, days_from_civil};
use super::scan::{serde_as_text, shown, small};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A date and a time of day in no zone in particular.
///
/// ```
/// use reefknot_core::value::LocalDateTime;
/// let local: LocalDateTime = "19980118T230000".parse()?;
/// assert_eq!(local.hour(), 23);
/// assert_eq!(local.to_string(), "19980118T230000");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime {
    date: Date,
    hour: u8,
    minute: u8,
    second: u8,
}

impl LocalDateTime {
    /// The first second that text can hold.
    pub const MIN: Self = Self { date: Date::MIN, hour: 0, minute: 0, second: 0 };
    /// The last second that text can hold.
    pub const MAX: Self = Self { date: Date::MAX, hour: 23, minute: 59, second: 59 };

    /// A time on a date; second 60 is read as 59, as RFC 5545 §3.3.12 asks of those who
    /// do not know leap seconds. `None` where a clock shows no such time.
    #[must_use]
    pub const fn new(date: Date, hour: u8, minute: u8, second: u8) -> Option<Self> {
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        Some(Self { date, hour, minute, second: if second == 60 { 59 } else { second } })
    }

    /// The first second of a date.
    #[must_use]
    pub const fn midnight(date: Date) -> Self {
        Self { date, hour: 0, minute: 0, second: 0 }
    }

    /// The date.
    #[must_use]
    pub const fn date(self) -> Date {
        self.date
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

    /// Seconds since midnight.
    #[must_use]
    pub const fn second_of_day(self) -> u32 {
        self.hour as u32 * 3600 + self.minute as u32 * 60 + self.second as u32
    }

    /// Seconds since 1970-01-01T00:00:00 on the same clock, negative before it.
    #[must_use]
    pub const fn seconds_since_epoch(self) -> i64 {
        days_from_civil(self.date.year(), self.date.month(), self.date.day()) * 86_400
            + self.second_of_day() as i64
    }

    /// The inverse of [`seconds_since_epoch`](Self::seconds_since_epoch), `None` outside the years 0 to 9999.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Option<Self> {
        if seconds < Self::MIN.seconds_since_epoch() || seconds > Self::MAX.seconds_since_epoch() {
            return None;
        }
        Some(Self::saturating_from_seconds(seconds))
    }

    /// [`from_seconds`](Self::from_seconds), or the nearest second that text can hold.
    #[must_use]
    pub const fn saturating_from_seconds(seconds: i64) -> Self {
        if seconds < Self::MIN.seconds_since_epoch() {
            return Self::MIN;
        }
        if seconds > Self::MAX.seconds_since_epoch() {
            return Self::MAX;
        }
        match Date::from_days(seconds.div_euclid(86_400)) {
            Some(date) => Self::at_second_of(date, seconds.rem_euclid(86_400) as u32),
            None => Self::MAX,
        }
    }

    /// [`saturating_from_seconds`](Self::saturating_from_seconds) of one time among many.
    #[inline]
    pub(crate) fn on_page(seconds: i64, page: &mut Page) -> Self {
        let day = seconds.div_euclid(86_400);
        match page.date(day) {
            Some(date) => Self::at_second_of(date, (seconds - day * 86_400) as u32),
            None => Self::saturating_from_seconds(seconds),
        }
    }

    const fn at_second_of(date: Date, second: u32) -> Self {
        Self {
            date,
            hour: (second / 3600) as u8,
            minute: (second / 60 % 60) as u8,
            second: (second % 60) as u8,
        }
    }

    /// The time that many seconds later on the same clock, `None` outside the years 0 to 9999.
    #[must_use]
    pub const fn checked_add_seconds(self, seconds: i64) -> Option<Self> {
        match self.seconds_since_epoch().checked_add(seconds) {
            Some(sum) => Self::from_seconds(sum),
            None => None,
        }
    }
}

impl FromStr for LocalDateTime {
    type Err = Error;

    /// Reads `YYYYMMDDTHHMMSS`, with a `t` of either case.
    ///
    /// # Errors
    /// A syntax error where the text has another shape or names no such time.
    fn from_str(text: &str) -> Result<Self> {
        let bytes = text.as_bytes();
        let parts =
            (bytes.len() == 15 && bytes.is_ascii() && bytes[8].eq_ignore_ascii_case(&b'T')).then(|| {
                let date = text[..8].parse().ok()?;
                Self::new(date, small(&bytes[9..11])?, small(&bytes[11..13])?, small(&bytes[13..])?)
            });
        parts.flatten().ok_or_else(|| {
            let shown = shown(text);
            Error::syntax(format!(
                "“{shown}” is not a local time; write it as 19970714T133000 (RFC 5545 §3.3.5)"
            ))
        })
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = u32::from(self.hour) * 10_000 + u32::from(self.minute) * 100 + u32::from(self.second);
        write!(f, "{}T{digits:06}", self.date)
    }
}

impl fmt::Debug for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serde_as_text!(LocalDateTime, "a local time such as 19970714T133000");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_a_leap_second_as_the_one_before() {
        let local: LocalDateTime = "20161231T235960".parse().unwrap();
        assert_eq!(local.to_string(), "20161231T235959");
    }

    #[test]
    fn refuses_times_that_no_clock_shows() {
        for text in [
            "20161231T240000",
            "20161231T236000",
            "20161231T235961",
            "20161231 235959",
            "20161231T2359",
            "2016é31T23595",
        ] {
            assert!(text.parse::<LocalDateTime>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn seconds_and_text_round_trip(
            seconds in LocalDateTime::MIN.seconds_since_epoch()..=LocalDateTime::MAX.seconds_since_epoch(),
        ) {
            let local = LocalDateTime::from_seconds(seconds).unwrap();
            prop_assert_eq!(local.seconds_since_epoch(), seconds);
            prop_assert_eq!(local.to_string().parse::<LocalDateTime>().unwrap(), local);
        }

        #[test]
        fn times_on_a_page_are_those_of_their_seconds(first in -10_000_000_000..260_000_000_000_i64, steps in prop::collection::vec(-9_000_000..9_000_000_i64, 1..20)) {
            let (mut page, mut seconds) = (Page::blank(), first);
            for step in steps {
                // Small steps as well as large ones.
                for _ in 0..2 {
                    seconds += step % 200_000;
                    let local = LocalDateTime::on_page(seconds, &mut page);
                    prop_assert_eq!(local, LocalDateTime::saturating_from_seconds(seconds));
                }
                seconds += step;
            }
            for outside in [i64::MIN, i64::MAX, LocalDateTime::MIN.seconds_since_epoch() - 1] {
                prop_assert_eq!(LocalDateTime::on_page(outside, &mut page), LocalDateTime::saturating_from_seconds(outside));
            }
        }
    }
}
