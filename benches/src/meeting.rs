//! Meetings of any size, and the decisions about them that the benches time.

use std::fmt::Write as _;
use std::sync::Arc;

use reefknot_core::engine::{Engine, read_calendar, read_object};
use reefknot_core::ical::{Component, Limits};
use reefknot_core::imip::{self, MailOptions, ReadOptions};
use reefknot_core::itip::{
    Authentication, Carrier, Envelope, Message, ObjectChange, Outcome, Preferences, ShowAnswers,
};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{Identities, PartStat, SchedulingState};
use reefknot_core::time::Zone;
use reefknot_core::value::Timestamp;
use reefknot_core::{Error, Result};

use crate::calendar::line;

/// When it begins: a Monday, at nine in Berlin.
const START: &str = "20260105T090000Z";

/// A daily meeting of A, in a zone and with an alarm.
#[derive(Clone, Copy, Debug)]
pub struct Meeting {
    /// How many people A invites.
    pub attendees: usize,
    /// How many of its instances, from the second on, have a component of their own.
    pub overrides: usize,
}

/// A meeting that everybody was invited to.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The organizer's copy.
    pub copy: Vec<u8>,
    /// What the organizer remembers.
    pub state: SchedulingState,
}

impl Meeting {
    /// The text of the meeting, its overrides so many hours late.
    #[must_use]
    pub fn text(self, series_late: i64, overrides_late: i64) -> String {
        let mut out = String::with_capacity((self.attendees + 12) * (self.overrides + 1) * 128);
        out.push_str("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Reefknot//benches//EN\r\n");
        out.push_str(include_str!("../data/berlin.ics"));
        self.component(&mut out, None, series_late);
        for day in 1..=self.overrides {
            self.component(&mut out, Some(day as i64), overrides_late);
        }
        out.push_str("END:VCALENDAR\r\n");
        out
    }

    fn component(self, out: &mut String, day: Option<i64>, late: i64) {
        let at = |hour: i64| clock(day.unwrap_or(0) * 86_400 + hour * 3_600);
        let mut add = |text: String| line(out, &text);
        add("BEGIN:VEVENT".into());
        add("UID:7b0f7a52-9d0c-4c5b-b0ce-5f3d9a8e1c44@foo.com".into());
        add("DTSTAMP:20260101T101500Z".into());
        match day {
            None => add("RRULE:FREQ=DAILY".into()),
            Some(_) => add(format!("RECURRENCE-ID;TZID=Europe/Berlin:{}", at(0))),
        }
        add(format!("DTSTART;TZID=Europe/Berlin:{}", at(late)));
        add(format!("DTEND;TZID=Europe/Berlin:{}", at(late + 1)));
        add("SUMMARY:Planning of the quarter\\, with coffee".into());
        add("LOCATION:Küche\\, second floor".into());
        add("DESCRIPTION:We go through what is planned for the quarter\\, one team after the other.".into());
        add("ORGANIZER;CN=\"A, of foo\":mailto:a@foo.com".into());
        add("ATTENDEE;ROLE=CHAIR;PARTSTAT=ACCEPTED;CN=\"A, of foo\":mailto:a@foo.com".into());
        for number in 0..self.attendees {
            add(format!(
                "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;\
                 CN=Person {number}:{}",
                address(number)
            ));
        }
        add("SEQUENCE:0".into());
        out.push_str("BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Tea\r\nEND:VALARM\r\n");
        out.push_str("END:VEVENT\r\n");
    }

    /// The answer of the first attendee to the series.
    #[must_use]
    pub fn reply(self) -> String {
        let mut out = String::from(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Reefknot//benches//EN\r\nMETHOD:REPLY\r\n",
        );
        let _ = write!(
            out,
            "BEGIN:VEVENT\r\nUID:7b0f7a52-9d0c-4c5b-b0ce-5f3d9a8e1c44@foo.com\r\nDTSTAMP:20260102T101500Z\r\n\
             DTSTART:20260105T080000Z\r\nORGANIZER:mailto:a@foo.com\r\nATTENDEE;PARTSTAT=ACCEPTED:{}\r\n\
             SEQUENCE:0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            address(0)
        );
        out
    }

    /// The message that invites everybody, which all of them may read.
    ///
    /// # Errors
    /// Never, for a meeting of the benches.
    pub fn invitation(self) -> Result<Vec<u8>> {
        let outcome = organize(None, &self.text(0, 0), &SchedulingState::default())?;
        Ok(bodies(&outcome).swap_remove(0))
    }

    /// The mail that invites the first attendee.
    ///
    /// # Errors
    /// Never, for a meeting of the benches.
    pub fn invitation_mail(self) -> Result<Vec<u8>> {
        by_mail(&organize(None, &self.text(0, 0), &SchedulingState::default())?.messages[0])
    }

    /// The meeting once everybody has been invited.
    ///
    /// # Errors
    /// Never, for a meeting of the benches.
    pub fn invited(self) -> Result<Invited> {
        let outcome = organize(None, &self.text(0, 0), &SchedulingState::default())?;
        Ok(Invited { copy: stored(&outcome), state: outcome.state })
    }
}

fn address(number: usize) -> String {
    format!("mailto:person{number}@bar.com")
}

/// The clock in Berlin so many seconds after the first start, as iCalendar writes it.
fn clock(seconds: i64) -> String {
    let start: Timestamp = START.parse().expect("a time in UTC");
    start.saturating_add(seconds).to_string().trim_end_matches('Z').to_owned()
}

fn engine() -> Engine {
    Engine::new(Identities::new("mailto:a@foo.com".parse().expect("an address")))
}

fn now() -> Timestamp {
    "20260103T000000Z".parse().expect("a time in UTC")
}

/// A created or changed the meeting: from the texts to what follows.
///
/// # Errors
/// When a text is no scheduling object.
pub fn organize(before: Option<&Invited>, after: &str, state: &SchedulingState) -> Result<Outcome> {
    let limits = Limits::default();
    let before = before.map(|before| read_object(&before.copy, &limits)).transpose()?;
    let after = read_object(after.as_bytes(), &limits)?;
    engine().change(before.as_ref(), Some(&after), state, now())
}

/// The first attendee's answer arrived: from the texts to what follows, for those to whom it is shown too.
///
/// # Errors
/// When a text is no scheduling object.
pub fn record(stored: &Invited, reply: &str, show_answers: ShowAnswers) -> Result<Outcome> {
    let limits = Limits::default();
    let object = read_object(&stored.copy, &limits)?;
    let message = read_calendar(reply.as_bytes(), &limits)?;
    let envelope = Envelope {
        sender: Some(address(0).parse()?),
        authentication: Authentication::Authenticated,
        carrier: Carrier::Local,
    };
    let engine = engine().with_preferences(Preferences { show_answers, ..Preferences::default() });
    engine.receive(Some(&object), &stored.state, &message, &envelope, now())
}

/// The first attendee takes an invitation over and accepts it: from the text of the message to that of the reply.
///
/// # Errors
/// When the text is no scheduling message.
pub fn accept(invitation: &[u8]) -> Result<Vec<u8>> {
    let envelope = Envelope {
        sender: Some("mailto:a@foo.com".parse()?),
        authentication: Authentication::Claimed,
        carrier: Carrier::Mail,
    };
    let answered = accepted(&read_calendar(invitation, &Limits::default())?, &envelope)?;
    Ok(bodies(&answered).swap_remove(0))
}

/// As [`accept`], from the mail that invites to the mail that answers.
///
/// # Errors
/// When the mail holds no scheduling message.
pub fn accept_by_mail(invitation: &[u8]) -> Result<Vec<u8>> {
    let mail = imip::read(invitation, &ReadOptions::default())?;
    let part = mail.calendars.first().ok_or_else(|| Error::invalid("the mail holds no calendar"))?;
    by_mail(&accepted(&part.calendar, &mail.envelope(part))?.messages[0])
}

/// What follows when the first attendee accepts an invitation that they take over.
fn accepted(invitation: &Component, envelope: &Envelope) -> Result<Outcome> {
    let (attendee, state) = (Engine::new(Identities::new(address(0).parse()?)), SchedulingState::default());
    let received = attendee.receive(None, &state, invitation, envelope, now())?;
    let copy = received.resulting(None).ok_or_else(|| Error::invalid("nothing is to be stored"))?;
    attendee.answer(copy, &InstanceKey::Master, &PartStat::Accepted, None, &received.state, now())
}

fn by_mail(message: &Message) -> Result<Vec<u8>> {
    let options = MailOptions {
        zone: &Zone::UTC,
        message_id: "1@foo.com",
        date: now(),
        boundary_seed: "1",
        in_reply_to: None,
        reply_to: None,
        sender: None,
    };
    Ok(imip::write(message, &options)?.bytes)
}

/// The text of the object to store.
///
/// # Panics
/// When nothing is to be stored, which no decision of the benches says.
#[must_use]
pub fn stored(outcome: &Outcome) -> Vec<u8> {
    match &outcome.object {
        ObjectChange::Store(object) => object.to_calendar().to_bytes(),
        other => panic!("{other:?}: {:?}", outcome.reasons),
    }
}

/// The bodies of the messages, each printed once for all who may see the same.
#[must_use]
pub fn bodies(outcome: &Outcome) -> Vec<Vec<u8>> {
    let mut last: Option<&Arc<Component>> = None;
    let mut printed = Vec::new();
    for message in &outcome.messages {
        if !last.is_some_and(|last| Arc::ptr_eq(last, &message.calendar)) {
            printed.push(message.calendar.to_bytes());
        }
        last = Some(&message.calendar);
    }
    printed
}
