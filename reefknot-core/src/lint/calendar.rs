//! Components: which stand where, with which properties, and how they refer to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Code, Findings, alarm, entity, params, syntax, times};
use crate::ical::{Component, Property, Stream};
use crate::registry::{self, ComponentEntry};
use crate::time::{Contradiction, Zones};
use crate::value::DateTime;

/// Looks at every calendar of a stream (RFC 5545 §3.4).
pub(super) fn check_stream(findings: &mut Findings, stream: &Stream) {
    const SECTION: &str = "RFC 5545 §3.4";
    if stream.components().next().is_none() {
        findings.say(
            Code::NoCalendar,
            SECTION,
            Some(1),
            "there is no calendar",
            "begin with BEGIN:VCALENDAR",
        );
    }
    for outer in stream.components() {
        if !outer.is("VCALENDAR") {
            let message = format!("{} stands outside a calendar", outer.name());
            findings.say(Code::ComponentMisplaced, SECTION, outer.line(), message, "put it into a VCALENDAR");
        }
        let mut zones = times::ZoneTable::of(outer);
        // A component and what it is inside; a list instead of recursion, for nesting may be deep.
        let mut left: Vec<(&Component, Option<Rc<Parent<'_>>>)> = vec![(outer, None)];
        while let Some((component, parent)) = left.pop() {
            let properties = check(findings, component, parent.as_deref(), &mut zones);
            let parent = Rc::new(Parent { component, properties });
            left.extend(component.components().map(|inner| (inner, Some(Rc::clone(&parent)))));
        }
        timezones(findings, outer);
        contradictions(findings, outer);
        instances(findings, outer);
    }
}

/// What a component is inside. Its properties are found once, for those inside may be many.
pub(super) struct Parent<'a> {
    pub(super) component: &'a Component,
    properties: BTreeSet<String>,
}

impl Parent<'_> {
    /// Whether it has a property, named in upper case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.properties.contains(name)
    }
}

/// Looks at one component; gives the names of its properties.
fn check(
    findings: &mut Findings,
    component: &Component,
    parent: Option<&Parent<'_>>,
    zones: &mut times::ZoneTable<'_>,
) -> BTreeSet<String> {
    let name = component.name();
    let entry = registry::component(&name);
    let seen = properties(findings, component, entry);
    let Some(entry) = entry else {
        let (code, message, suggestion) = if !params::is_token(&name) {
            let suggestion = "name it with letters, digits and hyphens";
            (Code::ComponentName, format!("a component is named `{name}`"), suggestion)
        } else if !is_private(&name) {
            let suggestion = "check its spelling; a component of one's own begins with X-";
            (Code::ComponentUnknown, format!("no standard has a component {name}"), suggestion)
        } else {
            return seen;
        };
        findings.say(code, "RFC 5545 §3.6", component.line(), message, suggestion);
        return seen;
    };
    for needed in entry.one.iter().filter(|needed| !seen.contains(**needed)) {
        let message = format!("{name} has no {needed}");
        let suggestion = format!("add {needed}");
        findings.say(Code::PropertyMissing, entry.section, component.line(), message, suggestion);
    }
    let outer = parent.map(|parent| parent.component.name()).filter(|_| !entry.inside.is_empty());
    let is_inside = |outer: &str| entry.inside.iter().any(|inside| inside.eq_ignore_ascii_case(outer));
    // Nobody knows what an extension may hold.
    if let Some(outer) = outer.filter(|outer| registry::component(outer).is_some() && !is_inside(outer)) {
        let message = format!("{name} stands in {outer}");
        let suggestion = format!("put it into {}", entry.inside.join(" or "));
        findings.say(Code::ComponentMisplaced, entry.section, component.line(), message, suggestion);
    }
    match entry.name {
        "VCALENDAR" => calendar(findings, component, parent.is_some()),
        "VTIMEZONE" => zone(findings, component),
        "VALARM" => alarm::check(findings, component, parent),
        "VEVENT" | "VTODO" | "VJOURNAL" => entity::check(findings, component, entry, parent),
        _ => {}
    }
    times::check(findings, component, entry, zones);
    seen
}

/// Looks at each property alone, and whether it may stand there; gives their names.
fn properties(
    findings: &mut Findings,
    component: &Component,
    entry: Option<&ComponentEntry>,
) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for property in component.properties() {
        if !params::is_token(property.name()) {
            let message = format!("a property is named `{}`", property.name());
            let suggestion = "name it with letters, digits and hyphens";
            findings.say(Code::PropertyName, "RFC 5545 §3.1", property.line(), message, suggestion);
        }
        params::check(findings, &property);
        for fault in [syntax::check(&property), syntax::text(&property), syntax::type_missing(&property)] {
            let Some(fault) = fault else { continue };
            findings.say(fault.code, fault.section, property.line(), fault.message, fault.suggestion);
        }
        let name = property.name().to_ascii_uppercase();
        if let Some(entry) = entry {
            place(findings, entry, &property, &name, seen.contains(&name));
        }
        seen.insert(name);
    }
    seen
}

/// Whether a name is one of somebody's own (RFC 5545 §3.1, `x-name`).
fn is_private(name: &str) -> bool {
    name.get(..2).is_some_and(|begin| begin.eq_ignore_ascii_case("X-"))
}

/// Whether the component may have the property, and how often.
fn place(
    findings: &mut Findings,
    entry: &ComponentEntry,
    property: &Property<'_>,
    name: &str,
    is_repeated: bool,
) {
    let (code, message, suggestion) = if name == "EXRULE" {
        (Code::Deprecated, "EXRULE is no longer part of the standard".to_owned(), "write EXDATE")
    } else if registry::property(name).is_some() {
        let suggestion = "take it out; a property of one's own begins with X-";
        (Code::PropertyMisplaced, format!("{} has {name}", entry.name), suggestion)
    } else {
        let suggestion = "check its spelling; a property of one's own begins with X-";
        (Code::PropertyUnknown, format!("no standard has a property {name}"), suggestion)
    };
    let section = if code == Code::Deprecated { "RFC 5545 §A.3" } else { entry.section };
    // A name that is none is reported as such.
    if !entry.allows(name) && !is_private(name) && params::is_token(name) {
        findings.say(code, section, property.line(), message, suggestion);
    }
    if !is_repeated || !entry.once(name) {
        return;
    }
    if name == "RRULE" {
        let message = format!("{} has more than one RRULE", entry.name);
        let suggestion = "keep one, and add what it does not give as RDATE";
        findings.say(Code::RuleRepeated, "RFC 5545 §3.8.5.3", property.line(), message, suggestion);
    } else {
        let message = format!("{} has {name} more than once", entry.name);
        findings.say(Code::PropertyTooMany, entry.section, property.line(), message, "keep one");
    }
}

fn calendar(findings: &mut Findings, calendar: &Component, is_inside: bool) {
    if is_inside {
        let suggestion = "put calendars one after another";
        findings.say(
            Code::ComponentMisplaced,
            "RFC 5545 §3.4",
            calendar.line(),
            "VCALENDAR stands in another component",
            suggestion,
        );
    }
    if calendar.components().next().is_none() {
        let message = "VCALENDAR has no component";
        findings.say(Code::ComponentMissing, "RFC 5545 §3.6", calendar.line(), message, "add one");
    }
    if let Some(version) = calendar.property("VERSION").filter(|version| version.value() != "2.0") {
        let message = format!("VERSION is `{}`", version.value());
        findings.say(Code::Version, "RFC 5545 §3.7.4", version.line(), message, "write VERSION:2.0");
    }
}

fn zone(findings: &mut Findings, zone: &Component) {
    if !zone.components().any(|inner| inner.is("STANDARD") || inner.is("DAYLIGHT")) {
        let message = "VTIMEZONE has neither STANDARD nor DAYLIGHT";
        findings.say(Code::ComponentMissing, "RFC 5545 §3.6.5", zone.line(), message, "add one");
    }
}

/// One VTIMEZONE for each TZID (RFC 5545 §3.2.19, §3.6.5).
fn timezones(findings: &mut Findings, calendar: &Component) {
    let mut defined = BTreeSet::new();
    for zone in calendar.components_named("VTIMEZONE") {
        let Some(tzid) = zone.text("TZID") else { continue };
        if defined.contains(&tzid) {
            let message = format!("the zone `{tzid}` is defined twice");
            findings.say(Code::TimezoneRepeated, "RFC 5545 §3.6.5", zone.line(), message, "keep one");
        }
        defined.insert(tzid);
    }
    let mut left: Vec<&Component> = calendar.components().filter(|inner| !inner.is("VTIMEZONE")).collect();
    left.reverse();
    while let Some(component) = left.pop() {
        for property in component.properties() {
            let Some(tzid) = property.param("TZID").map(String::from) else { continue };
            if !defined.insert(tzid.clone()) {
                continue;
            }
            let message = format!("{} is in the zone `{tzid}`, which is not defined", property.name());
            let suggestion = "add a VTIMEZONE with that TZID";
            findings.say(Code::TimezoneMissing, "RFC 5545 §3.2.19", property.line(), message, suggestion);
        }
        left.extend(component.components());
    }
}

/// A definition has the word over the IANA zone of its name (RFC 5545 §3.6.5), but whoever knows the name
/// expects that zone's times.
fn contradictions(findings: &mut Findings, calendar: &Component) {
    for found in Zones::of(calendar).contradictions(calendar) {
        let Contradiction { tzid, iana_name, from, defined, known } = &found;
        let zone =
            calendar.components_named("VTIMEZONE").find(|zone| zone.text("TZID").as_ref() == Some(tzid));
        let message = format!("the zone `{tzid}` is {defined} at {from}, but {iana_name} is {known} then");
        let suggestion = "define it as it is kept, or give it a name of its own";
        let line = zone.and_then(Component::line);
        findings.say(Code::TimezoneContradiction, "RFC 5545 §3.6.5", line, message, suggestion);
    }
}

/// UID and RECURRENCE-ID name one component only (RFC 5545 §3.8.4.4, §3.8.4.7).
fn instances(findings: &mut Findings, calendar: &Component) {
    let mut seen = BTreeSet::new();
    let mut series = BTreeMap::new();
    let mut overrides = Vec::new();
    // Busy time is split over components as it pleases.
    let components =
        || ["VEVENT", "VTODO", "VJOURNAL"].into_iter().flat_map(|name| calendar.components_named(name));
    for component in components() {
        let Some(uid) = component.value("UID") else { continue };
        let id = component.property("RECURRENCE-ID");
        let key = id.as_ref().map(|id| (id.value().into_owned(), id.param("TZID").map(String::from)));
        if !seen.insert((component.name().to_ascii_uppercase(), uid.clone(), key)) {
            let message = format!("{} with the UID `{uid}` is there twice", component.name());
            let suggestion = "keep one, or give the other a UID or RECURRENCE-ID of its own";
            findings.say(Code::ComponentRepeated, "RFC 5545 §3.8.4.7", component.line(), message, suggestion);
        }
        match (id, times::read(component, "DTSTART")) {
            (Some(id), _) => overrides.push((uid, times::read(component, "RECURRENCE-ID"), id.line())),
            (None, Some(start)) => {
                series.insert(uid, start);
            }
            (None, None) => {}
        }
    }
    for (uid, id, line) in overrides {
        let (Some(id), Some(start)) = (id, series.get(&uid)) else { continue };
        let local = |value: &DateTime| matches!(value, DateTime::Floating(_));
        if id.is_date() != start.is_date() || local(&id) != local(start) {
            let message = "RECURRENCE-ID is not of the kind that the DTSTART of the series is";
            let suggestion = "write both as dates, both without a zone, or both with";
            findings.say(Code::RecurrenceIdType, "RFC 5545 §3.8.4.4", line, message, suggestion);
        }
    }
}
