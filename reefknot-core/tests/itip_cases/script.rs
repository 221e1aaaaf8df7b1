//! Reads the cases; `fixtures/itip/README.md` tells how they are written. What it does not know is an error.

use std::collections::HashMap;

use reefknot_core::itip::{Disposition, Method, Role};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::value::CalendarUserAddress;
use serde::de::DeserializeOwned;

/// What a reader of the failure needs: the line, and what is wrong there.
pub(crate) type Read<T> = Result<T, String>;

pub(crate) struct Case {
    pub(crate) name: String,
    /// The sections of the standards that say so.
    pub(crate) source: String,
    pub(crate) steps: Vec<Step>,
}

pub(crate) struct Step {
    pub(crate) line: usize,
    pub(crate) action: Action,
    pub(crate) expected: Vec<Expected>,
}

pub(crate) enum Action {
    Alias(CalendarUserAddress, CalendarUserAddress),
    Holds(CalendarUserAddress, Option<String>),
    Creates(CalendarUserAddress, String),
    Changes(CalendarUserAddress, Vec<Edit>),
    Deletes(CalendarUserAddress),
    Proposes(CalendarUserAddress, Vec<Edit>),
    Publishes(CalendarUserAddress, CalendarUserAddress),
    Receives { who: CalendarUserAddress, method: Method, from: Sender, text: String },
    Gets { who: CalendarUserAddress, method: Method, again: bool },
    Loses(CalendarUserAddress, Method),
    Decides(CalendarUserAddress, bool),
    Judges { method: String, text: String, codes: Vec<String> },
}

pub(crate) enum Sender {
    Proven(CalendarUserAddress),
    Claimed(CalendarUserAddress),
    Forged(CalendarUserAddress),
    File,
}

/// A change of one line of a component; `instance` is the one meant, if it is not the first.
#[derive(Clone)]
pub(crate) struct Edit {
    pub(crate) instance: Option<InstanceKey>,
    pub(crate) add: bool,
    pub(crate) line: String,
}

pub(crate) struct Expected {
    pub(crate) line: usize,
    pub(crate) what: What,
    pub(crate) details: Vec<Detail>,
}

pub(crate) enum What {
    Answer(Disposition, Role),
    Because(String, InstanceKey),
    Sends { method: Method, to: CalendarUserAddress, reason: String, sequence: u32, of: Vec<InstanceKey> },
    Tells(String),
    Asks(String, CalendarUserAddress),
    Defect(String),
    Stays,
    Gone,
    AsReceived,
    Holds(InstanceKey),
    Answers(InstanceKey, Vec<(CalendarUserAddress, String)>),
    TakesPlace(Vec<InstanceKey>),
}

pub(crate) enum Detail {
    Has(String),
    Lacks(String),
}

/// Reads one file of cases.
pub(crate) fn read(text: &str) -> Read<Vec<Case>> {
    let mut reader = Reader { lines: text.lines().enumerate().peekable(), texts: HashMap::new() };
    let mut cases: Vec<Case> = Vec::new();
    while let Some((number, line)) = reader.next() {
        if let Some(name) = line.strip_prefix("text ") {
            let body = reader.body();
            let text = body_text(&body, number)?;
            reader.texts.insert(name.to_owned(), text);
        } else if let Some(name) = line.strip_prefix("== ") {
            let source = match reader.next() {
                Some((_, source)) if source.starts_with("RFC ") => source.to_owned(),
                _ => return at(number, "the line after the name cites the standard: RFC 5546 §…"),
            };
            cases.push(Case { name: name.to_owned(), source, steps: Vec::new() });
        } else {
            let step = reader.step(number, line)?;
            match cases.last_mut() {
                Some(case) => case.steps.push(step),
                None => return at(number, "a step before the first `== name`"),
            }
        }
    }
    match cases.iter().find(|case| case.steps.iter().all(|step| step.action.prepares())) {
        Some(idle) => Err(format!("`{}` asks the engine nothing", idle.name)),
        None if cases.is_empty() => Err("no case in it".to_owned()),
        None => Ok(cases),
    }
}

fn at<T>(line: usize, what: impl Into<String>) -> Read<T> {
    Err(format!("line {line}: {}", what.into()))
}

struct Reader<'t> {
    lines: std::iter::Peekable<std::iter::Enumerate<std::str::Lines<'t>>>,
    /// The texts that the file's cases share, by name.
    texts: HashMap<String, String>,
}

/// Numbered lines without their indentation.
type Body<'t> = Vec<(usize, &'t str)>;

impl<'t> Reader<'t> {
    /// The next line that says something, numbered from 1.
    fn next(&mut self) -> Option<(usize, &'t str)> {
        self.lines
            .by_ref()
            .map(|(index, line)| (index + 1, line.trim_end()))
            .find(|(_, line)| !line.is_empty() && !line.starts_with('#'))
    }

    /// The lines that follow, indented by at least four columns.
    fn body(&mut self) -> Body<'t> {
        let mut body = Vec::new();
        while let Some((index, line)) = self.lines.next_if(|(_, line)| line.starts_with("    ")) {
            body.push((index + 1, line[4..].trim_end()));
        }
        body
    }

    fn step(&mut self, number: usize, line: &'t str) -> Read<Step> {
        let body = self.body();
        let action = self.action(number, line, &body)?;
        let mut expected = Vec::new();
        while let Some((index, line)) = self.lines.next_if(|(_, line)| line.starts_with("  > ")) {
            let details = self
                .body()
                .into_iter()
                .map(|(number, line)| {
                    detail(line.trim_start()).map_err(|what| format!("line {number}: {what}"))
                })
                .collect::<Read<Vec<_>>>()?;
            expected.extend(expectations(index + 1, line[4..].trim_end(), details)?);
        }
        let answers = expected.iter().filter(|expected| expected.is_answer()).count();
        let first = expected.first().is_some_and(Expected::is_answer);
        match action.asks_the_engine() {
            true if !first || answers > 1 => {
                return at(number, "begin with the one answer expected: `> applied, as attendee`");
            }
            false if !expected.is_empty() => return at(number, "nothing is answered here"),
            _ => {}
        }
        Ok(Step { line: number, action, expected })
    }

    fn action(&self, number: usize, line: &str, body: &Body<'_>) -> Read<Action> {
        let (sentence, name) = match line.split_once(": ") {
            Some((sentence, name)) => (sentence, Some(name)),
            None => (line, None),
        };
        let text = || self.text(number, name, body);
        let words: Vec<&str> = sentence.split(' ').collect();
        let nothing_more = |action| match (name, body.as_slice()) {
            (None, []) => Ok(action),
            _ => at(number, "this step takes no text"),
        };
        match words.as_slice() {
            [who, "is", "also", alias] => {
                nothing_more(Action::Alias(word(number, who)?, word(number, alias)?))
            }
            [who, "holds", "nothing"] => nothing_more(Action::Holds(word(number, who)?, None)),
            [who, "holds"] => Ok(Action::Holds(word(number, who)?, Some(text()?))),
            [who, "creates"] => Ok(Action::Creates(word(number, who)?, text()?)),
            [who, "changes", "it"] if name.is_none() => Ok(Action::Changes(word(number, who)?, edits(body)?)),
            [who, "proposes"] if name.is_none() => Ok(Action::Proposes(word(number, who)?, edits(body)?)),
            [who, "publishes", "it", "to", to] => {
                nothing_more(Action::Publishes(word(number, who)?, word(number, to)?))
            }
            [who, "deletes", "it"] => nothing_more(Action::Deletes(word(number, who)?)),
            [who, "receives", method, "from", from @ ..] => Ok(Action::Receives {
                who: word(number, who)?,
                method: word(number, method)?,
                from: match from {
                    ["a", "file"] => Sender::File,
                    [from] => Sender::Proven(word(number, from)?),
                    [from, "(claimed)"] => Sender::Claimed(word(number, from)?),
                    [from, "(forged)"] => Sender::Forged(word(number, from)?),
                    _ => return at(number, "from whom?"),
                },
                text: text()?,
            }),
            [who, "gets", method] => nothing_more(Action::Gets {
                who: word(number, who)?,
                method: word(number, method)?,
                again: false,
            }),
            [who, "gets", method, "again"] => nothing_more(Action::Gets {
                who: word(number, who)?,
                method: word(number, method)?,
                again: true,
            }),
            [who, "loses", method] => nothing_more(Action::Loses(word(number, who)?, word(number, method)?)),
            [who, "says", "yes"] => nothing_more(Action::Decides(word(number, who)?, true)),
            [who, "says", "no"] => nothing_more(Action::Decides(word(number, who)?, false)),
            [method, "is", "valid"] => {
                Ok(Action::Judges { method: (*method).to_owned(), text: text()?, codes: Vec::new() })
            }
            [method, "breaks", codes @ ..] if !codes.is_empty() => Ok(Action::Judges {
                method: (*method).to_owned(),
                text: text()?,
                codes: codes.iter().map(|code| code.trim_end_matches(',').to_owned()).collect(),
            }),
            _ => at(number, format!("no step is written `{line}`")),
        }
    }

    /// The calendar's text of a step: one that the file names, with changes, or one written out.
    fn text(&self, number: usize, name: Option<&str>, body: &Body<'_>) -> Read<String> {
        let Some(name) = name else { return body_text(body, number) };
        let Some(text) = self.texts.get(name) else { return at(number, format!("no text `{name}`")) };
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let edits = edits(body)?;
        if edits.iter().any(|edit| edit.instance.is_some()) {
            return at(number, "`@` is for `changes it`");
        }
        change(&mut lines, &edits).map_err(|what| format!("line {number}: {what}"))?;
        Ok(lines.join("\n") + "\n")
    }
}

impl Action {
    fn asks_the_engine(&self) -> bool {
        !self.prepares() && !matches!(self, Self::Judges { .. })
    }

    fn prepares(&self) -> bool {
        matches!(self, Self::Alias(..) | Self::Holds(..) | Self::Loses(..))
    }
}

impl Expected {
    fn is_answer(&self) -> bool {
        matches!(self.what, What::Answer(..))
    }
}

/// Applies changes to the lines of one component: `-` takes out the one line that says so, `+` adds after BEGIN.
pub(crate) fn change(lines: &mut Vec<String>, edits: &[Edit]) -> Read<()> {
    for edit in edits.iter().filter(|edit| !edit.add) {
        let found: Vec<usize> = (0..lines.len()).filter(|&index| lines[index] == edit.line).collect();
        let [only] = found[..] else {
            return Err(format!("{} lines say `{}` in\n{}", found.len(), edit.line, lines.join("\n")));
        };
        lines.remove(only);
    }
    let added = edits.iter().filter(|edit| edit.add).map(|edit| edit.line.clone());
    lines.splice(1..1, added);
    Ok(())
}

fn body_text(body: &Body<'_>, number: usize) -> Read<String> {
    if body.is_empty() {
        return at(number, "a text is wanted, indented by four columns");
    }
    Ok(body.iter().map(|(_, line)| format!("{line}\n")).collect())
}

fn edits(body: &Body<'_>) -> Read<Vec<Edit>> {
    let mut instance = None;
    let mut edits = Vec::new();
    for (number, line) in body {
        match line.split_at_checked(2) {
            Some(("@ ", key)) => instance = Some(word(*number, key)?),
            Some(("- ", line)) => {
                edits.push(Edit { instance: instance.clone(), add: false, line: line.to_owned() });
            }
            Some(("+ ", line)) => {
                edits.push(Edit { instance: instance.clone(), add: true, line: line.to_owned() });
            }
            _ => return at(*number, format!("a change begins with `- `, `+ ` or `@ `: `{line}`")),
        }
    }
    Ok(edits)
}

fn detail(line: &str) -> Read<Detail> {
    match line.split_once(' ') {
        Some(("has", text)) => Ok(Detail::Has(text.to_owned())),
        Some(("lacks", text)) => Ok(Detail::Lacks(text.to_owned())),
        _ => Err(format!("a detail begins with `has` or `lacks`: `{line}`")),
    }
}

fn expectations(number: usize, line: &str, details: Vec<Detail>) -> Read<Vec<Expected>> {
    let detailed = line.starts_with("sends ") || line.starts_with("holds");
    if !detailed && !details.is_empty() {
        return at(number, "only `sends` and `holds` have details");
    }
    let whats = match line.split_once(' ') {
        Some(("because", codes)) => {
            codes.split(", ").map(|code| because(number, code)).collect::<Read<Vec<_>>>()?
        }
        Some(("tells", code)) => vec![What::Tells(code.to_owned())],
        Some(("asks", question)) => match question.split_once(' ') {
            Some((kind, who)) => vec![What::Asks(kind.to_owned(), word(number, who)?)],
            None => return at(number, "`asks QUESTION ADDRESS`"),
        },
        Some(("defect", code)) => vec![What::Defect(code.to_owned())],
        Some(("sends", message)) => vec![sends(number, message)?],
        Some(("answers:", answers)) => vec![What::Answers(InstanceKey::Master, partstats(number, answers)?)],
        Some(("answers", rest)) => match rest.split_once(": ") {
            Some((key, answers)) => vec![What::Answers(word(number, key)?, partstats(number, answers)?)],
            None => return at(number, "`answers KEY: ADDRESS PARTSTAT, …`"),
        },
        Some(("takes", rest)) => match rest.strip_prefix("place ") {
            Some("never") => vec![What::TakesPlace(Vec::new())],
            Some(keys) => vec![What::TakesPlace(keys_of(number, keys)?)],
            None => return at(number, "`takes place KEY, …`"),
        },
        Some(("holds", key)) => vec![What::Holds(word(number, key)?)],
        _ => match line {
            "holds" => vec![What::Holds(InstanceKey::Master)],
            "stays as it was" => vec![What::Stays],
            "is gone" => vec![What::Gone],
            "is as received" => vec![What::AsReceived],
            _ => match line.split_once(", as ") {
                Some((disposition, role)) => {
                    vec![What::Answer(named(number, disposition)?, named(number, role)?)]
                }
                None => return at(number, format!("no expectation is written `{line}`")),
            },
        },
    };
    let mut details = Some(details);
    Ok(whats
        .into_iter()
        .map(|what| Expected { line: number, what, details: details.take().unwrap_or_default() })
        .collect())
}

fn because(number: usize, code: &str) -> Read<What> {
    match code.split_once(" at ") {
        Some((code, key)) => Ok(What::Because(code.to_owned(), word(number, key)?)),
        None => Ok(What::Because(code.to_owned(), InstanceKey::Master)),
    }
}

/// `REQUEST to b@foo.com: invitation, SEQUENCE 0` and, where single instances are meant, ` of KEY, …`.
fn sends(number: usize, text: &str) -> Read<What> {
    let parsed = text.split_once(" to ").and_then(|(method, rest)| {
        let (to, rest) = rest.split_once(": ")?;
        let (reason, rest) = rest.split_once(", SEQUENCE ")?;
        Some((method, to, reason, rest.split_once(" of ").map_or((rest, None), |(n, of)| (n, Some(of)))))
    });
    let Some((method, to, reason, (sequence, of))) = parsed else {
        return at(number, "`sends METHOD to ADDRESS: REASON, SEQUENCE N[ of KEY, …]`");
    };
    Ok(What::Sends {
        method: word(number, method)?,
        to: word(number, to)?,
        reason: reason.to_owned(),
        sequence: word(number, sequence)?,
        of: match of {
            Some(keys) => keys_of(number, keys)?,
            None => vec![InstanceKey::Master],
        },
    })
}

/// `series` is the component without RECURRENCE-ID.
fn keys_of(number: usize, keys: &str) -> Read<Vec<InstanceKey>> {
    keys.split(", ")
        .map(|key| if key == "series" { Ok(InstanceKey::Master) } else { word(number, key) })
        .collect()
}

fn partstats(number: usize, answers: &str) -> Read<Vec<(CalendarUserAddress, String)>> {
    answers
        .split(", ")
        .map(|answer| match answer.split_once(' ') {
            Some((who, partstat)) => Ok((word(number, who)?, partstat.to_owned())),
            None => at(number, format!("`{answer}` is no ADDRESS PARTSTAT")),
        })
        .collect()
}

fn word<T: std::str::FromStr<Err: std::fmt::Display>>(number: usize, text: &str) -> Read<T> {
    text.parse().map_err(|error| format!("line {number}: `{text}`: {error}"))
}

/// A value by the name that the engine's JSON gives it.
fn named<T: DeserializeOwned>(number: usize, text: &str) -> Read<T> {
    serde_json::from_value(text.into()).map_err(|error| format!("line {number}: {error}"))
}
