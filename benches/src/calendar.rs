//! The generated calendar: 24 MB, 20,000 events, the same octets on every machine.

use std::fmt::Write as _;

/// How many events the calendar of the benches has.
pub const EVENTS: usize = 20_000;

/// An invitation of 1.7 KB with a zone, two attendees and an alarm.
pub const INVITATION: &str = include_str!("../data/invitation.ics");

const ZONES: [(&str, &str); 3] = [
    ("Europe/Berlin", include_str!("../data/berlin.ics")),
    ("America/New_York", include_str!("../data/new_york.ics")),
    ("Asia/Kolkata", include_str!("../data/kolkata.ics")),
];

const WORDS: [&str; 24] = [
    "review",
    "budget",
    "Küche",
    "planning",
    "quarter",
    "naïve",
    "release",
    "garden",
    "meeting",
    "draft",
    "Ελλάδα",
    "harbour",
    "signal",
    "会議",
    "window",
    "travel",
    "notes",
    "letter",
    "engine",
    "station",
    "paper",
    "summer",
    "bridge",
    "answer",
];

const RULES: [&str; 6] = [
    "FREQ=DAILY;COUNT=20",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20281231T225959Z",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=24",
    "FREQ=YEARLY",
];

/// A VCALENDAR with that many events: attendees, rules, zones, alarms, folded lines.
#[must_use]
pub fn generate(events: usize) -> String {
    let mut out = String::with_capacity(events * 1_250 + 4_096);
    out.push_str(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Reefknot//benches//EN\r\nCALSCALE:GREGORIAN\r\n",
    );
    for (_, definition) in ZONES {
        out.push_str(definition);
    }
    let mut dice = Dice::new(0x5EED);
    for number in 0..events {
        event(&mut out, number, &mut dice);
    }
    out.push_str("END:VCALENDAR\r\n");
    out
}

fn event(out: &mut String, number: usize, dice: &mut Dice) {
    let (zone, _) = ZONES[dice.below(ZONES.len())];
    let (month, day, hour) = (1 + dice.below(12), 1 + dice.below(28), 7 + dice.below(11));
    let mut add = |text: String| line(out, &text);
    add("BEGIN:VEVENT".into());
    add(format!("UID:{number:08}-{:016x}@foo.com", dice.next()));
    add("DTSTAMP:20260101T120000Z".into());
    add(format!("CREATED:2025{month:02}{day:02}T081500Z"));
    add(format!("LAST-MODIFIED:2025{month:02}{day:02}T{hour:02}3000Z"));
    add(format!("DTSTART;TZID={zone}:2026{month:02}{day:02}T{hour:02}0000"));
    add(format!("DTEND;TZID={zone}:2026{month:02}{day:02}T{hour:02}4500"));
    if number.is_multiple_of(3) {
        add(format!("RRULE:{}", RULES[dice.below(RULES.len())]));
        add(format!("EXDATE;TZID={zone}:2026{:02}{day:02}T{hour:02}0000", 1 + month % 12));
    }
    add(format!("SUMMARY:{}", dice.words(4)));
    add(format!("LOCATION:{}\\, room {}", dice.words(2), dice.below(400)));
    add(format!("DESCRIPTION:{}\\n\\n{}\\; {}", dice.words(18), dice.words(12), dice.words(10)));
    add("STATUS:CONFIRMED".into());
    add("TRANSP:OPAQUE".into());
    add(format!("SEQUENCE:{}", dice.below(5)));
    add(format!("CATEGORIES:{},{}", dice.words(1), dice.words(1)));
    add(format!("X-REEFKNOT-BENCH;X-NOTE=\"{}: kept\":{:016x}", dice.words(2), dice.next()));
    let attendees = dice.below(6);
    if attendees > 0 {
        add(format!("ORGANIZER;CN=\"{}, A\":mailto:a@foo.com", dice.words(1)));
    }
    for attendee in 0..attendees {
        let answer = ["NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE"][dice.below(4)];
        let (name, address) = (dice.words(2), dice.next() % 100_000);
        add(format!(
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};RSVP=TRUE;\
             CN={name} {attendee}:mailto:person{address}@bar.com"
        ));
    }
    if number.is_multiple_of(2) {
        add("BEGIN:VALARM".into());
        add("ACTION:DISPLAY".into());
        add("TRIGGER:-PT15M".into());
        add(format!("DESCRIPTION:{}", dice.words(3)));
        add("END:VALARM".into());
    }
    add("END:VEVENT".into());
}

/// Adds a content line, folded at 75 octets between characters (RFC 5545 §3.1).
pub(crate) fn line(out: &mut String, text: &str) {
    let mut used = 0;
    for c in text.chars() {
        if used + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// The splitmix64 generator: small, and the same everywhere.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn words(&mut self, count: usize) -> String {
        let mut text = String::new();
        for at in 0..count {
            let space = if at == 0 { "" } else { " " };
            let _ = write!(text, "{space}{}", WORDS[self.below(WORDS.len())]);
        }
        text
    }
}
