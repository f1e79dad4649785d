"""Two hundred recorded calls on a real Asterisk: sampled, pulled, scored, disputed; what is touched is found.

The tests are one story, in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.faketime import FakeTime
from tests.e2e.outside import until
from tests.e2e.quality_day import (
    AGENTS,
    ANALYSTS,
    CALLS,
    MANAGER,
    QA_MANAGER,
    QualityDay,
    opened,
    prepare,
    team_of,
)
from tests.pbx.fixtures import running

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]
Row = dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[QualityDay]:
    folder = tmp_path_factory.mktemp("quality")
    with running("22", prepare) as pbx:
        async with opened(pbx, folder / "ccd") as day:
            await day.take_calls(CALLS)
            yield day


def evaluations(day: QualityDay, where: str = "1", *values: str) -> list[Row]:
    return day.outside.rows(f'SELECT * FROM "evaluation" WHERE {where} ORDER BY "evaluation"', *values)


def facts(day: QualityDay, kind: str) -> list[Row]:
    rows = day.outside.rows('SELECT "data" FROM "shift_event" WHERE "event" = ? ORDER BY "id"', kind)
    return [json.loads(row["data"]) for row in rows]


def recorded(day: QualityDay, evaluation: Row) -> Path:
    """The file that the PBX wrote."""
    (row,) = day.outside.rows('SELECT "file" FROM "recording" WHERE "recording" = ?', evaluation["recording"])
    return Path(row["file"])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def differences(day: QualityDay, of: str = "today") -> list[Row]:
    """Between what was drawn and what is drawn anew."""
    (verified,) = day.ccd("qa", "verify", of, check=False)["days"]
    assert verified["state"] in ("ok", "differs")
    found: list[Row] = verified["differences"]
    return found


def answers(day: QualityDay, **other: str | int) -> str:
    """The best of every question of the form in force, but for these."""
    form = json.loads(day.daemon.ccd("qa", "form", "show", "--json").stdout)
    best: dict[str, str | int] = {
        question["name"]: "yes" if question["kind"] == "yes_no" else max(question["options"])
        for section in form["section"]
        for question in section["question"]
    }
    return json.dumps({name: {"answer": answer} for name, answer in (best | other).items()})


async def test_every_call_is_one_conversation_with_its_recording(day: QualityDay) -> None:
    rows = day.outside.rows('SELECT * FROM "conversation"')
    assert len(rows) == CALLS
    assert Counter(row["eligible"] for row in rows) == {"": CALLS}
    assert {row["person"] for row in rows} == set(AGENTS)
    assert len({row["recording"] for row in rows}) == CALLS
    assert all(row["talk_s"] > 2 for row in rows)


async def test_what_was_drawn_can_be_drawn_again(day: QualityDay) -> None:
    picked = day.ccd("qa", "sample")["picks"]
    assert len(picked) > CALLS // 8
    assert {pick["sample"] for pick in picked} == {"probability"}
    assert differences(day) == []


async def test_each_pick_is_an_evaluation_shared_out_evenly_and_never_in_ones_own_team(
    day: QualityDay,
) -> None:
    found = evaluations(day)
    assert {row["unit"] for row in found} == {pick["unit"] for pick in day.ccd("qa", "sample")["picks"]}
    share = Counter(row["analyst"] for row in found)
    assert set(share) == set(ANALYSTS)
    assert max(share.values()) - min(share.values()) <= 1
    assert team_of(0) not in {row["team"] for row in found if row["analyst"] == ANALYSTS[0]}


async def test_three_analysts_pull_at_once_and_have_what_the_pbx_wrote(day: QualityDay) -> None:
    """Behind our back one recording is deleted, and another cut short: both are named, the rest is there."""
    lists = {code: evaluations(day, '"analyst" = ?', code) for code in ANALYSTS}
    touched = lists[ANALYSTS[1]][:2]
    amiss = {row["evaluation"] for row in touched}
    deleted, cut = (recorded(day, row) for row in touched)
    deleted.unlink()
    with cut.open("r+b") as file:
        file.truncate(cut.stat().st_size // 2)
    pulls = {
        code: day.spawn("qa", "pull", "--mine", "--by", code, "--to", str(day.folder / code), "--json")
        for code in ANALYSTS
    }
    told = {code: await asyncio.to_thread(pull.communicate, None, 120) for code, pull in pulls.items()}
    assert {code: pull.returncode for code, pull in pulls.items()} == dict(
        zip(ANALYSTS, (0, 1, 0), strict=True)
    ), told
    for code in ANALYSTS:
        whole, late = (
            {digest(recorded(day, row)) for row in mine if row["evaluation"] not in amiss}
            for mine in (lists[code], evaluations(day, '"analyst" = ?', code))
        )  # what was amiss is void at once, and what steps in may be on a list that is fetched later
        assert whole <= {digest(file) for file in (day.folder / code).glob("*.wav")} <= whole | late
    assert all(row["evaluation"] in told[ANALYSTS[1]][0] for row in touched)

    async def found() -> bool:
        return {fact["recording"] for fact in facts(day, "RecordingAmiss")} == {
            row["recording"] for row in touched
        }

    await until("both are findings at once, without a look at the folder", found)


async def test_what_was_touched_is_found_and_its_evaluation_is_void(day: QualityDay) -> None:
    amiss: dict[str, str] = {}
    for _ in range(12):  # what is younger than a minute is not looked at
        day.daemon.ccd("recording", "reconcile", "--by", MANAGER)
        amiss = {fact["recording"]: fact["what"] for fact in facts(day, "RecordingAmiss")}
        if len(amiss) == 2:
            break
        await asyncio.sleep(10)
    assert sorted(amiss.values()) == ["changed", "missing"]

    async def told() -> bool:
        return {fact["recording"] for fact in facts(day, "PickUnheard")} == set(amiss)

    await until("both picks are told to be unheard", told)
    assert {row["recording"] for row in evaluations(day, "\"state\" = 'void'")} == set(amiss)


async def test_they_are_scored_disputed_and_resolved(day: QualityDay) -> None:
    first, second = evaluations(day, '"analyst" = ? AND "state" = \'assigned\'', ANALYSTS[2])[:2]
    good = day.folder / "good.json"
    good.write_text(answers(day), "utf-8")
    poor = day.folder / "poor.json"
    poor.write_text(answers(day, greeted="no", right_answer=1), "utf-8")
    for row, file in ((first, good), (second, poor)):
        day.ccd("qa", "claim", row["evaluation"], "--by", ANALYSTS[2])
        other = day.daemon.ccd("qa", "claim", row["evaluation"], "--by", ANALYSTS[1], check=False)
        assert other.returncode == 4, "a second scorer is refused"
        day.ccd("qa", "score", row["evaluation"], "--by", ANALYSTS[2], "--answers", str(file))
    (good_row,) = evaluations(day, '"evaluation" = ?', first["evaluation"])
    (poor_row,) = evaluations(day, '"evaluation" = ?', second["evaluation"])
    assert (good_row["score"], good_row["state"]) == (100.0, "released")
    assert poor_row["score"] < 90
    agent = poor_row["person"]
    day.ccd("qa", "dispute", second["evaluation"], "--by", agent, "--reason", "我按规范问候了客户")
    day.ccd("qa", "claim", second["evaluation"], "--by", QA_MANAGER)
    amended = day.folder / "amended.json"
    amended.write_text(answers(day, right_answer=1), "utf-8")
    day.ccd(
        *("qa", "resolve", second["evaluation"], "--by", QA_MANAGER, "--outcome", "amended"),
        *("--reason", "录音中有问候", "--answers", str(amended)),
    )
    (resolved,) = evaluations(day, '"evaluation" = ?', second["evaluation"])
    assert (resolved["state"], resolved["outcome"]) == ("resolved", "amended")
    assert poor_row["score"] < resolved["score"] < 100


async def test_an_agent_sees_pass_or_fail_and_no_more(day: QualityDay) -> None:
    (row, *_) = evaluations(day, "\"state\" = 'released'")
    seen = day.ccd("qa", "show", row["evaluation"], "--by", row["person"])
    assert "answers" not in json.dumps(seen)
    assert "100" not in json.dumps({name: seen[name] for name in seen if name not in ("id", "evaluation")})


async def test_a_closing_that_was_slept_through_is_made_up_for_and_can_be_drawn_again(
    day: QualityDay,
) -> None:
    """ccd is stopped, and started a day later by its clock: topped up, frozen, the seed published."""
    today = day.ccd("qa", "sample")["day"]
    before = {row["unit"] for row in evaluations(day)}
    await asyncio.to_thread(day.daemon.stop)
    clock = FakeTime(day.folder)
    clock.jump("+1d")
    day.daemon.environment |= clock.environment
    await asyncio.to_thread(day.daemon.start)

    async def frozen() -> bool:
        return bool(facts(day, "SeedRevealed"))

    await until("the day is closed", frozen, 60)
    picks = day.ccd("qa", "sample", today)["picks"]
    assert before <= {pick["unit"] for pick in picks}, "a pick is never taken back"
    unheard = {fact["unit"] for fact in facts(day, "PickUnheard")}
    share = Counter(pick["person"] for pick in picks if pick["unit"] not in unheard)
    assert all(share[code] >= 3 for code in AGENTS), "for what cannot be heard the next steps in"
    assert differences(day, today) == []


async def test_a_row_changed_behind_our_back_is_a_difference(day: QualityDay) -> None:
    (pick, *_) = day.outside.rows('SELECT "unit", "day" FROM "conversation" WHERE "picked" != ?', "")
    picked, of = pick["unit"], pick["day"]
    with contextlib.closing(sqlite3.connect(day.daemon.state / "ccd.sqlite", timeout=10)) as store, store:
        store.execute('UPDATE "conversation" SET "rank" = ? WHERE "unit" = ?', ("f" * 16, picked))
    assert picked in {one["unit"] for one in differences(day, of)}
