//! What each method allows in a VFREEBUSY (RFC 5546 §3.3).

use super::{Presence, Rows, Table};

/// METHOD:PUBLISH of a VFREEBUSY (RFC 5546 §3.3.1).
pub(super) static PUBLISH: Table = Table {
    section: "RFC 5546 §3.3.1",
    components: Presence::OneOrMore,
    same_uid: false,
    sequence_above_zero: false,
    status: &[],
    alarms: Presence::Absent,
    timezones: Presence::Absent,
    properties: Rows {
        one: &["DTEND", "DTSTAMP", "DTSTART", "ORGANIZER", "UID"],
        one_or_more: &[],
        at_most_one: &["CONTACT", "URL"],
        none: &["ATTENDEE", "DURATION", "REQUEST-STATUS"],
    },
};

/// METHOD:REQUEST of a VFREEBUSY (RFC 5546 §3.3.2).
pub(super) static REQUEST: Table = Table {
    section: "RFC 5546 §3.3.2",
    components: Presence::One,
    same_uid: false,
    sequence_above_zero: false,
    status: &[],
    alarms: Presence::Absent,
    timezones: Presence::Absent,
    properties: Rows {
        one: &["DTEND", "DTSTAMP", "DTSTART", "ORGANIZER", "UID"],
        one_or_more: &["ATTENDEE"],
        at_most_one: &["CONTACT"],
        none: &["DURATION", "FREEBUSY", "REQUEST-STATUS", "URL"],
    },
};

/// METHOD:REPLY of a VFREEBUSY (RFC 5546 §3.3.3).
pub(super) static REPLY: Table = Table {
    section: "RFC 5546 §3.3.3",
    components: Presence::One,
    same_uid: false,
    sequence_above_zero: false,
    status: &[],
    alarms: Presence::Absent,
    timezones: Presence::Absent,
    properties: Rows {
        one: &["ATTENDEE", "DTEND", "DTSTAMP", "DTSTART", "ORGANIZER", "UID"],
        one_or_more: &[],
        at_most_one: &["CONTACT", "URL"],
        none: &["DURATION", "SEQUENCE"],
    },
};
