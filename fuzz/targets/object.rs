//! Object→bytes→object: nothing changes, and a user may create, change and delete whatever was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::engine::{Engine, read_object};
use reefknot_core::ical::Limits;
use reefknot_core::scheduling::{Delta, Identities, SchedulingObject, SchedulingState};
use reefknot_fuzz::{calendars, now};

fuzz_target!(|bytes: &[u8]| {
    let read: Vec<_> =
        calendars(bytes).into_iter().filter_map(|one| SchedulingObject::from_calendar(one).ok()).collect();
    for object in &read {
        let printed = object.to_calendar().to_bytes();
        let again = read_object(&printed, &Limits::default()).expect("what was printed");
        assert_eq!(again.to_calendar().to_bytes(), printed);
        assert!(object.parts().map(|(key, _)| key).eq(again.parts().map(|(key, _)| key)));
        assert_eq!(Delta::between(Some(object), Some(&again)), Delta::default());
    }
    for user in ["mailto:a@foo.com", "mailto:b@foo.com"] {
        let engine = Engine::new(Identities::new(user.parse().expect("an address")));
        let (mut state, mut stored) = (SchedulingState::default(), None);
        for after in read.iter().map(Some).chain([None]) {
            let outcome = engine.change(stored.as_ref(), after, &state, now()).expect("an outcome");
            stored = outcome.resulting(stored.as_ref()).cloned();
            state = outcome.state;
        }
    }
});
