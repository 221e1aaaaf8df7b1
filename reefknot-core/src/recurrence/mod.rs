//! Recurrence sets, overrides and instances (RFC 5545 §3.8.5, §3.8.4.4; RFC 7529).
//!
//! A [`RecurrenceSet`] is what DTSTART, RRULE, RDATE, EXDATE and EXRULE generate; a [`Series`] is
//! all components of one UID: a master, its set, and the overrides of single instances or of
//! "this and future" ones. Rules expand on civil time (in the layer `value`); the zone is applied
//! after, so that nine o'clock stays nine o'clock, with the gaps and overlaps of RFC 5545 §3.3.5.
//!
//! §3.3.10 says of a time that the clock skips both that it must be ignored and that it is read as §3.3.5
//! reads it. It is read so, and counted: nobody expects a daily event to be missing on one day.
//! Two instances at one instant are one.
//!
//! Every walk takes a [`Budget`] and can begin anywhere; running out of it is an answer of its own.

mod calendar;
mod frame;
mod instances;
mod key;
mod series;
mod set;
mod timing;

pub use crate::value::{Budget, Rule, Spent};
pub(crate) use calendar::bounds;
pub use calendar::{Occurrence, Occurrences, occurrences, occurrences_in};
pub use instances::{Instance, Instances, Stopped};
pub use key::InstanceKey;
pub use series::{Contains, Override, Series};
pub use set::{RecurrenceSet, SetBuilder, SetItem, Walk};

#[cfg(test)]
mod tests;
