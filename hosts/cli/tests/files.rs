//! `reefknot fmt`, `occurrences` and `show` on files, good and bad.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{err, fixture, out, reefknot, run, run_with, temporary};
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::process::Stdio;

fn on(command: &str, file: &OsStr, more: &[&str]) -> std::process::Output {
    let mut arguments = vec![OsStr::new(command), file];
    arguments.extend(more.iter().map(OsStr::new));
    run(arguments)
}

fn team(command: &str, more: &[&str]) -> std::process::Output {
    on(command, fixture("ics/team.ics").as_os_str(), more)
}

#[test]
fn fmt_prints_the_same_back() {
    let output = team("fmt", &[]);
    assert!(output.status.success());
    assert_eq!(output.stdout, std::fs::read(fixture("ics/team.ics")).unwrap());
    assert_eq!(err(&output), "");
}

#[test]
fn fmt_folds_ends_lines_and_tells_problems() {
    let long = format!("BEGIN:VCALENDAR\nSUMMARY:{}\nno line\nEND:VCALENDAR\n", "é".repeat(50));
    let output = run_with(&["fmt", "-"], long.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        err(&output),
        "reefknot: -: line 3: is not a content line (`NAME:value`); kept as it is, without meaning\n"
    );
    let printed = out(&output);
    assert!(printed.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{printed}");
    assert_eq!(printed.replace("\r\n ", ""), long.replace('\n', "\r\n"));
}

#[test]
fn occurrences_apply_exclusions_and_overrides() {
    let output = team("occurrences", &["--to", "2023-04-02"]);
    assert!(output.status.success());
    assert_eq!(err(&output), "");
    let expected = "\
Friday 3 March 2023, 14:00–15:00 (Europe/Berlin)  Tea
Saturday 18 March 2023, 16:00–17:00 (Europe/Berlin)  Tea, moved
Monday 20 March 2023 – Tuesday 21 March 2023, all day  Holiday
Friday 24 March 2023, 14:00–15:00 (Europe/Berlin)  Tea
Friday 31 March 2023, 14:00–15:00 (Europe/Berlin)  Tea
Saturday 1 April 2023, 08:00–08:30 (Europe/Berlin)  Walk
";
    assert_eq!(out(&output), expected);
}

#[test]
fn an_occurrence_that_is_cancelled_says_so() {
    let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Tea\nDTSTART:20230101T120000Z\n\
                    RRULE:FREQ=DAILY;COUNT=2\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nSUMMARY:Tea\nSTATUS:CANCELLED\n\
                    RECURRENCE-ID:20230102T120000Z\nDTSTART:20230102T120000Z\nEND:VEVENT\nEND:VCALENDAR\n";
    let output = run_with(&["occurrences", "-", "--zone", "UTC"], calendar.as_bytes());
    let expected =
        "Sunday 1 January 2023, 12:00 (UTC)  Tea\nMonday 2 January 2023, 12:00 (UTC)  Tea  (cancelled)\n";
    assert_eq!((out(&output), err(&output)), (expected.to_owned(), String::new()));
}

#[test]
fn occurrences_as_json() {
    let output =
        team("occurrences", &["--json", "--from", "20230318T000000", "--to", "2023-03-25T00:00:00+01:00"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = json!([
        {
            "uid": "weekly@foo.com", "start": "20230318T160000", "end": "20230318T170000",
            "recurrence_id": "20230317T140000", "zone": "Europe/Berlin"
        },
        { "uid": "holiday@foo.com", "start": "20230320", "end": "20230322", "recurrence_id": null, "zone": null },
        {
            "uid": "weekly@foo.com", "start": "20230324T140000", "end": "20230324T150000",
            "recurrence_id": "20230324T140000", "zone": "Europe/Berlin"
        },
    ]);
    assert_eq!(found, expected);
}

#[test]
fn a_list_cut_short_says_so() {
    let output = team("occurrences", &["--from", "2030-01-01", "--limit", "2"]);
    assert!(output.status.success());
    assert_eq!(out(&output).lines().count(), 2);
    assert!(err(&output).contains("there are more than 2; raise --limit"), "{}", err(&output));
    let exact = team("occurrences", &["--to", "2023-04-01", "--limit", "5"]);
    assert_eq!(err(&exact), "");
}

#[test]
fn many_endless_series_are_listed_by_time() {
    let event = |n: usize| {
        format!(
            "BEGIN:VEVENT\nUID:{n}\nSUMMARY:{n}\nDTSTART:20230101T{:02}0000Z\nRRULE:FREQ=DAILY\nEND:VEVENT\n",
            n % 24
        )
    };
    let events: String = (0..2_000).rev().map(event).collect();
    let calendar = format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
    let output = run_with(&["occurrences", "-", "--limit", "100", "--json"], calendar.as_bytes());
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found.len(), 100);
    assert!(found[..84].iter().all(|one| one["start"] == "20230101T000000Z"), "84 of 2000 begin at midnight");
    assert!(found[84..].iter().all(|one| one["start"] == "20230101T010000Z"));
    assert!(err(&output).contains("there are more than 100"), "{}", err(&output));
}

#[test]
fn a_spent_budget_says_so() {
    let never = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:never\nDTSTART:20230101T000000Z\n\
                 RRULE:FREQ=HOURLY;BYMONTHDAY=2;BYYEARDAY=1\nEND:VEVENT\nEND:VCALENDAR\n";
    let output = run_with(&["occurrences", "-", "--from", "20240101T000000Z"], never.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(out(&output), "");
    assert!(err(&output).contains("never: the search was given up"), "{}", err(&output));
    // DTSTART is an instance, and is given although the search for others was given up.
    let output = run_with(&["occurrences", "-", "--json"], never.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).contains(r#""start":"20230101T000000Z""#), "{}", out(&output));
    assert!(err(&output).contains("never: the search was given up"), "{}", err(&output));
}

#[test]
fn what_cannot_be_expanded_or_placed_says_so() {
    let broken = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20230101T000000Z\nRRULE:FREQ=OFTEN\nEND:VEVENT\n\
                  BEGIN:VEVENT\nUID:2\nDTSTART;TZID=Nowhere/Middle:20230101T120000\nSUMMARY:Lost\nEND:VEVENT\nEND:VCALENDAR\n";
    let output = run_with(&["occurrences", "-"], broken.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    let expected =
        "Sunday 1 January 2023, 12:00 in the time zone “Nowhere/Middle”, which is not known here  Lost\n";
    assert_eq!(out(&output), expected);
    assert!(
        err(&output).contains("FREQ=OFTEN") && err(&output).contains("Nowhere/Middle"),
        "{}",
        err(&output)
    );
}

#[test]
fn show_says_a_calendar_in_words() {
    let output = team("show", &["--zone", "Europe/London"]);
    let text = out(&output);
    assert!(
        text.starts_with("Event: Tea\n  When:    Friday 3 March 2023, 13:00–14:00 (Europe/London)"),
        "{text}"
    );
    for line in [
        "every Friday, 5 times, except on Friday 10 March 2023, 14:00 (dates and times of Europe/Berlin)",
        "Changed: Friday 17 March 2023, 13:00 (Europe/London)",
        "Event: Holiday\n  When: Monday 20 March 2023 – Tuesday 21 March 2023, all day\n",
        "  Repeats: every day (dates and times of UTC)",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn a_zone_at_odds_with_its_name_is_told() {
    let calendar = b"BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\n\
        DTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Tea\r\nDTSTART;TZID=Europe/Berlin:20260701T090000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let told = "the time zone “Europe/Berlin” as defined here differs from Europe/Berlin: UTC+0100 instead of UTC+0200";
    let shown = run_with(&["show", "-", "--zone", "UTC"], calendar);
    assert!(
        out(&shown).contains(&format!("Note: from Wednesday 1 July 2026, 08:00 (UTC) on, {told}")),
        "{shown:?}"
    );
    let listed = run_with(&["occurrences", "-", "--zone", "UTC"], calendar);
    assert!(out(&listed).starts_with("Wednesday 1 July 2026, 08:00 (UTC)"), "{listed:?}");
    assert!(String::from_utf8_lossy(&listed.stderr).contains(told), "{listed:?}");
}

#[test]
fn show_reads_mail_from_standard_input() {
    let mail = std::fs::read(fixture("mail/gmail-reply.eml")).unwrap();
    let output = run_with(&["show", "-", "--json"], &mail);
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown[0]["mail"]["from"], "E <e@baz.net>");
    assert_eq!(shown[0]["calendars"][0]["method"], "REPLY");
    assert_eq!(shown[0]["calendars"][0]["items"][0]["lines"][2]["text"], "E <e@baz.net>: accepted");
}

#[test]
fn components_outside_a_calendar_are_read() {
    let bare = b"BEGIN:VEVENT\nUID:1\nSUMMARY:Bare\nDTSTART:20230303\nEND:VEVENT\n";
    assert_eq!(out(&run_with(&["show", "-"], bare)), "Event: Bare\n  When: Friday 3 March 2023, all day\n");
    assert_eq!(out(&run_with(&["occurrences", "-"], bare)), "Friday 3 March 2023, all day  Bare\n");
}

#[test]
fn show_goes_on_after_a_file_that_cannot_be_read() {
    let (missing, good) = (fixture("ics/missing.ics"), fixture("ics/team.ics"));
    let output = run([OsStr::new("show"), missing.as_os_str(), good.as_os_str()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(out(&output).contains("Event: Holiday"));
    assert_eq!(err(&output).lines().count(), 1);
}

/// Every command that reads a file, up to the file's name.
const EVERY_READER: [&[&str]; 7] = [
    &["fmt"],
    &["occurrences"],
    &["show"],
    &["itip", "validate", "--message"],
    &["itip", "receive", "--as", "a@foo.com", "--message"],
    &["itip", "change", "--as", "a@foo.com", "--before"],
    &["itip", "change", "--as", "a@foo.com", "--after"],
];

#[test]
fn bad_input_is_one_clear_line_and_code_2() {
    let binary: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let cases = [
        (fixture("ics/missing.ics"), "No such file"),
        (fixture("ics"), "directory"),
        (temporary("binary.ics", &binary), "BEGIN:VCALENDAR"),
        (temporary("binary", &binary), "BEGIN:VCALENDAR"),
        (temporary("empty.ics", b""), "empty"),
        (temporary("words.txt", b"hello, world\n"), "BEGIN:VCALENDAR"),
    ];
    for (path, expected) in &cases {
        for command in EVERY_READER {
            let output = run(command.iter().map(OsStr::new).chain([path.as_os_str()]));
            let said = err(&output);
            assert_eq!(output.status.code(), Some(2), "{command:?} {}: {said}", path.display());
            assert_eq!((said.lines().count(), out(&output).as_str()), (1, ""), "{said}");
            assert!(said.starts_with("reefknot: ") && said.contains(expected), "{said}");
        }
    }
}

#[test]
fn more_than_anybody_reads_is_refused_early() {
    let garbage = vec![b'x'; 70 << 20];
    for command in EVERY_READER {
        let output = run_with(&[command, &["-"]].concat(), &garbage);
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert_eq!(err(&output), "reefknot: -: larger than 64 MiB, the most that is read\n");
    }
}

#[test]
fn nothing_on_standard_input_is_empty() {
    for command in EVERY_READER {
        let output = run_with(&[command, &["-"]].concat(), b"");
        assert_eq!(
            (output.status.code(), err(&output).as_str()),
            (Some(2), "reefknot: -: the file is empty\n")
        );
    }
}

/// A limit is told in words of the command, which has none to raise.
#[test]
fn what_exceeds_a_limit_is_to_be_split() {
    let deep = "BEGIN:A\r\n".repeat(40);
    let output = run_with(&["fmt", "-"], deep.as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).ends_with("exceeds the limit of 32 (`depth`); split the file\n"),
        "{}",
        err(&output)
    );
}

/// What never ends is read no further than what is too large, in as little memory as that takes.
#[cfg(target_os = "linux")]
#[test]
fn what_never_ends_is_refused_in_bounded_memory() {
    for command in EVERY_READER {
        let mut child = std::process::Command::new("sh");
        // In kibibytes: the 64 MiB, twice while they grow, and the program itself.
        child.args(["-c", "ulimit -v 400000 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_reefknot")]);
        let output = child.args(command).arg("/dev/zero").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command:?}: {}", err(&output));
        assert_eq!(err(&output), "reefknot: /dev/zero: larger than 64 MiB, the most that is read\n");
    }
}

#[test]
fn wrong_arguments_are_code_2() {
    for arguments in [
        vec!["show"],
        vec!["show", "-", "--zone", "Nowhere/Middle"],
        vec!["occurrences", "-", "--from", "tomorrow"],
        vec!["fmt", "a", "b"],
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!err(&output).is_empty() && out(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = reefknot()
        .args(["occurrences", "--limit", "100000"])
        .arg(fixture("ics/team.ics"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(!err(&output).contains("pipe"), "{}", err(&output));
}

#[test]
fn every_command_has_an_example() {
    for command in ["fmt", "occurrences", "show"] {
        let output = run([command, "--help"]);
        assert!(output.status.success());
        assert!(out(&output).contains("Examples:\n  reefknot "), "{command}");
    }
}
