//! Rooms answer invitations by themselves, and who may book them.

use reefknot_core::freebusy::RoomPolicy;
use reefknot_core::itip::Disposition;
use reefknot_core::routing::Trust;

use super::statuses::Interrupted;
use super::*;

const AQUARIUM: &str = "mailto:aquarium@foo.com";
const FIRST: &str = "20261202T090000Z";

/// A, B and a room that they may both book.
pub(crate) fn house() -> Host {
    let mut host = Host::of(&[A, B]);
    let room = Some(RoomPolicy::default());
    let aquarium = LocalUser::new("aquarium".into(), Identities::new(address(AQUARIUM)));
    host.users.push(LocalUser { room, ..aquarium });
    host
}

pub(crate) fn meeting(uid: &str, organizer: &str, room: &str, start: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T080000Z\r\n\
         DTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:Tea\r\nORGANIZER:{organizer}\r\nATTENDEE;PARTSTAT=ACCEPTED:{organizer}\r\n\
         ATTENDEE;CUTYPE=ROOM:{room}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// A user books; everything is delivered. Gives the room's answer on the user's copy.
fn book(host: &mut Host, trust: &Trust, user: &str, text: &str) -> String {
    let object = read_object(text.as_bytes(), &Limits::default()).unwrap();
    let put = Put {
        calendar: Some(text.as_bytes()),
        based_on: None,
        residence: <_>::default(),
        source: Source::User,
    };
    let (now, mut mail) = (host.now, Mail::default());
    host.scheduler().with_trust(trust.clone()).put(&user.into(), object.uid(), put, now).unwrap();
    while host.scheduler().with_trust(trust.clone()).deliver(&mut mail, now, 9).unwrap()
        != Delivered::default()
    {}
    assert!(mail.sent.is_empty());
    let stored = host.store.load(&user.into(), object.uid()).unwrap().unwrap();
    let held = read_object(&stored.calendar.unwrap(), &Limits::default()).unwrap();
    let room = held.attendees(&InstanceKey::Master).into_iter().find(|who| who.address == address(AQUARIUM));
    room.unwrap().partstat.to_string()
}

#[test]
fn the_first_has_the_room_and_the_second_hears_that_it_is_taken() {
    let (mut host, trust) = (house(), Trust::default());
    assert_eq!(book(&mut host, &trust, "a", &meeting("1", A, AQUARIUM, FIRST)), "ACCEPTED");
    assert_eq!(book(&mut host, &trust, "b", &meeting("2", B, AQUARIUM, "20261202T093000Z")), "DECLINED");
    assert_eq!(book(&mut host, &trust, "b", &meeting("3", B, AQUARIUM, "20261202T100000Z")), "ACCEPTED");
    // The room is free again once the first is gone.
    let gone = Put { calendar: None, based_on: None, residence: <_>::default(), source: Source::User };
    let now = host.now;
    host.scheduler().put(&"a".into(), "1", gone, now).unwrap();
    host.deliver();
    assert_eq!(book(&mut host, &trust, "b", &meeting("4", B, AQUARIUM, FIRST)), "ACCEPTED");
}

#[test]
fn an_entry_may_keep_users_here_from_booking_and_from_inviting() {
    let mut host = house();
    host.users[1].groups = vec!["interns".into()];
    let access =
        "deny group interns book everyone\ndeny group interns invite person a@foo.com".parse().unwrap();
    let trust = Trust { access, ..Trust::default() };
    assert_eq!(book(&mut host, &trust, "a", &meeting("1", A, AQUARIUM, FIRST)), "ACCEPTED");
    assert_eq!(book(&mut host, &trust, "b", &meeting("2", B, AQUARIUM, "20261203T090000Z")), "DECLINED");
    let invitation = meeting(UID, B, A, FIRST);
    host.put("b", &invitation);
    let now = host.now;
    let delivered = host.scheduler().with_trust(trust).deliver(&mut Mail::default(), now, 9).unwrap();
    assert_eq!(host.status("b", "ATTENDEE", A).as_deref(), Some("3.8"));
    assert!(delivered.notices[0].1.message.contains("entry 2"), "{:?}", delivered.notices);
    assert_eq!(host.store.load(&"a".into(), UID).unwrap(), None);
}

/// Nobody is let in from elsewhere without an entry, and a sender who is not proved is nobody.
#[test]
fn by_mail_a_room_is_booked_by_those_on_the_list() {
    let text = meeting("9", C, AQUARIUM, FIRST).replace("BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT");
    for (list, authentication, answer) in [
        ("allow user c@bar.com book everyone", Authentication::Authenticated, "ACCEPTED"),
        ("allow user c@bar.com book everyone", Authentication::Claimed, "DECLINED"),
        ("", Authentication::Authenticated, "DECLINED"),
    ] {
        let mut host = house();
        let envelope = Envelope { sender: Some(address(C)), authentication, carrier: Carrier::Mail };
        let trust = Trust { access: list.parse().unwrap(), ..Trust::default() };
        let now = host.now;
        let mut scheduler = host.scheduler().with_trust(trust);
        let outcome = scheduler.receive(&"aquarium".into(), &message(&text), &envelope, now).unwrap();
        assert_eq!(outcome.disposition, Disposition::Applied);
        let reply = outcome.messages[0].calendar.to_string();
        assert!(reply.contains(&format!("PARTSTAT={answer}")), "{list} {authentication:?}: {reply}");
    }
}

/// The other booking is committed after the room was found free, and before that is written.
#[test]
fn a_booking_that_comes_between_is_seen() {
    let host = house();
    let request = |uid, organizer| {
        let text = meeting(uid, organizer, AQUARIUM, FIRST);
        message(&text.replace("BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT"))
    };
    let envelope = |who| Envelope {
        sender: Some(address(who)),
        authentication: Authentication::Authenticated,
        carrier: Carrier::Local,
    };
    let (users, now) = (host.users.clone(), host.now);
    let between = move |store: &mut MemoryStore| {
        let mut scheduler = Scheduler::new(store, &users, Agent::Server, Limits::default());
        scheduler.receive(&"aquarium".into(), &request("2", B), &envelope(B), now).unwrap();
    };
    let mut store = Interrupted(host.store.clone(), Some(Box::new(between)));
    let mut scheduler = Scheduler::new(&mut store, &host.users, Agent::Server, Limits::default());
    let outcome = scheduler.receive(&"aquarium".into(), &request("1", A), &envelope(A), now).unwrap();
    assert!(codes(&outcome).contains(&"room-is-taken"), "{:?}", outcome.reasons);
    let answers: Vec<_> = ["1", "2"]
        .iter()
        .map(|uid| {
            let text = store.0.load(&"aquarium".into(), uid).unwrap().unwrap().calendar.unwrap();
            let held = read_object(&text, &Limits::default()).unwrap();
            held.attendees(&InstanceKey::Master)[1].partstat.to_string()
        })
        .collect();
    assert_eq!(answers, ["DECLINED", "ACCEPTED"]);
}

#[test]
fn nobody_gives_the_room_away_twice_by_hand() {
    let (mut host, trust) = (house(), Trust::default());
    let cleaning = |uid: &str, start: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
             DTSTAMP:20261101T080000Z\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:Cleaning\r\nEND:VEVENT\r\n\
             END:VCALENDAR\r\n"
        )
    };
    assert_eq!(host.put("aquarium", &cleaning("c", FIRST)).disposition, Disposition::Allowed);
    assert_eq!(book(&mut host, &trust, "a", &meeting("1", A, AQUARIUM, FIRST)), "DECLINED");
    assert_eq!(book(&mut host, &trust, "a", &meeting("2", A, AQUARIUM, "20261202T110000Z")), "ACCEPTED");

    let refused = host.put("aquarium", &cleaning("c", "20261202T113000Z"));
    assert_eq!(refused.disposition, Disposition::Rejected);
    assert!(refused.reasons.iter().any(|reason| reason.code == "room-is-taken"), "{:?}", refused.reasons);
    // Whoever looks after the room accepts what it declined: not while the time is taken.
    let stored = host.store.load(&"aquarium".into(), "1").unwrap().unwrap().calendar.unwrap();
    let accepted = String::from_utf8(stored).unwrap().replace("PARTSTAT=DECLINED", "PARTSTAT=ACCEPTED");
    assert_eq!(host.put("aquarium", &accepted).disposition, Disposition::Rejected);
    assert_eq!(host.put("aquarium", &cleaning("c", "20261203T090000Z")).disposition, Disposition::Allowed);
    assert_eq!(host.put("aquarium", &accepted).disposition, Disposition::Allowed);
}

#[test]
fn a_room_is_booked_for_somebody_else_by_who_may_book_it_and_asks_nobody() {
    let for_a = "ORGANIZER;SENT-BY=\"mailto:c@bar.com\":mailto:a@foo.com";
    for (authentication, list, disposition) in [
        (
            Authentication::Authenticated,
            "allow user c@bar.com book room aquarium@foo.com",
            Disposition::Applied,
        ),
        (Authentication::Authenticated, "", Disposition::Rejected),
        (Authentication::Claimed, "allow user c@bar.com book room aquarium@foo.com", Disposition::Rejected),
    ] {
        let mut host = house();
        let text = meeting("1", A, AQUARIUM, FIRST)
            .replace("BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT")
            .replace("ORGANIZER:mailto:a@foo.com", for_a);
        let envelope =
            Envelope { sender: Some(address("mailto:c@bar.com")), authentication, carrier: Carrier::Mail };
        let trust = Trust { access: list.parse().unwrap(), ..Trust::default() };
        let now = host.now;
        let mut scheduler = host.scheduler().with_trust(trust);
        let outcome = scheduler.receive(&"aquarium".into(), &message(&text), &envelope, now).unwrap();
        assert_eq!(outcome.disposition, disposition, "{:?}", outcome.reasons);
        assert!(scheduler.questions(&"aquarium".into()).unwrap().is_empty());
        assert_eq!(outcome.messages.len(), usize::from(disposition == Disposition::Applied));
    }
}
