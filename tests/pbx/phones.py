"""The people of a test: agents at their phones, callers outside, and what they do.

    async with Phones(pbx, "1001", "1002") as phones:
        phones["1001"].behaviour = answers(after=0.2, talk=3)
        caller = await phones.outside.call("800", caller="13800138000")
        await caller.wait_answered()

A behaviour is any coroutine function that takes the ``Call`` that comes in; these are the usual ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import TracebackType

from tests.pbx.asterisk import Asterisk
from tests.pbx.media import Frame, Media
from tests.pbx.sipua import Behaviour, Call, Phone

__all__ = ["Phones", "answers", "busy", "no_answer"]


class Phones:
    """Phones at the places where the PBX expects them; extensions not named stay unplugged.

    ``outside`` is the world beyond the trunk: it calls in with any number, and what is dialled with a 9 in
    front rings there.
    """

    def __init__(self, pbx: Asterisk, *extensions: str) -> None:
        self._media = Media()
        layout = pbx.layout
        self.outside = Phone(
            "outside", layout.trunk_port, layout.sip_port, self._media, (("X-Trunk", "yes"),)
        )
        self._phones = {
            extension: Phone(extension, layout.phone_port(extension), layout.sip_port, self._media)
            for extension in extensions
        }

    def __getitem__(self, extension: str) -> Phone:
        return self._phones[extension]

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._phones.values())

    def listen(self, call: Call) -> list[Frame]:
        """What the PBX sends in that call, from now on; needs an answered one."""
        return self._media.listen(call)

    async def __aenter__(self) -> Phones:
        self._media.start()
        for phone in (self.outside, *self._phones.values()):
            await phone.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        every = (self.outside, *self._phones.values())
        for phone in every:
            await phone.stop()
        await self._media.stop()
        failures = [failure for phone in every for failure in phone.failures]
        if failures and error is None:
            raise failures[0]


def answers(after: float = 0.1, talk: float | None = None) -> Behaviour:
    """Ring, answer after so many seconds, and hang up after ``talk`` seconds (never: wait for the other)."""

    async def behaviour(call: Call) -> None:
        await call.ring()
        if after:
            await asyncio.sleep(after)
        await call.answer()
        if talk is not None:
            await asyncio.sleep(talk)
            await call.hangup()

    return behaviour


async def no_answer(call: Call) -> None:
    """Ring until the caller gives up."""
    await call.ring()


async def busy(call: Call) -> None:
    await call.reject(486)
