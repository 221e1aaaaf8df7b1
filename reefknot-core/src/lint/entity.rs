//! What an event, a to-do and a journal entry have in common.

use super::calendar::Parent;
use super::{Code, Findings};
use crate::ical::Component;
use crate::registry::{self, ComponentEntry};
use crate::value::scan::shown;

/// Looks at the properties that an event, a to-do and a journal entry share.
pub(super) fn check(
    findings: &mut Findings,
    component: &Component,
    entry: &ComponentEntry,
    parent: Option<&Parent<'_>>,
) {
    let has_method = parent.is_some_and(|parent| parent.has("METHOD"));
    if entry.name == "VEVENT" && !has_method && component.property("DTSTART").is_none() {
        let message = "VEVENT has no DTSTART, and the calendar no METHOD";
        findings.say(Code::PropertyMissing, entry.section, component.line(), message, "add DTSTART");
    }
    let attendee = component.property("ATTENDEE");
    if let Some(attendee) = attendee.filter(|_| component.property("ORGANIZER").is_none()) {
        let message = format!("{} has attendees and no ORGANIZER", entry.name);
        let suggestion = "add ORGANIZER, or take the attendees out";
        findings.say(Code::OrganizerMissing, "RFC 5545 §3.8.4.3", attendee.line(), message, suggestion);
    }
    answers(findings, component, entry);
    status(findings, component, entry);
}

/// The answers that a component of one kind may have (RFC 5545 §3.2.12); others may be registered.
fn answers(findings: &mut Findings, component: &Component, entry: &ComponentEntry) {
    const OF_TODO: [&str; 2] = ["COMPLETED", "IN-PROCESS"];
    const NOT_OF_JOURNAL: [&str; 4] = ["COMPLETED", "IN-PROCESS", "TENTATIVE", "DELEGATED"];
    let foreign: &[&str] = match entry.name {
        "VEVENT" => &OF_TODO,
        "VJOURNAL" => &NOT_OF_JOURNAL,
        _ => &[],
    };
    for attendee in component.properties_named("ATTENDEE") {
        let Some(answer) = attendee.param("PARTSTAT") else { continue };
        if foreign.iter().any(|known| answer.eq_ignore_ascii_case(known)) {
            let message =
                format!("the parameter PARTSTAT of ATTENDEE is `{}` in {}", shown(&answer), entry.name);
            let suggestion = "write NEEDS-ACTION, ACCEPTED or DECLINED";
            findings.say(Code::ParamValue, "RFC 5545 §3.2.12", attendee.line(), message, suggestion);
        }
    }
}

/// The states that a component of one kind may have (RFC 5545 §3.8.1.11).
fn status(findings: &mut Findings, component: &Component, entry: &ComponentEntry) {
    let Some(status) = component.property("STATUS") else { return };
    let is = |known: &&str| status.value().eq_ignore_ascii_case(known);
    let allowed = registry::status_values(entry.name);
    if !allowed.iter().any(is) {
        let message = format!("STATUS is `{}` in {}", shown(&status.value()), entry.name);
        let suggestion = format!("write {}", allowed.join(" or "));
        findings.say(Code::ValueNotAllowed, "RFC 5545 §3.8.1.11", status.line(), message, suggestion);
    }
}
