"""The engine, its answers, and mail."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import threading
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reefknot import (
    Agent,
    Answer,
    Authentication,
    Calendar,
    Disposition,
    Engine,
    Envelope,
    Event,
    Identities,
    InvalidError,
    Message,
    MessageReason,
    Method,
    ObjectChange,
    Outcome,
    PartStat,
    Preferences,
    Question,
    RoomPolicy,
    ScheduleStatus,
    SchedulingState,
    Stored,
    read_email,
)

MAILS = Path(__file__).parents[3] / "fixtures" / "mail"
NOW = datetime(2026, 11, 24, 9, tzinfo=timezone.utc)
LATER = NOW + timedelta(hours=1)
START = datetime(2026, 12, 1, 15, tzinfo=ZoneInfo("Europe/Berlin"))
TEA = Event.new(
    "Tea",
    uid="tea@foo.com",
    stamp=NOW,
    start=START,
    duration=timedelta(minutes=30),
    rrule="FREQ=WEEKLY;COUNT=4",
    organizer="a@foo.com",
    attendees=["b@bar.com"],
)
A, B = Engine("a@foo.com"), Engine("b@bar.com")
FROM_A, FROM_B = Envelope("a@foo.com"), Envelope("b@bar.com")


def invited() -> tuple[Outcome, Outcome]:
    """A invites B; what A holds, and what B holds."""
    sent = A.change(None, TEA, now=NOW)
    return sent, B.receive(sent.messages[0], envelope=FROM_A, now=NOW)


def test_an_invitation_is_answered() -> None:
    sent, received = invited()
    answered = B.answer(received.stored, PartStat.ACCEPTED, now=LATER, comment="With pleasure")
    heard = A.receive(answered.messages[0], sent.stored, FROM_B, now=LATER)
    match heard:
        case Outcome(disposition=Disposition.APPLIED, object=ObjectChange.Store(calendar), messages=()):
            attendee = calendar.events[0].attendee("b@bar.com")
            assert attendee is not None and attendee.partstat is PartStat.ACCEPTED
        case _:
            pytest.fail(repr(heard))
    assert heard.notices[0].message == "mailto:b@bar.com writes: With pleasure"
    again = A.receive(answered.messages[0], heard.stored, FROM_B, now=LATER)
    assert again.disposition is Disposition.IGNORED and again.object == ObjectChange.Keep()
    assert again.stored == heard.stored


def test_an_instance_is_answered_by_any_spelling_of_its_start() -> None:
    _, received = invited()
    second = START + timedelta(days=7)
    outcomes = [
        B.answer(received.stored, PartStat.DECLINED, instance=instance, now=LATER)
        for instance in (second, second.astimezone(timezone.utc), "20261208T140000Z")
    ]
    assert outcomes[0] == outcomes[1] == outcomes[2]
    match outcomes[0].messages:
        case (Message(method=Method.REPLY, calendar=calendar, reason=MessageReason.REPLY),):
            assert calendar.events[0].recurrence_id == second
        case _:
            pytest.fail("one reply is wanted")
    with pytest.raises(InvalidError, match="no instance 20261209T140000Z"):
        B.answer(received.stored, PartStat.DECLINED, instance="20261209T140000Z", now=LATER)


def test_a_deleted_event_is_cancelled_and_does_not_come_back() -> None:
    sent, received = invited()
    gone = A.change(sent.stored, None, now=LATER)
    assert gone.object == ObjectChange.Delete() and gone.calendar is None
    assert gone.messages[0].method is Method.CANCEL
    cancelled = B.receive(gone.messages[0], received.stored, FROM_A, now=LATER)
    assert cancelled.calendar is not None and cancelled.calendar.events[0].is_cancelled
    late = B.receive(sent.messages[0], cancelled.stored, FROM_A, now=LATER)
    assert late.disposition is Disposition.IGNORED


def test_a_question_waits_for_the_user_or_their_policy() -> None:
    sent, received = invited()
    assert received.calendar is not None
    proposal = received.calendar.replacing(received.calendar.events[0].replace(start=START.replace(hour=17)))
    counter = B.propose(received.stored, proposal, now=LATER, comment="Later?").messages[0]
    asked = A.receive(counter, sent.stored, FROM_B, now=LATER)
    assert asked.disposition is Disposition.NEEDS_DECISION
    match asked.questions:
        case (Question.Counter(sender, changes) as question,):
            assert sender.mailbox == "b@bar.com" and changes[0].property == "DTSTART"
        case _:
            pytest.fail("a counter-proposal is a question")
    yes = A.decide(question, True, counter, sent.stored, FROM_B, now=LATER)
    assert yes.messages[0].reason is MessageReason.RESCHEDULED
    willing = Engine("a@foo.com", policy=Preferences(counters=Answer.ACCEPT))
    assert willing.receive(counter, sent.stored, FROM_B, now=LATER).messages[0].reason is MessageReason.RESCHEDULED


def test_who_is_not_who_they_say_changes_nothing() -> None:
    sent, _ = invited()
    liar = Envelope("x@evil.com", Authentication.AUTHENTICATED)
    answered = B.answer(invited()[1].stored, PartStat.ACCEPTED, now=LATER)
    outcome = A.receive(answered.messages[0], sent.stored, liar, now=LATER)
    assert outcome.disposition is Disposition.REJECTED and outcome.stored.calendar == sent.calendar
    assert str(outcome.reasons[0]).endswith(f"({outcome.reasons[0].code}, {outcome.reasons[0].source})")


def test_a_room_books_itself() -> None:
    booking = A.change(None, TEA.replace(attendees=["aquarium@foo.com"]), now=NOW).messages[0]
    room = Engine("aquarium@foo.com")
    first = room.book(booking, envelope=FROM_A, booked=[], room=RoomPolicy(capacity=8), now=NOW)
    other = TEA.replace(uid="other", attendees=["aquarium@foo.com"])
    second = room.book(
        A.change(None, other, now=NOW).messages[0], envelope=FROM_A, booked=[first.stored], room=RoomPolicy(), now=NOW
    )
    answers = [outcome.messages[0].calendar.events[0].attendees[0].partstat for outcome in (first, second)]
    assert answers == [PartStat.ACCEPTED, PartStat.DECLINED]


def test_the_delivery_shows_on_the_sender_s_copy() -> None:
    sent, _ = invited()
    done = A.delivered(sent.stored, sent.messages[0], ScheduleStatus.NO_ROUTE)
    assert done.calendar is not None
    line = done.calendar.events[0].property("ATTENDEE")
    assert line is not None and line.param("SCHEDULE-STATUS") == "5.2"
    assert done.notices


def test_files_are_imported_and_published() -> None:
    imported = A.import_(Calendar.new(TEA))
    assert imported.messages == () and imported.calendar is not None
    published = A.publish(imported.stored, ["c@bar.com", "d@bar.com"], now=NOW)
    assert [message.method for message in published.messages] == [Method.PUBLISH, Method.PUBLISH]
    assert published.messages[0].calendar is published.messages[1].calendar


def test_records_compare_hash_copy_and_pickle() -> None:
    sent, received = invited()
    for value in (sent, received, sent.messages[0], sent.stored, sent.state, received.reasons[0], Identities("a@foo.com")):
        again = pickle.loads(pickle.dumps(value))
        assert again == value and hash(again) == hash(value)
        assert copy.deepcopy(value) == value
    assert eval(repr(sent.state)) == sent.state
    assert dataclasses.replace(sent, notices=()) == sent
    assert repr(Engine(["a@foo.com", "a@foo.org"], agent=Agent.ALONE)) == "Engine(['a@foo.com', 'a@foo.org'], agent=Agent.ALONE)"
    assert SchedulingState() != sent.state and sent.state.sequence == 0


def test_an_outcome_prints_as_what_is_to_be_done() -> None:
    sent, received = invited()
    assert str(sent) == "allowed\n  send REQUEST to b@bar.com about tea@foo.com"
    assert str(received).splitlines()[0] == "applied" and "(taken-over, RFC 5546" in str(received)


def test_wrong_input_says_what_is_wanted() -> None:
    with pytest.raises(TypeError, match="a Calendar is wanted, and not str; read text with Calendar.parse"):
        A.change(None, "BEGIN:VCALENDAR", now=NOW)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="is naive"):
        A.change(None, TEA, now=datetime(2026, 11, 24))
    with pytest.raises(TypeError, match="an aware datetime is wanted"):
        A.change(None, TEA, now=5)  # type: ignore[arg-type]
    with pytest.raises(InvalidError, match="there was nothing and there is nothing"):
        A.change(None, None, now=NOW)
    with pytest.raises(TypeError, match="does not say who sent it: give an Envelope"):
        A.receive(Calendar.new(TEA), now=NOW)
    with pytest.raises(TypeError, match="not read from a mail, so give an Envelope"):
        B.receive(invited()[0].messages[0], now=NOW)
    with pytest.raises(InvalidError, match="nothing is stored"):
        B.answer(Stored(), PartStat.ACCEPTED, now=NOW)
    with pytest.raises(ValueError, match="is not a calendar address"):
        Engine("nobody")
    with pytest.raises(InvalidError, match="at least one address"):
        Engine([])
    with pytest.raises(TypeError, match="Preferences is wanted, and not dict"):
        Engine("a@foo.com", policy={})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="missing 1 required keyword argument: 'now'|required"):
        A.change(None, TEA)  # type: ignore[call-arg]


def test_a_message_is_a_mail_and_back() -> None:
    sent, received = invited()
    mail = sent.messages[0].to_email(zone="Europe/Berlin", message_id="<1@foo.com>", date=NOW)
    assert isinstance(mail, EmailMessage)
    assert (mail["From"], mail["To"], mail["Message-ID"]) == ("a@foo.com", "b@bar.com", "<1@foo.com>")
    body = mail.get_body(("plain",))
    assert body is not None and "15:00" in body.get_content()
    message = Message.from_email(mail)
    assert message.method is Method.REQUEST and message.envelope == Envelope("mailto:a@foo.com")
    assert B.receive(message, now=NOW).calendar == received.calendar
    assert B.receive(Message.from_email(mail.as_bytes()), now=NOW).calendar == received.calendar
    octets = sent.messages[0].to_email_bytes(message_id="1@foo.com", date=NOW)
    assert octets.startswith(b"From: <a@foo.com>\r\n") and b"\r\nMessage-ID: <1@foo.com>\r\n" in octets
    assert sent.messages[0].to_email()["Message-ID"] != sent.messages[0].to_email()["Message-ID"]
    with pytest.raises(InvalidError, match="came in has no reason"):
        message.to_email()


@pytest.mark.parametrize("path", sorted(MAILS.glob("*.eml")), ids=lambda path: path.stem)
def test_mail_of_every_shape_is_read(path: Path) -> None:
    mail = read_email(path.read_bytes())
    assert mail.sender is not None and mail.authentication_reason
    assert mail.notes or mail.calendars
    for part in mail.calendars:
        assert part.envelope.carrier == "mail" and part.calendar.uids


def test_a_mail_without_an_invitation_says_so() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "a@foo.com", "b@bar.com"
    mail.set_content("Tea?")
    with pytest.raises(InvalidError, match="no scheduling message"):
        Message.from_email(mail)


def test_threads_decide_at_once() -> None:
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(A.change(None, TEA, now=NOW))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8 and len(set(outcomes)) == 1
