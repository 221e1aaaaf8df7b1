//! A delegation, as an object shows it (RFC 5545 §3.2.4, §3.2.5, RFC 5546 §3.2.2.3).
//!
//! DELEGATED-TO says whom somebody sends in their place. DELEGATED-FROM says in whose place somebody is there, and may
//! name several. Who is on the list without it was invited themselves: no delegation brings or removes them.

use std::collections::BTreeSet;
use std::slice::from_ref;

use super::attendee::{Attendee, PartStat, reopen};
use super::object::{SchedulingObject, attendee_among, attendees, edit_attendee};
use super::part::Part;
use crate::Result;
use crate::ical::{Component, Edit, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::value::CalendarUserAddress;

/// Writes into a component to whom an attendee delegated; a delegate who is not on it yet is asked, and one whom others
/// sent is there in place of them all.
pub(crate) fn delegate(
    part: &mut Component,
    delegator: &CalendarUserAddress,
    delegates: &[CalendarUserAddress],
) -> Result<()> {
    set_people(part, delegator, "DELEGATED-TO", delegates)?;
    let listed = attendees(part);
    for delegate in delegates {
        match listed.iter().find(|attendee| attendee.address == *delegate) {
            None => {
                let mut line = PropertyBuf::new("ATTENDEE", delegate.uri())?;
                line.set_param("RSVP", "TRUE")?;
                line.set_param("DELEGATED-FROM", delegator.uri())?;
                part.push(line);
            }
            Some(sent) if !sent.delegated_from.is_empty() && !sent.delegated_from.contains(delegator) => {
                let all = [&sent.delegated_from[..], from_ref(delegator)].concat();
                set_people(part, delegate, "DELEGATED-FROM", &all)?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Takes back from a component what somebody delegated to the people chosen. Gives whom that takes off it: delegates in
/// whose place nobody else stands, and whom those sent in turn.
pub(crate) fn recall(
    part: &mut Component,
    delegator: &CalendarUserAddress,
    chosen: &dyn Fn(&CalendarUserAddress) -> bool,
) -> Result<BTreeSet<CalendarUserAddress>> {
    let concerned = attendees(part).into_iter().filter(|attendee| {
        attendee.address == *delegator && !attendee.delegated_to.is_empty()
            || attendee.delegated_from.contains(delegator) && chosen(&attendee.address)
    });
    let concerned: Vec<_> = concerned.map(|attendee| attendee.address).collect();
    let mut gone = BTreeSet::new();
    for who in concerned {
        // As the component has them now: whom somebody sent in turn may be off it already.
        let Some(attendee) = attendee_among(part, |address| *address == who) else { continue };
        if who == *delegator {
            let kept: Vec<_> = attendee.delegated_to.into_iter().filter(|sent| !chosen(sent)).collect();
            set_people(part, &who, "DELEGATED-TO", &kept)?;
            continue;
        }
        let others: Vec<_> =
            attendee.delegated_from.into_iter().filter(|sender| sender != delegator).collect();
        if others.is_empty() {
            remove(part, &who);
            gone.extend(recall(part, &who, &|_| true)?);
            gone.insert(who);
        } else {
            set_people(part, &who, "DELEGATED-FROM", &others)?;
        }
    }
    Ok(gone)
}

/// What follows where delegates were taken off a component.
#[derive(Debug, Default)]
pub(crate) struct Withdrawn {
    /// In whose place nobody comes any more.
    pub(crate) delegators: BTreeSet<CalendarUserAddress>,
    /// Whom the delegates had sent in turn, and who are off it as well.
    pub(crate) gone: BTreeSet<CalendarUserAddress>,
}

/// Takes back what was delegated to people who are on a component no more, where these were on it before.
///
/// The place that a delegate took falls back to the delegator, who is on it still, so whom the delegate had sent on does
/// not take it either: they would come "in addition to" the delegator (RFC 5546 §3.2.2.3). Who is left on it by
/// themselves, the delegator being off it, is there because whoever wrote the list wants them.
pub(crate) fn withdraw(part: &mut Component, before: &[Attendee]) -> Result<Withdrawn> {
    let listed: BTreeSet<_> = attendees(part).into_iter().map(|attendee| attendee.address).collect();
    let taken_off: Vec<_> = before.iter().filter(|attendee| !listed.contains(&attendee.address)).collect();
    let mut gone = BTreeSet::new();
    for delegate in &taken_off {
        if falls_back(delegate, before, &listed) {
            gone.extend(recall(part, &delegate.address, &|_| true)?);
        }
    }
    let off: BTreeSet<_> = taken_off.iter().map(|attendee| &attendee.address).chain(&gone).collect();
    let kept = |people: &[CalendarUserAddress]| -> Vec<_> {
        people.iter().filter(|who| !off.contains(who)).cloned().collect()
    };
    let mut delegators = BTreeSet::new();
    for was in before.iter().filter(|was| was.partstat == PartStat::Delegated) {
        let is = attendee_among(part, |who| *who == was.address).filter(|is| !is_own(&is.partstat));
        let alone = is.is_some_and(|is| kept(&is.delegated_to).is_empty());
        if alone && was.delegated_to.iter().any(|sent| off.contains(sent)) {
            delegators.insert(was.address.clone());
        }
    }
    for Attendee { address, delegated_to, delegated_from, .. } in attendees(part) {
        for (parameter, people) in [("DELEGATED-TO", delegated_to), ("DELEGATED-FROM", delegated_from)] {
            let kept = kept(&people);
            if kept.len() < people.len() {
                set_people(part, &address, parameter, &kept)?;
            }
        }
    }
    Ok(Withdrawn { delegators, gone })
}

/// Whether somebody was in the place of one who is listed, or of one who was in such a place.
fn falls_back(who: &Attendee, before: &[Attendee], listed: &BTreeSet<CalendarUserAddress>) -> bool {
    let mut senders: Vec<_> = who.delegated_from.iter().collect();
    let mut at = 0;
    while let Some(sender) = senders.get(at).copied() {
        if listed.contains(sender) {
            return true;
        }
        let theirs = before.iter().filter(|attendee| attendee.address == *sender);
        for sender in theirs.flat_map(|attendee| &attendee.delegated_from) {
            if !senders.contains(&sender) {
                senders.push(sender);
            }
        }
        at += 1;
    }
    false
}

/// Asks somebody again in whose place nobody comes any more: they take part again, and hear of updates.
pub(crate) fn ask_delegator(line: &mut PropertyBuf) -> Result<()> {
    if line.as_property().param_is("ROLE", "NON-PARTICIPANT") {
        line.remove_param("ROLE");
    }
    line.remove_param("RSVP");
    reopen(line)
}

/// Whether an answer is somebody's own: they have answered, and send nobody in their place.
fn is_own(answer: &PartStat) -> bool {
    !matches!(answer, PartStat::NeedsAction | PartStat::Delegated)
}

fn set_people(
    part: &mut Component,
    who: &CalendarUserAddress,
    parameter: &str,
    people: &[CalendarUserAddress],
) -> Result<()> {
    let all: Vec<&str> = people.iter().map(CalendarUserAddress::uri).collect();
    edit_attendee(part, who, |line| line.set_params(parameter, &all))?;
    Ok(())
}

fn remove(part: &mut Component, who: &CalendarUserAddress) {
    part.edit_named("ATTENDEE", |line| match CalendarUserAddress::parse(&line.value()) {
        Ok(address) if address == *who => Edit::Remove,
        _ => Edit::Keep,
    });
}

impl SchedulingObject {
    /// Where somebody's answer says that they delegated and the component does not say to whom, it is as it was in
    /// `held`, or as it is for the series: an answer to the series holds for overrides that were made meanwhile. Gives whom
    /// that puts on which component.
    pub(crate) fn complete_delegations(
        &mut self,
        who: &CalendarUserAddress,
        held: Option<&Self>,
    ) -> Result<Vec<(InstanceKey, CalendarUserAddress)>> {
        let mut placed = Vec::new();
        let unsaid = |key: &InstanceKey| {
            let own = self.attendee(key, from_ref(who));
            own.is_some_and(|own| own.partstat == PartStat::Delegated && own.delegated_to.is_empty())
        };
        let unsaid: Vec<_> = self.parts().map(|(key, _)| key).filter(|key| unsaid(key)).cloned().collect();
        for key in unsaid {
            let before = held.and_then(|held| held.said(&key));
            let series = self.part(&self.ruling_before(&key)).cloned();
            let mut said = before.into_iter().chain(series).filter_map(|part| {
                let own = attendee_among(&part, |address| address == who)?;
                Some(own.delegated_to).filter(|delegates| !delegates.is_empty())
            });
            if let Some(delegates) = said.next() {
                let new = delegates.iter().filter(|sent| self.attendee(&key, from_ref(sent)).is_none());
                placed.extend(new.map(|sent| (key.clone(), sent.clone())));
                self.edit_part(&key, |part| delegate(part, who, &delegates)).transpose()?;
            }
        }
        Ok(placed)
    }

    /// Whether a component says that anybody delegated.
    pub(crate) fn has_delegations(&self, key: &InstanceKey) -> bool {
        self.held(key).is_some_and(|part| {
            let mut all = part.people().attendees();
            all.any(|attendee| !attendee.delegated_to.is_empty() || !attendee.delegated_from.is_empty())
        })
    }

    /// Where somebody answers for themselves nobody comes in their place: a delegate participates "in lieu of the
    /// original Attendee, NOT in addition to" them (RFC 5546 §3.2.2.3), and a later answer replaces the delegation as it
    /// replaces any other (§2.1.5). Gives whom that takes off a component.
    pub(crate) fn end_delegations(
        &mut self,
        key: &InstanceKey,
        who: &CalendarUserAddress,
    ) -> Result<BTreeSet<CalendarUserAddress>> {
        let answered = self.attendee(key, from_ref(who)).is_some_and(|own| is_own(&own.partstat));
        let delegated = |part: &Part| {
            let mut all = part.people().attendees();
            all.any(|attendee| {
                attendee.delegated_from.contains(who)
                    || attendee.address == *who && !attendee.delegated_to.is_empty()
            })
        };
        if !answered || !self.held(key).is_some_and(delegated) {
            return Ok(BTreeSet::new());
        }
        let ended = self.edit_part(key, |part| recall(part, who, &|_| true));
        Ok(ended.transpose()?.unwrap_or_default())
    }
}
