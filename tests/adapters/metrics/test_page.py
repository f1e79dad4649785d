"""The page as Prometheus reads it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from ccd.adapters.metrics.components import TABLES
from tests.adapters.metrics.parts import Configured, Parts
from tests.adapters.metrics.sites import full_floor, ready_floor, series
from tests.pbx.root import in_ci
from tests.promtool import PromtoolMissingError, check_metrics, promtool

DOCS = Path(__file__).parents[3] / "docs" / "metrics.md"


async def test_every_count_that_is_read_is_kept_by_the_real_part(tmp_path: Path) -> None:
    async with Parts(ready_floor(), tmp_path) as parts:
        assert set(parts) == set(TABLES)
        for kind, part in parts.items():
            missing = [row.attribute for row in TABLES[kind] if not hasattr(part, row.attribute)]
            assert missing == [], kind


async def test_what_the_parts_count_is_on_the_page(tmp_path: Path) -> None:
    floor = ready_floor()
    async with Parts(floor, tmp_path):
        floor.wait(3)
        assert floor.value("ccd_ami_silence_seconds", pbx="main") == pytest.approx(3, abs=0.01)
        assert floor.value("ccd_ami_cuts_total", pbx="main", reason="silent") == 1
        assert floor.value("ccd_ami_connected", pbx="main") == 0
        assert floor.value("ccd_agi_requests_total", result="accepted") == 1
        assert floor.value("ccd_store_healthy") == 1
        assert floor.value("ccd_config_valid") == 1
        assert floor.value("ccd_input_lag_seconds_bucket", le="0.005") == 1
        assert floor.value("ccd_input_lag_seconds_bucket", le="0.0025") == 0
        assert floor.value("ccd_input_lag_seconds_bucket", le="+Inf") == 1
        assert floor.value("ccd_inbox_limit") == 200_000
        assert floor.value("ccd_spool_bytes") == 0
        assert floor.value("ccd_unsaved") == 0
        assert floor.value("ccd_notify_delivered_total", means="email") == 1
        assert floor.value("ccd_notify_given_up_total", means="webhook") == 1
        health = floor.metrics.health()
    assert health["store"]["healthy"] is True
    assert health["ami"]["main"]["silent_s"] == pytest.approx(3, abs=0.01)
    assert health["config"] == {"valid": True, "error": ""}
    assert health["safekeeping"] == {"spool_bytes_used": 0, "unsaved": 0}


def test_a_bad_configuration_shows_as_not_valid() -> None:
    floor = ready_floor()
    part = Configured()
    part.config_fault = "ccd.toml: agi.port: not a number"
    floor.metrics.watch("config", "", part)
    assert floor.value("ccd_config_valid") == 0
    assert floor.metrics.health()["config"] == {"valid": False, "error": part.config_fault}


def test_a_session_made_anew_replaces_the_old_one_and_one_ended_is_gone() -> None:
    class Counts:
        reconnects = 3

    floor = ready_floor()
    floor.metrics.watch("ami", "main", object())
    floor.metrics.watch("ami", "main", Counts())
    assert floor.value("ccd_ami_reconnects_total", pbx="main") == 3
    floor.metrics.unwatch("ami", "main")
    assert floor.value("ccd_ami_reconnects_total", pbx="main") is None


async def test_promtool_has_nothing_to_say(tmp_path: Path) -> None:
    try:
        promtool()
    except PromtoolMissingError as error:
        if in_ci():
            raise
        pytest.skip(str(error))
    floor = full_floor(40, 2, 3, 5)
    floor.pause("PJSIP/2000", "queue 0", reason='a"b\\c\nd')
    async with Parts(floor, tmp_path):
        text = await floor.metrics.exposition()
    assert check_metrics(text) == ""
    assert check_metrics(text + b"# TYPE ccd_bad counter\nccd_bad 1\n") != ""


async def test_the_documentation_lists_exactly_what_is_exposed(tmp_path: Path) -> None:
    floor = full_floor(40, 2, 3, 5)
    async with Parts(floor, tmp_path):
        text = (await floor.metrics.exposition()).decode()
    exposed = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ccd_")}
    documented = set(re.findall(r"^\| `(ccd_[a-z_]+)`", DOCS.read_text("utf-8"), re.MULTILINE))
    assert documented == exposed


async def test_a_scrape_lets_the_loop_turn_between_two_families() -> None:
    floor = full_floor(40, 2, 3, 5)
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(turn())
    text = (await floor.metrics.exposition()).decode()
    other.cancel()
    assert turns >= text.count("# TYPE ") - 1


async def test_two_scrapes_at_once_give_the_same_page() -> None:
    floor = full_floor(40, 2, 3, 5)
    await floor.metrics.exposition()
    one, two = await asyncio.gather(floor.metrics.exposition(), floor.metrics.exposition())

    def ours(text: bytes) -> list[str]:
        return [line for line in series(text.decode()) if line.startswith("ccd_")]

    assert ours(one) == ours(two)
