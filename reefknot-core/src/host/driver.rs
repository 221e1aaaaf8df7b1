//! Load, decide, commit, deliver: the same steps for every host.
//!
//! The driver keeps no state of its own. It loads an object, asks the engine, commits the answer with its
//! messages in one step, and later delivers what is due. A crash between any two steps loses nothing, and a
//! message delivered twice changes nothing.

use std::ops::Range;
use std::sync::Arc;

use super::availability::ReadCalendar;
use super::{
    Asked, Commit, DeliveryId, Directory, LocalUser, OpenQuestion, Outgoing, QuestionId, Settled, Store,
    StoredObject, UserId,
};
use crate::engine::{Engine, Room, read_calendar, read_object};
use crate::freebusy::FreeBusyRequest;
use crate::ical::{Component, Limits};
use crate::itip::{
    Agent, Answer, Authentication, Envelope, Message, ObjectChange, Outcome, Preferences, Question, Reason,
    acts_for,
};
use crate::policy::{Decision, Residence, Right};
use crate::routing::{Route, Trust, route};
use crate::scheduling::{SchedulingObject, SchedulingState};
use crate::value::{CalendarUserAddress, Timestamp};
use crate::{Error, Result};

/// How often a decision is made anew because somebody else committed in between.
const TRIES: usize = 8;

/// Drives one host's store for its users.
pub struct Scheduler<'a> {
    pub(super) store: &'a mut dyn Store,
    pub(super) directory: &'a dyn Directory,
    agent: Agent,
    pub(super) limits: Limits,
    pub(super) trust: Trust,
}

/// One decision about one object: what it is about, and what its commit does besides.
pub(super) struct Step<'s> {
    user: &'s LocalUser,
    uid: &'s str,
    residence: Residence,
    now: Timestamp,
    /// The message that questions come from.
    raised_by: Option<(&'s Component, &'s Envelope)>,
    /// In which window the user's calendar is looked at, so that the commit holds only while all of it is what it was.
    looks: Option<Range<Timestamp>>,
    answers: Option<QuestionId>,
    settles: Option<(DeliveryId, Settled)>,
}

impl<'s> Step<'s> {
    pub(super) fn new(user: &'s LocalUser, uid: &'s str, residence: Residence, now: Timestamp) -> Self {
        Self { user, uid, residence, now, raised_by: None, looks: None, answers: None, settles: None }
    }

    /// The same, taking a message from the outbox as well.
    pub(super) fn settling(self, id: DeliveryId, how: Settled) -> Self {
        Self { settles: Some((id, how)), ..self }
    }
}

/// What a decision is made on.
pub(super) struct Held<'h> {
    stored: Option<&'h StoredObject>,
    pub(super) object: Option<&'h SchedulingObject>,
    pub(super) state: &'h SchedulingState,
    /// What of the user's calendar the step looks at.
    calendar: Option<&'h ReadCalendar>,
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
    /// Whose change it is.
    pub source: Source,
}

/// Whose change a [`Put`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The user's: others are told as it takes.
    #[default]
    User,
    /// That of a file, such as a backup: stored, and nobody is told.
    File,
    /// The organizer's: their revision reached the user's program by another way, such as mail.
    /// [`Engine::adopt`] says what is taken over.
    Organizer,
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
    /// A rejected change commits nothing; the outcome says why. A room's own calendar takes no change by which two would
    /// have it at one time.
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
        if let (Source::Organizer, Agent::Server, Some(after)) = (put.source, self.agent, &after) {
            self.refuse_local_organizer(&user, after)?;
        }
        let engine = self.engine(&user, put.residence);
        let limits = self.limits;
        let looks =
            user.room.as_ref().filter(|_| put.source == Source::User).map(|policy| policy.horizon(now));
        let step = Step { looks, ..Step::new(&user, uid, put.residence, now) };
        self.take(&step, |held| {
            let (before, state) = (held.object, held.state);
            if let Some(seen) = put.based_on
                && held.stored.map(|stored| stored.version) != Some(seen)
            {
                return Err(Error::conflict(format!("`{uid}` of user `{}`", user.id)));
            }
            match (&after, put.source) {
                (Some(after), Source::File) => engine.import(after, state),
                (Some(after), Source::Organizer) => engine.adopt(before, after, state, now),
                (after, _) => match (&user.room, held.calendar) {
                    (Some(policy), Some(calendar)) => {
                        let booked = &calendar.busy(&user.identities)?;
                        let room = Room { policy, booked, zone: &user.zone, access: None, limits: &limits };
                        engine.change_room(before, after.as_ref(), state, &room, now)
                    }
                    _ => engine.change(before, after.as_ref(), state, now),
                },
            }
        })
    }

    /// Who has a calendar here tells it themselves: no attendee's program speaks for them (RFC 6638 §3.2.2.1).
    fn refuse_local_organizer(&self, user: &LocalUser, object: &SchedulingObject) -> Result<()> {
        let Some(organizer) = object.organizer() else { return Ok(()) };
        match self.directory.find(&organizer.address)? {
            Some(local) if local.id != user.id => Err(Error::invalid(format!(
                "{} has a calendar here, so their revision comes from them; put the change as the user's own",
                organizer.address
            ))),
            _ => Ok(()),
        }
    }

    /// A message arrives for a user; a room answers an invitation at once, and so is a question about busy time answered
    /// ([`tell_busy`](Self::tell_busy)) by a message of its own.
    ///
    /// A room is booked as far as the access list lets the sender: a user of this host unless an entry refuses it, and
    /// whoever writes from elsewhere where an entry allows it. Two bookings at once are decided one after the other,
    /// the second by what the first left.
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
        if FreeBusyRequest::is_one(message) {
            return self.answer_busy(&user, message, envelope, now);
        }
        let access = match user.room {
            Some(_) => Some(self.access(&user, envelope, Right::Book, now)?),
            None => None,
        };
        self.take_in(&user, message, envelope, access.as_ref(), now)
    }

    /// A message that was let in; `access` is what the list says of whoever books a room.
    pub(super) fn take_in(
        &mut self,
        user: &LocalUser,
        message: &Component,
        envelope: &Envelope,
        access: Option<&Decision>,
        now: Timestamp,
    ) -> Result<Outcome> {
        let uid = uid_of(message)?;
        let residence = self.residence(&user.id, &uid)?;
        let engine = self.engine_hearing(user, residence, message, envelope)?;
        let limits = self.limits;
        let raised_by = Some((message, envelope));
        let looks = user.room.as_ref().map(|policy| policy.horizon(now));
        let step = Step { raised_by, looks, ..Step::new(user, &uid, residence, now) };
        self.take(&step, |held| match (&user.room, held.calendar) {
            (Some(policy), Some(calendar)) => {
                let booked = &calendar.busy(&user.identities)?;
                let room = Room { policy, booked, zone: &user.zone, access, limits: &limits };
                engine.book(held.object, held.state, message, envelope, &room, now)
            }
            _ => engine.receive(held.object, held.state, message, envelope, now),
        })
    }

    /// The questions that wait for a user; [`Asked::words`] puts one in words.
    ///
    /// # Errors
    /// When the store fails.
    pub fn questions(&self, user: &UserId) -> Result<Vec<OpenQuestion>> {
        self.store.questions(user)
    }

    /// A user answers a question that waits for them.
    ///
    /// The message that raised it is judged anew, by the object as it is now: what changed or was cancelled
    /// meanwhile is respected, and the outcome says so. The question waits no more, whatever came of it.
    ///
    /// # Errors
    /// When no such question waits for the user, or the store fails.
    pub fn decide(&mut self, user: &UserId, id: QuestionId, yes: bool, now: Timestamp) -> Result<Outcome> {
        let user = self.user(user)?;
        let open = self.store.questions(&user.id)?.into_iter().find(|open| open.id == id);
        let OpenQuestion { uid, asked, .. } = open.ok_or_else(|| id.unknown(&user.id))?;
        let Asked { question, calendar, envelope, .. } = asked;
        let message = read_calendar(&calendar, &self.limits)?;
        let residence = self.residence(&user.id, &uid)?;
        let engine = self.engine_hearing(&user, residence, &message, &envelope)?;
        let raised_by = Some((&message, &envelope));
        let step = Step { raised_by, answers: Some(id), ..Step::new(&user, &uid, residence, now) };
        self.take(&step, |held| {
            engine.decide(&question, yes, held.object, held.state, &message, &envelope, now)
        })
    }

    /// Loads, decides and commits; anew where somebody else committed in between.
    pub(super) fn take(
        &mut self,
        step: &Step<'_>,
        mut decide: impl FnMut(&Held<'_>) -> Result<Outcome>,
    ) -> Result<Outcome> {
        for _ in 0..TRIES {
            let window = step.looks.clone();
            let calendar = window.map(|window| self.calendar(&step.user.id, window)).transpose()?;
            let stored = self.store.load(&step.user.id, step.uid)?;
            let before = match stored.as_ref().and_then(|stored| stored.calendar.as_deref()) {
                Some(text) => Some(read_object(text, &self.limits)?),
                None => None,
            };
            let state = stored.as_ref().map(|stored| stored.state.clone()).unwrap_or_default();
            let held = Held {
                stored: stored.as_ref(),
                object: before.as_ref(),
                state: &state,
                calendar: calendar.as_ref(),
            };
            let mut outcome = decide(&held)?;
            self.keep_refreshes_here(&mut outcome)?;
            match self.commit(step, &held, &outcome) {
                // Whoever decides on an older version on purpose hears of it from `decide`.
                Err(error) if error.is_conflict() => {}
                result => return result.map(|()| outcome),
            }
        }
        Err(Error::conflict(format!("`{}` of user `{}`", step.uid, step.user.id)))
    }

    fn commit(&mut self, step: &Step<'_>, held: &Held<'_>, outcome: &Outcome) -> Result<()> {
        let stored = held.stored;
        let text = |object: &SchedulingObject| object.to_calendar().to_bytes();
        let calendar = match &outcome.object {
            ObjectChange::Keep => stored.and_then(|stored| stored.calendar.clone()),
            ObjectChange::Store(object) => Some(text(object)),
            ObjectChange::Delete => None,
        };
        let same_state = *held.state == outcome.state;
        let same = calendar == stored.and_then(|stored| stored.calendar.clone());
        let questions = self.new_questions(step, &outcome.questions)?;
        if same && same_state && outcome.messages.is_empty() && questions.is_empty() && step.answers.is_none()
        {
            return match &step.settles {
                Some((id, how)) => self.store.settle(*id, how.clone()),
                None => Ok(()),
            };
        }
        let commit = Commit {
            user: step.user.id.clone(),
            uid: step.uid.to_owned(),
            expected: stored.map(|stored| stored.version),
            expected_calendar: held.calendar.map(|calendar| calendar.version),
            span: outcome.resulting(held.object).and_then(SchedulingObject::span),
            calendar,
            state: outcome.state.clone(),
            residence: step.residence,
            outbox: self.outgoing(outcome.messages.iter().chain(&outcome.refreshes), step.now)?,
            questions,
            answers: step.answers,
            settles: step.settles.clone(),
        };
        self.store.commit(commit).map(|_| ())
    }

    /// The questions of an outcome that do not wait already: the same message asks the same only once.
    fn new_questions(&self, step: &Step<'_>, questions: &[Question]) -> Result<Vec<Asked>> {
        let Some((message, envelope)) = step.raised_by.filter(|_| !questions.is_empty()) else {
            return Ok(Vec::new());
        };
        let calendar = message.to_bytes();
        let waiting = self.store.questions(&step.user.id)?;
        let mut new: Vec<Asked> = Vec::new();
        for question in questions {
            let asked = |asked: &Asked| {
                asked.question == *question
                    && asked.calendar == calendar
                    && asked.envelope.sender == envelope.sender
            };
            let waits =
                waiting.iter().filter(|open| Some(open.id) != step.answers).any(|open| asked(&open.asked));
            if !waits && !new.iter().any(asked) {
                new.push(Asked {
                    question: question.clone(),
                    calendar: calendar.clone(),
                    envelope: envelope.clone(),
                    at: step.now,
                });
            }
        }
        Ok(new)
    }

    /// Others' answers reach the copies on this host, and are no reason to write to anybody.
    fn keep_refreshes_here(&self, outcome: &mut Outcome) -> Result<()> {
        for refresh in std::mem::take(&mut outcome.refreshes) {
            if matches!(self.way_to(&refresh.recipient)?, Route::Local(_)) {
                outcome.refreshes.push(refresh);
            } else {
                outcome.reasons.push(Reason {
                    code: "answers-not-shown",
                    message: format!(
                        "{} has no calendar here, and is not written to because others answered",
                        refresh.recipient
                    ),
                    instance: None,
                    source: "policy show-answers",
                });
            }
        }
        Ok(())
    }

    /// Finds each message its way; bodies shared by recipients are printed once.
    fn outgoing<'m>(
        &self,
        messages: impl Iterator<Item = &'m Message>,
        now: Timestamp,
    ) -> Result<Vec<Outgoing>> {
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
                uid: message.uid.to_string(),
                sequence: message.sequence,
                route: self.way_to(&message.recipient)?,
                calendar,
                changes: message.changes.to_vec(),
                due: now,
            });
        }
        Ok(all)
    }

    pub(super) fn way_to(&self, recipient: &CalendarUserAddress) -> Result<Route> {
        // A client's store holds one user, and everybody else is reached by mail.
        let user = match self.agent {
            Agent::Server => self.directory.find(recipient)?,
            Agent::Client | Agent::Alone => None,
        };
        Ok(route(recipient, user.as_ref().map(|user| user.id.as_str()), &self.trust.peers))
    }

    pub(super) fn residence(&self, user: &UserId, uid: &str) -> Result<Residence> {
        Ok(self.store.load(user, uid)?.map(|stored| stored.residence).unwrap_or_default())
    }

    pub(super) fn user(&self, id: &UserId) -> Result<LocalUser> {
        self.directory
            .user(id)?
            .ok_or_else(|| Error::invalid(format!("there is no user `{id}` here; add them to the directory")))
    }

    /// The engine for a message: of a sender whom the directory knows, it says for whom they may act (SENT-BY).
    fn engine_hearing(
        &self,
        user: &LocalUser,
        residence: Residence,
        message: &Component,
        envelope: &Envelope,
    ) -> Result<Engine> {
        let engine = self.engine(user, residence);
        let proven = envelope.authentication == Authentication::Authenticated;
        let Some(sender) = envelope.sender.as_ref().filter(|_| proven) else { return Ok(engine) };
        let Some(principal) = acts_for(message, sender) else { return Ok(engine) };
        let Some(local) = self.directory.find(sender)? else { return Ok(engine) };
        let sent_by = if local.identities.speaks_for(&principal) { Answer::Accept } else { Answer::Refuse };
        Ok(engine.with_preferences(Preferences { sent_by, ..user.preferences.clone() }))
    }

    /// The engine for one of a user's objects: what may not reach a server has no server to send for it.
    pub(super) fn engine(&self, user: &LocalUser, residence: Residence) -> Engine {
        let agent = match residence {
            Residence::LocalOnly => Agent::Alone,
            Residence::Synced => self.agent,
        };
        Engine::new(user.identities.clone()).with_agent(agent).with_preferences(user.preferences.clone())
    }
}

pub(super) fn uid_of(message: &Component) -> Result<String> {
    let uid = message.components().find_map(|component| component.value("UID"));
    uid.map(|uid| uid.trim().to_owned()).ok_or_else(|| Error::invalid("the message has no UID"))
}
