//! What must hold when writing fails half-way. Each check begins with an empty place.

use reefknot_core::host::{Commit, Store, StoredCalendar, UserId};
use reefknot_core::policy::Residence;
use reefknot_core::value::Timestamp;

use crate::Breakable;
use crate::sample::{UID, asked, at, commit, due, full_state, message, stored};

/// Makes a `#[test]` of every check of [`broken`](crate::broken).
///
/// The argument is a function without arguments that makes an empty [`Breakable`].
#[macro_export]
macro_rules! breakable_tests {
    ($make:expr) => {
        $crate::tests_of!(
            place,
            broken,
            $make,
            [a_first_commit_that_fails_leaves_nothing, a_change_that_fails_leaves_what_was_there]
        );
    };
}

fn two_messages() -> Vec<reefknot_core::host::Outgoing> {
    ["mailto:b@foo.com", "mailto:c@bar.com"].map(|person| message(person, at(0))).into()
}

/// Neither the object nor the first message; and the store works on once it is mended.
pub fn a_first_commit_that_fails_leaves_nothing(place: &impl Breakable) {
    let questions = vec![asked("mailto:d@bar.com")];
    let first = Commit { outbox: two_messages(), state: full_state(), questions, ..commit("a", UID, b"1") };
    place.break_second_message();
    let mut store = place.open();
    let error = store.commit(first.clone()).expect_err("the place is broken");
    assert!(error.is_host(), "{error}");
    for store in [&store, &place.open()] {
        assert_eq!(store.load(&UserId::new("a"), UID), Ok(None));
        assert_eq!(store.uids(&UserId::new("a")), Ok(Vec::new()));
        assert_eq!(store.calendar(&UserId::new("a")), Ok(StoredCalendar::default()));
        assert_eq!(store.due(Timestamp::MAX, 9), Ok(Vec::new()));
        assert_eq!(store.failed(), Ok(Vec::new()));
        assert_eq!(store.questions(&UserId::new("a")), Ok(Vec::new()));
    }
    drop(store);
    place.mend();
    let mut store = place.open();
    store.commit(first).expect("the same commit succeeds once the place is mended");
    assert_eq!(due(&*store, at(0), 9).len(), 2);
}

/// The version too: the same decision can be committed later.
pub fn a_change_that_fails_leaves_what_was_there(place: &impl Breakable) {
    let outbox = vec![message("mailto:e@baz.net", at(0))];
    let questions = vec![asked("mailto:d@bar.com")];
    let first = Commit { outbox, questions, ..commit("a", UID, b"1") };
    let version = place.open().commit(first).expect("a first commit succeeds");
    place.break_second_message();
    let mut store = place.open();
    let all = |store: &dyn Store| {
        let calendar = store.calendar(&UserId::new("a"));
        (stored(store, "a", UID), store.due(at(0), 9), store.questions(&UserId::new("a")), calendar)
    };
    let before = all(&*store);
    let answers = before.2.as_ref().expect("the questions can be read").first().map(|open| open.id);
    let change = Commit {
        expected: Some(version),
        calendar: None,
        state: full_state(),
        residence: Residence::LocalOnly,
        outbox: two_messages(),
        answers,
        ..commit("a", UID, b"")
    };
    let error = store.commit(change.clone()).expect_err("the place is broken");
    assert!(error.is_host(), "{error}");
    for store in [&store, &place.open()] {
        assert_eq!(all(&**store), before);
    }
    drop(store);
    place.mend();
    place.open().commit(change).expect("the same commit succeeds once the place is mended");
}
