//! Who has a calendar here.

use std::sync::Arc;

use reefknot_core::freebusy::RoomPolicy;
use reefknot_core::host::{self, UserId};
use reefknot_core::itip::Preferences;
use reefknot_core::time::Zone;
use reefknot_core::value::CalendarUserAddress;
use reefknot_core::{Error, scheduling};

use crate::engine::Identities;
use crate::error::HostError;

/// A user whose calendar this app keeps: a person, or a room.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct LocalUser {
    /// The name that the store knows them by.
    pub id: String,
    /// All their addresses, and those they may act for.
    pub identities: Identities,
    /// Their choices where the RFCs leave one; the usual ones if there are none.
    #[uniffi(default = None)]
    pub preferences: Option<Preferences>,
    /// Where they are: their whole days and floating times lie in this zone; UTC if it is not said.
    #[uniffi(default = None)]
    pub zone: Option<Zone>,
    /// The groups they are in, by the names that the access list has for them.
    #[uniffi(default = [])]
    pub groups: Vec<String>,
    /// By which rules it answers, for a room or another resource.
    #[uniffi(default = None)]
    pub room: Option<RoomPolicy>,
}

/// The explicit list of users; nothing is guessed from a domain name. It is asked from any thread.
#[uniffi::export(rust, foreign)]
pub trait Directory: Send + Sync {
    /// The user with that address, or an alias of theirs; none for everybody else.
    ///
    /// # Errors
    /// When the directory cannot be asked.
    fn find(&self, address: CalendarUserAddress) -> Result<Option<LocalUser>, HostError>;

    /// The user of that name.
    ///
    /// # Errors
    /// When the directory cannot be asked.
    fn user(&self, id: String) -> Result<Option<LocalUser>, HostError>;

    /// The groups that somebody is in, by the names that the access list has for them: a user here, or anybody whose
    /// address was proved.
    ///
    /// # Errors
    /// When the directory cannot be asked.
    fn groups(&self, address: CalendarUserAddress) -> Result<Vec<String>, HostError>;
}

/// A directory of a few users who never change, such as the one user of a phone.
#[derive(Debug, uniffi::Object)]
pub struct UserList {
    users: Vec<LocalUser>,
}

#[uniffi::export]
impl UserList {
    /// These users and nobody else.
    #[uniffi::constructor]
    pub fn new(users: Vec<LocalUser>) -> Arc<Self> {
        Arc::new(Self { users })
    }
}

#[uniffi::export]
impl Directory for UserList {
    fn find(&self, address: CalendarUserAddress) -> Result<Option<LocalUser>, HostError> {
        Ok(self.users.iter().find(|user| user.identities.addresses.contains(&address)).cloned())
    }

    fn user(&self, id: String) -> Result<Option<LocalUser>, HostError> {
        Ok(self.users.iter().find(|user| user.id == id).cloned())
    }

    fn groups(&self, address: CalendarUserAddress) -> Result<Vec<String>, HostError> {
        Ok(self.find(address)?.map(|user| user.groups).unwrap_or_default())
    }
}

/// An app's directory, as the core asks it.
pub(super) struct AppDirectory(pub(super) Arc<dyn Directory>);

impl host::Directory for AppDirectory {
    fn find(&self, address: &CalendarUserAddress) -> reefknot_core::Result<Option<host::LocalUser>> {
        self.0.find(address.clone())?.map(host::LocalUser::try_from).transpose()
    }

    fn user(&self, id: &UserId) -> reefknot_core::Result<Option<host::LocalUser>> {
        self.0.user(id.as_str().to_owned())?.map(host::LocalUser::try_from).transpose()
    }

    fn groups(&self, address: &CalendarUserAddress) -> reefknot_core::Result<Vec<String>> {
        Ok(self.0.groups(address.clone())?)
    }
}

impl TryFrom<LocalUser> for host::LocalUser {
    type Error = Error;

    fn try_from(user: LocalUser) -> reefknot_core::Result<Self> {
        let identities = scheduling::Identities::try_from(user.identities)
            .map_err(|error| Error::host(format!("the directory says of user `{}`: {error}", user.id)))?;
        Ok(Self {
            preferences: user.preferences.unwrap_or_default(),
            zone: user.zone.unwrap_or(Zone::UTC),
            groups: user.groups,
            room: user.room,
            ..Self::new(UserId::new(&user.id), identities)
        })
    }
}
