//! The attendee's machine: what follows when they answer, decline an instance, or delete their copy
//! (RFC 5546 §3.2.3, RFC 6638 §3.2.2).

use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;
use std::sync::Arc;

use super::body::{self, Part};
use super::context::Context;
use super::invitations::own_address;
use super::message::{Message, MessageReason};
use super::method::Method;
use super::organizer::attended;
use super::outcome::{Disposition, ObjectChange, Outcome, Role};
use super::request_status;
use crate::Result;
use crate::ical::{Component, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Attendee, Delta, ForceSend, InstanceDelta, Organizer, PartStat, Revision, SchedulingObject,
    SchedulingState, Weight, attendee_among, fields, recall,
};
use crate::value::{CalendarUserAddress, RequestStatus};

/// An attendee created, changed or deleted their copy.
pub(super) fn change(
    before: Option<&SchedulingObject>,
    after: Option<&SchedulingObject>,
    statuses: &BTreeMap<InstanceKey, RequestStatus>,
    state: &SchedulingState,
    context: &Context<'_>,
) -> Result<Outcome> {
    let outcome = Outcome::new(Disposition::Allowed, Role::Attendee, state.clone());
    let Some(held) = after.or(before) else {
        return Ok(outcome.refuse(
            Disposition::Unchanged,
            "nothing-to-do",
            "there was nothing and there is nothing",
            "design",
        ));
    };
    let Some(own) =
        own_address(held, context).or_else(|| before.and_then(|before| own_address(before, context)))
    else {
        return Ok(outcome.refuse(
            Disposition::Allowed,
            "not-invited",
            "the user is not among the attendees",
            "RFC 5546 §3.7.2",
        ));
    };
    let left_out = left_out_of_ranges(before, after);
    let mut answering =
        Answering { own, context, outcome, statuses, before, after: after.cloned(), left_out };
    answering.outcome.state.adopt(before.unwrap_or(held), context.identities.own());
    match (before, after) {
        (Some(before), None) => answering.delete(before),
        (before, Some(after)) => {
            let delta = Delta::between(before, Some(after));
            if before.is_some()
                && let Some((code, message)) = answering.forbidden(&delta)
            {
                return Ok(answering.outcome.refuse(
                    Disposition::Rejected,
                    code,
                    message,
                    "RFC 6638 §3.2.2.1",
                ));
            }
            answering.keep_sequence();
            answering.update(&delta)
        }
        (None, None) => Ok(answering.outcome),
    }
}

struct Answering<'a> {
    own: CalendarUserAddress,
    context: &'a Context<'a>,
    outcome: Outcome,
    /// What the program could not do, by instance.
    statuses: &'a BTreeMap<InstanceKey, RequestStatus>,
    before: Option<&'a SchedulingObject>,
    after: Option<SchedulingObject>,
    /// The instances that the user took out and with which a THISANDFUTURE component begins.
    left_out: BTreeSet<InstanceKey>,
}

impl Answering<'_> {
    /// What of a change an attendee may not make, if anything (RFC 6638 §3.2.2.1).
    fn forbidden(&self, delta: &Delta) -> Option<(&'static str, String)> {
        let organizer = |object: Option<&SchedulingObject>| {
            object.and_then(SchedulingObject::organizer).map(|organizer| organizer.address)
        };
        let (was, is) = (organizer(self.before), organizer(self.after.as_ref()));
        if was != is {
            return Some(("organizer-changed", "an attendee cannot change the ORGANIZER".into()));
        }
        for (key, change) in &delta.instances {
            let at =
                if *key == InstanceKey::Master { String::new() } else { format!(" of the instance {key}") };
            if let Some((who, _)) =
                change.answers.iter().find(|(who, _)| !self.context.identities.is_own(who))
            {
                return Some(("others-answer", format!("an attendee cannot answer for {who}{at}")));
            }
            let (sent, recalled) = (self.delegates(key), self.recalled(key));
            let strangers = change.removed.iter().filter(|who| !recalled.contains(*who));
            let stranger = change.invited.iter().filter(|who| !sent.contains(*who)).chain(strangers).next();
            if let Some(who) = stranger.filter(|_| !change.disappeared && !change.appeared) {
                return Some(("attendees-changed", format!("an attendee cannot add or remove {who}{at}")));
            }
            if change.appeared && self.before.is_some() && !self.has_answered(key) {
                return Some(("instance-added", format!("an attendee cannot add an instance{at}")));
            }
            if let Some(property) = owned_by_organizer(key, change, delta, !self.left_out.is_empty()) {
                return Some((
                    "organizers-property",
                    format!(
                        "an attendee cannot change {property}{at}, which is the organizer's; propose it to them"
                    ),
                ));
            }
        }
        None
    }

    /// Those to whom the user delegates in the new version.
    fn delegates(&self, key: &InstanceKey) -> BTreeSet<CalendarUserAddress> {
        self.after.as_ref().map(|after| self.delegates_in(after, key)).unwrap_or_default()
    }

    fn delegates_in(&self, object: &SchedulingObject, key: &InstanceKey) -> BTreeSet<CalendarUserAddress> {
        let own = object.attendees(key).into_iter().filter(|attendee| attendee.address == self.own);
        own.filter(|own| own.partstat == PartStat::Delegated).flat_map(|own| own.delegated_to).collect()
    }

    /// Those who came in the user's place alone, and do not any more: whoever sends somebody may take that back.
    fn recalled(&self, key: &InstanceKey) -> BTreeSet<CalendarUserAddress> {
        let Some(mut held) = self.before.and_then(|before| before.said(key)) else {
            return BTreeSet::new();
        };
        let sent = self.delegates(key);
        recall(&mut held, &self.own, &|who| !sent.contains(who)).unwrap_or_default()
    }

    /// An attendee never raises SEQUENCE (RFC 5546 §2.1.4), nor lowers it.
    fn keep_sequence(&mut self) {
        let (Some(before), Some(after)) = (self.before, &mut self.after) else { return };
        let keys: Vec<_> = after.parts().map(|(key, _)| key.clone()).collect();
        for key in keys {
            let (was, is) = (before.revision(&key).sequence, after.revision(&key).sequence);
            if was != is {
                after.edit_part(&key, |part| fields::set_sequence(part, was));
                let message = format!("SEQUENCE stays {was}: only the organizer counts revisions");
                self.outcome.because_of(&key, "sequence-restored", message, "RFC 5546 §2.1.4");
            }
        }
    }

    /// Whether the user delegates to somebody else than before.
    fn sends_another(&self, key: &InstanceKey) -> bool {
        let sent = self.delegates(key);
        !sent.is_empty() && self.before.is_none_or(|before| self.delegates_in(before, key) != sent)
    }

    fn update(mut self, delta: &Delta) -> Result<Outcome> {
        self.end_delegations()?;
        let Some(after) = self.after.clone() else { return Ok(self.outcome) };
        let mut answers: BTreeMap<InstanceKey, PartStat> = BTreeMap::new();
        for (key, change) in &delta.instances {
            if change.disappeared && self.before.is_some() {
                answers.insert(key.clone(), PartStat::Declined);
            } else if let Some((_, answer)) = change.answers.get(&self.own) {
                answers.insert(key.clone(), answer.clone());
            } else if self.before.is_some() && self.sends_another(key) {
                answers.insert(key.clone(), PartStat::Delegated);
            } else if change.appeared && self.before.is_some() {
                answers.extend(self.answer_in(&after, key).map(|answer| (key.clone(), answer)));
            }
        }
        if self.before.is_none() {
            // A copy that comes from elsewhere, such as a mail, with the answer already in it.
            for (key, _) in after.parts() {
                let answer = self.answer_in(&after, key).filter(|answer| *answer != PartStat::NeedsAction);
                answers.extend(answer.map(|answer| (key.clone(), answer)));
            }
        }
        let after = self.decline_first_of_ranges(after, &mut answers)?;
        self.add_forced_answers(&after, &mut answers);
        self.outcome.object = ObjectChange::Store(after.clone());
        if answers.is_empty() {
            self.outcome.disposition =
                if delta.instances.is_empty() { Disposition::Unchanged } else { Disposition::Allowed };
            self.outcome.because(
                "nothing-to-answer",
                "the change is the attendee's own business",
                "RFC 6638 §3.2.2.3",
            );
            return Ok(self.outcome);
        }
        if self.before.is_some() {
            self.add_standing_answers(&after, &mut answers);
        }
        self.reply(&after, answers)
    }

    /// Taking an instance out declines it (RFC 6638 §3.2.2.3), and where a THISANDFUTURE component begins, what is said of
    /// it is said of all that it rules: so the later ones get an answer of their own, which is that of before.
    fn decline_first_of_ranges(
        &mut self,
        mut after: SchedulingObject,
        answers: &mut BTreeMap<InstanceKey, PartStat>,
    ) -> Result<SchedulingObject> {
        for key in &self.left_out {
            let Some(answer) = self.answer_in(&after, key).filter(|answer| *answer != PartStat::Declined)
            else {
                continue;
            };
            if let Some(next) = after.next_ruled(key)
                && let Some(mut part) = after.projected(&next)
            {
                fields::set_this_and_future(&mut part, true);
                after.put_part(next.clone(), part);
                answers.insert(next, answer);
            }
            let declined = PartStat::Declined;
            let own = |line: &Attendee| line.address == self.own;
            after.edit_attendees(key, own, |_, line| line.set_param("PARTSTAT", declined.as_str()))?;
            answers.insert(key.clone(), declined);
        }
        self.after = Some(after.clone());
        Ok(after)
    }

    /// Answers that are to be sent although they did not change (RFC 6638 §7.2).
    fn add_forced_answers(&self, after: &SchedulingObject, answers: &mut BTreeMap<InstanceKey, PartStat>) {
        for (key, part) in after.parts() {
            let forced = part
                .property("ORGANIZER")
                .as_ref()
                .and_then(Organizer::of)
                .is_some_and(|o| o.force_send == ForceSend::Yes);
            if let Some(answer) = self.answer_in(after, key).filter(|_| forced && !fields::is_cancelled(part))
            {
                answers.insert(key.clone(), answer);
            }
        }
    }

    fn has_answered(&self, key: &InstanceKey) -> bool {
        self.outcome.state.answers.answered(key).is_some()
    }

    /// An answer to the series, or to a THISANDFUTURE component, says all: the organizer must not guess which instances it
    /// covers.
    fn add_standing_answers(&self, after: &SchedulingObject, answers: &mut BTreeMap<InstanceKey, PartStat>) {
        let said: BTreeSet<_> = answers.keys().cloned().collect();
        let covered = |key: &&InstanceKey| {
            !key.is_master()
                && (said.contains(&InstanceKey::Master) || said.contains(&after.ruling_before(key)))
        };
        let own = after.overrides().chain(self.outcome.state.answers.given());
        for key in own.filter(covered) {
            // What rules later instances is answered though its first be excluded.
            let standing = match after.said(key) {
                Some(component) if fields::is_cancelled(&component) => None,
                Some(_) => self.answer_in(after, key).filter(|answer| *answer != PartStat::NeedsAction),
                // Taken out of the copy: declined.
                None if after.part(key).is_none() && self.has_answered(key) => {
                    self.would_be(after, key).then_some(PartStat::Declined)
                }
                None => None,
            };
            if let Some(standing) = standing {
                answers.entry(key.clone()).or_insert(standing);
            }
        }
    }

    /// Whether the series would have an instance there, had the user not excluded it.
    fn would_be(&self, after: &SchedulingObject, key: &InstanceKey) -> bool {
        let mut open = after.clone();
        open.edit_part(&InstanceKey::Master, |master| master.remove("EXDATE"));
        open.has_instance(key)
    }

    fn answer_in(&self, object: &SchedulingObject, key: &InstanceKey) -> Option<PartStat> {
        object
            .attendees(key)
            .into_iter()
            .find(|attendee| attendee.address == self.own)
            .map(|own| own.partstat)
    }

    /// Deleting is declining (RFC 6638 §3.2.2.4), unless there is nothing left to decline.
    fn delete(mut self, before: &SchedulingObject) -> Result<Outcome> {
        self.outcome.object = ObjectChange::Delete;
        let mut answers = BTreeMap::new();
        for (key, part) in before.parts() {
            let open = !fields::is_cancelled(part);
            let declined = self.answer_in(before, key).is_none_or(|answer| answer == PartStat::Declined);
            if open && !declined {
                answers.insert(key.clone(), PartStat::Declined);
            }
        }
        if before.master().is_some_and(|master| !fields::is_cancelled(master)) && answers.len() > 1 {
            // All instances go: those with an answer of their own are named, the rest follows the series.
            answers.insert(InstanceKey::Master, PartStat::Declined);
        }
        if answers.contains_key(&InstanceKey::Master) {
            self.add_standing_answers(before, &mut answers);
            answers.values_mut().for_each(|answer| *answer = PartStat::Declined);
        }
        if !self.context.preferences.tell_past && before.is_over(self.context.now) {
            let message = "the event is over: who deletes it tidies up, and declines nothing";
            self.outcome.because("past", message, "policy tell-past");
            return Ok(self.outcome);
        }
        if answers.is_empty() {
            self.outcome.because(
                "nothing-to-decline",
                "the event was cancelled or declined before, so the organizer knows",
                "RFC 6638 §3.2.2.4",
            );
            return Ok(self.outcome);
        }
        self.reply(before, answers)
    }

    fn reply(
        mut self,
        object: &SchedulingObject,
        answers: BTreeMap<InstanceKey, PartStat>,
    ) -> Result<Outcome> {
        let Some(organizer) = object.organizer() else {
            self.outcome.because("no-organizer", "there is no ORGANIZER to answer", "RFC 5546 §3.2.3");
            return Ok(self.outcome);
        };
        let stamp = self.context.stamp(&self.outcome.state);
        let mut held: Vec<(InstanceKey, Component, PartStat)> = Vec::new();
        for (key, answer) in answers {
            let component = object
                .effective(&key)
                .or_else(|| self.before.and_then(|before| before.effective(&key)))
                .or_else(|| self.excluded_instance(object, &key));
            match component {
                Some(mut component) => {
                    // An answer is to the latest revision heard of, whatever the copy shows.
                    let answers = &self.outcome.state.answers;
                    let heard = answers.asked(&key).max(answers.answered(&key).unwrap_or_default().sequence);
                    if fields::revision(&component).sequence < heard {
                        fields::set_sequence(&mut component, heard);
                    }
                    held.push((key, component, answer));
                }
                None => self.outcome.because_of(
                    &key,
                    "no-such-instance",
                    "nothing to answer there",
                    "RFC 5546 §4.7.2",
                ),
            }
        }
        for (key, component, answer) in &held {
            let revision = Revision { sequence: fields::revision(component).sequence, dtstamp: Some(stamp) };
            let answers = &mut self.outcome.state.answers;
            match fields::is_this_and_future(component) {
                true => answers.give_from(key, revision, answer.clone()),
                false => answers.give(key, revision, answer.clone()),
            };
        }
        self.inherit()?;
        if !self.context.agent.sends(organizer.agent) {
            let message = "the ORGANIZER has a SCHEDULE-AGENT that leaves the reply to somebody else";
            self.outcome.because("schedule-agent", message, "RFC 6638 §7.1");
            return Ok(self.outcome);
        }
        let delegated = self.delegate(object, &held)?;
        let components = held.iter().map(|(key, component, _)| (key, component));
        let statuses = request_status::lines(components, self.statuses, object.zones())?;
        let parts = held
            .iter()
            .zip(statuses)
            .map(|((_, component, answer), status)| {
                Ok(Part {
                    of: component,
                    sequence: fields::revision(component).sequence,
                    attendees: self.attendee_lines(component, answer)?,
                    status: None,
                    extra: status.into_iter().chain(progress(component, answer)).collect(),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let sequence = parts.iter().map(|part| part.sequence).max().unwrap_or_default();
        let calendar = body::notice(object, Method::Reply, parts, stamp, self.context)?;
        for (key, _, answer) in &held {
            self.outcome.because_of(
                key,
                "answered",
                format!("the organizer is told: {answer}"),
                "RFC 5546 §3.2.3",
            );
        }
        self.outcome.state.last_stamp = Some(stamp);
        self.outcome.messages.push(Message {
            method: Method::Reply,
            reason: MessageReason::Reply,
            originator: self.own.clone(),
            recipient: organizer.address,
            uid: object.shared_uid(),
            sequence,
            calendar: Arc::new(calendar),
            changes: Arc::default(),
        });
        self.outcome.messages.extend(delegated);
        Ok(self.outcome)
    }

    /// An answer to the series holds for the instances that were not answered, or asked, on their own.
    fn inherit(&mut self) -> Result<()> {
        let Some(after) = &mut self.after else { return Ok(()) };
        for key in self.outcome.state.answers.write_into(after, &self.own)? {
            let message = "the answer to the series holds here too";
            self.outcome.because_of(&key, "answer-inherited", message, "RFC 5546 §3.2.3");
        }
        after.complete_delegations(&self.own, None)?;
        self.end_delegations()?;
        if let Some(after) = &self.after {
            self.outcome.object = ObjectChange::Store(after.clone());
        }
        Ok(())
    }

    /// Whoever answers for themselves takes back what they delegated.
    fn end_delegations(&mut self) -> Result<()> {
        let Some(after) = &mut self.after else { return Ok(()) };
        let keys: Vec<_> = after.parts().map(|(key, _)| key.clone()).collect();
        for key in keys {
            for gone in after.end_delegations(&key, &self.own)? {
                let message = format!("{gone} does not come in place of {} any more", self.own);
                self.outcome.because_of(&key, "delegation-ended", message, "RFC 5546 §3.2.2.3");
            }
        }
        Ok(())
    }

    /// What the series says of an instance that the user took out.
    fn excluded_instance(&self, object: &SchedulingObject, key: &InstanceKey) -> Option<Component> {
        let mut open = object.clone();
        open.edit_part(&InstanceKey::Master, |master| master.remove("EXDATE"));
        open.effective(key)
    }

    /// The sender's own ATTENDEE line and, if they delegated, the delegates' (RFC 5546 §3.2.2.3, §3.2.3).
    fn attendee_lines(&self, component: &Component, answer: &PartStat) -> Result<Vec<PropertyBuf>> {
        let line_of = |who: &CalendarUserAddress| {
            component
                .properties_named("ATTENDEE")
                .find(|line| CalendarUserAddress::parse(&line.value()).is_ok_and(|address| address == *who))
                .map(|line| line.to_buf())
        };
        let mut own = match line_of(&self.own) {
            Some(line) => line,
            None => PropertyBuf::new("ATTENDEE", self.own.uri())?,
        };
        own.set_param("PARTSTAT", answer.as_str())?;
        if *answer != PartStat::Delegated {
            // Of a delegator it says whether they want to hear of updates (RFC 5546 §4.2.5, C).
            own.remove_param("RSVP");
            own.remove_param("DELEGATED-TO");
        }
        let mut lines = vec![own];
        if *answer == PartStat::Delegated
            && let Some(attendee) = attendee_among(component, |address| *address == self.own)
        {
            lines.extend(attendee.delegated_to.iter().filter_map(line_of));
        }
        Ok(lines)
    }

    /// The REQUEST that passes a delegated invitation on: SEQUENCE stays (RFC 5546 §2.1.4, §3.2.2.3). Whom the user sent
    /// to all of it before has had it, and hears of changes from the organizer.
    fn delegate(
        &mut self,
        object: &SchedulingObject,
        held: &[(InstanceKey, Component, PartStat)],
    ) -> Result<Vec<Message>> {
        // With the answers to the series written where they hold.
        let object = self.after.as_ref().unwrap_or(object);
        let mut by_delegate: BTreeMap<CalendarUserAddress, BTreeSet<InstanceKey>> = BTreeMap::new();
        let mut newly_sent = BTreeSet::new();
        for (key, component, _) in held.iter().filter(|(_, _, answer)| *answer == PartStat::Delegated) {
            let own = attendee_among(component, |address| *address == self.own);
            let before = self.before.map(|before| self.delegates_in(before, key)).unwrap_or_default();
            for delegate in own.map(|own| own.delegated_to).unwrap_or_default() {
                if !before.contains(&delegate) {
                    newly_sent.insert(delegate.clone());
                }
                let ruled = object.overrides().filter(|at| {
                    let own = object.attendee(at, from_ref(&self.own));
                    object.ruling_before(at) == *key
                        && !object.is_cancelled(at)
                        && own.is_some_and(|own| own.delegated_to.contains(&delegate))
                });
                let keys = by_delegate.entry(delegate.clone()).or_default();
                keys.insert(key.clone());
                keys.extend(ruled.cloned());
            }
        }
        let stamp = self.context.stamp(&self.outcome.state);
        let mut messages = Vec::new();
        by_delegate.retain(|delegate, _| newly_sent.contains(delegate));
        for (delegate, keys) in by_delegate {
            let keys = attended(object, keys);
            if keys.is_empty() {
                let message = format!("nothing of the series is left to pass on to {delegate}");
                self.outcome.because("nothing-to-delegate", message, "RFC 5545 §3.2.13");
                continue;
            }
            let calendar = body::request(object, &keys, stamp, self.context)?;
            self.outcome.because(
                "delegated",
                format!("{delegate} is asked to come instead"),
                "RFC 5546 §3.2.2.3",
            );
            messages.push(Message {
                method: Method::Request,
                reason: MessageReason::Invitation,
                originator: self.own.clone(),
                recipient: delegate,
                uid: object.shared_uid(),
                sequence: object.sequence(),
                calendar: Arc::new(calendar),
                changes: Arc::default(),
            });
        }
        Ok(messages)
    }
}

/// How much of a to-do is done (RFC 5546 §3.4.3, §4.5.4). Before the attendee works on it, PERCENT-COMPLETE is the
/// organizer's.
fn progress(component: &Component, answer: &PartStat) -> impl Iterator<Item = PropertyBuf> {
    let works = matches!(answer, PartStat::InProcess | PartStat::Completed);
    let properties = ["PERCENT-COMPLETE", "COMPLETED"].into_iter().filter(move |_| works);
    properties.filter_map(|name| Some(component.property(name)?.to_buf()))
}

fn left_out_of_ranges(
    before: Option<&SchedulingObject>,
    after: Option<&SchedulingObject>,
) -> BTreeSet<InstanceKey> {
    let (Some(before), Some(after)) = (before, after) else { return BTreeSet::new() };
    let ranges = after.overrides().filter(|key| after.is_this_and_future(key));
    ranges.filter(|key| before.has_instance(key) && !after.has_instance(key)).cloned().collect()
}

/// A property among the changes that only the organizer may change; `leaves_out` where the user took the first instance
/// out of what holds for it and all later ones.
fn owned_by_organizer<'a>(
    key: &InstanceKey,
    change: &'a InstanceDelta,
    delta: &Delta,
    leaves_out: bool,
) -> Option<&'a str> {
    if change.disappeared && *key != InstanceKey::Master {
        return None;
    }
    // An EXDATE of the attendee's shows as an instance that disappears; the series' EXDATE follows from it.
    let excludes = leaves_out
        || delta
            .instances
            .iter()
            .any(|(key, other)| *key != InstanceKey::Master && (other.disappeared || other.appeared));
    change
        .changes
        .iter()
        .filter(|change| change.weight > Weight::Attendance)
        .map(|change| change.property.as_str())
        // RANGE says for which instances an answer is.
        .filter(|property| *property != "RECURRENCE-ID")
        .find(|property| !(*property == "EXDATE" && excludes && !change.asks_again))
}
