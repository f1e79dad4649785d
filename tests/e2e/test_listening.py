"""Live listening with the daemon itself: kept before it rings, told as it is, and honest after a crash."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from ccd.events.shift_facts import shift_fact
from tests.e2e.daemon import for_asterisk
from tests.e2e.site import Site, comes_to
from tests.pbx.fixtures import running
from tests.pbx.phones import Phones, answers
from tests.pbx.sipua import Call

pytestmark = pytest.mark.pbx

ROSTER = """code,name,role,team,seat,interface
2005,陈志远,agent,客服一组,A05,PJSIP/1005
2006,林晓燕,agent,客服一组,A06,PJSIP/1006
3001,周建国,team_lead,客服一组,L20,PJSIP/1020
5001,吴敏,qa_analyst,,Q21,PJSIP/1021
"""
SEATS = {"2005": "A05", "3001": "L20", "5001": "Q21"}
AGENT, LEAD, ANALYST = "2005", "3001", "5001"
SETTINGS = """
[policies.presence]
pin_required = false
"""


@pytest.fixture(scope="module", params=["22", "16"])
def floor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp(f"listening{request.param}")
    roster = folder / "people.csv"
    roster.write_text(ROSTER, "utf-8")
    with running(request.param) as pbx:
        daemon = for_asterisk(pbx, folder / "ccd", more=SETTINGS)
        try:
            daemon.start()
            daemon.ccd("roster", "import", str(roster))
            site = Site(pbx, daemon)
            for code, seat in SEATS.items():
                asyncio.run(site.at_console("arrive", code, seat))
            yield site
        finally:
            if daemon.runs:
                daemon.stop(signal.SIGKILL)


def facts(floor: Site, listening: str = "") -> list[Any]:
    """Of one listening, as the store has them, in order."""
    rows = floor.rows("shift_event", policy="listening", **({"subject": listening} if listening else {}))
    return [shift_fact(row["data"]) for row in rows]


def names(floor: Site, listening: str) -> list[str]:
    return [type(fact).__name__ for fact in facts(floor, listening)]


def listen(floor: Site, *arguments: str) -> Any:
    return json.loads(floor.daemon.ccd("listen", *arguments, "--json").stdout)


async def on_a_call(phones: Phones) -> tuple[Call, Call]:
    phones["1005"].behaviour = answers()
    caller = await phones.outside.call("814", caller="13800138000")
    await caller.wait_answered()
    return caller, phones["1005"].calls[-1]


async def test_a_listening_from_its_asking_to_its_note(floor: Site) -> None:
    async with Phones(floor.pbx, "1005", "1020") as phones:
        kept: list[list[str]] = []

        async def behaviour(call: Call) -> None:
            kept.append([row["event"] for row in floor.rows("shift_event", policy="listening")])
            await call.ring()
            await call.answer()

        phones["1020"].behaviour = behaviour
        caller, _ = await on_a_call(phones)
        await floor.shows("PJSIP/1005", "talking")
        name = (await asyncio.to_thread(listen, floor, AGENT, "--by", LEAD))["result"]["listening"]
        await comes_to(lambda: names(floor, name), ["ListeningAsked", "ListeningAnswered", "ListeningBegan"])
        assert kept == [["ListeningAsked"]], "it was stored before the phone rang"
        await floor.shows("PJSIP/1020", "talking", "listening")
        await asyncio.to_thread(listen, floor, "turn", "whisper", "--by", LEAD)
        await comes_to(lambda: names(floor, name)[3:], ["ListeningTurnAsked", "ListeningTurned"])
        await phones["1020"].calls[-1].press("6")
        await comes_to(lambda: facts(floor, name)[-1].how, "barge")
        board = await asyncio.to_thread(listen, floor, "list")
        assert [(one["actor"], one["person"], one["how"]) for one in board["live"]] == [
            (LEAD, AGENT, "barge")
        ]
        await caller.hangup()
        await comes_to(lambda: names(floor, name)[-1], "ListeningEnded")
        ended = facts(floor, name)[-1]
        assert (ended.why, ended.how) == ("over", "barge")
        assert ended.seconds > 0
        await asyncio.to_thread(listen, floor, "note", "--by", LEAD, "--comment", "warm and clear")
        await comes_to(lambda: names(floor, name)[-1], "ListeningNoted")
        await comes_to(lambda: [row["kind"] for row in floor.rows("call", call=name)], ["other"])
        await floor.shows("PJSIP/1020", "ready")
        value = await floor.outside.values()
        assert value["ccd_listenings_total{how=barge,outcome=over}"] == 1
        assert value["ccd_listening_seconds_total"] == pytest.approx(ended.seconds)


async def test_who_may_not_is_refused_and_no_phone_rings(floor: Site) -> None:
    async with Phones(floor.pbx, "1005", "1021") as phones:
        caller, _ = await on_a_call(phones)
        await floor.shows("PJSIP/1005", "talking")
        reply = await floor.outside.ask(
            "shift_act", policy="listening", act="whisper", person=AGENT, actor=ANALYST, language="en"
        )
        assert not reply["ok"]
        assert "not whisper" in reply["error"]
        assert phones["1021"].calls == []
        await caller.hangup()
        await floor.shows("PJSIP/1005", "ready")


@pytest.mark.parametrize("hangs_up", [False, True])
async def test_a_daemon_that_was_killed_takes_up_what_goes_on_and_marks_what_it_missed(
    floor: Site, hangs_up: bool
) -> None:
    async with Phones(floor.pbx, "1005", "1020") as phones:
        phones["1020"].behaviour = answers()
        caller, _ = await on_a_call(phones)
        await floor.shows("PJSIP/1005", "talking")
        name = (await asyncio.to_thread(listen, floor, AGENT, "--by", LEAD))["result"]["listening"]
        await comes_to(lambda: names(floor, name)[-1], "ListeningBegan")
        await asyncio.to_thread(floor.daemon.stop, signal.SIGKILL)
        lead = phones["1020"].calls[-1]
        assert not lead.ended.is_set(), "the PBX needs no daemon for it"
        if hangs_up:
            await lead.hangup()
        else:
            await lead.press("5")
        await asyncio.sleep(1)
        await asyncio.to_thread(floor.daemon.start)
        if not hangs_up:
            await comes_to(lambda: names(floor, name)[3:], ["ListeningTurned"], 15)
            await floor.shows("PJSIP/1020", "talking", "listening")
            await asyncio.to_thread(listen, floor, "stop", "--by", LEAD)
            await lead.wait_ended(10)
        await comes_to(lambda: names(floor, name)[-1], "ListeningEnded", 15)
        assert facts(floor, name)[-1].why == ("unknown" if hangs_up else "stopped")
        assert not caller.ended.is_set(), "the call itself was never touched"
        await caller.hangup()
        await floor.shows("PJSIP/1005", "ready")
