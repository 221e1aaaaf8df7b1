//! What several fuzz targets need.
#![forbid(unsafe_code)]

use reefknot_core::ical::{Component, Limits, Stream};
use reefknot_core::value::Timestamp;

/// The time at which everything happens.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::from_seconds(1_790_000_000)
}

/// The calendars of a text; none where a limit is exceeded.
#[must_use]
pub fn calendars(bytes: &[u8]) -> Vec<Component> {
    Stream::parse(bytes, &Limits::default())
        .map(|stream| stream.into_calendars().collect())
        .unwrap_or_default()
}

/// The content lines of a component and of those in it, unfolded.
#[must_use]
pub fn lines(component: &Component) -> Vec<String> {
    let own = component.properties().map(|property| property.content_line().into_owned());
    own.chain(component.components().flat_map(|inner| {
        let mut all = vec![format!("BEGIN:{}", inner.name())];
        all.extend(lines(inner));
        all
    }))
    .collect()
}
