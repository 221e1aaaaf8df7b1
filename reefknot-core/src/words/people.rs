//! People and their answers in words.

use super::phrases::{Phrases, fill, look_up};
use super::{Words, one_line};
use crate::ical::Property;

impl Words<'_> {
    /// A calendar user as `B <b@foo.com>`; the URI where it is no mail address.
    #[must_use]
    pub fn person(&self, property: &Property<'_>) -> String {
        let written = one_line(&property.value());
        let address = written
            .get(..7)
            .filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"))
            .map_or(written.as_str(), |scheme| &written[scheme.len()..]);
        match property
            .param("CN")
            .map(|name| one_line(&name))
            .filter(|name| !name.is_empty() && name != address)
        {
            Some(name) => format!("{name} <{address}>"),
            None => address.to_owned(),
        }
    }

    /// Somebody who may act through another (RFC 5545 §3.2.18).
    pub(super) fn organizer(&self, property: &Property<'_>) -> String {
        match property.param("SENT-BY").map(|by| bare(&by)).filter(|by| !by.is_empty()) {
            Some(by) => fill(self.phrases.answers.sent_by, &[&self.person(property), &by]),
            None => self.person(property),
        }
    }

    /// `B <b@foo.com> (optional): accepted`
    pub(super) fn attendee(&self, property: &Property<'_>) -> String {
        let p = self.phrases;
        let mut about = Vec::new();
        for (param, table) in [("CUTYPE", p.answers.kinds), ("ROLE", p.answers.roles)] {
            about.extend(property.param(param).and_then(|value| look_up(table, &value)).map(str::to_owned));
        }
        let from = others(property, "DELEGATED-FROM");
        if !from.is_empty() {
            about.push(fill(p.answers.delegated_from, &[&p.list(&from)]));
        }
        let who = match about.as_slice() {
            [] => self.organizer(property),
            about => format!("{} ({})", self.organizer(property), about.join(", ")),
        };
        format!("{who}: {}", self.answer(property))
    }

    /// What somebody has answered (RFC 5545 §3.2.12).
    pub(super) fn answer(&self, property: &Property<'_>) -> String {
        let p = self.phrases;
        let written = property.param("PARTSTAT");
        let said = partstat(p, written.as_deref().unwrap_or("NEEDS-ACTION"));
        let to = others(property, "DELEGATED-TO");
        if to.is_empty() {
            return said;
        }
        format!("{said} {}", fill(p.answers.delegated_to, &[&p.list(&to)]))
    }
}

/// A participation status in words; one that is not known is quoted.
pub(super) fn partstat(p: &Phrases, value: &str) -> String {
    match look_up(p.answers.partstats, value) {
        Some(words) => words.to_owned(),
        None => fill(p.answers.not_recognised, &[&one_line(value)]),
    }
}

fn others(property: &Property<'_>, param: &str) -> Vec<String> {
    let found = property.params().find(|given| given.is(param));
    found.map(|given| given.values().map(|value| bare(&value)).collect()).unwrap_or_default()
}

/// An address without `mailto:`.
pub(super) fn bare(address: &str) -> String {
    let address = one_line(address);
    match address.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => address[7..].to_owned(),
        _ => address,
    }
}
