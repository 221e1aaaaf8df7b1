//! Names: the core's enumerations, as the texts that the members of Python's enumerations are.

use pyo3::prelude::*;
use pyo3::types::PyType;
use reefknot_core::Error;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as Unreadable, StrDeserializer};
use serde::{Deserialize, Serialize};

use crate::errors::{OrRaise, exception};

/// The value of the core that a member of an enumeration stands for.
pub(crate) fn read<'de, T: Deserialize<'de>>(value: &Bound<'_, PyAny>) -> PyResult<T> {
    let text: String = value.extract()?;
    let reader: StrDeserializer<'_, Unreadable> = text.as_str().into_deserializer();
    T::deserialize(reader).map_err(|error| exception(value.py(), &Error::invalid(error.to_string())))
}

/// The member of an enumeration that stands for a value of the core.
pub(crate) fn member<'py, T: Serialize>(
    class: PyResult<&Bound<'py, PyType>>,
    value: &T,
) -> PyResult<Bound<'py, PyAny>> {
    let class = class?;
    let text = serde_json::to_value(value).map_err(|error| Error::invalid(error.to_string()));
    let text = text.or_raise(class.py())?;
    class.call1((text.as_str().unwrap_or_default(),))
}

/// The text that a member of an enumeration is, if there is one.
pub(crate) fn written(value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<String>> {
    value.filter(|value| !value.is_none()).map(PyAnyMethods::extract).transpose()
}
