//! A whole input: any number of calendars, and what was wrong with the text.

use std::fmt;

use super::{Component, Limits, Property};
use crate::Result;

/// Something the reader could not take as it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The physical line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What the reader made of it.
    pub read_as: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}; {}", self.line, self.what, self.read_as)
    }
}

/// An iCalendar stream: usually one VCALENDAR, possibly several (RFC 5545 §3.4).
#[derive(Clone, Debug)]
pub struct Stream {
    pub(super) root: Component,
    pub(super) problems: Vec<Problem>,
    pub(super) problems_not_kept: u64,
}

impl Stream {
    /// Reads a stream, keeping a copy of the bytes.
    ///
    /// # Errors
    /// Only when a limit is exceeded; anything else that is wrong becomes a [`Problem`].
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self> {
        super::parse::parse(bytes, limits)
    }

    /// The calendars, in order.
    pub fn calendars(&self) -> impl Iterator<Item = &Component> {
        self.components().filter(|component| component.is("VCALENDAR"))
    }

    /// The calendars, taken out of the stream.
    pub fn into_calendars(self) -> impl Iterator<Item = Component> {
        self.root.into_components().filter(|component| component.is("VCALENDAR"))
    }

    /// All outermost components, VCALENDAR or not.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.root.components()
    }

    /// The properties that stand outside any component, where RFC 5545 allows none.
    pub fn properties_outside(&self) -> impl Iterator<Item = Property<'_>> {
        self.root.properties()
    }

    /// What could not be read, or could be read only by guessing, in the order of the lines.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many more problems there were than [`Limits::problems`] keeps.
    #[must_use]
    pub fn problems_not_kept(&self) -> u64 {
        self.problems_not_kept
    }

    /// The stream as iCalendar text: folded within 75 octets, lines ended by CRLF.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.root.to_bytes()
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}
