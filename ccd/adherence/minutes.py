"""The minutes of a timeline, for showing it. Nothing is reckoned with them: what counts are seconds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from ccd.adherence.actual import moment, second
from ccd.adherence.judging import Interval

__all__ = ["Minute", "minutes"]


class Minute(NamedTuple):
    """``state`` is the one that fills most of it, of equals the first; "" where mostly nothing is told."""

    since: datetime
    state: str


def minutes(timeline: Iterable[Interval]) -> tuple[Minute, ...]:
    """From the full minute in which the timeline begins to the one in which it ends."""
    filled: dict[int, dict[str, int]] = {}
    for one in timeline:
        since, until = second(one.since), second(one.until)
        for start in range(since - since % 60, until, 60):
            seconds = min(until, start + 60) - max(since, start)
            states = filled.setdefault(start, {})
            states[one.state] = states.get(one.state, 0) + seconds
    if not filled:
        return ()
    return tuple(
        Minute(moment(start), _most(filled.get(start, {})))
        for start in range(min(filled), max(filled) + 60, 60)
    )


def _most(states: dict[str, int]) -> str:
    with_nothing = states | {"": 60 - sum(states.values())}
    return max(with_nothing, key=lambda state: with_nothing[state])
