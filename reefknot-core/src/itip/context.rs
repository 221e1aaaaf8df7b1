//! What a decision depends on besides the objects: who, when, and what is left to choice.

use serde::{Deserialize, Serialize};

use super::outcome::Answer;
use crate::scheduling::{Identities, ScheduleAgent, SchedulingState};
use crate::value::Timestamp;

/// The choices that the RFCs leave to a calendar program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Preferences {
    /// Whether attendees hear of an informational change, such as another title.
    pub tell_informational: bool,
    /// Who sees in their own copy what the other attendees answered.
    pub show_answers: ShowAnswers,
    /// Whether somebody hears that an event which is over was deleted: the organizer's CANCEL, an attendee's decline.
    pub tell_past: bool,
    /// What to do with an answer from somebody who was not invited.
    pub party_crashers: Answer,
    /// What to do with an invitation that names none of the user's addresses.
    pub forwarded: Answer,
    /// What to do when somebody else claims to be the organizer of a stored event.
    pub new_organizer: Answer,
    /// What to do with a message whose sender says to act for somebody else (SENT-BY), where nothing here says so.
    pub sent_by: Answer,
    /// What to do with an attendee's proposal of something else.
    pub counters: Answer,
    /// Whether a to-do is done, and all are told, once everybody who takes part has completed theirs.
    pub complete_todos: bool,
    /// Whether a message whose sender is only claimed, as in plain mail, is taken over.
    pub believe_claimed_senders: bool,
    /// Whether CATEGORIES are sent: most people file events under names of their own.
    pub send_categories: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            tell_informational: true,
            show_answers: ShowAnswers::Locally,
            tell_past: false,
            party_crashers: Answer::Ask,
            forwarded: Answer::Ask,
            new_organizer: Answer::Ask,
            sent_by: Answer::Ask,
            counters: Answer::Ask,
            complete_todos: false,
            believe_claimed_senders: true,
            send_categories: false,
        }
    }
}

/// Whether attendees see each answer that the organizer records (RFC 6638 §4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShowAnswers {
    /// They see those that were there when they were last told of something else.
    Nobody,
    /// Those with a calendar on the organizer's server, without being told; nobody gets mail for it. Each answer
    /// is written into every one of their copies.
    #[default]
    Locally,
}

/// Who decides, when, and by which choices.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The user whose calendar it is.
    pub identities: &'a Identities,
    /// The time: becomes the DTSTAMP of messages.
    pub now: Timestamp,
    /// Whether this is the user's server or their client: each sends only what SCHEDULE-AGENT gives it.
    pub agent: Agent,
    /// The choices.
    pub preferences: &'a Preferences,
    /// What PRODID to write where there is none.
    pub product: &'a str,
}

/// Which of a user's programs the engine runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    /// The server: sends what has no SCHEDULE-AGENT, or SERVER.
    Server,
    /// A client beside a server: sends what has SCHEDULE-AGENT=CLIENT.
    Client,
    /// A client that has no server, or an object that the server may not see: sends all but SCHEDULE-AGENT=NONE.
    Alone,
}

impl Agent {
    /// Whether this program sends to somebody with that SCHEDULE-AGENT (RFC 6638 §7.1).
    #[must_use]
    pub fn sends(self, agent: ScheduleAgent) -> bool {
        match (self, agent) {
            (_, ScheduleAgent::None) => false,
            (Self::Server, ScheduleAgent::Server)
            | (Self::Client, ScheduleAgent::Client)
            | (Self::Alone, _) => true,
            (Self::Server, ScheduleAgent::Client) | (Self::Client, ScheduleAgent::Server) => false,
        }
    }
}

impl Context<'_> {
    /// The DTSTAMP of the next message: now, but later than every one before it, so that revisions are
    /// ordered even when two leave within a second or a clock goes back.
    pub(crate) fn stamp(&self, state: &SchedulingState) -> Timestamp {
        match state.last_stamp {
            Some(last) if last >= self.now => last.saturating_add(1),
            _ => self.now,
        }
    }
}
