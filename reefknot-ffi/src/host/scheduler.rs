//! The driver: load, decide, commit, deliver.

use std::sync::Arc;

use reefknot_core::host::{self, QuestionId, Source, UserId};
use reefknot_core::ical::Limits;
use reefknot_core::itip::{Agent, Envelope};
use reefknot_core::policy::Residence;
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::time::Zone;
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_core::{freebusy, routing};

use super::directory::{AppDirectory, Directory};
use super::store::{AppStore, Store};
use super::told::{
    Asker, AskerParts, BusyAnswer, Delivered, Invitee, OpenQuestion, Proof, ReadAnswer, Received, Suggested,
    Trust,
};
use super::transport::{AppTransport, Transport};
use crate::calendar::{Calendar, key};
use crate::error::Result;
use crate::freebusy::{Conflicts, Person, Search};
use crate::outcome::Outcome;
use crate::values::PartStat;

/// Drives an app's store for its users.
///
/// It keeps nothing of its own and may be called from any thread, as often at once as the store may. Deliver from one
/// place at a time: two at once may send a mail twice, which changes nothing but is read twice.
#[derive(uniffi::Object)]
pub struct Scheduler {
    store: Arc<dyn Store>,
    directory: AppDirectory,
    transport: Arc<dyn Transport>,
    agent: Agent,
    trust: routing::Trust,
}

#[uniffi::export]
impl Scheduler {
    /// A driver for a store, the users in a directory, and a way out for messages.
    ///
    /// # Errors
    /// When a peer is not described whole, or an entry of the access list cannot be read.
    #[uniffi::constructor(default(trust = None))]
    pub fn new(
        store: Arc<dyn Store>,
        directory: Arc<dyn Directory>,
        transport: Arc<dyn Transport>,
        agent: Agent,
        trust: Option<Trust>,
    ) -> Result<Arc<Self>> {
        let trust = trust.map(routing::Trust::try_from).transpose()?.unwrap_or_default();
        Ok(Arc::new(Self { store, directory: AppDirectory(directory), transport, agent, trust }))
    }

    /// A user creates, changes or deletes (`calendar` is none) an object.
    ///
    /// `based_on` is the version that the user's program last saw. A rejected change commits nothing; the outcome says why.
    ///
    /// # Errors
    /// When the user is not in the directory, the calendar is not one object of that UID, it has changed since `based_on`, or
    /// the store fails.
    #[allow(clippy::too_many_arguments, reason = "most have a default in the languages that call it")]
    #[uniffi::method(default(based_on = None, residence = None, source = None))]
    pub fn put(
        &self,
        user: String,
        uid: String,
        calendar: Option<Arc<Calendar>>,
        now: Timestamp,
        based_on: Option<u64>,
        residence: Option<Residence>,
        source: Option<Source>,
    ) -> Result<Outcome> {
        let text = calendar.map(|calendar| calendar.to_ical());
        let put = host::Put {
            calendar: text.as_deref(),
            based_on,
            residence: residence.unwrap_or_default(),
            source: source.unwrap_or_default(),
        };
        self.ask(|core| core.put(&UserId::new(&user), &uid, put, now)).map(Outcome::from)
    }

    /// A user says when they can be met at all (VAVAILABILITY), changes it, or takes it back (`calendar` is none); gives
    /// the version stored. Nobody is told.
    ///
    /// # Errors
    /// When the user is not in the directory, the calendar is no availability of that UID, it has changed since `based_on`,
    /// or the store fails.
    #[uniffi::method(default(based_on = None, residence = None))]
    pub fn put_availability(
        &self,
        user: String,
        uid: String,
        calendar: Option<Arc<Calendar>>,
        based_on: Option<u64>,
        residence: Option<Residence>,
    ) -> Result<u64> {
        let text = calendar.map(|calendar| calendar.to_ical());
        let residence = residence.unwrap_or_default();
        let put = host::Put { calendar: text.as_deref(), based_on, residence, source: Source::User };
        self.ask(|core| core.put_availability(&UserId::new(&user), &uid, put))
    }

    /// A message arrives for a user; a room answers an invitation at once.
    ///
    /// # Errors
    /// When the user is not in the directory, the calendar is no scheduling message, or the store fails.
    pub fn receive(
        &self,
        user: String,
        message: Arc<Calendar>,
        envelope: Envelope,
        now: Timestamp,
    ) -> Result<Outcome> {
        self.ask(|core| core.receive(&UserId::new(&user), &message.document, &envelope, now))
            .map(Outcome::from)
    }

    /// An attendee answers an invitation, or one instance of it, with a comment for the organizer.
    ///
    /// # Errors
    /// When the user is not in the directory, there is nothing to answer, or the store fails.
    #[allow(clippy::too_many_arguments, reason = "most have a default in the languages that call it")]
    #[uniffi::method(default(instance = None, comment = None))]
    pub fn answer(
        &self,
        user: String,
        uid: String,
        answer: PartStat,
        now: Timestamp,
        instance: Option<InstanceKey>,
        comment: Option<String>,
    ) -> Result<Outcome> {
        let (instance, answer) = (key(instance), answer.into());
        self.ask(|core| core.answer(&UserId::new(&user), &uid, &instance, &answer, comment.as_deref(), now))
            .map(Outcome::from)
    }

    /// An attendee proposes something else to the organizer: the whole object as they would have it (COUNTER).
    ///
    /// # Errors
    /// When the user is not in the directory, they hold nothing under the UID, or the store fails.
    #[uniffi::method(default(comment = None))]
    pub fn propose(
        &self,
        user: String,
        uid: String,
        proposal: Arc<Calendar>,
        now: Timestamp,
        comment: Option<String>,
    ) -> Result<Outcome> {
        let text = proposal.to_ical();
        self.ask(|core| core.propose(&UserId::new(&user), &uid, &text, comment.as_deref(), now))
            .map(Outcome::from)
    }

    /// An organizer makes an object known to people who are not asked to come (PUBLISH).
    ///
    /// # Errors
    /// When the user is not in the directory, they hold nothing under the UID, or the store fails.
    pub fn publish(
        &self,
        user: String,
        uid: String,
        recipients: Vec<CalendarUserAddress>,
        now: Timestamp,
    ) -> Result<Outcome> {
        self.ask(|core| core.publish(&UserId::new(&user), &uid, &recipients, now)).map(Outcome::from)
    }

    /// The questions that wait for a user.
    ///
    /// # Errors
    /// When the directory or the store fails.
    pub fn questions(&self, user: String) -> Result<Vec<OpenQuestion>> {
        let id = UserId::new(&user);
        let known = host::Directory::user(&self.directory, &id)?;
        let zone = known.map_or(Zone::UTC, |user| user.zone);
        let open = self.ask(|core| core.questions(&id))?;
        open.into_iter().map(|open| OpenQuestion::of(open, &zone)).collect()
    }

    /// A user answers a question that waits for them. The message is judged anew, by the object as it is now.
    ///
    /// # Errors
    /// When no such question waits for the user, or the store fails.
    pub fn decide(&self, user: String, id: u64, yes: bool, now: Timestamp) -> Result<Outcome> {
        self.ask(|core| core.decide(&UserId::new(&user), QuestionId(id), yes, now)).map(Outcome::from)
    }

    /// Delivers at most `limit` messages that are due: into calendars here, to peers, or by mail.
    ///
    /// # Errors
    /// When the store fails. A message that cannot be delivered is no error: it is tried again, or given up.
    #[uniffi::method(default(limit = 100))]
    pub fn deliver(&self, now: Timestamp, limit: u32) -> Result<Delivered> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut transport = AppTransport(Arc::clone(&self.transport));
        self.ask(|core| core.deliver(&mut transport, now, limit)).map(Delivered::from)
    }

    /// When a user is busy, as far as whoever asks may know.
    ///
    /// # Errors
    /// When a user is not in the directory, or the store fails.
    pub fn busy(
        &self,
        asker: Asker,
        user: String,
        from: Timestamp,
        to: Timestamp,
        now: Timestamp,
    ) -> Result<BusyAnswer> {
        let asker = AskerParts::from(asker);
        let told = self.ask(|core| core.busy(&asker.core(), &UserId::new(&user), from..to, now))?;
        Ok(BusyAnswer::from(told))
    }

    /// When somebody is busy, here or at a trusted organisation. `uid` names the question; it is new each time.
    ///
    /// # Errors
    /// As `busy`, and when the transport fails or the peer's answer is none to this question.
    #[allow(clippy::too_many_arguments, reason = "who asks whom about what, and when")]
    pub fn ask_busy(
        &self,
        user: String,
        whom: CalendarUserAddress,
        from: Timestamp,
        to: Timestamp,
        uid: String,
        now: Timestamp,
    ) -> Result<BusyAnswer> {
        let mut transport = AppTransport(Arc::clone(&self.transport));
        let told =
            self.ask(|core| core.ask_busy(&mut transport, &UserId::new(&user), &whom, from..to, &uid, now))?;
        Ok(BusyAnswer::from(told))
    }

    /// One object of a user's calendar as whoever asks may see it.
    ///
    /// # Errors
    /// When a user is not in the directory, or the store fails.
    pub fn read(&self, asker: Asker, user: String, uid: String, now: Timestamp) -> Result<ReadAnswer> {
        let asker = AskerParts::from(asker);
        Ok(match self.ask(|core| core.read(&asker.core(), &UserId::new(&user), &uid, now))? {
            Ok(Some(object)) => ReadAnswer::Shown { calendar: Arc::new((&object).into()) },
            Ok(None) => ReadAnswer::Nothing,
            Err(reason) => ReadAnswer::Refused { reason: reason.into() },
        })
    }

    /// What an object in a user's calendar collides with; none where there is no such object.
    ///
    /// # Errors
    /// When the user is not in the directory, the object cannot be expanded, or the store fails.
    pub fn conflicts(
        &self,
        user: String,
        uid: String,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Option<Conflicts>> {
        let found = self.ask(|core| core.conflicts(&UserId::new(&user), &uid, from..to))?;
        Ok(found.map(Conflicts::from))
    }

    /// Times at which all, or most, of some users can come. `others` are those whose busy time came from elsewhere.
    ///
    /// # Errors
    /// When a user is not in the directory, the store fails, or the search has no meaning.
    pub fn suggest_times(
        &self,
        asker: Asker,
        users: Vec<Invitee>,
        others: Vec<Person>,
        search: Search,
        now: Timestamp,
    ) -> Result<Suggested> {
        let asker = AskerParts::from(asker);
        let users: Vec<_> = users.iter().map(|user| (UserId::new(&user.user), user.attendance)).collect();
        let others: Vec<_> = others.into_iter().map(freebusy::Person::from).collect();
        self.ask(|core| core.suggest(&asker.core(), &users, &others, &search.into(), now))
            .map(Suggested::from)
    }

    /// A message comes over a connection to another organisation, which `shown` proves.
    ///
    /// # Errors
    /// When the calendar is no scheduling message, or the store fails. What is not let in is no error.
    pub fn receive_from_peer(
        &self,
        recipient: CalendarUserAddress,
        message: Arc<Calendar>,
        originator: CalendarUserAddress,
        shown: Proof,
        now: Timestamp,
    ) -> Result<Received> {
        let (document, shown) = (&message.document, shown.into());
        self.ask(|core| core.receive_from_peer(&recipient, document, &originator, &shown, now))
            .map(Received::from)
    }
}

impl Scheduler {
    /// One call of the core's driver.
    fn ask<T>(
        &self,
        question: impl FnOnce(&mut host::Scheduler<'_>) -> reefknot_core::Result<T>,
    ) -> Result<T> {
        let mut store = AppStore(Arc::clone(&self.store));
        let core = host::Scheduler::new(&mut store, &self.directory, self.agent, Limits::default());
        Ok(question(&mut core.with_trust(self.trust.clone()))?)
    }
}
