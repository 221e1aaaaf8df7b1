//! `cargo xtask bench`: every benchmark, and the tables made of them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{cargo, succeed};

/// Where the tables go, below the repository's root.
const REPORT: &str = "benches/target/report.md";
const FAILED: &str = "the benchmarks failed";

/// Runs the benchmarks whose names hold `filter` (all with an empty one), shows the tables and writes them.
pub(crate) fn run(root: &Path, filter: &str) -> Result<(), String> {
    let measured = root.join("benches/target/criterion");
    if measured.exists() {
        fs::remove_dir_all(&measured).map_err(|error| format!("{}: {error}", measured.display()))?;
    }
    let mut benches = benches(root, &measured);
    succeed(benches.args(["bench", "--benches", "--", filter]).stdout(Stdio::inherit()), FAILED)?;
    let report = self::benches(root, &measured)
        .args(["run", "--release", "--quiet", "--bin", "report", "--"])
        .arg(&measured)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    if !report.status.success() {
        return Err(format!("the report could not be made ({})", report.status));
    }
    println!("\n{}", String::from_utf8_lossy(&report.stdout));
    fs::write(root.join(REPORT), &report.stdout).map_err(|error| format!("{REPORT}: {error}"))?;
    println!("cargo xtask bench: the tables are in {REPORT}");
    Ok(())
}

/// Formatting and clippy for the benchmarks, so that they keep up with the core, and its rules against a peer's.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    succeed(benches(root, Path::new("")).args(["fmt", "--check"]), FAILED)?;
    let arguments = ["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"];
    succeed(benches(root, Path::new("")).args(arguments), FAILED)?;
    succeed(benches(root, Path::new("")).args(["test", "--quiet", "--test", "differential"]), FAILED)
}

/// A cargo in the workspace of the benchmarks.
fn benches(root: &Path, measured: &Path) -> Command {
    let mut command = cargo(&root.join("benches"));
    command.env("CARGO_TARGET_DIR", root.join("benches/target")).env("CRITERION_HOME", measured);
    command
}
