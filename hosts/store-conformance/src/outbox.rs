//! What a store must do with the messages it keeps. Each check begins with an empty store.

use std::sync::Arc;

use reefknot_core::host::{Commit, DeliveryId, Outgoing, Settled, Store};
use reefknot_core::value::Timestamp;

use crate::sample::{ALL, UID, at, commit, due, full_message, message, send};

fn retry(due: Timestamp) -> Settled {
    Settled::Retry { due, status: "5.1;not now".to_owned() }
}

fn failed(status: &str) -> Settled {
    Settled::Failed { status: status.to_owned() }
}

#[track_caller]
fn first_due(store: &dyn Store, now: Timestamp) -> DeliveryId {
    store.due(now, 1).expect("the outbox can be read").first().expect("a message is due").id
}

/// And not those that are not due; what is due now, is.
pub fn the_longest_due_come_first(store: &mut dyn Store) {
    send(
        store,
        vec![
            message("mailto:third@x.org", at(20)),
            message("mailto:later@x.org", at(21)),
            message("mailto:second@x.org", at(-5)),
            message("mailto:first@x.org", Timestamp::MIN),
        ],
    );
    let expected = ["mailto:first@x.org", "mailto:second@x.org", "mailto:third@x.org"];
    assert_eq!(due(store, at(20), ALL), expected);
    assert_eq!(due(store, at(19), ALL), expected[..2]);
    assert_eq!(due(store, Timestamp::MAX, ALL).len(), 4);
}

/// Across commits, users and objects.
pub fn those_due_together_keep_their_order(store: &mut dyn Store) {
    let mut expected = Vec::new();
    for number in 0..30 {
        let user = if number % 2 == 0 { "a" } else { "b" };
        let uid = format!("{}@foo.com", 100 - number);
        let people = [format!("mailto:z{number}@x.org"), format!("mailto:a{number}@x.org")];
        let message = |person: &String| Outgoing { uid: uid.clone(), ..message(person, at(0)) };
        let outbox = people.iter().map(message).collect();
        store.commit(Commit { outbox, ..commit(user, &uid, b"x") }).expect("a first commit succeeds");
        expected.extend(people);
    }
    assert_eq!(due(store, at(0), ALL), expected);
    let ids: Vec<_> =
        store.due(at(0), ALL).expect("the outbox can be read").iter().map(|row| row.id).collect();
    assert!(ids.is_sorted() && ids.len() == expected.len(), "{ids:?}");
}

/// The limit is a count, zero too.
pub fn a_limit_is_kept(store: &mut dyn Store) {
    let people: Vec<_> = (0..5).map(|number| format!("mailto:p{number}@x.org")).collect();
    send(store, people.iter().map(|person| message(person, at(0))).collect());
    for limit in 0..7 {
        assert_eq!(due(store, at(0), limit), people[..limit.min(5)]);
    }
}

/// And only that.
pub fn what_was_delivered_is_gone(store: &mut dyn Store) {
    send(store, vec![message("mailto:b@foo.com", at(0)), message("mailto:c@bar.com", at(1))]);
    let id = first_due(store, at(1));
    store.settle(id, Settled::Delivered).expect("it is in the outbox");
    assert_eq!(due(store, Timestamp::MAX, ALL), ["mailto:c@bar.com"]);
    assert_eq!(store.failed(), Ok(Vec::new()));
    assert!(store.settle(id, Settled::Delivered).expect_err("it is gone").is_invalid());
}

/// With its attempts counted, its last status, and the message as it was.
pub fn a_retry_waits_until_it_is_due(store: &mut dyn Store) {
    send(store, vec![message("mailto:b@foo.com", at(0)), message("mailto:c@bar.com", at(5))]);
    let id = first_due(store, at(0));
    store.settle(id, retry(at(10))).expect("it is in the outbox");
    assert_eq!(due(store, at(9), ALL), ["mailto:c@bar.com"]);
    assert_eq!(due(store, at(10), ALL), ["mailto:c@bar.com", "mailto:b@foo.com"]);
    store.settle(id, retry(at(3))).expect("it is in the outbox");
    let again = store.due(at(3), ALL).expect("the outbox can be read");
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].id, again[0].attempts, again[0].due), (id, 2, at(3)));
    assert_eq!(again[0].status.as_deref(), Some("5.1;not now"));
    assert_eq!(again[0].message, message("mailto:b@foo.com", at(0)));
    assert_eq!(store.failed(), Ok(Vec::new()));
}

/// It stays for a person to look at, with why.
pub fn what_was_given_up_is_due_no_more(store: &mut dyn Store) {
    send(store, ["mailto:b@foo.com", "mailto:c@bar.com"].map(|person| message(person, at(0))).into());
    let ids: Vec<_> =
        store.due(at(0), ALL).expect("the outbox can be read").iter().map(|row| row.id).collect();
    store.settle(ids[0], retry(at(1))).expect("it is in the outbox");
    // Given up in the other order than they are listed.
    for id in [ids[1], ids[0]] {
        store.settle(id, failed("5.1;no such mailbox „ü“")).expect("it is in the outbox");
    }
    assert_eq!(store.due(Timestamp::MAX, ALL), Ok(Vec::new()));
    let given_up = store.failed().expect("the outbox can be read");
    assert_eq!(
        given_up.iter().map(|row| (row.id, row.attempts)).collect::<Vec<_>>(),
        [(ids[0], 2), (ids[1], 1)]
    );
    for (delivery, person) in given_up.iter().zip(["mailto:b@foo.com", "mailto:c@bar.com"]) {
        assert_eq!(delivery.message, message(person, at(0)));
        assert_eq!(delivery.status.as_deref(), Some("5.1;no such mailbox „ü“"));
    }
}

/// By a person who knows better.
pub fn what_was_given_up_can_be_tried_again(store: &mut dyn Store) {
    send(store, vec![message("mailto:b@foo.com", at(0))]);
    let id = first_due(store, at(0));
    store.settle(id, failed("5.1")).expect("it is in the outbox");
    store.settle(id, retry(at(7))).expect("what was given up is still in the outbox");
    assert_eq!(store.failed(), Ok(Vec::new()));
    assert_eq!(due(store, at(6), ALL), [""; 0]);
    assert_eq!(first_due(store, at(7)), id);
}

/// By a person who has seen it.
pub fn what_was_given_up_can_be_removed(store: &mut dyn Store) {
    send(store, vec![message("mailto:b@foo.com", at(0))]);
    let id = first_due(store, at(0));
    store.settle(id, failed("5.1")).expect("it is in the outbox");
    store.settle(id, Settled::Delivered).expect("what was given up is still in the outbox");
    assert_eq!(store.failed(), Ok(Vec::new()));
    assert_eq!(store.due(Timestamp::MAX, ALL), Ok(Vec::new()));
}

/// However it ended, and whatever the number.
pub fn an_unknown_delivery_is_refused(store: &mut dyn Store) {
    send(store, vec![message("mailto:b@foo.com", at(0))]);
    let before = store.due(at(0), ALL);
    let DeliveryId(known) = first_due(store, at(0));
    for number in [known + 1, 0, u64::MAX, 1 << 63].into_iter().filter(|number| *number != known) {
        for how in [Settled::Delivered, retry(at(5)), failed("5.1")] {
            let error = store.settle(DeliveryId(number), how).expect_err("there is no such message");
            assert!(error.is_invalid(), "{error}");
        }
    }
    assert_eq!(store.due(at(0), ALL), before);
    assert_eq!(store.failed(), Ok(Vec::new()));
}

/// A late word about a message must not settle another one.
pub fn delivery_ids_are_never_given_again(store: &mut dyn Store) {
    let mut expected = None;
    let mut last = None;
    for _ in 0..3 {
        let outbox = vec![message("mailto:b@foo.com", at(0))];
        let next = Commit { expected, outbox, ..commit("a", UID, b"x") };
        expected = Some(store.commit(next).expect("a commit on the stored version succeeds"));
        let id = first_due(store, at(0));
        assert!(Some(id) > last, "{id} after {last:?}");
        store.settle(id, Settled::Delivered).expect("it is in the outbox");
        last = Some(id);
    }
}

/// One text for many is no reason for one end, nor for one content.
pub fn messages_that_share_their_text_end_on_their_own(store: &mut dyn Store) {
    let shared = full_message(at(0));
    let people = ["mailto:b@foo.com", "mailto:c@bar.com", "mailto:e@baz.net", "mailto:f@baz.net"];
    let mut outbox: Vec<_> = people
        .map(|person| Outgoing { recipient: person.parse().expect("an address"), ..shared.clone() })
        .into();
    // The same text with other changes, and another text with the same changes.
    outbox[1].changes.truncate(1);
    outbox[2].calendar = Arc::from(&b"other"[..]);
    send(store, outbox.clone());
    while !outbox.is_empty() {
        let rows = store.due(at(0), ALL).expect("the outbox can be read");
        assert_eq!(
            rows.iter().map(|row| &row.message).collect::<Vec<_>>(),
            outbox.iter().collect::<Vec<_>>()
        );
        // From the middle outwards, so that the first and the last each lose the other.
        let next = outbox.len() / 2;
        store.settle(rows[next].id, Settled::Delivered).expect("it is in the outbox");
        outbox.remove(next);
    }
    assert_eq!(store.due(at(0), ALL), Ok(Vec::new()));
}
