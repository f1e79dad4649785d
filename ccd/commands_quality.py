"""What the control socket may ask about quality besides acts and boards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ccd.adapters.store import Store
from ccd.world import World

__all__ = ["QualityCommands"]

Reply = dict[str, Any]


class QualityCommands:
    def __init__(self, *, world: World, store: Store) -> None:
        self._world = world
        self._store = store

    def table(self) -> dict[str, Callable[[Reply], Awaitable[Reply]]]:
        return {}
