"""docs/sampling.md is exact enough to draw again by: the program in it does so, without ccd."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ccd.config_sampling import SamplingSettings
from ccd.sampling.draw import TOO_LATE, close
from ccd.sampling.eligible import REASONS
from ccd.sampling.extras import KINDS
from tests.sampling.population import SEED, member, members

TEXT = (Path(__file__).parent.parent.parent / "docs" / "sampling.md").read_text("utf-8")
PROGRAM = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
EVERYBODY = (
    *members(40, "2000"),
    *members(5, "2001"),
    member("中文", "班长", queue="", team="甲组"),
    member("x", "2001", eligible="empty"),
    member("y", "2001", eligible=TOO_LATE),
)


@pytest.mark.parametrize("strata", ["agent", "agent_queue", "queue", "team"])
@pytest.mark.parametrize("lost", [0, 2])
def test_the_program_in_the_documentation_draws_the_same(strata: str, lost: int, tmp_path: Path) -> None:
    assert PROGRAM is not None
    thresholds = {"": 0.1, "2000": 0.15, "A": 0.05}
    findings = sorted(close(EVERYBODY, SEED, thresholds, 2, strata).picks)[:lost]
    expected = close(EVERYBODY, SEED, thresholds, 2, strata, findings)
    plan: dict[str, Any] = {"strata": strata, "minimum": 2, "thresholds": thresholds, "findings": findings}
    (tmp_path / "redraw.py").write_text(PROGRAM[1], "utf-8")
    (tmp_path / "plan.json").write_text(json.dumps(plan), "utf-8")
    told = {"members": [msgspec.to_builtins(one) for one in EVERYBODY]}
    (tmp_path / "population.json").write_text(json.dumps(told), "utf-8")
    arguments = ["redraw.py", "plan.json", "population.json", SEED]
    run = subprocess.run(
        [sys.executable, "-I", *arguments], cwd=tmp_path, capture_output=True, check=True, encoding="utf-8"
    )
    picks, digest = json.loads(run.stdout)
    assert picks == expected.picks
    assert digest == expected.digest


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_why_not_is_explained(reason: str) -> None:
    assert f"`{reason}`" in TEXT


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("minimum", "`minimum` (1)"),
        ("monthly_target", "`monthly_target` of 12"),
        ("min_s", "`min_s` (20)"),
        ("max_s", "`max_s` (0"),
        ("cover_s", "`cover_s` (5)"),
        ("default_rate", "`default_rate` (0.01)"),
        ("extra_per_agent_day", "`extra_per_agent_day` (2)"),
        ("look_s", "every 15 s (`look_s`)"),
        ("close_after_minutes", "30 minutes past midnight (`close_after_minutes`)"),
        ("plan_hours_before", "6 hours before midnight (`plan_hours_before`)"),
    ],
)
def test_the_defaults_that_are_named_are_those_in_force(name: str, shown: str) -> None:
    assert shown in TEXT
    assert f"{getattr(SamplingSettings(), name):g}" in shown


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_extra_pick_is_named(kind: str) -> None:
    assert f"`{kind}`" in TEXT
