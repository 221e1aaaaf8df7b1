//! The cases of RFC 5546 and RFC 6638 in `fixtures/itip/`, each played from its first step to its last.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod play;
mod script;
mod tables;

use std::path::{Path, PathBuf};

use script::{Case, Read};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/itip").join(name)
}

/// Plays every case of every `.txt` file of a folder, and tells all that fail.
fn play_all(folder: &Path, play: fn(&Case) -> Read<()>) {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ext| ext == "txt"));
    files.sort();
    assert!(!files.is_empty(), "no cases in {}", folder.display());
    let (mut played, mut failed) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let cases = script::read(&text).unwrap_or_else(|what| panic!("{name}: {what}"));
        for case in &cases {
            played += 1;
            if let Err(what) = play(case) {
                failed.push(format!("{name}: {} ({})\n{what}\n", case.name, case.source));
            }
        }
    }
    assert!(failed.is_empty(), "{} of {played} cases fail\n\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_case_ends_as_the_standards_say() {
    play_all(&folder("cases"), play::play);
}

#[test]
fn every_row_of_the_tables_of_rfc_5546_is_enforced() {
    let text = std::fs::read_to_string(folder("tables.txt")).unwrap();
    let wrong = tables::check(&text);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const LUNCH: &str = "\
== A invites B
RFC 5546 §3.2.2
a@foo.com creates
    BEGIN:VEVENT
    UID:lunch@foo.com
    DTSTAMP:20261101T070000Z
    DTSTART:20261202T110000Z
    ORGANIZER:mailto:a@foo.com
    ATTENDEE:mailto:b@foo.com
    END:VEVENT
";

/// The test of the test: whatever a case says that is not so, or does not say, makes it fail.
#[test]
fn a_wrong_case_fails_and_says_where() {
    let answer = "  > allowed, as organizer\n";
    let sent = "  > sends REQUEST to b@foo.com: invitation, SEQUENCE 0\n";
    let held = "  > answers: b@foo.com NEEDS-ACTION\n";
    let right = format!("{LUNCH}{answer}{sent}{held}");
    let ends = |text: &str| script::read(text).and_then(|cases| cases.iter().try_for_each(play::play));
    ends(&right).unwrap();
    for (wrong, says) in [
        (LUNCH.to_owned(), "line 3: begin with the one answer"),
        (right.replace("creates", "paints"), "line 3: no step is written `a@foo.com paints`"),
        (right.replace("> answers", "> wonders"), "line 13: no expectation is written"),
        (right.replace("allowed", "applied"), "line 11: disposition and role"),
        (right.replace("allowed", "aloud"), "line 11: unknown variant `aloud`"),
        (right.replace("SEQUENCE 0", "SEQUENCE 1"), "line 12: SEQUENCE of the message"),
        (right.replace("to b@foo.com", "to c@bar.com"), "line 12: no REQUEST is sent to"),
        (right.replace("NEEDS-ACTION", "ACCEPTED"), "line 13: answers"),
        (right.replace(sent, ""), "line 3: more is sent than expected: REQUEST to mailto:b@foo.com"),
        (right.replace(held, ""), "line 3: what is stored afterwards is not said"),
        (
            right.replace(sent, &format!("{sent}      has SUMMARY:Tea\n")),
            "line 12: no line says `SUMMARY:Tea`",
        ),
        (right.replace(sent, &format!("{sent}      lacks UID\n")), "line 12: there is UID in"),
        (right.replace(sent, &format!("{sent}      shows UID\n")), "line 13: a detail begins with"),
        (format!("{right}  > because thirst\n"), "line 14: no such reason"),
        (format!("{right}  > tells everything\n"), "line 14: the user is not told"),
        (format!("{right}  > stays as it was\n"), "line 14: object"),
        (right.replace("RFC 5546 §3.2.2", "somewhere"), "line 1: the line after the name cites"),
        (format!("{right}c@bar.com gets REQUEST\n{answer}"), "line 14: no REQUEST is on its way to"),
    ] {
        let what = ends(&wrong).unwrap_err();
        assert!(what.starts_with(says), "{what}\n\nexpected: {says}");
    }
}
