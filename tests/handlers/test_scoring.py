"""Who scores what: picks become evaluations, evaluations find analysts, analysts come and go."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from ccd.events import scoring as facts
from ccd.scoring.state import Phase
from ccd.scoring.view import board
from tests.handlers.scoring_scene import PEOPLE, ScoringScene, person


def test_a_pick_is_opened_and_assigned_at_once_with_all_that_is_needed_to_score_it() -> None:
    scene = ScoringScene()
    name = scene.pick("2101", unit="u1", queue="vip", chance=0.25)
    one = scene.one(name)
    assert (one.person, one.team, one.queue, one.recording, one.call) == (
        "2101", "B", "vip", "rec u1", "call u1",
    )  # fmt: skip
    assert (one.phase, one.form, one.chance, one.sample) == (Phase.ASSIGNED, "service", 0.25, "probability")
    assert one.analyst in ("6001", "6002", "6003")
    assert one.due == scene.at + timedelta(days=3)
    assert len(name) == 12
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_the_same_pick_told_again_opens_nothing() -> None:
    scene = ScoringScene()
    scene.pick(unit="u1")
    scene.pick(unit="u1")
    assert len(scene.of(facts.EvaluationOpened)) == 1
    scene.pick(unit="u1", sample="extra")
    assert len(scene.of(facts.EvaluationOpened)) == 2


def test_nobody_is_given_their_own_team() -> None:
    scene = ScoringScene()
    for _ in range(9):
        scene.pick("2001")
    assert scene.given_today().keys() == {"6001", "6002"}


def test_a_move_keeps_the_day_even_where_giving_alone_could_not() -> None:
    """6003 may not score team A: what came first of team B goes over to them."""
    scene = ScoringScene(people=[one for one in PEOPLE if one.code != "6002"])
    for agent in ("2101", "2101", "2001", "2001"):
        scene.pick(agent)
    assert scene.given_today() == {"6001": 2, "6003": 2}
    for one in scene.world.scoring.evaluations.values():
        assert not (one.person == "2001" and one.analyst == "6003")


def test_what_somebody_has_begun_is_never_moved() -> None:
    scene = ScoringScene(people=[one for one in PEOPLE if one.code != "6002"])
    first = [scene.pick("2101"), scene.pick("2101")]
    for name in first:
        scene.ok("claim", scene.one(name).analyst, name)
    had = {name: scene.one(name).analyst for name in first}
    scene.pick("2001")
    scene.pick("2001")
    assert {name: scene.one(name).analyst for name in first} == had


AGENTS, ANALYSTS = ("2001", "2101", "2201"), ("6001", "6002", "6003")
teams = st.sampled_from(("", "A", "B", "C"))


@settings(max_examples=60, deadline=None)
@drawn(
    st.tuples(teams, teams, teams),
    st.lists(st.sampled_from(AGENTS), min_size=1, max_size=6),
    st.tuples(*[st.integers(1, 6)] * 3),
)
def test_the_day_is_as_even_as_teams_and_caps_let_it_be(
    of: tuple[str, ...], agents: list[str], caps: tuple[int, ...]
) -> None:
    """Held against every way in which it could have been given out."""
    people = [person(code, "agent", team) for code, team in zip(AGENTS, "ABC", strict=True)]
    people += [person(code, "qa_analyst", team) for code, team in zip(ANALYSTS, of, strict=True)]
    scene = ScoringScene(people=[*people, person("7001", "qa_manager")])
    for code, cap in zip(ANALYSTS, caps, strict=True):
        scene.ok("plan", "7001", about=code, day="2026-03-02", cap=str(cap))
    for agent in agents:
        scene.pick(agent)
    team_of = {one.code: one.team for one in people}
    able = [[code for code in ANALYSTS if not team_of[code] or team_of[code] != team_of[a]] for a in agents]
    best: tuple[int, int] | None = None
    for way in product(*[[*each, ""] for each in able]):
        load = [way.count(code) for code in ANALYSTS]
        if all(n <= cap for n, cap in zip(load, caps, strict=True)):
            found = (way.count(""), sum(n * n for n in load))
            best = found if best is None or found < best else best
    loads = [scene.given_today().get(code, 0) for code in ANALYSTS]
    assert all(n <= cap for n, cap in zip(loads, caps, strict=True))
    assert best == (len(agents) - sum(loads), sum(n * n for n in loads))


@settings(max_examples=30, deadline=None)
@drawn(st.integers(1, 30))
def test_where_all_may_take_all_it_is_even_to_one(count: int) -> None:
    scene = ScoringScene()
    for _ in range(count):
        scene.pick("2101")
    loads = [scene.given_today().get(code, 0) for code in ANALYSTS]
    assert sum(loads) == count
    assert max(loads) - min(loads) <= 1


def test_no_analyst_is_given_more_than_their_cap_and_the_qa_manager_is_told_once() -> None:
    scene = ScoringScene(cap_per_day=1)
    names = [scene.pick("2101") for _ in range(5)]
    assert scene.given_today() == {"6001": 1, "6002": 1, "6003": 1}
    assert [scene.one(name).analyst for name in names[3:]] == ["", ""]
    (told,) = scene.pages("scoring_nobody")
    assert told.people == ("7001", "7002")


def test_what_nobody_could_take_is_assigned_as_soon_as_somebody_can() -> None:
    scene = ScoringScene(cap_per_day=1)
    names = [scene.pick("2101") for _ in range(5)]
    scene.ok("plan", "7001", about="6002", day="2026-03-02", cap="9")
    scene.run(60)
    assert [scene.one(name).analyst for name in names[3:]] == ["6002", "6002"]


def test_a_new_day_has_new_caps_by_the_local_clock() -> None:
    scene = ScoringScene("2026-03-02 23:59", cap_per_day=1)
    names = [scene.pick("2101") for _ in range(4)]
    assert scene.one(names[3]).analyst == ""
    scene.run(61)
    assert scene.one(names[3]).analyst != ""


def test_the_plan_the_leave_and_the_qa_manager_say_who_is_there() -> None:
    scene = ScoringScene()
    scene.plan(("6001", "2026-03-02"), ("6002", "2026-03-03"))  # 6003 is in no plan
    for _ in range(4):
        scene.pick("2101")
    assert scene.given_today() == {"6001": 2, "6003": 2}
    scene.leave("6001")
    for _ in range(2):
        scene.pick("2101")
    assert scene.given_today()["6001"] == 2
    scene.ok("plan", "7001", about="6003", day="2026-03-02", away="yes")
    assert scene.one(scene.pick("2101")).analyst == ""


def test_what_lies_with_somebody_who_is_away_goes_to_others_but_not_what_they_began() -> None:
    scene = ScoringScene()
    names = [scene.pick("2101") for _ in range(6)]
    mine = [name for name in names if scene.one(name).analyst == "6001"]
    scene.ok("claim", "6001", mine[0])
    scene.leave("6001")
    scene.run(60)
    assert scene.one(mine[0]).analyst == "6001"
    assert scene.one(mine[1]).analyst in ("6002", "6003")


def test_a_roster_without_an_analyst_takes_their_work_away() -> None:
    scene = ScoringScene()
    names = [scene.pick("2101") for _ in range(3)]
    gone = next(name for name in names if scene.one(name).analyst == "6002")
    scene.people = tuple(one for one in PEOPLE if one.code != "6002")
    scene.restart()
    scene.run(60)
    assert scene.one(gone).analyst in ("6001", "6003")


@pytest.mark.parametrize(
    ("queue", "team", "named"), [("support", "B", "service"), ("sales", "B", "sales"), ("support", "A", "a")]
)
def test_the_form_is_that_of_the_queue_then_of_the_team(queue: str, team: str, named: str) -> None:
    scene = ScoringScene(queue_forms={"sales": "sales"}, team_forms={"A": "a"})
    agent = "2001" if team == "A" else "2101"
    assert scene.one(scene.pick(agent, queue=queue)).form == named


def test_off_opens_nothing_and_takes_no_acts() -> None:
    scene = ScoringScene()
    name = scene.pick()
    scene.configure(mode="off")
    scene.pick()
    assert len(scene.world.scoring.evaluations) == 1
    assert scene.act("claim", "6001", name).rule == "scoring_off"


def test_a_claim_that_ran_out_while_scoring_was_off_ends_when_it_is_on_again() -> None:
    scene = ScoringScene()
    name = scene.pick()
    scene.ok("claim", scene.one(name).analyst, name)
    scene.configure(mode="off")
    scene.run(7200)
    assert scene.one(name).phase is Phase.CLAIMED
    scene.configure(mode="notify")
    scene.run(60)
    assert scene.one(name).phase is Phase.ASSIGNED


def test_observe_tells_nobody_and_holds_nothing() -> None:
    scene = ScoringScene(mode="observe", second_look_share=1.0, cap_per_day=1)
    names = [scene.pick("2101") for _ in range(4)]
    scene.score(names[0], 10)
    assert scene.one(names[0]).phase is Phase.RELEASED
    assert not any(scene.pages(rule) for rule in ("scoring_nobody", "scoring_you_failed"))


@pytest.mark.parametrize(
    ("mode", "rule"), [("enforce", "scoring_no_room"), ("notify", "scoring_reassigned_over")]
)
def test_only_enforce_refuses_to_give_somebody_more_than_their_cap(mode: str, rule: str) -> None:
    scene = ScoringScene(mode=mode, cap_per_day=1)
    for _ in range(3):
        name = scene.pick("2101")
    to = "6001" if scene.one(name).analyst != "6001" else "6002"
    assert scene.act("reassign", "7001", name, analyst=to).rule == rule


def test_the_board_has_lists_caps_and_what_is_late_but_no_scores() -> None:
    scene = ScoringScene(cap_per_day=2, release="by_manager")
    names = [scene.pick("2101") for _ in range(7)]
    scene.score(names[0], 77)
    scene.run(days=3)
    seen = board(scene.world, scene.at)
    assert [(one["analyst"], one["cap"]) for one in seen["analysts"]] == [
        ("6001", 2), ("6002", 2), ("6003", 2),
    ]  # fmt: skip
    assert [one["evaluation"] for one in seen["to_release"]] == [names[0]]
    assert len(seen["overdue"]) == 5  # the seventh found somebody only on the next day
    assert "77" not in str(seen["to_release"])


def test_the_day_of_an_evaluation_is_local_across_midnight() -> None:
    scene = ScoringScene("2026-03-01 23:30")
    assert str(scene.one(scene.pick()).day) == "2026-03-01"
