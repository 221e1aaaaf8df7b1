//! People's calendars, as busy time sees them: what lies in one week, and what came before it.

use std::fmt::Write as _;
use std::ops::Range;

use reefknot_core::Result;
use reefknot_core::engine::read_object;
use reefknot_core::freebusy::BusyTime;
use reefknot_core::host::{Asker, Commit, Directory, LocalUser, MemoryStore, Scheduler, Store, UserId};
use reefknot_core::ical::Limits;
use reefknot_core::itip::Agent;
use reefknot_core::scheduling::{Identities, SchedulingObject};
use reefknot_core::value::{CalendarUserAddress, Timestamp};

use crate::calendar::Dice;

/// Objects of each calendar that have an instance in the week, or may have: 20 single events and 30 series.
pub const CURRENT: usize = 50;

/// The week that is asked about.
#[must_use]
pub fn week() -> Range<Timestamp> {
    let monday = monday();
    monday..monday.saturating_add(7 * DAY)
}

/// Somebody's addresses.
#[must_use]
pub fn identities(person: usize) -> Identities {
    Identities::new(format!("mailto:person{person}@foo.com").parse().expect("an address"))
}

/// Somebody's calendar: [`CURRENT`] objects, and the rest history, of which one in ten is a series that has ended.
///
/// # Errors
/// Never; the generator writes what the core reads.
pub fn calendar(person: usize, objects: usize) -> Result<Vec<SchedulingObject>> {
    let mut dice = Dice::new(person as u64);
    (0..objects).map(|number| object(person, number, &mut dice)).collect()
}

/// An organisation whose calendars lie in a store, each under the number of its user.
#[derive(Debug)]
pub struct Organisation {
    store: MemoryStore,
    size: usize,
}

impl Organisation {
    /// As many people as that, with [`calendar`]s of so many objects.
    ///
    /// # Errors
    /// Never; see [`calendar`].
    pub fn new(size: usize, objects: usize) -> Result<Self> {
        let mut store = MemoryStore::new();
        for person in 0..size {
            for object in calendar(person, objects)? {
                store.commit(Commit {
                    calendar: Some(object.to_calendar().to_bytes()),
                    span: object.span(),
                    ..Commit::new(user(person), object.uid())
                })?;
            }
        }
        Ok(Self { store, size })
    }

    /// When each of the first people is busy in the [`week`], as the store tells it: texts are read, and only those that
    /// may lie in the week.
    ///
    /// # Errors
    /// Never; the store is in memory, and these people may ask each other.
    pub fn busy(&mut self, people: usize) -> Result<Vec<BusyTime>> {
        let directory = People(self.size);
        let scheduler = Scheduler::new(&mut self.store, &directory, Agent::Server, Limits::default());
        let ask = |person| {
            let busy = scheduler.busy(&Asker::User(&user(person)), &user(person), week(), week().start)?;
            Ok(busy.expect("everybody may know when they are busy themselves"))
        };
        (0..people).map(ask).collect()
    }
}

fn user(person: usize) -> UserId {
    UserId::new(&person.to_string())
}

/// The users of an [`Organisation`].
struct People(usize);

impl Directory for People {
    fn find(&self, address: &CalendarUserAddress) -> Result<Option<LocalUser>> {
        let number =
            address.mailbox().and_then(|mailbox| mailbox.strip_prefix("person")?.strip_suffix("@foo.com"));
        number.map_or(Ok(None), |number| self.user(&UserId::new(number)))
    }

    fn user(&self, id: &UserId) -> Result<Option<LocalUser>> {
        let person = id.as_str().parse().ok().filter(|person| *person < self.0);
        Ok(person.map(|person| LocalUser::new(id.clone(), identities(person))))
    }
}

const DAY: i64 = 86_400;

fn monday() -> Timestamp {
    "20260601T000000Z".parse().expect("a time in UTC")
}

fn object(person: usize, number: usize, dice: &mut Dice) -> Result<SchedulingObject> {
    const FIVE_YEARS: usize = 5 * 365;
    let hour = 7 + dice.below(10) as i64;
    let (day, rule) = match number {
        0..20 => (dice.below(5) as i64, ""),
        20..40 => (-7 * dice.below(250) as i64 + dice.below(5) as i64, "FREQ=WEEKLY"),
        40..45 => (-(dice.below(FIVE_YEARS) as i64), "FREQ=MONTHLY"),
        45..CURRENT => (-(dice.below(FIVE_YEARS) as i64), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        _ if number.is_multiple_of(20) => (-400 - dice.below(FIVE_YEARS) as i64, "FREQ=WEEKLY;COUNT=50"),
        _ if number.is_multiple_of(10) => {
            (-400 - dice.below(FIVE_YEARS) as i64, "FREQ=DAILY;UNTIL=20260401T000000Z")
        }
        _ => (-1 - dice.below(FIVE_YEARS) as i64, ""),
    };
    let start = monday().saturating_add(day * DAY + hour * 3_600).to_string();
    let start = start.trim_end_matches('Z');
    let answer = ["ACCEPTED", "ACCEPTED", "TENTATIVE", "DECLINED"][dice.below(4)];
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Reefknot//benches//EN\r\n");
    let _ = write!(
        text,
        "BEGIN:VEVENT\r\nUID:{person}-{number}\r\nDTSTAMP:20200101T000000Z\r\nDTSTART;TZID=Europe/Berlin:{start}\r\n\
         DURATION:PT45M\r\nSUMMARY:Tea\r\nORGANIZER:mailto:a@foo.com\r\nATTENDEE:mailto:b@foo.com\r\n\
         ATTENDEE;PARTSTAT={answer}:mailto:person{person}@foo.com\r\n"
    );
    if !rule.is_empty() {
        let _ = write!(text, "RRULE:{rule}\r\n");
    }
    text.push_str("END:VEVENT\r\nEND:VCALENDAR\r\n");
    read_object(text.as_bytes(), &Limits::default())
}
