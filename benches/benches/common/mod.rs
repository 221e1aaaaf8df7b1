//! What the benchmarks of decisions and of busy time have in common.

use std::time::Duration;

use criterion::Criterion;

/// A few samples of each: the largest meetings take a good part of a second.
pub fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
}
