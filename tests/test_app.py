"""The daemon's life in one process: what ends it, and what it says then."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from ccd.adapters import clock, steady
from ccd.app import App
from ccd.config import Settings, load
from ccd.simulator import Simulator


def settings(folder: Path, port: int = 1) -> Settings:
    return Settings.model_validate(
        {
            "daemon": {"state_dir": str(folder)},
            "agi": {"enabled": False},
            "metrics": {"port": 0},
            "web": {"port": 0},
            "pbx": {"main": {"port": port, "username": "ccd", "secret": "simulator"}},
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


async def test_a_reload_takes_the_broker_at_once_and_the_spool_at_the_next_start(
    tmp_path: Path,
) -> None:
    file = tmp_path / "ccd.toml"
    first = (
        f'[daemon]\nstate_dir = "{tmp_path}"\n[agi]\nenabled = false\n[metrics]\nport = 0\n[web]\nport = 0\n'
        '[pbx.main]\nport = 1\nsecret = "simulator"\n'
    )
    file.write_text(first, "utf-8")
    app = App(load(file), file)
    said = []

    async def reload() -> None:
        file.write_text(
            first + '[mqtt]\nhost = "127.0.0.1"\nport = 1\n[store]\nspool_file = "other.spool"\n', "utf-8"
        )
        said.append(await app.reload())
        await until(lambda: bool(app.parts.incidents.notifiers.mqtt_error))
        app.stop()

    with capture_logs() as logged:
        async with asyncio.timeout(20):
            await app.serve(lambda app: app._jobs.add(asyncio.create_task(reload())))
    assert said == [""]
    assert (tmp_path / "ccd.spool").exists()
    assert not (tmp_path / "other.spool").exists()
    assert [line["section"] for line in logged if line["event"] == "restart_needed"] == ["store"]


async def test_the_hour_that_a_lasting_step_of_the_clock_leaves_out_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wall clock is set an hour ahead and stays there: nobody was ready, or talking, for that hour."""
    own, hour = steady.Steady(), 3600.0
    monkeypatch.setattr(steady, "STEADY", own)
    monkeypatch.setattr(clock, "STEADY", own)
    monkeypatch.setattr(steady, "GRACE_S", 0.1)
    simulator = Simulator(day=False)
    app = App(settings(tmp_path, await simulator.start()), None)
    serving = asyncio.create_task(app.serve(lambda app: None))
    try:
        await until(lambda: hasattr(app, "parts") and synced(app))
        monkeypatch.setattr(
            steady, "time", SimpleNamespace(**vars(time) | {"time": lambda: time.time() + hour})
        )
        await until(lambda: own.now().timestamp() > time.time() + hour / 2)
        await until(lambda: not synced(app))
        await until(lambda: synced(app))
    finally:
        app.stop()
        await serving
        await simulator.stop()
    with sqlite3.connect(tmp_path / "ccd.sqlite") as store:
        [blind] = store.execute("SELECT began, ended FROM blind_interval WHERE why = 'clock'").fetchall()
        states = store.execute('SELECT state, "end" - "begin" FROM agent_interval WHERE "end" IS NOT NULL')
        lengths = {state: length / 1e6 for state, length in states}
    assert (blind[1] - blind[0]) / 1e6 == pytest.approx(hour, abs=30)
    assert lengths["unknown"] == pytest.approx(hour, abs=30)
    assert all(length < 60 for state, length in lengths.items() if state != "unknown")


def synced(app: App) -> bool:
    pbx = app.parts.world.pbxs.get("main")
    return pbx is not None and pbx.synced


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)
