//! Scheduling messages as mail, in octets (RFC 6047).

use std::sync::Arc;

use reefknot_core::imip::{self, Origin};
use reefknot_core::itip::{Authentication, Envelope};
use reefknot_core::time::Zone;
use reefknot_core::value::{CalendarUserAddress, Timestamp};

use crate::calendar::Calendar;
use crate::error::Result;
use crate::outcome::Message;

/// What a mail needs beyond the message: nothing of it is taken from the surroundings.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct MailOptions {
    /// The recipient's zone, in which the text says when something is.
    pub zone: Zone,
    /// The Message-ID, without angle brackets; unique for each mail. The MIME boundaries are made of it too.
    pub message_id: String,
    /// When the mail is sent.
    pub date: Timestamp,
    /// The Message-ID that this mail answers, without angle brackets.
    #[uniffi(default = None)]
    pub in_reply_to: Option<String>,
    /// Where answers are to go if not to the originator.
    #[uniffi(default = None)]
    pub reply_to: Option<CalendarUserAddress>,
    /// Who sends the mail if not the originator.
    #[uniffi(default = None)]
    pub sender: Option<CalendarUserAddress>,
}

/// A mail ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Mail {
    /// The mail address in From, for the envelope too unless the app has its own.
    pub from: String,
    /// The mail address in To.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The whole mail, lines ended by CRLF.
    pub bytes: Vec<u8>,
}

/// A mail that arrived, as far as scheduling is concerned.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct IncomingMail {
    /// The one author that From names.
    pub from: Option<CalendarUserAddress>,
    /// The author's name for display.
    pub from_name: Option<String>,
    /// The recipients that To and Cc name.
    pub to: Vec<CalendarUserAddress>,
    /// The subject.
    pub subject: Option<String>,
    /// The Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The Message-ID that this answers, without angle brackets.
    pub in_reply_to: Option<String>,
    /// When the author's program says it was sent.
    pub date: Option<Timestamp>,
    /// The calendars in the mail, each once, in order.
    pub calendars: Vec<CalendarPart>,
    /// The text for people.
    pub text: Option<String>,
    /// How far `from` is to be believed.
    pub authentication: Authentication,
    /// Why, in words.
    pub authentication_reason: String,
    /// What was unusual about the mail, and what was done about it.
    pub notes: Vec<String>,
}

/// A calendar in a mail.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct CalendarPart {
    /// The calendar as it was sent.
    pub calendar: Arc<Calendar>,
    /// Where it came from, as the engine wants to know it. Nobody vouches for what was forwarded.
    pub envelope: Envelope,
    /// Whether the sender of the mail only forwarded it.
    pub is_forwarded: bool,
    /// What could not be read, or only by guessing; lines count within the part.
    pub problems: Vec<String>,
}

#[uniffi::export]
impl Message {
    /// The message as a mail to its recipient.
    ///
    /// # Errors
    /// When an address is no mail address, or the Message-ID is none.
    pub fn to_email(&self, options: MailOptions) -> Result<Mail> {
        let options = imip::MailOptions {
            zone: &options.zone,
            message_id: &options.message_id,
            date: options.date,
            boundary_seed: &options.message_id,
            in_reply_to: options.in_reply_to.as_deref(),
            reply_to: options.reply_to.as_ref(),
            sender: options.sender.as_ref(),
        };
        let imip::Mail { from, to, subject, text, bytes } = imip::write(&self.clone().into(), &options)?;
        Ok(Mail { from, to, subject, text, bytes })
    }
}

/// Reads a mail (RFC 5322, MIME) and finds the calendars in it.
///
/// `trusted_authserv_id` names the mail server whose Authentication-Results are believed (RFC 8601 §2.5); that server
/// must remove such fields from mail it takes in. Without it, senders are only claimed.
///
/// # Errors
/// Only when a limit is exceeded; what is no mail at all has no calendars.
#[uniffi::export(default(trusted_authserv_id = None))]
pub fn read_email(mail: Vec<u8>, trusted_authserv_id: Option<String>) -> Result<IncomingMail> {
    let options = imip::ReadOptions { trusted_authserv_id, ..imip::ReadOptions::default() };
    let mail = imip::read(&mail, &options)?;
    Ok(IncomingMail {
        calendars: mail.calendars.iter().map(|part| CalendarPart::of(&mail, part)).collect(),
        from: mail.from,
        from_name: mail.from_name,
        to: mail.to,
        subject: mail.subject,
        message_id: mail.message_id,
        in_reply_to: mail.in_reply_to,
        date: mail.date,
        text: mail.text,
        authentication: mail.authentication,
        authentication_reason: mail.authentication_reason,
        notes: mail.notes.into_iter().map(|note| note.message).collect(),
    })
}

impl CalendarPart {
    fn of(mail: &imip::IncomingMail, part: &imip::CalendarPart) -> Self {
        Self {
            calendar: Arc::new(part.calendar.clone().into()),
            envelope: mail.envelope(part),
            is_forwarded: matches!(part.origin, Origin::Forwarded(_)),
            problems: part.problems.iter().map(ToString::to_string).collect(),
        }
    }
}
