//! The way to one recipient.

use serde::{Deserialize, Serialize};

use crate::value::CalendarUserAddress;

/// The way a message takes to its recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Into the calendar of a user of this host, by the user's name.
    Local(String),
    /// By mail, to this mailbox.
    Mail(String),
    /// No way at all, and why.
    Nobody(String),
}

/// The way to a recipient, given what the directory knows of them.
///
/// Only a user on the list is local. An address of one's own domain that is not on the list is mailed like
/// any other: guessing from the domain loses the mail of everybody who is not on the list.
#[must_use]
pub fn route(recipient: &CalendarUserAddress, local_user: Option<&str>) -> Route {
    match (local_user, recipient.mailbox()) {
        (Some(user), _) => Route::Local(user.to_owned()),
        (None, Some(mailbox)) => Route::Mail(mailbox.to_owned()),
        (None, None) => Route::Nobody(format!("{recipient} is neither a user here nor a mail address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_list_makes_a_user_local() {
        let address = CalendarUserAddress::parse("MAILTO:C@foo.com").unwrap();
        assert_eq!(route(&address, Some("c")), Route::Local("c".into()));
        assert_eq!(route(&address, None), Route::Mail("c@foo.com".into()));
        let other = CalendarUserAddress::parse("urn:uuid:1").unwrap();
        assert!(matches!(route(&other, None), Route::Nobody(_)));
    }
}
