//! The shared input and the ranges into it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::lex;

/// Octets of a physical line, its end not counted (RFC 5545 §3.1).
pub(super) const LINE: usize = 75;

/// How far line ends are counted anew for a line number; an index of every line could outgrow the input.
const STRIDE: usize = 1024;

/// The bytes that a document was read from.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) bytes: Vec<u8>,
    /// How many lines end before each stretch of [`STRIDE`] octets, once somebody asks for a line number.
    ends_before: OnceLock<Vec<u32>>,
    /// Whether it was written here, so that its lines have no numbers that anybody knows.
    is_made: bool,
}

impl Source {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, ends_before: OnceLock::new(), is_made: false }
    }

    /// Lines that were written here.
    pub(super) fn made(bytes: Vec<u8>) -> Self {
        Self { is_made: true, ..Self::new(bytes) }
    }

    pub(super) fn slice(&self, span: Span) -> &[u8] {
        &self.bytes[span.start as usize..(span.start + span.len) as usize]
    }

    /// As [`line_of`](Self::line_of), where there is a text that somebody may look at.
    pub(super) fn line_read(&self, offset: u32) -> Option<usize> {
        (!self.is_made).then(|| self.line_of(offset))
    }

    /// The line number, from 1, of an offset. CRLF, LF and a lone CR each end a line.
    pub(super) fn line_of(&self, offset: u32) -> usize {
        let ends_before = self.ends_before.get_or_init(|| {
            let mut ends = 0;
            let stretches = (0..self.bytes.len()).step_by(STRIDE);
            stretches
                .map(|start| {
                    let before = ends;
                    ends += self.ends_in(start..self.bytes.len().min(start + STRIDE)) as u32;
                    before
                })
                .collect()
        });
        let (stretch, offset) = (offset as usize / STRIDE, offset as usize);
        let before = ends_before.get(stretch).map_or(0, |&ends| ends as usize);
        before + self.ends_in(stretch * STRIDE..offset) + 1
    }

    /// Whether printing would write the line, its folds and its end just as they stand here.
    pub(super) fn is_tidy(&self, span: Span) -> bool {
        let end = (span.start + span.len) as usize;
        let mut start = span.start as usize;
        while let Some(at) = memchr::memchr2(b'\r', b'\n', &self.bytes[start..end]) {
            let next = start + at + 2;
            if !is_tidy(&self.bytes, start..start + at) || self.bytes.get(next) != Some(&b' ') {
                return false;
            }
            start = next;
        }
        is_tidy(&self.bytes, start..end)
    }

    fn ends_in(&self, range: Range<usize>) -> usize {
        let start = range.start;
        let ends = memchr::memchr2_iter(b'\r', b'\n', &self.bytes[range]);
        ends.filter(|at| self.bytes[start + at] == b'\n' || self.bytes.get(start + at + 1) != Some(&b'\n'))
            .count()
    }
}

/// Whether a physical line is ended by CRLF, is no longer than it may be, and continues another, if it
/// does, behind a space and at the start of a character (RFC 5545 §3.1).
pub(super) fn is_tidy(bytes: &[u8], line: Range<usize>) -> bool {
    let begins_well = match &bytes[line.clone()] {
        [] | [b' '] | [b'\t', ..] => false,
        [b' ', second, ..] => second & 0xC0 != 0x80,
        [..] => true,
    };
    begins_well && line.len() <= LINE && bytes[line.end..].starts_with(b"\r\n")
}

/// A range of a [`Source`]: one content line, its folds included, its line end not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
}

impl Span {
    /// Where a line and the CRLF behind it lie.
    pub(super) const fn with_line_end(self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize + 2
    }
}

/// One content line: still in the input, or owned because somebody changed it.
#[derive(Clone, Debug)]
pub(super) enum Text {
    /// As it stands in the source, on one physical line.
    Plain(Span, Initial),
    /// As it stands in the source, folded.
    Folded(Span, Initial),
    /// Changed or made here; unfolded.
    Owned(Arc<Vec<u8>>),
}

/// The first letter of a line in upper case, kept beside where it stands: most lines differ from a name in that, and those
/// of a meeting of thousands are asked for many names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Initial(u8);

impl Initial {
    pub(super) fn of(line: &[u8]) -> Self {
        Self(line.first().map_or(0, u8::to_ascii_uppercase))
    }
}

impl Text {
    pub(super) fn owned(bytes: Vec<u8>) -> Self {
        Self::Owned(Arc::new(bytes))
    }

    /// The line without its folds.
    pub(super) fn unfolded<'a>(&'a self, source: &'a Source) -> Cow<'a, [u8]> {
        match self {
            Self::Plain(span, _) => Cow::Borrowed(source.slice(*span)),
            Self::Folded(span, _) => Cow::Owned(unfold(source.slice(*span))),
            Self::Owned(bytes) => Cow::Borrowed(bytes),
        }
    }

    /// As [`unfolded`](Self::unfolded), with room to join folds in, for whoever reads many lines.
    pub(super) fn unfolded_in<'a>(&'a self, source: &'a Source, joined: &'a mut Vec<u8>) -> &'a [u8] {
        match self {
            Self::Plain(span, _) => source.slice(*span),
            Self::Folded(span, _) => {
                unfold_into(joined, source.slice(*span));
                joined
            }
            Self::Owned(bytes) => bytes,
        }
    }

    /// The line with its folds, if it has any.
    pub(super) fn written<'a>(&'a self, source: &'a Source) -> &'a [u8] {
        match self {
            Self::Plain(span, _) | Self::Folded(span, _) => source.slice(*span),
            Self::Owned(line) => line,
        }
    }

    /// Whether the line is a property of that name, in any letter case. Hardly any is looked at to know.
    #[inline]
    pub(super) fn is_named(&self, source: &Source, name: &str) -> bool {
        let initial = match self {
            Self::Plain(_, initial) | Self::Folded(_, initial) => *initial,
            Self::Owned(line) => Initial::of(line),
        };
        initial == Initial::of(name.as_bytes()) && self.begins_with(source, name)
    }

    /// As [`is_named`](Self::is_named), whatever the first letter is. Hardly any is unfolded to know.
    fn begins_with(&self, source: &Source, name: &str) -> bool {
        let written = self.written(source);
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let (start, rest) = written.split_at(name.len().min(written.len()));
        match rest.first().filter(|next| !is_end(next)) {
            Some(next) if lex::is_same_name(start, name) => !lex::is_name_byte(*next),
            // A fold inside the name, or right behind it.
            next if next.is_none() || start.iter().any(is_end) => {
                let line = self.unfolded(source);
                lex::split(&line).is_some_and(|split| lex::is_same_name(&line[..split.name], name))
            }
            _ => false,
        }
    }

    pub(super) fn span(&self) -> Option<Span> {
        match self {
            Self::Plain(span, _) | Self::Folded(span, _) => Some(*span),
            Self::Owned(_) => None,
        }
    }

    pub(super) fn offset(&self) -> Option<u32> {
        self.span().map(|span| span.start)
    }
}

/// How the names of the parameters begin that are between a client and its server (RFC 6638 §7).
pub(super) const SCHEDULE: &str = "SCHEDULE-";

/// The semicolon before the first parameter whose name may begin with [`SCHEDULE`], in any letter case, in a line with its
/// folds; `None` is certain.
pub(super) fn schedule_place(written: &[u8]) -> Option<usize> {
    // A fold is blank, and so is what some programs write around a name.
    let filled = |(_, byte): &(usize, &u8)| !byte.is_ascii_whitespace();
    let is = |found: Option<(usize, &u8)>, wanted: u8| {
        found.filter(|(_, byte)| byte.eq_ignore_ascii_case(&wanted)).map(|(at, _)| at)
    };
    // Of the letters in it this is the one that is rarest in the line of an attendee.
    memchr::memchr2_iter(b'H', b'h', written).find_map(|at| {
        // As nearly all write it.
        let start = at.wrapping_sub(3);
        if written.get(start..).is_some_and(|rest| rest.starts_with(b";SCHEDULE-")) {
            return Some(start);
        }
        let mut before = written[..at].iter().enumerate().rev().filter(filled);
        is(before.next(), b'C')?;
        is(before.next(), b'S')?;
        let place = is(before.next(), b';')?;
        let mut behind = written[at + 1..].iter().enumerate().filter(filled);
        b"EDULE-".iter().all(|wanted| is(behind.next(), *wanted).is_some()).then_some(place)
    })
}

/// Joins a folded line: every line end followed by a space or a tab goes, and so do blank
/// lines in between (RFC 5545 §3.1). Works on bytes, so a fold inside a character is mended.
pub(super) fn unfold(folded: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(folded.len());
    unfold_into(&mut line, folded);
    line
}

/// As [`unfold`], with a line to write to.
pub(super) fn unfold_into(line: &mut Vec<u8>, folded: &[u8]) {
    line.clear();
    unfold_onto(line, folded);
}

/// As [`unfold`], behind what a line already holds.
pub(super) fn unfold_onto(line: &mut Vec<u8>, folded: &[u8]) {
    let mut rest = folded;
    while let Some(at) = memchr::memchr2(b'\r', b'\n', rest) {
        line.extend_from_slice(&rest[..at]);
        let mut next = at;
        while matches!(rest.get(next), Some(b'\r' | b'\n')) {
            next += 1;
        }
        // The reader only calls a line folded where a space or a tab follows.
        rest = rest.get(next + 1..).unwrap_or_default();
    }
    line.extend_from_slice(rest);
}
