//! Components: which stand where, with which properties, and how they refer to each other.

use std::collections::{BTreeMap, BTreeSet};

use super::tables::{self, Rules};
use super::{Findings, params, syntax, times};
use crate::ical::{Component, Property, Stream};
use crate::value::{DateTime, Duration};

/// Looks at every calendar of a stream (RFC 5545 §3.4).
pub(super) fn check_stream(findings: &mut Findings, stream: &Stream) {
    const SECTION: &str = "RFC 5545 §3.4";
    if stream.components().next().is_none() {
        findings.say("no-calendar", SECTION, Some(1), "there is no calendar", "begin with BEGIN:VCALENDAR");
    }
    for outer in stream.components() {
        if !outer.is("VCALENDAR") {
            let message = format!("{} stands outside a calendar", outer.name());
            findings.say("component-misplaced", SECTION, outer.line(), message, "put it into a VCALENDAR");
        }
        let mut zones = times::ZoneTable::of(outer);
        // A component and what it is inside; a list instead of recursion, for nesting may be deep.
        let mut left = vec![(outer, None)];
        while let Some((component, parent)) = left.pop() {
            check(findings, component, parent, &mut zones);
            left.extend(component.components().map(|inner| (inner, Some(component))));
        }
        timezones(findings, outer);
        instances(findings, outer);
    }
}

fn check(
    findings: &mut Findings,
    component: &Component,
    parent: Option<&Component>,
    zones: &mut times::ZoneTable<'_>,
) {
    let name = component.name();
    if !params::is_token(&name) {
        let message = format!("a component is named `{name}`");
        let suggestion = "name it with letters, digits and hyphens";
        findings.say("component-name", "RFC 5545 §3.6", component.line(), message, suggestion);
    }
    let rules = Rules::of(&name);
    let mut seen = BTreeSet::new();
    for property in component.properties() {
        if !params::is_token(property.name()) {
            let message = format!("a property is named `{}`", property.name());
            let suggestion = "name it with letters, digits and hyphens";
            findings.say("property-name", "RFC 5545 §3.1", property.line(), message, suggestion);
        }
        params::check(findings, &property);
        let is_known = tables::is_known(property.name());
        if let Some(fault) = syntax::check(&property).or_else(|| is_known.then(|| syntax::text(&property))?) {
            findings.say(fault.code, fault.section, property.line(), fault.message, fault.suggestion);
        }
        if let Some(rules) = rules {
            place(findings, rules, &property, &mut seen, is_known);
        }
    }
    let Some(rules) = rules else { return };
    for needed in rules.one.iter().filter(|needed| !seen.contains(**needed)) {
        let message = format!("{name} has no {needed}");
        findings.say("property-missing", rules.section, component.line(), message, format!("add {needed}"));
    }
    let outside = parent.filter(|parent| Rules::of(&parent.name()).is_some() && !rules.inside.is_empty());
    if let Some(parent) = outside.filter(|parent| !rules.inside.iter().any(|inside| parent.is(inside))) {
        let message = format!("{name} stands in {}", parent.name());
        let suggestion = format!("put it into {}", rules.inside.join(" or "));
        findings.say("component-misplaced", rules.section, component.line(), message, suggestion);
    }
    match rules.name {
        "VCALENDAR" => calendar(findings, component, parent),
        "VTIMEZONE" => zone(findings, component),
        "VALARM" => alarm(findings, component, parent),
        _ => {}
    }
    times::check(findings, component, rules, zones);
    if rules.name == "VEVENT" {
        let has_method = parent.is_some_and(|parent| parent.property("METHOD").is_some());
        if !has_method && !seen.contains("DTSTART") {
            let message = "VEVENT has no DTSTART, and the calendar no METHOD";
            findings.say("property-missing", rules.section, component.line(), message, "add DTSTART");
        }
    }
}

/// Whether the component may have the property, and how often.
fn place(
    findings: &mut Findings,
    rules: &Rules,
    property: &Property<'_>,
    seen: &mut BTreeSet<String>,
    is_known: bool,
) {
    let name = property.name().to_ascii_uppercase();
    if is_known && !rules.allows(&name) {
        let message = format!("{} has {name}", rules.name);
        let suggestion = "take it out; a property of one's own begins with X-";
        findings.say("property-misplaced", rules.section, property.line(), message, suggestion);
    }
    let once = rules.once(&name);
    if !seen.insert(name.clone()) && once {
        let message = format!("{} has {name} more than once", rules.name);
        findings.say("property-too-many", rules.section, property.line(), message, "keep one");
    }
}

fn calendar(findings: &mut Findings, calendar: &Component, parent: Option<&Component>) {
    if parent.is_some() {
        let suggestion = "put calendars one after another";
        findings.say(
            "component-misplaced",
            "RFC 5545 §3.4",
            calendar.line(),
            "VCALENDAR stands in another component",
            suggestion,
        );
    }
    if calendar.components().next().is_none() {
        let message = "VCALENDAR has no component";
        findings.say("component-missing", "RFC 5545 §3.6", calendar.line(), message, "add one");
    }
    if let Some(version) = calendar.property("VERSION").filter(|version| version.value() != "2.0") {
        let message = format!("VERSION is `{}`", version.value());
        findings.say("version", "RFC 5545 §3.7.4", version.line(), message, "write VERSION:2.0");
    }
}

fn zone(findings: &mut Findings, zone: &Component) {
    if !zone.components().any(|inner| inner.is("STANDARD") || inner.is("DAYLIGHT")) {
        let message = "VTIMEZONE has neither STANDARD nor DAYLIGHT";
        findings.say("component-missing", "RFC 5545 §3.6.5", zone.line(), message, "add one");
    }
}

/// What each kind of alarm needs (RFC 5545 §3.6.6), and what its trigger refers to (§3.8.6.3).
fn alarm(findings: &mut Findings, alarm: &Component, parent: Option<&Component>) {
    let action = alarm.value("ACTION").unwrap_or_default().to_ascii_uppercase();
    let needed: &[&str] = match action.as_str() {
        "DISPLAY" => &["DESCRIPTION"],
        "EMAIL" => &["ATTENDEE", "DESCRIPTION", "SUMMARY"],
        _ => &[],
    };
    for name in needed.iter().filter(|name| alarm.property(name).is_none()) {
        let message = format!("an alarm with ACTION:{action} has no {name}");
        findings.say("property-missing", "RFC 5545 §3.6.6", alarm.line(), message, format!("add {name}"));
    }
    if action == "AUDIO"
        && let Some(second) = alarm.properties_named("ATTACH").nth(1)
    {
        let message = "an alarm with ACTION:AUDIO has more than one ATTACH";
        findings.say("property-too-many", "RFC 5545 §3.6.6", second.line(), message, "keep one");
    }
    for (given, needed) in [("DURATION", "REPEAT"), ("REPEAT", "DURATION")] {
        if alarm.property(given).is_some() && alarm.property(needed).is_none() {
            let message = format!("an alarm has {given} without {needed}");
            findings.say(
                "property-missing",
                "RFC 5545 §3.6.6",
                alarm.line(),
                message,
                format!("add {needed}"),
            );
        }
    }
    let Some((trigger, parent)) = alarm.property("TRIGGER").zip(parent) else { return };
    const SECTION: &str = "RFC 5545 §3.8.6.3";
    if trigger.param_is("VALUE", "DATE-TIME") {
        if trigger.param("RELATED").is_some() {
            let message = "RELATED stands beside VALUE=DATE-TIME";
            findings.say("trigger", SECTION, trigger.line(), message, "take RELATED out");
        }
        return;
    }
    if trigger.value().parse::<Duration>().is_err() {
        return;
    }
    let has = |name| parent.property(name).is_some();
    let whole = has("DTSTART") && has("DURATION");
    let (anchored, wanted) = match (trigger.param_is("RELATED", "END"), parent.is("VTODO")) {
        (true, true) => (has("DUE") || whole, "DUE, or DTSTART and DURATION"),
        (true, false) => (has("DTEND") || whole, "DTEND, or DTSTART and DURATION"),
        (false, true) => (has("DTSTART"), "DTSTART, or RELATED=END to the TRIGGER"),
        (false, false) => (has("DTSTART"), "DTSTART"),
    };
    if !anchored {
        let message = format!("the alarm is relative to a time that {} does not have", parent.name());
        findings.say("trigger", SECTION, trigger.line(), message, format!("add {wanted}"));
    }
}

/// One VTIMEZONE for each TZID (RFC 5545 §3.2.19, §3.6.5).
fn timezones(findings: &mut Findings, calendar: &Component) {
    let mut defined = BTreeSet::new();
    for zone in calendar.components_named("VTIMEZONE") {
        let Some(tzid) = zone.text("TZID") else { continue };
        if defined.contains(&tzid) {
            let message = format!("the zone `{tzid}` is defined twice");
            findings.say("timezone-repeated", "RFC 5545 §3.6.5", zone.line(), message, "keep one");
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
            findings.say("timezone-missing", "RFC 5545 §3.2.19", property.line(), message, suggestion);
        }
        left.extend(component.components());
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
            findings.say("component-repeated", "RFC 5545 §3.8.4.7", component.line(), message, suggestion);
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
            findings.say("recurrence-id-type", "RFC 5545 §3.8.4.4", line, message, suggestion);
        }
    }
}
