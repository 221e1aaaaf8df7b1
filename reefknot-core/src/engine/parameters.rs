//! What a user's program may write on ATTENDEE and ORGANIZER, and what is kept of it (RFC 6638 §7.2, §7.3).

use std::slice::from_ref;

use crate::Result;
use crate::ical::PropertyBuf;
use crate::itip::Agent;
use crate::recurrence::InstanceKey;
use crate::scheduling::{Attendee, ForceSend, Organizer, ScheduleAgent, ScheduleStatus, SchedulingObject};

/// Puts back the statuses of those this program sends to: a client's copy may be older than the last delivery,
/// and clients are not to change them (RFC 6638 §7.3).
pub(super) fn keep_statuses(
    before: &SchedulingObject,
    after: &mut SchedulingObject,
    agent: Agent,
) -> Result<()> {
    for key in keys(after) {
        let known = |attendee: &Attendee| before.attendee(&key, from_ref(&attendee.address));
        after.edit_attendees(
            &key,
            |line| agent.sends(line.agent) && known(line).is_some_and(|known| known.status != line.status),
            |attendee, line| set_status(line, known(attendee).and_then(|known| known.status.as_deref())),
        )?;
        let held = before.part(&key).and_then(|held| Organizer::of(&held.property("ORGANIZER")?));
        let Some(held) = held else { continue };
        after.edit_organizer(&key, |organizer, line| {
            let keeps = held.address == organizer.address && agent.sends(organizer.agent);
            if keeps { set_status(line, held.status.as_deref()) } else { Ok(()) }
        })?;
    }
    Ok(())
}

/// Takes SCHEDULE-FORCE-SEND out, once it has been followed; what nobody knows is answered by 2.3 (RFC 6638 §7.2).
///
/// A client beside a server leaves it for the server to see.
pub(super) fn forget_force_send(object: &mut SchedulingObject, agent: Agent) -> Result<()> {
    let follows = |asked: ForceSend, sender: ScheduleAgent| {
        asked != ForceSend::No && (agent == Agent::Server || agent.sends(sender))
    };
    let forget = |line: &mut PropertyBuf, asked: ForceSend| {
        line.remove_param("SCHEDULE-FORCE-SEND");
        match asked {
            ForceSend::Unknown => set_status(line, Some(ScheduleStatus::ParameterIgnored.code())),
            ForceSend::Yes | ForceSend::No => Ok(()),
        }
    };
    for key in keys(object) {
        object.edit_attendees(
            &key,
            |line| follows(line.force_send, line.agent),
            |attendee, line| forget(line, attendee.force_send),
        )?;
        object.edit_organizer(&key, |organizer, line| match organizer.force_send {
            asked if follows(asked, organizer.agent) => forget(line, asked),
            _ => Ok(()),
        })?;
    }
    Ok(())
}

fn keys(object: &SchedulingObject) -> Vec<InstanceKey> {
    object.parts().map(|(key, _)| key.clone()).collect()
}

fn set_status(line: &mut PropertyBuf, status: Option<&str>) -> Result<()> {
    match status {
        Some(status) => line.set_param("SCHEDULE-STATUS", status),
        None => {
            line.remove_param("SCHEDULE-STATUS");
            Ok(())
        }
    }
}
