"""A forecast of what has been: each call once, for the team that answers, on the day it came."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.staffing.history import Traffic, Visit, WrapUp, forecast_of

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 3, 2)
DAYS = tuple(MONDAY + timedelta(days=n) for n in range(14))
TEAMS = {"PJSIP/1": "A", "PJSIP/2": "B"}


def team_of(pbx: str, interface: str) -> str:
    return TEAMS.get(interface, "")


def at(text: str, zone: ZoneInfo = ZONE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def visit(text: str, interface: str = "PJSIP/1", talk_s: float = 100.0, queue: str = "support") -> Visit:
    return Visit("main", queue, interface, at(text), talk_s if interface else 0.0)


def made(
    *visits: Visit, wrap_ups: tuple[WrapUp, ...] = (), days: tuple[date, ...] = DAYS
) -> list[tuple[object, ...]]:
    rows = forecast_of(Traffic(visits, wrap_ups), days, team_of=team_of, zone=ZONE)
    return [(row.team, row.weekday, row.start_min, row.calls, row.aht_s) for row in rows]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2026-03-02 08:00", 480),
        ("2026-03-02 08:29:59", 480),
        ("2026-03-02 08:30", 510),
        ("2026-03-02 00:00", 0),
    ],
)
def test_a_call_counts_in_its_half_hour_by_the_local_clock(text: str, start: int) -> None:
    assert made(visit(text)) == [("A", 1, start, 0.5, 100.0)]


def test_it_is_the_average_of_the_weekdays() -> None:
    rows = made(visit("2026-03-02 08:00", talk_s=60), visit("2026-03-09 08:05", talk_s=120))
    assert rows == [("A", 1, 480, 1.0, 90.0)]


def test_days_before_the_first_call_do_not_make_it_look_calm() -> None:
    assert made(visit("2026-03-09 08:00")) == [("A", 1, 480, 1.0, 100.0)]


def test_a_day_that_was_not_ordinary_does_not_count() -> None:
    ordinary = tuple(day for day in DAYS if day != MONDAY)
    assert made(visit("2026-03-02 08:00"), visit("2026-03-09 08:00"), days=ordinary) == [
        ("A", 1, 480, 1.0, 100.0)
    ]


def test_wrap_up_is_handling_time() -> None:
    after = WrapUp("main", "PJSIP/1", at("2026-03-02 08:02"), 30.0)
    assert made(visit("2026-03-02 08:00"), wrap_ups=(after,), days=DAYS[:1]) == [("A", 1, 480, 1.0, 130.0)]


def test_who_hung_up_counts_for_the_teams_that_answer_that_queue() -> None:
    """Of the queue's four calls that were answered A had three."""
    rows = made(
        *(visit("2026-03-02 08:00") for _ in range(3)),
        visit("2026-03-02 08:00", "PJSIP/2", 200.0),
        *(visit("2026-03-02 08:40", "") for _ in range(4)),
        days=DAYS[:1],
    )
    assert rows == [
        ("A", 1, 480, 3.0, 100.0),
        ("A", 1, 510, 3.0, 100.0),
        ("B", 1, 480, 1.0, 200.0),
        ("B", 1, 510, 1.0, 200.0),
    ]


def test_a_seat_of_no_team_and_a_queue_that_nobody_answers_give_nothing() -> None:
    assert made(visit("2026-03-02 08:00", "PJSIP/9"), visit("2026-03-02 08:00", "", queue="other")) == []


@given(
    st.lists(
        st.tuples(
            st.integers(0, 14 * 24 * 60 - 1),
            st.sampled_from(("PJSIP/1", "PJSIP/2", "PJSIP/9", "")),
            st.sampled_from(("support", "sales")),
        ),
        max_size=60,
    )
)
def test_every_call_of_a_queue_that_a_team_answers_is_counted_once(told: list[tuple[int, str, str]]) -> None:
    begin = at("2026-03-02 00:00")
    visits = [Visit("main", queue, phone, begin + timedelta(minutes=n), 60.0) for n, phone, queue in told]
    answered = {queue for _, phone, queue in told if phone in TEAMS}
    rows = forecast_of(Traffic(tuple(visits), ()), DAYS, team_of=team_of, zone=ZONE)
    first = min((one.joined.astimezone(ZONE).date() for one in visits), default=MONDAY)
    weeks = {n: sum(day.isoweekday() == n for day in DAYS if day >= first) for n in range(1, 8)}
    total = sum(row.calls * weeks[row.weekday] for row in rows)
    assert total == pytest.approx(sum(one.queue in answered for one in visits), abs=0.02 * max(len(rows), 1))
