//! What changed since the last message, in sentences.

use std::collections::{BTreeMap, BTreeSet};

use super::moment::date_time;
use super::phrases::{fill, look_up};
use super::{Words, one_line};
use crate::ical::{Component, Limits, Property, PropertyBuf, Stream};
use crate::itip::Change;
use crate::recurrence::InstanceKey;
use crate::scheduling::fields;
use crate::value::{CalendarUserAddress, DateTime};

/// What a message says of itself, and not of the event.
const BOOKKEEPING: [&str; 5] = ["SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "CREATED", "RECURRENCE-ID"];

/// The properties that together say when something is.
const TIMES: [&str; 4] = ["DTSTART", "DTEND", "DUE", "DURATION"];

impl Words<'_> {
    /// What changed, a sentence for each thing; the series first, then its instances by date.
    ///
    /// `calendar` is the object as it is now. Sequence numbers and stamps are not spoken of; if
    /// nothing else changed there is nothing to say.
    #[must_use]
    pub fn changes(&self, changes: &[Change], calendar: &Component) -> Vec<String> {
        let mut by_instance: BTreeMap<&InstanceKey, Vec<&Change>> = BTreeMap::new();
        for change in changes.iter().filter(|change| !BOOKKEEPING.contains(&change.property.as_str())) {
            by_instance.entry(&change.instance).or_default().push(change);
        }
        by_instance.iter().flat_map(|(key, changes)| self.of_instance(key, changes, calendar)).collect()
    }

    fn of_instance(&self, key: &InstanceKey, changes: &[&Change], calendar: &Component) -> Vec<String> {
        let mut said: Vec<String> = self.time_change(changes).into_iter().collect();
        for change in changes.iter().filter(|change| !TIMES.contains(&change.property.as_str())) {
            if change.property == "RRULE" {
                said.extend(self.rule_change(change, changes, calendar));
            } else {
                said.extend(self.change(change));
            }
        }
        match self.instance_key(key) {
            Some(when) => {
                let following = calendar.components().any(|component| {
                    let id = fields::date_time(component, "RECURRENCE-ID");
                    fields::is_this_and_future(component)
                        && id.is_some_and(|id| InstanceKey::of(&id, self.zones) == *key)
                });
                let when = if following { fill(self.phrases.answers.and_following, &[&when]) } else { when };
                said.into_iter().map(|sentence| fill(self.phrases.changes.on, &[&when, &sentence])).collect()
            }
            None => said,
        }
    }

    /// DTSTART, DTEND, DUE and DURATION together: one sentence about the time.
    fn time_change(&self, changes: &[&Change]) -> Option<String> {
        let times: Vec<&&Change> =
            changes.iter().filter(|change| TIMES.contains(&change.property.as_str())).collect();
        let p = &self.phrases.changes;
        let before = self.time_side(times.iter().filter_map(|change| change.before.as_deref()));
        let after = self.time_side(times.iter().filter_map(|change| change.after.as_deref()));
        let start = times.iter().any(|change| change.property == "DTSTART");
        match (before, after) {
            (Some(before), Some(after)) if before == after => None,
            (Some(before), Some(after)) => {
                let pattern = if start { p.time } else { p.end };
                Some(fill(pattern, &[&before, &after]))
            }
            (None, Some(after)) => Some(fill(p.value, &[self.phrases.labels.when, &after])),
            (Some(before), None) => Some(fill(p.gone, &[self.phrases.labels.when, &before])),
            (None, None) => None,
        }
    }

    /// One side of a change of time: a span if the start is known, and else the end alone.
    fn time_side<'c>(&self, lines: impl Iterator<Item = &'c str>) -> Option<String> {
        let component = read_lines(lines)?;
        if let Some(span) = self.span(&component) {
            return Some(self.span_words(&span));
        }
        let end = ["DTEND", "DUE"].iter().find_map(|name| component.property(name));
        if let Some(end) = end {
            return Some(match date_time(&end) {
                // The end of whole days is the day after the last (RFC 5545 §3.6.1).
                Ok(DateTime::Date(date)) => self.instance(&DateTime::Date(date.checked_add_days(-1)?)),
                Ok(value) => self.moment(&value),
                Err(_) => fill(self.phrases.unreadable, &[&one_line(&end.value())]),
            });
        }
        let length = component.value("DURATION")?;
        Some(match length.trim().parse() {
            Ok(length) => super::moment::duration_words(self.phrases, length),
            Err(_) => fill(self.phrases.unreadable, &[&one_line(&length)]),
        })
    }

    fn change(&self, change: &Change) -> Vec<String> {
        let p = &self.phrases.changes;
        let before = change.before.as_deref().and_then(property);
        let after = change.after.as_deref().and_then(property);
        let (before, after) =
            (before.as_ref().map(PropertyBuf::as_property), after.as_ref().map(PropertyBuf::as_property));
        match change.property.as_str() {
            "ATTENDEE" => self.attendee_change(before.as_ref(), after.as_ref()),
            "EXDATE" => self.dates_change(before, after, p.again_on, p.no_longer_on),
            "RDATE" => self.dates_change(before, after, p.no_longer_on, p.also_on),
            name => self.value_change(name, before, after).into_iter().collect(),
        }
    }

    /// A rule means what its DTSTART makes of it: each side is read with its own.
    fn rule_change(&self, change: &Change, all: &[&Change], calendar: &Component) -> Option<String> {
        let master = calendar
            .components()
            .find(|component| !component.is("VTIMEZONE") && component.property("RECURRENCE-ID").is_none());
        let now = master.and_then(|master| date_time(&master.property("DTSTART")?).ok());
        let moved = all.iter().find(|change| change.property == "DTSTART");
        let earlier =
            moved.and_then(|change| date_time(&property(change.before.as_deref()?)?.as_property()).ok());
        let earlier = earlier.or_else(|| now.clone());
        let side = |line: Option<&str>, start: Option<&DateTime>| {
            let rule = property(line?)?;
            Some(self.by_clock_of(self.rule_text(&rule.as_property().value(), start), start))
        };
        let (before, after) =
            (side(change.before.as_deref(), earlier.as_ref()), side(change.after.as_deref(), now.as_ref()));
        self.sides("RRULE", before, after)
    }

    fn attendee_change(&self, before: Option<&Property<'_>>, after: Option<&Property<'_>>) -> Vec<String> {
        let p = &self.phrases.changes;
        let added = |who: &Property<'_>| fill(p.added, &[&self.person(who)]);
        let removed = |who: &Property<'_>| fill(p.removed, &[&self.person(who)]);
        match (before, after) {
            (Some(before), Some(after)) if !same_person(before, after) => vec![removed(before), added(after)],
            (Some(before), Some(after)) if self.answer(before) != self.answer(after) => {
                vec![fill(p.answered, &[&self.person(after), &self.answer(after)])]
            }
            (Some(_), Some(after)) => vec![fill(p.person_changed, &[&self.person(after)])],
            (None, Some(after)) => vec![added(after)],
            (Some(before), None) => vec![removed(before)],
            (None, None) => Vec::new(),
        }
    }

    fn dates_change(
        &self,
        before: Option<Property<'_>>,
        after: Option<Property<'_>>,
        gone: &str,
        come: &str,
    ) -> Vec<String> {
        let dates = |side: Option<Property<'_>>| -> BTreeSet<(i64, String)> {
            side.map(|side| self.dates(&side, None)).unwrap_or_default().into_iter().collect()
        };
        let (before, after) = (dates(before), dates(after));
        let sentence = |pattern: &str, one: &BTreeSet<(i64, String)>, other: &BTreeSet<(i64, String)>| {
            let dates: Vec<String> = one.difference(other).map(|(_, said)| said.clone()).collect();
            (!dates.is_empty()).then(|| fill(pattern, &[&self.phrases.list(&self.shortened(dates))]))
        };
        sentence(gone, &before, &after).into_iter().chain(sentence(come, &after, &before)).collect()
    }

    fn value_change(
        &self,
        name: &str,
        before: Option<Property<'_>>,
        after: Option<Property<'_>>,
    ) -> Option<String> {
        let shown = |side: Option<Property<'_>>| side.map(|side| self.shown(name, &side));
        self.sides(name, shown(before), shown(after))
    }

    fn sides(&self, name: &str, before: Option<String>, after: Option<String>) -> Option<String> {
        let p = &self.phrases.changes;
        let label = look_up(p.names, name).map_or_else(|| one_line(name), str::to_owned);
        // Long texts are in the mail as they are now; a person's mail is no place for a diff.
        if name == "DESCRIPTION" && before.is_some() && after.is_some() {
            return Some(fill(p.changed, &[&label]));
        }
        match (before, after) {
            (Some(before), Some(after)) if before == after => Some(fill(p.changed, &[&label])),
            (Some(before), Some(after)) => Some(fill(p.value_before, &[&label, &after, &before])),
            (None, Some(after)) => Some(fill(p.value, &[&label, &after])),
            (Some(before), None) => Some(fill(p.gone, &[&label, &before])),
            (None, None) => None,
        }
    }

    fn shown(&self, name: &str, property: &Property<'_>) -> String {
        let answers = &self.phrases.answers;
        match name {
            "ORGANIZER" => self.organizer(property),
            "EXRULE" => self.rule_text(&property.value(), None),
            "STATUS" | "CLASS" => {
                let table = if name == "STATUS" { answers.statuses } else { answers.classes };
                look_up(table, &property.value()).map_or_else(|| one_line(&property.text()), str::to_owned)
            }
            _ => one_line(&property.text()),
        }
    }
}

/// Content lines as a component of their own, so that they can be read like any other.
fn read_lines<'c>(lines: impl Iterator<Item = &'c str>) -> Option<Component> {
    let mut text = "BEGIN:VEVENT\r\n".to_owned();
    for line in lines {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("END:VEVENT\r\n");
    let stream = Stream::parse(text.as_bytes(), &Limits::default()).ok()?;
    stream.components().next().cloned()
}

/// A content line as a property; `None` for what is none.
fn property(line: &str) -> Option<PropertyBuf> {
    read_lines(std::iter::once(line))?.properties().next().map(|property| property.to_buf())
}

fn same_person(one: &Property<'_>, other: &Property<'_>) -> bool {
    match (CalendarUserAddress::parse(&one.value()), CalendarUserAddress::parse(&other.value())) {
        (Ok(one), Ok(other)) => one == other,
        _ => one.value() == other.value(),
    }
}
