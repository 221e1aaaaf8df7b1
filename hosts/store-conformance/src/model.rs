//! A random history, played to a store and to the model at once.

use std::collections::BTreeMap;

use reefknot_core::host::{Commit, Delivery, DeliveryId, MemoryStore, Outgoing, Settled, Store, UserId};
use reefknot_core::policy::Residence;

use crate::sample::{asked, at, commit, full_state, message};

const USERS: [&str; 2] = ["a", "b"];
const UIDS: [&str; 3] = ["1@foo.com", "2@foo.com", "3@foo.com"];
const STEPS: usize = 600;

/// Numbers that look random and are the same in every run (Knuth's linear congruence).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        let number = self.below(choices.len() as u64);
        choices[usize::try_from(number).expect("an index")]
    }
}

/// Both stores, and which version or number of one is which of the other: neither may choose the other's.
struct Pair<'a> {
    store: &'a mut dyn Store,
    model: MemoryStore,
    versions: BTreeMap<(&'static str, &'static str), (u64, u64)>,
    now: i64,
}

/// Plays a history and compares after every step.
pub(crate) fn compare(store: &mut dyn Store, seed: u64) {
    let mut random = Random(seed);
    let mut pair = Pair { store, model: MemoryStore::new(), versions: BTreeMap::new(), now: 0 };
    for step in 0..STEPS {
        match random.below(5) {
            0..=2 => pair.commit(&mut random, step),
            3 => pair.settle(&mut random),
            _ => pair.now += i64::try_from(random.below(20)).expect("less than 20"),
        }
        pair.same_outbox(step);
    }
    for user in USERS {
        pair.same_objects(user);
    }
}

impl Pair<'_> {
    fn commit(&mut self, random: &mut Random, step: usize) {
        let (user, uid) = (random.of(&USERS), random.of(&UIDS));
        let known = self.versions.get(&(user, uid)).copied();
        // One in eight was decided on something else.
        let outdated = random.below(8) == 0;
        let expected = |version: Option<u64>| match (version, outdated) {
            (version, false) => version,
            (Some(_), true) => None,
            (None, true) => Some(1),
        };
        let next = Commit {
            calendar: (random.below(4) > 0).then(|| format!("{step}").into_bytes()),
            state: if random.below(2) == 0 { full_state() } else { <_>::default() },
            residence: random.of(&[Residence::Synced, Residence::LocalOnly]),
            outbox: self.messages(random, uid, step),
            questions: if random.below(3) == 0 {
                vec![asked(&format!("mailto:{step}@x.org"))]
            } else {
                Vec::new()
            },
            ..commit(user, uid, b"")
        };
        // Numbers are each store's own; the questions wait in the same order.
        let waits = |store: &dyn Store| {
            let open = store.questions(&UserId::new(user)).expect("the questions can be read");
            open.iter().find(|open| open.uid == uid).map(|open| open.id)
        };
        let answers = (random.below(3) == 0).then(|| (waits(&self.model), waits(self.store)));
        let (our_answer, their_answer) = answers.unwrap_or_default();
        let ours = self.model.commit(Commit {
            expected: expected(known.map(|(ours, _)| ours)),
            answers: our_answer,
            ..next.clone()
        });
        let theirs = self.store.commit(Commit {
            expected: expected(known.map(|(_, theirs)| theirs)),
            answers: their_answer,
            ..next
        });
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => {
                self.versions.insert((user, uid), (ours, theirs));
            }
            (Err(ours), Err(theirs)) => {
                assert!(ours.is_conflict() && theirs.is_conflict(), "step {step}: {theirs}");
            }
            (ours, theirs) => panic!("step {step}: the model says {ours:?}, the store {theirs:?}"),
        }
    }

    fn messages(&self, random: &mut Random, uid: &str, step: usize) -> Vec<Outgoing> {
        let mut messages = Vec::new();
        for number in 0..random.below(4) {
            let due = at(self.now + i64::try_from(random.below(30)).expect("less than 30") - 10);
            let person = format!("mailto:{step}-{number}@x.org");
            messages.push(Outgoing { uid: uid.to_owned(), ..message(&person, due) });
        }
        messages
    }

    fn settle(&mut self, random: &mut Random) {
        let rows = |store: &dyn Store, now| {
            let mut rows = store.due(at(now), 7).expect("the outbox can be read");
            rows.extend(store.failed().expect("the outbox can be read"));
            rows.iter().map(|row| row.id).collect::<Vec<DeliveryId>>()
        };
        let ids: Vec<_> = rows(&self.model, self.now).into_iter().zip(rows(self.store, self.now)).collect();
        if ids.is_empty() {
            return;
        }
        let (ours, theirs) = random.of(&ids);
        let due = at(self.now + 15);
        let how = match random.below(4) {
            0 | 1 => Settled::Delivered,
            2 => Settled::Retry { due, status: format!("5.{}", self.now) },
            _ => Settled::Failed { status: format!("5.1;{}", self.now) },
        };
        self.model.settle(ours, how.clone()).expect("the model has it");
        self.store.settle(theirs, how).expect("the store has it");
    }

    fn same_outbox(&self, step: usize) {
        let shown = |rows: reefknot_core::Result<Vec<Delivery>>| {
            let rows = rows.expect("the outbox can be read").into_iter();
            rows.map(|row| Delivery { id: DeliveryId(0), ..row }).collect::<Vec<_>>()
        };
        for limit in [3, usize::MAX] {
            let now = at(self.now);
            assert_eq!(
                shown(self.store.due(now, limit)),
                shown(self.model.due(now, limit)),
                "due at step {step}"
            );
        }
        assert_eq!(shown(self.store.failed()), shown(self.model.failed()), "given up at step {step}");
        for user in USERS {
            let waiting = |store: &dyn Store| {
                let open = store.questions(&UserId::new(user)).expect("the questions can be read");
                open.into_iter().map(|open| (open.uid, open.asked)).collect::<Vec<_>>()
            };
            assert_eq!(waiting(self.store), waiting(&self.model), "questions at step {step}");
        }
    }

    fn same_objects(&self, user: &'static str) {
        let id = UserId::new(user);
        assert_eq!(self.store.uids(&id), self.model.uids(&id));
        let living = |store: &dyn Store| store.calendar(&id).expect("the calendar can be read").objects;
        assert_eq!(living(self.store), living(&self.model));
        for uid in UIDS {
            let load = |store: &dyn Store| store.load(&id, uid).expect("it can be loaded");
            let (mut ours, theirs) = (load(&self.model), load(self.store));
            let versions = self.versions.get(&(user, uid));
            assert_eq!(theirs.as_ref().map(|stored| stored.version), versions.map(|(_, theirs)| *theirs));
            if let (Some(ours), Some(theirs)) = (&mut ours, &theirs) {
                ours.version = theirs.version;
            }
            assert_eq!(theirs, ours, "`{uid}` of `{user}`");
        }
    }
}
