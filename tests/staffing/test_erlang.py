"""Erlang B, C and A: published values, what must hold between them, and the ends of their range."""

from __future__ import annotations

from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.staffing.erlang import (
    MOST_LOAD,
    erlang_b,
    erlang_c,
    load_of,
    queue,
    required_agents,
    service_level,
    with_shrinkage,
)

agents_ = st.integers(1, 600)
loads = st.floats(0.01, 500)
patience = st.floats(5, 3600)


# --- published values ---


@pytest.mark.parametrize(
    ("lines", "blocked", "load"),
    [
        (1, 0.01, 0.0101),
        (2, 0.01, 0.153),
        (5, 0.01, 1.36),
        (10, 0.01, 4.46),
        (20, 0.01, 12.0),
        (50, 0.01, 37.9),
        (100, 0.01, 84.1),
        (5, 0.05, 2.22),
        (10, 0.05, 6.22),
        (20, 0.05, 15.2),
        (10, 0.10, 7.51),
    ],
)
def test_the_traffic_table_of_erlang_b(lines: int, blocked: float, load: float) -> None:
    """The table of every textbook: lines, grade of service, erlangs (Rappaport, Wireless Communications, 2nd
    ed., table 3.4, and the ITU-D Teletraffic Engineering Handbook). It has three figures.
    """
    found = (erlang_b(lines, load * 0.995), erlang_b(lines, load * 1.005))
    assert found[0] <= blocked * 1.001
    assert found[1] >= blocked * 0.999


@pytest.mark.parametrize(
    ("agents", "calls", "aht_s", "waiting", "occupancy"),
    [
        (14, 100, 180, 0.174, 0.714),  # callcentrehelper.com, "Erlang C Formula", its easy example
        (55, 360, 240, 0.239, 0.873),  # mitan.co.uk, "The Erlang-C Formula", step by step
    ],
)
def test_worked_examples_of_half_an_hour(
    agents: int, calls: float, aht_s: float, waiting: float, occupancy: float
) -> None:
    found = queue(agents, calls, aht_s, 1800, 20)
    assert found.waiting == pytest.approx(waiting, abs=0.0006)
    assert found.occupancy == pytest.approx(occupancy, abs=0.0006)


def test_the_first_of_these_answers_888_of_1000_in_time() -> None:
    assert service_level(14, 100, 180, 1800, 20) == pytest.approx(0.888, abs=0.0006)


def test_the_first_of_these_needs_fourteen_and_twenty_with_shrinkage() -> None:
    needed = required_agents(100, 180, 1800, level=0.8, target_s=20)
    assert needed == 14
    assert with_shrinkage(needed, 0.3) == 20
    assert with_shrinkage(needed, 0.25) == 19
    assert with_shrinkage(needed, 0) == 14


def test_erlang_a_of_the_call_centre_of_mandelbaum_and_zeltyn() -> None:
    """The Palm/Erlang-A Queue (2005), section 1: 48 calls a minute, 1 minute each, patience 2 minutes, 50
    agents: 3.1 % abandon; without it (Erlang C) the same agents serve them all, at a wait of 20.8 s.
    """
    found = queue(50, 48, 60, 60, 0, 120)
    assert found.abandoned == pytest.approx(0.031, abs=0.001)
    assert found.occupancy == pytest.approx(0.93, abs=0.005)
    assert queue(50, 48, 60, 60, 0).occupancy == 0.96
    assert erlang_c(50, 48) * 60 / (50 - 48) == pytest.approx(20.8, abs=0.1)


# --- identities ---


@given(st.integers(1, 40), st.floats(0.01, 60))
def test_erlang_b_is_its_definition(agents: int, load: float) -> None:
    total = sum(load**n / factorial(n) for n in range(agents + 1))
    assert erlang_b(agents, load) == pytest.approx(load**agents / factorial(agents) / total, rel=1e-9)


@given(agents_, loads)
def test_erlang_b_follows_its_recursion(agents: int, load: float) -> None:
    before = erlang_b(agents - 1, load)
    assert erlang_b(agents, load) == pytest.approx(load * before / (agents + load * before), rel=1e-12)


@given(agents_, loads)
def test_erlang_c_comes_of_b(agents: int, load: float) -> None:
    if agents <= load:
        assert erlang_c(agents, load) == 1.0
    else:
        b = erlang_b(agents, load)
        assert erlang_c(agents, load) == pytest.approx(agents * b / (agents - load * (1 - b)), rel=1e-9)


@given(st.integers(2, 300), st.floats(0.05, 0.97), st.floats(30, 900), st.floats(0, 120))
def test_with_endless_patience_a_is_c(agents: int, busy: float, aht_s: float, target_s: float) -> None:
    calls = agents * busy * 1800 / aht_s
    endless = queue(agents, calls, aht_s, 1800, target_s, 1e9)
    plain = queue(agents, calls, aht_s, 1800, target_s)
    assert endless.waiting == pytest.approx(plain.waiting, abs=2e-4)
    assert endless.service_level == pytest.approx(plain.service_level, abs=2e-4)
    assert endless.abandoned < 1e-4
    assert endless.occupancy == pytest.approx(plain.occupancy, abs=1e-4)


def test_erlang_a_is_the_birth_and_death_process_it_stands_for() -> None:
    """Against the states themselves, and the waits as a queue is left one by one."""
    agents, coming, serving, leaving, target = 5, 0.05, 1 / 120, 1 / 90, 20.0
    weights = [1.0]
    for n in range(1, 400):
        out = min(n, agents) * serving + max(n - agents, 0) * leaving
        weights.append(weights[-1] * coming / out)
    total = sum(weights)
    shares = [one / total for one in weights]
    waiting = sum(shares[agents:])
    queued = sum((n - agents) * share for n, share in enumerate(shares) if n > agents)
    found = queue(agents, coming * 1800, 120, 1800, target, 90)
    assert found.waiting == pytest.approx(waiting, rel=1e-9)
    assert found.abandoned == pytest.approx(leaving * queued / coming, rel=1e-9)
    assert found.service_level == pytest.approx(_answered(shares, agents, serving, leaving, target), abs=1e-4)


def _answered(
    shares: list[float], agents: int, serving: float, leaving: float, target: float, steps: int = 20_000
) -> float:
    """Those who find an agent free, and those whose turn comes in time: the place in the queue is followed
    from step to step, with the caller's own patience.
    """
    places = shares[agents : agents + 80]
    answered, width = sum(shares[:agents]), target / steps
    for _ in range(steps):
        after = [0.0] * len(places)
        for ahead, share in enumerate(places):
            forward = (agents * serving + ahead * leaving) * width
            gone = leaving * width
            if ahead == 0:
                answered += share * forward
            else:
                after[ahead - 1] += share * forward
            after[ahead] += share * (1 - forward - gone)
        places = after
    return answered


# --- what more agents and more patience do ---


@given(st.integers(1, 400), loads, patience, st.floats(0, 120))
def test_one_agent_more_never_makes_it_worse(agents: int, load: float, wait: float, target: float) -> None:
    calls = load * 10
    for patience_s in (0.0, wait):
        few, more = (queue(n, calls, 180, 1800, target, patience_s) for n in (agents, agents + 1))
        assert more.service_level >= few.service_level - 1e-6
        assert more.waiting <= few.waiting + 1e-9
        assert more.abandoned <= few.abandoned + 1e-9
        assert more.occupancy <= few.occupancy + 1e-9


@given(st.integers(1, 400), loads, patience, st.floats(0, 120))
def test_every_figure_is_a_share(agents: int, load: float, wait: float, target: float) -> None:
    for patience_s in (0.0, wait):
        assert all(0 <= one <= 1 for one in queue(agents, load * 10, 180, 1800, target, patience_s))


@given(st.integers(1, 400), loads, patience)
def test_who_is_served_and_who_hangs_up_are_all(agents: int, load: float, wait: float) -> None:
    found = queue(agents, load * 10, 180, 1800, 20, wait)
    assert found.occupancy * agents == pytest.approx(load * (1 - found.abandoned), rel=1e-6, abs=1e-9)


@given(st.floats(0.1, 3000), st.floats(30, 900), st.floats(0.5, 0.99), st.floats(0.5, 1), patience)
def test_the_required_are_enough_and_one_less_is_not(
    calls: float, aht_s: float, level: float, most: float, wait: float
) -> None:
    if load_of(calls, aht_s, 1800) > 500:
        return
    for patience_s in (0.0, wait):
        asked = {"level": level, "target_s": 20.0, "patience_s": patience_s, "max_occupancy": most}
        needed = required_agents(calls, aht_s, 1800, **asked)
        found = queue(needed, calls, aht_s, 1800, 20.0, patience_s)
        assert found.service_level >= level
        assert found.occupancy <= most
        fewer = queue(needed - 1, calls, aht_s, 1800, 20.0, patience_s)
        assert fewer.service_level < level or fewer.occupancy > most


@given(st.floats(1, 2000), patience)
def test_who_hangs_up_needs_no_agent(calls: float, wait: float) -> None:
    """Erlang C asks for as many or more than Erlang A."""
    plain = required_agents(calls, 180, 1800, level=0.8, target_s=20)
    assert required_agents(calls, 180, 1800, level=0.8, target_s=20, patience_s=wait) <= plain


# --- the ends ---


@pytest.mark.parametrize("patience_s", [0.0, 120.0])
def test_without_calls_nobody_is_needed_and_all_is_well(patience_s: float) -> None:
    assert queue(0, 0, 180, 1800, 20, patience_s) == queue(3, 0, 180, 1800, 20, patience_s) == (0, 1, 0, 0)
    assert required_agents(0, 180, 1800, level=0.8, target_s=20, patience_s=patience_s) == 0


def test_without_agents_nobody_is_answered() -> None:
    assert queue(0, 10, 180, 1800, 20).service_level == 0
    assert queue(0, 10, 180, 1800, 20, 60).abandoned == 1
    assert (erlang_b(0, 5), erlang_c(0, 5)) == (1, 1)


def test_one_agent_is_the_queue_of_one() -> None:
    assert erlang_c(1, 0.6) == pytest.approx(0.6)
    assert queue(1, 6, 180, 1800, 20).service_level == pytest.approx(1 - 0.6 * exp(-0.4 * 20 / 180))


@pytest.mark.parametrize("agents", [9, 10])
def test_where_the_load_is_as_large_as_the_floor_everybody_waits_for_ever(agents: int) -> None:
    found = queue(agents, 100, 180, 1800, 20)
    assert (found.waiting, found.service_level, found.occupancy) == (1, 0, 1)
    assert queue(agents, 100, 180, 1800, 20, 120).service_level > 0, "unless some hang up"


@pytest.mark.parametrize("load", [0.001, 480, 499, 500, 700, MOST_LOAD])
def test_five_hundred_agents_are_no_strain(load: float) -> None:
    for patience_s in (0.0, 5.0, 3600.0):
        assert all(0 <= one <= 1 for one in queue(500, load * 10, 180, 1800, 20, patience_s))


def test_a_load_beyond_any_floor_is_refused() -> None:
    with pytest.raises(ValueError, match="erlangs"):
        required_agents(MOST_LOAD * 11, 180, 1800, level=0.8, target_s=20)
