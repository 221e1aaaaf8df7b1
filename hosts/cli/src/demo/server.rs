//! A server: a database, a list of users, and the ways out.

use std::ops::Range;
use std::path::Path;

use reefknot_core::freebusy::{Attendance, BusyTime, Conflict, Person, RoomPolicy, Search, Suggestion};
use reefknot_core::host::{
    Asker, LocalUser, OpenQuestion, Put, QuestionId, Scheduler, Store, StoredObject, UserId,
};
use reefknot_core::ical::Limits;
use reefknot_core::itip::{Agent, Reason};
use reefknot_core::routing::Trust;
use reefknot_core::scheduling::Identities;
use reefknot_core::time::Zone;
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_core::{Error, Result};
use reefknot_store_sql::SqliteStore;

use super::line::{FarEnd, Line, Ways};
use super::log::Report;
use super::mail::Postman;
use crate::input::Failure;

/// How many messages are delivered at a time.
const BATCH: usize = 100;

/// The database of one program, with whom it serves and whom it trusts.
pub(super) struct Desk<'a> {
    store: &'a mut SqliteStore,
    users: &'a Vec<LocalUser>,
    agent: Agent,
    trust: Trust,
}

impl<'a> Desk<'a> {
    /// A program that trusts nobody.
    pub(super) fn new(store: &'a mut SqliteStore, users: &'a Vec<LocalUser>, agent: Agent) -> Self {
        Self { store, users, agent, trust: Trust::default() }
    }

    pub(super) fn scheduler(&mut self) -> Scheduler<'_> {
        let scheduler = Scheduler::new(self.store, self.users, self.agent, Limits::default());
        scheduler.with_trust(self.trust.clone())
    }

    /// Delivers everything that is due, and what follows from that. What is refused is told to its sender.
    pub(super) fn flush(
        &mut self,
        ways: &mut dyn reefknot_core::host::Transport,
        who: &str,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), Failure> {
        loop {
            let due = self.store.due(now, BATCH)?;
            if due.is_empty() {
                return Ok(());
            }
            for delivery in &due {
                report.sends(who, delivery)?;
            }
            let delivered = self.scheduler().deliver(ways, now, BATCH)?;
            report.tells(&delivered.notices)?;
            if delivered.retried > 0 {
                let waiting = delivered.retried;
                return Err(Error::host(format!("{who} could not deliver {waiting} messages")).into());
            }
        }
    }
}

pub(super) struct Server {
    pub(super) name: &'static str,
    store: SqliteStore,
    users: Vec<LocalUser>,
    trust: Trust,
    ways: Ways,
}

/// A user of a directory, by their mail address; what stands before the @ is their name.
pub(super) fn local_user(address: &str) -> Result<LocalUser> {
    let name = address.split('@').next().unwrap_or(address);
    let address = CalendarUserAddress::parse(&format!("mailto:{address}"))?;
    Ok(LocalUser::new(UserId::new(name), Identities::new(address)))
}

fn room(address: &str) -> Result<LocalUser> {
    let zone = Zone::iana("Europe/Berlin").unwrap_or(Zone::UTC);
    Ok(LocalUser { zone, room: Some(RoomPolicy::default()), ..local_user(address)? })
}

impl Server {
    pub(super) fn open(
        dir: &Path,
        name: &'static str,
        (people, rooms): (&[&str], &[&str]),
        postman: Postman,
    ) -> Result<Self> {
        let people = people.iter().map(|address| local_user(address));
        Ok(Self {
            name,
            store: SqliteStore::open(dir.join(format!("{name}.sqlite")))?,
            users: people.chain(rooms.iter().map(|address| room(address))).collect::<Result<_>>()?,
            trust: Trust::default(),
            ways: Ways::by_mail(postman),
        })
    }

    /// From now on it talks to these organisations, and lets them do what the list says.
    pub(super) fn trusts(&mut self, trust: Trust) {
        self.trust = trust;
    }

    /// A worker of this server that takes in what comes over lines.
    pub(super) fn far_end(&self, dir: &Path) -> Result<FarEnd> {
        FarEnd::open(dir, self.name, self.users.clone(), self.trust.clone())
    }

    /// Lays a line to another server.
    pub(super) fn connect(&mut self, line: Line) {
        self.ways.connect(line);
    }

    pub(super) fn uids(&self, user: &UserId) -> Result<Vec<String>> {
        self.store.uids(user)
    }

    pub(super) fn load(&self, user: &UserId, uid: &str) -> Result<Option<StoredObject>> {
        self.store.load(user, uid)
    }

    /// Takes a user's change and delivers what follows from it.
    pub(super) fn put(
        &mut self,
        user: &UserId,
        uid: &str,
        put: Put<'_>,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let outcome = self.desk().scheduler().put(user, uid, put, now)?;
        report.decided(self.name, &outcome)?;
        self.flush(now, report)
    }

    /// A user proposes something else to an organizer.
    pub(super) fn propose(
        &mut self,
        user: &str,
        uid: &str,
        (proposal, comment): (&[u8], &str),
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let outcome =
            self.desk().scheduler().propose(&UserId::new(user), uid, proposal, Some(comment), now)?;
        report.decided(self.name, &outcome)?;
        self.flush(now, report)
    }

    /// What waits for a user's decision.
    pub(super) fn questions(&self, user: &str) -> Result<Vec<OpenQuestion>> {
        self.store.questions(&UserId::new(user))
    }

    /// A user agrees to what they were asked.
    pub(super) fn agree(
        &mut self,
        user: &str,
        question: QuestionId,
        now: Timestamp,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let outcome = self.desk().scheduler().decide(&UserId::new(user), question, true, now)?;
        report.decided(self.name, &outcome)?;
        self.flush(now, report)
    }

    /// Delivers what waits, and tells what the other end of a line made of it.
    pub(super) fn flush(&mut self, now: Timestamp, report: &mut Report) -> Result<(), Failure> {
        let Self { name, store, users, trust, ways } = self;
        let mut desk = Desk { store, users, agent: Agent::Server, trust: trust.clone() };
        desk.flush(ways, name, now, report)?;
        for (far, received) in ways.received() {
            match received.outcome {
                Some(outcome) => report.decided(far, &outcome)?,
                None => report.refuses(now, far, &received)?,
            }
        }
        Ok(())
    }

    /// Asks for somebody when somebody else is busy, here or at a trusted organisation.
    pub(super) fn ask_busy(
        &mut self,
        asking: &str,
        whom: &str,
        window: Range<Timestamp>,
        now: Timestamp,
    ) -> Result<Result<BusyTime, Reason>> {
        let Self { name, store, users, trust, ways } = self;
        let mut desk = Desk { store, users, agent: Agent::Server, trust: trust.clone() };
        let whom = CalendarUserAddress::parse(&format!("mailto:{whom}"))?;
        let uid = format!("busy-{}@{name}", now.seconds());
        desk.scheduler().ask_busy(ways, &UserId::new(asking), &whom, window, &uid, now)
    }

    /// What an object in a user's calendar collides with.
    pub(super) fn conflicts(
        &mut self,
        user: &str,
        uid: &str,
        horizon: Range<Timestamp>,
    ) -> Result<Vec<Conflict>> {
        let found = self.desk().scheduler().conflicts(&UserId::new(user), uid, horizon)?;
        Ok(found.map(|found| found.conflicts).unwrap_or_default())
    }

    /// Times at which a user here and somebody whose busy time was told elsewhere can both come.
    pub(super) fn suggest(
        &mut self,
        user: &str,
        (whom, busy): (&str, BusyTime),
        search: &Search,
        now: Timestamp,
    ) -> Result<Vec<Suggestion>> {
        let user = UserId::new(user);
        let address = CalendarUserAddress::parse(&format!("mailto:{whom}"))?;
        let other = Person { address, attendance: Attendance::Required, busy };
        let asker = Asker::User(&user);
        let here = [(user.clone(), Attendance::Required)];
        Ok(self.desk().scheduler().suggest(&asker, &here, &[other], search, now)?.suggestions)
    }

    /// The text of the last answer that came over the line.
    pub(super) fn heard(&self) -> &str {
        self.ways.heard()
    }

    fn desk(&mut self) -> Desk<'_> {
        let (users, trust) = (&self.users, self.trust.clone());
        Desk { store: &mut self.store, users, agent: Agent::Server, trust }
    }
}
