//! What a recurrence rule does, on civil time alone (RFC 5545 §3.3.10, RFC 7529 §4.1).
//!
//! A [`Rule`] is a RECUR made ready for one DTSTART. Its periods (a year, a week, a minute)
//! are numbered, so that expansion can begin at any of them: a window a century after DTSTART
//! costs what one at the start costs. Zones come later, in the layers `time` and `recurrence`.
//!
//! Choices where RFC 5545 leaves one:
//! - FREQ=YEARLY with BYMONTHDAY and no BYMONTH means that day of *every* month, as the table's
//!   "expand" reads.
//! - With BYWEEKNO the year is the one that the week belongs to, and INTERVAL counts from that of
//!   DTSTART; but where that is the old year and nothing of it is left, from the new one.
//! - DTSTART is always the first instance and the first that COUNT counts, in the rule or not.
//! - Parts that the table calls N/A for a frequency limit the set where that has a meaning
//!   (BYMONTHDAY in a weekly rule) and are refused where it has none (BYWEEKNO in a monthly one).

mod clock;
mod compile;
mod count;
mod days;
mod occurrences;

use super::{Frequency, LocalDateTime, Skip};
use clock::Clock;
use days::Days;
pub use occurrences::Occurrences;
use std::sync::OnceLock;

/// How much work an expansion may do before it gives up and says so.
///
/// One step is one period looked at or one instance found, well under a microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(u64);

impl Budget {
    /// A budget of that many steps.
    #[must_use]
    pub const fn new(steps: u64) -> Self {
        Self(steps)
    }

    /// How many steps are left.
    #[must_use]
    pub const fn left(self) -> u64 {
        self.0
    }

    /// Takes one step.
    ///
    /// # Errors
    /// [`Spent`] if none is left.
    #[inline]
    pub const fn step(&mut self) -> Result<(), Spent> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => Err(Spent),
        }
    }
}

/// A hundred thousand steps: a daily instance for 270 years, or some milliseconds.
impl Default for Budget {
    fn default() -> Self {
        Self(100_000)
    }
}

/// The budget was spent before the answer was found: neither yes nor no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the recurrence was not expanded to its end, because its budget was spent")]
pub struct Spent;

/// A recurrence rule made ready for one DTSTART.
///
/// ```
/// use reefknot_core::value::{Budget, Recur, Rule};
/// let recur: Recur = "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH".parse()?;
/// let rule = Rule::new(&recur, "19971127T120000".parse()?, false, None)?;
/// let mut later = rule.from("20971101T000000".parse()?, &mut Budget::default()).unwrap();
/// let found = later.next(&mut Budget::default()).unwrap().unwrap();
/// assert_eq!(found.to_string(), "20971128T120000");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rule {
    freq: Frequency,
    interval: i64,
    /// DTSTART, in civil seconds.
    start: i64,
    /// The number of the period that INTERVAL counts from: the one that holds DTSTART, but see `Rule::new`
    /// for weeks of the old year.
    origin: i64,
    days: Days,
    /// What frequencies below a day are limited to.
    clock: Clock,
    /// Seconds after the start of each day (hour, minute) found, sorted.
    offsets: Vec<i64>,
    /// Whether every period holds equally many instances.
    even: bool,
    /// BYSETPOS
    positions: Vec<i32>,
    skip: Skip,
    /// The last civil second that may be an instance.
    until: i64,
    count: Option<u32>,
    /// Whether DTSTART is no instance of the rule proper (UNTIL included), and so comes before it.
    leading: bool,
    /// The last instance of a rule with COUNT, once it has been found.
    last: OnceLock<i64>,
}

/// Seconds of a day on the clock.
const DAY: i64 = 86_400;

impl Rule {
    /// The same rule with DTSTART only where the rule itself gives it: what an EXRULE means.
    pub(crate) const fn without_start(mut self) -> Self {
        self.leading = false;
        self
    }

    /// DTSTART.
    #[must_use]
    pub const fn start(&self) -> LocalDateTime {
        LocalDateTime::saturating_from_seconds(self.start)
    }

    /// Whether the rule itself gives DTSTART, as RFC 5545 §3.8.5.3 asks.
    #[must_use]
    pub const fn holds_start(&self) -> bool {
        !self.leading
    }

    /// Whether the rule has neither COUNT nor UNTIL.
    #[must_use]
    pub const fn is_endless(&self) -> bool {
        self.count.is_none() && self.until == LocalDateTime::MAX.seconds_since_epoch()
    }

    /// All instances, from DTSTART on.
    #[must_use]
    pub fn all(&self) -> Occurrences<'_> {
        Occurrences::first(self)
    }

    /// The instances at `from` and later.
    ///
    /// # Errors
    /// [`Spent`] if the rule has a COUNT and counting took the whole budget.
    pub fn from(&self, from: LocalDateTime, budget: &mut Budget) -> Result<Occurrences<'_>, Spent> {
        Occurrences::seek(self, from.seconds_since_epoch(), i64::MAX, budget)
    }

    /// The instances from one civil second to another; the walk must not ask for later ones.
    pub(crate) fn between(
        &self,
        from: i64,
        limit: i64,
        budget: &mut Budget,
    ) -> Result<Occurrences<'_>, Spent> {
        Occurrences::seek(self, from, limit, budget)
    }

    /// The seconds of a period up to a day.
    const fn unit(&self) -> i64 {
        match self.freq {
            Frequency::Secondly => 1,
            Frequency::Minutely => 60,
            Frequency::Hourly => 3600,
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => DAY,
        }
    }

    /// Whether no part removes days, hours, minutes or seconds.
    fn is_even(&self) -> bool {
        self.positions.is_empty() && self.days.is_even(self.freq) && self.clock == Clock::ANY
    }

    /// The number of the period that holds a civil second.
    fn index_of(&self, second: i64) -> i64 {
        match self.freq {
            Frequency::Secondly => second,
            Frequency::Minutely => second.div_euclid(60),
            Frequency::Hourly => second.div_euclid(3600),
            Frequency::Daily => second.div_euclid(86_400),
            Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => {
                self.days.index_of(self.freq, second.div_euclid(86_400))
            }
        }
    }

    /// The number of the last period that can hold an instance up to a civil second.
    fn last_index(&self, second: i64) -> i64 {
        let second =
            second.clamp(LocalDateTime::MIN.seconds_since_epoch(), LocalDateTime::MAX.seconds_since_epoch());
        // With SKIP=BACKWARD the period after can reach back.
        self.index_of(second) + i64::from(self.skip == Skip::Backward)
    }

    /// The first period of the rule that is not before this one.
    fn align(&self, index: i64) -> i64 {
        if index <= self.origin {
            return self.origin;
        }
        let behind = (index - self.origin).rem_euclid(self.interval);
        if behind == 0 { index } else { index.saturating_add(self.interval - behind) }
    }
}

#[cfg(test)]
mod tests;
