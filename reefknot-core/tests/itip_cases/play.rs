//! Plays a case with the engine and compares all that it answers.

use std::collections::{BTreeMap, VecDeque};

use reefknot_core::engine::{Engine, read_calendar, read_object};
use reefknot_core::freebusy::{BusyCalendar, FreeBusyRequest};
use reefknot_core::ical::{Component, Limits};
use reefknot_core::itip::{
    Authentication, Carrier, Disposition, Envelope, Message, Method, Outcome, Question, validate,
};
use reefknot_core::policy::{AccessList, Asking, Owner, Right};
use reefknot_core::recurrence::{Budget, InstanceKey, Series};
use reefknot_core::scheduling::{Identities, SchedulingObject, SchedulingState, fields};
use reefknot_core::time::Zone;
use reefknot_core::value::{CalendarUserAddress, Timestamp};

use crate::script::{Action, Case, Detail, Edit, Expected, Read, Sender, Step, What, change};

/// Plays all steps; the first that fails says its line and what was there instead.
pub(crate) fn play(case: &Case) -> Read<()> {
    let mut stage = Stage::new();
    case.steps.iter().try_for_each(|step| stage.step(step))
}

fn located(line: usize, what: &str) -> String {
    format!("line {line}: {what}")
}

struct Person {
    engine: Engine,
    object: Option<SchedulingObject>,
    state: SchedulingState,
    /// What was sent to them and has not arrived.
    mail: VecDeque<Message>,
    last: Option<(Component, Envelope)>,
    question: Option<Question>,
}

/// What the engine was asked, and what it said.
struct Asked {
    who: CalendarUserAddress,
    before: Option<SchedulingObject>,
    received: Option<Component>,
    now: Timestamp,
    outcome: Outcome,
}

struct Stage {
    people: BTreeMap<CalendarUserAddress, Person>,
    now: Timestamp,
}

impl Stage {
    fn new() -> Self {
        // 9 November 2026, 08:00 UTC. An hour passes before each step.
        Self { people: BTreeMap::new(), now: Timestamp::from_seconds(1_794_211_200) }
    }

    fn person(&mut self, who: &CalendarUserAddress) -> &mut Person {
        self.people.entry(who.clone()).or_insert_with(|| Person {
            engine: Engine::new(Identities::new(who.clone())),
            object: None,
            state: SchedulingState::default(),
            mail: VecDeque::new(),
            last: None,
            question: None,
        })
    }

    fn step(&mut self, step: &Step) -> Read<()> {
        match self.act(&step.action).map_err(|what| located(step.line, &what))? {
            Some(asked) => self.check(step, &asked),
            None => Ok(()),
        }
    }

    /// Does what a step says; gives the engine's answer where it was asked.
    fn act(&mut self, action: &Action) -> Read<Option<Asked>> {
        self.now = self.now.saturating_add(3600);
        let now = self.now;
        let asked = match action {
            Action::Alias(who, alias) => {
                let person = self.person(who);
                person.engine = Engine::new(person.engine.identities().clone().with_alias(alias.clone()));
                return Ok(None);
            }
            Action::Holds(who, text) => {
                self.person(who).object = text.as_deref().map(object).transpose()?;
                return Ok(None);
            }
            Action::Loses(who, method) => {
                self.take(who, *method)?;
                return Ok(None);
            }
            Action::Judges { method, text, codes } => {
                let found = validate(&calendar(Some(method), text)?);
                let found: Vec<_> = found.violations.iter().map(|violation| violation.code).collect();
                return same("violations", codes, &found).map(|()| None);
            }
            Action::Creates(who, text) => self.person(who).put(Some(&object(text)?), now)?,
            Action::Changes(who, edits) => {
                let person = self.person(who);
                let Some(held) = &person.object else { return Err(format!("{who} holds nothing")) };
                let after = edited(held, edits)?;
                person.put(Some(&after), now)?
            }
            Action::Deletes(who) => self.person(who).put(None, now)?,
            Action::Proposes(who, edits) => self.person(who).propose(edits, now)?,
            Action::Publishes(who, to) => self.person(who).publish(to, now)?,
            Action::Receives { who, method, from, text } => {
                let calendar = calendar(Some(method.as_str()), text)?;
                self.person(who).receive(calendar, envelope(from), now)?
            }
            Action::Gets { who, method, again } => {
                let (calendar, envelope) = if *again {
                    let last = self.person(who).last.clone();
                    last.ok_or_else(|| format!("nothing has come to {who} before"))?
                } else {
                    let message = self.take(who, *method)?;
                    let from = Sender::Proven(message.originator.clone());
                    (Component::clone(&message.calendar), envelope(&from))
                };
                same("method", &Some(method.to_string()), &calendar.value("METHOD"))?;
                self.person(who).receive(calendar, envelope, now)?
            }
            Action::Decides(who, yes) => self.person(who).decide(*yes, now)?,
        };
        for message in &asked.outcome.messages {
            self.person(&message.recipient).mail.push_back(message.clone());
        }
        Ok(Some(asked))
    }

    fn take(&mut self, who: &CalendarUserAddress, method: Method) -> Read<Message> {
        let mail = &mut self.person(who).mail;
        match mail.iter().position(|message| message.method == method) {
            Some(index) => Ok(mail.remove(index).expect("the position is of this queue")),
            None => Err(format!("no {method} is on its way to {who}")),
        }
    }

    fn check(&self, step: &Step, asked: &Asked) -> Read<()> {
        let person = &self.people[&asked.who];
        asked.holds_always(person).map_err(|what| located(step.line, &what))?;
        for expected in &step.expected {
            asked.check(expected, person).map_err(|what| {
                located(expected.line, &format!("{what}\nthe engine says {}", told(&asked.outcome)))
            })?;
        }
        asked.is_all_said(&step.expected, person).map_err(|what| located(step.line, &what))
    }
}

impl Person {
    fn asked(&mut self, received: Option<Component>, now: Timestamp, outcome: Outcome) -> Read<Asked> {
        let before = self.object.clone();
        self.object = outcome.resulting(before.as_ref()).cloned();
        // A host keeps the state as JSON.
        let json = serde_json::to_string(&outcome.state).map_err(|error| error.to_string())?;
        self.state = serde_json::from_str(&json).map_err(|error| error.to_string())?;
        same("state after a round trip", &outcome.state, &self.state)?;
        self.question = outcome.questions.first().cloned();
        Ok(Asked { who: self.engine.identities().primary().clone(), before, received, now, outcome })
    }

    fn put(&mut self, after: Option<&SchedulingObject>, now: Timestamp) -> Read<Asked> {
        let outcome = self.engine.change(self.object.as_ref(), after, &self.state, now);
        self.asked(None, now, outcome.map_err(|error| error.to_string())?)
    }

    fn propose(&mut self, edits: &[Edit], now: Timestamp) -> Read<Asked> {
        let held = self.object.as_ref().ok_or("nothing is held")?;
        let proposal = edited(held, edits)?;
        let outcome = self.engine.propose(held, &proposal, &self.state, Some("Suits me better"), now);
        self.asked(None, now, outcome.map_err(|error| error.to_string())?)
    }

    fn publish(&mut self, to: &CalendarUserAddress, now: Timestamp) -> Read<Asked> {
        let held = self.object.as_ref().ok_or("nothing is held")?;
        let outcome = self.engine.publish(held, &self.state, std::slice::from_ref(to), now);
        self.asked(None, now, outcome.map_err(|error| error.to_string())?)
    }

    fn receive(&mut self, calendar: Component, envelope: Envelope, now: Timestamp) -> Read<Asked> {
        let method = calendar.value("METHOD");
        let asks = calendar.component("VFREEBUSY").is_some() && method.as_deref() == Some("REQUEST");
        let outcome = if asks {
            self.tell_busy(&calendar, &envelope, now)
        } else {
            self.engine.receive(self.object.as_ref(), &self.state, &calendar, &envelope, now)
        };
        self.last = Some((calendar.clone(), envelope));
        self.asked(Some(calendar), now, outcome.map_err(|error| error.to_string())?)
    }

    /// As a host does: from all that the person holds, to whoever asks.
    fn tell_busy(
        &self,
        question: &Component,
        envelope: &Envelope,
        now: Timestamp,
    ) -> reefknot_core::Result<Outcome> {
        let FreeBusyRequest { window, organizer, .. } = FreeBusyRequest::read(question)?;
        let identities = self.engine.identities();
        let busy = BusyCalendar::new(&self.object, identities).busy(window, &Zone::UTC, &Limits::default());
        let asked = Owner { addresses: identities.own(), is_room: false, groups: &[] };
        let list: AccessList = format!("allow user {organizer} free-busy everyone").parse()?;
        let asking = Asking { user: Some(&organizer), ..Asking::default() };
        let access = list.decide(&asking, Right::FreeBusy, &asked, now);
        self.engine.tell_busy(question, envelope, &busy, &access, now)
    }

    fn decide(&mut self, yes: bool, now: Timestamp) -> Read<Asked> {
        let (Some(question), Some((calendar, envelope))) = (self.question.take(), self.last.clone()) else {
            return Err("nothing was asked".to_owned());
        };
        let outcome =
            self.engine.decide(&question, yes, self.object.as_ref(), &self.state, &calendar, &envelope, now);
        self.asked(Some(calendar), now, outcome.map_err(|error| error.to_string())?)
    }

    fn component(&self, key: &InstanceKey) -> Read<Component> {
        let found = self.object.as_ref().and_then(|object| object.effective(key));
        found.ok_or_else(|| format!("nothing is stored at `{key}`"))
    }
}

impl Asked {
    /// What is true of every answer (ARCHITECTURE.md, *What must always hold*).
    fn holds_always(&self, person: &Person) -> Read<()> {
        for message in &self.outcome.messages {
            if let Some(fault) = validate(&message.calendar).violations.first() {
                return Err(format!("what is sent is no valid message: {fault}\n{}", message.calendar));
            }
            if person.engine.identities().is_own(&message.recipient) {
                return Err(format!("{} writes to themselves", self.who));
            }
            for part in message.calendar.components().filter(|part| !part.is("VTIMEZONE")) {
                same("DTSTAMP of what is sent", &Some(self.now.to_string()), &part.value("DTSTAMP"))?;
            }
        }
        let sequence = |object: &Option<SchedulingObject>| object.as_ref().map(SchedulingObject::sequence);
        match (sequence(&self.before), sequence(&person.object)) {
            (Some(before), Some(after)) if after < before => {
                Err(format!("SEQUENCE falls from {before} to {after}"))
            }
            _ => Ok(()),
        }
    }

    fn check(&self, expected: &Expected, person: &Person) -> Read<()> {
        let outcome = &self.outcome;
        match &expected.what {
            What::Answer(disposition, role) => {
                same("disposition and role", &(*disposition, *role), &(outcome.disposition, outcome.role))
            }
            What::Because(code, key) => {
                let of = |instance: &Option<InstanceKey>| instance.clone().unwrap_or(InstanceKey::Master);
                let found: Vec<_> =
                    outcome.reasons.iter().map(|reason| (reason.code, of(&reason.instance))).collect();
                found.contains(&(code.as_str(), key.clone())).then_some(()).ok_or("no such reason".to_owned())
            }
            What::Tells(code) => {
                let found = outcome.notices.iter().any(|notice| notice.code == code);
                found.then_some(()).ok_or("the user is not told".to_owned())
            }
            What::Asks(kind, who) => {
                let found: Vec<_> = outcome.questions.iter().map(question).collect();
                same("questions", &vec![(kind.as_str(), who.clone())], &found)
            }
            What::Defect(code) => {
                let found = self
                    .received
                    .as_ref()
                    .map(validate)
                    .is_some_and(|found| found.violations.iter().any(|violation| violation.code == code));
                found.then_some(()).ok_or("the message has no such defect".to_owned())
            }
            What::Sends { method, to, reason, sequence, of } => {
                let message = outcome
                    .messages
                    .iter()
                    .find(|message| message.method == *method && message.recipient == *to)
                    .ok_or_else(|| format!("no {method} is sent to {to}"))?;
                let told = serde_json::to_value(message.reason).map_err(|error| error.to_string())?;
                same("reason of the message", &serde_json::Value::from(reason.as_str()), &told)?;
                same("SEQUENCE of the message", sequence, &message.sequence)?;
                same("components of the message", of, &parts(&message.calendar)?)?;
                details(&expected.details, &message.calendar)
            }
            What::Stays => same("object", &printed(&self.before), &printed(&person.object)),
            What::Gone => same("object", &None, &printed(&person.object)),
            What::AsReceived => {
                let received = self.received.clone().ok_or("no message was received")?;
                let received =
                    SchedulingObject::from_calendar(received).map_err(|error| error.to_string())?;
                same("object", &printed(&Some(received)), &printed(&person.object))
            }
            What::Holds(key) => details(&expected.details, &person.component(key)?),
            What::Answers(key, wanted) => {
                person.component(key)?;
                let object = person.object.as_ref().ok_or("nothing is stored")?;
                let mut found: Vec<_> = object
                    .attendees(key)
                    .into_iter()
                    .map(|attendee| (attendee.address, attendee.partstat.to_string()))
                    .collect();
                let mut wanted = wanted.clone();
                found.sort();
                wanted.sort();
                same("answers", &wanted, &found)
            }
            What::TakesPlace(keys) => same("instances that take place", keys, &taking_place(person)?),
        }
    }

    /// Nothing more is sent or asked than was expected, what was received has no other defect, and what became of
    /// the object is said: it stays as it was wherever the answer says that nothing is stored.
    fn is_all_said(&self, expected: &[Expected], person: &Person) -> Read<()> {
        let count = |is: fn(&What) -> bool| expected.iter().filter(|expected| is(&expected.what)).count();
        let sent: Vec<_> = self
            .outcome
            .messages
            .iter()
            .map(|message| format!("{} to {}", message.method, message.recipient))
            .collect();
        if sent.len() != count(|what| matches!(what, What::Sends { .. })) {
            return Err(format!("more is sent than expected: {}", sent.join(", ")));
        }
        if self.outcome.questions.len() != count(|what| matches!(what, What::Asks(..))) {
            return Err(format!("more is asked than expected: {:?}", self.outcome.questions));
        }
        if let Some(received) = &self.received {
            let found: Vec<_> =
                validate(received).violations.into_iter().map(|found| found.to_string()).collect();
            if found.len() != count(|what| matches!(what, What::Defect(_))) {
                return Err(format!("the message has defects that are not expected: {}", found.join("; ")));
            }
        }
        match self.outcome.disposition {
            Disposition::Allowed | Disposition::Applied | Disposition::Unchanged => {
                let said = count(|what| {
                    matches!(
                        what,
                        What::Stays
                            | What::Gone
                            | What::AsReceived
                            | What::Holds(_)
                            | What::Answers(..)
                            | What::TakesPlace(_)
                    )
                });
                if said == 0 { Err("what is stored afterwards is not said".to_owned()) } else { Ok(()) }
            }
            Disposition::Rejected
            | Disposition::Ignored
            | Disposition::Answered
            | Disposition::NeedsDecision
            | Disposition::Notify => same("object", &printed(&self.before), &printed(&person.object)),
        }
    }
}

/// The keys of a message's components; busy time has one without a key.
fn parts(calendar: &Component) -> Read<Vec<InstanceKey>> {
    if calendar.component("VFREEBUSY").is_some() {
        return Ok(vec![InstanceKey::Master]);
    }
    let content = SchedulingObject::from_calendar(calendar.clone()).map_err(|error| error.to_string())?;
    Ok(content.parts().map(|(key, _)| key.clone()).collect())
}

fn question(question: &Question) -> (&'static str, CalendarUserAddress) {
    match question {
        Question::PartyCrasher(who) => ("party-crasher", who.clone()),
        Question::Forwarded(who) => ("forwarded", who.clone()),
        Question::NewOrganizer(who) => ("new-organizer", who.clone()),
        Question::SentBy { sender, .. } => ("sent-by", sender.clone()),
        Question::Counter { from, .. } => ("counter", from.clone()),
    }
}

/// The instances that are not cancelled, among the first hundred.
fn taking_place(person: &Person) -> Read<Vec<InstanceKey>> {
    let Some(object) = &person.object else { return Ok(Vec::new()) };
    let calendar = object.to_calendar();
    let series = Series::of(&calendar, object.uid()).map_err(|error| error.to_string())?;
    let series = series.ok_or("no series is stored")?;
    let ever = Timestamp::from_seconds(0)..Timestamp::from_seconds(i64::from(u32::MAX));
    let found = series.instances(ever, &Zone::UTC, 100, Budget::default());
    Ok(found
        .items
        .into_iter()
        .filter(|instance| !fields::is_cancelled(instance.component))
        .map(|instance| instance.key)
        .collect())
}

/// The object after changes of single lines; those of an instance give it a component of its own.
fn edited(held: &SchedulingObject, edits: &[Edit]) -> Read<SchedulingObject> {
    let mut parts: BTreeMap<InstanceKey, Vec<Edit>> = BTreeMap::new();
    for edit in edits {
        parts.entry(edit.instance.clone().unwrap_or(InstanceKey::Master)).or_default().push(edit.clone());
    }
    let mut after = held.clone();
    for (key, edits) in parts {
        let part = held.effective(&key).ok_or_else(|| format!("there is no instance `{key}`"))?;
        let mut lines: Vec<String> = unfolded(&part).lines().map(str::to_owned).collect();
        change(&mut lines, &edits)?;
        let calendar = calendar(None, &(lines.join("\n") + "\n"))?;
        let changed = calendar.components().next().cloned().ok_or("no component is left")?;
        after.put_part(key, changed);
    }
    Ok(after)
}

fn object(text: &str) -> Read<SchedulingObject> {
    read_object(wrapped(None, text).as_bytes(), &Limits::default()).map_err(|error| error.to_string())
}

fn calendar(method: Option<&str>, text: &str) -> Read<Component> {
    read_calendar(wrapped(method, text).as_bytes(), &Limits::default()).map_err(|error| error.to_string())
}

fn wrapped(method: Option<&str>, text: &str) -> String {
    let method = method.map(|method| format!("METHOD:{method}\n")).unwrap_or_default();
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//foo.com//cases//EN\n{method}{text}END:VCALENDAR\n")
}

fn envelope(from: &Sender) -> Envelope {
    let (sender, authentication, carrier) = match from {
        Sender::Proven(who) => (Some(who.clone()), Authentication::Authenticated, Carrier::Mail),
        Sender::Claimed(who) => (Some(who.clone()), Authentication::Claimed, Carrier::Mail),
        Sender::Forged(who) => (Some(who.clone()), Authentication::Failed, Carrier::Mail),
        Sender::File => (None, Authentication::Claimed, Carrier::File),
    };
    Envelope { sender, authentication, carrier }
}

fn unfolded(component: &Component) -> String {
    component.to_string().replace("\r\n ", "").replace("\r\n", "\n")
}

/// What an object says, whatever the order of its lines.
fn printed(object: &Option<SchedulingObject>) -> Option<Vec<String>> {
    object.as_ref().map(|object| {
        let text: String = object.parts().map(|(_, part)| unfolded(part)).collect();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    })
}

fn details(details: &[Detail], component: &Component) -> Read<()> {
    let text = unfolded(component);
    for detail in details {
        match detail {
            Detail::Has(line) if !text.lines().any(|other| other == line) => {
                return Err(format!("no line says `{line}` in\n{text}"));
            }
            Detail::Lacks(name) if text.lines().any(|line| names(line, name)) => {
                return Err(format!("there is {name} in\n{text}"));
            }
            Detail::Has(_) | Detail::Lacks(_) => {}
        }
    }
    Ok(())
}

/// Whether a line is that whole line, a property of that name, or begins a component of that name.
fn names(line: &str, name: &str) -> bool {
    let component = line.strip_prefix("BEGIN:").is_some_and(|begun| begun == name);
    let property = line.strip_prefix(name).is_some_and(|rest| rest.starts_with([':', ';']));
    line == name || component || property
}

fn same<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    what: &str,
    wanted: &T,
    found: &U,
) -> Read<()> {
    if wanted == found {
        Ok(())
    } else {
        Err(format!("{what}:\n  expected {wanted:?}\n  found    {found:?}"))
    }
}

fn told(outcome: &Outcome) -> String {
    let mut text = format!("{:?} as {:?}", outcome.disposition, outcome.role);
    for reason in &outcome.reasons {
        let key = reason.instance.as_ref().map(|key| format!(" at {key}")).unwrap_or_default();
        text.push_str(&format!("\n  because {}{key}: {}", reason.code, reason.message));
    }
    for message in &outcome.messages {
        text.push_str(&format!(
            "\n  sends {} to {}: {:?}, SEQUENCE {}",
            message.method, message.recipient, message.reason, message.sequence
        ));
    }
    for notice in &outcome.notices {
        text.push_str(&format!("\n  tells {}", notice.code));
    }
    text
}
