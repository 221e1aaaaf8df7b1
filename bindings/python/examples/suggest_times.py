"""Merges people's calendars and free/busy files, and prints times at which they can meet.

    python suggest_times.py 2026-12-01 2026-12-05 60 Europe/Berlin ana@foo.com=ana.ics ben@bar.com=ben.ifb …

A file holds a calendar, or the busy time that somebody published (VFREEBUSY). Suggested are times from nine to five.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from reefknot import BusyTime, Calendar, FreeBusy, freebusy, suggest_times


def busy_time(path: Path, address: str, start: datetime, end: datetime) -> BusyTime:
    """When somebody is busy, by whichever kind of file they gave."""
    calendar = Calendar.parse(path.read_bytes())
    if any(isinstance(component, FreeBusy) for component in calendar.components):
        return BusyTime.from_calendar(calendar)
    return freebusy(calendar, address, start, end, zone=start.tzinfo)


def lines(first: date, last: date, length: timedelta, zone: ZoneInfo, files: dict[str, Path]) -> Iterator[str]:
    """The three best times of each day, and who cannot come."""
    start, end = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    people = {address: busy_time(path, address, start, end) for address, path in files.items()}
    for address, busy in people.items():
        for doubt in busy.doubts:
            yield f"{address} may be busy at other times too: {doubt.why}"
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        nine, five = (datetime.combine(day, time(hour), zone) for hour in (9, 17))
        for found in suggest_times(people, nine, five, length, most=3):
            who = ", ".join(f"{clash.address.mailbox} ({clash.busy})" for clash in found.clashes)
            yield f"{found.start.astimezone(zone):%a %d %b %H:%M}  {f'without {who}' if who else 'everybody'}"


def main(first: str, last: str, minutes: str, zone: str, *files: str) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last)
    named = {address: Path(path) for address, _, path in (file.partition("=") for file in files)}
    for line in lines(*days, timedelta(minutes=int(minutes)), ZoneInfo(zone), named):
        print(line)


if __name__ == "__main__":
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
