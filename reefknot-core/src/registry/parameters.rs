//! The parameters: what values each has (RFC 5545 §3.2 and its extensions).

/// What the standards say of one parameter.
#[derive(Debug)]
pub(crate) struct ParamEntry {
    pub(crate) name: &'static str,
    /// Where it is defined.
    pub(crate) section: &'static str,
    pub(crate) form: ParamForm,
    /// Whether it may have several values.
    pub(crate) list: bool,
    /// Whether every property may have it.
    pub(crate) everywhere: bool,
}

/// The form of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParamForm {
    /// Any text.
    Text,
    /// A calendar address in quotes.
    CalAddress,
    /// A URI in quotes.
    Uri,
    /// TRUE or FALSE.
    Boolean,
    /// A whole number from this one on.
    Integer(i32),
    /// A DURATION.
    Duration,
    /// One of these names.
    OneOf(&'static [&'static str]),
    /// A name of letters, digits and hyphens: a registry holds the known ones.
    Token,
    /// A media type (RFC 4288 §4.2).
    MediaType,
    /// A language tag (RFC 5646).
    Language,
    /// A relation type (RFC 5545 §3.2.15).
    RelationType,
    /// A link relation: a registered name, or a URI in quotes (RFC 9253 §6.1).
    LinkRelation,
}

const fn entry(name: &'static str, section: &'static str, form: ParamForm) -> ParamEntry {
    ParamEntry { name, section, form, list: false, everywhere: false }
}

impl ParamEntry {
    const fn list(self) -> Self {
        Self { list: true, ..self }
    }

    const fn everywhere(self) -> Self {
        Self { everywhere: true, ..self }
    }
}

/// The row of a parameter, unless it is an extension.
pub(crate) fn parameter(name: &str) -> Option<&'static ParamEntry> {
    PARAMETERS.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
}

#[rustfmt::skip]
pub(super) static PARAMETERS: &[ParamEntry] = &[
    entry("ALTREP", "RFC 5545 §3.2.1", ParamForm::Uri),
    entry("CN", "RFC 5545 §3.2.2", ParamForm::Text),
    entry("CUTYPE", "RFC 5545 §3.2.3", ParamForm::Token),
    entry("DELEGATED-FROM", "RFC 5545 §3.2.4", ParamForm::CalAddress).list(),
    entry("DELEGATED-TO", "RFC 5545 §3.2.5", ParamForm::CalAddress).list(),
    entry("DERIVED", "RFC 9073 §5.3", ParamForm::Boolean).everywhere(),
    entry("DIR", "RFC 5545 §3.2.6", ParamForm::Uri),
    entry("DISPLAY", "RFC 7986 §6.1", ParamForm::Token).list(),
    entry("EMAIL", "RFC 7986 §6.2", ParamForm::Text),
    entry("ENCODING", "RFC 5545 §3.2.7", ParamForm::OneOf(&["8BIT", "BASE64"])),
    entry("FBTYPE", "RFC 5545 §3.2.9", ParamForm::Token),
    entry("FEATURE", "RFC 7986 §6.3", ParamForm::Token).list(),
    entry("FILENAME", "RFC 8607 §4.2", ParamForm::Text),
    entry("FMTTYPE", "RFC 5545 §3.2.8", ParamForm::MediaType),
    entry("GAP", "RFC 9253 §6.2", ParamForm::Duration),
    entry("LABEL", "RFC 7986 §6.4", ParamForm::Text),
    entry("LANGUAGE", "RFC 5545 §3.2.10", ParamForm::Language),
    entry("LINKREL", "RFC 9253 §6.1", ParamForm::LinkRelation),
    entry("MANAGED-ID", "RFC 8607 §4.3", ParamForm::Text),
    entry("MEMBER", "RFC 5545 §3.2.11", ParamForm::CalAddress).list(),
    entry("ORDER", "RFC 9073 §5.1", ParamForm::Integer(1)).everywhere(),
    entry("PARTSTAT", "RFC 5545 §3.2.12", ParamForm::Token),
    entry("RANGE", "RFC 5545 §3.2.13", ParamForm::OneOf(&["THISANDFUTURE"])),
    entry("RELATED", "RFC 5545 §3.2.14", ParamForm::OneOf(&["START", "END"])),
    entry("RELTYPE", "RFC 5545 §3.2.15", ParamForm::RelationType),
    entry("ROLE", "RFC 5545 §3.2.16", ParamForm::Token),
    entry("RSVP", "RFC 5545 §3.2.17", ParamForm::Boolean),
    entry("SCHEDULE-AGENT", "RFC 6638 §7.1", ParamForm::Token),
    entry("SCHEDULE-FORCE-SEND", "RFC 6638 §7.2", ParamForm::Token),
    entry("SCHEDULE-STATUS", "RFC 6638 §7.3", ParamForm::Text).list(),
    entry("SCHEMA", "RFC 9073 §5.2", ParamForm::Uri),
    entry("SENT-BY", "RFC 5545 §3.2.18", ParamForm::CalAddress),
    entry("SIZE", "RFC 8607 §4.1", ParamForm::Integer(0)),
    entry("TZID", "RFC 5545 §3.2.19", ParamForm::Text),
    entry("VALUE", "RFC 5545 §3.2.20", ParamForm::Token).everywhere(),
];
