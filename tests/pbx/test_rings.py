"""Rings as ccd places and hears them itself, on both versions: effect in, input out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from ccd.adapters.ami.session import Session
from ccd.adapters.ami.wanted import WANTED
from ccd.adapters.clock import utc_now
from ccd.adapters.rings import Rings
from ccd.config import PbxSettings
from ccd.effects import ReadMark, ReadSource, RingForPolice, RingToTell
from ccd.events import Event, PoliceMark, RingResult, SourceRead
from ccd.following.follow import follow
from ccd.following.picture import Pbx
from ccd.message import Message
from tests.pbx.asterisk import Asterisk
from tests.pbx.phones import Phones, answers, busy, no_answer

pytestmark = pytest.mark.pbx
_numbers = count(1)


class Ears:
    """What ccd has heard of the PBX, and what its rings have told."""

    def __init__(self) -> None:
        self.pbx = Pbx("main")
        self.told: list[Event] = []
        self.user_events: list[str] = []
        self.session: Session
        self.rings = Rings(lambda name: self.session, self.told.append)

    def take(self, at: datetime, messages: list[Message]) -> None:
        for message in messages:
            if message.name == "UserEvent":
                self.user_events.append(message.text)
            follow(self.pbx, at, message)
        self.told += [item for item in self.pbx.out if isinstance(item, RingResult | PoliceMark)]
        self.pbx.out.clear()

    def results(self, key: str) -> list[str]:
        return [event.result for event in self.told if isinstance(event, RingResult) and event.key == key]


@asynccontextmanager
async def listening(pbx: Asterisk) -> AsyncIterator[Ears]:
    ears = Ears()
    ears.session = Session(
        "main",
        PbxSettings(port=pbx.ami_port),
        pbx.ccd_secret,
        wanted=WANTED,
        on_messages=ears.take,
        on_linked=lambda at, version, boot: None,
        on_synced=lambda at: None,
        on_lost=lambda at, heard, why: None,
        clock=utc_now,
    )
    run = asyncio.create_task(ears.session.run())
    try:
        await until(lambda: ears.session.synced)
        yield ears
    finally:
        await ears.rings.close()
        await ears.session.close()
        await run


async def until(condition: Callable[[], object], seconds: float = 8.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def ring(kind: type[Any], where: str, **changed: Any) -> Any:
    number = next(_numbers)
    fields: dict[str, Any] = {
        "key": f"inc-{number}-r0-1-1",
        "because": "test",
        "pbx": "main",
        "incident": f"inc-{number}",
        "person": "31",
        "where": where,
        "ring_s": 1.0,
        "language": "en",
        "ladder": "threat",
        "seat": "A01",
        "caller_number": "13800138000",
        "drill": False,
    }
    return kind(**{**fields, **changed})


async def test_who_does_not_take_it_is_told_by_reason_and_nothing_of_the_dialplan_is_run(
    asterisk: Asterisk,
) -> None:
    """Also an Originate that failed goes on in its context, at ``failed``: there it must end."""
    async with listening(asterisk) as ears, Phones(asterisk, "1032", "1033") as phones:
        phones["1032"].behaviour, phones["1033"].behaviour = no_answer, busy
        expected = {}
        for kind in (RingToTell, RingForPolice):
            for where, result in (
                ("PJSIP/1032", "no_answer"),
                ("PJSIP/1033", "busy"),
                ("PJSIP/1034", "no_answer"),  # unplugged
                ("PJSIP/9999", "failed"),
            ):
                effect = ring(kind, where)
                expected[effect.key] = result
                ears.rings.perform(effect)
        await until(lambda: all(ears.results(key) for key in expected))
        await asyncio.sleep(0.3)
        told = {key: ears.results(key) for key in expected}
        assert {key: len(results) for key, results in told.items()} == dict.fromkeys(expected, 1)
        # Once in a while the PBX tells the failure before it tells that the phone was busy.
        assert {key for key, [result] in told.items() if result != expected[key]} <= {
            key for key, result in expected.items() if result == "busy"
        }
        assert ears.user_events == []
        assert "inc-" not in asterisk.rx("database show ccd-police")


async def test_a_ring_that_lives_is_not_placed_twice_whoever_asks(asterisk: Asterisk) -> None:
    async with listening(asterisk) as ears, Phones(asterisk, "1032") as phones:
        phones["1032"].behaviour = answers(after=0.3)
        effect = ring(RingToTell, "PJSIP/1032", ring_s=5.0)
        ears.rings.perform(effect)
        await until(lambda: phones["1032"].calls)
        ears.rings.perform(effect)
        await until(lambda: ears.results(effect.key) == ["answered"])
        ears.rings.perform(effect)
        ears.rings.perform(ReadMark("m1", "test", "main", effect.incident, effect.key))
        await until(lambda: ears.results(effect.key) == ["answered", "answered"])
        assert len(phones["1032"].calls) == 1
        await phones["1032"].calls[0].hangup()
        await until(lambda: ears.results(effect.key)[-1] == "hung_up")
        ears.rings.perform(effect)  # noted by the dialplan: told again, not rung again
        await until(lambda: ears.results(effect.key).count("hung_up") == 2)
        await asyncio.sleep(0.3)
        assert len(phones["1032"].calls) == 1
        assert effect.key in asterisk.rx("database show ccd-ring"), "it goes when what came of it is kept"
        asterisk.rx("database deltree ccd-ring")


async def test_what_nobody_noted_is_told_as_nothing(asterisk: Asterisk) -> None:
    async with listening(asterisk) as ears:
        ears.rings.perform(ReadMark("m1", "test", "main", "inc-0", "inc-0-r0-1-1"))
        ears.rings.perform(ReadMark("m2", "test", "main", "inc-0"))
        await until(lambda: len(ears.told) == 2)
        assert ears.results("inc-0-r0-1-1") == ["none"]
        (mark,) = [event for event in ears.told if isinstance(event, PoliceMark)]
        assert (mark.incident, mark.state, mark.live) == ("inc-0", "none", False)


async def test_the_callers_sip_is_known_by_address_and_call_id(asterisk: Asterisk) -> None:
    async with listening(asterisk) as ears, Phones(asterisk, "1032") as phones:
        phones["1032"].behaviour = answers(after=0.1)
        caller = await phones.outside.call("1032", caller="13800138000")
        await caller.wait_answered()
        await until(lambda: ears.pbx.bridges)
        leg = next(leg for leg in ears.pbx.channels.values() if leg.name.startswith("PJSIP/trunk-"))
        ears.rings.perform(ReadSource("s1", "test", "main", "inc-1", leg.name))
        await until(lambda: ears.told)
        (known,) = ears.told
        assert isinstance(known, SourceRead)
        assert known.source.startswith("127.0.0.1:")
        assert f"Call-ID {caller.id}" in known.source
        await caller.hangup()
