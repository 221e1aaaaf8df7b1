//! One user's objects, made ready to be asked when they are busy.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::{Availability, BusyPeriod, BusyTime, BusyType};
use crate::ical::{Component, Kind, Limits};
use crate::recurrence::{InstanceKey, Series, Stopped, bounds};
use crate::scheduling::{Identities, PartStat, SchedulingObject, attendee_among, fields};
use crate::time::Zone;
use crate::value::{DateTime, Timestamp};

/// An instance that takes up time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken<'a> {
    /// The UID of its object.
    pub uid: &'a str,
    /// Which instance of it.
    pub key: InstanceKey,
    /// When, and how.
    pub period: BusyPeriod,
}

/// What one user's objects say of their time.
///
/// Made once, asked for many windows: an answer costs what lies in the window, however much lies before it.
#[derive(Clone, Debug)]
pub struct BusyCalendar<'a> {
    owner: Identities,
    entries: Vec<Entry<'a>>,
    /// Single events by length class and start: class `n` holds those shorter than 2ⁿ seconds.
    single: BTreeMap<u32, Vec<(Timestamp, usize)>>,
    /// What recurs, or has no instant that could be compared, by its end, the last or unknown first: it has to be asked
    /// each time until it has ended.
    others: Vec<(Timestamp, usize)>,
    availability: Vec<Availability<'a>>,
    unreadable: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
struct Entry<'a> {
    object: &'a SchedulingObject,
    series: Series<'a>,
    /// How each component takes its time, once somebody asks for a time in which it may lie; those that take none
    /// are not here.
    busy: OnceLock<Vec<(&'a Component, BusyType)>>,
}

impl<'a> Entry<'a> {
    fn busy(&self, owner: &Identities) -> &[(&'a Component, BusyType)] {
        self.busy.get_or_init(|| {
            let parts = self.object.parts().map(|(_, part)| (part, busy_type(part, owner)));
            parts.filter(|(_, busy)| *busy != BusyType::Free).collect()
        })
    }
}

impl<'a> BusyCalendar<'a> {
    /// The calendar of the user with these addresses.
    ///
    /// Only events take time (RFC 4791 §7.10). One that is cancelled, TRANSPARENT or declined by the user takes none; a
    /// tentative one, or one that the user has not answered, takes it tentatively.
    #[must_use]
    pub fn new(objects: impl IntoIterator<Item = &'a SchedulingObject>, owner: &Identities) -> Self {
        let mut calendar = Self {
            owner: owner.clone(),
            entries: Vec::new(),
            single: BTreeMap::new(),
            others: Vec::new(),
            availability: Vec::new(),
            unreadable: Vec::new(),
        };
        for object in objects {
            calendar.add(object);
        }
        calendar.others.sort_by_key(|(end, _)| Reverse(*end));
        calendar.single.values_mut().for_each(|class| class.sort_unstable());
        calendar
    }

    /// Adds when the user can be met at all (RFC 7953).
    #[must_use]
    pub fn with_availability(mut self, availability: impl IntoIterator<Item = Availability<'a>>) -> Self {
        self.availability.extend(availability);
        // RFC 7953 §3.1: 1 is the highest priority, 9 the lowest, and none is lower still. The highest comes last.
        self.availability.sort_by_key(|one| Reverse(one.rank()));
        self
    }

    fn add(&mut self, object: &'a SchedulingObject) {
        if object.kind() != Kind::Event {
            return;
        }
        let series = match object.expansion() {
            Ok(series) => series,
            Err(error) => {
                let takes_time =
                    object.parts().any(|(_, part)| busy_type(part, &self.owner) != BusyType::Free);
                self.unreadable.extend(takes_time.then(|| (object.uid().to_owned(), error.to_string())));
                return;
            }
        };
        let at = self.entries.len();
        match only_instance(&series) {
            Some((start, end)) => {
                let length = u64::try_from(end.seconds() - start.seconds()).unwrap_or(0);
                self.single.entry(u64::BITS - length.leading_zeros()).or_default().push((start, at));
            }
            None => self.others.push((series.ends_by(), at)),
        }
        self.entries.push(Entry { object, series, busy: OnceLock::new() });
    }

    /// Every instance that takes up time in a window, by start, and what could not be known.
    ///
    /// `reader` is the zone in which the user's whole days and floating times lie. The limits bound each object.
    #[must_use]
    pub fn taken(
        &self,
        window: Range<Timestamp>,
        reader: &Zone,
        limits: &Limits,
    ) -> (Vec<Taken<'a>>, BusyTime) {
        let mut doubts = BusyTime::free(window.clone());
        for (uid, why) in &self.unreadable {
            doubts.doubt(uid, why.clone());
        }
        let (instances, budget) = bounds(limits);
        let mut all = Vec::new();
        for at in self.candidates(&window) {
            let entry = &self.entries[at];
            let (uid, series, busy) = (entry.object.uid(), &entry.series, entry.busy(&self.owner));
            if busy.is_empty() {
                continue;
            }
            let found = series.instances(window.clone(), reader, instances, budget);
            if let Some(stopped) = found.stopped {
                let why = match stopped {
                    Stopped::Budget => "its recurrence could not be followed to the end within the budget",
                    Stopped::Limit => "it has more instances here than are counted",
                };
                doubts.doubt(uid, why);
            }
            if let Some(unresolved) = found.unresolved {
                doubts.doubt(uid, unresolved.to_string());
            }
            for instance in found.items {
                let kind = busy.iter().find(|(part, _)| std::ptr::eq(*part, instance.component));
                let (Some((_, busy)), Some(start), Some(end)) =
                    (kind, instance.start_instant, instance.end_instant)
                else {
                    continue;
                };
                if start < end {
                    let period = BusyPeriod { start, end, busy: *busy };
                    all.push(Taken { uid, key: instance.key, period });
                }
            }
        }
        all.sort_by(|a, b| (a.period.start, a.uid, &a.key).cmp(&(b.period.start, b.uid, &b.key)));
        (all, doubts)
    }

    /// When the user is busy in a window: their events over what their availability leaves.
    #[must_use]
    pub fn busy(&self, window: Range<Timestamp>, reader: &Zone, limits: &Limits) -> BusyTime {
        let (taken, doubts) = self.taken(window.clone(), reader, limits);
        let hours = self.hours_over(doubts, reader, limits);
        hours.and(&BusyTime::of(window, taken.into_iter().map(|taken| taken.period)))
    }

    /// When the user cannot be met by their availability alone, whatever takes place (RFC 7953).
    #[must_use]
    pub fn hours(&self, window: Range<Timestamp>, reader: &Zone, limits: &Limits) -> BusyTime {
        self.hours_over(BusyTime::free(window), reader, limits)
    }

    fn hours_over(&self, mut time: BusyTime, reader: &Zone, limits: &Limits) -> BusyTime {
        for one in &self.availability {
            one.paint(&mut time, reader, limits);
        }
        time.join();
        time
    }

    /// Those that can have an instance in the window.
    fn candidates(&self, window: &Range<Timestamp>) -> Vec<usize> {
        let going_on = self.others.iter().take_while(|(end, _)| *end > window.start);
        let mut found: Vec<usize> = going_on.map(|(_, at)| *at).collect();
        for (class, events) in &self.single {
            let longest = 1_i64.checked_shl(*class).unwrap_or(i64::MAX);
            let first = events.partition_point(|(start, _)| *start <= window.start.saturating_add(-longest));
            let within = events[first..].iter().take_while(|(start, _)| *start < window.end);
            found.extend(within.map(|(_, at)| *at));
        }
        found
    }
}

/// When an event that does not recur takes place, if that is the same for every reader.
fn only_instance(series: &Series<'_>) -> Option<(Timestamp, Timestamp)> {
    let instant = |value: &DateTime| series.zones().instant(value, None).ok();
    let start = series.start().filter(|_| !series.is_recurring())?;
    Some((instant(start)?, series.end().map_or_else(|| instant(start), |end| instant(&end))?))
}

/// How a component takes its owner's time (RFC 4791 §7.10, RFC 5545 §3.8.2.7).
fn busy_type(part: &Component, owner: &Identities) -> BusyType {
    let says =
        |name: &str, value: &str| part.value(name).is_some_and(|own| own.trim().eq_ignore_ascii_case(value));
    if fields::is_cancelled(part) || says("TRANSP", "TRANSPARENT") {
        return BusyType::Free;
    }
    let own = attendee_among(part, |address| owner.is_own(address)).map(|own| own.partstat);
    match own {
        Some(PartStat::Declined | PartStat::Delegated) => BusyType::Free,
        Some(PartStat::NeedsAction | PartStat::Tentative) => BusyType::Tentative,
        _ if says("STATUS", "TENTATIVE") => BusyType::Tentative,
        // How Outlook says that somebody is away.
        _ if says("X-MICROSOFT-CDO-BUSYSTATUS", "OOF") => BusyType::Unavailable,
        _ => BusyType::Busy,
    }
}

#[cfg(test)]
pub(super) mod tests;
