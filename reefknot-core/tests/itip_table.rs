//! The table in ARCHITECTURE.md, method × component × role → what happens, against what the engine does.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use reefknot_core::engine::{Engine, read_calendar, read_object};
use reefknot_core::ical::{Kind, Limits};
use reefknot_core::itip::{Authentication, Carrier, Envelope, Method};
use reefknot_core::scheduling::{Identities, SchedulingState};

const KINDS: [Kind; 4] = [Kind::Event, Kind::Todo, Kind::Journal, Kind::FreeBusy];
/// The organizer, an attendee, and somebody who is neither.
const PEOPLE: [&str; 3] = ["mailto:a@foo.com", "mailto:b@foo.com", "mailto:c@bar.com"];

/// One component: of the series, SEQUENCE 0, or of a message about it.
fn component(kind: Kind, sequence: u32, hour: u32, attendees: &[&str]) -> String {
    let mut text =
        format!("BEGIN:{kind}\r\nUID:1@foo.com\r\nDTSTAMP:20261101T1{sequence}0000Z\r\nSUMMARY:Tea\r\n");
    text += &format!("DTSTART:20261202T{hour}0000Z\r\nORGANIZER:{}\r\n", PEOPLE[0]);
    match kind {
        Kind::FreeBusy => text += "DTEND:20261203T000000Z\r\n",
        _ => text += &format!("SEQUENCE:{sequence}\r\n"),
    }
    for attendee in attendees {
        text += &format!("ATTENDEE;PARTSTAT=TENTATIVE:{attendee}\r\n");
    }
    text + &format!("END:{kind}\r\n")
}

fn calendar(method: Option<Method>, component: &str) -> String {
    let method = method.map(|method| format!("METHOD:{method}\r\n")).unwrap_or_default();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//foo.com//EN\r\n{method}{component}END:VCALENDAR\r\n")
}

/// The smallest message of a method that means something: who sends it, and what it says.
fn message(method: Method, kind: Kind) -> (&'static str, String) {
    let [a, b, _] = PEOPLE;
    let (sender, sequence, hour, attendees): (_, _, _, &[&str]) = match method {
        Method::Publish => (a, 1, 11, &[]),
        Method::Request => (a, 1, 11, &[b]),
        Method::Add => (a, 1, 15, &[b]),
        Method::Cancel | Method::DeclineCounter => (a, 1, 10, &[b]),
        Method::Reply | Method::Refresh => (b, 0, 10, &[b]),
        Method::Counter => (b, 0, 12, &[b]),
    };
    (sender, calendar(Some(method), &component(kind, sequence, hour, attendees)))
}

/// What one person's engine answers: the disposition, and the first reason.
fn cell(method: Method, kind: Kind, who: &str) -> String {
    let stored = component(kind, 0, 10, &PEOPLE[..2]);
    let stored = (who != PEOPLE[2] && kind != Kind::FreeBusy)
        .then(|| read_object(calendar(None, &stored).as_bytes(), &Limits::default()).unwrap());
    let (sender, text) = message(method, kind);
    let envelope = Envelope {
        sender: Some(sender.parse().unwrap()),
        authentication: Authentication::Authenticated,
        carrier: Carrier::Mail,
    };
    let message = read_calendar(text.as_bytes(), &Limits::default()).unwrap();
    let engine = Engine::new(Identities::new(who.parse().unwrap()));
    let now = "20261110T080000Z".parse().unwrap();
    let outcome =
        engine.receive(stored.as_ref(), &SchedulingState::default(), &message, &envelope, now).unwrap();
    let disposition = serde_json::to_value(outcome.disposition).unwrap();
    format!("{} `{}`", disposition.as_str().unwrap(), outcome.reasons[0].code)
}

#[test]
fn the_table_of_methods_is_what_the_engine_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut missing = Vec::new();
    for method in Method::ALL {
        for kind in KINDS {
            let cells = PEOPLE.map(|who| cell(method, kind, who));
            let row = if method.is_for(kind) {
                format!("| {method} | {kind} | {} |", cells.join(" | "))
            } else {
                assert!(cells.iter().all(|cell| cell == "rejected `method-not-allowed`"), "{method} {kind}");
                continue;
            };
            if !text.contains(&row) {
                missing.push(row);
            }
        }
    }
    assert!(missing.is_empty(), "ARCHITECTURE.md lacks these rows:\n{}", missing.join("\n"));
}
