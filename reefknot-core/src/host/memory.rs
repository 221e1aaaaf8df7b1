//! A store that lives as long as its value does.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{
    Commit, Delivery, DeliveryId, OpenQuestion, QuestionId, Settled, Store, StoredCalendar, StoredObject,
    UserId,
};
use crate::Result;
use crate::value::Timestamp;

/// A [`Store`] in memory: for tests, for scripts, and as the model other stores are compared with.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    objects: BTreeMap<UserId, BTreeMap<String, Held>>,
    /// How often each user's calendar was committed to.
    calendars: BTreeMap<UserId, u64>,
    outbox: BTreeMap<DeliveryId, Row>,
    questions: BTreeMap<QuestionId, (UserId, OpenQuestion)>,
    last_id: u64,
}

#[derive(Clone, Debug)]
struct Held {
    stored: StoredObject,
    span: Option<Range<Timestamp>>,
}

#[derive(Clone, Debug)]
struct Row {
    delivery: Delivery,
    given_up: bool,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The living objects of a user's calendar that are wanted.
    fn living(&self, user: &UserId, wanted: impl Fn(&Held) -> bool) -> StoredCalendar {
        let objects = self.objects.get(user).into_iter().flatten().filter(|(_, held)| wanted(held));
        let living = objects.filter_map(|(uid, held)| Some((uid.clone(), held.stored.calendar.clone()?)));
        let version = self.calendars.get(user).copied().unwrap_or(0);
        StoredCalendar { version, objects: living.collect() }
    }
}

impl Store for MemoryStore {
    fn load(&self, user: &UserId, uid: &str) -> Result<Option<StoredObject>> {
        Ok(self.objects.get(user).and_then(|objects| objects.get(uid)).map(|held| held.stored.clone()))
    }

    fn uids(&self, user: &UserId) -> Result<Vec<String>> {
        let objects = self.objects.get(user).into_iter().flatten();
        Ok(objects.filter(|(_, held)| held.stored.calendar.is_some()).map(|(uid, _)| uid.clone()).collect())
    }

    fn calendar(&self, user: &UserId) -> Result<StoredCalendar> {
        Ok(self.living(user, |_| true))
    }

    fn calendar_within(&self, user: &UserId, window: Range<Timestamp>) -> Result<StoredCalendar> {
        let overlaps = |span: &Range<Timestamp>| span.start < window.end && span.end > window.start;
        Ok(self.living(user, |held| held.span.as_ref().is_none_or(overlaps)))
    }

    fn commit(&mut self, commit: Commit) -> Result<u64> {
        commit.check()?;
        let stored = self.objects.get(&commit.user).and_then(|objects| objects.get(&commit.uid));
        let stored = stored.map(|held| held.stored.version);
        if stored != commit.expected {
            return Err(commit.conflict());
        }
        let calendar_version = self.calendars.get(&commit.user).copied().unwrap_or(0);
        if commit.expected_calendar.is_some_and(|expected| expected != calendar_version) {
            return Err(commit.calendar_conflict());
        }
        if let Some(id) = commit.answers {
            let waits = self.questions.get(&id);
            if waits.is_none_or(|(user, open)| *user != commit.user || open.uid != commit.uid) {
                return Err(id.unknown(&commit.user));
            }
        }
        let Commit {
            user,
            uid,
            calendar,
            span,
            state,
            residence,
            outbox,
            questions,
            answers,
            settles,
            expected: _,
            expected_calendar: _,
        } = commit;
        // The last step that can fail comes first.
        if let Some((id, how)) = settles {
            self.settle(id, how)?;
        }
        if let Some(id) = answers {
            self.questions.remove(&id);
        }
        let version = stored.unwrap_or(0) + 1;
        self.calendars.insert(user.clone(), calendar_version + 1);
        let held = Held { stored: StoredObject { calendar, state, residence, version }, span };
        self.objects.entry(user.clone()).or_default().insert(uid.clone(), held);
        for asked in questions {
            self.last_id += 1;
            let id = QuestionId(self.last_id);
            self.questions.insert(id, (user.clone(), OpenQuestion { id, uid: uid.clone(), asked }));
        }
        for message in outbox {
            self.last_id += 1;
            let id = DeliveryId(self.last_id);
            let due = message.due;
            let delivery = Delivery { id, user: user.clone(), message, attempts: 0, due, status: None };
            self.outbox.insert(id, Row { delivery, given_up: false });
        }
        Ok(version)
    }

    fn questions(&self, user: &UserId) -> Result<Vec<OpenQuestion>> {
        let all = self.questions.values().filter(|(of, _)| of == user);
        Ok(all.map(|(_, open)| open.clone()).collect())
    }

    fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>> {
        let waiting = self.outbox.values().filter(|row| !row.given_up);
        let mut due: Vec<_> =
            waiting.map(|row| &row.delivery).filter(|delivery| delivery.due <= now).collect();
        due.sort_by_key(|delivery| (delivery.due, delivery.id));
        Ok(due.into_iter().take(limit).cloned().collect())
    }

    fn settle(&mut self, id: DeliveryId, how: Settled) -> Result<()> {
        let Some(Row { delivery, given_up }) = self.outbox.get_mut(&id) else {
            return Err(id.unknown());
        };
        let status = match how {
            Settled::Delivered => {
                self.outbox.remove(&id);
                return Ok(());
            }
            Settled::Retry { due, status } => {
                *given_up = false;
                delivery.due = due;
                status
            }
            Settled::Failed { status } => {
                *given_up = true;
                status
            }
        };
        delivery.attempts = delivery.attempts.saturating_add(1);
        delivery.status = Some(status);
        Ok(())
    }

    fn failed(&self) -> Result<Vec<Delivery>> {
        Ok(self.outbox.values().filter(|row| row.given_up).map(|row| row.delivery.clone()).collect())
    }
}
