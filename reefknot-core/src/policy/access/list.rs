//! The list as a whole, and the decisions that come of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rule::plain;
use super::{AccessRule, Effect, Right};
use crate::value::{CalendarUserAddress, Timestamp};
use crate::{Error, Result};

/// Who wants something, as far as it was proved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asking<'a> {
    /// The organisation that proved who it is.
    pub peer: Option<&'a str>,
    /// The calendar user, where somebody answerable for the address vouches for it.
    pub user: Option<&'a CalendarUserAddress>,
    /// The groups of the host's directory that the user is in.
    pub groups: &'a [String],
}

/// Whose calendar they want it of.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// All addresses of the person or the room.
    pub addresses: &'a [CalendarUserAddress],
    /// Whether it is a room or another resource.
    pub is_room: bool,
    /// The groups of the host's directory that they are in.
    pub groups: &'a [String],
}

/// Who may do what here: entries in order, the first that matches decides, and without one the answer is no.
///
/// ```
/// use reefknot_core::policy::{AccessList, Owner, Asking, Right};
///
/// let list: AccessList = "allow peer bar.com free-busy everyone\n\
///                         allow peer bar.com book room aquarium@foo.com".parse()?;
/// let asking = Asking { peer: Some("bar.com"), ..Asking::default() };
/// let room = ["mailto:aquarium@foo.com".parse()?];
/// let aquarium = Owner { addresses: &room, is_room: true, groups: &[] };
/// let now = "20261201T080000Z".parse()?;
///
/// assert!(list.decide(&asking, Right::Book, &aquarium, now).allowed);
/// let read = list.decide(&asking, Right::Read, &aquarium, now);
/// assert_eq!(read.to_string(), "no entry lets bar.com read aquarium@foo.com");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessList {
    rules: Vec<AccessRule>,
}

/// What an [`AccessList`] says, and which entry says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether they may.
    pub allowed: bool,
    /// The entry that decided, counted from 1; `None` where none matched.
    pub entry: Option<usize>,
    because: String,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.because)
    }
}

impl AccessList {
    /// A list of these entries, in this order.
    #[must_use]
    pub fn new(rules: Vec<AccessRule>) -> Self {
        Self { rules }
    }

    /// The entries.
    #[must_use]
    pub fn rules(&self) -> &[AccessRule] {
        &self.rules
    }

    /// Whether somebody may do something, and why.
    #[must_use]
    pub fn decide(&self, asking: &Asking<'_>, right: Right, owner: &Owner<'_>, now: Timestamp) -> Decision {
        let found = self.rules.iter().enumerate().find(|(_, rule)| rule.matches(asking, right, owner, now));
        let Some((at, rule)) = found else {
            let because = format!("no entry lets {} {}", name_of(asking), want(right, owner));
            return Decision { allowed: false, entry: None, because };
        };
        let allowed = rule.effect == Effect::Allow;
        let may = if allowed { "may" } else { "may not" };
        let because = format!("{} {may} {}: entry {}, `{rule}`", name_of(asking), want(right, owner), at + 1);
        Decision { allowed, entry: Some(at + 1), because }
    }
}

impl AccessList {
    /// As [`decide`](Self::decide), for a user of this host.
    ///
    /// Those who share a host may do what no entry speaks of, but for reading each other's calendars, which needs an
    /// entry as for everybody.
    ///
    /// ```
    /// use reefknot_core::policy::{AccessList, Owner, Asking, Right};
    ///
    /// let list: AccessList = "deny group interns book everyone".parse()?;
    /// let room = ["mailto:aquarium@foo.com".parse()?];
    /// let aquarium = Owner { addresses: &room, is_room: true, groups: &[] };
    /// let interns = ["interns".to_owned()];
    /// let now = "20261201T080000Z".parse()?;
    ///
    /// let anybody = Asking::default();
    /// assert!(list.decide_here(&anybody, Right::Book, &aquarium, now).allowed);
    /// assert!(!list.decide_here(&anybody, Right::Read, &aquarium, now).allowed);
    /// let intern = Asking { groups: &interns, ..Asking::default() };
    /// assert!(!list.decide_here(&intern, Right::Book, &aquarium, now).allowed);
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    #[must_use]
    pub fn decide_here(
        &self,
        asking: &Asking<'_>,
        right: Right,
        owner: &Owner<'_>,
        now: Timestamp,
    ) -> Decision {
        let decision = self.decide(asking, right, owner, now);
        if decision.entry.is_some() || right == Right::Read {
            return decision;
        }
        let because = format!("{}, a user here, may {}", name_of(asking), want(right, owner));
        Decision { allowed: true, entry: None, because }
    }
}

fn name_of(asking: &Asking<'_>) -> String {
    match (asking.user, asking.peer) {
        (Some(user), Some(peer)) => format!("{} of {peer}", plain(user)),
        (Some(user), None) => plain(user).to_owned(),
        (None, Some(peer)) => peer.to_owned(),
        (None, None) => "somebody unknown".to_owned(),
    }
}

fn want(right: Right, owner: &Owner<'_>) -> String {
    let whom = owner.addresses.first().map_or("somebody unknown", plain);
    match right {
        Right::FreeBusy => format!("see when {whom} is busy"),
        Right::Invite | Right::Read | Right::Book => format!("{right} {whom}"),
    }
}

impl FromStr for AccessList {
    type Err = Error;

    /// Reads one entry a line; empty lines and what follows a `#` say nothing.
    ///
    /// # Errors
    /// A syntax error that names the line.
    fn from_str(text: &str) -> Result<Self> {
        let mut rules = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if !line.is_empty() {
                let rule = line.parse();
                rules.push(rule.map_err(|error| Error::syntax(format!("line {}: {error}", at + 1)))?);
            }
        }
        Ok(Self { rules })
    }
}

impl fmt::Display for AccessList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rules.iter().try_for_each(|rule| writeln!(f, "{rule}"))
    }
}

impl Serialize for AccessList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccessList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# what others may do here\n\
        deny user mallory@bar.com free-busy,invite everyone\n\
        allow peer bar.com free-busy everyone   # all of it\n\
        \n\
        allow peer bar.com book room aquarium@foo.com\n\
        allow group auditors read person b@foo.com from 20270101T000000Z until 20270201T000000Z\n\
        allow peer bar.com invite group sales\n";

    /// Asks as `user` of `peer`, about B or the Aquarium.
    fn decide(peer: Option<&str>, user: &str, right: Right, whom: &str, now: &str) -> Decision {
        let user = user.parse().unwrap();
        let auditors = ["auditors".to_owned()];
        let sales = ["sales".to_owned()];
        let addresses = [whom.parse().unwrap(), "mailto:alias@foo.com".parse().unwrap()];
        let is_room = whom.starts_with("aquarium");
        let is_auditor = user == "mailto:d@bar.com".parse().unwrap();
        let asking = Asking { peer, user: Some(&user), groups: if is_auditor { &auditors } else { &[] } };
        let owner = Owner { addresses: &addresses, is_room, groups: if is_room { &[] } else { &sales } };
        LIST.parse::<AccessList>().unwrap().decide(&asking, right, &owner, now.parse().unwrap())
    }

    #[test]
    fn the_first_entry_that_matches_decides() {
        let now = "20261201T000000Z";
        let bar = Some("bar.com");
        for (user, right, whom, entry, allowed) in [
            ("c@bar.com", Right::FreeBusy, "b@foo.com", Some(2), true),
            ("c@bar.com", Right::FreeBusy, "aquarium@foo.com", Some(2), true),
            ("mallory@bar.com", Right::FreeBusy, "b@foo.com", Some(1), false),
            ("mallory@bar.com", Right::Book, "aquarium@foo.com", Some(3), true),
            ("c@bar.com", Right::Book, "aquarium@foo.com", Some(3), true),
            ("c@bar.com", Right::Book, "b@foo.com", None, false),
            ("c@bar.com", Right::Invite, "b@foo.com", Some(5), true),
            ("c@bar.com", Right::Invite, "aquarium@foo.com", None, false),
            ("c@bar.com", Right::Read, "b@foo.com", None, false),
        ] {
            let decision = decide(bar, user, right, whom, now);
            assert_eq!(
                (decision.entry, decision.allowed),
                (entry, allowed),
                "{user} {right} {whom}: {decision}"
            );
        }
    }

    #[test]
    fn an_entry_holds_for_its_time_only() {
        for (now, allowed) in [
            ("20261231T235959Z", false),
            ("20270101T000000Z", true),
            ("20270131T235959Z", true),
            ("20270201T000000Z", false),
        ] {
            assert_eq!(decide(None, "d@bar.com", Right::Read, "b@foo.com", now).allowed, allowed, "{now}");
        }
    }

    #[test]
    fn without_an_entry_the_answer_is_no_and_says_so() {
        let decision = decide(
            Some("evil.example"),
            "x@evil.example",
            Right::Book,
            "aquarium@foo.com",
            "20261201T000000Z",
        );
        assert_eq!(
            decision.to_string(),
            "no entry lets x@evil.example of evil.example book aquarium@foo.com"
        );
        let nobody = Asking::default();
        let owner = Owner { addresses: &[], is_room: false, groups: &[] };
        let now = Timestamp::from_seconds(0);
        assert!(!AccessList::default().decide(&nobody, Right::Invite, &owner, now).allowed);
    }

    #[test]
    fn a_wrong_line_is_named_and_a_list_prints_back() {
        let error = "allow peer bar.com read everyone\n\nallow peer\n".parse::<AccessList>().unwrap_err();
        assert!(error.to_string().starts_with("line 3: "), "{error}");
        let list: AccessList = LIST.parse().unwrap();
        assert_eq!(list.to_string().parse::<AccessList>().unwrap(), list);
        assert_eq!(list.rules().len(), 5);
    }
}
