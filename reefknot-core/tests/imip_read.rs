//! Mails shaped like those that mail programs and calendar services send (`fixtures/mail`).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use proptest::prelude::*;
use reefknot_core::imip::{self, IncomingMail, Origin, QUIRKS, ReadOptions};
use reefknot_core::itip::Authentication;

const FIXTURES: [&str; 16] = [
    "apple-attachment-only",
    "apple-invitation",
    "charset-label-wrong",
    "charset-latin-1",
    "exchange-invitation",
    "exchange-reply",
    "exchange-winmail",
    "fastmail-invitation",
    "forwarded",
    "gmail-invitation",
    "gmail-reply",
    "list-invitation",
    "method-mismatch",
    "octet-stream",
    "smime-signed",
    "thunderbird-reply",
];

fn bytes(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fixtures/mail/{name}.eml"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(name: &str) -> IncomingMail {
    imip::read(&bytes(name), &ReadOptions::default()).unwrap()
}

fn notes(mail: &IncomingMail) -> Vec<&str> {
    mail.notes.iter().map(|note| note.code).collect()
}

/// `from METHOD uid summary`, and the codes of the notes.
fn summary(name: &str) -> (String, Vec<String>) {
    let mail = read(name);
    let from = mail.from.as_ref().and_then(|from| from.mailbox()).unwrap_or("-");
    let calendars = mail.calendars.iter().map(|part| {
        assert_eq!(part.problems, [], "{name}");
        let event = part.calendar.component("VEVENT").unwrap();
        let method = part.calendar.value("METHOD").unwrap_or_default();
        let short: String = event.value("UID").unwrap().chars().take(12).collect();
        format!("{method} {short} {}", event.text("SUMMARY").unwrap())
    });
    let said = std::iter::once(from.to_owned()).chain(calendars).collect::<Vec<_>>().join(", ");
    (said, notes(&mail).into_iter().map(str::to_owned).collect())
}

#[test]
fn every_vendor_s_mail_is_read() {
    let cases: [(&str, &str, &[&str]); 16] = [
        ("apple-attachment-only", "e@baz.net, REQUEST apple-1@baz. Grillen am Fluß", &["attachment-only"]),
        ("apple-invitation", "e@baz.net, REQUEST apple-1@baz. Grillen am Fluß", &["method-param-missing"]),
        ("charset-label-wrong", "c@bar.com, REQUEST old-2@bar.co Café", &["charset-label-wrong"]),
        ("charset-latin-1", "c@bar.com, REQUEST old-1@bar.co Café", &["charset-converted"]),
        ("exchange-invitation", "c@bar.com, REQUEST 040000008200 Café", &[]),
        ("exchange-reply", "c@bar.com, REPLY 040000008200 Café", &[]),
        ("exchange-winmail", "c@bar.com", &["winmail-dat"]),
        ("fastmail-invitation", "e@baz.net, REQUEST fm-1@baz.net Tea", &["same-calendar-twice"]),
        ("forwarded", "b@foo.com, REPLY 040000008200 Café", &["forwarded"]),
        (
            "gmail-invitation",
            "e@baz.net, REQUEST tea-1@baz.ne Tea",
            &["same-calendar-twice", "sender-is-not-from"],
        ),
        ("gmail-reply", "e@baz.net, REPLY 1@foo.com Tea", &["same-calendar-twice", "sender-is-not-from"]),
        ("list-invitation", "team@lists.baz.net, REQUEST fm-1@baz.net Tea", &["list-mail"]),
        ("method-mismatch", "c@bar.com, CANCEL mm-1@bar.com Café", &["method-mismatch"]),
        ("octet-stream", "c@bar.com", &["type-is-not-calendar"]),
        ("smime-signed", "c@bar.com, REQUEST smime-1@bar. Café", &["signed"]),
        ("thunderbird-reply", "e@baz.net, REPLY 1@foo.com Tea", &["same-calendar-twice"]),
    ];
    for (name, expected, codes) in cases {
        let (said, found) = summary(name);
        assert_eq!(said, expected, "{name}");
        assert_eq!(found, codes, "{name}");
    }
}

#[test]
fn headers_and_text_are_read() {
    let mail = read("exchange-invitation");
    assert_eq!(mail.subject.as_deref(), Some("Café"));
    assert_eq!(mail.text.as_deref(), Some("Café at the corner"));
    assert_eq!(mail.message_id.as_deref(), Some("EX-1@mail.bar.com"));
    assert_eq!(mail.date.unwrap().to_string(), "20230227T090001Z");
    assert_eq!(mail.from_name.as_deref(), Some("C"));
    assert_eq!(mail.to, ["mailto:a@foo.com".parse().unwrap()]);
    assert_eq!(read("exchange-reply").in_reply_to.as_deref(), Some("1@foo.com"));
    assert_eq!(read("gmail-invitation").reply_to, ["mailto:e@baz.net".parse().unwrap()]);
}

#[test]
fn the_sender_is_believed_only_on_a_trusted_server_s_word() {
    let mail = |name: &str, trusted: Option<&str>| {
        let options =
            ReadOptions { trusted_authserv_id: trusted.map(str::to_owned), ..ReadOptions::default() };
        imip::read(&bytes(name), &options).unwrap()
    };
    assert_eq!(mail("gmail-invitation", None).authentication, Authentication::Claimed);
    assert_eq!(mail("gmail-invitation", Some("mx.bar.com")).authentication, Authentication::Claimed);
    let checked = mail("gmail-invitation", Some("mx.foo.com"));
    assert_eq!(checked.authentication, Authentication::Authenticated);
    let envelope = checked.envelope(&checked.calendars[0]);
    assert_eq!(envelope.sender, Some("mailto:e@baz.net".parse().unwrap()));
    // This server writes no authserv-id: nobody can be named as trusted.
    assert_eq!(mail("exchange-invitation", Some("mx.foo.com")).authentication, Authentication::Claimed);

    let failed = String::from_utf8(bytes("gmail-invitation")).unwrap().replace("dmarc=pass", "dmarc=fail");
    let options =
        ReadOptions { trusted_authserv_id: Some("mx.foo.com".to_owned()), ..ReadOptions::default() };
    let failed = imip::read(failed.as_bytes(), &options).unwrap();
    assert_eq!(failed.authentication, Authentication::Failed);
}

#[test]
fn what_is_forwarded_is_nobody_s_word() {
    let mail = read("forwarded");
    let part = &mail.calendars[0];
    assert_eq!(part.origin, Origin::Forwarded(Some("mailto:c@bar.com".parse().unwrap())));
    assert_eq!(mail.envelope(part).sender, None);
    assert_eq!(mail.envelope(part).authentication, Authentication::Claimed);
    assert_eq!(mail.text.as_deref(), Some("Is this for you?"));
}

#[test]
fn several_authors_are_none() {
    let text = String::from_utf8(bytes("exchange-reply")).unwrap();
    let two = text.replace("From: C <c@bar.com>", "From: C <c@bar.com>, D <d@bar.com>");
    let mail = imip::read(two.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!((mail.from, notes_of(&two)), (None, vec!["several-from".to_owned()]));
    let twice = format!("From: D <d@bar.com>\r\n{text}");
    assert_eq!(notes_of(&twice), ["several-from"]);
}

fn notes_of(text: &str) -> Vec<String> {
    let mail = imip::read(text.as_bytes(), &ReadOptions::default()).unwrap();
    mail.notes.iter().map(|note| note.code.to_owned()).collect()
}

#[test]
fn every_note_explains_itself() {
    for name in FIXTURES {
        for note in read(name).notes {
            assert!(QUIRKS.iter().any(|quirk| quirk.code == note.code), "{name}: {}", note.code);
            assert!(note.message.len() > note.code.len(), "{name}: {}", note.message);
        }
    }
}

#[test]
fn limits_are_errors_and_depth_is_a_note() {
    let mail = bytes("gmail-invitation");
    let with = |change: &dyn Fn(&mut ReadOptions)| {
        let mut options = ReadOptions::default();
        change(&mut options);
        imip::read(&mail, &options)
    };
    assert!(with(&|options| options.mail_bytes = 100).unwrap_err().is_limit());
    assert!(with(&|options| options.parts = 3).unwrap_err().is_limit());
    assert!(with(&|options| options.calendar.lines = 3).unwrap_err().is_limit());
    let shallow = with(&|options| options.depth = 1).unwrap();
    assert!(notes(&shallow).contains(&"too-deep"));
}

#[test]
fn a_mail_inside_a_mail_a_hundred_thousand_times() {
    let mut mail = b"Content-Type: message/rfc822\r\n\r\n".repeat(100_000);
    mail.extend_from_slice(&bytes("exchange-reply"));
    let mail = imip::read(&mail, &ReadOptions::default()).unwrap();
    assert_eq!((mail.calendars.len(), notes(&mail)), (0, vec!["too-deep"]));
}

#[test]
fn each_calendar_of_a_part_has_its_own_problems() {
    let calendar = |uid: &str| {
        format!("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nX-UID:{uid}\r\nno line {uid}\r\nEND:VCALENDAR\r\n")
    };
    let mail = format!(
        "Content-Type: text/calendar; method=REQUEST\r\n\r\njunk\r\n{}{}",
        calendar("1"),
        calendar("2")
    );
    let mail = imip::read(mail.as_bytes(), &ReadOptions::default()).unwrap();
    let lines =
        |at: usize| mail.calendars[at].problems.iter().map(|problem| problem.line).collect::<Vec<_>>();
    assert_eq!((lines(0), lines(1)), (vec![1, 5], vec![10]));
}

#[test]
fn what_is_no_mail_has_no_calendars() {
    for text in ["", "\r\n", "no mail at all", "\0\u{1}\u{2}", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"] {
        let mail = imip::read(text.as_bytes(), &ReadOptions::default()).unwrap();
        assert!(mail.calendars.is_empty() && mail.from.is_none(), "{text:?}");
    }
}

proptest! {
    /// Mails cut off and with a stretch of octets written over never panic.
    #[test]
    fn damaged_mail_never_panics(
        which in 0..FIXTURES.len(),
        cut in 0.0..1.0f64,
        at in 0.0..1.0f64,
        over in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut mail = bytes(FIXTURES[which]);
        let start = (mail.len() as f64 * at) as usize;
        for (offset, byte) in over.iter().enumerate() {
            if let Some(old) = mail.get_mut(start + offset) {
                *old = *byte;
            }
        }
        mail.truncate((mail.len() as f64 * (1.0 - cut)) as usize);
        let _ = imip::read(&mail, &ReadOptions::default());
    }
}
