//! Whether a value is written as its property requires (RFC 5545 §3.3, §3.7, §3.8).
//!
//! The parsers of the layer `value` are asked; what they forgive a writer is refused here.

use crate::ical::Property;
use crate::value::{CalendarUserAddress, DateTime, Duration, Period, Recur, UtcOffset};

/// What is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) section: &'static str,
    pub(crate) suggestion: &'static str,
}

/// The form of a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// DATE-TIME in UTC only.
    Utc,
    /// DATE-TIME or, with VALUE=DATE, DATE.
    DateTime,
    /// A list of them.
    DateTimes,
    /// A list of them that VALUE=PERIOD makes periods.
    DatesOrPeriods,
    /// DURATION, not negative.
    Duration,
    /// DURATION, or DATE-TIME in UTC with VALUE=DATE-TIME.
    Trigger,
    /// A list of PERIOD in UTC.
    Periods,
    Recur,
    /// INTEGER within these bounds.
    Integer(i64, i64),
    CalAddress,
    Uri,
    /// URI, or BINARY with VALUE=BINARY and ENCODING=BASE64.
    UriOrBinary,
    Geo,
    Offset,
    RequestStatus,
}

/// The form that a property of this name takes, unless it is TEXT or nobody's.
fn form(name: &str) -> Option<(Form, &'static str)> {
    const FORMS: &[(&str, Form, &str)] = &[
        ("ACKNOWLEDGED", Form::Utc, "RFC 9074 §6.1"),
        ("ATTACH", Form::UriOrBinary, "RFC 5545 §3.8.1.1"),
        ("ATTENDEE", Form::CalAddress, "RFC 5545 §3.8.4.1"),
        ("COMPLETED", Form::Utc, "RFC 5545 §3.8.2.1"),
        ("CONFERENCE", Form::Uri, "RFC 7986 §5.11"),
        ("CREATED", Form::Utc, "RFC 5545 §3.8.7.1"),
        ("DTEND", Form::DateTime, "RFC 5545 §3.8.2.2"),
        ("DTSTAMP", Form::Utc, "RFC 5545 §3.8.7.2"),
        ("DTSTART", Form::DateTime, "RFC 5545 §3.8.2.4"),
        ("DUE", Form::DateTime, "RFC 5545 §3.8.2.3"),
        ("DURATION", Form::Duration, "RFC 5545 §3.8.2.5"),
        ("EXDATE", Form::DateTimes, "RFC 5545 §3.8.5.1"),
        ("EXRULE", Form::Recur, "RFC 2445 §4.8.5.2"),
        ("FREEBUSY", Form::Periods, "RFC 5545 §3.8.2.6"),
        ("GEO", Form::Geo, "RFC 5545 §3.8.1.6"),
        ("IMAGE", Form::UriOrBinary, "RFC 7986 §5.10"),
        ("LAST-MODIFIED", Form::Utc, "RFC 5545 §3.8.7.3"),
        ("ORGANIZER", Form::CalAddress, "RFC 5545 §3.8.4.3"),
        ("PERCENT-COMPLETE", Form::Integer(0, 100), "RFC 5545 §3.8.1.8"),
        ("PRIORITY", Form::Integer(0, 9), "RFC 5545 §3.8.1.9"),
        ("RDATE", Form::DatesOrPeriods, "RFC 5545 §3.8.5.2"),
        ("RECURRENCE-ID", Form::DateTime, "RFC 5545 §3.8.4.4"),
        ("REFRESH-INTERVAL", Form::Duration, "RFC 7986 §5.7"),
        ("REPEAT", Form::Integer(0, i32::MAX as i64), "RFC 5545 §3.8.6.2"),
        ("REQUEST-STATUS", Form::RequestStatus, "RFC 5545 §3.8.8.3"),
        ("RRULE", Form::Recur, "RFC 5545 §3.8.5.3"),
        ("SEQUENCE", Form::Integer(0, i32::MAX as i64), "RFC 5545 §3.8.7.4"),
        ("SOURCE", Form::Uri, "RFC 7986 §5.8"),
        ("TRIGGER", Form::Trigger, "RFC 5545 §3.8.6.3"),
        ("TZOFFSETFROM", Form::Offset, "RFC 5545 §3.8.3.3"),
        ("TZOFFSETTO", Form::Offset, "RFC 5545 §3.8.3.4"),
        ("TZURL", Form::Uri, "RFC 5545 §3.8.3.5"),
        ("URL", Form::Uri, "RFC 5545 §3.8.4.6"),
    ];
    let found = FORMS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    Some((found.1, found.2))
}

/// The value types of RFC 5545 §3.2.20.
const KNOWN: [&str; 14] = [
    "BINARY",
    "BOOLEAN",
    "CAL-ADDRESS",
    "DATE",
    "DATE-TIME",
    "DURATION",
    "FLOAT",
    "INTEGER",
    "PERIOD",
    "RECUR",
    "TEXT",
    "TIME",
    "URI",
    "UTC-OFFSET",
];

/// Looks at one property's value; `None` where it is right, or where nothing is known of it.
pub(crate) fn check(property: &Property<'_>) -> Option<Fault> {
    let (form, section) = form(property.name())?;
    let value = property.value();
    let kind = property.param("VALUE").map(|kind| kind.to_ascii_uppercase());
    let kind = kind.as_deref();
    if let Some(kind) = kind
        && !allows(form, kind)
    {
        return Some(Fault {
            code: "value-type",
            message: format!("{} cannot hold VALUE={kind}", property.name()),
            section,
            suggestion: "leave VALUE out, or use a type that the property allows",
        });
    }
    let date = kind == Some("DATE");
    let tzid = property.param("TZID");
    let tzid = tzid.as_deref();
    let wrong = match form {
        Form::Utc => instant(&value, tzid),
        Form::DateTime => date_time(&value, date, tzid),
        Form::DateTimes => value.split(',').find_map(|item| date_time(item, date, tzid)),
        Form::DatesOrPeriods if kind == Some("PERIOD") => {
            value.split(',').find_map(|item| period(item, tzid))
        }
        Form::DatesOrPeriods => value.split(',').find_map(|item| date_time(item, date, tzid)),
        Form::Duration => duration(&value, false),
        Form::Trigger if kind == Some("DATE-TIME") => instant(&value, tzid),
        Form::Trigger => duration(&value, true),
        Form::Periods => value.split(',').find_map(|item| period(item, tzid).or_else(|| period_in_utc(item))),
        Form::Recur => recur(&value),
        Form::Integer(least, most) => integer(&value, least, most),
        Form::CalAddress => cal_address(&value),
        Form::UriOrBinary if kind == Some("BINARY") => binary(property, &value),
        Form::Uri | Form::UriOrBinary => uri(&value),
        Form::Geo => geo(&value),
        Form::Offset => offset(&value),
        Form::RequestStatus => request_status(&value),
    };
    wrong.map(|wrong| Fault {
        code: wrong.code,
        message: format!("{}: {}", property.name(), wrong.why),
        section,
        suggestion: wrong.suggestion,
    })
}

/// Looks at the value of a property that holds TEXT (RFC 5545 §3.3.11).
pub(super) fn text(property: &Property<'_>) -> Option<Fault> {
    if form(property.name()).is_some() {
        return None;
    }
    let fault =
        |code, message, suggestion| Some(Fault { code, message, section: "RFC 5545 §3.3.11", suggestion });
    let name = property.name();
    if let Some(kind) = property.param("VALUE").filter(|kind| KNOWN.contains(&&*kind.to_ascii_uppercase()))
        && !kind.eq_ignore_ascii_case("TEXT")
        // RFC 9253 §5 gives RELATED-TO a URI too.
        && !(property.is("RELATED-TO") && kind.eq_ignore_ascii_case("URI"))
    {
        let message = format!("{name} cannot hold VALUE={kind}");
        return fault("value-type", message, "leave VALUE out");
    }
    let is_list = property.is("CATEGORIES") || property.is("RESOURCES");
    let value = property.value();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        let right = match c {
            '\\' => matches!(chars.next(), Some('\\' | ';' | ',' | 'n' | 'N')),
            ';' => false,
            ',' => is_list,
            _ => true,
        };
        if !right {
            let message = format!("{name} holds a `{c}` that is not escaped as text is");
            return fault(
                "text-escape",
                message,
                "write \\\\, \\; \\, and \\n in text, and no other backslash",
            );
        }
    }
    None
}

/// Whether VALUE may name this type. What IANA or a vendor added is not ours to refuse.
fn allows(form: Form, kind: &str) -> bool {
    let allowed: &[&str] = match form {
        Form::Utc => &["DATE-TIME"],
        Form::DateTime | Form::DateTimes => &["DATE-TIME", "DATE"],
        Form::DatesOrPeriods => &["DATE-TIME", "DATE", "PERIOD"],
        Form::Duration => &["DURATION"],
        Form::Trigger => &["DURATION", "DATE-TIME"],
        Form::Periods => &["PERIOD"],
        Form::Recur => &["RECUR"],
        Form::Integer(..) => &["INTEGER"],
        Form::CalAddress => &["CAL-ADDRESS"],
        Form::Uri => &["URI"],
        Form::UriOrBinary => &["URI", "BINARY"],
        Form::Geo => &["FLOAT"],
        Form::Offset => &["UTC-OFFSET"],
        Form::RequestStatus => &["TEXT"],
    };
    allowed.contains(&kind) || !KNOWN.contains(&kind)
}

/// What is wrong with a value, before the property's name is put to it.
struct Wrong {
    code: &'static str,
    why: String,
    suggestion: &'static str,
}

fn wrong(code: &'static str, why: impl Into<String>, suggestion: &'static str) -> Option<Wrong> {
    Some(Wrong { code, why: why.into(), suggestion })
}

fn shown(value: &str) -> String {
    let mut short: String = value.chars().take(60).collect();
    if short.len() < value.len() {
        short.push('…');
    }
    format!("`{short}`")
}

fn date_time(value: &str, date: bool, tzid: Option<&str>) -> Option<Wrong> {
    const EXAMPLE: &str =
        "write 19970714T133000Z, or 19970714T133000 with a TZID, or 19970714 with VALUE=DATE";
    let parsed = if value.trim() == value { DateTime::parse(value, None, None).ok() } else { None };
    match parsed {
        None => wrong("date-time", format!("{} is not a date-time", shown(value)), EXAMPLE),
        Some(parsed) if parsed.is_date() && !date => {
            wrong("date-time", format!("{} is a date without VALUE=DATE", shown(value)), "add VALUE=DATE")
        }
        Some(parsed) if !parsed.is_date() && date => {
            wrong("date-time", format!("{} is not a date, as VALUE=DATE says", shown(value)), EXAMPLE)
        }
        Some(parsed) if tzid.is_some() && matches!(parsed, DateTime::Date(_) | DateTime::Utc(_)) => {
            // RFC 5545 §3.2.19
            wrong("tzid-not-allowed", format!("{} cannot have a TZID", shown(value)), "take the TZID out")
        }
        Some(_) => None,
    }
}

fn instant(value: &str, tzid: Option<&str>) -> Option<Wrong> {
    date_time(value, false, tzid).or_else(|| match DateTime::parse(value, None, None) {
        Ok(DateTime::Utc(_)) => None,
        _ => wrong(
            "not-utc",
            format!("{} is not in UTC", shown(value)),
            "write it in UTC, with a Z at the end",
        ),
    })
}

fn duration(value: &str, may_be_negative: bool) -> Option<Wrong> {
    // The grammar has weeks alone; the reader also takes them beside days.
    let weeks_and_more = value.contains(['W', 'w']) && !value.ends_with(['W', 'w']);
    match value.parse::<Duration>() {
        Ok(length) if !weeks_and_more && (may_be_negative || !length.is_negative()) => None,
        Ok(length) if length.is_negative() => {
            wrong("duration", format!("{} is negative", shown(value)), "take the minus sign out")
        }
        _ => wrong("duration", format!("{} is not a duration", shown(value)), "write P1D, PT1H30M or P2W"),
    }
}

fn period(value: &str, tzid: Option<&str>) -> Option<Wrong> {
    const EXAMPLE: &str = "write 19970101T180000Z/PT5H30M or 19970101T180000Z/19970101T233000Z";
    let bad = || wrong("period", format!("{} is not a period", shown(value)), EXAMPLE);
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
        Err(error) => wrong("recur", error.to_string(), EXAMPLE),
        Ok(_) if value.contains(char::is_whitespace) || value.split(';').any(str::is_empty) => {
            wrong("recur", format!("{} holds a space or an empty part", shown(value)), EXAMPLE)
        }
        Ok(rule) => rule
            .other
            .first()
            .and_then(|(name, _)| wrong("recur", format!("no rule part is named {}", shown(name)), EXAMPLE)),
    }
}

fn integer(value: &str, least: i64, most: i64) -> Option<Wrong> {
    match value.parse::<i64>() {
        Ok(number) if (least..=most).contains(&number) => None,
        Ok(number) => wrong(
            "integer",
            format!("{number} is not between {least} and {most}"),
            "write a number in between",
        ),
        Err(_) => wrong("integer", format!("{} is not a whole number", shown(value)), "write a whole number"),
    }
}

/// A URI by its characters (RFC 3986 §2, §3.1): a scheme, a colon, and nothing that needs encoding.
fn uri(value: &str) -> Option<Wrong> {
    const EXAMPLE: &str = "write a URI such as https://foo.com/agenda, other characters as %XX";
    let scheme = value.split_once(':').map(|(scheme, _)| scheme);
    let scheme_is_right = scheme.is_some_and(|scheme| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    if !scheme_is_right {
        return wrong("uri", format!("{} has no scheme", shown(value)), EXAMPLE);
    }
    let bytes = value.as_bytes();
    let bad = (0..bytes.len()).find(|&at| match bytes[at] {
        b'%' => !bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
        byte => !(byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte)),
    });
    bad.and_then(|at| {
        wrong("uri", format!("{} is no URI from character {} on", shown(value), at + 1), EXAMPLE)
    })
}

/// Whether a text is a URI by its characters.
pub(super) fn is_uri(value: &str) -> bool {
    uri(value).is_none()
}

/// A calendar address is a URI (RFC 5545 §3.3.3), though the reader also takes a bare mail address.
fn cal_address(value: &str) -> Option<Wrong> {
    let bad = uri(value).is_some() || CalendarUserAddress::parse(value).is_err();
    let suggestion = "write a URI such as mailto:b@foo.com";
    if bad {
        wrong("cal-address", format!("{} is not a calendar address", shown(value)), suggestion)
    } else {
        None
    }
}

fn binary(property: &Property<'_>, value: &str) -> Option<Wrong> {
    if !property.param_is("ENCODING", "BASE64") {
        return wrong("binary", "VALUE=BINARY stands without ENCODING=BASE64", "add ENCODING=BASE64");
    }
    let body = value.trim_end_matches('=');
    let right = value.len().is_multiple_of(4)
        && value.len() - body.len() <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/');
    if right { None } else { wrong("binary", "the value is not BASE64", "encode it again, with its padding") }
}

fn geo(value: &str) -> Option<Wrong> {
    let float = |text: &str| {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
        text.parse::<f64>().ok().filter(|_| plain)
    };
    let within = value.split_once(';').and_then(|(latitude, longitude)| {
        Some(float(latitude)?.abs() <= 90.0 && float(longitude)?.abs() <= 180.0)
    });
    if within == Some(true) {
        return None;
    }
    wrong("geo", format!("{} is not a latitude and a longitude", shown(value)), "write 37.386013;-122.082932")
}

fn offset(value: &str) -> Option<Wrong> {
    // "-0000" and "-000000" are forbidden (RFC 5545 §3.3.14).
    let minus_nothing = value.starts_with('-') && !value.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if value.parse::<UtcOffset>().is_ok() && !minus_nothing {
        return None;
    }
    wrong("utc-offset", format!("{} is not an offset", shown(value)), "write +0100 or -0530")
}

fn request_status(value: &str) -> Option<Wrong> {
    let mut parts = semicolons(value);
    let code = parts.next().unwrap_or_default();
    let digits: Vec<&str> = code.split('.').collect();
    let is_code = (2..=3).contains(&digits.len())
        && digits.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if is_code && parts.next().is_some() && parts.count() <= 1 {
        return None;
    }
    wrong("request-status", format!("{} is not a code and a description", shown(value)), "write 2.0;Success")
}

/// The parts between semicolons that are not escaped.
fn semicolons(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut escaped = false;
        let stop = text.bytes().position(|byte| {
            let found = byte == b';' && !escaped;
            escaped = byte == b'\\' && !escaped;
            found
        });
        rest = stop.map(|stop| &text[stop + 1..]);
        Some(stop.map_or(text, |stop| &text[..stop]))
    })
}
