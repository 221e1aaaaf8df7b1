//! `cargo xtask layers`: the core's imports run one way, and it touches nothing outside itself.
//!
//! Three checks: no layer names a later one ([`rules::LAYERS`]); no code outside tests names a file, socket, thread,
//! clock, environment or random source; every crate that the default features bring in has been reviewed.

mod dependencies;
mod lexer;
mod rules;
mod source;
mod tree;

use std::fs;
use std::path::Path;

/// Prints every finding; the error says how many there were.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let sources = root.join("reefknot-core").join("src");
    let mut files = tree::Files::new();
    load(&sources, &sources, &mut files)?;
    let findings = tree::check(&files);
    for finding in &findings {
        eprintln!("reefknot-core/src/{finding}");
    }
    let (reviewed, problems) = dependencies::check(root)?;
    for problem in &problems {
        eprintln!("reefknot-core: {problem}");
    }
    match findings.len() + problems.len() {
        0 => {
            println!("    {} source files and {reviewed} crates keep to the rules", files.len());
            Ok(())
        }
        1 => Err(String::from("one rule is broken, see above")),
        count => Err(format!("{count} rules are broken, see above")),
    }
}

/// Reads every Rust file in `folder` and below, under its path from `base`.
fn load(base: &Path, folder: &Path, files: &mut tree::Files) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{} could not be read: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.is_dir() {
            load(base, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)
                .map_err(|error| format!("{} could not be read: {error}", path.display()))?;
            files.insert(path.strip_prefix(base).unwrap_or(&path).to_path_buf(), text);
        }
    }
    Ok(())
}
