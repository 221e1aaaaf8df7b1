use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Stream {
    Stream::parse(text.as_bytes(), &Limits::default()).unwrap()
}

fn event(lines: &str) -> Component {
    let text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n");
    let stream = parse(&text);
    assert_eq!(stream.problems(), []);
    stream.into_calendars().next().unwrap().into_components().next().unwrap()
}

#[test]
fn reads_every_line_end_and_a_bom() {
    for end in ["\r\n", "\n", "\r", "\r\r\n"] {
        let text = format!("\u{FEFF}BEGIN:VCALENDAR{end}X:a{end} b{end}\tc{end}END:VCALENDAR{end}{end}{end}");
        let stream = parse(&text);
        assert_eq!(stream.problems(), [], "{end:?}");
        assert_eq!(stream.to_string(), "BEGIN:VCALENDAR\r\nX:abc\r\nEND:VCALENDAR\r\n", "{end:?}");
    }
}

#[test]
fn a_fold_may_cut_a_character() {
    let text = b"BEGIN:VCALENDAR\r\nX:caf\xC3\r\n \xA9\r\nEND:VCALENDAR\r\n";
    let stream = Stream::parse(text, &Limits::default()).unwrap();
    assert_eq!(stream.problems(), []);
    assert_eq!(stream.calendars().next().unwrap().value("X").unwrap(), "café");
}

#[test]
fn lines_are_found_by_name_and_parameter_however_they_are_written() {
    let event = event(
        "ATTENDEE;CN=\"a;SCHEDULE-x\";SCHE\r\n DULE-STATUS=1.1:mailto:b\r\nattendee; schedule-agent=NONE:mailto:c\r\n\
         ATTENDEE;CN=d;SCHEDULED=1:mailto:d\r\nATTEN\r\n DEE\r\n ;X=1:mailto:e;SCHEDULE-\r\nATTENDEES:1\r\n\
         AT:2\r\nSUMMARY;X=1\r\n ;SCHEDULE-X=1:a\r\n",
    );
    let values = |found: &mut dyn Iterator<Item = Property<'_>>| -> Vec<String> {
        found.map(|property| property.value().into_owned()).collect()
    };
    let named = ["mailto:b", "mailto:c", "mailto:d", "mailto:e;SCHEDULE-"];
    assert_eq!(values(&mut event.properties_named("Attendee")), named);
    assert_eq!(values(&mut event.properties_but("ATTENDEE")), ["1", "2", "a"]);
    assert_eq!(values(&mut event.properties_with_schedule_param()), ["mailto:b", "mailto:c", "a"]);
}

#[test]
fn any_letter_case_and_several_calendars() {
    let text = "begin:vcalendar\r\nBegin:Vevent\r\nuid:1\r\nend:VEVENT\r\nEND:vcalendar\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
    let stream = parse(text);
    assert_eq!(stream.problems(), []);
    assert_eq!(stream.calendars().count(), 2);
    assert_eq!(stream.to_string(), text);
}

#[test]
fn a_broken_line_is_a_problem_and_not_the_end() {
    let text = "BEGIN:VCALENDAR\nno colon here\nBEGIN:VEVENT\nUID:1\nBEGIN:VALARM\nEND:VTODO\nACTION:DISPLAY\nEND:VEVENT\nX:1\n";
    let stream = parse(text);
    let problems: Vec<_> = stream.problems().iter().map(|p| (p.line, p.what.as_str())).collect();
    assert_eq!(
        problems,
        [
            (2, "is not a content line (`NAME:value`)"),
            (6, "ends `VTODO`, which is not open"),
            (8, "comes before the END of `VALARM` (line 5)"),
            (9, "comes before the END of `VCALENDAR` (line 1)"),
        ]
    );
    assert_eq!(
        stream.to_string(),
        "BEGIN:VCALENDAR\r\nno colon here\r\nBEGIN:VEVENT\r\nUID:1\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n\
         END:VALARM\r\nEND:VEVENT\r\nX:1\r\nEND:VCALENDAR\r\n"
    );
}

#[test]
fn parameters_keep_order_repeats_and_quoting() {
    let line = "ATTENDEE;CN=\"A, B\";X=1;X=2;MEMBER=\"mailto:a@b\",\"mailto:c@d\";N=^'q^'^n^^:mailto:x@y\r\n";
    let event = event(line);
    let property = event.property("attendee").unwrap();
    assert_eq!(property.param("cn").unwrap(), "A, B");
    assert_eq!(property.param("X").unwrap(), "1");
    assert_eq!(property.param("N").unwrap(), "\"q\"\n^");
    let members: Vec<_> = property.params().find(|p| p.is("MEMBER")).unwrap().values().collect();
    assert_eq!(members, ["mailto:a@b", "mailto:c@d"]);
    assert!(event.to_string().contains(line.trim_end().split_at(75).0));
}

#[test]
fn a_change_touches_nothing_else() {
    let mut event =
        event("ATTENDEE;X=\"odd\";PARTSTAT=NEEDS-ACTION;cn=Äö:MAILTO:B@foo.com\r\nX-A;B=\"c\":\\d\r\n");
    event.edit(|property| {
        if !property.is("ATTENDEE") {
            return Edit::Keep;
        }
        let mut changed = property.to_buf();
        changed.set_param("PARTSTAT", "ACCEPTED").unwrap();
        Edit::Replace(changed)
    });
    assert_eq!(
        event.to_string(),
        "BEGIN:VEVENT\r\nATTENDEE;X=\"odd\";PARTSTAT=ACCEPTED;cn=Äö:MAILTO:B@foo.com\r\nX-A;B=\"c\":\\d\r\nEND:VEVENT\r\n"
    );
}

#[test]
fn set_replaces_the_first_and_removes_the_rest() {
    let mut event = event("SEQUENCE:1\r\nUID:1\r\nSEQUENCE:2\r\nBEGIN:VALARM\r\nEND:VALARM\r\n");
    event.set(PropertyBuf::new("SEQUENCE", "3").unwrap());
    event.set(PropertyBuf::new("URL", "http://x").unwrap());
    assert_eq!(
        event.to_string(),
        "BEGIN:VEVENT\r\nSEQUENCE:3\r\nUID:1\r\nURL:http://x\r\nBEGIN:VALARM\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    );
}

#[test]
fn no_value_can_begin_a_line() {
    assert!(PropertyBuf::new("X", "a\r\nATTENDEE:mailto:evil@x").unwrap_err().is_invalid());
    assert!(PropertyBuf::new("X:Y", "a").unwrap_err().is_invalid());
    assert!(PropertyBuf::text("X", "bell\u{7}").unwrap_err().is_invalid());
    let mut property = PropertyBuf::text("SUMMARY", "a\r\nEND:VEVENT").unwrap();
    assert!(property.set_value("a\nb").unwrap_err().is_invalid());
    property.set_param("CN", "a\r\nb").unwrap();
    assert_eq!(property.content_line(), "SUMMARY;CN=a^nb:a\\nEND:VEVENT");
}

#[test]
fn each_limit_has_its_name() {
    let nested = "BEGIN:VCALENDAR\n".repeat(40);
    let attendees = format!("BEGIN:VCALENDAR\n{}", "ATTENDEE:mailto:x@y\n".repeat(11));
    let cases: [(&str, &str, Limits); 6] = [
        ("depth", &nested, Limits::default()),
        ("attendees", &attendees, Limits { attendees: 10, ..Limits::default() }),
        ("properties", &attendees, Limits { properties: 10, ..Limits::default() }),
        ("lines", &attendees, Limits { lines: 10, ..Limits::default() }),
        ("bytes", &attendees, Limits { bytes: 10, ..Limits::default() }),
        ("line_bytes", &attendees, Limits { line_bytes: 18, ..Limits::default() }),
    ];
    for (name, text, limits) in cases {
        let error = Stream::parse(text.as_bytes(), &limits).unwrap_err();
        assert!(error.is_limit(), "{name}");
        assert!(error.to_string().contains(&format!("(`{name}`)")), "{error}");
    }
}

#[test]
fn deep_nesting_at_the_highest_limit_neither_recurses_nor_overflows() {
    let text = "BEGIN:A\n".repeat(500);
    let stream = Stream::parse(text.as_bytes(), &Limits { depth: u64::MAX, ..Limits::default() }).unwrap();
    assert_eq!(stream.to_bytes().len(), 500 * (9 + 7));
    let error =
        Stream::parse("BEGIN:A\n".repeat(501).as_bytes(), &Limits { depth: u64::MAX, ..Limits::default() });
    assert!(error.unwrap_err().is_limit());
}

#[test]
fn what_stands_well_is_printed_as_it_stands_and_all_else_is_folded_anew() {
    let long = "x".repeat(80);
    let cases = [
        ("X:short\r\n fold\r\n and another\r\n", "X:short\r\n fold\r\n and another\r\n"),
        ("X:a\r\n\ttab\r\n", "X:atab\r\n"),
        ("X:a\n b\r\n", "X:ab\r\n"),
        ("X:a\r b\r\n", "X:ab\r\n"),
        ("X:a\r\n\r\n b\r\n", "X:ab\r\n"),
        ("X:a\r\n \r\n b\r\n", "X:ab\r\n"),
        ("X:a\r\n \r\n", "X:a\r\n"),
        ("\r\nX:a\r\n", "X:a\r\n"),
        ("END:VTODO\r\nX:a\r\n", "X:a\r\n"),
        (&format!("X:{long}\r\n"), &format!("X:{}\r\n {}\r\n", &long[..73], &long[73..])),
        (&format!("X:a\r\n {long}\r\n"), &format!("X:a{}\r\n {}\r\n", &long[..72], &long[72..])),
    ];
    for (inside, printed) in cases {
        let around = |text: &str| {
            format!("BEGIN:VCALENDAR\r\nA:1\r\nBEGIN:VEVENT\r\n{text}END:VEVENT\r\nB:2\r\nEND:VCALENDAR\r\n")
        };
        assert_eq!(parse(&around(inside)).to_string(), around(printed), "{inside:?}");
    }
    let cut = b"BEGIN:A\r\nX:caf\xC3\r\n \xA9\r\nEND:A\r\n";
    let stream = Stream::parse(cut, &Limits::default()).unwrap();
    assert_eq!(stream.to_string(), "BEGIN:A\r\nX:café\r\nEND:A\r\n");
}

#[test]
fn a_change_below_is_printed_however_deep() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nBEGIN:VALARM\r\nX:1\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let mut calendar = parse(text).into_calendars().next().unwrap();
    let event = calendar.components_mut().next().unwrap();
    event.components_mut().next().unwrap().set(PropertyBuf::new("X", "2").unwrap());
    assert_eq!(calendar.to_string(), text.replace("X:1", "X:2"));
    let mut event = calendar.components_mut().next().unwrap().clone();
    assert_eq!(event.retain_components(|_| false), 1);
    assert_eq!(event.to_string(), "BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n");
}

/// The stray END before it is not printed, and so it came to stand in front, where reading took it off.
#[test]
fn a_mark_that_comes_to_stand_in_front_is_kept() {
    let once = parse("END:A\r\n\u{FEFF}\r\n").to_bytes();
    assert_eq!(String::from_utf8_lossy(&once), "\r\n\u{FEFF}\r\n");
    assert_eq!(Stream::parse(&once, &Limits::default()).unwrap().to_bytes(), once);
}

/// Asks every component for what it holds, to change it, and changes nothing.
fn touch(component: &mut Component) {
    component.components_mut().for_each(touch);
}

fn content_lines(component: &Component) -> Vec<String> {
    let own = component.properties().map(|property| property.content_line().into_owned());
    own.chain(component.components().flat_map(content_lines)).collect()
}

fn any_line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Z]{1,6}(;[A-Z]{1,3}=(\"[^\"\r\n]{0,9}\"|[a-z]{0,4})){0,2}:[^\r\n]{0,90}",
        1 => "(BEGIN|END):(A|B|C)",
        1 => "[^\r\n]{0,20}",
    ]
}

proptest! {
    #[test]
    fn printing_is_a_fixed_point(lines in prop::collection::vec(any_line(), 0..30), end in "\r|\n|\r\n") {
        let text = lines.join(&end);
        let once = parse(&text).to_bytes();
        let twice = Stream::parse(&once, &Limits::default()).unwrap().to_bytes();
        prop_assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
        for line in once.split(|&b| b == b'\n') {
            prop_assert!(line.len() <= 76);
        }
    }

    #[test]
    fn what_is_copied_whole_is_what_is_printed_line_by_line(
        pieces in prop::collection::vec((any_line(), "\r\n( |\t)?|\r\n|\r\n|\r\n \r\n|\r|\n( )?|\r\n\r\n( )?"), 0..30),
    ) {
        let text: String = pieces.into_iter().flat_map(|(line, end)| [line, end]).collect();
        let text = format!("BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n");
        let mut stream = parse(&text);
        let copied = stream.to_bytes();
        touch(&mut stream.root);
        prop_assert_eq!(&copied, &stream.to_bytes());
        let again = Stream::parse(&copied, &Limits::default()).unwrap();
        prop_assert_eq!(content_lines(&stream.root), content_lines(&again.root));
        prop_assert_eq!(&copied, &again.to_bytes());
        prop_assert!(copied.split(|&b| b == b'\n').all(|line| line.len() <= 76));
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let stream = Stream::parse(&bytes, &Limits::default()).unwrap();
        let _ = stream.to_bytes();
    }

    #[test]
    fn any_text_and_parameter_read_back(text in "[^\\p{Cc}]{0,200}", param in "[^\\p{Cc}]{0,60}") {
        let mut property = PropertyBuf::text("SUMMARY", &text).unwrap();
        property.set_params("X-P", &[&param, "b"]).unwrap();
        let mut event = Component::new("VEVENT").unwrap();
        event.push(property);
        let bytes = event.to_bytes();
        let stream = Stream::parse(&bytes, &Limits::default()).unwrap();
        let event = stream.components().next().unwrap();
        let read = event.property("SUMMARY").unwrap();
        prop_assert_eq!(read.text(), text);
        let values: Vec<_> = read.params().next().unwrap().values().map(std::borrow::Cow::into_owned).collect();
        prop_assert_eq!(values, vec![param, "b".to_owned()]);
        prop_assert!(stream.problems().is_empty());
    }
}

proptest! {
    /// Taking parameters out of a line as it is written is taking them out of the line that was read.
    #[test]
    fn a_folded_line_is_read_as_the_joined_one(
        pieces in prop::collection::vec(
            prop::sample::select(vec!["X", "-", "BEGIN", "END", "ATTENDEE", ";", ";CN=", "\"", " ", ":", "a", "\u{e9}"]),
            1..8,
        ),
        folds in prop::collection::vec(0_usize..24, 0..4),
    ) {
        let joined = pieces.concat();
        let cuts = joined.char_indices().enumerate().map(|(nth, (at, c))| match at > 0 && folds.contains(&nth) {
            true => format!("\r\n {c}"),
            false => c.to_string(),
        });
        let around = |line: &str| format!("BEGIN:VCALENDAR\r\n{line}\r\nEND:VCALENDAR\r\n");
        let (folded, joined) = (parse(&around(&cuts.collect::<String>())), parse(&around(&joined)));
        let said = |stream: &Stream| stream.problems().iter().map(|problem| problem.what.clone()).collect::<Vec<_>>();
        prop_assert_eq!(said(&folded), said(&joined));
        let lines = |stream: &Stream| -> Vec<String> {
            let all = stream.components().flat_map(Component::properties);
            all.map(|property| property.content_line().into_owned()).collect()
        };
        prop_assert_eq!(lines(&folded), lines(&joined));
    }

    #[test]
    fn parameters_are_removed_as_from_each_property(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                ";SCHEDULE-STATUS=2.0", ";schedule-agent=NONE", "; SCHEDULE-X", ";SCHEDULE", ";CN=hush", ";sche", "dule-x=1", ";CN=\u{e9}", ";CN=\"a;b:c\"",
                ";", ":", "\"", " ", "\r\n ", "\r\n\t", ":mailto:a@foo.com",
            ]),
            0..8,
        ),
    ) {
        let lines = format!("ATTENDEE{}:x\r\nSUMMARY:kept\r\n", pieces.concat());
        let text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n");
        let component = parse(&text).into_calendars().next().unwrap().into_components().next().unwrap();
        let (mut removed, mut edited) = (component.clone(), component);
        let gone = |param: Param<'_>| param.begins_with("SCHEDULE-");
        removed.remove_schedule_params(gone);
        edited.edit(|property| match property.params().any(gone) {
            true => Edit::Replace(property.without_params(gone)),
            false => Edit::Keep,
        });
        prop_assert_eq!(removed.to_bytes(), edited.to_bytes(), "{:?}", text);
    }
}
