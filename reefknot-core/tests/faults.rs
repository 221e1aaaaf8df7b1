//! Faults seen in engines people use today, each as a short conversation.
#![allow(clippy::unwrap_used)]

use reefknot_core::engine::{Engine, read_object};
use reefknot_core::ical::{Component, Edit, Limits, PropertyBuf};
use reefknot_core::itip::{
    Agent, Authentication, Carrier, Disposition, Envelope, Message, MessageReason, Method, Outcome,
};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{
    Identities, SchedulingObject, SchedulingState, attendees, edit_attendee, fields,
};
use reefknot_core::value::{CalendarUserAddress, Timestamp};

const A: &str = "mailto:a@foo.com";
const B: &str = "mailto:b@foo.com";
const C: &str = "mailto:c@bar.com";

fn address(text: &str) -> CalendarUserAddress {
    text.parse().unwrap()
}

/// One person with their copy.
struct Person {
    engine: Engine,
    object: Option<SchedulingObject>,
    state: SchedulingState,
    clock: Timestamp,
}

impl Person {
    fn new(who: &str) -> Self {
        Self {
            engine: Engine::new(Identities::new(address(who))),
            object: None,
            state: SchedulingState::default(),
            clock: "20261101T080000Z".parse().unwrap(),
        }
    }

    fn take(&mut self, outcome: Outcome) -> Outcome {
        self.object = outcome.resulting(self.object.as_ref()).cloned();
        self.state = outcome.state.clone();
        self.clock = self.clock.saturating_add(60);
        outcome
    }

    fn puts(&mut self, after: Option<&SchedulingObject>) -> Outcome {
        let outcome = self.engine.change(self.object.as_ref(), after, &self.state, self.clock).unwrap();
        self.take(outcome)
    }

    fn edits(&mut self, key: &str, edit: impl FnOnce(&mut Component)) -> Outcome {
        let mut after = self.object.clone().unwrap();
        let key = key.parse().unwrap();
        let mut part = after.effective(&key).unwrap();
        edit(&mut part);
        after.put_part(key, part);
        self.puts(Some(&after))
    }

    fn answers(&mut self, who: &str, key: &str, answer: &str) -> Outcome {
        self.edits(key, |part| {
            edit_attendee(part, &address(who), |line| line.set_param("PARTSTAT", answer)).unwrap();
        })
    }

    fn gets(&mut self, message: &Message) -> Outcome {
        self.gets_from(&message.calendar, message.originator.uri())
    }

    fn gets_from(&mut self, calendar: &Component, sender: &str) -> Outcome {
        let envelope = Envelope {
            sender: Some(address(sender)),
            authentication: Authentication::Authenticated,
            carrier: Carrier::Mail,
        };
        let outcome =
            self.engine.receive(self.object.as_ref(), &self.state, calendar, &envelope, self.clock).unwrap();
        self.take(outcome)
    }

    fn answer_of(&self, who: &str, key: &str) -> Option<String> {
        let attendees = self.object.as_ref()?.attendees(&key.parse().unwrap());
        attendees.into_iter().find(|a| a.address == address(who)).map(|a| a.partstat.to_string())
    }

    fn takes_place(&self, key: &str) -> bool {
        let part = self.object.as_ref().and_then(|object| object.effective(&key.parse().unwrap()));
        part.is_some_and(|part| !fields::is_cancelled(&part))
    }
}

fn event(more: &str, invited: &[&str]) -> SchedulingObject {
    let invited: String = invited.iter().map(|who| format!("ATTENDEE;RSVP=TRUE:{who}\r\n")).collect();
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//faults//EN\r\nBEGIN:VEVENT\r\nUID:standup@foo.com\r\n\
         DTSTAMP:20261101T070000Z\r\nDTSTART:20261202T090000Z\r\nDTEND:20261202T093000Z\r\nSUMMARY:Stand-up\r\n\
         ORGANIZER:{A}\r\nATTENDEE;PARTSTAT=ACCEPTED:{A}\r\n{invited}{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    read_object(text.as_bytes(), &Limits::default()).unwrap()
}

const WEEKLY: &str = "RRULE:FREQ=WEEKLY;COUNT=4\r\n";
const SECOND: &str = "20261209T090000Z";

fn set(part: &mut Component, name: &str, value: &str) {
    part.set(PropertyBuf::new(name, value).unwrap());
}

fn recipients(outcome: &Outcome) -> Vec<(String, MessageReason)> {
    outcome.messages.iter().map(|m| (m.recipient.to_string(), m.reason)).collect()
}

/// A invited B and C; both hold the event, nobody has answered.
fn invited(more: &str) -> (Person, Person, Person, Vec<Message>) {
    let (mut a, mut b, mut c) = (Person::new(A), Person::new(B), Person::new(C));
    let sent = a.puts(Some(&event(more, &[B, C]))).messages;
    b.gets(sent.iter().find(|m| m.recipient == address(B)).unwrap());
    c.gets(sent.iter().find(|m| m.recipient == address(C)).unwrap());
    (a, b, c, sent)
}

#[test]
fn one_answer_to_one_instance_reinvites_nobody() {
    let (mut a, mut b, _, _) = invited(WEEKLY);
    let reply = b.answers(B, SECOND, "DECLINED").messages;
    let outcome = a.gets(&reply[0]);
    assert_eq!(outcome.disposition, Disposition::Applied);
    assert!(outcome.messages.is_empty());
    // The server of a client that writes the object back as it is sends nothing either.
    let same = a.object.clone();
    assert!(a.puts(same.as_ref()).messages.is_empty());
}

#[test]
fn a_request_for_one_instance_leaves_the_rest_of_the_series() {
    let (mut a, mut b, _, _) = invited(WEEKLY);
    let sent = a.edits(SECOND, |part| set(part, "DTSTART", "20261209T083000Z")).messages;
    let mut one = (*sent.iter().find(|m| m.recipient == address(B)).unwrap().calendar).clone();
    one.retain_components(|part| part.property("RECURRENCE-ID").is_some() || !part.is("VEVENT"));
    assert_eq!(b.gets_from(&one, A).disposition, Disposition::Applied);
    for key in ["20261202T090000Z", SECOND, "20261216T090000Z", "20261223T090000Z"] {
        assert!(b.takes_place(key), "{key}");
    }
}

#[test]
fn a_cancelled_instance_leaves_the_series() {
    let (mut a, mut b, _, _) = invited(WEEKLY);
    let outcome = a.edits(SECOND, |part| set(part, "STATUS", "CANCELLED"));
    assert!(
        outcome
            .messages
            .iter()
            .all(|m| m.method == Method::Cancel && m.calendar.to_string().contains("RECURRENCE-ID"))
    );
    b.gets(outcome.messages.iter().find(|m| m.recipient == address(B)).unwrap());
    assert!(!b.takes_place(SECOND) && b.takes_place("20261216T090000Z"));
}

#[test]
fn a_reply_sent_earlier_and_received_later_loses() {
    let (mut a, mut b, _, _) = invited("");
    let first = b.answers(B, "", "ACCEPTED").messages;
    let second = b.answers(B, "", "DECLINED").messages;
    a.gets(&second[0]);
    let late = a.gets(&first[0]);
    assert_eq!((late.disposition, late.reasons[0].code), (Disposition::Ignored, "stale-reply"));
    assert_eq!(a.answer_of(B, "").unwrap(), "DECLINED");
}

#[test]
fn a_lower_sequence_does_not_revive_a_cancelled_event() {
    let (mut a, mut b, _, sent) = invited("");
    let cancels = a.puts(None).messages;
    b.gets(cancels.iter().find(|m| m.recipient == address(B)).unwrap());
    let old = b.gets(sent.iter().find(|m| m.recipient == address(B)).unwrap());
    assert_eq!(old.disposition, Disposition::Ignored);
    assert!(!b.takes_place(""));
    // Nor when the copy was deleted, or the cancellation came before the invitation.
    b.puts(None);
    assert_eq!(b.gets(&sent[0]).disposition, Disposition::Ignored);
    let mut late = Person::new(B);
    late.gets(&cancels[0]);
    assert_eq!(late.gets(&sent[0]).disposition, Disposition::Ignored);
    assert!(late.object.is_none());
}

#[test]
fn an_answer_to_an_instance_makes_a_whole_override() {
    let (mut a, mut b, _, _) = invited(WEEKLY);
    a.gets(&b.answers(B, SECOND, "TENTATIVE").messages[0]);
    let part = a.object.as_ref().unwrap().part(&SECOND.parse().unwrap()).cloned().unwrap();
    assert_eq!(part.value("DTSTART").unwrap(), SECOND);
    assert_eq!(part.value("DTEND").unwrap(), "20261209T093000Z");
    assert!(part.property("RRULE").is_none());
    assert_eq!(attendees(&part).len(), 3);
}

#[test]
fn a_new_attendee_gets_an_invitation_and_nobody_else_gets_mail() {
    let (mut a, mut b, _, _) = invited("");
    a.gets(&b.answers(B, "", "ACCEPTED").messages[0]);
    let outcome = a.edits("", |part| part.push(PropertyBuf::new("ATTENDEE", "mailto:d@bar.com").unwrap()));
    assert_eq!(recipients(&outcome), [("mailto:d@bar.com".to_owned(), MessageReason::Invitation)]);
    assert_eq!(a.answer_of(B, "").unwrap(), "ACCEPTED");
}

#[test]
fn importing_a_file_invites_nobody() {
    let a = Person::new(A);
    let outcome = a.engine.import(&event("", &[B, C]), &a.state).unwrap();
    assert!(outcome.messages.is_empty());
    assert_eq!(outcome.reasons[0].code, "imported");
}

#[test]
fn an_attendee_does_not_raise_sequence() {
    let (mut a, mut b, _, _) = invited("");
    let outcome = b.edits("", |part| {
        set(part, "SEQUENCE", "7");
        edit_attendee(part, &address(B), |line| line.set_param("PARTSTAT", "ACCEPTED")).unwrap();
    });
    assert_eq!(outcome.messages[0].sequence, 0);
    assert_eq!(b.object.as_ref().unwrap().sequence(), 0);
    assert_eq!(a.gets(&outcome.messages[0]).disposition, Disposition::Applied);
}

#[test]
fn letter_case_and_aliases_make_no_second_attendee() {
    let (mut a, mut b, _, _) = invited("");
    b.engine =
        Engine::new(Identities::new(address("mailto:bert@foo.com")).with_alias(address("MAILTO:B@Foo.com")));
    let reply = b.answers(B, "", "ACCEPTED").messages;
    let mut shouted = (*reply[0].calendar).clone();
    for part in shouted.components_mut() {
        part.edit(|line| {
            if !line.is("ATTENDEE") {
                return Edit::Keep;
            }
            let mut line = line.to_buf();
            line.set_value("MAILTO:B@FOO.COM").unwrap();
            Edit::Replace(line)
        });
    }
    a.gets_from(&shouted, "mailto:B@foo.com");
    assert_eq!(a.object.as_ref().unwrap().attendees(&InstanceKey::Master).len(), 3);
    assert_eq!(a.answer_of(B, "").unwrap(), "ACCEPTED");
}

#[test]
fn a_reply_lists_the_series_and_instances_and_needs_no_organizer() {
    let (mut a, mut b, _, _) = invited(WEEKLY);
    b.answers(B, SECOND, "DECLINED");
    let reply = b.answers(B, "", "ACCEPTED").messages;
    assert_eq!(reply[0].calendar.components_named("VEVENT").count(), 2);
    let mut bare = (*reply[0].calendar).clone();
    bare.components_mut().for_each(|part| {
        part.remove("ORGANIZER");
    });
    assert_eq!(a.gets_from(&bare, B).disposition, Disposition::Applied);
    assert_eq!(
        (a.answer_of(B, "").unwrap(), a.answer_of(B, SECOND).unwrap()),
        ("ACCEPTED".into(), "DECLINED".into())
    );
}

#[test]
fn a_recurrence_id_in_another_zone_is_the_same_instance() {
    let (mut a, mut b, _, _) = invited(WEEKLY);
    let mut reply = (*b.answers(B, SECOND, "DECLINED").messages[0].calendar).clone();
    for part in reply.components_mut() {
        let mut id = PropertyBuf::new("RECURRENCE-ID", "20261209T040000").unwrap();
        id.set_param("TZID", "America/New_York").unwrap();
        part.set(id);
    }
    assert_eq!(a.gets_from(&reply, B).disposition, Disposition::Applied);
    assert_eq!(a.answer_of(B, SECOND).unwrap(), "DECLINED");
}

#[test]
fn who_attends_one_instance_sees_that_instance_and_the_rest_see_an_exclusion() {
    let (mut a, _, _, _) = invited(WEEKLY);
    let outcome = a.edits(SECOND, |part| {
        part.push(PropertyBuf::new("ATTENDEE", "mailto:d@bar.com").unwrap());
        part.edit(|line| if line.is("ATTENDEE") && line.value() == C { Edit::Remove } else { Edit::Keep });
    });
    let to =
        |who: &str| outcome.messages.iter().filter(move |m| m.recipient == address(who)).collect::<Vec<_>>();
    let d = to("mailto:d@bar.com");
    assert_eq!((d.len(), d[0].reason), (1, MessageReason::Invitation));
    assert!(!d[0].calendar.to_string().contains("RRULE"));
    assert!(
        to(C)
            .iter()
            .any(|m| m.method == Method::Cancel && m.calendar.to_string().contains("RECURRENCE-ID:20261209"))
    );
    let again = a.edits("", |part| set(part, "LOCATION", "Room 2"));
    let body = again.messages.iter().find(|m| m.recipient == address(C)).unwrap().calendar.to_string();
    assert!(body.contains("EXDATE:20261209T090000Z") && !body.contains("RECURRENCE-ID"), "{body}");
}

#[test]
fn somebody_who_says_to_act_for_another_is_not_believed_unasked() {
    let (mut a, mut b, _, _) = invited("");
    let reply = b.answers(B, "", "ACCEPTED").messages;
    assert_eq!(a.gets_from(&reply[0].calendar, "mailto:d@bar.com").disposition, Disposition::Rejected);
    let mut signed = (*reply[0].calendar).clone();
    for part in signed.components_mut() {
        edit_attendee(part, &address(B), |line| line.set_param("SENT-BY", "mailto:d@bar.com")).unwrap();
    }
    assert_eq!(a.gets_from(&signed, "mailto:d@bar.com").disposition, Disposition::NeedsDecision);
    assert_eq!(a.answer_of(B, "").unwrap(), "NEEDS-ACTION");
}

#[test]
fn each_program_sends_only_what_schedule_agent_gives_it() {
    let agents = ["", ";SCHEDULE-AGENT=CLIENT", ";SCHEDULE-AGENT=NONE", ";SCHEDULE-AGENT=X-OTHER"];
    let expected = [
        (Agent::Server, [true, false, false, false]),
        (Agent::Client, [false, true, false, false]),
        (Agent::Alone, [true, true, false, false]),
    ];
    for (agent, sends) in expected {
        for (param, send) in agents.iter().zip(sends) {
            let text = event("", &[]).to_calendar().to_string();
            let text = text.replace("END:VEVENT", &format!("ATTENDEE{param}:{B}\r\nEND:VEVENT"));
            let object = read_object(text.as_bytes(), &Limits::default()).unwrap();
            let engine = Engine::new(Identities::new(address(A))).with_agent(agent);
            let now = "20261101T080000Z".parse().unwrap();
            let outcome = engine.change(None, Some(&object), &SchedulingState::default(), now).unwrap();
            assert_eq!(!outcome.messages.is_empty(), send, "{agent:?} {param}");
            assert!(outcome.messages.iter().all(|m| !m.calendar.to_string().contains("SCHEDULE-AGENT")));
            // An attendee's program looks at the ORGANIZER.
            let copy = event("", &[B])
                .to_calendar()
                .to_string()
                .replace("ORGANIZER:", &format!("ORGANIZER{param}:"));
            let before = read_object(copy.as_bytes(), &Limits::default()).unwrap();
            let mut after = before.clone();
            after.edit_part(&InstanceKey::Master, |part| {
                edit_attendee(part, &address(B), |line| line.set_param("PARTSTAT", "ACCEPTED")).unwrap();
            });
            let engine = Engine::new(Identities::new(address(B))).with_agent(agent);
            let outcome =
                engine.change(Some(&before), Some(&after), &SchedulingState::default(), now).unwrap();
            assert_eq!(!outcome.messages.is_empty(), send, "{agent:?} {param}");
        }
    }
}

#[test]
fn this_and_future_ends_the_series_there() {
    let (_, mut b, _, _) = invited(WEEKLY);
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:standup@foo.com\r\n\
         DTSTAMP:20261102T070000Z\r\nSEQUENCE:1\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261216T090000Z\r\nORGANIZER:{A}\r\n\
         ATTENDEE:{B}\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let cancel = reefknot_core::engine::read_calendar(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(b.gets_from(&cancel, A).disposition, Disposition::Applied);
    let stands =
        ["20261202T090000Z", SECOND, "20261216T090000Z", "20261223T090000Z"].map(|key| b.takes_place(key));
    assert_eq!(stands, [true, true, false, false]);
}

#[test]
fn who_pretends_to_delegate_rewrites_nothing_that_is_stored() {
    let (_, mut b, _, sent) = invited("");
    let mut forged = (*sent.iter().find(|m| m.recipient == address(B)).unwrap().calendar).clone();
    for part in forged.components_mut().filter(|part| part.is("VEVENT")) {
        set(part, "SUMMARY", "forged");
        set(part, "SEQUENCE", "99");
        edit_attendee(part, &address(B), |line| line.set_param("DELEGATED-FROM", C)).unwrap();
    }
    let outcome = b.gets_from(&forged, C);
    assert_eq!((outcome.disposition, outcome.reasons[0].code), (Disposition::Ignored, "stored-already"));
    assert_eq!(b.object.unwrap().master().unwrap().text("SUMMARY").unwrap(), "Stand-up");
}

#[test]
fn an_answer_with_control_characters_is_no_answer() {
    let mut a = Person::new(A);
    let text = event("", &[B]).to_calendar().to_string();
    let odd = text.replace("RSVP=TRUE", "PARTSTAT=ACCEPTED\u{0}");
    a.puts(Some(&read_object(odd.as_bytes(), &Limits::default()).unwrap()));
    assert_eq!(a.answer_of(B, "").unwrap(), "NEEDS-ACTION");
    let told = a.puts(Some(
        &read_object(odd.replace("Stand-up", "Sit-down").as_bytes(), &Limits::default()).unwrap(),
    ));
    assert_eq!(told.messages.len(), 1);
    assert_eq!(a.puts(None).messages.len(), 1);
}
