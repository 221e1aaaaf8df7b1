//! "This and all following": the organizer's program ends a series and begins another (RFC 5545 §3.8.4.5).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use reefknot_core::engine::{Engine, read_object};
use reefknot_core::ical::{Limits, PropertyBuf};
use reefknot_core::itip::{Authentication, Carrier, Envelope, MessageReason, Outcome};
use reefknot_core::recurrence::{Budget, InstanceKey, Series};
use reefknot_core::scheduling::{Identities, SchedulingObject, SchedulingState};
use reefknot_core::value::{CalendarUserAddress, Timestamp};

const A: &str = "mailto:a@foo.com";
const B: &str = "mailto:b@foo.com";
const C: &str = "mailto:c@bar.com";
const THIRD: &str = "20261216T090000Z";

fn address(text: &str) -> CalendarUserAddress {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    "20261101T080000Z".parse().unwrap()
}

fn object(master: &str, overrides: &str) -> SchedulingObject {
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:old\r\nDTSTAMP:20261101T070000Z\r\n\
         SUMMARY:Tea\r\nORGANIZER:{A}\r\nATTENDEE;PARTSTAT=ACCEPTED:{A}\r\nATTENDEE;PARTSTAT=ACCEPTED:{B}\r\n\
         ATTENDEE;PARTSTAT=DECLINED:{C}\r\n{master}END:VEVENT\r\n{overrides}END:VCALENDAR\r\n"
    );
    read_object(text.as_bytes(), &Limits::default()).unwrap()
}

fn weekly() -> SchedulingObject {
    object("DTSTART:20261202T090000Z\r\nDTEND:20261202T100000Z\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\n", "")
}

fn key(text: &str) -> InstanceKey {
    text.parse().unwrap()
}

fn told(outcome: &Outcome) -> Vec<(String, MessageReason)> {
    outcome.messages.iter().map(|message| (message.recipient.to_string(), message.reason)).collect()
}

fn answers(object: &SchedulingObject, key: &InstanceKey) -> Vec<String> {
    object.attendees(key).iter().map(|attendee| attendee.partstat.to_string()).collect()
}

/// The organizer puts both halves.
fn put(whole: &SchedulingObject, before: &SchedulingObject, after: &SchedulingObject) -> [Outcome; 2] {
    let engine = Engine::new(Identities::new(address(A)));
    let state = SchedulingState::default();
    [
        engine.change(Some(whole), Some(before), &state, now()).unwrap(),
        engine.change(None, Some(after), &state, now()).unwrap(),
    ]
}

#[test]
fn a_split_tells_of_the_end_and_invites_with_the_answers_that_hold() {
    let (before, after) = weekly().split(&key(THIRD), "new").unwrap();
    assert_eq!((before.uid(), after.uid()), ("old", "new"));
    let related = after.master().unwrap().property("RELATED-TO").unwrap().content_line().into_owned();
    assert_eq!(related, "RELATED-TO;RELTYPE=FIRST:old");

    let [shortened, begun] = put(&weekly(), &before, &after);
    let everybody = |reason| [B, C].map(|who| (who.to_owned(), reason)).to_vec();
    assert_eq!(told(&shortened), everybody(MessageReason::Update));
    assert_eq!(told(&begun), everybody(MessageReason::Invitation));
    for outcome in [&shortened, &begun] {
        let stored = outcome.resulting(None).unwrap();
        assert_eq!(answers(stored, &InstanceKey::Master), ["ACCEPTED", "ACCEPTED", "DECLINED"]);
        assert!(!outcome.reasons.iter().any(|reason| reason.code == "answer-reset"), "{:?}", outcome.reasons);
    }

    // B's answer stands in both, and nothing is asked or sent.
    let b = Engine::new(Identities::new(address(B)));
    let from = Envelope {
        sender: Some(address(A)),
        authentication: Authentication::Authenticated,
        carrier: Carrier::Mail,
    };
    let state = SchedulingState::default();
    let old = b.receive(Some(&weekly()), &state, &shortened.messages[0].calendar, &from, now()).unwrap();
    let new = b.receive(None, &state, &begun.messages[0].calendar, &from, now()).unwrap();
    for outcome in [&old, &new] {
        assert_eq!(answers(outcome.resulting(None).unwrap(), &InstanceKey::Master)[1], "ACCEPTED");
        assert!(outcome.messages.is_empty());
    }
}

#[test]
fn who_is_at_another_time_is_asked_again() {
    let (before, mut after) = weekly().split(&key(THIRD), "new").unwrap();
    after.edit_part(&InstanceKey::Master, |part| {
        part.set(PropertyBuf::new("DTSTART", "20261216T110000Z").unwrap());
        part.set(PropertyBuf::new("DTEND", "20261216T120000Z").unwrap());
    });
    after.ask_again().unwrap();
    let [_, begun] = put(&weekly(), &before, &after);
    let stored = begun.resulting(None).unwrap();
    assert_eq!(answers(stored, &InstanceKey::Master), ["ACCEPTED", "NEEDS-ACTION", "NEEDS-ACTION"]);
}

#[test]
fn overrides_go_with_their_instances_and_nobody_loses_an_answer() {
    let overridden = |at: &str, partstat: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:old\r\nDTSTAMP:20261101T070000Z\r\nRECURRENCE-ID:{at}\r\nDTSTART:{at}\r\nSUMMARY:Tea\r\n\
             ORGANIZER:{A}\r\nATTENDEE;PARTSTAT=ACCEPTED:{A}\r\nATTENDEE;PARTSTAT={partstat}:{B}\r\nEND:VEVENT\r\n"
        )
    };
    let (second, fourth) = ("20261209T090000Z", "20261223T090000Z");
    let whole = object(
        "DTSTART:20261202T090000Z\r\nDTEND:20261202T100000Z\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\n",
        &(overridden(second, "TENTATIVE") + &overridden(fourth, "DECLINED")),
    );
    let (before, after) = whole.split(&key(THIRD), "new").unwrap();
    assert_eq!(before.overrides().collect::<Vec<_>>(), [&key(second)]);
    assert_eq!(after.overrides().collect::<Vec<_>>(), [&key(fourth)]);
    let [shortened, begun] = put(&whole, &before, &after);
    assert_eq!(answers(shortened.resulting(None).unwrap(), &key(second)), ["ACCEPTED", "TENTATIVE"]);
    assert_eq!(answers(begun.resulting(None).unwrap(), &key(fourth)), ["ACCEPTED", "DECLINED"]);
    // C attends neither override, and is still in both series.
    assert!(
        told(&shortened).iter().all(|(_, reason)| *reason == MessageReason::Update),
        "{:?}",
        told(&shortened)
    );
}

#[test]
fn what_holds_from_an_instance_on_goes_on_in_the_new_series() {
    let later = format!(
        "BEGIN:VEVENT\r\nUID:old\r\nDTSTAMP:20261101T070000Z\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261209T090000Z\r\n\
         DTSTART:20261209T110000Z\r\nDTEND:20261209T120000Z\r\nSUMMARY:Late tea\r\nORGANIZER:{A}\r\n\
         ATTENDEE;PARTSTAT=ACCEPTED:{A}\r\nATTENDEE;PARTSTAT=TENTATIVE:{B}\r\nEND:VEVENT\r\n"
    );
    let whole =
        object("DTSTART:20261202T090000Z\r\nDTEND:20261202T100000Z\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\n", &later);
    let (before, after) = whole.split(&key(THIRD), "new").unwrap();
    assert!(before.part(&key("20261209T090000Z")).is_some());
    for at in [THIRD, "20261230T090000Z"] {
        let (was, is) = (whole.effective(&key(at)).unwrap(), after.effective(&key(at)).unwrap());
        for name in ["DTSTART", "DTEND", "SUMMARY"] {
            assert_eq!(was.value(name), is.value(name), "{at}");
        }
        assert_eq!(answers(&after, &key(at)), ["ACCEPTED", "TENTATIVE"]);
    }
}

#[test]
fn what_cannot_be_split_says_why() {
    for (at, why) in [
        ("", "it has no instance there"),
        ("20261217T090000Z", "it has no instance there"),
        ("20261202T090000Z", "it begins there"),
    ] {
        let error = weekly().split(&key(at), "new").unwrap_err().to_string();
        assert!(error.contains(why), "{at}: {error}");
    }
}

/// The first instances of a series.
fn instances(object: &SchedulingObject) -> Vec<InstanceKey> {
    let series = Series::new(object.zones().clone(), &[object.master().unwrap()]).unwrap();
    let mut walk = series.set().unwrap().walk();
    let mut budget = Budget::default();
    std::iter::from_fn(|| walk.next(&mut budget).unwrap()).take(60).map(|item| item.key()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The two halves have the instances of the whole, and each its own.
    #[test]
    fn no_instance_is_lost_or_doubled(
        rule in prop::sample::select(vec![
            "FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "FREQ=MONTHLY;BYDAY=MO,WE;BYSETPOS=2,-1",
            "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY;BYMONTH=3,12", "FREQ=DAILY;BYHOUR=9,15",
        ]),
        end in prop::sample::select(vec!["", ";COUNT=12", ";UNTIL=20270301T000000Z"]),
        dates in prop::sample::select(vec!["", "RDATE:20261205T120000Z,20270105T120000Z\r\nEXDATE:20261210T090000Z\r\n"]),
        zone in prop::bool::ANY,
        pick in 1..10_usize,
    ) {
        let start = if zone { "DTSTART;TZID=Europe/Berlin:20261203T100000" } else { "DTSTART:20261203T090000Z" };
        let whole = object(&format!("{start}\r\nRRULE:{rule}{end}\r\n{dates}"), "");
        let all = instances(&whole);
        prop_assume!(all.len() > pick);
        let Ok((before, after)) = whole.split(&all[pick], "new") else {
            // A rule without a time takes that of its DTSTART: it cannot go on from an RDATE at another time.
            prop_assert!(all[pick].to_string().ends_with("T120000Z"), "{}", all[pick]);
            return Ok(());
        };
        prop_assert_eq!(&instances(&before), &all[..pick]);
        let rest = instances(&after);
        let common = rest.len().min(all.len() - pick);
        prop_assert_eq!(&rest[..common], &all[pick..pick + common]);
        prop_assert!(!end.contains("COUNT") || rest.len() == all.len() - pick, "{:?}", after);
        // The shortened rule asks nobody again, and cancels for nobody.
        let [shortened, _] = put(&whole, &before, &after);
        prop_assert!(told(&shortened).iter().all(|(_, reason)| *reason == MessageReason::Update), "{:?}", told(&shortened));
    }
}
