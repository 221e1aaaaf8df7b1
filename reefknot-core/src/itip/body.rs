//! The bodies of messages: what of an object one recipient gets to see (RFC 5546 §3.2, RFC 6638 §3.2.6).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::context::Context;
use super::method::Method;
use crate::Result;
use crate::ical::{Component, Edit, Kind, Param, Property, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::scheduling::{SchedulingObject, fields, is_private_extension};
use crate::time::tzids;
use crate::value::{CalendarUserAddress, DateTime, Timestamp};

/// The REQUEST for somebody who attends the given components.
///
/// Who attends the series sees it with its overrides, and an EXDATE for each instance they do not attend or
/// that was cancelled. Who attends single instances sees those.
pub(super) fn request(
    object: &SchedulingObject,
    visible: &BTreeSet<InstanceKey>,
    stamp: Timestamp,
    context: &Context<'_>,
) -> Result<Component> {
    // Most see all of it.
    let mut view = Cow::Borrowed(object);
    let hidden: Vec<InstanceKey> = object.overrides().filter(|key| !visible.contains(key)).cloned().collect();
    // From the last on, because what a THISANDFUTURE override hides ends where the next one begins.
    for key in hidden.iter().rev() {
        let view = view.to_mut();
        if view.part(key).is_some_and(fields::is_this_and_future) {
            view.hide_this_and_future(key);
        } else {
            // Excluding also drops the override; an instance outside the rules has nothing to exclude.
            view.exclude(key);
        }
    }
    if !visible.contains(&InstanceKey::Master) {
        view.to_mut().remove_part(&InstanceKey::Master);
    }
    let mut calendar = shell(object, Method::Request, context)?;
    for (_, part) in view.parts() {
        let mut part = part.clone();
        outgoing(&mut part, context);
        fields::set_dtstamp(&mut part, stamp);
        complete(&mut part)?;
        calendar.push_component(part);
    }
    add_zones(&mut calendar, object);
    Ok(calendar)
}

/// The COUNTER that proposes one component as it would be (RFC 5546 §3.2.7): SEQUENCE echoes the organizer's.
pub(super) fn counter(
    proposal: &SchedulingObject,
    mut part: Component,
    sequence: u32,
    comment: Option<&str>,
    stamp: Timestamp,
    context: &Context<'_>,
) -> Result<Component> {
    let mut calendar = shell(proposal, Method::Counter, context)?;
    outgoing(&mut part, context);
    fields::set_sequence(&mut part, sequence);
    fields::set_dtstamp(&mut part, stamp);
    complete(&mut part)?;
    if let Some(comment) = comment {
        part.set(PropertyBuf::text("COMMENT", comment)?);
    }
    calendar.push_component(part);
    add_zones(&mut calendar, proposal);
    Ok(calendar)
}

/// The PUBLISH of a whole object (RFC 5546 §3.2.1): nobody attends it.
pub(super) fn publish(
    object: &SchedulingObject,
    publisher: &CalendarUserAddress,
    stamp: Timestamp,
    context: &Context<'_>,
) -> Result<Component> {
    let mut calendar = shell(object, Method::Publish, context)?;
    for (_, part) in object.parts() {
        let mut part = part.clone();
        outgoing(&mut part, context);
        part.remove("ATTENDEE");
        if part.property("ORGANIZER").is_none() {
            part.push(PropertyBuf::new("ORGANIZER", publisher.uri())?);
        }
        fields::set_dtstamp(&mut part, stamp);
        complete(&mut part)?;
        calendar.push_component(part);
    }
    add_zones(&mut calendar, object);
    Ok(calendar)
}

/// Adds what the tables of RFC 5546 want and what may say nothing: an empty SUMMARY or DESCRIPTION, and the PRIORITY
/// that means none (RFC 5545 §3.8.1.9).
fn complete(part: &mut Component) -> Result<()> {
    let text = if part.is("VJOURNAL") { "DESCRIPTION" } else { "SUMMARY" };
    if part.property(text).is_none() {
        part.push(PropertyBuf::text(text, "")?);
    }
    if part.is("VTODO") && part.property("PRIORITY").is_none() {
        part.push(PropertyBuf::new("PRIORITY", "0")?);
    }
    Ok(())
}

/// What a REPLY or CANCEL says of one component.
pub(super) struct Part<'a> {
    /// The component as it holds: the series, the override, or what the series says of the instance.
    pub(super) of: &'a Component,
    /// The revision's SEQUENCE.
    pub(super) sequence: u32,
    /// The ATTENDEE lines to carry.
    pub(super) attendees: Vec<PropertyBuf>,
    /// STATUS, if it is to say one.
    pub(super) status: Option<&'static str>,
    /// Properties of the message's own: REQUEST-STATUS, COMMENT.
    pub(super) extra: Vec<PropertyBuf>,
}

/// A REPLY, CANCEL or REFRESH: only what names the component, and what lets a person recognise it.
pub(super) fn notice(
    object: &SchedulingObject,
    method: Method,
    parts: Vec<Part<'_>>,
    stamp: Timestamp,
    context: &Context<'_>,
) -> Result<Component> {
    let mut calendar = shell(object, method, context)?;
    for part in parts {
        let mut component = Component::new(&object.kind().to_string())?;
        let carried: &[&str] = match method {
            // Of a task the table forbids ORGANIZER, of an event it wants it (RFC 5546 §3.4.6, §3.2.6).
            Method::Refresh if object.kind() == Kind::Todo => &["UID", "RECURRENCE-ID"],
            Method::Refresh => &["UID", "RECURRENCE-ID", "ORGANIZER"],
            // A REPLY without DTSTART and SUMMARY is legal and ignored by large providers all the same.
            _ => &[
                "UID",
                "RECURRENCE-ID",
                "ORGANIZER",
                "DTSTART",
                "DTEND",
                "DUE",
                "DURATION",
                "SUMMARY",
                "LOCATION",
            ],
        };
        for name in carried {
            if let Some(property) = part.of.property(name) {
                component.push(strip_schedule_params(&property));
            }
        }
        if method != Method::Refresh {
            fields::set_sequence(&mut component, part.sequence);
        }
        fields::set_dtstamp(&mut component, stamp);
        for attendee in part.attendees {
            component.push(strip_schedule_params(&attendee.as_property()));
        }
        if let Some(status) = part.status {
            component.push(PropertyBuf::new("STATUS", status)?);
        }
        for extra in part.extra {
            component.push(extra);
        }
        calendar.push_component(component);
    }
    one_zone_for_replies(&mut calendar, method, object);
    add_zones(&mut calendar, object);
    Ok(calendar)
}

/// RFC 5546 §3.2.3 allows a REPLY one VTIMEZONE: times in a second zone are written in UTC.
fn one_zone_for_replies(calendar: &mut Component, method: Method, object: &SchedulingObject) {
    if method != Method::Reply {
        return;
    }
    let mut keep: Option<String> = None;
    for part in calendar.components_mut() {
        part.edit(|property| {
            let Some(tzid) = property.param("TZID") else { return Edit::Keep };
            let first = keep.get_or_insert_with(|| tzid.to_string());
            if **first == *tzid {
                return Edit::Keep;
            }
            let time = DateTime::parse(&property.value(), property.param("VALUE").as_deref(), Some(&tzid));
            let instant = time.ok().and_then(|time| object.zones().instant(&time, None).ok());
            match instant.and_then(|at| fields::date_time_property(property.name(), &DateTime::Utc(at))) {
                Some(utc) => Edit::Replace(utc),
                None => Edit::Keep,
            }
        });
    }
}

/// The VCALENDAR around a message.
fn shell(object: &SchedulingObject, method: Method, context: &Context<'_>) -> Result<Component> {
    let mut calendar = object.shell().clone();
    calendar.retain_components(|component| component.is("VTIMEZONE"));
    calendar.remove_unreadable();
    if calendar.property("PRODID").is_none() {
        calendar.push(PropertyBuf::text("PRODID", context.product)?);
    }
    calendar.set(PropertyBuf::new("VERSION", "2.0")?);
    calendar.set(PropertyBuf::new("METHOD", method.as_str())?);
    Ok(calendar)
}

/// Takes out of a component what never leaves: alarms, what is the user's own, and what a server keeps.
fn outgoing(component: &mut Component, context: &Context<'_>) {
    component.remove_unreadable();
    component.retain_components(|inner| !inner.is("VALARM"));
    let keep_categories = context.preferences.send_categories;
    // An ATTENDEE is none of these, and a meeting may have thousands.
    component.edit_but("ATTENDEE", |property| {
        let private = property.is("CATEGORIES") && !keep_categories
            || property.is("COLOR")
            || property.is("REQUEST-STATUS")
            || is_private_extension(property.name());
        if private { Edit::Remove } else { Edit::Keep }
    });
    component.remove_schedule_params(is_schedule_param);
}

/// What is between a client and its server (RFC 6638 §7.1–7.3).
fn is_schedule_param(param: Param<'_>) -> bool {
    param.begins_with("SCHEDULE-")
        && ["SCHEDULE-STATUS", "SCHEDULE-AGENT", "SCHEDULE-FORCE-SEND"].iter().any(|own| param.is(own))
}

/// A line without what is between a client and its server.
pub(super) fn strip_schedule_params(property: &Property<'_>) -> PropertyBuf {
    property.without_params(is_schedule_param)
}

/// Keeps the time zones that the message uses and writes those it lacks (RFC 5546 §3.1.2), each
/// for the time in which it is used.
fn add_zones(calendar: &mut Component, object: &SchedulingObject) {
    let named = tzids(calendar);
    let mut lacking = named.clone();
    calendar.retain_components(|component| {
        !component.is("VTIMEZONE")
            || component.text("TZID").is_some_and(|tzid| {
                lacking.remove(&tzid);
                named.contains(&tzid)
            })
    });
    if lacking.is_empty() {
        return;
    }
    // A zone that nobody can resolve is left as the object has it; `validate` tells the sender.
    object.zones().define_in(calendar);
}
