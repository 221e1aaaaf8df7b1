//! Decisions about meetings, from text to text: an invitation, another start, moved instances, an answer, an invitation accepted.

mod common;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use reefknot_benches::meeting::{Meeting, accept, accept_by_mail, bodies, organize, record, stored};
use reefknot_core::itip::ShowAnswers;
use reefknot_core::scheduling::SchedulingState;

const ATTENDEES: [usize; 4] = [10, 100, 1_000, 10_000];

fn invitation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("an invitation, from text to printed messages, by attendees");
    for attendees in ATTENDEES {
        let text = Meeting { attendees, overrides: 0 }.text(0, 0);
        let state = SchedulingState::default();
        let decide =
            || organize(None, &text, &state).map(|outcome| (bodies(&outcome), outcome.messages.len()));
        let (printed, messages) = decide().expect("a meeting of the benches");
        assert_eq!((printed.len(), messages), (1, attendees));
        group.throughput(Throughput::Elements(attendees as u64));
        group.bench_function(BenchmarkId::new("reefknot", attendees), |bench| bench.iter(decide));
    }
    group.finish();
}

fn another_start(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("another start, from texts to printed messages, by attendees");
    for attendees in ATTENDEES {
        let meeting = Meeting { attendees, overrides: 0 };
        let before = meeting.invited().expect("a meeting of the benches");
        let after = meeting.text(1, 0);
        let decide = || {
            organize(Some(&before), &after, &before.state)
                .map(|outcome| (bodies(&outcome), outcome.messages.len()))
        };
        let (printed, messages) = decide().expect("a meeting of the benches");
        assert_eq!((printed.len(), messages), (1, attendees));
        group.throughput(Throughput::Elements(attendees as u64));
        group.bench_function(BenchmarkId::new("reefknot", attendees), |bench| bench.iter(decide));
    }
    group.finish();
}

fn moved_instances(criterion: &mut Criterion) {
    for attendees in [10, 100] {
        let mut group = criterion.benchmark_group(format!(
            "moved instances of a meeting of {attendees}, from texts to printed messages, by instances"
        ));
        for overrides in [1, 100, 1_000] {
            let meeting = Meeting { attendees, overrides };
            let before = meeting.invited().expect("a meeting of the benches");
            let after = meeting.text(0, 1);
            let decide = || {
                organize(Some(&before), &after, &before.state)
                    .map(|outcome| (bodies(&outcome), outcome.messages.len()))
            };
            let (printed, messages) = decide().expect("a meeting of the benches");
            assert_eq!((printed.len(), messages), (1, attendees));
            group.throughput(Throughput::Elements((attendees * overrides) as u64));
            group.bench_function(BenchmarkId::new("reefknot", overrides), |bench| bench.iter(decide));
        }
        group.finish();
    }
}

/// Shown to all others with a calendar on the organizer's server, as a server does by itself, and to nobody.
fn answer(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("an answer, from texts to text, by attendees");
    for attendees in ATTENDEES {
        let meeting = Meeting { attendees, overrides: 0 };
        let before = meeting.invited().expect("a meeting of the benches");
        let reply = meeting.reply();
        for (name, shown, refreshes) in
            [("shown", ShowAnswers::Locally, attendees - 1), ("not shown", ShowAnswers::Nobody, 0)]
        {
            let decide = || record(&before, &reply, shown).map(|outcome| (stored(&outcome), outcome));
            let (text, outcome) = decide().expect("a REPLY of the benches");
            assert_eq!(String::from_utf8_lossy(&text).matches("PARTSTAT=ACCEPTED").count(), 2);
            assert_eq!(outcome.refreshes.len(), refreshes);
            group.throughput(Throughput::Elements(attendees as u64));
            group.bench_function(BenchmarkId::new(name, attendees), |bench| bench.iter(decide));
        }
    }
    group.finish();
}

fn accepting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("an invitation accepted, by attendees");
    for attendees in [8, 100, 1_000] {
        let meeting = Meeting { attendees, overrides: 0 };
        let holds = |reply: &[u8], said: &str| String::from_utf8_lossy(reply).contains(said);
        group.throughput(Throughput::Elements(attendees as u64));
        let invitation = meeting.invitation().expect("a meeting of the benches");
        let decide = || accept(&invitation);
        assert!(holds(&decide().expect("an invitation of the benches"), "PARTSTAT=ACCEPTED"));
        group.bench_function(BenchmarkId::new("from text to text", attendees), |bench| bench.iter(decide));
        let mail = meeting.invitation_mail().expect("a meeting of the benches");
        let decide = || accept_by_mail(&mail);
        assert!(holds(&decide().expect("an invitation of the benches"), "Subject: Accepted"));
        group.bench_function(BenchmarkId::new("from mail to mail", attendees), |bench| bench.iter(decide));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = common::criterion();
    targets = invitation, another_start, moved_instances, answer, accepting
}
criterion_main!(benches);
