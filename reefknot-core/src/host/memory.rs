//! A store that lives as long as its value does.

use std::collections::BTreeMap;

use super::{Commit, Delivery, DeliveryId, Settled, Store, StoredObject, UserId};
use crate::Result;
use crate::value::Timestamp;

/// A [`Store`] in memory: for tests, for scripts, and as the model other stores are compared with.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    objects: BTreeMap<UserId, BTreeMap<String, StoredObject>>,
    outbox: BTreeMap<DeliveryId, Row>,
    last_id: u64,
}

#[derive(Clone, Debug)]
struct Row {
    delivery: Delivery,
    given_up: bool,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for MemoryStore {
    fn load(&self, user: &UserId, uid: &str) -> Result<Option<StoredObject>> {
        Ok(self.objects.get(user).and_then(|objects| objects.get(uid)).cloned())
    }

    fn uids(&self, user: &UserId) -> Result<Vec<String>> {
        let objects = self.objects.get(user).into_iter().flatten();
        Ok(objects.filter(|(_, stored)| stored.calendar.is_some()).map(|(uid, _)| uid.clone()).collect())
    }

    fn commit(&mut self, commit: Commit) -> Result<u64> {
        commit.check()?;
        let objects = self.objects.entry(commit.user.clone()).or_default();
        let stored = objects.get(&commit.uid).map(|stored| stored.version);
        if stored != commit.expected {
            return Err(commit.conflict());
        }
        let version = stored.unwrap_or(0) + 1;
        let Commit { user, uid, calendar, state, residence, outbox, expected: _ } = commit;
        objects.insert(uid, StoredObject { calendar, state, residence, version });
        for message in outbox {
            self.last_id += 1;
            let id = DeliveryId(self.last_id);
            let due = message.due;
            let delivery = Delivery { id, user: user.clone(), message, attempts: 0, due, status: None };
            self.outbox.insert(id, Row { delivery, given_up: false });
        }
        Ok(version)
    }

    fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>> {
        let waiting = self.outbox.values().filter(|row| !row.given_up);
        let mut due: Vec<_> =
            waiting.map(|row| &row.delivery).filter(|delivery| delivery.due <= now).collect();
        due.sort_by_key(|delivery| (delivery.due, delivery.id));
        Ok(due.into_iter().take(limit).cloned().collect())
    }

    fn settle(&mut self, id: DeliveryId, how: Settled) -> Result<()> {
        let Some(Row { delivery, given_up }) = self.outbox.get_mut(&id) else {
            return Err(id.unknown());
        };
        let status = match how {
            Settled::Delivered => {
                self.outbox.remove(&id);
                return Ok(());
            }
            Settled::Retry { due, status } => {
                *given_up = false;
                delivery.due = due;
                status
            }
            Settled::Failed { status } => {
                *given_up = true;
                status
            }
        };
        delivery.attempts = delivery.attempts.saturating_add(1);
        delivery.status = Some(status);
        Ok(())
    }

    fn failed(&self) -> Result<Vec<Delivery>> {
        Ok(self.outbox.values().filter(|row| row.given_up).map(|row| row.delivery.clone()).collect())
    }
}
