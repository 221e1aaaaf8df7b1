//! Who is told of what: nobody is mailed for what does not concern them, and each message says why it is sent.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use reefknot_core::Result;
use reefknot_core::engine::{Engine, read_object};
use reefknot_core::host::{
    Attempt, LocalUser, MemoryStore, Outgoing, Put, Scheduler, Source, Store, Transport, UserId,
};
use reefknot_core::ical::{Component, Limits, PropertyBuf};
use reefknot_core::itip::{
    Agent, Authentication, Carrier, Change, Disposition, Envelope, MessageReason, ObjectChange, Outcome,
    Preferences, ShowAnswers,
};
use reefknot_core::policy::Residence;
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{Identities, SchedulingObject, SchedulingState, edit_attendee};
use reefknot_core::value::{CalendarUserAddress, Timestamp};

const A: &str = "mailto:a@foo.com";
const B: &str = "mailto:b@foo.com";
const C: &str = "mailto:c@bar.com";
const D: &str = "mailto:d@foo.com";
const UID: &str = "tea@foo.com";
const FIRST: &str = "20261202T090000Z";
const THIRD: &str = "20261216T090000Z";

fn address(text: &str) -> CalendarUserAddress {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    "20261101T080000Z".parse().unwrap()
}

/// A weekly tea by A; B and C accepted.
fn tea() -> SchedulingObject {
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:{UID}\r\nDTSTAMP:20261101T070000Z\r\n\
         DTSTART:{FIRST}\r\nDTEND:20261202T100000Z\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\nSUMMARY:Tea\r\nORGANIZER:{A}\r\n\
         ATTENDEE;PARTSTAT=ACCEPTED:{A}\r\nATTENDEE;PARTSTAT=ACCEPTED:{B}\r\nATTENDEE;PARTSTAT=ACCEPTED:{C}\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    read_object(text.as_bytes(), &Limits::default()).unwrap()
}

fn edited(object: &SchedulingObject, change: impl FnOnce(&mut Component)) -> SchedulingObject {
    let mut object = object.clone();
    object.edit_part(&InstanceKey::Master, change);
    object
}

/// The object with a component for one instance.
fn instance(object: &SchedulingObject, key: &str, change: impl FnOnce(&mut Component)) -> SchedulingObject {
    let key: InstanceKey = key.parse().unwrap();
    let mut part = object.effective(&key).unwrap();
    change(&mut part);
    let mut object = object.clone();
    object.put_part(key, part);
    object
}

fn set(name: &str, value: &str) -> impl Fn(&mut Component) {
    let line = PropertyBuf::new(name, value).unwrap();
    move |part| part.set(line.clone())
}

fn remove_attendee(who: &str) -> impl Fn(&mut Component) {
    let who = address(who);
    move |part| {
        part.edit(|line| {
            let theirs = line.is("ATTENDEE") && address(&line.value()) == who;
            if theirs { reefknot_core::ical::Edit::Remove } else { reefknot_core::ical::Edit::Keep }
        });
    }
}

fn engine(who: &str) -> Engine {
    Engine::new(Identities::new(address(who)))
}

/// A changes the tea.
fn change(before: &SchedulingObject, after: &SchedulingObject) -> Outcome {
    engine(A).change(Some(before), Some(after), &SchedulingState::default(), now()).unwrap()
}

fn told(outcome: &Outcome) -> Vec<(String, MessageReason)> {
    outcome.messages.iter().map(|message| (message.recipient.to_string(), message.reason)).collect()
}

fn everybody(reason: MessageReason) -> Vec<(String, MessageReason)> {
    [B, C].map(|who| (who.to_owned(), reason)).to_vec()
}

#[test]
fn adding_one_person_mails_one_person() {
    let after = edited(&tea(), |part| part.push(PropertyBuf::new("ATTENDEE", D).unwrap()));
    assert_eq!(told(&change(&tea(), &after)), [(D.to_owned(), MessageReason::Invitation)]);
}

#[test]
fn removing_one_person_mails_one_person() {
    let outcome = change(&tea(), &edited(&tea(), remove_attendee(C)));
    assert_eq!(told(&outcome), [(C.to_owned(), MessageReason::Cancellation)]);
}

#[test]
fn a_changed_title_tells_and_asks_nothing_and_policy_may_keep_it_quiet() {
    let after = edited(&tea(), set("SUMMARY", "Cake"));
    assert_eq!(told(&change(&tea(), &after)), everybody(MessageReason::Update));
    let quiet = Preferences { tell_informational: false, ..Preferences::default() };
    let outcome = engine(A)
        .with_preferences(quiet)
        .change(Some(&tea()), Some(&after), &SchedulingState::default(), now())
        .unwrap();
    assert_eq!(told(&outcome), []);
}

#[test]
fn another_time_asks_again() {
    let after = edited(&tea(), set("DTSTART", "20261202T093000Z"));
    assert_eq!(told(&change(&tea(), &after)), everybody(MessageReason::Rescheduled));
}

#[test]
fn what_is_ones_own_mails_nobody() {
    let own: [fn(&mut Component); 4] = [
        |part| part.push_component(Component::new("VALARM").unwrap()),
        |part| part.set(PropertyBuf::new("TRANSP", "TRANSPARENT").unwrap()),
        |part| part.set(PropertyBuf::new("CATEGORIES", "Mine").unwrap()),
        |part| part.set(PropertyBuf::new("X-MOZ-LASTACK", "20261101T080000Z").unwrap()),
    ];
    for edit in own {
        let after = edited(&tea(), edit);
        for who in [A, B] {
            let outcome =
                engine(who).change(Some(&tea()), Some(&after), &SchedulingState::default(), now()).unwrap();
            assert_eq!((told(&outcome), outcome.refreshes.len()), (vec![], 0), "{after:?}");
        }
    }
}

#[test]
fn the_same_again_an_import_and_an_event_of_others_mail_nobody() {
    assert_eq!(told(&change(&tea(), &tea())), []);
    let state = SchedulingState::default();
    assert_eq!(told(&engine(A).import(&tea(), &state).unwrap()), []);
    // D syncs a calendar in which the event of others is.
    for (before, after) in [(None, Some(tea())), (Some(tea()), None)] {
        assert_eq!(told(&engine(D).change(before.as_ref(), after.as_ref(), &state, now()).unwrap()), []);
    }
}

#[test]
fn deleting_what_is_over_tells_nobody_unless_policy_wants_it() {
    let state = SchedulingState::default();
    let loud = Preferences { tell_past: true, ..Preferences::default() };
    for (who, heard) in [(A, 2), (B, 1)] {
        // The last instance ends on 23 December; a day later it is over in every zone.
        for (when, expected) in
            [("20261223T093000Z", heard), ("20261224T093000Z", heard), ("20261225T100001Z", 0)]
        {
            let outcome = engine(who).change(Some(&tea()), None, &state, when.parse().unwrap()).unwrap();
            assert_eq!(outcome.messages.len(), expected, "{who} {when}");
            assert_eq!(outcome.reasons.iter().any(|reason| reason.code == "past"), expected == 0);
            assert!(matches!(outcome.object, ObjectChange::Delete));
        }
        let loud = engine(who).with_preferences(loud.clone());
        let outcome = loud.change(Some(&tea()), None, &state, "20270301T000000Z".parse().unwrap()).unwrap();
        assert_eq!(outcome.messages.len(), heard);
    }
}

fn answer(object: &SchedulingObject, who: &str, partstat: &str) -> SchedulingObject {
    edited(object, |part| {
        edit_attendee(part, &address(who), |line| line.set_param("PARTSTAT", partstat)).unwrap();
    })
}

/// C's answer, received by A.
fn recorded(engine: &Engine) -> Outcome {
    let state = SchedulingState::default();
    let envelope = Envelope {
        sender: Some(address(C)),
        authentication: Authentication::Authenticated,
        carrier: Carrier::Mail,
    };
    engine.receive(Some(&tea()), &state, &recorded_reply(), &envelope, now().saturating_add(60)).unwrap()
}

#[test]
fn an_answer_mails_the_organizer_alone_and_shows_in_the_copies_of_the_others() {
    let outcome = recorded(&engine(A));
    assert_eq!((outcome.disposition, told(&outcome)), (Disposition::Applied, vec![]));
    let [refresh] = &outcome.refreshes[..] else { panic!("{:?}", outcome.refreshes) };
    assert_eq!((refresh.recipient.to_string(), refresh.reason), (B.to_owned(), MessageReason::Answers));
    let line = |partstat: &str| Some(format!("ATTENDEE;PARTSTAT={partstat}:{C}"));
    let expected = Change {
        instance: InstanceKey::Master,
        property: "ATTENDEE".into(),
        before: line("ACCEPTED"),
        after: line("DECLINED"),
    };
    assert_eq!(*refresh.changes, [expected]);

    let nobody = Preferences { show_answers: ShowAnswers::Nobody, ..Preferences::default() };
    for quiet in [engine(A).with_preferences(nobody), engine(A).with_agent(Agent::Alone)] {
        assert!(recorded(&quiet).refreshes.is_empty());
    }
}

#[test]
fn a_refreshed_copy_keeps_what_is_its_own_and_is_silent() {
    let outcome = recorded(&engine(A));
    let organizers = outcome.resulting(None).unwrap();
    let envelope = Envelope {
        sender: Some(address(A)),
        authentication: Authentication::Authenticated,
        carrier: Carrier::Local,
    };
    // B has meanwhile answered otherwise, which A does not know yet, and set an alarm.
    let held = edited(&answer(&tea(), B, "TENTATIVE"), |part| {
        part.push_component(Component::new("VALARM").unwrap());
    });
    let b = engine(B);
    let answered = b.change(Some(&tea()), Some(&held), &SchedulingState::default(), now()).unwrap();
    let held = answered.resulting(None).unwrap();
    let refresh = &outcome.refreshes[0];
    let taken = b.receive(Some(held), &answered.state, &refresh.calendar, &envelope, now()).unwrap();
    let copy = taken.resulting(Some(held)).unwrap();
    let answers = |object: &SchedulingObject| -> Vec<String> {
        object
            .attendees(&InstanceKey::Master)
            .iter()
            .map(|a| format!("{} {}", a.address, a.partstat))
            .collect()
    };
    assert_eq!(answers(copy), [format!("{A} ACCEPTED"), format!("{B} TENTATIVE"), format!("{C} DECLINED")]);
    assert_eq!(copy.sequence(), tea().sequence());
    assert!(copy.master().unwrap().component("VALARM").is_some());
    assert!(taken.messages.is_empty() && taken.notices.is_empty(), "{:?}", taken.notices);

    // Twice is once, and the organizer's next message is not old because of it.
    let twice = b.receive(Some(copy), &taken.state, &refresh.calendar, &envelope, now()).unwrap();
    assert_eq!(twice.disposition, Disposition::Ignored);
    let renamed = edited(organizers, set("SUMMARY", "Cake"));
    let next = engine(A).change(Some(organizers), Some(&renamed), &outcome.state, now()).unwrap();
    let update = next.messages.iter().find(|message| message.recipient == address(B)).unwrap();
    let told = b.receive(Some(copy), &taken.state, &update.calendar, &envelope, now()).unwrap();
    assert_eq!(told.disposition, Disposition::Applied);
    assert_eq!(told.resulting(None).unwrap().master().unwrap().value("SUMMARY").as_deref(), Some("Cake"));
}

#[derive(Default)]
struct Mail(Vec<Outgoing>);

impl Transport for Mail {
    fn mail(&mut self, message: &Outgoing, _: &str, _: Timestamp) -> Result<Attempt> {
        self.0.push(message.clone());
        Ok(Attempt::Handed)
    }
}

#[test]
fn on_a_server_others_see_an_answer_without_mail_or_notice() {
    let users: Vec<LocalUser> = [A, B]
        .map(|uri| LocalUser::new(UserId::new(&uri["mailto:".len()..][..1]), Identities::new(address(uri))))
        .into();
    let (mut store, mut mail) = (MemoryStore::new(), Mail::default());
    let mut host = Scheduler::new(&mut store, &users, Agent::Server, Limits::default());
    let invitation =
        edited(&tea(), |part| part.push(PropertyBuf::new("ATTENDEE", "mailto:e@baz.net").unwrap()));
    let text = invitation.to_calendar().to_bytes();
    let put =
        Put { calendar: Some(&text), based_on: None, residence: Residence::Synced, source: Source::User };
    host.put(&"a".into(), UID, put, now()).unwrap();
    host.deliver(&mut mail, now(), 100).unwrap();
    let invited: Vec<_> = mail.0.drain(..).map(|message| message.recipient.to_string()).collect();
    assert_eq!(invited, [C, "mailto:e@baz.net"]);

    // C answers by mail: B sees it here, and E is not written to.
    let reply = recorded_reply();
    let envelope = Envelope {
        sender: Some(address(C)),
        authentication: Authentication::Claimed,
        carrier: Carrier::Mail,
    };
    let later = now().saturating_add(600);
    let outcome = host.receive(&"a".into(), &reply, &envelope, later).unwrap();
    assert!(outcome.reasons.iter().any(|reason| reason.code == "answers-not-shown"), "{:?}", outcome.reasons);
    let delivered = host.deliver(&mut mail, later, 100).unwrap();
    assert_eq!((delivered.done, delivered.notices.len(), mail.0.len()), (1, 0, 0));
    let copy = store.load(&"b".into(), UID).unwrap().unwrap();
    let copy = read_object(&copy.calendar.unwrap(), &Limits::default()).unwrap();
    let c = copy.attendees(&InstanceKey::Master).into_iter().find(|a| a.address == address(C)).unwrap();
    assert_eq!(c.partstat.as_str(), "DECLINED");
    // The status of the line is that of the invitation.
    let own = store.load(&"a".into(), UID).unwrap().unwrap();
    assert!(String::from_utf8(own.calendar.unwrap()).unwrap().contains("SCHEDULE-STATUS=1.2"));
}

fn recorded_reply() -> Component {
    let declined = engine(C)
        .change(Some(&tea()), Some(&answer(&tea(), C, "DECLINED")), &SchedulingState::default(), now())
        .unwrap();
    assert_eq!(told(&declined), [(A.to_owned(), MessageReason::Reply)]);
    Component::clone(&declined.messages[0].calendar)
}

/// Each kind of change, and what B is told of it: instance, property, before, after.
#[test]
fn every_message_says_what_changed() {
    let line = |name: &str, value: &str| format!("{name}:{value}");
    let exdate = edited(&tea(), |part| part.push(PropertyBuf::new("EXDATE", THIRD).unwrap()));
    let moved = instance(&tea(), THIRD, |part| {
        set("DTSTART", "20261216T110000Z")(part);
        set("DTEND", "20261216T120000Z")(part);
    });
    let secret = edited(&tea(), |part| {
        set("SUMMARY", "Cake")(part);
        set("CATEGORIES", "Secret")(part);
        part.push_component(Component::new("VALARM").unwrap());
    });
    let c_line = format!("ATTENDEE;PARTSTAT=ACCEPTED:{C}");
    let b_line = format!("ATTENDEE;PARTSTAT=ACCEPTED:{B}");
    let d_line = format!("ATTENDEE:{D}");
    let added = edited(&tea(), |part| {
        set("LOCATION", "Kitchen")(part);
        part.push(PropertyBuf::new("ATTENDEE", D).unwrap());
    });
    let removed = edited(&tea(), |part| {
        set("LOCATION", "Kitchen")(part);
        remove_attendee(C)(part);
    });
    let of_others = instance(&tea(), THIRD, |part| {
        remove_attendee(B)(part);
        set("SUMMARY", "About B")(part);
    });
    let told_of_theirs = edited(&of_others, set("LOCATION", "Kitchen"));
    let told_of_theirs = instance(&told_of_theirs, THIRD, set("SUMMARY", "More about B"));
    let location = ("", "LOCATION", None, Some(line("LOCATION", "Kitchen")));
    type Row = (&'static str, &'static str, Option<String>, Option<String>);
    let table: Vec<(&str, SchedulingObject, SchedulingObject, MessageReason, Vec<Row>)> = vec![
        (
            "another time",
            tea(),
            edited(&tea(), set("DTSTART", "20261202T093000Z")),
            MessageReason::Rescheduled,
            vec![("", "DTSTART", Some(line("DTSTART", FIRST)), Some(line("DTSTART", "20261202T093000Z")))],
        ),
        (
            "another rule",
            tea(),
            edited(&tea(), set("RRULE", "FREQ=WEEKLY;COUNT=2")),
            MessageReason::Update,
            vec![(
                "",
                "RRULE",
                Some("RRULE:FREQ=WEEKLY;COUNT=4".into()),
                Some("RRULE:FREQ=WEEKLY;COUNT=2".into()),
            )],
        ),
        (
            "a moved instance",
            tea(),
            moved,
            MessageReason::Rescheduled,
            vec![
                (THIRD, "DTSTART", Some(line("DTSTART", THIRD)), Some(line("DTSTART", "20261216T110000Z"))),
                (
                    THIRD,
                    "DTEND",
                    Some(line("DTEND", "20261216T100000Z")),
                    Some(line("DTEND", "20261216T120000Z")),
                ),
            ],
        ),
        (
            "an excluded instance",
            tea(),
            exdate.clone(),
            MessageReason::Update,
            vec![("", "EXDATE", None, Some(line("EXDATE", THIRD)))],
        ),
        (
            "an instance that is back",
            exdate,
            tea(),
            MessageReason::Rescheduled,
            vec![("", "EXDATE", Some(line("EXDATE", THIRD)), None)],
        ),
        (
            "a cancelled instance",
            tea(),
            instance(&tea(), THIRD, set("STATUS", "CANCELLED")),
            MessageReason::Cancellation,
            vec![(THIRD, "STATUS", None, Some("STATUS:CANCELLED".into()))],
        ),
        (
            "a cancelled series",
            tea(),
            edited(&tea(), set("STATUS", "CANCELLED")),
            MessageReason::Cancellation,
            vec![("", "STATUS", None, Some("STATUS:CANCELLED".into()))],
        ),
        (
            "uninvited",
            tea(),
            edited(&tea(), remove_attendee(B)),
            MessageReason::Cancellation,
            vec![("", "ATTENDEE", Some(b_line), None)],
        ),
        (
            "somebody else comes",
            tea(),
            added,
            MessageReason::Update,
            vec![location.clone(), ("", "ATTENDEE", None, Some(d_line))],
        ),
        (
            "somebody else does not",
            tea(),
            removed,
            MessageReason::Update,
            vec![location.clone(), ("", "ATTENDEE", Some(c_line), None)],
        ),
        (
            "what is private is not told",
            tea(),
            secret,
            MessageReason::Update,
            vec![("", "SUMMARY", Some(line("SUMMARY", "Tea")), Some(line("SUMMARY", "Cake")))],
        ),
        (
            "nor an instance that is not theirs",
            of_others,
            told_of_theirs,
            MessageReason::Update,
            vec![location],
        ),
    ];
    for (name, before, after, reason, expected) in table {
        let outcome = change(&before, &after);
        let mut theirs = outcome.messages.iter().filter(|message| message.recipient == address(B));
        let message = theirs.find(|message| message.reason == reason);
        let message = message.unwrap_or_else(|| panic!("{name}: {:?}", told(&outcome)));
        let found: Vec<_> = message
            .changes
            .iter()
            .map(|c| (c.instance.to_string(), c.property.as_str(), c.before.clone(), c.after.clone()))
            .collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(key, name, before, after)| (key.to_owned(), name, before, after))
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}
