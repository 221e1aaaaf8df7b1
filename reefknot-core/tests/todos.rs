//! What becomes of the organizer's to-do when the attendees have done their parts (RFC 5546 §3.4.3, §4.5.5).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use reefknot_core::engine::{Engine, read_calendar, read_object};
use reefknot_core::ical::Limits;
use reefknot_core::itip::{Authentication, Carrier, Disposition, Envelope, Method, Outcome, Preferences};
use reefknot_core::scheduling::{Identities, SchedulingObject, SchedulingState};
use reefknot_core::value::Timestamp;

const TODO: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VTODO\r\nUID:1\r\n\
    DTSTAMP:20261101T070000Z\r\nSEQUENCE:0\r\nSUMMARY:Write it down\r\nORGANIZER:mailto:a@foo.com\r\n\
    ATTENDEE;ROLE=CHAIR:mailto:a@foo.com\r\nATTENDEE;PARTSTAT=IN-PROCESS:mailto:b@foo.com\r\n\
    ATTENDEE;PARTSTAT=COMPLETED:mailto:d@bar.com\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";

fn engine(who: &str, complete_todos: bool) -> Engine {
    let preferences = Preferences { complete_todos, ..Preferences::default() };
    Engine::new(Identities::new(who.parse().unwrap())).with_preferences(preferences)
}

fn now() -> Timestamp {
    "20261201T080000Z".parse().unwrap()
}

/// B's answer arrives at A.
fn reply(engine: &Engine, stored: &SchedulingObject, state: &SchedulingState, lines: &str) -> Outcome {
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REPLY\r\nBEGIN:VTODO\r\nUID:1\r\n\
         DTSTAMP:20261130T080000Z\r\nSEQUENCE:0\r\nORGANIZER:mailto:a@foo.com\r\n{lines}END:VTODO\r\nEND:VCALENDAR\r\n"
    );
    let message = read_calendar(text.as_bytes(), &Limits::default()).unwrap();
    engine.receive(Some(stored), state, &message, &from("mailto:b@foo.com"), now()).unwrap()
}

fn from(sender: &str) -> Envelope {
    Envelope {
        sender: Some(sender.parse().unwrap()),
        authentication: Authentication::Authenticated,
        carrier: Carrier::Local,
    }
}

const DONE: &str =
    "ATTENDEE;PARTSTAT=COMPLETED:mailto:b@foo.com\r\nCOMPLETED:20261129T170000Z\r\nPERCENT-COMPLETE:100\r\n";

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    outcome.notices.iter().map(|notice| notice.code).collect()
}

#[test]
fn the_last_part_completes_the_whole_where_the_organizer_prefers_it_and_everybody_hears_it() {
    let a = engine("mailto:a@foo.com", true);
    let todo = read_object(TODO.as_bytes(), &Limits::default()).unwrap();
    let outcome = reply(&a, &todo, &SchedulingState::default(), DONE);
    assert_eq!(outcome.disposition, Disposition::Applied);
    let stored = outcome.resulting(None).unwrap().clone();
    let text = stored.to_calendar().to_string();
    for line in ["STATUS:COMPLETED", "PERCENT-COMPLETE:100", "COMPLETED:20261129T170000Z", "SEQUENCE:1"] {
        assert!(text.contains(&format!("{line}\r\n")), "{line} in {text}");
    }
    let mut told: Vec<_> =
        outcome.messages.iter().map(|sent| (sent.method, sent.recipient.to_string())).collect();
    told.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(
        told,
        [(Method::Request, "mailto:b@foo.com".to_owned()), (Method::Request, "mailto:d@bar.com".to_owned())]
    );

    // D's copy has it, and D is asked nothing.
    let d = engine("mailto:d@bar.com", true);
    let message =
        outcome.messages.iter().find(|sent| sent.recipient.to_string() == "mailto:d@bar.com").unwrap();
    let copy = d
        .receive(
            Some(&todo),
            &SchedulingState::default(),
            &message.calendar,
            &from("mailto:a@foo.com"),
            now(),
        )
        .unwrap();
    let copy = copy.resulting(None).unwrap().to_calendar().to_string();
    assert!(
        copy.contains("STATUS:COMPLETED") && copy.contains("PARTSTAT=COMPLETED:mailto:d@bar.com"),
        "{copy}"
    );

    // The same answer once more says nothing new.
    let again = reply(&a, &stored, &outcome.state, DONE);
    assert_eq!(again.disposition, Disposition::Ignored);
    assert!(again.messages.is_empty() && again.notices.is_empty());
}

#[test]
fn the_organizer_is_told_once_and_decides_by_default() {
    let a = engine("mailto:a@foo.com", false);
    let todo = read_object(TODO.as_bytes(), &Limits::default()).unwrap();
    let outcome = reply(&a, &todo, &SchedulingState::default(), DONE);
    assert_eq!(codes(&outcome), ["progress", "all-completed"]);
    assert!(outcome.messages.is_empty());
    let stored = outcome.resulting(None).unwrap();
    assert!(!stored.to_calendar().to_string().contains("STATUS:"));
    let later = DONE.replace("COMPLETED:20261129T170000Z", "COMMENT:Done");
    assert_eq!(codes(&reply(&a, stored, &SchedulingState::default(), &later)), ["comment", "progress"]);
}

#[test]
fn a_part_that_is_open_leaves_the_whole_open() {
    let a = engine("mailto:a@foo.com", true);
    for (others, answer, told) in [
        ("IN-PROCESS", "COMPLETED", false),
        ("NEEDS-ACTION", "COMPLETED", false),
        ("DECLINED", "COMPLETED", true),
        ("DELEGATED", "COMPLETED", true),
        ("COMPLETED", "DECLINED", true),
        ("DECLINED", "DECLINED", false),
    ] {
        let todo = TODO.replace("PARTSTAT=COMPLETED", &format!("PARTSTAT={others}"));
        let todo = read_object(todo.as_bytes(), &Limits::default()).unwrap();
        let answer = format!("ATTENDEE;PARTSTAT={answer}:mailto:b@foo.com\r\n");
        let outcome = reply(&a, &todo, &SchedulingState::default(), &answer);
        assert_eq!(codes(&outcome).contains(&"all-completed"), told, "{others} {answer}");
        assert!(outcome.reasons.iter().all(|reason| reason.code != "no-change"), "{:?}", outcome.reasons);
    }
}
