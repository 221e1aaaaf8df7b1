//! How a component recurs, in words: its rules, and the dates beside them (RFC 5545 §3.8.5).

use super::moment::{Span, date_time, date_words};
use super::phrases::fill;
use super::{Words, clean, one_line};
use crate::ical::{Component, Property};
use crate::recurrence::InstanceKey;
use crate::time::Zone;
use crate::value::{DateTime, Duration, LocalDateTime, Period, Recur, text};

/// Dates that are still listed; of more only the number is said.
const MOST_DATES: usize = 12;

impl Words<'_> {
    /// How a component recurs; `None` where it does not.
    #[must_use]
    pub fn recurrence(&self, component: &Component) -> Option<String> {
        let p = self.phrases;
        let start = component.property("DTSTART").and_then(|property| date_time(&property).ok());
        let rules: Vec<String> = component
            .properties_named("RRULE")
            .map(|property| self.rule_text(&property.value(), start.as_ref()))
            .collect();
        let dates = |name: &str| -> Vec<String> {
            component.properties_named(name).flat_map(|property| self.dates(&property)).collect()
        };
        let (added, excluded) = (dates("RDATE"), dates("EXDATE"));
        let excluded_rules = component
            .properties_named("EXRULE")
            .map(|property| self.rule_text(&property.value(), start.as_ref()));
        let mut out = excluded_rules.collect::<Vec<_>>();
        out.extend(excluded);
        if rules.is_empty() && added.is_empty() {
            return None;
        }
        let mut said = if rules.is_empty() { p.once.to_owned() } else { p.list(&rules) };
        if !added.is_empty() {
            said = fill(p.also_on, &[&said, &p.list(&self.shortened(added))]);
        }
        if !out.is_empty() {
            said = fill(p.except_on, &[&said, &p.list(&self.shortened(out))]);
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
        if own == self.zone.name() { said } else { fill(self.phrases.clock_of, &[&said, &own]) }
    }

    fn shortened(&self, mut dates: Vec<String>) -> Vec<String> {
        if dates.len() > MOST_DATES {
            let more = dates.len() - MOST_DATES + 1;
            dates.truncate(MOST_DATES - 1);
            dates.push(fill(self.phrases.more, &[&more.to_string()]));
        }
        dates
    }

    /// The dates of an RDATE or EXDATE, by the clock they are written in.
    pub(super) fn dates(&self, property: &Property<'_>) -> Vec<String> {
        let value = property.value();
        let (kind, tzid) = (property.param("VALUE"), property.param("TZID"));
        let read = |item: &str| {
            if kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("PERIOD")) {
                return Period::parse(item, tzid.as_deref()).map(|period| self.period(&period));
            }
            DateTime::parse(item, kind.as_deref(), tzid.as_deref()).map(|value| self.plain(&value))
        };
        let items = text::list(&value).filter(|item| !item.trim().is_empty());
        items
            .map(|item| read(item).unwrap_or_else(|_| fill(self.phrases.unreadable, &[&one_line(item)])))
            .collect()
    }

    /// A date, with its time, by the clock it is written in.
    fn plain(&self, value: &DateTime) -> String {
        match value {
            DateTime::Date(date) => date_words(self.phrases, *date),
            DateTime::Utc(_) => self.moment(value),
            DateTime::Floating(local) | DateTime::Zoned { local, .. } => self.local(*local),
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

    fn local(&self, local: LocalDateTime) -> String {
        fill(self.phrases.at, &[&date_words(self.phrases, local.date()), &super::moment::clock(local)])
    }
}
