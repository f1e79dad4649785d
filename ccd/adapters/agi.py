"""What the dialplan asks by phone: a FastAGI server that asks the engine and tells the dialplan what it said.

Two scripts, ``agi://HOST:PORT/SCRIPT/PBX`` with their arguments; PBX may be empty where ``ccd`` follows only
one: ``sign-in`` (``agi_sign_in``) and ``pause`` (``agi_pause``). The dialplan then reads these variables:

CCD_RESULT    ``accepted``, ``refused``, or ``open``: ccd could not say, so let the person go, or pause
CCD_PROMPT    the name of what to play; empty with ``open``
CCD_LANGUAGE  ``zh`` or ``en``, that of the person it is about; not set where nobody's is known

But for the time a person takes to dial the PIN, this ends ``timeout_s`` after it began, whatever happens.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

import structlog

from ccd.adapters.agi_pause import AskPause, PauseScript
from ccd.adapters.agi_sign_in import SignInScript
from ccd.adapters.agi_talk import (
    HEADER_LIMIT,
    HEADER_SHARE,
    AgiError,
    AskedPause,
    GoneError,
    Talk,
    UnfinishedError,
    Verdict,
    read_header,
)
from ccd.adapters.clock import utc_now
from ccd.config import AgiSettings, ConfigError
from ccd.effects import AnswerAsked, AnswerSignIn
from ccd.events import PauseAsked, SignInAsked
from ccd.roster import Roster

__all__ = ["AgiServer"]

log = structlog.get_logger("ccd.agi")

CONNECTIONS = 200
"""More at once are closed unread: the dialplan then does what it does without ccd."""

_PROMPT = re.compile(r"[a-z-]{0,32}")


async def _nobody(event: PauseAsked, timeout_s: float) -> AnswerAsked:
    raise TimeoutError


class AgiServer:
    """``submit`` takes the question at once or raises; ``pin_hash`` gives a code's hash, None without one;
    ``asks_pin`` says whether a PIN is to be asked for; ``ask_pause`` asks the engine for a pause, and
    ``people_at(pbx, interface)`` says who is signed in there.

    ``counts`` grows by one per connection: ``accepted``, ``refused``, ``open``, ``bad`` (no question in it),
    ``gone`` (hung up before the answer), ``full``; and by ``late`` for each answer that came too late.
    """

    def __init__(
        self,
        settings: AgiSettings,
        *,
        roster: Callable[[], Roster],
        pbx_names: Callable[[], Collection[str]],
        pin_hash: Callable[[str], Awaitable[str | None]],
        submit: Callable[[SignInAsked], object],
        asks_pin: Callable[[], bool] = lambda: True,
        ask_pause: AskPause = _nobody,
        people_at: Callable[[str, str], Collection[str]] = lambda pbx, interface: (),
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._settings = settings
        self._pbx_names = pbx_names
        self._submit = submit
        self._sign_ins = SignInScript(
            roster=roster,
            pin_hash=pin_hash,
            submit=lambda event: self._submit(event),
            asks_pin=asks_pin,
            now=now,
        )
        self._pauses = PauseScript(roster=roster, people_at=people_at, ask=ask_pause, now=now)
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises ConfigError where the address cannot be had."""
        host, port = self._settings.host, self._settings.port
        try:
            self._server = await asyncio.start_server(self._connected, host, port, limit=HEADER_LIMIT)
        except OSError as error:
            raise ConfigError(
                f"agi: cannot listen on {host}:{port} ({error.strerror}); "
                "change agi.port, here and in extensions-ccd.conf"
            ) from None

    @property
    def port(self) -> int:
        """The port listened on: the one in the settings, or the free one that was found where that is 0."""
        assert self._server is not None, "not started"
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and drop whoever is waiting: the dialplan lets them go."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._sign_ins.close()

    def answer(self, effect: AnswerSignIn) -> bool:
        """The engine's answer. False where nobody waits for it: no phone's request, or it came too late."""
        taken = self._sign_ins.answer(effect)
        if not taken and effect.key.startswith("agi-"):
            self.counts["late"] += 1
        return taken

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._tasks) >= CONNECTIONS:
            self.counts["full"] += 1
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to its end."""
        talk = Talk(reader, writer, self._settings.timeout_s)
        verdict = Verdict("gone")
        try:
            verdict = await self._decide(talk)
            if verdict.result:
                async with asyncio.timeout_at(talk.by(1.0)):
                    await _tell(talk, verdict)
            writer.close()
        except (AgiError, OSError) as error:  # a TimeoutError is an OSError
            verdict = verdict if verdict.outcome == "bad" else Verdict("gone")
            log.warning("agi_not_told", why=str(error) or type(error).__name__)
            writer.transport.abort()
        finally:
            self.counts[verdict.outcome] += 1
            writer.close()

    async def _decide(self, talk: Talk) -> Verdict:
        try:
            asked = read_header(await talk.header(HEADER_SHARE), self._pbx_names())
            if isinstance(asked, AskedPause):
                return await self._pauses.verdict(asked, talk)
            return await self._sign_ins.verdict(asked, talk)
        except GoneError:
            raise
        except UnfinishedError as error:
            log.warning("agi_bad_request", why=str(error))
            return Verdict("bad")
        except AgiError as error:
            log.error("agi_bad_request", why=str(error))
            return Verdict("bad", "open")
        except Exception as error:
            # Whatever is wrong on our side lets the person go. Only its kind is logged: its text may quote.
            log.error("agi_open", why=type(error).__name__)
            return Verdict("open", "open")


async def _tell(talk: Talk, verdict: Verdict) -> None:
    """The result last: what the dialplan finds without it, it takes for no answer."""
    if verdict.language:
        await talk.set("CCD_LANGUAGE", "zh" if verdict.language.startswith("zh") else "en")
    await talk.set("CCD_PROMPT", verdict.prompt if _PROMPT.fullmatch(verdict.prompt) else "")
    await talk.set("CCD_RESULT", verdict.result)
