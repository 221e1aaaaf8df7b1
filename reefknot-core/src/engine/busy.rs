//! Somebody asks when the user is busy (RFC 5546 §3.3.2, §3.3.3).

use std::sync::Arc;

use super::Engine;
use crate::Result;
use crate::freebusy::{BusyTime, FreeBusyRequest, busy_of};
use crate::ical::{Component, Kind};
use crate::itip::{
    Authentication, Disposition, Envelope, Message, MessageReason, Method, Outcome, Role, StatusCode,
};
use crate::policy::Decision;
use crate::scheduling::{Organizer, SchedulingState, attendees};
use crate::value::{CalendarUserAddress, Timestamp};

/// A message about busy time. Nothing of it is stored: it is no object of the user's calendar, and old tomorrow.
///
/// What somebody published or replied is for whoever asked, who reads it with [`busy_of`]. A question is answered from
/// the whole calendar, which [`Engine::tell_busy`] is given, and not from what is stored under one UID.
pub(super) fn receive(calendar: &Component, state: &SchedulingState, envelope: &Envelope) -> Result<Outcome> {
    let outcome = Outcome::new(Disposition::Ignored, Role::None, state.clone());
    let method = Method::of(calendar)?;
    if envelope.authentication == Authentication::Failed {
        let message = "the sender is not who the message says";
        return Ok(outcome.refuse(Disposition::Rejected, "authentication-failed", message, "RFC 5546 §6.1"));
    }
    let (says, source) = match method {
        Method::Publish => ("published", "RFC 5546 §3.3.1"),
        Method::Reply => ("answered", "RFC 5546 §3.3.3"),
        Method::Request => {
            let message = "busy time is told from the whole calendar, to those who may know it";
            return Ok(outcome.refuse(Disposition::Ignored, "whole-calendar", message, "RFC 5546 §3.3.2"));
        }
        Method::Add | Method::Cancel | Method::Refresh | Method::Counter | Method::DeclineCounter => {
            let message = format!("there is no {method} of a VFREEBUSY");
            return Ok(outcome.refuse(Disposition::Rejected, "method-not-allowed", message, "RFC 5546 §3.3"));
        }
    };
    let busy = match busy_of(calendar) {
        Ok(busy) => busy,
        Err(error) => {
            return Ok(outcome.refuse(Disposition::Rejected, "unreadable", error.to_string(), source));
        }
    };
    let Some(whose) = whose(calendar, method) else {
        let message = "the message does not say whose busy time it is";
        return Ok(outcome.refuse(Disposition::Rejected, "nobody-named", message, source));
    };
    if envelope.sender.as_ref().is_some_and(|sender| *sender != whose) {
        let message = format!("the sender is not {whose}, whose busy time it is said to be");
        return Ok(outcome.refuse(
            Disposition::Rejected,
            "sender-is-not-the-attendee",
            message,
            "RFC 5546 §6.1.2",
        ));
    }
    let mut outcome = outcome;
    outcome.disposition = Disposition::Notify;
    let window = busy.window();
    let message = format!("{whose} {says} when they are busy between {} and {}", window.start, window.end);
    outcome.because("busy-time-heard", message.clone(), source);
    outcome.tell("busy-time", message);
    Ok(outcome)
}

/// Whose busy time a message holds: its publisher's, or of an answer its attendee's.
fn whose(calendar: &Component, method: Method) -> Option<CalendarUserAddress> {
    let component = calendar.components_named(Kind::FreeBusy.as_str()).next()?;
    let attendee = attendees(component).into_iter().next().map(|attendee| attendee.address);
    let organizer = component.property("ORGANIZER").as_ref().and_then(Organizer::of);
    match method {
        Method::Reply => attendee,
        _ => organizer.map(|organizer| organizer.address),
    }
}

impl Engine {
    /// A question about busy time arrived: answered with a REPLY, or refused with the reason.
    ///
    /// Who may not know is told so (REQUEST-STATUS 3.8) where they proved who they are, and otherwise nothing.
    ///
    /// `busy` is the user's busy time; what lies outside of the window that was asked about stays here. `access` is
    /// what the access list says of whoever asks.
    ///
    /// # Errors
    /// When the calendar is no question about busy time.
    pub fn tell_busy(
        &self,
        question: &Component,
        envelope: &Envelope,
        busy: &BusyTime,
        access: &Decision,
        now: Timestamp,
    ) -> Result<Outcome> {
        let asked = FreeBusyRequest::read(question)?;
        let outcome = Outcome::new(Disposition::Rejected, Role::None, SchedulingState::default());
        if envelope.authentication == Authentication::Failed {
            let message = "the sender is not who the message says";
            return Ok(outcome.refuse(
                Disposition::Rejected,
                "authentication-failed",
                message,
                "RFC 5546 §6.1",
            ));
        }
        if envelope.sender.as_ref().is_some_and(|sender| *sender != asked.organizer) {
            let message = format!("the sender is not {}, who is said to ask", asked.organizer);
            return Ok(outcome.refuse(
                Disposition::Rejected,
                "sender-is-not-the-organizer",
                message,
                "RFC 5546 §6.1.1",
            ));
        }
        let Some(own) = asked.attendees.iter().find(|who| self.identities.is_own(who)) else {
            let message = "the question names none of the user's addresses";
            return Ok(outcome.refuse(Disposition::Ignored, "not-for-this-user", message, "RFC 5546 §3.3.2"));
        };
        let reply;
        let mut outcome = outcome;
        if access.allowed {
            outcome = Outcome { disposition: Disposition::Answered, role: Role::Attendee, ..outcome };
            outcome.because("busy-time-told", access.to_string(), "RFC 5546 §3.3.3");
            for doubt in busy.doubts() {
                let message = format!("busy time may be incomplete, {}: {}", doubt.uid, doubt.why);
                outcome.because("busy-time-in-doubt", message, "RFC 5546 §3.3.3");
            }
            reply = asked.reply(own, busy, now, &self.product)?;
        } else {
            outcome.because("no-access", access.to_string(), "RFC 5546 §6.2.3");
            if envelope.authentication != Authentication::Authenticated {
                // Whoever only says who they are might have somebody else written to.
                return Ok(outcome);
            }
            let status = StatusCode::NoAuthority.about(&format!("ATTENDEE:{}", own.uri()))?;
            reply = asked.refusal(own, &status, now, &self.product)?;
        }
        outcome.messages.push(Message {
            method: Method::Reply,
            reason: MessageReason::BusyTime,
            originator: own.clone(),
            recipient: asked.organizer,
            uid: asked.uid.into(),
            sequence: 0,
            calendar: Arc::new(reply),
            changes: Arc::default(),
        });
        self.leave(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::freebusy::{BusyPeriod, BusyType};
    use crate::itip::Carrier;
    use crate::policy::{AccessList, Asking, Owner, Right};
    use crate::scheduling::Identities;

    fn ask(list: &str, sender: &str, authentication: Authentication, whom: &str) -> Outcome {
        let time = |text: &str| -> Timestamp { text.parse().unwrap() };
        let question = FreeBusyRequest {
            uid: "q1".into(),
            organizer: "mailto:c@bar.com".parse().unwrap(),
            attendees: vec![whom.parse().unwrap()],
            window: time("20260302T000000Z")..time("20260303T000000Z"),
        };
        let calendar = question.to_calendar(time("20260201T000000Z"), "-//x//EN").unwrap();
        let taken = BusyPeriod {
            start: time("20260302T090000Z"),
            end: time("20260302T100000Z"),
            busy: BusyType::Busy,
        };
        let busy = BusyTime::of(time("20260301T000000Z")..time("20260401T000000Z"), [taken]);
        let addresses = ["mailto:b@foo.com".parse().unwrap()];
        let owner = Owner { addresses: &addresses, is_room: false, groups: &[] };
        let asking = Asking { peer: Some("bar.com"), ..Asking::default() };
        let now = time("20260201T000000Z");
        let access = list.parse::<AccessList>().unwrap().decide(&asking, Right::FreeBusy, &owner, now);
        let envelope =
            Envelope { sender: Some(sender.parse().unwrap()), authentication, carrier: Carrier::Peer };
        let engine = Engine::new(Identities::new("mailto:b@foo.com".parse().unwrap()));
        engine.tell_busy(&calendar, &envelope, &busy, &access, now).unwrap()
    }

    #[test]
    fn told_to_those_who_may_know_and_nobody_else() {
        const LIST: &str = "allow peer bar.com free-busy everyone";
        let (c, b) = ("mailto:c@bar.com", "mailto:b@foo.com");
        let proven = Authentication::Authenticated;
        for (list, sender, authentication, whom, disposition, code) in [
            (LIST, c, proven, b, Disposition::Answered, "busy-time-told"),
            ("", c, proven, b, Disposition::Rejected, "no-access"),
            (LIST, "mailto:d@bar.com", proven, b, Disposition::Rejected, "sender-is-not-the-organizer"),
            (LIST, c, Authentication::Failed, b, Disposition::Rejected, "authentication-failed"),
            (LIST, c, proven, "mailto:a@foo.com", Disposition::Ignored, "not-for-this-user"),
        ] {
            let outcome = ask(list, sender, authentication, whom);
            assert_eq!((outcome.disposition, outcome.reasons[0].code), (disposition, code));
            let replies = usize::from(disposition == Disposition::Answered || code == "no-access");
            assert_eq!(outcome.messages.len(), replies);
        }
        assert!(ask("", c, Authentication::Claimed, b).messages.is_empty());
        let refused = ask("", c, proven, b).messages.remove(0).calendar;
        assert_eq!(crate::itip::validate(&refused).violations, []);
        let refused = refused.to_string();
        assert!(refused.contains("REQUEST-STATUS:3.8;No authority.;ATTENDEE:mailto:b@foo.com"), "{refused}");
        assert!(!refused.contains("FREEBUSY;"), "{refused}");
        let told = ask(LIST, c, proven, b).messages.remove(0);
        assert_eq!(told.recipient.to_string(), c);
        assert!(told.calendar.to_string().contains("FREEBUSY;FBTYPE=BUSY:20260302T090000Z/20260302T100000Z"));
    }
}
