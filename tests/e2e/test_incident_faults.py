# ruff: noqa: F811 - fixtures of another module
"""The threat protocol while what it rests on is broken: nothing said is lost, nobody waits, and it is told.

The installed daemon, and faults made from outside: the database locked, full, stopped or hanging; the spool
unusable as well; killed with facts in the spool alone; mail, broker and webhook silent or gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from ccd.config import StoreSettings
from ccd.events import Acknowledged, IncidentFact, PoliceDue, PoliceWarned, RungBegan, StoodDown, VoiceSought
from ccd.simulator import Simulator
from tests.adapters.notify.test_webhook import WebServer
from tests.adapters.store.postgres import Cluster
from tests.e2e.beset import ARRIVE_S, PROMPT_S, Beset, beset
from tests.e2e.test_store_faults import (  # noqa: F401 - fixtures
    FailingDisk,
    failing_disk,
    remount,
    small_disk,
)
from tests.small_disk import NEEDS_ROOT

Pbx = tuple[Simulator, int]
Change = Callable[[], object]

SPOOL = "in the emergency spool"
MEMORY = "NOT SAVED"


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[WebServer]:
    server = WebServer()
    await server.start()
    yield server
    server.stop()


class Locked:
    """An administrator in the middle of a transaction."""

    def __init__(self, site: Beset) -> None:
        self._site = site

    def begin(self) -> None:
        file = self._site.daemon.state / "ccd.sqlite"
        self._other = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=30)
        self._other.execute("BEGIN IMMEDIATE")

    def mend(self) -> None:
        self._other.close()


def after_s(facts: list[IncidentFact], kind: type[IncidentFact]) -> float:
    return (next(fact.at for fact in facts if isinstance(fact, kind)) - facts[0].at).total_seconds()


def came_to_the_police(facts: list[IncidentFact]) -> None:
    """Warned, decided and sought a voice, at the times of the ladder."""
    assert after_s(facts, PoliceWarned) == pytest.approx(ARRIVE_S - 2, abs=1.5)
    assert after_s(facts, PoliceDue) == pytest.approx(ARRIVE_S, abs=1.5)
    assert any(isinstance(fact, VoiceSought) for fact in facts)


async def whole_ladder(site: Beset, kept: str) -> str:
    """From the report to the police and a word of the lead; ``kept`` is what is said of the record."""
    incident = await site.report(note="a bomb")
    await site.act(incident, "acknowledge", "3001")
    await site.act(incident, "note", "3001", "seat A-1001 to be cleared")
    await site.not_ready(kept)
    await site.phase(incident, "police")
    await site.told("police_due")
    return incident


async def rides_out(site: Beset, begin: Change, mend: Change, kept: str = SPOOL) -> None:
    """An incident while the database is away, from the report to its end, and a mend before it is closed."""
    async with beset(site):
        begin()
        incident = await whole_ladder(site, kept)
        if kept == MEMORY:
            await said_to_be_nowhere(site)
        await site.act(incident, "stand_down", "3002", "no danger")
        mend()
        await site.well_again()
        assert (await site.view(incident))["saved"] == "store"
        await site.act(incident, "close", "3001", "tested")
        facts = await site.recorded(incident, "seat A-1001 to be cleared")
        came_to_the_police(facts)
        kinds = [type(fact) for fact in facts]
        assert (kinds.count(Acknowledged), kinds.count(StoodDown)) == (1, 1)
        assert await site.stop() == 0, site.daemon.tail()


async def said_to_be_nowhere(site: Beset) -> None:
    values = await site.outside.values()
    assert values["ccd_unsaved"] > 0
    assert values["ccd_incident_saved{where=memory}"] == 1
    assert values["ccd_spool_failures_total"] > 0
    await site.told("not_saved")
    due = await site.told("police_due")
    assert "未保存" in str(due), "what is said after it says so, too"


# --- the database -----------------------------------------------------------------------------------------


async def test_with_the_database_locked_the_ladder_climbs_to_the_police_and_all_of_it_is_kept(
    quiet: Pbx, hook: WebServer, tmp_path: Path
) -> None:
    site = Beset(tmp_path / "ccd", quiet, hook)
    fault = Locked(site)
    await rides_out(site, fault.begin, fault.mend)


@NEEDS_ROOT
async def test_with_the_disk_full_the_ladder_climbs_to_the_police_and_all_of_it_is_kept(
    quiet: Pbx, hook: WebServer, tmp_path: Path, small_disk: Path
) -> None:
    site = Beset(tmp_path / "ccd", quiet, hook, state=small_disk / "state")

    def fill() -> None:
        with (small_disk / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)

    await rides_out(site, fill, lambda: remount(small_disk, "size=64m"))


@NEEDS_ROOT
async def test_with_the_disk_turned_read_only_all_of_it_is_kept_until_the_disk_is_mended(
    quiet: Pbx, hook: WebServer, tmp_path: Path, failing_disk: FailingDisk
) -> None:
    """Which takes a stop and a start."""
    site = Beset(tmp_path / "ccd", quiet, hook, state=failing_disk.mounted / "state")
    async with beset(site):
        failing_disk.fail()
        incident = await whole_ladder(site, SPOOL)
        assert await site.stop() == 0
        await asyncio.to_thread(failing_disk.repair)
        await site.outside.up()
        await site.well_again()
        await site.end(incident)
        came_to_the_police(await site.recorded(incident, "seat A-1001 to be cleared"))


async def test_with_postgresql_stopped_the_ladder_climbs_to_the_police_and_all_of_it_is_kept(
    quiet: Pbx, hook: WebServer, tmp_path: Path, cluster: Cluster
) -> None:
    store = StoreSettings(url=cluster.create_database())
    await rides_out(Beset(tmp_path / "ccd", quiet, hook, store=store), cluster.stop, cluster.start)


async def test_with_postgresql_hanging_the_ladder_climbs_to_the_police_and_all_of_it_is_kept(
    quiet: Pbx, hook: WebServer, tmp_path: Path, cluster: Cluster
) -> None:
    store = StoreSettings(url=cluster.create_database())
    try:
        await rides_out(Beset(tmp_path / "ccd", quiet, hook, store=store), cluster.freeze, cluster.thaw)
    finally:
        cluster.thaw()


async def test_with_the_spool_unusable_as_well_everybody_is_told_that_nothing_is_saved(
    quiet: Pbx, hook: WebServer, tmp_path: Path
) -> None:
    """The ladder climbs all the same; when the database is back, all of it is in there."""
    spool = tmp_path / "spool"
    spool.symlink_to(tmp_path / "elsewhere")  # a file that is followed nowhere
    site = Beset(tmp_path / "ccd", quiet, hook, spool=spool)
    fault = Locked(site)
    await rides_out(site, fault.begin, fault.mend, MEMORY)


async def test_killed_with_facts_in_the_spool_alone_they_are_in_the_store_after_the_start(
    quiet: Pbx, hook: WebServer, tmp_path: Path
) -> None:
    site = Beset(tmp_path / "ccd", quiet, hook)
    fault = Locked(site)
    async with beset(site):
        fault.begin()
        incident = await site.report(note="a bomb")
        await site.act(incident, "note", "3001", "seat A-1001 to be cleared")
        assert site.outside.count("incident_event") == 0
        await site.stop(signal.SIGKILL)
        fault.mend()
        await site.outside.up()
        await site.well_again()
        await site.phase(incident, "police")
        await site.end(incident)
        facts = await site.recorded(incident, "seat A-1001 to be cleared")
        assert any(isinstance(fact, VoiceSought) for fact in facts)
        assert sum(isinstance(fact, PoliceDue) for fact in facts) == 1


# --- those who carry the news -----------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """A port that takes connections and never says a word."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while await reader.read(65536):
                pass
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@contextlib.asynccontextmanager
async def closed() -> AsyncIterator[int]:
    """A port at which nobody listens, kept from others."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.mark.parametrize("port", [silent, closed], ids=["silent", "gone"])
async def test_mail_server_broker_and_webhook_that_do_not_answer_hold_nothing_up(
    quiet: Pbx,
    hook: WebServer,
    tmp_path: Path,
    port: Callable[[], contextlib.AbstractAsyncContextManager[int]],
) -> None:
    """The rungs begin at their times, people are answered at once, and the one that works is told all."""
    async with port() as number:
        more = f"""
[[policies.incidents.ladders.threat.rungs]]
role = "duty_lead"
[[policies.incidents.ladders.threat.rungs]]
role = "operations_manager"
after_s = 1
[[policies.incidents.ladders.threat.rungs]]
role = "management"
after_s = 3
[notify.webhooks.dead]
url = "http://127.0.0.1:{number}/"
[notify.email]
host = "127.0.0.1"
port = {number}
tls = "none"
sender = "ccd@example.org"
[mqtt]
host = "127.0.0.1"
port = {number}
"""
        async with beset(Beset(tmp_path / "ccd", quiet, hook, more)) as site:
            incident = await site.report()
            await site.phase(incident, "police")
            await site.act(incident, "acknowledge", "3001")
            began = time.monotonic()
            done = await asyncio.to_thread(
                site.daemon.ccd, "incident", "stand-down", "-r", "no danger", "-p", "3002"
            )
            assert time.monotonic() - began < 2 * PROMPT_S, done.stdout  # a Python starts, too
            await site.told("police_due")
            await site.told("stood_down")
            facts = await site.recorded(incident)
            came_to_the_police(facts)
            begun = [(f.at - facts[0].at).total_seconds() for f in facts if isinstance(f, RungBegan)]
            assert begun == pytest.approx([0, 1, 3], abs=0.9)


# --- many at once -----------------------------------------------------------------------------------------

SEATS = [f"A-{number}" for number in (*range(1001, 1006), *range(1011, 1016))]


async def test_ten_incidents_at_once_are_ten_whole_records(
    quiet: Pbx, hook: WebServer, tmp_path: Path
) -> None:
    async with beset(Beset(tmp_path / "ccd", quiet, hook)) as site:
        names = await asyncio.gather(*(site.report(seat) for seat in SEATS))
        assert len(set(names)) == len(SEATS)
        for name in names:
            await site.phase(name, "police")
        await asyncio.gather(*(site.end(name) for name in names))
        for name, seat in zip(names, SEATS, strict=True):
            facts = await site.recorded(name)
            came_to_the_police(facts)
            assert facts[0].facts.seat == seat  # type: ignore[attr-defined]


async def test_two_reports_of_one_call_are_one_incident(quiet: Pbx, hook: WebServer, tmp_path: Path) -> None:
    simulator, _ = quiet
    async with beset(Beset(tmp_path / "ccd", quiet, hook)) as site:
        talk = asyncio.create_task(simulator.play("pause_while_talking"))
        seat = await seat_that_talks(site)
        names = await asyncio.gather(*(site.report(seat) for _ in range(2)))
        assert len(set(names)) == 1
        facts = await site.facts(names[0])
        assert [type(fact).__name__ for fact in facts].count("ReportRepeated") == 1
        assert site.outside.count("incident_event", "event = 'IncidentOpened'") == 1
        await talk


async def seat_that_talks(site: Beset) -> str:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        picture = await site.outside.picture()
        for agent in picture["pbxs"][0]["agents"]:
            if agent["state"] == "talking" and agent["seat"]:
                return str(agent["seat"])
        await asyncio.sleep(0.05)
    raise AssertionError("nobody talks")
