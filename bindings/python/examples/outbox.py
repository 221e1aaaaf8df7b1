"""A transport that puts mail into a maildir, from where a mail program sends it on; the other examples use it."""

from __future__ import annotations

from datetime import datetime
from mailbox import Maildir
from pathlib import Path

from reefknot import Outgoing


class Outbox:
    """Mail waits here for a program that speaks SMTP; ``smtplib.SMTP.send_message`` would do in its place."""

    def __init__(self, folder: Path, zone: str = "UTC") -> None:
        self.maildir = Maildir(folder)
        self.zone = zone

    def mail(self, message: Outgoing, mailbox: str, now: datetime, /) -> None:
        mail = message.message().to_email(zone=self.zone, date=now)
        self.maildir.add(mail.as_bytes())
        print(f"{message.method} to {mailbox}: {mail['Subject']}")
