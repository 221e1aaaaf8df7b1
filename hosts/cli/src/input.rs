//! Reading what a user names, and failing in one line.

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use reefknot_core::Error;
use reefknot_core::ical::{Component, Limits, Stream};
use reefknot_core::value::Timestamp;

use crate::output::note;

/// What goes to standard error before exit code 2.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    pub(crate) fn in_file(path: &Path, error: &Error) -> Self {
        Self(format!("{}: {}", path.display(), Self::from(error.clone())))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // The limits are those of the library's user; this command has one size.
        Self(if error.is_limit() { format!("{error}; split the file") } else { error.to_string() })
    }
}

/// Reads a file, or standard input for `-`. What is larger than the limit is not read to its end.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let fail = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    let most = Limits::default().bytes + 1;
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(fail)?;
    } else {
        std::fs::File::open(path).map_err(fail)?.take(most).read_to_end(&mut bytes).map_err(fail)?;
    }
    if bytes.is_empty() {
        return Err(Failure::new(format!("{}: the file is empty", path.display())));
    }
    if bytes.len() as u64 == most {
        let limit = Limits::default().bytes >> 20;
        return Err(Failure::new(format!(
            "{}: larger than {limit} MiB, the most that is read",
            path.display()
        )));
    }
    Ok(bytes)
}

/// Reads a file as iCalendar, which must hold at least one component.
pub(crate) fn stream(path: &Path, bytes: &[u8]) -> Result<Stream, Failure> {
    let stream = Stream::parse(bytes, &Limits::default()).map_err(|error| Failure::in_file(path, &error))?;
    if stream.components().next().is_none() {
        return Err(Failure::new(format!("{}: not iCalendar: it has no BEGIN:VCALENDAR", path.display())));
    }
    Ok(stream)
}

/// The calendars of a stream. Components that stand outside any are read as one calendar more: programs export them so.
pub(crate) fn calendars(path: &Path, stream: &Stream) -> Result<Vec<Component>, Failure> {
    const KNOWN: [&str; 7] =
        ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY", "VTIMEZONE", "VALARM"];
    let mut calendars: Vec<Component> = stream.calendars().cloned().collect();
    let mut bare = Component::new("VCALENDAR")?;
    for component in stream.components().filter(|component| KNOWN.iter().any(|name| component.is(name))) {
        bare.push_component(component.clone());
    }
    if bare.components().next().is_some() {
        calendars.push(bare);
    }
    if calendars.is_empty() {
        return Err(Failure::new(format!("{}: not iCalendar: it has no BEGIN:VCALENDAR", path.display())));
    }
    Ok(calendars)
}

/// Tells what could not be read as it stood, each with its line.
pub(crate) fn tell_problems(path: &Path, stream: &Stream) {
    for problem in stream.problems() {
        note(&format!("{}: {problem}", path.display()));
    }
    if stream.problems_not_kept() > 0 {
        note(&format!("{}: and {} more problems", path.display(), stream.problems_not_kept()));
    }
}

/// Whether the file is a mail: by its name, or, without a telling one, by a header field in its first line.
pub(crate) fn is_mail(path: &Path, bytes: &[u8]) -> bool {
    let named = |wanted: &str| path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case(wanted));
    if named("eml") || named("ics") {
        return named("eml");
    }
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let name = line.split(|byte| *byte == b':').next().filter(|name| name.len() < line.len());
    name.is_some_and(|name| {
        !name.is_empty()
            && !name.eq_ignore_ascii_case(b"BEGIN")
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    })
}

/// The time now.
pub(crate) fn clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
