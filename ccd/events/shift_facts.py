"""All facts about shifts and quality together, for storing them and for taking them up again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_

import msgspec

from ccd.events import (
    adherence,
    assessment,
    attendance,
    breaks,
    calibration,
    handover,
    leave,
    listening,
    meals,
    reports,
    retention,
    sampling,
    scoring,
)
from ccd.events.shifts import ShiftFact

__all__ = ["SHIFT_FACTS", "ShiftFacts", "shift_fact"]

_POLICIES = (
    *(adherence, attendance, breaks, handover, leave, meals, reports),
    *(assessment, calibration, listening, retention, sampling, scoring),
)
"""Their classes are found below."""


def _leaves(kind: type[ShiftFact]) -> Iterator[type[ShiftFact]]:
    """Classes that nothing is derived from: those that have facts."""
    children = kind.__subclasses__()
    if not children and not kind.__name__.endswith("Fact"):
        yield kind
    for child in children:
        yield from _leaves(child)


SHIFT_FACTS: tuple[type[ShiftFact], ...] = tuple(_leaves(ShiftFact))
ShiftFacts = reduce(or_, SHIFT_FACTS)
"""Any of them, for decoding."""
shift_fact = msgspec.json.Decoder(ShiftFacts).decode
"""One of them out of the JSON that the store keeps. Made once: that is what takes the time."""
