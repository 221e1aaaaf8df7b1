//! Scheduling messages, where they came from, and what the engine answers (RFC 5546).

use std::sync::Arc;

use reefknot_core::itip::{
    self, Authentication, Carrier, Change, Disposition, Envelope, MessageReason, Method, Role,
};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{ScheduleStatus, SchedulingState};
use reefknot_core::value::CalendarUserAddress;

use crate::calendar::Calendar;

/// The METHOD of a scheduling message (RFC 5546 §1.4).
#[uniffi::remote(Enum)]
pub enum Method {
    /// Makes something known; nobody is asked to answer.
    Publish,
    /// Invites, reschedules, updates, reconfirms or delegates; or asks for busy time.
    Request,
    /// An attendee's answer to the organizer.
    Reply,
    /// Adds instances to what exists.
    Add,
    /// Cancels all or some instances, for all or some attendees.
    Cancel,
    /// An attendee asks the organizer for the latest version.
    Refresh,
    /// An attendee proposes a change to the organizer.
    Counter,
    /// The organizer turns a proposal down.
    DeclineCounter,
}

/// Why a message is sent: what its subject and its first sentence should say.
#[uniffi::remote(Enum)]
pub enum MessageReason {
    /// The recipient has not been asked before.
    Invitation,
    /// The time changed: the recipient is asked again.
    Rescheduled,
    /// Details changed; the recipient's answer stands.
    Update,
    /// The event, or the instances named, will not take place, or not with the recipient.
    Cancellation,
    /// Whom the recipient sent in their place does not come: they may come themselves, or send somebody else.
    DelegateGone,
    /// Others answered: the recipient's copy shows it, and nobody is told.
    Answers,
    /// An attendee's answer.
    Reply,
    /// The organizer's answer to a REFRESH.
    Refreshed,
    /// An attendee asks for the current version.
    Refresh,
    /// When somebody is busy, in answer to a question.
    BusyTime,
    /// An attendee proposes something else.
    Counter,
    /// The organizer declines what the recipient proposed.
    CounterDeclined,
    /// Made known to somebody who is not asked to come.
    Published,
}

/// One thing that changed since the recipient was last told.
#[uniffi::remote(Record)]
pub struct Change {
    /// The instance concerned; empty for the series or the single event.
    pub instance: InstanceKey,
    /// The property's name in upper case.
    pub property: String,
    /// Its content line before, if there was one.
    pub before: Option<String>,
    /// Its content line now, if there is one.
    pub after: Option<String>,
}

/// A scheduling message to one recipient.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Message {
    /// What kind of message.
    pub method: Method,
    /// Why it is sent.
    pub reason: MessageReason,
    /// On whose behalf it is sent: the organizer or the attendee.
    pub originator: CalendarUserAddress,
    /// Whom it is for.
    pub recipient: CalendarUserAddress,
    /// The UID it is about.
    pub uid: String,
    /// The revision it speaks of: the highest SEQUENCE in it.
    pub sequence: u32,
    /// The VCALENDAR with its METHOD.
    pub calendar: Arc<Calendar>,
    /// What changed since the recipient was last told; empty for an invitation.
    pub changes: Vec<Change>,
}

/// How far the sender of a message was checked by whatever carried it.
#[uniffi::remote(Enum)]
pub enum Authentication {
    /// The transport vouches for the sender: a local user, DKIM checked, a peer's proof.
    Authenticated,
    /// The sender is only claimed, as in the From header of plain mail.
    Claimed,
    /// A check was made and failed.
    Failed,
}

/// What carried a message here.
#[uniffi::remote(Enum)]
pub enum Carrier {
    /// The same server.
    Local,
    /// Mail.
    Mail,
    /// A trusted peer.
    Peer,
    /// A file that somebody opened.
    File,
}

/// Where a message came from (RFC 5546 §6, RFC 6047 §3).
#[uniffi::remote(Record)]
pub struct Envelope {
    /// Who the transport says sent it; none where it does not say, as with a file.
    pub sender: Option<CalendarUserAddress>,
    /// How far to believe that.
    pub authentication: Authentication,
    /// What carried it.
    pub carrier: Carrier,
}

/// What became of the change or the message as a whole.
#[uniffi::remote(Enum)]
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
#[uniffi::remote(Enum)]
pub enum Role {
    /// Its organizer, or somebody acting for them.
    Organizer,
    /// One of its attendees.
    Attendee,
    /// Neither.
    None,
}

/// How a scheduling message fared (SCHEDULE-STATUS, RFC 6638 §3.2.9).
#[uniffi::remote(Enum)]
pub enum ScheduleStatus {
    /// 1.0: it is still on its way.
    Pending,
    /// 1.1: it was handed on, as mail is, and nobody tells whether it arrived.
    Sent,
    /// 1.2: it arrived.
    Delivered,
    /// 2.0: it arrived and was answered.
    Success,
    /// 2.3: a parameter that nobody knows was ignored.
    ParameterIgnored,
    /// 3.7: the address is no calendar user's.
    UnknownUser,
    /// 3.8: one of the two lacks the privilege.
    NoPrivilege,
    /// 5.1: delivery could not be completed; a later attempt may succeed.
    Incomplete,
    /// 5.2: there is no way to deliver it.
    NoRoute,
    /// 5.3: the recipient does not take it.
    NotAllowed,
}

/// Why something was done, or was not.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Reason {
    /// A stable name, for programs.
    pub code: String,
    /// A sentence, for people.
    pub message: String,
    /// The instance concerned, if not the whole object.
    pub instance: Option<InstanceKey>,
    /// The rule behind it, such as `RFC 5546 §2.1.5`.
    pub source: String,
}

/// Something the user should be told.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Notice {
    /// A stable name, for programs.
    pub code: String,
    /// A sentence, for people.
    pub message: String,
}

/// What becomes of the stored object.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ObjectChange {
    /// It stays as it is.
    Keep,
    /// This is stored.
    Store {
        /// The whole object.
        calendar: Arc<Calendar>,
    },
    /// It is deleted; its state is kept.
    Delete,
}

/// A question that only the user, or their policy, can answer.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Question {
    /// Somebody who was not invited answers: add them, or not?
    PartyCrasher {
        /// Who answers.
        who: CalendarUserAddress,
    },
    /// An invitation that names none of the user's addresses: keep it, or not?
    Forwarded {
        /// Who invites.
        organizer: CalendarUserAddress,
    },
    /// Somebody else claims to be the organizer now: believe it, or not?
    NewOrganizer {
        /// Who claims it.
        who: CalendarUserAddress,
    },
    /// Somebody writes for somebody else: may they?
    SentBy {
        /// Who writes.
        sender: CalendarUserAddress,
        /// For whom they say to.
        principal: CalendarUserAddress,
    },
    /// An attendee proposes something else: make it so, or decline?
    Counter {
        /// Who proposes.
        from: CalendarUserAddress,
        /// What differs from the event as it is.
        changes: Vec<Change>,
    },
}

/// What to store, what to send, what to say, and why: the engine's answer to every question.
///
/// Store the object with its state and keep the messages in one transaction, then deliver.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
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
    /// What others answered, for the copies of attendees on this very server and for nobody else.
    pub refreshes: Vec<Message>,
    /// What to tell the user.
    pub notices: Vec<Notice>,
    /// What still waits for a decision.
    pub questions: Vec<Question>,
    /// Why, for everything done and not done.
    pub reasons: Vec<Reason>,
}

#[uniffi::export]
impl Outcome {
    /// The object to store now, given what was stored; none where there is none.
    pub fn resulting(&self, stored: Option<Arc<Calendar>>) -> Option<Arc<Calendar>> {
        match &self.object {
            ObjectChange::Keep => stored,
            ObjectChange::Store { calendar } => Some(Arc::clone(calendar)),
            ObjectChange::Delete => None,
        }
    }
}

impl From<itip::Outcome> for Outcome {
    fn from(outcome: itip::Outcome) -> Self {
        let messages = |all: Vec<itip::Message>| all.into_iter().map(Message::from).collect();
        Self {
            disposition: outcome.disposition,
            role: outcome.role,
            object: match &outcome.object {
                itip::ObjectChange::Keep => ObjectChange::Keep,
                itip::ObjectChange::Store(object) => {
                    ObjectChange::Store { calendar: Arc::new(object.into()) }
                }
                itip::ObjectChange::Delete => ObjectChange::Delete,
            },
            state: outcome.state,
            messages: messages(outcome.messages),
            refreshes: messages(outcome.refreshes),
            notices: outcome.notices.into_iter().map(Notice::from).collect(),
            questions: outcome.questions.into_iter().map(Question::from).collect(),
            reasons: outcome.reasons.into_iter().map(Reason::from).collect(),
        }
    }
}

impl From<itip::Message> for Message {
    fn from(message: itip::Message) -> Self {
        let itip::Message { method, reason, originator, recipient, uid, sequence, calendar, changes } =
            message;
        let (calendar, changes) = (Arc::new(Calendar { document: calendar }), changes.to_vec());
        let uid = uid.to_string();
        Self { method, reason, originator, recipient, uid, sequence, calendar, changes }
    }
}

impl From<Message> for itip::Message {
    fn from(message: Message) -> Self {
        let Message { method, reason, originator, recipient, uid, sequence, calendar, changes } = message;
        let (calendar, changes) = (Arc::clone(&calendar.document), changes.into());
        let uid = uid.into();
        Self { method, reason, originator, recipient, uid, sequence, calendar, changes }
    }
}

impl From<itip::Reason> for Reason {
    fn from(reason: itip::Reason) -> Self {
        let itip::Reason { code, message, instance, source } = reason;
        Self { code: code.to_owned(), message, instance, source: source.to_owned() }
    }
}

impl From<itip::Notice> for Notice {
    fn from(notice: itip::Notice) -> Self {
        Self { code: notice.code.to_owned(), message: notice.message }
    }
}

impl From<itip::Question> for Question {
    fn from(question: itip::Question) -> Self {
        match question {
            itip::Question::PartyCrasher(who) => Self::PartyCrasher { who },
            itip::Question::Forwarded(organizer) => Self::Forwarded { organizer },
            itip::Question::NewOrganizer(who) => Self::NewOrganizer { who },
            itip::Question::SentBy { sender, principal } => Self::SentBy { sender, principal },
            itip::Question::Counter { from, changes } => Self::Counter { from, changes },
        }
    }
}

impl From<Question> for itip::Question {
    fn from(question: Question) -> Self {
        match question {
            Question::PartyCrasher { who } => Self::PartyCrasher(who),
            Question::Forwarded { organizer } => Self::Forwarded(organizer),
            Question::NewOrganizer { who } => Self::NewOrganizer(who),
            Question::SentBy { sender, principal } => Self::SentBy { sender, principal },
            Question::Counter { from, changes } => Self::Counter { from, changes },
        }
    }
}
