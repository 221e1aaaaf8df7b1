//! *This delivery ended so*: SCHEDULE-STATUS on the sender's copy (RFC 6638 §3.2.9, §7.3).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::Result;
use crate::ical::Component;
use crate::itip::{Disposition, Message, MessageReason, Method, ObjectChange, Outcome, Role};
use crate::recurrence::InstanceKey;
use crate::scheduling::{Revision, ScheduleStatus, SchedulingObject, SchedulingState, fields};
use crate::value::CalendarUserAddress;

/// Every message begins as pending, in the very commit that sends it (RFC 6638 §3.2.1.1, §3.2.2.3).
pub(super) fn pending(outcome: &mut Outcome) -> Result<()> {
    let ObjectChange::Store(object) = &mut outcome.object else { return Ok(()) };
    let mut lines = Lines::default();
    let mut read: BTreeMap<*const Component, Vec<InstanceKey>> = BTreeMap::new();
    for message in &outcome.messages {
        // Those who may see the same share a body: it is read once.
        let keys = match read.entry(Arc::as_ptr(&message.calendar)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(SchedulingObject::instances_in(&message.calendar)?),
        };
        keys.iter().for_each(|key| lines.add(object, key, message));
    }
    lines.write(object, |_| Some(ScheduleStatus::Pending)).map(|_| ())
}

pub(super) fn ended(
    stored: Option<&SchedulingObject>,
    state: &SchedulingState,
    message: &Message,
    status: ScheduleStatus,
    role: Role,
) -> Result<Outcome> {
    let recipient = &message.recipient;
    let mut outcome = Outcome::new(Disposition::Unchanged, role, state.clone());
    outcome.because(
        "delivery-status",
        format!("{} to {recipient}: {status}", message.method),
        "RFC 6638 §3.2.9",
    );
    if message.reason == MessageReason::Answers {
        // Nobody waits for it: the line tells of the last message that asked or told something.
        return Ok(outcome);
    }
    if status.is_failure() {
        let text = format!("the {} to {recipient} was not delivered: {status}", message.method);
        outcome.tell("delivery-failed", text);
    }
    let Some(stored) = stored else {
        outcome.because("nothing-stored", "the object was deleted meanwhile", "RFC 6638 §3.2.9");
        return Ok(outcome);
    };
    let mut lines = Lines::default();
    for (key, revision) in about(message)? {
        if last_sent(state, message, &key).is_some_and(|last| last > revision) {
            let text = format!("a later message to {recipient} has a status of its own");
            outcome.because_of(&key, "superseded", text, "RFC 6638 §7.3");
        } else {
            lines.add(stored, &key, message);
        }
    }
    let mut object = stored.clone();
    let written = lines.write(&mut object, |before| {
        // An answer says more than that the question arrived.
        let answered =
            before.is_some_and(|code| !ScheduleStatus::parse(code).is_some_and(ScheduleStatus::is_delivery));
        (!answered || status.is_failure()).then_some(status)
    })?;
    if written > 0 {
        outcome.disposition = Disposition::Applied;
        outcome.object = ObjectChange::Store(object);
    }
    Ok(outcome)
}

/// What a message is about: the components it holds and their revisions.
fn about(message: &Message) -> Result<Vec<(InstanceKey, Revision)>> {
    let object = SchedulingObject::from_calendar(Component::clone(&message.calendar))?;
    Ok(object.parts().map(|(key, part)| (key.clone(), fields::revision(part))).collect())
}

/// The revision of the last message to that recipient about an instance, where one is remembered.
fn last_sent(state: &SchedulingState, message: &Message, key: &InstanceKey) -> Option<Revision> {
    if is_to_organizer(message.method) {
        return state.answers.answered(key);
    }
    state.attendees.get(&message.recipient)?.sent.get(key).copied()
}

/// Whether the recipient is the organizer of the sender's copy, and not one of its attendees.
fn is_to_organizer(method: Method) -> bool {
    match method {
        Method::Reply | Method::Refresh | Method::Counter => true,
        Method::Publish | Method::Request | Method::Add | Method::Cancel | Method::DeclineCounter => false,
    }
}

/// The lines that a status goes to, by component.
#[derive(Default)]
struct Lines<'a>(BTreeMap<InstanceKey, Recipients<'a>>);

#[derive(Default)]
struct Recipients<'a> {
    organizer: Vec<&'a CalendarUserAddress>,
    attendees: Vec<&'a CalendarUserAddress>,
}

impl<'a> Lines<'a> {
    /// What a message says of an instance without a component is told by the series.
    fn add(&mut self, object: &SchedulingObject, key: &InstanceKey, message: &'a Message) {
        let holder = if object.part(key).is_some() { key.clone() } else { InstanceKey::Master };
        let Recipients { organizer, attendees } = self.0.entry(holder).or_default();
        let recipients = if is_to_organizer(message.method) { organizer } else { attendees };
        recipients.push(&message.recipient);
    }

    /// Writes what `next` makes of each line's status; gives how many lines changed.
    fn write(
        &self,
        object: &mut SchedulingObject,
        next: impl Fn(Option<&str>) -> Option<ScheduleStatus>,
    ) -> Result<usize> {
        let mut written = 0;
        for (key, Recipients { organizer, attendees }) in &self.0 {
            let attendees: HashSet<_> = attendees.iter().copied().collect();
            written += object.set_statuses(key, |line| {
                let is_told = attendees.contains(&line.address);
                is_told.then(|| next(line.status.as_deref())).flatten()
            })?;
            if organizer.is_empty() {
                continue;
            }
            written += object.edit_organizer(key, |own, line| {
                let code = next(own.status.as_deref()).map(ScheduleStatus::code);
                let code = code.filter(|code| own.status.as_deref() != Some(code));
                let code = code.filter(|_| organizer.contains(&&own.address));
                code.map_or(Ok(()), |code| line.set_param("SCHEDULE-STATUS", code))
            })?;
        }
        Ok(written)
    }
}
