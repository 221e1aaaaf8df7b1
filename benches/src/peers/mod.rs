//! The peers, each asked the same questions. Every answer is checked before it is timed.

pub mod calcard;
pub mod icalendar;
#[cfg(libical)]
pub mod libical;
pub mod reefknot;
pub mod rrule;
