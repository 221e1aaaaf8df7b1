"""What goes into the engine and comes out of it, as records that compare, hash, copy and pickle by value."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, TypeAlias

from ._enums import (
    Answer,
    Authentication,
    Carrier,
    Disposition,
    MessageReason,
    Method,
    OnConflict,
    Partly,
    Role,
    ShowAnswers,
    WhenFree,
)
from ._reefknot import SchedulingState
from ._values import CalendarUserAddress

if TYPE_CHECKING:
    from datetime import timedelta, tzinfo

    from ._components import Calendar

InstanceKey: TypeAlias = datetime | date | str | None
"""Which instance of a series: ``None`` for all of it, otherwise the start that the rule gives it.

A ``str`` stands for an instance in a zone that nobody knows, or for one as iCalendar writes it: ``20261208T140000Z``.
"""

__all__ = [
    "AnyObjectChange",
    "AnyQuestion",
    "Change",
    "Envelope",
    "Identities",
    "InstanceKey",
    "Message",
    "Notice",
    "ObjectChange",
    "Outcome",
    "Preferences",
    "Question",
    "Reason",
    "RoomPolicy",
    "SchedulingState",
    "Stored",
]


@dataclass(frozen=True, slots=True)
class Identities:
    """A calendar user's addresses: the one they write as, their aliases, and those they may act for (SENT-BY)."""

    primary: str
    aliases: Sequence[str] = ()
    acting_for: Sequence[str] = ()


def _kebab(record: object) -> str:
    """A record of choices as the JSON that the engine reads."""
    fields = asdict(record).items()  # type: ignore[call-overload]
    return json.dumps({name.replace("_", "-"): value for name, value in fields})


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """The choices that the RFCs leave to a calendar program."""

    tell_informational: bool = True
    """Whether attendees hear of an informational change, such as another title."""
    show_answers: ShowAnswers = ShowAnswers.LOCALLY
    """Who sees in their own copy what the other attendees answered."""
    tell_past: bool = False
    """Whether somebody hears that an event which is over was deleted."""
    party_crashers: Answer = Answer.ASK
    """What to do with an answer from somebody who was not invited."""
    forwarded: Answer = Answer.ASK
    """What to do with an invitation that names none of the user's addresses."""
    new_organizer: Answer = Answer.ASK
    """What to do when somebody else claims to be the organizer of a stored event."""
    sent_by: Answer = Answer.ASK
    """What to do with a message whose sender says to act for somebody else, where nothing here says so."""
    counters: Answer = Answer.ASK
    """What to do with an attendee's proposal of something else."""
    believe_claimed_senders: bool = True
    """Whether a message whose sender is only claimed, as in plain mail, is taken over."""
    send_categories: bool = False
    """Whether CATEGORIES are sent: most people file events under names of their own."""
    complete_todos: bool = False
    """Whether a to-do is done, and all are told, once everybody who takes part has completed theirs."""

    def _to_json(self) -> str:
        return _kebab(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPolicy:
    """By which rules a room answers; what is ``None`` is not limited."""

    when_free: WhenFree = WhenFree.ACCEPT
    """The answer where nothing speaks against it."""
    on_conflict: OnConflict = OnConflict.DECLINE
    """The answer where the time is taken."""
    partly: Partly = Partly.PER_INSTANCE
    """The answer to a series with some conflicts."""
    capacity: int | None = None
    """How many people it holds."""
    notice: timedelta | None = None
    """How long before its start a booking must be made."""
    ahead: timedelta | None = None
    """How far ahead it can be booked, the whole of a series included."""
    longest: timedelta | None = None
    """How long one booking may last."""

    def _to_json(self) -> str:
        spans = {
            name: None if span is None else round(span.total_seconds())
            for name, span in [("notice", self.notice), ("ahead", self.ahead), ("longest", self.longest)]
        }
        kinds = {"when-free": self.when_free, "on-conflict": self.on_conflict, "partly": self.partly}
        return json.dumps({**kinds, **spans, "capacity": self.capacity})


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where a message came from (RFC 5546 §6): who the transport says sent it, and how far to believe that."""

    sender: str | None
    authentication: Authentication = Authentication.CLAIMED
    carrier: Carrier = Carrier.MAIL


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was done, or was not."""

    code: str
    """A stable name, for programs."""
    message: str
    """A sentence, for people."""
    instance: InstanceKey
    """The instance concerned, if not the whole object."""
    source: str
    """The rule behind it, such as ``RFC 5546 §2.1.5``."""

    def __str__(self) -> str:
        return f"{self.message} ({self.code}, {self.source})"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the user should be told."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed since the recipient of a message was last told."""

    instance: InstanceKey
    """The instance concerned; ``None`` for the series or the single event."""
    property: str
    """The property's name in upper case."""
    before: str | None
    """Its content line before, if there was one."""
    after: str | None
    """Its content line now, if there is one."""


class Question:
    """What only the user, or their policy, can answer: one of the classes in here.

    >>> from reefknot import CalendarUserAddress, Question
    >>> match Question.Counter(CalendarUserAddress("c@bar.com"), ()):
    ...     case Question.Counter(sender):
    ...         print(sender.mailbox, "proposes another time")
    c@bar.com proposes another time
    """

    @dataclass(frozen=True, slots=True)
    class PartyCrasher:
        """Somebody who was not invited answers: add them, or not? (RFC 5546 §3.2.3)"""

        address: CalendarUserAddress

    @dataclass(frozen=True, slots=True)
    class Forwarded:
        """An invitation that names none of the user's addresses: keep it, or not? (RFC 5546 §3.2.2.6)"""

        address: CalendarUserAddress

    @dataclass(frozen=True, slots=True)
    class NewOrganizer:
        """Somebody else claims to be the organizer now: believe it, or not? (RFC 5546 §3.2.2.4)"""

        address: CalendarUserAddress

    @dataclass(frozen=True, slots=True)
    class SentBy:
        """Somebody writes for somebody else: may they? (RFC 5545 §3.2.18)"""

        sender: CalendarUserAddress
        principal: CalendarUserAddress

    @dataclass(frozen=True, slots=True)
    class Counter:
        """An attendee proposes something else: make it so, or decline? (RFC 5546 §3.2.7)"""

        sender: CalendarUserAddress
        changes: tuple[Change, ...]


AnyQuestion: TypeAlias = (
    Question.PartyCrasher | Question.Forwarded | Question.NewOrganizer | Question.SentBy | Question.Counter
)


class ObjectChange:
    """What becomes of the stored object: one of the classes in here."""

    @dataclass(frozen=True, slots=True)
    class Keep:
        """It stays as it is."""

    @dataclass(frozen=True, slots=True)
    class Store:
        """This is stored."""

        calendar: Calendar

    @dataclass(frozen=True, slots=True)
    class Delete:
        """It is deleted; its state is kept."""


AnyObjectChange: TypeAlias = ObjectChange.Keep | ObjectChange.Store | ObjectChange.Delete


@dataclass(frozen=True, slots=True)
class Stored:
    """What a user keeps about one UID: the object, if there is one, and what scheduling remembers beside it."""

    calendar: Calendar | None = None
    state: SchedulingState = field(default_factory=SchedulingState)


@dataclass(frozen=True, slots=True)
class Message:
    """A scheduling message to one recipient (RFC 5546 §1.4).

    One that the engine made says why it is sent and what changed; one that came in says in its envelope who sent it.
    """

    method: Method
    uid: str
    calendar: Calendar
    """The VCALENDAR with its METHOD."""
    originator: CalendarUserAddress | None = None
    """On whose behalf it is sent: the organizer or the attendee."""
    recipient: CalendarUserAddress | None = None
    """Whom it is for."""
    reason: MessageReason | None = None
    """Why it is sent; ``None`` for one that came in."""
    sequence: int = 0
    """The revision it speaks of: the highest SEQUENCE in it."""
    changes: tuple[Change, ...] = ()
    """What changed since the recipient was last told; empty for an invitation."""
    envelope: Envelope | None = None
    """Where it came from, for one that came in."""

    def __str__(self) -> str:
        who = f" to {self.recipient.mailbox or self.recipient}" if self.recipient else ""
        return f"{self.method}{who} about {self.uid}"

    def to_email(
        self,
        *,
        zone: tzinfo | str | None = None,
        message_id: str | None = None,
        date: datetime | None = None,
        in_reply_to: str | None = None,
        reply_to: str | None = None,
        sender: str | None = None,
    ) -> EmailMessage:
        """The message as a mail that programs can process and people can read and answer (RFC 6047).

        ``zone`` is the recipient's, in which the text says when something is. ``message_id`` and ``date`` are made up
        as mail programs do where they are not given.
        """
        from ._mail import parse_email

        octets = self.to_email_bytes(
            zone=zone,
            message_id=message_id,
            date=date,
            in_reply_to=in_reply_to,
            reply_to=reply_to,
            sender=sender,
        )
        return parse_email(octets)

    def to_email_bytes(
        self,
        *,
        zone: tzinfo | str | None = None,
        message_id: str | None = None,
        date: datetime | None = None,
        in_reply_to: str | None = None,
        reply_to: str | None = None,
        sender: str | None = None,
    ) -> bytes:
        """The octets of the mail that :meth:`to_email` gives, for who hands them on: a hundred times as fast."""
        from ._mail import write_email

        return write_email(
            self,
            zone=zone,
            message_id=message_id,
            date=date,
            in_reply_to=in_reply_to,
            reply_to=reply_to,
            sender=sender,
        )

    @staticmethod
    def from_email(mail: EmailMessage | bytes, *, trusted_authserv_id: str | None = None) -> Message:
        """The scheduling message in a mail; :func:`read_email` finds what else there is.

        ``trusted_authserv_id`` names the mail server whose ``Authentication-Results`` are believed (RFC 8601 §2.5);
        without it the sender is only claimed.

        :raises InvalidError: if there is none in it, or more than one.
        """
        from ._mail import read_email

        return read_email(mail, trusted_authserv_id=trusted_authserv_id).message()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to store, what to send, what to say, and why: the engine's answer to everything.

    A program stores ``stored`` and puts the messages into its outbox in one step, and then delivers them.
    """

    disposition: Disposition
    """What became of the change or the message as a whole."""
    object: AnyObjectChange
    """What becomes of the stored object."""
    messages: tuple[Message, ...]
    """What to send, one message a recipient."""
    reasons: tuple[Reason, ...]
    """Why, for everything done and not done."""
    role: Role
    """What the user is to the object."""
    refreshes: tuple[Message, ...]
    """What others answered, for the copies of attendees with a calendar on this very server, and nobody else."""
    notices: tuple[Notice, ...]
    """What to tell the user."""
    questions: tuple[AnyQuestion, ...]
    """What still waits for a decision."""
    stored: Stored
    """What the user holds now: the object and the state to keep beside it."""

    def __str__(self) -> str:
        said = [*(f"send {message}" for message in self.messages), *self.notices, *self.questions, *self.reasons]
        return "\n  ".join([str(self.disposition), *map(str, said)])

    @property
    def calendar(self) -> Calendar | None:
        """The object as the user holds it now; ``None`` if there is none."""
        return self.stored.calendar

    @property
    def state(self) -> SchedulingState:
        """The scheduling state to keep beside the object."""
        return self.stored.state


for _class in (Identities, Preferences, RoomPolicy, Envelope, Reason, Notice, Change, Stored, Message, Outcome):
    _class.__module__ = "reefknot"
