//! The properties: what values each has, and which parameters may stand beside it.

use crate::value::ValueType;

/// What the standards say of one property.
#[derive(Debug)]
pub(crate) struct PropertyEntry {
    pub(crate) name: &'static str,
    /// Where it is defined.
    pub(crate) section: &'static str,
    /// The types it may have, the default first.
    pub(crate) types: &'static [ValueType],
    /// Whether VALUE must be written, because there is no default.
    pub(crate) says_type: bool,
    pub(crate) shape: Shape,
    pub(crate) bounds: Bounds,
    /// The parameters made for it, beside those that every property may have.
    pub(crate) params: &'static [&'static str],
    /// The parameters it cannot do without.
    pub(crate) needs: &'static [&'static str],
}

/// How values make up what stands after the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One value.
    One,
    /// Values with commas between them.
    List,
    /// Two FLOATs with a semicolon between them (RFC 5545 §3.8.1.6).
    Geo,
    /// A code and one or two TEXTs with semicolons between them (RFC 5545 §3.8.8.3).
    RequestStatus,
    /// TEXT that names a color (RFC 7986 §5.9).
    Color,
}

/// What a value must be beyond its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// Nothing more.
    None,
    /// Date-times and periods are in UTC.
    Utc,
    /// Durations are not negative.
    Length,
    /// Numbers from the first to the second.
    Numbers(i32, i32),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A name of letters, digits and hyphens: a registry holds the known ones.
    Token,
}

const fn entry(
    name: &'static str,
    section: &'static str,
    types: &'static [ValueType],
    params: &'static [&'static str],
) -> PropertyEntry {
    PropertyEntry {
        name,
        section,
        types,
        says_type: false,
        shape: Shape::One,
        bounds: Bounds::None,
        params,
        needs: &[],
    }
}

impl PropertyEntry {
    const fn shape(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    const fn bounds(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    const fn says_type(self) -> Self {
        Self { says_type: true, ..self }
    }

    const fn needs(self, needs: &'static [&'static str]) -> Self {
        Self { needs, ..self }
    }
}

/// The row of a property, unless it is an extension.
pub(crate) fn property(name: &str) -> Option<&'static PropertyEntry> {
    PROPERTIES.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
}

use ValueType::{
    Binary, CalAddress, Date, DateTime, Duration, Float, Integer, Period, Recur, Text, Uid, Uri, UtcOffset,
    XmlReference,
};

const ATTACHED: &[&str] = &["ENCODING", "FILENAME", "FMTTYPE", "MANAGED-ID", "SIZE"];
const ATTENDEE: &[&str] = &[
    "CN",
    "CUTYPE",
    "DELEGATED-FROM",
    "DELEGATED-TO",
    "DIR",
    "EMAIL",
    "LANGUAGE",
    "MEMBER",
    "PARTSTAT",
    "ROLE",
    "RSVP",
    "SCHEDULE-AGENT",
    "SCHEDULE-FORCE-SEND",
    "SCHEDULE-STATUS",
    "SENT-BY",
];
const ORGANIZER: &[&str] = &[
    "CN",
    "DIR",
    "EMAIL",
    "LANGUAGE",
    "SCHEDULE-AGENT",
    "SCHEDULE-FORCE-SEND",
    "SCHEDULE-STATUS",
    "SENT-BY",
];
const PROSE: &[&str] = &["ALTREP", "LANGUAGE"];

#[rustfmt::skip]
pub(super) static PROPERTIES: &[PropertyEntry] = &[
    entry("ACKNOWLEDGED", "RFC 9074 §6.1", &[DateTime], &[]).bounds(Bounds::Utc),
    entry("ACTION", "RFC 5545 §3.8.6.1", &[Text], &[]).bounds(Bounds::Token),
    entry("ATTACH", "RFC 5545 §3.8.1.1", &[Uri, Binary], ATTACHED),
    entry("ATTENDEE", "RFC 5545 §3.8.4.1", &[CalAddress], ATTENDEE),
    entry("BUSYTYPE", "RFC 7953 §3.2", &[Text], &[]).bounds(Bounds::Token),
    entry("CALENDAR-ADDRESS", "RFC 9073 §6.4", &[CalAddress], &[]),
    entry("CALSCALE", "RFC 5545 §3.7.1", &[Text], &[]).bounds(Bounds::Token),
    entry("CATEGORIES", "RFC 5545 §3.8.1.2", &[Text], &["LANGUAGE"]).shape(Shape::List),
    entry("CLASS", "RFC 5545 §3.8.1.3", &[Text], &[]).bounds(Bounds::Token),
    entry("COLOR", "RFC 7986 §5.9", &[Text], &[]).shape(Shape::Color),
    entry("COMMENT", "RFC 5545 §3.8.1.4", &[Text], PROSE),
    entry("COMPLETED", "RFC 5545 §3.8.2.1", &[DateTime], &[]).bounds(Bounds::Utc),
    entry("CONCEPT", "RFC 9253 §8.1", &[Uri], &[]),
    entry("CONFERENCE", "RFC 7986 §5.11", &[Uri], &["FEATURE", "LABEL", "LANGUAGE"]).says_type(),
    entry("CONTACT", "RFC 5545 §3.8.4.2", &[Text], PROSE),
    entry("CREATED", "RFC 5545 §3.8.7.1", &[DateTime], &[]).bounds(Bounds::Utc),
    entry("DESCRIPTION", "RFC 5545 §3.8.1.5", &[Text], PROSE),
    entry("DTEND", "RFC 5545 §3.8.2.2", &[DateTime, Date], &["TZID"]),
    entry("DTSTAMP", "RFC 5545 §3.8.7.2", &[DateTime], &[]).bounds(Bounds::Utc),
    entry("DTSTART", "RFC 5545 §3.8.2.4", &[DateTime, Date], &["TZID"]),
    entry("DUE", "RFC 5545 §3.8.2.3", &[DateTime, Date], &["TZID"]),
    entry("DURATION", "RFC 5545 §3.8.2.5", &[Duration], &[]).bounds(Bounds::Length),
    entry("EXDATE", "RFC 5545 §3.8.5.1", &[DateTime, Date], &["TZID"]).shape(Shape::List),
    entry("EXRULE", "RFC 2445 §4.8.5.2", &[Recur], &[]),
    entry("FREEBUSY", "RFC 5545 §3.8.2.6", &[Period], &["FBTYPE"]).shape(Shape::List).bounds(Bounds::Utc),
    entry("GEO", "RFC 5545 §3.8.1.6", &[Float], &[]).shape(Shape::Geo),
    entry("IMAGE", "RFC 7986 §5.10", &[Uri, Binary], &["ALTREP", "DISPLAY", "ENCODING", "FMTTYPE"]).says_type(),
    entry("LAST-MODIFIED", "RFC 5545 §3.8.7.3", &[DateTime], &[]).bounds(Bounds::Utc),
    entry("LINK", "RFC 9253 §8.2", &[Uri, Uid, XmlReference], &["FMTTYPE", "LABEL", "LANGUAGE", "LINKREL"])
        .says_type().needs(&["LINKREL"]),
    entry("LOCATION", "RFC 5545 §3.8.1.7", &[Text], PROSE),
    entry("LOCATION-TYPE", "RFC 9073 §6.1", &[Text], &[]).shape(Shape::List),
    entry("METHOD", "RFC 5545 §3.7.2", &[Text], &[]).bounds(Bounds::Token),
    entry("NAME", "RFC 7986 §5.1", &[Text], PROSE),
    entry("ORGANIZER", "RFC 5545 §3.8.4.3", &[CalAddress], ORGANIZER),
    entry("PARTICIPANT-TYPE", "RFC 9073 §6.2", &[Text], &[]).bounds(Bounds::Token),
    entry("PERCENT-COMPLETE", "RFC 5545 §3.8.1.8", &[Integer], &[]).bounds(Bounds::Numbers(0, 100)),
    entry("PRIORITY", "RFC 5545 §3.8.1.9", &[Integer], &[]).bounds(Bounds::Numbers(0, 9)),
    entry("PRODID", "RFC 5545 §3.7.3", &[Text], &[]),
    entry("PROXIMITY", "RFC 9074 §8.1", &[Text], &[]).bounds(Bounds::Token),
    entry("RDATE", "RFC 5545 §3.8.5.2", &[DateTime, Date, Period], &["TZID"]).shape(Shape::List),
    entry("RECURRENCE-ID", "RFC 5545 §3.8.4.4", &[DateTime, Date], &["RANGE", "TZID"]),
    entry("REFID", "RFC 9253 §8.3", &[Text], &[]),
    entry("REFRESH-INTERVAL", "RFC 7986 §5.7", &[Duration], &[]).says_type().bounds(Bounds::Length),
    entry("RELATED-TO", "RFC 9253 §9.1", &[Text, Uid, Uri], &["GAP", "RELTYPE"]),
    entry("REPEAT", "RFC 5545 §3.8.6.2", &[Integer], &[]).bounds(Bounds::Numbers(0, i32::MAX)),
    entry("REQUEST-STATUS", "RFC 5545 §3.8.8.3", &[Text], &["LANGUAGE"]).shape(Shape::RequestStatus),
    entry("RESOURCE-TYPE", "RFC 9073 §6.3", &[Text], &[]).bounds(Bounds::Token),
    entry("RESOURCES", "RFC 5545 §3.8.1.10", &[Text], PROSE).shape(Shape::List),
    entry("RRULE", "RFC 5545 §3.8.5.3", &[Recur], &[]),
    entry("SEQUENCE", "RFC 5545 §3.8.7.4", &[Integer], &[]).bounds(Bounds::Numbers(0, i32::MAX)),
    entry("SOURCE", "RFC 7986 §5.8", &[Uri], &[]).says_type(),
    // Which values it may have is told by its component.
    entry("STATUS", "RFC 5545 §3.8.1.11", &[Text], &[]),
    // The grammar has TEXT without VALUE, though the prose has no default.
    entry("STRUCTURED-DATA", "RFC 9073 §6.6", &[Text, Binary, Uri], &["ENCODING", "FMTTYPE", "SCHEMA"]),
    entry("STYLED-DESCRIPTION", "RFC 9073 §6.5", &[Text, Uri], &["ALTREP", "FMTTYPE", "LANGUAGE"]).says_type(),
    entry("SUMMARY", "RFC 5545 §3.8.1.12", &[Text], PROSE),
    entry("TRANSP", "RFC 5545 §3.8.2.7", &[Text], &[]).bounds(Bounds::OneOf(&["OPAQUE", "TRANSPARENT"])),
    // A time is in UTC (§3.8.6.3); a length may be negative.
    entry("TRIGGER", "RFC 5545 §3.8.6.3", &[Duration, DateTime], &["RELATED"]).bounds(Bounds::Utc),
    entry("TZID", "RFC 5545 §3.8.3.1", &[Text], &[]),
    entry("TZID-ALIAS-OF", "RFC 7808 §7.2", &[Text], &[]),
    entry("TZNAME", "RFC 5545 §3.8.3.2", &[Text], &["LANGUAGE"]),
    entry("TZOFFSETFROM", "RFC 5545 §3.8.3.3", &[UtcOffset], &[]),
    entry("TZOFFSETTO", "RFC 5545 §3.8.3.4", &[UtcOffset], &[]),
    entry("TZUNTIL", "RFC 7808 §7.1", &[DateTime], &[]).bounds(Bounds::Utc),
    entry("TZURL", "RFC 5545 §3.8.3.5", &[Uri], &[]),
    entry("UID", "RFC 5545 §3.8.4.7", &[Text], &[]),
    entry("URL", "RFC 5545 §3.8.4.6", &[Uri], &[]),
    entry("VERSION", "RFC 5545 §3.7.4", &[Text], &[]),
];
