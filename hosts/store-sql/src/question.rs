//! The questions that wait for users.

use reefknot_core::host::{Asked, Commit, OpenQuestion, QuestionId, UserId};
use reefknot_core::value::Timestamp;
use reefknot_core::{Error, Result};
use rusqlite::{Connection, params};

use crate::store::{failure, json};

pub(crate) const OPEN: &str =
    "SELECT id, uid, asked, question, envelope, calendar FROM question WHERE user = ?1 ORDER BY id";

/// Removes the question that a commit answers, and adds those that it asks.
pub(crate) fn write(db: &Connection, name: &str, commit: &Commit) -> Result<()> {
    let failed = |error| failure(name, &format!("keeping the questions about `{}`", commit.uid), &error);
    let (user, uid) = (commit.user.as_str(), &commit.uid);
    if let Some(id) = commit.answers {
        // A number that SQLite cannot hold was never given to a question.
        let number = i64::try_from(id.0).map_err(|_| id.unknown(&commit.user))?;
        let removed = db
            .prepare_cached("DELETE FROM question WHERE id = ?1 AND user = ?2 AND uid = ?3")
            .and_then(|mut statement| statement.execute(params![number, user, uid]))
            .map_err(failed)?;
        if removed == 0 {
            return Err(id.unknown(&commit.user));
        }
    }
    for Asked { question, calendar, envelope, at } in &commit.questions {
        let (question, envelope) = (json(question)?, json(envelope)?);
        db.prepare_cached(
            "INSERT INTO question (user, uid, asked, question, envelope, calendar) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut statement| {
            statement.execute(params![user, uid, at.seconds(), question, envelope, calendar])
        })
        .map_err(failed)?;
    }
    Ok(())
}

/// The questions that wait for a user.
pub(crate) fn open(db: &Connection, name: &str, user: &UserId) -> Result<Vec<OpenQuestion>> {
    type Row = (i64, String, i64, String, String, Vec<u8>);
    let read = || -> rusqlite::Result<Vec<Row>> {
        let mut statement = db.prepare_cached(OPEN)?;
        let rows = statement.query_map([user.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })?;
        rows.collect()
    };
    let rows =
        read().map_err(|error| failure(name, &format!("reading the questions of user `{user}`"), &error))?;
    rows.into_iter()
        .map(|(id, uid, asked, question, envelope, calendar)| {
            let unreadable = |what: &str, error: &dyn std::fmt::Display| {
                Error::host(format!(
                    "the store {name}: the {what} of question {id} about `{uid}` of user `{user}` cannot be read \
                     ({error}); restore the file from a backup, or delete the row of the table question"
                ))
            };
            let number = u64::try_from(id).map_err(|error| unreadable("number", &error))?;
            let question = serde_json::from_str(&question).map_err(|error| unreadable("text", &error))?;
            let envelope = serde_json::from_str(&envelope).map_err(|error| unreadable("envelope", &error))?;
            let asked = Asked { question, calendar, envelope, at: Timestamp::from_seconds(asked) };
            Ok(OpenQuestion { id: QuestionId(number), uid, asked })
        })
        .collect()
}
