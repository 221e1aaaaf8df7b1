//! One entry of the access list: its text, and whether it matches.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::{Asking, Owner};
use crate::value::{CalendarUserAddress, Timestamp};
use crate::{Error, Result};

/// Whether an entry gives or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It gives the rights.
    Allow,
    /// It refuses them, whatever later entries say.
    Deny,
}

/// What somebody may want to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// See when somebody is busy.
    FreeBusy,
    /// Invite a person.
    Invite,
    /// Read a calendar.
    Read,
    /// Book a room or another resource.
    Book,
}

impl Right {
    const ALL: [Self; 4] = [Self::FreeBusy, Self::Invite, Self::Read, Self::Book];

    /// The word in the list.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FreeBusy => "free-busy",
            Self::Invite => "invite",
            Self::Read => "read",
            Self::Book => "book",
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Right {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|right| right.as_str() == text).ok_or_else(|| {
            Error::syntax(format!("`{text}` is none of {}", Self::ALL.map(Self::as_str).join(", ")))
        })
    }
}

/// Whom an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody of an organisation that has proved who it is.
    Peer(String),
    /// The members of a group of the host's directory.
    Group(String),
    /// One calendar user, as vouched for by their server.
    User(CalendarUserAddress),
}

/// Whose calendar an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A person here.
    Person(CalendarUserAddress),
    /// A room or another resource here.
    Room(CalendarUserAddress),
    /// The members of a group here, rooms included.
    Group(String),
    /// Everyone here, rooms included.
    Everyone,
}

/// One entry of an [`AccessList`](super::AccessList).
///
/// ```
/// use reefknot_core::policy::AccessRule;
///
/// let rule: AccessRule = "allow  peer bar.com book room AQUARIUM@foo.com".parse()?;
/// assert_eq!(rule.to_string(), "allow peer bar.com book room aquarium@foo.com");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRule {
    /// Whether it gives or refuses.
    pub effect: Effect,
    /// Whom it is about.
    pub who: Who,
    /// What they want to do.
    pub rights: BTreeSet<Right>,
    /// Whose calendar it is about.
    pub what: What,
    /// The instant from which it holds; always, where there is none.
    pub from: Option<Timestamp>,
    /// The instant from which it holds no more; for ever, where there is none.
    pub until: Option<Timestamp>,
}

impl AccessRule {
    /// Whether the entry speaks of this question at this time.
    #[must_use]
    pub fn matches(&self, asking: &Asking<'_>, right: Right, owner: &Owner<'_>, now: Timestamp) -> bool {
        self.rights.contains(&right)
            && self.holds_at(now)
            && match &self.who {
                Who::Peer(name) => asking.peer == Some(name.as_str()),
                Who::Group(name) => asking.groups.contains(name),
                Who::User(address) => asking.user == Some(address),
            }
            && match &self.what {
                What::Person(address) => !owner.is_room && owner.addresses.contains(address),
                What::Room(address) => owner.is_room && owner.addresses.contains(address),
                What::Group(name) => owner.groups.contains(name),
                What::Everyone => true,
            }
    }

    fn holds_at(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

const FORM: &str = "write `allow|deny peer|group|user NAME free-busy,invite,read,book person|room|group NAME` or `everyone` \
                    at the end, and `from TIME` and `until TIME` after it where it holds for a time";

impl FromStr for AccessRule {
    type Err = Error;

    /// # Errors
    /// A syntax error that says which word is wrong and what may stand there.
    fn from_str(text: &str) -> Result<Self> {
        let mut words = text.split_whitespace();
        let mut next = |what: &str| {
            words
                .next()
                .ok_or_else(|| Error::syntax(format!("the entry ends where {what} is wanted; {FORM}")))
        };
        let effect = match next("`allow` or `deny`")? {
            "allow" => Effect::Allow,
            "deny" => Effect::Deny,
            other => return Err(Error::syntax(format!("`{other}` is neither `allow` nor `deny`; {FORM}"))),
        };
        let who = match next("`peer`, `group` or `user`")? {
            "peer" => Who::Peer(next("the peer's name")?.to_owned()),
            "group" => Who::Group(next("the group's name")?.to_owned()),
            "user" => Who::User(next("the user's address")?.parse()?),
            other => {
                return Err(Error::syntax(format!(
                    "`{other}` is none of `peer`, `group` and `user`; {FORM}"
                )));
            }
        };
        let rights = next("a right")?.split(',').map(str::parse).collect::<Result<_>>()?;
        let what = match next("`person`, `room`, `group` or `everyone`")? {
            "person" => What::Person(next("the person's address")?.parse()?),
            "room" => What::Room(next("the room's address")?.parse()?),
            "group" => What::Group(next("the group's name")?.to_owned()),
            "everyone" => What::Everyone,
            other => {
                let message =
                    format!("`{other}` is none of `person`, `room`, `group` and `everyone`; {FORM}");
                return Err(Error::syntax(message));
            }
        };
        let mut rule = Self { effect, who, rights, what, from: None, until: None };
        while let Some(word) = words.next() {
            let limit = match word {
                "from" => &mut rule.from,
                "until" => &mut rule.until,
                other => {
                    return Err(Error::syntax(format!("`{other}` is neither `from` nor `until`; {FORM}")));
                }
            };
            let time = words.next().ok_or_else(|| {
                Error::syntax(format!("a time is wanted after `{word}`, such as 20270101T000000Z"))
            })?;
            if limit.replace(time.parse()?).is_some() {
                return Err(Error::syntax(format!("`{word}` stands twice; keep one")));
            }
        }
        if let (Some(from), Some(until)) = (rule.from, rule.until)
            && until <= from
        {
            return Err(Error::syntax(format!("the entry never holds: {until} is not after {from}")));
        }
        Ok(rule)
    }
}

impl fmt::Display for AccessRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.effect {
            Effect::Allow => "allow ",
            Effect::Deny => "deny ",
        })?;
        match &self.who {
            Who::Peer(name) => write!(f, "peer {name} ")?,
            Who::Group(name) => write!(f, "group {name} ")?,
            Who::User(address) => write!(f, "user {} ", plain(address))?,
        }
        let rights: Vec<&str> = self.rights.iter().map(|right| right.as_str()).collect();
        f.write_str(&rights.join(","))?;
        match &self.what {
            What::Person(address) => write!(f, " person {}", plain(address))?,
            What::Room(address) => write!(f, " room {}", plain(address))?,
            What::Group(name) => write!(f, " group {name}")?,
            What::Everyone => f.write_str(" everyone")?,
        }
        for (word, time) in [("from", self.from), ("until", self.until)] {
            if let Some(time) = time {
                write!(f, " {word} {time}")?;
            }
        }
        Ok(())
    }
}

/// An address as an administrator writes it: bare where that means the same, and begins no comment.
pub(super) fn plain(address: &CalendarUserAddress) -> &str {
    let means_it = |mailbox: &&str| !mailbox.contains('#') && mailbox.parse().as_ref() == Ok(address);
    address.mailbox().filter(means_it).unwrap_or_else(|| address.uri())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            "allow peer bar.com free-busy everyone",
            "allow peer bar.com book room aquarium@foo.com",
            "deny user mallory@bar.com free-busy,invite everyone",
            "allow group auditors read person b@foo.com from 20270101T000000Z until 20270201T000000Z",
            "allow user urn:uuid:1 read group board until 20270201T000000Z",
            "allow user b?@foo.com read person 100%25@foo.com",
            "allow user mailto:b?subject=@foo.com read person mailto:b%23@foo.com",
        ] {
            assert_eq!(text.parse::<AccessRule>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_wrong_word_is_named() {
        for (text, named) in [
            ("", "`allow` or `deny`"),
            ("permit peer bar.com read everyone", "`permit`"),
            ("allow bar.com read everyone", "`bar.com`"),
            ("allow peer", "the peer's name"),
            ("allow peer bar.com", "a right"),
            ("allow peer bar.com write everyone", "`write`"),
            ("allow peer bar.com read, everyone", "``"),
            ("allow peer bar.com read", "`everyone`"),
            ("allow peer bar.com read all", "`all`"),
            ("allow user b read everyone", "`b`"),
            ("allow peer bar.com read everyone since 20270101T000000Z", "`since`"),
            ("allow peer bar.com read everyone until", "`until`"),
            ("allow peer bar.com read everyone until tomorrow", "tomorrow"),
            ("allow peer bar.com read everyone until 20270101T000000Z until 20280101T000000Z", "twice"),
            ("allow peer bar.com read everyone from 20280101T000000Z until 20270101T000000Z", "never holds"),
        ] {
            let error = text.parse::<AccessRule>().unwrap_err();
            assert!(error.is_syntax() && error.to_string().contains(named), "{text}: {error}");
        }
    }
}
