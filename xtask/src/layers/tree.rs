//! The core's files as a tree of modules, and what the rules say about each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use super::rules::{Extent, FORBIDDEN_MACROS, FORBIDDEN_PATHS, FORBIDDEN_WORDS, LAYERS};
use super::source::{self, Module, Reference, Source, Target};

/// The text of every source file, by its path below `src`.
pub(super) type Files = BTreeMap<PathBuf, String>;

/// One broken rule, and where.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    file: PathBuf,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

/// All broken rules in a crate whose root is `lib.rs`.
pub(super) fn check(files: &Files) -> Vec<Finding> {
    let mut checker = Checker::default();
    checker.walk(files);
    checker.find_orphans(files);
    checker.findings.sort();
    checker.findings
}

#[derive(Default)]
struct Checker {
    findings: Vec<Finding>,
    /// Files that are a module of the crate.
    reached: BTreeSet<PathBuf>,
    /// Test modules: their files, and the folders of their submodules, which are not read.
    tests: Vec<PathBuf>,
    /// What `lib.rs` offers under its own name, with the layer it comes from; `None` for another crate's.
    exports: BTreeMap<String, Option<String>>,
}

impl Checker {
    fn walk(&mut self, files: &Files) {
        let mut waiting = vec![(PathBuf::from("lib.rs"), Vec::new())];
        while let Some((file, path)) = waiting.pop() {
            let Some(text) = files.get(&file) else {
                self.find(&file, 1, String::from("the file is missing"));
                continue;
            };
            self.reached.insert(file.clone());
            let source = source::read(text, &path);
            if path.is_empty() {
                self.read_root(&file, &source);
            }
            self.check_source(&file, &source);
            for module in &source.modules {
                let candidates = candidates(&file, path.len(), module);
                if module.test {
                    self.tests.extend(candidates.iter().map(|file| file.with_extension("")));
                    self.reached.extend(candidates);
                } else if !module.inline {
                    match candidates.into_iter().find(|file| files.contains_key(file)) {
                        Some(found) => waiting.push((found, module.path.clone())),
                        None => self.find(&file, module.line, format!("`mod {}` has no file", name(module))),
                    }
                }
            }
        }
    }

    fn find(&mut self, file: &Path, line: usize, what: String) {
        self.findings.push(Finding { file: file.to_path_buf(), line, what });
    }

    /// Every top-level module is a layer; every other name at the root comes from one, visibly.
    fn read_root(&mut self, file: &Path, source: &Source) {
        let top: BTreeSet<&str> =
            source.modules.iter().filter(|module| module.path.len() == 1).map(name).collect();
        for module in source.modules.iter().filter(|module| module.path.len() == 1 && !module.test) {
            if rank(name(module)).is_none() {
                let what = format!(
                    "`{}` is not a layer: give it its place in LAYERS (xtask/src/layers/rules.rs), or move it into one",
                    name(module)
                );
                self.find(file, module.line, what);
            }
        }
        for reference in source.references.iter().filter(|reference| reference.within.is_empty()) {
            let (Target::Local(path) | Target::Other(path)) = &reference.target;
            let layer = path.first().filter(|first| top.contains(first.as_str()));
            match reference.binds.as_deref() {
                Some("*") if layer.is_some() => {
                    let what = String::from(
                        "a glob at the root hides which layer a name comes from: name the items",
                    );
                    self.find(file, reference.line, what);
                }
                Some(name) => {
                    self.exports.insert(name.to_owned(), layer.cloned());
                }
                None => {}
            }
        }
    }

    fn check_source(&mut self, file: &Path, source: &Source) {
        for reference in &source.references {
            let finding = match &reference.target {
                Target::Local(path) => self.import(reference, path),
                Target::Other(path) => forbidden_path(path),
            };
            if let Some(what) = finding {
                self.find(file, reference.line, what);
            }
        }
        for (line, name) in &source.macros {
            if let Some((_, because)) = FORBIDDEN_MACROS.iter().find(|(forbidden, _)| forbidden == name) {
                self.find(file, *line, format!("`{name}!` is forbidden: {because}"));
            }
        }
        for (line, word) in &source.words {
            if let Some((_, because)) = FORBIDDEN_WORDS.iter().find(|(forbidden, _)| forbidden == word) {
                self.find(file, *line, format!("`{word}` is forbidden: {because}"));
            }
        }
    }

    /// What is wrong with naming the crate's own `path` there.
    fn import(&self, reference: &Reference, path: &[String]) -> Option<String> {
        let from = reference.within.first()?;
        let Some(first) = path.first().filter(|first| *first != "*") else {
            return Some(format!(
                "layer `{from}` imports the crate's root, which hides what it uses: name the layer"
            ));
        };
        let layer = match self.exports.get(first) {
            Some(Some(layer)) => layer,
            Some(None) => return None,
            None => first,
        };
        let Some(used) = rank(layer) else {
            return (from != layer).then(|| {
                format!("layer `{from}` uses `crate::{first}`, which belongs to no layer: move it into one")
            });
        };
        // A module that is no layer has been reported where it is declared.
        (used > rank(from)?).then(|| format!("layer `{from}` uses `{layer}`, which is above it"))
    }

    /// A file that no module declares is never compiled, and would escape every check.
    fn find_orphans(&mut self, files: &Files) {
        for file in files.keys() {
            let known =
                self.reached.contains(file) || self.tests.iter().any(|folder| file.starts_with(folder));
            if !known {
                self.find(file, 1, String::from("no `mod` declares this file: declare it or delete it"));
            }
        }
    }
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|other| *other == layer)
}

fn name(module: &Module) -> &str {
    module.path.last().map_or("", String::as_str)
}

/// Where the file of `module` may be, declared in `file`, whose own module is `depth` levels below the root.
fn candidates(file: &Path, depth: usize, module: &Module) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    if let Some(given) = &module.file {
        return vec![folder.join(given)];
    }
    let holds_folder = file.ends_with("mod.rs") || file.ends_with("lib.rs");
    let own = if holds_folder { folder.to_path_buf() } else { file.with_extension("") };
    let inline = module.path.get(depth..).unwrap_or_default();
    let below: PathBuf = inline.iter().collect();
    vec![own.join(&below).with_extension("rs"), own.join(&below).join("mod.rs")]
}

fn forbidden_path(path: &[String]) -> Option<String> {
    let is = |these: &[String], segments: &[&str]| {
        these.iter().zip(segments).all(|(this, segment)| this == segment)
    };
    let rule = FORBIDDEN_PATHS.iter().find(|rule| {
        let long = rule.segments.len();
        path.len() >= long
            && match rule.extent {
                Extent::Prefix => is(path, rule.segments),
                Extent::Whole => path.len() == long && is(path, rule.segments),
                Extent::Within => path.windows(long).any(|window| is(window, rule.segments)),
            }
    })?;
    Some(format!("`{}` is forbidden: {}", path.join("::"), rule.because))
}

#[cfg(test)]
mod tests;
