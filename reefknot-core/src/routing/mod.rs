//! How a scheduling message travels to its recipient, and which of another organisation's are let in (RFC 6638 §7).

mod admission;
mod peer;
mod route;

pub(crate) use admission::right_for;
pub use admission::{Admitted, FromPeer, Trust};
pub use peer::{Peer, Peers, Proof};
pub use route::{Route, route};
