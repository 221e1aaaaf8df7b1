//! Which zones a calendar's times are in, over which span, and whether a definition is right there.

use super::zones::clean;
use super::{Source, Zone, Zones, names, vtimezone_text};
use crate::ical::{Component, Limits, Stream};
use crate::value::{Budget, DateTime, Duration, Recur, Rule, Timestamp, UtcOffset};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// From when to when the times of a calendar use a zone (RFC 5545 §3.2.19).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneUse {
    /// TZID as written.
    pub tzid: String,
    /// The first of the times.
    pub from: Timestamp,
    /// The last of them, with the instances of rules; [`Timestamp::MAX`] where a rule has no end.
    pub to: Timestamp,
}

/// Where an object's definition and the IANA zone of the same name show different times.
///
/// The definition is followed all the same, for RFC 5545 §3.6.5 gives it the word; but somebody
/// is mistaken about when to meet, and the user must hear of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// TZID as written.
    pub tzid: String,
    /// The IANA name that the TZID is, or stands for.
    pub iana_name: &'static str,
    /// The first instant, among those at which the object uses the zone, at which they differ.
    pub from: Timestamp,
    /// How far from UTC the object's definition then sets its clocks.
    pub defined: UtcOffset,
    /// How far they are by IANA.
    pub known: UtcOffset,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tzid, iana_name, from, defined, known } = self;
        let tzid = crate::value::scan::shown(tzid);
        write!(
            f,
            "the definition of the time zone {tzid:?} sets its clocks to {defined} at {from}, \
             but {iana_name} has {known} then; the definition is followed"
        )
    }
}

/// The zones that the times of a calendar name, as written.
pub(crate) fn tzids(calendar: &Component) -> BTreeSet<String> {
    let times = within(calendar).flat_map(Component::zoned_properties);
    times.filter_map(|time| Some(time.param("TZID")?.into_owned())).collect()
}

/// A component and all inside of it, but for the definitions of zones.
fn within(component: &Component) -> impl Iterator<Item = &Component> {
    // A list instead of recursion, for nesting may be deep.
    let mut left = vec![component];
    std::iter::from_fn(move || {
        let next = left.pop()?;
        left.extend(next.components().filter(|inner| !inner.is("VTIMEZONE")));
        Some(next)
    })
}

/// How far into the future the definition of a series without end is compared, in seconds.
const FORESEEN: i64 = 100 * 366 * 86_400;
/// What finding the last instance of a rule with COUNT may cost; a longer one counts as endless.
const STEPS: u64 = 20_000;

impl Zones {
    /// The zones that the times of a calendar or component are in, each with the span in which they lie.
    #[must_use]
    pub fn used(&self, calendar: &Component) -> Vec<ZoneUse> {
        self.used_but(&BTreeSet::new(), calendar)
    }

    /// As [`used`](Self::used), for all zones but some.
    fn used_but(&self, others: &BTreeSet<String>, calendar: &Component) -> Vec<ZoneUse> {
        let mut used = BTreeMap::new();
        for component in within(calendar) {
            self.used_by(component, others, &mut used);
        }
        used.into_iter().map(|(tzid, (from, to))| ZoneUse { tzid, from, to }).collect()
    }

    /// Writes the VTIMEZONEs that the times of a calendar need and it lacks (RFC 5545 §3.6.5), each for the time in which
    /// it is used, before the components that use them.
    ///
    /// A TZID that nobody can resolve stays without one.
    pub fn define_in(&self, calendar: &mut Component) {
        let defined: BTreeSet<String> =
            calendar.components_named("VTIMEZONE").filter_map(|zone| zone.text("TZID")).collect();
        let first = calendar.components().find(|component| !component.is("VTIMEZONE"));
        let first = first.map(|component| component.name().into_owned()).unwrap_or_default();
        for ZoneUse { tzid, from, to } in self.used_but(&defined, calendar) {
            let Ok(resolution) = self.resolve(&tzid) else { continue };
            let text = vtimezone_text(&tzid, &resolution.zone, from, to);
            let parsed = Stream::parse(text.as_bytes(), &Limits::default());
            if let Some(zone) = parsed.ok().and_then(|stream| stream.components().next().cloned()) {
                calendar.insert_component_before(&first, zone);
            }
        }
    }

    fn used_by(
        &self,
        component: &Component,
        others: &BTreeSet<String>,
        used: &mut BTreeMap<String, (Timestamp, Timestamp)>,
    ) {
        let start = component.property("DTSTART");
        let start = start
            .and_then(|start| DateTime::parse(&start.value(), None, start.param("TZID").as_deref()).ok());
        let (mut length, mut times) = (0, Vec::new());
        // An ATTENDEE is no time, and a meeting may have thousands.
        for property in component.properties_but("ATTENDEE") {
            if property.is("DURATION") {
                length = length.max(property.value().parse().map_or(0, Duration::nominal_seconds));
            }
            let Some(tzid) = property.param("TZID") else { continue };
            let is_end = property.is("DTEND") || property.is("DUE");
            for item in property.value().split([',', '/']) {
                // What cannot be read is no time; the end of a period may be a length.
                match DateTime::parse(item.trim(), None, Some(&tzid)) {
                    Ok(time @ DateTime::Zoned { .. }) => {
                        if let Some(start) = start.as_ref().filter(|_| is_end) {
                            let civil = |time: &DateTime| time.civil().seconds_since_epoch();
                            length = length.max(civil(&time) - civil(start));
                        }
                        times.push(time);
                    }
                    Ok(_) => {}
                    Err(_) => length = length.max(item.trim().parse().map_or(0, Duration::nominal_seconds)),
                }
            }
            // An override of this and following instances moves them all, to an end it does not tell.
            if property.is("RECURRENCE-ID") && property.param_is("RANGE", "THISANDFUTURE") {
                length = length.max(FORESEEN);
            }
        }
        for time in &times {
            let Some(tzid) = time.tzid().filter(|tzid| !others.contains(*tzid)) else { continue };
            let zone = self.resolve(tzid).map_or(Zone::UTC, |found| found.zone);
            let first = zone.instant(time.civil());
            let rules = component.properties_named("RRULE").filter(|_| start.as_ref() == Some(time));
            let ends = rules.filter_map(|rule| rule.value().parse().ok()).map(|rule| end(&rule, time, &zone));
            let last = ends.max().unwrap_or(first).max(first).saturating_add(length);
            let span = used.entry(tzid.to_owned()).or_insert((first, last));
            *span = (span.0.min(first), span.1.max(last));
        }
    }

    /// Where a definition of this calendar contradicts the IANA zone that its TZID names, within
    /// the time in which it is used.
    ///
    /// ```
    /// use reefknot_core::ical::{Limits, Stream};
    /// use reefknot_core::time::Zones;
    ///
    /// let text = b"BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n\
    ///     TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\n\
    ///     DTSTART;TZID=Europe/Berlin:20260701T090000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    /// let stream = Stream::parse(text, &Limits::default())?;
    /// let calendar = stream.calendars().next().unwrap();
    /// let found = Zones::of(calendar).contradictions(calendar);
    /// assert_eq!(found[0].defined.to_string(), "+0100");
    /// assert_eq!(found[0].known.to_string(), "+0200");
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    #[must_use]
    pub fn contradictions(&self, calendar: &Component) -> Vec<Contradiction> {
        self.used(calendar).iter().filter_map(|used| self.contradiction(used)).collect()
    }

    fn contradiction(&self, used: &ZoneUse) -> Option<Contradiction> {
        let own = self.resolve(&used.tzid).ok().filter(|found| found.source == Source::Object)?.zone;
        let name = clean(&used.tzid);
        let known = Zone::iana(name).or_else(|| names::vendor(name))?;
        let iana_name = known.iana_name()?;
        let to = used.to.min(used.from.saturating_add(FORESEEN));
        let from = own.first_difference(&known, used.from, to)?;
        let offset = |zone: &Zone| UtcOffset::from_seconds(zone.offset_at(from));
        let (defined, known) = (offset(&own)?, offset(&known)?);
        Some(Contradiction { tzid: used.tzid.clone(), iana_name, from, defined, known })
    }
}

/// When the last instance of a rule begins.
fn end(rule: &Recur, start: &DateTime, zone: &Zone) -> Timestamp {
    if let Some(until) = &rule.until {
        return match until {
            DateTime::Utc(instant) => *instant,
            DateTime::Date(_) => zone.instant(until.civil()).saturating_add(86_400),
            DateTime::Floating(local) | DateTime::Zoned { local, .. } => zone.instant(*local),
        };
    }
    let last = || {
        rule.count?;
        let rule = Rule::new(rule, start.civil(), false, None).ok()?;
        let (mut all, mut budget, mut last) = (rule.all(), Budget::new(STEPS), None);
        while let Some(next) = all.next(&mut budget).ok()? {
            last = Some(next);
        }
        last
    };
    last().map_or(Timestamp::MAX, |last| zone.instant(last))
}
