"""A month of conversations for the bench: drawn as they would have been, with the calls that they came of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ccd.events import (
    AgentCompleted,
    AgentConnected,
    CallEnded,
    CallerJoined,
    CallerLeft,
    CallStarted,
    Event,
    Person,
    PersonArrived,
    RecordingMeasured,
    RecordingStarted,
    RecordingStopped,
)
from ccd.events.quality import ConversationSeen, Member
from ccd.events.sampling import CallPicked, DayFrozen, DrawPlanned, SeedCommitted, SeedRevealed
from ccd.quality.units import unit_of
from ccd.roster import Roster
from ccd.sampling.draw import close, rank, seed_digest

__all__ = ["AGENTS", "DAYS", "FIRST", "LAST", "ROSTER", "SPREAD_S", "arrivals", "call", "drawn_of", "seen"]

FIRST = date(2026, 3, 1)
DAYS = 31
LAST = FIRST + timedelta(days=DAYS - 1)
AGENTS = 400
THRESHOLDS = {"": 0.02}
MINIMUM = 1
SPREAD_S = 84_000
"""A day's conversations end in so many seconds, evenly; what comes after them ends later still."""
ROSTER = Roster(
    Person(str(100_000 + n), f"员工{n}", "agent", f"team {n % 20}", f"S{n}", f"PJSIP/{10_000 + n}")
    for n in range(AGENTS)
)


def _times(day: date, n: int, a_day: int) -> tuple[datetime, datetime]:
    """Three minutes each."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    ended = midnight + timedelta(seconds=SPREAD_S * n / a_day)
    return ended - timedelta(seconds=180), ended


def _names(day: date, n: int, a_day: int) -> tuple[str, str, str, datetime, datetime]:
    """(unit, channel, interface, connected, ended)"""
    connected, ended = _times(day, n, a_day)
    uniqueid, interface = f"{ended.timestamp():.0f}.{n}", f"PJSIP/{10_000 + n % AGENTS}"
    return unit_of("main", uniqueid, "support", interface, connected), uniqueid, interface, connected, ended


def seen(day: date, n: int, a_day: int) -> ConversationSeen:
    unit, uniqueid, interface, connected, ended = _names(day, n, a_day)
    return ConversationSeen(
        at=ended,
        pbx="main",
        unit=unit,
        day=day,
        call=uniqueid,
        uniqueid=uniqueid,
        kind="queue",
        person=_code(n),
        team=f"team {n % 20}",
        queue="support",
        interface=interface,
        connected=connected,
        ended=ended,
        talk_s=180.0,
        recording=f"{uniqueid}:x.wav",
        offset_s=1.0,
        eligible="too_short" if n % 10 == 0 else "",
        rank=rank(_seed(day), unit),
        picked="",
    )


def _code(n: int) -> str:
    return str(100_000 + n % AGENTS)


def _seed(day: date) -> str:
    return hashlib.sha256(f"bench {day}".encode()).hexdigest()


def drawn_of(day: date, everything: list[ConversationSeen]) -> Iterator[Event]:
    """What is told of the day: the last is not closed yet."""
    seed, at = _seed(day), datetime(day.year, day.month, day.day, tzinfo=UTC)
    closing = close(map(_member, everything), seed, THRESHOLDS, MINIMUM, "agent")
    closed = day != LAST

    def keyed(what: str) -> dict[str, Any]:
        return {"at": at, "key": f"sampling|{what}|{day}", "day": day, "because": "bench"}

    yield SeedCommitted(**keyed("seed"), digest=seed_digest(seed))
    yield DrawPlanned(**keyed("plan"), strata="agent", thresholds=THRESHOLDS, minimum=MINIMUM, target=12)
    for one in everything:
        reason = closing.picks.get(one.unit, "")
        if reason and (closed or reason == "threshold"):
            yield _picked(one, reason, keyed(f"picked|{one.unit}"))
    if closed:
        counts = {name: getattr(closing, name) for name in ("digest", "population", "eligible", "picked")}
        yield DayFrozen(**keyed("frozen"), strata=closing.strata, **counts)
        yield SeedRevealed(**keyed("revealed"), seed=seed, digest=seed_digest(seed))


def _member(one: ConversationSeen) -> Member:
    return Member(one.unit, one.person, one.queue, one.team, one.eligible, one.rank)


def _picked(one: ConversationSeen, reason: str, about: dict[str, Any]) -> CallPicked:
    return CallPicked(
        **(about | {"person": one.person, "pbx": one.pbx}),
        unit=one.unit,
        call=one.call,
        recording=one.recording,
        team=one.team,
        queue=one.queue,
        sample="probability",
        reason=reason,
        stratum=one.person,
        rank=one.rank,
        chance=0.02,
        connected=one.connected,
        ended=one.ended,
        talk_s=one.talk_s,
        offset_s=one.offset_s,
    )


def call(day: date, n: int, a_day: int) -> list[Event]:
    _, uniqueid, interface, connected, ended = _names(day, n, a_day)
    joined, pbx, name = connected - timedelta(seconds=20), "main", f"{uniqueid}:x.wav"
    visit = {"pbx": pbx, "call": uniqueid, "uniqueid": uniqueid, "queue": "support"}
    phone = {"interface": interface, "member": "m"}
    taken = {"pbx": pbx, "call": uniqueid, "recording": name}
    number = f"138{n % 50_000:08}"
    told = {"caller_number": number, "caller_name": "", "called_number": "400"}
    return [
        CallStarted(joined, pbx, uniqueid, "queue", interface="PJSIP/trunk", seen=True, **told),
        CallerJoined(joined, **visit, caller_number=number, caller_name="", position=1, seen=True),
        CallerLeft(connected, **visit, outcome="answered", wait_s=20.0, position=1, joined=joined),
        AgentConnected(
            connected, **visit, **phone, agent_uniqueid="", wait_s=20.0, ring_s=3.0, joined=joined
        ),
        RecordingStarted(connected, **taken, uniqueid=uniqueid, path="x.wav"),
        RecordingStopped(ended, **taken, uniqueid=uniqueid, path="x.wav"),
        AgentCompleted(
            ended, **visit, **phone, reason="caller", wait_s=20.0, talk_s=180.0, seen=True, joined=joined
        ),
        CallEnded(ended, pbx, uniqueid, "queue", "answered", joined, connected, 20.0, 180.0, 0.0, 16, True),
        RecordingMeasured(ended, **taken, state="final", path="/x.wav", size=9_999, sha256="ab" * 32),
    ]


def arrivals() -> list[Event]:
    at = datetime(LAST.year, LAST.month, LAST.day, tzinfo=UTC) - timedelta(hours=1)
    return [
        PersonArrived(at=at, person=_code(n), pbx="main", seat=f"S{n}", how="phone") for n in range(AGENTS)
    ]
