//! All components of one UID: a master and its overrides.

use super::frame::{Frame, Point};
use super::timing::Timing;
use super::{Budget, InstanceKey, RecurrenceSet, SetBuilder, Spent, Walk};
use crate::ical::{Component, Property};
use crate::time::{Unresolved, Zones};
use crate::value::{DateTime, LocalDateTime, Period};
use crate::{Error, Result};
use std::sync::Arc;

/// Whether a series has an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contains {
    /// It has.
    Yes,
    /// It has not.
    No,
    /// The budget was spent before the answer was found.
    Unknown,
}

/// A component with RECURRENCE-ID.
#[derive(Clone, Debug)]
pub struct Override<'a> {
    /// The component.
    pub component: &'a Component,
    /// The instance that it stands for.
    pub key: InstanceKey,
    /// RECURRENCE-ID as written.
    pub recurrence_id: DateTime,
    /// Whether it stands for all later instances too (RANGE=THISANDFUTURE).
    pub and_future: bool,
    pub(super) point: Point,
    pub(super) timing: Timing,
}

/// The components of one kind and UID in a VCALENDAR.
///
/// ```
/// use reefknot_core::ical::{Limits, Stream};
/// use reefknot_core::recurrence::{Budget, Series};
/// use reefknot_core::time::Zone;
/// let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260105T090000Z\r\n\
///             RRULE:FREQ=WEEKLY\r\nEXDATE:20260112T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let stream = Stream::parse(text.as_bytes(), &Limits::default())?;
/// let series = Series::of(stream.calendars().next().unwrap(), "1")?.unwrap();
/// let window = "20260101T000000Z".parse()?.."20260131T000000Z".parse()?;
/// let found = series.instances(window, &Zone::UTC, 10, Budget::default());
/// assert_eq!(found.items.len(), 3);
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Series<'a> {
    uid: String,
    kind: &'static str,
    master: Option<&'a Component>,
    pub(super) set: Option<RecurrenceSet>,
    pub(super) timing: Option<Timing>,
    pub(super) frame: Frame,
    /// Sorted by point.
    pub(super) overrides: Vec<Override<'a>>,
    pub(super) zones: Arc<Zones>,
    problems: Vec<String>,
}

/// The components that can recur.
const KINDS: [&str; 3] = ["VEVENT", "VTODO", "VJOURNAL"];

impl<'a> Series<'a> {
    /// The series with that UID, if the calendar has it.
    ///
    /// # Errors
    /// See [`Series::new`].
    pub fn of(calendar: &'a Component, uid: &str) -> Result<Option<Self>> {
        let members: Vec<&Component> = recurring(calendar).filter(|part| uid_of(part) == uid).collect();
        if members.is_empty() {
            return Ok(None);
        }
        Self::new(Arc::new(Zones::of(calendar)), &members).map(Some)
    }

    /// All series of a calendar, in the order in which they first occur; those that cannot be
    /// read as errors.
    pub fn all(calendar: &'a Component) -> Vec<Result<Self>> {
        Self::all_in(calendar, &Arc::new(Zones::of(calendar)))
    }

    /// As [`all`](Self::all), by zones that were read already.
    pub fn all_in(calendar: &'a Component, zones: &Arc<Zones>) -> Vec<Result<Self>> {
        let mut groups: Vec<Vec<&'a Component>> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for part in recurring(calendar) {
            let uid = uid_of(part);
            // Components without a UID have nothing in common.
            let fresh = groups.len();
            let place =
                if uid.is_empty() { fresh } else { *places.entry((kind_of(part), uid)).or_insert(fresh) };
            if place == fresh {
                groups.push(Vec::new());
            }
            groups[place].push(part);
        }
        groups.iter().map(|members| Self::new(zones.clone(), members)).collect()
    }

    /// The series that these components of one UID make up.
    ///
    /// # Errors
    /// A syntax or invalid-use error, with the line, for a DTSTART, RRULE, EXRULE or RECURRENCE-ID
    /// that cannot be read or expanded: without it instances would be wrong, not only missing.
    pub fn new(zones: Arc<Zones>, components: &[&'a Component]) -> Result<Self> {
        let first =
            components.first().ok_or_else(|| Error::invalid("a series needs at least one component"))?;
        let mut series = Self {
            uid: uid_of(first),
            kind: kind_of(first).unwrap_or("VEVENT"),
            master: None,
            set: None,
            timing: None,
            frame: Frame::Floating,
            overrides: Vec::new(),
            zones,
            problems: Vec::new(),
        };
        let (overriding, masters): (Vec<&Component>, Vec<&Component>) =
            components.iter().copied().partition(|part| part.property("RECURRENCE-ID").is_some());
        // Of two masters the newer revision counts, and of two equal ones the later (RFC 5546 §2.1.5).
        if let Some(master) = masters.iter().copied().max_by_key(|part| sequence(part)) {
            for other in masters.iter().filter(|other| !std::ptr::eq(**other, master)) {
                series.problem(
                    other.line(),
                    "another component with this UID and no RECURRENCE-ID is used instead",
                );
            }
            series.read_master(master)?;
        }
        for part in overriding {
            series.read_override(part)?;
        }
        series.sort_overrides();
        Ok(series)
    }

    fn problem(&mut self, line: Option<usize>, what: &str) {
        let place = line.map_or_else(String::new, |line| format!("line {line}: "));
        self.problems.push(format!("{place}{what}"));
    }

    fn read_master(&mut self, master: &'a Component) -> Result<()> {
        self.master = Some(master);
        let Some(timing) = Timing::of(master, &self.zones, &mut self.problems)? else {
            // A journal entry or a task need not have a time.
            return Ok(());
        };
        self.frame = Frame::of(&timing.start, &self.zones);
        let zones = self.zones.clone();
        let mut builder = SetBuilder::new(&timing.start, &zones);
        for property in master.properties_among(&["RRULE", "EXRULE", "RDATE", "EXDATE"]) {
            let is_rule = property.is("RRULE") || property.is("EXRULE");
            if is_rule && property.value().trim().is_empty() {
                self.problem(property.line(), "an empty rule is taken as none");
            } else if is_rule {
                let added = property.value().parse().and_then(|recur| {
                    if property.is("RRULE") { builder.rule(&recur) } else { builder.exclude_rule(&recur) }
                });
                added.map_err(|error| at(&property, &error))?;
            } else {
                for problem in add_dates(&mut builder, &property) {
                    self.problem(property.line(), &problem);
                }
            }
        }
        self.set = Some(builder.build());
        self.timing = Some(timing);
        Ok(())
    }

    fn read_override(&mut self, component: &'a Component) -> Result<()> {
        let Some(property) = component.property("RECURRENCE-ID") else { return Ok(()) };
        let recurrence_id = date_time(&property)?;
        if self.set.is_none() && self.overrides.is_empty() {
            self.frame = Frame::of(&recurrence_id, &self.zones);
        }
        let point = match self.point(&recurrence_id) {
            Ok(point) => point,
            Err(unresolved) => {
                self.problem(property.line(), &format!("RECURRENCE-ID: {unresolved}"));
                return Ok(());
            }
        };
        let own = Timing::of(component, &self.zones, &mut self.problems)?;
        let timing = match own {
            Some(timing) => timing,
            None => {
                // Such overrides exist, made by programs that answered for one instance; the rule's start holds.
                let start = self.frame.value(point);
                let given = self.timing.as_ref().map(|timing| timing.with_start(start.clone()));
                given.unwrap_or_else(|| Timing::at(start, self.kind, &self.zones))
            }
        };
        let key = self.frame.key(point);
        let and_future = property.param_is("RANGE", "THISANDFUTURE");
        self.overrides.push(Override { component, key, recurrence_id, and_future, point, timing });
        Ok(())
    }

    fn sort_overrides(&mut self) {
        let same = |a: &Override<'_>, b: &Override<'_>| {
            a.point.order == b.point.order && a.and_future == b.and_future
        };
        // Of two for one instance the newer revision comes last and is kept; of two equal ones the later.
        self.overrides.sort_by_key(|one| (one.point.order, one.and_future, sequence(one.component)));
        let mut kept: Vec<Override<'a>> = Vec::with_capacity(self.overrides.len());
        for one in std::mem::take(&mut self.overrides) {
            if kept.last().is_some_and(|last| same(last, &one)) {
                let older = kept.pop().and_then(|older| older.component.line());
                self.problem(older, "another override of the same instance is used instead");
            }
            kept.push(one);
        }
        self.overrides = kept;
    }

    /// UID, empty where there is none.
    #[must_use]
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// `VEVENT`, `VTODO` or `VJOURNAL`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// The component without RECURRENCE-ID.
    #[must_use]
    pub const fn master(&self) -> Option<&'a Component> {
        self.master
    }

    /// The components with RECURRENCE-ID, in the order of their instances.
    #[must_use]
    pub fn overrides(&self) -> &[Override<'a>] {
        &self.overrides
    }

    /// The override of exactly that instance.
    #[must_use]
    pub fn override_of(&self, key: &InstanceKey) -> Option<&Override<'a>> {
        self.overrides.iter().find(|one| !one.and_future && one.key == *key)
    }

    /// The component that says what an instance is: its override, that of this-and-future ones
    /// before it, or the master.
    #[must_use]
    pub fn component_of(&self, key: &InstanceKey) -> Option<&'a Component> {
        if let Some(one) = self.overrides.iter().find(|one| one.key == *key) {
            return Some(one.component);
        }
        let point = self.frame.of_key(key);
        let ruling = point.and_then(|point| {
            self.overrides.iter().rev().find(|one| one.and_future && one.point.order <= point.order)
        });
        ruling.map(|one| one.component).or(self.master)
    }

    /// What the master's recurrence properties generate; `None` without a master that has a time.
    #[must_use]
    pub const fn set(&self) -> Option<&RecurrenceSet> {
        self.set.as_ref()
    }

    /// The zones of the object.
    #[must_use]
    pub fn zones(&self) -> &Zones {
        &self.zones
    }

    /// What could not be read and how it was passed over, each with its line.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Whether there is more than one component or instance to it.
    #[must_use]
    pub fn is_recurring(&self) -> bool {
        !self.overrides.is_empty() || self.set.as_ref().is_some_and(RecurrenceSet::is_recurring)
    }

    /// The master's DTSTART (a task's DUE where it has no DTSTART).
    #[must_use]
    pub fn start(&self) -> Option<&DateTime> {
        self.timing.as_ref().map(|timing| &timing.start)
    }

    /// The master's end, from DTEND, DUE or DURATION, or as RFC 5545 §3.6.1 implies it.
    #[must_use]
    pub fn end(&self) -> Option<DateTime> {
        let timing = self.timing.as_ref()?;
        timing.end(&timing.place()).map(|place| place.value)
    }

    /// The key of the instance that a RECURRENCE-ID means here, whatever its form and zone. A DATE
    /// in a series with times means the instance on that day of the series' clock.
    #[must_use]
    pub fn key(&self, recurrence_id: &DateTime) -> InstanceKey {
        match self.point(recurrence_id) {
            Ok(point) => self.frame.key(point),
            // Its own key says that it is unresolved, or keeps an instant no one can compare.
            Err(Unresolved { .. }) => InstanceKey::of(recurrence_id, &self.zones),
        }
    }

    fn point(&self, value: &DateTime) -> Result<Point, Unresolved> {
        let time_of_day = self.set.as_ref().map_or(0, |set| set.start().local.rem_euclid(86_400));
        let point = self.frame.point(value, &self.zones, time_of_day)?;
        let (DateTime::Date(date), Some(set)) = (value, &self.set) else { return Ok(point) };
        if self.frame == Frame::Date {
            return Ok(point);
        }
        let midnight = self.frame.at_local(LocalDateTime::midnight(*date).seconds_since_epoch());
        // A day and what a clock may be put back.
        let mut walk = set.between(midnight.order, midnight.order + 2 * 86_400);
        let mut budget = Budget::default();
        match walk.next_point(&mut budget) {
            Ok(Some((found, _))) if found.local.div_euclid(86_400) == date.days_since_epoch() => Ok(found),
            // An instance on a day without one: the time of DTSTART is the best that can be said.
            _ => Ok(point),
        }
    }

    /// Whether the series has an instance: generated and not excluded, or only an override.
    #[must_use]
    pub fn contains(&self, key: &InstanceKey, mut budget: Budget) -> Contains {
        if key.is_master() {
            return if self.master.is_some() { Contains::Yes } else { Contains::No };
        }
        let Some(point) = self.frame.of_key(key) else { return Contains::No };
        match self.set.as_ref().map(|set| set.excludes(point, &mut budget)) {
            Some(Ok(true)) => return Contains::No,
            Some(Err(Spent)) => return Contains::Unknown,
            Some(Ok(false)) | None => {}
        }
        if self.overrides.iter().any(|one| one.key == *key) {
            return Contains::Yes;
        }
        match self.generated(point, &mut budget) {
            Ok(Some(_)) => Contains::Yes,
            Ok(None) => Contains::No,
            Err(Spent) => Contains::Unknown,
        }
    }

    /// The instance that the set generates at this order.
    fn generated(&self, point: Point, budget: &mut Budget) -> Result<Option<Point>, Spent> {
        let Some(set) = &self.set else { return Ok(None) };
        let found = set.between(point.order, point.order).next_point(budget)?;
        Ok(found.map(|(found, _)| found))
    }

    /// The start that the series gives an instance before any override: in the form and zone of
    /// the master's DTSTART. What a new override's DTSTART and RECURRENCE-ID begin from.
    ///
    /// It does not ask whether there is such an instance; `None` for a key of another form.
    #[must_use]
    pub fn instance_start(&self, key: &InstanceKey) -> Option<DateTime> {
        if key.is_master() {
            return self.start().cloned();
        }
        Some(self.frame.value(self.written(key)?))
    }

    /// The point of an instance on the series' clock.
    pub(super) fn written(&self, key: &InstanceKey) -> Option<Point> {
        let point = self.frame.of_key(key)?;
        // The set knows the time as the rule wrote it even where the clock skips it.
        let written = self.generated(point, &mut Budget::default()).ok().flatten();
        Some(written.unwrap_or(point))
    }

    /// The instances that the rules give after that one; `None` where nothing is generated.
    #[must_use]
    pub fn after(&self, key: &InstanceKey) -> Option<Walk<'_>> {
        let point = self.frame.of_key(key)?;
        Some(self.set.as_ref()?.between(point.order.saturating_add(1), i64::MAX))
    }

    /// The end that the master's length gives an instance before any override.
    #[must_use]
    pub fn instance_end(&self, key: &InstanceKey) -> Option<DateTime> {
        let start = self.instance_start(key)?;
        let timing = self.timing.as_ref()?.with_start(start);
        timing.end(&timing.place()).map(|place| place.value)
    }
}

fn recurring(calendar: &Component) -> impl Iterator<Item = &Component> {
    calendar.components().filter(|part| kind_of(part).is_some())
}

fn kind_of(part: &Component) -> Option<&'static str> {
    KINDS.into_iter().find(|kind| part.is(kind))
}

fn sequence(part: &Component) -> i64 {
    // One that cannot be read is as good as none, which means 0.
    part.value("SEQUENCE").and_then(|value| value.trim().parse().ok()).unwrap_or(0)
}

fn uid_of(part: &Component) -> String {
    part.text("UID").unwrap_or_default()
}

pub(super) fn at(property: &Property<'_>, error: &Error) -> Error {
    let place = property.line().map_or_else(String::new, |line| format!("line {line}: "));
    let message = format!("{place}{}: {error}", property.name());
    if error.is_syntax() { Error::syntax(message) } else { Error::invalid(message) }
}

/// A DATE or DATE-TIME property with its parameters.
pub(super) fn date_time(property: &Property<'_>) -> Result<DateTime> {
    let value = DateTime::parse(
        &property.value(),
        property.param("VALUE").as_deref(),
        property.param("TZID").as_deref(),
    );
    value.map_err(|error| at(property, &error))
}

/// Adds the values of an RDATE or EXDATE, and tells what could not be added.
fn add_dates(builder: &mut SetBuilder<'_>, property: &Property<'_>) -> Vec<String> {
    let tzid = property.param("TZID");
    let value_type = property.param("VALUE");
    let is_period = property.param_is("VALUE", "PERIOD");
    let value = property.value();
    let mut problems = Vec::new();
    for item in value.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let added = if is_period || item.contains('/') {
            Period::parse(item, tzid.as_deref()).map(|period| {
                if property.is("RDATE") { builder.period(period) } else { builder.exclude(period.start()) }
            })
        } else {
            DateTime::parse(item, value_type.as_deref(), tzid.as_deref())
                .map(|date| if property.is("RDATE") { builder.date(&date) } else { builder.exclude(&date) })
        };
        match added {
            Ok(Ok(())) => {}
            Ok(Err(unresolved)) => problems.push(format!("{} is passed over: {unresolved}", property.name())),
            Err(error) => problems.push(format!("{} is passed over: {error}", property.name())),
        }
    }
    problems
}
