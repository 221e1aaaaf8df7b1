//! PERIOD values (RFC 5545 §3.3.9).

use super::scan::shown;
use super::{DateTime, Duration};
use crate::{Error, Result};
use std::fmt;

/// A span of time: from a start to an end, or from a start for a length.
///
/// ```
/// use reefknot_core::value::Period;
/// let period = Period::parse("19970101T180000Z/PT5H30M", None)?;
/// assert_eq!(period.to_string(), "19970101T180000Z/PT5H30M");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// `start/end`
    Explicit {
        /// The first instant.
        start: DateTime,
        /// The first instant after it.
        end: DateTime,
    },
    /// `start/duration`
    Start {
        /// The first instant.
        start: DateTime,
        /// How long it lasts.
        duration: Duration,
    },
}

impl Period {
    /// Reads a value with its TZID parameter.
    ///
    /// # Errors
    /// A syntax error if it is not a start and, after a slash, an end or a positive duration.
    pub fn parse(value: &str, tzid: Option<&str>) -> Result<Self> {
        let wrong = || {
            Error::syntax(format!(
                "“{}” is not a period; write it as 19970101T180000Z/PT5H30M or with an end (RFC 5545 §3.3.9)",
                shown(value)
            ))
        };
        let (start, end) = value.trim().split_once('/').ok_or_else(wrong)?;
        let start = DateTime::parse(start, None, tzid).map_err(|_| wrong())?;
        if end.starts_with(['P', 'p', '+', '-']) {
            let duration: Duration = end.parse().map_err(|_| wrong())?;
            return if duration.is_negative() { Err(wrong()) } else { Ok(Self::Start { start, duration }) };
        }
        let end = DateTime::parse(end, None, tzid).map_err(|_| wrong())?;
        if start.is_date() != end.is_date() { Err(wrong()) } else { Ok(Self::Explicit { start, end }) }
    }

    /// The first instant.
    #[must_use]
    pub const fn start(&self) -> &DateTime {
        match self {
            Self::Explicit { start, .. } | Self::Start { start, .. } => start,
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explicit { start, end } => write!(f, "{}/{}", start.value_text(), end.value_text()),
            Self::Start { start, duration } => write!(f, "{}/{duration}", start.value_text()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_other_shapes() {
        for text in [
            "",
            "19970101T180000Z",
            "19970101T180000Z/",
            "/PT1H",
            "19970101T180000Z/-PT1H",
            "19970101/19970102T000000",
        ] {
            assert!(Period::parse(text, None).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(start in 0..4_000_000_000i64, length in 1..1_000_000i64, explicit in prop::bool::ANY, zoned in prop::bool::ANY) {
            let tzid = zoned.then_some("Europe/Berlin");
            let at = |seconds| {
                let text = super::super::LocalDateTime::from_seconds(seconds).unwrap().to_string();
                DateTime::parse(&text, None, tzid).unwrap()
            };
            let period = if explicit {
                Period::Explicit { start: at(start), end: at(start + length) }
            } else {
                Period::Start { start: at(start), duration: Duration::from_seconds(length) }
            };
            prop_assert_eq!(Period::parse(&period.to_string(), tzid).unwrap(), period);
        }
    }
}
