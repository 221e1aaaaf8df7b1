//! What scheduling has to remember beside the object.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Revision;
use crate::recurrence::InstanceKey;
use crate::value::{CalendarUserAddress, Timestamp};

/// What a user's calendar remembers about one UID, beside the object and not inside it.
///
/// RFC 5546 §2.1.5 asks for part of this: the SEQUENCE and DTSTAMP of each attendee's last
/// response, so that an earlier one that arrives later can be discarded. It outlives the object:
/// without it a deleted event would come back with the next delayed message.
///
/// It serialises with serde; the default value is the state of an object never scheduled here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct SchedulingState {
    /// The highest SEQUENCE this user has given the object as its organizer.
    pub sequence: u32,
    /// The DTSTAMP of the last message this user sent about it; the next one is later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_stamp: Option<Timestamp>,
    /// For the organizer: what each attendee was sent and has answered.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attendees: BTreeMap<CalendarUserAddress, AttendeeState>,
    /// For an attendee: the organizer's revision last taken over, by instance.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub known: BTreeMap<InstanceKey, Revision>,
    /// For an attendee: the revision of each answer sent, by instance.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<InstanceKey, Revision>,
    /// What was cancelled, and at which revision: nothing at or below it comes back to life.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tombstones: BTreeMap<InstanceKey, Revision>,
}

/// What the organizer remembers of one attendee, by instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct AttendeeState {
    /// The instances.
    pub instances: BTreeMap<InstanceKey, InstanceState>,
}

/// What the organizer remembers of one attendee and one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct InstanceState {
    /// The revision of the last REQUEST that asked the attendee for an answer: an answer to a lower
    /// SEQUENCE is an answer to something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Revision>,
    /// The revision of the last REQUEST or CANCEL that told the attendee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<Revision>,
    /// The revision of the last answer recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<Revision>,
    /// Whether the attendee was removed, or the instance cancelled, by the message `sent`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cancelled: bool,
}
