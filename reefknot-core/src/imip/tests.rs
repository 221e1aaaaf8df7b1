//! Mails as they are written, and read back.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Mail, MailOptions, ReadOptions, read, write};
use crate::ical::{Component, Limits, Stream};
use crate::itip::{Change, Message, MessageReason, Method};
use crate::recurrence::InstanceKey;
use crate::time::Zone;

fn calendar(method: &str, body: &str) -> Component {
    let body = body.trim().replace('\n', "\r\n");
    let text = format!(
        "BEGIN:VCALENDAR\r\nPRODID:-//Reefknot//EN\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\n\
         DTSTAMP:20230227T090000Z\r\n{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    Stream::parse(text.as_bytes(), &Limits::default()).unwrap().into_calendars().next().unwrap()
}

const TEA: &str = "UID:1
SUMMARY:Tea
DTSTART;TZID=Europe/Berlin:20230303T140000
DTEND;TZID=Europe/Berlin:20230303T150000
LOCATION:Room 1
ORGANIZER;CN=A:mailto:a@foo.com
ATTENDEE;CN=A;PARTSTAT=ACCEPTED:mailto:a@foo.com
ATTENDEE;CN=F;RSVP=TRUE:mailto:f@baz.net";

fn message(method: Method, reason: MessageReason, calendar: Component) -> Message {
    Message {
        method,
        reason,
        originator: "mailto:a@foo.com".parse().unwrap(),
        recipient: "mailto:f@baz.net".parse().unwrap(),
        uid: "1".into(),
        sequence: 0,
        calendar: Arc::new(calendar),
        changes: Arc::default(),
    }
}

fn options(zone: &Zone) -> MailOptions<'_> {
    MailOptions {
        zone,
        message_id: "m1@foo.com",
        date: "20230227T090000Z".parse().unwrap(),
        boundary_seed: "m1",
        in_reply_to: None,
        reply_to: None,
        sender: None,
    }
}

fn written(message: &Message) -> Mail {
    write(message, &options(&Zone::iana("Europe/London").unwrap())).unwrap()
}

#[test]
fn an_invitation_is_one_mail_for_person_and_program() {
    let mail = written(&message(Method::Request, MessageReason::Invitation, calendar("REQUEST", TEA)));
    assert_eq!(mail.text, TEXT);
    let text = String::from_utf8(mail.bytes).unwrap().replace("\r\n", "\n");
    let (before, after) = MAIL.split_once("CALENDAR\n").unwrap();
    let printed = calendar("REQUEST", TEA).to_string().replace("\r\n", "\n");
    assert_eq!(text, format!("{before}{printed}{after}"));
}

const TEXT: &str = "\
A <a@foo.com> invites you to “Tea”.

When:      Friday 3 March 2023, 13:00–14:00 (Europe/London); that is 14:00–15:00 in Europe/Berlin
Where:     Room 1
Organizer: A <a@foo.com>
Who:       A <a@foo.com>: accepted
           F <f@baz.net>: has not answered

To answer, reply to this mail with yes, no or maybe; A <a@foo.com> will note it.
A calendar program can open the attached invite.ics instead.
";

const MAIL: &str = "\
From: \"A\" <a@foo.com>
To: \"F\" <f@baz.net>
Subject: Invitation: Tea
Date: Mon, 27 Feb 2023 09:00:00 +0000
Message-ID: <m1@foo.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=\"=_m1_1\"


--=_m1_1
Content-Type: multipart/alternative; boundary=\"=_m1_2\"


--=_m1_2
Content-Type: text/plain; charset=\"utf-8\"
Content-Transfer-Encoding: quoted-printable

A <a@foo.com> invites you to =E2=80=9CTea=E2=80=9D.

When:      Friday 3 March 2023, 13:00=E2=80=9314:00 (Europe/London); that i=
s 14:00=E2=80=9315:00 in Europe/Berlin
Where:     Room 1
Organizer: A <a@foo.com>
Who:       A <a@foo.com>: accepted
           F <f@baz.net>: has not answered

To answer, reply to this mail with yes, no or maybe; A <a@foo.com> will not=
e it.
A calendar program can open the attached invite.ics instead.

--=_m1_2
Content-Type: text/calendar; method=REQUEST; charset=utf-8; component=VEVENT
Content-Transfer-Encoding: 7bit

CALENDAR

--=_m1_2--

--=_m1_1
Content-Type: application/ics; name=\"invite.ics\"
Content-Disposition: attachment; filename=\"invite.ics\"
Content-Transfer-Encoding: base64

QkVHSU46VkNBTEVOREFSDQpQUk9ESUQ6LS8vUmVlZmtub3QvL0VODQpWRVJTSU9OOjIuMA0KTUVU
SE9EOlJFUVVFU1QNCkJFR0lOOlZFVkVOVA0KRFRTVEFNUDoyMDIzMDIyN1QwOTAwMDBaDQpVSUQ6
MQ0KU1VNTUFSWTpUZWENCkRUU1RBUlQ7VFpJRD1FdXJvcGUvQmVybGluOjIwMjMwMzAzVDE0MDAw
MA0KRFRFTkQ7VFpJRD1FdXJvcGUvQmVybGluOjIwMjMwMzAzVDE1MDAwMA0KTE9DQVRJT046Um9v
bSAxDQpPUkdBTklaRVI7Q049QTptYWlsdG86YUBmb28uY29tDQpBVFRFTkRFRTtDTj1BO1BBUlRT
VEFUPUFDQ0VQVEVEOm1haWx0bzphQGZvby5jb20NCkFUVEVOREVFO0NOPUY7UlNWUD1UUlVFOm1h
aWx0bzpmQGJhei5uZXQNCkVORDpWRVZFTlQNCkVORDpWQ0FMRU5EQVINCg==

--=_m1_1--
";

fn changed(property: &str, before: &str, after: &str) -> Change {
    Change {
        instance: InstanceKey::Master,
        property: property.to_owned(),
        before: Some(before.to_owned()),
        after: Some(after.to_owned()),
    }
}

#[test]
fn a_change_says_what_changed_and_asks_again() {
    let mut message = message(Method::Request, MessageReason::Rescheduled, calendar("REQUEST", TEA));
    message.changes = [changed("LOCATION", "LOCATION:Room 2", "LOCATION:Room 1")].into();
    let mail = written(&message);
    assert_eq!(mail.subject, "Changed: Tea");
    let start = "A <a@foo.com> has changed “Tea”. The time is new, so please answer again.\n\n\
                 What changed:\n- The place is now: Room 1 (before: Room 2)\n\nWhen:";
    assert!(mail.text.starts_with(start), "{}", mail.text);
    message.reason = MessageReason::Update;
    assert!(written(&message).text.contains("Your earlier answer stands"));
}

#[test]
fn subjects_say_why() {
    let of = |method: Method, reason, body: &str| {
        let calendar = calendar(method.as_str(), body);
        let mut message = message(method, reason, calendar);
        if method == Method::Reply {
            message.originator = "mailto:f@baz.net".parse().unwrap();
            message.recipient = "mailto:a@foo.com".parse().unwrap();
        }
        let mail = written(&message);
        (mail.subject, mail.text.lines().next().unwrap_or_default().to_owned())
    };
    let said = |subject: &str, first: &str| (subject.to_owned(), first.to_owned());
    let cancelled = format!("{TEA}\nSTATUS:CANCELLED");
    assert_eq!(
        of(Method::Cancel, MessageReason::Cancellation, &cancelled),
        said("Cancelled: Tea", "A <a@foo.com> has cancelled “Tea”.")
    );
    assert_eq!(
        of(Method::Cancel, MessageReason::Cancellation, TEA),
        said("Cancelled: Tea", "A <a@foo.com> no longer expects you at “Tea”.")
    );
    assert_eq!(
        of(Method::Request, MessageReason::DelegateGone, TEA),
        said(
            "Your delegate does not come: Tea",
            "A <a@foo.com> says that whom you sent in your place does not come to “Tea”."
        )
    );
    for (partstat, subject, first) in [
        ("ACCEPTED", "Accepted: Tea", "F <f@baz.net> has accepted “Tea”."),
        ("DECLINED", "Declined: Tea", "F <f@baz.net> has declined “Tea”."),
        ("TENTATIVE", "Tentative: Tea", "F <f@baz.net> has tentatively accepted “Tea”."),
        ("X-PERHAPS", "Answer: Tea", "F <f@baz.net> has answered about “Tea”."),
    ] {
        let body = TEA.replace("RSVP=TRUE", &format!("PARTSTAT={partstat}"));
        assert_eq!(of(Method::Reply, MessageReason::Reply, &body), said(subject, first));
    }
    assert_eq!(of(Method::Refresh, MessageReason::Refresh, TEA).0, "Please send again: Tea");
}

#[test]
fn addresses_that_mail_cannot_reach_are_refused() {
    let london = Zone::iana("Europe/London").unwrap();
    let good = message(Method::Request, MessageReason::Invitation, calendar("REQUEST", TEA));
    for address in
        ["urn:uuid:1", "mailto:a@foo.com,b@foo.com", "mailto:a%3E@foo.com", "mailto:a@foo@com", "mailto:@x"]
    {
        let Ok(address) = address.parse() else { continue };
        let bad = Message { recipient: address, ..good.clone() };
        assert!(write(&bad, &options(&london)).unwrap_err().is_invalid(), "{}", bad.recipient);
    }
    let other = Message { method: Method::Cancel, ..good.clone() };
    assert!(write(&other, &options(&london)).unwrap_err().to_string().contains("METHOD"));
    for id in ["", "no-at", "a b@c", "a@b>\r\nBcc: x@y", "a@b@c"] {
        let bad = MailOptions { message_id: id, ..options(&london) };
        assert!(write(&good, &bad).unwrap_err().is_invalid(), "{id}");
    }
    let odd = MailOptions { in_reply_to: Some("x\r\nBcc: e@baz.net"), ..options(&london) };
    assert!(!String::from_utf8(write(&good, &odd).unwrap().bytes).unwrap().contains("Bcc"));
}

#[test]
fn a_boundary_never_occurs_in_the_contents() {
    let body = TEA.replace("SUMMARY:Tea", "SUMMARY:--=_m1_1 =_m1");
    let mail = written(&message(Method::Request, MessageReason::Invitation, calendar("REQUEST", &body)));
    assert!(String::from_utf8(mail.bytes).unwrap().contains("boundary=\"=_m1.1_1\""));
}

#[test]
fn a_control_character_of_another_program_comes_through() {
    let body = TEA.replace("SUMMARY:Tea", "SUMMARY:Tea\u{c}\nLOCATION:\u{1}");
    let message = message(Method::Request, MessageReason::Invitation, calendar("REQUEST", &body));
    let back = read(&written(&message).bytes, &ReadOptions::default()).unwrap();
    let found: Vec<String> = back.calendars.iter().map(|part| part.calendar.to_string()).collect();
    assert_eq!(found, [message.calendar.to_string()]);
}

proptest! {
    /// Whatever a calendar says, the mail reads back: same headers, no others, and the same calendar.
    #[test]
    fn a_mail_reads_back(
        summary in "[^\u{0}-\u{8}\u{b}-\u{1f}\u{7f}-\u{9f}]{0,80}",
        name in "[^\u{0}-\u{1f}\u{7f}-\u{9f}\"]{0,30}",
        seed in ".{0,20}",
    ) {
        let escaped = crate::value::text::escape(&summary).into_owned();
        let body = TEA.replace("SUMMARY:Tea", &format!("SUMMARY:{escaped}")).replace("CN=A", &format!("CN=\"{name}\""));
        let message = message(Method::Request, MessageReason::Invitation, calendar("REQUEST", &body));
        let zone = Zone::UTC;
        let options = MailOptions { boundary_seed: &seed, ..options(&zone) };
        let mail = write(&message, &options).unwrap();
        let text = String::from_utf8(mail.bytes.clone()).unwrap();
        let (header, _) = text.split_once("\r\n\r\n").unwrap();
        let names: Vec<&str> = header
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap_or_default())
            .collect();
        prop_assert_eq!(names, ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]);
        let back = read(&mail.bytes, &ReadOptions::default()).unwrap();
        prop_assert_eq!(back.from, Some("mailto:a@foo.com".parse().unwrap()));
        prop_assert_eq!(back.to, vec!["mailto:f@baz.net".parse().unwrap()]);
        prop_assert_eq!(back.date, Some(options.date));
        prop_assert_eq!(back.calendars.len(), 1);
        prop_assert_eq!(back.calendars[0].calendar.to_string(), message.calendar.to_string());
        let normal = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(normal(&back.text.unwrap_or_default()), normal(&mail.text));
    }
}
