//! The script: what people do, conversation by conversation. What comes of it is the engine's.

mod trusted;

use std::path::Path;

use reefknot_core::policy::{Class, PrivateEvents, Residence, Viewer, view};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::fields;
use reefknot_core::time::Zone;
use reefknot_core::value::{CalendarUserAddress, Timestamp};

use super::check::{Holding, agree, answered, holds, mailed, never_in, read_back};
use super::client::Client;
use super::edit::{answer, change, event, private_series};
use super::log::Report;
use super::mail::{Mailboxes, Postman};
use super::server::Server;
use crate::input::Failure;

const A: &str = "a@foo.com";
const B: &str = "b@foo.com";
const C: &str = "c@bar.com";
const D: &str = "d@bar.com";
const E: &str = "e@baz.net";
const F: &str = "f@baz.net";
const AQUARIUM: &str = "aquarium@foo.com";
const ATTIC: &str = "attic@foo.com";

/// The database files, and whose calendars are in them.
const FILES: [(&str, &[&str]); 7] = [
    ("foo.com", &["a", "b", "aquarium", "attic"]),
    ("bar.com", &["c", "d"]),
    ("client-a", &["a"]),
    ("client-b", &["b"]),
    ("client-c", &["c"]),
    ("client-d", &["d"]),
    ("client-e", &["e"]),
];

/// Plays all conversations in a directory; prints as it goes, if asked to.
pub(crate) fn play(dir: &Path, aloud: bool) -> Result<Report, Failure> {
    let mut stage = Stage::set(dir, aloud)?;
    stage.same_server()?;
    stage.two_servers()?;
    stage.client_without_server()?;
    stage.invited_by_mail()?;
    stage.mail_only()?;
    stage.private_events()?;
    stage.trusted_servers()?;
    stage.report.holdings = stage.read_back()?;
    stage.report.mails = stage.boxes.letters()?;
    Ok(stage.report)
}

struct Stage<'a> {
    dir: &'a Path,
    now: Timestamp,
    boxes: Mailboxes,
    foo: Server,
    bar: Server,
    a: Client,
    b: Client,
    c: Client,
    e: Client,
    report: Report,
}

impl<'a> Stage<'a> {
    fn set(dir: &'a Path, aloud: bool) -> Result<Self, Failure> {
        let boxes = Mailboxes::new(dir, &[A, B, C, D, E, F])?;
        let zone = Zone::iana("Europe/Berlin").unwrap_or(Zone::UTC);
        let postman =
            |host: &str| Postman { boxes: boxes.clone(), host: host.to_owned(), zone: zone.clone() };
        let client =
            |address: &'static str| Client::open(dir, address, postman(&format!("client.{}", &address[2..])));
        // D works at bar.com too, and is in nobody's meeting: their database stays empty.
        client(D)?;
        Ok(Self {
            dir,
            now: Timestamp::from_seconds(1_763_971_200),
            foo: Server::open(dir, "foo.com", (&[A, B], &[AQUARIUM, ATTIC]), postman("foo.com"))?,
            bar: Server::open(dir, "bar.com", (&[C, D], &[]), postman("bar.com"))?,
            a: client(A)?.with_private_events(PrivateEvents::LocalOnly),
            b: client(B)?.with_private_events(PrivateEvents::OnServer),
            c: client(C)?,
            e: client(E)?,
            report: Report::new(dir.display().to_string(), aloud),
            boxes,
        })
    }

    fn later(&mut self) -> Timestamp {
        self.now = self.now.saturating_add(600);
        self.now
    }

    fn read_back(&self) -> Result<Vec<Holding>, Failure> {
        read_back(self.dir, &FILES)
    }

    fn same_server(&mut self) -> Result<(), Failure> {
        let uid = "tea@foo.com";
        self.report.begin(1, "A invites B, on the same server")?;
        let now = self.later();
        self.report.did(now, "A", "invites B to tea every Tuesday, four times")?;
        let text = event(
            uid,
            "Tea",
            "Europe/Berlin",
            "20251202T150000",
            "20251202T153000",
            A,
            &[B],
            &["RRULE:FREQ=WEEKLY;COUNT=4", "LOCATION:Kitchen"],
        );
        self.a.edit(uid, text.as_bytes(), Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        self.b.pull(&self.foo, now, &mut self.report)?;
        self.report.did(now, "B", "accepts the series")?;
        let text = answer(&self.b, uid, B, &InstanceKey::Master, "ACCEPTED")?;
        self.b.edit(uid, &text, Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        self.report.did(now, "B", "declines the second Tuesday")?;
        let second = "20251209T140000Z".parse()?;
        let text = answer(&self.b, uid, B, &second, "DECLINED")?;
        self.b.edit(uid, &text, Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        self.a.pull(&self.foo, now, &mut self.report)?;
        self.report.did(now, "A", "renames the series")?;
        let text = change(&self.a, uid, |part| part.set_text("SUMMARY", "Tea and cake"))?;
        self.a.edit(uid, &text, Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        self.b.pull(&self.foo, now, &mut self.report)?;
        let held = self.read_back()?;
        let mails = self.boxes.letters()?.len();
        self.report.conclude(vec![
            agree(
                "both clients and foo.com agree",
                &held,
                uid,
                &[("foo.com", "a"), ("foo.com", "b"), ("client-a", "a"), ("client-b", "b")],
            ),
            answered(
                "B's answer to the series is everywhere",
                &held,
                uid,
                B,
                &InstanceKey::Master,
                "ACCEPTED",
            ),
            answered("B's answer to the second Tuesday is everywhere", &held, uid, B, &second, "DECLINED"),
            holds("no mail was sent", mails == 0, || format!("{mails} mails were sent")),
        ])
    }

    fn two_servers(&mut self) -> Result<(), Failure> {
        let uid = "contract@foo.com";
        self.report.begin(2, "A invites C, on another server")?;
        let now = self.later();
        self.report.did(now, "A", "invites C to talk about the contract")?;
        let text =
            event(uid, "Contract", "Europe/Berlin", "20251203T100000", "20251203T110000", A, &[C], &[]);
        self.a.edit(uid, text.as_bytes(), Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        self.c.fetch(Some(&mut self.bar), now, &mut self.report)?;
        self.report.did(now, "C", "accepts")?;
        let text = answer(&self.c, uid, C, &InstanceKey::Master, "ACCEPTED")?;
        self.c.edit(uid, &text, Some(&mut self.bar), now, &mut self.report)?;
        let now = self.later();
        self.a.fetch(Some(&mut self.foo), now, &mut self.report)?;
        let places = [("foo.com", "a"), ("bar.com", "c"), ("client-a", "a"), ("client-c", "c")];
        let (held, letters) = (self.read_back()?, self.boxes.letters()?);
        self.report.conclude(vec![
            mailed("foo.com mailed C one invitation", &letters, ("foo.com", C), "REQUEST", uid, 1),
            mailed("bar.com mailed A one answer", &letters, ("bar.com", A), "REPLY", uid, 1),
            agree("all four databases agree", &held, uid, &places),
            answered("C has accepted, everywhere", &held, uid, C, &InstanceKey::Master, "ACCEPTED"),
        ])?;
        let now = self.later();
        self.report.did(now, "A", "moves it to the afternoon")?;
        let text = change(&self.a, uid, |part| {
            part.set_time("DTSTART", "20251203T150000")?;
            part.set_time("DTEND", "20251203T160000")
        })?;
        self.a.edit(uid, &text, Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        self.c.fetch(Some(&mut self.bar), now, &mut self.report)?;
        let held = self.read_back()?;
        let asked = answered("C is asked again", &held, uid, C, &InstanceKey::Master, "NEEDS-ACTION");
        self.report.did(now, "C", "accepts the new time")?;
        let text = answer(&self.c, uid, C, &InstanceKey::Master, "ACCEPTED")?;
        self.c.edit(uid, &text, Some(&mut self.bar), now, &mut self.report)?;
        let now = self.later();
        self.a.fetch(Some(&mut self.foo), now, &mut self.report)?;
        let held = self.read_back()?;
        self.report.conclude(vec![
            asked,
            agree("all four databases agree on the new time", &held, uid, &places),
            answered("C has accepted it, everywhere", &held, uid, C, &InstanceKey::Master, "ACCEPTED"),
        ])
    }

    fn client_without_server(&mut self) -> Result<(), Failure> {
        let uid = "walk@foo.com";
        self.report.begin(3, "A invites E, who has a client and no server")?;
        let now = self.later();
        self.report.did(now, "A", "invites E to a walk")?;
        let text = event(uid, "Walk", "Europe/Berlin", "20251204T170000", "20251204T180000", A, &[E], &[]);
        self.a.edit(uid, text.as_bytes(), Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        self.e.fetch(None, now, &mut self.report)?;
        self.report.did(now, "E", "says maybe")?;
        let text = answer(&self.e, uid, E, &InstanceKey::Master, "TENTATIVE")?;
        self.e.edit(uid, &text, None, now, &mut self.report)?;
        let now = self.later();
        self.a.fetch(Some(&mut self.foo), now, &mut self.report)?;
        let (held, letters) = (self.read_back()?, self.boxes.letters()?);
        self.report.conclude(vec![
            mailed("E's client mailed its answer itself", &letters, ("client.baz.net", A), "REPLY", uid, 1),
            agree(
                "A's and E's databases and foo.com agree",
                &held,
                uid,
                &[("foo.com", "a"), ("client-a", "a"), ("client-e", "e")],
            ),
            answered("E's answer is everywhere", &held, uid, E, &InstanceKey::Master, "TENTATIVE"),
        ])
    }

    fn invited_by_mail(&mut self) -> Result<(), Failure> {
        let uid = "concert@baz.net";
        self.report.begin(4, "E invites A")?;
        let now = self.later();
        self.report.did(now, "E", "invites A to a concert")?;
        let text =
            event(uid, "Concert", "America/New_York", "20251205T200000", "20251205T220000", E, &[A], &[]);
        self.e.edit(uid, text.as_bytes(), None, now, &mut self.report)?;
        let now = self.later();
        self.a.fetch(Some(&mut self.foo), now, &mut self.report)?;
        self.report.did(now, "A", "accepts")?;
        let text = answer(&self.a, uid, A, &InstanceKey::Master, "ACCEPTED")?;
        self.a.edit(uid, &text, Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        self.e.fetch(None, now, &mut self.report)?;
        let places = [("foo.com", "a"), ("client-a", "a"), ("client-e", "e")];
        let (held, letters) = (self.read_back()?, self.boxes.letters()?);
        self.report.conclude(vec![
            mailed("E's client mailed the invitation", &letters, ("client.baz.net", A), "REQUEST", uid, 1),
            mailed("foo.com mailed A's answer", &letters, ("foo.com", E), "REPLY", uid, 1),
            agree("A's and E's databases and foo.com agree", &held, uid, &places),
            answered("E's client recorded A's answer", &held, uid, A, &InstanceKey::Master, "ACCEPTED"),
        ])?;
        let now = self.later();
        self.report.did(now, "E", "cancels the concert")?;
        let text = change(&self.e, uid, |part| part.set_raw("STATUS", "CANCELLED"))?;
        self.e.edit(uid, &text, None, now, &mut self.report)?;
        let now = self.later();
        self.a.fetch(Some(&mut self.foo), now, &mut self.report)?;
        let held = self.read_back()?;
        let copies: Vec<_> = held.iter().filter(|held| held.uid == uid).collect();
        let alive = copies
            .iter()
            .filter(|held| held.object.master().is_none_or(|master| !fields::is_cancelled(master)));
        let (alive, known) = (alive.count(), copies.len());
        self.report.conclude(vec![holds(
            "it is cancelled in all three databases",
            alive == 0 && known == 3,
            || format!("{alive} of {known} copies still stand"),
        )])
    }

    fn mail_only(&mut self) -> Result<(), Failure> {
        let uid = "dinner@foo.com";
        self.report.begin(5, "A invites F, who has only mail")?;
        let now = self.later();
        self.report.did(now, "A", "invites F to dinner")?;
        let text = event(
            uid,
            "Dinner",
            "Europe/Berlin",
            "20251206T190000",
            "20251206T220000",
            A,
            &[F],
            &["LOCATION:At A's"],
        );
        self.a.edit(uid, text.as_bytes(), Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        let mails = self.boxes.fetch(F)?;
        let read = mails
            .first()
            .map(|mail| reefknot_core::imip::read(mail, &reefknot_core::imip::ReadOptions::default()));
        let words = read.transpose()?.and_then(|mail| mail.text).unwrap_or_default();
        self.report.did(now, "F", "reads the text of the mail:")?;
        for line in words.lines().filter(|line| !line.trim().is_empty()) {
            self.report.did(now, "", &format!("│ {line}"))?;
        }
        self.report.did(now, "F", "answers in words: “Yes, I will be there.”")?;
        let mail = format!(
            "From: {F}\r\nTo: {A}\r\nSubject: Re: Dinner\r\nDate: Mon, 24 Nov 2025 12:00:00 +0000\r\n\
             Message-ID: <answer@baz.net>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYes, I will be there.\r\n"
        );
        self.boxes.deliver(A, "baz.net", mail.as_bytes(), now)?;
        let now = self.later();
        let words = self.a.fetch(Some(&mut self.foo), now, &mut self.report)?;
        self.report.did(now, "A", &format!("reads “{}” and records it by hand", words.join(" ").trim()))?;
        let text = answer(&self.a, uid, F, &InstanceKey::Master, "ACCEPTED")?;
        self.a.edit(uid, &text, Some(&mut self.foo), now, &mut self.report)?;
        let (held, letters) = (self.read_back()?, self.boxes.letters()?);
        self.report.conclude(vec![
            mailed("foo.com mailed F one invitation", &letters, ("foo.com", F), "REQUEST", uid, 1),
            holds(
                "the text says what and when",
                mentions(&mails, &["Dinner", "6 December 2025", "19:00"]),
                || "the mail's text does not name them".to_owned(),
            ),
            agree("A's client and foo.com agree", &held, uid, &[("foo.com", "a"), ("client-a", "a")]),
            answered("F's answer is recorded", &held, uid, F, &InstanceKey::Master, "ACCEPTED"),
        ])
    }

    fn private_events(&mut self) -> Result<(), Failure> {
        let (own, flagged) = ("surprise@foo.com", "doctor@foo.com");
        self.report.begin(6, "Private events, as each user chose")?;
        let now = self.later();
        self.report.did(now, "A", "keeps private events on the own device; plans a surprise with E")?;
        let text = event(
            own,
            "Surprise",
            "Europe/Berlin",
            "20251208T180000",
            "20251208T190000",
            A,
            &[E],
            &["CLASS:PRIVATE"],
        );
        self.a.edit(own, text.as_bytes(), Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        self.e.fetch(None, now, &mut self.report)?;
        self.report.did(now, "E", "accepts")?;
        let answered_text = answer(&self.e, own, E, &InstanceKey::Master, "ACCEPTED")?;
        self.e.edit(own, &answered_text, None, now, &mut self.report)?;
        let now = self.later();
        self.a.fetch(Some(&mut self.foo), now, &mut self.report)?;
        let now = self.later();
        self.report.did(now, "B", "keeps private events on the server, flagged; sees a doctor every week")?;
        let text = private_series(flagged);
        self.b.edit(flagged, text.as_bytes(), Some(&mut self.foo), now, &mut self.report)?;
        let (held, letters) = (self.read_back()?, self.boxes.letters()?);
        let kept_by_a = held.iter().find(|held| held.uid == own && held.file == "client-a");
        let on_server = held.iter().find(|held| held.uid == flagged && held.file == "foo.com");
        let shown = match on_server {
            Some(held) => {
                let viewer = Viewer::Other(vec![CalendarUserAddress::parse(&format!("mailto:{A}"))?]);
                view(&held.object, &viewer)?.to_calendar().to_string()
            }
            None => "foo.com does not hold it".to_owned(),
        };
        let flag = on_server.is_some_and(|held| {
            held.residence == Residence::Synced
                && held.object.master().is_some_and(|m| Class::of(m) == Class::Private)
        });
        self.report.conclude(vec![
            agree(
                "A's and E's databases agree on the surprise",
                &held,
                own,
                &[("client-a", "a"), ("client-e", "e")],
            ),
            answered("E's answer is in both", &held, own, E, &InstanceKey::Master, "ACCEPTED"),
            mailed(
                "A's client mailed E the invitation itself",
                &letters,
                ("client.foo.com", E),
                "REQUEST",
                own,
                1,
            ),
            holds(
                "A's client keeps it on the device only",
                kept_by_a.is_some_and(|held| held.residence == Residence::LocalOnly),
                || "client-a does not hold it, or would sync it".to_owned(),
            ),
            never_in("no server has ever seen it", self.dir, &["foo.com", "bar.com"], own)?,
            holds("B's event is on the server, flagged", flag, || {
                "it is not there, or not flagged".to_owned()
            }),
            agree("B's client and foo.com agree", &held, flagged, &[("foo.com", "b"), ("client-b", "b")]),
            holds(
                "A sees that B's time is taken, and nothing else",
                shown.contains("RRULE")
                    && shown.contains("RECURRENCE-ID")
                    && !shown.contains("Doctor")
                    && !shown.contains("Clinic"),
                || shown.clone(),
            ),
        ])
    }
}

fn mentions(mails: &[Vec<u8>], words: &[&str]) -> bool {
    let text = mails
        .first()
        .and_then(|mail| reefknot_core::imip::read(mail, &reefknot_core::imip::ReadOptions::default()).ok())
        .and_then(|mail| mail.text)
        .unwrap_or_default();
    words.iter().all(|word| text.contains(word))
}
