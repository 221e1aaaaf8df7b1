//! Mail as files in maildirs.

use std::fs;
use std::path::{Path, PathBuf};

use reefknot_core::host::{Attempt, Outgoing, Transport};
use reefknot_core::ical::Limits;
use reefknot_core::imip::{self, MailOptions, ReadOptions};
use reefknot_core::time::Zone;
use reefknot_core::value::Timestamp;
use reefknot_core::{Error, Result};
use serde_json::{Value, json};

/// The directory that holds everybody's maildir.
#[derive(Clone, Debug)]
pub(super) struct Mailboxes {
    root: PathBuf,
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |error| Error::host(format!("{}: {error}", path.display()))
}

impl Mailboxes {
    pub(super) fn new(dir: &Path, users: &[&str]) -> Result<Self> {
        let root = dir.join("mail");
        for (user, folder) in users.iter().flat_map(|user| ["tmp", "new", "cur"].map(|folder| (user, folder)))
        {
            let path = root.join(user).join(folder);
            fs::create_dir_all(&path).map_err(failed(&path))?;
        }
        Ok(Self { root })
    }

    /// How many mails there are, read or not.
    pub(super) fn count(&self) -> Result<usize> {
        let mut count = 0;
        for user in fs::read_dir(&self.root).map_err(failed(&self.root))? {
            let user = user.map_err(failed(&self.root))?.path();
            for folder in ["new", "cur"] {
                count += fs::read_dir(user.join(folder)).map_err(failed(&user))?.count();
            }
        }
        Ok(count)
    }

    /// Every mail there is, read or not, by mailbox and time.
    pub(super) fn letters(&self) -> Result<Vec<Letter>> {
        let mut letters = Vec::new();
        for user in fs::read_dir(&self.root).map_err(failed(&self.root))? {
            let mailbox = user.map_err(failed(&self.root))?;
            for folder in ["new", "cur"] {
                let folder = mailbox.path().join(folder);
                for file in fs::read_dir(&folder).map_err(failed(&folder))? {
                    let path = file.map_err(failed(&folder))?.path();
                    let bytes = fs::read(&path).map_err(failed(&path))?;
                    letters.push(Letter::of(&mailbox.file_name().to_string_lossy(), path, &bytes)?);
                }
            }
        }
        letters
            .sort_by(|one, other| (&one.to, one.path.file_name()).cmp(&(&other.to, other.path.file_name())));
        Ok(letters)
    }

    /// Writes a mail beside the mailbox and moves it in, so that a reader never sees half of it.
    pub(super) fn deliver(&self, user: &str, sender: &str, bytes: &[u8], now: Timestamp) -> Result<()> {
        let mailbox = self.root.join(user);
        if !mailbox.is_dir() {
            return Err(Error::host(format!("there is no mailbox of {user}")));
        }
        let name = format!("{}.{:03}.{sender}.eml", now.seconds(), self.count()? + 1);
        let (written, final_place) = (mailbox.join("tmp").join(&name), mailbox.join("new").join(&name));
        fs::write(&written, bytes).map_err(failed(&written))?;
        fs::rename(&written, &final_place).map_err(failed(&final_place))
    }

    /// The unread mails of a user, oldest first; they are read after this.
    pub(super) fn fetch(&self, user: &str) -> Result<Vec<Vec<u8>>> {
        let mailbox = self.root.join(user);
        let unread = mailbox.join("new");
        let mut names = Vec::new();
        for entry in fs::read_dir(&unread).map_err(failed(&unread))? {
            names.push(entry.map_err(failed(&unread))?.file_name());
        }
        names.sort();
        let mut mails = Vec::new();
        for name in names {
            let read = mailbox.join("cur").join(&name);
            fs::rename(unread.join(&name), &read).map_err(failed(&read))?;
            mails.push(fs::read(&read).map_err(failed(&read))?);
        }
        Ok(mails)
    }
}

/// A mail as it lies in a mailbox.
pub(super) struct Letter {
    pub(super) to: String,
    path: PathBuf,
    /// Who sent it, by its header.
    from: Option<String>,
    /// The host in its Message-ID: the program that wrote it.
    by: String,
    /// METHOD and UID of the scheduling message in it.
    message: Option<(String, String)>,
}

impl Letter {
    fn of(to: &str, path: PathBuf, bytes: &[u8]) -> Result<Self> {
        let mail = imip::read(bytes, &ReadOptions::default())?;
        let by = mail.message_id.as_deref().and_then(|id| id.trim_matches(['<', '>']).rsplit('@').next());
        let message = mail.calendars.iter().find_map(|part| {
            let uid = part.calendar.components().find_map(|component| component.value("UID"))?;
            Some((part.calendar.value("METHOD")?, uid))
        });
        let by = by.unwrap_or_default().to_owned();
        let from = mail.from.as_ref().map(|from| from.uri().to_owned());
        Ok(Self { to: to.to_owned(), path, from, by, message })
    }

    /// Whether a program sent that scheduling message to somebody with this mail.
    pub(super) fn is(&self, by: &str, to: &str, method: &str, uid: &str) -> bool {
        let message = self.message.as_ref().map(|(method, uid)| (method.as_str(), uid.as_str()));
        self.by == by && self.to == to && message == Some((method, uid))
    }

    pub(super) fn json(&self) -> Value {
        let (method, uid) = self.message.clone().unzip();
        json!({
            "file": self.path.display().to_string(), "to": self.to, "from": self.from, "by": self.by,
            "method": method, "uid": uid,
        })
    }
}

/// Writes messages as mail, in the name of one program.
#[derive(Clone, Debug)]
pub(super) struct Postman {
    pub(super) boxes: Mailboxes,
    pub(super) host: String,
    pub(super) zone: Zone,
}

impl Transport for Postman {
    fn mail(&mut self, message: &Outgoing, mailbox: &str, now: Timestamp) -> Result<Attempt> {
        let number = self.boxes.count()? + 1;
        let options = MailOptions {
            zone: &self.zone,
            message_id: &format!("{}.{number}@{}", now.seconds(), self.host),
            date: now,
            boundary_seed: &format!("part{number}"),
            in_reply_to: None,
            reply_to: None,
            sender: None,
        };
        let mail = imip::write(&message.message(&Limits::default())?, &options)?;
        self.boxes.deliver(mailbox, &self.host, &mail.bytes, now)?;
        Ok(Attempt::Handed)
    }
}
