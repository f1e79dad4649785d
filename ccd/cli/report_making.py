"""Having a report made: by the daemon, which has the store; where none runs, by ourselves."""

from __future__ import annotations

import asyncio
import os
import pwd
import sys
from typing import Any

import msgspec

from ccd.adapters.clock import utc_now
from ccd.adapters.control_client import UnreachableError, follow
from ccd.adapters.reporting_data import made_in_thread, read_ledger
from ccd.adapters.reporting_files import kept_report, reports_dir
from ccd.adapters.reporting_making import Making
from ccd.adapters.store import Store
from ccd.cli.bundling import as_owner_of
from ccd.cli.session import CommandError, Exit, Session
from ccd.cli.stored import reading
from ccd.events.reports import ReportMade
from ccd.reports.periods import Period
from ccd.reports.report import Report

__all__ = ["MAKE_S", "known", "made"]

MAKE_S = 300.0


class _Progress:
    """A line that tells how many days are added up, where somebody looks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._shown = not session.quiet and sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        if self._shown and total > 1:
            text = self._session.words("report_progress", done=done, total=total)
            print(f"\r{text}", end="" if done < total else "\r\x1b[K", file=sys.stderr, flush=True)


def made(session: Session, period: Period) -> ReportMade:
    """Raises CommandError, StoreError, OSError."""
    try:
        reply = asyncio.run(_asked(session, period))
    except UnreachableError as error:
        if error.why != "down":
            raise CommandError(Exit.UNREACHABLE, session.unreachable(error)) from None
        return asyncio.run(_directly(session, period))
    return msgspec.convert(reply["made"], ReportMade)


async def _asked(session: Session, period: Period) -> dict[str, Any]:
    progress = _Progress(session)
    request = {"command": "report_make", "period": period.name}
    async for reply in follow(session.socket, request, timeout_s=MAKE_S):
        if reply.get("ok") is not True:
            code = Exit.REFUSED if reply.get("code") == "refused" else Exit.FOUND
            raise CommandError(code, session.words("daemon_says", text=reply.get("error", "")))
        if "made" in reply:
            return reply
        progress(reply["done"], reply["total"])
    raise UnreachableError("silent", "the daemon closed the connection without an answer")


async def _directly(session: Session, period: Period) -> ReportMade:
    user = pwd.getpwuid(os.getuid()).pw_name
    with as_owner_of(session.state_dir):
        store = await Store.open(session.settings.store, session.state_dir)
        try:
            making = Making(lambda: session.settings, store, utc_now)
            found = await making.make(period, by=user, progress=_Progress(session))
        finally:
            await store.close()
    assert found is not None
    return found


def known(session: Session, period: Period) -> Report:
    """The revision in force, as it was kept; where there is none, or its file has gone, as it is now.

    Raises StoreError.
    """
    ledger = reading(session.settings, read_ledger)
    kept = ledger.of(period)
    if kept is not None:
        try:
            return kept_report(reports_dir(session.settings), kept)
        except (OSError, msgspec.MsgspecError):
            session.warn(session.words("report_file_gone", period=period.name))
    return made_in_thread(session.settings, period, utc_now(), _Progress(session))
