//! The engine of one calendar user.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use reefknot_core::engine::{self as core, Room};
use reefknot_core::freebusy::{BusyCalendar, RoomPolicy};
use reefknot_core::ical;
use reefknot_core::itip::{Agent, Envelope, Outcome, Preferences};
use reefknot_core::scheduling::{Identities, PartStat, ScheduleStatus, SchedulingObject};
use reefknot_core::{Error, Result};

use crate::document::Component;
use crate::errors::{OrRaise, invalid};
use crate::message::{self, Held};
use crate::{python, text, time, value};

/// The scheduling engine of one calendar user.
///
/// Each method is a function of its arguments, the time included: nothing is read from a clock, stored or sent. The
/// answer is an `Outcome`, which says what to store, what to send, what to tell the user, and why.
///
/// identities
///     Whose calendar it is: an address, a list of addresses (the first is the one they write as), or `Identities`.
/// policy
///     The choices that the RFCs leave to a calendar program: `Preferences`.
/// agent
///     In which of the user's programs the engine runs; it decides who sends what has a SCHEDULE-AGENT.
///
/// >>> from datetime import datetime, timezone
/// >>> from reefknot import Engine, Event
/// >>> now = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
/// >>> tea = Event.new("Tea", start=datetime(2026, 12, 1, 15, tzinfo=timezone.utc), uid="tea@foo.com", stamp=now,
/// ...                 organizer="a@foo.com", attendees=["b@foo.com"])
/// >>> outcome = Engine("a@foo.com").change(None, tea, now=now)
/// >>> [(message.method, message.recipient.mailbox) for message in outcome.messages]
/// [(Method.REQUEST, 'b@foo.com')]
#[pyclass(frozen, module = "reefknot", name = "Engine")]
pub(crate) struct Engine {
    inner: core::Engine,
    preferences: Preferences,
    agent: Agent,
}

/// Addresses in any of the forms in which Python gives them.
pub(crate) fn to_identities(value: &Bound<'_, PyAny>) -> PyResult<Identities> {
    let of = |addresses: &Bound<'_, PyAny>| -> PyResult<Identities> {
        let mut all = message::addresses(addresses)?.into_iter();
        let first = all.next();
        let first = first.ok_or_else(|| invalid(value.py(), "a user needs at least one address"))?;
        Ok(all.fold(Identities::new(first), Identities::with_alias))
    };
    if value.is_instance_of::<PyString>() || !value.hasattr("primary")? {
        return of(value);
    }
    let primary = value::to_address(&value.getattr("primary")?)?;
    let aliases = message::addresses(&value.getattr("aliases")?)?;
    let principals = message::addresses(&value.getattr("acting_for")?)?;
    let own = aliases.into_iter().fold(Identities::new(primary), Identities::with_alias);
    Ok(principals.into_iter().fold(own, Identities::acting_for))
}

/// The choices of a user, from the record that writes them as JSON.
pub(crate) fn to_preferences(value: Option<&Bound<'_, PyAny>>) -> PyResult<Preferences> {
    from_json(value, "Preferences")
}

pub(crate) fn to_room_policy(value: Option<&Bound<'_, PyAny>>) -> PyResult<RoomPolicy> {
    from_json(value, "RoomPolicy")
}

fn from_json<T: serde::de::DeserializeOwned + Default>(
    value: Option<&Bound<'_, PyAny>>,
    wanted: &str,
) -> PyResult<T> {
    let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(T::default()) };
    let json = value.call_method0("_to_json").map_err(|_| {
        let kind = value.get_type().name().map(|name| name.to_string()).unwrap_or_default();
        PyTypeError::new_err(format!("{wanted} is wanted, and not {kind}"))
    })?;
    let text: String = json.extract()?;
    serde_json::from_str(&text).map_err(|error| Error::invalid(error.to_string())).or_raise(value.py())
}

pub(crate) fn to_agent(value: Option<&Bound<'_, PyAny>>) -> PyResult<Agent> {
    match text::written(value)?.as_deref() {
        None | Some("server") => Ok(Agent::Server),
        Some("client") => Ok(Agent::Client),
        Some("alone") => Ok(Agent::Alone),
        Some(other) => Err(PyTypeError::new_err(format!("{other:?} is none of Agent's members"))),
    }
}

pub(crate) fn to_partstat(value: &Bound<'_, PyAny>) -> PyResult<PartStat> {
    let text: String =
        value.extract().map_err(|_| PyTypeError::new_err("an answer such as PartStat.ACCEPTED is wanted"))?;
    Ok(PartStat::parse(&text))
}

pub(crate) fn to_status(value: &Bound<'_, PyAny>) -> PyResult<ScheduleStatus> {
    let code: String = value.extract()?;
    ScheduleStatus::parse(&code).ok_or_else(|| {
        invalid(value.py(), format!("`{code}` is no status of a delivery; write one of ScheduleStatus"))
    })
}

/// The calendar of a message, and who sent it.
pub(crate) fn to_incoming(
    message: &Bound<'_, PyAny>,
    envelope: Option<&Bound<'_, PyAny>>,
) -> PyResult<(Arc<ical::Component>, Envelope)> {
    let py = message.py();
    let envelope = envelope.filter(|envelope| !envelope.is_none());
    if let Ok(calendar) = message.cast::<Component>() {
        let envelope = envelope.ok_or_else(|| {
            PyTypeError::new_err("a Calendar does not say who sent it: give an Envelope, or a Message that was read from a mail")
        })?;
        return Ok((calendar.get().inner.clone(), message::to_envelope(envelope)?));
    }
    if !message.is_instance(python::message(py)?)? {
        let kind = message.get_type().name()?;
        return Err(PyTypeError::new_err(format!("a Message or a Calendar is wanted, and not {kind}")));
    }
    let calendar = message.getattr("calendar")?.cast::<Component>()?.get().inner.clone();
    let envelope = match envelope {
        Some(envelope) => message::to_envelope(envelope)?,
        None => {
            let own = message.getattr("envelope")?;
            if own.is_none() {
                let why = "the message was not read from a mail, so give an Envelope that says who sent it";
                return Err(PyTypeError::new_err(why));
            }
            message::to_envelope(&own)?
        }
    };
    Ok((calendar, envelope))
}

impl Engine {
    fn told<'py>(
        py: Python<'py>,
        held: &Held,
        decide: impl FnOnce() -> Result<Outcome> + Send,
    ) -> PyResult<Bound<'py, PyAny>> {
        let outcome = py.detach(decide).or_raise(py)?;
        message::from_outcome(py, &outcome, held.object.as_ref())
    }
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (identities, policy=None, agent=None))]
    fn make(
        identities: &Bound<'_, PyAny>,
        policy: Option<&Bound<'_, PyAny>>,
        agent: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (preferences, agent) = (to_preferences(policy)?, to_agent(agent)?);
        let inner = core::Engine::new(to_identities(identities)?)
            .with_agent(agent)
            .with_preferences(preferences.clone());
        Ok(Self { inner, preferences, agent })
    }

    /// The user created (`before` is `None`), changed, or deleted (`after` is `None`) an object.
    #[pyo3(signature = (before, after, *, now))]
    fn change<'py>(
        &self,
        py: Python<'py>,
        before: Option<&Bound<'py, PyAny>>,
        after: Option<&Bound<'py, PyAny>>,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (held, after, now) = (Held::of(before)?, message::object(after)?, time::instant(now)?);
        if held.object.is_none() && after.is_none() {
            return Err(invalid(
                py,
                "there was nothing and there is nothing; give `before`, `after` or both",
            ));
        }
        Self::told(py, &held, || {
            self.inner.change(held.object.as_deref(), after.as_deref(), &held.state, now)
        })
    }

    /// The user put an object from a file into their calendar: stored, and nobody is told.
    #[pyo3(signature = (calendar, stored=None))]
    fn import_<'py>(
        &self,
        py: Python<'py>,
        calendar: &Bound<'py, PyAny>,
        stored: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (held, object) = (Held::of(stored)?, wanted(calendar)?);
        Self::told(py, &held, || self.inner.import(&object, &held.state))
    }

    /// An attendee answers all of an invitation, or one instance; the organizer hears it with the comment.
    #[pyo3(signature = (stored, answer, *, now, instance=None, comment=None))]
    fn answer<'py>(
        &self,
        py: Python<'py>,
        stored: &Bound<'py, PyAny>,
        answer: &Bound<'py, PyAny>,
        now: &Bound<'py, PyAny>,
        instance: Option<&Bound<'py, PyAny>>,
        comment: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (held, object) = existing(stored)?;
        let (key, answer, now) = (time::to_key(instance)?, to_partstat(answer)?, time::instant(now)?);
        Self::told(py, &held, || self.inner.answer(&object, &key, &answer, comment, &held.state, now))
    }

    /// A message arrived; `stored` is what the user holds under its UID.
    #[pyo3(signature = (message, stored=None, envelope=None, *, now))]
    fn receive<'py>(
        &self,
        py: Python<'py>,
        message: &Bound<'py, PyAny>,
        stored: Option<&Bound<'py, PyAny>>,
        envelope: Option<&Bound<'py, PyAny>>,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (held, now) = (Held::of(stored)?, time::instant(now)?);
        let (calendar, envelope) = to_incoming(message, envelope)?;
        Self::told(py, &held, || {
            self.inner.receive(held.object.as_deref(), &held.state, &calendar, &envelope, now)
        })
    }

    /// The user answered a question that a message raised; the message is given again, with the answer.
    #[pyo3(signature = (question, yes, message, stored=None, envelope=None, *, now))]
    #[allow(clippy::too_many_arguments, reason = "they are what the decision is made on")]
    fn decide<'py>(
        &self,
        py: Python<'py>,
        question: &Bound<'py, PyAny>,
        yes: bool,
        message: &Bound<'py, PyAny>,
        stored: Option<&Bound<'py, PyAny>>,
        envelope: Option<&Bound<'py, PyAny>>,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = message::to_question(question)?;
        let (held, now) = (Held::of(stored)?, time::instant(now)?);
        let (calendar, envelope) = to_incoming(message, envelope)?;
        Self::told(py, &held, || {
            self.inner.decide(&question, yes, held.object.as_deref(), &held.state, &calendar, &envelope, now)
        })
    }

    /// A message arrived for a room: it is taken over as for anybody, and an invitation is answered at once.
    ///
    /// `booked` are the calendars of everything else in the room's calendar.
    #[pyo3(signature = (message, stored=None, envelope=None, *, booked, room, now, zone=None))]
    #[allow(clippy::too_many_arguments, reason = "they are what the decision is made on")]
    fn book<'py>(
        &self,
        py: Python<'py>,
        message: &Bound<'py, PyAny>,
        stored: Option<&Bound<'py, PyAny>>,
        envelope: Option<&Bound<'py, PyAny>>,
        booked: &Bound<'py, PyAny>,
        room: &Bound<'py, PyAny>,
        now: &Bound<'py, PyAny>,
        zone: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (held, now) = (Held::of(stored)?, time::instant(now)?);
        let (calendar, envelope) = to_incoming(message, envelope)?;
        let (policy, zone) = (to_room_policy(Some(room))?, time::to_zone(zone)?);
        let objects: Vec<Arc<SchedulingObject>> =
            booked.try_iter()?.map(|calendar| wanted(&calendar?)).collect::<PyResult<_>>()?;
        Self::told(py, &held, || {
            let booked = &BusyCalendar::new(objects.iter().map(|object| &**object), self.inner.identities());
            let room =
                Room { policy: &policy, booked, zone: &zone, access: None, limits: &ical::Limits::default() };
            self.inner.book(held.object.as_deref(), &held.state, &calendar, &envelope, &room, now)
        })
    }

    /// An attendee proposes something else to the organizer: a COUNTER (RFC 5546 §3.2.7).
    #[pyo3(signature = (stored, proposal, *, now, comment=None))]
    fn propose<'py>(
        &self,
        py: Python<'py>,
        stored: &Bound<'py, PyAny>,
        proposal: &Bound<'py, PyAny>,
        now: &Bound<'py, PyAny>,
        comment: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let ((held, object), proposal, now) = (existing(stored)?, wanted(proposal)?, time::instant(now)?);
        Self::told(py, &held, || self.inner.propose(&object, &proposal, &held.state, comment, now))
    }

    /// An organizer makes an object known to people who are not asked to come: a PUBLISH (RFC 5546 §3.2.1).
    #[pyo3(signature = (stored, recipients, *, now))]
    fn publish<'py>(
        &self,
        py: Python<'py>,
        stored: &Bound<'py, PyAny>,
        recipients: &Bound<'py, PyAny>,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let ((held, object), recipients, now) =
            (existing(stored)?, message::addresses(recipients)?, time::instant(now)?);
        Self::told(py, &held, || self.inner.publish(&object, &held.state, &recipients, now))
    }

    /// The delivery of a message ended, or goes on: its status goes to the sender's copy (RFC 6638 §3.2.9).
    fn delivered<'py>(
        &self,
        py: Python<'py>,
        stored: &Bound<'py, PyAny>,
        message: &Bound<'py, PyAny>,
        status: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (held, message, status) =
            (Held::of(Some(stored))?, message::to_message(message)?, to_status(status)?);
        Self::told(py, &held, || self.inner.delivered(held.object.as_deref(), &held.state, &message, status))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let own: Vec<&str> =
            self.inner.identities().own().iter().map(|own| own.mailbox().unwrap_or(own.uri())).collect();
        let who = match &own[..] {
            [one] => PyString::new(py, one).repr()?.to_string(),
            _ => pyo3::types::PyList::new(py, own)?.repr()?.to_string(),
        };
        let agent = if self.agent == Agent::Server {
            String::new()
        } else {
            format!(", agent=Agent.{}", format!("{:?}", self.agent).to_uppercase())
        };
        let policy = if self.preferences == Preferences::default() { "" } else { ", policy=…" };
        Ok(format!("Engine({who}{policy}{agent})"))
    }
}

/// An object that must be there.
pub(crate) fn wanted(calendar: &Bound<'_, PyAny>) -> PyResult<Arc<SchedulingObject>> {
    existing(calendar).map(|(_, object)| object)
}

/// What is stored, which must be something.
fn existing(stored: &Bound<'_, PyAny>) -> PyResult<(Held, Arc<SchedulingObject>)> {
    let held = Held::of(Some(stored))?;
    let object = held.object.clone();
    let object = object.ok_or_else(|| invalid(stored.py(), "nothing is stored; a Calendar is wanted"))?;
    Ok((held, object))
}
