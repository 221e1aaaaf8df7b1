//! `reefknot lint FILE…`: what of the iCalendar standard a file breaks.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use reefknot_core::ical::Limits;
use reefknot_core::lint::{Finding, Report, lint};
use reefknot_core::words::one_line;
use serde::Serialize;

use crate::input::{self, Failure};
use crate::output::{Style, note, print};

/// Tests iCalendar files against RFC 5545 and its extensions, and says what to mend.
///
/// Prints FILE:LINE: severity: what is wrong (where the rule stands) — what to do. Exit code 0: nothing to mend;
/// 1: something; 2: a file could not be read.
///
/// With --json: [{ "file", "line", "severity", "code", "message", "section", "suggestion" }].
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  reefknot lint meeting.ics\n  reefknot lint exports/*.ics --json\n  \
    curl -s https://example.com/holidays.ics | reefknot lint -")]
pub(crate) struct Lint {
    /// The files; `-` for standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A finding and where it is.
#[derive(Debug, Serialize)]
struct Located<'a> {
    file: &'a str,
    #[serde(flatten)]
    finding: &'a Finding,
}

impl Lint {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let mut reports = Vec::new();
        let mut failures = Vec::new();
        for file in &self.files {
            match report(file) {
                Ok(report) => reports.push((file.display().to_string(), report)),
                Err(failure) => failures.push(failure),
            }
        }
        if self.json {
            Self::print_json(&reports)?;
        } else {
            print_lines(&reports)?;
        }
        for (file, report) in reports.iter().filter(|(_, report)| report.not_kept > 0) {
            note(&format!("{file}: and {} more findings", report.not_kept));
        }
        // The last failure is told where the command ends; those before it here.
        if let Some(last) = failures.pop() {
            failures.iter().for_each(|failure| note(&failure.to_string()));
            return Err(last);
        }
        let is_clean = reports.iter().all(|(_, report)| report.is_clean());
        Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    fn print_json(reports: &[(String, Report)]) -> Result<(), Failure> {
        let found: Vec<Located<'_>> = reports
            .iter()
            .flat_map(|(file, report)| report.findings.iter().map(move |finding| Located { file, finding }))
            .collect();
        print(&serde_json::to_string(&found).map_err(|error| Failure::new(error.to_string()))?)
    }
}

fn report(file: &Path) -> Result<Report, Failure> {
    let bytes = input::read(file)?;
    if input::is_mail(file, &bytes) {
        let message = format!("{}: a mail; save its calendar as a file of its own", file.display());
        return Err(Failure::new(message));
    }
    lint(&bytes, &Limits::default()).map_err(|error| Failure::in_file(file, &error))
}

fn print_lines(reports: &[(String, Report)]) -> Result<(), Failure> {
    let style = Style::of_stdout();
    for (file, report) in reports {
        let lines: Vec<String> = report
            .findings
            .iter()
            .map(|finding| {
                let Finding { severity, line, section, .. } = finding;
                let place = style.faint(&format!("{file}:{line}:"));
                let severity = style.strong(&format!("{severity}:"));
                // What a file says of itself is shown, and must not steer a terminal.
                let (message, suggestion) = (one_line(&finding.message), one_line(&finding.suggestion));
                format!("{place} {severity} {message} ({section}) — {suggestion}")
            })
            .collect();
        if !lines.is_empty() {
            print(&lines.join("\n"))?;
        }
    }
    Ok(())
}
