//! What one revision means for each person: an invitation, a change, a cancellation, or nothing
//! (RFC 5546 §3.2.2, §3.2.5, RFC 6638 §3.2.1).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Keys;
use super::mailer::{Mailer, attended};
use crate::Result;
use crate::itip::message::{Change, MessageReason};
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Attendance, Attendee, Delta, ForceSend, InstanceDelta, SchedulingObject, Weight, by_person,
};
use crate::value::CalendarUserAddress;

/// One revision, and what of it is the same for everybody.
pub(super) struct Step<'a> {
    before: Option<&'a SchedulingObject>,
    after: &'a SchedulingObject,
    delta: &'a Delta,
    /// In whose place nobody comes any more.
    undelegated: &'a BTreeSet<CalendarUserAddress>,
    /// The SEQUENCE of whatever it moves.
    next: u32,
    master_cancelled: bool,
    /// Instances of the series before that have a component of their own since, or one that since rules the later
    /// ones too.
    split: Keys,
    /// What takes place for nobody any more.
    gone: Keys,
}

/// Somebody before or after, by what is said of them.
struct Person<'a> {
    was: &'a [Attendance<'a>],
    is: &'a [Attendance<'a>],
}

/// What a revision means for those who were named in the same components and are named in the same now.
struct Party<'a> {
    /// What of it they attended took place.
    was: Keys,
    /// What of it they attend takes place.
    is: Keys,
    /// What they attended and do not attend any more.
    lost: Keys,
    /// Whether what cancels that is for some of what they still attend, too.
    stays: bool,
    asks_again: bool,
    /// What they attend now and did not before.
    new: Vec<&'a InstanceDelta>,
    /// The weight of the heaviest change, if anything changed for them.
    weight: Option<Weight>,
    changes: Arc<[Change]>,
}

impl<'a> Step<'a> {
    pub(super) fn new(
        before: Option<&'a SchedulingObject>,
        after: &'a SchedulingObject,
        delta: &'a Delta,
        undelegated: &'a BTreeSet<CalendarUserAddress>,
        next: u32,
    ) -> Self {
        let master_cancelled = after.is_cancelled(&InstanceKey::Master);
        let (split, gone) = (Keys::new(), Keys::new());
        let mut step = Self { before, after, delta, undelegated, next, master_cancelled, split, gone };
        let Some(before) = before else { return step };
        let split = after.overrides().filter(|key| match before.part(key) {
            Some(_) => {
                let ruled = |at: &InstanceKey| at > key && after.ruling(at) == **key;
                after.is_this_and_future(key)
                    && !before.is_this_and_future(key)
                    && delta.instances.iter().any(|(at, change)| !change.removed.is_empty() && ruled(at))
            }
            None => before.has_instance(key),
        });
        step.split = split.cloned().collect();
        let is_gone = |key: &&InstanceKey| {
            after.is_cancelled(key) || after.part(key).is_none() && !after.has_instance(key)
        };
        let held = before.parts().map(|(key, _)| key).chain(&step.split);
        step.gone = held.filter(is_gone).cloned().collect();
        step
    }

    /// Tells everybody before or after, in the order of their addresses.
    pub(super) fn tell(&self, mailer: &mut Mailer<'_>) -> Result<()> {
        let was = self.before.map(SchedulingObject::attendance).unwrap_or_default();
        let is = self.after.attendance();
        let mut parties = BTreeMap::new();
        for person in everybody(&was, &is) {
            let party = parties.entry(person.keys()).or_insert_with_key(|(was, is)| self.party(was, is));
            self.tell_one(mailer, &person, party)?;
        }
        Ok(())
    }

    fn party(&self, was: &[&InstanceKey], is: &[&InstanceKey]) -> Party<'a> {
        let Self { before, after, delta, .. } = *self;
        let take_place = |object: &SchedulingObject, keys: &[&InstanceKey]| -> Keys {
            attended(object, keys.iter().copied().filter(|key| !object.is_cancelled(key)).cloned().collect())
        };
        let was = before.map_or_else(Keys::new, |before| take_place(before, was));
        let is = if self.master_cancelled { Keys::new() } else { take_place(after, is) };
        let lost = self.lost(&was, &is);
        let concerns = |key: &InstanceKey| is.contains(&after.ruling(key));
        let mine: Vec<_> = delta.instances.iter().filter(|(key, _)| concerns(key)).collect();
        let weigh = |change: &InstanceDelta| {
            change.weight().into_iter().chain(change.disappeared.then_some(Weight::Significant)).max()
        };
        Party {
            asks_again: mine.iter().any(|(_, change)| change.asks_again || change.appeared),
            new: mine.iter().filter(|(key, _)| !was.contains(key)).map(|(_, change)| *change).collect(),
            weight: mine.iter().filter_map(|(_, change)| weigh(change)).max(),
            changes: mine.iter().filter(|(key, _)| !lost.contains(key)).flat_map(told).collect(),
            stays: lost.iter().any(|from| self.goes_on(from) && is.iter().any(|key| key > from)),
            was,
            is,
            lost,
        }
    }

    /// Whether a CANCEL for that component is for later ones too.
    fn goes_on(&self, key: &InstanceKey) -> bool {
        let dropped = self.before.filter(|_| self.after.part(key).is_none());
        key.is_master() || dropped.unwrap_or(self.after).is_this_and_future(key)
    }

    /// What of what somebody attended they do not attend any more.
    fn lost(&self, was: &Keys, is: &Keys) -> Keys {
        let mut lost: Keys = was.difference(is).cloned().collect();
        lost.retain(|key| {
            // A dropped override falls back to what rules it, or went with an EXDATE that the REQUEST tells.
            let falls_back = self.after.part(key).is_none() && is.contains(&self.after.ruling(key));
            *key == InstanceKey::Master || !falls_back
        });
        // An instance of what they attended that got a component without them, or a cancelled one.
        if let Some(before) = self.before {
            let split = self.split.difference(is);
            lost.extend(split.filter(|key| was.contains(&before.ruling_before(key))).cloned());
        }
        lost
    }

    fn tell_one(&self, mailer: &mut Mailer<'_>, person: &Person<'_>, party: &Party<'_>) -> Result<()> {
        let (were, are) = (person.were(), person.are());
        let Some(attendee) = are.or(were) else { return Ok(()) };
        if let (Some(before), Some(were), Some(are)) = (self.before, were, are)
            && mailer.sends_to(were)
            && !mailer.sends_to(are)
        {
            // RFC 6638 §3.2.1.2: somebody taken out of the server's hands gets a CANCEL from it.
            return mailer.send_cancel(before, self.after, attendee, &party.was, self.next, false);
        }
        if !mailer.may_send(attendee) {
            mailer.asked_elsewhere(self.after, &attendee.address, &party.is);
            return Ok(());
        }
        if let Some(before) = self.before
            && !party.lost.is_empty()
        {
            let for_all = self.master_cancelled || party.lost.is_subset(&self.gone);
            mailer.send_cancel(before, self.after, attendee, &party.lost, self.next, for_all)?;
        }
        let Some(reason) = self.request_reason(mailer, person, party) else { return Ok(()) };
        let changes = match reason {
            MessageReason::Invitation => Arc::default(),
            _ => Arc::clone(&party.changes),
        };
        mailer.send_request(self.after, person.is, &party.is, reason, changes)
    }

    /// Why this person gets a REQUEST; `None` where they get none, with the reason recorded.
    fn request_reason(
        &self,
        mailer: &mut Mailer<'_>,
        person: &Person<'_>,
        party: &Party<'_>,
    ) -> Option<MessageReason> {
        let attendee = person.are().filter(|_| !party.is.is_empty())?;
        let who = &attendee.address;
        let invited_before = person.were().is_some_and(|were| mailer.sends_to(were));
        if party.was.is_empty() || !invited_before {
            return Some(MessageReason::Invitation);
        }
        if party.asks_again {
            return Some(MessageReason::Rescheduled);
        }
        if self.undelegated.contains(who) {
            return Some(MessageReason::DelegateGone);
        }
        if party.new.iter().any(|change| change.invited.contains(who)) {
            return Some(MessageReason::Invitation);
        }
        if party.stays {
            return Some(MessageReason::Update);
        }
        if attendee.left_to_delegate && party.weight.is_some_and(|weight| weight < Weight::Reschedule) {
            let message = format!("{who} delegated, and asked to hear of no updates");
            mailer.outcome.because("left-to-delegate", message, "RFC 5546 §4.2.5");
            return None;
        }
        match party.weight {
            Some(Weight::Reschedule | Weight::Significant) => Some(MessageReason::Update),
            Some(Weight::Informational) if mailer.tells_informational() => Some(MessageReason::Update),
            _ if attendee.force_send == ForceSend::Yes => Some(MessageReason::Update),
            None => {
                let message = format!("nothing changed for {who}");
                mailer.outcome.because("not-concerned", message, "RFC 6638 §3.2.1.2");
                None
            }
            Some(_) => {
                let message = format!("{who} is not told: nothing changed that matters to them");
                mailer.outcome.because("not-significant", message, "RFC 5546 §2.1.4");
                None
            }
        }
    }
}

impl<'a> Person<'a> {
    /// Their first line before.
    fn were(&self) -> Option<&'a Attendee> {
        self.was.first().map(|(_, attendee)| *attendee)
    }

    /// Their first line after.
    fn are(&self) -> Option<&'a Attendee> {
        self.is.first().map(|(_, attendee)| *attendee)
    }

    /// The components that name them, before and after.
    fn keys(&self) -> (Vec<&'a InstanceKey>, Vec<&'a InstanceKey>) {
        let keys = |said: &[Attendance<'a>]| said.iter().map(|(key, _)| *key).collect();
        (keys(self.was), keys(self.is))
    }
}

/// Everybody before or after, each once.
fn everybody<'a>(was: &'a [Attendance<'a>], is: &'a [Attendance<'a>]) -> impl Iterator<Item = Person<'a>> {
    let (mut was, mut is) = (by_person(was).peekable(), by_person(is).peekable());
    std::iter::from_fn(move || {
        let first = |said: Option<&&'a [Attendance<'a>]>| Some(&said?.first()?.1.address);
        let next = [first(was.peek()), first(is.peek())].into_iter().flatten().min()?;
        let theirs = |said: &&'a [Attendance<'a>]| said[0].1.address == *next;
        Some(Person {
            was: was.next_if(theirs).unwrap_or_default(),
            is: is.next_if(theirs).unwrap_or_default(),
        })
    })
}

/// What to tell of a change; what is private is not in it.
fn told<'a>((key, instance): &(&'a InstanceKey, &'a InstanceDelta)) -> impl Iterator<Item = Change> + 'a {
    let key = *key;
    let leaves = instance.changes.iter().filter(|change| change.weight > Weight::Private);
    leaves.map(move |change| Change {
        instance: key.clone(),
        property: change.property.clone(),
        before: change.before.clone(),
        after: change.after.clone(),
    })
}
