//! The restriction tables of RFC 5546 §3 as data.
//!
//! A property that a table lists as "0+" is not named here, for it restricts nothing; nor
//! is one that a table does not mention.

mod common;
mod event;
mod freebusy;
mod journal;
mod todo;

pub(super) use common::{ALARM, CALENDAR, DAYLIGHT, STANDARD, TIMEZONE};

use super::super::Method;
use crate::ical::Kind;

/// How often something may occur (RFC 5546 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// "0"
    Absent,
    /// "1"
    One,
    /// "1+"
    OneOrMore,
    /// "0 or 1"
    AtMostOne,
    /// "0+"
    Any,
}

/// The properties of one component, by how often they may occur.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) one: &'static [&'static str],
    pub(super) one_or_more: &'static [&'static str],
    pub(super) at_most_one: &'static [&'static str],
    pub(super) none: &'static [&'static str],
}

impl Rows {
    /// Every restricted name with its presence.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, Presence)> {
        let of = |names: &'static [&'static str], presence| names.iter().map(move |&name| (name, presence));
        of(self.one, Presence::One)
            .chain(of(self.one_or_more, Presence::OneOrMore))
            .chain(of(self.at_most_one, Presence::AtMostOne))
            .chain(of(self.none, Presence::Absent))
    }
}

/// One table: a method of a component.
#[derive(Debug)]
pub(super) struct Table {
    /// Where it stands.
    pub(super) section: &'static str,
    /// How many components of the kind.
    pub(super) components: Presence,
    /// "All components MUST have the same UID."
    pub(super) same_uid: bool,
    /// "MUST be greater than 0."
    pub(super) sequence_above_zero: bool,
    /// The values of STATUS it names; none where it names none.
    pub(super) status: &'static [&'static str],
    /// How many VALARM in each component.
    pub(super) alarms: Presence,
    /// How many VTIMEZONE in the calendar.
    pub(super) timezones: Presence,
    /// The properties of each component.
    pub(super) properties: Rows,
}

/// The table of a method and a component, where RFC 5546 §3 has one.
pub(super) fn table(method: Method, kind: Kind) -> Option<&'static Table> {
    let table = match (kind, method) {
        (Kind::Event, Method::Publish) => &event::PUBLISH,
        (Kind::Event, Method::Request) => &event::REQUEST,
        (Kind::Event, Method::Reply) => &event::REPLY,
        (Kind::Event, Method::Add) => &event::ADD,
        (Kind::Event, Method::Cancel) => &event::CANCEL,
        (Kind::Event, Method::Refresh) => &event::REFRESH,
        (Kind::Event, Method::Counter) => &event::COUNTER,
        (Kind::Event, Method::DeclineCounter) => &event::DECLINECOUNTER,
        (Kind::Todo, Method::Publish) => &todo::PUBLISH,
        (Kind::Todo, Method::Request) => &todo::REQUEST,
        (Kind::Todo, Method::Reply) => &todo::REPLY,
        (Kind::Todo, Method::Add) => &todo::ADD,
        (Kind::Todo, Method::Cancel) => &todo::CANCEL,
        (Kind::Todo, Method::Refresh) => &todo::REFRESH,
        (Kind::Todo, Method::Counter) => &todo::COUNTER,
        (Kind::Todo, Method::DeclineCounter) => &todo::DECLINECOUNTER,
        (Kind::Journal, Method::Publish) => &journal::PUBLISH,
        (Kind::Journal, Method::Add) => &journal::ADD,
        (Kind::Journal, Method::Cancel) => &journal::CANCEL,
        (Kind::FreeBusy, Method::Publish) => &freebusy::PUBLISH,
        (Kind::FreeBusy, Method::Request) => &freebusy::REQUEST,
        (Kind::FreeBusy, Method::Reply) => &freebusy::REPLY,
        (
            Kind::Journal,
            Method::Request | Method::Reply | Method::Refresh | Method::Counter | Method::DeclineCounter,
        )
        | (
            Kind::FreeBusy,
            Method::Add | Method::Cancel | Method::Refresh | Method::Counter | Method::DeclineCounter,
        ) => return None,
    };
    Some(table)
}
