//! Hostile input, each kind doubled twice: the time has to double too.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use reefknot_benches::{hostile, peers::reefknot};

fn doubling(criterion: &mut Criterion) {
    for kind in hostile::ALL {
        let mut group = criterion.benchmark_group(format!("hostile: {}", kind.name));
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        for size in hostile::SIZES {
            let input = (kind.make)(size);
            group.throughput(Throughput::Bytes(input.len() as u64));
            group.bench_function(BenchmarkId::new("reefknot, KB", size >> 10), |bench| {
                bench.iter(|| reefknot::read(&input).map(|stream| stream.to_bytes()));
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200));
    targets = doubling
}
criterion_main!(benches);
