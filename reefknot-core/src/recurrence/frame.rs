//! The form of a series' DTSTART, in which all its other times are understood.

use super::InstanceKey;
use crate::time::{Cursor, LocalResolution, Unresolved, Zone, Zones};
use crate::value::date::Page;
use crate::value::{DateTime, LocalDateTime, Timestamp};
use std::sync::Arc;

/// What DTSTART is: it decides what two times of the series must share to be the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Frame {
    Date,
    Floating,
    Zoned { zone: Zone, tzid: Option<Arc<str>> },
    Unresolved { tzid: Arc<str> },
}

/// A time of a series: what orders it (an instant where there is one, otherwise the clock), and
/// what the series' own clock shows. Both in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) order: i64,
    pub(super) local: i64,
}

impl Frame {
    pub(super) fn of(start: &DateTime, zones: &Zones) -> Self {
        match start {
            DateTime::Date(_) => Self::Date,
            DateTime::Floating(_) => Self::Floating,
            DateTime::Utc(_) => Self::Zoned { zone: Zone::UTC, tzid: None },
            DateTime::Zoned { tzid, .. } => match zones.resolve(tzid) {
                Ok(resolution) => Self::Zoned { zone: resolution.zone, tzid: Some(tzid.clone()) },
                // The form itself says so from here on.
                Err(Unresolved { .. }) => Self::Unresolved { tzid: tzid.clone() },
            },
        }
    }

    pub(super) fn zone(&self) -> Option<&Zone> {
        match self {
            Self::Zoned { zone, .. } => Some(zone),
            Self::Date | Self::Floating | Self::Unresolved { .. } => None,
        }
    }

    /// The point that the series' clock shows.
    pub(super) fn at_local(&self, local: i64) -> Point {
        let order = self.zone().map_or(local, |zone| Cursor::new(zone).resolve(local).instant().seconds());
        Point { order, local }
    }

    /// The point at a value of the series' own order.
    pub(super) fn at_order(&self, order: i64) -> Point {
        let local = self.zone().map_or(order, |zone| {
            let instant = Timestamp::from_seconds(order);
            order + i64::from(zone.offset_at(instant))
        });
        Point { order, local }
    }

    /// What a value means in this series. `time_of_day` completes a DATE where times are needed.
    ///
    /// # Errors
    /// [`Unresolved`] if the two cannot be compared because a zone is not known.
    pub(super) fn point(
        &self,
        value: &DateTime,
        zones: &Zones,
        time_of_day: i64,
    ) -> Result<Point, Unresolved> {
        let civil = value.civil().seconds_since_epoch();
        match (self, value) {
            // A series of days means the day that was written, whatever its form.
            (Self::Date, _) => Ok(self.at_local(civil - civil.rem_euclid(86_400))),
            (_, DateTime::Date(_)) => Ok(self.at_local(civil + time_of_day)),
            (Self::Floating, _) | (_, DateTime::Floating(_)) => Ok(self.at_local(civil)),
            (Self::Zoned { tzid: Some(own), .. }, DateTime::Zoned { tzid, .. }) if own == tzid => {
                Ok(self.at_local(civil))
            }
            (Self::Zoned { .. }, _) => Ok(self.at_order(zones.instant(value, None)?.seconds())),
            (Self::Unresolved { tzid: own }, DateTime::Zoned { tzid, .. }) if own == tzid => {
                Ok(self.at_local(civil))
            }
            (Self::Unresolved { tzid }, DateTime::Utc(_) | DateTime::Zoned { .. }) => Err(Unresolved {
                tzid: tzid.to_string(),
                reason: format!("{value} cannot be compared with a series in it"),
            }),
        }
    }

    /// The key of an instance.
    #[inline]
    pub(super) fn key(&self, point: Point) -> InstanceKey {
        let local = || LocalDateTime::saturating_from_seconds(point.local);
        match self {
            Self::Date => InstanceKey::On(local().date()),
            Self::Floating => InstanceKey::Floating(local()),
            Self::Zoned { .. } => InstanceKey::At(Timestamp::from_seconds(point.order)),
            Self::Unresolved { tzid } => InstanceKey::Unresolved { local: local(), tzid: tzid.clone() },
        }
    }

    /// The point that a key of this series' own form names.
    pub(super) fn of_key(&self, key: &InstanceKey) -> Option<Point> {
        match (self, key) {
            (Self::Date, InstanceKey::On(date)) => {
                Some(self.at_local(LocalDateTime::midnight(*date).seconds_since_epoch()))
            }
            (Self::Floating, InstanceKey::Floating(local)) => {
                Some(self.at_local(local.seconds_since_epoch()))
            }
            (Self::Zoned { .. }, InstanceKey::At(instant)) => Some(self.at_order(instant.seconds())),
            (Self::Unresolved { tzid: own }, InstanceKey::Unresolved { local, tzid }) if own == tzid => {
                Some(self.at_local(local.seconds_since_epoch()))
            }
            _ => None,
        }
    }

    /// The value, in the form of DTSTART, of a time of the series.
    pub(super) fn value(&self, point: Point) -> DateTime {
        self.value_on(point, &mut Page::blank())
    }

    /// The [value](Self::value) of one time among many.
    #[inline]
    pub(super) fn value_on(&self, point: Point, page: &mut Page) -> DateTime {
        let local = LocalDateTime::on_page(point.local, page);
        match self {
            Self::Date => DateTime::Date(local.date()),
            Self::Floating => DateTime::Floating(local),
            Self::Zoned { tzid: None, .. } => DateTime::Utc(Timestamp::from_seconds(point.order)),
            Self::Zoned { tzid: Some(tzid), .. } | Self::Unresolved { tzid } => {
                DateTime::Zoned { local, tzid: tzid.clone() }
            }
        }
    }
}

/// Whether the clock skips the time, so that it comes out of order among its neighbours.
pub(super) const fn is_gap(resolution: LocalResolution) -> bool {
    matches!(resolution, LocalResolution::Gap { .. })
}
