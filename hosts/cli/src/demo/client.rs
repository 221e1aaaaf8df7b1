//! A client: one user's database, their mailbox, and perhaps a server to sync with.

use std::collections::BTreeMap;
use std::path::Path;

use reefknot_core::engine::read_object;
use reefknot_core::host::{Commit, LocalUser, Put, Source, Store};
use reefknot_core::ical::Limits;
use reefknot_core::imip::{self, ReadOptions};
use reefknot_core::itip::{Agent, Role};
use reefknot_core::policy::{PrivateEvents, Residence, residence};
use reefknot_core::scheduling::SchedulingObject;
use reefknot_core::value::Timestamp;
use reefknot_store_sql::SqliteStore;

use super::log::Report;
use super::mail::Postman;
use super::server::{Desk, Server, local_user};
use crate::input::Failure;

/// What the client and its server last agreed on.
struct Base {
    version: u64,
    text: Vec<u8>,
}

pub(super) struct Client {
    pub(super) name: String,
    address: &'static str,
    users: Vec<LocalUser>,
    store: SqliteStore,
    postman: Postman,
    bases: BTreeMap<String, Base>,
    /// Where the user wants private events.
    private: PrivateEvents,
}

impl Client {
    pub(super) fn open(dir: &Path, address: &'static str, postman: Postman) -> Result<Self, Failure> {
        let user = local_user(address)?;
        let name = format!("{}'s client", user.id.as_str().to_uppercase());
        let file = dir.join(format!("client-{}.sqlite", user.id));
        Ok(Self {
            name,
            address,
            users: vec![user],
            store: SqliteStore::open(file)?,
            postman,
            bases: BTreeMap::new(),
            private: PrivateEvents::default(),
        })
    }

    pub(super) fn with_private_events(mut self, choice: PrivateEvents) -> Self {
        self.private = choice;
        self
    }

    fn user(&self) -> &LocalUser {
        &self.users[0]
    }

    /// The object as the client's database holds it.
    pub(super) fn object(&self, uid: &str) -> Result<Option<SchedulingObject>, Failure> {
        let stored = self.store.load(&self.user().id, uid)?;
        let text = stored.and_then(|stored| stored.calendar);
        Ok(text.map(|text| read_object(&text, &Limits::default())).transpose()?)
    }

    /// The user edits an object. Where it may live follows from what it says and what the user chose: the server
    /// decides about what it may see, and about the rest the client, which then mails for itself.
    pub(super) fn edit(
        &mut self,
        uid: &str,
        text: &[u8],
        server: Option<&mut Server>,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let place = residence(&read_object(text, &Limits::default())?, self.private);
        if let Some(server) = server.filter(|_| place == Residence::Synced) {
            self.keep(uid, text.to_vec())?;
            return self.push(uid, Source::User, server, now, report);
        }
        let user = self.user().id.clone();
        let put = Put { calendar: Some(text), based_on: None, residence: place, source: Source::User };
        let mut desk = Desk::new(&mut self.store, &self.users, Agent::Alone);
        let outcome = desk.scheduler().put(&user, uid, put, now)?;
        report.decided(&self.name, &outcome)?;
        desk.flush(&mut self.postman, &self.name, now, report)
    }

    /// Reads the mail: words are for the user; calendars go to the engine here, and what they make of the object is
    /// synced up to the server. What is kept on this device only is not shown to the server.
    pub(super) fn fetch(
        &mut self,
        mut server: Option<&mut Server>,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<Vec<String>, Failure> {
        let agent = if server.is_some() { Agent::Client } else { Agent::Alone };
        let user = self.user().id.clone();
        let mut words = Vec::new();
        for bytes in self.postman.boxes.fetch(self.address)? {
            let mail = imip::read(&bytes, &ReadOptions::default())?;
            let subject = mail.subject.clone().unwrap_or_default();
            report.did(now, &self.name, &format!("reads the mail “{subject}”"))?;
            let Some(part) = mail.calendars.iter().find(|part| part.calendar.property("METHOD").is_some())
            else {
                words.extend(mail.text);
                continue;
            };
            let envelope = mail.envelope(part);
            let mut desk = Desk::new(&mut self.store, &self.users, agent);
            let outcome = desk.scheduler().receive(&user, &part.calendar, &envelope, now)?;
            report.decided(&self.name, &outcome)?;
            desk.flush(&mut self.postman, &self.name, now, report)?;
            let uid =
                part.calendar.components().find_map(|component| component.value("UID")).unwrap_or_default();
            let place = self.store.load(&user, &uid)?.map(|stored| stored.residence).unwrap_or_default();
            if let Some(server) = server.as_deref_mut().filter(|_| place == Residence::Synced) {
                // What the organizer mailed is their revision; an answer that came is recorded by the organizer.
                let source = if outcome.role == Role::Organizer { Source::User } else { Source::Organizer };
                self.push(&uid, source, server, now, report)?;
            }
        }
        Ok(words)
    }

    /// Sends what changed here to the server, then takes what the server made of it.
    fn push(
        &mut self,
        uid: &str,
        source: Source,
        server: &mut Server,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let user = self.user().id.clone();
        let stored = self.store.load(&user, uid)?.filter(|stored| stored.residence == Residence::Synced);
        let Some(text) = stored.and_then(|stored| stored.calendar) else { return Ok(()) };
        let base = self.bases.get(uid);
        if base.is_some_and(|base| base.text == text) {
            return Ok(());
        }
        report.did(now, &self.name, &format!("syncs up to {}", server.name))?;
        let based_on = base.map(|base| base.version);
        let put = Put { calendar: Some(&text), based_on, residence: Residence::Synced, source };
        server.put(&user, uid, put, now, report)?;
        self.take(server, uid)
    }

    /// Takes over what changed on the server.
    pub(super) fn pull(
        &mut self,
        server: &Server,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let user = self.user().id.clone();
        for uid in server.uids(&user)? {
            let version = server.load(&user, &uid)?.map(|stored| stored.version);
            let base = self.bases.get(&uid);
            if base.map(|base| base.version) == version {
                continue;
            }
            let own = self.store.load(&user, &uid)?.and_then(|stored| stored.calendar);
            if own.is_some() && own.as_ref() != base.map(|base| &base.text) {
                return Err(Failure::new(format!("{} and {} both changed {uid}", self.name, server.name)));
            }
            report.did(now, &self.name, &format!("syncs down from {}", server.name))?;
            self.take(server, &uid)?;
        }
        Ok(())
    }

    fn take(&mut self, server: &Server, uid: &str) -> Result<(), Failure> {
        let user = self.user().id.clone();
        let Some(stored) = server.load(&user, uid)? else { return Ok(()) };
        let Some(text) = stored.calendar else { return Ok(()) };
        self.keep(uid, text.clone())?;
        self.bases.insert(uid.to_owned(), Base { version: stored.version, text });
        Ok(())
    }

    /// Writes a text into the client's database as it is.
    fn keep(&mut self, uid: &str, text: Vec<u8>) -> Result<(), Failure> {
        let user = self.user().id.clone();
        let stored = self.store.load(&user, uid)?;
        let commit = Commit {
            expected: stored.as_ref().map(|stored| stored.version),
            calendar: Some(text),
            state: stored.map(|stored| stored.state).unwrap_or_default(),
            ..Commit::new(user, uid)
        };
        self.store.commit(commit)?;
        Ok(())
    }
}
