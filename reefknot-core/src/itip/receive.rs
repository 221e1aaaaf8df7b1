//! A message arrives: who may say this, and which machine it goes to (RFC 5546 §3.2, §6).

use super::context::Context;
use super::message::{Authentication, Envelope, MessageReason};
use super::method::Method;
use super::outcome::{Answer, Disposition, Outcome, Question, Role};
use super::{add, counter, invitations, organizer, proposal, publish, replies, sent_by};
use crate::Result;
use crate::ical::Component;
use crate::scheduling::{Organizer, SchedulingObject, SchedulingState, attendees};
use crate::value::CalendarUserAddress;

/// A message that has been read, and where it came from.
#[derive(Clone, Debug)]
pub struct Incoming<'a> {
    /// What kind of message.
    pub method: Method,
    /// What it holds, the METHOD taken out.
    pub object: SchedulingObject,
    /// Where it came from.
    pub envelope: &'a Envelope,
}

impl<'a> Incoming<'a> {
    /// Reads a VCALENDAR with a METHOD.
    ///
    /// # Errors
    /// When there is no METHOD or one that nobody knows, or when the calendar is no scheduling object.
    pub fn read(calendar: &Component, envelope: &'a Envelope) -> Result<Self> {
        let method = Method::of(calendar)?;
        let object = SchedulingObject::from_calendar(calendar.clone())?;
        Ok(Self { method, object, envelope })
    }

    pub(super) fn sender(&self) -> Option<&CalendarUserAddress> {
        self.envelope.sender.as_ref()
    }

    /// Whether the sender is that organizer, or sends for them (SENT-BY); a file has no sender to doubt.
    pub(super) fn is_from_organizer(&self, organizer: &Organizer) -> bool {
        self.sender()
            .is_none_or(|sender| *sender == organizer.address || organizer.sent_by.as_ref() == Some(sender))
    }
}

/// A message arrived for the user; `stored` is what they hold under its UID.
///
/// # Errors
/// Only when the engine itself cannot go on; a bad message is an outcome with a reason.
pub fn receive(
    stored: Option<&SchedulingObject>,
    state: &SchedulingState,
    incoming: &Incoming<'_>,
    context: &Context<'_>,
) -> Result<Outcome> {
    let role = super::role(stored.or(Some(&incoming.object)), context.identities);
    let outcome = Outcome::new(Disposition::Ignored, role, state.clone());
    if let Some(refusal) = doubt(incoming, context, &outcome) {
        return Ok(refusal);
    }
    let kind = incoming.object.kind();
    if !incoming.method.is_for(kind) {
        let message = format!("there is no {} of a {kind}", incoming.method);
        return Ok(outcome.refuse(Disposition::Rejected, "method-not-allowed", message, "RFC 5546 §1.4"));
    }
    if let Some(stored) = stored
        && (stored.uid() != incoming.object.uid() || stored.kind() != incoming.object.kind())
    {
        let message = "what is stored is another UID or another kind of component";
        return Ok(outcome.refuse(Disposition::Rejected, "other-object", message, "RFC 5546 §2.1.5"));
    }
    if let Some(doubt) = sent_by::doubt(stored, incoming, &outcome, context) {
        return Ok(doubt);
    }
    match incoming.method {
        Method::Reply => reply(stored, incoming, outcome, context),
        Method::Refresh => refresh(stored, incoming, outcome, context),
        Method::Counter => counter::receive(stored, incoming, outcome, context),
        Method::Publish => publish::receive(stored, incoming, outcome, context),
        Method::Request | Method::Add | Method::Cancel | Method::DeclineCounter => {
            from_organizer(stored, incoming, outcome, context)
        }
    }
}

/// Refuses what the transport says is forged, and what policy does not believe.
fn doubt(incoming: &Incoming<'_>, context: &Context<'_>, outcome: &Outcome) -> Option<Outcome> {
    let (code, message) = match incoming.envelope.authentication {
        Authentication::Failed => ("authentication-failed", "the sender is not who the message says"),
        Authentication::Claimed
            if !context.preferences.believe_claimed_senders && incoming.sender().is_some() =>
        {
            ("unauthenticated", "the sender is only claimed, and policy wants it proven")
        }
        Authentication::Claimed | Authentication::Authenticated => return None,
    };
    Some(outcome.clone().refuse(Disposition::Rejected, code, message, "RFC 5546 §6.1"))
}

fn reply(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let Some(stored) = stored else {
        return replies::receive_about_nothing(incoming, outcome, context);
    };
    // A REPLY without ORGANIZER is found by its UID; one that names another organizer is not for this event.
    let meant = incoming.object.organizer().map(|organizer| organizer.address);
    let own = stored.organizer().map(|organizer| organizer.address);
    if own.as_ref().is_some_and(|own| {
        meant.as_ref().is_some_and(|meant| {
            meant != own && !(context.identities.is_own(meant) && context.identities.is_own(own))
        })
    }) {
        let message = "the answer is to an event of another organizer";
        return Ok(outcome.refuse(Disposition::Rejected, "other-organizer", message, "RFC 5546 §3.2.3"));
    }
    if outcome.role != Role::Organizer && !is_delegators_copy(stored, incoming, context) {
        let message = "an answer is for the organizer, and this user is not";
        return Ok(outcome.refuse(Disposition::Ignored, "not-the-organizer", message, "RFC 5546 §3.2.3"));
    }
    replies::receive(stored, incoming, outcome, context)
}

/// A delegate may answer the one who delegated, too (RFC 5546 §3.2.2.3).
fn is_delegators_copy(stored: &SchedulingObject, incoming: &Incoming<'_>, context: &Context<'_>) -> bool {
    incoming.object.parts().all(|(key, part)| {
        attendees(part).iter().any(|answer| {
            answer.delegated_from.iter().any(|delegator| {
                context.identities.is_own(delegator)
                    && stored
                        .attendees(key)
                        .iter()
                        .any(|own| own.address == *delegator && own.delegated_to.contains(&answer.address))
            })
        })
    })
}

/// Somebody asks for the current version: given to attendees, refused to strangers (RFC 5546 §3.2.6, §6.1.6).
fn refresh(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let Some(stored) = stored.filter(|_| outcome.role == Role::Organizer) else {
        let message = "asks for something that this user does not organize";
        return Ok(outcome.refuse(Disposition::Ignored, "unknown-uid", message, "RFC 5546 §3.2.6"));
    };
    let asking = incoming.object.parts().find_map(|(_, part)| attendees(part).into_iter().next());
    let asking = asking.filter(|asking| {
        incoming
            .sender()
            .is_none_or(|sender| *sender == asking.address || asking.sent_by.as_ref() == Some(sender))
    });
    let invited = asking.and_then(|asking| {
        stored
            .parts()
            .flat_map(|(_, part)| attendees(part))
            .find(|attendee| attendee.address == asking.address)
    });
    let Some(invited) = invited else {
        let message = "only somebody invited is told, and nothing is disclosed to others";
        return Ok(outcome.refuse(Disposition::Rejected, "not-invited", message, "RFC 5546 §6.1.6"));
    };
    let mut outcome = outcome;
    outcome.because(
        "refreshed",
        format!("{} is sent the current version", invited.address),
        "RFC 5546 §3.2.6",
    );
    let mut outcome = organizer::send_current(stored, &invited, MessageReason::Refreshed, outcome, context)?;
    outcome.disposition = Disposition::Answered;
    Ok(outcome)
}

/// A REQUEST, ADD, CANCEL or DECLINECOUNTER: believed only of the organizer (RFC 5546 §6.1.1, §6.1.3).
fn from_organizer(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let Some(organizer) = incoming.object.organizer() else {
        let message = "the message names no ORGANIZER, so nobody can be believed to have sent it";
        return Ok(outcome.refuse(Disposition::Rejected, "no-organizer", message, "RFC 5546 §3.2.2"));
    };
    if context.identities.is_own(&organizer.address) {
        let message = "the message is the user's own: an organizer is not invited to their event";
        return Ok(outcome.refuse(Disposition::Ignored, "own-message", message, "RFC 6638 §3.2.1"));
    }
    if outcome.role == Role::Organizer {
        let message = "the UID belongs to an event that this user organizes";
        return Ok(outcome.refuse(Disposition::Rejected, "own-event", message, "RFC 5546 §6.1.3"));
    }
    let before = stored.and_then(SchedulingObject::organizer).map(|organizer| organizer.address);
    let sent_by_organizer = incoming.is_from_organizer(&organizer);
    if let Some(before) = before.filter(|before| *before != organizer.address) {
        let claims = organizer.address.clone();
        let choice = if sent_by_organizer && incoming.method == Method::Request {
            context.preferences.new_organizer
        } else {
            Answer::Refuse
        };
        let message = format!("the event is organized by {before}, and {claims} claims it");
        outcome.because("organizer-changed", message.clone(), "RFC 5546 §3.2.2.4");
        match choice {
            Answer::Accept => {}
            Answer::Ask => {
                outcome.disposition = Disposition::NeedsDecision;
                outcome.questions.push(Question::NewOrganizer(claims));
                outcome.tell("organizer-changed", message);
                return Ok(outcome);
            }
            Answer::Refuse => {
                outcome.disposition = Disposition::Rejected;
                return Ok(outcome);
            }
        }
    }
    let passed_on = || incoming.method == Method::Request && is_passed_on(incoming, context);
    if !sent_by_organizer && !passed_on() {
        let message = format!("the sender is not the organizer, {}", organizer.address);
        return Ok(outcome.refuse(
            Disposition::Rejected,
            "sender-is-not-the-organizer",
            message,
            "RFC 5546 §6.1.1",
        ));
    }
    if !sent_by_organizer && stored.is_some() {
        let message = "passed on by an attendee, and stored here already: only the organizer changes it";
        return Ok(outcome.refuse(Disposition::Ignored, "stored-already", message, "RFC 5546 §6.1.1"));
    }
    match incoming.method {
        Method::Cancel => invitations::cancel(stored, incoming, outcome, context),
        Method::Add => add::receive(stored, incoming, outcome, context),
        Method::DeclineCounter => proposal::declined(stored, incoming, outcome, context),
        _ => {
            let mut outcome = invitations::request(stored, incoming, outcome, context, sent_by_organizer)?;
            proposal::settle(&mut outcome);
            Ok(outcome)
        }
    }
}

/// An attendee may pass an invitation on: to a delegate, or to somebody not invited (RFC 5546 §3.2.2.3, §3.2.2.6).
fn is_passed_on(incoming: &Incoming<'_>, context: &Context<'_>) -> bool {
    let Some(sender) = incoming.sender() else { return false };
    let all: Vec<_> = incoming.object.parts().flat_map(|(_, part)| attendees(part)).collect();
    let delegated =
        all.iter().any(|own| context.identities.is_own(&own.address) && own.delegated_from.contains(sender));
    let invited = all.iter().any(|attendee| context.identities.is_own(&attendee.address));
    delegated || !invited && all.iter().any(|attendee| attendee.address == *sender)
}
