"""ccd itself as a contestant: the whole daemon, as ``python -m bench.daemon PORT FOLDER [ROSTER] [STORE]``.

It follows the AMI at PORT with a store in FOLDER, knows ROSTER (how many agents), and answers the words that
the parent says:

``begin``    measure from now on
``drained``  when the session has ended and everything is worked off and committed: what ``look`` tells
``settled``  when all that was sent so far is worked off and committed
``synced``   when a snapshot is in the picture: since when
``look``     CPU, memory and counters at this moment
``effects``  when which recording was asked to be measured, by the Uniqueid of its channel
``answers``  when which report was answered, by its request: its facts were committed before
``end``      stand down and close all incidents; when that is done and committed

The one part it does without is the disk of the PBX: recordings that the stream tells of do not exist, so
``MeasureRecording`` is noted where it would be performed.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench.child import tell
from ccd.adapters import logs
from ccd.adapters.clock import utc_now
from ccd.adapters.performer import Performer
from ccd.app import App
from ccd.config import Settings
from ccd.effects import AnswerAct, Effect, MeasureRecording
from ccd.events import IncidentAct, Person, RosterReplaced, SignInAsked

__all__ = ["LEADS_PHONE", "PBX", "settings"]

PBX = "main"
LEAD, LEADS_SEAT, LEADS_PHONE = "lead", "9001", "PJSIP/9001"


def settings(port: int, folder: Path, store: str = "") -> Settings:
    """Every default but the places."""
    return Settings.model_validate(
        {
            "daemon": {"state_dir": str(folder), "log_level": "error"},
            "store": {"url": store},
            "metrics": {"port": 0},
            "web": {"port": 0},
            "agi": {"port": 0},
            "pbx": {PBX: {"port": port, "secret": "bench", "reconnect_max_s": 0.1}},
        }
    )


def roster(agents: int) -> RosterReplaced:
    """Teams of ten, on the extensions from 1001 on; and a duty lead."""
    people = tuple(
        Person(
            code=f"{number:05d}",
            name=f"坐席 {number}",
            role="agent",
            team=f"team {number // 10 % 50}",
            seat=str(1001 + number),
            interface=f"PJSIP/{1001 + number}",
        )
        for number in range(agents)
    )
    lead = Person(LEAD, "督导", "duty_lead", "", LEADS_SEAT, LEADS_PHONE)
    return RosterReplaced(at=utc_now(), version="bench", people=(*people, lead), by="bench")


class Noted:
    """A performer that notes when recordings were to be measured, and leaves the rest to the real one.

    Nothing is noted before ``begin``: what is measured is not to weigh on the memory that is measured.
    """

    def __init__(self, performer: Performer) -> None:
        self.effects: list[tuple[str, float]] = []
        self.answers: list[tuple[str, float]] = []
        self.noting = False
        self.failures = 0
        self._performer = performer

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, MeasureRecording):
            if self.noting:
                self.effects.append((effect.recording.partition(":")[0], time.monotonic()))
        else:
            if self.noting and isinstance(effect, AnswerAct):
                self.answers.append((effect.key, time.monotonic()))
            self._performer.perform(effect)


class Daemon:
    def __init__(self, app: App) -> None:
        self.app = app
        self.noted = Noted(app.parts.performer)
        app.parts.performer = self.noted  # type: ignore[assignment]
        self.cpu = 0.0

    async def answer(self) -> None:
        """Until the parent says nothing more."""
        words: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
            "begin": self.begin,
            "drained": self.drained,
            "settled": self.settled,
            "synced": self.synced,
            "look": self.look,
            "effects": self.effects,
            "answers": self.answers,
            "end": self.end,
        }
        loop = asyncio.get_running_loop()
        while word := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
            tell(**await words[word]())
        self.app.stop()

    async def begin(self) -> dict[str, Any]:
        self.noted.effects.clear()
        self.noted.answers.clear()
        self.noted.noting = True
        self.app.parts.pulse.stall_max_s = 0.0
        self.cpu = time.process_time()
        return {"began": time.monotonic()}

    async def drained(self) -> dict[str, Any]:
        session = self.app.parts.links.sessions[PBX]
        while session.connected or self.app.parts.runner.inbox or self.app.store.queue_length:
            await asyncio.sleep(0.005)
        return await self.look()

    async def settled(self) -> dict[str, Any]:
        before = -1
        while (
            self.app.parts.runner.inbox
            or self.app.store.queue_length
            or before != self.app.parts.runner.processed
        ):
            before = self.app.parts.runner.processed
            await asyncio.sleep(0.2)
        return {}

    async def synced(self) -> dict[str, Any]:
        """Of the picture, not of the session: the last item of the snapshot has been worked off."""
        while not ((pbx := self.app.parts.world.pbxs.get(PBX)) and pbx.synced):
            await asyncio.sleep(0.002)
        at = time.monotonic()
        while self.app.store.queue_length:
            await asyncio.sleep(0.01)
        return {"synced": at, "agents": len(pbx.agents)} | await self.look()

    async def look(self) -> dict[str, Any]:
        app = self.app
        return {
            "at": time.monotonic(),
            "cpu_s": time.process_time() - self.cpu,
            "rss": _resident(),
            "rss_peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "processed": app.parts.runner.processed,
            "errors": app.parts.runner.errors + app.parts.runner.overflows + app.parts.metrics.errors,
            "written": app.store.written,
            "lost": app.store.dropped + app.store.refused,
            "stall_max_s": app.parts.pulse.stall_max_s,
        }

    async def effects(self) -> dict[str, Any]:
        return {"effects": self.noted.effects}

    async def answers(self) -> dict[str, Any]:
        spooled = self.app.parts.incidents.safekeeping.spooled
        return {
            "answers": [answer for answer in self.noted.answers if ":" not in answer[0]],
            "spooled": spooled,
        }

    async def end(self) -> dict[str, Any]:
        names = [name for name, incident in self.app.parts.world.incidents.items() if incident.open]
        for name in names:
            for act in ("stand_down", "close"):
                self.app.parts.runner.submit(
                    IncidentAct(
                        at=utc_now(),
                        request=f"{name}:{act}",
                        incident=name,
                        act=act,
                        how="console",
                        person=LEAD,
                        by="bench",
                        value="measured",
                    )
                )
        return await self.settled()


def _resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


async def main(port: int, folder: Path, agents: int = 40, store: str = "") -> None:
    logs.configure("error")
    app = App(settings(port, folder, store), None)
    answering: list[asyncio.Task[None]] = []

    def started(app: App) -> None:
        app.parts.runner.submit(roster(agents))
        app.parts.runner.submit(
            SignInAsked(
                at=utc_now(),
                request="bench",
                pbx=PBX,
                seat=LEADS_SEAT,
                code=LEAD,
                kind="arrive",
                pin_ok=True,
                how="console",
                by="bench",
            )
        )
        answering.append(asyncio.create_task(Daemon(app).answer()))

    await app.serve(started)
    await asyncio.gather(*answering)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]))
