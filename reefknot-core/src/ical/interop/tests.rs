use std::collections::BTreeSet;

use icalendar::{Alarm, Attendee, Calendar, Component as _, Event, EventLike, EventStatus, Property, Todo};
use proptest::prelude::*;

use super::super::{Component, Limits, PropertyBuf, Stream};

fn parse(text: &str) -> Component {
    let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
    stream.into_calendars().next().unwrap()
}

fn there(calendar: &Calendar) -> Component {
    Component::try_from(calendar).unwrap()
}

#[test]
fn what_is_built_is_escaped_and_quoted_and_nothing_is_invented() {
    let start = chrono::NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    let event = Event::new()
        .uid("1@foo.com")
        .summary("Tea; or\r\ncoffee, \\o/")
        .status(EventStatus::Tentative)
        .starts(start)
        .categories(["Food, drink", "Talk"])
        .add_property("GEO", "48.2;16.37")
        .add_property("URL", "https://foo.com/a,b;c")
        .add_property("REQUEST-STATUS", "3.1;Bad value;DTSTART:x;y")
        .add_property("X-MOOD", "fine; really")
        .attendee(Attendee::new("mailto:b@foo.com".into()).cn("B, of \"foo\"".into()))
        .attendee(Attendee::new("mailto:c@bar.com".into()))
        .add_multi_property("ATTENDEE", "mailto:d@bar.com")
        .append_multi_property(
            Property::new("ATTENDEE", "mailto:e@baz.net")
                .add_parameter("MEMBER", "\"mailto:x@foo.com\",\"mailto:y@foo.com\"")
                .done(),
        )
        .alarm(Alarm::display("Now; go", -chrono::Duration::minutes(5)))
        .done();
    let printed = there(&Calendar::empty().push(event).push(Todo::new()).done()).to_string();
    let lines: BTreeSet<_> = printed.replace("\r\n ", "").lines().map(str::to_owned).collect();
    let expected = [
        "SUMMARY:Tea\\; or\\ncoffee\\, \\\\o/",
        "DTSTART;VALUE=DATE:20261201",
        "CATEGORIES:Food\\, drink,Talk",
        "GEO:48.2;16.37",
        "URL:https://foo.com/a,b;c",
        "REQUEST-STATUS:3.1;Bad value;DTSTART:x\\;y",
        "X-MOOD:fine\\; really",
        "ATTENDEE;CN=\"B, of ^'foo^'\":mailto:b@foo.com",
        "ATTENDEE:mailto:d@bar.com",
        "ATTENDEE;MEMBER=\"mailto:x@foo.com\",\"mailto:y@foo.com\":mailto:e@baz.net",
        "DESCRIPTION:Now\\; go",
    ];
    for line in expected {
        assert!(lines.contains(line), "{line}\n{printed}");
    }
    assert_eq!(printed.matches("ATTENDEE").count(), 4);
    assert_eq!(printed.matches("UID:").count(), 1);
    assert!(!printed.contains("DTSTAMP"));
    assert!(printed.contains("BEGIN:VTODO\r\nEND:VTODO\r\n"));
}

#[test]
fn no_value_begins_a_line_and_no_line_is_too_long() {
    let evil = Event::new().summary("x\r\nATTENDEE:mailto:evil@x").done();
    assert_eq!(there(&Calendar::from([evil])).component("VEVENT").unwrap().properties().count(), 1);
    for event in [
        Event::new().url("https://foo.com\r\nATTENDEE:mailto:evil@x").done(),
        Event::new().add_property("X Y", "a").done(),
        Event::new().append_property(Property::new("A", "b").add_parameter("C;D", "e").done()).done(),
    ] {
        assert!(Component::try_from(&Calendar::from([event])).unwrap_err().is_invalid());
    }
    // Two-octet characters and then spaces, which a folding that counts both ways never gets past.
    let summary = format!("{}{}", "é".repeat(72), " ".repeat(73));
    let calendar = there(&Calendar::from([Event::new().summary(&summary).done()]));
    let read = parse(&calendar.to_string());
    assert_eq!(read.component("VEVENT").unwrap().text("SUMMARY").unwrap(), summary);
}

/// A calendar in the order, case and escaping in which it comes back.
const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//foo.com//EN\r\nX-A:1\r\nX-A:2\r\n\
    BEGIN:VTIMEZONE\r\nTZID:Europe/Vienna\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nTZNAME:CET\r\n\
    TZNAME:MEZ\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
    BEGIN:VEVENT\r\nDESCRIPTION:a\\nb\\; c\r\nDTSTART;TZID=Europe/Vienna:20261201T090000\r\n\
    ORGANIZER;CN=A;X-B=\"c:d\":mailto:a@foo.com\r\nREQUEST-STATUS:2.0;Success\r\n\
    UID:1@foo.com\r\nX-OWN;VALUE=URI:a;b,c\r\nATTENDEE;MEMBER=\"mailto:x@foo.com\",\"mailto:y@foo.com\":mailto:b@foo.com\r\n\
    ATTENDEE;CN=\"C, of bar\":mailto:c@bar.com\r\nCATEGORIES:x\\,y,z\r\nREQUEST-STATUS:2.8;Partly;RRULE:a\\;b\r\n\
    BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER;RELATED=END:-PT5M\r\nEND:VALARM\r\nBEGIN:VTODO\r\nEND:VTODO\r\nEND:VEVENT\r\n\
    BEGIN:VJOURNAL\r\nDESCRIPTION:one\r\nDESCRIPTION:two\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n";

#[test]
fn a_calendar_survives_the_way_there_and_back() {
    let there_and_back = there(&Calendar::try_from(&parse(CALENDAR)).unwrap()).to_string();
    // Properties are sorted by name, those that occur often last.
    let unfold = |text: &str| text.replace("\r\n ", "").replace("\r\n", "\n");
    let sorted = |text: &str| {
        let mut lines: Vec<_> = unfold(text).lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(sorted(&there_and_back), sorted(CALENDAR));
    let again = there(&Calendar::try_from(&parse(&there_and_back)).unwrap()).to_string();
    assert_eq!(there_and_back, again);

    let calendar = Calendar::try_from(&parse(CALENDAR)).unwrap();
    let event = calendar.events().next().unwrap();
    assert_eq!(event.get_description(), Some("a\nb; c"));
    assert_eq!(event.get_attendees().len(), 2);
    assert_eq!(event.get_categories().unwrap(), ["x,y", "z"]);
}

#[test]
fn letter_case_is_evened_out() {
    let text = "begin:vcalendar\r\nbegin:vevent\r\nsummary:a\\, b\r\ndtstart;value=date:20261201\r\nend:vevent\r\nend:vcalendar\r\n";
    let calendar = Calendar::try_from(&parse(text)).unwrap();
    let event = calendar.events().next().unwrap();
    assert_eq!(event.get_summary(), Some("a, b"));
    assert!(matches!(event.get_start(), Some(icalendar::DatePerhapsTime::Date(_))));
}

#[test]
fn what_cannot_be_held_is_said() {
    let cases = [
        ("X;A:b", "line 3: X has a parameter without a value"),
        ("X;A=b;a=c:d", "line 3: X has a parameter twice"),
        ("X;A=b^'c:d", "line 3: X has a quote or a line break in a parameter"),
        ("X;A=b^nc:d", "line 3: X has a quote or a line break in a parameter"),
        ("no line at all", "VEVENT holds a line that is not a content line"),
        ("REQUEST-STATUS:2.0;So\\;so;x", "line 3: REQUEST-STATUS has a semicolon in its description"),
    ];
    for (line, expected) in cases {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{line}\nEND:VEVENT\nEND:VCALENDAR\n");
        let error = Calendar::try_from(&parse(&text)).unwrap_err();
        assert!(error.is_invalid() && error.to_string().starts_with(expected), "{error}");
    }
    let latin = b"BEGIN:VCALENDAR\nX:\xFF\nEND:VCALENDAR\n";
    let stream = Stream::parse(latin, &Limits::default()).unwrap();
    let error = Calendar::try_from(stream.calendars().next().unwrap()).unwrap_err();
    assert!(error.to_string().contains("not UTF-8"), "{error}");
    let event = Component::new("VEVENT").unwrap();
    assert!(Calendar::try_from(&event).unwrap_err().to_string().contains("not a VCALENDAR"));
}

#[test]
fn deep_nesting_is_bounded() {
    let nested = |depth: usize| {
        let mut inner = Component::new("X-A").unwrap();
        for _ in 1..depth {
            let mut outer = Component::new("X-A").unwrap();
            outer.push_component(inner);
            inner = outer;
        }
        let mut calendar = Component::new("VCALENDAR").unwrap();
        calendar.push_component(inner);
        calendar
    };
    assert_eq!(there(&Calendar::try_from(&nested(400)).unwrap()).to_string(), nested(400).to_string());
    assert!(Calendar::try_from(&nested(501)).unwrap_err().is_limit());
}

/// A name, parameters and a value without anything that must be escaped or quoted.
fn plain() -> impl Strategy<Value = (String, Vec<(String, String)>, String)> {
    let param = ("X-[A-Z]{1,5}", "[a-zA-Z0-9]{1,12}");
    ("[A-Z]{3,9}", prop::collection::vec(param, 0..3), "[a-zA-Z0-9 äöü.]{0,120}[a-z]")
        .prop_filter("names of their own", |(name, ..)| !matches!(name.as_str(), "BEGIN" | "END"))
}

proptest! {
    #[test]
    fn plain_calendars_read_as_its_parser_reads_them(lines in prop::collection::vec(plain(), 1..12)) {
        let mut event = Component::new("VEVENT").unwrap();
        for (name, params, value) in &lines {
            let mut property = PropertyBuf::new(name, value).unwrap();
            for (name, value) in params {
                property.set_param(name, value).unwrap();
            }
            event.push(property);
        }
        let mut calendar = Component::new("VCALENDAR").unwrap();
        calendar.push_component(event);
        let printed = calendar.to_string();
        let unfolded = icalendar::parser::unfold(&printed);
        let theirs = icalendar::parser::read_calendar(&unfolded).unwrap();
        let ours = parse(&printed);
        let (ours, theirs) = (ours.component("VEVENT").unwrap(), &theirs.components[0]);
        prop_assert_eq!(ours.properties().count(), theirs.properties.len());
        for (ours, theirs) in ours.properties().zip(&theirs.properties) {
            prop_assert_eq!(ours.name(), theirs.name.as_str());
            prop_assert_eq!(&*ours.value(), theirs.val.as_str());
            let own: Vec<_> = ours.params().map(|p| (p.name().into_owned(), Some(p.value().into_owned()))).collect();
            let other: Vec<_> =
                theirs.params.iter().map(|p| (p.key.to_string(), p.val.as_ref().map(ToString::to_string))).collect();
            prop_assert_eq!(own, other);
        }
    }

    #[test]
    fn any_text_survives(summary in "[^\\p{Cc}]{0,200}", note in "[^\\p{Cc}\"]{0,40}") {
        let mut event = Event::new();
        event.append_property(Property::new("SUMMARY", &summary).add_parameter("X-NOTE", &note).done());
        let here = there(&Calendar::from([event.done()]));
        let read = parse(&here.to_string());
        let property = read.component("VEVENT").unwrap().property("SUMMARY").unwrap();
        prop_assert_eq!(property.text(), summary.clone());
        prop_assert_eq!(property.param("X-NOTE").unwrap(), note.clone());
        let back = Calendar::try_from(&read).unwrap();
        prop_assert_eq!(back.events().next().unwrap().get_summary(), Some(summary.as_str()));
    }
}

#[test]
fn a_property_cannot_close_its_component() {
    for (name, value) in
        [("END", "VEVENT"), ("begin", "VALARM"), ("X\r\nEND", "VEVENT"), ("X", "a\r\nEND:VEVENT")]
    {
        let event = Event::new().append_property(Property::new(name, value)).done();
        let copied = Component::try_from(&Calendar::from([event]));
        assert!(copied.unwrap_err().is_invalid(), "{name}: {value}");
    }
}
