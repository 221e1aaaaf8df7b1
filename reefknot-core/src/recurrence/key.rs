//! Which instance of a series is meant, whatever zone or form it was written in.

use crate::time::{Unresolved, Zones};
use crate::value::scan::serde_as_text;
use crate::value::{Date, DateTime, LocalDateTime, Timestamp};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The master, or one recurrence instance by the start that the rule gives it.
///
/// A RECURRENCE-ID becomes an instant where it can, so that the same instance written in another
/// zone has the same key.
///
/// ```
/// use reefknot_core::recurrence::InstanceKey;
/// use reefknot_core::{time::Zones, value::DateTime};
/// let here = DateTime::parse("20261122T130000", None, Some("Europe/Berlin"))?;
/// let key = InstanceKey::of(&here, &Zones::default());
/// assert_eq!(key.to_string(), "20261122T120000Z");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// The component without RECURRENCE-ID: the whole series, or an event that does not recur.
    Master,
    /// The instance that begins at this instant.
    At(Timestamp),
    /// The instance of a series of whole days.
    On(Date),
    /// The instance of a floating series.
    Floating(LocalDateTime),
    /// An instance in a zone that nobody knows.
    Unresolved {
        /// What the clock shows there.
        local: LocalDateTime,
        /// The TZID as written.
        tzid: Arc<str>,
    },
}

impl InstanceKey {
    /// The key that a value stands for by itself. What it stands for in a series whose DTSTART has
    /// another form, [`Series::key`](super::Series::key) tells.
    #[must_use]
    pub fn of(value: &DateTime, zones: &Zones) -> Self {
        match value {
            DateTime::Date(date) => Self::On(*date),
            DateTime::Floating(local) => Self::Floating(*local),
            DateTime::Utc(instant) => Self::At(*instant),
            DateTime::Zoned { local, tzid } => match zones.resolve(tzid) {
                Ok(resolution) => Self::At(resolution.zone.instant(*local)),
                // Not dropped: the key says that it is unresolved.
                Err(Unresolved { .. }) => Self::Unresolved { local: *local, tzid: tzid.clone() },
            },
        }
    }

    /// Whether this is the master.
    #[must_use]
    pub const fn is_master(&self) -> bool {
        matches!(self, Self::Master)
    }
}

/// `20261122T120000Z`, `20261122`, `20261122T120000`, `TZID=…:20261122T120000`, or nothing for the master.
impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Master => Ok(()),
            Self::At(instant) => write!(f, "{instant}"),
            Self::On(date) => write!(f, "{date}"),
            Self::Floating(local) => write!(f, "{local}"),
            Self::Unresolved { local, tzid } => write!(f, "TZID={tzid}:{local}"),
        }
    }
}

impl FromStr for InstanceKey {
    type Err = Error;

    /// Reads what `Display` prints.
    ///
    /// # Errors
    /// A syntax error for any other text.
    fn from_str(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Ok(Self::Master);
        }
        Ok(match text.parse()? {
            DateTime::Date(date) => Self::On(date),
            DateTime::Floating(local) => Self::Floating(local),
            DateTime::Utc(instant) => Self::At(instant),
            DateTime::Zoned { local, tzid } => Self::Unresolved { local, tzid },
        })
    }
}

serde_as_text!(InstanceKey, "an instance key such as 20261122T120000Z");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_round_trip() {
        for text in
            ["", "20261122T120000Z", "20261122", "20261122T120000", "TZID=Nowhere/Middle:20261122T120000"]
        {
            let key: InstanceKey = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(serde_json::from_str::<InstanceKey>(&json).unwrap(), key);
        }
        assert!("tomorrow".parse::<InstanceKey>().is_err());
    }

    #[test]
    fn an_unknown_zone_stays_unresolved() {
        let value = DateTime::parse("20261122T130000", None, Some("Nowhere/Middle")).unwrap();
        assert!(matches!(InstanceKey::of(&value, &Zones::default()), InstanceKey::Unresolved { .. }));
    }
}
