//! The reader's time zone: named on the command line, or the machine's.

use std::path::Path;

use clap::Args;
use reefknot_core::time::{Zone, Zones};

use crate::input::Failure;
use crate::output::note;

/// In which zone times are shown.
#[derive(Debug, Args)]
pub(crate) struct ZoneArgs {
    /// The zone to show times in, such as Europe/Berlin; the machine's if it is not given.
    #[arg(long, value_name = "NAME")]
    zone: Option<String>,
}

impl ZoneArgs {
    pub(crate) fn zone(&self) -> Result<Zone, Failure> {
        match &self.zone {
            Some(name) => known(name).ok_or_else(|| {
                Failure::new(format!("--zone {name}: no such time zone; write a name such as Europe/Berlin"))
            }),
            None => Ok(of_machine()),
        }
    }
}

fn known(name: &str) -> Option<Zone> {
    // The machine's own name for UTC would be shown as if it were some other zone.
    if ["UTC", "Etc/UTC"].iter().any(|utc| name.eq_ignore_ascii_case(utc)) {
        return Some(Zone::UTC);
    }
    Zones::default().resolve(name).ok().map(|found| found.zone)
}

/// What TZ says, else what /etc/localtime points to, else UTC.
fn of_machine() -> Zone {
    if let Some(name) = std::env::var("TZ").ok().filter(|name| !name.is_empty()) {
        let plain = name.trim_start_matches(':');
        return known(plain).or_else(|| known(under_zoneinfo(Path::new(plain))?)).unwrap_or_else(|| {
            note(&format!("TZ={name} is no zone name that is known here; times are shown in UTC"));
            Zone::UTC
        });
    }
    let link = std::fs::canonicalize("/etc/localtime").ok();
    link.and_then(|path| known(under_zoneinfo(&path)?)).unwrap_or(Zone::UTC)
}

/// `Europe/Berlin` of `/usr/share/zoneinfo/Europe/Berlin`.
fn under_zoneinfo(path: &Path) -> Option<&str> {
    path.to_str()?.split_once("zoneinfo/").map(|(_, name)| name)
}
