//! The situations of RFC 5546 §4, played by the people of foo.com and bar.com.

use super::validated;
use crate::ical::Kind;
use crate::itip::Method;

const ZONE: &str = "BEGIN:VTIMEZONE\nTZID:Vienna\nBEGIN:STANDARD\nDTSTART:19961027T030000\n\
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nTZNAME:CET\nEND:STANDARD\n\
    BEGIN:DAYLIGHT\nDTSTART:19810329T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nTZOFFSETFROM:+0100\n\
    TZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE\n";

/// Section of RFC 5546, method, kind, before the components, and the lines of each component.
type Example = (&'static str, Method, Kind, &'static str, &'static [&'static str]);

const VALID: &[Example] = &[
    ("4.1.1", Method::Publish, Kind::Event, "", &["DTSTART:20261201T180000Z\nSUMMARY:Chess, A against B\n"]),
    (
        "4.1.2",
        Method::Publish,
        Kind::Event,
        "",
        &["DTSTART:20261201T190000Z\nDTEND:20261201T210000Z\nSEQUENCE:1\nSUMMARY:Chess\\, an hour later\n"],
    ),
    ("4.1.3", Method::Cancel, Kind::Event, "", &["SEQUENCE:2\nCOMMENT:B resigns before the first move\n"]),
    (
        "4.1.4",
        Method::Publish,
        Kind::Event,
        ZONE,
        &[
            "DTSTART;TZID=Vienna:20261201T180000\nDTEND;TZID=Vienna:20261201T200000\nSEQUENCE:3\nSUMMARY:Chess\n\
           STATUS:CONFIRMED\nPRIORITY:2\nCATEGORIES:SPORT,CHESS\nCLASS:PRIVATE\nATTACH:https://foo.com/board.png\n\
           RESOURCES:Clock\nLOCATION:Cellar\nRELATED-TO:0@foo.com\n\
           BEGIN:VALARM\nTRIGGER:-PT2H\nACTION:DISPLAY\nDESCRIPTION:Leave now\nEND:VALARM\n\
           BEGIN:VALARM\nTRIGGER:-PT30M\nACTION:AUDIO\nEND:VALARM\n",
        ],
    ),
    (
        "4.1.5",
        Method::Publish,
        Kind::Event,
        "",
        &["DTSTART;VALUE=DATE:20261026\nRRULE:FREQ=YEARLY\nSUMMARY:National day\n"],
    ),
    (
        "4.2.1",
        Method::Request,
        Kind::Event,
        "",
        &[
            "ATTENDEE;ROLE=CHAIR;PARTSTAT=ACCEPTED;CN=A:mailto:a@foo.com\nATTENDEE;RSVP=TRUE:mailto:b@foo.com\n\
           ATTENDEE;CUTYPE=ROOM:mailto:cellar@foo.com\nATTENDEE;ROLE=NON-PARTICIPANT;RSVP=FALSE:mailto:d@bar.com\n\
           DTSTART:20261201T180000Z\nDTEND:20261201T190000Z\nSUMMARY:Budget\nSEQUENCE:0\nSTATUS:CONFIRMED\n",
        ],
    ),
    (
        "4.2.2",
        Method::Reply,
        Kind::Event,
        "",
        &["ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@foo.com\nSEQUENCE:0\nREQUEST-STATUS:2.0;Success\n"],
    ),
    (
        "4.2.4",
        Method::Counter,
        Kind::Event,
        "",
        &[
            "ATTENDEE:mailto:b@foo.com\nDTSTART:20261201T160000Z\nDTEND:20261201T170000Z\nSUMMARY:Budget\nSEQUENCE:0\n\
           COMMENT:At six I have to leave\n",
        ],
    ),
    (
        "4.2.4",
        Method::DeclineCounter,
        Kind::Event,
        "",
        &["ATTENDEE:mailto:b@foo.com\nSEQUENCE:0\nCOMMENT:At four C cannot come\n"],
    ),
    (
        "4.2.5",
        Method::Reply,
        Kind::Event,
        "",
        &["ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:d@bar.com\":mailto:c@bar.com\nSEQUENCE:0\n"],
    ),
    (
        "4.2.5",
        Method::Request,
        Kind::Event,
        "",
        &["ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:d@bar.com\":mailto:c@bar.com\n\
           ATTENDEE;RSVP=TRUE;DELEGATED-FROM=\"mailto:c@bar.com\":mailto:d@bar.com\n\
           DTSTART:20261201T180000Z\nSUMMARY:Budget\nSEQUENCE:0\n"],
    ),
    (
        "4.2.6",
        Method::Reply,
        Kind::Event,
        "",
        &["ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM=\"mailto:c@bar.com\":mailto:d@bar.com\n\
           ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:d@bar.com\":mailto:c@bar.com\nSEQUENCE:0\n"],
    ),
    (
        "4.2.9",
        Method::Cancel,
        Kind::Event,
        "",
        &["ATTENDEE:mailto:a@foo.com\nATTENDEE:mailto:b@foo.com\nSEQUENCE:1\nSTATUS:CANCELLED\n"],
    ),
    ("4.2.10", Method::Cancel, Kind::Event, "", &["ATTENDEE:mailto:b@foo.com\nSEQUENCE:1\n"]),
    (
        "4.3.1",
        Method::Publish,
        Kind::FreeBusy,
        "",
        &["DTSTART:20261201T000000Z\nDTEND:20261208T000000Z\nFREEBUSY:20261202T090000Z/20261202T100000Z\n"],
    ),
    (
        "4.3.2",
        Method::Request,
        Kind::FreeBusy,
        "",
        &[
            "ATTENDEE:mailto:b@foo.com\nATTENDEE:mailto:c@bar.com\nDTSTART:20261201T080000Z\nDTEND:20261201T200000Z\n",
        ],
    ),
    (
        "4.3.3",
        Method::Reply,
        Kind::FreeBusy,
        "",
        &["ATTENDEE:mailto:b@foo.com\nDTSTART:20261201T080000Z\nDTEND:20261201T200000Z\n\
           FREEBUSY:20261201T090000Z/PT1H,20261201T140000Z/PT30M\n"],
    ),
    (
        "4.4.2",
        Method::Request,
        Kind::Event,
        ZONE,
        &[
            "ATTENDEE:mailto:b@foo.com\nDTSTART;TZID=Vienna:20261201T180000\nRRULE:FREQ=WEEKLY\nSUMMARY:Choir\nSEQUENCE:1\n",
            "ATTENDEE:mailto:b@foo.com\nDTSTART;TZID=Vienna:20261215T190000\nSUMMARY:Choir\nSEQUENCE:1\n\
             RECURRENCE-ID;TZID=Vienna:20261215T180000\n",
        ],
    ),
    (
        "4.4.3",
        Method::Cancel,
        Kind::Event,
        "",
        &["ATTENDEE:mailto:b@foo.com\nRECURRENCE-ID:20261208T170000Z\nSEQUENCE:2\nSTATUS:CANCELLED\n"],
    ),
    (
        "4.4.6",
        Method::Add,
        Kind::Event,
        "",
        &["ATTENDEE:mailto:b@foo.com\nDTSTART:20261218T170000Z\nSUMMARY:Choir\nSEQUENCE:4\n"],
    ),
    (
        "4.4.9",
        Method::Counter,
        Kind::Event,
        "",
        &[
            "ATTENDEE:mailto:b@foo.com\nRECURRENCE-ID:20261208T170000Z\nSEQUENCE:4\nDTSTART:20261208T180000Z\nSUMMARY:Choir\n",
        ],
    ),
    (
        "4.4.10",
        Method::Reply,
        Kind::Event,
        "",
        &["ATTENDEE:mailto:b@foo.com\nSEQUENCE:0\nREQUEST-STATUS:3.0;Invalid property name;TEMPO\n"],
    ),
    (
        "4.5.1",
        Method::Request,
        Kind::Todo,
        "",
        &[
            "ATTENDEE;RSVP=TRUE:mailto:b@foo.com\nDTSTART:20261201T090000Z\nDUE:20261205T170000Z\nPRIORITY:1\n\
           SUMMARY:Write the minutes\nSEQUENCE:0\nSTATUS:NEEDS-ACTION\n",
        ],
    ),
    (
        "4.5.4",
        Method::Reply,
        Kind::Todo,
        "",
        &["ATTENDEE;PARTSTAT=IN-PROCESS:mailto:b@foo.com\nPERCENT-COMPLETE:75\nSEQUENCE:0\n"],
    ),
    (
        "4.6",
        Method::Publish,
        Kind::Journal,
        "",
        &["DTSTART:20261202T200000Z\nDESCRIPTION:We sang\\, and then we ate.\nCLASS:PUBLIC\n"],
    ),
    ("4.7.1", Method::Refresh, Kind::Event, "", &["ATTENDEE:mailto:b@foo.com\n"]),
];

#[test]
fn the_situations_of_rfc_5546_are_valid() {
    for (section, method, kind, before, components) in VALID {
        let text = message(*method, *kind, before, components);
        let found = validated(&text);
        assert_eq!(found.violations, [], "§{section} {method} of {kind}");
        assert_eq!((found.method, found.component), (Some(*method), Some(*kind)), "§{section}");
    }
}

/// Of what the RFC's own examples do wrong, each once: what is wrong, and its code.
const INVALID: &[(&str, Example, &str)] = &[
    (
        "§4.2.1 has a room without mailto:",
        (
            "4.2.1",
            Method::Request,
            Kind::Event,
            "",
            &["ATTENDEE;CUTYPE=ROOM:cellar@foo.com\nDTSTART:20261201T180000Z\nSUMMARY:Budget\n"],
        ),
        "cal-address",
    ),
    (
        "§4.2.1 ends at T2100000Z",
        (
            "4.2.1",
            Method::Request,
            Kind::Event,
            "",
            &[
                "ATTENDEE:mailto:b@foo.com\nDTSTART:20261201T180000Z\nDTEND:20261201T1900000Z\nSUMMARY:Budget\n",
            ],
        ),
        "date-time",
    ),
    (
        "§4.3.2 ends at local time",
        (
            "4.3.2",
            Method::Request,
            Kind::FreeBusy,
            "",
            &["ATTENDEE:mailto:b@foo.com\nDTSTART:20261201T080000Z\nDTEND:20261201T200000\n"],
        ),
        "not-utc",
    ),
    (
        "§4.7.1 asks for everybody",
        (
            "4.7.1",
            Method::Refresh,
            Kind::Event,
            "",
            &["ATTENDEE:mailto:a@foo.com\nATTENDEE:mailto:b@foo.com\n"],
        ),
        "property-too-many",
    ),
    (
        "§4.7.2 has an eight-digit year",
        (
            "4.7.2",
            Method::Request,
            Kind::Event,
            "",
            &["ATTENDEE:mailto:b@foo.com\nDTSTART:20261201T180000Z\nSUMMARY:Choir\n\
               RDATE;VALUE=PERIOD:20261208T180000Z/202600208T190000Z\n"],
        ),
        "period",
    ),
];

#[test]
fn the_slips_of_rfc_5546_are_found() {
    for (name, (_, method, kind, before, components), code) in INVALID {
        let violations = validated(&message(*method, *kind, before, components)).violations;
        let codes: Vec<_> = violations.iter().map(|violation| violation.code).collect();
        assert_eq!(codes, [*code], "{name}");
    }
}

fn message(method: Method, kind: Kind, before: &str, components: &[&str]) -> String {
    // A to-do is refreshed without saying whose it is (§3.4.6); nothing here does so.
    let head = "UID:1@foo.com\nDTSTAMP:20261122T090000Z\nORGANIZER:mailto:a@foo.com\n";
    let inside: String =
        components.iter().map(|lines| format!("BEGIN:{kind}\n{head}{lines}END:{kind}\n")).collect();
    super::message(method.as_str(), &format!("{before}{inside}"))
}
