//! What must hold of several connections to the same data. Each check begins with an empty place.

use std::sync::Barrier;
use std::thread;

use reefknot_core::host::{Commit, Settled, UserId};
use reefknot_core::value::Timestamp;

use crate::Place;
use crate::sample::{UID, asked, at, commit, due, full_message, full_state, message, odd_bytes, stored};

/// Makes a `#[test]` of every check of [`single`](crate::single) and [`shared`](crate::shared).
///
/// The argument is a function without arguments that makes an empty [`Place`].
#[macro_export]
macro_rules! place_tests {
    ($make:expr) => {
        $crate::single_tests!(opened, $make);
        $crate::tests_of!(
            place,
            shared,
            $make,
            [
                everything_is_there_after_opening_again,
                numbers_go_on_after_opening_again,
                one_connection_sees_what_another_wrote,
                the_second_of_two_decisions_is_a_conflict,
                of_two_that_race_one_wins,
                of_two_that_answer_a_question_one_wins,
                of_two_bookings_on_one_calendar_one_wins,
                no_change_is_lost_between_threads,
                a_new_place_is_opened_by_many_at_once,
            ]
        );
    };
}

/// The object, its state, the outbox with its attempts, what was given up, and the questions.
pub fn everything_is_there_after_opening_again(place: &impl Place) {
    let rows = {
        let mut store = place.open();
        let outbox =
            vec![full_message(at(0)), message("mailto:b@foo.com", at(0)), message("mailto:c@bar.com", at(0))];
        let outbox = outbox
            .into_iter()
            .map(|message| reefknot_core::host::Outgoing { uid: UID.to_owned(), ..message });
        let first = Commit {
            outbox: outbox.collect(),
            state: full_state(),
            questions: vec![asked("mailto:d@bar.com")],
            ..commit("a", UID, &odd_bytes())
        };
        store.commit(first).expect("a first commit succeeds");
        let ids: Vec<_> =
            store.due(at(0), 9).expect("the outbox can be read").iter().map(|row| row.id).collect();
        store.settle(ids[1], Settled::Retry { due: at(5), status: "5.1".to_owned() }).expect("it is there");
        store.settle(ids[2], Settled::Failed { status: "5.2".to_owned() }).expect("it is there");
        (stored(&*store, "a", UID), store.due(at(9), 9), store.failed(), store.questions(&UserId::new("a")))
    };
    let store = place.open();
    let questions = store.questions(&UserId::new("a"));
    assert_eq!((stored(&*store, "a", UID), store.due(at(9), 9), store.failed(), questions), rows);
    assert_eq!(rows.3.map(|rows| rows.len()), Ok(1));
    assert_eq!(rows.0.calendar, Some(odd_bytes()));
    assert_eq!((rows.1.map(|rows| rows.len()), rows.2.map(|rows| rows.len())), (Ok(2), Ok(1)));
    assert_eq!(store.uids(&UserId::new("a")), Ok(vec![UID.to_owned()]));
}

/// Neither a version nor the number of a message is given twice.
pub fn numbers_go_on_after_opening_again(place: &impl Place) {
    let mut last = None;
    for _ in 0..3 {
        let mut store = place.open();
        let outbox = vec![message("mailto:b@foo.com", at(0))];
        let next = Commit { expected: last.map(|(version, _)| version), outbox, ..commit("a", UID, b"x") };
        let version = store.commit(next).expect("a commit on the stored version succeeds");
        let id = store.due(at(0), 1).expect("the outbox can be read")[0].id;
        assert!(Some((version, id)) > last && last.is_none_or(|(_, last)| id > last), "{id} after {last:?}");
        store.settle(id, Settled::Delivered).expect("it is in the outbox");
        last = Some((version, id));
    }
}

/// On the version that both decided on, and on one that both loaded after the other's commit.
pub fn of_two_that_answer_a_question_one_wins(place: &impl Place) {
    let (mut one, mut other) = (place.open(), place.open());
    let first = Commit { questions: vec![asked("mailto:d@bar.com")], ..commit("a", UID, b"1") };
    let version = one.commit(first).expect("a first commit succeeds");
    let id = other.questions(&UserId::new("a")).expect("the questions can be read")[0].id;
    let answer = Commit { expected: Some(version), answers: Some(id), ..commit("a", UID, b"2") };
    let version = one.commit(answer.clone()).expect("a commit on the stored version succeeds");
    assert!(other.commit(answer.clone()).expect_err("not the version").is_conflict());
    let late = Commit { expected: Some(version), ..answer };
    assert!(other.commit(late).expect_err("it was answered").is_invalid());
    assert_eq!(other.questions(&UserId::new("a")), Ok(Vec::new()));
}

/// While both are open.
pub fn one_connection_sees_what_another_wrote(place: &impl Place) {
    let (mut one, mut other) = (place.open(), place.open());
    assert_eq!(other.load(&UserId::new("a"), UID), Ok(None));
    let outbox = vec![message("mailto:b@foo.com", at(0))];
    one.commit(Commit { outbox, ..commit("a", UID, b"1") }).expect("a first commit succeeds");
    assert_eq!(stored(&*other, "a", UID).calendar.as_deref(), Some(&b"1"[..]));
    let id = other.due(at(0), 1).expect("the outbox can be read")[0].id;
    other.settle(id, Settled::Delivered).expect("it is in the outbox");
    assert_eq!(one.due(Timestamp::MAX, 9), Ok(Vec::new()));
    assert!(one.settle(id, Settled::Delivered).expect_err("it is gone").is_invalid());
}

/// Both loaded the same version.
pub fn the_second_of_two_decisions_is_a_conflict(place: &impl Place) {
    let (mut one, mut other) = (place.open(), place.open());
    let first = one.commit(commit("a", UID, b"0")).expect("a first commit succeeds");
    let decision = |text: &[u8], person| Commit {
        expected: Some(first),
        outbox: vec![message(person, at(0))],
        ..commit("a", UID, text)
    };
    one.commit(decision(b"one", "mailto:b@foo.com")).expect("the first decision succeeds");
    assert!(other.commit(decision(b"other", "mailto:c@bar.com")).expect_err("too late").is_conflict());
    for store in [&one, &other] {
        assert_eq!(stored(&**store, "a", UID).calendar.as_deref(), Some(&b"one"[..]));
        assert_eq!(due(&**store, at(0), 9), ["mailto:b@foo.com"]);
    }
}

/// At the same moment, in threads of their own.
pub fn of_two_that_race_one_wins(place: &impl Place) {
    const ROUNDS: usize = 25;
    let barrier = Barrier::new(2);
    let race = |name: &'static str| {
        let mut store = place.open();
        let mut won = Vec::new();
        for round in 0..ROUNDS {
            barrier.wait();
            let expected =
                store.load(&UserId::new("a"), UID).expect("it can be loaded").map(|stored| stored.version);
            // Both have loaded before either commits.
            barrier.wait();
            let outbox = vec![message(&format!("mailto:{name}{round}@x.org"), at(0))];
            match store.commit(Commit { expected, outbox, ..commit("a", UID, name.as_bytes()) }) {
                Ok(_) => won.push(format!("mailto:{name}{round}@x.org")),
                Err(error) => assert!(error.is_conflict(), "round {round}: {error}"),
            }
        }
        won
    };
    let mut won = thread::scope(|threads| {
        let other = threads.spawn(|| race("other"));
        let mut won = race("one");
        won.extend(other.join().expect("the other thread ends well"));
        won
    });
    let mut sent = due(&*place.open(), at(0), usize::MAX);
    assert_eq!(won.len(), ROUNDS, "exactly one wins each round");
    won.sort_unstable();
    sent.sort_unstable();
    assert_eq!(sent, won, "the messages are those of the winners");
}

/// At the same moment, each about a UID of its own: both have read the same calendar before either commits.
pub fn of_two_bookings_on_one_calendar_one_wins(place: &impl Place) {
    const ROUNDS: usize = 25;
    let barrier = Barrier::new(2);
    let room = UserId::new("room");
    let race = |name: &'static str| {
        let mut store = place.open();
        let mut won = Vec::new();
        for round in 0..ROUNDS {
            barrier.wait();
            let seen = store.calendar(&room).expect("the calendar can be read").version;
            barrier.wait();
            let uid = format!("{name}{round:02}");
            match store.commit(Commit { expected_calendar: Some(seen), ..commit("room", &uid, b"x") }) {
                Ok(_) => won.push(uid),
                Err(error) => assert!(error.is_conflict(), "round {round}: {error}"),
            }
        }
        won
    };
    let mut won = thread::scope(|threads| {
        let other = threads.spawn(|| race("other"));
        let mut won = race("one");
        won.extend(other.join().expect("the other thread ends well"));
        won
    });
    won.sort_unstable();
    assert_eq!(won.len(), ROUNDS, "exactly one wins each round");
    assert_eq!(place.open().uids(&room), Ok(won), "the bookings are those of the winners");
}

/// Each thread tries again until its change is in: the sum of all changes is there at the end.
pub fn no_change_is_lost_between_threads(place: &impl Place) {
    const THREADS: u32 = 4;
    const CHANGES: u32 = 15;
    let change = || {
        let mut store = place.open();
        for _ in 0..CHANGES {
            loop {
                let before = store.load(&UserId::new("a"), UID).expect("it can be loaded");
                let mut next = Commit {
                    expected: before.as_ref().map(|stored| stored.version),
                    outbox: vec![message("mailto:b@foo.com", at(0))],
                    ..commit("a", UID, b"x")
                };
                next.state.sequence = before.map_or(0, |stored| stored.state.sequence) + 1;
                match store.commit(next) {
                    Ok(_) => break,
                    Err(error) => assert!(error.is_conflict(), "{error}"),
                }
            }
        }
    };
    thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(change);
        }
    });
    let store = place.open();
    assert_eq!(stored(&*store, "a", UID).state.sequence, THREADS * CHANGES);
    assert_eq!(due(&*store, at(0), usize::MAX).len(), (THREADS * CHANGES) as usize);
}

/// As when a server starts with its workers.
pub fn a_new_place_is_opened_by_many_at_once(place: &impl Place) {
    const THREADS: usize = 8;
    let barrier = Barrier::new(THREADS);
    thread::scope(|threads| {
        for number in 0..THREADS {
            let barrier = &barrier;
            threads.spawn(move || {
                barrier.wait();
                let mut store = place.open();
                store
                    .commit(commit("a", &format!("{number}@foo.com"), b"x"))
                    .expect("a first commit succeeds");
            });
        }
    });
    assert_eq!(place.open().uids(&UserId::new("a")).map(|uids| uids.len()), Ok(THREADS));
}
