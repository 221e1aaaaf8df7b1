//! Reefknot's calendar scheduling engine, without I/O.
#![forbid(unsafe_code)]

pub mod engine;
mod error;
pub mod freebusy;
pub mod host;
pub mod ical;
pub mod imip;
pub mod itip;
pub mod lint;
pub mod policy;
pub mod recurrence;
pub mod registry;
pub mod routing;
pub mod scheduling;
pub mod time;
pub mod value;
pub mod words;

pub use error::{Error, Result};
