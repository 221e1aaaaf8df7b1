//! PUBLISH: something made known to people who are not asked to come (RFC 5546 §3.2.1, §3.4.1, §3.5.1).
//!
//! A published copy is the publisher's word: a newer revision replaces it, nothing is ever answered, and what the user
//! organizes or attends is never overwritten by it.

use std::sync::Arc;

use super::body;
use super::context::Context;
use super::message::{Message, MessageReason};
use super::method::Method;
use super::outcome::{Answer, Disposition, ObjectChange, Outcome, Question, Role};
use super::receive::Incoming;
use super::validate::validate;
use crate::Result;
use crate::recurrence::InstanceKey;
use crate::scheduling::{Revision, SchedulingObject, SchedulingState, fields};
use crate::value::CalendarUserAddress;

const SOURCE: &str = "RFC 5546 §3.2.1";

/// Something published arrived.
pub(super) fn receive(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    outcome.role = super::role(stored, context.identities);
    if outcome.role != Role::None {
        let message =
            "the UID belongs to what this user organizes or attends; a publication never replaces that";
        return Ok(outcome.refuse(Disposition::Rejected, "own-event", message, "RFC 5546 §6.1.3"));
    }
    let organizer = incoming.object.organizer();
    let publisher = organizer.as_ref().map(|organizer| organizer.address.clone());
    if publisher.as_ref().is_some_and(|publisher| context.identities.is_own(publisher)) {
        let message = "the message is the user's own";
        return Ok(outcome.refuse(Disposition::Ignored, "own-message", message, SOURCE));
    }
    let before = stored.map(|stored| stored.organizer().map(|organizer| organizer.address));
    if before.is_some_and(|before| before != publisher) {
        let message = "what is stored was published by somebody else";
        return Ok(outcome.refuse(Disposition::Rejected, "organizer-changed", message, "RFC 5546 §6.1.3"));
    }
    let someone_else = organizer.filter(|organizer| !incoming.is_from_organizer(organizer));
    let passed_on = someone_else.is_some();
    if let Some(organizer) = someone_else {
        let message = format!("the sender is not {}, who is said to publish it", organizer.address);
        let choice = if stored.is_some() { Answer::Refuse } else { context.preferences.forwarded };
        match choice {
            Answer::Accept => outcome.because("forwarded", message, "RFC 5546 §6.1.1"),
            Answer::Ask => {
                outcome.because("forwarded", message.clone(), "RFC 5546 §6.1.1");
                outcome.disposition = Disposition::NeedsDecision;
                outcome.questions.extend(incoming.sender().cloned().map(Question::Forwarded));
                outcome.tell("forwarded", message);
                return Ok(outcome);
            }
            Answer::Refuse => {
                let code = "sender-is-not-the-organizer";
                return Ok(outcome.refuse(Disposition::Rejected, code, message, "RFC 5546 §6.1.1"));
            }
        }
    }
    Ok(take(stored, incoming, publisher, passed_on, outcome))
}

/// Takes over what is newer, component by component; a newer series comes with all its overrides. Whatever the publisher
/// says is newer than what somebody else passed on.
fn take(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    publisher: Option<CalendarUserAddress>,
    passed_on: bool,
    mut outcome: Outcome,
) -> Outcome {
    let mut object = match stored {
        Some(stored) => {
            let mut object = stored.clone();
            object.adopt_zones(incoming.object.shell());
            object
        }
        None => incoming.object.without_parts(),
    };
    let published = stored.filter(|_| !outcome.state.passed_on);
    let known = |key: &InstanceKey, outcome: &Outcome| -> Option<Revision> {
        let dead =
            [key, &InstanceKey::Master].into_iter().filter_map(|key| outcome.state.tombstones.get(key)).max();
        let held = published.and_then(|published| published.part(key)).map(fields::revision);
        dead.copied().max(outcome.state.known.get(key).copied().filter(|_| published.is_some())).max(held)
    };
    let mut taken = 0;
    for (key, part) in incoming.object.parts() {
        let revision = fields::revision(part);
        match known(key, &outcome) {
            Some(known) if revision == known => {
                outcome.because_of(key, "duplicate", "this revision is stored already", "RFC 5546 §2.1.5");
                continue;
            }
            Some(known) if revision < known => {
                let message = format!(
                    "the message is older (SEQUENCE {}) than what is stored (SEQUENCE {})",
                    revision.sequence, known.sequence
                );
                outcome.because_of(key, "stale-request", message, "RFC 5546 §2.1.5");
                continue;
            }
            Some(_) | None => {}
        }
        taken += 1;
        let mut part = part.clone();
        if part.property("ATTENDEE").is_some() {
            part.remove("ATTENDEE");
            let message = "a publication invites nobody: its ATTENDEE lines are left out";
            outcome.because_of(key, "attendees-left-out", message, SOURCE);
        }
        if key.is_master() {
            let older: Vec<_> =
                object.overrides().filter(|key| object.revision(key) < revision).cloned().collect();
            older.iter().for_each(|key| {
                object.remove_part(key);
                outcome.state.known.remove(key);
            });
        }
        object.put_part(key.clone(), part);
        if !passed_on {
            outcome.state.known.insert(key.clone(), revision);
        }
        outcome.because_of(key, "taken-over", "the published version is stored", SOURCE);
    }
    if taken == 0 {
        outcome.disposition = Disposition::Ignored;
        return outcome;
    }
    outcome.state.passed_on = passed_on;
    outcome.disposition = Disposition::Applied;
    let title = object.title();
    let who = publisher.map_or_else(|| "nobody says who".to_owned(), |publisher| publisher.to_string());
    outcome.tell("published", format!("{who} published: {title}"));
    outcome.object = ObjectChange::Store(object);
    outcome
}

/// The user makes known what they organize, or what has no organizer, to people who are not asked to come.
///
/// # Errors
/// Only when the engine itself cannot go on; what cannot be published is an outcome with a reason.
pub fn publish(
    object: &SchedulingObject,
    state: &SchedulingState,
    recipients: &[CalendarUserAddress],
    context: &Context<'_>,
) -> Result<Outcome> {
    let role = super::role(Some(object), context.identities);
    let mut outcome = Outcome::new(Disposition::Allowed, role, state.clone());
    let organizer = object.organizer().map(|organizer| organizer.address);
    if organizer.is_some() && role != Role::Organizer {
        let message = "only the organizer publishes";
        return Ok(outcome.refuse(Disposition::Rejected, "not-the-organizer", message, SOURCE));
    }
    let publisher = organizer.unwrap_or_else(|| context.identities.primary().clone());
    let stamp = context.stamp(state);
    let calendar = Arc::new(body::publish(object, &publisher, stamp, context)?);
    if let Some(fault) = validate(&calendar).violations.first() {
        let message = format!("it is not what a PUBLISH has to be: {}", fault.message);
        return Ok(outcome.refuse(Disposition::Rejected, "cannot-publish", message, fault.section));
    }
    let invited = object.everybody();
    for who in recipients {
        if invited.contains_key(who) {
            let message = format!("{who} attends, so a REQUEST tells them");
            outcome.because("attends", message, SOURCE);
            continue;
        }
        outcome.because("published", format!("{who} is sent it for their calendar"), SOURCE);
        outcome.messages.push(Message {
            method: Method::Publish,
            reason: MessageReason::Published,
            originator: publisher.clone(),
            recipient: who.clone(),
            uid: object.shared_uid(),
            sequence: object.sequence(),
            calendar: Arc::clone(&calendar),
            changes: Arc::default(),
        });
    }
    if !outcome.messages.is_empty() {
        outcome.state.last_stamp = Some(stamp);
    }
    Ok(outcome)
}
