//! Busy time: making calendars ready, asking them, and finding times for many people.

mod common;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use reefknot_benches::people::{Organisation, calendar, identities, week};
use reefknot_core::freebusy::{Attendance, BusyCalendar, BusyTime, Person, Search, suggest};
use reefknot_core::ical::Limits;
use reefknot_core::scheduling::SchedulingObject;
use reefknot_core::time::Zone;

fn busy(calendar: &BusyCalendar<'_>) -> BusyTime {
    calendar.busy(black_box(week()), &Zone::UTC, &Limits::default())
}

fn people(count: usize, objects: usize) -> Vec<Vec<SchedulingObject>> {
    let all =
        (0..count).map(|person| calendar(person, objects).expect("the generator's calendars are valid"));
    all.collect()
}

fn history(criterion: &mut Criterion) {
    let calendars: Vec<_> = [500, 1_000, 2_000, 4_000].map(|objects| people(1, objects).remove(0)).into();
    let owner = identities(0);
    let mut group = criterion.benchmark_group("making one calendar ready for busy time, by objects");
    for objects in &calendars {
        group.throughput(Throughput::Elements(objects.len() as u64));
        group.bench_function(BenchmarkId::new("reefknot", objects.len()), |bench| {
            bench.iter(|| BusyCalendar::new(objects, &owner));
        });
    }
    group.finish();
    let mut group =
        criterion.benchmark_group("busy time of a week in one calendar, by objects, the week the same");
    for objects in &calendars {
        let ready = BusyCalendar::new(objects, &owner);
        assert!(busy(&ready).doubts().is_empty());
        group
            .bench_function(BenchmarkId::new("reefknot", objects.len()), |bench| bench.iter(|| busy(&ready)));
    }
    group.finish();
}

fn organisation(criterion: &mut Criterion) {
    let objects = people(1_000, 500);
    let ready: Vec<_> = objects
        .iter()
        .enumerate()
        .map(|(person, objects)| BusyCalendar::new(objects, &identities(person)))
        .collect();
    let mut group = criterion.benchmark_group("busy time of a week in calendars of 500 objects, by people");
    for count in [10, 100, 1_000] {
        let ask = || ready[..count].iter().map(|calendar| busy(calendar).periods().len()).sum::<usize>();
        assert!(ask() > 20 * count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("reefknot", count), |bench| bench.iter(ask));
    }
    group.finish();
    let mut group =
        criterion.benchmark_group("calendars of 500 objects made ready and asked for a week, by people");
    for count in [10, 100, 1_000] {
        let ready_and_ask = |(person, objects): (usize, &Vec<SchedulingObject>)| {
            busy(&BusyCalendar::new(objects, &identities(person))).periods().len()
        };
        let ask = || objects[..count].iter().enumerate().map(ready_and_ask).sum::<usize>();
        assert!(ask() > 20 * count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("reefknot", count), |bench| bench.iter(ask));
    }
    group.finish();
    let mut organisation = Organisation::new(1_000, 500).expect("the generator's calendars are valid");
    let mut group =
        criterion.benchmark_group("calendars of 500 objects in a store, asked for a week, by people");
    for count in [10, 100, 1_000] {
        let mut ask = || organisation.busy(count).expect("a store in memory");
        let in_memory: Vec<_> = ready[..count].iter().map(busy).collect();
        assert_eq!(ask(), in_memory);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("reefknot", count), |bench| bench.iter(&mut ask));
    }
    group.finish();
    let week = week();
    let search = Search { from: week.start, to: week.end, length: 1_800, step: 900, most: 10 };
    let all: Vec<_> = ready
        .iter()
        .enumerate()
        .map(|(person, calendar)| Person {
            address: identities(person).primary().clone(),
            attendance: if person.is_multiple_of(3) { Attendance::Optional } else { Attendance::Required },
            busy: busy(calendar),
        })
        .collect();
    let mut group = criterion.benchmark_group("ten suggestions in a week of quarters of an hour, by people");
    for count in [10, 100, 1_000] {
        let ask = || suggest(black_box(&all[..count]), &search);
        assert_eq!(ask().expect("a sound search").len(), 10);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("reefknot", count), |bench| bench.iter(ask));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::criterion();
    targets = history, organisation
}
criterion_main!(benches);
