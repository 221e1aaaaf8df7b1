//! A process is killed while it commits: every commit is there as a whole or not at all.

mod common;

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use common::Folder;
use reefknot_core::host::{Commit, Outgoing, Store, UserId};
use reefknot_core::itip::{MessageReason, Method};
use reefknot_core::routing::Route;
use reefknot_core::scheduling::SchedulingState;
use reefknot_core::value::Timestamp;
use reefknot_store_sql::SqliteStore;

/// Tells the process that this test starts that it is to commit until it is killed.
const FILE: &str = "REEFKNOT_CRASH_TEST_FILE";

const UID: &str = "1@foo.com";
const MESSAGES: usize = 20;

/// Changes the object for ever: each version says its number in the object, the state and each of its messages.
#[allow(clippy::print_stdout, reason = "how the killed process says what it has promised")]
fn commit_until_killed(store: &mut SqliteStore) -> reefknot_core::Result<Infallible> {
    let user = UserId::new("a");
    loop {
        let before = store.load(&user, UID)?;
        let sequence = before.as_ref().map_or(0, |stored| stored.state.sequence) + 1;
        let text: Arc<[u8]> = vec![b'x'; sequence as usize % 50_000].into();
        let message = Outgoing {
            method: Method::Request,
            reason: MessageReason::Update,
            originator: "mailto:a@foo.com".parse()?,
            recipient: "mailto:c@bar.com".parse()?,
            uid: UID.into(),
            sequence,
            route: Route::Mail("c@bar.com".into()),
            calendar: text,
            changes: Vec::new(),
            due: Timestamp::from_seconds(0),
        };
        store.commit(Commit {
            expected: before.map(|stored| stored.version),
            calendar: Some(sequence.to_string().into_bytes()),
            state: SchedulingState { sequence, ..SchedulingState::default() },
            outbox: vec![message; MESSAGES],
            ..Commit::new(user.clone(), UID)
        })?;
        println!("committed {sequence}");
    }
}

#[test]
fn a_killed_process_leaves_whole_commits() {
    if let Some(file) = std::env::var_os(FILE) {
        let error = commit_until_killed(&mut SqliteStore::open(file).unwrap()).unwrap_err();
        panic!("{error}");
    }
    let folder = Folder::new();
    let mut last = 0;
    for round in 0_u32..4 {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_killed_process_leaves_whole_commits", "--nocapture"])
            .env(FILE, folder.file())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = said.by_ref().map(Result::unwrap).find(|line| line.starts_with("committed "));
        assert!(first.is_some(), "the process committed nothing");
        std::thread::sleep(Duration::from_millis(u64::from(round * 17)));
        process.kill().unwrap();
        process.wait().unwrap();
        let promised = said.map_while(Result::ok).chain(first);
        let promised = promised.filter_map(|line| line.strip_prefix("committed ")?.parse::<u32>().ok()).max();

        let store = SqliteStore::open(folder.file()).unwrap();
        let stored = store.load(&UserId::new("a"), UID).unwrap().unwrap();
        let sequence = stored.state.sequence;
        // What the process said is kept; one more may have been written before it could say so.
        assert!(Some(sequence) >= promised && sequence > last, "{sequence} after {promised:?}");
        assert_eq!(stored.calendar, Some(sequence.to_string().into_bytes()));
        let sent: Vec<_> = store.due(Timestamp::from_seconds(0), usize::MAX).unwrap();
        let expected = (1..=sequence).flat_map(|number| [number; MESSAGES]);
        assert!(sent.iter().map(|delivery| delivery.message.sequence).eq(expected), "messages are missing");
        last = sequence;
    }
}
