"""Calendar scheduling by the RFCs: read and write iCalendar, invite and answer, find times to meet.

The engine decides and does nothing else: it opens no file, sends no mail and reads no clock. What to store, what to send
and what to tell the user comes back as an :class:`Outcome`, with the reason for everything done and not done.

>>> from datetime import datetime, timedelta, timezone
>>> from reefknot import Calendar, Engine, Envelope, Event, PartStat
>>> now = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)

Ana invites Ben:

>>> tea = Event.new("Tea", start=now + timedelta(days=7), duration=timedelta(minutes=30), uid="tea@foo.com", stamp=now,
...                 organizer="ana@foo.com", attendees=["ben@bar.com"])
>>> invited = Engine("ana@foo.com").change(None, tea, now=now)
>>> invitation = invited.messages[0]
>>> invitation.method, invitation.recipient.mailbox
(Method.REQUEST, 'ben@bar.com')

Ben takes it over, and answers:

>>> ben = Engine("ben@bar.com")
>>> received = ben.receive(invitation, envelope=Envelope("ana@foo.com"), now=now)
>>> answered = ben.answer(received.stored, PartStat.ACCEPTED, now=now)

Ana hears it:

>>> reply = answered.messages[0]
>>> heard = Engine("ana@foo.com").receive(reply, invited.stored, Envelope("ben@bar.com"), now=now)
>>> heard.calendar.events[0].attendee("ben@bar.com").partstat
PartStat.ACCEPTED
"""

from . import _busy, _components, _enums, _errors, _host, _icalendar, _mail, _records, _values
from ._busy import *
from ._components import *
from ._enums import *
from ._errors import *
from ._host import *
from ._icalendar import *
from ._mail import *
from ._records import *
from ._reefknot import Component, Engine, MemoryStore, Occurrence, Property, Scheduler, SqliteStore
from ._values import *

__all__ = ["Component", "Engine", "MemoryStore", "Occurrence", "Property", "Scheduler", "SqliteStore"]
__all__ += _busy.__all__
__all__ += _components.__all__
__all__ += _enums.__all__
__all__ += _errors.__all__
__all__ += _host.__all__
__all__ += _icalendar.__all__
__all__ += _mail.__all__
__all__ += _records.__all__
__all__ += _values.__all__
