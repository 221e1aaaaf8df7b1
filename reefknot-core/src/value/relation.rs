//! How components and links relate: the values of RELTYPE and LINKREL
//! (RFC 5545 §3.2.15, RFC 9074 §7.1, RFC 9253 §4–6.1, RFC 8288).

use super::Uri;
use super::scan::{serde_as_text, shown};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// What the component that RELATED-TO names is to this one.
///
/// ```
/// use reefknot_core::value::RelationType;
/// assert_eq!("finishtostart".parse::<RelationType>()?, RelationType::FinishToStart);
/// assert_eq!("X-Copy".parse::<RelationType>()?.to_string(), "X-Copy");
/// assert_eq!(RelationType::default(), RelationType::Parent);
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum RelationType {
    /// PARENT, the default: that one is above this one.
    #[default]
    Parent,
    /// CHILD: that one is below this one.
    Child,
    /// SIBLING: both are on one level.
    Sibling,
    /// SNOOZE: that alarm is put off by this one.
    Snooze,
    /// FINISHTOSTART: this one starts when that one is finished.
    FinishToStart,
    /// FINISHTOFINISH: both finish together.
    FinishToFinish,
    /// STARTTOFINISH: that one starts when this one is finished.
    StartToFinish,
    /// STARTTOSTART: both start together.
    StartToStart,
    /// FIRST: that one is the first of a series of components.
    First,
    /// NEXT: that one follows this one in a series of components.
    Next,
    /// DEPENDS-ON: this one depends on that one.
    DependsOn,
    /// REFID: that one is any with the given REFID.
    RefId,
    /// CONCEPT: that one is any with the given CONCEPT.
    Concept,
    /// Any other, as written; readers treat it as PARENT (RFC 5545 §3.2.15).
    Other(Box<str>),
}

impl RelationType {
    /// The types that a standard knows, with their names.
    const NAMES: [(&'static str, Self); 13] = [
        ("PARENT", Self::Parent),
        ("CHILD", Self::Child),
        ("SIBLING", Self::Sibling),
        ("SNOOZE", Self::Snooze),
        ("FINISHTOSTART", Self::FinishToStart),
        ("FINISHTOFINISH", Self::FinishToFinish),
        ("STARTTOFINISH", Self::StartToFinish),
        ("STARTTOSTART", Self::StartToStart),
        ("FIRST", Self::First),
        ("NEXT", Self::Next),
        ("DEPENDS-ON", Self::DependsOn),
        ("REFID", Self::RefId),
        ("CONCEPT", Self::Concept),
    ];
}

impl FromStr for RelationType {
    type Err = Error;

    /// Reads a name in any case.
    ///
    /// # Errors
    /// A syntax error unless it is made of letters, digits and hyphens.
    fn from_str(text: &str) -> Result<Self> {
        if let Some((_, known)) = Self::NAMES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return Ok(known);
        }
        token(text, "a relation type; write one such as CHILD (RFC 5545 §3.2.15)")?;
        Ok(Self::Other(text.into()))
    }
}

impl fmt::Display for RelationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Other(name) = self {
            return f.write_str(name);
        }
        let known = Self::NAMES.iter().find(|(_, known)| known == self);
        f.write_str(known.map_or("", |(name, _)| name))
    }
}

serde_as_text!(RelationType, "a relation type such as CHILD");

/// What the resource that LINK points to is to the component.
///
/// ```
/// use reefknot_core::value::LinkRelation;
/// assert_eq!("SOURCE".parse::<LinkRelation>()?, LinkRelation::Registered("source".into()));
/// assert!(matches!("https://foo.com/rel/menu".parse()?, LinkRelation::Extension(_)));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LinkRelation {
    /// A name of IANA's registry, in lower case (RFC 8288 §2.1.1).
    Registered(Box<str>),
    /// A URI of one's own (RFC 8288 §2.1.2).
    Extension(Uri),
}

impl FromStr for LinkRelation {
    type Err = Error;

    /// Reads a registered name in any case, or a URI.
    ///
    /// # Errors
    /// A syntax error for any other text.
    fn from_str(text: &str) -> Result<Self> {
        if text.contains(':') {
            return text.parse().map(Self::Extension);
        }
        token(text, "a link relation; write one such as latest-version, or a URI (RFC 9253 §6.1)")?;
        Ok(Self::Registered(text.to_ascii_lowercase().into()))
    }
}

impl fmt::Display for LinkRelation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registered(name) => f.write_str(name),
            Self::Extension(uri) => uri.fmt(f),
        }
    }
}

serde_as_text!(LinkRelation, "a link relation such as latest-version");

/// Refuses what is not made of letters, digits and hyphens.
fn token(text: &str, what: &str) -> Result<()> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(());
    }
    Err(Error::syntax(format!("“{}” is not {what}", shown(text))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_name_round_trips() {
        for (name, known) in RelationType::NAMES {
            assert_eq!(known.to_string(), name);
            assert_eq!(name.to_ascii_lowercase().parse::<RelationType>().unwrap(), known);
        }
    }

    #[test]
    fn refuses_other_texts() {
        for text in ["", "my child", "child;x", "é"] {
            let error = text.parse::<RelationType>().unwrap_err().to_string();
            assert_eq!(
                error,
                format!("“{text}” is not a relation type; write one such as CHILD (RFC 5545 §3.2.15)")
            );
            let error = text.parse::<LinkRelation>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("“{text}” is not a link relation")), "{error}");
        }
        assert!("https://foo.com/a b".parse::<LinkRelation>().is_err());
    }

    proptest! {
        #[test]
        fn texts_round_trip(text in "[A-Za-z0-9-]{1,12}", path in "[a-z/]{0,8}") {
            let relation: RelationType = text.parse().unwrap();
            prop_assert_eq!(relation.to_string().parse::<RelationType>().unwrap(), relation);
            for text in [text, format!("https://foo.com/{path}")] {
                let link: LinkRelation = text.parse().unwrap();
                prop_assert_eq!(link.to_string().parse::<LinkRelation>().unwrap(), link);
            }
        }
    }
}
