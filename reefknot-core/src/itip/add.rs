//! An ADD arrives: another instance of a series, without the series (RFC 5546 §3.2.4, §3.4.4, §3.5.2).
//!
//! "The Attendee treats each component in the ADD message as if it were referenced via an RDATE in the main
//! component": so does this module, and gives the instance a component of its own where it differs from the series.
//! An ADD says nothing of the rest, so it can only follow the very revision that is stored; where that is missing the
//! organizer is asked for the whole.
//!
//! ADD is read and never sent. A REQUEST carries the whole series and says the same with less to go wrong: it can be
//! lost, repeated and overtaken, and it reaches programs that do not know ADD.

use super::context::Context;
use super::invitations::{keep_own, own_address, refresh};
use super::outcome::{Disposition, ObjectChange, Outcome};
use super::receive::Incoming;
use crate::Result;
use crate::ical::{Component, Kind};
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Asks, PartStat, Revision, SchedulingObject, attendee_among, attendees, compare, fields,
};
use crate::value::DateTime;

const SOURCE: &str = "RFC 5546 §3.2.4";

/// Adds the instance, or says why not.
pub(super) fn receive(
    stored: Option<&SchedulingObject>,
    incoming: &Incoming<'_>,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let (Some(component), None) = (incoming.object.master(), incoming.object.overrides().next()) else {
        let message = "an ADD holds new instances, and a RECURRENCE-ID names one that is there";
        return Ok(outcome.refuse(Disposition::Rejected, "recurrence-id", message, SOURCE));
    };
    if !attendees(component).is_empty() && own_address(&incoming.object, context).is_none() {
        let message = "the instance is added for other attendees";
        return Ok(outcome.refuse(Disposition::Ignored, "not-for-this-user", message, SOURCE));
    }
    let Some((stored, master)) = stored.and_then(|stored| Some((stored, stored.master()?))) else {
        return ask_for_the_whole(
            "unknown-uid",
            "an instance of a series that is not stored here",
            incoming,
            outcome,
            context,
        );
    };
    let revision = fields::revision(component);
    if let Some((code, message)) = not_next(stored, revision, &outcome) {
        return Ok(outcome.refuse(Disposition::Ignored, code, message, "RFC 5546 §2.1.5"));
    }
    if outcome.state.passed_on || revision.sequence > known_sequence(stored, &outcome) + 1 {
        let message = "the organizer's revision before this one has not arrived";
        return ask_for_the_whole("missed-revision", message, incoming, outcome, context);
    }
    let Some(start) = fields::date_time(component, "DTSTART") else {
        let message = "the instance has no DTSTART, so it cannot be placed in the series";
        return Ok(outcome.refuse(Disposition::Rejected, "no-start", message, SOURCE));
    };
    let mut object = stored.clone();
    object.adopt_zones(incoming.object.shell());
    let key = InstanceKey::of(&start, object.zones());
    let is_there = object.part(&key).is_some() || object.has_instance(&key);
    object.edit_part(&InstanceKey::Master, |master| append(master, &start, revision, is_there));
    let Some(projected) = object.projected(&key) else {
        let message = "the start of the instance does not fit with the series";
        return ask_for_the_whole("missing-instance", message, incoming, outcome, context);
    };
    let mut new = component.clone();
    if new.property("ATTENDEE").is_none() {
        projected.properties_named("ATTENDEE").for_each(|line| new.push(line.to_buf()));
    }
    if let Some(id) = projected.property("RECURRENCE-ID") {
        new.set(id.to_buf());
    }
    keep_own(&mut new, &projected);
    let difference = compare(&projected, object.zones(), &new, object.zones());
    if is_there || difference.weight().is_some() || !difference.answers.is_empty() {
        object.put_part(key.clone(), new.clone());
    }
    let own = attendee_among(&new, |address| context.identities.is_own(address));
    let open = own.is_some_and(|own| own.partstat == PartStat::NeedsAction);
    let sequence = if open { revision.sequence } else { 0 };
    let asks = Asks { sequence, and_future: fields::is_this_and_future(&new) };
    outcome.state.adopt(stored, context.identities.own());
    outcome.state.answers.hear([(&key, asks)]);
    outcome.state.known.insert(InstanceKey::Master, revision);
    outcome.state.known.insert(key.clone(), revision);
    outcome.disposition = Disposition::Applied;
    let title = master.text("SUMMARY").unwrap_or_default();
    outcome.because_of(&key, "instance-added", "the series has one instance more", SOURCE);
    outcome.tell("instance-added", format!("one more date: {title}"));
    outcome.object = ObjectChange::Store(object);
    Ok(outcome)
}

/// Writes the instance into the series.
fn append(master: &mut Component, start: &DateTime, revision: Revision, is_there: bool) {
    if let Some(line) = fields::date_time_property("RDATE", start).filter(|_| !is_there) {
        master.push(line);
    }
    fields::set_sequence(master, revision.sequence);
    if let Some(stamp) = revision.dtstamp {
        fields::set_dtstamp(master, stamp);
    }
}

/// Why an ADD changes nothing: it is about something cancelled, or no newer than what is stored.
fn not_next(
    stored: &SchedulingObject,
    revision: Revision,
    outcome: &Outcome,
) -> Option<(&'static str, String)> {
    if outcome.state.tombstones.get(&InstanceKey::Master).is_some_and(|dead| revision <= *dead) {
        return Some(("cancelled-before", "the series was cancelled at this revision or a later one".into()));
    }
    let known = known_sequence(stored, outcome);
    if outcome.state.known.values().any(|known| *known == revision) {
        return Some(("duplicate", "this instance was added before".into()));
    }
    (revision.sequence <= known && !outcome.state.passed_on).then(|| {
        let message = format!(
            "the message is older (SEQUENCE {}) than what is stored (SEQUENCE {known})",
            revision.sequence
        );
        ("stale-request", message)
    })
}

fn known_sequence(stored: &SchedulingObject, outcome: &Outcome) -> u32 {
    outcome.state.known.values().map(|known| known.sequence).fold(stored.sequence(), u32::max)
}

/// The organizer is asked for all of it; RFC 5546 has no REFRESH of a journal entry.
fn ask_for_the_whole(
    code: &'static str,
    what: &str,
    incoming: &Incoming<'_>,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    outcome.disposition = Disposition::Ignored;
    if incoming.object.kind() == Kind::Journal {
        outcome.because(code, format!("{what}, and a journal entry cannot be asked for"), "RFC 5546 §3.5.2");
        return Ok(outcome);
    }
    outcome.because(code, format!("{what}; the organizer is asked for the whole"), SOURCE);
    let message = refresh(&incoming.object, context, &mut outcome)?;
    outcome.messages.extend(message);
    Ok(outcome)
}
