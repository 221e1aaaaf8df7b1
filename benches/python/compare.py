"""The Python package against `icalendar` and `recurring-ical-events`, in one run; prints a table of Markdown.

    pip install ./bindings/python -r benches/python/requirements.txt
    python benches/python/compare.py

Each figure is the median of 31 rounds, and in brackets the least and the greatest. What is compared is checked to be the same
before it is timed.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from reefknot import Calendar, Engine, Event, Message, PartStat

NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
BERLIN = ZoneInfo("Europe/Berlin")
GUESTS = [f"guest{number}@bar.com" for number in range(8)]
WORDS = "Every week we look at what was done, what is next, and what stands in the way. " * 3


def weekly(rule: str = "FREQ=WEEKLY", start: datetime = datetime(2026, 1, 6, 15, tzinfo=BERLIN)) -> Event:
    return Event.new(
        "Planning",
        uid="planning@foo.com",
        stamp=NOW,
        start=start,
        duration=timedelta(minutes=45),
        rrule=rule,
        location="Aquarium, second floor",
        description=WORDS,
        organizer="a@foo.com",
        attendees=GUESTS,
    )


def calls_in(work: Callable[[], object], seconds: float) -> int:
    """How many calls take about that long."""
    work()
    begun = time.perf_counter()
    work()
    return max(1, int(seconds / max(time.perf_counter() - begun, 1e-7)))


def timed(work: Callable[[], object], calls: int) -> float:
    """How long one call takes, in microseconds."""
    begun = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - begun) / calls * 1e6


def shown(times: list[float], unit: str = "µs", digits: int = 1) -> str:
    low, *_, high = sorted(times)
    return f"{statistics.median(times):,.{digits}f} {unit} ({low:,.{digits}f}–{high:,.{digits}f})"


def row(what: str, aim: str, ours: Callable[[], object], theirs: Callable[[], object] | None = None) -> None:
    """One line of the table; the two take turns, so that a processor which changes its speed changes it for both."""
    works = [ours] if theirs is None else [ours, theirs]
    calls = [calls_in(work, 0.02) for work in works]
    rounds = [[timed(work, number) for work, number in zip(works, calls)] for _ in range(31)]
    times = list(map(list, zip(*rounds)))
    cells = [what, aim, shown(times[0])]
    cells += [shown(times[1]), shown([pair[1] / pair[0] for pair in rounds], "×", 0)] if theirs else ["", ""]
    print("| " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    invitation = Engine("a@foo.com").change(None, weekly(), now=NOW).messages[0]
    text = invitation.calendar.to_ical()
    mail = invitation.to_email(date=NOW).as_bytes()
    ours, theirs = Calendar.parse(text), icalendar.Calendar.from_ical(text)
    print(
        f"Python {sys.version.split()[0]}, icalendar {icalendar.__version__}; the invitation has {len(text)} octets.\n"
    )
    print("| work | aim | reefknot | the other | ratio |\n|---|---|---|---|---|")

    assert Calendar.parse(icalendar.Calendar.from_ical(text).to_ical()).uids == ours.uids
    row("read an invitation", "", lambda: Calendar.parse(text), lambda: icalendar.Calendar.from_ical(text))
    row("print it", "", ours.to_ical, theirs.to_ical)
    row(
        "read and print it",
        "≥ 100 ×",
        lambda: Calendar.parse(text).to_ical(),
        lambda: icalendar.Calendar.from_ical(text).to_ical(),
    )

    def windows(what: str, aim: str, event: Event, start: date, end: date) -> None:
        calendar = Calendar.new(event)
        query = recurring_ical_events.of(icalendar.Calendar.from_ical(calendar.to_ical()))
        mine = [found.start for found in calendar.occurrences(start, end)]
        others = sorted(found.start for found in query.between(start, end))
        assert mine == others, (len(mine), len(others))
        fresh = icalendar.Calendar.from_ical(calendar.to_ical())
        row(
            f"{what}: {len(mine)} occurrences",
            aim,
            lambda: calendar.occurrences(start, end),
            lambda: recurring_ical_events.of(fresh).between(start, end),
        )
        row(
            "… and the starts and ends of all as `datetime`",
            "",
            lambda: [(found.start, found.end) for found in calendar.occurrences(start, end)],
            lambda: [(found.start, found.end) for found in recurring_ical_events.of(fresh).between(start, end)],
        )

    windows("a weekly event over a year", "≥ 100 ×", weekly(), date(2026, 1, 1), date(2027, 1, 1))
    daily = weekly("FREQ=DAILY", datetime(2026, 1, 6, 15, tzinfo=BERLIN))
    windows("a daily event, a month 20 years on", "≥ 1,000 ×", daily, date(2046, 1, 1), date(2046, 2, 1))

    event = ours.events[0]
    row("a getter: `event.summary`", "< 3 µs", lambda: event.summary, lambda: theirs.events[0].get("SUMMARY"))
    row("a getter: `event.start`", "< 3 µs", lambda: event.start, lambda: theirs.events[0].start)

    guest = Engine(GUESTS[0])

    def answer() -> bytes:
        received = guest.receive(Message.from_email(mail), now=NOW)
        answered = guest.answer(received.stored, PartStat.ACCEPTED, now=NOW)
        return answered.messages[0].to_email_bytes(date=NOW, message_id="1@bar.com")

    def decide() -> bytes:
        received = guest.receive(invitation_read, now=NOW)
        return guest.answer(received.stored, PartStat.ACCEPTED, now=NOW).messages[0].calendar.to_ical()

    invitation_read = Message.from_email(mail)
    assert b"ACCEPTED" in decide()
    row("answer an invitation, from message to reply", "< 200 µs", decide)
    row("… from the octets of a mail to those of the mail that answers", "", answer)


if __name__ == "__main__":
    main()
