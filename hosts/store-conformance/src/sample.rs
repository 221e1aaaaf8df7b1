//! The objects and messages that the checks store.

use std::sync::Arc;

use reefknot_core::host::{Asked, Commit, Outgoing, Store, StoredObject, UserId};
use reefknot_core::itip::{Authentication, Carrier, Change, Envelope, MessageReason, Method, Question};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::routing::Route;
use reefknot_core::scheduling::{Answers, Asks, AttendeeState, PartStat, Revision, SchedulingState};
use reefknot_core::value::{CalendarUserAddress, Timestamp};

pub(crate) const UID: &str = "1@foo.com";

/// More messages than any check has.
pub(crate) const ALL: usize = usize::MAX;

/// An instant, that many seconds after the first of January 2026.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_767_225_600 + seconds)
}

pub(crate) fn address(text: &str) -> CalendarUserAddress {
    text.parse().expect("the sample is an address")
}

fn key(text: &str) -> InstanceKey {
    text.parse().expect("the sample is an instance")
}

/// A commit of a new object without messages.
pub(crate) fn commit(user: &str, uid: &str, calendar: &[u8]) -> Commit {
    Commit { calendar: Some(calendar.to_vec()), ..Commit::new(UserId::new(user), uid) }
}

/// A question whether somebody may come who was not invited.
pub(crate) fn asked(who: &str) -> Asked {
    let sender = Some(address(who));
    Asked {
        question: Question::PartyCrasher(address(who)),
        calendar: b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n".to_vec(),
        envelope: Envelope { sender, authentication: Authentication::Claimed, carrier: Carrier::Mail },
        at: at(0),
    }
}

/// A message about [`UID`].
pub(crate) fn message(recipient: &str, due: Timestamp) -> Outgoing {
    Outgoing {
        method: Method::Request,
        reason: MessageReason::Invitation,
        originator: address("mailto:a@foo.com"),
        recipient: address(recipient),
        uid: UID.to_owned(),
        sequence: 0,
        route: Route::Mail(recipient.trim_start_matches("mailto:").to_owned()),
        calendar: Arc::from(&b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"[..]),
        changes: Vec::new(),
        due,
    }
}

/// A state in which nothing is what it is by default.
pub(crate) fn full_state() -> SchedulingState {
    let revision = |sequence, dtstamp: Option<i64>| Revision { sequence, dtstamp: dtstamp.map(at) };
    let known = [
        (key(""), revision(3, Some(1))),
        (key("20261122T120000Z"), revision(4, None)),
        (key("20261122"), revision(u32::MAX, Some(-4_000_000_000))),
        (key("20261122T120000"), revision(0, Some(2))),
        (key("TZID=Nowhere/\"Middle, of; it\":20261122T120000"), revision(1, Some(3))),
    ];
    let mut answers = Answers::default();
    let said = [PartStat::Accepted, PartStat::Other("X-\"ODD;".to_owned())];
    for ((key, revision), partstat) in known.iter().zip(said.iter().cycle()) {
        answers.give(key, *revision, partstat.clone());
    }
    let asks = Asks { sequence: 0, and_future: false };
    answers.hear(known.iter().map(|(key, _)| (key, asks)));
    let attendee = Arc::new(AttendeeState {
        answers: answers.clone(),
        sent: known.clone().into(),
        cancelled: known.iter().map(|(key, _)| key.clone()).collect(),
    });
    let people = ["MAILTO:Böse'\"\\@Foo.com", "https://foo.com/users/c/", "urn:uuid:1"];
    SchedulingState {
        sequence: 7,
        last_stamp: Some(at(4)),
        attendees: people.map(|person| (address(person), Arc::clone(&attendee))).into(),
        known: known.clone().into(),
        passed_on: true,
        answers,
        proposals: people.map(|person| (address(person), known.clone().into())).into(),
        refusals: known[1..].iter().cloned().collect(),
        tombstones: known[2..].iter().cloned().collect(),
        ended: known[1..].iter().cloned().collect(),
    }
}

/// A message in which everything is there, odd characters too.
pub(crate) fn full_message(due: Timestamp) -> Outgoing {
    let change = |before: Option<&str>, after: Option<&str>| Change {
        instance: key("20261122T120000Z"),
        property: "SUMMARY".to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    Outgoing {
        method: Method::Cancel,
        reason: MessageReason::Cancellation,
        originator: address("MAILTO:A@Foo.com"),
        sequence: u32::MAX,
        route: Route::Local("b ü '\"\\".to_owned()),
        calendar: Arc::from(odd_bytes()),
        changes: vec![
            change(Some("SUMMARY;LANGUAGE=\"de\":Früh\\, \u{1F4C5}"), Some("SUMMARY:'\"\u{0}\u{7f}")),
            change(None, Some("SUMMARY:")),
            change(Some("SUMMARY:x"), None),
        ],
        ..message("MAILTO:B%40x@Foo.com", due)
    }
}

/// Every byte there is, which is not UTF-8, with zeros and line ends of every kind.
pub(crate) fn odd_bytes() -> Vec<u8> {
    (0..=u8::MAX).chain(*b"\r\n\n\r\0\0").chain((0..=u8::MAX).rev()).collect()
}

/// What has to be there.
#[track_caller]
pub(crate) fn stored(store: &dyn Store, user: &str, uid: &str) -> StoredObject {
    let loaded = store.load(&UserId::new(user), uid).expect("what was committed can be loaded");
    loaded.unwrap_or_else(|| panic!("`{uid}` of user `{user}` is gone"))
}

/// The recipients of the messages due, in order.
#[track_caller]
pub(crate) fn due(store: &dyn Store, now: Timestamp, limit: usize) -> Vec<String> {
    let due = store.due(now, limit).expect("the outbox can be read");
    due.into_iter().map(|delivery| delivery.message.recipient.to_string()).collect()
}

/// Commits one object with these messages.
#[track_caller]
pub(crate) fn send(store: &mut dyn Store, messages: Vec<Outgoing>) {
    store.commit(Commit { outbox: messages, ..commit("a", UID, b"a") }).expect("a first commit succeeds");
}
