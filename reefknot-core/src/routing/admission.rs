//! Whether a scheduling message from a peer is let in: who it is, for whom it speaks, and what it may ask.

use super::{Peer, Peers, Proof};
use crate::ical::Kind;
use crate::itip::{Authentication, Carrier, Envelope, Method, Reason};
use crate::policy::{AccessList, Asking, Decision, Owner, Right};
use crate::value::{CalendarUserAddress, Timestamp};

/// What the host trusts, and whom it lets do what.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The organisations it talks to.
    pub peers: Peers,
    /// What they may do here.
    pub access: AccessList,
}

/// A scheduling message that came over a connection to another organisation.
#[derive(Clone, Copy, Debug)]
pub struct FromPeer<'a> {
    /// What the transport verified about the other end.
    pub shown: &'a Proof,
    /// Who is said to have sent it.
    pub originator: &'a CalendarUserAddress,
    /// The groups of the host's directory that the originator is in.
    pub groups: &'a [String],
    /// What kind of message.
    pub method: Method,
    /// What kind of component it is about.
    pub kind: Kind,
    /// For whom it is.
    pub owner: Owner<'a>,
}

/// A message that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Where it came from, for the engine.
    pub envelope: Envelope,
    /// The entry of the access list that let it in; `None` where the message needs no right.
    pub decision: Option<Decision>,
}

impl Trust {
    /// Lets a message in, or says why not.
    ///
    /// An invitation to a person needs [`Right::Invite`], one to a room [`Right::Book`], a question about busy time
    /// [`Right::FreeBusy`]. What answers, cancels or asks again about something that is already here needs no right:
    /// the engine holds it against what is stored, and knows strangers.
    ///
    /// # Errors
    /// The reason for refusing: the other end is no peer, it is not answerable for the originator, or the access list
    /// has no entry that allows it.
    pub fn admit(&self, message: &FromPeer<'_>, now: Timestamp) -> Result<Admitted, Reason> {
        let originator = message.originator;
        let peer = self.speaker(message.shown, originator)?;
        let asking = Asking { peer: Some(&peer.name), user: Some(originator), groups: message.groups };
        let decision = right_for(message.method, message.kind, message.owner.is_room)
            .map(|right| self.access.decide(&asking, right, &message.owner, now));
        if let Some(decision) = decision.as_ref().filter(|decision| !decision.allowed) {
            return Err(refused("no-access", decision.to_string()));
        }
        let envelope = Envelope {
            sender: Some(originator.clone()),
            authentication: Authentication::Authenticated,
            carrier: Carrier::Peer,
        };
        Ok(Admitted { envelope, decision })
    }
}

impl Trust {
    /// The peer at the other end of a connection, if it may speak for that calendar user.
    ///
    /// # Errors
    /// The reason for refusing: the other end is no peer, or it is not answerable for the address.
    pub fn speaker(&self, shown: &Proof, user: &CalendarUserAddress) -> Result<&Peer, Reason> {
        let Some(peer) = self.peers.identify(shown) else {
            let message = "the other end is none of the organisations that are trusted here";
            return Err(refused("unknown-peer", message.into()));
        };
        if !peer.answers_for(user) {
            return Err(refused("not-answerable", format!("{} does not answer for {user}", peer.name)));
        }
        Ok(peer)
    }
}

fn refused(code: &'static str, message: String) -> Reason {
    Reason { code, message, instance: None, source: "RFC 5546 §6.2.3" }
}

/// The right that a message needs, if it needs one.
pub(crate) fn right_for(method: Method, kind: Kind, is_room: bool) -> Option<Right> {
    match (method, kind) {
        (Method::Request, Kind::FreeBusy) => Some(Right::FreeBusy),
        (Method::Request | Method::Add | Method::Publish, _) if is_room => Some(Right::Book),
        (Method::Request | Method::Add | Method::Publish, _) => Some(Right::Invite),
        (Method::Reply | Method::Cancel | Method::Refresh | Method::Counter | Method::DeclineCounter, _) => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::Peer;

    const LIST: &str =
        "allow peer bar.com free-busy everyone\nallow peer bar.com book room aquarium@foo.com\n";

    fn key(name: &str) -> Proof {
        Proof::Key(name.into())
    }

    fn admit(shown: &str, from: &str, method: Method, kind: Kind, to: &str) -> Result<Admitted, Reason> {
        let peer =
            |name: &str| Peer { name: name.into(), domains: vec![name.into()], proofs: vec![key(name)] };
        let peers = Peers::new(vec![peer("bar.com"), peer("baz.net")]).unwrap();
        let trust = Trust { peers, access: LIST.parse().unwrap() };
        let addresses = [to.parse().unwrap()];
        let owner = Owner { addresses: &addresses, is_room: !to.starts_with("b@"), groups: &[] };
        let (shown, originator) = (key(shown), from.parse().unwrap());
        let message = FromPeer { shown: &shown, originator: &originator, groups: &[], method, kind, owner };
        trust.admit(&message, "20261201T080000Z".parse().unwrap())
    }

    #[test]
    fn two_lines_open_free_busy_and_one_room() {
        let event = Kind::Event;
        for (shown, from, method, kind, to, refused) in [
            ("bar.com", "c@bar.com", Method::Request, Kind::FreeBusy, "b@foo.com", None),
            ("bar.com", "c@bar.com", Method::Request, event, "aquarium@foo.com", None),
            ("bar.com", "c@bar.com", Method::Add, event, "aquarium@foo.com", None),
            ("bar.com", "c@bar.com", Method::Request, event, "attic@foo.com", Some("no-access")),
            ("bar.com", "c@bar.com", Method::Request, event, "b@foo.com", Some("no-access")),
            ("bar.com", "c@bar.com", Method::Publish, event, "b@foo.com", Some("no-access")),
            ("bar.com", "c@bar.com", Method::Reply, event, "b@foo.com", None),
            ("bar.com", "c@bar.com", Method::Cancel, event, "b@foo.com", None),
            ("baz.net", "e@baz.net", Method::Request, Kind::FreeBusy, "b@foo.com", Some("no-access")),
            ("baz.net", "c@bar.com", Method::Request, Kind::FreeBusy, "b@foo.com", Some("not-answerable")),
            ("bar.com", "a@foo.com", Method::Reply, event, "b@foo.com", Some("not-answerable")),
            ("evil.example", "c@bar.com", Method::Reply, event, "b@foo.com", Some("unknown-peer")),
        ] {
            let admitted = admit(shown, from, method, kind, to);
            let code = admitted.as_ref().err().map(|reason| reason.code);
            assert_eq!(code, refused, "{shown} {from} {method} {kind} {to}: {admitted:?}");
        }
    }

    #[test]
    fn what_is_let_in_names_its_sender_and_the_entry() {
        let admitted =
            admit("bar.com", "c@bar.com", Method::Request, Kind::Event, "aquarium@foo.com").unwrap();
        assert_eq!(admitted.envelope.sender, Some("mailto:c@bar.com".parse().unwrap()));
        assert_eq!(admitted.envelope.authentication, Authentication::Authenticated);
        assert_eq!(admitted.envelope.carrier, Carrier::Peer);
        assert_eq!(admitted.decision.unwrap().entry, Some(2));
    }
}
