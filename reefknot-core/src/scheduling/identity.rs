//! Whose calendar it is, under all the addresses they go by.

use crate::value::CalendarUserAddress;

/// A calendar user's addresses: the one they write as, their aliases, and those they may act for.
///
/// RFC 6638 §2.4.1 calls this the calendar user address set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identities {
    own: Vec<CalendarUserAddress>,
    acts_for: Vec<CalendarUserAddress>,
}

impl Identities {
    /// A user with one address.
    #[must_use]
    pub fn new(primary: CalendarUserAddress) -> Self {
        Self { own: vec![primary], acts_for: Vec::new() }
    }

    /// Adds an alias: another address that is the same person.
    #[must_use]
    pub fn with_alias(mut self, alias: CalendarUserAddress) -> Self {
        if !self.is_own(&alias) {
            self.own.push(alias);
        }
        self
    }

    /// Adds somebody this user may act for, as a secretary does (SENT-BY, RFC 5545 §3.2.18).
    #[must_use]
    pub fn acting_for(mut self, principal: CalendarUserAddress) -> Self {
        self.acts_for.push(principal);
        self
    }

    /// The address the user writes as.
    #[must_use]
    pub fn primary(&self) -> &CalendarUserAddress {
        &self.own[0]
    }

    /// All addresses that are this user.
    #[must_use]
    pub fn own(&self) -> &[CalendarUserAddress] {
        &self.own
    }

    /// Whether the address is this user.
    #[must_use]
    pub fn is_own(&self, address: &CalendarUserAddress) -> bool {
        self.own.contains(address)
    }

    /// Whether the user may speak for the address: their own, or one they may act for.
    #[must_use]
    pub fn speaks_for(&self, address: &CalendarUserAddress) -> bool {
        self.is_own(address) || self.acts_for.contains(address)
    }
}
