"""People of the floor are told: merged, retried, counted; and no phone is rung that is not idle."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from ccd.adapters.ami.actions import NotConnected
from ccd.adapters.astdb import Fields
from ccd.adapters.notify.lane import FailedError
from ccd.adapters.page_rings import Wanted, _Phone, originate
from ccd.adapters.pages import Pages
from ccd.config import Settings
from ccd.effects import Page
from ccd.events import Person, PersonArrived, ReportAsked
from ccd.message import Message
from tests.adapters.notify.desk import until
from tests.adapters.notify.test_email import MailServer
from tests.floor import Floor

LEAD = Person(
    "3001", "王丽娜", "duty_lead", "A", "L", "PJSIP/1020", language="zh_CN", email="lead@example.org"
)
AGENT = Person("2001", "Ann", "agent", "A", "A03", "PJSIP/1003", language="en")
TURN = {"name": "Ann", "until": "12:10"}


class Peer:
    """The PBX, as far as it is asked: phones that are rung, each for ``lasts_s``, answered or not."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.rung: list[dict[str, str]] = []
        self.device = "NOT_INUSE"
        self.answers = True
        self.fails = False

    async def action(self, fields: Fields, timeout: float | None = None) -> Message:
        asked = dict(fields)
        if asked["Action"] == "Getvar":
            return Message.of(Response="Success", Variable=asked["Variable"], Value=self.device)
        if self.fails:
            raise NotConnected("lost", sent=False)
        said = dict(value.split("=") for name, value in fields if name == "Variable")
        self.rung.append(asked | said)
        at = {"Uniqueid": asked["ChannelId"], "Linkedid": asked["ChannelId"]}
        self.floor.ami("Newchannel", **at, Channel=f"{asked['Channel']}-0000000a", ChannelState="5")
        if self.answers:
            self.floor.ami("Newstate", **at, ChannelState="6")
        asyncio.get_running_loop().call_later(0.8, lambda: self.floor.ami("Hangup", **at, Cause="16"))
        return Message.of(Response="Success")

    async def list_action(self, fields: Fields, timeout: float | None = None) -> list[Message]:
        raise AssertionError("no list is asked for")


class Site:
    def __init__(self) -> None:
        self.floor = Floor("main")
        self.floor.follow()
        self.floor.roster(LEAD, AGENT)
        for person in (LEAD, AGENT):
            self.floor.member("support", person.interface.removeprefix("PJSIP/"))
            self.arrive(person)
        self.peer = Peer(self.floor)
        self.published: list[tuple[str, dict[str, Any], int]] = []
        self.broken = 0
        """So many times the broker takes nothing."""
        self.pages = Pages(
            self.floor.world,
            publish=self.publish,
            session=lambda name: self.peer,
            merge_s=0.1,
            again_s=0.4,
            patience_s=1.5,
            delays_s=(0.05,),
            life_s=0.5,
        )

    def arrive(self, person: Person) -> None:
        at = self.floor.at
        self.floor.world.apply(PersonArrived(at, person.code, "main", person.seat, "phone"))

    def configure(self, **sections: Any) -> None:
        given = {"pbx": {"main": {"secret": "x"}}} | sections
        self.floor.world.settings = Settings.model_validate(given)

    async def publish(self, topic: str, content: bytes, *, expires_s: int) -> None:
        if self.broken:
            self.broken -= 1
            raise FailedError("the broker is away")
        self.published.append((topic, json.loads(content), expires_s))

    def page(self, *people: str, key: str = "p1", **more: Any) -> None:
        given = {"rule": "meals_your_turn", "values": TURN, "pbx": "main", "seat": "A03", **more}
        self.pages.perform(Page(key, "meals: a place is free", people, **given))

    async def over(self) -> None:
        await until(lambda: self.pages.under_way == 0, 15)


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    made = Site()
    yield made
    await made.pages.close()


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    server.stop()


def email(server: MailServer) -> dict[str, Any]:
    return {"notify": {"email": _section(server)}}


def _section(server: MailServer) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "none",
        "sender": "ccd@example.org",
        "timeout_s": 2,
    }


# --- messages ----------------------------------------------------------------------------------------------


async def test_by_mqtt_each_notice_goes_to_its_person_at_once_and_expires() -> None:
    async with site() as on:
        on.configure(mqtt={"host": "broker"})
        on.page("2001", "3001", "2001")
        await on.over()
        told = {topic: content for topic, content, _ in on.published}
        assert set(told) == {"page/2001", "page/3001"}
        assert told["page/2001"]["text"].startswith("Ann: your turn for the meal")
        assert "轮到" in told["page/3001"]["text"]
        assert (told["page/2001"]["rule"], told["page/2001"]["seat"]) == ("meals_your_turn", "A03")
        assert {expires for *_, expires in on.published} == {600}
        assert on.pages.delivered == {"mqtt": 2}


async def test_a_broker_that_comes_back_gets_it_and_one_that_does_not_is_counted() -> None:
    async with site() as on:
        on.configure(mqtt={"host": "broker"})
        on.broken = 2
        on.page("2001")
        await on.over()
        assert (on.pages.delivered, on.pages.retries) == ({"mqtt": 1}, 2)
        on.broken = 1000
        on.page("2001", key="p2")
        await on.over()
        assert on.pages.given_up == {"mqtt": 1}


async def test_the_same_key_is_told_once() -> None:
    async with site() as on:
        on.configure(mqtt={"host": "broker"})
        on.page("2001")
        on.page("2001")
        await on.over()
        on.page("2001")
        await on.over()
        assert len(on.published) == 1
        assert on.pages.taken == 1


async def test_one_notice_is_a_mail_of_its_own_and_in_no_thread_of_an_incident(mail: MailServer) -> None:
    async with site() as on:
        on.configure(**email(mail))
        on.page("3001")
        await on.over()
        (message,) = mail.messages
        assert message["To"] == "lead@example.org"
        assert message["Subject"] == "ccd: Ann：轮到您用餐；名额保留至 12:10"
        assert "09:" in message.get_content() or ":" in message.get_content()
        assert message["X-CCD-Incident"] is None
        assert on.pages.delivered == {"email": 1}


async def test_two_hundred_notices_of_a_moment_are_one_mail_and_one_ring(mail: MailServer) -> None:
    async with site() as on:
        on.configure(**email(mail))
        for number in range(200):
            on.page("3001", key=f"late-{number}", ring=True, seat=f"A{number}")
        await on.over()
        (message,) = mail.messages
        assert message["Subject"] == "ccd：200 条通知"
        assert len(message.get_content().strip().splitlines()) == 200
        assert [ring["CCD_NOTICE"] for ring in on.peer.rung] == ["notices"]


async def test_what_comes_after_waits_its_time_and_goes_together(mail: MailServer) -> None:
    async with site() as on:
        on.configure(**email(mail))
        on.page("3001", key="first")
        await until(lambda: len(mail.messages) == 1)
        on.page("3001", key="second")
        on.page("3001", key="third")
        await on.over()
        assert [message["Subject"].startswith("ccd：2") for message in mail.messages] == [False, True]


async def test_a_mail_that_is_refused_for_now_is_brought_later(mail: MailServer) -> None:
    async with site() as on:
        on.configure(**email(mail))
        mail.replies = ["451 later", "451 later"]
        on.page("3001")
        await on.over()
        assert len(mail.messages) == 1
        assert (on.pages.delivered, on.pages.retries) == ({"email": 1}, 2)


async def test_whom_no_means_leads_to_is_counted() -> None:
    async with site() as on:
        on.page("2001", "9999")
        await on.over()
        assert on.pages.unreached == 2


# --- rings -------------------------------------------------------------------------------------------------


async def test_an_idle_phone_is_rung_into_the_one_context_and_says_what_it_is() -> None:
    async with site() as on:
        on.page("2001", ring=True)
        await on.over()
        (ring,) = on.peer.rung
        assert (ring["Channel"], ring["Context"], ring["Async"]) == ("PJSIP/1003", "ccd-page", "true")
        assert ring["Exten"] == ring["ChannelId"]
        assert (ring["CCD_NOTICE"], ring["CCD_SEAT"], ring["CCD_LANGUAGE"]) == ("your-turn", "", "en")
        assert on.pages.rings == {"answered": 1}


async def test_a_paused_phone_is_rung_too_and_no_answer_is_not_repeated() -> None:
    async with site() as on:
        on.floor.pause("PJSIP/1020", "support")
        on.peer.answers = False
        on.page("3001", ring=True, rule="handover_missing", values={})
        await on.over()
        assert [(ring["CCD_NOTICE"], ring["CCD_SEAT"]) for ring in on.peer.rung] == [
            ("relief-missing", "A03")
        ]
        assert on.pages.rings == {"not_answered": 1}


def _talks(on: Site) -> Callable[[], None]:
    uid = on.floor.joins("support")
    leg = on.floor.answers("support", uid, "PJSIP/1003")
    return lambda: on.floor.completes("support", uid, leg, "PJSIP/1003", talk_s=5)


async def test_a_phone_on_a_call_is_not_rung_but_when_it_is_over() -> None:
    async with site() as on:
        ends = _talks(on)
        on.page("2001", ring=True)
        await asyncio.sleep(0.8)
        assert on.peer.rung == []
        ends()
        await on.over()
        assert len(on.peer.rung) == 1


async def test_one_that_goes_on_talking_is_never_rung_and_that_is_counted() -> None:
    async with site() as on:
        _talks(on)
        on.page("2001", ring=True)
        await on.over()
        assert on.peer.rung == []
        assert on.pages.rings == {"in_use": 1}


async def test_what_the_pbx_says_of_the_phone_counts_besides_our_own_picture() -> None:
    async with site() as on:
        on.peer.device = "RINGING"
        on.page("2001", ring=True)
        await on.over()
        assert on.peer.rung == []
        assert on.pages.rings == {"in_use": 1}


async def test_who_is_signed_in_nowhere_has_no_phone_and_a_lost_pbx_rings_none() -> None:
    async with site() as on:
        on.floor.world.presence.clear()
        on.page("2001", ring=True)
        await on.over()
        assert on.pages.rings == {"no_seat": 1}
        on.arrive(AGENT)
        on.peer.fails = True
        on.page("2001", key="p2", ring=True)
        await on.over()
        assert on.pages.rings == {"no_seat": 1, "not_placed": 1}
        on.floor.lose(on.floor.at)
        on.page("2001", key="p3", ring=True)
        await on.over()
        assert on.pages.rings["no_session"] == 1
        assert on.peer.rung == []


async def test_a_phone_that_a_live_incident_protects_is_not_rung() -> None:
    async with site() as on:
        asked = ReportAsked(
            at=on.floor.at, request="r1", ladder="intruder", how="console", pbx="main", seat="A03"
        )
        on.floor.give(asked)
        (incident,) = on.floor.world.incidents.values()
        assert (incident.live, incident.facts.interface) == (True, "PJSIP/1003")
        on.page("2001", "3001", ring=True)
        await on.over()
        assert [ring["Channel"] for ring in on.peer.rung] == ["PJSIP/1020"]
        assert on.pages.rings == {"protected": 1, "answered": 1}


@pytest.mark.parametrize(
    "seat", ["A-03", "1&tt-monkeys", "${SHELL(id)}", "x,CCD_NOTICE=held", "张三", "\r\n", "x" * 99]
)
def test_no_value_leads_anywhere_else(seat: str) -> None:
    phone = _Phone("main", "A03", "PJSIP/1003")
    fields = originate(phone, [Wanted("k", 'x"\r\n', ("main", seat))], "en/../..")
    sent = dict(fields)
    assert (sent["Context"], sent["Channel"]) == ("ccd-page", "PJSIP/1003")
    for name, value in fields:
        assert name == "CallerID" or not set(value) & set("\r\n\0,|$&;<>")
    assert ("Variable", "CCD_NOTICE=notice") in fields


def test_a_page_has_no_field_that_names_a_way() -> None:
    names = {field.name for field in msgspec.structs.fields(Page)}
    assert not names & {"context", "exten", "channel", "where", "application"}
