"""Plays a planned day on the PBX: agents, callers and those who are called, as people behave."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from ccd.config import SimulatorSettings
from ccd.events import Person
from ccd.simulator.centre import NUMBERS, queues_of
from ccd.simulator.day import REASONS, Act, Call, callers, duty, odd_calls
from ccd.simulator.parts import TRUNK, Attempt, Channel
from ccd.simulator.pbx import Pbx
from ccd.simulator.timeline import Due

__all__ = ["Player"]

Planned = TypeVar("Planned", Act, Call)

CONSULT_S = 20.0
"""An attended transfer is completed, or given up, so long after the colleague was dialled."""


class Player:
    """Everybody's hands. It acts on the PBX's timeline only, so the same day is played the same way."""

    def __init__(self, pbx: Pbx, settings: SimulatorSettings, people: Sequence[Person]) -> None:
        self._pbx = pbx
        self._timeline = pbx.timeline
        self._settings = settings
        self._rng = random.Random(f"{settings.seed}:play")
        self._names = {person.interface: person.name for person in people}
        self._queues = {
            person.interface: queues_of(person, settings)
            for person in people
            if person.role in ("agent", "senior_agent", "telesales")
        }
        self._calls: dict[Channel, Call] = {}
        """The plan of a call, by the channel of whoever called."""
        self._ready: dict[str, bool] = {}
        """Who is at work; False while pausing."""
        self._leaving: set[str] = set()
        """Who logs out as soon as the call is over."""
        self._next_sale: dict[str, Due] = {}
        pbx.hands = self
        pbx.refuses = self._refuses

    def start(self) -> None:
        """Put everybody's first act on the timeline; each act puts the next one there."""
        now, settings = self._timeline.now, self._settings
        for place, interface in enumerate(self._queues):
            pausing = REASONS[place // 8 % len(REASONS)] if place % 8 == 3 else ""
            self._follow(duty(settings.seed, interface, now, pausing), partial(self._act, interface))
        taking = [interface for interface, queues in self._queues.items() if queues]
        phones = [interface.removeprefix("PJSIP/") for interface in taking]
        used = {queue for queues in self._queues.values() for queue in queues}
        numbers = [number for number, queue in NUMBERS.items() if queue in used]
        self._follow(callers(settings, numbers, phones, now, rush=len(phones) // 4 + 2), self._arrive)
        self._follow(odd_calls(settings, phones, now), self._arrive)

    def _follow(self, plan: Iterator[Planned], do: Callable[[Planned], None]) -> None:
        for planned in plan:
            self._timeline.at(planned.at, partial(self._next, planned, plan, do))
            break

    def _next(self, planned: Planned, plan: Iterator[Planned], do: Callable[[Planned], None]) -> None:
        do(planned)
        self._follow(plan, do)

    # --- duty

    def _act(self, interface: str, act: Act) -> None:
        members = self._pbx.members
        match act.do:
            case "login":
                self._leaving.discard(interface)
                for place, queue in enumerate(self._queues[interface]):
                    members.add(queue, interface, self._names[interface], penalty=place)
                self._ready[interface] = True
            case "logout" if self._pbx.switch.of_device(interface):
                self._leaving.add(interface)
            case "logout":
                self._log_out(interface)
            case _:
                self._ready[interface] = act.do == "unpause"
                members.pause(interface, act.do == "pause", act.reason)
        self._sell_soon(interface)

    def _log_out(self, interface: str) -> None:
        self._leaving.discard(interface)
        self._ready.pop(interface, None)
        for queue in self._queues[interface]:
            self._pbx.members.remove(queue, interface)

    def _idle(self, interface: str) -> bool:
        return self._ready.get(interface, False) and not self._pbx.switch.of_device(interface)

    # --- calls begin

    def _arrive(self, call: Call) -> None:
        if call.kind != "internal":
            channel = self._pbx.call_in(call.number, call.name, call.to)
        elif self._idle(call.who):
            channel = self._pbx.dial(call.who, call.to)
        else:
            return
        if channel.alive:
            self._calls[channel] = call
            self._timeline.after(call.patience_s, partial(self._give_up, channel))

    def _give_up(self, channel: Channel) -> None:
        if channel.alive and channel.bridge is None:
            self._pbx.hang_up(channel)

    def _sell_soon(self, interface: str) -> None:
        """Those who sell by telephone dial the next customer a while after the last one."""
        if interface in self._queues and not self._queues[interface] and self._settings.calls_per_hour:
            if interface in self._next_sale:
                self._next_sale[interface].cancel()
            pause = self._rng.uniform(8, 45)
            self._next_sale[interface] = self._timeline.after(pause, partial(self._sell, interface))

    def _sell(self, interface: str) -> None:
        if not self._idle(interface):
            return
        rng = self._rng
        number = f"91{rng.randint(3, 9)}{rng.randint(0, 9)}0000{rng.randint(0, 9999):04d}"
        talk_s = min(4 + rng.expovariate(1 / 70), 600)
        channel = self._pbx.dial(interface, number)
        ends = rng.random() < 0.5
        self._calls[channel] = Call(
            self._timeline.now, "outbound", number, "", number, interface, 30.0, talk_s, ends, 0, 0, "", ""
        )

    def _refuses(self, attempt: Attempt) -> bool:
        """Busy: one in ten outside, and an agent who is on the phone already."""
        if attempt.dest.interface == TRUNK:
            return self._rng.random() < 0.1
        return len(self._pbx.switch.of_device(attempt.dest.interface)) > 1

    def rings(self, attempt: Attempt) -> None:
        dest, rng = attempt.dest, self._rng
        if dest.interface == TRUNK:
            self._called_outside(attempt)
        elif rng.random() < (
            0.95 if attempt.caller is None or self._ready.get(dest.interface, False) else 0.4
        ):
            self._timeline.after(rng.uniform(1.5, 7), partial(self._pick_up, dest))

    def _called_outside(self, attempt: Attempt) -> None:
        rng, chance = self._rng, self._rng.random()
        if chance < 0.65:
            self._timeline.after(rng.uniform(4, 14), partial(self._pick_up, attempt.dest))
        elif attempt.caller is not None:
            self._timeline.after(rng.uniform(18, 30), partial(self._give_up, attempt.caller))

    def _pick_up(self, channel: Channel) -> None:
        if channel.alive and channel.attempt is not None:
            self._pbx.answer(channel)

    # --- calls go on and end

    def talks(self, first: Channel, second: Channel) -> None:
        caller, other = (first, second) if first in self._calls else (second, first)
        call = self._calls.get(caller)
        if call is None:
            call = self._rest_of(None)
        if call.kind == "consult":
            self._during(2 * CONSULT_S, caller, self._pbx.hang_up)
            return
        ender = caller if call.caller_ends else other
        agent = other if caller.interface == TRUNK else caller
        self._during(call.talk_s, ender, partial(self._end, caller, call))
        if call.hold_at:
            self._during(call.hold_at, agent, self._hold)
            self._during(call.hold_at + call.hold_s, agent, self._unhold)
        if call.transfer and agent.interface.removeprefix("PJSIP/") != call.transfer_to:
            do = self._blind if call.transfer == "blind" else self._consult
            self._during(call.talk_s * 0.9, agent, partial(do, caller, call))

    def _during(self, seconds: float, channel: Channel, do: Callable[[Channel], None]) -> None:
        """Do it after so many seconds, if the same two still talk then."""
        peer = channel.peer

        def due() -> None:
            if channel.alive and peer is not None and channel.peer is peer:
                do(channel)

        self._timeline.after(seconds, due)

    def _end(self, caller: Channel, call: Call, ender: Channel) -> None:
        """Unless the call goes otherwise by now: the plan is replaced when a transfer begins."""
        if self._calls.get(caller, call) is call:
            self._pbx.hang_up(ender)

    def _hold(self, channel: Channel) -> None:
        if not channel.holding:
            self._pbx.hold(channel)

    def _unhold(self, channel: Channel) -> None:
        if channel.holding:
            self._pbx.unhold(channel)

    def _rest_of(self, call: Call | None) -> Call:
        """What is left to be said after a transfer."""
        talk_s = self._rng.uniform(15, 90)
        if call is not None:
            return call._replace(talk_s=talk_s, hold_at=0.0, transfer="")
        return Call(self._timeline.now, "direct", "", "", "", "", 60.0, talk_s, True, 0.0, 0.0, "", "")

    def _colleague(self, call: Call) -> str:
        """Somebody who is free, else the one planned, who will be busy."""
        free = [interface for interface, queues in self._queues.items() if queues and self._idle(interface)]
        return self._rng.choice(free).removeprefix("PJSIP/") if free else call.transfer_to

    def _blind(self, caller: Channel, call: Call, agent: Channel) -> None:
        self._calls[caller] = self._rest_of(call)
        self._pbx.blind(agent, self._colleague(call))

    def _consult(self, caller: Channel, call: Call, agent: Channel) -> None:
        """Hold the caller, ask a colleague, and connect the two if the colleague can be had."""
        self._calls[caller] = self._rest_of(call)
        self._hold(agent)
        second = self._pbx.dial(agent.interface, self._colleague(call))
        if second.alive:
            self._calls[second] = call._replace(kind="consult")
        self._during(CONSULT_S, agent, partial(self._hand_over, caller, second))

    def _hand_over(self, caller: Channel, second: Channel, agent: Channel) -> None:
        if second.alive and second.peer is not None:
            self._pbx.attended(agent, second)
            return
        if second.alive:
            self._pbx.hang_up(second)
        self._unhold(agent)
        self._during(self._rng.uniform(5, 30), caller, self._pbx.hang_up)

    def gone(self, channel: Channel) -> None:
        self._calls.pop(channel, None)
        interface = channel.interface
        if interface in self._leaving:
            self._timeline.after(1.0, partial(self._leave, interface))
        self._sell_soon(interface)

    def _leave(self, interface: str) -> None:
        if interface in self._leaving and not self._pbx.switch.of_device(interface):
            self._log_out(interface)
