//! One zone: what its clocks show at an instant, and when they show a time.

use super::{Cursor, Definition, iana, names};
use crate::value::{Duration, LocalDateTime, Timestamp, UtcOffset};
use chrono_tz::Tz;
use std::fmt;
use std::sync::Arc;

/// A zone, cheap to clone.
///
/// ```
/// use reefknot_core::time::Zone;
/// let berlin = Zone::iana("Europe/Berlin").unwrap();
/// let instant = berlin.instant("20260329T090000".parse()?);
/// assert_eq!(instant.to_string(), "20260329T070000Z");
/// assert_eq!(berlin.abbreviation(instant), "CEST");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Zone(Kind);

#[derive(Clone, PartialEq)]
enum Kind {
    Fixed(UtcOffset),
    Iana(Tz),
    Defined(Arc<Definition>),
}

/// When a zone's clocks show a given time (RFC 5545 §3.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalResolution {
    /// Once, as most times.
    Single(Timestamp),
    /// Never: the clocks were put forward past it.
    Gap {
        /// How the time is to be read: with the offset from before the gap.
        instant: Timestamp,
        /// Seconds ahead of UTC before the gap.
        before: i32,
        /// Seconds ahead of UTC after it.
        after: i32,
    },
    /// Twice: the clocks were put back over it.
    Overlap {
        /// The first time, which is how it is to be read.
        earlier: Timestamp,
        /// The second time.
        later: Timestamp,
    },
}

impl LocalResolution {
    /// The one instant that RFC 5545 §3.3.5 gives the time.
    #[must_use]
    pub const fn instant(self) -> Timestamp {
        match self {
            Self::Single(instant) | Self::Gap { instant, .. } | Self::Overlap { earlier: instant, .. } => {
                instant
            }
        }
    }
}

/// A span of time over which a zone keeps one offset: `[from, to)` in seconds since the epoch.
///
/// It need not be the longest such span: its neighbours may have the same offset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) offset: i32,
}

impl Span {
    pub(crate) const ALWAYS: Self = Self { from: i64::MIN / 4, to: i64::MAX / 4, offset: 0 };
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = match UtcOffset::from_seconds(0) {
        Some(offset) => Self(Kind::Fixed(offset)),
        None => unreachable!(),
    };

    /// A zone whose clocks are never changed.
    #[must_use]
    pub const fn fixed(offset: UtcOffset) -> Self {
        Self(Kind::Fixed(offset))
    }

    /// The zone with that IANA name, in any letter case.
    #[must_use]
    pub fn iana(name: &str) -> Option<Self> {
        names::tz(name).map(Kind::Iana).map(Self)
    }

    /// The zone that a VTIMEZONE defines.
    #[must_use]
    pub fn defined(definition: Definition) -> Self {
        Self(Kind::Defined(Arc::new(definition)))
    }

    pub(super) const fn of_tz(tz: Tz) -> Self {
        Self(Kind::Iana(tz))
    }

    /// The IANA name, the defined TZID, `UTC`, or an offset such as `+0200`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.0 {
            Kind::Fixed(offset) if offset.seconds() == 0 => "UTC".to_owned(),
            Kind::Fixed(offset) => offset.to_string(),
            Kind::Iana(tz) => tz.name().to_owned(),
            Kind::Defined(definition) => definition.tzid().to_owned(),
        }
    }

    /// The IANA name, if the zone has one.
    #[must_use]
    pub fn iana_name(&self) -> Option<&'static str> {
        match &self.0 {
            Kind::Iana(tz) => Some(tz.name()),
            Kind::Fixed(_) | Kind::Defined(_) => None,
        }
    }

    /// Seconds that the zone's clocks are ahead of UTC.
    #[must_use]
    pub fn offset_at(&self, instant: Timestamp) -> i32 {
        match &self.0 {
            Kind::Fixed(offset) => offset.seconds(),
            Kind::Iana(tz) => iana::offset(*tz, instant.seconds()),
            Kind::Defined(definition) => definition.span(instant.seconds()).offset,
        }
    }

    /// What people there call the time then: `CEST`, a TZNAME, or the offset.
    #[must_use]
    pub fn abbreviation(&self, instant: Timestamp) -> String {
        let name = match &self.0 {
            Kind::Fixed(_) => None,
            Kind::Iana(tz) => iana::abbreviation(*tz, instant.seconds()),
            Kind::Defined(definition) => definition.abbreviation(instant.seconds()).map(str::to_owned),
        };
        name.unwrap_or_else(|| match self.offset_at(instant) {
            0 => "UTC".to_owned(),
            offset => UtcOffset::from_seconds(offset).map_or_else(String::new, |offset| offset.to_string()),
        })
    }

    /// Whether daylight saving time is kept then.
    #[must_use]
    pub fn is_daylight(&self, instant: Timestamp) -> bool {
        match &self.0 {
            Kind::Fixed(_) => false,
            Kind::Iana(tz) => iana::is_daylight(*tz, instant.seconds()),
            Kind::Defined(definition) => definition.is_daylight(instant.seconds()),
        }
    }

    /// What the zone's clocks show.
    #[must_use]
    pub fn local(&self, instant: Timestamp) -> LocalDateTime {
        LocalDateTime::saturating_from_seconds(instant.seconds() + i64::from(self.offset_at(instant)))
    }

    /// When the zone's clocks show this: once, never or twice.
    #[must_use]
    pub fn to_utc(&self, local: LocalDateTime) -> LocalResolution {
        Cursor::new(self).resolve(local.seconds_since_epoch())
    }

    /// The instant that RFC 5545 §3.3.5 gives a time: the first of two, and in a gap the one
    /// that the offset before it gives.
    #[must_use]
    pub fn instant(&self, local: LocalDateTime) -> Timestamp {
        self.to_utc(local).instant()
    }

    /// The instant a duration after a time: its days on the clock, then its seconds as they
    /// pass (RFC 5545 §3.3.6).
    #[must_use]
    pub fn after(&self, local: LocalDateTime, duration: Duration) -> Timestamp {
        let days = duration.days().saturating_mul(86_400);
        let moved = LocalDateTime::saturating_from_seconds(local.seconds_since_epoch().saturating_add(days));
        self.instant(moved).saturating_add(duration.seconds())
    }

    /// The first instant, from `from` to `to`, at which the clocks of two zones show different times.
    ///
    /// ```
    /// use reefknot_core::time::Zone;
    /// let (berlin, london) = (Zone::iana("Europe/Berlin").unwrap(), Zone::iana("Europe/London").unwrap());
    /// let (from, to) = ("19680601T000000Z".parse()?, "19720101T000000Z".parse()?);
    /// // Britain kept Berlin's time all year round for a while.
    /// assert_eq!(berlin.first_difference(&london, from, to).unwrap().to_string(), "19711031T020000Z");
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    #[must_use]
    pub fn first_difference(&self, other: &Self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        const REACH: i64 = 200 * 86_400;
        let mut at = from.seconds();
        while at <= to.seconds() {
            let (own, others) = (self.span(at, REACH), other.span(at, REACH));
            if own.offset != others.offset {
                return Some(Timestamp::from_seconds(at));
            }
            at = own.to.min(others.to);
        }
        None
    }

    /// A span around an instant; where finding its end costs, at least `reach` seconds of it.
    pub(crate) fn span(&self, second: i64, reach: i64) -> Span {
        match &self.0 {
            Kind::Fixed(offset) => Span { offset: offset.seconds(), ..Span::ALWAYS },
            Kind::Iana(tz) => iana::span(*tz, second, reach),
            Kind::Defined(definition) => definition.span(second),
        }
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl From<Tz> for Zone {
    fn from(tz: Tz) -> Self {
        Self::of_tz(tz)
    }
}
