"""What people and machines are told of a threat call: e-mail, webhook and MQTT, with real servers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.notify.conftest import broker, make_broker  # noqa: F401
from tests.adapters.notify.mosquitto import Mosquitto
from tests.adapters.notify.test_email import MailServer
from tests.adapters.notify.test_mqtt import Listener, listening, retained
from tests.adapters.notify.test_webhook import WebServer
from tests.e2e.floor import AGENT, CALLER, LEAD, Floor, each_call, floor, mute, presses
from tests.e2e.outside import until
from tests.pbx.phones import answers, busy

pytestmark = pytest.mark.pbx

SETTINGS = """
[notify.email]
host = "127.0.0.1"
port = {mail}
tls = "none"
sender = "ccd@example.org"
[notify.webhooks.desk]
url = "{web}"
[mqtt]
host = "127.0.0.1"
port = {broker}
[policies.incidents.ladders.threat]
arrive_within_s = 3
warn_before_s = 1
rungs = [
    {{ role = "duty_lead", ring_s = 5 }},
    {{ role = "operations_manager", ring_s = 5, means = {{ email = 0 }} }},
]
[policies.incidents.police]
number = "{number}"
voice_ring_s = 5
"""
NUMBER = "02155550110"
KINDS = ["report", "warn_police", "police_due", "police_dialling", "police_answered", "closed"]

ZH = ["已报告", "即将报警", "现在应当报警", "正在拨打报警电话", "警方已接听", "已结束"]
EN = [
    "reported",
    "the police are due shortly",
    "the police are to be called now",
    "the police are being dialled",
    "the police have answered",
    "closed",
]


@dataclass
class Servers:
    mail: MailServer
    web: WebServer
    listener: Listener


@asynccontextmanager
async def servers(broker: Mosquitto) -> AsyncIterator[Servers]:  # noqa: F811
    mail, web = MailServer(), WebServer()
    await mail.start()
    await web.start()
    try:
        async with listening(broker) as listener:
            yield Servers(mail, web, listener)
    finally:
        mail.stop()
        web.stop()


async def test_everybody_is_told_each_step_in_their_language_and_lamps_burn_until_it_is_closed(
    broker: Mosquitto,  # noqa: F811
    tmp_path: Path,
) -> None:
    async with servers(broker) as there:
        settings = SETTINGS.format(
            mail=there.mail.port, web=there.web.url(), broker=broker.port, number=NUMBER
        )
        with floor("22", tmp_path, settings, also=mute) as site:
            async with site.scene("1001", "1020", signed_in=[AGENT, LEAD]) as scene:
                scene.phones["1020"].behaviour = each_call(
                    scene.phones["1020"], presses("1"), answers(after=0)
                )
                scene.phones.outside.behaviour = busy
                incident = await scene.reported()
                await lamps(there, active=True)
                assert (await retained(broker))[f"ccd/alert/{incident}"]
                await site.fact(incident, "PoliceAnswered", 30)
                await site.act("close", LEAD, "handed over", incident)
                await lamps(there, active=False)
                assert f"ccd/alert/{incident}" not in await retained(broker)
                await all_were_told(site, there, incident)


async def lamps(there: Servers, *, active: bool) -> None:
    async def are() -> bool:
        shown = there.listener.of("ccd/alert")
        return bool(shown) and json.loads(shown[-1])["active"] is active

    await until(f"the alert is {active}", are, 5)


async def all_were_told(site: Floor, there: Servers, incident: str) -> None:
    def by_machine() -> dict[str, list[str]]:
        told = [json.loads(body) for body in there.listener.of(f"ccd/incident/{incident}/told")]
        hooked = [json.loads(request.body) for request in there.web.requests]
        return {"mqtt": kinds(told), "webhook": kinds(hooked)}

    async def complete() -> bool:
        return all(set(KINDS) <= set(found) for found in by_machine().values())

    try:
        await until("every step by MQTT and webhook", complete, 8)
    except AssertionError:
        raise AssertionError(by_machine()) from None
    for found in by_machine().values():
        assert [kind for kind in found if kind in KINDS] == KINDS
    letters = {"lead@example.org": ZH, "bo@example.org": EN}

    async def written() -> bool:
        return all(told_of(there.mail, to) == words for to, words in letters.items())

    try:
        await until("every letter", written, 8)
    except AssertionError:
        raise AssertionError({to: told_of(there.mail, to) for to in letters}) from None
    hooked = json.loads(there.web.requests[0].body)["data"]
    assert (hooked["seat"], hooked["caller_number"], hooked["police_number"]) == ("1", CALLER, NUMBER)
    results = [fact for fact in site.timeline(incident) if fact["type"] == "TellingEnded"]
    assert {fact["result"] for fact in results} <= {
        "delivered",
        "acknowledged",
        "answered",
        "busy",
        "hung_up",
    }


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    """The first message of each kind, in the order in which they came."""
    return list(dict.fromkeys(message["data"]["kind"] for message in messages))


def told_of(mail: MailServer, to: str) -> list[str]:
    """What the letters to that address say has happened, in the order of their being told."""
    subjects = [
        str(message["Subject"])
        for message, (_, receivers) in zip(mail.messages, mail.envelopes, strict=True)
        if receivers == [to]
    ]
    return [words for words in (*ZH, *EN) if any(words in subject for subject in subjects)]
