//! The store: one connection to one file.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use reefknot_core::host::{
    Commit, Delivery, DeliveryId, OpenQuestion, Settled, Store, StoredCalendar, StoredObject, UserId,
};
use reefknot_core::policy::Residence;
use reefknot_core::value::Timestamp;
use reefknot_core::{Error, Result};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Params, TransactionBehavior, params};

use crate::{outbox, question, schema};

pub(crate) const LOAD: &str =
    "SELECT calendar, state, residence, version FROM object WHERE user = ?1 AND uid = ?2";
pub(crate) const UIDS: &str = "SELECT uid FROM object WHERE user = ?1 AND live = 1 ORDER BY uid";

/// The index on the living objects gives their order.
pub(crate) const LIVING: &str = "SELECT uid, calendar FROM object WHERE user = ?1 AND live = 1 ORDER BY uid";

/// Those that may take place between two times, in any order: the index knows what is over before the first.
pub(crate) const WITHIN: &str =
    "SELECT uid, calendar FROM object WHERE user = ?1 AND live = 1 AND ends > ?2 AND begins < ?3";
const CALENDAR_VERSION: &str = "SELECT version FROM calendar WHERE user = ?1";

/// The span of what may take place at any time, as the migration has it.
const UNKNOWN: (i64, i64) = (-1_000_000_000_000, 1_000_000_000_000);

/// How long to wait for another connection that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A [`Store`] in an SQLite file.
///
/// A commit is one transaction, on the disk when [`Store::commit`] returns. Open the file once per thread:
/// connections wait for each other, and a decision on an outdated version is a conflict.
///
/// ```
/// use reefknot_core::host::{Store, UserId};
/// use reefknot_store_sql::SqliteStore;
///
/// let store = SqliteStore::open_in_memory()?;
/// assert_eq!(store.load(&UserId::new("a"), "1@foo.com")?, None);
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Debug)]
pub struct SqliteStore {
    db: Connection,
    /// What errors call it: the path.
    name: String,
}

impl SqliteStore {
    /// Opens the file, creates it if it is missing, and brings one of an earlier version up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is no SQLite database, belongs to another program, or was written by a newer
    /// version of this one.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        // To SQLite both mean a database that is gone when it is closed.
        if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
            return Err(Error::invalid(format!("`{}` is not the name of a file", path.display())));
        }
        let name = format!("`{}`", path.display());
        // Without SQLITE_OPEN_URI, which would take a file named `file:…` apart.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags);
        Self::prepare(db.map_err(|error| failure(&name, "opening it", &error))?, name)
    }

    /// A store in memory that is gone when it is dropped.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn open_in_memory() -> Result<Self> {
        let name = "in memory".to_owned();
        let db = Connection::open_in_memory();
        Self::prepare(db.map_err(|error| failure(&name, "opening it", &error))?, name)
    }

    fn prepare(mut db: Connection, name: String) -> Result<Self> {
        let failed = |error| failure(&name, "opening it", &error);
        db.busy_timeout(PATIENCE).map_err(failed)?;
        // Before the first thing that writes: a file of another program stays as it is.
        schema::version(&db, &name, schema::MIGRATIONS.len())?;
        write_ahead(&db).map_err(failed)?;
        db.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        db.pragma_update(None, "foreign_keys", true).map_err(failed)?;
        schema::migrate(&mut db, &name, schema::MIGRATIONS)?;
        Ok(Self { db, name })
    }
}

impl SqliteStore {
    /// The objects that a query finds in a user's calendar.
    fn living(&self, user: &UserId, query: &str, values: impl Params) -> Result<StoredCalendar> {
        let read = || -> rusqlite::Result<StoredCalendar> {
            // One snapshot: the version is that of exactly these objects.
            let snapshot = self.db.unchecked_transaction()?;
            let version = calendar_version(&snapshot, user)?;
            let mut statement = snapshot.prepare_cached(query)?;
            let rows = statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(StoredCalendar { version, objects: rows.collect::<rusqlite::Result<_>>()? })
        };
        read().map_err(|error| failure(&self.name, &format!("reading the calendar of user `{user}`"), &error))
    }
}

impl Store for SqliteStore {
    fn load(&self, user: &UserId, uid: &str) -> Result<Option<StoredObject>> {
        let doing = format!("reading `{uid}` of user `{user}`");
        let failed = |error| failure(&self.name, &doing, &error);
        let row = self
            .db
            .prepare_cached(LOAD)
            .and_then(|mut statement| {
                let row = statement.query_row([user.as_str(), uid], |row| {
                    Ok((
                        row.get(0)?,
                        row.get::<_, String>(1)?,
                        row.get::<_, String>(2)?,
                        row.get::<_, i64>(3)?,
                    ))
                });
                row.optional()
            })
            .map_err(failed)?;
        let Some((calendar, state, residence, version)) = row else {
            return Ok(None);
        };
        let unreadable = |what: &str, error: &dyn fmt::Display| {
            Error::host(format!(
                "the store {}: the {what} of `{uid}` of user `{user}` cannot be read ({error}); \
                 restore the file from a backup",
                self.name
            ))
        };
        let state = serde_json::from_str(&state).map_err(|error| unreadable("scheduling state", &error))?;
        let residence = match residence.as_str() {
            "synced" => Residence::Synced,
            "local-only" => Residence::LocalOnly,
            // Never guessed: a private object might leave.
            other => return Err(unreadable("residence", &format_args!("`{other}`"))),
        };
        let version = u64::try_from(version).map_err(|error| unreadable("version", &error))?;
        Ok(Some(StoredObject { calendar, state, residence, version }))
    }

    fn uids(&self, user: &UserId) -> Result<Vec<String>> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.db.prepare_cached(UIDS)?;
            statement.query_map([user.as_str()], |row| row.get(0))?.collect()
        };
        read().map_err(|error| failure(&self.name, &format!("listing the objects of user `{user}`"), &error))
    }

    fn calendar(&self, user: &UserId) -> Result<StoredCalendar> {
        self.living(user, LIVING, [user.as_str()])
    }

    fn calendar_within(&self, user: &UserId, window: Range<Timestamp>) -> Result<StoredCalendar> {
        let window = (user.as_str(), window.start.seconds(), window.end.seconds());
        let mut calendar = self.living(user, WITHIN, window)?;
        calendar.objects.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Ok(calendar)
    }

    fn commit(&mut self, commit: Commit) -> Result<u64> {
        commit.check()?;
        let doing = format!("writing `{}` of user `{}`", commit.uid, commit.user);
        let failed = |error| failure(&self.name, &doing, &error);
        // Immediate: the version that is checked is the one that is replaced.
        let transaction =
            self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let stored = version(&transaction, &commit).map_err(failed)?;
        if stored.map(i64::cast_unsigned) != commit.expected {
            return Err(commit.conflict());
        }
        let calendar = calendar_version(&transaction, &commit.user).map_err(failed)?;
        if commit.expected_calendar.is_some_and(|expected| expected != calendar) {
            return Err(commit.calendar_conflict());
        }
        let version = stored.unwrap_or(0) + 1;
        write(&transaction, &commit, version, &json(&commit.state)?).map_err(failed)?;
        outbox::enqueue(&transaction, &self.name, &commit)?;
        question::write(&transaction, &self.name, &commit)?;
        if let Some((id, how)) = &commit.settles {
            let number = i64::try_from(id.0).map_err(|_| id.unknown())?;
            if !outbox::settle(&transaction, number, how).map_err(failed)? {
                return Err(id.unknown());
            }
        }
        transaction.commit().map_err(failed)?;
        Ok(version.cast_unsigned())
    }

    fn questions(&self, user: &UserId) -> Result<Vec<OpenQuestion>> {
        question::open(&self.db, &self.name, user)
    }

    fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Delivery>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        outbox::select(&self.db, &self.name, outbox::DUE, (now.seconds(), limit))
    }

    fn settle(&mut self, id: DeliveryId, how: Settled) -> Result<()> {
        // A number that SQLite cannot hold was never given to a message.
        let number = i64::try_from(id.0).map_err(|_| id.unknown())?;
        let mut settle = || {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let found = outbox::settle(&transaction, number, &how)?;
            transaction.commit()?;
            Ok(found)
        };
        match settle().map_err(|error| failure(&self.name, &format!("settling message {id}"), &error))? {
            true => Ok(()),
            false => Err(id.unknown()),
        }
    }

    fn failed(&self) -> Result<Vec<Delivery>> {
        outbox::select(&self.db, &self.name, outbox::GIVEN_UP, ())
    }
}

/// Turns the write-ahead log on, so that reading does not wait for writing.
fn write_ahead(db: &Connection) -> rusqlite::Result<()> {
    let begun = Instant::now();
    loop {
        match db.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(())) {
            // SQLite itself waits for writers, but not for another connection that does the same.
            Err(error) if is_busy(&error) && begun.elapsed() < PATIENCE => sleep(Duration::from_millis(5)),
            done => return done,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The version that is stored.
fn version(db: &Connection, commit: &Commit) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT version FROM object WHERE user = ?1 AND uid = ?2")?
        .query_row([commit.user.as_str(), &commit.uid], |row| row.get(0))
        .optional()
}

/// How often the user's calendar was committed to.
fn calendar_version(db: &Connection, user: &UserId) -> rusqlite::Result<u64> {
    let version = db
        .prepare_cached(CALENDAR_VERSION)?
        .query_row([user.as_str()], |row| row.get::<_, i64>(0))
        .optional()?;
    Ok(version.map_or(0, i64::cast_unsigned))
}

fn write(db: &Connection, commit: &Commit, version: i64, state: &str) -> rusqlite::Result<usize> {
    let residence = match commit.residence {
        Residence::Synced => "synced",
        Residence::LocalOnly => "local-only",
    };
    let (begins, ends) = match &commit.span {
        Some(span) => (span.start.seconds(), span.end.seconds()),
        None => UNKNOWN,
    };
    db.prepare_cached(
        "INSERT INTO calendar (user, version) VALUES (?1, 1) \
         ON CONFLICT (user) DO UPDATE SET version = version + 1",
    )?
    .execute([commit.user.as_str()])?;
    db.prepare_cached(
        "INSERT INTO object (user, uid, version, residence, state, live, calendar, begins, ends) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6 IS NOT NULL, ?6, ?7, ?8) \
         ON CONFLICT (user, uid) DO UPDATE SET version = excluded.version, residence = excluded.residence, \
         state = excluded.state, live = excluded.live, calendar = excluded.calendar, begins = excluded.begins, \
         ends = excluded.ends",
    )?
    .execute(params![commit.user.as_str(), commit.uid, version, residence, state, commit.calendar, begins, ends])
}

/// A value as JSON text.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::host(format!("cannot be written as JSON: {error}")))
}

/// What SQLite says, with where it happened and what to do about it.
pub(crate) fn failure(name: &str, doing: &str, error: &rusqlite::Error) -> Error {
    let advice = match error.sqlite_error_code() {
        _ if is_busy(error) => "; another program keeps writing to it: try again",
        Some(ErrorCode::DiskFull) => "; make room on its disk",
        Some(ErrorCode::ReadOnly) => "; make the file and its folder writable",
        Some(ErrorCode::CannotOpen) => "; check that its folder exists and may be written to",
        Some(ErrorCode::NotADatabase) => "; choose another file",
        Some(ErrorCode::DatabaseCorrupt) => "; restore it from a backup",
        _ => "",
    };
    Error::host(format!("the store {name}: {doing} failed: {error}{advice}"))
}
