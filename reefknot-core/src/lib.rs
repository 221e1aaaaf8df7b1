//! Reefknot's calendar scheduling engine, without I/O.
#![forbid(unsafe_code)]

mod error;
pub mod ical;
pub mod imip;
pub mod itip;
pub mod lint;
pub mod recurrence;
pub mod scheduling;
pub mod time;
pub mod value;
pub mod words;

pub use error::{Error, Result};
