"""Analysts at work on a simulated centre: some calls passed, one failed, and that one disputed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.e2e.daemon import Daemon

__all__ = ["DISPUTED", "PASSED", "SETTINGS", "judge"]

SETTINGS = """
[policies.sampling]
look_s = 1
min_s = 0
default_rate = 1.0
[policies.scoring]
second_look_share = 0.0
abnormal_least = 200
"""
"""Whatever was recorded is picked, and what is scored is released at once."""
PASSED, DISPUTED = 3, 1


def judge(daemon: Daemon, folder: Path) -> None:
    """As soon as there are calls enough."""
    manager = next(one["code"] for one in _people(daemon) if one["role"] == "qa_manager")
    found = _assigned(daemon, manager, PASSED + DISPUTED)
    for row in found[:PASSED]:
        _score(daemon, row, _answers(daemon, folder / "good.json"))
    failed = found[PASSED]
    _score(daemon, failed, _answers(daemon, folder / "poor.json", not_rude="no"))
    daemon.ccd("qa", "dispute", failed["evaluation"], "--by", failed["person"], "--reason", "not so")


def _people(daemon: Daemon) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = json.loads(daemon.ccd("roster", "show", "--json").stdout)["people"]
    return people


def _assigned(daemon: Daemon, manager: str, wanted: int) -> list[dict[str, Any]]:
    end = time.monotonic() + 120
    while True:
        told = daemon.ccd("qa", "list", "--by", manager, "--state", "assigned", "--json").stdout
        found: list[dict[str, Any]] = [row for row in json.loads(told)["evaluations"] if row["analyst"]]
        if len(found) >= wanted:
            return found[:wanted]
        assert time.monotonic() < end, f"{wanted} evaluations were not assigned: {found}"
        time.sleep(1)


def _answers(daemon: Daemon, file: Path, **other: str) -> Path:
    """The best of every question of the form in force, but for these."""
    form = json.loads(daemon.ccd("qa", "form", "show", "--json").stdout)
    best = {
        question["name"]: "yes" if question["kind"] == "yes_no" else max(question["options"])
        for section in form["section"]
        for question in section["question"]
    }
    file.write_text(json.dumps(best | other), "utf-8")
    return file


def _score(daemon: Daemon, row: dict[str, Any], answers: Path) -> None:
    daemon.ccd("qa", "score", row["evaluation"], "--by", row["analyst"], "--answers", str(answers))
