"""Who leads whom, and who may decide: by the roster and by who is signed in."""

from __future__ import annotations

import pytest

from ccd.shifts.people import is_here, leads_here, leads_to_tell, may_decide, places_of
from tests.handlers.leave_scene import LeaveScene

SEATS = {"2000": "A1", "3001": "L9", "3002": "D8", "3501": "S7"}


def signed_in(*codes: str) -> LeaveScene:
    scene = LeaveScene("2026-03-02 09:00")
    for code in codes:
        scene.sign("arrive", code, SEATS[code])
    return scene


@pytest.mark.parametrize(
    ("here", "team", "leads"),
    [
        ((), "A", ()),
        (("2000",), "A", ()),
        (("3001",), "A", ("3001",)),
        (("3001",), "B", ()),
        (("3002",), "A", ("3002",)),  # a duty lead leads every team,
        (("3002", "3001"), "A", ("3001", "3002")),  # after its own
        (("3501",), "A", ("3501",)),  # the deputy, while no lead is here
        (("3501",), "B", ()),
        (("3501", "3002"), "A", ("3002",)),
    ],
)
def test_who_leads_a_team_now(here: tuple[str, ...], team: str, leads: tuple[str, ...]) -> None:
    assert leads_here(signed_in(*here).world, team) == leads


def test_while_nobody_leads_those_who_would_are_told_wherever_they_are() -> None:
    assert leads_to_tell(signed_in().world, "A") == ("3001", "3002")
    assert leads_to_tell(signed_in("3501").world, "A") == ("3501",)


@pytest.mark.parametrize(
    ("actor", "team", "here", "may"),
    [
        ("3001", "A", (), True),
        ("3001", "B", (), False),
        ("3002", "A", (), True),
        ("4001", "A", (), True),
        ("4002", "B", (), True),
        ("3501", "A", (), False),
        ("3501", "A", ("3501",), True),
        ("3501", "B", ("3501",), False),
        ("3501", "A", ("3501", "3001"), False),
        ("2000", "A", ("2000",), False),
        ("9999", "A", (), False),
        ("", "A", (), False),
    ],
)
def test_who_may_decide_for_a_team(actor: str, team: str, here: tuple[str, ...], may: bool) -> None:
    assert may_decide(signed_in(*here).world, actor, team) is may


def test_where_somebody_is() -> None:
    world = signed_in("2000").world
    assert is_here(world, "2000")
    assert not is_here(world, "2001")
    assert [place[:2] for place in places_of(world, "2000")] == [("main", "A1")]
    assert places_of(world, "2001") == ()
