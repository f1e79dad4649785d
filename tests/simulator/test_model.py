"""The model of the PBX: whatever people do on it, what it says makes sense, and nothing is left behind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.simulator import scenarios
from ccd.simulator.parts import Channel
from ccd.simulator.pbx import NotNowError, Pbx
from ccd.simulator.stage import stage
from ccd.simulator.timeline import Timeline
from tests.simulator.audit import Audit

EXTENSIONS = ("800", "802", "810", "1001", "1006", "1007", "913900139000", "999")
PHONES = ("PJSIP/1001", "PJSIP/1002", "PJSIP/1006", "PJSIP/1007")
QUEUES = ("support", "vip")

place = st.integers(0, 30)
exten = st.sampled_from(EXTENSIONS)
phone = st.sampled_from(PHONES)
queue = st.sampled_from(QUEUES)
ACTS = st.one_of(
    st.tuples(st.just("call_in"), exten),
    st.tuples(st.just("dial"), phone, exten),
    st.tuples(st.just("answer"), place),
    st.tuples(st.just("answer"), place),
    st.tuples(st.just("hang_up"), place, st.booleans()),
    st.tuples(st.just("hold"), place),
    st.tuples(st.just("unhold"), place),
    st.tuples(st.just("blind"), place, exten),
    st.tuples(st.just("attended"), place, place),
    st.tuples(st.just("add"), queue, phone),
    st.tuples(st.just("remove"), queue, phone),
    st.tuples(st.just("pause"), phone, st.booleans()),
    st.tuples(st.just("originate"), phone, exten),
    st.tuples(st.just("wait"), st.sampled_from((0.3, 1.5, 7.0))),
    st.tuples(st.just("restart")),
)


def act(pbx: Pbx, audit: Audit, what: str, *how: Any) -> None:
    channels = list(pbx.switch.channels.values())

    def pick(number: int) -> Channel:
        if not channels:
            raise NotNowError("no channels")
        return channels[number % len(channels)]

    match what, how:
        case "call_in", (number,):
            pbx.call_in("13800138000", "王女士", number)
        case "dial", (interface, number):
            pbx.dial(interface, number)
        case "answer" | "hold" | "unhold", (number,):
            getattr(pbx, what)(pick(number))
        case "hang_up", (number, busy):
            pbx.hang_up(pick(number), busy=busy)
        case "blind", (number, to):
            pbx.blind(pick(number), to)
        case "attended", (first, second):
            pbx.attended(pick(first), pick(second))
        case "add", (name, interface):
            pbx.members.add(name, interface, "")
        case "remove", (name, interface):
            pbx.members.remove(name, interface)
        case "pause", (interface, on):
            pbx.members.pause(interface, on, "meal")
        case "originate", (interface, to):
            pbx.originate(interface, "phones", to)
        case "wait", (seconds,):
            pbx.timeline.run_until(pbx.timeline.now + seconds)
        case "restart", ():
            audit.restarted()
            pbx.restart()
        case _:
            raise AssertionError(what)


def audited(pbx: Pbx) -> Audit:
    audit = Audit()
    for queue in pbx.members.queues.values():
        for member in queue.members.values():
            audit.member_status[queue.name, member.interface] = str(member.status)
    pbx.wire.listeners.append(audit.hear)
    return audit


def everybody_goes_home(pbx: Pbx) -> None:
    for _ in range(200):
        if not pbx.switch.channels:
            break
        pbx.hang_up(next(iter(pbx.switch.channels.values())))
    pbx.timeline.run_until(pbx.timeline.now + 120)


@settings(max_examples=250, deadline=None)
@given(st.lists(ACTS, max_size=40))
def test_whatever_people_do_every_channel_bridge_and_caller_comes_to_one_end(
    script: list[tuple[Any, ...]],
) -> None:
    pbx = stage(Timeline(1_800_000_000.0))
    audit = audited(pbx)
    for what, *how in script:
        try:
            act(pbx, audit, what, *how)
        except NotNowError:
            continue
        for each in pbx.members.queues.values():
            assert each.joined == each.answered + each.abandoned + len(each.callers)
    everybody_goes_home(pbx)
    audit.at_rest()
    assert not pbx.switch.channels
    for each in pbx.members.queues.values():
        assert each.joined == each.answered + each.abandoned
        assert each.completed == each.answered
        assert not any(member.in_call for member in each.members.values())


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_after_a_scenario_everybody_is_at_rest(name: str) -> None:
    pbx = stage(Timeline(1_800_000_000.0))
    audit = audited(pbx)
    scenarios.perform(pbx, name)
    audit.at_rest()
    assert not pbx.busy


def test_ids_stay_unique_over_a_restart() -> None:
    pbx = stage(Timeline(1_800_000_000.0))
    first = pbx.call_in("1", "", "800")
    pbx.restart()
    second = pbx.call_in("1", "", "800")
    assert first.uniqueid != second.uniqueid
    assert first.name == second.name, "names count anew, as after a restart of Asterisk"


def test_a_restart_keeps_members_and_their_pauses() -> None:
    pbx = stage(Timeline(1_800_000_000.0))
    pbx.members.add("vip", "PJSIP/1006", "赵六")
    pbx.members.pause("PJSIP/1006", True, "meal")
    pbx.call_in("1", "", "800")
    pbx.timeline.run_until(pbx.timeline.now + 60)
    pbx.restart()
    member = pbx.members.queues["vip"].members["PJSIP/1006"]
    assert (member.paused, member.reason, member.login_time) == (True, "meal", 1_800_000_060)
    assert not pbx.switch.channels
    assert not pbx.members.queues["support"].callers


@pytest.mark.parametrize(
    ("interface", "queue", "answer"),
    [
        ("PJSIP/1001", "support", "Member not dynamic"),
        ("PJSIP/1006", "support", "Unable to remove interface: Not there"),
        ("PJSIP/1002", "nope", "Unable to remove interface from queue: No such queue"),
    ],
)
def test_who_cannot_be_logged_out_is_refused_in_asterisks_words(
    interface: str, queue: str, answer: str
) -> None:
    assert stage(Timeline(0.0)).members.remove(queue, interface) == answer


def test_a_queue_of_phones_that_are_all_busy_is_tried_once_a_round() -> None:
    pbx = stage(Timeline(1_800_000_000.0))
    pbx.busy.update(pbx.members.queues["support"].members)
    pbx.call_in("13800138000", "", "800")
    pbx.timeline.run_until(1_800_000_010.0)
    assert len(pbx.switch.channels) == 1
    assert 200 < pbx.wire.count < 10 * 5 * 12, "ten rounds of five phones"
    pbx.busy.clear()
    pbx.timeline.run_until(1_800_000_011.5)
    assert len(pbx.switch.channels) == 2, "one rings at last"


def test_a_name_cannot_end_its_header() -> None:
    pbx = stage(Timeline(1_800_000_000.0))
    told: list[str] = []
    pbx.wire.listeners.append(lambda privilege, text: told.append(text))
    pbx.call_in("1\r\nEvent: Hangup", "<b>\n", "800")
    assert all(text.count("Event: ") - text.count("  Event: ") <= 1 for text in told)
    assert not any("\nEvent: Hangup" in text for text in told)
