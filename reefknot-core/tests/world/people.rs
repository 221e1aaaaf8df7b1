//! The eight parties: who they are, which addresses they go by, and what carries a message between two of them.

use reefknot_core::engine::Engine;
use reefknot_core::ical::Kind;
use reefknot_core::itip::{Authentication, Carrier, Envelope, Message};
use reefknot_core::policy::Owner;
use reefknot_core::routing::{FromPeer, Peer, Peers, Proof, Trust};
use reefknot_core::scheduling::{Identities, attendees};
use reefknot_core::value::{CalendarUserAddress, Timestamp};

use super::meetings::{REVIEW, meeting_of, organizer};

/// A server user: organizes the tea and the task, and attends the review.
pub(crate) const A: usize = 0;
/// A server user: organizes the review, and attends the rest.
pub(crate) const B: usize = 1;
/// A user of the peer organisation.
pub(crate) const C: usize = 2;
/// Somebody with mail alone: nobody proves who sent what they write.
pub(crate) const E: usize = 3;
/// A server user with an alias, whom the tea and the task invite by it and the review by the main address.
pub(crate) const G: usize = 4;
/// A room that answers by itself, and for which tea and review compete.
pub(crate) const ROOM: usize = 5;
/// Invited by nobody: others delegate to them.
pub(crate) const D: usize = 6;
/// A stranger: crashes parties, forges senders, and gets forwarded what was not meant for them.
pub(crate) const MALLORY: usize = 7;

const ADDRESSES: [&[&str]; 8] = [
    &["mailto:a@foo.com"],
    &["mailto:b@foo.com"],
    &["mailto:c@bar.com"],
    &["mailto:e@baz.net"],
    &["mailto:g@foo.com", "mailto:gustav@foo.com"],
    &["mailto:aquarium@foo.com"],
    &["mailto:d@bar.com"],
    &["mailto:mallory@evil.example"],
];

pub(crate) const EVERYBODY: std::ops::Range<usize> = 0..ADDRESSES.len();

/// The address by which a meeting calls somebody.
pub(crate) fn called(party: usize, meeting: usize) -> &'static str {
    let own = ADDRESSES[party];
    if meeting == REVIEW { own[0] } else { own[own.len() - 1] }
}

pub(crate) fn address(text: &str) -> CalendarUserAddress {
    text.parse().unwrap()
}

pub(crate) fn is_own(party: usize, who: &CalendarUserAddress) -> bool {
    ADDRESSES[party].iter().any(|own| address(own) == *who)
}

pub(crate) fn who(address: &CalendarUserAddress) -> usize {
    EVERYBODY.into_iter().find(|party| is_own(*party, address)).unwrap()
}

pub(crate) fn engine(party: usize) -> Engine {
    let [main, aliases @ ..] = ADDRESSES[party] else { unreachable!("everybody has an address") };
    let identities = Identities::new(address(main));
    Engine::new(aliases.iter().fold(identities, |all, alias| all.with_alias(address(alias))))
}

pub(crate) fn organisation(party: usize) -> &'static str {
    match party {
        A | B | G | ROOM => "foo.com",
        C | D => "bar.com",
        E => "baz.net",
        _ => "evil.example",
    }
}

pub(crate) fn share_a_server(message: &Message) -> bool {
    organisation(who(&message.originator)) == organisation(who(&message.recipient))
}

/// What foo.com and bar.com trust each other with.
pub(crate) fn trust() -> Trust {
    let peer = |name: &str| Peer {
        name: name.into(),
        domains: vec![name.into()],
        proofs: vec![Proof::Key(format!("{name} 2026"))],
    };
    Trust {
        peers: Peers::new(vec![peer("foo.com"), peer("bar.com")]).unwrap(),
        access: "allow peer foo.com invite everyone\nallow peer bar.com invite everyone\n\
                 allow peer bar.com book room aquarium@foo.com\n"
            .parse()
            .unwrap(),
    }
}

/// A message as the other end says that it brings it.
pub(crate) fn from_peer(
    message: &Message,
    sender: &CalendarUserAddress,
    shown: &str,
    now: Timestamp,
) -> Option<Envelope> {
    let addresses = [message.recipient.clone()];
    let shown = Proof::Key(format!("{shown} 2026"));
    let from = FromPeer {
        shown: &shown,
        originator: sender,
        groups: &[],
        method: message.method,
        kind: message.calendar.components().find_map(Kind::of).unwrap(),
        owner: Owner { addresses: &addresses, is_room: who(&message.recipient) == ROOM, groups: &[] },
    };
    trust().admit(&from, now).ok().map(|admitted| admitted.envelope)
}

/// How a message reaches its recipient, and how far its sender is proven there.
pub(crate) fn carried(message: &Message, now: Timestamp) -> Envelope {
    let (from, to) = (organisation(who(&message.originator)), organisation(who(&message.recipient)));
    let envelope = |authentication, carrier| Envelope {
        sender: Some(message.originator.clone()),
        authentication,
        carrier,
    };
    match (from, to) {
        _ if from == to => envelope(Authentication::Authenticated, Carrier::Local),
        ("foo.com" | "bar.com", "foo.com" | "bar.com") => {
            from_peer(message, &message.originator, from, now).unwrap()
        }
        _ => envelope(Authentication::Claimed, Carrier::Mail),
    }
}

/// Those who say falsely that they send this: nobody who receives it may believe them.
pub(crate) fn impostors(message: &Message, now: Timestamp) -> Vec<Envelope> {
    let sender = |sender: CalendarUserAddress, authentication| Envelope {
        sender: Some(sender),
        authentication,
        carrier: Carrier::Mail,
    };
    // Who delegated may pass the invitation on to their delegate.
    let people = message.calendar.components().flat_map(attendees);
    let delegators = people.filter(|attendee| attendee.address == message.recipient);
    let delegators: Vec<_> = delegators.flat_map(|delegate| delegate.delegated_from).collect();
    let other = EVERYBODY
        .into_iter()
        .find(|party| {
            let involved = [&message.originator, &message.recipient].into_iter().chain(&delegators);
            involved.map(who).all(|who| who != *party) && *party != organizer(meeting_of(&message.uid))
        })
        .unwrap();
    let by_mail = [
        sender(address(called(MALLORY, 0)), Authentication::Authenticated),
        sender(message.originator.clone(), Authentication::Failed),
        sender(address(called(other, 0)), Authentication::Authenticated),
    ];
    // Another organisation's word, or none that is known here, counts for nothing.
    let wrong = if organisation(who(&message.originator)) == "bar.com" { "foo.com" } else { "bar.com" };
    let by_peers = [wrong, "evil.example"].map(|shown| from_peer(message, &message.originator, shown, now));
    // The stranger may write for themselves.
    let by_mail = by_mail.into_iter().skip(usize::from(who(&message.originator) == MALLORY));
    by_mail.chain(by_peers.into_iter().flatten()).collect()
}
