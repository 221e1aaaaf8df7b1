//! How the times of one component fit together (RFC 5545 §3.3.10, §3.8.2, §3.8.5.3).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Code, Findings, rules};
use crate::ical::{Component, Property};
use crate::registry::ComponentEntry;
use crate::time::{Zone, Zones};
use crate::value::{DateTime, Duration, LocalDateTime, Timestamp};

/// The zones of one calendar, each evaluated when it is first asked for.
pub(super) struct ZoneTable<'a> {
    defined: BTreeMap<String, &'a Component>,
    known: BTreeMap<String, Option<Zone>>,
}

impl<'a> ZoneTable<'a> {
    pub(super) fn of(calendar: &'a Component) -> Self {
        let zones = calendar.components_named("VTIMEZONE");
        let defined = zones.filter_map(|zone| Some((zone.text("TZID")?, zone))).collect();
        Self { defined, known: BTreeMap::new() }
    }

    fn zone(&mut self, tzid: &str) -> Option<&Zone> {
        let defined = &self.defined;
        let zone = self.known.entry(tzid.to_owned()).or_insert_with(|| {
            let alone = defined.get(tzid).and_then(|zone| {
                let mut calendar = Component::new("VCALENDAR").ok()?;
                calendar.push_component((*zone).clone());
                Some(Zones::of(&calendar))
            });
            alone.unwrap_or_default().resolve(tzid).ok().map(|resolution| resolution.zone)
        });
        zone.as_ref()
    }

    /// The instant that a value means, where its zone is known.
    fn instant(&mut self, value: &DateTime) -> Option<Timestamp> {
        match value {
            DateTime::Utc(instant) => Some(*instant),
            DateTime::Zoned { local, tzid } => self.zone(tzid).map(|zone| zone.instant(*local)),
            DateTime::Date(_) | DateTime::Floating(_) => None,
        }
    }

    /// What a clock shows at an instant where `like` stands; `None` where its zone is not known.
    pub(super) fn civil_like(&mut self, instant: Timestamp, like: &DateTime) -> Option<LocalDateTime> {
        match like {
            DateTime::Zoned { tzid, .. } => Some(self.zone(tzid)?.local(instant)),
            DateTime::Date(_) | DateTime::Floating(_) | DateTime::Utc(_) => Some(instant.to_utc_civil()),
        }
    }

    /// Which is first, where it can be told.
    fn order(&mut self, one: &DateTime, other: &DateTime) -> Option<Ordering> {
        match (one, other) {
            (DateTime::Zoned { tzid, local }, DateTime::Zoned { tzid: other_tzid, local: other_local })
                if tzid == other_tzid =>
            {
                Some(local.cmp(other_local))
            }
            (DateTime::Utc(_) | DateTime::Zoned { .. }, DateTime::Utc(_) | DateTime::Zoned { .. }) => {
                Some(self.instant(one)?.cmp(&self.instant(other)?))
            }
            _ => Some(one.civil().cmp(&other.civil())),
        }
    }
}

/// The first property of that name as a date or time, if it can be read.
pub(super) fn read(component: &Component, name: &str) -> Option<DateTime> {
    let property = component.property(name)?;
    let (kind, tzid) = (property.param("VALUE"), property.param("TZID"));
    DateTime::parse(&property.value(), kind.as_deref(), tzid.as_deref()).ok()
}

/// Looks at the start, the end, the length and the rule of a component.
pub(super) fn check(
    findings: &mut Findings,
    component: &Component,
    entry: &ComponentEntry,
    zones: &mut ZoneTable<'_>,
) {
    let start = read(component, "DTSTART");
    let is_observance = matches!(entry.name, "STANDARD" | "DAYLIGHT");
    match entry.name {
        "VFREEBUSY" => in_utc(findings, component),
        "VAVAILABILITY" | "AVAILABLE" => in_some_zone(findings, component, entry.section),
        "STANDARD" | "DAYLIGHT" => {
            if let Some(start) = &start
                && !matches!(start, DateTime::Floating(_))
            {
                let line = component.property("DTSTART").and_then(|property| property.line());
                let message = format!("DTSTART of {} is not local time", component.name());
                let suggestion = "write it without Z and without TZID";
                findings.say(Code::NotLocal, "RFC 5545 §3.6.5", line, message, suggestion);
            }
        }
        _ => {}
    }
    let (end, section) =
        if entry.name == "VTODO" { ("DUE", "RFC 5545 §3.8.2.3") } else { ("DTEND", "RFC 5545 §3.8.2.2") };
    if let (Some(start), Some(property)) = (&start, component.property(end))
        && let Some(value) = read(component, end)
    {
        let order = zones.order(start, &value);
        end_after_start(findings, start, &value, order, &property, section);
    }
    if let Some(length) = component.property("DURATION").filter(|_| entry.name != "VALARM") {
        length_fits(findings, component, &length, start.as_ref(), end, entry);
    }
    rules::check(findings, component, start.as_ref(), is_observance, zones);
}

fn in_utc(findings: &mut Findings, component: &Component) {
    for (name, section) in [("DTSTART", "RFC 5545 §3.8.2.4"), ("DTEND", "RFC 5545 §3.8.2.2")] {
        let Some(value) = read(component, name) else { continue };
        if !matches!(value, DateTime::Utc(_)) {
            let line = component.property(name).and_then(|property| property.line());
            let message = format!("{name} of VFREEBUSY is not in UTC");
            findings.say(Code::NotUtc, section, line, message, "write it in UTC, with a Z at the end");
        }
    }
}

/// Availability is told in UTC or in a named zone (RFC 7953 §3.1).
fn in_some_zone(findings: &mut Findings, component: &Component, section: &'static str) {
    for name in ["DTSTART", "DTEND"] {
        let Some(value) = read(component, name) else { continue };
        if matches!(value, DateTime::Date(_) | DateTime::Floating(_)) {
            let line = component.property(name).and_then(|property| property.line());
            let message = format!("{name} of {} is in no zone", component.name());
            let suggestion = "write a time in UTC, or one with a TZID";
            findings.say(Code::NotZoned, section, line, message, suggestion);
        }
    }
}

fn end_after_start(
    findings: &mut Findings,
    start: &DateTime,
    end: &DateTime,
    order: Option<Ordering>,
    property: &Property<'_>,
    section: &'static str,
) {
    let floating = |value: &DateTime| matches!(value, DateTime::Floating(_));
    if start.is_date() != end.is_date() || floating(start) != floating(end) {
        let message = format!("{} is not of the kind that DTSTART is", property.name());
        let suggestion = "write both as dates, both without a zone, or both with";
        findings.say(Code::EndType, section, property.line(), message, suggestion);
    } else if order.is_some_and(Ordering::is_ge) {
        let message = format!("{} is not after DTSTART", property.name());
        findings.say(Code::EndBeforeStart, section, property.line(), message, "write a later one");
    }
}

fn length_fits(
    findings: &mut Findings,
    component: &Component,
    property: &Property<'_>,
    start: Option<&DateTime>,
    end: &str,
    entry: &ComponentEntry,
) {
    if component.property(end).is_some() {
        let message = format!("{} has both {end} and DURATION", component.name());
        findings.say(Code::PropertiesExclusive, entry.section, property.line(), message, "keep one");
    }
    let needs_start = ["VTODO", "VAVAILABILITY"].contains(&entry.name);
    if needs_start && component.property("DTSTART").is_none() {
        let message = format!("{} has DURATION without DTSTART", entry.name);
        let suggestion = format!("add DTSTART, or write {end}");
        findings.say(Code::StartMissing, entry.section, property.line(), message, suggestion);
    }
    let Ok(length) = property.value().parse::<Duration>() else { return };
    if start.is_some_and(DateTime::is_date) && length.seconds() != 0 {
        let message = "DURATION is not in whole days, though DTSTART is a date";
        let suggestion = "write days or weeks, such as P1D";
        findings.say(Code::DurationType, "RFC 5545 §3.8.2.5", property.line(), message, suggestion);
    }
}
