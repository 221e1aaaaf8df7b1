//! A scheduling message, where it came from, and what the engine makes of it all.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ical::Component;
use crate::itip::Method;
use crate::recurrence::InstanceKey;
use crate::value::CalendarUserAddress;

/// Why a message is sent: what its subject and its first sentence should say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// Others answered: the recipient's copy shows it, and nobody is told (RFC 6638 §3.2.10, §4.2).
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The instance concerned; the series or the single event is [`InstanceKey::Master`].
    pub instance: InstanceKey,
    /// The property's name in upper case.
    pub property: String,
    /// Its content line before (`NAME;PARAM=x:value`), if there was one.
    pub before: Option<String>,
    /// Its content line now, if there is one.
    pub after: Option<String>,
}

/// A scheduling message to one recipient (RFC 5546 §1.4).
#[derive(Clone, Debug)]
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
    pub uid: Arc<str>,
    /// The revision it speaks of: the highest SEQUENCE in it.
    pub sequence: u32,
    /// The VCALENDAR with its METHOD. Shared by all recipients who may see the same.
    pub calendar: Arc<Component>,
    /// What changed since the recipient was last told; empty for an invitation. Shared as the calendar is.
    pub changes: Arc<[Change]>,
}

/// How far the sender of a message was checked by whatever carried it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authentication {
    /// The transport vouches for the sender: a local user, DKIM or S/MIME checked, a peer's proof.
    Authenticated,
    /// The sender is only claimed, as in the From header of plain mail.
    Claimed,
    /// A check was made and failed.
    Failed,
}

/// What carried a message here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Envelope {
    /// Who the transport says sent it; `None` where it does not say, as with a file.
    pub sender: Option<CalendarUserAddress>,
    /// How far to believe that.
    pub authentication: Authentication,
    /// What carried it.
    pub carrier: Carrier,
}
