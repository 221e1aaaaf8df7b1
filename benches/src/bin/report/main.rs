//! Counts memory and allocations, reads what criterion measured, and prints both as the tables of README.md.

mod counting;
mod measured;

use std::path::Path;
use std::process::ExitCode;
use std::{fs, thread};

use counting::{Cost, cost};
use reefknot_benches::calendar::{EVENTS, INVITATION, generate};
use reefknot_benches::hostile;
use reefknot_benches::peers::{calcard, icalendar, reefknot};

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("Usage: report FOLDER, the one that criterion writes to (CRITERION_HOME)");
        return ExitCode::from(2);
    };
    match measured::read(Path::new(&folder)) {
        Ok(groups) => {
            println!("Machine: {}.\n", machine());
            println!("{}", measured::tables(&groups));
            println!("{}", memory());
            println!("{}", hostile_memory());
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("report: {folder}: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// The processor's name where Linux tells it, and the number of cores.
fn machine() -> String {
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("a processor that does not say its name", |(_, name)| name);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores, {}", std::env::consts::OS)
}

fn memory() -> String {
    let text = generate(EVENTS);
    let octets = text.len() as f64;
    let mut table = String::from(
        "### memory of reading 24 MB\n\nlibical's own allocator is not counted.\n\n\
         | | most held at once, × input | held after, × input | allocations | for each of 20,000 events |\n|---|--:|--:|--:|--:|\n",
    );
    let mut row = |name: &str, cost: Cost| {
        table.push_str(&format!(
            "| {name} | {:.2} | {:.2} | {} | {:.1} |\n",
            cost.peak as f64 / octets,
            cost.kept as f64 / octets,
            cost.allocations,
            cost.allocations as f64 / EVENTS as f64
        ));
    };
    row("reefknot", cost(|| reefknot::read(text.as_bytes())));
    row("calcard", cost(|| calcard::read(&text)));
    let unfolded = icalendar::unfold(&text);
    row("icalendar, parser (without unfolding)", cost(|| icalendar::parse(&unfolded)));
    row("icalendar, builder", cost(|| icalendar::build(&text)));
    let invitation = cost(|| reefknot::read(INVITATION.as_bytes()).map(|stream| stream.to_bytes()));
    table.push_str(&format!(
        "\nReading and printing the invitation takes {} allocations and {:.1} × its size.\n",
        invitation.allocations,
        invitation.peak as f64 / INVITATION.len() as f64
    ));
    table
}

fn hostile_memory() -> String {
    let mut table = String::from("### memory of hostile input, most held at once, × input\n\n|");
    for size in hostile::SIZES {
        table.push_str(&format!(" | {} KB", size >> 10));
    }
    table.push_str(&format!(" |\n|---|{}\n", "--:|".repeat(hostile::SIZES.len())));
    for kind in hostile::ALL {
        table.push_str(&format!("| {} |", kind.name));
        for size in hostile::SIZES {
            let input = (kind.make)(size);
            let cost = cost(|| reefknot::read(&input));
            table.push_str(&format!(" {:.2} |", cost.peak as f64 / input.len() as f64));
        }
        table.push('\n');
    }
    table
}
