//! Content lines: each typed value prints as a text that reads as the same value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::ical::{Limits, Stream};
use reefknot_core::registry::{param_values, values};
use reefknot_core::value::Value;

fuzz_target!(|lines: &str| {
    let text = format!("BEGIN:VEVENT\r\n{lines}");
    let Ok(stream) = Stream::parse(text.as_bytes(), &Limits::default()) else { return };
    for property in stream.components().flat_map(|component| component.properties()) {
        for param in property.params() {
            let _ = param_values(&property, &param.name());
        }
        let Ok(read) = values(&property) else { continue };
        let printed = read.iter().map(Value::to_string).collect::<Vec<_>>().join(",");
        let mut again = property.to_buf();
        // Only what was a control character before cannot be written.
        if again.set_value(&printed).is_ok() {
            assert_eq!(values(&again.as_property()).expect("what was printed"), read, "{printed}");
        }
    }
});
