//! Two servers that trust each other, and one that nobody trusts.

use reefknot_core::freebusy::BusyTime;
use reefknot_core::host::{Asker, BusyQuestion, Directory, PeerAnswer, Received};
use reefknot_core::itip::Reason;
use reefknot_core::routing::{Peer, Peers, Proof, Trust};
use reefknot_core::scheduling::ScheduleStatus;

use super::rooms::{house, meeting};
use super::*;

const AQUARIUM: &str = "mailto:aquarium@foo.com";
const ATTIC: &str = "mailto:attic@foo.com";
const FIRST: &str = "20261202T090000Z";

fn proof(name: &str) -> Proof {
    Proof::Key(format!("key of {name}"))
}

fn trusting(name: &str, list: &str) -> Trust {
    let peer = Peer { name: name.into(), domains: vec![name.into()], proofs: vec![proof(name)] };
    Trust { peers: Peers::new(vec![peer]).unwrap(), access: list.parse().unwrap() }
}

/// One end of the connection.
struct Side {
    host: Host,
    trust: Trust,
    proof: Proof,
}

impl Side {
    fn scheduler(&mut self) -> Scheduler<'_> {
        self.host.scheduler().with_trust(self.trust.clone())
    }

    fn receives(&mut self, to: &str, text: &str, from: &str, shown: &Proof) -> Received {
        let now = self.host.now;
        self.scheduler().receive_from_peer(&address(to), &message(text), &address(from), shown, now).unwrap()
    }
}

/// A connection whose other end has been shown this proof.
struct Line<'a> {
    other: &'a mut Side,
    shown: Proof,
}

impl Transport for Line<'_> {
    fn mail(&mut self, message: &Outgoing, _: &str, _: Timestamp) -> Result<Attempt> {
        panic!("{message:?} was mailed");
    }

    fn peer(&mut self, message: &Outgoing, _: &str, _: Timestamp) -> Result<Attempt> {
        let text = String::from_utf8(message.calendar.to_vec()).unwrap();
        let (to, from) = (message.recipient.uri(), message.originator.uri());
        let received = self.other.receives(to, &text, from, &self.shown);
        Ok(Attempt::answered(received.status, &received.why))
    }

    fn ask(&mut self, question: &BusyQuestion<'_>, _: &str, _: Timestamp) -> Result<PeerAnswer> {
        let text = question.calendar.to_string();
        let Received { answer, status, why, .. } =
            self.other.receives(question.recipient.uri(), &text, question.originator.uri(), &self.shown);
        Ok(answer.map_or(PeerAnswer::Refused { status, why }, PeerAnswer::Told))
    }
}

struct Pair {
    foo: Side,
    bar: Side,
}

/// foo.com, whose Aquarium bar.com may book, and bar.com, which foo.com may only invite.
fn pair() -> Pair {
    let mut host = house();
    let attic = LocalUser::new("attic".into(), Identities::new(address(ATTIC)));
    host.users.push(LocalUser { room: Some(<_>::default()), ..attic });
    let list = "allow peer bar.com free-busy,invite everyone\nallow peer bar.com book room aquarium@foo.com";
    let ours = Side { host, trust: trusting("bar.com", list), proof: proof("foo.com") };
    let host = Host::of(&[C, D]);
    let trust = trusting("foo.com", "allow peer foo.com invite everyone");
    Pair { foo: ours, bar: Side { host, trust, proof: proof("bar.com") } }
}

fn deliver(from: &mut Side, to: &mut Side) -> Delivered {
    let (now, shown) = (from.host.now, from.proof.clone());
    from.scheduler().deliver(&mut Line { other: to, shown }, now, 9).unwrap()
}

impl Pair {
    /// C puts an object, and everything goes where it goes.
    fn play(&mut self, text: &str) -> Delivered {
        self.bar.host.put_with(&self.bar.trust, "c", text);
        let first = deliver(&mut self.bar, &mut self.foo);
        while deliver(&mut self.foo, &mut self.bar) != Delivered::default()
            || deliver(&mut self.bar, &mut self.foo) != Delivered::default()
        {}
        first
    }
}

impl Host {
    fn put_with(&mut self, trust: &Trust, user: &str, text: &str) {
        let put = Put {
            calendar: Some(text.as_bytes()),
            based_on: None,
            residence: <_>::default(),
            source: Source::User,
        };
        let now = self.now;
        self.scheduler().with_trust(trust.clone()).put(&user.into(), UID, put, now).unwrap();
    }
}

#[test]
fn an_invitation_and_its_answer_go_from_server_to_server() {
    let mut pair = pair();
    pair.play(&meeting(UID, C, B, FIRST));
    assert_eq!(pair.bar.host.status("c", "ATTENDEE", B).as_deref(), Some("1.2"));
    let accepted = pair.foo.host.answered("b", B, "", "ACCEPTED");
    let trust = pair.foo.trust.clone();
    pair.foo.host.put_with(&trust, "b", &accepted);
    deliver(&mut pair.foo, &mut pair.bar);
    assert_eq!(pair.foo.host.status("b", "ORGANIZER", C).as_deref(), Some("1.2"));
    assert_eq!(pair.bar.host.status("c", "ATTENDEE", B).as_deref(), Some("2.0"));
    let attendees = pair.bar.host.object("c").attendees(&InstanceKey::Master);
    assert!(attendees.iter().any(|who| who.address == address(B) && who.partstat.as_str() == "ACCEPTED"));
}

#[test]
fn a_room_on_the_list_answers_and_one_that_is_not_hears_nothing() {
    let mut pair = pair();
    pair.play(&meeting(UID, C, AQUARIUM, FIRST));
    assert_eq!(pair.bar.host.status("c", "ATTENDEE", AQUARIUM).as_deref(), Some("2.0"));
    assert!(pair.bar.host.text("c").contains("PARTSTAT=ACCEPTED"));

    let mut pair = self::pair();
    let delivered = pair.play(&meeting(UID, C, ATTIC, FIRST));
    assert_eq!(pair.bar.host.status("c", "ATTENDEE", ATTIC).as_deref(), Some("3.8"));
    let told = &delivered.notices[0].1.message;
    assert!(told.contains("no entry lets c@bar.com of bar.com book attic@foo.com"), "{told}");
    assert_eq!(pair.foo.host.store.load(&"attic".into(), UID).unwrap(), None);
}

#[test]
fn who_is_no_user_there_is_said_to_peers_only() {
    let mut pair = pair();
    pair.play(&meeting(UID, C, "mailto:nobody@foo.com", FIRST));
    assert_eq!(pair.bar.host.status("c", "ATTENDEE", "mailto:nobody@foo.com").as_deref(), Some("3.7"));
    let text = meeting(UID, C, B, FIRST).replace("BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT");
    for to in [B, "mailto:nobody@foo.com"] {
        let received = pair.foo.receives(to, &text, C, &proof("evil.example"));
        assert_eq!(received.status, ScheduleStatus::NoPrivilege);
        assert!(received.why.contains("unknown-peer"), "{}", received.why);
    }
}

/// With the wrong proof, for an address that is not the peer's, or in somebody else's name: nothing changes.
#[test]
fn an_impostor_changes_nothing() {
    let mut pair = pair();
    let text = meeting(UID, C, B, FIRST).replace("BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT");
    for (from, shown, status) in [
        (C, "evil.example", ScheduleStatus::NoPrivilege),
        (A, "bar.com", ScheduleStatus::NoPrivilege),
        (D, "bar.com", ScheduleStatus::NotAllowed),
    ] {
        let received = pair.foo.receives(B, &text, from, &proof(shown));
        assert_eq!(received.status, status, "{from} {shown}: {}", received.why);
        assert_eq!(pair.foo.host.store.load(&"b".into(), UID).unwrap(), None);
    }
    assert_eq!(pair.foo.receives(B, &text, C, &proof("bar.com")).status, ScheduleStatus::Delivered);
    assert!(pair.foo.host.store.load(&"b".into(), UID).unwrap().is_some());
}

fn ask(side: &mut Side, other: &mut Side, asking: &str, whom: &str, days: i64) -> Result<BusyTime, Reason> {
    let (now, shown) = (side.host.now, side.proof.clone());
    let from: Timestamp = "20261202T000000Z".parse().unwrap();
    let window = from..from.saturating_add(days * 86_400);
    let mut line = Line { other, shown };
    side.scheduler().ask_busy(&mut line, &asking.into(), &address(whom), window, "q1", now).unwrap()
}

#[test]
fn busy_time_is_told_as_the_list_says_in_each_direction() {
    let Pair { foo: mut ours, bar: mut theirs } = pair();
    ours.host.put("b", &meeting(UID, B, A, FIRST).replace("SUMMARY", "CLASS:PRIVATE\r\nSUMMARY"));
    let busy = ask(&mut theirs, &mut ours, "c", B, 1).unwrap();
    assert_eq!((busy.periods().len(), busy.periods()[0].start), (1, FIRST.parse().unwrap()));
    let refusal = ask(&mut ours, &mut theirs, "a", C, 1).unwrap_err();
    assert!(
        refusal.message.contains("3.8") && refusal.message.contains("no entry lets a@foo.com"),
        "{refusal}"
    );
    let refusal = ask(&mut theirs, &mut ours, "c", B, 3_000).unwrap_err();
    assert!(refusal.message.contains("longer than two years"), "{refusal}");
    let refusal = ask(&mut theirs, &mut ours, "c", "mailto:e@baz.net", 1).unwrap_err();
    assert!(refusal.message.contains("neither a user here"), "{refusal}");
    assert_eq!(
        ask(&mut ours, &mut theirs, "b", B, 1).unwrap().periods().len(),
        1,
        "one's own, without a question"
    );
}

/// foo.com's users, and C in a group of its directory.
struct WithAuditors(Vec<LocalUser>);

impl Directory for WithAuditors {
    fn find(&self, who: &CalendarUserAddress) -> Result<Option<LocalUser>> {
        self.0.find(who)
    }

    fn user(&self, id: &UserId) -> Result<Option<LocalUser>> {
        self.0.user(id)
    }

    fn groups(&self, who: &CalendarUserAddress) -> Result<Vec<String>> {
        Ok(if *who == address(C) { vec!["auditors".into()] } else { Vec::new() })
    }
}

#[test]
fn a_group_here_may_hold_people_of_other_organisations() {
    let Pair { foo: Side { mut host, .. }, .. } = pair();
    let trust = trusting("bar.com", "allow group auditors read,invite person b@foo.com");
    host.put("b", &meeting(UID, B, A, FIRST));
    let (now, shown) = (host.now, proof("bar.com"));
    let users = WithAuditors(host.users);
    let mut scheduler =
        Scheduler::new(&mut host.store, &users, Agent::Server, Limits::default()).with_trust(trust);
    for (who, allowed) in [(C, true), (D, false)] {
        let who = address(who);
        let asker = Asker::Peer { shown: &shown, user: &who };
        let read = scheduler.read(&asker, &"b".into(), UID, now).unwrap();
        assert_eq!(read.is_ok_and(|object| object.is_some()), allowed, "{who}");
        let text =
            meeting("2", who.uri(), B, FIRST).replace("BEGIN:VEVENT", "METHOD:REQUEST\r\nBEGIN:VEVENT");
        let received = scheduler.receive_from_peer(&address(B), &message(&text), &who, &shown, now).unwrap();
        let status = if allowed { ScheduleStatus::Delivered } else { ScheduleStatus::NoPrivilege };
        assert_eq!(received.status, status, "{who}: {}", received.why);
    }
}
