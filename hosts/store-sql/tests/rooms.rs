//! Many people book one room at once, each over a connection of their own to one file.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Barrier;
use std::thread;

use common::Folder;
use reefknot_core::engine::{read_calendar, read_object};
use reefknot_core::freebusy::RoomPolicy;
use reefknot_core::host::{LocalUser, Scheduler, Store, UserId};
use reefknot_core::ical::Limits;
use reefknot_core::itip::{Agent, Authentication, Carrier, Envelope};
use reefknot_core::scheduling::{Identities, attendee_among};
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_store_sql::SqliteStore;

const ROUNDS: u8 = 20;
const THREADS: usize = 3;
const ROOM: &str = "mailto:aquarium@foo.com";

fn address(text: &str) -> CalendarUserAddress {
    text.parse().unwrap()
}

fn users() -> Vec<LocalUser> {
    let person =
        |id: &str| LocalUser::new(id.into(), Identities::new(address(&format!("mailto:{id}@foo.com"))));
    let room = LocalUser { room: Some(RoomPolicy::default()), ..person("aquarium") };
    vec![person("p0"), person("p1"), person("p2"), room]
}

/// Everybody wants the same hour of another day each round.
fn book(store: &mut SqliteStore, person: usize, round: u8) {
    let who = format!("mailto:p{person}@foo.com");
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:{round:02}-{person}\r\n\
         DTSTAMP:20261101T080000Z\r\nDTSTART:202612{day:02}T090000Z\r\nDURATION:PT1H\r\nSUMMARY:Tea\r\nORGANIZER:{who}\r\n\
         ATTENDEE;PARTSTAT=ACCEPTED:{who}\r\nATTENDEE;CUTYPE=ROOM:{ROOM}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        day = round + 1
    );
    let message = read_calendar(text.as_bytes(), &Limits::default()).unwrap();
    let envelope = Envelope {
        sender: Some(address(&who)),
        authentication: Authentication::Authenticated,
        carrier: Carrier::Local,
    };
    let now: Timestamp = "20261101T090000Z".parse().unwrap();
    let users = users();
    let mut scheduler = Scheduler::new(store, &users, Agent::Server, Limits::default());
    scheduler.receive(&"aquarium".into(), &message, &envelope, now).unwrap();
}

#[test]
fn of_several_bookings_at_once_exactly_one_has_the_room() {
    let folder = Folder::new();
    let barrier = Barrier::new(THREADS);
    thread::scope(|threads| {
        for person in 0..THREADS {
            let (folder, barrier) = (&folder, &barrier);
            threads.spawn(move || {
                let mut store = SqliteStore::open(folder.file()).unwrap();
                for round in 0..ROUNDS {
                    barrier.wait();
                    book(&mut store, person, round);
                }
            });
        }
    });
    let store = SqliteStore::open(folder.file()).unwrap();
    let room = UserId::new("aquarium");
    let mut accepted = vec![0; usize::from(ROUNDS)];
    let mut declined = 0;
    for uid in store.uids(&room).unwrap() {
        let text = store.load(&room, &uid).unwrap().unwrap().calendar.unwrap();
        let object = read_object(&text, &Limits::default()).unwrap();
        let own = attendee_among(object.master().unwrap(), |who| *who == address(ROOM)).unwrap();
        let round: usize = uid.split_once('-').unwrap().0.parse().unwrap();
        match own.partstat.as_str() {
            "ACCEPTED" => accepted[round] += 1,
            "DECLINED" => declined += 1,
            other => panic!("{uid} is {other}"),
        }
    }
    assert_eq!(accepted, vec![1; usize::from(ROUNDS)]);
    assert_eq!(declined, usize::from(ROUNDS) * (THREADS - 1));
    let replies = store.due(Timestamp::MAX, usize::MAX).unwrap();
    assert_eq!(replies.len(), usize::from(ROUNDS) * THREADS, "everybody is answered once");
}
