"""How things stand now, for whoever looks: plain values, times aware UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

__all__ = ["board"]


class World(Protocol):
    """What is looked at."""


def board(world: World, at: datetime) -> dict[str, Any]:
    return {}
