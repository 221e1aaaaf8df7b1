//! Holds `validate` to the restriction tables of RFC 5546 §3 as `fixtures/itip/tables.txt` has them.

use std::collections::BTreeMap;

use reefknot_core::engine::read_calendar;
use reefknot_core::ical::Limits;
use reefknot_core::itip::{Method, validate};

/// One table: how often each property and component may occur.
struct Table {
    method: String,
    kind: String,
    rows: BTreeMap<String, String>,
}

pub(crate) fn check(text: &str) -> Vec<String> {
    let tables = read(text);
    let mut wrong: Vec<String> = tables.iter().flat_map(Table::check).collect();
    for kind in ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"] {
        for method in Method::ALL.map(Method::as_str) {
            if tables.iter().all(|table| (table.method.as_str(), table.kind.as_str()) != (method, kind)) {
                let found = codes(method, &format!("BEGIN:{kind}\nUID:1@foo.com\nEND:{kind}\n"));
                if found != ["method-not-allowed"] {
                    wrong.push(format!("{method} of {kind} stands in no table: {found:?}"));
                }
            }
        }
    }
    wrong
}

fn read(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', 'R'])) {
        if let Some((method, kind)) = line.strip_prefix("== ").and_then(|name| name.split_once(' ')) {
            tables.push(Table { method: method.into(), kind: kind.into(), rows: BTreeMap::new() });
            continue;
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let presence = words.next().unwrap();
        assert!(["1", "1+", "0-1", "0+", "0"].contains(&presence.as_str()), "`{line}` is no row");
        tables.last_mut().unwrap().rows.extend(words.map(|name| (name, presence.clone())));
    }
    tables
}

impl Table {
    fn check(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut want = |what: String, with: &[&str], without: &str, code: Option<&str>| {
            let found = codes(&self.method, &self.message(with, without));
            let right = match code {
                Some(code) => found.iter().any(|found| found == code),
                None => found.is_empty(),
            };
            if !right {
                let wanted = code.unwrap_or("nothing");
                let (method, kind) = (&self.method, &self.kind);
                wrong.push(format!("{method} of {kind}, {what}: expected {wanted}, found {found:?}"));
            }
        };
        want("the least".into(), &[], "", None);
        for (name, presence) in &self.rows {
            let name = name.as_str();
            let component = name.starts_with('V') || name.ends_with("COMPONENT");
            let several = if component { "component-too-many" } else { "property-too-many" };
            let none = if component { "component-too-many" } else { "property-forbidden" };
            match presence.as_str() {
                // The component that the table is about is what makes it apply.
                "1" | "1+" if name == self.kind => {}
                "1" => {
                    want(format!("no {name}"), &[], name, Some("property-missing"));
                    want(format!("two {name}"), &[name], "", Some(several));
                }
                "1+" => {
                    want(format!("no {name}"), &[], name, Some("property-missing"));
                    want(format!("two {name}"), &[name], "", None);
                }
                "0-1" => {
                    want(format!("one {name}"), &[name], "", None);
                    want(format!("two {name}"), &[name, name], "", Some(several));
                }
                "0+" => {
                    want(format!("one {name}"), &[name], "", None);
                    want(format!("two {name}"), &[name, name], "", None);
                }
                _ if name.starts_with('V') && name != "VALARM" && name != "VTIMEZONE" => {
                    want(format!("a {name} beside"), &[name], "", Some("components-mixed"));
                }
                _ => want(format!("a {name}"), &[name], "", Some(none)),
            }
        }
        wrong
    }

    /// The least that the table asks for, without one property and with others.
    fn message(&self, with: &[&str], without: &str) -> String {
        let kind = &self.kind;
        let needed = self.rows.iter().filter(|(_, presence)| presence.starts_with('1'));
        let needed = needed.map(|(name, _)| name.as_str()).filter(|name| *name != without && name != kind);
        let (mut inside, mut around) = (String::new(), String::new());
        for name in needed.chain(with.iter().copied()) {
            match name {
                "VTIMEZONE" => around.push_str(
                    "BEGIN:VTIMEZONE\nTZID:Vienna\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\n\
                     TZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n",
                ),
                "X-COMPONENT" | "IANA-COMPONENT" => around.push_str("BEGIN:X-MENU\nEND:X-MENU\n"),
                "VALARM" => {
                    inside.push_str("BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:x\nTRIGGER:-PT5M\nEND:VALARM\n");
                }
                "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY" => {
                    around.push_str(&format!("BEGIN:{name}\nUID:2@foo.com\nEND:{name}\n"));
                }
                _ => inside.insert_str(0, &format!("{}\n", self.sample(name))),
            }
        }
        format!("BEGIN:{kind}\n{inside}END:{kind}\n{around}")
    }

    /// A value that the property may have there.
    fn sample(&self, name: &str) -> String {
        let value = match name {
            "ATTENDEE" => "mailto:b@foo.com",
            "ORGANIZER" => "mailto:a@foo.com",
            "UID" | "RELATED-TO" => "1@foo.com",
            "DTSTAMP" | "CREATED" | "LAST-MODIFIED" => "20261101T090000Z",
            "DTSTART" | "RECURRENCE-ID" => "20261201T090000Z",
            "DTEND" | "DUE" | "COMPLETED" => "20261201T100000Z",
            "RDATE" | "EXDATE" => "20261208T090000Z",
            "DURATION" => "PT1H",
            "FREEBUSY" => "20261201T090000Z/PT1H",
            "GEO" => "48.2;16.37",
            "PRIORITY" | "SEQUENCE" => "1",
            "PERCENT-COMPLETE" => "10",
            "REQUEST-STATUS" => "2.0;Success",
            "RRULE" => "FREQ=WEEKLY",
            "ATTACH" | "URL" => "https://foo.com/minutes",
            "CLASS" => "PUBLIC",
            "TRANSP" => "OPAQUE",
            "STATUS" => match (self.method.as_str(), self.kind.as_str()) {
                ("CANCEL", _) => "CANCELLED",
                (_, "VEVENT") => "CONFIRMED",
                (_, "VTODO") => "IN-PROCESS",
                _ => "FINAL",
            },
            "CATEGORIES" | "COMMENT" | "CONTACT" | "DESCRIPTION" | "LOCATION" | "RESOURCES" | "SUMMARY" => {
                "Chess"
            }
            other => panic!("no sample of {other}"),
        };
        format!("{name}:{value}")
    }
}

fn codes(method: &str, inside: &str) -> Vec<String> {
    let text = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//foo.com//cases//EN\nMETHOD:{method}\n{inside}END:VCALENDAR\n"
    );
    let calendar = read_calendar(text.as_bytes(), &Limits::default()).unwrap();
    validate(&calendar).violations.into_iter().map(|violation| violation.code.to_owned()).collect()
}
