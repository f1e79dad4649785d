"""What the rules of assessment look at, and the little that several of them ask of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from ccd.assessment.state import AssessmentState
from ccd.config import Settings
from ccd.config_assessment import AssessmentSettings
from ccd.config_section import Mode
from ccd.effects import AnswerAsked, Effect, Page
from ccd.events import Event, ShiftAct
from ccd.quality.people import is_manager
from ccd.roster import Roster
from ccd.shifts.acts import Refused
from ccd.shifts.away import Away
from ccd.shifts.calendar import Calendar
from ccd.shifts.plan import Plan

__all__ = [
    "Items",
    "World",
    "common",
    "day_here",
    "done",
    "leads_of",
    "managers",
    "moment_of",
    "rules_of",
    "told",
    "zone_of",
]

Items = Iterator[Event | Effect]


class Leave(Protocol):
    def away(self, person: str, since: datetime, until: datetime) -> tuple[Away, ...]: ...


class World(Protocol):
    """What this policy looks at."""

    @property
    def settings(self) -> Settings: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def calendar(self) -> Calendar: ...
    @property
    def leave(self) -> Leave: ...
    @property
    def assessment(self) -> AssessmentState: ...


def rules_of(world: World) -> AssessmentSettings:
    return world.settings.policies.assessment


def zone_of(world: World) -> tzinfo:
    return ZoneInfo(world.settings.daemon.timezone)


def day_here(world: World, at: datetime) -> date:
    """The date on the wall."""
    return at.astimezone(zone_of(world)).date()


def managers(world: World) -> tuple[str, ...]:
    return tuple(one.code for one in world.roster.people if is_manager(world, one.code))


def leads_of(world: World, person: str) -> tuple[str, ...]:
    """Who leads their team, by post."""
    known = world.roster.by_code(person)
    team = known.team if known else ""
    roles = world.settings.shifts.lead_roles
    return tuple(one.code for one in world.roster.people if team and one.team == team and one.role in roles)


# --- telling ----------------------------------------------------------------------------------------------


def told(world: World, key: str, people: Iterable[str], rule: str, values: dict[str, str]) -> Items:
    """Whoever of them the roster knows; nobody where the mode tells nobody."""
    known = tuple(dict.fromkeys(code for code in people if world.roster.by_code(code) is not None))
    if known and rules_of(world).mode in (Mode.NOTIFY, Mode.ENFORCE):
        because = f"assessment: {rule}: " + ", ".join(f"{name} {value}" for name, value in values.items())
        yield Page(f"{key}|page", because, known, rule, values)


# --- acts -------------------------------------------------------------------------------------------------


def done(event: ShiftAct, rule: str, because: str, **values: object) -> AnswerAsked:
    said = {name: str(value) for name, value in values.items()}
    return AnswerAsked(
        event.request, f"assessment: {because}", accepted=True, rule=rule, values=said, result=said
    )


def common(event: ShiftAct, key: str, because: str, **fields: Any) -> dict[str, Any]:
    """What every fact that a person makes has."""
    return {
        "at": event.at,
        "key": f"assessment|{key}",
        "actor": event.actor,
        "by": event.by,
        "because": f"assessment: {because}",
        **fields,
    }


def moment_of(world: World, event: ShiftAct, name: str) -> datetime:
    """Aware UTC; by the site's clock where no offset is written."""
    text = event.values.get(name, "")
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone_of(world))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("assessment_no_value", name=name, value=text, like="2026-01-31T08:00") from None
