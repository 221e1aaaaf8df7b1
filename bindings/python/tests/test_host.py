"""The scheduler, stores, directories and transports, and what goes wrong in them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from reefknot import (
    Attempt,
    BusyPeriod,
    BusyTime,
    BusyType,
    Calendar,
    CalendarUserAddress,
    Commit,
    ConflictError,
    Directory,
    Disposition,
    Engine,
    Envelope,
    Event,
    HostError,
    InvalidError,
    LocalUser,
    MemoryStore,
    Outgoing,
    PartStat,
    Person,
    Reason,
    RoomPolicy,
    Scheduler,
    ScheduleStatus,
    SqliteStore,
    Store,
    StoredObject,
    conflicts,
    freebusy,
    suggest_times,
)

from .stores import DictStore

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
NINE = datetime(2026, 12, 1, 9, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
USERS = [
    LocalUser("a", "a@foo.com"),
    LocalUser("b", ["b@foo.com", "bee@foo.com"], zone="Europe/Berlin"),
    LocalUser("aquarium", "aquarium@foo.com", room=RoomPolicy(longest=timedelta(hours=4))),
]


def meeting(*attendees: str, uid: str = "1", start: datetime = NINE) -> Calendar:
    event = Event.new(
        "Tea", uid=uid, stamp=NOW, start=start, duration=HOUR, organizer="a@foo.com", attendees=attendees
    )
    return Calendar.new(event)


class Postman:
    """Does as it was told, and keeps what it was given."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.sent: list[Outgoing] = []

    def mail(self, message: Outgoing, mailbox: str, now: datetime, /) -> Any:
        self.sent.append(message)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, BaseException):
            raise answer
        return answer


def test_the_stores_are_stores() -> None:
    for store in (MemoryStore(), DictStore()):
        assert isinstance(store, Store)
    assert repr(MemoryStore()) == "MemoryStore()"


def test_a_file_keeps_what_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "calendars.sqlite"
    Scheduler(SqliteStore(path), USERS).put("a", "1", meeting("b@foo.com"), now=NOW)
    again = SqliteStore(path)
    assert again.uids("a") == ["1"] and again.calendar("a").version == 1
    stored = again.load("a", "1")
    assert stored is not None and stored.calendar is not None and stored.version == 1
    assert again.calendar_within("a", NINE, NINE + HOUR).objects == (("1", stored.calendar),)
    assert again.calendar_within("a", NINE + timedelta(days=9), NINE + timedelta(days=10)).objects == ()
    assert repr(again) == f"SqliteStore({str(path)!r})"
    with pytest.raises(HostError, match="SQLite|database"):
        (tmp_path / "text").write_text("this is no database, but it is long enough to look at")
        SqliteStore(tmp_path / "text")


@pytest.mark.parametrize("make", [MemoryStore, DictStore])
def test_an_outdated_version_is_a_conflict(make: Any) -> None:
    store = make()
    scheduler = Scheduler(store, USERS)
    scheduler.put("a", "1", meeting(), now=NOW)
    with pytest.raises(ConflictError, match="load it again"):
        scheduler.put("a", "1", meeting(), based_on=7, now=NOW)
    with pytest.raises(ConflictError):
        store.commit(Commit("a", "1", None, None, None))


def test_local_users_need_no_mail_and_rooms_answer() -> None:
    postman = Postman()
    scheduler = Scheduler(MemoryStore(), USERS, postman)
    scheduler.put("a", "1", meeting("bee@foo.com", "aquarium@foo.com"), now=NOW)
    assert scheduler.deliver(now=NOW).done == 2
    scheduler.answer("b", "1", PartStat.ACCEPTED, now=NOW)
    assert scheduler.deliver(now=NOW).done >= 2 and postman.sent == []
    held = scheduler.read("a", "a", "1", now=NOW)
    assert isinstance(held, Calendar)
    answers = {attendee.address.mailbox: attendee.partstat for attendee in held.events[0].attendees}
    assert answers["bee@foo.com"] == answers["aquarium@foo.com"] == PartStat.ACCEPTED


def test_what_a_store_raises_is_the_cause() -> None:
    class Broken(DictStore):
        def load(self, user: str, uid: str, /) -> StoredObject | None:
            raise OSError("the disk is full")

    with pytest.raises(HostError, match="OSError: the disk is full") as caught:
        Scheduler(Broken(), USERS).put("a", "1", meeting(), now=NOW)
    assert isinstance(caught.value.__cause__, OSError)


def test_what_a_store_raises_is_the_cause_whichever_of_its_loads_it_is() -> None:
    class Breaking(DictStore):
        def __init__(self, good: int) -> None:
            super().__init__()
            self.good = good

        def load(self, user: str, uid: str, /) -> StoredObject | None:
            self.good -= 1
            if self.good < 0:
                raise OSError("the disk is full")
            return super().load(user, uid)

    # An answer to nothing that is stored changes nothing: what the store holds is loaded once more, to be told.
    answer = Engine("b@foo.com").answer(meeting("b@foo.com"), PartStat.ACCEPTED, now=NOW).messages[0]

    def receive(store: Breaking) -> None:
        Scheduler(store, USERS).receive("a", answer, Envelope("b@foo.com"), now=NOW)

    counting = Breaking(100)
    receive(counting)
    for good in range(100 - counting.good):
        with pytest.raises(HostError, match="OSError: the disk is full") as caught:
            receive(Breaking(good))
        assert isinstance(caught.value.__cause__, OSError)


def test_a_store_that_gives_nonsense_says_so() -> None:
    class Odd(DictStore):
        def load(self, user: str, uid: str, /) -> Any:
            return "nonsense"

    with pytest.raises(HostError, match="no attribute 'calendar'") as caught:
        Scheduler(Odd(), USERS).put("a", "1", meeting(), now=NOW)
    assert isinstance(caught.value.__cause__, AttributeError)


def test_who_interrupts_is_heard() -> None:
    scheduler = Scheduler(MemoryStore(), USERS, Postman(KeyboardInterrupt()))
    scheduler.put("a", "1", meeting("c@bar.com"), now=NOW)
    with pytest.raises(KeyboardInterrupt):
        scheduler.deliver(now=NOW)


def test_a_message_is_tried_again_and_given_up() -> None:
    refused = Attempt.Refused(ScheduleStatus.NOT_ALLOWED, "no such mailbox")
    postman = Postman(RuntimeError("no network"), Attempt.TryLater("busy"), refused)
    store = MemoryStore()
    scheduler = Scheduler(store, USERS, postman)
    scheduler.put("a", "1", meeting("c@bar.com"), now=NOW)
    assert scheduler.deliver(now=NOW).retried == 1
    [waiting] = store.due(NOW + timedelta(days=1), 10)
    assert waiting.attempts == 1 and waiting.status == "1.0;RuntimeError: no network"
    assert scheduler.deliver(now=NOW + HOUR).retried == 1
    failed = scheduler.deliver(now=NOW + 2 * HOUR)
    assert failed.failed == 1 and failed.notices[0][0] == "a"
    [given_up] = store.failed()
    assert given_up.status == "5.3;no such mailbox" and given_up.message.message().method == "REQUEST"
    assert scheduler.deliver(now=NOW + timedelta(days=9)).retried == 0


def test_without_a_transport_a_message_waits() -> None:
    store = MemoryStore()
    scheduler = Scheduler(store, USERS)
    scheduler.put("a", "1", meeting("c@bar.com"), now=NOW)
    assert scheduler.deliver(now=NOW).retried == 1
    [waiting] = store.due(NOW + HOUR, 10)
    assert waiting.status == "1.0;the scheduler was given no transport to carry it"


def test_a_directory_of_one_s_own() -> None:
    class People:
        def find(self, address: CalendarUserAddress, /) -> LocalUser | None:
            name, _, host = str(address.mailbox).partition("@")
            return LocalUser(name, address) if host == "foo.com" else None

        def user(self, id: str, /) -> LocalUser | None:
            return LocalUser(id, f"{id}@foo.com")

    assert isinstance(People(), Directory)
    scheduler = Scheduler(MemoryStore(), People())
    scheduler.put("a", "1", meeting("z@foo.com"), now=NOW)
    assert scheduler.deliver(now=NOW).done == 1
    assert scheduler.store.uids("z") == ["1"]


def test_a_store_is_not_asked_from_within_its_own_call() -> None:
    class Nosy:
        def find(self, address: CalendarUserAddress, /) -> LocalUser | None:
            store.uids("a")
            return None

        def user(self, id: str, /) -> LocalUser | None:
            return LocalUser(id, "a@foo.com")

    store = MemoryStore()
    with pytest.raises(InvalidError, match="in use by the very call"):
        Scheduler(store, Nosy()).put("a", "1", meeting("c@bar.com"), now=NOW)
    assert store.uids("a") == []


def test_wrong_input_says_what_is_wanted() -> None:
    with pytest.raises(TypeError, match="a store is wanted, such as MemoryStore"):
        Scheduler("file.sqlite", USERS)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a LocalUser is wanted, and not str"):
        Scheduler(MemoryStore(), ["a@foo.com"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="neither `allow` nor `deny`"):
        Scheduler(MemoryStore(), USERS, access="let everybody in")
    scheduler = Scheduler(MemoryStore(), USERS)
    with pytest.raises(InvalidError, match="there is no user `z` here"):
        scheduler.put("z", "1", meeting(), now=NOW)
    with pytest.raises(InvalidError, match="UID is `1` and not `2`"):
        scheduler.put("a", "2", meeting(), now=NOW)
    with pytest.raises(InvalidError, match="no question 5 waits"):
        scheduler.decide("a", 5, True, now=NOW)
    with pytest.raises(InvalidError, match="holds nothing under the UID"):
        scheduler.answer("a", "1", PartStat.ACCEPTED, now=NOW)


def test_rejected_and_ignored_say_what_is_held() -> None:
    scheduler = Scheduler(MemoryStore(), USERS)
    first = scheduler.put("a", "1", meeting("b@foo.com"), now=NOW)
    scheduler.deliver(now=NOW)
    refused = scheduler.put("b", "1", meeting("b@foo.com", start=NINE + HOUR), now=NOW)
    assert refused.disposition is Disposition.REJECTED
    assert refused.calendar is not None and refused.calendar.events[0].start == NINE
    assert first.calendar is not None


def test_busy_time_and_what_others_may_see() -> None:
    scheduler = Scheduler(MemoryStore(), USERS, access="deny user a@foo.com free-busy person b@foo.com")
    scheduler.put("a", "1", meeting("b@foo.com"), now=NOW)
    scheduler.deliver(now=NOW)
    busy = scheduler.busy("b", "a", date(2026, 12, 1), date(2026, 12, 2), now=NOW)
    assert isinstance(busy, BusyTime) and [period.start for period in busy.periods] == [NINE]
    assert isinstance(scheduler.busy("a", "b", date(2026, 12, 1), date(2026, 12, 2), now=NOW), Reason)
    found = scheduler.suggest_times("a", ["a", "b"], NINE, NINE + 3 * HOUR, HOUR, now=NOW)
    assert found.suggestions[0].start == NINE + HOUR
    assert [user for user, _ in found.unknown] == ["b"]
    scheduler.put("a", "2", meeting(uid="2"), now=NOW)
    collides = scheduler.conflicts("a", "2", date(2026, 12, 1), date(2026, 12, 2))
    assert collides is not None and collides.conflicts[0].uid == "1"


def test_outside_of_one_s_hours_one_is_unavailable() -> None:
    hours = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//foo.com//EN
BEGIN:VAVAILABILITY
UID:hours
DTSTAMP:20261124T090000Z
BEGIN:AVAILABLE
UID:day
DTSTAMP:20261124T090000Z
DTSTART:20261201T080000Z
DTEND:20261201T160000Z
END:AVAILABLE
END:VAVAILABILITY
END:VCALENDAR
"""
    scheduler = Scheduler(MemoryStore(), USERS)
    assert scheduler.put_availability("a", "hours", hours) == 1
    scheduler.put("a", "1", meeting(), now=NOW)
    busy = scheduler.busy("b", "a", NINE, NINE + 8 * HOUR, now=NOW)
    assert isinstance(busy, BusyTime)
    assert busy.periods == (
        BusyPeriod(NINE, NINE + HOUR, BusyType.BUSY),
        BusyPeriod(NINE + 7 * HOUR, NINE + 8 * HOUR, BusyType.UNAVAILABLE),
    )
    assert freebusy([Calendar.parse(hours), meeting()], "a@foo.com", NINE, NINE + 8 * HOUR) == busy


def test_times_for_ten_people() -> None:
    def person(number: int) -> Person:
        own = Event.new(str(number), uid=str(number), start=NINE + number * timedelta(minutes=30), duration=HOUR)
        busy = freebusy(Calendar.new(own), f"p{number}@foo.com", NINE, NINE + 8 * HOUR)
        return Person(f"p{number}@foo.com", busy)

    people = [person(number) for number in range(10)]
    found = suggest_times(people, NINE, NINE + 8 * HOUR, HOUR, most=2)
    assert found[0].start == NINE + 5 * HOUR + timedelta(minutes=30) and found[0].clashes == ()
    everybody = people[0].busy
    for one in people:
        everybody |= one.busy
    assert everybody.periods == (BusyPeriod(NINE, NINE + 5.5 * HOUR, BusyType.BUSY),)
    published = everybody.to_calendar("a@foo.com", uid="busy", stamp=NOW)
    assert BusyTime.from_calendar(published) == everybody
    with pytest.raises(TypeError, match="a BusyTime is wanted, and not list"):
        suggest_times({"a@foo.com": []}, NINE, NINE + HOUR, HOUR)  # type: ignore[arg-type]


def test_conflicts_of_an_invitation() -> None:
    found = conflicts(meeting(uid="2"), [meeting()], "a@foo.com", NINE, NINE + timedelta(days=1))
    assert [(one.uid, one.start, one.period.start) for one in found.conflicts] == [("1", NINE, NINE)]
    assert not found.goes_on and found.doubts == ()


def test_many_objects_in_one_file_are_one_person_s_time() -> None:
    both = Calendar.new(*meeting().events, *meeting(uid="2", start=NINE + 2 * HOUR).events)
    busy = freebusy(both, "a@foo.com", NINE, NINE + 8 * HOUR)
    assert [period.start for period in busy.periods] == [NINE, NINE + 2 * HOUR]
