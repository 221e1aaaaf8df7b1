//! Whether a scheduling message is one, by the restriction tables of RFC 5546 §3.
//!
//! The reader takes almost anything; this module takes only what the standard allows, so
//! that a sender can test what it emits and a receiver can say what is wrong. It looks at
//! one message alone: whether its UID, SEQUENCE and addresses fit an earlier message is
//! for those who hold that message to say. What RFC 5545 says beyond the tables
//! is the business of [`lint`](crate::lint).
//!
//! Properties and components that the tables do not name are extensions, and allowed.

mod component;
mod message;
mod tables;

use std::fmt;

use super::Method;
use crate::ical::{Component, Kind};

/// One rule that a message breaks.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    /// A short name that does not change, such as `property-missing`.
    pub code: &'static str,
    /// What is wrong and what to do about it.
    pub message: String,
    /// The physical line, from 1, if the message was read from text.
    pub line: Option<usize>,
    /// Where the rule stands, such as `RFC 5546 §3.2.2`.
    pub section: &'static str,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{} ({}, {})", self.message, self.code, self.section)
    }
}

/// What [`validate`] found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Validation {
    /// Whether no rule is broken.
    pub valid: bool,
    /// The method, if it is one that iTIP knows.
    pub method: Option<Method>,
    /// The METHOD as written.
    pub method_text: Option<String>,
    /// What the message is about: the first component that can be scheduled.
    pub component: Option<Kind>,
    /// The rules it breaks: those of the calendar first, then component by component. At most 1000 are kept.
    pub violations: Vec<Violation>,
    /// How many more there are.
    pub violations_not_kept: u64,
}

/// Tests a scheduling message against RFC 5546 §3.
///
/// ```
/// use reefknot_core::ical::{Limits, Stream};
/// use reefknot_core::itip::{Method, validate};
///
/// let text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//foo.com//EN\nMETHOD:REPLY\nBEGIN:VEVENT\n\
///             UID:1@foo.com\nDTSTAMP:20261122T090000Z\nORGANIZER:mailto:a@foo.com\n\
///             ATTENDEE;PARTSTAT=ACCEPTED:b@foo.com\nEND:VEVENT\nEND:VCALENDAR\n";
/// let stream = Stream::parse(text.as_bytes(), &Limits::default())?;
/// let found = validate(stream.calendars().next().unwrap());
/// assert_eq!(found.method, Some(Method::Reply));
/// assert!(!found.valid);
/// assert_eq!((found.violations[0].code, found.violations[0].line), ("cal-address", Some(9)));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[must_use]
pub fn validate(calendar: &Component) -> Validation {
    let mut findings = Findings::default();
    let (method_text, method, kind) = message::check(&mut findings, calendar);
    Validation {
        valid: findings.kept.is_empty(),
        method,
        method_text,
        component: kind,
        violations: findings.kept,
        violations_not_kept: findings.not_kept,
    }
}

/// Whether RFC 5546 §3 has a table for a method of a component.
pub(super) fn has_table(method: Method, kind: Kind) -> bool {
    tables::table(method, kind).is_some()
}

/// As many violations as anybody reads; a message of a million broken lines must not cost a million answers.
const MOST: usize = 1000;

/// The violations found so far.
#[derive(Debug, Default)]
struct Findings {
    kept: Vec<Violation>,
    not_kept: u64,
}

impl Findings {
    fn add(&mut self, code: &'static str, section: &'static str, line: Option<usize>, message: String) {
        if self.kept.len() < MOST {
            self.kept.push(Violation { code, message, line, section });
        } else {
            self.not_kept += 1;
        }
    }
}

#[cfg(test)]
mod tests;
