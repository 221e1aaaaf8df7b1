//! Reading what a TZID may mean beside a definition in its object.

use super::{Zone, iana, windows};
use crate::value::UtcOffset;
use chrono_tz::{TZ_VARIANTS, Tz};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The IANA names in lower case, to be found in any.
static NAMES: OnceLock<BTreeMap<String, Tz>> = OnceLock::new();
/// Their last words in lower case, with blanks: `new york`. Of several zones the first.
static PLACES: OnceLock<BTreeMap<String, Tz>> = OnceLock::new();

/// The IANA zone of that name, in any letter case.
pub(super) fn tz(name: &str) -> Option<Tz> {
    let all = || TZ_VARIANTS.into_iter().map(|tz| (tz.name().to_ascii_lowercase(), tz)).collect();
    let folded = || NAMES.get_or_init(all).get(&name.to_ascii_lowercase()).copied();
    name.parse().ok().or_else(folded)
}

fn place(city: &str) -> Option<Tz> {
    let all = || {
        let mut places = BTreeMap::new();
        for tz in TZ_VARIANTS {
            if let Some((_, last)) = tz.name().rsplit_once('/') {
                places.entry(last.to_ascii_lowercase().replace('_', " ")).or_insert(tz);
            }
        }
        places
    };
    PLACES.get_or_init(all).get(&city.to_ascii_lowercase()).copied()
}

/// The zone that a vendor's way of naming zones means.
pub(super) fn vendor(tzid: &str) -> Option<Zone> {
    // Exchange leaves the last two words out at times: `W. Europe`.
    let whole = |id: &str| windows::iana_name(&format!("{id} Standard Time"));
    if let Some(name) = windows::iana_name(tzid).or_else(|| whole(tzid)) {
        return tz(name).map(Zone::of_tz);
    }
    path(tzid).or_else(|| title(tzid)).or_else(|| dashed(tzid)).or_else(|| offset(tzid).map(Zone::fixed))
}

/// A path that ends in an IANA name, such as `/mozilla.org/20050126_1/Europe/Berlin`, `tzone://Microsoft/Utc`
/// or `posix/Europe/Vaduz`.
fn path(tzid: &str) -> Option<Zone> {
    let rooted = tzid.starts_with('/') || tzid.contains("://");
    let mut rest = tzid;
    while let Some((_, tail)) = rest.split_once('/') {
        // A bare last word is a zone only in a path that plainly is one: `Mars/GMT` is not.
        if (rooted || tail.contains('/'))
            && let Some(found) = tz(tail)
        {
            return Some(Zone::of_tz(found));
        }
        rest = tail;
    }
    None
}

/// `America-New_York` and the like, from systems whose names may hold no slash.
fn dashed(tzid: &str) -> Option<Zone> {
    let (area, place) = tzid.split_once('-')?;
    let area_known =
        ["Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific", "US"];
    let known = area_known.iter().any(|known| known.eq_ignore_ascii_case(area));
    known.then(|| tz(&format!("{area}/{}", place.trim_start_matches('-')))).flatten().map(Zone::of_tz)
}

/// An Outlook title: `(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna`.
///
/// All its cities share one zone, so that the first with an IANA name and the right offset will do.
fn title(tzid: &str) -> Option<Zone> {
    let (standard, places) = match tzid.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((offset_text, places)) => (Some(offset(offset_text)?), places.trim()),
        None => (None, tzid),
    };
    if let Some(name) = windows::titled(places) {
        return tz(name).map(Zone::of_tz).filter(|zone| standard.is_none_or(|own| keeps(zone, own)));
    }
    if places.is_empty()
        || places.starts_with("Coordinated Universal Time")
        || places.eq_ignore_ascii_case("Greenwich Mean Time")
    {
        return standard.map(Zone::fixed);
    }
    if standard.is_none() && !places.contains(',') {
        return None;
    }
    let cities = places.split([',', '/', ';']).map(str::trim).filter(|city| !city.is_empty());
    let zones = cities.filter_map(|city| place(city).map(Zone::of_tz));
    zones.into_iter().find(|zone| standard.is_none_or(|own| keeps(zone, own)))
}

/// Whether a zone's standard time is (or was lately) this far from UTC.
fn keeps(zone: &Zone, standard: UtcOffset) -> bool {
    let Some(tz) = zone.iana_name().and_then(tz) else { return false };
    // Winter and summer of some years: titles outlive changes of the law.
    let years = (1_262_304_000..1_767_225_600).step_by(182 * 86_400);
    years
        .into_iter()
        .any(|second| iana::offset(tz, second) == standard.seconds() && !iana::is_daylight(tz, second))
}

/// `UTC`, `Z`, `GMT+2`, `UTC-05:30`, `+0200`: hours ahead of UTC, as people write them (not as POSIX does).
fn offset(text: &str) -> Option<UtcOffset> {
    let text = text.trim();
    let prefix = ["UTC", "GMT", "UT", "Z"]
        .into_iter()
        .find(|prefix| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)));
    let rest = text[prefix.map_or(0, str::len)..].trim();
    if rest.is_empty() {
        return prefix.and_then(|_| UtcOffset::from_seconds(0));
    }
    let sign = if rest.starts_with('-') { -1 } else { 1 };
    let digits = rest.strip_prefix(['+', '-'])?;
    let (hours, minutes) = match digits.split_once([':', '.']) {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number = |text: &str| (text.len() <= 2).then(|| text.parse::<u8>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 14 && minutes < 60)
        .then(|| UtcOffset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)))
        .flatten()
}
