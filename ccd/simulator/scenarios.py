"""Single scenes on a small quiet PBX, the same ones that are captured from a real Asterisk.

A scenario is a generator: it acts on the PBX and yields how many seconds then pass.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from ccd.simulator.dialplan import Dialplan
from ccd.simulator.parts import TRUNK, Channel, Queue
from ccd.simulator.pbx import NotNowError, Pbx
from ccd.simulator.timeline import Timeline

__all__ = ["SCENARIOS", "perform", "stage"]

Scenario = Generator[float, None, None]
Talk = Generator[float, None, tuple[Channel, Channel]]

CALLER = ("13800138000", "王女士")
FIRST, SECOND = "PJSIP/1001", "PJSIP/1002"

_PLAN = {
    "inbound": {
        "800": ["Answer()", "Queue(support,tT)", "Hangup()"],
        "810": ["Answer()", "Queue(support,,,,6)", "Queue(sales,tT)", "Hangup()"],
        "820": ["Answer()", "MixMonitor()", "Queue(sales,tT)", "Hangup()"],
        "_10XX": ["Dial(PJSIP/${EXTEN},20,tT)", "Hangup()"],
    },
    "phones": {
        "_10XX": ["Dial(PJSIP/${EXTEN},20,tT)", "Hangup()"],
        "_8X0": ["Goto(inbound,${EXTEN},1)"],
        "_9X.": ["Dial(PJSIP/${EXTEN:1}@trunk,30,tT)", "Hangup()"],
    },
}


def stage(timeline: Timeline, first_id: int = 0, recordings: str = "/var/spool/asterisk/monitor") -> Pbx:
    """Phones 1001 to 1006; the first is a static member of ``support``, which records; ``sales`` is empty."""
    names = ("张三", "李四", "王五", "赵六", "孙七", "周八")
    phones = {f"PJSIP/{number}": name for number, name in enumerate(names, start=1001)}
    pbx = Pbx(timeline, phones, Dialplan(_PLAN), first_id=first_id, recordings=recordings)
    pbx.members.create(Queue("support", ring_s=5, wrapup_s=2, record=True))
    pbx.members.create(Queue("sales", ring_s=5))
    pbx.members.add("support", FIRST, phones[FIRST], dynamic=False)
    return pbx


def perform(pbx: Pbx, name: str) -> None:
    """Play a scenario to its end at once. Raises KeyError for an unknown name."""
    for wait_s in SCENARIOS[name](pbx):
        pbx.timeline.run_until(pbx.timeline.now + wait_s)


def _ringing(pbx: Pbx, interface: str) -> Channel:
    """The channel that makes that phone ring. Raises NotNowError where it does not."""
    for channel in pbx.switch.of_device(interface):
        if channel.attempt is not None and channel.attempt.dest is channel:
            return channel
    raise NotNowError(f"{interface} does not ring")


def _connected(pbx: Pbx) -> Talk:
    """A caller of the queue is answered; both channels."""
    caller = pbx.call_in(*CALLER, "800")
    yield 1
    agent = _ringing(pbx, FIRST)
    pbx.answer(agent)
    yield 2
    return caller, agent


def _answered(pbx: Pbx, interface: str, caller: Channel) -> Talk:
    """What that caller has dialled is answered after a second of ringing."""
    yield 1
    called = _ringing(pbx, interface)
    pbx.answer(called)
    yield 2
    return caller, called


def queue_agent_ends(pbx: Pbx) -> Scenario:
    _, agent = yield from _connected(pbx)
    pbx.hang_up(agent)
    yield 4


def queue_caller_ends(pbx: Pbx) -> Scenario:
    caller, _ = yield from _connected(pbx)
    pbx.hang_up(caller)
    yield 4


def queue_abandoned(pbx: Pbx) -> Scenario:
    """Nobody is free, and the caller hangs up."""
    pbx.members.pause(FIRST, True, "meal")
    caller = pbx.call_in(*CALLER, "800")
    yield 3
    pbx.hang_up(caller)
    yield 1
    pbx.members.pause(FIRST, False)
    yield 1


def queue_abandoned_ringing(pbx: Pbx) -> Scenario:
    caller = pbx.call_in(*CALLER, "800")
    yield 2
    pbx.hang_up(caller)
    yield 2


def queue_timeout(pbx: Pbx) -> Scenario:
    """Nobody is free: on into the second queue, where somebody answers."""
    pbx.members.pause(FIRST, True, "meal")
    pbx.members.add("sales", SECOND, pbx.phones[SECOND])
    caller = pbx.call_in(*CALLER, "810")
    yield 6.5
    agent = _ringing(pbx, SECOND)
    pbx.answer(agent)
    yield 2
    pbx.hang_up(caller)
    yield 2
    pbx.members.remove("sales", SECOND)
    pbx.members.pause(FIRST, False)
    yield 1


def ring_no_answer(pbx: Pbx) -> Scenario:
    """The phone rings for its five seconds, twice; then it is answered."""
    caller = pbx.call_in(*CALLER, "800")
    yield 6.5
    agent = _ringing(pbx, FIRST)
    pbx.answer(agent)
    yield 2
    pbx.hang_up(caller)
    yield 4


def pause(pbx: Pbx) -> Scenario:
    pbx.members.pause(FIRST, True, "meal")
    yield 1
    pbx.members.pause(FIRST, True, "training")
    yield 1
    pbx.members.pause(FIRST, False)
    yield 1


def membership(pbx: Pbx) -> Scenario:
    pbx.members.add("sales", SECOND, pbx.phones[SECOND])
    yield 1
    pbx.members.remove("sales", SECOND)
    yield 1


def hold(pbx: Pbx) -> Scenario:
    caller, agent = yield from _connected(pbx)
    pbx.hold(agent)
    yield 2
    pbx.unhold(agent)
    yield 1
    pbx.hang_up(caller)
    yield 4


def blind_transfer(pbx: Pbx) -> Scenario:
    caller, agent = yield from _connected(pbx)
    pbx.blind(agent, "1002")
    yield from _answered(pbx, SECOND, caller)
    pbx.hang_up(caller)
    yield 4


def attended_transfer(pbx: Pbx) -> Scenario:
    caller, agent = yield from _connected(pbx)
    pbx.hold(agent)
    yield 0.5
    second = pbx.dial(FIRST, "1002")
    yield from _answered(pbx, SECOND, second)
    pbx.attended(agent, second)
    yield 2
    pbx.hang_up(caller)
    yield 4


def direct(pbx: Pbx) -> Scenario:
    caller, _ = yield from _answered(pbx, SECOND, pbx.call_in(*CALLER, "1002"))
    pbx.hang_up(caller)
    yield 1


def outbound(pbx: Pbx) -> Scenario:
    _, called = yield from _answered(pbx, TRUNK, pbx.dial(SECOND, "913900139000"))
    pbx.hang_up(called)
    yield 1


def internal(pbx: Pbx) -> Scenario:
    caller, _ = yield from _answered(pbx, "PJSIP/1003", pbx.dial(SECOND, "1003"))
    pbx.hang_up(caller)
    yield 1


def recording(pbx: Pbx) -> Scenario:
    """Recorded from the start; StopMixMonitor ends the recording before the call."""
    caller, agent = yield from _connected(pbx)
    pbx.stop_recording(caller)
    yield 1
    pbx.hang_up(agent)
    yield 4


SCENARIOS: Mapping[str, Callable[[Pbx], Scenario]] = {
    play.__name__: play
    for play in (
        queue_agent_ends,
        queue_caller_ends,
        queue_abandoned,
        queue_abandoned_ringing,
        queue_timeout,
        ring_no_answer,
        pause,
        membership,
        hold,
        blind_transfer,
        attended_transfer,
        direct,
        outbound,
        internal,
        recording,
    )
}
