//! The organizer's machine: what follows when they change, cancel or delete an event
//! (RFC 5546 §3.2.2, §3.2.5, RFC 6638 §3.2.1).
//!
//! Per attendee and instance: not invited → invited → answered → removed or cancelled. What has been sent and
//! asked is kept in [`SchedulingState`]; answers come in through `replies`.

use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;
use std::sync::Arc;

use super::body::{self, Part};
use super::context::Context;
use super::message::{Change, Message, MessageReason};
use super::method::Method;
use super::outcome::{Disposition, ObjectChange, Outcome, Role};
use crate::Result;
use crate::ical::{Component, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Attendee, Delta, PartStat, Revision, SchedulingObject, SchedulingState, Weight, attendees, compare,
    edit_attendees, fields, reopen,
};
use crate::value::{CalendarUserAddress, Timestamp};

/// The organizer created, changed or deleted the object.
pub(super) fn change(
    before: Option<&SchedulingObject>,
    after: Option<&SchedulingObject>,
    state: &SchedulingState,
    context: &Context<'_>,
) -> Result<Outcome> {
    let outcome = Outcome::new(Disposition::Allowed, Role::Organizer, state.clone());
    match (before, after) {
        (None, None) => Ok(outcome.refuse(
            Disposition::Unchanged,
            "nothing-to-do",
            "there was nothing and there is nothing",
            "design",
        )),
        (Some(before), None) => delete(before, outcome, context),
        (_, Some(after)) => Revise::new(before, after, outcome, context).run(),
    }
}

/// The organizer deletes the event: everybody who was invited gets a CANCEL (RFC 6638 §3.2.1.3).
fn delete(before: &SchedulingObject, mut outcome: Outcome, context: &Context<'_>) -> Result<Outcome> {
    outcome.object = ObjectChange::Delete;
    let mut mailer = Mailer::new(before, outcome, context);
    let sequence = mailer.next_sequence(before);
    let over = !context.preferences.tell_past && before.is_over(context.now);
    if over {
        let message = "the event is over: who deletes it tidies up, and cancels nothing";
        mailer.outcome.because("past", message, "policy tell-past");
    }
    for (who, keys) in before.everybody().into_iter().filter(|_| !over) {
        let mut keys: BTreeSet<_> = keys.into_iter().collect();
        keys.retain(|key| !before.is_cancelled(key));
        if keys.is_empty() {
            mailer.outcome.because(
                "already-cancelled",
                format!("{who} was told of the cancellation before"),
                "RFC 5546 §3.2.5",
            );
            continue;
        }
        mailer.cancel(before, &who, &keys, sequence, true)?;
    }
    let revision = Revision { sequence, dtstamp: Some(mailer.stamp) };
    mailer.outcome.state.tombstones.insert(InstanceKey::Master, revision);
    Ok(mailer.finish(sequence))
}

/// One revision of an object by its organizer.
struct Revise<'a> {
    before: Option<&'a SchedulingObject>,
    after: SchedulingObject,
    context: &'a Context<'a>,
    outcome: Outcome,
    /// The SEQUENCE of whatever this revision moves.
    next: u32,
}

impl<'a> Revise<'a> {
    fn new(
        before: Option<&'a SchedulingObject>,
        after: &SchedulingObject,
        outcome: Outcome,
        context: &'a Context<'a>,
    ) -> Self {
        let highest = outcome.state.sequence.max(before.map_or(0, SchedulingObject::sequence));
        let dead = outcome.state.tombstones.values().map(|revision| revision.sequence + 1).max();
        let next = match before {
            // A client that counted the revision itself is believed.
            Some(_) => (highest + 1).max(after.sequence()),
            None => after.sequence().max(dead.unwrap_or(0)).max(outcome.state.sequence),
        };
        Self { before, after: after.clone(), context, outcome, next }
    }

    fn run(mut self) -> Result<Outcome> {
        self.adopt();
        self.drop_overrides_of_nothing();
        self.keep_answers_of_dropped_overrides();
        let delta = Delta::between(self.before, Some(&self.after));
        if self.before.is_some() && delta.instances.is_empty() && !self.is_forced() {
            self.never_fall();
            self.outcome.disposition = Disposition::Unchanged;
            self.outcome.because(
                "no-change",
                "nothing that scheduling knows of has changed",
                "RFC 5546 §2.1.4",
            );
            self.outcome.object = ObjectChange::Store(self.after);
            return Ok(self.outcome);
        }
        let touched = self.count_up(&delta);
        self.reset_answers(&delta)?;
        self.record_answers_by_hand(&delta)?;
        self.never_fall();
        let (before, after) = (self.before, self.after);
        let mut mailer = Mailer::new(&after, self.outcome, self.context);
        for key in touched {
            let stamp = mailer.stamp;
            mailer.stored.edit_part(&key, |part| fields::set_dtstamp(part, stamp));
        }
        let people = everybody(before, &after);
        let step = Step::new(before, &after, &delta, self.next);
        for (who, was, is) in people {
            mailer.tell(&step, &who, &was, &is)?;
        }
        for (key, change) in &delta.instances {
            let revision = Revision { sequence: self.next, dtstamp: Some(mailer.stamp) };
            if change.disappeared {
                mailer.outcome.state.tombstones.insert(key.clone(), revision);
            } else if change.appeared {
                mailer.outcome.state.tombstones.remove(key);
            }
        }
        let sequence =
            mailer.stored.sequence().max(if mailer.outcome.messages.is_empty() { 0 } else { mailer.highest });
        mailer.outcome.object = ObjectChange::Store(mailer.stored.clone());
        Ok(mailer.finish(sequence))
    }

    /// Whether somebody is to be sent the object although nothing changed (RFC 6638 §7.2).
    fn is_forced(&self) -> bool {
        self.after.is_forced()
    }

    /// What the object said of those never written to from here is where their record begins.
    fn adopt(&mut self) {
        let Some(before) = self.before else { return };
        for who in before.everybody().keys().filter(|who| !self.context.identities.is_own(who)) {
            self.outcome.state.attendee(who, before);
        }
    }

    /// An override whose instance the series gave before and gives no more, since its rule changed or an EXDATE came,
    /// goes with it: left behind, it would take place as an instance that nobody asked for.
    fn drop_overrides_of_nothing(&mut self) {
        let Some(before) = self.before.filter(|before| before.master().is_some()) else { return };
        let gone = self.after.overrides().filter(|key| {
            let single = self.after.part(key).is_some_and(|part| !fields::is_this_and_future(part));
            single && before.part(key).is_some() && before.has_instance(key) && !self.after.has_instance(key)
        });
        for key in gone.cloned().collect::<Vec<_>>() {
            self.after.remove_part(&key);
            let message = "the series has this instance no more, so its own component goes with it";
            self.outcome.because_of(&key, "override-dropped", message, "RFC 5545 §3.8.4.4");
        }
    }

    /// An override that a client dropped falls back to the series; the answers given to that instance do not.
    fn keep_answers_of_dropped_overrides(&mut self) {
        let Some(before) = self.before else { return };
        let dropped: Vec<_> =
            before.overrides().filter(|key| self.after.part(key).is_none()).cloned().collect();
        for key in dropped {
            let (Some(old), Some(mut new)) = (before.part(&key), self.after.projected(&key)) else {
                continue;
            };
            fields::set_this_and_future(&mut new, fields::is_this_and_future(old));
            let difference = compare(old, before.zones(), &new, self.after.zones());
            let again = difference.asks_again || before.is_cancelled(&key);
            let asked = attendees(old);
            // Who was asked about the instance apart has not answered for it by answering the series.
            let ruling = self.after.ruling_before(&key);
            let apart = |attendee: &Attendee| {
                let remembered = self.outcome.state.attendees.get(&attendee.address);
                remembered.is_some_and(|remembered| remembered.answers.is_asked_apart(&key, &ruling))
            };
            let mut differs = again || asked.iter().any(apart);
            let sequence = fields::revision(old).sequence.max(fields::revision(&new).sequence);
            fields::set_sequence(&mut new, sequence);
            let mut answers = BTreeMap::new();
            for attendee in attendees(&new) {
                let who = attendee.address;
                // Who did not attend the instance before has not answered for it, whatever they said of the series.
                let answer = match before.attendee(&key, from_ref(&who)) {
                    Some(asked) if !again => asked.partstat.clone(),
                    _ => PartStat::NeedsAction,
                };
                if !self.context.identities.is_own(&who) && attendee.partstat != answer {
                    answers.insert(who, answer);
                }
            }
            differs |= !answers.is_empty();
            // Setting a known token cannot fail.
            let _ = edit_attendees(
                &mut new,
                |who| answers.contains_key(who),
                |who, line| line.set_param("PARTSTAT", answers[who].as_str()),
            );
            if differs {
                self.after.put_part(key.clone(), new);
                self.outcome.because_of(
                    &key,
                    "answers-kept",
                    "the instance falls back to the series, but was answered or moved on its own, so it keeps a component",
                    "RFC 5546 §3.7.1",
                );
            }
        }
    }

    /// Raises SEQUENCE where RFC 5546 §2.1.4 asks for it; gives the components whose text changed.
    fn count_up(&mut self, delta: &Delta) -> BTreeSet<InstanceKey> {
        let mut touched = BTreeSet::new();
        for (key, change) in &delta.instances {
            let gone = change.disappeared || !change.removed.is_empty();
            let counts = change.weight() == Some(Weight::Reschedule)
                || gone
                || change.invited.iter().any(|who| self.was_cancelled_for(key, who))
                || change.changes.iter().any(|change| change.property == "STATUS");
            // An instance without a component of its own is told by what rules it: an EXDATE, a dropped override.
            let holder = self.after.ruling(key);
            if self.after.part(&holder).is_none() {
                continue;
            }
            touched.insert(holder.clone());
            if counts && self.before.is_some()
                || self.next > self.after.revision(&holder).sequence && self.before.is_none()
            {
                let next = self.next;
                self.after.edit_part(&holder, |part| fields::set_sequence(part, next));
            }
        }
        touched
    }

    /// Whether somebody was told before that this is cancelled for them: only a higher SEQUENCE brings it back.
    fn was_cancelled_for(&self, key: &InstanceKey, who: &CalendarUserAddress) -> bool {
        let remembered = self.outcome.state.attendees.get(who);
        remembered.is_some_and(|remembered| {
            [key, &InstanceKey::Master].into_iter().any(|key| remembered.cancelled.contains(key))
        })
    }

    /// Sets the attendees of what moved back to NEEDS-ACTION (RFC 6638 §3.2.8).
    fn reset_answers(&mut self, delta: &Delta) -> Result<()> {
        if self.before.is_none() {
            return Ok(());
        }
        for (key, change) in &delta.instances {
            if !change.asks_again && !change.appeared {
                continue;
            }
            if self.after.part(key).is_none() {
                continue;
            }
            let identities = self.context.identities;
            let asked_again =
                |who: &CalendarUserAddress| !identities.is_own(who) && !change.invited.contains(who);
            for attendee in self.after.attendees(key) {
                if attendee.partstat != PartStat::NeedsAction && asked_again(&attendee.address) {
                    let message = format!("{} is asked again: the time changed", attendee.address);
                    self.outcome.because_of(key, "answer-reset", message, "RFC 6638 §3.2.8");
                }
            }
            let reset = |_: &CalendarUserAddress, line: &mut PropertyBuf| reopen(line);
            self.after.edit_part(key, |part| edit_attendees(part, asked_again, reset)).transpose()?;
        }
        Ok(())
    }

    /// An answer that the organizer wrote down themselves counts as the attendee's last.
    fn record_answers_by_hand(&mut self, delta: &Delta) -> Result<()> {
        let stamp = self.context.stamp(&self.outcome.state);
        for (key, change) in &delta.instances {
            for (who, (_, answer)) in &change.answers {
                let reset = (change.asks_again || change.appeared) && self.after.part(key).is_some();
                if self.context.identities.is_own(who) || reset {
                    continue;
                }
                let sequence = self.after.revision(key).sequence;
                let answers = &mut self.outcome.state.attendee(who, &self.after).answers;
                let sequence = sequence.max(answers.asked(key));
                answers.give(key, Revision { sequence, dtstamp: Some(stamp) }, answer.clone());
                answers.write_into(&mut self.after, who)?;
                let message = format!("the organizer recorded {answer} for {who}");
                self.outcome.because_of(key, "answer-by-hand", message, "RFC 6638 §3.2.1");
            }
        }
        Ok(())
    }

    /// The organizer's SEQUENCE never falls, whatever a client or a restored copy says.
    fn never_fall(&mut self) {
        let Some(before) = self.before else { return };
        let keys: Vec<_> = self.after.parts().map(|(key, _)| key.clone()).collect();
        for key in keys {
            let floor = match before.part(&key) {
                Some(part) => fields::revision(part).sequence,
                None => 0,
            };
            if self.after.revision(&key).sequence < floor {
                self.after.edit_part(&key, |part| fields::set_sequence(part, floor));
            }
        }
        // A dropped override may have carried the highest one.
        let highest = self.outcome.state.sequence.max(before.sequence());
        if self.after.sequence() < highest {
            self.after.edit_part(&InstanceKey::Master, |part| fields::set_sequence(part, highest));
        }
    }
}

type Keys = BTreeSet<InstanceKey>;

/// Everybody before or after, with the components that name them.
fn everybody(
    before: Option<&SchedulingObject>,
    after: &SchedulingObject,
) -> Vec<(CalendarUserAddress, Keys, Keys)> {
    let were = before.map(SchedulingObject::everybody).unwrap_or_default();
    let are = after.everybody();
    // The new object's spelling of an address comes first.
    let mut all: BTreeMap<CalendarUserAddress, (Keys, Keys)> = BTreeMap::new();
    for (who, keys) in are {
        all.entry(who).or_default().1.extend(keys);
    }
    for (who, keys) in were {
        all.entry(who).or_default().0.extend(keys);
    }
    all.into_iter().map(|(who, (was, is))| (who, was, is)).collect()
}

/// One revision, and what of it is the same for everybody.
struct Step<'a> {
    before: Option<&'a SchedulingObject>,
    after: &'a SchedulingObject,
    delta: &'a Delta,
    /// The SEQUENCE of whatever it moves.
    next: u32,
    /// Instances of the series before that have a component of their own since.
    split: Keys,
    /// What takes place for nobody any more.
    gone: Keys,
}

impl<'a> Step<'a> {
    fn new(
        before: Option<&'a SchedulingObject>,
        after: &'a SchedulingObject,
        delta: &'a Delta,
        next: u32,
    ) -> Self {
        let mut step = Self { before, after, delta, next, split: Keys::new(), gone: Keys::new() };
        let Some(before) = before else { return step };
        let split = after.overrides().filter(|key| before.part(key).is_none() && before.has_instance(key));
        step.split = split.cloned().collect();
        let is_gone = |key: &&InstanceKey| {
            after.is_cancelled(key) || after.part(key).is_none() && !after.has_instance(key)
        };
        let held = before.parts().map(|(key, _)| key).chain(&step.split);
        step.gone = held.filter(is_gone).cloned().collect();
        step
    }
}

/// Makes the messages of one decision, and remembers what was sent.
struct Mailer<'a> {
    context: &'a Context<'a>,
    organizer: CalendarUserAddress,
    stored: SchedulingObject,
    stamp: Timestamp,
    outcome: Outcome,
    /// The highest SEQUENCE used.
    highest: u32,
    /// Bodies by what their readers may see, so that those who see the same share one.
    shared: BTreeMap<Keys, Arc<Component>>,
    /// What CANCELs are about, by the instances they name. Each names its own reader alone.
    cancelled: BTreeMap<Keys, Vec<(InstanceKey, Component)>>,
}

impl<'a> Mailer<'a> {
    fn new(object: &SchedulingObject, outcome: Outcome, context: &'a Context<'a>) -> Self {
        let organizer = object
            .organizer()
            .map_or_else(|| context.identities.primary().clone(), |organizer| organizer.address);
        let stamp = context.stamp(&outcome.state);
        Self {
            context,
            organizer,
            stored: object.clone(),
            stamp,
            outcome,
            highest: 0,
            shared: BTreeMap::new(),
            cancelled: BTreeMap::new(),
        }
    }

    fn next_sequence(&self, object: &SchedulingObject) -> u32 {
        self.outcome.state.sequence.max(object.sequence()) + 1
    }

    fn finish(mut self, sequence: u32) -> Outcome {
        self.outcome.state.sequence = self.outcome.state.sequence.max(sequence);
        if !self.outcome.messages.is_empty() {
            self.outcome.state.last_stamp = Some(self.stamp);
        }
        self.outcome
    }

    /// Whether a message to that attendee leaves from here; says why not.
    fn may_send(&mut self, attendee: &Attendee) -> bool {
        let who = &attendee.address;
        if self.context.identities.is_own(who) || *who == self.organizer {
            self.outcome.because("own-address", format!("{who} is the organizer"), "RFC 6638 §3.2.1");
            return false;
        }
        if !self.context.agent.sends(attendee.agent) {
            let message = format!("{who} has a SCHEDULE-AGENT that leaves the message to somebody else");
            self.outcome.because("schedule-agent", message, "RFC 6638 §7.1");
            return false;
        }
        true
    }

    /// Tells one person what a revision means for them.
    fn tell(&mut self, step: &Step<'_>, who: &CalendarUserAddress, was: &Keys, is: &Keys) -> Result<()> {
        let Step { before, after, delta, next, .. } = *step;
        let takes_place = |object: &SchedulingObject, key: &InstanceKey| {
            object.part(key).is_some() && !object.is_cancelled(key)
        };
        let was: Keys =
            was.iter().filter(|key| before.is_some_and(|b| takes_place(b, key))).cloned().collect();
        let master_cancelled = after.is_cancelled(&InstanceKey::Master);
        let is: Keys =
            is.iter().filter(|key| !master_cancelled && takes_place(after, key)).cloned().collect();
        let were = before.and_then(|before| find(before, who));
        let Some(attendee) = find(after, who).or(were) else { return Ok(()) };
        // What they attended and do not attend any more.
        let mut lost: Keys = was.difference(&is).cloned().collect();
        if before.is_some() {
            lost.retain(|key| {
                // A dropped override falls back to the series, or went with an EXDATE that the REQUEST tells.
                let falls_back = after.part(key).is_none() && is.contains(&InstanceKey::Master);
                *key == InstanceKey::Master || !falls_back
            });
            // An instance of the series that got a component without them, or a cancelled one.
            if was.contains(&InstanceKey::Master) {
                lost.extend(step.split.difference(&is).cloned());
            }
        }
        if let Some(agent_before) = were.map(|attendee| attendee.agent)
            && find(after, who).is_some()
            && self.context.agent.sends(agent_before)
            && !self.context.agent.sends(attendee.agent)
        {
            // RFC 6638 §3.2.1.2: somebody taken out of the server's hands gets a CANCEL from it.
            let everything = was.clone();
            return self.cancel_as(before, after, attendee, &everything, next, false);
        }
        if !self.may_send(attendee) {
            // Whoever else sends it asks the same.
            self.asks(after, who, &is);
            return Ok(());
        }
        if let Some(before) = before
            && !lost.is_empty()
        {
            let gone_for_all = master_cancelled || lost.is_subset(&step.gone);
            // Those who lose the series lose its instances with it.
            let named: Keys = if lost.contains(&InstanceKey::Master) {
                Keys::from([InstanceKey::Master])
            } else {
                lost.clone()
            };
            self.send_cancel(before, after, attendee, &named, next, gone_for_all)?;
        }
        let Some(reason) = self.request_reason(step, attendee, &was, &is) else {
            return Ok(());
        };
        let changes = match reason {
            MessageReason::Invitation => Vec::new(),
            _ => changes(delta, after, &is, &lost),
        };
        self.send_request(after, attendee, &is, reason, changes)
    }

    /// Why this attendee gets a REQUEST; `None` where they get none, with the reason recorded.
    fn request_reason(
        &mut self,
        step: &Step<'_>,
        attendee: &Attendee,
        was: &Keys,
        is: &Keys,
    ) -> Option<MessageReason> {
        let Step { before, after, delta, .. } = *step;
        let who = &attendee.address;
        if is.is_empty() {
            return None;
        }
        let invited_before = before.is_some_and(|before| {
            find(before, who).is_some_and(|attendee| self.context.agent.sends(attendee.agent))
        });
        if was.is_empty() || !invited_before {
            return Some(MessageReason::Invitation);
        }
        let concerns = |key: &InstanceKey| is.contains(&after.ruling(key));
        let mine = || delta.instances.iter().filter(|(key, _)| concerns(key));
        if mine().any(|(_, change)| change.asks_again || change.appeared) {
            return Some(MessageReason::Rescheduled);
        }
        if mine().any(|(key, change)| change.invited.contains(who) && !was.contains(key)) {
            return Some(MessageReason::Invitation);
        }
        let weight = mine()
            .flat_map(|(_, change)| {
                change.weight().into_iter().chain(change.disappeared.then_some(Weight::Significant))
            })
            .max();
        match weight {
            Some(Weight::Reschedule | Weight::Significant) => Some(MessageReason::Update),
            Some(Weight::Informational) if self.context.preferences.tell_informational => {
                Some(MessageReason::Update)
            }
            _ if attendee.force_send => Some(MessageReason::Update),
            None => {
                self.outcome.because(
                    "not-concerned",
                    format!("nothing changed for {who}"),
                    "RFC 6638 §3.2.1.2",
                );
                None
            }
            Some(_) => {
                let message = format!("{who} is not told: nothing changed that matters to them");
                self.outcome.because("not-significant", message, "RFC 5546 §2.1.4");
                None
            }
        }
    }

    /// The body for those who attend the given components.
    fn body(&mut self, object: &SchedulingObject, keys: &Keys) -> Result<Arc<Component>> {
        if let Some(calendar) = self.shared.get(keys) {
            return Ok(Arc::clone(calendar));
        }
        let calendar = Arc::new(body::request(object, keys, self.stamp, self.context)?);
        self.shared.insert(keys.clone(), Arc::clone(&calendar));
        Ok(calendar)
    }

    fn send_request(
        &mut self,
        object: &SchedulingObject,
        attendee: &Attendee,
        keys: &Keys,
        reason: MessageReason,
        changes: Vec<Change>,
    ) -> Result<()> {
        let calendar = self.body(object, keys)?;
        let who = attendee.address.clone();
        let range = keys.iter().find(|key| object.is_this_and_future(key));
        if let Some(range) = range.filter(|_| !keys.contains(&InstanceKey::Master)) {
            let message = format!(
                "{who} attends this and the later instances but not the series, and sees the first only; split it"
            );
            self.outcome.because_of(range, "series-hidden", message, "RFC 5545 §3.2.13");
        }
        let sequence = keys.iter().map(|key| object.revision(key).sequence).max().unwrap_or_default();
        self.asks(object, &who, keys);
        let stamp = Some(self.stamp);
        let sent = keys
            .iter()
            .map(|key| (key.clone(), Revision { sequence: object.revision(key).sequence, dtstamp: stamp }));
        self.outcome.state.attendee(&who, object).sent.extend(sent);
        self.push(Method::Request, reason, who, object.uid(), sequence, calendar, changes);
        Ok(())
    }

    /// Remembers what a REQUEST with these components asks of somebody.
    fn asks(&mut self, object: &SchedulingObject, who: &CalendarUserAddress, keys: &Keys) {
        let attendee = self.outcome.state.attendee(who, object);
        let named = keys.iter().filter(|key| object.part(key).is_some());
        attendee.answers.hear(named.map(|key| (key, object.asks(key, from_ref(who)))));
        attendee.cancelled.retain(|key| !keys.contains(key));
    }

    /// Cancels what somebody attended, because the event is deleted.
    fn cancel(
        &mut self,
        object: &SchedulingObject,
        who: &CalendarUserAddress,
        keys: &Keys,
        sequence: u32,
        for_all: bool,
    ) -> Result<()> {
        let Some(attendee) = find(object, who) else { return Ok(()) };
        if !self.may_send(attendee) {
            return Ok(());
        }
        let named: Keys = if keys.contains(&InstanceKey::Master) {
            Keys::from([InstanceKey::Master])
        } else {
            keys.clone()
        };
        self.send_cancel(object, object, attendee, &named, sequence, for_all)
    }

    fn cancel_as(
        &mut self,
        before: Option<&SchedulingObject>,
        after: &SchedulingObject,
        attendee: &Attendee,
        keys: &Keys,
        sequence: u32,
        for_all: bool,
    ) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        let named: Keys = if keys.contains(&InstanceKey::Master) {
            Keys::from([InstanceKey::Master])
        } else {
            keys.clone()
        };
        self.send_cancel(before, after, attendee, &named, sequence, for_all)
    }

    /// Sends one CANCEL for the named components. STATUS:CANCELLED only where nobody attends any more: to
    /// uninvite somebody it must not be there (RFC 5546 §3.2.5).
    fn send_cancel(
        &mut self,
        before: &SchedulingObject,
        after: &SchedulingObject,
        attendee: &Attendee,
        keys: &Keys,
        sequence: u32,
        for_all: bool,
    ) -> Result<()> {
        let who = attendee.address.clone();
        let held =
            self.cancelled.entry(keys.clone()).or_insert_with(|| without_attendees(before, after, keys));
        let parts = held
            .iter()
            .map(|(_, component)| {
                let own = PropertyBuf::new("ATTENDEE", who.uri())?;
                let status = for_all.then_some("CANCELLED");
                Ok(Part { of: component, sequence, attendees: vec![own], status, extra: Vec::new() })
            })
            .collect::<Result<Vec<_>>>()?;
        if parts.is_empty() {
            return Ok(());
        }
        let changes = held.iter().map(|(key, part)| cancellation(before, key, part, &who, for_all)).collect();
        let calendar = body::notice(before, Method::Cancel, parts, self.stamp, self.context)?;
        let remembered = self.outcome.state.attendee(&who, before);
        // Those who lose the series lose all they were told of.
        let told = remembered.answers.named().filter(|_| keys.contains(&InstanceKey::Master));
        let all: Keys = keys.iter().chain(told).cloned().collect();
        let revision = Revision { sequence, dtstamp: Some(self.stamp) };
        remembered.sent.extend(all.iter().map(|key| (key.clone(), revision)));
        remembered.cancelled.extend(all);
        self.push(
            Method::Cancel,
            MessageReason::Cancellation,
            who,
            before.uid(),
            sequence,
            Arc::new(calendar),
            changes,
        );
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn push(
        &mut self,
        method: Method,
        reason: MessageReason,
        recipient: CalendarUserAddress,
        uid: &str,
        sequence: u32,
        calendar: Arc<Component>,
        changes: Vec<Change>,
    ) {
        self.highest = self.highest.max(sequence);
        let originator = self.organizer.clone();
        let uid = uid.to_owned();
        self.outcome.messages.push(Message {
            method,
            reason,
            originator,
            recipient,
            uid,
            sequence,
            calendar,
            changes,
        });
    }
}

/// What somebody answered, for the copies of the others who attend the components in which it shows
/// (RFC 6638 §4.2: "the server SHOULD send scheduling messages to all the other Attendees").
///
/// Each is the organizer's current revision, dated later than the last message and before the next; SEQUENCE stays.
pub(super) fn show_answers(
    before: &SchedulingObject,
    object: &SchedulingObject,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let delta = Delta::between(Some(before), Some(object));
    let answered: BTreeSet<_> = delta.instances.values().flat_map(|change| change.answers.keys()).collect();
    let mut mailer = Mailer::new(object, outcome, context);
    for (who, keys) in object.everybody() {
        let open = |key: &InstanceKey| object.part(key).is_some_and(|part| !fields::is_cancelled(part));
        let keys: Keys = keys.into_iter().filter(open).collect();
        let shows = |key: &&InstanceKey| keys.contains(&object.ruling(key));
        let changes: Vec<Change> = delta
            .instances
            .iter()
            .filter(|(key, _)| shows(key))
            .flat_map(|(key, change)| change.answers.keys().map(move |who| (key, who)))
            .map(|(key, who)| answer_change(before, object, key, who))
            .collect();
        let sends = find(object, &who).is_some_and(|attendee| context.agent.sends(attendee.agent));
        let is_organizer = who == mailer.organizer || context.identities.is_own(&who);
        if changes.is_empty() || answered.contains(&who) || !sends || is_organizer {
            continue;
        }
        if asks_anew(object, &who, &keys, &mut mailer.outcome.state) {
            let message = format!("{who} sees the answer with the next message: now it would ask them again");
            mailer.outcome.because("answer-not-shown", message, "RFC 6638 §4.2");
            continue;
        }
        let calendar = mailer.body(object, &keys)?;
        let sequence = keys.iter().map(|key| object.revision(key).sequence).max().unwrap_or_default();
        mailer.outcome.refreshes.push(Message {
            method: Method::Request,
            reason: MessageReason::Answers,
            originator: mailer.organizer.clone(),
            recipient: who,
            uid: object.uid().to_owned(),
            sequence,
            calendar,
            changes,
        });
    }
    if !mailer.outcome.refreshes.is_empty() {
        mailer.outcome.state.last_stamp = Some(mailer.stamp);
    }
    Ok(mailer.outcome)
}

/// Whether somebody who has not answered yet would read a SEQUENCE at which nobody asked them: an answer of theirs
/// that is under way would then hold here and not there.
fn asks_anew(
    object: &SchedulingObject,
    who: &CalendarUserAddress,
    keys: &Keys,
    state: &mut SchedulingState,
) -> bool {
    let answers = &state.attendee(who, object).answers;
    keys.iter().any(|key| {
        let own = object.attendees(key).into_iter().find(|attendee| attendee.address == *who);
        let open = own.is_some_and(|own| own.partstat == PartStat::NeedsAction);
        open && object.revision(key).sequence > answers.asked(key)
    })
}

/// One answer as a change of its ATTENDEE line.
fn answer_change(
    before: &SchedulingObject,
    after: &SchedulingObject,
    key: &InstanceKey,
    who: &CalendarUserAddress,
) -> Change {
    let line = |object: &SchedulingObject| attendee_line(&object.effective(key)?, who);
    Change {
        instance: key.clone(),
        property: "ATTENDEE".to_owned(),
        before: line(before),
        after: line(after),
    }
}

/// The ATTENDEE line of somebody, as others may see it.
fn attendee_line(component: &Component, who: &CalendarUserAddress) -> Option<String> {
    let mut lines = component.properties_named("ATTENDEE");
    let line = lines.find(|line| Attendee::of(line).is_some_and(|attendee| attendee.address == *who))?;
    Some(body::strip_schedule_params(line.to_buf()).content_line().into_owned())
}

/// The current version for one attendee: in answer to a REFRESH (RFC 5546 §3.2.6), or because their delegate
/// declined (§4.2.7).
pub(super) fn send_current(
    object: &SchedulingObject,
    attendee: &Attendee,
    reason: MessageReason,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let keys: Keys = object
        .parts()
        .map(|(key, _)| key)
        .filter(|key| !object.is_cancelled(key))
        .filter(|key| object.attendee(key, from_ref(&attendee.address)).is_some())
        .cloned()
        .collect();
    let mut mailer = Mailer::new(object, outcome, context);
    if keys.is_empty() || object.is_cancelled(&InstanceKey::Master) {
        let all: Keys = object.parts().map(|(key, _)| key.clone()).collect();
        let sequence = object.sequence();
        mailer.cancel(object, &attendee.address, &all, sequence, true)?;
    } else if mailer.may_send(attendee) {
        mailer.send_request(object, attendee, &keys, reason, Vec::new())?;
    }
    let sequence = object.sequence();
    Ok(mailer.finish(sequence))
}

fn find<'o>(object: &'o SchedulingObject, who: &CalendarUserAddress) -> Option<&'o Attendee> {
    object.parts().find_map(|(key, _)| object.attendee(key, from_ref(who)))
}

/// What a CANCEL for those keys is about, before its reader is named in it.
fn without_attendees(
    before: &SchedulingObject,
    after: &SchedulingObject,
    keys: &Keys,
) -> Vec<(InstanceKey, Component)> {
    let held = keys.iter().filter_map(|key| Some((key, before.effective(key)?)));
    held.map(|(key, mut component)| {
        component.remove("ATTENDEE");
        if let Some(part) = after.part(key).filter(|_| !key.is_master()) {
            // Whether the later instances go too is for the new version to say (RFC 5546 §3.2.5).
            fields::set_this_and_future(&mut component, fields::is_this_and_future(part));
        }
        (key.clone(), component)
    })
    .collect()
}

/// What a CANCEL changes: STATUS, or who attends.
fn cancellation(
    before: &SchedulingObject,
    key: &InstanceKey,
    part: &Component,
    who: &CalendarUserAddress,
    for_all: bool,
) -> Change {
    let (property, before, after) = if for_all {
        let status = part.property("STATUS").map(|status| status.content_line().into_owned());
        ("STATUS", status, Some("STATUS:CANCELLED".to_owned()))
    } else {
        let held = before.effective(key);
        ("ATTENDEE", held.and_then(|held| attendee_line(&held, who)), None)
    };
    Change { instance: key.clone(), property: property.to_owned(), before, after }
}

/// What to tell somebody who attends the given components; what is private, or not theirs, is not in it.
fn changes(delta: &Delta, after: &SchedulingObject, is: &Keys, lost: &Keys) -> Vec<Change> {
    let mut all = Vec::new();
    for (key, instance) in &delta.instances {
        if lost.contains(key) || !is.contains(&after.ruling(key)) {
            continue;
        }
        for change in &instance.changes {
            if change.weight > Weight::Private {
                all.push(Change {
                    instance: key.clone(),
                    property: change.property.clone(),
                    before: change.before.clone(),
                    after: change.after.clone(),
                });
            }
        }
    }
    all
}
