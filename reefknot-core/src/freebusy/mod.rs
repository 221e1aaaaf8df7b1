//! When somebody is busy, when they could meet, and what a room answers (RFC 5545 §3.6.4, RFC 7953, RFC 4791 §7.10).
//!
//! A [`BusyCalendar`] is what one user's objects say of their time, made ready once and asked for any window.
//! [`BusyTime`] is the answer: periods that do not overlap, and what could not be known. [`suggest`] finds times for
//! several people, [`conflicts`] what an invitation collides with, and [`RoomPolicy`] what a room or another resource
//! answers by itself.
//!
//! ```
//! use reefknot_core::engine::read_object;
//! use reefknot_core::freebusy::{BusyCalendar, BusyType};
//! use reefknot_core::ical::Limits;
//! use reefknot_core::scheduling::Identities;
//! use reefknot_core::time::Zone;
//!
//! let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n\
//!             DTSTAMP:20260101T000000Z\r\nDTSTART:20260302T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\n\
//!             END:VEVENT\r\nEND:VCALENDAR\r\n";
//! let event = read_object(text.as_bytes(), &Limits::default())?;
//! let calendar = BusyCalendar::new([&event], &Identities::new("mailto:a@foo.com".parse()?));
//! let week = "20260309T000000Z".parse()?.."20260316T000000Z".parse()?;
//! let busy = calendar.busy(week, &Zone::UTC, &Limits::default());
//! assert_eq!(busy.periods()[0].start, "20260309T090000Z".parse()?);
//! assert_eq!(busy.periods()[0].busy, BusyType::Busy);
//! # Ok::<(), reefknot_core::Error>(())
//! ```

mod availability;
mod calendar;
mod conflicts;
mod message;
mod room;
mod suggest;
mod time;

pub use availability::Availability;
pub use calendar::{BusyCalendar, Taken};
pub use conflicts::{Conflict, Conflicts, conflicts, held_twice};
pub use message::{FreeBusyRequest, busy_component, busy_of};
pub use room::{OnConflict, Partly, RoomDecision, RoomPolicy, WhenFree};
pub use suggest::{Attendance, Clash, Person, Search, Suggestion, suggest};
pub use time::{BusyPeriod, BusyTime, BusyType, Doubt};
