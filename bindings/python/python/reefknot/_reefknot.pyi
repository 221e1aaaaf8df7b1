"""The part of the package that is written in Rust; import ``reefknot`` instead."""

import builtins
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from os import PathLike
from typing import Any, final

from typing_extensions import Self

from ._busy import BusyTime, Conflicts, Person, Suggestion
from ._components import Calendar
from ._enums import Agent, Attendance, PartStat, Residence, ScheduleStatus, Source
from ._host import (
    AnySettled,
    Commit,
    Delivered,
    Delivery,
    Directory,
    LocalUser,
    OpenQuestion,
    Store,
    StoredCalendar,
    StoredObject,
    Suggested,
    Transport,
)
from ._mail import IncomingMail
from ._records import (
    AnyQuestion,
    Envelope,
    Identities,
    InstanceKey,
    Message,
    Outcome,
    Preferences,
    Reason,
    RoomPolicy,
    Stored,
)
from ._values import Limits, Problem

__all__ = [
    "PRODUCT",
    "Component",
    "Engine",
    "MemoryStore",
    "Occurrence",
    "Property",
    "Scheduler",
    "SchedulingState",
    "SqliteStore",
    "_busy",
    "_busy_both",
    "_busy_calendar",
    "_busy_of",
    "_conflicts",
    "_normal_address",
    "_normal_recur",
    "_occurrences",
    "_read_mail",
    "_restore_component",
    "_restore_occurrence",
    "_suggest",
    "_write_mail",
    "parse_calendars",
]

PRODUCT: str
"""What the package calls itself: PRODID (RFC 5545 §3.7.3)."""

class Component:
    """A calendar component (RFC 5545 §3.6): VCALENDAR, VEVENT, VALARM or any other.

    It cannot be changed: methods that change something give a changed copy.
    """

    def __new__(cls, of: str | Component) -> Self:
        """An empty component of that name, or the component given, as this class."""
    @builtins.property
    def name(self) -> str:
        """The name in upper case, such as ``VEVENT``."""
    @builtins.property
    def line(self) -> int | None:
        """The line, from 1, on which the component began, if it was read from text."""
    @builtins.property
    def properties(self) -> tuple[Property, ...]:
        """The properties in order."""
    @builtins.property
    def components(self) -> tuple[Component, ...]:
        """The components directly inside, in order."""
    @builtins.property
    def problems(self) -> tuple[Problem, ...]:
        """What reading its text could not take as it stood; empty for what was not read from text."""
    def properties_named(self, name: str) -> tuple[Property, ...]:
        """The properties of one name, in any letter case, in order."""
    def property(self, name: str) -> Property | None:
        """The first property of that name, in any letter case, or ``None``."""
    def get(self, name: str, default: Any = None) -> Any:
        """The typed value of the first property of that name, or the default.

        Where the property holds a list, it is a tuple.
        """
    def __getitem__(self, key: str, /) -> Any: ...
    def __contains__(self, key: str, /) -> bool: ...
    def with_property(self, name: str, value: Any, params: Mapping[str, str | Sequence[str]] | None = None) -> Self:
        """A copy in which the property has that value; ``None`` takes it out."""
    def adding(self, *properties: Property) -> Self:
        """A copy with more properties after the others."""
    def without(self, name: str) -> Self:
        """A copy without any property of that name."""
    def with_components(self, components: Sequence[Component]) -> Self:
        """A copy that has these components directly inside instead of those it had."""
    def with_time_zones(self, others: Sequence[Component] | None = None) -> Self:
        """A copy with the VTIMEZONE components that its times need and it lacks (RFC 5545 §3.6.5).

        ``others`` are components whose own definitions are taken where they have one.
        """
    def describe(self, zone: tzinfo | str | None = None) -> str:
        """What it says, in words, for a reader in that zone (UTC unless told)."""
    def to_ical(self) -> bytes:
        """The component as iCalendar text: folded within 75 octets, lines ended by CRLF."""
    def _end(self) -> Any: ...
    def _effective(self, instance: InstanceKey) -> Component | None: ...
    def __hash__(self) -> int: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

@final
class Property:
    """One property of a component (RFC 5545 §3.1): a name, parameters and a value."""

    def __new__(cls, name: str, value: Any, params: Mapping[str, str | Sequence[str]] | None = None) -> Self: ...
    @staticmethod
    def parse(line: str) -> Property:
        """The property that an unfolded content line holds, such as ``SUMMARY;LANGUAGE=en:Tea``."""
    @property
    def name(self) -> str:
        """The name in upper case."""
    @property
    def line(self) -> int | None:
        """The line, from 1, if the property was read from text."""
    @property
    def value(self) -> Any:
        """The typed value; :class:`InvalidError` where the property holds a list of several."""
    @property
    def values(self) -> tuple[Any, ...]:
        """The typed values, one for most properties."""
    @property
    def raw(self) -> str:
        """The value as written: still escaped, folds joined."""
    @property
    def text(self) -> str:
        """The value as TEXT, unescaped, whatever type it has."""
    @property
    def params(self) -> dict[str, tuple[str, ...]]:
        """The parameters: for each name in upper case, the values, decoded and without quotes."""
    def param(self, name: str) -> str | None:
        """The first value of a parameter, decoded and without quotes, or ``None``."""
    @property
    def content_line(self) -> str:
        """The whole property unfolded: ``NAME;PARAM=x:value``."""
    def __hash__(self) -> int: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

@final
class Occurrence:
    """One instance of an event, to-do or journal entry: when it takes place, and the component that says what it is."""

    __match_args__ = ("start", "end", "component")
    @property
    def uid(self) -> str:
        """The UID."""
    @property
    def start(self) -> datetime | date:
        """When it begins: a ``datetime`` in its own zone, a naive one if it floats, or a ``date``."""
    @property
    def end(self) -> datetime | date | None:
        """When it ends, in the same form, if that is said or implied."""
    @property
    def instance(self) -> InstanceKey:
        """Which instance of a series it is; ``None`` where nothing recurs."""
    @property
    def component(self) -> Component:
        """The component that says what it is: the series', or that of the instance."""
    @property
    def summary(self) -> str | None:
        """The title."""
    def __hash__(self) -> int: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

@final
class SchedulingState:
    """What a user's calendar remembers about one UID, beside the object and not inside it."""

    def __new__(cls) -> Self: ...
    @staticmethod
    def from_json(text: str) -> SchedulingState:
        """The state that ``to_json`` wrote."""
    def to_json(self) -> str:
        """The state as JSON text."""
    @property
    def sequence(self) -> int:
        """The highest SEQUENCE that this user has given the object as its organizer."""
    def __hash__(self) -> int: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object) -> Self: ...

@final
class Engine:
    """The scheduling engine of one calendar user."""

    def __new__(
        cls,
        identities: str | Sequence[str] | Identities,
        policy: Preferences | None = None,
        agent: Agent | None = None,
    ) -> Self: ...
    def change(
        self, before: Stored | Component | None, after: Component | None, *, now: datetime
    ) -> Outcome:
        """The user created (``before`` is ``None``), changed, or deleted (``after`` is ``None``) an object."""
    def import_(self, calendar: Component, stored: Stored | Component | None = None) -> Outcome:
        """The user put an object from a file into their calendar: stored, and nobody is told."""
    def answer(
        self,
        stored: Stored | Component,
        answer: PartStat,
        *,
        now: datetime,
        instance: InstanceKey = None,
        comment: str | None = None,
    ) -> Outcome:
        """An attendee answers all of an invitation, or one instance; the organizer hears it with the comment."""
    def receive(
        self,
        message: Message | Calendar,
        stored: Stored | Component | None = None,
        envelope: Envelope | None = None,
        *,
        now: datetime,
    ) -> Outcome:
        """A message arrived; ``stored`` is what the user holds under its UID."""
    def decide(
        self,
        question: AnyQuestion,
        yes: bool,
        message: Message | Calendar,
        stored: Stored | Component | None = None,
        envelope: Envelope | None = None,
        *,
        now: datetime,
    ) -> Outcome:
        """The user answered a question that a message raised; the message is given again, with the answer."""
    def book(
        self,
        message: Message | Calendar,
        stored: Stored | Component | None = None,
        envelope: Envelope | None = None,
        *,
        booked: Iterable[Stored | Component],
        room: RoomPolicy,
        now: datetime,
        zone: tzinfo | str | None = None,
    ) -> Outcome:
        """A message arrived for a room: it is taken over as for anybody, and an invitation is answered at once."""
    def propose(
        self, stored: Stored | Component, proposal: Component, *, now: datetime, comment: str | None = None
    ) -> Outcome:
        """An attendee proposes something else to the organizer: a COUNTER (RFC 5546 §3.2.7)."""
    def publish(self, stored: Stored | Component, recipients: str | Iterable[str], *, now: datetime) -> Outcome:
        """An organizer makes an object known to people who are not asked to come: a PUBLISH (RFC 5546 §3.2.1)."""
    def delivered(self, stored: Stored | Component, message: Message, status: ScheduleStatus) -> Outcome:
        """The delivery of a message ended, or goes on: its status goes to the sender's copy (RFC 6638 §3.2.9)."""

class _NativeStore:
    def load(self, user: str, uid: str, /) -> StoredObject | None:
        """What is held about a UID; ``None`` if it was never committed."""
    def uids(self, user: str, /) -> list[str]:
        """The UIDs of the user's objects, without those of which only the state is left."""
    def calendar(self, user: str, /) -> StoredCalendar:
        """The user's whole calendar at one moment."""
    def calendar_within(self, user: str, start: datetime, end: datetime, /) -> StoredCalendar:
        """What of the user's calendar may take place between two instants; the version is that of the whole."""
    def commit(self, commit: Commit, /) -> int:
        """Writes a commit, all of it or nothing, and gives the object's new version."""
    def questions(self, user: str, /) -> list[OpenQuestion]:
        """The questions that wait for the user, in the order of their numbers."""
    def due(self, now: datetime, limit: int, /) -> list[Delivery]:
        """At most ``limit`` messages that are due: the longest due first."""
    def settle(self, id: int, how: AnySettled, /) -> None:
        """Records how an attempt at a delivery ended."""
    def failed(self) -> list[Delivery]:
        """The messages that were given up, in the order of their numbers."""

@final
class MemoryStore(_NativeStore):
    """A store in memory: for tests, for scripts, and for programs that keep their calendars elsewhere."""

    def __new__(cls) -> Self: ...

@final
class SqliteStore(_NativeStore):
    """A store in an SQLite file, which is made if it is missing."""

    def __new__(cls, path: str | PathLike[str]) -> Self: ...

@final
class Scheduler:
    """Drives one store for its users: loads, decides, commits, and delivers."""

    def __new__(
        cls,
        store: Store,
        directory: Iterable[LocalUser] | Directory,
        transport: Transport | None = None,
        *,
        agent: Agent | None = None,
        access: str = "",
        limits: Limits | None = None,
    ) -> Self: ...
    @property
    def store(self) -> Store:
        """The store."""
    def put(
        self,
        user: str,
        uid: str,
        calendar: Component | bytes | str | None,
        *,
        now: datetime,
        based_on: int | None = None,
        residence: Residence | None = None,
        source: Source | None = None,
    ) -> Outcome:
        """A user creates or changes an object, or deletes it (``calendar`` is ``None``)."""
    def put_availability(
        self, user: str, uid: str, calendar: Component | bytes | str | None, *, based_on: int | None = None
    ) -> int:
        """A user says when they can be met at all (VAVAILABILITY, RFC 7953), or takes it back; gives the version stored."""
    def answer(
        self,
        user: str,
        uid: str,
        answer: PartStat,
        *,
        now: datetime,
        instance: InstanceKey = None,
        comment: str | None = None,
    ) -> Outcome:
        """An attendee answers all of an invitation, or one instance; the organizer hears it with the comment."""
    def receive(
        self, user: str, message: Message | Calendar, envelope: Envelope | None = None, *, now: datetime
    ) -> Outcome:
        """A message arrives for a user; a room answers an invitation at once."""
    def questions(self, user: str) -> list[OpenQuestion]:
        """The questions that wait for a user."""
    def decide(self, user: str, question: int, yes: bool, *, now: datetime) -> Outcome:
        """A user answers a question that waits for them, by its number."""
    def propose(
        self, user: str, uid: str, proposal: Component | bytes | str, *, now: datetime, comment: str | None = None
    ) -> Outcome:
        """An attendee proposes something else to the organizer: a COUNTER (RFC 5546 §3.2.7)."""
    def publish(self, user: str, uid: str, recipients: str | Iterable[str], *, now: datetime) -> Outcome:
        """An organizer makes an object known to people who are not asked to come: a PUBLISH (RFC 5546 §3.2.1)."""
    def deliver(self, *, now: datetime, limit: int = 100) -> Delivered:
        """Delivers at most ``limit`` messages that are due: into calendars here, or by the transport."""
    def busy(
        self, asker: str, user: str, start: datetime | date, end: datetime | date, *, now: datetime
    ) -> BusyTime | Reason:
        """When a user is busy, as far as ``asker`` may know, or the reason for not telling."""
    def read(self, asker: str, user: str, uid: str, *, now: datetime) -> Calendar | Reason | None:
        """One object of a user's calendar as ``asker`` may see it, or the reason for not showing it."""
    def conflicts(self, user: str, uid: str, start: datetime | date, end: datetime | date) -> Conflicts | None:
        """What an object in a user's calendar collides with, instance by instance."""
    def suggest_times(
        self,
        asker: str,
        users: Iterable[str | tuple[str, Attendance]],
        start: datetime | date,
        end: datetime | date,
        length: timedelta,
        *,
        now: datetime,
        others: Iterable[Person] | None = None,
        step: timedelta | None = None,
        most: int = 5,
    ) -> Suggested:
        """Times at which all, or most, of some users can come, as far as ``asker`` may know when they are busy."""

def parse_calendars(data: bytes | str, limits: Limits | None = None) -> list[Calendar]: ...
def _restore_component(text: bytes, definitions: bytes) -> Component: ...
def _restore_occurrence(uid: str, start: str, end: str | None, key: str, component: Component) -> Occurrence: ...
def _occurrences(
    component: Component,
    start: datetime | date,
    end: datetime | date,
    zone: tzinfo | str | None = None,
    limits: Limits | None = None,
) -> tuple[list[Occurrence], list[str]]: ...
def _normal_address(address: str) -> str: ...
def _normal_recur(rule: str) -> str: ...
def _write_mail(
    message: Message,
    *,
    message_id: str,
    date: datetime,
    boundary_seed: str,
    zone: tzinfo | str | None = None,
    in_reply_to: str | None = None,
    reply_to: str | None = None,
    sender: str | None = None,
) -> bytes: ...
def _read_mail(octets: bytes, trusted_authserv_id: str | None = None) -> IncomingMail: ...
def _busy(
    calendars: Sequence[Calendar],
    identities: str | Iterable[str] | Identities,
    start: datetime | date,
    end: datetime | date,
    zone: tzinfo | str | None = None,
    limits: Limits | None = None,
) -> BusyTime: ...
def _busy_of(calendar: Component) -> BusyTime: ...
def _busy_calendar(busy: BusyTime, owner: str, uid: str, stamp: datetime, product: str) -> Calendar: ...
def _busy_both(one: BusyTime, other: BusyTime) -> BusyTime: ...
def _suggest(
    people: Sequence[Person],
    start: datetime | date,
    end: datetime | date,
    length: timedelta,
    step: timedelta,
    most: int,
) -> list[Suggestion]: ...
def _conflicts(
    invitation: Calendar,
    calendars: Sequence[Calendar],
    identities: str | Iterable[str] | Identities,
    start: datetime | date,
    end: datetime | date,
    zone: tzinfo | str | None = None,
) -> Conflicts: ...
