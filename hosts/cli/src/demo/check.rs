//! What the databases hold, read back from the files, and whether they agree.

use std::collections::BTreeSet;
use std::path::Path;

use reefknot_core::engine::read_object;
use reefknot_core::host::{Store, UserId};
use reefknot_core::ical::Limits;
use reefknot_core::policy::Residence;
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{SchedulingObject, fields};
use reefknot_core::value::CalendarUserAddress;
use reefknot_store_sql::SqliteStore;
use serde_json::{Value, json};

use super::log::Condition;
use super::mail::Letter;
use crate::input::Failure;

/// One object of one user in one database.
pub(super) struct Holding {
    pub(super) file: String,
    pub(super) user: String,
    pub(super) uid: String,
    pub(super) residence: Residence,
    pub(super) object: SchedulingObject,
}

/// Everything that the database files hold.
pub(super) fn read_back(dir: &Path, files: &[(&str, &[&str])]) -> Result<Vec<Holding>, Failure> {
    let mut all = Vec::new();
    for (file, users) in files {
        let store = SqliteStore::open(dir.join(format!("{file}.sqlite")))?;
        for user in *users {
            for uid in store.uids(&UserId::new(user))? {
                let Some(stored) = store.load(&UserId::new(user), &uid)? else { continue };
                let Some(text) = stored.calendar else { continue };
                let object = read_object(&text, &Limits::default())?;
                let (file, user, residence) = ((*file).to_owned(), (*user).to_owned(), stored.residence);
                all.push(Holding { file, user, uid, residence, object });
            }
        }
    }
    Ok(all)
}

impl Holding {
    /// One line a component: what begins when, at which revision, and who answered what.
    pub(super) fn lines(&self) -> Vec<String> {
        let rows = self.object.parts().map(|(key, part)| {
            let (start, sequence, answers) = self.row(key);
            let title = if key.is_master() { self.object.title() } else { format!("  {key}") };
            let state = if fields::is_cancelled(part) { " (cancelled)" } else { "" };
            let title: String = format!("{title}{state}").chars().take(28).collect();
            let (file, user) = (&self.file, &self.user);
            format!("{file:<12} {user:<8} {title:<28} {start:<17} {sequence:<3} {answers}")
        });
        rows.collect()
    }

    fn row(&self, key: &InstanceKey) -> (String, u32, String) {
        let part = self.object.part(key);
        let start = part.and_then(|part| fields::date_time(part, "DTSTART"));
        let start =
            start.map(|start| InstanceKey::of(&start, self.object.zones()).to_string()).unwrap_or_default();
        let answers: Vec<String> = self
            .object
            .attendees(key)
            .iter()
            .map(|attendee| {
                let name =
                    attendee.address.mailbox().and_then(|mailbox| mailbox.split('@').next()).unwrap_or("?");
                format!("{name} {}", attendee.partstat.as_str().to_lowercase())
            })
            .collect();
        (start, self.object.revision(key).sequence, answers.join(", "))
    }

    pub(super) fn json(&self) -> Value {
        let parts: Vec<Value> = self
            .object
            .parts()
            .map(|(key, _)| {
                let (start, sequence, _) = self.row(key);
                let answers: Vec<Value> = self
                    .object
                    .attendees(key)
                    .iter()
                    .map(|a| json!({ "attendee": a.address.uri(), "answer": a.partstat.as_str() }))
                    .collect();
                json!({ "instance": key.to_string(), "start": start, "sequence": sequence, "answers": answers })
            })
            .collect();
        json!({
            "file": self.file, "user": self.user, "uid": self.uid, "residence": self.residence,
            "title": self.object.title(), "components": parts,
        })
    }
}

/// Whether the databases named hold the event and agree on its times, its revision and everybody's answers.
pub(super) fn agree(what: &str, holdings: &[Holding], uid: &str, who: &[(&str, &str)]) -> Condition {
    let mut copies: Vec<(String, &SchedulingObject)> = Vec::new();
    for (file, user) in who {
        let found = holdings.iter().find(|held| held.file == *file && held.user == *user && held.uid == uid);
        match found {
            Some(held) => copies.push((format!("{file} ({user})"), &held.object)),
            None => {
                return Condition {
                    what: what.to_owned(),
                    problem: Some(format!("{file} does not hold it for {user}")),
                };
            }
        }
    }
    Condition { what: what.to_owned(), problem: difference(&copies) }
}

/// The first difference between copies of one event, instance by instance.
fn difference(copies: &[(String, &SchedulingObject)]) -> Option<String> {
    let (first, others) = copies.split_first()?;
    let mut keys: BTreeSet<InstanceKey> = BTreeSet::from([InstanceKey::Master]);
    keys.extend(copies.iter().flat_map(|(_, copy)| copy.overrides().cloned()));
    let mut people: BTreeSet<CalendarUserAddress> = BTreeSet::new();
    people.extend(copies.iter().flat_map(|(_, copy)| copy.everybody().into_keys()));
    for (name, copy) in others {
        for key in &keys {
            let (one, two) = (standing(first.1, key, &people), standing(copy, key, &people));
            if one != two {
                let at = if key.is_master() { "the event".to_owned() } else { format!("the instance {key}") };
                return Some(format!("{} and {name} differ on {at}: {one:?} and {two:?}", first.0));
            }
        }
    }
    None
}

type Standing = Option<(Option<InstanceKey>, u32, Vec<(CalendarUserAddress, String)>)>;

/// When an instance is, at which revision, and what everybody answered; nothing where it does not take place.
fn standing(
    object: &SchedulingObject,
    key: &InstanceKey,
    people: &BTreeSet<CalendarUserAddress>,
) -> Standing {
    let part = object.effective(key).filter(|part| !fields::is_cancelled(part))?;
    let start = fields::date_time(&part, "DTSTART").map(|start| InstanceKey::of(&start, object.zones()));
    let answers = object.attendees(key).into_iter().filter(|attendee| people.contains(&attendee.address));
    let mut answers: Vec<_> = answers.map(|a| (a.address, a.partstat.as_str().to_owned())).collect();
    answers.sort();
    Some((start, object.revision(key).sequence, answers))
}

/// A condition on an answer that everybody is expected to hold, wherever it came from.
pub(super) fn answered(
    what: &str,
    holdings: &[Holding],
    uid: &str,
    who: &str,
    key: &InstanceKey,
    answer: &str,
) -> Condition {
    let found: Vec<_> = holdings.iter().filter(|held| held.uid == uid).collect();
    let wrong = found.iter().find(|held| {
        let attendees = held.object.attendees(key);
        let theirs = attendees.iter().find(|attendee| attendee.address.mailbox() == Some(who));
        theirs.is_none_or(|theirs| theirs.partstat.as_str() != answer)
    });
    let problem = match wrong {
        Some(held) => Some(format!("{} says otherwise", held.file)),
        None if found.is_empty() => Some("nobody holds it".to_owned()),
        None => None,
    };
    Condition { what: what.to_owned(), problem }
}

/// Every copy of a user says how what went to somebody fared (RFC 6638 §3.2.9).
pub(super) fn status(
    what: &str,
    holdings: &[Holding],
    (uid, user): (&str, &str),
    who: &str,
    code: &str,
) -> Condition {
    let found: Vec<_> = holdings.iter().filter(|held| held.uid == uid && held.user == user).collect();
    let says = |held: &Holding| {
        let part = held.object.master()?;
        let mut lines = part.properties_named("ATTENDEE");
        let line = lines.find(|line| line.value().eq_ignore_ascii_case(&format!("mailto:{who}")))?;
        line.param("SCHEDULE-STATUS").map(std::borrow::Cow::into_owned)
    };
    let wrong = found.iter().find(|held| says(held).as_deref() != Some(code));
    let problem = match wrong {
        Some(held) => Some(format!("{} says {:?}", held.file, says(held))),
        None if found.is_empty() => Some("nobody holds it".to_owned()),
        None => None,
    };
    Condition { what: what.to_owned(), problem }
}

/// A program mailed a scheduling message to somebody, so many times.
pub(super) fn mailed(
    what: &str,
    letters: &[Letter],
    (by, to): (&str, &str),
    method: &str,
    uid: &str,
    times: usize,
) -> Condition {
    let found = letters.iter().filter(|letter| letter.is(by, to, method, uid)).count();
    holds(what, found == times, || format!("{found} such mails are in the mailbox of {to}"))
}

/// A text is in no file of these databases: not in an object, in what is left of one, nor in a message.
pub(super) fn never_in(what: &str, dir: &Path, databases: &[&str], text: &str) -> Result<Condition, Failure> {
    let fail = |path: &Path, error: &std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    let mut found = Vec::new();
    let mut read = 0;
    for entry in std::fs::read_dir(dir).map_err(|error| fail(dir, &error))? {
        let path = entry.map_err(|error| fail(dir, &error))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // With the write-ahead log beside it.
        if databases.iter().any(|database| name.starts_with(&format!("{database}.sqlite"))) {
            let bytes = std::fs::read(&path).map_err(|error| fail(&path, &error))?;
            read += 1;
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(name);
            }
        }
    }
    Ok(holds(what, found.is_empty() && read >= databases.len(), || {
        format!("of {read} files, it is in {}", found.join(", "))
    }))
}

/// A condition that was computed elsewhere.
pub(super) fn holds(what: &str, holds: bool, otherwise: impl FnOnce() -> String) -> Condition {
    Condition { what: what.to_owned(), problem: (!holds).then(otherwise) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(start: &str, answer: &str) -> SchedulingObject {
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\n\
             DTSTART:{start}\r\nORGANIZER:mailto:a@foo.com\r\nATTENDEE;PARTSTAT={answer}:mailto:b@foo.com\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        read_object(text.as_bytes(), &Limits::default()).unwrap()
    }

    fn held(file: &str, object: SchedulingObject) -> Holding {
        Holding { file: file.into(), user: "a".into(), uid: "1".into(), residence: Residence::Synced, object }
    }

    #[test]
    fn a_doctored_copy_is_noticed() {
        let same = || object("20261201T100000Z", "ACCEPTED");
        for (other, agrees) in [
            (same(), true),
            (object("20261201T110000Z", "ACCEPTED"), false),
            (object("20261201T100000Z", "DECLINED"), false),
        ] {
            let holdings = [held("x", same()), held("y", other)];
            let condition = agree("they agree", &holdings, "1", &[("x", "a"), ("y", "a")]);
            assert_eq!(condition.problem.is_none(), agrees);
        }
        let alone = agree("they agree", &[held("x", same())], "1", &[("x", "a"), ("y", "a")]);
        assert!(alone.problem.is_some());
    }

    #[test]
    fn a_wrong_status_is_noticed() {
        let with = |param: &str| {
            let text = object("20261201T100000Z", "ACCEPTED").to_calendar().to_string();
            let text = text.replace("PARTSTAT=ACCEPTED", &format!("PARTSTAT=ACCEPTED{param}"));
            held("x", read_object(text.as_bytes(), &Limits::default()).unwrap())
        };
        for (param, holds) in [(";SCHEDULE-STATUS=3.8", true), (";SCHEDULE-STATUS=1.2", false), ("", false)] {
            let condition = status("it is said", &[with(param)], ("1", "a"), "b@foo.com", "3.8");
            assert_eq!(condition.problem.is_none(), holds, "{param}");
        }
        assert!(status("it is said", &[], ("1", "a"), "b@foo.com", "3.8").problem.is_some());
    }
}
