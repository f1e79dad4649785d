"""The legal hold: recordings are copied into the evidence folder at once, and again when they stand still.

EVIDENCE_DIR/INCIDENT/recordings/ holds copies of recordings, …/files/ what people gave. A recording goes on
for as long as the call does, and may be changed or removed behind our back by post-processing, cron or a
clean-up: so it is watched while its incident is open, copied again every half minute, and no copy that
anybody was told of is ever replaced. A copy that another one continues gives way to it only if nobody was.

Each change of state is one ``CopyKept``: the first copy (not ``final``), the copy once the file stands still
(``final``; again, should it change after all), and errors. An error that is not ``final`` is tried again.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog

from ccd.adapters.evidence_files import Copied, TooLargeError, copy, folder, grew, safe_name, sweep
from ccd.adapters.recordings import OutsideError, locate
from ccd.config import PbxSettings, RecordingsSettings, Settings
from ccd.effects import KeepCopy
from ccd.events.incident_inputs import CopyKept

__all__ = ["FILE_LIMIT", "Evidence", "EvidenceError", "evidence_dir"]

log = structlog.get_logger("ccd.evidence")

FILE_LIMIT = 100 * 1024 * 1024
"""Bytes of one file that a person adds."""
AT_ONCE = 4  # copies side by side; the others wait for their turn
REFRESH_S = 30.0  # what is lost at most of a recording that is removed while it is being made
SLOWEST_S = 30.0  # between two tries while nothing can be copied


class EvidenceError(Exception):
    """A file that could not be added, in words for whoever gave it."""


def evidence_dir(settings: Settings) -> Path:
    return settings.evidence.dir or settings.daemon.state_path() / "evidence"


class Evidence:
    """``running(pbx, path)`` tells whether that recording is still being made; ``still_wanted(incident)``
    whether the incident is open. While either holds a file is looked at every ``quiet_s``, without a limit;
    after that what there is is final within ``give_up_s``.
    """

    def __init__(
        self,
        root: Callable[[], Path],
        pbxs: Callable[[], dict[str, PbxSettings]],
        policy: Callable[[], RecordingsSettings],
        submit: Callable[[CopyKept], None],
        now: Callable[[], datetime],
        *,
        running: Callable[[str, str], bool],
        still_wanted: Callable[[str], bool],
        refresh_s: float = REFRESH_S,
        limit: int = FILE_LIMIT,
    ) -> None:
        self._root = root
        self._pbxs = pbxs
        self._policy = policy
        self._submit = submit
        self._now = now
        self._running = running
        self._still_wanted = still_wanted
        self._refresh_s = refresh_s
        self._limit = limit
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="ccd-evidence")
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def keep(self, effect: KeepCopy) -> None:
        """Watch a recording; the same key again, while it is being watched, changes nothing."""
        if effect.key not in self._tasks:
            task = asyncio.create_task(self._watch(effect))
            self._tasks[effect.key] = task
            task.add_done_callback(lambda ended: self._ended(effect.key, ended))

    @property
    def pending(self) -> int:
        return len(self._tasks)

    async def close(self) -> None:
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        self._tasks.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("evidence_watch_broken", key=key, exc_info=error)

    async def add_file(self, incident: str, source: Path, name: str) -> Copied:
        """Keep a file that a person gives. Raises EvidenceError. The same content again is the same file."""

        def work() -> Copied:
            return copy(source, folder(self._root(), incident, "files"), safe_name(name), limit=self._limit)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except TooLargeError:
            raise EvidenceError(f"{source}: larger than {self._limit:,} bytes; keep it elsewhere") from None
        except OSError as error:
            raise EvidenceError(f"{error.filename or source}: {error.strerror or error}") from error
        except ValueError as error:  # no incident's id; a name with a NUL
            raise EvidenceError(str(error)) from None

    async def _watch(self, effect: KeepCopy) -> None:
        loop = asyncio.get_running_loop()
        watch = _Watch(effect, self._refresh_s)
        while True:
            policy, pbx = self._policy(), self._pbxs().get(effect.pbx)
            running = self._running(effect.pbx, effect.path)
            hurry = not running and not self._still_wanted(effect.incident)
            since = watch.hurried(hurry, loop.time())
            moment = _Moment(loop.time(), running, since > policy.give_up_s, policy.give_up_s)
            reports = await loop.run_in_executor(self._threads, watch.look, self._root(), pbx, moment)
            for report in reports:
                self._report(effect, report)
            if watch.over or (hurry and watch.final):
                return
            await asyncio.sleep(min(policy.quiet_s * 2 ** min(watch.failures, 10), SLOWEST_S))

    def _report(self, effect: KeepCopy, report: _Report) -> None:
        copied = report.copied
        if report.error:
            log.warning("evidence_not_kept", incident=effect.incident, source=effect.path, error=report.error)
        self._submit(
            CopyKept(
                at=self._now(),
                key=effect.key,
                incident=effect.incident,
                source=effect.path,
                path=str(copied.path) if copied else "",
                size=copied.size if copied else 0,
                sha256=copied.sha256 if copied else "",
                final=report.final,
                error=report.error,
            )
        )


class _Moment(NamedTuple):
    """``last``: nothing is waited for any more."""

    time: float
    running: bool
    last: bool
    give_up_s: float


class _Report(NamedTuple):
    copied: Copied | None
    final: bool = False
    error: str = ""


_Seen = tuple[int, int, int]  # inode, size, time


@dataclass(slots=True)
class _Watch:
    """What is known of one recording. ``look`` runs in a thread, and in one at a time."""

    effect: KeepCopy
    refresh_s: float
    last: Copied | None = None
    told: set[Path] = field(default_factory=set)
    seen: _Seen | None = None
    copied: _Seen | None = None
    copied_at: float = 0.0
    gone_since: float | None = None
    error: str = ""
    failures: int = 0
    hurry_since: float | None = None
    final: bool = False
    """The latest copy has been told as final."""
    over: bool = False

    def hurried(self, hurry: bool, time: float) -> float:
        """For how many seconds there has been nothing left to wait for."""
        if not hurry or self.hurry_since is None:
            self.hurry_since = time if hurry else None
            return 0.0
        return time - self.hurry_since

    def look(self, root: Path, pbx: PbxSettings | None, moment: _Moment) -> list[_Report]:
        reports: list[_Report] = []
        try:
            if pbx is None:
                raise OSError(0, f"there is no pbx.{self.effect.pbx} in the settings any more")
            for report in self._look(root, pbx, moment):
                reports.append(report)  # what was kept before an error is told all the same
            self.failures = 0
        except OutsideError:
            self.over = True
            reports.append(_Report(None, True, "it would lie outside the recording folder; not copied"))
        except (OSError, ValueError) as error:
            self.failures += 1
            reports += self._failed(getattr(error, "strerror", None) or str(error), moment)
        self.over = self.over or moment.last
        return reports

    def _look(self, root: Path, pbx: PbxSettings, moment: _Moment) -> Iterator[_Report]:
        source = Path(os.path.realpath(locate(self.effect.path, pbx)))
        now = _stat(source)
        if now is None:
            yield from self._gone(moment)
            return
        self.gone_since = None
        still, self.seen = now == self.seen, now
        settled = (still and not moment.running) or moment.last
        if now != self.copied and (settled or self._due(now, moment)):
            yield from self._take(root, source, moment)
            settled = settled and _stat(source) == now  # else it was changed while it was being copied
            self.copied = now
        if self.last is None or self.final:
            return
        if now == self.copied and settled:
            yield self._tell(self.last, final=True)
        elif not self.told:
            yield self._tell(self.last, final=False)

    def _due(self, now: _Seen, moment: _Moment) -> bool:
        if self.last is None or self.copied is None or now[1] < self.copied[1]:
            return True
        return moment.time - self.copied_at >= self.refresh_s

    def _take(self, root: Path, source: Path, moment: _Moment) -> Iterator[_Report]:
        """Copy it anew; the copy before stays beside it unless this one continues it."""
        into = folder(root, self.effect.incident, "recordings")
        if self.last is None:
            sweep(into)
        before, self.last = self.last, copy(source, into, safe_name(source.name))
        self.copied_at, self.error, self.final = moment.time, "", False
        if before is None or before.path == self.last.path:
            return
        if not grew(before.path, self.last.path):
            if before.path not in self.told:
                yield self._tell(before, final=False)
            yield _Report(None, error="it was changed behind our back; the copy made before is kept, too")
        elif before.path not in self.told:
            before.path.unlink(missing_ok=True)

    def _gone(self, moment: _Moment) -> Iterator[_Report]:
        """It may be on its way: made in a moment, or being exchanged by post-processing."""
        if self.gone_since is None:
            self.gone_since = moment.time
        self.seen = None
        if moment.time - self.gone_since < moment.give_up_s and not moment.last:
            return
        if self.last is None:
            yield from self._failed("there is no such file", moment)
        elif not self.final:
            yield _Report(None, error="it was removed behind our back; the last copy made of it is kept")
            yield self._tell(self.last, final=True)

    def _tell(self, copied: Copied, *, final: bool) -> _Report:
        self.told.add(copied.path)
        self.final = final
        return _Report(copied, final)

    def _failed(self, error: str, moment: _Moment) -> list[_Report]:
        """Each error is told once, and at the end once more, as final."""
        if error == self.error and not moment.last:
            return []
        self.error = error
        return [_Report(None, moment.last, error)]


def _stat(path: Path) -> _Seen | None:
    """None where there is none, or something that is no file."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None
