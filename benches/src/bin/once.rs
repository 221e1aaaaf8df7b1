//! Does one piece of work once, so that `valgrind --tool=callgrind` can count its instructions.

use std::hint::black_box;
use std::process::ExitCode;

use reefknot_benches::calendar::{INVITATION, generate};
use reefknot_benches::meeting::{Meeting, accept, accept_by_mail, bodies, organize, record, stored};
use reefknot_benches::peers::reefknot;
use reefknot_benches::{people, rules};
use reefknot_core::freebusy::BusyCalendar;
use reefknot_core::ical::Limits;
use reefknot_core::itip::ShowAnswers;
use reefknot_core::recurrence::Budget;
use reefknot_core::scheduling::SchedulingState;
use reefknot_core::time::Zone;

/// Fewer than the benches have: under valgrind everything takes fifty times as long.
const EVENTS: usize = 2_000;

fn main() -> ExitCode {
    let work = std::env::args().nth(1).unwrap_or_default();
    let size = std::env::args().nth(2).and_then(|size| size.parse().ok()).unwrap_or(100);
    let Ok(()) = decide(&work, size).or_else(|_| recur(&work, size)).or_else(|_| run(&work)) else {
        eprintln!("Usage: once generate|read|print|change|invitation");
        eprintln!(
            "       once invite|move|instances|answer|unshown|accept|mail [ATTENDEES, or INSTANCES of a meeting of 10]"
        );
        eprintln!("       once calendar|busy [OBJECTS]");
        eprintln!("       once stored [PEOPLE, of 500 objects each]");
        eprintln!("       once month|first [CASE], the number of a rule in rules::WINDOWS, a thousand times");
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

/// A month of a rule, asked again and again, or each time anew.
fn recur(work: &str, case: usize) -> Result<(), Box<dyn std::error::Error>> {
    let case =
        rules::WINDOWS.get(case).filter(|_| matches!(work, "month" | "first")).ok_or("no such work")?;
    let stream = reefknot::read(rules::calendar(*case).as_bytes())?;
    let series = reefknot::series(stream.calendars().next().ok_or("no calendar")?);
    let may = "20200501T000000Z".parse()?.."20200601T000000Z".parse()?;
    for _ in 0..1_000 {
        let anew = (work == "first").then(|| series.clone());
        let asked = anew.as_ref().unwrap_or(&series);
        black_box(asked.instances(may.clone(), &Zone::UTC, 1_000, Budget::default()));
    }
    Ok(())
}

/// The decisions, and busy time. What comes before the work costs too; take it off with the work one size smaller.
fn decide(work: &str, size: usize) -> Result<(), Box<dyn std::error::Error>> {
    let meeting = Meeting { attendees: size, overrides: 0 };
    match work {
        "invite" => {
            let outcome = organize(None, &meeting.text(0, 0), &SchedulingState::default())?;
            black_box(bodies(&outcome));
        }
        "move" => {
            let before = meeting.invited()?;
            black_box(bodies(&organize(Some(&before), &meeting.text(1, 0), &before.state)?));
        }
        "instances" => {
            let meeting = Meeting { attendees: 10, overrides: size };
            let before = meeting.invited()?;
            black_box(bodies(&organize(Some(&before), &meeting.text(0, 1), &before.state)?));
        }
        "answer" | "unshown" => {
            let shown = if work == "answer" { ShowAnswers::Locally } else { ShowAnswers::Nobody };
            let before = meeting.invited()?;
            black_box(stored(&record(&before, &meeting.reply(), shown)?));
        }
        "accept" => drop(black_box(accept(&meeting.invitation()?)?)),
        "mail" => drop(black_box(accept_by_mail(&meeting.invitation_mail()?)?)),
        "calendar" | "busy" => {
            let (objects, owner) = (people::calendar(0, size)?, people::identities(0));
            let calendar = BusyCalendar::new(&objects, &owner);
            if work == "busy" {
                black_box(calendar.busy(people::week(), &Zone::UTC, &Limits::default()));
            }
        }
        "stored" => {
            black_box(people::Organisation::new(size, 500)?.busy(size)?);
        }
        _ => return Err("no such work".into()),
    }
    Ok(())
}
