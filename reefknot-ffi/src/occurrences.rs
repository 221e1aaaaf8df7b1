//! When everything in a calendar takes place (RFC 5545 §3.8.5).

use reefknot_core::ical::Limits;
use reefknot_core::recurrence::{self, Instance, InstanceKey};
use reefknot_core::time::Zone;
use reefknot_core::value::Timestamp;

use crate::calendar::Calendar;
use crate::document::Component;
use crate::error::Result;
use crate::values::DateTime;

/// An instance of an event, a to-do or a journal entry.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Occurrence {
    /// The UID of its series.
    pub uid: String,
    /// Names it in its series; empty where nothing recurs.
    pub instance: InstanceKey,
    /// When it begins, as its component says it.
    pub start: DateTime,
    /// When it ends, if that is said or implied.
    pub end: Option<DateTime>,
    /// When it begins for the reader; none if its zone is not known.
    pub start_instant: Option<Timestamp>,
    /// When it ends for the reader, at the start if no end is said; none if its zone is not known.
    pub end_instant: Option<Timestamp>,
    /// The component that says what it is: the series' or its own.
    pub component: Component,
}

/// The occurrences found, and what is not known of them.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Occurrences {
    /// By start.
    pub items: Vec<Occurrence>,
    /// What is missing or may be, for people: what cannot be read, a zone that nobody knows, a limit reached.
    pub problems: Vec<String>,
}

#[uniffi::export]
impl Calendar {
    /// What overlaps a window: begins before its end, and ends after its start. At most `limit` instances of each UID are
    /// given. `zone` is where the reader's whole days and floating times lie.
    ///
    /// # Errors
    /// When there is no such zone.
    #[uniffi::method(default(limit = 10000))]
    pub fn occurrences(&self, from: Timestamp, to: Timestamp, zone: Zone, limit: u32) -> Result<Occurrences> {
        let limits = Limits { instances: u64::from(limit), ..Limits::default() };
        let found = recurrence::occurrences(&self.document, from..to, &zone, &limits);
        let items = found.items.into_iter().map(|one| Occurrence::of(&one.uid, one.instance)).collect();
        Ok(Occurrences { items, problems: found.problems })
    }
}

impl Occurrence {
    fn of(uid: &str, instance: Instance<'_>) -> Self {
        Self {
            uid: uid.to_owned(),
            instance: instance.key,
            start: instance.start.into(),
            end: instance.end.map(DateTime::from),
            start_instant: instance.start_instant,
            end_instant: instance.end_instant,
            component: instance.component.into(),
        }
    }
}
