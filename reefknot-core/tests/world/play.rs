//! How each operation is carried out.

use reefknot_core::ical::{Component, Edit, PropertyBuf};
use reefknot_core::itip::{Authentication, Carrier, Disposition, Envelope, Message, Method, Question};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{
    Attendee, PartStat, ScheduleStatus, SchedulingObject, attendees, edit_attendee, fields,
};
use reefknot_core::value::CalendarUserAddress;

use super::meetings::{
    TASK, TEA, WEEKS, add, and_future, meeting_of, names, note, organizer, remove, shift, text,
};
use super::people::{D, E, MALLORY, ROOM, address, called, is_own, who};
use super::{Held, Op, Party, World};

impl World {
    /// An operation on the tea.
    pub(crate) fn apply(&mut self, op: Op) {
        self.step(TEA, op);
    }

    pub(crate) fn step(&mut self, meeting: usize, op: Op) {
        self.now = self.now.saturating_add(1);
        self.trace.push(format!("{meeting}: {op:?}"));
        match op {
            Op::Deliver(pick) => self.deliver(pick, false),
            Op::DeliverTwice(pick) => self.deliver(pick, true),
            Op::Redeliver(pick) => {
                let message = self.sent.get(pick % self.sent.len().max(1)).cloned();
                if let Some(message) = message {
                    self.hand_over(&message);
                }
            }
            Op::Lose(pick) => {
                if let Some(message) = self.under_way(pick).cloned() {
                    self.hears(&message, ScheduleStatus::Incomplete);
                }
            }
            Op::Crash(pick) => {
                if let Some(message) = self.under_way(pick) {
                    self.stops_at_message(message);
                }
            }
            Op::Answer(party, choice) => self.answer(party, meeting, &InstanceKey::Master, choice, false),
            Op::AnswerInstance(party, week, choice) => {
                if let Some(key) = self.keys(meeting).get(week % WEEKS).cloned() {
                    self.answer(party, meeting, &key, choice, false);
                }
            }
            Op::AnswerFrom(party, week, choice) => {
                if let Some(key) = self.keys(meeting).get(week % WEEKS).cloned() {
                    self.answer(party, meeting, &key, choice, true);
                }
            }
            Op::DeclineByExclusion(party, week) => self.decline_by_exclusion(party, meeting, week),
            Op::DeleteCopy(party) => {
                if self.attends(party, meeting) {
                    self.change(party, meeting, None);
                }
            }
            Op::Delegate(party) => self.delegate(party, meeting, &InstanceKey::Master),
            Op::DelegateInstance(party, week) => {
                if let Some(key) = self.keys(meeting).get(week % WEEKS).cloned() {
                    self.delegate(party, meeting, &key);
                }
            }
            Op::Propose(party, week, hours) => {
                if let Some(key) = self.keys(meeting).get(week % WEEKS).cloned() {
                    self.propose(party, meeting, &key, hours);
                }
            }
            Op::Publish => self.publish(meeting),
            Op::Add(week) => self.add_instance(meeting, week),
            Op::Split(week) => self.split(week),
            Op::AskBusy(asks, asked) => self.ask_busy(asks, asked),
            Op::Note(party) => {
                let Some(mut copy) = self.held(party, meeting).object.clone() else { return };
                let key = copy.parts().next().unwrap().0.clone();
                copy.edit_part(&key, note);
                self.change(party, meeting, Some(&copy));
            }
            Op::Meddle(party, which) => self.meddle(party, meeting, which),
            Op::Forward(pick, keeps) => self.forward(pick, keeps),
            Op::PartyCrash(welcome) => self.party_crash(meeting, welcome),
            _ => self.organize(meeting, op),
        }
    }

    fn under_way(&self, pick: usize) -> Option<&Message> {
        self.mailbag.get(pick % self.mailbag.len().max(1))
    }

    pub(super) fn deliver(&mut self, pick: usize, twice: bool) {
        let Some(message) = self.under_way(pick).cloned() else { return };
        if twice {
            return self.hand_over(&message);
        }
        self.mailbag.remove(pick % self.mailbag.len());
        self.hand_over(&message);
        self.hears(&message, ScheduleStatus::Delivered);
    }

    /// Whether somebody holds a copy that they answer themselves.
    fn attends(&self, party: usize, meeting: usize) -> bool {
        ![organizer(meeting), ROOM, MALLORY].contains(&party) && self.held(party, meeting).object.is_some()
    }

    /// A party's copy and one component of it that takes place and is theirs to answer.
    pub(super) fn to_answer(
        &self,
        party: usize,
        meeting: usize,
        key: &InstanceKey,
    ) -> Option<(SchedulingObject, Component)> {
        let copy = self.held(party, meeting).object.clone().filter(|_| self.attends(party, meeting))?;
        let part = copy.effective(key)?;
        let series_dead = copy.master().is_some_and(fields::is_cancelled);
        let dead = fields::is_cancelled(&part) || series_dead && copy.part(key).is_none();
        (!dead && names(&part, party)).then_some((copy, part))
    }

    fn answer(&mut self, party: usize, meeting: usize, key: &InstanceKey, choice: u8, from_on: bool) {
        let Some((mut copy, mut part)) = self.to_answer(party, meeting, key) else { return };
        if from_on && copy.part(key).is_none() {
            and_future(&mut part);
        }
        let all = [
            PartStat::Accepted,
            PartStat::Declined,
            PartStat::Tentative,
            PartStat::InProcess,
            PartStat::Completed,
        ];
        let answers = if meeting == TASK { &all[..] } else { &all[..3] };
        let answer = &answers[usize::from(choice) % answers.len()];
        let own = address(called(party, meeting));
        edit_attendee(&mut part, &own, |line| line.set_param("PARTSTAT", answer.as_str())).unwrap();
        if *answer == PartStat::Completed {
            part.set(PropertyBuf::new("PERCENT-COMPLETE", "100").unwrap());
        }
        copy.put_part(key.clone(), part);
        self.change(party, meeting, Some(&copy));
    }

    fn decline_by_exclusion(&mut self, party: usize, meeting: usize, week: usize) {
        let Some(key) = self.keys(meeting).get(week % WEEKS).cloned() else { return };
        let Some((mut copy, _)) = self.to_answer(party, meeting, &key) else { return };
        if copy.master().is_some_and(|master| !fields::is_cancelled(master)) {
            copy.exclude(&key);
            self.change(party, meeting, Some(&copy));
        }
    }

    /// An attendee sends D in their place, and somebody else the second time; D sends E.
    fn delegate(&mut self, party: usize, meeting: usize, key: &InstanceKey) {
        let Some((mut copy, mut part)) = self.to_answer(party, meeting, key) else { return };
        let own = address(called(party, meeting));
        let sent =
            attendees(&part).into_iter().find(|attendee| attendee.address == own).unwrap().delegated_to;
        let sends_d = sent.iter().any(|who| is_own(D, who));
        let to = if party == D || sends_d { E } else { D };
        if [party, organizer(meeting)].contains(&to) {
            return;
        }
        let delegate = address(called(to, meeting));
        // Whom nobody else sends either comes no more.
        let alone = |who: &Attendee| who.delegated_from == [own.clone()] && who.address != delegate;
        part.edit(|line| match Attendee::of(line).filter(|_| line.is("ATTENDEE")) {
            Some(who) if alone(&who) => Edit::Remove,
            _ => Edit::Keep,
        });
        edit_attendee(&mut part, &own, |line| {
            line.set_param("PARTSTAT", "DELEGATED")?;
            line.set_param("DELEGATED-TO", delegate.uri())
        })
        .unwrap();
        let listed = attendees(&part).into_iter().find(|attendee| attendee.address == delegate);
        match listed {
            None => {
                let mut line = PropertyBuf::new("ATTENDEE", delegate.uri()).unwrap();
                line.set_param("DELEGATED-FROM", own.uri()).unwrap();
                line.set_param("RSVP", "TRUE").unwrap();
                part.push(line);
            }
            Some(listed) if !listed.delegated_from.is_empty() && !listed.delegated_from.contains(&own) => {
                let all = listed.delegated_from.iter().chain([&own]);
                let all: Vec<_> = all.map(CalendarUserAddress::uri).collect();
                edit_attendee(&mut part, &delegate, |line| line.set_params("DELEGATED-FROM", &all)).unwrap();
            }
            // Invited already, by the organizer or by the user's own sending.
            Some(_) => {}
        }
        copy.put_part(key.clone(), part);
        self.change(party, meeting, Some(&copy));
    }

    /// Refused, with nothing sent and nothing stored (invariant 5).
    fn meddle(&mut self, party: usize, meeting: usize, which: u8) {
        let Held { object, state } = self.held(party, meeting);
        let Some(copy) = object.as_ref().filter(|_| self.attends(party, meeting)) else { return };
        let mut parts = copy.parts().filter(|(_, part)| !fields::is_cancelled(part) && names(part, party));
        let Some((key, part)) = parts.next() else { return };
        let mut changed = part.clone();
        let other = attendees(part).into_iter().find(|other| {
            ![party, organizer(meeting)].contains(&who(&other.address)) && other.delegated_from.is_empty()
        });
        match (which % 4, other) {
            (0, _) => changed.set(PropertyBuf::text("SUMMARY", "mine now").unwrap()),
            (1, _) => shift(&mut changed, 1),
            (2, Some(other)) => {
                let answer = if other.partstat == PartStat::Declined { "ACCEPTED" } else { "DECLINED" };
                edit_attendee(&mut changed, &other.address, |line| line.set_param("PARTSTAT", answer))
                    .unwrap();
            }
            _ => changed.push(PropertyBuf::new("ATTENDEE", "mailto:friend@baz.net").unwrap()),
        }
        let mut after = copy.clone();
        after.put_part(key.clone(), changed);
        let engine = &self.parties[party].engine;
        let outcome = engine.change(Some(copy), Some(&after), state, self.now).unwrap();
        assert_eq!(outcome.disposition, Disposition::Rejected, "{party} meddles\n{self}");
        assert!(outcome.messages.is_empty() && outcome.state == *state, "{self}");
        assert_eq!(text(outcome.resulting(Some(copy))), text(Some(copy)), "{self}");
    }

    /// An attendee passes their invitation on to the stranger, who may keep it, and is invited by that no more.
    fn forward(&mut self, pick: usize, keeps: bool) {
        let mut invitations = self.sent.iter().filter(|message| message.method == Method::Request);
        let Some(message) = invitations.nth(pick % self.sent.len().max(1)).cloned() else { return };
        let meeting = meeting_of(&message.uid);
        let from = Envelope {
            sender: Some(message.recipient.clone()),
            authentication: Authentication::Claimed,
            carrier: Carrier::Mail,
        };
        let Party { engine, held } = &self.parties[MALLORY];
        let Held { object, state } = &held[meeting];
        let outcome = engine.receive(object.as_ref(), state, &message.calendar, &from, self.now).unwrap();
        assert!(outcome.messages.is_empty() && outcome.state == *state, "{self}");
        assert_eq!(text(outcome.resulting(object.as_ref())), text(object.as_ref()), "{self}");
        let [question @ Question::Forwarded(_)] = &outcome.questions[..] else { return };
        let outcome = engine
            .decide(question, keeps, object.as_ref(), state, &message.calendar, &from, self.now)
            .unwrap();
        assert!(outcome.messages.is_empty(), "{self}");
        assert_eq!(outcome.resulting(None).is_some(), keeps, "{:?}\n{self}", outcome.reasons);
        self.settle(MALLORY, meeting, outcome);
    }

    /// Who was not invited is on the list only where the organizer says so.
    fn party_crash(&mut self, meeting: usize, welcome: bool) {
        let Some(object) = self.organizers(meeting).filter(|object| object.master().is_some()) else {
            return;
        };
        let master = object.master().unwrap();
        let mut line = PropertyBuf::new("ATTENDEE", called(MALLORY, meeting)).unwrap();
        line.set_param("PARTSTAT", "ACCEPTED").unwrap();
        let mut answer = Component::new(&master.name()).unwrap();
        for name in ["UID", "ORGANIZER", "DTSTAMP", "SEQUENCE"] {
            master.property(name).into_iter().for_each(|property| answer.push(property.to_buf()));
        }
        answer.push(line);
        let mut reply = Component::new("VCALENDAR").unwrap();
        for (name, value) in [("VERSION", "2.0"), ("PRODID", "-//x//EN"), ("METHOD", "REPLY")] {
            reply.push(PropertyBuf::new(name, value).unwrap());
        }
        reply.push_component(answer);
        let from = Envelope {
            sender: Some(address(called(MALLORY, meeting))),
            authentication: Authentication::Claimed,
            carrier: Carrier::Mail,
        };
        let party = organizer(meeting);
        let known = names(master, MALLORY);
        let outcome = self.decides(party, meeting, &reply, &from);
        let Held { object, state } = self.held(party, meeting);
        let [question @ Question::PartyCrasher(_)] = &outcome.questions[..] else {
            assert!(
                known
                    || outcome
                        .resulting(object.as_ref())
                        .is_some_and(|o| text(Some(o)) == text(object.as_ref())),
                "{:?}\n{self}",
                outcome.reasons
            );
            return;
        };
        assert_eq!(text(outcome.resulting(object.as_ref())), text(object.as_ref()), "{self}");
        let engine = &self.parties[party].engine;
        let outcome =
            engine.decide(question, welcome, object.as_ref(), state, &reply, &from, self.now).unwrap();
        let listed =
            outcome.resulting(object.as_ref()).and_then(|object| Some(names(object.master()?, MALLORY)));
        assert_eq!(listed, Some(welcome), "{:?}\n{self}", outcome.reasons);
        self.settle(party, meeting, outcome);
    }

    /// What only the organizer can do.
    fn organize(&mut self, meeting: usize, op: Op) {
        let Some(mut object) = self.organizers(meeting).cloned() else { return };
        let keys = self.keys(meeting);
        let own = organizer(meeting);
        let parts: Vec<_> = object.parts().map(|(key, _)| key.clone()).collect();
        let hold = |object: &mut SchedulingObject, week: usize| -> Option<InstanceKey> {
            let key = keys.get(week % WEEKS)?.clone();
            let part = object.effective(&key).filter(|part| !fields::is_cancelled(part))?;
            object.put_part(key.clone(), part);
            Some(key)
        };
        let edit_instance = |object: &mut SchedulingObject, week: usize, edit: &dyn Fn(&mut Component)| {
            hold(object, week).and_then(|key| object.edit_part(&key, edit))
        };
        let cancelled = PropertyBuf::new("STATUS", "CANCELLED").unwrap();
        let title = |title: String| PropertyBuf::text("SUMMARY", &title).unwrap();
        match op {
            Op::Invite(party) if party != own => parts.iter().for_each(|key| {
                object.edit_part(key, |part| add(part, party, meeting));
            }),
            Op::Uninvite(party) if party != own => parts.iter().for_each(|key| {
                object.edit_part(key, |part| remove(part, party, meeting));
            }),
            Op::InviteTo(week, party) if party != own => {
                edit_instance(&mut object, week, &|part| add(part, party, meeting));
            }
            Op::UninviteFrom(week, party) if party != own => {
                edit_instance(&mut object, week, &|part| remove(part, party, meeting));
            }
            Op::Rename(name) => {
                object.edit_part(&InstanceKey::Master, |part| part.set(title(format!("Tea {name}"))));
            }
            Op::RenameInstance(week, name) => {
                edit_instance(&mut object, week, &|part| part.set(title(format!("Special tea {name}"))));
            }
            Op::MoveSeries(hours) => {
                parts.iter().filter(|key| !key.is_master()).for_each(|key| {
                    object.remove_part(key);
                });
                object.edit_part(&InstanceKey::Master, |part| {
                    part.remove("EXDATE");
                    shift(part, hours);
                });
            }
            Op::MoveInstance(week, hours) => {
                edit_instance(&mut object, week, &|part| shift(part, hours));
            }
            Op::RenameFrom(week, name) => {
                edit_instance(&mut object, week, &|part| {
                    and_future(part);
                    part.set(title(format!("Later tea {name}")));
                });
            }
            Op::MoveFrom(week, hours) => {
                edit_instance(&mut object, week, &|part| {
                    and_future(part);
                    shift(part, hours);
                });
            }
            Op::UninviteFromOn(week, party) if party != own => {
                edit_instance(&mut object, week, &|part| {
                    and_future(part);
                    remove(part, party, meeting);
                });
            }
            Op::RevertInstance(week) => {
                keys.get(week % WEEKS).and_then(|key| object.remove_part(key));
            }
            Op::CancelInstance(week) => {
                edit_instance(&mut object, week, &|part| part.set(cancelled.clone()));
            }
            Op::CancelFrom(week) => {
                edit_instance(&mut object, week, &|part| {
                    and_future(part);
                    part.set(cancelled.clone());
                });
            }
            Op::ExcludeInstance(week) => {
                keys.get(week % WEEKS).into_iter().for_each(|key| object.exclude(key));
            }
            Op::CallOff => return self.change(own, meeting, None),
            _ => return,
        }
        self.change(own, meeting, Some(&object));
    }
}
