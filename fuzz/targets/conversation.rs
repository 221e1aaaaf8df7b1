//! Whatever an organizer and attendees do, and however the mail between them travels: the world checks the invariants
//! of ARCHITECTURE.md at each step, and the rest of them at the end.
#![no_main]

#[path = "../../reefknot-core/tests/world/mod.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "the tests of the core use all of it")]
mod world;

use libfuzzer_sys::fuzz_target;
use world::meetings::{LATER, REVIEW, TASK, TEA, WEEKS, plan};
use world::people::{A, D, EVERYBODY, ROOM};
use world::{Op, World, laws};

/// One thing to do, of four numbers.
fn op([what, week, who, how]: [u8; 4]) -> Op {
    let among = |last: usize| A + usize::from(who) % (last - A + 1);
    let (week, pick) = (usize::from(week) % WEEKS, usize::from(how));
    let hours = (how % 6) as i8 - 3;
    match what % 40 {
        0 => Op::Invite(among(ROOM)),
        1 => Op::Uninvite(among(ROOM)),
        2 => Op::InviteTo(week, among(ROOM)),
        3 => Op::UninviteFrom(week, among(ROOM)),
        4 => Op::Rename(how),
        5 => Op::RenameInstance(week, how),
        6 => Op::MoveSeries(hours),
        7 => Op::MoveInstance(week, hours),
        8 => Op::RevertInstance(week),
        9 => Op::CancelInstance(week),
        10 => Op::ExcludeInstance(week),
        11 => Op::CallOff,
        12 | 13 => Op::Answer(among(D), how),
        14 | 15 => Op::AnswerInstance(among(D), week, how),
        16 => Op::DeclineByExclusion(among(D), week),
        17 => Op::DeleteCopy(among(D)),
        18 => Op::Delegate(among(D)),
        19 => Op::Note(among(ROOM)),
        20 => Op::Meddle(among(D), how),
        21 => Op::Forward(pick, who % 2 == 0),
        22 => Op::PartyCrash(who % 2 == 0),
        23 => Op::DeliverTwice(pick),
        24 => Op::Redeliver(pick),
        25 => Op::Lose(pick),
        26 => Op::Crash(pick),
        27 => Op::DelegateInstance(among(D), week),
        28 => Op::Propose(among(D), week, hours),
        29 => Op::Publish,
        30 => Op::Add(week),
        31 => Op::Split(week),
        32 => Op::AskBusy(usize::from(who) % EVERYBODY.end, pick % EVERYBODY.end),
        _ => Op::Deliver(pick),
    }
}

fuzz_target!(|input: (bool, u8, u64, Vec<(u8, [u8; 4])>)| {
    let (recurs, invited, order, steps) = input;
    let invited: Vec<usize> = (A..=ROOM).filter(|who| invited >> who & 1 == 1).collect();
    let mut world = World::empty();
    for meeting in [TEA, REVIEW, TASK] {
        world.plan(meeting, &plan(recurs, &invited));
    }
    for (meeting, step) in steps.into_iter().take(30) {
        world.step([TEA, REVIEW, TASK, LATER][usize::from(meeting) % 4], op(step));
    }
    world.drain(order);
    laws::all_at_rest(&world, order);
});
