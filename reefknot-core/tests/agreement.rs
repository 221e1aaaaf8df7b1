//! The invariants of scheduling, over random conversations (ARCHITECTURE.md lists them).
#![allow(clippy::unwrap_used)]

mod world;

use proptest::prelude::*;
use world::{Op, WEEKS, World};

fn attendee() -> impl Strategy<Value = usize> {
    1..world::ADDRESSES.len()
}

fn op() -> impl Strategy<Value = Op> {
    let week = 0..WEEKS;
    prop_oneof![
        1 => attendee().prop_map(Op::Invite),
        1 => attendee().prop_map(Op::Uninvite),
        1 => (week.clone(), attendee()).prop_map(|(w, p)| Op::InviteTo(w, p)),
        1 => (week.clone(), attendee()).prop_map(|(w, p)| Op::UninviteFrom(w, p)),
        1 => any::<u8>().prop_map(Op::Rename),
        1 => (week.clone(), any::<u8>()).prop_map(|(w, n)| Op::RenameInstance(w, n)),
        1 => (-3..3_i8).prop_map(Op::MoveSeries),
        2 => (week.clone(), -3..3_i8).prop_map(|(w, h)| Op::MoveInstance(w, h)),
        1 => week.clone().prop_map(Op::RevertInstance),
        1 => week.clone().prop_map(Op::CancelInstance),
        1 => week.clone().prop_map(Op::ExcludeInstance),
        3 => (attendee(), any::<u8>()).prop_map(|(p, a)| Op::Answer(p, a)),
        3 => (attendee(), week.clone(), any::<u8>()).prop_map(|(p, w, a)| Op::AnswerInstance(p, w, a)),
        1 => (attendee(), week).prop_map(|(p, w)| Op::DeclineByExclusion(p, w)),
        1 => attendee().prop_map(Op::DeleteCopy),
        1 => (0..world::ADDRESSES.len()).prop_map(Op::Alarm),
        8 => any::<usize>().prop_map(Op::Deliver),
        2 => any::<usize>().prop_map(Op::DeliverTwice),
    ]
}

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
