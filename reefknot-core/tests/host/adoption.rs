//! The organizer's revision reaches an attendee's client by mail, and the client puts the object on its server.

use reefknot_core::itip::{Disposition, Method};

use super::*;

const ALARM: &str = "BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT";

/// The series that C's server and client hold: by A, outside, accepted, with an alarm and a category of C's.
fn held() -> String {
    series(&[&format!("ATTENDEE;PARTSTAT=ACCEPTED:{C}"), "CATEGORIES:Mine"]).replace("END:VEVENT", ALARM)
}

fn server() -> Host {
    let mut host = Host::of(&[C]);
    host.put("c", &held());
    host.deliver();
    host.mail.sent.clear();
    host
}

/// The organizer's next revision as C's client holds it.
fn revised(text: &str) -> String {
    text.replace("DTSTAMP:20261101T080000Z", "DTSTAMP:20261103T080000Z\r\nSEQUENCE:1")
}

fn moved(text: &str) -> String {
    revised(text).replace("20261202T090000Z", "20261202T110000Z").replace("T100000Z", "T120000Z")
}

impl Host {
    fn adopts(&mut self, text: &str) -> Outcome {
        let outcome = self.put_as("c", text, Source::Organizer).unwrap();
        self.deliver();
        outcome
    }

    fn answer(&self, key: &str) -> String {
        let attendees = self.object("c").attendees(&key.parse().unwrap());
        attendees.iter().find(|attendee| attendee.address == address(C)).unwrap().partstat.to_string()
    }
}

#[test]
fn as_a_change_of_the_attendees_it_is_refused_and_as_the_organizers_it_is_taken() {
    let text = moved(&held()).replace("PARTSTAT=ACCEPTED:mailto:c", "PARTSTAT=NEEDS-ACTION:mailto:c");
    let mut host = server();
    let refused = host.put("c", &text);
    assert_eq!((refused.disposition, codes(&refused)), (Disposition::Rejected, vec!["organizers-property"]));
    let outcome = host.adopts(&text);
    assert_eq!(outcome.disposition, Disposition::Applied, "{:?}", outcome.reasons);
    assert!(host.text("c").contains("DTSTART:20261202T110000Z"));
    assert_eq!(host.answer(""), "NEEDS-ACTION");
    assert!(host.text("c").contains("VALARM") && host.text("c").contains("CATEGORIES:Mine"));
    assert!(host.mail.sent.is_empty(), "nobody is told: {:?}", host.mail.sent);
    let state = host.store.load(&"c".into(), UID).unwrap().unwrap().state;
    assert_eq!(state.known[&InstanceKey::Master].sequence, 1);
}

#[test]
fn an_excluded_instance_is_the_organizers_and_no_decline() {
    let mut host = server();
    let text = revised(&held()).replace("SUMMARY", "EXDATE:20261209T090000Z\r\nSUMMARY");
    let outcome = host.adopts(&text);
    assert_eq!(outcome.disposition, Disposition::Applied);
    assert!(host.text("c").contains("EXDATE:20261209T090000Z"));
    assert!(host.mail.sent.is_empty());
    assert_eq!(host.answer(""), "ACCEPTED");
}

#[test]
fn an_answer_that_the_user_gave_is_sent_and_another_is_not() {
    // (text, the answer in it, whether the organizer is told)
    let cases = [
        (moved(&held()), "ACCEPTED", true),
        (moved(&held()), "DECLINED", true),
        (moved(&held()), "NEEDS-ACTION", false),
        (revised(&held()), "ACCEPTED", false),
        (revised(&held()), "TENTATIVE", true),
    ];
    for (text, answer, told) in cases {
        let mut host = server();
        let text = text.replace("PARTSTAT=ACCEPTED:mailto:c", &format!("PARTSTAT={answer}:mailto:c"));
        let outcome = host.adopts(&text);
        assert_eq!(outcome.disposition, Disposition::Applied);
        assert_eq!(host.answer(""), answer);
        assert_eq!(host.mail.sent.len(), usize::from(told), "{answer}: {:?}", outcome.reasons);
        if let [reply] = &host.mail.sent[..] {
            assert_eq!((reply.method, reply.sequence, &reply.recipient), (Method::Reply, 1, &address(A)));
        }
        // Once is once.
        let again = host.adopts(&text);
        assert_eq!(again.disposition, Disposition::Unchanged, "{:?}", again.reasons);
        assert_eq!(host.mail.sent.len(), usize::from(told));
    }
}

#[test]
fn a_forced_reply_says_the_same_again() {
    let mut host = server();
    host.adopts(&revised(&held()).replace("ORGANIZER", "ORGANIZER;SCHEDULE-FORCE-SEND=REPLY"));
    assert_eq!(host.mail.sent.len(), 1);
    assert!(!host.text("c").contains("FORCE"));
}

#[test]
fn an_older_revision_is_not_taken_over() {
    let mut host = server();
    host.adopts(&moved(&held()));
    host.mail.sent.clear();
    let before = host.text("c");
    let outcome = host.adopts(&held().replace("SUMMARY:Tea", "SUMMARY:Old"));
    assert_eq!(outcome.disposition, Disposition::Rejected, "{:?}", outcome.reasons);
    assert_eq!(codes(&outcome), ["stale-request", "organizers-property"]);
    assert_eq!(host.text("c"), before);
    assert!(host.mail.sent.is_empty());
}

#[test]
fn an_equal_revision_gives_no_licence_to_change_what_is_the_organizers() {
    let mut host = server();
    let before = host.text("c");
    let outcome = host.adopts(&held().replace("SUMMARY:Tea", "SUMMARY:Mine"));
    assert_eq!(outcome.disposition, Disposition::Rejected);
    assert!(codes(&outcome).contains(&"organizers-property"));
    assert_eq!(host.text("c"), before);
    // What is the user's own may change.
    let outcome = host.adopts(&held().replace("-PT5M", "-PT9M"));
    assert_eq!(outcome.disposition, Disposition::Allowed, "{:?}", outcome.reasons);
    assert!(host.text("c").contains("-PT9M"));
}

#[test]
fn a_cancellation_is_taken_over_and_nothing_brings_it_back() {
    let mut host = server();
    let cancelled = revised(&held()).replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY");
    assert_eq!(host.adopts(&cancelled).disposition, Disposition::Applied);
    assert!(host.mail.sent.is_empty());
    let request = series(&[&format!("ATTENDEE:{C}")]).replace("VERSION", "METHOD:REQUEST\r\nVERSION");
    let outcome = host.receive("c", &request, A);
    assert_eq!((outcome.disposition, codes(&outcome)), (Disposition::Ignored, vec!["cancelled-before"]));
    let outcome = host.adopts(&held());
    assert!(codes(&outcome).contains(&"cancelled-before"), "{:?}", outcome.reasons);
    assert!(host.text("c").contains("STATUS:CANCELLED"));
    // Nor after the copy was deleted.
    let gone = Put { calendar: None, based_on: None, residence: Residence::Synced, source: Source::User };
    let now = host.now;
    host.scheduler().put(&"c".into(), UID, gone, now).unwrap();
    assert_eq!(host.adopts(&held()).disposition, Disposition::Ignored);
    assert!(host.store.uids(&"c".into()).unwrap().is_empty());
}

#[test]
fn one_instance_is_taken_over_and_the_rest_stays() {
    let mut host = server();
    let mut client = host.object("c");
    let key: InstanceKey = "20261209T090000Z".parse().unwrap();
    let part = client.effective(&key).unwrap().to_string();
    let part = revised(&part).replace("SUMMARY:Tea", "SUMMARY:Tea, once");
    let text = client.to_calendar().to_string().replace("END:VCALENDAR", &format!("{part}END:VCALENDAR"));
    assert_eq!(host.adopts(&text).disposition, Disposition::Applied);
    client = host.object("c");
    assert_eq!(client.part(&key).unwrap().text("SUMMARY").unwrap(), "Tea, once");
    assert_eq!(client.master().unwrap().text("SUMMARY").unwrap(), "Tea");
    assert!(host.mail.sent.is_empty());
    // A later message about the series alone does not undo it; an older one about the instance is old.
    let state = host.store.load(&"c".into(), UID).unwrap().unwrap().state;
    assert_eq!(state.known[&key].sequence, 1);
    assert_eq!(state.known[&InstanceKey::Master].sequence, 0);
}

#[test]
fn what_is_new_to_the_server_is_stored_with_the_answer_in_it() {
    for (answer, told) in [("NEEDS-ACTION", 0), ("ACCEPTED", 1)] {
        let mut host = Host::of(&[C]);
        let text = held().replace("PARTSTAT=ACCEPTED:mailto:c", &format!("PARTSTAT={answer}:mailto:c"));
        assert_eq!(host.adopts(&text).disposition, Disposition::Applied);
        assert_eq!((host.answer("").as_str(), host.mail.sent.len()), (answer, told));
        assert!(host.text("c").contains("VALARM"));
    }
}

#[test]
fn what_is_left_to_the_client_is_stored_as_it_is() {
    for agent in ["CLIENT", "NONE", "X-OTHER"] {
        for source in [Source::User, Source::Organizer] {
            let mut host = Host::of(&[C]);
            let own = |text: &str| text.replace("ORGANIZER", &format!("ORGANIZER;SCHEDULE-AGENT={agent}"));
            host.put_as("c", &own(&held()), source).unwrap();
            let changed = own(&held()).replace("SUMMARY:Tea", "SUMMARY:Cake").replace("ACCEPTED", "DECLINED");
            let outcome = host.put_as("c", &changed, source).unwrap();
            assert_eq!(
                (outcome.disposition, codes(&outcome)),
                (Disposition::Allowed, vec!["schedule-agent"])
            );
            assert!(host.text("c").contains("SUMMARY:Cake") && host.text("c").contains("DECLINED"));
            // Once the server is to answer, what is the organizer's is theirs.
            let taken = changed.replace(&format!(";SCHEDULE-AGENT={agent}"), "").replace("Cake", "Mine");
            let outcome = host.put_as("c", &taken, Source::User).unwrap();
            assert_eq!(outcome.disposition, Disposition::Rejected);
        }
    }
    // And a change does not take that licence.
    let mut host = server();
    let escape =
        held().replace("ORGANIZER", "ORGANIZER;SCHEDULE-AGENT=NONE").replace("SUMMARY:Tea", "SUMMARY:Mine");
    assert_eq!(host.put("c", &escape).disposition, Disposition::Rejected);
}

#[test]
fn an_organizer_who_is_here_speaks_for_themselves() {
    let mut host = Host::of(&[A, C]);
    host.put("a", &invites(&[C]));
    host.deliver();
    let before = host.text("c");
    let error = host.put_as("c", &moved(&before), Source::Organizer).unwrap_err();
    assert!(error.is_invalid() && error.to_string().contains("a@foo.com has a calendar here"), "{error}");
    assert_eq!(host.text("c"), before);
}

#[test]
fn only_an_attendee_adopts_and_only_from_the_same_organizer() {
    let mut host = server();
    let outcome = host.adopts(&moved(&held()).replace(A, D));
    assert_eq!((outcome.disposition, codes(&outcome)), (Disposition::Rejected, vec!["organizer-changed"]));
    let mut host = Host::of(&[C]);
    let outcome = host.adopts(
        &held()
            .replace(&format!("ORGANIZER:{A}"), &format!("ORGANIZER:{C}"))
            .replace(&format!("ATTENDEE;PARTSTAT=ACCEPTED:{C}\r\n"), ""),
    );
    assert_eq!((outcome.disposition, codes(&outcome)), (Disposition::Rejected, vec!["not-an-attendee"]));
}
