//! The organizer's machine: what follows when they change, cancel or delete an event
//! (RFC 5546 §3.2.2, §3.2.5, RFC 6638 §3.2.1).
//!
//! Per attendee and instance: not invited → invited → answered → removed or cancelled. What has been sent and
//! asked is kept in [`SchedulingState`]; answers come in through `replies`.

mod mailer;
mod revise;
mod show;
mod tell;

use std::collections::BTreeSet;
use std::slice::from_ref;
use std::sync::Arc;

use super::context::Context;
use super::message::MessageReason;
use super::outcome::{Disposition, ObjectChange, Outcome, Role};
use crate::Result;
use crate::recurrence::InstanceKey;
use crate::scheduling::{Attendance, Attendee, Revision, SchedulingObject, SchedulingState};
use crate::value::CalendarUserAddress;

use mailer::Mailer;
pub(super) use mailer::attended;
use revise::Revise;
pub(super) use show::show_answers;

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

type Keys = BTreeSet<InstanceKey>;

/// Cancels for one person what `about` says of the given components, though they are not on the list; `for_all` where
/// these do not take place for anybody.
pub(super) fn cancel_for(
    about: &SchedulingObject,
    who: &CalendarUserAddress,
    keys: &BTreeSet<InstanceKey>,
    sequence: u32,
    for_all: bool,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let mut mailer = Mailer::new(about, outcome, context);
    mailer.cancel(about, who, keys, sequence, for_all)?;
    Ok(mailer.finish(sequence))
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
    let said: Vec<Attendance<'_>> = object
        .parts()
        .filter_map(|(key, _)| Some((key, object.attendee(key, from_ref(&attendee.address))?)))
        .collect();
    let keys: Keys =
        said.iter().map(|(key, _)| *key).filter(|key| !object.is_cancelled(key)).cloned().collect();
    let keys = attended(object, keys);
    let mut mailer = Mailer::new(object, outcome, context);
    if keys.is_empty() || object.is_cancelled(&InstanceKey::Master) {
        let all: Keys = object.parts().map(|(key, _)| key.clone()).collect();
        let sequence = object.sequence();
        mailer.cancel(object, &attendee.address, &all, sequence, true)?;
    } else if mailer.may_send(attendee) {
        mailer.send_request(object, &said, &keys, reason, Arc::default())?;
    }
    let sequence = object.sequence();
    Ok(mailer.finish(sequence))
}
