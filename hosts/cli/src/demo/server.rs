//! A server: a database, a list of users, and the way out.

use std::path::Path;

use reefknot_core::host::{LocalUser, Put, Scheduler, Store, StoredObject, UserId};
use reefknot_core::ical::Limits;
use reefknot_core::itip::Agent;
use reefknot_core::scheduling::Identities;
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_core::{Error, Result};
use reefknot_store_sql::SqliteStore;

use super::log::Report;
use super::mail::Postman;
use crate::input::Failure;

/// How many messages are delivered at a time.
const BATCH: usize = 100;

pub(super) struct Server {
    pub(super) name: &'static str,
    store: SqliteStore,
    users: Vec<LocalUser>,
    postman: Postman,
}

/// A user of a directory, by their mail address; what stands before the @ is their name.
pub(super) fn local_user(address: &str) -> Result<LocalUser> {
    let name = address.split('@').next().unwrap_or(address);
    let address = CalendarUserAddress::parse(&format!("mailto:{address}"))?;
    Ok(LocalUser::new(UserId::new(name), Identities::new(address)))
}

impl Server {
    pub(super) fn open(dir: &Path, name: &'static str, users: &[&str], postman: Postman) -> Result<Self> {
        Ok(Self {
            name,
            store: SqliteStore::open(dir.join(format!("{name}.sqlite")))?,
            users: users.iter().map(|user| local_user(user)).collect::<Result<_>>()?,
            postman,
        })
    }

    pub(super) fn uids(&self, user: &UserId) -> Result<Vec<String>> {
        self.store.uids(user)
    }

    pub(super) fn load(&self, user: &UserId, uid: &str) -> Result<Option<StoredObject>> {
        self.store.load(user, uid)
    }

    /// Takes a user's change and delivers what follows from it.
    pub(super) fn put(
        &mut self,
        user: &UserId,
        uid: &str,
        put: Put<'_>,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let mut scheduler = Scheduler::new(&mut self.store, &self.users, Agent::Server, Limits::default());
        let outcome = scheduler.put(user, uid, put, now)?;
        report.decided(self.name, &outcome)?;
        flush(&mut self.store, &self.users, Agent::Server, &mut self.postman, self.name, now, report)
    }
}

/// Delivers everything that is due, and what follows from that.
pub(super) fn flush(
    store: &mut SqliteStore,
    users: &Vec<LocalUser>,
    agent: Agent,
    postman: &mut Postman,
    who: &str,
    now: Timestamp,
    report: &mut Report,
) -> Result<(), Failure> {
    loop {
        let due = store.due(now, BATCH)?;
        if due.is_empty() {
            return Ok(());
        }
        for delivery in &due {
            report.sends(who, delivery)?;
        }
        let delivered =
            Scheduler::new(store, users, agent, Limits::default()).deliver(postman, now, BATCH)?;
        report.tells(&delivered.notices)?;
        if delivered.done < due.len() {
            let waiting = due.len() - delivered.done;
            return Err(Error::host(format!("{who} could not deliver {waiting} messages")).into());
        }
    }
}
