//! What happened, as words and as JSON.

use reefknot_core::host::{Delivery, Received, UserId};
use reefknot_core::itip::{Notice, Outcome};
use reefknot_core::routing::Route;
use reefknot_core::value::Timestamp;
use serde_json::{Value, json};

use super::check::Holding;
use super::mail::Letter;
use crate::input::Failure;
use crate::output::{Style, print};

const WIDTH: usize = 100;

/// Everything that happened, and what of it holds.
pub(crate) struct Report {
    dir: String,
    aloud: bool,
    style: Style,
    conversations: Vec<Conversation>,
    pub(super) holdings: Vec<Holding>,
    pub(super) mails: Vec<Letter>,
}

struct Conversation {
    number: usize,
    title: &'static str,
    steps: Vec<Value>,
    conditions: Vec<Condition>,
}

/// A final condition and what was found instead, if it does not hold.
pub(super) struct Condition {
    pub(super) what: String,
    pub(super) problem: Option<String>,
}

impl Report {
    pub(super) fn new(dir: String, aloud: bool) -> Self {
        Self {
            dir,
            aloud,
            style: Style::of_stdout(),
            conversations: Vec::new(),
            holdings: Vec::new(),
            mails: Vec::new(),
        }
    }

    fn say(&self, text: &str) -> Result<(), Failure> {
        if self.aloud { print(text) } else { Ok(()) }
    }

    pub(super) fn begin(&mut self, number: usize, title: &'static str) -> Result<(), Failure> {
        let gap = if self.conversations.is_empty() { "" } else { "\n" };
        self.say(&format!("{gap}{}", self.style.strong(&format!("{number}. {title}"))))?;
        self.conversations.push(Conversation { number, title, steps: Vec::new(), conditions: Vec::new() });
        Ok(())
    }

    fn step(&mut self, line: &str, step: Value) -> Result<(), Failure> {
        self.say(&clip(line))?;
        if let Some(conversation) = self.conversations.last_mut() {
            conversation.steps.push(step);
        }
        Ok(())
    }

    /// Somebody or some program did something.
    pub(super) fn did(&mut self, now: Timestamp, who: &str, what: &str) -> Result<(), Failure> {
        let line = format!("   {who:<15} {what}");
        self.step(&line, json!({ "time": now.to_string(), "who": who, "what": what }))
    }

    /// The words of somebody or some program, however long.
    pub(super) fn quotes(&mut self, now: Timestamp, words: &str) -> Result<(), Failure> {
        let mut line = String::from("│");
        for word in words.split_whitespace() {
            if line.chars().count() + word.chars().count() > WIDTH - 24 {
                self.did(now, "", &std::mem::replace(&mut line, "│".to_owned()))?;
            }
            line = format!("{line} {word}");
        }
        self.did(now, "", &line)
    }

    /// A server does not take what came over a line.
    pub(super) fn refuses(&mut self, now: Timestamp, who: &str, received: &Received) -> Result<(), Failure> {
        self.did(now, who, &format!("refuses it, with the status {}:", received.status))?;
        self.quotes(now, &received.why)
    }

    /// What the engine answered.
    pub(super) fn decided(&mut self, who: &str, outcome: &Outcome) -> Result<(), Failure> {
        for reason in &outcome.reasons {
            let at = reason.instance.as_ref().map(|key| format!(" [{key}]")).unwrap_or_default();
            let line = clip(&format!("     because{at} {reason}"));
            self.say(&self.style.faint(&line))?;
        }
        let reasons: Vec<String> = outcome.reasons.iter().map(ToString::to_string).collect();
        let notices: Vec<&str> = outcome.notices.iter().map(|notice| notice.message.as_str()).collect();
        let step =
            json!({ "who": who, "disposition": outcome.disposition, "reasons": reasons, "notices": notices });
        if let Some(conversation) = self.conversations.last_mut() {
            conversation.steps.push(step);
        }
        Ok(())
    }

    /// What users are told of what was delivered, and of what was not.
    pub(super) fn tells(&mut self, notices: &[(UserId, Notice)]) -> Result<(), Failure> {
        for (user, notice) in notices {
            let line = self.style.faint(&clip(&format!("     tells {user}: {}", notice.message)));
            self.say(&line)?;
            if let Some(conversation) = self.conversations.last_mut() {
                conversation.steps.push(json!({ "tells": user.as_str(), "notice": notice.message }));
            }
        }
        Ok(())
    }

    /// A message goes out.
    pub(super) fn sends(&mut self, who: &str, delivery: &Delivery) -> Result<(), Failure> {
        let message = &delivery.message;
        let bare = |uri: &str| uri.trim_start_matches("mailto:").to_owned();
        let (from, to) = (bare(message.originator.uri()), bare(message.recipient.uri()));
        let way = match &message.route {
            Route::Local(_) => "into the calendar",
            Route::Peer(_) => "directly, server to server",
            Route::Mail(_) => "by mail",
            Route::Nobody(_) => "nowhere",
        };
        let line = format!("   {who:<15} → {} from {from} to {to}, {way}", message.method);
        let step = json!({
            "who": who, "method": message.method.as_str(), "from": from, "to": to, "way": way,
            "uid": message.uid, "sequence": message.sequence,
        });
        self.step(&line, step)
    }

    pub(super) fn conclude(&mut self, conditions: Vec<Condition>) -> Result<(), Failure> {
        for condition in &conditions {
            match &condition.problem {
                None => self.say(&clip(&format!("   ✓ {}", condition.what)))?,
                Some(problem) => {
                    self.say(&self.style.strong(&clip(&format!("   ✗ {}", condition.what))))?;
                    self.say(&clip(&format!("     {problem}")))?;
                }
            }
        }
        if let Some(conversation) = self.conversations.last_mut() {
            conversation.conditions.extend(conditions);
        }
        Ok(())
    }

    /// Whether every condition of every conversation holds.
    pub(crate) fn holds(&self) -> bool {
        self.conversations.iter().all(|conversation| {
            !conversation.conditions.is_empty()
                && conversation.conditions.iter().all(|condition| condition.problem.is_none())
        })
    }

    /// The table of who holds what, and where everything is.
    pub(crate) fn print_end(&self) -> Result<(), Failure> {
        self.say(&format!("\n{}", self.style.strong("Who holds what, read back from the files")))?;
        let heading = format!(
            "   {:<12} {:<8} {:<28} {:<17} {:<3} answers",
            "file", "user", "event", "begins (UTC)", "rev"
        );
        self.say(&self.style.faint(&heading))?;
        for holding in &self.holdings {
            for line in holding.lines() {
                // Never clipped: the answers are what the table is for.
                self.say(&format!("   {line}"))?;
            }
        }
        let all = if self.holds() { "All conditions hold." } else { "Some conditions do not hold." };
        self.say(&format!("\n{all}\nThe databases and the mail are in {}", self.dir))
    }

    pub(crate) fn json(&self) -> Value {
        let conversations: Vec<Value> = self
            .conversations
            .iter()
            .map(|conversation| {
                let conditions: Vec<Value> = conversation
                    .conditions
                    .iter()
                    .map(|c| json!({ "what": c.what, "holds": c.problem.is_none(), "problem": c.problem }))
                    .collect();
                json!({
                    "number": conversation.number, "title": conversation.title,
                    "steps": conversation.steps, "conditions": conditions,
                })
            })
            .collect();
        let held: Vec<Value> = self.holdings.iter().map(Holding::json).collect();
        let mails: Vec<Value> = self.mails.iter().map(Letter::json).collect();
        json!({
            "dir": self.dir, "holds": self.holds(), "conversations": conversations, "databases": held, "mails": mails,
        })
    }
}

fn clip(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}
