//! From the parts of a RECUR to masks and sorted lists.

use super::clock::{self, Clock};
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
        let mut rule = Self {
            freq: recur.freq,
            interval: i64::from(recur.interval),
            start: start.seconds_since_epoch(),
            origin: 0,
            days,
            clock: if whole_days { Clock::ANY } else { Clock::new(recur) },
            offsets: if whole_days { vec![0] } else { clock::offsets(recur, start) },
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
            // No period has that many instances.
            rule.end_before_start();
        }
        if rule.freq < Frequency::Daily
            && !rule.clock.ever_allows(rule.origin * rule.unit(), rule.interval * rule.unit())
        {
            rule.end_before_start();
        }
        let first = Occurrences::in_first_period(&rule);
        rule.leading = rule.until < rule.start || first != Some(rule.start);
        if rule.freq == Frequency::Yearly && first.is_none() {
            // Nothing is left of the year that DTSTART's week belongs to, which may be the old one.
            rule.origin = rule.origin.max(start.date().year().into());
        }
        Ok(rule)
    }

    /// What a rule without instances comes to.
    fn end_before_start(&mut self) {
        self.until = self.until.min(self.start - 1);
    }
}
