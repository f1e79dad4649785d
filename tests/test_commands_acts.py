"""Acts about shifts over the control socket: checked, answered once, a refusal told in words."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ccd.adapters.asks import Asks
from ccd.adapters.control import RefusedError
from ccd.commands_acts import ACTS, ActCommands
from ccd.effects import AnswerAsked
from ccd.events import Event, PauseAsked, ShiftAct
from tests.handlers.leave_scene import LeaveScene

Reply = dict[str, Any]
NOW = datetime.now(ZoneInfo("Asia/Shanghai"))
DAY, NAME = f"{NOW + timedelta(days=10):%Y-%m-%d}", f"L-{NOW:%Y%m%d}-1"


class Daemon:
    """The policies themselves and the waiting for their answer; ``deaf``: nothing is ever kept."""

    def __init__(self) -> None:
        self.scene = LeaveScene(f"{NOW:%Y-%m-%d %H:%M:%S}", f"2000 {DAY} early", mode="notify")
        self.taken: list[Event] = []
        self.deaf = False
        self.asks = Asks(self.submit)
        self.commands = ActCommands(world=self.scene.world, asks=self.asks)

    def submit(self, event: Event) -> None:
        self.taken.append(event)
        if self.deaf:
            return
        for effect in self.scene.take(event).effects:
            if isinstance(effect, AnswerAsked):
                asyncio.get_running_loop().call_soon(self.asks.answer, effect)

    async def ask(self, command: str = "shift_act", **request: Any) -> Reply:
        return await self.commands.table()[command]({"by": "root", **request})

    async def refusal(self, command: str = "shift_act", **request: Any) -> str:
        with pytest.raises(RefusedError) as refused:
            await self.ask(command, **request)
        return str(refused.value)


LEAVE: Reply = {
    "policy": "leave",
    "act": "approve",
    "actor": "3001",
    "values": {"request": "L-20260302-1"},
}


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"policy": "lunch"}, "policy: none is called 'lunch'; there are: adherence, assessment, attendance"),
        ({"values": "x"}, "values: give names and texts"),
        ({"act": "fly"}, "act: there is no 'fly'; there are: ask, approve"),
        ({"actor": ""}, "actor: who does it? give your own code (--by CODE)"),
        ({"act": "ask"}, "person: whom is it about? give their code"),
        ({"actor": "9999"}, "actor: nobody in the roster has '9999'"),
        ({"values": {}}, "request: is missing; approve needs it"),
        ({"values": {"request": " "}}, "request: is missing"),
        ({"values": {"request": 1}}, "request: give it as text"),
        ({"values": {"request": "x" * 4001}}, "request: at most 4000 characters, and no NUL"),
        ({"values": {"request": "a\0b"}}, "request: at most 4000 characters, and no NUL"),
        ({"values": {"request": "x", "colour": "red"}}, "colour: approve has no such value; it has: request"),
        ({"request": "a b"}, "request: letters, digits, dots"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name_and_reaches_no_policy(
    request_: Reply, told: str
) -> None:
    daemon = Daemon()
    assert (await daemon.refusal(**{**LEAVE, **request_})).startswith(told)
    assert daemon.taken == []


@pytest.mark.parametrize(
    ("language", "told"), [("en", "there is no request L-20260302-1;"), ("zh_CN", "没有申请 L-20260302-1；")]
)
async def test_a_policys_refusal_is_told_in_the_language_that_was_asked_for(language: str, told: str) -> None:
    assert (await Daemon().refusal(**LEAVE, language=language)).startswith(told)


async def test_an_act_that_is_taken_gives_its_rule_text_and_result_and_keeps_who_vouched() -> None:
    daemon = Daemon()
    values = {"kind": "personal", "from": f" {DAY} ", "reason": "家事"}
    given = {"policy": "leave", "act": "ask", "person": "2000", "actor": "2000", "values": values}
    reply = await daemon.ask(**given, language="en")
    assert (reply["rule"], reply["result"]["request"]) == ("leave_asked", NAME)
    assert reply["text"].startswith(f"{NAME} is asked for; it waits for 3001")
    (event,) = daemon.taken
    assert isinstance(event, ShiftAct)
    assert (event.by, event.values["from"]) == ("root", DAY)


async def test_the_same_id_again_is_the_same_act_and_answer() -> None:
    daemon = Daemon()
    values = {"kind": "personal", "from": DAY, "reason": "x"}
    given = {"policy": "leave", "act": "ask", "person": "2000", "actor": "2000", "values": values}
    first, second = await asyncio.gather(*(daemon.ask(**given, request="a1") for _ in range(2)))
    assert first == second
    assert len(daemon.taken) == 1
    told = await daemon.refusal(**{**given, "actor": "3001"}, request="a1")
    assert told.startswith("request: this id stood for something else")


async def test_what_was_refused_may_be_asked_again_under_its_id() -> None:
    daemon = Daemon()
    await daemon.refusal(**LEAVE, request="a1")
    await daemon.refusal(**LEAVE, request="a1")
    assert len(daemon.taken) == 2


async def test_an_act_that_the_store_does_not_take_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccd.commands_acts.ANSWER_S", 0.01)
    daemon = Daemon()
    daemon.deaf = True
    assert "the store did not take it" in await daemon.refusal(**LEAVE)


async def test_a_pause_is_asked_for_at_the_seat_where_the_person_is() -> None:
    daemon = Daemon()
    told = await daemon.refusal("pause_ask", person="2000", reason="meal")
    assert told.startswith("2000 is signed in nowhere")
    assert (await daemon.refusal("pause_ask", person="9999", reason="meal")).startswith("person: nobody")
    daemon.scene.sign("arrive", "2000", "A1")
    await daemon.ask("pause_ask", person="2000", reason="meal")
    (event,) = daemon.taken
    assert isinstance(event, PauseAsked)
    assert (event.pbx, event.seat, event.interface, event.how) == ("main", "A1", "PJSIP/1", "console")


@pytest.mark.parametrize("policy", list(ACTS))
async def test_every_policy_has_a_board(policy: str) -> None:
    assert isinstance((await Daemon().ask("shift_board", policy=policy))["board"], dict)


async def test_there_is_no_board_of_what_is_no_policy() -> None:
    assert (await Daemon().refusal("shift_board", policy="lunch")).startswith("policy: none is called")
