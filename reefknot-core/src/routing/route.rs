//! The way to one recipient.

use serde::{Deserialize, Serialize};

use super::Peers;
use crate::value::CalendarUserAddress;

/// The way a message takes to its recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Into the calendar of a user of this host, by the user's name.
    Local(String),
    /// Directly to the trusted organisation of this name, which answers for the address.
    Peer(String),
    /// By mail, to this mailbox.
    Mail(String),
    /// No way at all, and why.
    Nobody(String),
}

/// The way to a recipient, given what the directory knows of them.
///
/// Only a user on the list is local. An address of one's own domain that is not on the list is mailed like
/// any other: guessing from the domain loses the mail of everybody who is not on the list. A peer takes what
/// its configuration says it answers for.
#[must_use]
pub fn route(recipient: &CalendarUserAddress, local_user: Option<&str>, peers: &Peers) -> Route {
    if let Some(user) = local_user {
        return Route::Local(user.to_owned());
    }
    if let Some(peer) = peers.answering_for(recipient) {
        return Route::Peer(peer.name.clone());
    }
    match recipient.mailbox() {
        Some(mailbox) => Route::Mail(mailbox.to_owned()),
        None => Route::Nobody(format!("{recipient} is neither a user here nor a mail address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::routing::{Peer, Proof};

    #[test]
    fn only_the_list_makes_a_user_local() {
        let address = CalendarUserAddress::parse("MAILTO:C@foo.com").unwrap();
        assert_eq!(route(&address, Some("c"), &Peers::default()), Route::Local("c".into()));
        assert_eq!(route(&address, None, &Peers::default()), Route::Mail("c@foo.com".into()));
        let other = CalendarUserAddress::parse("urn:uuid:1").unwrap();
        assert!(matches!(route(&other, None, &Peers::default()), Route::Nobody(_)));
    }

    #[test]
    fn a_peer_takes_what_it_answers_for_and_a_user_here_stays_here() {
        let domains = vec!["bar.com".into(), "foo.com".into()];
        let bar = Peer { name: "bar".into(), domains, proofs: vec![Proof::Key("1".into())] };
        let peers = Peers::new(vec![bar]).unwrap();
        let of = |address: &str, user| route(&address.parse().unwrap(), user, &peers);
        assert_eq!(of("c@bar.com", None), Route::Peer("bar".into()));
        assert_eq!(of("e@baz.net", None), Route::Mail("e@baz.net".into()));
        assert_eq!(of("a@foo.com", Some("a")), Route::Local("a".into()));
    }
}
