"""docs/threat-calls.md and the runbooks name what is there: commands, settings, codes, the shipped times."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from ccd.cli.root import app
from ccd.config import Settings
from ccd.incidents.readiness import checks
from tests.floor import Floor

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs/threat-calls.md").read_text("utf-8")
RUNBOOKS = sorted((ROOT / "docs/runbooks").glob("*.md"))
OPERATIONS = GUIDE.partition("<!-- section: Operations -->")[2].partition("<!-- end: Operations -->")[0]


def commands(text: str) -> set[tuple[str, ...]]:
    """``ccd incident show --json`` -> (incident, show)."""
    found = re.findall(r"`ccd ([a-z][a-z-]*(?: [a-z][a-z-]*){0,2})", text)
    return {tuple(line.split()) for line in found}


def is_command(words: tuple[str, ...]) -> bool:
    group: Any = typer.main.get_command(app)
    for word in words:
        known = getattr(group, "commands", None)
        if known is None:
            return True  # an argument, such as the ladder of a drill
        if word not in known:
            return False
        group = known[word]
    return not hasattr(group, "commands")


@pytest.mark.parametrize("path", [ROOT / "docs/threat-calls.md", *RUNBOOKS], ids=lambda path: path.stem)
def test_every_command_that_is_named_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [words for words in commands(text) if not is_command(words)] == []


def test_the_test_of_commands_knows_one_that_is_not() -> None:
    assert not is_command(("incident", "vanish"))
    assert not is_command(("incident",))
    assert is_command(("incident", "show"))
    assert commands("say `ccd incident close --outcome x` or `ccd drill threat --fast`") == {
        ("incident", "close"),
        ("drill", "threat"),
    }


def test_the_minutes_are_those_of_the_shipped_settings() -> None:
    threat = Settings().policies.incidents.ladders["threat"]
    _, manager, management = threat.rungs
    for seconds in (
        manager.after_s,
        management.after_s,
        threat.arrive_within_s - threat.warn_before_s,
        threat.arrive_within_s,
    ):
        minutes, rest = divmod(int(seconds), 60)
        assert f" {minutes}:{rest:02d} " in OPERATIONS
    assert (threat.police, threat.arrive_role) == ("call", "operations_manager")


@pytest.mark.parametrize("key", ["number", "second_trunk", "proved_on", "proved_second_on", "proof_days"])
def test_every_setting_of_the_police_that_is_told_to_set_exists(key: str) -> None:
    assert f"`police.{key}`" in OPERATIONS
    assert hasattr(Settings().policies.incidents.police, key)


def test_what_readiness_asks_for_is_told_in_the_documents() -> None:
    told = (ROOT / "docs/metrics.md").read_text("utf-8")
    floor = Floor()
    for fault in checks(floor.world, floor.at, {}):
        assert f"`{fault.check}`" in told


def test_the_codes_that_are_told_are_those_of_the_dialplan() -> None:
    plan = (ROOT / "config/asterisk/extensions-ccd.conf").read_text("utf-8")
    features = (ROOT / "config/asterisk/features-ccd.conf").read_text("utf-8")
    for code in ("*87", "*88"):
        assert f"`{code}`" in OPERATIONS
        assert f"exten => {code},1" in plan
    assert "`*9`" in OPERATIONS
    assert "ccd-threat => *9,self," in features
    reports = (ROOT / "config/asterisk/extensions-ccd-incidents.conf").read_text("utf-8")
    for digit, ladder in re.findall(r"`\*88(\d)` (\w+)", OPERATIONS):
        assert f"exten => {digit},1,Gosub(ccd-report-now,s,1({ladder}))" in reports
