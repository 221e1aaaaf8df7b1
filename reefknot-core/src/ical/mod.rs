//! The lossless document: streams, components, properties and parameters.
//!
//! This layer reads and prints the content lines of RFC 5545 §3.1–3.4 with the
//! parameter encoding of RFC 6868. It knows the shape of iCalendar and nothing of its
//! meaning: values stay text here, and the `value` layer types them.
//!
//! Reading keeps one shared copy of the input. A component is a list of ranges into it;
//! names, parameters and values are found when somebody asks, and only a changed line is
//! owned. So an untouched property prints back byte for byte (folding and line ends
//! apart), whatever it holds: unknown names, odd parameter quoting, invalid UTF-8.
//!
//! Reading is lenient and says so: a line that cannot be read becomes a [`Problem`] with
//! its line number, and reading goes on. [`Limits`] bound what hostile input can cost.
//!
//! ```
//! use reefknot_core::ical::{Limits, Stream};
//!
//! let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n\
//!             BEGIN:VEVENT\r\nUID:1\r\nX-OWN;A=\"b:c\":kept as it is\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
//! let stream = Stream::parse(text.as_bytes(), &Limits::default())?;
//! let event = stream.calendars().next().unwrap().component("VEVENT").unwrap();
//! assert_eq!(event.property("uid").unwrap().value(), "1");
//! assert_eq!(event.property("X-OWN").unwrap().param("A").unwrap(), "b:c");
//! assert_eq!(stream.to_string(), text);
//! # Ok::<(), reefknot_core::Error>(())
//! ```

mod component;
mod copy;
mod edit;
#[cfg(feature = "icalendar")]
mod interop;
mod kind;
mod lex;
mod limits;
mod parse;
mod print;
mod property;
mod source;
mod stream;

pub use component::{Component, Edit};
pub use edit::PropertyBuf;
pub use kind::Kind;
pub(crate) use lex::is_same_name;
pub use limits::Limits;
pub use property::{Param, Params, Property};
pub use stream::{Problem, Stream};

#[cfg(test)]
mod tests;
