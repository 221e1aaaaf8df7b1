//! What reading makes of each oddity of the text, and what stays of it when it is printed.

use std::borrow::Cow;

use reefknot_core::Result;
use reefknot_core::ical::{Component, Edit, Limits, Property, PropertyBuf, Stream};

fn read(bytes: impl AsRef<[u8]>) -> Stream {
    Stream::parse(bytes.as_ref(), &Limits::default()).unwrap()
}

fn problems(stream: &Stream) -> Vec<String> {
    stream.problems().iter().map(ToString::to_string).collect()
}

/// Its name, what is read, what is printed, and the problems told.
type Case = (&'static str, &'static [u8], &'static [u8], &'static [&'static str]);

#[test]
fn nothing_is_lost_and_what_is_wrong_is_told() {
    let cases: [Case; 18] = [
        (
            "lower-case bounds",
            b"begin:vcalendar\r\nend:Vcalendar\r\n",
            b"begin:vcalendar\r\nend:Vcalendar\r\n",
            &[],
        ),
        ("blank lines", b"\n\nBEGIN:A\n\n\nX:1\n\nEND:A\n\n\n", b"BEGIN:A\r\nX:1\r\nEND:A\r\n", &[]),
        ("no line end at the end", b"BEGIN:A\rX:1\rEND:A", b"BEGIN:A\r\nX:1\r\nEND:A\r\n", &[]),
        ("NUL", b"BEGIN:A\nX;P=\0:a\0b\nEND:A\n", b"BEGIN:A\r\nX;P=\0:a\0b\r\nEND:A\r\n", &[]),
        (
            "Latin-1",
            b"BEGIN:A\nX;P=\xE9t\xE9:caf\xE9\nEND:A\n",
            b"BEGIN:A\r\nX;P=\xE9t\xE9:caf\xE9\r\nEND:A\r\n",
            &["line 2: is not UTF-8; kept; unreadable characters are shown as \u{FFFD}"],
        ),
        (
            "a lone surrogate",
            b"BEGIN:A\nX:\xED\xA0\x80\nEND:A\n",
            b"BEGIN:A\r\nX:\xED\xA0\x80\r\nEND:A\r\n",
            &["line 2: is not UTF-8; kept; unreadable characters are shown as \u{FFFD}"],
        ),
        (
            "text around a calendar",
            b"Hello,\nSubject: x\nBEGIN:A\nEND:A\nBye\n",
            b"Hello,\r\nSubject: x\r\nBEGIN:A\r\nEND:A\r\nBye\r\n",
            &[
                "line 1: is not a content line (`NAME:value`); kept as it is, without meaning",
                "line 2: is a property outside any component; kept where it stands",
                "line 5: is not a content line (`NAME:value`); kept as it is, without meaning",
            ],
        ),
        (
            "a first line that continues nothing",
            b" \nBEGIN:A\nEND:A\n",
            b" \r\nBEGIN:A\r\nEND:A\r\n",
            &["line 1: is not a content line (`NAME:value`); kept as it is, without meaning"],
        ),
        (
            "spaces before the first line",
            b"  BEGIN:A\n B\nEND:AB\n",
            b"BEGIN:AB\r\nEND:AB\r\n",
            &["line 1: begins with spaces or a byte order mark; read without them"],
        ),
        (
            "a line of spaces alone that is no fold",
            b"BEGIN:A\n\x0C\nEND:A\n",
            b"BEGIN:A\r\n\x0C\r\nEND:A\r\n",
            &["line 2: is not a content line (`NAME:value`); kept as it is, without meaning"],
        ),
        (
            "files joined, each with its mark",
            b"\xEF\xBB\xBFBEGIN:A\nEND:A\n\xEF\xBB\xBFBEGIN:B\nEND:B\n",
            b"BEGIN:A\r\nEND:A\r\nBEGIN:B\r\nEND:B\r\n",
            &["line 3: begins with spaces or a byte order mark; read without them"],
        ),
        ("a mark alone", b"\xEF\xBB\xBF", b"", &[]),
        ("nothing", b"", b"", &[]),
        (
            "wrong END",
            b"BEGIN:A\nEND:B\nX:1\nEND:A\n",
            b"BEGIN:A\r\nX:1\r\nEND:A\r\n",
            &["line 2: ends `B`, which is not open; skipped"],
        ),
        (
            "missing ENDs",
            b"BEGIN:A\nbegin:B\nBEGIN:c\nX:1\nEND:b\n\n",
            b"BEGIN:A\r\nbegin:B\r\nBEGIN:c\r\nX:1\r\nEND:c\r\nEND:b\r\nEND:A\r\n",
            &[
                "line 5: comes before the END of `c` (line 3); closed here",
                "line 6: comes before the END of `A` (line 1); closed here",
            ],
        ),
        (
            "an open quote",
            b"BEGIN:A\nX;M=\"a:b\";P=\"c;Q=1:d\nEND:A\n",
            b"BEGIN:A\r\nX;M=\"a:b\";P=\"c;Q=1:d\r\nEND:A\r\n",
            &["line 2: has a quote that does not close; closed at the next colon"],
        ),
        (
            "an open quote in a BEGIN",
            b"BEGIN;X=\":A\nEND:A\n",
            b"BEGIN;X=\":A\r\nEND:A\r\n",
            &["line 1: has a quote that does not close; closed at the next colon"],
        ),
        (
            "control characters in a name that is told",
            b"END:\x1B[2J\n",
            b"",
            &["line 1: ends `\u{FFFD}[2J`, which is not open; skipped"],
        ),
    ];
    for (name, text, printed, told) in cases {
        let stream = read(text);
        assert_eq!(problems(&stream), told, "{name}");
        let bytes = stream.to_bytes();
        assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(printed), "{name}");
        assert!(bytes == printed, "{name}: the bytes");
        assert!(read(&bytes).to_bytes() == printed, "{name}: read again");
    }
}

#[test]
fn a_change_keeps_bytes_that_are_not_utf_8() {
    let stream = read(b"BEGIN:A\nX;P=\xE9;Q=1:\xE8\nX;P=\xE9;Q=1:\xE8\nEND:A\n");
    let mut component = stream.components().next().unwrap().clone();
    let mut first = true;
    component.edit(|property| {
        let mut changed = property.to_buf();
        if std::mem::take(&mut first) {
            changed.set_param("Q", "2").unwrap();
        } else {
            changed.set_value("é").unwrap();
        }
        Edit::Replace(changed)
    });
    assert_eq!(component.to_bytes(), b"BEGIN:A\r\nX;P=\xE9;Q=2:\xE8\r\nX;P=\xE9;Q=1:\xC3\xA9\r\nEND:A\r\n");
}

#[test]
fn a_changed_property_is_folded_at_75_octets_on_a_character_boundary() {
    for value in
        ["é".repeat(200), "x".repeat(67), "x".repeat(68), format!("{}{}", "é".repeat(33), " ".repeat(80))]
    {
        let mut component = Component::new("VEVENT").unwrap();
        component.push(PropertyBuf::text("SUMMARY", &value).unwrap());
        let printed = component.to_string();
        for line in printed.split_terminator("\r\n") {
            assert!(line.len() <= 75, "{line}");
        }
        let lengths: Vec<_> = printed.split_terminator("\r\n").map(str::len).collect();
        let folds = lengths.len() - 3;
        assert!(lengths[1..=folds].iter().all(|&length| length >= 72), "{lengths:?}");
        assert_eq!(
            printed.replace("\r\n ", ""),
            format!("BEGIN:VEVENT\r\nSUMMARY:{value}\r\nEND:VEVENT\r\n")
        );
    }
}

/// Puts a text into one place of a property or component, and gives what would be printed.
type Put = fn(&str) -> Result<String>;

/// Each is a place where a program could put text that somebody else chose.
#[test]
fn no_text_can_begin_a_line_of_its_own() {
    let property = || PropertyBuf::new("X", "").unwrap();
    let places: [(&str, Put); 7] = [
        ("value", |text| PropertyBuf::new("X", text).map(|made| made.content_line().into())),
        ("new value", |text| {
            let mut property = PropertyBuf::new("X", "")?;
            property.set_value(text).map(|()| property.content_line().into())
        }),
        ("TEXT value", |text| PropertyBuf::text("X", text).map(|made| made.content_line().into())),
        ("parameter value", |text| {
            let mut property = PropertyBuf::new("X", "")?;
            property.set_params("P", &["a", text]).map(|()| property.content_line().into())
        }),
        ("property name", |text| {
            PropertyBuf::new(&format!("X{text}"), "").map(|made| made.content_line().into())
        }),
        ("parameter name", |text| {
            let mut property = PropertyBuf::new("X", "")?;
            property.set_param(&format!("P{text}"), "").map(|()| property.content_line().into())
        }),
        ("component name", |text| Component::new(&format!("X{text}")).map(|made| made.name().into())),
    ];
    for (place, put) in places {
        for control in (0..=0x1F).chain([0x7F]).map(char::from) {
            let text = format!("a{control}END:VEVENT");
            match put(&text) {
                Ok(line) => {
                    let is_tab = control == '\t' && place.ends_with("value");
                    let is_break =
                        matches!(control, '\r' | '\n') && matches!(place, "TEXT value" | "parameter value");
                    assert!(is_tab || is_break, "{place}: U+{:04X}", control as u32);
                    assert!(is_tab || !line.contains(char::is_control), "{place}: {line:?}");
                }
                Err(error) => assert!(error.is_invalid(), "{place}: {error}"),
            }
        }
    }
    for name in ["BEGIN", "END", "begin", "X:Y", "X;Y", "X Y", "X=Y", "", "É"] {
        assert!(PropertyBuf::new(name, "VEVENT").unwrap_err().is_invalid(), "{name}");
    }
    for name in ["X:Y", "X;Y", "X,Y", "X=Y", "X\"", ""] {
        assert!(property().set_param(name, "1").unwrap_err().is_invalid(), "{name}");
    }
}

/// A quote left open must not swallow what is written behind it, nor let a value reach into the parameters.
#[test]
fn changing_a_property_closes_its_open_quote() {
    let cases = [
        ("A;B=\"c:d", "A;B=\"c\":d"),
        ("A;M=\"x:y\";B=\"c;D=1:d", "A;M=\"x:y\";B=\"c;D=1\":d"),
        ("A;B=c\"d,e;D=1:d", "A;B=\"c^'d,e;D=1\":d"),
        ("A;B=1,\"2\",\"3:d", "A;B=1,\"2\",\"3\":d"),
        ("A;B=c^\"d^n^x:d", "A;B=\"c^^^'d^n^^x\":d"),
        // A quote in a name hid what separates.
        ("A;N\"B=x:d", "A;N'B=x:d"),
        ("A;\"x:d", "A;'x:d"),
        ("A;N\"B;C=x;VALUE=DATE:d", "A;N'B'C=\"x;VALUE=DATE\":d"),
        ("A;N\"B=x;y,\"z\"w;v:d", "A;N'B=\"x;y\",\"z^'w;v\":d"),
        ("A;N\"m:n\"\"B=x:d", "A;N'm'n''B=x:d"),
        ("A;N\"=p:q\"r\":d", "A;N'=\"p:q^'r^'\":d"),
        ("A;VALU\"E=DATE:d", "A;VALU'E=DATE:d"),
    ];
    for (line, closed) in cases {
        let text = format!("BEGIN:X\r\n{line}\r\nEND:X\r\n");
        let stream = read(&text);
        let property = stream.components().next().unwrap().property("A").unwrap();
        let mut changed = property.to_buf();
        changed.set_value("say \"x:y").unwrap();
        assert_eq!(changed.content_line(), closed.replace(":d", ":say \"x:y"), "{line}");
        let mut changed = property.to_buf();
        changed.set_param("NEW", "p:q").unwrap();
        assert_eq!(changed.content_line(), closed.replace(":d", ";NEW=\"p:q\":d"), "{line}");
        let params = |property: &Property<'_>| -> Vec<Vec<String>> {
            property.params().map(|param| param.values().map(Cow::into_owned).collect()).collect()
        };
        let changed = changed.as_property().to_buf();
        let mut expected = params(&property);
        expected.push(vec!["p:q".into()]);
        assert_eq!(params(&changed.as_property()), expected, "{line}");
    }
}
