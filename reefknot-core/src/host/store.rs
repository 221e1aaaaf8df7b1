//! Where a host keeps its users' objects and the messages that follow from them.
//!
//! An object, the state of its scheduling and the messages about it change in one step, so that
//! a crash leaves either all of a decision or nothing of it. Delivery comes later, from the
//! outbox, as often as it takes: a message carries its revision (RFC 5546 §2.1.5), and delivering it
//! twice changes nothing.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::engine::read_calendar;
use crate::ical::Limits;
use crate::itip::{Change, Envelope, Message, MessageReason, Method, Question};
use crate::policy::Residence;
use crate::routing::Route;
use crate::scheduling::SchedulingState;
use crate::time::{Zone, Zones};
use crate::value::{CalendarUserAddress, Timestamp};
use crate::words::Words;
use crate::{Error, Result};

/// A user of this host, by the name its store knows them by.
///
/// Names are compared as they are: `a` and `A` are two users.
///
/// ```
/// use reefknot_core::host::UserId;
///
/// assert_eq!(UserId::new("a").to_string(), "a");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(Box<str>);

impl UserId {
    /// The user of that name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for UserId {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// What a store holds about one UID of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// The object as iCalendar text; `None` where only the state is left of it.
    ///
    /// The state stays when the object is deleted: its tombstones keep a delayed message from
    /// bringing the object back.
    pub calendar: Option<Vec<u8>>,
    /// What scheduling remembers beside the object.
    pub state: SchedulingState,
    /// Where the object may live.
    pub residence: Residence,
    /// Grows with every commit of this UID, deletion included; a [`Commit`] names the one it was decided on.
    pub version: u64,
}

/// What lives in one user's calendar, all of it or what may take place in a window, as it was at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredCalendar {
    /// Grows with every commit of the user, whatever the UID; 0 before the first.
    pub version: u64,
    /// Each UID with its object as iCalendar text, in the order of the UIDs' bytes.
    pub objects: Vec<(String, Vec<u8>)>,
}

/// One step that happens as a whole or not at all: an object, its state, and the messages that follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Whose object it is.
    pub user: UserId,
    /// The UID of the object, and of every message in `outbox`.
    pub uid: String,
    /// The version the decision was made on; `None` where [`Store::load`] found nothing.
    pub expected: Option<u64>,
    /// The version of the user's whole calendar that the decision was made on, as when a room is booked because it
    /// is free; `None` where only this object mattered.
    pub expected_calendar: Option<u64>,
    /// The object as iCalendar text; `None` deletes it and keeps the state.
    pub calendar: Option<Vec<u8>>,
    /// Outside of which time the object has no instance ([`SchedulingObject::span`](crate::scheduling::SchedulingObject::span)); `None` where that is not known.
    pub span: Option<Range<Timestamp>>,
    /// What scheduling remembers beside the object.
    pub state: SchedulingState,
    /// Where the object may live.
    pub residence: Residence,
    /// The messages to deliver, in the order in which they are to be tried when due together.
    pub outbox: Vec<Outgoing>,
    /// The questions that now wait for the user.
    pub questions: Vec<Asked>,
    /// The question that this commit answers: it waits no more.
    pub answers: Option<QuestionId>,
    /// The delivery whose end this commit records, and how it ended.
    pub settles: Option<(DeliveryId, Settled)>,
}

impl Commit {
    /// A commit of nothing yet, to be filled in.
    #[must_use]
    pub fn new(user: UserId, uid: impl Into<String>) -> Self {
        Self {
            user,
            uid: uid.into(),
            expected: None,
            expected_calendar: None,
            calendar: None,
            span: None,
            state: SchedulingState::default(),
            residence: Residence::default(),
            outbox: Vec::new(),
            questions: Vec::new(),
            answers: None,
            settles: None,
        }
    }

    /// The error of a store that holds another version than the expected one.
    #[must_use]
    pub fn conflict(&self) -> Error {
        Error::conflict(format!("`{}` of user `{}`", self.uid, self.user))
    }

    /// The error of a store in which the user's calendar has another version than the expected one.
    #[must_use]
    pub fn calendar_conflict(&self) -> Error {
        Error::conflict(format!("the calendar of user `{}`", self.user))
    }

    /// Checks what every store requires of a commit before it writes anything.
    ///
    /// # Errors
    /// An invalid error when a message is about another UID.
    pub fn check(&self) -> Result<()> {
        match self.outbox.iter().find(|message| message.uid != self.uid) {
            Some(message) => Err(Error::invalid(format!(
                "a commit of `{}` holds a message to {} about `{}`; commit each UID with its own messages",
                self.uid, message.recipient, message.uid
            ))),
            None => Ok(()),
        }
    }
}

/// A message on its way: enough to deliver it without loading anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// What kind of message.
    pub method: Method,
    /// Why it is sent.
    pub reason: MessageReason,
    /// On whose behalf it is sent.
    pub originator: CalendarUserAddress,
    /// Whom it is for.
    pub recipient: CalendarUserAddress,
    /// The UID it is about.
    pub uid: String,
    /// The highest SEQUENCE in it.
    pub sequence: u32,
    /// How it travels.
    pub route: Route,
    /// The VCALENDAR as iCalendar text.
    ///
    /// Recipients who may see the same share one text: a meeting of a thousand lists a thousand
    /// attendees, and a store may keep what is shared once.
    pub calendar: Arc<[u8]>,
    /// What changed since the recipient was last told.
    pub changes: Vec<Change>,
    /// When to try first.
    pub due: Timestamp,
}

impl Outgoing {
    /// The message as the engine made it, for whoever writes it as mail.
    ///
    /// # Errors
    /// When the calendar cannot be read, which only a damaged store brings about.
    pub fn message(&self, limits: &Limits) -> Result<Message> {
        Ok(Message {
            method: self.method,
            reason: self.reason,
            originator: self.originator.clone(),
            recipient: self.recipient.clone(),
            uid: self.uid.as_str().into(),
            sequence: self.sequence,
            calendar: Arc::new(read_calendar(&self.calendar, limits)?),
            changes: self.changes.as_slice().into(),
        })
    }
}

/// A question that a message raised, with all that is needed to answer it later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What is asked.
    pub question: Question,
    /// The message that raised it, a VCALENDAR as iCalendar text.
    pub calendar: Vec<u8>,
    /// Where that message came from.
    pub envelope: Envelope,
    /// When it was asked.
    pub at: Timestamp,
}

impl Asked {
    /// The question in words, for a reader in that zone.
    ///
    /// # Errors
    /// When the message cannot be read, which only a damaged store brings about.
    pub fn words(&self, zone: &Zone, limits: &Limits) -> Result<String> {
        let message = read_calendar(&self.calendar, limits)?;
        let zones = Zones::of(&message);
        Ok(Words::new(zone, &zones).question(&self.question, &message, &self.envelope))
    }
}

/// The number of a question in its store; never given to another question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuestionId(pub u64);

impl QuestionId {
    /// The error of a store in which no question of this number waits for that user.
    #[must_use]
    pub fn unknown(self, user: &UserId) -> Error {
        Error::invalid(format!(
            "no question {self} waits for user `{user}`; it was answered before, or never asked"
        ))
    }
}

impl fmt::Display for QuestionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A question that waits for its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenQuestion {
    /// Its number, to answer it by; later questions have greater ones.
    pub id: QuestionId,
    /// The UID of the object it is about.
    pub uid: String,
    /// The question, as it was committed.
    pub asked: Asked,
}

/// The number of a message in its store's outbox; never given to another message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub u64);

impl DeliveryId {
    /// The error of a store whose outbox has no message of this number.
    #[must_use]
    pub fn unknown(self) -> Error {
        Error::invalid(format!("the outbox has no message {self}; it was settled before, or never sent"))
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its number, to settle it by; later messages have greater ones.
    pub id: DeliveryId,
    /// The user whose commit sent it.
    pub user: UserId,
    /// The message, as it was committed.
    pub message: Outgoing,
    /// How many attempts have failed.
    pub attempts: u32,
    /// When to try next.
    pub due: Timestamp,
    /// What the last attempt ended with; `None` before the first.
    pub status: Option<String>,
}

/// How an attempt at a delivery ended.
///
/// A status is a code such as `5.1` (RFC 6638 §3.2.9, RFC 5546 §3.6), with or without a text after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It arrived: the message leaves the outbox.
    Delivered,
    /// It failed for now: the message is due again at that time.
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

/// A host's objects and its outbox.
///
/// Implementations run the checks of the crate `reefknot-store-conformance`. Anything that goes wrong outside
/// the arguments, such as a full disk, is an error for which [`Error::is_host`] holds.
///
/// ```
/// use reefknot_core::host::{Commit, MemoryStore, Store, UserId};
///
/// let mut store = MemoryStore::new();
/// let first = Commit {
///     calendar: Some(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_vec()),
///     ..Commit::new(UserId::new("a"), "1@foo.com")
/// };
/// let version = store.commit(first.clone())?;
/// assert_eq!(store.load(&first.user, &first.uid)?.map(|stored| stored.version), Some(version));
///
/// // Whoever decided on a version that is no longer the stored one has to decide anew.
/// assert!(store.commit(first).unwrap_err().is_conflict());
/// # Ok::<(), reefknot_core::Error>(())
/// ```
pub trait Store {
    /// What is held about a UID; `None` if it was never committed.
    ///
    /// # Errors
    /// When the store fails, or holds something it cannot read.
    fn load(&self, user: &UserId, uid: &str) -> Result<Option<StoredObject>>;

    /// The UIDs of the user's objects in the order of their bytes, without those of which only the state is left.
    ///
    /// # Errors
    /// When the store fails.
    fn uids(&self, user: &UserId) -> Result<Vec<String>>;

    /// The user's whole calendar at one moment: no commit shows in part of it.
    ///
    /// # Errors
    /// When the store fails.
    fn calendar(&self, user: &UserId) -> Result<StoredCalendar>;

    /// What of the user's calendar may take place in a window, at one moment; the version is that of the whole.
    ///
    /// It holds every object whose [`Commit::span`] overlaps the window or is not known, and may hold more: a store
    /// without an index gives all, as this does.
    ///
    /// # Errors
    /// When the store fails.
    fn calendar_within(&self, user: &UserId, window: Range<Timestamp>) -> Result<StoredCalendar> {
        let _ = window;
        self.calendar(user)
    }

    /// Writes a commit, all of it or nothing, and returns the object's new version.
    ///
    /// Once it returns, the commit survives a crash, as far as the store survives one.
    ///
    /// # Errors
    /// One for which [`Error::is_conflict`] holds when `expected` is not the stored version, or `expected_calendar` is
    /// given and is not the version of the user's calendar; an invalid error from
    /// [`Commit::check`], or when no such question waits for the user about this UID or no such message is in the
    /// outbox; or when the store fails. Nothing has changed then.
    fn commit(&mut self, commit: Commit) -> Result<u64>;

    /// The questions that wait for the user, in the order of their numbers.
    ///
    /// # Errors
    /// When the store fails, or holds a question it cannot read.
    fn questions(&self, user: &UserId) -> Result<Vec<OpenQuestion>>;

    /// At most `limit` messages due at `now`: the longest due first, those due together in the order of their numbers.
    ///
    /// # Errors
    /// When the store fails, or holds a message it cannot read.
    fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>>;

    /// Records how an attempt at a delivery ended.
    ///
    /// A message that was given up may be settled again: by a person who has it tried once more
    /// or who wants it gone.
    ///
    /// # Errors
    /// An invalid error when no such message is in the outbox, or when the store fails.
    fn settle(&mut self, id: DeliveryId, how: Settled) -> Result<()>;

    /// The messages that were given up, in the order of their numbers.
    ///
    /// # Errors
    /// When the store fails, or holds a message it cannot read.
    fn failed(&self) -> Result<Vec<Delivery>>;
}
