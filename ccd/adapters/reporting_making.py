"""Makes a report out of the store, keeps its files and puts it on record, each step after the other.

After a crash between two of them it is made again under the same name.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

import msgspec

from ccd.adapters.reporting_data import GivenUpError, Progress, made_in_thread, read_ledger
from ccd.adapters.reporting_files import all_there, keep, languages_of, reports_dir
from ccd.adapters.store.errors import UnavailableError
from ccd.adapters.store.queries import opened
from ccd.config import Settings
from ccd.events.reports import ReportFact, ReportMade
from ccd.reports.ledger import Ledger
from ccd.reports.periods import Period
from ccd.reports.report import Report, figures_digest

__all__ = ["Making", "ReportStore"]

WRITTEN_S = 10.0


class ReportStore(Protocol):
    def commit(self, facts: Iterable[Any]) -> Awaitable[None]: ...


class Making:
    """``settings`` are asked for each time. One report is made at a time."""

    def __init__(
        self, settings: Callable[[], Settings], store: ReportStore, now: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._store = store
        self._now = now
        self._ledger: Ledger | None = None
        self._one = asyncio.Lock()
        self._stopping = threading.Event()

    def close(self) -> None:
        """Ends what is being made, within the day that it is at."""
        self._stopping.set()

    async def ledger(self) -> Ledger:
        """Raises StoreError."""
        if self._ledger is None:
            settings = self._settings()
            async with opened(settings.store, settings.daemon.state_path()) as archive:
                self._ledger = await read_ledger(archive)
        return self._ledger

    async def make(
        self, period: Period, *, by: str = "", even_if_empty: bool = True, progress: Progress | None = None
    ) -> ReportMade | None:
        """Make a report and keep it. Where the figures are those of the revision in force, that one is given;
        None where nothing was planned or found, unless it is wanted all the same.

        Raises StoreError, ConfigError, OSError, GivenUpError.
        """
        async with self._one:
            ledger = await self.ledger()
            await self._all_written()
            settings = self._settings()
            report = await asyncio.to_thread(
                made_in_thread, settings, period, self._now(), self._going_on(progress)
            )
            if not even_if_empty and not report.facts and not any(day.planned for day in report.days):
                return None
            return await self._keep(settings, ledger, report, by)

    async def _all_written(self) -> None:
        """What was found so far is in the store, and so in the report."""
        try:
            async with asyncio.timeout(WRITTEN_S):
                await self._store.commit([])
        except TimeoutError:
            raise UnavailableError(f"nothing was written for {WRITTEN_S:.0f} s") from None

    def _going_on(self, progress: Progress | None) -> Progress:
        def told(done: int, total: int) -> None:
            if self._stopping.is_set():
                raise GivenUpError
            if progress is not None:
                progress(done, total)

        return told

    async def _keep(self, settings: Settings, ledger: Ledger, report: Report, by: str) -> ReportMade:
        folder, figures = reports_dir(settings), figures_digest(report)
        before = ledger.of(report.span)
        if before is not None and before.figures == figures:
            if not await asyncio.to_thread(all_there, folder, before):
                again = msgspec.structs.replace(report, made=before.at, revision=before.revision)
                languages = dict.fromkeys(file.language for file in before.files if file.language)
                await asyncio.to_thread(keep, folder, again, languages)
            return before
        revision = 0 if before is None else before.revision + 1
        report = msgspec.structs.replace(report, revision=revision)
        files = await asyncio.to_thread(keep, folder, report, languages_of(settings))
        made = ReportMade(
            at=report.made,
            key=f"reports|made|{report.kind}|{report.period}|{revision}",
            day=report.last,
            by=by,
            kind=report.kind,
            period=report.period,
            first=report.first,
            last=report.last,
            revision=revision,
            figures=figures,
            facts=report.facts,
            gaps=len(report.gaps),
            files=files,
        )
        await self.record(made)
        return made

    async def record(self, fact: ReportFact) -> None:
        """Returns when it is committed, however long the store is away. Raises StoreError."""
        await self._store.commit([fact])
        if self._ledger is not None:
            self._ledger.take(fact)
