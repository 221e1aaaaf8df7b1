use super::*;
use crate::engine::read_object;
use crate::ical::Limits;

pub(in crate::freebusy) fn owner() -> Identities {
    Identities::new("mailto:a@foo.com".parse().unwrap()).with_alias("mailto:alias@foo.com".parse().unwrap())
}

pub(in crate::freebusy) fn event(uid: &str, lines: &str) -> SchedulingObject {
    object(&format!("BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n{lines}END:VEVENT\r\n"))
}

pub(in crate::freebusy) fn object(components: &str) -> SchedulingObject {
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{components}END:VCALENDAR\r\n");
    read_object(text.as_bytes(), &Limits::default()).unwrap()
}

fn ask(objects: &[SchedulingObject], from: &str, to: &str) -> BusyTime {
    let calendar = BusyCalendar::new(objects, &owner());
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    calendar.busy(from.parse().unwrap()..to.parse().unwrap(), &berlin, &Limits::default())
}

fn said(time: &BusyTime) -> Vec<String> {
    time.periods().iter().map(|one| format!("{}/{} {}", one.start, one.end, one.busy)).collect()
}

/// RFC 4791 §7.10, row by row, and the user's own answer.
#[test]
fn how_an_event_takes_time() {
    let meeting = |answer: &str| {
        format!(
            "ORGANIZER:mailto:b@foo.com\r\nATTENDEE:mailto:c@foo.com\r\nATTENDEE;PARTSTAT={answer}:mailto:ALIAS@foo.com\r\n"
        )
    };
    for (lines, expected) in [
        (String::new(), "BUSY"),
        ("STATUS:CONFIRMED\r\n".into(), "BUSY"),
        ("STATUS:TENTATIVE\r\n".into(), "BUSY-TENTATIVE"),
        ("STATUS:CANCELLED\r\n".into(), ""),
        ("TRANSP:OPAQUE\r\n".into(), "BUSY"),
        ("TRANSP:TRANSPARENT\r\n".into(), ""),
        ("TRANSP:transparent\r\nSTATUS:TENTATIVE\r\n".into(), ""),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n".into(), "BUSY-UNAVAILABLE"),
        (meeting("ACCEPTED"), "BUSY"),
        (meeting("TENTATIVE"), "BUSY-TENTATIVE"),
        (meeting("NEEDS-ACTION"), "BUSY-TENTATIVE"),
        (meeting("DECLINED"), ""),
        (meeting("DELEGATED"), ""),
    ] {
        let event = event("1", &format!("DTSTART:20260302T090000Z\r\nDURATION:PT1H\r\n{lines}"));
        let time = ask(&[event], "20260302T000000Z", "20260303T000000Z");
        let kind: Vec<_> = time.periods().iter().map(|one| one.busy.as_str()).collect();
        assert_eq!(kind.join(" "), expected, "{lines}");
    }
}

#[test]
fn overrides_exclusions_and_whole_days() {
    let series = object(
        "BEGIN:VEVENT\r\nUID:s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260302T090000Z\r\nDURATION:PT1H\r\n\
         RRULE:FREQ=DAILY;COUNT=5\r\nEXDATE:20260303T090000Z\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nUID:s\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:20260304T090000Z\r\n\
         DTSTART:20260304T140000Z\r\nDURATION:PT30M\r\nSTATUS:TENTATIVE\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nUID:s\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:20260305T090000Z\r\n\
         DTSTART:20260305T090000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n",
    );
    let day = event("d", "DTSTART;VALUE=DATE:20260306\r\n");
    let instant = event("i", "DTSTART:20260302T120000Z\r\n");
    let task = object(
        "BEGIN:VTODO\r\nUID:t\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260302T130000Z\r\nDURATION:PT1H\r\nEND:VTODO\r\n",
    );
    let time = ask(&[series, day, instant, task], "20260301T000000Z", "20260308T000000Z");
    assert_eq!(
        said(&time),
        [
            "20260302T090000Z/20260302T100000Z BUSY",
            "20260304T140000Z/20260304T143000Z BUSY-TENTATIVE",
            "20260305T230000Z/20260306T230000Z BUSY",
        ]
    );
}

#[test]
fn long_events_are_found_from_inside() {
    let year = event("year", "DTSTART:20260101T000000Z\r\nDTEND:20270101T000000Z\r\nSTATUS:TENTATIVE\r\n");
    let past = event("past", "DTSTART:20260302T090000Z\r\nDTEND:20260302T100000Z\r\n");
    let time = ask(&[year, past], "20260302T100000Z", "20260302T110000Z");
    assert_eq!(said(&time), ["20260302T100000Z/20260302T110000Z BUSY-TENTATIVE"]);
}

#[test]
fn what_cannot_be_known_is_said() {
    let nowhere = event("z", "DTSTART;TZID=Nowhere/Middle:20260302T090000\r\nDURATION:PT1H\r\n");
    let often = event("n", "DTSTART:20260302T090000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY;INTERVAL=2\r\n");
    let objects = [nowhere, often];
    let calendar = BusyCalendar::new(&objects, &owner());
    let window = "20260302T000000Z".parse().unwrap().."20260309T000000Z".parse().unwrap();
    for (limits, why) in [
        (Limits { expansion_steps: 1_000, ..Limits::default() }, "budget"),
        (Limits { instances: 1_000, ..Limits::default() }, "more instances"),
    ] {
        let time = calendar.busy(window.clone(), &Zone::UTC, &limits);
        let doubts: Vec<_> = time.doubts().iter().map(|doubt| doubt.uid.as_str()).collect();
        assert_eq!(doubts, ["z", "n"]);
        assert!(time.doubts()[1].why.contains(why), "{:?}", time.doubts());
        assert!(!time.periods().is_empty(), "what was found is shown");
    }
}

/// What has ended is not asked any more, and what only seems to have is.
#[test]
fn a_series_takes_time_up_to_the_end_of_its_last_instance() {
    let start = "DTSTART;TZID=Europe/Berlin:20260302T090000\r\nDURATION:PT12H\r\n";
    let moved = "BEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:20260303T080000Z\r\n\
                 DTSTART:20260305T190000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n";
    let series = |rule: &str, more: &str| {
        let head = "BEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\n";
        object(&format!("{head}{start}{rule}\r\nEND:VEVENT\r\n{more}"))
    };
    for (rule, more, last) in [
        ("RRULE:FREQ=DAILY;COUNT=3", "", "20260304T200000Z"),
        ("RRULE:FREQ=DAILY;UNTIL=20260304T080000Z", "", "20260304T200000Z"),
        ("RRULE:FREQ=DAILY;UNTIL=20260304T075959Z", "", "20260303T200000Z"),
        // DTSTART counts, though the rule ends before it.
        ("RRULE:FREQ=DAILY;UNTIL=20260101T000000Z", "", "20260302T200000Z"),
        ("RRULE:FREQ=DAILY;COUNT=2\r\nRDATE:20260305T080000Z", "", "20260305T200000Z"),
        ("RDATE;VALUE=PERIOD:20260303T080000Z/20260309T080000Z", "", "20260309T080000Z"),
        ("RRULE:FREQ=DAILY;COUNT=2", moved, "20260305T200000Z"),
    ] {
        let objects = [series(rule, more)];
        let calendar = BusyCalendar::new(&objects, &owner());
        let end: Timestamp = last.parse().unwrap();
        let ask = |at: Timestamp| calendar.busy(at..at.saturating_add(60), &Zone::UTC, &Limits::default());
        assert_eq!(ask(end.saturating_add(-1)).periods().len(), 1, "{rule} before its end");
        assert_eq!(ask(end).periods().len(), 0, "{rule} at its end");
        // A day and more behind the end, no instance can be meant in any zone.
        let (others, week) = (&calendar.others, 7 * 86_400);
        assert!(others.iter().all(|(known, _)| *known < end.saturating_add(week)), "{rule}: {others:?}");
        assert_eq!(calendar.candidates(&(end.saturating_add(week)..Timestamp::MAX)), [0; 0]);
    }
}
