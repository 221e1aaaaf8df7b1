"""A room that books itself: takes the invitations in its mailbox and answers them by what it is booked for.

    python room.py ~/aquarium/Maildir aquarium@foo.com room.sqlite ~/outbox a@foo.com b@bar.com

Of two bookings at one time the second is declined, instance by instance. Who wrote by mail proved nothing, so the access
list decides who may book: here those named at the end, where the mail server has checked that it is they who wrote.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from mailbox import Maildir
from pathlib import Path

from outbox import Outbox

from reefknot import LocalUser, RoomPolicy, Scheduler, SqliteStore, read_email

POLICY = RoomPolicy(capacity=8, longest=timedelta(hours=4), ahead=timedelta(days=366))


def main(maildir: str, address: str, database: str, outbox: str, *bookers: str) -> None:
    now = datetime.now(timezone.utc)
    room = LocalUser("room", address, zone="Europe/Berlin", room=POLICY)
    access = "\n".join(f"allow user {booker} book room {address}" for booker in bookers)
    scheduler = Scheduler(SqliteStore(database), [room], Outbox(Path(outbox), "Europe/Berlin"), access=access)
    box = Maildir(maildir, create=False)
    for key in sorted(box.keys()):
        for message in read_email(box.get_bytes(key), trusted_authserv_id="mx.foo.com").messages:
            outcome = scheduler.receive("room", message, now=now)
            print(f"{message.method} {message.uid}: {outcome.disposition}")
            for reason in outcome.reasons:
                print(f"    {reason}")
    scheduler.deliver(now=now)


if __name__ == "__main__":
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
