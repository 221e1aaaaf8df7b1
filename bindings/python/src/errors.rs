//! From the core's errors to the exceptions of `reefknot._errors`, and back.

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyType;
use reefknot_core::Error;

use crate::python;

/// The exception that stands for an error of the core.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let class = if error.is_limit() {
        python::limit_error(py)
    } else if error.is_syntax() {
        python::parse_error(py)
    } else if error.is_conflict() {
        python::conflict_error(py)
    } else if error.is_host() {
        python::host_error(py)
    } else {
        python::invalid_error(py)
    };
    class.map_or_else(|error| error, |class| PyErr::from_type(class.clone(), (error.to_string(),)))
}

/// The same for a value that is asked for: `InvalidError` with a text.
pub(crate) fn invalid(py: Python<'_>, message: impl Into<String>) -> PyErr {
    exception(py, &Error::invalid(message))
}

/// Turns the core's results into Python's.
pub(crate) trait OrRaise<T> {
    /// The value, or the exception for the error.
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for reefknot_core::Result<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| exception(py, &error))
    }
}

/// What an exception in a user's store, directory or transport is to the core.
pub(crate) fn host_failure(py: Python<'_>, raised: &PyErr) -> Error {
    let text = raised.value(py).to_string();
    let name = raised.get_type(py).name().map(|name| name.to_string()).unwrap_or_default();
    let is = |class: PyResult<&Bound<'_, PyType>>| class.is_ok_and(|class| raised.is_instance(py, class));
    if is(python::invalid_error(py)) {
        Error::invalid(text)
    } else if is(python::parse_error(py)) {
        Error::syntax(text)
    } else if text.is_empty() {
        Error::host(name)
    } else if raised.is_instance_of::<PyException>(py) && !is(python::host_error(py)) {
        Error::host(format!("{name}: {text}"))
    } else {
        Error::host(text)
    }
}
