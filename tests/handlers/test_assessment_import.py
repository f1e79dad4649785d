"""What is imported and noted from outside: whole or not at all, by whom, and until when."""

from __future__ import annotations

import json

import pytest

from ccd.events.assessment import PartRecorded, StaffNoted
from tests.handlers.assessment_scene import AssessmentScene

PARTS = {"qa": {"weight": 50, "required": True}, "kpi": {"weight": 50}}


def desk(at: str = "2026-03-04 07:00", *, parts: bool = False) -> AssessmentScene:
    return AssessmentScene(at, assessment={"parts": PARTS}) if parts else AssessmentScene(at)


def kpi(*rows: tuple[str, float], part: str = "kpi") -> str:
    return json.dumps(
        [
            {"line": n, "person": code, "part": part, "name": "calls", "points": points}
            for n, (code, points) in enumerate(rows, 2)
        ]
    )


def test_the_same_file_twice_is_the_same_as_once_and_a_changed_figure_is_one_more() -> None:
    scene = desk(parts=True)
    assert scene.import_("figures", kpi(("2001", 80), ("2002", 70)), "2026-02").result["new"] == "2"
    assert scene.import_("figures", kpi(("2001", 80), ("2002", 70)), "2026-02").result["new"] == "0"
    assert scene.import_("figures", kpi(("2001", 81), ("2002", 70)), "2026-02").result["new"] == "1"
    assert len(scene.of(PartRecorded)) == 3
    scene.restart()
    assert scene.import_("figures", kpi(("2001", 81)), "2026-02").result["new"] == "0"


def test_one_bad_row_and_nothing_is_imported() -> None:
    scene = desk()
    answer = scene.import_("figures", kpi(("2001", 80), ("9999", 70), ("4001", 99)), "2026-02")
    assert answer.rule == "assessment_import_faults"
    assert "line 3: nobody in the roster has 9999" in answer.values["faults"]
    assert "line 4: 4001 is whoever imports" in answer.values["faults"]
    assert scene.of(PartRecorded) == []
    assert (
        "no part daily"
        in scene.import_("figures", kpi(("2001", 1), part="daily"), "2026-02").values["faults"]
    )
    assert scene.import_("figures", "[{]", "2026-02").rule == "assessment_no_rows"


def test_the_panels_marks_are_taken_by_the_names_of_those_who_sit_on_it() -> None:
    scene = desk()
    rows = [{"line": 2, "person": "2001", "part": "panel", "name": "hr", "points": 70}]
    assert scene.import_("figures", json.dumps(rows), "2026-02").accepted
    other = [{**rows[0], "name": "friend"}]
    answer = scene.import_("figures", json.dumps(other), "2026-02")
    assert "line 2: there is no name friend of panel; there are superior" in answer.values["faults"]
    assert [one.name for one in scene.of(PartRecorded)] == ["hr"]


@pytest.mark.parametrize(
    ("now", "month", "rule"),
    [
        ("2026-03-10 23:59", "2026-02", "assessment_imported"),
        ("2026-03-11 00:00", "2026-02", "assessment_is_final"),
        ("2026-03-11 00:00", "2026-03", "assessment_imported"),
        ("2026-03-11 00:00", "2026-04", "assessment_no_value"),
        ("2026-03-11 00:00", "2026-13", "assessment_no_value"),
        ("2026-03-11 00:00", "", "assessment_no_value"),
    ],
)
def test_figures_are_taken_until_their_month_is_final(now: str, month: str, rule: str) -> None:
    scene = desk(now, parts=True)
    assert scene.import_("figures", kpi(("2001", 80)), month).rule == rule


@pytest.mark.parametrize("actor", ["2002", "3001", "3002", "5001"])
def test_only_managers_import(actor: str) -> None:
    assert desk().import_("staff", "[]", actor=actor).rule == "assessment_not_allowed"
    assert desk().import_("staff", "[]", actor="6001").accepted


def test_figures_of_a_month_that_was_made_make_it_again_at_once() -> None:
    scene = desk("2026-03-03 07:58", parts=True)
    scene.score("2026-02", 70)
    scene.run(180)
    scene.import_("figures", kpi(("2001", 90)), "2026-02")
    assert scene.made() == [("2026-02", "pass", 70.0, 1), ("2026-02", "pass", 80.0, 2)]


def test_the_personnel_file_says_who_is_new() -> None:
    scene = desk()
    assert scene.world.assessment.hired("2001") is None
    scene.import_("staff", '[{"line":2,"person":"2001","hired":"2026-02-10","level":"trainee"}]')
    assert str(scene.world.assessment.hired("2001")) == "2026-02-10"
    assert len(scene.of(StaffNoted)) == 1


def test_nobody_notes_what_came_of_a_complaint_about_themselves() -> None:
    scene = desk()
    values = {"fault": "own", "about": "service", "told": "rude"}
    assert scene.do("complaint", "4001", "4001", **values).rule == "assessment_not_about_oneself"
    assert scene.do("complaint", "2001", "3001", **values).rule == "assessment_not_allowed"
    assert scene.do("complaint", "2001", "4001", **{**values, "fault": "?"}).rule == "assessment_no_value"
    assert scene.do("complaint", "2001", "4001", **values).accepted
