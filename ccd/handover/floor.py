"""How many seats of a team stay staffed while it hands over: no queue is left under its floor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from ccd.config import Settings
from ccd.handover.seats import Place, SeatPlan, planned, team_of
from ccd.handover.state import HandoverState
from ccd.roster import Roster
from ccd.shifts.plan import Plan

__all__ = ["Under", "under"]


class World(Protocol):
    """What is looked at."""

    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def pbxs(self) -> Mapping[str, Any]: ...
    @property
    def presence(self) -> Mapping[Place, Mapping[str, datetime]]: ...
    @property
    def handover(self) -> HandoverState: ...


class Under(NamedTuple):
    """``staffed`` without whoever leaves."""

    team: str
    staffed: int
    need: int


def under(world: World, person: str, place: Place, at: datetime) -> Under | None:
    """The floor that their leaving would break; None where it breaks none, or the team hands nothing over.

    A seat counts while somebody is signed in and its phone is not paused. Whoever leaves one that does not
    count, or where somebody else stays, takes nothing away.
    """
    team = team_of(world, place)
    seats = planned(world, at)
    if not team or set(world.presence.get(place, ())) - {person} or not _works(world, place):
        return None
    if not _hands_over(world, seats, team, at):
        return None
    need = _need(world, team, len(_seats(world, seats, team, at, timedelta(0))))
    after = timedelta(minutes=world.settings.policies.handover.max_hold_minutes)
    staffed = sum(
        each != place and bool(world.presence.get(each)) and _works(world, each)
        for each in _seats(world, seats, team, at, after)
    )
    return Under(team, staffed, need) if staffed < need else None


def _need(world: World, team: str, planned_seats: int) -> int:
    settings = world.settings.policies.handover
    floor = settings.floors.get(team, settings.floor)
    return min(planned_seats, math.ceil(floor * planned_seats) if floor < 1 else int(floor))


def _hands_over(world: World, seats: SeatPlan, team: str, at: datetime) -> bool:
    settings = world.settings.policies.handover
    since = at - timedelta(minutes=settings.judge_after_minutes)
    until = at + timedelta(minutes=settings.hold_from_minutes)
    return any(
        one.outgoing is not None and one.incoming is not None and team_of(world, one.place) == team
        for one in seats.between(since, until)
    )


def _seats(world: World, seats: SeatPlan, team: str, at: datetime, after: timedelta) -> list[Place]:
    """Those that somebody is planned at now, or was until so long ago: a lead's desk takes no calls."""
    return [
        place
        for place, duties in seats.duties.items()
        if team_of(world, place) == team and any(duty.starts <= at < duty.ends + after for duty in duties)
    ]


def _works(world: World, place: Place) -> bool:
    """Its phone is not paused. While the PBX is out of sight that is not known, and counts against nobody."""
    pbx = world.pbxs.get(place[0])
    if pbx is None or pbx.blind_since is not None:
        return True
    agent = pbx.agents.get(world.roster.interface_of(*place) or "")
    return agent is None or agent.pause is None
