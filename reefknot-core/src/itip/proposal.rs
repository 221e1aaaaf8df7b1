//! An attendee proposes something else, and hears that the organizer declines (RFC 5546 §3.2.7, §3.2.8).
//!
//! Per instance: needs action or answered → countered → the organizer's new revision, or declined and as before. The
//! attendee's copy keeps the organizer's time all along; that a proposal waits is in
//! [`SchedulingState::proposals`].

use std::sync::Arc;

use super::body;
use super::context::Context;
use super::invitations::own_address;
use super::message::{Change, Message, MessageReason};
use super::method::Method;
use super::outcome::{Disposition, Outcome, Role};
use super::receive::Incoming;
use super::request_status;
use crate::Result;
use crate::ical::Kind;
use crate::recurrence::InstanceKey;
use crate::scheduling::{Delta, Revision, SchedulingObject, SchedulingState, Weight, attendees, fields};
use crate::value::CalendarUserAddress;

/// The user proposes that the organizer make of `stored` what `proposal` says.
///
/// # Errors
/// Only when the engine itself cannot go on; what may not be proposed is an outcome with a reason.
pub fn propose(
    stored: &SchedulingObject,
    proposal: &SchedulingObject,
    state: &SchedulingState,
    comment: Option<&str>,
    context: &Context<'_>,
) -> Result<Outcome> {
    let role = super::role(Some(stored), context.identities);
    let mut outcome = Outcome::new(Disposition::Allowed, role, state.clone());
    let delta = Delta::between(Some(stored), Some(proposal));
    if let Some((code, message)) = forbidden(stored, proposal, &delta, role) {
        return Ok(outcome.refuse(Disposition::Rejected, code, message, "RFC 5546 §3.2.7"));
    }
    let (Some(own), Some(organizer)) = (own_address(stored, context), stored.organizer()) else {
        let message = "there is nobody to propose it, or nobody to propose it to";
        return Ok(outcome.refuse(Disposition::Rejected, "not-an-attendee", message, "RFC 5546 §3.2.7"));
    };
    if !context.agent.sends(organizer.agent) {
        let message = "the ORGANIZER has a SCHEDULE-AGENT that leaves the proposal to somebody else";
        return Ok(outcome.refuse(Disposition::Unchanged, "schedule-agent", message, "RFC 6638 §7.1"));
    }
    let stamp = context.stamp(state);
    for (key, instance) in &delta.instances {
        // What an exclusion takes out has no component; the EXDATE is among the changes of the series.
        let Some(part) = proposal.effective(key).filter(|_| instance.weight() > Some(Weight::Private)) else {
            continue;
        };
        let sequence = stored.revision(key).sequence;
        let calendar = body::counter(proposal, part, sequence, comment, stamp, context)?;
        let revision = Revision { sequence, dtstamp: Some(stamp) };
        outcome.state.proposals.entry(own.clone()).or_default().insert(key.clone(), revision);
        outcome.because_of(
            key,
            "proposed",
            format!("{} is asked to change it", organizer.address),
            "RFC 5546 §3.2.7",
        );
        let only = Delta { instances: [(key.clone(), instance.clone())].into() };
        outcome.messages.push(Message {
            method: Method::Counter,
            reason: MessageReason::Counter,
            originator: own.clone(),
            recipient: organizer.address.clone(),
            uid: stored.shared_uid(),
            sequence,
            calendar: Arc::new(calendar),
            changes: Change::all(&only).into(),
        });
    }
    if outcome.messages.is_empty() {
        let message = "nothing in it differs for others";
        return Ok(outcome.refuse(Disposition::Unchanged, "nothing-proposed", message, "RFC 5546 §3.2.7"));
    }
    outcome.state.last_stamp = Some(stamp);
    Ok(outcome)
}

/// What may not be proposed, or not by this user.
fn forbidden(
    stored: &SchedulingObject,
    proposal: &SchedulingObject,
    delta: &Delta,
    role: Role,
) -> Option<(&'static str, String)> {
    if role != Role::Attendee {
        return Some(("not-an-attendee", "only an attendee proposes; an organizer changes the event".into()));
    }
    if stored.uid() != proposal.uid() || stored.kind() != proposal.kind() {
        return Some(("other-object", "a proposal has the UID and the kind of what it would change".into()));
    }
    if stored.kind() == Kind::Journal {
        return Some(("method-not-allowed", "there is no COUNTER of a VJOURNAL".into()));
    }
    let organizer = |object: &SchedulingObject| object.organizer().map(|organizer| organizer.address);
    if organizer(stored) != organizer(proposal) {
        return Some(("organizer-changed", "another ORGANIZER cannot be proposed".into()));
    }
    if stored.parts().all(|(_, part)| fields::is_cancelled(part)) {
        return Some(("cancelled", "what was cancelled cannot be changed by a proposal".into()));
    }
    for change in delta.instances.values() {
        if let Some(who) = change.answers.keys().next() {
            let message = format!("a proposal changes no answer, and this changes that of {who}");
            return Some(("answer-in-proposal", message));
        }
        if let Some(who) = change.removed.iter().next().filter(|_| !change.disappeared) {
            return Some((
                "attendees-changed",
                format!("others may be proposed; {who} may not be taken out"),
            ));
        }
    }
    None
}

/// A DECLINECOUNTER arrives: the user is told, and all is as before the proposal.
pub(super) fn declined(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    const SOURCE: &str = "RFC 5546 §3.2.8";
    let Some(stored) = stored.filter(|_| outcome.role == Role::Attendee) else {
        let message = "a refusal of something that this user does not attend";
        return Ok(outcome.refuse(Disposition::Ignored, "unknown-uid", message, SOURCE));
    };
    let named: Vec<_> = incoming.object.parts().flat_map(|(_, part)| attendees(part)).collect();
    if !named.is_empty() && !named.iter().any(|who| context.identities.is_own(&who.address)) {
        let message = "the refusal is for other attendees";
        return Ok(outcome.refuse(Disposition::Ignored, "not-for-this-user", message, SOURCE));
    }
    let title = stored.title();
    for (key, part) in incoming.object.parts() {
        let revision = fields::revision(part);
        if revision.sequence < stored.revision(key).sequence {
            let message = "there is a newer revision than the one that the proposal was for";
            outcome.because_of(key, "stale-refusal", message, "RFC 5546 §2.1.5");
            continue;
        }
        if outcome.state.refusals.get(key).is_some_and(|told| revision <= *told) {
            outcome.because_of(
                key,
                "duplicate",
                "the user was told of this refusal before",
                "RFC 5546 §2.1.5",
            );
            continue;
        }
        outcome.state.refusals.insert(key.clone(), revision);
        for proposals in outcome.state.proposals.values_mut() {
            proposals.remove(key);
        }
        outcome.disposition = Disposition::Notify;
        outcome.because_of(key, "counter-declined", "the organizer leaves it as it is", SOURCE);
        outcome.tell("counter-declined", format!("your proposal was declined: {title}"));
        if let Some(comment) = part.text("COMMENT") {
            outcome.tell("comment", format!("the organizer writes: {comment}"));
        }
        request_status::tell_failures(&mut outcome, part, "the organizer");
    }
    outcome.state.proposals.retain(|_, proposals| !proposals.is_empty());
    Ok(outcome)
}

/// A newer revision of the organizer's answers what was proposed about an older one.
pub(super) fn settle(outcome: &mut Outcome) {
    let SchedulingState { known, proposals, .. } = &mut outcome.state;
    let waits = |key: &InstanceKey, proposed: &Revision| {
        let known = known.get(key).or_else(|| known.get(&InstanceKey::Master));
        known.is_none_or(|known| known.sequence <= proposed.sequence)
    };
    for own in proposals.values_mut() {
        own.retain(|key, proposed| waits(key, proposed));
    }
    proposals.retain(|_: &CalendarUserAddress, own| !own.is_empty());
}
