//! Scheduling messages, and the machines of the organizer and the attendee (RFC 5546 §3, RFC 6638 §3).
//!
//! Two questions are answered here, each by a pure function: *this user changed this object* ([`change`]) and
//! *this message arrived* ([`receive`]). The answer is an [`Outcome`]: what to store, what to send, what to say,
//! and the reason for everything done and not done.
//!
//! Beside these an attendee may [`propose`] something else, and an organizer [`publish`] to people who are not asked.
//!
//! Every method of RFC 5546 is played for every component that has it; ADD is read and never sent, for a REQUEST says
//! the same with less to go wrong.

mod add;
mod adopt;
mod answers;
mod body;
mod completion;
mod context;
mod counter;
mod invitations;
mod message;
mod method;
mod organizer;
mod outcome;
mod proposal;
mod publish;
mod receive;
mod replies;
mod request_status;
mod sent_by;
pub mod validate;

pub use adopt::adopt;
pub use context::{Agent, Context, Preferences, ShowAnswers};
pub use message::{Authentication, Carrier, Change, Envelope, Message, MessageReason};
pub use method::Method;
pub use outcome::{Answer, Disposition, Notice, ObjectChange, Outcome, Question, Reason, Role};
pub use proposal::propose;
pub use publish::publish;
pub use receive::{Incoming, receive};
pub use request_status::StatusCode;
pub use sent_by::acts_for;
pub use validate::validate;

use std::collections::BTreeMap;

use crate::Result;
use crate::ical::Kind;
use crate::recurrence::InstanceKey;
use crate::scheduling::{Identities, ScheduleAgent, SchedulingObject, SchedulingState};
use crate::value::RequestStatus;

/// What a user is to an object: its organizer, an attendee, or neither.
#[must_use]
pub fn role(object: Option<&SchedulingObject>, identities: &Identities) -> Role {
    let Some(object) = object else { return Role::None };
    match object.organizer() {
        Some(organizer) if identities.speaks_for(&organizer.address) => Role::Organizer,
        Some(_) if object.attends(identities.own()) => Role::Attendee,
        _ => Role::None,
    }
}

/// The user created (`before` is none), changed, or deleted (`after` is none) an object.
///
/// # Errors
/// Only when the engine itself cannot go on; a change that is not allowed is an outcome with a reason.
pub fn change(
    before: Option<&SchedulingObject>,
    after: Option<&SchedulingObject>,
    state: &SchedulingState,
    context: &Context<'_>,
) -> Result<Outcome> {
    change_saying(before, after, &BTreeMap::new(), state, context)
}

/// As [`change`], by a program that answers for its user: `statuses` says by instance what it could not do, and why.
///
/// # Errors
/// As [`change`].
pub fn change_saying(
    before: Option<&SchedulingObject>,
    after: Option<&SchedulingObject>,
    statuses: &BTreeMap<InstanceKey, RequestStatus>,
    state: &SchedulingState,
    context: &Context<'_>,
) -> Result<Outcome> {
    // Whose object it is was settled before this change; a change cannot make somebody its organizer.
    let role = role(before.or(after), context.identities);
    if let (Some(before), Some(after)) = (before, after) {
        let outcome = Outcome::new(Disposition::Rejected, role, state.clone());
        if before.uid() != after.uid() || before.kind() != after.kind() {
            let message = "a change cannot give an object another UID or kind; create a new one";
            return Ok(outcome.refuse(Disposition::Rejected, "other-object", message, "RFC 6638 §3.2.4.1"));
        }
        let organizer = |object: &SchedulingObject| object.organizer().map(|organizer| organizer.address);
        let (was, is) = (organizer(before), organizer(after));
        if was.is_some() && is.is_some() && was != is {
            let message =
                "another ORGANIZER is a decision and not a change; delete the event and let the other invite";
            return Ok(outcome.refuse(
                Disposition::Rejected,
                "organizer-changed",
                message,
                "RFC 5546 §3.2.2.4",
            ));
        }
    }
    if before.or(after).is_some_and(|object| object.kind() == Kind::Journal) {
        return unscheduled(before, after, state, context);
    }
    match role {
        Role::Organizer => organizer::change(before, after, state, context),
        Role::Attendee if is_left_to_the_client(before, after, context) => {
            let mut outcome = Outcome::new(Disposition::Allowed, role, state.clone());
            let message =
                "the ORGANIZER has a SCHEDULE-AGENT that leaves all of it to the client: stored as it is";
            outcome.because("schedule-agent", message, "RFC 6638 §3.2.2.3");
            outcome.object = after.map_or(ObjectChange::Delete, |after| ObjectChange::Store(after.clone()));
            Ok(outcome)
        }
        Role::Attendee => answers::change(before, after, statuses, state, context),
        Role::None => unscheduled(before, after, state, context),
    }
}

/// Whether a server does "no special processing" of an attendee's copy (RFC 6638 §3.2.2.2–3.2.2.4). A change cannot
/// give itself that licence: the copy had it before, or is new.
fn is_left_to_the_client(
    before: Option<&SchedulingObject>,
    after: Option<&SchedulingObject>,
    context: &Context<'_>,
) -> bool {
    context.agent == Agent::Server
        && before.into_iter().chain(after).all(|object| {
            object.organizer().is_some_and(|organizer| organizer.agent != ScheduleAgent::Server)
        })
}

/// An object without an organizer, or of other people: stored, and nobody is told.
fn unscheduled(
    before: Option<&SchedulingObject>,
    after: Option<&SchedulingObject>,
    state: &SchedulingState,
    context: &Context<'_>,
) -> Result<Outcome> {
    // A private event that gets an organizer and attendees becomes a meeting.
    let is_journal = after.or(before).is_some_and(|object| object.kind() == Kind::Journal);
    if before.is_some() && role(after, context.identities) == Role::Organizer && !is_journal {
        return organizer::change(before, after, state, context);
    }
    let mine = role(before.or(after), context.identities);
    let mut outcome = Outcome::new(Disposition::Allowed, mine, state.clone());
    let message = match after.or(before).and_then(SchedulingObject::organizer) {
        _ if is_journal => "nobody is invited to a journal entry; it can be published".to_owned(),
        Some(organizer) => {
            format!("the event is {}'s, and the user is not invited: nobody is told", organizer.address)
        }
        None => "the event has no ORGANIZER, so it is not scheduled".to_owned(),
    };
    outcome.because("not-scheduled", message, "RFC 6638 §3.1");
    outcome.object = match after {
        Some(after) => ObjectChange::Store(after.clone()),
        None => ObjectChange::Delete,
    };
    Ok(outcome)
}
