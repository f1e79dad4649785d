"""How things stand with the keeping of recordings now, as plain data."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from ccd.retention.state import Hold, RetentionState

__all__ = ["board"]


class World(Protocol):
    @property
    def retention(self) -> RetentionState: ...


def board(world: World, at: datetime) -> dict[str, Any]:
    state = world.retention
    looked = state.looked
    return {
        "at": at.isoformat(),
        "holds": [_hold(held) for _, held in sorted(state.holds.items())],
        "deleting": len(state.deleting),
        "findings": [
            {
                "pbx": pbx,
                "what": what,
                "recording": one.recording,
                "path": one.path,
                "size": one.size,
                "since": one.at.isoformat(),
            }
            for (pbx, what, _), one in sorted(state.amiss.items())
        ],
        "looked": None
        if looked is None
        else {
            "day": looked.day.isoformat() if looked.day else "",
            "over": {name: list(figures) for name, figures in looked.over.items()},
            "spared": looked.spared,
            "deleted": looked.deleted,
            "enforced": looked.enforced,
        },
        "reconciled": [
            {"pbx": pbx, "deep": deep, "at": one.at.isoformat(), "looked": one.looked, "used": one.used}
            for (pbx, deep), one in sorted(state.reconciled.items())
        ],
    }


def _hold(held: Hold) -> dict[str, Any]:
    copied = held.copied
    return {
        "hold": held.id,
        "pbx": held.pbx,
        "recording": held.recording,
        "call": held.call,
        "why": held.why,
        "reason": held.reason,
        "since": held.since.isoformat(),
        "actor": held.actor,
        "copy": copied.path if copied else "",
        "sha256": copied.sha256 if copied else "",
        "proven": bool(copied and copied.original),
    }
