//! Reading a mail: the calendars in it, and how far its sender may be believed (RFC 6047 §2).

use std::collections::BTreeSet;

use mail_parser::{Address, HeaderName, HeaderValue, Message};

use super::mime::{self, Charset, Entity, Tree};
use super::{Note, auth};
use crate::Result;
use crate::ical::{Component, Limits, Problem, Stream};
use crate::itip::{Authentication, Carrier, Envelope};
use crate::value::{CalendarUserAddress, Date, LocalDateTime, Timestamp};

/// What a reader of mail accepts, and whom it trusts.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Octets of the whole mail.
    pub mail_bytes: u64,
    /// Parts of the mail, containers included.
    pub parts: u64,
    /// Parts inside each other.
    pub depth: u32,
    /// Characters of the text part that are kept.
    pub text_chars: usize,
    /// What each calendar may cost.
    pub calendar: Limits,
    /// The authserv-id (RFC 8601 §2.5) of the mail server whose `Authentication-Results` are
    /// believed. That server must remove such fields from mail it takes in (RFC 8601 §5).
    pub trusted_authserv_id: Option<String>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            mail_bytes: 64 << 20,
            parts: 1_000,
            depth: 16,
            text_chars: 100_000,
            calendar: Limits { bytes: 16 << 20, ..Limits::default() },
            trusted_authserv_id: None,
        }
    }
}

/// Where in the mail a calendar was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the mail itself: its sender is the one who speaks.
    Mail,
    /// In a message that the sender forwarded, and that claims this author; nobody vouches for it.
    Forwarded(Option<CalendarUserAddress>),
}

/// One VCALENDAR of a mail.
#[derive(Clone, Debug)]
pub struct CalendarPart {
    /// The calendar as it was sent.
    pub calendar: Component,
    /// The `method` parameter of the part, in upper case; what counts is METHOD inside (RFC 6047 §2.4).
    pub method_param: Option<String>,
    /// What could not be read, or only by guessing; lines count within the part.
    pub problems: Vec<Problem>,
    /// Whether it was sent, or forwarded.
    pub origin: Origin,
}

/// A mail, as far as scheduling is concerned.
#[derive(Clone, Debug)]
pub struct IncomingMail {
    /// The one author that From names.
    pub from: Option<CalendarUserAddress>,
    /// The author's name for display.
    pub from_name: Option<String>,
    /// Who sent it for the author, where the mail says so.
    pub sender: Option<CalendarUserAddress>,
    /// Where answers are wanted.
    pub reply_to: Vec<CalendarUserAddress>,
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
    pub notes: Vec<Note>,
}

impl IncomingMail {
    /// Where a calendar of this mail came from, as the engine wants to know it.
    ///
    /// Nobody vouches for what was forwarded: its sender is unknown.
    #[must_use]
    pub fn envelope(&self, part: &CalendarPart) -> Envelope {
        match part.origin {
            Origin::Mail => Envelope {
                sender: self.from.clone(),
                authentication: self.authentication,
                carrier: Carrier::Mail,
            },
            Origin::Forwarded(_) => {
                Envelope { sender: None, authentication: Authentication::Claimed, carrier: Carrier::Mail }
            }
        }
    }
}

/// Reads a mail (RFC 5322, MIME).
///
/// ```
/// use reefknot_core::imip::{self, ReadOptions};
///
/// let mail = b"From: C <c@bar.com>\r\nTo: a@foo.com\r\nSubject: Accepted: Tea\r\n\
///     Content-Type: text/calendar; method=REPLY\r\n\r\n\
///     BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let mail = imip::read(mail, &ReadOptions::default())?;
/// assert_eq!(mail.from, Some("mailto:c@bar.com".parse()?));
/// assert_eq!(mail.calendars[0].calendar.value("METHOD").as_deref(), Some("REPLY"));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
///
/// # Errors
/// Only when a limit is exceeded. Anything else that is odd becomes a note of the mail or a
/// problem of a calendar; a text that is no mail at all gives a mail without calendars.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<IncomingMail> {
    let tree = mime::walk(bytes, options)?;
    let mut reader = Reader {
        options,
        tree: &tree,
        notes: Vec::new(),
        calendars: Vec::new(),
        texts: BTreeSet::new(),
        seen: BTreeSet::new(),
    };
    reader.read_leaves()?;
    let Reader { mut notes, calendars, .. } = reader;
    let top = &tree.messages[0];
    let from = authors(top, &mut notes);
    let sender = addresses(top, &HeaderName::Sender).next();
    if sender.is_some() && sender != from {
        notes.push(Note::of("sender-is-not-from"));
    }
    if [HeaderName::ListId, HeaderName::ListPost].iter().any(|name| header(top, name).is_some()) {
        notes.push(Note::of("list-mail"));
    }
    let domain = from.as_ref().and_then(|from| from.mailbox()?.rsplit_once('@').map(|(_, domain)| domain));
    let verdict =
        auth::judge(&authentication_results(bytes, top), options.trusted_authserv_id.as_deref(), domain);
    Ok(IncomingMail {
        from_name: from.as_ref().and_then(|_| from_name(top)),
        sender,
        reply_to: addresses(top, &HeaderName::ReplyTo).collect(),
        to: addresses(top, &HeaderName::To).chain(addresses(top, &HeaderName::Cc)).collect(),
        subject: text_header(top, &HeaderName::Subject),
        message_id: text_header(top, &HeaderName::MessageId),
        in_reply_to: text_header(top, &HeaderName::InReplyTo),
        date: date(top),
        calendars,
        text: body_text(&tree, options.text_chars),
        authentication: verdict.authentication,
        authentication_reason: verdict.because,
        notes,
        from,
    })
}

struct Reader<'a> {
    options: &'a ReadOptions,
    tree: &'a Tree<'a>,
    notes: Vec<Note>,
    calendars: Vec<CalendarPart>,
    /// The texts in which calendars were found, each with the message that holds it: most programs attach a copy.
    texts: BTreeSet<(usize, String)>,
    /// What was read already: the message that holds it, and what it says.
    seen: BTreeSet<(usize, String)>,
}

impl Reader<'_> {
    fn read_leaves(&mut self) -> Result<()> {
        let tree = self.tree;
        // A text/calendar part is what the message is; attachments beside it are copies.
        let (bodies, others): (Vec<_>, Vec<_>) =
            tree.leaves.iter().partition(|leaf| leaf.media_type() == "text/calendar");
        for leaf in bodies {
            self.calendar_leaf(leaf)?;
        }
        let read_from_bodies = self.calendars.len();
        for leaf in others {
            match leaf.media_type().as_str() {
                "application/ics" | "application/calendar" | "text/x-vcalendar" | "text/ics" => {
                    self.calendar_leaf(leaf)?;
                }
                "application/ms-tnef" | "application/vnd.ms-tnef" => self.note("winmail-dat", leaf),
                "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                    match leaf.type_param("smime-type") {
                        Some(kind) if kind.eq_ignore_ascii_case("signed-data") => self.note("signed", leaf),
                        _ => self.note("encrypted", leaf),
                    }
                }
                "application/pgp-encrypted" => self.note("encrypted", leaf),
                "application/pkcs7-signature"
                | "application/x-pkcs7-signature"
                | "application/pgp-signature" => {
                    self.note("signed", leaf);
                }
                _ if is_ics_name(leaf) => self.note("type-is-not-calendar", leaf),
                _ => {}
            }
        }
        if read_from_bodies == 0 && !self.calendars.is_empty() {
            self.notes.push(Note::of("attachment-only"));
        }
        if tree.too_deep > 0 {
            self.notes.push(Note::of("too-deep"));
        }
        Ok(())
    }

    fn note(&mut self, code: &'static str, leaf: &Entity<'_>) {
        self.notes.push(Note::about(code, leaf.file_name().as_deref()));
    }

    fn calendar_leaf(&mut self, leaf: &Entity<'_>) -> Result<()> {
        let (bytes, broken) = leaf.decoded();
        if broken {
            self.note("encoding-broken", leaf);
        }
        let (text, charset) = mime::decode_text(&bytes, leaf.type_param("charset").as_deref());
        match charset {
            Charset::AsLabelled => {}
            Charset::Utf8Anyway => self.note("charset-label-wrong", leaf),
            Charset::Converted => self.note("charset-converted", leaf),
            Charset::Unknown => self.note("charset-unknown", leaf),
        }
        let text = (leaf.message, text);
        if self.texts.contains(&text) {
            self.copy(leaf);
            return Ok(());
        }
        let stream = Stream::parse(text.1.as_bytes(), &self.options.calendar)?;
        let mut problems = stream.problems().to_vec();
        let found: Vec<Component> = stream.into_calendars().collect();
        if found.is_empty() {
            self.note("no-calendar-inside", leaf);
        } else {
            self.texts.insert(text);
        }
        // A problem belongs to the calendar in whose lines it is; the last takes its own first.
        let mut parts = Vec::with_capacity(found.len());
        for (at, calendar) in found.into_iter().enumerate().rev() {
            let begins = if at == 0 { 0 } else { calendar.line().unwrap_or(0) };
            let own = problems.split_off(problems.partition_point(|problem| problem.line < begins));
            parts.push((calendar, own));
        }
        for (calendar, problems) in parts.into_iter().rev() {
            self.calendar(leaf, calendar, problems);
        }
        Ok(())
    }

    /// Says, once a mail, that a calendar comes more than once.
    fn copy(&mut self, leaf: &Entity<'_>) {
        if !self.notes.iter().any(|note| note.code == "same-calendar-twice") {
            self.note("same-calendar-twice", leaf);
        }
    }

    fn calendar(&mut self, leaf: &Entity<'_>, calendar: Component, problems: Vec<Problem>) {
        let method_param = leaf.type_param("method").map(|method| method.trim().to_ascii_uppercase());
        let origin = match leaf.forwards {
            0 => Origin::Mail,
            _ => Origin::Forwarded(self.tree.messages.get(leaf.message).and_then(|message| {
                let mut authors = addresses(message, &HeaderName::From);
                authors.next().filter(|_| authors.next().is_none())
            })),
        };
        let part = CalendarPart { calendar, method_param, problems, origin };
        if !self.seen.insert((leaf.message, substance(&part.calendar))) {
            self.copy(leaf);
            return;
        }
        let method = part.calendar.value("METHOD").map(|method| method.trim().to_ascii_uppercase());
        match (&method, &part.method_param) {
            (None, _) => self.note("method-property-missing", leaf),
            // Note 2 of RFC 6047 §2.4: without the parameter it is, strictly, no iMIP part.
            (Some(_), None) if leaf.media_type() == "text/calendar" => {
                self.note("method-param-missing", leaf);
            }
            (Some(inside), Some(outside)) if inside != outside => self.note("method-mismatch", leaf),
            (Some(_), _) => {}
        }
        if part.origin != Origin::Mail {
            self.note("forwarded", leaf);
        }
        self.calendars.push(part);
    }
}

/// What a calendar says, to know a copy by: its lines without METHOD and PRODID, for an attached
/// copy often leaves METHOD out, or says PUBLISH.
fn substance(calendar: &Component) -> String {
    let printed = String::from_utf8_lossy(&calendar.to_bytes()).replace("\r\n ", "");
    let is_kept = |line: &&str| {
        let name = line.split([':', ';']).next().unwrap_or_default();
        !name.eq_ignore_ascii_case("METHOD") && !name.eq_ignore_ascii_case("PRODID")
    };
    printed.lines().filter(is_kept).collect::<Vec<_>>().join("\n")
}

fn is_ics_name(leaf: &Entity<'_>) -> bool {
    leaf.file_name().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        name.ends_with(".ics") || name.ends_with(".vcs")
    })
}

fn header<'a>(message: &'a Message<'_>, name: &HeaderName<'_>) -> Option<&'a HeaderValue<'a>> {
    headers(message, name).next()
}

fn headers<'a>(message: &'a Message<'_>, name: &HeaderName<'_>) -> impl Iterator<Item = &'a HeaderValue<'a>> {
    let wanted = name.as_str().to_owned();
    let all = message.parts.first().map(|part| part.headers.as_slice()).unwrap_or_default();
    all.iter()
        .filter(move |header| header.name.as_str().eq_ignore_ascii_case(&wanted))
        .map(|header| &header.value)
}

/// The mail addresses that a header names; what is no address is left out.
fn addresses(message: &Message<'_>, name: &HeaderName<'_>) -> impl Iterator<Item = CalendarUserAddress> {
    let all = headers(message, name).filter_map(HeaderValue::as_address).flat_map(Address::iter);
    let found: Vec<_> = all
        .filter_map(|address| CalendarUserAddress::parse(&format!("mailto:{}", address.address()?)).ok())
        .collect();
    found.into_iter()
}

/// The one author (RFC 5322 §3.6.2 allows several; then nobody is taken for the sender).
fn authors(message: &Message<'_>, notes: &mut Vec<Note>) -> Option<CalendarUserAddress> {
    let mut all: Vec<_> = addresses(message, &HeaderName::From).collect();
    all.dedup();
    if all.len() > 1 {
        notes.push(Note::of("several-from"));
        return None;
    }
    all.pop()
}

fn from_name(message: &Message<'_>) -> Option<String> {
    let name = header(message, &HeaderName::From)?.as_address()?.first()?.name()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn text_header(message: &Message<'_>, name: &HeaderName<'_>) -> Option<String> {
    let value = header(message, name)?;
    let text = value.as_text().or_else(|| value.as_text_list()?.first().map(AsRef::as_ref))?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn date(message: &Message<'_>) -> Option<Timestamp> {
    let written = header(message, &HeaderName::Date)?.as_datetime()?;
    let day = Date::new(written.year.into(), written.month, written.day)?;
    let local = LocalDateTime::new(day, written.hour, written.minute, written.second)?;
    let offset = i64::from(written.tz_hour) * 3600 + i64::from(written.tz_minute) * 60;
    let utc = Timestamp::from_utc_civil(local);
    Some(utc.saturating_add(if written.tz_before_gmt { offset } else { -offset }))
}

/// The `Authentication-Results` fields as written, the topmost (latest) first.
fn authentication_results(bytes: &[u8], message: &Message<'_>) -> Vec<String> {
    let all = message.parts.first().map(|part| part.headers.as_slice()).unwrap_or_default();
    all.iter()
        .filter(|header| header.name.as_str().eq_ignore_ascii_case("Authentication-Results"))
        .filter_map(|header| bytes.get(header.offset_start as usize..header.offset_end as usize))
        .map(|field| String::from_utf8_lossy(field).into_owned())
        .collect()
}

/// The first plain text of the mail itself, or its first HTML as text.
fn body_text(tree: &Tree<'_>, most: usize) -> Option<String> {
    let own = || tree.leaves.iter().filter(|leaf| leaf.forwards == 0 && !leaf.is_attachment());
    let plain = own().find(|leaf| leaf.media_type() == "text/plain").map(Entity::text);
    let text = plain.or_else(|| {
        let html = own().find(|leaf| leaf.media_type() == "text/html")?.text();
        Some(mail_parser::decoders::html::html_to_text(&html))
    })?;
    let text = text.trim();
    let end = text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
    Some(text[..end].to_owned()).filter(|text| !text.is_empty())
}
