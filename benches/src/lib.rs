//! What the benches share: the generated calendar, the rules, hostile input, and the peers.
#![warn(missing_docs, unreachable_pub)]

pub mod calendar;
pub mod hostile;
pub mod peers;
pub mod rules;
