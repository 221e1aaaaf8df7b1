//! What a user says to others about what they hold: an answer, a proposal, or a copy.

use super::driver::Step;
use super::{Scheduler, UserId};
use crate::engine::{Engine, read_object};
use crate::itip::Outcome;
use crate::recurrence::InstanceKey;
use crate::scheduling::{PartStat, SchedulingObject, SchedulingState};
use crate::value::{CalendarUserAddress, Timestamp};
use crate::{Error, Result};

impl Scheduler<'_> {
    /// An attendee answers an invitation, or one instance of it, as [`Engine::answer`](crate::engine::Engine::answer) says.
    ///
    /// # Errors
    /// When the user is not in the directory, they hold nothing under the UID, there is nothing to answer, or the store
    /// fails.
    pub fn answer(
        &mut self,
        user: &UserId,
        uid: &str,
        instance: &InstanceKey,
        answer: &PartStat,
        comment: Option<&str>,
        now: Timestamp,
    ) -> Result<Outcome> {
        self.offer(user, uid, now, |engine, stored, state| {
            engine.answer(stored, instance, answer, comment, state, now)
        })
    }

    /// An attendee proposes something else to the organizer (COUNTER, RFC 5546 §3.2.7).
    ///
    /// `proposal` is the whole object as the user would have it, as iCalendar text. Their own copy stays as it is, and
    /// the organizer's answer arrives as any message does.
    ///
    /// # Errors
    /// When the user is not in the directory, they hold nothing under the UID, the text is no scheduling object, or the
    /// store fails.
    pub fn propose(
        &mut self,
        user: &UserId,
        uid: &str,
        proposal: &[u8],
        comment: Option<&str>,
        now: Timestamp,
    ) -> Result<Outcome> {
        let proposal = read_object(proposal, &self.limits)?;
        self.offer(user, uid, now, |engine, stored, state| {
            engine.propose(stored, &proposal, state, comment, now)
        })
    }

    /// An organizer makes an object known to people who are not asked to come (PUBLISH, RFC 5546 §3.2.1).
    ///
    /// # Errors
    /// When the user is not in the directory, they hold nothing under the UID, or the store fails.
    pub fn publish(
        &mut self,
        user: &UserId,
        uid: &str,
        recipients: &[CalendarUserAddress],
        now: Timestamp,
    ) -> Result<Outcome> {
        self.offer(user, uid, now, |engine, stored, state| engine.publish(stored, state, recipients, now))
    }

    /// What a user says of an object that they hold.
    fn offer(
        &mut self,
        user: &UserId,
        uid: &str,
        now: Timestamp,
        say: impl Fn(&Engine, &SchedulingObject, &SchedulingState) -> Result<Outcome>,
    ) -> Result<Outcome> {
        let user = self.user(user)?;
        let residence = self.residence(&user.id, uid)?;
        let engine = self.engine(&user, residence);
        self.take(&Step::new(&user, uid, residence, now), |held| {
            let stored = held.object.ok_or_else(|| {
                Error::invalid(format!("user `{}` holds nothing under the UID `{uid}`", user.id))
            })?;
            say(&engine, stored, held.state)
        })
    }
}
