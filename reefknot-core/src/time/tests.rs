//! Gaps, overlaps, far years, vendors' names, and definitions that must agree with the IANA data.

mod definitions;
mod usage;
mod written;

use super::*;
use crate::ical::{Limits, Stream};
use crate::value::{DateTime, Duration, LocalDateTime, Timestamp, UtcOffset};
use proptest::prelude::*;

fn zone(name: &str) -> Zone {
    Zone::iana(name).unwrap()
}

fn local(text: &str) -> LocalDateTime {
    text.parse().unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zones(definitions: &str) -> Zones {
    let text = format!("BEGIN:VCALENDAR\r\n{definitions}END:VCALENDAR\r\n");
    let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
    Zones::of(stream.calendars().next().unwrap())
}

#[test]
fn a_gap_is_read_with_the_offset_before_it_and_an_overlap_the_first_time() {
    for (name, gap, read_as, overlap, earlier, later) in [
        (
            "America/New_York",
            "20070311T023000",
            "20070311T073000Z",
            "20071104T013000",
            "20071104T053000Z",
            "20071104T063000Z",
        ),
        (
            "Europe/Berlin",
            "20260329T023000",
            "20260329T013000Z",
            "20261025T023000",
            "20261025T003000Z",
            "20261025T013000Z",
        ),
        // Half an hour, and on the other side of the world.
        (
            "Australia/Lord_Howe",
            "20261004T021500",
            "20261003T154500Z",
            "20260405T014500",
            "20260404T144500Z",
            "20260404T151500Z",
        ),
    ] {
        let zone = zone(name);
        let LocalResolution::Gap { instant: read, before, after } = zone.to_utc(local(gap)) else {
            panic!("{name} {gap}")
        };
        assert!(after > before && read == instant(read_as), "{name}: {read}");
        assert_eq!(
            zone.to_utc(local(overlap)),
            LocalResolution::Overlap { earlier: instant(earlier), later: instant(later) },
            "{name}"
        );
        assert_eq!(
            (zone.instant(local(gap)), zone.instant(local(overlap))),
            (instant(read_as), instant(earlier))
        );
    }
}

#[test]
fn the_edges_of_gaps_and_overlaps_belong_to_one_side() {
    let berlin = zone("Europe/Berlin");
    for (clock, wanted) in [
        ("20260329T015959", "20260329T005959Z"),
        ("20260329T030000", "20260329T010000Z"),
        ("20261025T015959", "20261024T235959Z"),
        ("20261025T030000", "20261025T020000Z"),
    ] {
        assert_eq!(berlin.to_utc(local(clock)), LocalResolution::Single(instant(wanted)), "{clock}");
    }
    assert!(matches!(berlin.to_utc(local("20260329T020000")), LocalResolution::Gap { .. }));
    assert!(matches!(berlin.to_utc(local("20260329T025959")), LocalResolution::Gap { .. }));
    assert!(matches!(berlin.to_utc(local("20261025T020000")), LocalResolution::Overlap { .. }));
    assert!(matches!(berlin.to_utc(local("20261025T025959")), LocalResolution::Overlap { .. }));
}

#[test]
fn a_day_that_a_zone_skipped_is_a_gap() {
    // Samoa went over the date line and had no 30 December 2011.
    let LocalResolution::Gap { before, after, .. } = zone("Pacific/Apia").to_utc(local("20111230T120000"))
    else {
        panic!()
    };
    assert_eq!(after - before, 86_400);
}

#[test]
fn daylight_saving_time_goes_on_after_2099() {
    for (name, january, july) in [
        ("America/New_York", -18_000, -14_400),
        ("Europe/Berlin", 3600, 7200),
        ("Australia/Sydney", 39_600, 36_000),
    ] {
        let zone = zone(name);
        for year in [2098, 2099, 2100, 2101, 2150, 2400, 9000] {
            let at = |month: u8| {
                zone.offset_at(Timestamp::from_utc_civil(local(&format!("{year}{month:02}15T120000"))))
            };
            assert_eq!((at(1), at(7)), (january, july), "{name} {year}");
        }
    }
    // The second Sunday of March 2150 is the 8th.
    assert!(matches!(zone("America/New_York").to_utc(local("21500308T023000")), LocalResolution::Gap { .. }));
    assert_eq!(zone("Europe/Berlin").abbreviation(instant("21500701T000000Z")), "CEST");
}

#[test]
fn days_are_added_on_the_clock_and_hours_as_they_pass() {
    let berlin = zone("Europe/Berlin");
    let eve = local("20260328T120000");
    assert_eq!(berlin.after(eve, Duration::from_days(1)), instant("20260329T100000Z"));
    assert_eq!(berlin.after(eve, Duration::from_seconds(86_400)), instant("20260329T110000Z"));
}

#[test]
fn names_of_vendors_are_understood() {
    let none = Zones::default();
    for (tzid, name, source) in [
        ("Europe/Berlin", "Europe/Berlin", Source::Iana),
        ("europe/BERLIN", "Europe/Berlin", Source::Iana),
        ("\"Europe/Berlin\"", "Europe/Berlin", Source::Iana),
        ("Etc/GMT+2", "Etc/GMT+2", Source::Iana),
        ("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin", Source::Vendor),
        (
            "/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires",
            "America/Argentina/Buenos_Aires",
            Source::Vendor,
        ),
        ("posix/Europe/Vaduz", "Europe/Vaduz", Source::Vendor),
        ("tzone://Microsoft/Utc", "UTC", Source::Vendor),
        ("US-Eastern", "US/Eastern", Source::Vendor),
        ("Pacific Standard Time", "America/Los_Angeles", Source::Vendor),
        ("tokyo standard time", "Asia/Tokyo", Source::Vendor),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam", Source::Vendor),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York", Source::Vendor),
        ("(GMT+10.00) Canberra/Melbourne/Sydney", "Australia/Canberra", Source::Vendor),
        ("(UTC) Coordinated Universal Time", "UTC", Source::Vendor),
        ("GMT+2", "+0200", Source::Vendor),
        ("UTC-05:30", "-0530", Source::Vendor),
        ("Z", "UTC", Source::Vendor),
        // Exchange, older Outlooks, and zones of Windows that CLDR no longer lists.
        ("W. Europe", "Europe/Berlin", Source::Vendor),
        ("Pacific Time (US and Canada); Tijuana", "America/Los_Angeles", Source::Vendor),
        ("(GMT-06:00) Central Time (US and Canada)", "America/Chicago", Source::Vendor),
        ("Mid-Atlantic Standard Time", "Etc/GMT+2", Source::Vendor),
        ("Kamchatka Standard Time", "Asia/Kamchatka", Source::Vendor),
        ("asia/calcutta", "Asia/Calcutta", Source::Iana),
    ] {
        let found = none.resolve(tzid).unwrap();
        assert_eq!((found.zone.name().as_str(), found.source), (name, source), "{tzid}");
    }
}

#[test]
fn what_nobody_knows_is_unresolved_and_never_guessed() {
    let none = Zones::default();
    for tzid in [
        "Nowhere/Middle",
        "Customized Time Zone 1",
        "",
        "Mars/GMT",
        "tzone://Microsoft/Custom",
        "(UTC+07:00) Berlin, Rome",
        "GMT+99",
        "é",
        "+é0",
    ] {
        let error = none.resolve(tzid).unwrap_err();
        assert_eq!(error.tzid, tzid);
        assert!(crate::Error::from(error).is_invalid());
    }
    let floating = DateTime::Floating(local("20260101T000000"));
    assert!(none.instant(&floating, None).is_err());
    assert_eq!(none.instant(&floating, Some(&zone("Europe/Berlin"))).unwrap(), instant("20251231T230000Z"));
}

/// An office that keeps summer time of its own: twenty minutes, by a rule and by dates.
const OFFICE: &str = "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n\
    BEGIN:STANDARD\r\nDTSTART:20200101T000000\r\nTZOFFSETFROM:+005328\r\nTZOFFSETTO:+0100\r\nTZNAME:OST\r\nEND:STANDARD\r\n\
    BEGIN:DAYLIGHT\r\nDTSTART:20210501T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0120\r\nTZNAME:ODT\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1;UNTIL=20230501T010000Z\r\nRDATE:20250601T020000\r\nEND:DAYLIGHT\r\n\
    BEGIN:STANDARD\r\nDTSTART:20210901T020000\r\nTZOFFSETFROM:+0120\r\nTZOFFSETTO:+0100\r\nTZNAME:OST\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=1\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

#[test]
fn the_definition_in_the_object_comes_first_and_is_followed() {
    let zones = zones(OFFICE);
    let found = zones.resolve("Europe/Berlin").unwrap();
    assert_eq!(found.source, Source::Object);
    for (at, offset, name) in [
        ("20190601T000000Z", 3208, "+005328"),
        ("20200601T000000Z", 3600, "OST"),
        ("20210501T005959Z", 3600, "OST"),
        ("20210501T010000Z", 4800, "ODT"),
        ("20210901T003959Z", 4800, "ODT"),
        ("20210901T004000Z", 3600, "OST"),
        ("20230601T000000Z", 4800, "ODT"),
        ("20240601T000000Z", 3600, "OST"),
        ("20250701T000000Z", 4800, "ODT"),
        ("24000701T000000Z", 3600, "OST"),
    ] {
        assert_eq!(found.zone.offset_at(instant(at)), offset, "{at}");
        assert_eq!(found.zone.abbreviation(instant(at)), name, "{at}");
    }
}

#[test]
fn a_definition_that_cannot_be_read_is_passed_over_and_named() {
    let broken = zones(
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nEND:VTIMEZONE\r\nBEGIN:VTIMEZONE\r\nTZID:Own\r\n\
        BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n",
    );
    assert_eq!(broken.resolve("Europe/Berlin").unwrap().source, Source::Iana);
    assert!(broken.resolve("Own").unwrap_err().reason.contains("more often than monthly"));
    assert_eq!(broken.refused().count(), 2);
}

proptest! {
    #[test]
    fn local_and_utc_are_inverse_outside_overlaps(seconds in -2_000_000_000..6_000_000_000i64, index in 0..chrono_tz::TZ_VARIANTS.len()) {
        let zone = Zone::from(chrono_tz::TZ_VARIANTS[index]);
        let at = Timestamp::from_seconds(seconds);
        match zone.to_utc(zone.local(at)) {
            LocalResolution::Single(found) => prop_assert_eq!(found, at),
            LocalResolution::Overlap { earlier, later } => prop_assert!(earlier < later && (at == earlier || at == later)),
            LocalResolution::Gap { .. } => prop_assert!(false, "{:?} shows {} at {}", zone, zone.local(at), at),
        }
    }

    #[test]
    fn a_cursor_agrees_with_single_questions(start in 0..4_000_000_000i64, step in 600..4_000_000i64, index in 0..chrono_tz::TZ_VARIANTS.len()) {
        let zone = Zone::from(chrono_tz::TZ_VARIANTS[index]);
        let mut cursor = Cursor::forward(&zone);
        for local in (start..).step_by(step as usize).take(50) {
            prop_assert_eq!(cursor.resolve(local), zone.to_utc(LocalDateTime::from_seconds(local).unwrap()));
        }
    }

    #[test]
    fn no_tzid_panics(tzid in "[(]?(UTC|GMT)?[-+]?[0-9:.é]{0,6}[)]? ?[A-Za-z,/é -]{0,20}") {
        if let Ok(found) = Zones::default().resolve(&tzid) {
            prop_assert!(UtcOffset::from_seconds(found.zone.offset_at(Timestamp::from_seconds(0))).is_some());
        }
    }
}

#[test]
fn a_zone_whose_clocks_change_twice_in_a_few_days_is_written_down_whole() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Own\r\n\
                BEGIN:STANDARD\r\nDTSTART:20080406T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU\r\n\
                TZOFFSETFROM:+1100\r\nTZOFFSETTO:+1000\r\nEND:STANDARD\r\n\
                BEGIN:DAYLIGHT\r\nDTSTART:20080401T030000\r\nRRULE:FREQ=YEARLY\r\n\
                TZOFFSETFROM:+1000\r\nTZOFFSETTO:+1100\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n";
    let zones = |text: &str| {
        let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
        Zones::of(stream.calendars().next().unwrap())
    };
    let own = zones(text).resolve("Own").unwrap().zone;
    let (from, to) = (Timestamp::from_seconds(1_700_000_000), Timestamp::from_seconds(1_840_000_000));
    let written =
        format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", vtimezone_text("Written", &own, from, to));
    let again = zones(&written).resolve("Written").unwrap().zone;
    assert_eq!(own.first_difference(&again, from, to), None, "{written}");
}
