"""Values of properties that the standard library has no type for, and what describes an input."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ._reefknot import _normal_address, _normal_recur

__all__ = ["CalendarUserAddress", "Geo", "Limits", "Period", "Problem", "Recur", "RequestStatus"]


class CalendarUserAddress(str):
    """A calendar user's address (RFC 5545 §3.3.3): a ``str`` in the one form in which addresses compare.

    >>> from reefknot import CalendarUserAddress
    >>> CalendarUserAddress("B@Foo.com")
    CalendarUserAddress('mailto:b@foo.com')
    >>> CalendarUserAddress("MAILTO:b@foo.com") == CalendarUserAddress("b@foo.com")
    True
    >>> CalendarUserAddress("b@foo.com").mailbox
    'b@foo.com'
    """

    __slots__ = ()

    def __new__(cls, address: str) -> CalendarUserAddress:
        if isinstance(address, cls):
            return address
        return cls._of_normal(_normal_address(address))

    @classmethod
    def _of_normal(cls, normal: str) -> CalendarUserAddress:
        return str.__new__(cls, normal)

    @property
    def mailbox(self) -> str | None:
        """The mail address, if this is one."""
        return self[len("mailto:") :] if self.startswith("mailto:") else None

    def __repr__(self) -> str:
        return f"CalendarUserAddress({str(self)!r})"


class Recur(str):
    """A recurrence rule (RFC 5545 §3.3.10): a ``str`` that was read and is written as the standard has it.

    >>> from reefknot import Recur
    >>> Recur("freq=weekly;byday=mo;count=10")
    Recur('FREQ=WEEKLY;COUNT=10;BYDAY=MO')
    >>> Recur("FREQ=DAILY;COUNT=3").parts["COUNT"]
    '3'
    """

    __slots__ = ()

    def __new__(cls, rule: str) -> Recur:
        if isinstance(rule, cls):
            return rule
        return str.__new__(cls, _normal_recur(rule))

    @property
    def parts(self) -> dict[str, str]:
        """The parts of the rule by their names."""
        return dict(part.split("=", 1) for part in self.split(";"))

    def __repr__(self) -> str:
        return f"Recur({str(self)!r})"


@dataclass(frozen=True, slots=True)
class Period:
    """A period of time (RFC 5545 §3.3.9): a start, and an end or a length."""

    start: datetime | date
    end: datetime | date | timedelta


@dataclass(frozen=True, slots=True)
class Geo:
    """A place (RFC 5545 §3.8.1.6), in degrees north and east."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        return f"{self.latitude};{self.longitude}"


@dataclass(frozen=True, slots=True)
class RequestStatus:
    """A status of a reply (RFC 5545 §3.8.8.3), such as ``2.0`` for success."""

    code: str
    description: str
    data: str | None = None

    def __str__(self) -> str:
        texts = [self.description] if self.data is None else [self.description, self.data]
        escaped = [
            text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n") for text in texts
        ]
        return ";".join([self.code, *escaped])


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that reading a text could not take as it stood."""

    line: int
    what: str
    read_as: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}; {self.read_as}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one input may cost; exceeding one is a :class:`LimitError` that names the line and the field.

    The defaults fit any calendar that a person or an organisation keeps, and stop input made to exhaust memory.
    """

    bytes: int = 64 << 20
    """Octets of input."""
    lines: int = 4_000_000
    """Content lines, folds joined."""
    line_bytes: int = 32 << 20
    """Octets of one content line."""
    depth: int = 32
    """Components inside each other; at most 500."""
    properties: int = 200_000
    """Properties of one component."""
    parameters: int = 1_000
    """Parameters of one property."""
    attendees: int = 20_000
    """Attendees of one component."""
    instances: int = 100_000
    """Instances of one recurrence that are looked at within one window."""
    expansion_steps: int = 1_000_000
    """Steps that following one recurrence may take."""
    problems: int = 1_000
    """Problems kept; more are only counted."""
