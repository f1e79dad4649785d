"""The daemon's life in one process: what ends it, and what it says then."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from ccd.app import App
from ccd.config import Settings


def settings(folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "daemon": {"state_dir": str(folder)},
            "agi": {"enabled": False},
            "metrics": {"port": 0},
            "pbx": {"main": {"port": 1, "secret": "x"}},
        }
    )


async def test_a_part_that_dies_of_a_defect_ends_the_whole_as_a_failure(tmp_path: Path) -> None:
    """Half alive is worse than started again; what can be written is written, and the exit is no success."""
    app = App(settings(tmp_path), None)

    def started(app: App) -> None:
        def fails() -> None:
            raise ZeroDivisionError

        app.parts.clock._scan = fails  # type: ignore[method-assign]

    with pytest.raises(RuntimeError, match="a defect of its own"):
        async with asyncio.timeout(20):
            await app.serve(started)
    assert not (tmp_path / "control.sock").exists()


async def test_it_takes_its_hands_off_the_signals_when_it_ends(tmp_path: Path) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    app = App(settings(tmp_path), None)
    async with asyncio.timeout(20):
        await app.serve(App.stop)
    assert {number: signal.getsignal(number) for number in before} == before


async def test_a_reload_is_refused_once_it_is_stopping(tmp_path: Path) -> None:
    app = App(settings(tmp_path), None)
    said = []

    async def reload() -> None:
        said.append(await app.reload())

    def started(app: App) -> None:
        app.stop()
        app._jobs.add(asyncio.create_task(reload()))

    async with asyncio.timeout(20):
        await app.serve(started)
    assert said == ["ccd is stopping"]
