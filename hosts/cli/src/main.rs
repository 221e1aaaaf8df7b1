//! The `reefknot` command.

mod commands;
mod demo;
mod input;
mod output;
mod zone;

use std::process::ExitCode;

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
    Occurrences(commands::occurrences::Occurrences),
    Show(commands::show::Show),
    #[command(subcommand)]
    Itip(commands::itip::Itip),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo(demo) => return finish(demo.run()),
        Command::Fmt(fmt) => fmt.run(),
        Command::Occurrences(occurrences) => occurrences.run(),
        Command::Show(show) => show.run(),
        Command::Itip(itip) => itip.run(),
    };
    finish(result.map(|()| ExitCode::SUCCESS))
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
