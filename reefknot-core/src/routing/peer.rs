//! Organisations that trust each other: who they are, what they are answerable for, and how they prove it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::value::CalendarUserAddress;
use crate::{Error, Result};

/// What shows who is at the other end of a connection.
///
/// In the configuration it is what a peer has to show. At run time the transport reports what it has *verified*;
/// nothing in a message counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The SHA-256 fingerprint of the certificate that the other end holds the key of (mutual TLS), in hex.
    Certificate(String),
    /// The identifier of the key that signed the request.
    Key(String),
}

/// An organisation that this host talks to directly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Peer {
    /// Its name in the configuration and in the access list.
    pub name: String,
    /// The domains whose addresses it answers for, each by itself: `bar.com` does not cover `eu.bar.com`.
    pub domains: Vec<String>,
    /// What shows that it is this peer; several while a key is replaced.
    pub proofs: Vec<Proof>,
}

impl Peer {
    /// Whether it answers for an address: its word for who sent something counts there and nowhere else.
    #[must_use]
    pub fn answers_for(&self, address: &CalendarUserAddress) -> bool {
        domain_of(address)
            .is_some_and(|domain| self.domains.iter().any(|own| own.eq_ignore_ascii_case(domain)))
    }
}

fn domain_of(address: &CalendarUserAddress) -> Option<&str> {
    address.mailbox()?.rsplit_once('@').map(|(_, domain)| domain)
}

/// The organisations this host trusts: no two answer for one domain, and no proof is shown by two.
///
/// ```
/// use reefknot_core::routing::{Peer, Peers, Proof};
///
/// let shown = Proof::Key("bar-2026".into());
/// let bar = Peer { name: "bar.com".into(), domains: vec!["bar.com".into()], proofs: vec![shown.clone()] };
/// let peers = Peers::new(vec![bar])?;
/// assert_eq!(peers.identify(&shown).map(|peer| peer.name.as_str()), Some("bar.com"));
/// assert!(peers.answering_for(&"mailto:c@bar.com".parse()?).is_some());
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    peers: Vec<Peer>,
    by_domain: BTreeMap<String, usize>,
    by_proof: BTreeMap<Proof, usize>,
}

impl Peers {
    /// These organisations.
    ///
    /// # Errors
    /// When a peer has no name (or one with a space in it), no domain or no proof, or when two have the same name,
    /// domain or proof.
    pub fn new(peers: Vec<Peer>) -> Result<Self> {
        let mut all = Self::default();
        for peer in peers {
            let name = &peer.name;
            let bad = |why: String| Err(Error::invalid(format!("peer `{name}`: {why}")));
            if name.is_empty() || name.contains(char::is_whitespace) {
                return bad("a name is one word; the access list calls the peer by it".into());
            }
            if all.peers.iter().any(|other| other.name == *name) {
                return bad("there are two of that name".into());
            }
            if peer.domains.is_empty() || peer.proofs.is_empty() {
                return bad("it needs a domain it answers for and a proof of who it is".into());
            }
            let at = all.peers.len();
            for domain in &peer.domains {
                if domain.is_empty() || domain.contains(['@', '*', ' ']) {
                    return bad(format!("`{domain}` is not a domain; write it as in bar.com"));
                }
                if let Some(other) = all.by_domain.insert(domain.to_ascii_lowercase(), at) {
                    return bad(format!("{domain} is already listed for `{}`", all.name(other, name)));
                }
            }
            for proof in &peer.proofs {
                if !is_whole(proof) {
                    return bad(format!(
                        "{proof:?} shows nothing; a fingerprint is 64 hex digits, and a key has an identifier"
                    ));
                }
                if let Some(other) = all.by_proof.insert(normal(proof), at) {
                    return bad(format!("its proof is already that of `{}`", all.name(other, name)));
                }
            }
            all.peers.push(peer);
        }
        Ok(all)
    }

    fn name<'a>(&'a self, at: usize, own: &'a str) -> &'a str {
        self.peers.get(at).map_or(own, |peer| &peer.name)
    }

    /// The peer that shows this proof; `None` for a stranger.
    #[must_use]
    pub fn identify(&self, shown: &Proof) -> Option<&Peer> {
        self.by_proof.get(&normal(shown)).map(|&at| &self.peers[at])
    }

    /// The peer that answers for an address; `None` where it is nobody's.
    #[must_use]
    pub fn answering_for(&self, address: &CalendarUserAddress) -> Option<&Peer> {
        self.by_domain.get(domain_of(address)?).map(|&at| &self.peers[at])
    }
}

/// A fingerprint is the same however its hex digits are written.
fn normal(proof: &Proof) -> Proof {
    match proof {
        Proof::Certificate(fingerprint) => {
            Proof::Certificate(fingerprint.replace(':', "").to_ascii_lowercase())
        }
        Proof::Key(_) => proof.clone(),
    }
}

fn is_whole(proof: &Proof) -> bool {
    match normal(proof) {
        Proof::Certificate(fingerprint) => {
            fingerprint.len() == 64 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        Proof::Key(identifier) => !identifier.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(name: &str, domains: &[&str], digits: &str) -> Peer {
        Peer {
            name: name.into(),
            domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
            proofs: vec![fingerprint(digits)],
        }
    }

    fn fingerprint(digits: &str) -> Proof {
        Proof::Certificate(digits.repeat(32))
    }

    #[test]
    fn a_peer_answers_for_its_own_domains_and_no_others() {
        let peers =
            Peers::new(vec![peer("bar", &["Bar.com", "bar.org"], ":Ab"), peer("baz", &["baz.net"], "02")])
                .unwrap();
        let bar = peers.identify(&fingerprint("aB")).unwrap();
        for (address, answers) in [
            ("mailto:c@bar.com", true),
            ("MAILTO:D@BAR.ORG", true),
            ("mailto:c@eu.bar.com", false),
            ("mailto:c@notbar.com", false),
            ("mailto:c@bar.com@evil.example", false),
            ("mailto:e@baz.net", false),
            ("urn:uuid:1", false),
        ] {
            let address = address.parse().unwrap();
            assert_eq!(bar.answers_for(&address), answers, "{address}");
            assert_eq!(
                peers.answering_for(&address).is_some_and(|peer| peer.name == "bar"),
                answers,
                "{address}"
            );
        }
        assert!(peers.identify(&Proof::Key("ab".repeat(32))).is_none());
    }

    #[test]
    fn what_would_make_two_of_one_is_refused() {
        let bar = || peer("bar", &["bar.com"], "01");
        for (peers, named) in [
            (vec![bar(), peer("bar", &["bar.org"], "02")], "two of that name"),
            (vec![bar(), peer("other", &["BAR.com"], "02")], "already listed for `bar`"),
            (vec![bar(), peer("other", &["bar.org"], "0:1")], "already that of `bar`"),
            (vec![peer("bar", &[], "01")], "needs a domain"),
            (vec![peer("bar", &["c@bar.com"], "01")], "not a domain"),
            (vec![peer("bar com", &["bar.com"], "01")], "one word"),
            (vec![Peer { proofs: vec![], ..bar() }], "a proof"),
            (vec![Peer { proofs: vec![Proof::Certificate("01".into())], ..bar() }], "64 hex digits"),
            (vec![Peer { proofs: vec![Proof::Key(String::new())], ..bar() }], "an identifier"),
        ] {
            let error = Peers::new(peers).unwrap_err();
            assert!(error.is_invalid() && error.to_string().contains(named), "{error}");
        }
    }
}
