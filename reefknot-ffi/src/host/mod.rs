//! What an app fills in, and the driver: load, decide, commit, deliver.
//!
//! The app implements [`Store`], and [`Directory`] and [`Transport`] if the ready ones do not do; a call into the app
//! costs some hundred microseconds, so each does much: a decision is one `load` and one `commit`, which holds everything
//! that follows from it.

mod directory;
mod memory;
mod rows;
mod scheduler;
mod store;
mod told;
mod transport;

pub use directory::{Directory, LocalUser, UserList};
pub use memory::MemoryStore;
pub use scheduler::Scheduler;
pub use store::{
    Commit, NewQuestion, QueuedMessage, Settled, Settlement, Span, Store, StoredCalendar, StoredMessage,
    StoredObject, StoredQuestion, StoredText,
};
pub use told::{
    Asker, BusyAnswer, Delivered, Invitee, OpenQuestion, Peer, Proof, ReadAnswer, Received, Suggested, Trust,
    Unknown, UserNotice,
};
pub use transport::{Attempt, BusyQuestion, PeerAnswer, Transport};
