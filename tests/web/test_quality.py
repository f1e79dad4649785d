"""Evaluations, samples, acts and boards: each sees and does what is theirs, as the person of their token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.store.schema import EVALUATION
from ccd.commands_acts import ACTS, BOARDS
from ccd.events import ShiftAct
from ccd.web.rights import Scope, post_of, scope_of_act, sees_board
from tests.web.place import POSTS, START, Place, serving

EVALUATIONS = "/api/v1/qa/evaluations"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with serving(tmp_path) as place:
        yield place


async def evaluation(place: Place, name: str, number: int = 0, **columns: Any) -> None:
    """A row as scoring leaves it."""
    row = {
        "evaluation": name,
        "unit": f"u{number}",
        "pbx": "main",
        "call": "c1",
        "recording": "c1:/var/spool/asterisk/monitor/one.wav",
        "person": "2001",
        "team": "甲班",
        "day": "2026-03-02",
        "sample": "probability",
        "reason": "threshold",
        "analyst": "4001",
        "state": "assigned",
        "opened": START + timedelta(seconds=number),
        "score": 91.5,
        "passed": True,
        "answers": '{"greeting":{"answer":"yes","comment":"好","at_s":0.75}}',
    } | columns
    async with place.store._database.writer.begin() as connection:
        await connection.execute(EVALUATION.insert().values(row))


async def names(place: Place, person: str, query: str = "") -> list[str]:
    answer = await place.ask(f"{EVALUATIONS}?{query}", person, Scope.QA_READ)
    assert answer.status_code == 200, answer.text
    return [row["evaluation"] for row in answer.json()["evaluations"]]


async def test_each_sees_the_evaluations_that_are_theirs_to_see(place: Place) -> None:
    await evaluation(place, "assigned", 1)
    await evaluation(place, "released", 2, state="released")
    await evaluation(place, "another", 3, state="released", person="2002", team="乙班", analyst="4002")
    seen = {post: await names(place, person) for post, person in POSTS.items()}
    every = ["another", "released", "assigned"]
    assert seen == {
        "own agent": ["released"],
        "other agent": ["another"],
        "own lead": ["released", "assigned"],
        "other lead": ["another"],
        "analyst": ["released", "assigned"],
        "analyst of the team": ["another"],
        "QA manager": every,
        "operations manager": every,
        "trainer": [],
        "admin": [],
    }


async def test_agents_see_pass_or_fail_and_more_only_by_the_setting(tmp_path: Path) -> None:
    for hear, score in ((False, None), (True, 91.5)):
        (tmp_path / str(hear)).mkdir()
        async with serving(tmp_path / str(hear), quality={"agents_hear": hear}) as place:
            await evaluation(place, "mine", state="released")
            await evaluation(place, "not-yet", 1, state="scored")
            told = (await place.ask(f"{EVALUATIONS}/mine", "2001")).json()
            assert (told["evaluation"]["passed"], told["evaluation"]["score"]) == (True, score)
            assert bool(told["answers"]) is hear
            assert told["evaluation"]["analyst"] == ""
            assert (await place.ask(f"{EVALUATIONS}/not-yet", "2001")).status_code == 404


async def test_what_may_not_be_seen_is_as_if_it_were_not(place: Place) -> None:
    await evaluation(place, "assigned")
    answers = [await place.ask(f"{EVALUATIONS}/{name}", "3002") for name in ("assigned", "nothing")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert [answer.json()["code"] for answer in answers] == ["no_evaluation"] * 2


async def test_mine_is_what_the_token_says_and_pages_follow_each_other(place: Place) -> None:
    for number in range(25):
        analyst = "4001" if number % 2 else "4002"
        await evaluation(place, f"e{number:02}", number, analyst=analyst)
    assert await names(place, "4001", "mine=true&analyst=4002") == [f"e{n:02}" for n in range(23, 0, -2)]
    found, after = [], ""
    while True:
        answer = await place.ask(f"{EVALUATIONS}?limit=7&after={after}", "5001")
        found += [row["evaluation"] for row in answer.json()["evaluations"]]
        after = answer.json()["next"]
        if not after:
            break
    assert found == [f"e{n:02}" for n in range(24, -1, -1)]
    assert await names(place, "5001", "id=e03&id=e04") == ["e04", "e03"]
    assert await names(place, "5001", "state=released") == []
    assert await names(place, "5001", "day=2026-03-03") == []


async def test_with_the_list_comes_what_is_needed_to_fetch(place: Place) -> None:
    name = await place.recording()
    await evaluation(place, "one")
    [row] = (await place.ask(f"{EVALUATIONS}?mine=true", "4001")).json()["evaluations"]
    assert (row["recording"], row["suffix"], len(row["sha256"])) == (name, "wav", 64)
    await evaluation(place, "own", 1, person="2001", state="released")
    rows = (await place.ask(EVALUATIONS, "2001")).json()["evaluations"]
    assert {row["recording"] for row in rows} == {""}  # heard by nobody whose own it is


async def test_comments_lie_on_the_timeline_of_those_who_may_read_them(place: Place) -> None:
    name = await place.recording()
    unit = place.conversation("2001", "", "c1").unit
    await evaluation(place, "one", unit=unit, state="scored")
    for person, comments in (("4001", ["greeting: 好"]), ("3001", []), ("5001", ["greeting: 好"])):
        marks = (await place.ask(f"/api/v1/recordings/{name}/marks", person)).json()["marks"]
        found = [(mark["text"], mark["at_s"]) for mark in marks if mark["kind"] == "comment"]
        assert found == [(text, 0.75) for text in comments], person


async def test_a_list_of_samples_is_for_who_plans_and_leads_see_their_team(place: Place) -> None:
    facts = [
        place.conversation("2001", "r1", "c1", picked="threshold"),
        place.conversation("2002", "r2", "c2", picked="minimum"),
        place.conversation("2002", "r3", "c3"),
    ]
    await place.store.commit(facts)
    seen = {}
    for post, person in POSTS.items():
        answer = await place.ask("/api/v1/qa/samples?day=2026-03-02", person, Scope.QA_READ)
        found = [row["person"] for row in answer.json().get("samples", [])]
        seen[post] = sorted(found) if answer.status_code == 200 else answer.status_code
    assert seen == {
        "own agent": 403,
        "other agent": 403,
        "own lead": ["2001"],
        "other lead": ["2002"],
        "analyst": 403,
        "analyst of the team": 403,
        "QA manager": ["2001", "2002"],
        "operations manager": ["2001", "2002"],
        "trainer": 403,
        "admin": 403,
    }


# --- acts and boards --------------------------------------------------------------------------------------


async def test_who_acts_is_who_asks_and_nobody_else(place: Place) -> None:
    asked = {"person": "2001", "values": {"minutes": "5", "reason": "x"}}
    answer = await place.ask("/api/v1/acts/meals/extend", "3001", Scope.ACTS, method="POST", json=asked)
    assert answer.status_code == 409, answer.text  # there is no meal under way; the policy was asked
    [event] = place.acted
    assert isinstance(event, ShiftAct)
    assert (event.actor, event.person, event.policy, event.act) == ("3001", "2001", "meals", "extend")
    assert event.by.startswith("token ")
    for forged in ({"actor": "6001"}, {"by": "6001"}, {"values": {"actor": "6001"}}):
        answer = await place.ask("/api/v1/acts/meals/extend", "3001", method="POST", json=asked | forged)
        assert answer.status_code in (409, 422)
    assert {event.actor for event in place.acted if isinstance(event, ShiftAct)} == {"3001"}


async def test_a_refusal_is_told_in_the_words_of_its_rule_in_the_askers_language(place: Place) -> None:
    asked = {"person": "2001", "values": {"minutes": "5", "reason": "x"}}
    said = [
        (
            await place.ask(
                "/api/v1/acts/meals/extend",
                "3001",
                method="POST",
                json=asked,
                headers={"Accept-Language": language},
            )
        ).json()["detail"]
        for language in ("en", "zh")
    ]
    assert said[0].endswith("is at no meal now")
    assert "用餐" in said[1]


async def test_each_act_needs_the_scope_of_its_policy(place: Place) -> None:
    for policy, acts in ACTS.items():
        for act in acts:
            needed = scope_of_act(policy)
            for scope in (
                Scope.QA_READ,
                Scope.RECORDINGS,
                Scope.BOARD,
                Scope.ACTS,
                Scope.QA_WRITE,
                Scope.LISTEN,
            ):
                if scope == needed:
                    continue
                answer = await place.ask(
                    f"/api/v1/acts/{policy}/{act}", "6001", scope, method="POST", json={}
                )
                assert (answer.status_code, answer.json()["code"]) == (403, "scope"), (policy, act, scope)
            break
    assert place.acted == []


async def test_an_act_and_a_policy_that_there_are_not_are_named(place: Place) -> None:
    for path, name in (("lunch/ask", "lunch"), ("meals/fly", "meals/fly"), ("..%2f..%2fx/y", "")):
        answer = await place.ask(f"/api/v1/acts/{path}", "3001", method="POST", json={})
        assert answer.status_code == 404
        assert name in answer.json()["detail"]


async def test_boards_are_for_those_whom_they_concern(place: Place) -> None:
    for post, person in POSTS.items():
        posts = post_of(place.settings, place.world.roster, person)
        for policy in BOARDS:
            answer = await place.ask(f"/api/v1/boards/{policy}", person, Scope.BOARD)
            allowed = sees_board(posts, policy)
            assert answer.status_code == (200 if allowed else 403), (post, policy)
            if allowed:
                assert isinstance(answer.json()["board"], dict)
    assert (await place.ask("/api/v1/boards/meals", "6001", Scope.QA_READ)).json()["code"] == "scope"


async def test_without_a_token_nothing_of_it_answers(place: Place) -> None:
    for method, path in (
        ("GET", "/api/v1/me"),
        ("GET", EVALUATIONS),
        ("GET", f"{EVALUATIONS}/x"),
        ("GET", "/api/v1/qa/samples?day=2026-03-02"),
        ("GET", "/api/v1/boards/meals"),
        ("POST", "/api/v1/acts/meals/ask"),
        ("POST", "/api/v1/recordings/x/link"),
    ):
        answer = await place.ask(path, method=method, **({"json": {}} if method == "POST" else {}))
        assert (answer.status_code, answer.json()["code"]) == (401, "no_token"), path
