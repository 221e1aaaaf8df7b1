//! What a REPLY says of delegations, at the organizer's (RFC 5546 §3.2.2.3, §4.2.5 to §4.2.7, §5.2.2).
//!
//! A delegate is put on the list wherever the delegation holds, even one that crossed another time: both are asked
//! about that then. What the delegator passed on may be older than what holds now. A delegate is sent what holds, and
//! told of what does not take place.

use std::collections::BTreeMap;
use std::slice::from_ref;

use super::{Keys, Recorder, who_answers};
use crate::Result;
use crate::ical::PropertyBuf;
use crate::itip::context::Context;
use crate::itip::message::MessageReason;
use crate::itip::organizer;
use crate::itip::outcome::{Outcome, Role};
use crate::itip::receive::Incoming;
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Asks, Attendee, PartStat, SchedulingObject, attendee_among, attendees, delegate, edit_attendee, fields,
    reopen,
};
use crate::value::CalendarUserAddress;

/// One component of a reply by which its sender delegates.
pub(super) struct Delegation {
    pub(super) key: InstanceKey,
    pub(super) line: PropertyBuf,
    pub(super) delegator: Attendee,
    /// Whether it is the sender's answer now; otherwise it was overtaken by another time, or by another answer.
    pub(super) holds: bool,
}

impl Recorder<'_> {
    /// Takes over the delegations of the reply, after all its answers: a component that holds an answer of the
    /// delegator's own is made without the delegate.
    pub(super) fn delegations(&mut self) -> Result<()> {
        for Delegation { key, line, delegator, holds } in std::mem::take(&mut self.delegations) {
            // What was overtaken, or comes once more, brings nobody back who was taken off the list since.
            let state = &self.outcome.state;
            let may_come =
                |delegate: &&CalendarUserAddress| holds || !state.was_cancelled_for(&key, delegate);
            let delegates: Vec<_> = delegator.delegated_to.iter().filter(may_come).cloned().collect();
            if delegates.is_empty() {
                continue;
            }
            let who = &delegator.address;
            let keys = self.covered(&key, who);
            for key in &keys {
                self.hold(key);
                let placed: Vec<_> = delegates
                    .iter()
                    .filter(|delegate| self.object.attendee(key, from_ref(*delegate)).is_none())
                    .cloned()
                    .collect();
                self.object.edit_part(key, |part| delegate(part, who, &delegates)).transpose()?;
                if holds {
                    self.keep_updates(key, who, &line)?;
                }
                for delegate in placed {
                    self.placed.entry((delegate, who.clone())).or_default().insert(key.clone());
                }
            }
        }
        let sender = self.incoming.object.parts().find_map(|(_, part)| who_answers(self.incoming, part));
        if let Some((_, sender)) = sender {
            self.object.complete_delegations(&sender.address, None)?;
        }
        self.ask_delegates()
    }

    /// Whether the delegator goes on hearing of updates: RSVP says so (RFC 5546 §4.2.5, C), and so does the role of one
    /// who does not take part (§3.2.2.3).
    fn keep_updates(
        &mut self,
        key: &InstanceKey,
        who: &CalendarUserAddress,
        said: &PropertyBuf,
    ) -> Result<()> {
        let said = said.as_property();
        let update = |line: &mut PropertyBuf| {
            if said.param_is("ROLE", "NON-PARTICIPANT") {
                line.set_param("ROLE", "NON-PARTICIPANT")?;
            }
            match said.param("RSVP") {
                Some(rsvp) => line.set_param("RSVP", &rsvp),
                None => Ok(()),
            }
        };
        self.object.edit_part(key, |part| edit_attendee(part, who, update)).transpose()?;
        Ok(())
    }

    /// The components that a delegation is about: the one it names, and the overrides that the answer to a series
    /// holds for, unless the reply answers them on their own.
    fn covered(&self, key: &InstanceKey, delegator: &CalendarUserAddress) -> Keys {
        let mut keys = Keys::from([key.clone()]);
        if key.is_master() || self.object.is_this_and_future(key) {
            let ruled = self.object.overrides().filter(|at| {
                self.object.ruling_before(at) == *key
                    && !self.object.is_cancelled(at)
                    && self.incoming.object.part(at).is_none()
                    && self.object.attendee(at, from_ref(delegator)).is_some()
            });
            keys.extend(ruled.cloned());
        }
        keys
    }

    /// A delegate answers before the organizer has heard of the delegation (RFC 5546 §5.2.2).
    pub(super) fn place_who_answers(
        &mut self,
        key: &InstanceKey,
        line: &PropertyBuf,
        delegator: &CalendarUserAddress,
    ) -> Result<()> {
        let Some(delegate) = Attendee::of(&line.as_property()) else { return Ok(()) };
        let mut line = line.clone();
        reopen(&mut line)?;
        self.hold(key);
        self.object.edit_part(key, |part| part.push(line));
        self.asked_in_place_of(&delegate.address, delegator, &Keys::from([key.clone()]));
        self.placed.entry((delegate.address, delegator.clone())).or_default().insert(key.clone());
        Ok(())
    }

    /// Whoever comes in somebody's place was asked what that one was asked.
    fn asked_in_place_of(
        &mut self,
        delegate: &CalendarUserAddress,
        delegator: &CalendarUserAddress,
        keys: &Keys,
    ) {
        let answers = &self.outcome.state.attendee(delegator, self.stored).answers;
        let asks = |key: &InstanceKey| Asks {
            sequence: answers.asked_under(key, &self.object.ruling_before(key)),
            and_future: self.object.is_this_and_future(key),
        };
        let asked: Vec<_> = keys.iter().map(|key| (key, asks(key))).collect();
        self.outcome.state.attendee(delegate, self.stored).answers.hear(asked);
    }

    /// Asks those who are new on the list where what they were passed on is not what holds.
    fn ask_delegates(&mut self) -> Result<()> {
        for ((delegate, delegator), keys) in std::mem::take(&mut self.placed) {
            self.asked_in_place_of(&delegate, &delegator, &keys);
            // Only the organizer adds to what somebody holds already.
            let elsewhere = self.stored.attends(from_ref(&delegate));
            let told = elsewhere || !self.outcome.state.attendee(&delegate, self.stored).sent.is_empty();
            let overtaken = self.object.parts().any(|(key, _)| {
                (keys.contains(key) || keys.contains(&self.object.ruling_before(key)))
                    && self.object.revision(key).sequence > self.incoming.object.revision(key).sequence
            });
            self.applied += 1;
            self.count_up(&delegate, &keys);
            self.settle(&delegate)?;
            let message = format!("{delegate} comes in place of {delegator}");
            self.outcome.because("delegate-added", message, "RFC 5546 §3.2.2.3");
            if self.outcome.role != Role::Organizer || !(told || overtaken) {
                continue;
            }
            let person =
                self.object.parts().find_map(|(_, part)| attendee_among(part, |who| *who == delegate));
            let Some(person) = person else { continue };
            let message = format!("{delegate} was passed on an older version, and is sent the current one");
            self.outcome.because("delegate-informed", message, "RFC 5546 §5.2.2");
            let outcome = self.outcome.clone();
            self.outcome = organizer::send_current(
                &self.object,
                &person,
                MessageReason::Invitation,
                outcome,
                self.context,
            )?;
        }
        Ok(())
    }

    /// What was cancelled for somebody takes a higher SEQUENCE to come back, and so does an instance that they were
    /// told of only as left out of a series which was asked about later (RFC 5546 §2.1.4).
    fn count_up(&mut self, delegate: &CalendarUserAddress, keys: &Keys) {
        let next = self.outcome.state.sequence.max(self.object.sequence()) + 1;
        let stamp = self.context.stamp(&self.outcome.state);
        for key in keys {
            let cancelled = self.outcome.state.was_cancelled_for(key, delegate);
            let ruling = self.object.ruling_before(key);
            let remembered = self.outcome.state.attendee(delegate, self.stored);
            let told = [key, &InstanceKey::Master].into_iter().filter_map(|key| remembered.sent.get(key));
            let told = told.map(|told| told.sequence + 1).max().filter(|_| cancelled).unwrap_or_default();
            if told.max(remembered.answers.asked_under(key, &ruling)) > self.object.revision(key).sequence {
                self.object.edit_part(key, |part| {
                    fields::set_sequence(part, next);
                    fields::set_dtstamp(part, stamp);
                });
            }
        }
    }

    /// A delegate may say that somebody delegated to them before that one's own reply is here: theirs decides.
    pub(super) fn note_delegator(
        &mut self,
        key: &InstanceKey,
        delegator: &CalendarUserAddress,
        answer: &Attendee,
    ) -> Result<()> {
        let ruling = self.object.ruling_before(key);
        let theirs = &self.outcome.state.attendee(delegator, self.stored).answers;
        if theirs.standing_under(key, &ruling).is_some() {
            return Ok(());
        }
        self.hold(key);
        let update = |line: &mut PropertyBuf| {
            line.set_param("PARTSTAT", PartStat::Delegated.as_str())?;
            line.set_param("DELEGATED-TO", answer.address.uri())
        };
        self.object.edit_part(key, |part| edit_attendee(part, delegator, update)).transpose()?;
        Ok(())
    }

    /// Whose delegate declined is sent the current version, to come after all or to ask somebody else
    /// (RFC 5546 §4.2.5, §4.2.7).
    pub(super) fn tell_delegators(&mut self) -> Result<()> {
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
}

/// Tells those whom a reply delegates to, and of whom nobody has heard, that there is nothing to come to: what the
/// delegation is about was cancelled, or the delegator was taken off the list (RFC 5546 §3.2.5).
pub(super) fn turn_away(
    incoming: &Incoming<'_>,
    keys: &Keys,
    sequence: u32,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let mut turned: BTreeMap<CalendarUserAddress, Keys> = BTreeMap::new();
    let mut about = incoming.object.clone();
    for key in keys {
        let answer = incoming.object.part(key).and_then(|part| who_answers(incoming, part));
        let Some((_, answer)) = answer.filter(|(_, answer)| answer.partstat == PartStat::Delegated) else {
            continue;
        };
        about.edit_part(key, |part| delegate(part, &answer.address, &answer.delegated_to)).transpose()?;
        for delegate in answer.delegated_to {
            turned.entry(delegate).or_default().insert(key.clone());
        }
    }
    // What was written by the delegator's program is sent by the organizer's.
    about.edit_shell(|shell| shell.remove("PRODID"));
    for (delegate, keys) in turned {
        if outcome.role == Role::Organizer && !outcome.state.attendees.contains_key(&delegate) {
            let message = format!("{delegate} is told that there is nothing to come to");
            outcome.because("delegate-turned-away", message, "RFC 5546 §3.2.5");
            outcome = organizer::cancel_for(&about, &delegate, &keys, sequence, outcome, context)?;
        }
    }
    Ok(outcome)
}

/// Who delegated to the one who answers, and is on the list.
pub(super) fn delegator_of(
    object: &SchedulingObject,
    key: &InstanceKey,
    answer: &Attendee,
) -> Option<CalendarUserAddress> {
    let listed = object.attendees(key).into_iter().map(|attendee| attendee.address);
    listed.into_iter().find(|address| answer.delegated_from.contains(address))
}
