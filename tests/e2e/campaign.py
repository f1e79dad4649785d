"""Kill the daemon at random moments under traffic, start it again, and hold the store to what was promised.

``Campaign(simulator, outside, seed).run(kills)``. What is promised:

- what was acknowledged (sign-ins, roster, PINs) is there for ever;
- what the killed daemon left open is closed when it was last known alive, and never invented;
- calls that go on keep their id, those that ended meanwhile are closed as unseen;
- an agent has one state at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import signal
import time
from dataclasses import dataclass, field

from ccd.adapters.control_client import UnreachableError
from ccd.simulator import Simulator
from tests.e2e.outside import Outside, Row, people, until

__all__ = ["Campaign"]

PEOPLE = 4000
FIRST = 5001  # codes of people who sit at no phone of the simulator's


@dataclass
class Acknowledged:
    """What the daemon said it has taken, each with when it was asked and answered (epoch microseconds)."""

    acts: list[tuple[str, str, int, int]] = field(default_factory=list)
    rosters: list[str] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    pins_asked: list[str] = field(default_factory=list)


class Campaign:
    def __init__(self, simulator: Simulator, outside: Outside, seed: int) -> None:
        self.simulator = simulator
        self.outside = outside
        self.random = random.Random(seed)
        self.acknowledged = Acknowledged()
        self.kept = 0
        self.closed_unseen = 0
        self.syncs_s: list[float] = []
        self._next = 0

    async def run(self, kills: int) -> None:
        """All checks have been made when this returns."""
        await self._life({})
        for number in range(1, kills):
            before = self._legs()
            if self.random.random() < 0.25:
                await self._die_young()
            await self._life(before)
            if number % 20 == 0:
                self.check_intervals()
        before = self._legs()
        self.syncs_s.append(await self.outside.up())
        await self._check_taken_up(before)
        await self._check_calls()
        self.check_acknowledged()
        self.check_intervals()
        code, _ = await self.outside.stop(signal.SIGTERM)
        assert code == 0, self.outside.daemon.tail()
        self._check_closed()

    async def _life(self, before: dict[str, Row]) -> None:
        """From a start to a kill; ``before`` is what the life before it left open."""
        self.syncs_s.append(await self.outside.up())
        console = asyncio.create_task(self._console())
        await self._check_taken_up(before)
        await asyncio.sleep(self.random.uniform(0.0, 1.2))
        await self.outside.stop(signal.SIGKILL)
        await console

    async def _die_young(self) -> None:
        """Killed while starting."""
        await asyncio.to_thread(self.outside.daemon.launch)
        await asyncio.sleep(self.random.uniform(0.3, 1.5))
        await self.outside.stop(signal.SIGKILL)

    # --- traffic ------------------------------------------------------------------------------------------

    async def _console(self) -> None:
        """Sign people in and out as fast as the daemon takes them, until it is gone."""
        with contextlib.suppress(UnreachableError):
            await self._import_roster()
            while True:
                code = str(FIRST + self._next)
                self._next += 1  # each only once: whether an act in flight at the kill counts is not known
                await self._sign("arrive", code)
                if self.random.random() < 0.3:
                    await self._sign("leave", code)
                if self.random.random() < 0.1:
                    await self._set_pin()

    async def _import_roster(self) -> None:
        rows = people(PEOPLE, FIRST)
        if not self.acknowledged.rosters:
            reply = await self.outside.ask("roster_import", people=rows)
            self.acknowledged.rosters.append(reply["version"])

    async def _sign(self, kind: str, code: str) -> None:
        asked = _now()
        reply = await self.outside.ask("sign_in", kind=kind, code=code, seat=f"A-{code}", pbx="main")
        assert reply["ok"], reply
        self.acknowledged.acts.append((kind, code, asked, _now()))

    async def _set_pin(self) -> None:
        pin = f"hash-{len(self.acknowledged.pins_asked)}"
        self.acknowledged.pins_asked.append(pin)
        assert (await self.outside.ask("pin_set", code=str(FIRST), hash=pin))["ok"]
        self.acknowledged.pins.append(pin)

    # --- promises -----------------------------------------------------------------------------------------

    def check_acknowledged(self) -> None:
        events = {"arrive": "arrived", "leave": "left"}
        stored: dict[tuple[str, str], list[int]] = {}
        for row in self.outside.rows("SELECT person, event, at FROM presence_event"):
            stored.setdefault((row["event"], row["person"]), []).append(row["at"])
        for kind, code, asked, answered in self.acknowledged.acts:
            times = stored.get((events[kind], code), [])
            assert any(asked <= at <= answered for at in times), f"lost: {kind} of {code}"
        versions = {row["version"] for row in self.outside.rows("SELECT version FROM roster_version")}
        assert versions >= set(self.acknowledged.rosters)
        for version in self.acknowledged.rosters:
            assert self.outside.count("person", f"version = '{version}'") == PEOPLE
        if self.acknowledged.pins:
            [pin] = self.outside.rows("SELECT hash FROM pin")
            known = self.acknowledged
            latest = known.pins_asked[known.pins_asked.index(known.pins[-1]) :]
            assert pin["hash"] in latest, "an older PIN is back"

    def check_intervals(self) -> None:
        """One state at a time, in order, and none that ends before it begins."""
        rows = self.outside.rows(
            'SELECT interface, queue, "begin", "end", state, end_cause FROM agent_interval '
            'ORDER BY interface, queue, "begin"'
        )
        assert rows
        for row in rows:
            assert row["end"] is None or row["end"] >= row["begin"], row
        for earlier, later in itertools.pairwise(rows):
            if (earlier["interface"], earlier["queue"]) == (later["interface"], later["queue"]):
                assert earlier["end"] is not None, f"open beside a later one: {earlier} {later}"
                assert earlier["end"] <= later["begin"], f"two at a time: {earlier} {later}"
        for row in self.outside.rows("SELECT began, ended FROM blind_interval WHERE ended IS NOT NULL"):
            assert row["ended"] >= row["began"], row

    def _check_closed(self) -> None:
        """After an orderly stop nothing is left over of the lives before."""
        open_blind = self.outside.rows("SELECT why FROM blind_interval WHERE ended IS NULL")
        assert [row["why"] for row in open_blind] == ["stopped"]
        killed = self.outside.count("agent_interval", "end_cause = 'daemon_stopped'")
        assert killed > 0, "no life was long enough to leave something open"
        assert self.outside.count("agent_interval", "state = 'unknown' AND cause = 'blind'") > 0

    def _legs(self) -> dict[str, Row]:
        """Those that the store holds open."""
        found = self.outside.rows("SELECT uniqueid, call FROM leg WHERE ended IS NULL")
        return {row["uniqueid"]: row for row in found}

    async def _check_taken_up(self, before: dict[str, Row]) -> None:
        """What was open when the last life ended, against what the PBX shows now."""
        await until("what has ended meanwhile is closed", lambda: self._closed(before))
        live = self._live()
        now = {row["uniqueid"]: row for row in self.outside.rows("SELECT * FROM leg")}
        merged = self._merged()
        for uniqueid, row in before.items():
            leg = now[uniqueid]
            if uniqueid in live:
                assert leg["ended"] is None or leg["end_seen"], f"closed though it lives: {leg}"
                assert _last(merged, leg["call"]) == _last(merged, row["call"]), f"another id: {row} {leg}"
                self.kept += 1
            else:
                self.closed_unseen += not leg["end_seen"]

    async def _closed(self, before: dict[str, Row]) -> bool:
        return not (before.keys() - self._live()) & self._legs().keys()

    def _live(self) -> set[str]:
        return {channel.uniqueid for channel in self.simulator.pbx.switch.channels.values()}

    async def _check_calls(self) -> None:
        """Time stands still: what is open in the store is what lives at the PBX."""
        self.simulator.stall()
        try:
            await until("the store has what was told", self._same_calls, timeout=8)
        finally:
            self.simulator.resume()

    async def _same_calls(self) -> bool:
        live, merged, legs = self._live(), self._merged(), self._legs()
        calls = {row["call"] for row in self.outside.rows("SELECT call FROM call WHERE ended IS NULL")}
        return set(legs) == live and calls == {_last(merged, row["call"]) for row in legs.values()}

    def _merged(self) -> dict[str, str]:
        rows = self.outside.rows("SELECT call, merged_into FROM call WHERE merged_into IS NOT NULL")
        return {row["call"]: row["merged_into"] for row in rows}


def _last(merged: dict[str, str], call: str) -> str:
    while call in merged:
        call = merged[call]
    return call


def _now() -> int:
    return time.time_ns() // 1000
