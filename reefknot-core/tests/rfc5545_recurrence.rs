//! The examples of RFC 5545 §3.8.5.3, §3.3.10 and RFC 7529 §5 as they stand there: rule and instances.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use reefknot_core::recurrence::{Budget, SetBuilder};
use reefknot_core::time::Zones;
use reefknot_core::value::DateTime;

const NAMES: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Days in the notation of the RFC, such as `1997: Sep 2-30 Oct 1,3 1998: Jan 5`, as `YYYYMMDD`.
fn days(text: &str) -> Vec<String> {
    let (mut year, mut month, mut all) = ("", 0, Vec::new());
    for word in text.split_whitespace() {
        if let Some(number) = word.strip_suffix(':') {
            year = number;
        } else if let Some(index) = NAMES.iter().position(|name| *name == word) {
            month = index + 1;
        } else {
            for item in word.split(',') {
                let (first, last) = item.split_once('-').unwrap_or((item, item));
                let (first, last): (u8, u8) = (first.parse().unwrap(), last.parse().unwrap());
                all.extend((first..=last).map(|day| format!("{year}{month:02}{day:02}")));
            }
        }
    }
    all
}

/// What `lines` generate: as many as are expected and, with `ends`, no more. New York, if DTSTART has a time.
fn expand(start: &str, lines: &str, expected: usize, ends: bool) -> Vec<String> {
    let zone = start.contains('T').then_some("America/New_York");
    let zones = Zones::default();
    let read = |text: &str| DateTime::parse(text, None, zone).unwrap();
    let mut builder = SetBuilder::new(&read(start), &zones);
    for line in lines.split_whitespace() {
        match line.split_once(':') {
            Some(("EXDATE", value)) => builder.exclude(&read(value)).unwrap(),
            _ => builder.rule(&line.parse().unwrap()).unwrap(),
        }
    }
    let set = builder.build();
    let (mut walk, mut budget) = (set.walk(), Budget::default());
    let mut found = Vec::new();
    while found.len() < expected + usize::from(ends)
        && let Some(item) = walk.next(&mut budget).unwrap()
    {
        found.push(item.start().value_text());
    }
    found
}

/// Checks an example whose instances all begin at the time of DTSTART; `…` says that it goes on forever.
fn check(start: &str, lines: &str, expected: &str) {
    let ends = !expected.ends_with('…');
    let time = &start[8..];
    let expected: Vec<String> =
        days(expected.trim_end_matches('…')).into_iter().map(|day| day + time).collect();
    assert_eq!(expand(start, lines, expected.len(), ends), expected, "{lines}");
}

/// Checks an example of one or more days with these times.
fn check_times(start: &str, lines: &str, on: &str, times: &[&str], ends: bool) {
    let expected: Vec<String> =
        days(on).iter().flat_map(|day| times.iter().map(move |time| format!("{day}T{time}00"))).collect();
    assert_eq!(expand(start, lines, expected.len(), ends), expected, "{lines}");
}

#[test]
fn days_and_weeks() {
    let start = "19970902T090000";
    check(start, "FREQ=DAILY;COUNT=10", "1997: Sep 2-11");
    check(start, "FREQ=DAILY;UNTIL=19971224T000000Z", "1997: Sep 2-30 Oct 1-31 Nov 1-30 Dec 1-23");
    check(
        start,
        "FREQ=DAILY;INTERVAL=2",
        "1997: Sep 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 Oct 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 \
         Nov 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29 Dec 1,3 …",
    );
    check(start, "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997: Sep 2,12,22 Oct 2,12");
    for rule in [
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
    ] {
        check("19980101T090000", rule, "1998: Jan 1-31 1999: Jan 1-31 2000: Jan 1-31");
    }
    check(start, "FREQ=WEEKLY;COUNT=10", "1997: Sep 2,9,16,23,30 Oct 7,14,21,28 Nov 4");
    check(
        start,
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "1997: Sep 2,9,16,23,30 Oct 7,14,21,28 Nov 4,11,18,25 Dec 2,9,16,23",
    );
    check(
        start,
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "1997: Sep 2,16,30 Oct 14,28 Nov 11,25 Dec 9,23 1998: Jan 6,20 Feb 3,17 …",
    );
    for rule in
        ["FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH"]
    {
        check(start, rule, "1997: Sep 2,4,9,11,16,18,23,25,30 Oct 2");
    }
    check(
        "19970901T090000",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997: Sep 1,3,5,15,17,19,29 Oct 1,3,13,15,17,27,29,31 Nov 10,12,14,24,26,28 Dec 8,10,12,22",
    );
    check(start, "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997: Sep 2,4,16,18,30 Oct 2,14,16");
    // Where the days generated differ because of WKST.
    check("19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997: Aug 5,10,19,24");
    check("19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997: Aug 5,17,19,31");
}

#[test]
fn months() {
    check(
        "19970905T090000",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "1997: Sep 5 Oct 3 Nov 7 Dec 5 1998: Jan 2 Feb 6 Mar 6 Apr 3 May 1 Jun 5",
    );
    check(
        "19970905T090000",
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "1997: Sep 5 Oct 3 Nov 7 Dec 5",
    );
    check(
        "19970907T090000",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997: Sep 7,28 Nov 2,30 1998: Jan 4,25 Mar 1,29 May 3,31",
    );
    check(
        "19970922T090000",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997: Sep 22 Oct 20 Nov 17 Dec 22 1998: Jan 19 Feb 16",
    );
    check(
        "19970928T090000",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997: Sep 28 Oct 29 Nov 28 Dec 29 1998: Jan 29 Feb 26 …",
    );
    check(
        "19970902T090000",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "1997: Sep 2,15 Oct 2,15 Nov 2,15 Dec 2,15 1998: Jan 2,15",
    );
    check(
        "19970930T090000",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997: Sep 30 Oct 1,31 Nov 1,30 Dec 1,31 1998: Jan 1,31 Feb 1",
    );
    check(
        "19970910T090000",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997: Sep 10-15 1999: Mar 10-13",
    );
    check(
        "19970902T090000",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "1997: Sep 2,9,16,23,30 Nov 4,11,18,25 1998: Jan 6,13,20,27 Mar 3,10,17,24,31 …",
    );
    check(
        "19970902T090000",
        "EXDATE:19970902T090000 FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "1998: Feb 13 Mar 13 Nov 13 1999: Aug 13 2000: Oct 13 …",
    );
    check(
        "19970913T090000",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997: Sep 13 Oct 11 Nov 8 Dec 13 1998: Jan 10 Feb 7 Mar 7 Apr 11 May 9 Jun 13 …",
    );
    check("19970904T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997: Sep 4 Oct 7 Nov 6");
    check(
        "19970929T090000",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "1997: Sep 29 Oct 30 Nov 27 Dec 30 1998: Jan 29 Feb 26 Mar 30 …",
    );
    // 30 February is ignored and not counted.
    check("20070115T090000", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007: Jan 15,30 Feb 15 Mar 15,30");
}

#[test]
fn years() {
    check(
        "19970610T090000",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997: Jun 10 Jul 10 1998: Jun 10 Jul 10 1999: Jun 10 Jul 10 2000: Jun 10 Jul 10 2001: Jun 10 Jul 10",
    );
    check(
        "19970310T090000",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "1997: Mar 10 1999: Jan 10 Feb 10 Mar 10 2001: Jan 10 Feb 10 Mar 10 2003: Jan 10 Feb 10 Mar 10",
    );
    check(
        "19970101T090000",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997: Jan 1 Apr 10 Jul 19 2000: Jan 1 Apr 9 Jul 18 2003: Jan 1 Apr 10 Jul 19 2006: Jan 1",
    );
    check("19970519T090000", "FREQ=YEARLY;BYDAY=20MO", "1997: May 19 1998: May 18 1999: May 17 …");
    check("19970512T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997: May 12 1998: May 11 1999: May 17 …");
    check(
        "19970313T090000",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "1997: Mar 13,20,27 1998: Mar 5,12,19,26 1999: Mar 4,11,18,25 …",
    );
    check(
        "19970605T090000",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997: Jun 5,12,19,26 Jul 3,10,17,24,31 Aug 7,14,21,28 \
         1998: Jun 4,11,18,25 Jul 2,9,16,23,30 Aug 6,13,20,27 \
         1999: Jun 3,10,17,24 Jul 1,8,15,22,29 Aug 5,12,19,26 …",
    );
    check(
        "19961105T090000",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996: Nov 5 2000: Nov 7 2004: Nov 2 …",
    );
}

#[test]
fn hours_and_minutes() {
    let (start, day) = ("19970902T090000", "1997: Sep 2");
    // The RFC prints UNTIL=19970902T170000Z, which is one o'clock in New York; five o'clock is what it describes.
    check_times(start, "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", day, &["0900", "1200", "1500"], true);
    check_times(start, "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", day, &["0900", "1200"], true);
    check_times(
        start,
        "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
        day,
        &["0900", "0915", "0930", "0945", "1000", "1015"],
        true,
    );
    check_times(start, "FREQ=MINUTELY;INTERVAL=90;COUNT=4", day, &["0900", "1030", "1200", "1330"], true);
    let times: Vec<String> =
        (9..17).flat_map(|hour| [0, 20, 40].map(|minute| format!("{hour:02}{minute:02}"))).collect();
    let times: Vec<&str> = times.iter().map(String::as_str).collect();
    for rule in [
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
    ] {
        check_times(start, rule, "1997: Sep 2,3", &times, false);
    }
    // §3.3.10: the order in which the parts are applied.
    check_times(
        "19970105T083000",
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYDAY=SU;BYHOUR=8,9;BYMINUTE=30",
        "1997: Jan 5,12,19,26 1999: Jan 3,10,17,24,31",
        &["0830", "0930"],
        false,
    );
}

#[test]
fn other_calendars() {
    // RFC 7529 §5: a leap day where years have none falls on 1 March.
    check(
        "20160229",
        "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD",
        "2016: Feb 29 2017: Mar 1 2018: Mar 1 2019: Mar 1 2020: Feb 29 2021: Mar 1 …",
    );
    check(
        "20140131",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=4",
        "2014: Jan 31 Feb 28 Mar 31 Apr 30",
    );
    for rule in [
        "RSCALE=CHINESE;FREQ=YEARLY",
        "RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13",
        "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD",
    ] {
        let zones = Zones::default();
        let mut builder = SetBuilder::new(&"20130210".parse().unwrap(), &zones);
        let error = builder.rule(&rule.parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains("unsupported calendar"), "{error}: never a wrong date");
    }
}
