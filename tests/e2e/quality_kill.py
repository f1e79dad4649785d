"""People score, dispute and hold what a busy simulated centre records, and the daemon is killed at it.

``rig`` gives ``Kills``: ``life`` is one from a start to a kill, ``check`` holds what is stored, and what lies
in the recording folder, to what was promised:

- no pick is doubled or lost, and each is one evaluation;
- what was acknowledged is there once;
- what was not finished is back as it was;
- what is held stands, and lies where it lay; what is gone was told to be deleted;
- what was drawn can be drawn again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import text

from ccd.adapters.control_client import UnreachableError
from ccd.adapters.forms import packaged_forms
from ccd.adapters.store.database import reading
from ccd.adapters.store.place import place_of
from ccd.config import StoreSettings
from ccd.simulator import Simulator
from tests.e2e.daemon import Daemon
from tests.e2e.faketime import FakeTime
from tests.e2e.outside import Outside, Row, following, until
from tests.e2e.shift_day import midday

__all__ = ["SETTINGS", "Kills", "rig"]

SETTINGS = """
[policies.recordings]
quiet_s = 0.2
give_up_s = 1.0
[policies.sampling]
look_s = 1
min_s = 0
minimum = 3
default_rate = 0.4
extra_per_agent_day = 1
[policies.scoring]
second_look_share = 0.2
abnormal_least = 200
[policies.retention]
mode = "enforce"
at = "00:00"
days = 3
batch = 5
older_minutes = 5
[shifts]
sweep_s = 1
"""
LONG_S = 45.0
"""So long is a point waited for, where other things run on the machine as well; as a rule it is a few."""


@dataclass
class Promised:
    """What the daemon said it has taken: (fact, evaluation or hold)."""

    acts: set[tuple[str, str]] = field(default_factory=set)
    holds: set[str] = field(default_factory=set)
    picks: set[tuple[str, str]] = field(default_factory=set)
    open: dict[str, Row] = field(default_factory=dict)
    days: set[str] = field(default_factory=set)


def rig(
    simulator: Simulator, port: int, folder: Path, store: StoreSettings, seed: int, more: str = ""
) -> Kills:
    monitor = folder / "monitor"
    places = f'recordings_dir = "{monitor}"\nrecordings_pbx_dir = "{monitor}"\n'
    url = f'[store]\nurl = "{store.url}"\n' if store.url else ""
    daemon = following(folder / "ccd", port, places + SETTINGS + url + more)
    daemon.environment["CCD_DAEMON__TIMEZONE"] = midday()
    return Kills(simulator, daemon, monitor, store, seed)


class Kills:
    def __init__(
        self, simulator: Simulator, daemon: Daemon, monitor: Path, store: StoreSettings, seed: int
    ) -> None:
        self.simulator = simulator
        self.daemon = daemon
        self.outside = Outside(daemon)
        self.monitor = monitor
        self.store = store
        self.random = random.Random(seed)
        self.promised = Promised()
        self.reached: set[str] = set()

    # --- lives --------------------------------------------------------------------------------------------

    async def begin(self) -> None:
        """Everybody comes to work."""
        await self.outside.up()
        names = ("code", "name", "role", "team", "seat", "interface", "pbx", "language")
        rows = [{name: msgspec.structs.asdict(one)[name] for name in names} for one in self.simulator.people]
        assert (await self.outside.ask("roster_import", people=rows))["ok"]
        for one in self.simulator.people:
            if one.interface:
                asked = {"kind": "arrive", "code": one.code, "seat": one.seat, "pbx": "main"}
                reply = await self.outside.ask("sign_in", **asked)
                assert reply["ok"], reply

    async def life(self, point: str = "", after_s: float = 0.0, nth: int = 1) -> None:
        """From a start to a kill at ``point`` (``killed.QUALITY``), or at random. What it left is checked."""
        self.daemon.module = "tests.e2e.killed" if point else "ccd"
        began = asyncio.get_running_loop().time()
        named = {"KILLED_AT": point, "KILLED_AFTER_S": str(after_s), "KILLED_NTH": str(nth)}
        self.daemon.environment |= named
        try:
            await self.outside.up(synced=False)
        except (AssertionError, UnreachableError):
            if self.daemon.exit_code != -signal.SIGKILL:  # else it has killed itself while starting
                raise
        people = asyncio.create_task(self.people())
        if point:
            with contextlib.suppress(AssertionError):
                await until(f"it is killed at {point!r}", self._is_dead, LONG_S)
                self.reached.add(point)
        else:
            await asyncio.sleep(self.random.uniform(0.0, 2.5))
        await self.outside.stop(signal.SIGKILL)
        await people
        print(f"{point or 'at random'}: {asyncio.get_running_loop().time() - began:.1f} s")
        await self._look()

    async def _is_dead(self) -> bool:
        return not self.daemon.runs

    async def up(self) -> None:
        """As it is shipped, and what the life before has left is checked."""
        self.daemon.module = "ccd"
        await self.outside.up(synced=False)
        await self.check()

    def jump(self, ahead: str) -> None:
        """The clock of the next daemons."""
        clock = FakeTime(self.daemon.folder)
        clock.jump(ahead)
        self.daemon.environment |= clock.environment

    # --- people -------------------------------------------------------------------------------------------

    async def people(self) -> None:
        """Until it is gone. What they were refused does not matter here."""
        with contextlib.suppress(UnreachableError):
            while self.daemon.runs:
                for row in await self.rows(
                    "SELECT evaluation, analyst, person, recording, state FROM evaluation WHERE "
                    "state IN ('assigned', 'claimed', 'released', 'disputed') ORDER BY opened DESC LIMIT 40"
                ):
                    await self._work(row)
                await asyncio.sleep(0.05)

    def _of(self, role: str) -> str:
        return next(one.code for one in self.simulator.people if one.role == role)

    async def _work(self, row: Row) -> None:
        name, manager = row["evaluation"], self._of("operations_manager")
        match row["state"]:
            case "assigned" if row["analyst"]:
                await self._act("claim", row["analyst"], "EvaluationClaimed", evaluation=name)
            case "claimed":
                await self._act(
                    "score", row["analyst"], "EvaluationScored", evaluation=name, answers=self._answers()
                )
            case "released" if self.random.random() < 0.3:
                await self._act("dispute", row["person"], "EvaluationDisputed", evaluation=name, reason="no")
            case "released" if self.random.random() < 0.1:
                await self._hold(row["recording"], manager)
            case "disputed":
                await self._act("claim", manager, "DisputeTaken", evaluation=name)
                await self._act(
                    "resolve", manager, "EvaluationResolved", evaluation=name, outcome="upheld", reason="so"
                )

    def _answers(self) -> str:
        best: dict[str, Any] = {}
        for section in packaged_forms()["service"].sections:
            for question in section.questions:
                options = getattr(question, "options", ())
                best[question.name] = {"answer": max(options) if options else "yes"}
        return json.dumps(best)

    async def _act(self, act: str, actor: str, fact: str, **values: str) -> None:
        asked = {"policy": "scoring", "act": act, "person": "", "actor": actor, "values": values}
        if (await self.outside.ask("shift_act", **asked))["ok"]:
            self.promised.acts.add((fact, values["evaluation"]))

    async def _hold(self, recording: str, actor: str) -> None:
        values = {"recording": recording, "reason": "asked for by the police"}
        asked = {"policy": "retention", "act": "hold", "person": "", "actor": actor, "values": values}
        if (reply := await self.outside.ask("shift_act", **asked))["ok"]:
            self.promised.holds |= set(reply["result"]["holds"].split())

    # --- what is stored -----------------------------------------------------------------------------------

    async def rows(self, sql: str) -> list[Row]:
        """Read beside the daemon, or without one, whatever the engine."""
        engine = reading(place_of(self.store, self.daemon.state))
        try:
            async with engine.connect() as connection:
                return [dict(row) for row in (await connection.execute(text(sql))).mappings()]
        finally:
            await engine.dispose()

    async def facts(self, *kinds: str) -> list[Row]:
        named = ", ".join(f"'{kind}'" for kind in kinds)
        rows = await self.rows(f"SELECT event, data FROM shift_event WHERE event IN ({named}) ORDER BY id")
        return [{"event": row["event"], **json.loads(row["data"])} for row in rows]

    async def _look(self) -> None:
        """At what a dead daemon has left behind: by this the next one is measured."""
        picks = await self.facts("CallPicked")
        self.promised.picks |= {(one["unit"], one["sample"]) for one in picks}
        self.promised.days |= {one["day"] for one in await self.facts("SeedCommitted")}
        rows = await self.rows("SELECT evaluation, state, analyst FROM evaluation WHERE finished IS NULL")
        self.promised.open = {row["evaluation"]: row for row in rows}

    async def check(self) -> None:
        """Of a daemon that was just started, and of which nobody has asked anything."""
        await self._are_back()
        await self._picks()
        await self._acts()
        await self._files()
        for day in sorted(self.promised.days):
            reply = await self.outside.ask("sampling_verify", day=day)
            if reply["ok"] or "no plan" not in reply["error"]:
                assert reply.get("differences") == [], (day, reply)

    async def _are_back(self) -> None:
        """What was claimed, held back or disputed is so still, and in the same hands."""
        board = (await self.outside.ask("shift_board", policy="scoring"))["board"]
        found = {
            row["evaluation"]: row["state"]
            for rows in (
                *(each["open"] for each in board["analysts"]),
                *(board[name] for name in ("unassigned", "held", "to_release", "disputes")),
            )
            for row in rows
        }
        begun = {one["evaluation"]: each["analyst"] for each in board["analysts"] for one in each["open"]}
        voided = {one["evaluation"] for one in await self.facts("EvaluationVoided", "ClaimEnded")}
        for name, row in self.promised.open.items():
            if name in voided or row["state"] not in ("assigned", "claimed", "held", "disputed"):
                continue
            assert found.get(name) == row["state"], (row, found.get(name))
            if row["state"] == "claimed":
                assert begun[name] == row["analyst"], (row, begun[name])

    async def _picks(self) -> None:
        picks = Counter((one["unit"], one["sample"]) for one in await self.facts("CallPicked"))
        assert set(picks.values()) <= {1}, "a pick is doubled"
        assert self.promised.picks <= picks.keys(), "a pick is lost"
        opened = Counter((one["unit"], one["sample"]) for one in await self.facts("EvaluationOpened"))
        assert {key: opened[key] for key in picks} == dict(picks), "a pick is one evaluation"
        told = await self.rows("SELECT unit FROM conversation WHERE picked != ''")
        units = {row["unit"] for row in told}
        assert {unit for unit, _ in picks} <= units, "picked, and nothing is said of it at the call"
        later = {one["unit"] for one in await self.facts("CallPicked")}
        assert units <= later, "the call is told to be picked, and its pick is lost"

    async def _acts(self) -> None:
        kinds = {fact for fact, _ in self.promised.acts}
        stored = Counter((one["event"], one["evaluation"]) for one in await self.facts(*kinds, ""))
        for fact, name in self.promised.acts:
            assert stored[fact, name] >= 1, (fact, name, "is lost")
            # A claim may be renewed by whoever has it: people here go by rows that are a moment old.
            assert stored[fact, name] == 1 or fact == "EvaluationClaimed", (fact, name, stored[fact, name])

    async def _files(self) -> None:
        """Of the recordings that were made, by the PBX's names."""
        board = (await self.outside.ask("shift_board", policy="retention"))["board"]
        assert self.promised.holds <= {one["hold"] for one in board["holds"]}, "a hold is lost"
        kept = {one["recording"].partition(":")[2] for one in board["holds"]}
        kept |= {one["recording"].partition(":")[2] for one in await self.facts("CallPicked")}
        assert [path for path in kept if not Path(path).exists()] == [], "it was to be kept"
        told = {one["recording"].partition(":")[2] for one in await self.facts("RecordingDeleted")}
        rows = await self.rows("SELECT path FROM recording WHERE state IN ('final', 'deleted')")
        gone = {row["path"] for row in rows if not Path(row["path"]).exists()}
        assert gone <= told, "gone, and nobody told"
