//! Several calendars: the first is what a user holds, the others are messages that arrive, each twice and forged as well.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::engine::{Engine, role};
use reefknot_core::ical::{Component, Edit};
use reefknot_core::itip::{Authentication, Carrier, Envelope, Role, validate};
use reefknot_core::scheduling::{Identities, SchedulingObject, SchedulingState};
use reefknot_fuzz::{calendars, now};

const PEOPLE: [&str; 3] = ["mailto:a@foo.com", "mailto:b@foo.com", "mailto:c@bar.com"];

/// What nobody but its owner may change in an organizer's object.
fn owned(object: Option<&SchedulingObject>) -> Vec<String> {
    let answered = |name: &str| ["ATTENDEE", "REQUEST-STATUS"].contains(&name.to_ascii_uppercase().as_str());
    let without_answers = |(_, part): (_, &Component)| {
        let mut part = part.clone();
        part.edit(|line| if answered(line.name()) { Edit::Remove } else { Edit::Keep });
        part.to_string()
    };
    object.into_iter().flat_map(SchedulingObject::parts).map(without_answers).collect()
}

fn text(object: Option<&SchedulingObject>) -> String {
    object.map(|object| object.to_calendar().to_string()).unwrap_or_default()
}

fn from(sender: &str, authentication: Authentication) -> Envelope {
    Envelope { sender: sender.parse().ok(), authentication, carrier: Carrier::Mail }
}

fuzz_target!(|bytes: &[u8]| {
    let calendars = calendars(bytes);
    let Some((held, messages)) = calendars.split_first() else { return };
    for user in &PEOPLE[..2] {
        let identities = Identities::new(user.parse().expect("an address"));
        let engine = Engine::new(identities.clone());
        let (mut stored, mut state) =
            (SchedulingObject::from_calendar(held.clone()).ok(), SchedulingState::default());
        for (message, sender) in messages.iter().zip(PEOPLE.iter().filter(|one| *one != user).cycle()) {
            let _ = validate(message);
            let receive = |stored: Option<&SchedulingObject>, state: &_, envelope: &Envelope| {
                engine.receive(stored, state, message, envelope, now()).ok()
            };
            let before = text(stored.as_ref());
            if let Some(forged) = receive(stored.as_ref(), &state, &from(sender, Authentication::Failed)) {
                assert_eq!(text(forged.resulting(stored.as_ref())), before, "forged");
            }
            let genuine = from(sender, Authentication::Authenticated);
            let Some(outcome) = receive(stored.as_ref(), &state, &genuine) else { continue };
            for sent in &outcome.messages {
                assert!(!identities.is_own(&sent.recipient), "to oneself");
            }
            let result = outcome.resulting(stored.as_ref()).cloned();
            if role(stored.as_ref(), &identities) == Role::Organizer {
                let after = owned(result.as_ref());
                assert!(
                    owned(stored.as_ref()).iter().all(|part| after.contains(part)),
                    "{before}\n{after:?}"
                );
            }
            (stored, state) = (result, outcome.state);
            let again = receive(stored.as_ref(), &state, &genuine).expect("what was taken before");
            assert_eq!(text(again.resulting(stored.as_ref())), text(stored.as_ref()), "twice");
        }
    }
});
