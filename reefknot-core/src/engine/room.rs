//! A room or another resource receives an invitation and answers it by itself.

use super::Engine;
use crate::Result;
use crate::freebusy::{BusyCalendar, RoomDecision, RoomPolicy, held_twice};
use crate::ical::{Component, Limits};
use crate::itip::{
    Answer, Authentication, Disposition, Envelope, Method, Outcome, Preferences, Reason, StatusCode,
};
use crate::policy::Decision;
use crate::recurrence::InstanceKey;
use crate::scheduling::{PartStat, SchedulingObject, SchedulingState, attendee_among, fields};
use crate::time::Zone;
use crate::value::Timestamp;

/// A room, as the host knows it when an invitation arrives.
#[derive(Clone, Copy, Debug)]
pub struct Room<'a> {
    /// By which rules it answers.
    pub policy: &'a RoomPolicy,
    /// Everything it is booked for within [`RoomPolicy::horizon`].
    pub booked: &'a BusyCalendar<'a>,
    /// Where it is: whole days and floating times lie in this zone.
    pub zone: &'a Zone,
    /// What the access list says of whoever wants to book it; `None` where nobody is asked.
    pub access: Option<&'a Decision>,
    /// How many instances are looked at, and how far a recurrence is followed.
    pub limits: &'a Limits,
}

impl Engine {
    /// A message arrived for a room: it is taken over as for anybody, and an invitation is answered at once.
    ///
    /// The host loads the room's calendar within [`RoomPolicy::horizon`], asks, and commits in one step that fails where
    /// anything of the calendar has changed in between: so of two bookings at once, one is answered after the other.
    ///
    /// # Errors
    /// As [`Engine::receive`], and when the invitation's recurrence cannot be expanded.
    pub fn book(
        &self,
        stored: Option<&SchedulingObject>,
        state: &SchedulingState,
        calendar: &Component,
        envelope: &Envelope,
        room: &Room<'_>,
        now: Timestamp,
    ) -> Result<Outcome> {
        let preferences = self.unattended(envelope, room);
        let taken = self.receive_with(stored, state, calendar, envelope, now, &preferences)?;
        let asks = matches!(Method::of(calendar), Ok(Method::Request | Method::Add));
        let Some(invitation) =
            taken.resulting(stored).filter(|_| asks && taken.disposition == Disposition::Applied)
        else {
            return Ok(taken);
        };
        let decision = self.answer_of(room, invitation, now)?;
        let mut answered = invitation.clone();
        for (key, answer) in &decision.answers {
            self.write_answer(&mut answered, key, answer)?;
        }
        let reply =
            self.change_saying(Some(invitation), Some(&answered), &decision.statuses, &taken.state, now)?;
        let mut outcome = taken.clone();
        outcome.reasons.extend(decision.reasons);
        if reply.disposition == Disposition::Rejected {
            // The answer cannot be given, such as by a room that is not on the list; the invitation is kept all the same.
            outcome.reasons.extend(reply.reasons);
            return Ok(outcome);
        }
        outcome.object = reply.object;
        outcome.state = reply.state;
        outcome.messages.extend(reply.messages);
        outcome.notices.extend(reply.notices);
        outcome.reasons.extend(reply.reasons);
        Ok(outcome)
    }

    /// Somebody changes a room's calendar by hand: as for anybody, and refused where two would have it for certain.
    ///
    /// `room` holds everything it is booked for, as for [`book`](Self::book). What is in it twice already stays.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub fn change_room(
        &self,
        before: Option<&SchedulingObject>,
        after: Option<&SchedulingObject>,
        state: &SchedulingState,
        room: &Room<'_>,
        now: Timestamp,
    ) -> Result<Outcome> {
        let outcome = self.change(before, after, state, now)?;
        let twice = |object: &SchedulingObject| {
            let horizon = room.policy.horizon(now);
            held_twice(object, &self.identities, room.booked, horizon, room.zone, room.limits)
        };
        let now_held = outcome.resulting(before).map(twice).unwrap_or_default();
        if now_held.is_empty() {
            return Ok(outcome);
        }
        let held = before.map(twice).unwrap_or_default();
        let Some(new) = now_held.into_iter().find(|conflict| !held.contains(conflict)) else {
            return Ok(outcome);
        };
        let message = format!(
            "the room is booked from {} to {} (`{}`); decline that first",
            new.period.start.to_rfc3339(),
            new.period.end.to_rfc3339(),
            new.uid
        );
        let refused = Outcome::new(Disposition::Rejected, outcome.role, state.clone());
        Ok(refused.refuse(Disposition::Rejected, "room-is-taken", message, "policy of the room"))
    }

    /// Nobody answers a room's questions: who proved that they may book it may do so for somebody else (SENT-BY), and
    /// whatever else would be asked is refused.
    fn unattended(&self, envelope: &Envelope, room: &Room<'_>) -> Preferences {
        let refuse = |answer: Answer| if answer == Answer::Ask { Answer::Refuse } else { answer };
        let may = room.access.is_none_or(|access| access.allowed);
        let proven = envelope.authentication == Authentication::Authenticated;
        let sent_by = match self.preferences.sent_by {
            Answer::Ask if may && proven => Answer::Accept,
            answer => refuse(answer),
        };
        Preferences {
            sent_by,
            forwarded: refuse(self.preferences.forwarded),
            new_organizer: refuse(self.preferences.new_organizer),
            ..self.preferences.clone()
        }
    }

    fn answer_of(
        &self,
        room: &Room<'_>,
        invitation: &SchedulingObject,
        now: Timestamp,
    ) -> Result<RoomDecision> {
        if let Some(refusal) = room.access.filter(|access| !access.allowed) {
            let reason = Reason {
                code: "no-access",
                message: refusal.to_string(),
                instance: None,
                source: "policy of the room",
            };
            let status = StatusCode::NoAuthority.status()?;
            return Ok(RoomDecision::decline(invitation, Some(status), reason));
        }
        room.policy.decide(invitation, &self.identities, room.booked, room.zone, now, room.limits)
    }

    /// Writes an answer where it is not given yet; an instance gets a component of its own only for that.
    fn write_answer(
        &self,
        object: &mut SchedulingObject,
        key: &InstanceKey,
        answer: &PartStat,
    ) -> Result<()> {
        let Some(part) = object.effective(key).filter(|part| !fields::is_cancelled(part)) else {
            return Ok(());
        };
        match attendee_among(&part, |address| self.identities.is_own(address)) {
            Some(own) if own.partstat != *answer => object.answer(key, self.identities.own(), answer),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read_calendar;
    use crate::itip::Carrier;
    use crate::policy::{AccessList, Asking, Owner, Right};
    use crate::scheduling::Identities;

    const NOW: &str = "20260301T000000Z";

    fn room() -> Engine {
        Engine::new(Identities::new("mailto:aquarium@foo.com".parse().unwrap()))
    }

    fn booking(uid: &str, organizer: &str, lines: &str) -> Component {
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
             DTSTAMP:20260201T000000Z\r\nSUMMARY:Tea\r\n{lines}ORGANIZER:{organizer}\r\nATTENDEE;PARTSTAT=ACCEPTED:{organizer}\r\n\
             ATTENDEE;CUTYPE=ROOM;RSVP=TRUE:mailto:aquarium@foo.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        read_calendar(text.as_bytes(), &Limits::default()).unwrap()
    }

    fn book(message: &Component, others: &[SchedulingObject], access: Option<&Decision>) -> Outcome {
        let engine = room();
        let booked = BusyCalendar::new(others, engine.identities());
        let policy = RoomPolicy::default();
        let room =
            Room { policy: &policy, booked: &booked, zone: &Zone::UTC, access, limits: &Limits::default() };
        let organizer = message.components().next().unwrap().value("ORGANIZER").unwrap();
        let envelope = Envelope {
            sender: Some(organizer.parse().unwrap()),
            authentication: Authentication::Authenticated,
            carrier: Carrier::Local,
        };
        engine
            .book(None, &SchedulingState::default(), message, &envelope, &room, NOW.parse().unwrap())
            .unwrap()
    }

    fn reply(outcome: &Outcome) -> Vec<(String, String)> {
        assert_eq!(outcome.messages.len(), 1, "{:?}", outcome.reasons);
        assert_eq!(outcome.messages[0].method, Method::Reply);
        let parts = outcome.messages[0].calendar.components().filter(|part| part.is("VEVENT"));
        let answer = |part: &Component| attendee_among(part, |_| true).unwrap().partstat.to_string();
        parts.map(|part| (part.value("RECURRENCE-ID").unwrap_or_default(), answer(part))).collect()
    }

    fn statuses(outcome: &Outcome) -> Vec<String> {
        let parts = outcome.messages[0].calendar.components().filter(|part| part.is("VEVENT"));
        parts.filter_map(|part| part.value("REQUEST-STATUS")).collect()
    }

    const WEEKLY: &str = "DTSTART:20260302T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n";

    #[test]
    fn a_free_room_accepts_and_holds_the_booking() {
        let outcome = book(&booking("1", "mailto:a@foo.com", WEEKLY), &[], None);
        assert_eq!(reply(&outcome), [(String::new(), "ACCEPTED".to_owned())]);
        let held = outcome.resulting(None).unwrap();
        assert!(held.to_calendar().to_string().contains("PARTSTAT=ACCEPTED:mailto:aquarium@foo.com"));
    }

    #[test]
    fn a_series_with_a_conflict_is_answered_instance_by_instance() {
        let other = booking("2", "mailto:b@foo.com", "DTSTART:20260309T090000Z\r\nDURATION:PT1H\r\n");
        let first = book(&other, &[], None);
        let outcome =
            book(&booking("1", "mailto:a@foo.com", WEEKLY), &[first.resulting(None).unwrap().clone()], None);
        assert_eq!(
            reply(&outcome),
            [(String::new(), "ACCEPTED".to_owned()), ("20260309T090000Z".to_owned(), "DECLINED".to_owned())]
        );
        assert_eq!(statuses(&outcome), ["2.0;Success", "4.0;Event conflict.  Date/time is busy."]);
        assert!(outcome.reasons.iter().any(|reason| reason.code == "room-is-taken"));
    }

    #[test]
    fn who_may_not_book_is_declined_with_the_entry() {
        let list: AccessList = "deny peer bar.com book room aquarium@foo.com".parse().unwrap();
        let addresses = ["mailto:aquarium@foo.com".parse().unwrap()];
        let owner = Owner { addresses: &addresses, is_room: true, groups: &[] };
        let asking = Asking { peer: Some("bar.com"), ..Asking::default() };
        let decision = list.decide(&asking, Right::Book, &owner, NOW.parse().unwrap());
        let outcome = book(&booking("1", "mailto:c@bar.com", WEEKLY), &[], Some(&decision));
        assert_eq!(reply(&outcome), [(String::new(), "DECLINED".to_owned())]);
        assert_eq!(statuses(&outcome), ["3.8;No authority."]);
        assert!(
            outcome.reasons.iter().any(|reason| reason.message.contains("entry 1")),
            "{:?}",
            outcome.reasons
        );
    }

    #[test]
    fn what_is_no_invitation_is_answered_by_nobody() {
        let mut cancel = booking("1", "mailto:a@foo.com", WEEKLY);
        cancel.set(crate::ical::PropertyBuf::new("METHOD", "CANCEL").unwrap());
        let outcome = book(&cancel, &[], None);
        assert!(outcome.messages.is_empty(), "{:?}", outcome.reasons);
    }
}
