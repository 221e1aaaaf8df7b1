//! The lines of a component, written anew side by side: thousands of changed lines in one piece of memory.

use super::component::Entry;
use super::lex;
use super::property::{Param, Property};
use super::source::{Initial, Source, Span, Text, schedule_place, unfold, unfold_onto};

/// Lines on their way from one source to another. What the component owns stays its own.
pub(super) struct Copy<'a> {
    from: &'a Source,
    made: Vec<u8>,
}

impl<'a> Copy<'a> {
    /// With room for some octets.
    pub(super) fn new(from: &'a Source, octets: usize) -> Self {
        Self { from, made: Vec::with_capacity(octets) }
    }

    pub(super) fn done(self) -> Source {
        Source::made(self.made)
    }

    /// Takes over what an entry has in the source, as it stands there.
    pub(super) fn entry(&mut self, entry: &mut Entry) {
        match entry {
            Entry::Property(text) => self.text(text),
            Entry::Unreadable(span) => {
                let written = self.from.slice(*span);
                match self.line(|made| made.extend_from_slice(written)) {
                    Ok(copied) => *span = copied,
                    // Without a name it is no more a property than it was.
                    Err(line) => *entry = Entry::Property(Text::owned(unfold(&line))),
                }
            }
            Entry::Component(_) => {}
        }
    }

    pub(super) fn text(&mut self, text: &mut Text) {
        let Some(span) = text.span() else { return };
        let written = self.from.slice(span);
        match (self.line(|made| made.extend_from_slice(written)), &mut *text) {
            (Ok(copied), Text::Plain(span, _) | Text::Folded(span, _)) => *span = copied,
            (Ok(_), Text::Owned(_)) => {}
            (Err(line), text) => *text = Text::owned(unfold(&line)),
        }
    }

    /// Takes over a property without the parameters for which `gone` is true, of those whose names begin with SCHEDULE-;
    /// `false` where there are none, and nothing was done.
    pub(super) fn without_schedule_params(
        &mut self,
        text: &mut Text,
        gone: impl Fn(Param<'_>) -> bool,
    ) -> bool {
        let written = text.written(self.from);
        let Some(at) = schedule_place(written) else { return false };
        let initial = Initial::of(written);
        let copied = match only_param(written, at, &gone) {
            Some(param) => self.line(|made| {
                unfold_onto(made, &written[..at]);
                unfold_onto(made, &written[at + param..]);
            }),
            None => {
                let Some(property) = Property::of(text, self.from) else { return false };
                if !property.params().any(&gone) {
                    return false;
                }
                let stripped = property.without_params(&gone);
                self.line(|made| made.extend_from_slice(stripped.as_bytes()))
            }
        };
        *text = copied.map_or_else(Text::owned, |span| Text::Plain(span, initial));
        true
    }

    /// Writes a line and its end, and says where it is; gives the line itself back where no [`Span`] reaches.
    fn line(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<Span, Vec<u8>> {
        let start = self.made.len();
        write(&mut self.made);
        let end = self.made.len();
        match (u32::try_from(start), u32::try_from(end)) {
            (Ok(start), Ok(end)) => {
                self.made.extend_from_slice(b"\r\n");
                Ok(Span { start, len: end - start })
            }
            _ => Err(self.made.split_off(start)),
        }
    }
}

/// How long the parameter behind the semicolon at `at` is, with that, if it is the only one that goes.
///
/// `None` where it stays, or where it takes more to tell: where there are quotes, where it is behind the colon, or
/// where there may be another.
fn only_param(written: &[u8], at: usize, gone: impl Fn(Param<'_>) -> bool) -> Option<usize> {
    let (before, rest) = written.split_at(at);
    let end = 1 + memchr::memchr2(b';', b':', &rest[1..])?;
    let (param, after) = rest.split_at(end);
    let is_plain = lex::name_end(written).is_some_and(|end| written[end] == b';')
        && memchr::memchr(b'"', written).is_none()
        && memchr::memchr(b':', before).is_none();
    if !is_plain || schedule_place(after).is_some() {
        return None;
    }
    let raw = &param[1..];
    if memchr::memchr2(b'\r', b'\n', raw).is_none() {
        return gone(Param { raw }).then_some(end);
    }
    gone(Param { raw: &unfold(raw) }).then_some(end)
}
