//! One property: its name, its parameters and its typed value.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use reefknot_core::ical::{self, Param, PropertyBuf};
use reefknot_core::registry;

use crate::document::LazyZones;
use crate::errors::{OrRaise, invalid};
use crate::value;

/// One property of a component (RFC 5545 §3.1): a name, parameters and a value.
///
/// >>> from reefknot import Property
/// >>> Property("SUMMARY", "Tea, or coffee", {"LANGUAGE": "en"}).content_line
/// 'SUMMARY;LANGUAGE=en:Tea\\, or coffee'
/// >>> Property("CATEGORIES", ["Tea", "Talk"]).values
/// ('Tea', 'Talk')
#[pyclass(frozen, module = "reefknot", name = "Property")]
pub(crate) struct Property {
    pub(crate) buf: PropertyBuf,
    zones: Arc<LazyZones>,
    line: Option<usize>,
}

impl Property {
    pub(crate) fn of(property: &ical::Property<'_>, zones: &Arc<LazyZones>) -> Self {
        Self { buf: property.to_buf(), zones: zones.clone(), line: property.line() }
    }

    /// A line from a value of Python's, a list of values, or a property that is already made.
    pub(crate) fn build(
        name: &str,
        value: &Bound<'_, PyAny>,
        params: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PropertyBuf> {
        let py = value.py();
        let mut buf = match value.cast::<Self>() {
            Ok(property) => {
                let buf = property.get().buf.clone();
                if !buf.as_property().is(name) {
                    return Err(invalid(
                        py,
                        format!("a property {} was given for {name}", buf.as_property().name()),
                    ));
                }
                buf
            }
            Err(_) => value::to_property(name, value)?,
        };
        if let Some(params) = params.filter(|params| !params.is_none()) {
            for pair in params.call_method0("items")?.try_iter()? {
                let (name, value): (String, Bound<'_, PyAny>) = pair?.extract()?;
                let values: Vec<String> = match value.cast::<PyString>() {
                    Ok(one) => vec![one.to_string()],
                    Err(_) => value.extract()?,
                };
                buf.set_params(&name, &values.iter().map(String::as_str).collect::<Vec<_>>()).or_raise(py)?;
            }
        }
        Ok(buf)
    }

    fn typed<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let values = registry::values(&self.buf.as_property()).or_raise(py)?;
        values.iter().map(|value| value::from_value(py, value, &self.zones)).collect()
    }
}

#[pymethods]
impl Property {
    #[new]
    #[pyo3(signature = (name, value, params=None))]
    fn make(name: &str, value: &Bound<'_, PyAny>, params: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let buf = Self::build(name, value, params)?;
        Ok(Self { buf, zones: Arc::default(), line: None })
    }

    /// The property that an unfolded content line holds, such as `SUMMARY;LANGUAGE=en:Tea`.
    #[staticmethod]
    fn parse(py: Python<'_>, line: &str) -> PyResult<Self> {
        let text = format!("BEGIN:X\r\n{line}\r\nEND:X\r\n");
        let stream = ical::Stream::parse(text.as_bytes(), &ical::Limits::default()).or_raise(py)?;
        let component = stream.components().next();
        let mut properties = component.into_iter().flat_map(ical::Component::properties);
        match (properties.next(), properties.next(), stream.problems().first()) {
            (Some(property), None, None) => {
                Ok(Self { buf: property.to_buf(), zones: Arc::default(), line: None })
            }
            _ => Err(crate::errors::exception(
                py,
                &reefknot_core::Error::syntax(format!(
                    "`{line}` is not one content line; write NAME;PARAM=x:value (RFC 5545 §3.1)"
                )),
            )),
        }
    }

    /// The name in upper case.
    #[getter]
    fn name(&self) -> String {
        self.buf.as_property().name().to_ascii_uppercase()
    }

    /// The line, from 1, if the property was read from text.
    #[getter]
    fn line(&self) -> Option<usize> {
        self.line
    }

    /// The typed value.
    ///
    /// `InvalidError` where the property holds a list of several: `values` has them.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let mut values = self.typed(py)?;
        match values.len() {
            1 => Ok(values.remove(0)),
            several => Err(invalid(py, format!("{} holds {several} values; read `.values`", self.name()))),
        }
    }

    /// The typed values, one for most properties.
    #[getter]
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.typed(py)?)
    }

    /// The value as written: still escaped, folds joined.
    #[getter]
    fn raw(&self) -> String {
        self.buf.as_property().value().into_owned()
    }

    /// The value as TEXT, unescaped, whatever type it has.
    #[getter]
    fn text(&self) -> String {
        self.buf.as_property().text()
    }

    /// The parameters: for each name in upper case, the values, decoded and without quotes.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for param in self.buf.as_property().params() {
            let name = param.name().to_ascii_uppercase();
            if !all.contains(&name)? {
                let values: Vec<_> = Param::values(param).collect();
                all.set_item(name, PyTuple::new(py, values)?)?;
            }
        }
        Ok(all)
    }

    /// The first value of a parameter, decoded and without quotes, or `None`.
    fn param(&self, name: &str) -> Option<String> {
        self.buf.as_property().param(name).map(std::borrow::Cow::into_owned)
    }

    /// The whole property unfolded: `NAME;PARAM=x:value`.
    #[getter]
    fn content_line(&self) -> String {
        self.buf.content_line().into_owned()
    }

    fn __str__(&self) -> String {
        self.content_line()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Property.parse({})", PyString::new(py, &self.content_line()).repr()?))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.buf == other.buf
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.buf.content_line().hash(&mut hasher);
        hasher.finish()
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let class = slf.get_type();
        Ok((class.getattr("parse")?, (slf.get().content_line(),)))
    }
}
