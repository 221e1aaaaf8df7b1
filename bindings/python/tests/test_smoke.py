"""The smoke scenario that every language plays: ``fixtures/smoke/README.md`` tells how its file is read."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timezone
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from reefknot import (
    Agent,
    Attempt,
    Calendar,
    LocalUser,
    MemoryStore,
    Message,
    Outcome,
    Outgoing,
    PartStat,
    Reason,
    Residence,
    Scheduler,
    SqliteStore,
    Store,
)

from .stores import DictStore

FOLDER = Path(__file__).parents[3] / "fixtures" / "smoke"
SCENARIO = json.loads((FOLDER / "scenario.json").read_text(encoding="utf-8"))
CODES = {
    "PartyCrasher": "party-crasher",
    "Forwarded": "forwarded",
    "NewOrganizer": "new-organizer",
    "SentBy": "sent-by",
    "Counter": "counter",
}


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)


def unfolded(calendar: bytes) -> str:
    return calendar.decode().replace("\r\n ", "")


def edited(calendar: str, lines: dict[str, str]) -> str:
    for old, new in lines.items():
        assert f"\r\n{old}\r\n" in calendar
        calendar = calendar.replace(f"\r\n{old}\r\n", f"\r\n{new}\r\n")
    return calendar


def contains(calendar: str, step: dict[str, Any]) -> None:
    for line in step.get("lines", ()):
        assert f"\r\n{line}\r\n" in calendar
    for words in step.get("without", ()):
        assert words not in calendar


class Mailboxes:
    """Everybody's mail: what waits in each mailbox, and how much ever came."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[EmailMessage]] = {}
        self.count: Counter[str] = Counter()

    def mail(self, message: Outgoing, mailbox: str, now: datetime, /) -> Attempt.Handed:
        self.waiting.setdefault(mailbox, []).append(message.message().to_email(date=now))
        self.count[mailbox] += 1
        return Attempt.Handed()


class Stage:
    def __init__(self, stores: dict[str, Store]) -> None:
        self.mails = Mailboxes()
        self.stores = stores
        self.users = {name: host["users"] for name, host in SCENARIO["hosts"].items()}
        self.hosts = {
            name: Scheduler(
                stores[name],
                [LocalUser(user, address) for user, address in host["users"].items()],
                self.mails,
                agent=Agent(host["agent"]),
                access=host.get("access", ""),
            )
            for name, host in SCENARIO["hosts"].items()
        }

    def play(self, step: dict[str, Any]) -> None:
        if step["do"] == "mails":
            assert self.mails.count == step["count"]
            return
        do = getattr(self, step["do"])
        now = instant(step.get("at", "20261124T120000Z"))
        outcome = do(self.hosts[step["host"]], step, now)
        if outcome is not None:
            told(outcome, step["gives"])

    def held(self, step: dict[str, Any]) -> str:
        stored = self.stores[step["host"]].load(step["user"], step["uid"])
        assert stored is not None and stored.calendar is not None
        return unfolded(stored.calendar)

    def put(self, host: Scheduler, step: dict[str, Any], now: datetime) -> Outcome:
        calendar = Calendar.parse((FOLDER / step["file"]).read_bytes())
        residence = Residence(step.get("residence", "synced"))
        return host.put(step["user"], step["uid"], calendar, residence=residence, now=now)

    def edit(self, host: Scheduler, step: dict[str, Any], now: datetime) -> Outcome:
        stored = self.stores[step["host"]].load(step["user"], step["uid"])
        assert stored is not None
        calendar = edited(self.held(step), step["lines"])
        return host.put(step["user"], step["uid"], calendar, residence=stored.residence, now=now)

    def answer(self, host: Scheduler, step: dict[str, Any], now: datetime) -> Outcome:
        instance = instant(step["instance"]) if step["instance"] else None
        answer, comment = PartStat(step["partstat"]), step.get("comment")
        return host.answer(step["user"], step["uid"], answer, instance=instance, comment=comment, now=now)

    def propose(self, host: Scheduler, step: dict[str, Any], now: datetime) -> Outcome:
        proposal = edited(self.held(step), step["lines"])
        return host.propose(step["user"], step["uid"], proposal, comment=step.get("comment"), now=now)

    def decide(self, host: Scheduler, step: dict[str, Any], now: datetime) -> Outcome:
        [question] = host.questions(step["user"])
        assert CODES[type(question.asked.question).__name__] == step["question"]
        return host.decide(step["user"], question.id, step["yes"], now=now)

    def deliver(self, host: Scheduler, step: dict[str, Any], now: datetime) -> None:
        delivered = host.deliver(now=now)
        assert (delivered.done, delivered.retried, delivered.failed) == (step["gives"]["done"], 0, 0)

    def fetch(self, host: Scheduler, step: dict[str, Any], now: datetime) -> None:
        mailbox = self.users[step["host"]][step["user"]]
        mails = self.mails.waiting.pop(mailbox, [])
        assert len(mails) == len(step["gives"])
        for mail, expected in zip(mails, step["gives"]):
            told(host.receive(step["user"], Message.from_email(mail), now=now), expected)

    def read(self, host: Scheduler, step: dict[str, Any], now: datetime) -> None:
        match host.read(step["asker"], step["user"], step["uid"], now=now):
            case Reason(code=code):
                assert code == step["refused"]
            case Calendar() as shown:
                assert "refused" not in step
                contains(unfolded(shown.to_ical()), step)
            case None:
                pytest.fail("nothing is held")

    def holds(self, host: Scheduler, step: dict[str, Any], now: datetime) -> None:
        stored = self.stores[step["host"]].load(step["user"], step["uid"])
        if stored is None or stored.calendar is None:
            assert step["nothing"]
            return
        assert stored.residence == step.get("residence", stored.residence)
        contains(self.held(step), step)
        calendar = Calendar.parse(stored.calendar)
        for instance, answers in step["answers"].items():
            component = calendar.effective(instant(instance) if instance else None)
            assert component is not None
            for who, answer in answers.items():
                attendee = component.attendee(who)
                assert attendee is not None and attendee.partstat == answer


def told(outcome: Outcome, expected: dict[str, Any]) -> None:
    """Compares an outcome with what the scenario says of it."""
    recipients = [(message.method, message.recipient) for message in outcome.messages]
    said = {
        "disposition": outcome.disposition,
        "messages": [f"{method} {recipient.mailbox}" for method, recipient in recipients if recipient],
        "reasons": [reason.code for reason in outcome.reasons],
        "notices": [notice.code for notice in outcome.notices],
        "questions": [CODES[type(question).__name__] for question in outcome.questions],
    }
    assert {name: said[name] for name in expected} == expected, outcome.reasons


@pytest.mark.parametrize("kind", ["memory", "sqlite", "python"])
@pytest.mark.parametrize("conversation", SCENARIO["conversations"], ids=lambda conversation: conversation["name"])
def test_conversation_ends_as_the_scenario_says(conversation: dict[str, Any], kind: str, tmp_path: Path) -> None:
    def store(number: int) -> Store:
        if kind == "memory":
            return MemoryStore()
        return SqliteStore(tmp_path / f"{number}.sqlite") if kind == "sqlite" else DictStore()

    stage = Stage({name: store(number) for number, name in enumerate(SCENARIO["hosts"])})
    for step in conversation["steps"]:
        stage.play(step)
