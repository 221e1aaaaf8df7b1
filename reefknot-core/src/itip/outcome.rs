//! What the engine answers: one value that says everything to do, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::message::{Change, Message};
use crate::recurrence::InstanceKey;
use crate::scheduling::{SchedulingObject, SchedulingState};
use crate::value::CalendarUserAddress;

/// What became of the change or the message as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// The user's change is fine.
    Allowed,
    /// The change or the message is refused; nothing is stored.
    Rejected,
    /// The change changes nothing that scheduling knows of.
    Unchanged,
    /// The message was taken over, at least in part.
    Applied,
    /// The message changes nothing: it is old, a duplicate, or about nothing that is here.
    Ignored,
    /// The message was a question and has been answered; nothing is stored.
    Answered,
    /// The user has to decide; nothing is stored until then.
    NeedsDecision,
    /// The user is told; nothing is stored.
    Notify,
}

/// What the user is to the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Its organizer, or somebody acting for them.
    Organizer,
    /// One of its attendees.
    Attendee,
    /// Neither.
    None,
}

/// Why something was done, or was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// A stable name, for programs.
    pub code: &'static str,
    /// A sentence, for people.
    pub message: String,
    /// The instance concerned, if not the whole object.
    pub instance: Option<InstanceKey>,
    /// The rule behind it, such as `RFC 5546 §2.1.5`.
    pub source: &'static str,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.message, self.code, self.source)
    }
}

/// Something the user should be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// A stable name, for programs.
    pub code: &'static str,
    /// A sentence, for people.
    pub message: String,
}

/// What becomes of the stored object.
#[derive(Clone, Debug)]
pub enum ObjectChange {
    /// It stays as it is.
    Keep,
    /// This is stored.
    Store(SchedulingObject),
    /// It is deleted; its state is kept.
    Delete,
}

/// A question that only the user, or their policy, can answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Somebody who was not invited answers: add them, or not? (RFC 5546 §3.2.3)
    PartyCrasher(CalendarUserAddress),
    /// An invitation that names none of the user's addresses: keep it, or not? (RFC 5546 §3.2.2.6)
    Forwarded(CalendarUserAddress),
    /// Somebody else claims to be the organizer now: believe it, or not? (RFC 5546 §3.2.2.4)
    NewOrganizer(CalendarUserAddress),
    /// Somebody writes for somebody else: may they? (SENT-BY, RFC 5545 §3.2.18)
    SentBy {
        /// Who writes.
        sender: CalendarUserAddress,
        /// For whom they say to.
        principal: CalendarUserAddress,
    },
    /// An attendee proposes something else: make it so, or decline? (RFC 5546 §3.2.7)
    Counter {
        /// Who proposes.
        from: CalendarUserAddress,
        /// What differs from the event as it is.
        changes: Vec<Change>,
    },
}

/// The answer to a [`Question`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Leave it to the user.
    Ask,
    /// Yes.
    Accept,
    /// No.
    Refuse,
}

/// What to store, what to send, what to say, and why: the engine's answer to every question.
///
/// A host stores the object with its state and enqueues the messages in one transaction, then delivers.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What became of it as a whole.
    pub disposition: Disposition,
    /// What the user is to the object.
    pub role: Role,
    /// What becomes of the stored object.
    pub object: ObjectChange,
    /// The scheduling state to keep beside it.
    pub state: SchedulingState,
    /// What to send, one message a recipient.
    pub messages: Vec<Message>,
    /// What others answered, for the copies of attendees with a calendar on this very server: a host delivers these
    /// into calendars of its own and nowhere else. They change no more than other people's ATTENDEE lines.
    pub refreshes: Vec<Message>,
    /// What to tell the user.
    pub notices: Vec<Notice>,
    /// What still waits for a decision.
    pub questions: Vec<Question>,
    /// Why, for everything done and not done.
    pub reasons: Vec<Reason>,
}

impl Outcome {
    /// An outcome that changes nothing yet.
    pub(crate) fn new(disposition: Disposition, role: Role, state: SchedulingState) -> Self {
        Self {
            disposition,
            role,
            object: ObjectChange::Keep,
            state,
            messages: Vec::new(),
            refreshes: Vec::new(),
            notices: Vec::new(),
            questions: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// The object to store now, given what was stored: `None` where there is none.
    #[must_use]
    pub fn resulting<'a>(&'a self, stored: Option<&'a SchedulingObject>) -> Option<&'a SchedulingObject> {
        match &self.object {
            ObjectChange::Keep => stored,
            ObjectChange::Store(object) => Some(object),
            ObjectChange::Delete => None,
        }
    }

    pub(crate) fn because(&mut self, code: &'static str, message: impl Into<String>, source: &'static str) {
        self.reasons.push(Reason { code, message: message.into(), instance: None, source });
    }

    pub(crate) fn because_of(
        &mut self,
        instance: &InstanceKey,
        code: &'static str,
        message: impl Into<String>,
        source: &'static str,
    ) {
        let instance = (*instance != InstanceKey::Master).then(|| instance.clone());
        self.reasons.push(Reason { code, message: message.into(), instance, source });
    }

    pub(crate) fn tell(&mut self, code: &'static str, message: impl Into<String>) {
        self.notices.push(Notice { code, message: message.into() });
    }

    /// Refuses: a reason, and nothing else.
    pub(crate) fn refuse(
        mut self,
        disposition: Disposition,
        code: &'static str,
        message: impl Into<String>,
        source: &'static str,
    ) -> Self {
        self.disposition = disposition;
        self.because(code, message, source);
        self
    }
}
