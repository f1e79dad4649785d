"""The parts of a daemon that sampling, scoring, listening and the keeping of recordings need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ccd.adapters.ami.session import Session
from ccd.adapters.assessment_reading import AssessmentReading
from ccd.adapters.listening import Listeners
from ccd.adapters.quality_reading import QualityReading, Seeds
from ccd.adapters.retention import KeepingParts
from ccd.adapters.store import Store
from ccd.commands_quality import QualityCommands
from ccd.config import Settings
from ccd.effects import (
    Effect,
    EndListening,
    ListenTo,
    LookUpUnit,
    ReadConversations,
    ReadPopulation,
    ReadQuality,
    ReadSeed,
    TurnListening,
)
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
        seeds = Seeds(settings().daemon.state_path())
        self.commands = QualityCommands(world=world, store=store, seeds=seeds)
        self.reading = QualityReading(store, seeds, lambda: world.roster, submit)
        self.months = AssessmentReading(store, submit)
        self.listeners = Listeners(session, submit)
        self.keeping = KeepingParts(settings, world=world, store=store, submit=submit)

    def performers(self) -> Mapping[type[Effect], Callable[[Any], object]]:
        return {
            EndListening: self.listeners.end,
            ListenTo: self.listeners.listen,
            LookUpUnit: self.reading.unit,
            ReadConversations: self.reading.conversations,
            ReadPopulation: self.reading.population,
            ReadQuality: self.months.perform,
            ReadSeed: self.reading.seed,
            TurnListening: self.listeners.turn,
            **self.keeping.performers(),
        }

    async def close(self) -> None:
        """What is under way is given up; it is asked for again at the next start."""
        await self.reading.close()
        await self.months.close()
        await self.listeners.close()
        await self.keeping.close()
