//! The components: which stands where, and with which properties.

/// What the standards say of one component.
#[derive(Debug)]
pub(crate) struct ComponentEntry {
    pub(crate) name: &'static str,
    /// Where it is defined.
    pub(crate) section: &'static str,
    /// The components it may be inside; none for the outermost.
    pub(crate) inside: &'static [&'static str],
    /// Exactly once.
    pub(crate) one: &'static [&'static str],
    /// At most once.
    pub(crate) at_most_one: &'static [&'static str],
    /// Any number of times.
    pub(crate) any: &'static [&'static str],
}

/// What every component may have any number of times (RFC 9253 §8).
pub(super) const EVERYWHERE: &[&str] = &["CONCEPT", "LINK", "REFID"];
/// The components that RFC 9073 §4 puts participants, places and resources into.
const DESCRIBED: &[&str] = &["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"];

pub(super) static COMPONENTS: [ComponentEntry; 14] = [
    ComponentEntry {
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
    ComponentEntry {
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
            "STRUCTURED-DATA",
            "STYLED-DESCRIPTION",
        ],
    },
    ComponentEntry {
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
            "STRUCTURED-DATA",
            "STYLED-DESCRIPTION",
        ],
    },
    ComponentEntry {
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
            "STRUCTURED-DATA",
            "STYLED-DESCRIPTION",
        ],
    },
    ComponentEntry {
        name: "VFREEBUSY",
        section: "RFC 5545 §3.6.4",
        inside: &["VCALENDAR"],
        one: &["DTSTAMP", "UID"],
        at_most_one: &["CONTACT", "DTEND", "DTSTART", "ORGANIZER", "URL"],
        any: &["ATTENDEE", "COMMENT", "FREEBUSY", "REQUEST-STATUS", "STRUCTURED-DATA", "STYLED-DESCRIPTION"],
    },
    ComponentEntry {
        name: "VTIMEZONE",
        section: "RFC 5545 §3.6.5",
        inside: &["VCALENDAR"],
        one: &["TZID"],
        // TZUNTIL and TZID-ALIAS-OF by RFC 7808 §7.
        at_most_one: &["LAST-MODIFIED", "TZUNTIL", "TZURL"],
        any: &["TZID-ALIAS-OF"],
    },
    ComponentEntry {
        name: "STANDARD",
        section: "RFC 5545 §3.6.5",
        inside: &["VTIMEZONE"],
        one: &["DTSTART", "TZOFFSETFROM", "TZOFFSETTO"],
        at_most_one: &["RRULE"],
        any: &["COMMENT", "RDATE", "TZNAME"],
    },
    ComponentEntry {
        name: "DAYLIGHT",
        section: "RFC 5545 §3.6.5",
        inside: &["VTIMEZONE"],
        one: &["DTSTART", "TZOFFSETFROM", "TZOFFSETTO"],
        at_most_one: &["RRULE"],
        any: &["COMMENT", "RDATE", "TZNAME"],
    },
    ComponentEntry {
        name: "VALARM",
        section: "RFC 5545 §3.6.6",
        inside: &["VEVENT", "VTODO"],
        one: &["ACTION", "TRIGGER"],
        // ACKNOWLEDGED, PROXIMITY, RELATED-TO and UID by RFC 9074.
        at_most_one: &["ACKNOWLEDGED", "DESCRIPTION", "DURATION", "PROXIMITY", "REPEAT", "SUMMARY", "UID"],
        any: &["ATTACH", "ATTENDEE", "RELATED-TO", "STYLED-DESCRIPTION"],
    },
    ComponentEntry {
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
    ComponentEntry {
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
    ComponentEntry {
        name: "PARTICIPANT",
        section: "RFC 9073 §7.1",
        inside: DESCRIBED,
        one: &["PARTICIPANT-TYPE", "UID"],
        at_most_one: &[
            "CALENDAR-ADDRESS",
            "CREATED",
            "DESCRIPTION",
            "DTSTAMP",
            "GEO",
            "LAST-MODIFIED",
            "PRIORITY",
            "SEQUENCE",
            "STATUS",
            "SUMMARY",
            "URL",
        ],
        any: &[
            "ATTACH",
            "CATEGORIES",
            "COMMENT",
            "CONTACT",
            "LOCATION",
            "RELATED-TO",
            "REQUEST-STATUS",
            "RESOURCES",
            "STRUCTURED-DATA",
            "STYLED-DESCRIPTION",
        ],
    },
    ComponentEntry {
        name: "VLOCATION",
        section: "RFC 9073 §7.2",
        // In VALARM by RFC 9074 §8.
        inside: &["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "PARTICIPANT", "VALARM"],
        one: &["UID"],
        // URL by erratum 7381.
        at_most_one: &["DESCRIPTION", "GEO", "LOCATION-TYPE", "NAME", "URL"],
        any: &["STRUCTURED-DATA"],
    },
    ComponentEntry {
        name: "VRESOURCE",
        section: "RFC 9073 §7.3",
        inside: &["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "PARTICIPANT"],
        one: &["UID"],
        at_most_one: &["DESCRIPTION", "GEO", "NAME", "RESOURCE-TYPE"],
        any: &["STRUCTURED-DATA"],
    },
];

/// The row of a component, unless it is an extension.
pub(crate) fn component(name: &str) -> Option<&'static ComponentEntry> {
    COMPONENTS.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
}

/// The values of STATUS that a component may have (RFC 5545 §3.8.1.11); none where it has no STATUS of its own.
pub(crate) fn status_values(component: &str) -> &'static [&'static str] {
    match component {
        "VEVENT" => &["CANCELLED", "CONFIRMED", "TENTATIVE"],
        "VTODO" => &["CANCELLED", "COMPLETED", "IN-PROCESS", "NEEDS-ACTION"],
        "VJOURNAL" => &["CANCELLED", "DRAFT", "FINAL"],
        _ => &[],
    }
}

impl ComponentEntry {
    /// Whether the component may have the property at all.
    pub(crate) fn allows(&self, property: &str) -> bool {
        [self.one, self.at_most_one, self.any, EVERYWHERE].iter().any(|names| has(names, property))
    }

    /// Whether the component may have the property only once.
    pub(crate) fn once(&self, property: &str) -> bool {
        has(self.one, property) || has(self.at_most_one, property)
    }
}

fn has(names: &[&str], property: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(property))
}
