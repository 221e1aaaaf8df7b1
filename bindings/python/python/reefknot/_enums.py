"""The enumerations: each member is the text that the standards, or the stored form, have for it."""

from __future__ import annotations

from enum import Enum

__all__ = [
    "Agent",
    "Answer",
    "Attendance",
    "Authentication",
    "BusyType",
    "Carrier",
    "Disposition",
    "MessageReason",
    "Method",
    "OnConflict",
    "PartStat",
    "Partly",
    "Residence",
    "Role",
    "ScheduleStatus",
    "ShowAnswers",
    "Source",
    "WhenFree",
]


class _Text(str, Enum):
    """A member that prints as its text, and is equal to it."""

    def __str__(self) -> str:
        return str.__str__(self)

    def __format__(self, spec: str) -> str:
        return str.__format__(self, spec)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class Method(_Text):
    """What a scheduling message asks for (RFC 5546 §1.4).

    >>> from reefknot import Method
    >>> Method("REQUEST")
    Method.REQUEST
    >>> Method.REQUEST == "REQUEST"
    True
    """

    PUBLISH = "PUBLISH"
    """Makes something known; nobody is asked to answer."""
    REQUEST = "REQUEST"
    """Invites, reschedules, updates, reconfirms or delegates; or asks for busy time."""
    REPLY = "REPLY"
    """An attendee's answer to the organizer."""
    ADD = "ADD"
    """Adds instances to what exists."""
    CANCEL = "CANCEL"
    """Cancels all or some instances, for all or some attendees."""
    REFRESH = "REFRESH"
    """An attendee asks the organizer for the latest version."""
    COUNTER = "COUNTER"
    """An attendee proposes a change to the organizer."""
    DECLINECOUNTER = "DECLINECOUNTER"
    """The organizer turns a proposal down."""


class PartStat(_Text):
    """A participation status: somebody's answer (RFC 5545 §3.2.12)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    """No answer yet; also what a missing parameter and a status that nobody knows mean."""
    ACCEPTED = "ACCEPTED"
    """Will come."""
    DECLINED = "DECLINED"
    """Will not come."""
    TENTATIVE = "TENTATIVE"
    """May come."""
    DELEGATED = "DELEGATED"
    """Somebody else goes instead."""
    COMPLETED = "COMPLETED"
    """A to-do is done."""
    IN_PROCESS = "IN-PROCESS"
    """A to-do is being worked on."""


class Disposition(_Text):
    """What became of a change or a message as a whole."""

    ALLOWED = "allowed"
    """The user's change is fine."""
    REJECTED = "rejected"
    """The change or the message is refused; nothing is stored."""
    UNCHANGED = "unchanged"
    """The change changes nothing that scheduling knows of."""
    APPLIED = "applied"
    """The message was taken over, at least in part."""
    IGNORED = "ignored"
    """The message changes nothing: it is old, a duplicate, or about nothing that is here."""
    ANSWERED = "answered"
    """The message was a question and has been answered; nothing is stored."""
    NEEDS_DECISION = "needs-decision"
    """The user has to decide; nothing is stored until then."""
    NOTIFY = "notify"
    """The user is told; nothing is stored."""


class Role(_Text):
    """What the user is to an object."""

    ORGANIZER = "organizer"
    """Its organizer, or somebody acting for them."""
    ATTENDEE = "attendee"
    """One of its attendees."""
    NONE = "none"
    """Neither."""


class MessageReason(_Text):
    """Why a message is sent: what its subject and its first sentence should say."""

    INVITATION = "invitation"
    """The recipient has not been asked before."""
    RESCHEDULED = "rescheduled"
    """The time changed: the recipient is asked again."""
    UPDATE = "update"
    """Details changed; the recipient's answer stands."""
    CANCELLATION = "cancellation"
    """The event, or the instances named, will not take place, or not with the recipient."""
    DELEGATE_GONE = "delegate-gone"
    """Whom the recipient sent in their place does not come: they may come themselves, or send somebody else."""
    ANSWERS = "answers"
    """Others answered: the recipient's copy shows it, and nobody is told."""
    REPLY = "reply"
    """An attendee's answer."""
    REFRESHED = "refreshed"
    """The organizer's answer to a REFRESH."""
    REFRESH = "refresh"
    """An attendee asks for the current version."""
    BUSY_TIME = "busy-time"
    """When somebody is busy, in answer to a question."""
    COUNTER = "counter"
    """An attendee proposes something else."""
    COUNTER_DECLINED = "counter-declined"
    """The organizer declines what the recipient proposed."""
    PUBLISHED = "published"
    """Made known to somebody who is not asked to come."""


class Authentication(_Text):
    """How far the sender of a message was checked by whatever carried it."""

    AUTHENTICATED = "authenticated"
    """The transport vouches for the sender."""
    CLAIMED = "claimed"
    """The sender is only claimed, as in the From header of plain mail."""
    FAILED = "failed"
    """A check was made and failed."""


class Carrier(_Text):
    """What carried a message here."""

    LOCAL = "local"
    """The same server."""
    MAIL = "mail"
    """Mail."""
    PEER = "peer"
    """A trusted organisation's server."""
    FILE = "file"
    """A file that somebody opened."""


class Agent(_Text):
    """Which of a user's programs the engine runs in; it sends what SCHEDULE-AGENT gives it (RFC 6638 §7.1)."""

    SERVER = "server"
    """The server: sends what has no SCHEDULE-AGENT, or SERVER."""
    CLIENT = "client"
    """A client beside a server: sends what has SCHEDULE-AGENT=CLIENT."""
    ALONE = "alone"
    """A client that has no server: sends all but SCHEDULE-AGENT=NONE."""


class Answer(_Text):
    """The answer to a question that a policy can give."""

    ASK = "ask"
    """Leave it to the user."""
    ACCEPT = "accept"
    """Yes."""
    REFUSE = "refuse"
    """No."""


class ShowAnswers(_Text):
    """Whether attendees see each answer that the organizer records (RFC 6638 §4.2)."""

    NOBODY = "nobody"
    """They see those that were there when they were last told of something else."""
    LOCALLY = "locally"
    """Those with a calendar on the organizer's server, without being told; nobody gets mail for it."""


class Residence(_Text):
    """Where an object may live."""

    SYNCED = "synced"
    """Here and on the user's server."""
    LOCAL_ONLY = "local-only"
    """Here only: it never reaches a server, not even when others take part in it."""


class Source(_Text):
    """Whose change something is that a program puts into a calendar."""

    USER = "user"
    """The user's: others are told as it takes."""
    FILE = "file"
    """That of a file, such as a backup: stored, and nobody is told."""
    ORGANIZER = "organizer"
    """The organizer's: their revision reached the user's program by another way, such as mail."""


class BusyType(_Text):
    """How a time is taken: FBTYPE (RFC 5545 §3.2.9)."""

    FREE = "FREE"
    """It is not taken."""
    TENTATIVE = "BUSY-TENTATIVE"
    """Something may take place."""
    UNAVAILABLE = "BUSY-UNAVAILABLE"
    """Nothing can be put there, such as outside of the hours one works."""
    BUSY = "BUSY"
    """Something takes place."""


class Attendance(_Text):
    """How much a person is needed at a meeting."""

    REQUIRED = "required"
    """Without them it makes little sense."""
    OPTIONAL = "optional"
    """It can go on without them."""


class WhenFree(_Text):
    """What a room answers where nothing speaks against a booking."""

    ACCEPT = "accept"
    TENTATIVE = "tentative"


class OnConflict(_Text):
    """What a room answers where the time is taken."""

    DECLINE = "decline"
    TENTATIVE = "tentative"


class Partly(_Text):
    """What a room answers to a series of which only some instances can be had."""

    PER_INSTANCE = "per-instance"
    """Each instance by itself."""
    ALL_OR_NONE = "all-or-none"
    """All or none."""


class ScheduleStatus(_Text):
    """How a scheduling message fared (RFC 6638 §3.2.9)."""

    PENDING = "1.0"
    """It is still on its way."""
    SENT = "1.1"
    """It was handed on, as mail is, and nobody tells whether it arrived."""
    DELIVERED = "1.2"
    """It arrived."""
    SUCCESS = "2.0"
    """It arrived and was answered."""
    PARAMETER_IGNORED = "2.3"
    """A parameter that nobody knows was ignored."""
    UNKNOWN_USER = "3.7"
    """The address is no calendar user's."""
    NO_PRIVILEGE = "3.8"
    """One of the two lacks the privilege."""
    INCOMPLETE = "5.1"
    """Delivery could not be completed; a later attempt may succeed."""
    NO_ROUTE = "5.2"
    """There is no way to deliver it."""
    NOT_ALLOWED = "5.3"
    """The recipient does not take it."""
