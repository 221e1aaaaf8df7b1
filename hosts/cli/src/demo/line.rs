//! Lines between servers: what one hands over as bytes, the other takes in.
//!
//! No network is played. A real host verifies who is at the other end, by mutual TLS or a signature, and reports
//! that to the engine; here a line knows whose it is, and nobody can hand in anything over somebody else's.

use std::path::Path;

use reefknot_core::Result;
use reefknot_core::engine::read_calendar;
use reefknot_core::host::{
    Attempt, BusyQuestion, LocalUser, Outgoing, PeerAnswer, Received, Scheduler, Transport,
};
use reefknot_core::ical::Limits;
use reefknot_core::itip::Agent;
use reefknot_core::routing::{Proof, Trust};
use reefknot_core::scheduling::ScheduleStatus;
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_store_sql::SqliteStore;

use super::mail::Postman;

/// A worker of a server, with its own connection to the server's database.
pub(super) struct FarEnd {
    name: &'static str,
    store: SqliteStore,
    users: Vec<LocalUser>,
    trust: Trust,
}

impl FarEnd {
    pub(super) fn open(dir: &Path, name: &'static str, users: Vec<LocalUser>, trust: Trust) -> Result<Self> {
        Ok(Self { name, store: SqliteStore::open(dir.join(format!("{name}.sqlite")))?, users, trust })
    }
}

/// A line to a server, and what the server has verified about whoever speaks on it.
pub(super) struct Line {
    pub(super) to: FarEnd,
    pub(super) shown: Proof,
}

impl Line {
    /// Hands a calendar in, as bytes.
    pub(super) fn hand_in(
        &mut self,
        recipient: &CalendarUserAddress,
        calendar: &[u8],
        originator: &CalendarUserAddress,
        now: Timestamp,
    ) -> Result<Received> {
        let FarEnd { store, users, trust, .. } = &mut self.to;
        let calendar = read_calendar(calendar, &Limits::default())?;
        let scheduler = Scheduler::new(store, users, Agent::Server, Limits::default());
        scheduler.with_trust(trust.clone()).receive_from_peer(
            recipient,
            &calendar,
            originator,
            &self.shown,
            now,
        )
    }
}

/// The ways out of a server: mail, and a line to another server if there is one.
pub(super) struct Ways {
    postman: Postman,
    line: Option<Line>,
    received: Vec<(&'static str, Received)>,
    heard: String,
}

impl Ways {
    pub(super) fn by_mail(postman: Postman) -> Self {
        Self { postman, line: None, received: Vec::new(), heard: String::new() }
    }

    pub(super) fn connect(&mut self, line: Line) {
        self.line = Some(line);
    }

    /// What the other end made of the messages handed over since this was last asked.
    pub(super) fn received(&mut self) -> Vec<(&'static str, Received)> {
        std::mem::take(&mut self.received)
    }

    pub(super) fn heard(&self) -> &str {
        &self.heard
    }
}

impl Transport for Ways {
    fn mail(&mut self, message: &Outgoing, mailbox: &str, now: Timestamp) -> Result<Attempt> {
        self.postman.mail(message, mailbox, now)
    }

    fn peer(&mut self, message: &Outgoing, peer: &str, now: Timestamp) -> Result<Attempt> {
        let Some(line) = self.line.as_mut().filter(|line| line.to.name == peer) else {
            return Ok(Attempt::TryLater(format!("there is no line to {peer}")));
        };
        let received = line.hand_in(&message.recipient, &message.calendar, &message.originator, now)?;
        let attempt = Attempt::answered(received.status, &received.why);
        self.received.push((line.to.name, received));
        Ok(attempt)
    }

    fn ask(&mut self, question: &BusyQuestion<'_>, peer: &str, now: Timestamp) -> Result<PeerAnswer> {
        let Some(line) = self.line.as_mut().filter(|line| line.to.name == peer) else {
            let why = format!("there is no line to {peer}");
            return Ok(PeerAnswer::Refused { status: ScheduleStatus::NoRoute, why });
        };
        let asked = question.calendar.to_bytes();
        let received = line.hand_in(question.recipient, &asked, question.originator, now)?;
        let Some(answer) = received.answer else {
            return Ok(PeerAnswer::Refused { status: received.status, why: received.why });
        };
        self.heard = answer.to_string();
        Ok(PeerAnswer::Told(read_calendar(self.heard.as_bytes(), &Limits::default())?))
    }
}
