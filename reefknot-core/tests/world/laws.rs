//! What must always hold (ARCHITECTURE.md lists the twelve invariants), each a function of its own.

use reefknot_core::engine::read_object;
use reefknot_core::freebusy::{BusyCalendar, BusyType};
use reefknot_core::ical::{Component, Edit, Kind, Limits, PropertyBuf};
use reefknot_core::itip::{Disposition, Envelope, Message, Method, Outcome, validate};
use reefknot_core::policy::{Viewer, view};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{Delta, PartStat, SchedulingObject, attendees, edit_attendee, fields};
use reefknot_core::time::Zone;
use reefknot_core::value::CalendarUserAddress;

use super::meetings::{DIARY, LATER, MEETINGS, REVIEW, SECRET, TEA, meeting_of, organizer, text, uid};
use super::people::{A, D, MALLORY, ROOM, address, called, impostors, is_own, who};
use super::{Held, World};

/// 1: once the mail is delivered, both sides agree on every instance's time and answer.
pub(crate) fn both_sides_agree(world: &World) {
    for meeting in (0..MEETINGS).filter(|meeting| *meeting != DIARY) {
        let theirs = world.organizers(meeting);
        let mut keys = world.keys(meeting);
        if keys.is_empty() {
            keys.push(InstanceKey::Master);
        }
        for party in (A..=D).filter(|party| *party != organizer(meeting)) {
            let own = world.held(party, meeting);
            for key in &keys {
                let here = standing(theirs, key, party);
                let there = standing(own.object.as_ref(), key, party);
                let declined = here.as_ref().is_some_and(|(answer, _)| *answer == PartStat::Declined);
                assert!(
                    here == there || declined && there.is_none(),
                    "{party} of {meeting} at {key}: the organizer has {here:?}, the attendee {there:?}\n{world}\n\
                     --- organizer\n{}\n--- attendee\n{}\n{:#?}",
                    text(theirs),
                    text(own.object.as_ref()),
                    own.state,
                );
            }
        }
    }
}

/// 1: where somebody's answer is that they delegated, those whom they sent are asked.
pub(crate) fn delegates_stand_where_they_were_sent(world: &World) {
    for (party, meeting, object) in world.copies() {
        for (key, part) in object.parts().filter(|(_, part)| !fields::is_cancelled(part)) {
            let all = attendees(part);
            for delegator in all.iter().filter(|attendee| attendee.partstat == PartStat::Delegated) {
                let listed = |who: &CalendarUserAddress| all.iter().any(|attendee| attendee.address == *who);
                assert!(
                    !delegator.delegated_to.is_empty() && delegator.delegated_to.iter().all(listed),
                    "{} delegated at {key} of {meeting} as {party} has it, to nobody on the list\n{world}\n{}",
                    delegator.address,
                    text(Some(object)),
                );
            }
        }
    }
}

/// 1: whoever answers for themselves sends nobody in their place, as they and the organizer have it.
pub(crate) fn nobody_stands_for_who_answers(world: &World) {
    for (party, meeting, object) in world.copies() {
        for (key, part) in object.parts().filter(|(_, part)| !fields::is_cancelled(part)) {
            let all = attendees(part);
            let open = [PartStat::NeedsAction, PartStat::Delegated];
            let answered = |who: &CalendarUserAddress| {
                let mut own = all.iter().filter(|attendee| attendee.address == *who);
                let known = party == organizer(meeting) || is_own(party, who);
                known && own.any(|attendee| !open.contains(&attendee.partstat))
            };
            for attendee in &all {
                let sends = answered(&attendee.address) && !attendee.delegated_to.is_empty();
                let stands = attendee.delegated_from.iter().any(answered);
                assert!(
                    !sends && !stands,
                    "{} at {key} of {meeting} as {party} has it\n{world}\n{}",
                    attendee.address,
                    text(Some(object)),
                );
            }
        }
    }
}

/// What holds for a party at an instance: their answer and the start; nothing where it does not take place.
fn standing(
    object: Option<&SchedulingObject>,
    key: &InstanceKey,
    party: usize,
) -> Option<(PartStat, String)> {
    let object = object?;
    let part = object.effective(key)?;
    let overridden = object.part(key).is_some();
    if fields::is_cancelled(&part) || !overridden && object.master().is_some_and(fields::is_cancelled) {
        return None;
    }
    let own = attendees(&part).into_iter().find(|attendee| is_own(party, &attendee.address))?;
    Some((own.partstat, part.value("DTSTART")?))
}

/// 2: receiving a message twice is receiving it once. A question is answered again, and asked again.
pub(crate) fn twice_is_once(world: &World, message: &Message, from: &Envelope) {
    let (party, meeting) = (who(&message.recipient), meeting_of(&message.uid));
    let Held { object, state } = world.held(party, meeting);
    let again = world.decides(party, meeting, &message.calendar, from);
    assert_eq!(text(again.resulting(object.as_ref())), text(object.as_ref()), "twice\n{world}");
    let asks = |message: &Message| message.method == Method::Refresh;
    if !asks(message) && !again.messages.iter().any(asks) {
        assert_eq!(&again.state, state, "twice\n{world}");
        assert!(again.messages.is_empty() && again.refreshes.is_empty(), "twice\n{world}");
    }
}

/// 3: the organizer's SEQUENCE never falls (`World::settle`); an attendee never raises it.
pub(crate) fn only_organizers_count_up(world: &World, message: &Message) {
    let highest = world.highest[meeting_of(&message.uid)];
    assert!(message.sequence <= highest, "{} counts up\n{world}", message.originator);
}

/// 4: no message goes to one of the sender's own addresses.
pub(crate) fn nobody_writes_to_themselves(world: &World, message: &Message) {
    assert_ne!(who(&message.originator), who(&message.recipient), "to oneself\n{world}");
}

/// An attendee passes on only what they had not sent its reader to before.
pub(crate) fn only_news_is_passed_on(
    world: &World,
    party: usize,
    meeting: usize,
    after: Option<&SchedulingObject>,
    outcome: &Outcome,
) {
    let before = world.held(party, meeting).object.as_ref().filter(|_| party != organizer(meeting));
    let (Some(before), Some(after)) = (before, after) else { return };
    let sends = |object: &SchedulingObject, key: &InstanceKey, to: &CalendarUserAddress| {
        let mut own = object.attendees(key).into_iter().filter(|attendee| is_own(party, &attendee.address));
        own.any(|own| own.partstat == PartStat::Delegated && own.delegated_to.contains(to))
    };
    for sent in outcome.messages.iter().filter(|sent| sent.method == Method::Request) {
        let to = &sent.recipient;
        let mut keys = after.parts().map(|(key, _)| key);
        assert!(
            keys.any(|key| sends(after, key, to) && !sends(before, key, to)),
            "{to} is passed on again\n{world}"
        );
    }
}

/// 5: a reply changes only its sender, and who delegated to them or comes in their place. (What an attendee may
/// not change in their own copy is `Op::Meddle`.)
pub(crate) fn a_reply_changes_only_its_senders(world: &World, message: &Message, outcome: &Outcome) {
    let meeting = meeting_of(&message.uid);
    let Some(object) = world.held(who(&message.recipient), meeting).object.as_ref() else { return };
    if message.method != Method::Reply {
        return;
    }
    let said: Vec<_> = object
        .parts()
        .map(|(_, part)| part)
        .chain(message.calendar.components())
        .flat_map(attendees)
        .collect();
    // Whom somebody sends may send somebody in turn.
    let mut concerned = vec![message.originator.clone()];
    let mut at = 0;
    while let Some(one) = concerned.get(at).cloned() {
        let by = said.iter().filter(|attendee| attendee.address == one);
        let sent = said.iter().filter(|attendee| attendee.delegated_from.contains(&one));
        let to = by.clone().flat_map(|attendee| &attendee.delegated_to);
        let to = to.chain(sent.map(|attendee| &attendee.address));
        let from = by.flat_map(|attendee| &attendee.delegated_from).filter(|_| at == 0);
        let new: Vec<_> = to.chain(from).filter(|who| !concerned.contains(who)).cloned().collect();
        concerned.extend(new);
        at += 1;
    }
    let delegates = concerned.len() > 1;
    let others = |part: &Component| {
        let mut part = part.clone();
        if delegates {
            // A delegate may be invited at another revision than the rest was.
            part.remove("SEQUENCE");
            part.remove("DTSTAMP");
        }
        let theirs = |text: &str| concerned.contains(&text.parse::<CalendarUserAddress>().unwrap());
        part.edit(
            |line| {
                if line.is("ATTENDEE") && theirs(&line.value()) { Edit::Remove } else { Edit::Keep }
            },
        );
        part.to_string()
    };
    let result = outcome.resulting(Some(object)).unwrap();
    for (key, part) in object.parts() {
        assert_eq!(others(part), others(result.part(key).unwrap()), "{}\n{world}", message.calendar);
    }
}

/// 6: nothing at or below a tombstone's revision comes back to life.
pub(crate) fn what_is_cancelled_stays_cancelled(world: &World, party: usize, meeting: usize) {
    let Held { object, state } = world.held(party, meeting);
    let Some(object) = object.as_ref().filter(|_| party != organizer(meeting)) else { return };
    for (key, dead) in &state.tombstones {
        // What begins with an instance that was cancelled lives on in the later ones.
        let rules_later = |part: &Component| fields::is_this_and_future(part) && !object.has_instance(key);
        let alive = object.part(key).filter(|part| !fields::is_cancelled(part) && !rules_later(part));
        assert!(
            alive.is_none_or(|part| fields::revision(part) > *dead),
            "{party} revives {key}\n{world}\n{}",
            text(Some(object))
        );
    }
}

/// 7: adding an override equal to what the series already says produces no message.
pub(crate) fn an_override_that_says_nothing_new_is_silent(world: &World) {
    for (party, meeting, object) in world.copies() {
        for key in world.keys(meeting) {
            let Some(part) = object.projected(&key).filter(|_| object.part(&key).is_none()) else { continue };
            let mut after = object.clone();
            after.put_part(key, part);
            let engine = &world.parties[party].engine;
            let state = &world.held(party, meeting).state;
            let outcome = engine.change(Some(object), Some(&after), state, world.now).unwrap();
            assert!(outcome.messages.is_empty(), "{party}: {:?}\n{world}", outcome.reasons);
            assert_ne!(outcome.disposition, Disposition::Rejected, "{:?}\n{world}", outcome.reasons);
        }
    }
}

/// 8: order, spelling of addresses and equivalent texts change nothing.
pub(crate) fn another_way_to_write_the_same_is_no_change(world: &World, seed: u64) {
    for (party, meeting, object) in world.copies() {
        let other = rewritten(object, seed);
        assert_eq!(Delta::between(Some(object), Some(&other)), Delta::default(), "{world}");
        let engine = &world.parties[party].engine;
        let state = &world.held(party, meeting).state;
        let outcome = engine.change(Some(object), Some(&other), state, world.now).unwrap();
        assert!(outcome.messages.is_empty(), "{:?}\n{world}", outcome.reasons);
        let quiet = [Disposition::Unchanged, Disposition::Allowed];
        assert!(quiet.contains(&outcome.disposition), "{:?}\n{world}", outcome.reasons);
    }
}

/// The same object with its lines, components and rule parts in another order, and addresses in capitals.
fn rewritten(object: &SchedulingObject, seed: u64) -> SchedulingObject {
    let mut seed = seed | 1;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize
    };
    let mut blocks: Vec<String> = Vec::new();
    for component in object.to_calendar().components() {
        let mut lines: Vec<String> = Vec::new();
        for property in component.properties() {
            let mut line = property.to_buf();
            if property.is("ATTENDEE") || property.is("ORGANIZER") {
                line.set_value(&property.value().to_uppercase()).unwrap();
            }
            if property.is("RRULE") {
                let value = property.value().into_owned();
                line.set_value(&value.split(';').rev().collect::<Vec<_>>().join(";")).unwrap();
            }
            lines.insert(next() % (lines.len() + 1), line.content_line().into_owned());
        }
        lines.extend(component.components().map(|inner| inner.to_string().trim_end().to_owned()));
        let block = format!("BEGIN:{0}\r\n{1}\r\nEND:{0}\r\n", component.name(), lines.join("\r\n"));
        blocks.insert(next() % (blocks.len() + 1), block);
    }
    let blocks = blocks.concat();
    let text = format!("BEGIN:VCALENDAR\r\nPRODID:-//other//EN\r\nVERSION:2.0\r\n{blocks}END:VCALENDAR\r\n");
    read_object(text.as_bytes(), &Limits::default()).unwrap()
}

/// 9: alarms, notes and the diary never leave, and a body shows only what its reader attends.
pub(crate) fn nothing_private_leaves(world: &World, message: &Message) {
    let body = message.calendar.to_string();
    assert!(!body.contains(SECRET) && !body.contains("VALARM"), "{body}\n{world}");
    assert_ne!(*message.uid, *uid(DIARY), "{world}");
    if message.method == Method::Request {
        for part in message.calendar.components().filter(|part| Kind::of(part).is_some()) {
            let named = attendees(part).iter().any(|attendee| attendee.address == message.recipient);
            assert!(named, "{} sees what they do not attend\n{world}", message.recipient);
        }
    }
}

/// 9: of what is private, somebody who takes no part sees that the time is taken.
pub(crate) fn strangers_see_nothing_private(world: &World) {
    let stranger = Viewer::Other(vec![address("mailto:f@baz.net")]);
    for (_, meeting, object) in world.copies() {
        let seen = text(Some(&view(object, &stranger).unwrap()));
        let is_private = meeting == DIARY || text(Some(object)).contains("CLASS:PRIVATE");
        for word in ["VALARM", "X-KEPT", "ATTENDEE", "tea"].iter().filter(|_| is_private) {
            let uid = uid(meeting);
            assert!(!seen.replace(uid, "").contains(word), "{word} in\n{seen}\n{world}");
        }
        assert!(!is_private || !seen.contains(SECRET), "{seen}\n{world}");
    }
}

/// 10: every message is valid iTIP.
pub(crate) fn every_message_is_valid(world: &World, message: &Message) {
    let found = validate(&message.calendar);
    assert!(found.valid, "{:?}\n{}\n{world}", found.violations, message.calendar);
}

/// 10: cancelling one instance never cancels the series.
pub(crate) fn a_cancelled_instance_leaves_the_series(world: &World, message: &Message, outcome: &Outcome) {
    let mut parts = message.calendar.components().filter(|part| Kind::of(part).is_some());
    // From the first instance on is all of it.
    let one =
        |part: &Component| part.property("RECURRENCE-ID").is_some() && !fields::is_this_and_future(part);
    if message.method == Method::Cancel && parts.all(one) {
        let before = world.held(who(&message.recipient), meeting_of(&message.uid)).object.as_ref();
        let lives = |object: Option<&SchedulingObject>| {
            object.and_then(SchedulingObject::master).map(|master| !fields::is_cancelled(master))
        };
        assert_eq!(lives(before), lives(outcome.resulting(before)), "{world}");
    }
}

/// 11: a sender who is not who they claim to be changes nothing, nor does who pretends to delegate.
pub(crate) fn impostors_change_nothing(world: &World, message: &Message) {
    let (party, meeting) = (who(&message.recipient), meeting_of(&message.uid));
    let all = impostors(message, world.now);
    let chosen = all[world.sent.len() % all.len()].clone();
    unchanged_by(world, party, meeting, &message.calendar, &chosen);
    let Held { object, .. } = world.held(party, meeting);
    if message.method == Method::Request && object.is_some() {
        let mallory = called(MALLORY, meeting);
        let mut forged = (*message.calendar).clone();
        for part in forged.components_mut().filter(|part| Kind::of(part).is_some()) {
            edit_attendee(part, &message.recipient, |line| line.set_param("DELEGATED-FROM", mallory))
                .unwrap();
            part.set(PropertyBuf::text("SUMMARY", "forged").unwrap());
            fields::set_sequence(part, 99);
        }
        let from = Envelope { sender: Some(address(mallory)), ..chosen };
        unchanged_by(world, party, meeting, &forged, &from);
    }
}

fn unchanged_by(world: &World, party: usize, meeting: usize, calendar: &Component, from: &Envelope) {
    let Held { object, state } = world.held(party, meeting);
    let outcome = world.decides(party, meeting, calendar, from);
    let told = format!("{from:?} is believed: {:?}\n{world}", outcome.reasons);
    assert_eq!(text(outcome.resulting(object.as_ref())), text(object.as_ref()), "{told}");
    assert_eq!(&outcome.state, state, "{told}");
    assert!(outcome.messages.is_empty(), "{told}");
}

/// 12: what nobody knows survives every path, byte for byte.
pub(crate) fn the_unknown_survives(world: &World) {
    for (party, _, object) in world.copies() {
        for (_, part) in object.parts() {
            let printed = part.to_string();
            for kept in
                ["X-KEPT;X-P=\"a:b\":as it \\is\r\n", "BEGIN:X-THING\r\nX-INNER:kept\r\nEND:X-THING\r\n"]
            {
                assert!(printed.contains(kept), "{party}: {printed}\n{world}");
            }
        }
    }
}

/// The room has accepted no two meetings at one time: in its own calendar.
pub(crate) fn the_room_is_booked_once(world: &World) {
    booked_once(world, &[TEA, REVIEW, LATER].map(|meeting| world.held(ROOM, meeting).object.as_ref()));
}

/// And as the two organizers see it.
pub(crate) fn organizers_hold_the_room_once(world: &World) {
    booked_once(world, &[TEA, REVIEW, LATER].map(|meeting| world.organizers(meeting)));
}

fn booked_once(world: &World, objects: &[Option<&SchedulingObject>]) {
    let mut objects: Vec<_> = objects.iter().copied().flatten().cloned().collect();
    for object in &mut objects {
        let keys: Vec<_> = object.parts().map(|(key, _)| key.clone()).collect();
        for key in keys {
            object.edit_part(&key, |part| {
                let accepts = attendees(part)
                    .iter()
                    .any(|room| is_own(ROOM, &room.address) && room.partstat == PartStat::Accepted);
                part.set(PropertyBuf::new("TRANSP", if accepts { "OPAQUE" } else { "TRANSPARENT" }).unwrap());
            });
        }
    }
    let calendar = BusyCalendar::new(&objects, world.parties[ROOM].engine.identities());
    let year = "20260101T000000Z".parse().unwrap().."20270101T000000Z".parse().unwrap();
    let (mut taken, _) = calendar.taken(year, &Zone::UTC, &Limits::default());
    taken.retain(|taken| taken.period.busy == BusyType::Busy);
    for (at, one) in taken.iter().enumerate() {
        for other in &taken[at + 1..] {
            let apart = one.period.end <= other.period.start || other.period.end <= one.period.start;
            assert!(apart || one.uid == other.uid, "booked twice: {one:?} {other:?}\n{world}");
        }
    }
}

/// Everything that can be asked of a world whose mail has been delivered.
pub(crate) fn all_at_rest(world: &World, seed: u64) {
    both_sides_agree(world);
    delegates_stand_where_they_were_sent(world);
    nobody_stands_for_who_answers(world);
    organizers_hold_the_room_once(world);
    an_override_that_says_nothing_new_is_silent(world);
    another_way_to_write_the_same_is_no_change(world, seed);
    strangers_see_nothing_private(world);
    the_unknown_survives(world);
}
