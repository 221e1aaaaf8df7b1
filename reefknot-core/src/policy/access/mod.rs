//! What another organisation, a group or a person may do here: the access list.
//!
//! One line an entry, read from the top; the first that matches decides, and where none does the answer is no:
//!
//! ```text
//! # What bar.com may do here
//! allow peer bar.com free-busy everyone
//! allow peer bar.com book room aquarium@foo.com
//! deny  user mallory@bar.com invite,free-busy everyone
//! allow group auditors read person b@foo.com from 20270101T000000Z until 20270201T000000Z
//! ```
//!
//! Every decision names the entry that made it. No right brings another with it: who may read a calendar may
//! see its busy time only where an entry says so.
//!
//! Users of the host itself may do what no entry speaks of, but for reading ([`AccessList::decide_here`]).
//!
//! Left out: who belongs to a group and who is a room, which the host's directory knows and passes in.

mod list;
mod rule;

pub use list::{AccessList, Asking, Decision, Owner};
pub use rule::{AccessRule, Effect, Right, What, Who};
