//! Reefknot itself.

use reefknot_core::Error;
use reefknot_core::ical::{Component, Edit, Limits, PropertyBuf, Stream};
use reefknot_core::recurrence::{Budget, RecurrenceSet, Series};

/// Reads a stream.
///
/// # Errors
/// When a limit is exceeded.
pub fn read(text: &[u8]) -> Result<Stream, Error> {
    Stream::parse(text, &Limits::default())
}

/// How many VEVENTs the calendars hold.
#[must_use]
pub fn events(stream: &Stream) -> usize {
    stream.calendars().map(|calendar| calendar.components_named("VEVENT").count()).sum()
}

/// Raises the SEQUENCE of every event of a calendar.
///
/// # Errors
/// Never for a number; the constructor of a property is careful.
pub fn change(calendar: &mut Component) -> Result<usize, Error> {
    let sequence = PropertyBuf::new("SEQUENCE", "7")?;
    let events = calendar.components_mut().filter(|component| component.is("VEVENT"));
    Ok(events
        .map(|event| {
            event.edit(
                |property| {
                    if property.is("SEQUENCE") { Edit::Replace(sequence.clone()) } else { Edit::Keep }
                },
            )
        })
        .sum())
}

/// The instants of the first occurrences, in seconds since 1970.
///
/// # Panics
/// When the budget is spent, which no rule of the benches does.
#[must_use]
pub fn occurrences(set: &RecurrenceSet, count: usize) -> Vec<i64> {
    let (mut walk, mut budget) = (set.walk(), Budget::new(u64::MAX));
    let mut found = Vec::with_capacity(count);
    while found.len() < count {
        let Some(item) = walk.next(&mut budget).expect("the budget is endless") else { break };
        if let reefknot_core::recurrence::InstanceKey::At(instant) = item.key() {
            found.push(instant.seconds());
        }
    }
    found
}

/// The one series of a calendar of the benches.
///
/// # Panics
/// When the calendar is not one of the benches'.
#[must_use]
pub fn series(calendar: &Component) -> Series<'_> {
    Series::of(calendar, "0").expect("the benches' rules are valid").expect("the event has the UID 0")
}
