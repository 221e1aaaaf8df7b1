//! `DTSTART RRULE`: parse→print→parse, instances in order, and seeking finds what a walk finds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::value::{Budget, DateTime, LocalDateTime, Occurrences, Recur, Rule};

/// The first instances, and whether the budget was enough for them.
fn first(mut walk: Occurrences<'_>, most: usize) -> (Vec<LocalDateTime>, bool) {
    let mut budget = Budget::new(20_000);
    let mut all = Vec::new();
    while all.len() < most {
        match walk.next(&mut budget) {
            Ok(Some(next)) => all.push(next),
            Ok(None) => return (all, true),
            Err(_) => return (all, false),
        }
    }
    (all, true)
}

fuzz_target!(|text: &str| {
    let Some((start, rule)) = text.split_once(' ') else { return };
    let (Ok(start), Ok(recur)) = (start.parse::<LocalDateTime>(), rule.parse::<Recur>()) else { return };
    assert_eq!(recur.to_string().parse::<Recur>().expect("what was printed"), recur);
    let Ok(rule) = Rule::new(&recur, start, false, recur.until.as_ref().map(DateTime::civil)) else { return };
    let (all, _) = first(rule.all(), 40);
    assert!(all.is_sorted_by(|one, next| one < next), "{all:?}");
    for (at, from) in all.iter().enumerate() {
        let Ok(walk) = rule.from(*from, &mut Budget::new(20_000)) else { return };
        let (rest, whole) = first(walk, all.len() - at);
        assert!(
            if whole { rest == all[at..] } else { all[at..].starts_with(&rest) },
            "from {from}: {rest:?}"
        );
    }
});
