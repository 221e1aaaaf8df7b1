//! Mail as files in maildirs.

use std::fs;
use std::path::{Path, PathBuf};

use reefknot_core::host::{Attempt, Outgoing, Transport};
use reefknot_core::ical::Limits;
use reefknot_core::imip::{self, MailOptions};
use reefknot_core::time::Zone;
use reefknot_core::value::Timestamp;
use reefknot_core::{Error, Result};

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
