"""The plan answers as one that looks at every assignment would."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.events import PlanDay
from ccd.shifts.plan import FOLDED_AT, Assignment, Plan, decode_day, encode_day
from tests.shifts.made import SHIFTS, plan_of

PEOPLE = ("2001", "2002", "2003")
DAYS = [date(2026, 3, 5) + timedelta(days=n) for n in range(6)]
NAMES = [*SHIFTS.by_name, "gone"]

assignments = st.lists(
    st.builds(
        Assignment,
        person=st.sampled_from(PEOPLE),
        day=st.sampled_from(DAYS),
        shift=st.sampled_from(NAMES),
        seat=st.sampled_from(["", "A1", "A2"]),
        pbx=st.sampled_from(["", "north"]),
    ),
    max_size=25,
)
moments = st.integers(0, 10 * 1440).map(lambda n: datetime(2026, 3, 3, tzinfo=UTC) + timedelta(minutes=n))


def brute(known: list[Assignment], at: datetime, lead: timedelta) -> list[Assignment]:
    found = []
    for one in known:
        shift = SHIFTS.by_name.get(one.shift)
        times = shift.occurrence(one.day) if shift else None
        if times is not None and times.starts - lead <= at < times.ends:
            found.append(one)
    return sorted(found)


@given(assignments, moments, st.sampled_from([0, 10, 120]))
@settings(max_examples=200, deadline=None)
def test_who_is_on_duty_is_what_a_look_at_every_assignment_says(
    known: list[Assignment], at: datetime, minutes: int
) -> None:
    lead = timedelta(minutes=minutes)
    found = plan_of(*known).on_duty(at, lead=lead)
    assert sorted(duty.assignment for duty in found) == brute(known, at, lead)
    assert [duty.starts for duty in found] == sorted(duty.starts for duty in found)


@given(st.lists(st.tuples(st.sampled_from(DAYS[:2]), st.booleans(), st.dictionaries(
    st.sampled_from(PEOPLE), st.sampled_from([(), (("day", "A1", "", ""),), (("late", "", "", "2"),)]),
)), max_size=FOLDED_AT + 8))  # fmt: skip
def test_changes_are_folded_in_their_order(
    changes: list[tuple[date, bool, dict[str, tuple[tuple[str, ...], ...]]]],
) -> None:
    plan = Plan(SHIFTS)
    model: dict[date, dict[str, tuple[tuple[str, ...], ...]]] = {}
    for day, whole, people in changes:
        plan.day(day)  # what is at hand must not outlive a change
        plan.change([PlanDay(day, msgspec.json.encode(people).decode(), whole)])
        model[day] = {**({} if whole else model.get(day, {})), **people}
    for day in DAYS[:2]:
        expected = {person: cells for person, cells in model.get(day, {}).items() if cells}
        assert {
            person: tuple(tuple(one[2:]) for one in mine) for person, mine in plan.day(day).people.items()
        } == expected


def test_a_person_may_have_two_shifts_of_a_day_in_their_order() -> None:
    day = date(2026, 3, 2)
    plan = plan_of(Assignment("2001", day, "night"), Assignment("2001", day, "day"))
    assert [duty.assignment.shift for duty in plan.of("2001", day)] == ["day", "night"]
    assert plan.of("2002", day) == ()


def test_the_night_before_is_on_duty_in_the_morning() -> None:
    plan = plan_of(Assignment("2001", date(2026, 3, 2), "night"))
    assert [plan.on_duty(datetime(2026, 3, 2, hour, minute, tzinfo=UTC)) != () for hour, minute in (
        (13, 59), (14, 0), (16, 30), (23, 59),
    )] == [False, True, True, True]  # fmt: skip
    assert plan.on_duty(datetime(2026, 3, 3, 0, 0, tzinfo=UTC)) == ()


def test_a_day_is_written_and_read_alike() -> None:
    people = {"2001": (("day", "A1", "", "一"),), "2002": ()}
    assert decode_day(encode_day(people)) == people
