"""The simulator as a running thing: the PBX in real time behind an AMI port, with faults to order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ccd.config import SimulatorSettings
from ccd.simulator import scenarios
from ccd.simulator.centre import build
from ccd.simulator.day import WARM_UP_S
from ccd.simulator.people import roster
from ccd.simulator.player import Player
from ccd.simulator.recorder import ToneRecorder
from ccd.simulator.server import AmiServer
from ccd.simulator.stage import stage
from ccd.simulator.timeline import Timeline

__all__ = ["Simulator"]

FLOOD_TICK_S = 0.005


class Simulator:
    """A PBX on a loopback port.

    ``speed`` is how fast its time runs against ours. Without ``day`` it is the small quiet PBX of
    ``stage`` on which nothing happens but what ``play`` and AMI actions bring about. ``recordings`` is a
    folder for real WAV files; without one, recordings have names but no files. ``now`` gives epoch seconds.
    """

    def __init__(
        self,
        settings: SimulatorSettings | None = None,
        *,
        pbx_name: str = "",
        username: str = "ccd",
        secret: str = "simulator",
        recordings: Path | None = None,
        speed: float = 1.0,
        day: bool = True,
        write_timeout_s: float = 5.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings or SimulatorSettings()
        self.people = roster(self.settings, pbx_name) if day else ()
        self.username, self.secret, self.speed = username, secret, speed
        self._wall = now
        self._folder = recordings
        self._day = day
        start = now()
        self.timeline = Timeline(start - WARM_UP_S if day else start)
        self._live = start
        # Ids begin where no earlier run has been, though both have made up the same hour before going live:
        # ten thousand a second since the epoch, wrapped.
        first_id = int(start * 10_000) % 1_000_000_000
        folder = str(recordings) if recordings else "/var/spool/asterisk/monitor"
        if day:
            self.pbx = build(self.settings, self.people, self.timeline, first_id, folder)
        else:
            self.pbx = stage(self.timeline, first_id, folder)
        self._server = AmiServer(self.pbx, username, secret, write_timeout_s, self._around)
        self._address = ("", 0)
        self._began = 0.0
        self._tick: asyncio.TimerHandle | None = None

    # --- life

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Play the hour before, go live, listen. Returns the port. Raises OSError where it cannot be had."""
        if self._day:
            Player(self.pbx, self.settings, self.people).start()
            await asyncio.to_thread(self.timeline.run_until, self._live)
        if self._folder is not None:
            self.pbx.recorder = ToneRecorder(self._folder, lambda: self.timeline.now)
            for channel in self.pbx.switch.channels.values():
                for path in channel.recordings:
                    self.pbx.recorder.begin(path)
        self._address = (host, await self._server.start(host, port))
        self._rebase()
        return self._address[1]

    async def stop(self) -> None:
        """Ends every session. Can be called twice."""
        self._disarm()
        await self._server.stop()

    @property
    def sessions(self) -> int:
        return len(self._server.sessions)

    @property
    def next_wake(self) -> float | None:
        """When it will do something by itself, simulated epoch seconds; None while nothing is due."""
        return None if self._tick is None else self.timeline.next_due

    def _now(self) -> float:
        return self._live + (asyncio.get_running_loop().time() - self._began) * self.speed

    def _rebase(self) -> None:
        """From here on, time runs as it should."""
        self._live = self.timeline.now
        self._began = asyncio.get_running_loop().time()
        self._arm()

    def _arm(self) -> None:
        """Sleep to the next thing due and no shorter."""
        self._disarm()
        due = self.timeline.next_due
        if due is not None and not self._server.stalled:
            delay = max((due - self._now()) / self.speed, 0.0)
            self._tick = asyncio.get_running_loop().call_later(delay, self._catch_up)

    def _disarm(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def _catch_up(self) -> None:
        try:
            self.timeline.run_until(self._now())
        finally:
            self._arm()

    @contextmanager
    def _around(self) -> Iterator[None]:
        if self._tick is not None:
            self.timeline.run_until(self._now())
        yield
        self._arm()

    # --- scenes and faults, for tests and benches

    async def play(self, name: str) -> None:
        """One scenario of ``scenarios.SCENARIOS``, in simulated time. Raises KeyError for an unknown name."""
        for wait_s in scenarios.SCENARIOS[name](self.pbx):
            self._arm()
            await asyncio.sleep(wait_s / self.speed)
            self._catch_up()

    def cut_sessions(self) -> int:
        """Drop every session; new ones are let in. Returns how many there were."""
        return self._server.cut()

    def stall(self) -> None:
        """As a PBX that hangs: connections stay, nothing is said, time stands still."""
        self._disarm()
        self._server.stall(True)

    def resume(self) -> None:
        self._server.stall(False)
        self._catch_up()

    async def restart(self, down_s: float = 0.5) -> None:
        """``core restart now``: sessions end, channels are gone, members and pauses stay, the boot is new."""
        port = self._address[1]
        self.pbx.wire.tell("Shutdown", Shutdown="Uncleanly", Restart="True")
        self._disarm()
        await self._server.stop()
        await asyncio.sleep(down_s)
        self.timeline.run_until(self._now())
        self.pbx.restart()
        await self._server.start(self._address[0], port)
        self._arm()

    def burst(self, events: int) -> int:
        """At least so many events at once: time leaps to have them happen. Returns how many there were."""
        before = self.pbx.wire.count
        self._stamp_by_wall()
        while self.pbx.wire.count - before < events and self.timeline.step():
            pass
        self._rebase()
        return self.pbx.wire.count - before

    async def flood(self, events_per_second: float, seconds: float) -> int:
        """A day's mix of events at that rate: time flies, Timestamps do not. Returns how many there were."""
        loop = asyncio.get_running_loop()
        self._disarm()
        self._stamp_by_wall()
        before, began = self.pbx.wire.count, loop.time()
        while (elapsed := loop.time() - began) < seconds:
            target = before + events_per_second * elapsed
            while self.pbx.wire.count < target and self.timeline.step():
                pass
            await asyncio.sleep(FLOOD_TICK_S)
        self._rebase()
        return self.pbx.wire.count - before

    def _stamp_by_wall(self) -> None:
        self.pbx.wire.clock = self._wall
