"""Our own time runs evenly whatever the wall clock does, and agrees with it in the end."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.adapters import steady
from ccd.adapters.steady import GRACE_S, Steady

HOUR = 3600.0
START = 1_800_000_000.0


class Clocks:
    """A machine's clocks, and a daemon that looks at them every second."""

    def __init__(self) -> None:
        self.real = 0.0
        self.wall = START
        self.leaps: list[float] = []
        with self.patched():
            self.steady = Steady()

    def patched(self) -> AbstractContextManager[object]:
        time = SimpleNamespace(time=lambda: self.wall)
        return mock.patch.multiple(steady, time=time, boottime=lambda: self.real)

    def jump(self, seconds: float) -> None:
        self.wall += seconds

    def run(self, seconds: float, every: float = 1.0) -> None:
        end = self.real + seconds
        while self.real < end - 1e-6:
            self.real += every
            self.wall += every
            with self.patched():
                if leap := self.steady.look():
                    self.leaps.append(leap)
                    self.steady.step(leap)

    @property
    def now(self) -> datetime:
        with self.patched():
            return self.steady.now()

    @property
    def ahead(self) -> float:
        """Of the wall clock, in seconds."""
        return (self.now - datetime.fromtimestamp(self.wall, UTC)).total_seconds()


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 24 * HOUR, -24 * HOUR])
def test_a_jump_that_is_mended_soon_leaves_no_trace(jump: float) -> None:
    clocks = Clocks()
    before = clocks.now
    clocks.jump(jump)
    clocks.run(GRACE_S - 60)
    assert clocks.now - before == timedelta(seconds=GRACE_S - 60)
    clocks.jump(-jump)
    clocks.run(2 * GRACE_S)
    assert clocks.now - before == timedelta(seconds=3 * GRACE_S - 60)
    assert clocks.leaps == []


def test_a_jump_forward_that_lasts_is_followed_in_one_leap() -> None:
    clocks = Clocks()
    clocks.jump(HOUR)
    clocks.run(GRACE_S + 5)
    assert clocks.leaps == [pytest.approx(HOUR)]
    assert clocks.ahead == pytest.approx(0, abs=1e-3)


def test_a_jump_back_that_lasts_is_followed_by_running_slower() -> None:
    clocks = Clocks()
    clocks.jump(-HOUR)
    clocks.run(GRACE_S)
    assert clocks.ahead == pytest.approx(HOUR)
    before = clocks.now
    clocks.run(1000)
    assert (clocks.now - before).total_seconds() == pytest.approx(900, abs=2)
    clocks.run(10 * HOUR)
    assert clocks.ahead == pytest.approx(0, abs=1e-3)
    assert clocks.leaps == []


@pytest.mark.parametrize("jump", [0.5, -0.5, 1.9, -1.9])
def test_a_small_step_is_followed_at_once_and_never_by_going_back(jump: float) -> None:
    clocks = Clocks()
    before = clocks.now
    clocks.jump(jump)
    clocks.run(1)
    assert clocks.now > before
    clocks.run(4)
    assert clocks.ahead == pytest.approx(0, abs=1e-3)


@given(st.lists(st.tuples(st.floats(-90_000, 90_000), st.integers(1, 900)), max_size=12))
def test_it_never_goes_back_and_never_leaps_unasked(story: list[tuple[float, int]]) -> None:
    clocks = Clocks()
    for jump, seconds in story:
        clocks.jump(jump)
        for _ in range(0, seconds, 30):
            before, leaps = clocks.now, len(clocks.leaps)
            clocks.run(30, every=5.0)
            passed = (clocks.now - before).total_seconds()
            assert passed > 0
            if len(clocks.leaps) == leaps:
                assert passed <= 30 + steady.JUMP_S
    clocks.run(GRACE_S + 10)
    assert clocks.ahead >= -1e-3, "what lasted is followed"
