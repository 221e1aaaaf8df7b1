//! To and from the calendars of the `icalendar` crate.
//!
//! That crate is what many Rust programs build events with. Here its values are walked, not printed and
//! parsed: its printer invents a missing UID and DTSTAMP, and gets lost in some long lines. Nothing is
//! invented here, so a component needs [`uid`](icalendar::Component::uid) and
//! [`timestamp`](icalendar::Component::timestamp) to mean anything to others.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::mem;

use icalendar::{CalendarComponent, Component as _, Parameter, ValueType};

use super::limits::MAX_DEPTH;
use super::{Component, Property, PropertyBuf, lex};
use crate::value::text;
use crate::{Error, Result};

/// Calendars that `icalendar` built are copied, never printed: its printer invents a missing UID and
/// DTSTAMP. Nothing is invented here, so give each component both.
///
/// ```
/// use icalendar::{Component as _, Event};
/// use reefknot_core::ical::Component;
///
/// let event = Event::new().uid("1@foo.com").summary("Tea; or coffee").done();
/// let calendar = Component::try_from(&icalendar::Calendar::from([event]))?;
/// let event = calendar.component("VEVENT").unwrap();
/// assert_eq!(event.property("SUMMARY").unwrap().content_line(), "SUMMARY:Tea\\; or coffee");
///
/// let back = icalendar::Calendar::try_from(&calendar)?;
/// assert_eq!(back.events().next().unwrap().get_summary(), Some("Tea; or coffee"));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
impl TryFrom<&icalendar::Calendar> for Component {
    type Error = Error;

    /// Copies a calendar built with `icalendar`, escaping and quoting what needs it.
    ///
    /// # Errors
    /// When a name is not letters, digits and hyphens, a value that is not TEXT holds a control character,
    /// or components are nested more than 500 deep.
    fn try_from(calendar: &icalendar::Calendar) -> Result<Self> {
        let mut out = Self::new("VCALENDAR")?;
        for property in &calendar.properties {
            out.push(property_from(property)?);
        }
        for component in &calendar.components {
            out.push_component(match component {
                CalendarComponent::Event(event) => component_from(event)?,
                CalendarComponent::Todo(todo) => component_from(todo)?,
                CalendarComponent::Venue(venue) => component_from(venue)?,
                CalendarComponent::Other(other) => component_from(other)?,
                _ => return Err(unknown()),
            });
        }
        Ok(out)
    }
}

/// What `icalendar` cannot hold is an error: lines that are not content lines, text that is not UTF-8, a
/// parameter that is repeated or has no value, a quote or a line break in a parameter.
///
/// What its model leaves out, because it means nothing: the order of properties of different names in a
/// component, the letter case of names, and how text is escaped. An X- property without a VALUE parameter is
/// TEXT there, so that `X-A:b;c` comes back as `X-A:b\;c`.
impl TryFrom<&Component> for icalendar::Calendar {
    type Error = Error;

    /// Copies a VCALENDAR into the model of `icalendar`.
    ///
    /// # Errors
    /// When the component is not a VCALENDAR, or holds something that the model cannot.
    fn try_from(calendar: &Component) -> Result<Self> {
        if !calendar.is("VCALENDAR") {
            return Err(Error::invalid(format!("{} is not a VCALENDAR; put it into one", calendar.name())));
        }
        readable(calendar)?;
        let mut out = Self::empty();
        for property in calendar.properties() {
            out.append_property(property_to(&property)?);
        }
        for component in calendar.components() {
            out.push(component_to(component)?);
        }
        Ok(out)
    }
}

fn component_from(from: &impl icalendar::Component) -> Result<Component> {
    // A list instead of recursion, for nesting may be deep and stacks are small.
    let mut outer = Vec::new();
    let (mut here, mut left) = (properties_from(from)?, from.components().iter());
    loop {
        if let Some(inner) = left.next() {
            let components = mem::replace(&mut left, inner.components().iter());
            outer.push((mem::replace(&mut here, properties_from(inner)?), components));
            not_too_deep(outer.len() + 1)?;
        } else if let Some((component, components)) = outer.pop() {
            let done = mem::replace(&mut here, component);
            here.push_component(done);
            left = components;
        } else {
            return Ok(here);
        }
    }
}

/// The component without what is inside it.
fn properties_from(from: &impl icalendar::Component) -> Result<Component> {
    let mut out = Component::new(&from.component_kind())?;
    for property in from.properties().values().chain(from.multi_properties().values().flatten()) {
        out.push(property_from(property)?);
    }
    Ok(out)
}

fn component_to(from: &Component) -> Result<CalendarComponent> {
    let mut outer = Vec::new();
    let (mut here, mut left) = (properties_to(from)?, from.components());
    loop {
        if let Some(inner) = left.next() {
            let components = mem::replace(&mut left, inner.components());
            outer.push((mem::replace(&mut here, properties_to(inner)?), components));
            not_too_deep(outer.len() + 1)?;
        } else if let Some((component, components)) = outer.pop() {
            let done = mem::replace(&mut here, component);
            put(&mut here, done)?;
            left = components;
        } else {
            return Ok(here);
        }
    }
}

/// The component without what is inside it. One that has no type of its own can only be made through its parser.
fn properties_to(from: &Component) -> Result<CalendarComponent> {
    readable(from)?;
    let name = from.name().to_ascii_uppercase();
    let empty =
        icalendar::parser::Component { name: name.into(), properties: Vec::new(), components: Vec::new() };
    let mut out = CalendarComponent::from(empty);
    match &mut out {
        CalendarComponent::Event(out) => fill(out, from)?,
        CalendarComponent::Todo(out) => fill(out, from)?,
        CalendarComponent::Venue(out) => fill(out, from)?,
        CalendarComponent::Other(out) => fill(out, from)?,
        _ => return Err(unknown()),
    }
    Ok(out)
}

fn fill(out: &mut impl icalendar::Component, from: &Component) -> Result<()> {
    let mut seen = BTreeSet::new();
    for property in from.properties() {
        let property = property_to(&property)?;
        // Its getters look for these in one map and for all others in the other.
        let many = [
            "ATTACH",
            "ATTENDEE",
            "CATEGORIES",
            "COMMENT",
            "CONTACT",
            "EXDATE",
            "FREEBUSY",
            "RDATE",
            "RESOURCES",
        ];
        if many.contains(&property.key()) || !seen.insert(property.key().to_owned()) {
            out.append_multi_property(property);
        } else {
            out.append_property(property);
        }
    }
    Ok(())
}

/// Puts one component into another.
fn put(outer: &mut CalendarComponent, inner: CalendarComponent) -> Result<()> {
    fn into(outer: &mut impl icalendar::Component, inner: CalendarComponent) -> Result<()> {
        match inner {
            CalendarComponent::Event(inner) => outer.append_component(inner),
            CalendarComponent::Todo(inner) => outer.append_component(inner),
            CalendarComponent::Venue(inner) => outer.append_component(inner),
            CalendarComponent::Other(inner) => outer.append_component(inner),
            _ => return Err(unknown()),
        };
        Ok(())
    }
    match outer {
        CalendarComponent::Event(outer) => into(outer, inner),
        CalendarComponent::Todo(outer) => into(outer, inner),
        CalendarComponent::Venue(outer) => into(outer, inner),
        CalendarComponent::Other(outer) => into(outer, inner),
        _ => Err(unknown()),
    }
}

fn unknown() -> Error {
    Error::invalid("this version of `icalendar` has a kind of component that is not known here; leave it out")
}

fn not_too_deep(depth: usize) -> Result<()> {
    let deep = depth as u64 > MAX_DEPTH;
    if deep { Err(Error::limit("depth", "the depth of nested components", MAX_DEPTH)) } else { Ok(()) }
}

fn readable(component: &Component) -> Result<()> {
    if component.unreadable().next().is_some() {
        return Err(Error::invalid(format!(
            "{} holds a line that is not a content line, which `icalendar` cannot hold; call remove_unreadable first",
            component.name()
        )));
    }
    Ok(())
}

/// What a value is to `icalendar`, and so how it must be escaped.
enum Escaping {
    /// TEXT: held without escapes.
    Text,
    /// A code, a description and data (RFC 5545 §3.8.8.3): TEXT between semicolons.
    Status,
    /// Held as it is written.
    None,
}

fn escaping(property: &icalendar::Property) -> Escaping {
    match property.key() {
        // It keeps lists of texts escaped.
        "CATEGORIES" | "RESOURCES" => Escaping::None,
        "REQUEST-STATUS" => Escaping::Status,
        _ if property.value_type() == Some(ValueType::Text) => Escaping::Text,
        _ => Escaping::None,
    }
}

fn property_from(from: &icalendar::Property) -> Result<PropertyBuf> {
    let value = from.value();
    let written = match escaping(from) {
        Escaping::Text => text::escape(value),
        Escaping::Status => Cow::Owned(value.splitn(3, ';').map(text::escape).collect::<Vec<_>>().join(";")),
        Escaping::None => Cow::Borrowed(value),
    };
    let mut out = PropertyBuf::new(from.key(), &written)?;
    for param in from.params().values() {
        let value = param.value();
        let is_quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
        if !is_quoted {
            out.set_param(param.key(), value)?;
            continue;
        }
        // It holds a list of quoted values as they are written.
        let items: Vec<_> = lex::split_unquoted(b',', value.as_bytes())
            .map(|item| String::from_utf8_lossy(item).trim_matches('"').to_owned())
            .collect();
        out.set_params(param.key(), &items.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(out)
}

fn property_to(from: &Property<'_>) -> Result<icalendar::Property> {
    let cannot = |what: &str, advice: &str| {
        let line = from.line().map(|line| format!("line {line}: ")).unwrap_or_default();
        Error::invalid(format!("{line}{} {what}, which `icalendar` cannot hold; {advice}", from.name()))
    };
    let value = from.value();
    // What was not UTF-8 has been replaced, and so is owned.
    if matches!(from.content_line(), Cow::Owned(_)) {
        return Err(cannot("is not UTF-8", "write it in UTF-8"));
    }
    let mut params = Vec::new();
    let mut seen = BTreeSet::new();
    for param in from.params() {
        let name = param.name().to_ascii_uppercase();
        let values: Vec<_> = param.values().collect();
        if values.is_empty() {
            return Err(cannot("has a parameter without a value", "give it one or take it out"));
        }
        if values.iter().any(|value| value.contains(|c: char| c == '"' || c.is_control())) {
            return Err(cannot("has a quote or a line break in a parameter", "take it out"));
        }
        if !seen.insert(name.clone()) {
            return Err(cannot("has a parameter twice", "keep one"));
        }
        let held = match values.as_slice() {
            [value] if name == "VALUE" => value.to_ascii_uppercase(),
            [value] => value.clone().into_owned(),
            values => values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(","),
        };
        params.push(Parameter::new(&name, &held));
    }
    let with = |value: &str| {
        let mut out = icalendar::Property::new(from.name().to_ascii_uppercase(), value);
        for param in &params {
            out.append_parameter(param.clone());
        }
        out
    };
    let out = with(&value);
    Ok(match escaping(&out) {
        Escaping::Text => with(&text::unescape(&value)),
        Escaping::Status => {
            let out = with(&text::unescape(&value));
            if property_from(&out)?.as_property().value() != value {
                return Err(cannot("has a semicolon in its description", "take it out"));
            }
            out
        }
        Escaping::None => out,
    })
}

#[cfg(test)]
mod tests;
