use std::time::Duration;

use crate::check::{self, Outcome};
use crate::compare::{Told, compare};
use crate::guard::{Failure, guarded};
use crate::lines::{self, logical};
use crate::{arguments, walk};

fn told(line: usize) -> Told {
    Told { line, problem: String::from("told") }
}

#[test]
fn lines_are_unfolded_and_numbered() {
    let lines = logical(b"\xEF\xBB\xBFA:1\r\n 2\r\n\tcaf\xC3\r\n \xA9\r\n\r\nB:\rC:\n\n");
    let seen: Vec<_> = lines.iter().map(|line| (line.number, line.text.as_slice())).collect();
    assert_eq!(seen, [(1, "A:12café".as_bytes()), (6, b"B:".as_slice()), (7, b"C:")]);
}

#[test]
fn a_content_line_has_a_name_and_a_colon() {
    for (line, expected) in
        [("A:", true), ("A;B=:", true), ("A ;B=1:", true), ("A", false), (":", false), ("a b:", false)]
    {
        assert_eq!(lines::is_content_line(line.as_bytes()), expected, "{line}");
    }
}

#[test]
fn what_is_dropped_added_or_changed_is_found_and_must_be_told() {
    let cases: [(&str, &str, &[usize], &[&str]); 10] = [
        ("A:\nB:\nC:", "A:\nB:\nC:", &[], &[]),
        ("A:\nB:\nC:", "A:\nC:", &[2], &["2 -B: told"]),
        ("A:\nB:\nC:", "A:\nC:", &[3], &["2 -B: LOST"]),
        ("A:\nB:\nC:\n", "A:\nX:\nC:", &[], &["2 -B:+X: LOST"]),
        ("A:\nC:", "A:\nEND:X\nC:\nEND:Y", &[2, 2], &["2 +END:X told", "2 +END:Y told"]),
        ("A:\nC:", "A:\nEND:X\nC:\nEND:Y", &[2], &["2 +END:X told", "2 +END:Y LOST"]),
        ("END:Z\nC:", "END:X\nC:", &[1, 2], &["1 -END:Z told", "2 +END:X told"]),
        ("A:\nC:\n\n", "A:\nEND:X\nC:\nEND:Y", &[3], &["2 +END:X LOST", "2 +END:Y told"]),
        ("A:\nC:", "A:\nX:\nC:", &[2], &["2 +X: LOST"]),
        ("A:\nB:", "B:\nA:", &[], &["1 -A: LOST", "2 +A: LOST"]),
    ];
    for (before, after, problems, expected) in cases {
        let problems: Vec<_> = problems.iter().copied().map(told).collect();
        let (_, differences) = compare(&logical(before.as_bytes()), &logical(after.as_bytes()), &problems);
        let seen: Vec<_> = differences
            .iter()
            .map(|found| {
                let was = found.before.as_deref().map(|text| format!("-{text}")).unwrap_or_default();
                let is = found.after.as_deref().map(|text| format!("+{text}")).unwrap_or_default();
                format!("{} {was}{is} {}", found.line, found.told.as_deref().unwrap_or("LOST"))
            })
            .collect();
        assert_eq!(seen, expected, "{before:?} {after:?}");
    }
}

#[test]
fn each_text_has_its_outcome() {
    let cases: [(&[u8], Outcome); 5] = [
        (b"BEGIN:VCALENDAR\nX:caf\xC3\n \xA9\nEND:VCALENDAR\n", Outcome::Kept),
        (b"BEGIN:VCALENDAR\nno colon\nX:\xFF\0\nEND:VCALENDAR\n", Outcome::Told),
        (b"BEGIN:VCALENDAR\nEND:VEVENT\nBEGIN:VEVENT\n", Outcome::Mended),
        (&b"BEGIN:A\n".repeat(40), Outcome::Refused),
        (b"", Outcome::Kept),
    ];
    for (text, outcome) in cases {
        let checked = check::text(text);
        assert_eq!(checked.outcome, outcome, "{checked:?}");
    }
    assert_eq!(lines::ill_printed(b"A:\r\n"), None);
    assert!(lines::ill_printed(b"A:\n").is_some());
    assert!(lines::ill_printed(&[&[b'A'; 76][..], b"\r\n"].concat()).is_some());
}

#[test]
fn panics_and_hangs_are_answers() {
    let long = Duration::from_secs(60);
    assert_eq!(guarded(long, || 1), Ok(1));
    let panicked: Result<(), _> = guarded(long, || panic!("at line {}", 7));
    assert_eq!(panicked, Err(Failure::Panicked(String::from("at line 7"))));
    let (held, waits) = std::sync::mpsc::channel::<()>();
    let hung = guarded(Duration::from_millis(1), move || waits.recv());
    assert_eq!(hung, Err(Failure::Hung));
    drop(held);
}

#[test]
fn folders_and_arguments_are_checked() {
    let given = |words: &[&str]| arguments(words.iter().map(ToString::to_string));
    let all = given(&["--python", "x", "--json"]).unwrap().unwrap();
    assert!(all.python && all.json && all.folder.as_os_str() == "x");
    assert!(given(&["--help"]).unwrap().is_none());
    for (words, problem) in
        [(&[][..], "no folder given"), (&["--all"], "no option `--all`"), (&["x", "y"], "`y` is a second")]
    {
        assert!(given(words).err().unwrap().contains(problem), "{words:?}");
    }
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(walk::files(&here.join("nowhere")).unwrap_err().contains("does not exist"));
    assert!(walk::files(&here.join("Cargo.toml")).unwrap_err().contains("is not a folder"));
    assert_eq!(walk::files(here).unwrap().calendars.len(), 0);
    assert!(walk::files(here).unwrap().others > 5);
}
