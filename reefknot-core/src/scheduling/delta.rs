//! What changed between two versions of an object, instance by instance, and how much it matters.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::attendee::PartStat;
use super::object::SchedulingObject;
use super::part::{Part, People};
use super::timing::Timing;
use crate::ical::{Component, Property};
use crate::recurrence::{Budget, InstanceKey};
use crate::time::Zones;
use crate::value::{CalendarUserAddress, DateTime, text};

/// How much a change matters to the attendees, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Never leaves: alarms, own categories, transparency.
    Private,
    /// Who else attends, and what they answered.
    Attendance,
    /// A detail; policy decides whether the attendees hear of it.
    Informational,
    /// The attendees must hear of it; their answers stand.
    Significant,
    /// Another time, or other instances: SEQUENCE rises (RFC 5546 §2.1.4).
    Reschedule,
}

/// One property that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyChange {
    /// The name in upper case, or that of a component such as `VALARM`.
    pub property: String,
    /// The content line before, if there was one.
    pub before: Option<String>,
    /// The content line after, if there is one.
    pub after: Option<String>,
    /// How much it matters.
    pub weight: Weight,
}

/// What became of one instance, or of the series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceDelta {
    /// The properties that differ.
    pub changes: Vec<PropertyChange>,
    /// Whether the attendees must be asked again.
    pub asks_again: bool,
    /// Whether it did not take place before: new, or brought back.
    pub appeared: bool,
    /// Whether it does not take place any more: gone, excluded or STATUS:CANCELLED.
    pub disappeared: bool,
    /// Who was added.
    pub invited: BTreeSet<CalendarUserAddress>,
    /// Who was removed.
    pub removed: BTreeSet<CalendarUserAddress>,
    /// Whose answer differs: before and after.
    pub answers: BTreeMap<CalendarUserAddress, (PartStat, PartStat)>,
}

impl InstanceDelta {
    /// The weight of the heaviest change, if anything changed.
    #[must_use]
    pub fn weight(&self) -> Option<Weight> {
        let changed = self.changes.iter().map(|change| change.weight).max();
        let lifecycle = (self.appeared || self.disappeared || self.asks_again).then_some(Weight::Reschedule);
        changed.max(lifecycle)
    }

    /// Whether what is said of the instance came to be said of all later ones too, or ceases to be.
    pub(crate) fn changes_range(&self) -> bool {
        self.changes.iter().any(|change| change.property == "RECURRENCE-ID")
    }

    fn is_empty(&self) -> bool {
        self.weight().is_none() && self.answers.is_empty()
    }
}

/// All that changed between two versions of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// The instances that differ; the series or the single event is [`InstanceKey::Master`].
    pub instances: BTreeMap<InstanceKey, InstanceDelta>,
}

impl Delta {
    /// Compares two versions; `None` is an object that does not exist.
    ///
    /// An instance is compared by what holds for it, not by how it is written: an override that says what the
    /// series says is no change, and neither is another order, another name of the same zone, or another
    /// spelling of an address. What is said of a THISANDFUTURE override is said of all the instances that it rules.
    #[must_use]
    pub fn between(before: Option<&SchedulingObject>, after: Option<&SchedulingObject>) -> Self {
        let mut keys: BTreeSet<InstanceKey> = BTreeSet::from([InstanceKey::Master]);
        for object in [before, after].into_iter().flatten() {
            keys.extend(object.overrides().cloned());
        }
        if let (Some(before), Some(after)) = (before, after)
            && let Some(old) = Version::held(before, &InstanceKey::Master)
            && let Some(new) = Version::held(after, &InstanceKey::Master)
        {
            if !old.differs_in_people_only(&new) {
                let (old, new) = (old.timing(), new.timing());
                keys.extend(new.newly_excluded(&old).cloned());
                keys.extend(old.newly_excluded(&new).cloned());
            }
            keys.extend(newly_ruled(before, after));
        }
        let mut instances = BTreeMap::new();
        for key in keys {
            let delta = instance_delta(&key, before, after);
            if !delta.is_empty() {
                instances.insert(key, delta);
            }
        }
        Self { instances }
    }

    /// The weight of the heaviest change anywhere, if anything changed.
    #[must_use]
    pub fn weight(&self) -> Option<Weight> {
        self.instances.values().filter_map(InstanceDelta::weight).max()
    }
}

/// What stands for the later instances where an override becomes one of THISANDFUTURE, or ceases to be: the first of
/// them without a component of its own. Where one appears or goes, its own key tells of all that it rules.
fn newly_ruled(before: &SchedulingObject, after: &SchedulingObject) -> Vec<InstanceKey> {
    let ranges = |object: &SchedulingObject, key: &InstanceKey| {
        object.part(key).map(super::fields::is_this_and_future)
    };
    let changed = after.overrides().filter(
        |key| matches!((ranges(before, key), ranges(after, key)), (Some(was), Some(is)) if was != is),
    );
    changed
        .filter_map(|key| {
            let series = after.series()?;
            let (mut walk, mut budget) = (series.after(key)?, Budget::default());
            while let Ok(Some(item)) = walk.next(&mut budget) {
                let key = item.key();
                if before.part(&key).is_none() && after.part(&key).is_none() {
                    return Some(key);
                }
            }
            None
        })
        .collect()
}

/// A component as one of two versions.
struct Version<'a> {
    part: Cow<'a, Part>,
    zones: &'a Arc<Zones>,
}

impl<'a> Version<'a> {
    /// What an object says of an instance: by its own component, or by the series.
    fn held(object: &'a SchedulingObject, key: &InstanceKey) -> Option<Self> {
        let part = match object.held(key) {
            Some(part) => Cow::Borrowed(part),
            None => Cow::Owned(Part::new(object.projected(key)?)),
        };
        Some(Self { part, zones: object.zones() })
    }

    fn of(component: &Component, zones: &'a Arc<Zones>) -> Self {
        Self { part: Cow::Owned(Part::new(component.clone())), zones }
    }

    fn timing(&self) -> Timing {
        Timing::of(self.part.component(), self.zones)
    }

    fn takes_place(&self) -> bool {
        !self.part.head().is_cancelled
    }

    /// Whether only who attends, and what they answer, can differ.
    fn differs_in_people_only(&self, other: &Self) -> bool {
        self.part.differs_in_people_only(&other.part) && Arc::ptr_eq(self.zones, other.zones)
    }
}

fn instance_delta(
    key: &InstanceKey,
    before: Option<&SchedulingObject>,
    after: Option<&SchedulingObject>,
) -> InstanceDelta {
    let old = before.and_then(|object| Version::held(object, key));
    let new = after.and_then(|object| Version::held(object, key));
    let mut delta = match (&old, &new) {
        (Some(old), Some(new)) => old.compare(new),
        (old, new) => {
            let everybody = |version: &Option<Version<'_>>| {
                let people = version.iter().flat_map(|version| version.part.people().by_address());
                people.map(|attendee| attendee.address.clone()).collect()
            };
            InstanceDelta { invited: everybody(new), removed: everybody(old), ..InstanceDelta::default() }
        }
    };
    let (was, is) = (old.is_some_and(|old| old.takes_place()), new.is_some_and(|new| new.takes_place()));
    delta.appeared = !was && is;
    delta.disappeared = was && !is;
    delta.changes.extend(range_change(key, before, after));
    delta
}

/// Whether what is said of an instance came to be said of all later ones too, or ceases to be: an answer to it means
/// another thing from then on, so who attends must hear of it though nothing else is new.
fn range_change(
    key: &InstanceKey,
    before: Option<&SchedulingObject>,
    after: Option<&SchedulingObject>,
) -> Option<PropertyChange> {
    let (before, after) = (before?, after?);
    let line = |object: &SchedulingObject| {
        let id = object.part(key)?.property("RECURRENCE-ID")?;
        Some(id.content_line().into_owned())
    };
    (before.is_this_and_future(key) != after.is_this_and_future(key)).then(|| PropertyChange {
        property: "RECURRENCE-ID".to_owned(),
        before: line(before),
        after: line(after),
        weight: Weight::Significant,
    })
}

/// Compares two versions of one component.
#[must_use]
pub fn compare(
    old: &Component,
    old_zones: &Arc<Zones>,
    new: &Component,
    new_zones: &Arc<Zones>,
) -> InstanceDelta {
    Version::of(old, old_zones).compare(&Version::of(new, new_zones))
}

impl Version<'_> {
    fn compare(&self, new: &Self) -> InstanceDelta {
        let mut delta = attendance(self.part.people(), new.part.people());
        let (old_part, new_part) = (self.part.component(), new.part.component());
        if !self.differs_in_people_only(new) {
            let (before, after) = (self.timing(), new.timing());
            if before != after {
                delta.changes.extend(timing_changes(old_part, self.zones, new_part, new.zones));
            }
            delta.changes.extend(property_changes(old_part, new_part));
            delta.asks_again = before.asks_again(&after);
        }
        let changes = attendance_changes(old_part, new_part, &delta.invited, &delta.removed);
        delta.changes.extend(changes);
        delta
    }
}

/// Who came, who left, and whose answer differs.
fn attendance(old: &People, new: &People) -> InstanceDelta {
    let mut delta = InstanceDelta::default();
    let (mut before, mut after) = (old.by_address().peekable(), new.by_address().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (Some(was), Some(is)) => was.address.cmp(&is.address),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return delta,
        };
        let was = before.next_if(|_| order.is_le());
        let is = after.next_if(|_| order.is_ge());
        match (was, is) {
            (Some(was), Some(is)) if was.partstat != is.partstat => {
                let answers = (was.partstat.clone(), is.partstat.clone());
                delta.answers.insert(is.address.clone(), answers);
            }
            (Some(was), None) => drop(delta.removed.insert(was.address.clone())),
            (None, Some(is)) => drop(delta.invited.insert(is.address.clone())),
            _ => {}
        }
    }
}

const TIMES: [&str; 8] = ["DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE"];

fn timing_changes(
    old: &Component,
    old_zones: &Arc<Zones>,
    new: &Component,
    new_zones: &Arc<Zones>,
) -> Vec<PropertyChange> {
    TIMES
        .into_iter()
        .filter_map(|name| {
            let (before, after) = (lines(old, name), lines(new, name));
            let same = moments_equal(name, old, old_zones, new, new_zones);
            (before != after && !same).then(|| PropertyChange {
                property: name.to_owned(),
                before: (!before.is_empty()).then(|| before.join("\n")),
                after: (!after.is_empty()).then(|| after.join("\n")),
                weight: Weight::Reschedule,
            })
        })
        .collect()
}

/// Whether a time is only written otherwise.
fn moments_equal(
    name: &str,
    old: &Component,
    old_zones: &Arc<Zones>,
    new: &Component,
    new_zones: &Arc<Zones>,
) -> bool {
    let single = |component: &Component, zones: &Arc<Zones>| {
        super::fields::date_time(component, name).map(|time: DateTime| InstanceKey::of(&time, zones))
    };
    match name {
        "DTSTART" | "DTEND" | "DUE" => single(old, old_zones) == single(new, new_zones),
        "RDATE" | "EXDATE" => {
            super::timing::moments(old, name, old_zones) == super::timing::moments(new, name, new_zones)
        }
        _ => false,
    }
}

fn lines(component: &Component, name: &str) -> Vec<String> {
    component.properties_named(name).map(|property| property.content_line().into_owned()).collect()
}

/// Compares everything but times and attendees.
fn property_changes(old: &Component, new: &Component) -> Vec<PropertyChange> {
    let (before, after) = (normal_properties(old), normal_properties(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut changes = Vec::new();
    for name in names {
        let (was, is) = (before.get(name), after.get(name));
        if was.map(|was| &was.normal) != is.map(|is| &is.normal) {
            changes.push(PropertyChange {
                property: name.clone(),
                before: was.map(|was| was.lines.join("\n")),
                after: is.map(|is| is.lines.join("\n")),
                weight: weight_of(name),
            });
        }
    }
    changes
}

/// The properties of one name in a form that two texts can be compared in.
#[derive(Default)]
struct Normal {
    normal: BTreeSet<String>,
    lines: Vec<String>,
}

fn normal_properties(component: &Component) -> BTreeMap<String, Normal> {
    let mut all: BTreeMap<String, Normal> = BTreeMap::new();
    for property in component.properties_but("ATTENDEE") {
        let name = property.name().to_ascii_uppercase();
        if TIMES.contains(&name.as_str()) || BOOKKEEPING.contains(&name.as_str()) {
            continue;
        }
        let normal = normal_line(&property, &name);
        let entry = all.entry(name).or_default();
        entry.normal.insert(normal);
        entry.lines.push(property.content_line().into_owned());
    }
    for inner in component.components() {
        let entry = all.entry(inner.name().to_ascii_uppercase()).or_default();
        entry.normal.insert(inner.to_string());
        entry.lines.push(format!("BEGIN:{}", inner.name()));
    }
    all
}

/// What says when a text was made and not what it says, or what this engine or a server keeps itself.
const BOOKKEEPING: [&str; 8] = [
    "DTSTAMP",
    "SEQUENCE",
    "CREATED",
    "LAST-MODIFIED",
    "UID",
    "RECURRENCE-ID",
    "REQUEST-STATUS",
    "COMPLETED",
];

fn normal_line(property: &Property<'_>, name: &str) -> String {
    let address = (name == "ORGANIZER").then(|| CalendarUserAddress::parse(&property.value()).ok()).flatten();
    let value = match &address {
        Some(address) => address.normal().to_owned(),
        None => text::unescape(&property.value()).into_owned(),
    };
    let mut params: Vec<String> = property
        .params()
        .map(|param| (param.name().to_ascii_uppercase(), param))
        .filter(|(name, _)| !name.starts_with("SCHEDULE-"))
        .map(|(name, param)| format!("{name}={}", param.values().collect::<Vec<_>>().join("\u{1F}")))
        .collect();
    params.sort_unstable();
    format!("{}\u{1E}{value}", params.join("\u{1E}"))
}

/// How much a property matters (RFC 5546 §2.1.4 names those that raise SEQUENCE; the rest is judgement).
fn weight_of(name: &str) -> Weight {
    match name {
        "STATUS" | "LOCATION" | "ORGANIZER" | "CONFERENCE" | "GEO" => Weight::Significant,
        "VALARM" | "CATEGORIES" | "TRANSP" | "COLOR" | "PERCENT-COMPLETE" => Weight::Private,
        _ if is_private_extension(name) => Weight::Private,
        _ => Weight::Informational,
    }
}

/// What calendar programs note in a user's own copy about that copy: when an alarm was last seen, what a
/// server thinks of it. None of it says anything about the event.
#[must_use]
pub fn is_private_extension(name: &str) -> bool {
    const PREFIXES: [&str; 5] = ["X-MOZ-", "X-APPLE-", "X-EVOLUTION-", "X-LIC-", "X-CALENDARSERVER-"];
    let begins_with =
        |prefix: &&str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    PREFIXES.iter().any(begins_with) && !name.eq_ignore_ascii_case("X-APPLE-STRUCTURED-LOCATION")
}

fn attendance_changes(
    old: &Component,
    new: &Component,
    invited: &BTreeSet<CalendarUserAddress>,
    removed: &BTreeSet<CalendarUserAddress>,
) -> Vec<PropertyChange> {
    // The first line of each person.
    fn lines(
        component: &Component,
        people: &BTreeSet<CalendarUserAddress>,
    ) -> BTreeMap<CalendarUserAddress, String> {
        let mut lines = BTreeMap::new();
        if people.is_empty() {
            return lines;
        }
        for line in component.properties_named("ATTENDEE") {
            if let Ok(who) = CalendarUserAddress::parse(&line.value()) {
                lines.entry(who).or_insert_with(|| line.content_line().into_owned());
            }
        }
        lines
    }
    let (left, came) = (lines(old, removed), lines(new, invited));
    let change = |before, after| PropertyChange {
        property: "ATTENDEE".to_owned(),
        before,
        after,
        weight: Weight::Attendance,
    };
    let mut changes: Vec<_> = removed.iter().map(|who| change(left.get(who).cloned(), None)).collect();
    changes.extend(invited.iter().map(|who| change(None, came.get(who).cloned())));
    changes
}
