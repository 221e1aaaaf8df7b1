//! The `icalendar` crate: its parser, and its builder, which applications use.

use icalendar::parser::{self, Calendar as Parsed};
use icalendar::{Calendar, CalendarComponent};

/// Joins the folds, which the parser wants done.
#[must_use]
pub fn unfold(text: &str) -> String {
    parser::unfold(text)
}

/// Reads an unfolded calendar with the parser alone.
///
/// # Panics
/// When it cannot.
#[must_use]
pub fn parse(unfolded: &str) -> Parsed<'_> {
    parser::read_calendar(unfolded).expect("icalendar parses the benches' calendars")
}

/// How many VEVENTs the parser found.
#[must_use]
pub fn parsed_events(calendar: &Parsed<'_>) -> usize {
    calendar.components.iter().filter(|part| part.name == "VEVENT").count()
}

/// Reads a calendar into the builder's types.
///
/// # Panics
/// When it cannot.
#[must_use]
pub fn build(text: &str) -> Calendar {
    text.parse().expect("icalendar builds the benches' calendars")
}

/// How many VEVENTs the builder holds.
#[must_use]
pub fn built_events(calendar: &Calendar) -> usize {
    calendar.components.iter().filter(|part| matches!(part, CalendarComponent::Event(_))).count()
}
