//! A calendar in words, as labelled lines that a mail or a terminal can lay out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::lines::Lines;
use super::moment::date_time;
use super::phrases::{fill, look_up};
use super::{Words, one_line};
use crate::ical::{Component, Property};
use crate::time::Contradiction;
use crate::value::DateTime;

/// One line: what it is about, and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// `When`, `Where` …; a label may come more than once (one `Who` for each attendee).
    pub label: String,
    /// What is said; a description may have line breaks.
    pub text: String,
}

/// One event, to-do, journal entry or busy-time report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// `Event`, `To-do`, `Journal` …; the component's name where there is no word for it.
    pub kind: String,
    /// UID, empty where there is none.
    pub uid: String,
    /// The summary, or that there is none.
    pub title: String,
    /// The rest, in the order in which people ask for it.
    pub lines: Vec<Line>,
}

/// A whole VCALENDAR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Description {
    /// METHOD as written.
    pub method: Option<String>,
    /// What such a message is.
    pub purpose: Option<String>,
    /// What the reader must know of the whole: zones that are not defined as everybody else has them.
    pub notes: Vec<String>,
    /// What it holds, changed instances with their series.
    pub items: Vec<Item>,
}

impl Words<'_> {
    /// A VCALENDAR in words: each event, to-do, journal entry and busy-time report.
    ///
    /// ```
    /// use reefknot_core::ical::{Limits, Stream};
    /// use reefknot_core::time::{Zone, Zones};
    /// use reefknot_core::words::Words;
    ///
    /// let text = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Tea\r\nDTSTART:20230303T130000Z\r\n\
    ///     DURATION:PT1H\r\nATTENDEE;CN=B;PARTSTAT=ACCEPTED:mailto:b@foo.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    /// let stream = Stream::parse(text, &Limits::default())?;
    /// let calendar = stream.calendars().next().unwrap();
    /// let (berlin, zones) = (Zone::iana("Europe/Berlin").unwrap(), Zones::of(calendar));
    /// let described = Words::new(&berlin, &zones).describe(calendar);
    /// let tea = &described.items[0];
    /// assert_eq!(tea.title, "Tea");
    /// assert_eq!(tea.lines[0].text, "Friday 3 March 2023, 14:00–15:00 (Europe/Berlin)");
    /// assert_eq!(tea.lines[1].text, "B <b@foo.com>: accepted");
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    #[must_use]
    pub fn describe(&self, calendar: &Component) -> Description {
        let method = calendar.value("METHOD").map(|method| one_line(&method).to_ascii_uppercase());
        let purpose = method
            .as_deref()
            .and_then(|method| look_up(self.phrases.answers.methods, method))
            .map(str::to_owned);
        let mut groups = groups(calendar);
        if groups.is_empty() {
            // A calendar of zones alone is there for its zones.
            groups = calendar.components().map(|zone| vec![zone]).collect();
        }
        let items = groups.iter().map(|group| self.item(group)).collect();
        let contradictions = self.zones.contradictions(calendar);
        let notes = contradictions.iter().map(|found| self.contradiction(found)).collect();
        Description { method, purpose, notes, items }
    }

    /// A definition that is at odds with its IANA name, in a sentence.
    #[must_use]
    pub fn contradiction(&self, found: &Contradiction) -> String {
        let from = self.moment(&DateTime::Utc(found.from));
        let tzid = one_line(&found.tzid);
        let (defined, known) = (found.defined.to_string(), found.known.to_string());
        fill(self.phrases.contradiction, &[&from, &tzid, found.iana_name, &defined, &known])
    }

    /// An item's lines as rows of two cells: labels of one width, and what they say.
    ///
    /// A label is written once for lines in a row that share it, and of these at most `most` are
    /// shown and the others counted; further lines of a text have an empty label.
    #[must_use]
    pub fn rows(&self, item: &Item, most: usize) -> Vec<(String, String)> {
        let width = item.lines.iter().map(|line| line.label.chars().count()).max().unwrap_or(0) + 1;
        let empty = " ".repeat(width);
        let mut rows = Vec::new();
        for same in item.lines.chunk_by(|one, next| one.label == next.label) {
            for (at, line) in same.iter().take(most).enumerate() {
                let label =
                    if at == 0 { format!("{:width$}", format!("{}:", line.label)) } else { empty.clone() };
                let mut texts = line.text.lines();
                rows.push((label, texts.next().unwrap_or_default().to_owned()));
                rows.extend(texts.map(|text| (empty.clone(), text.to_owned())));
            }
            if let Some(more) = same.len().checked_sub(most).filter(|more| *more > 0) {
                rows.push((empty.clone(), fill(self.phrases.mail.and_more, &[&more.to_string()])));
            }
        }
        rows
    }

    fn item(&self, group: &[&Component]) -> Item {
        let master = group.iter().find(|component| component.property("RECURRENCE-ID").is_none());
        let described = master.or(group.first());
        let Some(described) = described else {
            return Item { kind: String::new(), uid: String::new(), title: String::new(), lines: Vec::new() };
        };
        let p = self.phrases;
        let name = described.name().to_ascii_uppercase();
        let title = described
            .text(if described.is("VTIMEZONE") { "TZID" } else { "SUMMARY" })
            .map(|summary| one_line(&summary))
            .filter(|summary| !summary.is_empty());
        let mut lines = Lines { words: self, component: described, lines: Vec::new() };
        if master.is_none() {
            lines.add(
                p.labels.instance,
                described.property("RECURRENCE-ID").map(|id| self.recurrence_id(&id)),
            );
        }
        lines.all();
        let mut lines = lines.lines;
        let answers: BTreeSet<String> = self.attendees(described).collect();
        for instance in group.iter().filter(|component| !std::ptr::eq(**component, *described)) {
            lines.push(Line {
                label: p.labels.changed.to_owned(),
                text: self.changed_instance(described, &answers, instance),
            });
        }
        Item {
            kind: look_up(p.answers.components, &name).map_or(name, str::to_owned),
            uid: described.text("UID").map(|uid| one_line(&uid)).unwrap_or_default(),
            title: title.unwrap_or_else(|| p.labels.no_title.to_owned()),
            lines,
        }
    }

    /// `Friday 3 March 2023, 14:00 (Europe/Berlin)`, with `and all that follow`.
    fn recurrence_id(&self, property: &Property<'_>) -> String {
        let said = match date_time(property) {
            Ok(value) => self.instance(&value),
            Err(_) => fill(self.phrases.unreadable, &[&one_line(&property.value())]),
        };
        if property.param_is("RANGE", "THISANDFUTURE") {
            return fill(self.phrases.answers.and_following, &[&said]);
        }
        said
    }

    /// What an override says otherwise than the series, whose attendees' answers are given.
    fn changed_instance(
        &self,
        master: &Component,
        answers: &BTreeSet<String>,
        instance: &Component,
    ) -> String {
        let p = self.phrases;
        let which = instance.property("RECURRENCE-ID").map(|id| self.recurrence_id(&id)).unwrap_or_default();
        if instance.value("STATUS").is_some_and(|status| status.trim().eq_ignore_ascii_case("CANCELLED")) {
            return format!("{which}: {}", p.answers.takes_place_not);
        }
        let mut said = Vec::new();
        if let Some(span) = self.span(instance) {
            let when = self.span_words(&span);
            let moved = match (&span, instance.property("RECURRENCE-ID").and_then(|id| date_time(&id).ok())) {
                (Ok(span), Some(id)) => {
                    self.zones.instant(&span.start, Some(self.zone)).ok()
                        != self.zones.instant(&id, Some(self.zone)).ok()
                        || span.end.is_some()
                }
                _ => true,
            };
            if moved {
                said.push(when);
            }
        }
        for (name, label) in
            [("SUMMARY", p.labels.what), ("LOCATION", p.labels.place), ("STATUS", p.labels.status)]
        {
            let (before, now) = (master.text(name), instance.text(name));
            if let Some(now) = now.filter(|now| Some(now) != before.as_ref()) {
                said.push(format!("{label}: {}", self.status_or_text(name, &now)));
            }
        }
        said.extend(self.attendees(instance).filter(|answer| !answers.contains(answer)));
        if said.is_empty() {
            said.push(p.answers.as_series.to_owned());
        }
        format!("{which}: {}", said.join("; "))
    }

    fn attendees(&self, component: &Component) -> impl Iterator<Item = String> {
        component.properties_named("ATTENDEE").map(|attendee| self.attendee(&attendee))
    }

    pub(super) fn status_or_text(&self, name: &str, value: &str) -> String {
        let known = if name == "STATUS" { look_up(self.phrases.answers.statuses, value) } else { None };
        known.map_or_else(|| one_line(value), str::to_owned)
    }

    pub(super) fn span_words(&self, span: &Result<super::moment::Span, String>) -> String {
        match span {
            Ok(span) => self.when(&span.start, span.end.as_ref()),
            Err(unreadable) => unreadable.clone(),
        }
    }
}

/// The components that belong together: those of one kind and UID, in the order of the first.
fn groups(calendar: &Component) -> Vec<Vec<&Component>> {
    let mut groups: Vec<Vec<&Component>> = Vec::new();
    let mut known = BTreeMap::new();
    for component in calendar.components().filter(|component| !component.is("VTIMEZONE")) {
        let key = component.value("UID").map(|uid| (component.name().to_ascii_uppercase(), uid));
        match key.as_ref().and_then(|key| known.get(key)).and_then(|at: &usize| groups.get_mut(*at)) {
            Some(group) => group.push(component),
            None => {
                known.extend(key.map(|key| (key, groups.len())));
                groups.push(vec![component]);
            }
        }
    }
    groups
}
