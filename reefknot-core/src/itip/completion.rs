//! What the attendees' progress makes of the organizer's to-do (RFC 5546 §3.4.3, §4.5.4 to §4.5.6).
//!
//! Each attendee says how far their own part is (RFC 5545 §3.8.1.8); the whole is the organizer's. They hear when the
//! last part is done, and where they prefer it, their to-do is done then, and everybody is told.

use std::collections::BTreeSet;

use super::context::Context;
use super::organizer;
use super::outcome::Outcome;
use crate::Result;
use crate::ical::{Kind, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::scheduling::{PartStat, SchedulingObject, attendees, fields};
use crate::value::{DateTime, Timestamp};

/// The components of a to-do that everybody has completed now, and had not before.
pub(super) fn newly_completed(before: &SchedulingObject, now: &SchedulingObject) -> BTreeSet<InstanceKey> {
    if now.kind() != Kind::Todo {
        return BTreeSet::new();
    }
    let is_new = |key: &InstanceKey| is_completed(now, key) && !is_completed(before, key);
    now.parts().map(|(key, _)| key).filter(|key| is_new(key)).cloned().collect()
}

/// Whether all who take part have completed their part. Who declined or delegated takes none, and the organizer's own
/// is the whole.
fn is_completed(object: &SchedulingObject, key: &InstanceKey) -> bool {
    let Some(part) = object.part(key) else { return false };
    let organizer = object.organizer().map(|organizer| organizer.address);
    let open =
        part.text("STATUS").is_none_or(|status| !["COMPLETED", "CANCELLED"].contains(&status.as_str()));
    let mut parts = attendees(part)
        .into_iter()
        .filter(|who| Some(&who.address) != organizer.as_ref())
        .map(|who| who.partstat)
        .filter(|partstat| !matches!(partstat, PartStat::Declined | PartStat::Delegated))
        .peekable();
    open && parts.peek().is_some() && parts.all(|partstat| partstat == PartStat::Completed)
}

/// The organizer is told; where they prefer it, their to-do is completed as by their own hand.
///
/// `object` is what the answers made of it, and becomes what is to be stored.
pub(super) fn settle(
    object: &mut SchedulingObject,
    keys: &BTreeSet<InstanceKey>,
    when: Timestamp,
    mut outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    const SOURCE: &str = "RFC 5546 §3.4.3";
    if keys.is_empty() {
        return Ok(outcome);
    }
    let mut completed = object.clone();
    for key in keys {
        let title = object.part(key).and_then(|part| part.text("SUMMARY")).unwrap_or_default();
        outcome.tell("all-completed", format!("everybody has completed their part: {title}"));
        if !context.preferences.complete_todos {
            let message = "everybody has completed their part; the organizer says whether the whole is done";
            outcome.because_of(key, "all-completed", message, SOURCE);
            continue;
        }
        let message = "everybody has completed their part, so the whole is done";
        outcome.because_of(key, "completed", message, "policy complete-todos");
        completed
            .edit_part(key, |part| -> Result<()> {
                part.set(PropertyBuf::new("STATUS", "COMPLETED")?);
                part.set(PropertyBuf::new("PERCENT-COMPLETE", "100")?);
                fields::put_date_time(part, "COMPLETED", &DateTime::Utc(when));
                Ok(())
            })
            .transpose()?;
    }
    if !context.preferences.complete_todos {
        return Ok(outcome);
    }
    let change = organizer::change(Some(object), Some(&completed), &outcome.state, context)?;
    if let Some(stored) = change.resulting(Some(&completed)) {
        *object = stored.clone();
    }
    outcome.state = change.state;
    outcome.messages.extend(change.messages);
    outcome.notices.extend(change.notices);
    outcome.reasons.extend(change.reasons);
    Ok(outcome)
}
