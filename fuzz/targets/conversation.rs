//! Whatever an organizer and attendees do, and however the mail between them travels: the world checks the invariants
//! of ARCHITECTURE.md at each step, and at the end both sides agree.
#![no_main]

#[path = "../../reefknot-core/tests/world/mod.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "the tests of the core use all of it")]
mod world;

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use world::{ADDRESSES, Op, WEEKS, World};

/// One thing to do, of four numbers.
fn op([what, week, who, how]: [u8; 4]) -> Op {
    let (week, who) = (usize::from(week) % WEEKS, 1 + usize::from(who) % (ADDRESSES.len() - 1));
    let hours = (how % 6) as i8 - 3;
    match what % 28 {
        0 => Op::Invite(who),
        1 => Op::Uninvite(who),
        2 => Op::InviteTo(week, who),
        3 => Op::UninviteFrom(week, who),
        4 => Op::Rename(how),
        5 => Op::RenameInstance(week, how),
        6 => Op::MoveSeries(hours),
        7 => Op::MoveInstance(week, hours),
        8 => Op::RevertInstance(week),
        9 => Op::CancelInstance(week),
        10 => Op::ExcludeInstance(week),
        11 | 12 => Op::Answer(who, how),
        13 | 14 => Op::AnswerInstance(who, week, how),
        15 => Op::DeclineByExclusion(who, week),
        16 => Op::DeleteCopy(who),
        17 => Op::Alarm(usize::from(how) % ADDRESSES.len()),
        18 => Op::DeliverTwice(how.into()),
        19 => Op::Redeliver(how.into()),
        20 => Op::Crash(how.into()),
        _ => Op::Deliver(how.into()),
    }
}

fuzz_target!(|input: (bool, u8, u64, Vec<[u8; 4]>)| {
    let (recurs, invited, order, steps) = input;
    let invited: BTreeSet<usize> = (1..ADDRESSES.len()).filter(|who| invited >> who & 1 == 1).collect();
    let mut world = World::new(recurs, &invited);
    for step in steps.into_iter().take(30) {
        world.apply(op(step));
    }
    world.drain(order);
    world.assert_agreement();
});
