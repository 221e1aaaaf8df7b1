use super::tables::{Presence, table};
use super::*;
use crate::ical::{Limits, Stream};

/// Codes and the lines they stand on.
type Codes<'a> = &'a [(&'a str, Option<usize>)];

fn validated(text: &str) -> Validation {
    let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(stream.problems(), [], "{text}");
    validate(stream.components().next().unwrap())
}

fn codes(text: &str) -> Vec<(&'static str, Option<usize>)> {
    validated(text).violations.iter().map(|violation| (violation.code, violation.line)).collect()
}

fn message(method: &str, inside: &str) -> String {
    format!("BEGIN:VCALENDAR\nPRODID:-//foo.com//EN\nVERSION:2.0\nMETHOD:{method}\n{inside}END:VCALENDAR\n")
}

/// A value that the property may have.
fn sample(name: &str) -> &'static str {
    match name {
        "ATTACH" => "ATTACH:https://foo.com/agenda.pdf",
        "ATTENDEE" => "ATTENDEE:mailto:b@foo.com",
        "COMPLETED" => "COMPLETED:20261201T090000Z",
        "CREATED" => "CREATED:20261101T090000Z",
        "DTEND" => "DTEND:20261201T100000Z",
        "DTSTAMP" => "DTSTAMP:20261122T090000Z",
        "DTSTART" => "DTSTART:20261201T090000Z",
        "DUE" => "DUE:20261201T100000Z",
        "DURATION" => "DURATION:PT1H",
        "EXDATE" => "EXDATE:20261208T090000Z",
        "FREEBUSY" => "FREEBUSY:20261201T090000Z/PT1H",
        "GEO" => "GEO:48.2;16.37",
        "LAST-MODIFIED" => "LAST-MODIFIED:20261122T090000Z",
        "ORGANIZER" => "ORGANIZER:mailto:a@foo.com",
        "PERCENT-COMPLETE" => "PERCENT-COMPLETE:10",
        "PRIORITY" => "PRIORITY:5",
        "RDATE" => "RDATE:20261208T090000Z",
        "RECURRENCE-ID" => "RECURRENCE-ID:20261201T090000Z",
        "REQUEST-STATUS" => "REQUEST-STATUS:2.0;Success",
        "RRULE" => "RRULE:FREQ=WEEKLY",
        "SEQUENCE" => "SEQUENCE:1",
        "STATUS" => "STATUS:CANCELLED",
        "UID" => "UID:1@foo.com",
        "URL" => "URL:https://foo.com/1",
        "CATEGORIES" => "CATEGORIES:Sport",
        "CLASS" => "CLASS:PUBLIC",
        "COMMENT" => "COMMENT:Sorry",
        "CONTACT" => "CONTACT:A",
        "DESCRIPTION" => "DESCRIPTION:",
        "LOCATION" => "LOCATION:Pool",
        "RELATED-TO" => "RELATED-TO:2@foo.com",
        "RESOURCES" => "RESOURCES:Projector",
        "SUMMARY" => "SUMMARY:Swimming",
        "TRANSP" => "TRANSP:OPAQUE",
        other => panic!("no sample of {other}"),
    }
}

/// The least that a table asks for, without one property and with another.
fn least(method: Method, kind: Kind, without: &str, with: &[&str]) -> String {
    let rows = &table(method, kind).unwrap().properties;
    let needed = rows.iter().filter(|(_, presence)| matches!(presence, Presence::One | Presence::OneOrMore));
    let mut lines: Vec<&str> = needed
        .map(|(name, _)| sample(name))
        .filter(|line| !line.starts_with(&format!("{without}:")))
        .collect();
    lines.extend(with.iter().copied().map(sample));
    message(method.as_str(), &format!("BEGIN:{kind}\n{}\nEND:{kind}\n", lines.join("\n")))
}

fn every_table() -> impl Iterator<Item = (Method, Kind)> {
    Kind::ALL
        .into_iter()
        .flat_map(|kind| Method::ALL.map(|method| (method, kind)))
        .filter(|&(method, kind)| table(method, kind).is_some())
}

#[test]
fn the_matrix_of_methods_and_components() {
    // RFC 5546 §3
    let matrix = [
        (Method::Publish, [true, true, true, true]),
        (Method::Request, [true, true, false, true]),
        (Method::Refresh, [true, true, false, false]),
        (Method::Cancel, [true, true, true, false]),
        (Method::Add, [true, true, true, false]),
        (Method::Reply, [true, true, false, true]),
        (Method::Counter, [true, true, false, false]),
        (Method::DeclineCounter, [true, true, false, false]),
    ];
    for (method, row) in matrix {
        for (kind, allowed) in Kind::ALL.into_iter().zip(row) {
            if allowed {
                let found = validated(&least(method, kind, "", &[]));
                assert_eq!(found.violations, [], "{method} of {kind}");
                assert_eq!((found.valid, found.method, found.component), (true, Some(method), Some(kind)));
            } else {
                let text = message(method.as_str(), &format!("BEGIN:{kind}\nEND:{kind}\n"));
                assert_eq!(codes(&text), [("method-not-allowed", Some(5))], "{method} of {kind}");
            }
        }
    }
}

#[test]
fn every_row_of_every_table_is_enforced() {
    for (method, kind) in every_table() {
        for (name, presence) in table(method, kind).unwrap().properties.iter() {
            let found = |without: &str, with: &[&str]| {
                let violations = validated(&least(method, kind, without, with)).violations;
                violations.iter().map(|violation| violation.code).collect::<Vec<_>>()
            };
            let what = format!("{name} in {method} of {kind}");
            match presence {
                Presence::One => {
                    assert_eq!(found(name, &[]), ["property-missing"], "{what}");
                    assert_eq!(found("", &[name]), ["property-too-many"], "{what}");
                }
                Presence::OneOrMore => {
                    assert_eq!(found(name, &[]), ["property-missing"], "{what}");
                    assert_eq!(found("", &[name]), [""; 0], "{what}");
                }
                Presence::Absent => assert_eq!(found("", &[name]), ["property-forbidden"], "{what}"),
                Presence::AtMostOne => {
                    assert!(!found("", &[name]).contains(&"property-too-many"), "{what}");
                    assert!(found("", &[name, name]).contains(&"property-too-many"), "{what}");
                }
                Presence::Any => unreachable!("a row without a restriction"),
            }
        }
    }
}

#[test]
fn extensions_are_allowed_everywhere() {
    for (method, kind) in every_table() {
        let extra = format!(
            "X-LUNCH;X-A=b:soup\nCOLOR:red\nBEGIN:X-MENU\nX-B:c\nEND:X-MENU\nEND:{kind}\n\
             BEGIN:X-OTHER\nEND:X-OTHER\nBEGIN:VNEW\nEND:VNEW\n"
        );
        let text = least(method, kind, "", &[]).replace(&format!("END:{kind}\n"), &extra);
        assert_eq!(codes(&text), [], "{method} of {kind}");
    }
}

const EVENT: &str = "UID:1@foo.com\nDTSTAMP:20261122T090000Z\nORGANIZER:mailto:a@foo.com\n";

fn event(method: &str, lines: &str) -> String {
    message(method, &format!("BEGIN:VEVENT\n{EVENT}{lines}END:VEVENT\n"))
}

fn request(lines: &str) -> String {
    event("REQUEST", &format!("ATTENDEE:mailto:b@foo.com\nDTSTART:20261201T090000Z\nSUMMARY:\n{lines}"))
}

#[test]
fn what_the_comments_of_the_tables_say() {
    let cases: [(&str, String, Codes<'_>); 27] = [
        ("the summary may be empty", request(""), &[]),
        (
            "both ends",
            request("DTEND:20261201T100000Z\nDURATION:PT1H\n"),
            &[("properties-exclusive", Some(13))],
        ),
        ("status", request("STATUS:CANCELLED\n"), &[("status-not-allowed", Some(12))]),
        ("any case", request("STATUS:Confirmed\n"), &[]),
        (
            "status of a reply is any an event may have",
            event("REPLY", "ATTENDEE:mailto:b@foo.com\nSTATUS:FINAL\n"),
            &[("status-not-allowed", Some(10))],
        ),
        (
            "a cancellation may only say that it is one",
            event("CANCEL", "SEQUENCE:1\nSTATUS:CONFIRMED\n"),
            &[("status-not-allowed", Some(10))],
        ),
        ("a publication is cancelled without attendees", event("CANCEL", "SEQUENCE:1\nCOMMENT:rain\n"), &[]),
        (
            "an addition raises the revision",
            event("ADD", "SEQUENCE:0\nDTSTART:20261201T090000Z\nSUMMARY:x\n"),
            &[("sequence-zero", Some(9))],
        ),
        (
            "two answer at once",
            event(
                "REPLY",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@foo.com\nATTENDEE;PARTSTAT=ACCEPTED:mailto:c@bar.com\n",
            ),
            &[("property-too-many", Some(10))],
        ),
        (
            "a delegate answers beside the delegator",
            event(
                "REPLY",
                "ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:c@bar.com\":mailto:b@foo.com\n\
                 ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:C@bar.com\n",
            ),
            &[],
        ),
        (
            "delegated to nobody",
            event("REPLY", "ATTENDEE;PARTSTAT=DELEGATED:mailto:b@foo.com\n"),
            &[("delegate-missing", Some(9))],
        ),
        ("nobody answers", event("REPLY", ""), &[("property-missing", Some(5))]),
        ("a bare address", request("ATTENDEE:c@bar.com\n"), &[("cal-address", Some(12))]),
        ("no such time", request("DTEND:20261201T1000000Z\n"), &[("date-time", Some(12))]),
        (
            "a zone that nobody defines",
            request("DTEND;TZID=Europe/Vienna:20261201T110000\n"),
            &[("timezone-missing", Some(12))],
        ),
        (
            "an alarm in a reply",
            event(
                "REPLY",
                "ATTENDEE:mailto:b@foo.com\nBEGIN:VALARM\nACTION:AUDIO\nTRIGGER:-PT5M\nEND:VALARM\n",
            ),
            &[("component-too-many", Some(10))],
        ),
        (
            "half an alarm",
            request("BEGIN:VALARM\nTRIGGER:-PT5M\nREPEAT:2\nEND:VALARM\n"),
            &[("property-missing", Some(12)), ("property-missing", Some(14))],
        ),
        ("wrong version", request("").replace("VERSION:2.0", "VERSION:1.0"), &[("version", Some(3))]),
        ("no method", request("").replace("METHOD:REQUEST\n", ""), &[("property-missing", Some(1))]),
        ("unknown method", request("").replace("REQUEST", "INVITE"), &[("method-unknown", Some(4))]),
        ("nothing to talk about", message("REQUEST", ""), &[("component-missing", Some(1))]),
        ("not a calendar", "BEGIN:VEVENT\nEND:VEVENT\n".to_owned(), &[("not-a-calendar", Some(1))]),
        (
            "codes of two classes",
            event(
                "REPLY",
                "ATTENDEE:mailto:b@foo.com\nREQUEST-STATUS:2.0;Success\nREQUEST-STATUS:3.1;Bad;X\n",
            ),
            &[("request-status-mixed", Some(11))],
        ),
        (
            "an instance of what does not recur",
            request("").replace("END:VCALENDAR\n", "")
                + "BEGIN:VEVENT\n"
                + EVENT
                + "ATTENDEE:mailto:b@foo.com\nDTSTART:20261202T090000Z\nSUMMARY:x\nRECURRENCE-ID:20261202T080000Z\nEND:VEVENT\nEND:VCALENDAR\n",
            &[("not-recurring", Some(20))],
        ),
        (
            "an instance of a series",
            request("RRULE:FREQ=DAILY\n").replace("END:VCALENDAR\n", "")
                + "BEGIN:VEVENT\n"
                + EVENT
                + "ATTENDEE:mailto:b@foo.com\nDTSTART:20261202T090000Z\nSUMMARY:x\nRECURRENCE-ID:20261202T080000Z\nEND:VEVENT\nEND:VCALENDAR\n",
            &[],
        ),
        (
            "the same twice",
            event("CANCEL", "SEQUENCE:1\n").replace("END:VCALENDAR\n", "")
                + "BEGIN:VEVENT\n"
                + EVENT
                + "SEQUENCE:1\nEND:VEVENT\nEND:VCALENDAR\n",
            &[("component-repeated", Some(11))],
        ),
        (
            "two meetings at once",
            request("").replace("END:VCALENDAR\n", "")
                + "BEGIN:VEVENT\n"
                + &EVENT.replace("1@foo", "2@foo")
                + "ATTENDEE:mailto:b@foo.com\nDTSTART:20261202T090000Z\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR\n",
            &[("uid-differs", Some(14))],
        ),
    ];
    for (name, text, expected) in cases {
        assert_eq!(codes(&text), expected, "{name}");
    }
}

#[test]
fn one_kind_of_component_and_as_many_as_the_table_allows() {
    let todo = "BEGIN:VTODO\nUID:1@foo.com\nEND:VTODO\nEND:VCALENDAR\n";
    assert_eq!(codes(&request("").replace("END:VCALENDAR\n", todo)), [("components-mixed", Some(13))]);
    let refresh = event("REFRESH", "ATTENDEE:mailto:b@foo.com\n");
    let other = format!(
        "BEGIN:VEVENT\n{EVENT}ATTENDEE:mailto:b@foo.com\nRECURRENCE-ID:20261201T090000Z\nEND:VEVENT\nEND:VCALENDAR\n"
    );
    assert_eq!(codes(&refresh.replace("END:VCALENDAR\n", &other)), [("component-too-many", Some(11))]);
}

#[test]
fn zones_are_whole_and_local() {
    let zone = |inside: &str| {
        let zone = format!("BEGIN:VTIMEZONE\nTZID:Vienna\n{inside}END:VTIMEZONE\nBEGIN:VEVENT\n");
        request("DTEND;TZID=\"Vienna\":20261201T110000\n").replace("BEGIN:VEVENT\n", &zone)
    };
    let observance = "DTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n";
    let standard = |more: &str| zone(&format!("BEGIN:STANDARD\n{observance}{more}END:STANDARD\n"));
    assert_eq!(codes(&standard("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n")), []);
    assert_eq!(codes(&zone("")), [("component-missing", Some(5))]);
    assert_eq!(
        codes(&standard("RDATE:19711031T030000\nRRULE:FREQ=YEARLY\n")),
        [("properties-exclusive", Some(12))]
    );
    assert_eq!(codes(&standard("").replace("T030000\n", "T030000Z\n")), [("not-local", Some(8))]);
    assert_eq!(codes(&standard("").replace("TZOFFSETTO:+0100\n", "")), [("property-missing", Some(7))]);
    assert_eq!(codes(&standard("").replace("+0100", "1 o'clock")), [("utc-offset", Some(10))]);
}

#[test]
fn busy_time_is_busy_and_in_utc() {
    let busy = |lines: &str| {
        let text = format!("BEGIN:VFREEBUSY\n{EVENT}ATTENDEE:mailto:b@foo.com\n{lines}END:VFREEBUSY\n");
        codes(&message("REPLY", &text))
    };
    let bounds = "DTSTART:20261201T000000Z\nDTEND:20261208T000000Z\n";
    let period = "FREEBUSY:20261202T090000Z/PT1H,20261203T090000Z/20261203T100000Z\n";
    assert_eq!(busy(&format!("{bounds}{period}")), []);
    assert_eq!(busy(&bounds.replace("8T000000Z", "8T000000")), [("not-utc", Some(11))]);
    assert_eq!(
        busy(&format!("{bounds}{}", period.replace("BUSY:", "BUSY;FBTYPE=FREE:"))),
        [("not-busy-time", Some(12))]
    );
    assert_eq!(busy(&format!("{bounds}{}", period.replace("0Z/P", "0/P"))), [("not-utc", Some(12))]);
}

#[test]
fn a_line_that_says_nothing_makes_no_valid_message() {
    let text = request("BEGIN:VALARM\nTRIGGER:-PT5M\nACTION:AUDIO\nwake me\nEND:VALARM\n");
    let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
    let found = validate(stream.calendars().next().unwrap());
    assert_eq!(
        (found.valid, found.violations[0].code, found.violations[0].line),
        (false, "unreadable", Some(15))
    );
}

#[test]
fn violations_are_bounded() {
    let found = validated(&request(&"PRIORITY:high\n".repeat(2000)));
    assert_eq!((found.violations.len(), found.violations_not_kept), (1000, 1001));
}

#[test]
fn it_is_said_as_data_and_in_words() {
    let found = validated(&request("STATUS:CANCELLED\n"));
    assert_eq!(
        serde_json::to_value(&found).unwrap(),
        serde_json::json!({
            "valid": false, "method": "REQUEST", "method_text": "REQUEST", "component": "VEVENT",
            "violations_not_kept": 0, "violations": [{
                "code": "status-not-allowed",
                "message": "STATUS is `CANCELLED`; a REQUEST of a VEVENT may only say CONFIRMED, TENTATIVE",
                "line": 12, "section": "RFC 5546 §3.2.2",
            }],
        })
    );
    assert_eq!(
        found.violations[0].to_string(),
        "line 12: STATUS is `CANCELLED`; a REQUEST of a VEVENT may only say CONFIRMED, TENTATIVE \
         (status-not-allowed, RFC 5546 §3.2.2)"
    );
}

/// Of what the examples of RFC 5546 §4 do wrong, each once; what they do right is in `fixtures/itip`.
#[test]
fn the_slips_of_rfc_5546_are_found() {
    for (what, method, kind, lines, code) in [
        (
            "§4.2.1 has a room without mailto:",
            "REQUEST",
            "VEVENT",
            "ATTENDEE;CUTYPE=ROOM:cellar@foo.com\nDTSTART:20261201T180000Z\nSUMMARY:Budget\n",
            "cal-address",
        ),
        (
            "§4.2.1 ends at T2100000Z",
            "REQUEST",
            "VEVENT",
            "ATTENDEE:mailto:b@foo.com\nDTSTART:20261201T180000Z\nDTEND:20261201T1900000Z\nSUMMARY:Budget\n",
            "date-time",
        ),
        (
            "§4.3.2 ends at local time",
            "REQUEST",
            "VFREEBUSY",
            "ATTENDEE:mailto:b@foo.com\nDTSTART:20261201T080000Z\nDTEND:20261201T200000\n",
            "not-utc",
        ),
        (
            "§4.7.1 asks for everybody",
            "REFRESH",
            "VEVENT",
            "ATTENDEE:mailto:a@foo.com\nATTENDEE:mailto:b@foo.com\n",
            "property-too-many",
        ),
        (
            "§4.7.2 has an eight-digit year",
            "REQUEST",
            "VEVENT",
            "ATTENDEE:mailto:b@foo.com\nDTSTART:20261201T180000Z\nSUMMARY:Choir\n\
             RDATE;VALUE=PERIOD:20261208T180000Z/202600208T190000Z\n",
            "period",
        ),
    ] {
        let head = "UID:1@foo.com\nDTSTAMP:20261122T090000Z\nORGANIZER:mailto:a@foo.com\n";
        let text = message(method, &format!("BEGIN:{kind}\n{head}{lines}END:{kind}\n"));
        assert_eq!(codes(&text).iter().map(|(code, _)| *code).collect::<Vec<_>>(), [code], "{what}");
    }
}
