//! Every phrase of one language. Another language is another value of [`Phrases`].

use super::questions::{ENGLISH_QUESTIONS, QuestionPhrases};

/// The words and patterns of a language; `{0}`, `{1}` … stand for what is filled in.
#[derive(Debug)]
pub struct Phrases {
    pub(super) weekdays: [&'static str; 7],
    pub(super) months: [&'static str; 12],
    /// first, second …, as far as they are written out.
    pub(super) ordinals: [&'static str; 10],
    /// The end of an ordinal written with digits.
    pub(super) ordinal_suffix: fn(u32) -> &'static str,
    pub(super) and: &'static str,
    pub(super) or: &'static str,
    pub(super) more: &'static str,

    // Dates and times.
    pub(super) date: &'static str,
    pub(super) day_and_month: &'static str,
    pub(super) date_only: &'static str,
    pub(super) at: &'static str,
    pub(super) all_day: &'static str,
    pub(super) in_zone: &'static str,
    pub(super) floating: &'static str,
    pub(super) unknown_zone: &'static str,
    pub(super) elsewhere: &'static str,
    pub(super) unreadable: &'static str,
    pub(super) no_time: &'static str,
    pub(super) units: [(&'static str, &'static str); 5],

    // Rules.
    pub(super) every: &'static str,
    pub(super) every_number: &'static str,
    pub(super) frequencies: [(&'static str, &'static str); 7],
    pub(super) weekday_class: &'static str,
    pub(super) on: &'static str,
    pub(super) of: &'static str,
    pub(super) in_months: &'static str,
    pub(super) of_every_month: &'static str,
    pub(super) of_the_year: &'static str,
    pub(super) of_weeks: &'static str,
    pub(super) week: (&'static str, &'static str),
    pub(super) last: &'static str,
    pub(super) nth_last: &'static str,
    pub(super) day: &'static str,
    pub(super) when_that_is: &'static str,
    pub(super) a: &'static str,
    pub(super) the: &'static str,
    pub(super) where_there_is_one: &'static str,
    pub(super) skip_backward: &'static str,
    pub(super) skip_forward: &'static str,
    pub(super) position_of: &'static str,
    pub(super) at_times: &'static str,
    pub(super) at_minutes: (&'static str, &'static str),
    pub(super) at_seconds: (&'static str, &'static str),
    pub(super) in_hours: (&'static str, &'static str),
    pub(super) weeks_begin: &'static str,
    pub(super) until: &'static str,
    pub(super) times: (&'static str, &'static str),
    pub(super) quoted_rule: &'static str,
    pub(super) except_on: &'static str,
    pub(super) also_on: &'static str,
    pub(super) clock_of: &'static str,
    pub(super) this_date: &'static str,

    pub(super) labels: Labels,
    pub(super) answers: Answers,
    pub(super) changes: Changes,
    pub(super) questions: QuestionPhrases,
    pub(crate) mail: MailPhrases,
}

/// What a mail says around the description of an event.
#[derive(Debug)]
pub(crate) struct MailPhrases {
    pub(crate) invitation: (&'static str, &'static str),
    pub(crate) changed: (&'static str, &'static str),
    pub(crate) cancelled: (&'static str, &'static str),
    pub(crate) uninvited: (&'static str, &'static str),
    pub(crate) refreshed: (&'static str, &'static str),
    pub(crate) refresh: (&'static str, &'static str),
    pub(crate) busy_time: (&'static str, &'static str),
    pub(crate) published: (&'static str, &'static str),
    /// Subject and first sentence by participation status.
    pub(crate) replies: &'static [(&'static str, &'static str, &'static str)],
    pub(crate) reply: (&'static str, &'static str),
    pub(crate) ask_again: &'static str,
    pub(crate) what_changed: &'static str,
    pub(crate) how_to_answer: &'static str,
    pub(crate) answer_stands: &'static str,
    pub(crate) attached: &'static str,
    pub(crate) and_more: &'static str,
}

/// What stands before each line of a description.
#[derive(Debug)]
pub(super) struct Labels {
    pub(super) what: &'static str,
    pub(super) when: &'static str,
    pub(super) repeats: &'static str,
    pub(super) instance: &'static str,
    pub(super) place: &'static str,
    pub(super) link: &'static str,
    pub(super) organizer: &'static str,
    pub(super) who: &'static str,
    pub(super) status: &'static str,
    pub(super) class: &'static str,
    pub(super) description: &'static str,
    pub(super) comment: &'static str,
    pub(super) categories: &'static str,
    pub(super) reminder: &'static str,
    pub(super) changed: &'static str,
    pub(super) due: &'static str,
    pub(super) progress: &'static str,
    pub(super) busy: &'static str,
    pub(super) request_status: &'static str,
    pub(super) attachment: &'static str,
    pub(super) no_title: &'static str,
}

/// What an attendee has answered, and other words about people.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) partstats: &'static [(&'static str, &'static str)],
    pub(super) roles: &'static [(&'static str, &'static str)],
    pub(super) kinds: &'static [(&'static str, &'static str)],
    pub(super) delegated_to: &'static str,
    pub(super) delegated_from: &'static str,
    pub(super) sent_by: &'static str,
    pub(super) statuses: &'static [(&'static str, &'static str)],
    pub(super) classes: &'static [(&'static str, &'static str)],
    pub(super) busy_types: &'static [(&'static str, &'static str)],
    pub(super) components: &'static [(&'static str, &'static str)],
    pub(super) methods: &'static [(&'static str, &'static str)],
    pub(super) before_start: &'static str,
    pub(super) after_start: &'static str,
    pub(super) before_end: &'static str,
    pub(super) after_end: &'static str,
    pub(super) at_start: &'static str,
    pub(super) at_end: &'static str,
    pub(super) not_recognised: &'static str,
    pub(super) takes_place_not: &'static str,
    pub(super) as_series: &'static str,
    pub(super) and_following: &'static str,
    pub(super) percent: &'static str,
    pub(super) completed: &'static str,
}

/// What changed since the last message.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) on: &'static str,
    pub(super) time: &'static str,
    pub(super) end: &'static str,
    pub(super) value: &'static str,
    pub(super) value_before: &'static str,
    pub(super) gone: &'static str,
    pub(super) changed: &'static str,
    pub(super) added: &'static str,
    pub(super) removed: &'static str,
    pub(super) answered: &'static str,
    pub(super) person_changed: &'static str,
    pub(super) no_longer_on: &'static str,
    pub(super) again_on: &'static str,
    pub(super) also_on: &'static str,
    pub(super) names: &'static [(&'static str, &'static str)],
}

/// English, with the day before the month and the clock of 24 hours, which no reader mistakes.
pub static ENGLISH: Phrases = Phrases {
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    ordinals: ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"],
    ordinal_suffix: english_suffix,
    and: "{0} and {1}",
    or: "{0} or {1}",
    more: "{0} more",
    date: "{0} {1} {2} {3}",
    day_and_month: "{0} {1}",
    date_only: "{0} {1} {2}",
    at: "{0}, {1}",
    all_day: "{0}, all day",
    in_zone: "{0} ({1})",
    floating: "{0} (wherever the reader is)",
    unknown_zone: "{0} in the time zone “{1}”, which is not known here",
    elsewhere: "{0}; that is {1} in {2}",
    unreadable: "“{0}”, which cannot be read as a date or time",
    no_time: "at no time given",
    units: [
        ("day", "days"),
        ("hour", "hours"),
        ("minute", "minutes"),
        ("second", "seconds"),
        ("week", "weeks"),
    ],
    every: "every {0}",
    every_number: "every {0} {1}",
    frequencies: [
        ("second", "seconds"),
        ("minute", "minutes"),
        ("hour", "hours"),
        ("day", "days"),
        ("week", "weeks"),
        ("month", "months"),
        ("year", "years"),
    ],
    weekday_class: "weekday",
    on: "{0} on {1}",
    of: "{0} of {1}",
    in_months: "{0}, in {1} only",
    of_every_month: "{0} of every month",
    of_the_year: "{0} of the year",
    of_weeks: "{0} of {1}",
    week: ("week {0}", "weeks {0}"),
    last: "last",
    nth_last: "{0} last",
    day: "day",
    when_that_is: "{0}, when that is {1}",
    a: "a {0}",
    the: "the {0}",
    where_there_is_one: "{0}, where there is one",
    skip_backward: "{0}, on the last day of the month where there is none",
    skip_forward: "{0}, on the first day of the next month where there is none",
    position_of: "the {0} of these days: {1}",
    at_times: "{0} at {1}",
    at_minutes: ("{0} at minute {1}", "{0} at minutes {1}"),
    at_seconds: ("{0} at second {1}", "{0} at seconds {1}"),
    in_hours: ("{0}, in the hour that begins at {1}", "{0}, in the hours that begin at {1}"),
    weeks_begin: "{0} (weeks begin on {1})",
    until: "{0} until {1}",
    times: ("{0}, once", "{0}, {1} times"),
    quoted_rule: "by the rule “{0}”",
    except_on: "{0}, except on {1}",
    also_on: "{0}, also on {1}",
    clock_of: "{0} (dates and times of {1})",
    this_date: "on this date",
    labels: Labels {
        what: "What",
        when: "When",
        repeats: "Repeats",
        instance: "Only on",
        place: "Where",
        link: "Link",
        organizer: "Organizer",
        who: "Who",
        status: "Status",
        class: "Privacy",
        description: "Description",
        comment: "Comment",
        categories: "Categories",
        reminder: "Reminder",
        changed: "Changed",
        due: "Due",
        progress: "Progress",
        busy: "Busy time",
        request_status: "Answer",
        attachment: "Attached",
        no_title: "(no title)",
    },
    answers: Answers {
        partstats: &[
            ("NEEDS-ACTION", "has not answered"),
            ("ACCEPTED", "accepted"),
            ("DECLINED", "declined"),
            ("TENTATIVE", "accepted tentatively"),
            ("DELEGATED", "delegated"),
            ("COMPLETED", "completed"),
            ("IN-PROCESS", "in progress"),
        ],
        roles: &[("CHAIR", "chair"), ("OPT-PARTICIPANT", "optional"), ("NON-PARTICIPANT", "for information")],
        kinds: &[("ROOM", "room"), ("RESOURCE", "resource"), ("GROUP", "group")],
        delegated_to: "to {0}",
        delegated_from: "for {0}",
        sent_by: "{0}, sent by {1}",
        statuses: &[
            ("TENTATIVE", "tentative"),
            ("CONFIRMED", "confirmed"),
            ("CANCELLED", "cancelled"),
            ("NEEDS-ACTION", "to be done"),
            ("IN-PROCESS", "in progress"),
            ("COMPLETED", "done"),
            ("DRAFT", "draft"),
            ("FINAL", "final"),
        ],
        classes: &[("PRIVATE", "private"), ("CONFIDENTIAL", "confidential"), ("PUBLIC", "public")],
        busy_types: &[
            ("BUSY", "busy"),
            ("FREE", "free"),
            ("BUSY-UNAVAILABLE", "unavailable"),
            ("BUSY-TENTATIVE", "perhaps busy"),
        ],
        components: &[
            ("VEVENT", "Event"),
            ("VTODO", "To-do"),
            ("VJOURNAL", "Journal"),
            ("VFREEBUSY", "Free/busy"),
            ("VAVAILABILITY", "Availability"),
            ("VTIMEZONE", "Time zone"),
            ("VALARM", "Reminder"),
        ],
        methods: &[
            ("PUBLISH", "published for information"),
            ("REQUEST", "an invitation or its update"),
            ("REPLY", "an answer"),
            ("ADD", "more instances"),
            ("CANCEL", "a cancellation"),
            ("REFRESH", "a request for the latest version"),
            ("COUNTER", "a proposal for a change"),
            ("DECLINECOUNTER", "a proposal turned down"),
        ],
        before_start: "{0} before the start",
        after_start: "{0} after the start",
        before_end: "{0} before the end",
        after_end: "{0} after the end",
        at_start: "at the start",
        at_end: "at the end",
        not_recognised: "answer “{0}”",
        takes_place_not: "does not take place",
        as_series: "as the series says",
        and_following: "{0} and all that follow",
        percent: "{0} % done",
        completed: "done on {0}",
    },
    questions: ENGLISH_QUESTIONS,
    changes: Changes {
        on: "On {0}: {1}",
        time: "The time changed from {0} to {1}.",
        end: "The end changed from {0} to {1}.",
        value: "{0} is now: {1}",
        value_before: "{0} is now: {1} (before: {2})",
        gone: "{0} is no longer given (before: {1})",
        changed: "{0} changed.",
        added: "{0} was added.",
        removed: "{0} was removed.",
        answered: "{0}: {1}.",
        person_changed: "What is said about {0} changed.",
        no_longer_on: "It no longer takes place on {0}.",
        again_on: "It takes place on {0} again.",
        also_on: "It also takes place on {0}.",
        names: &[
            ("SUMMARY", "The title"),
            ("LOCATION", "The place"),
            ("DESCRIPTION", "The description"),
            ("STATUS", "The status"),
            ("ORGANIZER", "The organizer"),
            ("RRULE", "The repetition"),
            ("CLASS", "The privacy"),
            ("URL", "The link"),
            ("CONFERENCE", "The conference link"),
            ("PRIORITY", "The priority"),
            ("CATEGORIES", "The categories"),
            ("COMMENT", "The comment"),
            ("CONTACT", "The contact"),
            ("RESOURCES", "The list of resources"),
            ("GEO", "The position on the map"),
            ("ATTACH", "The attachment"),
            ("TRANSP", "Whether it blocks time"),
            ("PERCENT-COMPLETE", "The progress"),
            ("COMPLETED", "The time of completion"),
        ],
    },
    mail: MailPhrases {
        invitation: ("Invitation: {0}", "{0} invites you to “{1}”."),
        changed: ("Changed: {0}", "{0} has changed “{1}”."),
        cancelled: ("Cancelled: {0}", "{0} has cancelled “{1}”."),
        uninvited: ("Cancelled: {0}", "{0} no longer expects you at “{1}”."),
        refreshed: ("Latest version: {0}", "{0} sends the latest version of “{1}”."),
        refresh: ("Please send again: {0}", "{0} asks for the latest version of “{1}”."),
        busy_time: ("Busy time", "{0} tells when they are busy."),
        published: ("For your calendar: {0}", "{0} sends “{1}” for your calendar."),
        replies: &[
            ("ACCEPTED", "Accepted: {0}", "{0} has accepted “{1}”."),
            ("DECLINED", "Declined: {0}", "{0} has declined “{1}”."),
            ("TENTATIVE", "Tentative: {0}", "{0} has tentatively accepted “{1}”."),
            ("DELEGATED", "Delegated: {0}", "{0} has delegated “{1}”."),
            ("COMPLETED", "Completed: {0}", "{0} has completed “{1}”."),
            ("IN-PROCESS", "In progress: {0}", "{0} is working on “{1}”."),
        ],
        reply: ("Answer: {0}", "{0} has answered about “{1}”."),
        ask_again: "The time is new, so please answer again.",
        what_changed: "What changed:",
        how_to_answer: "To answer, reply to this mail with yes, no or maybe; {0} will note it.",
        answer_stands: "Your earlier answer stands; to change it, reply to this mail with yes, no or maybe.",
        attached: "A calendar program can open the attached {0} instead.",
        and_more: "and {0} more",
    },
};

fn english_suffix(number: u32) -> &'static str {
    match (number % 10, number % 100) {
        (1, n) if n != 11 => "st",
        (2, n) if n != 12 => "nd",
        (3, n) if n != 13 => "rd",
        _ => "th",
    }
}

impl Phrases {
    /// `first` to `tenth`, then `11th`.
    pub(super) fn ordinal(&self, number: u32) -> String {
        match usize::try_from(number).ok().and_then(|at| self.ordinals.get(at.checked_sub(1)?)) {
            Some(word) => (*word).to_owned(),
            None => self.ordinal_digits(number),
        }
    }

    /// `1st`, `2nd`.
    pub(super) fn ordinal_digits(&self, number: u32) -> String {
        format!("{number}{}", (self.ordinal_suffix)(number))
    }

    /// From the front if positive, from the back if negative: `first`, `last`, `second last`.
    pub(super) fn position(&self, number: i32) -> String {
        match number {
            -1 => self.last.to_owned(),
            n if n < 0 => fill(self.nth_last, &[&self.ordinal(n.unsigned_abs())]),
            n => self.ordinal(n.unsigned_abs()),
        }
    }

    /// `a`, `a and b`, `a, b and c`.
    pub(super) fn list(&self, items: &[String]) -> String {
        join(items, self.and)
    }

    /// `a`, `a or b`, `a, b or c`.
    pub(super) fn choice(&self, items: &[String]) -> String {
        join(items, self.or)
    }

    /// `1 day`, `3 days`.
    pub(super) fn amount(number: u64, (one, many): (&str, &str)) -> String {
        format!("{number} {}", if number == 1 { one } else { many })
    }
}

fn join(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., tail] => fill(last, &[&head.join(", "), tail]),
    }
}

/// What a table says of a word, in any letter case.
pub(super) fn look_up(table: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(key, _)| key.eq_ignore_ascii_case(word.trim())).map(|(_, words)| *words)
}

/// Puts values in the places of a pattern. What is put in is not looked at again.
pub(crate) fn fill(pattern: &str, values: &[&str]) -> String {
    let mut out =
        String::with_capacity(pattern.len() + values.iter().map(|value| value.len()).sum::<usize>());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after
            .split_once('}')
            .and_then(|(at, tail)| Some((values.get(at.parse::<usize>().ok()?)?, tail)))
        {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_once() {
        assert_eq!(fill("{1} and {0}", &["{1}", "b"]), "b and {1}");
        assert_eq!(fill("a { b {9}", &[]), "a { b {9}");
    }

    #[test]
    fn numbers_in_words() {
        let words = [1, 2, 10, 11, 21, 112].map(|n| ENGLISH.ordinal(n));
        assert_eq!(words, ["first", "second", "tenth", "11th", "21st", "112th"]);
        assert_eq!([-1, -2, 3].map(|n| ENGLISH.position(n)), ["last", "second last", "third"]);
    }
}
