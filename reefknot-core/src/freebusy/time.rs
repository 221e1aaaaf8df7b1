//! Busy time as a value: periods of one kind each, in order, none over another.

use std::fmt;
use std::ops::Range;

use crate::value::Timestamp;

/// How a time is taken: FBTYPE (RFC 5545 §3.2.9), the weakest first.
///
/// Where two overlap the stronger shows: a meeting outside of one's hours is a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BusyType {
    /// It is not taken.
    Free,
    /// Something may take place.
    Tentative,
    /// Nothing can be put there, such as outside of the hours one works.
    Unavailable,
    /// Something takes place.
    Busy,
}

impl BusyType {
    const ALL: [Self; 4] = [Self::Free, Self::Tentative, Self::Unavailable, Self::Busy];

    /// The value of FBTYPE, or of BUSYTYPE (RFC 7953 §3.2).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "FREE",
            Self::Tentative => "BUSY-TENTATIVE",
            Self::Unavailable => "BUSY-UNAVAILABLE",
            Self::Busy => "BUSY",
        }
    }

    /// Reads a value in any letter case; one that nobody knows is busy, as RFC 5545 §3.2.9 wants.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text.trim()));
        known.unwrap_or(Self::Busy)
    }
}

impl fmt::Display for BusyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A stretch of time of one kind: from its first instant to the first one after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusyPeriod {
    /// The first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// How it is taken.
    pub busy: BusyType,
}

/// Something that could not be known, so that the time may be taken where it is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The UID of the object.
    pub uid: String,
    /// What is wrong with it, for people.
    pub why: String,
}

/// When somebody is busy within a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusyTime {
    window: Range<Timestamp>,
    periods: Vec<BusyPeriod>,
    doubts: Vec<Doubt>,
}

impl BusyTime {
    /// Nothing but free time.
    #[must_use]
    pub const fn free(window: Range<Timestamp>) -> Self {
        Self { window, periods: Vec::new(), doubts: Vec::new() }
    }

    /// What these periods come to within a window: clipped, joined, the stronger over the weaker.
    #[must_use]
    pub fn of(window: Range<Timestamp>, taken: impl IntoIterator<Item = BusyPeriod>) -> Self {
        let clipped = taken.into_iter().filter_map(|period| {
            let (start, end) = (period.start.max(window.start), period.end.min(window.end));
            (start < end && period.busy != BusyType::Free).then_some(BusyPeriod { start, end, ..period })
        });
        Self { periods: strongest(clipped), window, doubts: Vec::new() }
    }

    /// The window that was asked about.
    #[must_use]
    pub fn window(&self) -> Range<Timestamp> {
        self.window.clone()
    }

    /// The periods that are not free, by start; none overlaps or touches another of its kind.
    #[must_use]
    pub fn periods(&self) -> &[BusyPeriod] {
        &self.periods
    }

    /// What could not be known; empty where the answer is whole.
    #[must_use]
    pub fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    /// As others may see it: that something is in doubt, and nothing of what it is.
    #[must_use]
    pub fn for_others(mut self) -> Self {
        if !self.doubts.is_empty() {
            let why = "something in the calendar cannot be read".to_owned();
            self.doubts = vec![Doubt { uid: String::new(), why }];
        }
        self
    }

    pub(super) fn doubt(&mut self, uid: &str, why: impl Into<String>) {
        self.doubts.push(Doubt { uid: uid.to_owned(), why: why.into() });
    }

    /// Both at once, as for two calendars of one person; the window is that of `self`.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let both = self.periods.iter().chain(&other.periods).copied();
        let mut sum = Self::of(self.window.clone(), both);
        sum.doubts = self.doubts.iter().chain(&other.doubts).cloned().collect();
        sum
    }

    /// How a stretch of time is taken at its worst.
    #[must_use]
    pub fn worst(&self, from: Timestamp, to: Timestamp) -> BusyType {
        let first = self.periods.partition_point(|period| period.end <= from);
        let within = self.periods[first..].iter().take_while(|period| period.start < to);
        within.map(|period| period.busy).max().unwrap_or(BusyType::Free)
    }

    /// Sets a stretch of time to one kind, whatever was there.
    pub(super) fn paint(&mut self, from: Timestamp, to: Timestamp, busy: BusyType) {
        let (from, to) = (from.max(self.window.start), to.min(self.window.end));
        if from >= to {
            return;
        }
        let first = self.periods.partition_point(|period| period.end <= from);
        let last = self.periods.partition_point(|period| period.start < to);
        let mut instead = Vec::with_capacity(3);
        if let Some(cut) = self.periods[first..last].first().filter(|cut| cut.start < from) {
            instead.push(BusyPeriod { end: from, ..*cut });
        }
        if busy != BusyType::Free {
            instead.push(BusyPeriod { start: from, end: to, busy });
        }
        if let Some(cut) = self.periods[first..last].last().filter(|cut| cut.end > to) {
            instead.push(BusyPeriod { start: to, ..*cut });
        }
        self.periods.splice(first..last, instead);
    }

    /// Joins neighbours of one kind that [`paint`](Self::paint) left apart.
    pub(super) fn join(&mut self) {
        self.periods = strongest(std::mem::take(&mut self.periods));
    }
}

/// The strongest kind at every instant.
fn strongest(periods: impl IntoIterator<Item = BusyPeriod>) -> Vec<BusyPeriod> {
    let mut edges: Vec<(Timestamp, BusyType, i32)> = Vec::new();
    for BusyPeriod { start, end, busy } in periods {
        edges.extend([(start, busy, 1), (end, busy, -1)]);
    }
    edges.sort_unstable();
    let mut open = [0_i32; BusyType::ALL.len()];
    let mut joined: Vec<BusyPeriod> = Vec::new();
    let mut at = 0;
    while let Some(&(now, ..)) = edges.get(at) {
        while let Some(&(_, busy, by)) = edges.get(at).filter(|edge| edge.0 == now) {
            open[busy as usize] += by;
            at += 1;
        }
        let Some(&(next, ..)) = edges.get(at) else { break };
        let Some(busy) = BusyType::ALL.into_iter().rev().find(|kind| open[*kind as usize] > 0) else {
            continue;
        };
        match joined.last_mut() {
            Some(last) if last.end == now && last.busy == busy => last.end = next,
            _ => joined.push(BusyPeriod { start: now, end: next, busy }),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(second)
    }

    fn period(start: i64, end: i64, busy: BusyType) -> BusyPeriod {
        BusyPeriod { start: at(start), end: at(end), busy }
    }

    #[test]
    fn the_stronger_shows_and_neighbours_join() {
        let time = BusyTime::of(
            at(0)..at(100),
            [
                period(10, 30, BusyType::Tentative),
                period(20, 40, BusyType::Busy),
                period(40, 50, BusyType::Busy),
                period(45, 60, BusyType::Unavailable),
                period(-10, 5, BusyType::Tentative),
                period(70, 70, BusyType::Busy),
                period(80, 90, BusyType::Free),
            ],
        );
        assert_eq!(
            time.periods(),
            [
                period(0, 5, BusyType::Tentative),
                period(10, 20, BusyType::Tentative),
                period(20, 50, BusyType::Busy),
                period(50, 60, BusyType::Unavailable),
            ]
        );
        assert_eq!(time.worst(at(5), at(10)), BusyType::Free);
        assert_eq!(time.worst(at(19), at(21)), BusyType::Busy);
    }

    #[test]
    fn a_value_that_nobody_knows_is_busy() {
        for kind in BusyType::ALL {
            assert_eq!(BusyType::parse(&kind.as_str().to_lowercase()), kind);
        }
        assert_eq!(BusyType::parse("X-LUNCH"), BusyType::Busy);
    }

    fn kind() -> impl Strategy<Value = BusyType> {
        prop::sample::select(BusyType::ALL.to_vec())
    }

    proptest! {
        /// Held against asking every second by itself.
        #[test]
        fn every_instant_has_the_strongest_or_the_last_painted(
            taken in prop::collection::vec((0..60_i64, 0..20_i64, kind()), 0..12),
            painted in prop::collection::vec((0..60_i64, 0..20_i64, kind()), 0..6),
        ) {
            let mut time = BusyTime::of(
                at(5)..at(60),
                taken.iter().map(|&(start, length, busy)| period(start, start + length, busy)),
            );
            for &(start, length, busy) in &painted {
                time.paint(at(start), at(start + length), busy);
            }
            time.join();
            for second in 0..80 {
                let over = |&&(start, length, _): &&(i64, i64, BusyType)| (start..start + length).contains(&second);
                let last = painted.iter().rev().find(over).map(|one| one.2);
                let strongest = taken.iter().filter(over).map(|one| one.2).max();
                let expected = last.or(strongest).filter(|_| (5..60).contains(&second)).unwrap_or(BusyType::Free);
                prop_assert_eq!(time.worst(at(second), at(second + 1)), expected, "second {}", second);
            }
            for pair in time.periods().windows(2) {
                prop_assert!(pair[0].end < pair[1].start || pair[0].end == pair[1].start && pair[0].busy != pair[1].busy);
            }
        }
    }
}
