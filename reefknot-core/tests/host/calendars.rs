//! What a calendar says to those who may ask.

use reefknot_core::freebusy::{Attendance, FreeBusyRequest, Search};
use reefknot_core::host::{Asker, Settled};
use reefknot_core::itip::Disposition;
use reefknot_core::routing::Trust;

use super::rooms::{house, meeting};
use super::*;

const FIRST: &str = "20261202T090000Z";

/// B has one meeting that is private, and one whose zone nobody knows.
fn host() -> Host {
    let mut host = Host::of(&[A, B]);
    let private = meeting(UID, B, A, FIRST).replace("SUMMARY", "CLASS:PRIVATE\r\nSUMMARY");
    host.put("b", &private);
    let nowhere = meeting("2", B, "mailto:x@baz.net", "20261202T090000")
        .replace("DTSTART:", "DTSTART;TZID=Nowhere/Middle:");
    host.put_as("b", &nowhere, Source::File).unwrap();
    host
}

fn day() -> std::ops::Range<Timestamp> {
    "20261202T000000Z".parse().unwrap().."20261203T000000Z".parse().unwrap()
}

fn trust(list: &str) -> Trust {
    Trust { access: list.parse().unwrap(), ..Trust::default() }
}

#[test]
fn others_see_that_time_is_taken_and_nothing_of_what_takes_it() {
    let (a, b) = ("a".into(), "b".into());
    let mut host = host();
    let now = host.now;
    let scheduler = host.scheduler();
    for (asker, uid) in [(&a, ""), (&b, "2")] {
        let busy = scheduler.busy(&Asker::User(asker), &b, day(), now).unwrap().unwrap();
        assert_eq!((busy.periods().len(), busy.periods()[0].start), (1, FIRST.parse().unwrap()));
        assert_eq!((busy.doubts().len(), busy.doubts()[0].uid.as_str()), (1, uid));
    }
    let scheduler = scheduler.with_trust(trust("deny user a@foo.com free-busy person b@foo.com"));
    let refusal = scheduler.busy(&Asker::User(&a), &b, day(), now).unwrap().unwrap_err();
    assert!(refusal.code == "no-access" && refusal.message.contains("entry 1"), "{refusal}");
}

#[test]
fn reading_needs_an_entry_and_hides_what_is_private() {
    let (a, b, d) = ("a".into(), "b".into(), "d".into());
    let mut host = host();
    host.users.push(LocalUser::new("d".into(), Identities::new(address(D))));
    let now = host.now;
    let scheduler = host.scheduler();
    let read = |scheduler: &Scheduler<'_>, who: &UserId, uid| {
        let object = scheduler.read(&Asker::User(who), &b, uid, now).unwrap()?;
        Ok::<_, reefknot_core::itip::Reason>(object.map(|object| object.to_calendar().to_string()))
    };
    assert!(read(&scheduler, &b, UID).unwrap().unwrap().contains("SUMMARY:Tea"));
    for uid in [UID, "no such thing"] {
        assert_eq!(read(&scheduler, &a, uid).unwrap_err().message, "no entry lets a@foo.com read b@foo.com");
    }
    let list = "allow user a@foo.com read person b@foo.com\nallow user d@bar.com read everyone";
    let scheduler = scheduler.with_trust(trust(list));
    // A is invited to it; D is not.
    assert!(read(&scheduler, &a, UID).unwrap().unwrap().contains("SUMMARY:Tea"));
    let seen = read(&scheduler, &d, UID).unwrap().unwrap();
    assert!(seen.contains(FIRST) && !seen.contains("Tea") && !seen.contains(A), "{seen}");
    assert_eq!(read(&scheduler, &d, "no such thing"), Ok(None));
}

#[test]
fn conflicts_are_found_within_the_horizon() {
    let mut host = host();
    host.put("a", &meeting(UID, A, C, FIRST));
    let other = meeting("3", A, D, "20261202T093000Z");
    host.put_as("a", &other, Source::File).unwrap();
    let scheduler = host.scheduler();
    let found = scheduler.conflicts(&"a".into(), UID, day()).unwrap().unwrap();
    assert_eq!((found.horizon, found.conflicts.len(), found.conflicts[0].uid.as_str()), (day(), 1, "3"));
    let after = day().end..day().end.saturating_add(86_400);
    assert_eq!(scheduler.conflicts(&"a".into(), UID, after).unwrap().unwrap().conflicts, []);
    assert_eq!(scheduler.conflicts(&"a".into(), "no such thing", day()).unwrap(), None);
}

#[test]
fn times_are_suggested_for_those_who_may_be_asked_about() {
    let mut host = host();
    host.users.push(LocalUser::new("d".into(), Identities::new(address(D))));
    let now = host.now;
    let scheduler = host.scheduler().with_trust(trust("deny user a@foo.com free-busy person d@bar.com"));
    let search = Search { from: FIRST.parse().unwrap(), to: day().end, length: 3_600, step: 1_800, most: 1 };
    let users = ["a", "b", "d"].map(|id| (UserId::new(id), Attendance::Required));
    let found = scheduler.suggest(&Asker::User(&"a".into()), &users, &[], &search, now).unwrap();
    assert_eq!(found.suggestions[0].start, "20261202T100000Z".parse().unwrap());
    assert_eq!(
        (found.unknown.len(), found.unknown[0].0.as_str(), found.unknown[0].1.code),
        (1, "d", "no-access")
    );
}

#[test]
fn when_a_user_can_be_met_shows_in_their_busy_time_and_closes_a_room() {
    let hours = |uid: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VAVAILABILITY\r\nUID:{uid}\r\n\
             DTSTAMP:20261101T080000Z\r\nBEGIN:AVAILABLE\r\nUID:1\r\nDTSTAMP:20261101T080000Z\r\n\
             DTSTART:20261201T100000Z\r\nDURATION:PT6H\r\nRRULE:FREQ=DAILY\r\nEND:AVAILABLE\r\n\
             END:VAVAILABILITY\r\nEND:VCALENDAR\r\n"
        )
    };
    let mut host = house();
    let now = host.now;
    fn put(calendar: Option<&[u8]>) -> Put<'_> {
        Put { calendar, based_on: None, residence: <_>::default(), source: Source::User }
    }
    let (b, aquarium) = (UserId::new("b"), UserId::new("aquarium"));
    for user in [&b, &aquarium] {
        let text = hours("h");
        assert_eq!(host.scheduler().put_availability(user, "h", put(Some(text.as_bytes()))).unwrap(), 1);
    }
    let busy = host.scheduler().busy(&Asker::User(&b), &b, day(), now).unwrap().unwrap();
    let said: Vec<_> =
        busy.periods().iter().map(|one| format!("{}/{} {}", one.start, one.end, one.busy)).collect();
    assert_eq!(
        said,
        [
            "20261202T000000Z/20261202T100000Z BUSY-UNAVAILABLE",
            "20261202T160000Z/20261203T000000Z BUSY-UNAVAILABLE"
        ]
    );
    for (uid, start, code) in [("1", FIRST, "room-is-closed"), ("2", "20261202T110000Z", "room-is-free")] {
        let text = meeting(uid, A, "mailto:aquarium@foo.com", start)
            .replace("BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT");
        let envelope = Envelope {
            sender: Some(address(A)),
            authentication: Authentication::Authenticated,
            carrier: Carrier::Local,
        };
        let outcome = host.scheduler().receive(&aquarium, &message(&text), &envelope, now).unwrap();
        assert!(outcome.reasons.iter().any(|reason| reason.code == code), "{:?}", outcome.reasons);
    }

    let mut scheduler = host.scheduler();
    let wrong = hours("other");
    assert!(scheduler.put_availability(&b, "h", put(Some(wrong.as_bytes()))).unwrap_err().is_invalid());
    let stale = Put { based_on: Some(7), ..put(None) };
    assert!(scheduler.put_availability(&b, "h", stale).unwrap_err().is_conflict());
    assert_eq!(scheduler.put_availability(&b, "h", put(None)).unwrap(), 2);
    let busy = scheduler.busy(&Asker::User(&b), &b, day(), now).unwrap().unwrap();
    assert!(busy.periods().is_empty());
    let event = meeting("2", B, A, FIRST);
    scheduler.put(&b, "2", put(Some(event.as_bytes())), now).unwrap();
    let text = hours("2");
    assert!(scheduler.put_availability(&b, "2", put(Some(text.as_bytes()))).unwrap_err().is_invalid());
}

#[test]
fn a_question_about_busy_time_by_mail_is_answered_as_the_list_says() {
    let question = |end: &str| {
        message(&format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:q\r\n\
             DTSTAMP:20261101T080000Z\r\nDTSTART:20261202T000000Z\r\nDTEND:{end}\r\nORGANIZER:{C}\r\nATTENDEE:{B}\r\n\
             END:VFREEBUSY\r\nEND:VCALENDAR\r\n"
        ))
    };
    let mut host = host();
    let now = host.now;
    let allowed = trust("allow user c@bar.com free-busy person b@foo.com");
    let proven = Authentication::Authenticated;
    for (trust, authentication, end, disposition, has) in [
        (
            &allowed,
            proven,
            "20261203T000000Z",
            Disposition::Answered,
            Some("FREEBUSY;FBTYPE=BUSY:20261202T090000Z/"),
        ),
        (&Trust::default(), proven, "20261203T000000Z", Disposition::Rejected, Some("REQUEST-STATUS:3.8;")),
        (&allowed, Authentication::Claimed, "20261203T000000Z", Disposition::Rejected, None),
        (&allowed, proven, "20361203T000000Z", Disposition::Rejected, None),
    ] {
        let envelope = Envelope { sender: Some(address(C)), authentication, carrier: Carrier::Mail };
        let scheduler = host.scheduler().with_trust(trust.clone());
        let outcome = scheduler.tell_busy(&"b".into(), &question(end), &envelope, now).unwrap();
        assert_eq!(outcome.disposition, disposition, "{:?}", outcome.reasons);
        let sent: Vec<_> = outcome.messages.iter().map(|message| message.calendar.to_string()).collect();
        assert_eq!(sent.len(), usize::from(has.is_some()), "{sent:?}");
        assert!(has.is_none_or(|has| sent[0].contains(has) && !sent[0].contains("SUMMARY")), "{sent:?}");

        let mut scheduler = scheduler;
        let received = scheduler.receive(&"b".into(), &question(end), &envelope, now).unwrap();
        assert_eq!((received.disposition, &received.reasons), (outcome.disposition, &outcome.reasons));
        let due = host.store.due(now, 10).unwrap();
        let due: Vec<_> = due.into_iter().filter(|due| due.message.uid == "q").collect();
        let texts = due.iter().map(|due| String::from_utf8_lossy(&due.message.calendar).into_owned());
        assert_eq!(texts.collect::<Vec<_>>(), sent);
        due.iter().for_each(|due| host.store.settle(due.id, Settled::Delivered).unwrap());
    }
    assert_eq!(host.store.uids(&"b".into()).unwrap(), [UID, "2"]);
}

#[test]
fn a_question_with_the_uid_of_an_event_leaves_the_event_alone() {
    let mut host = host();
    let before = host.store.load(&"b".into(), UID).unwrap().unwrap();
    let envelope = Envelope {
        sender: Some(address(A)),
        authentication: Authentication::Authenticated,
        carrier: Carrier::Local,
    };
    let asked = FreeBusyRequest {
        uid: UID.into(),
        organizer: address(A),
        attendees: vec![address(B)],
        window: day(),
    };
    let question = asked.to_calendar(host.now, "-//x//EN").unwrap();
    let now = host.now;
    let outcome = host.scheduler().receive(&"b".into(), &question, &envelope, now).unwrap();
    assert_eq!((outcome.disposition, outcome.messages.len()), (Disposition::Answered, 1));
    let after = host.store.load(&"b".into(), UID).unwrap().unwrap();
    assert_eq!((after.calendar, after.state), (before.calendar, before.state));
}
