"""The composition root: opens what is needed, builds the parts, owns start, reload and shutdown.

Start: lock and open the store, restore what it held open, listen, then link the PBXs; ``READY=1`` when all
listen. Shutdown (SIGTERM, SIGINT): stop listening, cut the PBXs, work off the queue, write everything; 5 s at
most, and no further signal cuts it short. SIGHUP: a valid new configuration replaces the old one, a bad one
is refused with its reason.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from ccd.adapters import logs
from ccd.adapters.clock import utc_now
from ccd.adapters.collector import calm_collector
from ccd.adapters.forecast_file import read_forecast
from ccd.adapters.forms import read_forms
from ccd.adapters.journal import Journal
from ccd.adapters.notify import check_secrets
from ccd.adapters.special_days import read_special_days
from ccd.adapters.store import Store
from ccd.config import ConfigError, Settings, load, secret_of
from ccd.events import ConfigReplaced, ForecastRow, IncidentsRestored, SpecialDay, Stopping
from ccd.parts import Parts
from ccd.simulated import ROSTER_BY, Simulated

__all__ = ["AT_THE_START", "App", "serve"]

log = structlog.get_logger("ccd.app")

AT_THE_START = ("daemon", "store", "agi", "metrics", "web", "journal", "simulator")
"""Sections that say where we listen and where we store: a reload notes them for the next start."""
PBXS_S = 2.0
"""So long, after a start, no deadline comes due before the PBXs are followed."""
STOP_S = 3.0
"""From the signal on, so much is for writing; letting go of a silent database and ending take the rest."""
EFFECTS_S = 1.0
"""Of that, effects that wait for a commit get so much."""
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class App:
    """One daemon: ``await App(settings, path).serve(started)`` until SIGTERM or SIGINT.

    ``started`` is called once, with the daemon, when everything listens.
    """

    def __init__(self, settings: Settings, config_path: Path | None) -> None:
        self.settings = settings
        self.config_path = config_path
        self.config_fault = ""
        """Why the last reload was refused; empty while file and daemon agree."""
        self.state = settings.daemon.state_path()
        self.simulated: Simulated | None = None
        self.journal: Journal | None = None
        self._stop = asyncio.Event()
        self._stop_by = 0.0
        self._reloading = asyncio.Lock()
        self._died: BaseException | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        self._jobs: set[asyncio.Task[Any]] = set()
        self._exits = AsyncExitStack()

    async def serve(self, started: Callable[[App], None]) -> None:
        """Raises ConfigError or StoreError for what the operator must mend, having closed what was opened;
        RuntimeError where a part of the daemon died of a defect, which ends the whole.
        """
        for name, pbx in self.settings.pbx.items():
            secret_of(name, pbx)
        check_secrets(self.settings)
        files = _read_files(self.settings)
        async with self._exits:
            self._exits.callback(self._let_go_of_signals)
            await self._open()
            self._started_with = self.settings
            self.parts = Parts(self.settings, self.store, self.journal, self.reload)
            self.parts.metrics.watch("config", "", self)
            await self._restore(files)
            await self._listen()
            await self.parts.links.replace(self.settings.pbx)
            self._catch_signals()
            calm_collector()
            self.parts.notifier.ready(f"following {', '.join(self.settings.pbx)}")
            started(self)
            await self._stop.wait()
            self._stop_by = asyncio.get_running_loop().time() + STOP_S
            self.parts.notifier.stopping()
            log.info("stopping")
        if self._died is not None:
            raise RuntimeError("ended for a defect of its own; the log has it") from self._died

    def stop(self) -> None:
        self._stop.set()

    # --- start --------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        try:
            await asyncio.to_thread(self.state.mkdir, mode=0o750, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"daemon.state_dir: {self.state}: {error.strerror}; give a folder that ccd may write to"
            ) from None
        self.store = await Store.open(self.settings.store, self.state)
        self._exits.push_async_callback(self._close_store)
        section = self.settings.journal
        if section.enabled:
            folder = section.dir or self.state / "journal"
            self.journal = Journal(folder, max_bytes=section.max_bytes, retention_days=section.retention_days)
            try:
                await self.journal.open()
            except OSError as error:
                raise ConfigError(
                    f"journal.dir: {folder}: {error.strerror}; give a folder that ccd may write to"
                ) from None
            self._exits.push_async_callback(self.journal.close)
        if not self.settings.pbx:
            self.simulated = await Simulated.start(self.settings.simulator, self.state)
            self._exits.push_async_callback(self.simulated.stop)
            self.settings = self.simulated.added_to(self.settings)

    async def _restore(self, files: _Files) -> None:
        """What the store held comes before the first message of a PBX."""
        submit = self.parts.runner.submit
        submit(_replaced(self.settings, files))
        roster = await self.store.current_roster()
        if roster is None or roster.by == ROSTER_BY:  # nobody's own: of the centre that is simulated now
            roster = None if self.simulated is None else self.simulated.roster(utc_now())
        if roster is not None:
            submit(roster)
        await self.parts.plan_window.restore()
        last_alive = await self.store.last_alive()
        if last_alive is not None:
            await self.store.close_open_intervals(last_alive)
        submit(await self.store.restore_picture())
        submit(IncidentsRestored(at=utc_now(), facts=await self.parts.incidents.restore()))
        submit(await self.store.shifts_restored())
        if self.simulated is not None:
            for arrival in self.simulated.arrivals(utc_now()):
                submit(arrival)
        self.parts.clock.restore(await self.store.open_deadlines())
        self._exits.push_async_callback(self._work_off, self._spawn(self.parts.runner.run(), "runner"))

    async def _listen(self) -> None:
        self._exits.push_async_callback(self._cancel)
        for name, part in (
            ("pulse", self.parts.pulse),
            ("housekeeping", self.parts.housekeeping),
            ("reporting", self.parts.reporting),
            ("plan", self.parts.plan_window),
            ("notifiers", self.parts.incidents.notifiers),
        ):
            self._tasks.append(self._spawn(part.run(), name))
        self._tasks.append(self._spawn(self._keep_time(), "clock"))
        self._exits.push_async_callback(self.parts.recordings.close)
        self._exits.push_async_callback(self.parts.incidents.close)
        self._exits.push_async_callback(self.parts.shifts.close)
        self._exits.push_async_callback(self.parts.quality.close)
        await self.parts.ops.start()
        self._exits.push_async_callback(self.parts.ops.stop)
        self._exits.push_async_callback(self.parts.web.stop)
        await self.parts.web.start()
        if self.settings.agi.enabled:
            await self.parts.agi.start()
        self._exits.push_async_callback(self.parts.agi.close)
        await self.parts.control.start()
        self._exits.push_async_callback(self.parts.control.close)
        self._exits.push_async_callback(self.parts.links.close)

    async def _keep_time(self) -> None:
        """What came due while we were away waits a moment for the PBXs: without them nobody can be rung."""
        await self.parts.links.first_picture(PBXS_S)
        await self.parts.clock.run()

    # --- stop ---------------------------------------------------------------------------------------------

    async def _work_off(self, runner: asyncio.Task[Any]) -> None:
        """The last inputs, then their commits; the store closes after this."""
        self.parts.runner.submit(Stopping(at=utc_now()))
        self.parts.runner.stop()
        await asyncio.gather(runner, return_exceptions=True)
        await self.parts.runner.settled(min(EFFECTS_S, self._left()))
        self.store.beat(utc_now())

    async def _close_store(self) -> None:
        await self.store.close(self._left())
        await self.parts.incidents.safekeeping.close()

    def _left(self) -> float:
        """Seconds for writing; a little in any case."""
        if not self._stop_by:
            return STOP_S
        return max(self._stop_by - asyncio.get_running_loop().time(), 0.2)

    async def _cancel(self) -> None:
        self.parts.reporting.close()
        for task in (*self._tasks, *self._jobs):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._jobs, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._task_ended)
        return task

    def _task_ended(self, task: asyncio.Task[Any]) -> None:
        """None of these ends by itself: if one does, stop rather than go on half alive."""
        if not task.cancelled() and task.exception() is not None:
            log.critical("task_died", task=task.get_name(), exc_info=task.exception())
            self._died = task.exception()
            self._stop.set()

    # --- signals and reload -------------------------------------------------------------------------------

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload_soon)

    def _let_go_of_signals(self) -> None:
        """Last of all: as long as something is written, no signal may cut it short."""
        for number in SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)

    def _reload_soon(self) -> None:
        task = asyncio.create_task(self.reload())
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def reload(self) -> str:
        """Take the file's settings if they are good. Gives the reason why not, or an empty text."""
        if self._stop.is_set():
            return "ccd is stopping"
        async with self._reloading:
            self.parts.notifier.reloading()
            try:
                await self._take(await asyncio.to_thread(load, self.config_path))
            except ConfigError as error:
                self.config_fault = str(error)
                log.error("reload_refused", reason=self.config_fault)
            finally:
                self.parts.notifier.ready()
        return self.config_fault

    async def _take(self, settings: Settings) -> None:
        files = await asyncio.to_thread(_read_files, settings)
        if self.simulated is not None and not settings.pbx:
            settings = self.simulated.added_to(settings)
        await asyncio.to_thread(check_secrets, settings)
        await self.parts.links.replace(settings.pbx)
        self.config_fault = ""
        self._note_what_waits(settings)
        self.settings = self.parts.settings = settings
        self.parts.runner.submit(_replaced(settings, files))
        log.info("reloaded", file=str(self.config_path or "defaults"))

    def _note_what_waits(self, settings: Settings) -> None:
        for section in AT_THE_START:
            if getattr(settings, section) != getattr(self._started_with, section):
                log.warning("restart_needed", section=section)


class _Files(NamedTuple):
    """What stands in the files that the settings name."""

    special_days: tuple[SpecialDay, ...]
    forecast: tuple[ForecastRow, ...]
    forms: tuple[str, ...]


def _read_files(settings: Settings) -> _Files:
    """Raises ConfigError."""
    return _Files(read_special_days(settings), read_forecast(settings), read_forms(settings))


def _replaced(settings: Settings, files: _Files) -> ConfigReplaced:
    return ConfigReplaced(at=utc_now(), settings=settings.model_dump_json(), **files._asdict())


async def serve(settings: Settings, config_path: Path | None, started: Callable[[App], None]) -> None:
    """Run the daemon until SIGTERM or SIGINT. Raises ConfigError or StoreError for what is to be mended."""
    logs.configure(settings.daemon.log_level)
    try:
        await App(settings, config_path).serve(started)
    finally:
        for number in SIGNALS:  # there is nothing left to be told but to end
            signal.signal(number, signal.SIG_IGN)
