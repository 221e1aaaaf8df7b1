//! Calendars as somebody's time: busy time is in order and reads back from its own VFREEBUSY, questions too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::freebusy::{Availability, BusyCalendar, FreeBusyRequest, busy_component, busy_of};
use reefknot_core::ical::Limits;
use reefknot_core::scheduling::{Identities, SchedulingObject};
use reefknot_core::time::Zone;
use reefknot_fuzz::{calendars, now};

fuzz_target!(|bytes: &[u8]| {
    let read = calendars(bytes);
    let owner = Identities::new("mailto:b@foo.com".parse().expect("an address"));
    let objects: Vec<_> =
        read.iter().filter_map(|one| SchedulingObject::from_calendar(one.clone()).ok()).collect();
    let hours = read.iter().filter_map(|one| Availability::of_calendar(one).ok()).flatten();
    let calendar = BusyCalendar::new(&objects, &owner).with_availability(hours);
    let window = now().saturating_add(-100 * 86_400)..now().saturating_add(100 * 86_400);
    let limits = Limits { expansion_steps: 5_000, ..Limits::default() };
    let busy = calendar.busy(window, &Zone::UTC, &limits);
    for one in read.iter().filter_map(|one| busy_of(one).ok()).chain([busy]) {
        assert!(one.periods().is_sorted_by(|a, b| a.end <= b.start));
        let written = busy_component("1", owner.primary(), &one, now(), "-//x//EN").expect("a plain UID");
        assert_eq!(busy_of(&written).expect("our own").periods(), one.periods());
    }
    for asked in read.iter().filter_map(|one| FreeBusyRequest::read(one).ok()) {
        let Ok(written) = asked.to_calendar(now(), "-//x//EN") else { continue };
        assert_eq!(FreeBusyRequest::read(&written).expect("our own"), asked);
    }
});
