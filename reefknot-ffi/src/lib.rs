//! Reefknot's engine for other languages: the API of `reefknot-core`, through uniffi.
//!
//! Every function converts its arguments, calls the core once and converts what it answers; no rule of scheduling lives
//! here. Names are those of the core. The time, identifiers and all that is stored come in as arguments.

#![allow(clippy::needless_pass_by_value, reason = "arguments cross into Rust by value")]

uniffi::setup_scaffolding!();

mod calendar;
mod document;
mod engine;
mod error;
mod freebusy;
mod host;
mod mail;
mod occurrences;
mod outcome;
mod values;

pub use calendar::{Attendee, Calendar, Item, Line, NewEvent, parse_all};
pub use document::{Component, Param, Property, Value, date_time_property, text_property};
pub use engine::{Engine, Identities, default_preferences};
pub use error::{HostError, ReefknotError, Result};
pub use freebusy::{
    BusyTime, Clash, Conflict, Conflicts, Doubt, FreeBusyRequest, Person, Search, Suggestion, busy_of,
    conflicts, default_room_policy, freebusy, read_freebusy_request, suggest_times,
};
pub use host::*;
pub use mail::{CalendarPart, IncomingMail, Mail, MailOptions, read_email};
pub use occurrences::{Occurrence, Occurrences};
pub use outcome::{Message, Notice, ObjectChange, Outcome, Question, Reason};
pub use values::{DateTime, LocalDate, PartStat};
