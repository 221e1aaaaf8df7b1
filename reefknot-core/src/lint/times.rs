//! How the times of one component fit together (RFC 5545 §3.3.10, §3.8.2, §3.8.5.3).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Findings;
use super::tables::Rules;
use crate::ical::{Component, Property};
use crate::time::{Zone, Zones};
use crate::value::{DateTime, Duration, Frequency, Recur, Timestamp};

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

    /// The instant that a value means, where its zone is known.
    fn instant(&mut self, value: &DateTime) -> Option<Timestamp> {
        match value {
            DateTime::Utc(instant) => Some(*instant),
            DateTime::Zoned { local, tzid } => {
                let defined = &self.defined;
                let zone = self.known.entry(tzid.to_string()).or_insert_with(|| {
                    let alone = defined.get(&**tzid).and_then(|zone| {
                        let mut calendar = Component::new("VCALENDAR").ok()?;
                        calendar.push_component((*zone).clone());
                        Some(Zones::of(&calendar))
                    });
                    alone.unwrap_or_default().resolve(tzid).ok().map(|resolution| resolution.zone)
                });
                zone.as_ref().map(|zone| zone.instant(*local))
            }
            DateTime::Date(_) | DateTime::Floating(_) => None,
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
    rules: &Rules,
    zones: &mut ZoneTable<'_>,
) {
    let start = read(component, "DTSTART");
    let is_observance = matches!(rules.name, "STANDARD" | "DAYLIGHT");
    match rules.name {
        "VFREEBUSY" => in_utc(findings, component),
        "STANDARD" | "DAYLIGHT" => {
            if let Some(start) = &start
                && !matches!(start, DateTime::Floating(_))
            {
                let line = component.property("DTSTART").and_then(|property| property.line());
                let message = format!("DTSTART of {} is not local time", component.name());
                let suggestion = "write it without Z and without TZID";
                findings.say("not-local", "RFC 5545 §3.6.5", line, message, suggestion);
            }
        }
        _ => {}
    }
    let (end, section) =
        if rules.name == "VTODO" { ("DUE", "RFC 5545 §3.8.2.3") } else { ("DTEND", "RFC 5545 §3.8.2.2") };
    if let (Some(start), Some(property)) = (&start, component.property(end))
        && let Some(value) = read(component, end)
    {
        let order = zones.order(start, &value);
        end_after_start(findings, start, &value, order, &property, section);
    }
    if let Some(length) = component.property("DURATION").filter(|_| rules.name != "VALARM") {
        length_fits(findings, component, &length, start.as_ref(), end, rules);
    }
    for rule in component.properties_named("RRULE") {
        let Ok(recur) = rule.value().parse::<Recur>() else { continue };
        match &start {
            None if component.property("DTSTART").is_none() && !is_observance => {
                let message = format!("{} has RRULE without DTSTART", component.name());
                findings.say("start-missing", "RFC 5545 §3.8.2.4", rule.line(), message, "add DTSTART");
            }
            None => {}
            Some(start) => until_fits(findings, &recur, &rule, start, is_observance),
        }
        parts_fit(findings, &recur, &rule, start.as_ref());
    }
}

fn in_utc(findings: &mut Findings, component: &Component) {
    for (name, section) in [("DTSTART", "RFC 5545 §3.8.2.4"), ("DTEND", "RFC 5545 §3.8.2.2")] {
        let Some(value) = read(component, name) else { continue };
        if !matches!(value, DateTime::Utc(_)) {
            let line = component.property(name).and_then(|property| property.line());
            let message = format!("{name} of VFREEBUSY is not in UTC");
            findings.say("not-utc", section, line, message, "write it in UTC, with a Z at the end");
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
        findings.say("end-type", section, property.line(), message, suggestion);
    } else if order.is_some_and(Ordering::is_ge) {
        let message = format!("{} is not after DTSTART", property.name());
        findings.say("end-before-start", section, property.line(), message, "write a later one");
    }
}

fn length_fits(
    findings: &mut Findings,
    component: &Component,
    property: &Property<'_>,
    start: Option<&DateTime>,
    end: &str,
    rules: &Rules,
) {
    if component.property(end).is_some() {
        let message = format!("{} has both {end} and DURATION", component.name());
        findings.say("properties-exclusive", rules.section, property.line(), message, "keep one");
    }
    if rules.name == "VTODO" && component.property("DTSTART").is_none() {
        let message = "VTODO has DURATION without DTSTART";
        findings.say("start-missing", rules.section, property.line(), message, "add DTSTART, or write DUE");
    }
    let Ok(length) = property.value().parse::<Duration>() else { return };
    if start.is_some_and(DateTime::is_date) && length.seconds() != 0 {
        let message = "DURATION is not in whole days, though DTSTART is a date";
        let suggestion = "write days or weeks, such as P1D";
        findings.say("duration-type", "RFC 5545 §3.8.2.5", property.line(), message, suggestion);
    }
}

/// What UNTIL must be, by what DTSTART is (RFC 5545 §3.3.10).
fn until_fits(
    findings: &mut Findings,
    recur: &Recur,
    property: &Property<'_>,
    start: &DateTime,
    is_observance: bool,
) {
    let Some(until) = &recur.until else { return };
    let (fits, wanted) = match start {
        _ if is_observance => (matches!(until, DateTime::Utc(_)), "a time in UTC"),
        DateTime::Date(_) => (until.is_date(), "a date"),
        DateTime::Floating(_) => (matches!(until, DateTime::Floating(_)), "a time without a zone"),
        DateTime::Utc(_) | DateTime::Zoned { .. } => (matches!(until, DateTime::Utc(_)), "a time in UTC"),
    };
    if !fits {
        let message = format!("UNTIL={} is not {wanted}", until.value_text());
        findings.say("until-type", "RFC 5545 §3.3.10", property.line(), message, format!("write {wanted}"));
    }
}

/// Which rule parts may stand together (RFC 5545 §3.3.10).
fn parts_fit(findings: &mut Findings, recur: &Recur, property: &Property<'_>, start: Option<&DateTime>) {
    let numbered = recur.by_day.iter().any(|day| day.ordinal != 0);
    let freq = recur.freq;
    let monthly_or_yearly = matches!(freq, Frequency::Monthly | Frequency::Yearly);
    let of_time = !recur.by_hour.is_empty() || !recur.by_minute.is_empty() || !recur.by_second.is_empty();
    let selects = of_time
        || !recur.by_day.is_empty()
        || !recur.by_month_day.is_empty()
        || !recur.by_year_day.is_empty()
        || !recur.by_week_no.is_empty()
        || !recur.by_month.is_empty()
        || !recur.by_leap_month.is_empty();
    let day_of_year_is_wrong = matches!(freq, Frequency::Daily | Frequency::Weekly | Frequency::Monthly);
    let rules = [
        (numbered && !monthly_or_yearly, "numbers in BYDAY need FREQ=MONTHLY or YEARLY"),
        (numbered && !recur.by_week_no.is_empty(), "numbers in BYDAY cannot stand beside BYWEEKNO"),
        (
            !recur.by_month_day.is_empty() && freq == Frequency::Weekly,
            "BYMONTHDAY cannot stand in FREQ=WEEKLY",
        ),
        (
            !recur.by_year_day.is_empty() && day_of_year_is_wrong,
            "BYYEARDAY cannot stand in FREQ=DAILY, WEEKLY or MONTHLY",
        ),
        (!recur.by_week_no.is_empty() && freq != Frequency::Yearly, "BYWEEKNO needs FREQ=YEARLY"),
        (!recur.by_set_pos.is_empty() && !selects, "BYSETPOS needs another BY part"),
        (
            of_time && start.is_some_and(DateTime::is_date),
            "times of day cannot be chosen where DTSTART is a date",
        ),
    ];
    for (_, message) in rules.into_iter().filter(|(broken, _)| *broken) {
        findings.say("rule-parts", "RFC 5545 §3.3.10", property.line(), message, "take that part out");
    }
}
