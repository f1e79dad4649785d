"""The parts of a daemon that policies about shifts need: asking, reading the record, changing the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ccd.adapters.ami.session import Session
from ccd.adapters.asks import Asks
from ccd.adapters.notify import Notifiers
from ccd.adapters.pages import Pages
from ccd.adapters.shift_record import ShiftRecord
from ccd.adapters.store import Store
from ccd.commands_acts import ActCommands
from ccd.commands_shifts import ShiftCommands
from ccd.effects import AnswerAsked, ChangePlan, Effect, Page, ReadRecord
from ccd.events import Event
from ccd.world import World

__all__ = ["ShiftParts"]


class ShiftParts:
    def __init__(
        self,
        *,
        world: World,
        store: Store,
        submit: Callable[[Event], None],
        plan: ShiftCommands,
        notifiers: Notifiers,
        session: Callable[[str], Session | None],
    ) -> None:
        self.asks = Asks(submit)
        self.pages = Pages(world, publish=notifiers.publish, session=session)
        self.record = ShiftRecord(store, lambda: world.roster, submit)
        self.commands = ActCommands(world=world, asks=self.asks)
        self._plan = plan

    def performers(self) -> Mapping[type[Effect], Callable[[Any], object]]:
        return {
            AnswerAsked: self.asks.answer,
            ChangePlan: self._plan.change,
            Page: self.pages.perform,
            ReadRecord: self.record.perform,
        }

    async def close(self) -> None:
        await self._plan.close()
        await self.record.close()
        await self.pages.close()
