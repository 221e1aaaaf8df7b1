//! What the words say, class by class.

use super::{Description, Words};
use crate::ical::{Component, Limits, Stream};
use crate::itip::Change;
use crate::recurrence::InstanceKey;
use crate::time::{Zone, Zones};
use crate::value::{Budget, DateTime, LocalDateTime, Recur, Rule};
use proptest::prelude::*;

fn zone(name: &str) -> Zone {
    Zone::iana(name).unwrap()
}

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
        ("FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR", "every day, when that is the 13th, when that is a Friday"),
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
        ("FREQ=MONTHLY;BYDAY=MO", "every month on every Monday"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "every month on the 13th, when that is a Friday"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "the last weekday of every third month"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=2", "the second day of every month"),
        (
            "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-1",
            "every month on the last of these days: Saturday and Sunday",
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
        ("FREQ=YEARLY;BYMONTHDAY=1", "every year on the 1st of every month"),
        ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "every year on the last Sunday of March"),
        ("FREQ=YEARLY;BYDAY=TH;BYMONTH=3", "every year on every Thursday of March"),
        ("FREQ=YEARLY;BYDAY=20MO", "every year on the 20th Monday of the year"),
        ("FREQ=YEARLY;BYDAY=53MO", "every year on the 53rd Monday of the year, where there is one"),
        ("FREQ=YEARLY;BYDAY=TH", "every year on every Thursday of the year"),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            "every fourth year on the 2nd, 3rd, 4th, 5th, 6th, 7th and 8th of November, when that is a Tuesday",
        ),
        ("FREQ=YEARLY;BYYEARDAY=1,100,-1", "every year on the 1st day, 100th day and last day of the year"),
        ("FREQ=YEARLY;BYYEARDAY=366", "every year on the 366th day of the year, where there is one"),
        ("FREQ=YEARLY;BYWEEKNO=20", "every year on Friday of week 20"),
        ("FREQ=YEARLY;BYWEEKNO=1,20;BYDAY=MO,TU", "every year on Monday and Tuesday of weeks 1 and 20"),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO", "every year on Monday of the last week of the year"),
        ("FREQ=YEARLY;BYWEEKNO=1;WKST=SU", "every year on Friday of week 1 (weeks begin on Sunday)"),
        (
            "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYMONTH=12;BYSETPOS=-1",
            "every year on the last weekday of December",
        ),
        ("FREQ=YEARLY;BYDAY=MO;BYSETPOS=20", "the 20th Monday of every year"),
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
        ("FREQ=MINUTELY;INTERVAL=15;BYDAY=MO", "every 15 minutes on Monday"),
        ("FREQ=SECONDLY;INTERVAL=30", "every 30 seconds"),
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
        "FREQ=YEARLY;BYDAY=MO;BYMONTH=1,2;BYSETPOS=1",
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

#[test]
fn moments() {
    let zones = Zones::default();
    let when = |reader: &str, start: &str, end: &str| {
        let reader = zone(reader);
        let end = (!end.is_empty()).then(|| end.parse::<DateTime>().unwrap());
        Words::new(&reader, &zones).when(&start.parse().unwrap(), end.as_ref())
    };
    let cases = [
        (
            "Europe/Berlin",
            "TZID=Europe/Berlin:20230303T140000",
            "TZID=Europe/Berlin:20230303T150000",
            "Friday 3 March 2023, 14:00–15:00 (Europe/Berlin)",
        ),
        (
            "Europe/Berlin",
            "TZID=America/New_York:20230303T080000",
            "TZID=America/New_York:20230303T090000",
            "Friday 3 March 2023, 14:00–15:00 (Europe/Berlin); that is 08:00–09:00 in America/New_York",
        ),
        (
            "Asia/Tokyo",
            "TZID=America/New_York:20230303T180000",
            "",
            "Saturday 4 March 2023, 08:00 (Asia/Tokyo); that is Friday 3 March 2023, 18:00 in America/New_York",
        ),
        // The clocks are the same on that day.
        (
            "Europe/Berlin",
            "TZID=Europe/Paris:20230303T140000",
            "",
            "Friday 3 March 2023, 14:00 (Europe/Berlin)",
        ),
        (
            "Europe/Berlin",
            "20230303T210000Z",
            "20230304T010030Z",
            "Friday 3 March 2023, 22:00 – Saturday 4 March 2023, 02:00:30 (Europe/Berlin)",
        ),
        ("Europe/Berlin", "20230303", "20230304", "Friday 3 March 2023, all day"),
        ("Europe/Berlin", "20230303", "", "Friday 3 March 2023, all day"),
        ("Europe/Berlin", "20230303", "20230306", "Friday 3 March 2023 – Sunday 5 March 2023, all day"),
        ("Europe/Berlin", "20230303T140000", "", "Friday 3 March 2023, 14:00 (wherever the reader is)"),
        (
            "Europe/Berlin",
            "TZID=Foo/Bar:20230303T140000",
            "TZID=Foo/Bar:20230303T150000",
            "Friday 3 March 2023, 14:00–15:00 in the time zone “Foo/Bar”, which is not known here",
        ),
    ];
    for (reader, start, end, expected) in cases {
        assert_eq!(when(reader, start, end), expected, "{start} for {reader}");
    }
}

fn calendar(body: &str) -> Component {
    let text = format!("BEGIN:VCALENDAR\r\n{}\r\nEND:VCALENDAR\r\n", body.trim().replace('\n', "\r\n"));
    let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(stream.problems(), []);
    stream.into_calendars().next().unwrap()
}

fn described(body: &str) -> Description {
    let calendar = calendar(body);
    let (berlin, zones) = (zone("Europe/Berlin"), Zones::of(&calendar));
    Words::new(&berlin, &zones).describe(&calendar)
}

fn lines(description: &Description, item: usize) -> Vec<String> {
    description.items[item].lines.iter().map(|line| format!("{}: {}", line.label, line.text)).collect()
}

#[test]
fn an_event_with_its_changed_instances() {
    let description = described(
        "METHOD:REQUEST
BEGIN:VEVENT
UID:1
SUMMARY:Tea\\, weekly
DTSTART;TZID=Europe/Berlin:20230106T140000
DTEND;TZID=Europe/Berlin:20230106T150000
RRULE:FREQ=WEEKLY;UNTIL=20230303T130000Z
EXDATE;TZID=Europe/Berlin:20230113T140000
LOCATION:Room 1
ORGANIZER;CN=A:mailto:a@foo.com
ATTENDEE;CN=B;PARTSTAT=ACCEPTED:mailto:b@foo.com
ATTENDEE;ROLE=OPT-PARTICIPANT:mailto:c@bar.com
ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:e@baz.net\":mailto:d@bar.com
STATUS:CONFIRMED
CLASS:PRIVATE
DESCRIPTION:One\\nTwo
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT15M
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;TZID=Europe/Berlin:20230120T140000
SUMMARY:Tea\\, weekly
DTSTART;TZID=Europe/Berlin:20230121T160000
DTEND;TZID=Europe/Berlin:20230121T170000
LOCATION:Room 2
ATTENDEE;CN=B;PARTSTAT=DECLINED:mailto:b@foo.com
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;TZID=Europe/Berlin:20230127T140000
DTSTART;TZID=Europe/Berlin:20230127T140000
STATUS:CANCELLED
END:VEVENT",
    );
    assert_eq!(description.purpose.as_deref(), Some("an invitation or its update"));
    assert_eq!(description.items.len(), 1);
    assert_eq!(description.items[0].title, "Tea, weekly");
    let expected = [
        "When: Friday 6 January 2023, 14:00–15:00 (Europe/Berlin)",
        "Repeats: every Friday until 3 March 2023, except on Friday 13 January 2023, 14:00",
        "Where: Room 1",
        "Organizer: A <a@foo.com>",
        "Who: B <b@foo.com>: accepted",
        "Who: c@bar.com (optional): has not answered",
        "Who: d@bar.com: delegated to e@baz.net",
        "Status: confirmed",
        "Privacy: private",
        "Description: One\nTwo",
        "Reminder: 15 minutes before the start",
        "Changed: Friday 20 January 2023, 14:00 (Europe/Berlin): Saturday 21 January 2023, 16:00–17:00 (Europe/Berlin); \
         Where: Room 2; B <b@foo.com>: declined",
        "Changed: Friday 27 January 2023, 14:00 (Europe/Berlin): does not take place",
    ];
    assert_eq!(lines(&description, 0), expected);
}

#[test]
fn a_series_by_another_clock_says_so() {
    let description = described(
        "BEGIN:VEVENT
UID:1
DTSTART;TZID=America/New_York:20230106T200000
RRULE:FREQ=WEEKLY
RDATE;TZID=America/New_York:20230109T200000
END:VEVENT",
    );
    assert_eq!(
        lines(&description, 0),
        [
            "When: Saturday 7 January 2023, 02:00 (Europe/Berlin); that is Friday 6 January 2023, 20:00 in America/New_York",
            "Repeats: every Friday, also on Monday 9 January 2023, 20:00 (dates and times of America/New_York)",
        ]
    );
}

#[test]
fn dates_beside_a_rule_are_said_by_its_clock() {
    let repeats = |body: &str| {
        let description = described(&format!("BEGIN:VEVENT\nUID:1\n{body}\nEND:VEVENT"));
        lines(&description, 0).into_iter().find(|line| line.starts_with("Repeats")).unwrap_or_default()
    };
    let cases = [
        (
            // The second is the same instant in another zone, and said once.
            "DTSTART;TZID=Europe/Berlin:20230106T140000\nRRULE:FREQ=WEEKLY\nEXDATE:20230120T130000Z\n\
             EXDATE;TZID=America/New_York:20230113T080000\nEXDATE;TZID=Europe/Berlin:20230113T140000",
            "Repeats: every Friday, except on Friday 13 January 2023, 14:00 and Friday 20 January 2023, 14:00",
        ),
        (
            "DTSTART:20230106T230000Z\nRRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Berlin:20230114T000000",
            "Repeats: every Friday, except on Friday 13 January 2023, 23:00 (dates and times of UTC)",
        ),
        ("DTSTART;TZID=W. Europe Standard Time:20230106T140000\nRRULE:FREQ=WEEKLY", "Repeats: every Friday"),
        (
            "DTSTART;VALUE=DATE:20230106\nRDATE;VALUE=DATE:20230108,20230107",
            "Repeats: on this date, also on Saturday 7 January 2023 and Sunday 8 January 2023",
        ),
        ("DTSTART;VALUE=DATE:20230106\nRRULE:", ""),
    ];
    for (body, expected) in cases {
        assert_eq!(repeats(body), expected, "{body}");
    }
    let many: Vec<String> = (1..=20).map(|day| format!("202302{day:02}")).collect();
    let said = repeats(&format!("DTSTART;VALUE=DATE:20230106\nRDATE;VALUE=DATE:{}", many.join(",")));
    assert!(said.ends_with("Saturday 11 February 2023 and 9 more"), "{said}");
}

#[test]
fn todos_journals_and_busy_times() {
    let description = described(
        "BEGIN:VTODO
UID:1
SUMMARY:Wash
DUE;VALUE=DATE:20230303
PERCENT-COMPLETE:50
STATUS:IN-PROCESS
END:VTODO
BEGIN:VJOURNAL
UID:2
DTSTART;VALUE=DATE:20230303
DESCRIPTION:Rain
END:VJOURNAL
BEGIN:VFREEBUSY
UID:3
DTSTART:20230303T080000Z
DTEND:20230303T160000Z
FREEBUSY;FBTYPE=BUSY-TENTATIVE:20230303T100000Z/PT1H,20230303T120000Z/20230303T123000Z
END:VFREEBUSY",
    );
    let kinds: Vec<_> =
        description.items.iter().map(|item| (item.kind.as_str(), item.title.as_str())).collect();
    assert_eq!(kinds, [("To-do", "Wash"), ("Journal", "(no title)"), ("Free/busy", "(no title)")]);
    assert_eq!(
        lines(&description, 0),
        ["Due: Friday 3 March 2023", "Progress: 50 % done", "Status: in progress"]
    );
    assert_eq!(lines(&description, 1), ["When: Friday 3 March 2023, all day", "Description: Rain"]);
    assert_eq!(
        lines(&description, 2),
        [
            "When: Friday 3 March 2023, 09:00–17:00 (Europe/Berlin)",
            "Busy time: Friday 3 March 2023, 11:00–12:00 (Europe/Berlin): perhaps busy",
            "Busy time: Friday 3 March 2023, 13:00–13:30 (Europe/Berlin): perhaps busy",
        ]
    );
}

#[test]
fn what_cannot_be_read_is_shown_and_cannot_act() {
    let description = described(
        "BEGIN:VEVENT
UID:1
SUMMARY:\u{1b}[31mred\u{202e}
DTSTART:tomorrow
RRULE:FREQ=SOMETIMES
ATTENDEE;PARTSTAT=X-LATER:mailto:b@foo.com
END:VEVENT",
    );
    assert_eq!(description.items[0].title, "\u{FFFD}[31mred\u{FFFD}");
    assert_eq!(
        lines(&description, 0),
        [
            "When: “tomorrow”, which cannot be read as a date or time",
            "Repeats: by the rule “FREQ=SOMETIMES”",
            "Who: b@foo.com: answer “X-LATER”",
        ]
    );
}

fn changed(changes: &[(&str, &str, &str, &str)]) -> Vec<String> {
    let calendar = calendar(
        "BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20230303T160000
END:VEVENT",
    );
    let (berlin, zones) = (zone("Europe/Berlin"), Zones::default());
    let side = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let changes: Vec<Change> = changes
        .iter()
        .map(|(instance, property, before, after)| Change {
            instance: instance.parse::<InstanceKey>().unwrap(),
            property: (*property).to_owned(),
            before: side(before),
            after: side(after),
        })
        .collect();
    Words::new(&berlin, &zones).changes(&changes, &calendar)
}

#[test]
fn changes_become_sentences() {
    let said = changed(&[
        ("", "SEQUENCE", "SEQUENCE:0", "SEQUENCE:1"),
        (
            "",
            "DTSTART",
            "DTSTART;TZID=Europe/Berlin:20230303T140000",
            "DTSTART;TZID=Europe/Berlin:20230303T160000",
        ),
        ("", "DTEND", "DTEND;TZID=Europe/Berlin:20230303T150000", "DTEND;TZID=Europe/Berlin:20230303T170000"),
        ("", "LOCATION", "LOCATION:Room 1", "LOCATION:Room 2"),
        ("", "DESCRIPTION", "DESCRIPTION:x", "DESCRIPTION:y"),
        ("", "SUMMARY", "", "SUMMARY:Tea"),
        ("", "URL", "URL:https://foo.com", ""),
        ("", "RRULE", "RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY;COUNT=3"),
        ("", "ATTENDEE", "", "ATTENDEE;CN=B:mailto:b@foo.com"),
        ("", "ATTENDEE", "ATTENDEE:mailto:c@bar.com", ""),
        ("", "ATTENDEE", "ATTENDEE:mailto:d@bar.com", "ATTENDEE;PARTSTAT=DECLINED:MAILTO:D@bar.com"),
        ("", "EXDATE", "", "EXDATE;TZID=Europe/Berlin:20230310T160000"),
        ("20230317T150000Z", "LOCATION", "LOCATION:Room 2", "LOCATION:Room 3"),
    ]);
    let expected = [
        "The time changed from Friday 3 March 2023, 14:00–15:00 (Europe/Berlin) to Friday 3 March 2023, 16:00–17:00 (Europe/Berlin).",
        "The place is now: Room 2 (before: Room 1)",
        "The description changed.",
        "The title is now: Tea",
        "The link is no longer given (before: https://foo.com)",
        "The repetition is now: every day, 3 times (before: every Friday)",
        "B <b@foo.com> was added.",
        "c@bar.com was removed.",
        "D@bar.com: declined.",
        "It no longer takes place on Friday 10 March 2023, 16:00 (Europe/Berlin).",
        "On Friday 17 March 2023, 16:00 (Europe/Berlin): The place is now: Room 3 (before: Room 2)",
    ];
    assert_eq!(said, expected);
}

#[test]
fn an_end_alone_and_nothing_at_all() {
    assert_eq!(
        changed(&[("", "DTEND", "DTEND:20230303T150000Z", "DTEND:20230303T160000Z")]),
        [
            "The end changed from Friday 3 March 2023, 16:00 (Europe/Berlin) to Friday 3 March 2023, 17:00 (Europe/Berlin)."
        ]
    );
    assert_eq!(changed(&[("", "DTSTAMP", "DTSTAMP:20230303T150000Z", "DTSTAMP:20230303T160000Z")]), [""; 0]);
}
