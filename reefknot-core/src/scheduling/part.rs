//! One component of an object, and what a decision asks of it once for every attendee.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::attendee::Attendee;
use super::runs::Runs;
use super::{Revision, ScheduleStatus, fields};
use crate::Result;
use crate::ical::{Component, Edit, Property, PropertyBuf};
use crate::value::CalendarUserAddress;

/// A component that is read when it is first asked about, and not again until it changes: a meeting of a thousand
/// would otherwise be read a thousand times. Copies share what was read until one of them changes.
#[derive(Clone, Debug)]
pub(super) struct Part {
    component: Component,
    head: Arc<OnceLock<Head>>,
    people: Arc<OnceLock<People>>,
}

/// What a component says beside who attends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) revision: Revision,
    pub(super) is_cancelled: bool,
    /// RANGE=THISANDFUTURE
    pub(super) and_future: bool,
}

/// Who attends a component.
#[derive(Clone, Debug)]
pub(super) struct People {
    /// In the order of their lines.
    attendees: Runs<Attendee>,
    /// Which of the ATTENDEE lines, from 0, is that of each; a line that names nobody is passed over.
    lines: Arc<Vec<usize>>,
    /// The place of each person's first line among the attendees, in the order of addresses.
    places: Arc<Vec<usize>>,
}

impl Part {
    pub(super) fn new(component: Component) -> Self {
        Self { component, head: Arc::default(), people: Arc::default() }
    }

    pub(super) const fn component(&self) -> &Component {
        &self.component
    }

    pub(super) fn into_component(self) -> Component {
        self.component
    }

    /// The component to change; what was read of it is forgotten.
    pub(super) fn component_mut(&mut self) -> &mut Component {
        self.people = Arc::default();
        self.details_mut()
    }

    /// The component to change, but for its ATTENDEE lines.
    pub(super) fn details_mut(&mut self) -> &mut Component {
        self.head = Arc::default();
        &mut self.component
    }

    pub(super) fn head(&self) -> Head {
        *self.head.get_or_init(|| Head {
            revision: fields::revision(&self.component),
            is_cancelled: fields::is_cancelled(&self.component),
            and_future: fields::is_this_and_future(&self.component),
        })
    }

    pub(super) fn people(&self) -> &People {
        self.people.get_or_init(|| People::of(&self.component))
    }

    /// Whether one is a copy of the other in which nothing was changed but ATTENDEE lines, if anything.
    pub(super) fn differs_in_people_only(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.head, &other.head)
    }

    /// Changes the ATTENDEE lines of those chosen, whose address stays, and reads no other; gives how many changed.
    pub(super) fn edit_attendees(
        &mut self,
        chosen: impl Fn(&Attendee) -> bool,
        mut change: impl FnMut(&Attendee, &mut PropertyBuf) -> Result<()>,
    ) -> Result<usize> {
        let chosen = |attendee: &Attendee| chosen(attendee).then_some(());
        self.edit_lines(chosen, |attendee, property, ()| {
            let mut line = property.to_buf();
            change(attendee, &mut line)?;
            let written = line.as_property();
            if property.is_written_as(&written) {
                return Ok(None);
            }
            if let Some(changed) = Attendee::of(&written) {
                *attendee = changed;
            }
            Ok(Some(line))
        })
    }

    /// Writes how the last message to each person fared (SCHEDULE-STATUS), where `status` gives that, and reads nothing
    /// again; gives how many lines changed.
    pub(super) fn set_statuses(
        &mut self,
        status: impl Fn(&Attendee) -> Option<ScheduleStatus>,
    ) -> Result<usize> {
        let code = |attendee: &Attendee| {
            let code = status(attendee).map(ScheduleStatus::code);
            code.filter(|code| attendee.status.as_deref() != Some(code))
        };
        self.edit_lines(code, |attendee, property, code| {
            let line = property.with_param("SCHEDULE-STATUS", code)?;
            attendee.status = Some(Cow::Borrowed(code));
            Ok(Some(line))
        })
    }

    /// Changes the lines for which `next` gives something by what that is.
    fn edit_lines<T: Copy>(
        &mut self,
        next: impl Fn(&Attendee) -> Option<T>,
        change: impl FnMut(&mut Attendee, &Property<'_>, T) -> Result<Option<PropertyBuf>>,
    ) -> Result<usize> {
        let attendees = self.people().attendees().enumerate();
        let chosen: Vec<(usize, T)> =
            attendees.filter_map(|(at, attendee)| Some((at, next(attendee)?))).collect();
        if chosen.is_empty() {
            return Ok(0);
        }
        let people = Arc::make_mut(&mut self.people).get_mut();
        people.map_or(Ok(0), |people| people.edit(&mut self.component, &chosen, change))
    }
}

impl People {
    pub(super) fn of(component: &Component) -> Self {
        let (mut lines, mut attendees) = (Vec::new(), Runs::default());
        let mut line = 0;
        component.look_at_named("ATTENDEE", |property| {
            if let Some(attendee) = Attendee::of(property) {
                lines.push(line);
                attendees.push(attendee);
            }
            line += 1;
        });
        let mut named: Vec<_> = attendees.iter().map(|attendee| &attendee.address).enumerate().collect();
        named.sort_by_key(|(_, address)| *address);
        named.dedup_by_key(|(_, address)| *address);
        let places = named.into_iter().map(|(place, _)| place).collect();
        Self { attendees, lines: Arc::new(lines), places: Arc::new(places) }
    }

    /// In the order of their lines.
    pub(super) fn attendees(&self) -> impl Iterator<Item = &Attendee> {
        self.attendees.iter()
    }

    /// Each person once, by their first line, in the order of addresses.
    pub(super) fn by_address(&self) -> impl Iterator<Item = &Attendee> {
        self.places.iter().filter_map(|place| self.attendees.get(*place))
    }

    /// The first line of a person, under any of their addresses.
    pub(super) fn attendee(&self, addresses: &[CalendarUserAddress]) -> Option<&Attendee> {
        let places = addresses.iter().filter_map(|address| self.place(address));
        places.min().and_then(|place| self.attendees.get(place))
    }

    /// Which of the ATTENDEE lines is the first of a person.
    pub(super) fn line(&self, who: &CalendarUserAddress) -> Option<usize> {
        self.place(who).map(|place| self.lines[place])
    }

    fn place(&self, address: &CalendarUserAddress) -> Option<usize> {
        let found = self.places.binary_search_by_key(&Some(address), |place| {
            self.attendees.get(*place).map(|known| &known.address)
        });
        found.ok().map(|at| self.places[at])
    }

    fn edit<T: Copy>(
        &mut self,
        component: &mut Component,
        chosen: &[(usize, T)],
        mut change: impl FnMut(&mut Attendee, &Property<'_>, T) -> Result<Option<PropertyBuf>>,
    ) -> Result<usize> {
        let mut failed = Ok(());
        let mut lines = chosen.iter().map(|(at, _)| self.lines[*at]).peekable();
        let mut places = chosen.iter();
        let is_chosen = |line: usize| lines.next_if_eq(&line).is_some();
        let count = component.edit_nth("ATTENDEE", is_chosen, |property| {
            let place = places.next().and_then(|(at, by)| Some((self.attendees.get_mut(*at)?, *by)));
            let Some((attendee, by)) = place else { return Edit::Keep };
            match change(attendee, property, by) {
                Ok(changed) => changed.map_or(Edit::Keep, Edit::Replace),
                Err(error) => {
                    failed = Err(error);
                    Edit::Keep
                }
            }
        });
        failed.map(|()| count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read_object;
    use crate::ical::{Limits, Stream};
    use crate::recurrence::InstanceKey;
    use crate::scheduling::{PartStat, SchedulingObject, edit_attendee};

    fn address(text: &str) -> CalendarUserAddress {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_kept_of_people_is_what_their_lines_say_once_statuses_are_set() {
        let text = "BEGIN:VEVENT\r\nATTENDEE;CN=\"E; of it\";SCHEDULE-STATUS=\"1.1\":mailto:e@baz.net\r\n\
                    ATTENDEE;PARTSTAT=TENTATIVE;schedule-\r\n status=5.1;CN=F:mailto:f@baz.net\r\n\
                    ATTENDEE:nobody\r\nATTENDEE;CN=\"open:mailto:c@bar.com\r\nEND:VEVENT\r\n";
        let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
        let mut part = Part::new(stream.components().next().unwrap().clone());
        let sent = |attendee: &Attendee| {
            (attendee.address != address("mailto:e@baz.net")).then_some(ScheduleStatus::Sent)
        };
        assert_eq!(part.set_statuses(sent).unwrap(), 2);
        assert_eq!(part.set_statuses(|_| Some(ScheduleStatus::Sent)).unwrap(), 0);
        assert!(part.people().attendees().eq(People::of(part.component()).attendees()));
        assert_eq!(
            part.component().to_string(),
            "BEGIN:VEVENT\r\nATTENDEE;CN=\"E; of it\";SCHEDULE-STATUS=\"1.1\":mailto:e@baz.net\r\n\
             ATTENDEE;PARTSTAT=TENTATIVE;SCHEDULE-STATUS=1.1;CN=F:mailto:f@baz.net\r\n\
             ATTENDEE:nobody\r\nATTENDEE;CN=\"open\";SCHEDULE-STATUS=1.1:mailto:c@bar.com\r\nEND:VEVENT\r\n"
        );
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
        let write = |line: &mut PropertyBuf| line.set_param("PARTSTAT", "ACCEPTED");
        let changed = object.edit_part(&key, |part| edit_attendee(part, &address("mailto:e@baz.net"), write));
        assert_eq!(changed.unwrap().unwrap(), 2);
        assert_eq!(answer(&object, &["mailto:e@baz.net"]), Some(PartStat::Accepted));
        assert_eq!(answer(&untouched, &["mailto:e@baz.net"]), Some(PartStat::Declined));
    }
}
