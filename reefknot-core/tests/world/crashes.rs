//! A host whose program stops between load and commit: nothing has changed, and all of it follows when the message
//! comes again.

use std::ops::Range;

use reefknot_core::freebusy::RoomPolicy;
use reefknot_core::host::{
    Commit, Delivery, DeliveryId, LocalUser, MemoryStore, OpenQuestion, Scheduler, Settled, Store,
    StoredCalendar, StoredObject, UserId,
};
use reefknot_core::ical::Limits;
use reefknot_core::itip::{Agent, Message};
use reefknot_core::scheduling::{SchedulingObject, SchedulingState};
use reefknot_core::value::Timestamp;
use reefknot_core::{Error, Result};

use super::meetings::{MEETINGS, meeting_of, text, uid};
use super::people::{self, EVERYBODY, ROOM, organisation, who};
use super::{Held, World};

/// A store whose host stops before it has committed anything.
struct Stops<'s>(&'s mut MemoryStore);

impl Store for Stops<'_> {
    fn load(&self, user: &UserId, uid: &str) -> Result<Option<StoredObject>> {
        self.0.load(user, uid)
    }

    fn uids(&self, user: &UserId) -> Result<Vec<String>> {
        self.0.uids(user)
    }

    fn calendar(&self, user: &UserId) -> Result<StoredCalendar> {
        self.0.calendar(user)
    }

    fn calendar_within(&self, user: &UserId, window: Range<Timestamp>) -> Result<StoredCalendar> {
        self.0.calendar_within(user, window)
    }

    fn commit(&mut self, _: Commit) -> Result<u64> {
        Err(Error::host("the program has stopped"))
    }

    fn questions(&self, user: &UserId) -> Result<Vec<OpenQuestion>> {
        self.0.questions(user)
    }

    fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>> {
        self.0.due(now, limit)
    }

    fn settle(&mut self, _: DeliveryId, _: Settled) -> Result<()> {
        Err(Error::host("the program has stopped"))
    }

    fn failed(&self) -> Result<Vec<Delivery>> {
        self.0.failed()
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

/// What a host keeps of one user.
type Kept = (Vec<Option<StoredObject>>, Vec<Delivery>, Vec<OpenQuestion>);

impl World {
    /// What the driver of the recipient's host makes of a message, stopped before its commit and then again: first
    /// nothing, and then what the engine decides.
    pub(super) fn stops_before_commit(&self, message: &Message) {
        let (party, meeting) = (who(&message.recipient), meeting_of(&message.uid));
        let from = people::carried(message, self.now);
        let decided = self.decides(party, meeting, &message.calendar, &from);
        let users = users(organisation(party));
        let mut store = self.store(party);
        let before = self.kept(&store, party);
        let receive = |store: &mut dyn Store| {
            Scheduler::new(store, &users, Agent::Server, Limits::default())
                .with_trust(people::trust())
                .receive(&user(party), &message.calendar, &from, self.now)
        };
        let stopped = receive(&mut Stops(&mut store));
        assert_eq!(self.kept(&store, party), before, "{self}");
        let outcome = receive(&mut store).unwrap();
        assert_eq!(outcome.disposition, decided.disposition, "{:?}\n{self}", outcome.reasons);
        let after = self.kept(&store, party);
        assert_eq!(stopped.is_err(), after != before, "{self}");

        let held = self.held(party, meeting).object.as_ref();
        let stored = after.0[meeting].clone();
        let (calendar, state) = stored.map(|stored| (stored.calendar, stored.state)).unwrap_or_default();
        let calendar = String::from_utf8(calendar.unwrap_or_default()).unwrap();
        assert_eq!(calendar, text(decided.resulting(held)), "{self}");
        assert_eq!(state, decided.state, "{self}");
        let local = decided.refreshes.iter().filter(|refresh| people::share_a_server(refresh));
        let sent: Vec<_> = decided.messages.iter().chain(local).collect();
        let outbox: Vec<_> = after.1.iter().map(|delivery| &delivery.message).collect();
        assert_eq!(outbox.len(), sent.len(), "{self}");
        for (kept, sent) in outbox.iter().zip(sent) {
            assert_eq!(kept.recipient, sent.recipient, "{self}");
            assert_eq!(&kept.calendar[..], &sent.calendar.to_bytes()[..], "{self}");
        }
        assert_eq!(after.2.len(), decided.questions.len(), "{self}");
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
