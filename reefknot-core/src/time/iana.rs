//! IANA zones: `chrono-tz`, and the years after its table ends.

use super::zone::Span;
use crate::value::LocalDateTime;
use crate::value::date::{civil_from_days, days_from_civil};
use chrono::{NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{OffsetComponents, OffsetName, TZ_VARIANTS, Tz, TzOffset};
use std::sync::OnceLock;

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
    span(tz, second, 0).offset
}

fn looked_up(tz: Tz, second: i64) -> i32 {
    tz.offset_from_utc_datetime(&naive(second)).fix().local_minus_utc()
}

pub(super) fn abbreviation(tz: Tz, second: i64) -> Option<String> {
    // Zones without letters of their own are called by their offset, `+03`.
    offset_of(tz, second).abbreviation().map(str::to_owned)
}

pub(super) fn is_daylight(tz: Tz, second: i64) -> bool {
    !offset_of(tz, second).dst_offset().is_zero()
}

/// A span around `second`; before the years that are kept, from it on and at least `reach` long.
pub(super) fn span(tz: Tz, second: i64, reach: i64) -> Span {
    let inside = in_table(second);
    let Some(year) = Year::of(tz, inside) else { return search(tz, second, reach) };
    let after = year.changes.partition_point(|(change, _)| *change <= inside);
    let (from, offset) = if after == 0 { (year.from, year.offset) } else { year.changes[after - 1] };
    let to = year.changes.get(after).map_or(year.to, |(change, _)| *change);
    if inside == second {
        return Span { from, to: to.min(TABLE_END), offset };
    }
    // Another year stands in for this one, from its March to the next. It may be a day longer or shorter.
    let date = LocalDateTime::saturating_from_seconds(second).date();
    let of = date.year() - i32::from(date.month() < 3);
    let (first, last) = (march(of) * DAY, march(of + 1) * DAY);
    Span { from: (from + second - inside).max(first), to: (to + second - inside).min(last), offset }
}

/// `chrono-tz` keeps its table to itself, so the end of a span is found by stepping and halving.
fn search(tz: Tz, second: i64, reach: i64) -> Span {
    let own = looked_up(tz, second);
    let mut same = second;
    while same < second + reach {
        let next = same + STRIDE.min(reach);
        if looked_up(tz, next) != own {
            return Span { from: second, to: change(same, next, |at| looked_up(tz, at) == own), offset: own };
        }
        same = next;
    }
    Span { from: second, to: same.max(second + 1), offset: own }
}

/// The changes of one year in UTC. Found once: whoever asks about a year asks about it often.
struct Year {
    from: i64,
    to: i64,
    /// At its start.
    offset: i32,
    changes: Box<[(i64, i32)]>,
}

const KEPT: std::ops::Range<i32> = 1970..2100;

type Years = Box<[OnceLock<Year>]>;
static ZONES: [OnceLock<Years>; TZ_VARIANTS.len()] = [const { OnceLock::new() }; TZ_VARIANTS.len()];

impl Year {
    fn of(tz: Tz, second: i64) -> Option<&'static Self> {
        let (year, _, _) = civil_from_days(second.div_euclid(DAY));
        let index = usize::try_from(year - KEPT.start).ok()?;
        let years = ZONES.get(tz as usize)?.get_or_init(|| KEPT.map(|_| OnceLock::new()).collect());
        Some(years.get(index)?.get_or_init(|| Self::new(tz, year)))
    }

    fn new(tz: Tz, year: i32) -> Self {
        let (from, to) = (days_from_civil(year, 1, 1) * DAY, days_from_civil(year + 1, 1, 1) * DAY);
        let (offset, mut changes, mut at) = (looked_up(tz, from), Vec::new(), from);
        while at < to {
            let span = search(tz, at, to - at);
            if span.to < to {
                changes.push((span.to, looked_up(tz, span.to)));
            }
            at = span.to;
        }
        Self { from, to, offset, changes: changes.into() }
    }
}

/// The first second of `(same, other]` for which `holds` no longer does.
pub(super) fn change(mut same: i64, mut other: i64, holds: impl Fn(i64) -> bool) -> i64 {
    while other - same > 1 {
        let middle = same + (other - same) / 2;
        if holds(middle) { same = middle } else { other = middle }
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2109 is an ordinary year and follows the rules of 2092, which is not.
    #[test]
    fn spans_after_the_table_meet_and_do_not_overlap() {
        for tz in TZ_VARIANTS {
            let (mut at, end) = (march(2108) * DAY, march(2114) * DAY);
            while at < end {
                let found = span(tz, at, DAY);
                assert!(found.from <= at && at < found.to, "{tz} at {at}");
                assert_eq!(span(tz, found.to, DAY).from, found.to, "{tz} at {at}");
                at = found.to;
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_what_the_table_says(second in -500_000_000..4_050_000_000i64, index in 0..TZ_VARIANTS.len()) {
            let tz = TZ_VARIANTS[index];
            let found = span(tz, second, DAY);
            prop_assert!((found.from..found.to).contains(&second));
            for at in [found.from, second, found.to - 1] {
                prop_assert_eq!(looked_up(tz, at), found.offset, "{} at {}", tz, at);
            }
        }
    }
}
