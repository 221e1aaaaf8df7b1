//! Scheduling messages (RFC 5546): what may be said, and whether it is said rightly.

mod method;
pub mod validate;

pub use method::Method;
pub use validate::validate;
