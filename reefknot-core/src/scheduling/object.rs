//! The scheduling object: one UID with its series and overrides (RFC 6638 §3.1, RFC 4791 §4.1).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::answers::Asks;
use super::attendee::{Attendee, ForceSend, Organizer, PartStat};
use super::fields;
use super::part::Part;
use super::revision::Revision;
use super::status::ScheduleStatus;
use crate::ical::{Component, Edit, Kind, Property, PropertyBuf};
use crate::recurrence::{Budget, Contains, InstanceKey, Series};
use crate::time::Zones;
use crate::value::{CalendarUserAddress, DateTime};
use crate::{Error, Result};

/// One UID of one calendar: a single event, or a series with its overrides.
///
/// Nothing of the text is lost: what this type does not know stays in its components.
///
/// ```
/// use reefknot_core::ical::{Limits, Stream};
/// use reefknot_core::scheduling::SchedulingObject;
///
/// let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n\
///             DTSTAMP:20260101T000000Z\r\nDTSTART:20260301T100000Z\r\nORGANIZER:mailto:a@foo.com\r\n\
///             ATTENDEE:mailto:b@foo.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let calendar = Stream::parse(text.as_bytes(), &Limits::default())?.into_calendars().next().unwrap();
/// let object = SchedulingObject::from_calendar(calendar)?;
/// assert_eq!(object.uid(), "1");
/// assert_eq!(object.organizer().unwrap().address.to_string(), "mailto:a@foo.com");
/// assert_eq!(object.to_calendar().to_string(), text);
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SchedulingObject {
    /// The VCALENDAR without the components below.
    shell: Arc<Component>,
    kind: Kind,
    uid: Arc<str>,
    parts: BTreeMap<InstanceKey, Part>,
    zones: Arc<Zones>,
}

/// What a component says of somebody.
pub(crate) type Attendance<'a> = (&'a InstanceKey, &'a Attendee);

impl SchedulingObject {
    /// Takes a VCALENDAR apart; its METHOD, if any, stays with whoever reads messages.
    ///
    /// # Errors
    /// When there is no event, to-do or journal entry, when a UID is missing or there are several, when
    /// components of different kinds or with different organizers share it, or when an instance occurs twice.
    pub fn from_calendar(mut calendar: Component) -> Result<Self> {
        calendar.remove("METHOD");
        let zones = Arc::new(Zones::of(&calendar));
        let components = calendar.take_components(is_scheduled);
        let mut found: Option<(Kind, String)> = None;
        let mut first_organizer = None;
        for component in &components {
            let Some(kind) = Kind::of(component) else { continue };
            let uid = component.value("UID").map(|uid| uid.trim().to_owned()).filter(|uid| !uid.is_empty());
            let Some(uid) = uid else {
                return Err(at(component, format!("the {kind} has no UID; give it one")));
            };
            match &found {
                None => found = Some((kind, uid)),
                Some((first, same)) if *first == kind && *same == uid => {}
                Some((first, other)) => {
                    let what = format!(
                        "a scheduling object is one UID of one kind, and this holds {first} `{other}` and {kind} `{uid}`; \
                         put each in a calendar of its own"
                    );
                    return Err(at(component, what));
                }
            }
            let organizer =
                component.property("ORGANIZER").as_ref().and_then(Organizer::of).map(|o| o.address);
            match (&first_organizer, organizer) {
                (None, organizer) => first_organizer = organizer,
                (Some(first), Some(other)) if *first != other => {
                    // RFC 6638 §3.2.4.2.
                    let what =
                        format!("the components of one UID must have one ORGANIZER, not {first} and {other}");
                    return Err(at(component, what));
                }
                _ => {}
            }
        }
        let Some((kind, uid)) = found else {
            return Err(Error::invalid("the calendar holds no event, to-do or journal entry"));
        };
        let parts = keyed(components, &zones)?;
        Ok(Self { shell: Arc::new(calendar), kind, uid: uid.into(), parts, zones })
    }

    /// Which instances the components of a scheduling object or message are for, in their order.
    ///
    /// # Errors
    /// When a RECURRENCE-ID cannot be read.
    pub(crate) fn instances_in(calendar: &Component) -> Result<Vec<InstanceKey>> {
        let components: Vec<_> = calendar.components().filter(|component| is_scheduled(component)).collect();
        keys(&components, &Arc::new(Zones::of(calendar)))
    }

    /// The objects of a VCALENDAR that holds many, such as a file of a whole calendar, in the order in which they begin.
    ///
    /// Each has the properties of the VCALENDAR and its time zones.
    ///
    /// ```
    /// use reefknot_core::engine::read_calendar;
    /// use reefknot_core::ical::Limits;
    /// use reefknot_core::scheduling::SchedulingObject;
    ///
    /// let event = |uid| format!("BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20260301T100000Z\r\nEND:VEVENT\r\n");
    /// let text = format!("BEGIN:VCALENDAR\r\n{}{}END:VCALENDAR\r\n", event(1), event(2));
    /// let objects = SchedulingObject::all(read_calendar(text.as_bytes(), &Limits::default())?)?;
    /// assert_eq!(objects.iter().map(SchedulingObject::uid).collect::<Vec<_>>(), ["1", "2"]);
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_calendar`](Self::from_calendar) for each; a VCALENDAR that holds none is no error.
    pub fn all(mut calendar: Component) -> Result<Vec<Self>> {
        let mut places = HashMap::new();
        let mut groups: Vec<Vec<Component>> = Vec::new();
        for component in calendar.components() {
            let Some(kind) = Kind::of(component).filter(|kind| kind.is_scheduled()) else { continue };
            let uid = component.value("UID").map(|uid| uid.trim().to_owned());
            let place = *places.entry((kind, uid)).or_insert(groups.len());
            if place == groups.len() {
                groups.push(Vec::new());
            }
            groups[place].push(component.clone());
        }
        calendar.retain_components(|component| component.is("VTIMEZONE"));
        let object = |components: Vec<Component>| {
            let mut own = calendar.clone();
            components.into_iter().for_each(|component| own.push_component(component));
            Self::from_calendar(own)
        };
        groups.into_iter().map(object).collect()
    }

    /// The whole object as a VCALENDAR: time zones first, then the series, then its overrides in time.
    #[must_use]
    pub fn to_calendar(&self) -> Component {
        let mut calendar = Component::clone(&self.shell);
        for part in self.parts.values() {
            calendar.push_component(part.component().clone());
        }
        calendar
    }

    /// What kind of component it is made of.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The UID.
    #[must_use]
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// The UID, for messages: thousands of them may share it.
    pub(crate) fn shared_uid(&self) -> Arc<str> {
        Arc::clone(&self.uid)
    }

    /// The time zones of the object.
    #[must_use]
    pub fn zones(&self) -> &Arc<Zones> {
        &self.zones
    }

    /// The VCALENDAR around the components: its properties and time zones.
    #[must_use]
    pub fn shell(&self) -> &Component {
        &self.shell
    }

    /// The series or the single event; absent where only some instances of a series are known.
    #[must_use]
    pub fn master(&self) -> Option<&Component> {
        self.part(&InstanceKey::Master)
    }

    /// The component written for that instance, if there is one.
    #[must_use]
    pub fn part(&self, key: &InstanceKey) -> Option<&Component> {
        self.parts.get(key).map(Part::component)
    }

    /// All components with their keys, the series first.
    pub fn parts(&self) -> impl Iterator<Item = (&InstanceKey, &Component)> {
        self.parts.iter().map(|(key, part)| (key, part.component()))
    }

    /// The keys of the overrides.
    pub fn overrides(&self) -> impl Iterator<Item = &InstanceKey> {
        self.parts.keys().filter(|key| **key != InstanceKey::Master)
    }

    /// The title (SUMMARY, RFC 5545 §3.8.1.12) of the first component that has one; empty where none has.
    #[must_use]
    pub fn title(&self) -> String {
        self.parts().find_map(|(_, part)| part.text("SUMMARY")).unwrap_or_default()
    }

    /// The same calendar with none of its components, to put others in.
    pub(crate) fn without_parts(&self) -> Self {
        Self {
            shell: Arc::clone(&self.shell),
            kind: self.kind,
            uid: self.uid.clone(),
            parts: BTreeMap::new(),
            zones: Arc::clone(&self.zones),
        }
    }

    /// The organizer, from whichever component names one.
    #[must_use]
    pub fn organizer(&self) -> Option<Organizer> {
        self.parts().find_map(|(_, part)| part.property("ORGANIZER").as_ref().and_then(Organizer::of))
    }

    /// The component that says what an instance is: its own, or that of the last THISANDFUTURE override before it,
    /// or the series' (RFC 5545 §3.2.13).
    #[must_use]
    pub fn ruling(&self, key: &InstanceKey) -> InstanceKey {
        if self.part(key).is_some() { key.clone() } else { self.ruling_before(key) }
    }

    /// As [`ruling`](Self::ruling), whatever an override of the instance itself says.
    #[must_use]
    pub fn ruling_before(&self, key: &InstanceKey) -> InstanceKey {
        self.ranges_before(key).next().map_or(InstanceKey::Master, |(key, _)| key.clone())
    }

    /// All whose answers may hold for an instance with a component of its own, from the last THISANDFUTURE override before it
    /// to the series: each begins with what holds under the one before. One that was cancelled is not asked about.
    pub fn rulings_before(&self, key: &InstanceKey) -> impl Iterator<Item = &InstanceKey> {
        let ranges = self.ranges_before(key).filter(|(_, part)| !part.head().is_cancelled);
        ranges.map(|(key, _)| key).chain([&InstanceKey::Master])
    }

    fn ranges_before(&self, key: &InstanceKey) -> impl Iterator<Item = (&InstanceKey, &Part)> {
        self.parts.range(..key).rev().filter(|(_, part)| part.head().and_future)
    }

    /// The first instance after that one which it rules, as the rules of the series give them.
    pub(crate) fn next_ruled(&self, range: &InstanceKey) -> Option<InstanceKey> {
        self.next_ruled_with(range).filter(|key| self.ruling_before(key) == *range)
    }

    /// The first instance after that one which has no component, up to the next THISANDFUTURE component.
    pub(crate) fn next_ruled_with(&self, earlier: &InstanceKey) -> Option<InstanceKey> {
        let series = self.series()?;
        let (mut walk, mut budget) = (series.after(earlier)?, Budget::default());
        while let Ok(Some(item)) = walk.next(&mut budget) {
            let key = item.key();
            if self.part(&key).is_none() {
                return Some(key);
            }
            if self.is_this_and_future(&key) {
                return None;
            }
        }
        None
    }

    /// The revision of a component; that of what rules the instance for one without.
    #[must_use]
    pub fn revision(&self, key: &InstanceKey) -> Revision {
        let part = self.parts.get(key).or_else(|| self.parts.get(&self.ruling_before(key)));
        part.map(|part| part.head().revision).unwrap_or_default()
    }

    /// The highest SEQUENCE in any component.
    #[must_use]
    pub fn sequence(&self) -> u32 {
        self.parts.values().map(|part| part.head().revision.sequence).max().unwrap_or_default()
    }

    /// Whether the series recurs.
    #[must_use]
    pub fn is_recurring(&self) -> bool {
        self.master()
            .is_some_and(|master| master.property("RRULE").is_some() || master.property("RDATE").is_some())
    }

    /// Whether the rules of the series, exclusions applied, give that instance; overrides are not asked.
    ///
    /// An expansion that runs out of its budget counts as "yes": refusing a true instance would lose an answer.
    #[must_use]
    pub fn has_instance(&self, key: &InstanceKey) -> bool {
        *key == InstanceKey::Master
            || self.series().is_some_and(|series| series.contains(key, Budget::default()) != Contains::No)
    }

    /// What holds for an instance: its override, or what the series says of it.
    ///
    /// The second kind is made here: the series' component without its rules, or that of a THISANDFUTURE override
    /// before the instance, moved to the instance and named by a RECURRENCE-ID. `None` where there is no such instance.
    #[must_use]
    pub fn effective(&self, key: &InstanceKey) -> Option<Component> {
        match self.part(key) {
            // Where a THISANDFUTURE override begins, the instance may be excluded and the later ones not.
            Some(part) if self.is_this_and_future(key) && self.master().is_some() => {
                self.has_instance(key).then(|| part.clone())
            }
            Some(part) => Some(part.clone()),
            None => self.projected(key),
        }
    }

    /// What is said under a key, as [`effective`](Self::effective) gives it: a THISANDFUTURE override also where its first
    /// instance is excluded, for it rules the later ones.
    pub(crate) fn said(&self, key: &InstanceKey) -> Option<Component> {
        self.part(key).cloned().or_else(|| self.projected(key))
    }

    /// What the series says of an instance, whatever an override of its own says.
    #[must_use]
    pub fn projected(&self, key: &InstanceKey) -> Option<Component> {
        let (master, ruling) = (self.master()?, self.ruling_before(key));
        let said = self.part(&ruling)?;
        let members: &[&Component] = if ruling.is_master() { &[master] } else { &[master, said] };
        let series = Series::new(Arc::clone(&self.zones), members).ok()?;
        if series.contains(key, Budget::default()) == Contains::No {
            return None;
        }
        let mut instance = said.clone();
        for rule in ["RRULE", "RDATE", "EXDATE", "EXRULE"] {
            instance.remove(rule);
        }
        fields::shift(&mut instance, &series.moved_start(key)?);
        fields::put_date_time(&mut instance, "RECURRENCE-ID", &series.instance_start(key)?);
        Some(instance)
    }

    /// The attendees of an instance, in the order of their properties.
    #[must_use]
    pub fn attendees(&self, key: &InstanceKey) -> Vec<Attendee> {
        match self.parts.get(key) {
            Some(part) => part.people().attendees().cloned().collect(),
            None => self.projected(key).as_ref().map(attendees).unwrap_or_default(),
        }
    }

    /// The component written for that instance, with what was read of it.
    pub(super) fn held(&self, key: &InstanceKey) -> Option<&Part> {
        self.parts.get(key)
    }

    /// A person, under the first of their addresses, in the component written for that instance.
    ///
    /// Costs a search and no reading, however many attend.
    #[must_use]
    pub fn attendee(&self, key: &InstanceKey, addresses: &[CalendarUserAddress]) -> Option<&Attendee> {
        self.parts.get(key)?.people().attendee(addresses)
    }

    /// The first ATTENDEE line of a person in the component written for that instance.
    pub(crate) fn attendee_line(&self, key: &InstanceKey, who: &CalendarUserAddress) -> Option<Property<'_>> {
        let part = self.parts.get(key)?;
        part.component().property_nth("ATTENDEE", part.people().line(who)?)
    }

    /// Whether somebody is to be sent the object whatever changed (SCHEDULE-FORCE-SEND, RFC 6638 §7.2).
    pub(crate) fn is_forced(&self) -> bool {
        self.parts
            .values()
            .any(|part| part.people().attendees().any(|attendee| attendee.force_send == ForceSend::Yes))
    }

    /// Whether somebody attends anything here, under any of their addresses.
    #[must_use]
    pub fn attends(&self, addresses: &[CalendarUserAddress]) -> bool {
        self.parts.values().any(|part| part.people().attendee(addresses).is_some())
    }

    /// How the component written for that instance asks a person.
    #[must_use]
    pub fn asks(&self, key: &InstanceKey, addresses: &[CalendarUserAddress]) -> Asks {
        let attendee = self.attendee(key, addresses);
        let open = attendee.is_some_and(|attendee| attendee.partstat == PartStat::NeedsAction);
        let sequence = if open { self.revision(key).sequence } else { 0 };
        Asks { sequence, and_future: self.is_this_and_future(key) }
    }

    /// Whether the component written for that instance holds for all later ones too (RANGE=THISANDFUTURE).
    #[must_use]
    pub fn is_this_and_future(&self, key: &InstanceKey) -> bool {
        self.parts.get(key).is_some_and(|part| part.head().and_future)
    }

    /// Whether the component written for that instance says that it does not take place.
    #[must_use]
    pub fn is_cancelled(&self, key: &InstanceKey) -> bool {
        self.parts.get(key).is_some_and(|part| part.head().is_cancelled)
    }

    /// Everybody who attends anything here, each once, with the keys of the components that name them.
    #[must_use]
    pub fn everybody(&self) -> BTreeMap<CalendarUserAddress, Vec<InstanceKey>> {
        let all = self.attendance();
        by_person(&all)
            .map(|said| (said[0].1.address.clone(), said.iter().map(|(key, _)| (*key).clone()).collect()))
            .collect()
    }

    /// What every component says of whom it names first, in the order of people's addresses; of each person in the
    /// order of the components.
    pub(crate) fn attendance(&self) -> Vec<Attendance<'_>> {
        let parts = self.parts.iter();
        let named = parts.flat_map(|(key, part)| part.people().by_address().map(move |said| (key, said)));
        let mut all: Vec<_> = named.collect();
        // Those of each component are in order: this merges them, and leaves each person's as they come.
        if self.parts.len() > 1 {
            all.sort_by(|(_, one), (_, other)| one.address.cmp(&other.address));
        }
        all
    }

    /// The start of an instance as the series gives it, in the form of its DTSTART.
    #[must_use]
    pub fn instance_start(&self, key: &InstanceKey) -> Option<DateTime> {
        self.series()?.instance_start(key)
    }

    /// Puts a component in place of what was there for the instance.
    pub fn put_part(&mut self, key: InstanceKey, component: Component) {
        self.parts.insert(key, Part::new(component));
    }

    /// Puts a component of another object in place of what was there for the instance, with what was read of it.
    pub(crate) fn take_part(&mut self, from: &Self, key: &InstanceKey) {
        if let Some(part) = from.parts.get(key) {
            self.parts.insert(key.clone(), part.clone());
        }
    }

    /// Takes a component out.
    pub fn remove_part(&mut self, key: &InstanceKey) -> Option<Component> {
        self.parts.remove(key).map(Part::into_component)
    }

    /// Changes a component in place.
    pub fn edit_part<R>(&mut self, key: &InstanceKey, change: impl FnOnce(&mut Component) -> R) -> Option<R> {
        self.parts.get_mut(key).map(|part| change(part.component_mut()))
    }

    /// As [`edit_part`](Self::edit_part), for a change that leaves the ATTENDEE lines as they are: they are not read again.
    pub(crate) fn edit_details(&mut self, key: &InstanceKey, change: impl FnOnce(&mut Component)) {
        if let Some(part) = self.parts.get_mut(key) {
            change(part.details_mut());
        }
    }

    /// Changes the ATTENDEE lines of the people chosen in a component, in one pass; gives how many changed.
    ///
    /// Whom a line names stays. The other lines are not read again, however many there are.
    pub(crate) fn edit_attendees(
        &mut self,
        key: &InstanceKey,
        chosen: impl Fn(&Attendee) -> bool,
        change: impl FnMut(&Attendee, &mut PropertyBuf) -> Result<()>,
    ) -> Result<usize> {
        self.parts.get_mut(key).map_or(Ok(0), |part| part.edit_attendees(chosen, change))
    }

    /// Writes how the last message to each attendee of a component fared (SCHEDULE-STATUS, RFC 6638 §7.3), where `status`
    /// gives that; gives how many lines changed.
    pub(crate) fn set_statuses(
        &mut self,
        key: &InstanceKey,
        status: impl Fn(&Attendee) -> Option<ScheduleStatus>,
    ) -> Result<usize> {
        self.parts.get_mut(key).map_or(Ok(0), |part| part.set_statuses(status))
    }

    /// Changes the ORGANIZER line of a component, if it names somebody; gives how many changed.
    pub(crate) fn edit_organizer(
        &mut self,
        key: &InstanceKey,
        mut change: impl FnMut(&Organizer, &mut PropertyBuf) -> Result<()>,
    ) -> Result<usize> {
        let Some(part) = self.parts.get_mut(key) else { return Ok(0) };
        let mut failed = Ok(());
        let count = part.details_mut().edit_named("ORGANIZER", |property| {
            let Some(organizer) = Organizer::of(property) else { return Edit::Keep };
            let mut line = property.to_buf();
            failed = change(&organizer, &mut line);
            if failed.is_err() || property.is_written_as(&line.as_property()) {
                return Edit::Keep;
            }
            Edit::Replace(line)
        });
        failed.map(|()| count)
    }

    /// Excludes an instance from the series (EXDATE) and drops its override, unless that one holds for later
    /// instances too.
    pub fn exclude(&mut self, key: &InstanceKey) {
        let start = self.instance_start(key);
        if !self.part(key).is_some_and(fields::is_this_and_future) {
            self.remove_part(key);
        }
        if let Some(start) = start
            && let Some(master) = self.parts.get_mut(&InstanceKey::Master)
            && let Some(property) = fields::date_time_property("EXDATE", &start)
        {
            master.details_mut().push(property);
        }
    }

    /// Changes the VCALENDAR around the components.
    pub fn edit_shell<R>(&mut self, change: impl FnOnce(&mut Component) -> R) -> R {
        let result = change(Arc::make_mut(&mut self.shell));
        self.zones = Arc::new(Zones::of(&self.shell));
        result
    }

    /// Adds the time zone definitions of another object that this one lacks.
    pub fn adopt_zones(&mut self, other: &Component) {
        for zone in other.components_named("VTIMEZONE") {
            let tzid = zone.value("TZID");
            if !self.shell.components_named("VTIMEZONE").any(|own| own.value("TZID") == tzid) {
                Arc::make_mut(&mut self.shell).push_component(zone.clone());
            }
        }
        self.zones = Arc::new(Zones::of(&self.shell));
    }

    /// The object as a series that can be expanded: its rules with all overrides.
    ///
    /// # Errors
    /// As [`Series::new`].
    pub fn expansion(&self) -> Result<Series<'_>> {
        let parts: Vec<&Component> = self.parts.values().map(Part::component).collect();
        Series::new(Arc::clone(&self.zones), &parts)
    }

    /// The rules of the series, without its overrides.
    pub(super) fn series(&self) -> Option<Series<'_>> {
        let master = self.master()?;
        Series::new(Arc::clone(&self.zones), &[master]).ok()
    }
}

/// What is said of each person, of all that is said in the order of people's addresses.
pub(crate) fn by_person<'a>(all: &'a [Attendance<'a>]) -> impl Iterator<Item = &'a [Attendance<'a>]> {
    all.chunk_by(|(_, one), (_, other)| one.address == other.address)
}

/// Whether a component is one that scheduling knows: an event, a to-do or a journal entry.
fn is_scheduled(component: &Component) -> bool {
    Kind::of(component).is_some_and(Kind::is_scheduled)
}

/// Each component by the instance it is for.
fn keyed(components: Vec<Component>, zones: &Arc<Zones>) -> Result<BTreeMap<InstanceKey, Part>> {
    let keys = keys(&components.iter().collect::<Vec<_>>(), zones)?;
    let mut parts = BTreeMap::new();
    for (key, component) in keys.into_iter().zip(components) {
        match parts.entry(key) {
            Entry::Vacant(place) => drop(place.insert(Part::new(component))),
            Entry::Occupied(known) => {
                let what = format!("the instance `{}` of this UID occurs twice; keep one", known.key());
                return Err(at(&component, what));
            }
        }
    }
    Ok(parts)
}

/// The instance that each component is for; a RECURRENCE-ID means what the series says it means.
fn keys(components: &[&Component], zones: &Arc<Zones>) -> Result<Vec<InstanceKey>> {
    let master = components.iter().find(|component| component.property("RECURRENCE-ID").is_none());
    // Only an override asks it what its RECURRENCE-ID means.
    let series = master
        .filter(|_| components.len() > 1)
        .and_then(|master| Series::new(Arc::clone(zones), &[master]).ok());
    let key = |component: &&Component| {
        Ok(match (fields::read_date_time(component, "RECURRENCE-ID")?, &series) {
            (None, _) => InstanceKey::Master,
            (Some(id), Some(series)) => series.key(&id),
            (Some(id), None) => InstanceKey::of(&id, zones),
        })
    };
    components.iter().map(key).collect()
}

/// The attendees of one component; a line that names nobody is passed over.
#[must_use]
pub fn attendees(component: &Component) -> Vec<Attendee> {
    component.properties_named("ATTENDEE").filter_map(|property| Attendee::of(&property)).collect()
}

/// The attendee with one of the given addresses.
#[must_use]
pub fn attendee_among(component: &Component, who: impl Fn(&CalendarUserAddress) -> bool) -> Option<Attendee> {
    let theirs = component
        .properties_named("ATTENDEE")
        .find(|property| address_of(property).as_ref().is_some_and(&who));
    Attendee::of(&theirs?)
}

/// Changes every ATTENDEE line of that person; gives how many there were.
pub fn edit_attendee(
    component: &mut Component,
    who: &CalendarUserAddress,
    mut change: impl FnMut(&mut PropertyBuf) -> Result<()>,
) -> Result<usize> {
    edit_attendees(component, |address| address == who, |_, line| change(line))
}

/// Changes every ATTENDEE line of the people chosen, in one pass; gives how many there were.
pub(crate) fn edit_attendees(
    component: &mut Component,
    chosen: impl Fn(&CalendarUserAddress) -> bool,
    mut change: impl FnMut(&CalendarUserAddress, &mut PropertyBuf) -> Result<()>,
) -> Result<usize> {
    let mut failed = Ok(());
    let count = component.edit_named("ATTENDEE", |property| {
        let Some(address) = address_of(property).filter(&chosen) else { return Edit::Keep };
        let mut changed = property.to_buf();
        if let Err(error) = change(&address, &mut changed) {
            failed = Err(error);
            return Edit::Keep;
        }
        Edit::Replace(changed)
    });
    failed.map(|()| count)
}

/// Whom an ATTENDEE line names.
fn address_of(property: &Property<'_>) -> Option<CalendarUserAddress> {
    CalendarUserAddress::parse(&property.value()).ok()
}

fn at(component: &Component, what: String) -> Error {
    match component.line() {
        Some(line) => Error::invalid(format!("line {line}: {what}")),
        None => Error::invalid(what),
    }
}
