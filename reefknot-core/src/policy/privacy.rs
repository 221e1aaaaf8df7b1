//! CLASS (RFC 5545 §3.8.1.3): what somebody else may see of an object, and where a private one may be.

use serde::{Deserialize, Serialize};

use super::Residence;
use crate::Result;
use crate::ical::{Component, Edit, PropertyBuf};
use crate::scheduling::{Organizer, SchedulingObject, attendees};
use crate::value::CalendarUserAddress;

/// Who may see something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Everybody who may see the calendar.
    Public,
    /// Others see that the time is taken.
    Confidential,
    /// Others see that the time is taken. A class that nobody knows is read so too (RFC 5545 §3.8.1.3).
    Private,
}

impl Class {
    /// The class of one component by itself.
    #[must_use]
    pub fn of(component: &Component) -> Self {
        match component.value("CLASS").map(|class| class.trim().to_ascii_uppercase()).as_deref() {
            None | Some("PUBLIC" | "") => Self::Public,
            Some("CONFIDENTIAL") => Self::Confidential,
            Some(_) => Self::Private,
        }
    }
}

/// Who looks at a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Whose calendar it is.
    Owner,
    /// Somebody else, by their addresses; who organizes or attends an instance sees that instance.
    Other(Vec<CalendarUserAddress>),
}

/// A user's choice for their private events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrivateEvents {
    /// They stay in the client's own database and never reach a server.
    LocalOnly,
    /// They go to the server, flagged by their CLASS.
    #[default]
    OnServer,
}

/// Where an object may be, by its user's choice: one private component makes the whole object private.
#[must_use]
pub fn residence(object: &SchedulingObject, choice: PrivateEvents) -> Residence {
    let private = object.parts().any(|(_, part)| Class::of(part) != Class::Public);
    match choice {
        PrivateEvents::LocalOnly if private => Residence::LocalOnly,
        PrivateEvents::LocalOnly | PrivateEvents::OnServer => Residence::Synced,
    }
}

/// An object as a viewer may see it.
///
/// Of what is private, others see when the time is taken and nothing else. An override without a CLASS has
/// that of the series; one with a CLASS of its own can hide more than the series and never show more.
///
/// # Errors
/// Only when a component cannot be made, which no input brings about.
pub fn view(object: &SchedulingObject, viewer: &Viewer) -> Result<SchedulingObject> {
    let Viewer::Other(addresses) = viewer else { return Ok(object.clone()) };
    let mut seen = object.clone();
    let series = object.master().map_or(Class::Public, Class::of);
    let keys: Vec<_> = object.parts().map(|(key, _)| key.clone()).collect();
    for key in keys {
        let Some(part) = object.part(&key) else { continue };
        let class = Class::of(part).max(series);
        let takes_part = || {
            let organizes = part
                .property("ORGANIZER")
                .as_ref()
                .and_then(Organizer::of)
                .is_some_and(|o| addresses.contains(&o.address));
            organizes || attendees(part).iter().any(|attendee| addresses.contains(&attendee.address))
        };
        if takes_part() {
            // The owner's alarms and notes are nobody else's, whatever the class.
            seen.edit_part(&key, without_alarms);
        } else if class == Class::Public {
            seen.edit_part(&key, without_alarms);
        } else {
            let busy = busy_only(part)?;
            seen.put_part(key, busy);
        }
    }
    let private = object.parts().any(|(_, part)| Class::of(part).max(series) != Class::Public);
    if private {
        seen.edit_shell(|shell| {
            // A calendar's own name or description may tell what it is for.
            shell.edit(|property| if keeps_shell(property.name()) { Edit::Keep } else { Edit::Remove });
            shell.retain_components(|component| component.is("VTIMEZONE"));
            shell.remove_unreadable();
        });
    }
    Ok(seen)
}

fn without_alarms(part: &mut Component) {
    part.retain_components(|inner| !inner.is("VALARM"));
}

fn keeps_shell(name: &str) -> bool {
    ["VERSION", "PRODID", "CALSCALE"].iter().any(|kept| name.eq_ignore_ascii_case(kept))
}

/// When the time is taken, and that it is.
const BUSY: [&str; 16] = [
    "UID",
    "DTSTAMP",
    "SEQUENCE",
    "DTSTART",
    "DTEND",
    "DUE",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "EXRULE",
    "RECURRENCE-ID",
    "STATUS",
    "TRANSP",
    "CLASS",
    "X-MICROSOFT-CDO-BUSYSTATUS",
];

fn busy_only(part: &Component) -> Result<Component> {
    let mut busy = Component::new(&part.name())?;
    for property in part.properties() {
        if BUSY.iter().any(|kept| property.is(kept)) {
            let mut line = property.to_buf();
            let own: Vec<String> = property.params().map(|param| param.name().into_owned()).collect();
            for name in own
                .iter()
                .filter(|name| !["TZID", "VALUE", "RANGE"].iter().any(|kept| name.eq_ignore_ascii_case(kept)))
            {
                line.remove_param(name);
            }
            busy.push(line);
        }
    }
    busy.push(PropertyBuf::text("SUMMARY", "Busy")?);
    Ok(busy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ical::{Limits, Stream};

    fn object(text: &str) -> SchedulingObject {
        let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
        SchedulingObject::from_calendar(stream.into_calendars().next().unwrap()).unwrap()
    }

    const SERIES: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nX-WR-CALNAME:Doctor visits\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260301T100000Z\r\nRRULE:FREQ=DAILY\r\nSUMMARY;X-SECRET=s:Secret\r\nCLASS:PRIVATE\r\n\
        LOCATION:Secret\r\nX-OWN:Secret\r\nBEGIN:VALARM\r\nDESCRIPTION:Secret\r\nEND:VALARM\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20260302T100000Z\r\nDTSTART:20260302T110000Z\r\nSUMMARY:Secret\r\n\
        ATTENDEE;CN=Secret:mailto:b@foo.com\r\nORGANIZER:mailto:a@foo.com\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20260303T100000Z\r\nDTSTART:20260303T110000Z\r\nSUMMARY:Secret\r\nCLASS:PUBLIC\r\n\
        END:VEVENT\r\nEND:VCALENDAR\r\n";

    fn others(address: &str) -> Viewer {
        Viewer::Other(vec![CalendarUserAddress::parse(address).unwrap()])
    }

    #[test]
    fn strangers_see_only_that_the_time_is_taken_overrides_included() {
        let seen = view(&object(SERIES), &others("mailto:c@bar.com")).unwrap().to_calendar().to_string();
        assert!(!seen.contains("Secret"), "{seen}");
        assert!(!seen.contains("Doctor"), "{seen}");
        assert!(seen.contains("DTSTART:20260302T110000Z") && seen.contains("RRULE:FREQ=DAILY"), "{seen}");
    }

    #[test]
    fn who_attends_an_instance_sees_that_instance_and_no_alarm() {
        let seen = view(&object(SERIES), &others("mailto:B@foo.com")).unwrap();
        let key = "20260302T100000Z".parse().unwrap();
        assert_eq!(seen.part(&key).unwrap().text("SUMMARY").unwrap(), "Secret");
        assert_eq!(seen.master().unwrap().text("SUMMARY").unwrap(), "Busy");
    }

    #[test]
    fn the_owner_sees_everything_and_decides_where_it_lives() {
        let own = object(SERIES);
        assert_eq!(
            view(&own, &Viewer::Owner).unwrap().to_calendar().to_string(),
            own.to_calendar().to_string()
        );
        assert_eq!(residence(&own, PrivateEvents::LocalOnly), Residence::LocalOnly);
        assert_eq!(residence(&own, PrivateEvents::OnServer), Residence::Synced);
    }
}
