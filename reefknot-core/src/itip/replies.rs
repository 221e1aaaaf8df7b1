//! A REPLY arrives at the organizer (RFC 5546 §3.2.3): recorded where it answers what is asked now, and
//! otherwise ignored with a reason.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::slice::from_ref;

use super::completion;
use super::context::{Agent, Context, ShowAnswers};
use super::message::MessageReason;
use super::organizer;
use super::outcome::{Answer, Disposition, ObjectChange, Outcome, Question, Role};
use super::receive::Incoming;
use super::request_status;
use crate::Result;
use crate::ical::{Component, Property, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Attendee, PartStat, ScheduleStatus, SchedulingObject, attendee_among, attendees, edit_attendee, fields,
};
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
        let_down: BTreeSet::new(),
    };
    for (key, component) in incoming.object.parts() {
        recorder.component(key, component)?;
    }
    recorder.tell_delegators()?;
    recorder.finish()
}

struct Recorder<'a> {
    stored: &'a SchedulingObject,
    object: SchedulingObject,
    incoming: &'a Incoming<'a>,
    context: &'a Context<'a>,
    outcome: Outcome,
    applied: usize,
    refused: usize,
    /// Whose delegate declined.
    let_down: BTreeSet<CalendarUserAddress>,
}

impl Recorder<'_> {
    fn component(&mut self, key: &InstanceKey, component: &Component) -> Result<()> {
        let Some((line, answer)) = self.who_answers(component) else {
            self.refused += 1;
            let message = "the sender is neither the attendee who answers nor named as their SENT-BY";
            self.outcome.because_of(key, "sender-is-not-the-attendee", message, "RFC 5546 §6.1.2");
            return Ok(());
        };
        if let Some((code, message, source)) = self.no_such_instance(key) {
            self.outcome.because_of(key, code, message, source);
            return Ok(());
        }
        let who = from_ref(&answer.address);
        let known = match self.object.part(key) {
            Some(_) => self.object.attendee(key, who).is_some(),
            None => self.object.attendee(&InstanceKey::Master, who).is_some(),
        };
        if !known && !self.admit(key, &line, &answer)? {
            return Ok(());
        }
        if self.is_recorded(key, component, &answer) {
            if fields::is_this_and_future(component) && self.object.part(key).is_none() {
                // The attendee answers the instances from this one on (RFC 5545 §3.2.13).
                self.hold(key);
                self.object.edit_part(key, |part| fields::set_this_and_future(part, true));
            }
            self.record(key, &answer)?;
            self.delegation(key, component, &answer)?;
            self.tell_remarks(component, &answer.address);
        }
        self.settle(&answer.address)
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

    /// The one ATTENDEE line that the sender may speak for (RFC 5546 §3.2.3, §6.1.2).
    fn who_answers(&self, component: &Component) -> Option<(PropertyBuf, Attendee)> {
        let mut lines = component
            .properties_named("ATTENDEE")
            .filter_map(|line: Property<'_>| Some((line.to_buf(), Attendee::of(&line)?)));
        match self.incoming.sender() {
            Some(sender) => lines.find(|(_, attendee)| {
                attendee.address == *sender || attendee.sent_by.as_ref() == Some(sender)
            }),
            // A file names no sender; it says what its first attendee says.
            None => lines.next(),
        }
    }

    fn no_such_instance(&self, key: &InstanceKey) -> Option<(&'static str, String, &'static str)> {
        let held = self.object.effective(key);
        if self.object.master().into_iter().chain(&held).any(fields::is_cancelled) {
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

    /// Somebody answers who is not on the list: a delegate, or a party crasher (RFC 5546 §3.2.3).
    fn admit(&mut self, key: &InstanceKey, line: &PropertyBuf, answer: &Attendee) -> Result<bool> {
        let who = &answer.address;
        let delegated = self
            .object
            .attendees(key)
            .iter()
            .any(|attendee| answer.delegated_from.contains(&attendee.address));
        let choice = if delegated { Answer::Accept } else { self.context.preferences.party_crashers };
        match choice {
            Answer::Accept => {
                self.hold(key);
                self.object.edit_part(key, |part| part.push(line.clone()));
                let (code, message) = if delegated {
                    ("delegate-added", format!("{who} comes in place of somebody invited"))
                } else {
                    ("party-crasher-added", format!("{who} was not invited and is added by policy"))
                };
                self.outcome.tell(code, message.clone());
                self.outcome.because_of(key, code, message, "RFC 5546 §3.2.3");
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

    /// Records an answer unless there is a later one (RFC 5546 §2.1.5); whether it is to what is asked now.
    fn is_recorded(&mut self, key: &InstanceKey, component: &Component, answer: &Attendee) -> bool {
        let who = &answer.address;
        let current = self.stored.revision(key).sequence;
        let answers = &mut self.outcome.state.attendee(who, self.stored).answers;
        let asked = answers.asked_under(key, &self.stored.ruling_before(key));
        let mut revision = fields::revision(component);
        // Nobody can answer a revision that is still to come.
        revision.sequence = revision.sequence.min(current.max(asked));
        let (code, message) = match answers.give(key, revision, answer.partstat.clone()) {
            Ordering::Equal => ("duplicate", format!("this answer of {who} is recorded")),
            Ordering::Less => ("stale-reply", format!("{who} has given a later answer than this one")),
            Ordering::Greater if revision.sequence < asked => {
                let sequence = revision.sequence;
                ("stale-reply", format!("{who} answers SEQUENCE {sequence}, and SEQUENCE {asked} asks again"))
            }
            Ordering::Greater => return true,
        };
        self.outcome.because_of(key, code, message, "RFC 5546 §2.1.5");
        false
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
        let answers = &self.outcome.state.attendee(who, self.stored).answers;
        for key in answers.write_into(&mut self.object, who)? {
            self.applied += 1;
            let message = format!("the answer of {who} to the series holds here too");
            self.outcome.because_of(&key, "answer-inherited", message, "RFC 5546 §3.2.3");
        }
        Ok(())
    }

    /// A reply may also say that its sender delegated, or was delegated to (RFC 5546 §3.2.2.3).
    fn delegation(&mut self, key: &InstanceKey, component: &Component, answer: &Attendee) -> Result<()> {
        for delegator in &answer.delegated_from {
            let named = attendee_among(component, |address| address == delegator);
            if named.is_some_and(|named| {
                named.partstat == PartStat::Delegated && named.delegated_to.contains(&answer.address)
            }) {
                self.hold(key);
                self.object.edit_attendees(
                    key,
                    |line| line.address == *delegator,
                    |_, line| {
                        line.set_param("PARTSTAT", PartStat::Delegated.as_str())?;
                        line.set_param("DELEGATED-TO", answer.address.uri())
                    },
                )?;
            }
        }
        if answer.partstat == PartStat::Declined {
            self.let_down.extend(answer.delegated_from.iter().cloned());
        }
        if answer.partstat != PartStat::Delegated {
            return Ok(());
        }
        for delegate in &answer.delegated_to {
            self.object
                .edit_part(key, |part| {
                    edit_attendee(part, &answer.address, |line| {
                        line.set_param("DELEGATED-TO", delegate.uri())
                    })?;
                    if attendees(part).iter().all(|attendee| attendee.address != *delegate) {
                        let mut line = PropertyBuf::new("ATTENDEE", delegate.uri())?;
                        line.set_param("RSVP", "TRUE")?;
                        line.set_param("DELEGATED-FROM", answer.address.uri())?;
                        part.push(line);
                    }
                    Ok::<(), crate::Error>(())
                })
                .transpose()?;
        }
        Ok(())
    }

    /// Whose delegate declined is sent the current version, to come after all or to ask somebody else
    /// (RFC 5546 §4.2.5, §4.2.7).
    fn tell_delegators(&mut self) -> Result<()> {
        if self.outcome.role != Role::Organizer || self.let_down.is_empty() {
            return Ok(());
        }
        let delegators: Vec<_> = self
            .object
            .parts()
            .flat_map(|(_, part)| attendees(part))
            .filter(|attendee| self.let_down.remove(&attendee.address))
            .collect();
        for delegator in delegators {
            let message = format!("the delegate of {} declined", delegator.address);
            self.outcome.because("delegate-declined", message, "RFC 5546 §4.2.7");
            let outcome = self.outcome.clone();
            self.outcome = organizer::send_current(
                &self.object,
                &delegator,
                MessageReason::Update,
                outcome,
                self.context,
            )?;
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
