//! `cargo xtask test`: every check of CI, in order, stopping at the first that fails.
//!
//! All steps build with the same features, so that a dependency is compiled once for checking and once for
//! running. Packaging is the exception on purpose: it alone proves that the core builds with its default features.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fmt, fs};

use crate::{bench, cargo, fuzz, kotlin, layers, python, succeed, swift, vectors};

/// What a step reports when it passed: a few words for the last line, or nothing.
type StepResult = Result<Option<String>, String>;

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn(&Path) -> StepResult,
}

/// The tests come last, so that their summaries are what the reader sees at the end.
const STEPS: &[Step] = &[
    Step { name: "tools", what: "rustfmt and clippy are installed", run: tools },
    Step { name: "fmt", what: "cargo fmt --all --check", run: format },
    Step { name: "clippy", what: "cargo clippy on all targets, warnings denied", run: clippy },
    Step { name: "layers", what: "imports, calls and dependencies of reefknot-core", run: layering },
    Step { name: "benches", what: "clippy on the benchmarks, and random rules against rrule", run: benches },
    Step { name: "fuzz", what: "clippy on the fuzz targets, warnings denied", run: fuzzing },
    Step { name: "doc", what: "cargo doc, warnings denied", run: document },
    Step { name: "package", what: "cargo publish --dry-run -p reefknot-core -p reefknot-ffi", run: package },
    Step { name: "python", what: "the Python package: a wheel, its tests and its types", run: in_python },
    Step { name: "dateutil", what: "random recurrence rules against python-dateutil", run: dateutil },
    Step { name: "kotlin", what: "the Kotlin bindings, with Maven or the compiler from npm", run: kotlin },
    Step {
        name: "swift",
        what: "the Swift bindings, or what can be checked without a toolchain",
        run: swift,
    },
    Step { name: "world", what: "100,000 random operations on shared meetings", run: world },
    Step {
        name: "tests",
        what: "cargo test: unit, integration, scenario, property and doc tests",
        run: tests,
    },
];

/// Runs every step; the error names the first that failed.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let begun = Instant::now();
    let mut told = Vec::new();
    for (number, step) in STEPS.iter().enumerate() {
        println!("\n==> {}/{} {}: {}", number + 1, STEPS.len(), step.name, step.what);
        let started = Instant::now();
        match (step.run)(root) {
            Ok(words) => {
                println!("    {} passed in {}", step.name, seconds(started.elapsed()));
                told.extend(words);
            }
            Err(problem) => {
                let after = seconds(started.elapsed());
                return Err(format!(
                    "FAILED at step {} of {}, {}, after {after}: {problem}",
                    number + 1,
                    STEPS.len(),
                    step.name
                ));
            }
        }
    }
    told.insert(0, format!("all {} steps passed in {}", STEPS.len(), seconds(begun.elapsed())));
    println!("\ncargo xtask test: {}", told.join("; "));
    Ok(())
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Asks each tool for its version, and has rustup install those that do not answer.
fn tools(root: &Path) -> StepResult {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if answers(root, subcommand) {
            continue;
        }
        println!("    {component} is missing: rustup component add {component}");
        let advice = format!("{component} is needed: install it with `rustup component add {component}`");
        let status = Command::new("rustup")
            .current_dir(root)
            .args(["component", "add", component])
            .status()
            .map_err(|error| format!("rustup did not start ({error}). {advice}"))?;
        if !status.success() || !answers(root, subcommand) {
            return Err(format!("rustup could not install {component} ({status}). {advice}"));
        }
    }
    Ok(None)
}

fn answers(root: &Path, subcommand: &str) -> bool {
    let quiet = || Stdio::null();
    let status = cargo(root).args([subcommand, "--version"]).stdout(quiet()).stderr(quiet()).status();
    status.is_ok_and(|status| status.success())
}

fn format(root: &Path) -> StepResult {
    passes(cargo(root).args(["fmt", "--all", "--check"]), "run `cargo fmt --all`")
}

fn clippy(root: &Path) -> StepResult {
    let arguments = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    passes(cargo(root).args(arguments), "mend the warnings above")
}

fn layering(root: &Path) -> StepResult {
    layers::run(root).map(|()| None)
}

fn benches(root: &Path) -> StepResult {
    bench::check(root).map(|()| None)
}

fn fuzzing(root: &Path) -> StepResult {
    fuzz::check(root).map(|()| None)
}

fn dateutil(root: &Path) -> StepResult {
    vectors::dateutil(root).map(|()| None)
}

fn in_python(root: &Path) -> StepResult {
    python::run(root).map(Some)
}

fn kotlin(root: &Path) -> StepResult {
    told(kotlin::test(root)?)
}

fn swift(root: &Path) -> StepResult {
    told(swift::test(root)?)
}

/// Says what a step found where it happens, and again in the last line.
fn told(words: String) -> StepResult {
    println!("    {words}");
    Ok(Some(words))
}

fn document(root: &Path) -> StepResult {
    let arguments = ["doc", "--workspace", "--no-deps", "--all-features"];
    passes(
        cargo(root).args(arguments).env("RUSTDOCFLAGS", "-D warnings"),
        "mend the documentation named above",
    )
}

fn package(root: &Path) -> StepResult {
    forget_packaged(&cargo_home()?)?;
    succeed(
        cargo(root).args(["clean", "--quiet", "-p", "reefknot-core", "-p", "reefknot-ffi"]),
        "what was compiled of reefknot-core and reefknot-ffi could not be removed",
    )?;
    // `--allow-dirty`: a developer checks before committing.
    let arguments = ["publish", "--dry-run", "-p", "reefknot-core", "-p", "reefknot-ffi", "--allow-dirty"];
    passes(cargo(root).args(arguments), "reefknot-core or reefknot-ffi could not be published as it stands")
}

/// Where cargo keeps what it fetched and unpacked.
fn cargo_home() -> Result<PathBuf, String> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .ok_or_else(|| String::from("set CARGO_HOME: there is no home directory to look for .cargo in"))
}

/// Removes what earlier runs unpacked of this workspace's own packages.
///
/// Cargo verifies reefknot-ffi against the packaged reefknot-core, which it unpacks from a registry of its own under
/// `target/package`, and compiles, once for each version: later runs would verify against the core of the first run
/// here. The directory of such a registry has no host in its name, and begins with a hyphen.
fn forget_packaged(home: &Path) -> Result<(), String> {
    let Ok(registries) = fs::read_dir(home.join("registry/src")) else { return Ok(()) };
    let local =
        registries.flatten().filter(|registry| registry.file_name().to_string_lossy().starts_with('-'));
    for unpacked in local.filter_map(|registry| fs::read_dir(registry.path()).ok()).flatten().flatten() {
        if unpacked.file_name().to_string_lossy().starts_with("reefknot-") {
            fs::remove_dir_all(unpacked.path())
                .map_err(|error| format!("{}: {error}; remove it by hand", unpacked.path().display()))?;
        }
    }
    Ok(())
}

fn passes(command: &mut Command, advice: &str) -> StepResult {
    succeed(command, advice).map(|()| None)
}

/// From where the property tests draw their cases.
const SEED: &str = "20261122";

/// How many random conversations are some 100,000 operations: each has up to 81.
const CONVERSATIONS: &str = "2600";

/// Plays the tests' world for long, with the core optimised: without, it takes several times what that costs to build.
fn world(root: &Path) -> StepResult {
    let mut command = cargo(root);
    command.args(["test", "--config", "profile.dev.package.reefknot-core.opt-level=1"]).args([
        "-p",
        "reefknot-core",
        "--all-features",
        "--test",
        "invariants",
        "no_operation_breaks_a_law",
    ]);
    let asked = |name: &str, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    command
        .env("PROPTEST_RNG_SEED", asked("PROPTEST_RNG_SEED", SEED))
        .env("PROPTEST_CASES", asked("PROPTEST_CASES", CONVERSATIONS));
    passes(
        &mut command,
        "a law of reefknot-core/tests/world/laws.rs is broken; make it a named test, and mend it",
    )
}

/// Runs all tests, showing their output as it comes and counting what their summaries say.
fn tests(root: &Path) -> StepResult {
    let mut child = cargo(root)
        .args(["test", "--workspace", "--all-features", "--no-fail-fast"])
        // The same random cases on every machine, unless others are asked for.
        .env("PROPTEST_RNG_SEED", env::var("PROPTEST_RNG_SEED").as_deref().unwrap_or(SEED))
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    let mut totals = Totals::default();
    if let Some(output) = child.stdout.take() {
        totals = show(&mut BufReader::new(output), &mut io::stdout())
            .map_err(|error| format!("the tests' output could not be shown: {error}"))?;
    }
    let status = child.wait().map_err(|error| format!("cargo was lost: {error}"))?;
    totals.judge(status.success(), &status)
}

/// Copies `output` line by line and adds up its `test result:` lines.
fn show(output: &mut dyn BufRead, to: &mut dyn Write) -> io::Result<Totals> {
    let mut totals = Totals::default();
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        totals.add(&String::from_utf8_lossy(&line));
        line.clear();
    }
    to.flush()?;
    Ok(totals)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Totals {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Totals {
    /// Adds a line such as `test result: ok. 5 passed; 0 failed; 1 ignored; …`; other lines change nothing.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split(';') {
            let mut words = count.split_whitespace();
            let number = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed") => self.failed += number,
                Some("ignored") => self.ignored += number,
                _ => {}
            }
        }
    }

    /// A run is good when cargo says so, tests ran at all, and none of them was set aside.
    fn judge(&self, success: bool, status: &dyn fmt::Display) -> StepResult {
        if !success {
            return Err(format!("{self} ({status})"));
        }
        if self.ignored > 0 {
            return Err(format!("{self}: an ignored test proves nothing, mend it or delete it"));
        }
        if self.passed == 0 {
            return Err(String::from("no test ran"));
        }
        Ok(Some(self.to_string()))
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} tests passed, {} failed, {} ignored", self.passed, self.failed, self.ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(output: &str) -> Totals {
        show(&mut output.as_bytes(), &mut io::sink()).unwrap()
    }

    #[test]
    fn summaries_of_all_binaries_are_added_up() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\n\
            test result: FAILED. 7 passed; 2 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.00s\n";
        assert_eq!(totals(output), Totals { passed: 12, failed: 2, ignored: 1 });
    }

    #[test]
    fn only_what_was_unpacked_of_this_workspace_is_forgotten() {
        let home = env::temp_dir().join(format!("reefknot-forgotten-{}", std::process::id()));
        let [packaged, beside, fetched] =
            ["-0a/reefknot-core-0.1.0", "-0a/other-1.0.0", "crates.io-1b/reefknot-core-0.1.0"]
                .map(|unpacked| home.join("registry/src").join(unpacked));
        for unpacked in [&packaged, &beside, &fetched] {
            fs::create_dir_all(unpacked.join("src")).unwrap();
        }
        forget_packaged(&home).unwrap();
        assert_eq!([packaged, beside, fetched].map(|unpacked| unpacked.exists()), [false, true, true]);
        fs::remove_dir_all(&home).unwrap();
        forget_packaged(&home).unwrap();
    }

    #[test]
    fn output_is_shown_unchanged() {
        let output = b"one\n\xFF two\nno newline at the end";
        let mut shown = Vec::new();
        show(&mut output.as_slice(), &mut shown).unwrap();
        assert_eq!(shown, output);
    }

    #[test]
    fn a_run_is_good_only_if_tests_ran_and_none_was_ignored() {
        let good = Totals { passed: 3, failed: 0, ignored: 0 };
        assert_eq!(
            good.judge(true, &"exit status: 0"),
            Ok(Some(String::from("3 tests passed, 0 failed, 0 ignored")))
        );
        assert!(
            good.judge(false, &"exit status: 101").is_err_and(|message| message.contains("exit status: 101"))
        );
        assert!(
            Totals { ignored: 1, ..good }.judge(true, &"").is_err_and(|message| message.contains("ignored"))
        );
        assert!(Totals::default().judge(true, &"").is_err_and(|message| message == "no test ran"));
    }
}
