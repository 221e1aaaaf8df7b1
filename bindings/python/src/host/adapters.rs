//! Stores, directories and transports that are written in Python, as the core wants them.

use std::ops::Range;
use std::sync::Mutex;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use reefknot_core::host::{
    Attempt, Commit, Delivery, DeliveryId, Directory, LocalUser, OpenQuestion, Outgoing, Settled, Store,
    StoredCalendar, StoredObject, Transport, UserId,
};
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_core::{Error, Result};

use super::records;
use crate::errors::{self, host_failure};
use crate::{python, time, value};

/// The last exception that a user's code raised during a call, which becomes the cause of what the call raises.
#[derive(Default)]
pub(super) struct Raised(Mutex<Option<PyErr>>);

impl Raised {
    fn note(&self, py: Python<'_>, raised: PyErr) -> Error {
        let error = host_failure(py, &raised);
        if let Ok(mut last) = self.0.lock() {
            // Whoever interrupts the program is not to be overtaken by what fails after it.
            if last.as_ref().is_none_or(|last| last.is_instance_of::<PyException>(py)) {
                *last = Some(raised);
            }
        }
        error
    }

    /// What a call of the core comes to, once the interpreter is there again.
    pub(super) fn resolve<T>(self, py: Python<'_>, result: Result<T>) -> PyResult<T> {
        let raised = self.0.into_inner().unwrap_or_default();
        match (result, raised) {
            // An interruption is no failure that the core could try again.
            (_, Some(raised)) if !raised.is_instance_of::<PyException>(py) => Err(raised),
            (Ok(value), _) => Ok(value),
            (Err(error), raised) => {
                let exception = errors::exception(py, &error);
                let Some(raised) = raised else { return Err(exception) };
                let text = raised.value(py).to_string();
                let is_same_class = raised.get_type(py).is(exception.get_type(py));
                if is_same_class && text == error.to_string() {
                    return Err(raised);
                }
                // What was tried again and went well in the end is not why something else failed.
                if is_same_class || error.to_string().contains(&text) {
                    exception.set_cause(py, Some(raised));
                }
                Err(exception)
            }
        }
    }
}

/// A method of an object of Python's, called with the interpreter held.
fn call<T>(raised: &Raised, work: impl for<'py> FnOnce(Python<'py>) -> PyResult<T>) -> Result<T> {
    Python::attach(|py| work(py).map_err(|error| raised.note(py, error)))
}

/// A store that is written in Python.
pub(super) struct PyStore<'a> {
    pub(super) store: &'a Py<PyAny>,
    pub(super) raised: &'a Raised,
}

fn all<T>(items: &Bound<'_, PyAny>, read: impl Fn(&Bound<'_, PyAny>) -> PyResult<T>) -> PyResult<Vec<T>> {
    items.try_iter()?.map(|item| read(&item?)).collect()
}

impl Store for PyStore<'_> {
    fn load(&self, user: &UserId, uid: &str) -> Result<Option<StoredObject>> {
        call(self.raised, |py| {
            let stored = self.store.bind(py).call_method1("load", (user.as_str(), uid))?;
            if stored.is_none() { Ok(None) } else { records::to_stored(&stored).map(Some) }
        })
    }

    fn uids(&self, user: &UserId) -> Result<Vec<String>> {
        call(self.raised, |py| self.store.bind(py).call_method1("uids", (user.as_str(),))?.extract())
    }

    fn calendar(&self, user: &UserId) -> Result<StoredCalendar> {
        call(self.raised, |py| {
            records::to_calendar(&self.store.bind(py).call_method1("calendar", (user.as_str(),))?)
        })
    }

    fn calendar_within(&self, user: &UserId, window: Range<Timestamp>) -> Result<StoredCalendar> {
        call(self.raised, |py| {
            let store = self.store.bind(py);
            // A store without an index has no such method.
            if !store.hasattr("calendar_within")? {
                return records::to_calendar(&store.call_method1("calendar", (user.as_str(),))?);
            }
            let (start, end) = (time::from_instant(py, window.start)?, time::from_instant(py, window.end)?);
            records::to_calendar(&store.call_method1("calendar_within", (user.as_str(), start, end))?)
        })
    }

    fn commit(&mut self, commit: Commit) -> Result<u64> {
        commit.check()?;
        let conflict = |py: Python<'_>, raised: &PyErr| {
            python::conflict_error(py).is_ok_and(|class| raised.is_instance(py, class))
        };
        Python::attach(|py| {
            let given = records::from_commit(py, &commit);
            let version =
                given.and_then(|given| self.store.bind(py).call_method1("commit", (given,))?.extract());
            version.map_err(|error| {
                let is_conflict = conflict(py, &error);
                let error = self.raised.note(py, error);
                if is_conflict { commit.conflict() } else { error }
            })
        })
    }

    fn questions(&self, user: &UserId) -> Result<Vec<OpenQuestion>> {
        call(self.raised, |py| {
            all(&self.store.bind(py).call_method1("questions", (user.as_str(),))?, records::to_open)
        })
    }

    fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>> {
        call(self.raised, |py| {
            let now = time::from_instant(py, now)?;
            all(&self.store.bind(py).call_method1("due", (now, limit))?, records::to_delivery)
        })
    }

    fn settle(&mut self, id: DeliveryId, how: Settled) -> Result<()> {
        call(self.raised, |py| {
            self.store.bind(py).call_method1("settle", (id.0, records::from_settled(py, &how)?)).map(drop)
        })
    }

    fn failed(&self) -> Result<Vec<Delivery>> {
        call(self.raised, |py| all(&self.store.bind(py).call_method0("failed")?, records::to_delivery))
    }
}

/// A directory that is written in Python.
pub(super) struct PyDirectory<'a> {
    pub(super) directory: &'a Py<PyAny>,
    pub(super) raised: &'a Raised,
}

impl PyDirectory<'_> {
    fn ask(&self, py: Python<'_>, method: &str, of: Bound<'_, PyAny>) -> PyResult<Option<LocalUser>> {
        let found = self.directory.bind(py).call_method1(method, (of,))?;
        if found.is_none() { Ok(None) } else { records::to_local_user(&found).map(Some) }
    }
}

impl Directory for PyDirectory<'_> {
    fn find(&self, address: &CalendarUserAddress) -> Result<Option<LocalUser>> {
        call(self.raised, |py| self.ask(py, "find", value::from_address(py, address)?))
    }

    fn user(&self, id: &UserId) -> Result<Option<LocalUser>> {
        call(self.raised, |py| self.ask(py, "user", pyo3::types::PyString::new(py, id.as_str()).into_any()))
    }
}

/// A transport that is written in Python; without one, what is to be carried waits.
pub(super) struct PyTransport<'a> {
    pub(super) transport: Option<&'a Py<PyAny>>,
    pub(super) raised: &'a Raised,
}

impl Transport for PyTransport<'_> {
    fn mail(&mut self, message: &Outgoing, mailbox: &str, now: Timestamp) -> Result<Attempt> {
        let Some(transport) = self.transport else {
            return Ok(Attempt::TryLater("the scheduler was given no transport to carry it".to_owned()));
        };
        call(self.raised, |py| {
            let arguments = (records::from_outgoing(py, message)?, mailbox, time::from_instant(py, now)?);
            records::to_attempt(&transport.bind(py).call_method1("mail", arguments)?)
        })
    }
}
