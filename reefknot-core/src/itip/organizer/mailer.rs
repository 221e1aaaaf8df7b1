//! The messages of one decision: who must hear what, and why (RFC 5546 §3.2.2, §3.2.5, RFC 6638 §3.2.1).

use std::collections::BTreeMap;
use std::slice::from_ref;
use std::sync::Arc;

use super::Keys;
use super::show::attendee_lines;
use crate::Result;
use crate::ical::{Component, PropertyBuf};
use crate::itip::body::{self, Part};
use crate::itip::context::Context;
use crate::itip::message::{Change, Message, MessageReason};
use crate::itip::method::Method;
use crate::itip::outcome::Outcome;
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Attendee, AttendeeState, Delta, ForceSend, Revision, SchedulingObject, Weight, fields,
};
use crate::value::{CalendarUserAddress, Timestamp};

/// Everybody before or after, with the components that name them.
pub(super) fn everybody(
    before: Option<&SchedulingObject>,
    after: &SchedulingObject,
) -> Vec<(CalendarUserAddress, Keys, Keys)> {
    // The new object's spelling of an address comes first.
    let are = after.everybody().into_iter().map(|(who, keys)| (who, (Keys::new(), Keys::from_iter(keys))));
    let mut all: BTreeMap<CalendarUserAddress, (Keys, Keys)> = are.collect();
    for (who, keys) in before.map(SchedulingObject::everybody).unwrap_or_default() {
        all.entry(who).or_default().0.extend(keys);
    }
    all.into_iter().map(|(who, (was, is))| (who, was, is)).collect()
}

/// One revision, and what of it is the same for everybody.
pub(super) struct Step<'a> {
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
    pub(super) fn new(
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
pub(super) struct Mailer<'a> {
    context: &'a Context<'a>,
    pub(super) organizer: CalendarUserAddress,
    pub(super) stored: SchedulingObject,
    pub(super) stamp: Timestamp,
    pub(super) outcome: Outcome,
    /// The highest SEQUENCE used.
    pub(super) highest: u32,
    /// Bodies by what their readers may see, so that those who see the same share one.
    shared: BTreeMap<Keys, Arc<Component>>,
    /// What changed, by what of it their readers attend and attend no more.
    told: BTreeMap<(Keys, Keys), Arc<[Change]>>,
    /// What CANCELs are about, by the instances they name and whether they are for all. Each names its own reader alone.
    cancelled: BTreeMap<(Keys, bool), Vec<Cancelled>>,
}

impl<'a> Mailer<'a> {
    pub(super) fn new(object: &SchedulingObject, outcome: Outcome, context: &'a Context<'a>) -> Self {
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
            told: BTreeMap::new(),
            cancelled: BTreeMap::new(),
        }
    }

    pub(super) fn next_sequence(&self, object: &SchedulingObject) -> u32 {
        self.outcome.state.sequence.max(object.sequence()) + 1
    }

    pub(super) fn finish(mut self, sequence: u32) -> Outcome {
        self.outcome.state.sequence = self.outcome.state.sequence.max(sequence);
        if !self.outcome.messages.is_empty() {
            self.outcome.state.last_stamp = Some(self.stamp);
        }
        self.outcome
    }

    /// Whether a message to that attendee leaves from here; says why not.
    pub(super) fn may_send(&mut self, attendee: &Attendee) -> bool {
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
    pub(super) fn tell(
        &mut self,
        step: &Step<'_>,
        who: &CalendarUserAddress,
        was: &Keys,
        is: &Keys,
    ) -> Result<()> {
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
            let Some(before) = before else { return Ok(()) };
            return self.send_cancel(before, after, attendee, &was, next, false);
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
            self.send_cancel(before, after, attendee, &lost, next, gone_for_all)?;
        }
        let Some(reason) = self.request_reason(step, attendee, &was, &is) else {
            return Ok(());
        };
        let changes = match reason {
            MessageReason::Invitation => Arc::default(),
            _ => self.changes(delta, after, &is, lost),
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
        if attendee.left_to_delegate && weight.is_some_and(|weight| weight < Weight::Reschedule) {
            let message = format!("{who} delegated, and asked to hear of no updates");
            self.outcome.because("left-to-delegate", message, "RFC 5546 §4.2.5");
            return None;
        }
        match weight {
            Some(Weight::Reschedule | Weight::Significant) => Some(MessageReason::Update),
            Some(Weight::Informational) if self.context.preferences.tell_informational => {
                Some(MessageReason::Update)
            }
            _ if attendee.force_send == ForceSend::Yes => Some(MessageReason::Update),
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

    /// What to tell those who attend the given components.
    fn changes(&mut self, delta: &Delta, after: &SchedulingObject, is: &Keys, lost: Keys) -> Arc<[Change]> {
        let told = self.told.entry((is.clone(), lost));
        Arc::clone(told.or_insert_with_key(|(is, lost)| changes(delta, after, is, lost).into()))
    }

    /// The body for those who attend the given components.
    pub(super) fn body(&mut self, object: &SchedulingObject, keys: &Keys) -> Result<Arc<Component>> {
        if let Some(calendar) = self.shared.get(keys) {
            return Ok(Arc::clone(calendar));
        }
        let calendar = Arc::new(body::request(object, keys, self.stamp, self.context)?);
        self.shared.insert(keys.clone(), Arc::clone(&calendar));
        Ok(calendar)
    }

    pub(super) fn send_request(
        &mut self,
        object: &SchedulingObject,
        attendee: &Attendee,
        keys: &Keys,
        reason: MessageReason,
        changes: Arc<[Change]>,
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
        let stamp = Some(self.stamp);
        let sent = keys
            .iter()
            .map(|key| (key.clone(), Revision { sequence: object.revision(key).sequence, dtstamp: stamp }));
        self.asks(object, &who, keys).sent.extend(sent);
        self.push(Method::Request, reason, who, object.uid(), sequence, calendar, changes);
        Ok(())
    }

    /// Remembers what a REQUEST with these components asks of somebody; gives all that is remembered of them.
    fn asks(
        &mut self,
        object: &SchedulingObject,
        who: &CalendarUserAddress,
        keys: &Keys,
    ) -> &mut AttendeeState {
        let attendee = self.outcome.state.attendee(who, object);
        let named = keys.iter().filter(|key| object.part(key).is_some());
        attendee.answers.hear(named.map(|key| (key, object.asks(key, from_ref(who)))));
        attendee.cancelled.retain(|key| !keys.contains(key));
        attendee
    }

    /// Cancels what somebody attended, because the event is deleted.
    pub(super) fn cancel(
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
        self.send_cancel(object, object, attendee, keys, sequence, for_all)
    }

    /// Sends one CANCEL for what somebody attended; the series stands for all its instances. STATUS:CANCELLED only
    /// where nobody attends any more: to uninvite somebody it must not be there (RFC 5546 §3.2.5).
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
        let series = Keys::from([InstanceKey::Master]);
        let keys = if keys.contains(&InstanceKey::Master) { &series } else { keys };
        let held = self.cancelled.entry((keys.clone(), for_all));
        let held = held.or_insert_with(|| cancelled(before, after, keys, for_all));
        let parts = held
            .iter()
            .map(|cancelled| {
                let own = PropertyBuf::new("ATTENDEE", who.uri())?;
                let status = for_all.then_some("CANCELLED");
                let of = &cancelled.component;
                Ok(Part { of, sequence, attendees: vec![own], status, extra: Vec::new() })
            })
            .collect::<Result<Vec<_>>>()?;
        if parts.is_empty() {
            return Ok(());
        }
        let changes = held.iter().map(|cancelled| cancelled.change(&who, for_all)).collect();
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
        changes: Arc<[Change]>,
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

pub(super) fn find<'o>(object: &'o SchedulingObject, who: &CalendarUserAddress) -> Option<&'o Attendee> {
    object.parts().find_map(|(key, _)| object.attendee(key, from_ref(who)))
}

/// One component that a CANCEL is about.
struct Cancelled {
    key: InstanceKey,
    /// Before its reader is named in it.
    component: Component,
    /// What it said of each person before, as others may see it; of nobody where it is cancelled for all.
    lines: BTreeMap<CalendarUserAddress, String>,
}

/// What a CANCEL for those keys is about.
fn cancelled(
    before: &SchedulingObject,
    after: &SchedulingObject,
    keys: &Keys,
    for_all: bool,
) -> Vec<Cancelled> {
    let held = keys.iter().filter_map(|key| Some((key, before.effective(key)?)));
    held.map(|(key, mut component)| {
        let lines = if for_all { BTreeMap::new() } else { attendee_lines(&component) };
        component.remove("ATTENDEE");
        if let Some(part) = after.part(key).filter(|_| !key.is_master()) {
            // Whether the later instances go too is for the new version to say (RFC 5546 §3.2.5).
            fields::set_this_and_future(&mut component, fields::is_this_and_future(part));
        }
        Cancelled { key: key.clone(), component, lines }
    })
    .collect()
}

impl Cancelled {
    /// What changes: STATUS, or who attends.
    fn change(&self, who: &CalendarUserAddress, for_all: bool) -> Change {
        let (property, before, after) = if for_all {
            let status = self.component.property("STATUS").map(|status| status.content_line().into_owned());
            ("STATUS", status, Some("STATUS:CANCELLED".to_owned()))
        } else {
            ("ATTENDEE", self.lines.get(who).cloned(), None)
        };
        Change { instance: self.key.clone(), property: property.to_owned(), before, after }
    }
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
