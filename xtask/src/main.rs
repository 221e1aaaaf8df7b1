//! The developers' commands: `cargo xtask test`, and parts and companions of it; `cargo xtask help` lists them.
//!
//! `test` is everything CI checks; `layers` is the one of its steps that no other tool knows how to do; `bench` measures
//! the core against its peers, `fuzz` feeds it with what nobody thought of; `zones` compares definitions that are not in the repository. `corpus` is a program of its
//! own (`xtask/corpus`), for these commands must build where the core does not.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to whoever ran it")]

mod bench;
mod bindings;
mod fuzz;
mod kotlin;
mod layers;
mod python;
mod swift;
mod test;
mod vectors;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, ffi::OsString};

const HELP: &str = "\
The developers' commands of Reefknot

Usage: cargo xtask COMMAND

  test     everything CI checks: formatting, clippy, layers, documentation, packaging, all tests
  layers   the core's imports run one way, and nothing in it does I/O, reads a clock or draws randomness
  bench    every benchmark against the peers, as tables; a word after it takes those with it in their names
  fuzz     every fuzz target for a minute; `--seconds N` says how long, words after it which targets
  bindings the sources of a language (kotlin or swift) into a folder, from the built library
  kotlin   the Kotlin bindings' tests, with Maven or the compiler from npm
  swift    the Swift bindings' tests, or without a toolchain what can be checked of them
  zones    the VTIMEZONE definitions in the .ics files of the folder named after it against the IANA data
  vectors  recurrence rules and their instances, one JSON object a line in the file named after it
  python   the Python package on every CPython from 3.10 on: a wheel, its tests and its types
  dateutil random recurrence rules against python-dateutil, which it installs under target/
  corpus   reads and prints every iCalendar file of a folder, and shows what that changes; `corpus --help` tells more
  help     this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> =
        env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => test::run(&root()),
        ["layers"] => layers::run(&root()),
        ["bench"] => bench::run(&root(), ""),
        ["bench", filter] => bench::run(&root(), filter),
        ["fuzz", "--seconds", seconds, targets @ ..] => fuzz::run(&root(), seconds, targets),
        ["fuzz", targets @ ..] => fuzz::run(&root(), "60", targets),
        ["bindings", language @ ("kotlin" | "swift"), folder] => env::current_dir()
            .map_err(|error| error.to_string())
            .and_then(|here| bindings::generate(&root(), language, &here.join(folder))),
        ["kotlin"] => kotlin::test(&root()).map(|told| println!("{told}")),
        ["swift"] => swift::test(&root()).map(|told| println!("{told}")),
        ["zones", folder] => zones(folder),
        ["vectors", file] => env::current_dir()
            .map_err(|error| error.to_string())
            .and_then(|folder| vectors::run(&root(), &folder.join(file))),
        ["dateutil"] => vectors::dateutil(&root()),
        ["python"] => python::run(&root()).map(|said| println!("{said}")),
        ["corpus", arguments @ ..] => return corpus(&root(), arguments),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        [] => return usage("no command given"),
        [command @ ("test" | "layers" | "dateutil" | "python" | "kotlin" | "swift" | "help"), extra, ..] => {
            return usage(&format!("`{command}` takes no arguments, but `{extra}` was given"));
        }
        ["bench", _, extra, ..] => {
            return usage(&format!("`bench` takes one word, but `{extra}` was given too"));
        }
        ["bindings", ..] => return usage("`bindings` takes a language, kotlin or swift, and a folder"),
        ["zones", ..] => return usage("`zones` takes one folder"),
        ["vectors", ..] => return usage("`vectors` takes one file"),
        [unknown, ..] => return usage(&format!("there is no command `{unknown}`")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("cargo xtask {}: {message}", words.join(" "));
            ExitCode::FAILURE
        }
    }
}

/// Compares the definitions in a folder, which is named as seen from where we were called.
fn zones(folder: &str) -> Result<(), String> {
    let folder = env::current_dir().map_err(|error| error.to_string())?.join(folder);
    let arguments = ["run", "--quiet", "--release", "--package", "reefknot-core", "--example", "zones", "--"];
    let status = cargo(&root()).args(arguments).arg(folder).status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err("the comparison failed".to_owned()) }
}

/// Builds and runs the corpus runner where the caller is, so that a folder may be named from there.
fn corpus(root: &Path, arguments: &[&str]) -> ExitCode {
    let mut command = cargo(root);
    command
        .args(["run", "--quiet", "--package", "xtask-corpus", "--manifest-path"])
        .arg(root.join("Cargo.toml"));
    if let Ok(here) = env::current_dir() {
        command.current_dir(here);
    }
    match command.arg("--").args(arguments).status() {
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(error) => {
            eprintln!("cargo xtask corpus: cargo did not start: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Says what was wrong with the command line and how it should look.
fn usage(problem: &str) -> ExitCode {
    eprintln!("cargo xtask: {problem}\n\n{HELP}");
    ExitCode::from(2)
}

/// The repository's root: the folder above this crate's.
fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// The cargo that runs us, at the repository's root, so that one toolchain does every step.
fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(root);
    command
}

/// Runs a cargo to its end; the error is the advice with how it ended.
fn succeed(command: &mut Command, advice: &str) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("cargo did not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{advice} ({status})")) }
}
