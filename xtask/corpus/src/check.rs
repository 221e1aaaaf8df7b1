//! One file: read, printed, read again and compared.

use std::fs;
use std::path::Path;
use std::time::Duration;

use reefknot_core::ical::{Limits, Stream};
use serde::Serialize;

use crate::compare::{Difference, Told, compare};
use crate::guard::{Failure, guarded};
use crate::lines;

/// How long one file may take; reading is linear, so that even the largest allowed takes seconds.
const TIME: Duration = Duration::from_secs(120);

/// What became of a file, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    Kept,
    Told,
    Mended,
    Refused,
    Lost,
    Unopened,
    Panicked,
    Hung,
}

impl Outcome {
    pub(crate) const ALL: [Self; 8] = [
        Self::Kept,
        Self::Told,
        Self::Mended,
        Self::Refused,
        Self::Lost,
        Self::Unopened,
        Self::Panicked,
        Self::Hung,
    ];

    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Kept => "every line kept, no problem",
            Self::Told => "every line kept, problems told",
            Self::Mended => "lines dropped or added, each told",
            Self::Refused => "refused by a limit",
            Self::Lost => "LOST or changed, and not told",
            Self::Unopened => "COULD NOT BE OPENED",
            Self::Panicked => "PANICKED",
            Self::Hung => "HUNG",
        }
    }

    pub(crate) fn is_failure(self) -> bool {
        self >= Self::Lost
    }
}

/// The result for one file.
#[derive(Debug, Serialize)]
pub(crate) struct Checked {
    pub(crate) file: String,
    pub(crate) outcome: Outcome,
    /// Why it was refused, not opened, or what went wrong as a whole.
    pub(crate) reason: Option<String>,
    /// Content lines in the file.
    pub(crate) lines: usize,
    /// Those that were printed back as they were, in order.
    pub(crate) kept: usize,
    pub(crate) problems: Vec<Told>,
    pub(crate) differences: Vec<Difference>,
}

impl Checked {
    fn failed(outcome: Outcome, reason: String) -> Self {
        Self {
            file: String::new(),
            outcome,
            reason: Some(reason),
            lines: 0,
            kept: 0,
            problems: Vec::new(),
            differences: Vec::new(),
        }
    }
}

/// Checks a file; it is called `name` in the report.
pub(crate) fn file(path: &Path, name: String) -> Checked {
    let checked = match open(path) {
        Err(failed) => failed,
        Ok(bytes) => guarded(TIME, move || text(&bytes)).unwrap_or_else(|failure| match failure {
            Failure::Panicked(message) => Checked::failed(Outcome::Panicked, message),
            Failure::Hung => Checked::failed(Outcome::Hung, format!("not done after {} s", TIME.as_secs())),
        }),
    };
    Checked { file: name, ..checked }
}

fn open(path: &Path) -> Result<Vec<u8>, Checked> {
    let most = Limits::default().bytes;
    let unopened = |error: std::io::Error| Checked::failed(Outcome::Unopened, error.to_string());
    let bytes = fs::metadata(path).map_err(unopened)?.len();
    if bytes > most {
        let reason =
            format!("{bytes} octets, more than the {most} that `Limits::bytes` allows; split the file");
        return Err(Checked::failed(Outcome::Refused, reason));
    }
    fs::read(path).map_err(unopened)
}

/// Checks one text.
pub(crate) fn text(bytes: &[u8]) -> Checked {
    // Every problem is wanted, for each may explain a difference.
    let limits = Limits { problems: u64::MAX, ..Limits::default() };
    let stream = match Stream::parse(bytes, &limits) {
        Ok(stream) => stream,
        Err(error) => return Checked::failed(Outcome::Refused, error.to_string()),
    };
    let problems: Vec<_> = stream
        .problems()
        .iter()
        .map(|problem| Told { line: problem.line, problem: format!("{}; {}", problem.what, problem.read_as) })
        .collect();
    let before = lines::logical(bytes);
    let printed = stream.to_bytes();
    let (kept, mut differences) = compare(&before, &lines::logical(&printed), &problems);
    let untold = |line: &&lines::Line| {
        !lines::is_content_line(&line.text) && problems.iter().all(|told| told.line != line.number)
    };
    differences.extend(before.iter().filter(untold).map(|line| Difference {
        line: line.number,
        before: Some(String::from_utf8_lossy(&line.text).into_owned()),
        after: Some(String::from("kept, but not told that it is no content line")),
        told: None,
    }));
    let reason = lines::ill_printed(&printed).or_else(|| unstable(&printed, &limits));
    let outcome = if reason.is_some() || differences.iter().any(|difference| difference.told.is_none()) {
        Outcome::Lost
    } else if !differences.is_empty() {
        Outcome::Mended
    } else if !problems.is_empty() {
        Outcome::Told
    } else {
        Outcome::Kept
    };
    Checked { file: String::new(), outcome, reason, lines: before.len(), kept, problems, differences }
}

/// How printed text changes when it is read and printed once more, if it does.
fn unstable(printed: &[u8], limits: &Limits) -> Option<String> {
    match Stream::parse(printed, limits) {
        Err(error) => Some(format!("what was printed is refused: {error}")),
        Ok(again) if again.to_bytes() != printed => {
            Some(String::from("what was printed is printed differently again"))
        }
        Ok(_) => None,
    }
}
