//! The rules about a message as a whole: its method, and how its components fit together.

use std::collections::{BTreeMap, BTreeSet};

use super::component::{self, Place};
use super::tables::{self, Presence, Table};
use super::{Findings, Method};
use crate::ical::{Component, Kind, Property};

/// Tests the whole message; gives METHOD as written, the method, and what the message is about.
pub(super) fn check(
    findings: &mut Findings,
    calendar: &Component,
) -> (Option<String>, Option<Method>, Option<Kind>) {
    let method_text = calendar.value("METHOD");
    let method = method_text.as_deref().and_then(|text| text.parse().ok());
    let kind = calendar.components().find_map(Kind::of);
    if !calendar.is("VCALENDAR") {
        let message = format!("{} is not a calendar; a message is a VCALENDAR", calendar.name());
        findings.add("not-a-calendar", "RFC 5546 §3", calendar.line(), message);
        return (method_text, method, kind);
    }
    unreadable(findings, calendar);
    calendar_properties(findings, calendar, method_text.as_deref(), method);
    let table = scope(findings, calendar, method, kind);
    for zone in calendar.components_named("VTIMEZONE") {
        component::timezone(findings, zone);
    }
    timezones_defined(findings, calendar);
    if let (Some(method), Some(kind), Some(table)) = (method, kind, table) {
        let place = Place { method, kind, table };
        for component in calendar.components_named(kind.as_str()) {
            component::scheduled(findings, component, place);
        }
        together(findings, calendar, place);
    }
    (method_text, method, kind)
}

/// What is not a content line says nothing, and may have been meant to say something (RFC 5545 §3.1).
fn unreadable(findings: &mut Findings, calendar: &Component) {
    let mut left = vec![calendar];
    while let Some(component) = left.pop() {
        for line in component.unreadable() {
            let message = format!("{} holds a line that is not NAME:value; mend it", component.name());
            findings.add("unreadable", "RFC 5545 §3.1", Some(line), message);
        }
        left.extend(component.components());
    }
}

/// The properties of VCALENDAR itself (RFC 5546 §3.1.1).
fn calendar_properties(
    findings: &mut Findings,
    calendar: &Component,
    method_text: Option<&str>,
    method: Option<Method>,
) {
    component::rows(findings, calendar, &tables::CALENDAR, "RFC 5546 §3.1.1");
    if let Some(version) = calendar.property("VERSION").filter(|version| version.value() != "2.0") {
        let message = format!("VERSION is `{}`; it must be 2.0", version.value());
        findings.add("version", "RFC 5546 §3.1.1", version.line(), message);
    }
    if let (Some(text), None) = (method_text, method) {
        let line = calendar.property("METHOD").and_then(|property| property.line());
        let names = Method::ALL.map(Method::as_str).join(", ");
        findings.add(
            "method-unknown",
            "RFC 5546 §1.4",
            line,
            format!("`{text}` is not a method; use one of {names}"),
        );
    }
}

/// Which table the message falls under, and how many components of each kind it has.
fn scope(
    findings: &mut Findings,
    calendar: &Component,
    method: Option<Method>,
    kind: Option<Kind>,
) -> Option<&'static Table> {
    let Some(kind) = kind else {
        let message = "there is no VEVENT, VTODO, VJOURNAL or VFREEBUSY; add what the message is about";
        findings.add("component-missing", "RFC 5546 §3", calendar.line(), message.to_owned());
        return None;
    };
    let method = method?;
    let table = tables::table(method, kind);
    for other in calendar.components().filter(|other| Kind::of(other).is_some_and(|other| other != kind)) {
        let section = table.map_or("RFC 5546 §3", |table| table.section);
        let message =
            format!("{} stands beside {kind}; a message is about components of one kind", other.name());
        findings.add("components-mixed", section, other.line(), message);
    }
    let Some(table) = table else {
        let line = calendar.components_named(kind.as_str()).next().and_then(Component::line);
        let message = format!("METHOD:{method} does not exist for {kind}");
        findings.add("method-not-allowed", "RFC 5546 §3", line, message);
        return None;
    };
    component::count(findings, calendar, kind.as_str(), table.components, table.section);
    component::count(findings, calendar, "VTIMEZONE", table.timezones, table.section);
    Some(table)
}

/// "MUST be present if any date/time refers to a timezone" (RFC 5546 §3.1.2, RFC 5545 §3.2.19).
fn timezones_defined(findings: &mut Findings, calendar: &Component) {
    let defined: BTreeSet<String> =
        calendar.components_named("VTIMEZONE").filter_map(|zone| zone.text("TZID")).collect();
    let mut missing = BTreeSet::new();
    let outer = calendar.components().filter(|component| !component.is("VTIMEZONE"));
    for component in outer.flat_map(|outer| std::iter::once(outer).chain(outer.components())) {
        for property in component.properties() {
            let Some(tzid) = property.param("TZID").map(std::borrow::Cow::into_owned) else { continue };
            if defined.contains(&tzid) || !missing.insert(tzid.clone()) {
                continue;
            }
            let message =
                format!("{} is in the zone `{tzid}`, which no VTIMEZONE defines; add one", property.name());
            findings.add("timezone-missing", "RFC 5546 §3.1.2", property.line(), message);
        }
    }
}

/// How the components of one message fit together.
fn together(findings: &mut Findings, calendar: &Component, place: Place) {
    let components = || calendar.components_named(place.kind.as_str());
    if place.table.same_uid {
        let mut uids = components().filter_map(|component| component.property("UID"));
        if let Some(first) = uids.next() {
            for other in uids.filter(|other| other.value() != first.value()) {
                let message = format!(
                    "UID `{}` differs from `{}`; all components of one message have the same",
                    other.value(),
                    first.value()
                );
                findings.add("uid-differs", place.table.section, other.line(), message);
            }
        }
    }
    if place.kind != Kind::FreeBusy {
        instances(findings, components(), place);
    }
    request_status(findings, components());
}

/// UID and RECURRENCE-ID are the key of a component (RFC 5546 §2.1.5); and an instance must be one of a series.
fn instances<'a>(findings: &mut Findings, components: impl Iterator<Item = &'a Component>, place: Place) {
    let mut seen = BTreeSet::new();
    // By UID: whether the series itself is here, and whether it recurs.
    let mut series = BTreeMap::new();
    let mut overrides = Vec::new();
    for component in components {
        let Some(uid) = component.value("UID") else { continue };
        let instance = component.property("RECURRENCE-ID");
        let key = instance.as_ref().map(|id| (id.value().into_owned(), id.param("TZID").map(String::from)));
        if !seen.insert((uid.clone(), key)) {
            let what = if instance.is_some() { "instance" } else { "component" };
            let message = format!("the same {what} of `{uid}` is given twice; keep one");
            findings.add("component-repeated", "RFC 5546 §2.1.5", component.line(), message);
        }
        match instance {
            Some(id) => overrides.push((uid, id.line())),
            None => {
                let recurs =
                    ["RRULE", "RDATE", "EXRULE"].iter().any(|name| component.property(name).is_some());
                series.insert(uid, recurs);
            }
        }
    }
    // The other methods may name a series without its rule.
    if !matches!(place.method, Method::Publish | Method::Request) {
        return;
    }
    for (uid, line) in overrides {
        if series.get(&uid) == Some(&false) {
            let message = format!("RECURRENCE-ID names an instance, but `{uid}` does not recur; take it out");
            findings.add("not-recurring", place.table.section, line, message);
        }
    }
}

/// Which codes may stand beside each other (RFC 5546 §3.6).
fn request_status<'a>(findings: &mut Findings, components: impl Iterator<Item = &'a Component>) {
    let mut classes: Vec<(char, Option<usize>)> = Vec::new();
    for component in components {
        let class = |property: &Property<'_>| property.value().chars().next();
        let statuses: Vec<_> = component.properties_named("REQUEST-STATUS").collect();
        let Some(first) = statuses.first().and_then(class) else { continue };
        for other in statuses.iter().filter(|other| class(other) != Some(first)) {
            let message = format!("`{}` stands beside a code of class {first}; use one class", other.value());
            findings.add("request-status-mixed", "RFC 5546 §3.6", other.line(), message);
        }
        classes.push((first, statuses[0].line()));
    }
    // A 5.xx, or else a 3.xx, drives out every other class across the components.
    let Some(ruling) = ['5', '3'].into_iter().find(|&class| classes.iter().any(|(other, _)| *other == class))
    else {
        return;
    };
    for (class, line) in classes.into_iter().filter(|(class, _)| *class != ruling) {
        let message = format!(
            "a code of class {class} stands in a message with one of class {ruling}; leave the other out"
        );
        findings.add("request-status-mixed", "RFC 5546 §3.6", line, message);
    }
}

/// What a presence asks for, in words.
pub(super) fn words(presence: Presence) -> &'static str {
    match presence {
        Presence::Absent => "none",
        Presence::One => "exactly one",
        Presence::OneOrMore => "at least one",
        Presence::AtMostOne => "at most one",
        Presence::Any => "any number",
    }
}
