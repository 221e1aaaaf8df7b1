//! The instances of a series in a window of time.

use super::frame::{Frame, Point};
use super::series::Series;
use super::timing::{Elapsed, Place, Timing};
use super::{Budget, InstanceKey, RecurrenceSet, Spent};
use crate::ical::Component;
use crate::time::{Unresolved, Zone};
use crate::value::date::Page;
use crate::value::{DateTime, LocalDateTime, Timestamp};
use std::ops::Range;

/// One instance of a series.
#[derive(Clone, Debug)]
pub struct Instance<'a> {
    /// Which one it is; [`Series::instance_start`] gives its RECURRENCE-ID.
    pub key: InstanceKey,
    /// When it begins, in the form and zone that its component uses.
    pub start: DateTime,
    /// When it ends, if that is said or implied.
    pub end: Option<DateTime>,
    /// When it begins for the reader; `None` if its zone is not known.
    pub start_instant: Option<Timestamp>,
    /// When it ends for the reader, at the start if no end is said; `None` if its zone is not known.
    pub end_instant: Option<Timestamp>,
    /// The component that says what it is: the master or an override.
    pub component: &'a Component,
}

impl Instance<'_> {
    /// What orders it among others, in seconds: its start for the reader, or on its own clock if its zone is not known.
    #[must_use]
    pub fn order(&self) -> i64 {
        self.start_instant.map_or_else(|| self.start.civil().seconds_since_epoch(), Timestamp::seconds)
    }
}

/// Why a list of instances is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// There are more than were asked for.
    Limit,
    /// The budget was spent; there may be more.
    Budget,
}

/// The instances found, and whether they are all.
#[derive(Clone, Debug)]
pub struct Instances<'a> {
    /// By start, as [`Instance::order`] tells.
    pub items: Vec<Instance<'a>>,
    /// Why there may be more; `None` if these are all.
    pub stopped: Option<Stopped>,
    /// Says that the series, or an override, is in a zone that nobody knows: its instances are those
    /// that the window would hold wherever on Earth they are, and have no instants.
    pub unresolved: Option<Unresolved>,
}

/// What the widest difference between two clocks, and a shift of daylight saving time, come to.
const MARGIN: i64 = 93_600;

/// A stretch of the series with one component, shift and length.
struct Segment<'s, 'a> {
    from: i64,
    to: i64,
    /// Seconds on the clock by which a this-and-future override moved its instances.
    shift: Option<i64>,
    timing: &'s Timing,
    component: &'a Component,
}

/// Filled while walking.
struct Search<'s, 'a> {
    series: &'s Series<'a>,
    reader: &'s Zone,
    window: Range<Timestamp>,
    limit: usize,
    found: Vec<Instance<'a>>,
    stopped: Option<Stopped>,
}

impl<'a> Series<'a> {
    /// The instances that overlap a window: that begin before its end, and end after its start
    /// (or begin at or after it, if they take no time).
    ///
    /// `reader` is the zone in which the reader sees whole days and floating times. At most `limit`
    /// instances are given, the first by start.
    #[must_use]
    pub fn instances(
        &self,
        window: Range<Timestamp>,
        reader: &Zone,
        limit: usize,
        budget: Budget,
    ) -> Instances<'a> {
        let mut search = Search { series: self, reader, window, limit, found: Vec::new(), stopped: None };
        let mut budget = budget;
        search.overridden(&mut budget);
        for segment in self.segments() {
            if search.walk(&segment, &mut budget) == Err(Spent) {
                search.stopped = Some(Stopped::Budget);
                break;
            }
        }
        search.finish()
    }

    /// No instance, overrides included, lasts until then; [`Timestamp::MAX`] where that is not known.
    pub(crate) fn ends_by(&self) -> Timestamp {
        let (Some(set), Some(timing)) = (&self.set, &self.timing) else { return Timestamp::MAX };
        let unknown = matches!(self.frame, Frame::Unresolved { .. });
        if unknown || self.overrides.iter().any(|one| one.and_future) {
            return Timestamp::MAX;
        }
        let overrides =
            self.overrides.iter().map(|one| one.timing.place().order().saturating_add(one.timing.longest()));
        let generated = set.ends_by().saturating_add(self.longest(set, timing));
        let last = overrides.fold(generated, i64::max).saturating_add(MARGIN);
        Timestamp::from_seconds(last.min(Timestamp::MAX.seconds()))
    }

    /// No generated instance of that length lasts longer than this, in seconds; an RDATE has a length of its own.
    fn longest(&self, set: &RecurrenceSet, timing: &Timing) -> i64 {
        let start = timing.place();
        let periods = set
            .periods()
            .iter()
            .map(|period| timing.end_of_period(&start, period, &self.zones).order() - start.order());
        periods.fold(timing.longest(), i64::max)
    }

    /// The start of an instance without an override of its own: as the rules give it, moved as the this-and-future
    /// override that holds there moves it (RFC 5545 §3.2.13), in the form of the component that holds.
    ///
    /// It does not ask whether there is such an instance; `None` for a key of another form.
    #[must_use]
    pub fn moved_start(&self, key: &InstanceKey) -> Option<DateTime> {
        let point = self.written(key)?;
        let segment = self.segments().into_iter().rev().find(|segment| segment.from <= point.order)?;
        Some(self.start_in(&segment, point, &mut Page::blank()).value)
    }

    fn segments(&self) -> Vec<Segment<'_, 'a>> {
        let (Some(timing), Some(component)) = (&self.timing, self.master()) else { return Vec::new() };
        let mut segments = vec![Segment { from: i64::MIN, to: i64::MAX, shift: None, timing, component }];
        for one in self.overrides.iter().filter(|one| one.and_future) {
            let own = self.frame.point(&one.timing.start, &self.zones, one.point.local.rem_euclid(86_400));
            // Where the two clocks cannot be compared both are read as they stand.
            let local = own.map_or_else(|_| one.timing.start.civil().seconds_since_epoch(), |own| own.local);
            if let Some(last) = segments.last_mut() {
                last.to = one.point.order;
            }
            let shift = Some(local - one.point.local);
            segments.push(Segment {
                from: one.point.order,
                to: i64::MAX,
                shift,
                timing: &one.timing,
                component: one.component,
            });
        }
        segments
    }

    #[inline]
    fn start_in(&self, segment: &Segment<'_, '_>, point: Point, page: &mut Page) -> Place {
        match segment.shift {
            None => {
                let instant = self.frame.zone().map(|_| Timestamp::from_seconds(point.order));
                Place { value: self.frame.value_on(point, page), instant }
            }
            Some(shift) => {
                let moved = self.frame.at_local(point.local + shift);
                let other_zone = self.frame.zone().is_some()
                    && self.frame.value(moved).tzid() != segment.timing.start.tzid();
                let instant = Timestamp::from_seconds(moved.order);
                // The override's own zone shows another time for the same instant.
                let elsewhere = other_zone.then(|| segment.timing.place_of(instant)).flatten();
                elsewhere.unwrap_or_else(|| {
                    segment.timing.place_at(LocalDateTime::saturating_from_seconds(moved.local))
                })
            }
        }
    }
}

impl<'s, 'a> Search<'s, 'a> {
    fn walk(&mut self, segment: &Segment<'s, 'a>, budget: &mut Budget) -> Result<(), Spent> {
        let Some(set) = &self.series.set else { return Ok(()) };
        let shift = segment.shift.unwrap_or(0);
        let longest = self.series.longest(set, segment.timing);
        // Instants compare as they are; clocks, and shifts counted on a clock, only roughly.
        let exact = self.series.frame.zone().is_some() && segment.shift.is_none();
        let margin = if exact { 0 } else { MARGIN };
        let first = self.window.start.seconds() - margin - shift - longest;
        let last = self.window.end.seconds() + margin - shift;
        let mut walk = set.between(first.max(segment.from), last.min(segment.to));
        let (mut given, mut dial) = (0, segment.timing.dial_of_end());
        let mut elapsed = if exact { segment.timing.elapsed() } else { None };
        while let Some((point, period)) = walk.next_point(budget)? {
            if point.order == segment.to {
                break;
            }
            if self.is_overridden(point) {
                continue;
            }
            let taken = if let (Some(elapsed), None) = (&mut elapsed, period) {
                self.offer_exact(point, elapsed, &mut dial.page, segment.component)
            } else {
                let start = self.series.start_in(segment, point, &mut dial.page);
                let end = match period.and_then(|index| set.period(index)) {
                    Some(period) => Some(segment.timing.end_of_period(&start, period, &self.series.zones)),
                    None => segment.timing.end_by(&start, &mut dial),
                };
                self.offer(point, start, end, segment.component)
            };
            if taken {
                given += 1;
                if given > self.limit {
                    break;
                }
            }
        }
        Ok(())
    }

    fn is_overridden(&self, point: Point) -> bool {
        let overrides = &self.series.overrides;
        let first = overrides.partition_point(|one| one.point.order < point.order);
        overrides.get(first).is_some_and(|one| one.point.order == point.order && !one.and_future)
    }

    /// The overrides of single instances: wherever they were moved, and whether generated or not.
    fn overridden(&mut self, budget: &mut Budget) {
        // Without a master there is nothing to repeat, and even a this-and-future override stands alone.
        let alone = self.series.set.is_none();
        for one in self.series.overrides.iter().filter(|one| alone || !one.and_future) {
            match self.series.set.as_ref().map(|set| set.excludes(one.point, budget)) {
                Some(Ok(true)) => continue,
                Some(Err(Spent)) => {
                    self.stopped = Some(Stopped::Budget);
                    continue;
                }
                Some(Ok(false)) | None => {}
            }
            let start = one.timing.place();
            let end = one.timing.end(&start);
            self.offer(one.point, start, end, one.component);
        }
    }

    /// [`offer`](Self::offer) where instants alone tell what the window holds: most instances, and made for less.
    #[inline]
    fn offer_exact(
        &mut self,
        point: Point,
        elapsed: &mut Elapsed<'_>,
        page: &mut Page,
        component: &'a Component,
    ) -> bool {
        let start = Timestamp::from_seconds(point.order);
        let end = start.saturating_add(elapsed.seconds);
        if !self.holds(start.seconds(), end.seconds(), 0) {
            return false;
        }
        self.found.push(Instance {
            key: self.key(point),
            start: self.series.frame.value_on(point, page),
            end: Some(elapsed.written(end, page)),
            start_instant: Some(start),
            end_instant: Some(end),
            component,
        });
        true
    }

    /// Whether the window, so much wider on both sides, holds some of what lasts from one second to another.
    fn holds(&self, first: i64, last: i64, width: i64) -> bool {
        let (from, to) = (self.window.start.seconds() - width, self.window.end.seconds() + width);
        first < to && if last > first { last > from } else { first >= from }
    }

    fn key(&self, point: Point) -> InstanceKey {
        if self.series.is_recurring() { self.series.frame.key(point) } else { InstanceKey::Master }
    }

    /// Takes an instance if the window holds some of it.
    #[inline]
    fn offer(&mut self, point: Point, start: Place, end: Option<Place>, component: &'a Component) -> bool {
        let zoned = matches!(start.value, DateTime::Utc(_) | DateTime::Zoned { .. });
        let instant = |place: &Place| match place.instant {
            Some(instant) => Some(instant),
            None if zoned => None,
            None => Some(self.reader.instant(place.value.civil())),
        };
        let (first, width) = match instant(&start) {
            Some(instant) => (instant.seconds(), 0),
            None => (start.order(), MARGIN),
        };
        let last =
            end.as_ref().map_or(first, |end| instant(end).map_or_else(|| end.order(), Timestamp::seconds));
        // A whole day without a length, such as a journal entry's, fills its day.
        let last = if end.is_none() && start.value.is_date() { first + 86_400 } else { last };
        if !self.holds(first, last, width) {
            return false;
        }
        let start_instant = instant(&start);
        self.found.push(Instance {
            key: self.key(point),
            start_instant,
            end_instant: start_instant.map(|_| Timestamp::from_seconds(last)),
            start: start.value,
            end: end.map(|end| end.value),
            component,
        });
        true
    }

    fn finish(mut self) -> Instances<'a> {
        let placeless = || self.found.iter().find(|one| one.start_instant.is_none())?.start.tzid();
        let unknown = match &self.series.frame {
            Frame::Unresolved { tzid } => Some(&**tzid),
            // Or only that of an override.
            Frame::Date | Frame::Floating | Frame::Zoned { .. } => placeless(),
        };
        let unresolved = unknown.and_then(|tzid| self.series.zones.resolve(tzid).err());
        self.found.sort_by(|a, b| (a.order(), &a.key).cmp(&(b.order(), &b.key)));
        let more = self.found.len() > self.limit;
        self.found.truncate(self.limit);
        Instances { items: self.found, stopped: self.stopped.or(more.then_some(Stopped::Limit)), unresolved }
    }
}
