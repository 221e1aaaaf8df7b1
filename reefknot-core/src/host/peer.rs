//! What the server of another organisation hands in.

use super::{LocalUser, Scheduler};
use crate::freebusy::FreeBusyRequest;
use crate::ical::{Component, Kind};
use crate::itip::{Disposition, Envelope, Method, Outcome, Reason};
use crate::policy::Decision;
use crate::routing::{FromPeer, Proof};
use crate::scheduling::ScheduleStatus;
use crate::value::{CalendarUserAddress, Timestamp};
use crate::{Error, Result};

/// What became of a message that a peer handed in, and what the peer is told.
#[derive(Clone, Debug)]
pub struct Received {
    /// How its delivery ended, for the sender's copy (RFC 6638 §3.2.9).
    pub status: ScheduleStatus,
    /// Why it was not delivered; empty where it was.
    pub why: String,
    /// The answer to a question about busy time (RFC 5546 §3.3.3).
    pub answer: Option<Component>,
    /// What the engine made of it, for this host; `None` where it was not let in.
    pub outcome: Option<Outcome>,
}

impl Received {
    fn refused(status: ScheduleStatus, why: impl Into<String>) -> Self {
        Self { status, why: why.into(), answer: None, outcome: None }
    }
}

impl Scheduler<'_> {
    /// A message comes over a connection to another organisation.
    ///
    /// Who is at the other end is what the transport verified and nothing that the message says; the peer's word for
    /// `originator` counts where it answers for that address. A stranger learns nothing of who is a user here.
    /// An invitation is delivered as a local one; a room answers it, and that answer goes out like any other. A question
    /// about busy time is answered at once.
    ///
    /// # Errors
    /// When the calendar is no scheduling message, or the store fails. What is not let in is no error.
    pub fn receive_from_peer(
        &mut self,
        recipient: &CalendarUserAddress,
        calendar: &Component,
        originator: &CalendarUserAddress,
        shown: &Proof,
        now: Timestamp,
    ) -> Result<Received> {
        let no_privilege =
            |reason: Reason| Received::refused(ScheduleStatus::NoPrivilege, reason.to_string());
        if let Err(reason) = self.trust.speaker(shown, originator) {
            return Ok(no_privilege(reason));
        }
        let Some(user) = self.directory.find(recipient)? else {
            let why = format!("{recipient} is no user here");
            return Ok(Received::refused(ScheduleStatus::UnknownUser, why));
        };
        let method = calendar.value("METHOD").ok_or_else(|| Error::invalid("the message has no METHOD"))?;
        let method: Method = method.trim().parse()?;
        let kind = calendar.components().find_map(Kind::of);
        let kind = kind.ok_or_else(|| Error::invalid("the message holds nothing that can be scheduled"))?;
        let groups = self.directory.groups(originator)?;
        let message = FromPeer { shown, originator, groups: &groups, method, kind, owner: user.owner() };
        let admitted = match self.trust.admit(&message, now) {
            Ok(admitted) => admitted,
            Err(reason) => return Ok(no_privilege(reason)),
        };
        if FreeBusyRequest::is_one(calendar)
            && let Some(access) = &admitted.decision
        {
            return self.tell_peer(&user, calendar, &admitted.envelope, access, now);
        }
        let outcome = self.take_in(&user, calendar, &admitted.envelope, admitted.decision.as_ref(), now)?;
        Ok(received(outcome, ScheduleStatus::Delivered))
    }

    fn tell_peer(
        &self,
        user: &LocalUser,
        question: &Component,
        envelope: &Envelope,
        access: &Decision,
        now: Timestamp,
    ) -> Result<Received> {
        let mut outcome = self.told(user, question, envelope, access, now)?;
        let answer = outcome.messages.pop().map(|message| Component::clone(&message.calendar));
        Ok(Received { answer, ..received(outcome, ScheduleStatus::Success) })
    }
}

/// What the peer is told: the status given, unless the engine refused the message.
fn received(outcome: Outcome, status: ScheduleStatus) -> Received {
    let (status, why) = if outcome.disposition == Disposition::Rejected {
        let reasons: Vec<String> = outcome.reasons.iter().map(ToString::to_string).collect();
        (ScheduleStatus::NotAllowed, reasons.join("; "))
    } else {
        (status, String::new())
    };
    Received { status, why, answer: None, outcome: Some(outcome) }
}
