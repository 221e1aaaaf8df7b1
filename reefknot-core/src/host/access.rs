//! Who may do what here: the access list, asked for whoever it is.

use super::{LocalUser, Scheduler, UserId};
use crate::Result;
use crate::itip::{Authentication, Carrier, Envelope, Reason};
use crate::policy::{Asking, Decision, Right, Viewer};
use crate::routing::Proof;
use crate::value::{CalendarUserAddress, Timestamp};

/// Who wants to know something of somebody's calendar.
#[derive(Clone, Copy, Debug)]
pub enum Asker<'a> {
    /// A user of this host.
    User(&'a UserId),
    /// A calendar user of another organisation, as its server says.
    Peer {
        /// What the transport verified about the other end.
        shown: &'a Proof,
        /// For whom the server asks.
        user: &'a CalendarUserAddress,
    },
}

impl Scheduler<'_> {
    /// What the access list says of the sender of a message.
    ///
    /// Whoever writes by mail is known by the address they proved, and belongs to no peer.
    pub(super) fn access(
        &self,
        user: &LocalUser,
        envelope: &Envelope,
        right: Right,
        now: Timestamp,
    ) -> Result<Decision> {
        let proved = envelope.authentication == Authentication::Authenticated;
        let sender = envelope.sender.as_ref().filter(|_| proved);
        let local = match (envelope.carrier, sender) {
            (Carrier::Local, Some(sender)) => self.directory.find(sender)?,
            _ => None,
        };
        let list = &self.trust.access;
        let groups = sender.map(|sender| self.directory.groups(sender)).transpose()?.unwrap_or_default();
        let asking = Asking { peer: None, user: sender, groups: &groups };
        Ok(match local {
            Some(_) => list.decide_here(&asking, right, &user.owner(), now),
            None => list.decide(&asking, right, &user.owner(), now),
        })
    }

    /// As whom somebody sees a user's calendar, if they have the right.
    pub(super) fn viewer(
        &self,
        asker: &Asker<'_>,
        right: Right,
        user: &LocalUser,
        now: Timestamp,
    ) -> Result<Result<Viewer, Reason>> {
        let list = &self.trust.access;
        let (decision, addresses) = match asker {
            Asker::User(id) if **id == user.id => return Ok(Ok(Viewer::Owner)),
            Asker::User(id) => {
                let other = self.user(id)?;
                let who = Some(other.identities.primary());
                let asking = Asking { peer: None, user: who, groups: &other.groups };
                let decision = list.decide_here(&asking, right, &user.owner(), now);
                (decision, other.identities.own().to_vec())
            }
            Asker::Peer { shown, user: who } => {
                let peer = match self.trust.speaker(shown, who) {
                    Ok(peer) => &peer.name,
                    Err(reason) => return Ok(Err(reason)),
                };
                let groups = self.directory.groups(who)?;
                let asking = Asking { peer: Some(peer), user: Some(who), groups: &groups };
                (list.decide(&asking, right, &user.owner(), now), vec![(*who).clone()])
            }
        };
        if !decision.allowed {
            let message = decision.to_string();
            return Ok(Err(Reason {
                code: "no-access", message, instance: None, source: "RFC 5546 §6.2.3"
            }));
        }
        Ok(Ok(Viewer::Other(addresses)))
    }
}
