"""Is the PBX still there? Two questions: does it say anything at all, and does it answer."""

from __future__ import annotations

import asyncio
import time

from ccd.adapters.ami.actions import ActionFailed, ActionTimeout, NotConnected, PendingAction
from ccd.adapters.ami.counts import Cut
from ccd.adapters.ami.protocol import Protocol

__all__ = ["keep_alive", "watch_silence"]

GRACE_S = 0.1


async def watch_silence(protocol: Protocol, silence_s: float) -> None:
    """Give the connection up when no byte came for ``silence_s``, whatever the reason."""
    while not protocol.closed:
        left = protocol.heard + silence_s - time.monotonic()
        if left > 0:
            await asyncio.sleep(left)
            continue
        heard = protocol.heard
        await asyncio.sleep(GRACE_S)  # if it was we who stood still, what has come meanwhile is read now
        if protocol.heard == heard:
            protocol.give_up(Cut.SILENT, f"not a byte for {silence_s:g} s")


async def keep_alive(protocol: Protocol, every_s: float, answer_s: float) -> None:
    """Ping every ``every_s``; an answer that does not come within ``answer_s`` ends the connection.

    So a PBX that goes on sending events, but no longer takes actions, is noticed too. While a list is on its
    way no ping is sent: it would have to wait behind the list, which is bounded in time itself.
    """
    while not protocol.closed:
        await asyncio.sleep(every_s)
        if any(action.is_list for action in protocol.responses.values()):
            continue
        try:
            await protocol.ask(PendingAction({"Action": "Ping"}), answer_s)
        except ActionFailed:
            continue  # an answer all the same
        except ActionTimeout as error:
            protocol.give_up(Cut.UNANSWERED, str(error))
        except NotConnected:
            return
