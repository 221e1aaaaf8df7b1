//! What may leave: the last look at every message, whoever made it.

use crate::ical::{Component, Kind};
use crate::itip::{Message, Reason};
use crate::scheduling::Identities;

/// Whether a message may leave, or the reason why not.
///
/// Every message passes here, so that no path can leak an alarm or write to the sender's own address.
///
/// # Errors
/// The reason why it stays.
pub fn may_leave(message: &Message, identities: &Identities) -> Result<(), Reason> {
    let stays = |code, message: String, source| Err(Reason { code, message, instance: None, source });
    if identities.is_own(&message.recipient) {
        let text = format!("{} is the sender's own address", message.recipient);
        return stays("own-address", text, "RFC 6638 §3.2.1");
    }
    let parts = message.calendar.components().filter(|component| Kind::of(component).is_some());
    let leaks = |part: &Component| {
        part.components().any(|inner| inner.is("VALARM"))
            || part.properties().any(|property| {
                property.params().any(|param| param.name().to_ascii_uppercase().starts_with("SCHEDULE-"))
            })
    };
    if parts.into_iter().any(leaks) {
        let text = format!("the message to {} holds what is the sender's own", message.recipient);
        return stays("private-content", text, "RFC 5546 §6.3");
    }
    Ok(())
}
