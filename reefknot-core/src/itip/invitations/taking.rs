//! The taking over of one REQUEST, component by component (RFC 5546 §3.2.2).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

use super::cancel::{cut, mark_cancelled};
use super::{keep_own, known_of_ruling, refresh};
use crate::Result;
use crate::ical::{Component, PropertyBuf};
use crate::itip::context::Context;
use crate::itip::outcome::{Disposition, ObjectChange, Outcome};
use crate::itip::receive::Incoming;
use crate::recurrence::InstanceKey;
use crate::scheduling::{
    Delta, PartStat, Revision, SchedulingObject, SchedulingState, Timing, attendee_among, fields,
};
use crate::value::CalendarUserAddress;

/// The taking over of one message.
pub(super) struct Taking<'a> {
    pub(super) stored: Option<&'a SchedulingObject>,
    pub(super) object: Option<SchedulingObject>,
    pub(super) incoming: &'a Incoming<'a>,
    pub(super) from_organizer: bool,
    pub(super) context: &'a Context<'a>,
    pub(super) outcome: Outcome,
    pub(super) known_before: BTreeMap<InstanceKey, Revision>,
    pub(super) taken: usize,
}

impl Taking<'_> {
    pub(super) fn run(mut self) -> Result<Outcome> {
        let whole = self.incoming.object.master().is_some();
        if self.stored.is_none() && self.is_declined_by_deletion() {
            self.note_revisions();
            let message = "the user deleted this event, and the message asks nothing new";
            return Ok(self.outcome.refuse(
                Disposition::Ignored,
                "deleted-by-user",
                message,
                "RFC 6638 §3.2.2.4",
            ));
        }
        let (mut newer_series, mut ranges) = (false, Vec::new());
        let keys: Vec<InstanceKey> = self.incoming.object.parts().map(|(key, _)| key.clone()).collect();
        for key in &keys {
            let Some(component) = self.incoming.object.part(key) else { continue };
            let revision = fields::revision(component);
            if !self.is_newer(key, component) {
                continue;
            }
            if !whole && self.is_missing_instance(key) {
                let message = format!("the series stored here has no instance at {key}");
                return self.ask_for_refresh(key, "missing-instance", &message, "RFC 5546 §4.7.2");
            }
            if !whole && self.is_first_of_range(key, component) {
                let message = "one instance is another than those after it, which are stored as one with it";
                return self.ask_for_refresh(key, "first-of-this-and-future", message, "RFC 5545 §3.2.13");
            }
            newer_series |= *key == InstanceKey::Master;
            ranges.extend(Some(key).filter(|_| fields::is_this_and_future(component)));
            self.take(key, component, revision)?;
        }
        if newer_series {
            self.settle_absent(&keys);
            self.keep_cancelled();
        } else if let Some(first) = ranges.first() {
            self.settle_ruled(first, &keys);
            self.keep_cancelled();
        }
        self.readmit();
        self.write_answers()?;
        if let Some(object) = self.object.as_ref().filter(|_| self.from_organizer) {
            self.outcome.state.hear_organizer(object);
        }
        Ok(self.finish())
    }

    /// RFC 5546 §2.1.5, by instance; and nothing at or below a tombstone comes back to life.
    fn is_newer(&mut self, key: &InstanceKey, component: &Component) -> bool {
        let revision = fields::revision(component);
        if self.outcome.state.is_dead(key, component) {
            let message = "it was cancelled at this revision or a later one";
            self.outcome.because_of(key, "cancelled-before", message, "RFC 5546 §4.2.9");
            return false;
        }
        let Some((known, of_series)) = self.known(key) else { return true };
        if of_series && self.brings_newer_series() {
            // The rest of a newer series is newer too, whatever its SEQUENCE: an ADD counts for its own instance.
            return true;
        }
        if revision == known && !of_series {
            self.outcome.because_of(key, "duplicate", "this revision is stored already", "RFC 5546 §2.1.5");
            return false;
        }
        if revision < known {
            let message = format!(
                "the message is older (SEQUENCE {}) than what is stored (SEQUENCE {})",
                revision.sequence, known.sequence
            );
            self.outcome.because_of(key, "stale-request", message, "RFC 5546 §2.1.5");
            return false;
        }
        true
    }

    fn brings_newer_series(&self) -> bool {
        let known = self.known_before.get(&InstanceKey::Master);
        let said = self.incoming.object.master().map(fields::revision);
        said.is_some_and(|said| known.is_none_or(|known| said > *known))
    }

    /// The organizer's revision of an instance before this message, and whether it is that of the series: what
    /// the series said when it was taken over, it said of every instance without a component of its own.
    fn known(&self, key: &InstanceKey) -> Option<(Revision, bool)> {
        let own = self.known_before.get(key).map(|known| (*known, false));
        let ruling = self.stored.map_or(InstanceKey::Master, |stored| stored.ruling(key));
        own.or_else(|| known_of_ruling(&self.known_before, &ruling).map(|known| (known, true)))
    }

    /// An instance that the stored series does not have: something was missed (RFC 5546 §4.7.2, case 2).
    fn is_missing_instance(&self, key: &InstanceKey) -> bool {
        self.stored.is_some_and(|stored| {
            stored.master().is_some_and(|master| !fields::is_cancelled(master))
                && stored.part(key).is_none()
                && !stored.has_instance(key)
                && self.outcome.state.answers.answered(key).is_none()
        })
    }

    /// A message about the single instance with which a THISANDFUTURE component begins: both share its name.
    fn is_first_of_range(&self, key: &InstanceKey, new: &Component) -> bool {
        let held = self.stored.and_then(|stored| stored.part(key));
        held.is_some_and(fields::is_this_and_future) && !fields::is_this_and_future(new)
    }

    fn ask_for_refresh(
        mut self,
        key: &InstanceKey,
        code: &'static str,
        why: &str,
        source: &'static str,
    ) -> Result<Outcome> {
        self.outcome.because_of(key, code, format!("{why}; the organizer is asked for the whole"), source);
        if let Some(refresh) = refresh(&self.incoming.object, self.context, &mut self.outcome)? {
            self.outcome.messages.push(refresh);
        }
        self.outcome.disposition = Disposition::Ignored;
        Ok(self.outcome)
    }

    /// Takes over one component: the organizer's words, the user's own alarms and answer.
    fn take(&mut self, key: &InstanceKey, component: &Component, revision: Revision) -> Result<()> {
        // As it was before this message: the series may have been replaced a moment ago.
        let held = self.stored.and_then(|stored| stored.said(key));
        if let Some(held) = &held {
            self.ask_again(key, component, held, revision);
        }
        let excluded = self.is_excluded_here(key) && self.is_declined(key, component);
        let own_exclusions =
            if *key == InstanceKey::Master { self.own_exclusions() } else { BTreeSet::new() };
        let object = match &mut self.object {
            Some(object) => {
                object.adopt_zones(self.incoming.object.shell());
                object
            }
            None => self.object.insert(self.incoming.object.without_parts()),
        };
        // The first of a range alone is left out: its component says what the later ones are.
        let rules_later = fields::is_this_and_future(component);
        if excluded && (!rules_later || object.has_instance(key)) {
            object.exclude(key);
        }
        if !excluded || rules_later {
            object.take_part(&self.incoming.object, key);
            if let Some(held) = &held {
                object.edit_details(key, |new| keep_own(new, held));
            }
        }
        for key in own_exclusions {
            object.exclude(&key);
        }
        self.set_answer(key)?;
        self.taken += 1;
        if self.from_organizer {
            self.outcome.because_of(
                key,
                "taken-over",
                "the organizer's version is stored",
                "RFC 5546 §3.2.2",
            );
            self.note_taken(key, revision);
        } else {
            let message = "stored as somebody passed it on, until the organizer says more";
            self.outcome.because_of(key, "taken-over", message, "RFC 5546 §3.2.2.3");
            self.outcome.state.passed_on = true;
        }
        Ok(())
    }

    /// From here on nothing older is taken over, and what was cancelled before takes place again.
    fn note_taken(&mut self, key: &InstanceKey, revision: Revision) {
        let SchedulingState { known, tombstones, ended, .. } = &mut self.outcome.state;
        known.insert(key.clone(), revision);
        // What rules later instances may be older than the cancellation of the first.
        if tombstones.get(key).is_some_and(|dead| *dead < revision) {
            tombstones.remove(key);
        }
        ended.remove(key);
        let said = &self.incoming.object;
        if *key == InstanceKey::Master {
            tombstones.retain(|_, dead| *dead > revision);
            ended.retain(|_, dead| *dead > revision);
        } else if said.is_this_and_future(key) {
            let ends =
                |later: &InstanceKey, dead: &Revision| *dead > revision || said.ruling_before(later) != *key;
            tombstones.retain(|later, dead| ends(later, dead));
            ended.retain(|later, dead| ends(later, dead));
        }
    }

    /// What a message that asks again undoes.
    fn ask_again(&mut self, key: &InstanceKey, new: &Component, held: &Component, revision: Revision) {
        let partstat = |component: &Component| self.own(component).map(|own| own.partstat);
        if partstat(new) != Some(PartStat::NeedsAction) || partstat(held) == Some(PartStat::NeedsAction) {
            return;
        }
        let Some(stored) = self.stored else { return };
        let moved = if key.is_master() {
            self.moves_series(stored, revision)
        } else {
            Timing::of(held, stored.zones()).moves(&Timing::of(new, self.incoming.object.zones()))
        };
        // RFC 5546 §2.1.4 wants a higher SEQUENCE for another time; who forgets it asks again all the same.
        if moved
            && self.outcome.state.answers.answered(key).is_some_and(|last| last.sequence == revision.sequence)
        {
            self.outcome.state.answers.forget(key);
        }
        if self.standing(key).is_none() {
            let message = "the time changed, so the answer is asked again";
            self.outcome.because_of(key, "asked-again", message, "RFC 6638 §3.2.8");
        }
    }

    /// Whether the series moves where both versions of it rule: up to the instances that were cancelled, with all that
    /// follow, after the revision of this message, and to those for which this message has THISANDFUTURE components.
    fn moves_series(&self, stored: &SchedulingObject, revision: Revision) -> bool {
        let said = &self.incoming.object;
        let cancelled = self.outcome.state.ended.iter().filter(|(_, dead)| **dead > revision);
        let ranges = said.overrides().filter(|key| said.is_this_and_future(key));
        let ends: BTreeSet<_> = cancelled.map(|(from, _)| from).chain(ranges).collect();
        let timing = |object: &SchedulingObject| {
            let mut object = Cow::Borrowed(object);
            for end in &ends {
                object.to_mut().end_before(end);
            }
            object.master().map(|master| Timing::of(master, object.zones()))
        };
        timing(stored).zip(timing(said)).is_some_and(|(held, new)| held.moves(&new))
    }

    /// Whether the user declined a component and is not asked again; `said` is what the organizer says of it.
    fn is_declined(&self, key: &InstanceKey, said: &Component) -> bool {
        match self.standing(key) {
            Some(standing) => *standing == PartStat::Declined,
            None => self.own(said).is_none_or(|own| own.partstat == PartStat::Declined),
        }
    }

    /// The user's answer that holds for an instance, given what rules it after this message.
    fn standing(&self, key: &InstanceKey) -> Option<&PartStat> {
        let new = Some(&self.incoming.object).filter(|new| new.master().is_some()).or(self.stored);
        let answers = &self.outcome.state.answers;
        match new {
            Some(new) => answers.standing_under(key, new.rulings_before(key)),
            None => answers.standing(key),
        }
    }

    fn own(&self, component: &Component) -> Option<crate::scheduling::Attendee> {
        attendee_among(component, |address| self.context.identities.is_own(address))
    }

    /// Writes the answer that holds, if one does, over what the organizer says.
    fn set_answer(&mut self, key: &InstanceKey) -> Result<()> {
        let own = self.incoming.object.attendee(key, self.context.identities.own());
        let standing = self.standing(key).cloned();
        if let (Some(object), Some(own), Some(standing)) = (&mut self.object, own, standing)
            && own.partstat != standing
        {
            let write = |line: &mut PropertyBuf| line.set_param("PARTSTAT", standing.as_str());
            object.edit_attendees(key, |line| line.address == own.address, |_, line| write(line))?;
        }
        Ok(())
    }

    /// The instances that the user took out of their own copy, and which the organizer does not exclude.
    fn own_exclusions(&self) -> BTreeSet<InstanceKey> {
        let answers = &self.outcome.state.answers;
        answers
            .given()
            .filter(|key| !key.is_master() && self.is_excluded_here(key))
            .filter(|key| self.standing(key) == Some(&PartStat::Declined))
            .filter(|key| self.incoming.object.has_instance(key) && self.incoming.object.part(key).is_none())
            .cloned()
            .collect()
    }

    /// Whether the user's series leaves that instance out.
    fn is_excluded_here(&self, key: &InstanceKey) -> bool {
        self.stored.is_some_and(|stored| {
            let ruled = stored.part(key).is_none_or(fields::is_this_and_future);
            stored.master().is_some() && ruled && !stored.has_instance(key)
        })
    }

    /// The overrides stored here that a newer version of the series does not have.
    fn settle_absent(&mut self, named: &[InstanceKey]) {
        let Some(sent) = self.incoming.object.master().map(fields::revision) else { return };
        self.forget_absent(named, sent);
        let Some(stored) = self.stored else { return };
        let absent = stored.overrides().filter(|key| !named.contains(key)).cloned().collect();
        self.follow(absent);
    }

    /// What the user answered on its own of the instances that a newer THISANDFUTURE component rules.
    fn settle_ruled(&mut self, first: &InstanceKey, named: &[InstanceKey]) {
        let Some(stored) = self.stored else { return };
        let ruled = stored.overrides().filter(|key| *key > first && !named.contains(key)).cloned().collect();
        self.follow(ruled);
    }

    /// Instances with a component of the user's own making say what now rules them, and keep what is the user's.
    fn follow(&mut self, absent: Vec<InstanceKey>) {
        let Some(stored) = self.stored else { return };
        for key in absent {
            if self.outcome.state.known.contains_key(&key) {
                self.outcome.because_of(
                    &key,
                    "newer-instance",
                    "what is stored of this instance is newer",
                    "RFC 5546 §2.1.5",
                );
                continue;
            }
            let Some(held) = stored.part(&key).cloned() else { continue };
            let Some(object) = &mut self.object else { continue };
            object.remove_part(&key);
            let Some(mut new) = object.projected(&key) else {
                self.outcome.because_of(
                    &key,
                    "instance-gone",
                    "the series has this instance no more",
                    "RFC 5546 §3.2.2.1",
                );
                continue;
            };
            // The organizer's words on the instance are the series' now; the alarms may still be its own.
            keep_own(&mut new, &held);
            // An answer to "this and future" stays one; `write_answers` puts it in.
            fields::set_this_and_future(&mut new, fields::is_this_and_future(&held));
            let alarms = held.component("VALARM").is_some() && !same_alarms(&held, self.object.as_ref());
            if (alarms || fields::is_this_and_future(&held))
                && let Some(object) = &mut self.object
            {
                object.put_part(key, new);
            }
        }
    }

    /// An instance that the organizer gave back, on its own, takes place though an older version of the series excludes it.
    fn readmit(&mut self) {
        let said = &self.incoming.object;
        let Some(object) = &mut self.object else { return };
        let back = object.overrides().filter(|key| {
            let alone = !object.is_this_and_future(key) && !object.is_cancelled(key);
            let both = said.master().is_some() && said.part(key).is_some();
            alone && !both && self.outcome.state.known.contains_key(key) && !object.has_instance(key)
        });
        let back: BTreeSet<_> = back.cloned().collect();
        if !back.is_empty() {
            object.keep_dates("EXDATE", |excluded| !back.contains(excluded));
        }
    }

    /// Writes the user's answers: an instance answered on its own keeps a component.
    fn write_answers(&mut self) -> Result<()> {
        let Some(object) = &mut self.object else { return Ok(()) };
        for address in self.context.identities.own() {
            for key in self.outcome.state.answers.write_into(object, address)? {
                let message = "the user answered this instance on its own";
                self.outcome.because_of(&key, "own-answer-kept", message, "RFC 5546 §3.2.3");
                self.taken += 1;
            }
            self.taken += usize::from(fall_back(object, address, &mut self.outcome)?);
            // The organizer may not have heard of the delegation yet, nor that it was taken back.
            object.complete_delegations(address, self.stored)?;
            let keys: Vec<_> = object.parts().map(|(key, _)| key.clone()).collect();
            for key in keys {
                object.end_delegations(&key, address)?;
            }
        }
        Ok(())
    }

    /// Instances cancelled by a message that came first stay cancelled in the older series that comes later.
    fn keep_cancelled(&mut self) {
        for (from, revision) in self.outcome.state.ended.clone() {
            if let Some(object) = &mut self.object {
                cut(object, &from, revision, &mut self.outcome);
            }
        }
        let dead: Vec<(InstanceKey, Revision)> = self
            .outcome
            .state
            .tombstones
            .iter()
            .filter(|(key, _)| **key != InstanceKey::Master)
            .map(|(key, revision)| (key.clone(), *revision))
            .collect();
        for (key, revision) in dead {
            if let Some(object) = &mut self.object
                && let Some(mut component) = object.effective(&key)
            {
                if object.is_this_and_future(&key) {
                    object.exclude(&key);
                } else {
                    mark_cancelled(&mut component, revision);
                    object.put_part(key.clone(), component);
                    self.outcome.state.known.insert(key.clone(), revision);
                }
                self.outcome.because_of(
                    &key,
                    "cancelled-before",
                    "the cancellation arrived first",
                    "RFC 5546 §4.2.9",
                );
            }
        }
    }

    /// Deleting was declining: only a message that asks again brings the event back.
    fn is_declined_by_deletion(&self) -> bool {
        let answers = &self.outcome.state.answers;
        answers.given().next().is_some()
            && self.incoming.object.parts().all(|(key, part)| self.is_declined(key, part))
            && answers.given().all(|key| {
                let instance = self.incoming.object.effective(key);
                instance.is_none_or(|instance| self.is_declined(key, &instance))
            })
    }

    /// What a version of the series leaves out is, from now on, as old as the series.
    fn forget_absent(&mut self, named: &[InstanceKey], sent: Revision) {
        let known = &mut self.outcome.state.known;
        known.retain(|key, known| key.is_master() || named.contains(key) || known.dtstamp > sent.dtstamp);
    }

    fn note_revisions(&mut self) {
        if !self.from_organizer {
            return;
        }
        let series = self.incoming.object.master().map(fields::revision);
        if let Some(sent) =
            series.filter(|sent| self.known(&InstanceKey::Master).is_none_or(|(known, _)| known < *sent))
        {
            let named: Vec<_> = self.incoming.object.parts().map(|(key, _)| key.clone()).collect();
            self.forget_absent(&named, sent);
        }
        for (key, part) in self.incoming.object.parts() {
            let revision = fields::revision(part);
            // An overtaken message says nothing new of an instance that the newer series does not name.
            if self.known(key).is_none_or(|(known, _)| known < revision) {
                self.outcome.state.known.insert(key.clone(), revision);
            }
        }
    }

    /// Whether nothing differs from what was stored but what others answered.
    fn is_of_others_only(&self) -> bool {
        let delta = Delta::between(self.stored, self.object.as_ref());
        let own = |who: &CalendarUserAddress| self.context.identities.is_own(who);
        delta.weight().is_none() && !delta.instances.values().any(|change| change.answers.keys().any(own))
    }

    pub(super) fn finish(mut self) -> Outcome {
        if self.taken == 0 {
            self.outcome.disposition = Disposition::Ignored;
            return self.outcome;
        }
        self.outcome.disposition = Disposition::Applied;
        if self.stored.is_some() && self.is_of_others_only() {
            let message = "nothing changed for this user; others answered";
            self.outcome.because("others-answered", message, "RFC 6638 §3.2.10");
        } else {
            self.tell();
        }
        if let Some(object) = self.object {
            self.outcome.object = ObjectChange::Store(object);
        }
        self.outcome
    }

    /// Tells the user of the invitation or its new version, and of times that cannot be placed.
    fn tell(&mut self) {
        let title = self.incoming.object.title();
        let (code, verb) =
            if self.stored.is_some() { ("updated", "changed") } else { ("invited", "sent an invitation") };
        let who = self
            .incoming
            .object
            .organizer()
            .map(|organizer| organizer.address.to_string())
            .unwrap_or_default();
        self.outcome.tell(code, format!("{who} {verb}: {title}"));
        for tzid in unresolved_zones(&self.incoming.object) {
            self.outcome.tell(
                "unknown-time-zone",
                format!("the time zone `{tzid}` is not known, so these times are uncertain"),
            );
        }
    }
}

/// The time zones that an object names and nobody can resolve.
fn unresolved_zones(object: &SchedulingObject) -> BTreeSet<String> {
    let times = object.parts().flat_map(|(_, part)| {
        ["DTSTART", "DTEND", "DUE", "RECURRENCE-ID"]
            .into_iter()
            .filter_map(|name| fields::date_time(part, name))
    });
    times
        .filter_map(|time| time.tzid().map(str::to_owned))
        .filter(|tzid| object.zones().resolve(tzid).is_err())
        .collect()
}

fn same_alarms(held: &Component, object: Option<&SchedulingObject>) -> bool {
    let printed = |component: &Component| {
        component.components_named("VALARM").map(ToString::to_string).collect::<BTreeSet<_>>()
    };
    object.and_then(SchedulingObject::master).is_some_and(|master| printed(master) == printed(held))
}

/// A component that only the user's answer made says what rules it where that answer is asked again, as an overtaken REQUEST
/// may do, too. Tells whether one does.
fn fall_back(
    object: &mut SchedulingObject,
    user: &CalendarUserAddress,
    outcome: &mut Outcome,
) -> Result<bool> {
    let own = object.overrides().filter(|key| !outcome.state.known.contains_key(key));
    let overtaken: Vec<_> = own
        .filter(|key| {
            let answer = outcome.state.answers.overtaken_under(key, object.rulings_before(key));
            let shown = object.attendee(key, from_ref(user)).map(|own| &own.partstat);
            answer.is_some() && answer == shown
        })
        .cloned()
        .collect();
    let mut any = false;
    for key in overtaken {
        let said = object.projected(&key);
        let Some(said) = said.as_ref().and_then(|part| attendee_among(part, |who| who == user)) else {
            continue;
        };
        let write = |line: &mut PropertyBuf| line.set_param("PARTSTAT", said.partstat.as_str());
        if object.edit_attendees(&key, |line| line.address == *user, |_, line| write(line))? > 0 {
            let message = "what was answered is asked again";
            outcome.because_of(&key, "asked-again", message, "RFC 6638 §3.2.8");
            any = true;
        }
    }
    Ok(any)
}
