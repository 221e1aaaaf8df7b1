//! What a room or another resource answers by itself (CUTYPE=ROOM and RESOURCE, RFC 5545 §3.2.3).

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::conflicts::{Conflicts, conflicts};
use super::{BusyCalendar, BusyTime, BusyType};
use crate::Result;
use crate::ical::Limits;
use crate::itip::{Reason, StatusCode};
use crate::recurrence::InstanceKey;
use crate::scheduling::{Identities, PartStat, SchedulingObject, attendees};
use crate::time::Zone;
use crate::value::{RequestStatus, Timestamp};

/// What to answer where nothing speaks against a booking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenFree {
    /// ACCEPTED.
    #[default]
    Accept,
    /// TENTATIVE, until somebody confirms it.
    Tentative,
}

/// What to answer where the time is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnConflict {
    /// DECLINED.
    #[default]
    Decline,
    /// TENTATIVE: somebody will choose between the two. Neither has the room until then.
    Tentative,
}

/// What to answer to a series of which only some instances can be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Partly {
    /// Each instance by itself.
    #[default]
    PerInstance,
    /// All or none.
    AllOrNone,
}

/// By which rules a room answers. Spans of time are in seconds; what is `None` is not limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct RoomPolicy {
    /// The answer where nothing speaks against it.
    pub when_free: WhenFree,
    /// The answer where the time is taken.
    pub on_conflict: OnConflict,
    /// The answer to a series with some conflicts.
    pub partly: Partly,
    /// How many people it holds.
    pub capacity: Option<u32>,
    /// How long before its start a booking must be made.
    pub notice: Option<i64>,
    /// How far ahead it can be booked, the whole of a series included.
    pub ahead: Option<i64>,
    /// How long one booking may last.
    pub longest: Option<i64>,
    /// How far ahead conflicts of a series without an end are looked for, or to the end of `ahead` if that is later.
    pub horizon: i64,
}

impl Default for RoomPolicy {
    /// Accepts what is free, each instance by itself, and looks two years ahead.
    fn default() -> Self {
        Self {
            when_free: WhenFree::Accept,
            on_conflict: OnConflict::Decline,
            partly: Partly::PerInstance,
            capacity: None,
            notice: None,
            ahead: None,
            longest: None,
            horizon: 2 * 366 * 86_400,
        }
    }
}

/// What a room answers, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomDecision {
    /// The answer to the series (or the single event), and to each instance that differs.
    pub answers: BTreeMap<InstanceKey, PartStat>,
    /// What the room cannot do, and why, for the REPLY (RFC 5546 §3.6): by instance, where it is more than an answer.
    pub statuses: BTreeMap<InstanceKey, RequestStatus>,
    /// Why.
    pub reasons: Vec<Reason>,
}

impl RoomDecision {
    /// Declines all of an invitation, for one reason.
    pub(crate) fn decline(
        invitation: &SchedulingObject,
        status: Option<RequestStatus>,
        reason: Reason,
    ) -> Self {
        let keys = || invitation.parts().map(|(key, _)| key.clone());
        let statuses = status.into_iter().flat_map(|status| keys().map(move |key| (key, status.clone())));
        Self {
            answers: keys().map(|key| (key, PartStat::Declined)).collect(),
            statuses: statuses.collect(),
            reasons: vec![reason],
        }
    }
}

/// What speaks against one instance.
struct Objection {
    code: &'static str,
    message: String,
    answer: PartStat,
    status: Option<RequestStatus>,
}

const SOURCE: &str = "policy of the room";

impl RoomPolicy {
    /// In which time other bookings are looked for: what the room's calendar has to hold for [`decide`](Self::decide).
    #[must_use]
    pub fn horizon(&self, now: Timestamp) -> Range<Timestamp> {
        now..now.saturating_add(self.horizon.max(self.ahead.unwrap_or(0)))
    }

    /// Answers an invitation, given everything else that the room is booked for.
    ///
    /// Only instances that are not over yet are looked at. `reader` is the room's zone. The host asks and stores in one
    /// transaction over the room's whole calendar: of two bookings at once, only one may find the room free.
    ///
    /// # Errors
    /// When the invitation has a date or a rule that cannot be expanded.
    pub fn decide(
        &self,
        invitation: &SchedulingObject,
        room: &Identities,
        booked: &BusyCalendar<'_>,
        reader: &Zone,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<RoomDecision> {
        let found = conflicts(invitation, booked, self.horizon(now), reader, limits)?;
        if let Some(refusal) = self.refuse_whole(invitation, room, &found, now)? {
            return Ok(refusal);
        }
        let mut reasons = Vec::new();
        let mut objections: BTreeMap<InstanceKey, Objection> = BTreeMap::new();
        let hours = booked.hours(found.horizon.clone(), reader, limits);
        for (key, span) in &found.instances {
            if let Some(objection) = self.object(key, span, &found, &hours, now)? {
                reasons.push(reason(objection.code, objection.message.clone(), Some(key)));
                objections.insert(key.clone(), objection);
            }
        }
        let free = match self.when_free {
            WhenFree::Accept => PartStat::Accepted,
            WhenFree::Tentative => PartStat::Tentative,
        };
        let mut answers = BTreeMap::new();
        let mut statuses = BTreeMap::new();
        let all = objections.len() == found.instances.len();
        let worst = || objections.values().find(|objection| objection.answer == PartStat::Declined);
        if objections.is_empty() {
            answers.insert(InstanceKey::Master, free.clone());
            reasons.push(reason("room-is-free", "nothing speaks against the booking".into(), None));
        } else if all || self.partly == Partly::AllOrNone {
            let worst = worst();
            answers
                .insert(InstanceKey::Master, worst.map_or(PartStat::Tentative, |worst| worst.answer.clone()));
            statuses.extend(
                worst.and_then(|worst| worst.status.clone()).map(|status| (InstanceKey::Master, status)),
            );
            if !all {
                let message = "the room is booked for all instances or for none".into();
                reasons.push(reason("all-or-none", message, None));
            }
        } else {
            answers.insert(InstanceKey::Master, free.clone());
            for (key, objection) in objections {
                statuses.extend(objection.status.map(|status| (key.clone(), status)));
                answers.insert(key, objection.answer);
            }
        }
        // A component of its own has an answer of its own.
        let series = answers.get(&InstanceKey::Master).cloned().unwrap_or(free);
        let of_series = statuses.get(&InstanceKey::Master).cloned();
        for (key, _) in invitation.parts() {
            if !answers.contains_key(key) {
                answers.insert(key.clone(), series.clone());
                statuses.extend(of_series.clone().map(|status| (key.clone(), status)));
            }
        }
        if invitation.master().is_none() {
            answers.remove(&InstanceKey::Master);
            statuses.remove(&InstanceKey::Master);
        }
        if found.goes_on {
            let message = format!("looked for other bookings until {}", found.horizon.end.to_rfc3339());
            reasons.push(reason("looked-until", message, None));
        }
        Ok(RoomDecision { answers, statuses, reasons })
    }

    /// What speaks against an invitation as a whole.
    fn refuse_whole(
        &self,
        invitation: &SchedulingObject,
        room: &Identities,
        found: &Conflicts,
        now: Timestamp,
    ) -> Result<Option<RoomDecision>> {
        let refuse = |code, message: String| {
            Ok(Some(RoomDecision::decline(invitation, None, reason(code, message, None))))
        };
        if let Some(doubt) = found.doubts.iter().find(|doubt| doubt.uid == invitation.uid()) {
            let message = format!("it cannot be known when that is: {}", doubt.why);
            let status = StatusCode::InvalidTime.status()?;
            let why = reason("time-unknown", message, None);
            return Ok(Some(RoomDecision::decline(invitation, Some(status), why)));
        }
        if found.instances.is_empty() {
            return refuse("nothing-to-book", "the invitation has no instance that is still to come".into());
        }
        if let Some(capacity) = self.capacity {
            let people = |part| {
                let invited = attendees(part).into_iter();
                invited.filter(|who| !room.is_own(&who.address) && who.partstat != PartStat::Declined).count()
            };
            let most = invitation.parts().map(|(_, part)| people(part)).max().unwrap_or(0);
            if most > usize::try_from(capacity).unwrap_or(usize::MAX) {
                return refuse(
                    "over-capacity",
                    format!("{most} people are invited, and the room holds {capacity}"),
                );
            }
        }
        if let Some(ahead) = self.ahead {
            let last = now.saturating_add(ahead);
            let beyond = found.instances.iter().any(|(_, span)| span.start > last);
            if beyond || found.goes_on {
                let message =
                    format!("it goes on after {}, when the room cannot be booked yet", last.to_rfc3339());
                return refuse("too-far-ahead", message);
            }
        }
        Ok(None)
    }

    fn object(
        &self,
        key: &InstanceKey,
        span: &Range<Timestamp>,
        found: &Conflicts,
        hours: &BusyTime,
        now: Timestamp,
    ) -> Result<Option<Objection>> {
        let declined =
            |code, message| Ok(Some(Objection { code, message, answer: PartStat::Declined, status: None }));
        if let Some(notice) = self.notice.filter(|notice| span.start < now.saturating_add(*notice)) {
            return declined(
                "too-short-notice",
                format!("it wants to be booked {notice} seconds before it begins"),
            );
        }
        let length = span.end.seconds() - span.start.seconds();
        if let Some(longest) = self.longest.filter(|longest| length > *longest) {
            return declined("too-long", format!("it lasts {length} seconds, and {longest} is the most"));
        }
        if hours.worst(span.start, span.end) != BusyType::Free {
            let message = format!("from {} on the room is closed", span.start.to_rfc3339());
            let status = Some(StatusCode::Conflict.status()?);
            return Ok(Some(Objection {
                code: "room-is-closed",
                message,
                answer: PartStat::Declined,
                status,
            }));
        }
        let taken = found.conflicts.iter().filter(|conflict| conflict.instance == *key);
        // Of equals `max_by_key` takes the last: from behind, that is the first.
        let periods = taken.rev().map(|conflict| conflict.period);
        let Some(period) = periods.max_by_key(|period| period.busy) else { return Ok(None) };
        let (answer, status) = match self.on_conflict {
            OnConflict::Decline => (PartStat::Declined, Some(StatusCode::Conflict.status()?)),
            OnConflict::Tentative => (PartStat::Tentative, None),
        };
        let how = if period.busy == BusyType::Tentative { "tentatively booked" } else { "booked" };
        let message =
            format!("the room is {how} from {} to {}", period.start.to_rfc3339(), period.end.to_rfc3339());
        Ok(Some(Objection { code: "room-is-taken", message, answer, status }))
    }
}

fn reason(code: &'static str, message: String, instance: Option<&InstanceKey>) -> Reason {
    let instance = instance.filter(|key| !key.is_master()).cloned();
    Reason { code, message, instance, source: SOURCE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read_calendar;
    use crate::freebusy::Availability;
    use crate::freebusy::calendar::tests::event;

    const NOW: &str = "20260301T000000Z";
    const WEEKLY: &str = "DTSTART:20260302T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n";
    const PEOPLE: &str = "ORGANIZER:mailto:a@foo.com\r\nATTENDEE:mailto:a@foo.com\r\nATTENDEE:mailto:b@foo.com\r\n\
                          ATTENDEE;PARTSTAT=DECLINED:mailto:c@bar.com\r\nATTENDEE;CUTYPE=ROOM:mailto:aquarium@foo.com\r\n";

    fn decision_of(policy: &RoomPolicy, lines: &str, booked: &[&str]) -> RoomDecision {
        let room = Identities::new("mailto:aquarium@foo.com".parse().unwrap());
        let others: Vec<_> =
            booked.iter().enumerate().map(|(at, lines)| event(&format!("o{at}"), lines)).collect();
        let invitation = event("new", &format!("{lines}{PEOPLE}"));
        let calendar = BusyCalendar::new(&others, &room);
        let now = NOW.parse().unwrap();
        policy.decide(&invitation, &room, &calendar, &Zone::UTC, now, &Limits::default()).unwrap()
    }

    fn decide(policy: &RoomPolicy, lines: &str, booked: &[&str]) -> (Vec<String>, Vec<&'static str>) {
        let decision = decision_of(policy, lines, booked);
        let answers =
            decision.answers.iter().map(|(key, answer)| format!("{key} {answer}").trim().to_owned());
        (answers.collect(), decision.reasons.iter().map(|reason| reason.code).collect())
    }

    const SECOND: &str = "DTSTART:20260309T093000Z\r\nDURATION:PT1H\r\n";
    const ALL: &str = "DTSTART:20260301T000000Z\r\nDTEND:20260401T000000Z\r\n";

    #[test]
    fn each_instance_by_itself_or_all_or_none() {
        let each = RoomPolicy::default();
        let all = RoomPolicy { partly: Partly::AllOrNone, ..RoomPolicy::default() };
        let choose = RoomPolicy { on_conflict: OnConflict::Tentative, ..RoomPolicy::default() };
        let ask = RoomPolicy { when_free: WhenFree::Tentative, ..RoomPolicy::default() };
        let some = ["ACCEPTED", "20260309T090000Z DECLINED"];
        for (policy, booked, answers, codes) in [
            (&each, &[][..], &["ACCEPTED"][..], &["room-is-free"][..]),
            (&ask, &[], &["TENTATIVE"], &["room-is-free"]),
            (&each, &[SECOND], &some, &["room-is-taken"]),
            (&all, &[SECOND], &["DECLINED"], &["room-is-taken", "all-or-none"]),
            (&choose, &[SECOND], &["ACCEPTED", "20260309T090000Z TENTATIVE"], &["room-is-taken"]),
            (&each, &[ALL], &["DECLINED"], &["room-is-taken", "room-is-taken", "room-is-taken"]),
            (&choose, &[ALL], &["TENTATIVE"], &["room-is-taken", "room-is-taken", "room-is-taken"]),
        ] {
            let (said, why) = decide(policy, WEEKLY, booked);
            assert_eq!(
                (&said[..], &why[..]),
                (&answers.iter().map(ToString::to_string).collect::<Vec<_>>()[..], codes)
            );
        }
    }

    #[test]
    fn what_the_rules_of_the_room_refuse() {
        let policy = RoomPolicy::default();
        let open = "DTSTART:20260302T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\n";
        for (policy, lines, code) in [
            (RoomPolicy { capacity: Some(1), ..policy.clone() }, WEEKLY, "over-capacity"),
            (RoomPolicy { capacity: Some(2), ..policy.clone() }, WEEKLY, "room-is-free"),
            (RoomPolicy { ahead: Some(10 * 86_400), ..policy.clone() }, WEEKLY, "too-far-ahead"),
            (RoomPolicy { ahead: Some(20 * 86_400), ..policy.clone() }, WEEKLY, "room-is-free"),
            (RoomPolicy { ahead: Some(100 * 86_400), ..policy.clone() }, open, "too-far-ahead"),
            (RoomPolicy { ahead: Some(10_000 * 86_400), ..policy.clone() }, open, "too-far-ahead"),
            (RoomPolicy { longest: Some(3_599), ..policy.clone() }, WEEKLY, "too-long"),
            (RoomPolicy { longest: Some(3_600), ..policy.clone() }, WEEKLY, "room-is-free"),
            (policy.clone(), "DTSTART:20260201T090000Z\r\nDURATION:PT1H\r\n", "nothing-to-book"),
            (policy.clone(), "DTSTART;TZID=Nowhere/Middle:20260302T090000\r\n", "time-unknown"),
        ] {
            let (_, codes) = decide(&policy, lines, &[]);
            assert_eq!(codes[0], code, "{policy:?} {lines}");
        }
    }

    #[test]
    fn what_the_room_cannot_do_has_a_status_and_what_it_will_not_has_none() {
        let policy = RoomPolicy::default();
        let all = RoomPolicy { partly: Partly::AllOrNone, ..policy.clone() };
        let ask = RoomPolicy { on_conflict: OnConflict::Tentative, ..policy.clone() };
        let small = RoomPolicy { capacity: Some(1), ..policy.clone() };
        let nowhere = "DTSTART;TZID=Nowhere/Middle:20260302T090000\r\n";
        for (policy, lines, booked, statuses) in [
            (&policy, WEEKLY, &[SECOND][..], &["20260309T090000Z 4.0"][..]),
            (&all, WEEKLY, &[SECOND], &[" 4.0"]),
            (&policy, WEEKLY, &[ALL], &[" 4.0"]),
            (&ask, WEEKLY, &[ALL], &[]),
            (&policy, WEEKLY, &[], &[]),
            (&small, WEEKLY, &[], &[]),
            (&policy, nowhere, &[], &[" 3.5"]),
        ] {
            let decision = decision_of(policy, lines, booked);
            let said: Vec<_> =
                decision.statuses.iter().map(|(key, status)| format!("{key} {}", status.code())).collect();
            assert_eq!(said, statuses, "{lines} {booked:?}");
        }
    }

    #[test]
    fn outside_of_its_hours_a_room_is_closed() {
        let calendar = read_calendar(
            b"BEGIN:VCALENDAR\r\nBEGIN:VAVAILABILITY\r\nUID:h\r\nDTSTAMP:20260201T000000Z\r\nBEGIN:AVAILABLE\r\n\
              UID:1\r\nDTSTART:20260302T080000Z\r\nDURATION:PT8H\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\nEND:AVAILABLE\r\n\
              END:VAVAILABILITY\r\nEND:VCALENDAR\r\n",
            &Limits::default(),
        );
        let calendar = calendar.unwrap();
        let room = Identities::new("mailto:aquarium@foo.com".parse().unwrap());
        let booked =
            BusyCalendar::new([], &room).with_availability(Availability::of_calendar(&calendar).unwrap());
        let invitation = event("new", &format!("{WEEKLY}{PEOPLE}"));
        let (now, limits) = (NOW.parse().unwrap(), Limits::default());
        let decision =
            RoomPolicy::default().decide(&invitation, &room, &booked, &Zone::UTC, now, &limits).unwrap();
        let third = "20260316T090000Z".parse().unwrap();
        assert_eq!(
            decision.answers,
            [(InstanceKey::Master, PartStat::Accepted), (third, PartStat::Declined)].into()
        );
        assert_eq!(decision.reasons[0].code, "room-is-closed");
    }

    #[test]
    fn short_notice_spoils_the_first_instance_only() {
        let policy = RoomPolicy { notice: Some(3 * 86_400), ..RoomPolicy::default() };
        assert_eq!(decide(&policy, WEEKLY, &[]).0, ["ACCEPTED", "20260302T090000Z DECLINED"]);
    }

    #[test]
    fn how_far_it_was_looked_is_said() {
        let open = "DTSTART:20260302T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\n";
        assert_eq!(decide(&RoomPolicy::default(), open, &[]).1, ["room-is-free", "looked-until"]);
    }
}
