//! What a calendar here says to those who may ask: busy time, an object, conflicts, and times to meet.

use std::ops::Range;

use super::driver::{Step, uid_of};
use super::{Asker, BusyQuestion, LocalUser, PeerAnswer, Scheduler, Transport, UserId};
use crate::engine::read_object;
use crate::freebusy::{
    Attendance, BusyTime, Conflicts, FreeBusyRequest, Person, Search, Suggestion, busy_of, conflicts, suggest,
};
use crate::ical::Component;
use crate::itip::{Disposition, Envelope, Method, Outcome, Reason, Role};
use crate::policy::{Decision, Residence, Right, Viewer, view};
use crate::routing::Route;
use crate::scheduling::{SchedulingObject, SchedulingState};
use crate::value::{CalendarUserAddress, Timestamp};
use crate::{Error, Result};

/// The longest window that somebody may ask about: two years, in seconds.
const LONGEST_WINDOW: i64 = 2 * 366 * 86_400;

/// Times to meet, and whose calendar could not be looked at for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggested {
    /// The best times, as [`suggest`] orders them, for those whose busy time is known.
    pub suggestions: Vec<Suggestion>,
    /// Those of whom nothing is known, and why: they may be busy at any of the times.
    pub unknown: Vec<(UserId, Reason)>,
}

impl Scheduler<'_> {
    /// When a user is busy, as far as whoever asks may know, or the reason for not telling.
    ///
    /// Private events count as any others, and nothing is told but that the time is taken. When the user can be met at
    /// all counts, too ([`put_availability`](Self::put_availability)).
    ///
    /// # Errors
    /// When a user is not in the directory, or the store fails.
    pub fn busy(
        &self,
        asker: &Asker<'_>,
        user: &UserId,
        window: Range<Timestamp>,
        now: Timestamp,
    ) -> Result<Result<BusyTime, Reason>> {
        let user = self.user(user)?;
        let viewer = match self.viewer(asker, Right::FreeBusy, &user, now)? {
            Ok(viewer) => viewer,
            Err(reason) => return Ok(Err(reason)),
        };
        let busy = self.busy_time(&user, window)?;
        Ok(Ok(match viewer {
            Viewer::Owner => busy,
            Viewer::Other(_) => busy.for_others(),
        }))
    }

    pub(super) fn busy_time(&self, user: &LocalUser, window: Range<Timestamp>) -> Result<BusyTime> {
        let calendar = self.calendar(&user.id, window.clone())?;
        Ok(calendar.busy(&user.identities)?.busy(window, &user.zone, &self.limits))
    }

    /// A question about a user's busy time (RFC 5546 §3.3.2) by somebody who waits for the answer (RFC 6638 §5): the
    /// message in the outcome, as far as whoever asks may know.
    ///
    /// Nothing is stored or sent. A question that comes by mail is answered by [`receive`](Self::receive).
    ///
    /// # Errors
    /// When the user is not in the directory, the calendar is no question about busy time, or the store fails.
    pub fn tell_busy(
        &self,
        user: &UserId,
        question: &Component,
        envelope: &Envelope,
        now: Timestamp,
    ) -> Result<Outcome> {
        let user = self.user(user)?;
        let access = self.access(&user, envelope, Right::FreeBusy, now)?;
        self.told(&user, question, envelope, &access, now)
    }

    /// Answers a question about busy time by a message in the outbox.
    pub(super) fn answer_busy(
        &mut self,
        user: &LocalUser,
        question: &Component,
        envelope: &Envelope,
        now: Timestamp,
    ) -> Result<Outcome> {
        let access = self.access(user, envelope, Right::FreeBusy, now)?;
        let told = self.told(user, question, envelope, &access, now)?;
        let uid = uid_of(question)?;
        let step = Step::new(user, &uid, self.residence(&user.id, &uid)?, now);
        // The question is no object of the calendar: what is stored of that UID, if anything, stays as it is.
        self.take(&step, |held| Ok(Outcome { state: held.state.clone(), ..told.clone() }))
    }

    /// The answer to a question about busy time, given what the access list says of whoever asks.
    pub(super) fn told(
        &self,
        user: &LocalUser,
        question: &Component,
        envelope: &Envelope,
        access: &Decision,
        now: Timestamp,
    ) -> Result<Outcome> {
        let window = FreeBusyRequest::read(question)?.window;
        if window.end.seconds() - window.start.seconds() > LONGEST_WINDOW {
            let outcome = Outcome::new(Disposition::Rejected, Role::None, SchedulingState::default());
            let why = "the window is longer than two years; ask about a part of it at a time";
            return Ok(outcome.refuse(Disposition::Rejected, "window-too-long", why, "RFC 5546 §3.3.2"));
        }
        // Nobody's calendar is read for those who may not know.
        let busy = if access.allowed { self.busy_time(user, window)? } else { BusyTime::free(window) };
        let engine = self.engine(user, Residence::Synced);
        engine.tell_busy(question, envelope, &busy, access, now)
    }

    /// When somebody is busy, here or at a trusted organisation, or the reason why that is not told.
    ///
    /// `uid` names the question that a peer is asked (RFC 5546 §3.3.2); the host makes a new one each time.
    ///
    /// # Errors
    /// As [`busy`](Self::busy), and when the transport fails or the peer's answer is none to this question.
    pub fn ask_busy(
        &self,
        transport: &mut dyn Transport,
        asking: &UserId,
        whom: &CalendarUserAddress,
        window: Range<Timestamp>,
        uid: &str,
        now: Timestamp,
    ) -> Result<Result<BusyTime, Reason>> {
        let refused = |message| {
            Ok(Err(Reason { code: "not-told", message, instance: None, source: "RFC 6638 §3.2.9" }))
        };
        let peer = match self.way_to(whom)? {
            Route::Local(user) => return self.busy(&Asker::User(asking), &UserId::new(&user), window, now),
            Route::Peer(peer) => peer,
            Route::Mail(_) | Route::Nobody(_) => {
                return refused(format!("{whom} is neither a user here nor of a trusted organisation"));
            }
        };
        let user = self.user(asking)?;
        let originator = user.identities.primary();
        let asked = FreeBusyRequest {
            uid: uid.to_owned(),
            organizer: originator.clone(),
            attendees: vec![whom.clone()],
            window,
        };
        let calendar = asked.to_calendar(now, self.engine(&user, Residence::Synced).product())?;
        let question = BusyQuestion { originator, recipient: whom, calendar: &calendar };
        match transport.ask(&question, &peer, now)? {
            PeerAnswer::Told(answer) => told(&asked, &answer, &peer).map(Ok),
            PeerAnswer::Refused { status, why } => {
                refused(format!("{peer} does not say: {why} (status {})", status.code()))
            }
        }
    }

    /// One object of a user's calendar as whoever asks may see it, or the reason for not showing it.
    ///
    /// Nobody but the owner learns without the right whether there is such an object; `None` says that there is none.
    ///
    /// # Errors
    /// When a user is not in the directory, or the store fails.
    pub fn read(
        &self,
        asker: &Asker<'_>,
        user: &UserId,
        uid: &str,
        now: Timestamp,
    ) -> Result<Result<Option<SchedulingObject>, Reason>> {
        let user = self.user(user)?;
        let viewer = match self.viewer(asker, Right::Read, &user, now)? {
            Ok(viewer) => viewer,
            Err(reason) => return Ok(Err(reason)),
        };
        self.object(&user.id, uid)?.map(|object| view(&object, &viewer)).transpose().map(Ok)
    }

    /// What an object in a user's calendar collides with, instance by instance; `None` where there is no such object.
    ///
    /// A host asks this of an invitation before it shows it. Nothing is known beyond the horizon, which the answer
    /// repeats. Costs as much as what may take place in the horizon, so it is no part of receiving a message.
    ///
    /// # Errors
    /// When the user is not in the directory, the object cannot be expanded, or the store fails.
    pub fn conflicts(
        &self,
        user: &UserId,
        uid: &str,
        horizon: Range<Timestamp>,
    ) -> Result<Option<Conflicts>> {
        let user = self.user(user)?;
        let Some(object) = self.object(&user.id, uid)? else { return Ok(None) };
        let calendar = self.calendar(&user.id, horizon.clone())?;
        let calendar = calendar.busy(&user.identities)?;
        conflicts(&object, &calendar, horizon, &user.zone, &self.limits).map(Some)
    }

    /// Times at which all, or most, of some users can come, as far as whoever asks may know when they are busy.
    ///
    /// `others` are those whose busy time came from elsewhere, as by [`ask_busy`](Self::ask_busy).
    ///
    /// # Errors
    /// As [`busy`](Self::busy) and [`suggest`].
    pub fn suggest(
        &self,
        asker: &Asker<'_>,
        users: &[(UserId, Attendance)],
        others: &[Person],
        search: &Search,
        now: Timestamp,
    ) -> Result<Suggested> {
        let mut people = others.to_vec();
        let mut unknown = Vec::new();
        for (id, attendance) in users {
            let address = self.user(id)?.identities.primary().clone();
            match self.busy(asker, id, search.from..search.to, now)? {
                Ok(busy) => people.push(Person { address, attendance: *attendance, busy }),
                Err(reason) => unknown.push((id.clone(), reason)),
            }
        }
        Ok(Suggested { suggestions: suggest(&people, search)?, unknown })
    }

    /// What a user's calendar holds under a UID, as its owner sees it.
    ///
    /// # Errors
    /// What the store fails with, and when what it holds is no scheduling object.
    pub fn object(&self, user: &UserId, uid: &str) -> Result<Option<SchedulingObject>> {
        let text = self.store.load(user, uid)?.and_then(|stored| stored.calendar);
        text.map(|text| read_object(&text, &self.limits)).transpose()
    }
}

/// The busy time in a peer's answer, if it is one to the question that was asked.
fn told(asked: &FreeBusyRequest, answer: &Component, peer: &str) -> Result<BusyTime> {
    let is_reply = matches!(Method::of(answer), Ok(Method::Reply));
    let about = FreeBusyRequest::read(answer)?;
    if !is_reply || about.uid != asked.uid || about.attendees != asked.attendees {
        return Err(Error::invalid(format!(
            "what {peer} answers is no REPLY to the question `{}` about {}",
            asked.uid, asked.attendees[0]
        )));
    }
    busy_of(answer)
}
