"""Who is out of adherence now: shown on the board, and told to the lead when it lasts."""

from __future__ import annotations

from typing import Any

import pytest

from ccd import events as e
from ccd.adherence.view import board
from ccd.effects import Page
from ccd.events.adherence import SevereDeviation, SevereDeviationEnded
from ccd.rules import say
from tests.handlers.shift_scene import ShiftScene, local

DAY = "2026-03-02"
ALONE = {"attendance": {"mode": "off"}, "handover": {"mode": "off"}, "breaks": {"mode": "off"}}


def scene(at: str = f"{DAY} 07:30", **policies: Any) -> ShiftScene:
    found = ShiftScene(local(at), **{**ALONE, "meals": {"mode": "off"}, **policies})
    found.plan(("2000", DAY, "early", "A1"))
    return found


def test_who_does_not_come_is_told_to_the_lead_once() -> None:
    found = scene()
    found.sign("arrive", "3001", "L9")
    found.run(to=local(f"{DAY} 08:19:59"))
    assert found.of(SevereDeviation) == []
    found.run(to=local(f"{DAY} 12:00"))
    (severe,) = found.of(SevereDeviation)
    assert (severe.person, severe.began, severe.actual) == ("2000", local(f"{DAY} 08:00"), "absent")
    (page,) = [one for one in found.of_effects(Page) if one.rule.startswith("adherence")]
    assert (page.people, page.rule) == (("3001",), "adherence_severe_absent")
    assert say(page.rule, page.values, "en") == (
        "2000 name 2000 is on duty and not signed in anywhere, since 08:00 (20 min)"
    )


def test_a_pause_without_end_is_severe_and_over_when_they_are_back() -> None:
    found = scene()
    found.sign("arrive", "2000", "A1")
    found.run(to=local(f"{DAY} 10:00"))
    found.pause("A1", "illness")
    found.run(to=local(f"{DAY} 10:34"))
    assert found.of(SevereDeviation) == []
    found.run(120)
    severe = found.latest(SevereDeviation)
    assert (severe.actual, severe.reason) == ("paused", "illness")
    assert severe.began.replace(microsecond=0) == local(f"{DAY} 10:15")
    found.unpause("A1")
    found.run(120)
    assert found.latest(SevereDeviationEnded).why == "back"
    found.run(to=local(f"{DAY} 10:50"))
    found.sign("leave", "2000", "A1")
    found.run(to=local(f"{DAY} 11:20"))
    assert len(found.of(SevereDeviation)) == 2


def test_who_went_away_is_reckoned_from_when_they_were_missed() -> None:
    found = scene()
    found.sign("arrive", "2000", "A1")
    found.run(to=local(f"{DAY} 10:00"))
    found.sign("leave", "2000", "A1")
    found.run(to=local(f"{DAY} 10:19"))
    assert found.of(SevereDeviation) == []
    found.run(120)
    assert found.latest(SevereDeviation).began == local(f"{DAY} 10:00")


@pytest.mark.parametrize(("mode", "pages"), [("observe", 0), ("notify", 1), ("enforce", 1)])
def test_observing_keeps_the_fact_and_tells_nobody(mode: str, pages: int) -> None:
    found = scene(adherence={"mode": mode})
    found.sign("arrive", "3001", "L9")
    found.run(to=local(f"{DAY} 09:00"))
    assert len(found.of(SevereDeviation)) == 1
    assert len([one for one in found.of_effects(Page) if one.rule.startswith("adherence")]) == pages


def test_an_episode_is_not_told_again_after_a_restart() -> None:
    found = scene()
    found.sign("arrive", "3001", "L9")
    found.run(to=local(f"{DAY} 08:30"))
    found.restart(60)
    found.run(to=local(f"{DAY} 16:30"))
    assert len(found.of(SevereDeviation)) == 1
    assert [one.why for one in found.of(SevereDeviationEnded)] == ["over"]


def test_out_of_sight_nobody_is_out_of_adherence() -> None:
    found = scene()
    found.run(to=local(f"{DAY} 08:10"))
    found.lose()
    found.run(to=local(f"{DAY} 12:00"))
    assert found.of(SevereDeviation) == []
    assert board(found.world, found.at)["unknown"] == 1


def test_the_people_of_a_live_emergency_are_left_alone() -> None:
    found = scene()
    found.sign("arrive", "2000", "A1")
    found.sign("arrive", "3001", "L9")
    found.pause("A1", "illness")
    found.run(to=local(f"{DAY} 08:05"))
    found.take(e.ReportAsked(at=found.at, request="r", ladder="threat", how="console", pbx="main", seat="A1"))
    found.run(120)
    incident = next(iter(found.world.incidents.values()))
    found.run(to=local(f"{DAY} 09:00"))
    assert incident.live
    assert found.of(SevereDeviation) == []
    assert [row["person"] for row in board(found.world, found.at)["out"]] == ["2000"]


def test_the_board_shows_who_is_out_since_when() -> None:
    found = scene()
    found.run(to=local(f"{DAY} 08:05"))
    shown = board(found.world, found.at)
    assert shown["on_duty"] == 1
    (row,) = shown["out"]
    assert (row["person"], row["actual"], row["impact"]) == ("2000", "absent", "negative")
    assert (row["since"], row["seconds"]) == (local(f"{DAY} 08:00"), 300)
    found.sign("arrive", "2000", "A1")
    assert board(found.world, found.at)["out"] == []
