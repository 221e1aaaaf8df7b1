//! Whether a value is written as its property requires (RFC 5545 §3.3, §3.7, §3.8).
//!
//! The parsers of the layer `value` are asked; what they forgive a writer is refused here.

use super::Code;
use crate::ical::Property;
use crate::registry::{self, Bounds, PropertyEntry, Shape};
use crate::value::scan::shown;
use crate::value::{
    Boolean, CalendarUserAddress, Color, DateTime, Duration, Float, Geo, Integer, Period, Recur,
    RequestStatus, Time, Uri, UtcOffset, ValueType,
};

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) section: &'static str,
    pub(crate) suggestion: String,
}

/// What is wrong with a value, before the property's name is put to it.
struct Wrong {
    code: Code,
    why: String,
    suggestion: &'static str,
}

fn wrong(code: Code, why: impl Into<String>, suggestion: &'static str) -> Option<Wrong> {
    Some(Wrong { code, why: why.into(), suggestion })
}

/// The type that a property's value should be read as, with its row; `None` where nothing is known of it.
fn typed(property: &Property<'_>) -> Option<(ValueType, Option<&'static PropertyEntry>)> {
    let entry = registry::property(property.name());
    match property.param("VALUE") {
        // What IANA or a vendor added is not ours to refuse.
        Some(name) => ValueType::from_name(&name).map(|kind| (kind, entry)),
        None => entry.map(|entry| (entry.types[0], Some(entry))),
    }
}

/// Looks at one property's value, unless it is TEXT; `None` where it is right, or where nothing is known of it.
pub(crate) fn check(property: &Property<'_>) -> Option<Fault> {
    let (kind, entry) = typed(property)?;
    if let Some(entry) = entry.filter(|entry| !entry.types.contains(&kind)) {
        return Some(Fault {
            code: Code::ValueType,
            message: format!("{} cannot hold VALUE={kind}", property.name()),
            section: entry.section,
            suggestion: format!("leave VALUE out, or write {}", registry::one_of(entry.types)),
        });
    }
    let value = property.value();
    let one = |item: &str| item_fault(property, kind, entry.map_or(Bounds::None, |entry| entry.bounds), item);
    let wrong = match entry.map_or(Shape::One, |entry| entry.shape) {
        Shape::One => one(&value),
        Shape::List => registry::items(kind, &value).find_map(one),
        Shape::Geo => geo(&value),
        Shape::RequestStatus => request_status(&value),
        Shape::Color => None,
    }?;
    Some(Fault {
        code: wrong.code,
        message: format!("{}: {}", property.name(), wrong.why),
        section: entry.map_or("RFC 5545 §3.3", |entry| entry.section),
        suggestion: wrong.suggestion.to_owned(),
    })
}

fn item_fault(property: &Property<'_>, kind: ValueType, bounds: Bounds, item: &str) -> Option<Wrong> {
    let tzid = property.param("TZID");
    let tzid = tzid.as_deref();
    match kind {
        ValueType::Date | ValueType::DateTime if bounds == Bounds::Utc => instant(item, tzid),
        ValueType::Date | ValueType::DateTime => date_time(item, kind == ValueType::Date, tzid),
        ValueType::Duration => duration(item, bounds != Bounds::Length),
        ValueType::Period => {
            period(item, tzid).or_else(|| if bounds == Bounds::Utc { period_in_utc(item) } else { None })
        }
        ValueType::Recur => recur(item),
        ValueType::Integer => integer(item, bounds),
        ValueType::CalAddress => cal_address(item),
        ValueType::Uri | ValueType::XmlReference => uri(item),
        ValueType::Binary => binary(property, item),
        ValueType::UtcOffset => offset(item),
        ValueType::Boolean => plain::<Boolean>(item, Code::Boolean, "a boolean", "write TRUE or FALSE"),
        ValueType::Float => plain::<Float>(item, Code::Float, "a number", "write 1.25 or -3"),
        ValueType::Time => match Time::parse(item, tzid) {
            Ok(_) if item.trim() == item => None,
            _ => wrong(
                Code::Time,
                format!("`{}` is not a time of day", shown(item)),
                "write 133000 or 133000Z",
            ),
        },
        ValueType::Text | ValueType::Uid => None,
    }
}

/// Whether VALUE is missing where its property has no default.
pub(super) fn type_missing(property: &Property<'_>) -> Option<Fault> {
    let entry = registry::property(property.name()).filter(|entry| entry.says_type)?;
    if property.param("VALUE").is_some() {
        return None;
    }
    Some(Fault {
        code: Code::ValueTypeMissing,
        message: format!("{} does not say its type, and has no default", entry.name),
        section: entry.section,
        suggestion: format!("add VALUE={}", registry::one_of(entry.types)),
    })
}

/// Looks at the value of a property that holds TEXT (RFC 5545 §3.3.11).
pub(super) fn text(property: &Property<'_>) -> Option<Fault> {
    let (kind, entry) = typed(property)?;
    let entry = entry.filter(|entry| entry.types.contains(&kind))?;
    if !matches!(kind, ValueType::Text | ValueType::Uid) || entry.shape == Shape::RequestStatus {
        return None;
    }
    let (name, value) = (entry.name, property.value());
    let fault = |code, message, section, suggestion: &str| {
        Some(Fault { code, message, section, suggestion: suggestion.to_owned() })
    };
    if value.is_empty() && ["PRODID", "TZID", "UID"].contains(&name) {
        return fault(
            Code::ValueEmpty,
            format!("{name} is empty"),
            entry.section,
            "write one that is nobody else's",
        );
    }
    match entry.bounds {
        Bounds::OneOf(allowed) if !allowed.iter().any(|one| value.eq_ignore_ascii_case(one)) => {
            let message = format!("{name} is `{}`", shown(&value));
            return fault(
                Code::ValueNotAllowed,
                message,
                entry.section,
                &format!("write {}", allowed.join(" or ")),
            );
        }
        Bounds::Token if !super::params::is_token(&value) => {
            let message = format!("{name} is `{}`, which is not a name", shown(&value));
            let suggestion = "write letters, digits and hyphens";
            return fault(Code::ValueNotAllowed, message, entry.section, suggestion);
        }
        _ => {}
    }
    if entry.shape == Shape::Color {
        return match value.parse::<Color>() {
            Ok(_) => None,
            Err(_) => {
                let message = format!("COLOR: `{}` is not the name of a color in CSS3", shown(&value));
                fault(Code::Color, message, entry.section, "write one such as turquoise")
            }
        };
    }
    let odd = unescaped(&value, entry.shape == Shape::List)?;
    let suggestion = "write \\\\, \\; \\, and \\n in text, and no other backslash";
    let message = format!("{name} holds a `{odd}` that is not escaped as text is");
    fault(Code::TextEscape, message, "RFC 5545 §3.3.11", suggestion)
}

/// The first character that TEXT cannot hold as it stands.
fn unescaped(value: &str, is_list: bool) -> Option<char> {
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        let right = match c {
            '\\' => matches!(chars.next(), Some('\\' | ';' | ',' | 'n' | 'N')),
            ';' => false,
            ',' => is_list,
            _ => true,
        };
        if !right {
            return Some(c);
        }
    }
    None
}

/// A type whose parser forgives nothing.
fn plain<T: std::str::FromStr>(
    value: &str,
    code: Code,
    what: &str,
    suggestion: &'static str,
) -> Option<Wrong> {
    match value.parse::<T>() {
        Ok(_) => None,
        Err(_) => wrong(code, format!("`{}` is not {what}", shown(value)), suggestion),
    }
}

fn date_time(value: &str, date: bool, tzid: Option<&str>) -> Option<Wrong> {
    const EXAMPLE: &str =
        "write 19970714T133000Z, or 19970714T133000 with a TZID, or 19970714 with VALUE=DATE";
    let parsed = if value.trim() == value { DateTime::parse(value, None, None).ok() } else { None };
    let quoted = shown(value);
    match parsed {
        None => wrong(Code::DateTime, format!("`{quoted}` is not a date-time"), EXAMPLE),
        Some(parsed) if parsed.is_date() && !date => {
            wrong(Code::DateTime, format!("`{quoted}` is a date without VALUE=DATE"), "add VALUE=DATE")
        }
        Some(parsed) if !parsed.is_date() && date => {
            wrong(Code::DateTime, format!("`{quoted}` is not a date, as VALUE=DATE says"), EXAMPLE)
        }
        Some(parsed) if tzid.is_some() && matches!(parsed, DateTime::Date(_) | DateTime::Utc(_)) => {
            // RFC 5545 §3.2.19
            wrong(Code::TzidNotAllowed, format!("`{quoted}` cannot have a TZID"), "take the TZID out")
        }
        Some(_) => None,
    }
}

fn instant(value: &str, tzid: Option<&str>) -> Option<Wrong> {
    date_time(value, false, tzid).or_else(|| match DateTime::parse(value, None, None) {
        Ok(DateTime::Utc(_)) => None,
        _ => wrong(
            Code::NotUtc,
            format!("`{}` is not in UTC", shown(value)),
            "write it in UTC, with a Z at the end",
        ),
    })
}

fn duration(value: &str, may_be_negative: bool) -> Option<Wrong> {
    let bad =
        |why: &str, suggestion| wrong(Code::Duration, format!("`{}` is {why}", shown(value)), suggestion);
    match value.parse::<Duration>() {
        Ok(length) if is_strict_duration(value) && (may_be_negative || !length.is_negative()) => None,
        Ok(length) if length.is_negative() && !may_be_negative => bad("negative", "take the minus sign out"),
        _ => bad("not a duration", "write P1D, PT1H30M or P2W"),
    }
}

/// The grammar has weeks alone, days before the T, and no unit left out between two others (RFC 5545 §3.3.6).
fn is_strict_duration(value: &str) -> bool {
    let units: String =
        value.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase();
    units == "PW" || (!units.contains('W') && !units.contains("HS"))
}

fn period(value: &str, tzid: Option<&str>) -> Option<Wrong> {
    const EXAMPLE: &str = "write 19970101T180000Z/PT5H30M or 19970101T180000Z/19970101T233000Z";
    let bad = || wrong(Code::Period, format!("`{}` is not a period", shown(value)), EXAMPLE);
    let Some((start, end)) = value.split_once('/') else { return bad() };
    if Period::parse(value, None).is_err() || date_time(start, false, tzid).is_some() {
        return bad();
    }
    let right = if end.starts_with(['P', 'p', '+', '-']) {
        duration(end, false).is_none()
    } else {
        date_time(end, false, tzid).is_none()
    };
    if right { None } else { bad() }
}

fn period_in_utc(value: &str) -> Option<Wrong> {
    let ends = value.split('/').filter(|part| !part.starts_with(['P', 'p', '+']));
    ends.into_iter().find_map(|end| instant(end, None))
}

fn recur(value: &str) -> Option<Wrong> {
    const EXAMPLE: &str = "write a rule such as FREQ=WEEKLY;BYDAY=MO";
    match value.parse::<Recur>() {
        Err(error) => wrong(Code::Recur, error.to_string(), EXAMPLE),
        Ok(_) if value.contains(char::is_whitespace) || value.split(';').any(str::is_empty) => {
            wrong(Code::Recur, format!("`{}` holds a space or an empty part", shown(value)), EXAMPLE)
        }
        Ok(_) if part_repeated(value) => {
            wrong(Code::Recur, format!("`{}` has a part twice", shown(value)), "keep one")
        }
        Ok(rule) => rule.other.first().and_then(|(name, _)| {
            wrong(Code::Recur, format!("no rule part is named `{}`", shown(name)), EXAMPLE)
        }),
    }
}

/// Whether a rule names a part twice, which the reader forgives where both say the same (RFC 5545 §3.3.10).
fn part_repeated(value: &str) -> bool {
    let mut names: Vec<String> =
        value.split(';').filter_map(|part| part.split('=').next()).map(str::to_ascii_uppercase).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

fn integer(value: &str, bounds: Bounds) -> Option<Wrong> {
    let (least, most) =
        if let Bounds::Numbers(least, most) = bounds { (least, most) } else { (i32::MIN, i32::MAX) };
    match value.parse::<Integer>() {
        Ok(Integer(number)) if (least..=most).contains(&number) => None,
        Ok(Integer(number)) => wrong(
            Code::Integer,
            format!("{number} is not between {least} and {most}"),
            "write a number in between",
        ),
        Err(_) => {
            wrong(Code::Integer, format!("`{}` is not a whole number", shown(value)), "write a whole number")
        }
    }
}

/// A URI by its characters (RFC 3986 §2, §3.1): a scheme, a colon, and nothing that needs encoding.
fn uri(value: &str) -> Option<Wrong> {
    const EXAMPLE: &str = "write a URI such as https://foo.com/agenda, other characters as %XX";
    match value.parse::<Uri>() {
        Err(_) => wrong(Code::Uri, format!("`{}` has no scheme, or holds a space", shown(value)), EXAMPLE),
        Ok(uri) => uri.first_unencoded().and_then(|at| {
            wrong(Code::Uri, format!("`{}` is no URI from octet {} on", shown(value), at + 1), EXAMPLE)
        }),
    }
}

/// Whether a text is a URI by its characters.
pub(super) fn is_uri(value: &str) -> bool {
    uri(value).is_none()
}

/// Whether a text is a DURATION by the grammar.
pub(super) fn is_duration(value: &str) -> bool {
    duration(value, true).is_none()
}

/// A calendar address is a URI (RFC 5545 §3.3.3), though the reader also takes a bare mail address.
fn cal_address(value: &str) -> Option<Wrong> {
    if is_uri(value) && CalendarUserAddress::parse(value).is_ok() {
        return None;
    }
    let why = format!("`{}` is not a calendar address", shown(value));
    wrong(Code::CalAddress, why, "write a URI such as mailto:b@foo.com")
}

fn binary(property: &Property<'_>, value: &str) -> Option<Wrong> {
    if !property.param_is("ENCODING", "BASE64") {
        return wrong(Code::Binary, "VALUE=BINARY stands without ENCODING=BASE64", "add ENCODING=BASE64");
    }
    let is_padded = value.len().is_multiple_of(4) && value.trim_end() == value;
    if is_padded && value.parse::<crate::value::Binary>().is_ok() {
        return None;
    }
    wrong(Code::Binary, "the value is not BASE64", "encode it again, with its padding")
}

fn geo(value: &str) -> Option<Wrong> {
    plain::<Geo>(value, Code::Geo, "a latitude and a longitude", "write 37.386013;-122.082932")
}

fn offset(value: &str) -> Option<Wrong> {
    // "-0000" and "-000000" are forbidden (RFC 5545 §3.3.14).
    let minus_nothing = value.starts_with('-') && !value.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if value.parse::<UtcOffset>().is_ok() && !minus_nothing {
        return None;
    }
    wrong(Code::UtcOffset, format!("`{}` is not an offset", shown(value)), "write +0100 or -0530")
}

fn request_status(value: &str) -> Option<Wrong> {
    plain::<RequestStatus>(value, Code::RequestStatus, "a code and a description", "write 2.0;Success")
}
