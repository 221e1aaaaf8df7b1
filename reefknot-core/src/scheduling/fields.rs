//! Reading and setting the few properties that scheduling itself moves.

use super::revision::Revision;
use crate::ical::{Component, PropertyBuf};
use crate::value::{DateTime, Timestamp};
use crate::{Error, Result};

/// The date or time in a property, or `None` where the property is absent or unreadable.
#[must_use]
pub fn date_time(component: &Component, name: &str) -> Option<DateTime> {
    read_date_time(component, name).ok().flatten()
}

/// As [`date_time`], with an error that names the line.
///
/// # Errors
/// When the property is there and cannot be read.
pub(crate) fn read_date_time(component: &Component, name: &str) -> Result<Option<DateTime>> {
    let Some(property) = component.property(name) else { return Ok(None) };
    let value_type = property.param("VALUE");
    let tzid = property.param("TZID");
    DateTime::parse(&property.value(), value_type.as_deref(), tzid.as_deref()).map(Some).map_err(|error| {
        let line = property.line().map(|line| format!("line {line}: ")).unwrap_or_default();
        Error::syntax(format!("{line}{name}: {error}"))
    })
}

/// A property that holds a date or time, with the parameters it needs.
pub(crate) fn date_time_property(name: &str, value: &DateTime) -> Option<PropertyBuf> {
    let mut property = PropertyBuf::new(name, &value.value_text()).ok()?;
    if let Some(kind) = value.value_param() {
        property.set_param("VALUE", kind).ok()?;
    }
    if let Some(tzid) = value.tzid() {
        property.set_param("TZID", tzid).ok()?;
    }
    Some(property)
}

/// Sets a property to a date or time.
pub fn put_date_time(component: &mut Component, name: &str, value: &DateTime) {
    if let Some(property) = date_time_property(name, value) {
        component.set(property);
    }
}

/// Moves a component to another start: DTEND and DUE keep their distance on the clock.
pub(crate) fn shift(component: &mut Component, start: &DateTime) {
    let Some(old) = date_time(component, "DTSTART") else {
        put_date_time(component, "DTSTART", start);
        return;
    };
    let by = start.civil().seconds_since_epoch() - old.civil().seconds_since_epoch();
    for name in ["DTEND", "DUE"] {
        if let Some(end) = date_time(component, name) {
            let civil =
                crate::value::LocalDateTime::saturating_from_seconds(end.civil().seconds_since_epoch() + by);
            put_date_time(component, name, &end.with_civil(civil));
        }
    }
    put_date_time(component, "DTSTART", start);
}

/// SEQUENCE and DTSTAMP of a component; what is missing or unreadable counts as lowest.
#[must_use]
pub fn revision(component: &Component) -> Revision {
    let sequence = component.value("SEQUENCE").and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    let dtstamp = component.value("DTSTAMP").and_then(|text| match DateTime::parse(&text, None, None) {
        Ok(DateTime::Utc(at)) => Some(at),
        // RFC 5546 §4.7.2 itself forgets the Z; DTSTAMP can be nothing but UTC.
        Ok(DateTime::Floating(local)) => Some(Timestamp::from_utc_civil(local)),
        _ => None,
    });
    Revision { sequence, dtstamp }
}

/// Sets SEQUENCE.
pub fn set_sequence(component: &mut Component, sequence: u32) {
    if let Ok(property) = PropertyBuf::new("SEQUENCE", &sequence.to_string()) {
        component.set(property);
    }
}

/// Sets DTSTAMP.
pub fn set_dtstamp(component: &mut Component, stamp: Timestamp) {
    put_date_time(component, "DTSTAMP", &DateTime::Utc(stamp));
}

/// Whether a component says that it does not take place.
#[must_use]
pub fn is_cancelled(component: &Component) -> bool {
    component.value("STATUS").is_some_and(|status| status.trim().eq_ignore_ascii_case("CANCELLED"))
}

/// Whether an override holds for all later instances too (RANGE=THISANDFUTURE, RFC 5545 §3.2.13).
#[must_use]
pub fn is_this_and_future(component: &Component) -> bool {
    component.property("RECURRENCE-ID").is_some_and(|id| id.param_is("RANGE", "THISANDFUTURE"))
}

/// Makes an override hold for all later instances too, or for its own alone.
pub(crate) fn set_this_and_future(component: &mut Component, future: bool) {
    if is_this_and_future(component) == future {
        return;
    }
    let Some(mut id) = component.property("RECURRENCE-ID").map(|id| id.to_buf()) else { return };
    if !future {
        id.remove_param("RANGE");
    } else if id.set_param("RANGE", "THISANDFUTURE").is_err() {
        return;
    }
    component.set(id);
}
