"""A call-centre floor told to the real engine in AMI messages, with a clock of its own."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from ccd.adapters.metrics import Metrics
from ccd.config import Settings
from ccd.effects import SetDeadline
from ccd.engine import Engine, Outcome
from ccd.events import DeadlineDue, Event, PbxLinked, PbxLost, PbxSynced, Person, RosterReplaced
from ccd.message import Message
from ccd.world import World

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai, a Monday."""


class Floor:
    """Inputs go through ``Engine`` and are observed by ``metrics``; deadlines come due as time passes."""

    def __init__(self, *pbxs: str, **sections: Any) -> None:
        self.pbx = pbxs[0] if pbxs else "main"
        named = {name: {"secret": "x"} for name in pbxs or ("main",)}
        self.settings = Settings.model_validate({"pbx": named} | sections)
        self.at = START
        self.world = World(self.settings, self.at)
        self.engine = Engine(self.world)
        self.metrics = Metrics(self.world, now=lambda: self.at)
        self.outcomes: list[Outcome] = []
        self._deadlines: dict[str, datetime] = {}
        self._numbers = itertools.count(1)

    def ami(self, event: str, **headers: str) -> Outcome:
        self.at += timedelta(microseconds=1)
        message = Message.of(Event=event, **headers)
        return self._took(None, self.engine.message(self.pbx, self.at, message))

    def give(self, event: Event) -> Outcome:
        return self._took(event, self.engine.step(event))

    def wait(self, seconds: float) -> None:
        until = self.at + timedelta(seconds=seconds)
        while due := [(at, key) for key, at in self._deadlines.items() if at <= until]:
            at, key = min(due)
            del self._deadlines[key]
            self.at = max(at, self.at)
            self.give(DeadlineDue(at=self.at, key=key, late_s=0.0))
        self.at = until

    def follow(self, boot: str = "boot-1") -> None:
        """Link and be in sync; members of queues come by ``member``."""
        self.give(PbxLinked(at=self.at, pbx=self.pbx, version="22.10.1", boot=boot))
        self.give(PbxSynced(at=self.at, pbx=self.pbx))

    def lose(self, last_heard: datetime) -> None:
        self.give(PbxLost(at=self.at, pbx=self.pbx, last_heard=last_heard, why="silent"))

    def give_back(self, *numbers: str, queue: str = "sales", **headers: str) -> None:
        """Link again: the snapshot shows these members of one queue, and the PBX is in sync."""
        self.give(PbxLinked(at=self.at, pbx=self.pbx, version="22.10.1", boot="boot-1"))
        self.ami("QueueParams", Queue=queue)
        for number in numbers:
            device = f"PJSIP/{number}"
            member = {
                "Queue": queue,
                "Name": f"Member {number}",
                "Location": device,
                "StateInterface": device,
                "Membership": "dynamic",
                "Paused": "0",
                "Status": "1",
                "Wrapuptime": "0",
            }
            self.ami("QueueMember", **member | headers)
        self.give(PbxSynced(at=self.at, pbx=self.pbx))

    def roster(self, *people: Person) -> None:
        self.give(RosterReplaced(at=self.at, version="1", people=people, by="test"))

    def member(self, queue: str, number: str, **headers: str) -> str:
        interface = f"PJSIP/{number}"
        self.ami(
            "QueueMemberAdded",
            **{
                "Queue": queue,
                "Interface": interface,
                "MemberName": f"Member {number}",
                "Membership": "dynamic",
                "Paused": "0",
                "Status": "1",
                "Wrapuptime": "0",
            }
            | headers,
        )
        return interface

    def pause(self, interface: str, *queues: str, reason: str = "lunch", on: bool = True) -> None:
        for queue in queues:
            self.ami(
                "QueueMemberPause",
                Queue=queue,
                Interface=interface,
                Paused="1" if on else "0",
                PausedReason=reason,
            )

    def joins(self, queue: str, number: str = "13800000000", name: str = "") -> str:
        """A caller on the trunk enters a queue. Gives the Uniqueid."""
        uid = f"call.{next(self._numbers)}"
        self._channel(uid, uid, "PJSIP/trunk-1", number, name)
        self.ami("QueueCallerJoin", Queue=queue, Uniqueid=uid, Position="1", CallerIDNum=number)
        return uid

    def answers(self, queue: str, uid: str, interface: str, *, ring_s: int = 3) -> str:
        """The agent takes the caller. Gives the Uniqueid of the agent's channel."""
        leg = f"leg.{next(self._numbers)}"
        self._channel(leg, uid, interface, "", "")
        at = {"Uniqueid": uid, "Queue": queue, "Interface": interface, "MemberName": "x", "DestUniqueid": leg}
        self.ami("AgentCalled", **at)
        self.ami("Newstate", Uniqueid=leg, ChannelState="6")
        self.ami("QueueCallerLeave", Uniqueid=uid, Queue=queue, Position="1")
        self.ami("AgentConnect", **at, HoldTime="0", RingTime=str(ring_s))
        for one in (uid, leg):
            self.ami("BridgeEnter", Uniqueid=one, Linkedid=uid, BridgeUniqueid=f"bridge-{uid}")
        return leg

    def completes(self, queue: str, uid: str, leg: str, interface: str, *, talk_s: int) -> None:
        self.ami(
            "AgentComplete",
            Uniqueid=uid,
            Queue=queue,
            Interface=interface,
            TalkTime=str(talk_s),
            Reason="caller",
        )
        for one in (leg, uid):
            self.ami("Hangup", Uniqueid=one, Linkedid=uid, Cause="16")

    def abandons(self, queue: str, uid: str) -> None:
        self.ami("QueueCallerAbandon", Uniqueid=uid, Queue=queue, Position="1")
        self.ami("Hangup", Uniqueid=uid, Linkedid=uid, Cause="16")

    def _channel(self, uid: str, linked: str, interface: str, number: str, name: str) -> None:
        self.ami(
            "Newchannel",
            Uniqueid=uid,
            Linkedid=linked,
            Channel=f"{interface}-{next(self._numbers):08x}",
            ChannelState="4" if uid == linked else "5",
            CallerIDNum=number,
            CallerIDName=name,
            Exten="800",
        )

    def _took(self, event: Event | None, outcome: Outcome) -> Outcome:
        self.metrics.observe(event, outcome, self.world)
        self.outcomes.append(outcome)
        for effect in outcome.effects:
            if isinstance(effect, SetDeadline):
                self._deadlines[effect.key] = self.at + timedelta(seconds=effect.after_s)
        return outcome

    def value(self, name: str, **labels: str) -> float | None:
        """What Prometheus would read now, or None where there is no such series."""
        return self.metrics.registry.get_sample_value(name, labels)


def person(code: str, seat: str, team: str = "A", name: str = "", pbx: str = "") -> Person:
    return Person(
        code=code,
        name=name or f"Person {code}",
        role="agent",
        team=team,
        seat=seat,
        interface=f"PJSIP/{seat}",
        pbx=pbx,
    )
