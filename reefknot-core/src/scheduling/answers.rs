//! Which answer of an attendee holds for an instance (RFC 5546 §2.1.5, §3.2.3).
//!
//! The organizer keeps one [`Answers`] for each attendee, and each attendee one of their own. Both are made of
//! nothing but what REQUESTs asked and what REPLYs said, and both are recorded so that neither order nor
//! repetition matters. So once every message is delivered the two records are equal, and one pure function,
//! [`Answers::standing`], gives both sides the same answer for every instance (docs/adr/0008).

use std::cmp::Ordering;
use std::collections::btree_map::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

use serde::{Deserialize, Serialize};

use super::attendee::PartStat;
use super::fields;
use super::object::{SchedulingObject, attendee_among, edit_attendee};
use super::revision::Revision;
use crate::Result;
use crate::recurrence::InstanceKey;
use crate::value::CalendarUserAddress;

/// What one attendee was asked and has answered, instance by instance.
///
/// ```
/// use reefknot_core::recurrence::InstanceKey;
/// use reefknot_core::scheduling::{Answers, PartStat, Revision};
///
/// let mut answers = Answers::default();
/// answers.give(&InstanceKey::Master, Revision { sequence: 0, dtstamp: None }, PartStat::Accepted);
/// // What is said of the series holds for its instances.
/// let friday = "20261127T090000Z".parse()?;
/// assert_eq!(answers.standing(&friday), Some(&PartStat::Accepted));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Answers {
    /// The highest SEQUENCE at which a REQUEST asked (PARTSTAT=NEEDS-ACTION), by component. An instance that no
    /// REQUEST has named yet is asked with the series.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    asked: BTreeMap<InstanceKey, u32>,
    /// The same of the instances that no REQUEST has named, from each of these on to the next: where THISANDFUTURE
    /// components ever began. Before the first of these it is what the series asks.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    ruled: BTreeMap<InstanceKey, u32>,
    /// The latest answer, by component.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    given: BTreeMap<InstanceKey, Given>,
}

/// How one component of a REQUEST asks one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asks {
    /// Its SEQUENCE where it asks for an answer (PARTSTAT=NEEDS-ACTION), and 0 where it does not.
    pub sequence: u32,
    /// Whether it holds for all later instances too (RANGE=THISANDFUTURE).
    pub and_future: bool,
}

/// One answer, and the revision that it answers; its DTSTAMP is the answer's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Given {
    revision: Revision,
    partstat: PartStat,
    /// Whether it is said of all later instances too (RANGE=THISANDFUTURE), whatever the organizer has there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    and_future: bool,
}

impl Answers {
    /// What an object says by itself: where nothing was remembered, it has to do.
    ///
    /// An override whose answer is that of the series is taken to follow it.
    #[must_use]
    pub fn of(object: &SchedulingObject, who: &[CalendarUserAddress]) -> Self {
        let mut answers = Self::default();
        let mut of_series = PartStat::NeedsAction;
        for (key, _) in object.parts() {
            let Some(attendee) = object.attendee(key, who) else { continue };
            let sequence = object.revision(key).sequence;
            answers.asked.insert(key.clone(), sequence);
            if object.is_this_and_future(key) {
                answers.ruled.insert(key.clone(), sequence);
            }
            // What is asked at a higher SEQUENCE than the series is open by itself.
            let apart =
                attendee.partstat == PartStat::NeedsAction && sequence > answers.asked(&InstanceKey::Master);
            if attendee.partstat != of_series && !apart {
                let revision = Revision { sequence, dtstamp: None };
                let partstat = attendee.partstat.clone();
                answers.given.insert(key.clone(), Given { revision, partstat, and_future: false });
            }
            if key.is_master() {
                of_series = attendee.partstat.clone();
            }
        }
        answers
    }

    /// Whether nothing was ever asked or answered.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.asked.is_empty() && self.given.is_empty()
    }

    /// A REQUEST made of these components was sent to the attendee, or reached them; each with the SEQUENCE at which
    /// it [asks](SchedulingObject::asks) them.
    ///
    /// Each asks for what it names; what it does not name, it asks with the series. What was asked once stays
    /// asked, so an overtaken REQUEST counts as well.
    pub fn hear<'a>(&mut self, request: impl IntoIterator<Item = (&'a InstanceKey, Asks)>) {
        let mut named: BTreeMap<&InstanceKey, u32> = BTreeMap::new();
        let mut ranges: BTreeMap<&InstanceKey, u32> = BTreeMap::new();
        for (key, asks) in request {
            named.insert(key, asks.sequence);
            if key.is_master() || asks.and_future {
                ranges.insert(key, asks.sequence);
            }
        }
        // What this asks of an instance that it does not name; nothing, where it does not say what rules the instance.
        let asks = |key: &InstanceKey| {
            ranges.range::<&InstanceKey, _>(..=key).next_back().map_or(0, |(_, asked)| *asked)
        };
        // Until now, an instance named for the first time was asked with what rules it.
        let before: Vec<_> = named.keys().map(|key| self.asked(key)).collect();
        let begin: BTreeSet<_> = self.ruled.keys().chain(ranges.keys().copied()).cloned().collect();
        let ruled = begin.into_iter().filter(|key| !key.is_master()).map(|key| {
            let asked = self.asked_ruled(&key).max(asks(&key));
            (key, asked)
        });
        self.ruled = ruled.collect();
        for (key, asked) in self.asked.iter_mut().filter(|(key, _)| !named.contains_key(key)) {
            *asked = (*asked).max(asks(key));
        }
        for ((key, sequence), before) in named.into_iter().zip(before) {
            self.asked.insert(key.clone(), before.max(sequence));
        }
    }

    /// The attendee answers a component; tells how this answer compares with the one recorded before: only a
    /// later one ([`Ordering::Greater`]) is recorded (RFC 5546 §2.1.5).
    pub fn give(&mut self, key: &InstanceKey, revision: Revision, partstat: PartStat) -> Ordering {
        self.record(key, Given { revision, partstat, and_future: false })
    }

    /// As [`give`](Self::give), of an answer to a component with RANGE=THISANDFUTURE: it holds for the later instances as an
    /// answer to the series does, and before that.
    pub fn give_from(&mut self, key: &InstanceKey, revision: Revision, partstat: PartStat) -> Ordering {
        self.record(key, Given { revision, partstat, and_future: !key.is_master() })
    }

    fn record(&mut self, key: &InstanceKey, given: Given) -> Ordering {
        let order = match self.given.get(key) {
            Some(before) => given.revision.cmp(&before.revision),
            None => Ordering::Greater,
        };
        if order == Ordering::Greater {
            if key.is_master() {
                // What was left open on its own follows the series' next answer.
                self.given.retain(|_, given| given.partstat != PartStat::NeedsAction);
            }
            self.given.insert(key.clone(), given);
        }
        order
    }

    /// Takes an answer back: what it answered was moved.
    pub fn forget(&mut self, key: &InstanceKey) {
        self.given.remove(key);
    }

    /// Takes back what was answered to a higher SEQUENCE than there is.
    pub(crate) fn forget_above(&mut self, sequence: u32) {
        self.given.retain(|_, given| given.revision.sequence <= sequence);
    }

    /// The lowest SEQUENCE that an answer has to name to count.
    #[must_use]
    pub fn asked(&self, key: &InstanceKey) -> u32 {
        self.asked.get(key).copied().unwrap_or_else(|| self.asked_ruled(key))
    }

    /// As [`asked`](Self::asked), for an instance that no REQUEST has named.
    fn asked_ruled(&self, key: &InstanceKey) -> u32 {
        self.asked_in(self.ruled.range(..=key))
    }

    /// What asks where the last of these rules, or the series does.
    fn asked_in(&self, mut ranges: Range<'_, InstanceKey, u32>) -> u32 {
        let ruling = ranges.next_back().map(|(_, sequence)| sequence);
        ruling.or_else(|| self.asked.get(&InstanceKey::Master)).copied().unwrap_or_default()
    }

    /// Whether an instance was asked otherwise than what would rule it, so that the same answer may hold for one only.
    #[must_use]
    pub fn is_asked_apart(&self, key: &InstanceKey) -> bool {
        self.asked(key) != self.asked_in(self.ruled.range(..key))
    }

    /// The latest answer to a component: the SEQUENCE it named, and its DTSTAMP.
    #[must_use]
    pub fn answered(&self, key: &InstanceKey) -> Option<Revision> {
        self.given.get(key).map(|given| given.revision)
    }

    /// The components that a REQUEST ever named.
    pub fn named(&self) -> impl Iterator<Item = &InstanceKey> {
        self.asked.keys()
    }

    /// The components that were ever answered on their own.
    pub fn given(&self) -> impl Iterator<Item = &InstanceKey> {
        self.given.keys()
    }

    /// The answer that holds for an instance: its own, or else that of the series, if it was asked no later.
    ///
    /// `None` where no answer holds: then the organizer's word does, which is NEEDS-ACTION unless somebody
    /// answered in another way.
    #[must_use]
    pub fn standing(&self, key: &InstanceKey) -> Option<&PartStat> {
        self.standing_under(key, [&InstanceKey::Master])
    }

    /// As [`standing`](Self::standing), where the instance is ruled by THISANDFUTURE components
    /// ([`SchedulingObject::rulings_before`]): the answers to these, and those that were given so, come before the answer to
    /// the series.
    #[must_use]
    pub fn standing_under<'k>(
        &self,
        key: &InstanceKey,
        rulings: impl IntoIterator<Item = &'k InstanceKey>,
    ) -> Option<&PartStat> {
        let asked = self.asked(key);
        self.given_under(key, rulings)
            .find(|given| given.revision.sequence >= asked)
            .map(|given| &given.partstat)
    }

    /// As [`standing_under`](Self::standing_under), of answers that do not hold any more because a REQUEST asked again.
    pub(crate) fn overtaken_under<'k>(
        &self,
        key: &InstanceKey,
        rulings: impl IntoIterator<Item = &'k InstanceKey>,
    ) -> Option<&PartStat> {
        let asked = self.asked(key);
        let mut given = self.given_under(key, rulings).peekable();
        let latest = given.peek().map(|given| &given.partstat);
        latest.filter(|_| given.all(|given| given.revision.sequence < asked))
    }

    /// The answers that may hold for an instance, its own first.
    fn given_under<'k>(
        &self,
        key: &InstanceKey,
        rulings: impl IntoIterator<Item = &'k InstanceKey>,
    ) -> impl Iterator<Item = &Given> {
        let ranges = self.given.range(..key).filter(|(_, given)| given.and_future);
        let rulings = rulings.into_iter().filter_map(|key| self.given.get_key_value(key));
        let ruling: BTreeMap<_, _> = rulings.chain(ranges).collect();
        self.given.get(key).into_iter().chain(ruling.into_values().rev())
    }

    /// Whether the answer that holds for an instance is its own, and not that of what rules it.
    pub(crate) fn answers_alone(&self, key: &InstanceKey) -> bool {
        let asked = self.asked(key);
        self.given.get(key).is_some_and(|given| given.revision.sequence >= asked)
    }

    /// Writes what holds into the attendee's lines; an instance whose answer is not that of the series gets a
    /// component. Gives the components that changed.
    ///
    /// # Errors
    /// When a participation status of somebody's own cannot be written.
    pub fn write_into(
        &self,
        object: &mut SchedulingObject,
        who: &CalendarUserAddress,
    ) -> Result<Vec<InstanceKey>> {
        let mut changed = Vec::new();
        let parts = object.parts().map(|(key, _)| key);
        // The series comes first in the order of keys: its answer is what the others may differ from.
        let keys: BTreeSet<InstanceKey> = parts.chain(self.given.keys()).cloned().collect();
        for key in keys {
            let Some(standing) = self.standing_under(&key, object.rulings_before(&key)) else { continue };
            let shown = object.attendee(&key, from_ref(who));
            if shown.is_some_and(|shown| shown.partstat == *standing) {
                continue;
            }
            // A component that rules later instances is answered though its first instance be excluded.
            let Some(mut part) = object.said(&key).filter(|part| !fields::is_cancelled(part)) else {
                continue;
            };
            let shown = attendee_among(&part, |address| address == who).map(|attendee| attendee.partstat);
            if shown.is_none_or(|shown| shown == *standing) {
                continue;
            }
            if object.part(&key).is_none() && self.given_from(&key) == Some(standing) {
                fields::set_this_and_future(&mut part, true);
            }
            edit_attendee(&mut part, who, |line| line.set_param("PARTSTAT", standing.as_str()))?;
            object.put_part(key.clone(), part);
            changed.push(key);
        }
        for from in self.given.keys().filter(|key| self.given_from(key).is_some()) {
            if !object.is_this_and_future(from) {
                changed.extend(self.write_rest(from, object, who)?);
            }
        }
        Ok(changed)
    }

    /// The answer to a component and all later instances.
    fn given_from(&self, key: &InstanceKey) -> Option<&PartStat> {
        self.given.get(key).filter(|given| given.and_future).map(|given| &given.partstat)
    }

    /// An answer to an instance and all later ones, where the instance came to have a component for itself or is no more, goes
    /// on with the next one that has none.
    fn write_rest(
        &self,
        from: &InstanceKey,
        object: &mut SchedulingObject,
        who: &CalendarUserAddress,
    ) -> Result<Option<InstanceKey>> {
        let Some(first) = object.next_ruled_with(from) else { return Ok(None) };
        let standing = self.standing_under(&first, object.rulings_before(&first));
        let Some((standing, mut part)) = standing.zip(object.projected(&first)) else { return Ok(None) };
        let shown = attendee_among(&part, |address| address == who).map(|attendee| attendee.partstat);
        if fields::is_cancelled(&part) || shown.is_none_or(|shown| shown == *standing) {
            return Ok(None);
        }
        fields::set_this_and_future(&mut part, true);
        edit_attendee(&mut part, who, |line| line.set_param("PARTSTAT", standing.as_str()))?;
        object.put_part(first.clone(), part);
        Ok(Some(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: InstanceKey = InstanceKey::Master;

    fn at(sequence: u32, dtstamp: i64) -> Revision {
        Revision { sequence, dtstamp: Some(crate::value::Timestamp::from_seconds(dtstamp)) }
    }

    fn friday() -> InstanceKey {
        "20261127T090000Z".parse().unwrap()
    }

    /// The components of a REQUEST: key, SEQUENCE, PARTSTAT.
    fn hear(answers: &mut Answers, parts: &[(&InstanceKey, u32, &str)]) {
        answers.hear(parts.iter().map(|&(key, sequence, said)| (key, asks(sequence, said, false))));
    }

    fn asks(sequence: u32, said: &str, and_future: bool) -> Asks {
        Asks { sequence: if said == "NEEDS-ACTION" { sequence } else { 0 }, and_future }
    }

    #[test]
    fn an_instance_has_its_own_answer_or_that_of_the_series() {
        let mut answers = Answers::default();
        hear(&mut answers, &[(&A, 0, "NEEDS-ACTION")]);
        assert_eq!(answers.standing(&friday()), None);
        answers.give(&A, at(0, 1), PartStat::Accepted);
        assert_eq!(answers.standing(&friday()), Some(&PartStat::Accepted));
        answers.give(&friday(), at(0, 2), PartStat::Declined);
        assert_eq!(answers.standing(&friday()), Some(&PartStat::Declined));
        // The series answered otherwise leaves it.
        answers.give(&A, at(0, 3), PartStat::Tentative);
        assert_eq!(answers.standing(&friday()), Some(&PartStat::Declined));
    }

    #[test]
    fn a_request_that_asks_again_undoes_answers_to_lower_sequences() {
        let mut answers = Answers::default();
        answers.give(&A, at(0, 1), PartStat::Accepted);
        answers.give(&friday(), at(0, 1), PartStat::Declined);
        // The friday moves: the series' answer is not for it either.
        hear(&mut answers, &[(&A, 0, "ACCEPTED"), (&friday(), 1, "NEEDS-ACTION")]);
        assert_eq!((answers.standing(&A), answers.standing(&friday())), (Some(&PartStat::Accepted), None));
        answers.give(&friday(), at(1, 2), PartStat::Tentative);
        // The series moves, the friday does not.
        hear(&mut answers, &[(&A, 2, "NEEDS-ACTION"), (&friday(), 1, "TENTATIVE")]);
        assert_eq!((answers.standing(&A), answers.standing(&friday())), (None, Some(&PartStat::Tentative)));
        // Both move: the REQUEST does not name the friday.
        hear(&mut answers, &[(&A, 3, "NEEDS-ACTION")]);
        assert_eq!(answers.standing(&friday()), None);
    }

    #[test]
    fn an_answer_to_the_series_holds_where_a_later_request_asked_the_series_only() {
        let mut answers = Answers::default();
        hear(&mut answers, &[(&A, 0, "NEEDS-ACTION")]);
        hear(&mut answers, &[(&A, 1, "NEEDS-ACTION"), (&friday(), 0, "ACCEPTED")]);
        // Written before the second REQUEST was seen.
        answers.give(&A, at(0, 5), PartStat::Declined);
        assert_eq!((answers.standing(&A), answers.standing(&friday())), (None, Some(&PartStat::Declined)));
    }

    #[test]
    fn an_earlier_answer_is_not_recorded() {
        let mut answers = Answers::default();
        assert_eq!(answers.give(&A, at(1, 5), PartStat::Declined), Ordering::Greater);
        assert_eq!(answers.give(&A, at(1, 5), PartStat::Declined), Ordering::Equal);
        assert_eq!(answers.give(&A, at(1, 4), PartStat::Accepted), Ordering::Less);
        assert_eq!(answers.give(&A, at(0, 9), PartStat::Accepted), Ordering::Less);
        assert_eq!(answers.standing(&A), Some(&PartStat::Declined));
    }

    proptest::proptest! {
        /// Any order, with repetitions, makes the same record.
        #[test]
        fn neither_order_nor_repetition_matters(
            messages in proptest::collection::vec((0..2_u8, 0..4_u32, 0..2_usize, 0..4_u32, 0..4_usize), 1..8),
            shuffle in proptest::prelude::any::<u64>(),
        ) {
            let said = ["NEEDS-ACTION", "ACCEPTED"];
            let answer = [PartStat::Accepted, PartStat::Declined, PartStat::Tentative];
            let monday: InstanceKey = "20261123T090000Z".parse().unwrap();
            let friday = friday();
            let apply = |answers: &mut Answers, at_index: usize| {
                let (kind, sequence, which, other, choice) = messages[at_index];
                let key = [&friday, &monday][which];
                match (kind, choice) {
                    (0, 0) => hear(answers, &[(&A, sequence, said[which])]),
                    (0, 1) => hear(answers, &[(&A, sequence, said[which]), (key, other, said[other as usize % 2])]),
                    (0, 2) => {
                        let later = asks(other, said[other as usize % 2], true);
                        answers.hear([(&A, asks(sequence, said[which], false)), (key, later)]);
                    }
                    (0, _) => hear(answers, &[(key, other, said[which])]),
                    // Every message has a DTSTAMP of its own.
                    (_, 0) => { answers.give(&A, at(sequence, at_index as i64), answer[other as usize % 3].clone()); }
                    (_, _) => { answers.give(key, at(sequence, at_index as i64), answer[other as usize % 3].clone()); }
                }
            };
            let mut in_order = Answers::default();
            (0..messages.len()).for_each(|index| apply(&mut in_order, index));
            let mut otherwise = Answers::default();
            let mut seed = shuffle | 1;
            let mut order: Vec<usize> = (0..messages.len()).chain(0..messages.len()).collect();
            for at in (1..order.len()).rev() {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                order.swap(at, (seed >> 33) as usize % (at + 1));
            }
            order.into_iter().for_each(|index| apply(&mut otherwise, index));
            proptest::prop_assert_eq!(in_order, otherwise);
        }
    }
}
