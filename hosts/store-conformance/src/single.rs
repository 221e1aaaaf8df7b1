//! What one store must do on its own. Each check begins with an empty store.

use std::sync::Arc;

use reefknot_core::host::{Commit, Outgoing, Settled, Store, StoredCalendar, StoredObject, UserId};
use reefknot_core::policy::Residence;
use reefknot_core::value::Timestamp;

use crate::model;
use crate::sample::{ALL, UID, at, commit, due, full_message, full_state, message, odd_bytes, send, stored};

/// Makes a `#[test]` of every check of [`single`](crate::single), [`outbox`](crate::outbox) and
/// [`besides`](crate::besides).
///
/// The argument is a function without arguments that makes an empty store, as a `Box<dyn Store>`.
#[macro_export]
macro_rules! store_tests {
    ($make:expr) => {
        $crate::single_tests!(store, $make);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! single_tests {
    ($how:ident, $make:expr) => {
        $crate::tests_of!(
            $how,
            single,
            $make,
            [
                nothing_is_loaded_from_an_empty_store,
                an_object_comes_back_byte_for_byte,
                a_message_comes_back_byte_for_byte,
                a_commit_replaces_the_whole_object,
                versions_grow_and_outlive_deletion,
                a_commit_on_another_version_is_a_conflict,
                a_conflict_changes_nothing,
                a_message_about_another_uid_is_refused,
                two_users_may_have_the_same_uid,
                names_are_compared_as_they_are,
                a_tombstone_is_no_object,
                uids_are_sorted_by_their_bytes,
                a_calendar_is_every_object_that_lives,
                every_commit_of_a_user_is_one_of_their_calendar,
                a_commit_on_another_calendar_is_a_conflict,
                a_window_holds_all_that_may_take_place_in_it,
                five_megabytes_are_an_object,
                a_thousand_objects_and_a_thousand_messages,
                it_agrees_with_the_model,
            ]
        );
        $crate::tests_of!(
            $how,
            outbox,
            $make,
            [
                the_longest_due_come_first,
                those_due_together_keep_their_order,
                a_limit_is_kept,
                what_was_delivered_is_gone,
                a_retry_waits_until_it_is_due,
                what_was_given_up_is_due_no_more,
                what_was_given_up_can_be_tried_again,
                what_was_given_up_can_be_removed,
                an_unknown_delivery_is_refused,
                delivery_ids_are_never_given_again,
                messages_that_share_their_text_end_on_their_own,
            ]
        );
        $crate::tests_of!(
            $how,
            besides,
            $make,
            [
                questions_come_back_as_they_were,
                a_question_may_be_about_nothing_yet,
                an_answered_question_waits_no_more,
                an_unknown_question_is_refused,
                a_commit_ends_a_delivery,
            ]
        );
    };
}

/// Nothing is there, and that is no error.
pub fn nothing_is_loaded_from_an_empty_store(store: &mut dyn Store) {
    let user = UserId::new("a");
    assert_eq!(store.load(&user, UID), Ok(None));
    assert_eq!(store.uids(&user), Ok(Vec::new()));
    assert_eq!(store.due(Timestamp::MAX, ALL), Ok(Vec::new()));
    assert_eq!(store.failed(), Ok(Vec::new()));
}

/// The calendar is bytes; the state and the residence come back as they were.
pub fn an_object_comes_back_byte_for_byte(store: &mut dyn Store) {
    for (uid, calendar) in [("odd", odd_bytes()), ("empty", Vec::new())] {
        let first =
            Commit { state: full_state(), residence: Residence::LocalOnly, ..commit("a", uid, &calendar) };
        let version = store.commit(first).expect("a first commit succeeds");
        let expected = StoredObject {
            calendar: Some(calendar),
            state: full_state(),
            residence: Residence::LocalOnly,
            version,
        };
        let found = stored(store, "a", uid);
        assert_eq!(found, expected);
        // Addresses compare without letter case; the one that was written is to come back.
        assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    }
}

/// A delivery holds the message as it was committed.
pub fn a_message_comes_back_byte_for_byte(store: &mut dyn Store) {
    let sent = [full_message(at(-1)), message("mailto:c@bar.com", at(0))];
    send(store, sent.to_vec());
    let due = store.due(at(0), ALL).expect("the outbox can be read");
    assert_eq!(due.len(), 2);
    for (delivery, message) in due.into_iter().zip(sent) {
        assert_eq!(format!("{:?}", delivery.message), format!("{message:?}"));
        assert_eq!(delivery.user, UserId::new("a"));
        assert_eq!((delivery.attempts, delivery.due, delivery.status), (0, message.due, None));
    }
}

/// Nothing of the earlier version shines through.
pub fn a_commit_replaces_the_whole_object(store: &mut dyn Store) {
    let first = Commit { state: full_state(), residence: Residence::LocalOnly, ..commit("a", UID, b"first") };
    let expected = Some(store.commit(first).expect("a first commit succeeds"));
    store.commit(Commit { expected, ..commit("a", UID, b"2") }).expect("a second commit succeeds");
    let found = stored(store, "a", UID);
    assert_eq!(found.calendar.as_deref(), Some(&b"2"[..]));
    assert_eq!(found.state, reefknot_core::scheduling::SchedulingState::default());
    assert_eq!(found.residence, Residence::Synced);
}

/// A version is never used for two contents, so that nobody mistakes a new object for the deleted one.
pub fn versions_grow_and_outlive_deletion(store: &mut dyn Store) {
    let mut expected = None;
    for calendar in [Some(b"1".to_vec()), Some(b"2".to_vec()), None, None, Some(b"1".to_vec())] {
        let next = Commit { calendar: calendar.clone(), expected, ..commit("a", UID, b"") };
        let version = store.commit(next).expect("a commit on the stored version succeeds");
        assert!(Some(version) > expected, "version {version} after {expected:?}");
        let found = stored(store, "a", UID);
        assert_eq!((found.version, found.calendar), (version, calendar));
        expected = Some(version);
    }
}

/// Whoever decided on something else has to decide anew.
pub fn a_commit_on_another_version_is_a_conflict(store: &mut dyn Store) {
    let early = Commit { expected: Some(1), ..commit("a", UID, b"") };
    assert!(store.commit(early).expect_err("nothing is stored").is_conflict());
    let first = store.commit(commit("a", UID, b"1")).expect("a first commit succeeds");
    let second = Commit { expected: Some(first), ..commit("a", UID, b"2") };
    let second = store.commit(second).expect("a second commit succeeds");
    for expected in [None, Some(0), Some(first), Some(second + 1), Some(u64::MAX)] {
        let error = store.commit(Commit { expected, ..commit("a", UID, b"3") }).expect_err("not the version");
        assert!(error.is_conflict(), "{expected:?}: {error}");
    }
    let gone = Commit { expected: Some(second), calendar: None, ..commit("a", UID, b"") };
    store.commit(gone).expect("the deletion succeeds");
    let error = store.commit(commit("a", UID, b"4")).expect_err("the state of a deleted object is something");
    assert!(error.is_conflict(), "{error}");
}

/// Neither the object nor the outbox, nor what is listed.
pub fn a_conflict_changes_nothing(store: &mut dyn Store) {
    let first = vec![message("mailto:b@foo.com", at(0))];
    store
        .commit(Commit { outbox: first, state: full_state(), ..commit("a", UID, b"1") })
        .expect("a first commit succeeds");
    let before = (stored(store, "a", UID), store.due(at(9), ALL));
    for (uid, expected) in [(UID, None), ("2@foo.com", Some(1))] {
        let outbox = vec![Outgoing { uid: uid.to_owned(), ..message("mailto:c@bar.com", at(0)) }];
        let late = Commit { expected, outbox, residence: Residence::LocalOnly, ..commit("a", uid, b"2") };
        assert!(store.commit(late).expect_err("not the version").is_conflict());
    }
    assert_eq!((stored(store, "a", UID), store.due(at(9), ALL)), before);
    assert_eq!(store.load(&UserId::new("a"), "2@foo.com"), Ok(None));
    assert_eq!(store.uids(&UserId::new("a")), Ok(vec![UID.to_owned()]));
}

/// And nothing of that commit is kept.
pub fn a_message_about_another_uid_is_refused(store: &mut dyn Store) {
    let other = Outgoing { uid: "2@foo.com".to_owned(), ..message("mailto:c@bar.com", at(0)) };
    let outbox = vec![message("mailto:b@foo.com", at(0)), other];
    let error = store.commit(Commit { outbox, ..commit("a", UID, b"1") }).expect_err("two UIDs");
    assert!(error.is_invalid(), "{error}");
    nothing_is_loaded_from_an_empty_store(store);
}

/// An invitation is one object in the calendar of each of them.
pub fn two_users_may_have_the_same_uid(store: &mut dyn Store) {
    store.commit(commit("a", UID, b"a's")).expect("a first commit succeeds");
    let of_b = store.commit(commit("b", UID, b"b's")).expect("the other user's first commit succeeds");
    let change = Commit { expected: Some(of_b), calendar: None, ..commit("b", UID, b"") };
    store.commit(change).expect("the other user's second commit succeeds");
    assert_eq!(stored(store, "a", UID).calendar.as_deref(), Some(&b"a's"[..]));
    assert_eq!(stored(store, "b", UID).calendar, None);
    assert_eq!(store.uids(&UserId::new("a")), Ok(vec![UID.to_owned()]));
    assert_eq!(store.uids(&UserId::new("b")), Ok(Vec::new()));
}

/// Letter case, spaces, accents, wildcards and zeros make another name.
pub fn names_are_compared_as_they_are(store: &mut dyn Store) {
    let names = [
        "a",
        "A",
        " a",
        "a ",
        "",
        "%",
        "_",
        "'; DROP TABLE object; --",
        "é",
        "e\u{301}",
        "a\u{0}",
        "1",
        "01",
    ];
    for user in names {
        for uid in names {
            let content = format!("{user:?} {uid:?}");
            store.commit(commit(user, uid, content.as_bytes())).expect("every name is another");
        }
    }
    for user in names {
        for uid in names {
            let content = format!("{user:?} {uid:?}");
            assert_eq!(stored(store, user, uid).calendar, Some(content.into_bytes()));
        }
        assert_eq!(store.uids(&UserId::new(user)).map(|uids| uids.len()), Ok(names.len()));
    }
}

/// A cancellation of what was never there leaves a state to remember, and nothing to list.
pub fn a_tombstone_is_no_object(store: &mut dyn Store) {
    let cancelled = Commit { calendar: None, state: full_state(), ..commit("a", UID, b"") };
    let version = store.commit(cancelled).expect("a first commit succeeds");
    assert_eq!(store.uids(&UserId::new("a")), Ok(Vec::new()));
    let found = stored(store, "a", UID);
    assert_eq!((found.calendar, found.state, found.version), (None, full_state(), version));
}

/// In the order of `str`, not of a language.
pub fn uids_are_sorted_by_their_bytes(store: &mut dyn Store) {
    let mut uids = vec!["b", "a", "Z", "10", "9", "ä", "z", "aa", "\u{1F4C5}", "\u{FFFD}", ""];
    for uid in &uids {
        store.commit(commit("a", uid, b"x")).expect("a first commit succeeds");
    }
    uids.sort_unstable();
    assert_eq!(store.uids(&UserId::new("a")), Ok(uids.into_iter().map(str::to_owned).collect()));
}

/// Byte for byte, in the order of the UIDs, and nobody else's.
pub fn a_calendar_is_every_object_that_lives(store: &mut dyn Store) {
    let (a, b) = (UserId::new("a"), UserId::new("b"));
    assert_eq!(store.calendar(&a), Ok(StoredCalendar::default()));
    for (user, uid, calendar) in
        [("a", "ä", odd_bytes()), ("a", "Z", Vec::new()), ("b", "1", b"b's".to_vec())]
    {
        store.commit(commit(user, uid, &calendar)).expect("a first commit succeeds");
    }
    let first = store.commit(commit("a", "gone", b"x")).expect("a first commit succeeds");
    let gone = Commit { expected: Some(first), calendar: None, ..commit("a", "gone", b"") };
    store.commit(gone).expect("the deletion succeeds");
    let found = store.calendar(&a).expect("the calendar can be read");
    assert_eq!(found.objects, [("Z".to_owned(), Vec::new()), ("ä".to_owned(), odd_bytes())]);
    let of_b = store.calendar(&b).expect("the calendar can be read");
    assert_eq!(of_b.objects, [("1".to_owned(), b"b's".to_vec())]);
}

/// A deletion too, and what only changes the state; but no other user's, and none that failed.
pub fn every_commit_of_a_user_is_one_of_their_calendar(store: &mut dyn Store) {
    let a = UserId::new("a");
    let version = |store: &dyn Store| store.calendar(&a).expect("the calendar can be read").version;
    let mut last = version(store);
    let mut expected = None;
    for calendar in [Some(b"1".to_vec()), Some(b"1".to_vec()), None, None] {
        let next = Commit { calendar, expected, state: full_state(), ..commit("a", UID, b"") };
        expected = Some(store.commit(next).expect("a commit on the stored version succeeds"));
        assert!(version(store) > last, "{} after {last}", version(store));
        last = version(store);
    }
    store.commit(commit("b", UID, b"x")).expect("the other user's first commit succeeds");
    store.commit(commit("a", UID, b"x")).expect_err("not the version");
    assert_eq!(version(store), last);
}

/// What overlaps the window is there, and what may at any time; what is gone or another user's is not.
pub fn a_window_holds_all_that_may_take_place_in_it(store: &mut dyn Store) {
    let a = UserId::new("a");
    let spans = [
        ("inside", Some(at(11)..at(12))),
        ("around", Some(Timestamp::MIN..Timestamp::MAX)),
        ("into it", Some(at(5)..at(11))),
        ("out of it", Some(at(19)..at(30))),
        ("at any time", None),
    ];
    let outside =
        [("before", at(5)..at(10)), ("after", at(20)..at(30)), ("never", Timestamp::MIN..Timestamp::MIN)];
    for (uid, span) in &spans {
        let object = Commit { span: span.clone(), ..commit("a", uid, uid.as_bytes()) };
        store.commit(object).expect("a first commit succeeds");
    }
    for (uid, span) in outside {
        let object = Commit { span: Some(span), ..commit("a", uid, b"outside") };
        store.commit(object).expect("a first commit succeeds");
    }
    let moved = Commit { span: Some(at(15)..at(16)), ..commit("a", "before", b"moved") };
    store
        .commit(Commit { expected: Some(stored(store, "a", "before").version), ..moved })
        .expect("it is moved");
    let gone = commit("a", "gone", b"gone");
    let version = store.commit(gone.clone()).expect("a first commit succeeds");
    store.commit(Commit { expected: Some(version), calendar: None, ..gone }).expect("the deletion succeeds");
    store.commit(commit("b", "b's", b"b's")).expect("a first commit succeeds");

    let whole = store.calendar(&a).expect("the calendar can be read");
    let within = store.calendar_within(&a, at(10)..at(20)).expect("the calendar can be read");
    assert_eq!(within.version, whole.version);
    assert!(within.objects.is_sorted_by(|(one, _), (other, _)| one.as_bytes() < other.as_bytes()));
    assert!(within.objects.iter().all(|object| whole.objects.contains(object)), "{:?}", within.objects);
    for uid in spans.iter().map(|(uid, _)| *uid).chain(["before"]) {
        assert!(within.objects.iter().any(|(found, _)| found == uid), "{uid}");
    }
}

/// Whoever found a room free has to look again once anything else was booked, and nothing of the commit is kept.
pub fn a_commit_on_another_calendar_is_a_conflict(store: &mut dyn Store) {
    let a = UserId::new("a");
    let seen = store.calendar(&a).expect("the calendar can be read").version;
    let booking = |uid: &str, seen| Commit { expected_calendar: Some(seen), ..commit("a", uid, b"x") };
    store.commit(commit("b", UID, b"another calendar")).expect("a first commit succeeds");
    store.commit(booking(UID, seen)).expect("nothing has changed in this calendar");
    let outbox = vec![Outgoing { uid: "2@foo.com".to_owned(), ..message("mailto:c@bar.com", at(0)) }];
    for wrong in [seen, u64::MAX] {
        let late = Commit { outbox: outbox.clone(), ..booking("2@foo.com", wrong) };
        assert!(store.commit(late).expect_err("something was booked").is_conflict());
    }
    assert_eq!(store.load(&a, "2@foo.com"), Ok(None));
    assert_eq!(due(store, Timestamp::MAX, ALL), [""; 0]);
    let now = store.calendar(&a).expect("the calendar can be read").version;
    store.commit(booking("2@foo.com", now)).expect("decided anew, it succeeds");
}

/// People attach pictures.
pub fn five_megabytes_are_an_object(store: &mut dyn Store) {
    let long: Vec<u8> = odd_bytes().into_iter().cycle().take(5 << 20).collect();
    let outbox = vec![Outgoing { calendar: Arc::from(&long[..]), ..message("mailto:b@foo.com", at(0)) }];
    store.commit(Commit { outbox, ..commit("a", UID, &long) }).expect("a large object is stored");
    assert!(stored(store, "a", UID).calendar.as_deref() == Some(&*long), "the object changed");
    let sent = store.due(at(0), 1).expect("the outbox can be read");
    assert!(*sent[0].message.calendar == *long, "the message changed");
}

/// One meeting of a thousand, in a calendar of a thousand.
pub fn a_thousand_objects_and_a_thousand_messages(store: &mut dyn Store) {
    let uids: Vec<_> = (0..1000).map(|number| format!("{number:04}@foo.com")).collect();
    for uid in &uids {
        store.commit(commit("a", uid, uid.as_bytes())).expect("a first commit succeeds");
    }
    assert_eq!(store.uids(&UserId::new("a")).as_deref(), Ok(&*uids));
    assert_eq!(stored(store, "a", &uids[567]).calendar.as_deref(), Some(uids[567].as_bytes()));

    let people: Vec<_> = (0..1000).map(|number| format!("mailto:{number:04}@x.org")).collect();
    let text: Arc<[u8]> = people.concat().into_bytes().into();
    let outbox =
        people.iter().map(|person| Outgoing { calendar: Arc::clone(&text), ..message(person, at(0)) });
    send(store, outbox.collect());
    let mut delivered = Vec::new();
    loop {
        let batch = store.due(at(0), 300).expect("the outbox can be read");
        if batch.is_empty() {
            break;
        }
        for delivery in batch {
            assert_eq!(delivery.message.calendar, text);
            store.settle(delivery.id, Settled::Delivered).expect("it is in the outbox");
            delivered.push(delivery.message.recipient.to_string());
        }
    }
    assert_eq!(delivered, people);
}

/// A long random history ends, and is all the way, where the same one leads a
/// [`MemoryStore`](reefknot_core::host::MemoryStore).
pub fn it_agrees_with_the_model(store: &mut dyn Store) {
    model::compare(store, 2026);
}
