"""A floor on a real PBX for those who listen: phones with audio, ccd's own AMI user, and who hears whom."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ccd.adapters.listening import originate
from ccd.effects import ListenTo
from tests.pbx.ami import Client, Headers
from tests.pbx.asterisk import Asterisk
from tests.pbx.incidents import command
from tests.pbx.media import Frame
from tests.pbx.phones import Phones, answers
from tests.pbx.sipua import Call
from tests.pbx.test_hosts import until

__all__ = ["AGENT", "ANALYST", "LEAD", "Ears", "Floor", "floor", "listen_to", "new_name"]

AGENT, LEAD, ANALYST = "1005", "1020", "1021"
"""The agent answers what is dialled as 814, and nobody else is rung for it."""
EVERY = ("listen", "whisper", "barge")
_numbers = itertools.count(1)


def new_name() -> str:
    """Of a listening."""
    return f"listen-1{next(_numbers):020x}"


class Floor:
    """A PBX, phones, and what ccd's own AMI user is told with the filters that are shipped."""

    def __init__(self, pbx: Asterisk, phones: Phones, session: Client) -> None:
        self.pbx = pbx
        self.phones = phones
        self.told: list[Headers] = []
        self._session = session

    async def hear(self) -> None:
        """Take in what was told meanwhile."""
        self.told += await asyncio.to_thread(lambda: list(self._session.events(0.05)))

    async def until(self, event: str, **headers: str) -> Headers:
        """The first event of that name with these headers, among those told and those to come."""

        def found() -> Headers | None:
            for one in self.told:
                if one.get("Event") == event and headers.items() <= dict(one).items():
                    return one
            return None

        async with asyncio.timeout(10):
            while (one := found()) is None:
                await self.hear()
        return one

    def count(self, event: str, **headers: str) -> int:
        return sum(one.get("Event") == event and headers.items() <= dict(one).items() for one in self.told)

    async def send(self, fields: tuple[tuple[str, str], ...]) -> None:
        def send() -> None:
            headers: dict[str, str | list[str]] = dict(fields[1:])
            headers["Variable"] = [value for name, value in fields if name == "Variable"]
            with self.pbx.ccd() as session:
                session.action(fields[0][1], headers)

        await asyncio.to_thread(send)

    async def call(self, number: str = "814") -> tuple[Call, Call, str]:
        """The caller's call, the agent's, and the Uniqueid of the agent's channel."""
        self.phones[AGENT].behaviour = answers()
        caller = await self.phones.outside.call(number, caller="13800138000")
        await caller.wait_answered()
        agent = self.phones[AGENT].calls[-1]
        await agent.wait_answered()
        shown = await asyncio.to_thread(command, self.pbx, "core show channels concise")
        mine = next(line for line in shown.splitlines() if line.startswith(f"PJSIP/{AGENT}-"))
        return caller, agent, mine.split("!")[-1]

    async def listen(
        self,
        spied: str,
        phone: str = LEAD,
        how: str = "listen",
        modes: tuple[str, ...] = EVERY,
        tone: bool = False,
    ) -> tuple[str, Call]:
        """Rung, picked up, and on the call."""
        name = new_name()
        self.phones[phone].behaviour = self.phones[phone].behaviour or answers()
        await self.send(originate(listen_to(name, spied, phone, how, modes, tone)))
        await self.until("ChanSpyStart", SpyerUniqueid=name, SpyeeUniqueid=spied)
        return name, self.phones[phone].calls[-1]


def listen_to(
    name: str, spied: str, phone: str, how: str = "listen", modes: tuple[str, ...] = EVERY, tone: bool = False
) -> ListenTo:
    return ListenTo(
        name,
        "test",
        "main",
        name,
        spied,
        f"PJSIP/{phone}",
        how,
        "en",
        modes,
        ring_s=3,
        longest_s=60,
        tone=tone,
    )


@asynccontextmanager
async def floor(pbx: Asterisk, *more: str) -> AsyncIterator[Floor]:
    try:
        with pbx.ccd("system,call,user") as session:
            async with Phones(pbx, AGENT, LEAD, ANALYST, *more) as phones:
                yield Floor(pbx, phones, session)
    finally:
        command(pbx, "channel request hangup all")
        await until(lambda: "0 active channels" in command(pbx, "core show channels"))


async def loud(frames: list[Frame]) -> bool:
    """Whether anybody is heard, once what was under way has passed."""
    await asyncio.sleep(0.4)
    frames.clear()
    await asyncio.sleep(0.6)
    return sum(frame.loud for frame in frames) > 5


class Ears:
    """Who hears whom: all three hush but one, which sends a tone."""

    def __init__(self, phones: Phones, **calls: Call) -> None:
        self._calls = calls
        self._heard = {name: phones.listen(call) for name, call in calls.items()}

    async def of(self, speaker: str) -> set[str]:
        """Who hears this one."""
        for name, call in self._calls.items():
            if call.ended.is_set():
                continue
            call.phone.media.hush(call, silent=name != speaker)
        others = [name for name, call in self._calls.items() if name != speaker and not call.ended.is_set()]
        heard = await asyncio.gather(*(loud(self._heard[name]) for name in others))
        return {name for name, each in zip(others, heard, strict=True) if each}
