//! Busy time: of calendars, as messages, and times to meet (RFC 5546 §3.3, RFC 7953).

use std::sync::Arc;

use reefknot_core::engine::PRODUCT;
use reefknot_core::freebusy::{
    self, Attendance, Availability, BusyCalendar, BusyPeriod, BusyType, OnConflict, Partly, RoomPolicy,
    WhenFree,
};
use reefknot_core::ical::Limits;
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{self, SchedulingObject};
use reefknot_core::time::Zone;
use reefknot_core::value::{CalendarUserAddress, Timestamp};

use crate::calendar::Calendar;
use crate::engine::Identities;
use crate::error::Result;

/// How a time is taken, the weakest first (FBTYPE, RFC 5545 §3.2.9).
#[uniffi::remote(Enum)]
pub enum BusyType {
    /// It is not taken.
    Free,
    /// Something may take place.
    Tentative,
    /// Nothing can be put there, such as outside of the hours one works.
    Unavailable,
    /// Something takes place.
    Busy,
}

/// A stretch of time of one kind.
#[uniffi::remote(Record)]
pub struct BusyPeriod {
    /// The first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// How it is taken.
    pub busy: BusyType,
}

/// Something that could not be known, so that the time may be taken where it is not shown.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Doubt {
    /// The UID of the object.
    pub uid: String,
    /// What is wrong with it, for people.
    pub why: String,
}

/// When somebody is busy within a window.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct BusyTime {
    /// Where the window begins.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
    /// The periods that are not free.
    pub periods: Vec<BusyPeriod>,
    /// What could not be known; empty where the answer is whole.
    #[uniffi(default = [])]
    pub doubts: Vec<Doubt>,
}

/// A question about busy time: who asks, whom, and about which window (RFC 5546 §3.3.2).
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FreeBusyRequest {
    /// Names the question; the answers repeat it.
    pub uid: String,
    /// Who asks.
    pub organizer: CalendarUserAddress,
    /// Who is asked.
    pub attendees: Vec<CalendarUserAddress>,
    /// Where the window begins.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
}

/// How much a person is needed.
#[uniffi::remote(Enum)]
pub enum Attendance {
    /// Without them it makes little sense.
    Required,
    /// It can go on without them.
    Optional,
}

/// Somebody who is to come, and when they are busy.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Person {
    /// Who.
    pub address: CalendarUserAddress,
    /// How much they are needed.
    pub attendance: Attendance,
    /// Their busy time; what lies outside of its window counts as unavailable.
    pub busy: BusyTime,
}

/// What is looked for. Spans of time are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Search {
    /// The first instant at which it may begin.
    pub from: Timestamp,
    /// The instant by which it must be over.
    pub to: Timestamp,
    /// How long it takes.
    pub length: i64,
    /// The step between the starts that are tried, counted from `from`.
    #[uniffi(default = 900)]
    pub step: i64,
    /// How many suggestions are wanted.
    #[uniffi(default = 5)]
    pub most: u32,
}

/// Somebody who cannot come, or perhaps not.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Clash {
    /// Who.
    pub address: CalendarUserAddress,
    /// How much they are needed.
    pub attendance: Attendance,
    /// How their time is taken.
    pub busy: BusyType,
}

/// A time that was found.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Suggestion {
    /// When it would begin.
    pub start: Timestamp,
    /// When it would be over.
    pub end: Timestamp,
    /// Who cannot come, or perhaps not; empty where everybody can.
    pub clashes: Vec<Clash>,
}

/// Two instances at one time.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Conflict {
    /// Which instance of the invitation.
    pub instance: InstanceKey,
    /// When that instance begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// The UID of the event it collides with.
    pub uid: String,
    /// Which instance of that event.
    pub other: InstanceKey,
    /// When that one takes place, and how its time is taken.
    pub period: BusyPeriod,
}

/// What an invitation collides with within a horizon.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Conflicts {
    /// Where the horizon begins: nothing is known of before.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
    /// The collisions, in the order of the invitation's instances.
    pub conflicts: Vec<Conflict>,
    /// Whether the invitation goes on after the horizon.
    pub goes_on: bool,
    /// What could not be known.
    pub doubts: Vec<Doubt>,
}

/// What a room answers where nothing speaks against a booking.
#[uniffi::remote(Enum)]
pub enum WhenFree {
    /// ACCEPTED.
    Accept,
    /// TENTATIVE, until somebody confirms it.
    Tentative,
}

/// What a room answers where the time is taken.
#[uniffi::remote(Enum)]
pub enum OnConflict {
    /// DECLINED.
    Decline,
    /// TENTATIVE: somebody will choose between the two.
    Tentative,
}

/// What a room answers to a series of which only some instances can be had.
#[uniffi::remote(Enum)]
pub enum Partly {
    /// Each instance by itself.
    PerInstance,
    /// All or none.
    AllOrNone,
}

/// By which rules a room answers. Spans of time are in seconds; what is not given is not limited.
#[uniffi::remote(Record)]
pub struct RoomPolicy {
    /// The answer where nothing speaks against it.
    pub when_free: WhenFree,
    /// The answer where the time is taken.
    pub on_conflict: OnConflict,
    /// The answer to a series with some conflicts.
    pub partly: Partly,
    /// How many people it holds.
    pub capacity: Option<u32>,
    /// How long before its start a booking must be made.
    pub notice: Option<i64>,
    /// How far ahead it can be booked, the whole of a series included.
    pub ahead: Option<i64>,
    /// How long one booking may last.
    pub longest: Option<i64>,
    /// How far ahead conflicts of a series without an end are looked for.
    pub horizon: i64,
}

/// The usual rules: a room accepts what is free, each instance by itself, and looks two years ahead.
#[uniffi::export]
pub fn default_room_policy() -> RoomPolicy {
    RoomPolicy::default()
}

/// When a user is busy in a window, by the objects of their calendar and, if there are any, their VAVAILABILITY.
///
/// # Errors
/// When a calendar is not one UID of one kind, or there is no such zone.
#[uniffi::export(default(availability = []))]
pub fn freebusy(
    calendars: Vec<Arc<Calendar>>,
    identities: Identities,
    from: Timestamp,
    to: Timestamp,
    zone: Zone,
    availability: Vec<Arc<Calendar>>,
) -> Result<BusyTime> {
    let (objects, owner) = (objects(&calendars)?, scheduling::Identities::try_from(identities)?);
    let mut hours = Vec::new();
    for calendar in &availability {
        hours.extend(Availability::of_calendar(&calendar.document)?);
    }
    let calendar = BusyCalendar::new(&objects, &owner).with_availability(hours);
    Ok(calendar.busy(from..to, &zone, &Limits::default()).into())
}

/// What each instance of an invitation collides with in a user's calendar, itself left out.
///
/// # Errors
/// When a calendar is not one UID of one kind, or the invitation cannot be expanded.
#[uniffi::export]
pub fn conflicts(
    invitation: Arc<Calendar>,
    calendars: Vec<Arc<Calendar>>,
    identities: Identities,
    from: Timestamp,
    to: Timestamp,
    zone: Zone,
) -> Result<Conflicts> {
    let (objects, owner) = (objects(&calendars)?, scheduling::Identities::try_from(identities)?);
    let calendar = BusyCalendar::new(&objects, &owner);
    let found = freebusy::conflicts(&invitation.object()?, &calendar, from..to, &zone, &Limits::default())?;
    Ok(found.into())
}

/// The best times for a meeting: first those when everybody can come, then those when the fewest cannot.
///
/// # Errors
/// When the length or the step is not positive, or there are more than a million starts to try.
#[uniffi::export]
pub fn suggest_times(people: Vec<Person>, search: Search) -> Result<Vec<Suggestion>> {
    let people: Vec<_> = people.into_iter().map(freebusy::Person::from).collect();
    Ok(freebusy::suggest(&people, &search.into())?.into_iter().map(Suggestion::from).collect())
}

/// The busy time in an answer, or in what somebody published.
///
/// # Errors
/// When there is not one VFREEBUSY with a window, or a FREEBUSY value cannot be read.
#[uniffi::export]
pub fn busy_of(calendar: Arc<Calendar>) -> Result<BusyTime> {
    Ok(freebusy::busy_of(&calendar.document)?.into())
}

/// The question in a VFREEBUSY of METHOD:REQUEST.
///
/// # Errors
/// When there is not one VFREEBUSY with a UID, an ORGANIZER and a window.
#[uniffi::export]
pub fn read_freebusy_request(calendar: Arc<Calendar>) -> Result<FreeBusyRequest> {
    let freebusy::FreeBusyRequest { uid, organizer, attendees, window } =
        freebusy::FreeBusyRequest::read(&calendar.document)?;
    Ok(FreeBusyRequest { uid, organizer, attendees, from: window.start, to: window.end })
}

#[uniffi::export]
impl BusyTime {
    /// Busy time to publish: a VFREEBUSY of METHOD:PUBLISH.
    ///
    /// # Errors
    /// When the UID holds a control character.
    pub fn to_calendar(
        &self,
        uid: String,
        owner: CalendarUserAddress,
        now: Timestamp,
    ) -> Result<Arc<Calendar>> {
        let busy = self.clone().into();
        Ok(Arc::new(freebusy::busy_component(&uid, &owner, &busy, now, PRODUCT)?.into()))
    }
}

#[uniffi::export]
impl FreeBusyRequest {
    /// The question as a message: a VFREEBUSY of METHOD:REQUEST.
    ///
    /// # Errors
    /// When the UID holds a control character.
    pub fn to_calendar(&self, now: Timestamp) -> Result<Arc<Calendar>> {
        Ok(Arc::new(self.core().to_calendar(now, PRODUCT)?.into()))
    }

    /// The answer of one who was asked: their busy time within the window.
    ///
    /// # Errors
    /// When the UID holds a control character.
    pub fn reply(
        &self,
        attendee: CalendarUserAddress,
        busy: BusyTime,
        now: Timestamp,
    ) -> Result<Arc<Calendar>> {
        Ok(Arc::new(self.core().reply(&attendee, &busy.into(), now, PRODUCT)?.into()))
    }
}

impl FreeBusyRequest {
    fn core(&self) -> freebusy::FreeBusyRequest {
        let Self { uid, organizer, attendees, from, to } = self.clone();
        freebusy::FreeBusyRequest { uid, organizer, attendees, window: from..to }
    }
}

fn objects(calendars: &[Arc<Calendar>]) -> Result<Vec<SchedulingObject>> {
    calendars.iter().map(|calendar| calendar.object()).collect()
}

fn doubts(doubts: &[freebusy::Doubt]) -> Vec<Doubt> {
    doubts.iter().map(|doubt| Doubt { uid: doubt.uid.clone(), why: doubt.why.clone() }).collect()
}

impl From<freebusy::BusyTime> for BusyTime {
    fn from(busy: freebusy::BusyTime) -> Self {
        let window = busy.window();
        let (periods, doubts) = (busy.periods().to_vec(), doubts(busy.doubts()));
        Self { from: window.start, to: window.end, periods, doubts }
    }
}

/// What could not be known stays behind: only the periods count for what busy time is given for.
impl From<BusyTime> for freebusy::BusyTime {
    fn from(busy: BusyTime) -> Self {
        Self::of(busy.from..busy.to, busy.periods)
    }
}

impl From<Person> for freebusy::Person {
    fn from(person: Person) -> Self {
        Self { address: person.address, attendance: person.attendance, busy: person.busy.into() }
    }
}

impl From<Search> for freebusy::Search {
    fn from(search: Search) -> Self {
        let Search { from, to, length, step, most } = search;
        Self { from, to, length, step, most: usize::try_from(most).unwrap_or(usize::MAX) }
    }
}

impl From<freebusy::Suggestion> for Suggestion {
    fn from(suggestion: freebusy::Suggestion) -> Self {
        let clash = |clash: freebusy::Clash| Clash {
            address: clash.address,
            attendance: clash.attendance,
            busy: clash.busy,
        };
        let clashes = suggestion.clashes.into_iter().map(clash).collect();
        Self { start: suggestion.start, end: suggestion.end, clashes }
    }
}

impl From<freebusy::Conflicts> for Conflicts {
    fn from(found: freebusy::Conflicts) -> Self {
        let conflict = |conflict: freebusy::Conflict| {
            let freebusy::Conflict { instance, start, end, uid, other, period } = conflict;
            Conflict { instance, start, end, uid, other, period }
        };
        Self {
            from: found.horizon.start,
            to: found.horizon.end,
            conflicts: found.conflicts.into_iter().map(conflict).collect(),
            goes_on: found.goes_on,
            doubts: doubts(&found.doubts),
        }
    }
}
