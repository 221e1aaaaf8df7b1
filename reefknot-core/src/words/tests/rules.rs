//! What is said of each class of rule, and that it is what the rule does.

use super::zone;
use crate::time::Zones;
use crate::value::{Budget, DateTime, LocalDateTime, Recur, Rule};
use crate::words::Words;
use proptest::prelude::*;

fn rule_from(start: &str, rule: &str) -> String {
    let (berlin, zones) = (zone("Europe/Berlin"), Zones::default());
    let start: DateTime = start.parse().unwrap();
    Words::new(&berlin, &zones).rule(&rule.parse::<Recur>().unwrap(), &start)
}

/// Friday 6 January 2023, two in the afternoon in Berlin.
fn rule(text: &str) -> String {
    rule_from("TZID=Europe/Berlin:20230106T140000", text)
}

#[track_caller]
fn table(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(rule(text), *expected, "{text}");
    }
}

#[test]
fn daily() {
    table(&[
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=2", "every second day"),
        ("FREQ=DAILY;INTERVAL=11", "every 11th day"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=DAILY;BYDAY=SA,SU", "every Saturday and Sunday"),
        ("FREQ=DAILY;INTERVAL=3;BYDAY=MO,FR", "every third day, when that is a Monday or a Friday"),
        ("FREQ=DAILY;BYMONTH=1", "every day, in January only"),
        ("FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR", "every month on the 13th, when that is a Friday"),
        ("FREQ=DAILY;BYMONTHDAY=1,-1", "every month on the 1st and last day"),
        ("FREQ=DAILY;INTERVAL=2;BYMONTHDAY=1,15", "every second day, when that is the 1st or the 15th"),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=5;BYSECOND=7", "every day at 09:05:07"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYMONTH=7,8", "every weekday, in July and August only"),
        ("FREQ=DAILY;INTERVAL=10;COUNT=5", "every tenth day, 5 times"),
        ("FREQ=DAILY;BYHOUR=9,16;BYMINUTE=0,30", "every day at 09:00, 09:30, 16:00 and 16:30"),
    ]);
}

#[test]
fn weekly() {
    table(&[
        ("FREQ=WEEKLY", "every Friday"),
        ("FREQ=WEEKLY;INTERVAL=2", "every second Friday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day"),
        ("FREQ=WEEKLY;BYDAY=TH,TU", "every Tuesday and Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "every second week on Monday and Friday"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            "every second week on Tuesday and Sunday (weeks begin on Sunday)",
        ),
        ("FREQ=WEEKLY;INTERVAL=3;WKST=SU", "every third Friday"),
        ("FREQ=WEEKLY;BYDAY=SA,SU;BYSETPOS=1", "every week on the first weekend day"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=8,17", "every weekday at 08:00 and 17:00"),
        ("FREQ=WEEKLY;BYDAY=MO;BYMONTH=6,7", "every Monday, in June and July only"),
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1", "every week on the first of these days: Monday and Tuesday"),
    ]);
}

#[test]
fn monthly() {
    table(&[
        ("FREQ=MONTHLY", "every month on the 6th"),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1,15", "every third month on the 1st and 15th"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "every month on the 31st, where there is one"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"),
        ("FREQ=MONTHLY;BYMONTHDAY=-3", "every month on the third last day"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=1,3", "every month on the 31st, in January and March only"),
        ("FREQ=MONTHLY;BYDAY=1MO", "every month on the first Monday"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;BYDAY=5FR", "every month on the fifth Friday, where there is one"),
        ("FREQ=MONTHLY;BYDAY=1MO,-1MO", "every month on the first Monday and last Monday"),
        ("FREQ=MONTHLY;BYDAY=MO", "every Monday"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=MO", "every second month on every Monday"),
        ("FREQ=MONTHLY;BYDAY=2TU,4TU", "every month on the second Tuesday and fourth Tuesday"),
        ("FREQ=MONTHLY;BYDAY=-2FR", "every month on the second last Friday"),
        ("FREQ=MONTHLY;BYDAY=MO;BYMONTH=1", "every Monday, in January only"),
        ("FREQ=MONTHLY;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SA", "every month on the second Saturday"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=7,8,9,10,11,12,13;BYDAY=SA",
            "every month on the first Saturday on or after the 7th",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1;BYDAY=MO,TU,WE,TH,FR",
            "every month on the last day, when that is a weekday",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=10,20;BYHOUR=7", "every month on the 10th and 20th at 07:00"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=15,16,17;BYSETPOS=-1",
            "every month on the last of these days: the 15th, 16th and 17th",
        ),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "every month on the 13th, when that is a Friday"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "the last weekday of every third month"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=2", "the second day of every month"),
        ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-1", "the last weekend day of every month"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1", "the first and last weekday of every month"),
        (
            "FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=2",
            "every month on the second of these days: Tuesday and Thursday",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;BYMONTH=12",
            "the second last weekday of every month, in December only",
        ),
    ]);
}

#[test]
fn yearly() {
    table(&[
        ("FREQ=YEARLY", "every year on 6 January"),
        ("FREQ=YEARLY;BYMONTH=3", "every year on 6 March"),
        ("FREQ=YEARLY;BYMONTH=1,3", "every year on the 6th of January and March"),
        ("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1,15", "every year on the 1st and 15th of January"),
        ("FREQ=YEARLY;BYMONTHDAY=1", "every month on the 1st"),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=1", "every second year on the 1st of every month"),
        ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1", "every year on 1 May"),
        ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=-1", "every year on the last day of May"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "every year on 29 February, where there is one"),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "every year on the second Sunday of May"),
        ("FREQ=YEARLY;INTERVAL=2;BYDAY=TH;BYMONTH=3", "every second year on every Thursday of March"),
        ("FREQ=YEARLY;BYDAY=-1MO", "every year on the last Monday of the year"),
        (
            "FREQ=YEARLY;BYDAY=1MO,-1FR;BYMONTH=1,7",
            "every year on the first Monday and last Friday of January and July",
        ),
        (
            "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU",
            "every year on the second Sunday of March",
        ),
        ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "every year on the last Sunday of March"),
        ("FREQ=YEARLY;BYDAY=TH;BYMONTH=3", "every Thursday, in March only"),
        ("FREQ=YEARLY;BYDAY=20MO", "every year on the 20th Monday of the year"),
        ("FREQ=YEARLY;BYDAY=53MO", "every year on the 53rd Monday of the year, where there is one"),
        ("FREQ=YEARLY;BYDAY=TH", "every Thursday"),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            "every fourth year on the first Tuesday on or after the 2nd of November",
        ),
        ("FREQ=YEARLY;BYYEARDAY=1,100,-1", "every year on the 1st day, 100th day and last day of the year"),
        ("FREQ=YEARLY;BYYEARDAY=1;BYDAY=MO", "every year on the 1st day of the year, when that is a Monday"),
        ("FREQ=YEARLY;BYYEARDAY=366", "every year on the 366th day of the year, where there is one"),
        ("FREQ=YEARLY;BYWEEKNO=20", "every year on Friday of week 20"),
        ("FREQ=YEARLY;BYWEEKNO=1,20;BYDAY=MO,TU", "every year on Monday and Tuesday of weeks 1 and 20"),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO", "every year on Monday of the last week of the year"),
        (
            "FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO",
            "every year on Monday of week 1 and the last week of the year",
        ),
        (
            "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=-2,20,-53,1;BYDAY=SA",
            "every second year on Saturday of week 1, week 20, the 53rd last week and the second last week \
             of the year, where there is one",
        ),
        ("FREQ=YEARLY;BYWEEKNO=1;WKST=SU", "every year on Friday of week 1 (weeks begin on Sunday)"),
        (
            "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYMONTH=12;BYSETPOS=-1",
            "every year on the last weekday of December",
        ),
        ("FREQ=YEARLY;BYDAY=MO;BYSETPOS=20", "the 20th Monday of every year"),
        (
            "FREQ=YEARLY;BYDAY=MO;BYMONTH=1,2;BYSETPOS=1",
            "every year on the first of these days: every Monday of January and February",
        ),
        (
            "FREQ=YEARLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYMONTH=3,6,9;BYSETPOS=1,-1",
            "every third year on the first and last of these days: every weekday of March, June and September",
        ),
        (
            "FREQ=YEARLY;BYDAY=TU,TH;BYMONTH=3,6;BYSETPOS=2",
            "every year on the second of these days: Tuesday and Thursday of March and June",
        ),
    ]);
}

#[test]
fn hourly_and_shorter() {
    table(&[
        ("FREQ=HOURLY", "every hour"),
        ("FREQ=HOURLY;INTERVAL=3;BYMINUTE=0,30", "every 3 hours at minutes 0 and 30"),
        (
            "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10",
            "every 20 minutes, in the hours that begin at 09:00 and 10:00",
        ),
        ("FREQ=MINUTELY;INTERVAL=15;BYDAY=MO", "every 15 minutes on every Monday"),
        ("FREQ=SECONDLY;INTERVAL=30", "every 30 seconds"),
        ("FREQ=SECONDLY;BYMINUTE=0;BYHOUR=12", "every second at minute 0, in the hour that begins at 12:00"),
        ("FREQ=MINUTELY;BYSECOND=15,45", "every minute at seconds 15 and 45"),
        ("FREQ=MINUTELY;INTERVAL=90;COUNT=4", "every 90 minutes, 4 times"),
        ("FREQ=HOURLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR", "every 2 hours on every weekday"),
        ("FREQ=HOURLY;BYMONTHDAY=1;BYMONTH=5", "every hour on the 1st, in May only"),
    ]);
}

#[test]
fn days_that_months_do_not_have() {
    let leap = |text: &str| rule_from("20240229", text);
    assert_eq!(leap("FREQ=YEARLY"), "every year on 29 February, where there is one");
    assert_eq!(
        leap("FREQ=YEARLY;RSCALE=GREGORIAN;SKIP=BACKWARD"),
        "every year on 29 February, on the last day of the month where there is none"
    );
    assert_eq!(
        leap("FREQ=YEARLY;RSCALE=GREGORIAN;SKIP=FORWARD"),
        "every year on 29 February, on the first day of the next month where there is none"
    );
    assert_eq!(
        rule_from("20240131", "FREQ=MONTHLY;RSCALE=GREGORIAN;SKIP=BACKWARD"),
        "every month on the 31st, on the last day of the month where there is none"
    );
}

#[test]
fn ends() {
    table(&[
        ("FREQ=DAILY;COUNT=10", "every day, 10 times"),
        ("FREQ=DAILY;COUNT=1", "every day, once"),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20230303T130000Z", "every second Friday until 3 March 2023"),
        // The last instance that is not after the end is on the day before.
        ("FREQ=DAILY;UNTIL=20230303T120000Z", "every day until 2 March 2023"),
        ("FREQ=DAILY;UNTIL=20230303", "every day until 3 March 2023"),
        ("FREQ=DAILY;UNTIL=20230303T140000", "every day until 3 March 2023"),
        (
            "FREQ=DAILY;BYHOUR=9,16;UNTIL=20230303T130000Z",
            "every day at 09:00 and 16:00 until 3 March 2023, 14:00",
        ),
        ("FREQ=HOURLY;UNTIL=20230303T130000Z", "every hour until 3 March 2023, 14:00"),
        (
            "FREQ=MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20241231T230000Z",
            "the last weekday of every third month until 31 December 2024",
        ),
    ]);
    assert_eq!(
        rule_from("TZID=Nowhere/Middle:20230106T140000", "FREQ=DAILY;UNTIL=20230303T130000Z"),
        "every day until Friday 3 March 2023, 14:00 (Europe/Berlin)"
    );
}

#[test]
fn what_cannot_be_said_is_quoted() {
    for text in [
        "FREQ=YEARLY;RSCALE=HEBREW;BYMONTH=5L",
        "FREQ=DAILY;X-MOON=FULL",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=2",
        "FREQ=MONTHLY;BYDAY=MO,1TU",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=MO;BYHOUR=9,10;BYSETPOS=1",
        "FREQ=YEARLY;BYWEEKNO=1;BYYEARDAY=1",
        "FREQ=MONTHLY;BYMONTHDAY=30,31;RSCALE=GREGORIAN;SKIP=FORWARD",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12",
    ] {
        let printed = text.parse::<Recur>().unwrap().to_string();
        assert_eq!(rule(text), format!("by the rule “{printed}”"), "{text}");
    }
}

/// One part of a rule, or none.
fn part() -> impl Strategy<Value = String> {
    let days = prop::sample::subsequence(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"], 1..=7)
        .prop_map(|days| format!(";BYDAY={}", days.join(",")));
    let numbered = ((-5..=5i32), 0..7usize).prop_map(|(number, day)| {
        let day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][day];
        if number == 0 { format!(";BYDAY={day}") } else { format!(";BYDAY={number}{day}") }
    });
    let list = |name: &'static str, values: Vec<i32>, most: usize| {
        prop::sample::subsequence(values, 1..=most).prop_map(move |values| {
            let values: Vec<String> = values.iter().map(i32::to_string).collect();
            format!(";{name}={}", values.join(","))
        })
    };
    prop_oneof![
        Just(String::new()),
        days,
        numbered,
        (1..5u32).prop_map(|interval| format!(";INTERVAL={interval}")),
        (1..5u32).prop_map(|count| format!(";COUNT={count}")),
        list("BYMONTH", vec![1, 2, 3, 6], 2),
        list("BYMONTHDAY", vec![-31, -2, -1, 1, 13, 28, 29, 30, 31], 3),
        list("BYYEARDAY", vec![-366, -1, 1, 60, 365, 366], 2),
        list("BYWEEKNO", vec![-53, -1, 1, 20, 53], 2),
        list("BYHOUR", vec![0, 9, 14, 23], 2),
        list("BYMINUTE", vec![0, 30], 2),
        list("BYSECOND", vec![0, 30], 2),
        list("BYSETPOS", vec![-2, -1, 1, 2, 3], 2),
        Just(";WKST=SU".to_owned()),
        prop::sample::select(vec!["OMIT", "BACKWARD", "FORWARD"])
            .prop_map(|skip| format!(";RSCALE=GREGORIAN;SKIP={skip}")),
    ]
}

/// The first instances of a rule, as far as a budget goes; `None` for a rule that has no meaning.
fn instances(rule: &str, start: LocalDateTime) -> Option<(Vec<LocalDateTime>, bool)> {
    let rule = Rule::new(&rule.parse::<Recur>().ok()?, start, false, None).ok()?;
    let mut budget = Budget::new(20_000);
    let mut walk = rule.all();
    let mut found = Vec::new();
    while found.len() < 60 {
        match walk.next(&mut budget) {
            Ok(Some(instance)) => found.push(instance),
            Ok(None) => return Some((found, true)),
            Err(_) => return Some((found, false)),
        }
    }
    Some((found, false))
}

/// Rules of different classes that are said in the same words, because they do the same.
#[test]
fn what_does_the_same_is_said_alike() {
    for (one, other) in [
        ("FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=MO"),
        ("FREQ=WEEKLY;BYDAY=MO", "FREQ=DAILY;BYDAY=MO"),
        ("FREQ=DAILY;BYDAY=TH;BYMONTH=3", "FREQ=YEARLY;BYDAY=TH;BYMONTH=3"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,-1", "FREQ=YEARLY;BYMONTHDAY=1,-1"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR"),
        ("FREQ=MONTHLY;BYDAY=2SA", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=8,9,10,11,12,13,14"),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=4SU", "FREQ=YEARLY;BYMONTH=5;BYDAY=SU;BYMONTHDAY=22,23,24,25,26,27,28"),
    ] {
        assert_eq!(rule(one), rule(other), "{one} and {other}");
        let start = "20230106T140000".parse().unwrap();
        assert_eq!(instances(one, start), instances(other, start), "{one} and {other}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// Two rules that are said in the same words do the same: nothing that matters is left unsaid.
    #[test]
    fn the_same_words_mean_the_same_instances(
        freq in prop::sample::select(vec!["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        shared in prop::collection::vec(part(), 0..4),
        one in part(),
        other in part(),
        start in prop::sample::select(vec!["20230106T140000", "20240229T093000", "20230131T000000"]),
    ) {
        let text = |last: &str| format!("FREQ={freq}{}{last}", shared.concat());
        let (one, other) = (text(&one), text(&other));
        let start: LocalDateTime = start.parse().unwrap();
        let said = |text: &str| {
            let rule: Recur = text.parse().ok()?;
            let (berlin, zones) = (zone("Europe/Berlin"), Zones::default());
            Some(Words::new(&berlin, &zones).rule(&rule, &DateTime::Floating(start)))
        };
        if let (Some(first), Some(second)) = (said(&one), said(&other))
            && first == second
            && let (Some((a, a_all)), Some((b, b_all))) = (instances(&one, start), instances(&other, start))
        {
            let common = a.len().min(b.len());
            prop_assert_eq!(&a[..common], &b[..common], "{} and {}: {}", one, other, first);
            prop_assert!(!(a_all && b_all) || a.len() == b.len(), "{one} and {other}: {first}");
        }
    }
}
