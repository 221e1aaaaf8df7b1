//! Scheduling messages (RFC 5546): what may be said, and whether it is said rightly.

mod message;
mod method;
pub mod validate;

pub use message::{Authentication, Carrier, Change, Envelope, Message, MessageReason};
pub use method::Method;
pub use validate::validate;
