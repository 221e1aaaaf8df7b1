//! The Kotlin bindings: built and tested with Maven, or where its registry cannot be reached, with the compiler from npm
//! and Debian's libraries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bindings::{answers, generate, library, succeeds, target};

/// The compiler that the npm registry has.
const COMPILER: &str = "kotlin-compiler@2.4.20";

/// What Debian's packages `libjna-java` and `junit5` bring, under `/usr/share/java`.
const JARS: [&str; 13] = [
    "jna",
    "junit-jupiter-api",
    "junit-jupiter-engine",
    "junit-platform-commons",
    "junit-platform-console",
    "junit-platform-engine",
    "junit-platform-launcher",
    "junit-platform-reporting",
    "opentest4j",
    "opentest4j-reporting-events",
    "opentest4j-reporting-schema",
    "apiguardian-api",
    "picocli",
];

/// Runs the tests; the answer is a line with their number.
pub(crate) fn test(root: &Path) -> Result<String, String> {
    if !answers("java") {
        return Err("Java 17 is needed (`apt-get install openjdk-17-jdk maven` on Debian)".to_owned());
    }
    if answers("mvn") {
        match maven(root) {
            Err(problem) if is_unreachable(&problem) => {
                println!("    Maven's registry cannot be reached: taking the compiler from npm");
            }
            done => return done,
        }
    } else {
        println!("    Maven is missing: taking the compiler from npm");
    }
    npm(root)
}

/// What Maven says where its registry, and not the project, is at fault.
fn is_unreachable(problem: &str) -> bool {
    ["could not be resolved", "Could not transfer artifact", "Could not resolve dependencies"]
        .iter()
        .any(|words| problem.contains(words))
}

/// `mvn test` generates the sources, compiles and runs all.
fn maven(root: &Path) -> Result<String, String> {
    let mut command = Command::new("mvn");
    command.current_dir(root.join("bindings/kotlin")).args(["--batch-mode", "--no-transfer-progress"]);
    command.arg(format!("-Dreefknot.library={}", target(root).join("debug").display()));
    let output = succeeds(command.arg("test"), "`mvn test` in bindings/kotlin failed")?;
    let summary = output.lines().filter_map(surefire).next_back();
    Ok(format!("Kotlin: {} tests passed (Maven)", whole(summary)?))
}

/// The number in Surefire's last line, `Tests run: 15, Failures: 0, Errors: 0, Skipped: 0`, if none was set aside.
fn surefire(line: &str) -> Option<u64> {
    let (_, counts) = line.split_once("Tests run: ")?;
    let (run, rest) = counts.split_once(", ")?;
    (rest.trim() == "Failures: 0, Errors: 0, Skipped: 0").then(|| run.parse().ok())?
}

fn whole(count: Option<u64>) -> Result<u64, String> {
    count.filter(|count| *count > 0).ok_or_else(|| "no Kotlin test ran, or one was skipped".to_owned())
}

fn npm(root: &Path) -> Result<String, String> {
    let folder = target(root).join("kotlin");
    let (sources, classes) = (folder.join("sources"), folder.join("classes"));
    for old in [&sources, &classes] {
        if old.exists() {
            fs::remove_dir_all(old).map_err(|error| format!("{}: {error}", old.display()))?;
        }
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    generate(root, "kotlin", &sources)?;
    let compiler = compiler(&folder)?;
    let mut jars = jars()?;
    jars.push(compiler.join("kotlin-stdlib.jar"));
    let project = root.join("bindings/kotlin");
    let mut compile = Command::new("java");
    compile.args(["-Xmx2g", "-cp"]).arg(compiler.join("*"));
    compile.args(["org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-nowarn", "-no-stdlib", "-no-reflect"]);
    compile.args(["-jvm-target", "17", "-classpath", &path(&jars), "-d"]).arg(&classes).arg(&sources);
    compile.args(["src/main/kotlin", "src/test/kotlin", "examples/inbox/src"].map(|part| project.join(part)));
    succeeds(&mut compile, "the Kotlin sources do not compile")?;
    jars.push(classes.clone());
    let mut run = Command::new("java");
    if let Some(folder) = library(root).parent() {
        run.arg(format!("-Djna.library.path={}", folder.display()));
    }
    run.arg(format!("-Dreefknot.fixtures={}", root.join("fixtures").display()));
    run.args(["-cp", &path(&jars), "org.junit.platform.console.ConsoleLauncher", "--details=tree"]);
    run.args(["--disable-banner", "--include-classname=.*Test", "--scan-classpath"]).arg(&classes);
    let output = succeeds(&mut run, "the Kotlin tests failed")?;
    Ok(format!("Kotlin: {} tests passed (npm's compiler)", whole(console(&output))?))
}

/// The number in the console launcher's `[  15 tests successful  ]`, where as many were found.
fn console(output: &str) -> Option<u64> {
    let count = |words: &str| {
        let line = output.lines().find(|line| line.contains(words))?;
        line.split_whitespace().find_map(|word| word.parse::<u64>().ok())
    };
    count("tests successful").filter(|done| count("tests found") == Some(*done))
}

/// The folder of the compiler's jars; it is fetched if it is missing.
fn compiler(folder: &Path) -> Result<PathBuf, String> {
    let lib = folder.join("package/lib");
    if lib.join("kotlin-compiler.jar").is_file() {
        return Ok(lib);
    }
    println!("    {COMPILER} is missing: npm pack {COMPILER}");
    let advice = format!("{COMPILER} is needed (npm), and Maven could not be used");
    let mut pack = Command::new("npm");
    let archive = succeeds(pack.current_dir(folder).args(["pack", "--silent", COMPILER]), &advice)?;
    let mut unpack = Command::new("tar");
    succeeds(unpack.current_dir(folder).args(["-xzf", archive.trim()]), &advice)?;
    Ok(lib)
}

/// Debian's jars; `apt-get` is asked for them if they are missing.
fn jars() -> Result<Vec<PathBuf>, String> {
    let all = || -> Vec<PathBuf> {
        JARS.iter().map(|name| Path::new("/usr/share/java").join(format!("{name}.jar"))).collect()
    };
    if all().iter().all(|jar| jar.is_file()) {
        return Ok(all());
    }
    println!("    JNA and JUnit are missing: apt-get install libjna-java junit5");
    let advice = "Debian's libjna-java and junit5 are needed: run `apt-get install libjna-java junit5`";
    succeeds(Command::new("apt-get").args(["install", "-y", "-q", "libjna-java", "junit5"]), advice)?;
    match all().iter().find(|jar| !jar.is_file()) {
        Some(missing) => Err(format!("{advice}; {} is not there", missing.display())),
        None => Ok(all()),
    }
}

fn path(jars: &[PathBuf]) -> String {
    jars.iter().map(|jar| jar.display().to_string()).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_counts_only_if_no_test_was_set_aside() {
        assert_eq!(surefire("[INFO] Tests run: 15, Failures: 0, Errors: 0, Skipped: 0"), Some(15));
        assert_eq!(surefire("[WARNING] Tests run: 15, Failures: 0, Errors: 0, Skipped: 1"), None);
        assert_eq!(
            surefire("[INFO] Tests run: 8, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1 s"),
            None
        );
        let console_of = |found, done| {
            console(&format!(
                "[        {found} tests found           ]\n[        {done} tests successful      ]\n"
            ))
        };
        assert_eq!(console_of(15, 15), Some(15));
        assert_eq!(console_of(15, 14), None);
        assert!(whole(Some(0)).is_err() && whole(None).is_err());
    }

    #[test]
    fn a_registry_that_is_away_is_told_from_a_test_that_fails() {
        assert!(is_unreachable("Plugin … or one of its dependencies could not be resolved: …"));
        assert!(!is_unreachable("[ERROR] Tests run: 15, Failures: 1, Errors: 0, Skipped: 0"));
    }
}
