//! Who sends for somebody else: a secretary, or whoever says to be one (SENT-BY, RFC 5545 §3.2.18, RFC 5546 §3.2.2.5).
//!
//! A message can say of anybody that its sender acts for them. So that is believed where the stored object says so
//! already, and otherwise as the user's preferences choose; a host whose directory knows the sender chooses for them.

use super::context::Context;
use super::method::Method;
use super::outcome::{Answer, Disposition, Outcome, Question};
use super::receive::Incoming;
use crate::ical::{Component, Kind};
use crate::scheduling::{Organizer, SchedulingObject, attendees};
use crate::value::CalendarUserAddress;

/// For whom the sender of a message says to act; `None` where they speak for themselves.
#[must_use]
pub fn acts_for(message: &Component, sender: &CalendarUserAddress) -> Option<CalendarUserAddress> {
    let method = Method::of(message).ok()?;
    principal(method, message.components().filter(|part| Kind::of(part).is_some()), sender)
}

fn principal<'a>(
    method: Method,
    parts: impl Iterator<Item = &'a Component>,
    sender: &CalendarUserAddress,
) -> Option<CalendarUserAddress> {
    let mut said = Vec::new();
    for part in parts {
        match method {
            Method::Reply | Method::Refresh | Method::Counter => {
                said.extend(attendees(part).into_iter().map(|who| (who.address, who.sent_by)));
            }
            Method::Publish | Method::Request | Method::Add | Method::Cancel | Method::DeclineCounter => {
                let organizer = part.property("ORGANIZER").as_ref().and_then(Organizer::of);
                said.extend(organizer.map(|who| (who.address, who.sent_by)));
            }
        }
    }
    if said.iter().any(|(address, _)| address == sender) {
        return None;
    }
    said.into_iter().find(|(_, sent_by)| sent_by.as_ref() == Some(sender)).map(|(address, _)| address)
}

/// Asks or refuses, where nothing says that the sender may act for whom they say.
pub(super) fn doubt(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    outcome: &Outcome,
    context: &Context<'_>,
) -> Option<Outcome> {
    let sender = incoming.sender()?;
    let parts = incoming.object.parts().map(|(_, part)| part);
    let principal = principal(incoming.method, parts, sender)?;
    if stored.is_some_and(|stored| says_so(stored, sender, &principal)) {
        return None;
    }
    let message = format!("{sender} says to act for {principal}, and nothing here says that they may");
    let mut outcome = outcome.clone();
    match context.preferences.sent_by {
        Answer::Accept => return None,
        Answer::Ask => {
            outcome =
                outcome.refuse(Disposition::NeedsDecision, "sent-by", message.clone(), "RFC 5545 §3.2.18");
            outcome.tell("sent-by", message);
            outcome.questions.push(Question::SentBy { sender: sender.clone(), principal });
        }
        Answer::Refuse => {
            outcome = outcome.refuse(Disposition::Rejected, "sent-by-refused", message, "RFC 5545 §3.2.18");
        }
    }
    Some(outcome)
}

/// Whether what is stored names the sender as the one who acts for that person.
fn says_so(stored: &SchedulingObject, sender: &CalendarUserAddress, principal: &CalendarUserAddress) -> bool {
    let organizer = stored.organizer().map(|organizer| (organizer.address, organizer.sent_by));
    let people = stored.parts().flat_map(|(_, part)| attendees(part)).map(|who| (who.address, who.sent_by));
    organizer
        .into_iter()
        .chain(people)
        .any(|(address, sent_by)| address == *principal && sent_by.as_ref() == Some(sender))
}
