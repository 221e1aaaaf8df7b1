//! DATE and DATE-TIME values as properties hold them (RFC 5545 §3.3.4, §3.3.5).

use super::scan::{serde_as_text, shown};
use super::{Date, LocalDateTime, Timestamp};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// What DTSTART, RECURRENCE-ID and their like can say: four forms that never pass for one another.
///
/// ```
/// use reefknot_core::value::DateTime;
/// let start = DateTime::parse("19980119T020000", None, Some("America/New_York"))?;
/// assert!(matches!(start, DateTime::Zoned { .. }));
/// assert_eq!((start.value_text().as_str(), start.tzid()), ("19980119T020000", Some("America/New_York")));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DateTime {
    /// A whole day, wherever it is observed.
    Date(Date),
    /// The same clock time for everybody, wherever they are.
    Floating(LocalDateTime),
    /// An instant, written in UTC.
    Utc(Timestamp),
    /// A clock time in the zone that the TZID names.
    Zoned {
        /// What the clock shows.
        local: LocalDateTime,
        /// The TZID as written, without quotes.
        tzid: Arc<str>,
    },
}

impl DateTime {
    /// Reads a value with its VALUE and TZID parameters.
    ///
    /// The text decides between DATE and DATE-TIME, because it cannot be mistaken and many
    /// writers forget VALUE=DATE. A TZID beside a UTC value or a DATE means nothing
    /// (RFC 5545 §3.2.19) and is left out.
    ///
    /// # Errors
    /// A syntax error if the text is neither, or VALUE names another type.
    pub fn parse(value: &str, value_type: Option<&str>, tzid: Option<&str>) -> Result<Self> {
        if let Some(name) = value_type
            && !name.eq_ignore_ascii_case("DATE")
            && !name.eq_ignore_ascii_case("DATE-TIME")
        {
            return Err(Error::syntax(format!(
                "VALUE={} cannot hold a date or time; write VALUE=DATE or VALUE=DATE-TIME",
                shown(name)
            )));
        }
        let text = value.trim();
        if text.len() == 8 {
            return text.parse().map(Self::Date);
        }
        if let Some(local) = text.strip_suffix(['Z', 'z']) {
            return local.parse().map(Timestamp::from_utc_civil).map(Self::Utc);
        }
        let local = text.parse()?;
        match tzid.map(str::trim).filter(|tzid| !tzid.is_empty()) {
            Some(tzid) => Ok(Self::Zoned { local, tzid: tzid.into() }),
            None => Ok(Self::Floating(local)),
        }
    }

    /// The value without its parameters, as [`parse`](Self::parse) reads it.
    #[must_use]
    pub fn value_text(&self) -> String {
        match self {
            Self::Date(date) => date.to_string(),
            Self::Floating(local) | Self::Zoned { local, .. } => local.to_string(),
            Self::Utc(instant) => instant.to_string(),
        }
    }

    /// What a VALUE parameter must say: `DATE`, or nothing for the default of most properties.
    #[must_use]
    pub const fn value_param(&self) -> Option<&'static str> {
        if self.is_date() { Some("DATE") } else { None }
    }

    /// What a TZID parameter must say.
    #[must_use]
    pub fn tzid(&self) -> Option<&str> {
        match self {
            Self::Zoned { tzid, .. } => Some(tzid),
            Self::Date(_) | Self::Floating(_) | Self::Utc(_) => None,
        }
    }

    /// Whether it is a whole day.
    #[must_use]
    pub const fn is_date(&self) -> bool {
        matches!(self, Self::Date(_))
    }

    /// The date as written: in the value's own zone, or in UTC.
    #[must_use]
    pub const fn date(&self) -> Date {
        self.civil().date()
    }

    /// The clock time as written, in the value's own zone or in UTC; midnight for a DATE.
    #[must_use]
    pub const fn civil(&self) -> LocalDateTime {
        match self {
            Self::Date(date) => LocalDateTime::midnight(*date),
            Self::Floating(local) | Self::Zoned { local, .. } => *local,
            Self::Utc(instant) => instant.to_utc_civil(),
        }
    }

    /// The same form and zone with another clock time; a DATE keeps only its date.
    #[must_use]
    pub fn with_civil(&self, local: LocalDateTime) -> Self {
        match self {
            Self::Date(_) => Self::Date(local.date()),
            Self::Floating(_) => Self::Floating(local),
            Self::Utc(_) => Self::Utc(Timestamp::from_utc_civil(local)),
            Self::Zoned { tzid, .. } => Self::Zoned { local, tzid: tzid.clone() },
        }
    }
}

/// The value, with `TZID=…:` before it if it has one, as in the tail of a content line.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tzid) = self.tzid() {
            write!(f, "TZID={tzid}:")?;
        }
        f.write_str(&self.value_text())
    }
}

impl FromStr for DateTime {
    type Err = Error;

    /// Reads what `Display` prints.
    ///
    /// # Errors
    /// A syntax error for any other text.
    fn from_str(text: &str) -> Result<Self> {
        match text.strip_prefix("TZID=").and_then(|rest| rest.rsplit_once(':')) {
            Some((tzid, value)) => Self::parse(value, None, Some(tzid)),
            None => Self::parse(text, None, None),
        }
    }
}

serde_as_text!(DateTime, "a date or time such as 19970714T133000Z or TZID=Europe/Berlin:19970714T153000");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_the_four_forms_apart() {
        let form = |value, kind, tzid| DateTime::parse(value, kind, tzid).unwrap().to_string();
        assert_eq!(form("19970714", Some("DATE"), None), "19970714");
        assert_eq!(form("19970714", None, Some("Europe/Berlin")), "19970714");
        assert_eq!(form("19970714T133000", None, None), "19970714T133000");
        assert_eq!(form("19970714T133000Z", None, Some("Europe/Berlin")), "19970714T133000Z");
        assert_eq!(form("19970714T133000", Some("date-time"), Some("X")), "TZID=X:19970714T133000");
    }

    #[test]
    fn refuses_other_types_and_texts() {
        assert!(DateTime::parse("19970714", Some("PERIOD"), None).is_err());
        for text in ["", "1997", "19970714T13", "19970714T133000+0100", "ééé"] {
            assert!(DateTime::parse(text, None, None).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(seconds in 0..4_000_000_000i64, form in 0..4, tzid in "[A-Za-z/_:+-]{1,20}") {
            let local = LocalDateTime::from_seconds(seconds).unwrap();
            let value = match form {
                0 => DateTime::Date(local.date()),
                1 => DateTime::Floating(local),
                2 => DateTime::Utc(Timestamp::from_seconds(seconds)),
                _ => DateTime::Zoned { local, tzid: tzid.as_str().into() },
            };
            prop_assert_eq!(&value.to_string().parse::<DateTime>().unwrap(), &value);
            prop_assert_eq!(&DateTime::parse(&value.value_text(), value.value_param(), value.tzid()).unwrap(), &value);
            prop_assert_eq!(&value.with_civil(value.civil()), &value);
        }
    }
}
