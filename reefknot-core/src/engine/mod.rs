//! One place that ties a decision together: the four questions, and the one path by which messages leave.
//!
//! *This user changed this object* ([`Engine::change`]), *this message arrived* ([`Engine::receive`]), *this user
//! decided* ([`Engine::decide`]), *this delivery ended so* ([`Engine::delivered`]). Each is a pure function of its
//! arguments, the time included, and each answers with an [`Outcome`].
//!
//! ```
//! use reefknot_core::engine::{Engine, read_object};
//! use reefknot_core::ical::Limits;
//! use reefknot_core::scheduling::{Identities, SchedulingState};
//!
//! let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Tea\r\n\
//!             DTSTAMP:20260101T000000Z\r\nDTSTART:20260301T100000Z\r\nORGANIZER:mailto:a@foo.com\r\n\
//!             ATTENDEE:mailto:b@foo.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
//! let event = read_object(text.as_bytes(), &Limits::default())?;
//! let engine = Engine::new(Identities::new("mailto:a@foo.com".parse()?));
//! let outcome = engine.change(None, Some(&event), &SchedulingState::default(), "20260102T080000Z".parse()?)?;
//! assert_eq!(outcome.messages[0].recipient.to_string(), "mailto:b@foo.com");
//! # Ok::<(), reefknot_core::Error>(())
//! ```

mod answer;
mod busy;
mod delivery;
mod offers;
mod parameters;
mod room;

pub use room::Room;

use std::collections::BTreeMap;

use crate::ical::{Component, Kind, Limits, Stream};
use crate::itip::{
    self, Agent, Answer, Context, Disposition, Envelope, Incoming, Message, ObjectChange, Outcome,
    Preferences, Question, Role,
};
use crate::policy;
use crate::recurrence::InstanceKey;
use crate::scheduling::{Identities, ScheduleStatus, SchedulingObject, SchedulingState};
use crate::value::{RequestStatus, Timestamp};
use crate::{Error, Result};

/// What the engine calls itself in what it writes: PRODID (RFC 5545 §3.7.3).
pub const PRODUCT: &str = concat!("-//Reefknot//reefknot ", env!("CARGO_PKG_VERSION"), "//EN");

/// The engine of one calendar user.
#[derive(Clone, Debug)]
pub struct Engine {
    identities: Identities,
    agent: Agent,
    preferences: Preferences,
    product: String,
}

impl Engine {
    /// The engine of a user, in their server, with the default choices.
    #[must_use]
    pub fn new(identities: Identities) -> Self {
        Self {
            identities,
            agent: Agent::Server,
            preferences: Preferences::default(),
            product: PRODUCT.to_owned(),
        }
    }

    /// In which of the user's programs it runs.
    #[must_use]
    pub fn with_agent(mut self, agent: Agent) -> Self {
        self.agent = agent;
        self
    }

    /// Other choices where the RFCs leave one.
    #[must_use]
    pub fn with_preferences(mut self, preferences: Preferences) -> Self {
        self.preferences = preferences;
        self
    }

    /// Whose calendar it is.
    #[must_use]
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// What the user's programs call themselves: PRODID (RFC 5545 §3.7.3).
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    fn context<'a>(&'a self, now: Timestamp, preferences: &'a Preferences) -> Context<'a> {
        Context { identities: &self.identities, now, agent: self.agent, preferences, product: &self.product }
    }

    /// The user created (`before` is none), changed, or deleted (`after` is none) an object.
    ///
    /// # Errors
    /// Only when the engine itself cannot go on; a change that is not allowed is an outcome with a reason.
    pub fn change(
        &self,
        before: Option<&SchedulingObject>,
        after: Option<&SchedulingObject>,
        state: &SchedulingState,
        now: Timestamp,
    ) -> Result<Outcome> {
        self.change_saying(before, after, &BTreeMap::new(), state, now)
    }

    /// As [`change`](Self::change), with what the answer says that the program could not do, by instance.
    fn change_saying(
        &self,
        before: Option<&SchedulingObject>,
        after: Option<&SchedulingObject>,
        statuses: &BTreeMap<InstanceKey, RequestStatus>,
        state: &SchedulingState,
        now: Timestamp,
    ) -> Result<Outcome> {
        let mut outcome =
            itip::change_saying(before, after, statuses, state, &self.context(now, &self.preferences))?;
        if let (Some(before), ObjectChange::Store(object)) = (before, &mut outcome.object) {
            parameters::keep_statuses(before, object, self.agent)?;
        }
        self.leave_without_force(outcome)
    }

    /// The user put an object from a file into their calendar: stored, and nobody is told.
    ///
    /// Whoever restores a backup or opens an old invitation does not invite everybody again.
    ///
    /// # Errors
    /// Only when the engine itself cannot go on.
    pub fn import(&self, object: &SchedulingObject, state: &SchedulingState) -> Result<Outcome> {
        let role = itip::role(Some(object), &self.identities);
        let mut outcome = Outcome::new(Disposition::Allowed, role, state.clone());
        outcome.state.sequence = outcome.state.sequence.max(object.sequence());
        outcome.because(
            "imported",
            "an import tells nobody; change the event to invite people",
            "RFC 6638 §3.2.2.2",
        );
        let mut object = object.clone();
        parameters::forget_force_send(&mut object, self.agent)?;
        outcome.object = ObjectChange::Store(object);
        Ok(outcome)
    }

    /// An attendee's program puts the organizer's revision, which it received elsewhere, as by mail.
    ///
    /// Per instance, a newer revision is taken over as from the organizer's REQUEST, never an older one and nothing
    /// at or below a cancellation; what the user owns (alarms, categories, the answer) is the program's. Where no
    /// instance is newer it is [`change`](Self::change). Nothing is sent but an answer that the user gave: one that
    /// differs from what is stored, or one to an instance that moved. Who answers the same again says so with
    /// SCHEDULE-FORCE-SEND=REPLY.
    ///
    /// A server takes this from a client only where the organizer has no calendar on it: those who have are heard
    /// directly, and an attendee may not change what is theirs (RFC 6638 §3.2.2.1). Components must carry the
    /// organizer's SEQUENCE and DTSTAMP. An exclusion of the user's own is to be put before, as a change.
    ///
    /// # Errors
    /// Only when the engine itself cannot go on; what is not taken over is an outcome with a reason.
    pub fn adopt(
        &self,
        stored: Option<&SchedulingObject>,
        object: &SchedulingObject,
        state: &SchedulingState,
        now: Timestamp,
    ) -> Result<Outcome> {
        let mut outcome = itip::adopt(stored, object, state, &self.context(now, &self.preferences))?;
        if let (Some(stored), ObjectChange::Store(object)) = (stored, &mut outcome.object) {
            parameters::keep_statuses(stored, object, self.agent)?;
        }
        self.leave_without_force(outcome)
    }

    /// A message arrived; `stored` is what the user holds under its UID.
    ///
    /// # Errors
    /// When the calendar is no scheduling message at all; a bad or unwelcome one is an outcome with a reason.
    pub fn receive(
        &self,
        stored: Option<&SchedulingObject>,
        state: &SchedulingState,
        calendar: &Component,
        envelope: &Envelope,
        now: Timestamp,
    ) -> Result<Outcome> {
        self.receive_with(stored, state, calendar, envelope, now, &self.preferences)
    }

    /// The user answered a question that a message raised; the message is given again, with the answer.
    ///
    /// # Errors
    /// As [`receive`](Self::receive).
    #[allow(clippy::too_many_arguments)]
    pub fn decide(
        &self,
        question: &Question,
        yes: bool,
        stored: Option<&SchedulingObject>,
        state: &SchedulingState,
        calendar: &Component,
        envelope: &Envelope,
        now: Timestamp,
    ) -> Result<Outcome> {
        let answer = if yes { Answer::Accept } else { Answer::Refuse };
        let mut preferences = self.preferences.clone();
        match question {
            Question::PartyCrasher(_) => preferences.party_crashers = answer,
            Question::Forwarded(_) => preferences.forwarded = answer,
            Question::NewOrganizer(_) => preferences.new_organizer = answer,
            Question::SentBy { .. } => preferences.sent_by = answer,
            Question::Counter { .. } => preferences.counters = answer,
        }
        self.receive_with(stored, state, calendar, envelope, now, &preferences)
    }

    fn receive_with(
        &self,
        stored: Option<&SchedulingObject>,
        state: &SchedulingState,
        calendar: &Component,
        envelope: &Envelope,
        now: Timestamp,
        preferences: &Preferences,
    ) -> Result<Outcome> {
        if calendar.components().find_map(Kind::of) == Some(Kind::FreeBusy) {
            return busy::receive(calendar, state, envelope);
        }
        let incoming = Incoming::read(calendar, envelope)?;
        let outcome = itip::receive(stored, state, &incoming, &self.context(now, preferences))?;
        self.leave(outcome)
    }

    /// The delivery of a message ended, or goes on: its status goes to the sender's copy (RFC 6638 §3.2.9).
    ///
    /// It changes nothing else, raises no SEQUENCE and sends nothing. A later message about the same instance, or
    /// an answer that came meanwhile, keeps the status it has; a failure always shows.
    ///
    /// # Errors
    /// When the message holds no scheduling object.
    pub fn delivered(
        &self,
        stored: Option<&SchedulingObject>,
        state: &SchedulingState,
        message: &Message,
        status: ScheduleStatus,
    ) -> Result<Outcome> {
        delivery::ended(stored, state, message, status, itip::role(stored, &self.identities))
    }

    /// As [`leave`](Self::leave), for an object that a user's program wrote.
    fn leave_without_force(&self, outcome: Outcome) -> Result<Outcome> {
        let mut outcome = self.leave(outcome)?;
        if let ObjectChange::Store(object) = &mut outcome.object {
            parameters::forget_force_send(object, self.agent)?;
        }
        Ok(outcome)
    }

    /// Every message leaves by here and nowhere else.
    fn leave(&self, mut outcome: Outcome) -> Result<Outcome> {
        let mut gate = policy::Gate::new(&self.identities);
        let Outcome { messages, refreshes, reasons, .. } = &mut outcome;
        for sent in [messages, refreshes] {
            sent.retain(|message| {
                let may = gate.may_leave(message);
                may.map_err(|reason| reasons.push(reason)).is_ok()
            });
        }
        delivery::pending(&mut outcome)?;
        Ok(outcome)
    }
}

/// What a user is to an object.
#[must_use]
pub fn role(object: Option<&SchedulingObject>, identities: &Identities) -> Role {
    itip::role(object, identities)
}

/// Reads the one calendar of a text.
///
/// # Errors
/// When a limit is exceeded, or when there is no calendar, or more than one.
pub fn read_calendar(bytes: &[u8], limits: &Limits) -> Result<Component> {
    let mut calendars = Stream::parse(bytes, limits)?.into_calendars();
    let Some(calendar) = calendars.next() else {
        return Err(Error::syntax("there is no iCalendar object (BEGIN:VCALENDAR) in it"));
    };
    match calendars.count() {
        0 => Ok(calendar),
        more => {
            Err(Error::invalid(format!("there are {} calendars where one is wanted; split them", more + 1)))
        }
    }
}

/// Reads one scheduling object.
///
/// # Errors
/// As [`read_calendar`], and when the calendar is not one UID of one kind.
pub fn read_object(bytes: &[u8], limits: &Limits) -> Result<SchedulingObject> {
    SchedulingObject::from_calendar(read_calendar(bytes, limits)?)
}
