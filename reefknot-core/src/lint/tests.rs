use proptest::prelude::*;

use super::*;

fn report(text: &str) -> Report {
    lint(text.as_bytes(), &Limits::default()).unwrap()
}

/// A calendar with one of everything, with nothing to mend.
const WHOLE: &str = r#"BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//foo.com//Desk 1.0//EN
CALSCALE:GREGORIAN
NAME:Team
REFRESH-INTERVAL;VALUE=DURATION:P1W
BEGIN:VTIMEZONE
TZID:Europe/Vienna
LAST-MODIFIED:20260101T000000Z
TZURL:https://zones.foo.com/vienna
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20500327T010000Z
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:standup@foo.com
DTSTAMP:20261122T090000Z
DTSTART;TZID=Europe/Vienna:20261201T093000
DTEND;TZID=Europe/Vienna:20261201T094500
RRULE:FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270630T073000Z
EXDATE;TZID=Europe/Vienna:20261208T093000,20261224T093000
SUMMARY:Stand-up\, with coffee
DESCRIPTION;ALTREP="https://foo.com/standup":What I did\nWhat I do\; why
CATEGORIES:WORK,TALK
GEO:48.2082;16.3738
PRIORITY:5
SEQUENCE:2
CLASS:X-TEAM
STATUS:CONFIRMED
TRANSP:OPAQUE
URL:https://foo.com/standup
ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:aGVsbG8=
ORGANIZER;CN="A, of foo";SENT-BY="mailto:d@bar.com":mailto:a@foo.com
ATTENDEE;RSVP=TRUE;PARTSTAT=X-LATE
 ;MEMBER="mailto:t@foo.com":mailto:b@foo.com
REQUEST-STATUS:2.0;Success
X-LUNCH;X-SPICE=hot,"very, hot":soup;salad
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Coffee
TRIGGER;RELATED=END:-PT5M
DURATION:PT1M
REPEAT:2
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:standup@foo.com
RECURRENCE-ID;TZID=Europe/Vienna:20261203T093000
DTSTAMP:20261122T090000Z
DTSTART;TZID=Europe/Vienna:20261203T110000
DURATION:PT15M
RDATE;VALUE=PERIOD:20261204T090000Z/PT1H,20261205T090000Z/20261205T100000Z
END:VEVENT
BEGIN:VTODO
UID:report@foo.com
DTSTAMP:20261122T090000Z
DTSTART;VALUE=DATE:20261201
DUE;VALUE=DATE:20261203
PERCENT-COMPLETE:40
COMPLETED:20261202T120000Z
END:VTODO
BEGIN:VJOURNAL
UID:diary@foo.com
DTSTAMP:20261122T090000Z
DTSTART;VALUE=DATE:20261201
DESCRIPTION:Rain
DESCRIPTION:Sun
END:VJOURNAL
BEGIN:VFREEBUSY
UID:busy@foo.com
DTSTAMP:20261122T090000Z
DTSTART:20261201T000000Z
DTEND:20261208T000000Z
FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261201T090000Z/PT1H
END:VFREEBUSY
BEGIN:X-MENU
SOUP:of the day
END:X-MENU
END:VCALENDAR
"#;

/// A calendar with what the extensions add, with nothing to mend.
const EXTENDED: &str = r#"BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//foo.com//Desk 1.0//EN
UID:holidays@foo.com
LAST-MODIFIED:20261122T090000Z
NAME:Feiertage
NAME;LANGUAGE=en:Holidays
COLOR:darkseagreen
SOURCE;VALUE=URI:https://foo.com/holidays.ics
IMAGE;VALUE=URI;DISPLAY=BADGE,X-TINY:https://foo.com/logo.png
REFRESH-INTERVAL;VALUE=DURATION:P1W
BEGIN:VEVENT
UID:concert@foo.com
DTSTAMP:20261122T090000Z
DTSTART:20261201T190000Z
DTEND:20261201T210000Z
SUMMARY:Concert
ORGANIZER;EMAIL=a@foo.com;SCHEDULE-AGENT=SERVER:urn:uuid:a
ATTENDEE;EMAIL=b@foo.com;CUTYPE=INDIVIDUAL;SCHEDULE-STATUS="1.2":urn:uuid:b
CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Band:https://foo.com/band
STYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html;ORDER=1:<b>Loud</b>
STRUCTURED-DATA;VALUE=TEXT;FMTTYPE=application/json;
 SCHEMA="https://schema.org/Event":{"name":"Concert"}
LINK;VALUE=URI;LINKREL=latest-version;FMTTYPE=text/calendar:
 https://foo.com/concert.ics
CONCEPT:https://foo.com/concepts/music
REFID:season-2026
RELATED-TO;RELTYPE=FINISHTOSTART;GAP=PT1H:rehearsal@foo.com
RELATED-TO;RELTYPE=REFID:season-2026
BEGIN:PARTICIPANT
UID:band@foo.com
PARTICIPANT-TYPE:PERFORMER
SUMMARY:The band
CALENDAR-ADDRESS:mailto:c@bar.com
BEGIN:VLOCATION
UID:stage@foo.com
NAME:Stage
END:VLOCATION
END:PARTICIPANT
BEGIN:VLOCATION
UID:hall@foo.com
NAME:The hall
GEO:48.2082;16.3738
LOCATION-TYPE:concert-hall,parking
URL:https://foo.com/hall
END:VLOCATION
BEGIN:VRESOURCE
UID:piano@foo.com
NAME:The piano
RESOURCE-TYPE:X-PIANO
END:VRESOURCE
BEGIN:VALARM
UID:alarm@foo.com
ACTION:AUDIO
TRIGGER:-PT15M
ACKNOWLEDGED:20261201T184500Z
END:VALARM
BEGIN:VALARM
UID:snooze@foo.com
RELATED-TO;RELTYPE=SNOOZE:alarm@foo.com
ACTION:AUDIO
TRIGGER;VALUE=DATE-TIME:20261201T185000Z
END:VALARM
BEGIN:VALARM
UID:near@foo.com
ACTION:DISPLAY
DESCRIPTION:Get off
TRIGGER;VALUE=DATE-TIME:19760401T005545Z
PROXIMITY:ARRIVE
BEGIN:VLOCATION
UID:stop@foo.com
URL:geo:48.2082,16.3738
END:VLOCATION
END:VALARM
END:VEVENT
BEGIN:VAVAILABILITY
UID:office@foo.com
DTSTAMP:20261122T090000Z
DTSTART:20261201T000000Z
BUSYTYPE:BUSY-TENTATIVE
BEGIN:AVAILABLE
UID:mornings@foo.com
DTSTAMP:20261122T090000Z
DTSTART:20261201T080000Z
DTEND:20261201T120000Z
RRULE:FREQ=WEEKLY;BYDAY=TU
END:AVAILABLE
END:VAVAILABILITY
END:VCALENDAR
"#;

fn crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

#[test]
fn a_whole_calendar_is_clean() {
    assert_eq!(report(&crlf(WHOLE)).findings, []);
    assert_eq!(report(&crlf(EXTENDED)).findings, []);
}

/// What to find in [`WHOLE`] or [`EXTENDED`], what to put in its place, and the codes of what is found then.
const BROKEN: &[(&str, &str, &[&str])] = &[
    // §3.6: which properties, how often, where
    ("PRODID:-//foo.com//Desk 1.0//EN\n", "", &["property-missing"]),
    ("VERSION:2.0\n", "", &["property-missing"]),
    ("VERSION:2.0", "VERSION:1.0", &["version"]),
    ("UID:report@foo.com\n", "", &["property-missing"]),
    ("UID:report@foo.com\nDTSTAMP:20261122T090000Z\n", "UID:report@foo.com\n", &["property-missing"]),
    ("DTSTART;TZID=Europe/Vienna:20261203T110000\nDURATION:PT15M\n", "", &["property-missing"]),
    ("PRIORITY:5\n", "PRIORITY:5\nPRIORITY:6\n", &["property-too-many"]),
    ("PERCENT-COMPLETE:40", "DTEND:20261203T000000Z", &["property-misplaced"]),
    ("DESCRIPTION:Rain\n", "LOCATION:Rain\n", &["property-misplaced"]),
    (
        "TZNAME:CET\nEND:STANDARD\n",
        "TZNAME:CET\nBEGIN:VALARM\nACTION:AUDIO\nTRIGGER;VALUE=DATE-TIME:20261201T090000Z\nEND:VALARM\nEND:STANDARD\n",
        &["component-misplaced"],
    ),
    (
        "END:VTODO\n",
        "BEGIN:VJOURNAL\nUID:1@foo.com\nDTSTAMP:20261122T090000Z\nEND:VJOURNAL\nEND:VTODO\n",
        &["component-misplaced"],
    ),
    ("END:X-MENU\n", "END:X-MENU\nBEGIN:X_MENU\nEND:X_MENU\n", &["component-name"]),
    ("SUMMARY:", "SUM_MARY:", &["property-name"]),
    ("ACTION:DISPLAY\nDESCRIPTION:Coffee\n", "ACTION:DISPLAY\n", &["property-missing"]),
    ("ACTION:DISPLAY\n", "ACTION:EMAIL\n", &["property-missing", "property-missing"]),
    (
        "ACTION:DISPLAY\n",
        "ACTION:AUDIO\nATTACH:https://foo.com/a\nATTACH:https://foo.com/b\n",
        &["property-too-many"],
    ),
    ("REPEAT:2\n", "", &["property-missing"]),
    ("TZID:Europe/Vienna\n", "", &["property-missing", "timezone-missing"]),
    ("TZOFFSETTO:+0200\n", "", &["property-missing"]),
    // In summer the clocks of Vienna are not three hours ahead.
    ("TZOFFSETTO:+0200\n", "TZOFFSETTO:+0300\n", &["timezone-contradiction"]),
    // §3.3: values
    (
        "DTSTAMP:20261122T090000Z\nDTSTART;VALUE=DATE:20261201\nDUE",
        "DTSTAMP:20261122T090000\nDTSTART;VALUE=DATE:20261201\nDUE",
        &["not-utc"],
    ),
    (
        "DTSTART;TZID=Europe/Vienna:20261201T093000",
        "DTSTART;TZID=Europe/Vienna:20261231T2530",
        &["date-time"],
    ),
    ("20261201T093000\n", "20261301T093000\n", &["date-time"]),
    ("DUE;VALUE=DATE:20261203", "DUE:20261203", &["date-time"]),
    ("DUE;VALUE=DATE:20261203", "DUE;VALUE=PERIOD:20261203", &["value-type"]),
    (
        "DTSTAMP:20261122T090000Z\nDTSTART;TZID",
        "DTSTAMP;TZID=Europe/Vienna:20261122T090000Z\nDTSTART;TZID",
        &["tzid-not-allowed"],
    ),
    (
        "EXDATE;TZID=Europe/Vienna:20261208T093000,20261224T093000",
        "EXDATE;TZID=Europe/Vienna:20261208T093000;20261224T093000",
        &["date-time"],
    ),
    ("DURATION:PT15M", "DURATION:15M", &["duration"]),
    ("DURATION:PT15M", "DURATION:-PT15M", &["duration"]),
    ("DURATION:PT15M", "DURATION:P1W2D", &["duration"]),
    ("TRIGGER;RELATED=END:-PT5M", "TRIGGER;RELATED=END:5 minutes", &["duration"]),
    ("20261204T090000Z/PT1H,", "20261204T090000Z,", &["period"]),
    ("BUSY-TENTATIVE:20261201T090000Z", "BUSY-TENTATIVE:20261201T090000", &["not-utc"]),
    ("RRULE:FREQ=WEEKLY;BYDAY=TU,TH", "RRULE:FREQ=WEEKLY;BYDAY=TU,XX", &["recur"]),
    ("RRULE:FREQ=WEEKLY;BYDAY=TU,TH", "RRULE:BYDAY=TU,TH", &["recur"]),
    ("RRULE:FREQ=WEEKLY;", "RRULE:FREQ=WEEKLY;;", &["recur"]),
    ("RRULE:FREQ=WEEKLY;", "RRULE:FREQ=WEEKLY;BYMOON=FULL;", &["recur"]),
    ("PRIORITY:5", "PRIORITY:10", &["integer"]),
    ("PERCENT-COMPLETE:40", "PERCENT-COMPLETE:40%", &["integer"]),
    ("SEQUENCE:2", "SEQUENCE:-2", &["integer"]),
    ("URL:https://foo.com/standup", "URL:foo.com/standup", &["uri"]),
    ("URL:https://foo.com/standup", "URL:https://foo.com/stand up", &["uri"]),
    (":mailto:b@foo.com", ":b@foo.com", &["cal-address"]),
    ("GEO:48.2082;16.3738", "GEO:48.2082,16.3738", &["geo"]),
    ("GEO:48.2082;16.3738", "GEO:98.2082;16.3738", &["geo"]),
    ("TZOFFSETTO:+0100", "TZOFFSETTO:-0000", &["timezone-contradiction", "utc-offset"]),
    ("TZOFFSETTO:+0100", "TZOFFSETTO:0100", &["utc-offset"]),
    ("REQUEST-STATUS:2.0;Success", "REQUEST-STATUS:Success", &["request-status"]),
    ("aGVsbG8=", "aGVsbG8", &["binary"]),
    ("ENCODING=BASE64;VALUE=BINARY:", "VALUE=BINARY:", &["binary"]),
    ("Stand-up\\, with", "Stand-up, with", &["text-escape"]),
    ("Stand-up\\, with", "Stand-up\\: with", &["text-escape"]),
    ("SUMMARY:", "SUMMARY;VALUE=URI:", &["value-type"]),
    // §3.2: parameters
    ("RSVP=TRUE", "RSVP=YES", &["param-value"]),
    ("RELATED=END", "RELATED=MIDDLE", &["param-value"]),
    ("RSVP=TRUE", "RSVP", &["param-no-value"]),
    ("RSVP=TRUE", "RS VP=TRUE", &["param-name"]),
    ("RSVP=TRUE", "RSVP=TRUE;RSVP=FALSE", &["param-repeated"]),
    ("CN=\"A, of foo\"", "CN=A \"of\" foo", &["param-quote"]),
    ("SENT-BY=\"mailto:d@bar.com\"", "SENT-BY=d", &["param-not-quoted"]),
    ("SENT-BY=\"mailto:d@bar.com\"", "SENT-BY=\"d@bar.com\"", &["param-value"]),
    // §3.8: how properties fit together
    ("T094500", "T093000", &["end-before-start"]),
    ("DTEND;TZID=Europe/Vienna:20261201T094500", "DTEND:20261201T083000Z", &["end-before-start"]),
    ("DTEND;TZID=Europe/Vienna:20261201T094500", "DTEND:20261201T083001Z", &[]),
    ("DUE;VALUE=DATE:20261203", "DUE;VALUE=DATE:20261130", &["end-before-start"]),
    ("DUE;VALUE=DATE:20261203", "DUE:20261203T000000Z", &["end-type"]),
    ("DTEND;TZID=Europe/Vienna:20261201T094500", "DTEND:20261201T094500", &["end-type"]),
    ("DURATION:PT15M", "DURATION:PT15M\nDTEND:20261203T120000Z", &["properties-exclusive"]),
    ("DUE;VALUE=DATE:20261203", "DURATION:PT5H", &["duration-type"]),
    ("DTSTART;VALUE=DATE:20261201\nDUE;VALUE=DATE:20261203", "DURATION:P2D", &["start-missing"]),
    ("DTSTART;VALUE=DATE:20261201\nDESCRIPTION", "RRULE:FREQ=DAILY\nDESCRIPTION", &["start-missing"]),
    ("UNTIL=20270630T073000Z", "UNTIL=20270630", &["until-type"]),
    ("UNTIL=20500327T010000Z", "UNTIL=20500327T010000", &["until-type"]),
    ("BYDAY=TU,TH", "BYDAY=1TU", &["rule-parts"]),
    ("BYDAY=TU,TH", "BYMONTHDAY=1", &["rule-parts"]),
    ("BYDAY=TU,TH", "BYWEEKNO=20", &["rule-parts"]),
    ("BYDAY=TU,TH", "BYSETPOS=1", &["rule-parts"]),
    ("DTSTART:20261201T000000Z", "DTSTART:20261201T000000", &["end-type", "not-utc"]),
    ("DTSTART:19961027T030000", "DTSTART:19961027T030000Z", &["not-local"]),
    ("DTEND;TZID=Europe/Vienna:20261201T094500\n", "", &["trigger"]),
    ("TRIGGER;RELATED=END:-PT5M", "TRIGGER;RELATED=END;VALUE=DATE-TIME:20261201T090000Z", &["trigger"]),
    ("EXDATE;TZID=Europe/Vienna", "EXDATE;TZID=Europe/Wien", &["timezone-missing"]),
    (
        "RECURRENCE-ID;TZID=Europe/Vienna:20261203T093000",
        "RECURRENCE-ID;VALUE=DATE:20261203",
        &["recurrence-id-type"],
    ),
    ("RECURRENCE-ID;TZID=Europe/Vienna:20261203T093000\n", "", &["component-repeated"]),
    // §3.6, §3.8.8: names
    ("SUMMARY:", "SUMARY:", &["property-unknown"]),
    ("PRIORITY:5", "LOCATION-TYPE:bar", &["property-misplaced"]),
    (
        "BEGIN:X-MENU\nSOUP:of the day\nEND:X-MENU",
        "BEGIN:VMENU\nSOUP:of the day\nEND:VMENU",
        &["component-unknown"],
    ),
    ("RSVP=TRUE", "RSPV=TRUE", &["param-unknown"]),
    ("RSVP=TRUE", "FBTYPE=FREE", &["param-misplaced"]),
    ("GEO:48", "GEO;LANGUAGE=de:48", &["param-misplaced"]),
    // §A.3: what is no longer
    ("EXDATE;TZID=Europe/Vienna:20261208T093000,20261224T093000", "EXRULE:FREQ=YEARLY", &["deprecated"]),
    ("ACTION:DISPLAY\nDESCRIPTION:Coffee", "ACTION:PROCEDURE\nATTACH:file:///bin/sh", &["deprecated"]),
    ("RECURRENCE-ID;TZID", "RECURRENCE-ID;RANGE=THISANDPRIOR;TZID", &["param-value"]),
    // lists of values that are closed, and names that are none
    ("STATUS:CONFIRMED", "STATUS:MAYBE", &["value-not-allowed"]),
    ("STATUS:CONFIRMED", "STATUS:COMPLETED", &["value-not-allowed"]),
    ("TRANSP:OPAQUE", "TRANSP:X-GLASS", &["value-not-allowed"]),
    ("CLASS:X-TEAM", "CLASS:my team", &["value-not-allowed"]),
    ("PARTSTAT=X-LATE", "PARTSTAT=COMPLETED", &["param-value"]),
    ("PARTSTAT=X-LATE", "PARTSTAT=no", &[]),
    ("RSVP=TRUE", "CN=Bee, Bumble", &["param-value"]),
    ("FMTTYPE=text/plain", "FMTTYPE=text", &["param-value"]),
    ("SUMMARY:", "SUMMARY;LANGUAGE=de_AT:", &["param-value"]),
    ("UID:diary@foo.com", "UID:", &["value-empty"]),
    (
        "ORGANIZER;CN=\"A, of foo\";SENT-BY=\"mailto:d@bar.com\":mailto:a@foo.com\n",
        "",
        &["organizer-missing"],
    ),
    // §3.3: values that VALUE makes something else
    ("X-LUNCH;", "X-LUNCH;VALUE=BOOLEAN;", &["boolean"]),
    ("X-LUNCH;", "X-LUNCH;VALUE=FLOAT;", &["float"]),
    ("X-LUNCH;", "X-LUNCH;VALUE=TIME;", &["time"]),
    ("X-LUNCH;", "X-LUNCH;VALUE=X-SOUP;", &[]),
    ("DURATION:PT15M", "DURATION:PT1H15S", &["duration"]),
    ("RRULE:FREQ=WEEKLY;", "RRULE:FREQ=WEEKLY;INTERVAL=1;INTERVAL=1;", &["recur"]),
    // §3.8.5
    ("SUMMARY:", "RRULE:FREQ=DAILY;COUNT=9\nSUMMARY:", &["rule-repeated"]),
    ("BYDAY=TU,TH", "BYDAY=WE,TH", &["start-not-in-rule"]),
    (
        "BYDAY=TU,TH;UNTIL=20270630T073000Z\nEXDATE;TZID=Europe/Vienna:",
        "BYDAY=WE,TH;UNTIL=20270630T073000Z\nEXDATE;TZID=Europe/Vienna:20261201T093000,",
        &[],
    ),
    ("FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270630T073000Z", "FREQ=WEEKLY;UNTIL=20261201T083000Z", &[]),
    (
        "EXDATE;TZID=Europe/Vienna:20261208T093000,20261224T093000",
        "EXDATE;VALUE=DATE:20261208",
        &["recurrence-date-type"],
    ),
    // RFC 7953
    ("DTSTART:20261201T000000Z\nBUSYTYPE", "DTSTART:20261201T000000\nBUSYTYPE", &["not-zoned"]),
    ("DTSTART:20261201T000000Z\nBUSYTYPE", "DURATION:P1D\nBUSYTYPE", &["start-missing"]),
    ("BUSYTYPE:BUSY-TENTATIVE", "BUSYTYPE:rather busy", &["value-not-allowed"]),
    (
        "DTSTART:20261201T080000Z\nDTEND:20261201T120000Z\nRRULE:FREQ=WEEKLY;BYDAY=TU\n",
        "",
        &["property-missing"],
    ),
    // RFC 7986
    ("COLOR:darkseagreen", "COLOR:#8FBC8F", &["color"]),
    ("SOURCE;VALUE=URI:", "SOURCE:", &["value-type-missing"]),
    ("SOURCE;VALUE=URI:", "SOURCE;VALUE=TEXT:", &["value-type"]),
    ("DISPLAY=BADGE,X-TINY", "DISPLAY=\"my badge\"", &["param-value"]),
    // RFC 9073
    ("PARTICIPANT-TYPE:PERFORMER\n", "", &["property-missing"]),
    ("ORDER=1", "ORDER=0", &["param-value"]),
    ("FMTTYPE=application/json;", "", &["param-missing"]),
    ("VALUE=TEXT;FMTTYPE=text/html;ORDER=1", "FMTTYPE=text/html", &["value-type-missing"]),
    ("LOCATION-TYPE:concert-hall,parking", "LOCATION-TYPE:a;b", &["text-escape"]),
    // RFC 9074
    ("ACKNOWLEDGED:20261201T184500Z", "ACKNOWLEDGED:20261201T184500", &["not-utc"]),
    ("PROXIMITY:ARRIVE", "PROXIMITY:when near", &["value-not-allowed"]),
    // RFC 9253
    ("LINKREL=latest-version;", "", &["param-missing"]),
    ("LINKREL=latest-version;", "LINKREL=https;", &[]),
    ("LINKREL=latest-version;", "LINKREL=\"https://foo.com/a b\";", &["param-value"]),
    ("GAP=PT1H", "GAP=soon", &["param-value"]),
    ("RELTYPE=FINISHTOSTART", "RELTYPE=\"first this\"", &["param-value"]),
    ("CONCEPT:https:", "CONCEPT:", &["uri"]),
    // §3.1: lines
    (
        "SUMMARY:Stand-up",
        "SUMMARY:A much longer name for a very short meeting that is held while standing up",
        &["line-too-long"],
    ),
    ("SUMMARY:Stand-up", "SUMMARY:Stand\u{7}-up", &["control-character"]),
    ("SUMMARY:Stand-up\\, with coffee", "Stand-up with coffee", &["unreadable"]),
    ("END:VALARM\n", "", &["unreadable"]),
    ("SUMMARY:Stand-up", "\nSUMMARY:Stand-up", &["blank-line"]),
    ("BEGIN:VCALENDAR\n", "\u{FEFF}BEGIN:VCALENDAR\n", &["byte-order-mark"]),
];

#[test]
fn each_broken_calendar_has_its_finding() {
    for (old, new, expected) in BROKEN {
        let whole = if WHOLE.contains(old) { WHOLE } else { EXTENDED };
        assert!(whole.contains(old), "{old}");
        let report = report(&crlf(&whole.replacen(old, new, 1)));
        let mut codes: Vec<_> = report.findings.iter().map(|finding| finding.code.name()).collect();
        codes.sort_unstable();
        assert_eq!(codes, *expected, "`{old}` → `{new}`: {report:#?}");
    }
}

#[test]
fn every_rule_is_broken_by_a_test() {
    let as_a_whole = ["charset", "component-missing", "line-end", "no-calendar", "timezone-repeated"];
    let broken: Vec<&str> =
        BROKEN.iter().flat_map(|(.., codes)| codes.iter().copied()).chain(as_a_whole).collect();
    for code in Code::ALL {
        assert!(broken.contains(&code.name()), "no test breaks {code}");
    }
}

#[test]
fn what_is_broken_as_a_whole() {
    let codes =
        |text: &str| report(text).findings.iter().map(|finding| finding.code.name()).collect::<Vec<_>>();
    assert_eq!(codes(""), ["no-calendar"]);
    assert_eq!(
        codes("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"),
        ["component-missing"]
    );
    assert_eq!(codes(WHOLE), ["line-end"]);
    assert_eq!(codes(crlf(WHOLE).trim_end()), ["line-end"]);
    let twice = crlf(WHOLE).repeat(2);
    assert_eq!(codes(&twice), [""; 0], "two calendars may hold the same");
    let zone_twice = WHOLE.replacen("END:VTIMEZONE\n", &format!("END:VTIMEZONE\n{}", zone()), 1);
    assert_eq!(codes(&crlf(&zone_twice)), ["timezone-repeated"]);
    let outside = "BEGIN:VJOURNAL\r\nUID:1\r\nDTSTAMP:20261122T090000Z\r\nEND:VJOURNAL\r\n";
    assert_eq!(codes(outside), ["component-misplaced"]);
    let inner = crlf(WHOLE).replacen("END:X-MENU", &format!("{outside}END:X-MENU"), 1);
    assert_eq!(codes(&inner), [""; 0], "nobody knows what an extension may hold");
    let latin = crlf(WHOLE).replace("Desk", "Büro").chars().map(|c| c as u8).collect::<Vec<_>>();
    assert_eq!(lint(&latin, &Limits::default()).unwrap().findings[0].code, Code::Charset);
}

fn zone() -> &'static str {
    let end = WHOLE.find("END:VTIMEZONE\n").unwrap() + "END:VTIMEZONE\n".len();
    &WHOLE[WHOLE.find("BEGIN:VTIMEZONE").unwrap()..end]
}

#[test]
fn lines_are_physical_and_findings_are_bounded() {
    let folded =
        crlf(WHOLE).replace("VERSION:2.0\r\n", "VERSION\r\n :2.0\r\n").replace("PRIORITY:5", "PRIORITY:50");
    let line = folded.lines().position(|line| line == "PRIORITY:50").unwrap() + 1;
    let found = report(&folded).findings;
    assert_eq!((found.len(), found[0].line, found[0].section), (1, line, "RFC 5545 §3.8.1.9"));

    let many = "BEGIN:VEVENT\r\nEND:VEVENT\r\n".repeat(50);
    let report = lint(many.as_bytes(), &Limits { problems: 10, ..Limits::default() }).unwrap();
    assert_eq!((report.findings.len(), report.not_kept > 100), (10, true));
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        lint(&bytes, &Limits::default()).unwrap();
    }

    #[test]
    fn any_damage_is_answered(at in 0..WHOLE.len(), len in 0..40_usize, new in "[ -~é\r\n]{0,12}") {
        let mut bytes = WHOLE.as_bytes().to_vec();
        let end = bytes.len().min(at + len);
        bytes.splice(at..end, new.bytes());
        lint(&bytes, &Limits::default()).unwrap();
    }
}
