//! `reefknot fmt FILE.ics`: reads iCalendar and prints it back.

use std::path::PathBuf;

use clap::Args;

use crate::input::{self, Failure};
use crate::output::print_bytes;

/// Prints an iCalendar file back: folded within 75 octets, lines ended by CRLF, nothing else changed.
///
/// What could not be read as it stands is told on standard error, with its line number.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  reefknot fmt meeting.ics > tidy.ics\n  curl -s https://example.com/holidays.ics | reefknot fmt -"
)]
pub(crate) struct Fmt {
    /// The file; `-` for standard input.
    file: PathBuf,
}

impl Fmt {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let stream = input::stream(&self.file, &input::read(&self.file)?)?;
        input::tell_problems(&self.file, &stream);
        print_bytes(&stream.to_bytes())
    }
}
