//! Bytes to components, in one pass and without recursion.

use std::sync::Arc;

use super::component::Entry;
use super::limits::MAX_DEPTH;
use super::source::{Source, Span, Text, unfold};
use super::{Component, Limits, Problem, Stream, lex};
use crate::{Error, Result};

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
struct Open {
    begin: Text,
    entries: Vec<Entry>,
    attendees: u64,
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    limits: &'a Limits,
    /// Whether the whole input is UTF-8, so that no line needs to be looked at.
    all_utf8: bool,
    /// Whether some line ends in a CR without LF, so that both must be looked for.
    lone_cr: bool,
    lines: u64,
    open: Vec<Open>,
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
            lone_cr: memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n')),
            lines: 0,
            open: vec![Open { begin: Text::owned(Vec::new()), entries: Vec::new(), attendees: 0 }],
            problems: Vec::new(),
            problems_not_kept: 0,
        }
    }

    fn read(&mut self) -> Result<()> {
        let bytes = &self.source.bytes;
        let mut at = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        while at < bytes.len() {
            let start = at;
            let (mut end, mut next) = self.physical_end(at);
            let mut folded = false;
            // A continuation may come after blank lines (some programs double their CRs).
            while let Some((more_end, more_next)) = self.continuation(next).filter(|_| end > start) {
                (end, next) = (more_end, more_next);
                folded = true;
            }
            at = next;
            if end > start {
                self.line(Span { start: start as u32, len: (end - start) as u32 }, folded)?;
            }
        }
        Ok(())
    }

    /// Where the physical line from `at` ends, and where the next one begins.
    fn physical_end(&self, at: usize) -> (usize, usize) {
        let bytes = &self.source.bytes;
        let found = if self.lone_cr {
            memchr::memchr2(b'\r', b'\n', &bytes[at..])
        } else {
            memchr::memchr(b'\n', &bytes[at..])
        };
        let Some(found) = found.map(|found| at + found) else { return (bytes.len(), bytes.len()) };
        if bytes[found] == b'\r' {
            return (found, found + if bytes.get(found + 1) == Some(&b'\n') { 2 } else { 1 });
        }
        let end = if found > at && bytes[found - 1] == b'\r' { found - 1 } else { found };
        (end, found + 1)
    }

    /// The end of a continuation line that begins at `next`, past any blank lines.
    fn continuation(&self, next: usize) -> Option<(usize, usize)> {
        let bytes = &self.source.bytes;
        let mut at = next;
        while matches!(bytes.get(at), Some(b'\r' | b'\n')) {
            at += 1;
        }
        matches!(bytes.get(at), Some(b' ' | b'\t')).then(|| self.physical_end(at))
    }

    fn line(&mut self, span: Span, folded: bool) -> Result<()> {
        self.lines += 1;
        check("lines", self.lines, self.limits.lines, "the number of content lines")?;
        check("line_bytes", u64::from(span.len), self.limits.line_bytes, "a content line")?;
        let source = Arc::clone(self.source);
        let raw = source.slice(span);
        let joined;
        let (line, text) = if folded {
            joined = unfold(raw);
            (joined.as_slice(), Text::Folded(span))
        } else {
            (raw, Text::Plain(span))
        };
        if !self.all_utf8 && std::str::from_utf8(line).is_err() {
            self.problem(span, "is not UTF-8", "kept; unreadable characters are shown as \u{FFFD}");
        }
        let Some(split) = lex::split(line) else {
            return self.unreadable(span, line);
        };
        let name = &line[..split.name];
        if name.eq_ignore_ascii_case(b"BEGIN") {
            return self.begin(text, &line[split.value..]);
        }
        if name.eq_ignore_ascii_case(b"END") {
            self.end(span, text, &line[split.value..]);
            return Ok(());
        }
        if split.open_quote {
            self.problem(
                span,
                "has a quote that does not close",
                "its value is what follows the first colon",
            );
        }
        if self.open.len() == 1 {
            self.problem(span, "is a property outside any component", "kept where it stands");
        }
        self.property(text, name)
    }

    fn property(&mut self, text: Text, name: &[u8]) -> Result<()> {
        let limits = self.limits;
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        if name.eq_ignore_ascii_case(b"ATTENDEE") {
            open.attendees += 1;
            check("attendees", open.attendees, limits.attendees, "the number of attendees of a component")?;
        }
        open.entries.push(Entry::Property(text));
        check(
            "properties",
            open.entries.len() as u64,
            limits.properties,
            "the number of properties of a component",
        )
    }

    fn unreadable(&mut self, span: Span, line: &[u8]) -> Result<()> {
        if line.trim_ascii().is_empty() {
            self.problem(span, "holds only spaces", "skipped");
            return Ok(());
        }
        self.problem(span, "is not a content line (`NAME:value`)", "kept as it is, without meaning");
        let limits = self.limits;
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        open.entries.push(Entry::Unreadable(span));
        check(
            "properties",
            open.entries.len() as u64,
            limits.properties,
            "the number of lines of a component",
        )
    }

    fn begin(&mut self, begin: Text, _name: &[u8]) -> Result<()> {
        self.open.push(Open { begin, entries: Vec::new(), attendees: 0 });
        let depth = self.limits.depth.min(MAX_DEPTH);
        check("depth", self.open.len() as u64 - 1, depth, "the depth of nested components")
    }

    fn end(&mut self, span: Span, end: Text, name: &[u8]) {
        let matching = self.open.iter().skip(1).rposition(|open| {
            begin_name(&open.begin.unfolded(self.source)).eq_ignore_ascii_case(name.trim_ascii())
        });
        let Some(matching) = matching.map(|at| at + 1) else {
            let name = String::from_utf8_lossy(name).into_owned();
            self.problem(span, &format!("ends `{name}`, which is not open"), "skipped");
            return;
        };
        while self.open.len() > matching + 1 {
            self.close_unfinished(span);
        }
        self.close(Some(end));
    }

    /// Closes the innermost component although its END is missing.
    fn close_unfinished(&mut self, before: Span) {
        if let Some(open) = self.open.last() {
            let name = String::from_utf8_lossy(begin_name(&open.begin.unfolded(self.source))).into_owned();
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
            if let Some(parent) = self.open.last_mut() {
                parent.entries.push(Entry::Component(Box::new(component)));
            }
        }
    }

    fn component(&self, open: Open, end: Option<Text>) -> Component {
        let mut entries = open.entries;
        entries.shrink_to_fit();
        Component::from_parts(Arc::clone(self.source), open.begin, end, entries)
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

fn check(name: &'static str, value: u64, limit: u64, what: &str) -> Result<()> {
    if value > limit { Err(Error::limit(name, what, limit)) } else { Ok(()) }
}
