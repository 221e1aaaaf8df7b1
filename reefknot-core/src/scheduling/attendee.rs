//! The people of an event: ORGANIZER and ATTENDEE as types (RFC 5545 §3.8.4.1, §3.8.4.3).

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::status::ScheduleStatus;
use crate::Result;
use crate::ical::{Param, Property, PropertyBuf, is_same_name};
use crate::value::CalendarUserAddress;

/// A participation status (RFC 5545 §3.2.12).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartStat {
    /// No answer yet; also what a missing parameter means.
    NeedsAction,
    /// Will come.
    Accepted,
    /// Will not come.
    Declined,
    /// May come.
    Tentative,
    /// Somebody else goes instead.
    Delegated,
    /// A to-do is done.
    Completed,
    /// A to-do is being worked on.
    InProcess,
    /// A status of somebody's own, in upper case. RFC 5545 has it read as NEEDS-ACTION.
    Other(String),
}

impl PartStat {
    /// Reads a PARTSTAT value in any letter case; one with a control character, which no content line may hold
    /// (RFC 5545 §3.1), is no answer, and read as NEEDS-ACTION.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() || text.contains(char::is_control) {
            return Self::NeedsAction;
        }
        Self::known(text.as_bytes()).unwrap_or_else(|| Self::Other(text.to_ascii_uppercase()))
    }

    /// As [`parse`](Self::parse); what most programs write is not decoded first.
    fn of(param: Param<'_>) -> Self {
        Self::known(param.raw_bytes()).unwrap_or_else(|| Self::parse(&param.value()))
    }

    fn known(written: &[u8]) -> Option<Self> {
        static KNOWN: [PartStat; 7] = [
            PartStat::NeedsAction,
            PartStat::Accepted,
            PartStat::Declined,
            PartStat::Tentative,
            PartStat::Delegated,
            PartStat::Completed,
            PartStat::InProcess,
        ];
        KNOWN.iter().find(|known| is_same_name(written, known.as_str())).cloned()
    }

    /// The value as iCalendar writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::NeedsAction => "NEEDS-ACTION",
            Self::Accepted => "ACCEPTED",
            Self::Declined => "DECLINED",
            Self::Tentative => "TENTATIVE",
            Self::Delegated => "DELEGATED",
            Self::Completed => "COMPLETED",
            Self::InProcess => "IN-PROCESS",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for PartStat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for PartStat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PartStat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&String::deserialize(deserializer)?))
    }
}

/// Who sends the scheduling messages (RFC 6638 §7.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScheduleAgent {
    /// The server; also what a missing parameter means.
    #[default]
    Server,
    /// The client.
    Client,
    /// Nobody. A value nobody knows is read so too, as RFC 6638 §7.1 says.
    None,
}

impl ScheduleAgent {
    pub(crate) fn of(property: &Property<'_>) -> Self {
        property.param("SCHEDULE-AGENT").map_or(Self::Server, |agent| Self::parse(&agent))
    }

    fn parse(text: &str) -> Self {
        match text {
            agent if agent.eq_ignore_ascii_case("SERVER") => Self::Server,
            agent if agent.eq_ignore_ascii_case("CLIENT") => Self::Client,
            _ => Self::None,
        }
    }
}

/// One attendee of one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// Who.
    pub address: CalendarUserAddress,
    /// Their answer.
    pub partstat: PartStat,
    /// Who acts for them (SENT-BY).
    pub sent_by: Option<CalendarUserAddress>,
    /// To whom they delegated.
    pub delegated_to: Vec<CalendarUserAddress>,
    /// Who delegated to them.
    pub delegated_from: Vec<CalendarUserAddress>,
    /// Who sends them messages.
    pub agent: ScheduleAgent,
    /// Whether they delegated and want to hear of no updates: RSVP=FALSE says so, but for one who stays on the list as
    /// ROLE=NON-PARTICIPANT (RFC 5546 §4.2.5, §3.2.2.3).
    pub left_to_delegate: bool,
    /// Whether a REQUEST was asked for that would not be sent otherwise.
    pub force_send: ForceSend,
    /// How the last message to them fared, as it is written (SCHEDULE-STATUS, RFC 6638 §7.3).
    pub status: Option<Cow<'static, str>>,
}

/// Whether a message was asked for that would not be sent otherwise (SCHEDULE-FORCE-SEND, RFC 6638 §7.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForceSend {
    /// None was.
    #[default]
    No,
    /// The one that goes to this person.
    Yes,
    /// One that nobody knows, or that does not go to this person.
    Unknown,
}

impl ForceSend {
    /// What a value asks for, where `known` is what may be asked for.
    fn parse(value: &str, known: &str) -> Self {
        if value.eq_ignore_ascii_case(known) { Self::Yes } else { Self::Unknown }
    }
}

impl Attendee {
    /// Reads an ATTENDEE property; `None` where its value is no calendar address.
    #[must_use]
    pub fn of(property: &Property<'_>) -> Option<Self> {
        let address = CalendarUserAddress::parse(&property.value()).ok()?;
        let mut attendee = Self {
            address,
            partstat: PartStat::NeedsAction,
            sent_by: None,
            delegated_to: Vec::new(),
            delegated_from: Vec::new(),
            agent: ScheduleAgent::Server,
            left_to_delegate: false,
            force_send: ForceSend::No,
            status: None,
        };
        // Of a parameter that may not be repeated the first counts.
        let (mut partstat, mut agent, mut force_send, mut status) = (None, None, None, None);
        for param in property.params() {
            // Most parameters are none of these, and differ from all of them in the first letter.
            match param.initial() {
                b'P' if param.is("PARTSTAT") => drop(partstat.get_or_insert(param)),
                b'S' if param.is("SCHEDULE-STATUS") => drop(status.get_or_insert(param)),
                b'S' if param.is("SCHEDULE-AGENT") => drop(agent.get_or_insert(param)),
                b'S' if param.is("SCHEDULE-FORCE-SEND") => drop(force_send.get_or_insert(param)),
                b'S' if param.is("SENT-BY") => {
                    attendee.sent_by = attendee.sent_by.or_else(|| addresses(param).next());
                }
                b'D' if param.is("DELEGATED-TO") => attendee.delegated_to.extend(addresses(param)),
                b'D' if param.is("DELEGATED-FROM") => attendee.delegated_from.extend(addresses(param)),
                _ => {}
            }
        }
        attendee.partstat = partstat.map_or(PartStat::NeedsAction, PartStat::of);
        attendee.agent = agent.map_or(ScheduleAgent::Server, |param| ScheduleAgent::parse(&param.value()));
        attendee.force_send =
            force_send.map_or(ForceSend::No, |param| ForceSend::parse(&param.value(), "REQUEST"));
        attendee.status = status.map(|param| {
            // What this program writes needs no decoding.
            let known = ScheduleStatus::of_code(param.raw_bytes()).map(|known| Cow::Borrowed(known.code()));
            known.unwrap_or_else(|| status_written(&param.value()))
        });
        attendee.left_to_delegate = attendee.partstat == PartStat::Delegated
            && property.param_is("RSVP", "FALSE")
            && !property.param_is("ROLE", "NON-PARTICIPANT");
        Some(attendee)
    }
}

/// Makes an ATTENDEE line ask again: no answer, and one is wanted.
pub(crate) fn reopen(line: &mut PropertyBuf) -> Result<()> {
    line.set_param("PARTSTAT", PartStat::NeedsAction.as_str())?;
    // Who is only informed is not made to answer by a change of time (RFC 5546 §4.2.3).
    if line.as_property().param_is("RSVP", "FALSE") {
        return Ok(());
    }
    line.set_param("RSVP", "TRUE")
}

/// The organizer of one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organizer {
    /// Who.
    pub address: CalendarUserAddress,
    /// Who acts for them (SENT-BY).
    pub sent_by: Option<CalendarUserAddress>,
    /// Who answers them from this copy.
    pub agent: ScheduleAgent,
    /// Whether a REPLY was asked for that would not be sent otherwise.
    pub force_send: ForceSend,
    /// How the last message to them fared, as it is written (SCHEDULE-STATUS, RFC 6638 §7.3).
    pub status: Option<Cow<'static, str>>,
}

impl Organizer {
    /// Reads an ORGANIZER property; `None` where its value is no calendar address.
    #[must_use]
    pub fn of(property: &Property<'_>) -> Option<Self> {
        Some(Self {
            address: CalendarUserAddress::parse(&property.value()).ok()?,
            sent_by: property
                .params()
                .filter(|param| param.is("SENT-BY"))
                .find_map(|param| addresses(param).next()),
            agent: ScheduleAgent::of(property),
            force_send: property
                .param("SCHEDULE-FORCE-SEND")
                .map_or(ForceSend::No, |asked| ForceSend::parse(&asked, "REPLY")),
            status: property.param("SCHEDULE-STATUS").map(|status| status_written(&status)),
        })
    }
}

/// A SCHEDULE-STATUS; a code that RFC 6638 knows takes no memory of its own.
fn status_written(text: &str) -> Cow<'static, str> {
    match ScheduleStatus::of_code(text.as_bytes()) {
        Some(known) => Cow::Borrowed(known.code()),
        None => Cow::Owned(text.to_owned()),
    }
}

/// The calendar addresses in a parameter; what is none is passed over.
fn addresses(param: Param<'_>) -> impl Iterator<Item = CalendarUserAddress> {
    param.values().filter_map(|value| CalendarUserAddress::parse(&value).ok())
}
