//! The Python package: built as a wheel, installed into an environment for every CPython there is, and tested in each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// What builds the wheel.
const MATURIN: &str = "maturin>=1.16,<2";
/// What the tests need.
const TESTS: [&str; 3] = ["pytest>=8", "icalendar>=6", "tzdata"];
/// What looks at types.
const CHECKERS: [&str; 2] = ["mypy>=1.14", "pyright>=1.1.390"];
/// The oldest CPython that the wheel is for: 3.10.
const OLDEST: u32 = 10;
/// Tells which Python it is; free-threaded ones need a wheel of their own.
const WHICH: &str = "import sys, sysconfig, platform; \
    print(platform.python_implementation(), sys.version_info[0], sys.version_info[1], \
    sysconfig.get_config_var('Py_GIL_DISABLED') or 0)";

/// Builds, installs and tests; gives a few words for the last line.
pub(crate) fn run(root: &Path) -> Result<String, String> {
    let interpreters = interpreters();
    let Some((newest, python)) = interpreters.last_key_value() else {
        return Err(format!(
            "CPython 3.{OLDEST} or later with its module venv is needed (python3-venv on Debian)"
        ));
    };
    let folder = root.join("target/python");
    let package = root.join("bindings/python");
    let wheel = build(&folder, &package, python)?;
    let mut tests: Option<u64> = None;
    for (minor, python) in &interpreters {
        let environment = environment(&folder.join(format!("3.{minor}")), python, &TESTS)?;
        let install = ["-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps"];
        quiet(Command::new(&environment).args(install).arg(&wheel), "the wheel could not be installed")?;
        println!("    the tests on CPython 3.{minor}");
        let passed = pytest(&environment, &package)?;
        if let Some(before) = tests.replace(passed).filter(|before| *before != passed) {
            return Err(format!(
                "{passed} tests ran on CPython 3.{minor}, and {before} on the one before it"
            ));
        }
        if minor == newest {
            check_types(&environment, &package)?;
        }
    }
    let versions: Vec<String> = interpreters.keys().map(|minor| format!("3.{minor}")).collect();
    Ok(format!("python: {} tests passed on each of CPython {}", tests.unwrap_or(0), versions.join(", ")))
}

/// The CPythons of this machine by their minor versions: on the path, and where pyenv keeps them.
fn interpreters() -> BTreeMap<u32, PathBuf> {
    let mut candidates = vec![PathBuf::from(if cfg!(windows) { "python" } else { "python3" })];
    candidates.extend((OLDEST..=30).map(|minor| PathBuf::from(format!("python3.{minor}"))));
    let home = env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from);
    let pyenv = env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(|| Some(home?.join(".pyenv")));
    let versions = pyenv.and_then(|pyenv| fs::read_dir(pyenv.join("versions")).ok());
    candidates
        .extend(versions.into_iter().flatten().flatten().map(|version| version.path().join("bin/python")));
    let mut found = BTreeMap::new();
    for python in candidates {
        if let Some(minor) = minor_of(&python) {
            found.entry(minor).or_insert(python);
        }
    }
    found
}

fn minor_of(python: &Path) -> Option<u32> {
    let output = Command::new(python).args(["-c", WHICH]).stderr(Stdio::null()).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    match said.split_whitespace().collect::<Vec<_>>()[..] {
        ["CPython", "3", minor, "0"] => minor.parse().ok().filter(|minor| *minor >= OLDEST),
        _ => None,
    }
}

/// The Python of an environment with these packages, which is made if it is missing.
pub(crate) fn environment(folder: &Path, python: &Path, packages: &[&str]) -> Result<PathBuf, String> {
    let own = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let answers = Command::new(&own).arg("--version").stdout(Stdio::null()).status();
    if !answers.is_ok_and(|status| status.success()) {
        println!("    {} -m venv {}", python.display(), folder.display());
        quiet(
            Command::new(python).args(["-m", "venv", "--clear"]).arg(folder),
            "an environment could not be made; Python's module venv is needed (python3-venv on Debian)",
        )?;
    }
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    quiet(
        Command::new(&own).args(install).args(packages),
        &format!("{} could not be installed", packages.join(", ")),
    )?;
    Ok(own)
}

/// Builds the wheel in a folder that holds no other.
fn build(folder: &Path, package: &Path, python: &Path) -> Result<PathBuf, String> {
    let tools = environment(&folder.join("build"), python, &[MATURIN])?;
    let wheels = folder.join("wheels");
    if wheels.exists() {
        fs::remove_dir_all(&wheels).map_err(|error| format!("{}: {error}", wheels.display()))?;
    }
    let mut build = Command::new(&tools);
    build.current_dir(package).args(["-m", "maturin", "build", "--quiet", "--out"]).arg(&wheels);
    quiet(&mut build, "the wheel could not be built")?;
    let made = fs::read_dir(&wheels).map_err(|error| format!("{}: {error}", wheels.display()))?;
    let made =
        made.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|is| is == "whl"));
    made.ok_or_else(|| format!("there is no wheel in {}", wheels.display()))
}

/// Runs the tests against what is installed; gives how many passed.
fn pytest(python: &Path, package: &Path) -> Result<u64, String> {
    let output = Command::new(python)
        .current_dir(package)
        .args(["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "tests"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .map_err(|error| format!("pytest did not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let passed = passed(&said).filter(|_| output.status.success());
    passed.ok_or_else(|| format!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// How many tests pytest's last line says passed; `None` where others failed or were skipped.
fn passed(said: &str) -> Option<u64> {
    let (count, rest) = said.trim_end().lines().next_back()?.split_once(" passed")?;
    count.parse().ok().filter(|passed| *passed > 0 && rest.starts_with(" in "))
}

/// The package and its examples as mypy and pyright see them, and the stub as it is when the package runs.
fn check_types(python: &Path, package: &Path) -> Result<(), String> {
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    quiet(Command::new(python).args(install).args(CHECKERS), "mypy and pyright could not be installed")?;
    let runs: [&[&str]; 3] = [
        &[
            "mypy",
            "--cache-dir",
            if cfg!(windows) { "nul" } else { "/dev/null" },
            "python/reefknot",
            "tests",
            "examples",
        ],
        &["mypy.stubtest", "--ignore-disjoint-bases", "reefknot._reefknot"],
        &["pyright", "python/reefknot", "examples"],
    ];
    for run in runs {
        println!("    {}", run.join(" "));
        let mut command = Command::new(python);
        command.current_dir(package).arg("-m").args(run).env("PYTHONDONTWRITEBYTECODE", "1");
        if run[0] == "pyright" {
            command.arg("--pythonpath").arg(python);
        }
        quiet(&mut command, "the types do not fit")?;
    }
    Ok(())
}

/// Runs a command and shows what it says only if it fails.
fn quiet(command: &mut Command, advice: &str) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{advice}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).trim().to_owned());
    Err(format!("{advice}: {}", said.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_in_which_all_passed_counts() {
        assert_eq!(passed("...\n\n130 passed in 12.06s\n"), Some(130));
        for said in [
            "",
            "1 failed, 130 passed in 1s",
            "130 passed, 1 skipped in 1s",
            "no tests ran in 0.1s",
            "0 passed in 1s",
        ] {
            assert_eq!(passed(said), None, "{said}");
        }
    }
}
