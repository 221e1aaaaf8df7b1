//! The checks that every store passes, in memory and in a file.

mod common;

use common::Folder;
use reefknot_core::host::Store;
use reefknot_store_conformance::{Breakable, Place};
use reefknot_store_sql::SqliteStore;
use rusqlite::Connection;

struct File(Folder);

impl Place for File {
    fn open(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(self.0.file()).expect("the file can be opened"))
    }
}

impl Breakable for File {
    fn break_second_message(&self) {
        drop(self.open());
        let db = Connection::open(self.0.file()).expect("the file can be opened");
        db.execute_batch(
            "CREATE TRIGGER broken BEFORE INSERT ON outbox WHEN NEW.envelope LIKE '%c@bar.com%' \
             BEGIN SELECT RAISE(ABORT, 'broken for a test'); END",
        )
        .expect("the trigger can be created");
    }

    fn mend(&self) {
        let db = Connection::open(self.0.file()).expect("the file can be opened");
        db.execute_batch("DROP TRIGGER broken").expect("the trigger can be dropped");
    }
}

mod in_memory {
    use super::SqliteStore;

    reefknot_store_conformance::store_tests!(|| Box::new(SqliteStore::open_in_memory().unwrap()));
}

mod in_a_file {
    use super::{File, Folder};

    reefknot_store_conformance::place_tests!(|| File(Folder::new()));
    reefknot_store_conformance::breakable_tests!(|| File(Folder::new()));
}
