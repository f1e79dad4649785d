"""A busy day as a plan: who comes, pauses and goes, who calls and how each call would like to go.

Pure: the same settings and start give the same plan, piece by piece and without end. Times are epoch seconds.
The day is the centre's own: people are on duty at whatever hour it starts.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ccd.config import SimulatorSettings

__all__ = ["REASONS", "Act", "Call", "callers", "duty", "mean_talk_s", "odd_calls"]

WARM_UP_S = 3600.0
"""The day has run for so long when the simulator goes live."""

RUSH_S = 40.0
"""So long before going live callers come in a rush, so that some wait."""

WRAP_UP_S = 10
RING_S = 18.0
WAVE_S = 900.0
"""Calls come in waves of a quarter of an hour."""

_REASONS = (
    # reason, weight, shortest and longest in minutes
    ("restroom", 30, 3, 6),
    ("break", 24, 5, 12),
    ("meal", 14, 25, 40),
    ("paperwork", 14, 4, 12),
    ("training", 9, 15, 30),
    ("meeting", 6, 10, 25),
    ("coaching", 3, 8, 15),
)
REASONS = tuple(reason for reason, *_ in _REASONS)


class Act(NamedTuple):
    at: float
    do: str  # login | logout | pause | unpause
    reason: str = ""


class Call(NamedTuple):
    """``talk_s`` ends the talk, by the caller or by the agent; a hold or a transfer happens on the way."""

    at: float
    kind: str  # queue | direct | internal
    number: str
    name: str
    to: str
    """The number dialled."""
    who: str
    """The phone that dials; empty for somebody outside."""
    patience_s: float
    talk_s: float
    caller_ends: bool
    hold_at: float
    """Seconds into the talk; 0 for no hold."""
    hold_s: float
    transfer: str  # "" | blind | attended
    transfer_to: str


def duty(seed: int, interface: str, start: float, pausing: str = "") -> Iterator[Act]:
    """One agent's comings, pauses and goings from ``start`` on.

    With ``pausing``, a reason, the agent is in that pause when the day goes live, so that every kind of
    pause can be seen from the first moment.
    """
    rng = random.Random(f"{seed}:duty:{interface}")
    at = start if pausing or rng.random() < 0.92 else start + rng.uniform(60, 1500)
    stint = rng.uniform(60, 3300)
    if pausing:
        yield Act(start, "login")
        yield Act(start + WARM_UP_S - rng.uniform(30, 240), "pause", pausing)
        at = start + WARM_UP_S + rng.uniform(60, 600)
        yield Act(at, "unpause")
        at += stint
        yield Act(at, "logout")
        at += rng.uniform(600, 1800)
    while True:
        yield Act(at, "login")
        for _ in range(rng.randint(3, 6)):
            at += stint
            reason, _, least, most = rng.choices(_REASONS, [weight for _, weight, _, _ in _REASONS])[0]
            yield Act(at, "pause", reason)
            at += rng.uniform(least * 60, most * 60)
            yield Act(at, "unpause")
            stint = rng.uniform(1200, 3600)
        at += stint
        yield Act(at, "logout")
        at += rng.uniform(600, 1800)


def mean_talk_s(settings: SimulatorSettings, in_queues: int) -> float:
    """Talks as long as keep the agents of the queues busy, within what is natural: 15 s to 4 min."""
    if settings.calls_per_hour == 0 or in_queues == 0:
        return 120.0
    handled = 0.9 * 0.57 * in_queues * 3600 / settings.calls_per_hour
    return min(max(handled - WRAP_UP_S - 5, 15.0), 240.0)


def callers(
    settings: SimulatorSettings, numbers: Sequence[str], phones: Sequence[str], start: float, rush: int
) -> Iterator[Call]:
    """Calls from outside. ``numbers`` lead into the queues, ``phones`` are the agents' own extensions."""
    if settings.calls_per_hour == 0 or not numbers:
        return
    rng = random.Random(f"{settings.seed}:callers")
    talk_s = mean_talk_s(settings, len(phones))
    live = start + WARM_UP_S
    rushing = iter(sorted(live - rng.uniform(1, RUSH_S) for _ in range(rush)))
    next_rush = next(rushing, math.inf)
    for at in _arrivals(rng, settings.calls_per_hour / 3600, start, live):
        while next_rush <= at:
            yield _call(rng, next_rush, "queue", rng.choice(numbers), talk_s, phones, patience_s=90)
            next_rush = next(rushing, math.inf)
        if rng.random() < 0.07:
            yield _call(rng, at, "direct", rng.choice(phones), talk_s, phones)
        else:
            yield _call(rng, at, "queue", rng.choice(numbers), talk_s, phones)


def odd_calls(settings: SimulatorSettings, phones: Sequence[str], start: float) -> Iterator[Call]:
    """Calls between agents, one for every fifteen from outside."""
    if settings.calls_per_hour == 0 or len(phones) < 2:
        return
    rng = random.Random(f"{settings.seed}:odd")
    for at in _arrivals(rng, settings.calls_per_hour / 15 / 3600, start, start):
        who, to = rng.sample(range(len(phones)), 2)
        call = _call(rng, at, "internal", phones[to], 25.0, phones, patience_s=12)
        yield call._replace(who=f"PJSIP/{phones[who]}", transfer="")


def _arrivals(rng: random.Random, per_second: float, start: float, crest: float) -> Iterator[float]:
    """A Poisson stream whose rate swings by half about its mean, with a crest at ``crest``."""
    at = start
    while True:
        at += rng.expovariate(per_second * 1.5)
        rate = 1 + 0.5 * math.cos(2 * math.pi * (at - crest) / WAVE_S)
        if rng.random() < rate / 1.5:
            yield at


def _call(
    rng: random.Random,
    at: float,
    kind: str,
    to: str,
    talk_s: float,
    phones: Sequence[str],
    patience_s: float = 0.0,
) -> Call:
    talk = min(max(rng.lognormvariate(math.log(talk_s) - 0.18, 0.6), 4.0), 1200.0)
    if not patience_s:
        patience_s = rng.uniform(2, 12) if rng.random() < 0.06 else 15 + rng.expovariate(1 / 110)
    holds = rng.random() < 0.15
    chance = rng.random()
    transfer = "blind" if chance < 0.05 else "attended" if chance < 0.09 else ""
    return Call(
        at=at,
        kind=kind,
        number=f"1{rng.randint(3, 9)}{rng.randint(0, 9)}0000{rng.randint(0, 9999):04d}",
        name=rng.choice("王李张刘陈杨赵黄") + rng.choice(("先生", "女士")) if rng.random() < 0.3 else "",
        to=to,
        who="",
        patience_s=patience_s,
        talk_s=talk,
        caller_ends=rng.random() < 0.6,
        hold_at=talk * rng.uniform(0.2, 0.5) if holds else 0.0,
        hold_s=min(rng.uniform(8, 45), talk * 0.4),
        transfer=transfer,
        transfer_to=rng.choice(phones) if phones else "",
    )
