//! A small world: an organizer and three attendees who share one event, and a mailbag that delays, repeats and
//! reorders what they write to each other.

mod races;

use std::collections::BTreeSet;

use proptest::prelude::*;
use reefknot_core::engine::{Engine, read_object};
use reefknot_core::ical::{Component, Edit, Limits, PropertyBuf};
use reefknot_core::itip::{Authentication, Carrier, Disposition, Envelope, Message, Outcome, validate};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{
    Identities, PartStat, SchedulingObject, SchedulingState, attendees, edit_attendee, fields,
};
use reefknot_core::value::{CalendarUserAddress, Timestamp};

pub(crate) const ADDRESSES: [&str; 4] =
    ["mailto:a@foo.com", "mailto:b@foo.com", "mailto:c@bar.com", "mailto:e@baz.net"];
/// The instances of the series, when it recurs and has not been moved.
pub(crate) const WEEKS: usize = 4;

pub(crate) fn address(party: usize) -> CalendarUserAddress {
    ADDRESSES[party].parse().unwrap()
}

pub(crate) struct Party {
    pub(crate) engine: Engine,
    pub(crate) object: Option<SchedulingObject>,
    pub(crate) state: SchedulingState,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    Invite(usize),
    Uninvite(usize),
    InviteTo(usize, usize),
    UninviteFrom(usize, usize),
    Rename(u8),
    RenameInstance(usize, u8),
    MoveSeries(i8),
    MoveInstance(usize, i8),
    RevertInstance(usize),
    CancelInstance(usize),
    ExcludeInstance(usize),
    Answer(usize, u8),
    AnswerInstance(usize, usize, u8),
    DeclineByExclusion(usize, usize),
    DeleteCopy(usize),
    Alarm(usize),
    Deliver(usize),
    /// Delivered, but the sender does not hear so and will deliver it again.
    DeliverTwice(usize),
    /// Something delivered long ago arrives once more.
    Redeliver(usize),
    /// The recipient's program stops between its decision and its commit: the message stays under way.
    Crash(usize),
}

pub(crate) fn attendee() -> impl Strategy<Value = usize> {
    1..ADDRESSES.len()
}

/// Anything that somebody can do, deliveries most often.
pub(crate) fn op() -> impl Strategy<Value = Op> {
    let week = 0..WEEKS;
    prop_oneof![
        1 => attendee().prop_map(Op::Invite),
        1 => attendee().prop_map(Op::Uninvite),
        1 => (week.clone(), attendee()).prop_map(|(w, p)| Op::InviteTo(w, p)),
        1 => (week.clone(), attendee()).prop_map(|(w, p)| Op::UninviteFrom(w, p)),
        1 => any::<u8>().prop_map(Op::Rename),
        1 => (week.clone(), any::<u8>()).prop_map(|(w, n)| Op::RenameInstance(w, n)),
        1 => (-3..3_i8).prop_map(Op::MoveSeries),
        2 => (week.clone(), -3..3_i8).prop_map(|(w, h)| Op::MoveInstance(w, h)),
        1 => week.clone().prop_map(Op::RevertInstance),
        1 => week.clone().prop_map(Op::CancelInstance),
        1 => week.clone().prop_map(Op::ExcludeInstance),
        3 => (attendee(), any::<u8>()).prop_map(|(p, a)| Op::Answer(p, a)),
        3 => (attendee(), week.clone(), any::<u8>()).prop_map(|(p, w, a)| Op::AnswerInstance(p, w, a)),
        1 => (attendee(), week).prop_map(|(p, w)| Op::DeclineByExclusion(p, w)),
        1 => attendee().prop_map(Op::DeleteCopy),
        1 => (0..ADDRESSES.len()).prop_map(Op::Alarm),
        8 => any::<usize>().prop_map(Op::Deliver),
        2 => any::<usize>().prop_map(Op::DeliverTwice),
        1 => any::<usize>().prop_map(Op::Redeliver),
        1 => any::<usize>().prop_map(Op::Crash),
    ]
}

pub(crate) struct World {
    pub(crate) parties: Vec<Party>,
    pub(crate) mailbag: Vec<Message>,
    /// Everything ever sent.
    pub(crate) sent: Vec<Message>,
    pub(crate) now: Timestamp,
    pub(crate) trace: Vec<String>,
    highest: u32,
}

pub(crate) fn event(recurs: bool, invited: &BTreeSet<usize>) -> SchedulingObject {
    let rule = if recurs { format!("RRULE:FREQ=WEEKLY;COUNT={WEEKS}\r\n") } else { String::new() };
    let lines: String = invited
        .iter()
        .map(|&party| format!("ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:{}\r\n", ADDRESSES[party]))
        .collect();
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//world//EN\r\nBEGIN:VEVENT\r\nUID:1@foo.com\r\n\
         DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Berlin:20260302T100000\r\n\
         DTEND;TZID=Europe/Berlin:20260302T110000\r\n{rule}SUMMARY:Tea\r\nX-KEPT;X-P=\"a:b\":as it \\is\r\n\
         ORGANIZER:{}\r\nATTENDEE;PARTSTAT=ACCEPTED:{}\r\n{lines}BEGIN:X-THING\r\nX-INNER:kept\r\nEND:X-THING\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n",
        ADDRESSES[0], ADDRESSES[0]
    );
    read_object(text.as_bytes(), &Limits::default()).unwrap()
}

fn recipient(message: &Message) -> usize {
    ADDRESSES.iter().position(|a| message.recipient == a.parse().unwrap()).unwrap()
}

fn answer(choice: u8) -> PartStat {
    [PartStat::Accepted, PartStat::Declined, PartStat::Tentative][usize::from(choice) % 3].clone()
}

fn envelope(sender: &CalendarUserAddress) -> Envelope {
    Envelope {
        sender: Some(sender.clone()),
        authentication: Authentication::Authenticated,
        carrier: Carrier::Mail,
    }
}

impl World {
    pub(crate) fn new(recurs: bool, invited: &BTreeSet<usize>) -> Self {
        let parties = (0..ADDRESSES.len())
            .map(|party| Party {
                engine: Engine::new(Identities::new(address(party))),
                object: None,
                state: SchedulingState::default(),
            })
            .collect();
        let mut world = Self {
            parties,
            mailbag: Vec::new(),
            sent: Vec::new(),
            now: "20260201T080000Z".parse().unwrap(),
            trace: Vec::new(),
            highest: 0,
        };
        world.change(0, Some(&event(recurs, invited)));
        world
    }

    pub(crate) fn organizers(&self) -> &SchedulingObject {
        self.parties[0].object.as_ref().unwrap()
    }

    /// The instances that the organizer's series has by its rule, cancelled and excluded ones included.
    pub(crate) fn keys(&self) -> Vec<InstanceKey> {
        let mut open = self.organizers().clone();
        open.edit_part(&InstanceKey::Master, |master| master.remove("EXDATE"));
        let Some(start) = open.master().and_then(|master| fields::date_time(master, "DTSTART")) else {
            return Vec::new();
        };
        (0..WEEKS as i64)
            .map(|week| {
                let civil = start.civil().checked_add_seconds(week * 7 * 86_400).unwrap();
                InstanceKey::of(&start.with_civil(civil), open.zones())
            })
            .filter(|key| open.is_recurring() && open.has_instance(key))
            .collect()
    }

    pub(crate) fn apply(&mut self, op: Op) {
        self.now = self.now.saturating_add(1);
        self.trace.push(format!("{op:?}"));
        match op {
            Op::Deliver(pick) => self.deliver(pick, false),
            Op::DeliverTwice(pick) => self.deliver(pick, true),
            Op::Redeliver(pick) => {
                let message = self.sent.get(pick % self.sent.len().max(1)).cloned();
                if let Some(message) = message {
                    self.hand_over(&message);
                }
            }
            Op::Crash(pick) => {
                let Some(message) = self.mailbag.get(pick % self.mailbag.len().max(1)) else { return };
                let Party { engine, object, state } = &self.parties[recipient(message)];
                let from = envelope(&message.originator);
                engine.receive(object.as_ref(), state, &message.calendar, &from, self.now).unwrap();
            }
            Op::Answer(party, choice) => self.answer(party, &InstanceKey::Master, choice),
            Op::AnswerInstance(party, week, choice) => {
                if let Some(key) = self.key(week) {
                    self.answer(party, &key, choice);
                }
            }
            Op::DeclineByExclusion(party, week) => {
                let Some(key) = self.key(week) else { return };
                let Some(mut copy) = self.parties[party].object.clone() else { return };
                let live = copy.effective(&key).is_some_and(|part| !fields::is_cancelled(&part));
                let whole = copy.master().is_some_and(|master| !fields::is_cancelled(master));
                if party > 0 && live && whole {
                    copy.exclude(&key);
                    self.change(party, Some(&copy));
                }
            }
            Op::DeleteCopy(party) => {
                if party > 0 && self.parties[party].object.is_some() {
                    self.change(party, None);
                }
            }
            Op::Alarm(party) => {
                let Some(mut copy) = self.parties[party].object.clone() else { return };
                let keys: Vec<_> = copy.parts().map(|(key, _)| key.clone()).collect();
                copy.edit_part(&keys[0], |part| {
                    let mut alarm = Component::new("VALARM").unwrap();
                    alarm.push(PropertyBuf::text("DESCRIPTION", "secret alarm").unwrap());
                    part.push_component(alarm);
                });
                self.change(party, Some(&copy));
            }
            _ => self.organize(op),
        }
    }

    fn key(&self, week: usize) -> Option<InstanceKey> {
        self.keys().get(week % WEEKS).cloned()
    }

    fn organize(&mut self, op: Op) {
        let mut object = self.organizers().clone();
        let hold =
            |object: &mut SchedulingObject, week: usize, keys: &[InstanceKey]| -> Option<InstanceKey> {
                let key = keys.get(week % WEEKS)?.clone();
                let part = object.effective(&key)?;
                if fields::is_cancelled(&part) {
                    return None;
                }
                object.put_part(key.clone(), part);
                Some(key)
            };
        let keys = self.keys();
        match op {
            Op::Invite(party) => {
                let parts: Vec<_> = object.parts().map(|(key, _)| key.clone()).collect();
                for key in parts {
                    object.edit_part(&key, |part| add(part, party));
                }
            }
            Op::Uninvite(party) => {
                let parts: Vec<_> = object.parts().map(|(key, _)| key.clone()).collect();
                for key in parts {
                    object.edit_part(&key, |part| remove(part, party));
                }
            }
            Op::InviteTo(week, party) => {
                let Some(key) = hold(&mut object, week, &keys) else { return };
                object.edit_part(&key, |part| add(part, party));
            }
            Op::UninviteFrom(week, party) => {
                let Some(key) = hold(&mut object, week, &keys) else { return };
                object.edit_part(&key, |part| remove(part, party));
            }
            Op::Rename(name) => {
                object.edit_part(&InstanceKey::Master, |part| {
                    part.set(PropertyBuf::text("SUMMARY", &format!("Tea {name}")).unwrap());
                });
            }
            Op::RenameInstance(week, name) => {
                let Some(key) = hold(&mut object, week, &keys) else { return };
                object.edit_part(&key, |part| {
                    part.set(PropertyBuf::text("SUMMARY", &format!("Special tea {name}")).unwrap());
                });
            }
            Op::MoveSeries(hours) => {
                let dropped: Vec<_> = object.overrides().cloned().collect();
                for key in dropped {
                    object.remove_part(&key);
                }
                object.edit_part(&InstanceKey::Master, |part| {
                    part.remove("EXDATE");
                    shift(part, hours);
                });
            }
            Op::MoveInstance(week, hours) => {
                let Some(key) = hold(&mut object, week, &keys) else { return };
                object.edit_part(&key, |part| shift(part, hours));
            }
            Op::RevertInstance(week) => {
                let Some(key) = keys.get(week % WEEKS) else { return };
                object.remove_part(key);
            }
            Op::CancelInstance(week) => {
                let Some(key) = hold(&mut object, week, &keys) else { return };
                object.edit_part(&key, |part| part.set(PropertyBuf::new("STATUS", "CANCELLED").unwrap()));
            }
            Op::ExcludeInstance(week) => {
                let Some(key) = keys.get(week % WEEKS) else { return };
                object.exclude(key);
            }
            _ => return,
        }
        self.change(0, Some(&object));
    }

    fn answer(&mut self, party: usize, key: &InstanceKey, choice: u8) {
        let Some(mut copy) = self.parties[party].object.clone().filter(|_| party > 0) else { return };
        let Some(mut part) = copy.effective(key) else { return };
        let series_dead = copy.master().is_some_and(fields::is_cancelled);
        if fields::is_cancelled(&part) || series_dead && copy.part(key).is_none() {
            return;
        }
        edit_attendee(&mut part, &address(party), |line| line.set_param("PARTSTAT", answer(choice).as_str()))
            .unwrap();
        copy.put_part(key.clone(), part);
        self.change(party, Some(&copy));
    }

    pub(crate) fn change(&mut self, party: usize, after: Option<&SchedulingObject>) {
        let Party { engine, object, state } = &self.parties[party];
        let outcome = engine.change(object.as_ref(), after, state, self.now).unwrap();
        assert_ne!(
            outcome.disposition,
            Disposition::Rejected,
            "{party}: {:?} after {:?}",
            outcome.reasons,
            self.trace
        );
        self.settle(party, outcome);
    }

    fn deliver(&mut self, pick: usize, twice: bool) {
        if self.mailbag.is_empty() {
            return;
        }
        let at = pick % self.mailbag.len();
        let message = if twice { self.mailbag[at].clone() } else { self.mailbag.remove(at) };
        self.hand_over(&message);
    }

    pub(crate) fn hand_over(&mut self, message: &Message) {
        let party = recipient(message);
        self.trace.push(format!("  {} {} -> {}", message.method, message.originator, message.recipient));
        let Party { engine, object, state } = &self.parties[party];
        // Nobody but the originator can say this (invariant 11).
        let stranger = "mailto:mallory@evil.example".parse().unwrap();
        let forged = engine
            .receive(object.as_ref(), state, &message.calendar, &envelope(&stranger), self.now)
            .unwrap();
        assert_eq!(
            text(forged.resulting(object.as_ref())),
            text(object.as_ref()),
            "forged: {:?}",
            self.trace
        );
        assert_eq!(&forged.state, state, "forged: {:?}", self.trace);
        assert!(forged.messages.is_empty(), "forged: {:?}", self.trace);
        let from = envelope(&message.originator);
        let outcome = engine.receive(object.as_ref(), state, &message.calendar, &from, self.now).unwrap();
        self.settle(party, outcome);
        // Receiving a message twice is receiving it once (invariant 2).
        let Party { engine, object, state } = &self.parties[party];
        let again = engine.receive(object.as_ref(), state, &message.calendar, &from, self.now).unwrap();
        assert_eq!(text(again.resulting(object.as_ref())), text(object.as_ref()), "twice: {:?}", self.trace);
        if message.method.as_str() != "REFRESH"
            && !again.messages.iter().any(|m| m.method.as_str() == "REFRESH")
        {
            assert_eq!(&again.state, state, "twice: {:?}", self.trace);
            assert!(again.messages.is_empty(), "twice: {:?}", self.trace);
        }
    }

    fn settle(&mut self, party: usize, outcome: Outcome) {
        let own = address(party);
        let sent: Vec<Message> = outcome.messages.iter().chain(&outcome.refreshes).cloned().collect();
        for message in &sent {
            assert_ne!(message.recipient, own, "to oneself: {:?}", self.trace);
            let found = validate(&message.calendar);
            assert!(found.valid, "{:?}\n{}\n{:?}", found.violations, message.calendar, self.trace);
            let body = message.calendar.to_string();
            assert!(!body.contains("secret alarm"), "{body}");
            self.only_their_instances(message);
        }
        let stored = outcome.resulting(self.parties[party].object.as_ref()).cloned();
        if party == 0
            && let Some(object) = &stored
        {
            assert!(
                object.sequence() >= self.highest,
                "SEQUENCE fell to {}: {:?}",
                object.sequence(),
                self.trace
            );
            self.highest = object.sequence();
        }
        self.mailbag.extend(sent);
        self.sent.extend(outcome.messages.iter().cloned());
        self.parties[party].object = stored;
        self.parties[party].state = outcome.state;
    }

    /// A body for one attendee shows only what that attendee attends (invariant 9).
    fn only_their_instances(&self, message: &Message) {
        if message.method.as_str() != "REQUEST" {
            return;
        }
        for part in message.calendar.components_named("VEVENT") {
            assert!(
                attendees(part).iter().any(|a| a.address == message.recipient),
                "{} sees what they do not attend: {:?}",
                message.recipient,
                self.trace
            );
        }
    }

    /// Delivers everything that is under way, in an order that `seed` decides, some of it twice.
    pub(crate) fn drain(&mut self, mut seed: u64) {
        let mut rounds = 0;
        while !self.mailbag.is_empty() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let pick = (seed >> 33) as usize;
            self.deliver(pick, seed.is_multiple_of(5));
            rounds += 1;
            assert!(rounds < 2_000, "the mailbag never empties: {:?}", self.trace);
        }
    }

    /// Both sides agree on every instance's time and answer (invariant 1).
    pub(crate) fn assert_agreement(&self) {
        let mut keys = self.keys();
        keys.push(InstanceKey::Master);
        let theirs = self.organizers();
        for (party, name) in ADDRESSES.iter().enumerate().skip(1) {
            for key in &keys {
                let recurring = theirs.is_recurring();
                if *key == InstanceKey::Master && recurring {
                    continue;
                }
                let here = standing(Some(theirs), key, party);
                let there = standing(self.parties[party].object.as_ref(), key, party);
                let declined = here.as_ref().is_some_and(|(answer, _)| *answer == PartStat::Declined);
                if here != there && !(declined && there.is_none()) {
                    panic!(
                        "{} at {key}: the organizer has {here:?}, the attendee {there:?}\n{}\n--- organizer\n{}\n--- attendee\n{}\n{:#?}",
                        name,
                        self.trace.join("\n"),
                        text(Some(theirs)),
                        text(self.parties[party].object.as_ref()),
                        self.parties[party].state,
                    );
                }
            }
        }
    }
}

/// What holds for a party at an instance: their answer and the start; nothing where it does not take place.
fn standing(
    object: Option<&SchedulingObject>,
    key: &InstanceKey,
    party: usize,
) -> Option<(PartStat, String)> {
    let object = object?;
    let part = object.effective(key)?;
    let overridden = object.part(key).is_some();
    if fields::is_cancelled(&part) || !overridden && object.master().is_some_and(fields::is_cancelled) {
        return None;
    }
    let own = attendees(&part).into_iter().find(|attendee| attendee.address == address(party))?;
    Some((own.partstat, part.value("DTSTART")?))
}

pub(crate) fn text(object: Option<&SchedulingObject>) -> String {
    object.map(|object| object.to_calendar().to_string()).unwrap_or_default()
}

fn add(part: &mut Component, party: usize) {
    if attendees(part).iter().all(|attendee| attendee.address != address(party)) {
        let mut line = PropertyBuf::new("ATTENDEE", ADDRESSES[party]).unwrap();
        line.set_param("PARTSTAT", "NEEDS-ACTION").unwrap();
        part.push(line);
    }
}

fn remove(part: &mut Component, party: usize) {
    part.edit(|property| {
        if property.is("ATTENDEE") && property.value() == ADDRESSES[party] {
            Edit::Remove
        } else {
            Edit::Keep
        }
    });
}

fn shift(part: &mut Component, hours: i8) {
    for name in ["DTSTART", "DTEND"] {
        let time = fields::date_time(part, name).unwrap();
        let civil = time.civil().checked_add_seconds(i64::from(hours) * 3_600).unwrap();
        fields::put_date_time(part, name, &time.with_civil(civil));
    }
}
