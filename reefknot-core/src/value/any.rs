//! Values of every type, by the name that a VALUE parameter gives it (RFC 5545 §3.2.20, §3.3, RFC 9253 §7).

use super::scan::shown;
use super::text::{escape, unescape};
use super::{
    Binary, Boolean, CalendarUserAddress, Color, DateTime, Duration, Float, Geo, Integer, Period, Recur,
    RequestStatus, Time, Uri, UtcOffset,
};
use crate::{Error, Result};
use std::fmt;

/// A value type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// BINARY
    Binary,
    /// BOOLEAN
    Boolean,
    /// CAL-ADDRESS
    CalAddress,
    /// DATE
    Date,
    /// DATE-TIME
    DateTime,
    /// DURATION
    Duration,
    /// FLOAT
    Float,
    /// INTEGER
    Integer,
    /// PERIOD
    Period,
    /// RECUR
    Recur,
    /// TEXT
    Text,
    /// TIME
    Time,
    /// UID: the UID of a component (RFC 9253 §7).
    Uid,
    /// URI
    Uri,
    /// UTC-OFFSET
    UtcOffset,
    /// XML-REFERENCE: a URI with an XPointer (RFC 9253 §7).
    XmlReference,
}

impl ValueType {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 16] = [
        Self::Binary,
        Self::Boolean,
        Self::CalAddress,
        Self::Date,
        Self::DateTime,
        Self::Duration,
        Self::Float,
        Self::Integer,
        Self::Period,
        Self::Recur,
        Self::Text,
        Self::Time,
        Self::Uid,
        Self::Uri,
        Self::UtcOffset,
        Self::XmlReference,
    ];

    /// The name that a VALUE parameter gives it, such as `DATE-TIME`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Binary => "BINARY",
            Self::Boolean => "BOOLEAN",
            Self::CalAddress => "CAL-ADDRESS",
            Self::Date => "DATE",
            Self::DateTime => "DATE-TIME",
            Self::Duration => "DURATION",
            Self::Float => "FLOAT",
            Self::Integer => "INTEGER",
            Self::Period => "PERIOD",
            Self::Recur => "RECUR",
            Self::Text => "TEXT",
            Self::Time => "TIME",
            Self::Uid => "UID",
            Self::Uri => "URI",
            Self::UtcOffset => "UTC-OFFSET",
            Self::XmlReference => "XML-REFERENCE",
        }
    }

    /// The type of that name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value of any type.
///
/// `Display` prints the value as a property holds it, without its parameters.
///
/// ```
/// use reefknot_core::value::{Duration, Value, ValueType};
/// let value = Value::parse(ValueType::Duration, "PT15M", None)?;
/// assert_eq!(value, Value::Duration(Duration::from_seconds(900)));
/// assert_eq!(Value::parse(ValueType::Text, r"Tea\, or coffee", None)?, Value::Text("Tea, or coffee".into()));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// BINARY
    Binary(Binary),
    /// BOOLEAN
    Boolean(Boolean),
    /// CAL-ADDRESS
    CalAddress(CalendarUserAddress),
    /// TEXT that names a color (RFC 7986 §5.9).
    Color(Color),
    /// DATE or DATE-TIME
    DateTime(DateTime),
    /// DURATION
    Duration(Duration),
    /// FLOAT
    Float(Float),
    /// Two FLOATs: a place (RFC 5545 §3.8.1.6).
    Geo(Geo),
    /// INTEGER
    Integer(Integer),
    /// PERIOD
    Period(Period),
    /// RECUR
    Recur(Box<Recur>),
    /// TEXT in parts: a status (RFC 5545 §3.8.8.3).
    RequestStatus(RequestStatus),
    /// TEXT, unescaped.
    Text(String),
    /// TIME
    Time(Time),
    /// UID, unescaped.
    Uid(String),
    /// URI
    Uri(Uri),
    /// UTC-OFFSET
    UtcOffset(UtcOffset),
    /// XML-REFERENCE
    XmlReference(Uri),
    /// A type that no standard knows: the value as written.
    Other(String),
}

impl Value {
    /// Reads one value of a type, with its TZID parameter.
    ///
    /// # Errors
    /// A syntax error where the text is not of that type; it says what is wrong and how to write it.
    pub fn parse(kind: ValueType, text: &str, tzid: Option<&str>) -> Result<Self> {
        Ok(match kind {
            ValueType::Binary => Self::Binary(text.parse()?),
            ValueType::Boolean => Self::Boolean(text.parse()?),
            ValueType::CalAddress => Self::CalAddress(text.parse()?),
            // Which of the two it is cannot be mistaken, and many writers forget VALUE=DATE.
            ValueType::Date | ValueType::DateTime => Self::DateTime(date_time(kind, text, tzid)?),
            ValueType::Duration => Self::Duration(text.parse()?),
            ValueType::Float => Self::Float(text.parse()?),
            ValueType::Integer => Self::Integer(text.parse()?),
            ValueType::Period => Self::Period(Period::parse(text, tzid)?),
            ValueType::Recur => Self::Recur(Box::new(text.parse()?)),
            ValueType::Text => Self::Text(unescape(text).into_owned()),
            ValueType::Time => Self::Time(Time::parse(text, tzid)?),
            ValueType::Uid => Self::Uid(unescape(text).into_owned()),
            ValueType::Uri => Self::Uri(text.parse()?),
            ValueType::UtcOffset => Self::UtcOffset(text.parse()?),
            ValueType::XmlReference => Self::XmlReference(text.parse()?),
        })
    }

    /// The type that a VALUE parameter would name, unless it is of a type that no standard knows.
    #[must_use]
    pub const fn value_type(&self) -> Option<ValueType> {
        Some(match self {
            Self::Binary(_) => ValueType::Binary,
            Self::Boolean(_) => ValueType::Boolean,
            Self::CalAddress(_) => ValueType::CalAddress,
            Self::DateTime(DateTime::Date(_)) => ValueType::Date,
            Self::DateTime(_) => ValueType::DateTime,
            Self::Duration(_) => ValueType::Duration,
            Self::Float(_) | Self::Geo(_) => ValueType::Float,
            Self::Integer(_) => ValueType::Integer,
            Self::Period(_) => ValueType::Period,
            Self::Recur(_) => ValueType::Recur,
            Self::Text(_) | Self::Color(_) | Self::RequestStatus(_) => ValueType::Text,
            Self::Time(_) => ValueType::Time,
            Self::Uid(_) => ValueType::Uid,
            Self::Uri(_) => ValueType::Uri,
            Self::UtcOffset(_) => ValueType::UtcOffset,
            Self::XmlReference(_) => ValueType::XmlReference,
            Self::Other(_) => return None,
        })
    }
}

fn date_time(kind: ValueType, text: &str, tzid: Option<&str>) -> Result<DateTime> {
    DateTime::parse(text, None, tzid).map_err(|_| {
        let (what, example) = match kind {
            ValueType::Date => ("date", "19970714"),
            _ => {
                ("date-time", "19970714T133000Z, or 19970714T133000 with a TZID, or 19970714 with VALUE=DATE")
            }
        };
        let section = if kind == ValueType::Date { "§3.3.4" } else { "§3.3.5" };
        Error::syntax(format!(
            "“{}” is not a {what}; write it as {example} (RFC 5545 {section})",
            shown(text)
        ))
    })
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binary(value) => value.fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::CalAddress(value) => value.fmt(f),
            Self::Color(value) => value.fmt(f),
            Self::DateTime(value) => f.write_str(&value.value_text()),
            Self::Duration(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Geo(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Period(value) => value.fmt(f),
            Self::Recur(value) => value.fmt(f),
            Self::RequestStatus(value) => value.fmt(f),
            Self::Text(value) | Self::Uid(value) => f.write_str(&escape(value)),
            Self::Time(value) => f.write_str(&value.value_text()),
            Self::Uri(value) | Self::XmlReference(value) => value.fmt(f),
            Self::UtcOffset(value) => value.fmt(f),
            Self::Other(value) => f.write_str(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A value of each type, one that is not, and what an error says of that.
    const EACH: [(ValueType, &str, &str, &str); 16] = [
        (ValueType::Binary, "dGVh", "dGV", ""),
        (ValueType::Boolean, "TRUE", "yes", "write TRUE or FALSE"),
        (ValueType::CalAddress, "mailto:b@foo.com", "b", "write mailto:name@example.com"),
        (ValueType::Date, "19970714", "1997-07-14", "is not a date; write it as 19970714"),
        (
            ValueType::DateTime,
            "19970714T133000Z",
            "19970714T13Z",
            "is not a date-time; write it as 19970714T133000Z",
        ),
        (ValueType::Duration, "P15DT5H0M20S", "15 days", "write it as P1D, PT1H30M or -PT15M"),
        (ValueType::Float, "1000000.0000001", "1e6", "write it as 1.25 or -3"),
        (ValueType::Integer, "1234567890", "1.5", "write it as 5 or -5"),
        (
            ValueType::Period,
            "19970101T180000Z/PT5H30M",
            "19970101T180000Z",
            "write it as 19970101T180000Z/PT5H30M",
        ),
        (ValueType::Recur, "FREQ=YEARLY;BYMONTH=1", "BYMONTH=1", "has no FREQ"),
        (ValueType::Text, "Tea\\, or coffee", "", ""),
        (ValueType::Time, "070000Z", "7:00", "write it as 133000 or 133000Z"),
        (ValueType::Uid, "1@foo.com", "", ""),
        (ValueType::Uri, "https://foo.com/agenda", "foo.com", "write it as https://foo.com/agenda"),
        (ValueType::UtcOffset, "-0500", "EST", "write it as +0100 or -0530"),
        (ValueType::XmlReference, "https://foo.com/a.xml#xpointer(descendant::b)", "a.xml", "has no scheme"),
    ];

    #[test]
    fn every_type_is_read_and_printed_and_refuses() {
        for (kind, text, bad, why) in EACH {
            let value = Value::parse(kind, text, None).unwrap();
            assert_eq!((value.value_type(), value.to_string().as_str()), (Some(kind), text));
            assert_eq!(ValueType::from_name(&kind.name().to_ascii_lowercase()), Some(kind));
            if !why.is_empty() {
                let error = Value::parse(kind, bad, None).unwrap_err();
                assert!(error.is_syntax() && error.to_string().contains(why), "{kind}: {error}");
            }
        }
        assert_eq!(EACH.map(|(kind, ..)| kind), ValueType::ALL);
    }

    proptest! {
        #[test]
        fn whatever_is_read_prints_and_reads_the_same(
            kind in 0..16usize,
            text in "[A-Z0-9+-]{0,12}|[!-~éT ]{0,24}|[0-9]{8}(T[0-9]{6}Z?)?(/PT[0-9]H)?|FREQ=(DAI|WEEK)LY(;COUNT=[1-9])?|[a-z]:[a-z@]{1,9}",
            tzid in prop::option::of("[A-Za-z/]{1,12}"),
        ) {
            let (kind, tzid) = (ValueType::ALL[kind], tzid.as_deref());
            if let Ok(value) = Value::parse(kind, &text, tzid) {
                prop_assert_eq!(Value::parse(kind, &value.to_string(), tzid).unwrap(), value);
            }
        }
    }
}
