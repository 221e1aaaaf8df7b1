"""When somebody is busy, what an invitation collides with, and when people could meet."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, cast

from ._components import Calendar
from ._enums import Attendance, BusyType
from ._reefknot import PRODUCT, _busy, _busy_both, _busy_calendar, _busy_of, _conflicts, _suggest
from ._records import Identities
from ._values import CalendarUserAddress, Limits

if TYPE_CHECKING:
    from datetime import tzinfo

    from ._records import InstanceKey

__all__ = [
    "BusyPeriod",
    "BusyTime",
    "Clash",
    "Conflict",
    "Conflicts",
    "Doubt",
    "Person",
    "Suggestion",
    "conflicts",
    "freebusy",
    "suggest_times",
]


@dataclass(frozen=True, slots=True)
class BusyPeriod:
    """A stretch of time of one kind, from its first instant to the first one after it."""

    start: datetime
    end: datetime
    busy: BusyType = BusyType.BUSY


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that could not be known, so that the time may be taken where it is not shown."""

    uid: str
    why: str


@dataclass(frozen=True, slots=True)
class BusyTime:
    """When somebody is busy between two instants: periods in order, none over another.

    ``one | other`` is both at once, as for two calendars of one person.
    """

    start: datetime
    end: datetime
    periods: tuple[BusyPeriod, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    """What could not be known; empty where the answer is whole."""

    def __or__(self, other: BusyTime) -> BusyTime:
        both = _busy_both(self, other)
        return BusyTime(both.start, both.end, both.periods, self.doubts + other.doubts)

    @staticmethod
    def from_calendar(calendar: Calendar) -> BusyTime:
        """What a VFREEBUSY says that somebody sent or published."""
        return _busy_of(calendar)

    def to_calendar(self, owner: str, *, uid: str | None = None, stamp: datetime | None = None) -> Calendar:
        """A VFREEBUSY to publish (RFC 5546 §3.3.1); ``uid`` and ``stamp`` are made up where they are not given."""
        stamp = stamp or datetime.now(timezone.utc)
        return _busy_calendar(self, CalendarUserAddress(owner), uid or str(uuid.uuid4()), stamp, PRODUCT)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is to come, and when they are busy; what lies outside of that window counts as unavailable."""

    address: str
    busy: BusyTime
    attendance: Attendance = Attendance.REQUIRED


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody who cannot come, or perhaps not."""

    address: CalendarUserAddress
    attendance: Attendance
    busy: BusyType


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A time that was found, in UTC."""

    start: datetime
    end: datetime
    clashes: tuple[Clash, ...]
    """Who cannot come, or perhaps not; empty where everybody can."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two instances at one time."""

    instance: InstanceKey
    """Which instance of the invitation."""
    start: datetime
    end: datetime
    uid: str
    """The UID of the event it collides with."""
    other: InstanceKey
    """Which instance of that event."""
    period: BusyPeriod
    """When that one takes place, and how its time is taken."""


@dataclass(frozen=True, slots=True)
class Conflicts:
    """What an invitation collides with between two instants."""

    start: datetime
    end: datetime
    conflicts: tuple[Conflict, ...]
    goes_on: bool
    """Whether the invitation goes on after that."""
    doubts: tuple[Doubt, ...]


def freebusy(
    calendars: Calendar | Iterable[Calendar],
    identities: str | Iterable[str] | Identities,
    start: datetime | date,
    end: datetime | date,
    *,
    zone: tzinfo | str | None = None,
    limits: Limits | None = None,
) -> BusyTime:
    """When a user is busy, by everything in their calendars.

    Only events take time. One that is cancelled, transparent or declined by the user takes none; a tentative one, or one
    that they have not answered, takes it tentatively. A VAVAILABILITY says when they can be met at all (RFC 7953).
    ``zone`` is the user's, in which whole days and floating times lie.

    >>> from datetime import datetime, timedelta, timezone
    >>> from reefknot import Calendar, Event, freebusy
    >>> start = datetime(2026, 12, 1, 9, tzinfo=timezone.utc)
    >>> tea = Event.new("Tea", uid="1", start=start, duration=timedelta(hours=1))
    >>> busy = freebusy(Calendar.new(tea), "a@foo.com", start, start + timedelta(days=1))
    >>> [(period.start.hour, period.end.hour, period.busy) for period in busy.periods]
    [(9, 10, BusyType.BUSY)]
    """
    all_calendars = [calendars] if isinstance(calendars, Calendar) else list(calendars)
    return _busy(all_calendars, identities, start, end, zone, limits)


def conflicts(
    invitation: Calendar,
    calendars: Iterable[Calendar],
    identities: str | Iterable[str] | Identities,
    start: datetime | date,
    end: datetime | date,
    *,
    zone: tzinfo | str | None = None,
) -> Conflicts:
    """What each instance of an invitation collides with in a user's calendars, itself left out."""
    return _conflicts(invitation, list(calendars), identities, start, end, zone)


def suggest_times(
    people: Mapping[str, BusyTime] | Iterable[Person],
    start: datetime | date,
    end: datetime | date,
    length: timedelta,
    *,
    step: timedelta = timedelta(minutes=30),
    most: int = 5,
) -> list[Suggestion]:
    """The best times to meet: first those when everybody can come, then those when the fewest cannot; the earlier the better.

    >>> from datetime import datetime, timedelta, timezone
    >>> from reefknot import BusyPeriod, BusyTime, suggest_times
    >>> nine = datetime(2026, 12, 1, 9, tzinfo=timezone.utc)
    >>> noon = nine + timedelta(hours=3)
    >>> ana = BusyTime(nine, noon, (BusyPeriod(nine, nine + timedelta(hours=1)),))
    >>> ben = BusyTime(nine, noon)
    >>> found = suggest_times({"ana@foo.com": ana, "ben@bar.com": ben}, nine, noon, timedelta(hours=1), most=1)
    >>> found[0].start.isoformat()
    '2026-12-01T10:00:00+00:00'
    """
    if isinstance(people, Mapping):
        named = cast("Mapping[str, BusyTime]", people)
        people = [Person(address, busy) for address, busy in named.items()]
    return _suggest(list(people), start, end, length, step, most)


for _class in (BusyPeriod, Doubt, BusyTime, Person, Clash, Suggestion, Conflict, Conflicts):
    _class.__module__ = "reefknot"
