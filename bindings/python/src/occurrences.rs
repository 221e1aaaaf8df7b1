//! When things take place.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use reefknot_core::ical;
use reefknot_core::recurrence::{self, InstanceKey};
use reefknot_core::value::{DateTime, Timestamp};

use crate::document::{Component, LazyZones, to_limits};
use crate::errors::{OrRaise, invalid};
use crate::time;

/// One instance of an event, to-do or journal entry: when it takes place, and the component that says what it is.
#[pyclass(frozen, module = "reefknot", name = "Occurrence")]
pub(crate) struct Occurrence {
    uid: Arc<str>,
    start: DateTime,
    end: Option<DateTime>,
    /// What the core knows of the two anyway.
    instants: [Option<Timestamp>; 2],
    key: InstanceKey,
    zones: Arc<LazyZones>,
    component: Py<PyAny>,
}

#[pymethods]
impl Occurrence {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str, &'static str) {
        ("start", "end", "component")
    }

    /// The UID.
    #[getter]
    fn uid(&self) -> &str {
        &self.uid
    }

    /// When it begins: a `datetime` in its own zone, a naive one if it floats, or a `date`.
    #[getter]
    fn start<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::from_date_time_at(py, &self.start, self.instants[0], &self.zones)
    }

    /// When it ends, in the same form, if that is said or implied.
    #[getter]
    fn end<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let read = |end| time::from_date_time_at(py, end, self.instants[1], &self.zones);
        self.end.as_ref().map(read).transpose()
    }

    /// Which instance of a series it is; `None` where nothing recurs.
    #[getter]
    fn instance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        time::from_key(py, &self.key)
    }

    /// The component that says what it is: the series', or that of the instance.
    #[getter]
    fn component(&self, py: Python<'_>) -> Py<PyAny> {
        self.component.clone_ref(py)
    }

    /// The title.
    #[getter]
    fn summary(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let component = self.component.bind(py).cast::<Component>()?;
        Ok(component.get().inner.text("SUMMARY"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let title = self.summary(py)?.unwrap_or_default();
        let end = self.end.as_ref().map(|end| format!("–{end}")).unwrap_or_default();
        Ok(format!("<Occurrence {} {}{end}>", PyString::new(py, &title).repr()?, self.start))
    }

    fn __eq__(&self, py: Python<'_>, other: &Self) -> PyResult<bool> {
        let same = (&self.uid, &self.start, &self.end, &self.key)
            == (&other.uid, &other.start, &other.end, &other.key);
        Ok(same && self.component.bind(py).eq(other.component.bind(py))?)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.uid, &self.start, &self.end, &self.key).hash(&mut hasher);
        hasher.finish()
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let (py, this) = (slf.py(), slf.get());
        let restore = py.import("reefknot._reefknot")?.getattr("_restore_occurrence")?;
        let end = this.end.as_ref().map(ToString::to_string);
        let arguments = (&*this.uid, this.start.to_string(), end, this.key.to_string(), &this.component);
        Ok((restore, arguments.into_pyobject(py)?))
    }
}

/// An occurrence from what pickling made of it.
#[pyfunction]
pub(crate) fn _restore_occurrence(
    py: Python<'_>,
    uid: &str,
    start: &str,
    end: Option<&str>,
    key: &str,
    component: Py<PyAny>,
) -> PyResult<Occurrence> {
    Ok(Occurrence {
        uid: uid.into(),
        start: start.parse().or_raise(py)?,
        end: end.map(str::parse).transpose().or_raise(py)?,
        instants: [None; 2],
        key: key.parse().or_raise(py)?,
        zones: component.bind(py).cast::<Component>()?.get().zones.clone(),
        component,
    })
}

/// The occurrences of a calendar or a component in a window, and what is missing or may be.
#[pyfunction]
#[pyo3(signature = (component, start, end, zone=None, limits=None))]
pub(crate) fn _occurrences(
    component: &Bound<'_, Component>,
    start: &Bound<'_, PyAny>,
    end: &Bound<'_, PyAny>,
    zone: Option<&Bound<'_, PyAny>>,
    limits: Option<&Bound<'_, PyAny>>,
) -> PyResult<(Vec<Occurrence>, Vec<String>)> {
    let (py, this) = (component.py(), component.get());
    let (zone, limits) = (time::to_zone(zone)?, to_limits(limits)?);
    let window = time::window(start, end, &zone)?;
    if window.end < window.start {
        return Err(invalid(
            py,
            format!("the window ends ({}) before it begins ({})", window.end, window.start),
        ));
    }
    let calendar = this.as_calendar(py)?;
    let zones = this.zones.get();
    let found = py.detach(|| recurrence::occurrences_in(&calendar, zones, window, &zone, &limits));
    let mut dressed: HashMap<*const ical::Component, Py<PyAny>> = HashMap::new();
    let mut all = Vec::with_capacity(found.items.len());
    for recurrence::Occurrence { uid, instance } in found.items {
        let place = std::ptr::from_ref(instance.component);
        let component = match dressed.get(&place) {
            Some(known) => known.clone_ref(py),
            None => {
                let child = this.child(py, instance.component)?.unbind();
                dressed.insert(place, child.clone_ref(py));
                child
            }
        };
        all.push(Occurrence {
            uid,
            start: instance.start,
            end: instance.end,
            instants: [instance.start_instant, instance.end_instant],
            key: instance.key,
            zones: this.zones.clone(),
            component,
        });
    }
    Ok((all, found.problems))
}
