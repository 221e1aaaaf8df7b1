//! Any bytes to `lint`: each finding is about a line that there is, and they are in order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::ical::Limits;
use reefknot_core::lint::lint;

fuzz_target!(|bytes: &[u8]| {
    let Ok(report) = lint(bytes, &Limits::default()) else { return };
    assert!(report.findings.is_sorted_by_key(|finding| finding.line));
    // A line may end in CR as well as in LF, and nothing follows the last.
    let lines = 1 + bytes.iter().filter(|&byte| b"\r\n".contains(byte)).count();
    for finding in &report.findings {
        assert!((1..=lines).contains(&finding.line), "{finding}");
    }
});
