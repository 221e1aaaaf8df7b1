//! Sets and series from text: exceptions across forms, overrides, daylight saving time.

use super::*;
use crate::ical::{Limits, Stream};
use crate::time::{Zone, Zones};
use crate::value::{DateTime, Timestamp};
use proptest::prelude::*;

/// A calendar of VEVENTs, each given by its lines apart from UID.
fn calendar(events: &[&str]) -> Stream {
    let mut text = String::from("BEGIN:VCALENDAR\r\n");
    for event in events {
        text += "BEGIN:VEVENT\r\nUID:1\r\n";
        for line in event.split_whitespace() {
            text = text + line + "\r\n";
        }
        text += "END:VEVENT\r\n";
    }
    text += "END:VCALENDAR\r\n";
    Stream::parse(text.as_bytes(), &Limits::default()).unwrap()
}

fn with<T>(events: &[&str], look: impl FnOnce(&Series<'_>) -> T) -> T {
    let stream = calendar(events);
    let series = Series::of(stream.calendars().next().unwrap(), "1").unwrap().unwrap();
    look(&series)
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// `key start end` of all instances in a window, each as in `Display`.
fn listed(events: &[&str], from: &str, to: &str, reader: &str) -> Vec<String> {
    let reader = Zone::iana(reader).unwrap();
    with(events, |series| {
        assert!(series.problems().is_empty(), "{:?}", series.problems());
        let found = series.instances(instant(from)..instant(to), &reader, 100, Budget::default());
        assert_eq!((found.stopped, found.unresolved), (None, None));
        let end = |item: &Instance<'_>| item.end.as_ref().map_or("-".to_owned(), DateTime::value_text);
        found
            .items
            .iter()
            .map(|item| format!("{} {} {}", item.key, item.start.value_text(), end(item)))
            .collect()
    })
}

fn starts(events: &[&str]) -> Vec<String> {
    let all = listed(events, "20200101T000000Z", "20400101T000000Z", "Europe/Berlin");
    all.iter().map(|line| line.split(' ').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn nine_oclock_stays_nine_oclock() {
    let event = "DTSTART;TZID=America/New_York:20070304T090000 DTEND;TZID=America/New_York:20070304T100000 RRULE:FREQ=WEEKLY;COUNT=3";
    assert_eq!(
        listed(&[event], "20070101T000000Z", "20080101T000000Z", "UTC"),
        [
            "20070304T140000Z 20070304T090000 20070304T100000",
            "20070311T130000Z 20070311T090000 20070311T100000",
            "20070318T130000Z 20070318T090000 20070318T100000",
        ]
    );
}

#[test]
fn an_hourly_rule_has_no_instance_twice_over_a_gap() {
    let event = "DTSTART;TZID=Europe/Berlin:20260329T003000 RRULE:FREQ=HOURLY;COUNT=5";
    let keys: Vec<String> = with(&[event], |series| {
        let window = instant("20260328T000000Z")..instant("20260330T000000Z");
        series
            .instances(window, &Zone::UTC, 9, Budget::default())
            .items
            .iter()
            .map(|item| item.key.to_string())
            .collect()
    });
    // Half past two does not exist and is read as half past three, which is the next instance already.
    assert_eq!(keys, ["20260328T233000Z", "20260329T003000Z", "20260329T013000Z", "20260329T023000Z"]);
}

#[test]
fn times_in_a_gap_keep_their_order() {
    let event = "DTSTART;TZID=Europe/Berlin:20260328T024500 RRULE:FREQ=DAILY;BYHOUR=2,3;BYMINUTE=45,15;BYSETPOS=1,2,3,4;COUNT=6";
    let keys: Vec<String> = listed(&[event], "20260101T000000Z", "20270101T000000Z", "UTC");
    let keys: Vec<&str> = keys.iter().map(|line| &line[..16]).collect();
    assert_eq!(
        keys,
        // 28th: 02:45, 03:15, 03:45; 29th: 02:15 and 03:15 are one instant, and so are 02:45 and 03:45.
        ["20260328T014500Z", "20260328T021500Z", "20260328T024500Z", "20260329T011500Z", "20260329T014500Z"]
    );
}

#[test]
fn until_is_understood_in_every_form() {
    for until in ["20260103T080000Z", "20260103T090000", "20260103", "20260104T075959Z"] {
        let event = format!("DTSTART;TZID=Europe/Berlin:20260101T090000 RRULE:FREQ=DAILY;UNTIL={until}");
        assert_eq!(starts(&[&event]).len(), 3, "{until}");
    }
    for until in ["20260103", "20260103T000000Z", "20260103T235959"] {
        let event = format!("DTSTART;VALUE=DATE:20260101 RRULE:FREQ=DAILY;UNTIL={until}");
        assert_eq!(starts(&[&event]), ["20260101", "20260102", "20260103"], "{until}");
    }
    let event = "DTSTART:20260101T090000 RRULE:FREQ=DAILY;UNTIL=20260103T090000Z";
    assert_eq!(starts(&[event]).len(), 3);
    // The second half past two of that night is after the first, at which the instance is.
    let event = "DTSTART;TZID=Europe/Berlin:20261024T023000 RRULE:FREQ=DAILY;UNTIL=20261025T003000Z";
    assert_eq!(starts(&[event]).len(), 2);
    let event = "DTSTART;TZID=Europe/Berlin:20261024T023000 RRULE:FREQ=DAILY;UNTIL=20261025T002959Z";
    assert_eq!(starts(&[event]).len(), 1);
}

#[test]
fn exceptions_are_found_in_every_form() {
    for exception in [
        "EXDATE;TZID=Europe/Berlin:20260102T090000",
        "EXDATE:20260102T080000Z",
        "EXDATE;TZID=America/New_York:20260102T030000",
        "EXDATE;VALUE=DATE:20260102",
        "EXDATE:20260102T090000",
        "EXRULE:FREQ=DAILY;INTERVAL=1;BYMONTHDAY=2",
    ] {
        let event =
            format!("DTSTART;TZID=Europe/Berlin:20260101T090000 RRULE:FREQ=DAILY;COUNT=3 {exception}");
        assert_eq!(starts(&[&event]), ["20260101T090000", "20260103T090000"], "{exception}");
    }
    let event = "DTSTART;VALUE=DATE:20260101 RRULE:FREQ=DAILY;COUNT=3 EXDATE:20260102T000000Z";
    assert_eq!(starts(&[event]), ["20260101", "20260103"]);
}

#[test]
fn what_is_excluded_stays_so_whatever_overrides_it() {
    let moved = "RECURRENCE-ID:20260102T090000Z DTSTART:20260102T150000Z";
    for exception in ["EXDATE:20260102T090000Z", "EXRULE:FREQ=DAILY;BYDAY=FR"] {
        let event = format!("DTSTART:20260101T090000Z RRULE:FREQ=DAILY;COUNT=3 {exception}");
        assert_eq!(starts(&[&event, moved]), ["20260101T090000Z", "20260103T090000Z"], "{exception}");
        with(&[&event, moved], |series| {
            let key = "20260102T090000Z".parse().unwrap();
            assert_eq!(series.contains(&key, Budget::default()), Contains::No, "{exception}");
        });
    }
}

#[test]
fn rules_and_dates_unite() {
    let event = "DTSTART;TZID=Europe/Berlin:20260105T090000 DTEND;TZID=Europe/Berlin:20260105T100000 \
        RRULE:FREQ=WEEKLY;COUNT=2 RRULE:FREQ=MONTHLY;BYMONTHDAY=7;COUNT=3 \
        RDATE:20260106T080000Z,20260105T080000Z RDATE;VALUE=PERIOD:20260108T080000Z/PT3H,20260109T080000Z/20260109T083000Z \
        RDATE;VALUE=DATE:20260110";
    assert_eq!(
        listed(&[event], "20260101T000000Z", "20260201T000000Z", "UTC"),
        [
            "20260105T080000Z 20260105T090000 20260105T100000",
            "20260106T080000Z 20260106T090000 20260106T100000",
            "20260107T080000Z 20260107T090000 20260107T100000",
            "20260108T080000Z 20260108T090000 20260108T120000",
            "20260109T080000Z 20260109T090000 20260109T093000",
            "20260110T080000Z 20260110T090000 20260110T100000",
            "20260112T080000Z 20260112T090000 20260112T100000",
        ]
    );
}

#[test]
fn an_override_moves_one_instance_and_is_found_where_it_went() {
    let master = "DTSTART;TZID=Europe/Berlin:20260105T090000 DURATION:PT1H RRULE:FREQ=WEEKLY";
    // The RECURRENCE-ID is in another zone and means the same instance.
    let moved = "RECURRENCE-ID:20260112T080000Z DTSTART;TZID=Europe/Berlin:20260220T150000 DURATION:PT2H";
    assert_eq!(
        listed(&[master, moved], "20260110T000000Z", "20260121T000000Z", "UTC"),
        ["20260119T080000Z 20260119T090000 20260119T100000"]
    );
    assert_eq!(
        listed(&[master, moved], "20260220T000000Z", "20260221T000000Z", "UTC"),
        ["20260112T080000Z 20260220T150000 20260220T170000"]
    );
}

#[test]
fn an_override_without_dtstart_begins_when_the_rule_says() {
    let master = "DTSTART;TZID=Europe/Berlin:20260105T090000 DURATION:PT1H RRULE:FREQ=WEEKLY;COUNT=2";
    assert_eq!(
        listed(
            &[master, "RECURRENCE-ID;TZID=Europe/Berlin:20260112T090000"],
            "20260110T000000Z",
            "20260121T000000Z",
            "UTC"
        ),
        ["20260112T080000Z 20260112T090000 20260112T100000"]
    );
}

#[test]
fn this_and_future_shifts_what_follows_until_the_next() {
    let master = "DTSTART;TZID=Europe/Berlin:20260316T090000 DURATION:PT1H RRULE:FREQ=WEEKLY;COUNT=5";
    let later = "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260323T090000 \
        DTSTART;TZID=Europe/Berlin:20260324T103000 DURATION:PT30M";
    let single = "RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000 DTSTART;TZID=Europe/Berlin:20260401T120000 DURATION:PT1H";
    let again = "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260413T090000 DTSTART;TZID=Europe/Berlin:20260413T080000 DURATION:PT1H";
    assert_eq!(
        listed(&[master, later, single, again], "20260301T000000Z", "20260501T000000Z", "UTC"),
        [
            "20260316T080000Z 20260316T090000 20260316T100000",
            "20260323T080000Z 20260324T103000 20260324T110000",
            "20260330T070000Z 20260401T120000 20260401T130000",
            "20260406T070000Z 20260407T103000 20260407T110000",
            "20260413T070000Z 20260413T080000 20260413T090000",
        ]
    );
}

#[test]
fn a_date_names_the_instance_on_that_day() {
    let master = "DTSTART;TZID=Europe/Berlin:20260105T233000 RRULE:FREQ=DAILY;COUNT=9 RDATE;TZID=Europe/Berlin:20260120T120000";
    with(&[master], |series| {
        for (date, key) in [("20260107", "20260107T223000Z"), ("20260120", "20260120T110000Z")] {
            assert_eq!(series.key(&date.parse().unwrap()).to_string(), key);
        }
    });
    with(&["DTSTART;VALUE=DATE:20260105 RRULE:FREQ=DAILY"], |series| {
        let key = series.key(&DateTime::parse("20260107T090000", None, Some("Europe/Berlin")).unwrap());
        assert_eq!(key.to_string(), "20260107");
    });
}

#[test]
fn whole_days_and_floating_times_are_the_readers() {
    let day = "DTSTART;VALUE=DATE:20260105 RRULE:FREQ=WEEKLY;COUNT=2";
    // In Auckland 5 January ends thirteen hours before it does in London.
    assert!(listed(&[day], "20260105T120000Z", "20260106T000000Z", "Pacific/Auckland").is_empty());
    assert_eq!(
        listed(&[day], "20260105T120000Z", "20260106T000000Z", "Europe/London"),
        ["20260105 20260105 20260106"]
    );
    let floating = "DTSTART:20260105T090000 DURATION:PT1H RRULE:FREQ=DAILY;COUNT=2";
    assert_eq!(
        listed(&[floating], "20260105T130000Z", "20260105T150000Z", "America/New_York"),
        ["20260105T090000 20260105T090000 20260105T100000"]
    );
}

#[test]
fn an_exact_end_lasts_as_long_and_a_nominal_one_to_the_same_clock() {
    // Over the night on which the clocks go forward: eight hours of work end at seven.
    let exact = "DTSTART;TZID=Europe/Berlin:20260327T220000 DTEND;TZID=Europe/Berlin:20260328T060000 RRULE:FREQ=DAILY;COUNT=2";
    assert_eq!(
        listed(&[exact], "20260328T120000Z", "20260330T000000Z", "UTC"),
        ["20260328T210000Z 20260328T220000 20260329T070000"]
    );
    let nominal = "DTSTART;TZID=Europe/Berlin:20260327T220000 DURATION:P1D RRULE:FREQ=DAILY;COUNT=2";
    assert_eq!(
        listed(&[nominal], "20260328T220000Z", "20260330T000000Z", "UTC"),
        ["20260328T210000Z 20260328T220000 20260329T220000"]
    );
}

#[test]
fn limits_and_budgets_are_told_apart_from_the_end() {
    with(&["DTSTART:20260101T000000Z RRULE:FREQ=DAILY;COUNT=10"], |series| {
        let ask = |limit, budget| {
            let window = instant("20260101T000000Z")..instant("20270101T000000Z");
            let found = series.instances(window, &Zone::UTC, limit, Budget::new(budget));
            (found.items.len(), found.stopped)
        };
        assert_eq!(ask(20, 1000), (10, None));
        assert_eq!(ask(10, 1000), (10, None));
        assert_eq!(ask(9, 1000), (9, Some(Stopped::Limit)));
        assert!(matches!(ask(20, 8), (1..10, Some(Stopped::Budget))));
    });
    with(&["DTSTART:20260101T000000Z RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9"], |series| {
        // To know how many instances came before a time is to count them.
        let key = "20990301T000000Z".parse().unwrap();
        assert_eq!(series.contains(&key, Budget::new(100)), Contains::Unknown);
        assert_eq!(series.contains(&key, Budget::new(100_000)), Contains::No);
    });
}

/// Every seventh day, which is a Thursday, and never a Friday: only trying tells.
const NEVER: &str = "RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=FR";

#[test]
fn what_was_found_is_given_before_the_budget_is_spent() {
    let text = format!("DTSTART:20260101T000000Z {NEVER} RRULE:FREQ=YEARLY;COUNT=3 RDATE:20260601T000000Z");
    with(&[&text], |series| {
        let set = series.set().unwrap();
        let (mut walk, mut budget, mut found) = (set.walk(), Budget::new(2000), Vec::new());
        let ended = loop {
            match walk.next(&mut budget) {
                Ok(Some(item)) => found.push(item.key().to_string()),
                Ok(None) => break Ok(()),
                Err(Spent) => break Err(Spent),
            }
        };
        let expected = ["20260101T000000Z", "20260601T000000Z", "20270101T000000Z", "20280101T000000Z"];
        assert_eq!((found.join(" "), ended), (expected.join(" "), Err(Spent)));
        // A walk goes on where it was given up.
        assert_eq!(walk.next(&mut Budget::new(10)).err(), Some(Spent));
        let everything = series.instances(Timestamp::MIN..Timestamp::MAX, &Zone::UTC, 10, Budget::new(2000));
        assert_eq!((everything.items.len(), everything.stopped), (4, Some(Stopped::Budget)));
    });
}

#[test]
fn a_rule_is_searched_only_as_far_as_the_window_goes() {
    let window = instant("20260101T000000Z")..instant("20280601T000000Z");
    for rule in
        [NEVER, "RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=FR;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=7;BYDAY=FR"]
    {
        let text = format!("DTSTART:20260101T000000Z RRULE:FREQ=YEARLY {rule}");
        with(&[&text], |series| {
            let found = series.instances(window.clone(), &Zone::UTC, 10, Budget::new(5000));
            assert_eq!((found.items.len(), found.stopped), (3, None), "{rule}");
            let key = "20270101T000000Z".parse().unwrap();
            assert_eq!(series.contains(&key, Budget::new(5000)), Contains::Yes, "{rule}");
        });
    }
}

#[test]
fn a_rule_that_never_matches_is_within_its_budget_for_a_century_and_says_so() {
    for freq in ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "MONTHLY", "YEARLY"] {
        let text = format!(
            "DTSTART:20260101T000000Z EXDATE:20260101T000000Z RRULE:FREQ={freq};BYMONTH=2;BYMONTHDAY=30"
        );
        with(&[&text], |series| {
            let century = instant("20260101T000000Z")..instant("21260101T000000Z");
            let found = series.instances(century, &Zone::UTC, 10, Budget::new(4000));
            assert_eq!((found.items.len(), found.stopped), (0, None), "{freq}: none is an answer");
        });
    }
    with(&[&format!("DTSTART:20260101T000000Z {NEVER}")], |series| {
        let century = instant("20260101T000000Z")..instant("21260101T000000Z");
        let found = series.instances(century, &Zone::UTC, 10, Budget::new(4000));
        assert_eq!((found.items.len(), found.stopped), (1, Some(Stopped::Budget)));
    });
}

#[test]
fn a_window_a_century_on_costs_no_more_than_what_it_holds() {
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=7",
        "FREQ=DAILY",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=DAILY;COUNT=99999",
    ] {
        let event = format!("DTSTART;TZID=Europe/Berlin:20260101T090000 DURATION:PT1S RRULE:{rule}");
        with(&[&event], |series| {
            let window = instant("21260501T000000Z")..instant("21260601T000000Z");
            let found = series.instances(window, &Zone::UTC, 50, Budget::new(500));
            assert!(
                !found.items.is_empty() && found.stopped != Some(Stopped::Budget),
                "{rule}: {:?}",
                found.stopped
            );
        });
    }
}

#[test]
fn a_series_knows_its_instances() {
    let master = "DTSTART;TZID=Europe/Berlin:20260105T090000 DURATION:PT1H RRULE:FREQ=WEEKLY EXDATE;TZID=Europe/Berlin:20260119T090000";
    let orphan = "RECURRENCE-ID:20260113T080000Z DTSTART:20260113T080000Z";
    let ghost = "RECURRENCE-ID:20260119T080000Z DTSTART:20260120T080000Z";
    with(&[master, orphan, ghost], |series| {
        let contains = |key: &str| series.contains(&key.parse().unwrap(), Budget::default());
        assert_eq!(contains("20260112T080000Z"), Contains::Yes);
        assert_eq!(contains("21260107T080000Z"), Contains::Yes);
        assert_eq!(contains("21260108T080000Z"), Contains::No);
        assert_eq!(contains("20260112T080001Z"), Contains::No);
        assert_eq!(contains("20260113T080000Z"), Contains::Yes, "only an override");
        assert_eq!(contains("20260119T080000Z"), Contains::No, "excluded, override or not");
        assert_eq!(contains("20260112"), Contains::No);
        assert_eq!(contains(""), Contains::Yes);
        let key = "20260706T070000Z".parse().unwrap();
        assert_eq!(series.instance_start(&key).unwrap().to_string(), "TZID=Europe/Berlin:20260706T090000");
        assert_eq!(series.instance_end(&key).unwrap().value_text(), "20260706T100000");
        assert!(series.override_of(&"20260113T080000Z".parse().unwrap()).is_some());
        assert!(series.component_of(&key).is_some_and(|part| part.property("RRULE").is_some()));
    });
}

#[test]
fn an_instance_in_a_gap_keeps_the_time_that_was_written() {
    with(&["DTSTART;TZID=Europe/Berlin:20260328T023000 RRULE:FREQ=DAILY"], |series| {
        let key = "20260329T013000Z".parse().unwrap();
        assert_eq!(series.contains(&key, Budget::default()), Contains::Yes);
        assert_eq!(series.instance_start(&key).unwrap().value_text(), "20260329T023000");
    });
}

#[test]
fn an_unknown_zone_is_said_and_not_guessed() {
    with(&["DTSTART;TZID=Nowhere/Middle:20260105T090000 RRULE:FREQ=DAILY;COUNT=3"], |series| {
        let window = instant("20260105T000000Z")..instant("20260107T000000Z");
        let found = series.instances(window, &Zone::UTC, 10, Budget::default());
        assert_eq!(found.unresolved.unwrap().tzid, "Nowhere/Middle");
        assert!(found.items.iter().all(|item| item.start_instant.is_none()));
        assert_eq!(found.items[0].key.to_string(), "TZID=Nowhere/Middle:20260105T090000");
        assert_eq!(found.items.len(), 3, "the window might hold the third, wherever that is");
    });
}

#[test]
fn overrides_in_an_unknown_zone_are_said_and_keep_their_clock() {
    let master = "DTSTART;TZID=Europe/Berlin:20260901T190000 DURATION:PT2H RRULE:FREQ=WEEKLY;COUNT=4";
    let one = "RECURRENCE-ID:20260908T170000Z DTSTART;TZID=Nowhere/Middle:20260908T200000 DURATION:PT1H";
    let following =
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260915T170000Z DTSTART;TZID=Nowhere/Middle:20260915T203000";
    with(&[master, one, following], |series| {
        let ask = |from, to| {
            let found = series.instances(instant(from)..instant(to), &Zone::UTC, 10, Budget::default());
            assert!(found.items.is_sorted_by_key(Instance::order));
            let starts: Vec<String> = found.items.iter().map(|item| item.start.to_string()).collect();
            (starts.join(" "), found.unresolved.map(|unresolved| unresolved.tzid))
        };
        let all = "TZID=Europe/Berlin:20260901T190000 TZID=Nowhere/Middle:20260908T200000 \
                   TZID=Nowhere/Middle:20260915T203000 TZID=Nowhere/Middle:20260922T203000";
        let nowhere = Some("Nowhere/Middle".to_owned());
        assert_eq!(ask("20260901T000000Z", "20261001T000000Z"), (all.to_owned(), nowhere));
        let known = "TZID=Europe/Berlin:20260901T190000".to_owned();
        assert_eq!(ask("20260901T000000Z", "20260903T000000Z"), (known, None));
    });
}

#[test]
fn following_instances_that_float_or_fill_days_keep_the_clock_of_the_series() {
    let master = "DTSTART;TZID=Europe/Berlin:20260901T003000 RRULE:FREQ=WEEKLY;COUNT=3";
    for (form, expected) in [
        ("DTSTART:20260908T004500", ["20260901T003000", "20260908T004500", "20260915T004500"]),
        ("DTSTART;VALUE=DATE:20260909", ["20260901T003000", "20260909", "20260916"]),
    ] {
        let following = format!("RECURRENCE-ID;RANGE=THISANDFUTURE:20260907T223000Z {form}");
        assert_eq!(starts(&[master, &following]), expected);
    }
}

#[test]
fn what_does_not_recur_is_its_own_only_instance() {
    let event = "DTSTART:20260105T090000Z DTEND:20260105T100000Z";
    assert_eq!(
        listed(&[event], "20260105T093000Z", "20260106T000000Z", "UTC"),
        [" 20260105T090000Z 20260105T100000Z"]
    );
    assert!(listed(&[event], "20260105T100000Z", "20260106T000000Z", "UTC").is_empty());
    // An invitation to one instance comes without the master.
    let one = "RECURRENCE-ID:20260112T090000Z DTSTART:20260112T110000Z";
    assert_eq!(
        listed(&[one], "20260101T000000Z", "20270101T000000Z", "UTC"),
        ["20260112T090000Z 20260112T110000Z -"]
    );
}

#[test]
fn what_cannot_be_read_is_an_error_or_a_problem_with_its_line() {
    let stream = calendar(&["DTSTART:20260101T000000Z RRULE:FREQ=NEVER"]);
    let error = Series::of(stream.calendars().next().unwrap(), "1").unwrap_err();
    assert!(error.is_syntax() && error.to_string().starts_with("line 5: RRULE: FREQ=NEVER"), "{error}");
    with(
        &["DTSTART:20260101T000000Z RRULE:FREQ=DAILY;COUNT=2 EXDATE:soon RRULE: DTEND:20250101T000000Z"],
        |series| {
            let problems = series.problems().join("\n");
            for part in ["line 6: EXDATE", "line 7: an empty rule", "line 8: DTEND"] {
                assert!(problems.contains(part), "{part}: {problems}");
            }
        },
    );
}

#[test]
fn the_newest_revision_of_one_uid_counts() {
    let old = "SEQUENCE:1 DTSTART:20260101T090000Z";
    let new = "SEQUENCE:2 DTSTART:20260102T090000Z";
    for events in [[old, new], [new, old]] {
        with(&events, |series| {
            assert_eq!(series.start().unwrap().value_text(), "20260102T090000Z");
            assert_eq!(series.problems().len(), 1);
        });
    }
}

#[test]
fn series_are_told_apart_by_kind_and_uid() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260101T090000Z\r\nEND:VEVENT\r\n\
        BEGIN:VTODO\r\nUID:2\r\nDUE:20260101T090000Z\r\nEND:VTODO\r\nBEGIN:VTODO\r\nUID:3\r\nEND:VTODO\r\n\
        BEGIN:VEVENT\r\nDTSTART:20260101T090000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20260101T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
    let all = Series::all(stream.calendars().next().unwrap());
    let kinds: Vec<(&str, &str)> =
        all.iter().map(|one| one.as_ref().unwrap()).map(|one| (one.kind(), one.uid())).collect();
    assert_eq!(kinds, [("VEVENT", "1"), ("VTODO", "2"), ("VTODO", "3"), ("VEVENT", ""), ("VEVENT", "")]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// However a span is cut into windows, every instance is found, and no other.
    #[test]
    fn windows_add_up(
        rule in prop::sample::select(vec![
            "FREQ=DAILY", "FREQ=HOURLY;INTERVAL=5", "FREQ=WEEKLY;BYDAY=SU,MO", "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=DAILY;COUNT=90",
            "FREQ=HOURLY;BYHOUR=1,2,3", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
        ]),
        zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]),
        day in 1..28u8,
        hour in 0..24u8,
        cut in 1..400i64,
    ) {
        let text = format!("DTSTART;TZID={zone}:202603{day:02}T{hour:02}3000 DURATION:PT0S RRULE:{rule}");
        let (from, to) = (instant("20260201T000000Z"), instant("20270401T000000Z"));
        let middle = from.saturating_add(cut * 86_400 + i64::from(hour) * 1800);
        with(&[&text], |series| {
            let keys = |window: std::ops::Range<Timestamp>| {
                let found = series.instances(window, &Zone::UTC, 20_000, Budget::new(1_000_000));
                assert_eq!(found.stopped, None);
                found.items.into_iter().map(|item| item.key).collect::<Vec<_>>()
            };
            let (all, mut parts) = (keys(from..to), keys(from..middle));
            parts.extend(keys(middle..to));
            prop_assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "in order, none twice");
            for key in all.iter().step_by(7) {
                prop_assert_eq!(series.contains(key, Budget::default()), Contains::Yes);
            }
            prop_assert_eq!(all, parts);
            Ok(())
        })?;
    }

    #[test]
    fn keys_do_not_depend_on_the_zone_they_are_written_in(seconds in 0..4_000_000_000i64, index in 0..chrono_tz::TZ_VARIANTS.len()) {
        let at = Timestamp::from_seconds(seconds);
        let tz = chrono_tz::TZ_VARIANTS[index];
        let zone = Zone::from(tz);
        // The second of two equal clock times cannot be written.
        prop_assume!(zone.instant(zone.local(at)) == at);
        let written = DateTime::Zoned { local: zone.local(at), tzid: tz.name().into() };
        prop_assert_eq!(InstanceKey::of(&written, &Zones::default()), InstanceKey::At(at));
    }
}
