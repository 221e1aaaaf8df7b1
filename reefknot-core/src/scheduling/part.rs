//! One component of an object, and what a decision asks of it once for every attendee.

use std::sync::{Arc, OnceLock};

use super::attendee::Attendee;
use super::object::attendees;
use super::{Revision, fields};
use crate::ical::Component;
use crate::value::CalendarUserAddress;

/// A component that is read when it is first asked about, and not again until it changes: a meeting of a thousand
/// would otherwise be read a thousand times.
#[derive(Clone, Debug)]
pub(super) struct Part {
    component: Component,
    read: OnceLock<Arc<Read>>,
}

/// What a component says.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) revision: Revision,
    pub(super) is_cancelled: bool,
    /// RANGE=THISANDFUTURE
    pub(super) and_future: bool,
    /// In the order of their lines.
    pub(super) attendees: Vec<Attendee>,
    /// The place of each person's first line among them, in the order of addresses.
    places: Vec<usize>,
}

impl Part {
    pub(super) const fn new(component: Component) -> Self {
        Self { component, read: OnceLock::new() }
    }

    pub(super) const fn component(&self) -> &Component {
        &self.component
    }

    pub(super) fn into_component(self) -> Component {
        self.component
    }

    /// The component to change; what was read of it is forgotten.
    pub(super) fn component_mut(&mut self) -> &mut Component {
        self.read = OnceLock::new();
        &mut self.component
    }

    pub(super) fn read(&self) -> &Read {
        self.read.get_or_init(|| Arc::new(Read::of(&self.component)))
    }
}

impl Read {
    fn of(component: &Component) -> Self {
        let attendees = attendees(component);
        let mut places: Vec<usize> = (0..attendees.len()).collect();
        places.sort_by(|one, other| attendees[*one].address.cmp(&attendees[*other].address));
        places.dedup_by(|later, first| attendees[*later].address == attendees[*first].address);
        Self {
            revision: fields::revision(component),
            is_cancelled: fields::is_cancelled(component),
            and_future: fields::is_this_and_future(component),
            attendees,
            places,
        }
    }

    /// The first line of a person, under any of their addresses.
    pub(super) fn attendee(&self, addresses: &[CalendarUserAddress]) -> Option<&Attendee> {
        let place = |address: &CalendarUserAddress| {
            let found = self.places.binary_search_by(|place| self.attendees[*place].address.cmp(address));
            found.ok().map(|at| self.places[at])
        };
        addresses.iter().filter_map(place).min().map(|place| &self.attendees[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read_object;
    use crate::ical::Limits;
    use crate::recurrence::InstanceKey;
    use crate::scheduling::{PartStat, SchedulingObject, edit_attendee};

    fn address(text: &str) -> CalendarUserAddress {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_line_of_a_person_counts_until_it_changes() {
        let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nSEQUENCE:4\r\n\
                    DTSTAMP:20260101T000000Z\r\nDTSTART:20260301T100000Z\r\nORGANIZER:mailto:a@foo.com\r\n\
                    ATTENDEE;PARTSTAT=DECLINED:mailto:e@baz.net\r\nATTENDEE;PARTSTAT=TENTATIVE:mailto:b@foo.com\r\n\
                    ATTENDEE:MAILTO:E@baz.net\r\nATTENDEE:mailto:c@bar.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let mut object = read_object(text.as_bytes(), &Limits::default()).unwrap();
        let key = InstanceKey::Master;
        let answer = |object: &SchedulingObject, own: &[&str]| {
            let own: Vec<_> = own.iter().map(|own| address(own)).collect();
            object.attendee(&key, &own).map(|attendee| attendee.partstat.clone())
        };
        assert_eq!(answer(&object, &["mailto:e@baz.net"]), Some(PartStat::Declined));
        // Of somebody's addresses the one that stands first, whichever they name first.
        assert_eq!(answer(&object, &["mailto:c@bar.com", "mailto:b@foo.com"]), Some(PartStat::Tentative));
        assert_eq!(answer(&object, &["mailto:d@bar.com"]), None);
        assert_eq!(object.asks(&key, &[address("mailto:c@bar.com")]).sequence, 4);
        assert_eq!(object.asks(&key, &[address("mailto:b@foo.com")]).sequence, 0);
        let untouched = object.clone();
        let write = |line: &mut crate::ical::PropertyBuf| line.set_param("PARTSTAT", "ACCEPTED");
        let changed = object.edit_part(&key, |part| edit_attendee(part, &address("mailto:e@baz.net"), write));
        assert_eq!(changed.unwrap().unwrap(), 2);
        assert_eq!(answer(&object, &["mailto:e@baz.net"]), Some(PartStat::Accepted));
        assert_eq!(answer(&untouched, &["mailto:e@baz.net"]), Some(PartStat::Declined));
    }
}
