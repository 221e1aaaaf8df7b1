//! What BYHOUR, BYMINUTE and BYSECOND come to: limits above, expansion below the frequency.

use super::DAY;
use crate::value::{Frequency, LocalDateTime, Recur};

/// The hours, minutes and seconds that a frequency below a day is limited to, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    hours: u64,
    minutes: u64,
    seconds: u64,
}

impl Clock {
    /// Every time of the day.
    pub(super) const ANY: Self =
        Self { hours: (1 << 24) - 1, minutes: (1 << 60) - 1, seconds: (1 << 60) - 1 };

    pub(super) fn new(recur: &Recur) -> Self {
        let limit = |all: u64, given: &[u8], highest: Frequency| {
            if recur.freq > highest || given.is_empty() {
                return all;
            }
            given.iter().fold(0, |bits, item| bits | 1 << (*item).min(59))
        };
        Self {
            hours: limit(Self::ANY.hours, &recur.by_hour, Frequency::Hourly),
            minutes: limit(Self::ANY.minutes, &recur.by_minute, Frequency::Minutely),
            seconds: limit(Self::ANY.seconds, &recur.by_second, Frequency::Secondly),
        }
    }

    /// The first second of the day that it allows.
    pub(super) fn first(self) -> i64 {
        second_of(
            i64::from(self.hours.trailing_zeros()),
            i64::from(self.minutes.trailing_zeros()),
            i64::from(self.seconds.trailing_zeros()),
        )
    }

    /// The first second of the day that it allows at that one or later.
    pub(super) fn at_or_after(self, second_of_day: i64) -> Option<i64> {
        let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
        let first = Self { hours: 1, ..self }.first();
        if self.hours >> hour & 1 == 1 {
            if self.minutes >> minute & 1 == 1
                && let Some(second) = bit_from(self.seconds, second)
            {
                return Some(second_of(hour, minute, second));
            }
            if let Some(minute) = bit_from(self.minutes, minute + 1) {
                return Some(second_of(hour, minute, first % 60));
            }
        }
        bit_from(self.hours, hour + 1).map(|hour| hour * 3600 + first)
    }

    /// Whether it allows one of the times that every so many seconds from `second` come up on some day.
    pub(super) fn ever_allows(self, second: i64, every: i64) -> bool {
        // Day after day these times move on by what a day is not a multiple of.
        let step = gcd(every, DAY);
        let mut at = second.rem_euclid(step);
        while at < DAY
            && let Some(allowed) = self.at_or_after(at)
        {
            let behind = (allowed - second).rem_euclid(step);
            if behind == 0 {
                return true;
            }
            at = allowed + step - behind;
        }
        false
    }
}

/// The seconds of a day, sorted, at which each day, hour or minute found has its instances.
pub(super) fn offsets(recur: &Recur, start: LocalDateTime) -> Vec<i64> {
    let list = |given: &[u8], own: u8, shortest: Frequency| match (recur.freq > shortest, given) {
        (false, _) => vec![0],
        (true, []) => vec![own],
        (true, given) => given.to_vec(),
    };
    let hours = list(&recur.by_hour, start.hour(), Frequency::Hourly);
    let minutes = list(&recur.by_minute, start.minute(), Frequency::Minutely);
    let seconds = list(&recur.by_second, start.second(), Frequency::Secondly);
    let mut offsets = Vec::with_capacity(hours.len() * minutes.len() * seconds.len());
    for hour in &hours {
        for minute in &minutes {
            // Second 60 is read as 59, as in any time (RFC 5545 §3.3.12).
            let second =
                |second: &u8| second_of((*hour).into(), (*minute).into(), i64::from(*second).min(59));
            offsets.extend(seconds.iter().map(second));
        }
    }
    offsets.dedup();
    offsets
}

const fn second_of(hour: i64, minute: i64, second: i64) -> i64 {
    hour * 3600 + minute * 60 + second
}

/// The lowest set bit that is not below `from`, which is at most 60.
fn bit_from(bits: u64, from: i64) -> Option<i64> {
    let rest = bits >> from;
    (rest != 0).then(|| from + i64::from(rest.trailing_zeros()))
}

const fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
