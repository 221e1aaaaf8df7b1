//! What a scheduler is told and tells: trust, who asks, questions, answers and deliveries.

use std::sync::Arc;

use reefknot_core::freebusy::Attendance;
use reefknot_core::host::{self, Source, UserId};
use reefknot_core::ical::Limits;
use reefknot_core::itip::Envelope;
use reefknot_core::scheduling::ScheduleStatus;
use reefknot_core::time::Zone;
use reefknot_core::value::{CalendarUserAddress, Timestamp};
use reefknot_core::{freebusy, itip, routing};

use crate::calendar::Calendar;
use crate::error::{ReefknotError, Result};
use crate::freebusy::{BusyTime, Suggestion};
use crate::outcome::{Notice, Outcome, Question, Reason};

/// The organisations this host talks to directly, and what others may do here.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Trust {
    /// The organisations.
    #[uniffi(default = [])]
    pub peers: Vec<Peer>,
    /// The access list, one entry a line, such as `allow peer bar.com free-busy everyone`.
    #[uniffi(default = "")]
    pub access: String,
}

/// An organisation that this host talks to directly.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Peer {
    /// Its name in the access list.
    pub name: String,
    /// The domains whose addresses it answers for, each by itself.
    pub domains: Vec<String>,
    /// What shows that it is this peer; several while a key is replaced.
    pub proofs: Vec<Proof>,
}

/// What shows who is at the other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Proof {
    /// The certificate that the other end holds the key of (mutual TLS).
    Certificate {
        /// Its SHA-256 fingerprint, in hex.
        fingerprint: String,
    },
    /// The key that signed the request.
    Key {
        /// Its identifier.
        identifier: String,
    },
}

/// Whose change is put.
#[uniffi::remote(Enum)]
pub enum Source {
    /// The user's: others are told as it takes.
    User,
    /// That of a file, such as a backup: stored, and nobody is told.
    File,
    /// The organizer's: their revision reached the user's program by another way, such as mail.
    Organizer,
}

/// Who wants to know something of somebody's calendar.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Asker {
    /// A user of this host.
    User {
        /// The user's name.
        id: String,
    },
    /// A calendar user of another organisation, as its server says.
    Peer {
        /// What the transport verified about the other end.
        shown: Proof,
        /// For whom the server asks.
        user: CalendarUserAddress,
    },
}

/// Busy time, or why it is not told.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum BusyAnswer {
    /// It is told.
    Told {
        /// When they are busy.
        busy: BusyTime,
    },
    /// It is not.
    Refused {
        /// Why.
        reason: Reason,
    },
}

/// An object as somebody may see it, or why it is not shown.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ReadAnswer {
    /// It is shown.
    Shown {
        /// As much of it as they may see.
        calendar: Arc<Calendar>,
    },
    /// There is no such object.
    Nothing,
    /// It is not shown.
    Refused {
        /// Why.
        reason: Reason,
    },
}

/// A question that waits for its user.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OpenQuestion {
    /// Its number, to answer it by; later questions have greater ones.
    pub id: u64,
    /// The UID of the object it is about.
    pub uid: String,
    /// What is asked.
    pub question: Question,
    /// The same in words, with times in the user's zone.
    pub words: String,
    /// The message that raised it.
    pub message: Arc<Calendar>,
    /// Where that message came from.
    pub envelope: Envelope,
    /// When it was asked.
    pub at: Timestamp,
}

/// What a delivery run did.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Delivered {
    /// Messages that arrived, or were handed on.
    pub done: u64,
    /// Messages to try again.
    pub retried: u64,
    /// Messages given up.
    pub failed: u64,
    /// What to tell whom.
    pub notices: Vec<UserNotice>,
}

/// Something a user should be told.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UserNotice {
    /// Whom.
    pub user: String,
    /// What.
    pub notice: Notice,
}

/// What became of a message that a peer handed in, and what the peer is told.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Received {
    /// How its delivery ended, for the sender's copy (RFC 6638 §3.2.9).
    pub status: ScheduleStatus,
    /// Why it was not delivered; empty where it was.
    pub why: String,
    /// The answer to a question about busy time.
    pub answer: Option<Arc<Calendar>>,
    /// What the engine made of it; none where it was not let in.
    pub outcome: Option<Outcome>,
}

/// A user who is to come.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Invitee {
    /// The user's name.
    pub user: String,
    /// How much they are needed.
    pub attendance: Attendance,
}

/// Times to meet, and whose calendar could not be looked at for them.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Suggested {
    /// The best times, for those whose busy time is known.
    pub suggestions: Vec<Suggestion>,
    /// Those of whom nothing is known: they may be busy at any of the times.
    pub unknown: Vec<Unknown>,
}

/// A user whose busy time is not known.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Unknown {
    /// The user's name.
    pub user: String,
    /// Why it is not known.
    pub reason: Reason,
}

/// Who asks, for as long as the core looks at it.
pub(super) enum AskerParts {
    User(UserId),
    Peer { shown: routing::Proof, user: CalendarUserAddress },
}

impl AskerParts {
    pub(super) fn core(&self) -> host::Asker<'_> {
        match self {
            Self::User(id) => host::Asker::User(id),
            Self::Peer { shown, user } => host::Asker::Peer { shown, user },
        }
    }
}

impl From<Asker> for AskerParts {
    fn from(asker: Asker) -> Self {
        match asker {
            Asker::User { id } => Self::User(UserId::new(&id)),
            Asker::Peer { shown, user } => Self::Peer { shown: shown.into(), user },
        }
    }
}

impl TryFrom<Trust> for routing::Trust {
    type Error = ReefknotError;

    fn try_from(trust: Trust) -> Result<Self> {
        let peer = |peer: Peer| routing::Peer {
            name: peer.name,
            domains: peer.domains,
            proofs: peer.proofs.into_iter().map(routing::Proof::from).collect(),
        };
        let peers = routing::Peers::new(trust.peers.into_iter().map(peer).collect())?;
        Ok(Self { peers, access: trust.access.parse()? })
    }
}

impl From<Proof> for routing::Proof {
    fn from(proof: Proof) -> Self {
        match proof {
            Proof::Certificate { fingerprint } => Self::Certificate(fingerprint),
            Proof::Key { identifier } => Self::Key(identifier),
        }
    }
}

impl OpenQuestion {
    pub(super) fn of(open: host::OpenQuestion, zone: &Zone) -> Result<Self> {
        let host::OpenQuestion { id, uid, asked } = open;
        let words = asked.words(zone, &Limits::default())?;
        let message = Calendar::parse(asked.calendar)?;
        let (question, envelope, at) = (asked.question.into(), asked.envelope, asked.at);
        Ok(Self { id: id.0, uid, question, words, message, envelope, at })
    }
}

impl From<std::result::Result<freebusy::BusyTime, itip::Reason>> for BusyAnswer {
    fn from(told: std::result::Result<freebusy::BusyTime, itip::Reason>) -> Self {
        match told {
            Ok(busy) => Self::Told { busy: busy.into() },
            Err(reason) => Self::Refused { reason: reason.into() },
        }
    }
}

impl From<host::Delivered> for Delivered {
    fn from(delivered: host::Delivered) -> Self {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let notice = |(user, notice): (UserId, itip::Notice)| UserNotice {
            user: user.to_string(),
            notice: notice.into(),
        };
        Self {
            done: number(delivered.done),
            retried: number(delivered.retried),
            failed: number(delivered.failed),
            notices: delivered.notices.into_iter().map(notice).collect(),
        }
    }
}

impl From<host::Received> for Received {
    fn from(received: host::Received) -> Self {
        let host::Received { status, why, answer, outcome } = received;
        let answer = answer.map(|answer| Arc::new(answer.into()));
        Self { status, why, answer, outcome: outcome.map(Outcome::from) }
    }
}

impl From<host::Suggested> for Suggested {
    fn from(suggested: host::Suggested) -> Self {
        let unknown = |(user, reason): (UserId, itip::Reason)| Unknown {
            user: user.to_string(),
            reason: reason.into(),
        };
        Self {
            suggestions: suggested.suggestions.into_iter().map(Suggestion::from).collect(),
            unknown: suggested.unknown.into_iter().map(unknown).collect(),
        }
    }
}
