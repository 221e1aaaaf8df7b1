//! The crates that `reefknot-core` brings along with its default features, on every platform.

use std::collections::BTreeMap;
use std::path::Path;

use super::rules::{ALLOWED_CRATES, FORBIDDEN_CRATES, FORBIDDEN_FEATURES};
use crate::cargo;

/// How many crates there are, and what is wrong with them.
pub(super) fn check(root: &Path) -> Result<(usize, Vec<String>), String> {
    let arguments = ["tree", "-p", "reefknot-core", "-e", "normal", "--target", "all", "--prefix", "none"];
    let output = cargo(root)
        .args(arguments)
        .args(["--format", "{p}\t{f}"])
        .output()
        .map_err(|error| format!("cargo tree did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let tree =
        String::from_utf8(output.stdout).map_err(|error| format!("cargo tree printed no text: {error}"))?;
    let crates = parse(&tree);
    if !crates.contains_key("reefknot-core") {
        return Err(format!("cargo tree does not name reefknot-core:\n{tree}"));
    }
    Ok((crates.len(), problems(&crates)))
}

/// The features of each crate. A line is `name vVERSION (SOURCE)`, a tab, `feature,feature (*)`.
fn parse(tree: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut crates: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in tree.lines() {
        let (package, features) = line.split_once('\t').unwrap_or((line, ""));
        let Some(name) = package.split_whitespace().next() else { continue };
        let features = features.trim_end_matches("(*)").split(',').map(str::trim);
        crates.entry(name).or_default().extend(features.filter(|feature| !feature.is_empty()));
    }
    crates
}

fn problems(crates: &BTreeMap<&str, Vec<&str>>) -> Vec<String> {
    const WHO: &str = "`cargo tree -p reefknot-core -e normal --target all -i CRATE` shows who needs it";
    let mut problems = Vec::new();
    let mut unknown = Vec::new();
    for (name, features) in crates {
        if let Some((_, brings)) = FORBIDDEN_CRATES.iter().find(|(forbidden, _)| forbidden == name) {
            problems.push(format!("depends on `{name}`, which brings {brings}; {WHO}"));
        } else if !ALLOWED_CRATES.iter().any(|(allowed, _)| allowed == name) {
            unknown.push(*name);
        }
        for (_, feature, brings) in FORBIDDEN_FEATURES.iter().filter(|(forbidden, ..)| forbidden == name) {
            if features.contains(feature) {
                problems.push(format!("turns on `{name}`'s feature `{feature}`, which brings {brings}"));
            }
        }
    }
    if !unknown.is_empty() {
        problems.push(format!(
            "depends on crates that nobody has reviewed: {}. Make sure that each does no I/O, reads no clock and draws \
             no randomness, then add it to ALLOWED_CRATES (xtask/src/layers/rules.rs) with its reason; {WHO}",
            unknown.join(", ")
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_with_its_features() {
        let tree = "reefknot-core v0.1.0 (/a b/reefknot-core)\t\nserde v1.0.1\tderive,std\nserde_derive v1.0.1 (proc-macro)\t\n\
                    chrono v0.4.45\tstd\nchrono v0.4.45\tstd (*)\n\nchrono v0.5.0\tnow (*)\n";
        let expected = [
            ("chrono", vec!["std", "std", "now"]),
            ("reefknot-core", vec![]),
            ("serde", vec!["derive", "std"]),
            ("serde_derive", vec![]),
        ];
        assert_eq!(parse(tree), BTreeMap::from(expected));
    }

    #[test]
    fn reviewed_crates_pass_and_others_do_not() {
        let told = |tree| problems(&parse(tree));
        assert_eq!(
            told("reefknot-core v0.1.0\nchrono v0.4.45\tstd\nmemchr v2.8.0\tstd"),
            Vec::<String>::new()
        );
        let [unknown] = told("left-pad v1.0.0\t\nis-odd v2.0.0\t").try_into().unwrap();
        assert!(unknown.contains("nobody has reviewed: is-odd, left-pad."), "{unknown}");
        let [random] = told("rand v0.9.0\tstd").try_into().unwrap();
        assert!(random.contains("`rand`, which brings randomness"), "{random}");
        let [clock, now] = told("chrono v0.4.45\tclock,now,std").try_into().unwrap();
        assert!(clock.contains("feature `clock`") && now.contains("feature `now`"), "{clock} {now}");
    }

    #[test]
    fn no_crate_is_both_allowed_and_forbidden() {
        for (name, reason) in ALLOWED_CRATES {
            assert!(!reason.is_empty(), "{name} is allowed without a reason");
            assert!(
                FORBIDDEN_CRATES.iter().all(|(forbidden, _)| forbidden != name),
                "{name} is in both lists"
            );
        }
    }
}
