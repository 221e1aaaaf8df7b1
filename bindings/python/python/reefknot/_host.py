"""What a program fills in to keep calendars for its users, and what the driver gives and takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from ._busy import Suggestion
from ._components import Calendar
from ._enums import MessageReason, Method, Residence, ScheduleStatus
from ._records import Change, Envelope, Identities, Message, Notice, Preferences, Reason, RoomPolicy, SchedulingState
from ._values import CalendarUserAddress

if TYPE_CHECKING:
    from datetime import tzinfo

    from ._records import AnyQuestion

__all__ = [
    "AnyAttempt",
    "AnySettled",
    "Asked",
    "Attempt",
    "Commit",
    "Delivered",
    "Delivery",
    "Directory",
    "LocalUser",
    "OpenQuestion",
    "Outgoing",
    "Route",
    "Settled",
    "Store",
    "StoredCalendar",
    "StoredObject",
    "Suggested",
    "Transport",
]


@dataclass(frozen=True, slots=True)
class LocalUser:
    """A user whose calendar the store keeps: a person, or a room."""

    id: str
    """The name that the store knows them by."""
    identities: str | Sequence[str] | Identities
    """All their addresses, and those they may act for."""
    preferences: Preferences = Preferences()
    """Their choices where the RFCs leave one."""
    zone: tzinfo | str | None = None
    """Where they are: their whole days and floating times lie in this zone; UTC unless told."""
    groups: Sequence[str] = ()
    """The groups they are in, by the names that the access list has for them."""
    room: RoomPolicy | None = None
    """By which rules it answers, for a room or another resource; ``None`` for a person."""


class Route:
    """How a message travels: one of the classes in here."""

    @dataclass(frozen=True, slots=True)
    class Local:
        """Into the calendar of a user of this store."""

        user: str

    @dataclass(frozen=True, slots=True)
    class Peer:
        """Directly to the trusted organisation that answers for the address."""

        peer: str

    @dataclass(frozen=True, slots=True)
    class Mail:
        """By mail."""

        mailbox: str

    @dataclass(frozen=True, slots=True)
    class Nobody:
        """No way at all."""

        why: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way: enough to deliver it without loading anything else."""

    method: Method
    reason: MessageReason
    originator: CalendarUserAddress
    recipient: CalendarUserAddress
    uid: str
    sequence: int
    route: Route.Local | Route.Peer | Route.Mail | Route.Nobody
    calendar: bytes
    """The VCALENDAR as iCalendar text."""
    changes: tuple[Change, ...]
    due: datetime
    """When to try first."""

    def message(self) -> Message:
        """The message as the engine made it, for whoever writes it as mail."""
        return Message(
            method=self.method,
            uid=self.uid,
            calendar=Calendar.parse(self.calendar),
            originator=self.originator,
            recipient=self.recipient,
            reason=self.reason,
            sequence=self.sequence,
            changes=self.changes,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a message raised, with all that is needed to answer it later."""

    question: AnyQuestion
    calendar: bytes
    """The message that raised it, a VCALENDAR as iCalendar text."""
    envelope: Envelope
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that waits for its user."""

    id: int
    """Its number, to answer it by; later questions have greater ones."""
    uid: str
    """The UID of the object it is about."""
    asked: Asked


class Settled:
    """How an attempt at a delivery ended: one of the classes in here.

    A status is a code such as ``5.1`` (RFC 6638 §3.2.9), with or without a text after it.
    """

    @dataclass(frozen=True, slots=True)
    class Delivered:
        """It arrived: the message leaves the outbox."""

    @dataclass(frozen=True, slots=True)
    class Retry:
        """It failed for now: the message is due again at that time."""

        due: datetime
        status: str

    @dataclass(frozen=True, slots=True)
    class Failed:
        """It is given up: the message stays for a person to look at, and is due no more."""

        status: str


AnySettled: TypeAlias = Settled.Delivered | Settled.Retry | Settled.Failed


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in the outbox."""

    id: int
    """Its number, to settle it by; later messages have greater ones."""
    user: str
    """The user whose commit sent it."""
    message: Outgoing
    attempts: int
    """How many attempts have failed."""
    due: datetime
    """When to try next."""
    status: str | None
    """What the last attempt ended with."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What :meth:`Scheduler.deliver` did."""

    done: int
    """Messages that arrived, or were handed on."""
    retried: int
    """Messages to try again."""
    failed: int
    """Messages given up."""
    notices: tuple[tuple[str, Notice], ...]
    """What to tell whom."""


class Attempt:
    """How one attempt to hand a message over ended: one of the classes in here."""

    @dataclass(frozen=True, slots=True)
    class Handed:
        """The next hop has it."""

    @dataclass(frozen=True, slots=True)
    class TryLater:
        """Not now; try again later."""

        why: str

    @dataclass(frozen=True, slots=True)
    class Refused:
        """Never."""

        status: ScheduleStatus
        """What the sender's copy will say."""
        why: str


AnyAttempt: TypeAlias = Attempt.Handed | Attempt.TryLater | Attempt.Refused


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What a store holds about one UID of one user."""

    calendar: bytes | None
    """The object as iCalendar text; ``None`` where only the state is left of it."""
    state: SchedulingState
    residence: Residence
    version: int
    """Grows with every commit of this UID, deletion included."""


@dataclass(frozen=True, slots=True)
class StoredCalendar:
    """All that lives in one user's calendar, as it was at one moment."""

    version: int
    """Grows with every commit of the user, whatever the UID; 0 before the first."""
    objects: tuple[tuple[str, bytes], ...]
    """Each UID with its object as iCalendar text, in the order of the UIDs' bytes."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One step that happens as a whole or not at all: an object, its state, and the messages that follow."""

    user: str
    uid: str
    expected: int | None
    """The version the decision was made on; ``None`` where :meth:`Store.load` found nothing."""
    expected_calendar: int | None
    """The version of the whole calendar that the decision was made on; ``None`` where only this object mattered."""
    calendar: bytes | None
    """The object as iCalendar text; ``None`` deletes it and keeps the state."""
    state: SchedulingState = field(default_factory=SchedulingState)
    residence: Residence = Residence.SYNCED
    outbox: tuple[Outgoing, ...] = ()
    """The messages to deliver, in the order in which they are to be tried when due together."""
    questions: tuple[Asked, ...] = ()
    """The questions that now wait for the user."""
    answers: int | None = None
    """The question that this commit answers: it waits no more."""
    settles: tuple[int, AnySettled] | None = None
    """The delivery whose end this commit records, and how it ended."""
    span: tuple[datetime, datetime] | None = None
    """Outside of which time the object has no instance, for a store with an index; ``None`` where that is not known."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """Times to meet, and whose calendar could not be looked at for them."""

    suggestions: tuple[Suggestion, ...]
    unknown: tuple[tuple[str, Reason], ...]
    """Those of whom nothing is known, and why."""


@runtime_checkable
class Store(Protocol):
    """Where a program keeps its users' objects and the messages that follow from them.

    :class:`MemoryStore` and :class:`SqliteStore` are ready to use. What a store raises reaches whoever called the
    :class:`Scheduler` as the cause of a :class:`HostError`.

    A store with an index may have one more method, ``calendar_within(user, start, end)``: as ``calendar``, with every
    object whose :attr:`Commit.span` overlaps that time or is not known, and perhaps more.
    """

    def load(self, user: str, uid: str, /) -> StoredObject | None:
        """What is held about a UID; ``None`` if it was never committed."""
        ...

    def uids(self, user: str, /) -> Sequence[str]:
        """The UIDs of the user's objects in the order of their bytes, without those of which only the state is left."""
        ...

    def calendar(self, user: str, /) -> StoredCalendar:
        """The user's whole calendar at one moment: no commit shows in part of it."""
        ...

    def commit(self, commit: Commit, /) -> int:
        """Writes a commit, all of it or nothing, and gives the object's new version.

        :raises ConflictError: if ``expected`` is not the stored version, or ``expected_calendar`` is given and is not
            the version of the user's calendar. Nothing has changed then, and the scheduler decides anew.
        """
        ...

    def questions(self, user: str, /) -> Sequence[OpenQuestion]:
        """The questions that wait for the user, in the order of their numbers."""
        ...

    def due(self, now: datetime, limit: int, /) -> Sequence[Delivery]:
        """At most ``limit`` messages that are due: the longest due first, those due together by their numbers."""
        ...

    def settle(self, id: int, how: AnySettled, /) -> None:
        """Records how an attempt at a delivery ended."""
        ...

    def failed(self) -> Sequence[Delivery]:
        """The messages that were given up, in the order of their numbers."""
        ...


@runtime_checkable
class Directory(Protocol):
    """The explicit list of users; nothing is guessed from a domain name. A list of :class:`LocalUser` is one too."""

    def find(self, address: CalendarUserAddress, /) -> LocalUser | None:
        """The user with that address, or an alias of theirs; ``None`` for everybody else."""
        ...

    def user(self, id: str, /) -> LocalUser | None:
        """The user of that name."""
        ...


@runtime_checkable
class Transport(Protocol):
    """Carries messages to whoever is not a user of the store."""

    def mail(self, message: Outgoing, mailbox: str, now: datetime, /) -> AnyAttempt | None:
        """Hands a message to the mail system; ``None`` says that it was handed on.

        What it raises is written down with the message, which is tried again later.
        """
        ...


for _class in (LocalUser, Outgoing, Asked, OpenQuestion, Delivery, Delivered, StoredObject, StoredCalendar, Commit, Suggested):
    _class.__module__ = "reefknot"
