//! A CANCEL: of the event, of instances, or of the user's part in them (RFC 5546 §3.2.5).

use super::known_of_ruling;
use crate::Result;
use crate::ical::{Component, PropertyBuf};
use crate::itip::context::Context;
use crate::itip::outcome::{Disposition, ObjectChange, Outcome};
use crate::itip::receive::Incoming;
use crate::recurrence::InstanceKey;
use crate::scheduling::{Revision, SchedulingObject, SchedulingState, attendees, fields};

pub(super) fn mark_cancelled(component: &mut Component, revision: Revision) {
    if let Ok(status) = PropertyBuf::new("STATUS", "CANCELLED") {
        component.set(status);
    }
    fields::set_sequence(component, revision.sequence);
    if let Some(stamp) = revision.dtstamp {
        fields::set_dtstamp(component, stamp);
    }
}

/// A cancellation: of the event, of instances, or of the user's part in them (RFC 5546 §3.2.5).
pub(in crate::itip) fn cancel(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let mut object = stored.cloned();
    let mut done = 0;
    for (key, component) in incoming.object.parts() {
        let named = attendees(component);
        if !named.is_empty() && !named.iter().any(|attendee| context.identities.is_own(&attendee.address)) {
            outcome.because_of(
                key,
                "not-for-this-user",
                "the cancellation is for other attendees",
                "RFC 5546 §3.2.5",
            );
            continue;
        }
        let revision = fields::revision(component);
        let following = fields::is_this_and_future(component);
        done += cancel_one(key, revision, following, &mut object, &mut outcome);
    }
    if done == 0 {
        outcome.disposition = Disposition::Ignored;
        return Ok(outcome);
    }
    match object {
        Some(object) => {
            outcome.state.hear_organizer(&object);
            outcome.disposition = Disposition::Applied;
            outcome.tell("cancelled", format!("cancelled: {}", object.title()));
            outcome.object = ObjectChange::Store(object);
        }
        None => {
            // Remembered, so that an invitation that was overtaken does not appear afterwards.
            outcome.disposition = Disposition::Ignored;
            outcome.because(
                "unknown-uid",
                "a cancellation of something that is not stored here; remembered",
                "RFC 5546 §5.2.1",
            );
        }
    }
    Ok(outcome)
}

/// Cancels one component; gives how many that changed.
fn cancel_one(
    key: &InstanceKey,
    revision: Revision,
    following: bool,
    object: &mut Option<SchedulingObject>,
    outcome: &mut Outcome,
) -> usize {
    let dead = outcome.state.tombstones.get(key).copied();
    if dead.is_some_and(|dead| revision <= dead) {
        outcome.because_of(key, "duplicate", "this cancellation is known", "RFC 5546 §2.1.5");
        return 0;
    }
    // What rules an instance without a revision of its own said, when it was taken over, what holds there.
    let known = &outcome.state.known;
    let ruling = object.as_ref().map_or(InstanceKey::Master, |object| object.ruling_before(key));
    let stated = known.get(key).copied().or_else(|| known_of_ruling(known, &ruling));
    let stored = object.as_ref().filter(|_| !outcome.state.passed_on);
    let stated = stated.or_else(|| stored.map(|stored| stored.revision(key)));
    let whole = known.get(&InstanceKey::Master).copied();
    if following && whole.is_some_and(|whole| revision == whole) {
        let message = "the series of the same revision is stored, which says what is left of it";
        outcome.because_of(key, "duplicate", message, "RFC 5546 §2.1.5");
        return 0;
    }
    if stated.is_some_and(|stated| revision < stated) {
        let message =
            format!("the cancellation is older (SEQUENCE {}) than what is stored", revision.sequence);
        outcome.because_of(key, "stale-cancel", message, "RFC 5546 §2.1.5");
        return 0;
    }
    outcome.state.tombstones.insert(key.clone(), revision);
    let of_range = |object: &SchedulingObject| object.is_this_and_future(key) && object.has_instance(key);
    if !following && let Some(object) = object.as_mut().filter(|object| of_range(object)) {
        // One component stands for this instance and the later ones, at its own revision: only an exclusion tells them apart.
        object.exclude(key);
        let message = "this instance is cancelled; the later ones stay";
        outcome.because_of(key, "cancelled", message, "RFC 5546 §3.2.5");
        return 1;
    }
    outcome.state.known.insert(key.clone(), revision);
    if following {
        outcome.state.ended.insert(key.clone(), revision);
    }
    let Some(object) = object else { return 1 };
    let whole = following && object.instance_start(key) == object.instance_start(&InstanceKey::Master);
    if *key == InstanceKey::Master || whole && object.master().is_some() {
        let keys: Vec<_> = object.parts().map(|(key, _)| key.clone()).collect();
        for part in keys {
            if part == *key || is_older(&outcome.state, &part, revision) {
                object.edit_part(&part, |component| mark_cancelled(component, revision));
                outcome.because_of(&part, "cancelled", "cancelled by the organizer", "RFC 5546 §3.2.5");
            }
        }
        return 1;
    }
    if following {
        return cut(object, key, revision, outcome);
    }
    let Some(mut component) = object.effective(key) else {
        let message = format!("there is no instance at {key} to cancel; the cancellation is remembered");
        outcome.because_of(key, "no-such-instance", message, "RFC 5546 §4.7.2");
        return 1;
    };
    mark_cancelled(&mut component, revision);
    object.put_part(key.clone(), component);
    outcome.because_of(key, "cancelled", "this instance is cancelled; the series stays", "RFC 5546 §3.2.5");
    1
}

/// Whether a component goes with the cancellation of what it belongs to: the organizer keeps one that they name at the
/// same revision ("subsequent instances defined in separate components are not impacted", RFC 5545 §3.8.4.4).
fn is_older(state: &SchedulingState, key: &InstanceKey, cancelled: Revision) -> bool {
    state.known.get(key).is_none_or(|known| *known < cancelled)
}

/// RANGE=THISANDFUTURE: the series ends before the instance (RFC 5546 §3.2.5, option a).
pub(super) fn cut(
    object: &mut SchedulingObject,
    from: &InstanceKey,
    revision: Revision,
    outcome: &mut Outcome,
) -> usize {
    // The series keeps its own SEQUENCE, to which an answer is: what of it is left was not revised.
    if !object.end_before(from) && object.master().is_some() {
        let message = "the series has no such instance to end at; the cancellation is remembered";
        outcome.because_of(from, "no-such-instance", message, "RFC 5546 §4.7.2");
        return 1;
    }
    let state = &outcome.state;
    let dead = |key: &InstanceKey| key == from || key > from && is_older(state, key, revision);
    for key in object.overrides().filter(|key| dead(key)).cloned().collect::<Vec<_>>() {
        object.edit_part(&key, |component| mark_cancelled(component, revision));
    }
    outcome.because_of(from, "cancelled", "this and all later instances are cancelled", "RFC 5546 §3.2.5");
    1
}
