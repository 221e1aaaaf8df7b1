//! The rules, each with a name that does not change and how much weight it has.

use std::fmt;

use serde::{Serialize, Serializer};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The standard says SHOULD, or does not know a name: others may read it otherwise than meant.
    Warning,
    /// The standard says MUST: others may refuse it.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

macro_rules! codes {
    ($($variant:ident = $name:literal, $severity:ident, $what:literal;)*) => {
        /// A rule that a finding is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $what] $variant,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name that does not change, such as `property-missing`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// How much it weighs.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)*
                }
            }
        }
    };
}

codes! {
    // RFC 5545 §3.1: the file and its lines
    ByteOrderMark = "byte-order-mark", Error, "The file begins with a byte order mark.";
    Charset = "charset", Error, "A line is not UTF-8.";
    LineEnd = "line-end", Error, "A line does not end in CR LF.";
    BlankLine = "blank-line", Error, "A line is empty.";
    LineTooLong = "line-too-long", Warning, "A line is longer than 75 octets.";
    ControlCharacter = "control-character", Error, "A line holds a control character.";
    Unreadable = "unreadable", Error, "A line is not read as it was meant.";
    // RFC 5545 §3.4, §3.6: components
    NoCalendar = "no-calendar", Error, "There is no calendar.";
    ComponentName = "component-name", Error, "A component's name is not a name.";
    ComponentUnknown = "component-unknown", Warning, "A component's name is in no standard and does not begin with X-.";
    ComponentMisplaced = "component-misplaced", Error, "A component stands where it must not.";
    ComponentMissing = "component-missing", Error, "A component lacks one inside.";
    ComponentRepeated = "component-repeated", Error, "Two components have one UID and RECURRENCE-ID.";
    TimezoneRepeated = "timezone-repeated", Error, "Two VTIMEZONEs have one TZID.";
    TimezoneContradiction = "timezone-contradiction", Warning, "A VTIMEZONE tells other times than the IANA zone of its name.";
    TimezoneMissing = "timezone-missing", Error, "A TZID has no VTIMEZONE.";
    // RFC 5545 §3.6–3.8: properties
    PropertyName = "property-name", Error, "A property's name is not a name.";
    PropertyUnknown = "property-unknown", Warning, "A property's name is in no standard and does not begin with X-.";
    PropertyMissing = "property-missing", Error, "A component lacks a property.";
    PropertyMisplaced = "property-misplaced", Error, "A component has a property that it must not have.";
    PropertyTooMany = "property-too-many", Error, "A component has a property too often.";
    PropertiesExclusive = "properties-exclusive", Error, "Two properties stand together that must not.";
    RuleRepeated = "rule-repeated", Warning, "A component has more than one RRULE.";
    Deprecated = "deprecated", Warning, "Something is no longer part of the standard.";
    OrganizerMissing = "organizer-missing", Error, "There are attendees and no organizer.";
    // RFC 5545 §3.2: parameters
    ParamName = "param-name", Error, "A parameter's name is not a name.";
    ParamUnknown = "param-unknown", Warning, "A parameter's name is in no standard and does not begin with X-.";
    ParamNoValue = "param-no-value", Error, "A parameter has no value.";
    ParamRepeated = "param-repeated", Error, "A property has a parameter twice.";
    ParamMissing = "param-missing", Error, "A property lacks a parameter.";
    ParamMisplaced = "param-misplaced", Warning, "A property has a parameter made for others.";
    ParamQuote = "param-quote", Error, "A quote stands inside a parameter's value.";
    ParamNotQuoted = "param-not-quoted", Error, "A parameter's value is not in quotes.";
    ParamValue = "param-value", Error, "A parameter's value is not one that it may have.";
    // RFC 5545 §3.3: values
    ValueType = "value-type", Error, "VALUE names a type that the property cannot have.";
    ValueTypeMissing = "value-type-missing", Error, "VALUE is missing where there is no default.";
    ValueEmpty = "value-empty", Error, "A value that identifies something is empty.";
    ValueNotAllowed = "value-not-allowed", Error, "A value is not one that the property may have.";
    Binary = "binary", Error, "A value is not BINARY, or lacks ENCODING=BASE64.";
    Boolean = "boolean", Error, "A value is not a BOOLEAN.";
    CalAddress = "cal-address", Error, "A value is not a CAL-ADDRESS.";
    Color = "color", Error, "A value is not the name of a color.";
    DateTime = "date-time", Error, "A value is not the DATE or DATE-TIME that it should be.";
    Duration = "duration", Error, "A value is not a DURATION.";
    Float = "float", Error, "A value is not a FLOAT.";
    Geo = "geo", Error, "A value is not a place.";
    Integer = "integer", Error, "A value is not an INTEGER within its bounds.";
    Period = "period", Error, "A value is not a PERIOD.";
    Recur = "recur", Error, "A value is not a RECUR.";
    RequestStatus = "request-status", Error, "A value is not a status.";
    TextEscape = "text-escape", Error, "A TEXT is not escaped.";
    Time = "time", Error, "A value is not a TIME.";
    Uri = "uri", Error, "A value is not a URI.";
    UtcOffset = "utc-offset", Error, "A value is not a UTC-OFFSET.";
    Version = "version", Error, "VERSION is not 2.0.";
    // RFC 5545 §3.8: how properties fit together
    NotUtc = "not-utc", Error, "A time is not in UTC.";
    NotLocal = "not-local", Error, "A time is not local.";
    NotZoned = "not-zoned", Error, "A time has neither a zone nor UTC.";
    TzidNotAllowed = "tzid-not-allowed", Error, "A TZID stands beside a date or a time in UTC.";
    StartMissing = "start-missing", Error, "DTSTART is missing beside a rule or a length.";
    EndType = "end-type", Error, "The end is not of the kind that the start is.";
    EndBeforeStart = "end-before-start", Error, "The end is not after the start.";
    DurationType = "duration-type", Error, "A length is not in days where the start is a date.";
    UntilType = "until-type", Error, "UNTIL is not of the kind that the start asks for.";
    RuleParts = "rule-parts", Error, "Parts of a rule stand together that must not.";
    StartNotInRule = "start-not-in-rule", Warning, "The start is no instance of the rule.";
    RecurrenceDateType = "recurrence-date-type", Warning, "An RDATE or EXDATE is not of the kind that the start is.";
    RecurrenceIdType = "recurrence-id-type", Error, "A RECURRENCE-ID is not of the kind that the start of the series is.";
    Trigger = "trigger", Error, "An alarm's trigger has nothing to refer to.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
