//! A small world: eight parties, the meetings they share, and a mailbag that loses, delays, repeats and reorders
//! what they write to each other. Every step is held to the invariants (`laws`).

mod crashes;
mod delegations;
pub(crate) mod laws;
pub(crate) mod meetings;
mod offers;
pub(crate) mod ops;
pub(crate) mod people;
mod play;
mod races;

use std::fmt;

use reefknot_core::engine::{Engine, Room};
use reefknot_core::freebusy::{BusyCalendar, RoomPolicy};
use reefknot_core::ical::{Component, Limits};
use reefknot_core::itip::{Disposition, Envelope, Message, Outcome, Question};
use reefknot_core::recurrence::InstanceKey;
use reefknot_core::scheduling::{ScheduleStatus, SchedulingObject, SchedulingState, fields};
use reefknot_core::time::Zone;
use reefknot_core::value::Timestamp;

use meetings::{DIARY, MEETINGS, Plan, TEA, WEEKS, meeting_of, organizer, plan};
pub(crate) use ops::Op;
use people::{EVERYBODY, ROOM, who};

/// What one party holds of one meeting.
#[derive(Clone, Default)]
pub(crate) struct Held {
    pub(crate) object: Option<SchedulingObject>,
    pub(crate) state: SchedulingState,
}

pub(crate) struct Party {
    pub(crate) engine: Engine,
    pub(crate) held: [Held; MEETINGS],
}

pub(crate) struct World {
    pub(crate) parties: Vec<Party>,
    pub(crate) mailbag: Vec<Message>,
    /// Everything ever sent.
    pub(crate) sent: Vec<Message>,
    pub(crate) now: Timestamp,
    /// The highest SEQUENCE that each organizer has given.
    highest: [u32; MEETINGS],
    trace: Vec<String>,
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.trace.join("\n"))
    }
}

impl World {
    /// A world with the diary in it, and nothing else yet.
    pub(crate) fn empty() -> Self {
        let parties = EVERYBODY
            .map(|party| Party { engine: people::engine(party), held: Default::default() })
            .collect();
        let mut world = Self {
            parties,
            mailbag: Vec::new(),
            sent: Vec::new(),
            now: "20260201T080000Z".parse().unwrap(),
            highest: [0; MEETINGS],
            trace: Vec::new(),
        };
        world.plan(DIARY, &plan(true, &[]));
        world
    }

    /// A world with the tea alone.
    pub(crate) fn tea(recurs: bool, invited: &[usize]) -> Self {
        let mut world = Self::empty();
        world.plan(TEA, &plan(recurs, invited));
        world
    }

    pub(crate) fn plan(&mut self, meeting: usize, plan: &Plan) {
        self.trace.push(format!("{meeting}: {plan:?}"));
        self.change(organizer(meeting), meeting, Some(&meetings::object(meeting, plan)));
    }

    pub(crate) fn held(&self, party: usize, meeting: usize) -> &Held {
        &self.parties[party].held[meeting]
    }

    /// What everybody holds, and of what.
    pub(crate) fn copies(&self) -> impl Iterator<Item = (usize, usize, &SchedulingObject)> {
        EVERYBODY.flat_map(move |party| {
            (0..MEETINGS)
                .filter_map(move |meeting| Some((party, meeting, self.held(party, meeting).object.as_ref()?)))
        })
    }

    /// The organizer's object, until they call the meeting off.
    pub(crate) fn organizers(&self, meeting: usize) -> Option<&SchedulingObject> {
        self.held(organizer(meeting), meeting).object.as_ref()
    }

    /// The instances that the organizer's series has by its rule, cancelled and excluded ones included.
    pub(crate) fn keys(&self, meeting: usize) -> Vec<InstanceKey> {
        let Some(mut open) = self.organizers(meeting).cloned() else { return Vec::new() };
        open.edit_part(&InstanceKey::Master, |master| master.remove("EXDATE"));
        let Some(start) = open.master().and_then(|master| fields::date_time(master, "DTSTART")) else {
            return Vec::new();
        };
        let weeks = (0..WEEKS as i64).map(|week| week * 7);
        // Those that the organizer added follow.
        let added = weeks.clone().map(|day| day + meetings::ADDED);
        weeks
            .chain(added)
            .map(|day| {
                let civil = start.civil().checked_add_seconds(day * 86_400).unwrap();
                InstanceKey::of(&start.with_civil(civil), open.zones())
            })
            .filter(|key| open.is_recurring() && open.has_instance(key))
            .collect()
    }

    /// Somebody changes what they hold, as they may.
    pub(crate) fn change(&mut self, party: usize, meeting: usize, after: Option<&SchedulingObject>) {
        let Held { object, state } = self.held(party, meeting);
        let engine = &self.parties[party].engine;
        let outcome = engine.change(object.as_ref(), after, state, self.now).unwrap();
        assert_ne!(outcome.disposition, Disposition::Rejected, "{party}: {:?}\n{self}", outcome.reasons);
        laws::only_news_is_passed_on(self, party, meeting, after, &outcome);
        self.stops_at_change(party, meeting, after, &outcome);
        self.settle(party, meeting, outcome);
    }

    /// What the recipient's program makes of a message.
    fn decides(&self, party: usize, meeting: usize, calendar: &Component, from: &Envelope) -> Outcome {
        let Party { engine, held } = &self.parties[party];
        let Held { object, state } = &held[meeting];
        if party != ROOM {
            return engine.receive(object.as_ref(), state, calendar, from, self.now).unwrap();
        }
        let objects: Vec<_> = held.iter().filter_map(|held| held.object.clone()).collect();
        let room = Room {
            policy: &RoomPolicy::default(),
            booked: &BusyCalendar::new(&objects, engine.identities()),
            zone: &Zone::UTC,
            access: None,
            limits: &Limits::default(),
        };
        engine.book(object.as_ref(), state, calendar, from, &room, self.now).unwrap()
    }

    pub(crate) fn hand_over(&mut self, message: &Message) {
        let (party, meeting) = (who(&message.recipient), meeting_of(&message.uid));
        self.trace.push(format!("  {} {} -> {}", message.method, message.originator, message.recipient));
        laws::impostors_change_nothing(self, message);
        let from = people::carried(message, self.now);
        let outcome = self.decides(party, meeting, &message.calendar, &from);
        laws::a_reply_changes_only_its_senders(self, message, &outcome);
        laws::a_cancelled_instance_leaves_the_series(self, message, &outcome);
        let questions = outcome.questions.clone();
        self.settle(party, meeting, outcome);
        laws::twice_is_once(self, message, &from);
        if let [question @ Question::Counter { .. }] = &questions[..] {
            self.decide_on_proposal(message, question, &from);
        }
    }

    fn settle(&mut self, party: usize, meeting: usize, outcome: Outcome) {
        let stored = outcome.resulting(self.held(party, meeting).object.as_ref()).cloned();
        let refreshes = outcome.refreshes.iter().filter(|message| people::share_a_server(message));
        let sent: Vec<_> = outcome.messages.iter().chain(refreshes).cloned().collect();
        let highest = sent.iter().map(|message| message.sequence).max();
        let counted = stored.as_ref().map(SchedulingObject::sequence).max(highest);
        if let Some(now) = counted.filter(|_| party == organizer(meeting)) {
            assert!(now >= self.highest[meeting], "SEQUENCE fell to {now}\n{self}");
            self.highest[meeting] = now;
        }
        for message in &sent {
            laws::only_organizers_count_up(self, message);
            laws::nobody_writes_to_themselves(self, message);
            laws::every_message_is_valid(self, message);
            laws::nothing_private_leaves(self, message);
        }
        self.mailbag.extend(sent.iter().cloned());
        self.sent.extend(sent);
        self.parties[party].held[meeting] = Held { object: stored, state: outcome.state };
        laws::what_is_cancelled_stays_cancelled(self, party, meeting);
        if party == ROOM {
            laws::the_room_is_booked_once(self);
        }
    }

    /// The sender hears how a delivery went (RFC 6638 §3.2.9), which is all that this changes.
    fn hears(&mut self, message: &Message, status: ScheduleStatus) {
        let (party, meeting) = (who(&message.originator), meeting_of(&message.uid));
        let Party { engine, held } = &self.parties[party];
        let Held { object, state } = &held[meeting];
        let outcome = engine.delivered(object.as_ref(), state, message, status).unwrap();
        assert!(outcome.messages.is_empty() && outcome.state == *state, "{self}");
        self.settle(party, meeting, outcome);
    }

    /// Delivers everything that is under way, in an order that `seed` decides, some of it twice.
    pub(crate) fn drain(&mut self, mut seed: u64) {
        let mut rounds = 0;
        while !self.mailbag.is_empty() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            self.deliver((seed >> 33) as usize, seed.is_multiple_of(5));
            rounds += 1;
            assert!(rounds < 4_000, "the mailbag never empties\n{self}");
        }
    }
}
