//! The invariants of scheduling, over random conversations (ARCHITECTURE.md lists them).
#![allow(clippy::unwrap_used)]

mod world;

use proptest::prelude::*;
use world::{World, attendee, op};

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    /// Invariants 1 to 4 and 9 to 11: the checks of each step are in the world.
    #[test]
    fn both_sides_agree_once_the_mail_is_delivered(
        recurs in prop::bool::weighted(0.8),
        invited in prop::collection::btree_set(attendee(), 1..3),
        ops in prop::collection::vec(op(), 0..25),
        seed in any::<u64>(),
    ) {
        let mut world = World::new(recurs, &invited);
        for op in ops {
            world.apply(op);
        }
        world.drain(seed);
        world.assert_agreement();
    }
}
