"""The ledger of a day: every break once, what was waived is marked and does not count, totals add up."""

from __future__ import annotations

from ccd.breaks.ledger import ledger
from ccd.events.breaks import BreakFact
from tests.handlers.test_breaks import floor, takes


def told_of_a_morning() -> list[BreakFact]:
    """A rest in time, one of 40 minutes that is waived, training, a refusal, and one that goes on."""
    scene = floor()
    takes(scene, 10)
    takes(scene, 40)
    scene.act("breaks", "waive", "2000", "3001", why="first aid")
    takes(scene, 30, "training")
    scene.ask_pause("A1", "break")
    takes(scene, 20, seat="A2")
    scene.pause("A1", "illness")
    return [one for one in scene.facts if isinstance(one, BreakFact)]


def test_every_break_stands_in_it_once_with_what_it_came_to() -> None:
    found = ledger(told_of_a_morning(), {"2000": "Li Lei"})
    assert [(one["person"], one["reason"], one["level"]) for one in found["breaks"]] == [
        ("2000", "break", "ok"),
        ("2000", "break", "violation"),
        ("2000", "training", "ok"),
        ("2001", "break", "late"),
        ("2000", "illness", ""),
    ]
    assert [one["waived"] for one in found["breaks"]] == ["", "first aid", "", "", ""]
    assert found["breaks"][0]["name"] == "Li Lei"
    assert [one["rule"] for one in found["refused"]] == ["breaks_times"]


def test_totals_add_up_and_leave_out_what_is_waived() -> None:
    found = ledger(told_of_a_morning(), {})
    totals = found["totals"]
    assert round(totals["seconds"]) == round(sum(row["seconds"] for row in found["by_reason"].values()))
    assert round(totals["seconds"]) == (10 + 40 + 30 + 20) * 60
    assert round(totals["over_s"]) == 5 * 60
    assert (totals["late"], totals["violation"], totals["waived"], totals["refused"]) == (1, 0, 1, 1)
    assert round(totals["productive_s"]) == 30 * 60


def test_a_day_without_breaks_is_empty() -> None:
    assert ledger([], {})["totals"]["breaks"] == 0
