"""The examples do what they say."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from mailbox import Maildir
from pathlib import Path
from typing import Any

import pytest

from reefknot import (
    Calendar,
    Engine,
    Event,
    Message,
    PartStat,
    SqliteStore,
    freebusy,
)

EXAMPLES = Path(__file__).parents[1] / "examples"
NOW = datetime.now(timezone.utc).replace(microsecond=0, minute=0)
SOON = NOW + timedelta(days=7)
HOUR = timedelta(hours=1)


def run(name: str, *arguments: str | Path, stdin: bytes = b"") -> bytes:
    command = [sys.executable, EXAMPLES / f"{name}.py", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def invitation(to: str, uid: str, start: datetime = SOON, **properties: Any) -> Message:
    event = Event.new(
        uid, uid=uid, stamp=NOW, start=start, duration=HOUR, organizer="a@foo.com", attendees=[to], **properties
    )
    [message] = Engine("a@foo.com").change(None, event, now=NOW).messages
    return message


def answers(outbox: Path) -> dict[str, PartStat]:
    """What was answered to which event, by the mails that wait to be sent."""
    said = {}
    for key in Maildir(outbox).keys():
        message = Message.from_email(Maildir(outbox).get_bytes(key))
        said[message.uid] = message.calendar.events[0].attendees[0].partstat
    return said


def test_a_maildir_is_answered(tmp_path: Path) -> None:
    box = Maildir(tmp_path / "in")
    for uid, start in [("1", SOON), ("2", SOON + HOUR / 2), ("3", SOON + HOUR)]:
        box.add(invitation("b@bar.com", uid, start).to_email(date=NOW).as_bytes())
    run("answer_maildir", tmp_path / "in", "b@bar.com", tmp_path / "me.sqlite", tmp_path / "out")
    said = answers(tmp_path / "out")
    assert sorted(said) == ["1", "2", "3"] and PartStat.DECLINED in said.values() and PartStat.ACCEPTED in said.values()
    assert SqliteStore(tmp_path / "me.sqlite").uids("me") == ["1", "2", "3"]


def test_who_is_away_declines_that_time_alone() -> None:
    mail = invitation("b@bar.com", "1", rrule="FREQ=WEEKLY;COUNT=4").to_email(date=NOW).as_bytes()
    away, back = (str((SOON + timedelta(days=days)).date()) for days in (6, 9))
    reply = Message.from_email(run("out_of_office", "b@bar.com", away, back, "On leave", stdin=mail))
    [event] = reply.calendar.events
    assert event.attendees[0].partstat is PartStat.DECLINED
    assert event.recurrence_id == SOON + timedelta(days=7) and event["COMMENT"] == "On leave"
    assert run("out_of_office", "b@bar.com", "2020-01-01", "2020-02-01", "On leave", stdin=mail) == b""


def test_a_room_is_booked_once(tmp_path: Path) -> None:
    box = Maildir(tmp_path / "in")
    for uid in ("1", "2"):
        mail = invitation("aquarium@foo.com", uid).to_email(date=NOW)
        checked = b"Authentication-Results: mx.foo.com; dkim=pass header.d=foo.com; dmarc=pass header.from=foo.com\r\n"
        box.add(checked + mail.as_bytes())
    run("room", tmp_path / "in", "aquarium@foo.com", tmp_path / "room.sqlite", tmp_path / "out", "a@foo.com")
    assert sorted(answers(tmp_path / "out").values()) == [PartStat.ACCEPTED, PartStat.DECLINED]


@pytest.fixture
def hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    from web_hook import server

    listening = server(0, "a@foo.com", str(tmp_path / "me.sqlite"), str(tmp_path / "out"))
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()
    thread.join()


def test_a_hook_adds_a_meeting(hook: str, tmp_path: Path) -> None:
    wanted = {"title": "Tea", "start": SOON.isoformat(), "minutes": 30, "attendees": ["c@bar.com"]}
    with urllib.request.urlopen(hook, json.dumps(wanted).encode()) as response:
        said = json.load(response)
    assert said["invited"] == ["mailto:c@bar.com"]
    [key] = Maildir(tmp_path / "out").keys()
    assert Message.from_email(Maildir(tmp_path / "out").get_bytes(key)).uid == said["uid"]
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(hook, b'{"title": "Tea"}')
    assert "KeyError" in json.load(caught.value)["error"]
    caught.value.close()


def test_ten_people_find_a_time(tmp_path: Path) -> None:
    day = datetime(2026, 12, 1, 8, tzinfo=timezone.utc)
    files = []
    for number in range(10):
        address, path = f"p{number}@foo.com", tmp_path / f"{number}.ics"
        own = Event.new(str(number), uid=str(number), stamp=NOW, start=day + number * HOUR / 2, duration=HOUR)
        calendar = Calendar.new(own)
        if number % 2:
            calendar = freebusy(calendar, address, day - 12 * HOUR, day + 36 * HOUR).to_calendar(address)
        path.write_bytes(calendar.to_ical())
        files.append(f"{address}={path}")
    lines = run("suggest_times", "2026-12-01", "2026-12-01", "60", "Europe/Berlin", *files).decode().splitlines()
    assert lines == ["Tue 01 Dec 14:30  everybody", "Tue 01 Dec 15:00  everybody", "Tue 01 Dec 15:30  everybody"]
