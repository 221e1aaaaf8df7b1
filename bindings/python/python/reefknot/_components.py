"""The components of a calendar, with their properties as Python has them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, ClassVar, overload

from ._enums import Method, PartStat
from ._errors import InvalidError, ParseError
from ._reefknot import PRODUCT, Component, Occurrence, Property, _occurrences, parse_calendars
from ._values import CalendarUserAddress, Limits, Recur

if TYPE_CHECKING:
    from datetime import tzinfo

    from typing_extensions import Self

__all__ = [
    "Alarm",
    "Attendee",
    "Calendar",
    "Event",
    "FreeBusy",
    "Journal",
    "Occurrences",
    "Organizer",
    "TimeZone",
    "Todo",
]


@dataclass(frozen=True, slots=True)
class Organizer:
    """Whose event it is (RFC 5545 §3.8.4.3)."""

    address: CalendarUserAddress
    name: str | None = None
    """What people call them (CN)."""
    sent_by: CalendarUserAddress | None = None
    """Who acts for them."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is to come (RFC 5545 §3.8.4.1)."""

    address: CalendarUserAddress
    partstat: PartStat = PartStat.NEEDS_ACTION
    """Their answer."""
    name: str | None = None
    """What people call them (CN)."""
    role: str = "REQ-PARTICIPANT"
    """How much they are needed: CHAIR, REQ-PARTICIPANT, OPT-PARTICIPANT or NON-PARTICIPANT."""
    kind: str = "INDIVIDUAL"
    """What they are (CUTYPE): INDIVIDUAL, GROUP, RESOURCE, ROOM or UNKNOWN."""
    rsvp: bool = False
    """Whether an answer is wanted."""
    sent_by: CalendarUserAddress | None = None
    """Who acts for them."""
    delegated_to: tuple[CalendarUserAddress, ...] = ()
    """To whom they delegated."""
    delegated_from: tuple[CalendarUserAddress, ...] = ()
    """Who delegated to them."""


class Occurrences(Sequence[Occurrence]):
    """The occurrences found, by start, and in ``problems`` what is missing or may be."""

    __slots__ = ("_items", "problems")

    def __init__(self, items: Sequence[Occurrence], problems: Sequence[str] = ()) -> None:
        self._items = tuple(items)
        self.problems = tuple(problems)

    @overload
    def __getitem__(self, index: int) -> Occurrence: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Occurrence]: ...

    def __getitem__(self, index: int | slice) -> Occurrence | Sequence[Occurrence]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Occurrences):
            return NotImplemented
        return (self._items, self.problems) == (other._items, other.problems)

    def __hash__(self) -> int:
        return hash((self._items, self.problems))

    def __repr__(self) -> str:
        problems = f", problems={list(self.problems)!r}" if self.problems else ""
        return f"Occurrences({list(self._items)!r}{problems})"


def _find_occurrences(
    component: Component,
    start: datetime | date,
    end: datetime | date,
    zone: tzinfo | str | None,
    limits: Limits | None,
    strict: bool,
) -> Occurrences:
    items, problems = _occurrences(component, start, end, zone, limits)
    if problems and strict:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InvalidError(f"{problems[0]}{more}; with strict=False the others are given, and `.problems` says what is not")
    return Occurrences(items, problems)


class _Described(Component):
    """What VEVENT, VTODO and VJOURNAL have in common."""

    __slots__ = ()
    _NAME: ClassVar[str]
    _END: ClassVar[str | None] = None

    @classmethod
    def new(
        cls,
        summary: str | None = None,
        *,
        start: datetime | date | None = None,
        end: datetime | date | None = None,
        duration: timedelta | None = None,
        organizer: str | Organizer | None = None,
        attendees: Iterable[str | Attendee] = (),
        description: str | None = None,
        location: str | None = None,
        rrule: str | None = None,
        uid: str | None = None,
        stamp: datetime | None = None,
        **properties: Any,
    ) -> Self:
        """A new component; other properties are given by their names, such as ``categories=["Tea"]`` or ``url=…``.

        ``uid`` is made up and ``stamp`` is the time where they are not given: give both where the same input is to
        give the same output. Nobody is invited by it: ask an :class:`~reefknot.Engine` what has to be sent.
        """
        fields: dict[str, Any] = {
            "uid": uid or str(uuid.uuid4()),
            "stamp": stamp or datetime.now(timezone.utc),
            "summary": summary,
            "start": start,
            "end": end,
            "duration": duration,
            "rrule": rrule,
            "location": location,
            "description": description,
            "organizer": organizer,
            "attendees": attendees,
            **properties,
        }
        return cls(cls._NAME).replace(**{name: value for name, value in fields.items() if value is not None})

    def replace(self, **properties: Any) -> Self:
        """A copy with other values of these properties; ``None`` takes one out.

        Names are those of the attributes, and those of iCalendar in lower case with ``_`` for ``-``.

        >>> from datetime import date
        >>> from reefknot import Event
        >>> tea = Event.new("Tea", uid="1", start=date(2026, 12, 1))
        >>> tea.replace(summary="Tea and cake", x_cake="plum").get("X-CAKE")
        'plum'
        """
        copy: Any = self
        for name, value in properties.items():
            if name == "attendees":
                copy = copy.without("ATTENDEE").adding(*map(_attendee, value or ()))
                continue
            name = self._property_name(name)
            if name == "ORGANIZER" and value is not None:
                value = _organizer(value)
            if name == self._END and value is not None:
                copy = copy.without("DURATION")
            if name == "DURATION" and value is not None and self._END:
                copy = copy.without(self._END)
            if name == "RRULE" and value is not None:
                _check_zone(properties.get("start"))
            copy = copy.with_property(name, value)
        return copy

    __replace__ = replace

    @classmethod
    def _property_name(cls, name: str) -> str:
        if name == "end":
            if cls._END is None:
                raise InvalidError(f"a {cls._NAME} has no end")
            return cls._END
        names = {"start": "DTSTART", "stamp": "DTSTAMP", "last_modified": "LAST-MODIFIED"}
        return names.get(name) or name.upper().replace("_", "-")

    @property
    def uid(self) -> str | None:
        """What names it everywhere and for ever."""
        return self.get("UID")

    @property
    def stamp(self) -> datetime | None:
        """When this version was made (DTSTAMP)."""
        return self.get("DTSTAMP")

    @property
    def sequence(self) -> int:
        """Which revision it is."""
        return self.get("SEQUENCE", 0)

    @property
    def created(self) -> datetime | None:
        """When it was first made."""
        return self.get("CREATED")

    @property
    def last_modified(self) -> datetime | None:
        """When it was last changed."""
        return self.get("LAST-MODIFIED")

    @property
    def summary(self) -> str | None:
        """The title."""
        return self.get("SUMMARY")

    @property
    def description(self) -> str | None:
        """What there is to say about it."""
        return self.get("DESCRIPTION")

    @property
    def status(self) -> str | None:
        """Such as CONFIRMED or CANCELLED."""
        return self.get("STATUS")

    @property
    def classification(self) -> str:
        """Who may see it (CLASS): PUBLIC unless it says otherwise."""
        return self.get("CLASS", "PUBLIC")

    @property
    def url(self) -> str | None:
        """Where more is to be found."""
        return self.get("URL")

    @property
    def categories(self) -> tuple[str, ...]:
        """The names under which it is filed."""
        return tuple(value for one in self.properties_named("CATEGORIES") for value in one.values)

    @property
    def start(self) -> datetime | date | None:
        """When it begins: a ``datetime`` in its zone, a naive one if it floats, or a ``date``."""
        return self.get("DTSTART")

    @property
    def recurrence_id(self) -> datetime | date | None:
        """Which instance of a series it is about."""
        return self.get("RECURRENCE-ID")

    @property
    def rrule(self) -> Recur | None:
        """The rule by which it recurs."""
        return self.get("RRULE")

    @property
    def exdates(self) -> tuple[datetime | date, ...]:
        """The instances that do not take place."""
        return tuple(value for one in self.properties_named("EXDATE") for value in one.values)

    @property
    def organizer(self) -> Organizer | None:
        """Whose event it is."""
        line = self.property("ORGANIZER")
        if line is None:
            return None
        sent_by = line.param("SENT-BY")
        return Organizer(
            CalendarUserAddress(line.raw), line.param("CN"), CalendarUserAddress(sent_by) if sent_by else None
        )

    @property
    def attendees(self) -> tuple[Attendee, ...]:
        """Who is to come, in order."""
        return tuple(_read_attendee(line) for line in self.properties_named("ATTENDEE"))

    def attendee(self, address: str) -> Attendee | None:
        """The attendee of that address."""
        wanted = CalendarUserAddress(address)
        return next((attendee for attendee in self.attendees if attendee.address == wanted), None)

    def occurrences(
        self,
        start: datetime | date,
        end: datetime | date,
        *,
        zone: tzinfo | str | None = None,
        limits: Limits | None = None,
        strict: bool = True,
    ) -> Occurrences:
        """When it takes place between two times, as :meth:`Calendar.occurrences` tells it."""
        return _find_occurrences(self, start, end, zone, limits, strict)


def _check_zone(start: object) -> None:
    """A rule follows a clock: of a zone without a name only one moment can be written, and not how it goes on."""
    zone = start.tzinfo if isinstance(start, datetime) else None
    named = hasattr(zone, "key") or hasattr(zone, "zone")
    if zone is not None and not named and zone.utcoffset(None) is None:
        raise InvalidError(f"{zone!r} has no IANA name to repeat in; use zoneinfo.ZoneInfo(\"Europe/Berlin\") or the like")


def _organizer(value: str | Organizer) -> Property:
    if not isinstance(value, Organizer):
        return Property("ORGANIZER", str(CalendarUserAddress(value)))
    params = {"CN": value.name, "SENT-BY": value.sent_by}
    return Property("ORGANIZER", str(value.address), {name: said for name, said in params.items() if said})


def _attendee(value: str | Attendee) -> Property:
    if not isinstance(value, Attendee):
        params: Mapping[str, str] = {"RSVP": "TRUE", "PARTSTAT": PartStat.NEEDS_ACTION.value}
        return Property("ATTENDEE", str(CalendarUserAddress(value)), params)
    said: dict[str, str | Sequence[str] | None] = {
        "CUTYPE": None if value.kind == "INDIVIDUAL" else value.kind,
        "ROLE": None if value.role == "REQ-PARTICIPANT" else value.role,
        "PARTSTAT": value.partstat.value,
        "RSVP": "TRUE" if value.rsvp else None,
        "CN": value.name,
        "SENT-BY": value.sent_by,
        "DELEGATED-TO": [str(one) for one in value.delegated_to],
        "DELEGATED-FROM": [str(one) for one in value.delegated_from],
    }
    return Property("ATTENDEE", str(CalendarUserAddress(value.address)), {name: of for name, of in said.items() if of})


def _read_attendee(line: Property) -> Attendee:
    params = line.params

    def first(name: str, default: str) -> str:
        return params.get(name, (default,))[0].upper()

    partstat = first("PARTSTAT", "")
    sent_by = params.get("SENT-BY")
    return Attendee(
        CalendarUserAddress(line.raw),
        PartStat(partstat) if partstat in PartStat._value2member_map_ else PartStat.NEEDS_ACTION,
        params["CN"][0] if "CN" in params else None,
        first("ROLE", "REQ-PARTICIPANT"),
        first("CUTYPE", "INDIVIDUAL"),
        first("RSVP", "FALSE") == "TRUE",
        CalendarUserAddress(sent_by[0]) if sent_by else None,
        tuple(CalendarUserAddress(one) for one in params.get("DELEGATED-TO", ())),
        tuple(CalendarUserAddress(one) for one in params.get("DELEGATED-FROM", ())),
    )


class Event(_Described):
    """A VEVENT (RFC 5545 §3.6.1).

    >>> from datetime import date, datetime, timedelta
    >>> from zoneinfo import ZoneInfo
    >>> from reefknot import Event
    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> tea = Event.new(
    ...     "Tea", start=datetime(2026, 12, 1, 15, tzinfo=berlin), duration=timedelta(minutes=30), rrule="FREQ=WEEKLY;COUNT=4"
    ... )
    >>> tea.end
    datetime.datetime(2026, 12, 1, 15, 30, tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))
    >>> [str(found.start.date()) for found in tea.occurrences(date(2026, 12, 5), date(2027, 1, 1))]
    ['2026-12-08', '2026-12-15', '2026-12-22']
    """

    __slots__ = ()
    _NAME = "VEVENT"
    _END = "DTEND"

    @property
    def end(self) -> datetime | date | None:
        """The first instant after it, or day, as it says or implies it."""
        return self._end()

    @property
    def duration(self) -> timedelta | None:
        """How long it lasts."""
        start, end = self.start, self.end
        if isinstance(start, datetime) and isinstance(end, datetime):
            # Of two times in one zone Python subtracts the clocks and not the instants.
            is_aware = start.tzinfo is not None and end.tzinfo is not None
            return end.astimezone(timezone.utc) - start.astimezone(timezone.utc) if is_aware else end - start
        if start is None or end is None or isinstance(start, datetime) or isinstance(end, datetime):
            return None
        return end - start

    @property
    def is_all_day(self) -> bool:
        """Whether it is of whole days."""
        return not isinstance(self.start, datetime)

    @property
    def is_cancelled(self) -> bool:
        """Whether it does not take place."""
        return (self.status or "").upper() == "CANCELLED"

    @property
    def is_transparent(self) -> bool:
        """Whether one is free while it takes place."""
        return str(self.get("TRANSP", "")).upper() == "TRANSPARENT"

    @property
    def location(self) -> str | None:
        """Where it takes place."""
        return self.get("LOCATION")

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What reminds of it."""
        return tuple(alarm for alarm in self.components if isinstance(alarm, Alarm))


class Todo(_Described):
    """A VTODO (RFC 5545 §3.6.2)."""

    __slots__ = ()
    _NAME = "VTODO"
    _END = "DUE"

    @property
    def due(self) -> datetime | date | None:
        """When it has to be done."""
        return self.get("DUE")

    @property
    def completed(self) -> datetime | None:
        """When it was done."""
        return self.get("COMPLETED")

    @property
    def percent_complete(self) -> int | None:
        """How much of it is done."""
        return self.get("PERCENT-COMPLETE")

    @property
    def priority(self) -> int:
        """From 1, the highest, to 9; 0 where it has none."""
        return self.get("PRIORITY", 0)

    @property
    def location(self) -> str | None:
        """Where it is done."""
        return self.get("LOCATION")

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What reminds of it."""
        return tuple(alarm for alarm in self.components if isinstance(alarm, Alarm))


class Journal(_Described):
    """A VJOURNAL (RFC 5545 §3.6.3)."""

    __slots__ = ()
    _NAME = "VJOURNAL"


class FreeBusy(Component):
    """A VFREEBUSY (RFC 5545 §3.6.4); :meth:`BusyTime.from_calendar` reads what it says."""

    __slots__ = ()


class Alarm(Component):
    """A VALARM (RFC 5545 §3.6.6)."""

    __slots__ = ()

    @property
    def action(self) -> str | None:
        """What it does: DISPLAY, AUDIO or EMAIL."""
        return self.get("ACTION")

    @property
    def trigger(self) -> timedelta | datetime | None:
        """When it does it: so long after the start (before, if negative), or at an instant."""
        return self.get("TRIGGER")

    @property
    def description(self) -> str | None:
        """What it shows."""
        return self.get("DESCRIPTION")


class TimeZone(Component):
    """A VTIMEZONE (RFC 5545 §3.6.5)."""

    __slots__ = ()

    @property
    def tzid(self) -> str | None:
        """The name by which the times of the calendar call it."""
        return self.get("TZID")


class Calendar(Component):
    """A VCALENDAR (RFC 5545 §3.4): what is stored, sent and read.

    >>> from reefknot import Calendar
    >>> calendar = Calendar.parse('''BEGIN:VCALENDAR
    ... VERSION:2.0
    ... PRODID:-//foo.com//EN
    ... BEGIN:VEVENT
    ... UID:tea@foo.com
    ... DTSTAMP:20261124T090000Z
    ... DTSTART;TZID=Europe/Berlin:20261201T150000
    ... SUMMARY:Tea
    ... END:VEVENT
    ... END:VCALENDAR
    ... ''')
    >>> calendar.events[0].start
    datetime.datetime(2026, 12, 1, 15, 0, tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))
    >>> calendar.to_ical().splitlines()[-1]
    b'END:VCALENDAR'
    """

    __slots__ = ()

    @staticmethod
    def parse(data: bytes | str, *, limits: Limits | None = None) -> Calendar:
        """The one calendar in a text.

        Reading is lenient: what cannot be taken as it stands is kept, and told in :attr:`problems`.

        :raises ParseError: if there is no calendar in it.
        :raises InvalidError: if there are several; :meth:`parse_all` reads them.
        """
        calendars = parse_calendars(data, limits)
        if len(calendars) == 1:
            return calendars[0]
        if calendars:
            raise InvalidError(f"there are {len(calendars)} calendars where one is wanted; read them with Calendar.parse_all")
        raise ParseError("there is no iCalendar object (BEGIN:VCALENDAR) in it")

    @staticmethod
    def parse_all(data: bytes | str, *, limits: Limits | None = None) -> list[Calendar]:
        """All calendars in a text, which may be none."""
        return parse_calendars(data, limits)

    @classmethod
    def new(cls, *components: Component, method: Method | None = None, product: str = PRODUCT) -> Calendar:
        """A calendar of these components, with the time zones that they need."""
        calendar: Any = cls("VCALENDAR").with_property("VERSION", "2.0").with_property("PRODID", product)
        if method is not None:
            calendar = calendar.with_property("METHOD", method.value)
        return calendar.with_components(list(components)).with_time_zones(list(components))

    def replacing(self, component: Component) -> Calendar:
        """A copy with a component in the place of the one of the same kind, UID and RECURRENCE-ID, or after the others.

        >>> from datetime import date
        >>> from reefknot import Calendar, Event
        >>> tea = Event.new("Tea", uid="1", start=date(2026, 12, 1))
        >>> Calendar.new(tea).replacing(tea.replace(summary="Coffee")).events
        (<Event 'Coffee'>,)
        """

        def key(one: Component) -> tuple[str, object, object]:
            return one.name, one.get("UID"), one.get("RECURRENCE-ID")

        others = list(self.components)
        place = next((at for at, other in enumerate(others) if key(other) == key(component)), len(others))
        others[place : place + 1] = [component]
        return self.with_components(others).with_time_zones([component])

    def effective(self, instance: datetime | date | str | None = None) -> Event | Todo | Journal | None:
        """What holds for an instance of the one object in it: its own component, or what the series says of it.

        ``instance`` is the start that the rule gives it; without it, the component of the series or the single event.
        """
        part: Any = self._effective(instance)
        return part

    @property
    def method(self) -> Method | None:
        """What it asks for, if it is a scheduling message."""
        method = str(self.get("METHOD", "")).upper()
        return Method(method) if method in Method._value2member_map_ else None

    @property
    def product(self) -> str | None:
        """What wrote it (PRODID)."""
        return self.get("PRODID")

    @property
    def uids(self) -> tuple[str, ...]:
        """The UIDs in it, each once, in order."""
        uids = (component.get("UID") for component in self.components if component.name != "VTIMEZONE")
        return tuple(dict.fromkeys(uid for uid in uids if uid))

    @property
    def events(self) -> tuple[Event, ...]:
        """The VEVENT components in order: a series, and its instances that differ."""
        return tuple(one for one in self.components if isinstance(one, Event))

    @property
    def todos(self) -> tuple[Todo, ...]:
        """The VTODO components in order."""
        return tuple(one for one in self.components if isinstance(one, Todo))

    @property
    def journals(self) -> tuple[Journal, ...]:
        """The VJOURNAL components in order."""
        return tuple(one for one in self.components if isinstance(one, Journal))

    @property
    def time_zones(self) -> tuple[TimeZone, ...]:
        """The VTIMEZONE components in order."""
        return tuple(one for one in self.components if isinstance(one, TimeZone))

    def occurrences(
        self,
        start: datetime | date,
        end: datetime | date,
        *,
        zone: tzinfo | str | None = None,
        limits: Limits | None = None,
        strict: bool = True,
    ) -> Occurrences:
        """When everything in it takes place between two times, by start; rules, exclusions and overrides applied.

        ``start`` and ``end`` are aware datetimes, or dates, which begin in ``zone``: the reader's, in which whole days
        and floating times lie too (UTC unless told).

        :raises InvalidError: if something is missing, such as a series in a zone that nobody knows. With
            ``strict=False`` the others are given, and ``problems`` of the result says what is missing.
        """
        return _find_occurrences(self, start, end, zone, limits, strict)


for _class in (Organizer, Attendee, Occurrences, Event, Todo, Journal, FreeBusy, Alarm, TimeZone, Calendar):
    _class.__module__ = "reefknot"
