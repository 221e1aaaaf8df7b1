//! Conversations in which messages cross: each once ended with two sides that disagree. The parties are the
//! organizer (0) and attendees (1 to 4); an answer is 0 to accept, 1 to decline and 2 for perhaps.

use reefknot_core::scheduling::PartStat;

use super::Op::{
    Add, Answer, AnswerFrom, AnswerInstance, CallOff, CancelFrom, CancelInstance, DeclineByExclusion,
    Delegate, DelegateInstance, DeleteCopy, Deliver, ExcludeInstance, Invite, InviteTo, MoveFrom,
    MoveInstance, MoveSeries, Rename, RenameFrom, RenameInstance, RevertInstance, Split, Uninvite,
    UninviteFrom, UninviteFromOn,
};
use super::meetings::{LATER, TEA};
use super::people::{ROOM, is_own};
use super::{Op, World, laws};

/// What is under way at the end arrives in many orders, and both sides agree after each.
fn agree(invited: &[usize], ops: &[Op]) {
    super::delegations::agree(true, invited, ops);
}

#[test]
fn a_deletion_crosses_a_revision_that_keeps_an_instance_for_somebody_else() {
    let accepted = [Deliver(0), Deliver(0), Answer(1, 0), Deliver(0), AnswerInstance(2, 1, 1), Deliver(0)];
    let crossing = [DeleteCopy(1), ExcludeInstance(3), MoveSeries(0)];
    agree(&[1, 2], &[&accepted[..], &crossing[..]].concat());
}

#[test]
fn a_deletion_crosses_an_override_that_is_dropped() {
    let ops =
        [UninviteFrom(0, 3), ExcludeInstance(1), RevertInstance(0), Deliver(1), Deliver(1), DeleteCopy(1)];
    agree(&[1, 2], &ops);
    agree(&[1], &[Deliver(0), MoveInstance(3, -1), DeleteCopy(1), MoveInstance(3, 1), RevertInstance(3)]);
}

#[test]
fn an_overtaken_request_that_arrives_after_a_deletion_brings_nothing_back() {
    let deleted = [Deliver(0), DeleteCopy(1), Deliver(1)];
    let revisions = [
        UninviteFrom(2, 2),
        UninviteFrom(0, 1),
        ExcludeInstance(0),
        MoveInstance(2, -1),
        ExcludeInstance(2),
        Rename(0),
    ];
    agree(&[1, 2], &[&deleted[..], &revisions[..]].concat());
}

#[test]
fn an_answer_to_the_series_crosses_an_override_that_is_dropped() {
    let moved_and_back = [MoveInstance(1, 1), MoveInstance(1, -1)];
    agree(
        &[2, 3],
        &[&moved_and_back[..], &[Deliver(1), Deliver(1), Uninvite(3), Answer(2, 0), RevertInstance(1)]]
            .concat(),
    );
    agree(
        &[1, 2],
        &[Invite(3), MoveInstance(1, 0), Deliver(0), ExcludeInstance(0), Answer(1, 0), RevertInstance(1)],
    );
}

#[test]
fn an_answer_crosses_an_instance_that_was_shared_and_is_not_any_more() {
    let ops = [
        MoveInstance(1, 0),
        InviteTo(0, 1),
        RenameInstance(1, 0),
        Deliver(0),
        Answer(2, 0),
        ExcludeInstance(1),
        RevertInstance(0),
    ];
    agree(&[1, 2], &ops);
}

#[test]
fn an_answer_crosses_the_showing_of_somebody_elses() {
    // Taking 4 off the list counts up, and 1 does not hear of it; what shows 2's answer must not ask 1 again.
    let ops = [
        Deliver(0),
        Deliver(0),
        Deliver(0),
        Answer(1, 2),
        Uninvite(4),
        AnswerInstance(2, 1, 1),
        DeleteCopy(2),
        Deliver(2),
        Deliver(2),
        Deliver(1),
    ];
    agree(&[1, 2, 4], &ops);
    agree(&[1, 2, 3], &[Deliver(0), Deliver(0), Answer(2, 1), Answer(1, 2), Uninvite(3), Deliver(1)]);
}

#[test]
fn a_series_without_any_instance_left_is_called_off_like_another() {
    let emptied = [0, 1, 2, 3].map(ExcludeInstance);
    agree(&[1], &[&emptied[..], &[CallOff]].concat());
}

#[test]
fn an_instance_that_was_added_makes_no_other_old() {
    let ops = [Deliver(0), Answer(1, 0), UninviteFrom(0, 2), Deliver(0), Add(0)];
    agree(&[1], &ops);
}

#[test]
fn who_does_not_attend_an_instance_hears_that_it_stands_for_the_later_ones() {
    for week in [0, 2] {
        let ops = [UninviteFrom(week, 1), RenameFrom(week, 0)];
        agree(&[1], &ops);
        agree(&[1, 2], &[&[Deliver(0), Deliver(0), Answer(1, 0)], &ops[..], &[Rename(1)]].concat());
    }
    agree(&[1, 2], &[UninviteFrom(0, 1), MoveFrom(0, 1), Rename(2), Answer(2, 0), MoveSeries(1)]);
}

#[test]
fn whom_the_later_instances_leave_nothing_of_the_series_is_sent_nothing_of_it() {
    let welcome = Op::PartyCrash(true);
    agree(&[1], &[RenameFrom(0, 0), welcome, Add(0)]);
    agree(&[1, 2], &[Deliver(0), Deliver(0), RenameFrom(0, 0), welcome, Answer(1, 0), Rename(1)]);
}

#[test]
fn an_instance_with_a_component_of_its_own_stays_when_what_surrounds_it_is_cancelled() {
    for made in [InviteTo(2, 3), RenameInstance(2, 0), UninviteFrom(2, 1), UninviteFromOn(2, 1)] {
        agree(&[2, 4], &[made, CancelFrom(0)]);
        agree(&[2], &[Deliver(0), made, Deliver(0), CancelFrom(1), Answer(2, 0)]);
        agree(&[2], &[Deliver(0), Answer(2, 0), made, UninviteFromOn(1, 2)]);
    }
    // One that an answer gave it is its own as well.
    agree(&[2, 3], &[Deliver(0), Deliver(0), AnswerInstance(2, 2, 0), Deliver(0), CancelFrom(1)]);
}

#[test]
fn whoever_lost_the_later_instances_is_not_told_so_twice() {
    agree(&[2], &[UninviteFromOn(1, 2), RenameInstance(2, 0), Deliver(0)]);
    agree(&[4], &[UninviteFrom(2, 4), RenameInstance(3, 0), RenameFrom(2, 0)]);
}

#[test]
fn the_first_instance_of_a_range_is_declined_by_itself() {
    let answers = |world: &World| -> Vec<_> {
        let object = world.organizers(TEA).unwrap();
        let own = |key| object.attendees(&key).into_iter().find(|attendee| is_own(2, &attendee.address));
        world.keys(TEA).into_iter().map(|key| own(key).unwrap().partstat).collect()
    };
    use PartStat::{Accepted, Declined};
    for (ops, wanted) in [
        // "From here on" is the attendee's own, and the organizer's.
        (&[AnswerFrom(2, 1, 0)][..], [Accepted, Declined, Accepted, Accepted]),
        (&[RenameFrom(1, 0), Deliver(1)][..], [Accepted, Declined, Accepted, Accepted]),
        // Another range begins later.
        (
            &[RenameFrom(3, 1), Deliver(1), RenameFrom(1, 0), Deliver(1)][..],
            [Accepted, Declined, Accepted, Accepted],
        ),
        (&[AnswerFrom(2, 2, 1)][..], [Accepted, Declined, Declined, Declined]),
    ] {
        let answered = [Deliver(0), Answer(2, 0)];
        let all = [&answered[..], ops, &[DeclineByExclusion(2, 1), Rename(1)]].concat();
        for world in super::delegations::agree(true, &[2], &all) {
            assert_eq!(answers(&world), wanted, "{world}");
        }
    }
}

#[test]
fn an_answer_from_an_instance_on_crosses_what_makes_the_instance_another_or_takes_it_out() {
    let own = [RenameInstance(2, 0), MoveInstance(2, 1), CancelInstance(2), ExcludeInstance(2)];
    for crossing in own {
        agree(&[3], &[Deliver(0), crossing, AnswerFrom(3, 2, 0)]);
        agree(&[3], &[Deliver(0), AnswerFrom(3, 2, 0), crossing, Rename(0)]);
        agree(&[3], &[Deliver(0), AnswerFrom(3, 0, 0), Deliver(0), crossing, CancelInstance(0)]);
    }
    let first = [ExcludeInstance(1), RenameFrom(0, 0), AnswerFrom(3, 1, 0)];
    agree(&[3], &[&[Deliver(0)], &first[..]].concat());
    agree(&[3, 4], &[&[Deliver(0), Deliver(0), RenameInstance(0, 0)], &first[..]].concat());
}

#[test]
fn a_range_that_says_nothing_new_is_told_because_an_answer_to_it_means_more() {
    agree(&[4], &[RenameInstance(0, 0), Deliver(0), MoveFrom(0, 0), AnswerInstance(4, 0, 0)]);
    agree(&[4], &[Deliver(0), MoveFrom(0, 0), Deliver(0), AnswerInstance(4, 0, 0), MoveInstance(0, 0)]);
}

#[test]
fn who_delegates_a_series_of_which_ranges_leave_nothing_passes_nothing_on() {
    agree(&[3], &[Deliver(0), MoveFrom(0, -1), Deliver(0), Delegate(3)]);
    agree(&[3], &[Deliver(0), Answer(3, 0), MoveFrom(0, -1), Delegate(3)]);
}

#[test]
fn an_invitation_that_a_range_leaves_nothing_of_is_cancelled_at_a_sequence_of_the_meeting() {
    agree(&[1], &[Split(1), UninviteFrom(0, 1), RenameFrom(0, 0)]);
}

#[test]
fn the_first_instance_of_a_range_is_excluded_for_everybody() {
    agree(&[1], &[RenameFrom(0, 0), ExcludeInstance(0), Deliver(0), Answer(1, 0), Deliver(0)]);
    agree(
        &[2],
        &[RenameFrom(0, 0), ExcludeInstance(0), Deliver(0), Deliver(0), Delegate(2), MoveInstance(1, -1)],
    );
    // They sent somebody in their place before there was the range.
    agree(&[2], &[Deliver(0), Delegate(2), Deliver(0), RenameFrom(2, 0), ExcludeInstance(2)]);
}

#[test]
fn a_room_accepts_an_instance_that_becomes_a_range() {
    agree(&[5], &[Deliver(0), Deliver(0), MoveInstance(2, 1), RenameFrom(2, 0)]);
}

#[test]
fn an_answer_to_an_instance_crosses_the_range_that_begins_with_it() {
    let answered = [Deliver(0), AnswerInstance(4, 0, 2), Deliver(0)];
    agree(&[4], &[&answered[..], &[RenameFrom(0, 0), AnswerInstance(4, 0, 0)]].concat());
}

#[test]
fn an_instance_is_cancelled_before_the_range_that_began_with_it_is_heard_of() {
    let ranges = [RenameFrom(0, 0), RenameFrom(1, 0), Rename(0), MoveInstance(2, 1), MoveSeries(0)];
    agree(&[2], &[&[Deliver(0)], &ranges[..], &[UninviteFrom(0, 2), Deliver(0)]].concat());
}

#[test]
fn an_answer_crosses_the_end_of_a_series_and_a_version_from_before() {
    agree(&[], &[Invite(3), Deliver(0), Answer(3, 0), MoveFrom(3, 0), UninviteFrom(3, 3)]);
}

#[test]
fn a_split_series_has_open_ranges_that_are_answered_at_last() {
    for order in 0..32 {
        let mut world = World::tea(true, &[5]);
        let ops = [Deliver(0), Deliver(0), MoveFrom(2, 1), MoveFrom(1, -1), Split(1)];
        ops.into_iter().for_each(|op| world.apply(op));
        world.step(LATER, ExcludeInstance(1));
        world.drain(order);
        laws::all_at_rest(&world, order);
    }
}

#[test]
fn who_is_put_on_an_instance_of_what_was_split_off_has_not_answered_for_it() {
    for order in 0..40 {
        let mut world = World::tea(true, &[ROOM]);
        [UninviteFrom(3, ROOM), Deliver(0), Split(1)].into_iter().for_each(|op| world.apply(op));
        world.drain(order);
        world.step(LATER, RevertInstance(2));
        world.drain(order);
        laws::all_at_rest(&world, order);
    }
}

#[test]
fn an_instance_of_a_version_that_a_range_has_replaced_is_old() {
    let ops = [MoveInstance(2, -1), RenameInstance(1, 0), ExcludeInstance(2), MoveFrom(1, 0)];
    agree(&[2], &[&[Deliver(0)], &ops[..]].concat());
}

#[test]
fn instances_stay_where_a_range_of_which_somebody_had_lost_the_first_leaves_them_nothing_else() {
    let ops = [ExcludeInstance(3), UninviteFrom(0, 4), RenameInstance(1, 0), RenameInstance(2, 0)];
    agree(&[4], &[&[Deliver(0)], &ops[..], &[RenameFrom(0, 0)]].concat());
}

#[test]
fn who_is_taken_off_an_instance_and_put_on_again_hears_so_by_the_range_that_rules_it() {
    agree(&[1], &[Deliver(0), RenameFrom(0, 0), UninviteFrom(3, 1), RevertInstance(3)]);
}

#[test]
fn a_later_instance_on_its_own_follows_the_answer_to_the_range_that_comes_to_rule_it() {
    let answered = [Deliver(0), Deliver(0), AnswerInstance(1, 1, 0), Deliver(0), RenameFrom(1, 0)];
    agree(&[1], &[&[RenameInstance(2, 0)], &answered[..]].concat());
    let declined = [Deliver(0), Deliver(0), DeclineByExclusion(1, 1), Deliver(0), MoveFrom(1, 0)];
    agree(&[1], &[&[RenameFrom(2, 0)], &declined[..]].concat());
}

#[test]
fn a_series_comes_back_of_which_a_cancelled_range_had_left_nothing() {
    agree(&[1], &[RenameFrom(0, 0), Deliver(0), CancelInstance(0), MoveSeries(0)]);
}

#[test]
fn an_instance_falls_back_to_a_range_that_is_cancelled() {
    let ops = [RenameFrom(2, 0), Invite(2), UninviteFrom(1, 1), CancelFrom(0), RevertInstance(1)];
    agree(&[], &ops);
}

#[test]
fn an_answer_to_the_series_crosses_the_return_of_a_range_that_was_cancelled() {
    let ended = [Deliver(0), CancelFrom(2), Deliver(0), RenameFrom(0, 9)];
    agree(&[2], &[&ended[..], &[MoveSeries(0), Answer(2, 0)]].concat());
}

#[test]
fn an_answer_to_a_series_that_has_ended_is_to_its_own_revision() {
    let moved = [MoveInstance(0, -1), CancelFrom(1), Deliver(0), Deliver(1), Answer(4, 0)];
    agree(&[4], &moved);
    let ops = [CancelFrom(1), RenameFrom(0, 0), RevertInstance(1), Answer(3, 0)];
    agree(&[3], &[&[Deliver(0)], &ops[..]].concat());
}

#[test]
fn an_earlier_instance_stays_when_a_dropped_range_leaves_nothing_of_the_series() {
    agree(&[2], &[RenameFrom(2, 0), UninviteFrom(1, 1), CancelFrom(0), RevertInstance(2)]);
}

#[test]
fn the_rest_of_a_range_is_answered_where_its_first_instance_is_on_its_own() {
    let alone = [UninviteFromOn(0, 3), Deliver(0), UninviteFrom(1, 2), DeclineByExclusion(2, 0)];
    agree(&[2], &[&[Deliver(0)], &alone[..]].concat());
    // They were taken off the next instance, or that was cancelled, and a later one is on its own.
    for next in [UninviteFrom(1, 2), CancelInstance(1)] {
        let ops = [UninviteFromOn(0, 3), Deliver(0), UninviteFrom(2, 4), next, DeclineByExclusion(2, 0)];
        agree(&[2, 4], &[&[Deliver(0), Deliver(0)], &ops[..]].concat());
    }
}

#[test]
fn an_instance_on_its_own_follows_the_answer_that_its_range_follows() {
    let ranges = [MoveFrom(2, 0), MoveFrom(1, 0), UninviteFrom(3, 3), AnswerInstance(2, 1, 2)];
    agree(&[2, 3], &[&[Deliver(0), Deliver(0)], &ranges[..]].concat());
}

#[test]
fn what_stays_of_a_series_keeps_its_answer_when_an_instance_that_was_declined_is_cancelled_with_the_rest() {
    let answered = [Deliver(0), MoveInstance(1, 0), Answer(1, 0), Deliver(1), AnswerInstance(1, 0, 1)];
    agree(&[1], &[&answered[..], &[Deliver(0), Deliver(0), Deliver(0), CancelFrom(0)]].concat());
}

#[test]
fn who_lost_the_later_instances_has_them_back_with_a_range_that_begins_earlier() {
    agree(&[1], &[UninviteFromOn(1, 1), Deliver(0), Deliver(0), MoveFrom(0, 1), MoveSeries(0)]);
    agree(&[1], &[Deliver(0), UninviteFromOn(1, 1), RenameFrom(0, 0), CancelFrom(3)]);
}

#[test]
fn an_answer_to_the_series_leaves_a_range_as_it_was_answered_though_its_first_instance_be_excluded() {
    for first in [&[][..], &[ExcludeInstance(0), Deliver(0)]] {
        let range = [Deliver(0), Answer(2, 1), Deliver(0), RenameFrom(0, 0), Deliver(0), Deliver(0)];
        let all = [&range[..], first, &[Answer(2, 0)]].concat();
        for world in super::delegations::agree(true, &[2], &all) {
            let object = world.organizers(TEA).unwrap();
            let said = object.attendees(&world.keys(TEA)[1]);
            let own = said.iter().find(|attendee| is_own(2, &attendee.address)).unwrap();
            assert_eq!(own.partstat, PartStat::Declined, "{world}");
        }
    }
}

#[test]
fn a_delegate_who_was_turned_away_from_an_instance_comes_to_it_with_the_series() {
    let delegated = [Delegate(1), Uninvite(4), UninviteFrom(2, 1), Invite(2), DelegateInstance(4, 0)];
    agree(&[1, 4], &[&[Deliver(0), Deliver(0)], &delegated[..]].concat());
}

#[test]
fn an_instance_is_given_back_before_the_series_that_excludes_it_is_heard_of() {
    let ops = [Deliver(0), UninviteFrom(1, 2), Rename(0), CancelFrom(0), Invite(2)];
    for world in super::delegations::agree(true, &[2], &ops) {
        // It takes the attendee's time.
        let copy = world.held(2, TEA).object.as_ref().unwrap();
        assert!(copy.has_instance(&world.keys(TEA)[1]), "{world}");
    }
}
