"""Holds a PBX's recording folder against the store (``Reconcile``). The disk is read in a thread, by pages.

A folder that is not there, or in which no file at all is left while the store names several, is away (not
mounted): that is one finding, and nothing is said of its files.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import structlog

from ccd.adapters.questions import QuestionStore, written
from ccd.adapters.retention_folder import Known, Look, Walk, Wish, any_file, compare, root_of, walk
from ccd.adapters.store.errors import StoreError, UnavailableError
from ccd.adapters.store.retention_queries import Row, added, page, paths
from ccd.config import PbxSettings
from ccd.effects import Reconcile
from ccd.events.quality import RecordingsFound

__all__ = ["RetentionLook"]

log = structlog.get_logger("ccd.retention")

T = TypeVar("T")
PAGE = 500
NAMES = 5000
AWAY_FROM = 2
"""So many files that are gone, with none left, make a folder that is away."""
AGAIN_S = 30.0
LATELY = timedelta(days=7)


class RetentionLook:
    """``held(pbx)`` and ``findings(pbx)``: recordings that are read whole each night, and of which something
    is amiss. One look at a time.
    """

    def __init__(
        self,
        store: QuestionStore,
        pbxs: Callable[[], dict[str, PbxSettings]],
        submit: Callable[[RecordingsFound], None],
        now: Callable[[], datetime],
        *,
        held: Callable[[str], Collection[str]],
        findings: Callable[[str], Collection[str]],
        again_s: float = AGAIN_S,
    ) -> None:
        self.failures = 0
        self._store = store
        self._pbxs = pbxs
        self._submit = submit
        self._now = now
        self._held = held
        self._findings = findings
        self._again_s = again_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ccd-folder")
        self._stop = threading.Event()
        self._one = asyncio.Lock()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def perform(self, effect: Reconcile) -> None:
        """The same key again, while it is under way, changes nothing."""
        if effect.key not in self._tasks:
            task = asyncio.create_task(self._look(effect))
            self._tasks[effect.key] = task
            task.add_done_callback(lambda done: self._ended(effect.key, done))

    async def close(self) -> None:
        self._stop.set()
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        self._tasks.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("folder_look_broken", key=key, exc_info=error)

    async def _look(self, effect: Reconcile) -> None:
        while (pbx := self._pbxs().get(effect.pbx)) is not None:
            try:
                async with self._one:
                    self._submit(await self._found(effect, pbx))
                return
            except (StoreError, UnavailableError) as error:
                self.failures += 1
                log.warning("folder_not_compared", key=effect.key, error=str(error))
            await asyncio.sleep(self._again_s)

    async def _found(self, effect: Reconcile, pbx: PbxSettings) -> RecordingsFound:
        await written(self._store)
        deep = effect.since is None
        root = root_of(pbx)
        try:
            look = await self._compare(effect, pbx)
            if len(look.gone) >= AWAY_FROM and not look.there and not await self._run(any_file, root):
                return self._away(effect, root, deep)
            found = await self._walk(effect, pbx) if deep else await self._run(_is_there, root)
            free, disk = await self._run(_space, root)
        except OSError as error:
            log.warning("folder_away", pbx=effect.pbx, error=error.strerror)
            return self._away(effect, root, deep)
        return RecordingsFound(
            at=self._now(),
            key=effect.key,
            pbx=effect.pbx,
            looked=look.looked,
            gone=tuple(look.gone),
            changed=tuple(look.changed),
            found=tuple(dict.fromkeys(look.found)),
            orphans=tuple(found.orphans),
            orphans_all=found.orphans_all,
            orphan_bytes=found.orphan_bytes,
            unreadable=tuple(dict.fromkeys((*look.unreadable, *found.unreadable))),
            calls=look.calls,
            deep=deep,
            hashed=look.hashed,
            unhashed=look.unhashed,
            used=found.used,
            free=free,
            disk=disk,
            added=await self._added(effect.pbx),
        )

    def _away(self, effect: Reconcile, root: Path, deep: bool) -> RecordingsFound:
        return RecordingsFound(
            self._now(), effect.key, effect.pbx, 0, (), (), (), (), away=str(root), deep=deep
        )

    async def _compare(self, effect: Reconcile, pbx: PbxSettings) -> Look:
        look = Look()
        after: Row | None = None
        wish = Wish(
            effect.turn,
            effect.turns,
            effect.hashes,
            frozenset(self._held(effect.pbx)) if effect.hashes else frozenset(),
            frozenset(self._findings(effect.pbx)),
        )
        while True:
            rows = await self._page(effect, after)
            await self._run(compare, rows, pbx, wish, look, self._stop)
            if len(rows) < PAGE:
                return look
            after = rows[-1]

    async def _page(self, effect: Reconcile, after: Row | None) -> list[Row]:
        return await self._store.read(
            lambda connection: page(
                connection,
                effect.pbx,
                since=effect.since,
                before=effect.older_than,
                after=after,
                limit=PAGE,
            )
        )

    async def _walk(self, effect: Reconcile, pbx: PbxSettings) -> Walk:
        known, last = Known(pbx), ""
        while True:
            named = await self._names(effect.pbx, last)
            await self._run(known.add, [(path, file) for _, path, file in named])
            if len(named) < NAMES:
                break
            last = named[-1][0]
        await self._run(known.sort)
        return await self._run(walk, pbx, known, effect.orphans_before, self._stop)

    async def _names(self, pbx: str, last: str) -> list[tuple[str, str, str]]:
        return await self._store.read(lambda connection: paths(connection, pbx, last, NAMES))

    async def _run(self, work: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    async def _added(self, pbx: str) -> int:
        since = self._now() - LATELY
        return await self._store.read(lambda connection: added(connection, pbx, since))


def _space(root: Path) -> tuple[int, int]:
    """(bytes that are left, bytes in all) of its file system: asked in a thread, for it may not answer."""
    about = os.statvfs(root)
    return about.f_bavail * about.f_frsize, about.f_blocks * about.f_frsize


def _is_there(root: Path) -> Walk:
    """Nothing of what is in it. Raises OSError where it is away."""
    with os.scandir(root):
        return Walk()
