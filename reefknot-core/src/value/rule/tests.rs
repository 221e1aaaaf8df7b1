//! Each rule class with a table of its own. `tests/rfc5545_recurrence.rs` has the RFC's examples whole, and
//! `tests/expansion` the definition that random rules are held to.

use super::*;
use crate::value::Recur;

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
fn dtstart_is_given_even_after_until() {
    check("20260201T090000", "FREQ=DAILY;UNTIL=20260101T090000", "20260201");
    check("20260201T090000", "FREQ=DAILY;BYHOUR=8;UNTIL=20260101T090000", "20260201");
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
fn every_so_many_years_of_weeks_count_from_the_first_that_gives_something() {
    // Saturday, 2 January 2021 is of the last week of 2020; 2026, 2032, 2037 and 2043 have a week 53 too.
    check("20210102T090000", "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=53;BYDAY=SA", "20210102 20270102 20330101 …");
    check("20210102T090000", "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=53;BYDAY=SU", "20210102 20210103 20270103 …");
    // Nothing of 2020 is left for Mondays, for what was earlier that day, or for the first of the week.
    check("20210102T090000", "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=53;BYDAY=MO", "20210102 20371228 20431228 …");
    check(
        "20210102T090000",
        "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=53;BYDAY=SA;BYHOUR=8",
        "20210102T090000 20380102T080000 …",
    );
    check(
        "20210102T090000",
        "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=53;BYDAY=FR,SA;BYSETPOS=1",
        "20210102 20380101 20440101 …",
    );
    check("20210102T090000", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", "20210102 20261228 20321227 …");
    // Tuesday, 31 December 2024 is of the first week of 2025.
    check("20241231T090000", "FREQ=YEARLY;INTERVAL=3;BYWEEKNO=1;BYDAY=TU", "20241231 20280104 20301231 …");
    check("20241231T090000", "FREQ=YEARLY;INTERVAL=3;BYWEEKNO=1;BYDAY=MO", "20241231 20280103 20301230 …");
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
fn times_that_an_interval_never_comes_to_are_known_at_once() {
    for (text, more) in [
        ("FREQ=SECONDLY;INTERVAL=2;BYSECOND=1", false),
        ("FREQ=SECONDLY;INTERVAL=7;BYSECOND=1", true),
        ("FREQ=SECONDLY;INTERVAL=3600;BYMINUTE=29,31", false),
        ("FREQ=MINUTELY;INTERVAL=15;BYMINUTE=7,8", false),
        ("FREQ=MINUTELY;INTERVAL=14;BYMINUTE=8", true),
        ("FREQ=MINUTELY;INTERVAL=90;BYHOUR=1;BYMINUTE=0", false),
        ("FREQ=HOURLY;INTERVAL=24;BYHOUR=5", false),
        ("FREQ=HOURLY;INTERVAL=6;BYHOUR=5,15", true),
        ("FREQ=SECONDLY;INTERVAL=4294967295;BYSECOND=15", true),
        ("FREQ=SECONDLY;INTERVAL=4294967295;BYSECOND=1", false),
    ] {
        let rule = rule("20260101T093000", text);
        let (mut walk, mut budget) = (rule.all(), Budget::new(100));
        assert!(walk.next(&mut budget).unwrap().is_some(), "DTSTART");
        assert_eq!(walk.next(&mut budget).is_ok_and(|next| next.is_none()), !more, "{text}");
    }
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
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=40000",
        "FREQ=DAILY;BYMONTH=1,7;BYHOUR=9,16;COUNT=4000000000",
        "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=9999",
        "FREQ=MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1;COUNT=9999",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=500",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU;COUNT=9999",
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
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,TH,SU",
        "FREQ=WEEKLY;BYDAY=SU,TU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        "FREQ=HOURLY;INTERVAL=5;BYMINUTE=10,0",
        "FREQ=DAILY;BYMONTH=1,2;BYHOUR=8,9",
        "FREQ=DAILY;BYMONTHDAY=-1,29;BYDAY=MO,TU,WE",
        "FREQ=WEEKLY;BYDAY=MO,SU;BYMONTH=12,1;WKST=SU",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;INTERVAL=4;BYDAY=5MO,-1SU",
        "FREQ=MONTHLY;INTERVAL=24;BYMONTHDAY=29,-29",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,22,-1;BYHOUR=9,17",
        "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,366,-366",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;BYDAY=53MO,-53TU,1WE",
        "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU;BYMONTH=1,12",
        "FREQ=YEARLY;BYWEEKNO=-1,53;WKST=SU;BYMONTHDAY=31,1,-2",
        "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=53;BYDAY=MO",
        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=53,-1",
    ] {
        // In an ordinary week; where DTSTART is of a week of another year, with and without something of that
        // left; and near the calendar's end.
        for start in ["20260105T090000", "20271231T170000", "20210102T090000", "98990101T000000"] {
            for count in [1, 2, 3, 50, 1_000_usize] {
                let rule = rule(start, &format!("{text};COUNT={count}"));
                let (mut walk, mut budget, mut all) = (rule.all(), Budget::new(u64::MAX), Vec::new());
                while let Some(next) = walk.next_second(&mut budget).unwrap() {
                    all.push(next);
                }
                // Where the calendar ends before the count does, nothing but it ends the rule.
                let whole = all.len() == count;
                let last = if whole { all.last().copied() } else { Some(rule.until) };
                assert_eq!(rule.counted(count as i64), last, "{start} {text}, {count}");
            }
        }
    }
}

#[test]
fn what_no_kind_of_year_tells_is_counted() {
    for text in [
        "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=31;COUNT=9",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO;COUNT=9",
        "FREQ=YEARLY;BYWEEKNO=1;BYYEARDAY=-1,365,366;BYDAY=MO,TU;COUNT=9",
        "FREQ=MONTHLY;RSCALE=GREGORIAN;SKIP=FORWARD;BYMONTHDAY=31;COUNT=9",
    ] {
        assert_eq!(rule("20260105T090000", text).counted(9), None, "{text}");
    }
}
