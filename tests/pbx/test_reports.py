"""A report by the agent's key, as ccd takes it: heard and noted as one request, with the call it is about."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from ccd.adapters.ami.session import Session
from ccd.adapters.ami.wanted import WANTED
from ccd.adapters.clock import utc_now
from ccd.adapters.missed import MissedSignIns
from ccd.config import PbxSettings
from ccd.effects import CollectMissed
from ccd.events import CallFacts, Person, ReportAsked
from ccd.following import lookup
from ccd.following.follow import follow
from ccd.following.picture import Pbx
from ccd.message import Message
from ccd.roster import Roster
from tests.pbx.asterisk import Asterisk
from tests.pbx.incidents import at_desk, mark
from tests.pbx.test_incident_reports import connected

pytestmark = pytest.mark.pbx

SEATS = Roster(
    Person(f"2{seat}", f"坐席{seat}", "agent", "一组", f"S{seat}", f"PJSIP/{seat}") for seat in (1011, 1020)
)


class Ears:
    """Looks a report up at the moment it is heard, as the policy does."""

    def __init__(self, pbx: Asterisk) -> None:
        self.pbx = Pbx("main", trunks=("PJSIP/trunk*",))
        for interface in SEATS.interfaces("main"):
            self.pbx.agent(interface).rostered = True
        self.reports: list[tuple[ReportAsked, CallFacts | str]] = []
        self.collect = 0
        self.session = Session(
            "main",
            PbxSettings(port=pbx.ami_port),
            pbx.ccd_secret,
            wanted=WANTED,
            on_messages=self.take,
            on_linked=lambda at, version, boot: None,
            on_synced=lambda at: None,
            on_lost=lambda at, heard, why: None,
            clock=utc_now,
        )

    def take(self, at: datetime, messages: list[Message]) -> None:
        for message in messages:
            follow(self.pbx, at, message)
            for item in self.pbx.out:
                if isinstance(item, ReportAsked):
                    presence = {("main", "S1020"): {"21020": at}, ("main", "S1011"): {"21011": at}}
                    found = lookup.call_facts(self.pbx, SEATS, presence, uniqueid=item.uniqueid, at=at)
                    self.reports.append((item, found))
                self.collect += isinstance(item, CollectMissed)
            self.pbx.out.clear()


@pytest.mark.parametrize(
    ("number", "extension", "queue"),
    [("802", "1020", "vip"), ("801", "1011", "sales")],
    ids=["member", "Local"],
)
async def test_a_report_by_key_is_heard_with_its_call_and_noted_as_the_same(
    mute_asterisk: Asterisk, number: str, extension: str, queue: str
) -> None:
    async with at_desk(mute_asterisk, extension, member="1020") as (desk, phones):
        ears = Ears(mute_asterisk)
        run = asyncio.create_task(ears.session.run())
        await desk.until(lambda: ears.session.synced)
        caller, agent = await connected(phones, number, extension)
        await agent.press("*9")
        await desk.until(lambda: ears.reports, timeout=2)
        ((report, facts),) = ears.reports
        assert (report.ladder, report.how, ears.collect) == ("threat", "phone", 1)
        assert isinstance(facts, CallFacts)
        assert (facts.interface, facts.seat) == (f"PJSIP/{extension}", f"S{extension}")
        assert (facts.agent, facts.queue, facts.trunk) == (f"2{extension}", queue, "PJSIP/trunk")
        assert (facts.caller_number, facts.called_number) == ("13800138000", number)
        assert facts.caller_channel.startswith("PJSIP/trunk-")
        assert facts.ran_s > 0
        missed = MissedSignIns("main", ears.session, roster=lambda: SEATS)
        (adopted,) = [asked async for asked in missed.reports()]
        assert (adopted.request, adopted.uniqueid, adopted.seat) == (
            report.request,
            report.uniqueid,
            f"S{extension}",
        )
        assert (adopted.how, adopted.ladder) == ("adopted", "threat")
        assert mark(mute_asterisk, "ccd-missed", "1") == []
        await caller.hangup()
        await desk.over()
        await ears.session.close()
        await run
