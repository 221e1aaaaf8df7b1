//! When an object takes place at all, without asking for its instances.

use std::ops::Range;

use super::SchedulingObject;
use crate::ical::Kind;
use crate::recurrence::{Budget, Stopped};
use crate::time::Zone;
use crate::value::{Recur, Timestamp};

/// As far as the same day, or the same floating time, can lie apart in two zones; in seconds.
const ZONES: i64 = 86_400;

/// How many instances of a series that ends are counted to find its last.
const COUNTED: usize = 1_000;

impl SchedulingObject {
    /// Whether all of an event has ended by then, in every zone that a whole day or a floating time may be meant in.
    ///
    /// What is not known not to take place any more, is not over: a to-do, or a time in an unknown zone. Neither is what
    /// never took place, such as a series whose instances are all excluded.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let Ok(series) = self.expansion() else { return false };
        if self.kind() != Kind::Event || self.parts().any(|(_, part)| part.property("DTSTART").is_none()) {
            return false;
        }
        let first = |window| series.instances(window, &Zone::UTC, 1, Budget::default());
        let later = first(now.saturating_add(-ZONES)..Timestamp::MAX);
        let none_later = later.items.is_empty() && later.stopped.is_none() && later.unresolved.is_none();
        none_later && !first(Timestamp::MIN..Timestamp::MAX).items.is_empty()
    }

    /// The stretch of time outside of which no instance lies, in whichever zone a whole day or a floating time is meant.
    ///
    /// It is empty where there is no instance, ends with [`Timestamp::MAX`] where they go on for ever or for longer than
    /// is counted, and is `None` where it cannot be known.
    ///
    /// ```
    /// use reefknot_core::engine::read_object;
    /// use reefknot_core::ical::Limits;
    ///
    /// let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260302T090000Z\r\nDURATION:PT1H\r\n\
    ///             RRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    /// let span = read_object(text.as_bytes(), &Limits::default())?.span().unwrap();
    /// assert_eq!(span, "20260301T090000Z".parse()?.."20260317T100000Z".parse()?);
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    #[must_use]
    pub fn span(&self) -> Option<Range<Timestamp>> {
        let series = self.expansion().ok()?;
        let goes_on = self.goes_on();
        let counted = if goes_on { 1 } else { COUNTED };
        let found = series.instances(Timestamp::MIN..Timestamp::MAX, &Zone::UTC, counted, Budget::default());
        if found.unresolved.is_some() || found.stopped == Some(Stopped::Budget) {
            return None;
        }
        let mut span: Option<Range<Timestamp>> = None;
        for instance in &found.items {
            let (start, end) = (instance.start_instant?, instance.end_instant?);
            span = Some(span.map_or(start..end, |span| span.start.min(start)..span.end.max(end)));
        }
        let Some(Range { start, end }) = span else { return Some(Timestamp::MIN..Timestamp::MIN) };
        let end = if goes_on || found.stopped.is_some() { Timestamp::MAX } else { end };
        Some(start.saturating_add(-ZONES)..end.saturating_add(ZONES))
    }

    /// Whether a rule has neither COUNT nor UNTIL (RFC 5545 §3.3.10).
    fn goes_on(&self) -> bool {
        let mut rules = self.parts().flat_map(|(_, part)| part.properties_named("RRULE"));
        rules.any(|rule| {
            let rule = rule.value().parse::<Recur>();
            rule.is_ok_and(|rule| rule.count.is_none() && rule.until.is_none())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::read_object;
    use crate::ical::Limits;
    use crate::value::Timestamp;

    fn span(kind: &str, lines: &str) -> Option<String> {
        let text =
            format!("BEGIN:VCALENDAR\r\nBEGIN:{kind}\r\nUID:1\r\n{lines}END:{kind}\r\nEND:VCALENDAR\r\n");
        let span = read_object(text.as_bytes(), &Limits::default()).unwrap().span()?;
        let day = |time: Timestamp| match time {
            Timestamp::MIN => "never".to_owned(),
            Timestamp::MAX => "ever".to_owned(),
            time => time.to_string(),
        };
        Some(format!("{}/{}", day(span.start), day(span.end)))
    }

    #[test]
    fn from_the_day_before_the_first_to_the_day_after_the_last() {
        const MOVED: &str = "DTSTART:20260302T090000Z\r\nRRULE:FREQ=DAILY;UNTIL=20260304T090000Z\r\nEND:VEVENT\r\n\
            BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20260303T090000Z\r\nDTSTART:20260401T090000Z\r\n";
        for (kind, lines, wanted) in [
            (
                "VEVENT",
                "DTSTART:20260302T090000Z\r\nDURATION:PT1H\r\n",
                Some("20260301T090000Z/20260303T100000Z"),
            ),
            ("VEVENT", "DTSTART;VALUE=DATE:20260302\r\n", Some("20260301T000000Z/20260304T000000Z")),
            ("VEVENT", MOVED, Some("20260301T090000Z/20260402T090000Z")),
            ("VEVENT", "DTSTART:20260302T090000Z\r\nRRULE:FREQ=DAILY\r\n", Some("20260301T090000Z/ever")),
            (
                "VEVENT",
                "DTSTART:20260302T090000Z\r\nRRULE:FREQ=DAILY;COUNT=5000\r\n",
                Some("20260301T090000Z/ever"),
            ),
            (
                "VEVENT",
                "DTSTART:20260302T090000Z\r\nRRULE:FREQ=DAILY;COUNT=1\r\nEXDATE:20260302T090000Z\r\n",
                Some("never/never"),
            ),
            ("VTODO", "SUMMARY:Some day\r\n", Some("never/never")),
            ("VEVENT", "DTSTART;TZID=Nowhere/Middle:20260302T090000\r\n", None),
            ("VEVENT", "DTSTART:20260302T090000Z\r\nRRULE:FREQ=SOMETIMES\r\n", None),
        ] {
            assert_eq!(span(kind, lines).as_deref(), wanted, "{lines}");
        }
    }
}
