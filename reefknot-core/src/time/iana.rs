//! IANA zones: `chrono-tz`, and the years after its table ends.

use super::zone::Span;
use crate::value::{Date, LocalDateTime};
use chrono::{NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{OffsetComponents, OffsetName, Tz, TzOffset};

const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

/// The first year without daylight saving time in the table of `chrono-tz`, in UTC seconds.
const TABLE_END: i64 = LocalDateTime::midnight(Date::new(2099, 12, 1).unwrap()).seconds_since_epoch();
/// The 28 years before: each length of year beginning on each day of the week occurs in them.
const LAST_CYCLE: std::ops::Range<i32> = 2071..2099;

fn offset_of(tz: Tz, second: i64) -> TzOffset {
    tz.offset_from_utc_datetime(&naive(in_table(second)))
}

fn naive(second: i64) -> NaiveDateTime {
    // All instants of this crate lie well within chrono's range.
    chrono::DateTime::from_timestamp(second, 0).map_or(NaiveDate::MIN.into(), |instant| instant.naive_utc())
}

/// The same time of an equal year that the table covers: the rules in force at its end go on.
fn in_table(second: i64) -> i64 {
    if second < TABLE_END {
        return second;
    }
    let local = LocalDateTime::saturating_from_seconds(second);
    let Some(first) = Date::new(local.date().year(), 1, 1) else { return second };
    let of_year = second - first.days_since_epoch() * DAY;
    let length = |first: Date| Date::new(first.year(), 12, 31).map(Date::day_of_year);
    let equal = LAST_CYCLE
        .filter_map(|year| Date::new(year, 1, 1))
        .find(|candidate| candidate.weekday() == first.weekday() && length(*candidate) == length(first));
    equal.map_or(second, |equal| equal.days_since_epoch() * DAY + of_year)
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
/// stepping a week at a time and halving: no zone changes its clocks and back within a week.
pub(super) fn span(tz: Tz, second: i64, reach: i64) -> Span {
    let own = offset(tz, second);
    let mut same = second;
    while same < second + reach {
        let next = same + WEEK.min(reach);
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
