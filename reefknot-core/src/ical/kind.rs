//! The components that scheduling knows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Component;
use crate::{Error, Result};

/// A component that can be scheduled or asked about (RFC 5545 §3.6.1–3.6.4).
///
/// ```
/// use reefknot_core::ical::Kind;
///
/// assert_eq!("vevent".parse::<Kind>()?, Kind::Event);
/// assert_eq!(Kind::FreeBusy.as_str(), "VFREEBUSY");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// VEVENT
    Event,
    /// VTODO
    Todo,
    /// VJOURNAL
    Journal,
    /// VFREEBUSY
    FreeBusy,
}

impl Kind {
    /// All of them, in the order of RFC 5545.
    pub const ALL: [Self; 4] = [Self::Event, Self::Todo, Self::Journal, Self::FreeBusy];

    /// The component's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "VEVENT",
            Self::Todo => "VTODO",
            Self::Journal => "VJOURNAL",
            Self::FreeBusy => "VFREEBUSY",
        }
    }

    /// Whether components of this kind are objects that are kept and scheduled; busy time is only asked for.
    #[must_use]
    pub const fn is_scheduled(self) -> bool {
        !matches!(self, Self::FreeBusy)
    }

    /// Which one a component is, if it is one.
    #[must_use]
    pub fn of(component: &Component) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| component.is(kind.as_str()))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = Error;

    /// Reads the name in any letter case.
    ///
    /// # Errors
    /// A syntax error for any other name.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
            Error::syntax(format!("`{text}` is none of VEVENT, VTODO, VJOURNAL and VFREEBUSY"))
        })
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
