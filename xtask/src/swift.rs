//! The Swift bindings: tested where there is a toolchain; elsewhere the header, the module maps and the symbols are checked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::bindings::{answers, library, succeeds};

/// Runs the tests, or checks what can be checked without Swift; the answer is a line with what was done.
pub(crate) fn test(root: &Path) -> Result<String, String> {
    let project = root.join("bindings/swift");
    let mut script = Command::new("bash");
    succeeds(script.arg(project.join("generate.sh")), "bindings/swift/generate.sh failed")?;
    let functions = header(&project)?;
    symbols(&library(root), &functions)?;
    let checked = format!("{} functions of the header are in the library", functions.len());
    let maps = if answers("clang") { module_maps(&project)? } else { "no clang for the module maps" };
    if !answers("swift") {
        return Ok(format!("Swift: 0 tests run, for there is no toolchain; {checked}, {maps}"));
    }
    let mut command = Command::new("swift");
    command.current_dir(&project).args(["test", "-Xlinker"]);
    if let Some(folder) = library(root).parent() {
        command.arg(format!("-L{}", folder.display())).env("LD_LIBRARY_PATH", folder);
    }
    let output = succeeds(&mut command, "`swift test` in bindings/swift failed")?;
    match output.lines().filter_map(executed).max() {
        Some(count) if count > 0 => Ok(format!("Swift: {count} tests passed; {checked}, {maps}")),
        _ => Err("no Swift test ran".to_owned()),
    }
}

/// The number in XCTest's `Executed 12 tests, with 0 failures`.
fn executed(line: &str) -> Option<u64> {
    let (_, counts) = line.split_once("Executed ")?;
    counts.contains(" with 0 failures").then(|| counts.split(' ').next()?.parse().ok())?
}

/// Compiles the header as C, and gives the functions it declares.
fn header(project: &Path) -> Result<BTreeSet<String>, String> {
    let file = project.join("Sources/ReefknotFFI/ReefknotFFI.h");
    let mut command = Command::new("cc");
    // What clang knows of pointers that may be null, gcc does not.
    command.args(["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-D_Nonnull=", "-D_Nullable=", "-I"]);
    command.arg(project.join("Sources/ReefknotFFI"));
    command.arg(probe(project, "probe.c", "#include \"ReefknotFFI.h\"\n")?);
    succeeds(&mut command, "the header for Swift is no C")?;
    let text = fs::read_to_string(&file).map_err(failed(&file))?;
    let declared: BTreeSet<String> = text.lines().filter_map(declaration).map(str::to_owned).collect();
    if declared.is_empty() { Err("the header declares no function".to_owned()) } else { Ok(declared) }
}

/// A file that takes the header in and does nothing else.
fn probe(project: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let file = project.join("generated").join(name);
    fs::write(&file, text).map_err(failed(&file))?;
    Ok(file)
}

fn failed(file: &Path) -> impl Fn(io::Error) -> String {
    move |error| format!("{}: {error}", file.display())
}

/// The function that a line declares, as in `uint64_t uniffi_reefknot_ffi_fn_clone_calendar(uint64_t handle …`.
fn declaration(line: &str) -> Option<&str> {
    let (before, _) = line.split_once('(')?;
    let name = before.rsplit([' ', '*']).next()?;
    let is_ours = ["uniffi_reefknot_ffi_", "ffi_reefknot_ffi_"].iter().any(|prefix| name.starts_with(prefix));
    is_ours.then_some(name)
}

/// Whether the library has all that the header declares.
fn symbols(library: &Path, declared: &BTreeSet<String>) -> Result<(), String> {
    let mut command = Command::new("nm");
    let flags: &[&str] = if cfg!(target_os = "macos") { &["-gU"] } else { &["-D", "--defined-only"] };
    let output = succeeds(command.args(flags).arg(library), "the library's symbols cannot be listed")?;
    let defined: BTreeSet<&str> = output
        .lines()
        .filter_map(|line| line.split_whitespace().next_back())
        .map(|name| name.strip_prefix('_').unwrap_or(name))
        .collect();
    match declared.iter().find(|name| !defined.contains(name.as_str())) {
        Some(missing) => Err(format!("the header declares {missing}, which the library does not have")),
        None => Ok(()),
    }
}

/// Imports the module through each module map, as Swift's compiler does.
fn module_maps(project: &Path) -> Result<&'static str, String> {
    let header = project.join("Sources/ReefknotFFI/ReefknotFFI.h");
    for (system, map) in
        [("linux", "Sources/ReefknotFFI/module.modulemap"), ("apple", "apple/module.modulemap")]
    {
        // Each lies beside the header where it is used.
        let folder = project.join("generated").join(system);
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        for file in [&header, &project.join(map)] {
            fs::copy(file, folder.join(file.file_name().unwrap_or_default())).map_err(failed(file))?;
        }
        let mut command = Command::new("clang");
        command.args(["-fsyntax-only", "-fmodules", "-Werror", "-I"]).arg(&folder);
        command.arg(format!("-fmodules-cache-path={}", folder.join("cache").display()));
        command.arg(probe(project, "probe.m", "@import ReefknotFFI;\n")?);
        succeeds(&mut command, &format!("clang does not take {map}"))?;
    }
    Ok("clang takes both module maps")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_in_a_header() {
        let found = |line| declaration(line);
        assert_eq!(
            found(
                "uint64_t uniffi_reefknot_ffi_fn_clone_calendar(uint64_t handle, RustCallStatus *_Nonnull status"
            ),
            Some("uniffi_reefknot_ffi_fn_clone_calendar")
        );
        assert_eq!(
            found("void *_Nonnull ffi_reefknot_ffi_rustbuffer_alloc(uint64_t size)"),
            Some("ffi_reefknot_ffi_rustbuffer_alloc")
        );
        assert_eq!(found("typedef void (*UniffiCallback)(uint64_t handle);"), None);
    }

    #[test]
    fn only_a_run_without_failures_counts() {
        assert_eq!(
            executed("\t Executed 12 tests, with 0 failures (0 unexpected) in 0.3 (0.3) seconds"),
            Some(12)
        );
        assert_eq!(
            executed("\t Executed 12 tests, with 1 failure (0 unexpected) in 0.3 (0.3) seconds"),
            None
        );
    }
}
