//! The messages of one decision, and what is remembered of them (RFC 5546 §3.2.2, §3.2.5, RFC 6638 §3.2.1).

use std::collections::BTreeMap;
use std::slice::from_ref;
use std::sync::Arc;

use super::Keys;
use super::show::attendee_lines;
use crate::Result;
use crate::ical::{Component, PropertyBuf};
use crate::itip::body::{self, Part};
use crate::itip::context::Context;
use crate::itip::message::{Change, Message, MessageReason};
use crate::itip::method::Method;
use crate::itip::outcome::Outcome;
use crate::recurrence::InstanceKey;
use crate::scheduling::{Attendance, Attendee, AttendeeState, PartStat, Revision, SchedulingObject, fields};
use crate::value::{CalendarUserAddress, Timestamp};

/// Makes the messages of one decision, and remembers what was sent.
pub(super) struct Mailer<'a> {
    context: &'a Context<'a>,
    pub(super) organizer: CalendarUserAddress,
    pub(super) stamp: Timestamp,
    pub(super) outcome: Outcome,
    /// The highest SEQUENCE used.
    pub(super) highest: u32,
    /// Requests by what their readers may see, so that those who see the same share one.
    requests: BTreeMap<Keys, Arc<Request>>,
    /// The record of those of whom nothing is remembered yet.
    blank: Arc<AttendeeState>,
    /// The records of those who were sent the same, with what they had before. That is held, so that no other can be in
    /// its place.
    records: BTreeMap<Follows, (Arc<AttendeeState>, Arc<AttendeeState>)>,
    /// What CANCELs are about, by the instances they name and whether they are for all. Each names its own reader alone.
    cancelled: BTreeMap<(Keys, bool), Vec<Cancelled>>,
}

/// A REQUEST for those who attend the same components.
struct Request {
    body: Arc<Component>,
    /// The highest SEQUENCE in it.
    sequence: u32,
    sent: Vec<(InstanceKey, Revision)>,
    /// A component that holds for later instances too, where the series is not theirs to see.
    open: Option<InstanceKey>,
}

/// What a record follows from when somebody is sent a REQUEST.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Follows {
    request: *const Request,
    /// The record until now.
    before: *const AttendeeState,
    /// What the object says that they answered.
    answers: Vec<(InstanceKey, PartStat)>,
}

impl<'a> Mailer<'a> {
    pub(super) fn new(object: &SchedulingObject, outcome: Outcome, context: &'a Context<'a>) -> Self {
        let organizer = object
            .organizer()
            .map_or_else(|| context.identities.primary().clone(), |organizer| organizer.address);
        let stamp = context.stamp(&outcome.state);
        Self {
            context,
            organizer,
            stamp,
            outcome,
            highest: 0,
            requests: BTreeMap::new(),
            blank: Arc::default(),
            records: BTreeMap::new(),
            cancelled: BTreeMap::new(),
        }
    }

    pub(super) fn next_sequence(&self, object: &SchedulingObject) -> u32 {
        self.outcome.state.sequence.max(object.sequence()) + 1
    }

    pub(super) fn finish(mut self, sequence: u32) -> Outcome {
        self.outcome.state.sequence = self.outcome.state.sequence.max(sequence);
        if !self.outcome.messages.is_empty() {
            self.outcome.state.last_stamp = Some(self.stamp);
        }
        self.outcome
    }

    /// Whether a message to that attendee leaves from here; says why not.
    pub(super) fn may_send(&mut self, attendee: &Attendee) -> bool {
        let who = &attendee.address;
        if self.is_organizer(who) {
            self.outcome.because("own-address", format!("{who} is the organizer"), "RFC 6638 §3.2.1");
            return false;
        }
        if !self.sends_to(attendee) {
            let message = format!("{who} has a SCHEDULE-AGENT that leaves the message to somebody else");
            self.outcome.because("schedule-agent", message, "RFC 6638 §7.1");
            return false;
        }
        true
    }

    pub(super) fn is_organizer(&self, who: &CalendarUserAddress) -> bool {
        self.context.identities.is_own(who) || *who == self.organizer
    }

    /// Whether this program sends what goes to that attendee.
    pub(super) fn sends_to(&self, attendee: &Attendee) -> bool {
        self.context.agent.sends(attendee.agent)
    }

    pub(super) fn tells_informational(&self) -> bool {
        self.context.preferences.tell_informational
    }

    /// The body for those who attend the given components.
    pub(super) fn body(&mut self, object: &SchedulingObject, keys: &Keys) -> Result<Arc<Component>> {
        Ok(Arc::clone(&self.request(object, keys)?.body))
    }

    fn request(&mut self, object: &SchedulingObject, keys: &Keys) -> Result<Arc<Request>> {
        if let Some(request) = self.requests.get(keys) {
            return Ok(Arc::clone(request));
        }
        let revision = |key: &InstanceKey| {
            let sequence = object.revision(key).sequence;
            (key.clone(), Revision { sequence, dtstamp: Some(self.stamp) })
        };
        let sent: Vec<_> = keys.iter().map(revision).collect();
        let open = keys.iter().find(|key| object.is_this_and_future(key));
        let request = Arc::new(Request {
            body: Arc::new(body::request(object, keys, self.stamp, self.context)?),
            sequence: sent.iter().map(|(_, revision)| revision.sequence).max().unwrap_or_default(),
            open: open.filter(|_| !keys.contains(&InstanceKey::Master)).cloned(),
            sent,
        });
        self.requests.insert(keys.clone(), Arc::clone(&request));
        Ok(request)
    }

    /// Sends the given components to somebody of whom that is said.
    pub(super) fn send_request(
        &mut self,
        object: &SchedulingObject,
        said: &[Attendance<'_>],
        keys: &Keys,
        reason: MessageReason,
        changes: Arc<[Change]>,
    ) -> Result<()> {
        let Some((_, Attendee { address: who, .. })) = said.first() else { return Ok(()) };
        let request = self.request(object, keys)?;
        if let Some(open) = &request.open {
            let message = format!(
                "{who} attends this and the later instances but not the series, and sees the first only; split it"
            );
            self.outcome.because_of(open, "series-hidden", message, "RFC 5545 §3.2.13");
        }
        self.remember(object, said, who, keys, &request);
        let body = Arc::clone(&request.body);
        self.push(Method::Request, reason, who.clone(), object.shared_uid(), request.sequence, body, changes);
        Ok(())
    }

    /// Remembers what somebody was sent. Whoever had the same record and is sent the same has the same again.
    fn remember(
        &mut self,
        object: &SchedulingObject,
        said: &[Attendance<'_>],
        who: &CalendarUserAddress,
        keys: &Keys,
        request: &Arc<Request>,
    ) {
        let attendees = &mut self.outcome.state.attendees;
        let record = attendees.entry(who.clone()).or_insert_with(|| Arc::clone(&self.blank));
        let follows = Follows {
            request: Arc::as_ptr(request),
            before: Arc::as_ptr(record),
            answers: said.iter().map(|(key, own)| ((*key).clone(), own.partstat.clone())).collect(),
        };
        if let Some((_, known)) = self.records.get(&follows) {
            *record = Arc::clone(known);
            return;
        }
        let before = Arc::clone(record);
        let own = Arc::make_mut(record);
        own.begin(who, object);
        asks(own, object, who, keys);
        own.sent.extend(request.sent.iter().cloned());
        self.records.insert(follows, (before, Arc::clone(record)));
    }

    /// Remembers what is asked of somebody to whom somebody else sends it.
    pub(super) fn asked_elsewhere(
        &mut self,
        object: &SchedulingObject,
        who: &CalendarUserAddress,
        keys: &Keys,
    ) {
        asks(self.outcome.state.attendee(who, object), object, who, keys);
    }

    /// Cancels what somebody attended, because the event is deleted.
    pub(super) fn cancel(
        &mut self,
        object: &SchedulingObject,
        who: &CalendarUserAddress,
        keys: &Keys,
        sequence: u32,
        for_all: bool,
    ) -> Result<()> {
        let Some(attendee) = find(object, who) else { return Ok(()) };
        if !self.may_send(attendee) {
            return Ok(());
        }
        self.send_cancel(object, object, attendee, keys, sequence, for_all)
    }

    /// Sends one CANCEL for what somebody attended; the series stands for all its instances. STATUS:CANCELLED only
    /// where nobody attends any more: to uninvite somebody it must not be there (RFC 5546 §3.2.5).
    pub(super) fn send_cancel(
        &mut self,
        before: &SchedulingObject,
        after: &SchedulingObject,
        attendee: &Attendee,
        keys: &Keys,
        sequence: u32,
        for_all: bool,
    ) -> Result<()> {
        let who = attendee.address.clone();
        let series = Keys::from([InstanceKey::Master]);
        let keys = if keys.contains(&InstanceKey::Master) { &series } else { keys };
        let held = self.cancelled.entry((keys.clone(), for_all));
        let held = held.or_insert_with(|| cancelled(before, after, keys, for_all));
        let parts = held
            .iter()
            .map(|cancelled| {
                let own = PropertyBuf::new("ATTENDEE", who.uri())?;
                let status = for_all.then_some("CANCELLED");
                let of = &cancelled.component;
                Ok(Part { of, sequence, attendees: vec![own], status, extra: Vec::new() })
            })
            .collect::<Result<Vec<_>>>()?;
        if parts.is_empty() {
            return Ok(());
        }
        let changes = held.iter().map(|cancelled| cancelled.change(&who, for_all)).collect();
        let calendar = body::notice(before, Method::Cancel, parts, self.stamp, self.context)?;
        let remembered = self.outcome.state.attendee(&who, before);
        // Those who lose the series lose all they were told of.
        let told = remembered.answers.named().filter(|_| keys.contains(&InstanceKey::Master));
        let all: Keys = keys.iter().chain(told).cloned().collect();
        let revision = Revision { sequence, dtstamp: Some(self.stamp) };
        remembered.sent.extend(all.iter().map(|key| (key.clone(), revision)));
        remembered.cancelled.extend(all);
        self.push(
            Method::Cancel,
            MessageReason::Cancellation,
            who,
            before.shared_uid(),
            sequence,
            Arc::new(calendar),
            changes,
        );
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn push(
        &mut self,
        method: Method,
        reason: MessageReason,
        recipient: CalendarUserAddress,
        uid: Arc<str>,
        sequence: u32,
        calendar: Arc<Component>,
        changes: Arc<[Change]>,
    ) {
        self.highest = self.highest.max(sequence);
        let originator = self.organizer.clone();
        self.outcome.messages.push(Message {
            method,
            reason,
            originator,
            recipient,
            uid,
            sequence,
            calendar,
            changes,
        });
    }
}

/// What a REQUEST with these components asks of somebody.
fn asks(record: &mut AttendeeState, object: &SchedulingObject, who: &CalendarUserAddress, keys: &Keys) {
    let named = keys.iter().filter(|key| object.part(key).is_some());
    record.answers.hear(named.map(|key| (key, object.asks(key, from_ref(who)))));
    record.cancelled.retain(|key| !keys.contains(key));
}

pub(super) fn find<'o>(object: &'o SchedulingObject, who: &CalendarUserAddress) -> Option<&'o Attendee> {
    object.parts().find_map(|(key, _)| object.attendee(key, from_ref(who)))
}

/// The components that somebody attends, of those that name them: the series stands for no instance where others rule
/// all of it, from the first instance on (RANGE=THISANDFUTURE).
pub(in crate::itip) fn attended(object: &SchedulingObject, mut named: Keys) -> Keys {
    let mut ranges = object.overrides().filter(|key| object.is_this_and_future(key)).peekable();
    let begins =
        |key: &InstanceKey| object.instance_start(key) == object.instance_start(&InstanceKey::Master);
    if ranges.peek().is_some_and(|first| begins(first)) && !ranges.any(|range| named.contains(range)) {
        named.remove(&InstanceKey::Master);
    }
    named
}

/// One component that a CANCEL is about.
struct Cancelled {
    key: InstanceKey,
    /// Before its reader is named in it.
    component: Component,
    /// What it said of each person before, as others may see it; of nobody where it is cancelled for all.
    lines: BTreeMap<CalendarUserAddress, String>,
}

/// What a CANCEL for those keys is about.
fn cancelled(
    before: &SchedulingObject,
    after: &SchedulingObject,
    keys: &Keys,
    for_all: bool,
) -> Vec<Cancelled> {
    let held = keys.iter().filter_map(|key| Some((key, before.effective(key)?)));
    held.map(|(key, mut component)| {
        let lines = if for_all { BTreeMap::new() } else { attendee_lines(&component) };
        component.remove("ATTENDEE");
        if let Some(part) = after.part(key).filter(|_| !key.is_master()) {
            // Whether the later instances go too is for the new version to say (RFC 5546 §3.2.5).
            fields::set_this_and_future(&mut component, fields::is_this_and_future(part));
        }
        Cancelled { key: key.clone(), component, lines }
    })
    .collect()
}

impl Cancelled {
    /// What changes: STATUS, or who attends.
    fn change(&self, who: &CalendarUserAddress, for_all: bool) -> Change {
        let (property, before, after) = if for_all {
            let status = self.component.property("STATUS").map(|status| status.content_line().into_owned());
            ("STATUS", status, Some("STATUS:CANCELLED".to_owned()))
        } else {
            ("ATTENDEE", self.lines.get(who).cloned(), None)
        };
        Change { instance: self.key.clone(), property: property.to_owned(), before, after }
    }
}
