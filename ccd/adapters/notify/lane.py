"""One means of telling people: each message is brought by a task of its own, tried again until it is there.

Nothing waits in line behind a message that cannot be delivered, and no means shares anything with another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from ccd.adapters.notify.ending import end
from ccd.adapters.notify.message import one_line
from ccd.effects import Tell

__all__ = ["DELAYS_S", "OPEN_LIMIT", "Attempt", "FailedError", "Lane", "UndeliverableError"]

log = structlog.get_logger("ccd.notify")

DELAYS_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
"""Between two tries; the last one from then on."""
OPEN_LIMIT = 500
"""Messages of one means that are under way. What comes on top is answered with an error at once."""

Attempt = Callable[[], Awaitable[None]]


class FailedError(Exception):
    """Not this time: to be tried again."""


class UndeliverableError(Exception):
    """Trying again would change nothing."""


class Lane:
    """``begin`` makes of a message what is called for each try: it returns, or raises FailedError or
    UndeliverableError. ``ended(key, error)`` is told once for each message, "" for a delivery.
    """

    def __init__(
        self,
        means: str,
        begin: Callable[[Tell], Attempt],
        *,
        ended: Callable[[str, str], None],
        still_wanted: Callable[[str], bool],
        delays_s: tuple[float, ...] = DELAYS_S,
    ) -> None:
        self.retries = 0
        self._means = means
        self._begin = begin
        self._ended = ended
        self._still_wanted = still_wanted
        self._delays = delays_s
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        """Messages under way."""
        return len(self._tasks)

    def take(self, effect: Tell) -> None:
        """The same key again while it is under way is the same message."""
        key = effect.key
        if key in self._tasks:
            return
        if len(self._tasks) >= OPEN_LIMIT:
            log.error("telling_refused", means=self._means, key=key, under_way=len(self._tasks))
            self._ended(key, f"{OPEN_LIMIT} messages by {self._means} are under way already")
            return
        task = asyncio.get_running_loop().create_task(self._bring(effect))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    async def close(self) -> None:
        """What is under way ends here, without a result: after the next start it is asked for again."""
        await end(self._tasks.values())

    async def _bring(self, effect: Tell) -> None:
        attempt = self._begin(effect)
        tries = 0
        while True:
            tries += 1
            error, final = await self._try(attempt)
            if not error:
                log.info("told", means=self._means, key=effect.key, person=effect.person, tries=tries)
                break
            log.warning("telling_failed", means=self._means, key=effect.key, tries=tries, error=error)
            if final or not self._still_wanted(effect.incident):
                break
            await asyncio.sleep(self._delays[min(tries, len(self._delays)) - 1])
            if not self._still_wanted(effect.incident):
                break
            self.retries += 1
        self._ended(effect.key, error if tries == 1 or not error else f"{error} ({tries} tries)")

    async def _try(self, attempt: Attempt) -> tuple[str, bool]:
        """What went wrong ("": nothing), and whether that is for good."""
        try:
            await attempt()
        except UndeliverableError as error:
            return one_line(str(error)), True
        except FailedError as error:
            return one_line(str(error)), False
        except Exception as error:
            log.exception("telling_defect", means=self._means)
            return one_line(f"{type(error).__name__}: {error}"), False
        return "", False
