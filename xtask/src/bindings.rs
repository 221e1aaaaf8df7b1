//! The library for other languages, and the sources that uniffi generates from it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::{cargo, succeed};

/// Writes the sources of a language (`kotlin` or `swift`) into a folder, from a library that is built first.
pub(crate) fn generate(root: &Path, language: &str, folder: &Path) -> Result<(), String> {
    let library = build(root)?;
    let generator = target(root).join("debug").join(format!("uniffi-bindgen{}", env::consts::EXE_SUFFIX));
    let mut command = Command::new(generator);
    command.current_dir(root).arg("generate").arg(&library);
    command.args(["--language", language, "--no-format", "--out-dir"]).arg(folder);
    succeeds(&mut command, "the bindings could not be generated").map(drop)
}

/// Builds the library and its generator in one go, so that uniffi is built once.
fn build(root: &Path) -> Result<PathBuf, String> {
    let mut command = cargo(root);
    command.args(["build", "--quiet", "-p", "reefknot-ffi", "-p", "xtask-bindgen"]);
    succeed(&mut command, "the library could not be built")?;
    Ok(library(root))
}

/// Where the library lies once it is built.
pub(crate) fn library(root: &Path) -> PathBuf {
    let (prefix, suffix) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    target(root).join("debug").join(format!("{prefix}reefknot_ffi{suffix}"))
}

/// Cargo's target folder.
pub(crate) fn target(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

/// Whether a program is there and says so when asked for its version.
pub(crate) fn answers(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Runs a command to its end; the error is the advice with what the command said.
pub(crate) fn succeeds(command: &mut Command, advice: &str) -> Result<String, String> {
    let Output { status, stdout, stderr } = command.output().map_err(|error| format!("{advice}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if status.success() {
        return Ok(text(&stdout));
    }
    Err(format!("{advice} ({status}):\n{}{}", text(&stdout), text(&stderr)))
}
