//! Keeps calendar objects, the state of their scheduling and the outbox in an SQLite file.
//!
//! [`SqliteStore`] implements [`Store`](reefknot_core::host::Store) and passes the checks of `reefknot-store-conformance`.
//! Several connections, of one program or of many, may have the same file open.
#![forbid(unsafe_code)]

mod outbox;
mod question;
mod schema;
mod store;

pub use store::SqliteStore;
