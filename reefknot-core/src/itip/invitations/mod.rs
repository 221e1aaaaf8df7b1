//! A REQUEST or CANCEL arrives at an attendee (RFC 5546 §3.2.2, §3.2.5).
//!
//! Per instance: none → needs action → answered → cancelled. Each instance has its own revision, so that a
//! message about one never touches another, and an older message never undoes a newer one.

mod cancel;
mod taking;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::body::{self, Part};
use super::context::Context;
use super::message::{Message, MessageReason};
use super::method::Method;
use super::outcome::{Answer, Disposition, Outcome, Question};
use super::receive::Incoming;
use crate::Result;
use crate::ical::{Component, Edit, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::scheduling::{Revision, SchedulingObject, attendee_among, is_private_extension};
use crate::value::CalendarUserAddress;

pub(super) use cancel::cancel;
use taking::Taking;

/// An invitation, or a new version of one.
pub(super) fn request(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    mut outcome: Outcome,
    context: &Context<'_>,
    from_organizer: bool,
) -> Result<Outcome> {
    let invited = incoming.object.attends(context.identities.own());
    if !invited && stored.is_none() {
        if incoming.object.parts().all(|(key, part)| outcome.state.is_dead(key, part)) {
            let message =
                "somebody passed on what was cancelled for this user at this revision or a later one";
            return Ok(outcome.refuse(Disposition::Ignored, "cancelled-before", message, "RFC 5546 §4.2.9"));
        }
        let from = incoming
            .sender()
            .cloned()
            .or_else(|| incoming.object.organizer().map(|organizer| organizer.address));
        let message = "the invitation names none of the user's addresses: somebody passed it on";
        outcome.because("forwarded", message, "RFC 5546 §3.2.2.6");
        match context.preferences.forwarded {
            Answer::Accept => {}
            Answer::Ask => {
                outcome.disposition = Disposition::NeedsDecision;
                outcome.questions.extend(from.map(Question::Forwarded));
                outcome.tell("forwarded", message);
                return Ok(outcome);
            }
            Answer::Refuse => {
                outcome.disposition = Disposition::Rejected;
                return Ok(outcome);
            }
        }
    } else if !invited {
        let message = "the message does not name this user; what is stored stays";
        return Ok(outcome.refuse(Disposition::Ignored, "not-for-this-user", message, "RFC 5546 §3.7.2"));
    }
    if !from_organizer {
        outcome.tell("passed-on", "the invitation came from an attendee and not from the organizer");
    }
    take_over(stored, incoming, outcome, context, from_organizer)
}

/// Takes over what is newer. What did not come from the organizer is stored, and nothing that the organizer says is held
/// against it.
pub(super) fn take_over(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    mut outcome: Outcome,
    context: &Context<'_>,
    from_organizer: bool,
) -> Result<Outcome> {
    let own = context.identities.own();
    if let Some(stored) = stored {
        outcome.state.adopt(stored, own);
    }
    let known_before = outcome.state.known.clone();
    let said = &incoming.object;
    if from_organizer {
        if outcome.state.passed_on {
            // An answer to a SEQUENCE that the organizer has not given answers nothing.
            outcome.state.answers.forget_above(said.sequence());
        }
        outcome.state.answers.hear(said.parts().map(|(key, _)| (key, said.asks(key, own))));
    }
    let object = stored.cloned();
    Taking { stored, object, incoming, from_organizer, context, outcome, known_before, taken: 0 }.run()
}

/// The revision at which what rules an instance was heard of: the series says something of all instances, a THISANDFUTURE
/// component of those from its own on.
fn known_of_ruling(known: &BTreeMap<InstanceKey, Revision>, ruling: &InstanceKey) -> Option<Revision> {
    [ruling, &InstanceKey::Master].into_iter().filter_map(|key| known.get(key)).max().copied()
}

/// Keeps what is the attendee's own in their copy: alarms, categories, colour, transparency, and what their
/// programs noted (RFC 6638 §3.2.2.1, items 2–5).
pub(super) fn keep_own(new: &mut Component, held: &Component) {
    let own = |name: &str| {
        ["CATEGORIES", "COLOR", "TRANSP", "PERCENT-COMPLETE", "COMPLETED"]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
            || is_private_extension(name)
    };
    new.edit(|property| if own(property.name()) { Edit::Remove } else { Edit::Keep });
    for property in held.properties().filter(|property| own(property.name())) {
        new.push(property.to_buf());
    }
    new.retain_components(|inner| !inner.is("VALARM"));
    for alarm in held.components_named("VALARM") {
        new.push_component(alarm.clone());
    }
}

/// A REFRESH: the attendee asks for the current version (RFC 5546 §3.2.6).
pub(super) fn refresh(
    about: &SchedulingObject,
    context: &Context<'_>,
    outcome: &mut Outcome,
) -> Result<Option<Message>> {
    let Some(organizer) = about.organizer() else { return Ok(None) };
    let Some((_, part)) = about.parts().next() else { return Ok(None) };
    let own = attendee_among(part, |address| context.identities.is_own(address))
        .map_or_else(|| context.identities.primary().clone(), |own| own.address);
    let mut whole = part.clone();
    // The whole is asked for: what is here does not fit with it.
    whole.remove("RECURRENCE-ID");
    let attendee = PropertyBuf::new("ATTENDEE", own.uri())?;
    let stamp = context.stamp(&outcome.state);
    let body = Part { of: &whole, sequence: 0, attendees: vec![attendee], status: None, extra: Vec::new() };
    let calendar = body::notice(about, Method::Refresh, vec![body], stamp, context)?;
    outcome.state.last_stamp = Some(stamp);
    Ok(Some(Message {
        method: Method::Refresh,
        reason: MessageReason::Refresh,
        originator: own,
        recipient: organizer.address,
        uid: about.shared_uid(),
        sequence: about.sequence(),
        calendar: Arc::new(calendar),
        changes: Arc::default(),
    }))
}

/// The addresses of a user that an object names, in its order.
pub(super) fn own_address(object: &SchedulingObject, context: &Context<'_>) -> Option<CalendarUserAddress> {
    let own = context.identities.own();
    object.parts().find_map(|(key, _)| object.attendee(key, own)).map(|own| own.address.clone())
}
