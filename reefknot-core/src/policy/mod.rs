//! What may leave, who may see it, and where it may live (RFC 5545 §3.8.1.3, RFC 5546 §6.3).

mod access;
mod leaving;
mod privacy;
mod residence;

pub use access::{AccessList, AccessRule, Asking, Decision, Effect, Owner, Right, What, Who};
pub use leaving::Gate;
pub use privacy::{Class, PrivateEvents, Viewer, residence, view};
pub use residence::Residence;
