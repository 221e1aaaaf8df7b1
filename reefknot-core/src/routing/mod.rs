//! How a scheduling message travels to its recipient (RFC 6638 §7).

mod route;

pub use route::{Route, route};
