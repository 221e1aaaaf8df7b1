"""To and from the objects of the package ``icalendar``, for programs that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._components import Calendar
from ._reefknot import Component, _restore_component

if TYPE_CHECKING:
    import icalendar

__all__ = ["from_icalendar", "to_icalendar"]


def from_icalendar(component: icalendar.Component) -> Component:
    """A component of the package ``icalendar`` as one of this package; an ``icalendar.Calendar`` becomes a ``Calendar``."""
    data = component.to_ical()
    return Calendar.parse(data) if component.name == "VCALENDAR" else _restore_component(data, b"")


def to_icalendar(component: Component) -> icalendar.Component:
    """A component as one of the package ``icalendar``, which has to be installed: ``pip install 'reefknot[icalendar]'``."""
    try:
        import icalendar
    except ImportError as error:
        raise ImportError("the package icalendar is needed: pip install 'reefknot[icalendar]'") from error
    return icalendar.Component.from_ical(component.to_ical())
