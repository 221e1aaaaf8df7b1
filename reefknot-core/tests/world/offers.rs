//! Operations beside invitations and answers: proposals, publications, ADD, a split, and questions about busy time.

use std::sync::Arc;

use reefknot_core::engine::read_object;
use reefknot_core::freebusy::{BusyCalendar, FreeBusyRequest, busy_of};
use reefknot_core::ical::{Component, Kind, Limits, PropertyBuf};
use reefknot_core::itip::{
    Authentication, Carrier, Disposition, Envelope, Message, MessageReason, Method, Question, validate,
};
use reefknot_core::policy::{AccessList, Asking, Owner, Right};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{SchedulingState, fields};
use reefknot_core::time::Zone;
use reefknot_core::value::Timestamp;

use super::meetings::{ADDED, LATER, SECRET, TEA, WEEKS, extra_date, meeting_of, organizer, shift};
use super::people::{A, MALLORY, address, called, organisation, who};
use super::{Held, World, laws};

impl World {
    pub(super) fn propose(&mut self, party: usize, meeting: usize, key: &InstanceKey, hours: i8) {
        let Some((copy, mut part)) = self.to_answer(party, meeting, key) else { return };
        let mut proposal = copy.clone();
        shift(&mut part, hours);
        proposal.put_part(key.clone(), part);
        let (engine, state) = (&self.parties[party].engine, &self.held(party, meeting).state);
        let outcome = engine.propose(&copy, &proposal, state, Some("rather then?"), self.now).unwrap();
        assert_ne!(outcome.disposition, Disposition::Rejected, "{:?}\n{self}", outcome.reasons);
        self.settle(party, meeting, outcome);
    }

    /// The organizer accepts every other proposal.
    pub(super) fn decide_on_proposal(&mut self, message: &Message, question: &Question, from: &Envelope) {
        let (party, meeting) = (who(&message.recipient), meeting_of(&message.uid));
        let accepts = self.sent.len().is_multiple_of(2);
        let (engine, Held { object, state }) = (&self.parties[party].engine, self.held(party, meeting));
        let calendar = &message.calendar;
        let outcome =
            engine.decide(question, accepts, object.as_ref(), state, calendar, from, self.now).unwrap();
        let declines = |message: &Message| message.method == Method::DeclineCounter;
        assert_eq!(outcome.messages.iter().any(declines), !accepts, "{:?}\n{self}", outcome.reasons);
        self.settle(party, meeting, outcome);
    }

    pub(super) fn publish(&mut self, meeting: usize) {
        let Some(object) = self.organizers(meeting).cloned() else { return };
        let party = organizer(meeting);
        let (engine, state) = (&self.parties[party].engine, &self.held(party, meeting).state);
        let to = [address(called(MALLORY, meeting))];
        let outcome = engine.publish(&object, state, &to, self.now).unwrap();
        self.settle(party, meeting, outcome);
    }

    /// This engine sends no ADD, so it stands for the organizer's other program: that has sent each attendee one before
    /// the whole, which it says less of, at the same SEQUENCE.
    pub(super) fn add_instance(&mut self, meeting: usize, week: usize) {
        let Some(before) = self.organizers(meeting).filter(|object| object.is_recurring()).cloned() else {
            return;
        };
        let Some(master) = before.master().filter(|master| !fields::is_cancelled(master)) else { return };
        let start = fields::date_time(master, "DTSTART").unwrap();
        let day = 7 * (week % WEEKS) as i64 + ADDED;
        let start = start.with_civil(start.civil().checked_add_seconds(day * 86_400).unwrap());
        let key = InstanceKey::of(&start, before.zones());
        if before.has_instance(&key) || before.part(&key).is_some() {
            return;
        }
        let mut after = before.clone();
        after.edit_part(&InstanceKey::Master, |master| master.push(extra_date(&start)));
        let begun = self.mailbag.len();
        self.change(organizer(meeting), meeting, Some(&after));
        let Some(added) = self.organizers(meeting).and_then(|object| object.projected(&key)) else { return };
        let whole = self.mailbag[begun..].to_vec();
        for request in &whole {
            if request.calendar.components().any(|part| part.property("RDATE").is_some()) {
                let add = as_add(request, &added);
                laws::every_message_is_valid(self, &add);
                self.mailbag.push(add.clone());
                self.sent.push(add);
            }
        }
    }

    pub(super) fn split(&mut self, week: usize) {
        let Held { object, state } = self.held(A, LATER);
        if object.is_some() || *state != SchedulingState::default() {
            return;
        }
        let Some(whole) = self.organizers(TEA).cloned() else { return };
        let Some(key) = self.keys(TEA).get(week % WEEKS).cloned() else { return };
        let Ok((before, after)) = whole.split(&key, super::meetings::uid(LATER)) else { return };
        self.change(A, TEA, Some(&before));
        self.change(A, LATER, Some(&after));
    }

    /// Told to whom the access list lets know, and nothing but when.
    pub(super) fn ask_busy(&mut self, asks: usize, asked: usize) {
        let list: AccessList =
            "allow peer foo.com free-busy everyone\nallow peer bar.com free-busy everyone".parse().unwrap();
        let window: std::ops::Range<Timestamp> =
            "20260301T000000Z".parse().unwrap().."20260401T000000Z".parse().unwrap();
        let own = address(called(asked, TEA));
        let question = FreeBusyRequest {
            uid: "busy@foo.com".into(),
            organizer: address(called(asks, TEA)),
            attendees: vec![own.clone()],
            window: window.clone(),
        };
        let calendar = question.to_calendar(self.now, "-//world//EN").unwrap();
        let valid = |calendar: &Component| {
            let found = validate(calendar);
            assert!(found.valid, "{:?}\n{calendar}\n{self}", found.violations);
        };
        valid(&calendar);
        let objects: Vec<_> =
            self.parties[asked].held.iter().filter_map(|held| held.object.clone()).collect();
        let engine = &self.parties[asked].engine;
        let busy =
            BusyCalendar::new(&objects, engine.identities()).busy(window, &Zone::UTC, &Limits::default());
        let asking = Asking { peer: Some(organisation(asks)), ..Asking::default() };
        let owner = Owner { addresses: &[own], is_room: false, groups: &[] };
        let access = list.decide(&asking, Right::FreeBusy, &owner, self.now);
        let from = Envelope {
            sender: Some(question.organizer),
            authentication: Authentication::Authenticated,
            carrier: Carrier::Peer,
        };
        let told = engine.tell_busy(&calendar, &from, &busy, &access, self.now).unwrap();
        let [reply] = &told.messages[..] else {
            assert_eq!(asks, asked, "{:?}\n{self}", told.reasons);
            return;
        };
        valid(&reply.calendar);
        let text = reply.calendar.to_string();
        assert!(
            !text.contains(SECRET) && !text.contains("Tea") && !text.contains("X-KEPT"),
            "{text}\n{self}"
        );
        if access.allowed {
            let told = busy_of(&reply.calendar).unwrap();
            assert_eq!(told.periods(), busy.for_others().periods(), "{text}\n{self}");
        } else {
            assert!(text.contains("REQUEST-STATUS:3.8") && !text.contains("FREEBUSY:"), "{text}\n{self}");
        }
    }
}

/// The ADD that says of a REQUEST only which instance is new.
fn as_add(request: &Message, added: &Component) -> Message {
    let mut calendar = (*request.calendar).clone();
    calendar.set(PropertyBuf::new("METHOD", "ADD").unwrap());
    let sent = calendar.components().find(|part| Kind::of(part).is_some()).unwrap();
    let stamp = fields::revision(sent).dtstamp.unwrap().saturating_add(-1);
    let sequence = request.sequence;
    calendar.retain_components(|part| Kind::of(part).is_none_or(|_| part.property("RDATE").is_some()));
    for part in calendar.components_mut().filter(|part| Kind::of(part).is_some()) {
        for name in ["RRULE", "RDATE", "EXDATE", "DTSTART", "DTEND", "DUE"] {
            part.remove(name);
        }
        for time in ["DTSTART", "DTEND", "DUE"] {
            added.property(time).into_iter().for_each(|line| part.push(line.to_buf()));
        }
        fields::set_sequence(part, sequence);
        fields::set_dtstamp(part, stamp);
    }
    // As it is read from a message.
    read_object(&calendar.to_bytes(), &Limits::default()).unwrap();
    Message {
        method: Method::Add,
        reason: MessageReason::Update,
        sequence,
        calendar: Arc::new(calendar),
        changes: [].into(),
        ..request.clone()
    }
}
