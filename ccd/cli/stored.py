"""What the store says while no daemon runs: the roster in force, and the last picture."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any, TypeVar

from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.queries import Archive, opened
from ccd.config import Settings
from ccd.events import RosterReplaced, ShiftFact
from ccd.roster import Roster
from ccd.simulated import ROSTER_BY

__all__ = ["current_roster", "facts_of_day", "last_picture", "reading"]

T = TypeVar("T")
F = TypeVar("F", bound=ShiftFact)

STOPPED = "stopped"
"""Why the store has us blind after an orderly stop: what was seen until then is the last picture."""


def reading(settings: Settings, work: Callable[[Archive], Awaitable[T]]) -> T:
    """Do some reading in the store. Raises StoreError where there is none yet, or it does not answer."""

    async def read() -> T:
        async with opened(settings.store, settings.daemon.state_path()) as archive:
            return await work(archive)

    return asyncio.run(read())


def facts_of_day(
    settings: Settings, kind: type[F], day: date, person: str = ""
) -> tuple[list[F], dict[str, str]]:
    """A policy's facts of a day of shifts, and the names of the people of the roster in force.

    ``kind`` is what the policy's facts have in common. Raises StoreError.
    """
    from ccd.events.shift_facts import shift_fact

    async def work(archive: Archive) -> tuple[list[str], RosterReplaced | None]:
        texts = await archive.shift_facts(policy=kind.policy, first=day, last=day, person=person)
        return texts, await archive.roster()

    texts, roster = reading(settings, work)
    found = [shift_fact(text) for text in texts]
    names = {one.code: one.name for one in roster.people} if roster else {}
    return [one for one in found if isinstance(one, kind)], names


def current_roster(settings: Settings) -> RosterReplaced | None:
    """None where none was imported, or there is no store to look into. That of the simulated centre holds
    while no PBX is configured, and only then.
    """
    try:
        roster = reading(settings, Archive.roster)
    except StoreError:
        return None
    return None if roster is not None and roster.by == ROSTER_BY and settings.pbx else roster


def last_picture(settings: Settings) -> dict[str, Any]:
    """What was known when the daemon last wrote, shaped as ``ccd.status.picture`` where it can be.

    ``at`` is then. Raises StoreError.
    """

    async def work(archive: Archive) -> tuple[dict[str, Any], RosterReplaced | None]:
        return await archive.as_left(), await archive.roster()

    left, roster = reading(settings, work)
    at: datetime | None = left["last_alive"]
    names = [*settings.pbx, *(row["pbx"] for rows in ("agents", "waiting", "blind") for row in left[rows])]
    pbxs = [_pbx(name, left, Roster(roster.people if roster else ()), at) for name in dict.fromkeys(names)]
    if pbxs:
        pbxs[0]["calls_open"] = left["calls"]
    return {
        "at": _iso(at),
        "timezone": settings.daemon.timezone,
        "ready": False,
        "checks": [],
        "pbxs": pbxs,
    }


def _pbx(name: str, left: dict[str, Any], roster: Roster, at: datetime | None) -> dict[str, Any]:
    blind = next(
        (row["began"] for row in left["blind"] if row["pbx"] == name and row["why"] != STOPPED), None
    )
    queues: dict[str, list[dict[str, Any]]] = {}
    for row in left["waiting"]:
        if row["pbx"] == name:
            callers = queues.setdefault(row["queue"], [])
            wait = _seconds(row["joined"], at)
            callers.append({"position": len(callers) + 1, "number": row["caller_number"], "wait_s": wait})
    order = {team: number for number, team in enumerate(roster.teams)}
    agents = [
        _agent(row, left, roster, at) for row in left["agents"] if row["pbx"] == name and not row["queue"]
    ]
    return {
        "name": name,
        "blind_since": _iso(blind),
        "blind_s": _seconds(blind, at),
        "agents": sorted(
            agents, key=lambda agent: (order.get(agent["team"], len(order)), agent["interface"])
        ),
        "queues": [
            {"name": queue, "waiting": callers, "longest_wait_s": callers[0]["wait_s"]}
            for queue, callers in sorted(queues.items())
        ],
        "calls_open": 0,
    }


def _agent(row: dict[str, Any], left: dict[str, Any], roster: Roster, at: datetime | None) -> dict[str, Any]:
    pbx, interface = row["pbx"], row["interface"]
    if row["state"] == "unknown" and row["was_state"] and _stopped(left, pbx):
        at, row = row["begin"], {**row, **{key: row[f"was_{key}"] for key in ("state", "reason", "begin")}}
    seat = roster.seat_of(pbx, interface) or ""
    people = []
    for present in left["presence"]:
        if seat and (present["pbx"], present["seat"]) == (pbx, seat):
            person = roster.by_code(present["person"])
            name = person.name if person else ""
            people.append({"code": present["person"], "name": name, "since": _iso(present["since"])})
    listed = roster.people_at_seat(pbx, seat) if seat else ()
    return {
        "interface": interface,
        "name": listed[0].name if len(listed) == 1 else "",
        "seat": seat,
        "team": roster.team_of_interface(pbx, interface),
        "people": people,
        "state": row["state"],
        "reason": row["reason"] or "",
        "since": _iso(row["begin"]),
        "seconds": _seconds(row["begin"], at),
        "call": row["call"] or "",
    }


def _stopped(left: dict[str, Any], pbx: str) -> bool:
    return any(row["pbx"] == pbx and row["why"] == STOPPED for row in left["blind"])


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")


def _seconds(since: datetime | None, at: datetime | None) -> float:
    return max((at - since).total_seconds(), 0.0) if since and at else 0.0
