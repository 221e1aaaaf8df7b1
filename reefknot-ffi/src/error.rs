//! Errors, as the other languages catch them: their kinds are types, and their text is for people.

use reefknot_core::Error;

/// What went wrong, where, and what to do about it.
///
/// A message that is old, forged or not for the user is no error: the outcome says so, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[uniffi(flat_error)]
pub enum ReefknotError {
    /// A text could not be read.
    #[error("{0}")]
    Syntax(String),
    /// A configured limit stopped the work.
    #[error("{0}")]
    Limit(String),
    /// What was asked for has no meaning.
    #[error("{0}")]
    Invalid(String),
    /// Somebody else was faster: loading again and deciding anew may succeed.
    #[error("{0}")]
    Conflict(String),
    /// A store, a directory or a transport failed.
    #[error("{0}")]
    Host(String),
}

impl From<Error> for ReefknotError {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        if error.is_syntax() {
            Self::Syntax(text)
        } else if error.is_limit() {
            Self::Limit(text)
        } else if error.is_conflict() {
            Self::Conflict(text)
        } else if error.is_host() {
            Self::Host(text)
        } else {
            Self::Invalid(text)
        }
    }
}

/// The result of every function of this crate.
pub type Result<T, E = ReefknotError> = std::result::Result<T, E>;

/// What a store, a directory or a transport of the app throws; nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum HostError {
    /// Another version is stored than the commit expects. The scheduler loads again and decides anew.
    #[error("somebody else committed meanwhile")]
    Conflict,
    /// There is no question, or no message in the outbox, with that number.
    #[error("there is nothing with that number")]
    Unknown,
    /// Anything that went wrong outside of the arguments, such as a full disk.
    #[error("{reason}")]
    Failed {
        /// What happened and what to do about it, for people.
        reason: String,
    },
}

impl From<HostError> for Error {
    fn from(error: HostError) -> Self {
        Error::host(error.to_string())
    }
}

/// What a store in Rust says of a commit whose form was checked before.
impl From<Error> for HostError {
    fn from(error: Error) -> Self {
        if error.is_conflict() {
            Self::Conflict
        } else if error.is_invalid() {
            Self::Unknown
        } else {
            Self::Failed { reason: error.to_string() }
        }
    }
}

/// An exception that the app's code did not declare. Its first line says what; the others are where.
impl From<uniffi::UnexpectedUniFFICallbackError> for HostError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        let what = error.reason.lines().next().unwrap_or_default().to_owned();
        Self::Failed { reason: format!("the app's code failed: {what}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_the_core_has_its_own_and_keeps_the_text() {
        for (error, expected) in [
            (Error::syntax("a"), ReefknotError::Syntax("a".into())),
            (Error::invalid("b"), ReefknotError::Invalid("b".into())),
            (Error::host("c"), ReefknotError::Host("c".into())),
        ] {
            assert_eq!(ReefknotError::from(error), expected);
        }
        assert!(matches!(ReefknotError::from(Error::conflict("d")), ReefknotError::Conflict(_)));
        assert!(matches!(ReefknotError::from(Error::limit("depth", "e", 1)), ReefknotError::Limit(_)));
    }

    #[test]
    fn of_an_undeclared_exception_people_see_no_stack() {
        let thrown = uniffi::UnexpectedUniFFICallbackError::new("IOException: disk full\n  at Store.kt:1");
        assert_eq!(HostError::from(thrown).to_string(), "the app's code failed: IOException: disk full");
    }
}
