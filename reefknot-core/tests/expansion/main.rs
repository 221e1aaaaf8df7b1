//! Expansion against a naive one that is nothing but the definition: rules, windows and whole series.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod any;
mod naive;
mod series;

use any::horizon;
use proptest::prelude::*;
use reefknot_core::value::{Budget, DateTime, LocalDateTime, Occurrences, Recur, Rule};

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
