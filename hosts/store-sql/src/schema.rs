//! The tables, and how a file written by an earlier version becomes one of this version.

use reefknot_core::{Error, Result};
use rusqlite::{Connection, TransactionBehavior};

use crate::store::failure;

/// What turns version n into version n + 1, in order. What was released is never edited.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001.sql"),
    include_str!("../migrations/0002.sql"),
    include_str!("../migrations/0003.sql"),
    include_str!("../migrations/0004.sql"),
];

/// What marks an SQLite file as one of ours: "Reef" in ASCII.
const APPLICATION: i64 = 0x5265_6566;

/// The version of the schema, 0 for an empty file.
///
/// # Errors
/// When the file belongs to another program, or to a version of this one that knows more than `latest`.
pub(crate) fn version(db: &Connection, name: &str, latest: usize) -> Result<usize> {
    let read = || -> rusqlite::Result<(i64, i64, i64)> {
        // One snapshot: another connection may be creating the tables at this moment.
        let snapshot = db.is_autocommit().then(|| db.unchecked_transaction()).transpose()?;
        let application = db.query_row("PRAGMA application_id", (), |row| row.get(0))?;
        let version = db.query_row("PRAGMA user_version", (), |row| row.get(0))?;
        let tables = db.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
        snapshot.map(rusqlite::Transaction::finish).transpose()?;
        Ok((application, version, tables))
    };
    match read().map_err(|error| failure(name, "opening it", &error))? {
        (0, 0, 0) => Ok(0),
        (APPLICATION, version, _) => match usize::try_from(version) {
            Ok(version) if version <= latest => Ok(version),
            _ => Err(Error::host(format!(
                "the store {name} has schema version {version}, but this program knows up to {latest}; \
                 open it with the newer program that wrote it"
            ))),
        },
        _ => Err(Error::host(format!(
            "{name} is an SQLite database of another program; give the store a file of its own"
        ))),
    }
}

/// Brings the tables up to date, one transaction for each step.
///
/// # Errors
/// Those of [`version`], and when a step fails: the file keeps the version before it.
pub(crate) fn migrate(db: &mut Connection, name: &str, migrations: &[&str]) -> Result<()> {
    let begin = version(db, name, migrations.len())?;
    for (to, sql) in (1_u32..).zip(migrations).skip(begin) {
        let doing = format!("migrating it to schema version {to}");
        let failed = |error| failure(name, &doing, &error);
        let step = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Another connection may have been faster.
        if version(&step, name, migrations.len())? >= to as usize {
            continue;
        }
        step.execute_batch(sql).map_err(failed)?;
        step.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
        step.pragma_update(None, "user_version", to).map_err(failed)?;
        step.commit().map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    #[test]
    fn each_step_runs_once_and_in_order() {
        let steps = ["CREATE TABLE t (a)", "INSERT INTO t VALUES (1)", "UPDATE t SET a = a + 10"];
        let mut db = fresh();
        migrate(&mut db, "test", &steps[..2]).unwrap();
        migrate(&mut db, "test", &steps).unwrap();
        migrate(&mut db, "test", &steps).unwrap();
        assert_eq!(version(&db, "test", 3).unwrap(), 3);
        assert_eq!(db.query_row("SELECT a FROM t", (), |row| row.get::<_, i64>(0)).unwrap(), 11);
    }

    #[test]
    fn a_step_that_fails_leaves_the_version_before_it() {
        let mut db = fresh();
        let steps = ["CREATE TABLE t (a)", "INSERT INTO t VALUES (1); INSERT INTO missing VALUES (1)"];
        let error = migrate(&mut db, "test", &steps).unwrap_err();
        assert!(error.is_host() && error.to_string().contains("schema version 2"), "{error}");
        assert_eq!(version(&db, "test", 2).unwrap(), 1);
        assert_eq!(db.query_row("SELECT count(*) FROM t", (), |row| row.get::<_, i64>(0)).unwrap(), 0);
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let mut db = fresh();
        migrate(&mut db, "test", &["CREATE TABLE t (a)", "CREATE TABLE u (a)"]).unwrap();
        let error = migrate(&mut db, "test", &["CREATE TABLE t (a)"]).unwrap_err();
        assert!(error.is_host() && error.to_string().contains("version 2"), "{error}");
    }

    #[test]
    fn the_queries_find_their_indices() {
        let mut db = fresh();
        migrate(&mut db, "test", MIGRATIONS).unwrap();
        let plan = |sql: &str| {
            let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let empty = rusqlite::params_from_iter(vec![0; statement.parameter_count()]);
            let rows = statement.query_map(empty, |row| row.get::<_, String>(3)).unwrap();
            rows.map(|row| row.unwrap()).collect::<Vec<_>>().join("; ")
        };
        for (sql, index) in [
            (crate::store::LOAD, "INDEX sqlite_autoindex_object_1 (user=? AND uid=?)"),
            (crate::store::UIDS, "COVERING INDEX object_live (user=? AND live=?)"),
            (crate::store::LIVING, "INDEX object_live (user=? AND live=?)"),
            (crate::store::WITHIN, "INDEX object_ends (user=? AND ends>?)"),
            (crate::outbox::DUE, "INDEX outbox_due (due<?)"),
            (crate::outbox::GIVEN_UP, "INDEX outbox_given_up"),
            (crate::question::OPEN, "INDEX question_user (user=?)"),
        ] {
            let plan = plan(sql);
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{sql}: {plan}");
        }
    }
}
