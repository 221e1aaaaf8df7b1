//! Which component stands where, and with which properties (RFC 5545 §3.6, and its extensions).

/// What RFC 5545 and its extensions say of one component.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) name: &'static str,
    pub(super) section: &'static str,
    /// The components it may be inside; none for the outermost.
    pub(super) inside: &'static [&'static str],
    /// Exactly once.
    pub(super) one: &'static [&'static str],
    /// At most once.
    pub(super) at_most_one: &'static [&'static str],
    /// Any number of times.
    pub(super) any: &'static [&'static str],
}

static RULES: [Rules; 11] = [
    Rules {
        name: "VCALENDAR",
        section: "RFC 5545 §3.6",
        inside: &[],
        one: &["PRODID", "VERSION"],
        // From COLOR on by RFC 7986 §4.
        at_most_one: &[
            "CALSCALE",
            "METHOD",
            "COLOR",
            "LAST-MODIFIED",
            "REFRESH-INTERVAL",
            "SOURCE",
            "UID",
            "URL",
        ],
        any: &["CATEGORIES", "DESCRIPTION", "IMAGE", "NAME"],
    },
    Rules {
        name: "VEVENT",
        section: "RFC 5545 §3.6.1",
        inside: &["VCALENDAR"],
        one: &["DTSTAMP", "UID"],
        at_most_one: &[
            "CLASS",
            "COLOR",
            "CREATED",
            "DESCRIPTION",
            "DTEND",
            "DTSTART",
            "DURATION",
            "GEO",
            "LAST-MODIFIED",
            "LOCATION",
            "ORGANIZER",
            "PRIORITY",
            "RECURRENCE-ID",
            "RRULE",
            "SEQUENCE",
            "STATUS",
            "SUMMARY",
            "TRANSP",
            "URL",
        ],
        any: &[
            "ATTACH",
            "ATTENDEE",
            "CATEGORIES",
            "COMMENT",
            "CONFERENCE",
            "CONTACT",
            "EXDATE",
            "IMAGE",
            "RDATE",
            "RELATED-TO",
            "REQUEST-STATUS",
            "RESOURCES",
        ],
    },
    Rules {
        name: "VTODO",
        section: "RFC 5545 §3.6.2",
        inside: &["VCALENDAR"],
        one: &["DTSTAMP", "UID"],
        at_most_one: &[
            "CLASS",
            "COLOR",
            "COMPLETED",
            "CREATED",
            "DESCRIPTION",
            "DTSTART",
            "DUE",
            "DURATION",
            "GEO",
            "LAST-MODIFIED",
            "LOCATION",
            "ORGANIZER",
            "PERCENT-COMPLETE",
            "PRIORITY",
            "RECURRENCE-ID",
            "RRULE",
            "SEQUENCE",
            "STATUS",
            "SUMMARY",
            "URL",
        ],
        any: &[
            "ATTACH",
            "ATTENDEE",
            "CATEGORIES",
            "COMMENT",
            "CONFERENCE",
            "CONTACT",
            "EXDATE",
            "IMAGE",
            "RDATE",
            "RELATED-TO",
            "REQUEST-STATUS",
            "RESOURCES",
        ],
    },
    Rules {
        name: "VJOURNAL",
        section: "RFC 5545 §3.6.3",
        inside: &["VCALENDAR"],
        one: &["DTSTAMP", "UID"],
        at_most_one: &[
            "CLASS",
            "COLOR",
            "CREATED",
            "DTSTART",
            "LAST-MODIFIED",
            "ORGANIZER",
            "RECURRENCE-ID",
            "RRULE",
            "SEQUENCE",
            "STATUS",
            "SUMMARY",
            "URL",
        ],
        any: &[
            "ATTACH",
            "ATTENDEE",
            "CATEGORIES",
            "COMMENT",
            "CONTACT",
            "DESCRIPTION",
            "EXDATE",
            "IMAGE",
            "RDATE",
            "RELATED-TO",
            "REQUEST-STATUS",
        ],
    },
    Rules {
        name: "VFREEBUSY",
        section: "RFC 5545 §3.6.4",
        inside: &["VCALENDAR"],
        one: &["DTSTAMP", "UID"],
        at_most_one: &["CONTACT", "DTEND", "DTSTART", "ORGANIZER", "URL"],
        any: &["ATTENDEE", "COMMENT", "FREEBUSY", "REQUEST-STATUS"],
    },
    Rules {
        name: "VTIMEZONE",
        section: "RFC 5545 §3.6.5",
        inside: &["VCALENDAR"],
        one: &["TZID"],
        at_most_one: &["LAST-MODIFIED", "TZURL"],
        any: &[],
    },
    Rules {
        name: "STANDARD",
        section: "RFC 5545 §3.6.5",
        inside: &["VTIMEZONE"],
        one: &["DTSTART", "TZOFFSETFROM", "TZOFFSETTO"],
        at_most_one: &["RRULE"],
        any: &["COMMENT", "RDATE", "TZNAME"],
    },
    Rules {
        name: "DAYLIGHT",
        section: "RFC 5545 §3.6.5",
        inside: &["VTIMEZONE"],
        one: &["DTSTART", "TZOFFSETFROM", "TZOFFSETTO"],
        at_most_one: &["RRULE"],
        any: &["COMMENT", "RDATE", "TZNAME"],
    },
    Rules {
        name: "VALARM",
        section: "RFC 5545 §3.6.6",
        inside: &["VEVENT", "VTODO"],
        one: &["ACTION", "TRIGGER"],
        // ACKNOWLEDGED, PROXIMITY, RELATED-TO and UID by RFC 9074.
        at_most_one: &["ACKNOWLEDGED", "DESCRIPTION", "DURATION", "PROXIMITY", "REPEAT", "SUMMARY", "UID"],
        any: &["ATTACH", "ATTENDEE", "RELATED-TO"],
    },
    Rules {
        name: "VAVAILABILITY",
        section: "RFC 7953 §3.1",
        inside: &["VCALENDAR"],
        one: &["DTSTAMP", "UID"],
        at_most_one: &[
            "BUSYTYPE",
            "CLASS",
            "CREATED",
            "DESCRIPTION",
            "DTEND",
            "DTSTART",
            "DURATION",
            "LAST-MODIFIED",
            "LOCATION",
            "ORGANIZER",
            "PRIORITY",
            "SEQUENCE",
            "SUMMARY",
            "URL",
        ],
        any: &["CATEGORIES", "COMMENT", "CONTACT"],
    },
    Rules {
        name: "AVAILABLE",
        section: "RFC 7953 §3.1",
        inside: &["VAVAILABILITY"],
        one: &["DTSTAMP", "DTSTART", "UID"],
        at_most_one: &[
            "CREATED",
            "DESCRIPTION",
            "DTEND",
            "DURATION",
            "LAST-MODIFIED",
            "LOCATION",
            "RECURRENCE-ID",
            "RRULE",
            "SUMMARY",
        ],
        any: &["CATEGORIES", "COMMENT", "CONTACT", "EXDATE", "RDATE"],
    },
];

impl Rules {
    /// The rules of a component, unless it is an extension.
    pub(super) fn of(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rules| rules.name.eq_ignore_ascii_case(name))
    }

    /// Whether the component may have the property at all.
    pub(super) fn allows(&self, property: &str) -> bool {
        [self.one, self.at_most_one, self.any].iter().any(|names| has(names, property))
    }

    /// Whether the component may have the property only once.
    pub(super) fn once(&self, property: &str) -> bool {
        has(self.one, property) || has(self.at_most_one, property)
    }
}

/// Whether some component may have the property: one of a name that no extension can give another meaning.
pub(super) fn is_known(property: &str) -> bool {
    RULES.iter().any(|rules| rules.allows(property))
}

fn has(names: &[&str], property: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(property))
}
