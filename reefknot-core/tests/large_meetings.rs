//! Meetings of thousands: every decision ends, and what recipients may share is made once.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use reefknot_core::engine::{Engine, read_object};
use reefknot_core::ical::Limits;
use reefknot_core::itip::{Message, Method, Outcome};
use reefknot_core::scheduling::{Identities, SchedulingObject, SchedulingState};

/// A series of A's with that many attendees, and an instance that some do not attend.
fn meeting(attendees: usize, hour: usize, instance: Option<&[usize]>) -> SchedulingObject {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n");
    let mut component = |id: &str, day: usize, without: &[usize]| {
        let _ = write!(
            text,
            "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:202603{day:02}T{hour:02}0000Z\r\n\
             DURATION:PT1H\r\nSUMMARY:Tea\r\nORGANIZER:mailto:a@foo.com\r\nATTENDEE:mailto:a@foo.com\r\n{id}\r\n"
        );
        for number in (0..attendees).filter(|number| !without.contains(number)) {
            let _ = write!(text, "ATTENDEE;RSVP=TRUE:mailto:person{number}@bar.com\r\n");
        }
        text.push_str("END:VEVENT\r\n");
    };
    component("RRULE:FREQ=DAILY", 2, &[]);
    if let Some(without) = instance {
        component(&format!("RECURRENCE-ID:20260303T{hour:02}0000Z"), 3, without);
    }
    text.push_str("END:VCALENDAR\r\n");
    read_object(text.as_bytes(), &Limits::default()).unwrap()
}

fn decide(before: Option<&Outcome>, after: Option<&SchedulingObject>) -> Outcome {
    let engine = Engine::new(Identities::new("mailto:a@foo.com".parse().unwrap()));
    let state = before.map_or_else(SchedulingState::default, |before| before.state.clone());
    let stored = before.and_then(|before| before.resulting(None));
    engine.change(stored, after, &state, "20260201T000000Z".parse().unwrap()).unwrap()
}

fn bodies<'a>(messages: impl IntoIterator<Item = &'a Message>) -> usize {
    let bodies: BTreeSet<_> = messages.into_iter().map(|message| Arc::as_ptr(&message.calendar)).collect();
    bodies.len()
}

#[test]
fn who_may_see_the_same_shares_one_body() {
    let invited = decide(None, Some(&meeting(500, 10, None)));
    assert_eq!((invited.messages.len(), bodies(&invited.messages)), (500, 1));
    // Two lose an instance: each is told so alone, and the others see it.
    let changed = decide(Some(&invited), Some(&meeting(500, 10, Some(&[7, 400]))));
    let (cancelled, asked): (Vec<_>, Vec<_>) =
        changed.messages.iter().partition(|message| message.method == Method::Cancel);
    assert_eq!((cancelled.len(), bodies(cancelled.iter().copied())), (2, 2));
    for message in cancelled {
        let own = format!("ATTENDEE:{}", message.recipient);
        let text = message.calendar.to_string();
        assert_eq!((text.matches("ATTENDEE").count(), text.contains(&own)), (1, true), "{text}");
    }
    assert!(asked.iter().all(|message| message.method == Method::Request));
    assert!(bodies(asked.iter().copied()) <= 2, "{} bodies", bodies(asked));
}

#[test]
fn who_was_asked_the_same_shares_one_record() {
    let records = |outcome: &Outcome| {
        let records: BTreeSet<_> = outcome.state.attendees.values().map(Arc::as_ptr).collect();
        (outcome.state.attendees.len(), records.len())
    };
    let invited = decide(None, Some(&meeting(500, 10, None)));
    // The organizer is one of them, and is sent nothing.
    assert_eq!(records(&invited), (501, 2));
    let moved = decide(Some(&invited), Some(&meeting(500, 11, None)));
    assert_eq!(records(&moved), (501, 2));
    let text = serde_json::to_string(&moved.state).unwrap();
    assert_eq!(serde_json::from_str::<SchedulingState>(&text).unwrap(), moved.state);
    // Whoever attends less is remembered apart.
    let without = decide(Some(&moved), Some(&meeting(500, 11, Some(&[7, 400]))));
    let record = |number: usize| {
        let who = format!("mailto:person{number}@bar.com").parse().unwrap();
        &without.state.attendees[&who]
    };
    assert_eq!(record(7), record(400));
    assert_ne!(record(7), record(8));
    assert!(Arc::ptr_eq(record(8), record(9)));
    assert_eq!((record(7).cancelled.len(), record(8).cancelled.len()), (1, 0));
}

#[test]
fn ten_thousand_are_invited_asked_again_and_told_of_the_end() {
    let invited = decide(None, Some(&meeting(10_000, 10, None)));
    assert_eq!((invited.messages.len(), bodies(&invited.messages)), (10_000, 1));
    let moved = decide(Some(&invited), Some(&meeting(10_000, 11, None)));
    assert_eq!((moved.messages.len(), bodies(&moved.messages)), (10_000, 1));
    assert!(moved.messages.iter().all(|message| message.sequence == 1));
    let deleted = decide(Some(&moved), None);
    assert_eq!(deleted.messages.len(), 10_000);
    assert!(deleted.messages.iter().all(|message| message.method == Method::Cancel));
}
