//! Recurrence: occurrences one after the other, windows far from DTSTART, rules without an end, busy time.

use std::hint::black_box;
use std::ops::Range;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
#[cfg(libical)]
use reefknot_benches::peers::libical::Question;
use reefknot_benches::peers::{reefknot, rrule};
use reefknot_benches::people;
use reefknot_benches::rules::{self, YEARS};
use reefknot_core::freebusy::BusyCalendar;
use reefknot_core::ical::{Limits, Stream};
use reefknot_core::recurrence::{Budget, Series, Stopped};
use reefknot_core::time::Zone;
use reefknot_core::value::Timestamp;

fn window(from: &str, to: &str) -> Range<Timestamp> {
    let at = |text: &str| text.parse().expect("a time in UTC");
    at(from)..at(to)
}

fn read(text: &str) -> Stream {
    reefknot::read(text.as_bytes()).expect("the benches' calendars are within the limits")
}

fn occurrences(criterion: &mut Criterion) {
    for (case, count) in rules::OCCURRENCES {
        let mut group = criterion.benchmark_group(format!("occurrences of {}", case.rule));
        group.throughput(Throughput::Elements(count as u64));
        let stream = read(&rules::calendar(case));
        let series = reefknot::series(stream.calendars().next().expect("one calendar"));
        let set = series.set().expect("a master with a time");
        let peer = rrule::read(case).expect("rrule knows the rule");
        let same = reefknot::occurrences(set, count) == rrule::occurrences(&peer, count);
        assert!(same, "the peers disagree about {case:?}");
        group.bench_function("reefknot", |bench| bench.iter(|| reefknot::occurrences(set, count)));
        group.bench_function("rrule", |bench| bench.iter(|| rrule::occurrences(&peer, count)));
        #[cfg(libical)]
        {
            let question = Question::new(case, "", "");
            assert_eq!(question.ask(count), Some(count), "{case:?}");
            group.bench_function("libical, zone left out", |bench| bench.iter(|| question.ask(count)));
        }
        group.finish();
    }
}

fn windows(criterion: &mut Criterion) {
    for case in rules::WINDOWS {
        let mut group = criterion.benchmark_group(format!("a month of {}", case.rule));
        let stream = read(&rules::calendar(case));
        let series = reefknot::series(stream.calendars().next().expect("one calendar"));
        let peer = rrule::read(case).expect("rrule knows the rule");
        for years in YEARS {
            let year = 2000 + years;
            let may = window(&format!("{year}0501T000000Z"), &format!("{year}0601T000000Z"));
            let (from, to) = (may.start.seconds(), may.end.seconds());
            let ask = || series.instances(black_box(may.clone()), &Zone::UTC, 1_000, Budget::default());
            let found = ask();
            assert_eq!(found.stopped, None, "{case:?}");
            if years < 100 {
                // From 2100 on `rrule` has no daylight saving time, and its instants are others.
                let starts = found.items.iter().filter_map(|item| item.start_instant.map(Timestamp::seconds));
                assert!(
                    starts.eq(rrule::window(&peer, from, to)),
                    "the peers disagree about {case:?}, {year}"
                );
            }
            group.bench_function(BenchmarkId::new("reefknot", years), |bench| bench.iter(ask));
            group.bench_function(BenchmarkId::new("rrule", years), |bench| {
                bench.iter(|| rrule::window(&peer, black_box(from), to));
            });
            #[cfg(libical)]
            {
                let question =
                    Question::new(case, &format!("{year}0501T000000"), &format!("{year}0601T000000"));
                // It begins late only where the rule has no COUNT.
                if question.ask(1_000) == Some(found.items.len()) {
                    group.bench_function(BenchmarkId::new("libical, zone left out", years), |bench| {
                        bench.iter(|| question.ask(1_000));
                    });
                }
            }
        }
        group.finish();
    }
}

/// What the first question about a rule with COUNT takes: later ones know where it ends.
fn counted(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("the first window of a rule with COUNT, 20 years on");
    let may = window("20200501T000000Z", "20200601T000000Z");
    for case in rules::COUNTED {
        let stream = read(&rules::calendar(case));
        let series = reefknot::series(stream.calendars().next().expect("one calendar"));
        let ask = |series: &mut Series<'_>| {
            series.instances(black_box(may.clone()), &Zone::UTC, 1_000, Budget::default()).items.len()
        };
        assert!(ask(&mut series.clone()) > 0, "{case:?}");
        group.bench_function(BenchmarkId::new("reefknot", case.rule), |bench| {
            bench.iter_batched_ref(|| series.clone(), ask, BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn endless(criterion: &mut Criterion) {
    let century = window("20010101T000000Z", "21010101T000000Z");
    let mut group = criterion.benchmark_group("a century of a rule that never matches");
    for case in rules::NEVER {
        let stream = read(&rules::calendar(case));
        let series = reefknot::series(stream.calendars().next().expect("one calendar"));
        let ask = || series.instances(black_box(century.clone()), &Zone::UTC, 10, Budget::default());
        assert!(ask().items.is_empty(), "{case:?}");
        group.bench_function(BenchmarkId::new("reefknot", case.rule), |bench| bench.iter(ask));
    }
    group.finish();
    let mut group = criterion.benchmark_group("a century of FREQ=SECONDLY, until the budget is spent");
    let stream = read(&rules::calendar(rules::EVERY_SECOND));
    let series = reefknot::series(stream.calendars().next().expect("one calendar"));
    let ask = || series.instances(black_box(century.clone()), &Zone::UTC, usize::MAX, Budget::default());
    let found = ask();
    assert_eq!(found.stopped, Some(Stopped::Budget));
    group.throughput(Throughput::Elements(found.items.len() as u64));
    group.bench_function("reefknot", |bench| bench.iter(ask));
    group.finish();
}

fn busy(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("busy time of 500 objects over a week, by instances");
    let (owner, week) = (people::identities(0), window("20260601T000000Z", "20260608T000000Z"));
    for a_day in [1, 2, 4, 8] {
        let objects = rules::busy(a_day);
        let calendar = BusyCalendar::new(&objects, &owner);
        let ask = || calendar.taken(black_box(week.clone()), &Zone::UTC, &Limits::default());
        let (taken, doubts) = ask();
        assert_eq!((taken.len(), doubts.doubts().len()), (500 * 7 * a_day, 0));
        group.throughput(Throughput::Elements(taken.len() as u64));
        group.bench_function(BenchmarkId::new("reefknot", taken.len()), |bench| bench.iter(ask));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800));
    targets = occurrences, windows, counted, endless, busy
}
criterion_main!(benches);
