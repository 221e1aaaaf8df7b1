//! Every phrase of one language. Another language is another value of [`Phrases`].

use super::questions::QuestionPhrases;

mod english;

pub use english::ENGLISH;

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
    pub(super) ends_early: &'static str,
    pub(super) contradiction: &'static str,
    pub(super) unreadable: &'static str,
    pub(super) no_time: &'static str,
    pub(super) units: [(&'static str, &'static str); 5],

    // Rules.
    pub(super) every: &'static str,
    pub(super) every_number: &'static str,
    pub(super) frequencies: [(&'static str, &'static str); 7],
    pub(super) weekday_class: &'static str,
    pub(super) weekend_class: &'static str,
    pub(super) on_or_after: &'static str,
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
    pub(super) except: &'static str,
    pub(super) on_dates: &'static str,
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
    pub(crate) delegate_gone: (&'static str, &'static str),
    pub(crate) cancelled: (&'static str, &'static str),
    pub(crate) uninvited: (&'static str, &'static str),
    pub(crate) refreshed: (&'static str, &'static str),
    pub(crate) refresh: (&'static str, &'static str),
    pub(crate) busy_time: (&'static str, &'static str),
    pub(crate) published: (&'static str, &'static str),
    pub(crate) counter: (&'static str, &'static str),
    pub(crate) counter_declined: (&'static str, &'static str),
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
    pub(super) free: &'static str,
    pub(super) contact: &'static str,
    pub(super) resources: &'static str,
    pub(super) priority: &'static str,
    pub(super) shown_as: &'static str,
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
    /// Once, and several times.
    pub(super) again: (&'static str, &'static str),
    pub(super) by_mail: &'static str,
    pub(super) any_time: &'static str,
    pub(super) otherwise: &'static str,
    /// Of 1 to 4, of 5, of 6 to 9.
    pub(super) priorities: [&'static str; 3],
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
