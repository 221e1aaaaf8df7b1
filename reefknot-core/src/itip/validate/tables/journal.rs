//! What each method allows in a VJOURNAL (RFC 5546 §3.5).

use super::{Presence, Rows, Table};

/// METHOD:PUBLISH of a VJOURNAL (RFC 5546 §3.5.1).
pub(super) static PUBLISH: Table = Table {
    section: "RFC 5546 §3.5.1",
    components: Presence::OneOrMore,
    same_uid: false,
    sequence_above_zero: false,
    status: &["CANCELLED", "DRAFT", "FINAL"],
    alarms: Presence::Any,
    timezones: Presence::Any,
    properties: Rows {
        one: &["DESCRIPTION", "DTSTAMP", "DTSTART", "ORGANIZER", "UID"],
        one_or_more: &[],
        at_most_one: &[
            "CLASS",
            "CREATED",
            "LAST-MODIFIED",
            "RECURRENCE-ID",
            "RRULE",
            "SEQUENCE",
            "STATUS",
            "SUMMARY",
            "URL",
        ],
        none: &["ATTENDEE", "REQUEST-STATUS"],
    },
};

/// METHOD:ADD of a VJOURNAL (RFC 5546 §3.5.2).
pub(super) static ADD: Table = Table {
    section: "RFC 5546 §3.5.2",
    components: Presence::One,
    same_uid: false,
    sequence_above_zero: true,
    status: &["CANCELLED", "DRAFT", "FINAL"],
    alarms: Presence::Any,
    timezones: Presence::AtMostOne,
    properties: Rows {
        one: &["DESCRIPTION", "DTSTAMP", "DTSTART", "ORGANIZER", "SEQUENCE", "UID"],
        one_or_more: &[],
        at_most_one: &["CLASS", "CREATED", "LAST-MODIFIED", "STATUS", "SUMMARY", "URL"],
        none: &["ATTENDEE", "EXDATE", "RDATE", "RECURRENCE-ID", "REQUEST-STATUS", "RRULE"],
    },
};

/// METHOD:CANCEL of a VJOURNAL (RFC 5546 §3.5.3).
pub(super) static CANCEL: Table = Table {
    section: "RFC 5546 §3.5.3",
    components: Presence::OneOrMore,
    same_uid: true,
    sequence_above_zero: false,
    status: &["CANCELLED"],
    alarms: Presence::Absent,
    timezones: Presence::Any,
    properties: Rows {
        one: &["DTSTAMP", "ORGANIZER", "SEQUENCE", "UID"],
        one_or_more: &[],
        at_most_one: &[
            "CLASS",
            "CREATED",
            "DESCRIPTION",
            "DTSTART",
            "LAST-MODIFIED",
            "RECURRENCE-ID",
            "RRULE",
            "STATUS",
            "SUMMARY",
            "URL",
        ],
        none: &["ATTENDEE", "REQUEST-STATUS"],
    },
};
