//! Where an app keeps its users' objects and the messages that follow from them.

use std::ops::Range;
use std::sync::Arc;

use reefknot_core::host::{self, DeliveryId, UserId};
use reefknot_core::policy::Residence;
use reefknot_core::scheduling::SchedulingState;
use reefknot_core::value::Timestamp;

use crate::error::HostError;

/// What a store holds about one UID of one user.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StoredObject {
    /// The object as iCalendar text; none where it was deleted and only the state is left of it.
    pub calendar: Option<Vec<u8>>,
    /// What scheduling remembers beside the object.
    pub state: SchedulingState,
    /// Where the object may live.
    pub residence: Residence,
    /// Grows by one with every commit of this UID, deletion included.
    pub version: u64,
}

/// From an instant to the first one after it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Span {
    /// The first instant.
    pub from: Timestamp,
    /// The first one after it.
    pub to: Timestamp,
}

/// What lives in one user's calendar, all of it or what may take place in a window, as it was at one moment.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StoredCalendar {
    /// Grows with every commit of the user, whatever the UID; 0 before the first.
    pub version: u64,
    /// The objects that are not deleted, in the order of their UIDs' octets.
    pub objects: Vec<StoredText>,
}

/// An object as text.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StoredText {
    /// Its UID.
    pub uid: String,
    /// The object as iCalendar text.
    pub calendar: Vec<u8>,
}

/// One step that happens as a whole or not at all: an object, its state, and the messages that follow.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Commit {
    /// Whose object it is.
    pub user: String,
    /// The UID of the object.
    pub uid: String,
    /// The version the decision was made on; none where nothing was stored.
    pub expected: Option<u64>,
    /// The version of the user's whole calendar that the decision was made on; none where only this object mattered.
    pub expected_calendar: Option<u64>,
    /// The object as iCalendar text; none deletes it and keeps the state.
    pub calendar: Option<Vec<u8>>,
    /// What scheduling remembers beside the object.
    pub state: SchedulingState,
    /// Where the object may live.
    pub residence: Residence,
    /// Outside of which time the object has no instance; none where that is not known.
    pub span: Option<Span>,
    /// The texts of the messages, each once, however many recipients may see the same.
    pub bodies: Vec<Vec<u8>>,
    /// The messages to put into the outbox, in this order.
    pub outbox: Vec<QueuedMessage>,
    /// The questions that now wait for the user.
    pub questions: Vec<NewQuestion>,
    /// The question that this commit answers: it waits no more.
    pub answers: Option<u64>,
    /// The message whose delivery this commit records.
    pub settles: Option<Settlement>,
}

/// A message for the outbox.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct QueuedMessage {
    /// Which of the commit's bodies is its text.
    pub body: u32,
    /// All else that is to be kept of it: JSON, to be given back as it is.
    pub content: String,
    /// When to try first.
    pub due: Timestamp,
}

/// A question for the user.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NewQuestion {
    /// The message that raised it, as iCalendar text.
    pub calendar: Vec<u8>,
    /// All else that is to be kept of it: JSON, to be given back as it is.
    pub content: String,
}

/// A question that waits for its user.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StoredQuestion {
    /// Its number, never given to another; later questions have greater ones.
    pub id: u64,
    /// The UID of the commit that asked it.
    pub uid: String,
    /// The message that raised it, as it was committed.
    pub calendar: Vec<u8>,
    /// The rest, as it was committed.
    pub content: String,
}

/// A message in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StoredMessage {
    /// Its number, never given to another; later messages have greater ones.
    pub id: u64,
    /// The user of the commit that sent it.
    pub user: String,
    /// The UID of that commit.
    pub uid: String,
    /// Its text, as it was committed.
    pub calendar: Vec<u8>,
    /// The rest, as it was committed.
    pub content: String,
    /// How many attempts have failed.
    pub attempts: u32,
    /// When to try next.
    pub due: Timestamp,
    /// What the last attempt ended with; none before the first.
    pub status: Option<String>,
}

/// How an attempt at a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Settled {
    /// It arrived: the message leaves the outbox.
    Delivered,
    /// It failed for now: one more attempt has failed, and the message is due again at that time.
    Retry {
        /// When to try again.
        due: Timestamp,
        /// What happened.
        status: String,
    },
    /// It is given up: the message stays for a person to look at, and is due no more.
    Failed {
        /// What happened.
        status: String,
    },
}

/// The end of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Settlement {
    /// The message's number.
    pub id: u64,
    /// How it ended.
    pub how: Settled,
}

/// An app's objects and its outbox. It is called from any thread.
///
/// Whatever goes wrong outside the arguments is to be thrown as a `HostError`; another exception is taken as one, with its
/// first line.
#[uniffi::export(rust, foreign)]
pub trait Store: Send + Sync {
    /// What is held about a UID; none if it was never committed.
    ///
    /// # Errors
    /// When the store fails.
    fn load(&self, user: String, uid: String) -> Result<Option<StoredObject>, HostError>;

    /// The UIDs of the user's objects in the order of their octets, without those that were deleted.
    ///
    /// # Errors
    /// When the store fails.
    fn uids(&self, user: String) -> Result<Vec<String>, HostError>;

    /// The user's whole calendar at one moment: no commit shows in part of it.
    ///
    /// # Errors
    /// When the store fails.
    fn calendar(&self, user: String) -> Result<StoredCalendar, HostError>;

    /// What of the user's calendar may take place in a window, with the version of the whole: every object whose span
    /// overlaps the window or is not known. It may hold more: a store without an index gives all.
    ///
    /// # Errors
    /// When the store fails.
    fn calendar_within(&self, user: String, window: Span) -> Result<StoredCalendar, HostError>;

    /// Writes a commit, all of it or nothing, and returns the object's new version.
    ///
    /// # Errors
    /// `Conflict` when `expected` is not the stored version, or `expected_calendar` is given and not that of the user's
    /// calendar; `Unknown` when no such question waits for the user about this UID, or no such message is in the outbox.
    fn commit(&self, commit: Commit) -> Result<u64, HostError>;

    /// The questions that wait for the user, in the order of their numbers.
    ///
    /// # Errors
    /// When the store fails.
    fn questions(&self, user: String) -> Result<Vec<StoredQuestion>, HostError>;

    /// At most `limit` messages due at `now`: the longest due first, those due together in the order of their numbers.
    ///
    /// # Errors
    /// When the store fails.
    fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<StoredMessage>, HostError>;

    /// Records how an attempt at a delivery ended. A message that was given up may be settled again.
    ///
    /// # Errors
    /// `Unknown` when no such message is in the outbox.
    fn settle(&self, id: u64, how: Settled) -> Result<(), HostError>;

    /// The messages that were given up, in the order of their numbers.
    ///
    /// # Errors
    /// When the store fails.
    fn failed(&self) -> Result<Vec<StoredMessage>, HostError>;
}

/// An app's store, as the core calls it.
pub(super) struct AppStore(pub(super) Arc<dyn Store>);

impl host::Store for AppStore {
    fn load(&self, user: &UserId, uid: &str) -> reefknot_core::Result<Option<host::StoredObject>> {
        Ok(self.0.load(user.to_string(), uid.to_owned())?.map(host::StoredObject::from))
    }

    fn uids(&self, user: &UserId) -> reefknot_core::Result<Vec<String>> {
        Ok(self.0.uids(user.to_string())?)
    }

    fn calendar(&self, user: &UserId) -> reefknot_core::Result<host::StoredCalendar> {
        Ok(self.0.calendar(user.to_string())?.into())
    }

    fn calendar_within(
        &self,
        user: &UserId,
        window: Range<Timestamp>,
    ) -> reefknot_core::Result<host::StoredCalendar> {
        Ok(self.0.calendar_within(user.to_string(), window.into())?.into())
    }

    fn commit(&mut self, commit: host::Commit) -> reefknot_core::Result<u64> {
        commit.check()?;
        self.0.commit(Commit::try_from(&commit)?).map_err(|error| {
            match (error, commit.answers, &commit.settles) {
                (HostError::Conflict, ..) => commit.conflict(),
                (HostError::Unknown, Some(id), None) => id.unknown(&commit.user),
                (HostError::Unknown, None, Some((id, _))) => id.unknown(),
                (other, ..) => other.into(),
            }
        })
    }

    fn questions(&self, user: &UserId) -> reefknot_core::Result<Vec<host::OpenQuestion>> {
        self.0.questions(user.to_string())?.into_iter().map(host::OpenQuestion::try_from).collect()
    }

    fn due(&self, now: Timestamp, limit: usize) -> reefknot_core::Result<Vec<host::Delivery>> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        self.0.due(now, limit)?.into_iter().map(host::Delivery::try_from).collect()
    }

    fn settle(&mut self, id: DeliveryId, how: host::Settled) -> reefknot_core::Result<()> {
        self.0.settle(id.0, how.into()).map_err(|error| match error {
            HostError::Unknown => id.unknown(),
            other => other.into(),
        })
    }

    fn failed(&self) -> reefknot_core::Result<Vec<host::Delivery>> {
        self.0.failed()?.into_iter().map(host::Delivery::try_from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;

    // What crosses into an app's store and back is what the core committed.
    reefknot_store_conformance::store_tests!(|| Box::new(AppStore(MemoryStore::new())));
}
