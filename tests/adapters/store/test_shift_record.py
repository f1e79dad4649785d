"""The record that verdicts about shifts rest on, and their facts, on both engines."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.adapters.store.queries import opened
from ccd.effects import ReadRecord
from ccd.events import attendance, leave, meals
from ccd.events.shift_facts import ShiftFacts
from ccd.roster import Roster
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AT, agent_changed, later, sample

DAY = date(2026, 3, 2)
ROSTER = Roster(
    (
        e.Person("2001", "x", "agent", "A", "A1", "PJSIP/1001"),
        e.Person("2002", "y", "agent", "A", "A2", "PJSIP/1002"),
    )
)


def arrived(second: float, seat: str = "A1", person: str = "2001") -> e.PersonArrived:
    return e.PersonArrived(at=later(second), person=person, pbx="main", seat=seat, how="phone")


def left(second: float, seat: str = "A1", person: str = "2001") -> e.PersonLeft:
    return e.PersonLeft(at=later(second), person=person, pbx="main", seat=seat, how="phone")


async def read(
    store: Store, *facts: e.Event, people: tuple[str, ...] = ("2001",), **more: Any
) -> e.RecordRead:
    await store.commit(list(facts))
    asked = ReadRecord("k", "test", people, later(0), later(1000), **more)
    return await store.read_record(asked, ROSTER, later(2000))


def times(stays: tuple[e.Stay, ...]) -> list[tuple[str, str, float, float | None]]:
    def seconds(at: datetime | None) -> float | None:
        return None if at is None else (at - AT).total_seconds()

    return [(one.person, one.seat, (one.arrived - AT).total_seconds(), seconds(one.left)) for one in stays]


async def test_a_record_has_the_stays_of_its_people_and_of_others_at_their_seats(store: Store) -> None:
    found = await read(
        store,
        arrived(10), left(500), arrived(490, person="2002"),
        arrived(20, "A9", "2003"), arrived(30, "A2", "2004"),
        people=("2001", "2009"),
        places=(("main", "A2"),),
    )  # fmt: skip
    assert times(found.stays) == [("2001", "A1", 10, 500)]
    assert times(found.others) == [("2004", "A2", 30, None), ("2002", "A1", 490, None)]
    assert (found.key, found.people, found.at) == ("k", ("2001", "2009"), later(2000))


@pytest.mark.parametrize(
    ("begin", "end", "there"),
    [
        (-50, 0, False), (-50, 1, True), (-50, None, True), (999, None, True), (1000, None, False),
        (-60, 5000, True), (-3 * 86_400, None, True), (-3 * 86_400 - 1, None, False),
    ],
)  # fmt: skip
async def test_stays_are_those_that_touch_the_time_and_are_no_older_than_three_days(
    store: Store, begin: float, end: float | None, there: bool
) -> None:
    facts: list[e.Event] = [arrived(begin)]
    facts += [left(end)] if end is not None else []
    found = await read(store, *facts)
    seen = None if end is not None and end >= 1000 else end
    assert times(found.stays) == ([("2001", "A1", begin, seen)] if there else [])


async def test_arriving_anew_without_having_left_goes_on_and_a_leaving_by_itself_is_none(
    store: Store,
) -> None:
    found = await read(store, left(5), arrived(10), arrived(100), left(200), left(300))
    assert times(found.stays) == [("2001", "A1", 10, 200)]


async def test_late_news_takes_its_place_by_its_time(store: Store) -> None:
    await store.commit([arrived(10), left(700)])
    found = await read(store, left(200), arrived(300))
    assert times(found.stays) == [("2001", "A1", 10, 200), ("2001", "A1", 300, 700)]


async def test_doings_are_times_without_work_at_the_phones_of_these_seats(store: Store) -> None:
    found = await read(
        store,
        arrived(0),
        agent_changed(20, "paused", reason="meal"),
        agent_changed(60, "ready", "paused", 20, was_reason="meal"),
        agent_changed(900, "unavailable", "ready", 60),
        agent_changed(70, "unavailable", interface="PJSIP/1002"),
        agent_changed(80, "paused", interface="PJSIP/1009"),
        places=(("main", "A2"),),
    )
    assert [(one.interface, one.state, one.began, one.ended, one.reason) for one in found.doings] == [
        ("PJSIP/1001", "paused", later(20), later(60), "meal"),
        ("PJSIP/1002", "unavailable", later(70), None, ""),
        ("PJSIP/1001", "unavailable", later(900), None, ""),
    ]


@pytest.mark.parametrize(
    ("begin", "end", "there"),
    [(-20, 0, False), (-20, 1, True), (999, None, True), (1000, None, False), (-20, None, True)],
)
async def test_blind_intervals_are_those_that_touch_the_time(
    store: Store, begin: float, end: float | None, there: bool
) -> None:
    facts: list[e.Event] = [sample(e.BlindBegan, at=later(begin), pbx="main")]
    if end is not None:
        facts.append(sample(e.BlindEnded, at=later(end), pbx="main", began=later(begin)))
    found = await read(store, *facts)
    expected = e.Blind("main", later(begin), None if end is None else later(end))
    assert found.blind == ((expected,) if there else ())


async def test_what_was_given_to_be_written_before_is_in_the_record(store: Store) -> None:
    store.enqueue([arrived(10)])
    asked = ReadRecord("k", "test", ("2001",), later(0), later(1000))
    found = await store.read_record(asked, ROSTER, later(2000))
    assert times(found.stays) == [("2001", "A1", 10, None)]


async def test_hundreds_of_phones_are_asked_for_in_parts(store: Store) -> None:
    people = tuple(
        e.Person(f"{3000 + n}", "x", "agent", "A", f"S{n}", f"PJSIP/{3000 + n}") for n in range(1200)
    )
    await store.commit([agent_changed(20, "paused", interface=one.interface) for one in people])
    places = tuple(("main", one.seat) for one in people)
    asked = ReadRecord("k", "test", (), later(0), later(1000), places)
    found = await store.read_record(asked, Roster(people), later(2000))
    assert len(found.doings) == 1200


async def test_a_reader_beside_the_daemon_finds_the_same(store: Store, place: Place) -> None:
    found = await read(store, arrived(10), agent_changed(20, "paused", reason="meal"))
    async with opened(place.settings, place.state_dir) as archive:
        again = await archive.record(("2001",), later(0), later(1000), (), ROSTER.interface_of)
    assert again == (found.stays, found.others, found.doings, found.blind)


# --- facts ------------------------------------------------------------------------------------------------


def noticed(second: float, person: str = "2001", day: date = DAY) -> attendance.LateNoticed:
    return sample(
        attendance.LateNoticed,
        at=later(second),
        key=f"attendance|late|{person}|{day}|{second}",
        person=person,
        day=day,
    )


def meal(second: float) -> meals.MealBegan:
    return sample(meals.MealBegan, at=later(second), key=f"meals|{second}", person="2001", day=DAY)


async def test_facts_are_found_by_policy_person_day_and_time(store: Store, place: Place) -> None:
    await store.commit(
        [noticed(3), noticed(1, "2002"), meal(2), noticed(4, day=DAY + timedelta(days=1)), noticed(3)]
    )

    async with opened(place.settings, place.state_dir) as archive:

        async def keys(**asked: Any) -> list[float]:
            texts = await archive.shift_facts(**asked)
            found = [msgspec.json.decode(text, type=ShiftFacts) for text in texts]
            return [(one.at - AT).total_seconds() for one in found]

        assert await keys() == [1, 2, 3, 4]
        assert await keys(policy="attendance") == [1, 3, 4]
        assert await keys(events=("MealBegan",)) == [2]
        assert await keys(person="2002") == [1]
        assert await keys(first=DAY, last=DAY) == [1, 2, 3]
        assert await keys(first=DAY + timedelta(days=1)) == [4]
        assert await keys(since=later(2), until=later(4)) == [2, 3]


@pytest.mark.parametrize(
    ("kind", "days", "kept"),
    [
        (attendance.LateNoticed, 64, True),
        (attendance.LateNoticed, 66, False),
        (meals.MealBegan, 1, True),
        (meals.MealBegan, 3, False),
        (leave.LeaveApproved, 199, True),
        (leave.LeaveApproved, 201, False),
    ],
)
async def test_facts_are_given_back_at_the_start_as_long_as_their_policy_needs_them(
    store: Store, kind: type[e.ShiftFact], days: int, kept: bool
) -> None:
    from ccd.adapters.clock import utc_now

    fact = sample(kind, at=utc_now() - timedelta(days=days), key="k", day=DAY)
    await store.commit([fact])
    restored = await store.shifts_restored()
    assert [msgspec.json.decode(text, type=ShiftFacts) for text in restored.facts] == ([fact] if kept else [])
