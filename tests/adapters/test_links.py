"""The AMI sessions of all PBXs: replaced by reloads, and never ended by what belongs to something else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ccd.adapters.acts import Acts
from ccd.adapters.clock import utc_now
from ccd.adapters.links import Links
from ccd.adapters.missed import MissedSignIns
from ccd.adapters.sign_ins import SignIns
from ccd.config import PbxSettings, SimulatorSettings
from ccd.effects import AnswerAct
from ccd.events import Event, ReportAsked, SignInAsked
from ccd.message import Message
from ccd.roster import Roster
from ccd.simulator import Simulator

NOBODY_LISTENS = (1, 2, 3)


class Inbox:
    """Takes what a runner takes, and does nothing with it."""

    def submit(self, event: Event) -> None: ...
    def in_order(self, pbx: str, event: Event) -> None: ...
    def messages(self, pbx: str, at: object, messages: list[Message]) -> None: ...


@pytest.fixture
async def links() -> AsyncIterator[Links]:
    inbox = Inbox()
    links = Links(
        inbox,  # type: ignore[arg-type]
        roster=Roster,
        sign_ins=SignIns(inbox.submit),
        acts=Acts(inbox.submit),
        watch=lambda name, session: None,
    )
    yield links
    async with asyncio.timeout(5):
        await links.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_reloads_that_overlap_come_to_an_end_and_the_last_one_holds(links: Links) -> None:
    first, second, third = (PbxSettings(port=port, secret="not-the-real-one") for port in NOBODY_LISTENS)
    await links.replace({"main": first})
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await asyncio.gather(links.replace({"main": second}), links.replace({"main": third}))
    assert links.sessions["main"].settings == third


async def test_a_secret_that_was_changed_in_its_file_is_used_after_a_reload(
    links: Links, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("the-first-one")
    settings = {"main": PbxSettings(port=1, secret_file=file)}
    await links.replace(settings)
    before = links.sessions["main"]
    await links.replace(settings)
    assert links.sessions["main"] is before, "nothing has changed"
    file.write_text("the-second-one")
    await links.replace(settings)
    assert links.sessions["main"]._secret == "the-second-one"


async def test_a_reload_that_comes_too_late_links_nothing_any_more(links: Links) -> None:
    await links.close()
    await links.replace({"main": PbxSettings(port=1, secret="not-the-real-one")})
    assert links.sessions == {}


async def test_a_defect_in_reading_missed_sign_ins_does_not_end_the_link(
    links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0

    async def stumble(self: MissedSignIns) -> AsyncIterator[SignInAsked]:
        nonlocal reads
        reads += 1
        raise LookupError("a defect")
        yield

    monkeypatch.setattr(MissedSignIns, "read", stumble)
    simulator = Simulator(SimulatorSettings(agents=2))
    port = await simulator.start()
    try:
        pbx = PbxSettings(port=port, username=simulator.username, secret=simulator.secret)
        await links.replace({"main": pbx})
        await until(lambda: reads == 1)
        links.collect_missed("main")
        await until(lambda: reads == 2)
        assert links.sessions["main"].connected
    finally:
        await links.close()
        await simulator.stop()


@pytest.mark.parametrize(("saved", "deleted"), [("store", True), ("spool", True), ("memory", False)])
async def test_the_mark_of_a_report_stays_until_its_record_is_safe_somewhere(
    links: Links, monkeypatch: pytest.MonkeyPatch, saved: str, deleted: bool
) -> None:
    report = ReportAsked(at=utc_now(), request="main-1.7-1", ladder="threat", how="adopted", pbx="main")
    gone: list[str] = []

    async def marks(self: MissedSignIns) -> AsyncIterator[ReportAsked]:
        yield report
        gone.append(report.request)  # taking the next one says that this one is safe

    asked: list[ReportAsked] = []

    async def asks(event: ReportAsked, timeout_s: float) -> AnswerAct:
        asked.append(event)
        return AnswerAct(event.request, "a test", accepted=True, incident="threat-1", saved=saved)

    monkeypatch.setattr(MissedSignIns, "reports", marks)
    monkeypatch.setattr(links._acts, "ask", asks)
    simulator = Simulator(SimulatorSettings(agents=2))
    port = await simulator.start()
    try:
        pbx = PbxSettings(port=port, username=simulator.username, secret=simulator.secret)
        await links.replace({"main": pbx})
        await until(lambda: len(asked) == 1)
        links.collect_missed("main")
        await until(lambda: len(asked) == 2)
        assert bool(gone) is deleted
    finally:
        await links.close()
        await simulator.stop()
