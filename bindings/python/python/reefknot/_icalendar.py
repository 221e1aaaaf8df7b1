"""To and from the objects of the package ``icalendar``, for programs that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ._components import Calendar, Event, Todo
from ._reefknot import Component, _restore_component

if TYPE_CHECKING:
    import icalendar

__all__ = ["from_icalendar", "to_icalendar"]


@overload
def from_icalendar(component: icalendar.Calendar) -> Calendar: ...
@overload
def from_icalendar(component: icalendar.Event) -> Event: ...
@overload
def from_icalendar(component: icalendar.Todo) -> Todo: ...
@overload
def from_icalendar(component: icalendar.Component) -> Component: ...
def from_icalendar(component: icalendar.Component) -> Component:
    """A component of the package ``icalendar`` as one of this package: an ``icalendar.Event`` becomes an ``Event``."""
    return _restore_component(component.to_ical(), b"")


@overload
def to_icalendar(component: Calendar) -> icalendar.Calendar: ...
@overload
def to_icalendar(component: Event) -> icalendar.Event: ...
@overload
def to_icalendar(component: Todo) -> icalendar.Todo: ...
@overload
def to_icalendar(component: Component) -> icalendar.Component: ...
def to_icalendar(component: Component) -> icalendar.Component:
    """A component as one of the package ``icalendar``, which has to be installed: ``pip install 'reefknot[icalendar]'``."""
    try:
        import icalendar
    except ImportError as error:
        raise ImportError("the package icalendar is needed: pip install 'reefknot[icalendar]'") from error
    return icalendar.Component.from_ical(component.to_ical().decode())
