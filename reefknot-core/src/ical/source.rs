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
}

impl Source {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, ends_before: OnceLock::new() }
    }

    pub(super) fn slice(&self, span: Span) -> &[u8] {
        &self.bytes[span.start as usize..(span.start + span.len) as usize]
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
    /// As it stands in the input, on one physical line.
    Plain(Span),
    /// As it stands in the input, folded.
    Folded(Span),
    /// Changed or made here; unfolded.
    Owned(Arc<Vec<u8>>),
}

impl Text {
    pub(super) fn owned(bytes: Vec<u8>) -> Self {
        Self::Owned(Arc::new(bytes))
    }

    /// The line without its folds.
    pub(super) fn unfolded<'a>(&'a self, source: &'a Source) -> Cow<'a, [u8]> {
        match self {
            Self::Plain(span) => Cow::Borrowed(source.slice(*span)),
            Self::Folded(span) => Cow::Owned(unfold(source.slice(*span))),
            Self::Owned(bytes) => Cow::Borrowed(bytes),
        }
    }

    /// As [`unfolded`](Self::unfolded), with room to join folds in, for whoever reads many lines.
    pub(super) fn unfolded_in<'a>(&'a self, source: &'a Source, joined: &'a mut Vec<u8>) -> &'a [u8] {
        match self {
            Self::Plain(span) => source.slice(*span),
            Self::Folded(span) => {
                unfold_into(joined, source.slice(*span));
                joined
            }
            Self::Owned(bytes) => bytes,
        }
    }

    /// The line with its folds, if it has any.
    pub(super) fn written<'a>(&'a self, source: &'a Source) -> &'a [u8] {
        match self {
            Self::Plain(span) | Self::Folded(span) => source.slice(*span),
            Self::Owned(line) => line,
        }
    }

    /// Whether the line is a property of that name, in any letter case. Hardly any is unfolded to know.
    pub(super) fn is_named(&self, source: &Source, name: &str) -> bool {
        let written = self.written(source);
        // Most lines differ in the first letter, and those of a meeting of thousands are asked for many names.
        let first = |text: &[u8]| text.first().map(u8::to_ascii_uppercase);
        if first(written) != first(name.as_bytes()) {
            return false;
        }
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
            Self::Plain(span) | Self::Folded(span) => Some(*span),
            Self::Owned(_) => None,
        }
    }

    pub(super) fn offset(&self) -> Option<u32> {
        self.span().map(|span| span.start)
    }
}

/// The semicolon before the first parameter whose name may begin so, in any letter case, in a line with its folds; `None`
/// is certain.
pub(super) fn param_place(written: &[u8], start: &str) -> Option<usize> {
    let first = start.as_bytes().first();
    memchr::memchr_iter(b';', written).find(|at| {
        let name = &written[at + 1..];
        // Most differ in the first letter.
        if name.first().is_some_and(|byte| !byte.is_ascii_whitespace())
            && name.first().map(u8::to_ascii_uppercase) != first.map(u8::to_ascii_uppercase)
        {
            return false;
        }
        // A fold is blank, and so is what some programs write around a name.
        let mut name = name.iter().filter(|byte| !byte.is_ascii_whitespace());
        start.bytes().all(|wanted| name.next().is_some_and(|own| own.eq_ignore_ascii_case(&wanted)))
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
