//! IANA zones: `chrono-tz`, and the years after its table ends.

use super::zone::Span;
use crate::value::LocalDateTime;
use crate::value::date::days_from_civil;
use chrono::{NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{OffsetComponents, OffsetName, Tz, TzOffset};

const DAY: i64 = 86_400;
/// How far to step in search of a change: Boa Vista once kept summer time for a single week.
pub(super) const STRIDE: i64 = 5 * DAY;

/// Where the table of `chrono-tz` is left: before the years in which it forgets daylight saving time.
const TABLE_END: i64 = march(2099) * DAY;
/// The last years of the table that are whole. Each day of the week begins a March in them, and what
/// single years ordained (as for Ramadan, until 2087) is over.
const LAST_YEARS: std::ops::Range<i32> = 2088..2099;

fn offset_of(tz: Tz, second: i64) -> TzOffset {
    tz.offset_from_utc_datetime(&naive(in_table(second)))
}

fn naive(second: i64) -> NaiveDateTime {
    // All instants of this crate lie well within chrono's range.
    chrono::DateTime::from_timestamp(second, 0).map_or(NaiveDate::MIN.into(), |instant| instant.naive_utc())
}

/// The same time of a year that the table covers and whose days fall on the same days of the
/// week: the rules in force at its end go on. Years begin in March, so that leap days do not matter.
fn in_table(second: i64) -> i64 {
    if second < TABLE_END {
        return second;
    }
    let date = LocalDateTime::saturating_from_seconds(second).date();
    let first = march(date.year() - i32::from(date.month() < 3));
    let equal = LAST_YEARS.map(march).find(|candidate| (candidate - first) % 7 == 0);
    equal.map_or(second, |equal| second - (first - equal) * DAY)
}

/// The first of March of a year, in days since the epoch.
const fn march(year: i32) -> i64 {
    days_from_civil(year, 3, 1)
}

pub(super) fn offset(tz: Tz, second: i64) -> i32 {
    offset_of(tz, second).fix().local_minus_utc()
}

pub(super) fn abbreviation(tz: Tz, second: i64) -> Option<String> {
    // Zones without letters of their own are called by their offset, `+03`.
    offset_of(tz, second).abbreviation().map(str::to_owned)
}

pub(super) fn is_daylight(tz: Tz, second: i64) -> bool {
    !offset_of(tz, second).dst_offset().is_zero()
}

/// The span from `second` on. `chrono-tz` keeps its table to itself, so its end is found by
/// stepping and halving.
pub(super) fn span(tz: Tz, second: i64, reach: i64) -> Span {
    let own = offset(tz, second);
    let mut same = second;
    while same < second + reach {
        let next = same + STRIDE.min(reach);
        if offset(tz, next) != own {
            return Span { from: second, to: change(same, next, |at| offset(tz, at) == own), offset: own };
        }
        same = next;
    }
    Span { from: second, to: same, offset: own }
}

/// The first second of `(same, other]` for which `holds` no longer does.
pub(super) fn change(mut same: i64, mut other: i64, holds: impl Fn(i64) -> bool) -> i64 {
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        if holds(middle) { same = middle } else { other = middle }
    }
    other
}
