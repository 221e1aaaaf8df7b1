//! A component: its properties and the components inside it, in order.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::copy::Copy;
use super::property::{Param, Property};
use super::source::{SCHEDULE, Source, Span, Text, schedule_place};
use super::{PropertyBuf, lex, parse, print};
use crate::{Error, Result};

#[derive(Clone, Debug)]
pub(super) enum Entry {
    Property(Text),
    /// A line without a name or a colon: printed back, and otherwise left alone.
    Unreadable(Span),
    Component(Box<Component>),
}

/// A calendar component (RFC 5545 §3.6): VCALENDAR, VEVENT, VALARM or any other.
#[derive(Clone, Debug)]
pub struct Component {
    source: Arc<Source>,
    begin: Text,
    end: Option<Text>,
    entries: Vec<Entry>,
    /// Whether everything from BEGIN to END stands in the source as it is to be printed.
    is_tidy: bool,
}

/// What to do with a property that [`Component::edit`] shows.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Leave it as it is, byte for byte.
    Keep,
    /// Take it out.
    Remove,
    /// Put another in its place.
    Replace(PropertyBuf),
}

impl Component {
    /// A component without properties.
    ///
    /// # Errors
    /// When the name is not letters, digits and hyphens.
    pub fn new(name: &str) -> Result<Self> {
        if !lex::is_token(name) {
            return Err(Error::invalid(format!(
                "`{name}` is not a component name; use letters, digits and hyphens"
            )));
        }
        Ok(Self {
            source: Arc::default(),
            begin: Text::owned(format!("BEGIN:{name}").into_bytes()),
            end: None,
            entries: Vec::new(),
            is_tidy: false,
        })
    }

    pub(super) fn from_parts(
        source: Arc<Source>,
        begin: Text,
        end: Option<Text>,
        entries: Vec<Entry>,
        is_tidy: bool,
    ) -> Self {
        Self { source, begin, end, entries, is_tidy }
    }

    pub(super) fn empty_root() -> Self {
        Self::from_parts(Arc::default(), Text::owned(Vec::new()), None, Vec::new(), false)
    }

    /// The name as written: `VEVENT`, or `vevent` where the text says so.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        match self.begin.unfolded(&self.source) {
            Cow::Borrowed(line) => String::from_utf8_lossy(parse::begin_name(line)),
            Cow::Owned(line) => Cow::Owned(String::from_utf8_lossy(parse::begin_name(&line)).into_owned()),
        }
    }

    /// Whether this is a component of that name, in any letter case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        parse::begin_name(&self.begin.unfolded(&self.source)).eq_ignore_ascii_case(name.as_bytes())
    }

    /// The physical line, from 1, where the component began, if it was read from text.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.begin.offset().and_then(|offset| self.source.line_read(offset))
    }

    /// The properties in order.
    pub fn properties(&self) -> impl Iterator<Item = Property<'_>> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Property(text) => Property::of(text, &self.source),
            Entry::Unreadable(_) | Entry::Component(_) => None,
        })
    }

    /// The properties of one name, in any letter case, in order.
    pub fn properties_named<'a>(&'a self, name: &str) -> impl Iterator<Item = Property<'a>> {
        self.properties_where(move |line, source| line.is_named(source, name))
    }

    /// Shows each property of one name, in any letter case, in order; cheaper than to keep them.
    pub(crate) fn look_at_named(&self, name: &str, mut look: impl FnMut(&Property<'_>)) {
        let mut joined = Vec::new();
        for line in self.lines(|line, source| line.is_named(source, name)) {
            if let Some(property) = Property::of_joined(line, &self.source, &mut joined) {
                look(&property);
            }
        }
    }

    /// As [`property`](Self::property), for a later one: the n-th from 0.
    pub(crate) fn property_nth(&self, name: &str, n: usize) -> Option<Property<'_>> {
        let named = self.lines(|line, source| line.is_named(source, name)).nth(n)?;
        Property::of(named, &self.source)
    }

    /// The properties of some names, in any letter case, in order.
    pub(crate) fn properties_among<'a>(&'a self, names: &[&str]) -> impl Iterator<Item = Property<'a>> {
        self.properties_where(move |line, source| names.iter().any(|name| line.is_named(source, name)))
    }

    /// The properties of all names but one, in order.
    pub(crate) fn properties_but<'a>(&'a self, name: &str) -> impl Iterator<Item = Property<'a>> {
        self.properties_where(move |line, source| !line.is_named(source, name))
    }

    /// The properties with a parameter of those that are between a client and its server: SCHEDULE-AGENT and the others of
    /// RFC 6638 §7, and what may be added to them; in order.
    pub(crate) fn properties_with_schedule_param(&self) -> impl Iterator<Item = Property<'_>> {
        self.properties_where(|line, source| schedule_place(line.written(source)).is_some())
            .filter(|property| property.params().any(|param| param.begins_with(SCHEDULE)))
    }

    /// The properties that may name a zone (TZID, RFC 5545 §3.2.19), in order; an ATTENDEE does not.
    pub(crate) fn zoned_properties(&self) -> impl Iterator<Item = Property<'_>> {
        self.properties_where(|line, source| {
            !line.is_named(source, "ATTENDEE") && line.written(source).contains(&b';')
        })
    }

    fn properties_where<'a>(
        &'a self,
        chosen: impl Fn(&Text, &Source) -> bool,
    ) -> impl Iterator<Item = Property<'a>> {
        self.lines(chosen).filter_map(|line| Property::of(line, &self.source))
    }

    /// The lines of properties that are chosen, before they are taken apart.
    fn lines(&self, chosen: impl Fn(&Text, &Source) -> bool) -> impl Iterator<Item = &Text> {
        self.entries.iter().filter_map(move |entry| match entry {
            Entry::Property(line) if chosen(line, &self.source) => Some(line),
            _ => None,
        })
    }

    /// The first property of that name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<Property<'_>> {
        self.properties_named(name).next()
    }

    /// The raw value of the first property of that name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        self.property(name).map(|property| property.value().into_owned())
    }

    /// The unescaped TEXT value of the first property of that name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.property(name).map(|property| property.text())
    }

    /// The components directly inside, in order.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Component(component) => Some(&**component),
            Entry::Property(_) | Entry::Unreadable(_) => None,
        })
    }

    /// The components directly inside, to change.
    pub fn components_mut(&mut self) -> impl Iterator<Item = &mut Component> {
        self.is_tidy = false;
        self.entries.iter_mut().filter_map(|entry| match entry {
            Entry::Component(component) => Some(&mut **component),
            Entry::Property(_) | Entry::Unreadable(_) => None,
        })
    }

    /// The components directly inside, taken out.
    pub fn into_components(self) -> impl Iterator<Item = Component> {
        self.entries.into_iter().filter_map(|entry| match entry {
            Entry::Component(component) => Some(*component),
            Entry::Property(_) | Entry::Unreadable(_) => None,
        })
    }

    /// The components of one name directly inside.
    pub fn components_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Component> {
        self.components().filter(move |component| component.is(name))
    }

    /// The first component of that name directly inside.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components().find(|component| component.is(name))
    }

    /// Adds a property after the last one, before the components that follow.
    pub fn push(&mut self, property: PropertyBuf) {
        self.is_tidy = false;
        let at = self.entries.iter().rposition(|entry| !matches!(entry, Entry::Component(_)));
        self.entries.insert(at.map_or(0, |at| at + 1), Entry::Property(property.into_text()));
    }

    /// Sets a property that occurs once: in the place of the first of that name, removing any others,
    /// or after the last property.
    pub fn set(&mut self, property: PropertyBuf) {
        let name = property.name().to_owned();
        let mut property = Some(property);
        self.edit_named(&name, |_| property.take().map_or(Edit::Remove, Edit::Replace));
        if let Some(property) = property {
            self.push(property);
        }
    }

    /// Shows each property in turn and keeps, removes or replaces it; gives how many changed.
    pub fn edit(&mut self, decide: impl FnMut(&Property<'_>) -> Edit) -> usize {
        self.edit_chosen(|_, _| true, decide)
    }

    /// As [`edit`](Self::edit), for the properties of one name, in any letter case.
    pub fn edit_named(&mut self, name: &str, decide: impl FnMut(&Property<'_>) -> Edit) -> usize {
        self.edit_chosen(|line, source| line.is_named(source, name), decide)
    }

    /// As [`edit`](Self::edit), for the properties of all names but one.
    pub(crate) fn edit_but(&mut self, name: &str, decide: impl FnMut(&Property<'_>) -> Edit) -> usize {
        self.edit_chosen(|line, source| !line.is_named(source, name), decide)
    }

    /// Takes parameters out of all properties: those for which `gone` is true, of those whose names begin with SCHEDULE-
    /// (RFC 6638 §7). Where there are any, all lines are written anew, side by side, and have no numbers.
    pub(crate) fn remove_schedule_params(&mut self, gone: impl Fn(Param<'_>) -> bool) {
        let (source, entries) = (&self.source, &mut self.entries);
        let may = |entry: &Entry| matches!(entry, Entry::Property(text) if schedule_place(text.written(source)).is_some());
        let Some(first) = entries.iter().position(may) else { return };
        let mut copy = Copy::new(source, print::expected(self));
        let (before, rest) = self.entries.split_at_mut(first);
        for entry in before {
            copy.entry(entry);
        }
        for entry in rest {
            let is_done = match entry {
                Entry::Property(text) => copy.without_schedule_params(text, &gone),
                Entry::Unreadable(_) | Entry::Component(_) => false,
            };
            if !is_done {
                copy.entry(entry);
            }
        }
        copy.text(&mut self.begin);
        self.end.iter_mut().for_each(|end| copy.text(end));
        self.source = Arc::new(copy.done());
        self.is_tidy = false;
    }

    /// As [`edit_named`](Self::edit_named), for those of the properties that `chosen` picks by their place among
    /// them, from 0; the others are not even read.
    pub(crate) fn edit_nth(
        &mut self,
        name: &str,
        mut chosen: impl FnMut(usize) -> bool,
        decide: impl FnMut(&Property<'_>) -> Edit,
    ) -> usize {
        let mut places = 0..;
        let of_name = |line: &Text, source: &Source| {
            line.is_named(source, name) && places.next().is_some_and(&mut chosen)
        };
        self.edit_chosen(of_name, decide)
    }

    fn edit_chosen(
        &mut self,
        mut chosen: impl FnMut(&Text, &Source) -> bool,
        mut decide: impl FnMut(&Property<'_>) -> Edit,
    ) -> usize {
        let (mut changed, mut joined) = (0, Vec::new());
        let source = &self.source;
        self.entries.retain_mut(|entry| {
            let Entry::Property(text) = entry else { return true };
            if !chosen(text, source) {
                return true;
            }
            let decision = match Property::of_joined(text, source, &mut joined) {
                Some(property) => decide(&property),
                None => Edit::Keep,
            };
            match decision {
                Edit::Keep => true,
                Edit::Remove => {
                    changed += 1;
                    false
                }
                Edit::Replace(new) => {
                    changed += 1;
                    *text = new.into_text();
                    true
                }
            }
        });
        self.is_tidy &= changed == 0;
        changed
    }

    /// Removes every property of that name; gives how many there were.
    pub fn remove(&mut self, name: &str) -> usize {
        self.edit_named(name, |_| Edit::Remove)
    }

    /// Adds a component at the end.
    pub fn push_component(&mut self, component: Component) {
        self.is_tidy = false;
        self.entries.push(Entry::Component(Box::new(component)));
    }

    /// Adds a component before the first of the given name, or at the end where there is none.
    pub fn insert_component_before(&mut self, name: &str, component: Component) {
        self.is_tidy = false;
        let at = self.entries.iter().position(|entry| match entry {
            Entry::Component(inner) => inner.is(name),
            Entry::Property(_) | Entry::Unreadable(_) => false,
        });
        let at = at.unwrap_or(self.entries.len());
        self.entries.insert(at, Entry::Component(Box::new(component)));
    }

    /// Keeps the components directly inside for which `keep` is true; gives how many went.
    pub fn retain_components(&mut self, mut keep: impl FnMut(&Component) -> bool) -> usize {
        let before = self.entries.len();
        self.entries.retain(|entry| match entry {
            Entry::Component(component) => keep(component),
            Entry::Property(_) | Entry::Unreadable(_) => true,
        });
        let gone = before - self.entries.len();
        self.is_tidy &= gone == 0;
        gone
    }

    /// Takes out the components directly inside for which `wanted` is true, in order.
    pub(crate) fn take_components(&mut self, mut wanted: impl FnMut(&Component) -> bool) -> Vec<Component> {
        let mut taken = Vec::new();
        for entry in std::mem::take(&mut self.entries) {
            match entry {
                Entry::Component(component) if wanted(&component) => taken.push(*component),
                other => self.entries.push(other),
            }
        }
        self.is_tidy &= taken.is_empty();
        taken
    }

    /// The physical lines, from 1, that are directly inside and could not be read.
    pub fn unreadable(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Unreadable(span) => self.source.line_read(span.start),
            Entry::Property(_) | Entry::Component(_) => None,
        })
    }

    /// Removes lines that could not be read, here and below; gives how many there were.
    pub fn remove_unreadable(&mut self) -> usize {
        let before = self.entries.len();
        self.entries.retain(|entry| !matches!(entry, Entry::Unreadable(_)));
        let here = before - self.entries.len();
        here + self.components_mut().map(Component::remove_unreadable).sum::<usize>()
    }

    /// The component as iCalendar text: folded within 75 octets, lines ended by CRLF.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        print::component(self)
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    pub(super) const fn begin(&self) -> &Text {
        &self.begin
    }

    pub(super) const fn end(&self) -> Option<&Text> {
        self.end.as_ref()
    }

    /// Where in the source the whole component stands, if it is to be printed as it stands there.
    pub(super) fn tidy_range(&self) -> Option<Range<usize>> {
        let (begin, end) = (self.begin.span()?, self.end.as_ref()?.span()?);
        self.is_tidy.then(|| begin.start as usize..end.with_line_end().end)
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}
