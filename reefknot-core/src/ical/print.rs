//! Components to bytes: physical lines of at most 75 octets, ended by CRLF (RFC 5545 §3.1).
//!
//! What stands in the source as it should is copied, in runs as long as possible: an unchanged calendar
//! is one copy. Everything else is folded anew, at 75 octets and between characters.

use std::ops::Range;

use super::component::Entry;
use super::source::{LINE, Source, Span, Text, unfold};
use super::{Component, parse};

/// Prints a component and everything in it; a nameless one prints only what it holds.
pub(super) fn component(top: &Component) -> Vec<u8> {
    let source = top.source();
    let mut printer = Printer { out: Vec::with_capacity(expected(top)), source, run: 0..0 };
    let mut walk = Vec::new();
    printer.open(top, &mut walk);
    while let Some((component, entries)) = walk.last_mut() {
        let source = component.source();
        match entries.next() {
            Some(Entry::Property(text)) => printer.text(source, text),
            Some(Entry::Unreadable(span)) => printer.line(&unfold(source.slice(*span))),
            Some(Entry::Component(inner)) => printer.open(inner, &mut walk),
            None => {
                printer.close(component);
                walk.pop();
            }
        }
    }
    printer.copy_run();
    if printer.out.starts_with(parse::BYTE_ORDER_MARK) {
        // It stands for itself, and reading must not take it off: it is not in front after a blank line.
        printer.out.splice(..0, *b"\r\n");
    }
    printer.out
}

/// About how many octets a component takes: as many as in its source, and a few more if it was changed.
pub(super) fn expected(top: &Component) -> usize {
    match (top.tidy_range(), top.begin().span(), top.end().and_then(Text::span)) {
        (Some(range), ..) => range.len(),
        (None, Some(begin), Some(end)) => {
            let octets = end.with_line_end().end - begin.start as usize;
            octets + octets / 16
        }
        _ if is_nameless(top) => top.source().bytes.len(),
        _ => 64 * (top.entries().len() + 1),
    }
}

/// Components whose END is still to be printed, and what of them is.
type Walk<'a> = Vec<(&'a Component, std::slice::Iter<'a, Entry>)>;

struct Printer<'a> {
    out: Vec<u8>,
    source: &'a Source,
    /// What of the source is to be copied next.
    run: Range<usize>,
}

impl<'a> Printer<'a> {
    fn open(&mut self, component: &'a Component, walk: &mut Walk<'a>) {
        if let Some(range) = component.tidy_range() {
            self.copy(component.source(), range);
            return;
        }
        if !is_nameless(component) {
            self.text(component.source(), component.begin());
        }
        walk.push((component, component.entries().iter()));
    }

    fn close(&mut self, component: &'a Component) {
        if let Some(end) = component.end() {
            self.text(component.source(), end);
        } else if !is_nameless(component) {
            let begin = component.begin().unfolded(component.source());
            self.line(&[b"END:", parse::begin_name(&begin)].concat());
        }
    }

    fn text(&mut self, source: &'a Source, text: &Text) {
        match text.span() {
            Some(span) if source.is_tidy(span) => self.copy(source, Span::with_line_end(span)),
            _ => self.line(&text.unfolded(source)),
        }
    }

    fn copy(&mut self, source: &'a Source, range: Range<usize>) {
        if range.start != self.run.end || !std::ptr::eq(source, self.source) {
            self.copy_run();
            (self.source, self.run.start) = (source, range.start);
        }
        self.run.end = range.end;
    }

    fn copy_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        self.out.extend_from_slice(&self.source.bytes[run]);
    }

    /// Prints one unfolded line, folding it.
    fn line(&mut self, mut rest: &[u8]) {
        self.copy_run();
        let mut room = LINE;
        while rest.len() > room {
            let cut = boundary(rest, room);
            self.out.extend_from_slice(&rest[..cut]);
            self.out.extend_from_slice(b"\r\n ");
            rest = &rest[cut..];
            room = LINE - 1;
        }
        self.out.extend_from_slice(rest);
        self.out.extend_from_slice(b"\r\n");
    }
}

/// Whether a component is the one around a whole stream.
fn is_nameless(component: &Component) -> bool {
    matches!(component.begin(), Text::Owned(line) if line.is_empty())
}

/// The last place at or before `room` that is not inside a UTF-8 character.
fn boundary(rest: &[u8], room: usize) -> usize {
    // A character is at most four octets; what has no start within that is not UTF-8.
    (room - 3..=room).rev().find(|&at| rest[at] & 0xC0 != 0x80).unwrap_or(room)
}
