"""Which shifts a record is about: all who judge take the same ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ccd.events import RecordRead
from ccd.shifts.judging import MARGIN, judged_in
from ccd.shifts.plan import Assignment
from tests.shifts.made import plan_of

DAY = date(2026, 3, 2)
STARTS = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
ENDS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PLAN = plan_of(
    Assignment("2001", DAY, "day", "A1"),
    Assignment("2002", DAY, "day", "A2"),
    Assignment("2001", DAY, "late", "A1"),
    Assignment("2001", DAY - timedelta(days=1), "night", "A1"),
)


def record(
    since: datetime = STARTS - MARGIN,
    until: datetime = ENDS + MARGIN,
    at: datetime = ENDS + MARGIN,
    people: tuple[str, ...] = ("2001",),
) -> RecordRead:
    return RecordRead(
        at=at, key="k", people=people, since=since, until=until, stays=(), others=(), doings=(), blind=()
    )


def names(read: RecordRead) -> list[tuple[str, str]]:
    return [(duty.assignment.person, duty.assignment.shift) for duty in judged_in(PLAN, read)]


def test_a_record_is_about_the_shifts_of_its_people_that_lie_within_it() -> None:
    assert names(record()) == [("2001", "day")]
    assert names(record(people=("2001", "2002"))) == [("2001", "day"), ("2002", "day")]
    assert names(record(people=())) == []


@pytest.mark.parametrize(
    ("since", "until", "at", "there"),
    [
        (STARTS, ENDS, ENDS, True),
        (STARTS + SECOND, ENDS, ENDS, False),
        (STARTS, ENDS - SECOND, ENDS, False),
        (STARTS, ENDS + MARGIN, ENDS - SECOND, False),
        (STARTS, ENDS, ENDS + MARGIN, True),
    ],
)
def test_a_shift_that_is_cut_off_or_not_over_is_left_out(
    since: datetime, until: datetime, at: datetime, there: bool
) -> None:
    assert (names(record(since, until, at)) == [("2001", "day")]) is there


def test_a_long_record_has_several_by_their_starts() -> None:
    since, until = STARTS - timedelta(days=1), ENDS + timedelta(days=1)
    found = [("2001", "night"), ("2001", "day"), ("2001", "late")]
    assert names(record(since, until, until)) == found
