//! The `calcard` crate.

use calcard::icalendar::{ICalendar, ICalendarComponentType};

/// Reads the first calendar of a text.
///
/// # Panics
/// When it cannot.
#[must_use]
pub fn read(text: &str) -> ICalendar {
    ICalendar::parse(text).expect("calcard reads the benches' calendars")
}

/// How many VEVENTs there are.
#[must_use]
pub fn events(calendar: &ICalendar) -> usize {
    calendar.components.iter().filter(|part| part.component_type == ICalendarComponentType::VEvent).count()
}
