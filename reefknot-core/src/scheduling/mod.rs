//! The typed object of scheduling: who organizes, who attends which instance, at which revision, and what
//! differs between two versions (RFC 5546 §2, RFC 6638 §3).
//!
//! Left out: busy time, and anything that decides what to do about a difference. That is `itip`'s business.

mod answers;
mod attendee;
mod cut;
mod delegation;
mod delta;
mod editing;
pub mod fields;
mod identity;
mod object;
mod part;
mod revision;
mod runs;
mod span;
mod state;
mod status;
mod timing;

pub use answers::{Answers, Asks};
pub(crate) use attendee::reopen;
pub use attendee::{Attendee, ForceSend, Organizer, PartStat, ScheduleAgent};
pub(crate) use delegation::{Withdrawn, ask_delegator, delegate, recall, withdraw};
pub use delta::{Delta, InstanceDelta, PropertyChange, Weight, compare, is_private_extension};
pub use identity::Identities;
pub(crate) use object::{Attendance, by_person, edit_attendees};
pub use object::{SchedulingObject, attendee_among, attendees, edit_attendee};
pub use revision::Revision;
pub use state::{AttendeeState, SchedulingState};
pub use status::ScheduleStatus;
pub use timing::Timing;
