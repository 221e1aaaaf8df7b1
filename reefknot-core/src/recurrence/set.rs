//! Recurrence sets: the union of rules and dates, less the exceptions (RFC 5545 §3.8.5).

use super::InstanceKey;
use super::frame::{Frame, Point, is_gap};
use crate::time::{Cursor, Unresolved, Zones};
use crate::value::{Budget, DateTime, LocalDateTime, Occurrences, Period, Recur, Rule, Spent, Timestamp};
use crate::{Error, Result};
use std::collections::VecDeque;

/// Everything that one component says about when it recurs.
///
/// ```
/// use reefknot_core::recurrence::{Budget, SetBuilder};
/// use reefknot_core::time::Zones;
/// use reefknot_core::value::DateTime;
/// let zones = Zones::default();
/// let start = DateTime::parse("20260328T023000", None, Some("Europe/Berlin"))?;
/// let mut builder = SetBuilder::new(&start, &zones);
/// builder.rule(&"FREQ=DAILY;COUNT=3".parse()?)?;
/// let set = builder.build();
/// let (mut walk, mut budget) = (set.walk(), Budget::default());
/// let mut found = Vec::new();
/// while let Some(item) = walk.next(&mut budget).unwrap() {
///     found.push(item.key().to_string());
/// }
/// // On the 29th the clocks skip half past two.
/// assert_eq!(found, ["20260328T013000Z", "20260329T013000Z", "20260330T003000Z"]);
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecurrenceSet {
    pub(super) frame: Frame,
    start: Point,
    rules: Vec<Bounded>,
    excluding: Vec<Bounded>,
    /// RDATEs in order, and which of the given periods each stands for.
    dates: Vec<(Point, Option<usize>)>,
    periods: Vec<Period>,
    /// EXDATEs by order, and by day of the series' clock; sorted.
    excluded: Vec<i64>,
    excluded_days: Vec<i64>,
}

/// A rule and the last instant that its UNTIL allows, where only the instant tells.
#[derive(Clone, Debug)]
struct Bounded {
    rule: Rule,
    until: i64,
}

/// Puts a [`RecurrenceSet`] together from values.
#[derive(Clone, Debug)]
pub struct SetBuilder<'z> {
    zones: &'z Zones,
    set: RecurrenceSet,
}

impl<'z> SetBuilder<'z> {
    /// The set of DTSTART alone.
    #[must_use]
    pub fn new(start: &DateTime, zones: &'z Zones) -> Self {
        let frame = Frame::of(start, zones);
        let local = start.civil().seconds_since_epoch();
        let set = RecurrenceSet {
            start: frame.at_local(local),
            frame,
            rules: Vec::new(),
            excluding: Vec::new(),
            dates: Vec::new(),
            periods: Vec::new(),
            excluded: Vec::new(),
            excluded_days: Vec::new(),
        };
        Self { zones, set }
    }

    /// Adds an RRULE.
    ///
    /// # Errors
    /// See [`Rule::new`].
    pub fn rule(&mut self, recur: &Recur) -> Result<()> {
        let bounded = self.bounded(recur)?;
        self.set.rules.push(bounded);
        Ok(())
    }

    /// Adds an EXRULE, which RFC 5545 no longer knows but old calendars hold.
    ///
    /// # Errors
    /// See [`Rule::new`].
    pub fn exclude_rule(&mut self, recur: &Recur) -> Result<()> {
        let Bounded { rule, until } = self.bounded(recur)?;
        // DTSTART is excluded only if the rule says so.
        self.set.excluding.push(Bounded { rule: rule.without_start(), until });
        Ok(())
    }

    /// Adds an RDATE. A DATE in a series with times begins at the time of DTSTART.
    ///
    /// # Errors
    /// [`Unresolved`] if its zone is not known.
    pub fn date(&mut self, value: &DateTime) -> Result<(), Unresolved> {
        let point = self.point(value)?;
        self.set.dates.push((point, None));
        Ok(())
    }

    /// Adds an RDATE with VALUE=PERIOD, whose instance has its own length.
    ///
    /// # Errors
    /// [`Unresolved`] if its zone is not known.
    pub fn period(&mut self, period: Period) -> Result<(), Unresolved> {
        let point = self.point(period.start())?;
        self.set.dates.push((point, Some(self.set.periods.len())));
        self.set.periods.push(period);
        Ok(())
    }

    /// Adds an EXDATE. A DATE excludes all instances that begin on that day of the series' clock.
    ///
    /// # Errors
    /// [`Unresolved`] if its zone is not known.
    pub fn exclude(&mut self, value: &DateTime) -> Result<(), Unresolved> {
        if let DateTime::Date(date) = value {
            self.set.excluded_days.push(date.days_since_epoch());
        } else {
            let point = self.point(value)?;
            self.set.excluded.push(point.order);
        }
        Ok(())
    }

    /// The set.
    #[must_use]
    pub fn build(mut self) -> RecurrenceSet {
        self.set.dates.sort_by_key(|(point, period)| (point.order, period.is_none()));
        self.set.excluded.sort_unstable();
        self.set.excluded_days.sort_unstable();
        self.set
    }

    fn point(&self, value: &DateTime) -> Result<Point, Unresolved> {
        self.set.frame.point(value, self.zones, self.set.start.local.rem_euclid(86_400))
    }

    /// A rule with its UNTIL on the series' clock (RFC 5545 §3.3.10 wants the type of DTSTART, in UTC
    /// for a zoned one; others are read as what they plainly say).
    fn bounded(&self, recur: &Recur) -> Result<Bounded> {
        let frame = &self.set.frame;
        let mut exact = i64::MAX;
        let until = recur.until.as_ref().map(|until| {
            let civil = until.civil().seconds_since_epoch();
            match (frame, until) {
                // The last day counts whole.
                (Frame::Date, _) | (_, DateTime::Date(_)) => civil - civil.rem_euclid(86_400) + 86_399,
                (Frame::Zoned { zone, .. }, DateTime::Utc(instant)) => {
                    exact = instant.seconds();
                    // The clock may show the instant's time twice: the instant decides.
                    zone.local(*instant).seconds_since_epoch() + 86_400
                }
                _ => civil,
            }
        });
        let start = LocalDateTime::from_seconds(self.set.start.local)
            .ok_or_else(|| Error::invalid("DTSTART lies outside the calendar"))?;
        let until = until.map(LocalDateTime::saturating_from_seconds);
        let rule = Rule::new(recur, start, *frame == Frame::Date, until)?;
        Ok(Bounded { rule, until: exact })
    }
}

/// One start of a recurrence set.
#[derive(Clone, Copy, Debug)]
pub struct SetItem<'s> {
    set: &'s RecurrenceSet,
    point: Point,
    period: Option<usize>,
}

impl<'s> SetItem<'s> {
    /// Which instance it is.
    #[must_use]
    pub fn key(&self) -> InstanceKey {
        self.set.frame.key(self.point)
    }

    /// Its start, in the form and zone of DTSTART.
    #[must_use]
    pub fn start(&self) -> DateTime {
        self.set.frame.value(self.point)
    }

    /// The RDATE period that it comes from, if it has a length of its own.
    #[must_use]
    pub fn period(&self) -> Option<&'s Period> {
        self.set.period(self.period?)
    }
}

impl RecurrenceSet {
    /// Whether there is more to it than DTSTART.
    #[must_use]
    pub fn is_recurring(&self) -> bool {
        !self.rules.is_empty() || !self.dates.is_empty()
    }

    /// All instances, from DTSTART (or an earlier RDATE) on.
    #[must_use]
    pub fn walk(&self) -> Walk<'_> {
        Walk::new(self, i64::MIN, i64::MAX)
    }

    /// The period with that number.
    pub(super) fn period(&self, index: usize) -> Option<&Period> {
        self.periods.get(index)
    }

    pub(super) fn periods(&self) -> &[Period] {
        &self.periods
    }

    pub(super) const fn start(&self) -> Point {
        self.start
    }

    /// Whether an EXDATE or EXRULE excludes this time.
    pub(super) fn excludes(&self, point: Point, budget: &mut Budget) -> Result<bool, Spent> {
        if self.excludes_date(point) {
            return Ok(true);
        }
        for rule in &self.excluding {
            let mut stream = Stream::new(rule, &self.frame, point.order, point.order, budget)?;
            if stream.gives(point, budget)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an EXDATE names this time.
    fn excludes_date(&self, point: Point) -> bool {
        // Most sets have none, and a day costs a division.
        let on_day = |days: &[i64]| days.binary_search(&point.local.div_euclid(86_400)).is_ok();
        self.excluded.binary_search(&point.order).is_ok()
            || (!self.excluded_days.is_empty() && on_day(&self.excluded_days))
    }

    /// No instance has an order beyond this; `i64::MAX` where that is not known.
    pub(super) fn ends_by(&self) -> i64 {
        let rules =
            self.rules.iter().map(|Bounded { rule, until }| rule.ends_by().saturating_add(FAR).min(*until));
        let dates = self.dates.last().map(|(point, _)| point.order);
        rules.chain(dates).fold(self.start.order, i64::max)
    }

    /// The instances whose order is at least `from` and at most `limit`.
    pub(super) fn between(&self, from: i64, limit: i64) -> Walk<'_> {
        Walk::new(self, from, limit)
    }
}

/// A walk over the instances of a [`RecurrenceSet`], in order and without repeats.
#[derive(Clone, Debug)]
pub struct Walk<'s> {
    set: &'s RecurrenceSet,
    from: i64,
    /// Nothing later is asked for.
    limit: i64,
    /// Begun at the first step, because seeking may take from the budget.
    streams: Option<(Vec<Stream<'s>>, Vec<Stream<'s>>)>,
    next_date: usize,
    /// The order of what was given last. The streams go past it only when they are asked again, so
    /// that what they may spend there does not withhold what was found.
    given: i64,
    start_given: bool,
}

impl<'s> Walk<'s> {
    fn new(set: &'s RecurrenceSet, from: i64, limit: i64) -> Self {
        let next_date = set.dates.partition_point(|(point, _)| point.order < from);
        let start_given = set.start.order < from;
        Self { set, from, limit, streams: None, next_date, given: from.saturating_sub(1), start_given }
    }

    /// The next instance, `None` after the last.
    ///
    /// # Errors
    /// [`Spent`] if the budget did not suffice to find it; a larger one may be given and the walk goes on.
    pub fn next(&mut self, budget: &mut Budget) -> Result<Option<SetItem<'s>>, Spent> {
        let found = self.next_point(budget)?;
        Ok(found.map(|(point, period)| SetItem { set: self.set, point, period }))
    }

    pub(super) fn next_point(
        &mut self,
        budget: &mut Budget,
    ) -> Result<Option<(Point, Option<usize>)>, Spent> {
        let set = self.set;
        if self.streams.is_none() {
            let mut open = |rules: &'s [Bounded]| -> Result<Vec<_>, Spent> {
                let stream = |rule| Stream::new(rule, &set.frame, self.from, self.limit, budget);
                rules.iter().map(stream).collect()
            };
            self.streams = Some((open(&set.rules)?, open(&set.excluding)?));
        }
        let Some((streams, excluding)) = &mut self.streams else { return Ok(None) };
        loop {
            let start = (!self.start_given).then_some(set.start);
            let date = set.dates.get(self.next_date).map(|(point, _)| *point);
            let least = first_of(streams, self.given, self.limit, earlier(start, date), budget)?;
            let Some(point) = least.filter(|point| point.order <= self.limit) else { return Ok(None) };
            let mut excluded = set.excludes_date(point);
            for stream in excluding.iter_mut() {
                excluded = excluded || stream.gives(point, budget)?;
            }
            self.given = point.order;
            self.start_given |= set.start.order == point.order;
            let mut period = None;
            while let Some((date, of)) = set.dates.get(self.next_date)
                && date.order <= point.order
            {
                period = period.or(*of);
                self.next_date += 1;
            }
            if !excluded {
                return Ok(Some((point, period)));
            }
            budget.step()?;
        }
    }
}

/// The first instance after `given` of any rule, unless `known` is before it. One that is after `limit`
/// may be missing.
#[inline]
fn first_of(
    streams: &mut [Stream<'_>],
    given: i64,
    limit: i64,
    known: Option<Point>,
    budget: &mut Budget,
) -> Result<Option<Point>, Spent> {
    match streams {
        [] => return Ok(known),
        [only] => {
            let limit = known.map_or(limit, |known| known.order.min(limit));
            return Ok(earlier(known, only.after(given, limit, budget)?));
        }
        _ => {}
    }
    let mut least = known;
    // No rule is searched far beyond what another may find, because one may have nothing there to find.
    let mut reach = FAR;
    loop {
        let ahead = given.saturating_add(reach).min(limit);
        for stream in streams.iter_mut() {
            let limit = least.map_or(ahead, |least| least.order.min(limit));
            least = earlier(least, stream.after(given, limit, budget)?);
        }
        if least.is_some() || ahead == limit {
            return Ok(least);
        }
        reach = reach.saturating_mul(2);
    }
}

fn earlier(a: Option<Point>, b: Option<Point>) -> Option<Point> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.order < a.order { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// One rule's instances as points in order.
#[derive(Clone, Debug)]
struct Stream<'s> {
    occurrences: Occurrences<'s>,
    cursor: Option<Cursor<'s>>,
    until: i64,
    head: Option<Point>,
    /// Times that the clock skips are read later than some that follow them: they wait here.
    waiting: VecDeque<Point>,
    /// Read, but not before what waits.
    next: Option<Point>,
}

/// More than any clock is away from UTC, in seconds.
const FAR: i64 = 86_400;

impl<'s> Stream<'s> {
    fn new(
        bounded: &'s Bounded,
        frame: &'s Frame,
        from: i64,
        limit: i64,
        budget: &mut Budget,
    ) -> Result<Self, Spent> {
        let mut cursor = frame.zone().map(Cursor::forward);
        let occurrences = if from == i64::MIN {
            bounded.rule.all()
        } else {
            // A time in a gap is read later, by the width of the gap: with the offset before it.
            let offset = cursor.as_mut().map_or(0, |cursor| {
                let mut at = |second| cursor.offset_at(Timestamp::from_seconds(second));
                at(from.saturating_sub(FAR)).min(at(from))
            });
            let local = from.saturating_add(offset.into());
            bounded.rule.between(local, limit.saturating_add(FAR), budget)?
        };
        Ok(Self {
            occurrences,
            cursor,
            until: bounded.until,
            head: None,
            waiting: VecDeque::new(),
            next: None,
        })
    }

    /// The first instance after an order, if it is not after `limit`; one that is already known,
    /// however late it is.
    #[inline]
    fn after(&mut self, order: i64, limit: i64, budget: &mut Budget) -> Result<Option<Point>, Spent> {
        while self.head.is_none_or(|head| head.order <= order) {
            self.head = self.pull(limit, budget)?.filter(|point| point.order <= self.until);
            if self.head.is_none() {
                return Ok(None);
            }
        }
        Ok(self.head)
    }

    /// Whether there is an instance at that order, which must not fall from one question to the next.
    fn gives(&mut self, point: Point, budget: &mut Budget) -> Result<bool, Spent> {
        let head = self.after(point.order - 1, point.order, budget)?;
        Ok(head.is_some_and(|head| head.order == point.order))
    }

    /// The next instance up to `limit`.
    #[inline]
    fn pull(&mut self, limit: i64, budget: &mut Budget) -> Result<Option<Point>, Spent> {
        let Some(cursor) = &mut self.cursor else {
            let found = self.occurrences.next_up_to(limit, budget)?;
            return Ok(found.map(|local| Point { order: local, local }));
        };
        while self.next.is_none() {
            let Some(local) = self.occurrences.next_up_to(limit.saturating_add(FAR), budget)? else { break };
            let resolution = cursor.resolve(local);
            let point = Point { order: resolution.instant().seconds(), local };
            if is_gap(resolution) {
                self.waiting.push_back(point);
            } else if self.waiting.is_empty() {
                return Ok(Some(point));
            } else {
                self.next = Some(point);
            }
        }
        // What waits comes first unless something is before it, or might be found to be.
        let known = self.next.map_or(limit, |next| next.order);
        let Some(first) = self
            .waiting
            .front()
            .copied()
            .filter(|first| first.order <= known || (self.next.is_none() && self.occurrences.is_done()))
        else {
            return Ok(self.next.take());
        };
        self.waiting.pop_front();
        // Of two instances at one instant the one that the clock shows is kept.
        if self.next.is_some_and(|next| next.order == first.order) {
            return Ok(self.next.take());
        }
        Ok(Some(first))
    }
}
