//! `cargo xtask fuzz`: every fuzz target in turn, and how often each ran.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{cargo, succeed};

const FAILED: &str = "cargo failed";

/// The targets, and where their seeds lie below the repository's root; three take numbers for input.
const TARGETS: &[(&str, &[&str])] = &[
    ("access", &["fuzz/seeds/access"]),
    ("busy", &["fuzz/seeds/busy", "fixtures/lint/clean"]),
    ("conversation", &[]),
    ("document", &[]),
    ("expansion", &[]),
    ("ics", &["fixtures/ics", "fixtures/lint"]),
    ("lint", &["fixtures/lint"]),
    ("mail", &["fixtures/mail"]),
    ("messages", &["fuzz/seeds/messages"]),
    ("object", &["fuzz/seeds/object", "fixtures/ics"]),
    ("rule", &["fuzz/seeds/rule"]),
    ("series", &["fuzz/seeds/series", "fixtures/ics", "fixtures/lint/clean"]),
    ("values", &["fuzz/seeds/values"]),
    ("zone", &["fuzz/seeds/zone", "fixtures/lint/clean"]),
];

/// Runs each target, or those named, for that many seconds; a crash does not keep the others from running.
pub(crate) fn run(root: &Path, seconds: &str, named: &[&str]) -> Result<(), String> {
    let seconds: u32 = seconds.parse().map_err(|_| format!("`{seconds}` is not a number of seconds"))?;
    if let Some(unknown) = named.iter().find(|name| TARGETS.iter().all(|(target, _)| target != *name)) {
        let known: Vec<&str> = TARGETS.iter().map(|(target, _)| *target).collect();
        return Err(format!("there is no target `{unknown}`; there are {}", known.join(", ")));
    }
    let chosen = || TARGETS.iter().filter(|(target, _)| named.is_empty() || named.contains(target));
    tool(root)?;
    let mut told = BTreeMap::new();
    let mut crashed = Vec::new();
    for (target, seeds) in chosen() {
        println!("\n==> {target}: {seconds} s");
        let (executions, fine) = one(root, target, seeds, seconds)?;
        told.insert(*target, executions);
        if !fine {
            crashed.push(*target);
        }
    }
    println!("\n{:<14} {:>12}", "target", "executions");
    for (target, executions) in told {
        println!("{target:<14} {executions:>12}");
    }
    if crashed.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} crashed; the input is in fuzz/artifacts: make it a named test of the crate, then mend the crate",
        crashed.join(", ")
    ))
}

/// Formatting and clippy for the targets, so that they keep up with the core; no fuzzer is compiled for it.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    succeed(fuzz(root).args(["fmt", "--check"]), FAILED)?;
    let arguments = ["clippy", "--quiet", "--all-targets", "--no-default-features", "--", "-D", "warnings"];
    succeed(fuzz(root).args(arguments), FAILED)
}

/// Installs cargo-fuzz where it is missing.
fn tool(root: &Path) -> Result<(), String> {
    let quiet = || Stdio::null();
    let status = cargo(root).args(["fuzz", "--version"]).stdout(quiet()).stderr(quiet()).status();
    if status.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    println!("cargo-fuzz is missing: cargo install cargo-fuzz --locked");
    succeed(cargo(root).args(["install", "cargo-fuzz", "--locked"]), FAILED)
}

/// Runs one target: how many executions it came to, and whether all went well.
fn one(root: &Path, target: &str, seeds: &[&str], seconds: u32) -> Result<(u64, bool), String> {
    let corpus = format!("fuzz/corpus/{target}");
    fs::create_dir_all(root.join(&corpus)).map_err(|error| format!("{corpus}: {error}"))?;
    let mut child = cargo(root)
        // The instrumentation has flags that a stable compiler keeps for nightly ones.
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["fuzz", "run", target, &corpus])
        .args(seeds)
        .args(["--", "-dict=fuzz/ics.dict", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"])
        .arg(format!("-max_total_time={seconds}"))
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    let mut executions = 0;
    let output = child.stderr.take().into_iter().flat_map(|output| BufReader::new(output).lines());
    for line in output {
        let line = line.map_err(|error| format!("the output of {target} could not be read: {error}"))?;
        eprintln!("{line}");
        executions = counted(&line).unwrap_or(executions);
    }
    let status = child.wait().map_err(|error| format!("{target} was lost: {error}"))?;
    Ok((executions, status.success()))
}

/// How often a target ran, where a line of libFuzzer's says so.
fn counted(line: &str) -> Option<u64> {
    line.strip_prefix("stat::number_of_executed_units:")?.trim().parse().ok()
}

/// A cargo in the workspace of the targets.
fn fuzz(root: &Path) -> Command {
    let mut command = cargo(&root.join("fuzz"));
    command.env("CARGO_TARGET_DIR", root.join("fuzz/target"));
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root;

    #[test]
    fn every_target_is_run_and_its_seeds_are_there() {
        let mut files: Vec<String> = fs::read_dir(root().join("fuzz/targets"))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        assert_eq!(files, TARGETS.iter().map(|(target, _)| *target).collect::<Vec<_>>());
        for folder in TARGETS.iter().flat_map(|(_, seeds)| *seeds) {
            assert!(fs::read_dir(root().join(folder)).unwrap().next().is_some(), "{folder}");
        }
    }

    #[test]
    fn executions_are_read_from_what_libfuzzer_prints() {
        assert_eq!(counted("stat::number_of_executed_units: 4711"), Some(4711));
        assert_eq!(counted("stat::average_exec_per_sec:     23"), None);
    }
}
