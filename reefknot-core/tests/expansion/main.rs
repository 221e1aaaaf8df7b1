//! Expansion against a naive one that is nothing but the definition: rules, windows and whole series.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod any;
mod naive;
mod series;

use any::horizon;
use proptest::prelude::*;
use reefknot_core::value::{
    Budget, Date, DateTime, Frequency, LocalDateTime, Occurrences, Recur, Rule, WeekdayNum,
};

fn ready(recur: &Recur, start: LocalDateTime) -> Rule {
    Rule::new(recur, start, false, recur.until.as_ref().map(DateTime::civil))
        .expect("parts with a meaning together")
}

/// What a walk gives up to the horizon.
fn collect(mut walk: Occurrences<'_>, horizon: LocalDateTime) -> Vec<LocalDateTime> {
    let mut all = Vec::new();
    // A rule without further instances may spend its budget after the horizon.
    let mut budget = Budget::new(400_000);
    while let Ok(Some(next)) = walk.next(&mut budget)
        && next <= horizon
    {
        all.push(next);
    }
    all
}

proptest! {
    #![proptest_config(any::config())]

    #[test]
    fn a_rule_gives_what_its_definition_says(recur in any::rule(), start in any::start()) {
        let end = start.checked_add_seconds(horizon(recur.freq)).unwrap();
        let rule = ready(&recur, start);
        prop_assert_eq!(collect(rule.all(), end), naive::expand(&recur, start, end), "{} from {}", recur, start);
    }

    /// Weeks of other years than their days, where INTERVAL may count from either.
    #[test]
    fn weeks_at_the_turn_of_the_year_are_of_the_right_one(
        recur in any::rule_of(Frequency::Yearly),
        number in prop::sample::select(&[1i8, 52, 53, -1][..]),
        (year, day) in (2014..2034i32, -4..4i64),
        later in 0..2_200i64,
    ) {
        let by_week_no = if recur.by_week_no.is_empty() { vec![number] } else { recur.by_week_no };
        let by_day = recur.by_day.iter().map(|day| WeekdayNum { ordinal: 0, ..*day }).collect();
        let recur = Recur { by_week_no, by_day, skip: None, until: None, ..recur };
        let new_year = Date::new(year, 1, 1).unwrap().days_since_epoch();
        let start = LocalDateTime::from_seconds((new_year + day) * 86_400 + 9 * 3600).unwrap();
        let end = start.checked_add_seconds(2_200 * 86_400).unwrap();
        let rule = ready(&recur, start);
        let all = naive::expand(&recur, start, end);
        prop_assert_eq!(collect(rule.all(), end), all.clone(), "{} from {}", recur, start);
        let from = start.checked_add_seconds(later * 86_400).unwrap();
        let seen: Vec<LocalDateTime> = all.into_iter().filter(|time| *time >= from).collect();
        let walk = rule.from(from, &mut Budget::default()).unwrap();
        prop_assert_eq!(collect(walk, end), seen, "{} from {}, seen from {}", recur, start, from);
    }

    /// A window anywhere holds what a walk from DTSTART finds there: COUNT counts from DTSTART too.
    #[test]
    fn seeking_is_walking(recur in any::rule(), start in any::start(), thousandth in 0..1000i64, beside in -1..2i64) {
        let end = start.checked_add_seconds(horizon(recur.freq)).unwrap();
        let rule = ready(&recur, start);
        let all = collect(rule.all(), end);
        // At, just before and just after an instance, and anywhere.
        let near = all[all.len() * thousandth as usize / 1000];
        for from in [
            near.checked_add_seconds(beside).unwrap(),
            start.checked_add_seconds(horizon(recur.freq) * thousandth / 1000).unwrap(),
        ] {
            let expected: Vec<LocalDateTime> = all.iter().copied().filter(|time| *time >= from).collect();
            // From a rule of its own, because the last of a COUNT is remembered.
            for rule in [&rule, &ready(&recur, start)] {
                let Ok(walk) = rule.from(from, &mut Budget::new(4_000_000)) else { continue };
                prop_assert_eq!(collect(walk, end), expected.clone(), "{} from {}, seen from {}", recur, start, from);
            }
        }
    }
}

#[test]
fn positions_of_the_last_day_count_from_its_end() {
    let recur: Recur = "FREQ=DAILY;BYHOUR=0,2,10;BYSETPOS=-3".parse().unwrap();
    let day =
        |day: u8, hour: u8| LocalDateTime::new(Date::new(2028, 11, day).unwrap(), hour, 20, 32).unwrap();
    let (start, end) = (day(1, 0), day(3, 6));
    let expected = vec![day(1, 0), day(2, 0), day(3, 0)];
    assert_eq!(collect(ready(&recur, start).all(), end), expected);
    assert_eq!(naive::expand(&recur, start, end), expected);
}
