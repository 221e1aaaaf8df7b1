//! Walking over the instances of a rule.

use super::{Budget, DAY, Rule, Spent};
use crate::value::{Frequency, LocalDateTime, Skip};

/// The instances of a [`Rule`], in order and without repeats.
#[derive(Clone, Debug)]
pub struct Occurrences<'r> {
    rule: &'r Rule,
    /// The period to look at next, and the last that can hold an instance.
    index: i64,
    last_index: i64,
    /// The last second that was asked for, and the last period that can hold an instance up to it.
    limit: i64,
    limit_index: i64,
    /// The days (or shorter units) of the current period, and where in them we are.
    units: Vec<i64>,
    unit: usize,
    offset: usize,
    /// With BYSETPOS the units are instances already.
    offsets: &'r [i64],
    /// Nothing before this second is given out; it rises, so that nothing is given out twice.
    floor: i64,
    end: i64,
    left: u32,
    leading: bool,
    done: bool,
}

/// What a unit that is an instance is offset by.
pub(super) static WHOLE: [i64; 1] = [0];

/// How many periods of a day or less are looked at together.
const AT_ONCE: usize = 32;

impl<'r> Occurrences<'r> {
    pub(super) fn first(rule: &'r Rule) -> Self {
        Self {
            rule,
            index: rule.origin,
            last_index: rule.last_index(rule.until),
            limit: i64::MAX,
            limit_index: i64::MAX,
            units: Vec::new(),
            unit: 0,
            offset: 0,
            offsets: if rule.positions.is_empty() { &rule.offsets } else { &WHOLE },
            floor: rule.start,
            end: rule.until,
            left: rule.count.unwrap_or(u32::MAX),
            leading: rule.leading,
            done: false,
        }
    }

    pub(super) fn seek(rule: &'r Rule, from: i64, limit: i64, budget: &mut Budget) -> Result<Self, Spent> {
        let mut found = Self::first(rule);
        if from <= rule.start {
            return Ok(found);
        }
        let from = from.min(LocalDateTime::MAX.seconds_since_epoch());
        found.end = rule.end(limit, budget)?;
        found.last_index = rule.last_index(found.end);
        found.left = u32::MAX;
        found.leading = false;
        found.floor = from;
        // With SKIP=FORWARD the period before can reach into this one.
        let reach = i64::from(rule.skip != Skip::Omit);
        let index = rule.index_of(from) - reach;
        let behind = (index - rule.origin).rem_euclid(rule.interval);
        found.index = (index - behind).max(rule.origin);
        Ok(found)
    }

    /// The first instance of the first period that is not before DTSTART.
    pub(super) fn in_first_period(rule: &'r Rule) -> Option<i64> {
        let mut first = Self::first(rule);
        first.look(rule.origin);
        first.head()
    }

    /// The next instance, `None` after the last.
    ///
    /// # Errors
    /// [`Spent`] if the budget did not suffice to find it; a larger one may be given and the walk goes on.
    pub fn next(&mut self, budget: &mut Budget) -> Result<Option<LocalDateTime>, Spent> {
        Ok(self.next_second(budget)?.and_then(LocalDateTime::from_seconds))
    }

    /// The next instance in civil seconds.
    #[inline]
    pub(crate) fn next_second(&mut self, budget: &mut Budget) -> Result<Option<i64>, Spent> {
        self.next_up_to(i64::MAX, budget)
    }

    /// The next instance in civil seconds if it is not after `limit`. `None` does not end the walk
    /// (see [`is_done`](Self::is_done)): a later limit may find more.
    #[inline]
    pub(crate) fn next_up_to(&mut self, limit: i64, budget: &mut Budget) -> Result<Option<i64>, Spent> {
        if self.is_done() {
            return Ok(None);
        }
        if limit != self.limit {
            (self.limit, self.limit_index) = (limit, self.rule.last_index(limit));
        }
        budget.step()?;
        if self.leading {
            if self.rule.start > limit {
                return Ok(None);
            }
            self.leading = false;
            self.left -= 1;
            self.floor = self.rule.start + 1;
            return Ok(Some(self.rule.start));
        }
        loop {
            if let Some(second) = self.head() {
                if second > self.end {
                    self.done = true;
                    return Ok(None);
                }
                if second > limit {
                    return Ok(None);
                }
                self.offset += 1;
                if self.offset == self.offsets.len() {
                    (self.unit, self.offset) = (self.unit + 1, 0);
                }
                self.floor = second + 1;
                // An endless rule counts down too, but ends with the calendar first.
                self.left -= u32::from(self.rule.count.is_some());
                return Ok(Some(second));
            }
            if self.index > self.last_index {
                self.done = true;
                return Ok(None);
            }
            if self.index > self.limit_index {
                return Ok(None);
            }
            budget.step()?;
            self.index = self.look(self.index);
        }
    }

    /// Whether all instances have been given out.
    #[inline]
    pub(crate) const fn is_done(&self) -> bool {
        self.left == 0 || self.done
    }

    /// The next instance of the current period that is not below the floor; it stays the next.
    #[inline]
    fn head(&mut self) -> Option<i64> {
        while let Some(unit) = self.units.get(self.unit) {
            // A unit that ends below the floor is passed over whole.
            if self.offsets.last().is_some_and(|last| unit + last < self.floor) {
                self.offset = self.offsets.len();
            }
            while let Some(offset) = self.offsets.get(self.offset) {
                if unit + offset >= self.floor {
                    return Some(unit + offset);
                }
                self.offset += 1;
            }
            self.unit += 1;
            self.offset = 0;
        }
        None
    }

    /// Fills in the units of a period and tells which period may come after it.
    fn look(&mut self, index: i64) -> i64 {
        self.units.clear();
        (self.unit, self.offset) = (0, 0);
        let rule = self.rule;
        let mut next = index.saturating_add(rule.interval);
        match rule.freq {
            Frequency::Yearly => rule.days.of_year(index, &mut self.units),
            Frequency::Monthly => rule.days.of_month(index, &mut self.units),
            Frequency::Weekly => rule.days.of_week(index, &mut self.units),
            Frequency::Daily | Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => {
                next = self.look_ahead(index);
            }
        }
        rule.place(&mut self.units, 0);
        next
    }

    /// Periods that are one unit each are looked at together up to the first that is refused, unless
    /// BYSETPOS picks from each.
    fn look_ahead(&mut self, index: i64) -> i64 {
        let rule = self.rule;
        let last = self.last_index.min(self.limit_index);
        let at_once = if rule.positions.is_empty() { AT_ONCE } else { 1 };
        let mut next = index;
        for _ in 0..at_once {
            let unit = next * rule.unit();
            if let Some(second) = rule.refused_until(unit) {
                return rule.align(rule.index_of(second).max(next + 1));
            }
            self.units.push(unit);
            next = next.saturating_add(rule.interval);
            if next > last {
                break;
            }
        }
        next
    }
}

impl Rule {
    /// BYSETPOS: of the units from `from` on, which are the whole set of a period whether DTSTART has passed
    /// or not, leaves the instances that it picks.
    pub(super) fn place(&self, units: &mut Vec<i64>, from: usize) {
        if self.positions.is_empty() {
            return;
        }
        let (set, width) = (units.split_off(from), self.offsets.len());
        let size = (set.len() * width) as i64;
        let at = |position: &i32| {
            let position = i64::from(*position);
            let nth = if position > 0 { position - 1 } else { size + position };
            let nth = usize::try_from(nth).ok().filter(|nth| (*nth as i64) < size)?;
            Some(set[nth / width] + self.offsets[nth % width])
        };
        let mut chosen: Vec<i64> = self.positions.iter().filter_map(at).collect();
        chosen.sort_unstable();
        chosen.dedup();
        units.append(&mut chosen);
    }

    /// For a unit of a day or less that the limits refuse: the first second that may pass them.
    fn refused_until(&self, second: i64) -> Option<i64> {
        if self.even {
            return None;
        }
        let (day, of_day) = (second.div_euclid(DAY), second.rem_euclid(DAY));
        if !self.days.holds(day) {
            return Some(self.days.past_month(day).unwrap_or(day + 1) * DAY + self.clock.first());
        }
        match self.clock.at_or_after(of_day) {
            Some(allowed) if allowed == of_day => None,
            Some(allowed) => Some(day * DAY + allowed),
            None => Some((day + 1) * DAY + self.clock.first()),
        }
    }
}
