//! The `reefknot` command.

mod commands;
mod demo;
mod input;
mod output;
mod zone;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "reefknot", version, about = "Reads, explains and schedules iCalendar files and mail")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(commands::demo::Demo),
    Fmt(commands::fmt::Fmt),
    Lint(commands::lint::Lint),
    Occurrences(commands::occurrences::Occurrences),
    Show(commands::show::Show),
    #[command(subcommand)]
    Itip(commands::itip::Itip),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error)
            if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand =>
        {
            output::note(&in_one_line(&error.render().to_string()));
            return ExitCode::from(2);
        }
        // Help and the version, on standard output; a broken pipe is no failure of ours.
        Err(error) => error.exit(),
    };
    let result = match cli.command {
        Command::Demo(demo) => return finish(demo.run()),
        Command::Lint(lint) => return finish(lint.run()),
        Command::Fmt(fmt) => fmt.run(),
        Command::Occurrences(occurrences) => occurrences.run(),
        Command::Show(show) => show.run(),
        Command::Itip(itip) => itip.run(),
    };
    finish(result.map(|()| ExitCode::SUCCESS))
}

/// What is wrong with the arguments, without the usage that follows it.
fn in_one_line(error: &str) -> String {
    let what: Vec<&str> =
        error.lines().take_while(|line| !line.starts_with("Usage:")).map(str::trim).collect();
    let what = what.join(" ");
    let what = what.trim_start_matches("error:").split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}; see --help", what.trim_end_matches(" For more information, try '--help'."))
}

fn finish(result: Result<ExitCode, input::Failure>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(failure) => {
            output::note(&failure.to_string());
            ExitCode::from(2)
        }
    }
}
