//! Writing a VTIMEZONE (RFC 5545 §3.6.5): rules where rules hold, dates where they do not.
//!
//! A message whose times have a TZID must carry its definition (RFC 5546 §3.1.2). Definitions are
//! cut to the span asked for, because nobody needs the clocks of 1911 to meet next Tuesday.

use super::Zone;
use crate::value::{Date, LocalDateTime, Timestamp, UtcOffset, Weekday};
use std::fmt::Write;

const DAY: i64 = 86_400;
const YEAR: i64 = 366 * DAY;
/// How far past the span rules are watched, to tell a habit from a coincidence.
///
/// In twelve years running every date of a “last Sunday” occurs.
const WATCH: i64 = 12 * YEAR;
/// How many years running make a rule.
const HABIT: usize = 3;

/// One change of the clocks.
#[derive(Clone, Debug, PartialEq)]
struct Onset {
    second: i64,
    from: i32,
    to: i32,
    daylight: bool,
    name: String,
}

impl Onset {
    /// On the clock as it was before.
    fn local(&self) -> LocalDateTime {
        LocalDateTime::saturating_from_seconds(self.second + i64::from(self.from))
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.from, self.to, self.daylight, &self.name) == (other.from, other.to, other.daylight, &other.name)
    }
}

/// A VTIMEZONE component that tells the zone's offsets rightly from `from` to `to`, with CRLF line ends.
///
/// Lines are not folded. Where the zone keeps a yearly rule at the end of the span, the rule has
/// no end, so that a series longer than foreseen stays right; for a series without end, `to` is
/// [`Timestamp::MAX`].
///
/// ```
/// use reefknot_core::time::{Zone, vtimezone_text};
/// let berlin = Zone::iana("Europe/Berlin").unwrap();
/// let text = vtimezone_text("Europe/Berlin", &berlin, "20260601T070000Z".parse()?, "20260601T080000Z".parse()?);
/// assert!(text.contains("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[must_use]
pub fn vtimezone_text(tzid: &str, zone: &Zone, from: Timestamp, to: Timestamp) -> String {
    let to = to.max(from);
    let first_year = from.to_utc_civil().date().year();
    // Past the table the rules repeat for ever; a cycle of them tells all.
    let until = to.seconds().min(civil_year(first_year.max(2101)));
    let onsets = onsets(zone, from.seconds() - YEAR, until + WATCH);
    let mut text = format!("BEGIN:VTIMEZONE\r\nTZID:{}\r\n", escaped(tzid));
    // What is in force at the start, unless an onset before it says so.
    if onsets.first().is_none_or(|onset| onset.second > from.seconds()) {
        let start = Timestamp::from_seconds(from.seconds() - YEAR);
        let offset = zone.offset_at(start);
        let second = civil_year(first_year.min(1970)).min(start.seconds());
        let daylight = zone.is_daylight(start);
        let name = zone.abbreviation(start);
        write_observance(&mut text, &[&Onset { second, from: offset, to: offset, daylight, name }], None);
    }
    let end = until + WATCH;
    for (mut run, rule) in runs(&onsets) {
        // What begins after the span is not needed; single dates are told to its end.
        if rule.is_none() {
            run.retain(|onset| onset.second <= to.seconds());
        }
        if run.first().is_none_or(|onset| onset.second > to.seconds()) {
            continue;
        }
        // A rule that is still kept when watching ends has no end.
        let open = run.last().is_some_and(|last| last.second + YEAR + 40 * DAY > end);
        let rule = rule.map(|rule| match run.last() {
            Some(last) if !open => format!("{rule};UNTIL={}", Timestamp::from_seconds(last.second)),
            _ => rule,
        });
        write_observance(&mut text, &run, rule);
    }
    text.push_str("END:VTIMEZONE\r\n");
    text
}

fn civil_year(year: i32) -> i64 {
    Date::new(year, 1, 1).map_or(0, |first| first.days_since_epoch() * DAY)
}

/// All changes of offset in `(from, to]`, however soon one follows another.
fn onsets(zone: &Zone, from: i64, to: i64) -> Vec<Onset> {
    let (mut found, mut here) = (Vec::new(), zone.span(from, YEAR));
    while here.to <= to {
        let next = zone.span(here.to, YEAR);
        if next.offset != here.offset {
            let instant = Timestamp::from_seconds(here.to);
            found.push(Onset {
                second: here.to,
                from: here.offset,
                to: next.offset,
                daylight: zone.is_daylight(instant),
                name: zone.abbreviation(instant),
            });
        }
        here = next;
    }
    found
}

/// Groups like onsets: each year's in a run with its rule, and what follows no rule as dates.
fn runs(onsets: &[Onset]) -> Vec<(Vec<&Onset>, Option<String>)> {
    let mut groups: Vec<Vec<&Onset>> = Vec::new();
    for onset in onsets {
        match groups.iter_mut().find(|group| group[0].is_like(onset)) {
            Some(group) => group.push(onset),
            None => groups.push(vec![onset]),
        }
    }
    let mut runs = Vec::new();
    for group in groups {
        let (mut single, mut at) = (Vec::new(), 0);
        while at < group.len() {
            let (length, rule) = habit(&group[at..]);
            if length >= HABIT {
                runs.push((group[at..at + length].to_vec(), rule));
                at += length;
            } else {
                single.push(group[at]);
                at += 1;
            }
        }
        if !single.is_empty() {
            runs.push((single, None));
        }
    }
    runs.sort_by_key(|(run, _)| run[0].second);
    runs
}

/// How many of the first onsets follow one yearly rule, and which.
fn habit(onsets: &[&Onset]) -> (usize, Option<String>) {
    let first = onsets[0].local();
    let mut pattern = Pattern::all(first.date());
    let mut length = 1;
    for (years, onset) in onsets.iter().enumerate().skip(1) {
        let local = onset.local();
        let same_time = local.second_of_day() == first.second_of_day();
        if !same_time || i64::from(local.date().year() - first.date().year()) != years as i64 {
            break;
        }
        let Some(narrower) = pattern.with(local.date()) else { break };
        pattern = narrower;
        length += 1;
    }
    (length, Some(pattern.rule()))
}

/// Which yearly rules the dates seen so far agree with.
#[derive(Clone, Copy)]
struct Pattern {
    month: u8,
    weekday: Weekday,
    /// The least and the greatest day of the month seen.
    days: (u8, u8),
    /// The least and the greatest day before the end of the year seen.
    before_end: (i64, i64),
    /// Whether all fell in that month, on that weekday, and in the last seven days of the month.
    same_month: bool,
    same_weekday: bool,
    last_week: bool,
}

impl Pattern {
    fn all(date: Date) -> Self {
        Self {
            month: date.month(),
            weekday: date.weekday(),
            days: (date.day(), date.day()),
            before_end: (before_end(date), before_end(date)),
            same_month: true,
            same_weekday: true,
            last_week: in_last_week(date),
        }
    }

    fn with(self, date: Date) -> Option<Self> {
        let wider = Self {
            days: (self.days.0.min(date.day()), self.days.1.max(date.day())),
            before_end: (self.before_end.0.min(before_end(date)), self.before_end.1.max(before_end(date))),
            same_month: self.same_month && date.month() == self.month,
            same_weekday: self.same_weekday && date.weekday() == self.weekday,
            last_week: self.last_week && in_last_week(date),
            ..self
        };
        let one_day = wider.same_month && wider.days.0 == wider.days.1;
        let in_month = wider.same_month && (wider.last_week || wider.days.1 - wider.days.0 < 7);
        let in_year = wider.month > 2 && wider.before_end.1 - wider.before_end.0 < 7;
        (one_day || (wider.same_weekday && (in_month || in_year))).then_some(wider)
    }

    fn rule(self) -> String {
        let Self { month, weekday, days: (least, most), .. } = self;
        if !self.same_month {
            // “The day after the last Thursday” may fall in the next month; from the end of the year
            // it is one of seven days, leap year or not.
            let days: Vec<String> =
                (self.before_end.1 - 6..=self.before_end.1).rev().map(|day| format!("-{day}")).collect();
            return format!("FREQ=YEARLY;BYYEARDAY={};BYDAY={weekday}", days.join(","));
        }
        if least == most {
            return format!("FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={least}");
        }
        if self.last_week {
            return format!("FREQ=YEARLY;BYMONTH={month};BYDAY=-1{weekday}");
        }
        let nth = (most - 1) / 7 + 1;
        if least > (nth - 1) * 7 {
            return format!("FREQ=YEARLY;BYMONTH={month};BYDAY={nth}{weekday}");
        }
        // Seven days that begin in the middle of a week of the month: “the Sunday from the 23rd on”.
        let days: Vec<String> = (most - 6..=most).map(|day| day.to_string()).collect();
        format!("FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={};BYDAY={weekday}", days.join(","))
    }
}

/// The last day of the year is 1.
fn before_end(date: Date) -> i64 {
    Date::new(date.year(), 12, 31).map_or(0, |last| last.days_since_epoch() - date.days_since_epoch() + 1)
}

fn in_last_week(date: Date) -> bool {
    date.checked_add_days(7).is_none_or(|later| later.month() != date.month())
}

fn write_observance(text: &mut String, run: &[&Onset], rule: Option<String>) {
    let first = run[0];
    let kind = if first.daylight { "DAYLIGHT" } else { "STANDARD" };
    let offset =
        |seconds| UtcOffset::from_seconds(seconds).map_or_else(String::new, |offset| offset.to_string());
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "BEGIN:{kind}\r\nTZNAME:{}\r\nTZOFFSETFROM:{}\r\nTZOFFSETTO:{}\r\nDTSTART:{}\r\n",
        escaped(&first.name),
        offset(first.from),
        offset(first.to),
        first.local()
    );
    match rule {
        Some(rule) => {
            let _ = write!(text, "RRULE:{rule}\r\n");
        }
        None => {
            for onset in &run[1..] {
                let _ = write!(text, "RDATE:{}\r\n", onset.local());
            }
        }
    }
    let _ = write!(text, "END:{kind}\r\n");
}

/// TEXT, without what no line may hold.
fn escaped(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    crate::value::text::escape(&plain).into_owned()
}
