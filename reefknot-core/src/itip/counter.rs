//! A COUNTER arrives at the organizer, who accepts or declines what it proposes (RFC 5546 §3.2.7, §3.4.7).
//!
//! A proposal is about one component, and only what it names is proposed: a program that leaves out what it does
//! not change proposes no removal. Accepted, it is the organizer's own change, and everybody is told and asked
//! again as by any other. Declined, it is answered with a DECLINECOUNTER to the one who made it.

use std::cmp::Ordering;
use std::sync::Arc;

use super::body::{self, Part};
use super::context::Context;
use super::message::{Change, Message, MessageReason};
use super::method::Method;
use super::organizer;
use super::outcome::{Answer, Disposition, Outcome, Question, Role};
use super::receive::Incoming;
use crate::Result;
use crate::ical::{Component, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Attendee, Delta, PartStat, Revision, SchedulingObject, Weight, attendees, edit_attendee, fields,
};
use crate::value::CalendarUserAddress;

/// What an attendee may propose beside other attendees: all that the tables of §3.2.7 and §3.4.7 list and that is
/// not bookkeeping, or everybody's own.
const PROPOSABLE: [&str; 20] = [
    "DTSTART",
    "DTEND",
    "DUE",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "GEO",
    "CONFERENCE",
    "RESOURCES",
    "PRIORITY",
    "STATUS",
    "CLASS",
    "URL",
    "ATTACH",
    "CONTACT",
    "RELATED-TO",
];

/// A proposal arrived.
pub(super) fn receive(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let Some(stored) = stored.filter(|_| outcome.role == Role::Organizer) else {
        let message = "a proposal for something that this user does not organize";
        return Ok(outcome.refuse(Disposition::Ignored, "unknown-uid", message, "RFC 5546 §3.2.7"));
    };
    let counter = match Counter::read(stored, incoming, &outcome, context)? {
        Ok(counter) => counter,
        Err(Refusal { disposition, code, message, source }) => {
            return Ok(outcome.refuse(disposition, code, message, source));
        }
    };
    if let Some(comment) = &counter.comment {
        outcome.tell("comment", format!("{} writes: {comment}", counter.from));
    }
    match context.preferences.counters {
        Answer::Ask => {
            let names: Vec<_> = counter.changes.iter().map(|change| change.property.as_str()).collect();
            let message = format!("{} proposes to change {}", counter.from, names.join(", "));
            outcome.because_of(&counter.key, "counter", message.clone(), "RFC 5546 §3.2.7");
            outcome.tell("counter", message);
            outcome.disposition = Disposition::NeedsDecision;
            outcome.questions.push(Question::Counter { from: counter.from, changes: counter.changes });
            Ok(outcome)
        }
        Answer::Accept => accept(stored, &counter, outcome, context),
        Answer::Refuse => decline(stored, counter, outcome, context),
    }
}

/// One proposal that may be decided on.
struct Counter {
    from: CalendarUserAddress,
    key: InstanceKey,
    revision: Revision,
    proposed: SchedulingObject,
    changes: Vec<Change>,
    comment: Option<String>,
}

struct Refusal {
    disposition: Disposition,
    code: &'static str,
    message: String,
    source: &'static str,
}

fn refusal(
    disposition: Disposition,
    code: &'static str,
    message: impl Into<String>,
    source: &'static str,
) -> Refusal {
    Refusal { disposition, code, message: message.into(), source }
}

impl Counter {
    fn read(
        stored: &SchedulingObject,
        incoming: &Incoming<'_>,
        outcome: &Outcome,
        context: &Context<'_>,
    ) -> Result<std::result::Result<Self, Refusal>> {
        use Disposition::{Ignored, Rejected};
        let address = |object: &SchedulingObject| object.organizer().map(|organizer| organizer.address);
        if address(&incoming.object).is_some_and(|meant| address(stored).is_some_and(|own| own != meant)) {
            let message = "a proposal names the organizer of the event, and cannot propose another";
            return Ok(Err(refusal(Rejected, "other-organizer", message, "RFC 5546 §3.2.7")));
        }
        let mut parts = incoming.object.parts();
        let (Some((key, part)), None) = (parts.next(), parts.next()) else {
            let message = "a proposal is about one component, and this has several";
            return Ok(Err(refusal(Rejected, "several-components", message, "RFC 5546 §3.2.7")));
        };
        let Some(from) = proposer(stored, incoming, part) else {
            let message = "the sender is neither an attendee who proposes nor named as their SENT-BY";
            return Ok(Err(refusal(Rejected, "sender-is-not-the-attendee", message, "RFC 5546 §6.1.2")));
        };
        if context.identities.is_own(&from) {
            let message = "the proposal is the user's own";
            return Ok(Err(refusal(Ignored, "own-message", message, "RFC 6638 §3.2.1")));
        }
        let Some(held) = stored.effective(key) else {
            let message = format!("there is no instance at {key}");
            return Ok(Err(refusal(Ignored, "no-such-instance", message, "RFC 5546 §4.7.2")));
        };
        if fields::is_cancelled(&held) || stored.master().is_some_and(fields::is_cancelled) {
            let message = "what the proposal is about was cancelled";
            return Ok(Err(refusal(Ignored, "cancelled", message, "RFC 5546 §3.2.5")));
        }
        if attendees(&held).iter().all(|attendee| attendee.address != from) {
            let message = format!("{from} is not invited, so cannot propose; a delegate answers first");
            return Ok(Err(refusal(Rejected, "not-invited", message, "RFC 5546 §3.2.7")));
        }
        if part.property("RECURRENCE-ID").is_some_and(|id| id.param_is("RANGE", "THISANDFUTURE")) {
            let message =
                "a proposal for an instance and all later ones; change the series by hand, or decline";
            return Ok(Err(refusal(Disposition::Notify, "this-and-future", message, "RFC 5546 §3.2.7")));
        }
        let revision = fields::revision(part);
        let current = fields::revision(&held).sequence;
        if revision.sequence < current {
            let message = format!(
                "{from} proposes a change of SEQUENCE {}, and it is {current} now",
                revision.sequence
            );
            return Ok(Err(refusal(Ignored, "stale-counter", message, "RFC 5546 §2.1.5")));
        }
        let decided = outcome.state.proposals.get(&from).and_then(|proposals| proposals.get(key));
        match decided.map(|decided| revision.cmp(decided)) {
            Some(Ordering::Equal) => {
                let message = format!("this proposal of {from} was declined before");
                return Ok(Err(refusal(Ignored, "duplicate", message, "RFC 5546 §2.1.5")));
            }
            Some(Ordering::Less) => {
                let message = format!("a later proposal of {from} was decided on before");
                return Ok(Err(refusal(Ignored, "stale-counter", message, "RFC 5546 §2.1.5")));
            }
            Some(Ordering::Greater) | None => {}
        }
        let proposed = with(stored, key, held, part, incoming.object.shell())?;
        let changes = Change::all(&Delta::between(Some(stored), Some(&proposed)));
        if changes.is_empty() {
            let message = format!("{from} proposes what is so already");
            return Ok(Err(refusal(Ignored, "nothing-proposed", message, "RFC 5546 §3.2.7")));
        }
        let comment = part.text("COMMENT");
        Ok(Ok(Self { from, key: key.clone(), revision, proposed, changes, comment }))
    }
}

/// Who proposes: the sender, or the attendee whom they send for; of a file, the one attendee beside the organizer.
fn proposer(
    stored: &SchedulingObject,
    incoming: &Incoming<'_>,
    part: &Component,
) -> Option<CalendarUserAddress> {
    let organizer = stored.organizer().map(|organizer| organizer.address);
    let mut named = attendees(part).into_iter().filter(|who| Some(&who.address) != organizer.as_ref());
    let Some(sender) = incoming.sender() else {
        return named.next().filter(|_| named.next().is_none()).map(|only| only.address);
    };
    let found = named.find(|who| who.address == *sender || who.sent_by.as_ref() == Some(sender));
    // A proposal need not list the attendees (§3.2.7: ATTENDEE 0+).
    let invited = || stored.everybody().into_keys().find(|who| who == sender);
    found.map(|who| who.address).or_else(invited)
}

/// What is stored, with what a component proposes.
fn with(
    stored: &SchedulingObject,
    key: &InstanceKey,
    mut held: Component,
    proposed: &Component,
    shell: &Component,
) -> Result<SchedulingObject> {
    let ends = ["DTEND", "DUE", "DURATION"];
    if ends.iter().any(|end| proposed.property(end).is_some()) {
        for end in ends {
            held.remove(end);
        }
    } else if let Some(start) = fields::date_time(proposed, "DTSTART") {
        fields::shift(&mut held, &start);
    }
    for name in PROPOSABLE.into_iter().filter(|name| proposed.property(name).is_some()) {
        held.remove(name);
        proposed.properties_named(name).for_each(|property| held.push(property.to_buf()));
    }
    let known: Vec<_> = attendees(&held).into_iter().map(|attendee| attendee.address).collect();
    for property in proposed.properties_named("ATTENDEE") {
        let Some(attendee) = Attendee::of(&property).filter(|new| !known.contains(&new.address)) else {
            continue;
        };
        held.push(property.to_buf());
        edit_attendee(&mut held, &attendee.address, |line| {
            line.set_param("PARTSTAT", PartStat::NeedsAction.as_str())?;
            line.set_param("RSVP", "TRUE")
        })?;
    }
    let mut object = stored.clone();
    object.adopt_zones(shell);
    object.put_part(key.clone(), held);
    Ok(object)
}

/// The proposal becomes the organizer's own change.
fn accept(
    stored: &SchedulingObject,
    counter: &Counter,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let mut changed = organizer::change(Some(stored), Some(&counter.proposed), &outcome.state, context)?;
    changed.disposition = Disposition::Applied;
    changed.reasons.splice(0..0, outcome.reasons);
    changed.notices.splice(0..0, outcome.notices);
    let message = format!("the proposal of {} is accepted", counter.from);
    changed.because_of(&counter.key, "counter-accepted", message, "RFC 5546 §3.2.7");
    Ok(changed)
}

/// The one who proposed hears that it stays as it is; SEQUENCE echoes the proposal's.
fn decline(
    stored: &SchedulingObject,
    counter: Counter,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let Counter { from, key, revision, .. } = counter;
    let stamp = context.stamp(&outcome.state);
    let Some(held) = stored.effective(&key) else { return Ok(outcome) };
    let part = Part {
        of: &held,
        sequence: revision.sequence,
        attendees: vec![PropertyBuf::new("ATTENDEE", from.uri())?],
        status: None,
        extra: Vec::new(),
    };
    let calendar = body::notice(stored, Method::DeclineCounter, vec![part], stamp, context)?;
    outcome.state.proposals.entry(from.clone()).or_default().insert(key.clone(), revision);
    outcome.state.last_stamp = Some(stamp);
    outcome.disposition = Disposition::Rejected;
    let message = format!("the proposal of {from} is declined, and they are told");
    outcome.because_of(&key, "counter-declined", message, "RFC 5546 §3.2.8");
    let organizer = stored.organizer().map(|organizer| organizer.address);
    outcome.messages.push(Message {
        method: Method::DeclineCounter,
        reason: MessageReason::CounterDeclined,
        originator: organizer.unwrap_or_else(|| context.identities.primary().clone()),
        recipient: from,
        uid: stored.shared_uid(),
        sequence: revision.sequence,
        calendar: Arc::new(calendar),
        changes: Arc::default(),
    });
    Ok(outcome)
}

impl Change {
    /// Everything that a delta says to others; what is private is not in it.
    pub(super) fn all(delta: &Delta) -> Vec<Self> {
        let of = |(key, instance): (&InstanceKey, &crate::scheduling::InstanceDelta)| {
            let told = instance.changes.iter().filter(|change| change.weight > Weight::Private);
            told.map(|change| Self {
                instance: key.clone(),
                property: change.property.clone(),
                before: change.before.clone(),
                after: change.after.clone(),
            })
            .collect::<Vec<_>>()
        };
        delta.instances.iter().flat_map(of).collect()
    }
}
