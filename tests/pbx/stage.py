"""What the scenes of ``scenarios`` are played on: a PBX, its phones, and shorthands for what most need."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.pbx.asterisk import Asterisk
from tests.pbx.layout import SALES, SUPPORT
from tests.pbx.phones import Phones
from tests.pbx.sipua import Behaviour, Call

__all__ = ["CUSTOMER", "PHONES", "Stage", "then"]

PHONES = (*SUPPORT, *SALES, "1006", "1007", "1020", "1021", "1039")
CUSTOMER = "13800138000"


class Stage:
    """A running PBX with phones plugged in, and shorthands for what most scenes need."""

    def __init__(self, pbx: Asterisk, phones: Phones) -> None:
        self.pbx = pbx
        self.phones = phones
        self.again: Callable[[], Awaitable[None]] | None = None
        """What is left to play after the PBX was restarted, for a new session to record."""

    def team(self, extensions: tuple[str, ...], behaviour: Behaviour) -> None:
        for extension in extensions:
            self.phones[extension].behaviour = behaviour

    async def caller(self, number: str, caller: str = CUSTOMER, name: str = "李雷") -> Call:
        return await self.phones.outside.call(number, caller=caller, name=name)

    async def dial(self, extension: str, code: str, wait: float = 15) -> None:
        """Dial a code that ends by itself."""
        call = await self.phones[extension].call(code)
        await call.wait_ended(wait)

    async def action(self, name: str, **headers: str) -> None:
        """One AMI action of an administrator."""

        def send() -> None:
            with self.pbx.admin() as session:
                session.action(name, headers)

        await asyncio.to_thread(send)


def then(after: float, talk: Callable[[Call], Awaitable[Any]]) -> Behaviour:
    """Answer after so many seconds, and do something with the call."""

    async def behaviour(call: Call) -> None:
        await call.ring()
        await asyncio.sleep(after)
        await call.answer()
        if not call.ended.is_set():
            await talk(call)

    return behaviour
