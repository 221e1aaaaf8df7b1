//! A program that builds its events with `icalendar` hands them to Reefknot, and gets them back.
//!
//! ```text
//! cargo run -p reefknot-core --features icalendar --example icalendar_event
//! ```

use std::error::Error;
use std::io::{Write, stdout};

use chrono::NaiveDate;
use icalendar::{Attendee, Calendar, Component as _, Event, EventLike};
use reefknot_core::ical::Component;
use reefknot_core::itip::validate;

fn main() -> Result<(), Box<dyn Error>> {
    let day = NaiveDate::from_ymd_opt(2026, 12, 1).ok_or("no such day")?;
    let time = |hour| day.and_hms_opt(hour, 30, 0).map(|time| time.and_utc()).ok_or("no such time");
    let event = Event::new()
        // Reefknot invents neither of these two, so that the same input gives the same output.
        .uid("swimming@foo.com")
        .timestamp(time(8)?)
        .starts(time(17)?)
        .ends(time(18)?)
        .summary("Swimming; then tea")
        .add_property("ORGANIZER", "mailto:a@foo.com")
        .attendee(Attendee::new("mailto:c@bar.com".into()).cn("C, of bar".into()))
        .done();
    let built = Calendar::new().append_property(("METHOD", "REQUEST")).push(event).done();

    let message = Component::try_from(&built)?;
    let validation = validate(&message);
    if !validation.valid {
        return Err(format!("not an invitation: {:?}", validation.violations).into());
    }
    stdout().write_all(&message.to_bytes())?;

    let back = Calendar::try_from(&message)?;
    let summary = back.events().next().and_then(|event| event.get_summary().map(str::to_owned));
    writeln!(stdout(), "and back: {}", summary.ok_or("the event is gone")?)?;
    Ok(())
}
