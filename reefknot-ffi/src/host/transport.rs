//! How messages leave the app.

use std::sync::Arc;

use reefknot_core::host::{self, Outgoing};
use reefknot_core::ical::{Component, Limits};
use reefknot_core::scheduling::ScheduleStatus;
use reefknot_core::value::{CalendarUserAddress, Timestamp};

use crate::calendar::Calendar;
use crate::error::HostError;
use crate::outcome::Message;

/// How one attempt to hand a message over ended.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Attempt {
    /// The next hop has it.
    Handed,
    /// Not now; it is tried again later.
    TryLater {
        /// Why, in words.
        why: String,
    },
    /// Never.
    Refused {
        /// What the sender's copy will say (RFC 6638 §3.2.9).
        status: ScheduleStatus,
        /// Why, in words.
        why: String,
    },
}

/// A question about busy time to the server of another organisation.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct BusyQuestion {
    /// Who asks.
    pub originator: CalendarUserAddress,
    /// Who is asked.
    pub recipient: CalendarUserAddress,
    /// The VFREEBUSY of a METHOD:REQUEST.
    pub calendar: Arc<Calendar>,
}

/// What a peer said to a question.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PeerAnswer {
    /// Its answer.
    Told {
        /// The VFREEBUSY of a METHOD:REPLY.
        calendar: Arc<Calendar>,
    },
    /// It does not say.
    Refused {
        /// The kind of refusal (RFC 6638 §3.2.9).
        status: ScheduleStatus,
        /// Why, in words.
        why: String,
    },
}

/// Carries messages to whoever is not a user of this app. It is called on the thread that delivers.
#[uniffi::export(rust, foreign)]
pub trait Transport: Send + Sync {
    /// Hands a message to the mail system: `message.to_email` writes it.
    ///
    /// # Errors
    /// When the transport itself fails; the message is tried again.
    fn mail(&self, message: Message, mailbox: String, now: Timestamp) -> Result<Attempt, HostError>;

    /// Hands a message to the server of another organisation, by the peer's name. Without peers it is never called.
    ///
    /// # Errors
    /// When the transport itself fails; the message is tried again.
    fn peer(&self, message: Message, peer: String, now: Timestamp) -> Result<Attempt, HostError>;

    /// Asks the server of another organisation when one of its users is busy. Without peers it is never called.
    ///
    /// # Errors
    /// When the transport itself fails.
    fn ask(&self, question: BusyQuestion, peer: String, now: Timestamp) -> Result<PeerAnswer, HostError>;
}

/// An app's transport, as the core calls it.
pub(super) struct AppTransport(pub(super) Arc<dyn Transport>);

impl host::Transport for AppTransport {
    fn mail(
        &mut self,
        message: &Outgoing,
        mailbox: &str,
        now: Timestamp,
    ) -> reefknot_core::Result<host::Attempt> {
        let message = message.message(&Limits::default())?.into();
        Ok(self.0.mail(message, mailbox.to_owned(), now)?.into())
    }

    fn peer(
        &mut self,
        message: &Outgoing,
        peer: &str,
        now: Timestamp,
    ) -> reefknot_core::Result<host::Attempt> {
        let message = message.message(&Limits::default())?.into();
        Ok(self.0.peer(message, peer.to_owned(), now)?.into())
    }

    fn ask(
        &mut self,
        question: &host::BusyQuestion<'_>,
        peer: &str,
        now: Timestamp,
    ) -> reefknot_core::Result<host::PeerAnswer> {
        let question = BusyQuestion {
            originator: question.originator.clone(),
            recipient: question.recipient.clone(),
            calendar: Arc::new(question.calendar.clone().into()),
        };
        Ok(self.0.ask(question, peer.to_owned(), now)?.into())
    }
}

impl From<Attempt> for host::Attempt {
    fn from(attempt: Attempt) -> Self {
        match attempt {
            Attempt::Handed => Self::Handed,
            Attempt::TryLater { why } => Self::TryLater(why),
            Attempt::Refused { status, why } => Self::Refused { status, why },
        }
    }
}

impl From<PeerAnswer> for host::PeerAnswer {
    fn from(answer: PeerAnswer) -> Self {
        match answer {
            PeerAnswer::Told { calendar } => Self::Told(Component::clone(&calendar.document)),
            PeerAnswer::Refused { status, why } => Self::Refused { status, why },
        }
    }
}
