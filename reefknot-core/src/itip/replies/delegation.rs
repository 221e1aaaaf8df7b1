//! What a REPLY says of delegations, at the organizer's (RFC 5546 §3.2.2.3, §4.2.5 to §4.2.7, §5.2.2).
//!
//! A delegate is put on the list wherever the delegation holds, even one that crossed another time: both are asked
//! about that then. Where the delegator answers for themselves later, or sends somebody else, the delegate is taken off
//! it, unless somebody else sent them too.
//!
//! What a delegate holds nobody tells the organizer. The delegator passes on what they have, and that is taken over
//! where nothing is stored yet; later it is the organizer's word alone that counts. So whatever was passed on may be
//! what the delegate holds, until the organizer has told them of it since
//! ([`was_told_since`](crate::scheduling::AttendeeState)). Each reply is held against that, instance by instance: what
//! the delegate may hold and does not attend is cancelled for them, and what they attend and may hold in an older
//! version is sent to them.

use std::collections::BTreeMap;
use std::slice::from_ref;

use super::{Heard, Keys, Recorder, who_answers};
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
    recall, reopen,
};
use crate::value::CalendarUserAddress;

/// One component of a reply by which its sender delegates.
pub(super) struct Delegation {
    pub(super) key: InstanceKey,
    pub(super) line: PropertyBuf,
    pub(super) delegator: Attendee,
    pub(super) heard: Heard,
}

/// What a reply means for one person who comes, or was to come, in somebody's place.
#[derive(Default)]
pub(super) struct Delegate {
    /// What they were passed on, and at which SEQUENCE.
    passed: BTreeMap<InstanceKey, u32>,
    /// What they were put on the list of, by whose place they take.
    placed: BTreeMap<CalendarUserAddress, Keys>,
    /// What they were taken off the list of.
    released: Keys,
}

impl Delegate {
    fn merge(&mut self, other: Self) {
        self.passed.extend(other.passed);
        self.released.extend(other.released);
        for (delegator, keys) in other.placed {
            self.placed.entry(delegator).or_default().extend(keys);
        }
    }
}

impl Recorder<'_> {
    /// Takes over the delegations of the reply, after all its answers: a component that holds an answer of the
    /// delegator's own is made without the delegate.
    pub(super) fn delegations(&mut self) -> Result<()> {
        for (who, key) in std::mem::take(&mut self.answered) {
            for gone in self.object.end_delegations(&key, &who)? {
                self.release(gone, &key, &who);
            }
        }
        for delegation in std::mem::take(&mut self.delegations) {
            self.take_over(&delegation)?;
        }
        let sender = self.incoming.object.parts().find_map(|(_, part)| who_answers(self.incoming, part));
        if let Some((_, sender)) = sender {
            self.complete(&sender.address)?;
        }
        self.tell_delegates()
    }

    /// Who delegated all that an answer holds for sent somebody to each component of it.
    fn complete(&mut self, delegator: &CalendarUserAddress) -> Result<()> {
        for (key, delegate) in self.object.complete_delegations(delegator, None)? {
            self.place(&delegate, &key, delegator);
        }
        Ok(())
    }

    /// Puts the delegates on the list where the delegation holds, or would but for another time that it crossed. Where
    /// it does not, a later answer has replaced it, and they are not there for this delegator.
    fn take_over(&mut self, delegation: &Delegation) -> Result<()> {
        let Delegation { key, line, delegator, heard } = delegation;
        let who = &delegator.address;
        for key in self.covered(key, who) {
            self.hold(&key);
            let Some(own) = self.object.attendee(&key, from_ref(who)).cloned() else { continue };
            let holds = match own.partstat {
                _ if *heard == Heard::Late => false,
                PartStat::NeedsAction => true,
                PartStat::Delegated => *heard == Heard::Now || own.delegated_to.is_empty(),
                _ => false,
            };
            if !holds {
                let sent = |who: &CalendarUserAddress| {
                    delegator.delegated_to.contains(who) && !own.delegated_to.contains(who)
                };
                self.recall(&key, who, &sent)?;
                continue;
            }
            // What was overtaken brings nobody back who was taken off the list since.
            let may_come = |delegate: &&CalendarUserAddress| {
                *heard == Heard::Now || !self.outcome.state.was_cancelled_for(&key, delegate)
            };
            let delegates: Vec<_> = delegator.delegated_to.iter().filter(may_come).cloned().collect();
            if delegates.is_empty() {
                continue;
            }
            // Who sends another does not send the first any more.
            self.recall(&key, who, &|sent| !delegates.contains(sent))?;
            for delegate in &delegates {
                if self.object.attendee(&key, from_ref(delegate)).is_none() {
                    self.place(delegate, &key, who);
                }
            }
            self.object.edit_part(&key, |part| delegate(part, who, &delegates)).transpose()?;
            if *heard == Heard::Now {
                self.keep_updates(&key, who, line)?;
            }
        }
        Ok(())
    }

    /// Somebody was sent what the delegator had of a component.
    pub(super) fn note_passed(
        &mut self,
        delegate: &CalendarUserAddress,
        key: &InstanceKey,
        delegator: &CalendarUserAddress,
    ) {
        let answers = &self.outcome.state.begun(delegator, self.stored).answers;
        let asked = answers.asked(key);
        // Nobody can pass on a revision that is still to come.
        let latest = self.stored.revision(key).sequence.max(asked);
        let sequence = self.incoming.object.revision(key).sequence.min(latest);
        self.delegates.entry(delegate.clone()).or_default().passed.insert(key.clone(), sequence);
    }

    fn place(&mut self, delegate: &CalendarUserAddress, key: &InstanceKey, delegator: &CalendarUserAddress) {
        let Delegate { placed, .. } = self.delegates.entry(delegate.clone()).or_default();
        placed.entry(delegator.clone()).or_default().insert(key.clone());
    }

    fn release(&mut self, delegate: CalendarUserAddress, key: &InstanceKey, delegator: &CalendarUserAddress) {
        let message = format!("{delegate} does not come in place of {delegator} any more");
        self.outcome.because_of(key, "delegation-ended", message, "RFC 5546 §3.2.2.3");
        self.applied += 1;
        self.delegates.entry(delegate).or_default().released.insert(key.clone());
    }

    fn recall(
        &mut self,
        key: &InstanceKey,
        delegator: &CalendarUserAddress,
        chosen: &dyn Fn(&CalendarUserAddress) -> bool,
    ) -> Result<()> {
        let gone = self.object.edit_part(key, |part| recall(part, delegator, chosen)).transpose()?;
        for delegate in gone.into_iter().flatten() {
            self.release(delegate, key, delegator);
        }
        Ok(())
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
    /// holds for, unless they were answered on their own.
    fn covered(&self, key: &InstanceKey, delegator: &CalendarUserAddress) -> Keys {
        let mut keys = Keys::from([key.clone()]);
        let own = self.outcome.state.attendees.get(delegator);
        if key.is_master() || self.object.is_this_and_future(key) {
            let ruled = self.object.overrides().filter(|at| {
                self.object.ruling_before(at) == *key
                    && !self.object.is_cancelled(at)
                    && self.incoming.object.part(at).is_none()
                    && !own.is_some_and(|own| own.answers.answers_alone(at))
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
        self.note_passed(&delegate.address, key, delegator);
        self.place(&delegate.address, key, delegator);
        Ok(())
    }

    /// Whoever comes in somebody's place was asked what that one was asked.
    fn asked_in_place_of(
        &mut self,
        delegate: &CalendarUserAddress,
        delegator: &CalendarUserAddress,
        keys: &Keys,
    ) {
        let answers = &self.outcome.state.begun(delegator, self.stored).answers;
        let asks = |key: &InstanceKey| Asks {
            sequence: answers.asked(key),
            and_future: self.object.is_this_and_future(key),
        };
        let asked: Vec<_> = keys.iter().map(|key| (key, asks(key))).collect();
        self.outcome.state.attendee(delegate, self.stored).answers.hear(asked);
    }

    /// Tells each delegate of the reply what holds for them, as far as they may hold something else.
    fn tell_delegates(&mut self) -> Result<()> {
        let mut delegates: BTreeMap<CalendarUserAddress, Delegate> = BTreeMap::new();
        while let Some((delegate, change)) = self.delegates.pop_first() {
            for (delegator, keys) in &change.placed {
                self.asked_in_place_of(&delegate, delegator, keys);
                let message = format!("{delegate} comes in place of {delegator}");
                self.outcome.because("delegate-added", message, "RFC 5546 §3.2.2.3");
                self.applied += 1;
            }
            // What they answered before holds there too, and it may be that they sent somebody on.
            self.settle(&delegate)?;
            self.complete(&delegate)?;
            delegates.entry(delegate).or_default().merge(change);
        }
        if self.outcome.role == Role::Organizer { self.tell_as_organizer(&delegates) } else { Ok(()) }
    }

    fn tell_as_organizer(&mut self, delegates: &BTreeMap<CalendarUserAddress, Delegate>) -> Result<()> {
        // All that counts up comes before anybody is told what holds.
        let mut adds = Vec::new();
        for (delegate, change) in delegates {
            let remembered = self.outcome.state.attendees.get(delegate);
            let told = remembered.is_some_and(|remembered| !remembered.sent.is_empty());
            let elsewhere = self.stored.attends(from_ref(delegate));
            let ended = self.turn_away(delegate, change)?;
            let revived = self.ended_with(&ended, delegate);
            let placed: Keys = change.placed.values().flatten().cloned().collect();
            let back = self.hold_what_returns(delegate, &placed);
            self.count_up(delegate, &(&(&placed | &revived) | &back));
            // Only the organizer adds to what somebody holds already.
            adds.push(!placed.is_empty() && (told || elsewhere) || !revived.is_empty());
        }
        for ((delegate, change), adds) in delegates.iter().zip(adds) {
            if adds || self.is_behind(delegate, &change.passed) {
                self.inform(delegate)?;
            }
        }
        Ok(())
    }

    /// Instances that somebody was told are cancelled, and which they attend now with what rules these: each gets a component,
    /// for only a higher SEQUENCE of its own brings it back.
    fn hold_what_returns(&mut self, who: &CalendarUserAddress, placed: &Keys) -> Keys {
        let Some(remembered) = self.outcome.state.attendees.get(who) else { return Keys::new() };
        let returns = remembered.cancelled.iter().filter(|key| {
            let alone = !key.is_master() && self.object.part(key).is_none();
            alone && placed.contains(&self.object.ruling_before(key)) && self.attends(key, who)
        });
        let returns: Keys = returns.cloned().collect();
        returns.iter().for_each(|key| self.hold(key));
        returns
    }

    /// What somebody attends of what a CANCEL of these components ends with them.
    fn ended_with(&self, ended: &Keys, who: &CalendarUserAddress) -> Keys {
        let ends = |key: &InstanceKey| {
            ended.contains(&InstanceKey::Master) || ended.contains(&self.object.ruling_before(key))
        };
        let parts = self.object.parts().map(|(key, _)| key);
        parts.filter(|key| ends(key) && self.attends(key, who)).cloned().collect()
    }

    /// Whether somebody attends what is at an instance, and it takes place.
    fn attends(&self, key: &InstanceKey, who: &CalendarUserAddress) -> bool {
        let object = &self.object;
        if object.is_cancelled(&InstanceKey::Master) || object.is_cancelled(key) {
            return false;
        }
        match object.part(key) {
            Some(_) => object.attendee(key, from_ref(who)).is_some(),
            None => object
                .projected(key)
                .is_some_and(|part| attendee_among(&part, |address| address == who).is_some()),
        }
    }

    /// What a delegate may hold and does not attend.
    fn held_in_vain(&self, delegate: &CalendarUserAddress, change: &Delegate) -> Keys {
        let remembered = self.outcome.state.attendees.get(delegate);
        let untold = change.passed.iter().filter(|(key, sequence)| {
            let ruling = self.object.ruling_before(key);
            !remembered.is_some_and(|remembered| remembered.was_told_since(key, &ruling, **sequence))
        });
        let held = untold.map(|(key, _)| key).chain(&change.released);
        held.filter(|key| !self.attends(key, delegate)).cloned().collect()
    }

    /// Whether a delegate who holds just what was passed on to them now would hold something else than they attend: less
    /// of it, an older version, or an instance that is not theirs.
    fn is_behind(&self, delegate: &CalendarUserAddress, passed: &BTreeMap<InstanceKey, u32>) -> bool {
        let remembered = self.outcome.state.attendees.get(delegate).filter(|_| !passed.is_empty());
        let Some(remembered) = remembered else { return false };
        self.object.parts().map(|(key, _)| key).chain(passed.keys()).any(|key| {
            let ruling = self.object.ruling_before(key);
            let told_since = |sequence| remembered.was_told_since(key, &ruling, sequence);
            let said = self.incoming.object.part(key).is_some();
            let with = [key, &ruling, &InstanceKey::Master].into_iter();
            let with = with.filter(|at| *at == key || !said).find(|at| passed.contains_key(*at));
            let current = self.object.revision(key).sequence;
            match with {
                Some(at) if self.attends(key, delegate) => current > passed[at] && !told_since(current),
                Some(at) => at != key && self.attends(at, delegate) && !told_since(passed[at]),
                None => self.attends(key, delegate) && !told_since(0),
            }
        })
    }

    /// Sends a delegate what holds for them now.
    fn inform(&mut self, delegate: &CalendarUserAddress) -> Result<()> {
        let person = self.object.parts().find_map(|(_, part)| attendee_among(part, |who| who == delegate));
        let Some(person) = person else { return Ok(()) };
        let message = format!("{delegate} may hold another version, and is sent the current one");
        self.outcome.because("delegate-informed", message, "RFC 5546 §5.2.2");
        let outcome = self.outcome.clone();
        self.outcome =
            organizer::send_current(&self.object, &person, MessageReason::Invitation, outcome, self.context)?;
        Ok(())
    }

    /// Tells a delegate of what they may hold and do not come to; gives what that is.
    fn turn_away(&mut self, delegate: &CalendarUserAddress, change: &Delegate) -> Result<Keys> {
        let (mut about, mut keys) = (self.stored.clone(), Keys::new());
        for key in self.held_in_vain(delegate, change) {
            if about.attendee(&key, from_ref(delegate)).is_none() {
                let part = about.effective(&key).or_else(|| self.incoming.object.part(&key).cloned());
                let Some(mut part) = part else { continue };
                part.push(PropertyBuf::new("ATTENDEE", delegate.uri())?);
                fields::set_sequence(&mut part, self.stored.revision(&key).sequence);
                about.put_part(key.clone(), part);
            }
            keys.insert(key);
        }
        if keys.is_empty() {
            return Ok(keys);
        }
        let takes_place = |key: &InstanceKey| {
            let held = self.object.effective(key);
            let series = self.object.is_cancelled(&InstanceKey::Master);
            !series && held.is_some_and(|held| !fields::is_cancelled(&held))
        };
        let for_all = !keys.iter().any(takes_place);
        let sequence = self.count_past(&keys, change);
        let outcome = self.outcome.clone();
        self.outcome = tell_off(&about, delegate, &keys, sequence, for_all, outcome, self.context)?;
        Ok(keys)
    }

    /// The SEQUENCE of a CANCEL, which is higher than that of whatever was passed on (RFC 5546 §2.1.4); where the organizer
    /// has given none since, this counts up.
    fn count_past(&mut self, keys: &Keys, change: &Delegate) -> u32 {
        let last = self.outcome.state.sequence.max(self.object.sequence());
        let held = |key: &InstanceKey| {
            change.passed.get(key).copied().unwrap_or_else(|| self.stored.revision(key).sequence)
        };
        if keys.iter().all(|key| held(key) < last) {
            return last;
        }
        let stamp = self.context.stamp(&self.outcome.state);
        for key in keys {
            let ruling = self.object.ruling(key);
            self.object.edit_details(&ruling, |part| {
                fields::set_sequence(part, last + 1);
                fields::set_dtstamp(part, stamp);
            });
            self.applied += 1;
        }
        last + 1
    }

    /// What was cancelled for somebody takes a higher SEQUENCE to come back, and so does an instance that they were
    /// told of only as left out of a series which was asked about later (RFC 5546 §2.1.4).
    fn count_up(&mut self, delegate: &CalendarUserAddress, keys: &Keys) {
        let next = self.outcome.state.sequence.max(self.object.sequence()) + 1;
        let stamp = self.context.stamp(&self.outcome.state);
        for key in keys {
            let cancelled = self.outcome.state.was_cancelled_for(key, delegate);
            let remembered = self.outcome.state.begun(delegate, self.stored);
            let told = [key, &InstanceKey::Master].into_iter().filter_map(|key| remembered.sent.get(key));
            let told = told.map(|told| told.sequence + 1).max().filter(|_| cancelled).unwrap_or_default();
            if told.max(remembered.answers.asked(key)) > self.object.revision(key).sequence {
                self.object.edit_part(key, |part| {
                    fields::set_sequence(part, next);
                    fields::set_dtstamp(part, stamp);
                });
                self.applied += 1;
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
        let theirs = &self.outcome.state.begun(delegator, self.stored).answers;
        if theirs.standing_under(key, self.object.rulings_before(key)).is_some() {
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
                MessageReason::DelegateGone,
                outcome,
                self.context,
            )?;
        }
        Ok(())
    }
}

/// A REPLY about what was deleted: whoever was sent in somebody's place is told that there is nothing to come to.
pub(super) fn nothing_to_come_to(
    incoming: &Incoming<'_>,
    dead: u32,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let mut turned: BTreeMap<CalendarUserAddress, Keys> = BTreeMap::new();
    let mut about = incoming.object.clone();
    for (key, part) in incoming.object.parts() {
        let answer = who_answers(incoming, part).map(|(_, answer)| answer);
        let Some(answer) = answer.filter(|answer| answer.partstat == PartStat::Delegated) else { continue };
        about
            .edit_part(key, |part| {
                fields::set_sequence(part, fields::revision(part).sequence.min(dead));
                delegate(part, &answer.address, &answer.delegated_to)
            })
            .transpose()?;
        for delegate in answer.delegated_to {
            let told = outcome.state.attendees.get(&delegate).is_some_and(|remembered| {
                // Nothing was given at the SEQUENCE of the deletion but CANCELs.
                remembered.was_told_since(key, &InstanceKey::Master, dead.saturating_sub(1))
            });
            if !told {
                turned.entry(delegate).or_default().insert(key.clone());
            }
        }
    }
    // What was written by the delegator's program is sent by the organizer's.
    about.edit_shell(|shell| shell.remove("PRODID"));
    for (delegate, keys) in turned {
        if outcome.role == Role::Organizer {
            outcome = tell_off(&about, &delegate, &keys, dead, true, outcome, context)?;
        }
    }
    Ok(outcome)
}

/// Cancels for a delegate what `about` says that they attend.
fn tell_off(
    about: &SchedulingObject,
    delegate: &CalendarUserAddress,
    keys: &Keys,
    sequence: u32,
    for_all: bool,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let message = format!("{delegate} is told that there is nothing to come to");
    outcome.because("delegate-turned-away", message, "RFC 5546 §3.2.5");
    organizer::cancel_for(about, delegate, keys, sequence, for_all, outcome, context)
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
