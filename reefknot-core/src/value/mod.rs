//! Typed values of iCalendar, each parser beside its printer (RFC 5545 §3.3).
//!
//! Civil time ([`Date`], [`LocalDateTime`]) knows no zone; [`Timestamp`] is an instant;
//! [`DateTime`] keeps the four forms that a DTSTART can take apart. How civil time and
//! instants relate is the business of the layer `time`. [`Value`] is a value of any type; which
//! type a property has is the business of the layer `registry`.

pub mod address;
mod any;
mod binary;
mod boolean;
mod clock;
mod color;
pub(crate) mod date;
mod datetime;
mod duration;
mod geo;
mod local;
mod number;
mod offset;
mod period;
mod recur;
mod relation;
mod request_status;
mod rule;
pub(crate) mod scan;
pub mod text;
mod timestamp;
mod uri;

pub use address::CalendarUserAddress;
pub use any::{Value, ValueType};
pub use binary::Binary;
pub use boolean::Boolean;
pub use clock::{Clock, Time};
pub use color::Color;
pub use date::{Date, Weekday};
pub use datetime::DateTime;
pub use duration::Duration;
pub use geo::Geo;
pub use local::LocalDateTime;
pub use number::{Float, Integer};
pub use offset::UtcOffset;
pub use period::Period;
pub use recur::{Frequency, Recur, Skip, WeekdayNum};
pub use relation::{LinkRelation, RelationType};
pub use request_status::RequestStatus;
pub use rule::{Budget, Occurrences, Rule, Spent};
pub use timestamp::Timestamp;
pub use uri::Uri;
