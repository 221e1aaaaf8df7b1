//! Questions wait until their user answers them.

use reefknot_core::host::{Commit, QuestionId};
use reefknot_core::itip::{Disposition, Question};
use reefknot_core::time::Zone;

use super::*;

const CRASH: &str = "20261101T090000Z";

/// A has invited B, and D answers.
fn crashed() -> Host {
    let mut host = Host::of(&[A, B]);
    host.put("a", &invites(&[B]));
    host.deliver();
    host.receive("a", &reply(D, "ACCEPTED", CRASH), D);
    host
}

impl Host {
    fn asked(&self, user: &str) -> Vec<(QuestionId, String)> {
        let open = self.store.questions(&user.into()).unwrap();
        let words = |asked: &reefknot_core::host::Asked| asked.words(&Zone::UTC, &Limits::default()).unwrap();
        open.iter().map(|open| (open.id, words(&open.asked))).collect()
    }

    fn decide(&mut self, user: &str, yes: bool) -> Outcome {
        let id = self.asked(user)[0].0;
        let now = self.now;
        self.scheduler().decide(&user.into(), id, yes, now).unwrap()
    }
}

#[test]
fn a_party_crasher_waits_for_the_organizer() {
    let host = crashed();
    let open = host.scheduler_questions("a");
    assert_eq!(open, [Question::PartyCrasher(address(D))]);
    assert_eq!(
        host.asked("a")[0].1,
        "d@bar.com was not invited to “Tea” (Wednesday 2 December 2026, 09:00 (UTC)) and answers: accepted. \
         Add them? Nothing proves who sent it."
    );
    assert!(host.asked("b").is_empty());
    assert!(!host.text("a").contains(D));
}

impl Host {
    fn scheduler_questions(&self, user: &str) -> Vec<Question> {
        let mut store = self.store.clone();
        let scheduler = Scheduler::new(&mut store, &self.users, Agent::Server, Limits::default());
        let open = scheduler.questions(&user.into()).unwrap();
        assert!(open.iter().all(|open| open.uid == UID));
        open.into_iter().map(|open| open.asked.question).collect()
    }
}

#[test]
fn yes_records_the_answer_and_no_does_not() {
    for (yes, disposition) in [(true, Disposition::Applied), (false, Disposition::Rejected)] {
        let mut host = crashed();
        let outcome = host.decide("a", yes);
        assert_eq!(outcome.disposition, disposition, "{:?}", outcome.reasons);
        assert!(!outcome.reasons.is_empty());
        assert_eq!(host.text("a").contains(D), yes);
        assert!(host.asked("a").is_empty());
    }
}

#[test]
fn the_same_message_asks_once_and_another_asks_again() {
    let mut host = crashed();
    host.receive("a", &reply(D, "ACCEPTED", CRASH), D);
    assert_eq!(host.asked("a").len(), 1);
    host.receive("a", &reply(D, "DECLINED", "20261101T091500Z"), D);
    assert_eq!(host.asked("a").len(), 2);
    // The second question is about a newer answer; the first then changes nothing any more.
    let (first, second) = (host.asked("a")[0].0, host.asked("a")[1].0);
    let now = host.now;
    host.scheduler().decide(&"a".into(), second, true, now).unwrap();
    let outcome = host.scheduler().decide(&"a".into(), first, true, now).unwrap();
    assert_eq!((outcome.disposition, codes(&outcome)), (Disposition::Ignored, vec!["stale-reply"]));
    assert!(
        host.object("a")
            .attendees(&InstanceKey::Master)
            .iter()
            .any(|attendee| { attendee.address == address(D) && attendee.partstat.as_str() == "DECLINED" })
    );
}

#[test]
fn what_changed_meanwhile_is_respected_and_said() {
    // Cancelled.
    let mut host = crashed();
    host.put("a", &host.text("a").replace("SUMMARY:Tea", "STATUS:CANCELLED\r\nSUMMARY:Tea"));
    let outcome = host.decide("a", true);
    assert_eq!((outcome.disposition, codes(&outcome)), (Disposition::Ignored, vec!["cancelled"]));
    assert!(!host.text("a").contains(D) && host.asked("a").is_empty());
    // Deleted.
    let mut host = crashed();
    let gone = Put { calendar: None, based_on: None, residence: Residence::Synced, source: Source::User };
    let now = host.now;
    host.scheduler().put(&"a".into(), UID, gone, now).unwrap();
    let outcome = host.decide("a", true);
    assert_eq!((outcome.disposition, codes(&outcome)), (Disposition::Ignored, vec!["unknown-uid"]));
    assert!(host.asked("a").is_empty());
    // Invited meanwhile: the answer is an attendee's.
    let mut host = crashed();
    host.put("a", &host.text("a").replace("END:VEVENT", &format!("ATTENDEE:{D}\r\nEND:VEVENT")));
    let outcome = host.decide("a", false);
    assert_eq!(outcome.disposition, Disposition::Applied, "{:?}", outcome.reasons);
    assert!(host.asked("a").is_empty());
}

#[test]
fn an_invitation_passed_on_waits_without_being_stored() {
    let forwarded =
        series(&[&format!("ATTENDEE:{D}")]).replace("VERSION", "METHOD:REQUEST\r\nVERSION").replace(A, C);
    for yes in [true, false] {
        let mut host = Host::of(&[B]);
        let outcome = host.receive("b", &forwarded, D);
        assert_eq!(outcome.disposition, Disposition::NeedsDecision);
        assert!(host.store.uids(&"b".into()).unwrap().is_empty());
        let words = &host.asked("b")[0].1;
        assert!(words.starts_with("d@bar.com passed on an invitation to “Tea” (Wednesday"), "{words}");
        let outcome = host.decide("b", yes);
        assert!(!outcome.reasons.is_empty());
        assert_eq!(host.store.uids(&"b".into()).unwrap().len(), usize::from(yes));
        assert!(host.asked("b").is_empty());
    }
}

#[test]
fn somebody_who_claims_the_event_waits_for_the_attendee() {
    let claim = series(&[&format!("ATTENDEE:{B}")]).replace("VERSION", "METHOD:REQUEST\r\nVERSION");
    for yes in [true, false] {
        let mut host = Host::of(&[B]);
        host.receive("b", &claim, A);
        let newer = claim.replace(A, C).replace("DTSTAMP:2026", "SEQUENCE:1\r\nDTSTAMP:2027");
        host.receive("b", &newer, C);
        assert_eq!(host.scheduler_questions("b"), [Question::NewOrganizer(address(C))]);
        let words = &host.asked("b")[0].1;
        assert!(words.starts_with("c@bar.com claims to organize “Tea”"), "{words}");
        host.decide("b", yes);
        let expected = if yes { C } else { A };
        assert_eq!(host.object("b").organizer().unwrap().address, address(expected));
    }
}

#[test]
fn a_question_is_answered_once_and_by_its_user() {
    let mut host = crashed();
    let id = host.asked("a")[0].0;
    let now = host.now;
    let error = host.scheduler().decide(&"b".into(), id, true, now).unwrap_err();
    assert!(error.is_invalid(), "{error}");
    host.decide("a", true);
    let before = host.text("a");
    let error = host.scheduler().decide(&"a".into(), id, false, now).unwrap_err();
    assert!(error.is_invalid() && error.to_string().contains("answered before"), "{error}");
    assert_eq!(host.text("a"), before);
}

#[test]
fn a_question_whose_message_is_damaged_is_an_error_and_waits_on() {
    let mut host = crashed();
    let mut asked = host.store.questions(&"a".into()).unwrap()[0].asked.clone();
    asked.calendar = b"damaged".to_vec();
    let stored = host.store.load(&"a".into(), UID).unwrap().unwrap();
    let commit = Commit {
        expected: Some(stored.version),
        calendar: stored.calendar,
        state: stored.state,
        questions: vec![asked.clone()],
        ..Commit::new("a".into(), UID)
    };
    host.store.commit(commit).unwrap();
    assert!(asked.words(&Zone::UTC, &Limits::default()).unwrap_err().is_syntax());
    let id = host.store.questions(&"a".into()).unwrap()[1].id;
    let now = host.now;
    assert!(host.scheduler().decide(&"a".into(), id, true, now).unwrap_err().is_syntax());
    assert_eq!(host.store.questions(&"a".into()).unwrap().len(), 2);
}
