//! From typed values to a property of the document.

use super::{Shape, property};
use crate::ical::PropertyBuf;
use crate::value::{Binary, DateTime, Period, Time, Value, ValueType, text};
use crate::{Error, Result};

/// A property with these values, and the VALUE, TZID and ENCODING parameters that they need.
///
/// ```
/// use reefknot_core::registry::property_of_values;
/// use reefknot_core::value::{DateTime, Value};
///
/// let start = DateTime::parse("20261201T150000", None, Some("Europe/Berlin"))?;
/// let property = property_of_values("DTSTART", &[Value::DateTime(start)])?;
/// assert_eq!(property.content_line(), "DTSTART;TZID=Europe/Berlin:20261201T150000");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
///
/// # Errors
/// When there is no value, when there are several where the property has one, when they are of different types or
/// zones, or when the standards do not let the property have that type.
pub fn property_of_values(name: &str, values: &[Value]) -> Result<PropertyBuf> {
    let Some(first) = values.first() else {
        return Err(Error::invalid(format!("{name} needs a value")));
    };
    let entry = property(name);
    let is_list = entry.is_none_or(|entry| entry.shape == Shape::List);
    if values.len() > 1 && !is_list {
        return Err(Error::invalid(format!("{name} has one value, and {} were given", values.len())));
    }
    if values.iter().any(|value| value.value_type() != first.value_type() || tzid(value) != tzid(first)) {
        return Err(Error::invalid(format!(
            "the values of one {name} are of one type and in one zone; write a property for each"
        )));
    }
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    let mut line = PropertyBuf::new(name, &texts.join(","))?;
    if let Some(kind) = first.value_type() {
        let default = default_type(name).unwrap_or(ValueType::Text);
        if entry.is_some_and(|entry| !entry.types.contains(&kind)) {
            return Err(Error::invalid(format!("{name} cannot hold a value of type {kind}")));
        }
        if kind != default || entry.is_some_and(|entry| entry.says_type) {
            line.set_param("VALUE", kind.name())?;
        }
        if let Value::Binary(Binary { .. }) = first {
            line.set_param("ENCODING", "BASE64")?;
        }
    }
    if let Some(tzid) = tzid(first) {
        line.set_param("TZID", tzid)?;
    }
    Ok(line)
}

/// A property with one value from text: TEXT as people write it, any other type in its iCalendar form.
///
/// ```
/// use reefknot_core::registry::property_of_text;
///
/// assert_eq!(property_of_text("SUMMARY", "Tea, or coffee")?.content_line(), r"SUMMARY:Tea\, or coffee");
/// assert_eq!(property_of_text("RRULE", "FREQ=DAILY;COUNT=3")?.content_line(), "RRULE:FREQ=DAILY;COUNT=3");
/// assert!(property_of_text("PRIORITY", "high").unwrap_err().to_string().contains("not a whole number"));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
///
/// # Errors
/// A syntax error where the text is not of the property's type; it says how to write it.
pub fn property_of_text(name: &str, text: &str) -> Result<PropertyBuf> {
    let entry = property(name);
    let kind = default_type(name).unwrap_or(ValueType::Text);
    let plain = entry.is_none_or(|entry| matches!(entry.shape, Shape::One | Shape::List));
    match kind {
        ValueType::Text | ValueType::Uid if plain => PropertyBuf::new(name, &text::escape(text)),
        _ => {
            let line = PropertyBuf::new(name, text)?;
            super::values(&line.as_property())?;
            Ok(line)
        }
    }
}

/// The type that a property's values have unless VALUE says otherwise; `None` for a name that no standard knows.
#[must_use]
pub fn default_type(name: &str) -> Option<ValueType> {
    property(name).map(|entry| entry.types[0])
}

fn tzid(value: &Value) -> Option<&str> {
    match value {
        Value::DateTime(time) => time.tzid(),
        Value::Period(Period::Explicit { start, .. } | Period::Start { start, .. }) => DateTime::tzid(start),
        Value::Time(time) => Time::tzid(time),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::values;
    use proptest::prelude::*;

    fn read(kind: ValueType, text: &str, tzid: Option<&str>) -> Value {
        Value::parse(kind, text, tzid).unwrap()
    }

    #[test]
    fn parameters_say_what_the_value_does_not() {
        let line =
            |name, values: &[Value]| property_of_values(name, values).unwrap().content_line().into_owned();
        let date = read(ValueType::Date, "20261201", None);
        assert_eq!(line("DTSTART", std::slice::from_ref(&date)), "DTSTART;VALUE=DATE:20261201");
        assert_eq!(line("EXDATE", &[date.clone(), date]), "EXDATE;VALUE=DATE:20261201,20261201");
        let texts = ["Tea, or coffee", "Talk"].map(|text| Value::Text(text.into()));
        assert_eq!(line("CATEGORIES", &texts), r"CATEGORIES:Tea\, or coffee,Talk");
        assert_eq!(line("X-COUNT", &[read(ValueType::Integer, "3", None)]), "X-COUNT;VALUE=INTEGER:3");
        let binary = read(ValueType::Binary, "dGVh", None);
        assert_eq!(line("ATTACH", &[binary]), "ATTACH;VALUE=BINARY;ENCODING=BASE64:dGVh");
    }

    #[test]
    fn what_cannot_be_written_says_why() {
        let (one, text) = (read(ValueType::Integer, "1", None), Value::Text("a".into()));
        for (name, values, why) in [
            ("SUMMARY", vec![], "needs a value"),
            ("SUMMARY", vec![text.clone(), text.clone()], "has one value, and 2 were given"),
            ("SUMMARY", vec![one.clone()], "cannot hold a value of type INTEGER"),
            ("X-OWN", vec![one, text], "of one type and in one zone"),
        ] {
            let error = property_of_values(name, &values).unwrap_err();
            assert!(error.is_invalid() && error.to_string().contains(why), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(texts in prop::collection::vec("[ -~é\n]{0,12}", 1..4), name in "CATEGORIES|X-OWN|RESOURCES") {
            let all: Vec<Value> = texts.iter().map(|text| Value::Text(text.clone())).collect();
            let given = if name == "X-OWN" { &all[..1] } else { &all[..] };
            let line = property_of_values(&name, given).unwrap();
            prop_assert_eq!(values(&line.as_property()).unwrap(), given);
            let line = property_of_text(&name, &texts[0]).unwrap();
            prop_assert_eq!(values(&line.as_property()).unwrap(), &all[..1]);
        }
    }
}
