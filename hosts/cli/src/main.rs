//! The `reefknot` command.

mod commands;
mod input;
mod output;

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
    #[command(subcommand)]
    Itip(commands::itip::Itip),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Itip(itip) => itip.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("reefknot: {failure}");
            ExitCode::from(2)
        }
    }
}
