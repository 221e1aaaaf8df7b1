//! Whether a calendar says what RFC 5545 allows it to say, in the way it allows.
//!
//! The reader takes what it can; this module tells the writer what to mend. It looks at
//! the bytes (§3.1), at parameters (§3.2), at values (§3.3), at which component stands
//! where with which properties (§3.6, and what RFC 7953, 7986, 9073, 9074 and 9253 add), and
//! at how the properties of a component fit together (§3.8). What stands where is told by the
//! tables of the layer `registry`. Extensions are allowed, and so are unknown values of open
//! lists. The rules for scheduling messages are in [`itip::validate`](mod@crate::itip::validate).

mod alarm;
mod calendar;
mod code;
mod entity;
mod params;
mod physical;
mod rules;
pub(crate) mod syntax;
mod times;

use std::fmt;

use crate::Result;
use crate::ical::{Limits, Stream};

pub use code::{Code, Severity};

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The rule it is about.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The physical line, from 1.
    pub line: usize,
    /// Where the rule stands, such as `RFC 5545 §3.6.1`.
    pub section: &'static str,
    /// What to do about it.
    pub suggestion: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, message, line, section, suggestion, severity: _ } = self;
        write!(f, "line {line}: {message}; {suggestion} ({code}, {section})")
    }
}

/// What [`lint`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// The findings in the order of the lines.
    pub findings: Vec<Finding>,
    /// How many more there were than [`Limits::problems`] keeps.
    pub not_kept: u64,
}

impl Report {
    /// Whether there is nothing to mend.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Tests a stream of calendars against RFC 5545.
///
/// ```
/// use reefknot_core::ical::Limits;
/// use reefknot_core::lint::lint;
///
/// let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//foo.com//EN\r\nBEGIN:VEVENT\r\n\
///             UID:1@foo.com\r\nDTSTAMP:20261122T090000Z\r\nDTSTART:20261201T090000Z\r\n\
///             DTEND:20261201T080000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let report = lint(text.as_bytes(), &Limits::default())?;
/// assert_eq!(
///     report.findings[0].to_string(),
///     "line 8: DTEND is not after DTSTART; write a later one (end-before-start, RFC 5545 §3.8.2.2)"
/// );
/// # Ok::<(), reefknot_core::Error>(())
/// ```
///
/// # Errors
/// Only when a limit is exceeded.
pub fn lint(bytes: &[u8], limits: &Limits) -> Result<Report> {
    let stream = Stream::parse(bytes, limits)?;
    let mut findings =
        Findings { kept: Vec::new(), most: limits.problems, not_kept: stream.problems_not_kept() };
    physical::check(&mut findings, bytes);
    for problem in stream.problems() {
        let (code, section, suggestion) = if problem.what == "is not UTF-8" {
            (Code::Charset, "RFC 5545 §3.1.4", "save the file as UTF-8")
        } else {
            let suggestion = "write lines as NAME:value, and END each component that you BEGIN";
            (Code::Unreadable, "RFC 5545 §3.1", suggestion)
        };
        let message = format!("the line {}; it was {}", problem.what, problem.read_as);
        findings.say(code, section, Some(problem.line), message, suggestion);
    }
    calendar::check_stream(&mut findings, &stream);
    let mut report = Report { findings: findings.kept, not_kept: findings.not_kept };
    report.findings.sort_by_key(|finding| finding.line);
    Ok(report)
}

/// The findings so far, as many as are kept.
#[derive(Debug)]
struct Findings {
    kept: Vec<Finding>,
    most: u64,
    not_kept: u64,
}

impl Findings {
    fn say(
        &mut self,
        code: Code,
        section: &'static str,
        line: Option<usize>,
        message: impl Into<String>,
        suggestion: impl Into<String>,
    ) {
        if self.kept.len() as u64 >= self.most {
            self.not_kept += 1;
            return;
        }
        // Whatever is looked at here was read from text, so that it has a line.
        let line = line.unwrap_or(1);
        let (severity, message, suggestion) = (code.severity(), message.into(), suggestion.into());
        self.kept.push(Finding { code, severity, message, line, section, suggestion });
    }
}

#[cfg(test)]
mod tests;
