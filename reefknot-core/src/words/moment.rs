//! Dates and times in words.

use super::Words;
use super::phrases::{Phrases, fill};
use crate::Result;
use crate::ical::Property;
use crate::time::Zone;
use crate::value::{Date, DateTime, Duration, LocalDateTime, Timestamp};

/// The DATE or DATE-TIME that a property holds.
pub(super) fn date_time(property: &Property<'_>) -> Result<DateTime> {
    let tzid = property.param("TZID");
    DateTime::parse(&property.value(), property.param("VALUE").as_deref(), tzid.as_deref())
}

/// From when to when: both ends in one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: DateTime,
    pub(super) end: Option<DateTime>,
}

impl Words<'_> {
    /// A date or time in words, in the reader's zone.
    ///
    /// ```
    /// use reefknot_core::time::{Zone, Zones};
    /// use reefknot_core::value::DateTime;
    /// use reefknot_core::words::Words;
    ///
    /// let (berlin, zones) = (Zone::iana("Europe/Berlin").unwrap(), Zones::default());
    /// let words = Words::new(&berlin, &zones);
    /// let start = DateTime::parse("20230303T130000Z", None, None)?;
    /// let end = DateTime::parse("20230303T140000Z", None, None)?;
    /// assert_eq!(words.when(&start, Some(&end)), "Friday 3 March 2023, 14:00–15:00 (Europe/Berlin)");
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    #[must_use]
    pub fn moment(&self, value: &DateTime) -> String {
        self.when(value, None)
    }

    /// A span of time in words: from a start to an end that it does not hold (RFC 5545 §3.6.1).
    ///
    /// The reader's zone is named; the value's own is added where its clocks differ then. A time
    /// that floats, and one whose zone nobody knows, is said to be so.
    #[must_use]
    pub fn when(&self, start: &DateTime, end: Option<&DateTime>) -> String {
        let p = self.phrases;
        match start {
            DateTime::Date(first) => self.days(*first, end),
            DateTime::Floating(local) => {
                fill(p.floating, &[&clock_span(p, *local, end.map(DateTime::civil))])
            }
            DateTime::Utc(instant) => {
                let end = end.and_then(|end| self.instant(end, None));
                self.in_reader_zone(*instant, end)
            }
            DateTime::Zoned { local, tzid } => match self.zones.resolve(tzid) {
                Ok(found) => {
                    let own = found.zone;
                    let from = own.instant(*local);
                    let to = end.and_then(|end| self.instant(end, Some(&own)));
                    let here = self.in_reader_zone(from, to);
                    if own.offset_at(from) == self.zone.offset_at(from) {
                        return here;
                    }
                    let there = self.elsewhere(&own, from, to);
                    fill(p.elsewhere, &[&here, &there, &self.zone_name(&own, tzid)])
                }
                Err(_) => {
                    let span = clock_span(p, *local, end.map(DateTime::civil));
                    fill(p.unknown_zone, &[&span, &super::clean(tzid)])
                }
            },
        }
    }

    /// The instant of a span's end; a floating end is in the start's zone.
    fn instant(&self, end: &DateTime, zone: Option<&Zone>) -> Option<Timestamp> {
        self.zones.instant(end, zone.or(Some(self.zone))).ok()
    }

    fn in_reader_zone(&self, from: Timestamp, to: Option<Timestamp>) -> String {
        let span = clock_span(self.phrases, self.zone.local(from), to.map(|to| self.zone.local(to)));
        fill(self.phrases.in_zone, &[&span, &self.zone.name()])
    }

    /// The span on other clocks: the time alone where the day is the same.
    fn elsewhere(&self, zone: &Zone, from: Timestamp, to: Option<Timestamp>) -> String {
        let (start, end) = (zone.local(from), to.map(|to| zone.local(to)));
        let same_days = start.date() == self.zone.local(from).date()
            && end.is_none_or(|end| end.date() == start.date() && end >= start);
        match (same_days, end.filter(|end| *end != start)) {
            (true, Some(end)) => format!("{}–{}", clock(start), clock(end)),
            (true, None) => clock(start),
            (false, _) => clock_span(self.phrases, start, end),
        }
    }

    /// The zone's name, or the TZID where a VTIMEZONE goes by another.
    pub(super) fn zone_name(&self, zone: &Zone, tzid: &str) -> String {
        zone.iana_name().map_or_else(|| super::clean(tzid), str::to_owned)
    }

    fn days(&self, first: Date, end: Option<&DateTime>) -> String {
        let p = self.phrases;
        let last = end.and_then(|end| end.date().checked_add_days(-1)).filter(|last| *last > first);
        let days = match last {
            Some(last) => format!("{} – {}", date_words(p, first), date_words(p, last)),
            None => date_words(p, first),
        };
        fill(p.all_day, &[&days])
    }

    /// The day that an instance is known by: in the reader's zone, with the time if it has one.
    pub(super) fn instance(&self, value: &DateTime) -> String {
        match value {
            DateTime::Date(date) => date_words(self.phrases, *date),
            other => self.moment(other),
        }
    }
}

/// `Friday 3 March 2023`
pub(super) fn date_words(p: &Phrases, date: Date) -> String {
    let weekday = p.weekdays[usize::from(date.weekday().index())];
    fill(p.date, &[weekday, &date.day().to_string(), month(p, date.month()), &date.year().to_string()])
}

/// `3 March 2023`
pub(super) fn short_date(p: &Phrases, date: Date) -> String {
    fill(p.date_only, &[&date.day().to_string(), month(p, date.month()), &date.year().to_string()])
}

/// The month's name; a number outside 1 to 12 never comes from a date.
pub(super) fn month(p: &Phrases, month: u8) -> &'static str {
    p.months.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or_default()
}

/// `14:00`, with the seconds where there are any.
pub(super) fn clock(local: LocalDateTime) -> String {
    match local.second() {
        0 => format!("{:02}:{:02}", local.hour(), local.minute()),
        second => format!("{:02}:{:02}:{second:02}", local.hour(), local.minute()),
    }
}

fn clock_span(p: &Phrases, start: LocalDateTime, end: Option<LocalDateTime>) -> String {
    let at = |local: LocalDateTime| fill(p.at, &[&date_words(p, local.date()), &clock(local)]);
    match end.filter(|end| *end != start) {
        None => at(start),
        Some(end) if end < start => fill(p.ends_early, &[&at(start), &at(end)]),
        Some(end) if end.date() == start.date() => format!("{}–{}", at(start), clock(end)),
        Some(end) => format!("{} – {}", at(start), at(end)),
    }
}

/// `1 hour and 30 minutes`; the sign is the caller's business.
pub(super) fn duration_words(p: &Phrases, duration: Duration) -> String {
    let (days, seconds) = (duration.days().unsigned_abs(), duration.seconds().unsigned_abs());
    let [day, hour, minute, second, week] = p.units;
    let parts = if seconds == 0 && days > 0 && days.is_multiple_of(7) {
        vec![(days / 7, week)]
    } else {
        vec![(days, day), (seconds / 3600, hour), (seconds / 60 % 60, minute), (seconds % 60, second)]
    };
    let said: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| Phrases::amount(*number, *unit))
        .collect();
    if said.is_empty() { Phrases::amount(0, minute) } else { p.list(&said) }
}
