"""How things stand with calibration now, as plain data. Of an open session nobody's score is shown."""

from __future__ import annotations

from datetime import datetime
from statistics import fmean
from typing import Any

from ccd.calibration.making import World
from ccd.calibration.state import Calibration

__all__ = ["board", "row"]

Row = dict[str, Any]


def board(world: World, at: datetime) -> Row:
    """``open`` and ``closed`` sessions, the latest first; ``analysts``: how far each is off the expert on
    average over the latest ``drift_sessions``, of how many.
    """
    settings = world.settings.policies.calibration
    sessions = sorted(world.calibration.sessions.values(), key=lambda one: one.opened.at, reverse=True)
    return {
        "at": at.isoformat(),
        "open": [row(one) | {"overdue": one.opened.due <= at} for one in sessions if one.closed is None],
        "closed": [row(one) for one in sessions if one.closed is not None],
        "analysts": [
            {
                "analyst": person,
                "mean": round(fmean(known), 2),
                "sessions": len(known),
                "limit": settings.drift_limit,
                "drifts": len(known) >= settings.drift_sessions and abs(fmean(known)) > settings.drift_limit,
            }
            for person in world.calibration.analysts
            if (known := world.calibration.deviations(person, settings.drift_sessions))
        ],
    }


def row(one: Calibration) -> Row:
    """One session. Scores, and who disagreed on what, only when it is closed."""
    opened, closed = one.opened, one.closed
    told: Row = {
        "session": one.id,
        "state": "open" if closed is None else "closed",
        "opened": opened.at.isoformat(),
        "due": opened.due.isoformat(),
        "pbx": opened.pbx,
        "unit": opened.unit,
        "call": opened.call,
        "recording": opened.recording,
        "offset_s": opened.offset_s,
        "talk_s": opened.talk_s,
        "agent": opened.person,
        "form": opened.form,
        "version": opened.version,
        "analysts": list(opened.analysts),
        "expert": opened.expert,
        "missing": list(one.missing),
    }
    if closed is not None:
        told |= {
            "closed": closed.at.isoformat(),
            "why": closed.why,
            "alpha": closed.alpha,
            "alpha_words": closed.alpha_words,
            "alpha_points": closed.alpha_points,
            "scores": {person: fact.score for person, fact in one.scored.items()},
            "deviations": closed.deviations,
            "disputed": list(closed.disputed),
        }
    return told
