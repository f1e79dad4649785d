# ruff: noqa: F811 - fixtures of other folders
"""What makes no sense as a report or an act gets a clear error and changes nothing: the rows are compared.

That somebody tried is on record all the same: a refused report, and an act that a role forbids.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from ccd.simulator import Simulator, scenarios
from ccd.simulator.parts import Channel
from ccd.simulator.pbx import Pbx as SimulatedPbx
from ccd.simulator.stage import SUPPORT
from tests.adapters.notify.conftest import make_broker  # noqa: F401 - a fixture
from tests.adapters.notify.mosquitto import Mosquitto
from tests.adapters.notify.test_mqtt import listening
from tests.adapters.notify.test_webhook import WebServer
from tests.e2e.beset import Beset, beset
from tests.e2e.outside import Row, until

Pbx = tuple[Simulator, int]
MEGABYTE = "x" * 1_000_000
CALM = """
[[policies.incidents.ladders.intruder.rungs]]
role = "duty_lead"
means = {console = 0}
turn_s = 600
"""
"""A ladder on which nothing moves by itself while it is looked at."""


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[WebServer]:
    server = WebServer()
    await server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture
async def site(quiet: Pbx, hook: WebServer, tmp_path: Path) -> AsyncIterator[Beset]:
    async with beset(Beset(tmp_path / "ccd", quiet, hook, CALM)) as site:
        yield site


def rows(site: Beset) -> dict[str, list[Row]]:
    """Everything of incidents; without what is on record of the attempts themselves."""
    asked = {
        "incident_event": "SELECT * FROM incident_event WHERE event <> 'ActRefused' ORDER BY incident, n",
        "deadline": "SELECT * FROM deadline ORDER BY key",
        "presence_event": "SELECT * FROM presence_event ORDER BY 1, 2, 3",
    }
    return {name: site.outside.rows(sql) for name, sql in asked.items()}


async def opened(site: Beset) -> str:
    """An incident that stands still, all of it stored."""
    incident = await site.report("A-1002", ladder="intruder")
    await site.well_again()
    return incident


ACT = "incident_act"
REPORT = "incident_report"
REFUSED: list[tuple[str, Row, str]] = [
    (REPORT, {"seat": "Z-99"}, "the roster has no such seat"),
    (REPORT, {"call": "1.999"}, "there is none of that id"),
    (REPORT, {"uniqueid": "1.999"}, "there is none of that id"),
    (REPORT, {"seat": "A-1001", "ladder": "flood"}, "there are: threat"),
    (REPORT, {"seat": "A-1001", "pbx": "north"}, "there are: main"),
    (REPORT, {"seat": "A-1001", "person": "9999"}, "nobody in the roster"),
    (REPORT, {"seat": ["A-1001"]}, "give it as text"),
    (REPORT, {"seat": "A-1001", "note": MEGABYTE}, "at most 4000"),
    (ACT, {"act": "arrive", "person": "1001"}, "only the arrival of one stops the clock"),
    (ACT, {"act": "stand_down", "person": "1001", "value": "no"}, "may not do this"),
    (ACT, {"act": "police", "person": "1001"}, "may not do this"),
    (ACT, {"act": "close", "person": "1001", "value": "over"}, "may not do this"),
    (ACT, {"act": "close", "person": "3001", "value": " "}, "the outcome is missing"),
    (ACT, {"act": "stand_down", "person": "3001"}, "the reason is missing"),
    (ACT, {"act": "acknowledge", "person": "9999"}, "nobody in the roster"),
    (ACT, {"act": "acknowledge", "person": "1003"}, "is on no rung"),
    (ACT, {"act": "stand_down", "value": "no"}, "say whose act it is"),
    (ACT, {"act": "explode", "person": "3001"}, "there are: acknowledge"),
    (ACT, {"act": "note", "person": "3001", "value": MEGABYTE}, "at most 4000"),
    (ACT, {"act": "note", "incident": "threat-1", "value": "x"}, "there is none called"),
    (ACT, {"act": "detail", "question": "colour", "value": "x"}, "colour"),
    (ACT, {"act": "detail", "question": MEGABYTE, "value": "x"}, "at most 200"),
]


async def test_what_makes_no_sense_at_the_control_socket_changes_nothing(site: Beset) -> None:
    await opened(site)
    before = rows(site)
    for command, request, why in REFUSED:
        reply = await site.outside.ask(command, **request)
        assert not reply["ok"], request
        assert why in reply["error"], (why, reply["error"][:300])
        assert len(reply["error"]) < 2_000
    assert rows(site) == before
    assert site.outside.count("incident_event", "event = 'ActRefused'") == 5


async def test_a_megabyte_at_the_command_line_is_refused_and_changes_nothing(site: Beset) -> None:
    await opened(site)
    before = rows(site)

    def ccd(*arguments: str) -> tuple[int, str]:
        done = site.daemon.ccd("incident", *arguments, "--lang", "en", check=False, input=MEGABYTE)
        return done.returncode, done.stderr

    code, error = await asyncio.to_thread(ccd, "note", "-", "-p", "3001")
    assert code != 0
    assert "at most 4000" in error
    assert len(error) < 2_000
    assert rows(site) == before


async def test_reports_by_mqtt_that_are_retained_too_long_or_no_report_open_nothing(
    quiet: Pbx, hook: WebServer, tmp_path: Path, make_broker: Callable[..., Mosquitto]
) -> None:
    broker = make_broker()
    more = f'{CALM}\n[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\nreports = true\n'
    good = {"request": "b-1", "ladder": "threat", "seat": "A-1001"}
    bad = [
        (json.dumps(good | {"request": "b-2", "note": MEGABYTE}), "bytes"),
        ("{", "send JSON"),
        (json.dumps(good | {"police": "now"}), "unknown field"),
        (json.dumps(good | {"request": "b-3", "ladder": "flood"}), "unknown_ladder"),
        (json.dumps(good | {"request": "b-4", "seat": "Z-99"}), "unknown_seat"),
    ]
    async with listening(broker) as listener:
        await listener.client.publish("ccd/incident/report", json.dumps(good), qos=1, retain=True)
        async with beset(Beset(tmp_path / "ccd", quiet, hook, more)) as site:
            await until("it is refused", lambda: answered(listener.messages, "retained"))
            before = rows(site)
            for payload, why in bad:
                await listener.client.publish("ccd/incident/report", payload, qos=1)
                await until(why, lambda why=why: answered(listener.messages, why))  # type: ignore[misc]
            await site.well_again()
            assert rows(site) == before
            assert before["incident_event"] == []


async def answered(messages: list[tuple[str, bytes, bool]], why: str) -> bool:
    return any(
        topic.startswith("ccd/incident/report/") and why.encode() in body for topic, body, _ in messages
    )


def held(found: list[Channel]) -> Callable[[SimulatedPbx], Iterator[float]]:
    """A caller and the agent who talks with them."""

    def scenario(pbx: SimulatedPbx) -> Iterator[float]:
        found.append(pbx.call_in("13800138000", "李雷", "800"))
        agent = yield from scenarios._answered(pbx, *SUPPORT)
        found.append(agent)
        yield 60

    return scenario


async def test_user_events_that_are_malformed_or_of_a_callers_leg_change_nothing(
    site: Beset, quiet: Pbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, _ = quiet
    legs: list[Channel] = []
    monkeypatch.setitem(scenarios.SCENARIOS, "held", held(legs))
    talk = asyncio.create_task(simulator.play("held"))
    incident = await opened(site)

    async def two() -> bool:
        return len(legs) == 2

    await until("a call is up", two)
    caller, agent = legs
    await asyncio.sleep(0.5)
    before, tell = rows(site), simulator.pbx.wire.tell
    report = {"Uniqueid": agent.uniqueid, "Ladder": "threat", "Request": f"{agent.uniqueid}-1"}
    events: list[tuple[str, dict[str, str]]] = [
        ("CcdReport", {}),
        ("CcdReport", report | {"Ladder": "THREAT"}),
        ("CcdReport", report | {"Ladder": "flood"}),
        ("CcdReport", report | {"Request": "a b; rm"}),
        ("CcdReport", report | {"Request": "r" * 100_000}),
        ("CcdReport", report | {"Uniqueid": "1.999"}),
        ("CcdReport", report | {"Uniqueid": caller.uniqueid}),
        ("CcdRing", {"Key": f"{incident}-r0-1-0", "Result": "exploded"}),
        ("CcdRing", {"Key": "nobody-1", "Result": "acknowledged"}),
        ("CcdRing", {"Key": incident, "Result": "stood_down", "Reason": "1"}),
        ("CcdPolice", {"Incident": "threat-1", "State": "answered"}),
        ("CcdPolice", {"Incident": incident, "State": "arrived"}),
    ]
    heard = await site.outside.value("ccd_ami_messages_total{pbx=main}")
    for name, fields in events:
        tell("UserEvent", f"UserEvent: {name}", **fields)

    async def all_heard() -> bool:
        return await site.outside.value("ccd_ami_messages_total{pbx=main}") >= heard + len(events)

    await until("ccd has read them", all_heard)
    await site.well_again()
    assert rows(site) == before
    assert {row["why"].partition(":")[0] for row in site.outside.rows("SELECT why FROM report_refusal")} == {
        "unknown_ladder",
        "no_such_call",
        "not_an_agents_leg",
    }
    tell("UserEvent", "UserEvent: CcdReport", **report)

    async def taken() -> bool:
        return site.outside.count("incident_event", "event = 'IncidentOpened'") == 2

    await until("the good one is taken", taken)
    talk.cancel()
