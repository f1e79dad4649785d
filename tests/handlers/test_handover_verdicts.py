"""Verdicts on handovers: each boundary has one, of what the record and the log show."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from ccd import events as e
from ccd.effects import Page
from ccd.events import handover as facts
from ccd.shifts.away import Away
from ccd.shifts.plan import encode_day
from tests.handlers.handover_scene import DAY, Handover, at
from tests.handlers.shift_scene import ShiftScene, local


def handed_over(arrives: str = "15:50", leaves: str = "16:00:30", **settings: Any) -> Handover:
    """2000 worked, 2005 came, the log is whole; it is 16:00:30 or later."""
    scene = Handover(**settings)
    scene.staff("15:45")
    scene.write_log()
    scene.go(min(arrives, leaves))
    for clock, what in sorted([(arrives, "come"), (leaves, "leave")]):
        scene.go(clock)
        assert (scene.come("2005") if what == "come" else scene.leave("2000")).accepted
    assert scene.do("sign", "2005", "2005").accepted
    return scene


@pytest.mark.parametrize(
    ("arrives", "verdict", "noted"),
    [
        ("15:49:59", "complete", ()),
        ("15:50", "complete", ()),  # ten minutes before
        ("15:50:01", "complete", ("not_early",)),
        ("16:00", "complete", ("not_early",)),
        ("16:00:01", "late", ()),
        ("16:20", "late", ()),
    ],
)
def test_relief_is_there_ten_minutes_early_or_at_least_at_the_start(
    arrives: str, verdict: str, noted: tuple[str, ...]
) -> None:
    scene = handed_over(arrives, "16:30")
    scene.go("16:44:59")
    assert not [one for one in scene.of(facts.HandoverJudged) if one.shift == "late"]
    scene.go("16:46")
    found = scene.verdict()
    assert (found.verdict, found.noted, found.missing) == (verdict, noted, ())
    assert (found.outgoing, found.incoming, found.person) == ("2000", "2005", "2005")
    assert found.arrived == at(arrives)
    assert (found.boundary, str(found.day)) == (at("16:00"), DAY)


def test_held_seconds_stand_in_the_verdict_too() -> None:
    scene = handed_over("16:20", "16:30")
    scene.go("16:46")
    assert scene.verdict().held_s == 1200.0


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        ("equipment", ("section:equipment|2000",)),
        ("staffing", ("section:staffing|2000",)),
        ("sign", ("signature|2000",)),
    ],
)
def test_what_the_log_lacks_is_named_with_whose_it_is(without: str, missing: tuple[str, ...]) -> None:
    scene = Handover()
    scene.staff("15:45")
    for section in {"equipment", "unsolved", "staffing"} - {without}:
        scene.do("log_write", "2000", "2000", section=section, text="all well")
    if without != "sign":
        scene.do("sign", "2000", "2000")
    scene.go("15:50")
    scene.come("2005")
    scene.do("sign", "2005", "2005")
    scene.go("16:46")
    found = scene.verdict()
    assert (found.verdict, found.missing) == ("incomplete", missing)


def test_the_relief_signs_too_and_reads_the_latest_bulletins() -> None:
    scene = Handover()
    scene.staff("14:00")
    scene.do("bulletin_post", actor="3001", id="B12", title="new form", text="use form 7")
    scene.do("bulletin_post", actor="3002", id="B13", title="other team", text="x", audience="B")
    scene.write_log()
    scene.go("15:50")
    scene.come("2005")
    scene.go("16:46")
    assert scene.verdict().missing == ("signature|2005", "bulletin:B12|2005")


def test_without_signatures_in_the_settings_nobody_need_sign() -> None:
    scene = Handover(signatures=False, required_sections=[])
    scene.staff("15:50")
    scene.come("2005")
    scene.go("16:46")
    assert scene.verdict().verdict == "complete"


def test_a_problem_that_is_opened_is_in_the_log_by_that() -> None:
    scene = Handover(signatures=False, required_sections=["unsolved"])
    scene.staff("15:50")
    scene.do("item_open", "2000", "2000", text="line 3 crackles")
    scene.come("2005")
    scene.go("16:46")
    assert scene.verdict().verdict == "complete"


@pytest.mark.parametrize(("clock", "verdict"), [("16:44", "complete"), ("16:50", "late")])
def test_a_log_that_is_completed_after_the_deadline_is_late(clock: str, verdict: str) -> None:
    scene = Handover()
    scene.staff("15:50")
    scene.come("2005")
    scene.do("sign", "2005", "2005")
    scene.go(clock)
    scene.write_log()
    scene.go("16:55")
    told = [one.verdict for one in scene.of(facts.HandoverJudged) if one.shift == "late"]
    assert told == (["complete"] if verdict == "complete" else ["incomplete", "late"])


@pytest.mark.parametrize(
    ("leaves", "arrives", "verdict"),
    [
        ("16:10", "16:11", "late"),  # 60 s are the tolerance
        ("16:10", "16:11:01", "empty_seat"),
        ("16:10", "", "empty_seat"),
        ("", "", "late"),  # nobody came, and 2000 stayed
    ],
)
def test_a_seat_that_nobody_sits_at_while_relief_is_due_is_empty(
    leaves: str, arrives: str, verdict: str
) -> None:
    scene = Handover(mode="notify", signatures=False, required_sections=[])
    scene.staff("16:05")
    if leaves:
        scene.go(leaves)
        scene.leave("2000")
    if arrives:
        scene.go(arrives)
        scene.come("2005")
    scene.go("16:46")
    assert scene.verdict().verdict == verdict


def test_the_verdict_changes_when_the_held_go_after_it_and_again_when_relief_comes() -> None:
    scene = Handover(mode="notify", signatures=False, required_sections=[])
    scene.staff("17:00")
    scene.leave("2000")
    scene.go("17:30")
    scene.come("2005")
    scene.go("17:40")
    told = [(one.verdict, one.arrived) for one in scene.of(facts.HandoverJudged) if one.shift == "late"]
    changes = list(dict.fromkeys(told))
    assert changes == [("late", None), ("empty_seat", None), ("empty_seat", at("17:30"))]


def test_late_news_of_a_sign_in_makes_the_verdict_anew() -> None:
    scene = Handover(mode="notify", signatures=False, required_sections=[])
    scene.staff("16:50")
    assert scene.verdict().verdict == "late"
    scene.come("2005", how="missed", at=at("15:48"))
    scene.go("16:52")
    assert (scene.verdict().verdict, scene.verdict().arrived) == ("complete", at("15:48"))


# --- what cannot be known -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cut", "back", "verdict"),
    [
        ("15:30", "15:49", "late"),  # over before relief was due
        ("15:45", "15:51", "unknown"),
        ("16:10", "16:12", "unknown"),
        ("16:31", "16:40", "late"),  # relief had come by then
        ("16:10", "", "unknown"),
    ],
)
def test_what_was_out_of_sight_counts_against_nobody(cut: str, back: str, verdict: str) -> None:
    scene = Handover(mode="notify", signatures=False, required_sections=[])
    scene.staff("15:15")
    happens = [(cut, scene.lose), ("16:30", lambda: scene.come("2005"))]
    for clock, what in sorted([*happens, *([(back, scene.back)] if back else [])], key=lambda one: one[0]):
        scene.go(clock)
        what()
    scene.go("16:46")
    assert scene.verdict().verdict == verdict


def test_what_was_in_time_stays_so_though_the_pbx_was_out_of_sight() -> None:
    scene = Handover(mode="notify", signatures=False, required_sections=[])
    scene.staff("15:45")
    scene.come("2005")
    scene.lose()
    scene.go("16:46")
    assert scene.verdict().verdict == "complete"


def test_of_what_was_before_ccd_nothing_is_known() -> None:
    scene = Handover("12:00")
    scene.go("12:10")
    assert scene.verdict("early").verdict == "unknown"


def test_no_boundary_is_skipped_after_downtime() -> None:
    scene = Handover(signatures=False, required_sections=[])
    scene.go("15:55")
    scene.restart(20 * 3600)
    scene.run(120)
    judged = {(one.shift, one.verdict) for one in scene.of(facts.HandoverJudged)}
    assert {shift for shift, _ in judged} == {"early", "late"}
    assert scene.verdict(incoming="2005").verdict == "unknown"
    closing = scene.latest(facts.HandoverJudged, shift="late", incoming="")
    assert (closing.boundary, closing.verdict) == (at("00:00", "2026-03-03"), "unknown")


def test_after_a_restart_verdicts_that_have_not_changed_are_not_told_again() -> None:
    scene = handed_over()
    scene.go("16:50")
    before = len(scene.of(facts.HandoverJudged))
    scene.restart(60)
    scene.run(1200)
    assert len(scene.of(facts.HandoverJudged)) == before


# --- openings, closings, changes of the plan ----------------------------------------------------------------


def test_an_opening_asks_for_arrival_and_bulletins_alone() -> None:
    scene = Handover()
    scene.staff("08:46")
    found = scene.verdict("early")
    assert (found.outgoing, found.incoming, found.verdict) == ("", "2000", "complete")


def test_an_opening_to_which_nobody_comes_is_an_empty_seat() -> None:
    scene = Handover()
    scene.go("08:46")
    assert scene.verdict("early").verdict == "empty_seat"


def test_a_closing_asks_for_the_log_and_one_signature() -> None:
    scene = handed_over()
    scene.go("23:30")
    scene.go("00:46", "2026-03-03")
    found = scene.latest(facts.HandoverJudged, incoming="")
    assert (found.outgoing, found.person, found.shift) == ("2005", "2005", "late")
    assert found.verdict == "incomplete"
    assert "signature|2005" in found.missing
    scene.write_log("2005")
    scene.go("00:50", "2026-03-03")
    assert scene.latest(facts.HandoverJudged, incoming="").verdict == "late"


@pytest.mark.parametrize(("gap", "relieves"), [("16:30", True), ("16:31", False)])
def test_who_begins_within_half_an_hour_relieves(gap: str, relieves: bool) -> None:
    scene = Handover()
    kinds = {"early": ("08:00", 480), "after": (gap, 60)}
    settings = scene.settings.model_dump(mode="json")
    settings["shifts"]["kinds"] |= {
        name: {"start": start, "minutes": minutes} for name, (start, minutes) in kinds.items()
    }
    scene.take(e.ConfigReplaced(at=scene.at, settings=json.dumps(settings)))
    scene.change_plan(e.PlanDay(at("12:00").date(), encode_day({"2005": [("after", "A1", "", "")]})))
    scene.staff("16:10")
    assert scene.leave("2000").accepted is not relieves
    scene.go("18:00")
    assert scene.verdict("after").outgoing == ("2000" if relieves else "")


def test_who_was_never_there_owes_no_log() -> None:
    scene = Handover()
    scene.go("15:45")
    scene.come("2005")
    scene.go("16:46")
    assert scene.verdict().verdict == "complete"


def test_the_log_is_of_whoever_worked_there_last() -> None:
    scene = Handover(required_sections=["equipment"])
    scene.go("07:55")
    scene.come("2006")
    scene.go("15:50")
    scene.come("2005")
    scene.go("16:46")
    assert scene.verdict().missing == ("section:equipment|2006", "signature|2006", "signature|2005")


def test_another_relief_of_a_lead_s_choosing_is_noted() -> None:
    scene = Handover(signatures=False, required_sections=[])
    scene.staff("15:40")
    scene.do("relieve", "3501", "3001", seat="A1")
    scene.come("3501")
    scene.go("16:46")
    assert (scene.verdict().verdict, scene.verdict().noted) == ("complete", ("relieved_by:3501",))


def test_a_plan_that_is_changed_afterwards_is_judged_anew_and_what_is_gone_withdrawn() -> None:
    scene = handed_over()
    scene.go("16:50")
    day = at("12:00").date()
    scene.change_plan(e.PlanDay(day, encode_day({"2005": (), "2006": [("late", "A1", "", "")]})))
    scene.go("16:55")
    assert scene.verdict().incoming == "2006"
    scene.change_plan(e.PlanDay(day, encode_day({"2006": ()})))
    scene.go("17:00")
    gone = scene.latest(facts.VerdictWithdrawn)
    assert (gone.shift, gone.side, gone.boundary) == ("late", "start", at("16:00"))
    assert ("main", "A1", DAY, "late", "start") not in scene.world.handover.verdicts
    assert scene.latest(facts.HandoverJudged, shift="early", incoming="").boundary == at("16:00")


# --- leave --------------------------------------------------------------------------------------------------


class OnLeave:
    """Leave that is granted; the policy of leave has tests of its own."""

    def __init__(self, code: str, since: Any, until: Any) -> None:
        self.code, self.span = code, (since, until)

    def away(self, person: str, since: Any, until: Any) -> tuple[Away, ...]:
        begins, ends = self.span
        return (
            (Away(begins, ends, "leave"),) if person == self.code and begins < until and since < ends else ()
        )


def test_the_lead_is_told_before_the_shift_that_relief_is_on_leave() -> None:
    scene = Handover()
    scene.world.leave = OnLeave("2005", at("00:00"), at("23:00"))  # type: ignore[assignment]
    scene.staff("14:59:30")
    assert scene.of(facts.ReliefOnLeave) == []
    scene.go("15:30")
    (page,) = [page for page in scene.of_effects(Page) if page.rule == "handover_on_leave"]
    assert page.people == ("3001",)
    assert scene.latest(facts.ReliefOnLeave).person == "2005"
    scene.do("relieve", "2006", "3001", seat="A1")
    scene.come("2006")
    scene.go("16:46")
    assert "relieved_by:2006" in scene.verdict().noted


# --- across midnight, and when the clocks change ------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Shanghai", "2026-03-02", 10),
        ("Europe/Berlin", "2026-03-28", 9),  # the clock leaps forward in the night
        ("Europe/Berlin", "2026-10-24", 11),  # and back
        ("America/New_York", "2026-03-07", 9),
        ("Asia/Shanghai", "2028-02-29", 10),
        ("Asia/Shanghai", "2026-12-31", 10),
    ],
)
def test_a_night_hands_over_to_the_day_at_the_same_moment_whatever_the_clock_does(
    zone: str, day: str, hours: int
) -> None:
    tomorrow = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    kinds = {"night": {"start": "22:00", "minutes": 600}, "day": {"start": "08:00", "minutes": 480}}
    scene = ShiftScene(
        local(f"{day} 21:00", zone),
        mode="off",
        kinds=kinds,
        zone=zone,
        handover={"mode": "enforce", "signatures": False, "required_sections": [], "floor": 0},
    )
    scene.plan(("2000", day, "night", "A1"), ("2005", tomorrow, "day", "A1"))
    scene.run(to=local(f"{day} 21:50", zone))
    scene.sign("arrive", "2000", "A1")
    boundary = local(f"{tomorrow} 08:00", zone)
    assert (boundary - local(f"{day} 22:00", zone)).total_seconds() == hours * 3600
    scene.run(to=boundary + timedelta(minutes=3))
    assert not scene.sign("leave", "2000", "A1").accepted
    scene.sign("arrive", "2005", "A1")
    assert scene.latest(facts.HoldEnded).held_s == 180.0
    scene.run(to=boundary + timedelta(minutes=46))
    found = scene.latest(facts.HandoverJudged, shift="day")
    assert (found.boundary, found.verdict, str(found.day)) == (boundary, "late", tomorrow)
