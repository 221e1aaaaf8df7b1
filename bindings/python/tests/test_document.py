"""Reading, changing and writing calendars."""

from __future__ import annotations

import copy
import pickle
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reefknot import (
    Attendee,
    Calendar,
    CalendarUserAddress,
    Component,
    Event,
    Geo,
    InvalidError,
    Limits,
    LimitError,
    Method,
    Occurrence,
    Organizer,
    ParseError,
    PartStat,
    Period,
    Property,
    Recur,
    RequestStatus,
    Todo,
)

BERLIN = ZoneInfo("Europe/Berlin")
TEAM = Path(__file__).parents[3] / "fixtures" / "ics" / "team.ics"
NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
OWN_ZONE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//foo.com//EN
BEGIN:VTIMEZONE
TZID:Ship
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0330
TZOFFSETTO:+0330
TZNAME:SHIP
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTAMP:20261124T090000Z
DTSTART;TZID=Ship:20261201T150000
DURATION:PT1H
END:VEVENT
END:VCALENDAR
"""


def tea(**properties: Any) -> Event:
    return Event.new("Tea", **{"uid": "1", "stamp": NOW, "start": datetime(2026, 12, 1, 15, tzinfo=BERLIN), **properties})


def test_a_file_is_read_and_written_byte_for_byte() -> None:
    text = TEAM.read_bytes()
    calendar = Calendar.parse(text)
    assert calendar.to_ical() == text
    assert Calendar.parse(text.decode()).to_ical() == text
    assert Calendar.parse(bytearray(text)) == calendar  # type: ignore[arg-type]
    assert calendar.problems == ()


def test_what_is_no_calendar_says_so() -> None:
    with pytest.raises(ParseError, match="BEGIN:VCALENDAR"):
        Calendar.parse("hello")
    with pytest.raises(InvalidError, match="there are 2 calendars"):
        Calendar.parse(OWN_ZONE * 2)
    assert len(Calendar.parse_all(OWN_ZONE * 2)) == 2
    with pytest.raises(TypeError, match="str or bytes, and not PosixPath|WindowsPath"):
        Calendar.parse(TEAM)  # type: ignore[arg-type]
    with pytest.raises(LimitError, match="bytes"):
        Calendar.parse(OWN_ZONE, limits=Limits(bytes=10))


def test_odd_lines_are_kept_and_told() -> None:
    calendar = Calendar.parse(OWN_ZONE.replace("UID:1", "UID:1\nwhat is this"))
    assert [problem.line for problem in calendar.problems] == [15]
    assert b"what is this" in calendar.to_ical()
    assert str(calendar.problems[0]).startswith("line 15: ")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("DTSTART:20261201T140000Z", datetime(2026, 12, 1, 14, tzinfo=timezone.utc)),
        ("DTSTART;VALUE=DATE:20261201", date(2026, 12, 1)),
        ("DTSTART:20261201T140000", datetime(2026, 12, 1, 14)),
        ("DTSTART;TZID=Europe/Berlin:20261201T150000", datetime(2026, 12, 1, 15, tzinfo=BERLIN)),
        ("SUMMARY:Tea\\, or coffee", "Tea, or coffee"),
        ("PRIORITY:5", 5),
        ("DURATION:PT1H30M", timedelta(hours=1, minutes=30)),
        ("TRIGGER:-P1D", timedelta(days=-1)),
        ("GEO:52.5;13.4", Geo(52.5, 13.4)),
        ("RRULE:FREQ=WEEKLY;COUNT=4", Recur("FREQ=WEEKLY;COUNT=4")),
        ("ATTENDEE:MAILTO:B@foo.com", CalendarUserAddress("b@foo.com")),
        ("ATTACH;VALUE=BINARY;ENCODING=BASE64:dGVh", b"tea"),
        ("URL:https://foo.com/tea", "https://foo.com/tea"),
        ("TZOFFSETTO:-0330", timedelta(hours=-3, minutes=-30)),
        ("REQUEST-STATUS:2.0;Success\\; at once", RequestStatus("2.0", "Success; at once")),
        ("X-AT;VALUE=TIME:133000", time(13, 30)),
        ("X-DONE;VALUE=BOOLEAN:TRUE", True),
        ("X-SHARE;VALUE=FLOAT:0.5", 0.5),
        ("FREEBUSY:20261201T140000Z/PT1H", Period(datetime(2026, 12, 1, 14, tzinfo=timezone.utc), timedelta(hours=1))),
    ],
)
def test_values_are_typed_both_ways(line: str, value: object) -> None:
    read = Property.parse(line)
    assert read.value == value and type(read.value) is type(value)
    written = Property(read.name, value, {"ENCODING": "BASE64"} if isinstance(value, bytes) else None)
    assert written.value == value


def test_lists_and_parameters() -> None:
    categories = Property("CATEGORIES", ["Tea, black", "Talk"])
    assert categories.values == ("Tea, black", "Talk")
    with pytest.raises(InvalidError, match=r"2 values; read `\.values`"):
        categories.value
    assert tea(categories=["Tea", "Talk"]).categories == ("Tea", "Talk")
    line = Property("ATTENDEE", "b@foo.com", {"CN": 'B "Bee"', "MEMBER": ["mailto:x@foo.com", "mailto:y@foo.com"]})
    assert line.params == {"CN": ('B "Bee"',), "MEMBER": ("mailto:x@foo.com", "mailto:y@foo.com")}
    assert line.param("cn") == 'B "Bee"'


def test_what_cannot_be_written_says_why() -> None:
    with pytest.raises(InvalidError, match="cannot hold a set"):
        Property("SUMMARY", {1})
    with pytest.raises(InvalidError, match="SUMMARY cannot hold a value of type INTEGER"):
        Property("SUMMARY", 1)
    with pytest.raises(ParseError, match="not a whole number"):
        Property("PRIORITY", "high")
    with pytest.raises(InvalidError, match="not a property name"):
        Property("MY NAME", "x")
    with pytest.raises(ParseError, match="not one content line"):
        Property.parse("BEGIN:VEVENT")


@pytest.mark.parametrize(
    ("zone", "line"),
    [
        (BERLIN, "DTSTART;TZID=Europe/Berlin:20261201T150000"),
        (timezone.utc, "DTSTART:20261201T150000Z"),
        (ZoneInfo("UTC"), "DTSTART:20261201T150000Z"),
        (timezone(timedelta(hours=2)), "DTSTART:20261201T130000Z"),
        (None, "DTSTART:20261201T150000"),
    ],
)
def test_any_tzinfo_is_taken(zone: Any, line: str) -> None:
    assert Property("DTSTART", datetime(2026, 12, 1, 15, tzinfo=zone)).content_line == line


class Nameless(tzinfo):
    """Berlin's clocks, without its name, as some packages have their zones."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else moment.replace(tzinfo=BERLIN).utcoffset()

    def tzname(self, moment: datetime | None) -> str | None:
        return None

    def dst(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else moment.replace(tzinfo=BERLIN).dst()


def test_a_zone_without_a_name_gives_the_instant_and_repeats_nothing() -> None:
    start = datetime(2026, 12, 1, 15, tzinfo=Nameless())
    assert Property("DTSTART", start).content_line == "DTSTART:20261201T140000Z"
    with pytest.raises(InvalidError, match="no IANA name to repeat in"):
        tea(start=start, rrule="FREQ=WEEKLY")


def test_the_second_of_two_equal_clock_times_stays_the_second() -> None:
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert Property("DTSTART", twice).value == twice
    later = Property("DTSTART", twice.replace(fold=1))
    assert later.content_line == "DTSTART:20261025T013000Z"


def test_a_zone_of_the_objects_own_gives_its_offset() -> None:
    event = Calendar.parse(OWN_ZONE).events[0]
    assert isinstance(event.start, datetime)
    assert event.start.utcoffset() == timedelta(hours=3, minutes=30) and event.start.tzname() == "SHIP"
    assert pickle.loads(pickle.dumps(event)).start == event.start
    assert event.occurrences(date(2026, 12, 1), date(2026, 12, 2))[0].start == event.start


def test_a_zone_that_nobody_knows_is_an_error_and_not_utc() -> None:
    calendar = Calendar.parse(OWN_ZONE.replace("TZID=Ship", "TZID=Nowhere"))
    with pytest.raises(InvalidError, match='the time zone "Nowhere" cannot be resolved'):
        calendar.events[0].start
    with pytest.raises(InvalidError, match="strict=False"):
        calendar.occurrences(date(2026, 12, 1), date(2026, 12, 2))
    found = calendar.occurrences(date(2026, 12, 1), date(2026, 12, 2), strict=False)
    assert len(found) == 0 and "Nowhere" in found.problems[0]


def test_components_are_looked_up_like_a_mapping() -> None:
    event = tea()
    assert event["summary"] == "Tea" and "SUMMARY" in event and "LOCATION" not in event
    assert event.get("LOCATION") is None and event.get("LOCATION", "here") == "here"
    with pytest.raises(KeyError, match="LOCATION"):
        event["location"]


def test_an_event_is_made_and_changed_in_copies() -> None:
    event = tea(duration=timedelta(minutes=30), organizer=Organizer(CalendarUserAddress("a@foo.com"), "A"), x_own="1")
    assert event.uid == "1" and event.stamp == NOW and event.get("X-OWN") == "1"
    moved = event.replace(end=datetime(2026, 12, 1, 17, tzinfo=BERLIN), summary=None)
    assert (moved.duration, moved.summary) == (timedelta(hours=2), None)
    assert moved.property("DURATION") is None and event.summary == "Tea"
    assert event.organizer == Organizer(CalendarUserAddress("a@foo.com"), "A")
    invited = event.replace(attendees=["b@foo.com", Attendee(CalendarUserAddress("c@bar.com"), PartStat.ACCEPTED, role="CHAIR")])
    assert [attendee.partstat for attendee in invited.attendees] == ["NEEDS-ACTION", "ACCEPTED"]
    assert invited.attendee("C@bar.com") == invited.attendees[1]
    assert Event.new("Holiday", start=date(2026, 12, 24)).end == date(2026, 12, 25)
    assert Todo.new("Write", due=date(2026, 12, 24)).due == date(2026, 12, 24)
    with pytest.raises(AttributeError):
        event.summary = "Coffee"  # type: ignore[misc]


def test_a_calendar_brings_the_zones_that_it_needs() -> None:
    calendar = Calendar.new(tea(), method=Method.PUBLISH)
    assert [zone.tzid for zone in calendar.time_zones] == ["Europe/Berlin"]
    assert calendar.method is Method.PUBLISH and calendar.uids == ("1",)
    ship = Calendar.parse(OWN_ZONE).events[0]
    assert [zone.tzid for zone in Calendar.new(ship).time_zones] == ["Ship"]
    assert Calendar.new(ship).events[0].start == ship.start


def test_occurrences_apply_rules_exclusions_and_overrides() -> None:
    series = tea(rrule="FREQ=WEEKLY;COUNT=4", exdate=datetime(2026, 12, 8, 15, tzinfo=BERLIN))
    moved = tea(
        start=datetime(2026, 12, 16, 10, tzinfo=BERLIN), recurrence_id=datetime(2026, 12, 15, 15, tzinfo=BERLIN)
    ).replace(summary="Tea, early")
    holiday = Event.new("Holiday", uid="2", start=date(2026, 12, 16))
    found = Calendar.new(series, moved, holiday).occurrences(date(2026, 12, 1), date(2027, 1, 1), zone=BERLIN)
    assert [(one.summary, one.start) for one in found] == [
        ("Tea", datetime(2026, 12, 1, 15, tzinfo=BERLIN)),
        ("Holiday", date(2026, 12, 16)),
        ("Tea, early", datetime(2026, 12, 16, 10, tzinfo=BERLIN)),
        ("Tea", datetime(2026, 12, 22, 15, tzinfo=BERLIN)),
    ]
    assert found[2].instance == datetime(2026, 12, 15, 14, tzinfo=timezone.utc)
    match found[1]:
        case Occurrence(start, end):
            assert (start, end) == (date(2026, 12, 16), date(2026, 12, 17))
    assert found[-1:] == (found[3],)


def test_a_window_wants_instants() -> None:
    with pytest.raises(ValueError, match="is naive"):
        tea().occurrences(datetime(2026, 12, 1), date(2027, 1, 1))
    with pytest.raises(InvalidError, match="ends .* before it begins"):
        tea().occurrences(date(2027, 1, 1), date(2026, 12, 1))
    with pytest.raises(InvalidError, match="more than 3 instances"):
        tea(rrule="FREQ=DAILY").occurrences(date(2026, 12, 1), date(2027, 1, 1), limits=Limits(instances=3))


def test_values_compare_hash_copy_and_pickle() -> None:
    calendar = Calendar.new(tea())
    occurrence = calendar.occurrences(date(2026, 12, 1), date(2026, 12, 2))[0]
    for value in (calendar, calendar.events[0], occurrence, Property("SUMMARY", "Tea"), Recur("FREQ=DAILY"), calendar.time_zones[0]):
        again = pickle.loads(pickle.dumps(value))
        assert again == value and hash(again) == hash(value) and type(again) is type(value)
        assert copy.copy(value) == copy.deepcopy(value) == value
        assert value != "something else"
    assert calendar != Calendar.new(tea(uid="2")) and Component("VEVENT") != Component("VTODO")


def test_what_things_look_like() -> None:
    calendar = Calendar.new(tea(), method=Method.REQUEST)
    assert repr(calendar) == "<Calendar REQUEST: VEVENT \"Tea\">"
    assert repr(calendar.events[0]) == "<Event 'Tea'>"
    assert repr(Property("SUMMARY", "Tea")) == "Property.parse('SUMMARY:Tea')"
    assert repr(calendar.occurrences(date(2026, 12, 1), date(2026, 12, 2))[0]).startswith("<Occurrence 'Tea' TZID=Europe/Berlin")
    assert repr(Component("X-OWN")) == "<Component X-OWN>"
    assert "Tea" in calendar.describe("Europe/Berlin") and "15:00" in calendar.describe(BERLIN)


def test_the_icalendar_package_is_met() -> None:
    icalendar = pytest.importorskip("icalendar")
    from reefknot import from_icalendar, to_icalendar

    theirs = to_icalendar(Calendar.new(tea()))
    assert isinstance(theirs, icalendar.Calendar) and theirs.events[0]["SUMMARY"] == "Tea"
    ours = from_icalendar(theirs)
    assert isinstance(ours, Calendar) and ours.events[0].start == tea().start
    event = from_icalendar(theirs.events[0])
    assert isinstance(event, Event) and event.summary == "Tea"
