//! Values of every type that a property can have (RFC 5545 §3.3), as Python has them.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDate, PyDelta, PyFloat, PyInt, PyString, PyTime, PyTimeAccess};
use reefknot_core::ical::PropertyBuf;
use reefknot_core::registry::{default_type, property_of_text, property_of_values};
use reefknot_core::value::{
    Boolean, CalendarUserAddress, Clock, Float, Integer, Period, Recur, Time, UtcOffset, Value, ValueType,
};

use crate::document::LazyZones;
use crate::errors::{OrRaise, invalid};
use crate::{python, time};

/// A value of an object with these zones.
pub(crate) fn from_value<'py>(
    py: Python<'py>,
    value: &Value,
    zones: &LazyZones,
) -> PyResult<Bound<'py, PyAny>> {
    let text = |text: &str| Ok(PyString::new(py, text).into_any());
    match value {
        Value::Binary(bytes) => Ok(PyBytes::new(py, bytes.as_bytes()).into_any()),
        Value::Boolean(Boolean(yes)) => Ok(PyBool::new(py, *yes).to_owned().into_any()),
        Value::CalAddress(address) => from_address(py, address),
        Value::DateTime(value) => time::from_date_time(py, value, zones),
        Value::Duration(length) => time::from_seconds(py, length.days(), length.seconds()),
        Value::Float(number) => Ok(PyFloat::new(py, number.get()).into_any()),
        Value::Geo(place) => python::geo(py)?.call1((place.latitude(), place.longitude())),
        Value::Integer(Integer(number)) => Ok(PyInt::new(py, *number).into_any()),
        Value::Period(period) => from_period(py, period, zones),
        Value::Recur(rule) => python::recur(py)?.call1((rule.to_string(),)),
        Value::RequestStatus(status) => python::request_status(py)?.call1((
            status.code(),
            status.description.as_str(),
            status.data.as_deref(),
        )),
        Value::Time(value) => {
            let in_utc = value.value_text().ends_with(['Z', 'z']);
            time::from_clock(py, value.clock(), in_utc)
        }
        Value::UtcOffset(offset) => time::from_seconds(py, 0, offset.seconds().into()),
        Value::Text(value) | Value::Uid(value) | Value::Other(value) => text(value),
        Value::Color(value) => text(&value.to_string()),
        Value::Uri(value) | Value::XmlReference(value) => text(&value.to_string()),
    }
}

fn from_period<'py>(py: Python<'py>, period: &Period, zones: &LazyZones) -> PyResult<Bound<'py, PyAny>> {
    let start = time::from_date_time(py, period.start(), zones)?;
    let end = match period {
        Period::Explicit { end, .. } => time::from_date_time(py, end, zones)?,
        Period::Start { duration, .. } => time::from_seconds(py, duration.days(), duration.seconds())?,
    };
    python::period(py)?.call1((start, end))
}

/// An address, as the `str` that compares as addresses do.
pub(crate) fn from_address<'py>(
    py: Python<'py>,
    address: &CalendarUserAddress,
) -> PyResult<Bound<'py, PyAny>> {
    // Past the class's own constructor, which would read the text once more.
    python::address(py)?.call_method1("_of_normal", (address.normal(),))
}

/// An address from a `str`.
pub(crate) fn to_address(value: &Bound<'_, PyAny>) -> PyResult<CalendarUserAddress> {
    let text = value.cast::<PyString>().map_err(|_| {
        invalid(value.py(), format!("an address such as \"a@foo.com\" is wanted, and not {value}"))
    })?;
    CalendarUserAddress::parse(&text.to_cow()?).or_raise(value.py())
}

/// A property with a value of Python's, or a list of values.
pub(crate) fn to_property(name: &str, value: &Bound<'_, PyAny>) -> PyResult<PropertyBuf> {
    let py = value.py();
    if let Ok(items) = value.cast::<pyo3::types::PyList>() {
        let values = items.iter().map(|item| to_value(name, &item)).collect::<PyResult<Vec<_>>>()?;
        return property_of_values(name, &values).or_raise(py);
    }
    if let Ok(items) = value.cast::<pyo3::types::PyTuple>() {
        let values = items.iter().map(|item| to_value(name, &item)).collect::<PyResult<Vec<_>>>()?;
        return property_of_values(name, &values).or_raise(py);
    }
    property_of_values(name, &[to_value(name, value)?]).or_raise(py)
}

/// What a value of Python's is in that property.
fn to_value(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    let py = value.py();
    // Whether a `timedelta` is a duration or an offset, and what a text is, the property's name says.
    let of_text = |text: &str| {
        let line = property_of_text(name, text).or_raise(py)?;
        let mut values = reefknot_core::registry::values(&line.as_property()).or_raise(py)?;
        match values.len() {
            1 => Ok(values.remove(0)),
            several => {
                Err(invalid(py, format!("{name}: `{text}` holds {several} values; give them as a list")))
            }
        }
    };
    if let Ok(text) = value.cast::<PyString>() {
        return of_text(&text.to_cow()?);
    }
    if let Ok(yes) = value.cast::<PyBool>() {
        return Ok(Value::Boolean(Boolean(yes.is_true())));
    }
    if value.is_instance_of::<PyInt>() {
        return Ok(Value::Integer(Integer(value.extract()?)));
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        let number = number.extract::<f64>()?;
        return Float::new(number)
            .map(Value::Float)
            .ok_or_else(|| invalid(py, format!("{name}: {number} is no number that iCalendar can write")));
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Value::Binary(bytes.as_bytes().to_vec().into()));
    }
    if value.is_instance_of::<PyDate>() {
        return time::to_date_time(value).map(Value::DateTime);
    }
    if let Ok(length) = value.cast::<PyDelta>() {
        if default_type(name) == Some(ValueType::UtcOffset) {
            let offset = i32::try_from(time::seconds(value)?).ok().and_then(UtcOffset::from_seconds);
            let offset = offset.ok_or_else(|| invalid(py, format!("{name}: {value} is more than a day")))?;
            return Ok(Value::UtcOffset(offset));
        }
        return Ok(Value::Duration(time::to_duration(length)));
    }
    if let Ok(clock) = value.cast::<PyTime>() {
        let (hour, minute, second) = (clock.get_hour(), clock.get_minute(), clock.get_second());
        let clock = Clock::new(hour, minute, second)
            .ok_or_else(|| invalid(py, format!("{name}: {value} is no time that iCalendar can write")))?;
        return Ok(Value::Time(Time::Floating(clock)));
    }
    if value.is_instance(python::period(py)?)? {
        let (start, end) = (value.getattr("start")?, value.getattr("end")?);
        let start = time::to_date_time(&start)?;
        let period = match end.cast::<PyDelta>() {
            Ok(length) => Period::Start { start, duration: time::to_duration(length) },
            Err(_) => Period::Explicit { start, end: time::to_date_time(&end)? },
        };
        return Ok(Value::Period(period));
    }
    for class in [python::geo(py)?, python::request_status(py)?] {
        if value.is_instance(class)? {
            return of_text(&value.str()?.to_cow()?);
        }
    }
    let kind = value.get_type().name()?;
    Err(invalid(
        py,
        format!(
            "{name} cannot hold a {kind}; give text, a number, a date or datetime, a timedelta, bytes, or a list of them"
        ),
    ))
}

/// The form in which an address is compared.
#[pyfunction]
pub(crate) fn _normal_address(address: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(to_address(address)?.normal().to_owned())
}

/// A recurrence rule as the core prints it.
#[pyfunction]
pub(crate) fn _normal_recur(py: Python<'_>, rule: &str) -> PyResult<String> {
    Ok(rule.parse::<Recur>().or_raise(py)?.to_string())
}
