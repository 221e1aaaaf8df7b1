//! The other half of the driver: what was committed is delivered, and its status comes back.

use super::driver::Step;
use super::transport::{Attempt, Transport};
use super::{Delivery, Outgoing, Scheduler, Settled, UserId};
use crate::Result;
use crate::engine::read_calendar;
use crate::ical::Kind;
use crate::itip::{Authentication, Carrier, Disposition, Envelope, Notice};
use crate::policy::Right;
use crate::routing::{Route, right_for};
use crate::scheduling::ScheduleStatus;
use crate::value::Timestamp;

/// How long to wait before each further attempt, in seconds: a minute, five, half an hour, two hours, a day.
const BACK_OFF: [i64; 5] = [60, 300, 1_800, 7_200, 86_400];

/// What [`Scheduler::deliver`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages that arrived, or were handed on.
    pub done: usize,
    /// Messages to try again.
    pub retried: usize,
    /// Messages given up.
    pub failed: usize,
    /// What to tell whom: of what arrived here, and of what did not arrive there.
    pub notices: Vec<(UserId, Notice)>,
}

impl Scheduler<'_> {
    /// Delivers at most `limit` messages that are due: into calendars here, to peers, or by mail.
    ///
    /// How each fared shows on the sender's copy, in the same commit that takes it from the outbox
    /// (RFC 6638 §3.2.9). A crash between the two delivers one message again.
    ///
    /// # Errors
    /// When the store fails. A message that cannot be delivered is no error: it is tried again, or given up.
    pub fn deliver(
        &mut self,
        transport: &mut dyn Transport,
        now: Timestamp,
        limit: usize,
    ) -> Result<Delivered> {
        let mut report = Delivered::default();
        for delivery in self.store.due(now, limit)? {
            let attempt = match &delivery.message.route {
                Route::Local(name) => self.hand_in(&UserId::new(name), &delivery.message, now, &mut report),
                Route::Mail(mailbox) => transport.mail(&delivery.message, mailbox, now),
                Route::Peer(peer) => transport.peer(&delivery.message, peer, now),
                Route::Nobody(why) => {
                    Ok(Attempt::Refused { status: ScheduleStatus::NoRoute, why: why.clone() })
                }
            };
            let attempt = attempt.unwrap_or_else(|error| Attempt::TryLater(error.to_string()));
            self.settle(&delivery, attempt, now, &mut report)?;
        }
        Ok(report)
    }

    fn settle(
        &mut self,
        delivery: &Delivery,
        attempt: Attempt,
        now: Timestamp,
        report: &mut Delivered,
    ) -> Result<()> {
        let later = BACK_OFF.get(usize::try_from(delivery.attempts).unwrap_or(usize::MAX));
        let failed = |status: ScheduleStatus, why: &str| {
            (status, Settled::Failed { status: format!("{};{why}", status.code()) })
        };
        let (status, how) = match (attempt, later) {
            (Attempt::Handed, _) => {
                report.done += 1;
                // Mail is stored and forwarded: nobody tells whether it arrives.
                let mail = matches!(delivery.message.route, Route::Mail(_));
                (if mail { ScheduleStatus::Sent } else { ScheduleStatus::Delivered }, Settled::Delivered)
            }
            (Attempt::TryLater(why), Some(seconds)) => {
                report.retried += 1;
                let status = format!("{};{why}", ScheduleStatus::Pending.code());
                let due = now.saturating_add(*seconds);
                (ScheduleStatus::Pending, Settled::Retry { due, status })
            }
            (Attempt::TryLater(why), None) => {
                report.failed += 1;
                failed(ScheduleStatus::Incomplete, &why)
            }
            (Attempt::Refused { status, why }, _) => {
                report.failed += 1;
                failed(status, &why)
            }
        };
        match self.record(delivery, status, how.clone(), now, report) {
            // Whatever is wrong with the sender's copy, the message is not to be sent again for it.
            Err(error) if !error.is_host() => {
                let message = format!("how a message fared could not be recorded: {error}");
                let notice = Notice { code: "status-not-recorded", message };
                report.notices.push((delivery.user.clone(), notice));
                self.store.settle(delivery.id, how)
            }
            result => result,
        }
    }

    /// Takes a message from the outbox and writes its status on the sender's copy.
    fn record(
        &mut self,
        delivery: &Delivery,
        status: ScheduleStatus,
        how: Settled,
        now: Timestamp,
        report: &mut Delivered,
    ) -> Result<()> {
        let Some(user) = self.directory.user(&delivery.user)? else {
            return self.store.settle(delivery.id, how);
        };
        let why = match &how {
            Settled::Failed { status } => status.split_once(';').map(|(_, why)| format!(" ({why})")),
            Settled::Delivered | Settled::Retry { .. } => None,
        };
        let message = delivery.message.message(&self.limits)?;
        let residence = self.residence(&user.id, &message.uid)?;
        let engine = self.engine(&user, residence);
        let step = Step::new(&user, &message.uid, residence, now).settling(delivery.id, how);
        let outcome = self.take(&step, |held| engine.delivered(held.object, held.state, &message, status))?;
        for Notice { code, message } in outcome.notices {
            let message = format!("{message}{}", why.as_deref().unwrap_or_default());
            report.notices.push((user.id.clone(), Notice { code, message }));
        }
        Ok(())
    }

    /// Delivers into the calendar of a user of this host.
    fn hand_in(
        &mut self,
        user: &UserId,
        message: &Outgoing,
        now: Timestamp,
        report: &mut Delivered,
    ) -> Result<Attempt> {
        let Some(local) = self.directory.user(user)? else {
            let why = format!("{user} is no user here any more");
            return Ok(Attempt::Refused { status: ScheduleStatus::UnknownUser, why });
        };
        let calendar = read_calendar(&message.calendar, &self.limits)?;
        let envelope = Envelope {
            sender: Some(message.originator.clone()),
            authentication: Authentication::Authenticated,
            carrier: Carrier::Local,
        };
        let kind = calendar.components().find_map(Kind::of).unwrap_or(Kind::Event);
        if let Some(right @ Right::Invite) = right_for(message.method, kind, local.room.is_some()) {
            let access = self.access(&local, &envelope, right, now)?;
            if !access.allowed {
                return Ok(Attempt::Refused { status: ScheduleStatus::NoPrivilege, why: access.to_string() });
            }
        }
        let outcome = self.receive(user, &calendar, &envelope, now)?;
        if outcome.disposition == Disposition::Rejected {
            let why = outcome.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            return Ok(Attempt::Refused { status: ScheduleStatus::NotAllowed, why });
        }
        report.notices.extend(outcome.notices.into_iter().map(|notice| (user.clone(), notice)));
        Ok(Attempt::Handed)
    }
}
