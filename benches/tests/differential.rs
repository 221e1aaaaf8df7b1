//! Random rules against `rrule`, in the classes where it is right.
//!
//! Left out, because there it departs from RFC 5545 §3.3.10 or RFC 7529: BYWEEKNO without BYDAY (gives all seven days)
//! or with 53 or WKST (finds it in years of 52 weeks), weekly BYSETPOS (counts from DTSTART), BYDAY that mixes `3MO` and `WE` (gives
//! nothing), frequencies below an hour (leaves out whole Mondays of BYDAY=MO) and INTERVAL below a day (loses count where
//! other parts pass over time), SKIP, and DTSTART outside the rule. At a gap of a zone it repeats hours, so that rules with
//! times of their own are compared in UTC; from 2100 on it knows no daylight saving time.

#[allow(dead_code, reason = "the tests of the core use more of it")]
#[path = "../../reefknot-core/tests/expansion/any.rs"]
mod any;

use chrono::DateTime as Instant;
use proptest::prelude::*;
use reefknot_core::recurrence::{Budget, SetBuilder};
use reefknot_core::time::Zones;
use reefknot_core::value::{DateTime, Frequency, LocalDateTime, Recur, Rule, Timestamp};
use rrule::RRuleSet;

/// How many instances of each rule are compared.
const COMPARED: u16 = 40;

/// The first second of the year 2100.
const YEAR_2100: i64 = 4_102_444_800;

/// A rule, without what `rrule` does otherwise.
fn shared() -> impl Strategy<Value = Recur> {
    any::rule().prop_map(|mut recur| {
        (recur.skip, recur.rscale) = (None, None);
        recur.by_week_no.retain(|number| number.abs() < 53);
        if recur.by_day.is_empty() {
            recur.by_week_no.clear();
        }
        // Which year a week at the turn of the year belongs to matters only to these.
        if !recur.by_week_no.is_empty() {
            recur.interval = 1;
            recur.by_set_pos.clear();
            recur.week_start = None;
        }
        recur.freq = recur.freq.max(Frequency::Hourly);
        if recur.freq == Frequency::Hourly {
            recur.interval = 1;
        }
        if recur.freq == Frequency::Weekly {
            recur.by_set_pos.clear();
            // The table of RFC 5545 §3.3.10 calls these N/A here, so that each may read them as it likes.
            recur.by_month_day.clear();
            recur.by_year_day.clear();
        }
        if recur.by_day.iter().any(|day| day.ordinal == 0) {
            recur.by_day.retain(|day| day.ordinal == 0);
        }
        // RFC 5545 wants UNTIL in UTC wherever DTSTART is an instant, and `rrule` insists on it.
        recur.until = recur
            .until
            .map(|until| DateTime::Utc(Timestamp::from_seconds(until.civil().seconds_since_epoch())));
        recur
    })
}

/// The first time after `start` that the rule gives, if the same rule gives it as its own DTSTART.
fn synchronized(recur: &Recur, start: LocalDateTime) -> Option<LocalDateTime> {
    let until = recur.until.as_ref().map(DateTime::civil);
    let rule = Rule::new(recur, start, false, until).ok()?;
    let (mut all, mut budget) = (rule.all(), Budget::new(20_000));
    all.next(&mut budget).ok()?;
    let start = all.next(&mut budget).ok()??;
    Rule::new(recur, start, false, until).ok()?.holds_start().then_some(start)
}

/// The instants that we find, and those that `rrule` finds before it gives up.
fn both(recur: &Recur, start: LocalDateTime, tzid: Option<&str>) -> Option<(Vec<i64>, Vec<i64>)> {
    let (text, parameter) = match tzid {
        Some(tzid) => (start.to_string(), format!(";TZID={tzid}")),
        None => (format!("{start}Z"), String::new()),
    };
    // It refuses some parts together that RFC 5545 allows.
    let peer: RRuleSet = format!("DTSTART{parameter}:{text}\nRRULE:{recur}").parse().ok()?;
    let theirs = peer.all(COMPARED);
    let theirs = theirs.dates.iter().map(Instant::timestamp);
    let theirs: Vec<i64> = theirs.filter(|second| *second < YEAR_2100).collect();

    let zones = Zones::default();
    let start = DateTime::parse(&text, None, tzid).ok()?;
    let mut builder = SetBuilder::new(&start, &zones);
    builder.rule(recur).ok()?;
    let set = builder.build();
    let (mut walk, mut budget, mut ours) = (set.walk(), Budget::new(400_000), Vec::new());
    while ours.len() < theirs.len()
        && let Ok(Some(item)) = walk.next(&mut budget)
    {
        ours.push(zones.instant(&item.start(), None).ok()?.seconds());
    }
    Some((ours, theirs))
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 2 * any::config().cases, max_global_rejects: 20_000, ..any::config() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_rule_in_utc_gives_what_rrule_gives(recur in shared(), start in any::start()) {
        let start = synchronized(&recur, start);
        prop_assume!(start.is_some());
        let start = start.unwrap_or(LocalDateTime::MIN);
        let found = both(&recur, start, None);
        prop_assume!(found.is_some());
        let (ours, theirs) = found.unwrap_or_default();
        prop_assert_eq!(ours, theirs, "{} from {}", recur, start);
    }

    #[test]
    fn days_in_a_zone_keep_their_time_as_in_rrule(recur in shared(), start in any::start(), hour in 4..24i64) {
        let mut recur = recur;
        recur.freq = recur.freq.max(Frequency::Daily);
        for part in [&mut recur.by_hour, &mut recur.by_minute, &mut recur.by_second] {
            part.clear();
        }
        let midnight = start.seconds_since_epoch() - i64::from(start.second_of_day());
        let start = LocalDateTime::from_seconds(midnight + hour * 3600);
        let start = start.and_then(|start| synchronized(&recur, start));
        prop_assume!(start.is_some());
        let start = start.unwrap_or(LocalDateTime::MIN);
        for tzid in ["America/New_York", "Australia/Lord_Howe"] {
            let found = both(&recur, start, Some(tzid));
            prop_assume!(found.is_some());
            let (ours, theirs) = found.unwrap_or_default();
            prop_assert_eq!(ours, theirs, "{} from {} in {}", recur, start, tzid);
        }
    }
}
