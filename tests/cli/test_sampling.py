"""`ccd qa` about the draw, beside a store and without a daemon: what was drawn, why, and drawn again."""

from __future__ import annotations

import asyncio
import csv
import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from ccd import events as e
from ccd.adapters.control import RefusedError
from ccd.adapters.quality_reading import Seeds
from ccd.adapters.store import Store
from ccd.commands_quality import QualityCommands
from ccd.config import StoreSettings
from ccd.events.quality import ConversationSeen
from ccd.events.sampling import CallPicked, DayFrozen
from ccd.sampling.draw import seed_digest
from tests.cli.real import Home
from tests.handlers import sampling_scene
from tests.handlers.sampling_scene import PEOPLE, SamplingScene, local, seed_of, talk

TOML = """
[daemon]
language = "en"
timezone = "Asia/Shanghai"
[pbx.main]
secret = "x"
"""
CLOSED, NEXT, OPEN = "2026-03-02", "2026-03-03", "2026-03-04"
DAY = local(f"{CLOSED} 12:00").date()
A_HOUR = timedelta(hours=1)
NO_SHORT = {"short": {"enabled": False}}


def three_days() -> SamplingScene:
    """Two are closed, the third goes on; each agent has eight conversations a day, one of them too short."""
    scene = SamplingScene(local("2026-03-01 12:00"), default_rate=0.3, minimum=2, extra=NO_SHORT)
    for day in (CLOSED, NEXT, OPEN):
        begins = local(f"{day} 08:00")
        scene.run(to=begins)
        for n in range(8):
            scene.hear(
                *(
                    talk(begins + n * A_HOUR, person, talk_s=180 if n else 5, pbx=pbx, n=n)
                    for person, pbx in (("2000", "main"), ("2001", "main"), ("2002", "second"))
                )
            )
            scene.run(to=begins + n * A_HOUR + timedelta(minutes=30))
    return scene


@pytest.fixture(scope="module")
def scene() -> SamplingScene:
    return three_days()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, scene: SamplingScene) -> Home:
    home = Home(tmp_path_factory.mktemp("sampling"))
    home.configure(TOML)
    asyncio.run(stored(home.state, scene.facts))
    return home


async def stored(folder: Path, facts: list[e.Event]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    store = await Store.open(StoreSettings(), folder)
    await store.replace_roster(e.RosterReplaced(at=facts[0].at, version="1", people=PEOPLE, by="test"))
    store.enqueue([fact for fact in facts if not isinstance(fact, e.RosterReplaced)])
    assert await store.close(10.0) == 0


@pytest.fixture
def spoilt(tmp_path: Path, scene: SamplingScene) -> Iterator[tuple[Home, sqlite3.Connection]]:
    """A store of its own, to change behind ccd's back."""
    home = Home(tmp_path)
    home.configure(TOML)
    asyncio.run(stored(home.state, scene.facts))
    with sqlite3.connect(home.state / "ccd.sqlite") as connection:
        yield home, connection
    connection.close()


def told(home: Home, *arguments: str, code: int = 0) -> Any:
    run = home.ccd("qa", *arguments, "--json")
    assert run.returncode == code, run.stderr
    return json.loads(run.stdout)


def said(home: Home, *arguments: str, lang: str = "en", code: int = 0) -> str:
    run = home.ccd("qa", *arguments, "--lang", lang)
    assert run.returncode == code, run.stderr
    return str(run.stdout or run.stderr)


# --- what was picked --------------------------------------------------------------------------------------


def test_the_sample_of_a_day_is_every_pick_with_reason_and_the_chance_that_counts(
    home: Home, scene: SamplingScene
) -> None:
    found = told(home, "sample", CLOSED)
    drawn = {row["unit"]: row["reason"] for row in found["picks"] if row["sample"] == "probability"}
    on = {one.unit for one in scene.population(DAY)}
    assert found["closed"]
    assert drawn == {unit: reason for unit, reason in scene.picks().items() if unit in on}
    strata = scene.only(DayFrozen, day=DAY).strata
    for row in found["picks"]:
        if row["sample"] == "probability":
            assert row["chance"] == strata[row["stratum"]][3]
    assert (found["picks"][0]["evaluation"], found["picks"][0]["heard"]) == (None, True)


def test_it_can_be_had_of_one_agent_and_in_chinese(home: Home) -> None:
    people = {row["person"] for row in told(home, "sample", CLOSED, "--agent", "2001")["picks"]}
    assert people == {"2001"}
    assert "抽中" in said(home, "sample", CLOSED, lang="zh_CN")
    assert "nothing was picked" in said(home, "sample", "2025-01-01")


def test_no_output_has_a_callers_number(home: Home) -> None:
    for arguments in (("sample", CLOSED), ("population", CLOSED), ("plan", CLOSED), ("seed", CLOSED)):
        run = home.ccd("qa", *arguments, "--json")
        assert "02012345678" not in run.stdout


def test_the_plan_tells_thresholds_and_the_digest_that_was_published(home: Home) -> None:
    found = told(home, "plan", CLOSED)
    assert found["strata"] == "agent"
    assert found["minimum"] == 2
    assert found["thresholds"][""] == 0.3
    assert found["committed"] == [seed_digest(seed_of(DAY))]
    text = said(home, "plan", CLOSED)
    assert "(all others)" in text
    assert found["committed"][0] in text
    assert "no plan" in said(home, "plan", "2025-01-01")


@pytest.mark.parametrize("day", ["today", "yesterday", "tomorrow"])
@pytest.mark.parametrize("what", ["sample", "plan"])
def test_days_near_by_are_named_by_words(home: Home, what: str, day: str) -> None:
    ahead = {"yesterday": -1, "today": 0, "tomorrow": 1}[day]
    zone = ZoneInfo("Asia/Shanghai")
    meant = {datetime.now(zone).date() + timedelta(days=ahead)}
    text = said(home, what, day)
    meant.add(datetime.now(zone).date() + timedelta(days=ahead))
    assert any(f"{one}" in text for one in meant)


def test_a_seed_is_shown_once_its_day_is_closed_and_not_before(home: Home) -> None:
    closed, still_open = (told(home, "seed", day)["days"][0] for day in (CLOSED, OPEN))
    assert closed["committed"][0]["digest"] == seed_digest(closed["seed"])
    assert (still_open["seed"], len(still_open["committed"])) == ("", 1)
    assert "secret" in said(home, "seed", OPEN)
    assert seed_of(local(f"{OPEN} 12:00").date()) not in said(home, "seed", "2026-03")


# --- why --------------------------------------------------------------------------------------------------


def test_why_tells_stratum_rank_and_chance_of_picked_and_of_others(home: Home, scene: SamplingScene) -> None:
    picks = scene.picks()
    for member in scene.population(DAY):
        (found,) = told(home, "why", member.unit)["conversations"]
        assert (found["rank"], found["stratum"], found["eligible"]) == (
            member.rank,
            member.person,
            member.eligible,
        )
        assert [one["reason"] for one in found["picks"] if one["sample"] == "probability"] == (
            [picks[member.unit]] if member.unit in picks else []
        )
        assert (found["chance"] is None) == bool(member.eligible)


def test_a_call_explains_itself_by_its_id_too(home: Home, scene: SamplingScene) -> None:
    member = scene.population(DAY)[0]
    found = told(home, "why", member.call)["conversations"]
    assert member.unit in {one["unit"] for one in found}


def test_why_speaks_both_languages(home: Home, scene: SamplingScene) -> None:
    members = scene.population(DAY)
    short = next(one for one in members if one.eligible == "too_short" and not one.picked)
    assert "cannot be: too short" in said(home, "why", short.unit)
    assert "时长过短" in said(home, "why", short.unit, lang="zh_CN")
    drawn = next(one for one in members if one.picked == "threshold")
    assert "picked: drawn at once" in said(home, "why", drawn.unit)


@pytest.mark.parametrize("name", ["nothing", "'; DROP TABLE conversation; --", "../../etc/passwd", "0" * 20])
def test_what_nobody_knows_is_told_so(home: Home, name: str) -> None:
    assert name in said(home, "why", name, code=1)


# --- drawing it again -------------------------------------------------------------------------------------


@pytest.mark.parametrize("period", [CLOSED, NEXT])
def test_a_closed_day_is_drawn_again_the_same_without_a_daemon(home: Home, period: str) -> None:
    (row,) = told(home, "verify", period)["days"]
    assert (row["state"], row["closed"], row["population"]) == ("ok", True, 24)
    assert "drawn again, the same" in said(home, "verify", period)
    assert "复核一致" in said(home, "verify", period, lang="zh_CN")


def test_a_week_and_a_month_are_verified_day_by_day(home: Home) -> None:
    """The third day's seed is secret: only a daemon could draw it, and none runs."""
    week = told(home, "verify", "2026-W10", code=3)["days"]
    assert [row["state"] for row in week[:3]] == ["ok", "ok", "secret"]
    month = told(home, "verify", "2026-03", code=3)["days"]
    assert len(month) == 31
    assert "only the daemon can" in said(home, "verify", OPEN, code=3)


@pytest.mark.parametrize(
    "text", ["2026-W54", "2026-13", "2026-02-30", "last week", "2026-3-2", "", "0000-01"]
)
def test_what_is_no_period_is_refused(home: Home, text: str) -> None:
    assert "no period" in said(home, "verify", text, code=2)


def test_what_has_not_begun_is_refused(home: Home) -> None:
    assert "not begun" in said(home, "verify", "9998-01", code=2)


CHANGES = {
    "one is taken out": ("DELETE FROM conversation WHERE unit = :drawn", {"member", "digest", "population"}),
    "one is given to another": ("UPDATE conversation SET person = '2001' WHERE unit = :other", {"stratum"}),
    "one is made ineligible": (
        "UPDATE conversation SET eligible = 'held' WHERE unit = :drawn",
        {"not_drawn", "eligible"},
    ),
    "a rank is lowered": ("UPDATE conversation SET rank = '0000000000000000' WHERE unit = :other", {"rank"}),
    "a pick is taken back": (
        "DELETE FROM shift_event WHERE event = 'CallPicked' AND subject = :drawn",
        {"not_picked"},
    ),
    "a pick is made another's": (
        "UPDATE shift_event SET data = replace(data, :drawn, :other) WHERE subject = :drawn",
        {"not_drawn", "not_picked"},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_afterwards_is_found(
    spoilt: tuple[Home, sqlite3.Connection], scene: SamplingScene, change: str
) -> None:
    home, connection = spoilt
    members = scene.population(DAY)
    mine = [one for one in members if one.person == "2000"]
    drawn = next(one.unit for one in mine if one.picked in ("threshold", "minimum"))
    other = next(one.unit for one in mine if one.unit not in scene.picks() and not one.eligible)
    sql, kinds = CHANGES[change]
    connection.execute(sql, {"drawn": drawn, "other": other})
    connection.commit()
    (row,) = told(home, "verify", CLOSED, code=1)["days"]
    assert kinds <= {one["kind"] for one in row["differences"]}
    assert "differences" in said(home, "verify", CLOSED, code=1)
    assert "不符" in said(home, "verify", CLOSED, lang="zh_CN", code=1)


# --- by anyone, from files --------------------------------------------------------------------------------


@pytest.fixture
def files(home: Home, tmp_path: Path) -> tuple[Path, Path, str]:
    """(population, plan, seed) of the closed day, as they would be handed to somebody."""
    population, plan = tmp_path / "population.csv", tmp_path / "plan.json"
    said(home, "population", CLOSED, "--csv", str(population))
    plan.write_text(home.ccd("qa", "plan", CLOSED, "--json").stdout, "utf-8")
    return population, plan, told(home, "seed", CLOSED)["days"][0]["seed"]


@pytest.fixture
def stranger(tmp_path: Path) -> Home:
    """Somebody who has neither settings nor a store."""
    (tmp_path / "stranger").mkdir()
    return Home(tmp_path / "stranger")


def drawn_by(home: Home, files: tuple[Path, Path, str], *paths: Path, code: int = 0) -> Any:
    population, plan, seed = files
    given = [str(path) for path in paths or (population,)]
    return told(home, "draw", *given, "--seed", seed, "--plan", str(plan), code=code)


def test_anyone_draws_the_same_from_the_files(
    files: tuple[Path, Path, str], stranger: Home, scene: SamplingScene
) -> None:
    found = drawn_by(stranger, files)
    frozen = scene.only(DayFrozen, day=DAY)
    assert (found["digest"], found["population"], found["picked"]) == (
        frozen.digest,
        frozen.population,
        frozen.picked,
    )
    on = {row["unit"] for row in csv.DictReader(files[0].read_text("utf-8-sig").splitlines())}
    assert found["picks"] == {unit: why for unit, why in scene.picks().items() if unit in on}


def test_pbxs_apart_and_together_draw_the_same(
    files: tuple[Path, Path, str], stranger: Home, tmp_path: Path
) -> None:
    whole = files[0].read_text("utf-8-sig").splitlines(keepends=True)
    parts = []
    for pbx in ("main", "second"):
        part = tmp_path / f"{pbx}.csv"
        part.write_text("".join([whole[0], *(line for line in whole[1:] if f",{pbx}," in line)]), "utf-8")
        parts.append(part)
    assert drawn_by(stranger, files, *reversed(parts)) == drawn_by(stranger, files)


def test_json_serves_as_well_as_csv(
    home: Home, files: tuple[Path, Path, str], stranger: Home, tmp_path: Path
) -> None:
    other = tmp_path / "population.json"
    other.write_text(home.ccd("qa", "population", CLOSED, "--json").stdout, "utf-8")
    assert drawn_by(stranger, files, other) == drawn_by(stranger, files)


def test_a_file_that_was_changed_or_another_seed_is_found(
    files: tuple[Path, Path, str], stranger: Home
) -> None:
    population, plan, seed = files
    other = drawn_by(stranger, (population, plan, "0" * 64), code=1)
    assert [one["kind"] for one in other["differences"]] == ["seed"]
    lines = population.read_text("utf-8-sig").splitlines(keepends=True)
    population.write_text("".join(lines[:-1]), "utf-8")
    cut = drawn_by(stranger, (population, plan, seed), code=1)
    assert [one["kind"] for one in cut["differences"]] == ["digest"]


BAD_FILES = {
    "empty": b"",
    "no header": b"a,b\r\n1,2\r\n",
    "not text": b"\xff\xfe\x00x",
    "a torn quote": b'unit,person,queue,team,eligible,rank\r\n"x,1,2,3,4,5\r\n',
    "no unit": b"unit,person,queue,team,eligible,rank\r\n,1,2,3,4,5\r\n",
    "broken JSON": b'{"members": [',
    "other JSON": b'{"members": [{"unit": 5}]}',
}


@pytest.mark.parametrize("bad", BAD_FILES)
def test_a_file_that_is_no_population_is_named(
    files: tuple[Path, Path, str], stranger: Home, tmp_path: Path, bad: str
) -> None:
    path = tmp_path / "bad"
    path.write_bytes(BAD_FILES[bad])
    given = ("draw", str(path), "--seed", files[2], "--plan", str(files[1]))
    assert str(path) in said(stranger, *given, code=2)
    given = ("draw", str(files[0]), "--seed", files[2], "--plan", str(path))
    assert str(path) in said(stranger, *given, code=2)


def test_one_told_in_two_ways_is_named(files: tuple[Path, Path, str], stranger: Home, tmp_path: Path) -> None:
    lines = files[0].read_text("utf-8-sig").splitlines(keepends=True)
    other = tmp_path / "other.csv"
    unit, person, rest = lines[1].split(",", 2)
    other.write_text(lines[0] + f"{unit},{person}9,{rest}", "utf-8")
    given = ("draw", str(files[0]), str(other), "--seed", files[2], "--plan", str(files[1]))
    assert unit in said(stranger, *given, code=1)


@pytest.mark.parametrize("seed", ["", "x", "0" * 63, "G" * 64, "A" * 64])
def test_what_is_no_seed_is_refused(files: tuple[Path, Path, str], stranger: Home, seed: str) -> None:
    given = ("draw", str(files[0]), "--seed", seed, "--plan", str(files[1]))
    assert "64 hex digits" in said(stranger, *given, code=2)


# --- while the seed is secret -----------------------------------------------------------------------------


async def asked(store: Store, folder: Path, day: str) -> Any:
    commands = QualityCommands(world=None, store=store, seeds=Seeds(folder))  # type: ignore[arg-type]
    return await commands.table()["sampling_verify"]({"day": day})


async def test_the_daemon_draws_an_open_day_again_and_keeps_its_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = Seeds(tmp_path)
    seed = seeds.of(DAY, may_make=True)
    monkeypatch.setattr(sampling_scene, "seed_of", lambda of, _: seeds.of(of, may_make=False))
    scene = SamplingScene(local("2026-03-01 12:00"), default_rate=0.5)
    scene.run(to=local(f"{CLOSED} 08:00"))
    scene.hear(*(talk(scene.at + n * timedelta(minutes=1), n=n) for n in range(20)))
    scene.run(3600)
    await stored(tmp_path, scene.facts)
    store = await Store.open(StoreSettings(), tmp_path)
    reply = await asked(store, tmp_path, CLOSED)
    assert (reply["differences"], reply["closed"], reply["population"]) == ([], False, 20)
    assert reply["digest"] == seed_digest(seed)
    assert seed not in json.dumps(reply)
    one = scene.of(ConversationSeen)[0]
    await store.commit([msgspec.structs.replace(one, rank="0" * 16)])
    kinds = [found["kind"] for found in (await asked(store, tmp_path, CLOSED))["differences"]]
    assert kinds == ["rank"]
    await store.close()


@pytest.mark.parametrize("day", ["", "today", "2026-02-30", "2026-03-02'; --", "0"])
async def test_what_is_no_day_is_refused_by_the_daemon(tmp_path: Path, day: str) -> None:
    store = await Store.open(StoreSettings(), tmp_path)
    with pytest.raises(RefusedError, match="day"):
        await asked(store, tmp_path, day)
    await store.close()


async def test_a_day_that_was_never_planned_and_a_lost_secret_are_refused(tmp_path: Path) -> None:
    store = await Store.open(StoreSettings(), tmp_path)
    with pytest.raises(RefusedError, match=r"quality\.key: is gone"):
        await asked(store, tmp_path, CLOSED)
    Seeds(tmp_path).of(DAY, may_make=True)
    with pytest.raises(RefusedError, match="no plan"):
        await asked(store, tmp_path, CLOSED)
    await store.close()


def test_who_steps_in_after_the_closing_is_drawn_again_too(stranger: Home, tmp_path: Path) -> None:
    scene = SamplingScene(local("2026-03-01 12:00"), default_rate=0.3, minimum=2)
    scene.run(to=local(f"{CLOSED} 08:00"))
    scene.hear(*(talk(scene.at + n * timedelta(minutes=1), n=n) for n in range(12)))
    scene.run(to=local(f"{NEXT} 06:00"))
    gone = next(one for one in scene.of(CallPicked) if one.sample == "probability")
    told_of = {"pbx": gone.pbx, "call": gone.call, "recording": gone.recording, "path": "", "size": 0}
    scene.take(e.RecordingMeasured(at=scene.at, state="missing", sha256="", **told_of))
    assert "substitute" in scene.picks().values()
    home = Home(tmp_path)
    home.configure(TOML)
    asyncio.run(stored(home.state, scene.facts))
    assert told(home, "verify", CLOSED)["days"][0]["state"] == "ok"
    plan, population = tmp_path / "plan.json", tmp_path / "population.csv"
    plan.write_text(home.ccd("qa", "plan", CLOSED, "--json").stdout, "utf-8")
    said(home, "population", CLOSED, "--csv", str(population))
    seed = told(home, "seed", CLOSED)["days"][0]["seed"]
    assert drawn_by(stranger, (population, plan, seed))["picks"] == scene.picks()
    assert "cannot be heard" in said(home, "sample", CLOSED)


@pytest.mark.parametrize("which", ["zzz", "1795336199", "call", "0123456789abcdef"])
def test_what_is_neither_a_unit_nor_a_call_is_not_asked_for(home: Home, which: str) -> None:
    assert "neither a unit nor a call" in said(home, "ask-for", which, "--by", "1", "--reason", "x", code=2)
