//! Making and changing properties, and the encoding of parameter values (RFC 6868).

use std::borrow::Cow;

use super::lex::{self, Split};
use super::property::{Param, Params, Property};
use super::source::Text;
use crate::value::text;
use crate::{Error, Result};

/// A property of one's own: a new one, or a copy that is being changed.
///
/// Whatever is set is escaped, quoted and checked here, so that no value can begin a line
/// of its own.
///
/// ```
/// use reefknot_core::ical::PropertyBuf;
///
/// let mut property = PropertyBuf::text("SUMMARY", "Tea; or\ncoffee")?;
/// property.set_param("X-NOTE", "she said \"now\"")?;
/// assert_eq!(property.content_line(), "SUMMARY;X-NOTE=she said ^'now^':Tea\\; or\\ncoffee");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyBuf {
    line: Vec<u8>,
}

impl PropertyBuf {
    /// A property with a value that is already in its iCalendar form.
    ///
    /// # Errors
    /// When the name is not letters, digits and hyphens, or is BEGIN or END, which bound components; or when the
    /// value holds a control character.
    pub fn new(name: &str, value: &str) -> Result<Self> {
        if !lex::is_token(name) {
            return Err(Error::invalid(format!(
                "`{name}` is not a property name; use letters, digits and hyphens"
            )));
        }
        if name.eq_ignore_ascii_case("BEGIN") || name.eq_ignore_ascii_case("END") {
            return Err(Error::invalid(format!(
                "`{name}` bounds a component and is no property; make a Component"
            )));
        }
        no_controls(name, value)?;
        Ok(Self { line: format!("{name}:{value}").into_bytes() })
    }

    /// A property whose value is TEXT; line breaks, commas, semicolons and backslashes are escaped.
    ///
    /// # Errors
    /// When the name is not a token, or the text holds a control character other than tab and line break.
    pub fn text(name: &str, value: &str) -> Result<Self> {
        Self::new(name, &text::escape(value))
    }

    pub(super) fn from_line(line: Vec<u8>) -> Self {
        Self { line }
    }

    pub(super) fn into_text(self) -> Text {
        Text::owned(self.line)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.line
    }

    /// The property, to look at.
    #[must_use]
    pub fn as_property(&self) -> Property<'_> {
        // Every constructor gives a line that splits; an empty one could only come of a bug here.
        Property::of_line(&self.line).unwrap_or_else(|| unreachable!("a property line without a colon"))
    }

    /// The name as written.
    #[must_use]
    pub fn name(&self) -> &str {
        let end = lex::split(&self.line).map_or(0, |split| split.name);
        std::str::from_utf8(&self.line[..end]).unwrap_or_default()
    }

    /// The whole property unfolded: `NAME;PARAM=x:value`.
    #[must_use]
    pub fn content_line(&self) -> Cow<'_, str> {
        text::lossy(&self.line)
    }

    /// Replaces the value with one that is already in its iCalendar form.
    ///
    /// # Errors
    /// When the value holds a control character.
    pub fn set_value(&mut self, value: &str) -> Result<()> {
        no_controls(self.name(), value)?;
        self.close_quote();
        let at = lex::split(&self.line).map_or(self.line.len(), |split| split.value);
        self.line.truncate(at);
        self.line.extend_from_slice(value.as_bytes());
        Ok(())
    }

    /// Sets a parameter to one value: in the place of the first of that name, removing any others,
    /// or after the last parameter.
    ///
    /// # Errors
    /// When the name is not a token, or the value holds a control character other than a line break.
    pub fn set_param(&mut self, name: &str, value: &str) -> Result<()> {
        self.set_params(name, &[value])
    }

    /// Sets a parameter to a list of values; an empty list removes it.
    ///
    /// # Errors
    /// As [`set_param`](Self::set_param).
    pub fn set_params(&mut self, name: &str, values: &[&str]) -> Result<()> {
        let new = param(name, values)?;
        let new = Some(new.as_bytes()).filter(|_| !values.is_empty());
        self.splice_params(|param| param.is(name), new);
        Ok(())
    }

    /// Removes every parameter of that name.
    pub fn remove_param(&mut self, name: &str) {
        self.remove_params(|param| param.is(name));
    }

    /// Removes every parameter for which `gone` is true.
    pub(super) fn remove_params(&mut self, gone: impl Fn(Param<'_>) -> bool) {
        self.splice_params(gone, None);
    }

    fn splice_params(&mut self, gone: impl Fn(Param<'_>) -> bool, new: Option<&[u8]>) {
        self.close_quote();
        if let Some(split) = lex::split(&self.line) {
            self.line = splice_params(&self.line, split, gone, new);
        }
    }

    /// Closes a quote that was left open, or it would swallow what is written behind it.
    fn close_quote(&mut self) {
        if !self.line.contains(&b'"') {
            return;
        }
        let Some(split) = lex::split(&self.line).filter(|split| split.open_quote) else { return };
        let written = &self.line[split.name..split.value - 1];
        let Some(last) = lex::split_unquoted(b';', written).last() else { return };
        let closed = close_quote(last);
        self.line.splice(split.value - 1 - last.len()..split.value - 1, closed);
    }
}

/// A parameter as it is written.
pub(super) fn param(name: &str, values: &[&str]) -> Result<String> {
    if !lex::is_token(name) {
        return Err(Error::invalid(format!(
            "`{name}` is not a parameter name; use letters, digits and hyphens"
        )));
    }
    let octets: usize = values.iter().map(|value| value.len() + 3).sum();
    let mut new = String::with_capacity(name.len() + 1 + octets);
    new.push_str(name);
    new.push('=');
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            new.push(',');
        }
        encode_param(&mut new, name, value)?;
    }
    Ok(new)
}

/// A line without the parameters for which `gone` is true, and with a new one in the place of the first of them, or after
/// the last.
pub(super) fn splice_params(
    line: &[u8],
    split: Split,
    gone: impl Fn(Param<'_>) -> bool,
    mut new: Option<&[u8]>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len() + new.map_or(0, |new| new.len() + 1));
    out.extend_from_slice(&line[..split.name]);
    let colon = split.value - 1;
    let mut params = Params::of(line, split);
    // What stays is copied in runs; blanks behind the name are no part of any.
    let mut written = colon - params.ahead();
    while let Some(param) = params.next() {
        if !gone(param) {
            continue;
        }
        let next = colon - params.ahead();
        out.extend_from_slice(&line[written..next - param.raw.len() - 1]);
        written = next;
        add_param(&mut out, new.take());
    }
    out.extend_from_slice(&line[written..colon]);
    add_param(&mut out, new);
    out.extend_from_slice(&line[colon..]);
    out
}

fn add_param(out: &mut Vec<u8>, param: Option<&[u8]>) {
    if let Some(param) = param {
        out.push(b';');
        out.extend_from_slice(param);
    }
}

/// A parameter that opens a quote, with the quote closed and its values unchanged. A name cannot be quoted: what
/// would end it without the quote becomes an apostrophe, which makes another name of none.
fn close_quote(param: &[u8]) -> Vec<u8> {
    let value = memchr::memchr(b'=', param).map_or(param.len(), |at| at + 1);
    let (name, value) = param.split_at(value);
    let plain = |byte: &u8| if b"\";:,".contains(byte) { b'\'' } else { *byte };
    let mut out: Vec<u8> = name.iter().map(plain).collect();
    for (at, item) in lex::split_unquoted(b',', value).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let is_closed = memchr::memchr_iter(b'"', item).count().is_multiple_of(2);
        if is_closed && b";:".iter().all(|end| lex::unquoted(*end, item).is_none()) {
            out.extend_from_slice(item);
        } else {
            push_quoted(&mut out, without_quotes(item));
        }
    }
    out
}

/// Adds a value in quotes, so that it is read as it was without them.
fn push_quoted(out: &mut Vec<u8>, item: &[u8]) {
    out.push(b'"');
    let mut bytes = item.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => out.extend_from_slice(b"^'"),
            b'^' => {
                out.push(b'^');
                // One that begins no code would begin one with what now follows it.
                out.push(bytes.next_if(|next| b"n^'".contains(next)).unwrap_or(b'^'));
            }
            byte => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Control characters cannot stand in a content line (RFC 5545 §3.1); a line break would begin another.
fn no_controls(name: &str, value: &str) -> Result<()> {
    match value.chars().find(|&c| c.is_control() && c != '\t') {
        Some(c) => Err(Error::invalid(format!(
            "the value of {name} holds the control character U+{:04X}, which iCalendar cannot carry; remove it",
            c as u32
        ))),
        None => Ok(()),
    }
}

/// Writes a parameter value, encoded and in quotes where it needs them (RFC 6868 §3, RFC 5545 §3.2).
fn encode_param(out: &mut String, name: &str, value: &str) -> Result<()> {
    let quote = if value.contains([':', ';', ',']) { "\"" } else { "" };
    out.push_str(quote);
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '^' => out.push_str("^^"),
            '"' => out.push_str("^'"),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' => out.push_str("^n"),
            c if c.is_control() && c != '\t' => {
                no_controls(name, &c.to_string())?;
            }
            c => out.push(c),
        }
    }
    out.push_str(quote);
    Ok(())
}

/// The text of a parameter value between its quotes; the second may be missing.
fn without_quotes(raw: &[u8]) -> &[u8] {
    raw.strip_prefix(b"\"").map_or(raw, |inner| inner.strip_suffix(b"\"").unwrap_or(inner))
}

/// Takes the quotes off a parameter value and decodes it (RFC 6868 §3.1).
pub(super) fn decode_param(raw: &[u8]) -> Cow<'_, str> {
    let text = text::lossy(without_quotes(raw));
    if !text.contains('^') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let decoded = match (c, chars.peek()) {
            ('^', Some('n')) => '\n',
            ('^', Some('^')) => '^',
            ('^', Some('\'')) => '"',
            _ => {
                out.push(c);
                continue;
            }
        };
        chars.next();
        out.push(decoded);
    }
    Cow::Owned(out)
}
