//! The driver: what users do, what arrives, and what is delivered, on a store in memory.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod adoption;
mod calendars;
mod force_send;
mod offers;
mod peers;
mod questions;
mod rooms;
mod statuses;

use std::collections::VecDeque;

use reefknot_core::engine::{read_calendar, read_object};
use reefknot_core::host::{
    Attempt, Delivered, LocalUser, MemoryStore, Outgoing, Put, Scheduler, Source, Store, Transport, UserId,
};
use reefknot_core::ical::{Component, Limits};
use reefknot_core::itip::{Agent, Authentication, Carrier, Envelope, Outcome};
use reefknot_core::policy::Residence;
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{Identities, SchedulingObject, edit_attendee};
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_core::{Error, Result};

const A: &str = "mailto:a@foo.com";
const B: &str = "mailto:b@foo.com";
const C: &str = "mailto:c@bar.com";
const D: &str = "mailto:d@bar.com";
const UID: &str = "1@foo.com";

fn address(text: &str) -> CalendarUserAddress {
    text.parse().unwrap()
}

/// The mail system of a test: does as it was told, and keeps what it was given.
#[derive(Default)]
struct Mail {
    answers: VecDeque<Result<Attempt>>,
    sent: Vec<Outgoing>,
}

impl Transport for Mail {
    fn mail(&mut self, message: &Outgoing, _: &str, _: Timestamp) -> Result<Attempt> {
        self.sent.push(message.clone());
        self.answers.pop_front().unwrap_or(Ok(Attempt::Handed))
    }
}

/// One server with its users.
struct Host {
    store: MemoryStore,
    users: Vec<LocalUser>,
    mail: Mail,
    now: Timestamp,
}

impl Host {
    fn of(addresses: &[&str]) -> Self {
        let user = |uri: &&str| {
            LocalUser::new(UserId::new(&uri["mailto:".len()..][..1]), Identities::new(address(uri)))
        };
        let now = "20261101T080000Z".parse().unwrap();
        let users = addresses.iter().map(user).collect();
        Self { store: MemoryStore::new(), users, mail: Mail::default(), now }
    }

    fn scheduler(&mut self) -> Scheduler<'_> {
        self.now = self.now.saturating_add(60);
        Scheduler::new(&mut self.store, &self.users, Agent::Server, Limits::default())
    }

    fn put_as(&mut self, user: &str, text: &str, source: Source) -> Result<Outcome> {
        let put =
            Put { calendar: Some(text.as_bytes()), based_on: None, residence: Residence::Synced, source };
        let uid = read_object(text.as_bytes(), &Limits::default()).unwrap().uid().to_owned();
        let now = self.now;
        self.scheduler().put(&user.into(), &uid, put, now)
    }

    fn put(&mut self, user: &str, text: &str) -> Outcome {
        self.put_as(user, text, Source::User).unwrap()
    }

    fn receive(&mut self, user: &str, text: &str, sender: &str) -> Outcome {
        let envelope = Envelope {
            sender: Some(address(sender)),
            authentication: Authentication::Claimed,
            carrier: Carrier::Mail,
        };
        let now = self.now;
        self.scheduler().receive(&user.into(), &message(text), &envelope, now).unwrap()
    }

    fn deliver(&mut self) -> Delivered {
        let now = self.now;
        let mut mail = std::mem::take(&mut self.mail);
        let delivered = self.scheduler().deliver(&mut mail, now, 100).unwrap();
        self.mail = mail;
        delivered
    }

    fn text(&self, user: &str) -> String {
        let stored = self.store.load(&user.into(), UID).unwrap().unwrap();
        String::from_utf8(stored.calendar.unwrap()).unwrap()
    }

    fn object(&self, user: &str) -> SchedulingObject {
        read_object(self.text(user).as_bytes(), &Limits::default()).unwrap()
    }

    /// What the user's copy says of the delivery to somebody, component by component.
    fn statuses(&self, user: &str, name: &str, who: &str) -> Vec<Option<String>> {
        let who = address(who);
        let object = self.object(user);
        let lines = object.parts().flat_map(|(_, part)| part.properties_named(name));
        let theirs = lines.filter(|line| CalendarUserAddress::parse(&line.value()).unwrap() == who);
        theirs.map(|line| line.param("SCHEDULE-STATUS").map(std::borrow::Cow::into_owned)).collect()
    }

    fn status(&self, user: &str, name: &str, who: &str) -> Option<String> {
        let [status] = &self.statuses(user, name, who)[..] else { panic!("not one line of {who}") };
        status.clone()
    }

    /// The user's copy with their answer to an instance in it.
    fn answered(&self, user: &str, who: &str, key: &str, answer: &str) -> String {
        let mut object = self.object(user);
        let key: InstanceKey = key.parse().unwrap();
        let mut part = object.effective(&key).unwrap();
        edit_attendee(&mut part, &address(who), |line| line.set_param("PARTSTAT", answer)).unwrap();
        object.put_part(key, part);
        object.to_calendar().to_string()
    }
}

fn message(text: &str) -> Component {
    read_calendar(text.as_bytes(), &Limits::default()).unwrap()
}

/// A weekly series by A; `more` are further lines.
fn series(more: &[&str]) -> String {
    let more: String = more.iter().map(|line| format!("{line}\r\n")).collect();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:{UID}\r\nDTSTAMP:20261101T080000Z\r\n\
         DTSTART:20261202T090000Z\r\nDTEND:20261202T100000Z\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\nSUMMARY:Tea\r\n\
         ORGANIZER:{A}\r\nATTENDEE;PARTSTAT=ACCEPTED:{A}\r\n{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn invites(who: &[&str]) -> String {
    let lines: Vec<String> = who.iter().map(|who| format!("ATTENDEE;PARTSTAT=NEEDS-ACTION:{who}")).collect();
    series(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn reply(who: &str, answer: &str, stamp: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{UID}\r\n\
         DTSTAMP:{stamp}\r\nDTSTART:20261202T090000Z\r\nSUMMARY:Tea\r\nORGANIZER:{A}\r\n\
         ATTENDEE;PARTSTAT={answer}:{who}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    outcome.reasons.iter().map(|reason| reason.code).collect()
}

fn later(why: &str) -> Result<Attempt> {
    Err(Error::host(why))
}
