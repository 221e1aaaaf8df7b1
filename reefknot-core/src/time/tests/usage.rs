//! Which zones a calendar uses, and definitions that are at odds with their names.

use super::{instant, zones};
use crate::ical::{Component, Limits, Stream};
use crate::time::{ZoneUse, Zones};
use crate::value::Timestamp;

fn calendar(body: &str) -> Component {
    let text = format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", body.replace('\n', "\r\n"));
    Stream::parse(text.as_bytes(), &Limits::default()).unwrap().into_calendars().next().unwrap()
}

fn event(lines: &str) -> Component {
    calendar(&format!("BEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT\n"))
}

#[track_caller]
fn uses(lines: &str, expected: &[(&str, &str, &str)]) {
    let event = event(lines);
    let expected: Vec<ZoneUse> = expected
        .iter()
        .map(|(tzid, from, to)| ZoneUse {
            tzid: (*tzid).to_owned(),
            from: instant(from),
            to: if to.is_empty() { Timestamp::MAX } else { instant(to) },
        })
        .collect();
    assert_eq!(Zones::of(&event).used(&event), expected, "{lines}");
}

#[test]
fn the_time_in_which_a_zone_is_used() {
    uses("DTSTART:20260601T070000Z\nDTEND:20260601T080000Z", &[]);
    uses(
        "DTSTART;TZID=Europe/Berlin:20260601T090000\nDTEND;TZID=Asia/Tokyo:20260602T090000",
        &[
            ("Asia/Tokyo", "20260602T000000Z", "20260603T000000Z"),
            ("Europe/Berlin", "20260601T070000Z", "20260602T070000Z"),
        ],
    );
    uses(
        "DTSTART;TZID=Europe/Berlin:20260601T090000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY",
        &[("Europe/Berlin", "20260601T070000Z", "")],
    );
    uses(
        "DTSTART;TZID=Europe/Berlin:20260601T090000\nRRULE:FREQ=WEEKLY;COUNT=3\nRDATE;TZID=Europe/Berlin:20260501T090000,20260502T090000",
        &[("Europe/Berlin", "20260501T070000Z", "20260615T070000Z")],
    );
    uses(
        "DTSTART;TZID=Europe/Berlin:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20261231T080000Z\n\
         EXDATE;TZID=Europe/London:20260608T080000",
        &[
            ("Europe/Berlin", "20260601T070000Z", "20261231T090000Z"),
            ("Europe/London", "20260608T070000Z", "20260608T080000Z"),
        ],
    );
    // The times of a zone that nobody knows are taken as if in UTC.
    uses("DTSTART;TZID=Own:20260601T090000", &[("Own", "20260601T090000Z", "20260601T090000Z")]);
}

/// Clocks that are never changed, under a name given.
fn unchanging(tzid: &str, offset: &str) -> String {
    format!(
        "BEGIN:VTIMEZONE\nTZID:{tzid}\nBEGIN:STANDARD\nDTSTART:19700101T000000\n\
         TZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
}

#[test]
fn a_definition_that_contradicts_its_name_is_followed_and_noticed() {
    let found = |tzid: &str, offset: &str, lines: &str| -> Vec<String> {
        let event = format!("BEGIN:VEVENT\nUID:1\nDTSTART;TZID={tzid}:{lines}\nEND:VEVENT\n");
        let calendar = calendar(&(unchanging(tzid, offset) + &event));
        Zones::of(&calendar).contradictions(&calendar).iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        found("Europe/Berlin", "+0100", "20260701T090000"),
        ["the definition of the time zone \"Europe/Berlin\" sets its clocks to +0100 at 20260701T080000Z, \
          but Europe/Berlin has +0200 then; the definition is followed"]
    );
    // Winter alone agrees; a series reaches into the summer.
    assert_eq!(found("Europe/Berlin", "+0100", "20260101T090000"), [""; 0]);
    assert_eq!(
        found("Europe/Berlin", "+0100", "20260101T090000\nRRULE:FREQ=DAILY;COUNT=200"),
        ["the definition of the time zone \"Europe/Berlin\" sets its clocks to +0100 at 20260329T010000Z, \
          but Europe/Berlin has +0200 then; the definition is followed"]
    );
    // A vendor's name stands for an IANA one; a name of one's own for none.
    assert_eq!(found("W. Europe Standard Time", "+0100", "20260701T090000").len(), 1);
    assert_eq!(found("/mozilla.org/20050126_1/Europe/Berlin", "+0100", "20260701T090000").len(), 1);
    assert_eq!(found("Our Office", "+0100", "20260701T090000"), [""; 0]);
    assert_eq!(found("GMT+2", "+0100", "20260701T090000"), [""; 0]);
}

#[test]
fn a_definition_that_is_not_used_is_not_compared() {
    let calendar = calendar(&unchanging("Europe/Berlin", "+0500"));
    assert_eq!(zones("").contradictions(&calendar), []);
    assert_eq!(Zones::of(&calendar).contradictions(&calendar), []);
}
