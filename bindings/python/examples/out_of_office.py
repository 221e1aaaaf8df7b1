"""Declines what takes place while one is away: a filter that reads a mail and writes the answer, if there is one.

    python out_of_office.py b@bar.com 2026-12-01 2026-12-14 "On leave until the 14th" < invitation.eml > reply.eml

Of a series only the instances in that time are declined; the others wait for an answer when one is back.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, timezone
from typing import BinaryIO

from reefknot import Disposition, Engine, Method, PartStat, Stored, read_email


def decline(mail: bytes, address: str, away: date, back: date, words: str, now: datetime) -> list[bytes]:
    """The mails that decline what a mail invites to between two days."""
    engine = Engine(address)
    replies: list[bytes] = []
    for message in read_email(mail).messages:
        if message.method is not Method.REQUEST:
            continue
        received = engine.receive(message, now=now)
        if received.disposition is not Disposition.APPLIED or received.calendar is None:
            continue
        stored: Stored = received.stored
        for occurrence in received.calendar.occurrences(away, back):
            outcome = engine.answer(
                stored, PartStat.DECLINED, instance=occurrence.instance, comment=words, now=now
            )
            stored = outcome.stored
            replies += [reply.to_email_bytes(date=now) for reply in outcome.messages]
    return replies


def main(source: BinaryIO, target: BinaryIO, address: str, away: str, back: str, words: str) -> None:
    now = datetime.now(timezone.utc)
    days = date.fromisoformat(away), date.fromisoformat(back)
    for reply in decline(source.read(), address, *days, words, now):
        target.write(reply)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(sys.stdin.buffer, sys.stdout.buffer, *sys.argv[1:])
