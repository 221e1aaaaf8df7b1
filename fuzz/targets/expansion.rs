//! Random rules, drawn as the property tests draw them, against the naive expansion.
#![no_main]

#[path = "../../reefknot-core/tests/expansion/any.rs"]
#[allow(dead_code, unreachable_pub, reason = "the tests of the core use all of it")]
mod any;
#[path = "../../reefknot-core/tests/expansion/naive.rs"]
#[allow(dead_code, reason = "the tests of the core use all of it")]
mod naive;

use libfuzzer_sys::fuzz_target;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reefknot_core::value::{Budget, DateTime, Rule};

fuzz_target!(|seed: [u8; 32]| {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let Ok(drawn) = (any::rule(), any::start()).new_tree(&mut runner) else { return };
    let (recur, start) = drawn.current();
    let end = start.checked_add_seconds(any::horizon(recur.freq)).expect("a horizon of years");
    let rule = Rule::new(&recur, start, false, recur.until.as_ref().map(DateTime::civil))
        .expect("parts with a meaning together");
    let (mut walk, mut budget, mut found) = (rule.all(), Budget::new(400_000), Vec::new());
    // A rule without further instances may spend its budget after the horizon.
    while let Ok(Some(next)) = walk.next(&mut budget)
        && next <= end
    {
        found.push(next);
    }
    assert_eq!(found, naive::expand(&recur, start, end), "{recur} from {start}");
});
