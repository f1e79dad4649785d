"""Floors with metrics on them, and how to read them."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from ccd.engine import Outcome
from ccd.events import CallEnded, CallerLeft, Event, RingNoAnswer
from tests.floor import START, Floor, person


def page(floor: Floor) -> str:
    return asyncio.run(floor.metrics.exposition()).decode()


def series(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def tell(floor: Floor, *facts: Event, event: Event | None = None) -> None:
    outcome = Outcome()
    outcome.facts.extend(facts)
    floor.metrics.observe(event, outcome, floor.world)
    assert floor.metrics.errors == 0


def ready_floor(**sections: Any) -> Floor:
    floor = Floor(**sections)
    floor.roster(person("7001", "1001", "A"), person("7002", "1002", "B"))
    floor.follow()
    for number in ("1001", "1002", "1003"):
        floor.member("sales", number)
    return floor


LEFT: dict[str, Any] = {"at": START, "pbx": "main", "call": "c", "uniqueid": "u", "queue": "sales"}
AGENT = LEFT | {"interface": "PJSIP/1001", "member": "张三"}
ENDED: dict[str, Any] = {
    "at": START,
    "pbx": "main",
    "call": "c",
    "kind": "queue",
    "outcome": "answered",
    "started": START,
    "answered": START,
    "wait_s": 3.0,
    "talk_s": 61.0,
    "hold_s": 0.0,
    "cause": 16,
    "seen": True,
}
RECORDING: dict[str, Any] = {
    "at": START,
    "pbx": "main",
    "call": "c",
    "uniqueid": "u",
    "recording": "r",
    "path": "/r.wav",
}
WHERE: dict[str, Any] = {"at": START, "pbx": "main", "seat": "1001", "how": "phone"}
MAIN = {"pbx": "main"}
SALES = {"pbx": "main", "queue": "sales"}


def caller_left(outcome: str, wait_s: float) -> CallerLeft:
    return CallerLeft(**LEFT, outcome=outcome, wait_s=wait_s, position=1, joined=START)


def full_floor(agents: int, queues: int, teams: int, reasons: int) -> Floor:
    """A site where everything has happened: every outcome in every queue, every state in every team."""
    floor = Floor()
    chance = random.Random(4)
    numbers = [str(2000 + n) for n in range(agents)]
    floor.roster(*[person(f"7{number}", number, f"team {n % teams}") for n, number in enumerate(numbers)])
    floor.follow()
    for n, number in enumerate(numbers):
        floor.member(f"queue {n % queues}", number, Wrapuptime="10")
    for n in range(queues):
        name = {"queue": f"queue {n}"}
        for outcome in ("answered", "abandoned", "timeout", "key", "empty", "other", "unknown"):
            tell(floor, CallerLeft(**LEFT | name, outcome=outcome, wait_s=9, position=1, joined=START))
        tell(floor, RingNoAnswer(**AGENT | name, ring_s=15))
    for kind in ("queue", "direct", "outbound", "internal", "other", ""):
        for outcome in ("answered", "voicemail", "no_answer", "busy", "failed", "no_party", "unknown", "key"):
            tell(floor, CallEnded(**ENDED | {"kind": kind, "outcome": outcome}))
    for n, number in enumerate(numbers):
        interface = f"PJSIP/{number}"
        for reason in {f"reason {chance.randrange(reasons)}" for _ in range(4)}:
            floor.pause(interface, f"queue {n % queues}", reason=reason)
        for device in ("2", "8", "6", "5", "1"):
            name = {"Queue": f"queue {n % queues}", "Interface": interface, "Status": device}
            floor.ami("QueueMemberStatus", **name, MemberName="x")
        if n % 2:
            floor.pause(interface, f"queue {n % queues}", on=False)
    return floor
