//! A calendar: read, printed, looked at and edited.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use reefknot_core::ical::{self, Limits, PropertyBuf, Stream};
use reefknot_core::policy::{PrivateEvents, Residence, residence};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::SchedulingObject;
use reefknot_core::time::{Zone, Zones};
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_core::words::Words;
use reefknot_core::{engine, scheduling};

use crate::document::{Component, Property, date_time_property, text_property};
use crate::error::{ReefknotError, Result};
use crate::values::{DateTime, PartStat};

/// A VCALENDAR. It never changes: an edit gives another one.
///
/// What is not understood is kept, and printed as it was read.
#[derive(Clone, Debug, uniffi::Object)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Calendar {
    pub(crate) document: Arc<ical::Component>,
}

/// An event to begin with; what it does not name goes into `properties`.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NewEvent {
    /// Its UID: a new one each time, such as a UUID.
    pub uid: String,
    /// What it is called.
    pub summary: String,
    /// When it begins.
    pub start: DateTime,
    /// When it ends.
    #[uniffi(default = None)]
    pub end: Option<DateTime>,
    /// Who invites; without one, nobody is invited.
    #[uniffi(default = None)]
    pub organizer: Option<CalendarUserAddress>,
    /// Who is invited.
    #[uniffi(default = [])]
    pub attendees: Vec<CalendarUserAddress>,
    /// Anything else, such as an RRULE or a LOCATION.
    #[uniffi(default = [])]
    pub properties: Vec<Property>,
}

/// An attendee of an event or a to-do.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Attendee {
    /// Who.
    pub address: CalendarUserAddress,
    /// What they say of their coming.
    pub partstat: PartStat,
    /// Who comes in their place.
    pub delegated_to: Vec<CalendarUserAddress>,
    /// In whose place they come.
    pub delegated_from: Vec<CalendarUserAddress>,
    /// The whole line, with their name (CN) and role.
    pub property: Property,
}

/// One thing in a calendar, in words.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Item {
    /// `Event`, `To-do`, `Journal` …
    pub kind: String,
    /// Its UID, empty where there is none.
    pub uid: String,
    /// What it is called.
    pub title: String,
    /// The rest, in the order in which people ask for it.
    pub lines: Vec<Line>,
}

/// A line about something in a calendar.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Line {
    /// `When`, `Where`, `Who` …
    pub label: String,
    /// What is said; a description may have line breaks.
    pub text: String,
}

/// A user's choice for their private events.
#[uniffi::remote(Enum)]
pub enum PrivateEvents {
    /// They stay in the client's own database and never reach a server.
    LocalOnly,
    /// They go to the server, flagged by their CLASS.
    OnServer,
}

/// Where an object may live.
#[uniffi::remote(Enum)]
pub enum Residence {
    /// Here and on the user's server.
    Synced,
    /// Here only: it never reaches a server, not even when others take part in it.
    LocalOnly,
}

/// Reads all calendars of a text, such as a file that somebody exported.
///
/// # Errors
/// When a limit is exceeded.
#[uniffi::export]
pub fn parse_all(ical: Vec<u8>) -> Result<Vec<Arc<Calendar>>> {
    let stream = Stream::parse(&ical, &Limits::default())?;
    Ok(stream.into_calendars().map(|calendar| Arc::new(Calendar::from(calendar))).collect())
}

#[uniffi::export]
impl Calendar {
    /// Reads the one calendar of a text (RFC 5545 §3.4).
    ///
    /// # Errors
    /// When there is no calendar, or more than one, or a limit is exceeded.
    #[uniffi::constructor]
    pub fn parse(ical: Vec<u8>) -> Result<Arc<Self>> {
        Ok(Arc::new(engine::read_calendar(&ical, &Limits::default())?.into()))
    }

    /// As `parse`, for a text that is a string already.
    ///
    /// # Errors
    /// As `parse`.
    #[uniffi::constructor]
    pub fn parse_text(ical: String) -> Result<Arc<Self>> {
        Self::parse(ical.into_bytes())
    }

    /// The calendar that a VCALENDAR component describes.
    ///
    /// # Errors
    /// When a name is none, or a value holds a control character.
    #[uniffi::constructor]
    pub fn of_component(component: Component) -> Result<Arc<Self>> {
        Ok(Arc::new(ical::Component::try_from(&component)?.into()))
    }

    /// A calendar with one new event, as its organizer writes it first.
    ///
    /// # Errors
    /// When a text holds a control character.
    #[uniffi::constructor]
    pub fn of_event(event: NewEvent, now: Timestamp) -> Result<Arc<Self>> {
        let plain =
            |name: &str, value: &str| Property { name: name.into(), value: value.into(), params: Vec::new() };
        let mut properties = vec![
            text_property("UID".into(), event.uid),
            date_time_property("DTSTAMP".into(), DateTime::Utc { instant: now })?,
            date_time_property("DTSTART".into(), event.start)?,
        ];
        if let Some(end) = event.end {
            properties.push(date_time_property("DTEND".into(), end)?);
        }
        properties.push(text_property("SUMMARY".into(), event.summary));
        properties.extend(event.organizer.iter().map(|organizer| plain("ORGANIZER", organizer.uri())));
        properties.extend(event.attendees.iter().map(|attendee| plain("ATTENDEE", attendee.uri())));
        properties.extend(event.properties);
        let event = Component { name: "VEVENT".into(), properties, components: Vec::new() };
        Self::of_component(Component {
            name: "VCALENDAR".into(),
            properties: vec![plain("VERSION", "2.0"), plain("PRODID", engine::PRODUCT)],
            components: vec![event],
        })
    }

    /// The calendar as iCalendar text, in octets.
    pub fn to_ical(&self) -> Vec<u8> {
        self.document.to_bytes()
    }

    /// The METHOD of a scheduling message, as it is written.
    pub fn method(&self) -> Option<String> {
        self.document.value("METHOD")
    }

    /// The UID of the first event, to-do, journal entry or busy time.
    pub fn uid(&self) -> Option<String> {
        self.document.components().find_map(|component| component.text("UID"))
    }

    /// The VCALENDAR's own properties, such as PRODID.
    pub fn properties(&self) -> Vec<Property> {
        self.document.properties().map(|property| Property::from(&property)).collect()
    }

    /// What the calendar holds.
    pub fn components(&self) -> Vec<Component> {
        self.document.components().map(Component::from).collect()
    }

    /// The component that says what holds for an instance: its own, or the series' moved to it; none where there is no
    /// such instance. No key means the series, or the event that does not recur.
    ///
    /// # Errors
    /// When the calendar is not one UID of one kind.
    #[uniffi::method(default(instance = None))]
    pub fn component(&self, instance: Option<InstanceKey>) -> Result<Option<Component>> {
        Ok(self.object()?.effective(&key(instance)).as_ref().map(Component::from))
    }

    /// Who is invited to an instance, or to the series.
    ///
    /// # Errors
    /// When the calendar is not one UID of one kind.
    #[uniffi::method(default(instance = None))]
    pub fn attendees(&self, instance: Option<InstanceKey>) -> Result<Vec<Attendee>> {
        let Some(part) = self.object()?.effective(&key(instance)) else { return Ok(Vec::new()) };
        let lines = part.properties_named("ATTENDEE");
        Ok(lines.filter_map(|line| Some(Attendee::of(scheduling::Attendee::of(&line)?, &line))).collect())
    }

    /// Who invites.
    ///
    /// # Errors
    /// When the calendar is not one UID of one kind.
    pub fn organizer(&self) -> Result<Option<CalendarUserAddress>> {
        Ok(self.object()?.organizer().map(|organizer| organizer.address))
    }

    /// Another calendar, in which an instance or the series has these properties in place of those of the same names.
    ///
    /// # Errors
    /// When the calendar is not one UID of one kind, it has no such instance, or a property cannot be written.
    #[uniffi::method(default(instance = None))]
    pub fn with_properties(
        &self,
        properties: Vec<Property>,
        instance: Option<InstanceKey>,
    ) -> Result<Arc<Self>> {
        self.edited(instance, |part| {
            for property in &properties {
                part.remove(&property.name);
            }
            properties
                .iter()
                .try_for_each(|property| PropertyBuf::try_from(property).map(|line| part.push(line)))
        })
    }

    /// Another calendar, in which an instance or the series has no properties of these names.
    ///
    /// # Errors
    /// When the calendar is not one UID of one kind, or it has no such instance.
    #[uniffi::method(default(instance = None))]
    pub fn without_properties(&self, names: Vec<String>, instance: Option<InstanceKey>) -> Result<Arc<Self>> {
        self.edited(instance, |part| {
            for name in &names {
                part.remove(name);
            }
            Ok(())
        })
    }

    /// Another calendar, without an instance of its series: its user will not be there.
    ///
    /// # Errors
    /// When the calendar is not one UID of one kind.
    pub fn without_instance(&self, instance: InstanceKey) -> Result<Arc<Self>> {
        let mut object = self.object()?;
        object.exclude(&instance);
        Ok(Arc::new(object.to_calendar().into()))
    }

    /// The calendar in words, each event, to-do and journal entry for itself; times are told in the reader's zone.
    ///
    /// # Errors
    /// When there is no such zone.
    pub fn describe(&self, zone: Zone) -> Result<Vec<Item>> {
        let zones = Zones::of(&self.document);
        Ok(Words::new(&zone, &zones).describe(&self.document).items.into_iter().map(Item::from).collect())
    }

    /// Where it may live, by its user's choice for private events.
    ///
    /// # Errors
    /// When the calendar is not one UID of one kind.
    pub fn residence(&self, choice: PrivateEvents) -> Result<Residence> {
        Ok(residence(&self.object()?, choice))
    }
}

impl Calendar {
    /// As the engine wants it.
    pub(crate) fn object(&self) -> Result<SchedulingObject> {
        Ok(SchedulingObject::from_calendar(ical::Component::clone(&self.document))?)
    }

    fn edited(
        &self,
        instance: Option<InstanceKey>,
        change: impl FnOnce(&mut ical::Component) -> reefknot_core::Result<()>,
    ) -> Result<Arc<Self>> {
        let mut object = self.object()?;
        object.edit_instance(&key(instance), change)?;
        Ok(Arc::new(object.to_calendar().into()))
    }
}

/// No key is that of the series.
pub(crate) fn key(instance: Option<InstanceKey>) -> InstanceKey {
    instance.unwrap_or(InstanceKey::Master)
}

/// Reads what may be stored.
pub(crate) fn object(calendar: Option<&Arc<Calendar>>) -> Result<Option<SchedulingObject>, ReefknotError> {
    calendar.map(|calendar| calendar.object()).transpose()
}

impl From<ical::Component> for Calendar {
    fn from(document: ical::Component) -> Self {
        Self { document: Arc::new(document) }
    }
}

impl From<&SchedulingObject> for Calendar {
    fn from(object: &SchedulingObject) -> Self {
        object.to_calendar().into()
    }
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document.fmt(f)
    }
}

/// Two calendars are equal when they print the same.
impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.to_ical() == other.to_ical()
    }
}

impl Eq for Calendar {}

impl Hash for Calendar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_ical().hash(state);
    }
}

impl Attendee {
    fn of(attendee: scheduling::Attendee, line: &ical::Property<'_>) -> Self {
        Self {
            address: attendee.address,
            partstat: attendee.partstat.into(),
            delegated_to: attendee.delegated_to,
            delegated_from: attendee.delegated_from,
            property: line.into(),
        }
    }
}

impl From<reefknot_core::words::Item> for Item {
    fn from(item: reefknot_core::words::Item) -> Self {
        let line = |line: reefknot_core::words::Line| Line { label: line.label, text: line.text };
        Self {
            kind: item.kind,
            uid: item.uid,
            title: item.title,
            lines: item.lines.into_iter().map(line).collect(),
        }
    }
}
