//! Who has a calendar here.

use super::UserId;
use crate::Result;
use crate::freebusy::RoomPolicy;
use crate::itip::Preferences;
use crate::policy::Owner;
use crate::scheduling::Identities;
use crate::time::Zone;
use crate::value::CalendarUserAddress;

/// A user whose calendar this host keeps: a person, or a room.
///
/// ```
/// use reefknot_core::freebusy::RoomPolicy;
/// use reefknot_core::host::LocalUser;
/// use reefknot_core::scheduling::Identities;
/// use reefknot_core::time::Zone;
///
/// let aquarium = LocalUser {
///     zone: Zone::iana("Europe/Berlin").unwrap(),
///     room: Some(RoomPolicy { capacity: Some(8), ..RoomPolicy::default() }),
///     ..LocalUser::new("aquarium".into(), Identities::new("mailto:aquarium@foo.com".parse()?))
/// };
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LocalUser {
    /// The name that the store knows them by.
    pub id: UserId,
    /// All their addresses, and those they may act for.
    pub identities: Identities,
    /// Their choices where the RFCs leave one.
    pub preferences: Preferences,
    /// Where they are: their whole days and floating times lie in this zone.
    pub zone: Zone,
    /// The groups they are in, by the names that the access list has for them.
    pub groups: Vec<String>,
    /// By which rules it answers, for a room or another resource (RFC 5545 §3.2.3); `None` for a person.
    pub room: Option<RoomPolicy>,
}

impl LocalUser {
    /// A person in UTC and in no group, with the default choices.
    #[must_use]
    pub fn new(id: UserId, identities: Identities) -> Self {
        Self {
            id,
            identities,
            preferences: Preferences::default(),
            zone: Zone::UTC,
            groups: Vec::new(),
            room: None,
        }
    }

    /// Whom the access list is asked about.
    pub(super) fn owner(&self) -> Owner<'_> {
        Owner { addresses: self.identities.own(), is_room: self.room.is_some(), groups: &self.groups }
    }
}

/// The explicit list of users. Nothing is guessed from a domain name.
pub trait Directory {
    /// The user with that address, or an alias of theirs; `None` for everybody else.
    ///
    /// # Errors
    /// When the directory cannot be asked.
    fn find(&self, address: &CalendarUserAddress) -> Result<Option<LocalUser>>;

    /// The groups that somebody is in, by the names that the access list has for them: a user here, or anybody whose
    /// address was proved.
    ///
    /// # Errors
    /// When the directory cannot be asked.
    fn groups(&self, address: &CalendarUserAddress) -> Result<Vec<String>> {
        Ok(self.find(address)?.map(|user| user.groups).unwrap_or_default())
    }

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
