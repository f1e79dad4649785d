"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

__all__ = ["end"]

AGAIN_S = 0.1


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancels them until they have ended; what they raise is not told.

    Once is not enough: ``asyncio.wait_for`` of Python 3.11 loses a cancellation that comes in the turn of the
    loop in which its future ends, and both aiosmtplib and aiomqtt wait by it.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_S)
