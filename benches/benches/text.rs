//! iCalendar text: reading and printing 24 MB of events, changed and unchanged, and one invitation.

#[cfg(libical)]
use std::ffi::CString;
use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use reefknot_benches::calendar::{EVENTS, INVITATION, generate};
#[cfg(libical)]
use reefknot_benches::peers::libical;
use reefknot_benches::peers::{calcard, icalendar, reefknot};

const EXPECT: &str = "the benches' calendars are within the limits";

fn group<'c>(criterion: &'c mut Criterion, name: &str, octets: usize) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(octets as u64)).sample_size(10).sampling_mode(SamplingMode::Flat);
    group
}

fn reading(criterion: &mut Criterion) {
    let text = generate(EVENTS);
    let mut group = group(criterion, "read 24 MB", text.len());
    assert_eq!(reefknot::events(&reefknot::read(text.as_bytes()).expect(EXPECT)), EVENTS);
    assert_eq!(calcard::events(&calcard::read(&text)), EVENTS);
    assert_eq!(icalendar::parsed_events(&icalendar::parse(&icalendar::unfold(&text))), EVENTS);
    assert_eq!(icalendar::built_events(&icalendar::build(&text)), EVENTS);
    group.bench_function("the limit: memchr for line ends", |bench| {
        bench.iter(|| memchr::memchr_iter(b'\n', black_box(text.as_bytes())).count());
    });
    group.bench_function("reefknot", |bench| bench.iter(|| reefknot::read(text.as_bytes())));
    #[cfg(libical)]
    {
        let text = CString::new(text.clone()).expect("no NUL");
        assert_eq!(libical::Calendar::read(&text).events(), EVENTS);
        group.bench_function("libical", |bench| bench.iter(|| libical::Calendar::read(&text)));
    }
    group.bench_function("calcard", |bench| bench.iter(|| calcard::read(&text)));
    group.bench_function("icalendar, parser", |bench| {
        bench.iter(|| icalendar::parsed_events(&icalendar::parse(&icalendar::unfold(&text))));
    });
    group.bench_function("icalendar, builder", |bench| bench.iter(|| icalendar::build(&text)));
    group.finish();
}

fn printing(criterion: &mut Criterion) {
    let text = generate(EVENTS);
    let stream = reefknot::read(text.as_bytes()).expect(EXPECT);
    assert!(stream.to_bytes() == text.as_bytes(), "an unchanged calendar is printed as it was read");
    let mut group = group(criterion, "print 24 MB", text.len());
    group.bench_function("reefknot", |bench| bench.iter(|| stream.to_bytes()));
    #[cfg(libical)]
    {
        let calendar = libical::Calendar::read(&CString::new(text.clone()).expect("no NUL"));
        group.bench_function("libical", |bench| bench.iter(|| calendar.print()));
    }
    let calendar = calcard::read(&text);
    group.bench_function("calcard", |bench| bench.iter(|| calendar.to_string()));
    let unfolded = icalendar::unfold(&text);
    let calendar = icalendar::parse(&unfolded);
    group.bench_function("icalendar, parser", |bench| bench.iter(|| calendar.to_string()));
    let calendar = icalendar::build(&text);
    group.bench_function("icalendar, builder", |bench| bench.iter(|| calendar.to_string()));
    group.finish();
}

fn changing(criterion: &mut Criterion) {
    let text = generate(EVENTS);
    let stream = reefknot::read(text.as_bytes()).expect(EXPECT);
    let calendar = stream.into_calendars().next().expect("one calendar");
    let mut changed = calendar.clone();
    assert_eq!(reefknot::change(&mut changed), Ok(EVENTS));
    let mut group = group(criterion, "one change in each event of 24 MB", text.len());
    group.bench_function("reefknot, change", |bench| {
        bench.iter_batched_ref(|| calendar.clone(), reefknot::change, criterion::BatchSize::PerIteration);
    });
    group.bench_function("reefknot, print", |bench| bench.iter(|| changed.to_bytes()));
    group.finish();
}

fn invitation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read and print an invitation of 1.6 KB");
    group.throughput(Throughput::Bytes(INVITATION.len() as u64));
    let again = || reefknot::read(black_box(INVITATION.as_bytes())).map(|stream| stream.to_bytes());
    assert!(again().is_ok_and(|bytes| bytes == INVITATION.as_bytes()));
    group.bench_function("reefknot", |bench| bench.iter(again));
    #[cfg(libical)]
    {
        let text = CString::new(INVITATION).expect("no NUL");
        group.bench_function("libical", |bench| bench.iter(|| libical::Calendar::read(&text).print()));
    }
    group.bench_function("calcard", |bench| bench.iter(|| calcard::read(black_box(INVITATION)).to_string()));
    group.bench_function("icalendar, parser", |bench| {
        bench.iter(|| icalendar::parse(&icalendar::unfold(black_box(INVITATION))).to_string());
    });
    group.bench_function("icalendar, builder", |bench| {
        bench.iter(|| icalendar::build(black_box(INVITATION)).to_string());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1));
    targets = reading, printing, changing, invitation
}
criterion_main!(benches);
