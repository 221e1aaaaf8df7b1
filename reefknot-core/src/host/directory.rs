//! Who has a calendar here.

use super::UserId;
use crate::Result;
use crate::itip::Preferences;
use crate::scheduling::Identities;
use crate::value::CalendarUserAddress;

/// A user whose calendar this host keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalUser {
    /// The name that the store knows them by.
    pub id: UserId,
    /// All their addresses, and those they may act for.
    pub identities: Identities,
    /// Their choices where the RFCs leave one.
    pub preferences: Preferences,
}

/// The explicit list of users. Nothing is guessed from a domain name.
pub trait Directory {
    /// The user with that address, or an alias of theirs; `None` for everybody else.
    ///
    /// # Errors
    /// When the directory cannot be asked.
    fn find(&self, address: &CalendarUserAddress) -> Result<Option<LocalUser>>;

    /// The user of that name.
    ///
    /// # Errors
    /// When the directory cannot be asked.
    fn user(&self, id: &UserId) -> Result<Option<LocalUser>>;
}

/// A list of users is a directory.
impl Directory for Vec<LocalUser> {
    fn find(&self, address: &CalendarUserAddress) -> Result<Option<LocalUser>> {
        Ok(self.iter().find(|user| user.identities.is_own(address)).cloned())
    }

    fn user(&self, id: &UserId) -> Result<Option<LocalUser>> {
        Ok(self.iter().find(|user| user.id == *id).cloned())
    }
}
