//! Zones: from civil time to instants and back (RFC 5545 §3.3.5, §3.6.5).
//!
//! A [`Zone`] tells for any instant how far its clocks are from UTC, from a VTIMEZONE that the
//! object brings along or from the IANA data of `chrono-tz`. [`Zones`] finds the zone that a
//! TZID of one object means; what it cannot find is [`Unresolved`], never silently floating or UTC.
//! Nothing here reads a clock: the reader's zone and every instant are arguments.

mod cursor;
mod definition;
mod iana;
mod names;
mod usage;
mod vtimezone;
mod windows;
mod zone;
mod zones;

pub(crate) use cursor::Cursor;
pub use definition::{Definition, Observance};
pub(crate) use usage::tzids;
pub use usage::{Contradiction, ZoneUse};
pub use vtimezone::vtimezone_text;
pub use zone::{LocalResolution, Zone};
pub use zones::{Resolution, Source, Unresolved, Zones};

#[cfg(test)]
mod tests;
