"""The script ``pause``: may this phone be paused? Asked before it is, for nobody is ever unpaused by ccd.

``AGI(agi://HOST:PORT/pause/PBX,REASON,ENDPOINT,CODE)``. CODE is whose pause it is to be, without a PIN; it
counts where they are signed in at that seat. Without it, it is whoever sits there: where that may be several
and makes a difference, the policy refuses with the prompt ``which-person``, and the dialplan asks again.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

from ccd.adapters.agi_talk import ANSWER_SHARE, HEADER_SHARE, AskedPause, Talk, Verdict
from ccd.effects import AnswerAsked
from ccd.events import PauseAsked
from ccd.roster import Roster

__all__ = ["AskPause", "PauseScript"]

AskPause = Callable[[PauseAsked, float], Awaitable[AnswerAsked]]
"""Raises TimeoutError where there is no answer within so many seconds."""


class PauseScript:
    """``people_at(pbx, interface)``: codes of those signed in at the seat of this phone."""

    def __init__(
        self,
        *,
        roster: Callable[[], Roster],
        people_at: Callable[[str, str], Collection[str]],
        ask: AskPause,
        now: Callable[[], datetime],
    ) -> None:
        self._roster = roster
        self._people_at = people_at
        self._ask = ask
        self._now = now

    async def verdict(self, asked: AskedPause, talk: Talk) -> Verdict:
        """Raises AgiError, or whatever kept the engine from being asked and from answering in time."""
        async with asyncio.timeout_at(talk.by(HEADER_SHARE)):
            await talk.be_there()
        people = self._people_at(asked.pbx, asked.interface)
        roster = self._roster()
        event = PauseAsked(
            at=self._now(),
            request=f"agi-{uuid.uuid4().hex}",
            pbx=asked.pbx,
            interface=asked.interface,
            seat=roster.seat_of(asked.pbx, asked.interface) or asked.interface,
            person=asked.code if asked.code in people else "",
            reason=asked.reason,
            how="phone",
        )
        left_s = talk.by(ANSWER_SHARE) - asyncio.get_running_loop().time()
        answer = await self._ask(event, max(left_s, 0.0))
        result = "accepted" if answer.accepted else "refused"
        whose = (event.person,) if event.person else people
        languages = {person.language for code in whose if (person := roster.by_code(code)) is not None}
        return Verdict(result, result, answer.prompt, languages.pop() if len(languages) == 1 else "")
