//! *This delivery ended so*: SCHEDULE-STATUS on the sender's copy (RFC 6638 §3.2.9, §7.3).

use crate::ical::{Edit, PropertyBuf};
use crate::itip::{Disposition, ObjectChange, Outcome, Role};
use crate::scheduling::{SchedulingObject, SchedulingState};
use crate::value::CalendarUserAddress;
use crate::{Error, Result};

pub(super) fn ended(
    stored: &SchedulingObject,
    state: &SchedulingState,
    recipient: &CalendarUserAddress,
    status: &str,
    role: Role,
) -> Result<Outcome> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !status.split_once('.').is_some_and(|(class, detail)| digits(class) && digits(detail)) {
        return Err(Error::invalid(format!("`{status}` is not a SCHEDULE-STATUS; it looks like 1.2 or 5.1")));
    }
    let line = if role == Role::Organizer { "ATTENDEE" } else { "ORGANIZER" };
    let mut object = stored.clone();
    let mut failed = None;
    let keys: Vec<_> = stored.parts().map(|(key, _)| key.clone()).collect();
    let mut marked = 0;
    for key in keys {
        let changed = object.edit_part(&key, |part| {
            part.edit(|property| {
                let theirs = property.is(line)
                    && CalendarUserAddress::parse(&property.value())
                        .is_ok_and(|address| address == *recipient);
                let new: bool = theirs && property.param("SCHEDULE-STATUS").as_deref() != Some(status);
                if !new {
                    return Edit::Keep;
                }
                let mut changed: PropertyBuf = property.to_buf();
                match changed.set_param("SCHEDULE-STATUS", status) {
                    Ok(()) => Edit::Replace(changed),
                    Err(error) => {
                        failed = Some(error);
                        Edit::Keep
                    }
                }
            })
        });
        marked += changed.unwrap_or_default();
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let mut outcome = Outcome::new(Disposition::Unchanged, role, state.clone());
    if marked > 0 {
        outcome.disposition = Disposition::Applied;
        outcome.object = ObjectChange::Store(object);
    }
    outcome.because("delivery-status", format!("{recipient}: delivery status {status}"), "RFC 6638 §3.2.9");
    if !status.starts_with('1') && !status.starts_with('2') {
        outcome
            .tell("delivery-failed", format!("the message to {recipient} could not be delivered ({status})"));
    }
    Ok(outcome)
}
