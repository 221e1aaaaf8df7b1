//! What a mail says to a person: the subject and the text part.

use crate::ical::{Component, Property};
use crate::itip::{Message, MessageReason, Method};
use crate::value::CalendarUserAddress;
use crate::words::{Words, fill, one_line};

/// People that are listed; of more only the number is said.
const MOST_PEOPLE: usize = 50;

/// The subject and the first sentence, as patterns.
fn patterns(message: &Message, words: &Words<'_>) -> (&'static str, &'static str) {
    let p = &words.phrases().mail;
    match message.reason {
        MessageReason::Published => p.published,
        MessageReason::Counter => p.counter,
        MessageReason::CounterDeclined => p.counter_declined,
        MessageReason::Invitation => p.invitation,
        MessageReason::DelegateGone => p.delegate_gone,
        MessageReason::Rescheduled | MessageReason::Update | MessageReason::Answers => p.changed,
        // RFC 5546 §3.2.5: STATUS says whether all is off, or only this recipient is.
        MessageReason::Cancellation if is_cancelled(&message.calendar) => p.cancelled,
        MessageReason::Cancellation => p.uninvited,
        MessageReason::Refreshed => p.refreshed,
        MessageReason::Refresh => p.refresh,
        MessageReason::BusyTime => p.busy_time,
        MessageReason::Reply => {
            let answer = one_answer(&message.calendar, &message.originator);
            let known = answer
                .and_then(|answer| p.replies.iter().find(|(key, ..)| key.eq_ignore_ascii_case(&answer)));
            known.map_or(p.reply, |(_, subject, sentence)| (*subject, *sentence))
        }
    }
}

/// `Invitation: Tea`
pub(super) fn subject(message: &Message, words: &Words<'_>) -> String {
    fill(patterns(message, words).0, &[&title(&message.calendar, words)])
}

/// All that a person needs who has only mail.
pub(super) fn body(message: &Message, words: &Words<'_>, file_name: &str) -> String {
    let p = &words.phrases().mail;
    let calendar = &*message.calendar;
    let originator = user(calendar, &message.originator).map_or_else(
        || message.originator.mailbox().unwrap_or_default().to_owned(),
        |found| words.person(&found),
    );
    let mut out = fill(patterns(message, words).1, &[&originator, &title(calendar, words)]);
    if message.reason == MessageReason::Rescheduled {
        out.push(' ');
        out.push_str(p.ask_again);
    }
    out.push('\n');
    let changes = words.changes(&message.changes, calendar);
    // A cancellation has said so in its first sentence.
    if !changes.is_empty() && message.reason != MessageReason::Cancellation {
        out.push_str(&format!("\n{}\n", p.what_changed));
        for change in &changes {
            out.push_str(&format!("- {change}\n"));
        }
    }
    let description = words.describe(calendar);
    for item in &description.items {
        out.push('\n');
        if description.items.len() > 1 {
            out.push_str(&format!("{}\n", item.title));
        }
        for (label, text) in words.rows(item, MOST_PEOPLE) {
            out.push_str(format!("{label} {text}").trim_end());
            out.push('\n');
        }
    }
    if matches!(message.method, Method::Request | Method::Add) {
        let how = match message.reason {
            MessageReason::Update | MessageReason::Answers | MessageReason::Refreshed => {
                p.answer_stands.to_owned()
            }
            _ => fill(p.how_to_answer, &[&originator]),
        };
        out.push_str(&format!("\n{how}\n{}\n", fill(p.attached, &[file_name])));
    }
    out
}

fn title(calendar: &Component, words: &Words<'_>) -> String {
    let first = components(calendar).find_map(|component| component.text("SUMMARY"));
    let title = first.map(|summary| one_line(&summary)).filter(|summary| !summary.is_empty());
    title.unwrap_or_else(|| words.no_title().to_owned())
}

fn components(calendar: &Component) -> impl Iterator<Item = &Component> {
    calendar.components().filter(|component| !component.is("VTIMEZONE"))
}

fn is_cancelled(calendar: &Component) -> bool {
    components(calendar).all(|component| {
        component.value("STATUS").is_some_and(|status| status.trim().eq_ignore_ascii_case("CANCELLED"))
    })
}

/// The answer that a reply gives, if it gives the same one throughout.
fn one_answer(calendar: &Component, attendee: &CalendarUserAddress) -> Option<String> {
    let mut answers = components(calendar).map(|component| {
        let attendees = component.properties_named("ATTENDEE");
        let own = attendees.into_iter().find(|property| is_user(property, attendee))?;
        own.param("PARTSTAT").map(|answer| answer.to_ascii_uppercase())
    });
    let first = answers.next()??;
    answers.all(|answer| answer.as_ref() == Some(&first)).then_some(first)
}

/// Where the calendar speaks of a user.
fn user<'a>(calendar: &'a Component, user: &CalendarUserAddress) -> Option<Property<'a>> {
    components(calendar)
        .flat_map(Component::properties)
        .filter(|property| property.is("ORGANIZER") || property.is("ATTENDEE"))
        .find(|property| is_user(property, user))
}

/// What the calendar calls a user.
pub(super) fn name_of(calendar: &Component, who: &CalendarUserAddress) -> Option<String> {
    let name = user(calendar, who)?.param("CN").map(|name| one_line(&name))?;
    Some(name).filter(|name| !name.is_empty())
}

fn is_user(property: &Property<'_>, user: &CalendarUserAddress) -> bool {
    CalendarUserAddress::parse(&property.value()).is_ok_and(|address| address == *user)
}
