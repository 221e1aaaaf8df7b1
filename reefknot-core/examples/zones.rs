//! Compares the VTIMEZONE definitions of a folder with the IANA zones of their names, hour by hour.
//!
//! `cargo xtask zones DIR` runs it. Versions of the IANA data differ, and so do definitions made of
//! them; so every stretch of time that differs is listed, for somebody to judge.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to whoever ran it")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use reefknot_core::ical::{Limits, Stream};
use reefknot_core::time::{Zone, Zones};
use reefknot_core::value::{Timestamp, UtcOffset};

/// From 1 January 1970 to 1 January 2038.
const HOURS: std::ops::Range<i64> = 0..596_088;

/// Hours in a row at which two zones differ in the same way.
struct Stretch {
    from: Timestamp,
    to: Timestamp,
    defined: i32,
    known: i32,
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: zones DIR");
        return ExitCode::from(2);
    };
    let mut files = Vec::new();
    if let Err(error) = collect(&folder, &mut files) {
        eprintln!("{}: {error}", folder.display());
        return ExitCode::FAILURE;
    }
    files.sort();
    let (mut compared, mut differing) = (0, 0);
    println!("IANA data {}; {} hours each, 1970 to 2037", chrono_tz::IANA_TZDB_VERSION, HOURS.end);
    for file in &files {
        for (tzid, stretches) in definitions(file) {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let Some(stretches) = stretches else {
                println!("      -  {name}: {tzid}: no IANA name");
                continue;
            };
            compared += 1;
            differing += usize::from(!stretches.is_empty());
            let hours: i64 = stretches.iter().map(|one| (one.to.seconds() - one.from.seconds()) / 3600).sum();
            println!("{hours:>7}  {name}: {tzid}");
            for stretch in stretches {
                let offset = |seconds| UtcOffset::from_seconds(seconds).map(|offset| offset.to_string());
                let (defined, known) = (offset(stretch.defined), offset(stretch.known));
                println!(
                    "         {} to {}: {} here, {} by IANA",
                    stretch.from,
                    stretch.to,
                    defined.unwrap_or_default(),
                    known.unwrap_or_default()
                );
            }
        }
    }
    println!("{compared} definitions compared, {differing} of them differ somewhere");
    ExitCode::SUCCESS
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ics")) {
            files.push(path);
        }
    }
    Ok(())
}

/// The definitions of a file; without an IANA zone of the same name there is nothing to compare with.
fn definitions(file: &Path) -> Vec<(String, Option<Vec<Stretch>>)> {
    let bytes = std::fs::read(file).unwrap_or_else(|error| {
        eprintln!("{}: {error}", file.display());
        Vec::new()
    });
    let Ok(stream) = Stream::parse(&bytes, &Limits::default()) else { return Vec::new() };
    let mut found = Vec::new();
    for calendar in stream.calendars() {
        let zones = Zones::of(calendar);
        for (tzid, error) in zones.refused() {
            println!("      -  {}: {tzid}: {error}", file.display());
        }
        for tzid in calendar.components_named("VTIMEZONE").filter_map(|zone| zone.text("TZID")) {
            let known = Zones::default().resolve(&tzid).ok().map(|known| known.zone);
            let known = known.filter(|zone| zone.iana_name().is_some());
            let own = zones.resolve(&tzid).ok().map(|own| own.zone);
            found.push((tzid, own.zip(known).map(|(own, known)| stretches(&own, &known))));
        }
    }
    found
}

/// Walks from each difference to the next; where there is one, hour by hour.
fn stretches(own: &Zone, known: &Zone) -> Vec<Stretch> {
    let (mut found, end) = (Vec::new(), Timestamp::from_seconds(HOURS.end * 3600 - 1));
    let mut at = Timestamp::from_seconds(HOURS.start * 3600);
    while let Some(from) = own.first_difference(known, at, end) {
        let offsets = |at| (own.offset_at(at), known.offset_at(at));
        let (defined, known) = offsets(from);
        let mut to = from;
        while to < end && offsets(to) == (defined, known) {
            to = to.saturating_add(3600);
        }
        found.push(Stretch { from, to, defined, known });
        at = to;
    }
    found
}
