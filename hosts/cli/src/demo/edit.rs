//! What calendar programs do to an object when people create and edit it.

use reefknot_core::ical::{Component, PropertyBuf};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{PartStat, SchedulingObject, fields};
use reefknot_core::value::CalendarUserAddress;

use super::client::Client;
use crate::input::Failure;

/// A component that somebody edits.
pub(super) struct Editing<'a>(&'a mut Component);

impl Editing<'_> {
    pub(super) fn set_text(&mut self, name: &str, value: &str) -> reefknot_core::Result<()> {
        self.0.set(PropertyBuf::text(name, value)?);
        Ok(())
    }

    pub(super) fn set_raw(&mut self, name: &str, value: &str) -> reefknot_core::Result<()> {
        self.0.set(PropertyBuf::new(name, value)?);
        Ok(())
    }

    /// Another time in the same zone.
    pub(super) fn set_time(&mut self, name: &str, value: &str) -> reefknot_core::Result<()> {
        if let Some(old) = fields::date_time(self.0, name) {
            fields::put_date_time(self.0, name, &old.with_civil(value.parse()?));
        }
        Ok(())
    }
}

/// The object of a client with its series or single event edited.
pub(super) fn change(
    client: &Client,
    uid: &str,
    edit: impl FnOnce(&mut Editing<'_>) -> reefknot_core::Result<()>,
) -> Result<Vec<u8>, Failure> {
    let mut object = held(client, uid)?;
    object.edit_part(&InstanceKey::Master, |part| edit(&mut Editing(part))).transpose()?;
    Ok(object.to_calendar().to_bytes())
}

/// The object of a client with somebody's answer to an instance written into it, as a calendar program does.
pub(super) fn answer(
    client: &Client,
    uid: &str,
    who: &str,
    key: &InstanceKey,
    answer: &str,
) -> Result<Vec<u8>, Failure> {
    let mut object = held(client, uid)?;
    let who = CalendarUserAddress::parse(&format!("mailto:{who}"))?;
    object.answer(key, &[who], &PartStat::parse(answer))?;
    Ok(object.to_calendar().to_bytes())
}

fn held(client: &Client, uid: &str) -> Result<SchedulingObject, Failure> {
    client.object(uid)?.ok_or_else(|| Failure::new(format!("{} does not hold {uid}", client.name)))
}

#[allow(clippy::too_many_arguments)]
pub(super) fn event(
    uid: &str,
    title: &str,
    zone: &str,
    start: &str,
    end: &str,
    organizer: &str,
    invited: &[&str],
    more: &[&str],
) -> String {
    let invited: String = invited
        .iter()
        .map(|who| format!("ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{who}\r\n"))
        .collect();
    let more: String = more.iter().map(|line| format!("{line}\r\n")).collect();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Reefknot//demo//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20251124T080000Z\r\nDTSTART;TZID={zone}:{start}\r\nDTEND;TZID={zone}:{end}\r\nSUMMARY:{title}\r\n\
         ORGANIZER:mailto:{organizer}\r\nATTENDEE;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:{organizer}\r\n\
         {invited}{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// A private series with a moved instance, nobody invited.
pub(super) fn private_series(uid: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Reefknot//demo//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20251124T080000Z\r\nDTSTART:20251209T090000Z\r\nDTEND:20251209T093000Z\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n\
         SUMMARY:Doctor\r\nLOCATION:Clinic\r\nCLASS:PRIVATE\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20251124T080000Z\r\nRECURRENCE-ID:20251216T090000Z\r\nDTSTART:20251216T100000Z\r\n\
         DTEND:20251216T103000Z\r\nSUMMARY:Doctor again\r\nLOCATION:Clinic\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}
