//! Which days of a period a rule selects.

use super::DAY;
use crate::value::date::{civil_from_days, days_from_civil, days_in_month, is_leap, weekday_of};
use crate::value::{Date, Frequency, Recur, Skip};
use crate::{Error, Result};

/// The BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY parts, with what DTSTART adds to them.
#[derive(Clone, Debug)]
pub(super) struct Days {
    /// Bit *m* for month *m*; all where BYMONTH is not given.
    months: u16,
    /// Bit *d − 1* for the *d*th day of the month, and from its end.
    from_start: u32,
    from_end: u32,
    year_days: Vec<i16>,
    week_numbers: Vec<i8>,
    /// Bit *w* for every such day of the week, Monday first.
    weekdays: u8,
    /// The *n*th such day of the week, of the month or of the year.
    ordinals: Vec<(i64, i64)>,
    ordinals_of_year: bool,
    skip: Skip,
    /// The first day of the week, 0 for Monday.
    week_start: i64,
    /// Days after the start of the week that a plain weekly rule selects.
    week: Vec<i64>,
}

const ALL_MONTHS: u16 = 0x1FFE;
/// Bits of the days that fall on the weekday of the first.
const EVERY_SEVENTH: u32 = 1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28;

impl Days {
    pub(super) fn new(recur: &Recur, start: Date) -> Result<Self> {
        let freq = recur.freq;
        let yearly = freq == Frequency::Yearly;
        if !recur.by_week_no.is_empty() && !yearly {
            return Err(Error::invalid("BYWEEKNO has a meaning only with FREQ=YEARLY (RFC 5545 §3.3.10)"));
        }
        let mut days = Self {
            months: recur.by_month.iter().fold(0, |bits, month| bits | 1 << month),
            from_start: 0,
            from_end: 0,
            year_days: recur.by_year_day.clone(),
            week_numbers: recur.by_week_no.clone(),
            weekdays: 0,
            ordinals: Vec::new(),
            // Note 2 of the table: with BYMONTH an ordinal counts within the month.
            ordinals_of_year: yearly && recur.by_month.is_empty(),
            skip: recur.skip.unwrap_or_default(),
            week_start: recur.week_start.map_or(0, |day| i64::from(day.index())),
            week: Vec::new(),
        };
        for day in &recur.by_month_day {
            let bit = 1 << (day.unsigned_abs() - 1);
            if *day > 0 { days.from_start |= bit } else { days.from_end |= bit }
        }
        for day in &recur.by_day {
            let counts = freq >= Frequency::Monthly && recur.by_week_no.is_empty();
            // In a week there is one of each day, so that the first is also the last.
            let every = day.ordinal == 0 || (day.ordinal.abs() == 1 && freq == Frequency::Weekly);
            if every {
                days.weekdays |= 1 << day.weekday.index();
            } else if counts {
                days.ordinals.push((i64::from(day.ordinal), i64::from(day.weekday.index())));
            } else {
                return Err(Error::invalid(format!(
                    "BYDAY={day} counts days of a month or year; leave the number out, or use FREQ=MONTHLY, \
                     or FREQ=YEARLY without BYWEEKNO (RFC 5545 §3.3.10)"
                )));
            }
        }
        days.add_defaults(freq, start);
        let first = days.week_start;
        days.week = (0..7).filter(|day| days.weekdays >> ((first + day) % 7) & 1 == 1).collect();
        Ok(days)
    }

    /// What the rule does not say comes from DTSTART (RFC 5545 §3.3.10, "Information, not contained …").
    fn add_defaults(&mut self, freq: Frequency, start: Date) {
        let no_weekday = self.weekdays == 0 && self.ordinals.is_empty();
        let no_day = no_weekday && self.from_start | self.from_end == 0 && self.year_days.is_empty();
        if freq == Frequency::Weekly && no_weekday {
            self.weekdays = 1 << start.weekday().index();
        }
        if freq >= Frequency::Monthly && no_day {
            if !self.week_numbers.is_empty() {
                self.weekdays = 1 << start.weekday().index();
            } else {
                self.from_start = 1 << (start.day() - 1);
                if freq == Frequency::Yearly && self.months == 0 {
                    self.months = 1 << start.month();
                }
            }
        }
        if self.months == 0 {
            self.months = ALL_MONTHS;
        }
    }

    /// Whether every period of a frequency up to a week holds equally many days.
    pub(super) fn is_even(&self, freq: Frequency) -> bool {
        self.months == ALL_MONTHS
            && self.from_start | self.from_end == 0
            && self.year_days.is_empty()
            && self.week_numbers.is_empty()
            && self.ordinals.is_empty()
            && (self.weekdays == 0 || freq == Frequency::Weekly)
    }

    /// The number of the week, month or year that holds a day.
    pub(super) fn index_of(&self, freq: Frequency, day: i64) -> i64 {
        let (year, month, _) = civil_from_days(day);
        match freq {
            Frequency::Weekly => (day + 3 - self.week_start).div_euclid(7),
            Frequency::Monthly => i64::from(year) * 12 + i64::from(month) - 1,
            _ if self.week_numbers.is_empty() => i64::from(year),
            // The year that the week belongs to, which at its ends is another.
            _ if day < self.first_week(year) => i64::from(year) - 1,
            _ if day >= self.first_week(year + 1) => i64::from(year) + 1,
            _ => i64::from(year),
        }
    }

    /// The first day of week 1: the first week with at least four days in the year.
    fn first_week(&self, year: i32) -> i64 {
        let first = days_from_civil(year, 1, 1);
        let into = (i64::from(weekday_of(first).index()) - self.week_start).rem_euclid(7);
        if into <= 3 { first - into } else { first + 7 - into }
    }

    /// The days of one week that pass the limits, as civil seconds.
    pub(super) fn of_week(&self, index: i64, units: &mut Vec<i64>) {
        let first = index * 7 - 3 + self.week_start;
        units.extend(self.week.iter().map(|day| (first + day) * DAY));
        if self.months != ALL_MONTHS || self.from_start | self.from_end != 0 || !self.year_days.is_empty() {
            units.retain(|second| self.holds(second.div_euclid(DAY)));
        }
    }

    /// The days of one month, as civil seconds.
    pub(super) fn of_month(&self, index: i64, units: &mut Vec<i64>) {
        let Ok(year) = i32::try_from(index.div_euclid(12)) else { return };
        let month = index.rem_euclid(12) as u8 + 1;
        if self.skips() {
            self.skipping(year, Some(month), units);
        } else {
            self.push_month(year, month, units);
        }
    }

    /// The days of one year, as civil seconds.
    pub(super) fn of_year(&self, index: i64, units: &mut Vec<i64>) {
        let Ok(year) = i32::try_from(index) else { return };
        if !self.week_numbers.is_empty() {
            return self.push_weeks(year, units);
        }
        if self.skips() {
            return self.skipping(year, None, units);
        }
        for month in 1..=12 {
            self.push_month(year, month, units);
        }
    }

    /// How many days of one year [`of_year`](Self::of_year) gives where nothing is skipped; `None` where only
    /// listing them tells.
    pub(super) fn count_of_year(&self, index: i64) -> Option<u32> {
        let year = i32::try_from(index).ok().filter(|_| self.week_numbers.is_empty())?;
        let months = (1..=12).filter(|month| self.months >> month & 1 == 1);
        let bits = months.map(|month| self.month_bits(year, month, days_from_civil(year, month, 1)));
        Some(bits.map(u32::count_ones).sum())
    }

    /// Whether days of the year limit weeks that may begin in the year before.
    pub(super) const fn mixes_weeks_and_days(&self) -> bool {
        !self.week_numbers.is_empty() && !self.year_days.is_empty()
    }

    fn push_month(&self, year: i32, month: u8, units: &mut Vec<i64>) {
        if self.months >> month & 1 == 0 {
            return;
        }
        let first = days_from_civil(year, month, 1);
        let mut bits = self.month_bits(year, month, first);
        while bits != 0 {
            units.push((first + i64::from(bits.trailing_zeros())) * DAY);
            bits &= bits - 1;
        }
    }

    /// Bit *d − 1* for each day of the month that passes all parts.
    fn month_bits(&self, year: i32, month: u8, first: i64) -> u32 {
        let length = days_in_month(year, month);
        let mut bits = u32::MAX >> (32 - length);
        if self.from_start | self.from_end != 0 {
            bits &= self.from_start | self.from_end.reverse_bits() >> (32 - length);
        }
        if !self.year_days.is_empty() {
            let before = first - days_from_civil(year, 1, 1);
            let days = self.year_days.iter().map(|day| day_of_year(*day, year) - 1 - before);
            bits &= days.fold(0, |bits, day| bits | bit(day));
        }
        if self.weekdays == 0 && self.ordinals.is_empty() {
            return bits;
        }
        let first_weekday = i64::from(weekday_of(first).index());
        // The week as it lies in this month, from the weekday of the first on, again and again.
        let week = u32::from(self.weekdays);
        let mut wanted =
            ((week >> first_weekday | week << (7 - first_weekday)) & 0x7F).wrapping_mul(EVERY_SEVENTH);
        let (from, to) = if self.ordinals_of_year {
            (days_from_civil(year, 1, 1) - first, days_from_civil(year + 1, 1, 1) - first)
        } else {
            (0, i64::from(length))
        };
        for (ordinal, weekday) in &self.ordinals {
            let day = if *ordinal > 0 {
                from + (weekday - (first_weekday + from)).rem_euclid(7) + 7 * (ordinal - 1)
            } else {
                to - 1 - (first_weekday + to - 1 - weekday).rem_euclid(7) + 7 * (ordinal + 1)
            };
            // The fifth Monday of a month with four is no day of it.
            if day >= from && day < to {
                wanted |= bit(day);
            }
        }
        bits & wanted
    }

    /// BYWEEKNO: whole weeks, which may begin in the year before and end in the year after.
    fn push_weeks(&self, year: i32, units: &mut Vec<i64>) {
        let first = self.first_week(year);
        let weeks = (self.first_week(year + 1) - first) / 7;
        for number in &self.week_numbers {
            let number = i64::from(*number);
            let week = if number > 0 { number - 1 } else { weeks + number };
            if (0..weeks).contains(&week) {
                let days = first + week * 7..first + week * 7 + 7;
                units.extend(days.filter(|day| self.holds(*day)).map(|day| day * DAY));
            }
        }
        units.sort_unstable();
        units.dedup();
    }

    /// Whether a day passes BYMONTH, BYMONTHDAY, BYYEARDAY and the days of the week without a number.
    pub(super) fn holds(&self, day: i64) -> bool {
        if self.weekdays != 0 && self.weekdays >> weekday_of(day).index() & 1 == 0 {
            return false;
        }
        if self.months == ALL_MONTHS && self.from_start | self.from_end == 0 && self.year_days.is_empty() {
            return true;
        }
        let (year, month, day_of_month) = civil_from_days(day);
        if self.months >> month & 1 == 0 {
            return false;
        }
        let left = days_in_month(year, month) - day_of_month;
        let in_month = self.from_start >> (day_of_month - 1) & 1 == 1 || self.from_end >> left & 1 == 1;
        if self.from_start | self.from_end != 0 && !in_month {
            return false;
        }
        let of_year = day - days_from_civil(year, 1, 1) + 1;
        self.year_days.is_empty() || self.year_days.iter().any(|wanted| day_of_year(*wanted, year) == of_year)
    }

    /// The first day after this one whose month BYMONTH allows, if its own is not allowed.
    pub(super) fn past_month(&self, day: i64) -> Option<i64> {
        if self.months == ALL_MONTHS {
            return None;
        }
        let (year, month, _) = civil_from_days(day);
        if self.months >> month & 1 == 1 {
            return None;
        }
        let later = (i64::from(month) + 1..i64::from(month) + 13)
            .find(|next| self.months >> ((next - 1) % 12 + 1) & 1 == 1)?;
        let (over, month) = ((later - 1) / 12, (later - 1) % 12 + 1);
        Some(days_from_civil(year + over as i32, month as u8, 1))
    }

    fn skips(&self) -> bool {
        // Only days counted by number can be missing, and of two such lists only the common days count.
        self.skip != Skip::Omit && (self.from_start | self.from_end != 0) == self.year_days.is_empty()
    }

    /// SKIP: a missing day's place is taken by a neighbour, before BYDAY limits the set (RFC 7529 §4.1).
    fn skipping(&self, year: i32, only: Option<u8>, units: &mut Vec<i64>) {
        let months =
            (1..=12).filter(|month| self.months >> month & 1 == 1 && only.is_none_or(|only| only == *month));
        let mut days = Vec::new();
        if self.year_days.is_empty() {
            for month in months {
                let (first, length) =
                    (days_from_civil(year, month, 1), i64::from(days_in_month(year, month)));
                for number in 1..=31 {
                    if self.from_start >> (number - 1) & 1 == 1 {
                        days.push(self.place(first, length, number));
                    }
                    if self.from_end >> (number - 1) & 1 == 1 {
                        days.push(self.place(first, length, length + 1 - number));
                    }
                }
            }
        } else {
            let (first, length) = (days_from_civil(year, 1, 1), 365 + i64::from(is_leap(year)));
            days.extend(self.year_days.iter().map(|day| self.place(first, length, day_of_year(*day, year))));
            days.retain(|day| {
                let month = civil_from_days(*day).1;
                self.months >> month & 1 == 1 && only.is_none_or(|only| only == month)
            });
        }
        days.retain(|day| {
            let (year, month, of_month) = civil_from_days(*day);
            let plain = Self {
                from_start: 0,
                from_end: 0,
                year_days: Vec::new(),
                months: ALL_MONTHS,
                ..self.clone()
            };
            plain.month_bits(year, month, days_from_civil(year, month, 1)) >> (of_month - 1) & 1 == 1
        });
        days.sort_unstable();
        days.dedup();
        units.extend(days.into_iter().map(|day| day * DAY));
    }

    /// The day with that number in a month or year, or the neighbour that takes its place.
    fn place(&self, first: i64, length: i64, number: i64) -> i64 {
        let number = match self.skip {
            Skip::Forward => number.clamp(1, length + 1),
            Skip::Backward | Skip::Omit => number.clamp(0, length),
        };
        first + number - 1
    }
}

/// The day of the year from 1 that BYYEARDAY counts, from the end if negative; beyond the year if it has no such day.
fn day_of_year(number: i16, year: i32) -> i64 {
    let number = i64::from(number);
    if number > 0 { number } else { 366 + i64::from(is_leap(year)) + number }
}

fn bit(day: i64) -> u32 {
    if (0..31).contains(&day) { 1 << day } else { 0 }
}
