//! What a scheduling message asks for (RFC 5546 §1.4).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ical::{Component, Kind};
use crate::{Error, Result};

/// The METHOD of a scheduling message (RFC 5546 §1.4).
///
/// ```
/// use reefknot_core::itip::Method;
///
/// assert_eq!("request".parse::<Method>()?, Method::Request);
/// assert_eq!(Method::DeclineCounter.as_str(), "DECLINECOUNTER");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Makes something known; nobody is asked to answer.
    Publish,
    /// Invites, reschedules, updates, reconfirms or delegates; or asks for busy time.
    Request,
    /// An Attendee's answer to the Organizer.
    Reply,
    /// Adds instances to what exists.
    Add,
    /// Cancels all or some instances, for all or some Attendees.
    Cancel,
    /// An Attendee asks the Organizer for the latest version.
    Refresh,
    /// An Attendee proposes a change to the Organizer.
    Counter,
    /// The Organizer turns a proposal down.
    DeclineCounter,
}

impl Method {
    /// The METHOD that a calendar has.
    pub(crate) fn of(calendar: &Component) -> Result<Self> {
        let Some(method) = calendar.value("METHOD") else {
            return Err(Error::invalid("the calendar has no METHOD, so it is not a scheduling message"));
        };
        method.trim().parse()
    }

    /// Whether RFC 5546 has this method for a kind of component (§1.4, §3).
    ///
    /// ```
    /// use reefknot_core::ical::Kind;
    /// use reefknot_core::itip::Method;
    ///
    /// assert!(Method::Counter.is_for(Kind::Todo) && !Method::Counter.is_for(Kind::Journal));
    /// ```
    #[must_use]
    pub fn is_for(self, kind: Kind) -> bool {
        super::validate::has_table(self, kind)
    }

    /// All of them, in the order of RFC 5546 §3.2.
    pub const ALL: [Self; 8] = [
        Self::Publish,
        Self::Request,
        Self::Reply,
        Self::Add,
        Self::Cancel,
        Self::Refresh,
        Self::Counter,
        Self::DeclineCounter,
    ];

    /// The value of METHOD.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Reply => "REPLY",
            Self::Add => "ADD",
            Self::Cancel => "CANCEL",
            Self::Refresh => "REFRESH",
            Self::Counter => "COUNTER",
            Self::DeclineCounter => "DECLINECOUNTER",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = Error;

    /// Reads the value in any letter case.
    ///
    /// # Errors
    /// A syntax error for any other text.
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            Error::syntax(format!("`{text}` is not a method of iTIP; those are {names}"))
        })
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Method {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
