//! Calendars in words, for people: what a mail says, and what a command prints.
//!
//! [`Words`] writes for one reader: in the reader's zone, in one language ([`ENGLISH`]).
//! Words are never less exact than the data: a rule that cannot be put into words is quoted,
//! a zone that nobody knows is said to be unknown, an unreadable value is shown as it stands.
//! Control characters of a text do not pass, so that no text can drive the reader's terminal.

mod changes;
mod describe;
mod lines;
mod moment;
mod people;
mod phrases;
mod questions;
mod recurrence;
mod rule;

use crate::time::{Zone, Zones};

pub use describe::{Description, Item, Line};
pub(crate) use phrases::fill;
pub use phrases::{ENGLISH, Phrases};

#[cfg(test)]
mod tests;

/// Writes about one iCalendar object for one reader.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    zone: &'a Zone,
    zones: &'a Zones,
    phrases: &'static Phrases,
}

impl<'a> Words<'a> {
    /// Words in English for a reader in `zone` about an object with these `zones`.
    #[must_use]
    pub fn new(zone: &'a Zone, zones: &'a Zones) -> Self {
        Self::in_language(&ENGLISH, zone, zones)
    }

    /// The same in another language.
    #[must_use]
    pub fn in_language(phrases: &'static Phrases, zone: &'a Zone, zones: &'a Zones) -> Self {
        Self { zone, zones, phrases }
    }

    /// What stands for a title where there is none.
    pub(crate) fn no_title(&self) -> &'static str {
        self.phrases.labels.no_title
    }

    pub(crate) fn phrases(&self) -> &'static Phrases {
        self.phrases
    }
}

/// A text of several lines, without what could act on a terminal or turn the direction of writing round.
#[must_use]
pub fn clean(text: &str) -> String {
    let bad = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\t' => ' ',
            c if bad(c) => '\u{FFFD}',
            c => c,
        })
        .collect()
}

/// A text on one line, without what could act on a terminal or turn the direction of writing round.
///
/// ```
/// assert_eq!(reefknot_core::words::one_line(" one\n\u{1b}[31mtwo "), "one \u{FFFD}[31mtwo");
/// ```
#[must_use]
pub fn one_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
