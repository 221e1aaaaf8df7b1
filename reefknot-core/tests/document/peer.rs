//! The parser of the `icalendar` crate as a comparator, on the texts that it reads right.
//!
//! Those have one VCALENDAR in capitals, CRLF, folds between characters, no list and no RFC 6868 in a parameter, and
//! escapes in TEXT alone. What it reads differently from the RFC beyond them is left out here.

use icalendar::parser::{self, read_calendar_simple, unfold};
use proptest::prelude::*;
use reefknot_core::ical::{Component, Limits, Stream};

fn property() -> impl Strategy<Value = String> {
    let text = ("(SUMMARY|DESCRIPTION|LOCATION|COMMENT)", params(), "[^\\p{Cc}]{0,40}(\n[^\\p{Cc}]{0,9})?")
        .prop_map(|(name, params, text)| format!("{name}{params}:{}", escaped(&text)));
    let other = ("(DTSTART|ATTENDEE|URL|RRULE|GEO|EXDATE)", params(), "[^\\p{Cc}]{0,40}")
        .prop_map(|(name, params, value)| format!("{name}{params}:{value}"));
    prop_oneof![text, other]
}

fn params() -> impl Strategy<Value = String> {
    "(;[A-Z]{1,4}-[A-Z]{1,3}=([a-zé0-9][a-z .=+-]{0,8}[a-z0-9]|\"[a-zé][a-z:;, ]{0,12}[a-z]\")){0,3}"
}

/// RFC 5545 §3.3.11
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

fn component() -> impl Strategy<Value = Vec<String>> {
    let leaf = prop::collection::vec(property(), 0..5).prop_map(|lines| enclosed("VALARM", lines));
    (prop::collection::vec(property(), 0..6), prop::collection::vec(leaf, 0..3), "VEVENT|VTODO|X-OWN")
        .prop_map(|(mut lines, inner, name)| {
            lines.extend(inner.into_iter().flatten());
            enclosed(&name, lines)
        })
}

fn enclosed(name: &str, lines: Vec<String>) -> Vec<String> {
    [vec![format!("BEGIN:{name}")], lines, vec![format!("END:{name}")]].concat()
}

/// Folds each line anew after `width` characters.
fn folded(lines: &[String], width: usize) -> String {
    let fold = |line: &String| {
        let chars: Vec<char> = line.chars().collect();
        let parts: Vec<String> = chars.chunks(width).map(|part| part.iter().collect()).collect();
        parts.join("\r\n ") + "\r\n"
    };
    lines.iter().map(fold).collect()
}

type Seen = (String, Vec<(String, String)>, String);

/// Names, parameters and values, with the bounds of the components between them.
fn ours(component: &Component, seen: &mut Vec<Seen>) {
    seen.push((format!("BEGIN {}", component.name()), Vec::new(), String::new()));
    for property in component.properties() {
        let params = property.params().map(|param| (param.name().into_owned(), param.value().into_owned()));
        let is_text = ["SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT"].iter().any(|name| property.is(name));
        let value = if is_text { property.text() } else { property.value().into_owned() };
        seen.push((property.name().to_owned(), params.collect(), value));
    }
    component.components().for_each(|inner| ours(inner, seen));
}

fn theirs(component: &parser::Component<'_>, seen: &mut Vec<Seen>) {
    seen.push((format!("BEGIN {}", component.name), Vec::new(), String::new()));
    for property in &component.properties {
        let params = property.params.iter().map(|param| {
            (param.key.to_string(), param.val.as_ref().map(ToString::to_string).unwrap_or_default())
        });
        seen.push((property.name.to_string(), params.collect(), property.val.to_string()));
    }
    component.components.iter().for_each(|inner| theirs(inner, seen));
}

fn read_by_us(text: &str) -> (Vec<Seen>, String) {
    let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(stream.problems(), []);
    let mut seen = Vec::new();
    stream.components().for_each(|component| ours(component, &mut seen));
    (seen, stream.to_string())
}

fn read_by_them(text: &str) -> Vec<Seen> {
    let unfolded = unfold(text);
    let components = read_calendar_simple(&unfolded).unwrap();
    let mut seen = Vec::new();
    components.iter().for_each(|component| theirs(component, &mut seen));
    seen
}

proptest! {
    #[test]
    fn both_read_the_same(
        properties in prop::collection::vec(property(), 0..4),
        components in prop::collection::vec(component(), 0..4),
        width in 1_usize..90,
    ) {
        let lines = enclosed("VCALENDAR", properties.into_iter().chain(components.into_iter().flatten()).collect());
        let text = folded(&lines, width);
        let (seen, printed) = read_by_us(&text);
        prop_assert_eq!(&seen, &read_by_them(&text));
        prop_assert_eq!(&seen, &read_by_them(&printed));
    }
}
