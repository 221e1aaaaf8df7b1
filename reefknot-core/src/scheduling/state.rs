//! What scheduling has to remember beside the object.

use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Answers, Revision, SchedulingObject, fields};
use crate::ical::Component;
use crate::recurrence::InstanceKey;
use crate::value::{CalendarUserAddress, Timestamp};

/// What a user's calendar remembers about one UID, beside the object and not inside it.
///
/// RFC 5546 §2.1.5 asks for part of this: the SEQUENCE and DTSTAMP of each attendee's last
/// response, so that an earlier one that arrives later can be discarded. It outlives the object:
/// without it a deleted event would come back with the next delayed message.
///
/// It serialises with serde; the default value is the state of an object never scheduled here. A field that is none of
/// these is an error: what cannot be read would be forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct SchedulingState {
    /// The highest SEQUENCE this user has given the object as its organizer.
    pub sequence: u32,
    /// The DTSTAMP of the last message this user sent about it; the next one is later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_stamp: Option<Timestamp>,
    /// For the organizer: what each attendee was sent and has answered. Of thousands most were asked the same and share
    /// one record.
    #[serde(with = "shared", skip_serializing_if = "BTreeMap::is_empty")]
    pub attendees: BTreeMap<CalendarUserAddress, Arc<AttendeeState>>,
    /// For an attendee: the organizer's revision last taken over, by instance.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub known: BTreeMap<InstanceKey, Revision>,
    /// Whether what is stored was passed on, and the organizer has said nothing of it yet: what somebody else says of
    /// SEQUENCE makes no message of the organizer's old (RFC 5546 §3.2.2.3, §6.1.1).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub passed_on: bool,
    /// For an attendee: what they were asked and have answered.
    #[serde(skip_serializing_if = "Answers::is_blank")]
    pub answers: Answers,
    /// By who proposed it: for an attendee, what they proposed and the organizer has not answered; for the
    /// organizer, what they declined (RFC 5546 §3.2.7).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub proposals: BTreeMap<CalendarUserAddress, BTreeMap<InstanceKey, Revision>>,
    /// For an attendee: the last refusal of a proposal that they were told of, by instance (RFC 5546 §3.2.8).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub refusals: BTreeMap<InstanceKey, Revision>,
    /// What was cancelled, and at which revision: nothing at or below it comes back to life.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tombstones: BTreeMap<InstanceKey, Revision>,
    /// From which instance on the series was cancelled (RANGE=THISANDFUTURE), and at which revision.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ended: BTreeMap<InstanceKey, Revision>,
}

impl SchedulingState {
    /// The organizer's record of one attendee, to change; where nothing is remembered, it begins with what the object says.
    pub fn attendee(&mut self, who: &CalendarUserAddress, object: &SchedulingObject) -> &mut AttendeeState {
        Arc::make_mut(self.begun(who, object))
    }

    /// As [`attendee`](Self::attendee), to look at.
    pub(crate) fn begun(
        &mut self,
        who: &CalendarUserAddress,
        object: &SchedulingObject,
    ) -> &mut Arc<AttendeeState> {
        let attendee = self.attendees.entry(who.clone()).or_default();
        if attendee.answers.is_blank() {
            Arc::make_mut(attendee).begin(who, object);
        }
        attendee
    }

    /// As [`begun`](Self::begun), for many people in the order of their addresses: walks along the records, and searches none.
    pub(crate) fn begun_all<'a>(
        &'a mut self,
        people: &'a [&CalendarUserAddress],
        object: &SchedulingObject,
    ) -> impl Iterator<Item = &'a AttendeeState> {
        debug_assert!(people.is_sorted(), "whoever is out of order would be passed over");
        let mut known = self.attendees.iter().peekable();
        let mut has_begun = |who: &CalendarUserAddress| {
            while known.next_if(|(known, _)| *known < who).is_some() {}
            known.next_if(|(known, _)| *known == who).is_some_and(|(_, record)| !record.answers.is_blank())
        };
        let new: Vec<_> = people.iter().filter(|who| !has_begun(who)).collect();
        for who in new {
            self.begun(who, object);
        }
        let mut records = self.attendees.iter();
        people
            .iter()
            .filter_map(move |who| records.find(|(known, _)| known == who).map(|(_, record)| &**record))
    }

    /// For the organizer: whether somebody was told that this is cancelled for them; only a higher SEQUENCE brings it back.
    pub(crate) fn was_cancelled_for(&self, key: &InstanceKey, who: &CalendarUserAddress) -> bool {
        self.attendees.get(who).is_some_and(|remembered| {
            [key, &InstanceKey::Master].into_iter().any(|key| remembered.cancelled.contains(key))
        })
    }

    /// For an attendee: whether what a component says was cancelled at its revision or later. What it belongs to may have
    /// been cancelled by the same decision, which says by this component that it stays (RFC 5545 §3.8.4.4). The later
    /// instances that it holds for, if it does, are not cancelled with the first.
    pub(crate) fn is_dead(&self, key: &InstanceKey, part: &Component) -> bool {
        let (revision, rules_later) = (fields::revision(part), fields::is_this_and_future(part));
        let series = self.tombstones.get(&InstanceKey::Master).filter(|_| !key.is_master());
        let ended = self.ended.iter().filter(|(from, _)| *from < key).map(|(_, dead)| dead);
        let own =
            [self.tombstones.get(key).filter(|_| !rules_later), self.ended.get(key)].into_iter().flatten();
        own.max().is_some_and(|dead| revision <= *dead)
            || series.into_iter().chain(ended).any(|dead| revision < *dead)
    }

    /// For an attendee: the organizer's word of what somebody else had passed on is stored now, all of it or a part.
    pub(crate) fn hear_organizer(&mut self, stored: &SchedulingObject) {
        self.passed_on &= match stored.master() {
            Some(_) => !self.known.contains_key(&InstanceKey::Master),
            None => stored.overrides().any(|key| !self.known.contains_key(key)),
        };
    }

    /// For an attendee: where nothing is remembered, the state begins with what their copy says.
    pub fn adopt(&mut self, copy: &SchedulingObject, own: &[CalendarUserAddress]) {
        if self.passed_on {
            return;
        }
        if self.known.is_empty() {
            self.known = copy.parts().map(|(key, part)| (key.clone(), fields::revision(part))).collect();
        }
        if self.answers.is_blank() {
            self.answers = Answers::of(copy, own);
        }
    }
}

/// What the organizer remembers of one attendee.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct AttendeeState {
    /// What they were asked and have answered.
    #[serde(skip_serializing_if = "Answers::is_blank")]
    pub answers: Answers,
    /// The revision of the last REQUEST or CANCEL that told them, by component.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sent: BTreeMap<InstanceKey, Revision>,
    /// What they were told is cancelled, for them or for all: only a higher SEQUENCE brings it back.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub cancelled: BTreeSet<InstanceKey>,
}

impl AttendeeState {
    /// Where nothing is remembered of somebody, their record begins with what the object says.
    pub(crate) fn begin(&mut self, who: &CalendarUserAddress, object: &SchedulingObject) {
        if self.answers.is_blank() {
            self.answers = Answers::of(object, from_ref(who));
        }
    }

    /// Whether the organizer has told them of an instance since somebody else could have passed it on at that SEQUENCE:
    /// a REQUEST says what holds, whatever was passed on at its own SEQUENCE or before, and a CANCEL ends what was
    /// passed on before it. What is said of the series, or of the THISANDFUTURE component that rules the instance, is
    /// said of the instance.
    pub(crate) fn was_told_since(&self, key: &InstanceKey, ruling: &InstanceKey, sequence: u32) -> bool {
        [key, ruling, &InstanceKey::Master].into_iter().any(|key| {
            let lowest = if self.cancelled.contains(key) { sequence.saturating_add(1) } else { sequence };
            self.sent.get(key).is_some_and(|sent| sent.sequence >= lowest)
        })
    }
}

/// Records that are shared, each written as if it were not.
mod shared {
    use super::{Arc, AttendeeState, BTreeMap, CalendarUserAddress};
    use serde::{Deserialize, Deserializer, Serializer};

    type Attendees = BTreeMap<CalendarUserAddress, Arc<AttendeeState>>;

    pub(super) fn serialize<S: Serializer>(attendees: &Attendees, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(attendees.iter().map(|(who, record)| (who, &**record)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Attendees, D::Error> {
        let attendees = BTreeMap::<CalendarUserAddress, AttendeeState>::deserialize(deserializer)?;
        Ok(attendees.into_iter().map(|(who, record)| (who, Arc::new(record))).collect())
    }
}
