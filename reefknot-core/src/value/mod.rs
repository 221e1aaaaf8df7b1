//! Typed values, each parser beside its printer (RFC 5545 §3.3).

pub mod address;
pub mod text;

pub use address::CalendarUserAddress;
