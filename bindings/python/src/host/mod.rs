//! The host layer: stores, directories and transports of Rust's and of Python's, and the driver over them.

mod adapters;
mod records;
mod scheduler;
mod stores;

pub(crate) use scheduler::Scheduler;
pub(crate) use stores::{MemoryStore, SqliteStore};
