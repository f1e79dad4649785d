"""How things stand with scoring now, as plain data: no scores, so that whoever scores again may see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ccd.quality.people import analysts
from ccd.scoring.assigning import Bench
from ccd.scoring.evaluation import Evaluation, Phase
from ccd.scoring.looking import World

__all__ = ["board"]

Row = dict[str, Any]


def board(world: World, at: datetime) -> Row:
    """``analysts``: what each was given today, of how many, and what is on their list; ``unassigned``: what
    nobody can take; ``overdue``, ``held``, ``to_release``, ``disputes``. Times aware UTC.
    """
    known = sorted(world.scoring.evaluations.values(), key=lambda one: (one.due or one.opened, one.id))
    return {
        "at": at.isoformat(),
        "analysts": _analysts(world, known, at),
        "unassigned": [_row(one, at) for one in known if one.open and not one.analyst],
        "overdue": [_row(one, at) for one in known if _late(one, at)],
        "held": [_row(one, at) for one in known if one.phase is Phase.HELD],
        "to_release": [_row(one, at) for one in known if one.phase is Phase.SCORED and one.sample != "blind"],
        "disputes": [
            _row(one, at) | {"arbiter": one.arbiter} for one in known if one.phase is Phase.DISPUTED
        ],
    }


def _analysts(world: World, known: list[Evaluation], at: datetime) -> list[Row]:
    """The QA analysts in the order of the roster, then whoever else has something to score."""
    bench = Bench(world, at)
    lists: dict[str, list[Row]] = {}
    for one in known:
        if one.open and one.analyst:
            lists.setdefault(one.analyst, []).append(_row(one, at))
    return [
        {
            "analyst": code,
            "given": bench.load.get(code, 0),
            "cap": bench.cap.get(code, 0),
            "here": code in bench.cap,
            "open": lists.get(code, []),
        }
        for code in dict.fromkeys((*analysts(world), *lists))
    ]


def _late(one: Evaluation, at: datetime) -> bool:
    due = one.resolve_due if one.phase is Phase.DISPUTED else one.due
    waits = one.open or one.phase is Phase.DISPUTED
    return waits and due is not None and due <= at


def _row(one: Evaluation, at: datetime) -> Row:
    return {
        "evaluation": one.id,
        "person": one.person,
        "team": one.team,
        "queue": one.queue,
        "day": one.day.isoformat() if one.day else "",
        "sample": one.sample,
        "state": one.phase.value,
        "analyst": one.analyst,
        "due": one.resolve_due if one.phase is Phase.DISPUTED else one.due,
        "until": one.until,
        "late": _late(one, at),
    }
