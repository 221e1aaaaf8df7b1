//! Load, decide, commit, deliver: the same steps for every host.
//!
//! The driver keeps no state of its own. It loads an object, asks the engine, commits the answer with its
//! messages in one step, and later delivers what is due. A crash between any two steps loses nothing, and a
//! message delivered twice changes nothing.

use std::sync::Arc;

use super::transport::{Attempt, Transport};
use super::{Commit, Delivery, Directory, LocalUser, Outgoing, Settled, Store, StoredObject, UserId};
use crate::engine::{Engine, read_calendar, read_object};
use crate::ical::{Component, Limits};
use crate::itip::{Agent, Authentication, Carrier, Envelope, Message, ObjectChange, Outcome};
use crate::policy::Residence;
use crate::routing::{Route, Trust, route};
use crate::scheduling::{SchedulingObject, SchedulingState};
use crate::value::{CalendarUserAddress, Timestamp};
use crate::{Error, Result};

/// How often a decision is made anew because somebody else committed in between.
const TRIES: usize = 8;

/// How long to wait before each further attempt, in seconds: a minute, five, half an hour, two hours, a day.
const BACK_OFF: [i64; 5] = [60, 300, 1_800, 7_200, 86_400];

/// Drives one host's store for its users.
pub struct Scheduler<'a> {
    store: &'a mut dyn Store,
    directory: &'a dyn Directory,
    agent: Agent,
    limits: Limits,
    trust: Trust,
}

/// What [`Scheduler::deliver`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages that arrived, or were handed on.
    pub done: usize,
    /// Messages to try again.
    pub retried: usize,
    /// Messages given up.
    pub failed: usize,
}

/// A change by a user: what their object is to be.
#[derive(Clone, Copy, Debug)]
pub struct Put<'a> {
    /// The whole object as iCalendar text; `None` deletes it.
    pub calendar: Option<&'a [u8]>,
    /// The version that the user's program last saw; a change based on an older one is a conflict.
    /// `None` takes whatever is stored.
    pub based_on: Option<u64>,
    /// Where the object may live.
    pub residence: Residence,
    /// Whether it comes from a file and nobody is to be told.
    pub import: bool,
}

impl<'a> Scheduler<'a> {
    /// A driver for a store and the users in a directory.
    pub fn new(store: &'a mut dyn Store, directory: &'a dyn Directory, agent: Agent, limits: Limits) -> Self {
        Self { store, directory, agent, limits, trust: Trust::default() }
    }

    /// The organisations this host talks to directly, and what they may do here.
    #[must_use]
    pub fn with_trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// A user creates, changes or deletes an object.
    ///
    /// A rejected change commits nothing; the outcome says why.
    ///
    /// # Errors
    /// When the user is not in the directory, the text is no scheduling object, the object has changed since the
    /// version given ([`Error::is_conflict`]), or the store fails.
    pub fn put(&mut self, user: &UserId, uid: &str, put: Put<'_>, now: Timestamp) -> Result<Outcome> {
        let user = self.user(user)?;
        let after = put.calendar.map(|text| read_object(text, &self.limits)).transpose()?;
        if let Some(after) = after.as_ref().filter(|after| after.uid() != uid) {
            return Err(Error::invalid(format!("the object's UID is `{}` and not `{uid}`", after.uid())));
        }
        let engine = self.engine(&user, put.residence);
        self.decide(&user, uid, put.residence, now, |stored, before, state| {
            if let Some(seen) = put.based_on
                && stored.map(|stored| stored.version) != Some(seen)
            {
                return Err(Error::conflict(format!("`{uid}` of user `{}`", user.id)));
            }
            match &after {
                Some(after) if put.import => Ok(engine.import(after, state)),
                after => engine.change(before, after.as_ref(), state, now),
            }
        })
    }

    /// A message arrives for a user.
    ///
    /// # Errors
    /// When the user is not in the directory, the calendar is no scheduling message, or the store fails.
    pub fn receive(
        &mut self,
        user: &UserId,
        message: &Component,
        envelope: &Envelope,
        now: Timestamp,
    ) -> Result<Outcome> {
        let user = self.user(user)?;
        let uid = uid_of(message)?;
        let residence = self.store.load(&user.id, &uid)?.map(|stored| stored.residence).unwrap_or_default();
        let engine = self.engine(&user, residence);
        self.decide(&user, &uid, residence, now, |_, before, state| {
            engine.receive(before, state, message, envelope, now)
        })
    }

    /// Delivers at most `limit` messages that are due: into calendars here, or by mail.
    ///
    /// # Errors
    /// When the store fails. A message that cannot be delivered is no error: it is tried again, or given up.
    pub fn deliver(
        &mut self,
        transport: &mut dyn Transport,
        now: Timestamp,
        limit: usize,
    ) -> Result<Delivered> {
        let mut report = Delivered::default();
        for delivery in self.store.due(now, limit)? {
            let attempt = match &delivery.message.route {
                Route::Local(name) => self.hand_in(&UserId::new(name), &delivery.message, now),
                Route::Mail(mailbox) => transport.mail(&delivery.message, mailbox, now),
                Route::Peer(peer) => transport.peer(&delivery.message, peer, now),
                Route::Nobody(why) => Ok(Attempt::Refused(format!("3.7;{why}"))),
            };
            let attempt = attempt.unwrap_or_else(|error| Attempt::TryLater(error.to_string()));
            self.settle(&delivery, attempt, now, &mut report)?;
        }
        Ok(report)
    }

    fn settle(
        &mut self,
        delivery: &Delivery,
        attempt: Attempt,
        now: Timestamp,
        report: &mut Delivered,
    ) -> Result<()> {
        let later = BACK_OFF.get(usize::try_from(delivery.attempts).unwrap_or(usize::MAX));
        match (attempt, later) {
            (Attempt::Handed, _) => {
                report.done += 1;
                self.store.settle(delivery.id, Settled::Delivered)
            }
            (Attempt::TryLater(status), Some(seconds)) => {
                report.retried += 1;
                self.store.settle(delivery.id, Settled::Retry { due: now.saturating_add(*seconds), status })
            }
            (Attempt::TryLater(status) | Attempt::Refused(status), _) => {
                report.failed += 1;
                // The sender sees it first: should the second step be lost, it is only done twice.
                self.mark_failed(delivery, &status, now)?;
                self.store.settle(delivery.id, Settled::Failed { status })
            }
        }
    }

    /// A final failure shows on the sender's copy (RFC 6638 §3.2.9).
    fn mark_failed(&mut self, delivery: &Delivery, status: &str, now: Timestamp) -> Result<()> {
        let code = status.split(';').next().unwrap_or_default();
        let code = if code.starts_with(|c: char| c.is_ascii_digit()) { code } else { "5.1" };
        let user = self.user(&delivery.user)?;
        let uid = &delivery.message.uid;
        let Some(stored) = self.store.load(&user.id, uid)? else { return Ok(()) };
        let engine = self.engine(&user, stored.residence);
        self.decide(&user, uid, stored.residence, now, |_, before, state| match before {
            Some(before) => engine.delivered(before, state, &delivery.message.recipient, code),
            None => Ok(engine.nothing_stored(state)),
        })
        .map(|_| ())
    }

    /// Delivers into the calendar of a user of this host.
    fn hand_in(&mut self, user: &UserId, message: &Outgoing, now: Timestamp) -> Result<Attempt> {
        if self.directory.user(user)?.is_none() {
            return Ok(Attempt::Refused(format!("3.7;{user} is no user here any more")));
        }
        let calendar = read_calendar(&message.calendar, &self.limits)?;
        let envelope = Envelope {
            sender: Some(message.originator.clone()),
            authentication: Authentication::Authenticated,
            carrier: Carrier::Local,
        };
        self.receive(user, &calendar, &envelope, now)?;
        Ok(Attempt::Handed)
    }

    /// Loads, decides and commits; anew where somebody else committed in between.
    fn decide(
        &mut self,
        user: &LocalUser,
        uid: &str,
        residence: Residence,
        now: Timestamp,
        mut decide: impl FnMut(
            Option<&StoredObject>,
            Option<&SchedulingObject>,
            &SchedulingState,
        ) -> Result<Outcome>,
    ) -> Result<Outcome> {
        let mut last = None;
        for _ in 0..TRIES {
            let stored = self.store.load(&user.id, uid)?;
            let before = match stored.as_ref().and_then(|stored| stored.calendar.as_deref()) {
                Some(text) => Some(read_object(text, &self.limits)?),
                None => None,
            };
            let state = stored.as_ref().map(|stored| stored.state.clone()).unwrap_or_default();
            let outcome = decide(stored.as_ref(), before.as_ref(), &state)?;
            match self.commit(user, uid, residence, now, stored.as_ref(), &outcome) {
                Err(error) if error.is_conflict() => last = Some(error),
                result => return result.map(|()| outcome),
            }
        }
        Err(last.unwrap_or_else(|| Error::conflict(format!("`{uid}` of user `{}`", user.id))))
    }

    fn commit(
        &mut self,
        user: &LocalUser,
        uid: &str,
        residence: Residence,
        now: Timestamp,
        stored: Option<&StoredObject>,
        outcome: &Outcome,
    ) -> Result<()> {
        let text = |object: &SchedulingObject| object.to_calendar().to_bytes();
        let calendar = match &outcome.object {
            ObjectChange::Keep => stored.and_then(|stored| stored.calendar.clone()),
            ObjectChange::Store(object) => Some(text(object)),
            ObjectChange::Delete => None,
        };
        let same_state =
            stored.map_or_else(SchedulingState::default, |stored| stored.state.clone()) == outcome.state;
        let same = calendar == stored.and_then(|stored| stored.calendar.clone());
        if same && same_state && outcome.messages.is_empty() {
            return Ok(());
        }
        let outbox = self.outgoing(&outcome.messages, now)?;
        let commit = Commit {
            user: user.id.clone(),
            uid: uid.to_owned(),
            expected: stored.map(|stored| stored.version),
            calendar,
            state: outcome.state.clone(),
            residence,
            outbox,
        };
        self.store.commit(commit).map(|_| ())
    }

    /// Finds each message its way; bodies shared by recipients are printed once.
    fn outgoing(&self, messages: &[Message], now: Timestamp) -> Result<Vec<Outgoing>> {
        let mut printed: Vec<(*const Component, Arc<[u8]>)> = Vec::new();
        let mut all = Vec::new();
        for message in messages {
            let body = Arc::as_ptr(&message.calendar);
            let calendar = match printed.iter().rev().find(|(known, _)| std::ptr::eq(*known, body)) {
                Some((_, text)) => Arc::clone(text),
                None => {
                    let text: Arc<[u8]> = message.calendar.to_bytes().into();
                    printed.push((body, Arc::clone(&text)));
                    text
                }
            };
            all.push(Outgoing {
                method: message.method,
                reason: message.reason,
                originator: message.originator.clone(),
                recipient: message.recipient.clone(),
                uid: message.uid.clone(),
                sequence: message.sequence,
                route: self.way_to(&message.recipient)?,
                calendar,
                changes: message.changes.clone(),
                due: now,
            });
        }
        Ok(all)
    }

    fn way_to(&self, recipient: &CalendarUserAddress) -> Result<Route> {
        // A client's store holds one user, and everybody else is reached by mail.
        let user = match self.agent {
            Agent::Server => self.directory.find(recipient)?,
            Agent::Client | Agent::Alone => None,
        };
        Ok(route(recipient, user.as_ref().map(|user| user.id.as_str()), &self.trust.peers))
    }

    fn user(&self, id: &UserId) -> Result<LocalUser> {
        self.directory
            .user(id)?
            .ok_or_else(|| Error::invalid(format!("there is no user `{id}` here; add them to the directory")))
    }

    /// The engine for one of a user's objects: what may not reach a server has no server to send for it.
    fn engine(&self, user: &LocalUser, residence: Residence) -> Engine {
        let agent = match residence {
            Residence::LocalOnly => Agent::Alone,
            Residence::Synced => self.agent,
        };
        Engine::new(user.identities.clone()).with_agent(agent).with_preferences(user.preferences.clone())
    }
}

fn uid_of(message: &Component) -> Result<String> {
    let uid = message.components().find_map(|component| component.value("UID"));
    uid.map(|uid| uid.trim().to_owned()).ok_or_else(|| Error::invalid("the message has no UID"))
}
