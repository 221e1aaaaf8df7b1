//! What somebody answered, shown in the copies of the others (RFC 6638 §4.2).

use std::collections::BTreeSet;

use super::Keys;
use super::mailer::{Mailer, find};
use crate::Result;
use crate::ical::Component;
use crate::itip::body::{self};
use crate::itip::context::Context;
use crate::itip::message::{Change, Message, MessageReason};
use crate::itip::method::Method;
use crate::itip::outcome::Outcome;
use crate::recurrence::InstanceKey;
use crate::scheduling::{Attendee, Delta, PartStat, SchedulingObject, SchedulingState, fields};
use crate::value::CalendarUserAddress;

/// What somebody answered, for the copies of the others who attend the components in which it shows
/// (RFC 6638 §4.2: "the server SHOULD send scheduling messages to all the other Attendees").
///
/// Each is the organizer's current revision, dated later than the last message and before the next; SEQUENCE stays.
pub(in crate::itip) fn show_answers(
    before: &SchedulingObject,
    object: &SchedulingObject,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let delta = Delta::between(Some(before), Some(object));
    let answered: BTreeSet<_> = delta.instances.values().flat_map(|change| change.answers.keys()).collect();
    let mut mailer = Mailer::new(object, outcome, context);
    for (who, keys) in object.everybody() {
        let open = |key: &InstanceKey| object.part(key).is_some_and(|part| !fields::is_cancelled(part));
        let keys: Keys = keys.into_iter().filter(open).collect();
        let shows = |key: &&InstanceKey| keys.contains(&object.ruling(key));
        let changes: Vec<Change> = delta
            .instances
            .iter()
            .filter(|(key, _)| shows(key))
            .flat_map(|(key, change)| change.answers.keys().map(move |who| (key, who)))
            .map(|(key, who)| answer_change(before, object, key, who))
            .collect();
        let sends = find(object, &who).is_some_and(|attendee| context.agent.sends(attendee.agent));
        let is_organizer = who == mailer.organizer || context.identities.is_own(&who);
        if changes.is_empty() || answered.contains(&who) || !sends || is_organizer {
            continue;
        }
        if asks_anew(object, &who, &keys, &mut mailer.outcome.state) {
            let message = format!("{who} sees the answer with the next message: now it would ask them again");
            mailer.outcome.because("answer-not-shown", message, "RFC 6638 §4.2");
            continue;
        }
        let calendar = mailer.body(object, &keys)?;
        let sequence = keys.iter().map(|key| object.revision(key).sequence).max().unwrap_or_default();
        mailer.outcome.refreshes.push(Message {
            method: Method::Request,
            reason: MessageReason::Answers,
            originator: mailer.organizer.clone(),
            recipient: who,
            uid: object.uid().to_owned(),
            sequence,
            calendar,
            changes,
        });
    }
    if !mailer.outcome.refreshes.is_empty() {
        mailer.outcome.state.last_stamp = Some(mailer.stamp);
    }
    Ok(mailer.outcome)
}

/// Whether somebody who has not answered yet would read a SEQUENCE at which nobody asked them: an answer of theirs
/// that is under way would then hold here and not there.
fn asks_anew(
    object: &SchedulingObject,
    who: &CalendarUserAddress,
    keys: &Keys,
    state: &mut SchedulingState,
) -> bool {
    let answers = &state.attendee(who, object).answers;
    keys.iter().any(|key| {
        let own = object.attendees(key).into_iter().find(|attendee| attendee.address == *who);
        let open = own.is_some_and(|own| own.partstat == PartStat::NeedsAction);
        open && object.revision(key).sequence > answers.asked(key)
    })
}

/// One answer as a change of its ATTENDEE line.
fn answer_change(
    before: &SchedulingObject,
    after: &SchedulingObject,
    key: &InstanceKey,
    who: &CalendarUserAddress,
) -> Change {
    let line = |object: &SchedulingObject| attendee_line(&object.effective(key)?, who);
    Change {
        instance: key.clone(),
        property: "ATTENDEE".to_owned(),
        before: line(before),
        after: line(after),
    }
}

/// The ATTENDEE line of somebody, as others may see it.
pub(super) fn attendee_line(component: &Component, who: &CalendarUserAddress) -> Option<String> {
    let mut lines = component.properties_named("ATTENDEE");
    let line = lines.find(|line| Attendee::of(line).is_some_and(|attendee| attendee.address == *who))?;
    Some(body::strip_schedule_params(line.to_buf()).content_line().into_owned())
}
