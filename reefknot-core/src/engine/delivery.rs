//! *This delivery ended so*: SCHEDULE-STATUS on the sender's copy (RFC 6638 §3.2.9, §7.3).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::Result;
use crate::ical::{Component, Edit};
use crate::itip::{Disposition, Message, MessageReason, Method, ObjectChange, Outcome, Role};
use crate::recurrence::InstanceKey;
use crate::scheduling::{Revision, ScheduleStatus, SchedulingObject, SchedulingState, fields};
use crate::value::CalendarUserAddress;

/// Every message begins as pending, in the very commit that sends it (RFC 6638 §3.2.1.1, §3.2.2.3).
pub(super) fn pending(outcome: &mut Outcome) -> Result<()> {
    let ObjectChange::Store(object) = &mut outcome.object else { return Ok(()) };
    let mut lines = Lines::default();
    let mut read: BTreeMap<*const Component, Vec<(InstanceKey, Revision)>> = BTreeMap::new();
    for message in &outcome.messages {
        // Those who may see the same share a body: it is read once.
        let about = match read.entry(Arc::as_ptr(&message.calendar)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(about(message)?),
        };
        about.iter().for_each(|(key, _)| lines.add(object, key, message));
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
    match line_of(message.method) {
        "ORGANIZER" => state.answers.answered(key),
        _ => state.attendees.get(&message.recipient)?.sent.get(key).copied(),
    }
}

/// The property that stands for the recipient in the sender's copy.
fn line_of(method: Method) -> &'static str {
    match method {
        Method::Reply | Method::Refresh | Method::Counter => "ORGANIZER",
        Method::Publish | Method::Request | Method::Add | Method::Cancel | Method::DeclineCounter => {
            "ATTENDEE"
        }
    }
}

/// The lines that a status goes to, by component.
#[derive(Default)]
struct Lines(BTreeMap<InstanceKey, BTreeSet<(&'static str, CalendarUserAddress)>>);

impl Lines {
    /// What a message says of an instance without a component is told by the series.
    fn add(&mut self, object: &SchedulingObject, key: &InstanceKey, message: &Message) {
        let holder = if object.part(key).is_some() { key.clone() } else { InstanceKey::Master };
        self.0.entry(holder).or_default().insert((line_of(message.method), message.recipient.clone()));
    }

    /// Writes what `next` makes of each line's status; gives how many lines changed.
    fn write(
        &self,
        object: &mut SchedulingObject,
        next: impl Fn(Option<&str>) -> Option<ScheduleStatus>,
    ) -> Result<usize> {
        let mut written = 0;
        let mut failed = Ok(());
        for (key, lines) in &self.0 {
            object.edit_part(key, |part| {
                part.edit(|property| {
                    let Some(name) = ["ATTENDEE", "ORGANIZER"].into_iter().find(|name| property.is(name))
                    else {
                        return Edit::Keep;
                    };
                    let Ok(address) = CalendarUserAddress::parse(&property.value()) else {
                        return Edit::Keep;
                    };
                    if !lines.contains(&(name, address)) {
                        return Edit::Keep;
                    }
                    let before = property.param("SCHEDULE-STATUS");
                    let Some(status) = next(before.as_deref()) else { return Edit::Keep };
                    if before.as_deref() == Some(status.code()) {
                        return Edit::Keep;
                    }
                    let mut line = property.to_buf();
                    if let Err(error) = line.set_param("SCHEDULE-STATUS", status.code()) {
                        failed = Err(error);
                        return Edit::Keep;
                    }
                    written += 1;
                    Edit::Replace(line)
                });
            });
        }
        failed.map(|()| written)
    }
}
