//! What an invitation collides with, instance by instance.

use std::ops::Range;

use super::{BusyCalendar, BusyPeriod, BusyType, Doubt, Taken};
use crate::Result;
use crate::ical::Limits;
use crate::recurrence::{InstanceKey, bounds};
use crate::scheduling::{Identities, SchedulingObject, fields};
use crate::time::Zone;
use crate::value::Timestamp;

/// Two instances at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Which instance of the invitation.
    pub instance: InstanceKey,
    /// When that instance begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// The UID of the event it collides with.
    pub uid: String,
    /// Which instance of that event.
    pub other: InstanceKey,
    /// When that one takes place, and how its time is taken.
    pub period: BusyPeriod,
}

/// What was found within a horizon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflicts {
    /// What was looked at: nothing is known of before and after.
    pub horizon: Range<Timestamp>,
    /// The instances of the invitation in it, each with its start and end.
    pub instances: Vec<(InstanceKey, Range<Timestamp>)>,
    /// The collisions, in the order of the invitation's instances.
    pub conflicts: Vec<Conflict>,
    /// Whether the invitation goes on after the horizon.
    pub goes_on: bool,
    /// What could not be known.
    pub doubts: Vec<Doubt>,
}

/// Finds what each instance of an invitation collides with in a calendar, itself left out.
///
/// A series can go on for ever, so the search is bounded by the horizon, which the answer repeats; where the
/// limit of instances is reached first, the horizon ends with the last of them. `reader` is the zone
/// in which the user's whole days and floating times lie.
///
/// # Errors
/// When the invitation has a date or a rule that cannot be expanded.
pub fn conflicts(
    invitation: &SchedulingObject,
    calendar: &BusyCalendar<'_>,
    horizon: Range<Timestamp>,
    reader: &Zone,
    limits: &Limits,
) -> Result<Conflicts> {
    let series = invitation.expansion()?;
    let (instances, budget) = bounds(limits);
    let found = series.instances(horizon.clone(), reader, instances, budget);
    let after = horizon.end..Timestamp::MAX;
    let goes_on = found.stopped.is_some() || {
        let later = series.instances(after, reader, 1, budget);
        !later.items.is_empty() || later.stopped.is_some()
    };
    let instances: Vec<_> = found
        .items
        .iter()
        .filter(|instance| !fields::is_cancelled(instance.component))
        .filter_map(|instance| Some((instance.key.clone(), instance.start_instant?..instance.end_instant?)))
        .collect();
    let horizon = match (found.stopped, instances.last()) {
        (Some(_), Some((_, last))) => horizon.start..last.start.min(horizon.end),
        _ => horizon,
    };
    let (taken, doubts) = calendar.taken(horizon.clone(), reader, limits);
    let mut doubts = doubts.doubts().to_vec();
    if let Some(unresolved) = found.unresolved {
        doubts.push(Doubt { uid: invitation.uid().to_owned(), why: unresolved.to_string() });
    }
    let others: Vec<_> = taken.iter().filter(|taken| taken.uid != invitation.uid()).collect();
    let conflicts = collide(&instances, &others);
    Ok(Conflicts { horizon, instances, conflicts, goes_on, doubts })
}

/// Where an object in the owner's calendar and another both take the same time for certain.
///
/// What is cancelled, declined, transparent or tentative holds nothing. The horizon is as for [`conflicts`].
#[must_use]
pub fn held_twice(
    object: &SchedulingObject,
    owner: &Identities,
    calendar: &BusyCalendar<'_>,
    horizon: Range<Timestamp>,
    reader: &Zone,
    limits: &Limits,
) -> Vec<Conflict> {
    let certain = |taken: &&Taken<'_>| taken.period.busy > BusyType::Tentative;
    let (own, _) = BusyCalendar::new([object], owner).taken(horizon.clone(), reader, limits);
    let (taken, _) = calendar.taken(horizon, reader, limits);
    let instances: Vec<_> =
        own.iter().filter(certain).map(|own| (own.key.clone(), own.period.start..own.period.end)).collect();
    let others: Vec<_> = taken.iter().filter(certain).filter(|taken| taken.uid != object.uid()).collect();
    collide(&instances, &others)
}

/// The collisions of instances with what takes time, both by start.
fn collide(instances: &[(InstanceKey, Range<Timestamp>)], others: &[&Taken<'_>]) -> Vec<Conflict> {
    // The latest end of all that begin no later, so that a search can begin behind what is over.
    let mut over = Timestamp::MIN;
    let ends: Vec<Timestamp> = others
        .iter()
        .map(|taken| {
            over = over.max(taken.period.end);
            over
        })
        .collect();
    let mut conflicts = Vec::new();
    for (key, span) in instances {
        let first = ends.partition_point(|end| *end <= span.start);
        let near = others[first..].iter().take_while(|taken| taken.period.start < span.end);
        for taken in near.filter(|taken| taken.period.end > span.start && taken.period.busy != BusyType::Free)
        {
            conflicts.push(Conflict {
                instance: key.clone(),
                start: span.start,
                end: span.end,
                uid: taken.uid.to_owned(),
                other: taken.key.clone(),
                period: taken.period,
            });
        }
    }
    conflicts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::freebusy::calendar::tests::{event, owner};

    fn find(invitation: &SchedulingObject, others: &[SchedulingObject], horizon: Range<&str>) -> Conflicts {
        let calendar = BusyCalendar::new(others, &owner());
        let horizon = horizon.start.parse().unwrap()..horizon.end.parse().unwrap();
        conflicts(
            invitation,
            &calendar,
            horizon,
            &Zone::UTC,
            &Limits { instances: 10_000, ..Limits::default() },
        )
        .unwrap()
    }

    #[test]
    fn a_series_against_a_series_within_the_horizon() {
        let invitation = event("new", "DTSTART:20260302T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\n");
        let others = [
            event("monthly", "DTSTART:20260302T093000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=MONTHLY;BYDAY=1MO\r\n"),
            event("touches", "DTSTART:20260309T100000Z\r\nDURATION:PT1H\r\n"),
            event("new", "DTSTART:20260302T090000Z\r\nDURATION:PT1H\r\n"),
            event("long", "DTSTART:20260314T000000Z\r\nDTEND:20260324T000000Z\r\nSTATUS:TENTATIVE\r\n"),
        ];
        let found = find(&invitation, &others, "20260301T000000Z".."20260501T000000Z");
        let said: Vec<_> = found
            .conflicts
            .iter()
            .map(|one| format!("{} {} {} {}", one.instance, one.uid, one.other, one.period.busy))
            .collect();
        assert_eq!(
            said,
            [
                "20260302T090000Z monthly 20260302T093000Z BUSY",
                "20260316T090000Z long  BUSY-TENTATIVE",
                "20260323T090000Z long  BUSY-TENTATIVE",
                "20260406T090000Z monthly 20260406T093000Z BUSY",
            ]
        );
        assert!(found.goes_on);
        assert_eq!(found.instances.len(), 9);
    }

    #[test]
    fn an_invitation_that_ends_within_the_horizon_is_known_whole() {
        let invitation = event("new", "DTSTART:20260302T090000Z\r\nDURATION:PT1H\r\n");
        let found = find(&invitation, &[], "20260301T000000Z".."20260501T000000Z");
        assert!(!found.goes_on && found.conflicts.is_empty() && found.doubts.is_empty());
    }

    #[test]
    fn more_instances_than_are_looked_at_shorten_the_horizon() {
        let invitation = event("new", "DTSTART:20260302T090000Z\r\nDURATION:PT1M\r\nRRULE:FREQ=MINUTELY\r\n");
        let found = find(&invitation, &[], "20260301T000000Z".."20270301T000000Z");
        assert!(found.goes_on);
        assert!(found.horizon.end < "20260310T000000Z".parse().unwrap(), "{:?}", found.horizon);
    }
}
