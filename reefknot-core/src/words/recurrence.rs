//! How a component recurs, in words: its rules, and the dates beside them (RFC 5545 §3.8.5).

use super::moment::{Span, date_time, date_words};
use super::phrases::fill;
use super::{Words, clean, one_line};
use crate::ical::{Component, Property};
use crate::recurrence::InstanceKey;
use crate::time::{Zone, Zones};
use crate::value::{DateTime, Duration, Period, Recur, Timestamp, text};

/// Dates that are still listed; of more only the number is said.
const MOST_DATES: usize = 12;

impl Words<'_> {
    /// How a component recurs; `None` where it does not.
    ///
    /// Everything is said by the clock of DTSTART, which is named where it is not the reader's.
    #[must_use]
    pub fn recurrence(&self, component: &Component) -> Option<String> {
        let p = self.phrases;
        let start = component.property("DTSTART").and_then(|property| date_time(&property).ok());
        let rules = |name: &str| -> Vec<String> {
            let values = component.properties_named(name).map(|property| property.value().into_owned());
            values
                .filter(|value| !value.trim().is_empty())
                .map(|value| self.rule_text(&value, start.as_ref()))
                .collect()
        };
        let dates = |name: &str| -> Vec<String> {
            let mut dates: Vec<_> = component
                .properties_named(name)
                .flat_map(|property| self.dates(&property, start.as_ref()))
                .collect();
            dates.sort();
            dates.dedup();
            dates.into_iter().map(|(_, said)| said).collect()
        };
        let (included, added) = (rules("RRULE"), dates("RDATE"));
        if included.is_empty() && added.is_empty() {
            return None;
        }
        let mut excluded = rules("EXRULE");
        let days = self.shortened(dates("EXDATE"));
        if !days.is_empty() {
            excluded.push(fill(p.on_dates, &[&p.list(&days)]));
        }
        let mut said = if included.is_empty() { p.this_date.to_owned() } else { p.list(&included) };
        if !added.is_empty() {
            said = fill(p.also_on, &[&said, &p.list(&self.shortened(added))]);
        }
        if !excluded.is_empty() {
            said = fill(p.except, &[&said, &p.list(&excluded)]);
        }
        Some(self.by_clock_of(said, start.as_ref()))
    }

    pub(super) fn rule_text(&self, value: &str, start: Option<&DateTime>) -> String {
        match (value.trim().parse::<Recur>(), start) {
            (Ok(rule), Some(start)) => self.rule(&rule, start),
            _ => fill(self.phrases.quoted_rule, &[&one_line(value)]),
        }
    }

    /// Names the clock that the rule follows where it is not the reader's.
    pub(super) fn by_clock_of(&self, said: String, start: Option<&DateTime>) -> String {
        let own = match start {
            Some(DateTime::Utc(_)) => Zone::UTC.name(),
            Some(DateTime::Zoned { tzid, .. }) => match self.zones.resolve(tzid) {
                Ok(found) => self.zone_name(&found.zone, tzid),
                Err(_) => clean(tzid),
            },
            _ => return said,
        };
        // A Windows name may be the reader's zone by another name.
        let known = Zones::default().resolve(&own).ok().and_then(|found| found.zone.iana_name());
        let same = own == self.zone.name() || (known.is_some() && known == self.zone.iana_name());
        if same { said } else { fill(self.phrases.clock_of, &[&said, &own]) }
    }

    pub(super) fn shortened(&self, mut dates: Vec<String>) -> Vec<String> {
        if dates.len() > MOST_DATES {
            let more = dates.len() - MOST_DATES + 1;
            dates.truncate(MOST_DATES - 1);
            dates.push(fill(self.phrases.more, &[&more.to_string()]));
        }
        dates
    }

    /// The dates of an RDATE or EXDATE by the clock of `start`, or, without one, in the reader's
    /// zone; each with what orders it.
    pub(super) fn dates(&self, property: &Property<'_>, start: Option<&DateTime>) -> Vec<(i64, String)> {
        let value = property.value();
        let (kind, tzid) = (property.param("VALUE"), property.param("TZID"));
        let is_period = kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("PERIOD"));
        let read = |item: &str| {
            if is_period {
                let period = Period::parse(item, tzid.as_deref())?;
                return Ok((self.order(period.start()), self.period(&period)));
            }
            let value = DateTime::parse(item, kind.as_deref(), tzid.as_deref())?;
            Ok((self.order(&value), self.by_clock(&value, start)))
        };
        let unreadable = |item: &str| (i64::MAX, fill(self.phrases.unreadable, &[&one_line(item)]));
        let items = text::list(&value).filter(|item| !item.trim().is_empty());
        items.map(|item| read(item).unwrap_or_else(|_: crate::Error| unreadable(item))).collect()
    }

    /// What orders dates: the instant, or the clock where there is none.
    fn order(&self, value: &DateTime) -> i64 {
        let instant = self.zones.instant(value, Some(self.zone));
        instant.map_or_else(|_| value.civil().seconds_since_epoch(), Timestamp::seconds)
    }

    /// A date by the clock of another; in the reader's zone, named, where that clock cannot show it.
    fn by_clock(&self, value: &DateTime, clock: Option<&DateTime>) -> String {
        let local = match (value, clock) {
            (DateTime::Floating(local), Some(DateTime::Floating(_))) => Some(*local),
            (DateTime::Zoned { local, tzid }, Some(DateTime::Zoned { tzid: own, .. })) if tzid == own => {
                Some(*local)
            }
            (DateTime::Utc(_) | DateTime::Zoned { .. }, Some(DateTime::Utc(_))) => {
                self.zones.instant(value, None).ok().map(Timestamp::to_utc_civil)
            }
            (DateTime::Utc(_) | DateTime::Zoned { .. }, Some(DateTime::Zoned { tzid, .. })) => {
                let instant = self.zones.instant(value, None).ok();
                instant.and_then(|instant| Some(self.zones.resolve(tzid).ok()?.zone.local(instant)))
            }
            _ => None,
        };
        match local {
            Some(local) => {
                let time = super::moment::clock(local);
                fill(self.phrases.at, &[&date_words(self.phrases, local.date()), &time])
            }
            None => self.instance(value),
        }
    }

    /// From when to when a component is; `None` where it has no time.
    pub(super) fn span(&self, component: &Component) -> Option<Result<Span, String>> {
        let end_name = if component.is("VTODO") { "DUE" } else { "DTEND" };
        let start = component.property("DTSTART")?;
        let unreadable =
            |property: &Property<'_>| fill(self.phrases.unreadable, &[&one_line(&property.value())]);
        let Ok(first) = date_time(&start) else { return Some(Err(unreadable(&start))) };
        let end = match (component.property(end_name), component.property("DURATION")) {
            (Some(end), _) => match date_time(&end) {
                // The day on which a to-do is due still belongs to it; DTEND is the day after the last.
                Ok(DateTime::Date(day)) if component.is("VTODO") => {
                    Some(DateTime::Date(day.checked_add_days(1).unwrap_or(day)))
                }
                Ok(end) => Some(end),
                Err(_) => return Some(Err(unreadable(&end))),
            },
            (None, Some(length)) => match length.value().trim().parse::<Duration>() {
                Ok(length) => self.after(&first, length),
                Err(_) => return Some(Err(unreadable(&length))),
            },
            (None, None) => None,
        };
        Some(Ok(Span { start: first, end }))
    }

    pub(super) fn period(&self, period: &Period) -> String {
        self.when(period.start(), self.end_of(period).as_ref())
    }

    fn end_of(&self, period: &Period) -> Option<DateTime> {
        match period {
            Period::Explicit { end, .. } => Some(end.clone()),
            Period::Start { start, duration } => self.after(start, *duration),
        }
    }

    /// The end that a length gives: days on the clock, then time that passes (RFC 5545 §3.3.6).
    fn after(&self, start: &DateTime, length: Duration) -> Option<DateTime> {
        let zone = match start {
            DateTime::Zoned { tzid, .. } => self.zones.resolve(tzid).ok().map(|found| found.zone),
            DateTime::Utc(_) => Some(Zone::UTC),
            DateTime::Date(_) | DateTime::Floating(_) => None,
        };
        match zone {
            Some(zone) => Some(DateTime::Utc(zone.after(start.civil(), length))),
            None => {
                start.civil().checked_add_seconds(length.nominal_seconds()).map(|end| start.with_civil(end))
            }
        }
    }

    /// The instance a key means: its day, with the time where it has one.
    pub(super) fn instance_key(&self, key: &InstanceKey) -> Option<String> {
        let value = match key {
            InstanceKey::Master => return None,
            InstanceKey::At(instant) => DateTime::Utc(*instant),
            InstanceKey::On(date) => DateTime::Date(*date),
            InstanceKey::Floating(local) => DateTime::Floating(*local),
            InstanceKey::Unresolved { local, tzid } => DateTime::Zoned { local: *local, tzid: tzid.clone() },
        };
        Some(self.instance(&value))
    }
}
