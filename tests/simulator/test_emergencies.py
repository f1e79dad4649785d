"""An emergency on the simulated PBX: phones are rung, people press keys, the police are marked once.

Through ccd's own session and rings, so that what the simulator says is what ccd understands.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio

from ccd.adapters.ami.session import Session
from ccd.adapters.ami.wanted import WANTED
from ccd.adapters.clock import utc_now
from ccd.adapters.rings import Rings
from ccd.config import PbxSettings
from ccd.effects import CallPoliceUnattended, ReadMark, RingForPolice, RingForPoliceDrill, RingToTell
from ccd.events import Event, PoliceMark, RingResult
from ccd.following.follow import follow
from ccd.following.picture import Pbx
from ccd.message import Message
from ccd.simulator import Simulator
from ccd.simulator.parts import Attempt, Channel

SPEED = 100


class People:
    """Whoever sits at these phones takes calls at once; the others let them ring."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.answer = {"PJSIP/1006", "PJSIP/1007", "PJSIP/trunk"}
        self.rung: list[str] = []
        self.began: dict[str, float] = {}
        self.rang_s: dict[str, float] = {}

    def rings(self, attempt: Attempt) -> None:
        self.rung.append(attempt.dest.interface)
        self.began[attempt.dest.interface] = self.simulator.timeline.now
        if attempt.dest.interface in self.answer:
            self.simulator.timeline.after(1, lambda: self.simulator.pbx.answer(attempt.dest))

    def talks(self, first: Channel, second: Channel) -> None: ...

    def gone(self, channel: Channel) -> None:
        if channel.interface in self.began:
            self.rang_s[channel.interface] = self.simulator.timeline.now - self.began[channel.interface]


class Ears:
    def __init__(self) -> None:
        self.pbx = Pbx("main")
        self.told: list[Event] = []
        self.session: Session
        self.people: People
        self.rings = Rings(lambda name: self.session, self.told.append)

    def take(self, at: datetime, messages: list[Message]) -> None:
        for message in messages:
            follow(self.pbx, at, message)
        self.told += [item for item in self.pbx.out if isinstance(item, RingResult | PoliceMark)]
        self.pbx.out.clear()

    def results(self, key: str) -> list[str]:
        return [event.result for event in self.told if isinstance(event, RingResult) and event.key == key]

    def police(self) -> list[str]:
        return [event.state for event in self.told if isinstance(event, PoliceMark)]


@pytest_asyncio.fixture
async def ears() -> AsyncIterator[Ears]:
    simulator = Simulator(day=False, speed=SPEED)
    port = await simulator.start()
    made = Ears()
    made.people = simulator.pbx.hands = People(simulator)
    made.session = Session(
        "main",
        PbxSettings(port=port),
        simulator.secret,
        wanted=WANTED,
        on_messages=made.take,
        on_linked=lambda at, version, boot: None,
        on_synced=lambda at: None,
        on_lost=lambda at, heard, why: None,
        clock=utc_now,
    )
    run = asyncio.create_task(made.session.run())
    try:
        await until(lambda: made.session.synced)
        yield made
    finally:
        await made.rings.close()
        await made.session.close()
        await run
        await simulator.stop()


async def until(condition: Callable[..., object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def ring(kind: type[Any], number: int = 1, where: str = "PJSIP/1006", **changed: Any) -> Any:
    fields: dict[str, Any] = {
        "key": f"inc-{number}-v1",
        "because": "test",
        "pbx": "main",
        "incident": f"inc-{number}",
        "language": "zh",
        "ladder": "threat",
        "seat": "A01",
        "caller_number": "13800138000",
    }
    if kind is not CallPoliceUnattended:
        fields |= {"person": "31", "where": where, "ring_s": 5.0, "drill": False}
    return kind(**{**fields, **changed})


async def test_people_who_answer_press_a_key_or_hang_up_and_the_same_ring_goes_the_same_way(
    ears: Ears,
) -> None:
    keys = [f"inc-{number}-v1" for number in range(1, 16)]
    for turn in (1, 2):
        for number in range(1, 16):
            ears.rings.perform(ring(RingToTell, number))
        await until(lambda turn=turn: all(len(ears.results(key)) == 2 * turn for key in keys))
        await until(lambda: not ears.pbx.channels)
        ears.people.simulator.pbx.database.clear()
    told = [ears.results(key) for key in keys]
    assert all(results[0] == "answered" and results[:2] == results[2:] for results in told)
    assert {results[1] for results in told} >= {"acknowledged", "cannot"}


@pytest.mark.parametrize("ring_s", [5.0, 12.0])
async def test_who_does_not_answer_rings_as_long_as_was_asked(ears: Ears, ring_s: float) -> None:
    effect = ring(RingToTell, where="PJSIP/1020", ring_s=ring_s)
    ears.rings.perform(effect)
    await until(lambda: ears.results(effect.key) == ["no_answer"])
    assert ears.people.rang_s["PJSIP/1020"] == pytest.approx(ring_s)


async def test_a_phone_that_rings_is_not_rung_twice(ears: Ears) -> None:
    effect = ring(RingToTell, where="PJSIP/1020", ring_s=60.0)
    ears.rings.perform(effect)
    await until(lambda: ears.people.rung)
    ears.rings.perform(effect)
    await until(lambda: not ears.rings._jobs)
    assert ears.people.rung == ["PJSIP/1020"]


@pytest.mark.parametrize("kind", [RingForPolice, RingForPoliceDrill, CallPoliceUnattended])
async def test_the_police_are_marked_before_they_answer_and_only_once(ears: Ears, kind: type[Any]) -> None:
    first = ring(kind)
    ears.rings.perform(first)
    await until(lambda: ears.results(first.key) == ["answered", "hung_up"])
    assert ears.police() == ["dialling", "answered"]
    second = ring(kind, key="inc-1-v2")
    ears.rings.perform(second)
    await until(lambda: ears.results(second.key) == ["answered", "hung_up"])
    assert ears.police() == ["dialling", "answered"]
    ears.rings.perform(ReadMark("m1", "test", "main", "inc-1"))
    await until(lambda: len(ears.police()) == 3)
    assert ears.told[-1] == PoliceMark(ears.told[-1].at, "main", "inc-1", "answered", first.key, live=False)


async def test_some_stand_down_where_they_may(ears: Ears) -> None:
    effects = [ring(RingForPolice, number, may_stand_down=True) for number in range(1, 13)]
    for effect in effects:
        ears.rings.perform(effect)
    await until(lambda: all(len(ears.results(effect.key)) >= 2 for effect in effects))
    ended = {ears.results(effect.key)[1] for effect in effects}
    assert ended == {"stood_down", "hung_up"}


async def test_a_recording_can_be_started_and_a_calls_origin_be_asked_for(ears: Ears) -> None:
    pbx = ears.people.simulator.pbx
    with ears.people.simulator._around():
        caller = pbx.call_in("13800138000", "李雷", "1006")
    await until(lambda: any(caller.name in leg.name for leg in ears.pbx.channels.values()))
    fields = (("Action", "MixMonitor"), ("Channel", caller.name), ("File", "inc-1.wav"))
    await ears.session.action(fields)
    await until(lambda: any(path.endswith("/inc-1.wav") for path in recordings(ears)))
    asked = (("Action", "Getvar"), ("Channel", caller.name), ("Variable", "CHANNEL(pjsip,remote_addr)"))
    assert (await ears.session.action(asked)).get("Value") == "198.51.100.10:5060"


def recordings(ears: Ears) -> list[str]:
    return [recording.path for running in ears.pbx.recordings.values() for recording in running.values()]
