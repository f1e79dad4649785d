"""Single scenes on a small quiet PBX, the same ones that are captured from a real Asterisk.

A scenario is a generator: it acts on the PBX and yields how many seconds then pass.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from ccd.simulator.originating import originate
from ccd.simulator.parts import TRUNK, Channel
from ccd.simulator.pbx import NotNowError, Pbx
from ccd.simulator.requests import Request
from ccd.simulator.stage import COLLEAGUE, LATE, SALES, SPARE, SUPPORT

__all__ = ["SCENARIOS", "perform"]

Scenario = Generator[float, None, None]
Talk = Generator[float, None, Channel]

CALLER = ("13800138000", "李雷")


def perform(pbx: Pbx, name: str) -> None:
    """Play a scenario to its end at once. Raises KeyError for an unknown name."""
    for wait_s in SCENARIOS[name](pbx):
        pbx.timeline.run_until(pbx.timeline.now + wait_s)


def _ringing(pbx: Pbx, *interfaces: str) -> Channel:
    """The channel that makes one of those phones ring. Raises NotNowError where none does."""
    for interface in interfaces:
        for channel in pbx.switch.of_device(interface):
            if channel.attempt is not None and channel.attempt.dest is channel:
                return channel
    raise NotNowError(f"nothing rings at {', '.join(interfaces)}")


def _answered(pbx: Pbx, *interfaces: str, after: float = 0.5) -> Talk:
    """One of those phones is answered after so many seconds of ringing."""
    yield after
    called = _ringing(pbx, *interfaces)
    pbx.answer(called)
    return called


def answered_agent_hangup(pbx: Pbx) -> Scenario:
    pbx.call_in(*CALLER, "800")
    agent = yield from _answered(pbx, *SUPPORT)
    yield 2
    pbx.hang_up(agent)
    yield 4


def answered_caller_hangup(pbx: Pbx) -> Scenario:
    caller = pbx.call_in(*CALLER, "800")
    yield from _answered(pbx, *SUPPORT)
    yield 2
    pbx.hang_up(caller)
    yield 4


def abandoned_while_ringing(pbx: Pbx) -> Scenario:
    caller = pbx.call_in(*CALLER, "800")
    yield 2.5
    pbx.hang_up(caller)
    yield 2


def abandoned_nobody_there(pbx: Pbx) -> Scenario:
    caller = pbx.call_in(*CALLER, "802")
    yield 2.5
    pbx.hang_up(caller)
    yield 2


def timeout_second_queue(pbx: Pbx) -> Scenario:
    """After six seconds of ringing on into the next queue, where somebody answers."""
    pbx.call_in(*CALLER, "810")
    yield 6
    agent = yield from _answered(pbx, *SALES)
    yield 2
    pbx.hang_up(agent)
    yield 2


def timeout_then_on(pbx: Pbx) -> Scenario:
    """After six seconds of ringing on in the dialplan, which hangs up."""
    pbx.call_in(*CALLER, "812")
    yield 10


def ring_no_answer_then_other(pbx: Pbx) -> Scenario:
    pbx.call_in(*CALLER, "800")
    yield 6
    agent = yield from _answered(pbx, *SUPPORT)
    yield 2
    pbx.hang_up(agent)
    yield 4


def busy_then_other(pbx: Pbx) -> Scenario:
    pbx.busy.add(SUPPORT[0])
    pbx.call_in(*CALLER, "800")
    agent = yield from _answered(pbx, *SUPPORT)
    pbx.busy.remove(SUPPORT[0])
    yield 2
    pbx.hang_up(agent)
    yield 4


def two_callers_one_agent(pbx: Pbx) -> Scenario:
    pbx.members.add("vip", LATE, "王五")
    for number, name in (CALLER, ("13900139000", "")):
        pbx.call_in(number, name, "802")
    for _ in range(2):
        agent = yield from _answered(pbx, LATE)
        yield 2
        pbx.hang_up(agent)
        yield 1


def pause_reasons(pbx: Pbx) -> Scenario:
    """By code: a meal, from there to a training, back. By AMI: one queue only, and all without a reason."""
    for code in ("*831", "*833", "*84"):
        pbx.dial(SUPPORT[0], code)
        yield 2
    for on, reason, queue in (
        (True, "meeting", "support"),
        (False, "", "support"),
        (True, "", ""),
        (False, "back", ""),
    ):
        pbx.members.pause(SUPPORT[1], on, reason, queue)
        yield 1


def pause_while_talking(pbx: Pbx) -> Scenario:
    pbx.call_in(*CALLER, "800")
    agent = yield from _answered(pbx, *SUPPORT)
    yield 0.7
    pbx.members.pause(agent.interface, True, "meal")
    yield 0.7
    pbx.hang_up(agent)
    yield 1
    pbx.members.pause(agent.interface, False)
    yield 4


def members_come_and_go(pbx: Pbx) -> Scenario:
    for code in ("*85", "*86", "*85"):
        pbx.dial(LATE, code)
        yield 2
    pbx.call_in(*CALLER, "802")
    agent = yield from _answered(pbx, LATE, after=0.3)
    yield 1.5
    pbx.hang_up(agent)
    yield 1


def hold_resume(pbx: Pbx) -> Scenario:
    pbx.call_in(*CALLER, "800")
    agent = yield from _answered(pbx, *SUPPORT)
    yield 0.7
    pbx.hold(agent)
    yield 1.5
    pbx.unhold(agent)
    yield 0.7
    pbx.hang_up(agent)
    yield 4


def blind_transfer_agent(pbx: Pbx) -> Scenario:
    pbx.call_in(*CALLER, "800")
    agent = yield from _answered(pbx, *SUPPORT)
    yield 1
    pbx.blind(agent, "1006")
    other = yield from _answered(pbx, SPARE)
    yield 2
    pbx.hang_up(other)
    yield 4


def blind_transfer_queue(pbx: Pbx) -> Scenario:
    pbx.call_in(*CALLER, "800")
    agent = yield from _answered(pbx, *SUPPORT)
    yield 1
    pbx.blind(agent, "801")
    other = yield from _answered(pbx, *SALES)
    yield 2
    pbx.hang_up(other)
    yield 4


def attended_transfer(pbx: Pbx) -> Scenario:
    pbx.call_in(*CALLER, "800")
    agent = yield from _answered(pbx, *SUPPORT)
    yield 1
    pbx.hold(agent)
    second = pbx.dial(agent.interface, "1006")
    other = yield from _answered(pbx, SPARE)
    yield 1.5
    pbx.attended(agent, second)
    yield 2.5
    pbx.hang_up(other)
    yield 4


def direct_call(pbx: Pbx) -> Scenario:
    pbx.call_in(*CALLER, "1006")
    called = yield from _answered(pbx, SPARE)
    yield 2
    pbx.hang_up(called)
    yield 1


def outbound_call(pbx: Pbx) -> Scenario:
    pbx.dial(SPARE, "9" + CALLER[0])
    called = yield from _answered(pbx, TRUNK)
    yield 2
    pbx.hang_up(called)
    yield 1


def outbound_busy(pbx: Pbx) -> Scenario:
    pbx.busy.add(TRUNK)
    pbx.dial(SPARE, "9" + CALLER[0])
    pbx.busy.remove(TRUNK)
    yield 1


def outbound_no_answer(pbx: Pbx) -> Scenario:
    caller = pbx.dial(SPARE, "9" + CALLER[0])
    yield 2
    pbx.hang_up(caller)
    yield 1


def internal_call(pbx: Pbx) -> Scenario:
    pbx.dial(SPARE, "1007")
    called = yield from _answered(pbx, COLLEAGUE)
    yield 2
    pbx.hang_up(called)
    yield 1


def originated_call(pbx: Pbx) -> Scenario:
    """Click to call: the phone rings first, then the number is dialled."""
    headers = {
        "ActionID": "1",
        "Channel": SPARE,
        "Context": "phones",
        "Exten": f"9{CALLER[0]}",
        "CallerID": "click <1006>",
        "Async": "true",
    }
    block = "\r\n".join(f"{name}: {value}" for name, value in headers.items())
    originate(pbx, Request(block, lambda answer: None))
    yield from _answered(pbx, SPARE, after=0.3)
    called = yield from _answered(pbx, TRUNK)
    yield 2
    pbx.hang_up(called)
    yield 1


def recording_toggled(pbx: Pbx) -> Scenario:
    """The agent's key for recording (*3): the queue's recording ends, and a second one begins."""
    caller = pbx.call_in(*CALLER, "800")
    agent = yield from _answered(pbx, *SUPPORT, after=0.3)
    yield 1
    pbx.stop_recording(caller)
    yield 2
    pbx.record(caller, f"auto-{int(pbx.timeline.now)}-{agent.number}-{caller.number}.wav")
    yield 1
    pbx.hang_up(agent)
    yield 4


SCENARIOS: Mapping[str, Callable[[Pbx], Scenario]] = {
    scene.__name__: scene
    for scene in (
        answered_agent_hangup,
        answered_caller_hangup,
        abandoned_while_ringing,
        abandoned_nobody_there,
        timeout_second_queue,
        timeout_then_on,
        ring_no_answer_then_other,
        busy_then_other,
        two_callers_one_agent,
        pause_reasons,
        pause_while_talking,
        members_come_and_go,
        hold_resume,
        blind_transfer_agent,
        blind_transfer_queue,
        attended_transfer,
        direct_call,
        outbound_call,
        outbound_busy,
        outbound_no_answer,
        internal_call,
        originated_call,
        recording_toggled,
    )
}
