//! What is the same for all methods (RFC 5546 §3.1).

use super::Rows;

/// VCALENDAR (RFC 5546 §3.1.1), with the METHOD that every table of a method asks for.
pub(in super::super) static CALENDAR: Rows =
    Rows { one: &["METHOD", "PRODID", "VERSION"], one_or_more: &[], at_most_one: &["CALSCALE"], none: &[] };

/// VTIMEZONE (RFC 5546 §3.1.2).
pub(in super::super) static TIMEZONE: Rows =
    Rows { one: &["TZID"], one_or_more: &[], at_most_one: &["LAST-MODIFIED", "TZURL"], none: &[] };

/// STANDARD (RFC 5546 §3.1.2).
pub(in super::super) static STANDARD: Rows = Rows {
    one: &["DTSTART", "TZOFFSETFROM", "TZOFFSETTO"],
    one_or_more: &[],
    at_most_one: &["RRULE"],
    none: &[],
};

/// DAYLIGHT (RFC 5546 §3.1.2): as STANDARD, but RDATE and RRULE may stand together.
pub(in super::super) static DAYLIGHT: Rows = Rows {
    one: &["DTSTART", "TZOFFSETFROM", "TZOFFSETTO"],
    one_or_more: &[],
    at_most_one: &["RRULE"],
    none: &[],
};

/// VALARM (RFC 5546 §3.1.3).
pub(in super::super) static ALARM: Rows = Rows {
    one: &["ACTION", "TRIGGER"],
    one_or_more: &[],
    at_most_one: &["DESCRIPTION", "DURATION", "REPEAT", "SUMMARY"],
    none: &[],
};
