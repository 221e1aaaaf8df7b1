//! From a property of the document to its typed values.

use super::{ParamForm, PropertyEntry, Shape, parameter};
use crate::ical::{Param, Property};
use crate::value::{Value, ValueType, text};
use crate::{Error, Result};

/// The typed values of a property, by its name and its VALUE and TZID parameters.
///
/// Most properties have one value; EXDATE, CATEGORIES and their like have a list. What a writer
/// can mean by the text is taken; [`lint`](mod@crate::lint) tells what the standard asks beyond that.
///
/// ```
/// use reefknot_core::ical::PropertyBuf;
/// use reefknot_core::registry::values;
/// use reefknot_core::value::{Duration, Integer, Value};
///
/// let typed = |name, value| values(&PropertyBuf::new(name, value)?.as_property());
/// assert_eq!(typed("TRIGGER", "-PT15M")?, [Value::Duration(Duration::from_seconds(-900))]);
/// assert_eq!(typed("CATEGORIES", r"TEA\, COFFEE,TALK")?.len(), 2);
/// assert_eq!(
///     typed("PRIORITY", "high").unwrap_err().to_string(),
///     "PRIORITY: “high” is not a whole number from -2147483648 to 2147483647; write it as 5 or -5 (RFC 5545 §3.3.8)"
/// );
/// # Ok::<(), reefknot_core::Error>(())
/// ```
///
/// # Errors
/// A syntax error that names the property, its line, what is wrong and how to write it.
pub fn values(property: &Property<'_>) -> Result<Vec<Value>> {
    let entry = super::property(property.name());
    let Some(kind) = value_type(property, entry).map_err(|error| at(property, &error))? else {
        return Ok(vec![Value::Other(property.value().into_owned())]);
    };
    let (value, tzid) = (property.value(), property.param("TZID"));
    let read = |item: &str| Value::parse(kind, item, tzid.as_deref());
    let values = match shape(entry) {
        Shape::One => read(&value).map(|value| vec![value]),
        Shape::List => items(kind, &value).map(read).collect(),
        Shape::Geo => value.parse().map(|place| vec![Value::Geo(place)]),
        Shape::RequestStatus => value.parse().map(|status| vec![Value::RequestStatus(status)]),
        Shape::Color => value.parse().map(|color| vec![Value::Color(color)]),
    };
    values.map_err(|error| at(property, &error))
}

/// Whether [`values`] takes a property whatever its value is.
pub(crate) fn takes_any_value(property: &Property<'_>) -> bool {
    let entry = super::property(property.name());
    match value_type(property, entry) {
        Ok(None) => true,
        Ok(Some(kind)) => kind == ValueType::Text && matches!(shape(entry), Shape::One | Shape::List),
        Err(_) => false,
    }
}

fn shape(entry: Option<&PropertyEntry>) -> Shape {
    entry.map_or(Shape::One, |entry| entry.shape)
}

/// The values of a list, each still as written.
pub(crate) fn items(kind: ValueType, value: &str) -> impl Iterator<Item = &str> {
    let is_text = matches!(kind, ValueType::Text | ValueType::Uid);
    let (escaped, plain) =
        if is_text { (Some(text::list(value)), None) } else { (None, Some(value.split(','))) };
    escaped.into_iter().flatten().chain(plain.into_iter().flatten())
}

/// The type that VALUE names, or else the default; `None` for a type that no standard knows.
fn value_type(property: &Property<'_>, entry: Option<&PropertyEntry>) -> Result<Option<ValueType>> {
    let Some(name) = property.param("VALUE") else {
        return Ok(Some(entry.map_or(ValueType::Text, |entry| entry.types[0])));
    };
    let Some(kind) = ValueType::from_name(&name) else { return Ok(None) };
    match entry.filter(|entry| !entry.types.contains(&kind)) {
        None => Ok(Some(kind)),
        Some(entry) => Err(Error::syntax(format!(
            "it cannot hold VALUE={kind}; leave VALUE out, or write {} ({})",
            one_of(entry.types),
            entry.section
        ))),
    }
}

/// The types as a choice: `DATE-TIME or DATE`.
pub(crate) fn one_of(types: &[ValueType]) -> String {
    types.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" or ")
}

/// The typed values of a property's parameter; none where it does not have the parameter.
///
/// ```
/// use reefknot_core::ical::{Limits, Stream};
/// use reefknot_core::registry::param_values;
/// use reefknot_core::value::{Boolean, Value};
///
/// let text = "BEGIN:VEVENT\r\nATTENDEE;RSVP=TRUE;SENT-BY=\"b\":mailto:a@foo.com\r\nEND:VEVENT\r\n";
/// let stream = Stream::parse(text.as_bytes(), &Limits::default())?;
/// let attendee = stream.components().next().unwrap().property("ATTENDEE").unwrap();
/// assert_eq!(param_values(&attendee, "RSVP")?, [Value::Boolean(Boolean(true))]);
/// assert_eq!(
///     param_values(&attendee, "SENT-BY").unwrap_err().to_string(),
///     "line 2: ATTENDEE;SENT-BY: `b` is not a calendar address (neither a URI nor a mail address); \
///      write mailto:name@example.com"
/// );
/// # Ok::<(), reefknot_core::Error>(())
/// ```
///
/// # Errors
/// A syntax error that names the property, the parameter, the line, what is wrong and how to write it.
pub fn param_values(property: &Property<'_>, name: &str) -> Result<Vec<Value>> {
    let kind = param_type(name);
    let params = property.params().filter(|param| param.is(name));
    let texts = params.flat_map(Param::values);
    // Parameters have an encoding of their own (RFC 6868), so that TEXT is not escaped once more.
    let read = |item: &str| match kind {
        ValueType::Text => Ok(Value::Text(item.to_owned())),
        kind => Value::parse(kind, item, None),
    };
    let values: Result<Vec<Value>> = texts.map(|item| read(&item)).collect();
    values.map_err(|error| at_name(property, &format!("{};{name}", property.name()), &error))
}

/// The type of a parameter's values; any text is one of TEXT.
pub(crate) fn param_type(name: &str) -> ValueType {
    match parameter(name).map_or(ParamForm::Text, |entry| entry.form) {
        ParamForm::CalAddress => ValueType::CalAddress,
        ParamForm::Uri => ValueType::Uri,
        ParamForm::Boolean => ValueType::Boolean,
        ParamForm::Integer(_) => ValueType::Integer,
        ParamForm::Duration => ValueType::Duration,
        ParamForm::Text
        | ParamForm::OneOf(_)
        | ParamForm::Token
        | ParamForm::MediaType
        | ParamForm::Language
        | ParamForm::RelationType
        | ParamForm::LinkRelation => ValueType::Text,
    }
}

fn at(property: &Property<'_>, error: &Error) -> Error {
    at_name(property, property.name(), error)
}

/// Says where an error is.
fn at_name(property: &Property<'_>, name: &str, error: &Error) -> Error {
    let place = property.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    Error::syntax(format!("{place}{name}: {error}"))
}
