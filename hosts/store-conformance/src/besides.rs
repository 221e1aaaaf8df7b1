//! What a commit does besides its object and its messages: it asks questions, answers one, and ends a delivery.
//! Each check begins with an empty store.

use reefknot_core::host::{Asked, Commit, DeliveryId, OpenQuestion, QuestionId, Settled, Store, UserId};
use reefknot_core::itip::{Authentication, Carrier, Change, Envelope, Question};
use reefknot_core::value::Timestamp;

use crate::sample::{UID, address, asked, at, commit, due, message, odd_bytes, stored};

#[track_caller]
fn questions(store: &dyn Store, user: &str) -> Vec<OpenQuestion> {
    store.questions(&UserId::new(user)).expect("the questions can be read")
}

/// Of every kind, from every envelope, in the order in which they were asked.
pub fn questions_come_back_as_they_were(store: &mut dyn Store) {
    let who = || address("MAILTO:Böse'\"\\@Foo.com");
    let moved = Change {
        instance: "20261202T110000Z".parse().expect("an instance"),
        property: "DTSTART".into(),
        before: Some("DTSTART:20261202T110000Z".into()),
        after: None,
    };
    let kinds = [
        Question::PartyCrasher(who()),
        Question::Forwarded(who()),
        Question::NewOrganizer(who()),
        Question::SentBy { sender: who(), principal: who() },
        Question::Counter { from: who(), changes: vec![moved] },
    ];
    let carriers = [Carrier::Local, Carrier::Mail, Carrier::Peer, Carrier::File];
    let checks = [Authentication::Authenticated, Authentication::Claimed, Authentication::Failed];
    let mut expected = Vec::new();
    for (number, carrier) in carriers.into_iter().enumerate() {
        let envelope = Envelope {
            sender: (number > 0).then(who),
            authentication: checks[number % checks.len()],
            carrier,
        };
        let question = kinds[number % kinds.len()].clone();
        let when = at(i64::try_from(number).expect("a small number") - 2);
        expected.push(Asked { question, calendar: odd_bytes(), envelope, at: when });
    }
    store.commit(Commit { questions: expected.clone(), ..commit("a", UID, b"x") }).expect("a first commit");
    let found = questions(store, "a");
    assert_eq!(found.iter().map(|open| &open.asked).collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
    assert!(found.iter().all(|open| open.uid == UID) && found.is_sorted_by_key(|open| open.id));
    assert_eq!(questions(store, "b"), []);
}

/// There need be no object for it: an invitation that was passed on is not stored before it is wanted.
pub fn a_question_may_be_about_nothing_yet(store: &mut dyn Store) {
    let first =
        Commit { calendar: None, questions: vec![asked("mailto:d@bar.com")], ..commit("a", UID, b"") };
    store.commit(first).expect("a first commit succeeds");
    assert_eq!(store.uids(&UserId::new("a")), Ok(Vec::new()));
    assert_eq!(questions(store, "a").len(), 1);
}

/// With the commit that answers it, and the others wait on.
pub fn an_answered_question_waits_no_more(store: &mut dyn Store) {
    let two = ["mailto:d@bar.com", "mailto:e@baz.net"].map(asked).into();
    let version = store.commit(Commit { questions: two, ..commit("a", UID, b"1") }).expect("a first commit");
    let [first, second] = &questions(store, "a")[..] else { panic!("two questions were asked") };
    let answer = Commit { answers: Some(first.id), ..commit("a", UID, b"2") };
    let outdated = Commit { expected: Some(version + 1), ..answer.clone() };
    assert!(store.commit(outdated).expect_err("not the version").is_conflict());
    assert_eq!(questions(store, "a").len(), 2);
    let again = asked("mailto:f@baz.net");
    let answer = Commit { expected: Some(version), questions: vec![again.clone()], ..answer };
    store.commit(answer).expect("a commit on the stored version succeeds");
    let left = questions(store, "a");
    assert_eq!(left.iter().map(|open| &open.asked).collect::<Vec<_>>(), [&second.asked, &again]);
    assert!(left[1].id > second.id, "a number is never given again");
}

/// Answered before, of another user, about another UID, or never asked: and nothing of the commit is kept.
pub fn an_unknown_question_is_refused(store: &mut dyn Store) {
    let ask = |user, uid| Commit { questions: vec![asked("mailto:d@bar.com")], ..commit(user, uid, b"1") };
    let version = store.commit(ask("a", UID)).expect("a first commit succeeds");
    let of_b = store.commit(ask("b", UID)).expect("a first commit succeeds");
    store.commit(ask("a", "2@foo.com")).expect("a first commit succeeds");
    let other = questions(store, "b")[0].id;
    let about_other = questions(store, "a")[1].id;
    let done = Commit { answers: Some(other), expected: Some(of_b), ..commit("b", UID, b"2") };
    let of_b = store.commit(done).expect("a commit on the stored version succeeds");
    let before = (stored(store, "a", UID), questions(store, "a"), stored(store, "b", UID));
    for (user, expected, id) in [
        ("a", version, other),
        ("b", of_b, other),
        ("a", version, about_other),
        ("a", version, QuestionId(0)),
        ("a", version, QuestionId(u64::MAX)),
    ] {
        let outbox = vec![message("mailto:c@bar.com", at(0))];
        let late = Commit { answers: Some(id), expected: Some(expected), outbox, ..commit(user, UID, b"3") };
        let error = store.commit(late).expect_err("no such question waits");
        assert!(error.is_invalid(), "{error}");
    }
    assert_eq!((stored(store, "a", UID), questions(store, "a"), stored(store, "b", UID)), before);
    assert_eq!(due(store, Timestamp::MAX, 9), [""; 0]);
}

/// However it ended, in one step with the object that says so.
pub fn a_commit_ends_a_delivery(store: &mut dyn Store) {
    let people = ["mailto:b@foo.com", "mailto:c@bar.com", "mailto:d@bar.com"];
    let outbox = people.map(|person| message(person, at(0))).into();
    let mut version = store.commit(Commit { outbox, ..commit("a", UID, b"0") }).expect("a first commit");
    let ids: Vec<_> = store.due(at(0), 9).expect("the outbox can be read").iter().map(|row| row.id).collect();
    let ends = [
        Settled::Delivered,
        Settled::Retry { due: at(9), status: "1.0;later".to_owned() },
        Settled::Failed { status: "5.1;never".to_owned() },
    ];
    for (id, how) in ids.iter().zip(ends) {
        let end = Commit { settles: Some((*id, how)), ..commit("a", UID, b"1") };
        assert!(store.commit(end.clone()).expect_err("not the version").is_conflict());
        version = store.commit(Commit { expected: Some(version), ..end }).expect("on the stored version");
    }
    assert_eq!(due(store, at(8), 9), [""; 0]);
    assert_eq!(due(store, at(9), 9), ["mailto:c@bar.com"]);
    let failed = store.failed().expect("the outbox can be read");
    assert_eq!((failed.len(), failed[0].status.as_deref()), (1, Some("5.1;never")));
    let before = (stored(store, "a", UID), store.due(at(9), 9), store.failed());
    for id in [ids[0], DeliveryId(u64::MAX)] {
        let settles = Some((id, Settled::Delivered));
        let late = Commit { expected: Some(version), settles, ..commit("a", UID, b"2") };
        assert!(store.commit(late).expect_err("there is no such message").is_invalid());
    }
    assert_eq!((stored(store, "a", UID), store.due(at(9), 9), store.failed()), before);
}
