//! What stores keep, as records of `reefknot._host`, both ways.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use reefknot_core::host::{
    Asked, Attempt, Commit, Delivered, Delivery, DeliveryId, LocalUser, OpenQuestion, Outgoing, QuestionId,
    Settled, StoredCalendar, StoredObject, Suggested, UserId,
};
use reefknot_core::routing::Route;

use crate::busy::from_suggestion;
use crate::engine::{to_identities, to_preferences, to_room_policy, to_status};
use crate::message::{
    from_changes, from_envelope, from_notice, from_question, from_reason, to_changes, to_envelope,
    to_question, tuple,
};
use crate::state::State;
use crate::{python, text, time, value};

pub(super) fn user(value: &str) -> UserId {
    UserId::new(value)
}

fn bytes<'py>(py: Python<'py>, text: &[u8]) -> Bound<'py, PyBytes> {
    PyBytes::new(py, text)
}

fn optional<T>(
    value: &Bound<'_, PyAny>,
    read: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T>,
) -> PyResult<Option<T>> {
    if value.is_none() { Ok(None) } else { read(value).map(Some) }
}

pub(super) fn from_stored<'py>(py: Python<'py>, stored: &StoredObject) -> PyResult<Bound<'py, PyAny>> {
    python::stored_object(py)?.call1((
        stored.calendar.as_deref().map(|text| bytes(py, text)),
        State(stored.state.clone()),
        text::member(python::residence(py), &stored.residence)?,
        stored.version,
    ))
}

pub(super) fn to_stored(stored: &Bound<'_, PyAny>) -> PyResult<StoredObject> {
    Ok(StoredObject {
        calendar: stored.getattr("calendar")?.extract()?,
        state: stored.getattr("state")?.cast::<State>()?.get().0.clone(),
        residence: text::read(&stored.getattr("residence")?)?,
        version: stored.getattr("version")?.extract()?,
    })
}

pub(super) fn from_calendar<'py>(py: Python<'py>, calendar: &StoredCalendar) -> PyResult<Bound<'py, PyAny>> {
    let objects = calendar.objects.iter();
    let objects =
        objects.map(|(uid, text)| Ok((uid.as_str(), bytes(py, text)).into_pyobject(py)?.into_any()));
    python::stored_calendar(py)?.call1((calendar.version, tuple(py, objects)?))
}

pub(super) fn to_calendar(calendar: &Bound<'_, PyAny>) -> PyResult<StoredCalendar> {
    let objects = calendar.getattr("objects")?.try_iter()?;
    let objects = objects.map(|pair| pair?.extract::<(String, Vec<u8>)>()).collect::<PyResult<_>>()?;
    Ok(StoredCalendar { version: calendar.getattr("version")?.extract()?, objects })
}

fn from_route<'py>(py: Python<'py>, route: &Route) -> PyResult<Bound<'py, PyAny>> {
    let (name, said) = match route {
        Route::Local(user) => ("Local", user),
        Route::Peer(peer) => ("Peer", peer),
        Route::Mail(mailbox) => ("Mail", mailbox),
        Route::Nobody(why) => ("Nobody", why),
    };
    python::variant(python::route(py), name)?.call1((said.as_str(),))
}

fn to_route(route: &Bound<'_, PyAny>) -> PyResult<Route> {
    let said = |name: &str| route.getattr(name)?.extract::<String>();
    Ok(match &*route.get_type().name()?.to_cow()? {
        "Local" => Route::Local(said("user")?),
        "Peer" => Route::Peer(said("peer")?),
        "Mail" => Route::Mail(said("mailbox")?),
        "Nobody" => Route::Nobody(said("why")?),
        other => return Err(PyTypeError::new_err(format!("a Route is wanted, and not {other}"))),
    })
}

pub(super) fn from_outgoing<'py>(py: Python<'py>, message: &Outgoing) -> PyResult<Bound<'py, PyAny>> {
    python::outgoing(py)?.call1((
        text::member(python::method(py), &message.method)?,
        text::member(python::message_reason(py), &message.reason)?,
        value::from_address(py, &message.originator)?,
        value::from_address(py, &message.recipient)?,
        message.uid.as_str(),
        message.sequence,
        from_route(py, &message.route)?,
        bytes(py, &message.calendar),
        from_changes(py, &message.changes)?,
        time::from_instant(py, message.due)?,
    ))
}

pub(super) fn to_outgoing(message: &Bound<'_, PyAny>) -> PyResult<Outgoing> {
    let calendar: Vec<u8> = message.getattr("calendar")?.extract()?;
    Ok(Outgoing {
        method: text::read(&message.getattr("method")?)?,
        reason: text::read(&message.getattr("reason")?)?,
        originator: value::to_address(&message.getattr("originator")?)?,
        recipient: value::to_address(&message.getattr("recipient")?)?,
        uid: message.getattr("uid")?.extract()?,
        sequence: message.getattr("sequence")?.extract()?,
        route: to_route(&message.getattr("route")?)?,
        calendar: Arc::from(calendar),
        changes: to_changes(&message.getattr("changes")?)?,
        due: time::instant(&message.getattr("due")?)?,
    })
}

fn from_asked<'py>(py: Python<'py>, asked: &Asked) -> PyResult<Bound<'py, PyAny>> {
    python::asked(py)?.call1((
        from_question(py, &asked.question)?,
        bytes(py, &asked.calendar),
        from_envelope(py, &asked.envelope)?,
        time::from_instant(py, asked.at)?,
    ))
}

pub(super) fn to_asked(asked: &Bound<'_, PyAny>) -> PyResult<Asked> {
    Ok(Asked {
        question: to_question(&asked.getattr("question")?)?,
        calendar: asked.getattr("calendar")?.extract()?,
        envelope: to_envelope(&asked.getattr("envelope")?)?,
        at: time::instant(&asked.getattr("at")?)?,
    })
}

pub(super) fn from_open<'py>(py: Python<'py>, open: &OpenQuestion) -> PyResult<Bound<'py, PyAny>> {
    python::open_question(py)?.call1((open.id.0, open.uid.as_str(), from_asked(py, &open.asked)?))
}

pub(super) fn to_open(open: &Bound<'_, PyAny>) -> PyResult<OpenQuestion> {
    Ok(OpenQuestion {
        id: QuestionId(open.getattr("id")?.extract()?),
        uid: open.getattr("uid")?.extract()?,
        asked: to_asked(&open.getattr("asked")?)?,
    })
}

pub(super) fn from_settled<'py>(py: Python<'py>, settled: &Settled) -> PyResult<Bound<'py, PyAny>> {
    let variant = |name| python::variant(python::settled(py), name);
    match settled {
        Settled::Delivered => variant("Delivered")?.call0(),
        Settled::Retry { due, status } => {
            variant("Retry")?.call1((time::from_instant(py, *due)?, status.as_str()))
        }
        Settled::Failed { status } => variant("Failed")?.call1((status.as_str(),)),
    }
}

pub(super) fn to_settled(settled: &Bound<'_, PyAny>) -> PyResult<Settled> {
    let status = || settled.getattr("status")?.extract();
    Ok(match &*settled.get_type().name()?.to_cow()? {
        "Delivered" => Settled::Delivered,
        "Retry" => Settled::Retry { due: time::instant(&settled.getattr("due")?)?, status: status()? },
        "Failed" => Settled::Failed { status: status()? },
        other => return Err(PyTypeError::new_err(format!("a Settled is wanted, and not {other}"))),
    })
}

pub(super) fn from_delivery<'py>(py: Python<'py>, delivery: &Delivery) -> PyResult<Bound<'py, PyAny>> {
    python::delivery(py)?.call1((
        delivery.id.0,
        delivery.user.as_str(),
        from_outgoing(py, &delivery.message)?,
        delivery.attempts,
        time::from_instant(py, delivery.due)?,
        delivery.status.as_deref(),
    ))
}

pub(super) fn to_delivery(delivery: &Bound<'_, PyAny>) -> PyResult<Delivery> {
    let name: String = delivery.getattr("user")?.extract()?;
    Ok(Delivery {
        id: DeliveryId(delivery.getattr("id")?.extract()?),
        user: user(&name),
        message: to_outgoing(&delivery.getattr("message")?)?,
        attempts: delivery.getattr("attempts")?.extract()?,
        due: time::instant(&delivery.getattr("due")?)?,
        status: delivery.getattr("status")?.extract()?,
    })
}

pub(super) fn from_commit<'py>(py: Python<'py>, commit: &Commit) -> PyResult<Bound<'py, PyAny>> {
    let instant = |at| time::from_instant(py, at);
    let span = commit.span.as_ref().map(|span| Ok::<_, PyErr>((instant(span.start)?, instant(span.end)?)));
    let settles = commit.settles.as_ref().map(|(id, how)| Ok::<_, PyErr>((id.0, from_settled(py, how)?)));
    python::commit(py)?.call1((
        commit.user.as_str(),
        commit.uid.as_str(),
        commit.expected,
        commit.expected_calendar,
        commit.calendar.as_deref().map(|text| bytes(py, text)),
        State(commit.state.clone()),
        text::member(python::residence(py), &commit.residence)?,
        tuple(py, commit.outbox.iter().map(|message| from_outgoing(py, message)))?,
        tuple(py, commit.questions.iter().map(|asked| from_asked(py, asked)))?,
        commit.answers.map(|id| id.0),
        settles.transpose()?,
        span.transpose()?,
    ))
}

pub(super) fn to_commit(commit: &Bound<'_, PyAny>) -> PyResult<Commit> {
    let name: String = commit.getattr("user")?.extract()?;
    let all = |name: &str| commit.getattr(name)?.try_iter();
    let answers: Option<u64> = commit.getattr("answers")?.extract()?;
    Ok(Commit {
        user: user(&name),
        uid: commit.getattr("uid")?.extract()?,
        expected: commit.getattr("expected")?.extract()?,
        expected_calendar: commit.getattr("expected_calendar")?.extract()?,
        calendar: commit.getattr("calendar")?.extract()?,
        state: commit.getattr("state")?.cast::<State>()?.get().0.clone(),
        residence: text::read(&commit.getattr("residence")?)?,
        outbox: all("outbox")?.map(|message| to_outgoing(&message?)).collect::<PyResult<_>>()?,
        questions: all("questions")?.map(|asked| to_asked(&asked?)).collect::<PyResult<_>>()?,
        answers: answers.map(QuestionId),
        span: optional(&commit.getattr("span")?, |span| {
            let (start, end): (Bound<'_, PyAny>, Bound<'_, PyAny>) = span.extract()?;
            Ok(time::instant(&start)?..time::instant(&end)?)
        })?,
        settles: optional(&commit.getattr("settles")?, |settles| {
            let (id, how): (u64, Bound<'_, PyAny>) = settles.extract()?;
            Ok((DeliveryId(id), to_settled(&how)?))
        })?,
    })
}

pub(super) fn from_delivered<'py>(py: Python<'py>, delivered: &Delivered) -> PyResult<Bound<'py, PyAny>> {
    let notices = delivered.notices.iter();
    let notices = notices
        .map(|(user, notice)| Ok((user.as_str(), from_notice(py, notice)?).into_pyobject(py)?.into_any()));
    python::delivered(py)?.call1((delivered.done, delivered.retried, delivered.failed, tuple(py, notices)?))
}

pub(super) fn from_suggested<'py>(py: Python<'py>, found: &Suggested) -> PyResult<Bound<'py, PyAny>> {
    let unknown = found.unknown.iter();
    let unknown = unknown
        .map(|(user, reason)| Ok((user.as_str(), from_reason(py, reason)?).into_pyobject(py)?.into_any()));
    python::suggested(py)?.call1((
        tuple(py, found.suggestions.iter().map(|found| from_suggestion(py, found)))?,
        tuple(py, unknown)?,
    ))
}

/// What a transport's method gave: an `Attempt`, or nothing for a message that was handed on.
pub(super) fn to_attempt(attempt: &Bound<'_, PyAny>) -> PyResult<Attempt> {
    if attempt.is_none() {
        return Ok(Attempt::Handed);
    }
    let why = || attempt.getattr("why")?.extract();
    Ok(match &*attempt.get_type().name()?.to_cow()? {
        "Handed" => Attempt::Handed,
        "TryLater" => Attempt::TryLater(why()?),
        "Refused" => Attempt::Refused { status: to_status(&attempt.getattr("status")?)?, why: why()? },
        other => {
            let message =
                format!("a transport gives an Attempt, or None for a message handed on, and not {other}");
            return Err(PyTypeError::new_err(message));
        }
    })
}

pub(super) fn to_local_user(local: &Bound<'_, PyAny>) -> PyResult<LocalUser> {
    if !local.hasattr("identities")? {
        let kind = local.get_type().name()?;
        return Err(PyTypeError::new_err(format!("a LocalUser is wanted, and not {kind}")));
    }
    let name: String = local.getattr("id")?.extract()?;
    let zone = local.getattr("zone")?;
    Ok(LocalUser {
        preferences: to_preferences(Some(&local.getattr("preferences")?))?,
        zone: time::to_zone(Some(&zone).filter(|zone| !zone.is_none()))?,
        groups: local.getattr("groups")?.extract()?,
        room: optional(&local.getattr("room")?, |room| to_room_policy(Some(room)))?,
        ..LocalUser::new(user(&name), to_identities(&local.getattr("identities")?)?)
    })
}
