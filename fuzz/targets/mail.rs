//! Any bytes as .eml: the mail is read, its calendars are played, and every answer reads back from its own mail.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reefknot_core::engine::Engine;
use reefknot_core::imip::{self, MailOptions, ReadOptions};
use reefknot_core::scheduling::{Identities, SchedulingState};
use reefknot_core::time::Zone;
use reefknot_fuzz::now;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mail) = imip::read(bytes, &ReadOptions::default()) else { return };
    for part in &mail.calendars {
        let Some(user) = mail.to.first() else { return };
        let (engine, state) = (Engine::new(Identities::new(user.clone())), SchedulingState::default());
        let Ok(arrived) = engine.receive(None, &state, &part.calendar, &mail.envelope(part), now()) else {
            continue;
        };
        let Some(copy) = arrived.resulting(None) else { continue };
        // Whoever deletes an invitation declines it.
        let declined = engine.change(Some(copy), None, &arrived.state, now()).expect("an outcome");
        for message in arrived.messages.iter().chain(&declined.messages) {
            let options = MailOptions {
                zone: &Zone::UTC,
                message_id: "1@foo.com",
                date: now(),
                boundary_seed: "1",
                in_reply_to: mail.message_id.as_deref(),
                reply_to: None,
                sender: None,
            };
            let Ok(written) = imip::write(message, &options) else { continue };
            let read = imip::read(&written.bytes, &ReadOptions::default()).expect("a mail of our own");
            assert_eq!(read.calendars.len(), 1);
            assert_eq!(read.calendars[0].calendar.to_string(), message.calendar.to_string());
        }
    }
});
