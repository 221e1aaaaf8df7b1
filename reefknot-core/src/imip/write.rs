//! Writing a scheduling message as a mail (RFC 6047 §2).
//!
//! The parts are multipart/mixed( multipart/alternative( text/plain, text/calendar ), application/ics ):
//! a person reads the text, a calendar program takes the text/calendar part, and a program that
//! knows neither saves the attachment.

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;

use super::text;
use crate::ical::Component;
use crate::itip::{Message, Method};
use crate::time::{Zone, Zones};
use crate::value::{CalendarUserAddress, Timestamp};
use crate::words::{Words, one_line};
use crate::{Error, Result};

/// Characters of a subject: what programs show, and more.
const SUBJECT_CHARS: usize = 200;

/// What a mail needs beyond the message: nothing of it is taken from the surroundings.
#[derive(Clone, Debug)]
pub struct MailOptions<'a> {
    /// The recipient's zone, in which the text says when something is.
    pub zone: &'a Zone,
    /// The Message-ID, without angle brackets; unique for each mail.
    pub message_id: &'a str,
    /// When the mail is sent.
    pub date: Timestamp,
    /// Letters and digits that the MIME boundaries are made of; any text that differs from mail to mail.
    pub boundary_seed: &'a str,
    /// The Message-ID that this mail answers, without angle brackets; left out if it is none.
    pub in_reply_to: Option<&'a str>,
    /// Where answers are to go if not to the originator.
    pub reply_to: Option<&'a CalendarUserAddress>,
    /// Who sends the mail if not the originator (RFC 5322 §3.6.2).
    pub sender: Option<&'a CalendarUserAddress>,
}

/// A mail ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The mail address in From, for the envelope too unless the host has its own.
    pub from: String,
    /// The mail address in To.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The whole mail, lines ended by CRLF.
    pub bytes: Vec<u8>,
}

/// Writes a message as a mail to its recipient.
///
/// # Errors
/// When the originator, the recipient or another address is no mail address (RFC 6047 §2.3), the
/// Message-ID is none, or the calendar's METHOD is not the message's (RFC 6047 §2.4).
pub fn write(message: &Message, options: &MailOptions<'_>) -> Result<Mail> {
    let calendar = &*message.calendar;
    if !calendar
        .value("METHOD")
        .is_some_and(|method| method.trim().eq_ignore_ascii_case(message.method.as_str()))
    {
        return Err(Error::invalid(format!(
            "the calendar's METHOD is not {}, as the message's is; they must be the same",
            message.method
        )));
    }
    let from = mailbox(&message.originator)?;
    let to = mailbox(&message.recipient)?;
    let message_id = Some(options.message_id).filter(|id| is_message_id(id)).ok_or_else(|| {
        Error::invalid(format!("`{}` is not a Message-ID; write unique@host", one_line(options.message_id)))
    })?;
    let zones = Zones::of(calendar);
    let words = Words::new(options.zone, &zones);
    let subject: String = text::subject(message, &words).chars().take(SUBJECT_CHARS).collect();
    let file_name = file_name(message.method);
    let text = text::body(message, &words, file_name);
    let printed = String::from_utf8_lossy(&calendar.to_bytes()).into_owned();

    let mut builder = MessageBuilder::new()
        .from(address(calendar, &message.originator, &from))
        .to(address(calendar, &message.recipient, &to))
        .subject(subject.clone())
        .date(Date::new(options.date.seconds()))
        .message_id(message_id);
    if let Some(sender) = options.sender {
        builder = builder.sender(address(calendar, sender, &mailbox(sender)?));
    }
    if let Some(reply_to) = options.reply_to {
        builder = builder.reply_to(address(calendar, reply_to, &mailbox(reply_to)?));
    }
    if let Some(answered) = options.in_reply_to.filter(|id| is_message_id(id)) {
        builder = builder.in_reply_to(MessageId::new(answered)).references(MessageId::new(answered));
    }
    let body =
        parts(message, &text, &printed, &boundary(options.boundary_seed, &[&text, &printed]), file_name);
    let mut bytes = Vec::new();
    builder.body(body).serialize(&mut bytes);
    Ok(Mail { from, to, subject, text, bytes })
}

fn parts<'x>(
    message: &Message,
    text: &'x str,
    printed: &'x str,
    boundary: &str,
    file_name: &'static str,
) -> MimePart<'x> {
    let plain = ContentType::new("text/plain").attribute("charset", "utf-8");
    // RFC 6047 §2.4: the parameter must be the METHOD property's value. Unquoted, because some
    // readers look for the text `method=REQUEST`.
    let (method, component) = (message.method, component(&message.calendar));
    let calendar = Raw::new(format!("text/calendar; method={method}; charset=utf-8; component={component}"));
    let file = ContentType::new("application/ics").attribute("name", file_name);
    let container = |kind: &'static str, level: u8| {
        ContentType::new(kind).attribute("boundary", format!("{boundary}_{level}"))
    };
    // Readers of text drop control characters at the end of a line, which other programs' calendars may hold.
    let control = |c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t');
    let body =
        if printed.contains(control) { MimePart::raw(printed.as_bytes()) } else { MimePart::raw(printed) };
    let alternatives = vec![MimePart::new(plain, text), body.header("Content-Type", calendar)];
    let mixed = vec![
        MimePart::new(container("multipart/alternative", 2), alternatives),
        MimePart::new(file, printed.as_bytes()).attachment(file_name),
    ];
    MimePart::new(container("multipart/mixed", 1), mixed)
}

/// The component that a message is about, for the `component` parameter.
fn component(calendar: &Component) -> &'static str {
    let about = calendar.components().find(|component| !component.is("VTIMEZONE"));
    let names = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"];
    about.and_then(|about| names.into_iter().find(|name| about.is(name))).unwrap_or("VEVENT")
}

const fn file_name(method: Method) -> &'static str {
    match method {
        Method::Reply | Method::Counter | Method::Refresh => "reply.ics",
        Method::Cancel => "cancel.ics",
        Method::Publish | Method::Request | Method::Add | Method::DeclineCounter => "invite.ics",
    }
}

/// A boundary that no line of the contents is (RFC 2046 §5.1.1).
///
/// `=_` occurs in no quoted-printable or base64 text; plain text is looked through.
fn boundary(seed: &str, contents: &[&str]) -> String {
    let seed: String = seed.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let mut boundary = format!("=_{seed}");
    let mut tries = 0_u32;
    while contents.iter().any(|content| content.contains(&boundary)) {
        tries += 1;
        boundary = format!("=_{seed}.{tries}");
    }
    boundary
}

/// The mail address of a calendar user, safe to stand in a header.
///
/// The local part may hold anything once it is quoted; what needs quotes is refused, because
/// hardly any mail system delivers it and every quote is a chance to say something else.
fn mailbox(user: &CalendarUserAddress) -> Result<String> {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"()<>[]:;@\\,\"".contains(c);
    let mailbox = user.mailbox().filter(|mailbox| {
        mailbox.len() <= 254
            && mailbox.split_once('@').is_some_and(|(local, host)| {
                !local.is_empty()
                    && !host.is_empty()
                    && local.chars().all(is_plain)
                    && host.chars().all(is_plain)
            })
    });
    mailbox.map(str::to_owned).ok_or_else(|| {
        Error::invalid(format!(
            "`{user}` is not an address that mail can be sent to; write mailto:name@example.com"
        ))
    })
}

/// A name and an address for a header; the name is what the calendar calls the user.
fn address<'x>(calendar: &Component, user: &CalendarUserAddress, mailbox: &str) -> Address<'x> {
    let name = text::name_of(calendar, user).filter(|name| !name.contains('@'));
    Address::new_address(name, mailbox.to_owned())
}

fn is_message_id(id: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"<>()[]\\,;:\"@".contains(c))
    };
    id.len() <= 250 && id.split_once('@').is_some_and(|(left, right)| plain(left) && plain(right))
}
