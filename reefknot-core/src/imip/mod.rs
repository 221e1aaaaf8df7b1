//! Scheduling messages as mail (RFC 6047).
//!
//! [`write()`] turns a [`Message`](crate::itip::Message) into the octets of a mail that a
//! calendar program can process and a person can read and answer. [`read`] finds the calendars
//! in a mail of any shape that programs in use send ([`QUIRKS`] lists the odd ones), and says
//! how far its sender may be believed.
//!
//! Nothing is taken from the surroundings: the date, the Message-ID and the boundaries of a mail
//! are arguments. Sending and fetching mail is the host's business. S/MIME (RFC 6047 §2.2) is
//! left out: a signature is noted and not checked.

mod auth;
mod mime;
mod quirks;
mod read;
mod text;
mod write;

pub use quirks::{QUIRKS, Quirk};
pub use read::{CalendarPart, IncomingMail, Origin, ReadOptions, read};
pub use write::{Mail, MailOptions, write};

#[cfg(test)]
mod tests;

/// Something unusual about a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Which of the [`QUIRKS`].
    pub code: &'static str,
    /// What it is and what was done about it.
    pub message: String,
}

impl Note {
    fn of(code: &'static str) -> Self {
        Self::about(code, None)
    }

    fn about(code: &'static str, file: Option<&str>) -> Self {
        let answer = quirks::quirk(code).map_or(code, |quirk| quirk.answer);
        let message = match file {
            Some(file) => {
                format!("{}: {answer}", file.chars().filter(|c| !c.is_control()).take(80).collect::<String>())
            }
            None => answer.to_owned(),
        };
        Self { code, message }
    }
}
