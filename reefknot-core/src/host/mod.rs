//! What a host fills in, and the steps that every host takes with it.
//!
//! [`Directory`] says who is a user here, [`Store`] keeps objects and the outbox, [`Transport`] carries mail and
//! talks to trusted organisations.
//! [`Scheduler`] is the driver: load, decide, commit, deliver. The traits are synchronous and small; an async
//! server calls them from blocking threads.

mod access;
mod availability;
mod calendars;
mod delivery;
mod directory;
mod driver;
mod memory;
mod offers;
mod peer;
mod store;
mod transport;

pub use access::Asker;
pub use calendars::Suggested;
pub use delivery::Delivered;
pub use directory::{Directory, LocalUser};
pub use driver::{Put, Scheduler, Source};
pub use memory::MemoryStore;
pub use peer::Received;
pub use store::{
    Asked, Commit, Delivery, DeliveryId, OpenQuestion, Outgoing, QuestionId, Settled, Store, StoredCalendar,
    StoredObject, UserId,
};
pub use transport::{Attempt, BusyQuestion, PeerAnswer, Transport};
