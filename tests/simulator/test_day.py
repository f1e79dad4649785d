"""The simulated day: the same one twice, alive from its first moment, and sensible to the last event."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from ccd.config import SimulatorSettings
from ccd.message import Message
from ccd.simulator.centre import NUMBERS, build
from ccd.simulator.day import WARM_UP_S, callers, duty, mean_talk_s, odd_calls
from ccd.simulator.parts import UP
from ccd.simulator.pbx import Pbx
from ccd.simulator.people import roster
from ccd.simulator.player import Player
from ccd.simulator.timeline import Timeline
from tests.simulator.audit import Audit
from tests.simulator.speech import message

START = 1_795_296_503.0
PHONES = tuple(str(number) for number in range(1001, 1031))


def begun(settings: SimulatorSettings, start: float = START) -> Pbx:
    people = roster(settings)
    pbx = build(settings, people, Timeline(start), 0, "/recordings")
    Player(pbx, settings, people).start()
    return pbx


def live(settings: SimulatorSettings, start: float = START) -> Pbx:
    """The PBX at the moment it would go live."""
    pbx = begun(settings, start)
    pbx.timeline.run_until(start + WARM_UP_S)
    return pbx


def an_hour(settings: SimulatorSettings) -> list[str]:
    pbx, told = live(settings), []
    pbx.wire.listeners.append(lambda privilege, text: told.append(text))
    pbx.timeline.run_until(pbx.timeline.now + 3600)
    return told


def test_a_seeded_day_is_the_same_twice() -> None:
    first = an_hour(SimulatorSettings(seed=7))
    assert len(first) > 10_000
    assert an_hour(SimulatorSettings(seed=7)) == first
    assert an_hour(SimulatorSettings(seed=8)) != first


@pytest.mark.parametrize(
    "plan",
    [
        lambda s: duty(s.seed, "PJSIP/1001", START),
        lambda s: callers(s, tuple(NUMBERS), PHONES, START, rush=5),
        lambda s: odd_calls(s, PHONES, START),
    ],
    ids=["duty", "callers", "odd_calls"],
)
def test_a_plan_is_pure_endless_and_in_order(plan) -> None:  # type: ignore[no-untyped-def]
    settings = SimulatorSettings(seed=3)
    first = list(islice(plan(settings), 500))
    assert len(first) == 500
    assert list(islice(plan(settings), 500)) == first
    assert [each.at for each in first] == sorted(each.at for each in first)
    assert list(islice(plan(SimulatorSettings(seed=4)), 500)) != first


@pytest.mark.parametrize("hour", [4, 12])
@pytest.mark.parametrize("seed", range(5))
def test_at_whatever_hour_it_goes_live_the_centre_is_busy(seed: int, hour: int) -> None:
    pbx = live(SimulatorSettings(seed=seed), START - START % 86400 + hour * 3600)
    agents = [m for q in pbx.members.queues.values() for m in q.members.values() if m.dynamic]
    phones = {m.interface: m for m in agents}
    assert len(phones) >= 0.7 * 30, "most agents of the three teams with queues are logged in"
    paused = [m for m in phones.values() if m.paused]
    assert all(m.reason for m in paused)
    assert len({m.reason for m in paused}) >= 4
    talking = [c for c in pbx.switch.channels.values() if c.state == UP and c.bridge]
    assert len(talking) >= 10
    assert sum(len(queue.callers) for queue in pbx.members.queues.values()) >= 1


def test_in_two_hours_everything_happens_and_nothing_is_out_of_order() -> None:
    pbx = begun(SimulatorSettings(seed=2))
    audit, said = Audit(), Counter[str]()
    for queue in pbx.members.queues.values():
        for member in queue.members.values():
            audit.member_status[queue.name, member.interface] = str(member.status)

    def hear(privilege: str, text: str) -> None:
        audit.hear(privilege, text)
        said.update(notable(message(text)))

    pbx.wire.listeners.append(hear)
    pbx.timeline.run_until(START + 2 * 3600)
    for happening in (
        *("answered", "abandoned", "timed out", "rang in vain", "second queue", "recorded"),
        *("held", "blind transfer", "attended transfer", "direct", "outbound", "internal", "busy"),
        *("ended by agent", "ended by caller", "logged in", "logged out", "paused", "unpaused"),
    ):
        assert said[happening] >= 3, happening
    for queue in pbx.members.queues.values():
        assert queue.joined == queue.answered + queue.abandoned + len(queue.callers)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_six_hours_no_call_has_been_forgotten(seed: int) -> None:
    pbx = begun(SimulatorSettings(seed=seed))
    pbx.timeline.run_until(START + 6 * 3600)
    ages = [pbx.timeline.now - channel.created for channel in pbx.switch.channels.values()]
    assert 10 < len(ages) < 150
    assert max(ages) < 1500
    for queue in pbx.members.queues.values():
        assert queue.answered > 0.6 * queue.joined


def notable(m: Message) -> list[str]:
    return [
        what
        for what, happened in (
            ("answered", m.name == "AgentConnect"),
            ("abandoned", m.name == "QueueCallerAbandon"),
            ("timed out", m.get("Variable") == "QUEUESTATUS" and m.get("Value") == "TIMEOUT"),
            ("second queue", m.name == "QueueCallerJoin" and m.get("Queue") == "overflow"),
            ("rang in vain", m.name == "AgentRingNoAnswer"),
            ("recorded", m.name == "MixMonitorStart"),
            ("held", m.name == "Hold"),
            ("blind transfer", m.name == "BlindTransfer"),
            ("attended transfer", m.name == "AttendedTransfer"),
            ("direct", m.name == "DialBegin" and m.get("Context") == "inbound"),
            ("outbound", m.name == "DialBegin" and m.get("DestChannel").startswith("PJSIP/trunk")),
            ("internal", m.name == "DialBegin" and m.get("Context") == "phones" and m.get("Exten")[0] == "1"),
            ("busy", m.name == "DialEnd" and m.get("DialStatus") == "BUSY"),
            ("ended by agent", m.name == "AgentComplete" and m.get("Reason") == "agent"),
            ("ended by caller", m.name == "AgentComplete" and m.get("Reason") == "caller"),
            ("logged in", m.name == "QueueMemberAdded"),
            ("logged out", m.name == "QueueMemberRemoved"),
            ("paused", m.name == "QueueMemberPause" and m.get("Paused") == "1"),
            ("unpaused", m.name == "QueueMemberPause" and m.get("Paused") == "0"),
        )
        if happened
    ]


@pytest.mark.parametrize(
    "settings",
    [
        SimulatorSettings(agents=1, teams=1),
        SimulatorSettings(agents=3, teams=100),
        SimulatorSettings(agents=2, teams=2, calls_per_hour=2000),
        SimulatorSettings(calls_per_hour=0),
        SimulatorSettings(agents=200, teams=9, calls_per_hour=3000),
    ],
    ids=str,
)
def test_any_settings_give_a_day(settings: SimulatorSettings) -> None:
    pbx = live(settings)
    callers_seen = sum(queue.joined for queue in pbx.members.queues.values())
    assert (callers_seen > 0) == (settings.calls_per_hour > 0)
    if settings.calls_per_hour == 0:
        assert not pbx.switch.channels


def test_talks_are_as_long_as_keep_the_agents_busy() -> None:
    few = mean_talk_s(SimulatorSettings(calls_per_hour=60), 30)
    many = mean_talk_s(SimulatorSettings(calls_per_hour=2400), 30)
    assert 15 <= many < mean_talk_s(SimulatorSettings(), 30) < few <= 240
