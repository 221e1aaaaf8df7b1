//! A REPLY arrives at the organizer (RFC 5546 §3.2.3): recorded where it answers what is asked now, and
//! otherwise ignored with a reason.

mod delegation;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

use delegation::{Delegate, Delegation};

use super::completion;
use super::context::{Agent, Context, ShowAnswers};
use super::organizer;
use super::outcome::{Answer, Disposition, ObjectChange, Outcome, Question, Role};
use super::receive::Incoming;
use super::request_status;
use crate::Result;
use crate::ical::{Component, Property, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::scheduling::{Attendee, PartStat, ScheduleStatus, SchedulingObject, attendee_among, fields};
use crate::value::{CalendarUserAddress, DateTime, Timestamp};

/// Takes over the answers in a REPLY, instance by instance.
pub(super) fn receive(
    stored: &SchedulingObject,
    incoming: &Incoming<'_>,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let mut recorder = Recorder {
        stored,
        object: stored.clone(),
        incoming,
        context,
        outcome,
        applied: 0,
        refused: 0,
        delegations: Vec::new(),
        answered: BTreeSet::new(),
        delegates: BTreeMap::new(),
        let_down: BTreeSet::new(),
    };
    for (key, component) in incoming.object.parts() {
        let rest = recorder.rest_of_range(key, component);
        recorder.component(key, component)?;
        if let Some(rest) = rest {
            recorder.component(&rest, component)?;
        }
    }
    recorder.delegations()?;
    recorder.tell_delegators()?;
    recorder.finish()
}

/// A REPLY about what is not stored: cancelled before, it is cancelled for whoever was sent in somebody's place.
pub(super) fn receive_about_nothing(
    incoming: &Incoming<'_>,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let message = "an answer to something that is not stored here";
    outcome = outcome.refuse(Disposition::Ignored, "unknown-uid", message, "RFC 5546 §3.2.3");
    let Some(dead) = outcome.state.tombstones.get(&InstanceKey::Master).copied() else { return Ok(outcome) };
    delegation::nothing_to_come_to(incoming, dead.sequence, outcome, context)
}

type Keys = BTreeSet<InstanceKey>;

struct Recorder<'a> {
    stored: &'a SchedulingObject,
    object: SchedulingObject,
    incoming: &'a Incoming<'a>,
    context: &'a Context<'a>,
    outcome: Outcome,
    applied: usize,
    refused: usize,
    /// By which components the sender delegates.
    delegations: Vec<Delegation>,
    /// Whose answers were recorded for which components.
    answered: BTreeSet<(CalendarUserAddress, InstanceKey)>,
    /// What it means for those who come, or were to come, in somebody's place.
    delegates: BTreeMap<CalendarUserAddress, Delegate>,
    /// Whose delegate declined.
    let_down: BTreeSet<CalendarUserAddress>,
}

impl Recorder<'_> {
    fn component(&mut self, key: &InstanceKey, component: &Component) -> Result<()> {
        let Some((line, answer)) = who_answers(self.incoming, component) else {
            self.refused += 1;
            let message = "the sender is neither the attendee who answers nor named as their SENT-BY";
            self.outcome.because_of(key, "sender-is-not-the-attendee", message, "RFC 5546 §6.1.2");
            return Ok(());
        };
        if answer.partstat == PartStat::Delegated && self.had_something(&answer) {
            // Passed on, whatever is to be made of it.
            answer.delegated_to.iter().for_each(|delegate| self.note_passed(delegate, key, &answer.address));
        }
        if let Some((code, message, source)) = self.no_such_instance(key) {
            self.outcome.because_of(key, code, message, source);
            return self.answer_later_ones(key, component, &answer);
        }
        let who = from_ref(&answer.address);
        let known = match self.object.part(key) {
            Some(_) => self.object.attendee(key, who).is_some(),
            None => self.object.attendee(&InstanceKey::Master, who).is_some(),
        };
        if !known && self.was_removed(key, &answer.address, fields::revision(component).sequence) {
            let message = format!(
                "{} answers what they were asked before they were taken off the list",
                answer.address
            );
            self.outcome.because_of(key, "removed-before", message, "RFC 5546 §3.2.5");
            return self.answer_later_ones(key, component, &answer);
        }
        if !known && !self.admit(key, &line, &answer)? {
            return Ok(());
        }
        let heard = self.hear(key, component, &answer);
        if answer.partstat == PartStat::Delegated && heard != Heard::Before {
            let (key, delegator) = (key.clone(), answer.clone());
            self.delegations.push(Delegation { key, line, delegator, heard });
        }
        if heard == Heard::Now {
            if fields::is_this_and_future(component) && self.object.part(key).is_none() {
                // The attendee answers the instances from this one on (RFC 5545 §3.2.13).
                self.hold(key);
                self.object.edit_part(key, |part| fields::set_this_and_future(part, true));
            }
            self.record(key, &answer)?;
            self.delegators(key, component, &answer)?;
            self.tell_remarks(component, &answer.address);
        }
        self.settle(&answer.address)
    }

    /// An answer to an instance that is not theirs any more may be said of all later ones, too (RFC 5545 §3.2.13).
    fn answer_later_ones(
        &mut self,
        key: &InstanceKey,
        component: &Component,
        answer: &Attendee,
    ) -> Result<()> {
        if !fields::is_this_and_future(component) || !self.had_something(answer) {
            return Ok(());
        }
        self.remember(key, component, answer);
        self.settle(&answer.address)
    }

    /// Where an answer to an instance and all later ones goes on, if the organizer has the instance on its own: with the
    /// next one that has no component.
    fn rest_of_range(&self, key: &InstanceKey, component: &Component) -> Option<InstanceKey> {
        let alone = self.object.part(key).is_some() && !self.object.is_this_and_future(key);
        if !alone || !fields::is_this_and_future(component) {
            return None;
        }
        self.object.next_ruled_with(key)
    }

    /// Whether somebody who delegates was asked ever, by the organizer or as a delegate. Whoever else claims to delegate
    /// makes the organizer write to nobody.
    fn had_something(&self, answer: &Attendee) -> bool {
        let asked =
            |who| self.stored.attends(from_ref(who)) || self.outcome.state.attendees.contains_key(who);
        asked(&answer.address) || answer.delegated_from.iter().any(asked)
    }

    /// What a reply says beside its answer: words, how much of a to-do is done, and what the attendee's program could
    /// not do (RFC 5546 §3.4.3, §3.6).
    fn tell_remarks(&mut self, component: &Component, who: &CalendarUserAddress) {
        if let Some(comment) = component.text("COMMENT") {
            self.outcome.tell("comment", format!("{who} writes: {comment}"));
        }
        if let Some(percent) = component.value("PERCENT-COMPLETE") {
            self.outcome.tell("progress", format!("{who} has done {percent} %"));
        }
        request_status::tell_failures(&mut self.outcome, component, &who.to_string());
    }

    fn no_such_instance(&self, key: &InstanceKey) -> Option<(&'static str, String, &'static str)> {
        let of_instance = || self.object.effective(key).as_ref().is_some_and(fields::is_cancelled);
        if self.object.is_cancelled(&InstanceKey::Master) || !key.is_master() && of_instance() {
            return Some(("cancelled", "what the answer is about was cancelled".into(), "RFC 5546 §4.2.9"));
        }
        if self.object.part(key).is_none() && !self.object.has_instance(key) {
            let message = format!("there is no instance at {key}; none is invented");
            return Some(("no-such-instance", message, "RFC 5546 §4.7.2"));
        }
        if *key == InstanceKey::Master && self.object.master().is_none() {
            return Some(("no-series", "only single instances are stored here".into(), "RFC 5546 §4.7.2"));
        }
        None
    }

    /// Whether an answer crossed the CANCEL that took its sender off the list.
    fn was_removed(&self, key: &InstanceKey, who: &CalendarUserAddress, sequence: u32) -> bool {
        let Some(remembered) = self.outcome.state.attendees.get(who) else { return false };
        [key, &InstanceKey::Master].into_iter().any(|key| {
            let sent = remembered.sent.get(key);
            remembered.cancelled.contains(key) && sent.is_some_and(|sent| sequence < sent.sequence)
        })
    }

    /// Somebody answers who is not on the list: a delegate, or a party crasher (RFC 5546 §3.2.3).
    fn admit(&mut self, key: &InstanceKey, line: &PropertyBuf, answer: &Attendee) -> Result<bool> {
        let who = &answer.address;
        if let Some(delegator) = delegation::delegator_of(&self.object, key, answer) {
            self.place_who_answers(key, line, &delegator)?;
            self.outcome.tell("delegate-added", format!("{who} comes in place of {delegator}"));
            return Ok(true);
        }
        match self.context.preferences.party_crashers {
            Answer::Accept => {
                self.hold(key);
                self.object.edit_part(key, |part| part.push(line.clone()));
                let message = format!("{who} was not invited and is added by policy");
                self.outcome.tell("party-crasher-added", message.clone());
                self.outcome.because_of(key, "party-crasher-added", message, "RFC 5546 §3.2.3");
                Ok(true)
            }
            Answer::Ask => {
                self.outcome.questions.push(Question::PartyCrasher(who.clone()));
                let message = format!("{who} was not invited; the organizer decides whether to add them");
                self.outcome.because_of(key, "party-crasher", message, "RFC 5546 §3.2.3");
                Ok(false)
            }
            Answer::Refuse => {
                self.refused += 1;
                let message = format!("{who} was not invited and is refused by policy");
                self.outcome.because_of(key, "party-crasher-refused", message, "RFC 5546 §3.2.3");
                Ok(false)
            }
        }
    }

    /// Records an answer unless there is a later one (RFC 5546 §2.1.5).
    fn hear(&mut self, key: &InstanceKey, component: &Component, answer: &Attendee) -> Heard {
        let who = &answer.address;
        let (order, sequence, asked) = self.remember(key, component, answer);
        let (heard, code, message) = match order {
            Ordering::Equal => (Heard::Before, "duplicate", format!("this answer of {who} is recorded")),
            Ordering::Less => {
                (Heard::Late, "stale-reply", format!("{who} has given a later answer than this one"))
            }
            Ordering::Greater if sequence < asked => {
                let message = format!("{who} answers SEQUENCE {sequence}, and SEQUENCE {asked} asks again");
                (Heard::Overtaken, "stale-reply", message)
            }
            Ordering::Greater => return Heard::Now,
        };
        self.outcome.because_of(key, code, message, "RFC 5546 §2.1.5");
        heard
    }

    /// As [`hear`](Self::hear); how the answer compares with the one before, the SEQUENCE that it answers, and that which
    /// asked.
    fn remember(
        &mut self,
        key: &InstanceKey,
        component: &Component,
        answer: &Attendee,
    ) -> (Ordering, u32, u32) {
        let current = self.stored.revision(key).sequence;
        let answers = &mut self.outcome.state.attendee(&answer.address, self.stored).answers;
        let asked = answers.asked(key);
        let mut revision = fields::revision(component);
        // Nobody can answer a revision that is still to come.
        revision.sequence = revision.sequence.min(current.max(asked));
        let order = match fields::is_this_and_future(component) {
            true => answers.give_from(key, revision, answer.partstat.clone()),
            false => answers.give(key, revision, answer.partstat.clone()),
        };
        (order, revision.sequence, asked)
    }

    /// Gives an instance a component of its own, as the series has it, so that it can hold an answer.
    fn hold(&mut self, key: &InstanceKey) {
        if self.object.part(key).is_none()
            && let Some(component) = self.object.projected(key)
        {
            self.object.put_part(key.clone(), component);
        }
    }

    fn record(&mut self, key: &InstanceKey, answer: &Attendee) -> Result<()> {
        let who = &answer.address;
        self.applied += 1;
        let message = format!("{who} answers {}", answer.partstat);
        self.outcome.because_of(key, "answer-recorded", message, "RFC 5546 §3.2.3");
        self.answered.insert((who.clone(), key.clone()));
        // An instance answered on its own keeps that answer when the series is answered otherwise later.
        self.hold(key);
        self.write(key, answer)
    }

    fn write(&mut self, key: &InstanceKey, answer: &Attendee) -> Result<()> {
        let status = self.request_status(key);
        let serves = self.outcome.role == Role::Organizer && self.context.agent == Agent::Server;
        let update = |line: &mut PropertyBuf| {
            line.set_param("PARTSTAT", answer.partstat.as_str())?;
            match &answer.sent_by {
                Some(sent_by) => line.set_param("SENT-BY", sent_by.uri())?,
                None => line.remove_param("SENT-BY"),
            }
            // RFC 6638 §4.2: updated or added by a server; elsewhere where there was one, or more is said than success.
            if serves
                || line.as_property().param("SCHEDULE-STATUS").is_some()
                || status != ScheduleStatus::Success.code()
            {
                line.set_param("SCHEDULE-STATUS", &status)?;
            }
            Ok(())
        };
        self.object.edit_attendees(key, |line| line.address == answer.address, |_, line| update(line))?;
        Ok(())
    }

    /// The codes of the reply's REQUEST-STATUS, or of success where there is none (RFC 6638 §4.2).
    fn request_status(&self, key: &InstanceKey) -> String {
        let parts = &self.incoming.object;
        let part = parts.part(key).or_else(|| parts.master());
        let lines = part.into_iter().flat_map(|part| part.properties_named("REQUEST-STATUS"));
        let digits = |code: &str| code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let codes = lines.filter_map(|line| Some(line.value().split(';').next()?.trim().to_owned()));
        let codes: Vec<_> = codes.filter(|code| !code.is_empty() && digits(code)).collect();
        if codes.is_empty() { ScheduleStatus::Success.code().to_owned() } else { codes.join(",") }
    }

    /// Writes what holds now into the object: an answer to the series holds for the instances that were not
    /// answered, or asked, on their own.
    fn settle(&mut self, who: &CalendarUserAddress) -> Result<()> {
        let answers = &self.outcome.state.begun(who, self.stored).answers;
        for key in answers.write_into(&mut self.object, who)? {
            self.applied += 1;
            let message = format!("the answer of {who} to the series holds here too");
            self.outcome.because_of(&key, "answer-inherited", message, "RFC 5546 §3.2.3");
            self.answered.insert((who.clone(), key));
        }
        Ok(())
    }

    /// A reply may also say that its sender was delegated to (RFC 5546 §3.2.2.3).
    fn delegators(&mut self, key: &InstanceKey, component: &Component, answer: &Attendee) -> Result<()> {
        for delegator in &answer.delegated_from {
            let named = attendee_among(component, |address| address == delegator);
            if named.is_some_and(|named| {
                named.partstat == PartStat::Delegated && named.delegated_to.contains(&answer.address)
            }) {
                self.note_delegator(key, delegator, answer)?;
            }
        }
        if answer.partstat == PartStat::Declined {
            self.let_down.extend(answer.delegated_from.iter().cloned());
        }
        Ok(())
    }

    /// When the last part of a to-do was completed: the reply says so, or it is now (RFC 5545 §3.8.2.1).
    fn completed_at(&self) -> Timestamp {
        let parts = self.incoming.object.parts();
        let told = parts.filter_map(|(_, part)| match fields::date_time(part, "COMPLETED") {
            Some(DateTime::Utc(when)) => Some(when),
            _ => None,
        });
        told.max().unwrap_or(self.context.now)
    }

    fn finish(mut self) -> Result<Outcome> {
        self.outcome.disposition = if self.applied > 0 {
            let shown = self.outcome.role == Role::Organizer
                && self.context.agent == Agent::Server
                && self.context.preferences.show_answers == ShowAnswers::Locally;
            if shown {
                self.outcome =
                    organizer::show_answers(self.stored, &self.object, self.outcome, self.context)?;
            }
            if self.outcome.role == Role::Organizer {
                let completed = completion::newly_completed(self.stored, &self.object);
                let when = self.completed_at();
                self.outcome =
                    completion::settle(&mut self.object, &completed, when, self.outcome, self.context)?;
            }
            self.outcome.object = ObjectChange::Store(self.object);
            Disposition::Applied
        } else if !self.outcome.questions.is_empty() {
            Disposition::NeedsDecision
        } else if self.refused > 0 {
            Disposition::Rejected
        } else {
            Disposition::Ignored
        };
        Ok(self.outcome)
    }
}

/// What is to be made of one answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// It answers what is asked now.
    Now,
    /// Another time that is asked about has overtaken it.
    Overtaken,
    /// A later answer has replaced it.
    Late,
    /// It is recorded already.
    Before,
}

/// The one ATTENDEE line that the sender may speak for (RFC 5546 §3.2.3, §6.1.2).
fn who_answers(incoming: &Incoming<'_>, component: &Component) -> Option<(PropertyBuf, Attendee)> {
    let mut lines = component
        .properties_named("ATTENDEE")
        .filter_map(|line: Property<'_>| Some((line.to_buf(), Attendee::of(&line)?)));
    match incoming.sender() {
        Some(sender) => lines
            .find(|(_, attendee)| attendee.address == *sender || attendee.sent_by.as_ref() == Some(sender)),
        // A file names no sender; it says what its first attendee says.
        None => lines.next(),
    }
}
