//! What scheduling remembers beside an object.

use pyo3::prelude::*;
use reefknot_core::Error;
use reefknot_core::scheduling::SchedulingState;

use crate::errors::OrRaise;

/// What a user's calendar remembers about one UID, beside the object and not inside it.
///
/// Keep it as it is, next to the object: without it no stale answer can be told from a new one, and a deleted event
/// would come back with the next delayed message (RFC 5546 §2.1.5). `to_json` and `from_json` are for databases.
///
/// >>> from reefknot import SchedulingState
/// >>> SchedulingState.from_json(SchedulingState().to_json()) == SchedulingState()
/// True
#[pyclass(frozen, module = "reefknot", name = "SchedulingState")]
#[derive(Clone)]
pub(crate) struct State(pub(crate) SchedulingState);

#[pymethods]
impl State {
    /// The state of an object that was never scheduled here.
    #[new]
    fn make() -> Self {
        Self(SchedulingState::default())
    }

    /// The state that `to_json` wrote.
    #[staticmethod]
    pub(crate) fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        let state = serde_json::from_str(text)
            .map_err(|error| Error::syntax(format!("this is no scheduling state: {error}")));
        state.map(Self).or_raise(py)
    }

    /// The state as JSON text.
    pub(crate) fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        serde_json::to_string(&self.0).map_err(|error| Error::invalid(error.to_string())).or_raise(py)
    }

    /// The highest SEQUENCE that this user has given the object as its organizer.
    #[getter]
    fn sequence(&self) -> u32 {
        self.0.sequence
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        if self.0 == SchedulingState::default() {
            return Ok("SchedulingState()".to_owned());
        }
        Ok(format!(
            "SchedulingState.from_json({})",
            pyo3::types::PyString::new(py, &self.to_json(py)?).repr()?
        ))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        pyo3::types::PyString::new(py, &self.to_json(py)?).hash()
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().getattr("from_json")?, (slf.get().to_json(slf.py())?,)))
    }
}
