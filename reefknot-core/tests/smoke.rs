//! The smoke scenario that every language plays: `fixtures/smoke/README.md` tells how its file is read.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use reefknot_core::engine::read_object;
use reefknot_core::host::{
    Asker, Attempt, LocalUser, MemoryStore, Outgoing, Put, Scheduler, Source, Store, Transport, UserId,
};
use reefknot_core::ical::{Component, Limits};
use reefknot_core::imip::{self, MailOptions, ReadOptions};
use reefknot_core::itip::{Agent, Outcome, Question};
use reefknot_core::policy::Residence;
use reefknot_core::routing::{Peers, Trust};
use reefknot_core::scheduling::{Identities, PartStat};
use reefknot_core::time::Zone;
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use serde_json::{Value, json};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/smoke")
}

/// Everybody's mail: what waits in each mailbox, and how much ever came.
#[derive(Default)]
struct Mailboxes {
    waiting: BTreeMap<String, Vec<Vec<u8>>>,
    count: BTreeMap<String, u64>,
}

impl Transport for Mailboxes {
    fn mail(&mut self, message: &Outgoing, mailbox: &str, now: Timestamp) -> reefknot_core::Result<Attempt> {
        let number = self.count.values().sum::<u64>().to_string();
        let options = MailOptions {
            zone: &Zone::UTC,
            message_id: &format!("{number}@foo.com"),
            date: now,
            boundary_seed: &number,
            in_reply_to: None,
            reply_to: None,
            sender: None,
        };
        let mail = imip::write(&message.message(&Limits::default())?, &options)?;
        self.waiting.entry(mailbox.to_owned()).or_default().push(mail.bytes);
        *self.count.entry(mailbox.to_owned()).or_default() += 1;
        Ok(Attempt::Handed)
    }
}

struct Host {
    store: MemoryStore,
    users: Vec<LocalUser>,
    agent: Agent,
    trust: Trust,
}

impl Host {
    fn of(described: &Value) -> Self {
        let user = |(id, address): (&String, &Value)| {
            LocalUser::new(UserId::new(id), Identities::new(text(address).parse().unwrap()))
        };
        let access = described["access"].as_str().unwrap_or_default().parse().unwrap();
        Self {
            store: MemoryStore::new(),
            users: described["users"].as_object().unwrap().iter().map(user).collect(),
            agent: if described["agent"] == "server" { Agent::Server } else { Agent::Alone },
            trust: Trust { peers: Peers::default(), access },
        }
    }

    fn scheduler(&mut self) -> Scheduler<'_> {
        Scheduler::new(&mut self.store, &self.users, self.agent, Limits::default())
            .with_trust(self.trust.clone())
    }

    fn text(&self, user: &UserId, uid: &str) -> Option<String> {
        let stored = self.store.load(user, uid).unwrap()?;
        Some(unfolded(&String::from_utf8(stored.calendar?).unwrap()))
    }

    fn address(&self, user: &UserId) -> &str {
        let user = self.users.iter().find(|known| known.id == *user).unwrap();
        user.identities.primary().mailbox().unwrap()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text is wanted instead of {value}"))
}

fn unfolded(text: &str) -> String {
    text.replace("\r\n ", "")
}

/// A text with some of its lines replaced.
fn edited(mut calendar: String, lines: &Value) -> String {
    for (old, new) in lines.as_object().unwrap() {
        let (old, new) = (format!("\r\n{old}\r\n"), format!("\r\n{}\r\n", text(new)));
        assert!(calendar.contains(&old), "no line {old:?} in {calendar}");
        calendar = calendar.replace(&old, &new);
    }
    calendar
}

fn name_of(question: &Question) -> &'static str {
    match question {
        Question::PartyCrasher(_) => "party-crasher",
        Question::Forwarded(_) => "forwarded",
        Question::NewOrganizer(_) => "new-organizer",
        Question::SentBy { .. } => "sent-by",
        Question::Counter { .. } => "counter",
    }
}

/// What an outcome is, as far as the scenario says anything of it.
fn told(outcome: &Outcome, expected: &Value) -> Value {
    let message = |message: &reefknot_core::itip::Message| {
        format!("{} {}", message.method, message.recipient.mailbox().unwrap())
    };
    let all = json!({
        "disposition": outcome.disposition,
        "messages": outcome.messages.iter().map(message).collect::<Vec<_>>(),
        "reasons": outcome.reasons.iter().map(|reason| reason.code).collect::<Vec<_>>(),
        "notices": outcome.notices.iter().map(|notice| notice.code).collect::<Vec<_>>(),
        "questions": outcome.questions.iter().map(name_of).collect::<Vec<_>>(),
    });
    let Value::Object(mut all) = all else { unreachable!() };
    all.retain(|name, _| expected.get(name).is_some());
    Value::Object(all)
}

struct Stage {
    hosts: BTreeMap<String, Host>,
    mails: Mailboxes,
}

impl Stage {
    fn play(&mut self, step: &Value) {
        if step["do"] == "mails" {
            assert_eq!(json!(self.mails.count), step["count"]);
            return;
        }
        let host = self.hosts.get_mut(text(&step["host"])).unwrap();
        let now: Timestamp = step["at"].as_str().unwrap_or("20261124T120000Z").parse().unwrap();
        let user = UserId::new(step["user"].as_str().unwrap_or_default());
        let uid = step["uid"].as_str().unwrap_or_default();
        let comment = step["comment"].as_str();
        let outcome = match text(&step["do"]) {
            "put" => {
                let residence = match step["residence"].as_str() {
                    Some("local-only") => Residence::LocalOnly,
                    _ => Residence::Synced,
                };
                let file = fs::read(folder().join(text(&step["file"]))).unwrap();
                let put = Put { calendar: Some(&file), based_on: None, residence, source: Source::User };
                host.scheduler().put(&user, uid, put, now)
            }
            "edit" => {
                let calendar = edited(host.text(&user, uid).unwrap(), &step["lines"]);
                let residence = host.store.load(&user, uid).unwrap().unwrap().residence;
                let put = Put {
                    calendar: Some(calendar.as_bytes()),
                    based_on: None,
                    residence,
                    source: Source::User,
                };
                host.scheduler().put(&user, uid, put, now)
            }
            "answer" => {
                let (instance, answer) =
                    (text(&step["instance"]).parse().unwrap(), PartStat::parse(text(&step["partstat"])));
                host.scheduler().answer(&user, uid, &instance, &answer, comment, now)
            }
            "propose" => {
                let proposal = edited(host.text(&user, uid).unwrap(), &step["lines"]);
                host.scheduler().propose(&user, uid, proposal.as_bytes(), comment, now)
            }
            "decide" => {
                let open = host.scheduler().questions(&user).unwrap();
                assert_eq!(open.len(), 1);
                assert_eq!(name_of(&open[0].asked.question), text(&step["question"]));
                host.scheduler().decide(&user, open[0].id, step["yes"] == true, now)
            }
            "deliver" => {
                let delivered = host.scheduler().deliver(&mut self.mails, now, 100).unwrap();
                assert_eq!(
                    (json!(delivered.done), delivered.retried, delivered.failed),
                    (step["gives"]["done"].clone(), 0, 0)
                );
                return;
            }
            "fetch" => {
                let mailbox = host.address(&user).to_owned();
                let mails = self.mails.waiting.remove(&mailbox).unwrap_or_default();
                let expected = step["gives"].as_array().unwrap();
                assert_eq!(mails.len(), expected.len(), "mails for {mailbox}");
                for (bytes, expected) in mails.iter().zip(expected) {
                    let mail = imip::read(bytes, &ReadOptions::default()).unwrap();
                    let part = &mail.calendars[0];
                    let outcome =
                        host.scheduler().receive(&user, &part.calendar, &mail.envelope(part), now).unwrap();
                    assert_eq!(told(&outcome, expected), *expected, "{:#?}", outcome.reasons);
                }
                return;
            }
            "read" => return host.read(step, &user, uid, now),
            "holds" => return host.holds(step, &user, uid),
            other => panic!("nobody knows how to do {other}"),
        };
        let outcome = outcome.unwrap();
        assert_eq!(told(&outcome, &step["gives"]), step["gives"], "{:#?}", outcome.reasons);
    }
}

impl Host {
    fn read(&mut self, step: &Value, user: &UserId, uid: &str, now: Timestamp) {
        let asker = UserId::new(text(&step["asker"]));
        let shown = self.scheduler().read(&Asker::User(&asker), user, uid, now).unwrap();
        match (shown, step["refused"].as_str()) {
            (Err(reason), Some(code)) => assert_eq!(reason.code, code),
            (Ok(Some(object)), None) => contains(&unfolded(&object.to_calendar().to_string()), step),
            (shown, refused) => panic!("{shown:?} instead of {refused:?}"),
        }
    }

    fn holds(&self, step: &Value, user: &UserId, uid: &str) {
        let stored = self.store.load(user, uid).unwrap();
        let Some(calendar) = self.text(user, uid) else {
            assert_eq!(step["nothing"], true, "nothing is held");
            return;
        };
        if let Some(residence) = step["residence"].as_str() {
            assert_eq!(json!(stored.unwrap().residence), residence);
        }
        contains(&calendar, step);
        let object = read_object(calendar.as_bytes(), &Limits::default()).unwrap();
        for (instance, answers) in step["answers"].as_object().unwrap() {
            let part: Component = object.effective(&instance.parse().unwrap()).unwrap();
            for (who, answer) in answers.as_object().unwrap() {
                let who: CalendarUserAddress = who.parse().unwrap();
                let attendee = reefknot_core::scheduling::attendee_among(&part, |known| *known == who);
                assert_eq!(attendee.unwrap().partstat.as_str(), text(answer), "{who} {instance}");
            }
        }
    }
}

/// The lines that a text has, and the texts that it has not.
fn contains(calendar: &str, step: &Value) {
    for line in step["lines"].as_array().into_iter().flatten() {
        assert!(calendar.contains(&format!("\r\n{}\r\n", text(line))), "no line {line} in {calendar}");
    }
    for words in step["without"].as_array().into_iter().flatten() {
        assert!(!calendar.contains(text(words)), "{words} is in {calendar}");
    }
}

#[test]
fn every_conversation_ends_as_the_scenario_says() {
    let scenario = fs::read_to_string(folder().join("scenario.json")).unwrap();
    let scenario: Value = serde_json::from_str(&scenario).unwrap();
    let hosts = scenario["hosts"].as_object().unwrap();
    for conversation in scenario["conversations"].as_array().unwrap() {
        let hosts = hosts.iter().map(|(name, host)| (name.clone(), Host::of(host))).collect();
        let mut stage = Stage { hosts, mails: Mailboxes::default() };
        for step in conversation["steps"].as_array().unwrap() {
            println!("{}: {step}", conversation["name"]);
            stage.play(step);
        }
    }
}
