"""The snapshot after every (re)connect: three lists, asked for at once, delivered with the event stream.

Asterisk answers one action after the other and writes live events between two answers, so stream order is
the order in which things were true, with one exception: an event that was waiting to be written when a list
began comes behind it, and tells again what the list already showed.
"""

from __future__ import annotations

import asyncio

from ccd.adapters.ami.actions import ActionFailed, PendingAction
from ccd.adapters.ami.protocol import Protocol

__all__ = ["LISTS", "resync"]

LISTS = ("QueueStatus", "CoreShowChannels", "DeviceStateList")


async def resync(protocol: Protocol, timeout: float) -> tuple[str, ...]:
    """Ask for every list and wait for all of them to end; returns those that the PBX refused.

    ``timeout`` (s) bounds the whole. Raises ActionTimeout or NotConnected: then there is no snapshot at all.
    """
    actions = [PendingAction({"Action": name}, is_list=True, feeds=True) for name in LISTS]
    answers = await asyncio.gather(*(protocol.ask(each, timeout) for each in actions), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, ActionFailed):
            raise answer
    return tuple(
        name for name, answer in zip(LISTS, answers, strict=True) if isinstance(answer, ActionFailed)
    )
