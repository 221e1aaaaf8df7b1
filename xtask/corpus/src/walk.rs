//! Finding the iCalendar files of a folder.

use std::fs;
use std::path::{Path, PathBuf};

/// What a folder holds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The iCalendar files, sorted.
    pub(crate) calendars: Vec<PathBuf>,
    /// How many other files there are.
    pub(crate) others: usize,
}

/// Looks into a folder and all below it. Links to folders are not followed, for they may lead in circles.
pub(crate) fn files(folder: &Path) -> Result<Found, String> {
    if !folder.is_dir() {
        let what = if folder.exists() { "is not a folder" } else { "does not exist" };
        return Err(format!("{} {what}; name a folder with .ics files", folder.display()));
    }
    let mut found = Found::default();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let told = |error| format!("{} could not be read: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(told)? {
            let entry = entry.map_err(told)?;
            let path = entry.path();
            if entry.file_type().map_err(told)?.is_dir() {
                folders.push(path);
            } else if path.is_file() && is_calendar(&path) {
                found.calendars.push(path);
            } else {
                found.others += 1;
            }
        }
    }
    found.calendars.sort();
    Ok(found)
}

/// Whether a file is named as RFC 5545 §8.1 says.
fn is_calendar(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("ics") || extension.eq_ignore_ascii_case("ifb")
    })
}
