//! Where COUNT ends a rule: by arithmetic wherever that can tell, else by counting.

use super::occurrences::WHOLE;
use super::{Budget, Occurrences, Rule, Spent};
use crate::value::date::{days_from_civil, is_leap, weekday_of};
use crate::value::{Frequency, LocalDateTime, Skip};

impl Rule {
    /// No instance is after this civil second, by UNTIL or a COUNT that is soon counted.
    pub(crate) fn ends_by(&self) -> i64 {
        self.end(i64::MAX, &mut Budget::new(1_000)).unwrap_or(self.until)
    }

    /// The last second up to `limit` that can be an instance, by UNTIL or COUNT; a later one where
    /// neither matters before `limit`.
    pub(super) fn end(&self, limit: i64, budget: &mut Budget) -> Result<i64, Spent> {
        let Some(count) = self.count else { return Ok(self.until) };
        if let Some(last) = self.last.get() {
            return Ok(*last);
        }
        // Counting to the end makes all later windows cheap. Where half the budget does not suffice
        // for that, counting to the end of this window must do.
        let mut share = Budget::new(if limit == i64::MAX { budget.left() } else { budget.left() / 2 });
        let rest = budget.left() - share.left();
        let last = match self.counted(i64::from(count)) {
            Some(last) => Ok(last),
            None => self.count_to(i64::MAX, &mut share),
        };
        *budget = Budget::new(rest + share.left());
        match last {
            // Another thread can only have found the same.
            Ok(last) => Ok(*self.last.get_or_init(|| last)),
            Err(Spent) => self.count_to(limit, budget),
        }
    }

    /// The last instance, or UNTIL if COUNT is not reached up to `limit`.
    fn count_to(&self, limit: i64, budget: &mut Budget) -> Result<i64, Spent> {
        let mut all = Occurrences::first(self);
        let mut last = self.start;
        while let Some(next) = all.next_up_to(limit, budget)? {
            last = next;
        }
        Ok(if all.is_done() { last } else { self.until })
    }

    /// The last instance, or UNTIL if COUNT is not reached before it or before the calendar ends; `None` if
    /// only counting can tell.
    pub(super) fn counted(&self, count: i64) -> Option<i64> {
        let mut blocks = Blocks::of(self)?;
        // DTSTART outside the rule is the first that COUNT counts.
        let counted = count - i64::from(self.leading);
        if counted == 0 {
            return Some(self.start);
        }
        let found = blocks.find(blocks.before_start() + counted - 1);
        Some(found.map_or(self.until, |last| last.min(self.until)))
    }
}

/// Stretches of time of which whole kinds hold equally many instances: periods up to a week that nothing
/// limits, otherwise years, of which the calendar knows fourteen kinds.
struct Blocks<'r> {
    rule: &'r Rule,
    years: bool,
    /// The one that holds DTSTART.
    first: i64,
    /// From one that holds instances to the next.
    step: i64,
    /// How many of each kind, as far as somebody asked.
    sizes: [Option<i64>; 14],
}

/// Years after which the calendar repeats itself, days of the week included.
const CYCLE: i64 = 400;

impl<'r> Blocks<'r> {
    /// `None` for rules whose years of a kind are not alike.
    fn of(rule: &'r Rule) -> Option<Self> {
        let block = |years, first, step| Some(Self { rule, years, first, step, sizes: [None; 14] });
        if rule.even && rule.freq <= Frequency::Weekly {
            return block(false, rule.origin, rule.interval);
        }
        // SKIP moves days from one period to another.
        if rule.skip != Skip::Omit {
            return None;
        }
        match rule.freq {
            // A week may have days in the year before, whose length BYYEARDAY would depend on.
            Frequency::Yearly if rule.days.mixes_weeks_and_days() => None,
            Frequency::Yearly => block(true, rule.origin, rule.interval),
            Frequency::Monthly if 12 % rule.interval == 0 || rule.interval % 12 == 0 => {
                block(true, rule.origin.div_euclid(12), (rule.interval / 12).max(1))
            }
            Frequency::Daily | Frequency::Weekly if rule.interval == 1 && rule.positions.is_empty() => {
                let first = LocalDateTime::saturating_from_seconds(rule.start).date().year();
                block(true, i64::from(first), 1)
            }
            _ => None,
        }
    }

    /// The instance with that number, counted from 0 in the first block; `None` beyond the calendar.
    fn find(&mut self, nth: i64) -> Option<i64> {
        let blocks = if self.years { CYCLE } else { 1 };
        let mut total = 0;
        for block in 0..blocks {
            let index = self.first + block * self.step;
            let size = self.size(index);
            if nth < total + size {
                return self.at(index, (nth - total) as usize);
            }
            total += size;
        }
        let turns = nth.checked_div(total)?;
        self.first = turns.checked_mul(blocks.checked_mul(self.step)?)?.checked_add(self.first)?;
        self.find(nth % total)
    }

    fn at(&self, index: i64, within: usize) -> Option<i64> {
        let last = LocalDateTime::MAX;
        let last_index = if self.years {
            last.date().year().into()
        } else {
            self.rule.index_of(last.seconds_since_epoch())
        };
        if index > last_index {
            return None;
        }
        let offsets = self.offsets();
        let second = self.units(index)[within / offsets.len()] + offsets[within % offsets.len()];
        (second <= last.seconds_since_epoch()).then_some(second)
    }

    fn before_start(&self) -> i64 {
        let units = self.units(self.first);
        let all = units.iter().flat_map(|unit| self.offsets().iter().map(move |offset| unit + offset));
        all.filter(|second| *second < self.rule.start).count() as i64
    }

    fn size(&mut self, index: i64) -> i64 {
        // Any block of the kind will do, and one within the calendar can be looked at.
        let (kind, alike) = if self.years {
            let year = 2000 + index.rem_euclid(CYCLE) as i32;
            let weekday = weekday_of(days_from_civil(year, 1, 1)).index();
            (usize::from(weekday) + 7 * usize::from(is_leap(year)), year.into())
        } else {
            (0, self.first)
        };
        if let Some(size) = self.sizes[kind] {
            return size;
        }
        let units = self.days_of_year(alike).unwrap_or_else(|| self.units(alike).len() as i64);
        *self.sizes[kind].insert(units * self.offsets().len() as i64)
    }

    /// How many units a block has that is all days of a year that the rule selects.
    fn days_of_year(&self, index: i64) -> Option<i64> {
        let rule = self.rule;
        let all = self.years && rule.positions.is_empty();
        let all = all && (rule.freq != Frequency::Monthly || rule.interval == 1);
        all.then(|| rule.days.count_of_year(index)).flatten().map(i64::from)
    }

    /// The units of a block that the rule selects, whether DTSTART has passed or not.
    fn units(&self, index: i64) -> Vec<i64> {
        let rule = self.rule;
        let mut units = Vec::new();
        match rule.freq {
            Frequency::Daily | Frequency::Weekly if self.years => rule.days.of_year(index, &mut units),
            Frequency::Weekly => rule.days.of_week(index, &mut units),
            Frequency::Secondly | Frequency::Minutely | Frequency::Hourly | Frequency::Daily => {
                units.push(index * rule.unit());
            }
            Frequency::Monthly => {
                let (first, every) =
                    (index * 12 + rule.origin.rem_euclid(rule.interval.min(12)), rule.interval.min(12));
                for month in (first..(index + 1) * 12).step_by(every as usize) {
                    let from = units.len();
                    rule.days.of_month(month, &mut units);
                    rule.place(&mut units, from);
                }
            }
            Frequency::Yearly => {
                rule.days.of_year(index, &mut units);
                rule.place(&mut units, 0);
            }
        }
        units
    }

    /// With BYSETPOS the units are instances already.
    fn offsets(&self) -> &'r [i64] {
        if self.rule.positions.is_empty() { &self.rule.offsets } else { &WHOLE }
    }
}
