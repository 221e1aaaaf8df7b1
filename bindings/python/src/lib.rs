//! Reefknot's engine for Python: what is made of Rust here is dressed in `python/reefknot`.
//!
//! Every function converts its arguments, calls the core once with the interpreter let go, and converts what comes back.
//! No rule of scheduling lives here. What is a plain record to the core is a frozen dataclass in Python; only what is
//! large (documents), what decides (the engine) and what holds a store is a class of this module.
#![forbid(unsafe_code)]

mod busy;
mod document;
mod engine;
mod errors;
mod host;
mod mail;
mod message;
mod occurrences;
mod property;
mod python;
mod state;
mod text;
mod time;
mod value;

use pyo3::prelude::*;

/// Reefknot's engine; import `reefknot` instead.
#[pymodule(name = "_reefknot")]
mod module {
    /// What the package calls itself: PRODID (RFC 5545 §3.7.3).
    #[pymodule_export]
    const PRODUCT: &str = reefknot_core::engine::PRODUCT;
    #[pymodule_export]
    use crate::busy::{_busy, _busy_both, _busy_calendar, _busy_of, _conflicts, _suggest};
    #[pymodule_export]
    use crate::document::{_restore_component, Component, parse_calendars};
    #[pymodule_export]
    use crate::engine::Engine;
    #[pymodule_export]
    use crate::host::{MemoryStore, Scheduler, SqliteStore};
    #[pymodule_export]
    use crate::mail::{_read_mail, _write_mail};
    #[pymodule_export]
    use crate::occurrences::{_occurrences, _restore_occurrence, Occurrence};
    #[pymodule_export]
    use crate::property::Property;
    #[pymodule_export]
    use crate::state::State;
    #[pymodule_export]
    use crate::value::{_normal_address, _normal_recur};
}
