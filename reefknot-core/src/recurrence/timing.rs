//! When a component begins and how long it lasts (RFC 5545 §3.6.1, §3.8.2, §3.8.5.3).

use super::series::{at, date_time};
use crate::Result;
use crate::ical::Component;
use crate::time::{Cursor, Zone, Zones};
use crate::value::date::Page;
use crate::value::{DateTime, Duration, LocalDateTime, Period, Timestamp};

/// A value with its zone at hand.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) value: DateTime,
    /// The instant; none for a DATE, a floating time or an unknown zone.
    pub(super) instant: Option<Timestamp>,
}

impl Place {
    /// What orders it: the instant, or else the clock.
    pub(super) fn order(&self) -> i64 {
        self.instant.map_or_else(|| self.value.civil().seconds_since_epoch(), Timestamp::seconds)
    }
}

/// What shows the times of many instances: a zone's clock, if there is one, and a calendar.
#[derive(Clone, Debug)]
pub(super) struct Dial<'z> {
    cursor: Option<Cursor<'z>>,
    pub(super) page: Page,
}

impl<'z> Dial<'z> {
    const fn of(cursor: Option<Cursor<'z>>) -> Self {
        Self { cursor, page: Page::blank() }
    }
}

/// As long as every instance takes in a zone, and how its end is written.
pub(super) struct Elapsed<'t> {
    pub(super) seconds: i64,
    form: &'t DateTime,
    cursor: Cursor<'t>,
}

impl Elapsed<'_> {
    /// How that end is written.
    #[inline]
    pub(super) fn written(&mut self, end: Timestamp, page: &mut Page) -> DateTime {
        in_form(end, self.form, &mut self.cursor, page).value
    }
}

/// How long a component lasts.
#[derive(Clone, Debug)]
enum Length {
    /// Not said: a day for an event on a DATE, otherwise no time.
    Implied { whole_day: bool },
    /// By DTEND or DUE: every instance lasts exactly as long, and ends in this form.
    Exact { seconds: i64, form: DateTime, zone: Option<Zone> },
    /// By DURATION: every instance lasts as long on the clock.
    Nominal(Duration),
}

/// DTSTART and the length of one component.
#[derive(Clone, Debug)]
pub(super) struct Timing {
    pub(super) start: DateTime,
    /// The zone of DTSTART, if it has one that is known.
    zone: Option<Zone>,
    length: Length,
}

fn zone_of(value: &DateTime, zones: &Zones) -> Option<Zone> {
    match value {
        DateTime::Utc(_) => Some(Zone::UTC),
        // Who asks for instants learns from the frame that the zone is unresolved.
        DateTime::Zoned { tzid, .. } => zones.resolve(tzid).ok().map(|resolution| resolution.zone),
        DateTime::Date(_) | DateTime::Floating(_) => None,
    }
}

impl Timing {
    /// Reads a component; `None` if it has no time at all.
    pub(super) fn of(
        component: &Component,
        zones: &Zones,
        problems: &mut Vec<String>,
    ) -> Result<Option<Self>> {
        let end_name = if component.is("VTODO") { "DUE" } else { "DTEND" };
        let end = component.property(end_name);
        // A task may have only a time when it is due.
        let Some(start) = component.property("DTSTART").or_else(|| end.filter(|_| component.is("VTODO")))
        else {
            return Ok(None);
        };
        let start = date_time(&start)?;
        let mut timing = Self::at(start, &component.name().to_ascii_uppercase(), zones);
        if let Some(property) = component.property(end_name) {
            match date_time(&property) {
                Ok(end) => timing.end_at(end, zones, &at(&property, &crate::Error::invalid("")), problems),
                Err(error) => problems.push(format!("{error}; the end is taken as not given")),
            }
        } else if let Some(property) = component.property("DURATION") {
            match property.value().trim().parse::<Duration>() {
                Ok(length) if !length.is_negative() => timing.length = Length::Nominal(length),
                Ok(_) => problems.push(
                    at(&property, &crate::Error::invalid("a negative length is taken as not given"))
                        .to_string(),
                ),
                Err(error) => problems.push(format!("{}; it is taken as not given", at(&property, &error))),
            }
        }
        Ok(Some(timing))
    }

    /// A start without an end.
    pub(super) fn at(start: DateTime, kind: &str, zones: &Zones) -> Self {
        let whole_day = kind == "VEVENT" && start.is_date();
        Self { zone: zone_of(&start, zones), start, length: Length::Implied { whole_day } }
    }

    /// The same length from another start of the same form and zone.
    pub(super) fn with_start(&self, start: DateTime) -> Self {
        Self { start, ..self.clone() }
    }

    fn end_at(&mut self, end: DateTime, zones: &Zones, place: &crate::Error, problems: &mut Vec<String>) {
        let zone = zone_of(&end, zones);
        let comparable = self.start.is_date() == end.is_date() && self.zone.is_some() == zone.is_some();
        let seconds = match (&self.zone, &zone) {
            (Some(own), Some(other)) => {
                other.instant(end.civil()).seconds() - own.instant(self.start.civil()).seconds()
            }
            _ => end.civil().seconds_since_epoch() - self.start.civil().seconds_since_epoch(),
        };
        let what = place.to_string();
        if !comparable {
            problems.push(format!("{what}it has another form than DTSTART and is read on DTSTART's clock"));
        }
        if seconds < 0 {
            problems.push(format!("{what}it lies before DTSTART and is taken as not given"));
            return;
        }
        // RFC 5545 forbids an end equal to the start, but for a whole day it plainly means that day.
        if seconds == 0 && self.start.is_date() {
            return;
        }
        let (form, zone) = if comparable { (end, zone) } else { (self.start.clone(), self.zone.clone()) };
        self.length = Length::Exact { seconds, form, zone };
    }

    /// The start with its instant.
    pub(super) fn place(&self) -> Place {
        let instant = match &self.start {
            DateTime::Utc(instant) => Some(*instant),
            start => self.zone.as_ref().map(|zone| zone.instant(start.civil())),
        };
        Place { value: self.start.clone(), instant }
    }

    /// The start that this component's form gives a clock time.
    pub(super) fn place_at(&self, local: LocalDateTime) -> Place {
        self.with_start(self.start.with_civil(local)).place()
    }

    /// The start that this component's zone gives an instant; `None` without a zone that is known.
    pub(super) fn place_of(&self, instant: Timestamp) -> Option<Place> {
        let mut cursor = Cursor::new(self.zone.as_ref()?);
        Some(in_form(instant, &self.start, &mut cursor, &mut Page::blank()))
    }

    /// The end of an instance that begins there.
    pub(super) fn end(&self, start: &Place) -> Option<Place> {
        self.end_by(start, &mut self.dial_of_end())
    }

    /// What shows the ends, for [`end_by`](Self::end_by).
    pub(super) fn dial_of_end(&self) -> Dial<'_> {
        let zone = match &self.length {
            Length::Exact { zone, .. } => zone.as_ref(),
            Length::Implied { .. } | Length::Nominal(_) => self.zone.as_ref(),
        };
        Dial::of(zone.map(Cursor::forward))
    }

    /// What all instances take alike; `None` where the clock decides, or no end is said.
    pub(super) fn elapsed(&self) -> Option<Elapsed<'_>> {
        let (seconds, form, zone) = match &self.length {
            Length::Exact { seconds, form, zone } => (*seconds, form, zone),
            Length::Nominal(length) if length.days() == 0 => (length.seconds(), &self.start, &self.zone),
            Length::Implied { .. } | Length::Nominal(_) => return None,
        };
        Some(Elapsed { seconds, form, cursor: Cursor::forward(zone.as_ref()?) })
    }

    /// The ends of many instances in order, by one [dial](Self::dial_of_end).
    #[inline]
    pub(super) fn end_by(&self, start: &Place, dial: &mut Dial<'_>) -> Option<Place> {
        match &self.length {
            Length::Implied { whole_day: false } => None,
            Length::Implied { whole_day: true } => Some(later_on_clock(&start.value, 86_400)),
            Length::Nominal(length) => Some(self.after(start, *length, dial)),
            Length::Exact { seconds, form, .. } => Some(exactly_after(start, *seconds, form, dial)),
        }
    }

    /// The end of an instance that begins there and has an RDATE period of its own.
    pub(super) fn end_of_period(&self, start: &Place, period: &Period, zones: &Zones) -> Place {
        let mut dial = Dial::of(self.zone.as_ref().map(Cursor::new));
        match period {
            Period::Start { duration, .. } => self.after(start, *duration, &mut dial),
            Period::Explicit { start: first, end } => {
                let instant =
                    |value: &DateTime| zones.instant(value, Some(&Zone::UTC)).map(Timestamp::seconds);
                let seconds = match (instant(first), instant(end)) {
                    (Ok(first), Ok(end)) => end - first,
                    // In a zone that is not known the clock is all there is.
                    _ => end.civil().seconds_since_epoch() - first.civil().seconds_since_epoch(),
                };
                exactly_after(start, seconds.max(0), &self.start, &mut dial)
            }
        }
    }

    #[inline]
    fn after(&self, start: &Place, length: Duration, dial: &mut Dial<'_>) -> Place {
        match (&mut dial.cursor, &self.zone, start.instant) {
            (Some(cursor), _, Some(instant)) if length.days() == 0 => {
                in_form(instant.saturating_add(length.seconds()), &self.start, cursor, &mut dial.page)
            }
            (Some(cursor), Some(zone), Some(_)) => {
                let instant = zone.after(zoned_civil(start, zone), length);
                in_form(instant, &self.start, cursor, &mut dial.page)
            }
            _ => later_on_clock(&start.value, length.nominal_seconds()),
        }
    }

    /// No instance lasts longer than this, in seconds.
    pub(super) fn longest(&self) -> i64 {
        match &self.length {
            // A whole day without a length fills its day.
            Length::Implied { .. } => i64::from(self.start.is_date()) * 86_400,
            // Only days can last longer than 24 hours each, where clocks are put back.
            Length::Nominal(length) if length.days() == 0 => length.seconds(),
            Length::Nominal(length) => length.nominal_seconds().saturating_add(86_400),
            Length::Exact { seconds, .. } => *seconds,
        }
    }
}

fn zoned_civil(start: &Place, zone: &Zone) -> LocalDateTime {
    match &start.value {
        DateTime::Utc(instant) => zone.local(*instant),
        value => value.civil(),
    }
}

fn later_on_clock(start: &DateTime, seconds: i64) -> Place {
    let sum = start.civil().seconds_since_epoch().saturating_add(seconds);
    Place { value: start.with_civil(LocalDateTime::saturating_from_seconds(sum)), instant: None }
}

#[inline]
fn exactly_after(start: &Place, seconds: i64, form: &DateTime, dial: &mut Dial<'_>) -> Place {
    match (start.instant, &mut dial.cursor) {
        (Some(instant), Some(cursor)) => {
            in_form(instant.saturating_add(seconds), form, cursor, &mut dial.page)
        }
        _ => later_on_clock(&start.value, seconds),
    }
}

#[inline]
fn in_form(instant: Timestamp, form: &DateTime, cursor: &mut Cursor<'_>, page: &mut Page) -> Place {
    let value = match form {
        DateTime::Utc(_) => DateTime::Utc(instant),
        form => {
            let local = instant.seconds() + i64::from(cursor.offset_at(instant));
            form.with_civil(LocalDateTime::on_page(local, page))
        }
    };
    Place { value, instant: Some(instant) }
}
