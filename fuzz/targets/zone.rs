//! Definitions of zones: clocks and instants fit together, and a zone that is written down is the same zone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::time::{LocalResolution, Zones, vtimezone_text};
use reefknot_fuzz::{calendars, now};

const DAY: i64 = 86_400;

fuzz_target!(|bytes: &[u8]| {
    for calendar in calendars(bytes) {
        let zones = Zones::of(&calendar);
        let _ = (zones.used(&calendar), zones.contradictions(&calendar));
        for tzid in calendar.components_named("VTIMEZONE").filter_map(|zone| zone.text("TZID")) {
            let Ok(found) = zones.resolve(&tzid) else { continue };
            for instant in (-50..50).map(|step| now().saturating_add(step * 11 * DAY + step * 1_777)) {
                let local = found.zone.local(instant);
                let same = match found.zone.to_utc(local) {
                    LocalResolution::Single(only) => only == instant,
                    LocalResolution::Overlap { earlier, later } => earlier == instant || later == instant,
                    LocalResolution::Gap { .. } => false,
                };
                assert!(same, "{tzid}: {instant} is {local}, which is {:?}", found.zone.to_utc(local));
            }
            let (from, to) = (now().saturating_add(-800 * DAY), now().saturating_add(800 * DAY));
            let text = vtimezone_text("Written", &found.zone, from, to);
            let again = calendars(format!("BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n").as_bytes());
            let written = Zones::of(&again[0]).resolve("Written").expect("a definition of our own");
            assert_eq!(found.zone.first_difference(&written.zone, from, to), None, "{tzid}: {text}");
        }
    }
});
