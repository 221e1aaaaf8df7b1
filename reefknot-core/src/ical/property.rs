//! Looking at one property: its name, parameters and value.

use std::borrow::Cow;

use super::lex::{self, Split};
use super::source::{Source, Text};
use super::{PropertyBuf, edit};
use crate::Result;
use crate::value::text;

/// One property of a component, as it stands (RFC 5545 §3.1).
#[derive(Clone, Debug)]
pub struct Property<'a> {
    line: Cow<'a, [u8]>,
    split: Split,
    place: Option<(&'a Source, u32)>,
}

impl<'a> Property<'a> {
    pub(super) fn of(text: &'a Text, source: &'a Source) -> Option<Self> {
        let line = text.unfolded(source);
        let split = lex::split(&line)?;
        Some(Self { line, split, place: text.offset().map(|offset| (source, offset)) })
    }

    /// As [`of`](Self::of), with room to join folds in.
    pub(super) fn of_joined(text: &'a Text, source: &'a Source, joined: &'a mut Vec<u8>) -> Option<Self> {
        let place = text.offset().map(|offset| (source, offset));
        Some(Self { place, ..Self::of_line(text.unfolded_in(source, joined))? })
    }

    pub(super) fn of_line(line: &'a [u8]) -> Option<Self> {
        Some(Self { line: Cow::Borrowed(line), split: lex::split(line)?, place: None })
    }

    /// The name as written.
    #[must_use]
    pub fn name(&self) -> &str {
        // A name is made of ASCII only: `lex::split` takes nothing else.
        std::str::from_utf8(&self.line[..self.split.name]).unwrap_or_default()
    }

    /// Whether the property has that name, in any letter case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        lex::is_same_name(&self.line[..self.split.name], name)
    }

    /// The physical line, from 1, if the property was read from text and not changed since.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.place.and_then(|(source, offset)| source.line_read(offset))
    }

    /// The value as written: still escaped, folds joined.
    #[must_use]
    pub fn value(&self) -> Cow<'_, str> {
        text::lossy(&self.line[self.split.value..])
    }

    /// The value as TEXT, unescaped (RFC 5545 §3.3.11).
    #[must_use]
    pub fn text(&self) -> String {
        text::unescape(&self.value()).into_owned()
    }

    /// The parameters in order, repeats included.
    #[must_use]
    pub fn params(&self) -> Params<'_> {
        Params::of(&self.line, self.split)
    }

    /// The first value of the first parameter of that name, decoded (RFC 6868) and without quotes.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Cow<'_, str>> {
        self.params().find(|param| param.is(name)).map(Param::value)
    }

    /// Whether the parameter has that value, both in any letter case.
    #[must_use]
    pub fn param_is(&self, name: &str, value: &str) -> bool {
        self.param(name).is_some_and(|found| found.eq_ignore_ascii_case(value))
    }

    /// Whether another property is written just so.
    pub(crate) fn is_written_as(&self, other: &Property<'_>) -> bool {
        self.line == other.line
    }

    /// The whole property unfolded: `NAME;PARAM=x:value`.
    #[must_use]
    pub fn content_line(&self) -> Cow<'_, str> {
        text::lossy(&self.line)
    }

    /// A copy to change; what is not changed stays byte for byte.
    #[must_use]
    pub fn to_buf(&self) -> PropertyBuf {
        PropertyBuf::from_line(self.line.to_vec())
    }

    /// A copy with a parameter set to one value, as [`PropertyBuf::set_param`] sets it.
    ///
    /// # Errors
    /// As that.
    pub(crate) fn with_param(&self, name: &str, value: &str) -> Result<PropertyBuf> {
        if self.split.open_quote {
            let mut copy = self.to_buf();
            copy.set_param(name, value)?;
            return Ok(copy);
        }
        let new = edit::param(name, &[value])?;
        let line = edit::splice_params(&self.line, self.split, |param| param.is(name), Some(new.as_bytes()));
        Ok(PropertyBuf::from_line(line))
    }

    /// A copy without the parameters for which `gone` is true.
    pub(crate) fn without_params(&self, gone: impl Fn(Param<'_>) -> bool) -> PropertyBuf {
        if self.split.open_quote {
            let mut copy = self.to_buf();
            copy.remove_params(gone);
            return copy;
        }
        PropertyBuf::from_line(edit::splice_params(&self.line, self.split, gone, None))
    }
}

/// The parameters of a property.
#[derive(Clone, Debug)]
pub struct Params<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Params<'a> {
    pub(super) fn of(line: &'a [u8], split: Split) -> Self {
        let written = &line[split.name..split.value - 1];
        Self { rest: memchr::memchr(b';', written).map(|stop| &written[stop + 1..]) }
    }
}

impl Params<'_> {
    /// How many octets are still to be read, the semicolon before them counted.
    pub(super) fn ahead(&self) -> usize {
        self.rest.map_or(0, |rest| rest.len() + 1)
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    fn next(&mut self) -> Option<Param<'a>> {
        let rest = self.rest?;
        let (raw, next) = match lex::unquoted(b';', rest) {
            Some(at) => (&rest[..at], Some(&rest[at + 1..])),
            None => (rest, None),
        };
        self.rest = next;
        Some(Param { raw })
    }
}

/// One parameter: `NAME=value,value`.
#[derive(Clone, Copy, Debug)]
pub struct Param<'a> {
    pub(super) raw: &'a [u8],
}

impl<'a> Param<'a> {
    fn split(self) -> (&'a [u8], Option<&'a [u8]>) {
        // Names are short: a search that is made for long text would take longer.
        match self.raw.iter().position(|&byte| byte == b'=') {
            Some(at) => (self.raw[..at].trim_ascii(), Some(&self.raw[at + 1..])),
            None => (self.raw.trim_ascii(), None),
        }
    }

    /// The name as written.
    #[must_use]
    pub fn name(self) -> Cow<'a, str> {
        text::lossy(self.name_bytes())
    }

    fn name_bytes(self) -> &'a [u8] {
        self.split().0
    }

    /// The first letter of the name in upper case; 0 where there is none.
    pub(crate) fn initial(self) -> u8 {
        self.raw.trim_ascii_start().first().map_or(0, u8::to_ascii_uppercase)
    }

    /// Whether the parameter has that name, in any letter case.
    #[must_use]
    pub fn is(self, name: &str) -> bool {
        let rest = self.after(name).map(<[u8]>::trim_ascii_start);
        rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'=')))
    }

    /// Whether the parameter's name begins so, in any letter case.
    pub(crate) fn begins_with(self, start: &str) -> bool {
        self.after(start).is_some()
    }

    /// What is written behind the start of a name.
    fn after(self, start: &str) -> Option<&'a [u8]> {
        let (written, rest) = self.raw.trim_ascii_start().split_at_checked(start.len())?;
        lex::is_same_name(written, start).then_some(rest)
    }

    /// The first value, decoded (RFC 6868) and without quotes; empty where there is none.
    #[must_use]
    pub fn value(self) -> Cow<'a, str> {
        let raw = self.raw_bytes();
        edit::decode_param(lex::unquoted(b',', raw).map_or(raw, |end| &raw[..end]))
    }

    /// All values, decoded (RFC 6868) and without quotes.
    pub fn values(self) -> impl Iterator<Item = Cow<'a, str>> {
        self.split().1.into_iter().flat_map(|raw| lex::split_unquoted(b',', raw)).map(edit::decode_param)
    }

    /// The values as written, quotes and all, whatever their octets are.
    pub(crate) fn raw_bytes(self) -> &'a [u8] {
        self.split().1.unwrap_or_default()
    }

    /// The values as written, quotes and all.
    #[must_use]
    pub fn raw_value(self) -> Cow<'a, str> {
        text::lossy(self.raw_bytes())
    }
}
