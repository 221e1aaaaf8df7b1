//! DATE values and days of the week (RFC 5545 §3.3.4, §3.3.10).

use super::scan::{number, serde_as_text, shown, small};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A day of the week, Monday first as in ISO 8601.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// MO
    Monday,
    /// TU
    Tuesday,
    /// WE
    Wednesday,
    /// TH
    Thursday,
    /// FR
    Friday,
    /// SA
    Saturday,
    /// SU
    Sunday,
}

impl Weekday {
    /// The seven days, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// 0 for Monday to 6 for Sunday.
    #[must_use]
    pub const fn index(self) -> u8 {
        self as u8
    }

    /// The day with this [`index`](Self::index), counted round the week.
    #[must_use]
    pub const fn from_index(index: u8) -> Self {
        Self::ALL[(index % 7) as usize]
    }

    /// The two letters of RFC 5545 §3.3.10, such as `MO`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][self as usize]
    }

    /// The day that two letters name, in any case.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.code().eq_ignore_ascii_case(code))
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A day of the proleptic Gregorian calendar, in the years 0 to 9999 that text can hold.
///
/// ```
/// use reefknot_core::value::{Date, Weekday};
/// let date: Date = "19970714".parse()?;
/// assert_eq!((date.year(), date.month(), date.day()), (1997, 7, 14));
/// assert_eq!(date.weekday(), Weekday::Monday);
/// assert_eq!(date.to_string(), "19970714");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// The first day that text can hold.
    pub const MIN: Self = Self { year: 0, month: 1, day: 1 };
    /// The last day that text can hold.
    pub const MAX: Self = Self { year: 9999, month: 12, day: 31 };

    /// A day of the calendar, or `None` where the calendar has no such day.
    #[must_use]
    pub const fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        if year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        Some(Self { year, month, day })
    }

    /// The year, 0 to 9999.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The day of the year, 1 to 366.
    #[must_use]
    pub const fn day_of_year(self) -> u16 {
        (self.days_since_epoch() - days_from_civil(self.year, 1, 1) + 1) as u16
    }

    /// Days since 1970-01-01, negative before it.
    #[must_use]
    pub const fn days_since_epoch(self) -> i64 {
        days_from_civil(self.year, self.month, self.day)
    }

    /// The day that many days after 1970-01-01, `None` outside the years 0 to 9999.
    #[must_use]
    pub const fn from_days(days: i64) -> Option<Self> {
        if days < Self::MIN.days_since_epoch() || days > Self::MAX.days_since_epoch() {
            return None;
        }
        let (year, month, day) = civil_from_days(days);
        Some(Self { year, month, day })
    }

    /// The day of the week.
    #[must_use]
    pub const fn weekday(self) -> Weekday {
        weekday_of(self.days_since_epoch())
    }

    /// The day that many days later (earlier if negative), `None` outside the years 0 to 9999.
    #[must_use]
    pub const fn checked_add_days(self, days: i64) -> Option<Self> {
        match self.days_since_epoch().checked_add(days) {
            Some(sum) => Self::from_days(sum),
            None => None,
        }
    }
}

/// Whether February has 29 days.
pub(crate) const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The length of a month, in days.
pub(crate) const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 => 28 + is_leap(year) as u8,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of any Gregorian day.
///
/// Counts in years that begin in March, so that the leap day is the last of its year.
pub(crate) const fn days_from_civil(year: i32, month: u8, day: u8) -> i64 {
    let year = year as i64 - (month <= 2) as i64;
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month as i64 + 9) % 12) + 2) / 5 + day as i64 - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days_from_civil`].
pub(crate) const fn civil_from_days(days: i64) -> (i32, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    // Within an era small numbers suffice, and are divided faster.
    let of_era = shifted.rem_euclid(146_097) as u32;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * month_from_march + 2) / 5 + 1) as u8;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u8;
    (year_of_era as i32 + era as i32 * 400 + (month <= 2) as i32, month, day)
}

/// The page of a calendar that shows one month: the dates of many days, most of them on the page of the one before.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The first of the month, also in days since the epoch.
    first: Date,
    from: i64,
    /// The first of the next month.
    to: i64,
}

impl Page {
    /// One that no day is on yet.
    pub(crate) const fn blank() -> Self {
        Self { first: Date::MIN, from: 0, to: 0 }
    }

    /// [`Date::from_days`]
    #[inline]
    pub(crate) fn date(&mut self, days: i64) -> Option<Date> {
        if days < self.from || days >= self.to {
            let date = Date::from_days(days)?;
            self.first = Date { day: 1, ..date };
            self.from = days - i64::from(date.day) + 1;
            self.to = self.from + i64::from(days_in_month(date.year, date.month));
        }
        Some(Date { day: (days - self.from + 1) as u8, ..self.first })
    }
}

/// The day of the week of a day since the epoch, which was a Thursday.
pub(crate) const fn weekday_of(days: i64) -> Weekday {
    Weekday::ALL[(days + 3).rem_euclid(7) as usize]
}

impl FromStr for Date {
    type Err = Error;

    /// Reads `YYYYMMDD`.
    ///
    /// # Errors
    /// A syntax error where the text has another shape or the calendar no such day.
    fn from_str(text: &str) -> Result<Self> {
        let bytes = text.as_bytes();
        let parts = (bytes.len() == 8).then(|| {
            let year = i32::try_from(number(&bytes[..4])?).ok()?;
            Self::new(year, small(&bytes[4..6])?, small(&bytes[6..])?)
        });
        parts.flatten().ok_or_else(|| {
            Error::syntax(format!("“{}” is not a date; write it as 19970714 (RFC 5545 §3.3.4)", shown(text)))
        })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.year * 10_000 + i32::from(self.month) * 100 + i32::from(self.day);
        write!(f, "{digits:08}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serde_as_text!(Date, "a date such as 19970714");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_days_that_do_not_exist() {
        for text in [
            "19970229",
            "19970001",
            "19971301",
            "19970100",
            "1997-07-14",
            "199707",
            "1997O714",
            "",
            "19970714 ",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!("20000229".parse::<Date>().is_ok());
        assert!("19000229".parse::<Date>().is_err());
    }

    #[test]
    fn counts_days_of_the_year() {
        assert_eq!(Date::new(2024, 12, 31).unwrap().day_of_year(), 366);
        assert_eq!(Date::new(2023, 3, 1).unwrap().day_of_year(), 60);
    }

    proptest! {
        #[test]
        fn days_and_text_round_trip(days in Date::MIN.days_since_epoch()..=Date::MAX.days_since_epoch()) {
            let date = Date::from_days(days).unwrap();
            prop_assert_eq!(date.days_since_epoch(), days);
            prop_assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
            let next = date.checked_add_days(1);
            prop_assert!(next.is_none_or(|next| next > date && next.weekday().index() == (date.weekday().index() + 1) % 7));
        }
    }
}
