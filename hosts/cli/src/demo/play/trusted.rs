//! Conversation 7: two servers that trust each other, as far as their lists say.

use reefknot_core::freebusy::{BusyCalendar, BusyTime, BusyType, Search};
use reefknot_core::ical::Limits;
use reefknot_core::itip::Reason;
use reefknot_core::policy::AccessList;
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::routing::{Peer, Peers, Proof, Trust};
use reefknot_core::scheduling::{Identities, fields};
use reefknot_core::time::Zone;
use reefknot_core::value::{CalendarUserAddress, Timestamp};

use super::{A, AQUARIUM, ATTIC, B, C, D, Stage};
use crate::demo::check::{Holding, agree, answered, holds, status};
use crate::demo::edit::{answer, change, event};
use crate::demo::line::Line;
use crate::input::Failure;

/// What bar.com may do at foo.com.
const FOO_LIST: &str = "allow peer bar.com free-busy,invite person b@foo.com\n\
                        allow peer bar.com book room aquarium@foo.com\n";
/// What foo.com may do at bar.com.
const BAR_LIST: &str = "allow peer foo.com free-busy,invite everyone\n";

/// A Wednesday: C's contract of conversation 2 is on it.
const CONTRACT_DAY: (&str, &str) = ("20251203T000000Z", "20251204T000000Z");
/// A Tuesday: B's doctor of conversation 6 is on it, and the tea that B declined.
const DOCTOR_DAY: (&str, &str) = ("20251209T000000Z", "20251210T000000Z");

fn proof(name: &str) -> Proof {
    Proof::Key(format!("{name}, 2025"))
}

fn trust(name: &str, list: &str) -> Result<Trust, Failure> {
    let peer = Peer { name: name.to_owned(), domains: vec![name.to_owned()], proofs: vec![proof(name)] };
    Ok(Trust { peers: Peers::new(vec![peer])?, access: list.parse::<AccessList>()? })
}

impl Stage<'_> {
    pub(super) fn trusted_servers(&mut self) -> Result<(), Failure> {
        self.report.begin(7, "foo.com and bar.com trust each other, as far as their lists say")?;
        let mails = self.boxes.letters()?.len();
        self.connect()?;
        self.busy_time()?;
        self.directly("plan@foo.com", "Plan", A, C, "20251211T100000")?;
        self.directly("review@bar.com", "Review", C, B, "20251211T140000")?;
        self.another_time()?;
        self.counter_proposal()?;
        self.rooms()?;
        self.impostor()?;
        let sent = self.boxes.letters()?.len() - mails;
        self.report.conclude(vec![holds("no mail was sent", sent == 0, || format!("{sent} mails were sent"))])
    }

    /// Both administrators name the other organisation, how it proves who it is, and what it may do.
    fn connect(&mut self) -> Result<(), Failure> {
        let now = self.later();
        for (who, list) in [("foo.com", FOO_LIST), ("bar.com", BAR_LIST)] {
            self.report.did(now, who, "names the other, the key it has to show, and what it may do here:")?;
            for line in list.lines() {
                self.report.did(now, "", &format!("│ {line}"))?;
            }
        }
        self.report.did(
            now,
            "(the demo)",
            "has no network: each line stands for one whose key was verified",
        )?;
        self.foo.trusts(trust("bar.com", FOO_LIST)?);
        self.bar.trusts(trust("foo.com", BAR_LIST)?);
        self.foo.connect(Line { to: self.bar.far_end(self.dir)?, shown: proof("foo.com") });
        self.bar.connect(Line { to: self.foo.far_end(self.dir)?, shown: proof("bar.com") });
        Ok(())
    }

    /// What one server may ask the other about its users.
    fn busy_time(&mut self) -> Result<(), Failure> {
        let now = self.later();
        let window = |day: (&str, &str)| Ok::<_, Failure>(day.0.parse::<Timestamp>()?..day.1.parse()?);
        self.report.did(now, "A", "asks when C is busy on 3 December")?;
        let of_c = self.foo.ask_busy("a", C, window(CONTRACT_DAY)?, now)?;
        let told_a = self.foo.heard().to_owned();
        self.say_busy(now, "bar.com", &of_c)?;
        self.report.did(now, "C", "asks when B is busy on 9 December")?;
        let of_b = self.bar.ask_busy("c", B, window(DOCTOR_DAY)?, now)?;
        let told_c = self.bar.heard().to_owned();
        self.say_busy(now, "foo.com", &of_b)?;
        self.report.did(now, "C", "asks when A is busy")?;
        let of_a = self.bar.ask_busy("c", A, window(DOCTOR_DAY)?, now)?;
        self.say_busy(now, "foo.com", &of_a)?;
        let held = self.read_back()?;
        let same = |told: &Result<BusyTime, Reason>, file, who: &str, day| {
            let busy = busy_by_file(&held, file, who, window(day)?)?;
            Ok::<_, Failure>(
                told.as_ref()
                    .is_ok_and(|told| told.periods() == busy.periods() && !told.periods().is_empty()),
            )
        };
        let refused = of_a.as_ref().err().is_some_and(|reason| {
            reason.message.contains(&format!("see when {A} is busy")) && reason.message.contains("3.8")
        });
        let (c_told, b_told) =
            (same(&of_c, "bar.com", C, CONTRACT_DAY)?, same(&of_b, "foo.com", B, DOCTOR_DAY)?);
        self.report.conclude(vec![
            holds("A was told when C is busy, by bar.com's database", c_told, || format!("{of_c:?}")),
            holds("C was told when B is busy, by foo.com's database", b_told, || format!("{of_b:?}")),
            holds(
                "neither answer says what takes the time",
                ["Contract", "Doctor", "Clinic", "SUMMARY"]
                    .iter()
                    .all(|word| !told_a.contains(word) && !told_c.contains(word)),
                || format!("{told_a}{told_c}"),
            ),
            holds("C was not told when A is busy, and why", refused, || format!("{of_a:?}")),
        ])
    }

    fn say_busy(
        &mut self,
        now: Timestamp,
        who: &str,
        told: &Result<BusyTime, Reason>,
    ) -> Result<(), Failure> {
        match told {
            Ok(busy) => {
                let periods: Vec<String> = busy
                    .periods()
                    .iter()
                    .map(|period| format!("{} to {} {}", period.start, period.end, period.busy))
                    .collect();
                self.report.did(now, who, &format!("tells: {}", periods.join(", ")))
            }
            Err(reason) => {
                self.report.did(now, who, "does not tell:")?;
                self.report.quotes(now, &reason.message)
            }
        }
    }

    /// One invites somebody on the other server, who accepts: no mail, and nobody imports anything.
    fn directly(
        &mut self,
        uid: &str,
        title: &str,
        organizer: &'static str,
        invited: &'static str,
        start: &str,
    ) -> Result<(), Failure> {
        let name = |address: &str| address[..1].to_owned();
        let (one, other) = (name(organizer), name(invited));
        let now = self.later();
        self.report.did(now, &one.to_uppercase(), &format!("invites {}: {title}", other.to_uppercase()))?;
        let end = start.replace("0000", "3000");
        let text = event(uid, title, "Europe/Berlin", start, &end, organizer, &[invited], &[]);
        self.edit(organizer, uid, text.as_bytes(), now)?;
        let now = self.later();
        self.pull(invited, now)?;
        self.report.did(now, &other.to_uppercase(), "accepts")?;
        let client = if invited == B { &self.b } else { &self.c };
        let text = answer(client, uid, invited, &InstanceKey::Master, "ACCEPTED")?;
        self.edit(invited, uid, &text, now)?;
        let now = self.later();
        self.pull(organizer, now)?;
        let server = |address: &str| address[2..].to_owned();
        let (here, there) = (server(organizer), server(invited));
        let (client_one, client_other) = (format!("client-{one}"), format!("client-{other}"));
        let places = [
            (here.as_str(), one.as_str()),
            (there.as_str(), other.as_str()),
            (client_one.as_str(), one.as_str()),
            (client_other.as_str(), other.as_str()),
        ];
        let held = self.read_back()?;
        self.report.conclude(vec![
            agree(&format!("all four databases agree on {title}"), &held, uid, &places),
            answered(
                &format!("{} has accepted, everywhere", other.to_uppercase()),
                &held,
                uid,
                invited,
                &InstanceKey::Master,
                "ACCEPTED",
            ),
            status(
                &format!("{}'s copies say that it was delivered and answered", one.to_uppercase()),
                &held,
                (uid, one.as_str()),
                invited,
                "2.0",
            ),
        ])
    }

    /// B's train turns out to be late: what the review collides with, and when both could meet instead.
    fn another_time(&mut self) -> Result<(), Failure> {
        let now = self.later();
        self.report.did(now, "B", "will be on the train until three, and writes that down")?;
        let (from, to) = ("20251211T130000", "20251211T150000");
        let train = event("train@foo.com", "Train", "Europe/Berlin", from, to, B, &[], &[]);
        self.edit(B, "train@foo.com", train.as_bytes(), now)?;
        let afternoon = "20251211T130000Z".parse::<Timestamp>()?.."20251211T180000Z".parse()?;
        let conflicts = self.foo.conflicts("b", "review@bar.com", afternoon.clone())?;
        for conflict in &conflicts {
            let (uid, period) = (&conflict.uid, conflict.period);
            let what = format!("tells B: collides with {uid}, {} to {}", period.start, period.end);
            self.report.did(now, "foo.com", &what)?;
        }
        self.report.did(now, "B", "looks for half an hour that afternoon when C can come, too")?;
        let of_c = self.foo.ask_busy("b", C, afternoon.clone(), now)?;
        self.say_busy(now, "bar.com", &of_c)?;
        let busy = of_c.map_err(|reason| Failure::new(reason.to_string()))?;
        let (length, step, most) = (1_800, 1_800, 2);
        let search = Search { from: afternoon.start, to: afternoon.end, length, step, most };
        let suggested = self.foo.suggest("b", (C, busy.clone()), &search, now)?;
        for time in &suggested {
            self.report.did(now, "foo.com", &format!("suggests {} to {}", time.start, time.end))?;
        }
        let held = self.read_back()?;
        let of_b = busy_by_file(&held, "foo.com", B, afternoon)?;
        let free = |from, to| of_b.worst(from, to).max(busy.worst(from, to)) == BusyType::Free;
        let all_free = suggested.iter().all(|time| time.clashes.is_empty() && free(time.start, time.end));
        let first = suggested.first().map(|time| time.start.to_string());
        self.report.conclude(vec![
            holds(
                "the review collides with the train and with nothing else",
                conflicts.len() == 1 && conflicts[0].uid == "train@foo.com",
                || format!("{conflicts:?}"),
            ),
            holds(
                "both are free at what was suggested, at three first",
                all_free && first.as_deref() == Some("20251211T140000Z"),
                || format!("{suggested:?}"),
            ),
        ])
    }

    /// B would rather meet an hour later; C agrees, and B is asked again at the new time.
    fn counter_proposal(&mut self) -> Result<(), Failure> {
        let uid = "review@bar.com";
        let now = self.later();
        self.report.did(now, "B", "would rather meet an hour later, and says so")?;
        let text = change(&self.b, uid, |part| {
            part.set_time("DTSTART", "20251211T150000")?;
            part.set_time("DTEND", "20251211T153000")
        })?;
        self.foo.propose("b", uid, (&text, "My train is late"), now, &mut self.report)?;
        let held = self.read_back()?;
        let unmoved = starts(&held, uid).iter().all(|start| start == "20251211T130000Z");
        let now = self.later();
        let zone = Zone::iana("Europe/Berlin").unwrap_or(Zone::UTC);
        for open in self.bar.questions("c")? {
            self.report.did(now, "C", "is asked:")?;
            self.report.quotes(now, &open.asked.words(&zone, &Limits::default())?)?;
            self.report.did(now, "C", "agrees")?;
            self.bar.agree("c", open.id, now, &mut self.report)?;
        }
        self.foo.flush(now, &mut self.report)?;
        let now = self.later();
        self.pull(C, now)?;
        self.pull(B, now)?;
        self.report.did(now, "B", "accepts the new time")?;
        let text = answer(&self.b, uid, B, &InstanceKey::Master, "ACCEPTED")?;
        self.edit(B, uid, &text, now)?;
        self.pull(C, now)?;
        let held = self.read_back()?;
        let moved = starts(&held, uid);
        let places = [("bar.com", "c"), ("foo.com", "b"), ("client-c", "c"), ("client-b", "b")];
        let waiting = self.bar.questions("c")?.len();
        self.report.conclude(vec![
            holds("nothing moved before C agreed", unmoved, || "some copy did".to_owned()),
            agree("all four databases agree on what was proposed", &held, uid, &places),
            holds(
                "it is an hour later, everywhere",
                moved.len() == 4 && moved.iter().all(|start| start == "20251211T140000Z"),
                || moved.join(", "),
            ),
            answered("B has accepted, everywhere", &held, uid, B, &InstanceKey::Master, "ACCEPTED"),
            holds("C is asked nothing more", waiting == 0, || format!("{waiting} questions wait")),
        ])
    }

    /// A room that bar.com may book, one that it may not, and the first one again for somebody at home.
    fn rooms(&mut self) -> Result<(), Failure> {
        let (workshop, archive, retreat) = ("workshop@bar.com", "archive@bar.com", "retreat@foo.com");
        let booking = |uid: &str, title: &str, who: &str, room: &str, start: &str| {
            let end = start.replace("0000", "3000");
            let text = event(uid, title, "Europe/Berlin", start, &end, who, &[room], &[]);
            text.replace(&format!("RSVP=TRUE:mailto:{room}"), &format!("RSVP=TRUE;CUTYPE=ROOM:mailto:{room}"))
        };
        let now = self.later();
        self.report.did(now, "C", "books the Aquarium for a workshop")?;
        let text = booking(workshop, "Workshop", C, AQUARIUM, "20251212T100000");
        self.edit(C, workshop, text.as_bytes(), now)?;
        let now = self.later();
        self.report.did(now, "C", "books the Attic for the archive")?;
        let text = booking(archive, "Archive", C, ATTIC, "20251212T100000");
        self.edit(C, archive, text.as_bytes(), now)?;
        let now = self.later();
        self.report.did(now, "A", "books the Aquarium for a retreat at the same time")?;
        let text = booking(retreat, "Retreat", A, AQUARIUM, "20251212T100000");
        self.edit(A, retreat, text.as_bytes(), now)?;
        let now = self.later();
        self.pull(C, now)?;
        self.pull(A, now)?;
        let held = self.read_back()?;
        let attic = held.iter().filter(|held| held.user == "attic").count();
        let master = InstanceKey::Master;
        let aquarium = ("foo.com", "aquarium");
        self.report.conclude(vec![
            agree(
                "the Aquarium and both copies of C agree on the workshop",
                &held,
                workshop,
                &[("bar.com", "c"), ("client-c", "c"), aquarium],
            ),
            answered("the Aquarium has accepted, everywhere", &held, workshop, AQUARIUM, &master, "ACCEPTED"),
            status("C's copies say that it was answered", &held, (workshop, "c"), AQUARIUM, "2.0"),
            status("C's copies say why the Attic has no answer", &held, (archive, "c"), ATTIC, "3.8"),
            holds("the Attic has heard of nothing", attic == 0, || format!("it holds {attic} events")),
            agree(
                "the Aquarium and both copies of A agree on the retreat",
                &held,
                retreat,
                &[("foo.com", "a"), ("client-a", "a"), aquarium],
            ),
            answered("the Aquarium has declined the second", &held, retreat, AQUARIUM, &master, "DECLINED"),
        ])
    }

    /// Somebody with another key speaks in the name of C, and bar.com for somebody who is not theirs, or not the organizer.
    fn impostor(&mut self) -> Result<(), Failure> {
        let now = self.later();
        let address = |who: &str| CalendarUserAddress::parse(&format!("mailto:{who}"));
        let cancel = event(
            "review@bar.com",
            "Review",
            "Europe/Berlin",
            "20251211T140000",
            "20251211T143000",
            C,
            &[B],
            &["SEQUENCE:9", "STATUS:CANCELLED"],
        )
        .replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:CANCEL");
        let before = self.texts()?;
        let mut conditions = Vec::new();
        for (shown, from, code, what) in [
            ("evil.example", C, "3.8", "evil.example cancels the review in the name of C"),
            ("bar.com", A, "3.8", "bar.com cancels the review in the name of A"),
            ("bar.com", D, "5.3", "bar.com cancels the review in the name of D"),
        ] {
            self.report.did(now, "(an impostor)", what)?;
            let mut line = Line { to: self.foo.far_end(self.dir)?, shown: proof(shown) };
            let received = line.hand_in(&address(B)?, cancel.as_bytes(), &address(from)?, now)?;
            self.report.refuses(now, "foo.com", &received)?;
            let right = received.status.code() == code;
            conditions.push(holds(&format!("{what}: it is refused"), right, || received.why));
        }
        let same = self.texts()? == before;
        conditions.push(holds("no database has changed", same, || "some have".to_owned()));
        self.report.conclude(conditions)
    }

    /// Every object of every database, as text.
    fn texts(&self) -> Result<Vec<(String, String)>, Failure> {
        let held = self.read_back()?;
        Ok(held.iter().map(|held| (held.file.clone(), held.object.to_calendar().to_string())).collect())
    }

    /// A user edits on their client, which syncs up; both servers deliver until nothing waits.
    fn edit(&mut self, who: &str, uid: &str, text: &[u8], now: Timestamp) -> Result<(), Failure> {
        match who {
            A => self.a.edit(uid, text, Some(&mut self.foo), now, &mut self.report)?,
            B => self.b.edit(uid, text, Some(&mut self.foo), now, &mut self.report)?,
            _ => self.c.edit(uid, text, Some(&mut self.bar), now, &mut self.report)?,
        }
        self.bar.flush(now, &mut self.report)?;
        self.foo.flush(now, &mut self.report)
    }

    fn pull(&mut self, who: &str, now: Timestamp) -> Result<(), Failure> {
        match who {
            A => self.a.pull(&self.foo, now, &mut self.report),
            B => self.b.pull(&self.foo, now, &mut self.report),
            _ => self.c.pull(&self.bar, now, &mut self.report),
        }
    }
}

/// When an event begins, in each database that holds it.
fn starts(held: &[Holding], uid: &str) -> Vec<String> {
    let copies = held.iter().filter(|held| held.uid == uid);
    let start = |copy: &Holding| fields::date_time(copy.object.master()?, "DTSTART");
    copies
        .map(|copy| {
            start(copy).map_or_else(String::new, |at| InstanceKey::of(&at, copy.object.zones()).to_string())
        })
        .collect()
}

/// When somebody is busy, computed from what a database holds.
fn busy_by_file(
    held: &[Holding],
    file: &str,
    who: &str,
    window: std::ops::Range<Timestamp>,
) -> Result<BusyTime, Failure> {
    let own: Vec<_> = held.iter().filter(|held| held.file == file && held.user == who[..1]).collect();
    let owner = Identities::new(CalendarUserAddress::parse(&format!("mailto:{who}"))?);
    let calendar = BusyCalendar::new(own.iter().map(|held| &held.object), &owner);
    Ok(calendar.busy(window, &Zone::UTC, &Limits::default()))
}
