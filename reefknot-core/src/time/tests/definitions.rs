//! Definitions as calendars bring them along, against the IANA zone, second by second.

use super::{instant, zone, zones};
use crate::time::Source;
use crate::value::Timestamp;

/// STANDARD or DAYLIGHT, its DTSTART, TZOFFSETFROM and TZOFFSETTO, and its further lines.
type Part = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn definition(tzid: &str, parts: &[Part]) -> String {
    let mut text = format!("BEGIN:VTIMEZONE\r\nTZID:{tzid}\r\n");
    for (kind, start, from, to, more) in parts {
        text.push_str(&format!(
            "BEGIN:{kind}\r\nDTSTART:{start}\r\nTZOFFSETFROM:{from}\r\nTZOFFSETTO:{to}\r\n"
        ));
        more.split_whitespace().for_each(|line| text.push_str(&format!("{line}\r\n")));
        text.push_str(&format!("END:{kind}\r\n"));
    }
    text + "END:VTIMEZONE\r\n"
}

#[track_caller]
fn agrees(name: &str, parts: &[Part], from: &str, to: &str) {
    let found = zones(&definition(name, parts)).resolve(name).unwrap();
    assert_eq!(found.source, Source::Object);
    let (known, from, to) = (zone(name), instant(from), instant(to));
    assert_eq!(found.zone.first_difference(&known, from, to), None, "{name}");
    // The same by single questions, which do not walk from span to span.
    for second in (from.seconds()..to.seconds()).step_by(97 * 3600) {
        let at = Timestamp::from_seconds(second);
        assert_eq!(found.zone.offset_at(at), known.offset_at(at), "{name} at {at}");
    }
}

#[test]
fn the_european_rule_and_the_one_before_it() {
    let parts: &[Part] = &[
        ("STANDARD", "19491002T030000", "+0200", "+0100", ""),
        ("DAYLIGHT", "19800406T020000", "+0100", "+0200", ""),
        ("DAYLIGHT", "19810329T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
        (
            "STANDARD",
            "19800928T030000",
            "+0200",
            "+0100",
            "RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=-1SU;UNTIL=19950924T010000Z",
        ),
        ("STANDARD", "19961027T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
    ];
    agrees("Europe/Berlin", parts, "19700101T000000Z", "21500101T000000Z");
}

#[test]
fn three_american_eras() {
    let parts: &[Part] = &[
        (
            "DAYLIGHT",
            "19670430T020000",
            "-0500",
            "-0400",
            "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1SU;UNTIL=19730429T070000Z RDATE:19740106T020000,19750223T020000",
        ),
        (
            "DAYLIGHT",
            "19760425T020000",
            "-0500",
            "-0400",
            "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1SU;UNTIL=19860427T070000Z",
        ),
        (
            "STANDARD",
            "19671029T020000",
            "-0400",
            "-0500",
            "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z",
        ),
        (
            "DAYLIGHT",
            "19870405T020000",
            "-0500",
            "-0400",
            "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z",
        ),
        ("DAYLIGHT", "20070311T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
        ("STANDARD", "20071104T020000", "-0400", "-0500", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
    ];
    agrees("America/New_York", parts, "19700101T000000Z", "21500101T000000Z");
}

#[test]
fn the_rules_that_outlook_writes_from_1601_on() {
    let parts: &[Part] = &[
        (
            "STANDARD",
            "16011104T020000",
            "-0400",
            "-0500",
            "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11",
        ),
        ("DAYLIGHT", "16010311T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3"),
    ];
    agrees("America/New_York", parts, "20070101T000000Z", "24000101T000000Z");
}

#[test]
fn half_an_hour_of_summer_time_in_the_south() {
    let parts: &[Part] = &[
        ("DAYLIGHT", "20071028T020000", "+1030", "+1100", ""),
        ("STANDARD", "20080406T020000", "+1100", "+1030", "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU"),
        ("DAYLIGHT", "20081005T020000", "+1030", "+1100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU"),
    ];
    agrees("Australia/Lord_Howe", parts, "20080101T000000Z", "21500101T000000Z");
}

#[test]
fn winter_time_is_the_exception_in_ireland() {
    let late_march =
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=16,17,18,19,20,21,22;BYDAY=SU;UNTIL=19800316T020000Z";
    let late_october =
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=23,24,25,26,27,28,29;BYDAY=SU;UNTIL=19801026T020000Z";
    let october =
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=23,24,25,26,27,28,29;BYDAY=SU;UNTIL=19891029T010000Z";
    let fourth = "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=4SU;UNTIL=19951022T010000Z";
    let parts: &[Part] = &[
        ("STANDARD", "19681027T000000", "+0100", "+0100", ""),
        ("DAYLIGHT", "19711031T030000", "+0100", "+0000", ""),
        ("STANDARD", "19720319T020000", "+0000", "+0100", late_march),
        ("DAYLIGHT", "19721029T030000", "+0100", "+0000", late_october),
        ("STANDARD", "19810329T010000", "+0000", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
        ("DAYLIGHT", "19811025T020000", "+0100", "+0000", october),
        ("DAYLIGHT", "19901028T020000", "+0100", "+0000", fourth),
        ("DAYLIGHT", "19961027T020000", "+0100", "+0000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
    ];
    agrees("Europe/Dublin", parts, "19700101T000000Z", "21500101T000000Z");
}

#[test]
fn dates_alone_where_the_moon_decides() {
    let parts: &[Part] = &[
        ("STANDARD", "20181028T030000", "+0100", "+0100", ""),
        (
            "DAYLIGHT",
            "20190505T030000",
            "+0100",
            "+0000",
            "RDATE:20200419T030000,20210411T030000,20220327T030000 RDATE:20230319T030000",
        ),
        (
            "STANDARD",
            "20190609T020000",
            "+0000",
            "+0100",
            "RDATE:20200531T020000,20210516T020000,20220508T020000 RDATE:20230423T020000",
        ),
    ];
    agrees("Africa/Casablanca", parts, "20181101T000000Z", "20240201T000000Z");
}

#[test]
fn dates_alone_where_a_government_decided_twice_a_year() {
    let parts: &[Part] = &[
        ("STANDARD", "20101001T000000", "+0300", "+0200", ""),
        ("DAYLIGHT", "20140516T000000", "+0200", "+0300", "RDATE:20140801T000000"),
        // The second date as an instant.
        ("STANDARD", "20140627T000000", "+0300", "+0200", "RDATE;VALUE=DATE-TIME:20140925T210000Z"),
    ];
    agrees("Africa/Cairo", parts, "20110101T000000Z", "20230101T000000Z");
}

#[test]
fn zones_without_summer_time_offsets_with_seconds_and_a_skipped_day() {
    let kolkata: &[Part] = &[("STANDARD", "19451015T000000", "+0630", "+0530", "")];
    agrees("Asia/Kolkata", kolkata, "19700101T000000Z", "21500101T000000Z");
    let monrovia: &[Part] = &[
        ("STANDARD", "19190301T000000", "-004308", "-004430", ""),
        ("STANDARD", "19720107T000000", "-004430", "+0000", ""),
    ];
    agrees("Africa/Monrovia", monrovia, "19500101T000000Z", "20380101T000000Z");
    let kwajalein: &[Part] = &[
        ("STANDARD", "19691001T000000", "+1100", "-1200", ""),
        ("STANDARD", "19930821T000000", "-1200", "+1200", ""),
    ];
    agrees("Pacific/Kwajalein", kwajalein, "19700101T000000Z", "20380101T000000Z");
}
