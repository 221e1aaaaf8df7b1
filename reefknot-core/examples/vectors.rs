//! Checks recurrence vectors: `cargo xtask vectors FILE`, or this with the file's name.
//!
//! Each line of FILE is a JSON object: `dtstart`, `rrule`, `instances` separated by commas (or text that
//! begins with `***` where an error is expected), perhaps `start_at` for where a window begins. Times
//! are clock times without a zone, and a list may be the beginning of a longer one.
//!
//! A list that begins later than `dtstart` comes from a program that neither gives nor counts a DTSTART
//! outside the rule; the core does both (RFC 5545 §3.3.10, COUNT), so it is asked for one more.
#![allow(clippy::print_stdout, reason = "a developer's command")]

use reefknot_core::value::{Budget, DateTime, LocalDateTime, Occurrences, Recur, Rule};
use serde_json::Value;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1) else {
        println!("usage: vectors FILE");
        return ExitCode::from(2);
    };
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            println!("{file} could not be read: {error}");
            return ExitCode::from(2);
        }
    };
    let (mut all, mut differ) = (0, 0);
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        all += 1;
        let outcome = serde_json::from_str(line)
            .map_err(|error| format!("is no vector: {error}"))
            .and_then(|vector| check(&vector));
        if let Err(difference) = outcome {
            differ += 1;
            println!("{file}:{} {difference}", number + 1);
        }
    }
    println!("{} of {all} vectors agree", all - differ);
    if differ == 0 && all > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Says in what a vector and the core differ.
fn check(vector: &Value) -> Result<(), String> {
    let field = |name: &str| vector[name].as_str().ok_or_else(|| format!("has no {name}"));
    let (start, text, expected) = (field("dtstart")?, field("rrule")?, field("instances")?);
    let fails = expected.starts_with("***");
    let expected: Vec<&str> = expected.split(',').filter(|item| !item.is_empty()).collect();
    let uncounted = u32::from(!fails && expected.first() != Some(&start));
    let told = |error: reefknot_core::Error| format!("{text}: {error}");
    let start: DateTime = start.parse().map_err(told)?;
    let rule = match ready(&start, text, uncounted) {
        Err(_) if fails => return Ok(()),
        Ok(_) if fails => return Err(format!("{text}: expected an error")),
        rule => rule.map_err(told)?,
    };
    let found = list(&start, &rule, rule.all(), expected.len() + uncounted as usize)?;
    compare(text, &found[found.len().min(uncounted as usize)..], &expected)?;
    if let Ok(from) = field("start_at") {
        let later: Vec<&str> = expected.into_iter().filter(|time| *time >= from).collect();
        let local: LocalDateTime = from.parse().map_err(told)?;
        let walk = rule.from(local, &mut Budget::default()).map_err(|spent| spent.to_string())?;
        let found = list(&start, &rule, walk, later.len())?;
        compare(&format!("{text} seen from {from}"), &found, &later)?;
    }
    Ok(())
}

fn ready(start: &DateTime, text: &str, uncounted: u32) -> reefknot_core::Result<Rule> {
    let mut recur: Recur = text.parse()?;
    recur.count = recur.count.map(|count| count.saturating_add(uncounted));
    // A last day counts whole.
    let last = |until: &DateTime| match until.civil().checked_add_seconds(86_399) {
        Some(end) if until.is_date() => end,
        _ => until.civil(),
    };
    Rule::new(&recur, start.civil(), start.is_date(), recur.until.as_ref().map(last))
}

/// As many instances as are expected and, of a rule that ends, one more.
fn list(
    start: &DateTime,
    rule: &Rule,
    mut walk: Occurrences<'_>,
    expected: usize,
) -> Result<Vec<String>, String> {
    let (mut budget, mut found) = (Budget::default(), Vec::new());
    while found.len() < expected + usize::from(!rule.is_endless())
        && let Some(next) = walk.next(&mut budget).map_err(|spent| spent.to_string())?
    {
        found.push(start.with_civil(next).value_text());
    }
    Ok(found)
}

fn compare(what: &str, found: &[String], expected: &[&str]) -> Result<(), String> {
    let at = |index| {
        let found = found.get(index).map_or("no more", String::as_str);
        (found, expected.get(index).copied().unwrap_or("no more"))
    };
    let differs = |index: &usize| at(*index).0 != at(*index).1;
    (0..found.len().max(expected.len())).find(differs).map_or(Ok(()), |index| {
        let (found, expected) = at(index);
        Err(format!("{what}: instance {} is {found}, expected {expected}", index + 1))
    })
}
