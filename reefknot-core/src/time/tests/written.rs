//! Definitions that are written for a span say what the zone says in it, and no more than that takes.

use super::{instant, zone, zones};
use crate::time::{Source, Zone, vtimezone_text};
use crate::value::Timestamp;

/// A definition, once it has been found to be right at every second of the span.
fn written(zone: &Zone, from: Timestamp, to: Timestamp) -> String {
    let name = zone.name();
    let text = vtimezone_text(&name, zone, from, to);
    let found = zones(&text).resolve(&name).unwrap();
    assert_eq!(found.source, Source::Object, "{text}");
    // After 2150 nothing new comes.
    let to = to.min(from.max(instant("21500101T000000Z")));
    assert_eq!(found.zone.first_difference(zone, from, to), None, "{name} from {from} to {to}\n{text}");
    text
}

fn parts(text: &str) -> usize {
    text.matches("BEGIN:STANDARD").count() + text.matches("BEGIN:DAYLIGHT").count()
}

/// All zones, over a span: how many of them need how many parts.
fn distribution(from: &str, to: Timestamp) -> Vec<(usize, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for tz in chrono_tz::TZ_VARIANTS {
        *counts.entry(parts(&written(&Zone::from(tz), instant(from), to))).or_default() += 1;
    }
    counts.into_iter().collect()
}

fn most(counts: &[(usize, usize)]) -> usize {
    counts.last().map_or(0, |(parts, _)| *parts)
}

#[test]
fn every_zone_for_a_meeting_of_today() {
    let counts = distribution("20260601T000000Z", instant("20260601T010000Z"));
    assert!(most(&counts) <= 2, "{counts:?}");
}

#[test]
fn every_zone_for_a_series_without_end() {
    let counts = distribution("20260601T000000Z", Timestamp::MAX);
    // Gaza and Hebron have dates until 2086, by Ramadan; nobody else needs more than two.
    let many: usize = counts.iter().filter(|(parts, _)| *parts > 2).map(|(_, zones)| zones).sum();
    assert!(many <= 2 && most(&counts) <= 8, "{counts:?}");
}

#[test]
fn every_zone_for_a_week_and_for_a_generation_of_the_past() {
    let counts = distribution("19740101T000000Z", instant("19740108T000000Z"));
    assert!(most(&counts) <= 2, "{counts:?}");
    let counts = distribution("19700101T000000Z", instant("20380101T000000Z"));
    assert!(most(&counts) <= 40, "{counts:?}");
}

#[test]
fn every_zone_after_the_tables_end() {
    let counts = distribution("20950101T000000Z", instant("21300101T000000Z"));
    assert!(most(&counts) <= 2, "{counts:?}");
    let counts = distribution("23000601T000000Z", instant("23010101T000000Z"));
    assert!(most(&counts) <= 2, "{counts:?}");
}

#[test]
fn where_a_rule_holds_the_definition_is_short_and_has_no_end() {
    let text = written(&zone("America/New_York"), instant("20260601T000000Z"), instant("20260602T000000Z"));
    assert_eq!(parts(&text), 2, "{text}");
    assert!(text.contains("DTSTART:20260308T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n"), "{text}");
    assert!(text.contains("RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\n"), "{text}");
    let text = written(&zone("Asia/Kolkata"), instant("20260601T000000Z"), instant("20260602T000000Z"));
    assert_eq!((text.matches("BEGIN:STANDARD").count(), text.matches("DTSTART").count()), (1, 1), "{text}");
}

#[test]
fn what_comes_after_the_span_is_left_out() {
    // America moved its rule in 2007.
    let text = written(&zone("America/New_York"), instant("20030601T000000Z"), instant("20040601T000000Z"));
    assert_eq!(parts(&text), 2, "{text}");
    let text = written(&zone("Africa/Casablanca"), instant("20260601T000000Z"), instant("20260602T000000Z"));
    assert_eq!(text.matches("RDATE").count(), 0, "{text}");
}

#[test]
fn a_written_name_cannot_break_its_line() {
    let text =
        vtimezone_text("a\r\nX:b;c", &Zone::UTC, instant("20260101T000000Z"), instant("20260102T000000Z"));
    assert!(text.contains("TZID:aX:b\\;c\r\n"), "{text}");
}
