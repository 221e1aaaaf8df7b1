//! When users can be met at all (VAVAILABILITY, RFC 7953): stored beside their objects, and read with them.

use std::ops::Range;

use super::{Commit, Put, Scheduler, UserId};
use crate::engine::read_calendar;
use crate::freebusy::{Availability, BusyCalendar};
use crate::ical::{Component, Kind};
use crate::scheduling::{Identities, SchedulingObject};
use crate::value::Timestamp;
use crate::{Error, Result};

/// What of a user's calendar may take place in a window, read.
pub(super) struct ReadCalendar {
    /// The version of the whole calendar.
    pub(super) version: u64,
    objects: Vec<SchedulingObject>,
    /// VCALENDARs that hold VAVAILABILITY.
    availability: Vec<Component>,
}

impl ReadCalendar {
    /// When its owner is busy.
    pub(super) fn busy(&self, owner: &Identities) -> Result<BusyCalendar<'_>> {
        let mut availability = Vec::new();
        for calendar in &self.availability {
            availability.extend(Availability::of_calendar(calendar)?);
        }
        Ok(BusyCalendar::new(&self.objects, owner).with_availability(availability))
    }
}

impl Scheduler<'_> {
    /// A user says when they can be met at all, changes it, or takes it back; gives the version stored.
    ///
    /// A VCALENDAR of one or more VAVAILABILITY under one UID. Nobody is told, whoever's change it is: it shows in what
    /// others may see of the user's busy time, and a room takes no booking outside of its hours.
    ///
    /// # Errors
    /// When the user is not in the directory, the text is no availability of that UID, or cannot be read, the UID is that
    /// of something else, or what is stored has changed since the version given ([`Error::is_conflict`]).
    pub fn put_availability(&mut self, user: &UserId, uid: &str, put: Put<'_>) -> Result<u64> {
        let user = self.user(user)?;
        if let Some(text) = put.calendar {
            let calendar = read_calendar(text, &self.limits)?;
            let mut parts = calendar.components_named(AVAILABILITY).peekable();
            if !is_availability(&calendar) || parts.any(|part| part.text("UID").as_deref() != Some(uid)) {
                return Err(Error::invalid(format!(
                    "an availability is a VCALENDAR of nothing but VAVAILABILITY with the UID `{uid}` (RFC 7953 §3.1)"
                )));
            }
            Availability::of_calendar(&calendar)?;
        }
        let stored = self.store.load(&user.id, uid)?;
        let expected = stored.as_ref().map(|stored| stored.version);
        let mut commit = Commit::new(user.id.clone(), uid);
        if put.based_on.is_some() && put.based_on != expected {
            return Err(commit.conflict());
        }
        if let Some(stored) = stored {
            let held = stored.calendar.map(|text| read_calendar(&text, &self.limits)).transpose()?;
            if held.is_some_and(|held| !is_availability(&held)) {
                return Err(Error::invalid(format!("`{uid}` is the UID of something else; give it another")));
            }
            commit.state = stored.state;
        }
        commit.expected = expected;
        commit.calendar = put.calendar.map(<[u8]>::to_vec);
        commit.residence = put.residence;
        self.store.commit(commit)
    }

    /// What of a user's calendar may take place in a window.
    pub(super) fn calendar(&self, user: &UserId, window: Range<Timestamp>) -> Result<ReadCalendar> {
        let stored = self.store.calendar_within(user, window)?;
        let mut read =
            ReadCalendar { version: stored.version, objects: Vec::new(), availability: Vec::new() };
        for (uid, text) in stored.objects {
            self.read_into(&mut read, &text).map_err(|error| {
                Error::invalid(format!("`{uid}` of user `{user}` cannot be read: {error}"))
            })?;
        }
        Ok(read)
    }

    fn read_into(&self, read: &mut ReadCalendar, text: &[u8]) -> Result<()> {
        let calendar = read_calendar(text, &self.limits)?;
        if is_availability(&calendar) {
            read.availability.push(calendar);
        } else {
            read.objects.push(SchedulingObject::from_calendar(calendar)?);
        }
        Ok(())
    }
}

const AVAILABILITY: &str = "VAVAILABILITY";

/// Whether a calendar says when somebody can be met, and nothing that takes place.
fn is_availability(calendar: &Component) -> bool {
    let takes_place = calendar.components().any(|part| Kind::of(part).is_some_and(Kind::is_scheduled));
    !takes_place && calendar.components_named(AVAILABILITY).next().is_some()
}
