//! Recurrence rules and dates, and whether they fit the start (RFC 5545 §3.3.10, §3.8.5).

use super::times::ZoneTable;
use super::{Code, Findings};
use crate::ical::{Component, Property};
use crate::registry;
use crate::value::{DateTime, Frequency, LocalDateTime, Recur, Rule, Value};

/// Looks at the RRULE, RDATE and EXDATE of a component.
pub(super) fn check(
    findings: &mut Findings,
    component: &Component,
    start: Option<&DateTime>,
    is_observance: bool,
    zones: &mut ZoneTable<'_>,
) {
    let rules: Vec<(Property<'_>, Recur)> = component
        .properties_named("RRULE")
        .filter_map(|property| property.value().parse().ok().map(|recur| (property, recur)))
        .collect();
    for (property, recur) in &rules {
        match start {
            None if component.property("DTSTART").is_none() && !is_observance => {
                let message = format!("{} has RRULE without DTSTART", component.name());
                findings.say(
                    Code::StartMissing,
                    "RFC 5545 §3.8.2.4",
                    property.line(),
                    message,
                    "add DTSTART",
                );
            }
            None => {}
            Some(start) => until_fits(findings, recur, property, start, is_observance),
        }
        parts_fit(findings, recur, property, start);
    }
    let Some(start) = start else { return };
    // Where there are several rules, one of them may give the start.
    if let [(property, recur)] = &rules[..]
        && !is_excluded(component, start)
    {
        start_fits(findings, recur, property, start, zones);
    }
    dates_fit(findings, component, start);
}

/// Whether the start is taken out of the set, as an example of RFC 5545 §3.8.5.3 does where the rule does not give it.
fn is_excluded(component: &Component, start: &DateTime) -> bool {
    let excluded = component.properties_named("EXDATE").flat_map(|property| registry::values(&property));
    excluded.flatten().any(|value| matches!(value, Value::DateTime(value) if value == *start))
}

/// DTSTART SHOULD be an instance of the rule, or the recurrence set is undefined (RFC 5545 §3.8.5.3).
fn start_fits(
    findings: &mut Findings,
    recur: &Recur,
    property: &Property<'_>,
    start: &DateTime,
    zones: &mut ZoneTable<'_>,
) {
    let until: Option<LocalDateTime> = match &recur.until {
        Some(DateTime::Utc(instant)) => zones.civil_like(*instant, start),
        Some(until) => Some(until.civil()),
        None => None,
    };
    // What cannot be expanded is reported, if it is wrong, for what makes it so.
    let Ok(rule) = Rule::new(recur, start.civil(), start.is_date(), until) else { return };
    if !rule.holds_start() {
        let message = "DTSTART is no instance of its RRULE";
        let suggestion = "move DTSTART to the first instance that the rule gives";
        findings.say(Code::StartNotInRule, "RFC 5545 §3.8.5.3", property.line(), message, suggestion);
    }
}

/// Dates add and exclude nothing where the start is a time, nor times where it is a date.
fn dates_fit(findings: &mut Findings, component: &Component, start: &DateTime) {
    for (name, section) in [("EXDATE", "RFC 5545 §3.8.5.1"), ("RDATE", "RFC 5545 §3.8.5.2")] {
        for property in component.properties_named(name) {
            let Ok(values) = registry::values(&property) else { continue };
            let differs = |value: &Value| match value {
                Value::DateTime(value) => value.is_date() != start.is_date(),
                Value::Period(_) => start.is_date(),
                _ => false,
            };
            if values.iter().any(differs) {
                let message = format!("{name} is not of the kind that DTSTART is");
                let suggestion = "write dates where DTSTART is a date, and else times";
                findings.say(Code::RecurrenceDateType, section, property.line(), message, suggestion);
            }
        }
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
        findings.say(
            Code::UntilType,
            "RFC 5545 §3.3.10",
            property.line(),
            message,
            format!("write {wanted}"),
        );
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
        findings.say(Code::RuleParts, "RFC 5545 §3.3.10", property.line(), message, "take that part out");
    }
}
