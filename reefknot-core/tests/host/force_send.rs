//! SCHEDULE-FORCE-SEND (RFC 6638 §7.2).

use reefknot_core::itip::{MessageReason, Method};

use super::*;

#[test]
fn a_request_can_be_forced_to_one_attendee_and_counts_no_revision() {
    let mut host = Host::of(&[A]);
    host.put("a", &invites(&[C, D]));
    host.deliver();
    let before = host.object("a");
    let forced = host.text("a").replace(&format!(":{C}"), &format!(";SCHEDULE-FORCE-SEND=REQUEST:{C}"));
    let outcome = host.put("a", &forced);
    let [message] = &outcome.messages[..] else { panic!("{:?}", outcome.messages) };
    assert_eq!((message.method, message.reason), (Method::Request, MessageReason::Update));
    assert_eq!(message.recipient, address(C));
    assert!(!message.calendar.to_string().contains("FORCE"));
    assert!(!host.text("a").contains("FORCE"), "a server does not keep it");
    assert_eq!(host.object("a").sequence(), before.sequence());
    assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("1.0"));
    assert_eq!(host.status("a", "ATTENDEE", D).as_deref(), Some("1.1"));
    // Once is once.
    assert!(host.put("a", &host.text("a")).messages.is_empty());
}

#[test]
fn a_reply_can_be_forced() {
    let mut host = Host::of(&[A, B]);
    host.put("a", &invites(&[B]));
    host.deliver();
    let text = host.answered("b", B, "", "ACCEPTED");
    host.put("b", &text);
    host.deliver();
    assert!(host.put("b", &host.text("b")).messages.is_empty());
    let forced = host.text("b").replace("ORGANIZER", "ORGANIZER;SCHEDULE-FORCE-SEND=reply");
    let outcome = host.put("b", &forced);
    let [message] = &outcome.messages[..] else { panic!("{:?}", outcome.messages) };
    assert_eq!((message.method, &message.recipient), (Method::Reply, &address(A)));
    assert!(message.calendar.to_string().contains("PARTSTAT=ACCEPTED"));
    assert!(!host.text("b").contains("FORCE"));
}

#[test]
fn what_nobody_knows_is_ignored_and_said_so() {
    for value in ["PUBLISH", "REPLY", "X-OTHER"] {
        let mut host = Host::of(&[A]);
        host.put("a", &invites(&[C]));
        host.deliver();
        let param = format!(";SCHEDULE-FORCE-SEND={value}:{C}");
        let outcome = host.put("a", &host.text("a").replace(&format!(":{C}"), &param));
        assert!(outcome.messages.is_empty(), "{value}");
        assert!(!host.text("a").contains("FORCE"));
        assert_eq!(host.status("a", "ATTENDEE", C).as_deref(), Some("2.3"), "{value}");
    }
}

#[test]
fn an_import_forces_nothing_and_keeps_nothing() {
    let mut host = Host::of(&[A]);
    let text = series(&[&format!("ATTENDEE;SCHEDULE-FORCE-SEND=REQUEST:{C}")]);
    assert!(host.put_as("a", &text, Source::File).unwrap().messages.is_empty());
    assert!(!host.text("a").contains("FORCE"));
}
