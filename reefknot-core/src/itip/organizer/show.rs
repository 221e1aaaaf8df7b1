//! What somebody answered, shown in the copies of the others (RFC 6638 §4.2).

use std::collections::{BTreeMap, BTreeSet};
use std::ptr;
use std::slice::from_ref;
use std::sync::Arc;

use super::Keys;
use super::mailer::{Mailer, attended};
use crate::Result;
use crate::ical::{Component, Property};
use crate::itip::body::{self};
use crate::itip::context::Context;
use crate::itip::message::{Change, Message, MessageReason};
use crate::itip::method::Method;
use crate::itip::outcome::Outcome;
use crate::recurrence::InstanceKey;
use crate::scheduling::{Answers, Attendance, AttendeeState, Delta, PartStat, SchedulingObject, by_person};
use crate::value::CalendarUserAddress;

/// What somebody answered, for the copies of the others who attend the components in which it shows
/// (RFC 6638 §4.2: "the server SHOULD send scheduling messages to all the other Attendees").
///
/// Each is the organizer's current revision, dated later than the last message and before the next; SEQUENCE stays.
pub(in crate::itip) fn show_answers(
    before: &SchedulingObject,
    object: &SchedulingObject,
    outcome: Outcome,
    context: &Context<'_>,
) -> Result<Outcome> {
    let mut mailer = Mailer::new(object, outcome, context);
    let attendance = object.attendance();
    let Readers { all, mut views } =
        Readers::of(&shown_answers(before, object), object, &attendance, &mailer);
    let people: Vec<_> = all.iter().map(|(said, _)| &said[0].1.address).collect();
    // Most share what is remembered of the one before them.
    let mut last: Option<(&AttendeeState, usize, bool)> = None;
    let records = mailer.outcome.state.begun_all(&people, object).zip(&all);
    let anew: Vec<_> = records
        .map(|(record, (said, view))| {
            let same = last.filter(|(shared, shown, _)| ptr::eq(*shared, record) && shown == view);
            let is_newer = same.map_or_else(|| is_newer(object, said, &record.answers), |(.., newer)| newer);
            last = Some((record, *view, is_newer));
            is_newer && asks_anew(object, said, &record.answers)
        })
        .collect();
    mailer.outcome.refreshes.reserve(all.len());
    for ((who, (_, view)), anew) in people.into_iter().zip(&all).zip(anew) {
        if anew {
            let message = format!("{who} sees the answer with the next message: now it would ask them again");
            mailer.outcome.because("answer-not-shown", message, "RFC 6638 §4.2");
            continue;
        }
        let view = &mut views[*view];
        let calendar = match &view.calendar {
            Some(calendar) => calendar,
            None => view.calendar.insert(mailer.body(object, &view.keys)?),
        };
        mailer.outcome.refreshes.push(Message {
            method: Method::Request,
            reason: MessageReason::Answers,
            originator: mailer.organizer.clone(),
            recipient: who.clone(),
            uid: object.shared_uid(),
            sequence: view.sequence,
            calendar: Arc::clone(calendar),
            changes: Arc::clone(&view.changes),
        });
    }
    if !mailer.outcome.refreshes.is_empty() {
        mailer.outcome.state.last_stamp = Some(mailer.stamp);
    }
    Ok(mailer.outcome)
}

/// Who is to see an answer, and what of it.
struct Readers<'a> {
    /// What is said of each, in the order of their addresses, and which view is theirs.
    all: Vec<(&'a [Attendance<'a>], usize)>,
    views: Vec<View>,
}

impl<'a> Readers<'a> {
    fn of(
        shown: &[Shown],
        object: &'a SchedulingObject,
        attendance: &'a [Attendance<'a>],
        mailer: &Mailer<'_>,
    ) -> Self {
        let answered: BTreeSet<_> = shown.iter().map(|shown| &shown.who).collect();
        let (mut all, mut views) = (Vec::with_capacity(attendance.len()), Vec::new());
        let mut places: BTreeMap<Vec<&InstanceKey>, usize> = BTreeMap::new();
        // Most attend what the one before them does.
        let mut last: Option<(&[Attendance<'_>], usize)> = None;
        for said in by_person(attendance) {
            let (_, attendee) = said[0];
            let who = &attendee.address;
            if answered.contains(who) || !mailer.sends_to(attendee) || mailer.is_organizer(who) {
                continue;
            }
            let keys = || said.iter().map(|(key, _)| *key);
            let same = last.filter(|(before, _)| before.iter().map(|(key, _)| *key).eq(keys()));
            let view = same.map_or_else(
                || {
                    let theirs = keys().filter(|key| !object.is_cancelled(key)).collect();
                    *places.entry(theirs).or_insert_with_key(|keys| {
                        views.push(View::of(object, keys, shown));
                        views.len() - 1
                    })
                },
                |(_, view)| view,
            );
            last = Some((said, view));
            if !views[view].changes.is_empty() {
                all.push((said, view));
            }
        }
        Self { all, views }
    }
}

/// Whether somebody who has not answered yet would read a SEQUENCE at which nobody asked them: an answer of theirs
/// that is under way would then hold here and not there.
fn asks_anew(object: &SchedulingObject, said: &[Attendance<'_>], answers: &Answers) -> bool {
    let mut open = said.iter().filter(|(_, own)| own.partstat == PartStat::NeedsAction);
    open.any(|one| is_newer(object, from_ref(one), answers))
}

/// Whether any of the components that are to take place has a higher SEQUENCE than that at which somebody was asked.
fn is_newer(object: &SchedulingObject, said: &[Attendance<'_>], answers: &Answers) -> bool {
    said.iter()
        .any(|(key, _)| !object.is_cancelled(key) && object.revision(key).sequence > answers.asked(key))
}

/// What shows to those who attend the same components.
struct View {
    keys: Keys,
    changes: Arc<[Change]>,
    /// The highest SEQUENCE of the components.
    sequence: u32,
    /// The body, once somebody is to see it.
    calendar: Option<Arc<Component>>,
}

impl View {
    fn of(object: &SchedulingObject, keys: &[&InstanceKey], shown: &[Shown]) -> Self {
        let keys = attended(object, keys.iter().copied().cloned().collect());
        let theirs = shown.iter().filter(|shown| keys.contains(&shown.ruling));
        Self {
            changes: theirs.map(|shown| shown.change.clone()).collect(),
            sequence: keys.iter().map(|key| object.revision(key).sequence).max().unwrap_or_default(),
            calendar: None,
            keys,
        }
    }
}

/// An answer as it shows in the copies of others.
struct Shown {
    who: CalendarUserAddress,
    /// The component that says what the instance is.
    ruling: InstanceKey,
    change: Change,
}

fn shown_answers(before: &SchedulingObject, after: &SchedulingObject) -> Vec<Shown> {
    let mut all = Vec::new();
    for (key, delta) in Delta::between(Some(before), Some(after)).instances {
        for who in delta.answers.into_keys() {
            let line = |object: &SchedulingObject| {
                object.attendee_line(&object.ruling(&key), &who).map(|line| as_shown(&line))
            };
            let change = Change {
                instance: key.clone(),
                property: "ATTENDEE".to_owned(),
                before: line(before),
                after: line(after),
            };
            all.push(Shown { who, ruling: after.ruling(&key), change });
        }
    }
    all
}

/// A line as others may see it.
fn as_shown(line: &Property<'_>) -> String {
    body::strip_schedule_params(line).content_line().into_owned()
}

/// The first ATTENDEE line of each person, as others may see it.
pub(super) fn attendee_lines(component: &Component) -> BTreeMap<CalendarUserAddress, String> {
    let mut lines = BTreeMap::new();
    for line in component.properties_named("ATTENDEE") {
        if let Ok(who) = CalendarUserAddress::parse(&line.value()) {
            lines.entry(who).or_insert_with(|| as_shown(&line));
        }
    }
    lines
}
