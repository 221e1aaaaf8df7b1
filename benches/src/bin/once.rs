//! Does one piece of work once, so that `valgrind --tool=callgrind` can count its instructions.

use std::hint::black_box;
use std::process::ExitCode;

use reefknot_benches::calendar::{INVITATION, generate};
use reefknot_benches::peers::reefknot;

/// Fewer than the benches have: under valgrind everything takes fifty times as long.
const EVENTS: usize = 2_000;

fn main() -> ExitCode {
    let work = std::env::args().nth(1).unwrap_or_default();
    let Ok(()) = run(&work) else {
        eprintln!("Usage: once generate|read|print|change|invitation");
        return ExitCode::from(2);
    };
    ExitCode::SUCCESS
}

fn run(work: &str) -> Result<(), Box<dyn std::error::Error>> {
    let text = if work == "invitation" { INVITATION.to_owned() } else { generate(EVENTS) };
    if work == "generate" {
        return Ok(());
    }
    let stream = reefknot::read(text.as_bytes())?;
    match work {
        "read" => drop(black_box(stream)),
        "print" | "invitation" => drop(black_box(stream.to_bytes())),
        "change" => {
            let mut calendar = stream.into_calendars().next().ok_or("no calendar")?;
            reefknot::change(&mut calendar)?;
            black_box(calendar.to_bytes());
        }
        _ => return Err("no such work".into()),
    }
    Ok(())
}
