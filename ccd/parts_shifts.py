"""The parts of a daemon that policies about shifts need: asking, reading the record, changing the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from ccd.adapters.asks import Asks
from ccd.adapters.shift_record import ShiftRecord
from ccd.adapters.store import Store
from ccd.commands_acts import ActCommands
from ccd.commands_shifts import ShiftCommands
from ccd.effects import AnswerAsked, ChangePlan, Effect, Page, ReadRecord
from ccd.events import Event
from ccd.world import World

__all__ = ["ShiftParts"]

log = structlog.get_logger("ccd.parts_shifts")


class ShiftParts:
    def __init__(
        self, *, world: World, store: Store, submit: Callable[[Event], None], plan: ShiftCommands
    ) -> None:
        self.asks = Asks(submit)
        self.record = ShiftRecord(store, lambda: world.roster, submit)
        self.commands = ActCommands(world=world, asks=self.asks)
        self._plan = plan

    def performers(self) -> Mapping[type[Effect], Callable[[Any], object]]:
        return {
            AnswerAsked: self.asks.answer,
            ChangePlan: self._plan.change,
            Page: self._page,
            ReadRecord: self.record.perform,
        }

    async def close(self) -> None:
        await self._plan.close()
        await self.record.close()

    def _page(self, effect: Page) -> None:
        log.warning("page", people=effect.people, rule=effect.rule, because=effect.because)
