//! Busy time, what an invitation collides with, and times to meet: records of `reefknot._busy`.

use std::ops::Range;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use reefknot_core::freebusy::{
    Attendance, Availability, BusyCalendar, BusyPeriod, BusyTime, BusyType, Clash, Conflicts, Person, Search,
    Suggestion, busy_component, busy_of, conflicts, suggest,
};
use reefknot_core::ical::{self, Limits};
use reefknot_core::scheduling::SchedulingObject;
use reefknot_core::value::Timestamp;

use crate::document::{self, Component, to_limits};
use crate::engine::{to_identities, wanted};
use crate::errors::OrRaise;
use crate::message::tuple;
use crate::{python, time, value};

fn from_type(py: Python<'_>, busy: BusyType) -> PyResult<Bound<'_, PyAny>> {
    python::busy_type(py)?.call1((busy.as_str(),))
}

fn from_period<'py>(py: Python<'py>, period: &BusyPeriod) -> PyResult<Bound<'py, PyAny>> {
    let (start, end) = (time::from_instant(py, period.start)?, time::from_instant(py, period.end)?);
    python::busy_period(py)?.call1((start, end, from_type(py, period.busy)?))
}

pub(crate) fn from_busy<'py>(py: Python<'py>, busy: &BusyTime) -> PyResult<Bound<'py, PyAny>> {
    let window = busy.window();
    let doubts = busy.doubts().iter();
    let doubts = doubts.map(|doubt| python::doubt(py)?.call1((doubt.uid.as_str(), doubt.why.as_str())));
    python::busy_time(py)?.call1((
        time::from_instant(py, window.start)?,
        time::from_instant(py, window.end)?,
        tuple(py, busy.periods().iter().map(|period| from_period(py, period)))?,
        tuple(py, doubts)?,
    ))
}

fn to_busy(busy: &Bound<'_, PyAny>) -> PyResult<BusyTime> {
    if !busy.is_instance(python::busy_time(busy.py())?)? {
        let kind = busy.get_type().name()?;
        let message =
            format!("a BusyTime is wanted, and not {kind}; `freebusy` and BusyTime.from_calendar make one");
        return Err(PyTypeError::new_err(message));
    }
    let instant = |of: &Bound<'_, PyAny>, name: &str| time::instant(&of.getattr(name)?);
    let mut periods = Vec::new();
    for period in busy.getattr("periods")?.try_iter()? {
        let period = period?;
        let kind: String = period.getattr("busy")?.extract()?;
        periods.push(BusyPeriod {
            start: instant(&period, "start")?,
            end: instant(&period, "end")?,
            busy: BusyType::parse(&kind),
        });
    }
    Ok(BusyTime::of(instant(busy, "start")?..instant(busy, "end")?, periods))
}

/// When one user is busy, by everything in their calendar.
#[pyfunction]
#[pyo3(signature = (calendars, identities, start, end, zone=None, limits=None))]
pub(crate) fn _busy<'py>(
    py: Python<'py>,
    calendars: &Bound<'py, PyAny>,
    identities: &Bound<'py, PyAny>,
    start: &Bound<'py, PyAny>,
    end: &Bound<'py, PyAny>,
    zone: Option<&Bound<'py, PyAny>>,
    limits: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (identities, zone, limits) = (to_identities(identities)?, time::to_zone(zone)?, to_limits(limits)?);
    let window = time::window(start, end, &zone)?;
    let (mut objects, mut wholes) = (Vec::new(), Vec::new());
    for calendar in calendars.try_iter()? {
        let calendar = calendar?;
        objects.extend(objects_of(&calendar)?);
        wholes.push(calendar.cast::<Component>()?.get().as_calendar(py)?);
    }
    let busy = py.detach(|| {
        let availability = wholes.iter().map(|whole| Availability::of_calendar(whole));
        let availability = availability.collect::<reefknot_core::Result<Vec<_>>>()?.into_iter().flatten();
        let calendar = BusyCalendar::new(objects.iter().map(|object| &**object), &identities);
        Ok(calendar.with_availability(availability).busy(window, &zone, &limits))
    });
    from_busy(py, &busy.or_raise(py)?)
}

/// The objects of a calendar, which may be a file that holds many.
fn objects_of(calendar: &Bound<'_, PyAny>) -> PyResult<Vec<Arc<SchedulingObject>>> {
    let py = calendar.py();
    let Ok(component) = calendar.cast::<Component>() else { return Ok(vec![wanted(calendar)?]) };
    let whole = component.get().as_calendar(py)?;
    let objects = py.detach(|| SchedulingObject::all(ical::Component::clone(&whole))).or_raise(py)?;
    Ok(objects.into_iter().map(Arc::new).collect())
}

/// The busy time in a VFREEBUSY that somebody sent or published.
#[pyfunction]
pub(crate) fn _busy_of<'py>(calendar: &Bound<'py, Component>) -> PyResult<Bound<'py, PyAny>> {
    let py = calendar.py();
    let whole = calendar.get().as_calendar(py)?;
    from_busy(py, &busy_of(&whole).or_raise(py)?)
}

/// Busy time to publish: a VFREEBUSY of METHOD:PUBLISH.
#[pyfunction]
pub(crate) fn _busy_calendar<'py>(
    busy: &Bound<'py, PyAny>,
    owner: &Bound<'py, PyAny>,
    uid: &str,
    stamp: &Bound<'py, PyAny>,
    product: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let py = busy.py();
    let (owner, stamp) = (value::to_address(owner)?, time::instant(stamp)?);
    let calendar = busy_component(uid, &owner, &to_busy(busy)?, stamp, product).or_raise(py)?;
    document::calendar(py, Arc::new(calendar))
}

/// Both at once, as for two calendars of one person; the window is that of the first.
#[pyfunction]
pub(crate) fn _busy_both<'py>(
    one: &Bound<'py, PyAny>,
    other: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    from_busy(one.py(), &to_busy(one)?.and(&to_busy(other)?))
}

pub(crate) fn to_attendance(value: &Bound<'_, PyAny>) -> PyResult<Attendance> {
    let text: String = value.extract()?;
    Ok(if text == "optional" { Attendance::Optional } else { Attendance::Required })
}

fn from_attendance(py: Python<'_>, attendance: Attendance) -> PyResult<Bound<'_, PyAny>> {
    let text = match attendance {
        Attendance::Required => "required",
        Attendance::Optional => "optional",
    };
    python::attendance(py)?.call1((text,))
}

/// What is looked for, in the words of Python.
pub(crate) fn to_search(
    start: &Bound<'_, PyAny>,
    end: &Bound<'_, PyAny>,
    length: &Bound<'_, PyAny>,
    step: &Bound<'_, PyAny>,
    most: usize,
) -> PyResult<Search> {
    let zone = reefknot_core::time::Zone::UTC;
    let Range { start: from, end: to } = time::window(start, end, &zone)?;
    Ok(Search { from, to, length: time::seconds(length)?, step: time::seconds(step)?, most })
}

pub(crate) fn to_people(people: &Bound<'_, PyAny>) -> PyResult<Vec<Person>> {
    let person = |person: PyResult<Bound<'_, PyAny>>| {
        let person = person?;
        Ok(Person {
            address: value::to_address(&person.getattr("address")?)?,
            attendance: to_attendance(&person.getattr("attendance")?)?,
            busy: to_busy(&person.getattr("busy")?)?,
        })
    };
    people.try_iter()?.map(person).collect()
}

pub(crate) fn from_suggestion<'py>(py: Python<'py>, found: &Suggestion) -> PyResult<Bound<'py, PyAny>> {
    let clash = |clash: &Clash| {
        python::clash(py)?.call1((
            value::from_address(py, &clash.address)?,
            from_attendance(py, clash.attendance)?,
            from_type(py, clash.busy)?,
        ))
    };
    python::suggestion(py)?.call1((
        time::from_instant(py, found.start)?,
        time::from_instant(py, found.end)?,
        tuple(py, found.clashes.iter().map(clash))?,
    ))
}

/// Times at which all, or most, of some people can come.
#[pyfunction]
pub(crate) fn _suggest<'py>(
    people: &Bound<'py, PyAny>,
    start: &Bound<'py, PyAny>,
    end: &Bound<'py, PyAny>,
    length: &Bound<'py, PyAny>,
    step: &Bound<'py, PyAny>,
    most: usize,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let py = people.py();
    let (people, search) = (to_people(people)?, to_search(start, end, length, step, most)?);
    let found = py.detach(|| suggest(&people, &search)).or_raise(py)?;
    found.iter().map(|found| from_suggestion(py, found)).collect()
}

pub(crate) fn from_conflicts<'py>(py: Python<'py>, found: &Conflicts) -> PyResult<Bound<'py, PyAny>> {
    let instant = |at: Timestamp| time::from_instant(py, at);
    let all = found.conflicts.iter().map(|one| {
        python::conflict(py)?.call1((
            time::from_key(py, &one.instance)?,
            instant(one.start)?,
            instant(one.end)?,
            one.uid.as_str(),
            time::from_key(py, &one.other)?,
            from_period(py, &one.period)?,
        ))
    });
    let doubts = found.doubts.iter();
    let doubts = doubts.map(|doubt| python::doubt(py)?.call1((doubt.uid.as_str(), doubt.why.as_str())));
    python::conflicts(py)?.call1((
        instant(found.horizon.start)?,
        instant(found.horizon.end)?,
        tuple(py, all)?,
        found.goes_on,
        tuple(py, doubts)?,
    ))
}

/// What each instance of an invitation collides with in a calendar, itself left out.
#[pyfunction]
#[pyo3(signature = (invitation, calendars, identities, start, end, zone=None))]
pub(crate) fn _conflicts<'py>(
    invitation: &Bound<'py, PyAny>,
    calendars: &Bound<'py, PyAny>,
    identities: &Bound<'py, PyAny>,
    start: &Bound<'py, PyAny>,
    end: &Bound<'py, PyAny>,
    zone: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = invitation.py();
    let (invitation, identities, zone) =
        (wanted(invitation)?, to_identities(identities)?, time::to_zone(zone)?);
    let window = time::window(start, end, &zone)?;
    let mut objects = Vec::new();
    for calendar in calendars.try_iter()? {
        objects.extend(objects_of(&calendar?)?);
    }
    let found = py.detach(|| {
        let calendar = BusyCalendar::new(objects.iter().map(|object| &**object), &identities);
        conflicts(&invitation, &calendar, window, &zone, &Limits::default())
    });
    from_conflicts(py, &found.or_raise(py)?)
}
