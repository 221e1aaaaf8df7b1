//! The recurrence rules that the benches expand.

use reefknot_core::engine::read_object;
use reefknot_core::ical::Limits;
use reefknot_core::scheduling::SchedulingObject;

/// TZID of every case: its clocks change twice a year.
pub const ZONE: &str = "America/New_York";

/// A rule and its DTSTART, which it generates itself: peers do not agree about one that it does not.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// DTSTART, on the clock of [`ZONE`].
    pub start: &'static str,
    /// RRULE
    pub rule: &'static str,
}

const fn case(start: &'static str, rule: &'static str) -> Case {
    Case { start, rule }
}

/// The classes whose occurrences are counted one after the other, and how many: all before 2100, from
/// when on the peers disagree about the zone.
pub const OCCURRENCES: [(Case, usize); 4] = [
    (case("20000103T090000", "FREQ=DAILY"), 20_000),
    (case("20000103T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR"), 10_000),
    (case("20000128T090000", "FREQ=MONTHLY;BYDAY=-1FR"), 1_000),
    (case("20000103T090000", "FREQ=YEARLY"), 90),
];

/// The classes that are asked for one May, 1, 20 and 100 years from DTSTART.
pub const WINDOWS: [Case; 11] = [
    case("20000103T090000", "FREQ=DAILY"),
    case("20000103T090000", "FREQ=DAILY;COUNT=50000"),
    case("20000103T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
    case("20000104T090000", "FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,TH"),
    case("20000128T090000", "FREQ=MONTHLY;BYDAY=-1FR"),
    case("20000131T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
    case("20000515T090000", "FREQ=YEARLY"),
    case("20000507T090000", "FREQ=YEARLY;BYDAY=1SU;BYMONTH=5,10"),
    case("20000515T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"),
    case("20000103T090000", "FREQ=DAILY;BYHOUR=9,12,15"),
    case("20000103T090000", "FREQ=HOURLY;INTERVAL=6"),
];

/// Rules whose COUNT has to be followed to its end before anything after DTSTART can be told.
pub const COUNTED: [Case; 5] = [
    case("20000103T090000", "FREQ=DAILY;COUNT=9999"),
    case("20000103T090000", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=9999"),
    case("20000128T090000", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=9999"),
    case("20000131T090000", "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=9999"),
    case("20000515T090000", "FREQ=YEARLY;COUNT=9999"),
];

/// How many years from DTSTART the windows lie.
pub const YEARS: [i32; 3] = [1, 20, 100];

/// Rules that nothing satisfies after DTSTART.
pub const NEVER: [Case; 3] = [
    case("20000103T090000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    case("20000103T090000", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4,6,9,11"),
    case("20000103T090000", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
];

/// A second that comes again for ever.
pub const EVERY_SECOND: Case = case("20000103T090000", "FREQ=SECONDLY");

/// The text of a calendar with one event of that rule.
#[must_use]
pub fn calendar(case: Case) -> String {
    text(0, case.start, case.rule)
}

/// 500 events that each have so many instances on every day.
///
/// # Panics
/// When the core does not read its own benches' events.
#[must_use]
pub fn busy(a_day: usize) -> Vec<SchedulingObject> {
    let hours: Vec<String> = (0..a_day).map(|hour| (8 + hour).to_string()).collect();
    let rule = format!("FREQ=DAILY;BYHOUR={}", hours.join(","));
    let object = |number| read_object(text(number, "20000103T080000", &rule).as_bytes(), &Limits::default());
    (0..500).map(|number| object(number).expect("an event that the core reads")).collect()
}

fn text(number: usize, start: &str, rule: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Reefknot//benches//EN\r\n\
         BEGIN:VEVENT\r\nUID:{number}\r\nDTSTAMP:20000101T000000Z\r\nDTSTART;TZID={ZONE}:{start}\r\n\
         DURATION:PT30M\r\nRRULE:{rule}\r\nSUMMARY:Tea\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}
