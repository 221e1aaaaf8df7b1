//! The smoke scenario that every language plays: `fixtures/smoke/README.md` tells how its file is read.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use reefknot_core::itip::Agent;
use reefknot_core::policy::Residence;
use reefknot_core::time::Zone;
use reefknot_core::value::Timestamp;
use reefknot_ffi::{
    Asker, Attempt, BusyQuestion, Calendar, HostError, Identities, LocalUser, MailOptions, MemoryStore,
    Message, Outcome, PartStat, PeerAnswer, Question, ReadAnswer, Scheduler, Store, Transport, Trust,
    UserList, read_email,
};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/smoke")
}

/// Everybody's mail: what waits in each mailbox, and how much ever came.
#[derive(Default)]
struct Mailboxes {
    waiting: Mutex<BTreeMap<String, Vec<Vec<u8>>>>,
    count: Mutex<BTreeMap<String, u64>>,
}

impl Transport for Mailboxes {
    fn mail(&self, message: Message, mailbox: String, now: Timestamp) -> Result<Attempt, HostError> {
        let mut count = self.count.lock().unwrap();
        let options = MailOptions {
            zone: Zone::UTC,
            message_id: format!("{}@foo.com", count.values().sum::<u64>()),
            date: now,
            in_reply_to: None,
            reply_to: None,
            sender: None,
        };
        let failed = |error: reefknot_ffi::ReefknotError| HostError::Failed { reason: error.to_string() };
        let mail = message.to_email(options).map_err(failed)?;
        self.waiting.lock().unwrap().entry(mailbox.clone()).or_default().push(mail.bytes);
        *count.entry(mailbox).or_default() += 1;
        Ok(Attempt::Handed)
    }

    fn peer(&self, _: Message, peer: String, _: Timestamp) -> Result<Attempt, HostError> {
        Err(HostError::Failed { reason: format!("there is no {peer} in this scenario") })
    }

    fn ask(&self, _: BusyQuestion, peer: String, _: Timestamp) -> Result<PeerAnswer, HostError> {
        Err(HostError::Failed { reason: format!("there is no {peer} in this scenario") })
    }
}

struct Host {
    store: Arc<MemoryStore>,
    scheduler: Arc<Scheduler>,
    mailboxes: BTreeMap<String, String>,
}

impl Host {
    fn of(described: &Value, mails: &Arc<Mailboxes>) -> Self {
        let users = described["users"].as_object().unwrap().iter();
        let mailboxes: BTreeMap<_, _> =
            users.map(|(id, address)| (id.clone(), text(address).to_owned())).collect();
        let users = mailboxes.iter().map(|(id, address)| LocalUser {
            id: id.clone(),
            identities: Identities { addresses: vec![address.parse().unwrap()], acts_for: Vec::new() },
            preferences: None,
            zone: None,
            groups: Vec::new(),
            room: None,
        });
        let (store, directory) = (MemoryStore::new(), UserList::new(users.collect()));
        let agent = if described["agent"] == "server" { Agent::Server } else { Agent::Alone };
        let access = described["access"].as_str().unwrap_or_default().to_owned();
        let trust = Some(Trust { peers: Vec::new(), access });
        let scheduler = Scheduler::new(store.clone(), directory, mails.clone(), agent, trust).unwrap();
        Self { store, scheduler, mailboxes }
    }

    fn calendar(&self, user: &str, uid: &str) -> Option<Arc<Calendar>> {
        let stored = self.store.load(user.to_owned(), uid.to_owned()).unwrap()?;
        Some(Calendar::parse(stored.calendar?).unwrap())
    }

    /// What a user holds, with some of its lines replaced.
    fn edited(&self, user: &str, uid: &str, lines: &Value) -> Arc<Calendar> {
        let mut calendar = unfolded(&self.calendar(user, uid).unwrap());
        for (old, new) in lines.as_object().unwrap() {
            let (old, new) = (format!("\r\n{old}\r\n"), format!("\r\n{}\r\n", text(new)));
            assert!(calendar.contains(&old), "no line {old:?} in {calendar}");
            calendar = calendar.replace(&old, &new);
        }
        Calendar::parse_text(calendar).unwrap()
    }

    fn read(&self, step: &Value, user: &str, uid: &str, now: Timestamp) {
        let asker = Asker::User { id: text(&step["asker"]).to_owned() };
        match (self.scheduler.read(asker, user.into(), uid.into(), now).unwrap(), step["refused"].as_str()) {
            (ReadAnswer::Refused { reason }, Some(code)) => assert_eq!(reason.code, code),
            (ReadAnswer::Shown { calendar }, None) => contains(&calendar, step),
            (answer, refused) => panic!("{answer:?} instead of {refused:?}"),
        }
    }

    fn holds(&self, step: &Value, user: &str, uid: &str) {
        let Some(calendar) = self.calendar(user, uid) else {
            assert_eq!(step["nothing"], true, "nothing is held");
            return;
        };
        if let Some(residence) = step["residence"].as_str() {
            let stored = self.store.load(user.into(), uid.into()).unwrap().unwrap();
            assert_eq!(json!(stored.residence), residence);
        }
        contains(&calendar, step);
        for (instance, answers) in step["answers"].as_object().unwrap() {
            let attendees = calendar.attendees(Some(instance.parse().unwrap())).unwrap();
            for (who, answer) in answers.as_object().unwrap() {
                let who = who.parse().unwrap();
                let attendee = attendees.iter().find(|attendee| attendee.address == who).unwrap();
                assert_eq!(attendee.partstat, partstat(text(answer)), "{who} {instance}");
            }
        }
    }
}

fn partstat(name: &str) -> PartStat {
    reefknot_core::scheduling::PartStat::parse(name).into()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text is wanted instead of {value}"))
}

fn unfolded(calendar: &Calendar) -> String {
    calendar.to_string().replace("\r\n ", "")
}

/// The lines that a calendar has, and the texts that it has not.
fn contains(calendar: &Calendar, step: &Value) {
    let calendar = unfolded(calendar);
    for line in step["lines"].as_array().into_iter().flatten() {
        assert!(calendar.contains(&format!("\r\n{}\r\n", text(line))), "no line {line} in {calendar}");
    }
    for words in step["without"].as_array().into_iter().flatten() {
        assert!(!calendar.contains(text(words)), "{words} is in {calendar}");
    }
}

fn name_of(question: &Question) -> &'static str {
    match question {
        Question::PartyCrasher { .. } => "party-crasher",
        Question::Forwarded { .. } => "forwarded",
        Question::NewOrganizer { .. } => "new-organizer",
        Question::SentBy { .. } => "sent-by",
        Question::Counter { .. } => "counter",
    }
}

/// What an outcome is, as far as the scenario says anything of it.
fn told(outcome: &Outcome, expected: &Value) -> Value {
    let message = |message: &Message| format!("{} {}", message.method, message.recipient.mailbox().unwrap());
    let all = json!({
        "disposition": outcome.disposition,
        "messages": outcome.messages.iter().map(message).collect::<Vec<_>>(),
        "reasons": outcome.reasons.iter().map(|reason| &reason.code).collect::<Vec<_>>(),
        "notices": outcome.notices.iter().map(|notice| &notice.code).collect::<Vec<_>>(),
        "questions": outcome.questions.iter().map(name_of).collect::<Vec<_>>(),
    });
    let Value::Object(mut all) = all else { unreachable!() };
    all.retain(|name, _| expected.get(name).is_some());
    Value::Object(all)
}

struct Stage {
    hosts: BTreeMap<String, Host>,
    mails: Arc<Mailboxes>,
}

impl Stage {
    fn play(&self, step: &Value) {
        if step["do"] == "mails" {
            assert_eq!(json!(*self.mails.count.lock().unwrap()), step["count"]);
            return;
        }
        let host = &self.hosts[text(&step["host"])];
        let now: Timestamp = step["at"].as_str().unwrap_or("20261124T120000Z").parse().unwrap();
        let user = step["user"].as_str().unwrap_or_default();
        let uid = step["uid"].as_str().unwrap_or_default();
        let comment = step["comment"].as_str().map(str::to_owned);
        let put = |calendar, residence| {
            host.scheduler.put(user.into(), uid.into(), Some(calendar), now, None, residence, None)
        };
        let outcome = match text(&step["do"]) {
            "put" => {
                let file = fs::read(folder().join(text(&step["file"]))).unwrap();
                let local = step["residence"] == "local-only";
                put(Calendar::parse(file).unwrap(), local.then_some(Residence::LocalOnly))
            }
            "edit" => {
                let stored = host.store.load(user.into(), uid.into()).unwrap().unwrap();
                put(host.edited(user, uid, &step["lines"]), Some(stored.residence))
            }
            "answer" => {
                let (instance, answer) =
                    (text(&step["instance"]).parse().unwrap(), partstat(text(&step["partstat"])));
                host.scheduler.answer(user.into(), uid.into(), answer, now, Some(instance), comment)
            }
            "propose" => {
                let proposal = host.edited(user, uid, &step["lines"]);
                host.scheduler.propose(user.into(), uid.into(), proposal, now, comment)
            }
            "decide" => {
                let open = host.scheduler.questions(user.into()).unwrap();
                assert_eq!(open.len(), 1);
                assert_eq!(name_of(&open[0].question), text(&step["question"]));
                assert!(open[0].words.contains("3 December 2026"), "{}", open[0].words);
                host.scheduler.decide(user.into(), open[0].id, step["yes"] == true, now)
            }
            "deliver" => {
                let done = host.scheduler.deliver(now, 100).unwrap();
                assert_eq!(
                    (json!(done.done), done.retried, done.failed),
                    (step["gives"]["done"].clone(), 0, 0)
                );
                return;
            }
            "fetch" => return self.fetch(step, host, user, now),
            "read" => return host.read(step, user, uid, now),
            "holds" => return host.holds(step, user, uid),
            other => panic!("nobody knows how to do {other}"),
        };
        let outcome = outcome.unwrap();
        assert_eq!(told(&outcome, &step["gives"]), step["gives"], "{:#?}", outcome.reasons);
    }

    fn fetch(&self, step: &Value, host: &Host, user: &str, now: Timestamp) {
        let mailbox = &host.mailboxes[user];
        let mails = self.mails.waiting.lock().unwrap().remove(mailbox).unwrap_or_default();
        let expected = step["gives"].as_array().unwrap();
        assert_eq!(mails.len(), expected.len(), "mails for {mailbox}");
        for (bytes, expected) in mails.into_iter().zip(expected) {
            let part = read_email(bytes, None).unwrap().calendars.remove(0);
            let outcome = host.scheduler.receive(user.into(), part.calendar, part.envelope, now).unwrap();
            assert_eq!(told(&outcome, expected), *expected, "{:#?}", outcome.reasons);
        }
    }
}

#[test]
fn every_conversation_ends_as_the_scenario_says() {
    let scenario = fs::read_to_string(folder().join("scenario.json")).unwrap();
    let scenario: Value = serde_json::from_str(&scenario).unwrap();
    let hosts = scenario["hosts"].as_object().unwrap();
    for conversation in scenario["conversations"].as_array().unwrap() {
        let mails = Arc::default();
        let hosts = hosts.iter().map(|(name, host)| (name.clone(), Host::of(host, &mails))).collect();
        let stage = Stage { hosts, mails };
        for step in conversation["steps"].as_array().unwrap() {
            println!("{}: {step}", conversation["name"]);
            stage.play(step);
        }
    }
}
