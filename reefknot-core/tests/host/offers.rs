//! Proposals and publications, from one user's copy to the other's; and who may write for whom.

use reefknot_core::itip::{Answer, Disposition, Question};
use reefknot_core::time::Zone;

use super::*;

/// A has invited B, and B proposes an hour later.
fn proposed(counters: Answer) -> Host {
    let mut host = Host::of(&[A, B]);
    host.users[0].preferences.counters = counters;
    host.put("a", &invites(&[B]));
    host.deliver();
    let text = host.text("b");
    assert!(text.contains("DTSTART:20261202T090000Z"));
    let text = text
        .replace("DTEND:20261202T10", "DTEND:20261202T11")
        .replace("DTSTART:20261202T09", "DTSTART:20261202T10");
    let now = host.now;
    let outcome = host.scheduler().propose(&"b".into(), UID, text.as_bytes(), Some("A train"), now).unwrap();
    assert_eq!(
        (outcome.disposition, outcome.messages.len()),
        (Disposition::Allowed, 1),
        "{:?}",
        outcome.reasons
    );
    assert!(host.text("b").contains("DTSTART:20261202T09"), "the copy keeps the organizer's time");
    host.deliver();
    host
}

#[test]
fn the_organizer_sees_what_would_change_and_decides() {
    for (yes, start) in [(true, "DTSTART:20261202T10"), (false, "DTSTART:20261202T09")] {
        let mut host = proposed(Answer::Ask);
        let open = host.store.questions(&"a".into()).unwrap();
        let Question::Counter { from, changes } = &open[0].asked.question else { panic!("{open:?}") };
        assert_eq!(*from, address(B));
        let what: Vec<_> = changes.iter().map(|change| change.property.as_str()).collect();
        assert_eq!(what, ["DTSTART", "DTEND"]);
        let words = open[0].asked.words(&Zone::UTC, &Limits::default()).unwrap();
        assert!(words.starts_with("b@foo.com proposes to change “Tea”:"), "{words}");
        let now = host.now;
        host.scheduler().decide(&"a".into(), open[0].id, yes, now).unwrap();
        host.deliver();
        assert!(host.text("a").contains(start) && host.text("b").contains(start));
        assert!(host.store.questions(&"a".into()).unwrap().is_empty());
        let state = host.store.load(&"b".into(), UID).unwrap().unwrap().state;
        assert!(state.proposals.is_empty(), "nothing waits any more: {state:?}");
    }
}

#[test]
fn a_preference_answers_for_the_organizer() {
    for (counters, start) in
        [(Answer::Accept, "DTSTART:20261202T10"), (Answer::Refuse, "DTSTART:20261202T09")]
    {
        let mut host = proposed(counters);
        host.deliver();
        assert!(host.store.questions(&"a".into()).unwrap().is_empty());
        assert!(host.text("b").contains(start));
    }
}

#[test]
fn a_publication_reaches_who_is_not_invited() {
    let mut host = Host::of(&[A, B]);
    host.put("a", &series(&[]));
    let now = host.now;
    let outcome = host.scheduler().publish(&"a".into(), UID, &[address(B)], now).unwrap();
    assert_eq!(outcome.messages.len(), 1, "{:?}", outcome.reasons);
    host.deliver();
    assert!(host.text("b").contains("SUMMARY:Tea") && !host.text("b").contains("ATTENDEE"));
    let nothing = host.scheduler().publish(&"b".into(), "2@foo.com", &[address(A)], now).unwrap_err();
    assert!(nothing.to_string().contains("holds nothing under the UID `2@foo.com`"), "{nothing}");
}

#[test]
fn the_directory_says_who_writes_for_whom() {
    for (secretary, disposition) in [(true, Disposition::Applied), (false, Disposition::Rejected)] {
        let mut host = Host::of(&[A, B, C]);
        if secretary {
            host.users[2].identities = host.users[2].identities.clone().acting_for(address(B));
        }
        host.put("a", &invites(&[B]));
        let text = reply(B, "ACCEPTED", "20261101T090000Z")
            .replace("ATTENDEE;", &format!("ATTENDEE;SENT-BY=\"{C}\";"));
        let envelope = Envelope {
            sender: Some(address(C)),
            authentication: Authentication::Authenticated,
            carrier: Carrier::Local,
        };
        let now = host.now;
        let outcome = host.scheduler().receive(&"a".into(), &message(&text), &envelope, now).unwrap();
        assert_eq!(outcome.disposition, disposition, "{:?}", outcome.reasons);
    }
}
