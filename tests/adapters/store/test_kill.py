"""SIGKILL at any moment: what was acknowledged is there, and the next daemon starts as if nothing were."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import sqlite3
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.config import StoreSettings
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import later, sample

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["ccd.adapters.store.sqlite", "tests.adapters.store.samples"])


def arrivals_until_killed(state_dir: Path, first: int, acknowledge: Connection) -> None:
    """Ordinary facts and durable ones as fast as they go; says the number of each commit when it is done."""

    async def run() -> None:
        store = await Store.open(StoreSettings(), state_dir)
        for number in range(first, first + 1_000_000):
            store.enqueue([sample(e.CallHeld, at=later(number), call=str(number))])
            await store.commit([sample(e.PersonArrived, at=later(number), person=str(number))])
            acknowledge.send(number)

    asyncio.run(run())


def killed_once(place: Place, first: int, after_s: float) -> int:
    """Returns the last number acknowledged, or ``first - 1`` where none was."""
    ours, theirs = _forks.Pipe(duplex=False)
    child = _forks.Process(target=arrivals_until_killed, args=(place.state_dir, first, theirs))
    child.start()
    theirs.close()
    last: int = ours.recv()
    child.join(after_s)
    assert child.pid is not None
    os.kill(child.pid, 9)
    child.join()
    try:
        while True:
            last = ours.recv()
    except EOFError:
        return last


@pytest.mark.parametrize("rounds", [20, pytest.param(400, marks=pytest.mark.soak)])
def test_no_acknowledged_commit_is_lost(sqlite_place: Place, rounds: int) -> None:
    chance = random.Random(20260302)
    acknowledged: set[int] = set()
    first = 0
    for _ in range(rounds):
        last = killed_once(sqlite_place, first, chance.random() * 0.15)
        acknowledged.update(range(first, last + 1))
        first = last + 1000
    with sqlite3.connect(sqlite_place.file) as database:
        kept = {int(person) for (person,) in database.execute("SELECT person FROM presence_event")}
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(acknowledged) >= rounds
    assert acknowledged <= kept
