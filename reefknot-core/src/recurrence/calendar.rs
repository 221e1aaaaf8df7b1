//! The instances of everything in a calendar, as one list.

use std::ops::Range;
use std::sync::Arc;

use super::{Budget, Instance, Series, Stopped};
use crate::ical::{Component, Limits};
use crate::time::{Zone, Zones};
use crate::value::Timestamp;

/// An instance, and which object it is of.
#[derive(Clone, Debug)]
pub struct Occurrence<'a> {
    /// The UID; empty where the component has none.
    pub uid: Arc<str>,
    /// When and what.
    pub instance: Instance<'a>,
}

/// What [`occurrences`] found.
#[derive(Clone, Debug, Default)]
pub struct Occurrences<'a> {
    /// By start; those of one start in the order of their UIDs.
    pub items: Vec<Occurrence<'a>>,
    /// What is missing or may be, and why: an object that cannot be read, a zone that nobody knows, a limit reached.
    pub problems: Vec<String>,
}

/// The instances of every event, to-do and journal entry of a VCALENDAR that overlap a window.
///
/// `reader` is the zone in which the reader sees whole days and floating times. The limits bound each object; an instance
/// in a zone that nobody knows is left out, and told.
///
/// ```
/// use reefknot_core::engine::read_calendar;
/// use reefknot_core::ical::Limits;
/// use reefknot_core::recurrence::occurrences;
/// use reefknot_core::time::Zone;
///
/// let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260302T090000Z\r\nRRULE:FREQ=WEEKLY\r\n\
///             END:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260310\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let calendar = read_calendar(text.as_bytes(), &Limits::default())?;
/// let march = "20260301T000000Z".parse()?.."20260317T000000Z".parse()?;
/// let found = occurrences(&calendar, march, &Zone::UTC, &Limits::default());
/// let uids: Vec<&str> = found.items.iter().map(|one| &*one.uid).collect();
/// assert_eq!(uids, ["1", "1", "2", "1"]);
/// assert!(found.problems.is_empty());
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[must_use]
pub fn occurrences<'a>(
    calendar: &'a Component,
    window: Range<Timestamp>,
    reader: &Zone,
    limits: &Limits,
) -> Occurrences<'a> {
    occurrences_in(calendar, &Arc::new(Zones::of(calendar)), window, reader, limits)
}

/// As [`occurrences`], by zones that were read already, for a calendar that is asked often.
#[must_use]
pub fn occurrences_in<'a>(
    calendar: &'a Component,
    zones: &Arc<Zones>,
    window: Range<Timestamp>,
    reader: &Zone,
    limits: &Limits,
) -> Occurrences<'a> {
    let mut all = Occurrences::default();
    for series in Series::all_in(calendar, zones) {
        match series {
            Ok(series) => all.add(&series, window.clone(), reader, limits),
            Err(error) => all.problems.push(error.to_string()),
        }
    }
    all.items.sort_by(|one, other| {
        (one.instance.start_instant, &one.uid).cmp(&(other.instance.start_instant, &other.uid))
    });
    all
}

/// How many instances of one object are looked at, and how far its recurrence is followed.
pub(crate) fn bounds(limits: &Limits) -> (usize, Budget) {
    (usize::try_from(limits.instances).unwrap_or(usize::MAX), Budget::new(limits.expansion_steps))
}

impl<'a> Occurrences<'a> {
    fn add(&mut self, series: &Series<'a>, window: Range<Timestamp>, reader: &Zone, limits: &Limits) {
        let (limit, budget) = bounds(limits);
        let found = series.instances(window, reader, limit, budget);
        let uid: Arc<str> = series.uid().into();
        let mut tell = |what: &str| self.problems.push(format!("`{uid}`: {what}"));
        series.problems().iter().for_each(|problem| tell(problem));
        match found.stopped {
            Some(Stopped::Limit) => tell(&format!(
                "it has more than {limit} instances here; take a shorter window, or raise `Limits::instances`"
            )),
            Some(Stopped::Budget) => tell(
                "its recurrence could not be followed to the end; raise `Limits::expansion_steps` if it is wanted",
            ),
            None => {}
        }
        if let Some(unresolved) = found.unresolved {
            tell(&unresolved.to_string());
        }
        let placed = found.items.into_iter().filter(|instance| instance.start_instant.is_some());
        self.items.extend(placed.map(|instance| Occurrence { uid: uid.clone(), instance }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read_calendar;

    fn found(lines: &[&str], limits: &Limits) -> (usize, Vec<String>) {
        let event =
            |(uid, lines): (usize, &&str)| format!("BEGIN:VEVENT\r\nUID:{uid}\r\n{lines}\r\nEND:VEVENT\r\n");
        let events: String = lines.iter().enumerate().map(event).collect();
        let text = format!("BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n");
        let calendar = read_calendar(text.as_bytes(), &Limits::default()).unwrap();
        let year = "20260101T000000Z".parse().unwrap().."20270101T000000Z".parse().unwrap();
        let all = occurrences(&calendar, year, &Zone::UTC, limits);
        assert!(all.items.is_sorted_by_key(|one| one.instance.start_instant));
        (all.items.len(), all.problems)
    }

    #[test]
    fn what_is_left_out_is_told() {
        let daily = "DTSTART:20260302T090000Z\r\nRRULE:FREQ=DAILY";
        let nowhere = "DTSTART;TZID=Nowhere/Middle:20260302T090000";
        let (count, problems) =
            found(&[daily, nowhere, "DTSTART:soon"], &Limits { instances: 5, ..Limits::default() });
        assert_eq!(count, 5);
        let said = ["`0`: it has more than 5 instances", "`1`: the time zone \"Nowhere/Middle\"", "soon"];
        assert_eq!(problems.len(), said.len(), "{problems:?}");
        for said in said {
            assert!(problems.iter().any(|problem| problem.contains(said)), "{said} in {problems:?}");
        }
    }

    #[test]
    fn a_rule_that_never_matches_says_that_it_was_not_followed() {
        let never = "DTSTART:20260302T090000Z\r\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30";
        let (count, problems) = found(&[never], &Limits { expansion_steps: 10, ..Limits::default() });
        assert!(
            count <= 1 && problems.iter().all(|problem| problem.contains("could not be followed")),
            "{problems:?}"
        );
    }
}
