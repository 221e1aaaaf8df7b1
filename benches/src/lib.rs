//! What the benches share: the generated calendars, the meetings, the rules, hostile input, and the peers.
#![warn(missing_docs, unreachable_pub)]

pub mod calendar;
pub mod hostile;
pub mod meeting;
pub mod peers;
pub mod people;
pub mod rules;
