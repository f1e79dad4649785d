"""What the control socket (and later the console) may ask of the running daemon.

A command puts an input on the queue and, where it must, waits until the store has it: an answer ``ok`` means
it is kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec

from ccd.adapters.clock import utc_now
from ccd.adapters.control import RefusedError
from ccd.adapters.sign_ins import SignIns
from ccd.events import Person, RosterReplaced, SignInAsked
from ccd.roster import RosterError, dump, parse
from ccd.rules import say
from ccd.runner import Runner
from ccd.world import World

__all__ = ["Commands"]

Reply = dict[str, Any]
STORE_S = 5.0
SHARED_S = 0.9
"""So long a picture is good for whoever else watches."""


class Commands:
    def __init__(
        self,
        *,
        world: World,
        runner: Runner,
        sign_ins: SignIns,
        picture: Callable[[], Reply],
        replace_roster: Callable[[RosterReplaced], Awaitable[None]],
        set_pin: Callable[[str, str], Awaitable[None]],
        reload: Callable[[], Awaitable[str]],
    ) -> None:
        self._world = world
        self._runner = runner
        self._sign_ins = sign_ins
        self._picture = picture
        self._replace_roster = replace_roster
        self._set_pin = set_pin
        self._reload = reload
        self._drawn: Reply = {}
        self._drawn_at = -SHARED_S

    def table(self) -> dict[str, Callable[[Reply], Awaitable[Reply]]]:
        return {
            "status": self.status,
            "roster_import": self.roster_import,
            "sign_in": self.sign_in,
            "pin_set": self.pin_set,
            "reload": self.reload,
        }

    async def status(self, request: Reply) -> Reply:
        return {"picture": self._picture()}

    async def watch(self, request: Reply) -> AsyncIterator[Reply]:
        """A picture a second until the client goes. All who watch are shown the same one: drawing it takes
        the loop some 10 ms for a thousand agents.
        """
        while True:
            now = time.monotonic()
            if now >= self._drawn_at + SHARED_S:
                self._drawn, self._drawn_at = self._picture(), now
            yield {"picture": self._drawn}
            await asyncio.sleep(1.0)

    async def roster_import(self, request: Reply) -> Reply:
        """``people``: rows as ``ccd.events.Person``, held to the rules of a roster's file here as well: not
        every client is ``ccd roster import``.
        """
        try:
            given = msgspec.convert(request.get("people"), tuple[Person, ...])
            people = await asyncio.to_thread(lambda: parse(dump(given), filename="roster"))
        except msgspec.ValidationError as error:
            raise RefusedError(f"people: {error}") from None
        except RosterError as error:
            raise RefusedError("\n".join(error.faults)) from None
        if not people:
            raise RefusedError("people: none; a roster of nobody would leave every agent without a team")
        at = utc_now()
        digest = hashlib.sha256(msgspec.json.encode(people)).hexdigest()[:12]
        event = RosterReplaced(
            at=at,
            version=f"{at:%Y%m%dT%H%M%S%f}-{digest}",
            people=people,
            by=str(request.get("by", "")),
        )
        await self._replace_roster(event)
        self._runner.submit(event)
        return {"version": event.version, "people": len(people)}

    async def sign_in(self, request: Reply) -> Reply:
        """``kind`` arrive or leave, ``code``, ``seat``, ``pbx``: somebody at the console vouches for it. With
        ``reason`` illness a leave is never refused. ``language``: of what another policy refuses.
        """
        kind = request.get("kind")
        if kind not in ("arrive", "leave"):
            raise RefusedError("kind: arrive or leave")
        pbx = str(request.get("pbx") or next(iter(self._world.pbxs), ""))
        if pbx not in self._world.pbxs:
            raise RefusedError(f"pbx: none is called {pbx!r}; there are: {', '.join(self._world.pbxs)}")
        event = SignInAsked(
            at=utc_now(),
            request=f"console-{uuid.uuid4()}",
            pbx=pbx,
            seat=str(request.get("seat", "")),
            code=str(request.get("code", "")),
            kind=kind,
            pin_ok=True,
            how="console",
            by=str(request.get("by", "")),
            reason="illness" if request.get("reason") == "illness" else "",
        )
        try:
            effect = await self._sign_ins.ask(event, STORE_S)
        except TimeoutError:
            raise RefusedError(f"the store did not take it in {STORE_S:.0f} s; it is not recorded") from None
        if not effect.accepted:
            language = str(request.get("language") or self._world.settings.daemon.language)
            raise RefusedError(say(effect.rule, effect.values, language) if effect.rule else effect.because)
        return {"prompt": effect.prompt}

    async def pin_set(self, request: Reply) -> Reply:
        code = str(request.get("code", ""))
        if self._world.roster.by_code(code) is None:
            raise RefusedError(f"code: nobody in the roster has {code!r}")
        await self._set_pin(code, str(request.get("hash", "")))
        return {}

    async def reload(self, request: Reply) -> Reply:
        fault = await self._reload()
        if fault:
            raise RefusedError(fault)
        return {}
