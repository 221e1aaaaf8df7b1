//! REQUEST-STATUS: what a program could make of a request, told with the answer (RFC 5546 §3.6).
//!
//! An answer says of each component that all went well, or what was not understood and how it was taken instead. A
//! program that answers by itself, as a room's does, also says why it cannot do what it was asked. What nothing here
//! brings about, such as an unsupported version, has no code here.

use std::collections::BTreeMap;

use super::outcome::Outcome;
use crate::Result;
use crate::ical::{Component, Kind, Param, Property, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::registry;
use crate::time::Zones;
use crate::value::{DateTime, Recur, RequestStatus, Value, ValueType};

/// The codes of RFC 5546 §3.6 that the engine gives.
///
/// ```
/// use reefknot_core::itip::StatusCode;
///
/// let status = StatusCode::NoAuthority.about("ATTENDEE:mailto:aquarium@foo.com")?;
/// assert_eq!(status.to_string(), "3.8;No authority.;ATTENDEE:mailto:aquarium@foo.com");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusCode {
    /// 2.0: all of it was understood.
    Success,
    /// 2.1: a value could be used in part, such as a time in an unknown zone.
    Fallback,
    /// 2.2: a property that cannot be read was ignored.
    PropertyIgnored,
    /// 2.3: a parameter that cannot be read was ignored.
    ParameterIgnored,
    /// 2.8: an event whose rule cannot be followed is taken as a single one.
    RepeatingEventIgnored,
    /// 2.10: the same of a to-do.
    RepeatingTodoIgnored,
    /// 3.5: it cannot be known when it is to be.
    InvalidTime,
    /// 3.8: whoever asks may not.
    NoAuthority,
    /// 4.0: the time is taken.
    Conflict,
}

impl StatusCode {
    /// The status with nothing more to say.
    ///
    /// # Errors
    /// None for the codes there are.
    pub fn status(self) -> Result<RequestStatus> {
        RequestStatus::new(self.code(), self.description(), None)
    }

    /// The status with what it is about: a property, or its name. Control characters are left out, for no text may
    /// hold one (RFC 5545 §3.3.11).
    ///
    /// # Errors
    /// None for the codes there are.
    pub fn about(self, data: &str) -> Result<RequestStatus> {
        let data: String = data.chars().filter(|c| !c.is_control()).collect();
        RequestStatus::new(self.code(), self.description(), Some(&data))
    }

    fn code(self) -> &'static str {
        match self {
            Self::Success => "2.0",
            Self::Fallback => "2.1",
            Self::PropertyIgnored => "2.2",
            Self::ParameterIgnored => "2.3",
            Self::RepeatingEventIgnored => "2.8",
            Self::RepeatingTodoIgnored => "2.10",
            Self::InvalidTime => "3.5",
            Self::NoAuthority => "3.8",
            Self::Conflict => "4.0",
        }
    }

    /// The words of the RFC; of success as its examples write it.
    fn description(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::Fallback => "Success, but fallback taken on one or more property values.",
            Self::PropertyIgnored => "Success; invalid property ignored.",
            Self::ParameterIgnored => "Success; invalid property parameter ignored.",
            Self::RepeatingEventIgnored => {
                "Success; repeating event ignored.  Scheduled as a single component."
            }
            Self::RepeatingTodoIgnored => "Success; repeating VTODO ignored.  Scheduled as a single VTODO.",
            Self::InvalidTime => "Invalid date or time.",
            Self::NoAuthority => "No authority.",
            Self::Conflict => "Event conflict.  Date/time is busy.",
        }
    }
}

/// What to say of each component of an answer: what is given for it, or else what was not understood of it.
///
/// Where one component fails with 3.x, the others say nothing unless they fail with 3.x too (RFC 5546 §3.6, rule 2B).
pub(super) fn lines<'a>(
    parts: impl Iterator<Item = (&'a InstanceKey, &'a Component)>,
    given: &BTreeMap<InstanceKey, RequestStatus>,
    zones: &Zones,
) -> Result<Vec<Vec<PropertyBuf>>> {
    let of = |(key, component): (&InstanceKey, &Component)| match given.get(key) {
        Some(status) => Ok(vec![status.clone()]),
        None => understood(component, zones),
    };
    let mut statuses = parts.map(of).collect::<Result<Vec<_>>>()?;
    let fails = |status: &RequestStatus| status.class() == 3;
    if statuses.iter().flatten().any(fails) {
        statuses.iter_mut().for_each(|of_one| of_one.retain(fails));
    }
    let line = |status: RequestStatus| PropertyBuf::new("REQUEST-STATUS", &status.to_string());
    statuses.into_iter().map(|of_one| of_one.into_iter().map(line).collect()).collect()
}

/// What was not understood of the organizer's component; success where all of it was.
fn understood(component: &Component, zones: &Zones) -> Result<Vec<RequestStatus>> {
    let mut statuses = Vec::new();
    for property in component.properties() {
        statuses.extend(misread(component, &property, zones)?);
        for param in property.params() {
            let name = param.name();
            if registry::param_type(&name) != ValueType::Text
                && registry::param_values(&property, &name).is_err()
            {
                let values: Vec<_> = Param::values(param).collect();
                let about = format!("{name}={}", values.join(","));
                statuses.push(StatusCode::ParameterIgnored.about(&about)?);
            }
        }
    }
    if statuses.is_empty() {
        statuses.push(StatusCode::Success.status()?);
    }
    Ok(statuses)
}

/// What was not understood of the value of a property.
fn misread(component: &Component, property: &Property<'_>, zones: &Zones) -> Result<Option<RequestStatus>> {
    if registry::takes_any_value(property) {
        return Ok(None);
    }
    let whole = || format!("{}:{}", property.name(), property.value());
    let status = match registry::values(property) {
        Ok(values) if values.iter().any(|value| is_unfollowed(property, value)) => {
            repeating_ignored(component).about(&whole())
        }
        Ok(values) if values.iter().any(|value| is_unplaced(value, zones)) => {
            StatusCode::Fallback.about(&whole())
        }
        Ok(_) => return Ok(None),
        Err(_) if property.is("RRULE") => repeating_ignored(component).about(&whole()),
        Err(_) => StatusCode::PropertyIgnored.about(property.name()),
    };
    status.map(Some)
}

fn repeating_ignored(component: &Component) -> StatusCode {
    match Kind::of(component) {
        Some(Kind::Todo) => StatusCode::RepeatingTodoIgnored,
        _ => StatusCode::RepeatingEventIgnored,
    }
}

/// A rule in a calendar system that nobody here counts in (RFC 7529 §4.2).
fn is_unfollowed(property: &Property<'_>, value: &Value) -> bool {
    property.is("RRULE") && matches!(value, Value::Recur(rule) if !Recur::is_gregorian(rule))
}

/// A time in a zone that nobody here knows.
fn is_unplaced(value: &Value, zones: &Zones) -> bool {
    match value {
        Value::DateTime(DateTime::Zoned { tzid, .. }) => zones.resolve(tzid).is_err(),
        _ => false,
    }
}

/// Tells what the program of whoever sent a component could not do.
pub(super) fn tell_failures(outcome: &mut Outcome, component: &Component, who: &str) {
    for status in component.properties_named("REQUEST-STATUS") {
        let status = status.value();
        if !status.starts_with(['1', '2']) {
            outcome.tell("request-status", format!("{who} could not follow the request: {status}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read_object;
    use crate::ical::Limits;

    fn said(kind: &str, lines_of: &str) -> Vec<String> {
        let text = format!(
            "BEGIN:VCALENDAR\r\nBEGIN:{kind}\r\nUID:1\r\nDTSTAMP:20260201T000000Z\r\n{lines_of}END:{kind}\r\n\
             END:VCALENDAR\r\n"
        );
        let object = read_object(text.as_bytes(), &Limits::default()).unwrap();
        let all = lines(object.parts(), &BTreeMap::new(), object.zones()).unwrap();
        all.iter().flatten().map(|line| line.as_property().value().into_owned()).collect()
    }

    #[test]
    fn says_what_was_not_understood() {
        for (kind, text, wanted) in [
            ("VEVENT", "DTSTART:20260302T090000Z\r\n", &["2.0;Success"][..]),
            ("VEVENT", "X-MOON:full\r\nDTSTART;TZID=Europe/Berlin:20260302T090000\r\n", &["2.0;Success"]),
            (
                "VEVENT",
                "DTSTART;TZID=Nowhere/Middle:20260302T090000\r\n",
                &[
                    "2.1;Success\\, but fallback taken on one or more property values.;DTSTART:20260302T090000",
                ],
            ),
            (
                "VEVENT",
                "DTSTART:20260302T090000Z\r\nGEO:here\r\nATTENDEE;SENT-BY=b:mailto:a@foo.com\r\n",
                &[
                    "2.2;Success\\; invalid property ignored.;GEO",
                    "2.3;Success\\; invalid property parameter ignored.;SENT-BY=b",
                ],
            ),
            (
                "VEVENT",
                "DTSTART:20260302T090000Z\r\nRRULE:RSCALE=HEBREW;FREQ=YEARLY\r\n",
                &["2.8;Success\\; repeating event ignored.  Scheduled as a single component.;\
                   RRULE:RSCALE=HEBREW\\;FREQ=YEARLY"],
            ),
            (
                "VEVENT",
                "DTSTART:20260302T090000Z\r\nRRULE:every\u{1c}week\r\n",
                &[
                    "2.8;Success\\; repeating event ignored.  Scheduled as a single component.;RRULE:everyweek",
                ],
            ),
            (
                "VTODO",
                "DTSTART:20260302T090000Z\r\nRRULE:every week\r\n",
                &["2.10;Success\\; repeating VTODO ignored.  Scheduled as a single VTODO.;RRULE:every week"],
            ),
        ] {
            assert_eq!(said(kind, text), wanted, "{text}");
        }
    }

    #[test]
    fn where_one_component_fails_the_others_say_nothing() {
        let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260302T090000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n\
                    BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20260303T090000Z\r\nDTSTART:20260303T090000Z\r\nEND:VEVENT\r\n\
                    END:VCALENDAR\r\n";
        let object = read_object(text.as_bytes(), &Limits::default()).unwrap();
        let friday = object.overrides().next().unwrap().clone();
        for (code, counts) in [(StatusCode::NoAuthority, [0, 1]), (StatusCode::Conflict, [1, 1])] {
            let given = [(friday.clone(), code.status().unwrap())].into();
            let all = lines(object.parts(), &given, object.zones()).unwrap();
            assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), counts);
        }
    }
}
