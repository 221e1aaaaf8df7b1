//! The lines of one component, in the order in which people ask for them.

use std::borrow::Cow;

use super::describe::Line;
use super::moment::{date_time, duration_words};
use super::phrases::{fill, look_up};
use super::{Words, clean, one_line};
use crate::ical::{Component, Property};
use crate::value::{Duration, Period, text};

/// The lines of one component, as they are put together.
pub(super) struct Lines<'w, 'a> {
    pub(super) words: &'w Words<'w>,
    pub(super) component: &'a Component,
    pub(super) lines: Vec<Line>,
}

impl Lines<'_, '_> {
    pub(super) fn add(&mut self, label: &str, text: Option<String>) {
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

    pub(super) fn all(&mut self) {
        let (words, component) = (self.words, self.component);
        let labels = &words.phrases.labels;
        self.add(labels.when, words.span(component).map(|span| words.span_words(&span)));
        self.task();
        self.add(labels.repeats, words.recurrence(component));
        self.busy();
        self.availability();
        self.text(labels.place, "LOCATION");
        self.conferences();
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
        self.weight();
        self.list(labels.categories, "CATEGORIES");
        self.text(labels.contact, "CONTACT");
        self.list(labels.resources, "RESOURCES");
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

    /// The items of all properties of that name.
    fn list(&mut self, label: &str, name: &str) {
        let mut items = Vec::new();
        for property in self.component.properties_named(name) {
            items.extend(text::list(&property.value()).map(|item| one_line(&text::unescape(item))));
        }
        self.add(label, Some(items.join(", ")));
    }

    /// Where to dial in, and what it is for (RFC 7986 §5.11).
    fn conferences(&mut self) {
        let link = self.words.phrases.labels.link;
        for property in self.component.properties_named("CONFERENCE") {
            let uri = one_line(&property.value());
            self.add(
                link,
                Some(match property.param("LABEL") {
                    Some(label) => format!("{}: {uri}", one_line(&label)),
                    None => uri,
                }),
            );
        }
    }

    /// How much it matters, and whether it blocks time.
    fn weight(&mut self) {
        let p = self.words.phrases;
        if self
            .component
            .value("TRANSP")
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("TRANSPARENT"))
        {
            self.add(p.labels.shown_as, look_up(p.answers.busy_types, "FREE").map(str::to_owned));
        }
        // RFC 5545 §3.8.1.9: 1 is the highest, 0 is none.
        let priority = self.component.value("PRIORITY").map(|value| one_line(&value));
        let said = priority.filter(|value| value != "0").map(|value| match value.parse() {
            Ok(1..=4) => fill(p.answers.priorities[0], &[&value]),
            Ok(5_u8) => fill(p.answers.priorities[1], &[&value]),
            Ok(6..=9) => fill(p.answers.priorities[2], &[&value]),
            _ => value,
        });
        self.add(p.labels.priority, said);
    }

    /// When somebody can be met (RFC 7953 §3.1).
    fn availability(&mut self) {
        let (words, component) = (self.words, self.component);
        let p = words.phrases;
        if !component.is("VAVAILABILITY") {
            return;
        }
        if component.property("DTSTART").is_none() && component.property("DTEND").is_none() {
            self.add(p.labels.when, Some(p.answers.any_time.to_owned()));
        }
        for part in component.components_named("AVAILABLE") {
            let when = words.span(part).map(|span| words.span_words(&span));
            let said: Vec<String> = when.into_iter().chain(words.recurrence(part)).collect();
            let title = part.text("SUMMARY").map(|title| format!("{}: ", one_line(&title)));
            self.add(p.labels.free, Some(format!("{}{}", title.unwrap_or_default(), said.join("; "))));
        }
        let kind = component.value("BUSYTYPE").unwrap_or_else(|| "BUSY-UNAVAILABLE".to_owned());
        let kind = look_up(p.answers.busy_types, &kind).map_or_else(|| one_line(&kind), str::to_owned);
        self.add(p.labels.shown_as, Some(fill(p.answers.otherwise, &[&kind])));
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
    /// When an alarm goes off, how often and to whom (RFC 5545 §3.6.6).
    fn alarm(&self, alarm: &Component) -> String {
        let p = self.phrases;
        let Some(trigger) = alarm.property("TRIGGER") else {
            return one_line(&alarm.text("ACTION").unwrap_or_default());
        };
        let mut said = self.trigger(&trigger);
        let pause = alarm.value("DURATION").and_then(|pause| pause.trim().parse::<Duration>().ok());
        let again = alarm.value("REPEAT").and_then(|again| again.trim().parse::<u32>().ok());
        if let (Some(pause), Some(again @ 1..)) = (pause, again) {
            let pattern = if again == 1 { p.answers.again.0 } else { p.answers.again.1 };
            said = fill(pattern, &[&said, &again.to_string(), &duration_words(p, pause)]);
        }
        let by_mail = alarm.value("ACTION").is_some_and(|action| action.trim().eq_ignore_ascii_case("EMAIL"));
        let to: Vec<String> =
            alarm.properties_named("ATTENDEE").map(|attendee| self.person(&attendee)).collect();
        if by_mail && !to.is_empty() {
            said = fill(p.answers.by_mail, &[&said, &p.list(&to)]);
        }
        said
    }

    fn trigger(&self, trigger: &Property<'_>) -> String {
        let p = self.phrases;
        let Ok(offset) = trigger.value().trim().parse::<Duration>() else {
            return match date_time(trigger) {
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
