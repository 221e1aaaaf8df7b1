//! The one error type of the crate.
//!
//! [`Error`] is opaque: callers ask it a question (`is_limit()`, `is_syntax()` …)
//! instead of matching on variants, so that a new kind of failure breaks nobody.

/// The result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Kind);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Kind {
    #[error("{what} exceeds the limit of {limit} (`{name}`)")]
    Limit { name: &'static str, what: String, limit: u64 },
    #[error("{0}")]
    Syntax(String),
    #[error("{0}")]
    Invalid(String),
    #[error("{0} was changed by someone else meanwhile; load it again and decide anew")]
    Conflict(String),
    #[error("{0}")]
    Host(String),
}

impl Error {
    /// A configured limit was exceeded. `name` is the field to raise where such input is wanted.
    pub fn limit(name: &'static str, what: impl Into<String>, limit: u64) -> Self {
        Kind::Limit { name, what: what.into(), limit }.into()
    }

    /// A text is not what its type requires.
    pub fn syntax(message: impl Into<String>) -> Self {
        Kind::Syntax(message.into()).into()
    }

    /// The caller asked for something that has no meaning.
    pub fn invalid(message: impl Into<String>) -> Self {
        Kind::Invalid(message.into()).into()
    }

    /// What was to be changed is no longer what the decision was made on. `what` is a noun.
    pub fn conflict(what: impl Into<String>) -> Self {
        Kind::Conflict(what.into()).into()
    }

    /// Something outside the engine failed: a store, a directory, a transport.
    pub fn host(message: impl Into<String>) -> Self {
        Kind::Host(message.into()).into()
    }

    /// Whether a configured limit stopped the work.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self.0, Kind::Limit { .. })
    }

    /// Whether a text could not be read.
    #[must_use]
    pub fn is_syntax(&self) -> bool {
        matches!(self.0, Kind::Syntax(_))
    }

    /// Whether the caller asked for something that has no meaning.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self.0, Kind::Invalid(_))
    }

    /// Whether someone else was faster: loading again and deciding anew may succeed.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self.0, Kind::Conflict(_))
    }

    /// Whether a host's store, directory or transport failed.
    #[must_use]
    pub fn is_host(&self) -> bool {
        matches!(self.0, Kind::Host(_))
    }
}
