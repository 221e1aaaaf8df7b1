//! SCHEDULE-STATUS on the sender's copy (RFC 6638 §3.2.9).

use reefknot_core::host::{Attempt, Settled, Store};
use reefknot_core::scheduling::{ScheduleStatus, fields};

use super::*;

#[test]
fn a_message_is_pending_until_its_delivery_ends() {
    let mut host = Host::of(&[A, B]);
    host.put("a", &invites(&[B, C, "urn:uuid:1"]));
    for who in [B, C, "urn:uuid:1"] {
        assert_eq!(host.status("a", "ATTENDEE", who).as_deref(), Some("1.0"), "{who}");
    }
    let delivered = host.deliver();
    assert_eq!((delivered.done, delivered.retried, delivered.failed), (2, 0, 1));
    // Into a calendar here, handed to the mail, and nowhere.
    assert_eq!(host.status("a", "ATTENDEE", B).as_deref(), Some("1.2"));
    assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("1.1"));
    assert_eq!(host.status("a", "ATTENDEE", "urn:uuid:1").as_deref(), Some("5.2"));
    assert_eq!(host.status("a", "ATTENDEE", A), None, "nobody writes to A");
    let notices: Vec<_> =
        delivered.notices.iter().map(|(user, notice)| (user.as_str(), notice.code)).collect();
    assert_eq!(notices, [("b", "invited"), ("a", "delivery-failed")]);
}

#[test]
fn a_retry_is_pending_and_one_too_many_is_incomplete() {
    let mut host = Host::of(&[A]);
    host.put("a", &invites(&[C]));
    for attempt in 1..=6 {
        host.mail.answers.push_back(later("the mail server is away"));
        let delivered = host.deliver();
        let expected = if attempt < 6 { (0, 1, 0) } else { (0, 0, 1) };
        assert_eq!((delivered.done, delivered.retried, delivered.failed), expected, "attempt {attempt}");
        let code = if attempt < 6 { "1.0" } else { "5.1" };
        assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some(code), "attempt {attempt}");
        host.now = host.now.saturating_add(100_000);
    }
    assert_eq!(host.deliver(), Delivered::default());
    let failed = host.store.failed().unwrap();
    assert_eq!(failed[0].status.as_deref(), Some("5.1;the mail server is away"));
    // A person has it tried once more, and it works.
    host.store.settle(failed[0].id, Settled::Retry { due: host.now, status: "1.0;by hand".into() }).unwrap();
    assert_eq!(host.deliver().done, 1);
    assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("1.1"));
}

#[test]
fn what_the_transport_refuses_says_so_on_the_copy() {
    for status in [ScheduleStatus::UnknownUser, ScheduleStatus::NoPrivilege, ScheduleStatus::NotAllowed] {
        let mut host = Host::of(&[A]);
        host.put("a", &invites(&[C]));
        host.mail.answers.push_back(Ok(Attempt::Refused { status, why: "no".into() }));
        let delivered = host.deliver();
        assert_eq!(delivered.failed, 1);
        assert!(delivered.notices[0].1.message.contains(status.meaning()), "{:?}", delivered.notices);
        assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some(status.code()));
        assert_eq!(host.store.failed().unwrap()[0].status, Some(format!("{};no", status.code())));
    }
}

#[test]
fn somebody_who_left_and_somebody_who_does_not_take_it_are_told_apart() {
    let mut host = Host::of(&[A, B]);
    host.put("a", &invites(&[B]));
    let b = host.users.pop().unwrap();
    host.deliver();
    assert_eq!(host.status("a", "ATTENDEE", B).as_deref(), Some("3.7"));

    // B holds another event under this UID, so the invitation is refused.
    let mut host = Host::of(&[A]);
    host.users.push(b);
    host.put("b", &series(&[]).replace(A, B));
    host.put("a", &invites(&[B]));
    assert_eq!(host.deliver().failed, 1);
    assert_eq!(host.status("a", "ATTENDEE", B).as_deref(), Some("5.3"));
}

#[test]
fn a_status_raises_no_sequence_and_sends_nothing() {
    let mut host = Host::of(&[A]);
    host.put("a", &invites(&[C]));
    let before = host.object("a");
    host.deliver();
    assert_eq!(host.object("a").sequence(), before.sequence());
    assert_eq!(
        host.object("a").master().map(fields::revision),
        before.master().map(fields::revision),
        "neither SEQUENCE nor DTSTAMP"
    );
    assert_eq!(host.deliver(), Delivered::default());
    assert_eq!(host.mail.sent.len(), 1);
    assert!(!String::from_utf8_lossy(&host.mail.sent[0].calendar).contains("SCHEDULE-STATUS"));
}

#[test]
fn an_answer_that_came_first_keeps_its_status_and_a_failure_always_shows() {
    for (attempt, expected) in [
        (Ok(Attempt::Handed), "2.0"),
        (later("away"), "2.0"),
        (Ok(Attempt::Refused { status: ScheduleStatus::NotAllowed, why: "no".into() }), "5.3"),
    ] {
        let mut host = Host::of(&[A]);
        host.put("a", &invites(&[C]));
        host.receive("a", &reply(C, "ACCEPTED", "20261101T090000Z"), C);
        assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("2.0"));
        host.mail.answers.push_back(attempt);
        host.deliver();
        assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some(expected));
    }
}

#[test]
fn a_reply_brings_its_own_status() {
    let mut host = Host::of(&[A]);
    host.put("a", &invites(&[C]));
    host.deliver();
    let codes =
        "REQUEST-STATUS:2.0;Success\r\nREQUEST-STATUS:2.4;Success, unknown property ignored\r\nEND:VEVENT";
    host.receive("a", &reply(C, "ACCEPTED", "20261101T090000Z").replace("END:VEVENT", codes), C);
    assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("2.0,2.4"));
}

#[test]
fn a_reply_has_its_status_on_the_organizer_of_that_instance() {
    let mut host = Host::of(&[A, B]);
    host.put("a", &invites(&[B]));
    host.deliver();
    assert_eq!(host.status("b", "ORGANIZER", A), None, "B has not answered");
    let text = host.answered("b", B, "20261209T090000Z", "DECLINED");
    host.put("b", &text);
    assert_eq!(host.statuses("b", "ORGANIZER", A), [None, Some("1.0".into())]);
    host.deliver();
    assert_eq!(host.statuses("b", "ORGANIZER", A), [None, Some("1.2".into())]);
    // An instance that B only takes out has no component; the series says how the reply fared.
    host.put(
        "b",
        &host.text("b").replace("SUMMARY:Tea\r\nORG", "SUMMARY:Tea\r\nEXDATE:20261216T090000Z\r\nORG"),
    );
    host.deliver();
    assert_eq!(host.statuses("b", "ORGANIZER", A)[0].as_deref(), Some("1.2"));
}

#[test]
fn an_older_message_leaves_the_status_of_a_later_one() {
    let mut host = Host::of(&[A]);
    host.put("a", &invites(&[C]));
    host.mail.answers.push_back(later("away"));
    host.deliver();
    let moved =
        host.text("a").replace("20261202T090000Z", "20261202T110000Z").replace("T100000Z", "T120000Z");
    host.put("a", &moved);
    // Both are due; the older comes first, and fails again.
    host.mail.answers.push_back(later("still away"));
    host.deliver();
    assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("1.1"));
    host.now = host.now.saturating_add(1_000);
    host.mail
        .answers
        .push_back(Ok(Attempt::Refused { status: ScheduleStatus::NotAllowed, why: "no".into() }));
    assert_eq!(host.deliver().failed, 1);
    assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("1.1"), "that was the older one");
}

#[test]
fn a_client_with_an_older_copy_does_not_change_a_status() {
    let mut host = Host::of(&[A]);
    host.put("a", &invites(&[C]));
    host.deliver();
    let stale = host.text("a").replace("SCHEDULE-STATUS=1.1", "SCHEDULE-STATUS=2.0");
    for text in [stale.replace("SUMMARY:Tea", "SUMMARY:Cake"), stale] {
        host.users[0].preferences.tell_informational = false;
        host.put("a", &text);
        assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("1.1"));
    }
}

/// Somebody else's change between deciding and committing.
pub(crate) struct Interrupted(pub(crate) MemoryStore, pub(crate) Option<Interruption>);

pub(crate) type Interruption = Box<dyn FnOnce(&mut MemoryStore)>;

impl Store for Interrupted {
    fn load(&self, user: &UserId, uid: &str) -> Result<Option<reefknot_core::host::StoredObject>> {
        self.0.load(user, uid)
    }
    fn uids(&self, user: &UserId) -> Result<Vec<String>> {
        self.0.uids(user)
    }
    fn calendar(&self, user: &UserId) -> Result<reefknot_core::host::StoredCalendar> {
        self.0.calendar(user)
    }
    fn commit(&mut self, commit: reefknot_core::host::Commit) -> Result<u64> {
        if let Some(interrupt) = self.1.take() {
            interrupt(&mut self.0);
        }
        self.0.commit(commit)
    }
    fn questions(&self, user: &UserId) -> Result<Vec<reefknot_core::host::OpenQuestion>> {
        self.0.questions(user)
    }
    fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<reefknot_core::host::Delivery>> {
        self.0.due(now, limit)
    }
    fn settle(&mut self, id: reefknot_core::host::DeliveryId, how: Settled) -> Result<()> {
        self.0.settle(id, how)
    }
    fn failed(&self) -> Result<Vec<reefknot_core::host::Delivery>> {
        self.0.failed()
    }
}

#[test]
fn a_change_that_comes_between_is_not_lost_and_nothing_is_sent_twice() {
    let mut host = Host::of(&[A]);
    host.put("a", &invites(&[C]));
    let users = host.users.clone();
    let renamed = host.text("a").replace("SUMMARY:Tea", "SUMMARY:Cake");
    let now = host.now;
    let between = move |store: &mut MemoryStore| {
        let put = Put {
            calendar: Some(renamed.as_bytes()),
            based_on: None,
            residence: Residence::Synced,
            source: Source::User,
        };
        let mut scheduler = Scheduler::new(store, &users, Agent::Server, Limits::default());
        scheduler.put(&"a".into(), UID, put, now).unwrap();
    };
    let mut store = Interrupted(host.store.clone(), Some(Box::new(between)));
    let mut scheduler = Scheduler::new(&mut store, &host.users, Agent::Server, Limits::default());
    let delivered = scheduler.deliver(&mut host.mail, host.now, 1).unwrap();
    assert_eq!((delivered.done, host.mail.sent.len()), (1, 1));
    host.store = store.0;
    assert!(host.text("a").contains("SUMMARY:Cake"));
    assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("1.0"), "the update is on its way");
    host.deliver();
    assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("1.1"));
    assert_eq!(host.mail.sent.len(), 2);
}

#[test]
fn a_sender_who_is_gone_or_unreadable_is_no_reason_to_send_again() {
    let mut host = Host::of(&[A]);
    host.put("a", &invites(&[C]));
    host.users.clear();
    assert_eq!(host.deliver().done, 1);
    assert_eq!(host.deliver(), Delivered::default());

    let mut host = Host::of(&[A]);
    host.put("a", &invites(&[C]));
    let stored = host.store.load(&"a".into(), UID).unwrap().unwrap();
    let damaged = reefknot_core::host::Commit {
        expected: Some(stored.version),
        calendar: Some(b"damaged".to_vec()),
        ..reefknot_core::host::Commit::new("a".into(), UID)
    };
    host.store.commit(damaged).unwrap();
    let delivered = host.deliver();
    assert_eq!((delivered.done, delivered.notices[0].1.code), (1, "status-not-recorded"));
    assert_eq!(host.deliver(), Delivered::default());
    assert_eq!(host.mail.sent.len(), 1);
}
