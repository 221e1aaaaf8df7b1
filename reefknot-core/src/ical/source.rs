//! The shared input and the ranges into it.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// The bytes that a document was read from.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) bytes: Vec<u8>,
    line_starts: OnceLock<Vec<u32>>,
}

impl Source {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, line_starts: OnceLock::new() }
    }

    pub(super) fn slice(&self, span: Span) -> &[u8] {
        &self.bytes[span.start as usize..(span.start + span.len) as usize]
    }

    /// The line number, from 1, of an offset. CRLF, LF and a lone CR each end a line.
    pub(super) fn line_of(&self, offset: u32) -> usize {
        let starts = self.line_starts.get_or_init(|| {
            let mut starts = vec![0];
            for at in memchr::memchr2_iter(b'\r', b'\n', &self.bytes) {
                if self.bytes[at] == b'\n' || self.bytes.get(at + 1) != Some(&b'\n') {
                    starts.push(at as u32 + 1);
                }
            }
            starts
        });
        starts.partition_point(|&start| start <= offset)
    }
}

/// A range of a [`Source`]: one content line, its folds included, its line end not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) len: u32,
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

    pub(super) fn offset(&self) -> Option<u32> {
        match self {
            Self::Plain(span) | Self::Folded(span) => Some(span.start),
            Self::Owned(_) => None,
        }
    }
}

/// Joins a folded line: every line end followed by a space or a tab goes, and so do blank
/// lines in between (RFC 5545 §3.1). Works on bytes, so a fold inside a character is mended.
pub(super) fn unfold(folded: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(folded.len());
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
    line
}
