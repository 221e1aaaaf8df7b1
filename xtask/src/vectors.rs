//! `cargo xtask vectors FILE` and `cargo xtask dateutil`: rules and the instances that others say they have.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{cargo, python};

/// The version whose behaviour `dateutil_vectors.py` knows.
const DATEUTIL: &str = "python-dateutil==2.9.0.post0";
/// How many rules are drawn, and from which seed: the same on every machine.
const DRAWN: [&str; 2] = ["1000", "1"];

/// Holds the core to a file of vectors (`reefknot-core/examples/vectors.rs` tells what is in one).
pub(crate) fn run(root: &Path, file: &Path) -> Result<(), String> {
    let arguments = ["run", "--quiet", "--package", "reefknot-core", "--example", "vectors", "--"];
    let status = cargo(root)
        .args(arguments)
        .arg(file)
        .status()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(String::from("not all vectors agree")) }
}

/// Holds the core to what python-dateutil makes of random rules.
pub(crate) fn dateutil(root: &Path) -> Result<(), String> {
    let system = Path::new(if cfg!(windows) { "python" } else { "python3" });
    let python = python::environment(&root.join("target/dateutil"), system, &[DATEUTIL])?;
    let output = Command::new(python)
        .arg(root.join("xtask/dateutil_vectors.py"))
        .args(DRAWN)
        .output()
        .map_err(|error| format!("python did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("no rules were drawn: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let file = root.join("target/dateutil/vectors.jsonl");
    fs::write(&file, output.stdout)
        .map_err(|error| format!("{} was not written: {error}", file.display()))?;
    run(root, &file)
}
