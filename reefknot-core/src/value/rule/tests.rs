//! The examples of RFC 5545 §3.8.5.3 by rule class, RFC 7529, and a naive expansion to differ from.

use super::*;
use crate::value::{Date, Recur, Weekday};
use proptest::prelude::*;

fn rule(start: &str, text: &str) -> Rule {
    let recur: Recur = text.parse().unwrap();
    let until = recur.until.as_ref().map(crate::value::DateTime::civil);
    Rule::new(&recur, start.parse().unwrap(), false, until).unwrap()
}

/// The first instances as `MMDD`, `YYYYMMDD` or with the time, as long as the expected ones.
fn check(start: &str, text: &str, expected: &str) {
    let (rule, mut budget) = (rule(start, text), Budget::default());
    let mut walk = rule.all();
    let (expected, ended) = match expected.strip_suffix(" …") {
        Some(open) => (open, false),
        None => (expected, true),
    };
    let mut seen = Vec::new();
    for wanted in expected.split_whitespace() {
        let found = walk.next(&mut budget).unwrap().map_or("end".to_owned(), |found| found.to_string());
        seen.push(if wanted.len() == 8 { found[..8.min(found.len())].to_owned() } else { found });
    }
    assert_eq!(seen.join(" "), expected, "{text}");
    if ended {
        assert_eq!(walk.next(&mut budget), Ok(None), "{text}");
    }
}

#[test]
fn days_and_weeks() {
    check("19970902T090000", "FREQ=DAILY;COUNT=3", "19970902 19970903 19970904");
    check("19971222T090000", "FREQ=DAILY;UNTIL=19971224T000000", "19971222 19971223");
    check(
        "19970902T090000",
        "FREQ=DAILY;INTERVAL=10;COUNT=5",
        "19970902 19970912 19970922 19971002 19971012",
    );
    check(
        "19980130T090000",
        "FREQ=DAILY;BYMONTH=1;UNTIL=19990102T090000",
        "19980130 19980131 19990101 19990102",
    );
    check("19970902T090000", "FREQ=WEEKLY;COUNT=3", "19970902 19970909 19970916");
    check("19970902T090000", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=3", "19970902 19970916 19970930");
    check(
        "19970902T090000",
        "FREQ=WEEKLY;COUNT=4;WKST=SU;BYDAY=TU,TH",
        "19970902 19970904 19970909 19970911",
    );
    check(
        "19970901T090000",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE,FR;COUNT=6",
        "19970901 19970903 19970905 19970915 19970917 19970919",
    );
}

#[test]
fn the_first_day_of_the_week_matters() {
    check(
        "19970805T090000",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "19970805 19970810 19970819 19970824",
    );
    check(
        "19970805T090000",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "19970805 19970817 19970819 19970831",
    );
}

#[test]
fn months() {
    check("19970905T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "19970905 19971003 19971107");
    check(
        "19970907T090000",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU",
        "19970907 19970928 19971102 19971130",
    );
    check("19970922T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "19970922 19971020 19971117");
    check(
        "19970928T090000",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "19970928 19971029 19971128 19971229 19980129 19980226 …",
    );
    check(
        "19970930T090000",
        "FREQ=MONTHLY;COUNT=5;BYMONTHDAY=1,-1",
        "19970930 19971001 19971031 19971101 19971130",
    );
    check(
        "19970910T090000",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=3;BYMONTHDAY=10,11",
        "19970910 19970911 19990310",
    );
    check(
        "19970902T090000",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "19970902 19970909 19970916 19970923 19970930 19971104 …",
    );
    check(
        "19970913T090000",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "19970913 19971011 19971108 …",
    );
    check(
        "20070115T090000",
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        "20070115 20070130 20070215 20070315 20070330",
    );
    check("20260131T090000", "FREQ=MONTHLY", "20260131 20260331 20260531 20260731 …");
    // A count and a plain day beside each other: the third Monday, and every Wednesday.
    check(
        "20260107T090000",
        "FREQ=MONTHLY;BYDAY=3MO,WE;COUNT=5",
        "20260107 20260114 20260119 20260121 20260128",
    );
}

#[test]
fn dtstart_outside_the_rule_is_the_first_and_is_counted() {
    check("19970902T090000", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", "19970902 19980213 19980313");
    let rule = rule("19970902T090000", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3");
    let mut later = rule.from("19980301T000000".parse().unwrap(), &mut Budget::default()).unwrap();
    assert_eq!(later.next(&mut Budget::default()).unwrap().unwrap().to_string(), "19980313T090000");
    assert_eq!(later.next(&mut Budget::default()), Ok(None));
}

#[test]
fn years() {
    check("19970610T090000", "FREQ=YEARLY;COUNT=4;BYMONTH=6,7", "19970610 19970710 19980610 19980710");
    check(
        "19970310T090000",
        "FREQ=YEARLY;INTERVAL=2;COUNT=4;BYMONTH=1,2,3",
        "19970310 19990110 19990210 19990310",
    );
    check(
        "19970101T090000",
        "FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200",
        "19970101 19970410 19970719 20000101",
    );
    check("19970519T090000", "FREQ=YEARLY;BYDAY=20MO", "19970519 19980518 19990517 …");
    check("19970313T090000", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "19970313 19970320 19970327 19980305 …");
    check("20261231T090000", "FREQ=YEARLY;BYDAY=-1TH", "20261231 20271230 20281228 …");
    check(
        "19961105T090000",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "19961105 20001107 20041102 …",
    );
    check("20240229T090000", "FREQ=YEARLY", "20240229 20280229 …");
    check("20241231T090000", "FREQ=YEARLY;BYYEARDAY=-1,366", "20241231 20251231 20261231 …");
    check("20260101T090000", "FREQ=YEARLY;BYMONTHDAY=1", "20260101 20260201 20260301 …");
}

#[test]
fn weeks_of_the_year() {
    check("19970512T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "19970512 19980511 19990517 …");
    // Without BYDAY only DTSTART's day of the week, not all seven.
    check("20260105T090000", "FREQ=YEARLY;BYWEEKNO=2;COUNT=3", "20260105 20270111 20280110");
    // Week 1 begins in the old year, week 53 ends in the new one.
    check("20241230T090000", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "20241230 20251229 20270104 …");
    check("20210101T090000", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR", "20210101 20270101 …");
    check("20261221T090000", "FREQ=YEARLY;BYWEEKNO=-2;BYDAY=MO;WKST=MO", "20261221 20271220 …");
}

#[test]
fn positions_count_from_the_whole_period() {
    check("19970904T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904 19971007 19971106");
    check("19970929T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "19970929 19971030 19971127 …");
    // DTSTART is a Wednesday: the week's first is the Monday before it, which has passed.
    check("20260107T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1,2;COUNT=3", "20260107 20260112 20260114");
    check(
        "20260105T090000",
        "FREQ=DAILY;BYHOUR=9,12,18;BYSETPOS=-1,1;COUNT=3",
        "20260105T090000 20260105T180000 20260106T090000",
    );
}

#[test]
fn hours_minutes_and_seconds() {
    check(
        "19970902T090000",
        "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000",
        "19970902T090000 19970902T120000 19970902T150000",
    );
    check(
        "19970902T090000",
        "FREQ=MINUTELY;INTERVAL=90;COUNT=3",
        "19970902T090000 19970902T103000 19970902T120000",
    );
    check(
        "19970902T090000",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,16;COUNT=5",
        "19970902T090000 19970902T092000 19970902T094000 19970902T160000 19970902T162000",
    );
    check(
        "20250101T051005",
        "FREQ=SECONDLY;BYSECOND=5,25;INTERVAL=61;COUNT=2",
        "20250101T051005 20250101T053025",
    );
    check(
        "20251220T000000",
        "FREQ=HOURLY;BYHOUR=0;BYYEARDAY=360,-2",
        "20251220T000000 20251226T000000 20251230T000000 …",
    );
}

#[test]
fn missing_days_are_skipped_as_told() {
    check("20260131T090000", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT", "20260131 20260331 …");
    check(
        "20260131T090000",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=4",
        "20260131 20260228 20260331 20260430",
    );
    check(
        "20260131T090000",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;COUNT=4",
        "20260131 20260301 20260331 20260501",
    );
    check(
        "20240229T090000",
        "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD;COUNT=5",
        "20240229 20250301 20260301 20270301 20280229",
    );
    check(
        "20240229T090000",
        "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD;COUNT=3",
        "20240229 20250228 20260228",
    );
    // The first of the next month may be meant twice, and is given once.
    check(
        "20260131T090000",
        "FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=1,31;COUNT=5",
        "20260131 20260201 20260301 20260331 20260401",
    );
    // BYDAY limits what skipping gave: 28 February 2026 is a Saturday, 30 April a Thursday.
    check(
        "20260131T090000",
        "FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=31;BYDAY=SA,TH;COUNT=3",
        "20260131 20260228 20260430",
    );
}

#[test]
fn contradictions_and_other_calendars_are_refused() {
    for (text, why) in [
        ("FREQ=YEARLY;RSCALE=HEBREW", "unsupported calendar"),
        ("FREQ=MONTHLY;BYWEEKNO=3", "BYWEEKNO"),
        ("FREQ=DAILY;BYDAY=2MO", "BYDAY"),
        ("FREQ=YEARLY;BYWEEKNO=3;BYDAY=2MO", "BYDAY"),
    ] {
        let error = Rule::new(&text.parse().unwrap(), LocalDateTime::MIN, false, None).unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains(why), "{text}: {error}");
    }
    assert!(Rule::new(&"FREQ=HOURLY".parse().unwrap(), LocalDateTime::MIN, true, None).is_err());
}

#[test]
fn a_rule_without_instances_ends_or_spends_its_budget_and_says_which() {
    let never = rule("20260101T090000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30");
    let mut walk = never.all();
    let mut budget = Budget::default();
    assert!(walk.next(&mut budget).unwrap().is_some(), "DTSTART");
    assert_eq!(walk.next(&mut budget), Ok(None));
    let endless = rule("20260101T090000", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30");
    let mut walk = endless.all();
    assert!(walk.next(&mut budget).unwrap().is_some(), "DTSTART");
    assert_eq!(walk.next(&mut budget), Err(Spent));
}

#[test]
fn a_window_far_away_costs_as_little_as_one_nearby() {
    for text in [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=7",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,FR",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=DAILY;COUNT=1000000",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE;COUNT=400000",
    ] {
        let rule = rule("20260101T090000", text);
        let mut budget = Budget::new(20);
        let mut walk = rule.from("21260101T000000".parse().unwrap(), &mut budget).unwrap();
        assert!(walk.next(&mut budget).unwrap().unwrap() >= "21260101T000000".parse().unwrap(), "{text}");
    }
}

#[test]
fn the_last_of_a_count_is_calculated_rightly() {
    for text in [
        "FREQ=DAILY;INTERVAL=3;COUNT=50",
        "FREQ=WEEKLY;BYDAY=MO,TH,SU;COUNT=50",
        "FREQ=WEEKLY;BYDAY=SU,TU;COUNT=50",
        "FREQ=WEEKLY;BYDAY=TU;COUNT=1",
        "FREQ=HOURLY;INTERVAL=5;BYMINUTE=10,0;COUNT=7",
    ] {
        let rule = rule("20260105T090000", text);
        let (mut walk, mut budget) = (rule.all(), Budget::default());
        let mut last = None;
        while let Some(next) = walk.next(&mut budget).unwrap() {
            last = Some(next.seconds_since_epoch());
        }
        assert_eq!(rule.counted(i64::from(rule.count.unwrap())), last, "{text}");
    }
}

/// What RFC 5545 §3.3.10 says, day by day and without thought for time: for rules of days and longer.
fn naive(recur: &Recur, start: LocalDateTime, days: i64) -> Vec<LocalDateTime> {
    let (first, wkst) = (start.date(), i64::from(recur.week_start.unwrap_or(Weekday::Monday).index()));
    let week_of = |date: Date| (date.days_since_epoch() + 3 - wkst).div_euclid(7);
    let period = |date: Date| match recur.freq {
        Frequency::Daily => date.days_since_epoch(),
        Frequency::Weekly => week_of(date),
        Frequency::Monthly => i64::from(date.year()) * 12 + i64::from(date.month()),
        _ => i64::from(date.year()),
    };
    let from_end = |n: i64, length: i64, given: i64| n == given || n == given + length + 1;
    let month_length = |date: Date| {
        (28..=31).rev().find(|day| Date::new(date.year(), date.month(), *day).is_some()).map_or(0, i64::from)
    };
    let year_length = |date: Date| i64::from(Date::new(date.year(), 12, 31).unwrap().day_of_year());
    let weekday_holds = |date: Date| {
        recur.by_day.iter().any(|day| {
            let (n, length) = if recur.freq == Frequency::Monthly || !recur.by_month.is_empty() {
                (i64::from(date.day()), month_length(date))
            } else {
                (i64::from(date.day_of_year()), year_length(date))
            };
            let (forward, backward) = ((n - 1) / 7 + 1, -((length - n) / 7 + 1));
            day.weekday == date.weekday()
                && (day.ordinal == 0
                    || i64::from(day.ordinal) == forward
                    || i64::from(day.ordinal) == backward)
        })
    };
    let holds = |date: Date| {
        let no_day = recur.by_day.is_empty() && recur.by_month_day.is_empty() && recur.by_year_day.is_empty();
        let month_day = |day: &i8| from_end(i64::from(date.day()), month_length(date), i64::from(*day));
        let year_day =
            |day: &i16| from_end(i64::from(date.day_of_year()), year_length(date), i64::from(*day));
        (recur.by_month.is_empty() || recur.by_month.contains(&date.month()))
            && (recur.by_month_day.is_empty() || recur.by_month_day.iter().any(month_day))
            && (recur.by_year_day.is_empty() || recur.by_year_day.iter().any(year_day))
            && (recur.by_day.is_empty() || weekday_holds(date))
            && match recur.freq {
                Frequency::Weekly if recur.by_day.is_empty() => date.weekday() == first.weekday(),
                Frequency::Monthly if no_day => date.day() == first.day(),
                Frequency::Yearly if no_day => {
                    date.day() == first.day() && (!recur.by_month.is_empty() || date.month() == first.month())
                }
                _ => true,
            }
    };
    let hours = if recur.by_hour.is_empty() { vec![start.hour()] } else { recur.by_hour.clone() };
    let mut sets: std::collections::BTreeMap<i64, Vec<LocalDateTime>> = std::collections::BTreeMap::new();
    // From well before DTSTART: positions count from the start of its period.
    for day in -400..days {
        let date = first.checked_add_days(day).unwrap();
        let away = period(date) - period(first);
        if away >= 0 && away % i64::from(recur.interval) == 0 && holds(date) {
            let times = hours
                .iter()
                .map(|hour| LocalDateTime::new(date, *hour, start.minute(), start.second()).unwrap());
            sets.entry(away).or_default().extend(times);
        }
    }
    let chosen = sets.into_values().flat_map(|set| {
        let picks = |at: usize| {
            recur.by_set_pos.is_empty()
                || recur
                    .by_set_pos
                    .iter()
                    .any(|pos| from_end(at as i64 + 1, set.len() as i64, i64::from(*pos)))
        };
        (0..set.len()).filter(|at| picks(*at)).map(|at| set[at]).collect::<Vec<_>>()
    });
    let mut all: Vec<LocalDateTime> = chosen.filter(|local| *local > start).collect();
    all.insert(0, start);
    all.truncate(recur.count.map_or(usize::MAX, |count| count as usize));
    all
}

prop_compose! {
    fn any_rule()(
        freq in 3..7usize,
        interval in 1..4u32,
        wkst in 0..7u8,
        by_month in prop::collection::btree_set(1..=12u8, 0..3),
        by_month_day in prop::collection::btree_set(prop_oneof![1..=31i8, -31..=-1i8], 0..3),
        by_year_day in prop::collection::btree_set(prop_oneof![1..=366i16, -366..=-1i16], 0..3),
        by_day in prop::collection::btree_set((-5..=5i16, 0..7u8), 0..4),
        by_hour in prop::collection::btree_set(0..24u8, 0..3),
        by_set_pos in prop::collection::btree_set(prop_oneof![1..=4i32, -4..=-1i32], 0..3),
        count in prop::option::of(1..40u32),
    ) -> Recur {
        let freq = [Frequency::Daily, Frequency::Weekly, Frequency::Monthly, Frequency::Yearly][freq - 3];
        let counts = freq >= Frequency::Monthly;
        Recur {
            interval,
            count,
            week_start: Some(Weekday::from_index(wkst)),
            by_month: by_month.into_iter().collect(),
            by_month_day: by_month_day.into_iter().collect(),
            by_year_day: if freq == Frequency::Yearly { by_year_day.into_iter().collect() } else { Vec::new() },
            by_day: by_day.into_iter().map(|(ordinal, day)| crate::value::WeekdayNum {
                ordinal: if counts { ordinal } else { 0 },
                weekday: Weekday::from_index(day),
            }).collect(),
            by_hour: by_hour.into_iter().collect(),
            by_set_pos: by_set_pos.into_iter().collect(),
            ..Recur::new(freq)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn agrees_with_the_naive_expansion(recur in any_rule(), day in 0..1500i64, hour in 0..24i64, ahead in 0..1100i64) {
        const DAYS: i64 = 1200;
        let start = LocalDateTime::from_seconds(1_700_000_000 / 86_400 * 86_400 + day * 86_400 + hour * 3600).unwrap();
        let rule = Rule::new(&recur, start, false, None).unwrap();
        let mut budget = Budget::new(50_000);
        // The last periods of the naive expansion may be cut.
        let horizon = start.checked_add_seconds((DAYS - 370) * 86_400).unwrap();
        let mut collect = |mut walk: Occurrences<'_>| {
            let mut all = Vec::new();
            // Rules that never match spend the budget long after the horizon.
            while let Ok(Some(next)) = walk.next(&mut budget)
                && next < horizon
            {
                all.push(next);
            }
            all
        };
        let mut expected = naive(&recur, start, DAYS);
        expected.retain(|local| *local < horizon);
        prop_assert_eq!(&collect(rule.all()), &expected, "{}", recur);
        // Seeking gives what walking there gives.
        let from = start.checked_add_seconds(ahead * 86_400 + 1).unwrap();
        expected.retain(|local| *local >= from);
        prop_assert_eq!(&collect(rule.from(from, &mut Budget::new(1_000_000)).unwrap()), &expected, "{} from {}", recur, from);
    }
}
