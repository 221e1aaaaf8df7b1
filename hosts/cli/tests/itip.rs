//! The contract of `reefknot itip`: arguments, the shape of the answer, exit codes.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_reefknot")).arg("itip").args(args).output().unwrap()
}

fn answer(args: &[&str]) -> Value {
    let output = run(args);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn file(name: &str, text: &str) -> String {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("itip");
    std::fs::create_dir_all(&dir).unwrap();
    let path: PathBuf = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn event(method: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//contract//EN\n{method}BEGIN:VEVENT\nUID:lunch@foo.com\n\
         DTSTAMP:20261101T070000Z\nORGANIZER:mailto:a@foo.com\n{lines}END:VEVENT\nEND:VCALENDAR\n"
    )
}

fn lunch() -> String {
    event(
        "",
        "DTSTART:20261202T110000Z\nDTEND:20261202T120000Z\nSUMMARY:Lunch\n\
         ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@foo.com\nATTENDEE:mailto:b@foo.com\n",
    )
}

fn reply(stamp: &str, answer: &str) -> String {
    let lines = format!("ATTENDEE;PARTSTAT={answer}:mailto:b@foo.com\n");
    event("METHOD:REPLY\n", &lines).replace("20261101T070000Z", stamp)
}

const KEYS: [&str; 8] =
    ["disposition", "messages", "notices", "object", "reasons", "refreshes", "role", "state"];

#[test]
fn a_creation_invites_and_every_key_is_there() {
    let after = file("lunch.ics", &lunch());
    let told = answer(&[
        "change",
        "--as",
        "mailto:a@foo.com",
        "--after",
        &after,
        "--now",
        "20261122T120000Z",
        "--json",
    ]);
    let mut keys: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, KEYS);
    assert_eq!((told["disposition"].as_str(), told["role"].as_str()), (Some("allowed"), Some("organizer")));
    let message = &told["messages"][0];
    assert_eq!(message["method"], "REQUEST");
    assert_eq!(message["originator"], "mailto:a@foo.com");
    assert_eq!(message["recipient"], "mailto:b@foo.com");
    assert_eq!((&message["reason"], &message["sequence"]), (&Value::from("invitation"), &Value::from(0)));
    assert!(message["calendar"].as_str().unwrap().contains("DTSTAMP:20261122T120000Z"));
    let deleted = answer(&["change", "--as", "a@foo.com", "--before", &after, "--json"]);
    assert_eq!(
        (&deleted["object"], &deleted["messages"][0]["method"]),
        (&Value::Null, &Value::from("CANCEL"))
    );
}

#[test]
fn the_state_goes_round_and_makes_an_older_reply_stale() {
    let stored = file("stored.ics", &lunch());
    let later = file("later.ics", &reply("20261112T090000Z", "DECLINED"));
    let earlier = file("earlier.ics", &reply("20261111T090000Z", "ACCEPTED"));
    let first = answer(&["receive", "--as", "a@foo.com", "--before", &stored, "--message", &later, "--json"]);
    assert_eq!(first["disposition"], "applied");
    let object = file("object.ics", first["object"].as_str().unwrap());
    let state = file("state.json", &first["state"].to_string());
    let args = [
        "receive",
        "--as",
        "a@foo.com",
        "--before",
        &object,
        "--state",
        &state,
        "--message",
        &earlier,
        "--json",
    ];
    let second = answer(&args);
    assert_eq!(
        (&second["disposition"], &second["reasons"][0]["code"]),
        (&"ignored".into(), &"stale-reply".into())
    );
    assert_eq!(second["reasons"][0]["source"], "RFC 5546 §2.1.5");
}

#[test]
fn a_rejection_is_an_answer() {
    let stored = file("stored-2.ics", &lunch());
    let message = file("forged.ics", &reply("20261112T090000Z", "DECLINED"));
    let args = ["receive", "--as", "a@foo.com", "--before", &stored, "--message", &message];
    let told = answer(&[&args[..], &["--from", "mailto:d@bar.com", "--json"]].concat());
    assert_eq!(told["disposition"], "rejected");
    assert!(told["object"].as_str().unwrap().contains("ATTENDEE:mailto:b@foo.com"));
    let words = run(&[&args[..], &["--from", "mailto:d@bar.com"]].concat());
    assert!(String::from_utf8_lossy(&words.stdout).starts_with("rejected (as organizer)"));
}

#[test]
fn a_mail_is_a_message_too() {
    let mail = format!(
        "From: b@foo.com\r\nTo: a@foo.com\r\nSubject: Re: Lunch\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\n{}",
        reply("20261112T090000Z", "ACCEPTED")
    );
    let (stored, message) = (file("stored-3.ics", &lunch()), file("reply.eml", &mail));
    let told =
        answer(&["receive", "--as", "a@foo.com", "--before", &stored, "--message", &message, "--json"]);
    assert_eq!(told["disposition"], "applied");
}

#[test]
fn validation_names_each_violation() {
    let message = file("bad.ics", &reply("20261112T090000Z", "ACCEPTED").replace("UID:lunch@foo.com\n", ""));
    let told = answer(&["validate", "--message", &message, "--json"]);
    assert_eq!(
        (&told["valid"], &told["method"], &told["component"]),
        (&false.into(), &"REPLY".into(), &"VEVENT".into())
    );
    let violation = told["violations"][0].as_object().unwrap();
    assert!(["code", "message", "line"].iter().all(|key| violation.contains_key(*key)));
}

#[test]
fn bad_input_is_one_line_and_exit_2() {
    let garbage = file("garbage.ics", "this is no calendar\n");
    let two =
        file("two.ics", &lunch().replace("END:VCALENDAR", "BEGIN:VEVENT\nUID:2\nEND:VEVENT\nEND:VCALENDAR"));
    let cases: [&[&str]; 8] = [
        &["change", "--after", &two],
        &["change", "--as", "nobody", "--afterwards", "x"],
        &["change", "--as", "a@foo.com", "--after", "/nowhere/at/all.ics", "--json"],
        &["change", "--as", "a@foo.com", "--after", env!("CARGO_TARGET_TMPDIR"), "--json"],
        &["change", "--as", "a@foo.com", "--after", &garbage, "--json"],
        &["change", "--as", "a@foo.com", "--after", &two, "--json"],
        &["change", "--as", "a@foo.com", "--json"],
        &["validate", "--message", &garbage, "--json"],
    ];
    for args in cases {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn hostile_input_is_one_line_that_names_the_file() {
    let lunch = file("lunch-2.ics", &lunch());
    let two = file("two-calendars.ics", &self::lunch().repeat(2));
    let mail =
        file("words.eml", "From: b@foo.com\r\nTo: a@foo.com\r\nSubject: Lunch\r\n\r\nI will come.\r\n");
    let method = file("invite.ics", &event("METHOD:INVITE\n", ""));
    let broken = file("broken.json", "[1");
    let other = file("other.json", "{\"sequence\": \"x\"}");
    let whole = file("whole.json", "{\"disposition\": \"allowed\", \"state\": {\"sequence\": 1}}");
    let unknown = file("unknown.json", "{\"sequence\": 1, \"sequences\": 2}");
    let change = ["change", "--as", "a@foo.com", "--after", &lunch, "--state"];
    let receive = ["receive", "--as", "a@foo.com", "--message"];
    let cases: [(&[&str], &str, &str); 10] = [
        (&change, &broken, "not a scheduling state"),
        (&change, &other, "not a scheduling state"),
        (&change, &whole, "a whole answer; give what stands under `state`"),
        (&change, &unknown, "unknown field `sequences`"),
        (&receive, &two, "there are 2 calendars"),
        (&receive, &mail, "holds no calendar"),
        (&receive, &lunch, "has no METHOD"),
        (&receive, &method, "is not a method"),
        (&["validate", "--message"], &two, "there are 2 calendars"),
        (&["validate", "--message"], &mail, "holds no calendar"),
    ];
    for (args, path, says) in cases {
        let output = run(&[args, &[path]].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), told.lines().count()), (Some(2), 1), "{path}: {told}");
        assert!(told.contains(path) && told.contains(says), "{path}: {told}");
        assert!(output.stdout.is_empty(), "{path}");
    }
}

#[test]
fn every_alias_is_the_user_and_a_proven_sender_counts() {
    let request = file("request.ics", &lunch().replace("VERSION:2.0\n", "VERSION:2.0\nMETHOD:REQUEST\n"));
    let args = ["receive", "--as", "bert@foo.com", "--as", "B@FOO.com", "--message", &request, "--json"];
    let told = answer(&args);
    assert_eq!((&told["disposition"], &told["role"]), (&"applied".into(), &"attendee".into()));
    let told = answer(&[&args[..], &["--from", "d@bar.com"]].concat());
    assert_eq!((&told["disposition"], &told["object"]), (&"rejected".into(), &Value::Null));
    assert_eq!(told["reasons"][0]["code"], "sender-is-not-the-organizer");
}

#[test]
fn without_json_the_same_is_said_in_words() {
    let before = file("lunch-3.ics", &lunch());
    let output = run(&["change", "--as", "a@foo.com", "--before", &before]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.starts_with("allowed (as organizer)\n"), "{told}");
    assert!(told.contains("send CANCEL to mailto:b@foo.com (cancellation, SEQUENCE 1)"), "{told}");
    let bad = file("no-uid.ics", &reply("20261112T090000Z", "ACCEPTED").replace("UID:lunch@foo.com\n", ""));
    let output = run(&["validate", "--message", &bad]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.starts_with("REPLY of VEVENT: 1 violation\n"), "{told}");
    assert!(told.contains("(property-missing, RFC 5546 §3.2.3)"), "{told}");
}
