"""What is claimed, given back, overdue, or cannot be heard; and the chance that a day gives."""

from __future__ import annotations

from typing import Any

import pytest

from ccd.events import scoring as facts
from ccd.events.retention import RecordingAmiss
from ccd.events.sampling import PickUnheard
from ccd.scoring.state import Phase
from tests.handlers.scoring_scene import ScoringScene, form, given


def test_a_claim_that_runs_out_goes_back_to_the_list_and_nothing_was_lost() -> None:
    scene = ScoringScene(claim_minutes=60)
    name = scene.pick()
    by = scene.one(name).analyst
    scene.ok("claim", by, name)
    scene.run(3599)
    assert scene.one(name).phase is Phase.CLAIMED
    scene.run(1)
    assert (scene.one(name).phase, scene.one(name).analyst) == (Phase.ASSIGNED, by)
    assert scene.act("score", by, name, answers=given(80)).rule == "scoring_not_claimed"
    scene.score(name, 80)


def test_a_claim_that_runs_out_while_its_analyst_is_away_goes_to_another() -> None:
    scene = ScoringScene()
    name = scene.pick()
    by = scene.one(name).analyst
    scene.ok("claim", by, name)
    scene.leave(by)
    scene.run(3600)
    assert scene.one(name).analyst not in (by, "")
    assert scene.of(facts.EvaluationAssigned)[-1].why == "expired"


def test_claimed_again_it_is_theirs_for_longer() -> None:
    scene = ScoringScene()
    name = scene.pick()
    by = scene.one(name).analyst
    scene.ok("claim", by, name)
    scene.run(3000)
    scene.ok("claim", by, name)
    scene.run(3000)
    assert scene.one(name).phase is Phase.CLAIMED


def test_a_claimed_evaluation_keeps_the_version_it_began_with() -> None:
    scene = ScoringScene()
    name, other = scene.pick(), scene.pick()
    old, new = form(), form(passing=90, text="other words")
    scene.ok("claim", scene.one(name).analyst, name)
    scene.configure(forms=[new])
    scene.ok("claim", scene.one(other).analyst, other)
    scene.restart()
    for each in (name, other):
        scene.ok("score", scene.one(each).analyst, each, answers=given(80))
    first, second = scene.of(facts.EvaluationScored)
    assert (first.version, first.passed) == (old.version, True)
    assert (second.version, second.passed) == (new.version, False)
    assert [one.version for one in scene.of(facts.FormPublished)] == [old.version, new.version]


def test_without_the_form_nothing_is_claimed_and_the_form_is_named() -> None:
    scene = ScoringScene(forms=[form("other")])
    name = scene.pick()
    answer = scene.act("claim", scene.one(name).analyst, name)
    assert (answer.rule, answer.values["form"]) == ("scoring_no_form", "service")


def test_what_is_given_back_never_returns_to_the_same_analyst() -> None:
    scene = ScoringScene()
    name, seen = scene.pick(), []
    while by := scene.one(name).analyst:
        seen.append(by)
        scene.ok("return", by, name, reason="knows the caller")
        scene.run(60)
    assert sorted(seen) == ["6001", "6002", "6003"]
    assert scene.pages("scoring_nobody")


def test_overdue_is_told_once_to_the_analyst_and_the_qa_manager() -> None:
    scene = ScoringScene(due_days=3)
    name = scene.pick()
    scene.run(days=3, seconds=-1)
    assert not scene.pages("scoring_overdue")
    scene.run(1)
    scene.run(days=2)
    (told,) = scene.pages("scoring_overdue")
    assert told.people == ("7001", "7002", scene.one(name).analyst)


@pytest.mark.parametrize("what", ["missing", "empty", "changed"])
def test_a_recording_that_cannot_be_heard_voids_what_is_not_scored_and_is_told(what: str) -> None:
    scene = ScoringScene()
    waits, done = scene.pick(unit="u1"), scene.pick(unit="u1", sample="extra")
    scene.score(done, 80)
    more = {"recording": "rec u1", "pbx": "main", "person": "2101"}
    scene.fact(
        PickUnheard(at=scene.at, key="k", unit="u1", state=what, substitute="", stratum="2101", **more)
    )
    assert (scene.one(waits).phase, scene.one(waits).outcome) == (Phase.VOID, what)
    assert scene.one(done).phase is Phase.RELEASED
    (told,) = scene.pages("scoring_voided")
    assert told.values["why"] == what


def test_a_finding_about_a_recording_voids_the_evaluations_of_that_recording_only() -> None:
    scene = ScoringScene()
    gone, other = scene.pick(unit="u1"), scene.pick(unit="u2")
    fact: dict[str, Any] = {"path": "x.wav", "size": 0, "what": "missing"}
    scene.fact(RecordingAmiss(at=scene.at, key="k1", pbx="branch", recording="rec u2", **fact))
    scene.fact(RecordingAmiss(at=scene.at, key="k2", pbx="main", recording="rec u1", **fact))
    fact["what"] = "uncopied"  # it can be heard
    scene.fact(RecordingAmiss(at=scene.at, key="k3", pbx="main", recording="rec u2", **fact))
    assert scene.one(gone).phase is Phase.VOID
    assert scene.one(other).phase is Phase.ASSIGNED


def test_the_frozen_day_fixes_the_chance_of_its_probability_sample_by_stratum() -> None:
    scene = ScoringScene()
    mine, hers = scene.pick("2001"), scene.pick("2101")
    extra = scene.pick("2001", sample="extra")
    scene.run(days=1)
    later = scene.pick("2001")
    scene.freeze({"2001": 0.5, "2101": 0.75})
    fixed = {one.evaluation: one.chance for one in scene.of(facts.ChanceFixed)}
    assert fixed == {mine: 0.5, hers: 0.75}
    assert scene.one(mine).chance == 0.5
    assert (scene.one(extra).fixed, scene.one(later).fixed) == (False, False)
