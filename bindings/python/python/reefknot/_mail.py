"""Scheduling messages as ``email.message.EmailMessage`` (RFC 6047)."""

from __future__ import annotations

import email
import email.policy
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from email.message import EmailMessage
from email.utils import make_msgid
from typing import TYPE_CHECKING

from ._enums import Authentication
from ._errors import InvalidError
from ._reefknot import _read_mail, _write_mail
from ._records import Envelope, Message
from ._values import CalendarUserAddress, Problem

if TYPE_CHECKING:
    from datetime import tzinfo

    from ._components import Calendar

__all__ = ["CalendarPart", "IncomingMail", "read_email"]


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """One VCALENDAR of a mail."""

    calendar: Calendar
    envelope: Envelope
    """Where it came from; nobody vouches for what was forwarded."""
    is_forwarded: bool
    """Whether it is in a message that the sender forwarded."""
    problems: tuple[Problem, ...]
    """What could not be read, or only by guessing."""


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """A mail, as far as scheduling is concerned."""

    sender: CalendarUserAddress | None
    """The one author that From names."""
    sender_name: str | None
    """The author's name for display."""
    recipients: tuple[CalendarUserAddress, ...]
    """Those that To and Cc name."""
    reply_to: tuple[CalendarUserAddress, ...]
    """Where answers are wanted."""
    subject: str | None
    message_id: str | None
    """The Message-ID, without angle brackets."""
    date: datetime | None
    """When the author's program says it was sent."""
    calendars: tuple[CalendarPart, ...]
    """The calendars in the mail, each once, in order."""
    text: str | None
    """The text for people."""
    authentication: Authentication
    """How far the sender is to be believed."""
    authentication_reason: str
    """Why, in words."""
    notes: tuple[str, ...]
    """What was unusual about the mail, and what was done about it."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """The scheduling messages in it: the calendars with a METHOD."""
        return tuple(message for part in self.calendars if (message := _message(part, self)) is not None)

    def message(self) -> Message:
        """The one scheduling message in it.

        :raises InvalidError: if there is none, or more than one.
        """
        messages = self.messages
        if len(messages) == 1:
            return messages[0]
        if messages:
            raise InvalidError(f"there are {len(messages)} scheduling messages in the mail; read `.messages`")
        raise InvalidError("there is no scheduling message (a calendar with a METHOD) in the mail")


def _message(part: CalendarPart, mail: IncomingMail) -> Message | None:
    calendar = part.calendar
    if calendar.method is None:
        return None
    about = [one for one in calendar.components if one.name != "VTIMEZONE"]
    return Message(
        method=calendar.method,
        uid=next((str(one["UID"]) for one in about if "UID" in one), ""),
        calendar=calendar,
        originator=CalendarUserAddress(part.envelope.sender) if part.envelope.sender else None,
        recipient=mail.recipients[0] if len(mail.recipients) == 1 else None,
        sequence=max((one.get("SEQUENCE", 0) for one in about), default=0),
        envelope=part.envelope,
    )


def read_email(mail: EmailMessage | bytes, *, trusted_authserv_id: str | None = None) -> IncomingMail:
    """What a mail of any shape holds for scheduling.

    ``trusted_authserv_id`` names the mail server whose ``Authentication-Results`` are believed (RFC 8601 §2.5): one
    that removes such fields from the mail it takes in. Without it the sender is only claimed.
    """
    octets = mail if isinstance(mail, bytes) else mail.as_bytes()
    return _read_mail(octets, trusted_authserv_id)


def write_email(
    message: Message,
    *,
    zone: tzinfo | str | None,
    message_id: str | None,
    date: datetime | None,
    in_reply_to: str | None,
    reply_to: str | None,
    sender: str | None,
) -> bytes:
    """The mail of a message; :meth:`Message.to_email_bytes` is the way to it."""
    if message_id is None:
        author = message.originator.mailbox if message.originator else None
        message_id = make_msgid(domain=author.rpartition("@")[2] if author else None)
    return _write_mail(
        message,
        message_id=message_id.strip("<>"),
        date=date or datetime.now(timezone.utc),
        boundary_seed=uuid.uuid4().hex,
        zone=zone,
        in_reply_to=in_reply_to.strip("<>") if in_reply_to else None,
        reply_to=reply_to,
        sender=sender,
    )


def parse_email(octets: bytes) -> EmailMessage:
    """A mail as the standard library has it."""
    return email.message_from_bytes(octets, policy=email.policy.default)


for _class in (CalendarPart, IncomingMail):
    _class.__module__ = "reefknot"
