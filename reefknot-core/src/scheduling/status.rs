//! SCHEDULE-STATUS: how a scheduling message fared (RFC 6638 §3.2.9, §7.3).

use std::fmt;

/// How the last scheduling message to somebody fared (RFC 6638 §3.2.9).
///
/// ```
/// use reefknot_core::scheduling::ScheduleStatus;
///
/// let status = ScheduleStatus::parse("5.2").unwrap();
/// assert_eq!(status, ScheduleStatus::NoRoute);
/// assert!(status.is_failure());
/// assert_eq!(status.to_string(), "5.2 (there is no way to deliver to that address)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScheduleStatus {
    /// 1.0: it is still on its way.
    Pending,
    /// 1.1: it was handed on, as mail is, and nobody tells whether it arrived.
    Sent,
    /// 1.2: it arrived.
    Delivered,
    /// 2.0: it arrived and was answered.
    Success,
    /// 2.3: a parameter that nobody knows was ignored (RFC 6638 §7.2, RFC 5546 §3.6).
    ParameterIgnored,
    /// 3.7: the address is no calendar user's.
    UnknownUser,
    /// 3.8: one of the two lacks the privilege.
    NoPrivilege,
    /// 5.1: delivery could not be completed; a later attempt may succeed.
    Incomplete,
    /// 5.2: there is no way to deliver it.
    NoRoute,
    /// 5.3: the recipient does not take it.
    NotAllowed,
}

impl ScheduleStatus {
    const ALL: [Self; 10] = [
        Self::Pending,
        Self::Sent,
        Self::Delivered,
        Self::Success,
        Self::ParameterIgnored,
        Self::UnknownUser,
        Self::NoPrivilege,
        Self::Incomplete,
        Self::NoRoute,
        Self::NotAllowed,
    ];

    /// Reads a status code; `None` for any other code of a reply's REQUEST-STATUS, or for a list of them.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::of_code(code.trim().as_bytes())
    }

    /// As [`parse`](Self::parse), of a code as it is written.
    pub(super) fn of_code(code: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code().as_bytes() == code)
    }

    /// The code as iCalendar writes it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "1.0",
            Self::Sent => "1.1",
            Self::Delivered => "1.2",
            Self::Success => "2.0",
            Self::ParameterIgnored => "2.3",
            Self::UnknownUser => "3.7",
            Self::NoPrivilege => "3.8",
            Self::Incomplete => "5.1",
            Self::NoRoute => "5.2",
            Self::NotAllowed => "5.3",
        }
    }

    /// What it says, in words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Pending => "on its way",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Success => "delivered and answered",
            Self::ParameterIgnored => "an unknown parameter was ignored",
            Self::UnknownUser => "nobody has that address",
            Self::NoPrivilege => "the sender or the recipient lacks the privilege",
            Self::Incomplete => "it could not be delivered now; try again later",
            Self::NoRoute => "there is no way to deliver to that address",
            Self::NotAllowed => "the recipient does not take it",
        }
    }

    /// Whether it tells of the delivery; otherwise of what the recipient made of the message.
    #[must_use]
    pub fn is_delivery(self) -> bool {
        !matches!(self, Self::Success | Self::ParameterIgnored)
    }

    /// Whether the message did not arrive and will not be tried again.
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(
            self,
            Self::UnknownUser | Self::NoPrivilege | Self::Incomplete | Self::NoRoute | Self::NotAllowed
        )
    }
}

impl fmt::Display for ScheduleStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.code(), self.meaning())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc_and_read_back() {
        let failures = ["3.7", "3.8", "5.1", "5.2", "5.3"];
        for status in ScheduleStatus::ALL {
            assert_eq!(ScheduleStatus::parse(status.code()), Some(status));
            assert_eq!(status.is_failure(), failures.contains(&status.code()), "{status}");
        }
        for other in ["", "2", "2.0,2.4", "5.10", "1.0.1"] {
            assert_eq!(ScheduleStatus::parse(other), None, "{other}");
        }
    }
}
