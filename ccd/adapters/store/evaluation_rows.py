"""Which columns of its row in ``evaluation`` a fact of scoring sets. The facts themselves are the history.

``until``: of the claim while one holds it, then of the time in which it may be disputed. ``due``: by when it
is to be scored, then by when a dispute is to be resolved. ``finished`` is set when nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from ccd.adapters.store.batch import Batch
from ccd.events import scoring as facts

__all__ = ["evaluation_row"]

_COLUMNS: dict[type[facts.EvaluationFact], tuple[str, dict[str, Any]]] = {
    facts.EvaluationOpened: (
        "unit pbx call recording person team queue stratum sample reason of form chance talk_s offset_s",
        {"state": "assigned", "analyst": ""},
    ),
    facts.EvaluationAssigned: ("analyst due", {}),
    facts.EvaluationClaimed: ("analyst form version until", {"state": "claimed"}),
    facts.ClaimEnded: ("", {"state": "assigned", "until": None}),
    facts.EvaluationScored: (
        "analyst form version answers score passed edition scored=at",
        {"state": "scored", "until": None},
    ),
    facts.EvaluationHeld: ("", {"state": "held"}),
    facts.EvaluationReexamined: ("score passed outcome", {"state": "scored"}),
    facts.EvaluationReleased: ("score passed released=at until=dispute_until", {"state": "released"}),
    facts.EvaluationDisputed: ("due", {"state": "disputed"}),
    facts.EvaluationResolved: ("score passed outcome", {"state": "resolved"}),
    facts.EvaluationVoided: ("outcome=why", {"state": "void", "until": None}),
    facts.ChanceFixed: ("chance", {}),
    facts.EvaluationClosed: ("finished=at", {}),
}
_AMENDING = (facts.EvaluationReexamined, facts.EvaluationResolved)
"""Whose answers take the place of those before, where they have any."""

Read = tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]


def _reader(columns: str, fixed: dict[str, Any]) -> Read:
    pairs = [column.partition("=") for column in columns.split()]
    names = ("evaluation", *(name for name, _, _ in pairs), *fixed)
    fields = [field or name for name, _, field in pairs]
    values = tuple(fixed.values())
    return names, lambda fact: (fact.evaluation, *(attrgetter(field)(fact) for field in fields), *values)


_READERS: dict[type[facts.EvaluationFact], Read] = {
    kind: _reader(columns, fixed) for kind, (columns, fixed) in _COLUMNS.items()
}


def evaluation_row(fact: facts.EvaluationFact, batch: Batch) -> None:
    """Facts that change no column, such as what was noted of coaching, set none."""
    reader = _READERS.get(type(fact))
    if reader is None:
        return
    names, values_of = reader
    values = values_of(fact)
    if isinstance(fact, facts.EvaluationOpened):
        names = (*names, "opened", "day")
        values = (*values, fact.at, fact.day.isoformat() if fact.day else "")
    if isinstance(fact, _AMENDING) and fact.answers:
        names, values = (*names, "answers"), (*values, fact.answers)
    batch.put("evaluation", names, values, 1)
