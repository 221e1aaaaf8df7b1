//! What an app that implements the traits can count on.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use reefknot_core::itip::{Agent, Disposition, Method};
use reefknot_core::value::Timestamp;
use reefknot_ffi::{
    Attempt, BusyQuestion, Calendar, Commit, DateTime, Engine, HostError, Identities, LocalUser, MemoryStore,
    Message, NewEvent, ObjectChange, PartStat, PeerAnswer, ReefknotError, Scheduler, Settled, Span, Store,
    StoredCalendar, StoredMessage, StoredObject, StoredQuestion, Transport, UserList, Value, text_property,
};

fn now() -> Timestamp {
    "20261124T090000Z".parse().unwrap()
}

fn identities(address: &str) -> Identities {
    Identities { addresses: vec![address.parse().unwrap()], acts_for: Vec::new() }
}

fn meeting(attendees: usize) -> Arc<Calendar> {
    let attendees =
        (0..attendees).map(|number| format!("mailto:b{number}@bar.com").parse().unwrap()).collect();
    let event = NewEvent {
        uid: "tea@foo.com".into(),
        summary: "Tea, and cake".into(),
        start: DateTime::Zoned {
            local: "20261201T150000".parse::<reefknot_core::value::LocalDateTime>().unwrap(),
            tzid: "Europe/Berlin".into(),
        },
        end: None,
        organizer: Some("a@foo.com".parse().unwrap()),
        attendees,
        properties: vec![text_property("LOCATION".into(), "Kitchen".into())],
    };
    Calendar::of_event(event, now()).unwrap()
}

/// A store that counts what it is asked, and fails when told to.
#[derive(Default)]
struct Counting {
    inner: Arc<MemoryStore>,
    calls: Mutex<Vec<&'static str>>,
    commits: Mutex<Vec<Commit>>,
    failing: Mutex<Option<HostError>>,
}

impl Counting {
    fn called(&self, name: &'static str) {
        self.calls.lock().unwrap().push(name);
    }
}

impl Store for Counting {
    fn load(&self, user: String, uid: String) -> Result<Option<StoredObject>, HostError> {
        self.called("load");
        self.inner.load(user, uid)
    }

    fn uids(&self, user: String) -> Result<Vec<String>, HostError> {
        self.called("uids");
        self.inner.uids(user)
    }

    fn calendar(&self, user: String) -> Result<StoredCalendar, HostError> {
        self.called("calendar");
        self.inner.calendar(user)
    }

    fn calendar_within(&self, user: String, window: Span) -> Result<StoredCalendar, HostError> {
        self.called("calendar_within");
        self.inner.calendar_within(user, window)
    }

    fn commit(&self, commit: Commit) -> Result<u64, HostError> {
        self.called("commit");
        if let Some(error) = self.failing.lock().unwrap().take() {
            return Err(error);
        }
        self.commits.lock().unwrap().push(commit.clone());
        self.inner.commit(commit)
    }

    fn questions(&self, user: String) -> Result<Vec<StoredQuestion>, HostError> {
        self.called("questions");
        self.inner.questions(user)
    }

    fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<StoredMessage>, HostError> {
        self.called("due");
        self.inner.due(now, limit)
    }

    fn settle(&self, id: u64, how: Settled) -> Result<(), HostError> {
        self.called("settle");
        self.inner.settle(id, how)
    }

    fn failed(&self) -> Result<Vec<StoredMessage>, HostError> {
        self.called("failed");
        self.inner.failed()
    }
}

struct NoMail;

impl Transport for NoMail {
    fn mail(&self, _: Message, _: String, _: Timestamp) -> Result<Attempt, HostError> {
        Err(HostError::Failed { reason: "the mail server is down".into() })
    }

    fn peer(&self, message: Message, peer: String, now: Timestamp) -> Result<Attempt, HostError> {
        self.mail(message, peer, now)
    }

    fn ask(&self, _: BusyQuestion, _: String, _: Timestamp) -> Result<PeerAnswer, HostError> {
        Err(HostError::Failed { reason: "nobody is asked".into() })
    }
}

fn app() -> (Arc<Counting>, Arc<Scheduler>) {
    let store = Arc::new(Counting::default());
    let user = LocalUser {
        id: "a".into(),
        identities: identities("a@foo.com"),
        preferences: None,
        zone: None,
        groups: Vec::new(),
        room: None,
    };
    let directory = UserList::new(vec![user]);
    let scheduler = Scheduler::new(store.clone(), directory, Arc::new(NoMail), Agent::Alone, None).unwrap();
    (store, scheduler)
}

fn put(scheduler: &Scheduler, calendar: Arc<Calendar>) -> Result<reefknot_ffi::Outcome, ReefknotError> {
    scheduler.put("a".into(), "tea@foo.com".into(), Some(calendar), now(), None, None, None)
}

#[test]
fn a_decision_asks_the_store_twice_and_hands_over_each_text_once() {
    let (store, scheduler) = app();
    let outcome = put(&scheduler, meeting(300)).unwrap();
    assert_eq!(outcome.messages.len(), 300);
    assert_eq!(*store.calls.lock().unwrap(), ["load", "commit"]);
    let commits = store.commits.lock().unwrap();
    assert_eq!((commits[0].outbox.len(), commits[0].bodies.len()), (300, 1));
}

#[test]
fn somebody_faster_is_no_error_and_the_decision_is_made_anew() {
    let (store, scheduler) = app();
    *store.failing.lock().unwrap() = Some(HostError::Conflict);
    put(&scheduler, meeting(1)).unwrap();
    assert_eq!(*store.calls.lock().unwrap(), ["load", "commit", "load", "commit"]);
}

#[test]
fn what_the_app_throws_is_told_to_people() {
    let (store, scheduler) = app();
    *store.failing.lock().unwrap() = Some(HostError::Failed { reason: "the disk is full".into() });
    assert_eq!(put(&scheduler, meeting(1)), Err(ReefknotError::Host("the disk is full".into())));
    put(&scheduler, meeting(1)).unwrap();
    let delivered = scheduler.deliver(now(), 10).unwrap();
    assert_eq!((delivered.done, delivered.retried), (0, 1));
    let due = store.due(Timestamp::MAX, 10).unwrap();
    assert!(due[0].status.as_deref().unwrap().contains("the mail server is down"), "{:?}", due[0].status);
}

#[test]
fn what_the_app_gives_back_damaged_is_an_error() {
    let (store, scheduler) = app();
    put(&scheduler, meeting(1)).unwrap();
    let mut commit = store.commits.lock().unwrap()[0].clone();
    commit.expected = Some(1);
    commit.outbox[0].content = "{}".into();
    let error = store.inner.commit(commit).unwrap_err();
    assert!(error.to_string().contains("give it back as it was committed"), "{error}");
}

#[test]
fn a_new_event_is_invited_to_answered_and_the_answer_recorded_once() {
    let (a, b) = (engine("a@foo.com"), engine("b0@bar.com"));
    let tea = meeting(1);
    let invited = a.change(None, Some(tea), now(), None).unwrap();
    let request = &invited.messages[0];
    assert_eq!((request.method, request.recipient.uri()), (Method::Request, "mailto:b0@bar.com"));
    assert!(request.calendar.to_string().contains("BEGIN:VTIMEZONE"), "{}", request.calendar);
    let taken = b.receive(request.calendar.clone(), None, believed("a@foo.com"), now(), None).unwrap();
    let copy = taken.resulting(None).unwrap();
    let answered =
        b.answer(copy, PartStat::Accepted, now(), None, Some("Gladly".into()), Some(taken.state)).unwrap();
    let reply = answered.messages[0].calendar.clone();
    let stored = invited.resulting(None);
    let recorded =
        a.receive(reply.clone(), stored, believed("b0@bar.com"), now(), Some(invited.state)).unwrap();
    let ObjectChange::Store { calendar } = &recorded.object else { panic!("{recorded:?}") };
    assert_eq!(calendar.attendees(None).unwrap()[0].partstat, PartStat::Accepted);
    let again = a
        .receive(reply, Some(calendar.clone()), believed("b0@bar.com"), now(), Some(recorded.state))
        .unwrap();
    assert_eq!(again.disposition, Disposition::Ignored, "{:?}", again.reasons);
}

#[test]
fn an_edit_gives_another_calendar_and_keeps_what_nobody_knows() {
    let tea =
        meeting(0).with_properties(vec![text_property("X-OWN".into(), "kept; as is".into())], None).unwrap();
    let later = tea.with_properties(vec![text_property("SUMMARY".into(), "Coffee".into())], None).unwrap();
    assert_ne!(tea, later);
    let component = later.component(None).unwrap().unwrap();
    let text = |name: &str| component.property(name.into()).unwrap().text();
    assert_eq!((text("summary"), text("X-Own")), ("Coffee".into(), "kept; as is".into()));
    let start = component.property("DTSTART".into()).unwrap().values().unwrap();
    assert!(
        matches!(&start[..], [Value::DateTime { value: DateTime::Zoned { tzid, .. } }] if tzid == "Europe/Berlin")
    );
    let plain = later.without_properties(vec!["LOCATION".into()], None).unwrap();
    assert!(plain.component(None).unwrap().unwrap().property("LOCATION".into()).is_none());
    assert_eq!(Calendar::parse(plain.to_ical()).unwrap(), plain);
}

fn engine(address: &str) -> Arc<Engine> {
    Engine::new(identities(address), Agent::Alone, None).unwrap()
}

fn believed(sender: &str) -> reefknot_core::itip::Envelope {
    reefknot_core::itip::Envelope {
        sender: Some(sender.parse().unwrap()),
        authentication: reefknot_core::itip::Authentication::Claimed,
        carrier: reefknot_core::itip::Carrier::Mail,
    }
}

#[test]
fn no_address_and_no_calendar_are_errors_that_say_what_to_do() {
    let nobody = Identities { addresses: Vec::new(), acts_for: Vec::new() };
    let error = Engine::new(nobody, Agent::Alone, None).unwrap_err();
    assert!(matches!(&error, ReefknotError::Invalid(text) if text.contains("mailto:a@foo.com")), "{error}");
    let error = Calendar::parse_text("Dear A, let us meet.".into()).unwrap_err();
    assert!(matches!(&error, ReefknotError::Syntax(text) if text.contains("BEGIN:VCALENDAR")), "{error}");
}
