//! Messages and outcomes: what the engine answers, as records of `reefknot._records`.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use reefknot_core::ical;
use reefknot_core::itip::{Change, Envelope, Message, Notice, ObjectChange, Outcome, Question, Reason};
use reefknot_core::scheduling::{SchedulingObject, SchedulingState};

use crate::document::{self, Component};
use crate::errors::invalid;
use crate::state::State;
use crate::{python, text, time, value};

pub(crate) fn from_reason<'py>(py: Python<'py>, reason: &Reason) -> PyResult<Bound<'py, PyAny>> {
    let instance = match &reason.instance {
        Some(key) => time::from_key(py, key)?,
        None => py.None().into_bound(py),
    };
    python::reason(py)?.call1((reason.code, reason.message.as_str(), instance, reason.source))
}

pub(crate) fn from_notice<'py>(py: Python<'py>, notice: &Notice) -> PyResult<Bound<'py, PyAny>> {
    python::notice(py)?.call1((notice.code, notice.message.as_str()))
}

pub(crate) fn from_change<'py>(py: Python<'py>, change: &Change) -> PyResult<Bound<'py, PyAny>> {
    let instance = time::from_key(py, &change.instance)?;
    python::change(py)?.call1((
        instance,
        change.property.as_str(),
        change.before.as_deref(),
        change.after.as_deref(),
    ))
}

fn to_change(change: &Bound<'_, PyAny>) -> PyResult<Change> {
    Ok(Change {
        instance: time::to_key(Some(&change.getattr("instance")?))?,
        property: change.getattr("property")?.extract()?,
        before: change.getattr("before")?.extract()?,
        after: change.getattr("after")?.extract()?,
    })
}

pub(crate) fn from_changes<'py>(py: Python<'py>, changes: &[Change]) -> PyResult<Bound<'py, PyTuple>> {
    tuple(py, changes.iter().map(|change| from_change(py, change)))
}

pub(crate) fn to_changes(changes: &Bound<'_, PyAny>) -> PyResult<Vec<Change>> {
    changes.try_iter()?.map(|change| to_change(&change?)).collect()
}

/// A tuple of what may fail to be made.
pub(crate) fn tuple<'py>(
    py: Python<'py>,
    items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, items.collect::<PyResult<Vec<_>>>()?)
}

pub(crate) fn from_envelope<'py>(py: Python<'py>, envelope: &Envelope) -> PyResult<Bound<'py, PyAny>> {
    let sender = envelope.sender.as_ref().map(|sender| value::from_address(py, sender)).transpose()?;
    let authentication = text::member(python::authentication(py), &envelope.authentication)?;
    let carrier = text::member(python::carrier(py), &envelope.carrier)?;
    python::envelope(py)?.call1((sender, authentication, carrier))
}

pub(crate) fn to_envelope(envelope: &Bound<'_, PyAny>) -> PyResult<Envelope> {
    let sender = envelope.getattr("sender").map_err(|_| {
        PyTypeError::new_err("an Envelope is wanted: who the transport says sent the message")
    })?;
    Ok(Envelope {
        sender: if sender.is_none() { None } else { Some(value::to_address(&sender)?) },
        authentication: text::read(&envelope.getattr("authentication")?)?,
        carrier: text::read(&envelope.getattr("carrier")?)?,
    })
}

pub(crate) fn from_message<'py>(
    py: Python<'py>,
    message: &Message,
    calendar: Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let arguments = (
        text::member(python::method(py), &message.method)?,
        &*message.uid,
        calendar,
        value::from_address(py, &message.originator)?,
        value::from_address(py, &message.recipient)?,
        text::member(python::message_reason(py), &message.reason)?,
        message.sequence,
        from_changes(py, &message.changes)?,
    );
    python::message(py)?.call1(arguments)
}

/// Messages in order; recipients who may see the same share one calendar here too.
fn from_messages<'py>(py: Python<'py>, messages: &[Message]) -> PyResult<Bound<'py, PyTuple>> {
    let mut last: Option<(*const ical::Component, Bound<'py, PyAny>)> = None;
    let mut all = Vec::with_capacity(messages.len());
    for message in messages {
        let body = Arc::as_ptr(&message.calendar);
        let calendar = match &last {
            Some((known, calendar)) if *known == body => calendar.clone(),
            _ => document::calendar(py, message.calendar.clone())?,
        };
        last = Some((body, calendar.clone()));
        all.push(from_message(py, message, calendar)?);
    }
    PyTuple::new(py, all)
}

pub(crate) fn to_message(message: &Bound<'_, PyAny>) -> PyResult<Message> {
    let py = message.py();
    let address = |name: &str| {
        let address = message.getattr(name)?;
        if address.is_none() {
            return Err(invalid(
                py,
                format!("the message does not say its {name}; use `dataclasses.replace` to say it"),
            ));
        }
        value::to_address(&address)
    };
    let reason = message.getattr("reason")?;
    if reason.is_none() {
        return Err(invalid(py, "a message that came in has no reason, and is not sent again as it is"));
    }
    Ok(Message {
        method: text::read(&message.getattr("method")?)?,
        reason: text::read(&reason)?,
        originator: address("originator")?,
        recipient: address("recipient")?,
        uid: message.getattr("uid")?.extract::<String>()?.into(),
        sequence: message.getattr("sequence")?.extract()?,
        calendar: message.getattr("calendar")?.cast::<Component>()?.get().inner.clone(),
        changes: to_changes(&message.getattr("changes")?)?.into(),
    })
}

pub(crate) fn from_question<'py>(py: Python<'py>, question: &Question) -> PyResult<Bound<'py, PyAny>> {
    let variant = |name| python::variant(python::question(py), name);
    match question {
        Question::PartyCrasher(who) => variant("PartyCrasher")?.call1((value::from_address(py, who)?,)),
        Question::Forwarded(who) => variant("Forwarded")?.call1((value::from_address(py, who)?,)),
        Question::NewOrganizer(who) => variant("NewOrganizer")?.call1((value::from_address(py, who)?,)),
        Question::SentBy { sender, principal } => {
            variant("SentBy")?.call1((value::from_address(py, sender)?, value::from_address(py, principal)?))
        }
        Question::Counter { from, changes } => {
            variant("Counter")?.call1((value::from_address(py, from)?, from_changes(py, changes)?))
        }
    }
}

pub(crate) fn to_question(question: &Bound<'_, PyAny>) -> PyResult<Question> {
    let address = |name: &str| value::to_address(&question.getattr(name)?);
    let name = question.get_type().name()?;
    Ok(match &*name.to_cow()? {
        "PartyCrasher" => Question::PartyCrasher(address("address")?),
        "Forwarded" => Question::Forwarded(address("address")?),
        "NewOrganizer" => Question::NewOrganizer(address("address")?),
        "SentBy" => Question::SentBy { sender: address("sender")?, principal: address("principal")? },
        "Counter" => Question::Counter {
            from: address("sender")?,
            changes: to_changes(&question.getattr("changes")?)?,
        },
        other => {
            return Err(PyTypeError::new_err(format!("a question of an outcome is wanted, and not {other}")));
        }
    })
}

/// What a user holds under a UID: a calendar, and what scheduling remembers.
pub(crate) struct Held {
    pub(crate) object: Option<Arc<SchedulingObject>>,
    pub(crate) state: SchedulingState,
}

impl Held {
    /// From `Stored`, a `Calendar`, a component, or `None`.
    pub(crate) fn of(stored: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let Some(stored) = stored.filter(|stored| !stored.is_none()) else {
            return Ok(Self { object: None, state: SchedulingState::default() });
        };
        let py = stored.py();
        if stored.is_instance(python::stored(py)?)? {
            let (calendar, state) = (stored.getattr("calendar")?, stored.getattr("state")?);
            let state = state.cast::<State>()?.get().0.clone();
            return Ok(Self { object: object(Some(&calendar))?, state });
        }
        Ok(Self { object: object(Some(stored))?, state: SchedulingState::default() })
    }
}

/// The object that a calendar, or a component alone, is to scheduling.
pub(crate) fn object(calendar: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Arc<SchedulingObject>>> {
    let Some(calendar) = calendar.filter(|calendar| !calendar.is_none()) else { return Ok(None) };
    let py = calendar.py();
    let Ok(component) = calendar.cast::<Component>() else {
        let kind = calendar.get_type().name()?;
        let message = format!("a Calendar is wanted, and not {kind}; read text with Calendar.parse");
        return Err(PyTypeError::new_err(message));
    };
    component.get().object(py).map(Some)
}

/// What reading a text could not take as it stood.
pub(crate) fn from_problem<'py>(py: Python<'py>, problem: &ical::Problem) -> PyResult<Bound<'py, PyAny>> {
    python::problem(py)?.call1((problem.line, problem.what.as_str(), problem.read_as.as_str()))
}

pub(crate) fn from_outcome<'py>(
    py: Python<'py>,
    outcome: &Outcome,
    before: Option<&Arc<SchedulingObject>>,
) -> PyResult<Bound<'py, PyAny>> {
    let variant = |name| python::variant(python::object_change(py), name);
    let (object, held) = match &outcome.object {
        ObjectChange::Keep => {
            let before = before.map(|before| document::calendar_of(py, before)).transpose()?;
            (variant("Keep")?.call0()?, before)
        }
        ObjectChange::Store(object) => {
            let calendar = document::calendar_of(py, object)?;
            (variant("Store")?.call1((calendar.clone(),))?, Some(calendar))
        }
        ObjectChange::Delete => (variant("Delete")?.call0()?, None),
    };
    let stored = python::stored(py)?.call1((held, State(outcome.state.clone())))?;
    let arguments = (
        text::member(python::disposition(py), &outcome.disposition)?,
        object,
        from_messages(py, &outcome.messages)?,
        tuple(py, outcome.reasons.iter().map(|reason| from_reason(py, reason)))?,
        text::member(python::role(py), &outcome.role)?,
        from_messages(py, &outcome.refreshes)?,
        tuple(py, outcome.notices.iter().map(|notice| from_notice(py, notice)))?,
        tuple(py, outcome.questions.iter().map(|question| from_question(py, question)))?,
        stored,
    );
    python::outcome(py)?.call1(arguments)
}

/// A list of addresses, or one address.
pub(crate) fn addresses(
    value: &Bound<'_, PyAny>,
) -> PyResult<Vec<reefknot_core::value::CalendarUserAddress>> {
    if value.is_instance_of::<pyo3::types::PyString>() {
        return Ok(vec![value::to_address(value)?]);
    }
    value.try_iter()?.map(|address| value::to_address(&address?)).collect()
}
