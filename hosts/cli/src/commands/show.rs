//! `reefknot show FILE…`: what a calendar or a mail says, in words.

use std::path::{Path, PathBuf};

use clap::Args;
use reefknot_core::ical::{Component, Problem};
use reefknot_core::imip::{self, IncomingMail, Origin, ReadOptions};
use reefknot_core::time::{Zone, Zones};
use reefknot_core::value::{CalendarUserAddress, DateTime};
use reefknot_core::words::{Description, Words, clean, one_line};
use serde::Serialize;

use crate::input::{self, Failure};
use crate::output::{Style, note, print};
use crate::zone::ZoneArgs;

/// Says what calendars and mails hold, in words and in the reader's zone.
///
/// With --json: [{ "file", "mail", "calendars", "problems" }], a calendar being
/// { "method", "purpose", "notes", "items": [{ "kind", "uid", "title", "lines": [{ "label", "text" }] }] }.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  reefknot show invitation.eml\n  reefknot show *.ics --zone America/New_York\n  \
    reefknot show - < meeting.ics"
)]
pub(crate) struct Show {
    /// The files, .ics or .eml; `-` for standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    zone: ZoneArgs,
}

/// Everything one file says.
#[derive(Debug, Serialize)]
struct Shown {
    file: String,
    mail: Option<ShownMail>,
    calendars: Vec<Description>,
    problems: Vec<String>,
}

/// What a mail says beside its calendars.
#[derive(Debug, Serialize)]
struct ShownMail {
    from: Option<String>,
    sender: String,
    to: Vec<String>,
    subject: Option<String>,
    date: Option<String>,
    notes: Vec<String>,
    /// The text for people, where no calendar says the same better.
    text: Option<String>,
}

impl Show {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let zone = self.zone.zone()?;
        let mut shown = Vec::new();
        let mut failures = Vec::new();
        for file in &self.files {
            match read(file, &zone) {
                Ok(one) if self.json => shown.push(one),
                Ok(one) => print(&self.words(&one, &zone))?,
                Err(failure) => failures.push(failure),
            }
        }
        if self.json && !shown.is_empty() {
            let text = serde_json::to_string(&shown).map_err(|error| Failure::new(error.to_string()))?;
            print(&text)?;
        }
        // The last failure is told where the command ends; those before it here.
        let last = failures.pop();
        for failure in failures {
            note(&failure.to_string());
        }
        last.map_or(Ok(()), Err)
    }

    fn words(&self, shown: &Shown, zone: &Zone) -> String {
        let style = Style::of_stdout();
        let mut out = String::new();
        if self.files.len() > 1 {
            out.push_str(&format!("{}\n\n", style.faint(&format!("== {} ==", shown.file))));
        }
        if let Some(mail) = &shown.mail {
            mail_words(&mut out, mail, style);
        }
        let zones = Zones::default();
        let words = Words::new(zone, &zones);
        for calendar in &shown.calendars {
            if let (Some(method), Some(purpose)) = (&calendar.method, &calendar.purpose) {
                out.push_str(&format!("{}\n\n", style.faint(&format!("{method}: {purpose}"))));
            }
            for text in &calendar.notes {
                out.push_str(&format!("{} {text}\n\n", style.faint("Note:")));
            }
            for item in &calendar.items {
                out.push_str(&format!("{}\n", style.strong(&format!("{}: {}", item.kind, item.title))));
                for (label, text) in words.rows(item, usize::MAX) {
                    out.push_str(format!("  {} {text}", style.faint(&label)).trim_end());
                    out.push('\n');
                }
                out.push('\n');
            }
            if calendar.items.is_empty() {
                out.push_str("An empty calendar.\n\n");
            }
        }
        for problem in &shown.problems {
            note(&format!("{}: {problem}", shown.file));
        }
        out.trim_end().to_owned()
    }
}

fn mail_words(out: &mut String, mail: &ShownMail, style: Style) {
    let rows = [
        ("From:   ", mail.from.clone()),
        ("Sender: ", Some(mail.sender.clone())),
        ("To:     ", Some(mail.to.join(", ")).filter(|to| !to.is_empty())),
        ("Subject:", mail.subject.clone()),
        ("Date:   ", mail.date.clone()),
    ];
    for (label, text) in rows {
        if let Some(text) = text {
            out.push_str(&format!("{} {text}\n", style.faint(label)));
        }
    }
    for text in &mail.notes {
        out.push_str(&format!("{} {text}\n", style.faint("Note:   ")));
    }
    out.push('\n');
    if let Some(text) = &mail.text {
        out.push_str(text);
        out.push_str("\n\n");
    }
}

fn read(file: &Path, zone: &Zone) -> Result<Shown, Failure> {
    let bytes = input::read(file)?;
    let name = file.display().to_string();
    if input::is_mail(file, &bytes) {
        return mail(file, &bytes, zone).map(|(mail, calendars, problems)| Shown {
            file: name,
            mail: Some(mail),
            calendars,
            problems,
        });
    }
    let stream = input::stream(file, &bytes)?;
    let calendars = input::calendars(file, &stream)?;
    let calendars = calendars.iter().map(|calendar| describe(calendar, zone)).collect();
    Ok(Shown { file: name, mail: None, calendars, problems: in_words(stream.problems()) })
}

fn mail(
    file: &Path,
    bytes: &[u8],
    zone: &Zone,
) -> Result<(ShownMail, Vec<Description>, Vec<String>), Failure> {
    let mail = imip::read(bytes, &ReadOptions::default()).map_err(|error| Failure::in_file(file, &error))?;
    if mail.from.is_none() && mail.subject.is_none() && mail.date.is_none() && mail.calendars.is_empty() {
        return Err(Failure::new(format!("{}: neither a mail nor iCalendar", file.display())));
    }
    let calendars: Vec<Description> =
        mail.calendars.iter().map(|part| describe(&part.calendar, zone)).collect();
    let problems = mail.calendars.iter().flat_map(|part| in_words(&part.problems)).collect();
    Ok((mail_shown(&mail, zone), calendars, problems))
}

fn mail_shown(mail: &IncomingMail, zone: &Zone) -> ShownMail {
    let zones = Zones::default();
    let address = |user: &CalendarUserAddress| one_line(user.mailbox().unwrap_or(user.uri()));
    let from = mail.from.as_ref().map(|from| match &mail.from_name {
        Some(name) => format!("{} <{}>", one_line(name), address(from)),
        None => address(from),
    });
    let forwarded = mail.calendars.iter().filter_map(|part| match &part.origin {
        Origin::Forwarded(Some(author)) => Some(format!("the forwarded message is from {}", address(author))),
        Origin::Forwarded(None) | Origin::Mail => None,
    });
    ShownMail {
        from,
        sender: format!("{}: {}", how_far(mail), mail.authentication_reason),
        to: mail.to.iter().map(address).collect(),
        subject: mail.subject.as_deref().map(one_line),
        date: mail.date.map(|date| Words::new(zone, &zones).moment(&DateTime::Utc(date))),
        notes: mail.notes.iter().map(|note| one_line(&note.message)).chain(forwarded).collect(),
        text: mail.text.as_deref().map(clean).filter(|_| mail.calendars.is_empty()),
    }
}

/// How far the sender may be believed.
fn how_far(mail: &IncomingMail) -> &'static str {
    use reefknot_core::itip::Authentication;
    match mail.authentication {
        Authentication::Authenticated => "checked",
        Authentication::Claimed => "not checked",
        Authentication::Failed => "not believable",
    }
}

fn describe(calendar: &Component, zone: &Zone) -> Description {
    let zones = Zones::of(calendar);
    Words::new(zone, &zones).describe(calendar)
}

fn in_words(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
