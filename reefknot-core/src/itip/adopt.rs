//! *This is the organizer's revision, received elsewhere*: an attendee's program took a message over and now puts
//! the object it has (RFC 6638 §3.2.2.2, RFC 5546 §2.1.5).
//!
//! To the one who stores it, such an object looks like an attendee who changes what is the organizer's
//! (RFC 6638 §3.2.2.1). What tells them apart is the revision: the organizer's newer one is taken over, instance by
//! instance, as a REQUEST would be; an equal one is the user's own change and an older one is none at all.

use std::collections::BTreeMap;

use super::context::Context;
use super::invitations::{keep_own, take_over};
use super::message::{Authentication, Carrier, Envelope};
use super::method::Method;
use super::outcome::{Disposition, ObjectChange, Outcome, Role};
use super::receive::Incoming;
use super::{answers, change, is_left_to_the_client, role};
use crate::Result;
use crate::ical::Component;
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Answers, PartStat, SchedulingObject, SchedulingState, Timing, attendee_among, edit_attendee, fields,
};

/// Takes over the organizer's revision that an attendee's program received.
///
/// # Errors
/// Only when the engine itself cannot go on; what is not taken over is an outcome with a reason.
pub fn adopt(
    stored: Option<&SchedulingObject>,
    object: &SchedulingObject,
    state: &SchedulingState,
    context: &Context<'_>,
) -> Result<Outcome> {
    let role = role(stored.or(Some(object)), context.identities);
    let outcome = Outcome::new(Disposition::Rejected, role, state.clone());
    if let Some((code, message, source)) = no_revision_of_the_organizers(stored, object, role) {
        return Ok(outcome.refuse(Disposition::Rejected, code, message, source));
    }
    if is_left_to_the_client(stored, Some(object), context) {
        return change(stored, Some(object), state, context);
    }
    let envelope =
        Envelope { sender: None, authentication: Authentication::Authenticated, carrier: Carrier::File };
    let said = as_the_organizer_said(stored, object, context)?;
    let incoming = Incoming { method: Method::Request, object: said, envelope: &envelope };
    let mut known = state.clone();
    if stored.is_none() {
        // Nothing is held, so nothing is a duplicate; what is older or was cancelled stays out.
        known.known.retain(|key, known| *known > object.revision(key));
        known.answers = Answers::default();
    }
    let before = known.known.clone();
    let mut taken =
        take_over(stored, &incoming, Outcome::new(Disposition::Ignored, role, known), context, true)?;
    // The user's program asks for what it misses; it does not ask twice.
    taken.messages.clear();
    taken.state.last_stamp = state.last_stamp;
    if stored.is_none() {
        taken.state.answers.clone_from(&state.answers);
        let (said, own) = (&incoming.object, context.identities.own());
        taken.state.answers.hear(said.parts().map(|(key, _)| (key, said.asks(key, own))));
    }
    let ObjectChange::Store(adopted) = std::mem::replace(&mut taken.object, ObjectChange::Keep) else {
        return nothing_newer(stored, object, state, taken, context);
    };
    let newer = |key: &InstanceKey, part: &Component| {
        let revision = Some(fields::revision(part));
        taken.state.known.get(key).copied() == revision && before.get(key).copied() != revision
    };
    for (key, part) in object.parts() {
        if newer(key, part) && fields::is_cancelled(part) {
            taken.state.tombstones.insert(key.clone(), fields::revision(part));
        }
    }
    let mut after = adopted.clone();
    for (key, part) in object.parts() {
        if taken.state.known.get(key).is_some_and(|known| *known == fields::revision(part)) {
            after.edit_part(key, |held| put_own(held, part, context)).transpose()?;
        }
    }
    let mut outcome = answers::change(Some(&adopted), Some(&after), &BTreeMap::new(), &taken.state, context)?;
    if let ObjectChange::Keep = outcome.object {
        outcome.object = ObjectChange::Store(adopted);
    }
    outcome.disposition = Disposition::Applied;
    outcome.reasons.splice(0..0, taken.reasons);
    outcome.notices.splice(0..0, taken.notices);
    Ok(outcome)
}

/// What makes an object something else than another revision of what is stored.
fn no_revision_of_the_organizers(
    stored: Option<&SchedulingObject>,
    object: &SchedulingObject,
    role: Role,
) -> Option<(&'static str, &'static str, &'static str)> {
    if role != Role::Attendee {
        let message = "only an attendee takes over the revision of an organizer";
        return Some(("not-an-attendee", message, "RFC 6638 §3.2.2.2"));
    }
    let stored = stored?;
    if stored.uid() != object.uid() || stored.kind() != object.kind() {
        let message = "what is stored is another UID or another kind of component";
        return Some(("other-object", message, "RFC 6638 §3.2.4.1"));
    }
    let organizer = |object: &SchedulingObject| object.organizer().map(|organizer| organizer.address);
    (organizer(stored) != organizer(object)).then_some((
        "organizer-changed",
        "another organizer is a decision and no revision; hand over the message that says so",
        "RFC 5546 §3.2.2.4",
    ))
}

/// The object as its organizer sent it: with the user's answer as it was, or open where it is asked again.
fn as_the_organizer_said(
    stored: Option<&SchedulingObject>,
    object: &SchedulingObject,
    context: &Context<'_>,
) -> Result<SchedulingObject> {
    let mut said = object.clone();
    for (key, part) in object.parts() {
        let Some(own) = own(part, context) else { continue };
        let held = stored.and_then(|stored| Some((stored.effective(key)?, stored.zones())));
        let before = held.and_then(|(held, zones)| {
            let moved = Timing::of(&held, zones).moves(&Timing::of(part, object.zones()));
            self::own(&held, context).filter(|_| !moved).map(|own| own.partstat)
        });
        let answer = match (&own.partstat, before) {
            (PartStat::NeedsAction, _) | (_, None) => PartStat::NeedsAction,
            (_, Some(before)) => before,
        };
        let write = |part: &mut Component| {
            edit_attendee(part, &own.address, |line| line.set_param("PARTSTAT", answer.as_str()))
        };
        said.edit_part(key, write).transpose()?;
    }
    Ok(said)
}

/// No instance is newer: what differs is the user's own change, and judged like any other.
fn nothing_newer(
    stored: Option<&SchedulingObject>,
    object: &SchedulingObject,
    state: &SchedulingState,
    taken: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    if stored.is_none() {
        return Ok(taken);
    }
    let mut outcome = answers::change(stored, Some(object), &BTreeMap::new(), state, context)?;
    outcome.reasons.splice(0..0, taken.reasons);
    Ok(outcome)
}

/// The user's own part of a component: alarms, categories and the like, and their answer if they gave one.
fn put_own(held: &mut Component, from: &Component, context: &Context<'_>) -> Result<()> {
    keep_own(held, from);
    let Some(own) = own(from, context).filter(|own| own.partstat != PartStat::NeedsAction) else {
        return Ok(());
    };
    edit_attendee(held, &own.address, |line| line.set_param("PARTSTAT", own.partstat.as_str())).map(|_| ())
}

fn own(part: &Component, context: &Context<'_>) -> Option<crate::scheduling::Attendee> {
    attendee_among(part, |address| context.identities.is_own(address))
}
