"""What may be asked of the policies about shifts and quality: to do something, to pause somebody, to look.

A command becomes an input and is answered when the policy has: ``ok`` means it is kept. What a policy refuses
is told in the words of its rule, in the language that was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ccd.adapters.asks import Asks
from ccd.adapters.clock import utc_now
from ccd.adapters.control import RefusedError
from ccd.adherence.acts import ACTS as ADHERENCE
from ccd.adherence.view import board as adherence
from ccd.assessment.acts import ACTS as ASSESSMENT
from ccd.assessment.view import board as assessment
from ccd.attendance.acts import ACTS as ATTENDANCE
from ccd.attendance.view import board as attendance
from ccd.breaks.acts import ACTS as BREAKS
from ccd.breaks.view import board as breaks
from ccd.calibration.acts import ACTS as CALIBRATION
from ccd.calibration.view import board as calibration
from ccd.commands_requests import Once, id_of, name_in, user_of
from ccd.effects import AnswerAsked
from ccd.events import PauseAsked, ShiftAct
from ccd.handover.acts import ACTS as HANDOVER
from ccd.handover.view import board as handover
from ccd.leave.acts import ACTS as LEAVE
from ccd.leave.view import board as leave
from ccd.listening.acts import ACTS as LISTENING
from ccd.listening.view import board as listening
from ccd.meals.acts import ACTS as MEALS
from ccd.meals.view import board as meals
from ccd.retention.acts import ACTS as RETENTION
from ccd.retention.view import board as retention
from ccd.rules import say
from ccd.sampling.acts import ACTS as SAMPLING
from ccd.sampling.view import board as sampling
from ccd.scoring.acts import ACTS as SCORING
from ccd.scoring.view import board as scoring
from ccd.shifts.acts import ActError, checked
from ccd.shifts.people import places_of
from ccd.world import World

__all__ = ["ActCommands"]

Reply = dict[str, Any]
ANSWER_S = 5.0

ACTS = {
    "adherence": ADHERENCE,
    "assessment": ASSESSMENT,
    "attendance": ATTENDANCE,
    "breaks": BREAKS,
    "calibration": CALIBRATION,
    "handover": HANDOVER,
    "leave": LEAVE,
    "listening": LISTENING,
    "meals": MEALS,
    "retention": RETENTION,
    "sampling": SAMPLING,
    "scoring": SCORING,
}
BOARDS: Mapping[str, Callable[..., Reply]] = {
    "adherence": adherence,
    "assessment": assessment,
    "attendance": attendance,
    "breaks": breaks,
    "calibration": calibration,
    "handover": handover,
    "leave": leave,
    "listening": listening,
    "meals": meals,
    "retention": retention,
    "sampling": sampling,
    "scoring": scoring,
}


class ActCommands:
    def __init__(self, *, world: World, asks: Asks) -> None:
        self._world = world
        self._asks = asks
        self._once = Once()

    def table(self) -> dict[str, Callable[[Reply], Awaitable[Reply]]]:
        return {
            "assessment_import": self.assessment_import,
            "shift_act": self.act,
            "shift_board": self.board,
            "pause_ask": self.pause,
        }

    async def act(self, request: Reply) -> Reply:
        """``policy``, ``act``, ``person`` whom it is about, ``actor`` who does it, ``values``; ``language``
        of the answer. Gives ``rule``, ``text`` and ``result``.
        """
        policy = name_in(request, "policy")
        if policy not in ACTS:
            raise RefusedError(f"policy: none is called {policy!r}; there are: {', '.join(ACTS)}")
        values = request.get("values") or {}
        if not isinstance(values, dict):
            raise RefusedError("values: give names and texts")
        act, person, actor = (name_in(request, key) for key in ("act", "person", "actor"))
        try:
            found = checked(ACTS[policy], act, person, actor, values)
        except ActError as error:
            raise RefusedError(str(error)) from None
        for name, code in (("person", person), ("actor", actor)):
            if code and self._world.roster.by_code(code) is None:
                raise RefusedError(f"{name}: nobody in the roster has {code!r}; `ccd roster show` lists them")
        event = ShiftAct(
            at=utc_now(),
            request=id_of(request),
            policy=policy,
            act=act,
            person=person,
            actor=actor,
            by=user_of(request),
            values=found,
        )
        return await self._once.do(event, lambda asked: self._answered(asked, request))

    async def assessment_import(self, request: Reply) -> Reply:
        """Take a file's ``rows`` (``kind``: figures | grades | staff; of a ``month``), all or none."""
        kind, month, actor = (name_in(request, key) for key in ("kind", "month", "actor"))
        rows = request.get("rows")
        if not isinstance(rows, list):
            raise RefusedError("rows: give a list")
        if not actor:
            raise RefusedError("actor: who does it? give your own code (--by CODE)")
        event = ShiftAct(
            at=utc_now(),
            request=id_of(request),
            policy="assessment",
            act="import",
            actor=actor,
            by=user_of(request),
            values={"kind": kind, "month": month, "rows": json.dumps(rows)},
        )
        return await self._once.do(event, lambda asked: self._answered(asked, request))

    async def pause(self, request: Reply) -> Reply:
        """``person`` is to be paused for ``reason`` where they sit, if the rules let them."""
        person, reason = name_in(request, "person"), name_in(request, "reason")
        if self._world.roster.by_code(person) is None:
            raise RefusedError(f"person: nobody in the roster has {person!r}; `ccd roster show` lists them")
        places = places_of(self._world, person)
        if not places:
            raise RefusedError(f"{person} is signed in nowhere; a pause is taken at one's seat")
        pbx, seat, _ = places[0]
        event = PauseAsked(
            at=utc_now(),
            request=id_of(request),
            pbx=pbx,
            interface=self._world.roster.interface_of(pbx, seat) or "",
            seat=seat,
            person=person,
            reason=reason,
            how="console",
            by=user_of(request),
        )
        return await self._once.do(event, lambda asked: self._answered(asked, request))

    async def board(self, request: Reply) -> Reply:
        """How things stand with ``policy`` now."""
        policy = name_in(request, "policy")
        if policy not in BOARDS:
            raise RefusedError(f"policy: none is called {policy!r}; there are: {', '.join(BOARDS)}")
        return {"board": BOARDS[policy](self._world, utc_now())}

    async def _answered(self, event: PauseAsked | ShiftAct, request: Reply) -> Reply:
        try:
            answer = await self._asks.ask(event, ANSWER_S)
        except TimeoutError:
            raise RefusedError(
                f"the store did not take it in {ANSWER_S:.0f} s; ask again under the same id"
            ) from None
        text = self._said(answer, request)
        if not answer.accepted:
            raise RefusedError(text)
        return {"rule": answer.rule, "text": text, "result": answer.result, "because": answer.because}

    def _said(self, answer: AnswerAsked, request: Reply) -> str:
        language = name_in(request, "language") or self._world.settings.daemon.language
        return say(answer.rule, answer.values, language) if answer.rule else answer.because
