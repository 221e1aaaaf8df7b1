//! The seven conversations end as they should, in real databases and real mail files.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use reefknot_core::imip::{ReadOptions, read};
use serde_json::Value;

fn demo(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_reefknot")).arg("demo").args(args).output().unwrap()
}

fn fresh(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    let _ = std::fs::remove_file(&dir);
    dir
}

fn mails(dir: &Path, user: &str) -> Vec<PathBuf> {
    let mailbox = dir.join("mail").join(user);
    let folders = ["new", "cur"].map(|folder| std::fs::read_dir(mailbox.join(folder)).unwrap());
    folders.into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn all_conversations_end_as_they_should() {
    let dir = fresh("demo-json");
    let output = demo(&["--json", "--dir", dir.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["holds"], true);
    let conversations = told["conversations"].as_array().unwrap();
    assert_eq!(conversations.len(), 7);
    for conversation in conversations {
        let conditions = conversation["conditions"].as_array().unwrap();
        assert!(!conditions.is_empty());
        assert!(conditions.iter().all(|condition| condition["holds"] == true), "{conversation}");
    }
    for database in told["databases"].as_array().unwrap() {
        for key in ["file", "user", "uid", "residence", "title", "components"] {
            assert!(!database[key].is_null(), "{key} of {database}");
        }
    }
    let listed: Vec<&str> =
        told["mails"].as_array().unwrap().iter().map(|mail| mail["file"].as_str().unwrap()).collect();
    let all = ["a@foo.com", "b@foo.com", "c@bar.com", "d@bar.com", "e@baz.net", "f@baz.net"];
    let there: Vec<PathBuf> = all.iter().flat_map(|user| mails(&dir, user)).collect();
    assert_eq!(listed.len(), there.len());
    assert!(there.iter().all(|file| listed.contains(&file.to_str().unwrap())), "{listed:?}");
    // The first conversation stayed on the server; B has never been mailed.
    assert!(mails(&dir, "b@foo.com").is_empty());
    for user in ["a@foo.com", "c@bar.com", "e@baz.net", "f@baz.net"] {
        let mails = mails(&dir, user);
        assert!(!mails.is_empty(), "{user}");
        for mail in mails {
            let mail = read(&std::fs::read(&mail).unwrap(), &ReadOptions::default()).unwrap();
            assert!(mail.from.is_some() && mail.text.is_some());
        }
    }
}

#[test]
fn it_says_what_happens_and_ends_with_a_table() {
    let dir = fresh("demo-words");
    let output = demo(&["--dir", dir.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    for expected in [
        "1. A invites B",
        "→ REQUEST from a@foo.com to c@bar.com, by mail",
        "→ REQUEST from c@bar.com to b@foo.com, directly, server to server",
        "tells B: collides with train@foo.com, 20251211T120000Z to 20251211T140000Z",
        "suggests 20251211T140000Z to 20251211T143000Z",
        "│ no entry lets c@bar.com of bar.com book attic@foo.com",
        "All conditions hold.",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    // The table has as many answers as there are, and is as wide.
    let (story, _) = text.split_once("Who holds what").unwrap();
    assert!(story.lines().all(|line| line.chars().count() <= 100));
    assert!(!text.contains('\u{1b}'), "colours in a pipe");
}

#[test]
fn what_is_kept_on_the_device_is_in_no_file_of_a_server() {
    let dir = fresh("demo-private");
    assert_eq!(demo(&["--dir", dir.to_str().unwrap()]).status.code(), Some(0));
    let holds = |file: &str| {
        let text = std::fs::read(dir.join(file)).unwrap();
        text.windows(16).any(|window| window == b"surprise@foo.com")
    };
    assert_eq!(["foo.com.sqlite", "bar.com.sqlite"].map(holds), [false, false]);
    assert_eq!(["client-a.sqlite", "client-e.sqlite"].map(holds), [true, true]);
}

#[test]
fn a_second_run_in_the_same_directory_is_refused_and_changes_nothing() {
    let dir = fresh("demo-twice");
    assert_eq!(demo(&["--dir", dir.to_str().unwrap()]).status.code(), Some(0));
    let files = || {
        let mut files: Vec<_> = std::fs::read_dir(&dir)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.path(), entry.metadata().unwrap().modified().unwrap()))
            .collect();
        files.sort();
        files
    };
    let before = files();
    let output = demo(&["--dir", dir.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count(), output.stdout.len()), (Some(2), 1, 0), "{said}");
    assert!(said.contains("demo-twice: the directory is not empty; name one that"), "{said}");
    assert_eq!(files(), before);
}

#[test]
fn a_directory_that_cannot_be_made_is_one_clear_line() {
    let file = fresh("demo-file");
    std::fs::write(&file, "a file").unwrap();
    for place in [file.clone(), file.join("below")] {
        for json in [&[][..], &["--json"][..]] {
            let output = demo(&[&["--dir", place.to_str().unwrap()], json].concat());
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
            assert!(said.starts_with("reefknot: ") && said.contains("demo-file"), "{said}");
            assert!(output.stdout.is_empty());
        }
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_directory_with_something_in_it_is_left_alone() {
    let dir = fresh("demo-full");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("mine"), "mine").unwrap();
    let output = demo(&["--dir", dir.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
}
