//! A calendar in words, as labelled lines that a mail or a terminal can lay out.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::moment::{date_time, duration_words};
use super::phrases::{fill, look_up};
use super::{Words, clean, one_line};
use crate::ical::{Component, Property};
use crate::value::{Duration, Period, text};

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
        Description { method, purpose, items }
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

    fn status_or_text(&self, name: &str, value: &str) -> String {
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

/// The lines of one component, as they are put together.
struct Lines<'w, 'a> {
    words: &'w Words<'w>,
    component: &'a Component,
    lines: Vec<Line>,
}

impl Lines<'_, '_> {
    fn add(&mut self, label: &str, text: Option<String>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.lines.push(Line { label: label.to_owned(), text });
        }
    }

    fn text(&mut self, label: &str, name: &str) {
        let texts: Vec<String> = self
            .component
            .properties_named(name)
            .map(|property| clean(&property.text()).trim().to_owned())
            .collect();
        for text in texts {
            self.add(label, Some(text));
        }
    }

    fn all(&mut self) {
        let (words, component) = (self.words, self.component);
        let labels = &words.phrases.labels;
        self.add(labels.when, words.span(component).map(|span| words.span_words(&span)));
        self.task();
        self.add(labels.repeats, words.recurrence(component));
        self.busy();
        self.text(labels.place, "LOCATION");
        self.text(labels.link, "CONFERENCE");
        self.text(labels.link, "URL");
        self.add(
            labels.organizer,
            component.property("ORGANIZER").map(|organizer| words.organizer(&organizer)),
        );
        for attendee in component.properties_named("ATTENDEE") {
            self.add(labels.who, Some(words.attendee(&attendee)));
        }
        let status = component.text("STATUS").map(|status| words.status_or_text("STATUS", &status));
        self.add(labels.status, status);
        let class = component.text("CLASS").filter(|class| !class.trim().eq_ignore_ascii_case("PUBLIC"));
        let class = class.map(|class| {
            look_up(words.phrases.answers.classes, &class).map_or_else(|| one_line(&class), str::to_owned)
        });
        self.add(labels.class, class);
        let categories: Vec<String> = component
            .properties_named("CATEGORIES")
            .flat_map(|property| {
                let value = property.value().into_owned();
                text::list(&value).map(|item| one_line(&text::unescape(item))).collect::<Vec<_>>()
            })
            .collect();
        self.add(labels.categories, Some(categories.join(", ")));
        self.text(labels.description, "DESCRIPTION");
        self.text(labels.comment, "COMMENT");
        for property in component.properties_named("REQUEST-STATUS") {
            self.add(labels.request_status, Some(one_line(&property.text().replace(';', " "))));
        }
        self.attachments();
        for alarm in component.components_named("VALARM") {
            self.add(labels.reminder, Some(words.alarm(alarm)));
        }
    }

    /// What only a to-do has (RFC 5545 §3.6.2).
    fn task(&mut self) {
        let (words, component) = (self.words, self.component);
        let p = words.phrases;
        let moment = |name: &str| {
            let property = component.property(name)?;
            Some(match date_time(&property) {
                Ok(value) => words.instance(&value),
                Err(_) => fill(p.unreadable, &[&one_line(&property.value())]),
            })
        };
        if component.is("VTODO") && component.property("DTSTART").is_none() {
            self.add(p.labels.due, moment("DUE"));
        }
        let percent =
            component.value("PERCENT-COMPLETE").map(|done| fill(p.answers.percent, &[&one_line(&done)]));
        self.add(p.labels.progress, percent);
        self.add(p.labels.progress, moment("COMPLETED").map(|when| fill(p.answers.completed, &[&when])));
    }

    /// The busy times of a VFREEBUSY (RFC 5545 §3.6.4).
    fn busy(&mut self) {
        let (words, component) = (self.words, self.component);
        let p = words.phrases;
        for property in component.properties_named("FREEBUSY") {
            let kind = property.param("FBTYPE").map_or_else(|| "BUSY".to_owned(), Cow::into_owned);
            let kind = look_up(p.answers.busy_types, &kind).map_or_else(|| one_line(&kind), str::to_owned);
            let value = property.value();
            for item in text::list(&value) {
                let said = match Period::parse(item, None) {
                    Ok(period) => words.period(&period),
                    Err(_) => fill(p.unreadable, &[&one_line(item)]),
                };
                self.add(p.labels.busy, Some(format!("{said}: {kind}")));
            }
        }
    }

    fn attachments(&mut self) {
        let label = self.words.phrases.labels.attachment;
        for property in self.component.properties_named("ATTACH") {
            let name = property.param("FILENAME").or_else(|| property.param("X-FILENAME"));
            let inline = property.param_is("VALUE", "BINARY");
            let said = match name {
                Some(name) => one_line(&name),
                None if inline => property.param("FMTTYPE").map(|kind| one_line(&kind)).unwrap_or_default(),
                None => one_line(&property.value()),
            };
            self.add(label, Some(said));
        }
    }
}

impl Words<'_> {
    /// When an alarm goes off (RFC 5545 §3.8.6.3).
    fn alarm(&self, alarm: &Component) -> String {
        let p = self.phrases;
        let Some(trigger) = alarm.property("TRIGGER") else {
            return one_line(&alarm.text("ACTION").unwrap_or_default());
        };
        let Ok(offset) = trigger.value().trim().parse::<Duration>() else {
            return match date_time(&trigger) {
                Ok(value) => self.moment(&value),
                Err(_) => fill(p.unreadable, &[&one_line(&trigger.value())]),
            };
        };
        let at_end = trigger.param_is("RELATED", "END");
        if offset.nominal_seconds() == 0 {
            return (if at_end { p.answers.at_end } else { p.answers.at_start }).to_owned();
        }
        let pattern = match (offset.is_negative(), at_end) {
            (true, false) => p.answers.before_start,
            (false, false) => p.answers.after_start,
            (true, true) => p.answers.before_end,
            (false, true) => p.answers.after_end,
        };
        fill(pattern, &[&duration_words(p, offset)])
    }
}
