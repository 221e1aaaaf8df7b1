//! From the parts of a RECUR to masks and sorted lists.

use super::days::Days;
use super::{Occurrences, Rule};
use crate::value::{Frequency, LocalDateTime, Recur};
use crate::{Error, Result};
use std::sync::OnceLock;

impl Rule {
    /// Makes a rule ready for a DTSTART.
    ///
    /// `whole_days` says that DTSTART is a DATE: then BYHOUR, BYMINUTE and BYSECOND are ignored, as
    /// RFC 5545 §3.3.10 asks. `until` is the rule's UNTIL on DTSTART's clock, which only the caller,
    /// who knows the zone, can tell.
    ///
    /// # Errors
    /// An invalid-use error for parts that have no meaning together, and for calendars other than
    /// the Gregorian one.
    pub fn new(
        recur: &Recur,
        start: LocalDateTime,
        whole_days: bool,
        until: Option<LocalDateTime>,
    ) -> Result<Self> {
        if !recur.is_gregorian() {
            let name = recur.rscale.as_deref().unwrap_or_default();
            return Err(Error::invalid(format!(
                "RSCALE={name} is an unsupported calendar; only GREGORIAN rules can be expanded (RFC 7529 §4.2)"
            )));
        }
        if whole_days && recur.freq < Frequency::Daily {
            return Err(Error::invalid(
                "a rule of whole days cannot repeat by the hour, minute or second; \
                 write DTSTART with a time or FREQ=DAILY (RFC 5545 §3.3.10)",
            ));
        }
        let days = Days::new(recur, start.date())?;
        let clock = Clock::new(recur, start, whole_days);
        let mut rule = Self {
            freq: recur.freq,
            interval: i64::from(recur.interval),
            start: start.seconds_since_epoch(),
            origin: 0,
            days,
            hours: clock.hours,
            minutes: clock.minutes,
            seconds: clock.seconds,
            offsets: clock.offsets,
            even: false,
            positions: recur.by_set_pos.clone(),
            skip: recur.skip.unwrap_or_default(),
            until: until.unwrap_or(LocalDateTime::MAX).seconds_since_epoch(),
            count: recur.count,
            leading: false,
            last: OnceLock::new(),
        };
        rule.even = rule.is_even();
        rule.origin = rule.index_of(rule.start);
        let widest = i32::try_from(rule.offsets.len()).unwrap_or(i32::MAX);
        let beyond = rule.positions.iter().all(|position| position.abs() > widest);
        if rule.freq <= Frequency::Daily && beyond && !rule.positions.is_empty() {
            // No period has that many instances: the rule ends before it begins.
            rule.until = rule.until.min(rule.start - 1);
        }
        rule.leading = rule.until < rule.start || !Occurrences::holds_start(&rule);
        Ok(rule)
    }
}

/// What BYHOUR, BYMINUTE and BYSECOND come to: limits above, expansion below the frequency.
struct Clock {
    hours: u64,
    minutes: u64,
    seconds: u64,
    offsets: Vec<i64>,
}

impl Clock {
    fn new(recur: &Recur, start: LocalDateTime, whole_days: bool) -> Self {
        if whole_days {
            return Self { hours: u64::MAX, minutes: u64::MAX, seconds: u64::MAX, offsets: vec![0] };
        }
        let list = |given: &[u8], own: u8, expands: bool| match (expands, given) {
            (false, _) => vec![0],
            (true, []) => vec![own],
            (true, given) => given.to_vec(),
        };
        let limit = |given: &[u8], limits: bool| {
            if !limits || given.is_empty() {
                return u64::MAX;
            }
            given.iter().fold(0, |bits, item| bits | 1 << (*item).min(59))
        };
        let hours = list(&recur.by_hour, start.hour(), recur.freq > Frequency::Hourly);
        let minutes = list(&recur.by_minute, start.minute(), recur.freq > Frequency::Minutely);
        let seconds = list(&recur.by_second, start.second(), recur.freq > Frequency::Secondly);
        let mut offsets = Vec::with_capacity(hours.len() * minutes.len() * seconds.len());
        for hour in &hours {
            for minute in &minutes {
                // Second 60 is read as 59, as in any time (RFC 5545 §3.3.12).
                let second = |second: &u8| {
                    i64::from(*hour) * 3600 + i64::from(*minute) * 60 + i64::from(*second).min(59)
                };
                offsets.extend(seconds.iter().map(second));
            }
        }
        offsets.dedup();
        Self {
            hours: limit(&recur.by_hour, recur.freq <= Frequency::Hourly),
            minutes: limit(&recur.by_minute, recur.freq <= Frequency::Minutely),
            seconds: limit(&recur.by_second, recur.freq <= Frequency::Secondly),
            offsets,
        }
    }
}
