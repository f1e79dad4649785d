"""Who is on duty: the plan against who is signed in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ccd.roster import Role
from ccd.shifts.duty import SignedIn, on_duty
from ccd.shifts.plan import Assignment
from tests.shifts.made import ROSTER, plan_of

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PLAN = plan_of(
    Assignment("2001", DAY, "day", "A1"),
    Assignment("2003", DAY, "day", "A2"),
    Assignment("6001", DAY, "day"),
    Assignment("2002", DAY, "late", "A1"),
)


def look(at: datetime, *here: tuple[str, str], known: bool = True) -> dict[str, Any]:
    presence = [SignedIn("main", seat, code, at - timedelta(hours=1)) for code, seat in here]
    return on_duty(
        at,
        plan=PLAN,
        roster=ROSTER,
        presence=presence if known else None,
        lead=timedelta(minutes=10),
        stand_ins=(Role.TEAM_LEAD, Role.SENIOR_AGENT),
    )


def states(told: dict[str, Any]) -> dict[str, str]:
    return {one["person"]: one["state"] for shift in told["shifts"] for one in shift["people"]}


def test_who_is_missing_and_who_sits_elsewhere_is_told() -> None:
    told = look(NOON, ("2001", "A1"), ("2003", "A9"))
    assert states(told) == {"2001": "here", "2003": "elsewhere", "6001": "missing"}
    assert told["unscheduled"] == []


def test_who_works_without_a_seat_is_here_wherever_they_sign_in() -> None:
    assert states(look(NOON, ("6001", "A9")))["6001"] == "here"


@pytest.mark.parametrize(
    ("minute", "state"), [(49, None), (50, "due"), (59, "due"), (60, "missing")], ids=lambda each: str(each)
)
def test_who_comes_next_is_due_in_the_lead_time_and_missing_from_the_start(
    minute: int, state: str | None
) -> None:
    at = datetime(2026, 3, 2, 7, 0, tzinfo=UTC) + timedelta(minutes=minute)
    assert states(look(at)).get("2002") == state


def test_who_stays_after_the_shift_is_there_without_one_and_it_is_said_until_when() -> None:
    at = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)
    told = look(at, ("2001", "A1"), ("2002", "A1"), ("6002", "A9"))
    assert states(told) == {"2002": "here"}
    assert [(one["person"], one["was_until"]) for one in told["unscheduled"]] == [
        ("2001", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
        ("6002", None),
    ]


def test_the_duty_lead_leads_and_else_who_stands_in() -> None:
    told = look(NOON, ("6001", "A9"), ("6002", "A9"))
    assert ([one["person"] for one in told["leads"]], told["standing_in"]) == (["6001"], False)
    told = look(NOON, ("6002", "A9"))
    assert ([one["person"] for one in told["leads"]], told["standing_in"]) == (["6002"], True)
    told = look(NOON, ("2001", "A1"))
    assert (told["leads"], told["standing_in"]) == ([], False)


def test_of_what_is_to_come_only_the_plan_is_told() -> None:
    told = look(NOON, known=False)
    assert set(states(told).values()) == {"planned"}
    assert (told["presence_known"], told["leads"], told["unscheduled"]) == (False, [], [])
