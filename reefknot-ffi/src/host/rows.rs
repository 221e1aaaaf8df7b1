//! What a store keeps, in the form that the core has and in the one that an app sees.

use std::ops::Range;
use std::sync::Arc;

use reefknot_core::host::{self, DeliveryId, Outgoing, QuestionId, UserId};
use reefknot_core::itip::{Change, Envelope, MessageReason, Method, Question};
use reefknot_core::routing::Route;
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::store::{
    Commit, NewQuestion, QueuedMessage, Settled, Settlement, Span, StoredCalendar, StoredMessage,
    StoredObject, StoredQuestion, StoredText,
};

/// What is kept of a message as JSON: all but its text and what a store asks about.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct MessageContent {
    method: Method,
    reason: MessageReason,
    originator: CalendarUserAddress,
    recipient: CalendarUserAddress,
    sequence: u32,
    route: Route,
    changes: Vec<Change>,
    first_due: Timestamp,
}

/// What is kept of a question as JSON: all but the message that raised it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct QuestionContent {
    question: Question,
    envelope: Envelope,
    at: Timestamp,
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::host(format!("it cannot be written as JSON: {error}")))
}

fn read<'a, T: Deserialize<'a>>(what: &str, content: &'a str) -> Result<T> {
    serde_json::from_str(content).map_err(|error| {
        Error::host(format!(
            "the content of the {what} cannot be read: {error}; keep and give it back as it was committed"
        ))
    })
}

impl From<StoredObject> for host::StoredObject {
    fn from(stored: StoredObject) -> Self {
        let StoredObject { calendar, state, residence, version } = stored;
        Self { calendar, state, residence, version }
    }
}

impl From<host::StoredObject> for StoredObject {
    fn from(stored: host::StoredObject) -> Self {
        let host::StoredObject { calendar, state, residence, version } = stored;
        Self { calendar, state, residence, version }
    }
}

impl From<StoredCalendar> for host::StoredCalendar {
    fn from(stored: StoredCalendar) -> Self {
        let objects = stored.objects.into_iter().map(|object| (object.uid, object.calendar)).collect();
        Self { version: stored.version, objects }
    }
}

impl From<host::StoredCalendar> for StoredCalendar {
    fn from(stored: host::StoredCalendar) -> Self {
        let object = |(uid, calendar)| StoredText { uid, calendar };
        Self { version: stored.version, objects: stored.objects.into_iter().map(object).collect() }
    }
}

impl From<Range<Timestamp>> for Span {
    fn from(range: Range<Timestamp>) -> Self {
        Self { from: range.start, to: range.end }
    }
}

impl From<Span> for Range<Timestamp> {
    fn from(span: Span) -> Self {
        span.from..span.to
    }
}

impl TryFrom<&host::Commit> for Commit {
    type Error = Error;

    fn try_from(commit: &host::Commit) -> Result<Self> {
        // Recipients who may see the same share a text in memory: it crosses once.
        let mut bodies: Vec<&Arc<[u8]>> = Vec::new();
        let mut outbox = Vec::with_capacity(commit.outbox.len());
        for message in &commit.outbox {
            let known = bodies.iter().rposition(|body| Arc::ptr_eq(body, &message.calendar));
            let at = known.unwrap_or_else(|| {
                bodies.push(&message.calendar);
                bodies.len() - 1
            });
            let body = u32::try_from(at).map_err(|error| Error::host(error.to_string()))?;
            outbox.push(QueuedMessage {
                body,
                content: json(&MessageContent::of(message))?,
                due: message.due,
            });
        }
        Ok(Self {
            user: commit.user.to_string(),
            uid: commit.uid.clone(),
            expected: commit.expected,
            expected_calendar: commit.expected_calendar,
            calendar: commit.calendar.clone(),
            state: commit.state.clone(),
            residence: commit.residence,
            span: commit.span.clone().map(Span::from),
            bodies: bodies.into_iter().map(|body| body.to_vec()).collect(),
            outbox,
            questions: commit.questions.iter().map(NewQuestion::try_from).collect::<Result<_>>()?,
            answers: commit.answers.map(|id| id.0),
            settles: commit.settles.clone().map(|(id, how)| Settlement { id: id.0, how: how.into() }),
        })
    }
}

impl TryFrom<Commit> for host::Commit {
    type Error = Error;

    fn try_from(commit: Commit) -> Result<Self> {
        let bodies: Vec<Arc<[u8]>> = commit.bodies.into_iter().map(Arc::from).collect();
        let outgoing = |queued: QueuedMessage| {
            let at = usize::try_from(queued.body).unwrap_or(usize::MAX);
            let text = bodies.get(at).cloned();
            let text = text.ok_or_else(|| Error::host(format!("the commit has no body {at}")))?;
            let content: MessageContent = read("message", &queued.content)?;
            Ok(content.outgoing(commit.uid.clone(), text))
        };
        let asked = |question: NewQuestion| {
            read::<QuestionContent>("question", &question.content)
                .map(|content| content.asked(question.calendar))
        };
        Ok(Self {
            expected: commit.expected,
            expected_calendar: commit.expected_calendar,
            calendar: commit.calendar,
            state: commit.state,
            residence: commit.residence,
            span: commit.span.map(Range::from),
            outbox: commit.outbox.into_iter().map(outgoing).collect::<Result<_>>()?,
            questions: commit.questions.into_iter().map(asked).collect::<Result<_>>()?,
            answers: commit.answers.map(QuestionId),
            settles: commit.settles.map(|ended| (DeliveryId(ended.id), ended.how.into())),
            ..Self::new(UserId::new(&commit.user), commit.uid.clone())
        })
    }
}

impl MessageContent {
    fn of(message: &Outgoing) -> Self {
        Self {
            method: message.method,
            reason: message.reason,
            originator: message.originator.clone(),
            recipient: message.recipient.clone(),
            sequence: message.sequence,
            route: message.route.clone(),
            changes: message.changes.clone(),
            first_due: message.due,
        }
    }

    fn outgoing(self, uid: String, calendar: Arc<[u8]>) -> Outgoing {
        let Self { method, reason, originator, recipient, sequence, route, changes, first_due: due } = self;
        Outgoing { method, reason, originator, recipient, uid, sequence, route, calendar, changes, due }
    }
}

impl QuestionContent {
    fn asked(self, calendar: Vec<u8>) -> host::Asked {
        let Self { question, envelope, at } = self;
        host::Asked { question, calendar, envelope, at }
    }
}

impl TryFrom<&host::Asked> for NewQuestion {
    type Error = Error;

    fn try_from(asked: &host::Asked) -> Result<Self> {
        let host::Asked { question, calendar, envelope, at } = asked.clone();
        Ok(Self { calendar, content: json(&QuestionContent { question, envelope, at })? })
    }
}

impl TryFrom<StoredQuestion> for host::OpenQuestion {
    type Error = Error;

    fn try_from(stored: StoredQuestion) -> Result<Self> {
        let content: QuestionContent = read(&format!("question {}", stored.id), &stored.content)?;
        Ok(Self { id: QuestionId(stored.id), uid: stored.uid, asked: content.asked(stored.calendar) })
    }
}

impl TryFrom<host::OpenQuestion> for StoredQuestion {
    type Error = Error;

    fn try_from(open: host::OpenQuestion) -> Result<Self> {
        let NewQuestion { calendar, content } = NewQuestion::try_from(&open.asked)?;
        Ok(Self { id: open.id.0, uid: open.uid, calendar, content })
    }
}

impl TryFrom<StoredMessage> for host::Delivery {
    type Error = Error;

    fn try_from(stored: StoredMessage) -> Result<Self> {
        let content: MessageContent = read(&format!("message {}", stored.id), &stored.content)?;
        Ok(Self {
            id: DeliveryId(stored.id),
            user: UserId::new(&stored.user),
            message: content.outgoing(stored.uid, stored.calendar.into()),
            attempts: stored.attempts,
            due: stored.due,
            status: stored.status,
        })
    }
}

impl TryFrom<host::Delivery> for StoredMessage {
    type Error = Error;

    fn try_from(delivery: host::Delivery) -> Result<Self> {
        Ok(Self {
            id: delivery.id.0,
            user: delivery.user.to_string(),
            content: json(&MessageContent::of(&delivery.message))?,
            calendar: delivery.message.calendar.to_vec(),
            uid: delivery.message.uid,
            attempts: delivery.attempts,
            due: delivery.due,
            status: delivery.status,
        })
    }
}

impl From<host::Settled> for Settled {
    fn from(how: host::Settled) -> Self {
        match how {
            host::Settled::Delivered => Self::Delivered,
            host::Settled::Retry { due, status } => Self::Retry { due, status },
            host::Settled::Failed { status } => Self::Failed { status },
        }
    }
}

impl From<Settled> for host::Settled {
    fn from(how: Settled) -> Self {
        match how {
            Settled::Delivered => Self::Delivered,
            Settled::Retry { due, status } => Self::Retry { due, status },
            Settled::Failed { status } => Self::Failed { status },
        }
    }
}
