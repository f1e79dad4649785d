"""The status picture: what is known right now, as plain data for the terminal view, the API and readiness.

Pure. Everything here is made of dicts, lists, strings, numbers, booleans and None. Times are ISO 8601 in UTC,
what is called ``seconds`` or ``*_s`` is seconds. docs/metrics.md describes every field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ccd import __version__
from ccd.config import Settings
from ccd.events import AgentState, CallerLeft, QueueOutcome
from ccd.following.picture import Agent, Member, Pbx, Queue
from ccd.incidents import readiness as incident_readiness
from ccd.incidents.view import brief
from ccd.world import World

__all__ = [
    "Today",
    "blind_s",
    "followed",
    "is_ready",
    "pbx_names",
    "picture",
    "printable",
    "readiness",
    "standing",
]

TEXT_LIMIT = 64
WHY_LIMIT = 200

_ON_THE_PHONE = (AgentState.TALKING, AgentState.HOLD, AgentState.RINGING, AgentState.WRAP_UP)


def printable(text: str, limit: int = TEXT_LIMIT) -> str:
    """Somebody else's text made safe to show: one line, no control or direction marks, not for ever."""
    if text.isprintable():
        return text[:limit]
    return "".join(mark if mark.isprintable() else " " for mark in text[:limit]).strip()


@dataclass(slots=True)
class Counts:
    """Callers who left one queue on one local day."""

    day: date
    answered: int = 0
    abandoned: int = 0
    other: int = 0
    answered_in_time: int = 0
    abandoned_in_time: int = 0

    @property
    def offered(self) -> int:
        return self.answered + self.abandoned + self.other


class Today:
    """Per queue, since local midnight or the start of the daemon, whichever is later."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], Counts] = {}

    def take(self, fact: CallerLeft, settings: Settings) -> None:
        """Count a caller. News of a day that is over is left to the reports."""
        day = _local_day(fact.at, settings)
        counts = self._counts.get((fact.pbx, fact.queue))
        if counts is None or counts.day < day:
            counts = self._counts[fact.pbx, fact.queue] = Counts(day)
        elif day < counts.day:
            return
        in_time = fact.wait_s <= settings.metrics.service_level_s
        if fact.outcome == QueueOutcome.ANSWERED:
            counts.answered += 1
            counts.answered_in_time += in_time
        elif fact.outcome == QueueOutcome.ABANDONED:
            counts.abandoned += 1
            counts.abandoned_in_time += in_time
        else:
            counts.other += 1

    def of(self, pbx: str, queue: str, at: datetime, settings: Settings) -> Counts:
        day = _local_day(at, settings)
        counts = self._counts.get((pbx, queue))
        return counts if counts is not None and counts.day == day else Counts(day)


def _local_day(at: datetime, settings: Settings) -> date:
    return at.astimezone(ZoneInfo(settings.daemon.timezone)).date()


def pbx_names(world: World) -> list[str]:
    """The PBXs that are to be followed: those configured, or whatever the picture holds without any."""
    return sorted(world.settings.pbx or world.pbxs)


def followed(world: World) -> list[Pbx]:
    """Those of them that have been heard of."""
    return [world.pbxs[name] for name in pbx_names(world) if name in world.pbxs]


def blind_s(pbx: Pbx | None, at: datetime) -> float:
    """For how long nothing has been known of this PBX; 0 while it is followed."""
    if pbx is None or pbx.blind_since is None:
        return 0.0
    return max((at - pbx.blind_since).total_seconds(), 0.0)


def standing(agent: Agent, member: Member) -> str:
    """What a member is to one queue: ready, paused, busy (on the phone or wrapping up) or unavailable."""
    if agent.state in _ON_THE_PHONE:
        return "busy"
    if agent.state is AgentState.UNKNOWN or agent.state is AgentState.UNAVAILABLE:
        return "unavailable"
    return "paused" if member.paused else "ready"


def readiness(world: World, health: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What has to be well before the daemon may be relied on: ``{"check", "ok", "why", "blocks"}`` each.

    What does not block is said, and the daemon is ready all the same (``is_ready``). What is counted in days
    is judged by the time of the latest input.
    """
    names = pbx_names(world)
    checks = [] if names else [_check("pbx", "no PBX is configured: add a [pbx.NAME] section")]
    for name in names:
        pbx = world.pbxs.get(name)
        why = "" if pbx is not None and pbx.synced else "not in sync yet"
        if pbx is not None and pbx.missing:
            why = f"the PBX refuses {', '.join(pbx.missing)}; run ccd doctor"
        if pbx is not None and pbx.blind_since is not None:
            why = f"blind since {_iso(pbx.blind_since)}"
        trouble = str(health.get("ami", {}).get(name, {}).get("last_error") or "")
        if why and trouble:
            why += f": {printable(trouble, WHY_LIMIT)}"
        checks.append(_check(f"pbx.{name}", why))
    store = health.get("store")
    if store is None:
        checks.append(_check("store", "not open yet"))
    else:
        queued = store.get("queue_length", 0)
        checks.append(_check("store", "" if store["healthy"] else f"not writing; {queued} facts are waiting"))
    checks.append(_check("config", health.get("config", {}).get("error", "")))
    found = incident_readiness.checks(world, world.now, health)
    return checks + [_check(fault.check, fault.why, fault.blocks) for fault in found]


def is_ready(checks: list[dict[str, Any]]) -> bool:
    return all(check["ok"] or not check["blocks"] for check in checks)


def _check(name: str, why: str, blocks: bool = True) -> dict[str, Any]:
    return {"check": name, "ok": not why, "why": why, "blocks": blocks}


def picture(
    world: World, at: datetime, *, health: Mapping[str, Any], today: Today | None = None
) -> dict[str, Any]:
    """All of it as of ``at`` (aware UTC). ``health`` is what ``Metrics.health`` gives."""
    today = today or Today()
    checks = readiness(world, health)
    return {
        "at": _iso(at),
        "ccd": __version__,
        "timezone": world.settings.daemon.timezone,
        "ready": is_ready(checks),
        "checks": checks,
        "incidents": _incidents(world, at),
        "pbxs": [_pbx(world, name, at, health, today) for name in pbx_names(world)],
        "store": dict(health.get("store") or {}),
        "loop": dict(health.get("loop") or {}),
    }


def _incidents(world: World, at: datetime) -> list[dict[str, Any]]:
    """Those that are not closed, the oldest first; drills after them."""

    def name_of(code: str) -> str:
        person = world.roster.by_code(code)
        return person.name if person else ""

    found = [incident for incident in world.incidents.values() if incident.open]
    found.sort(key=lambda incident: (incident.drill, incident.opened))
    return [_plain(brief(incident, at, name_of)) for incident in found]


def _plain(value: Any) -> Any:
    """Every text in it made printable."""
    if isinstance(value, str):
        return printable(value, WHY_LIMIT)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _pbx(world: World, name: str, at: datetime, health: Mapping[str, Any], today: Today) -> dict[str, Any]:
    pbx = world.pbxs.get(name)
    link = health.get("ami", {}).get(name, {})
    row: dict[str, Any] = {
        "name": name,
        "version": "",
        "linked": False,
        "synced": False,
        "blind_since": None,
        "blind_s": 0.0,
        "silent_s": link.get("silent_s"),
        "lag_s": health.get("loop", {}).get("lag_s", 0.0),
        "reconnects": link.get("reconnects", 0),
        "agents": [],
        "queues": [],
        "calls_open": 0,
    }
    if pbx is None:
        return row
    order = {team: number for number, team in enumerate(world.roster.teams)}
    agents = [_agent(world, pbx, agent, at) for agent in pbx.agents.values() if not agent.retired]
    queues = [_queue(world, pbx, queue, at, today) for queue in pbx.queues.values()]
    return row | {
        "version": printable(pbx.version),
        "linked": pbx.linked,
        "synced": pbx.synced,
        "blind_since": _iso(pbx.blind_since),
        "blind_s": blind_s(pbx, at),
        "agents": sorted(
            agents, key=lambda agent: (order.get(agent["team"], len(order)), agent["interface"])
        ),
        "queues": sorted(queues, key=lambda queue: queue["name"]),
        "calls_open": len(pbx.calls),
    }


def _agent(world: World, pbx: Pbx, agent: Agent, at: datetime) -> dict[str, Any]:
    roster, device = world.roster, agent.device
    seat = roster.seat_of(pbx.name, device) or ""
    people = []
    for code, since in world.presence.get((pbx.name, seat), {}).items() if seat else ():
        person = roster.by_code(code)
        people.append({"code": code, "name": person.name if person else "", "since": _iso(since)})
    return {
        "interface": printable(device),
        "name": _name(world, pbx, agent, seat, people),
        "seat": seat,
        "team": roster.team_of_interface(pbx.name, device),
        "people": people,
        "state": agent.state or AgentState.UNKNOWN,
        "reason": printable(agent.reason),
        "since": _iso(agent.since),
        "seconds": max((at - agent.since).total_seconds(), 0.0) if agent.since else 0.0,
        "call": agent.call,
        "queues": [
            {"name": member.queue, "paused": member.paused, "reason": printable(member.reason)}
            for _, member in sorted(agent.members.items())
        ],
    }


def _name(world: World, pbx: Pbx, agent: Agent, seat: str, people: list[dict[str, Any]]) -> str:
    """Who sits there; else whose seat it is, where it is only one person's; else the queue member's name."""
    if people:
        return str(people[0]["name"])
    listed = world.roster.people_at_seat(pbx.name, seat) if seat else ()
    if len(listed) == 1:
        return listed[0].name
    return printable(next((member.name for member in agent.members.values()), ""))


def _queue(world: World, pbx: Pbx, queue: Queue, at: datetime, today: Today) -> dict[str, Any]:
    standings = [standing(pbx.agents[member.device], member) for member in queue.members.values()]
    states = [pbx.agents[member.device].state for member in queue.members.values()]
    callers = sorted(queue.waiting(), key=lambda visit: visit.joined)
    waits = [max((at - visit.joined).total_seconds(), 0.0) for visit in callers]
    return {
        "name": printable(queue.name),
        "members": len(standings),
        "ready": standings.count("ready"),
        "paused": standings.count("paused"),
        "busy": standings.count("busy"),
        "talking": states.count(AgentState.TALKING) + states.count(AgentState.HOLD),
        "waiting": [
            {
                "position": index + 1,
                "number": printable(visit.call.caller_number),
                "call": visit.call.id,
                "wait_s": waits[index],
            }
            for index, visit in enumerate(callers)
        ],
        "longest_wait_s": max(waits, default=0.0),
        "today": _today(today.of(pbx.name, queue.name, at, world.settings)),
    }


def _today(counts: Counts) -> dict[str, Any]:
    decided = counts.answered + counts.abandoned
    return {
        "offered": counts.offered,
        "answered": counts.answered,
        "abandoned": counts.abandoned,
        "other": counts.other,
        "answered_in_time": counts.answered_in_time,
        "abandoned_in_time": counts.abandoned_in_time,
        "service_level": counts.answered_in_time / counts.answered if counts.answered else None,
        "service_level_2": (
            (counts.answered_in_time + counts.abandoned_in_time) / decided if decided else None
        ),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")
