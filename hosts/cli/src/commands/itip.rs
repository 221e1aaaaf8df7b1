//! `reefknot itip change|receive|validate`: asks the engine about files.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use reefknot_core::engine::{Engine, read_calendar, read_object};
use reefknot_core::freebusy::{BusyCalendar, FreeBusyRequest};
use reefknot_core::ical::{Component, Limits};
use reefknot_core::imip::{self, ReadOptions};
use reefknot_core::itip::validate::{Validation, validate};
use reefknot_core::itip::{Answer, Authentication, Carrier, Envelope, Message, Method, Outcome, Preferences};
use reefknot_core::policy::{AccessList, Asking, Owner, Right};
use reefknot_core::scheduling::{Identities, SchedulingObject, SchedulingState, attendees};
use reefknot_core::time::Zone;
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use serde_json::{Value, json};

use crate::input::{self, Failure};
use crate::output::print;

/// Asks the scheduling engine about files.
#[derive(Debug, Subcommand)]
pub(crate) enum Itip {
    /// What follows when a user creates, changes or deletes an object.
    Change(Change),
    /// What follows when a message arrives for a user.
    Receive(Receive),
    /// Whether a message is what RFC 5546 allows.
    Validate(Validate),
}

/// Whose calendar it is, and when.
#[derive(Debug, Args)]
struct Who {
    /// The user's address; again for each alias.
    #[arg(long = "as", value_name = "ADDR", required = true)]
    addresses: Vec<CalendarUserAddress>,
    /// The scheduling state that the last call gave.
    #[arg(long, value_name = "STATE.json")]
    state: Option<PathBuf>,
    /// The time, such as 20261122T120000Z; the clock's if it is not given.
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
    /// Answer with one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    #[command(flatten)]
    who: Who,
    /// The object as it was; without it, it is created.
    #[arg(long, value_name = "OLD.ics")]
    before: Option<PathBuf>,
    /// The object as it is to be; without it, it is deleted.
    #[arg(long, value_name = "NEW.ics")]
    after: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Receive {
    #[command(flatten)]
    who: Who,
    /// What the user has stored under the message's UID.
    #[arg(long, value_name = "STORED.ics")]
    before: Option<PathBuf>,
    /// The message: an .ics file, or a mail.
    #[arg(long, value_name = "MSG.ics|MSG.eml")]
    message: PathBuf,
    /// Who the transport proved the sender to be.
    #[arg(long, value_name = "ADDR")]
    from: Option<CalendarUserAddress>,
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// The message: an .ics file, or a mail.
    #[arg(long, value_name = "MSG.ics|MSG.eml")]
    message: PathBuf,
    /// Answer with one JSON object.
    #[arg(long)]
    json: bool,
}

impl Itip {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Change(change) => change.run(),
            Self::Receive(receive) => receive.run(),
            Self::Validate(validate) => validate.run(),
        }
    }
}

impl Change {
    fn run(&self) -> Result<(), Failure> {
        if self.before.is_none() && self.after.is_none() {
            return Err(Failure::new("give --before, --after or both: with neither there is no change"));
        }
        let before = self.before.as_deref().map(object).transpose()?;
        let after = self.after.as_deref().map(object).transpose()?;
        let state = self.who.state()?;
        let outcome = self.who.engine().change(before.as_ref(), after.as_ref(), &state, self.who.now())?;
        self.who.answer(&outcome, before.as_ref())
    }
}

impl Receive {
    fn run(&self) -> Result<(), Failure> {
        let stored = self.before.as_deref().map(object).transpose()?;
        let state = self.who.state()?;
        let (message, envelope) = message(&self.message, self.from.as_ref())?;
        // A directory would say who acts for whom (SENT-BY); whoever asks about files is believed.
        let preferences = Preferences { sent_by: Answer::Accept, ..Preferences::default() };
        let (engine, now) = (self.who.engine().with_preferences(preferences), self.who.now());
        let asks =
            message.component("VFREEBUSY").is_some() && message.value("METHOD").as_deref() == Some("REQUEST");
        let outcome = if asks {
            tell_busy(&engine, stored.as_ref(), &message, &envelope, now)
        } else {
            engine.receive(stored.as_ref(), &state, &message, &envelope, now)
        };
        let outcome = outcome.map_err(|error| Failure::in_file(&self.message, &error))?;
        self.who.answer(&outcome, stored.as_ref())
    }
}

impl Validate {
    fn run(&self) -> Result<(), Failure> {
        let (message, _) = message(&self.message, None)?;
        let validation = validate(&message);
        if self.json {
            return print(&validation_json(&validation).to_string());
        }
        let kind = validation.component.map_or_else(|| "nothing known".to_owned(), |kind| kind.to_string());
        let method = validation.method_text.as_deref().unwrap_or("no method");
        let mut text = format!(
            "{method} of {kind}: {}\n",
            match validation.violations.len() {
                0 => "valid".to_owned(),
                1 => "1 violation".to_owned(),
                more => format!("{more} violations"),
            }
        );
        for violation in &validation.violations {
            let line = violation.line.map(|line| format!("line {line}: ")).unwrap_or_default();
            text.push_str(&format!(
                "  {line}{} ({}, {})\n",
                violation.message, violation.code, violation.section
            ));
        }
        print(text.trim_end())
    }
}

impl Who {
    fn engine(&self) -> Engine {
        let mut addresses = self.addresses.iter().cloned();
        let Some(first) = addresses.next() else { unreachable!("clap requires one --as") };
        Engine::new(addresses.fold(Identities::new(first), Identities::with_alias))
    }

    fn now(&self) -> Timestamp {
        self.now.unwrap_or_else(input::clock)
    }

    fn state(&self) -> Result<SchedulingState, Failure> {
        let Some(path) = &self.state else { return Ok(SchedulingState::default()) };
        let bytes = input::read(path)?;
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::new(format!("{}: not a scheduling state: {error}", path.display())))?;
        if value.is_null() {
            return Ok(SchedulingState::default());
        }
        if value.get("disposition").is_some() {
            let why = "not a scheduling state but a whole answer; give what stands under `state` in it";
            return Err(Failure::new(format!("{}: {why}", path.display())));
        }
        serde_json::from_value(value)
            .map_err(|error| Failure::new(format!("{}: not a scheduling state: {error}", path.display())))
    }

    fn answer(&self, outcome: &Outcome, stored: Option<&SchedulingObject>) -> Result<(), Failure> {
        if self.json {
            return print(&outcome_json(outcome, stored)?.to_string());
        }
        print(outcome_words(outcome).trim_end())
    }
}

/// Answers who asks about busy time, as if what is stored were the whole calendar and they might know it.
fn tell_busy(
    engine: &Engine,
    stored: Option<&SchedulingObject>,
    question: &Component,
    envelope: &Envelope,
    now: Timestamp,
) -> reefknot_core::Result<Outcome> {
    let FreeBusyRequest { window, organizer, .. } = FreeBusyRequest::read(question)?;
    let identities = engine.identities();
    let busy = BusyCalendar::new(stored, identities).busy(window, &Zone::UTC, &Limits::default());
    let list: AccessList = format!("allow user {organizer} free-busy everyone").parse()?;
    let asking = Asking { user: Some(&organizer), ..Asking::default() };
    let owner = Owner { addresses: identities.own(), is_room: false, groups: &[] };
    engine.tell_busy(question, envelope, &busy, &list.decide(&asking, Right::FreeBusy, &owner, now), now)
}

/// Reads an object, with the file's name in whatever goes wrong.
fn object(path: &Path) -> Result<SchedulingObject, Failure> {
    read_object(&input::read(path)?, &Limits::default()).map_err(|error| Failure::in_file(path, &error))
}

/// Reads a message and says where it is from: an authenticated sender if one is given, else what a mail's From
/// claims, else the address that the message itself names.
fn message(path: &Path, from: Option<&CalendarUserAddress>) -> Result<(Component, Envelope), Failure> {
    let bytes = input::read(path)?;
    let in_file = |error| Failure::in_file(path, &error);
    let (calendar, mut envelope) = if input::is_mail(path, &bytes) {
        let mail = imip::read(&bytes, &ReadOptions::default()).map_err(in_file)?;
        // An attachment without METHOD is no scheduling message; the part that has one is.
        let part = mail.calendars.iter().find(|part| part.calendar.property("METHOD").is_some());
        let Some(part) = part.or(mail.calendars.first()) else {
            return Err(Failure::new(format!("{}: the mail holds no calendar", path.display())));
        };
        (part.calendar.clone(), mail.envelope(part))
    } else {
        let calendar = read_calendar(&bytes, &Limits::default()).map_err(in_file)?;
        let sender = named_sender(&calendar);
        (calendar, Envelope { sender, authentication: Authentication::Claimed, carrier: Carrier::File })
    };
    if let Some(from) = from {
        envelope.sender = Some(from.clone());
        envelope.authentication = Authentication::Authenticated;
    }
    Ok((calendar, envelope))
}

/// Who a message says it is from: its organizer, or for an answer its attendee.
fn named_sender(calendar: &Component) -> Option<CalendarUserAddress> {
    let method: Method = calendar.value("METHOD")?.trim().parse().ok()?;
    let object = SchedulingObject::from_calendar(calendar.clone()).ok()?;
    match method {
        Method::Reply | Method::Refresh | Method::Counter => object
            .parts()
            .flat_map(|(_, part)| attendees(part))
            // A COUNTER may list everybody.
            .find(|who| object.organizer().is_none_or(|organizer| organizer.address != who.address))
            .map(|a| a.sent_by.unwrap_or(a.address)),
        Method::Publish | Method::Request | Method::Add | Method::Cancel | Method::DeclineCounter => {
            object.organizer().map(|organizer| organizer.sent_by.unwrap_or(organizer.address))
        }
    }
}

fn outcome_json(outcome: &Outcome, stored: Option<&SchedulingObject>) -> Result<Value, Failure> {
    let object = outcome.resulting(stored).map(|object| object.to_calendar().to_string());
    let messages: Vec<Value> = outcome.messages.iter().map(message_json).collect();
    let refreshes: Vec<Value> = outcome.refreshes.iter().map(message_json).collect();
    let state = if outcome.state == SchedulingState::default() {
        Value::Null
    } else {
        serde_json::to_value(&outcome.state).map_err(|error| Failure::new(error.to_string()))?
    };
    Ok(json!({
        "disposition": outcome.disposition,
        "role": outcome.role,
        "reasons": outcome.reasons,
        "object": object,
        "state": state,
        "messages": messages,
        "refreshes": refreshes,
        "notices": outcome.notices,
    }))
}

fn message_json(message: &Message) -> Value {
    json!({
        "method": message.method,
        "originator": message.originator.uri(),
        "recipient": message.recipient.uri(),
        "reason": message.reason,
        "sequence": message.sequence,
        "calendar": message.calendar.to_string(),
        "changes": *message.changes,
    })
}

fn outcome_words(outcome: &Outcome) -> String {
    let mut text = format!("{} (as {})\n", word(&outcome.disposition), word(&outcome.role));
    for message in &outcome.messages {
        text.push_str(&format!(
            "  send {} to {} ({}, SEQUENCE {})\n",
            message.method,
            message.recipient,
            word(&message.reason),
            message.sequence
        ));
    }
    for refresh in &outcome.refreshes {
        text.push_str(&format!(
            "  show the answers to {}, if they have a calendar here\n",
            refresh.recipient
        ));
    }
    for notice in &outcome.notices {
        text.push_str(&format!("  tell the user: {}\n", notice.message));
    }
    for reason in &outcome.reasons {
        let instance = reason.instance.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
        text.push_str(&format!("  because {instance}{reason}\n"));
    }
    text
}

/// The name that the JSON uses, for people.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text.replace('-', " "),
        _ => String::new(),
    }
}

fn validation_json(validation: &Validation) -> Value {
    let violations: Vec<Value> = validation
        .violations
        .iter()
        .map(|violation| json!({ "code": violation.code, "message": violation.message, "line": violation.line }))
        .collect();
    json!({
        "valid": validation.valid,
        "method": validation.method_text,
        "component": validation.component,
        "violations": violations,
    })
}
