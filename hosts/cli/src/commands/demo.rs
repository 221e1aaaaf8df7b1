//! `reefknot demo`: seven conversations, played with real databases and real mail.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::demo;
use crate::input::Failure;
use crate::output::print;

/// Plays seven conversations between people on two servers, without a server, and with mail alone.
///
/// Every server and client has an SQLite file of its own, and mail is .eml files in maildirs. The exit code is 1 if
/// the databases do not agree at the end of any conversation.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where to keep the databases and the mail; must be empty or not exist. A fresh directory if not given.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let dir = match &self.dir {
            Some(dir) => given(dir)?,
            None => fresh()?,
        };
        let report = demo::play(&dir, !self.json)?;
        if self.json {
            print(&report.json().to_string())?;
        } else {
            report.print_end()?;
        }
        Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

fn given(dir: &PathBuf) -> Result<PathBuf, Failure> {
    let fail = |error: std::io::Error| Failure::new(format!("{}: {error}", dir.display()));
    std::fs::create_dir_all(dir).map_err(fail)?;
    if std::fs::read_dir(dir).map_err(fail)?.next().is_some() {
        return Err(Failure::new(format!(
            "{}: the directory is not empty; name one that is empty or does not exist yet",
            dir.display()
        )));
    }
    Ok(dir.clone())
}

fn fresh() -> Result<PathBuf, Failure> {
    let parent = std::env::temp_dir();
    let mut number = std::process::id();
    loop {
        let dir = parent.join(format!("reefknot-demo-{number}"));
        match std::fs::create_dir(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                number = number.wrapping_add(1);
            }
            Err(error) => return Err(Failure::new(format!("{}: {error}", dir.display()))),
        }
    }
}
