"""Pausing by code asks first: refused is not paused, accepted is, and without ccd it pauses by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import pytest

from ccd.adapters.agi import AgiServer
from ccd.adapters.asks import Asks
from ccd.config import AgiSettings
from ccd.effects import AnswerAsked, AnswerSignIn
from ccd.events import PauseAsked, Person, ShiftAct, SignInAsked
from ccd.pins import hash_pin
from ccd.roster import Roster
from tests.e2e.site import Ear, Seat
from tests.pbx.asterisk import Asterisk
from tests.pbx.incidents import command
from tests.pbx.phones import Phones
from tests.pbx.test_codes import notes, press, silent_daemon
from tests.pbx.test_hosts import until

pytestmark = pytest.mark.pbx

MEMBER = "PJSIP/1001"
PIN = "5908"
HASH = hash_pin(PIN, code="2001")
PEOPLE = Roster(
    (
        Person("2001", "陈志远", "agent", "一组", "A01", MEMBER, language="zh_CN"),
        Person("2002", "Ann Ho", "agent", "一组", "A01", MEMBER, language="en"),
    )
)
PAUSED, NOT_HERE, AGENT_CODE = "activated", "sorry&vm-incorrect", "agent-user"


class Policy:
    """In the engine's place: what it is asked, and what it says to that."""

    def __init__(self) -> None:
        self.pauses: list[PauseAsked] = []
        self.sign_ins: list[SignInAsked] = []
        self.judges: Callable[[PauseAsked], tuple[bool, str]] = lambda asked: (True, "")
        self.lets_go: Callable[[SignInAsked], tuple[bool, str]] = lambda asked: (True, "goodbye")
        self.here: Mapping[str, tuple[str, ...]] = {}
        self.asks = Asks(self._pause)

    def server(self, port: int) -> AgiServer:
        self._server = AgiServer(
            AgiSettings(port=port),
            roster=lambda: PEOPLE,
            pbx_names=lambda: ["main"],
            pin_hash=self._hash,
            submit=self._sign_in,
            ask_pause=self.asks.ask,
            people_at=lambda pbx, interface: self.here.get(interface, ()),
        )
        return self._server

    async def _hash(self, code: str) -> str | None:
        return HASH if code == "2001" else None

    def _pause(self, event: PauseAsked | ShiftAct) -> None:
        assert isinstance(event, PauseAsked)
        self.pauses.append(event)
        accepted, prompt = self.judges(event)
        answer = AnswerAsked(event.request, "test", accepted, prompt=prompt)
        asyncio.get_running_loop().call_soon(self.asks.answer, answer)

    def _sign_in(self, event: SignInAsked) -> None:
        self.sign_ins.append(event)
        answer = AnswerSignIn(event.request, "test", *self.lets_go(event))
        asyncio.get_running_loop().call_soon(self._server.answer, answer)


class Floor:
    """A policy, phones, and an ear: ``seat`` is the phone of the member ``PJSIP/1001`` of support."""

    def __init__(self, pbx: Asterisk, policy: Policy, phones: Phones, ear: Ear) -> None:
        self.pbx = pbx
        self.policy = policy
        self.phones = phones
        self.ear = ear
        self.seat = Seat(phones["1001"], ear)

    def language(self) -> str:
        """Of the phone, when it last began to speak."""
        return self.ear.events[self.seat._since - 1]["Language"]


@asynccontextmanager
async def floor(pbx: Asterisk) -> AsyncIterator[Floor]:
    command(pbx, "database deltree ccd-missed")
    policy = Policy()
    server = policy.server(pbx.agi_port)
    await server.start()
    try:
        async with Ear(pbx) as ear, Phones(pbx, "1001", "1011") as phones:
            yield Floor(pbx, policy, phones, ear)
    finally:
        await server.close()
        _unpause(pbx)


def _unpause(pbx: Asterisk) -> None:
    with pbx.admin() as session:
        for interface in (MEMBER, "Local/1011@agents/n"):
            session.action("QueuePause", {"Interface": interface, "Paused": "false"})


def pauses(pbx: Asterisk) -> list[tuple[str, str]]:
    """Agent and reason of each pause that Asterisk itself has logged."""
    rows = pbx.queue_log()
    return [(row.agent, row.data[0]) for row in rows if row.event == "PAUSE" and row.queue != "NONE"]


async def settled(pbx: Asterisk) -> None:
    await until(lambda: "0 active channels" in command(pbx, "core show channels"))


# --- the answer --------------------------------------------------------------------------------------------


async def test_refused_leaves_the_phone_unpaused_and_it_hears_why(asterisk: Asterisk) -> None:
    before = pauses(asterisk)
    async with floor(asterisk) as on:
        on.policy.here = {MEMBER: ("2001",)}
        on.policy.judges = lambda asked: (False, "meal-outside-window")
        assert await on.seat.code("*831") == "ccd/meal-outside-window"
        assert on.language() == "zh"
        await settled(asterisk)
        (asked,) = on.policy.pauses
        assert (asked.interface, asked.seat, asked.reason, asked.person) == (MEMBER, "A01", "meal", "")
    assert pauses(asterisk) == before


@pytest.mark.parametrize(("prompt", "said"), [("", PAUSED), ("accepted", "auth-thankyou")])
async def test_accepted_pauses_and_says_so(asterisk: Asterisk, prompt: str, said: str) -> None:
    before = pauses(asterisk)
    async with floor(asterisk) as on:
        on.policy.judges = lambda asked: (True, prompt)
        assert await on.seat.code("*832") == said
        await settled(asterisk)
    assert pauses(asterisk)[len(before) :] == [("张三", "break")]


async def test_a_member_behind_a_local_channel_is_asked_for_by_its_phone(asterisk: Asterisk) -> None:
    before = pauses(asterisk)
    async with floor(asterisk) as on:
        assert await Seat(on.phones["1011"], on.ear).code("*839") == PAUSED
        await settled(asterisk)
        assert [(asked.interface, asked.reason) for asked in on.policy.pauses] == [("PJSIP/1011", "illness")]
    assert pauses(asterisk)[len(before) :] == [("赵六", "illness")]


async def test_a_refusal_in_words_that_are_not_known_or_none_is_a_refusal(asterisk: Asterisk) -> None:
    before = pauses(asterisk)
    async with floor(asterisk) as on:
        on.policy.judges = lambda asked: (False, "")
        assert await on.seat.code("*832") == "cancelled"
        on.policy.judges = lambda asked: (False, "of-next-year")
        assert await on.seat.code("*832") == "cancelled"
        await settled(asterisk)
    assert pauses(asterisk) == before


# --- two at a seat -----------------------------------------------------------------------------------------


def _whose(asked: PauseAsked) -> tuple[bool, str]:
    return (True, "") if asked.person else (False, "which-person")


async def test_with_two_at_a_seat_the_phone_asks_whose_pause_it_is(asterisk: Asterisk) -> None:
    before = pauses(asterisk)
    async with floor(asterisk) as on:
        on.policy.here, on.policy.judges = {MEMBER: ("2001", "2002")}, _whose
        call = await on.seat.dial("*831")
        assert await on.seat.told() == "ccd/which-person"
        await on.ear.until(
            lambda event: event.get("Application") == "Read" and "CCD_CODE" in event["AppData"],
            timeout=20,
        )
        await call.dtmf("2002#", gap=0)
        assert await on.seat.told() == PAUSED
        assert on.language() == "en"
        await call.hangup()
        await settled(asterisk)
        assert [asked.person for asked in on.policy.pauses] == ["", "2002"]
    assert pauses(asterisk)[len(before) :] == [("张三", "meal")]


async def test_it_may_be_said_in_one_go_and_who_is_not_there_is_not_asked_twice(asterisk: Asterisk) -> None:
    before = pauses(asterisk)
    async with floor(asterisk) as on:
        on.policy.here, on.policy.judges = {MEMBER: ("2001", "2002")}, _whose
        assert await on.seat.code("*832*2001") == PAUSED
        assert on.language() == "zh"
        _unpause(asterisk)
        assert await on.seat.code("*832*77") == NOT_HERE
        await settled(asterisk)
        assert [asked.person for asked in on.policy.pauses] == ["2001", ""]
    assert pauses(asterisk)[len(before) :] == [("张三", "break")]


async def test_whoever_hangs_up_over_the_question_is_not_paused(asterisk: Asterisk) -> None:
    before = pauses(asterisk)
    async with floor(asterisk) as on:
        on.policy.here, on.policy.judges = {MEMBER: ("2001", "2002")}, _whose
        assert await on.seat.code("*831") == "ccd/which-person"
        await settled(asterisk)
    assert pauses(asterisk) == before


# --- without ccd -------------------------------------------------------------------------------------------


async def test_with_ccd_down_the_phone_is_paused_at_once(asterisk: Asterisk) -> None:
    before = pauses(asterisk)
    async with Phones(asterisk, "1001") as phones:
        await press(phones["1001"], "*831")
        await settled(asterisk)
    assert pauses(asterisk)[len(before) :] == [("张三", "meal")]
    _unpause(asterisk)


async def test_a_ccd_that_says_nothing_has_two_seconds(asterisk: Asterisk) -> None:
    before = pauses(asterisk)
    async with silent_daemon(asterisk.agi_port) as taken, Ear(asterisk) as ear, Phones(asterisk, "1001") as p:
        began = asyncio.get_running_loop().time()
        assert await Seat(p["1001"], ear).code("*833") == PAUSED
        waited = asyncio.get_running_loop().time() - began
        await settled(asterisk)
        assert len(taken) == 1
    assert 1.9 < waited < 6
    assert pauses(asterisk)[len(before) :] == [("张三", "training")]
    _unpause(asterisk)


async def test_who_hangs_up_on_a_silent_ccd_is_paused_all_the_same_and_once(asterisk: Asterisk) -> None:
    before = pauses(asterisk)
    async with silent_daemon(asterisk.agi_port) as taken, Phones(asterisk, "1001") as phones:
        call = await phones["1001"].call("*831")
        await until(lambda: taken)
        await call.hangup()
        await settled(asterisk)
    assert pauses(asterisk)[len(before) :] == [("张三", "meal")]
    _unpause(asterisk)


# --- leaving -----------------------------------------------------------------------------------------------


def _held(asked: SignInAsked) -> tuple[bool, str]:
    return (True, "goodbye") if asked.reason == "illness" else (False, "held")


async def test_who_is_held_hears_it_and_stays(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        on.policy.lets_go = _held
        assert await on.seat.sign("*82", "2001", PIN) == "ccd/held"
        assert on.language() == "zh"
        await settled(asterisk)
        assert [asked.reason for asked in on.policy.sign_ins] == [""]
    assert notes(asterisk) == []


async def test_nine_says_that_one_is_ill_and_needs_no_second_pin(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        on.policy.lets_go = _held
        call = await on.seat.dial("*822001")
        await on.ear.until(lambda event: event.get("Command", "").startswith("GET DATA"))
        await call.dtmf(f"{PIN}#", gap=0)
        assert await on.seat.told() == "ccd/held"
        await on.ear.until(lambda event: "ccd/press-9-ill" in event.get("AppData", ""), timeout=20)
        await call.dtmf("9", gap=0)
        assert await on.seat.told() == "agent-loggedoff&vm-goodbye"
        await call.hangup()
        await settled(asterisk)
        asked = [(one.kind, one.reason, one.pin_ok) for one in on.policy.sign_ins]
        assert asked == [("leave", "", True), ("leave", "illness", True)]
    assert notes(asterisk) == []


async def test_the_direct_code_says_it_too(asterisk: Asterisk) -> None:
    async with floor(asterisk) as on:
        on.policy.lets_go = _held
        assert await on.seat.sign("*80", "2001", PIN) == "agent-loggedoff&vm-goodbye"
        await settled(asterisk)
        assert [(one.kind, one.reason) for one in on.policy.sign_ins] == [("leave", "illness")]


async def test_with_ccd_down_who_is_ill_may_go_and_it_is_noted_as_that(asterisk: Asterisk) -> None:
    command(asterisk, "database deltree ccd-missed")
    async with Phones(asterisk, "1001") as phones:
        call = await phones["1001"].call("*802001")
        await call.wait_ended(15)
    assert notes(asterisk) == ["leave-ill|1001|2001"]
