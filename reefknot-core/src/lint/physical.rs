//! The lines as they lie in the file (RFC 5545 §3.1, §3.1.4).

use super::{Code, Findings};

/// Octets of a line, its end not counted.
const LONGEST: usize = 75;

/// What is said once for the whole file: where first, and how often.
#[derive(Default)]
struct Often {
    first: usize,
    times: usize,
}

impl Often {
    fn count(&mut self, line: usize) {
        if self.times == 0 {
            self.first = line;
        }
        self.times += 1;
    }

    fn say(self, findings: &mut Findings, code: Code, what: &str, suggestion: &str) {
        if self.times > 0 {
            let message = format!("a line {what} ({} in all, the first here)", self.times);
            findings.say(code, "RFC 5545 §3.1", Some(self.first), message, suggestion);
        }
    }
}

/// Looks at every physical line.
pub(super) fn check(findings: &mut Findings, bytes: &[u8]) {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if text.len() < bytes.len() {
        findings.say(
            Code::ByteOrderMark,
            "RFC 5545 §3.1",
            Some(1),
            "the file begins with a byte order mark",
            "begin it with BEGIN:VCALENDAR",
        );
    }
    let (mut ends, mut blank, mut long) = (Often::default(), Often::default(), Often::default());
    let (mut rest, mut number) = (text, 0);
    while !rest.is_empty() {
        number += 1;
        let end = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        let skipped = if tail.starts_with(b"\r\n") { 2 } else { tail.len().min(1) };
        if skipped != 2 {
            ends.count(number);
        }
        if line.is_empty() {
            blank.count(number);
        }
        if line.len() > LONGEST {
            long.count(number);
        }
        controls(findings, line, number);
        rest = &tail[skipped..];
    }
    ends.say(findings, Code::LineEnd, "does not end in CR LF", "end each line in CR LF");
    blank.say(findings, Code::BlankLine, "is empty", "take it out");
    long.say(findings, Code::LineTooLong, "is longer than 75 octets", "fold it: CR LF and a space");
}

/// CONTROL stands nowhere in a content line (RFC 5545 §3.1).
fn controls(findings: &mut Findings, line: &[u8], number: usize) {
    let control = line.iter().find(|&&byte| (byte < b' ' && byte != b'\t') || byte == 0x7F);
    if let Some(control) = control {
        let message = format!("the line holds the control character U+{control:04X}");
        findings.say(Code::ControlCharacter, "RFC 5545 §3.1", Some(number), message, "take it out");
    }
}
