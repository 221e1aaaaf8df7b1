//! Components and properties: the lossless document, unchangeable here, so that any thread may read it.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple, PyType};
use reefknot_core::ical::{self, Kind, Limits, Problem, Stream};
use reefknot_core::recurrence::Series;
use reefknot_core::registry;
use reefknot_core::scheduling::SchedulingObject;
use reefknot_core::time::Zones;
use reefknot_core::words::Words;

use crate::errors::{OrRaise, invalid};
use crate::message::{from_problem, tuple};
use crate::property::Property;
use crate::time::Place;
use crate::{python, time, value};

/// The zones of a VCALENDAR, read when somebody first asks.
#[derive(Default)]
pub(crate) struct LazyZones {
    calendar: Option<Arc<ical::Component>>,
    zones: OnceLock<Arc<Zones>>,
    places: Mutex<HashMap<Arc<str>, Arc<Place>>>,
}

impl LazyZones {
    fn of(calendar: &Arc<ical::Component>) -> Arc<Self> {
        Arc::new(Self { calendar: Some(calendar.clone()), ..Self::default() })
    }

    pub(crate) fn get(&self) -> &Arc<Zones> {
        let read = || self.calendar.as_ref().map_or_else(Zones::default, |calendar| Zones::of(calendar));
        self.zones.get_or_init(|| Arc::new(read()))
    }

    /// What a TZID means, looked up once.
    pub(crate) fn place(&self, py: Python<'_>, tzid: &Arc<str>) -> PyResult<Arc<Place>> {
        let places = || self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places().get(tzid) {
            return Ok(place.clone());
        }
        // Not while others wait: looking up calls Python.
        let place = Arc::new(Place::of(py, tzid, self.get())?);
        places().insert(tzid.clone(), place.clone());
        Ok(place)
    }

    /// A VCALENDAR with nothing but the definitions.
    pub(crate) fn shell(&self) -> reefknot_core::Result<ical::Component> {
        let Some(calendar) = &self.calendar else { return ical::Component::new("VCALENDAR") };
        let mut only = ical::Component::clone(calendar);
        only.retain_components(|component| component.is("VTIMEZONE"));
        Ok(only)
    }
}

/// A calendar component (RFC 5545 §3.6): VCALENDAR, VEVENT, VALARM or any other.
///
/// It cannot be changed: methods that change something give a changed copy.
#[pyclass(subclass, frozen, module = "reefknot", name = "Component")]
pub(crate) struct Component {
    pub(crate) inner: Arc<ical::Component>,
    pub(crate) zones: Arc<LazyZones>,
    problems: Arc<[Problem]>,
    object: OnceLock<Arc<SchedulingObject>>,
}

impl Component {
    pub(crate) fn new(inner: Arc<ical::Component>, zones: Arc<LazyZones>) -> Self {
        Self { inner, zones, problems: Arc::default(), object: OnceLock::new() }
    }

    /// A VCALENDAR, or anything else that stands alone.
    pub(crate) fn alone(inner: Arc<ical::Component>) -> Self {
        let zones = if inner.is("VCALENDAR") { LazyZones::of(&inner) } else { Arc::default() };
        Self::new(inner, zones)
    }

    fn again(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            zones: self.zones.clone(),
            problems: self.problems.clone(),
            object: self.object.clone(),
        }
    }

    /// A changed copy, of the same class as the original.
    fn changed<'py>(
        slf: &Bound<'py, Self>,
        change: impl FnOnce(&mut ical::Component) -> PyResult<()>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let this = slf.get();
        let mut inner = ical::Component::clone(&this.inner);
        change(&mut inner)?;
        let inner = Arc::new(inner);
        let zones = if inner.is("VCALENDAR") { LazyZones::of(&inner) } else { this.zones.clone() };
        dress(slf.py(), Self::new(inner, zones))
    }

    /// The object that scheduling takes it for, read once.
    pub(crate) fn object(&self, py: Python<'_>) -> PyResult<Arc<SchedulingObject>> {
        if let Some(object) = self.object.get() {
            return Ok(object.clone());
        }
        let calendar = Arc::unwrap_or_clone(self.as_calendar(py)?);
        let object = py.detach(|| SchedulingObject::from_calendar(calendar)).or_raise(py)?;
        Ok(self.object.get_or_init(|| Arc::new(object)).clone())
    }
}

/// Gives a component the Python class that knows its properties.
pub(crate) fn dress(py: Python<'_>, component: Component) -> PyResult<Bound<'_, PyAny>> {
    let class: Option<&Bound<'_, PyType>> = match Kind::of(&component.inner) {
        Some(Kind::Event) => Some(python::event(py)?),
        Some(Kind::Todo) => Some(python::todo(py)?),
        Some(Kind::Journal) => Some(python::journal(py)?),
        Some(Kind::FreeBusy) => Some(python::free_busy(py)?),
        None if component.inner.is("VCALENDAR") => Some(python::calendar(py)?),
        None if component.inner.is("VALARM") => Some(python::alarm(py)?),
        None if component.inner.is("VTIMEZONE") => Some(python::time_zone(py)?),
        None => None,
    };
    let bare = Bound::new(py, component)?;
    match class {
        Some(class) => class.call1((bare,)),
        None => Ok(bare.into_any()),
    }
}

/// A VCALENDAR of the core, as `Calendar`.
pub(crate) fn calendar(py: Python<'_>, inner: Arc<ical::Component>) -> PyResult<Bound<'_, PyAny>> {
    dress(py, Component::alone(inner))
}

/// As [`calendar`], keeping what scheduling read of it already.
pub(crate) fn calendar_of<'py>(py: Python<'py>, object: &SchedulingObject) -> PyResult<Bound<'py, PyAny>> {
    let component = Component::alone(Arc::new(object.to_calendar()));
    let _ = component.object.set(Arc::new(object.clone()));
    dress(py, component)
}

/// The octets of `bytes`, or of `str` in UTF-8.
pub(crate) fn octets<'a>(data: &'a Bound<'_, PyAny>) -> PyResult<std::borrow::Cow<'a, [u8]>> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().into());
    }
    if let Ok(text) = data.cast::<PyString>() {
        return Ok(text.to_cow()?.into_owned().into_bytes().into());
    }
    if let Ok(bytes) = data.extract::<Vec<u8>>() {
        return Ok(bytes.into());
    }
    let kind = data.get_type().name()?;
    let message = format!("iCalendar text is wanted as str or bytes, and not {kind}; read the file first");
    Err(PyTypeError::new_err(message))
}

/// The VCALENDARs of a text.
#[pyfunction]
#[pyo3(signature = (data, limits=None))]
pub(crate) fn parse_calendars<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    limits: Option<&Bound<'py, PyAny>>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let (bytes, limits) = (octets(data)?, to_limits(limits)?);
    let stream = py.detach(|| Stream::parse(&bytes, &limits)).or_raise(py)?;
    let problems: Arc<[Problem]> = stream.problems().into();
    let calendars = stream.into_calendars().map(|inner| {
        let component = Component::alone(Arc::new(inner));
        dress(py, Component { problems: problems.clone(), ..component })
    });
    calendars.collect()
}

/// What an input may cost; the core's defaults for what is not given.
pub(crate) fn to_limits(limits: Option<&Bound<'_, PyAny>>) -> PyResult<Limits> {
    let mut all = Limits::default();
    let Some(limits) = limits.filter(|limits| !limits.is_none()) else { return Ok(all) };
    for (name, field) in [
        ("bytes", &mut all.bytes),
        ("lines", &mut all.lines),
        ("line_bytes", &mut all.line_bytes),
        ("depth", &mut all.depth),
        ("properties", &mut all.properties),
        ("parameters", &mut all.parameters),
        ("attendees", &mut all.attendees),
        ("instances", &mut all.instances),
        ("expansion_steps", &mut all.expansion_steps),
        ("problems", &mut all.problems),
    ] {
        *field = limits.getattr(name)?.extract()?;
    }
    Ok(all)
}

#[pymethods]
impl Component {
    /// An empty component of that name, or the component given, as this class.
    #[new]
    fn make(of: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(component) = of.cast::<Self>() {
            return Ok(component.get().again());
        }
        let name = of.cast::<PyString>().map_err(|_| {
            PyTypeError::new_err("a component's name, such as \"VEVENT\", or a component is wanted")
        })?;
        let inner = ical::Component::new(&name.to_cow()?).or_raise(of.py())?;
        Ok(Self::alone(Arc::new(inner)))
    }

    /// The name in upper case, such as `VEVENT`.
    #[getter]
    fn name(&self) -> String {
        self.inner.name().to_ascii_uppercase()
    }

    /// The line, from 1, on which the component began, if it was read from text.
    #[getter]
    fn line(&self) -> Option<usize> {
        self.inner.line()
    }

    /// The properties in order.
    #[getter]
    fn properties<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let all = self.inner.properties().map(|property| Property::of(&property, &self.zones));
        PyTuple::new(py, all.map(|property| Py::new(py, property)).collect::<PyResult<Vec<_>>>()?)
    }

    /// The properties of one name, in any letter case, in order.
    fn properties_named<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyTuple>> {
        let all = self.inner.properties_named(name).map(|property| Property::of(&property, &self.zones));
        PyTuple::new(py, all.map(|property| Py::new(py, property)).collect::<PyResult<Vec<_>>>()?)
    }

    /// The first property of that name, in any letter case, or `None`.
    fn property(&self, name: &str) -> Option<Property> {
        self.inner.property(name).map(|property| Property::of(&property, &self.zones))
    }

    /// The typed value of the first property of that name, or the default.
    ///
    /// Where the property holds a list, it is a tuple.
    #[pyo3(signature = (name, default=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.inner.property(name) {
            Some(property) => {
                let values = registry::values(&property).or_raise(py)?;
                if let [value] = &values[..] {
                    return value::from_value(py, value, &self.zones);
                }
                let values = values.iter().map(|value| value::from_value(py, value, &self.zones));
                Ok(tuple(py, values)?.into_any())
            }
            None => Ok(default.unwrap_or_else(|| py.None().into_bound(py))),
        }
    }

    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        if self.inner.property(name).is_none() {
            return Err(PyKeyError::new_err(name.to_ascii_uppercase()));
        }
        self.get(py, name, None)
    }

    fn __contains__(&self, name: &str) -> bool {
        self.inner.property(name).is_some()
    }

    /// The components directly inside, in order.
    #[getter]
    fn components<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        tuple(py, self.inner.components().map(|inner| self.child(py, inner)))
    }

    /// What reading its text could not take as it stood; empty for what was not read from text.
    #[getter]
    fn problems<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        tuple(py, self.problems.iter().map(|problem| from_problem(py, problem)))
    }

    /// A copy in which the property has that value; `None` takes it out.
    #[pyo3(signature = (name, value, params=None))]
    fn with_property<'py>(
        slf: &Bound<'py, Self>,
        name: &str,
        value: &Bound<'py, PyAny>,
        params: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::changed(slf, |inner| {
            if value.is_none() {
                inner.remove(name);
            } else {
                inner.set(Property::build(name, value, params)?);
            }
            Ok(())
        })
    }

    /// A copy with more properties after the others.
    #[pyo3(signature = (*properties))]
    fn adding<'py>(slf: &Bound<'py, Self>, properties: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        let properties: Vec<Bound<'py, Property>> = properties.extract()?;
        Self::changed(slf, |inner| {
            properties.iter().for_each(|property| inner.push(property.get().buf.clone()));
            Ok(())
        })
    }

    /// A copy without any property of that name.
    fn without<'py>(slf: &Bound<'py, Self>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        Self::changed(slf, |inner| {
            inner.remove(name);
            Ok(())
        })
    }

    /// A copy that has these components directly inside instead of those it had.
    fn with_components<'py>(
        slf: &Bound<'py, Self>,
        components: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let components: Vec<Bound<'py, Self>> = components.extract()?;
        Self::changed(slf, |inner| {
            inner.retain_components(|_| false);
            for component in &components {
                inner.push_component(ical::Component::clone(&component.get().inner));
            }
            Ok(())
        })
    }

    /// A copy with the VTIMEZONE components that its times need and it lacks (RFC 5545 §3.6.5).
    ///
    /// `others` are components whose own definitions are taken where they have one.
    #[pyo3(signature = (others=None))]
    fn with_time_zones<'py>(
        slf: &Bound<'py, Self>,
        others: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let others: Vec<Bound<'py, Self>> =
            others.map(PyAnyMethods::extract).transpose()?.unwrap_or_default();
        let py = slf.py();
        let first = slf.get().inner.components().find(|component| !component.is("VTIMEZONE"));
        let first = first.map(|component| component.name().into_owned()).unwrap_or_default();
        Self::changed(slf, |inner| {
            let used = Zones::default().used(inner);
            for other in &others {
                for zone in other.get().zones.shell().or_raise(py)?.into_components() {
                    let Some(tzid) = zone.text("TZID") else { continue };
                    let is_same = |own: &ical::Component| own.text("TZID").as_ref() == Some(&tzid);
                    let is_there = inner.components_named("VTIMEZONE").any(is_same);
                    if used.iter().any(|used| used.tzid == tzid) && !is_there {
                        inner.insert_component_before(&first, zone);
                    }
                }
            }
            Zones::of(inner).define_in(inner);
            Ok(())
        })
    }

    /// The first instant after the component as it says or implies it: by DTEND, DUE or DURATION.
    fn _end<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let end = Series::new(self.zones.get().clone(), &[&self.inner]).or_raise(py)?.end();
        end.map(|end| time::from_date_time(py, &end, &self.zones)).transpose()
    }

    /// What holds for an instance of the one object in it: the component of its own, or what the series says of it.
    fn _effective<'py>(
        &self,
        py: Python<'py>,
        instance: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let key = time::to_key(instance)?;
        let part = self.object(py)?.effective(&key);
        part.map(|part| self.child(py, &part)).transpose()
    }

    /// What it says, in words, for a reader in that zone (UTC unless told).
    #[pyo3(signature = (zone=None))]
    fn describe(&self, py: Python<'_>, zone: Option<&Bound<'_, PyAny>>) -> PyResult<String> {
        let zone = time::to_zone(zone)?;
        let calendar = &self.as_calendar(py)?;
        let words = Words::new(&zone, self.zones.get());
        let said = words.describe(calendar);
        let mut lines: Vec<String> = said.purpose.into_iter().chain(said.notes).collect();
        for item in &said.items {
            lines.push(format!("{}: {}", item.kind, item.title));
            lines.extend(
                words.rows(item, usize::MAX).into_iter().map(|(label, text)| format!("  {label:<12} {text}")),
            );
        }
        Ok(lines.join("\n"))
    }

    /// The component as iCalendar text: folded within 75 octets, lines ended by CRLF.
    fn to_ical<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let inner = &self.inner;
        PyBytes::new(py, &py.detach(|| inner.to_bytes()))
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let inner = &slf.get().inner;
        let class = slf.get_type().name()?;
        let first = |component: &ical::Component| {
            ["SUMMARY", "UID", "TZID", "ACTION"].iter().find_map(|name| component.text(name))
        };
        if let Some(said) = first(inner) {
            let said = PyString::new(slf.py(), &said);
            return Ok(format!("<{class} {}>", said.repr()?));
        }
        let about: Vec<_> = inner.components().filter(|component| !component.is("VTIMEZONE")).collect();
        let said = |component: &&ical::Component| {
            format!("{} {:?}", component.name(), first(component).unwrap_or_default())
        };
        let inside: Vec<String> = about.iter().take(3).map(said).collect();
        let method = inner.value("METHOD").map(|method| format!(" {method}")).unwrap_or_default();
        let name = if class.to_cow()? == "Component" { format!(" {}", inner.name()) } else { String::new() };
        let more = if about.len() > inside.len() { " …" } else { "" };
        let inside = if inside.is_empty() { String::new() } else { format!(": {}{more}", inside.join(", ")) };
        Ok(format!("<{class}{name}{method}{inside}>"))
    }

    fn __eq__(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.inner.to_bytes() == other.inner.to_bytes()
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.inner.to_bytes().hash(&mut hasher);
        hasher.finish()
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let (py, this) = (slf.py(), slf.get());
        let restore = py.import("reefknot._reefknot")?.getattr("_restore_component")?;
        let definitions = match this.inner.is("VCALENDAR") {
            true => Vec::new(),
            false => this.zones.shell().or_raise(py)?.to_bytes(),
        };
        let arguments =
            PyTuple::new(py, [PyBytes::new(py, &this.inner.to_bytes()), PyBytes::new(py, &definitions)])?;
        Ok((restore, arguments))
    }
}

impl Component {
    /// The VCALENDAR that it is, or one that holds it.
    pub(crate) fn as_calendar(&self, py: Python<'_>) -> PyResult<Arc<ical::Component>> {
        if self.inner.is("VCALENDAR") {
            return Ok(self.inner.clone());
        }
        let mut calendar = self.zones.shell().or_raise(py)?;
        calendar.push_component(ical::Component::clone(&self.inner));
        Ok(Arc::new(calendar))
    }

    /// A component of this one.
    pub(crate) fn child<'py>(&self, py: Python<'py>, inner: &ical::Component) -> PyResult<Bound<'py, PyAny>> {
        dress(py, Self::new(Arc::new(inner.clone()), self.zones.clone()))
    }
}

/// A component from the text that pickling made of it, and the zones it is in.
#[pyfunction]
pub(crate) fn _restore_component<'py>(
    py: Python<'py>,
    text: &[u8],
    definitions: &[u8],
) -> PyResult<Bound<'py, PyAny>> {
    let limits = Limits { bytes: u64::from(u32::MAX), ..Limits::default() };
    let read = |text: &[u8]| -> PyResult<Option<ical::Component>> {
        Ok(Stream::parse(text, &limits).or_raise(py)?.components().next().cloned())
    };
    let inner = read(text)?.ok_or_else(|| invalid(py, "there is no component in the pickle"))?;
    match read(definitions)? {
        Some(calendar) => dress(py, Component::new(Arc::new(inner), LazyZones::of(&Arc::new(calendar)))),
        None => dress(py, Component::alone(Arc::new(inner))),
    }
}
