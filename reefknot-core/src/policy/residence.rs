//! Where an object may live.

use serde::{Deserialize, Serialize};

/// Where an object may live: on the user's server too, or in this store alone.
///
/// Each user chooses for private events; CLASS (RFC 5545 §3.8.1.3) says who may see an object and
/// does not say where it may be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Residence {
    /// Here and on the user's server.
    #[default]
    Synced,
    /// Here only: it never reaches a server, not even when others take part in it.
    LocalOnly,
}
