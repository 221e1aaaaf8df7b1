//! Object→bytes→object: a document of any names and texts reads back as it was made, and holds nothing else.
#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use reefknot_core::ical::{Component, Limits, Param, PropertyBuf, Stream};
use reefknot_fuzz::lines;

/// A text with the one kind of line break that iCalendar has.
fn lines_in(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn values_of(param: Param<'_>) -> Vec<String> {
    param.values().map(Cow::into_owned).collect()
}

fuzz_target!(|input: Vec<(bool, &str, &str, &str, Vec<&str>)>| {
    let mut open = vec![Component::new("VCALENDAR").expect("a name")];
    for (within, name, text, param, values) in input {
        if within && open.len() < 20 {
            open.extend(Component::new(name));
        } else if within && open.len() > 1 {
            let inner = open.pop().expect("more than one");
            open.last_mut().expect("one").push_component(inner);
        } else if let Ok(mut property) = PropertyBuf::text(name, text) {
            if property.set_params(param, &values).is_ok() {
                let read: Vec<String> = property.as_property().params().flat_map(values_of).collect();
                assert_eq!(read, values.iter().map(|value| lines_in(value)).collect::<Vec<_>>());
            }
            assert_eq!(property.as_property().text(), lines_in(text));
            open.last_mut().expect("one").push(property);
        }
    }
    while let Some(inner) = open.pop() {
        let Some(outer) = open.last_mut() else {
            let stream = Stream::parse(&inner.to_bytes(), &Limits::default()).expect("small enough");
            assert_eq!(stream.problems(), []);
            assert_eq!(stream.components().map(lines).collect::<Vec<_>>(), [lines(&inner)]);
            return;
        };
        outer.push_component(inner);
    }
});
