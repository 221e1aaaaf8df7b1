//! `cargo xtask corpus DIR`: reads and prints every iCalendar file of a folder, and shows what that changes.
//!
//! A program of its own, so that the other developers' commands build without the core. Lines are unfolded and
//! compared here, by other code than the one that is judged.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to whoever ran it")]

mod check;
mod compare;
mod guard;
mod lines;
mod python;
mod report;
mod walk;

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use report::Report;

const HELP: &str = "\
Reads every iCalendar file of a folder, prints it, reads it again, and compares the content lines

Usage: cargo xtask corpus DIR [--json] [--python]

  DIR        a folder; the .ics and .ifb files in it and below are read, all others are passed over
  --json     the results as one JSON object
  --python   compares names, parameters and values with Python's `icalendar` (python3 -m pip install icalendar)

Ends with an error if a line was lost or changed without a problem that tells of it, or if reading panicked, hung or
could not open a file.
";

struct Arguments {
    folder: PathBuf,
    json: bool,
    python: bool,
}

fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("cargo xtask corpus: {problem}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("cargo xtask corpus: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// `None` asks for the help.
fn arguments(given: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let (mut folder, mut json, mut python) = (None, false, false);
    for argument in given {
        match argument.as_str() {
            "--json" => json = true,
            "--python" => python = true,
            "--help" | "-h" => return Ok(None),
            option if option.starts_with('-') => return Err(format!("there is no option `{option}`")),
            _ if folder.is_some() => return Err(format!("one folder at a time; `{argument}` is a second")),
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    let folder = folder.ok_or("no folder given")?;
    Ok(Some(Arguments { folder, json, python }))
}

/// Whether nothing was lost.
fn run(arguments: &Arguments) -> Result<bool, String> {
    let found = walk::files(&arguments.folder)?;
    if found.calendars.is_empty() {
        return Err(format!(
            "{} holds no .ics or .ifb file ({} others); name a folder that does",
            arguments.folder.display(),
            found.others
        ));
    }
    let files = found.calendars.iter().map(|path| check::file(path, name(path, &arguments.folder))).collect();
    let mut report = Report { files, others: found.others, python: None };
    if arguments.python {
        report.python = Some(python::compare(&found.calendars, &arguments.folder));
    }
    let text = if arguments.json {
        serde_json::to_string_pretty(&report).map_err(|error| error.to_string())? + "\n"
    } else {
        report.to_string()
    };
    match io::stdout().write_all(text.as_bytes()) {
        // Whoever reads the output may have seen enough of it.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error.to_string()),
        _ => {}
    }
    Ok(report.nothing_lost())
}

/// A file as it is called in the report: its path inside the folder.
fn name(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests;
