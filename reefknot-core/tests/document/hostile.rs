//! Limits at their value and one beyond it, and inputs made to cost more than linear time.

use reefknot_core::ical::{Component, Limits, PropertyBuf, Stream};

fn loose() -> Limits {
    let all = u64::MAX;
    Limits {
        depth: all,
        properties: all,
        parameters: all,
        line_bytes: all,
        lines: all,
        attendees: all,
        ..Limits::default()
    }
}

/// The limit's name and how to set it, a text, the lowest value that accepts it, and what one less says.
type Case = (&'static str, fn(u64) -> Limits, String, u64, &'static str);

#[test]
fn each_limit_holds_at_its_value_and_stops_one_beyond_with_the_line() {
    let event = "BEGIN:VEVENT\n";
    let cases: [Case; 9] = [
        ("bytes", |bytes| Limits { bytes, ..loose() }, event.repeat(2), 26, "an input of 26 octets"),
        (
            "lines",
            |lines| Limits { lines, ..loose() },
            "A:1\n\n b\n\n\nA:2\nA:3".into(),
            3,
            "line 7: the number of content lines",
        ),
        (
            "line_bytes",
            |line_bytes| Limits { line_bytes, ..loose() },
            "A:1\nB:12\n 34\n\t5\nC:\n".into(),
            7,
            "line 2: the length of a content line",
        ),
        (
            "depth",
            |depth| Limits { depth, ..loose() },
            event.repeat(4),
            4,
            "line 4: the depth of nested components",
        ),
        (
            "properties",
            |properties| Limits { properties, ..loose() },
            format!("{event}A:1\nunreadable\n{event}B:1\nEND:VEVENT\nA:2\n"),
            3,
            "line 7: the number of properties of a component",
        ),
        (
            "properties",
            |properties| Limits { properties, ..loose() },
            format!("{event}{}A:1\nA:2\n", "BEGIN:VALARM\nEND:VALARM\n".repeat(5)),
            2,
            "line 13: the number of properties of a component",
        ),
        (
            "parameters",
            |parameters| Limits { parameters, ..loose() },
            "BEGIN:A\nX;A=1;B=\";;;\";C;D=4:;;;;\n".into(),
            4,
            "line 2: the number of parameters of a property",
        ),
        (
            "parameters",
            |parameters| Limits { parameters, ..loose() },
            "BEGIN;X=1;Y=2:A\n".into(),
            2,
            "line 1: the number of parameters of a property",
        ),
        (
            "attendees",
            |attendees| Limits { attendees, ..loose() },
            format!("{event}ATTENDEE:a\nX:\nattendee;CN=B:b\n"),
            2,
            "line 4: the number of attendees of a component",
        ),
    ];
    for (name, limits, text, lowest, what) in cases {
        let at = Stream::parse(text.as_bytes(), &limits(lowest));
        assert!(at.is_ok(), "{name}: {at:?}");
        let error = Stream::parse(text.as_bytes(), &limits(lowest - 1)).unwrap_err();
        assert!(error.is_limit());
        let limit = lowest - 1;
        let expected = format!("{what} exceeds the limit of {limit} (`{name}`)");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn problems_beyond_their_limit_are_counted() {
    let text = "no colon\n".repeat(5);
    for (problems, kept, not_kept) in [(5, 5, 0), (4, 4, 1), (0, 0, 5)] {
        let stream = Stream::parse(text.as_bytes(), &Limits { problems, ..loose() }).unwrap();
        assert_eq!((stream.problems().len(), stream.problems_not_kept()), (kept, not_kept));
        assert_eq!(stream.to_string().lines().count(), 5);
    }
}

/// Every input here ends in moments when its cost is linear, and in hours or never when it is quadratic.
#[test]
fn the_cost_of_hostile_input_is_linear() {
    const MANY: usize = 100_000;
    let long = "x".repeat(20 * MANY);
    let cases = [
        ("blank lines", "\n".repeat(20 * MANY)),
        ("blank lines between folds", format!("A:1{}", "\n\n\n\n b".repeat(MANY))),
        ("carriage returns", "\r".repeat(20 * MANY)),
        ("tiny lines", "A:\n".repeat(MANY)),
        ("unreadable lines", "A\n".repeat(MANY)),
        ("one long line", format!("A:{long}")),
        ("endless folds", format!("A:{}", "\n x".repeat(5 * MANY))),
        ("folds in a name", format!("{}:1", "\n A".repeat(MANY))),
        ("many parameters", format!("A{}:1", ";B=1".repeat(MANY))),
        ("many values", format!("A;B=1{}:1", ",\"2\"".repeat(MANY))),
        ("quotes that do not close", "A;B=\"x\"\";\"C:1\n".repeat(MANY)),
        ("deep nesting", "BEGIN:A\n".repeat(500)),
        (
            "wrong ENDs below deep nesting",
            format!("{}{}", "BEGIN:A\n".repeat(500), "END:B\n".repeat(MANY / 10)),
        ),
        ("ENDs of long names", format!("BEGIN:{long}\n{}", "END:A\n".repeat(MANY))),
        (
            "ENDs of long folded names",
            format!("BEGIN;X=\"{long}\n \":A\n{}", "BEGIN:B\nEND:A\nBEGIN;Y=\n :A\n".repeat(MANY / 10)),
        ),
        ("components", "BEGIN:A\nEND:A\n".repeat(MANY)),
    ];
    for (name, text) in cases {
        let stream =
            Stream::parse(text.as_bytes(), &loose()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let printed = stream.to_bytes();
        let again = Stream::parse(&printed, &loose()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(again.to_bytes() == printed, "{name}");
    }
}

#[test]
fn the_defaults_stop_what_no_calendar_holds() {
    let cases = [
        ("depth", "BEGIN:A\n".repeat(33)),
        ("parameters", format!("A{}:1", ";B=1".repeat(1_001))),
        ("properties", "A:\n".repeat(200_001)),
        ("attendees", "ATTENDEE:\n".repeat(20_001)),
        ("line_bytes", format!("A:{}", "x".repeat(32 << 20))),
    ];
    for (name, text) in cases {
        let error = Stream::parse(text.as_bytes(), &Limits::default()).unwrap_err();
        assert!(error.to_string().contains(&format!("(`{name}`)")), "{error}");
    }
}

#[test]
fn many_properties_are_changed_in_one_walk() {
    const MANY: usize = 100_000;
    let text = format!("BEGIN:VEVENT\n{}END:VEVENT\n", "X-A;B=1:c\nX-D:e\n".repeat(MANY / 2));
    let stream = Stream::parse(text.as_bytes(), &Limits::default()).unwrap();
    let mut event: Component = stream.components().next().unwrap().clone();
    for value in 0..20 {
        event.set(PropertyBuf::new("URL", &format!("http://foo.com/{value}")).unwrap());
    }
    assert_eq!(event.remove("x-a"), MANY / 2);
    assert_eq!(event.properties().count(), MANY / 2 + 1);
    event.set(PropertyBuf::new("X-D", "f").unwrap());
    assert_eq!(event.to_string(), "BEGIN:VEVENT\r\nX-D:f\r\nURL:http://foo.com/19\r\nEND:VEVENT\r\n");
}
