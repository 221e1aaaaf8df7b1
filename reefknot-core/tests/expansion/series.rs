//! Whole series as text, against sets of instants put together by hand.

use super::{any, naive};
use proptest::collection::vec;
use proptest::prelude::*;
use reefknot_core::ical::{Limits, Stream};
use reefknot_core::recurrence::{Budget, Series};
use reefknot_core::time::Zone;
use reefknot_core::value::{Frequency, LocalDateTime, Recur, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

const DAYS: i64 = 300;
const HOUR: i64 = 3600;

/// What a series is made of. Instances are chosen by a share of all, in thousandths.
#[derive(Clone, Debug)]
struct Plan {
    zone: Option<&'static str>,
    start: LocalDateTime,
    rules: Vec<Recur>,
    excluding: Option<Recur>,
    /// RDATEs, in seconds after DTSTART, and how long those with a PERIOD take.
    dates: Vec<(i64, Option<i64>)>,
    /// EXDATEs.
    excluded: Vec<usize>,
    /// Overrides of single instances: by how much they move and how long they take.
    moved: Vec<(usize, i64, i64)>,
    /// Overrides of this instance and all that follow.
    shifted: Vec<(usize, i64, i64)>,
}

fn simple_rule() -> impl Strategy<Value = Recur> {
    let freq = prop::sample::select(vec![
        Frequency::Hourly,
        Frequency::Daily,
        Frequency::Weekly,
        Frequency::Monthly,
        Frequency::Yearly,
    ]);
    freq.prop_flat_map(any::rule_of).prop_map(|rule| Recur {
        until: None,
        by_second: Vec::new(),
        by_minute: Vec::new(),
        ..rule
    })
}

prop_compose! {
    fn plan()(
        zone in prop::sample::select(vec![None, Some("UTC"), Some("Europe/Berlin"), Some("America/New_York"), Some("Australia/Lord_Howe")]),
        start in any::start(),
        rules in vec(simple_rule(), 1..3),
        excluding in prop::option::weighted(0.3, simple_rule()),
        dates in vec((0..DAYS * 24 * HOUR, prop::option::of(1..9i64)), 0..4),
        excluded in vec(0..1000usize, 0..4),
        moved in vec((0..1000usize, -90..90i64, 0..50i64), 0..3),
        shifted in vec((0..1000usize, -30..30i64, 1..9i64), 0..2),
    ) -> Plan {
        Plan { zone, start, rules, excluding, dates, excluded, moved, shifted }
    }
}

/// Start and end of an instance, on the clock of the series' zone for the start.
type Times = BTreeMap<i64, (i64, i64)>;

impl Plan {
    fn clock(&self) -> Zone {
        self.zone.map_or(Zone::UTC, |name| Zone::iana(name).expect("a zone"))
    }

    fn instant(&self, local: i64) -> i64 {
        self.clock().instant(LocalDateTime::from_seconds(local).expect("within the calendar")).seconds()
    }

    fn write(&self, name: &str, params: &str, local: i64) -> String {
        let value = LocalDateTime::from_seconds(local).expect("within the calendar");
        match self.zone {
            None => format!("{name}{params}:{value}\r\n"),
            Some("UTC") => format!("{name}{params}:{value}Z\r\n"),
            Some(zone) => format!("{name}{params};TZID={zone}:{value}\r\n"),
        }
    }

    /// The text, and what it should mean: by instant of the instance, from when to when it is.
    fn play(&self) -> (String, Times) {
        let first = self.start.seconds_since_epoch();
        let horizon = LocalDateTime::from_seconds(first + DAYS * 86_400).expect("within the calendar");
        let mut master = self.write("DTSTART", "", first) + "DURATION:PT1H\r\n";
        // By instant: what the clock shows, and how many hours it takes. A time that the clock skips is
        // shown only if no other instance is at its instant.
        let mut set: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        let mut add = |local: i64, hours: i64| {
            let at = self.instant(local);
            let shown = self.clock().local(Timestamp::from_seconds(at)).seconds_since_epoch() == local;
            let entry = set.entry(at).or_insert((local, hours));
            *entry = (if shown { local } else { entry.0 }, entry.1.max(hours));
        };
        add(first, 1);
        for rule in &self.rules {
            master += &format!("RRULE:{rule}\r\n");
            let instances = naive::expand(rule, self.start, horizon);
            instances.iter().for_each(|local| add(local.seconds_since_epoch(), 1));
        }
        let mut starts = BTreeSet::new();
        for (after, hours) in &self.dates {
            let local = first + after;
            // Two RDATEs at one time would leave open which of them counts.
            if !starts.insert(self.instant(local)) {
                continue;
            }
            add(local, hours.unwrap_or(1));
            let end = hours.map_or_else(String::new, |hours| format!("/PT{hours}H"));
            let params = if hours.is_some() { ";VALUE=PERIOD" } else { "" };
            master += self.write("RDATE", params, local).trim_end();
            master += &(end + "\r\n");
        }
        let mut gone = BTreeSet::new();
        if let Some(rule) = &self.excluding {
            master += &format!("EXRULE:{rule}\r\n");
            let instances = naive::excluded(rule, self.start, horizon);
            gone.extend(instances.iter().map(|local| self.instant(local.seconds_since_epoch())));
        }
        let generated: Vec<(i64, i64)> = set.iter().map(|(at, (local, _))| (*at, *local)).collect();
        let choose = |share: usize| generated[generated.len() * share / 1000];
        for share in &self.excluded {
            let (at, local) = choose(*share);
            gone.insert(at);
            master += &self.write("EXDATE", "", local);
        }
        set.retain(|at, _| !gone.contains(at));
        let mut text = component(&master);
        let mut shifts = BTreeMap::new();
        for (share, quarters, hours) in &self.shifted {
            let (at, local) = choose(*share);
            let (own, moved) =
                (self.write("RECURRENCE-ID", ";RANGE=THISANDFUTURE", local), local + quarters * 900);
            shifts.insert(at, (quarters * 900, *hours));
            text += &component(&format!("{own}{}DURATION:PT{hours}H\r\n", self.write("DTSTART", "", moved)));
        }
        let mut times = Times::new();
        for (at, (local, hours)) in &set {
            let shift = shifts.range(..=at).next_back().map(|(_, shift)| *shift);
            let (by, own) = shift.unwrap_or((0, 1));
            let period =
                self.dates.iter().any(|(after, hours)| hours.is_some() && self.instant(first + after) == *at);
            let begins = self.instant(local + by);
            times.insert(*at, (begins, begins + if period { *hours } else { own } * HOUR));
        }
        for (share, hours, length) in &self.moved {
            let (at, local) = choose(*share);
            let moved = local + hours * HOUR;
            let own = self.write("RECURRENCE-ID", "", local) + &self.write("DTSTART", "", moved);
            text += &component(&format!("{own}DURATION:PT{length}H\r\n"));
            if !gone.contains(&at) {
                times.insert(at, (self.instant(moved), self.instant(moved) + length * HOUR));
            }
        }
        (format!("BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n"), times)
    }
}

fn component(lines: &str) -> String {
    format!("BEGIN:VEVENT\r\nUID:1\r\n{lines}END:VEVENT\r\n")
}

proptest! {
    #![proptest_config(any::config())]

    /// Rules, dates, periods, exceptions and overrides together, whole and through any window.
    #[test]
    fn a_series_is_its_sets_put_together(plan in plan(), from in 0..DAYS, days in 1..60i64) {
        let (text, expected) = plan.play();
        let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
        let series = Series::of(stream.calendars().next().unwrap(), "1").unwrap().unwrap();
        let first = plan.instant(plan.start.seconds_since_epoch());
        let begin = first - 100 * 86_400;
        for (from, to) in [(begin, first + (DAYS - 100) * 86_400), (first + from * 86_400 - 50 * 86_400, first + (from + days - 50) * 86_400)] {
            let to = to.min(first + (DAYS - 100) * 86_400);
            let window = Timestamp::from_seconds(from)..Timestamp::from_seconds(to);
            let found = series.instances(window, &Zone::UTC, usize::MAX, Budget::new(4_000_000));
            prop_assert_eq!(found.stopped, None);
            let mut found: Vec<(i64, i64)> = found.items.iter().map(|item| {
                (item.start_instant.unwrap().seconds(), item.end_instant.unwrap().seconds())
            }).collect();
            found.sort_unstable();
            let within = |(begins, ends): &(i64, i64)| *begins < to && if ends > begins { *ends > from } else { *begins >= from };
            let mut expected: Vec<(i64, i64)> = expected.values().copied().filter(within).collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected, "{}", text);
        }
    }
}
