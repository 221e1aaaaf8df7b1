//! The same files in the eyes of Python's `icalendar`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use reefknot_core::ical::{Component, Limits, Property, Stream};
use serde::{Deserialize, Serialize};

use crate::{lines, report};

const SCRIPT: &str = include_str!("compare.py");
const INSTALL: &str = "install it with `python3 -m pip install icalendar`, in a virtual environment if you like, and \
                       see that its python3 comes first in PATH";
/// How long Python may take for one file.
const TIME: Duration = Duration::from_secs(120);

/// A property as both sides show it: its name in capitals, the values of its parameters by their names in capitals, and
/// its value as written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Seen(String, BTreeMap<String, Vec<String>>, String);

/// What Python answers about one file.
#[derive(Deserialize)]
struct Answer {
    error: Option<String>,
    properties: Vec<Seen>,
    unread: Vec<String>,
}

/// Where the two differ about one property, and whose parts stand in the file's own text.
#[derive(Debug, Serialize)]
pub(crate) struct Disagreement {
    file: String,
    reefknot: Option<Seen>,
    python: Option<Seen>,
    judgement: &'static str,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Comparison {
    /// Of `icalendar`, where it answered.
    version: Option<String>,
    /// Why files were not compared, if any were not.
    skipped: Option<String>,
    files: usize,
    /// The files that Python does not read, with its words.
    refused: Vec<(String, String)>,
    same: usize,
    /// Lines that Python cannot take apart in files that it reads.
    unread: usize,
    disagreements: Vec<Disagreement>,
}

/// Compares the properties of each file that Python reads, whatever their order.
pub(crate) fn compare(files: &[PathBuf], folder: &Path) -> Comparison {
    let mut comparison = Comparison::default();
    if let Err(problem) = ask(files, folder, &mut comparison) {
        comparison.skipped = Some(problem);
    }
    comparison
}

fn ask(files: &[PathBuf], folder: &Path, comparison: &mut Comparison) -> Result<(), String> {
    let mut child = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| {
            format!("python3 did not start ({error}); install Python, then `icalendar`: {INSTALL}")
        })?;
    let done = converse(&mut child, files, folder, comparison);
    // It may have ended already, and its answers are here in any case.
    let _ = child.kill();
    let _ = child.wait();
    done
}

fn converse(
    child: &mut Child,
    files: &[PathBuf],
    folder: &Path,
    comparison: &mut Comparison,
) -> Result<(), String> {
    let (Some(mut questions), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(String::from("python3 has no input and output"));
    };
    let (sender, answers) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    let version: String =
        answer(&answers).map_err(|_| format!("python3 does not have the package `icalendar`; {INSTALL}"))?;
    comparison.version = Some(version);
    for path in files {
        let name = crate::name(path, folder);
        let told =
            |problem: String| format!("{name}: {problem}; this file and those after it were not compared");
        let question = serde_json::to_string(path).map_err(|error| told(error.to_string()))?;
        writeln!(questions, "{question}").map_err(|error| told(error.to_string()))?;
        let answer: Answer = answer(&answers).map_err(told)?;
        comparison.files += 1;
        match answer.error {
            Some(error) => comparison.refused.push((name, error)),
            None => comparison.file(path, &name, answer),
        }
    }
    Ok(())
}

fn answer<T: for<'a> Deserialize<'a>>(answers: &Receiver<String>) -> Result<T, String> {
    let line = answers.recv_timeout(TIME).map_err(|error| format!("no answer from Python ({error})"))?;
    serde_json::from_str(&line).map_err(|error| format!("Python's answer cannot be read ({error})"))
}

impl Comparison {
    fn file(&mut self, path: &Path, name: &str, answer: Answer) {
        // What cannot be read here either is in the main table.
        let Ok(bytes) = std::fs::read(path) else { return };
        let Ok(stream) = Stream::parse(&bytes, &Limits::default()) else { return };
        let mut ours = Vec::new();
        ours.extend(stream.properties_outside().map(|property| seen(&property)));
        stream.components().for_each(|component| properties(component, &mut ours));
        let is_bound = |seen: &Seen| matches!(seen.0.as_str(), "BEGIN" | "END");
        let theirs = answer.properties.into_iter().filter(|seen| !is_bound(seen)).collect();
        self.unread += answer.unread.len();
        let (same, pairs) = pair(ours, theirs);
        self.same += same;
        let text: Vec<_> = lines::logical(&bytes).iter().map(|line| lossy(&line.text)).collect();
        self.disagreements.extend(pairs.into_iter().map(|(reefknot, python)| {
            let judgement = judge(&text, reefknot.as_ref(), python.as_ref());
            Disagreement { file: name.to_owned(), reefknot, python, judgement }
        }));
    }
}

fn properties(component: &Component, all: &mut Vec<Seen>) {
    all.extend(component.properties().map(|property| seen(&property)));
    component.components().for_each(|inner| properties(inner, all));
}

fn seen(property: &Property<'_>) -> Seen {
    let mut params: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for param in property.params() {
        let values = params.entry(param.name().to_ascii_uppercase()).or_default();
        values.extend(param.values().map(Cow::into_owned));
    }
    Seen(property.name().to_ascii_uppercase(), params, property.value().into_owned())
}

type Pair = (Option<Seen>, Option<Seen>);

/// How many both have, and the rest: those with the same name and value side by side, then those with the same name.
fn pair(ours: Vec<Seen>, theirs: Vec<Seen>) -> (usize, Vec<Pair>) {
    let mut left: BTreeMap<Seen, usize> = BTreeMap::new();
    let count = theirs.len();
    for seen in theirs {
        *left.entry(seen).or_default() += 1;
    }
    let mut only_ours = Vec::new();
    for seen in ours {
        match left.get_mut(&seen).filter(|times| **times > 0) {
            Some(times) => *times -= 1,
            None => only_ours.push(seen),
        }
    }
    let mut only_theirs: Vec<_> =
        left.into_iter().flat_map(|(seen, times)| std::iter::repeat_n(seen, times)).collect();
    let same = count - only_theirs.len();
    let mut pairs: Vec<_> = only_ours
        .into_iter()
        .map(|seen| {
            let at = only_theirs.iter().position(|other| (&other.0, &other.2) == (&seen.0, &seen.2));
            let at = at.or_else(|| only_theirs.iter().position(|other| other.0 == seen.0));
            (Some(seen), at.map(|at| only_theirs.remove(at)))
        })
        .collect();
    pairs.extend(only_theirs.into_iter().map(|seen| (None, Some(seen))));
    (same, pairs)
}

/// Whose name, parameter values and value all stand in one line of the file.
fn judge(text: &[String], ours: Option<&Seen>, theirs: Option<&Seen>) -> &'static str {
    let stands = |seen: Option<&Seen>| seen.is_some_and(|seen| text.iter().any(|line| stands_in(line, seen)));
    match (stands(ours), stands(theirs)) {
        (true, false) => "only Reefknot's stands in the file",
        (false, true) => "only Python's stands in the file",
        (true, true) => "both stand in the file",
        (false, false) => "neither stands in the file",
    }
}

fn stands_in(line: &str, Seen(name, params, value): &Seen) -> bool {
    let Some(written) = line.strip_suffix(value.as_str()).and_then(|rest| rest.strip_suffix(':')) else {
        return false;
    };
    let values = params.values().flatten().map(|value| {
        // RFC 6868 §3.1
        value.replace('^', "^^").replace('"', "^'").replace('\n', "^n")
    });
    let length: usize =
        params.iter().map(|(name, values)| name.len() + values.iter().map(String::len).sum::<usize>()).sum();
    written.len() >= name.len() + length
        && written.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        && values.into_iter().all(|value| written.contains(&value))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Of each list; `--json` has all.
        const MOST: usize = 40;
        if let Some(version) = &self.version {
            let (refused, same, unread) = (self.refused.len(), self.same, self.unread);
            writeln!(
                f,
                "Python's icalendar {version} reads {} of {} files",
                self.files - refused,
                self.files
            )?;
            writeln!(
                f,
                "in them: {same} properties are the same, {unread} lines it cannot take apart, {} differ",
                self.disagreements.len()
            )?;
        }
        if let Some(skipped) = &self.skipped {
            writeln!(f, "SKIPPED: {skipped}")?;
        }
        for (file, error) in self.refused.iter().take(MOST) {
            writeln!(f, "{file}: not read by Python: {}", report::shown(error))?;
        }
        for Disagreement { file, reefknot, python, judgement } in self.disagreements.iter().take(MOST) {
            writeln!(f, "{file}: {judgement}")?;
            for (who, seen) in [("Reefknot", reefknot), ("Python", python)] {
                match seen {
                    Some(seen) => writeln!(f, "    {who:<8} {}", report::shown(&seen.to_string()))?,
                    None => writeln!(f, "    {who:<8} (not there)")?,
                }
            }
        }
        for (what, count) in
            [("files not read", self.refused.len()), ("differences", self.disagreements.len())]
        {
            if count > MOST {
                writeln!(f, "{} more {what}: --json has all", count - MOST)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, params, value) = self;
        write!(f, "{name} {params:?} {value}")
    }
}
