//! The values of the core, in the form in which they cross into other languages.
//!
//! A value that has one text crosses as that text and is checked when it comes in; `uniffi.toml` says which types of
//! the other language stand for it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::SchedulingState;
use reefknot_core::time::{Zone, Zones};
use reefknot_core::value::{CalendarUserAddress, LocalDateTime, Timestamp, UtcOffset};
use reefknot_core::{scheduling, value};

use crate::ReefknotError;
use crate::error::Result;

uniffi::custom_type!(
    /// An instant, to the second.
    Timestamp, SystemTime, {
    remote,
    lower: |instant| to_system_time(instant),
    try_lift: |time| Ok(to_timestamp(time)),
});

fn to_system_time(instant: Timestamp) -> SystemTime {
    let span = Duration::from_secs(instant.seconds().unsigned_abs());
    if instant.seconds() < 0 { UNIX_EPOCH - span } else { UNIX_EPOCH + span }
}

/// The second that the instant lies in.
fn to_timestamp(time: SystemTime) -> Timestamp {
    let whole = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_seconds(match time.duration_since(UNIX_EPOCH) {
        Ok(after) => whole(after),
        Err(before) => {
            let span = before.duration();
            -whole(span) - i64::from(span.subsec_nanos() > 0)
        }
    })
}

uniffi::custom_type!(
    /// A calendar user's address, such as `mailto:a@foo.com`. `a@foo.com` is understood too.
    CalendarUserAddress, String, {
    remote,
    lower: |address| address.uri().to_owned(),
    try_lift: |text| Ok(text.parse::<CalendarUserAddress>().map_err(ReefknotError::from)?),
});

uniffi::custom_type!(
    /// Names an instance of a series in programs; it is to be kept and given back as it is.
    ///
    /// It is the start that the rule gives the instance (`20261122T120000Z`, `20261122T120000`, `20261122`), and empty for
    /// the series or for an event that does not recur.
    InstanceKey, String, {
    remote,
    lower: |key| key.to_string(),
    try_lift: |text| Ok(text.parse::<InstanceKey>().map_err(ReefknotError::from)?),
});

uniffi::custom_type!(
    /// What scheduling remembers of an object beside it: JSON, to be kept and given back as it is.
    SchedulingState, String, {
    remote,
    // What the core's types hold has a text, and their keys are texts.
    lower: |state| serde_json::to_string(&state).unwrap_or_else(|error| unreachable!("a state without JSON: {error}")),
    try_lift: |text| Ok(read_json::<SchedulingState>("the scheduling state", &text)?),
});

/// Reads what this crate wrote as JSON and the app kept.
pub(crate) fn read_json<'a, T: serde::Deserialize<'a>>(what: &str, text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        ReefknotError::Syntax(format!("{what} cannot be read: {error}; give it back as it was given out"))
    })
}

uniffi::custom_type!(
    /// A time zone by name, such as `Europe/Berlin`.
    Zone, String, {
    remote,
    lower: |zone| zone.name(),
    try_lift: |name| Ok(named_zone(&name)?),
});

/// The zone that a language's own type calls so: an IANA name, `Z`, `GMT`, or an offset with or without `GMT` before it.
fn named_zone(name: &str) -> Result<Zone> {
    let offset = name.trim_start_matches("GMT").trim_start_matches("UTC");
    if ["", "Z"].contains(&offset) || ["Etc/UTC", "UCT", "Zulu"].contains(&name) {
        return Ok(Zone::UTC);
    }
    let known = Zones::default().resolve(name).ok().map(|found| found.zone);
    let fixed = || offset.replace(':', "").parse::<UtcOffset>().ok().map(Zone::fixed);
    known.or_else(fixed).ok_or_else(|| {
        ReefknotError::Invalid(format!("there is no time zone `{name}`; write a name such as Europe/Berlin"))
    })
}

/// The core's `Date`, which in Swift is the name of an instant.
pub type LocalDate = value::Date;

uniffi::custom_type!(
    /// A day of the calendar, such as `2026-11-22`.
    LocalDate, String, {
    remote,
    lower: |date| extended(&date.to_string()),
    try_lift: |text| Ok(basic(&text).parse::<LocalDate>().map_err(ReefknotError::from)?),
});

uniffi::custom_type!(
    /// What a clock somewhere shows, such as `2026-11-22T12:00:00`.
    LocalDateTime, String, {
    remote,
    lower: |local| extended(&local.to_string()),
    try_lift: |text| Ok(basic(&text).parse::<LocalDateTime>().map_err(ReefknotError::from)?),
});

/// From `20261122T120000` to `2026-11-22T12:00:00`, as ISO 8601 has both.
fn extended(basic: &str) -> String {
    let mut text = basic.to_owned();
    for (at, sign) in [(13, ':'), (11, ':'), (6, '-'), (4, '-')] {
        if at < text.len() {
            text.insert(at, sign);
        }
    }
    text
}

/// The other way; seconds may be left out where they are none, as some languages do, and fractions are cut off.
fn basic(extended: &str) -> String {
    let whole = extended.split('.').next().unwrap_or_default();
    let text: String = whole.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    if text.len() == "20261122T1200".len() { text + "00" } else { text }
}

/// A date or a date-time, in the form in which a property holds it (RFC 5545 §3.3.4, §3.3.5).
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum DateTime {
    /// A whole day.
    Date {
        /// The day.
        date: LocalDate,
    },
    /// The same clock time wherever one is.
    Floating {
        /// What the clock shows.
        local: LocalDateTime,
    },
    /// An instant.
    Utc {
        /// When.
        instant: Timestamp,
    },
    /// A clock time in a zone.
    Zoned {
        /// What the clock shows there.
        local: LocalDateTime,
        /// The zone's TZID: an IANA name, or what the object's own VTIMEZONE is called.
        tzid: String,
    },
}

impl From<value::DateTime> for DateTime {
    fn from(value: value::DateTime) -> Self {
        match value {
            value::DateTime::Date(date) => Self::Date { date },
            value::DateTime::Floating(local) => Self::Floating { local },
            value::DateTime::Utc(instant) => Self::Utc { instant },
            value::DateTime::Zoned { local, tzid } => Self::Zoned { local, tzid: tzid.to_string() },
        }
    }
}

impl From<DateTime> for value::DateTime {
    fn from(value: DateTime) -> Self {
        match value {
            DateTime::Date { date } => Self::Date(date),
            DateTime::Floating { local } => Self::Floating(local),
            DateTime::Utc { instant } => Self::Utc(instant),
            DateTime::Zoned { local, tzid } => Self::Zoned { local, tzid: tzid.into() },
        }
    }
}

/// What an attendee says of their coming (RFC 5545 §3.2.12).
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PartStat {
    /// They have not said.
    NeedsAction,
    /// They come.
    Accepted,
    /// They do not.
    Declined,
    /// Perhaps.
    Tentative,
    /// Somebody comes in their place.
    Delegated,
    /// Of a to-do: it is done.
    Completed,
    /// Of a to-do: it is being done.
    InProcess,
    /// A word that no standard has.
    Other {
        /// The word, in upper case.
        name: String,
    },
}

impl From<scheduling::PartStat> for PartStat {
    fn from(partstat: scheduling::PartStat) -> Self {
        match partstat {
            scheduling::PartStat::NeedsAction => Self::NeedsAction,
            scheduling::PartStat::Accepted => Self::Accepted,
            scheduling::PartStat::Declined => Self::Declined,
            scheduling::PartStat::Tentative => Self::Tentative,
            scheduling::PartStat::Delegated => Self::Delegated,
            scheduling::PartStat::Completed => Self::Completed,
            scheduling::PartStat::InProcess => Self::InProcess,
            scheduling::PartStat::Other(name) => Self::Other { name },
        }
    }
}

impl From<PartStat> for scheduling::PartStat {
    fn from(partstat: PartStat) -> Self {
        match partstat {
            PartStat::NeedsAction => Self::NeedsAction,
            PartStat::Accepted => Self::Accepted,
            PartStat::Declined => Self::Declined,
            PartStat::Tentative => Self::Tentative,
            PartStat::Delegated => Self::Delegated,
            PartStat::Completed => Self::Completed,
            PartStat::InProcess => Self::InProcess,
            PartStat::Other { name } => Self::Other(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_before_and_after_the_epoch_come_back() {
        for seconds in [0, 1, -1, 1_763_971_200, -62_135_596_800] {
            let instant = Timestamp::from_seconds(seconds);
            assert_eq!(to_timestamp(to_system_time(instant)), instant);
        }
        assert_eq!(to_timestamp(UNIX_EPOCH - Duration::from_millis(1)).seconds(), -1);
    }

    #[test]
    fn clocks_are_written_as_other_languages_read_them() {
        assert_eq!(
            (extended("20261122"), extended("20261122T120000")),
            ("2026-11-22".into(), "2026-11-22T12:00:00".into())
        );
        for text in ["2026-11-22T12:00", "2026-11-22T12:00:00", "2026-11-22T12:00:00.5"] {
            assert_eq!(basic(text), "20261122T120000");
        }
        assert_eq!(basic("2026-11-22"), "20261122");
    }

    #[test]
    fn zones_are_known_by_the_names_that_languages_give_them() {
        for name in ["UTC", "Z", "GMT", "Etc/UTC"] {
            assert_eq!(named_zone(name), Ok(Zone::UTC), "{name}");
        }
        assert_eq!(named_zone("Europe/Berlin").unwrap().name(), "Europe/Berlin");
        for name in ["+02:00", "GMT+0200", "UTC+02:00"] {
            assert_eq!(named_zone(name).unwrap().name(), "+0200", "{name}");
        }
        assert!(named_zone("Middle/Nowhere").unwrap_err().to_string().contains("Middle/Nowhere"));
    }
}
