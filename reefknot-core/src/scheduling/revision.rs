//! Which of two versions is newer (RFC 5546 §2.1.5).

use serde::{Deserialize, Serialize};

use crate::value::Timestamp;

/// SEQUENCE, and where that is equal, DTSTAMP: the later one obsoletes the other (RFC 5546 §2.1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Revision {
    /// The value of SEQUENCE; 0 where there is none.
    pub sequence: u32,
    /// The value of DTSTAMP; a version without one is older than any with one.
    pub dtstamp: Option<Timestamp>,
}
