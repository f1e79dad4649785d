"""The parts of a daemon that sampling, scoring, listening and the keeping of recordings need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ccd.adapters.ami.session import Session
from ccd.adapters.store import Store
from ccd.commands_quality import QualityCommands
from ccd.config import Settings
from ccd.effects import Effect
from ccd.events import Event
from ccd.world import World

__all__ = ["QualityParts"]


class QualityParts:
    """``settings`` are asked for each time: they may be replaced."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        *,
        world: World,
        store: Store,
        submit: Callable[[Event], None],
        session: Callable[[str], Session | None],
    ) -> None:
        self.commands = QualityCommands(world=world, store=store)

    def performers(self) -> Mapping[type[Effect], Callable[[Any], object]]:
        return {}

    async def close(self) -> None:
        """What is under way is given up; it is asked for again at the next start."""
