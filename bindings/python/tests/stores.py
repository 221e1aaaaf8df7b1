"""A store that is written in Python, as a program of somebody's own would have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from reefknot import (
    Commit,
    ConflictError,
    Delivery,
    InvalidError,
    OpenQuestion,
    Settled,
    StoredCalendar,
    StoredObject,
)


class DictStore:
    """Keeps everything in dictionaries."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, StoredObject]] = {}
        self.versions: dict[str, int] = {}
        self.open: dict[int, tuple[str, OpenQuestion]] = {}
        self.outbox: dict[int, Delivery] = {}
        self.given_up: set[int] = set()
        self.last_id = 0

    def load(self, user: str, uid: str, /) -> StoredObject | None:
        return self.objects.get(user, {}).get(uid)

    def uids(self, user: str, /) -> list[str]:
        return [uid for uid, _ in self.calendar(user).objects]

    def calendar(self, user: str, /) -> StoredCalendar:
        held = self.objects.get(user, {}).items()
        living = sorted((uid, stored.calendar) for uid, stored in held if stored.calendar is not None)
        return StoredCalendar(self.versions.get(user, 0), tuple(living))

    def commit(self, commit: Commit, /) -> int:
        stored = self.load(commit.user, commit.uid)
        if commit.expected != (stored and stored.version):
            raise ConflictError(f"`{commit.uid}` of user `{commit.user}`")
        if commit.expected_calendar not in (None, self.versions.get(commit.user, 0)):
            raise ConflictError(f"the calendar of user `{commit.user}`")
        if commit.answers is not None and commit.answers not in self.open:
            raise InvalidError(f"no question {commit.answers} waits for user `{commit.user}`")
        if commit.settles is not None:
            self.settle(*commit.settles)
        if commit.answers is not None:
            del self.open[commit.answers]
        version = (stored.version if stored else 0) + 1
        held = StoredObject(commit.calendar, commit.state, commit.residence, version)
        self.objects.setdefault(commit.user, {})[commit.uid] = held
        self.versions[commit.user] = self.versions.get(commit.user, 0) + 1
        for asked in commit.questions:
            self.last_id += 1
            self.open[self.last_id] = (commit.user, OpenQuestion(self.last_id, commit.uid, asked))
        for message in commit.outbox:
            self.last_id += 1
            self.outbox[self.last_id] = Delivery(self.last_id, commit.user, message, 0, message.due, None)
        return version

    def questions(self, user: str, /) -> list[OpenQuestion]:
        return [question for of, question in self.open.values() if of == user]

    def due(self, now: datetime, limit: int, /) -> Sequence[Delivery]:
        due = [one for one in self.outbox.values() if one.due <= now and one.id not in self.given_up]
        return sorted(due, key=lambda one: (one.due, one.id))[:limit]

    def settle(self, id: int, how: Settled.Delivered | Settled.Retry | Settled.Failed, /) -> None:
        if id not in self.outbox:
            raise InvalidError(f"the outbox has no message {id}")
        delivery = self.outbox[id]
        match how:
            case Settled.Delivered():
                del self.outbox[id]
            case Settled.Retry(due, status):
                self.given_up.discard(id)
                self.outbox[id] = replace(delivery, due=due, status=status, attempts=delivery.attempts + 1)
            case Settled.Failed(status):
                self.given_up.add(id)
                self.outbox[id] = replace(delivery, status=status, attempts=delivery.attempts + 1)

    def failed(self) -> list[Delivery]:
        return [one for one in self.outbox.values() if one.id in self.given_up]
