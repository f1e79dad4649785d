"""How long the session waits before it tries again."""

from __future__ import annotations

import random

import pytest

from ccd.adapters.ami.backoff import delay_s
from ccd.adapters.ami.counts import Cut


def longest(failures: int, cap: float = 10.0, why: Cut = Cut.REFUSED) -> float:
    rng = random.Random(7)
    return max(delay_s(failures, why, cap, rng) for _ in range(2000))


def test_waits_grow_with_every_failure_up_to_the_limit() -> None:
    tops = [longest(failures) for failures in range(1, 9)]
    assert tops[:5] == sorted(tops[:5])
    assert [round(top, 1) for top in tops] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


@pytest.mark.parametrize("failures", [1, 5, 50, 10_000])
def test_waits_stay_bounded_for_ever(failures: int) -> None:
    assert longest(failures, cap=3.0) <= 3.0


def test_waits_are_spread_over_the_whole_range() -> None:
    rng = random.Random(7)
    waits = [delay_s(6, Cut.CLOSED, 10.0, rng) for _ in range(1000)]
    assert min(waits) < 1.0
    assert max(waits) > 9.0


def test_a_refused_login_is_never_hammered() -> None:
    rng = random.Random(7)
    waits = [delay_s(failures, Cut.LOGIN_REFUSED, 10.0, rng) for failures in range(1, 200)]
    assert 30.0 <= min(waits) < max(waits) <= 60.0
