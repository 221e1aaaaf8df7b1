//! The results, as a table and the differences.

use std::fmt;

use serde::Serialize;

use crate::check::{Checked, Outcome};
use crate::python::Comparison;

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) files: Vec<Checked>,
    /// Files that are not iCalendar by their name.
    pub(crate) others: usize,
    /// The comparison with Python's `icalendar`, if it was asked for.
    pub(crate) python: Option<Comparison>,
}

impl Report {
    pub(crate) fn nothing_lost(&self) -> bool {
        !self.files.iter().any(|file| file.outcome.is_failure())
    }

    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, title: &str, files: &[&Checked]| {
            let sum = |count: fn(&Checked) -> usize| files.iter().map(|file| count(file)).sum::<usize>();
            writeln!(
                f,
                "{title:<34} {:>6} {:>9} {:>9} {:>9} {:>12}",
                files.len(),
                sum(|file| file.lines),
                sum(|file| file.kept),
                sum(|file| file.problems.len()),
                sum(|file| file.differences.len()),
            )
        };
        writeln!(
            f,
            "{:<34} {:>6} {:>9} {:>9} {:>9} {:>12}",
            "", "files", "lines", "kept", "problems", "differences"
        )?;
        for outcome in Outcome::ALL {
            let files: Vec<_> = self.files.iter().filter(|file| file.outcome == outcome).collect();
            if !files.is_empty() || outcome == Outcome::Lost {
                row(f, outcome.meaning(), &files)?;
            }
        }
        row(f, "all", &self.files.iter().collect::<Vec<_>>())
    }

    fn totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || self.files.iter().flat_map(|file| &file.differences);
        let told = || all().filter(|difference| difference.told.is_some());
        let dropped = told().filter(|difference| difference.after.is_none()).count();
        let added = told().filter(|difference| difference.before.is_none()).count();
        writeln!(
            f,
            "\ntold: {dropped} lines dropped, {added} added, {} changed; not told: {}; {} other files passed over",
            told().count() - dropped - added,
            all().count() - told().count(),
            self.others,
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            let name = &file.file;
            if let Some(reason) = &file.reason {
                writeln!(f, "{name}: {}: {reason}", file.outcome.meaning())?;
            }
            for difference in &file.differences {
                writeln!(
                    f,
                    "{name}:{}: {}",
                    difference.line,
                    difference.told.as_deref().unwrap_or("NOT TOLD")
                )?;
                for (sign, text) in [('-', &difference.before), ('+', &difference.after)] {
                    if let Some(text) = text {
                        writeln!(f, "    {sign} {}", shown(text))?;
                    }
                }
            }
        }
        if self.files.iter().any(|file| file.reason.is_some() || !file.differences.is_empty()) {
            writeln!(f)?;
        }
        self.table(f)?;
        self.totals(f)?;
        self.python.as_ref().map_or(Ok(()), |python| write!(f, "\n{python}"))
    }
}

/// A text on one line of a terminal: short, and without control characters.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 160;
    let mut shown = String::new();
    for c in text.chars().take(MOST) {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
