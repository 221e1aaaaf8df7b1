//! The `rrule` crate.

use chrono::{DateTime, TimeZone as _, Utc};
use rrule::{RRuleError, RRuleSet, Tz};

use crate::rules::{Case, ZONE};

/// A rule and its DTSTART.
///
/// # Errors
/// When the rule is not supported.
pub fn read(case: Case) -> Result<RRuleSet, RRuleError> {
    format!("DTSTART;TZID={ZONE}:{}\nRRULE:{}", case.start, case.rule).parse()
}

/// The instants of the first occurrences, in seconds since 1970.
#[must_use]
pub fn occurrences(set: &RRuleSet, count: usize) -> Vec<i64> {
    set.into_iter().take(count).map(|occurrence| occurrence.timestamp()).collect()
}

/// The starts in a window.
#[must_use]
pub fn window(set: &RRuleSet, from: i64, to: i64) -> Vec<i64> {
    let at = |second: i64| -> DateTime<Tz> {
        Tz::UTC.from_utc_datetime(&DateTime::<Utc>::from_timestamp(second, 0).unwrap_or_default().naive_utc())
    };
    let found = set.clone().after(at(from)).before(at(to - 1)).all(u16::MAX);
    found.dates.iter().map(DateTime::timestamp).collect()
}
