//! Whether a calendar says what RFC 5545 allows it to say.

pub(crate) mod syntax;
