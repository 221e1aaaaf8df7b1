use std::collections::BTreeSet;

use super::*;
use crate::ical::{Limits, Stream};
use crate::value::{Value, ValueType};

/// A property, its types, and what it holds.
const TYPED: &[(&str, &[ValueType])] = {
    use ValueType::{
        Binary, Boolean, CalAddress, Date, DateTime, Duration, Float, Integer, Period, Recur, Text, Time,
        Uid, Uri, UtcOffset, XmlReference,
    };
    &[
        ("ACKNOWLEDGED:20261122T090000Z", &[DateTime]),
        ("ATTACH:https://foo.com/agenda.pdf", &[Uri]),
        ("ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:dGVh", &[Binary]),
        ("ATTENDEE;RSVP=TRUE:mailto:b@foo.com", &[CalAddress]),
        ("BUSYTYPE:BUSY-UNAVAILABLE", &[Text]),
        ("CALENDAR-ADDRESS:mailto:c@bar.com", &[CalAddress]),
        ("CATEGORIES:TEA\\, COFFEE,TALK", &[Text, Text]),
        ("COLOR:turquoise", &[Text]),
        ("CONCEPT:https://foo.com/concepts/tea", &[Uri]),
        ("CONFERENCE;VALUE=URI;FEATURE=PHONE,MODERATOR:tel:+43-1-12345", &[Uri]),
        ("DTSTART;TZID=Europe/Vienna:20261201T093000", &[DateTime]),
        ("DTSTART;VALUE=DATE:20261201", &[Date]),
        ("DURATION:PT15M", &[Duration]),
        ("EXDATE;TZID=Europe/Vienna:20261208T093000,20261224T093000", &[DateTime, DateTime]),
        ("FREEBUSY:20261201T090000Z/PT1H,20261202T090000Z/20261202T100000Z", &[Period, Period]),
        ("GEO:48.2082;16.3738", &[Float]),
        ("IMAGE;VALUE=URI;DISPLAY=BADGE:https://foo.com/logo.png", &[Uri]),
        ("LINK;VALUE=UID;LINKREL=related:1@foo.com", &[Uid]),
        ("LINK;VALUE=XML-REFERENCE;LINKREL=source:https://foo.com/a.xml#xpointer(b)", &[XmlReference]),
        ("LOCATION-TYPE:parking,hotel", &[Text, Text]),
        ("PRIORITY:5", &[Integer]),
        ("RDATE;VALUE=PERIOD:20261204T090000Z/PT1H", &[Period]),
        ("REFRESH-INTERVAL;VALUE=DURATION:P1W", &[Duration]),
        ("RELATED-TO;RELTYPE=FINISHTOSTART;GAP=PT1H:1@foo.com", &[Text]),
        ("RELATED-TO;VALUE=URI:https://foo.com/1", &[Uri]),
        ("REQUEST-STATUS:2.0;Success", &[Text]),
        ("RRULE:FREQ=WEEKLY;BYDAY=TU,TH", &[Recur]),
        ("STRUCTURED-DATA;VALUE=TEXT;FMTTYPE=text/plain;SCHEMA=\"https://foo.com/s\":a\\;b", &[Text]),
        ("STYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html:<b>Tea</b>", &[Text]),
        ("SUMMARY:Tea\\, or coffee", &[Text]),
        ("TRIGGER:-PT15M", &[Duration]),
        ("TRIGGER;VALUE=DATE-TIME:20261201T090000Z", &[DateTime]),
        ("TZOFFSETTO:+0100", &[UtcOffset]),
        ("X-ANY:text", &[Text]),
        ("X-ANY;VALUE=BOOLEAN:TRUE", &[Boolean]),
        ("X-ANY;VALUE=TIME;TZID=Europe/Vienna:093000", &[Time]),
    ]
};

fn event(line: &str) -> Stream {
    let text = format!("BEGIN:VEVENT\r\n{line}\r\nEND:VEVENT\r\n");
    Stream::parse(text.as_bytes(), &Limits::default()).unwrap()
}

#[test]
fn a_property_is_its_typed_values() {
    for (line, types) in TYPED {
        let stream = event(line);
        let property = stream.components().next().unwrap().properties().next().unwrap();
        let found = values(&property).unwrap();
        assert_eq!(found.iter().filter_map(Value::value_type).collect::<Vec<_>>(), *types, "{line}");
        let printed: Vec<String> = found.iter().map(Value::to_string).collect();
        assert_eq!(printed.join(","), property.value(), "{line}");
    }
}

#[test]
fn a_type_that_nobody_knows_is_kept_as_it_is() {
    let stream = event("X-ANY;VALUE=X-MOON:full\\, red");
    let property = stream.components().next().unwrap().property("X-ANY").unwrap();
    assert_eq!(values(&property).unwrap(), [Value::Other("full\\, red".into())]);
}

#[test]
fn errors_name_the_line_the_property_and_what_to_write() {
    for (line, expected) in [
        (
            "DTSTART:tomorrow",
            "line 2: DTSTART: “tomorrow” is not a date-time; write it as 19970714T133000Z, \
             or 19970714T133000 with a TZID, or 19970714 with VALUE=DATE (RFC 5545 §3.3.5)",
        ),
        (
            "EXDATE;VALUE=DATE:20261201,2026-12-02",
            "line 2: EXDATE: “2026-12-02” is not a date; write it as 19970714 (RFC 5545 §3.3.4)",
        ),
        (
            "DTSTART;VALUE=PERIOD:20261201T090000Z/PT1H",
            "line 2: DTSTART: it cannot hold VALUE=PERIOD; \
             leave VALUE out, or write DATE-TIME or DATE (RFC 5545 §3.8.2.4)",
        ),
        (
            "COLOR:#40E0D0",
            "line 2: COLOR: “#40E0D0” is not the name of a color in CSS3; \
             write one such as turquoise (RFC 7986 §5.9)",
        ),
        (
            "GEO:48.2,16.4",
            "line 2: GEO: “48.2,16.4” is not a latitude within ±90 and a longitude within ±180; \
             write it as 37.386013;-122.082932 (RFC 5545 §3.8.1.6)",
        ),
    ] {
        let stream = event(line);
        let property = stream.components().next().unwrap().properties().next().unwrap();
        let error = values(&property).unwrap_err();
        assert!(error.is_syntax());
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn parameters_are_typed_too() {
    let stream = event(
        "RELATED-TO;RELTYPE=FINISHTOSTART;GAP=PT1H;ORDER=2;X-NOTE=\"a,b\",c;SENT-BY=\"mailto:a@foo.com\";GAP=soon:1",
    );
    let property = stream.components().next().unwrap().properties().next().unwrap();
    let typed = |name| {
        let found = param_values(&property, name).unwrap();
        found.iter().map(|value| format!("{:?} {value}", value.value_type().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(typed("reltype"), ["Text FINISHTOSTART"]);
    assert_eq!(typed("ORDER"), ["Integer 2"]);
    assert_eq!(typed("X-NOTE"), ["Text a\\,b", "Text c"]);
    assert_eq!(typed("SENT-BY"), ["CalAddress mailto:a@foo.com"]);
    assert_eq!(typed("ALTREP"), [""; 0]);
    assert_eq!(
        param_values(&property, "GAP").unwrap_err().to_string(),
        "line 2: RELATED-TO;GAP: “soon” is not a duration; write it as P1D, PT1H30M or -PT15M (RFC 5545 §3.3.6)"
    );
}

#[test]
fn the_tables_agree_with_each_other() {
    let mut properties = BTreeSet::new();
    for entry in properties::PROPERTIES {
        assert!(properties.insert(entry.name), "{} is there twice", entry.name);
        assert!(!entry.types.is_empty(), "{}", entry.name);
        for name in entry.params.iter().chain(entry.needs) {
            assert!(parameter(name).is_some(), "{} has {name}", entry.name);
        }
    }
    let mut parameters = BTreeSet::new();
    for entry in parameters::PARAMETERS {
        assert!(parameters.insert(entry.name), "{} is there twice", entry.name);
        let has = |property: &PropertyEntry| property.params.contains(&entry.name);
        assert!(entry.everywhere || properties::PROPERTIES.iter().any(has), "{} is nowhere", entry.name);
    }
    let mut held = BTreeSet::from(["EXRULE"]);
    for entry in &components::COMPONENTS {
        for inside in entry.inside {
            assert!(component(inside).is_some(), "{} in {inside}", entry.name);
        }
        for name in [entry.one, entry.at_most_one, entry.any, components::EVERYWHERE].into_iter().flatten() {
            assert!(properties.contains(name), "{} has {name}", entry.name);
            held.insert(*name);
        }
    }
    assert_eq!(held, properties, "every property has a component");
}
