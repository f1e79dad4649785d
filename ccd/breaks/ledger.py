"""The breaks of a day as its facts tell them, with totals; for the ledger and whoever reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ccd.events import breaks as facts

__all__ = ["ledger"]

Row = dict[str, Any]


def ledger(told: Iterable[facts.BreakFact], names: Mapping[str, str]) -> Row:
    """``breaks``: each, those that go on without an end; ``refused``, ``absences`` (proposed); ``totals`` of
    all of them and ``by_reason``. What was waived is in the seconds, and not among the late.
    """
    told = list(told)
    ends = {one.of: one for one in told if isinstance(one, facts.BreakEnded)}
    waived = {one.of: one.why for one in told if isinstance(one, facts.BreakWaived)}
    breaks = [
        _break(one, ends.get(one.key), waived.get(one.key, ""), names)
        for one in told
        if isinstance(one, facts.BreakBegan)
    ]
    refused = [one for one in told if isinstance(one, facts.BreakRefused)]
    return {
        "breaks": breaks,
        "refused": [{**_what(one, names), "rule": one.rule, "enforced": one.enforced} for one in refused],
        "absences": [
            {**_what(one, names), "kind": one.kind, "seconds": one.seconds}
            for one in told
            if isinstance(one, facts.PauseIsAbsence)
        ],
        "by_reason": _by_reason(breaks),
        "totals": {**_totals(breaks), "refused": sum(one.enforced for one in refused)},
    }


def _by_reason(breaks: list[Row]) -> Row:
    found: dict[str, Row] = {}
    for row in breaks:
        total = found.setdefault(row["reason"], {"times": 0, "seconds": 0.0})
        total["times"] += 1
        total["seconds"] += row["seconds"]
    return found


def _totals(breaks: list[Row]) -> Row:
    return {
        "breaks": len(breaks),
        "seconds": sum(row["seconds"] for row in breaks),
        "productive_s": sum(row["seconds"] for row in breaks if row["productive"]),
        "over_s": sum(row["over_s"] for row in breaks if not row["waived"]),
        **{level: _count(breaks, level) for level in ("late", "violation", "unknown")},
        "waived": sum(bool(row["waived"]) for row in breaks),
        "not_asked": sum(not row["asked"] for row in breaks),
    }


def _count(breaks: list[Row], level: str) -> int:
    return sum(row["level"] == level and not row["waived"] for row in breaks)


def _break(
    began: facts.BreakBegan, ended: facts.BreakEnded | None, waived: str, names: Mapping[str, str]
) -> Row:
    return {
        **_who(began, names),
        "key": began.key,
        "shift": began.shift,
        "reason": began.reason,
        "began": began.at,
        "ended": ended.at if ended else None,
        "seconds": ended.seconds if ended else 0.0,
        "allowed_s": ended.allowed_s if ended else began.allowed_s,
        "over_s": ended.over_s if ended else 0.0,
        "level": ended.level if ended else "",
        "productive": began.productive,
        "asked": began.asked,
        "rule": began.rule,
        "waived": waived,
    }


def _what(one: facts.BreakRefused | facts.PauseIsAbsence, names: Mapping[str, str]) -> Row:
    return {**_who(one, names), "at": one.at, "reason": one.reason}


def _who(one: facts.BreakFact, names: Mapping[str, str]) -> Row:
    return {"person": one.person, "name": names.get(one.person, "")}
