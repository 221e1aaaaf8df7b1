//! Bytes to components, in one pass and without recursion.

use std::borrow::Cow;
use std::sync::Arc;

use super::component::Entry;
use super::lex::Split;
use super::limits::MAX_DEPTH;
use super::source::{Initial, Source, Span, Text, is_tidy, unfold_into};
use super::{Component, Limits, Problem, Stream, lex};
use crate::{Error, Result};

/// U+FEFF in UTF-8, which some editors put in front.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) fn parse(bytes: &[u8], limits: &Limits) -> Result<Stream> {
    let most = limits.bytes.min(u64::from(u32::MAX) - 1);
    if bytes.len() as u64 > most {
        return Err(Error::limit("bytes", format!("an input of {} octets", bytes.len()), most));
    }
    let source = Arc::new(Source::new(bytes.to_vec()));
    let mut reader = Reader::new(&source, limits);
    reader.read()?;
    Ok(reader.finish())
}

/// A component whose END has not come yet.
struct Open<'a> {
    begin: Text,
    /// Kept beside the line, which may be long and is asked for its name by every END.
    name: Cow<'a, [u8]>,
    /// How many of [`Reader::entries`] belong to the components around it.
    before: usize,
    properties: u64,
    attendees: u64,
}

impl<'a> Open<'a> {
    fn new(begin: Text, name: Cow<'a, [u8]>, before: usize) -> Self {
        Self { begin, name, before, properties: 0, attendees: 0 }
    }
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    limits: &'a Limits,
    /// Whether the whole input is UTF-8, so that no line needs to be looked at.
    all_utf8: bool,
    lines: u64,
    /// From where on, at the earliest, everything so far stands as it would be printed.
    tidy_from: usize,
    open: Vec<Open<'a>>,
    /// What the open components hold, innermost last, so that each is allocated once and whole.
    entries: Vec<Entry>,
    /// Where folded lines are joined, one after the other.
    joined: Vec<u8>,
    problems: Vec<Problem>,
    problems_not_kept: u64,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Arc<Source>, limits: &'a Limits) -> Self {
        let bytes = &source.bytes;
        Self {
            source,
            limits,
            all_utf8: std::str::from_utf8(bytes).is_ok(),
            lines: 0,
            tidy_from: 0,
            open: vec![Open::new(Text::owned(Vec::new()), Cow::Borrowed(&[]), 0)],
            entries: Vec::new(),
            joined: Vec::new(),
            problems: Vec::new(),
            problems_not_kept: 0,
        }
    }

    fn read(&mut self) -> Result<()> {
        let bytes = &self.source.bytes;
        let mut at = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        while at < bytes.len() {
            if matches!(bytes[at], b'\r' | b'\n') {
                at += 1;
                self.tidy_from = at;
                continue;
            }
            let start = at;
            let (mut end, mut next) = self.physical_end(at);
            let mut folded = false;
            // A continuation may come after blank lines (some programs double their CRs).
            while let Some((more_end, more_next)) = self.continuation(next) {
                (end, next) = (more_end, more_next);
                folded = true;
            }
            at = next;
            self.line(Span { start: start as u32, len: (end - start) as u32 }, folded)?;
        }
        Ok(())
    }

    /// Where the physical line from `at` ends, and where the next one begins.
    fn physical_end(&mut self, at: usize) -> (usize, usize) {
        let bytes = &self.source.bytes;
        let end = memchr::memchr2(b'\r', b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found);
        if !is_tidy(bytes, at..end) {
            self.tidy_from = at + 1;
        }
        let next = if bytes[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
        (end, next.min(bytes.len()))
    }

    /// The end of a continuation line that begins at `next`, past any blank lines.
    fn continuation(&mut self, next: usize) -> Option<(usize, usize)> {
        let bytes = &self.source.bytes;
        let mut at = next;
        while matches!(bytes.get(at), Some(b'\r' | b'\n')) {
            at += 1;
            self.tidy_from = at;
        }
        matches!(bytes.get(at), Some(b' ' | b'\t')).then(|| self.physical_end(at))
    }

    fn line(&mut self, span: Span, folded: bool) -> Result<()> {
        self.lines += 1;
        self.within(span, "lines", self.lines, self.limits.lines, "the number of content lines")?;
        let source: &'a Source = self.source;
        if !folded {
            let line = source.slice(span);
            return self.unfolded(span, Text::Plain(span, Initial::of(line)), line);
        }
        let written = source.slice(span);
        if let Some(split) = self.split_folded(written) {
            self.check(span, written, split)?;
            return self.property(span, Text::Folded(span, Initial::of(written)), &written[..split.name]);
        }
        let mut joined = std::mem::take(&mut self.joined);
        unfold_into(&mut joined, source.slice(span));
        let done = self.unfolded(span, Text::Folded(span, Initial::of(&joined)), &joined);
        self.joined = joined;
        done
    }

    /// The parts of a folded property, where they can be told before it is joined: most are folded behind the name.
    fn split_folded(&self, written: &[u8]) -> Option<Split> {
        let is_within = self.all_utf8 && written.len() as u64 <= self.limits.line_bytes;
        let split = lex::split(written).filter(|_| is_within)?;
        let name = &written[..split.name];
        let is_bound = [b"BEGIN".as_slice(), b"END"].iter().any(|bound| name.eq_ignore_ascii_case(bound));
        (matches!(written[split.name], b':' | b';') && !is_bound).then_some(split)
    }

    fn unfolded(&mut self, span: Span, text: Text, line: &[u8]) -> Result<()> {
        self.within(
            span,
            "line_bytes",
            line.len() as u64,
            self.limits.line_bytes,
            "the length of a content line",
        )?;
        if !self.all_utf8 && std::str::from_utf8(line).is_err() {
            self.problem(span, "is not UTF-8", "kept; unreadable characters are shown as \u{FFFD}");
        }
        let Some(split) = lex::split(line) else {
            return self.unreadable(span, &text, line);
        };
        self.check(span, line, split)?;
        let name = &line[..split.name];
        if name.eq_ignore_ascii_case(b"BEGIN") {
            return self.begin(span, text, line[split.value..].trim_ascii());
        }
        if name.eq_ignore_ascii_case(b"END") {
            self.end(span, text, line[split.value..].trim_ascii());
            return Ok(());
        }
        self.property(span, text, name)
    }

    fn property(&mut self, span: Span, text: Text, name: &[u8]) -> Result<()> {
        if self.open.len() == 1 {
            self.problem(span, "is a property outside any component", "kept where it stands");
        }
        let is_attendee = name.eq_ignore_ascii_case(b"ATTENDEE");
        self.entry(span, Entry::Property(text), is_attendee)
    }

    /// Tells of a quote that does not close, and holds `;NAME=value;NAME=value` to its limit.
    fn check(&mut self, span: Span, line: &[u8], split: Split) -> Result<()> {
        if split.open_quote {
            self.problem(span, "has a quote that does not close", "closed at the next colon");
        }
        let (written, limit) = (&line[split.name..split.value - 1], self.limits.parameters);
        // Each takes an octet at the least, so that most lines need no counting.
        if written.len() as u64 <= limit {
            return Ok(());
        }
        let count = lex::split_unquoted(b';', written).count() as u64 - 1;
        self.within(span, "parameters", count, limit, "the number of parameters of a property")
    }

    fn entry(&mut self, span: Span, entry: Entry, is_attendee: bool) -> Result<()> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        self.entries.push(entry);
        open.properties += 1;
        open.attendees += u64::from(is_attendee);
        let (properties, attendees, limits) = (open.properties, open.attendees, self.limits);
        self.within(
            span,
            "attendees",
            attendees,
            limits.attendees,
            "the number of attendees of a component",
        )?;
        self.within(
            span,
            "properties",
            properties,
            limits.properties,
            "the number of properties of a component",
        )
    }

    fn unreadable(&mut self, span: Span, text: &Text, line: &[u8]) -> Result<()> {
        self.tidy_from = span.start as usize + 1;
        let bare = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii_start();
        if bare.len() < line.len() && lex::split(bare).is_some() {
            self.problem(span, "begins with spaces or a byte order mark", "read without them");
            let skipped = (line.len() - bare.len()) as u32;
            let rest = Span { start: span.start + skipped, len: span.len - skipped };
            return self.line(rest, matches!(text, Text::Folded(..)));
        }
        self.problem(span, "is not a content line (`NAME:value`)", "kept as it is, without meaning");
        self.entry(span, Entry::Unreadable(span), false)
    }

    fn begin(&mut self, span: Span, begin: Text, name: &[u8]) -> Result<()> {
        let source: &'a Source = self.source;
        let name = match &begin {
            Text::Plain(span, _) => Cow::Borrowed(begin_name(source.slice(*span))),
            Text::Folded(..) | Text::Owned(_) => Cow::Owned(name.to_vec()),
        };
        self.open.push(Open::new(begin, name, self.entries.len()));
        let depth = self.limits.depth.min(MAX_DEPTH);
        self.within(span, "depth", self.open.len() as u64 - 1, depth, "the depth of nested components")
    }

    fn end(&mut self, span: Span, end: Text, name: &[u8]) {
        let matching = self.open.iter().skip(1).rposition(|open| open.name.eq_ignore_ascii_case(name));
        let Some(matching) = matching.map(|at| at + 1) else {
            // Printed back, it could close a component that this one is put into.
            self.tidy_from = span.start as usize + 1;
            self.problem(span, &format!("ends `{}`, which is not open", shown(name)), "skipped");
            return;
        };
        while self.open.len() > matching + 1 {
            self.close_unfinished(span);
        }
        self.close(Some(end));
    }

    /// Closes the innermost component although its END is missing.
    fn close_unfinished(&mut self, before: Span) {
        self.tidy_from = before.start as usize + 1;
        if let Some(open) = self.open.last() {
            let name = shown(&open.name);
            let began = open.begin.offset().map_or(0, |offset| self.source.line_of(offset));
            self.problem(before, &format!("comes before the END of `{name}` (line {began})"), "closed here");
        }
        self.close(None);
    }

    fn close(&mut self, end: Option<Text>) {
        if self.open.len() < 2 {
            return;
        }
        if let Some(open) = self.open.pop() {
            let component = self.component(open, end);
            self.entries.push(Entry::Component(Box::new(component)));
        }
    }

    fn component(&mut self, open: Open<'a>, end: Option<Text>) -> Component {
        let entries = self.entries.drain(open.before..).collect();
        let is_tidy = open.begin.offset().is_some_and(|begin| begin as usize >= self.tidy_from);
        Component::from_parts(Arc::clone(self.source), open.begin, end, entries, is_tidy)
    }

    fn finish(mut self) -> Stream {
        let last = Span { start: self.source.bytes.len().saturating_sub(1) as u32, len: 0 };
        while self.open.len() > 1 {
            self.close_unfinished(last);
        }
        let root = match self.open.pop() {
            Some(open) => self.component(open, None),
            None => Component::empty_root(),
        };
        Stream { root, problems: self.problems, problems_not_kept: self.problems_not_kept }
    }

    /// An error where `value` exceeds a limit, with the line at which it does.
    fn within(&self, span: Span, name: &'static str, value: u64, limit: u64, what: &str) -> Result<()> {
        if value <= limit {
            return Ok(());
        }
        Err(Error::limit(name, format!("line {}: {what}", self.source.line_of(span.start)), limit))
    }

    fn problem(&mut self, span: Span, what: &str, read_as: &str) {
        if self.problems.len() as u64 >= self.limits.problems {
            self.problems_not_kept += 1;
            return;
        }
        let line = self.source.line_of(span.start);
        self.problems.push(Problem { line, what: what.to_owned(), read_as: read_as.to_owned() });
    }
}

/// The component's name in a BEGIN line.
pub(super) fn begin_name(line: &[u8]) -> &[u8] {
    lex::split(line).map_or(&[], |split| line[split.value..].trim_ascii())
}

/// A name from the input, fit for a message: short, and without control characters.
fn shown(name: &[u8]) -> String {
    const MOST: usize = 40;
    let text = String::from_utf8_lossy(&name[..name.len().min(4 * MOST + 4)]);
    let mut shown: String = text
        .chars()
        .take(MOST)
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
