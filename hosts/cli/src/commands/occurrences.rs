//! `reefknot occurrences FILE.ics`: when everything in a calendar takes place.

use std::path::{Path, PathBuf};

use clap::Args;
use reefknot_core::ical::{Component, Limits};
use reefknot_core::recurrence::{Budget, Instance, Series, Stopped};
use reefknot_core::scheduling::fields;
use reefknot_core::time::{Zone, Zones};
use reefknot_core::value::{DateTime, LocalDateTime, Timestamp};
use reefknot_core::words::{Words, one_line};
use serde_json::{Value, json};

use crate::input::{self, Failure};
use crate::output::{note, print};
use crate::zone::ZoneArgs;

/// Lists the instances of every component, overrides and exclusions applied, one a line; what is cancelled says so.
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

/// One instance on its way into the answer.
struct Row<'a> {
    uid: String,
    recurrence_id: Option<DateTime>,
    zones: &'a Zones,
    instance: Instance<'a>,
}

/// The earliest instances found so far, never many more than are shown.
struct Rows<'a> {
    rows: Vec<Row<'a>>,
    /// How many are shown.
    limit: usize,
    /// Whether some were found and let go.
    more: bool,
    /// Nothing that begins later can be among the earliest.
    to: Timestamp,
}

/// Seconds by which an instance without an instant may be misplaced: the widest difference between clocks.
const MARGIN: i64 = 2 * 86_400;

impl<'a> Rows<'a> {
    fn add(&mut self, row: Row<'a>) {
        self.rows.push(row);
        if self.rows.len() > self.limit.saturating_mul(2).saturating_add(1_000) {
            self.cut();
        }
    }

    /// Lets go of all but the earliest.
    fn cut(&mut self) {
        self.rows.sort_by_key(|row| row.instance.order());
        self.more |= self.rows.len() > self.limit;
        self.rows.truncate(self.limit);
        if let Some(last) = self.rows.last().filter(|_| self.rows.len() == self.limit) {
            self.to = self.to.min(Timestamp::from_seconds(last.instance.order().saturating_add(MARGIN)));
        }
    }
}

impl Occurrences {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let stream = input::stream(&self.file, &input::read(&self.file)?)?;
        input::tell_problems(&self.file, &stream);
        let zone = self.zone.zone()?;
        let calendars = input::calendars(&self.file, &stream)?;
        let zones: Vec<Zones> = calendars.iter().map(Zones::of).collect();
        let to = self.to.map_or(Timestamp::MAX, |to| to.in_zone(&zone));
        let mut found = Rows { rows: Vec::new(), limit: self.limit, more: false, to };
        for (calendar, zones) in calendars.iter().zip(&zones) {
            for found in zones.contradictions(calendar) {
                tell(&self.file, &Words::new(&zone, zones).contradiction(&found));
            }
            for series in Series::all(calendar) {
                match series {
                    Ok(series) => self.search(&series, zones, &zone, &mut found),
                    Err(error) => tell(&self.file, &format!("{error}; its instances are not listed")),
                }
            }
        }
        found.cut();
        if found.more {
            tell(&self.file, &format!("there are more than {}; raise --limit to see them", self.limit));
        }
        if self.json {
            return print(&found.rows.iter().map(instance_json).collect::<Value>().to_string());
        }
        let line = |row: &Row<'_>| {
            let when = Words::new(&zone, row.zones).when(&row.instance.start, row.instance.end.as_ref());
            let cancelled = if fields::is_cancelled(row.instance.component) { "  (cancelled)" } else { "" };
            format!("{when}  {}{cancelled}", title(row.instance.component))
        };
        let lines: Vec<String> = found.rows.iter().map(line).collect();
        if lines.is_empty() { Ok(()) } else { print(&lines.join("\n")) }
    }

    fn search<'a>(&self, series: &Series<'a>, zones: &'a Zones, zone: &Zone, rows: &mut Rows<'a>) {
        let from = self.from.map_or(Timestamp::MIN, |from| from.in_zone(zone));
        let budget = Budget::new(Limits::default().expansion_steps);
        // One more than is shown tells that there are more.
        let found = series.instances(from..rows.to, zone, self.limit.saturating_add(1), budget);
        for problem in series.problems() {
            tell(&self.file, &format!("{}: {}", one_line(series.uid()), one_line(problem)));
        }
        if let Some(unresolved) = &found.unresolved {
            tell(&self.file, &format!("{}: {}", one_line(series.uid()), one_line(&unresolved.to_string())));
        }
        if found.stopped == Some(Stopped::Budget) {
            let uid = one_line(series.uid());
            tell(&self.file, &format!("{uid}: the search was given up; there may be more instances"));
        }
        for instance in found.items {
            let recurs = !instance.key.is_master();
            let recurrence_id = series.instance_start(&instance.key).filter(|_| recurs);
            rows.add(Row { uid: series.uid().to_owned(), recurrence_id, zones, instance });
        }
    }
}

fn tell(file: &Path, what: &str) {
    note(&format!("{}: {what}", file.display()));
}

fn title(component: &Component) -> String {
    component.text("SUMMARY").map(|summary| one_line(&summary)).unwrap_or_default()
}

fn instance_json(row: &Row<'_>) -> Value {
    let instance = &row.instance;
    let zone = match &instance.start {
        DateTime::Zoned { tzid, .. } => Some(&**tzid),
        DateTime::Utc(_) => Some("UTC"),
        DateTime::Date(_) | DateTime::Floating(_) => None,
    };
    json!({
        "uid": row.uid,
        "start": instance.start.value_text(),
        "end": instance.end.as_ref().map(DateTime::value_text),
        "recurrence_id": row.recurrence_id.as_ref().map(DateTime::value_text),
        "zone": zone,
    })
}
