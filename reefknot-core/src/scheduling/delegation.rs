//! A delegation, as an object shows it (RFC 5545 §3.2.4, §3.2.5, RFC 5546 §3.2.2.3).

use std::slice::from_ref;

use super::attendee::PartStat;
use super::object::{SchedulingObject, attendee_among, attendees, edit_attendee};
use crate::Result;
use crate::ical::{Component, PropertyBuf};
use crate::recurrence::InstanceKey;
use crate::value::CalendarUserAddress;

/// Writes into a component to whom an attendee delegated; a delegate who is not on it yet is asked.
pub(crate) fn delegate(
    part: &mut Component,
    delegator: &CalendarUserAddress,
    delegates: &[CalendarUserAddress],
) -> Result<()> {
    let all: Vec<&str> = delegates.iter().map(CalendarUserAddress::uri).collect();
    edit_attendee(part, delegator, |line| line.set_params("DELEGATED-TO", &all))?;
    let listed: Vec<_> = attendees(part).into_iter().map(|attendee| attendee.address).collect();
    for delegate in delegates.iter().filter(|delegate| !listed.contains(delegate)) {
        let mut line = PropertyBuf::new("ATTENDEE", delegate.uri())?;
        line.set_param("RSVP", "TRUE")?;
        line.set_param("DELEGATED-FROM", delegator.uri())?;
        part.push(line);
    }
    Ok(())
}

impl SchedulingObject {
    /// Where somebody's answer says that they delegated and the component does not say to whom, it is as it was in
    /// `held`, or as it is for the series: an answer to the series holds for overrides that were made meanwhile.
    pub(crate) fn complete_delegations(
        &mut self,
        who: &CalendarUserAddress,
        held: Option<&Self>,
    ) -> Result<()> {
        let unsaid = |key: &InstanceKey| {
            let own = self.attendee(key, from_ref(who));
            own.is_some_and(|own| own.partstat == PartStat::Delegated && own.delegated_to.is_empty())
        };
        let unsaid: Vec<_> = self.parts().map(|(key, _)| key).filter(|key| unsaid(key)).cloned().collect();
        for key in unsaid {
            let before = held.and_then(|held| held.effective(&key));
            let series = self.part(&self.ruling_before(&key)).cloned();
            let mut said = before.into_iter().chain(series).filter_map(|part| {
                let own = attendee_among(&part, |address| address == who)?;
                Some(own.delegated_to).filter(|delegates| !delegates.is_empty())
            });
            if let Some(delegates) = said.next() {
                self.edit_part(&key, |part| delegate(part, who, &delegates)).transpose()?;
            }
        }
        Ok(())
    }
}
