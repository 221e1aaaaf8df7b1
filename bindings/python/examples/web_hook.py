"""A web hook that adds a meeting and invites people to it.

    python web_hook.py 8000 a@foo.com calendar.sqlite ~/outbox
    curl localhost:8000 -d '{"title": "Tea", "start": "2026-12-01T15:00+01:00", "minutes": 30, "attendees": ["c@bar.com"]}'

It listens on this machine alone and asks nobody who they are: put it behind something that does.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from outbox import Outbox

from reefknot import Agent, Calendar, Error, Event, LocalUser, Scheduler, SqliteStore


def server(port: int, address: str, database: str, outbox: str) -> ThreadingHTTPServer:
    """A server that adds meetings to the calendar of a user."""
    scheduler = Scheduler(
        SqliteStore(database), [LocalUser("me", address)], Outbox(Path(outbox)), agent=Agent.ALONE
    )

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                self.reply(201, add(json.loads(body)))
            except (Error, KeyError, TypeError, ValueError) as error:
                self.reply(400, {"error": f"{type(error).__name__}: {error}"})

        def reply(self, status: int, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def add(wanted: dict[str, Any]) -> dict[str, Any]:
        now = datetime.now(timezone.utc)
        event = Event.new(
            wanted["title"],
            start=datetime.fromisoformat(wanted["start"]),
            duration=timedelta(minutes=wanted["minutes"]),
            organizer=address,
            attendees=wanted["attendees"],
        )
        uid = str(event.uid)
        outcome = scheduler.put("me", uid, Calendar.new(event), now=now)
        scheduler.deliver(now=now)
        return {"uid": uid, "invited": [message.recipient for message in outcome.messages]}

    return ThreadingHTTPServer(("127.0.0.1", port), Hook)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    server(int(sys.argv[1]), *sys.argv[2:]).serve_forever()
