//! The rules about one component: which properties, how many, and with what values.

use super::message::words;
use super::tables::{self, Presence, Rows, Table};
use super::{Findings, Method};
use crate::ical::{Component, Kind, Property};
use crate::lint::syntax;
use crate::registry::status_values;
use crate::value::{CalendarUserAddress, DateTime};

/// Where in RFC 5546 a component falls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) method: Method,
    pub(super) kind: Kind,
    pub(super) table: &'static Table,
}

/// Tests a component that the message is about, and what is inside it.
pub(super) fn scheduled(findings: &mut Findings, component: &Component, place: Place) {
    let section = place.table.section;
    for (name, presence) in place.table.properties.iter() {
        if name == "ATTENDEE" && presence == Presence::One && place.method == Method::Reply {
            replying(findings, component, section);
        } else {
            presence_of(findings, component, name, presence, section);
        }
    }
    values(findings, component);
    let end = if place.kind == Kind::Todo { "DUE" } else { "DTEND" };
    if !place.table.properties.none.contains(&"DURATION") {
        exclusive(findings, component, end, "DURATION", section);
    }
    status(findings, component, place);
    if place.table.sequence_above_zero
        && let Some(sequence) = component.property("SEQUENCE").filter(|sequence| sequence.value() == "0")
    {
        let message = format!("SEQUENCE is 0; {} makes a new revision, so it must be greater", place.method);
        findings.add("sequence-zero", section, sequence.line(), message);
    }
    if place.kind == Kind::FreeBusy {
        busy_time(findings, component, section);
    }
    delegation(findings, component, place);
    count(findings, component, "VALARM", place.table.alarms, section);
    for alarm in component.components_named("VALARM") {
        rows(findings, alarm, &tables::ALARM, "RFC 5546 §3.1.3");
        values(findings, alarm);
        both(findings, alarm, "DURATION", "REPEAT");
        both(findings, alarm, "REPEAT", "DURATION");
    }
}

/// Tests a VTIMEZONE (RFC 5546 §3.1.2).
pub(super) fn timezone(findings: &mut Findings, zone: &Component) {
    const SECTION: &str = "RFC 5546 §3.1.2";
    rows(findings, zone, &tables::TIMEZONE, SECTION);
    values(findings, zone);
    let is_observance = |inner: &&Component| inner.is("STANDARD") || inner.is("DAYLIGHT");
    if !zone.components().any(|inner| is_observance(&inner)) {
        let message = "VTIMEZONE has neither STANDARD nor DAYLIGHT; add one".to_owned();
        findings.add("component-missing", SECTION, zone.line(), message);
    }
    for observance in zone.components().filter(is_observance) {
        let standard = observance.is("STANDARD");
        rows(findings, observance, if standard { &tables::STANDARD } else { &tables::DAYLIGHT }, SECTION);
        values(findings, observance);
        if standard {
            exclusive(findings, observance, "RDATE", "RRULE", SECTION);
        }
        let start = observance.property("DTSTART");
        let local = |start: &Property<'_>| {
            start.param("TZID").is_none()
                && matches!(DateTime::parse(&start.value(), None, None), Ok(DateTime::Floating(_)))
        };
        if let Some(start) = start.filter(|start| !local(start)) {
            let message = format!(
                "DTSTART of {} is `{}`; it must be local time, without Z or TZID",
                observance.name(),
                start.value()
            );
            findings.add("not-local", SECTION, start.line(), message);
        }
    }
}

/// Tests how often each restricted property occurs.
pub(super) fn rows(findings: &mut Findings, component: &Component, rows: &Rows, section: &'static str) {
    for (name, presence) in rows.iter() {
        presence_of(findings, component, name, presence, section);
    }
}

fn presence_of(
    findings: &mut Findings,
    component: &Component,
    name: &'static str,
    presence: Presence,
    section: &'static str,
) {
    let mut found = component.properties_named(name);
    let (first, second) = (found.next(), found.next());
    let owner = component.name();
    match presence {
        Presence::One | Presence::OneOrMore if first.is_none() => {
            let message = format!("{owner} has no {name}; it needs {}", words(presence));
            findings.add("property-missing", section, component.line(), message);
        }
        Presence::One | Presence::AtMostOne => {
            if let Some(second) = second {
                let message = format!("{owner} has another {name}; it may have {}", words(presence));
                findings.add("property-too-many", section, second.line(), message);
            }
        }
        Presence::Absent => {
            if let Some(first) = first {
                let message = format!("{owner} has {name}, which it must not here; take it out");
                findings.add("property-forbidden", section, first.line(), message);
            }
        }
        Presence::OneOrMore | Presence::Any => {}
    }
}

/// Tests how many components of one name are directly inside another.
pub(super) fn count(
    findings: &mut Findings,
    outer: &Component,
    name: &str,
    presence: Presence,
    section: &'static str,
) {
    let mut found = outer.components_named(name);
    let (first, second) = (found.next(), found.next());
    let extra = match presence {
        Presence::Absent => first,
        Presence::One | Presence::AtMostOne => second,
        // That there is one at all is how the table was found.
        Presence::OneOrMore | Presence::Any => None,
    };
    if let Some(extra) = extra {
        let message =
            format!("{} is one {name} too many in {}; there may be {}", name, outer.name(), words(presence));
        findings.add("component-too-many", section, extra.line(), message);
    }
}

/// Tests each value by its own grammar.
fn values(findings: &mut Findings, component: &Component) {
    for property in component.properties() {
        // RFC 5546 §4.1.4 itself writes LOCATION;VALUE=URI, which RFC 5545 does not know.
        if property.is("LOCATION") && property.param_is("VALUE", "URI") {
            continue;
        }
        if let Some(fault) = syntax::check(&property) {
            let message = format!("{}; {}", fault.message, fault.suggestion);
            findings.add(fault.code.name(), fault.section, property.line(), message);
        }
    }
}

fn exclusive(findings: &mut Findings, component: &Component, one: &str, other: &str, section: &'static str) {
    if let (Some(_), Some(extra)) = (component.property(one), component.property(other)) {
        let message = format!("{one} and {other} stand together in {}; keep one", component.name());
        findings.add("properties-exclusive", section, extra.line(), message);
    }
}

fn both(findings: &mut Findings, alarm: &Component, given: &str, needed: &str) {
    if let (Some(given_one), None) = (alarm.property(given), alarm.property(needed)) {
        let message = format!("VALARM has {given} without {needed}; add it");
        findings.add("property-missing", "RFC 5546 §3.1.3", given_one.line(), message);
    }
}

/// The value of STATUS, by the table's comment or else by RFC 5545 §3.8.1.11.
fn status(findings: &mut Findings, component: &Component, place: Place) {
    let of_table = place.table.status;
    let (allowed, section) = if of_table.is_empty() {
        (status_values(place.kind.as_str()), "RFC 5545 §3.8.1.11")
    } else {
        (of_table, place.table.section)
    };
    let Some(status) = component.property("STATUS") else { return };
    let known = allowed.iter().any(|value| status.value().eq_ignore_ascii_case(value));
    if allowed.is_empty() || known {
        return;
    }
    let message = format!(
        "STATUS is `{}`; a {} of a {} may only say {}",
        status.value(),
        place.method,
        place.kind,
        allowed.join(", ")
    );
    findings.add("status-not-allowed", section, status.line(), message);
}

/// A REPLY has one ATTENDEE, who replies. RFC 5546 §3.2.2.3 adds the other side of a delegation.
fn replying(findings: &mut Findings, component: &Component, section: &'static str) {
    let attendees: Vec<Property<'_>> = component.properties_named("ATTENDEE").collect();
    let linked = |one: &Property<'_>, other: &Property<'_>| {
        let address = CalendarUserAddress::parse(&other.value()).ok();
        one.params()
            .filter(|param| param.is("DELEGATED-TO") || param.is("DELEGATED-FROM"))
            .flat_map(crate::ical::Param::values)
            .any(|value| address.is_some() && CalendarUserAddress::parse(&value).ok() == address)
    };
    let allowed = match attendees.as_slice() {
        [_] => return,
        [one, other] => linked(one, other) || linked(other, one),
        _ => false,
    };
    if allowed {
        return;
    }
    match attendees.get(1) {
        None => presence_of(findings, component, "ATTENDEE", Presence::One, section),
        Some(second) => {
            let message = format!("{} has another ATTENDEE; only who replies may be there", component.name());
            findings.add("property-too-many", section, second.line(), message);
        }
    }
}

/// "DateTime values must be in UTC"; FREEBUSY "MUST be BUSYTIME" (RFC 5546 §3.3).
fn busy_time(findings: &mut Findings, component: &Component, section: &'static str) {
    for name in ["DTSTART", "DTEND"] {
        let Some(property) = component.property(name) else { continue };
        let value = DateTime::parse(&property.value(), None, None);
        if property.param("TZID").is_some() || matches!(value, Ok(DateTime::Floating(_))) {
            let message = format!("{name} of VFREEBUSY is `{}`; write it in UTC", property.value());
            findings.add("not-utc", section, property.line(), message);
        }
    }
    for free in component.properties_named("FREEBUSY").filter(|busy| busy.param_is("FBTYPE", "FREE")) {
        let message = "FREEBUSY says when somebody is free; only busy time may be sent".to_owned();
        findings.add("not-busy-time", section, free.line(), message);
    }
}

/// Who replies as DELEGATED names the delegate (RFC 5546 §3.2.2.3, §3.4.2.3).
fn delegation(findings: &mut Findings, component: &Component, place: Place) {
    if place.method != Method::Reply {
        return;
    }
    let section = if place.kind == Kind::Todo { "RFC 5546 §3.4.2.3" } else { "RFC 5546 §3.2.2.3" };
    for attendee in component.properties_named("ATTENDEE") {
        if attendee.param_is("PARTSTAT", "DELEGATED") && attendee.param("DELEGATED-TO").is_none() {
            let message = "ATTENDEE replies DELEGATED without DELEGATED-TO; name the delegate".to_owned();
            findings.add("delegate-missing", section, attendee.line(), message);
        }
    }
}
