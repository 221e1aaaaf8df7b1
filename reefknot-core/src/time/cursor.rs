//! Turning many civil times into instants, and back, without asking the zone each time.

use super::zone::{LocalResolution, Span, Zone};
use crate::value::Timestamp;

/// A zone and the span of it that was last used.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'z> {
    zone: &'z Zone,
    span: Option<Span>,
    reach: i64,
}

/// More than any clock is away from UTC, in seconds.
const FAR: i64 = 86_400;

impl<'z> Cursor<'z> {
    /// For a single question: looks no further than it must.
    pub(crate) const fn new(zone: &'z Zone) -> Self {
        Self { zone, span: None, reach: 2 * FAR }
    }

    /// For times in order: looks months ahead, once.
    pub(crate) const fn forward(zone: &'z Zone) -> Self {
        Self { zone, span: None, reach: 150 * FAR }
    }

    /// When the zone's clocks show a civil second.
    #[inline]
    pub(crate) fn resolve(&mut self, local: i64) -> LocalResolution {
        if let Some(span) = &self.span
            && local - FAR >= span.from
            && local + FAR < span.to
        {
            return LocalResolution::Single(Timestamp::from_seconds(local - i64::from(span.offset)));
        }
        self.search(local)
    }

    /// Seconds that the zone's clocks are ahead of UTC at an instant.
    #[inline]
    pub(crate) fn offset_at(&mut self, instant: Timestamp) -> i32 {
        let second = instant.seconds();
        match &self.span {
            Some(span) if (span.from..span.to).contains(&second) => span.offset,
            _ => self.span.insert(self.zone.span(second, self.reach)).offset,
        }
    }

    /// Tries all offsets in force within a day of the time.
    fn search(&mut self, local: i64) -> LocalResolution {
        let mut span = self.zone.span(local - FAR, self.reach);
        let (mut first, mut before) = (None, span.offset);
        loop {
            let instant = local - i64::from(span.offset);
            if (span.from..span.to).contains(&instant) {
                match first {
                    None => {
                        first = Some(instant);
                        self.span = Some(span);
                    }
                    Some(first) => {
                        return LocalResolution::Overlap {
                            earlier: Timestamp::from_seconds(first),
                            later: Timestamp::from_seconds(instant),
                        };
                    }
                }
            }
            if span.to > local + FAR {
                break;
            }
            let next = self.zone.span(span.to, self.reach);
            // The gap lies between the last span that ended before the time and the next.
            let ends = span.to + i64::from(span.offset);
            if first.is_none() && ends <= local && local < span.to + i64::from(next.offset) {
                before = span.offset;
                return LocalResolution::Gap {
                    instant: Timestamp::from_seconds(local - i64::from(before)),
                    before,
                    after: next.offset,
                };
            }
            span = next;
        }
        LocalResolution::Single(Timestamp::from_seconds(first.unwrap_or(local - i64::from(before))))
    }
}
