//! When something takes place, in a form that two versions can be compared in.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fields;
use crate::ical::Component;
use crate::recurrence::{InstanceKey, Series};
use crate::time::Zones;
use crate::value::{Budget, DateTime, Duration, LocalDateTime, Period, Recur, Rule};

/// The time of one component: equal for two texts that mean the same, whatever their zone's name,
/// the order of their rule's parts, or DTEND against DURATION.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    start: Option<InstanceKey>,
    /// The clock time that a series repeats at; an instant alone would hide a change of zone.
    clock: Option<(DateTime, i64)>,
    end: Option<InstanceKey>,
    rules: BTreeSet<String>,
    /// The UNTIL of the only rule, on the clock of the start.
    until: Option<LocalDateTime>,
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
            until: start.as_ref().and_then(|start| until(&rules, start, zones)),
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
            || !self.shrinks(after)
            || !after.added.is_subset(&self.added)
            || !self.exclusion_rules.is_subset(&after.exclusion_rules)
    }

    /// Whether `after` gives no instance that this one does not, as far as the rules tell: the same rules, fewer of
    /// them, or the same with an earlier end.
    fn shrinks(&self, after: &Self) -> bool {
        if after.rules.is_subset(&self.rules) {
            return true;
        }
        let (Some(was), Some(is)) = (single(&self.rules), single(&after.rules)) else { return false };
        if endless(&was) != endless(&is) {
            return false;
        }
        // A rule has COUNT or UNTIL, or neither (RFC 5545 §3.3.10).
        match (was.count, is.count) {
            (Some(was), Some(is)) => is <= was,
            (None, None) => match (self.until, after.until) {
                (Some(was), Some(is)) => is <= was,
                (was, _) => was.is_none(),
            },
            (Some(most), None) => after.until.is_some() && after.gives(&is, most) <= most,
            (None, Some(most)) => self.until.is_none() || self.gives(&was, most) >= most,
        }
    }

    /// How many instances a rule with UNTIL gives, as far as that many or one more.
    fn gives(&self, rule: &Recur, most: u32) -> u32 {
        let Some((start, _)) = &self.clock else { return u32::MAX };
        let is_date = matches!(self.start, Some(InstanceKey::On(_)));
        let Ok(rule) = Rule::new(rule, start.civil(), is_date, self.until) else { return u32::MAX };
        let (mut all, mut budget, mut count) = (rule.all(), Budget::default(), 0);
        while count <= most && matches!(all.next(&mut budget), Ok(Some(_))) {
            count += 1;
        }
        count
    }

    /// The instances excluded here and not there.
    pub fn newly_excluded<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a InstanceKey> {
        self.excluded.difference(&before.excluded)
    }
}

/// The UNTIL of a single rule as the clock of the start shows it.
fn until(rules: &BTreeSet<String>, start: &DateTime, zones: &Zones) -> Option<LocalDateTime> {
    Some(match (single(rules)?.until?, start) {
        (DateTime::Utc(until), DateTime::Zoned { tzid, .. }) => match zones.resolve(tzid) {
            Ok(resolution) => resolution.zone.local(until),
            Err(_) => until.to_utc_civil(),
        },
        // The last day counts whole.
        (DateTime::Date(day), _) => LocalDateTime::saturating_from_seconds(
            LocalDateTime::midnight(day).seconds_since_epoch() + 86_399,
        ),
        (until, _) => until.civil(),
    })
}

/// A rule without its end.
fn endless(rule: &Recur) -> String {
    let mut rule = rule.clone();
    rule.count = None;
    rule.until = None;
    rule.to_string()
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
