//! Typed values of iCalendar, each parser beside its printer (RFC 5545 §3.3).
//!
//! Civil time ([`Date`], [`LocalDateTime`]) knows no zone; [`Timestamp`] is an instant;
//! [`DateTime`] keeps the four forms that a DTSTART can take apart. How civil time and
//! instants relate is the business of the layer `time`.

pub mod address;
pub(crate) mod date;
mod datetime;
mod duration;
mod local;
mod offset;
mod period;
mod recur;
mod rule;
pub(crate) mod scan;
pub mod text;
mod timestamp;

pub use address::CalendarUserAddress;
pub use date::{Date, Weekday};
pub use datetime::DateTime;
pub use duration::Duration;
pub use local::LocalDateTime;
pub use offset::UtcOffset;
pub use period::Period;
pub use recur::{Frequency, Recur, Skip, WeekdayNum};
pub use rule::{Budget, Occurrences, Rule, Spent};
pub use timestamp::Timestamp;
