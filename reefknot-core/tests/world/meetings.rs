//! What the parties meet for: two events that compete for a room, a to-do, and a diary that is nobody else's.

use std::collections::BTreeSet;

use reefknot_core::engine::read_object;
use reefknot_core::ical::{Component, Edit, Limits, PropertyBuf};
use reefknot_core::scheduling::{SchedulingObject, attendees, fields};
use reefknot_core::value::DateTime;

use super::people::{A, B, called, is_own};

/// A's weekly tea.
pub(crate) const TEA: usize = 0;
/// B's weekly review, which overlaps the tea.
pub(crate) const REVIEW: usize = 1;
/// A's weekly to-do.
pub(crate) const TASK: usize = 2;
/// A's private diary, to which nobody is invited.
pub(crate) const DIARY: usize = 3;
/// What A splits off the tea.
pub(crate) const LATER: usize = 4;
pub(crate) const MEETINGS: usize = 5;

/// How many days after one of the weekly instances another is added.
pub(crate) const ADDED: i64 = 3;

/// The instances of a series that has not been moved.
pub(crate) const WEEKS: usize = 4;

/// What a user writes into their own copy, and what stands in the diary: never to be seen by anybody else.
pub(crate) const SECRET: &str = "secret";

pub(crate) fn organizer(meeting: usize) -> usize {
    if meeting == REVIEW { B } else { A }
}

pub(crate) fn uid(meeting: usize) -> &'static str {
    ["tea@foo.com", "review@foo.com", "task@foo.com", "diary@foo.com", "later@foo.com"][meeting]
}

pub(crate) fn meeting_of(uid: &str) -> usize {
    (0..MEETINGS).find(|meeting| self::uid(*meeting) == uid).unwrap()
}

/// How a meeting begins.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) recurs: bool,
    pub(crate) private: bool,
    pub(crate) invited: BTreeSet<usize>,
}

pub(crate) fn plan(recurs: bool, invited: &[usize]) -> Plan {
    Plan { recurs, private: false, invited: BTreeSet::from_iter(invited.iter().copied()) }
}

pub(crate) fn object(meeting: usize, plan: &Plan) -> SchedulingObject {
    let (kind, end, start) = match meeting {
        REVIEW => ("VEVENT", "DTEND", ["103000", "113000"]),
        TASK => ("VTODO", "DUE", ["120000", "170000"]),
        _ => ("VEVENT", "DTEND", ["100000", "110000"]),
    };
    let rule = if plan.recurs { format!("RRULE:FREQ=WEEKLY;COUNT={WEEKS}\r\n") } else { String::new() };
    let class = if plan.private || meeting == DIARY { "CLASS:PRIVATE\r\n" } else { "" };
    let summary = if meeting == DIARY { SECRET } else { "Tea" };
    let own = called(organizer(meeting), meeting);
    let people: String = match meeting {
        DIARY => String::new(),
        _ => {
            format!("ORGANIZER:{own}\r\nATTENDEE;PARTSTAT=ACCEPTED:{own}\r\n")
                + &plan
                    .invited
                    .iter()
                    .filter(|party| **party != organizer(meeting))
                    .map(|&party| {
                        format!("ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:{}\r\n", called(party, meeting))
                    })
                    .collect::<String>()
        }
    };
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//world//EN\r\nBEGIN:{kind}\r\nUID:{}\r\n\
         DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Berlin:20260302T{}\r\n\
         {end};TZID=Europe/Berlin:20260302T{}\r\n{rule}{class}SUMMARY:{summary}\r\n\
         X-KEPT;X-P=\"a:b\":as it \\is\r\n{people}BEGIN:X-THING\r\nX-INNER:kept\r\nEND:X-THING\r\n\
         END:{kind}\r\nEND:VCALENDAR\r\n",
        uid(meeting),
        start[0],
        start[1],
    );
    read_object(text.as_bytes(), &Limits::default()).unwrap()
}

pub(crate) fn text(object: Option<&SchedulingObject>) -> String {
    object.map(|object| object.to_calendar().to_string()).unwrap_or_default()
}

pub(crate) fn names(part: &Component, party: usize) -> bool {
    attendees(part).iter().any(|attendee| is_own(party, &attendee.address))
}

pub(crate) fn add(part: &mut Component, party: usize, meeting: usize) {
    if !names(part, party) {
        let mut line = PropertyBuf::new("ATTENDEE", called(party, meeting)).unwrap();
        line.set_param("PARTSTAT", "NEEDS-ACTION").unwrap();
        part.push(line);
    }
}

pub(crate) fn remove(part: &mut Component, party: usize, meeting: usize) {
    part.edit(|property| {
        let is_theirs = property.is("ATTENDEE") && property.value() == called(party, meeting);
        if is_theirs { Edit::Remove } else { Edit::Keep }
    });
}

pub(crate) fn shift(part: &mut Component, hours: i8) {
    for name in ["DTSTART", "DTEND", "DUE"] {
        let Some(time) = fields::date_time(part, name) else { continue };
        let civil = time.civil().checked_add_seconds(i64::from(hours) * 3_600).unwrap();
        fields::put_date_time(part, name, &time.with_civil(civil));
    }
}

/// Makes an override hold for all later instances too (RFC 5545 §3.2.13).
pub(crate) fn and_future(part: &mut Component) {
    let mut id = part.property("RECURRENCE-ID").unwrap().to_buf();
    id.set_param("RANGE", "THISANDFUTURE").unwrap();
    part.set(id);
}

/// As an RDATE says it.
pub(crate) fn extra_date(start: &DateTime) -> PropertyBuf {
    let mut scratch = Component::new("VEVENT").unwrap();
    fields::put_date_time(&mut scratch, "RDATE", start);
    scratch.property("RDATE").unwrap().to_buf()
}

/// What a user notes in their own copy.
pub(crate) fn note(part: &mut Component) {
    let mut alarm = Component::new("VALARM").unwrap();
    alarm.push(PropertyBuf::new("ACTION", "DISPLAY").unwrap());
    alarm.push(PropertyBuf::new("TRIGGER", "-PT15M").unwrap());
    alarm.push(PropertyBuf::text("DESCRIPTION", SECRET).unwrap());
    part.push_component(alarm);
    part.set(PropertyBuf::text("X-MOZ-NOTE", SECRET).unwrap());
    part.set(PropertyBuf::text("CATEGORIES", SECRET).unwrap());
}
