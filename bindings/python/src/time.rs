//! Dates and times: `datetime` on one side, the forms of RFC 5545 §3.3.4 and §3.3.5 on the other.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyDate, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyString, PyTime, PyTimeAccess, PyTzInfo,
    PyTzInfoAccess,
};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::time::{Zone, Zones};
use reefknot_core::value::{Clock, Date, DateTime, Duration, LocalDateTime, Timestamp, UtcOffset};

use crate::document::LazyZones;
use crate::errors::OrRaise;
use crate::python;

/// What Python calls UTC.
pub(crate) fn utc(py: Python<'_>) -> PyResult<&Bound<'_, PyTzInfo>> {
    static UTC: PyOnceLock<Py<PyTzInfo>> = PyOnceLock::new();
    UTC.get_or_try_init(py, || Ok(python::fixed_zone(py)?.getattr("utc")?.cast_into::<PyTzInfo>()?.unbind()))
        .map(|utc| utc.bind(py))
}

fn clock<'py>(
    py: Python<'py>,
    local: LocalDateTime,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> PyResult<Bound<'py, PyAny>> {
    let date = local.date();
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    PyDateTime::new(py, date.year(), date.month(), date.day(), hour, minute, second, 0, zone)
        .map(Bound::into_any)
}

/// The first instant that Python can write: iCalendar has one year more, which means "always".
const FIRST: i64 = -62_135_596_800;

/// An instant, in UTC.
pub(crate) fn from_instant<'py>(py: Python<'py>, instant: Timestamp) -> PyResult<Bound<'py, PyAny>> {
    clock(py, instant.max(Timestamp::from_seconds(FIRST)).to_utc_civil(), Some(utc(py)?))
}

pub(crate) fn from_date(py: Python<'_>, date: Date) -> PyResult<Bound<'_, PyAny>> {
    PyDate::new(py, date.year(), date.month(), date.day()).map(Bound::into_any)
}

pub(crate) fn from_clock(py: Python<'_>, clock: Clock, zone: bool) -> PyResult<Bound<'_, PyAny>> {
    let zone = if zone { Some(utc(py)?) } else { None };
    PyTime::new(py, clock.hour(), clock.minute(), clock.second(), 0, zone).map(Bound::into_any)
}

pub(crate) fn from_seconds(py: Python<'_>, days: i64, seconds: i64) -> PyResult<Bound<'_, PyAny>> {
    let days = i32::try_from(days + seconds.div_euclid(86_400))?;
    let seconds = i32::try_from(seconds.rem_euclid(86_400))?;
    PyDelta::new(py, days, seconds, 0, true).map(Bound::into_any)
}

/// A TZID of an object, as both sides know it.
pub(crate) struct Place {
    zone: Zone,
    /// The zone of that IANA name and Python's: the same as `zone`, unless the object defines it by itself.
    known: Option<(Zone, Py<PyTzInfo>)>,
    /// Whether the object defines the zone, so that the clocks of the two have to be compared.
    is_own: bool,
}

impl Place {
    /// What a TZID means in an object with these zones.
    pub(crate) fn of(py: Python<'_>, tzid: &str, zones: &Zones) -> PyResult<Self> {
        let zone = zones.resolve(tzid).map_err(reefknot_core::Error::from).or_raise(py)?.zone;
        let is_own = zone.iana_name().is_none();
        let known = if is_own { Zone::iana(&zone.name()) } else { Some(zone.clone()) };
        let known = known.and_then(|known| {
            let class = python::zone_info(py).ok()?;
            let info = class.call1((known.iana_name()?,)).ok()?.cast_into::<PyTzInfo>().ok()?;
            Some((known, info.unbind()))
        });
        Ok(Self { zone, known, is_own })
    }

    /// What Python has for the zone at a time on its clocks, whose instant may be known already.
    fn zone_at<'py>(
        &self,
        py: Python<'py>,
        local: LocalDateTime,
        instant: Option<Timestamp>,
    ) -> PyResult<Bound<'py, PyTzInfo>> {
        if let Some((_, info)) = self.known.as_ref().filter(|_| !self.is_own) {
            return Ok(info.bind(py).clone());
        }
        let instant = instant.unwrap_or_else(|| self.zone.instant(local));
        let offset = local.seconds_since_epoch() - instant.seconds();
        if let Some((known, info)) = &self.known
            && i64::from(known.offset_at(instant)) == offset
        {
            return Ok(info.bind(py).clone());
        }
        let name = self.zone.abbreviation(instant);
        let fixed = python::fixed_zone(py)?.call1((from_seconds(py, 0, offset)?, name))?;
        Ok(fixed.cast_into::<PyTzInfo>()?)
    }
}

/// A date or time of an object with these zones.
///
/// A TZID that is an IANA name, or stands for one, becomes a `ZoneInfo`. Where the object defines its zone otherwise,
/// the offset that its clocks have then is right, and that is what is given.
pub(crate) fn from_date_time<'py>(
    py: Python<'py>,
    value: &DateTime,
    zones: &LazyZones,
) -> PyResult<Bound<'py, PyAny>> {
    from_date_time_at(py, value, None, zones)
}

/// The same for a time whose instant is known.
pub(crate) fn from_date_time_at<'py>(
    py: Python<'py>,
    value: &DateTime,
    instant: Option<Timestamp>,
    zones: &LazyZones,
) -> PyResult<Bound<'py, PyAny>> {
    match value {
        DateTime::Date(date) => from_date(py, *date),
        DateTime::Floating(local) => clock(py, *local, None),
        DateTime::Utc(instant) => from_instant(py, *instant),
        DateTime::Zoned { local, tzid } => {
            let place = zones.place(py, tzid)?;
            clock(py, *local, Some(&place.zone_at(py, *local, instant)?))
        }
    }
}

fn date_of(value: &Bound<'_, PyDate>) -> PyResult<Date> {
    Date::new(value.get_year(), value.get_month(), value.get_day())
        .ok_or_else(|| PyValueError::new_err(format!("{value} is no date that iCalendar can write")))
}

fn local_of(value: &Bound<'_, PyDateTime>) -> PyResult<LocalDateTime> {
    let date = date_of(value.cast::<PyDate>()?)?;
    LocalDateTime::new(date, value.get_hour(), value.get_minute(), value.get_second())
        .ok_or_else(|| PyValueError::new_err(format!("{value} is no time that iCalendar can write")))
}

/// Seconds that an aware `datetime` is ahead of UTC; `None` for a naive one.
fn offset_of(value: &Bound<'_, PyDateTime>) -> PyResult<Option<i64>> {
    let offset = value.call_method0("utcoffset")?;
    if offset.is_none() {
        return Ok(None);
    }
    Ok(Some(whole_seconds(&offset.cast_into::<PyDelta>()?)))
}

/// What a `timedelta` lasts; fractions of a second are cut off.
fn whole_seconds(delta: &Bound<'_, PyDelta>) -> i64 {
    i64::from(delta.get_days()) * 86_400 + i64::from(delta.get_seconds())
}

/// The instant that an aware `datetime` means; fractions of a second are cut off.
pub(crate) fn instant(value: &Bound<'_, PyAny>) -> PyResult<Timestamp> {
    let Ok(time) = value.cast::<PyDateTime>() else {
        let kind = value.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "an aware datetime is wanted, such as datetime.now(timezone.utc), and not {kind} {}",
            value.repr()?
        )));
    };
    let Some(offset) = offset_of(time)? else {
        return Err(PyValueError::new_err(format!(
            "{} is naive, so nobody knows which instant it means; give it a tzinfo, such as ZoneInfo(\"Europe/Berlin\") or timezone.utc",
            value.repr()?
        )));
    };
    Ok(Timestamp::from_seconds(local_of(time)?.seconds_since_epoch() - offset))
}

/// One end of a window: an aware `datetime`, or a `date` that begins in that zone.
pub(crate) fn bound(value: &Bound<'_, PyAny>, zone: &Zone) -> PyResult<Timestamp> {
    if let Ok(date) = value.cast::<PyDate>()
        && !value.is_instance_of::<PyDateTime>()
    {
        return Ok(zone.instant(LocalDateTime::midnight(date_of(date)?)));
    }
    instant(value)
}

/// The window from `start` to `end`, in which whole days begin in that zone.
pub(crate) fn window(
    start: &Bound<'_, PyAny>,
    end: &Bound<'_, PyAny>,
    zone: &Zone,
) -> PyResult<std::ops::Range<Timestamp>> {
    Ok(bound(start, zone)?..bound(end, zone)?)
}

/// The name of a zone, if it is of a kind that has one: `zoneinfo` calls it `key`, `pytz` calls it `zone`.
fn name_of(zone: &Bound<'_, PyTzInfo>) -> Option<String> {
    ["key", "zone"].into_iter().find_map(|name| zone.getattr(name).ok()?.extract().ok())
}

/// A `date` or `datetime` in the form that iCalendar has for it.
///
/// With a zone that has an IANA name it is the clock time there; with any other it is the instant in UTC, and so is
/// the second of two equal clock times, which iCalendar cannot tell from the first.
pub(crate) fn to_date_time(value: &Bound<'_, PyAny>) -> PyResult<DateTime> {
    let Ok(time) = value.cast::<PyDateTime>() else {
        let Ok(date) = value.cast::<PyDate>() else {
            let kind = value.get_type().name()?;
            return Err(PyTypeError::new_err(format!("a date or datetime is wanted, and not {kind}")));
        };
        return Ok(DateTime::Date(date_of(date)?));
    };
    let local = local_of(time)?;
    let Some(zone) = time.get_tzinfo() else { return Ok(DateTime::Floating(local)) };
    let instant = instant(value)?;
    let Some(name) = name_of(&zone).filter(|name| !matches!(name.as_str(), "UTC" | "Etc/UTC")) else {
        return Ok(DateTime::Utc(instant));
    };
    match Zone::iana(&name) {
        Some(zone) if zone.instant(local) == instant => {
            Ok(DateTime::Zoned { local, tzid: zone.iana_name().unwrap_or(&name).into() })
        }
        _ => Ok(DateTime::Utc(instant)),
    }
}

/// A `timedelta`: whole days as days, the rest as seconds.
pub(crate) fn to_duration(value: &Bound<'_, PyDelta>) -> Duration {
    let total = whole_seconds(value);
    if total % 86_400 == 0 { Duration::from_days(total / 86_400) } else { Duration::from_seconds(total) }
}

/// A span of time in whole seconds.
pub(crate) fn seconds(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let delta = value.cast::<PyDelta>().map_err(|_| PyTypeError::new_err("a timedelta is wanted"))?;
    Ok(whole_seconds(delta))
}

/// A zone that somebody reads in: a `tzinfo` with an IANA name or a fixed offset, or such a name; UTC where there is none.
pub(crate) fn to_zone(value: Option<&Bound<'_, PyAny>>) -> PyResult<Zone> {
    let Some(value) = value else { return Ok(Zone::UTC) };
    let unknown = || {
        let shown = value.repr().map(|text| text.to_string()).unwrap_or_default();
        PyValueError::new_err(format!(
            "{shown} is no time zone with an IANA name or a fixed offset; write ZoneInfo(\"Europe/Berlin\")"
        ))
    };
    if let Ok(name) = value.cast::<PyString>() {
        return Zone::iana(&name.to_cow()?).ok_or_else(unknown);
    }
    let zone = value.cast::<PyTzInfo>().map_err(|_| unknown())?;
    if let Some(known) = name_of(zone).and_then(|name| Zone::iana(&name)) {
        return Ok(known);
    }
    let offset = zone.call_method1("utcoffset", (value.py().None(),))?;
    let offset = offset.cast_into::<PyDelta>().map_err(|_| unknown())?;
    let seconds = i32::try_from(whole_seconds(&offset)).ok();
    seconds.and_then(UtcOffset::from_seconds).map(Zone::fixed).ok_or_else(unknown)
}

/// Which instance is meant: `None` for the series, a `date`, a `datetime`, or a text where its zone is not known.
pub(crate) fn from_key<'py>(py: Python<'py>, key: &InstanceKey) -> PyResult<Bound<'py, PyAny>> {
    match key {
        InstanceKey::Master => Ok(py.None().into_bound(py)),
        InstanceKey::At(instant) => from_instant(py, *instant),
        InstanceKey::On(date) => from_date(py, *date),
        InstanceKey::Floating(local) => clock(py, *local, None),
        InstanceKey::Unresolved { .. } => Ok(PyString::new(py, &key.to_string()).into_any()),
    }
}

pub(crate) fn to_key(value: Option<&Bound<'_, PyAny>>) -> PyResult<InstanceKey> {
    let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(InstanceKey::Master) };
    if let Ok(text) = value.cast::<PyString>() {
        return text.to_cow()?.parse().or_raise(value.py());
    }
    Ok(InstanceKey::of(&to_date_time(value)?, &Zones::default()))
}
