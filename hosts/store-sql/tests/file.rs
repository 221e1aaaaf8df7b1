//! Files of every kind: of an earlier version, of a newer one, of another program, damaged, full.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;

use common::Folder;
use reefknot_core::Error;
use reefknot_core::host::{Asked, Commit, Delivery, Outgoing, Settled, Store, UserId};
use reefknot_core::itip::{Authentication, Carrier, Envelope, MessageReason, Method, Question};
use reefknot_core::policy::Residence;
use reefknot_core::routing::Route;
use reefknot_core::value::Timestamp;
use reefknot_store_sql::SqliteStore;
use rusqlite::Connection;

/// A file as schema version 1 wrote it. Never edited: such files exist.
const VERSION_1: &str = r#"
PRAGMA application_id = 1382376806;
PRAGMA user_version = 1;
CREATE TABLE object (
    id INTEGER PRIMARY KEY, user TEXT NOT NULL, uid TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    residence TEXT NOT NULL CHECK (residence IN ('synced', 'local-only')),
    state TEXT NOT NULL,
    live INTEGER NOT NULL CHECK (live = (calendar IS NOT NULL)),
    calendar BLOB,
    UNIQUE (user, uid)
) STRICT;
CREATE INDEX object_live ON object (user, live, uid);
CREATE TABLE body (id INTEGER PRIMARY KEY, changes TEXT NOT NULL, calendar BLOB NOT NULL) STRICT;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, uid TEXT NOT NULL,
    body INTEGER NOT NULL REFERENCES body (id), envelope TEXT NOT NULL, due INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0), status TEXT,
    given_up INTEGER NOT NULL DEFAULT 0 CHECK (given_up IN (0, 1)),
    FOREIGN KEY (user, uid) REFERENCES object (user, uid)
) STRICT;
CREATE INDEX outbox_due ON outbox (due, id) WHERE given_up = 0;
CREATE INDEX outbox_given_up ON outbox (id) WHERE given_up = 1;
CREATE INDEX outbox_body ON outbox (body);
CREATE INDEX outbox_object ON outbox (user, uid);
INSERT INTO object VALUES
    (1, 'a', '1@foo.com', 3, 'local-only',
     '{"sequence":2,"attendees":{"MAILTO:B@Foo.com":{"instances":{"20261122T120000Z":{"asked":{"sequence":2,"dtstamp":"20261101T100000Z"}}}}}}',
     1, CAST('the object' AS BLOB)),
    (2, 'a', '2@foo.com', 9, 'synced', '{"sequence":0,"tombstones":{"":{"sequence":4,"dtstamp":null}}}', 0, NULL);
INSERT INTO body VALUES (1, '[{"instance":"","property":"LOCATION","before":null,"after":"LOCATION:x"}]', CAST('the message' AS BLOB));
INSERT INTO outbox VALUES
    (7, 'a', '1@foo.com', 1,
     '{"method":"REQUEST","reason":"invitation","originator":"mailto:a@foo.com","recipient":"MAILTO:B@Foo.com","sequence":2,"route":{"local":"b"},"first-due":"20261101T100000Z"}',
     1793527200, 2, '5.1', 0),
    (8, 'a', '1@foo.com', 1,
     '{"method":"CANCEL","reason":"cancellation","originator":"mailto:a@foo.com","recipient":"c@bar.com","sequence":3,"route":{"nobody":"why"},"first-due":"20261101T100000Z"}',
     1793527200, 1, '5.2', 1);
"#;

/// A file that this SQL makes.
fn made(sql: &str) -> Folder {
    let folder = Folder::new();
    sql_on(&folder, sql);
    folder
}

fn sql_on(folder: &Folder, sql: &str) {
    Connection::open(folder.file()).unwrap().execute_batch(sql).unwrap();
}

fn pragma<T: rusqlite::types::FromSql>(folder: &Folder, name: &str) -> T {
    let db = Connection::open(folder.file()).unwrap();
    db.query_row(&format!("PRAGMA {name}"), (), |row| row.get(0)).unwrap()
}

fn first(calendar: &[u8]) -> Commit {
    Commit { calendar: Some(calendar.to_vec()), ..Commit::new(UserId::new("a"), "3@foo.com") }
}

#[track_caller]
fn refused(folder: &Folder, words: &[&str]) -> Error {
    let error = SqliteStore::open(folder.file()).unwrap_err();
    assert!(error.is_host(), "{error}");
    assert_words(&error, words);
    error
}

#[track_caller]
fn assert_words(error: &Error, words: &[&str]) {
    for word in words {
        assert!(error.to_string().contains(word), "{word} is not in: {error}");
    }
}

#[test]
fn a_file_of_version_1_becomes_one_of_this_version() {
    let folder = made(VERSION_1);
    let mut store = SqliteStore::open(folder.file()).unwrap();
    let user = UserId::new("a");
    assert_eq!(store.uids(&user).unwrap(), ["1@foo.com"]);

    let calendar = store.calendar(&user).unwrap();
    assert_eq!((calendar.version, calendar.objects.len()), (12, 1), "as many commits as were made before");
    let moment = Timestamp::from_seconds(0)..Timestamp::from_seconds(1);
    assert_eq!(store.calendar_within(&user, moment).unwrap(), calendar, "it may take place at any time");
    let live = store.load(&user, "1@foo.com").unwrap().unwrap();
    assert_eq!((live.version, live.residence), (3, Residence::LocalOnly));
    assert_eq!(live.calendar.as_deref(), Some(&b"the object"[..]));
    // What an attendee was asked had another form; it begins anew with what the object says.
    assert_eq!((live.state.sequence, live.state.attendees.len()), (2, 1));
    assert!(live.state.attendees.values().all(|attendee| attendee.answers.is_blank()));

    let gone = store.load(&user, "2@foo.com").unwrap().unwrap();
    assert_eq!((gone.version, gone.calendar, gone.state.tombstones.len()), (9, None, 1));

    let due = store.due(Timestamp::from_seconds(1_793_527_200), 9).unwrap();
    let [Delivery { id, attempts: 2, message, .. }] = &due[..] else { panic!("{due:?}") };
    assert_eq!((message.method, message.reason), (Method::Request, MessageReason::Invitation));
    assert_eq!((&*message.calendar, message.changes.len()), (&b"the message"[..], 1));
    assert_eq!(message.route, Route::Local("b".into()));
    let failed = store.failed().unwrap();
    assert_eq!((failed.len(), failed[0].id.0, failed[0].status.as_deref()), (1, 8, Some("5.2")));

    store.settle(*id, Settled::Delivered).unwrap();
    let who = || "mailto:d@bar.com".parse().unwrap();
    let asked = Asked {
        question: Question::Forwarded(who()),
        calendar: b"the message".to_vec(),
        envelope: Envelope {
            sender: Some(who()),
            authentication: Authentication::Claimed,
            carrier: Carrier::Mail,
        },
        at: Timestamp::from_seconds(0),
    };
    let next = Commit { expected: Some(9), uid: "2@foo.com".into(), ..first(b"x") };
    assert_eq!(store.commit(Commit { questions: vec![asked.clone()], ..next }).unwrap(), 10);
    assert_eq!(store.questions(&user).unwrap()[0].asked, asked);
    drop(store);
    let fresh = Folder::new();
    drop(SqliteStore::open(fresh.file()).unwrap());
    assert_eq!(pragma::<i64>(&folder, "user_version"), pragma::<i64>(&fresh, "user_version"));
    assert_eq!(pragma::<String>(&folder, "integrity_check"), "ok");
}

#[test]
fn a_commit_is_on_the_disk() {
    let folder = Folder::new();
    drop(SqliteStore::open(folder.file()).unwrap());
    assert_eq!(pragma::<String>(&folder, "journal_mode"), "wal");
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let folder = made(VERSION_1);
    sql_on(&folder, "PRAGMA user_version = 1000");
    let before = fs::read(folder.file()).unwrap();
    refused(&folder, &["store.sqlite", "1000", "newer program"]);
    assert_eq!(fs::read(folder.file()).unwrap(), before);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    for sql in [
        "CREATE TABLE bookmarks (url TEXT)",
        "PRAGMA application_id = 42",
        "PRAGMA user_version = 1; CREATE TABLE object (id)",
    ] {
        let folder = made(sql);
        let before = fs::read(folder.file()).unwrap();
        refused(&folder, &["store.sqlite", "another program"]);
        assert_eq!(fs::read(folder.file()).unwrap(), before);
    }
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = Folder::new();
    fs::write(folder.file(), b"BEGIN:VCALENDAR\r\n".repeat(1000)).unwrap();
    refused(&folder, &["store.sqlite", "not a database", "another file"]);

    let folder = Folder::new();
    fs::create_dir(folder.file()).unwrap();
    refused(&folder, &["store.sqlite", "opening it"]);

    let error = SqliteStore::open(folder.file().join("no/such/folder")).unwrap_err();
    assert!(error.is_host(), "{error}");
    assert_words(&error, &["its folder exists"]);
}

#[test]
fn names_that_mean_no_file_to_sqlite_are_refused() {
    for name in ["", ":memory:"] {
        assert!(SqliteStore::open(name).unwrap_err().is_invalid(), "{name}");
    }
}

#[test]
fn a_damaged_object_is_named() {
    for (sql, words) in [
        ("UPDATE object SET state = '{\"sequence\":' WHERE id = 1", ["scheduling state", "EOF"]),
        (
            "UPDATE object SET state = '{\"known\":{\"tomorrow\":{}}}' WHERE id = 1",
            ["scheduling state", "tomorrow"],
        ),
        ("UPDATE object SET state = CAST(x'ff' AS TEXT) WHERE id = 1", ["reading", "utf-8"]),
        (
            "PRAGMA ignore_check_constraints = 1; UPDATE object SET residence = 'moon' WHERE id = 1",
            ["residence", "moon"],
        ),
        (
            "PRAGMA ignore_check_constraints = 1; UPDATE object SET version = -1 WHERE id = 1",
            ["version", "out of"],
        ),
    ] {
        let folder = made(VERSION_1);
        drop(SqliteStore::open(folder.file()).unwrap());
        sql_on(&folder, sql);
        let store = SqliteStore::open(folder.file()).unwrap();
        let error = store.load(&UserId::new("a"), "1@foo.com").unwrap_err();
        assert!(error.is_host(), "{error}");
        assert_words(&error, &["`1@foo.com`", "user `a`"]);
        assert_words(&error, &words);
        // The others can be used.
        assert!(store.load(&UserId::new("a"), "2@foo.com").unwrap().is_some());
    }
}

#[test]
fn a_damaged_message_is_named() {
    for (sql, what) in [
        ("UPDATE outbox SET envelope = '{}'", "envelope"),
        ("UPDATE outbox SET envelope = replace(envelope, 'REQUEST', 'INVITE')", "envelope"),
        ("UPDATE body SET changes = 'none'", "changes"),
        ("PRAGMA foreign_keys = 0; DELETE FROM body", "text"),
    ] {
        let folder = made(VERSION_1);
        sql_on(&folder, sql);
        let store = SqliteStore::open(folder.file()).unwrap();
        let error = store.due(Timestamp::MAX, 9).unwrap_err();
        assert!(error.is_host(), "{error}");
        assert_words(&error, &["message 7", "`1@foo.com`", "user `a`", what]);
    }
}

#[test]
fn a_damaged_question_is_named() {
    for (column, value, what) in
        [("question", "'{}'", "text"), ("envelope", "'none'", "envelope"), ("id", "-1", "number")]
    {
        let folder = made(VERSION_1);
        drop(SqliteStore::open(folder.file()).unwrap());
        let row = "7, 'a', '1@foo.com', 0, '{\"forwarded\":\"d@bar.com\"}', '{}', x'00'";
        sql_on(
            &folder,
            &format!("INSERT INTO question VALUES ({row}); UPDATE question SET {column} = {value}"),
        );
        let error = SqliteStore::open(folder.file()).unwrap().questions(&UserId::new("a")).unwrap_err();
        assert!(error.is_host(), "{error}");
        assert_words(&error, &["question", "`1@foo.com`", "user `a`", what]);
    }
}

#[test]
fn a_text_is_kept_once_and_goes_with_its_last_message() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(folder.file()).unwrap();
    let bodies = || {
        let db = Connection::open(folder.file()).unwrap();
        db.query_row("SELECT count(*) FROM body", (), |row| row.get::<_, i64>(0)).unwrap()
    };
    let message = Outgoing {
        method: Method::Request,
        reason: MessageReason::Invitation,
        originator: "mailto:a@foo.com".parse().unwrap(),
        recipient: "mailto:c@bar.com".parse().unwrap(),
        uid: "3@foo.com".into(),
        sequence: 0,
        route: Route::Mail("c@bar.com".into()),
        calendar: b"text"[..].into(),
        changes: Vec::new(),
        due: Timestamp::from_seconds(0),
    };
    store.commit(Commit { outbox: vec![message; 50], ..first(b"x") }).unwrap();
    let rows = store.due(Timestamp::MAX, 50).unwrap();
    assert_eq!((rows.len(), bodies()), (50, 1));
    for row in rows {
        assert_eq!(bodies(), 1);
        store.settle(row.id, Settled::Delivered).unwrap();
    }
    assert_eq!(bodies(), 0);
}

#[test]
fn an_unfinished_transaction_of_another_connection_is_never_seen() {
    let folder = made(VERSION_1);
    let mut store = SqliteStore::open(folder.file()).unwrap();
    let other = Connection::open(folder.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; UPDATE object SET version = 50; DELETE FROM outbox").unwrap();
    assert_eq!(store.load(&UserId::new("a"), "1@foo.com").unwrap().unwrap().version, 3);
    // Dropped in the middle, as when its process ends.
    drop(other);
    assert_eq!(store.due(Timestamp::MAX, 9).unwrap().len(), 1);
    assert_eq!(
        store.commit(Commit { uid: "1@foo.com".into(), expected: Some(3), ..first(b"x") }).unwrap(),
        4
    );
}

#[test]
fn a_write_that_fails_is_named_and_changes_nothing() {
    let folder = made(VERSION_1);
    let mut store = SqliteStore::open(folder.file()).unwrap();
    // Refuses each write to the table, as a full disk would.
    sql_on(
        &folder,
        "CREATE TRIGGER full BEFORE INSERT ON object BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END",
    );
    let error = store.commit(first(b"x")).unwrap_err();
    assert!(error.is_host(), "{error}");
    assert_words(&error, &["`3@foo.com`", "user `a`", "disk full"]);
    sql_on(&folder, "DROP TRIGGER full");
    assert_eq!(store.commit(first(b"x")).unwrap(), 1);
}

#[test]
fn a_store_may_move_to_another_thread() {
    fn movable<T: Send>(_: &T) {}
    movable(&SqliteStore::open_in_memory().unwrap());
}

/// A window costs what may take place in it: what is over is not read.
#[test]
fn a_window_leaves_out_what_is_over_and_what_is_still_to_come() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    let a = UserId::new("a");
    let at = Timestamp::from_seconds;
    for (uid, span) in [("over", Some(0..10)), ("now", Some(5..15)), ("later", Some(20..30)), ("old", None)] {
        let span = span.map(|span: std::ops::Range<i64>| at(span.start)..at(span.end));
        let calendar = Some(uid.as_bytes().to_vec());
        store.commit(Commit { calendar, span, ..Commit::new(a.clone(), uid) }).unwrap();
    }
    let found = store.calendar_within(&a, at(10)..at(20)).unwrap();
    assert_eq!(found.objects.iter().map(|(uid, _)| uid.as_str()).collect::<Vec<_>>(), ["now", "old"]);
}
