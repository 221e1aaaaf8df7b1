//! The document: nothing is lost, edits touch only what they name, and hostile input is bounded.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod edits;
mod hostile;
mod lines;
#[cfg(feature = "icalendar")]
mod peer;
