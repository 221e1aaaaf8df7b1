//! `reefknot lint` on files that are right and files that are deliberately wrong.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{err, fixture, out, reefknot, run, run_with, temporary};
use serde_json::Value;

fn files(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(fixture(folder)).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".ics"));
    names.sort();
    names
}

#[test]
fn the_examples_of_the_standard_are_clean() {
    let names = files("lint/clean");
    assert_eq!(names.len(), 5);
    let output = reefknot().arg("lint").args(&names).current_dir(fixture("lint/clean")).output().unwrap();
    assert_eq!((out(&output).as_str(), err(&output).as_str()), ("", ""));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn each_broken_line_has_its_finding() {
    let expected = std::fs::read_to_string(fixture("lint/broken/findings.txt")).unwrap();
    let names = files("lint/broken");
    let output = reefknot().arg("lint").args(&names).current_dir(fixture("lint/broken")).output().unwrap();
    assert_eq!(out(&output), expected);
    assert_eq!((err(&output).as_str(), output.status.code()), ("", Some(1)));
}

#[test]
fn json_says_the_same() {
    let file = fixture("lint/broken/todo.ics");
    let output = run(["lint".as_ref(), "--json".as_ref(), file.as_os_str()]);
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_str(&out(&output)).unwrap();
    let first = &found[0];
    assert_eq!(first["file"], *file.to_str().unwrap());
    assert_eq!(
        [&first["severity"], &first["code"], &first["message"], &first["section"], &first["suggestion"]],
        ["error", "property-missing", "VCALENDAR has no PRODID", "RFC 5545 §3.6", "add PRODID"]
    );
    assert_eq!(first["line"], 1);
    let clean = run(["lint".as_ref(), "--json".as_ref(), fixture("lint/clean/todos.ics").as_os_str()]);
    assert_eq!((out(&clean).as_str(), clean.status.code()), ("[]\n", Some(0)));
}

#[test]
fn standard_input_is_a_file_too() {
    let output = run_with(&["lint", "-"], b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
    let text = out(&output);
    assert!(text.starts_with("-:1: error: VCALENDAR has no "), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_cannot_be_read_ends_with_two_after_the_others() {
    let broken = fixture("lint/broken/todo.ics");
    let output = run(["lint".as_ref(), "no-such.ics".as_ref(), broken.as_os_str(), "nor-this.ics".as_ref()]);
    assert!(out(&output).contains("VCALENDAR has no PRODID"));
    let told = err(&output);
    assert!(told.contains("no-such.ics: ") && told.contains("nor-this.ics: "), "{told}");
    assert_eq!(output.status.code(), Some(2));

    let mail = run(["lint".as_ref(), fixture("mail/gmail-reply.eml").as_os_str()]);
    assert!(err(&mail).ends_with("a mail; save its calendar as a file of its own\n"), "{}", err(&mail));
    assert_eq!(mail.status.code(), Some(2));
}

#[test]
fn what_a_file_says_does_not_steer_the_terminal() {
    let file = temporary("steer.ics", b"BEGIN:VCALENDAR\r\nURL:\x1b[31mred\r\nEND:VCALENDAR\r\n");
    let output = run(["lint".as_ref(), file.as_os_str()]);
    assert!(out(&output).contains("URL: `") && !out(&output).contains('\u{1b}'), "{}", out(&output));
}
