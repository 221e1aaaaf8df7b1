//! What may leave: the last look at every message, whoever made it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ical::{Component, Kind};
use crate::itip::{Message, Reason};
use crate::scheduling::Identities;

/// The gate of one decision's messages: a body that several recipients share is looked at once.
#[derive(Debug)]
pub struct Gate<'a> {
    identities: &'a Identities,
    /// Whether each body holds what is the sender's own. The bodies are held, so that no other can be in their place.
    seen: BTreeMap<*const Component, (Arc<Component>, bool)>,
}

impl<'a> Gate<'a> {
    /// The gate of the user with these addresses.
    #[must_use]
    pub const fn new(identities: &'a Identities) -> Self {
        Self { identities, seen: BTreeMap::new() }
    }

    /// Whether a message may leave, or the reason why not.
    ///
    /// Every message passes here, so that no path can leak an alarm or write to the sender's own address.
    ///
    /// # Errors
    /// The reason why it stays.
    pub fn may_leave(&mut self, message: &Message) -> Result<(), Reason> {
        let stays = |code, message: String, source| Err(Reason { code, message, instance: None, source });
        if self.identities.is_own(&message.recipient) {
            let text = format!("{} is the sender's own address", message.recipient);
            return stays("own-address", text, "RFC 6638 §3.2.1");
        }
        let body = &message.calendar;
        let seen = self.seen.entry(Arc::as_ptr(body));
        if seen.or_insert_with(|| (Arc::clone(body), is_private(body))).1 {
            let text = format!("the message to {} holds what is the sender's own", message.recipient);
            return stays("private-content", text, "RFC 5546 §6.3");
        }
        Ok(())
    }
}

/// Whether a body holds an alarm, or what is between a client and its server.
fn is_private(body: &Component) -> bool {
    let mut parts = body.components().filter(|component| Kind::of(component).is_some());
    parts.any(|part| {
        part.components().any(|inner| inner.is("VALARM"))
            || part.properties_with_schedule_param().next().is_some()
    })
}
