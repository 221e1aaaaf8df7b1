//! VAVAILABILITY: when somebody can be met at all (RFC 7953).

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::{BusyTime, BusyType};
use crate::ical::{Component, Limits};
use crate::recurrence::{Series, bounds};
use crate::scheduling::fields;
use crate::time::{Zone, Zones};
use crate::value::{DateTime, Duration, Timestamp};
use crate::{Error, Result};

/// One VAVAILABILITY: a stretch of time in which only the AVAILABLE instances are free (RFC 7953 §3.1).
///
/// Of several the one with the higher PRIORITY decides where they overlap.
#[derive(Clone, Debug)]
pub struct Availability<'a> {
    uid: String,
    rank: u8,
    busy: BusyType,
    zones: Arc<Zones>,
    start: Option<DateTime>,
    end: Option<DateTime>,
    /// DURATION, where there is no DTEND.
    lasts: Option<Duration>,
    available: Vec<Series<'a>>,
}

impl<'a> Availability<'a> {
    /// All VAVAILABILITY components of a calendar.
    ///
    /// # Errors
    /// When one has a date, a length, a priority or a rule that cannot be read.
    pub fn of_calendar(calendar: &'a Component) -> Result<Vec<Self>> {
        let zones = Arc::new(Zones::of(calendar));
        calendar.components_named("VAVAILABILITY").map(|component| Self::new(component, &zones)).collect()
    }

    fn new(component: &'a Component, zones: &Arc<Zones>) -> Result<Self> {
        let rank = match component.value("PRIORITY") {
            None => UNDEFINED,
            Some(text) => match text.trim().parse() {
                Ok(0) => UNDEFINED,
                Ok(priority @ 1..=9) => priority,
                _ => {
                    let line = component.line().map(|line| format!("line {line}: ")).unwrap_or_default();
                    let what =
                        format!("{line}PRIORITY is `{text}`; it is a number from 0 to 9 (RFC 7953 §3.1)");
                    return Err(Error::syntax(what));
                }
            },
        };
        let lasts = component.value("DURATION").map(|text| text.trim().parse::<Duration>()).transpose()?;
        let mut groups: BTreeMap<String, Vec<&'a Component>> = BTreeMap::new();
        for available in component.components_named("AVAILABLE") {
            groups.entry(available.text("UID").unwrap_or_default()).or_default().push(available);
        }
        let available =
            groups.values().map(|parts| Series::new(Arc::clone(zones), parts)).collect::<Result<_>>()?;
        Ok(Self {
            uid: component.text("UID").unwrap_or_default(),
            rank,
            busy: component.value("BUSYTYPE").map_or(BusyType::Unavailable, |text| BusyType::parse(&text)),
            zones: Arc::clone(zones),
            start: fields::read_date_time(component, "DTSTART")?,
            end: fields::read_date_time(component, "DTEND")?,
            lasts,
            available,
        })
    }

    /// 1 for the highest priority, more for lower ones.
    pub(super) const fn rank(&self) -> u8 {
        self.rank
    }

    /// Lays it over what is there: its own time is taken, its AVAILABLE instances are free (RFC 7953 §4).
    pub(super) fn paint(&self, time: &mut BusyTime, reader: &Zone, limits: &Limits) {
        let Some(span) = self.span(time, reader) else { return };
        time.paint(span.start, span.end, self.busy);
        let (instances, budget) = bounds(limits);
        for series in &self.available {
            let found = series.instances(span.clone(), reader, instances, budget);
            if found.stopped.is_some() {
                time.doubt(&self.uid, "its hours could not be followed to the end within the budget");
            }
            if let Some(unresolved) = found.unresolved {
                time.doubt(&self.uid, unresolved.to_string());
            }
            for instance in found.items {
                if let (Some(start), Some(end)) = (instance.start_instant, instance.end_instant) {
                    time.paint(start.max(span.start), end.min(span.end), BusyType::Free);
                }
            }
        }
    }

    /// The part of the window that it speaks of: without DTSTART it has always held, without an end it holds for ever.
    fn span(&self, time: &mut BusyTime, reader: &Zone) -> Option<Range<Timestamp>> {
        let window = time.window();
        let instant = |value: &DateTime, time: &mut BusyTime| match self.zones.instant(value, Some(reader)) {
            Ok(instant) => Some(instant),
            Err(unresolved) => {
                time.doubt(&self.uid, unresolved.to_string());
                None
            }
        };
        let start = match &self.start {
            Some(start) => instant(start, time)?,
            None => window.start,
        };
        let end = match (&self.end, self.lasts, &self.start) {
            (Some(end), ..) => instant(end, time)?,
            (None, Some(lasts), Some(first)) => {
                let zone =
                    first.tzid().and_then(|tzid| self.zones.resolve(tzid).ok()).map(|found| found.zone);
                zone.as_ref().unwrap_or(reader).after(first.civil(), lasts)
            }
            (None, ..) => window.end,
        };
        let span = start.max(window.start)..end.min(window.end);
        (span.start < span.end).then_some(span)
    }
}

/// No PRIORITY, or 0, is lower than every other (RFC 7953 §3.1).
const UNDEFINED: u8 = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read_calendar;
    use crate::freebusy::BusyCalendar;
    use crate::freebusy::calendar::tests::owner;

    /// Weekdays from nine to five, a free Tuesday evening of higher priority, and a week of holidays above both.
    const HOURS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n\
        BEGIN:VAVAILABILITY\r\nUID:week\r\nDTSTAMP:20260101T000000Z\r\nBEGIN:AVAILABLE\r\nUID:hours\r\n\
        DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Berlin:20260105T090000\r\nDTEND;TZID=Europe/Berlin:20260105T170000\r\n\
        RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\n\
        BEGIN:VAVAILABILITY\r\nUID:holidays\r\nPRIORITY:1\r\nBUSYTYPE:BUSY\r\nDTSTAMP:20260101T000000Z\r\n\
        DTSTART;VALUE=DATE:20260406\r\nDURATION:P1W\r\nEND:VAVAILABILITY\r\n\
        BEGIN:VAVAILABILITY\r\nUID:tuesday\r\nPRIORITY:5\r\nBUSYTYPE:BUSY-TENTATIVE\r\nDTSTAMP:20260101T000000Z\r\n\
        DTSTART:20260331T150000Z\r\nDTEND:20260331T190000Z\r\nBEGIN:AVAILABLE\r\nUID:evening\r\nDTSTAMP:20260101T000000Z\r\n\
        DTSTART:20260331T170000Z\r\nDURATION:PT1H\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n";

    fn busy(from: &str, to: &str) -> Vec<String> {
        let calendar = read_calendar(HOURS.as_bytes(), &Limits::default()).unwrap();
        let hours = Availability::of_calendar(&calendar).unwrap();
        let calendar = BusyCalendar::new([], &owner()).with_availability(hours);
        let berlin = Zone::iana("Europe/Berlin").unwrap();
        let time = calendar.busy(from.parse().unwrap()..to.parse().unwrap(), &berlin, &Limits::default());
        assert_eq!(time.doubts(), []);
        time.periods().iter().map(|one| format!("{}/{} {}", one.start, one.end, one.busy)).collect()
    }

    #[test]
    fn the_hours_follow_the_clock_and_the_rest_is_taken() {
        // Daylight saving time begins on 29 March 2026.
        assert_eq!(
            busy("20260327T000000Z", "20260331T000000Z"),
            [
                "20260327T000000Z/20260327T080000Z BUSY-UNAVAILABLE",
                "20260327T160000Z/20260330T070000Z BUSY-UNAVAILABLE",
                "20260330T150000Z/20260331T000000Z BUSY-UNAVAILABLE",
            ]
        );
    }

    #[test]
    fn the_higher_priority_decides() {
        assert_eq!(
            busy("20260331T120000Z", "20260401T000000Z"),
            [
                "20260331T150000Z/20260331T170000Z BUSY-TENTATIVE",
                "20260331T180000Z/20260331T190000Z BUSY-TENTATIVE",
                "20260331T190000Z/20260401T000000Z BUSY-UNAVAILABLE",
            ]
        );
        assert_eq!(
            busy("20260405T120000Z", "20260413T080000Z"),
            [
                "20260405T120000Z/20260405T220000Z BUSY-UNAVAILABLE",
                "20260405T220000Z/20260412T220000Z BUSY",
                "20260412T220000Z/20260413T070000Z BUSY-UNAVAILABLE",
            ]
        );
    }

    #[test]
    fn a_wrong_priority_is_an_error_with_its_line() {
        let text = HOURS.replace("PRIORITY:5", "PRIORITY:high");
        let calendar = read_calendar(text.as_bytes(), &Limits::default()).unwrap();
        let error = Availability::of_calendar(&calendar).unwrap_err();
        assert!(error.to_string().contains("`high`") && error.to_string().starts_with("line "), "{error}");
    }
}
