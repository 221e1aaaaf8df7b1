//! Any calendar: its series give their instances in order, know each of them again, and can be told in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::recurrence::{Budget, Contains, Instance, Series};
use reefknot_core::time::{Zone, Zones};
use reefknot_core::words::Words;
use reefknot_fuzz::{calendars, now};

fuzz_target!(|bytes: &[u8]| {
    let berlin = Zone::iana("Europe/Berlin").expect("a zone");
    for calendar in calendars(bytes) {
        let zones = Zones::of(&calendar);
        let words = Words::new(&berlin, &zones);
        for item in words.describe(&calendar).items {
            let _ = words.rows(&item, 10);
        }
        for series in Series::all(&calendar).into_iter().flatten() {
            let window = now().saturating_add(-400 * 86_400)..now().saturating_add(400 * 86_400);
            let found = series.instances(window, &berlin, 50, Budget::new(20_000));
            assert!(found.items.is_sorted_by_key(Instance::order));
            for instance in &found.items {
                let known = series.contains(&instance.key, Budget::default());
                assert_ne!(known, Contains::No, "{}", instance.key);
            }
        }
    }
});
