//! The engine of one calendar user: the four questions, each one call.

use std::sync::Arc;

use reefknot_core::engine;
use reefknot_core::itip::{Agent, Answer, Preferences, ShowAnswers};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{self, ScheduleStatus, SchedulingState};
use reefknot_core::value::{CalendarUserAddress, Timestamp};

use crate::calendar::{Calendar, key, object};
use crate::error::{ReefknotError, Result};
use crate::outcome::{Message, Outcome, Question};
use crate::values::PartStat;

use reefknot_core::itip::Envelope;

/// Whose calendar it is, under all the addresses they go by.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Identities {
    /// Their addresses; the first is the one they write as.
    pub addresses: Vec<CalendarUserAddress>,
    /// Those they may act for, as a secretary does (SENT-BY, RFC 5545 §3.2.18).
    #[uniffi(default = [])]
    pub acts_for: Vec<CalendarUserAddress>,
}

/// Which of a user's programs the engine runs in.
#[uniffi::remote(Enum)]
pub enum Agent {
    /// The server: sends what has no SCHEDULE-AGENT, or SERVER.
    Server,
    /// A client beside a server: sends what has SCHEDULE-AGENT=CLIENT.
    Client,
    /// A client that has no server: sends all but SCHEDULE-AGENT=NONE.
    Alone,
}

/// The answer to a question that a message can raise.
#[uniffi::remote(Enum)]
pub enum Answer {
    /// Leave it to the user.
    Ask,
    /// Yes.
    Accept,
    /// No.
    Refuse,
}

/// Whether attendees see each answer that the organizer records.
#[uniffi::remote(Enum)]
pub enum ShowAnswers {
    /// They see those that were there when they were last told of something else.
    Nobody,
    /// Those with a calendar on the organizer's server do, without being told.
    Locally,
}

/// The choices that the RFCs leave to a calendar program.
#[uniffi::remote(Record)]
pub struct Preferences {
    /// Whether attendees hear of an informational change, such as another title.
    pub tell_informational: bool,
    /// Who sees in their own copy what the other attendees answered.
    pub show_answers: ShowAnswers,
    /// Whether somebody hears that an event which is over was deleted.
    pub tell_past: bool,
    /// What to do with an answer from somebody who was not invited.
    pub party_crashers: Answer,
    /// What to do with an invitation that names none of the user's addresses.
    pub forwarded: Answer,
    /// What to do when somebody else claims to be the organizer of a stored event.
    pub new_organizer: Answer,
    /// What to do with a message whose sender says to act for somebody else, where nothing here says so.
    pub sent_by: Answer,
    /// What to do with an attendee's proposal of something else.
    pub counters: Answer,
    /// Whether a message whose sender is only claimed, as in plain mail, is taken over.
    pub believe_claimed_senders: bool,
    /// Whether CATEGORIES are sent: most people file events under names of their own.
    pub send_categories: bool,
    /// Whether a to-do is done, and all are told, once everybody who takes part has completed theirs.
    pub complete_todos: bool,
}

/// The usual choices, to change one or another of them.
#[uniffi::export]
pub fn default_preferences() -> Preferences {
    Preferences::default()
}

/// The engine of one calendar user. It holds no calendar and may be called from any thread.
#[derive(Debug, uniffi::Object)]
pub struct Engine {
    core: engine::Engine,
}

#[uniffi::export]
impl Engine {
    /// The engine of a user, in one of their programs; no preferences are the usual ones.
    ///
    /// # Errors
    /// When the user has no address.
    #[uniffi::constructor(default(preferences = None))]
    pub fn new(identities: Identities, agent: Agent, preferences: Option<Preferences>) -> Result<Arc<Self>> {
        let core = engine::Engine::new(identities.try_into()?).with_agent(agent);
        Ok(Arc::new(Self { core: core.with_preferences(preferences.unwrap_or_default()) }))
    }

    /// The user created (`before` is none), changed, or deleted (`after` is none) an object.
    ///
    /// # Errors
    /// When a calendar is not one UID of one kind; a change that is not allowed is an outcome with a reason.
    #[uniffi::method(default(state = None))]
    pub fn change(
        &self,
        before: Option<Arc<Calendar>>,
        after: Option<Arc<Calendar>>,
        now: Timestamp,
        state: Option<SchedulingState>,
    ) -> Result<Outcome> {
        let (before, after) = (object(before.as_ref())?, object(after.as_ref())?);
        Ok(self.core.change(before.as_ref(), after.as_ref(), &state.unwrap_or_default(), now)?.into())
    }

    /// The user answers an invitation, or one instance of it, with a comment for the organizer.
    ///
    /// # Errors
    /// When there is no such instance, it was cancelled, or the user does not attend it.
    #[uniffi::method(default(instance = None, comment = None, state = None))]
    pub fn answer(
        &self,
        stored: Arc<Calendar>,
        answer: PartStat,
        now: Timestamp,
        instance: Option<InstanceKey>,
        comment: Option<String>,
        state: Option<SchedulingState>,
    ) -> Result<Outcome> {
        let (state, answer) = (state.unwrap_or_default(), answer.into());
        Ok(self
            .core
            .answer(&stored.object()?, &key(instance), &answer, comment.as_deref(), &state, now)?
            .into())
    }

    /// The user put an object from a file into their calendar: stored, and nobody is told.
    ///
    /// # Errors
    /// When the calendar is not one UID of one kind.
    #[uniffi::method(default(state = None))]
    pub fn import(&self, object: Arc<Calendar>, state: Option<SchedulingState>) -> Result<Outcome> {
        Ok(self.core.import(&object.object()?, &state.unwrap_or_default())?.into())
    }

    /// An attendee's program puts the organizer's revision, which it received elsewhere, as by mail.
    ///
    /// # Errors
    /// When a calendar is not one UID of one kind; what is not taken over is an outcome with a reason.
    #[uniffi::method(default(state = None))]
    pub fn adopt(
        &self,
        object: Arc<Calendar>,
        stored: Option<Arc<Calendar>>,
        now: Timestamp,
        state: Option<SchedulingState>,
    ) -> Result<Outcome> {
        let (stored, state) = (crate::calendar::object(stored.as_ref())?, state.unwrap_or_default());
        Ok(self.core.adopt(stored.as_ref(), &object.object()?, &state, now)?.into())
    }

    /// A message arrived; `stored` is what the user holds under its UID.
    ///
    /// # Errors
    /// When the calendar is no scheduling message at all; a bad or unwelcome one is an outcome with a reason.
    #[uniffi::method(default(state = None))]
    pub fn receive(
        &self,
        message: Arc<Calendar>,
        stored: Option<Arc<Calendar>>,
        envelope: Envelope,
        now: Timestamp,
        state: Option<SchedulingState>,
    ) -> Result<Outcome> {
        let (stored, state) = (object(stored.as_ref())?, state.unwrap_or_default());
        Ok(self.core.receive(stored.as_ref(), &state, &message.document, &envelope, now)?.into())
    }

    /// The user answered a question that a message raised; the message is given again, with the answer.
    ///
    /// # Errors
    /// As `receive`.
    #[allow(clippy::too_many_arguments, reason = "a question, its answer, and what `receive` takes")]
    #[uniffi::method(default(state = None))]
    pub fn decide(
        &self,
        question: Question,
        yes: bool,
        message: Arc<Calendar>,
        stored: Option<Arc<Calendar>>,
        envelope: Envelope,
        now: Timestamp,
        state: Option<SchedulingState>,
    ) -> Result<Outcome> {
        let (stored, state) = (object(stored.as_ref())?, state.unwrap_or_default());
        let (question, message) = (question.into(), &message.document);
        Ok(self.core.decide(&question, yes, stored.as_ref(), &state, message, &envelope, now)?.into())
    }

    /// An attendee proposes something else to the organizer: a COUNTER (RFC 5546 §3.2.7).
    ///
    /// # Errors
    /// When a calendar is not one UID of one kind; what may not be proposed is an outcome with a reason.
    #[uniffi::method(default(comment = None, state = None))]
    pub fn propose(
        &self,
        stored: Arc<Calendar>,
        proposal: Arc<Calendar>,
        now: Timestamp,
        comment: Option<String>,
        state: Option<SchedulingState>,
    ) -> Result<Outcome> {
        let (state, proposal) = (state.unwrap_or_default(), proposal.object()?);
        Ok(self.core.propose(&stored.object()?, &proposal, &state, comment.as_deref(), now)?.into())
    }

    /// An organizer makes an object known to people who are not asked to come: a PUBLISH (RFC 5546 §3.2.1).
    ///
    /// # Errors
    /// When the calendar is not one UID of one kind; what cannot be published is an outcome with a reason.
    #[uniffi::method(default(state = None))]
    pub fn publish(
        &self,
        object: Arc<Calendar>,
        recipients: Vec<CalendarUserAddress>,
        now: Timestamp,
        state: Option<SchedulingState>,
    ) -> Result<Outcome> {
        Ok(self.core.publish(&object.object()?, &state.unwrap_or_default(), &recipients, now)?.into())
    }

    /// The delivery of a message ended, or goes on: its status goes to the sender's copy (RFC 6638 §3.2.9).
    ///
    /// # Errors
    /// When a calendar is not one UID of one kind.
    #[uniffi::method(default(state = None))]
    pub fn delivered(
        &self,
        message: Message,
        status: ScheduleStatus,
        stored: Option<Arc<Calendar>>,
        state: Option<SchedulingState>,
    ) -> Result<Outcome> {
        let (stored, state) = (object(stored.as_ref())?, state.unwrap_or_default());
        Ok(self.core.delivered(stored.as_ref(), &state, &message.into(), status)?.into())
    }
}

impl TryFrom<Identities> for scheduling::Identities {
    type Error = ReefknotError;

    fn try_from(identities: Identities) -> Result<Self> {
        let mut addresses = identities.addresses.into_iter();
        let primary = addresses.next().ok_or_else(|| {
            ReefknotError::Invalid("a user needs an address, such as mailto:a@foo.com; there is none".into())
        })?;
        let own = addresses.fold(Self::new(primary), Self::with_alias);
        Ok(identities.acts_for.into_iter().fold(own, Self::acting_for))
    }
}
