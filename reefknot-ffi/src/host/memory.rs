//! A store that lives as long as its value does.

use std::sync::{Arc, Mutex, MutexGuard};

use reefknot_core::host::{self, DeliveryId, UserId};
use reefknot_core::value::Timestamp;

use super::store::{
    Commit, Settled, Span, Store, StoredCalendar, StoredMessage, StoredObject, StoredQuestion,
};
use crate::error::HostError;

/// A store in memory: for tests, for scripts, and as the model of a store of one's own.
#[derive(Debug, Default, uniffi::Object)]
pub struct MemoryStore {
    inner: Mutex<host::MemoryStore>,
}

#[uniffi::export]
impl MemoryStore {
    /// An empty store.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }
}

impl MemoryStore {
    fn inner(&self) -> MutexGuard<'_, host::MemoryStore> {
        // A commit that panicked half-way would leave the model in two minds; its calls do not panic.
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[uniffi::export]
impl Store for MemoryStore {
    fn load(&self, user: String, uid: String) -> Result<Option<StoredObject>, HostError> {
        Ok(host::Store::load(&*self.inner(), &UserId::new(&user), &uid)?.map(StoredObject::from))
    }

    fn uids(&self, user: String) -> Result<Vec<String>, HostError> {
        Ok(host::Store::uids(&*self.inner(), &UserId::new(&user))?)
    }

    fn calendar(&self, user: String) -> Result<StoredCalendar, HostError> {
        Ok(host::Store::calendar(&*self.inner(), &UserId::new(&user))?.into())
    }

    fn calendar_within(&self, user: String, window: Span) -> Result<StoredCalendar, HostError> {
        Ok(host::Store::calendar_within(&*self.inner(), &UserId::new(&user), window.into())?.into())
    }

    fn commit(&self, commit: Commit) -> Result<u64, HostError> {
        Ok(host::Store::commit(&mut *self.inner(), commit.try_into()?)?)
    }

    fn questions(&self, user: String) -> Result<Vec<StoredQuestion>, HostError> {
        let open = host::Store::questions(&*self.inner(), &UserId::new(&user))?;
        Ok(open.into_iter().map(StoredQuestion::try_from).collect::<Result<_, _>>()?)
    }

    fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<StoredMessage>, HostError> {
        let due = host::Store::due(&*self.inner(), now, usize::try_from(limit).unwrap_or(usize::MAX))?;
        Ok(due.into_iter().map(StoredMessage::try_from).collect::<Result<_, _>>()?)
    }

    fn settle(&self, id: u64, how: Settled) -> Result<(), HostError> {
        Ok(host::Store::settle(&mut *self.inner(), DeliveryId(id), how.into())?)
    }

    fn failed(&self) -> Result<Vec<StoredMessage>, HostError> {
        let failed = host::Store::failed(&*self.inner())?;
        Ok(failed.into_iter().map(StoredMessage::try_from).collect::<Result<_, _>>()?)
    }
}
