//! What the words say, class by class.

mod rules;

use super::{Description, Words};
use crate::ical::{Component, Limits, Stream};
use crate::itip::Change;
use crate::recurrence::InstanceKey;
use crate::time::{Zone, Zones};
use crate::value::DateTime;

fn zone(name: &str) -> Zone {
    Zone::iana(name).unwrap()
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
            "20230303T210000Z",
            "20230303T200000Z",
            "Friday 3 March 2023, 22:00, with an end before that: Friday 3 March 2023, 21:00 (Europe/Berlin)",
        ),
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
fn a_to_do_is_due_within_its_last_day() {
    let description =
        described("BEGIN:VTODO\nUID:1\nDTSTART;VALUE=DATE:20230301\nDUE;VALUE=DATE:20230303\nEND:VTODO");
    assert_eq!(lines(&description, 0), ["When: Wednesday 1 March 2023 – Friday 3 March 2023, all day"]);
}

#[test]
fn availability_by_its_parts() {
    let description = described(
        "BEGIN:VAVAILABILITY
UID:1
SUMMARY:Office hours
PRIORITY:1
BEGIN:AVAILABLE
UID:2
SUMMARY:In the office
DTSTART;TZID=Europe/Berlin:20230306T090000
DTEND;TZID=Europe/Berlin:20230306T170000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
END:AVAILABLE
END:VAVAILABILITY",
    );
    assert_eq!(
        lines(&description, 0),
        [
            "When: at any time",
            "Available: In the office: Monday 6 March 2023, 09:00–17:00 (Europe/Berlin); every weekday",
            "Shown as: unavailable at all other times",
            "Priority: high (1)",
        ]
    );
}

#[test]
fn what_else_an_event_may_say() {
    let description = described(
        "BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20230306T090000
RRULE:FREQ=WEEKLY
EXRULE:FREQ=MONTHLY;BYDAY=1MO
EXDATE;TZID=Europe/Berlin:20230313T090000
CONFERENCE;VALUE=URI;FEATURE=AUDIO;LABEL=By telephone:tel:+1-412-555-0123
CONFERENCE;VALUE=URI:https://foo.com/room
TRANSP:TRANSPARENT
PRIORITY:9
CONTACT:The porter
RESOURCES:Projector,Flip chart
BEGIN:VALARM
ACTION:EMAIL
TRIGGER:-PT1H
DURATION:PT5M
REPEAT:3
ATTENDEE;CN=B:mailto:b@foo.com
END:VALARM
BEGIN:VALARM
ACTION:AUDIO
TRIGGER;RELATED=END:PT0S
DURATION:PT1M
REPEAT:1
END:VALARM
END:VEVENT",
    );
    assert_eq!(
        lines(&description, 0),
        [
            "When: Monday 6 March 2023, 09:00 (Europe/Berlin)",
            "Repeats: every Monday, except every month on the first Monday and on Monday 13 March 2023, 09:00",
            "Link: By telephone: tel:+1-412-555-0123",
            "Link: https://foo.com/room",
            "Shown as: free",
            "Priority: low (9)",
            "Contact: The porter",
            "Resources: Projector, Flip chart",
            "Reminder: 1 hour before the start, and 3 times again, 5 minutes apart, by mail to B <b@foo.com>",
            "Reminder: at the end, and again 1 minute later",
        ]
    );
}

#[test]
fn several_rules_and_an_override_of_all_that_follow() {
    let description = described(
        "BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20230306T090000
RRULE:FREQ=WEEKLY;UNTIL=20230401T070000Z
RRULE:FREQ=MONTHLY;BYMONTHDAY=15
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20230320T090000
DTSTART;TZID=Europe/Berlin:20230320T100000
END:VEVENT",
    );
    assert_eq!(
        lines(&description, 0)[1..],
        [
            "Repeats: every Monday until 1 April 2023 and every month on the 15th",
            "Changed: Monday 20 March 2023, 09:00 (Europe/Berlin) and all that follow: \
             Monday 20 March 2023, 10:00 (Europe/Berlin)",
        ]
    );
}

#[test]
fn a_zone_that_is_defined_otherwise_than_its_name_says_is_told() {
    let description = described(
        "BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0100
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Berlin:20260701T090000
END:VEVENT",
    );
    assert_eq!(
        description.notes,
        [
            "from Wednesday 1 July 2026, 10:00 (Europe/Berlin) on, the time zone “Europe/Berlin” as defined here \
          differs from Europe/Berlin: UTC+0100 instead of UTC+0200; times are shown as defined here"
        ]
    );
    assert_eq!(
        lines(&description, 0),
        ["When: Wednesday 1 July 2026, 10:00 (Europe/Berlin); that is 09:00 in Europe/Berlin"]
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
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20230324T160000
DTSTART;TZID=Europe/Berlin:20230324T160000
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
        ("20230324T150000Z", "LOCATION", "LOCATION:Room 2", "LOCATION:Room 4"),
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
        "On Friday 24 March 2023, 16:00 (Europe/Berlin) and all that follow: The place is now: Room 4 (before: Room 2)",
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
