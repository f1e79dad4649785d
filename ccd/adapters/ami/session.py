"""One AMI session of one PBX, for ever: connect, log in, take the snapshot, read, and again.

Nothing is sent twice by itself, everything is bounded in time, and what a callback raises never costs the
connection. Between two sessions there is no replay: what happened meanwhile is told only by the snapshot.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog

from ccd.adapters.ami.actions import ActionTimeout, Fields, NotConnected, PendingAction
from ccd.adapters.ami.backoff import delay_s
from ccd.adapters.ami.counts import Counts, Cut
from ccd.adapters.ami.login import Refusal, booted, connect, identify, login
from ccd.adapters.ami.protocol import Protocol
from ccd.adapters.ami.resync import resync
from ccd.adapters.ami.wanted import Predicate, Wanted
from ccd.adapters.ami.watch import keep_alive, watch_silence
from ccd.config import PbxSettings
from ccd.message import Message

__all__ = ["Session"]

log = structlog.get_logger(__name__)

BOOT_WAIT_S = 2.0
"""A PBX that has booted says so right behind its answer to the login, to a user who may read ``system``.
Where it has never said so, this is all the time it gets; otherwise it is waited for."""
HELD_LIMIT = 100_000
"""Messages between login and ``on_linked``, which is a matter of milliseconds (2 s without ``system``)."""


class Session(Counts):
    """Callbacks are plain functions, called in the order of the stream; they must not block.

    ``on_messages(at, messages)``: events, and the items of the snapshot's lists, as they came with one read
    at ``at`` (our clock, aware UTC). A list is to be taken wholly or not at all: if the callback raises, the
    messages of the list are given again one by one, and only those that fail then are lost
    (``handler_errors``). Nothing comes before ``on_linked``: what arrives earlier follows right behind it.
    ``on_linked(at, version, boot)``: logged in, the snapshot is being asked for.
    ``on_synced(at)``: every list has ended, except for ``missing_lists``, which the PBX refused.
    ``on_lost(at, last_heard, why)``: a linked session ended, or there is a new reason why none comes about.
    ``last_heard`` is the last byte of the last linked session (before the first one, the start of ``run``);
    ``why`` is a value of ``Cut``, and ``last_error`` says it in words.

    ``wanted`` may be changed at any time. ``coalesce_s`` is the longest that a message waits for others to
    be read with it, where messages come densely (0: never). ``sleep`` is what waits between two tries.
    """

    def __init__(
        self,
        name: str,
        settings: PbxSettings,
        secret: str,
        *,
        wanted: Mapping[str, Predicate | None],
        on_messages: Callable[[datetime, list[Message]], None],
        on_linked: Callable[[datetime, str, str], None],
        on_synced: Callable[[datetime], None],
        on_lost: Callable[[datetime, datetime, str], None],
        clock: Callable[[], datetime],
        rng: random.Random | None = None,
        coalesce_s: float = 0.01,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__()
        self.name = name
        self.settings = settings
        self.wanted = wanted if isinstance(wanted, Wanted) else Wanted(wanted)
        self.connected = False
        """Logged in: actions can be sent."""
        self.synced = False
        self.version = self.boot = self.last_error = ""
        self.missing_lists: tuple[str, ...] = ()
        self._secret = secret
        self._on_messages, self._on_linked = on_messages, on_linked
        self._on_synced, self._on_lost = on_synced, on_lost
        self._clock = clock
        self._rng = rng or random.Random()
        self._coalesce_s = coalesce_s
        self._sleep = sleep
        self._protocol: Protocol | None = None
        self._held: list[Message] | None = []
        self._last_followed: datetime | None = None
        self._reported: Cut | None = None
        self._links = 0
        self._says_booted = False
        self._work: asyncio.Task[None] | None = None
        self._closing = False

    # --- for the rest of ccd ---

    async def run(self) -> None:
        """Follow the PBX until ``close``."""
        if self._closing:
            return
        self._last_followed = self._clock()
        self._work = asyncio.create_task(self._forever(), name=f"ami {self.name}")
        try:
            await self._work
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._closing or (task is not None and task.cancelling()):
                raise

    async def close(self) -> None:
        """End the session, or the attempts at one, for good. Pending actions raise NotConnected."""
        self._closing = True
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait([self._work])

    def restart(self, why: Cut = Cut.OVERFLOW, detail: str = "messages were dropped") -> None:
        """Give up this session for a new one, and so for a new snapshot."""
        if self._protocol is not None:
            self._protocol.give_up(why, detail)

    async def action(self, fields: Fields, timeout: float | None = None) -> Message:
        """Send an action once; its response. ``timeout`` in seconds, default ``action_timeout_s``.

        Raises ValueError before anything is sent, NotConnected, ActionTimeout, ActionFailed.
        """
        response: Message = await self._ask(PendingAction(fields), timeout)
        return response

    async def list_action(self, fields: Fields, timeout: float | None = None) -> list[Message]:
        """Send an action that answers with a list; its events, the completing one last.

        They do not go to ``on_messages``. ``timeout`` bounds the whole list. Raises as ``action`` does.
        """
        items: list[Message] = await self._ask(PendingAction(fields, is_list=True), timeout)
        return items

    async def feed(self, fields: Fields, timeout: float | None = None) -> None:
        """Send an action whose answer is a list that goes to ``on_messages``. Raises as ``action`` does."""
        await self._ask(PendingAction(fields, is_list=True, feeds=True), timeout)

    async def _ask(self, action: PendingAction, timeout: float | None) -> Any:
        if self._protocol is None or not self.connected:
            raise NotConnected(f"{action.name}: no session with {self.name}", sent=False)
        return await self._protocol.ask(action, timeout or self.settings.action_timeout_s)

    # --- the loop ---

    async def _forever(self) -> None:
        failures = 0
        while True:
            began = time.monotonic()
            was_synced, why = await self._one_connection()
            if was_synced and time.monotonic() - began >= self.settings.reconnect_max_s:
                failures = 0
            failures += 1
            await self._sleep(delay_s(failures, why, self.settings.reconnect_max_s, self._rng))

    async def _one_connection(self) -> tuple[bool, Cut]:
        """From the attempt to the end: whether it was synced, and why it ended."""
        why, text = Cut.STOPPED, "stopped"
        try:
            self._protocol = await connect(
                self.settings, lambda: Protocol(self.wanted, self._received, self._clock, self)
            )
            await self._follow(self._protocol)
            why, text = self._protocol.why, self._protocol.detail
        except Refusal as refusal:
            why, text = refusal.why, str(refusal)
        except Exception as error:
            log.exception("ami_session_failed", pbx=self.name)
            why, text = Cut.INTERNAL, repr(error)
        finally:
            was_synced = self.synced
            self._ended(why, text)
        return was_synced, why

    async def _follow(self, protocol: Protocol) -> None:
        settings = self.settings
        watches = [asyncio.create_task(watch_silence(protocol, settings.silence_s))]
        try:
            await self._log_in(protocol)
            every_s = min(settings.keepalive_s, settings.silence_s / 2)
            watches.append(asyncio.create_task(keep_alive(protocol, every_s, settings.silence_s)))
            await self._link(protocol)
            await self._sync(protocol)
            await protocol.lost.wait()
        except Refusal as refusal:
            protocol.give_up(refusal.why, str(refusal))
        except ActionTimeout as error:
            protocol.give_up(Cut.RESYNC_TIMEOUT if self.connected else Cut.UNANSWERED, str(error))
        except NotConnected as error:
            protocol.give_up(Cut.UNANSWERED, str(error))  # it has its reason already, as a rule
        finally:
            protocol.give_up(Cut.STOPPED, "stopped")
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)

    async def _log_in(self, protocol: Protocol) -> None:
        try:
            await login(protocol, self.settings, self._secret)
        except ValueError as error:
            raise Refusal(Cut.LOGIN_REFUSED, f"the login cannot be sent: {error}") from None

    async def _link(self, protocol: Protocol) -> None:
        patience_s = self.settings.resync_timeout_s if self._says_booted else BOOT_WAIT_S
        self._says_booted = await booted(protocol, patience_s) or self._says_booted
        version, self.boot = await identify(protocol, self.settings.action_timeout_s)
        if protocol.closed:  # right behind the answer
            return
        self.version = version or f"AMI {protocol.version}"
        self.connected, self.last_error, self._reported = True, "", None
        self.reconnects += self._links > 0
        self._links += 1
        at = self._clock()
        log.info("ami_linked", pbx=self.name, version=self.version, boot=self.boot)
        self._tell(lambda: self._on_linked(at, self.version, self.boot))
        held, self._held = self._held, None
        if held:
            self._deliver(at, held)

    async def _sync(self, protocol: Protocol) -> None:
        self.missing_lists = await resync(protocol, self.settings.resync_timeout_s)
        if protocol.closed:
            return
        if self.missing_lists:
            log.warning("ami_lists_refused", pbx=self.name, lists=self.missing_lists)
        self.synced = True
        protocol.coalesce_s = self._coalesce_s
        at = self._clock()
        self._tell(lambda: self._on_synced(at))

    def _ended(self, why: Cut, text: str) -> None:
        at = self._clock()
        was_linked = self.connected
        if was_linked:
            self._last_followed = self.last_heard
        self.connected = self.synced = False
        self._protocol, self._held = None, []
        if why is not Cut.STOPPED:
            self.cuts_by_reason[why.value] += 1
            self.last_error = text
        if was_linked or (why is not Cut.STOPPED and why is not self._reported):
            self._reported = why
            if why is not Cut.STOPPED:
                log.warning("ami_lost", pbx=self.name, why=why.value, detail=text)
            last_heard = self._last_followed or at
            self._tell(lambda: self._on_lost(at, last_heard, why.value))

    # --- what comes in ---

    def _received(self, at: datetime, messages: list[Message]) -> None:
        if self._held is None:
            self._deliver(at, messages)
            return
        self._held += messages
        if len(self._held) > HELD_LIMIT and self._protocol is not None:
            self._protocol.give_up(Cut.OVERSIZE, f"more than {HELD_LIMIT} messages before the session began")

    def _deliver(self, at: datetime, messages: list[Message]) -> None:
        try:
            self._on_messages(at, messages)
        except Exception:
            if len(messages) > 1:
                for message in messages:
                    self._deliver(at, [message])
                return
            self._count_handler_error(messages[0].name)

    def _tell(self, callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception:
            self._count_handler_error("")

    def _count_handler_error(self, message: str) -> None:
        """Called where the exception is handled. One that comes with every event must not flood the log."""
        self.handler_errors += 1
        if self.handler_errors <= 10 or self.handler_errors % 1000 == 0:
            log.exception("ami_handler_failed", pbx=self.name, message=message, so_far=self.handler_errors)
