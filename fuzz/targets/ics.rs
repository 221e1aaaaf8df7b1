//! Any bytes as .ics: what was read is printed so that it reads the same, and printing that is a fixed point.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::ical::{Component, Limits, Stream};
use reefknot_fuzz::lines;

/// Asks every component for what it holds, to change it, and changes nothing: then it is printed line by line.
fn touch(component: &mut Component) {
    component.components_mut().for_each(touch);
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(stream) = Stream::parse(bytes, &Limits::default()) else { return };
    let printed = stream.to_bytes();
    assert!(printed.split(|&byte| byte == b'\n').all(|line| line.len() <= 76));
    let again = Stream::parse(&printed, &Limits::default()).expect("within the limits, for it was so before");
    assert!(again.to_bytes() == printed, "printing is no fixed point");
    for (one, other) in stream.components().zip(again.components()) {
        assert_eq!(lines(one), lines(other));
        let mut touched = one.clone();
        touch(&mut touched);
        assert_eq!(touched.to_string(), one.to_string());
    }
});
