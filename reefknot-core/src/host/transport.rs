//! How messages leave the host.

use super::Outgoing;
use crate::Result;
use crate::scheduling::ScheduleStatus;
use crate::value::Timestamp;

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
}
