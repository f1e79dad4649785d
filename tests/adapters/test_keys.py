"""Keys that only this ccd has: one for all who ask, however many do at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ccd.adapters.keys import own_key

MANY = 16


@pytest.mark.parametrize("there", [False, True], ids=["at first", "when it is there"])
def test_threads_that_ask_at_once_have_the_same_key_and_leave_nothing_behind(
    tmp_path: Path, there: bool
) -> None:
    """As verification and the draw do in one daemon."""
    path = tmp_path / "some.key"
    known = {own_key(path)} if there else set()
    for _ in range(20):
        start = threading.Barrier(MANY)

        def ask(start: threading.Barrier = start) -> bytes:
            start.wait()
            return own_key(path)

        with ThreadPoolExecutor(MANY) as pool:
            keys = {one.result() for one in [pool.submit(ask) for _ in range(MANY)]}
        known |= keys
        assert len(keys) == 1
        if not there:
            path.unlink()
    assert len(known) == (1 if there else 20)
    assert {file.name for file in tmp_path.iterdir()} <= {"some.key"}
