//! Alarms: what each kind needs (RFC 5545 §3.6.6), and what its trigger refers to (§3.8.6.3).

use super::calendar::Parent;
use super::{Code, Findings};
use crate::ical::{Component, Property};
use crate::value::Duration;

/// What each kind of alarm needs (RFC 5545 §3.6.6), and what its trigger refers to (§3.8.6.3).
pub(super) fn check(findings: &mut Findings, alarm: &Component, parent: Option<&Parent<'_>>) {
    let action = alarm.value("ACTION").unwrap_or_default().to_ascii_uppercase();
    if action == "PROCEDURE" {
        let line = alarm.property("ACTION").and_then(|property| property.line());
        let message = "ACTION:PROCEDURE is no longer part of the standard";
        findings.say(Code::Deprecated, "RFC 5545 §A.3", line, message, "write DISPLAY, AUDIO or EMAIL");
    }
    let needed: &[&str] = match action.as_str() {
        "DISPLAY" => &["DESCRIPTION"],
        "EMAIL" => &["ATTENDEE", "DESCRIPTION", "SUMMARY"],
        _ => &[],
    };
    for name in needed.iter().filter(|name| alarm.property(name).is_none()) {
        let message = format!("an alarm with ACTION:{action} has no {name}");
        findings.say(Code::PropertyMissing, "RFC 5545 §3.6.6", alarm.line(), message, format!("add {name}"));
    }
    if action == "AUDIO"
        && let Some(second) = alarm.properties_named("ATTACH").nth(1)
    {
        let message = "an alarm with ACTION:AUDIO has more than one ATTACH";
        findings.say(Code::PropertyTooMany, "RFC 5545 §3.6.6", second.line(), message, "keep one");
    }
    for (given, needed) in [("DURATION", "REPEAT"), ("REPEAT", "DURATION")] {
        if alarm.property(given).is_some() && alarm.property(needed).is_none() {
            let message = format!("an alarm has {given} without {needed}");
            findings.say(
                Code::PropertyMissing,
                "RFC 5545 §3.6.6",
                alarm.line(),
                message,
                format!("add {needed}"),
            );
        }
    }
    if let (Some(trigger), Some(parent)) = (alarm.property("TRIGGER"), parent) {
        anchored(findings, &trigger, parent);
    }
}

/// Whether the component has the time that a trigger counts from.
fn anchored(findings: &mut Findings, trigger: &Property<'_>, parent: &Parent<'_>) {
    const SECTION: &str = "RFC 5545 §3.8.6.3";
    if trigger.param_is("VALUE", "DATE-TIME") {
        if trigger.param("RELATED").is_some() {
            let message = "RELATED stands beside VALUE=DATE-TIME";
            findings.say(Code::Trigger, SECTION, trigger.line(), message, "take RELATED out");
        }
        return;
    }
    if trigger.value().parse::<Duration>().is_err() {
        return;
    }
    let has = |name| parent.has(name);
    let whole = has("DTSTART") && has("DURATION");
    let (anchored, wanted) = match (trigger.param_is("RELATED", "END"), parent.component.is("VTODO")) {
        (true, true) => (has("DUE") || whole, "DUE, or DTSTART and DURATION"),
        (true, false) => (has("DTEND") || whole, "DTEND, or DTSTART and DURATION"),
        (false, true) => (has("DTSTART"), "DTSTART, or RELATED=END to the TRIGGER"),
        (false, false) => (has("DTSTART"), "DTSTART"),
    };
    if !anchored {
        let message =
            format!("the alarm is relative to a time that {} does not have", parent.component.name());
        findings.say(Code::Trigger, SECTION, trigger.line(), message, format!("add {wanted}"));
    }
}
