//! Which zone a TZID of one iCalendar object means.

use super::{Definition, Observance, Zone, names};
use crate::ical::Component;
use crate::value::{Date, DateTime, LocalDateTime, Recur, Timestamp, UtcOffset};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Where the meaning of a TZID was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a VTIMEZONE of the object.
    Object,
    /// Among the IANA names.
    Iana,
    /// Among the names that vendors use: Windows ids, Outlook titles, prefixed paths, offsets.
    Vendor,
}

/// The zone that a TZID means, and who says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    /// The zone.
    pub zone: Zone,
    /// Where it was found.
    pub source: Source,
}

/// A time that cannot be placed, because nobody knows its zone; the user must hear of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time zone {tzid:?} cannot be resolved: {reason}")]
pub struct Unresolved {
    /// The TZID as written; empty if a reader's zone was needed and not given.
    pub tzid: String,
    /// Why, and what would help.
    pub reason: String,
}

impl From<Unresolved> for Error {
    fn from(unresolved: Unresolved) -> Self {
        Self::invalid(unresolved.to_string())
    }
}

/// The zones of one iCalendar object.
///
/// ```
/// use reefknot_core::time::{Source, Zones};
/// let zones = Zones::default();
/// assert_eq!(zones.resolve("Europe/Berlin")?.source, Source::Iana);
/// assert_eq!(zones.resolve("W. Europe Standard Time")?.zone.name(), "Europe/Berlin");
/// assert!(zones.resolve("Nowhere/Middle").is_err());
/// # Ok::<(), reefknot_core::time::Unresolved>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Zones {
    /// The VTIMEZONEs, which are read when somebody first asks: most who hold an object never do.
    written: Vec<Component>,
    read: OnceLock<Definitions>,
}

/// What the VTIMEZONEs of one object say.
#[derive(Clone, Debug, Default)]
struct Definitions {
    zones: BTreeMap<String, Zone>,
    refused: Vec<(String, Error)>,
}

impl Definitions {
    fn of(written: &[Component]) -> Self {
        let mut all = Self::default();
        for component in written {
            let Some(tzid) = component.text("TZID") else { continue };
            all.add(clean(&tzid), definition(clean(&tzid), component));
        }
        all
    }

    fn add(&mut self, tzid: &str, definition: Result<Definition>) {
        match definition {
            // The first of two definitions wins: RFC 5545 §3.6.5 allows only one.
            Ok(definition) => {
                self.zones.entry(tzid.to_owned()).or_insert_with(|| Zone::defined(definition));
            }
            Err(error) => self.refused.push((tzid.to_owned(), error)),
        }
    }
}

impl Zones {
    /// The zones that a VCALENDAR's VTIMEZONE components define.
    ///
    /// A definition that cannot be read is passed over; if nothing else knows its TZID,
    /// [`resolve`](Self::resolve) says why.
    #[must_use]
    pub fn of(calendar: &Component) -> Self {
        let written = calendar.components_named("VTIMEZONE").cloned().collect();
        Self { written, read: OnceLock::new() }
    }

    /// The zones of these definitions.
    #[must_use]
    pub fn from_definitions(definitions: impl IntoIterator<Item = Definition>) -> Self {
        let mut all = Definitions::default();
        for definition in definitions {
            let tzid = definition.tzid().to_owned();
            all.add(&tzid, Ok(definition));
        }
        Self { written: Vec::new(), read: OnceLock::from(all) }
    }

    fn definitions(&self) -> &Definitions {
        self.read.get_or_init(|| Definitions::of(&self.written))
    }

    /// The zone that a TZID means: by the object's own VTIMEZONE, then by IANA name, then by
    /// the names that vendors use.
    ///
    /// # Errors
    /// [`Unresolved`] if none of them knows it.
    pub fn resolve(&self, tzid: &str) -> Result<Resolution, Unresolved> {
        let name = clean(tzid);
        let Definitions { zones, refused } = self.definitions();
        if let Some(zone) = zones.get(name) {
            return Ok(Resolution { zone: zone.clone(), source: Source::Object });
        }
        if let Some(zone) = Zone::iana(name) {
            return Ok(Resolution { zone, source: Source::Iana });
        }
        if let Some(zone) = names::vendor(name) {
            return Ok(Resolution { zone, source: Source::Vendor });
        }
        let reason = match refused.iter().find(|(own, _)| own == name) {
            Some((_, error)) => error.to_string(),
            None => "the object has no VTIMEZONE of that name, and neither IANA nor Windows knows it; \
                     ask the sender, or choose a zone by hand"
                .to_owned(),
        };
        Err(Unresolved { tzid: tzid.to_owned(), reason })
    }

    /// The definitions that could not be read: their TZIDs, and why.
    pub fn refused(&self) -> impl Iterator<Item = (&str, &Error)> {
        self.definitions().refused.iter().map(|(tzid, error)| (tzid.as_str(), error))
    }

    /// The instant that a value means. Floating times and DATEs (their midnight) are the reader's.
    ///
    /// # Errors
    /// [`Unresolved`] if the TZID is not known, or the value needs a reader's zone and there is none.
    pub fn instant(&self, value: &DateTime, reader: Option<&Zone>) -> Result<Timestamp, Unresolved> {
        match value {
            DateTime::Utc(instant) => Ok(*instant),
            DateTime::Zoned { local, tzid } => Ok(self.resolve(tzid)?.zone.instant(*local)),
            DateTime::Date(_) | DateTime::Floating(_) => match reader {
                Some(zone) => Ok(zone.instant(value.civil())),
                None => Err(Unresolved {
                    tzid: String::new(),
                    reason: "the time floats, so that the reader's zone is needed to place it".to_owned(),
                }),
            },
        }
    }
}

/// A TZID without the blanks and quotes that some writers leave around it.
pub(super) fn clean(tzid: &str) -> &str {
    tzid.trim().trim_matches('"').trim()
}

fn definition(tzid: &str, component: &Component) -> Result<Definition> {
    let mut observances = Vec::new();
    for part in component.components() {
        let daylight = part.is("DAYLIGHT");
        if daylight || part.is("STANDARD") {
            observances.push(observance(part, daylight)?);
        }
    }
    Definition::new(tzid, observances)
}

fn observance(part: &Component, daylight: bool) -> Result<Observance> {
    let value = |name: &str| {
        part.value(name)
            .ok_or_else(|| Error::syntax(format!("{} without {name} (RFC 5545 §3.6.5)", part.name())))
    };
    let offset = |name: &str| value(name)?.trim().parse::<UtcOffset>();
    let mut dates = Vec::new();
    for property in part.properties_named("RDATE") {
        for item in property.value().split(',').map(str::trim).filter(|item| !item.is_empty()) {
            // An onset is an instant: of a period only the start counts.
            let start = item.split_once('/').map_or(item, |(start, _)| start);
            dates.push(DateTime::parse(start, None, None)?);
        }
    }
    let rules: Result<Vec<Recur>> = part.properties_named("RRULE").map(|rule| rule.value().parse()).collect();
    Ok(Observance {
        daylight,
        start: onset(&value("DTSTART")?)?,
        offset_from: offset("TZOFFSETFROM")?,
        offset_to: offset("TZOFFSETTO")?,
        rules: rules?,
        dates,
        name: part.text("TZNAME"),
    })
}

/// DTSTART of an observance is a local time; a DATE is its midnight, and a Z is passed over.
fn onset(text: &str) -> Result<LocalDateTime> {
    let text = text.trim();
    match text.parse::<Date>() {
        Ok(date) => Ok(LocalDateTime::midnight(date)),
        Err(_) => text.trim_end_matches(['Z', 'z']).parse(),
    }
}
