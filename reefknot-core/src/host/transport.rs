//! How messages leave the host.

use super::Outgoing;
use crate::Result;
use crate::ical::Component;
use crate::scheduling::ScheduleStatus;
use crate::value::{CalendarUserAddress, Timestamp};

/// How one attempt to hand a message over ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The next hop has it.
    Handed,
    /// Not now; try again later. The text says why.
    TryLater(String),
    /// Never.
    Refused {
        /// What the sender's copy will say (RFC 6638 §3.2.9).
        status: ScheduleStatus,
        /// Why, in words.
        why: String,
    },
}

impl Attempt {
    /// What a peer's answer makes of the attempt: 5.1 is tried again, as RFC 6638 §3.2.9 says of it.
    #[must_use]
    pub fn answered(status: ScheduleStatus, why: &str) -> Self {
        match status {
            ScheduleStatus::Incomplete => Self::TryLater(why.to_owned()),
            _ if status.is_failure() => Self::Refused { status, why: why.to_owned() },
            _ => Self::Handed,
        }
    }
}

/// A question about busy time to the server of another organisation.
#[derive(Clone, Copy, Debug)]
pub struct BusyQuestion<'a> {
    /// Who asks.
    pub originator: &'a CalendarUserAddress,
    /// Who is asked.
    pub recipient: &'a CalendarUserAddress,
    /// The VFREEBUSY of a METHOD:REQUEST (RFC 5546 §3.3.2).
    pub calendar: &'a Component,
}

/// What a peer said to a question.
#[derive(Clone, Debug)]
pub enum PeerAnswer {
    /// Its answer.
    Told(Component),
    /// It does not say.
    Refused {
        /// The kind of refusal (RFC 6638 §3.2.9).
        status: ScheduleStatus,
        /// Why, in words.
        why: String,
    },
}

/// Carries messages to whoever is not a user of this host.
pub trait Transport {
    /// Hands a message to the mail system.
    ///
    /// # Errors
    /// When the transport itself fails; the message is tried again.
    fn mail(&mut self, message: &Outgoing, mailbox: &str, now: Timestamp) -> Result<Attempt>;

    /// Hands a message to the server of another organisation, by the peer's name in the configuration.
    ///
    /// A host without peers leaves this as it is: no message is then routed to one.
    ///
    /// # Errors
    /// When the transport itself fails; the message is tried again.
    fn peer(&mut self, message: &Outgoing, peer: &str, now: Timestamp) -> Result<Attempt> {
        let _ = (message, now);
        let why = format!("this host has no way to {peer}");
        Ok(Attempt::Refused { status: ScheduleStatus::NoRoute, why })
    }

    /// Asks the server of another organisation when one of its users is busy, and waits for what it says.
    ///
    /// # Errors
    /// When the transport itself fails.
    fn ask(&mut self, question: &BusyQuestion<'_>, peer: &str, now: Timestamp) -> Result<PeerAnswer> {
        let _ = (question, now);
        let why = format!("this host has no way to {peer}");
        Ok(PeerAnswer::Refused { status: ScheduleStatus::NoRoute, why })
    }
}
