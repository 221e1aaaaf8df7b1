//! Delegations that cross something else. The parties are the organizer (0), attendees (1 to 5) and the delegate (6).

use reefknot_core::ical::{Component, PropertyBuf};
use reefknot_core::itip::{Disposition, Envelope, Message, MessageReason, Method, Outcome};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{PartStat, edit_attendee, fields};

use super::Op::{
    Answer, AnswerInstance, CallOff, CancelInstance, Delegate, DelegateInstance, Deliver, ExcludeInstance,
    Invite, MoveInstance, MoveSeries, RenameInstance, Uninvite, UninviteFrom,
};
use super::meetings::TEA;
use super::people::{A, B, C, D, E, address, called, carried, is_own, who};
use super::{Held, Op, World, laws};

/// What is under way at the end arrives in many orders, and all agree after each.
pub(super) fn agree(recurs: bool, invited: &[usize], ops: &[Op]) -> Vec<World> {
    (0..32)
        .map(|order| {
            let mut world = World::tea(recurs, invited);
            ops.iter().for_each(|op| world.apply(*op));
            world.drain(order);
            laws::all_at_rest(&world, order);
            world
        })
        .collect()
}

fn answer(world: &World, key: &InstanceKey, party: usize) -> Option<PartStat> {
    let attendees = world.organizers(TEA)?.attendees(key);
    attendees.into_iter().find(|attendee| is_own(party, &attendee.address)).map(|attendee| attendee.partstat)
}

fn of(world: &World, method: Method, from: usize, to: usize) -> Message {
    let mut sent = world.sent.iter().rev();
    let found = sent.find(|message| {
        (message.method, who(&message.originator), who(&message.recipient)) == (method, from, to)
    });
    found.unwrap_or_else(|| panic!("no {method} from {from} to {to}\n{world}")).clone()
}

#[test]
fn a_delegate_is_asked_about_the_time_that_the_delegation_crossed() {
    // The delegate answers what they were passed on, and only then hear of the new time.
    let asked = [Deliver(0), Delegate(B), MoveSeries(1)];
    for world in agree(false, &[B], &asked) {
        assert_eq!(answer(&world, &InstanceKey::Master, D), Some(PartStat::NeedsAction), "{world}");
        of(&world, Method::Request, A, D);
    }
    let mut world = World::tea(false, &[B]);
    asked.iter().for_each(|op| world.apply(*op));
    let passed_on = of(&world, Method::Request, B, D);
    world.mailbag.retain(|message| who(&message.recipient) != D);
    world.hand_over(&passed_on);
    world.apply(Answer(D, 0));
    let answered = of(&world, Method::Reply, D, A);
    world.mailbag.retain(|message| who(&message.originator) != D);
    world.hand_over(&answered);
    assert_eq!(answer(&world, &InstanceKey::Master, D), Some(PartStat::NeedsAction), "{world}");
    world.drain(3);
    laws::all_at_rest(&world, 3);
    of(&world, Method::Request, A, D);
}

#[test]
fn a_delegate_stands_on_an_override_that_the_delegation_crossed() {
    let second = |world: &World| world.keys(TEA)[1].clone();
    for world in agree(true, &[B], &[Deliver(0), Delegate(B), RenameInstance(1, 7)]) {
        let second = second(&world);
        assert_eq!(answer(&world, &second, B), Some(PartStat::Delegated), "{world}");
        assert_eq!(answer(&world, &second, D), Some(PartStat::NeedsAction), "{world}");
    }
    for world in agree(true, &[B], &[Deliver(0), Delegate(B), MoveInstance(1, 1)]) {
        let second = second(&world);
        assert_eq!(answer(&world, &second, B), Some(PartStat::NeedsAction), "{world}");
        assert_eq!(answer(&world, &second, D), Some(PartStat::NeedsAction), "{world}");
    }
    agree(true, &[B], &[Deliver(0), AnswerInstance(B, 2, 0), Delegate(B), MoveInstance(1, 1), MoveSeries(1)]);
    agree(true, &[B], &[RenameInstance(0, 0), Deliver(0), Deliver(0), Delegate(B)]);
    agree(true, &[B, C], &[Deliver(0), Deliver(0), DelegateInstance(B, 0), DelegateInstance(C, 1)]);
    agree(true, &[B], &[Deliver(0), DelegateInstance(B, 1), MoveInstance(1, 1), RenameInstance(2, 1)]);
}

#[test]
fn a_delegate_hears_that_there_is_nothing_to_come_to() {
    let delegated = |crossing: Op| [Deliver(0), Delegate(B), crossing];
    for world in agree(true, &[B], &delegated(CallOff)) {
        of(&world, Method::Cancel, A, D);
    }
    for world in agree(true, &[B], &delegated(Uninvite(B))) {
        of(&world, Method::Cancel, A, D);
    }
    agree(true, &[B], &delegated(CancelInstance(1)));
    for world in agree(true, &[B], &[Deliver(0), DelegateInstance(B, 1), CancelInstance(1)]) {
        of(&world, Method::Cancel, A, D);
    }
}

/// How often somebody was told that something is cancelled for them.
fn cancelled(world: &World, party: usize) -> usize {
    world.sent.iter().filter(|sent| (sent.method, who(&sent.recipient)) == (Method::Cancel, party)).count()
}

#[test]
fn a_delegate_known_from_another_instance_hears_that_there_is_nothing_to_come_to() {
    let sent_twice = [
        Deliver(0),
        DelegateInstance(B, 0),
        Deliver(0),
        Deliver(0),
        MoveSeries(-3),
        Deliver(0),
        Deliver(0),
        DelegateInstance(B, 2),
    ];
    for crossing in [CancelInstance(2), ExcludeInstance(2)] {
        for world in agree(true, &[B], &[&sent_twice[..], &[crossing]].concat()) {
            let cancel = of(&world, Method::Cancel, A, D).calendar.to_string();
            let third = "RECURRENCE-ID;TZID=Europe/Berlin:20260316T070000";
            assert!(cancel.contains(third), "{cancel}\n{world}");
        }
    }
}

#[test]
fn two_people_send_the_same_delegate() {
    let invited = [Deliver(0), Deliver(0)];
    let stands = |world: &World, key: &InstanceKey| answer(world, key, D).is_some();
    for ops in [&[Delegate(B), Delegate(C)][..], &[Delegate(B), Deliver(0), Deliver(0), Delegate(C)]] {
        for world in agree(true, &[B, C], &[&invited, ops].concat()) {
            let from = world.organizers(TEA).unwrap().attendees(&InstanceKey::Master);
            let from = from.into_iter().find(|attendee| is_own(D, &attendee.address)).unwrap();
            let mut senders: Vec<_> = from.delegated_from.iter().map(who).collect();
            senders.sort_unstable();
            assert_eq!((senders, cancelled(&world, D)), (vec![B, C], 0), "{world}");
        }
    }
    // The delegate of two stays as long as one of them sends them.
    for world in agree(true, &[B, C], &[&invited[..], &[Delegate(B), Delegate(C), Answer(B, 0)]].concat()) {
        assert!(stands(&world, &InstanceKey::Master), "{world}");
    }
    let both = [Delegate(B), Delegate(C), Answer(B, 0), Answer(C, 1)];
    for world in agree(true, &[B, C], &[&invited[..], &both].concat()) {
        assert!(!stands(&world, &InstanceKey::Master), "{world}");
        of(&world, Method::Cancel, A, D);
    }
    // The same again changes nothing, where one of the instances was cancelled meanwhile.
    let crossing =
        [ExcludeInstance(0), Deliver(0), Deliver(0), AnswerInstance(B, 1, 0), Delegate(B), CancelInstance(1)];
    agree(true, &[B], &crossing);
    // One for the series, the other for an instance of it, and an older version of that.
    agree(true, &[B, C], &[&invited[..], &[DelegateInstance(B, 1), Delegate(C)]].concat());
    agree(
        true,
        &[B, C],
        &[&invited[..], &[DelegateInstance(B, 1), DelegateInstance(C, 1), MoveSeries(1)]].concat(),
    );
    agree(
        true,
        &[B, C],
        &[&invited[..], &[DelegateInstance(B, 1), DelegateInstance(C, 2), Answer(B, 0)]].concat(),
    );
}

#[test]
fn who_answers_after_all_takes_the_delegation_back() {
    // RFC 5546 §3.2.2.3: the delegate comes in lieu of the delegator, and not in addition.
    for ops in [&[Delegate(B), Answer(B, 0)][..], &[Delegate(B), Deliver(0), Deliver(0), Answer(B, 1)]] {
        for world in agree(true, &[B], &[&[Deliver(0)], ops].concat()) {
            assert_eq!(answer(&world, &InstanceKey::Master, D), None, "{world}");
            let told = of(&world, Method::Cancel, A, D).calendar.to_string();
            assert!(!told.contains("STATUS:CANCELLED"), "it takes place for others\n{told}");
        }
    }
    // For one instance, or for all but one.
    for world in agree(true, &[B], &[Deliver(0), Delegate(B), AnswerInstance(B, 1, 0)]) {
        let second = world.keys(TEA)[1].clone();
        let stands = [InstanceKey::Master, second].map(|key| answer(&world, &key, D).is_some());
        assert_eq!(stands, [true, false], "{world}");
    }
    for world in agree(true, &[B], &[Deliver(0), Delegate(B), DelegateInstance(B, 1), Answer(B, 0)]) {
        assert_eq!(answer(&world, &InstanceKey::Master, D), None, "{world}");
    }
    // Taken back, and sent again.
    for world in agree(true, &[B], &[Deliver(0), Delegate(B), Answer(B, 0), Delegate(B)]) {
        assert_eq!(answer(&world, &InstanceKey::Master, D), Some(PartStat::NeedsAction), "{world}");
    }
    // The delegate had answered, or had sent somebody else.
    let sent_on = [Deliver(0), Delegate(B), Deliver(0), Deliver(0), Delegate(D), Answer(B, 0)];
    for world in agree(true, &[B], &sent_on) {
        assert_eq!([D, E].map(|party| answer(&world, &InstanceKey::Master, party)), [None, None], "{world}");
    }
    agree(true, &[B], &[Deliver(0), Delegate(B), Deliver(1), Answer(D, 0), Answer(B, 0)]);
}

#[test]
fn who_sends_somebody_else_takes_the_first_back() {
    for world in agree(true, &[B], &[Deliver(0), Delegate(B), Delegate(B)]) {
        let stand = [D, E].map(|party| answer(&world, &InstanceKey::Master, party));
        assert_eq!(stand, [None, Some(PartStat::NeedsAction)], "{world}");
    }
    agree(
        true,
        &[B],
        &[Deliver(0), Delegate(B), Deliver(0), Deliver(0), Answer(D, 1), Deliver(0), Delegate(B)],
    );
}

/// How often somebody was passed something on.
fn passed_on(world: &World, from: usize, to: usize) -> usize {
    let all = world.sent.iter().filter(|sent| sent.method == Method::Request);
    all.filter(|sent| (who(&sent.originator), who(&sent.recipient)) == (from, to)).count()
}

#[test]
fn an_answer_to_the_series_passes_an_instance_on_once() {
    let invited = [Deliver(0), Deliver(0)];
    // The REPLY says of the series and of the instance what B has of each; D has heard of the instance.
    let sent = [DelegateInstance(B, 1), Answer(B, 0), Answer(B, 1)];
    for world in agree(true, &[B, C], &[&invited[..], &sent].concat()) {
        assert_eq!(passed_on(&world, B, D), 1, "{world}");
        let second = world.keys(TEA)[1].clone();
        assert_eq!(answer(&world, &second, D), Some(PartStat::NeedsAction), "{world}");
    }
    // D, of whom B sent the series, sends E to an instance of it.
    let sent_on = [Delegate(B), Deliver(0), Deliver(0), DelegateInstance(D, 1), Answer(D, 0), Answer(D, 1)];
    for world in agree(true, &[B], &[&[Deliver(0)], &sent_on[..]].concat()) {
        assert_eq!(passed_on(&world, D, E), 1, "{world}");
    }
    // Of what is new to D they are sent all that is theirs.
    for world in agree(true, &[B, C], &[&invited[..], &[DelegateInstance(B, 1), Delegate(B)]].concat()) {
        assert_eq!(passed_on(&world, B, D), 2, "{world}");
        let last = of(&world, Method::Request, B, D).calendar;
        assert_eq!(last.components_named("VEVENT").count(), 2, "{last}");
    }
}

#[test]
fn a_delegate_who_is_taken_off_the_list_leaves_the_delegator_asked_again() {
    let open = Some(PartStat::NeedsAction);
    let heard = [Deliver(0), Delegate(B), Deliver(0), Deliver(0)];
    for recurs in [false, true] {
        for world in agree(recurs, &[B], &[&heard[..], &[Uninvite(D)]].concat()) {
            let stand = [B, D].map(|party| answer(&world, &InstanceKey::Master, party));
            assert_eq!(stand, [open.clone(), None], "{world}");
            let told = of(&world, Method::Request, A, B);
            assert_eq!(told.reason, MessageReason::DelegateGone);
            assert!(!told.calendar.to_string().contains("DELEGATED"), "{}", told.calendar);
            assert!(!of(&world, Method::Cancel, A, D).calendar.to_string().contains("STATUS:CANCELLED"));
        }
    }
    // From one instance alone, of the series or of that one.
    for sent in [Delegate(B), DelegateInstance(B, 1)] {
        let ops = [Deliver(0), sent, Deliver(0), Deliver(0), UninviteFrom(1, D)];
        for world in agree(true, &[B], &ops) {
            let second = world.keys(TEA)[1].clone();
            assert_eq!([B, D].map(|party| answer(&world, &second, party)), [open.clone(), None], "{world}");
            let of_others = answer(&world, &InstanceKey::Master, B).unwrap();
            assert_eq!(of_others == PartStat::Delegated, matches!(sent, Delegate(_)), "{world}");
        }
    }
    // They come after all, or send somebody else, whether they had heard or not.
    for next in [Answer(B, 0), Delegate(B)] {
        agree(true, &[B, C], &[&[Deliver(0)], &heard[..], &[Uninvite(D), next]].concat());
        agree(true, &[B], &[&heard[..], &[Uninvite(D), Deliver(0), Deliver(0), next]].concat());
    }
}

#[test]
fn the_delegate_of_a_delegate_goes_with_them() {
    let chain = [Deliver(0), Delegate(B), Deliver(0), Deliver(0), Delegate(D), Deliver(0), Deliver(0)];
    let stand = |world: &World| [B, D, E].map(|party| answer(world, &InstanceKey::Master, party));
    let (open, delegated) = (Some(PartStat::NeedsAction), Some(PartStat::Delegated));
    // The place of the one taken off falls back to whoever sent them.
    for world in agree(true, &[B], &[&chain[..], &[Uninvite(E)]].concat()) {
        assert_eq!(stand(&world), [delegated.clone(), open.clone(), None], "{world}");
        assert_eq!(of(&world, Method::Request, A, D).reason, MessageReason::DelegateGone);
    }
    for world in agree(true, &[B], &[&chain[..], &[Uninvite(D)]].concat()) {
        assert_eq!(stand(&world), [open.clone(), None, None], "{world}");
        of(&world, Method::Cancel, A, E);
    }
    // Who is left on the list without their delegator is there because the organizer wants them.
    for world in agree(true, &[B], &[&chain[..], &[Uninvite(B)]].concat()) {
        assert_eq!(stand(&world), [None, delegated.clone(), open.clone()], "{world}");
    }
    for world in
        agree(true, &[B], &[&chain[..], &[Uninvite(B), Uninvite(D), Invite(B), Answer(B, 0)]].concat())
    {
        assert_eq!(stand(&world)[1..], [None, open.clone()], "{world}");
    }
}

/// B passes on an invitation that says of itself that it is newer than whatever A may send.
fn passed_on_with_a_high_sequence() -> World {
    let mut world = World::tea(false, &[B]);
    [Deliver(0), Delegate(B), Deliver(0)].iter().for_each(|op| world.apply(*op));
    let mut forged: Component = (*of(&world, Method::Request, B, D).calendar).clone();
    for part in forged.components_mut().filter(|part| part.is("VEVENT")) {
        fields::set_sequence(part, 99);
        part.set(PropertyBuf::text("SUMMARY", "forged").unwrap());
    }
    world.mailbag.clear();
    let from = carried(&of(&world, Method::Request, B, D), world.now);
    assert_eq!(takes(&mut world, &forged, &from), Disposition::Applied);
    world
}

fn takes(world: &mut World, calendar: &Component, from: &Envelope) -> Disposition {
    let outcome = world.decides(D, TEA, calendar, from);
    let disposition = outcome.disposition;
    store(world, outcome);
    disposition
}

fn store(world: &mut World, outcome: Outcome) {
    let stored = outcome.resulting(world.held(D, TEA).object.as_ref()).cloned();
    world.parties[D].held[TEA] = Held { object: stored, state: outcome.state };
}

#[test]
fn what_a_delegator_says_of_sequence_makes_no_message_of_the_organizer_old() {
    let mut world = passed_on_with_a_high_sequence();
    // D answers what B says that there is.
    let (Held { object, state }, engine) = (world.held(D, TEA), &world.parties[D].engine);
    let mut after = object.clone().unwrap();
    let accept = |line: &mut PropertyBuf| line.set_param("PARTSTAT", "ACCEPTED");
    after.edit_part(&InstanceKey::Master, |part| edit_attendee(part, &address(called(D, TEA)), accept));
    let outcome = engine.change(object.as_ref(), Some(&after), state, world.now).unwrap();
    let reply = outcome.messages[0].clone();
    store(&mut world, outcome);
    world.hand_over(&reply);
    assert_eq!(answer(&world, &InstanceKey::Master, D), Some(PartStat::Accepted));
    world.apply(MoveSeries(2));
    world.drain(1);
    laws::both_sides_agree(&world);
    assert_eq!(answer(&world, &InstanceKey::Master, D), Some(PartStat::NeedsAction));
    assert_eq!(world.held(D, TEA).object.as_ref().unwrap().sequence(), 1);
    world.apply(Answer(D, 1));
    world.drain(1);
    laws::both_sides_agree(&world);
    assert_eq!(answer(&world, &InstanceKey::Master, D), Some(PartStat::Declined));
}

#[test]
fn what_a_delegator_says_of_sequence_does_not_outlive_a_cancellation() {
    let mut world = passed_on_with_a_high_sequence();
    world.apply(CallOff);
    world.drain(1);
    laws::both_sides_agree(&world);
    let copy = world.held(D, TEA).object.as_ref().unwrap();
    assert!(copy.parts().all(|(_, part)| fields::is_cancelled(part)), "{world}");
    assert_eq!(address(called(D, TEA)), of(&world, Method::Cancel, A, D).recipient);
}

#[test]
fn a_delegate_who_sent_somebody_on_stands_so_on_an_override_too() {
    // D's delegation arrives before B's, by which they are on the list of the override.
    let ops = [Deliver(0), UninviteFrom(1, C), Delegate(B), Deliver(1), Delegate(D)];
    for world in agree(true, &[B], &ops) {
        let second = world.keys(TEA)[1].clone();
        let stand = [D, E].map(|party| answer(&world, &second, party));
        assert_eq!(stand, [Some(PartStat::Delegated), Some(PartStat::NeedsAction)], "{world}");
    }
}

#[test]
fn what_comes_back_to_a_delegate_is_counted_up_in_what_is_stored_too() {
    // C is off the list when A hears that they had sent D, who comes to one instance in B's place.
    let invited = [Deliver(0), Deliver(0)];
    agree(true, &[B, C], &[&invited[..], &[Delegate(C), Uninvite(C), DelegateInstance(B, 0)]].concat());
}
