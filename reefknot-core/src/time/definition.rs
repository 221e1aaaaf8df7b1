//! VTIMEZONE evaluated: all STANDARD and DAYLIGHT with their rules and dates (RFC 5545 §3.6.5).
//!
//! Nothing is tabulated. Each question seeks the onsets around an instant, so that a definition
//! from 1601 costs no more than one from last year, and the year 2400 no more than this one.

use super::zone::Span;
use crate::value::{Budget, DateTime, Frequency, LocalDateTime, Recur, Rule, UtcOffset};
use crate::{Error, Result};

/// One STANDARD or DAYLIGHT of a VTIMEZONE.
#[derive(Clone, Debug, PartialEq)]
pub struct Observance {
    /// Whether it is DAYLIGHT.
    pub daylight: bool,
    /// DTSTART: the first onset, on the clock as it was before.
    pub start: LocalDateTime,
    /// TZOFFSETFROM
    pub offset_from: UtcOffset,
    /// TZOFFSETTO
    pub offset_to: UtcOffset,
    /// RRULE
    pub rules: Vec<Recur>,
    /// RDATE: further onsets, on the clock as it was before or in UTC.
    pub dates: Vec<DateTime>,
    /// The first TZNAME.
    pub name: Option<String>,
}

/// A VTIMEZONE made ready to answer questions.
#[derive(Clone, Debug)]
pub struct Definition {
    tzid: String,
    observances: Vec<Ready>,
    /// The offset before the first onset of all.
    before: i32,
}

#[derive(Clone, Debug)]
struct Ready {
    source: Observance,
    /// DTSTART and RDATEs in UTC seconds, sorted.
    onsets: Vec<i64>,
    rules: Vec<Rule>,
}

/// What one search for an onset may cost: enough for any yearly rule, to the end of the calendar.
const STEPS: u64 = 20_000;
const YEAR: i64 = 366 * 86_400;

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.tzid == other.tzid
            && self
                .observances
                .iter()
                .map(|ready| &ready.source)
                .eq(other.observances.iter().map(|ready| &ready.source))
    }
}

impl Definition {
    /// Makes a definition ready.
    ///
    /// # Errors
    /// An invalid-use error if there is no observance, or a rule changes clocks more often than
    /// monthly or cannot be expanded.
    pub fn new(tzid: impl Into<String>, observances: Vec<Observance>) -> Result<Self> {
        let tzid = tzid.into();
        let observances: Result<Vec<Ready>> = observances.into_iter().map(Ready::new).collect();
        let observances = observances.map_err(|error| {
            Error::invalid(format!("the VTIMEZONE {}: {error}", crate::value::scan::shown(&tzid)))
        })?;
        let first = observances.iter().min_by_key(|ready| ready.onsets.first().copied());
        // Before the first onset the clock is as that onset found it.
        let before = first.map(|ready| ready.source.offset_from.seconds()).ok_or_else(|| {
            let tzid = crate::value::scan::shown(&tzid);
            Error::invalid(format!(
                "the VTIMEZONE {tzid} has no STANDARD or DAYLIGHT that can be read (RFC 5545 §3.6.5)"
            ))
        })?;
        Ok(Self { tzid, observances, before })
    }

    /// TZID
    #[must_use]
    pub fn tzid(&self) -> &str {
        &self.tzid
    }

    /// The longest span around an instant, in UTC seconds.
    pub(super) fn span(&self, second: i64) -> Span {
        let (observance, from, to) = self.around(second);
        let offset = observance.map_or(self.before, |ready| ready.source.offset_to.seconds());
        Span { from, to, offset }
    }

    pub(super) fn abbreviation(&self, second: i64) -> Option<&str> {
        self.around(second).0?.source.name.as_deref()
    }

    pub(super) fn is_daylight(&self, second: i64) -> bool {
        self.around(second).0.is_some_and(|ready| ready.source.daylight)
    }

    /// The observance in force, its onset, and the next onset of any.
    fn around(&self, second: i64) -> (Option<&Ready>, i64, i64) {
        let (mut found, mut from, mut to) = (None, Span::ALWAYS.from, Span::ALWAYS.to);
        for ready in &self.observances {
            let (last, next) = ready.around(second);
            if let Some(last) = last.filter(|last| *last >= from) {
                (found, from) = (Some(ready), last);
            }
            to = to.min(next.unwrap_or(to));
        }
        (found, from, to)
    }
}

impl Ready {
    fn new(source: Observance) -> Result<Self> {
        let from = i64::from(source.offset_from.seconds());
        let mut onsets = vec![source.start.seconds_since_epoch() - from];
        onsets.extend(source.dates.iter().map(|date| match date {
            DateTime::Utc(instant) => instant.seconds(),
            DateTime::Date(_) | DateTime::Floating(_) | DateTime::Zoned { .. } => {
                date.civil().seconds_since_epoch() - from
            }
        }));
        onsets.sort_unstable();
        onsets.dedup();
        let mut rules = Vec::new();
        for recur in &source.rules {
            if recur.freq < Frequency::Monthly {
                return Err(Error::invalid(format!(
                    "its rule {recur} changes the clocks more often than monthly"
                )));
            }
            let rule = Rule::new(recur, source.start, false, until(recur, from))?;
            // A rule that gives nothing but DTSTART within the budget is left with DTSTART alone.
            let mut budget = Budget::new(STEPS);
            let mut all = rule.all();
            if all.next_second(&mut budget).is_ok()
                && all.next_second(&mut budget).is_ok_and(|next| next.is_some())
            {
                rules.push(rule);
            }
        }
        Ok(Self { source, onsets, rules })
    }

    /// The last onset at or before an instant, and the first after it.
    fn around(&self, second: i64) -> (Option<i64>, Option<i64>) {
        let split = self.onsets.partition_point(|onset| *onset <= second);
        let mut last = split.checked_sub(1).map(|index| self.onsets[index]);
        let mut next = self.onsets.get(split).copied();
        let from = i64::from(self.source.offset_from.seconds());
        for rule in &self.rules {
            let (rule_last, rule_next) = around(rule, second + from);
            last = last.max(rule_last.map(|onset| onset - from));
            let rule_next = rule_next.map(|onset| onset - from);
            next = if next.is_none() { rule_next } else { next.min(rule_next.or(next)) };
        }
        (last, next)
    }
}

/// UNTIL of a VTIMEZONE's rule is in UTC (RFC 5545 §3.3.10), but many write it as a local time.
fn until(recur: &Recur, from: i64) -> Option<LocalDateTime> {
    recur.until.as_ref().map(|until| match until {
        DateTime::Utc(instant) => LocalDateTime::saturating_from_seconds(instant.seconds() + from),
        DateTime::Date(date) => LocalDateTime::saturating_from_seconds(
            LocalDateTime::midnight(*date).seconds_since_epoch() + 86_399,
        ),
        DateTime::Floating(local) | DateTime::Zoned { local, .. } => *local,
    })
}

/// The last instance of a rule at or before a civil second, and the first after it.
fn around(rule: &Rule, second: i64) -> (Option<i64>, Option<i64>) {
    let start = rule.start().seconds_since_epoch();
    let mut budget = Budget::new(STEPS);
    let mut back = YEAR + YEAR / 8;
    loop {
        let from = LocalDateTime::saturating_from_seconds((second - back).max(start));
        let Ok(mut found) = rule.from(from, &mut budget) else { return (None, None) };
        let mut last = None;
        // An exhausted budget reads as “no further onset”, which only rules made to exhaust it can cause.
        while let Some(onset) = found.next_second(&mut budget).unwrap_or_default() {
            if onset > second {
                if last.is_some() || from.seconds_since_epoch() == start {
                    return (last, Some(onset));
                }
                break;
            }
            last = Some(onset);
        }
        if last.is_some() || second - back <= start || budget.left() == 0 {
            return (last, None);
        }
        back *= 8;
    }
}
