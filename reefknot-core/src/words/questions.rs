//! A question that waits for its user, in words.

use super::people::bare;
use super::phrases::fill;
use super::{Words, one_line};
use crate::ical::{Component, Kind};
use crate::itip::{Authentication, Envelope, Question};
use crate::value::CalendarUserAddress;

/// How the questions are put.
#[derive(Debug)]
pub(super) struct QuestionPhrases {
    pub(super) party_crasher: &'static str,
    pub(super) forwarded: &'static str,
    pub(super) new_organizer: &'static str,
    pub(super) sent_by: &'static str,
    pub(super) counter: &'static str,
    pub(super) only_claimed: &'static str,
}

/// `{0}` is who, `{1}` the title, `{2}` when, `{3}` the answer, for whom they write, or what is proposed.
pub(super) const ENGLISH_QUESTIONS: QuestionPhrases = QuestionPhrases {
    party_crasher: "{0} was not invited to “{1}” ({2}) and answers: {3}. Add them?",
    forwarded: "{0} passed on an invitation to “{1}” ({2}); it names none of your addresses. Keep it?",
    new_organizer: "{0} claims to organize “{1}” ({2}) from now on. Believe it?",
    sent_by: "{0} writes about “{1}” ({2}) on behalf of {3}. May they?",
    counter: "{0} proposes to change “{1}”: {3} Make it so?",
    only_claimed: " Nothing proves who sent it.",
};

impl Words<'_> {
    /// A question that a message raised, as one line that can be answered by yes or no.
    #[must_use]
    pub fn question(&self, question: &Question, message: &Component, envelope: &Envelope) -> String {
        let p = &self.phrases.questions;
        let part = message.components().find(|part| Kind::of(part).is_some());
        let title = part.and_then(|part| part.text("SUMMARY")).map(|title| one_line(&title));
        let title = title.filter(|title| !title.is_empty()).unwrap_or_else(|| self.no_title().to_owned());
        let span = part.and_then(|part| self.span(part));
        let when = span.map_or_else(|| self.phrases.no_time.to_owned(), |span| self.span_words(&span));
        let (pattern, who) = match question {
            Question::PartyCrasher(who) => (p.party_crasher, who),
            Question::Forwarded(who) => (p.forwarded, who),
            Question::NewOrganizer(who) => (p.new_organizer, who),
            Question::SentBy { sender, .. } => (p.sent_by, sender),
            Question::Counter { from, .. } => (p.counter, from),
        };
        let theirs = part.into_iter().flat_map(|part| part.properties_named("ATTENDEE")).find(|attendee| {
            CalendarUserAddress::parse(&attendee.value()).is_ok_and(|address| address == *who)
        });
        let (name, answer) = match &theirs {
            Some(attendee) => (self.person(attendee), self.answer(attendee)),
            None => (bare(who.uri()), String::new()),
        };
        let answer = match question {
            Question::SentBy { principal, .. } => bare(principal.uri()),
            Question::Counter { changes, .. } => self.changes(changes, message).join(" "),
            _ => answer,
        };
        let asked = fill(pattern, &[&name, &title, &when, &answer]);
        match envelope.authentication {
            Authentication::Authenticated => asked,
            Authentication::Claimed | Authentication::Failed => asked + p.only_claimed,
        }
    }
}
