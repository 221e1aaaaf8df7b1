//! What a user's program may write on ATTENDEE and ORGANIZER, and what is kept of it (RFC 6638 §7.2, §7.3).

use std::collections::BTreeMap;

use crate::Result;
use crate::ical::{Component, Edit, Property};
use crate::itip::Agent;
use crate::scheduling::{ScheduleAgent, ScheduleStatus, SchedulingObject};
use crate::value::CalendarUserAddress;

/// Puts back the statuses of those this program sends to: a client's copy may be older than the last delivery,
/// and clients are not to change them (RFC 6638 §7.3).
pub(super) fn keep_statuses(
    before: &SchedulingObject,
    after: &mut SchedulingObject,
    agent: Agent,
) -> Result<()> {
    for key in after.parts().map(|(key, _)| key.clone()).collect::<Vec<_>>() {
        let Some(held) = before.part(&key) else { continue };
        let known: BTreeMap<_, _> = held
            .properties()
            .filter_map(|line| {
                Some((person(&line)?, line.param("SCHEDULE-STATUS").map(std::borrow::Cow::into_owned)))
            })
            .collect();
        let restored = after.edit_part(&key, |part| {
            edit(part, |line| {
                let status = known.get(&person(line)?).filter(|_| agent.sends(ScheduleAgent::of(line)))?;
                (line.param("SCHEDULE-STATUS").as_deref() != status.as_deref()).then(|| status.clone())
            })
        });
        restored.transpose()?;
    }
    Ok(())
}

fn edit(part: &mut Component, status: impl Fn(&Property<'_>) -> Option<Option<String>>) -> Result<()> {
    let mut failed = Ok(());
    part.edit(|property| {
        let Some(status) = status(property) else { return Edit::Keep };
        let mut line = property.to_buf();
        match status {
            Some(status) => failed = line.set_param("SCHEDULE-STATUS", &status),
            None => line.remove_param("SCHEDULE-STATUS"),
        }
        Edit::Replace(line)
    });
    failed
}

/// Takes SCHEDULE-FORCE-SEND out, once it has been followed; what nobody knows is answered by 2.3 (RFC 6638 §7.2).
///
/// A client beside a server leaves it for the server to see.
pub(super) fn forget_force_send(object: &mut SchedulingObject, agent: Agent) -> Result<()> {
    for key in object.parts().map(|(key, _)| key.clone()).collect::<Vec<_>>() {
        let mut failed = Ok(());
        object.edit_part(&key, |part| {
            part.edit(|property| {
                let Some(asked) = property.param("SCHEDULE-FORCE-SEND") else { return Edit::Keep };
                if agent != Agent::Server && !agent.sends(ScheduleAgent::of(property)) {
                    return Edit::Keep;
                }
                let known = if property.is("ORGANIZER") { "REPLY" } else { "REQUEST" };
                let mut line = property.to_buf();
                line.remove_param("SCHEDULE-FORCE-SEND");
                if !asked.eq_ignore_ascii_case(known) {
                    failed = line.set_param("SCHEDULE-STATUS", ScheduleStatus::ParameterIgnored.code());
                }
                Edit::Replace(line)
            });
        });
        failed?;
    }
    Ok(())
}

/// Whom a line stands for.
fn person(line: &Property<'_>) -> Option<(bool, CalendarUserAddress)> {
    if !line.is("ATTENDEE") && !line.is("ORGANIZER") {
        return None;
    }
    Some((line.is("ORGANIZER"), CalendarUserAddress::parse(&line.value()).ok()?))
}
