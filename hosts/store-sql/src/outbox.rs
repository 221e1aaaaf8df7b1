//! The rows of the outbox.

use std::collections::HashMap;
use std::sync::Arc;

use reefknot_core::host::{Commit, Delivery, DeliveryId, Outgoing, Settled, UserId};
use reefknot_core::itip::{Change, MessageReason, Method};
use reefknot_core::routing::Route;
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_core::{Error, Result};
use rusqlite::{Connection, OptionalExtension, Params, params};
use serde::{Deserialize, Serialize};

use crate::store::{failure, json};

/// The index on `given_up = 0` is used for exactly these words.
pub(crate) const DUE: &str = "SELECT id, user, uid, body, envelope, due, attempts, status FROM outbox \
     WHERE given_up = 0 AND due <= ?1 ORDER BY due, id LIMIT ?2";
pub(crate) const GIVEN_UP: &str = "SELECT id, user, uid, body, envelope, due, attempts, status FROM outbox \
     WHERE given_up = 1 ORDER BY id";

/// What a row keeps of a message as JSON: all that no query asks about.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Envelope {
    method: Method,
    reason: MessageReason,
    originator: CalendarUserAddress,
    recipient: CalendarUserAddress,
    sequence: u32,
    route: Route,
    first_due: Timestamp,
}

/// Adds the messages of a commit, the text that several share only once.
pub(crate) fn enqueue(db: &Connection, name: &str, commit: &Commit) -> Result<()> {
    let failed = |error| failure(name, &format!("queueing the messages about `{}`", commit.uid), &error);
    let mut bodies: HashMap<(*const u8, String), i64> = HashMap::new();
    let mut add_body =
        db.prepare_cached("INSERT INTO body (changes, calendar) VALUES (?1, ?2)").map_err(failed)?;
    let mut add = db
        .prepare_cached("INSERT INTO outbox (user, uid, body, envelope, due) VALUES (?1, ?2, ?3, ?4, ?5)")
        .map_err(failed)?;
    for message in &commit.outbox {
        let changes = json(&message.changes)?;
        // Sharing is told by where the text lies: comparing a thousand long texts would cost more than it saves.
        let shared = (message.calendar.as_ptr(), changes);
        let body = match bodies.get(&shared) {
            Some(body) => *body,
            None => {
                let body = add_body.insert(params![shared.1, &*message.calendar]).map_err(failed)?;
                bodies.insert(shared, body);
                body
            }
        };
        let envelope = json(&Envelope {
            method: message.method,
            reason: message.reason,
            originator: message.originator.clone(),
            recipient: message.recipient.clone(),
            sequence: message.sequence,
            route: message.route.clone(),
            first_due: message.due,
        })?;
        add.execute(params![commit.user.as_str(), commit.uid, body, envelope, message.due.seconds()])
            .map_err(failed)?;
    }
    Ok(())
}

/// A row as the database has it.
struct Row {
    id: i64,
    user: String,
    uid: String,
    body: i64,
    envelope: String,
    due: i64,
    attempts: u32,
    status: Option<String>,
}

/// The messages that one of the queries above finds.
pub(crate) fn select(db: &Connection, name: &str, sql: &str, params: impl Params) -> Result<Vec<Delivery>> {
    let failed = |error| failure(name, "reading the outbox", &error);
    // One snapshot: a message may be settled, and its text deleted, by another connection meanwhile.
    let snapshot = db.unchecked_transaction().map_err(failed)?;
    let mut statement = snapshot.prepare_cached(sql).map_err(failed)?;
    let rows = statement.query_map(params, |row| {
        Ok(Row {
            id: row.get(0)?,
            user: row.get(1)?,
            uid: row.get(2)?,
            body: row.get(3)?,
            envelope: row.get(4)?,
            due: row.get(5)?,
            attempts: row.get(6)?,
            status: row.get(7)?,
        })
    });
    let mut bodies = HashMap::new();
    rows.map_err(failed)?.map(|row| delivery(&snapshot, name, row.map_err(failed)?, &mut bodies)).collect()
}

type Body = (Arc<[u8]>, Vec<Change>);

fn delivery(db: &Connection, name: &str, row: Row, bodies: &mut HashMap<i64, Body>) -> Result<Delivery> {
    let Row { id, user, uid, body, envelope, due, attempts, status } = row;
    let unreadable = |what: &str, error: &dyn std::fmt::Display| {
        Error::host(format!(
            "the store {name}: the {what} of message {id} about `{uid}` of user `{user}` cannot be read ({error}); \
             restore the file from a backup, or delete the row of the table outbox"
        ))
    };
    let number = u64::try_from(id).map_err(|error| unreadable("number", &error))?;
    let envelope: Envelope =
        serde_json::from_str(&envelope).map_err(|error| unreadable("envelope", &error))?;
    let (calendar, changes) = match bodies.get(&body) {
        Some(body) => body.clone(),
        None => {
            let mut statement = db
                .prepare_cached("SELECT calendar, changes FROM body WHERE id = ?1")
                .map_err(|error| unreadable("text", &error))?;
            let (calendar, changes) = statement
                .query_row([body], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?)))
                .map_err(|error| unreadable("text", &error))?;
            let changes = serde_json::from_str(&changes).map_err(|error| unreadable("changes", &error))?;
            bodies.entry(body).or_insert((calendar.into(), changes)).clone()
        }
    };
    let Envelope { method, reason, originator, recipient, sequence, route, first_due } = envelope;
    let due = Timestamp::from_seconds(due);
    let user = UserId::new(&user);
    let message = Outgoing {
        method,
        reason,
        originator,
        recipient,
        uid,
        sequence,
        route,
        calendar,
        changes,
        due: first_due,
    };
    Ok(Delivery { id: DeliveryId(number), user, message, attempts, due, status })
}

/// Records how an attempt ended; `false` when there is no such message.
pub(crate) fn settle(db: &Connection, id: i64, how: &Settled) -> rusqlite::Result<bool> {
    // The number of attempts stays within the 32 bits that it is read into.
    const AFTER_ATTEMPT: &str = "UPDATE outbox SET attempts = min(attempts + 1, 4294967295), \
         due = coalesce(?2, due), status = ?3, given_up = ?4 WHERE id = ?1";
    let (due, status, given_up) = match how {
        Settled::Delivered => return remove(db, id),
        Settled::Retry { due, status } => (Some(due.seconds()), status, false),
        Settled::Failed { status } => (None, status, true),
    };
    Ok(db.prepare_cached(AFTER_ATTEMPT)?.execute(params![id, due, status, given_up])? == 1)
}

/// Removes a message, and its text with the last message that shares it.
fn remove(db: &Connection, id: i64) -> rusqlite::Result<bool> {
    let body: Option<i64> = db
        .prepare_cached("DELETE FROM outbox WHERE id = ?1 RETURNING body")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    db.prepare_cached(
        "DELETE FROM body WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE body = ?1)",
    )?
    .execute([body])?;
    Ok(body.is_some())
}
