//! What a user offers others beside changing their calendar: another time, or a copy for their calendars.

use super::Engine;
use crate::Result;
use crate::itip::{self, Outcome};
use crate::scheduling::{SchedulingObject, SchedulingState};
use crate::value::{CalendarUserAddress, Timestamp};

impl Engine {
    /// An attendee proposes something else to the organizer: a COUNTER (RFC 5546 §3.2.7).
    ///
    /// `proposal` is the user's copy as they would have it; other attendees may be added to it. The copy itself stays
    /// as the organizer has it, and [`SchedulingState::proposals`] tells what waits for their decision.
    ///
    /// # Errors
    /// Only when the engine itself cannot go on; what may not be proposed is an outcome with a reason.
    pub fn propose(
        &self,
        stored: &SchedulingObject,
        proposal: &SchedulingObject,
        state: &SchedulingState,
        comment: Option<&str>,
        now: Timestamp,
    ) -> Result<Outcome> {
        let context = self.context(now, &self.preferences);
        self.leave(itip::propose(stored, proposal, state, comment, &context)?)
    }

    /// An organizer makes an object known to people who are not asked to come: a PUBLISH (RFC 5546 §3.2.1).
    ///
    /// Attendees are not among what is sent, and none of them is sent it: a REQUEST tells them.
    ///
    /// # Errors
    /// Only when the engine itself cannot go on; what cannot be published is an outcome with a reason.
    pub fn publish(
        &self,
        object: &SchedulingObject,
        state: &SchedulingState,
        recipients: &[CalendarUserAddress],
        now: Timestamp,
    ) -> Result<Outcome> {
        let context = self.context(now, &self.preferences);
        self.leave(itip::publish(object, state, recipients, &context)?)
    }
}
