"""Answers the invitations in a maildir: yes to what is free, no to what collides with something.

    python answer_maildir.py ~/Maildir b@bar.com calendar.sqlite ~/outbox

The calendar is kept in an SQLite file. What is no invitation, such as a cancellation or somebody's answer, is taken over
too, and everything is told.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from mailbox import Maildir
from pathlib import Path

from outbox import Outbox

from reefknot import (
    Agent,
    Disposition,
    InvalidError,
    LocalUser,
    Method,
    PartStat,
    Scheduler,
    SqliteStore,
    read_email,
)

HORIZON = timedelta(days=366)


def main(maildir: str, address: str, database: str, outbox: str) -> None:
    now = datetime.now(timezone.utc)
    scheduler = Scheduler(
        SqliteStore(database), [LocalUser("me", address)], Outbox(Path(outbox)), agent=Agent.ALONE
    )
    box = Maildir(maildir, create=False)
    for key in sorted(box.keys()):
        for message in read_email(box.get_bytes(key)).messages:
            outcome = scheduler.receive("me", message, now=now)
            print(f"{message.method} {message.uid}: {outcome.disposition}")
            for said in (*outcome.notices, *outcome.reasons):
                print(f"    {said}")
            if message.method is Method.REQUEST and outcome.disposition is Disposition.APPLIED:
                answer(scheduler, message.uid, now)
    scheduler.deliver(now=now)


def answer(scheduler: Scheduler, uid: str, now: datetime) -> None:
    """Answers all of an invitation by what stands in the calendar."""
    found = scheduler.conflicts("me", uid, now, now + HORIZON)
    collides = found is not None and bool(found.conflicts)
    try:
        scheduler.answer("me", uid, PartStat.DECLINED if collides else PartStat.ACCEPTED, now=now)
    except InvalidError as error:
        print(f"    {error}")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
