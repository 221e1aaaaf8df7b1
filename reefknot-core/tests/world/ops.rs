//! What can happen. A step names one of the meetings, and an operation on it; parties are those of `people`.

use proptest::prelude::*;

use super::meetings::{LATER, MEETINGS, REVIEW, TASK, TEA, WEEKS};
use super::people::{A, D, EVERYBODY, ROOM};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    Invite(usize),
    Uninvite(usize),
    InviteTo(usize, usize),
    UninviteFrom(usize, usize),
    Rename(u8),
    RenameInstance(usize, u8),
    MoveSeries(i8),
    MoveInstance(usize, i8),
    /// From an instance on (RANGE=THISANDFUTURE).
    RenameFrom(usize, u8),
    MoveFrom(usize, i8),
    UninviteFromOn(usize, usize),
    RevertInstance(usize),
    CancelInstance(usize),
    CancelFrom(usize),
    ExcludeInstance(usize),
    /// The organizer deletes the meeting.
    CallOff,
    Answer(usize, u8),
    AnswerInstance(usize, usize, u8),
    /// An attendee answers an instance and all later ones, of which the organizer made no range.
    AnswerFrom(usize, usize, u8),
    DeclineByExclusion(usize, usize),
    DeleteCopy(usize),
    /// An attendee sends D in their place, and E the second time; D sends E.
    Delegate(usize),
    DelegateInstance(usize, usize),
    /// An attendee proposes another time for an instance, which the organizer accepts or declines.
    Propose(usize, usize, i8),
    /// The organizer makes the meeting known to the stranger.
    Publish,
    /// The organizer adds an instance between two others; another program of theirs has said so by an ADD before.
    Add(usize),
    /// The organizer ends the tea before an instance and goes on from there under another UID.
    Split(usize),
    /// Somebody asks when somebody else is busy.
    AskBusy(usize, usize),
    /// Alarms, categories and notes that are nobody else's.
    Note(usize),
    /// An attendee tries to change what is not theirs.
    Meddle(usize, u8),
    /// Somebody forwards an invitation to the stranger, who keeps it or not.
    Forward(usize, bool),
    /// The stranger answers uninvited, and the organizer lets them in or not.
    PartyCrash(bool),
    Deliver(usize),
    /// Delivered, but the sender does not hear so and will deliver it again.
    DeliverTwice(usize),
    /// Something delivered long ago arrives once more.
    Redeliver(usize),
    /// Lost on the way, which the sender notices and tries again later.
    Lose(usize),
    /// The recipient's program stops between its decision and its commit: the message stays under way.
    Crash(usize),
}

/// Anything that somebody can do, deliveries most often.
pub(crate) fn op() -> impl Strategy<Value = Op> {
    let week = 0..WEEKS;
    let invited = A..=ROOM;
    let person = A..=D;
    prop_oneof![
        10 => any::<usize>().prop_map(Op::Deliver),
        3 => any::<usize>().prop_map(Op::DeliverTwice),
        2 => prop_oneof![
            any::<usize>().prop_map(Op::Redeliver),
            any::<usize>().prop_map(Op::Lose),
            any::<usize>().prop_map(Op::Crash),
        ],
        6 => prop_oneof![
            invited.clone().prop_map(Op::Invite),
            (A..=D).prop_map(Op::Uninvite),
            (week.clone(), invited).prop_map(|(w, p)| Op::InviteTo(w, p)),
            (week.clone(), A..=D).prop_map(|(w, p)| Op::UninviteFrom(w, p)),
        ],
        8 => prop_oneof![
            any::<u8>().prop_map(Op::Rename),
            (week.clone(), any::<u8>()).prop_map(|(w, n)| Op::RenameInstance(w, n)),
            (-3..3_i8).prop_map(Op::MoveSeries),
            (week.clone(), -3..3_i8).prop_map(|(w, h)| Op::MoveInstance(w, h)),
            week.clone().prop_map(Op::RevertInstance),
            week.clone().prop_map(Op::CancelInstance),
            week.clone().prop_map(Op::ExcludeInstance),
        ],
        3 => prop_oneof![
            (week.clone(), any::<u8>()).prop_map(|(w, n)| Op::RenameFrom(w, n)),
            (week.clone(), -3..3_i8).prop_map(|(w, h)| Op::MoveFrom(w, h)),
            week.clone().prop_map(Op::CancelFrom),
            (week.clone(), A..=D).prop_map(|(w, p)| Op::UninviteFromOn(w, p)),
        ],
        8 => prop_oneof![
            3 => (person.clone(), any::<u8>()).prop_map(|(p, a)| Op::Answer(p, a)),
            3 => (person.clone(), week.clone(), any::<u8>()).prop_map(|(p, w, a)| Op::AnswerInstance(p, w, a)),
            1 => (person.clone(), week.clone(), any::<u8>()).prop_map(|(p, w, a)| Op::AnswerFrom(p, w, a)),
            1 => (person.clone(), week.clone()).prop_map(|(p, w)| Op::DeclineByExclusion(p, w)),
            1 => person.clone().prop_map(Op::DeleteCopy),
            1 => person.clone().prop_map(Op::Delegate),
            1 => (person.clone(), week.clone()).prop_map(|(p, w)| Op::DelegateInstance(p, w)),
        ],
        2 => prop_oneof![
            EVERYBODY.prop_map(Op::Note),
            (person.clone(), any::<u8>()).prop_map(|(p, which)| Op::Meddle(p, which)),
        ],
        2 => prop_oneof![
            2 => (person, week.clone(), -3..3_i8).prop_map(|(p, w, h)| Op::Propose(p, w, h)),
            1 => Just(Op::Publish),
            1 => week.clone().prop_map(Op::Add),
            1 => week.clone().prop_map(Op::Split),
            1 => (EVERYBODY, EVERYBODY).prop_map(|(asks, asked)| Op::AskBusy(asks, asked)),
        ],
        1 => prop_oneof![
            (any::<usize>(), any::<bool>()).prop_map(|(pick, keeps)| Op::Forward(pick, keeps)),
            any::<bool>().prop_map(Op::PartyCrash),
            Just(Op::CallOff),
        ],
    ]
}

/// An operation on one of the meetings.
fn step() -> impl Strategy<Value = (usize, Op)> {
    (prop_oneof![3 => Just(TEA), 2 => Just(REVIEW), 1 => Just(TASK), 1 => Just(LATER)], op())
}

/// Operations on all the meetings. In each of these either ranges change, or people delegate and are invited to instances
/// alone, and not both (docs/roadmap.md says what is known to go wrong then).
pub(crate) fn steps(most: usize) -> impl Strategy<Value = Vec<(usize, Op)>> {
    let ranges = prop::array::uniform::<_, MEETINGS>(any::<bool>());
    (ranges, prop::collection::vec(step(), 0..most)).prop_map(|(ranges, mut steps)| {
        // What is split off the tea keeps its ranges.
        let ranges = |meeting: usize| ranges[if meeting == LATER { TEA } else { meeting }];
        steps.retain(|(meeting, op)| match op {
            Op::RenameFrom(..)
            | Op::MoveFrom(..)
            | Op::CancelFrom(..)
            | Op::UninviteFromOn(..)
            | Op::AnswerFrom(..) => ranges(*meeting),
            Op::InviteTo(..) | Op::Delegate(..) | Op::DelegateInstance(..) => !ranges(*meeting),
            _ => true,
        });
        steps
    })
}
