"""What the control socket may ask about reports: make one, post one, list them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec

from ccd.adapters.control import RefusedError
from ccd.adapters.reporting import FAULTS, Reporting
from ccd.adapters.reporting_data import GivenUpError
from ccd.commands_requests import id_of, name_in, user_of
from ccd.events.reports import ReportMade
from ccd.reports.periods import Period, named

__all__ = ["ReportCommands"]

Reply = dict[str, Any]
TELL_S = 0.5
"""How often whoever waits is told how far it has come."""


class ReportCommands:
    def __init__(self, reporting: Reporting) -> None:
        self._reporting = reporting

    def table(self) -> dict[str, Callable[[Reply], Awaitable[Reply]]]:
        return {"report_send": self.send}

    def streams(self) -> dict[str, Callable[[Reply], AsyncIterator[Reply]]]:
        return {"report_make": self.make}

    async def make(self, request: Reply) -> AsyncIterator[Reply]:
        """``period``: make its report, and keep it. Gives ``done`` of ``total`` days, in the end ``made``."""
        period, come = _period_in(request), [0, 0]

        def told(done: int, total: int) -> None:
            come[:] = done, total

        work = asyncio.create_task(self._reporting.making.make(period, by=user_of(request), progress=told))
        try:
            while not (await asyncio.wait([work], timeout=TELL_S))[0]:
                yield {"done": come[0], "total": come[1]}
            yield {"made": _plain(await _refusing(work))}
        finally:
            await asyncio.wait([work])  # what has begun is kept, also where nobody waits for it

    async def send(self, request: Reply) -> Reply:
        """``period``: send the revision in force once more, to whoever gets it by the settings."""
        period = _period_in(request)
        if not self._reporting.mail_configured:
            raise RefusedError("no mail server is configured: set [notify.email] host and sender")
        posted = await _refusing(self._reporting.send(period, by=user_of(request), request=id_of(request)))
        if not posted:
            raise RefusedError("nobody would get it: set reports.to, or e-mail addresses in the roster")
        return {
            "to": [address for each in posted for address in each.to],
            "copies": [address for each in posted for address in each.copies],
            "without_address": sorted({code for each in posted for code in each.without_address}),
        }


async def _refusing(work: Awaitable[Any]) -> Any:
    try:
        return await work
    except FAULTS as error:
        raise RefusedError(str(error)) from None
    except GivenUpError:
        raise RefusedError("ccd is stopping") from None


def _period_in(request: Reply) -> Period:
    try:
        return named(name_in(request, "period"))
    except ValueError:
        raise RefusedError("period: write it as 2026-03-02, 2026-W10 or 2026-03") from None


def _plain(made: ReportMade) -> Reply:
    plain: Reply = msgspec.to_builtins(made)
    return plain
