//! A host whose program stops while it takes a step: before the commit nothing has changed, and after it all has, once,
//! its messages in the outbox. The same step again adds nothing.

use std::ops::Range;

use reefknot_core::freebusy::RoomPolicy;
use reefknot_core::host::{
    Commit, Delivery, DeliveryId, LocalUser, MemoryStore, OpenQuestion, Put, Scheduler, Settled, Source,
    Store, StoredCalendar, StoredObject, UserId,
};
use reefknot_core::ical::Limits;
use reefknot_core::itip::{Agent, Message, Outcome};
use reefknot_core::policy::Residence;
use reefknot_core::scheduling::{SchedulingObject, SchedulingState};
use reefknot_core::value::Timestamp;
use reefknot_core::{Error, Result};

use super::meetings::{MEETINGS, meeting_of, text, uid};
use super::people::{self, EVERYBODY, ROOM, organisation, who};
use super::{Held, World};

/// When the program stops.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    BeforeCommit,
    AfterCommit,
}

/// A store whose host stops when it commits.
struct Stops<'s> {
    store: &'s mut MemoryStore,
    at: Stop,
}

impl Stops<'_> {
    fn stop<T>(&mut self, write: impl FnOnce(&mut MemoryStore) -> Result<T>) -> Result<T> {
        if self.at == Stop::AfterCommit {
            write(self.store)?;
        }
        Err(Error::host("the program has stopped"))
    }
}

impl Store for Stops<'_> {
    fn load(&self, user: &UserId, uid: &str) -> Result<Option<StoredObject>> {
        self.store.load(user, uid)
    }

    fn uids(&self, user: &UserId) -> Result<Vec<String>> {
        self.store.uids(user)
    }

    fn calendar(&self, user: &UserId) -> Result<StoredCalendar> {
        self.store.calendar(user)
    }

    fn calendar_within(&self, user: &UserId, window: Range<Timestamp>) -> Result<StoredCalendar> {
        self.store.calendar_within(user, window)
    }

    fn commit(&mut self, commit: Commit) -> Result<u64> {
        self.stop(|store| store.commit(commit))
    }

    fn questions(&self, user: &UserId) -> Result<Vec<OpenQuestion>> {
        self.store.questions(user)
    }

    fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>> {
        self.store.due(now, limit)
    }

    fn settle(&mut self, id: DeliveryId, how: Settled) -> Result<()> {
        self.stop(|store| store.settle(id, how))
    }

    fn failed(&self) -> Result<Vec<Delivery>> {
        self.store.failed()
    }
}

fn user(party: usize) -> UserId {
    UserId::new(&party.to_string())
}

/// Those who have their calendars on the same host.
fn users(organisation: &str) -> Vec<LocalUser> {
    let here = EVERYBODY.filter(|party| people::organisation(*party) == organisation);
    here.map(|party| LocalUser {
        room: (party == ROOM).then(RoomPolicy::default),
        ..LocalUser::new(user(party), people::engine(party).identities().clone())
    })
    .collect()
}

/// A step that a host takes for one of its users.
type Taken<'t> = &'t dyn Fn(&mut Scheduler<'_>) -> Result<Outcome>;

/// Takes a step on a store of the host on which a party has their calendar.
fn drive(store: &mut dyn Store, party: usize, step: Taken<'_>) -> Result<Outcome> {
    let users = users(organisation(party));
    step(&mut Scheduler::new(store, &users, Agent::Server, Limits::default()).with_trust(people::trust()))
}

/// What a host keeps of one user.
type Kept = (Vec<Option<StoredObject>>, Vec<Delivery>, Vec<OpenQuestion>);

impl World {
    /// A message arrives, and the user answers the questions that it raises.
    pub(super) fn stops_at_message(&self, message: &Message) {
        let (party, meeting) = (who(&message.recipient), meeting_of(&message.uid));
        let from = people::carried(message, self.now);
        let decided = self.decides(party, meeting, &message.calendar, &from);
        let store = self.store(party);
        let receive =
            |host: &mut Scheduler<'_>| host.receive(&user(party), &message.calendar, &from, self.now);
        let store = self.stops(party, &store, &receive);
        self.holds(party, meeting, &store, &decided);
        for (open, yes) in
            self.kept(&store, party).2.into_iter().flat_map(|open| [(open.id, true), (open.id, false)])
        {
            let decide = |host: &mut Scheduler<'_>| host.decide(&user(party), open, yes, self.now);
            let mut store = self.stops(party, &store, &decide);
            let answered = self.kept(&store, party);
            assert!(drive(&mut store, party, &decide).is_err(), "answered twice\n{self}");
            assert_eq!(self.kept(&store, party), answered, "{self}");
        }
    }

    /// A user changes or deletes what they hold, which the engine decides as `decided`.
    pub(super) fn stops_at_change(
        &self,
        party: usize,
        meeting: usize,
        after: Option<&SchedulingObject>,
        decided: &Outcome,
    ) {
        let text = after.map(|after| after.to_calendar().to_bytes());
        let store = self.store(party);
        let seen = store.load(&user(party), uid(meeting)).unwrap().map(|stored| stored.version);
        let put = Put {
            calendar: text.as_deref(),
            based_on: seen,
            residence: Residence::default(),
            source: Source::User,
        };
        let put = |host: &mut Scheduler<'_>| host.put(&user(party), uid(meeting), put, self.now);
        let mut store = self.stops(party, &store, &put);
        self.holds(party, meeting, &store, decided);
        // A program that never heard that its change was kept says it again, and learns that there is another version.
        let changed = self.kept(&store, party);
        if seen.is_some() && changed != self.kept(&self.store(party), party) {
            assert!(drive(&mut store, party, &put).unwrap_err().is_conflict(), "{self}");
            assert_eq!(self.kept(&store, party), changed, "changed twice\n{self}");
        }
    }

    /// Takes a step of a party's host, whose program stops before the commit, then after it, and then not; gives the store
    /// in which it did not.
    fn stops(&self, party: usize, store: &MemoryStore, step: Taken<'_>) -> MemoryStore {
        let mut done = store.clone();
        drive(&mut done, party, step).unwrap();
        let (before, after) = (self.kept(store, party), self.kept(&done, party));
        for (at, kept) in [(Stop::BeforeCommit, &before), (Stop::AfterCommit, &after)] {
            let mut store = store.clone();
            let stopped = drive(&mut Stops { store: &mut store, at }, party, step);
            assert_eq!(stopped.is_err(), before != after, "{self}");
            assert_eq!(&self.kept(&store, party), kept, "{self}");
        }
        done
    }

    /// A party's host holds what the engine has decided, and what it sends is in the outbox once.
    fn holds(&self, party: usize, meeting: usize, store: &MemoryStore, decided: &Outcome) {
        let (objects, outbox, questions) = self.kept(store, party);
        let held = self.held(party, meeting).object.as_ref();
        let (calendar, state) =
            objects[meeting].clone().map(|stored| (stored.calendar, stored.state)).unwrap_or_default();
        let calendar = String::from_utf8(calendar.unwrap_or_default()).unwrap();
        assert_eq!(calendar, text(decided.resulting(held)), "{self}");
        assert_eq!(state, decided.state, "{self}");
        let local = decided.refreshes.iter().filter(|refresh| people::share_a_server(refresh));
        let sent: Vec<_> = decided.messages.iter().chain(local).collect();
        assert_eq!(outbox.len(), sent.len(), "{self}");
        for (kept, sent) in outbox.iter().zip(sent) {
            assert_eq!(kept.message.recipient, sent.recipient, "{self}");
            assert_eq!(&kept.message.calendar[..], &sent.calendar.to_bytes()[..], "{self}");
        }
        assert_eq!(questions.len(), decided.questions.len(), "{self}");
    }

    /// A store that holds what a party holds.
    fn store(&self, party: usize) -> MemoryStore {
        let mut store = MemoryStore::new();
        for meeting in 0..MEETINGS {
            let Held { object, state } = self.held(party, meeting);
            if object.is_some() || *state != SchedulingState::default() {
                let commit = Commit {
                    calendar: object.as_ref().map(|object| object.to_calendar().to_bytes()),
                    span: object.as_ref().and_then(SchedulingObject::span),
                    state: state.clone(),
                    ..Commit::new(user(party), uid(meeting))
                };
                store.commit(commit).unwrap();
            }
        }
        store
    }

    fn kept(&self, store: &MemoryStore, party: usize) -> Kept {
        let objects = (0..MEETINGS).map(|meeting| store.load(&user(party), uid(meeting)).unwrap());
        (objects.collect(), store.due(self.now, usize::MAX).unwrap(), store.questions(&user(party)).unwrap())
    }
}
