//! Times at which all, or most, of some people can come.

use super::{BusyTime, BusyType};
use crate::value::{CalendarUserAddress, Timestamp};
use crate::{Error, Result};

/// How much a person is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attendance {
    /// Without them it makes little sense (ROLE=REQ-PARTICIPANT or CHAIR).
    Required,
    /// It can go on without them (ROLE=OPT-PARTICIPANT).
    Optional,
}

/// Somebody who is to come, and when they are busy.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub address: CalendarUserAddress,
    /// How much they are needed.
    pub attendance: Attendance,
    /// Their busy time; what lies outside of its window counts as unavailable.
    pub busy: BusyTime,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Search {
    /// The first instant at which it may begin.
    pub from: Timestamp,
    /// The instant by which it must be over.
    pub to: Timestamp,
    /// How long it takes, in seconds.
    pub length: i64,
    /// The step between the starts that are tried, in seconds, counted from `from`.
    pub step: i64,
    /// How many suggestions are wanted.
    pub most: usize,
}

/// Somebody who cannot come, or perhaps not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Who.
    pub address: CalendarUserAddress,
    /// How much they are needed.
    pub attendance: Attendance,
    /// How their time is taken.
    pub busy: BusyType,
}

/// A time that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// When it would begin.
    pub start: Timestamp,
    /// When it would be over.
    pub end: Timestamp,
    /// Who cannot come, or perhaps not; empty where everybody can.
    pub clashes: Vec<Clash>,
}

/// More starts than a search may try.
const MOST_STARTS: i64 = 1_000_000;

/// What a start costs, the worst first: required people who cannot come, required ones who perhaps cannot, then the
/// optional ones alike.
type Cost = [u32; 4];

/// Finds the best times: first those when everybody can come, then those when the fewest cannot; the earlier the better.
///
/// Costs no more than the busy periods and the starts tried, whoever many people there are.
///
/// # Errors
/// When the length or the step is not positive, or there are more than a million starts to try.
pub fn suggest(people: &[Person], search: &Search) -> Result<Vec<Suggestion>> {
    if search.length <= 0 || search.step <= 0 {
        return Err(Error::invalid(
            "a meeting and the step between its possible starts take some time; give both in seconds",
        ));
    }
    let room = search.to.seconds() - search.from.seconds() - search.length;
    if room < 0 {
        return Ok(Vec::new());
    }
    let starts = room / search.step + 1;
    if starts > MOST_STARTS {
        return Err(Error::invalid(format!(
            "there are {starts} starts to try, and {MOST_STARTS} is the most; take a longer step or a shorter window"
        )));
    }
    let costs = costs(people, search, usize::try_from(starts).unwrap_or(0));
    let mut order: Vec<usize> = (0..costs.len()).collect();
    let most = search.most.min(order.len());
    if most == 0 {
        return Ok(Vec::new());
    }
    order.select_nth_unstable_by_key(most - 1, |&at| (costs[at], at));
    order.truncate(most);
    order.sort_unstable_by_key(|&at| (costs[at], at));
    Ok(order.into_iter().map(|at| suggestion(people, search, at)).collect())
}

/// The cost of every start: each busy period raises those that it spoils, and gives back behind them.
fn costs(people: &[Person], search: &Search, starts: usize) -> Vec<Cost> {
    let mut steps = vec![[0_i64; 4]; starts + 1];
    for person in people {
        let window = person.busy.window();
        let beyond = [(Timestamp::MIN, window.start), (window.end, Timestamp::MAX)];
        let beyond = beyond.into_iter().map(|(start, end)| (start, end, BusyType::Unavailable));
        let own = person.busy.periods().iter().map(|period| (period.start, period.end, period.busy));
        // A start counts once for a person, by the worst that it runs into.
        let mut surely = Vec::new();
        let mut perhaps = Vec::new();
        for (start, end, busy) in beyond.chain(own) {
            let spoiled = spoiled(search, start, end, starts);
            if busy == BusyType::Tentative { &mut perhaps } else { &mut surely }.push(spoiled);
        }
        let place = match person.attendance {
            Attendance::Required => 0,
            Attendance::Optional => 2,
        };
        let surely = joined(surely);
        for &(first, last) in &surely {
            steps[first][place] += 1;
            steps[last][place] -= 1;
        }
        for (first, last) in without(&joined(perhaps), &surely) {
            steps[first][place + 1] += 1;
            steps[last][place + 1] -= 1;
        }
    }
    let mut sum = [0_i64; 4];
    steps[..starts]
        .iter()
        .map(|step| {
            for (sum, by) in sum.iter_mut().zip(step) {
                *sum += by;
            }
            sum.map(|cost| u32::try_from(cost).unwrap_or(u32::MAX))
        })
        .collect()
}

/// The starts, as indices, at which a meeting would run into a period.
fn spoiled(search: &Search, start: Timestamp, end: Timestamp, starts: usize) -> (usize, usize) {
    let index = |second: i64| {
        let steps = (second - search.from.seconds()).div_euclid(search.step) + 1;
        usize::try_from(steps).unwrap_or(0).min(starts)
    };
    // A meeting from `s` runs into it where s > start - length and s < end.
    let (first, last) = (index(start.seconds() - search.length), index(end.seconds() - 1));
    (first, last.max(first))
}

/// The same ranges in order, without overlaps.
fn joined(mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    ranges.sort_unstable();
    let mut all: Vec<(usize, usize)> = Vec::new();
    for (first, last) in ranges {
        match all.last_mut() {
            Some(before) if first <= before.1 => before.1 = before.1.max(last),
            _ => all.push((first, last)),
        }
    }
    all
}

/// What of some ranges lies in none of the others; both in order and without overlaps.
fn without(ranges: &[(usize, usize)], others: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut rest = Vec::new();
    let mut others = others.iter().peekable();
    for &(mut first, last) in ranges {
        while others.next_if(|other| other.1 <= first).is_some() {}
        let mut ahead = others.clone();
        while let Some(&(from, to)) = ahead.next_if(|other| other.0 < last) {
            if first < from {
                rest.push((first, from));
            }
            first = first.max(to);
        }
        if first < last {
            rest.push((first, last));
        }
    }
    rest
}

fn suggestion(people: &[Person], search: &Search, at: usize) -> Suggestion {
    let at = i64::try_from(at).unwrap_or(i64::MAX);
    let start = search.from.saturating_add(at.saturating_mul(search.step));
    let end = start.saturating_add(search.length);
    let clashes = people.iter().filter_map(|person| {
        let window = person.busy.window();
        let beyond =
            if start < window.start || window.end < end { BusyType::Unavailable } else { BusyType::Free };
        let busy = person.busy.worst(start, end).max(beyond);
        (busy != BusyType::Free).then(|| Clash {
            address: person.address.clone(),
            attendance: person.attendance,
            busy,
        })
    });
    Suggestion { start, end, clashes: clashes.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::freebusy::BusyPeriod;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(second)
    }

    fn person(
        name: &str,
        attendance: Attendance,
        window: (i64, i64),
        busy: &[(i64, i64, BusyType)],
    ) -> Person {
        let periods =
            busy.iter().map(|&(start, end, busy)| BusyPeriod { start: at(start), end: at(end), busy });
        Person {
            address: format!("mailto:{name}@foo.com").parse().unwrap(),
            attendance,
            busy: BusyTime::of(at(window.0)..at(window.1), periods),
        }
    }

    fn search(to: i64, length: i64, step: i64, most: usize) -> Search {
        Search { from: at(0), to: at(to), length, step, most }
    }

    #[test]
    fn everybody_first_then_most_then_the_earliest() {
        use Attendance::{Optional, Required};
        let people = [
            person("a", Required, (0, 100), &[(0, 20, BusyType::Busy), (60, 100, BusyType::Busy)]),
            person("b", Required, (0, 100), &[(30, 40, BusyType::Tentative)]),
            person("c", Optional, (0, 50), &[(45, 46, BusyType::Busy)]),
        ];
        let found = suggest(&people, &search(100, 10, 10, 5)).unwrap();
        let said: Vec<_> = found
            .iter()
            .map(|one| {
                (
                    one.start.seconds(),
                    one.clashes.iter().map(|clash| clash.address.to_string()).collect::<Vec<_>>(),
                )
            })
            .collect();
        let c = "mailto:c@foo.com".to_owned();
        let b = "mailto:b@foo.com".to_owned();
        let a = "mailto:a@foo.com".to_owned();
        assert_eq!(said, [(20, vec![]), (40, vec![c.clone()]), (50, vec![c]), (30, vec![b]), (0, vec![a])]);
        assert_eq!(found[2].clashes[0].busy, BusyType::Unavailable);
    }

    #[test]
    fn what_cannot_be_searched() {
        assert!(suggest(&[], &search(100, 0, 10, 5)).unwrap_err().is_invalid());
        assert!(suggest(&[], &search(100, 10, 0, 5)).unwrap_err().is_invalid());
        assert!(suggest(&[], &search(10_000_000, 10, 1, 5)).unwrap_err().to_string().contains("longer step"));
        assert_eq!(suggest(&[], &search(5, 10, 1, 5)).unwrap(), []);
        assert_eq!(suggest(&[], &search(100, 10, 10, 0)).unwrap(), []);
        assert_eq!(suggest(&[], &search(100, 10, 10, 2)).unwrap().len(), 2);
    }

    proptest! {
        /// Held against trying every start with every person.
        #[test]
        fn the_best_are_the_best(
            busy in prop::collection::vec((0..4_usize, 0..100_i64, 1..30_i64, 0..3_usize), 0..12),
            length in 1..30_i64,
            step in 1..12_i64,
        ) {
            let kinds = [BusyType::Tentative, BusyType::Unavailable, BusyType::Busy];
            let people: Vec<_> = (0..4)
                .map(|who| {
                    let own: Vec<_> = busy
                        .iter()
                        .filter(|one| one.0 == who)
                        .map(|one| (one.1, one.1 + one.2, kinds[one.3]))
                        .collect();
                    let attendance = if who < 2 { Attendance::Required } else { Attendance::Optional };
                    person(&format!("p{who}"), attendance, (5, 90), &own)
                })
                .collect();
            let search = search(100, length, step, usize::MAX);
            let found = suggest(&people, &search).unwrap();
            let cost = |one: &Suggestion| {
                let mut cost = [0; 4];
                for clash in &one.clashes {
                    let place = if clash.attendance == Attendance::Required { 0 } else { 2 };
                    cost[place + usize::from(clash.busy == BusyType::Tentative)] += 1;
                }
                (cost, one.start)
            };
            let count = (100 - length) / step + 1;
            prop_assert_eq!(found.len(), usize::try_from(count).unwrap());
            for pair in found.windows(2) {
                prop_assert!(cost(&pair[0]) < cost(&pair[1]), "{:?}", pair);
            }
        }
    }
}
