//! `reefknot occurrences FILE.ics`: when everything in a calendar takes place.

use std::path::{Path, PathBuf};

use clap::Args;
use reefknot_core::ical::{Component, Limits};
use reefknot_core::recurrence::{Budget, Instance, Series, Stopped};
use reefknot_core::time::Zone;
use reefknot_core::value::{DateTime, LocalDateTime, Timestamp};
use reefknot_core::words::{Words, one_line};
use serde_json::{Value, json};

use crate::input::{self, Failure};
use crate::output::{note, print};
use crate::zone::ZoneArgs;

/// Lists the instances of every component, overrides and exclusions applied, one a line.
///
/// Without --from the list begins with the first instance, without --to it ends with the last,
/// and always after --limit of them; standard error says if there are more.
///
/// With --json: [{ "uid", "start", "end", "recurrence_id", "zone" }], times as in iCalendar
/// (20261122T120000 with its "zone", 20261122T120000Z, 20261122); "zone" is null for whole days
/// and for times that are the same on every clock.
#[derive(Debug, Args)]
#[command(
    after_help = "A time T is an instant (20261122T120000Z, 2026-11-22T12:00:00+01:00), or a day or a clock \
    time in the reader's zone (2026-11-22, 20261122, 2026-11-22T12:00, 20261122T120000).\n\n\
    Examples:\n  reefknot occurrences team.ics --from 2026-11-01 --to 2026-12-01\n  \
    reefknot occurrences team.ics --limit 5 --json"
)]
pub(crate) struct Occurrences {
    /// The file; `-` for standard input.
    file: PathBuf,
    /// Only what ends after this time.
    #[arg(long, value_name = "T")]
    from: Option<When>,
    /// Only what begins before this time.
    #[arg(long, value_name = "T")]
    to: Option<When>,
    /// At most so many instances.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    zone: ZoneArgs,
}

/// A time on the command line: an instant, or what the reader's clock shows.
#[derive(Clone, Copy, Debug)]
enum When {
    At(Timestamp),
    Local(LocalDateTime),
}

impl std::str::FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(instant) = text.parse() {
            return Ok(Self::At(instant));
        }
        let mut plain: String = text.chars().filter(|c| !matches!(c, '-' | ':')).collect();
        if plain.len() == 13 {
            plain.push_str("00");
        }
        match plain.parse() {
            Ok(value @ (DateTime::Date(_) | DateTime::Floating(_))) => Ok(Self::Local(value.civil())),
            _ => Err("write 2026-11-22, 20261122T120000Z or 2026-11-22T12:00:00+01:00".to_owned()),
        }
    }
}

impl When {
    fn in_zone(self, zone: &Zone) -> Timestamp {
        match self {
            Self::At(instant) => instant,
            Self::Local(local) => zone.instant(local),
        }
    }
}

/// One line of the answer.
struct Row {
    order: i64,
    words: String,
    json: Value,
}

impl Occurrences {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let stream = input::stream(&self.file, &input::read(&self.file)?)?;
        input::tell_problems(&self.file, &stream);
        let zone = self.zone.zone()?;
        let mut rows = Vec::new();
        for calendar in &input::calendars(&self.file, &stream)? {
            for series in Series::all(calendar) {
                match series {
                    Ok(series) => self.rows(&series, &zone, &mut rows),
                    Err(error) => tell(&self.file, &format!("{error}; its instances are not listed")),
                }
            }
        }
        rows.sort_by_key(|row: &Row| row.order);
        if rows.len() > self.limit {
            tell(&self.file, &format!("there are more than {}; raise --limit to see them", self.limit));
            rows.truncate(self.limit);
        }
        if self.json {
            return print(&Value::from_iter(rows.into_iter().map(|row| row.json)).to_string());
        }
        let lines: Vec<String> = rows.into_iter().map(|row| row.words).collect();
        if lines.is_empty() { Ok(()) } else { print(&lines.join("\n")) }
    }

    fn rows(&self, series: &Series<'_>, zone: &Zone, rows: &mut Vec<Row>) {
        let from = self.from.map_or(Timestamp::MIN, |from| from.in_zone(zone));
        let to = self.to.map_or(Timestamp::MAX, |to| to.in_zone(zone));
        let budget = Budget::new(Limits::default().expansion_steps);
        // One more than is shown tells that there are more.
        let found = series.instances(from..to, zone, self.limit.saturating_add(1), budget);
        let uid = one_line(series.uid());
        for problem in series.problems() {
            tell(&self.file, &format!("{uid}: {}", one_line(problem)));
        }
        if let Some(unresolved) = &found.unresolved {
            tell(&self.file, &format!("{uid}: {}", one_line(&unresolved.to_string())));
        }
        if found.stopped == Some(Stopped::Budget) {
            tell(&self.file, &format!("{uid}: the search was given up; there may be more instances"));
        }
        let words = Words::new(zone, series.zones());
        for instance in &found.items {
            rows.push(Row {
                order: instance
                    .start_instant
                    .map_or_else(|| instance.start.civil().seconds_since_epoch(), Timestamp::seconds),
                words: format!(
                    "{}  {}",
                    words.when(&instance.start, instance.end.as_ref()),
                    title(instance.component)
                ),
                json: instance_json(series, instance),
            });
        }
    }
}

fn tell(file: &Path, what: &str) {
    note(&format!("{}: {what}", file.display()));
}

fn title(component: &Component) -> String {
    component.text("SUMMARY").map(|summary| one_line(&summary)).unwrap_or_default()
}

fn instance_json(series: &Series<'_>, instance: &Instance<'_>) -> Value {
    let zone = match &instance.start {
        DateTime::Zoned { tzid, .. } => Some(&**tzid),
        DateTime::Utc(_) => Some("UTC"),
        DateTime::Date(_) | DateTime::Floating(_) => None,
    };
    json!({
        "uid": series.uid(),
        "start": instance.start.value_text(),
        "end": instance.end.as_ref().map(DateTime::value_text),
        "recurrence_id": instance.recurrence_id.as_ref().map(DateTime::value_text),
        "zone": zone,
    })
}
