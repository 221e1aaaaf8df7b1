//! When something takes place, in a form that two versions can be compared in.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fields;
use crate::ical::Component;
use crate::recurrence::{InstanceKey, Series};
use crate::time::Zones;
use crate::value::{DateTime, Duration, LocalDateTime, Period, Recur};

/// The time of one component: equal for two texts that mean the same, whatever their zone's name,
/// the order of their rule's parts, or DTEND against DURATION.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    start: Option<InstanceKey>,
    /// The clock time that a series repeats at; an instant alone would hide a change of zone.
    clock: Option<(DateTime, i64)>,
    end: Option<InstanceKey>,
    rules: BTreeSet<String>,
    exclusion_rules: BTreeSet<String>,
    added: BTreeSet<InstanceKey>,
    excluded: BTreeSet<InstanceKey>,
}

impl Timing {
    /// The time of a component.
    #[must_use]
    pub fn of(component: &Component, zones: &Arc<Zones>) -> Self {
        let start = fields::date_time(component, "DTSTART");
        let rules = rules_of(component, "RRULE");
        let added = moments(component, "RDATE", zones);
        let recurs = !rules.is_empty() || !added.is_empty();
        Self {
            clock: start.clone().filter(|_| recurs).map(|start| {
                let offset = half_year_offset(&start, zones);
                (DateTime::Floating(start.civil()), offset)
            }),
            end: end(component, start.as_ref(), zones),
            start: start.map(|start| InstanceKey::of(&start, zones)),
            rules,
            exclusion_rules: rules_of(component, "EXRULE"),
            added,
            excluded: moments(component, "EXDATE", zones),
        }
    }

    /// Whether going from `self` to `after` asks the attendees again (RFC 6638 §3.2.8): another start or
    /// length, or instances that were not there before. Instances that merely go ask nobody anything.
    #[must_use]
    pub fn asks_again(&self, after: &Self) -> bool {
        self.moves(after) || !self.excluded.is_subset(&after.excluded)
    }

    /// As [`asks_again`](Self::asks_again), but for exclusions.
    ///
    /// An attendee sees an EXDATE for every instance that is not theirs, so that one that goes says only that
    /// they attend that instance now.
    #[must_use]
    pub fn moves(&self, after: &Self) -> bool {
        self.start != after.start
            || self.clock.is_some() && after.clock.is_some() && self.clock != after.clock
            || self.end != after.end
            || !shrinks(&self.rules, &after.rules)
            || !after.added.is_subset(&self.added)
            || !self.exclusion_rules.is_subset(&after.exclusion_rules)
    }

    /// The instances excluded here and not there.
    pub fn newly_excluded<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a InstanceKey> {
        self.excluded.difference(&before.excluded)
    }
}

/// Whether `after` gives no instance that `before` did not: the same rules, fewer of them, or the same with
/// an earlier end.
fn shrinks(before: &BTreeSet<String>, after: &BTreeSet<String>) -> bool {
    if after.is_subset(before) {
        return true;
    }
    let (Some(before), Some(after)) = (single(before), single(after)) else { return false };
    let endless = |rule: &Recur| {
        let mut rule = rule.clone();
        rule.count = None;
        rule.until = None;
        rule.to_string()
    };
    if endless(&before) != endless(&after) {
        return false;
    }
    let count = match (before.count, after.count) {
        (_, None) => before.count.is_none(),
        (None, Some(_)) => true,
        (Some(before), Some(after)) => after <= before,
    };
    let until = match (&before.until, &after.until) {
        (_, None) => before.until.is_none(),
        (None, Some(_)) => true,
        (Some(before), Some(after)) => after.civil() <= before.civil(),
    };
    // An end of the other kind (COUNT for UNTIL) cannot be compared without expanding both.
    count
        && until
        && !(before.count.is_some() && after.count.is_none()
            || before.until.is_some() && after.until.is_none())
}

fn single(rules: &BTreeSet<String>) -> Option<Recur> {
    let mut rules = rules.iter();
    let rule = rules.next()?.parse().ok()?;
    rules.next().is_none().then_some(rule)
}

/// Rules in their canonical text; one that cannot be read compares as it is written.
fn rules_of(component: &Component, name: &str) -> BTreeSet<String> {
    let canonical = |text: String| match text.parse::<Recur>() {
        Ok(rule) => rule.to_string(),
        Err(_) => text.trim().to_ascii_uppercase(),
    };
    component.properties_named(name).map(|property| canonical(property.value().into_owned())).collect()
}

/// The moments of RDATE or EXDATE properties; a period counts by its start.
pub(super) fn moments(component: &Component, name: &str, zones: &Arc<Zones>) -> BTreeSet<InstanceKey> {
    let mut all = BTreeSet::new();
    if component.property(name).is_none() {
        return all;
    }
    // A whole day can mean the instance on it, which only the series knows.
    let series = Series::new(Arc::clone(zones), &[component]).ok();
    for property in component.properties_named(name) {
        let kind = property.param("VALUE");
        let tzid = property.param("TZID");
        for value in property.value().split(',') {
            let start = if kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("PERIOD")) {
                Period::parse(value, tzid.as_deref()).map(|period| period.start().clone())
            } else {
                DateTime::parse(value, kind.as_deref(), tzid.as_deref())
            };
            if let Ok(start) = start {
                all.insert(
                    series
                        .as_ref()
                        .map_or_else(|| InstanceKey::of(&start, zones), |series| series.key(&start)),
                );
            }
        }
    }
    all
}

/// How far the zone's clock is from UTC half a year from the start, less what it is at the start: enough to
/// tell a zone from another that happens to agree today, and the same for two names of one zone.
fn half_year_offset(start: &DateTime, zones: &Zones) -> i64 {
    const HALF_YEAR: i64 = 182 * 86_400;
    let civil = start.civil();
    let later =
        start.with_civil(LocalDateTime::saturating_from_seconds(civil.seconds_since_epoch() + HALF_YEAR));
    match (InstanceKey::of(start, zones), InstanceKey::of(&later, zones)) {
        (InstanceKey::At(start), InstanceKey::At(later)) => later.seconds() - start.seconds() - HALF_YEAR,
        _ => 0,
    }
}

/// The end of a component: DTEND or DUE as it is, or DTSTART with DURATION, or what DTSTART alone means
/// (RFC 5545 §3.6.1: the rest of a day for a DATE, no time at all for a DATE-TIME).
fn end(component: &Component, start: Option<&DateTime>, zones: &Zones) -> Option<InstanceKey> {
    let written = fields::date_time(component, "DTEND").or_else(|| fields::date_time(component, "DUE"));
    if let Some(end) = written {
        return Some(InstanceKey::of(&end, zones));
    }
    let start = start?;
    let duration = component.value("DURATION").and_then(|text| text.parse::<Duration>().ok());
    let duration = duration.unwrap_or_else(|| Duration::from_days(i64::from(start.is_date())));
    let nominal = |civil: LocalDateTime| {
        LocalDateTime::saturating_from_seconds(civil.seconds_since_epoch() + duration.nominal_seconds())
    };
    Some(match start {
        // Days are nominal and hours exact (RFC 5545 §3.3.6): only a zone can tell where both end.
        DateTime::Zoned { local, tzid } => match zones.resolve(tzid) {
            Ok(resolution) => InstanceKey::At(resolution.zone.after(*local, duration)),
            Err(_) => InstanceKey::of(&start.with_civil(nominal(*local)), zones),
        },
        DateTime::Date(_) | DateTime::Floating(_) | DateTime::Utc(_) => {
            InstanceKey::of(&start.with_civil(nominal(start.civil())), zones)
        }
    })
}
