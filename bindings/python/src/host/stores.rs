//! The stores of Rust's: in memory, and in an SQLite file.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, ThreadId};

use pyo3::prelude::*;
use reefknot_core::host::{self, DeliveryId, Store};
use reefknot_core::{Error, Result};

use super::records::{self, user};
use crate::errors::OrRaise;
use crate::time;

/// A store that one thread uses at a time.
pub(super) struct Shared<S> {
    store: Mutex<S>,
    owner: Mutex<Option<ThreadId>>,
}

impl<S> Shared<S> {
    fn new(store: S) -> Arc<Self> {
        Arc::new(Self { store: Mutex::new(store), owner: Mutex::new(None) })
    }

    /// Runs with the store, once no other thread does.
    ///
    /// # Errors
    /// When it is this thread that does, as in a directory that asks the store on whose behalf it is asked.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut S) -> Result<T>) -> Result<T> {
        let own = thread::current().id();
        if *unpoisoned(&self.owner) == Some(own) {
            let message =
                "the store is in use by the very call that this is called from; ask it before or after";
            return Err(Error::invalid(message));
        }
        let mut store = unpoisoned(&self.store);
        *unpoisoned(&self.owner) = Some(own);
        let result = work(&mut store);
        *unpoisoned(&self.owner) = None;
        result
    }
}

impl<S: Store + Send> Shared<S> {
    /// [`with`](Self::with), while the interpreter goes on.
    fn work<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut dyn Store) -> Result<T> + Send,
    ) -> PyResult<T> {
        py.detach(|| self.with(|store| work(store))).or_raise(py)
    }
}

/// A panic inside of a store is reported where it happened; what it left is as good as after any error.
fn unpoisoned<S>(mutex: &Mutex<S>) -> MutexGuard<'_, S> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

macro_rules! store_methods {
    ($class:ident, { $($more:tt)* }) => {
        #[pymethods]
        impl $class {
            $($more)*

            /// What is held about a UID; `None` if it was never committed.
            #[pyo3(signature = (user, uid, /))]
            fn load<'py>(&self, py: Python<'py>, user: &str, uid: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
                let stored = self.0.work(py, |store| store.load(&self::user(user), uid))?;
                stored.map(|stored| records::from_stored(py, &stored)).transpose()
            }

            /// The UIDs of the user's objects, without those of which only the state is left.
            #[pyo3(signature = (user, /))]
            fn uids(&self, py: Python<'_>, user: &str) -> PyResult<Vec<String>> {
                self.0.work(py, |store| store.uids(&self::user(user)))
            }

            /// The user's whole calendar at one moment.
            #[pyo3(signature = (user, /))]
            fn calendar<'py>(&self, py: Python<'py>, user: &str) -> PyResult<Bound<'py, PyAny>> {
                records::from_calendar(py, &self.0.work(py, |store| store.calendar(&self::user(user)))?)
            }

            /// What of the user's calendar may take place between two instants; the version is that of the whole.
            #[pyo3(signature = (user, start, end, /))]
            fn calendar_within<'py>(
                &self,
                py: Python<'py>,
                user: &str,
                start: &Bound<'py, PyAny>,
                end: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                let window = time::instant(start)?..time::instant(end)?;
                let calendar = self.0.work(py, |store| store.calendar_within(&self::user(user), window))?;
                records::from_calendar(py, &calendar)
            }

            /// Writes a commit, all of it or nothing, and gives the object's new version.
            #[pyo3(signature = (commit, /))]
            fn commit(&self, py: Python<'_>, commit: &Bound<'_, PyAny>) -> PyResult<u64> {
                let commit = records::to_commit(commit)?;
                self.0.work(py, |store| store.commit(commit))
            }

            /// The questions that wait for the user, in the order of their numbers.
            #[pyo3(signature = (user, /))]
            fn questions<'py>(&self, py: Python<'py>, user: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
                let open = self.0.work(py, |store| store.questions(&self::user(user)))?;
                open.iter().map(|open| records::from_open(py, open)).collect()
            }

            /// At most `limit` messages that are due: the longest due first.
            #[pyo3(signature = (now, limit, /))]
            fn due<'py>(&self, py: Python<'py>, now: &Bound<'py, PyAny>, limit: usize) -> PyResult<Vec<Bound<'py, PyAny>>> {
                let now = time::instant(now)?;
                let due = self.0.work(py, |store| store.due(now, limit))?;
                due.iter().map(|delivery| records::from_delivery(py, delivery)).collect()
            }

            /// Records how an attempt at a delivery ended.
            #[pyo3(signature = (id, how, /))]
            fn settle(&self, py: Python<'_>, id: u64, how: &Bound<'_, PyAny>) -> PyResult<()> {
                let how = records::to_settled(how)?;
                self.0.work(py, |store| store.settle(DeliveryId(id), how))
            }

            /// The messages that were given up, in the order of their numbers.
            fn failed<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
                let failed = self.0.work(py, |store| store.failed())?;
                failed.iter().map(|delivery| records::from_delivery(py, delivery)).collect()
            }
        }
    };
}

/// A store in memory: for tests, for scripts, and for programs that keep their calendars elsewhere.
#[pyclass(frozen, module = "reefknot", name = "MemoryStore")]
pub(crate) struct MemoryStore(pub(super) Arc<Shared<host::MemoryStore>>);

store_methods!(MemoryStore, {
    #[new]
    fn make() -> Self {
        Self(Shared::new(host::MemoryStore::new()))
    }

    fn __repr__(&self) -> &'static str {
        "MemoryStore()"
    }
});

/// A store in an SQLite file, which is made if it is missing.
///
/// A commit is one transaction, on the disk when it returns. Several programs may have the same file open.
#[pyclass(frozen, module = "reefknot", name = "SqliteStore")]
pub(crate) struct SqliteStore(pub(super) Arc<Shared<reefknot_store_sql::SqliteStore>>, PathBuf);

store_methods!(SqliteStore, {
    #[new]
    fn make(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let store = py.detach(|| reefknot_store_sql::SqliteStore::open(&path)).or_raise(py)?;
        Ok(Self(Shared::new(store), path))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let path = self.1.to_string_lossy();
        Ok(format!("SqliteStore({})", pyo3::types::PyString::new(py, &path).repr()?))
    }
});
