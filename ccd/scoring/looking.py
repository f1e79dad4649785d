"""What this room looks at, and who is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from ccd.config import Settings
from ccd.quality.form import Form
from ccd.quality.people import is_manager, is_qa_manager
from ccd.roster import Roster
from ccd.scoring.state import ScoringState
from ccd.shifts.away import Away
from ccd.shifts.plan import Plan

__all__ = ["Leave", "Looking", "World", "deciders", "decides", "midnight", "qa_managers", "shown", "today"]


class Leave(Protocol):
    def away(self, person: str, since: datetime, until: datetime) -> tuple[Away, ...]: ...


class Looking(Protocol):
    """What rights rest on."""

    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...


class World(Looking, Protocol):
    @property
    def plan(self) -> Plan: ...
    @property
    def leave(self) -> Leave: ...
    @property
    def forms(self) -> Mapping[str, Form]: ...
    @property
    def scoring(self) -> ScoringState: ...


def today(world: World, at: datetime) -> date:
    """The local day."""
    return at.astimezone(ZoneInfo(world.settings.daemon.timezone)).date()


def midnight(world: World, at: datetime) -> datetime:
    """When the local day began, aware UTC."""
    zone = ZoneInfo(world.settings.daemon.timezone)
    return datetime.combine(today(world, at), time(0), zone).astimezone(UTC)


def shown(world: World, at: datetime) -> str:
    """A moment by the clock on the wall."""
    return f"{at.astimezone(ZoneInfo(world.settings.daemon.timezone)):%Y-%m-%d %H:%M}"


def qa_managers(world: Looking) -> tuple[str, ...]:
    """Those of the roster, in its order."""
    return tuple(one.code for one in world.roster.people if is_qa_manager(world, one.code))


def deciders(world: Looking) -> tuple[str, ...]:
    """The QA managers; where there is none, the managers."""
    return qa_managers(world) or tuple(one.code for one in world.roster.people if is_manager(world, one.code))


def decides(world: Looking, actor: str) -> bool:
    """Whether somebody plans, releases, resolves: the QA manager, or a manager in their place."""
    return is_qa_manager(world, actor) or is_manager(world, actor)
