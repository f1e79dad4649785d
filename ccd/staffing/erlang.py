"""Queues of calls by the formulas of Erlang B, C and A. Pure; stable for thousands of agents.

``load`` is in erlangs: calls in an interval times their handling time, by the interval. Erlang C takes it
that everybody waits for as long as it takes, and so asks for more people than needed; Erlang A that callers
hang up after ``patience_s`` on average (exponential). Sources: Cooper, Introduction to Queueing Theory, 2nd
ed., 3.3 and 3.4 (B, C); Mandelbaum and Zeltyn, The Palm/Erlang-A Queue (2005), sections 3 and 4 (A); Baccelli
and Hebuterne (1981) for the time waited.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, exp, inf, log
from typing import NamedTuple

__all__ = [
    "MOST_LOAD",
    "Queue",
    "erlang_b",
    "erlang_c",
    "load_of",
    "queue",
    "required_agents",
    "service_level",
    "with_shrinkage",
]

MOST_LOAD = 5_000.0
"""Erlangs; more than any floor has. A load beyond is a typing error."""
SMALLEST_TERM = 1e-17
"""A term of the sum this small beside the sum adds nothing to it."""
STEPS_A_SERVICE = 20
MOST_STEPS = 20_000


class Queue(NamedTuple):
    """How a queue does with so many agents, in the long run; shares of 1.

    ``waiting``: of the callers who do not get through at once. ``service_level``: of those offered who are
    answered within the target. ``abandoned``: of those who hang up first. ``occupancy``: of an agent's time
    that is spent on calls.
    """

    waiting: float
    service_level: float
    abandoned: float
    occupancy: float


def load_of(calls: float, aht_s: float, interval_s: float) -> float:
    """Erlangs."""
    return calls * aht_s / interval_s


def erlang_b(agents: int, load: float) -> float:
    """The share of callers who find every agent busy, where nobody can wait."""
    if load <= 0:
        return 0.0 if agents else 1.0
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """The share of callers who have to wait, where everybody does; 1 where the queue grows without end."""
    if load <= 0:
        return 0.0 if agents else 1.0
    if agents <= load:
        return 1.0
    blocked = erlang_b(agents, load)
    return blocked / (1 - load / agents * (1 - blocked))


def service_level(agents: int, calls: float, aht_s: float, interval_s: float, target_s: float) -> float:
    """By Erlang C: the share of calls answered within ``target_s``."""
    return queue(agents, calls, aht_s, interval_s, target_s).service_level


@lru_cache(maxsize=8192)
def queue(
    agents: int, calls: float, aht_s: float, interval_s: float, target_s: float, patience_s: float = 0.0
) -> Queue:
    """``patience_s`` 0: nobody ever hangs up (Erlang C). Without calls all is well."""
    load = load_of(calls, aht_s, interval_s)
    if load <= 0:
        return Queue(0.0, 1.0, 0.0, 0.0)
    if agents <= 0:
        return Queue(1.0, 0.0, 1.0 if patience_s > 0 else 0.0, 1.0)
    if patience_s > 0:
        return _erlang_a(agents, load, aht_s, target_s, patience_s)
    waiting = erlang_c(agents, load)
    late = waiting * exp(-(agents - load) * target_s / aht_s) if agents > load else 1.0
    return Queue(waiting, 1 - late, 0.0, min(load / agents, 1.0))


def _erlang_a(agents: int, load: float, aht_s: float, target_s: float, patience_s: float) -> Queue:
    serving, leaving, coming = agents / aht_s, 1 / patience_s, load / aht_s
    blocked = erlang_b(agents, load)
    log_sum = _log_sum(coming, serving, leaving)
    if blocked <= 0.0:  # so few calls that a float has no number for it
        return Queue(0.0, 1.0, 0.0, load / agents)
    behind = log((1 - blocked) / blocked) - log_sum if blocked < 1 else -inf
    waiting = 1 / (1 + exp(behind)) if behind < 700 else 0.0
    busy = load / agents
    abandoned = max(waiting * (1 + (exp(-log_sum) - 1) / busy), 0.0)
    within = serving * _answered_by(target_s, coming, serving, leaving, log_sum)
    level = min(max(1 - waiting + waiting * within, 0.0), 1.0)
    return Queue(waiting, level, min(abandoned, 1.0), min(busy * (1 - abandoned), 1.0))


def _log_sum(coming: float, serving: float, leaving: float) -> float:
    """The logarithm of the sum over j of coming^j / ((serving + leaving) … (serving + j leaving)).

    The sum itself may be larger than any float.
    """
    largest = log_term = 0.0
    total, j = 1.0, 0  # the sum is total * exp(largest)
    while True:
        j += 1
        ratio = coming / (serving + j * leaving)
        log_term += log(ratio)
        if log_term > largest:
            total = total * exp(largest - log_term) + 1.0
            largest = log_term
        else:
            term = exp(log_term - largest)
            total += term
            if ratio < 1 and term / (1 - ratio) < SMALLEST_TERM * total:
                return largest + log(total)


def _answered_by(target_s: float, coming: float, serving: float, leaving: float, log_sum: float) -> float:
    """The density of the time until an agent is free for somebody who waits, times the share that still
    waits then, integrated from 0 to ``target_s`` (Simpson's rule); by the sum of which we have the logarithm.
    """
    if target_s <= 0:
        return 0.0

    def density(x: float) -> float:
        exponent = coming / leaving * (1 - exp(-leaving * x)) - (serving + leaving) * x - log_sum
        return exp(exponent) if exponent > -700 else 0.0

    fastest = max(serving, coming) + leaving
    steps = 2 * ceil(min(max(STEPS_A_SERVICE * target_s * fastest, 100), MOST_STEPS) / 2)
    width = target_s / steps
    inner = sum((4 if n % 2 else 2) * density(n * width) for n in range(1, steps))
    return (density(0.0) + inner + density(target_s)) * width / 3


@lru_cache(maxsize=8192)
def required_agents(
    calls: float,
    aht_s: float,
    interval_s: float,
    *,
    level: float,
    target_s: float,
    patience_s: float = 0.0,
    max_occupancy: float = 1.0,
) -> int:
    """The fewest agents with whom the share ``level`` (under 1) of calls is answered within ``target_s`` and
    nobody is busy for more than ``max_occupancy`` of their time; 0 without calls. Raises ValueError for a
    load beyond ``MOST_LOAD``.
    """
    load = load_of(calls, aht_s, interval_s)
    if load <= 0:
        return 0
    if load > MOST_LOAD:
        raise ValueError(f"{load:.0f} erlangs are more than any floor has; correct calls or handling time")

    def enough(agents: int) -> bool:
        found = queue(agents, calls, aht_s, interval_s, target_s, patience_s)
        return found.service_level >= level and found.occupancy <= max_occupancy

    few, many = 0, 1  # few is not enough
    while not enough(many):
        few, many = many, many * 2
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return many


def with_shrinkage(agents: int, shrinkage: float) -> int:
    """So many must be planned that this many are at their phones: the share ``shrinkage`` of paid time goes
    to meals, breaks, training, leave and illness.
    """
    return ceil(agents / (1 - shrinkage) - 1e-9)
