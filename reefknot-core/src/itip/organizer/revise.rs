//! One revision: what is counted up, asked again and kept (RFC 5546 §2.1.4, §3.2.2).

use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

use super::mailer::{Mailer, attended};
use super::tell::Step;
use crate::Result;
use crate::ical::{Component, PropertyBuf};
use crate::itip::context::Context;
use crate::itip::outcome::{Disposition, ObjectChange, Outcome};
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Attendee, Delta, InstanceDelta, PartStat, Revision, SchedulingObject, Weight, Withdrawn, ask_delegator,
    attendee_among, attendees, compare, edit_attendee, edit_attendees, fields, recall, reopen, withdraw,
};
use crate::value::CalendarUserAddress;

/// One revision of an object by its organizer.
pub(super) struct Revise<'a> {
    before: Option<&'a SchedulingObject>,
    after: SchedulingObject,
    context: &'a Context<'a>,
    outcome: Outcome,
    /// The SEQUENCE of whatever this revision moves.
    next: u32,
    /// By component, in whose place nobody comes any more.
    undelegated: BTreeMap<InstanceKey, BTreeSet<CalendarUserAddress>>,
}

impl<'a> Revise<'a> {
    pub(super) fn new(
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
        Self { before, after: after.clone(), context, outcome, next, undelegated: BTreeMap::new() }
    }

    pub(super) fn run(mut self) -> Result<Outcome> {
        self.adopt();
        self.drop_overrides_of_nothing();
        self.keep_answers_of_dropped_overrides();
        self.withdraw_delegations()?;
        let delta = Delta::between(self.before, Some(&self.after));
        if self.before.is_some() && delta.instances.is_empty() && !self.after.is_forced() {
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
        self.count_up_what_returns();
        self.ask_apart();
        self.reset_answers(&delta)?;
        self.record_answers_by_hand(&delta)?;
        self.never_fall();
        let (before, after) = (self.before, self.after);
        let undelegated: BTreeSet<_> = self.undelegated.into_values().flatten().collect();
        let mut mailer = Mailer::new(&after, self.outcome, self.context);
        Step::new(before, &after, &delta, &undelegated, self.next).tell(&mut mailer)?;
        for (key, change) in &delta.instances {
            let revision = Revision { sequence: self.next, dtstamp: Some(mailer.stamp) };
            if change.disappeared {
                mailer.outcome.state.tombstones.insert(key.clone(), revision);
            } else if change.appeared {
                mailer.outcome.state.tombstones.remove(key);
            }
        }
        let mut stored = after;
        if delta.instances.values().any(InstanceDelta::changes_range) {
            settle_answers(&mut stored, &mut mailer.outcome)?;
        }
        for key in touched {
            stored.edit_details(&key, |part| fields::set_dtstamp(part, mailer.stamp));
        }
        let told = if mailer.outcome.messages.is_empty() { 0 } else { mailer.highest };
        let sequence = stored.sequence().max(told);
        mailer.outcome.object = ObjectChange::Store(stored);
        Ok(mailer.finish(sequence))
    }

    /// What the object said of those never written to from here is where their record begins.
    fn adopt(&mut self) {
        let Some(before) = self.before else { return };
        for who in before.everybody().keys().filter(|who| !self.context.identities.is_own(who)) {
            self.outcome.state.begun(who, before);
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
            let apart = |attendee: &Attendee| {
                let remembered = self.outcome.state.attendees.get(&attendee.address);
                remembered.is_some_and(|remembered| remembered.answers.is_asked_apart(&key))
            };
            let mut differs = again || asked.iter().any(apart);
            let mut sequence = fields::revision(old).sequence.max(fields::revision(&new).sequence);
            let mut answers = BTreeMap::new();
            for attendee in attendees(&new) {
                let who = attendee.address;
                let attended = before.attendee(&key, from_ref(&who));
                let answer = match attended {
                    Some(asked) if !again => asked.partstat.clone(),
                    _ => PartStat::NeedsAction,
                };
                // Who did not attend the instance before has not answered for it, whatever they said of the series.
                if attended.is_none() && attendee.partstat != PartStat::NeedsAction {
                    sequence = self.next;
                }
                if !self.context.identities.is_own(&who) && attendee.partstat != answer {
                    answers.insert(who, answer);
                }
            }
            fields::set_sequence(&mut new, sequence);
            differs |= !answers.is_empty();
            // Setting a known token cannot fail.
            let _ = edit_attendees(
                &mut new,
                |who| answers.contains_key(who),
                |who, line| line.set_param("PARTSTAT", answers[who].as_str()),
            );
            for attendee in attendees(&new) {
                match attendee.partstat {
                    PartStat::Delegated => differs |= keep_delegates(&mut new, old, &attendee),
                    PartStat::NeedsAction => {}
                    // Who answered the instance themselves sends nobody to it, whatever they do with the series.
                    _ if attendee.delegated_to.is_empty() => {}
                    _ => recall_delegates(&mut new, &attendee),
                }
            }
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

    /// Who takes a delegate off the list takes the delegation back (RFC 5546 §3.2.2.3).
    fn withdraw_delegations(&mut self) -> Result<()> {
        let Some(before) = self.before else { return Ok(()) };
        let keys = self.after.parts().map(|(key, _)| key);
        let concerned = |key: &&InstanceKey| self.after.has_delegations(key) && !self.after.is_cancelled(key);
        let keys: Vec<_> = keys.filter(concerned).cloned().collect();
        for key in keys {
            let were = before.attendees(&key);
            if were.iter().all(|were| self.after.attendee(&key, from_ref(&were.address)).is_some()) {
                continue;
            }
            let ended = self.after.edit_part(&key, |part| withdraw(part, &were)).transpose()?;
            let Some(Withdrawn { delegators, gone }) = ended else { continue };
            for who in gone {
                let message = format!("{who} came in the place of somebody who was taken off the list");
                self.outcome.because_of(&key, "delegation-ended", message, "RFC 5546 §3.2.2.3");
            }
            for who in &delegators {
                let message = format!("{who} is asked again: whom they sent was taken off the list");
                self.outcome.because_of(&key, "delegate-removed", message, "RFC 5546 §3.2.2.3");
            }
            self.undelegated.insert(key, delegators);
        }
        Ok(())
    }

    /// Raises SEQUENCE where RFC 5546 §2.1.4 asks for it; gives the components whose text changed.
    fn count_up(&mut self, delta: &Delta) -> BTreeSet<InstanceKey> {
        let mut touched = BTreeSet::new();
        for (key, change) in &delta.instances {
            let gone = change.disappeared || !change.removed.is_empty();
            let counts = change.weight() == Some(Weight::Reschedule)
                || gone
                || change.invited.iter().any(|who| self.outcome.state.was_cancelled_for(key, who))
                || change.changes.iter().any(|change| change.property == "STATUS")
                || self.leaves_out(key, change);
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
                self.after.edit_details(&holder, |part| fields::set_sequence(part, next));
            }
        }
        touched.extend(self.count_up_what_stays(delta));
        touched
    }

    /// What somebody was told is cancelled comes back only at a higher SEQUENCE, as a series does of which ranges left them
    /// nothing and then leave something.
    fn count_up_what_returns(&mut self) {
        let records = self.outcome.state.attendees.iter();
        let cancelled: Vec<_> = records.filter(|(_, record)| !record.cancelled.is_empty()).collect();
        if cancelled.is_empty() || self.after.is_cancelled(&InstanceKey::Master) {
            return;
        }
        let everybody = self.after.everybody();
        let mut returns = BTreeSet::new();
        for (who, record) in cancelled {
            let Some(keys) = everybody.get(who) else { continue };
            returns.extend(taking_place(&self.after, keys).into_iter().filter(|key| {
                let told = record.sent.get(key).filter(|_| record.cancelled.contains(key));
                told.is_some_and(|told| told.sequence >= self.after.revision(key).sequence)
            }));
        }
        for key in returns {
            let next = self.next;
            self.after.edit_details(&key, |part| fields::set_sequence(part, next));
        }
    }

    /// What is new, as half of a split series is, may leave an instance open where the series is answered: at a SEQUENCE of
    /// its own, it is not what that answer was for.
    fn ask_apart(&mut self) {
        if self.before.is_some() {
            return;
        }
        let answered: BTreeSet<_> = self
            .after
            .attendees(&InstanceKey::Master)
            .into_iter()
            .filter(|attendee| {
                attendee.partstat != PartStat::NeedsAction
                    && !self.context.identities.is_own(&attendee.address)
            })
            .map(|attendee| attendee.address)
            .collect();
        let apart = (self.after.revision(&InstanceKey::Master).sequence + 1).max(self.next);
        let open = |attendee: Attendee| {
            attendee.partstat == PartStat::NeedsAction && answered.contains(&attendee.address)
        };
        let keys: Vec<_> = self.after.overrides().cloned().collect();
        for key in keys {
            if self.after.revision(&key).sequence < apart && self.after.attendees(&key).into_iter().any(open)
            {
                self.after.edit_details(&key, |part| fields::set_sequence(part, apart));
            }
        }
    }

    /// Whether a component that came to hold for the later instances too leaves out somebody of the series: they lose
    /// all of it where no earlier instance is left, and a CANCEL counts (RFC 5546 §3.2.5).
    fn leaves_out(&self, key: &InstanceKey, change: &InstanceDelta) -> bool {
        let out = |who: &Attendee| self.after.attendee(key, from_ref(&who.address)).is_none();
        change.changes_range()
            && self.after.is_this_and_future(key)
            && self.after.attendees(&InstanceKey::Master).iter().any(out)
    }

    /// A CANCEL with RANGE=THISANDFUTURE is for "all instances after" (RFC 5546 §3.2.5), and those "defined in separate
    /// components are not impacted" by what happens to the range (RFC 5545 §3.8.4.4): they are told anew, at the revision
    /// that cancels the rest.
    fn count_up_what_stays(&mut self, delta: &Delta) -> BTreeSet<InstanceKey> {
        let Some(before) = self.before else { return BTreeSet::new() };
        let lost = delta.instances.iter().filter(|(key, change)| {
            change.disappeared || !change.removed.is_empty() || self.leaves_out(key, change)
        });
        let ranges = lost.filter_map(|(key, _)| {
            let ruling = self.after.ruling(key);
            let dropped = self.after.part(key).is_none() && before.is_this_and_future(key);
            if dropped {
                Some(key.clone())
            } else {
                Some(ruling).filter(|key| self.after.is_this_and_future(key))
            }
        });
        let mut stays = self.left_of_series(before);
        if let Some(first) = ranges.min() {
            let later = self.after.overrides().filter(|key| **key > first && !self.after.is_cancelled(key));
            stays.extend(later.cloned());
            if !stays.is_empty() && self.after.master().is_some() {
                stays.insert(InstanceKey::Master);
            }
        }
        for key in &stays {
            let next = self.next;
            self.after.edit_details(key, |part| fields::set_sequence(part, next));
        }
        stays
    }

    /// What those attend on its own to whom ranges now leave nothing of the series: it is cancelled for them.
    fn left_of_series(&self, before: &SchedulingObject) -> BTreeSet<InstanceKey> {
        let mut left = BTreeSet::new();
        if !self.after.overrides().any(|key| self.after.is_this_and_future(key)) {
            return left;
        }
        let were = before.everybody();
        for (who, keys) in self.after.everybody() {
            let is = taking_place(&self.after, &keys);
            let was = were.get(&who).map(|keys| taking_place(before, keys)).unwrap_or_default();
            if was.contains(&InstanceKey::Master) && !is.contains(&InstanceKey::Master) {
                left.extend(is);
            }
        }
        left
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
            let asked_again = |attendee: &Attendee| {
                !identities.is_own(&attendee.address) && !change.invited.contains(&attendee.address)
            };
            for attendee in self.after.attendees(key) {
                if attendee.partstat != PartStat::NeedsAction && asked_again(&attendee) {
                    let message = format!("{} is asked again: the time changed", attendee.address);
                    self.outcome.because_of(key, "answer-reset", message, "RFC 6638 §3.2.8");
                }
            }
            self.after.edit_attendees(key, asked_again, |_, line| reopen(line))?;
        }
        for (key, delegators) in &self.undelegated {
            let chosen = |attendee: &Attendee| delegators.contains(&attendee.address);
            self.after.edit_attendees(key, chosen, |_, line| ask_delegator(line))?;
        }
        Ok(())
    }

    /// An answer that the organizer wrote down themselves counts as the attendee's last.
    fn record_answers_by_hand(&mut self, delta: &Delta) -> Result<()> {
        let stamp = self.context.stamp(&self.outcome.state);
        for (key, change) in &delta.instances {
            if self.after.part(key).is_none() {
                // What rules it came to be another component, whose answer it has: nobody wrote it down here.
                continue;
            }
            for (who, (_, answer)) in &change.answers {
                let reset = change.asks_again
                    || change.appeared
                    || self.undelegated.get(key).is_some_and(|delegators| delegators.contains(who));
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
                self.after.edit_details(&key, |part| fields::set_sequence(part, floor));
            }
        }
        // A dropped override may have carried the highest one.
        let highest = self.outcome.state.sequence.max(before.sequence());
        if self.after.sequence() < highest {
            self.after.edit_details(&InstanceKey::Master, |part| fields::set_sequence(part, highest));
        }
    }
}

/// What of the components that name somebody they attend, and takes place.
fn taking_place(object: &SchedulingObject, keys: &[InstanceKey]) -> BTreeSet<InstanceKey> {
    attended(object, keys.iter().filter(|key| !object.is_cancelled(key)).cloned().collect())
}

/// Writes the answers that hold now: one to an instance that came to stand for the later ones holds for these, where they
/// were not answered, or asked, on their own.
fn settle_answers(object: &mut SchedulingObject, outcome: &mut Outcome) -> Result<()> {
    let mut settled = Vec::new();
    for (who, record) in &outcome.state.attendees {
        let keys = record.answers.write_into(object, who)?;
        settled.extend(keys.into_iter().map(|key| (who.clone(), key)));
    }
    for (who, key) in settled {
        let message = format!("the answer of {who} to what rules the instance now holds here too");
        outcome.because_of(&key, "answer-inherited", message, "RFC 5546 §3.2.3");
    }
    Ok(())
}

/// Whoever delegated an instance on its own sent somebody, who attends it also after its component is dropped. Tells
/// whether that makes it another than the series has it.
fn keep_delegates(new: &mut Component, old: &Component, delegator: &Attendee) -> bool {
    let Some(before) = attendee_among(old, |who| *who == delegator.address) else { return false };
    let listed: BTreeSet<_> = attendees(new).into_iter().map(|attendee| attendee.address).collect();
    let sent = before.delegated_to.iter().filter(|delegate| !listed.contains(delegate));
    let lines: Vec<_> = sent.filter_map(|delegate| line_of(old, delegate)).collect();
    let differs = !lines.is_empty();
    lines.into_iter().for_each(|line| new.push(line));
    let all: Vec<&str> = before.delegated_to.iter().map(CalendarUserAddress::uri).collect();
    // Addresses that were read can be written.
    let _ = edit_attendee(new, &delegator.address, |line| line.set_params("DELEGATED-TO", &all));
    differs
}

fn recall_delegates(new: &mut Component, who: &Attendee) {
    // Addresses that were read can be written.
    let _ = recall(new, &who.address, &|_| true);
}

fn line_of(part: &Component, who: &CalendarUserAddress) -> Option<PropertyBuf> {
    let mut lines = part.properties_named("ATTENDEE");
    let line = lines.find(|line| Attendee::of(line).is_some_and(|attendee| attendee.address == *who))?;
    Some(line.to_buf())
}
